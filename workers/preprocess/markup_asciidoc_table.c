/* markup_asciidoc_table.c: tables of AsciiDoc: cells one behind the other, on a line or on many, a row as many as the table has columns. */
#include "workers/preprocess/markup_asciidoc.h"

enum { REPEAT_COST_BYTES = 32 }; /* of a cell that is repeated, beside its text */

struct cell {
	uint32_t columns, rows, times;
};

struct table {
	struct markup *markup;
	char separator;
	size_t columns;   /* of a row; 0: not known yet */
	uint32_t reach[MARKDOWN_COLUMNS_MAX]; /* rows that a cell above still takes in each column */
	size_t column;    /* of the next cell */
	bool any_cell;
	struct cell cell; /* the one at hand; its text is markup->raw */
};

/* "cols="1,1,2"", "cols="3*"", "cols=2*": how many, or 0. */
static size_t columns_said(struct text attributes)
{
	ptrdiff_t at = text_find(attributes, TEXT_LITERAL("cols="));
	size_t count = 0, number = 0;

	if (at < 0)
		return 0;
	struct text value = text_slice(attributes, (size_t)at + 5, attributes.bytes);
	char quote = value.bytes > 0 && (value.data[0] == '"' || value.data[0] == '\'') ? value.data[0] : '\0';
	value = text_slice(value, quote != '\0', value.bytes);
	const char *close = memchr(value.data, quote ? quote : ',', value.bytes);
	value.bytes = close ? (size_t)(close - value.data) : value.bytes;
	if (value.bytes == 0)
		return 0;
	count = 1;
	for (size_t i = 0; i < value.bytes; i++) {
		if (ascii_is_digit(value.data[i]) && number < MARKDOWN_COLUMNS_MAX)
			number = number * 10 + (size_t)(value.data[i] - '0');
		else if (value.data[i] == '*' && number > 0)
			count += number - 1;
		if (!ascii_is_digit(value.data[i]))
			number = 0;
		count += value.data[i] == ',';
	}
	return size_min(count, MARKDOWN_COLUMNS_MAX);
}

/* The specifier in front of a separator, "2+", ".3+", "3*", "^.>s", "a": its start, or `end` when what stands there is text. `from`: behind the
 * separator before. */
static size_t specifier_start(struct text line, size_t from, size_t end, struct cell *ret_cell)
{
	size_t start = end;
	uint32_t numbers[2] = { 0, 0 };
	bool span = false, times = false, dot = false;

	*ret_cell = (struct cell){ 1, 1, 1 };
	while (start > from && !ascii_is_space(line.data[start - 1]))
		start--;
	if (start == from && from > 0)
		return end; /* the text of a cell, without a blank */
	for (size_t i = start; i < end; i++) {
		char c = line.data[i];
		if (ascii_is_digit(c) && !span && !times && numbers[dot] < MARKDOWN_COLUMNS_MAX)
			numbers[dot] = numbers[dot] * 10 + (uint32_t)(c - '0');
		else if (c == '.' && !dot)
			dot = true;
		else if (c == '+' && !span)
			span = true;
		else if (c == '*' && !times)
			times = true;
		else if (!strchr("<>^.adehlmsv", c))
			return end;
	}
	if ((numbers[0] > 0 || numbers[1] > 0) && !span && !times)
		return end;
	if (span) {
		ret_cell->columns = numbers[0] > 0 ? numbers[0] : 1;
		ret_cell->rows = numbers[1] > 0 ? numbers[1] : 1;
	}
	if (times && numbers[0] > 0)
		ret_cell->times = numbers[0];
	return start;
}

static void next_free_column(struct table *table)
{
	while (table->column < table->columns && table->reach[table->column] > 0)
		table->column++;
}

static void end_row_when_full(struct table *table)
{
	next_free_column(table);
	if (table->columns == 0 || table->column < table->columns)
		return;
	markdown_grid_row_end(&table->markup->grid);
	for (size_t i = 0; i < table->columns; i++)
		table->reach[i] -= table->reach[i] > 0;
	table->column = 0;
	next_free_column(table);
}

static void end_cell(struct table *table)
{
	struct markup *markup = table->markup;

	if (!table->any_cell)
		return;
	for (uint32_t i = 0; i < table->cell.times && (i == 0 || markup->expanded_bytes <= MARKUP_EXPANDED_BYTES_MAX); i++) {
		markup->expanded_bytes += i > 0 ? markup->raw.bytes + REPEAT_COST_BYTES : 0;
		markup_cell(markup, buffer_view(&markup->raw), table->cell.columns, table->cell.rows);
		for (uint32_t k = 0; k < table->cell.columns && table->column < MARKDOWN_COLUMNS_MAX; k++, table->column++)
			table->reach[table->column] = table->cell.rows;
		end_row_when_full(table);
	}
	buffer_clear(&markup->raw);
	table->any_cell = false;
}

static void take_cells(struct table *table, struct text line)
{
	size_t from = 0, cells = 0;

	for (size_t at = 0; at < line.bytes; at++) {
		struct cell cell;
		if (line.data[at] != table->separator || (at > 0 && line.data[at - 1] == '\\'))
			continue;
		const size_t start = specifier_start(line, from, at, &cell);
		struct text before = text_trim(text_slice(line, from, start));
		if (before.bytes > 0)
			markup_add(table->markup, before);
		end_cell(table);
		table->cell = cell;
		table->any_cell = true;
		from = at + 1;
		cells += cell.times * cell.columns;
	}
	if (from < line.bytes)
		markup_add(table->markup, text_slice(line, from, line.bytes));
	/* The first line has a whole row, when nothing else said how many columns there are. */
	if (table->columns == 0 && cells > 0) {
		table->columns = size_min(cells, MARKDOWN_COLUMNS_MAX);
		end_row_when_full(table);
	}
}

static void take_fields(struct table *table, struct text line)
{
	struct text field;

	while (text_next_field(&line, ',', &field))
		markup_cell(table->markup, field, 1, 1);
	markdown_grid_row_end(&table->markup->grid);
}

void markup_asciidoc_table(struct markup *markup, struct text fence)
{
	struct table table = { .markup = markup, .separator = fence.data[0], .columns = columns_said(markup->block_attributes) };
	bool fields = fence.data[0] == ',' || text_find(markup->block_attributes, TEXT_LITERAL("format=csv")) >= 0 ||
		      text_find(markup->block_attributes, TEXT_LITERAL("format=\"csv\"")) >= 0;
	struct text line;

	while (markup_next_line(markup, &line) && !text_equal(line, fence)) {
		if (line.bytes == 0 || text_starts_with(line, TEXT_LITERAL("//")))
			continue;
		if (fields)
			take_fields(&table, line);
		else
			take_cells(&table, line);
	}
	end_cell(&table);
	if (table.column > 0)
		markdown_grid_row_end(&markup->grid);
	buffer_clear(&markup->raw);
	markup_table_end(markup);
}
