/* wire.h: the head of an HTTP/1.1 request taken apart. Pure; views into the caller's bytes; no I/O. Chunked request bodies are not
 * read (no client of ours sends them): the server answers them with 411. */
#ifndef DOCRING_TESTS_FAKE_SERVER_WIRE_H
#define DOCRING_TESTS_FAKE_SERVER_WIRE_H

#include "base/check.h"
#include "base/text.h"

enum { WIRE_HEAD_BYTES_MAX = 64 * 1024 };

struct wire_request {
	struct text method, target;
	struct text path;    /* of the target, before '?' */
	struct text query;   /* after '?', or empty */
	struct text headers; /* lines after the request line */
	struct text body;    /* set by the caller once it is there */
	size_t body_bytes;   /* Content-Length, 0 without */
	bool chunked, keep_alive, expects_continue;
};

/* 0 with *ret_head_bytes (the empty line included), -EAGAIN when more bytes are needed, -EBADMSG when it is no HTTP/1.x,
 * ERROR_LIMIT_HIT when the head is longer than WIRE_HEAD_BYTES_MAX. */
int wire_parse_head(struct text input, struct wire_request *ret_request, size_t *ret_head_bytes) WARN_UNUSED;

/* The value of the first header of that name (any case), trimmed. */
bool wire_header(const struct wire_request *request, const char *name, struct text *ret_value);

/* The value of NAME in a query string "a=1&b=2"; not percent-decoded. */
bool wire_query(const struct wire_request *request, const char *name, struct text *ret_value);

#endif
