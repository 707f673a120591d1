#include "workers/preprocess/csv_reader.h"

#include "base/check.h"

#include <errno.h>
#include <stdlib.h>

int csv_reader_init(struct csv_reader *reader, struct text text, struct csv_dialect dialect)
{
	*reader = (struct csv_reader){ .text = text, .dialect = dialect };
	reader->cells = malloc(CSV_COLUMNS_MAX * sizeof(*reader->cells));
	return reader->cells ? 0 : -ENOMEM;
}

void csv_reader_done(struct csv_reader *reader)
{
	free(reader->cells);
	*reader = (struct csv_reader){ 0 };
}

void csv_reader_seek(struct csv_reader *reader, size_t position)
{
	CHECK(position <= reader->text.bytes);
	reader->position = position;
}

static struct text trim_blanks(const char *start, const char *end)
{
	while (start < end && ascii_is_space(*start))
		start++;
	while (end > start && ascii_is_space(end[-1]))
		end--;
	return (struct text){ start, (size_t)(end - start) };
}

/* The quote that closes the cell whose content begins at `start`, or NULL. */
static const char *closing_quote(const struct csv_reader *reader, const char *start, const char *end)
{
	const char *from = start, mark = csv_quote(reader->dialect);

	if ((size_t)(end - start) > CSV_QUOTED_BYTES_MAX)
		end = start + CSV_QUOTED_BYTES_MAX;
	while (from < end) {
		const char *quote = memchr(from, mark, (size_t)(end - from));
		if (!quote)
			return NULL;
		size_t escapes = 0;
		if (reader->dialect.backslash)
			while (quote - escapes > from && quote[-1 - (ptrdiff_t)escapes] == '\\')
				escapes++;
		bool doubled = quote + 1 < end && quote[1] == mark;
		if (escapes % 2 == 0 && !doubled)
			return quote;
		from = quote + (escapes % 2 == 0 ? 2 : 1);
	}
	return NULL;
}

/* Reads a quoted cell that begins at `start` (the quote). Returns the delimiter, line end or text end behind it, or NULL
 * when this is no quoted cell. */
static const char *read_quoted(struct csv_reader *reader, const char *start, const char *end, struct csv_cell *ret_cell)
{
	if (reader->unclosed_count >= CSV_UNCLOSED_QUOTES_MAX)
		return NULL;
	const char *close = closing_quote(reader, start + 1, end);
	if (!close) {
		reader->unclosed_count++;
		return NULL;
	}
	const char *behind = close + 1;
	while (behind < end && (*behind == ' ' || *behind == '\t') && *behind != reader->dialect.delimiter)
		behind++;
	if (behind < end && *behind != reader->dialect.delimiter && *behind != '\n')
		return NULL;
	*ret_cell = (struct csv_cell){ trim_blanks(start + 1, close), true };
	return behind;
}

static const char *read_cell(struct csv_reader *reader, const char *start, const char *end, struct csv_cell *ret_cell)
{
	const char delimiter = reader->dialect.delimiter;
	const char *p = start;

	while (p < end && *p == ' ')
		p++;
	if (p < end && *p == csv_quote(reader->dialect)) {
		const char *behind = read_quoted(reader, p, end, ret_cell);
		if (behind)
			return behind;
	}
	for (p = start; p < end && *p != delimiter && *p != '\n'; p++)
		if (*p == '\\' && reader->dialect.escaped && p + 1 < end && p[1] != '\n')
			p++;
	*ret_cell = (struct csv_cell){ trim_blanks(start, p), false };
	return p;
}

/* Behind delimiters that count as one with the one before, and those before the line end, where the dialect has them so. */
static const char *skip_run(const struct csv_reader *reader, const char *p, const char *end)
{
	while (reader->dialect.runs && p < end && *p == reader->dialect.delimiter)
		p++;
	return p;
}

/* Reads one record at the position; true when a cell of it is not empty. */
static bool read_record(struct csv_reader *reader)
{
	const char *end = reader->text.data + reader->text.bytes;
	const char *p = reader->text.data + reader->position;
	bool filled = false;

	reader->cell_count = 0;
	for (;;) {
		struct csv_cell cell;
		p = skip_run(reader, p, end);
		p = read_cell(reader, p, end, &cell);
		filled |= cell.raw.bytes > 0;
		if (reader->cell_count < CSV_COLUMNS_MAX) {
			reader->cells[reader->cell_count++] = cell;
		} else {
			struct csv_cell *last = &reader->cells[CSV_COLUMNS_MAX - 1];
			last->raw.bytes = (size_t)(cell.raw.data + cell.raw.bytes - last->raw.data);
			last->quoted = false;
		}
		p = skip_run(reader, p, end);
		if (p == end || *p == '\n')
			break;
		p += !reader->dialect.runs;
	}
	reader->position = (size_t)(p - reader->text.data) + (p < end);
	return filled;
}

bool csv_reader_next(struct csv_reader *reader)
{
	while (reader->position < reader->text.bytes)
		if (read_record(reader))
			return true;
	reader->cell_count = 0;
	return false;
}
