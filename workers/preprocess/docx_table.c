/* docx_table.c: recorded tables. First a look at each: does it tabulate, or does it lay out the page? The first becomes a table (one
 * inside a cell becomes lines of that cell), the second is written as the blocks it holds. */
#include "workers/preprocess/docx_out.h"

#include "workers/preprocess/docx_styles.h"
#include "workers/preprocess/markdown_inline.h"

enum { LAYOUT_CELL_BYTES = 4000 /* a cell with so much text holds a page, not a value */ };

static struct text record_text(struct docx_out *out, const struct docx_block *block)
{
	return (struct text){ out->record_text.data && block->bytes ? out->record_text.data + block->start : "", block->bytes };
}

static bool holds_others(const struct docx_block *block)
{
	return block->kind == DOCX_BLOCK_TABLE || block->kind == DOCX_BLOCK_ROW || block->kind == DOCX_BLOCK_CELL;
}

static size_t next_record(struct docx_out *out, size_t index)
{
	const struct docx_block *block = docx_out_at(out, index);
	CHECK(!holds_others(block) || block->end > index);
	return holds_others(block) ? block->end : index + 1;
}

/* --- a look ---------------------------------------------------------------------------------------------------- */

struct docx_look {
	size_t rows, cells, columns; /* the most cells of a row */
	size_t longest_bytes, total_bytes; /* of a cell, of all */
	bool has_header;
	bool cell_has_blocks;  /* some cell holds more than one block */
	bool cell_has_heading; /* and one of them is a heading */
	bool cell_has_table;
	bool all_code;
};

/* Of the text of a block, or of all that a table holds. */
static size_t bytes_of(struct docx_out *out, size_t index)
{
	size_t end = next_record(out, index), bytes = 0;

	for (size_t i = index; i < end; i++)
		bytes += holds_others(docx_out_at(out, i)) ? 0 : docx_out_at(out, i)->bytes;
	return bytes;
}

static void look_at_cell(struct docx_out *out, size_t cell, struct docx_look *look)
{
	size_t blocks = 0, bytes = 0, end = docx_out_at(out, cell)->end;
	bool heading = false;

	for (size_t i = cell + 1; i < end; i = next_record(out, i)) {
		const struct docx_block *block = docx_out_at(out, i);
		if (block->kind == DOCX_BLOCK_NOTHING || (!holds_others(block) && text_trim(record_text(out, block)).bytes == 0))
			continue;
		look->cell_has_table |= block->kind == DOCX_BLOCK_TABLE;
		look->all_code &= block->kind == DOCX_BLOCK_CODE;
		heading |= block->kind == DOCX_BLOCK_HEADING;
		bytes += bytes_of(out, i);
		blocks++;
	}
	look->cell_has_blocks |= blocks > 1;
	look->cell_has_heading |= heading && blocks > 1;
	look->longest_bytes = size_max(look->longest_bytes, bytes);
	look->total_bytes += bytes;
}

static void look_at(struct docx_out *out, size_t table, struct docx_look *look)
{
	*look = (struct docx_look){ .all_code = true };
	for (size_t row = table + 1; row < docx_out_at(out, table)->end; row = next_record(out, row)) {
		size_t cells = 0;
		look->has_header |= docx_out_at(out, row)->header;
		for (size_t cell = row + 1; cell < docx_out_at(out, row)->end; cell = next_record(out, cell)) {
			look_at_cell(out, cell, look);
			cells++;
		}
		look->cells += cells;
		look->rows += cells > 0;
		look->columns = size_max(look->columns, cells);
	}
}

/* A header row alone proves nothing: some programs flag the first row of every table. */
static bool is_layout(const struct docx_look *look)
{
	bool holds_page = look->longest_bytes > LAYOUT_CELL_BYTES && (!look->has_header || look->longest_bytes > look->total_bytes / 2);

	if (look->cells <= 1 || look->cell_has_heading || look->all_code || holds_page)
		return true;
	if (look->columns < 2)
		return look->cell_has_table || (look->cell_has_blocks && !look->has_header);
	return look->rows < 2 && look->cell_has_table;
}

/* --- in a cell ------------------------------------------------------------------------------------------------- */

static void append_part(struct buffer *flat, size_t start, const char *between)
{
	if (flat->bytes > start)
		buffer_append_string(flat, between);
}

static void flatten_code(struct text code, struct buffer *flat)
{
	struct text line;
	bool first = true;

	while (text_next_line(&code, &line)) {
		if (text_trim(line).bytes == 0)
			continue;
		if (!first)
			buffer_append_byte(flat, '\n');
		first = false;
		markdown_append_code_span(flat, line);
	}
}

/* The rows as lines, their cells parted by commas. */
static void flatten_table(struct docx_out *out, size_t table, struct buffer *flat)
{
	size_t start = flat->bytes;

	for (size_t row = table + 1; row < docx_out_at(out, table)->end; row = next_record(out, row)) {
		size_t row_start = flat->bytes;
		append_part(flat, start, "\n");
		size_t text_start = flat->bytes;
		for (size_t cell = row + 1; cell < docx_out_at(out, row)->end; cell = next_record(out, cell)) {
			size_t before = flat->bytes;
			append_part(flat, text_start, ", ");
			size_t cell_start = flat->bytes;
			docx_flatten(out, cell + 1, docx_out_at(out, cell)->end, flat);
			if (flat->bytes == cell_start)
				buffer_truncate(flat, before);
		}
		if (flat->bytes == text_start)
			buffer_truncate(flat, row_start);
	}
}

void docx_flatten(struct docx_out *out, size_t first, size_t end, struct buffer *flat)
{
	size_t start = flat->bytes;

	for (size_t i = first; i < end; i = next_record(out, i)) {
		const struct docx_block *block = docx_out_at(out, i);
		struct text text = holds_others(block) ? TEXT_LITERAL("") : record_text(out, block);
		if (block->kind == DOCX_BLOCK_TABLE) {
			size_t before = flat->bytes;
			append_part(flat, start, "\n");
			size_t table_start = flat->bytes;
			flatten_table(out, i, flat);
			if (flat->bytes == table_start)
				buffer_truncate(flat, before);
			continue;
		}
		if (text_trim(text).bytes == 0)
			continue;
		append_part(flat, start, "\n");
		if (block->kind == DOCX_BLOCK_CODE) {
			flatten_code(text, flat);
			continue;
		}
		if (block->kind == DOCX_BLOCK_ITEM && block->ordered)
			buffer_append_format(flat, "%u. ", block->number);
		else if (block->kind == DOCX_BLOCK_ITEM)
			buffer_append_string(flat, "- ");
		buffer_append_text(flat, text);
	}
}

/* --- writing --------------------------------------------------------------------------------------------------- */

static void write_cell(struct docx_out *out, size_t cell)
{
	const struct docx_block block = *docx_out_at(out, cell);

	if (block.goes_on) {
		markdown_grid_continue(&out->grid, block.span);
		return;
	}
	buffer_clear(&out->flat);
	docx_flatten(out, cell + 1, block.end, &out->flat);
	markdown_grid_cell(&out->grid, buffer_view(&out->flat), block.span, 1);
}

static void write_grid(struct docx_out *out, size_t table)
{
	markdown_grid_clear(&out->grid);
	for (size_t row = table + 1; row < docx_out_at(out, table)->end; row = next_record(out, row)) {
		const struct docx_block block = *docx_out_at(out, row);
		if (block.span > 0)
			markdown_grid_cell(&out->grid, TEXT_LITERAL(""), block.span, 1);
		for (size_t cell = row + 1; cell < block.end; cell = next_record(out, cell))
			write_cell(out, cell);
		markdown_grid_row_end(&out->grid);
	}
	/* Nothing that was open goes on behind a table. */
	docx_write_end(out);
	int status = markdown_grid_write(&out->grid, out->writer);
	if (status && !out->status)
		out->status = status;
}

void docx_table_write(struct docx_out *out, size_t index)
{
	struct docx_look look;

	look_at(out, index, &look);
	if (!is_layout(&look)) {
		write_grid(out, index);
		return;
	}
	for (size_t row = index + 1; row < docx_out_at(out, index)->end; row = next_record(out, row))
		for (size_t cell = row + 1; cell < docx_out_at(out, row)->end; cell = next_record(out, cell))
			docx_write_records(out, cell + 1, docx_out_at(out, cell)->end);
}

void docx_write_records(struct docx_out *out, size_t first, size_t end)
{
	for (size_t i = first; i < end; i = next_record(out, i)) {
		const struct docx_block block = *docx_out_at(out, i);
		if (block.kind == DOCX_BLOCK_TABLE)
			docx_table_write(out, i);
		else if (!holds_others(&block))
			docx_write_block(out, &block, record_text(out, &block));
	}
}
