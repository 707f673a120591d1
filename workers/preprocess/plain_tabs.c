#include "workers/preprocess/plain_tabs.h"

#include "base/utf8.h"

enum {
	CELLS_MAX = 32,
	ROWS_MIN = 3,
	CELL_COLUMNS_MAX = 60, /* wider ones are running text */
	GUTTER_COLUMNS = 3,
	TAB_COLUMNS = 8,
};

/* Cells of the line: tabs + 1; 0 when it begins or ends with a tab (indentation, or nothing behind it) or has none. */
static size_t cell_count(struct text line)
{
	size_t tabs = 0;

	if (line.bytes == 0 || ascii_is_space(line.data[0]) || line.data[line.bytes - 1] == '\t')
		return 0;
	for (size_t i = 0; i < line.bytes; i++)
		tabs += line.data[i] == '\t';
	return tabs > 0 && tabs < CELLS_MAX ? tabs + 1 : 0;
}

static struct text next_cell(struct text *rest)
{
	const char *tab = memchr(rest->data, '\t', rest->bytes);
	size_t bytes = tab ? (size_t)(tab - rest->data) : rest->bytes;
	struct text cell = text_slice(*rest, 0, bytes);

	*rest = text_slice(*rest, size_min(bytes + 1, rest->bytes), rest->bytes);
	return cell;
}

/* Widest cell of each column; *ret_aligned: the stops set all of them under each other already. False when a cell is too wide for a table. */
static bool measure(struct text rows, size_t cells, size_t *ret_widths, bool *ret_aligned)
{
	size_t stops[CELLS_MAX] = { 0 };
	bool first = true;

	*ret_aligned = true;
	for (struct text line; text_next_line(&rows, &line); first = false) {
		size_t column = 0;
		for (size_t i = 0; i + 1 < cells; i++) {
			size_t width = utf8_count(next_cell(&line));
			if (width > CELL_COLUMNS_MAX)
				return false;
			ret_widths[i] = size_max(ret_widths[i], width);
			column = (column + width) / TAB_COLUMNS * TAB_COLUMNS + TAB_COLUMNS;
			*ret_aligned &= first || stops[i] == column;
			stops[i] = column;
		}
	}
	return true;
}

static void append_rows(struct text rows, size_t cells, struct buffer *out)
{
	size_t widths[CELLS_MAX] = { 0 };
	bool aligned = false;

	if (!measure(rows, cells, widths, &aligned) || aligned) {
		buffer_append_text(out, rows);
		return;
	}
	for (struct text line; text_next_line(&rows, &line);) {
		for (size_t i = 0; i < cells; i++) {
			struct text cell = next_cell(&line);
			buffer_append_text(out, cell);
			if (i + 1 < cells)
				buffer_append_repeat(out, ' ', widths[i] + GUTTER_COLUMNS - utf8_count(cell));
		}
		buffer_append_byte(out, '\n');
	}
}

bool plain_tabs_found(struct text text)
{
	for (struct text line; text_next_line(&text, &line);)
		if (cell_count(line) > 0)
			return true;
	return false;
}

void plain_tabs_lay_out(struct text text, struct buffer *out)
{
	struct text rest = text, line;

	while (rest.bytes > 0) {
		struct text start = rest;
		if (!text_next_line(&rest, &line))
			break;
		size_t cells = cell_count(line), rows = 1;
		for (struct text ahead = rest; cells > 0 && text_next_line(&ahead, &line) && cell_count(line) == cells; rows++)
			rest = ahead;
		struct text run = text_slice(start, 0, start.bytes - rest.bytes);
		if (cells > 0 && rows >= ROWS_MIN)
			append_rows(run, cells, out);
		else
			buffer_append_text(out, run);
	}
}
