/* markdown_grid.h: a table whose cells may span rows and columns, brought into the full grid that Markdown can write.
 *
 * Cells are given row by row as inline Markdown ("|" as it is). A cell that spans rows is repeated in each of them, so that
 * every row says what it is about; a cell that spans columns stands in the first, the others are empty. Rows without any text are left
 * out, and columns without any text too. Repeats are bounded by the size of what is repeated, and the cells that spans add by the number of
 * those that were given: what a few bytes of a hostile table ask for beyond that is left out.
 *
 * Owns the cells' text until markdown_grid_done; failures (memory, ceiling) are sticky and come back from markdown_grid_write. */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKDOWN_GRID_H
#define DOCRING_WORKERS_PREPROCESS_MARKDOWN_GRID_H

#include "workers/preprocess/markdown_writer.h"

struct markdown_grid_cell { /* bytes 0: empty */
	uint32_t start, bytes; /* in the grid's text */
};

struct markdown_grid_row {
	uint32_t first_cell;
	uint32_t oldest_text; /* where the earliest text of this row and those behind it begins; known when the table is written */
};

struct markdown_grid_span { /* a cell that reaches down into the rows to come */
	struct markdown_grid_cell cell;
	uint32_t rows; /* still to fill; 0: free */
};

struct markdown_grid {
	struct buffer text;  /* the cells' text */
	struct buffer cells; /* struct markdown_grid_cell, in order */
	struct buffer rows;  /* struct markdown_grid_row */
	size_t columns;      /* widest row so far */
	size_t column;       /* of the next cell in the row being filled */
	size_t row_first_cell;
	size_t repeated_bytes;
	size_t given_cells, added_cells; /* added: for spans, and where rows have gaps */
	struct markdown_grid_span spans[MARKDOWN_COLUMNS_MAX];
	size_t spans_end; /* no column from here on spans rows */
};

void markdown_grid_init(struct markdown_grid *grid, size_t bytes_max);
void markdown_grid_done(struct markdown_grid *grid);
void markdown_grid_clear(struct markdown_grid *grid); /* keeps the memory for the next table */

/* The next cell of the row; spans of 0 count as 1. Cells beyond MARKDOWN_COLUMNS_MAX are joined to the last one. */
void markdown_grid_cell(struct markdown_grid *grid, struct text inline_text, uint32_t column_span, uint32_t row_span);
/* The next cell of the row goes on from the one above it: as if that one had spanned this row too. */
void markdown_grid_continue(struct markdown_grid *grid, uint32_t column_span);
void markdown_grid_row_end(struct markdown_grid *grid);
/* Cells reach no further down: a group of rows has ended. */
void markdown_grid_group_end(struct markdown_grid *grid);

size_t markdown_grid_row_count(const struct markdown_grid *grid);

/* Writes the table; once, because a large one is given up as it is written. 0, or the first failure while collecting (-ENOMEM,
 * ERROR_LIMIT_HIT). An empty grid writes nothing. */
int markdown_grid_write(struct markdown_grid *grid, struct markdown_writer *writer) WARN_UNUSED;

#endif
