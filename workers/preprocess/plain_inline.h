/* plain_inline.h: running text of a typist as inline Markdown. Pure, linear. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_INLINE_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_INLINE_H

#include "base/buffer.h"

/* Escaped, but for what stands between one or two ticks or stars, and for "[text](https://…)": typists mean by them what Markdown does. */
void plain_inline_append(struct buffer *out, struct text plain);

#endif
