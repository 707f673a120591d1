/* pdf_grid_fit.h: one lattice with the words that stand in it, between the files that decide about ruled tables (pdf_grid.c,
 * pdf_grid_step.c). Pure; all arrays are the caller's. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_GRID_FIT_H
#define DOCRING_WORKERS_PREPROCESS_PDF_GRID_FIT_H

#include "workers/preprocess/pdf_grid.h"

#include <math.h>

struct pdf_grid_fit {
	struct pdf_lattice *lattice;
	struct pdf_page *page;
	struct pdf_grid_cell *cells; /* word_first: in `order` */
	size_t cell_count;
	uint16_t cell_of[PDF_LATTICE_ROWS_MAX][PDF_LATTICE_COLUMNS_MAX];
	uint32_t *order;             /* indices of words, cell by cell and line by line */
	bool *ends_line;             /* of each in `order` */
	size_t word_count, crossing, line_count;
	struct white {
		float left, right, size;     /* the words next to it */
		bool crossed;
		float top, bottom, letters;  /* of the words of the place itself; size of their letters */
	} white[PDF_LATTICE_ROWS_MAX][PDF_LATTICE_COLUMNS_MAX]; /* around the border right of each place where no rule parts it from the next */
};

/* Do the two stand on one line: by half of the height of the lower one? */
static inline bool pdf_grid_same_line(struct pdf_box a, struct pdf_box b)
{
	const float common = fminf(a.y1, b.y1) - fmaxf(a.y0, b.y0);
	return common >= 0.5f * fminf(a.y1 - a.y0, b.y1 - b.y0);
}

/* Parts rows of the lattice whose cells hold lines in step, one entry under the other without rules between them: a border comes between
 * two lines. Its cells are sorted; they must be made anew when it returns true. */
bool pdf_grid_split_steps(struct pdf_grid_fit *fit);

#endif
