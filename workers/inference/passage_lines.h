/* passage_lines.h: what begins at the beginning of a line of a passage: by its marks alone. Pure; `position` may be the end of the source. For passage.c alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_LINES_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_LINES_H

#include "base/text.h"

/* A heading, a list item of the outermost level or a table row? */
bool passage_line_begins_anew(struct text source, size_t position);
/* "maxShare: …": an item without a mark? */
bool passage_line_is_named(struct text source, size_t position);
/* A list item of any level? */
bool passage_line_is_item(struct text source, size_t position);
/* A line of a help text, "  -s, --size …"? */
bool passage_line_is_option(struct text source, size_t position);
/* Nothing but blanks and marks of quoted text? */
bool passage_line_is_blank(struct text source, size_t position);
/* Has the line, without its end, a "="? What is bold is a term. */
bool passage_line_is_formula(struct text line);

#endif
