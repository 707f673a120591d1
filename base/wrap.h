/* wrap.h: running text in lines of limited width, for help and comments on an 80-column terminal. */
#ifndef DOCRING_BASE_WRAP_H
#define DOCRING_BASE_WRAP_H

#include "base/buffer.h"

/* Appends `text` broken at blanks so that no line is longer than `width` characters (a longer word stands alone). The first
 * line goes on at `column`, where the output is now; each further one starts with `prefix`. Ends with "\n". */
void wrap_append(struct buffer *out, struct text text, size_t column, const char *prefix, size_t width);

#endif
