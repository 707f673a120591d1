/* pdf_lattice.h: from the rules of a page to lattices: rules that cross one another, the columns and rows that they part, and the
 * cells, which may span several. What is a table among them is for pdf_grid.h to say, which looks at the words. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_LATTICE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_LATTICE_H

#include "workers/preprocess/pdf_rules.h"

enum { PDF_LATTICE_COLUMNS_MAX = 32, PDF_LATTICE_ROWS_MAX = 256, PDF_LATTICES_MAX = 64 };

struct pdf_lattice_cell {
	uint16_t row, column, rows, columns; /* where it begins, and how many it spans */
};

struct pdf_lattice {
	float x[PDF_LATTICE_COLUMNS_MAX + 1]; /* borders of the columns, from left to right */
	float y[PDF_LATTICE_ROWS_MAX + 1];
	size_t column_count, row_count;
	uint32_t walls_right[PDF_LATTICE_ROWS_MAX]; /* bit c of row r: a rule between columns c and c + 1 */
	uint32_t walls_below[PDF_LATTICE_ROWS_MAX]; /* bit c of row r: a rule between rows r and r + 1 */
	bool open_left, open_right;                 /* no rule bounds it there, only the ends of horizontal ones */
};

struct pdf_lattices {
	struct pdf_lattice *items;
	size_t count, capacity;
	uint32_t *groups; /* scratch: the group of each rule, horizontal ones first */
	size_t group_capacity;
};

void pdf_lattices_init(struct pdf_lattices *lattices);
void pdf_lattices_done(struct pdf_lattices *lattices);

/* Replaces what was in `lattices` by what settled rules make: two columns and two rows at least, PDF_LATTICES_MAX at most. Pages of
 * thousands of lines are drawings and have none. 0 or -ENOMEM. */
int pdf_lattices_find(struct pdf_lattices *lattices, const struct pdf_rules *rules) WARN_UNUSED;

/* The cell that begins at this place, reaching as far right and down as no rule parts it. */
struct pdf_lattice_cell pdf_lattice_cell_at(const struct pdf_lattice *lattice, size_t row, size_t column);

static inline struct pdf_box pdf_lattice_box(const struct pdf_lattice *lattice)
{
	return (struct pdf_box){ lattice->x[0], lattice->y[0], lattice->x[lattice->column_count], lattice->y[lattice->row_count] };
}

#endif
