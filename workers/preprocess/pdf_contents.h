/* pdf_contents.h: the rows of contents lists and indexes, which say nothing that the document does not say itself. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_CONTENTS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_CONTENTS_H

#include "workers/preprocess/pdf_headings.h"

/* Marks such rows of the page as furniture and returns how many. `leading`: usual distance of lines, in font sizes. *going_on: does a
 * contents list without leaders end the page before? It becomes what is so of this one. The outline tells lists that have no title.
 * `scratch` is used and left in any state. */
size_t pdf_contents_drop(struct pdf_layout *layout, struct pdf_outline *outline, float leading, bool *going_on, struct buffer *scratch);

#endif
