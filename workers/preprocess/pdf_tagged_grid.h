/* pdf_tagged_grid.h: tables that the tree of tags does not name, because their authors made them of boxes that are laid out in a grid: the tree
 * reads them row by row, cell after cell. Pure.
 *
 * Only below a line in bold type that names the columns: without it, rows of boxes are as well cards, menus or terms. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_TAGGED_GRID_H
#define DOCRING_WORKERS_PREPROCESS_PDF_TAGGED_GRID_H

#include "workers/preprocess/pdf_tagged.h"

/* Gives the words of such tables, which stand in the order of the tree, cells that are added to the structure; also those of a table that goes on
 * from the page before. 0 or -ENOMEM. */
int pdf_tagged_find_grids(struct pdf_tagged *tagged, const struct pdf_page *page) WARN_UNUSED;

#endif
