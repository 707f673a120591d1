/* buffer.h: a growable byte buffer with a ceiling.
 *
 * Appends never fail one by one: the first failure (memory, or the ceiling) is kept in `status`, later appends do
 * nothing, and the caller looks once at the end. The data is always followed by a NUL byte that is not counted. */
#ifndef DOCRING_BASE_BUFFER_H
#define DOCRING_BASE_BUFFER_H

#include "base/check.h"
#include "base/text.h"

#include <stdarg.h>

struct buffer {
	char *data; /* NULL until the first append */
	size_t bytes;
	size_t capacity_bytes;
	size_t bytes_max; /* ceiling */
	int status;       /* 0, -ENOMEM or ERROR_LIMIT_HIT; sticky */
};

void buffer_init(struct buffer *buffer, size_t bytes_max);
void buffer_done(struct buffer *buffer); /* frees; the buffer may be used again after buffer_init */
void buffer_clear(struct buffer *buffer); /* keeps the memory, forgets content and status */

void buffer_append(struct buffer *buffer, const void *data, size_t bytes);
void buffer_append_text(struct buffer *buffer, struct text text);
void buffer_append_string(struct buffer *buffer, const char *string);
void buffer_append_byte(struct buffer *buffer, char byte);
void buffer_append_repeat(struct buffer *buffer, char byte, size_t count);
void buffer_append_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* Makes room for `bytes` more and returns where to write them, or NULL (status is set). The caller adds what it wrote
 * to buffer->bytes with buffer_commit. */
char *buffer_reserve(struct buffer *buffer, size_t bytes);
void buffer_commit(struct buffer *buffer, size_t bytes);

void buffer_truncate(struct buffer *buffer, size_t bytes);

/* Gives the memory of bytes `from` up to `to`, which nobody reads again, back to the system where that is worth a call. Returns up to where it
 * was: the next `from` of who goes through a large buffer once. The bytes keep their places and read as anything. */
size_t buffer_discard(struct buffer *buffer, size_t from, size_t to);

struct text buffer_view(const struct buffer *buffer); /* valid until the next append */
const char *buffer_string(const struct buffer *buffer); /* NUL-terminated, never NULL, valid until the next append */

/* Gives the memory away: the caller frees it with free(). The buffer is empty afterwards. NULL when nothing was
 * appended or status is not 0. */
char *buffer_give(struct buffer *buffer, size_t *ret_bytes);

#endif
