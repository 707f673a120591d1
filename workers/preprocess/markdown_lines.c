#include "workers/preprocess/markdown_lines.h"

size_t markdown_line_indent(struct text line)
{
	size_t columns = 0;
	while (columns < line.bytes && line.data[columns] == ' ')
		columns++;
	return columns;
}

struct text markdown_line_unindent(struct text line, size_t columns)
{
	return text_slice(line, size_min(columns, markdown_line_indent(line)), line.bytes);
}

size_t markdown_line_run(struct text line, char byte)
{
	size_t count = 0;
	while (count < line.bytes && line.data[count] == byte)
		count++;
	return count;
}

bool markdown_line_consists_of(struct text line, char byte, size_t least, bool with_blanks)
{
	size_t count = 0;
	for (size_t i = 0; i < line.bytes; i++) {
		if (line.data[i] == byte)
			count++;
		else if (!(with_blanks && (line.data[i] == ' ' || line.data[i] == '\t')))
			return false;
	}
	return count >= least;
}

bool markdown_line_is_rule(struct text rest)
{
	return markdown_line_consists_of(rest, '-', 3, true) || markdown_line_consists_of(rest, '*', 3, true) || markdown_line_consists_of(rest, '_', 3, true);
}

bool markdown_line_is_heading(struct text rest)
{
	size_t hashes = markdown_line_run(rest, '#');
	return hashes >= 1 && hashes <= 6 && (hashes == rest.bytes || rest.data[hashes] == ' ' || rest.data[hashes] == '\t');
}

bool markdown_line_is_fence(struct text rest)
{
	size_t ticks = markdown_line_run(rest, '`');
	return markdown_line_run(rest, '~') >= 3 || (ticks >= 3 && !memchr(rest.data + ticks, '`', rest.bytes - ticks));
}

struct markdown_marker markdown_line_marker(struct text rest)
{
	struct markdown_marker marker = { .found = false };
	size_t i = 0;

	if (rest.bytes == 0 || markdown_line_is_rule(rest))
		return marker;
	if (rest.data[0] == '-' || rest.data[0] == '*' || rest.data[0] == '+') {
		i = 1;
	} else {
		for (; i < rest.bytes && i < 9 && ascii_is_digit(rest.data[i]); i++)
			marker.number = marker.number * 10 + (uint32_t)(rest.data[i] - '0');
		if (i == 0 || i == rest.bytes || (rest.data[i] != '.' && rest.data[i] != ')'))
			return marker;
		marker.ordered = true;
		i++;
	}
	size_t blanks = 0;
	while (i + blanks < rest.bytes && (rest.data[i + blanks] == ' ' || rest.data[i + blanks] == '\t'))
		blanks++;
	marker.empty = i + blanks == rest.bytes;
	marker.found = blanks > 0 || marker.empty;
	marker.bytes = marker.empty ? rest.bytes : i + blanks;
	return marker;
}

bool markdown_marker_interrupts(const struct markdown_marker *marker)
{
	return marker->found && !marker->empty && (!marker->ordered || marker->number == 1);
}

bool markdown_line_is_delimiter_row(struct text line)
{
	bool dash = false, pipe = false;

	for (size_t i = 0; i < line.bytes; i++) {
		char c = line.data[i];
		if (c != '-' && c != ':' && c != '|' && c != ' ' && c != '\t')
			return false;
		dash |= c == '-';
		pipe |= c == '|';
	}
	return dash && pipe;
}

void markdown_line_split_row(struct text line, struct markdown_grid *grid)
{
	struct buffer cell;

	line = text_trim(line);
	if (line.bytes > 0 && line.data[0] == '|')
		line = text_slice(line, 1, line.bytes);
	buffer_init(&cell, line.bytes + 1);
	for (size_t i = 0; i <= line.bytes; i++) {
		char c = i < line.bytes ? line.data[i] : '|';
		if (c == '|') {
			if (i < line.bytes || cell.bytes > 0)
				markdown_grid_cell(grid, buffer_view(&cell), 1, 1);
			buffer_clear(&cell);
			continue;
		}
		if (c == '\\' && i + 1 < line.bytes) {
			i++;
			if (line.data[i] != '|')
				buffer_append_byte(&cell, c);
			c = line.data[i];
		}
		buffer_append_byte(&cell, c);
	}
	buffer_done(&cell);
	markdown_grid_row_end(grid);
}
