/* pdf_figures.h: pictures among the words of a page: those that belong to the text get a word of their own where they stand, so that
 * layout puts them into the reading order, and running headers are told by it as by other words. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_FIGURES_H
#define DOCRING_WORKERS_PREPROCESS_PDF_FIGURES_H

#include "workers/preprocess/pdf_grid.h"

/* Adds a word for every picture that is one of the text: not for ornaments, grounds, scans, and what stands in a ruled table (`grids`
 * may be NULL). *ret_count: how many. 0 or -ENOMEM. */
int pdf_figures_place(struct pdf_page *page, const struct pdf_grids *grids, size_t *ret_count) WARN_UNUSED;

#endif
