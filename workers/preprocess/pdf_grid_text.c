#include "workers/preprocess/pdf_grid_text.h"

#include <math.h>

enum { REPEATED_BYTES_MAX = 4096 }; /* of a cell that spans rows */

/* Two rows or more of so many parts, near each other? */
static bool has_parted_rows(const struct pdf_layout *layout, uint32_t parts_min)
{
	enum { ROWS_MIN = 2, DISTANCE_SIZES = 8 };
	const struct pdf_row *last = NULL;
	size_t rows = 0;

	for (size_t r = 0; r < layout->row_count && rows < ROWS_MIN; r++) {
		const struct pdf_row *row = &layout->rows[r];
		if (row->rotated || row->segment_count < parts_min)
			continue;
		if (last && (row->region != last->region || row->y - last->y > DISTANCE_SIZES * row->size))
			rows = 0;
		rows++;
		last = row;
	}
	return rows >= ROWS_MIN;
}

/* Does a column stand beside another one, which may be those of a table? */
static bool has_columns(const struct pdf_layout *layout)
{
	for (size_t r = 1; r < layout->row_count; r++)
		if (layout->rows[r].region != layout->rows[r - 1].region && layout->rows[r].y < layout->rows[r - 1].y)
			return true;
	return false;
}

/* Is there a table by its text, which is no list of names and explanations? */
static bool has_text_table(const struct pdf_layout *layout)
{
	struct pdf_table table;
	size_t seen = 1;

	for (size_t r = 0; r < layout->row_count; r += seen > 0 ? seen : 1)
		if (pdf_table_find(layout, r, &table, &seen) && !table.terms)
			return true;
	return false;
}

bool pdf_grids_wanted(const struct pdf_layout *layout, const struct pdf_grid_record *record)
{
	enum { DRAWN_MIN = 12, RULED_SHARE = 6 };

	if (!has_parted_rows(layout, 2) && !has_columns(layout))
		return false;
	if (record->drawn < DRAWN_MIN || record->ruled * RULED_SHARE >= record->drawn)
		return true;
	return has_parted_rows(layout, 3) || has_text_table(layout);
}

static const struct pdf_grid *grid_of(const struct pdf_layout *layout, size_t row)
{
	const struct pdf_grids *grids = layout->page->grids;

	CHECK(grids && layout->rows[row].grid > 0 && layout->rows[row].grid <= grids->count);
	return &grids->items[layout->rows[row].grid - 1];
}

void pdf_grid_describe(const struct pdf_layout *layout, size_t row, struct pdf_table *ret_table)
{
	const struct pdf_grid *grid = grid_of(layout, row);
	struct pdf_table table = { .row_first = (uint32_t)row, .row_count = 1, .column_count = grid->column_count, .ruled = true, .tag = grid->table };

	for (size_t c = 0; c < grid->column_count; c++)
		table.columns[c] = (struct pdf_table_column){ .x0 = grid->x[c], .x1 = grid->x[c + 1] };
	*ret_table = table;
}

/* Does each column of the table, found without rules, stand in one of the ruled table? So does what the page's end cuts from it, for one
 * row or two show no more than text. */
static bool stands_in_columns(const struct pdf_table *text, const struct pdf_table *ruled)
{
	static const float tolerance = 1.0f;

	for (size_t c = 0; c < ruled->column_count; c++)
		if (text->columns[c].x0 < ruled->columns[c].x0 - tolerance || text->columns[c].x1 > ruled->columns[c].x1 + tolerance)
			return false;
	return ruled->column_count > 1;
}

bool pdf_grid_continues(const struct pdf_table *before, const struct pdf_table *table)
{
	static const float tolerance = 3.0f;

	if (before->column_count != table->column_count)
		return false;
	if (before->tag > 0 || table->tag > 0)
		return before->tag == table->tag;
	if (!before->ruled)
		return stands_in_columns(before, table);
	const float moved = table->columns[0].x0 - before->columns[0].x0;
	for (size_t c = 0; c < table->column_count; c++)
		if (fabsf(table->columns[c].x1 - before->columns[c].x1 - moved) > tolerance)
			return false;
	return true;
}

/* The lines of a cell, joined. */
static void read_cell(const struct pdf_grid_reader *reader, const struct pdf_grid_cell *cell)
{
	const struct pdf_word *words = reader->layout->page->words;
	struct pdf_segment segment = { .word_first = cell->word_first };

	buffer_clear(reader->cell);
	for (uint32_t i = 0; i < cell->word_count; i++) {
		segment.word_count++;
		if (!words[cell->word_first + i].line_end && i + 1 < cell->word_count)
			continue;
		buffer_clear(reader->line);
		pdf_segment_append(reader->layout, &segment, reader->line);
		pdf_join_line(reader->cell, buffer_view(reader->line), reader->vocabulary);
		segment = (struct pdf_segment){ .word_first = cell->word_first + i + 1 };
	}
}

void pdf_grid_append_row(const struct pdf_grid_reader *reader, size_t row, struct buffer *out, size_t *ends)
{
	const struct pdf_grid_cell *cells = &reader->layout->page->grids->cells[reader->grid->cell_first];
	const struct pdf_grid_cell *at[PDF_LATTICE_COLUMNS_MAX] = { NULL };

	_Static_assert((int)PDF_LATTICE_COLUMNS_MAX <= (int)PDF_TABLE_COLUMNS_MAX, "a row of a grid has room in a row of a table");
	for (uint32_t i = 0; i < reader->grid->cell_count && cells[i].row <= row; i++)
		if (cells[i].row + cells[i].rows > row)
			at[cells[i].column] = &cells[i];
	for (size_t c = 0; c < reader->grid->column_count; c++) {
		if (at[c]) {
			read_cell(reader, at[c]);
			if (at[c]->row == row || reader->cell->bytes <= REPEATED_BYTES_MAX)
				buffer_append_text(out, buffer_view(reader->cell));
		}
		ends[c] = out->bytes;
	}
}
