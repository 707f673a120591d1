#include "workers/preprocess/plain_table.h"

#include "base/utf8.h"
#include "workers/preprocess/plain_inline.h"

enum { OFF_EDGES_ONE_IN = 4 }; /* rows of a drawn table may miss the joints */

void plain_table_init(struct plain_table *table, size_t bytes_max)
{
	*table = (struct plain_table){ .cell_count = 0 };
	markdown_grid_init(&table->grid, bytes_max);
	for (size_t i = 0; i < PLAIN_TABLE_COLUMNS_MAX; i++)
		buffer_init(&table->cells[i], bytes_max);
}

void plain_table_done(struct plain_table *table)
{
	markdown_grid_done(&table->grid);
	for (size_t i = 0; i < PLAIN_TABLE_COLUMNS_MAX; i++)
		buffer_done(&table->cells[i]);
}

int plain_table_write(struct plain_table *table, struct markdown_writer *writer)
{
	for (size_t i = 0; i < PLAIN_TABLE_COLUMNS_MAX; i++)
		if (table->cells[i].status)
			return table->cells[i].status;
	return markdown_grid_write(&table->grid, writer);
}

void plain_table_begin(struct plain_table *table, const struct plain_lines *lines, size_t start, size_t end)
{
	table->lines = lines;
	table->start = start;
	table->end = end;
	table->cell_count = table->edge_count = table->piece_count = 0;
	memset(table->edges, 0, sizeof(table->edges));
	markdown_grid_clear(&table->grid);
}

static size_t next_character(struct text line, size_t offset, uint32_t *ret_code)
{
	size_t bytes = utf8_decode(line, offset, ret_code);

	if (bytes == 0)
		*ret_code = (unsigned char)line.data[offset];
	return bytes ? bytes : 1;
}

/* --- rows ------------------------------------------------------------------------------------------------------ */

void plain_table_end_row(struct plain_table *table)
{
	if (table->cell_count == 0)
		return;
	for (size_t i = 0; i < table->cell_count; i++)
		markdown_grid_cell(&table->grid, buffer_view(&table->cells[i]), table->spans[i], 1);
	markdown_grid_row_end(&table->grid);
	table->cell_count = 0;
}

void plain_table_add_pieces(struct plain_table *table, bool new_row)
{
	if (new_row)
		plain_table_end_row(table);
	for (size_t i = 0; i < table->piece_count; i++) {
		struct plain_table_piece piece = table->pieces[i];
		struct buffer *cell = &table->cells[i];
		if (i >= table->cell_count) {
			buffer_clear(cell);
			table->spans[i] = piece.span;
			table->last_columns[i] = 0;
			table->cell_count = i + 1;
		}
		if (piece.text.bytes == 0)
			continue;
		if (cell->bytes > 0) {
			const char *blank = memchr(piece.text.data, ' ', piece.text.bytes);
			size_t first_word = blank ? (size_t)(blank - piece.text.data) : piece.text.bytes;
			bool wrapped = piece.width == 0 || table->last_columns[i] + 1 + first_word > piece.width;
			buffer_append_byte(cell, wrapped ? ' ' : '\n');
		}
		plain_inline_append(cell, piece.text);
		table->last_columns[i] = utf8_count(piece.text);
	}
}

/* `width`: from bar to bar; a blank at each side is no room. */
static void add_piece(struct plain_table *table, struct text text, uint32_t span, size_t width)
{
	if (table->piece_count < PLAIN_TABLE_COLUMNS_MAX)
		table->pieces[table->piece_count++] = (struct plain_table_piece){ text_trim(text), span, (uint32_t)(width > 2 ? width - 2 : 0) };
}

/* --- drawn ----------------------------------------------------------------------------------------------------- */

static bool is_bar(uint32_t code)
{
	return code == '|' || code == 0x2502 || code == 0x2503 || code == 0x2551;
}

static bool is_horizontal(uint32_t code)
{
	return code == '-' || code == '=' || code == 0x2500 || code == 0x2501 || code == 0x2550;
}

static bool is_box(uint32_t code)
{
	return code >= 0x2500 && code <= 0x257F;
}

/* "+---+---+", "|---|:-:|", "-----+-----", "├──┼──┤": strokes and where they meet, nothing else. */
static bool is_drawn_rule(struct text line)
{
	size_t strokes = 0, joints = 0;
	uint32_t code = 0;

	for (size_t i = 0; i < line.bytes;) {
		i += next_character(line, i, &code);
		if (is_horizontal(code))
			strokes++;
		else if (code == '+' || is_bar(code) || is_box(code))
			joints++;
		else if (code != ' ' && code != ':')
			return false;
	}
	return strokes >= 2 && joints >= 1;
}

/* A rule that meets bars. */
static bool is_frame(struct text line)
{
	return is_drawn_rule(line) && (memchr(line.data, '+', line.bytes) || memchr(line.data, '|', line.bytes) || (unsigned char)line.data[0] >= 0x80);
}

static bool has_bar(struct text line)
{
	return memchr(line.data, '|', line.bytes) || text_find(line, TEXT_LITERAL("\xE2\x94\x82")) >= 0 || text_find(line, TEXT_LITERAL("\xE2\x94\x83")) >= 0 ||
	       text_find(line, TEXT_LITERAL("\xE2\x95\x91")) >= 0;
}

/* The rule that shows most joints says where the columns meet. */
static void find_edges(struct plain_table *table)
{
	for (size_t at = table->start; at < table->end; at++) {
		struct text line = plain_line_text(table->lines, at);
		size_t column = plain_line_at(table->lines, at)->indent, count = 0;
		uint16_t edges[PLAIN_TABLE_WIDTH_MAX] = { 0 };
		uint32_t code = 0;

		if (!is_drawn_rule(line))
			continue;
		for (size_t i = 0; i < line.bytes && column < PLAIN_TABLE_WIDTH_MAX; column++) {
			i += next_character(line, i, &code);
			if (!is_horizontal(code) && code != ' ' && code != ':')
				edges[column] = (uint16_t)++count;
		}
		if (count > table->edge_count) {
			table->edge_count = count;
			memcpy(table->edges, edges, sizeof(edges));
		}
	}
}

static bool is_edge(const struct plain_table *table, size_t column)
{
	return column < PLAIN_TABLE_WIDTH_MAX && table->edges[column] != 0;
}

/* A corner in a row, "+--" or "--+": of a rule that goes round a cell which reaches down, when it stands at an edge; else of a picture. */
static bool is_corner(struct text line, size_t at)
{
	bool after = at + 1 < line.bytes && is_horizontal((unsigned char)line.data[at + 1]);
	bool before = at > 0 && is_horizontal((unsigned char)line.data[at - 1]);

	return line.data[at] == '+' && (before || after);
}

enum corners { NO_CORNERS, CORNERS_AT_EDGES, CORNERS_ELSEWHERE };

static enum corners find_corners(const struct plain_table *table, size_t at)
{
	struct text line = plain_line_text(table->lines, at);
	size_t column = plain_line_at(table->lines, at)->indent;
	enum corners found = NO_CORNERS;
	uint32_t code = 0;

	for (size_t i = 0; i < line.bytes; column++) {
		if (is_corner(line, i)) {
			if (!is_edge(table, column))
				return CORNERS_ELSEWHERE;
			found = CORNERS_AT_EDGES;
		}
		i += next_character(line, i, &code);
	}
	return found;
}

/* Do the first and the last bar of the line stand at edges? Then other bars count at edges only, and a cell may cross some. */
static bool stands_at_edges(const struct plain_table *table, struct text line, size_t indent)
{
	size_t column = indent, first = SIZE_MAX, last = 0;
	uint32_t code = 0;

	for (size_t i = 0; i < line.bytes; column++) {
		i += next_character(line, i, &code);
		if (!is_bar(code))
			continue;
		first = first == SIZE_MAX ? column : first;
		last = column;
	}
	return first != SIZE_MAX && is_edge(table, first) && is_edge(table, last);
}

static void split_at_bars(struct plain_table *table, size_t at)
{
	struct text line = plain_line_text(table->lines, at);
	size_t column = plain_line_at(table->lines, at)->indent, start = 0, start_column = column;
	bool edges = stands_at_edges(table, line, column);
	uint32_t code = 0, edge_before = 0;

	table->piece_count = 0;
	for (size_t i = 0; i < line.bytes; column++) {
		size_t bytes = next_character(line, i, &code);
		bool escaped = i > 0 && line.data[i - 1] == '\\';
		bool bar = is_bar(code) || (is_corner(line, i) && is_edge(table, column));
		if (bar && !escaped && (!edges || is_edge(table, column))) {
			uint32_t edge = edges ? table->edges[column] : 0;
			if (i > 0)
				add_piece(table, text_slice(line, start, i), edges && edge > edge_before ? edge - edge_before : 1, column - start_column);
			edge_before = edge;
			start = i + bytes;
			start_column = column + 1;
		}
		i += bytes;
	}
	if (text_trim(text_slice(line, start, line.bytes)).bytes > 0 || start == 0)
		add_piece(table, text_slice(line, start, line.bytes), 1, 0);
}

/* Strokes are no text. */
static void drop_strokes(struct plain_table *table)
{
	for (size_t i = 0; i < table->piece_count; i++) {
		struct text text = table->pieces[i].text;
		size_t strokes = 0;
		while (strokes < text.bytes && is_horizontal((unsigned char)text.data[strokes]))
			strokes++;
		if (strokes == text.bytes)
			table->pieces[i].text.bytes = 0;
	}
}

struct drawn_shape {
	size_t rules, rows, framed, inner_rules, most_lines;
	bool doubled; /* a rule of "=": rows are parted by rules */
	bool crossed; /* a rule with "+": bars stand under its joints */
};

/* False when a line is neither a rule nor a row; a rule of corners with gaps belongs to a picture of boxes. */
static bool measure_drawn(const struct plain_table *table, struct drawn_shape *shape)
{
	bool rule_due = false;

	*shape = (struct drawn_shape){ 0 };
	for (size_t at = table->start; at < table->end; at++) {
		struct text line = plain_line_text(table->lines, at);
		if (is_drawn_rule(line)) {
			if (line.data[0] == '+' && memchr(line.data, ' ', line.bytes))
				return false;
			shape->rules++;
			shape->doubled |= memchr(line.data, '=', line.bytes) != NULL;
			shape->crossed |= memchr(line.data, '+', line.bytes) != NULL;
			rule_due = shape->rows > 0;
			continue;
		}
		if (!has_bar(line))
			return false;
		shape->rows++;
		shape->framed += line.data[0] == '|' && line.data[line.bytes - 1] == '|';
		shape->inner_rules += rule_due;
		rule_due = false;
	}
	return true;
}

size_t plain_table_drawn_end(const struct plain_lines *lines, size_t start, size_t end)
{
	size_t at = start;

	if (end - start < 3)
		return start;
	struct text first = plain_line_text(lines, start), second = plain_line_text(lines, start + 1);
	if (!(is_frame(first) && has_bar(second) && !is_drawn_rule(second)) && !(has_bar(first) && !is_drawn_rule(first) && is_frame(second)))
		return start;
	while (at < end && (is_drawn_rule(plain_line_text(lines, at)) || has_bar(plain_line_text(lines, at))))
		at++;
	return at - start >= 3 ? at : start;
}

bool plain_table_read_drawn(struct plain_table *table, const struct plain_lines *lines, size_t start, size_t end)
{
	struct drawn_shape shape;
	size_t widest = 0, first_empty = 0, off_edges = 0;
	bool rule_before = true;

	plain_table_begin(table, lines, start, end);
	if (!measure_drawn(table, &shape) || shape.rows == 0 || (shape.rules == 0 && (shape.rows < 2 || shape.framed < shape.rows)))
		return false;
	find_edges(table);
	for (size_t at = start; at < end; at++) {
		if (is_drawn_rule(plain_line_text(lines, at)))
			continue;
		if (find_corners(table, at) == CORNERS_ELSEWHERE)
			return false;
		split_at_bars(table, at);
		widest = size_max(widest, table->piece_count);
		first_empty += table->piece_count > 0 && table->pieces[0].text.bytes == 0;
		off_edges += !stands_at_edges(table, plain_line_text(lines, at), plain_line_at(lines, at)->indent);
	}
	if (widest < 2 || (shape.crossed && off_edges * OFF_EDGES_ONE_IN > shape.rows))
		return false;
	bool grouped = shape.doubled || (shape.inner_rules >= 2 && (first_empty > 0 || shape.inner_rules + 1 == shape.rows));
	for (size_t at = start; at < end; at++) {
		if (is_drawn_rule(plain_line_text(lines, at))) {
			rule_before = true;
			continue;
		}
		bool corners = find_corners(table, at) == CORNERS_AT_EDGES;
		split_at_bars(table, at);
		if (corners)
			drop_strokes(table);
		plain_table_add_pieces(table, rule_before || (!grouped && !corners));
		rule_before = corners;
	}
	plain_table_end_row(table);
	return markdown_grid_row_count(&table->grid) > 0;
}
