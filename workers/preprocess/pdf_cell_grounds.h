/* pdf_cell_grounds.h: word processors paint the ground of each cell by itself: filled areas side by side tell a table's columns and rows as rules
 * would, also where only every second row has a ground. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_CELL_GROUNDS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_CELL_GROUNDS_H

#include "workers/preprocess/pdf_rules.h"

/* Adds the edges of such cells to settled rules, which are settled again: those of the cells themselves, and those of the rows without
 * ground between, above and below them whose words stand in the same columns. A head alone adds nothing. 0 or -ENOMEM. */
int pdf_cell_grounds_complete(struct pdf_rules *rules, const struct pdf_page *page) WARN_UNUSED;

#endif
