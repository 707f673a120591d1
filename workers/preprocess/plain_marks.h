/* plain_marks.h: what is reStructuredText in a plain text, said in the words that plain_text.c understands: directives of code as "::", notes as paragraphs,
 * fields as items, roles and links as their text. Labels and options go; what is not known stays as it is. Pure, linear. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_MARKS_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_MARKS_H

#include "base/buffer.h"

/* By its name, or by two or more directives and labels near its start. */
bool plain_marks_found(struct text text, struct text name);

/* Appends the text without the marks to `out`, whose status says what failed. `text` is UTF-8 with "\n" line ends. */
void plain_marks_clean(struct text text, struct buffer *out);

#endif
