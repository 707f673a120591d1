/* pdf_columns.h: which segments of a page are read together: columns, side by side, between what spans them. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_COLUMNS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_COLUMNS_H

#include "workers/preprocess/pdf_layout.h"

/* Numbers the regions of the page in reading order, and sorts the segments by region and then by height. A page is cut where an
 * empty strip parts columns of running text; what crosses the strip is read between what stands above and below it; each part is cut
 * again in the same way. Rotated text comes last, each segment by itself. */
void pdf_columns_assign(struct pdf_layout *layout);

#endif
