/* http_reader.h: a response of HTTP/1 as it comes in pieces: its head, where its body ends, and whether the connection can be used again. Bytes in, pieces
 * of the body out; no sockets, no clock. Whatever a server sends ends in a whole response or in a reason. */
#ifndef DOCRING_WORKERS_MODEL_HTTP_READER_H
#define DOCRING_WORKERS_MODEL_HTTP_READER_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum { HTTP_HEAD_BYTES_MAX = 64 << 10 }; /* of all heads of a response, and of its trailer */

enum http_reader_state {
	HTTP_READ_STATUS, HTTP_READ_HEADER, HTTP_READ_SIZED, HTTP_READ_TO_END, HTTP_READ_CHUNK_SIZE, HTTP_READ_CHUNK, HTTP_READ_CHUNK_END,
	HTTP_READ_TRAILER, HTTP_READ_WHOLE
};

struct http_reader {
	enum http_reader_state state;
	int status;            /* of the response; 0: not known yet */
	uint64_t left_bytes;   /* of the body, or of a chunk */
	size_t head_bytes;
	bool sized, chunked, keeps;
	char retry_after[64];  /* the header's value; "" */
	char location[200];    /* of a redirect, as it stands there; "" */
	struct buffer line;    /* the beginning of one that came in pieces */
};

void http_reader_init(struct http_reader *reader);
void http_reader_done(struct http_reader *reader);
void http_reader_begin(struct http_reader *reader); /* another response */

/* Takes from *bytes what belongs to the response, with each piece of its body to `take`, until that returns false.
 * 1: it is whole, what is left of *bytes is no part of it; 0: more is to come; -ECANCELED: `take` wanted no more; ERROR_INPUT_REJECTED, ERROR_LIMIT_HIT or
 * -ENOMEM with *ret_wrong, a literal. */
typedef bool http_reader_take(void *context, struct text piece);
int http_reader_read(struct http_reader *reader, struct text *bytes, http_reader_take *take, void *context, const char **ret_wrong) WARN_UNUSED;
/* The connection ended. True: the response was whole with that. */
bool http_reader_ends(const struct http_reader *reader);

#endif
