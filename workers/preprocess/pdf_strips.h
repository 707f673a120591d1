/* pdf_strips.h: columns that stand as close to each other as words do, found by the white between them that goes on over several rows.
 * Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_STRIPS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_STRIPS_H

#include "workers/preprocess/pdf_layout.h"

/* Fills layout->breaks, in the order of the rows, with the words that begin a column within a segment: where white goes on over three rows
 * or more, and what stands right (or left) of it is aligned though the text on its other side ends (begins) at several places. Lines of
 * running text, lists and program text have such white by chance alone. 0 or -ENOMEM. */
int pdf_strips_mark(struct pdf_layout *layout) WARN_UNUSED;

#endif
