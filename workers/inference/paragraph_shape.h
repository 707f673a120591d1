/* paragraph_shape.h: what a paragraph of Markdown is besides running text: lines about the document, a value with its name, a
 * picture, code, the name of what stands below it. Pure; one pass over the paragraph. */
#ifndef DOCRING_WORKERS_INFERENCE_PARAGRAPH_SHAPE_H
#define DOCRING_WORKERS_INFERENCE_PARAGRAPH_SHAPE_H

#include "base/text.h"

/* "Product: CXC…" on each of several lines, or such lines below a name: what describes the document or an entry, and no sentences. */
bool paragraph_is_header(struct text content);
/* "**Severity:** Minor": one short line, a value with its name. */
bool paragraph_is_labelled(struct text content);
/* "![Window](w.png)", also as a link, and nothing else. */
bool paragraph_is_picture(struct text content);
/* Rendered text that is one code span. */
bool paragraph_is_code(struct text rendered);
/* "Author" of "**Author:** …", "Author: …": what stands before a colon near the beginning. Empty when nothing does. */
struct text paragraph_label(struct text content);
/* The first line of a list entry where it is bold as a whole, and more stands below it: the name of what is told there. Empty when it is none. */
struct text paragraph_name(struct text content);

#endif
