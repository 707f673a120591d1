/* pdf_align.h: segments that hold words of two columns are parted where the rows around them show a column. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_ALIGN_H
#define DOCRING_WORKERS_PREPROCESS_PDF_ALIGN_H

#include "workers/preprocess/pdf_layout.h"

/* A cell that reaches close to the next column, or the names above two narrow columns, look like one text. They are parted
 * before a word that follows a gap wider than a blank and stands exactly where a part of a row nearby begins. 0 or -ENOMEM. */
int pdf_align_part(struct pdf_layout *layout) WARN_UNUSED;

#endif
