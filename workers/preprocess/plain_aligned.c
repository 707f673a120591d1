/* plain_aligned.c: tables of plain text whose columns are shown by blanks alone, or by a ruled line (see plain_table.h). What could as well be a
 * listing, options or code is refused: the text stays as it was laid out. */
#include "workers/preprocess/plain_table.h"

#include "base/utf8.h"
#include "workers/preprocess/markdown_inline.h"

enum {
	GUTTER_COLUMNS = 2,     /* blank in every line, where no ruled line names the columns */
	ROWS_MIN = 3,           /* without a ruled line, the header counted */
	TWO_COLUMN_CELL_MAX = 60,
	HEADER_LINES_MAX = 3,
	LONE_CELL_PERCENT = 20, /* of the lines may have text in one column only */
};

struct aligned_columns {
	size_t count;
	struct { size_t start, end; } spans[PLAIN_TABLE_COLUMNS_MAX]; /* in characters; the last one is open */
	size_t rule;  /* the ruled line under the header; SIZE_MAX: none */
	bool named;   /* a ruled line with gaps names the columns */
};

static bool is_rule(struct text line)
{
	char stroke = line.data[0];

	if (line.bytes < 3 || (stroke != '-' && stroke != '='))
		return false;
	for (size_t i = 1; i < line.bytes; i++)
		if (line.data[i] != stroke && line.data[i] != ' ')
			return false;
	return true;
}

/* The segments of "-----  ---": [start, end) of each, in characters. */
static size_t rule_segments(struct plain_table *table, size_t at, struct aligned_columns *columns)
{
	struct text line = plain_line_text(table->lines, at);
	size_t indent = plain_line_at(table->lines, at)->indent, count = 0;

	for (size_t i = 0; i < line.bytes; i++) {
		if (line.data[i] == ' ')
			continue;
		if (i == 0 || line.data[i - 1] == ' ') {
			if (count == PLAIN_TABLE_COLUMNS_MAX)
				return 0;
			columns->spans[count++].start = indent + i;
		}
		columns->spans[count - 1].end = indent + i + 1;
	}
	return count;
}

/* Columns that some line has a character in; false when a line is too long to be a table's. */
static bool occupied(const struct plain_table *table, bool *used)
{
	for (size_t at = table->start; at < table->end; at++) {
		struct text line = plain_line_text(table->lines, at);
		size_t column = plain_line_at(table->lines, at)->indent;
		uint32_t code = 0;

		if (is_rule(line))
			continue;
		for (size_t i = 0; i < line.bytes; column++) {
			size_t bytes = utf8_decode(line, i, &code);
			if (column >= PLAIN_TABLE_WIDTH_MAX)
				return false;
			if (line.data[i] != ' ')
				used[column] = true;
			i += bytes ? bytes : 1;
		}
	}
	return true;
}

static size_t columns_by_gutters(const bool *used, struct aligned_columns *columns)
{
	size_t count = 0, blank = GUTTER_COLUMNS;

	for (size_t column = 0; column < PLAIN_TABLE_WIDTH_MAX; column++) {
		if (!used[column]) {
			blank++;
			continue;
		}
		if (blank >= GUTTER_COLUMNS) {
			if (count == PLAIN_TABLE_COLUMNS_MAX)
				return 0;
			columns->spans[count++].start = column;
		}
		columns->spans[count - 1].end = column + 1;
		blank = 0;
	}
	return count;
}

static bool find_columns(struct plain_table *table, struct aligned_columns *columns)
{
	bool used[PLAIN_TABLE_WIDTH_MAX] = { false };
	size_t rows = 0, rows_before = 0; /* before the first ruled line under a row */

	*columns = (struct aligned_columns){ .rule = SIZE_MAX };
	if (!occupied(table, used))
		return false;
	for (size_t at = table->start; at < table->end; at++) {
		struct text line = plain_line_text(table->lines, at);
		if (!is_rule(line)) {
			rows++;
			continue;
		}
		if (memchr(line.data, ' ', line.bytes) && !columns->named) {
			columns->named = true;
			columns->count = rule_segments(table, at, columns);
		}
		if (rows > 0 && columns->rule == SIZE_MAX) {
			columns->rule = at;
			rows_before = rows;
		}
	}
	if (rows_before == rows || rows_before > HEADER_LINES_MAX)
		columns->rule = SIZE_MAX;
	if (!columns->named)
		columns->count = columns_by_gutters(used, columns);
	return columns->count >= 2;
}

/* The line's cells; false when a word crosses from one column into the next. */
static bool split_line(struct plain_table *table, size_t at, const struct aligned_columns *columns)
{
	struct text line = plain_line_text(table->lines, at);
	size_t column = plain_line_at(table->lines, at)->indent, i = 0;
	uint32_t code = 0;

	table->piece_count = 0;
	for (size_t c = 0; c < columns->count; c++) {
		size_t next = c + 1 < columns->count ? columns->spans[c + 1].start : SIZE_MAX, start = i, last = 0;
		for (; i < line.bytes && column < next; column++) {
			size_t bytes = utf8_decode(line, i, &code);
			if (line.data[i] != ' ')
				last = column + 1;
			i += bytes ? bytes : 1;
		}
		if (next != SIZE_MAX && last >= next && i < line.bytes)
			return false;
		struct text cell = text_trim(text_slice(line, start, i));
		table->pieces[table->piece_count++] = (struct plain_table_piece){ cell, 1, 0 };
	}
	return true;
}

static size_t filled(const struct plain_table *table)
{
	size_t count = 0;

	for (size_t i = 0; i < table->piece_count; i++)
		count += table->pieces[i].text.bytes > 0;
	return count;
}

/* What is said of something else more often: contents with leaders, options, statements. */
static bool looks_otherwise(struct text line, struct text first_cell)
{
	if (text_find(line, TEXT_LITERAL("....")) >= 0 || text_find(line, TEXT_LITERAL(". . .")) >= 0)
		return true;
	if (first_cell.bytes > 1 && first_cell.data[0] == '-' && (ascii_is_alpha(first_cell.data[1]) || first_cell.data[1] == '-'))
		return true;
	return strchr(";{}\\", line.data[line.bytes - 1]) != NULL || strchr("#$>{}", line.data[0]) != NULL;
}

/* A line that goes on with the row above it. */
static bool continues(const struct plain_table *table, const struct aligned_columns *columns)
{
	return columns->count > 2 && table->pieces[0].text.bytes == 0 && filled(table) * 2 <= columns->count;
}

/* A list whose items stand well away from their markers. */
static bool is_bullet(struct text cell)
{
	return text_equal(cell, TEXT_LITERAL("-")) || text_equal(cell, TEXT_LITERAL("*")) || text_equal(cell, TEXT_LITERAL("+")) ||
	       text_equal(cell, TEXT_LITERAL("\xE2\x80\xA2"));
}

static bool is_convincing(struct plain_table *table, const struct aligned_columns *columns)
{
	size_t rows = 0, lone = 0, otherwise = 0, first_filled = 0, bullets = 0;

	for (size_t at = table->start; at < table->end; at++) {
		struct text line = plain_line_text(table->lines, at);
		if (is_rule(line))
			continue;
		if (!split_line(table, at, columns))
			return false;
		size_t count = filled(table);
		if (rows == 0)
			first_filled = count;
		if (rows > 0 && continues(table, columns))
			continue;
		rows++;
		lone += count < 2;
		otherwise += looks_otherwise(line, table->pieces[0].text);
		bullets += is_bullet(table->pieces[0].text);
		if (columns->count == 2 && columns->rule == SIZE_MAX)
			for (size_t c = 0; c < 2; c++)
				lone += table->pieces[c].text.bytes > TWO_COLUMN_CELL_MAX;
	}
	if (bullets * 2 > rows)
		return false;
	if (columns->named)
		return rows >= 2 && first_filled >= 2;
	if (rows < ROWS_MIN || first_filled < 2 || otherwise * 4 > rows)
		return false;
	return columns->count == 2 ? lone == 0 : lone * 100 <= rows * LONE_CELL_PERCENT;
}

bool plain_table_read_aligned(struct plain_table *table, const struct plain_lines *lines, size_t start, size_t end)
{
	struct aligned_columns columns;

	table->lines = lines;
	table->start = start;
	table->end = end;
	if (end - start < 2 || !find_columns(table, &columns) || !is_convincing(table, &columns))
		return false;
	plain_table_begin(table, lines, start, end);
	bool open = false;
	for (size_t at = start; at < end; at++) {
		if (is_rule(plain_line_text(lines, at))) {
			open = false;
			continue;
		}
		if (!split_line(table, at, &columns))
			return false;
		bool in_header = columns.rule != SIZE_MAX && at < columns.rule;
		bool goes_on = open && (in_header || continues(table, &columns) || (columns.named && table->pieces[0].text.bytes == 0));
		plain_table_add_pieces(table, !goes_on);
		open = true;
	}
	plain_table_end_row(table);
	return true;
}
