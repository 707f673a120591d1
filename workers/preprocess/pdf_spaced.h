/* pdf_spaced.h: words whose letters stand apart, as style sheets set headings and labels ("C O P Y"), become words again. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_SPACED_H
#define DOCRING_WORKERS_PREPROCESS_PDF_SPACED_H

#include "workers/preprocess/pdf_page.h"

/* The PDF library parts words at gaps of a tenth of the type's size. Joins the words of a line whose gaps are too narrow for blanks beside the line's
 * other gaps, and lines of single letters at one small distance. Keeps the words' order; lines end where they did. Linear in the page's words. */
void pdf_spaced_join(struct pdf_page *page);

#endif
