/* pdf_grid.h: ruled tables: which lattices of a page are tables, and the words of their cells. A lattice is refused when unsure:
 * diagrams, charts, frames, boxes of code; and where rules part the columns but not the rows, which then are found by pdf_table.h
 * as those of a table without rules. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_GRID_H
#define DOCRING_WORKERS_PREPROCESS_PDF_GRID_H

#include "workers/preprocess/pdf_lattice.h"

struct pdf_grid_cell {
	uint16_t row, column, rows, columns; /* where it begins, and how many it spans */
	uint32_t word_first, word_count;     /* in the page, line by line; the last word of each line is marked so */
};

struct pdf_grid {
	struct pdf_box box;
	float x[PDF_LATTICE_COLUMNS_MAX + 1]; /* borders of its columns */
	size_t column_count, row_count;       /* those without any text are left out */
	uint32_t cell_first, cell_count;      /* row by row */
	uint32_t word_first, word_count;
	uint32_t line_count;                  /* of text, one below the other */
	uint32_t table;                       /* of the file's tags, from 1 (pdf_tagged.h); 0: found by its rules */
	uint32_t goes_on;                     /* from 1: the row that goes on with the last one of the page before; 0: none, or not known */
};

struct pdf_grids {
	struct pdf_grid *items;
	size_t count, capacity;
	struct pdf_grid_cell *cells;
	size_t cell_count, cell_capacity;
	struct pdf_lattices lattices;
	struct pdf_word *words; /* scratch: the page's words in their new order */
	size_t word_capacity;
	struct buffer scratch;
};

void pdf_grids_init(struct pdf_grids *grids);
void pdf_grids_done(struct pdf_grids *grids);

/* Replaces what was in `grids` by the ruled tables of the page. The words of each are marked (pdf_word.grid), and put one behind the
 * other, cell by cell, behind all words of the page that are of no table. 0 or -ENOMEM. */
int pdf_grids_find(struct pdf_grids *grids, const struct pdf_rules *rules, struct pdf_page *page) WARN_UNUSED;

#endif
