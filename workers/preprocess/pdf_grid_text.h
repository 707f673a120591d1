/* pdf_grid_text.h: ruled tables and the text around: which pages are worth drawing to look for them, and what their rows say. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_GRID_TEXT_H
#define DOCRING_WORKERS_PREPROCESS_PDF_GRID_TEXT_H

#include "workers/preprocess/pdf_grid.h"
#include "workers/preprocess/pdf_layout.h"
#include "workers/preprocess/pdf_table.h"
#include "workers/preprocess/pdf_text.h"

/* May there be a table with rules? Drawing a page takes longer than reading its text, so it is asked first: several lines in parts,
 * near each other. In a document whose pages were mostly drawn for nothing, more is asked: three parts, or a table by its text. */
struct pdf_grid_record { /* of a document so far */
	uint32_t drawn, ruled; /* pages; of these, with rules that cross */
};
bool pdf_grids_wanted(const struct pdf_layout *layout, const struct pdf_grid_record *record);

/* The grid as a table of one row of the layout. */
void pdf_grid_describe(const struct pdf_layout *layout, size_t row, struct pdf_table *ret_table);

/* Does the grid go on with the one that ended the page or column before: the same columns, moved sidewards at most? */
bool pdf_grid_continues(const struct pdf_table *before, const struct pdf_table *table);

struct pdf_grid_reader {
	const struct pdf_layout *layout;
	const struct pdf_grid *grid;
	const struct word_set *vocabulary;
	struct buffer *line, *cell; /* scratch */
};

/* Appends the texts of a row's cells to `out`, plain, and sets where each ends. A cell that spans rows is repeated in each; one that
 * spans columns stands in the first. */
void pdf_grid_append_row(const struct pdf_grid_reader *reader, size_t row, struct buffer *out, size_t *ends);

#endif
