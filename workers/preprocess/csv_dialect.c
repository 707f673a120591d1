#define _GNU_SOURCE
#include "workers/preprocess/csv_dialect.h"

#include <string.h>

static const char delimiters[] = { ',', ';', '\t', '|' };
/* Others where they part every record alike and none of these does, as commas in sentences do not; a blank only where these part nothing. */
static const char rare_delimiters[] = { ':', '~', '^', '\x1F', ' ' };

/* "sep=;" in the first line, as spreadsheets write it. */
static void read_separator_line(struct text text, char *ret_delimiter, size_t *ret_behind)
{
	struct text rest = text, line;

	if (!text_next_line(&rest, &line))
		return;
	if (line.bytes >= 2 && line.data[0] == '"' && line.data[line.bytes - 1] == '"')
		line = text_slice(line, 1, line.bytes - 1);
	if (line.bytes != 5 || !text_starts_with_nocase(line, TEXT_LITERAL("sep=")) || line.data[4] == '"')
		return;
	*ret_delimiter = line.data[4];
	*ret_behind = text.bytes - rest.bytes;
}

/* A \" with something else than the end of a cell behind it shows that quotes are escaped so; a "" inside a cell is no
 * evidence against it. */
static bool uses_backslashes(struct text sample, char delimiter)
{
	const char *end = sample.data + sample.bytes;
	const char *p = sample.data;

	while (p < end && (p = memmem(p, (size_t)(end - p), "\\\"", 2)) != NULL) {
		const char next = p + 2 < end ? p[2] : '\n';
		if (next != delimiter && next != '\n' && next != '"' && next != '\r')
			return true;
		p += 2;
	}
	return false;
}

/* Do cells begin and end with single quotes, and none with double ones? */
static char find_quote(struct text sample, char delimiter)
{
	size_t opening[2] = { 0 }, closing[2] = { 0 };

	for (size_t i = 0; i < sample.bytes; i++) {
		char c = sample.data[i], before = i > 0 ? sample.data[i - 1] : '\n', after = i + 1 < sample.bytes ? sample.data[i + 1] : '\n';
		if (c != '\'' && c != '"')
			continue;
		opening[c == '"'] += before == delimiter || before == '\n';
		closing[c == '"'] += after == delimiter || after == '\n';
	}
	return opening[1] == 0 && opening[0] >= 2 && opening[0] == closing[0] ? '\'' : '"';
}

/* Two backslashes at least stand before the delimiter. */
static bool escapes_delimiter(struct text sample, char delimiter)
{
	const char mark[2] = { '\\', delimiter };
	ptrdiff_t at = text_find(sample, (struct text){ mark, 2 });

	return at >= 0 && text_find(text_slice(sample, (size_t)at + 2, sample.bytes), (struct text){ mark, 2 }) >= 0;
}

struct width_vote {
	double score;   /* 0: every record is one cell */
	double share;   /* of the records that have so many cells */
	size_t columns; /* of most records */
	size_t records;
};

/* How regular the sample is with this delimiter: most records have the same number of cells, and more than one. */
static int vote(struct text sample, struct csv_dialect dialect, struct width_vote *ret_vote)
{
	unsigned histogram[CSV_COLUMNS_MAX + 1] = { 0 };
	struct csv_reader reader;
	size_t records = 0, best = 1;

	int status = csv_reader_init(&reader, sample, dialect);
	if (status < 0)
		return status;
	while (records < CSV_SAMPLE_RECORDS && csv_reader_next(&reader)) {
		bool cut = reader.position >= sample.bytes && records > 0 && sample.bytes == CSV_SAMPLE_BYTES;
		if (cut)
			break;
		records++;
		histogram[reader.cell_count]++;
	}
	csv_reader_done(&reader);
	for (size_t width = 2; width <= CSV_COLUMNS_MAX; width++)
		if (histogram[width] > 0 && (best == 1 || histogram[width] >= histogram[best]))
			best = width;
	/* One cell in most lines, and the others of any width: commas in sentences. */
	bool scattered = histogram[best] == 1 && histogram[1] >= 2;
	double share = best > 1 && !scattered ? (double)histogram[best] / (double)records : 0;
	double widths = (double)best / (double)(best + 4); /* 2 columns .33, 6 .6, 26 .87 */
	*ret_vote = (struct width_vote){ share * share * widths, share, best, records };
	return 0;
}

static bool is_numeric(struct text cell)
{
	bool digit = false;

	for (size_t i = 0; i < cell.bytes; i++) {
		if (ascii_is_digit(cell.data[i]))
			digit = true;
		else if (!memchr("+-.,:/% eE", cell.data[i], 10))
			return false;
	}
	return digit;
}

/* Cells up to the last one that is not empty. */
static size_t filled_width(const struct csv_reader *reader)
{
	size_t width = reader->cell_count;

	while (width > 0 && reader->cells[width - 1].raw.bytes == 0)
		width--;
	return width;
}

/* As many as the header has names; more only when most rows have more. Delimiters at the line end give no column. Where every row has just one more
 * the header leaves out the name of the first: that of the rows. */
static void settle_columns(struct csv_reader *reader, size_t named, bool delimiter_ends_header, struct csv_layout *layout)
{
	size_t rows = 0, wider = 0, one_wider = 0;

	while (rows < CSV_SAMPLE_RECORDS && csv_reader_next(reader)) {
		size_t width = filled_width(reader);
		rows++;
		wider += width > named;
		one_wider += width == named + 1;
	}
	layout->row_names = layout->has_header && rows >= 2 && one_wider == rows && named >= 2 && !delimiter_ends_header;
	layout->columns = wider * 2 > rows && layout->columns > named ? layout->columns : named;
}

/* ",2023,,2024,": names that span columns, over the header proper. It has as many cells as the table, some empty between others. */
static bool is_upper_header(const struct csv_reader *reader, size_t columns, size_t filled)
{
	return filled >= 2 && reader->cell_count >= columns && filled_width(reader) >= 3 && filled_width(reader) >= 2 * filled - 1 && filled_width(reader) > filled;
}

/* "# exported in May; by hand", shorter than the rows */
static bool is_comment(const struct csv_reader *reader, size_t columns)
{
	return reader->cell_count > 0 && text_starts_with(reader->cells[0].raw, TEXT_LITERAL("# ")) && filled_width(reader) < columns;
}

/* "1,2,3", "2019,2020": whole numbers that go up by one, as columns are counted. */
static bool counts_columns(struct csv_reader *reader)
{
	enum { DIGITS_MAX = 4 };
	unsigned last = 0;

	for (size_t c = 0; c < reader->cell_count; c++) {
		struct text cell = reader->cells[c].raw;
		unsigned number = 0;
		for (size_t i = 0; i < cell.bytes; i++) {
			if (i == DIGITS_MAX || !ascii_is_digit(cell.data[i]))
				return false;
			number = number * 10 + (unsigned)(cell.data[i] - '0');
		}
		if (cell.bytes == 0 || (c > 0 && number != last + 1))
			return false;
		last = number;
	}
	return reader->cell_count >= 2;
}

/* The record that was read last counts columns, and in the one behind it a cell is no number. */
static bool is_counted_header(struct csv_reader *reader)
{
	if (!counts_columns(reader) || !csv_reader_next(reader))
		return false;
	for (size_t c = 0; c < reader->cell_count; c++)
		if (reader->cells[c].raw.bytes > 0 && !is_numeric(reader->cells[c].raw))
			return true;
	return false;
}

/* "Period,January,March", and behind the next empty line a record that names all columns: the one that was read last tells of the export. */
static bool is_before_gap(struct csv_reader *reader, size_t columns)
{
	enum { RECORDS_MAX = 8 };
	const size_t behind = reader->position;
	bool gap = filled_width(reader) >= columns, found = false;

	for (size_t i = 0, at = behind; i < RECORDS_MAX && !gap && csv_reader_next(reader); i++, at = reader->position) {
		const char *start = reader->cells[0].raw.data, *line = reader->text.data + at;
		size_t filled = 0;
		for (size_t c = 0; c < reader->cell_count; c++)
			filled += reader->cells[c].raw.bytes > 0;
		bool empty_line = start > line && memchr(line, '\n', (size_t)(start - line));
		found = empty_line && filled == reader->cell_count && filled >= columns;
		gap = empty_line || filled >= columns;
	}
	csv_reader_seek(reader, behind);
	return found;
}

/* The header is the first record with at least half of the columns filled; records and comments before it are a preamble. A record made
 * of numbers from its first cell on is data, unless it counts columns of text: then there is no header. */
static void find_header(struct csv_reader *reader, struct csv_layout *layout)
{
	const size_t needed = layout->columns > 1 ? (layout->columns + 1) / 2 + (layout->columns == 2) : 1;

	csv_reader_seek(reader, layout->start);
	layout->header = layout->start;
	layout->has_header = true;
	for (size_t i = 0; i <= CSV_PREAMBLE_RECORDS_MAX; i++) {
		size_t filled = 0, numeric = 0, position = reader->position;
		if (!csv_reader_next(reader))
			return;
		for (size_t c = 0; c < reader->cell_count; c++) {
			filled += reader->cells[c].raw.bytes > 0;
			numeric += is_numeric(reader->cells[c].raw);
		}
		if ((filled < needed && !is_upper_header(reader, layout->columns, filled)) || is_comment(reader, layout->columns))
			continue;
		layout->header = position;
		layout->preamble_count = i;
		layout->has_header = numeric * 2 <= filled || !is_numeric(reader->cells[0].raw);
		size_t named = filled_width(reader), cells = reader->cell_count, behind = reader->position;
		if (is_before_gap(reader, layout->columns))
			continue;
		layout->has_header = layout->has_header || is_counted_header(reader);
		csv_reader_seek(reader, behind);
		settle_columns(reader, named, named < cells, layout);
		return;
	}
}

/* Tries a dialect; better than what was found before, it becomes the layout's. */
static int try_dialect(struct text sample, struct csv_dialect dialect, struct width_vote *best, struct csv_layout *layout)
{
	struct width_vote found;
	int status = vote(sample, dialect, &found);

	if (status == 0 && found.score > best->score) {
		*best = found;
		layout->dialect = dialect;
		layout->columns = found.columns;
	}
	return status;
}

static int find_common(struct text sample, char given, struct width_vote *best, struct csv_layout *layout)
{
	for (size_t i = 0; i < (given ? 1 : sizeof(delimiters)); i++) {
		struct csv_dialect dialect = { .delimiter = given ? given : delimiters[i] };
		dialect.quote = find_quote(sample, dialect.delimiter);
		dialect.backslash = uses_backslashes(sample, dialect.delimiter);
		if (given && i == 0)
			layout->dialect = dialect;
		int status = try_dialect(sample, dialect, best, layout);
		dialect.escaped = escapes_delimiter(sample, dialect.delimiter);
		if (status == 0 && dialect.escaped)
			status = try_dialect(sample, dialect, best, layout);
		if (status < 0)
			return status;
	}
	return 0;
}

/* "1,5;2,75": each comma stands between digits, one at most in a cell of semicolons. */
static bool has_decimal_commas_only(struct text sample)
{
	bool in_cell = false, any = false;

	for (size_t i = 0; i < sample.bytes; i++) {
		char c = sample.data[i];
		if (c == ';' || c == '\n' || c == '\r')
			in_cell = false;
		if (c != ',')
			continue;
		if (in_cell || i == 0 || i + 1 == sample.bytes || !ascii_is_digit(sample.data[i - 1]) || !ascii_is_digit(sample.data[i + 1]))
			return false;
		in_cell = any = true;
	}
	return any;
}

/* Commas part the records of "1,5;2,5" alike too, and into more cells; they belong to its numbers when semicolons part every record. */
static int prefer_semicolons(struct text sample, struct width_vote *best, struct csv_layout *layout)
{
	struct csv_dialect dialect = { .delimiter = ';' };
	struct width_vote found;

	if (layout->dialect.delimiter != ',' || !has_decimal_commas_only(sample))
		return 0;
	dialect.quote = find_quote(sample, dialect.delimiter);
	int status = vote(sample, dialect, &found);
	if (status == 0 && found.share >= 1 && found.records >= 2) {
		*best = found;
		layout->dialect = dialect;
		layout->columns = found.columns;
	}
	return status;
}

/* "http:", "C:", and numbers such as times are no cells that a colon parts. */
static bool parts_names(struct text sample, char delimiter)
{
	const char url[2] = { delimiter, '/' }, path[2] = { delimiter, '\\' };

	return delimiter != ':' || (sample.bytes > 0 && !ascii_is_digit(sample.data[0]) && text_find(sample, (struct text){ url, 2 }) < 0 &&
				    text_find(sample, (struct text){ path, 2 }) < 0);
}

static int find_rare(struct text sample, bool nothing_parted, struct csv_layout *layout)
{
	for (size_t i = 0; i < sizeof(rare_delimiters); i++) {
		const char delimiter = rare_delimiters[i];
		const bool blanks = delimiter == ' ';
		struct csv_dialect dialect = { .delimiter = delimiter, .runs = blanks };
		struct width_vote found;
		int status = vote(sample, dialect, &found);
		if (status < 0)
			return status;
		if (blanks && !nothing_parted)
			continue;
		if (found.share < 1 || found.records < 3 || found.columns < (blanks ? 3 : 2) || !parts_names(sample, delimiter))
			continue;
		layout->dialect = dialect;
		layout->columns = found.columns;
		break;
	}
	return 0;
}

int csv_layout_find(struct text text, struct csv_layout *ret_layout)
{
	struct csv_layout layout = { .dialect = { .delimiter = ',' }, .columns = 1 };
	struct csv_reader reader;
	char given = '\0';
	read_separator_line(text, &given, &layout.start);
	struct text body = text_slice(text, layout.start, text.bytes);
	struct text sample = text_slice(body, 0, body.bytes < CSV_SAMPLE_BYTES ? body.bytes : CSV_SAMPLE_BYTES);
	struct width_vote best = { 0 };

	int status = find_common(sample, given, &best, &layout);
	if (status == 0 && !given)
		status = prefer_semicolons(sample, &best, &layout);
	if (status == 0 && !given && best.share < 1)
		status = find_rare(sample, best.score == 0, &layout);
	if (status < 0)
		return status;
	if ((status = csv_reader_init(&reader, text, layout.dialect)) < 0)
		return status;
	find_header(&reader, &layout);
	csv_reader_done(&reader);
	*ret_layout = layout;
	return 0;
}
