/* chat.h: requests to chat models and what their servers answer, for every server docring speaks to: text in, text out, no I/O.
 *
 * OpenAI's chat completions as llama.cpp, LM Studio, vLLM, mlx_lm.server and Ollama speak it, and Ollama's own /api/chat, because
 * its /v1 cannot be told the context length and cuts prompts without a word. docs/models.md says what each server does. */
#ifndef DOCRING_WORKERS_MODEL_CHAT_H
#define DOCRING_WORKERS_MODEL_CHAT_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum chat_api { CHAT_OPENAI, CHAT_OLLAMA, CHAT_API_COUNT };
enum chat_format { /* how JSON is asked for: the best one that the probe saw honoured */
	CHAT_FORMAT_SCHEMA,      /* response_format json_schema; "format": schema for Ollama */
	CHAT_FORMAT_JSON,        /* response_format json_object */
	CHAT_FORMAT_PROMPT,      /* only in words */
	CHAT_FORMAT_COUNT
};
const char *chat_format_name(enum chat_format format);
const char *chat_api_name(enum chat_api api); /* as models.api has it */

struct chat_request {
	enum chat_api api;
	enum chat_format format;
	const char *model;
	struct text system;      /* may be empty */
	struct text prompt;      /* the source first, the task after it */
	struct text earlier_reply, complaint; /* asking again: the model's unusable reply and what is wrong with it; or empty */
	struct text begun;       /* what the model's reply begins with, for it to go on; or empty */
	struct text schema;      /* JSON schema of the reply; empty: prose */
	const char *schema_name;
	const char *stop;        /* where the reply ends, or NULL */
	uint64_t max_tokens;     /* of the reply */
	uint64_t context_tokens; /* CHAT_OLLAMA: num_ctx; 0: the server's own */
	double temperature;
	bool against_loops;      /* words that were used already become less likely: for a model that could not stop repeating itself */
	uint64_t seed;
	bool stream;
	int think;               /* 1 on, 0 off, -1 as the server does */
};
/* The body of the request, appended. */
void chat_write_request(const struct chat_request *request, struct buffer *out);
/* "http://host:1234/v1/" and the like + the path of the API: "/chat/completions", "/api/chat" …; the base may end in /v1 or not, or
 * be the address of an endpoint. */
void chat_url(const char *base_url, enum chat_api api, const char *path, struct buffer *out);
/* The address of the server in that of one of its endpoints: without /v1 and what follows it. */
struct text chat_base(struct text url);

enum chat_finish { CHAT_FINISH_UNKNOWN, CHAT_FINISH_STOP, CHAT_FINISH_LENGTH, CHAT_FINISH_OTHER };

struct chat_reply {
	struct buffer content;   /* without thinking; UTF-8 */
	struct buffer thinking;  /* from `reasoning`, `reasoning_content`, `thinking` or think tags (also a lone closing one) */
	struct buffer model;     /* as the server names it */
	enum chat_finish finish;
	int64_t prompt_tokens, completion_tokens, cached_tokens; /* -1: not said */
	bool content_was_in_thinking; /* the JSON stood in the thinking text and content was empty */
	bool thinking_was_in_content; /* between tags */
	struct chat_scratch *scratch; /* of reading; NULL: not needed yet */
};
void chat_reply_init(struct chat_reply *reply, size_t bytes_max);
void chat_reply_done(struct chat_reply *reply);
void chat_reply_clear(struct chat_reply *reply);

/* A whole response body, streamed (SSE or NDJSON) or not. ERROR_INPUT_REJECTED with what is wrong: no JSON, nested deeper than
 * CHAT_DEPTH_MAX, an error object in it (also under status 200), no choices, cut off stream. Bytes that are no UTF-8 are replaced. */
enum { CHAT_DEPTH_MAX = 64 };
int chat_read_response(enum chat_api api, struct text body, struct chat_reply *reply, struct error_text *error) WARN_UNUSED;
/* The same of a streamed answer that was stopped on its way: what came of it, as if it had ended at its longest. Tokens that nobody counted: one a piece. */
int chat_read_stopped(enum chat_api api, struct text body, struct chat_reply *reply, struct error_text *error) WARN_UNUSED;
/* A stream that came to its end as far as its words go, whatever became of the connection then. */
bool chat_is_complete(enum chat_api api, struct text body);
/* What an error response says, in one line: {"error": {"message"}}, {"error": "…"}, {"detail"}, {"message"}, the words of a page. */
void chat_error_message(struct text body, char *ret_message, size_t bytes);

/* Embeddings: OpenAI's /embeddings. */
void chat_write_embeddings(const char *model, const struct text *inputs, size_t count, struct buffer *out);
/* count × *ret_dimensions floats, in the order of the inputs, for free(); how many tokens were read, or -1: not said. */
int chat_read_embeddings(struct text body, size_t count, float **ret_vectors, size_t *ret_dimensions, int64_t *ret_tokens, struct error_text *error) WARN_UNUSED;

#endif
