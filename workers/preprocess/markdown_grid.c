#include "workers/preprocess/markdown_grid.h"

enum { REPEAT_CELL_BYTES_MAX = 4096, REPEAT_BYTES_FREE = 65536, REPEAT_FACTOR = 4, ADDED_CELLS_FREE = 65536, ADDED_FACTOR = 16 };

void markdown_grid_init(struct markdown_grid *grid, size_t bytes_max)
{
	*grid = (struct markdown_grid){ .columns = 0 };
	buffer_init(&grid->text, size_min(bytes_max, UINT32_MAX));
	buffer_init(&grid->cells, bytes_max);
	buffer_init(&grid->rows, bytes_max);
}

void markdown_grid_done(struct markdown_grid *grid)
{
	buffer_done(&grid->text);
	buffer_done(&grid->cells);
	buffer_done(&grid->rows);
}

void markdown_grid_clear(struct markdown_grid *grid)
{
	buffer_clear(&grid->text);
	buffer_clear(&grid->cells);
	buffer_clear(&grid->rows);
	grid->columns = grid->column = grid->row_first_cell = grid->repeated_bytes = grid->given_cells = grid->added_cells = 0;
	memset(grid->spans, 0, sizeof(grid->spans));
	grid->spans_end = 0;
}

static size_t cell_count(const struct markdown_grid *grid)
{
	return grid->cells.bytes / sizeof(struct markdown_grid_cell);
}

static void push_cell(struct markdown_grid *grid, struct markdown_grid_cell cell)
{
	CHECK(grid->column < MARKDOWN_COLUMNS_MAX);
	buffer_append(&grid->cells, &cell, sizeof(cell));
	grid->column++;
}

/* False: the table has more cells than the document gives reason for. */
static bool may_add(const struct markdown_grid *grid)
{
	return grid->added_cells < ADDED_CELLS_FREE + grid->given_cells * ADDED_FACTOR;
}

static void add_cell(struct markdown_grid *grid, struct markdown_grid_cell cell)
{
	grid->added_cells++;
	push_cell(grid, cell);
}

/* The cell once more, or an empty one where that would be too much. */
static void repeat_cell(struct markdown_grid *grid, struct markdown_grid_cell cell)
{
	bool repeat = cell.bytes <= REPEAT_CELL_BYTES_MAX &&
		      grid->repeated_bytes + cell.bytes <= REPEAT_BYTES_FREE + grid->text.bytes * REPEAT_FACTOR;

	if (repeat)
		grid->repeated_bytes += cell.bytes;
	else
		cell.bytes = 0;
	add_cell(grid, cell);
}

/* Fills the columns that cells of earlier rows reach down into. */
static void fill_spanned(struct markdown_grid *grid)
{
	while (grid->column < MARKDOWN_COLUMNS_MAX && grid->spans[grid->column].rows > 0) {
		if (!may_add(grid)) {
			grid->spans[grid->column].rows = 0;
			return;
		}
		grid->spans[grid->column].rows--;
		repeat_cell(grid, grid->spans[grid->column].cell);
	}
}

/* No column is left: the text joins that of the row's last cell, which is copied behind it unless it ends the text. */
static void join_to_last(struct markdown_grid *grid, struct text text)
{
	if (text.bytes == 0 || grid->cells.status || grid->text.status || cell_count(grid) == 0)
		return;
	struct markdown_grid_cell *last = (struct markdown_grid_cell *)(void *)grid->cells.data + cell_count(grid) - 1;
	if (last->start + last->bytes != grid->text.bytes) {
		uint32_t start = (uint32_t)grid->text.bytes;
		char *place = buffer_reserve(&grid->text, last->bytes);
		if (!place)
			return;
		memcpy(place, grid->text.data + last->start, last->bytes);
		buffer_commit(&grid->text, last->bytes);
		last->start = start;
	}
	if (last->bytes > 0)
		buffer_append_byte(&grid->text, ' ');
	buffer_append_text(&grid->text, text);
	last->bytes = (uint32_t)(grid->text.bytes - last->start);
}

void markdown_grid_cell(struct markdown_grid *grid, struct text inline_text, uint32_t column_span, uint32_t row_span)
{
	struct text text = text_trim(inline_text);

	fill_spanned(grid);
	if (grid->column == MARKDOWN_COLUMNS_MAX) {
		join_to_last(grid, text);
		return;
	}
	struct markdown_grid_cell cell = { (uint32_t)grid->text.bytes, (uint32_t)text.bytes };
	buffer_append_text(&grid->text, text);
	grid->given_cells++;
	for (uint32_t i = 0; i < size_max(column_span, 1) && grid->column < MARKDOWN_COLUMNS_MAX && (i == 0 || may_add(grid)); i++) {
		if (i > 0 && grid->spans[grid->column].rows > 0)
			break; /* overlaps a cell from above: that one stays */
		grid->spans[grid->column].rows = row_span > 1 ? row_span - 1 : 0;
		grid->spans[grid->column].cell = cell;
		grid->spans_end = row_span > 1 ? size_max(grid->spans_end, grid->column + 1) : grid->spans_end;
		push_cell(grid, cell);
		grid->added_cells += i > 0;
		cell.bytes = 0;
	}
}

void markdown_grid_continue(struct markdown_grid *grid, uint32_t column_span)
{
	fill_spanned(grid);
	grid->given_cells++;
	for (uint32_t i = 0; i < size_max(column_span, 1) && grid->column < MARKDOWN_COLUMNS_MAX && (i == 0 || may_add(grid)); i++) {
		struct markdown_grid_cell cell = grid->spans[grid->column].cell;
		if (i > 0)
			cell.bytes = 0;
		repeat_cell(grid, cell);
	}
}

void markdown_grid_group_end(struct markdown_grid *grid)
{
	for (size_t i = 0; i < grid->spans_end; i++)
		grid->spans[i].rows = 0;
	grid->spans_end = 0;
}

/* A row that brings no cell of its own is no row, but the spans reach over it. */
static void skip_row(struct markdown_grid *grid)
{
	for (size_t i = 0; i < MARKDOWN_COLUMNS_MAX; i++)
		grid->spans[i].rows -= grid->spans[i].rows > 0;
}

void markdown_grid_row_end(struct markdown_grid *grid)
{
	if (grid->column == 0) {
		skip_row(grid);
		return;
	}
	/* Columns from above may lie behind a gap that this row left. */
	size_t last_spanned = 0;
	for (size_t i = grid->column; i < MARKDOWN_COLUMNS_MAX && i < size_max(grid->columns, grid->column); i++)
		if (grid->spans[i].rows > 0)
			last_spanned = i + 1;
	while (grid->column < last_spanned && may_add(grid)) {
		if (grid->spans[grid->column].rows > 0)
			fill_spanned(grid);
		else
			add_cell(grid, (struct markdown_grid_cell){ 0, 0 });
	}
	grid->columns = size_max(grid->columns, grid->column);
	grid->column = 0;
	/* Empty cells at the end are there when the table is written. */
	const struct markdown_grid_cell *cells = (const void *)grid->cells.data;
	size_t end = cell_count(grid);
	while (end > grid->row_first_cell && cells[end - 1].bytes == 0)
		end--;
	struct markdown_grid_row row = { .first_cell = (uint32_t)grid->row_first_cell };
	if (end > grid->row_first_cell)
		buffer_append(&grid->rows, &row, sizeof(row));
	buffer_truncate(&grid->cells, size_min(end * sizeof(struct markdown_grid_cell), grid->cells.bytes));
	grid->row_first_cell = cell_count(grid);
}

size_t markdown_grid_row_count(const struct markdown_grid *grid)
{
	return grid->rows.bytes / sizeof(struct markdown_grid_row);
}

static size_t end_of_row(const struct markdown_grid *grid, size_t row)
{
	const struct markdown_grid_row *rows = (const void *)grid->rows.data;
	return row + 1 < markdown_grid_row_count(grid) ? rows[row + 1].first_cell : cell_count(grid);
}

/* From the end, so that each row knows what those behind it need. */
static void look_over(struct markdown_grid *grid, bool *filled)
{
	const struct markdown_grid_cell *cells = (const void *)grid->cells.data;
	struct markdown_grid_row *rows = (void *)grid->rows.data;
	uint32_t oldest = (uint32_t)grid->text.bytes;

	for (size_t row = markdown_grid_row_count(grid); row-- > 0;) {
		for (size_t i = rows[row].first_cell, end = end_of_row(grid, row); i < end; i++) {
			filled[i - rows[row].first_cell] |= cells[i].bytes > 0;
			oldest = cells[i].bytes > 0 && cells[i].start < oldest ? cells[i].start : oldest;
		}
		rows[row].oldest_text = oldest;
	}
}

static void write_rows(struct markdown_grid *grid, const bool *filled, struct markdown_writer *writer)
{
	const struct markdown_grid_cell *cells = (const void *)grid->cells.data;
	const struct markdown_grid_row *rows = (const void *)grid->rows.data;
	size_t discarded_text = 0, discarded_cells = 0;

	for (size_t row = 0; row < markdown_grid_row_count(grid); row++) {
		struct text line[MARKDOWN_COLUMNS_MAX];
		size_t first = rows[row].first_cell, end = end_of_row(grid, row), count = 0;
		for (size_t i = first; i < end; i++)
			if (filled[i - first])
				line[count++] = (struct text){ cells[i].bytes ? grid->text.data + cells[i].start : "", cells[i].bytes };
		markdown_table_row(writer, line, count);
		discarded_cells = buffer_discard(&grid->cells, discarded_cells, first * sizeof(*cells));
		discarded_text = buffer_discard(&grid->text, discarded_text, rows[row].oldest_text);
	}
}

int markdown_grid_write(struct markdown_grid *grid, struct markdown_writer *writer)
{
	size_t columns = 0;
	bool filled[MARKDOWN_COLUMNS_MAX] = { false };
	int status = grid->text.status ? grid->text.status : grid->cells.status ? grid->cells.status : grid->rows.status;

	if (status)
		return status;
	if (markdown_grid_row_count(grid) == 0)
		return 0;
	look_over(grid, filled);
	for (size_t i = 0; i < grid->columns; i++)
		columns += filled[i];
	CHECK(columns > 0);
	markdown_table_open(writer, columns);
	write_rows(grid, filled, writer);
	markdown_table_close(writer);
	return 0;
}
