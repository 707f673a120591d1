/* script.h: rules that make the server misbehave: which requests, and what happens to them. A script is a list of rules; the first
 * that fits a request decides. Built-in scripts (script_table.c) are written in the same JSON as script files:
 *
 *   [{"match": {…}, "action": {…}}, …]
 *
 * match: path ("chat" = the endpoints that generate, the default; "embeddings"; "any"; or a path), model, header ("Name: part of its
 *   value"), text (part of the body), stream (true/false), reused (true: not the first request on its connection); of the requests
 *   that fit all this: nth, from, to (counting from 1), every (each k-th), times (at most so often), share (0–1, by the seed).
 * action: see the tables of words in script.c; README.md explains them. */
#ifndef DOCRING_TESTS_FAKE_SERVER_SCRIPT_H
#define DOCRING_TESTS_FAKE_SERVER_SCRIPT_H

#include "base/error.h"
#include "tests/fake_server/compose.h"
#include "tests/fake_server/wire.h"

enum script_body { /* the whole body of the response */
	BODY_USUAL,
	BODY_EMPTY,
	BODY_GARBAGE,
	BODY_HTML,
	BODY_INVALID_UTF8,
	BODY_NULS,
	BODY_UTF16,
	BODY_BOM,
	BODY_DEEP,
	BODY_HUGE,
	BODY_HUGE_STRING,
	BODY_TRUNCATED,
	BODY_ERROR,
	BODY_ERROR_STRING,
	BODY_NO_CHOICES,
	BODY_ARRAY,
	BODY_COUNT
};

enum script_content { /* the text that the model wrote; the members of compose_fault come after these in the table of words */
	CONTENT_USUAL,
	CONTENT_FENCES,
	CONTENT_FENCES_UNCLOSED,
	CONTENT_TRAILING_COMMA,
	CONTENT_SINGLE_QUOTES,
	CONTENT_UNQUOTED_KEYS,
	CONTENT_PYTHON,
	CONTENT_COMMENTS,
	CONTENT_LINE_BREAKS,
	CONTENT_PROSE_AROUND,
	CONTENT_SEVERAL_OBJECTS,
	CONTENT_WRAPPED,
	CONTENT_QUOTED,
	CONTENT_CUT,
	CONTENT_EMPTY,
	CONTENT_SPACES,
	CONTENT_NULL,
	CONTENT_NUL_ESCAPES,
	CONTENT_SURROGATE,
	CONTENT_DEEP,
	CONTENT_PROSE,
	CONTENT_ECHO,
	CONTENT_COUNT
};

enum script_thinking {
	THINKING_USUAL,
	THINKING_TAGS,
	THINKING_TAGS_CLOSING,
	THINKING_TAGS_UNCLOSED,
	THINKING_REASONING,
	THINKING_REASONING_CONTENT,
	THINKING_INSTEAD,
	THINKING_COUNT,
};

enum script_usage {
	USAGE_USUAL,
	USAGE_ZERO,
	USAGE_ABSENT,
	USAGE_SMALL,
	USAGE_HUGE,
	USAGE_NEGATIVE,
	USAGE_COUNT,
};

enum script_stream {
	STREAM_USUAL,
	STREAM_NO_DONE,
	STREAM_NO_USAGE,
	STREAM_COMMENTS,
	STREAM_ERROR,
	STREAM_CUT,
	STREAM_BAD_EVENT,
	STREAM_CRLF,
	STREAM_SPLIT,
	STREAM_NO_END,
	STREAM_COUNT,
};

enum script_transport {
	TRANSPORT_USUAL,
	TRANSPORT_SLOW_FIRST_BYTE,
	TRANSPORT_SLOW_DRIP,
	TRANSPORT_STALL,
	TRANSPORT_HANG,
	TRANSPORT_ENDLESS_BODY,
	TRANSPORT_ENDLESS_HEAD,
	TRANSPORT_CUT_HEAD,
	TRANSPORT_CUT_BODY,
	TRANSPORT_RESET_BEFORE,
	TRANSPORT_RESET_BODY,
	TRANSPORT_CLOSE_BEFORE,
	TRANSPORT_LENGTH_LONG,
	TRANSPORT_LENGTH_SHORT,
	TRANSPORT_NO_HTTP,
	TRANSPORT_CHUNKED,
	TRANSPORT_CHUNK_GARBAGE,
	TRANSPORT_TO_CLOSE,
	TRANSPORT_CLOSE_AFTER,
	TRANSPORT_INTERIM,
	TRANSPORT_GZIP_LIE,
	TRANSPORT_REDIRECT,
	TRANSPORT_COUNT
};

enum script_server {
	SERVER_USUAL,
	SERVER_EXIT,
	SERVER_REFUSE,
	SERVER_RESTART,
	SERVER_LOAD,
	SERVER_COUNT,
};

struct script_action {
	int status; /* 0: as usual */
	enum script_body body;
	enum script_content content;
	enum compose_fault fault;
	enum script_thinking thinking;
	enum script_usage usage;
	enum script_stream stream;
	enum script_transport transport;
	enum script_server server;
	uint64_t ms, bytes;      /* of transport, server, body: 0: a default */
	uint64_t loading_ms;     /* after a restart: 503 for so long */
	uint32_t context_tokens; /* the prompt is cut to so many without a word; 0: not */
	bool schema_ignored;     /* as if no response format had been asked for */
	const char *retry_after; /* a value for the header, "date+N" = HTTP date in N seconds; NULL: none. Owned by the script */
	const char *message;     /* of errors */
	const char *finish;      /* finish_reason */
	const char *model;       /* that the response names */
	const char *say;         /* what the model writes, word for word; NULL: what it makes up from the prompt */
};

struct script;

/* One line of names: "slow-first-byte", "429-seconds,reset-before", "cut-body:every=3,ms=10;fences" (parts divided by ';', options
 * after ':'). -EINVAL with what is wrong. */
int script_parse(struct text spec, struct script **ret_script, struct error_text *error) WARN_UNUSED;
int script_parse_json(struct text json, struct script **ret_script, struct error_text *error) WARN_UNUSED;
struct script *script_keep(struct script *script); /* one more owner; NULL accepted */
void script_release(struct script *script);        /* one owner less; NULL accepted */

struct script_subject { /* what rules look at */
	const struct wire_request *request;
	bool generates, embeds, streams, reused;
	struct text model;
	uint64_t seed;
};
/* The action for a request, or NULL. Counts. Valid while the script is kept. */
const struct script_action *script_match(struct script *script, const struct script_subject *subject);

/* (script_table.c) */
struct script_builtin {
	const char *name, *rules, *help;
};
extern const struct script_builtin script_builtins[];
extern const size_t script_builtin_count;

#endif
