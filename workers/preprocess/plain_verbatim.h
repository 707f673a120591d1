/* plain_verbatim.h: what of plain text stays as it was typed: code, settings, pictures that are drawn with letters, what is laid out in columns.
 * Judgements only; nothing is written here. All of them are linear in the lines. Private to plain_*.c. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_VERBATIM_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_VERBATIM_H

#include "workers/preprocess/plain_work.h"

/* Columns that text is indented by here: the body's, or those of the list item at hand. */
size_t plain_base_indent(const struct plain_work *work);

/* Lines [start, end) are laid out in columns, end as code does, set values, draw a picture, or are indented and no prose. */
bool plain_is_verbatim(const struct plain_work *work, size_t start, size_t end);

/* The end of the verbatim part whose first block ends at `end`: blocks of it that single blank lines part are one. What "::" announces goes on as long
 * as it is indented. */
size_t plain_end_of_verbatim(struct plain_work *work, size_t end);

/* The language of a source file by its name, or NULL: its whole text is code. */
const char *plain_source_language(struct text name);

#endif
