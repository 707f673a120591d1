#define _GNU_SOURCE
#include "workers/preprocess/csv_dialect.h"

#include <string.h>

static const char delimiters[] = { ',', ';', '\t', '|' };

/* "sep=;" in the first line, as spreadsheets write it. */
static bool read_separator_line(struct text text, char *ret_delimiter, size_t *ret_behind)
{
	struct text rest = text, line;

	if (!text_next_line(&rest, &line))
		return false;
	if (line.bytes >= 2 && line.data[0] == '"' && line.data[line.bytes - 1] == '"')
		line = text_slice(line, 1, line.bytes - 1);
	if (line.bytes != 5 || !text_starts_with_nocase(line, TEXT_LITERAL("sep=")) || line.data[4] == '"')
		return false;
	*ret_delimiter = line.data[4];
	*ret_behind = text.bytes - rest.bytes;
	return true;
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

struct width_vote {
	double score;   /* 0: every record is one cell */
	size_t columns; /* of most records */
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
	double share = best > 1 ? (double)histogram[best] / (double)records : 0;
	double widths = (double)best / (double)(best + 4); /* 2 columns .33, 6 .6, 26 .87 */
	*ret_vote = (struct width_vote){ share * share * widths, best };
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

/* As many as the header has names; more only when most rows have more. Delimiters at the line end give no column. */
static void settle_columns(struct csv_reader *reader, size_t named, struct csv_layout *layout)
{
	size_t rows = 0, wider = 0;

	while (rows < CSV_SAMPLE_RECORDS && csv_reader_next(reader)) {
		rows++;
		wider += filled_width(reader) > named;
	}
	layout->columns = wider * 2 > rows && layout->columns > named ? layout->columns : named;
}

/* The header is the first record with at least half of the columns filled; records before it are a preamble. A record made
 * of numbers from its first cell on is data: then there is no header. */
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
		if (filled < needed)
			continue;
		layout->header = position;
		layout->preamble_count = i;
		layout->has_header = numeric * 2 <= filled || !is_numeric(reader->cells[0].raw);
		settle_columns(reader, filled_width(reader), layout);
		return;
	}
}

int csv_layout_find(struct text text, struct csv_layout *ret_layout)
{
	struct csv_layout layout = { .dialect = { .delimiter = ',' }, .columns = 1 };
	struct csv_reader reader;
	bool given = read_separator_line(text, &layout.dialect.delimiter, &layout.start);
	struct text body = text_slice(text, layout.start, text.bytes);
	struct text sample = text_slice(body, 0, body.bytes < CSV_SAMPLE_BYTES ? body.bytes : CSV_SAMPLE_BYTES);
	double best = 0;
	int status;

	for (size_t i = 0; i < sizeof(delimiters); i++) {
		struct csv_dialect dialect = { given ? layout.dialect.delimiter : delimiters[i], false };
		struct width_vote found;
		dialect.backslash = uses_backslashes(sample, dialect.delimiter);
		if ((status = vote(sample, dialect, &found)) < 0)
			return status;
		if (found.score > best || (given && i == 0)) {
			best = found.score;
			layout.dialect = dialect;
			layout.columns = found.columns;
		}
		if (given)
			break;
	}
	if ((status = csv_reader_init(&reader, text, layout.dialect)) < 0)
		return status;
	find_header(&reader, &layout);
	csv_reader_done(&reader);
	*ret_layout = layout;
	return 0;
}
