/* utf8.h: UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef DOCRING_BASE_UTF8_H
#define DOCRING_BASE_UTF8_H

#include "base/buffer.h"

#include <stdint.h>

/* Length in bytes (1-4) of the valid sequence at text.data[offset], or 0. *ret_code may be NULL. */
size_t utf8_decode(struct text text, size_t offset, uint32_t *ret_code);

void utf8_append(struct buffer *buffer, uint32_t code); /* U+FFFD for what cannot be encoded */

/* Offset of the first byte that is not part of valid UTF-8, or text.bytes when all of it is. */
size_t utf8_valid_prefix(struct text text);

/* Appends `text` with each invalid byte replaced by U+FFFD. Returns how many were replaced. */
size_t utf8_append_clean(struct buffer *buffer, struct text text);

size_t utf8_count(struct text text); /* code points; invalid bytes count as one each */

/* Does a line that ends so go on in one that begins so without a blank between: kana or ideographs on both sides? Hangul has blanks between words. */
bool utf8_joins_unspaced(struct text line, struct text next);

/* The largest boundary of a code point at or before `offset` (≤ text.bytes). */
size_t utf8_floor(struct text text, size_t offset);

#endif
