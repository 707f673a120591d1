/* markdown_inline.h: the inline part of writing Markdown: escapes, code spans, links. What is special at the start of a line
 * only is the business of markdown_writer.h. Appends to the caller's buffer; nothing else. */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKDOWN_INLINE_H
#define DOCRING_WORKERS_PREPROCESS_MARKDOWN_INLINE_H

#include "base/buffer.h"
#include "base/text.h"

/* Appends plain text so that it reads as itself: "*", "_", "`", "[", "<", "&", "\" and "~~" are escaped where they would be
 * syntax, and only there ("snake_case", "2 * 3", "a < b" stay as they are). The byte before is the last of `out`; what will
 * come behind is not known, so the last byte of `plain` is judged with caution. Line ends and blanks are copied. Linear. */
void markdown_append_escaped(struct buffer *out, struct text plain);
/* The same inside emphasis written with "*", whose end any "*" in the text could be taken for. */
void markdown_append_escaped_in_emphasis(struct buffer *out, struct text plain);

/* Appends a code span: ticks longer than any inside; line ends become blanks. Nothing for blank code. */
void markdown_append_code_span(struct buffer *out, struct text code);

/* Appends "[inline_text](target)", or "![…](…)". Unbalanced brackets in the text are escaped; in the target, what would end
 * it is percent-encoded. A link without text or without target: the text alone. */
void markdown_append_link(struct buffer *out, struct text inline_text, struct text target);
void markdown_append_image(struct buffer *out, struct text alternative_plain, struct text target);

/* A vendor target "edw:/alex?…&fn=NAME&…" stands for NAME: the value of its fn parameter, percent-decoded where that gives
 * visible ASCII. Other targets, and those without fn, come back as they are. `scratch` holds the result until its next use. */
struct text markdown_repair_target(struct text target, struct buffer *scratch);

#endif
