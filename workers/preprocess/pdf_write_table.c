/* pdf_write_table.c: tables of pages as one: row by row, the last one held back because it may go on over the end of the page, the header
 * that is repeated there left out. */
#include "workers/preprocess/markdown_inline.h"
#include "workers/preprocess/pdf_grid_text.h"
#include "workers/preprocess/pdf_write_private.h"

#include <xxhash.h>

/* Writes the row that is held back, if there is one. */
static void release_row(struct pdf_writer *writer)
{
	struct text texts[PDF_TABLE_COLUMNS_MAX], all = buffer_view(&writer->cells.text);
	size_t ends[PDF_TABLE_COLUMNS_MAX], start = 0;

	if (!writer->row_held)
		return;
	writer->row_held = false;
	pdf_writer_restart(writer, &writer->row);
	for (size_t c = 0; c < writer->table_columns; c++) {
		markdown_append_escaped(&writer->row, text_slice(all, start, writer->cells.end[c]));
		start = writer->cells.end[c];
		ends[c] = writer->row.bytes;
	}
	if (writer->cells.text.status || writer->row.status)
		return;
	for (size_t c = 0; c < writer->table_columns; c++)
		texts[c] = text_slice(buffer_view(&writer->row), c > 0 ? ends[c - 1] : 0, ends[c]);
	markdown_table_row(&writer->markdown, texts, writer->table_columns);
}

/* What looked like a header and has no rows is a line of text. */
static void write_lone_header(struct pdf_writer *writer)
{
	const struct text all = buffer_view(&writer->cells.text);
	size_t start = 0;

	pdf_writer_restart(writer, &writer->line);
	for (size_t c = 0; c < writer->table_columns; c++) {
		if (c > 0)
			buffer_append_byte(&writer->line, ' ');
		buffer_append_text(&writer->line, text_slice(all, start, writer->cells.end[c]));
		start = writer->cells.end[c];
	}
	markdown_paragraph(&writer->markdown, pdf_writer_escape(writer, buffer_view(&writer->line)));
	writer->row_held = writer->header_alone = false;
}

void pdf_writer_end_table(struct pdf_writer *writer)
{
	if (!writer->header_alone)
		release_row(writer);
	markdown_table_close(&writer->markdown);
	if (writer->header_alone)
		write_lone_header(writer);
}

/* The texts of the lines [first, end) column by column; behind what is in the cells already when they `go_on`. */
void pdf_writer_gather_cells(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_table *table, uint32_t first,
			 uint32_t end, bool go_on)
{
	struct pdf_cells *cells = &writer->cells;
	struct buffer *cell = &writer->text, *all = &writer->row;
	size_t start = 0;

	pdf_writer_restart(writer, all);
	for (size_t c = 0; c < table->column_count; c++) {
		pdf_writer_restart(writer, cell);
		if (go_on)
			buffer_append_text(cell, text_slice(buffer_view(&cells->text), start, cells->end[c]));
		for (uint32_t r = first; r < end; r++) {
			const struct pdf_row *row = &layout->rows[r];
			for (uint32_t s = 0; s < row->segment_count && !row->furniture; s++) {
				const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
				if (pdf_table_column_of(table, segment) != c)
					continue;
				pdf_writer_restart(writer, &writer->line);
				pdf_segment_append(layout, segment, &writer->line);
				pdf_join_line(cell, buffer_view(&writer->line), writer->vocabulary);
			}
		}
		start = cells->end[c];
		buffer_append_text(all, buffer_view(cell));
		cells->end[c] = all->bytes;
	}
	pdf_writer_restart(writer, cell);
	pdf_writer_restart(writer, &cells->text);
	buffer_append_text(&cells->text, buffer_view(all));
}

/* Where the next row of the table begins, behind the line `first`. */
uint32_t pdf_writer_row_end(const struct pdf_layout *layout, uint32_t first, uint32_t end)
{
	uint32_t r = first + 1;
	while (r < end && (layout->rows[r].furniture || !layout->rows[r].begins_cells))
		r++;
	return r;
}

/* The cells at hand are row `index` of the table. */
static void note_head(struct pdf_writer *writer, size_t index)
{
	if (index < PDF_HEAD_ROWS)
		writer->head[index] = XXH3_64bits(writer->cells.text.data, writer->cells.text.bytes);
	writer->head_count = size_min(index + 1, PDF_HEAD_ROWS);
}

/* Are the cells at hand, row `index` of what goes on from the page before, a row of the header once more? Further rows are only if
 * all above them are. */
static bool repeats_head(const struct pdf_writer *writer, size_t index)
{
	return index < writer->head_count && writer->head[index] == XXH3_64bits(writer->cells.text.data, writer->cells.text.bytes);
}

static void open_table(struct pdf_writer *writer, size_t columns)
{
	markdown_table_open(&writer->markdown, columns);
	writer->table_columns = columns;
	writer->pending = PDF_PENDING_TABLE;
}

/* The next row of the table is in the cells at hand. In a table that goes on: `index` from its first row here, and whether that is the header
 * of another table. */
static void take_row(struct pdf_writer *writer, bool continues, size_t index, bool other_header)
{
	writer->row_held = true;
	if (!continues) {
		note_head(writer, index);
	} else if (index == writer->repeated && repeats_head(writer, index)) {
		writer->row_held = false;
		writer->repeated++;
	} else if (index == 0 && other_header) {
		markdown_table_close(&writer->markdown);
		open_table(writer, writer->table_columns);
		note_head(writer, 0);
	}
}

/* Does the table, at the top of a page or column, begin with the header of the one that is open? Then it goes on, wherever its columns stand. */
static bool begins_with_head(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_table *table)
{
	if (table->ruled || writer->header_alone || writer->head_count == 0)
		return false;
	release_row(writer);
	pdf_writer_gather_cells(writer, layout, table, table->row_first, pdf_writer_row_end(layout, table->row_first, table->row_first + table->row_count), false);
	return repeats_head(writer, 0);
}

/* Does the block go on with the table that is open? If not, opens it. */
static bool enter_table(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block, const struct pdf_table *table)
{
	const bool may_go_on = writer->pending == PDF_PENDING_TABLE && block->starts_region && writer->table_columns == table->column_count;

	writer->repeated = 0;
	if (may_go_on && (table->continued || begins_with_head(writer, layout, table)))
		return true;
	pdf_writer_flush(writer);
	pdf_writer_close_lists(writer);
	open_table(writer, table->column_count);
	return false;
}

/* Row `r` of the grid, behind the cells of the row that is held: is it the header once more, which stands above the rest of the held row? */
static bool skip_head(struct pdf_writer *writer, const struct pdf_grid_reader *reader, size_t r)
{
	struct buffer *texts = &writer->cells.text;
	const size_t held = texts->bytes;
	size_t ends[PDF_TABLE_COLUMNS_MAX];

	if (r != writer->repeated || r >= writer->head_count)
		return false;
	pdf_grid_append_row(reader, r, texts, ends);
	const bool same = texts->status == 0 && writer->head[r] == XXH3_64bits(texts->data + held, texts->bytes - held);
	buffer_truncate(texts, held);
	writer->repeated += same;
	return same;
}

/* Row `r` of the grid is the rest of the row that is held, whose cells the page's end has cut. */
static void go_on_in_row(struct pdf_writer *writer, const struct pdf_grid_reader *reader, size_t r)
{
	struct buffer *texts = &writer->cells.text;
	size_t ends[PDF_TABLE_COLUMNS_MAX], start = 0, more = texts->bytes;

	pdf_grid_append_row(reader, r, texts, ends);
	pdf_writer_restart(writer, &writer->row);
	for (size_t c = 0; c < writer->table_columns; c++) {
		pdf_writer_restart(writer, &writer->text);
		buffer_append_text(&writer->text, text_slice(buffer_view(texts), start, writer->cells.end[c]));
		pdf_join_line(&writer->text, text_slice(buffer_view(texts), more, ends[c]), writer->vocabulary);
		start = writer->cells.end[c];
		more = ends[c];
		buffer_append_text(&writer->row, buffer_view(&writer->text));
		writer->cells.end[c] = writer->row.bytes;
	}
	pdf_writer_restart(writer, texts);
	buffer_append_text(texts, buffer_view(&writer->row));
}

void pdf_writer_take_grid(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block, const struct pdf_table *table)
{
	const struct pdf_grid *grid = &layout->page->grids->items[layout->rows[table->row_first].grid - 1];
	const struct pdf_grid_reader reader = { layout, grid, writer->vocabulary, &writer->line, &writer->text };
	const bool continues = enter_table(writer, layout, block, table);

	for (size_t r = 0; r < grid->row_count; r++) {
		if (continues && writer->row_held && grid->goes_on > r) {
			if (skip_head(writer, &reader, r))
				continue;
			if (grid->goes_on == r + 1) {
				go_on_in_row(writer, &reader, r);
				continue;
			}
		}
		release_row(writer);
		pdf_writer_restart(writer, &writer->cells.text);
		pdf_grid_append_row(&reader, r, &writer->cells.text, writer->cells.end);
		take_row(writer, continues, r, false);
	}
	pdf_writer_restart(writer, &writer->text);
}

void pdf_writer_take_table(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block, const struct pdf_table *table)
{
	static const float bold_share = 0.8f;
	const uint32_t end = table->row_first + table->row_count;
	const bool continues = enter_table(writer, layout, block, table);
	size_t index = 0;

	writer->header_alone = table->header_only;
	for (uint32_t first = table->row_first, next; first < end; first = next, index++) {
		const bool goes_on = index == 0 && continues && table->continued && !layout->rows[first].begins_cells;
		next = pdf_writer_row_end(layout, first, end);
		if (!goes_on)
			release_row(writer);
		pdf_writer_gather_cells(writer, layout, table, first, next, goes_on && writer->row_held);
		if (goes_on)
			writer->row_held = true;
		else
			take_row(writer, continues, index, table->bold_header && layout->rows[first].bold > bold_share);
	}
}
