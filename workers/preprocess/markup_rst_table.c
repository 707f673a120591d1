/* markup_rst_table.c: tables of reStructuredText: drawn with "+-|", ruled with "=", written as lists of lists or as values between commas; see markup_rst.h.
 * A cell is written on one line; paragraphs and items in it are parted by line breaks. */
#include "workers/preprocess/markup_rst.h"

#include "base/utf8.h"
#include "workers/preprocess/plain_lines.h"

enum { COLUMNS_MAX = 64, WIDTH_MAX = 1024, SPAN_LINES_MAX = 100000 };

/* --- a cell ----------------------------------------------------------------------------------------------------- */

/* Ends the paragraph that is being collected in `raw`. */
static void end_part(struct rst *rst)
{
	struct markup *markup = rst->markup;
	struct text part = text_trim(buffer_view(&markup->raw));

	if (part.bytes > 0) {
		if (markup->cell.bytes > 0)
			buffer_append_byte(&markup->cell, '\n');
		if (text_ends_with_nocase(part, TEXT_LITERAL("::")))
			part.bytes--;
		markup_inline(markup, part, 0, &markup->cell);
	}
	buffer_clear(&markup->raw);
}

/* "=====  ===": of a table in a cell, whose rows are written line by line. */
static bool is_inner_rule(struct text line)
{
	for (size_t i = 0; i < line.bytes; i++)
		if (line.data[i] != '=' && line.data[i] != ' ')
			return false;
	return line.bytes > 3 && memchr(line.data, ' ', line.bytes);
}

/* The lines in `rst->raw` as the next cell. */
static void write_cell(struct rst *rst, uint32_t columns, uint32_t rows)
{
	struct markup *markup = rst->markup;
	struct text rest = buffer_view(&rst->raw), line, argument;
	bool after_blank = true, inner_rows = false, ordered;
	uint32_t number;

	buffer_clear(&markup->cell);
	buffer_clear(&markup->raw);
	while (text_next_line(&rest, &line)) {
		line = text_trim(line);
		bool item = rst_marker_bytes(line, &ordered, &number) > 0 && (!ordered || after_blank) && line.bytes > 2;
		bool line_block = line.bytes > 1 && line.data[0] == '|' && line.data[1] == ' ';
		bool explicit = text_starts_with(line, TEXT_LITERAL(".. "));
		bool rule = is_inner_rule(line);
		inner_rows = rule || (inner_rows && line.bytes > 0);
		if (line.bytes == 0 || item || line_block || explicit || inner_rows)
			end_part(rst);
		after_blank = line.bytes == 0 || item;
		if (line.bytes == 0 || rule || text_equal(line, TEXT_LITERAL("\\")))
			continue;
		if (explicit) {
			struct text name = rst_directive_name(line, &argument);
			line = text_equal(name, TEXT_LITERAL("image")) || name.bytes == 0 ? TEXT_LITERAL("") : argument;
		}
		markup_add(markup, line_block ? text_slice(line, 2, line.bytes) : line);
	}
	end_part(rst);
	markdown_grid_cell(&markup->grid, buffer_view(&markup->cell), columns, rows);
}

static void add_cell_line(struct rst *rst, struct text line)
{
	buffer_append_text(&rst->raw, line);
	buffer_append_byte(&rst->raw, '\n');
}

/* The part of the line between two columns; wide letters take two. */
static struct text columns_of(struct text line, size_t indent, size_t from, size_t to)
{
	size_t column = indent, i = 0, start = line.bytes;
	uint32_t code = 0;

	while (i < line.bytes && column < to) {
		size_t bytes = utf8_decode(line, i, &code);
		if (column >= from && start == line.bytes)
			start = i;
		i += bytes ? bytes : 1;
		column += bytes && plain_is_wide(code) ? 2 : 1;
	}
	return start >= i ? TEXT_LITERAL("") : text_slice(line, start, i);
}

static char sign_at(const struct rst *rst, size_t at, size_t column)
{
	struct text found = columns_of(rst_text(rst, at), rst_line_at(rst, at)->indent, column, column + 1);
	return found.bytes > 0 ? found.data[0] : ' ';
}

/* --- ruled with "=" ---------------------------------------------------------------------------------------------- */

struct columns {
	size_t starts[COLUMNS_MAX + 1]; /* the last one has no end */
	size_t count;
};

/* "====  ===": runs of one sign, parted by blanks. */
static bool read_rule(const struct rst *rst, size_t at, char sign, struct columns *ret_columns)
{
	struct text line = rst_text(rst, at);
	struct columns columns = { .count = 0 };

	for (size_t i = 0; i < line.bytes; i++) {
		if (line.data[i] != sign && line.data[i] != ' ')
			return false;
		if (line.data[i] == sign && (i == 0 || line.data[i - 1] == ' ')) {
			if (columns.count == COLUMNS_MAX)
				return false;
			columns.starts[columns.count++] = rst_line_at(rst, at)->indent + i;
		}
	}
	columns.starts[columns.count] = WIDTH_MAX * WIDTH_MAX;
	if (columns.count > 0)
		*ret_columns = columns;
	return columns.count > 0;
}

/* Lines [from, to) as a row of cells; `spans`: the columns as a rule below the row joins them. */
static void write_ruled_row(struct rst *rst, const struct columns *columns, const struct columns *spans, size_t from, size_t to)
{
	bool any = false;

	for (size_t i = from; i < to; i++)
		any |= !rst_is_blank(rst, i);
	if (!any)
		return;
	for (size_t i = 0; i < spans->count; i++) {
		uint32_t span = 0;
		for (size_t k = 0; k < columns->count; k++)
			span += columns->starts[k] >= spans->starts[i] && (i + 1 == spans->count || columns->starts[k] < spans->starts[i + 1]);
		buffer_clear(&rst->raw);
		for (size_t at = from; at < to; at++)
			add_cell_line(rst, columns_of(rst_text(rst, at), rst_line_at(rst, at)->indent, spans->starts[i], spans->starts[i + 1]));
		write_cell(rst, span, 1);
	}
	markdown_grid_row_end(&rst->markup->grid);
}

static size_t take_ruled(struct rst *rst, size_t at, size_t to)
{
	struct columns columns, joined;
	size_t end = at + 1, rules = 0, row = at + 1;

	if (!read_rule(rst, at, '=', &columns) || columns.count < 2)
		return at;
	for (; end < to && rules < 2; end++) {
		if (rst_is_blank(rst, end) || !read_rule(rst, end, '=', &joined))
			continue;
		rules++;
		if (end + 1 == to || rst_is_blank(rst, end + 1))
			break;
	}
	if (end >= to || rules == 0)
		return at;
	rst_flush_prefix(rst);
	markdown_grid_clear(&rst->markup->grid);
	for (size_t i = at + 1; i <= end; i++) {
		if (rst_is_blank(rst, i))
			continue;
		bool rule = read_rule(rst, i, '=', &joined), dashes = !rule && read_rule(rst, i, '-', &joined) && rst_text(rst, i).bytes > 2;
		bool first = !rule && !dashes && text_trim(columns_of(rst_text(rst, i), rst_line_at(rst, i)->indent, columns.starts[0], columns.starts[1])).bytes > 0;
		if (i > row && (rule || dashes || first))
			write_ruled_row(rst, &columns, dashes ? &joined : &columns, row, i);
		if (rule || dashes || first)
			row = rule || dashes ? i + 1 : i;
	}
	markup_table_end(rst->markup);
	return end + 1;
}

/* --- drawn ------------------------------------------------------------------------------------------------------- */

struct drawn {
	size_t from, to, left;           /* lines; the column of the frame */
	size_t edges[COLUMNS_MAX + 1];   /* columns of the corners */
	size_t edge_count;
};

static void add_edge(struct drawn *drawn, size_t column)
{
	size_t i = 0;

	while (i < drawn->edge_count && drawn->edges[i] < column)
		i++;
	if ((i < drawn->edge_count && drawn->edges[i] == column) || drawn->edge_count > COLUMNS_MAX)
		return;
	memmove(&drawn->edges[i + 1], &drawn->edges[i], (drawn->edge_count - i) * sizeof(drawn->edges[0]));
	drawn->edges[i] = column;
	drawn->edge_count++;
}

/* The lines of the frame, and the columns where its strokes meet. */
static bool find_drawn(const struct rst *rst, size_t at, size_t to, struct drawn *drawn)
{
	*drawn = (struct drawn){ .from = at, .to = at, .left = rst_line_at(rst, at)->indent };
	for (; drawn->to < to && !rst_is_blank(rst, drawn->to); drawn->to++) {
		struct text line = rst_text(rst, drawn->to);
		if (rst_line_at(rst, drawn->to)->indent != drawn->left || (line.data[0] != '+' && line.data[0] != '|') || line.bytes > WIDTH_MAX)
			break;
		bool rule = line.data[0] == '+' || text_find(line, TEXT_LITERAL("+-")) > 0 || text_find(line, TEXT_LITERAL("-+")) > 0;
		for (size_t i = 0, column = drawn->left; rule && i < line.bytes && drawn->edge_count < COLUMNS_MAX; column++) {
			uint32_t code = 0;
			size_t bytes = utf8_decode(line, i, &code);
			bool before = i > 0 && strchr("-=", line.data[i - 1]), behind = i + 1 < line.bytes && strchr("-=", line.data[i + 1]);
			if (line.data[i] == '+' && (before || behind) && (i == 0 || before || line.data[i - 1] != '+'))
				add_edge(drawn, column);
			column += bytes && plain_is_wide(code);
			i += bytes ? bytes : 1;
		}
	}
	struct text last = rst_text(rst, drawn->to > at ? drawn->to - 1 : at);
	return drawn->to > at + 2 && drawn->edge_count >= 2 && drawn->edge_count <= COLUMNS_MAX && last.data[0] == '+' && memchr("-=", last.data[1], 2);
}

/* Is a stroke drawn on line `at` from one edge to the next? */
static bool has_stroke(const struct rst *rst, const struct drawn *drawn, size_t at, size_t edge)
{
	struct text part = columns_of(rst_text(rst, at), drawn->left, drawn->edges[edge] + 1, drawn->edges[edge + 1]);

	for (size_t i = 0; i < part.bytes; i++)
		if (part.data[i] != part.data[0] || !strchr("-=", part.data[i]))
			return false;
	return part.bytes > 0 && part.bytes == drawn->edges[edge + 1] - drawn->edges[edge] - 1;
}

static bool has_bar(const struct rst *rst, const struct drawn *drawn, size_t from, size_t to, size_t edge)
{
	for (; from < to; from++) {
		char sign = sign_at(rst, from, drawn->edges[edge]);
		if (sign != '|' && sign != '+')
			return false;
	}
	return true;
}

/* The next line behind `at` on which a stroke lies over any column. */
static size_t next_rule(const struct rst *rst, const struct drawn *drawn, size_t at)
{
	for (at++; at < drawn->to; at++)
		for (size_t edge = 0; edge + 1 < drawn->edge_count && memchr(rst_text(rst, at).data, '+', rst_text(rst, at).bytes); edge++)
			if (has_stroke(rst, drawn, at, edge))
				return at;
	return drawn->to;
}

/* The cell whose upper left corner is at line `top` and edge `edge`; *ret_edge: the edge behind it. */
static void write_drawn_cell(struct rst *rst, const struct drawn *drawn, size_t top, size_t first_bottom, size_t edge, size_t *ret_edge)
{
	size_t right = edge + 1, bottom = first_bottom;
	uint32_t rows = 1;

	while (right + 1 < drawn->edge_count && !has_bar(rst, drawn, top + 1, first_bottom, right))
		right++;
	while (bottom < drawn->to - 1 && !has_stroke(rst, drawn, bottom, edge)) {
		bottom = next_rule(rst, drawn, bottom);
		rows++;
	}
	buffer_clear(&rst->raw);
	for (size_t at = top + 1; at < bottom && at < drawn->to; at++)
		add_cell_line(rst, columns_of(rst_text(rst, at), drawn->left, drawn->edges[edge] + 1, drawn->edges[right]));
	write_cell(rst, (uint32_t)(right - edge), rows);
	*ret_edge = right;
}

static size_t take_drawn(struct rst *rst, size_t at, size_t to)
{
	struct drawn drawn;

	if (!find_drawn(rst, at, to, &drawn))
		return at;
	rst_flush_prefix(rst);
	markdown_grid_clear(&rst->markup->grid);
	for (size_t top = at, bottom; (bottom = next_rule(rst, &drawn, top)) < drawn.to; top = bottom) {
		for (size_t edge = 0; edge + 1 < drawn.edge_count;) {
			if (has_stroke(rst, &drawn, top, edge))
				write_drawn_cell(rst, &drawn, top, bottom, edge, &edge);
			else
				edge++; /* of a cell that began above */
		}
		markdown_grid_row_end(&rst->markup->grid);
	}
	markup_table_end(rst->markup);
	return drawn.to;
}

size_t rst_take_table(struct rst *rst, size_t at, size_t to)
{
	return rst_text(rst, at).data[0] == '+' ? take_drawn(rst, at, to) : take_ruled(rst, at, to);
}

/* --- lists of lists, values between commas ------------------------------------------------------------------------ */

/* ":cspan:`1`" before a cell's text, as the documentation of Linux has it: columns or rows more; returns what is behind it. */
static struct text take_span(struct text line, const char *name, uint32_t *span)
{
	struct text role = text_from(name);

	if (!text_starts_with(line, role))
		return line;
	size_t i = role.bytes;
	uint32_t more = 0;
	for (; i < line.bytes && ascii_is_digit(line.data[i]) && more < SPAN_LINES_MAX; i++)
		more = more * 10 + (uint32_t)(line.data[i] - '0');
	if (i >= line.bytes || line.data[i] != '`')
		return line;
	*span = more + 1;
	return text_trim(text_slice(line, i + 1, line.bytes));
}

/* A cell: what stands behind "- " on line `at`, and the lines up to `end`. */
static void write_listed_cell(struct rst *rst, size_t at, size_t end, struct text first)
{
	uint32_t columns = 1, rows = 1;

	first = text_trim(first);
	for (int round = 0; round < 2; round++)
		first = take_span(take_span(first, ":cspan:`", &columns), ":rspan:`", &rows);
	buffer_clear(&rst->raw);
	add_cell_line(rst, first);
	for (size_t i = at + 1; i < end; i++)
		add_cell_line(rst, rst_is_blank(rst, i) ? TEXT_LITERAL("") : rst_text(rst, i));
	write_cell(rst, columns, rows);
}

void rst_list_table(struct rst *rst, size_t from, size_t to)
{
	size_t outer = rst_least_indent(rst, from, to);

	markdown_grid_clear(&rst->markup->grid);
	for (size_t at = from; at < to;) {
		size_t end = rst_block_end(rst, at + 1, to, outer), inner = outer + 1;
		struct text line = rst_is_blank(rst, at) ? TEXT_LITERAL("") : rst_text(rst, at);
		bool row = line.bytes > 1 && (line.data[0] == '*' || line.data[0] == '-') && line.data[1] == ' ';
		struct text first = row ? text_trim(text_slice(line, 1, line.bytes)) : line;
		inner = row ? outer + (size_t)(first.data - line.data) : inner;
		for (size_t cell = at; row && cell < end;) {
			size_t cell_end = rst_block_end(rst, cell + 1, end, inner);
			struct text text = cell == at ? first : rst_is_blank(rst, cell) ? TEXT_LITERAL("") : rst_text(rst, cell);
			if (text.bytes > 0 && (text.data[0] == '-' || text.data[0] == '*'))
				write_listed_cell(rst, cell, cell_end, text_slice(text, 1, text.bytes));
			cell = cell_end;
		}
		if (row)
			markdown_grid_row_end(&rst->markup->grid);
		at = end;
	}
	markup_table_end(rst->markup);
}

/* Rows of values, which may stand between quotes, over several lines. */
static void write_values(struct rst *rst, struct text text, char delimiter)
{
	bool quoted = false, begun = false;

	buffer_clear(&rst->raw);
	for (size_t i = 0; i < text.bytes; i++) {
		char c = text.data[i];
		if (c == '"' && quoted && i + 1 < text.bytes && text.data[i + 1] == '"') {
			buffer_append_byte(&rst->raw, text.data[i++]);
		} else if (c == '"' && (quoted || text_trim(buffer_view(&rst->raw)).bytes == 0)) {
			quoted = !quoted;
		} else if (!quoted && (c == delimiter || c == '\n')) {
			if (c == '\n' && !begun && text_trim(buffer_view(&rst->raw)).bytes == 0)
				continue;
			write_cell(rst, 1, 1);
			buffer_clear(&rst->raw);
			begun = c == delimiter;
			if (c == '\n')
				markdown_grid_row_end(&rst->markup->grid);
			continue;
		} else {
			buffer_append_byte(&rst->raw, c);
		}
		begun = true;
	}
}

void rst_csv_table(struct rst *rst, struct text header, char delimiter, size_t from, size_t to)
{
	struct buffer all;

	buffer_init(&all, rst->text.bytes_max);
	buffer_append_text(&all, header);
	buffer_append_byte(&all, '\n');
	for (; from < to; from++) {
		if (!rst_is_blank(rst, from))
			buffer_append_text(&all, rst_text(rst, from));
		buffer_append_byte(&all, '\n');
	}
	markdown_grid_clear(&rst->markup->grid);
	write_values(rst, buffer_view(&all), delimiter);
	markup_table_end(rst->markup);
	buffer_done(&all);
}
