/* error.h: result codes and the text that goes with them.
 *
 * Functions return 0 or a count on success and a negative code on failure: -errno, or one of the codes below, which lie
 * beneath every errno. Where a person will read the reason, the function also takes a `struct error_text *` (may be NULL)
 * and fills it with what was expected, what was found and what to do. */
#ifndef DOCRING_BASE_ERROR_H
#define DOCRING_BASE_ERROR_H

#include "base/check.h"

#include <stdbool.h>

enum {
	ERROR_INPUT_REJECTED = -4097,   /* the input is not what it should be: the document fails, the run goes on */
	ERROR_LIMIT_HIT = -4098,        /* a named ceiling was reached */
	ERROR_PEER_GONE = -4099,        /* the other process ended */
	ERROR_VERSION_MISMATCH = -4100, /* the other side speaks another version */
	ERROR_NEEDS_SPACE = -4101,      /* the output does not fit its extent; ask for a larger one */
	ERROR_STALE = -4102,            /* a handle of an earlier life (generation) */
};

enum { ERROR_TEXT_BYTES = 512 };

struct error_text {
	char message[ERROR_TEXT_BYTES]; /* one line, no trailing newline; "" when nothing was said */
};

/* Sets the message (cut at a UTF-8 boundary when too long) and returns `code`, so that callers write
 * `return error_set(error, -EINVAL, "...")`. `error` may be NULL. */
int error_set(struct error_text *error, int code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "prefix: " before the message that is there. Returns `code`. */
int error_prefix(struct error_text *error, int code, const char *format, ...) PRINTF_LIKE(3, 4);

/* A static sentence for a code: strerror for errno values, our own words for ours. Never NULL. */
const char *error_describe(int code);

/* What to do about a file that could not be written, to go between "; " and " and ..."; "" when there is nothing to say. */
const char *error_write_advice(int code);
/* Nothing more can be written there: full, a quota, read-only, larger than files may be. */
bool error_is_full(int code);

#endif
