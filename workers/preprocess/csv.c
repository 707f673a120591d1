/* csv.c: delimited files to Markdown: a title, a line about the format, what stood before the header, then GFM tables with the
 * file's own column names. What is beyond convert.csv_rows_max is left out and said. Pure; see convert.h for errors. */
#include "workers/preprocess/csv_dialect.h"
#include "workers/preprocess/csv_format.h"
#include "workers/preprocess/csv_table.h"

#include "proto/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct csv_work {
	const struct convert_input *input;
	struct buffer *markdown;
	struct text text; /* in the input, or in `utf8` */
	struct buffer utf8;
	struct buffer title;
	struct csv_scratch scratch;
	struct csv_layout layout;
	struct csv_reader reader;
	enum csv_format format;
	size_t rows_left_out;
};

/* The file's own name without folders: an export has no other name that people know. */
static void append_title(struct buffer *out, struct text name)
{
	size_t start = name.bytes;

	while (start > 0 && name.data[start - 1] != '/')
		start--;
	buffer_append_text(out, text_slice(name, start, name.bytes));
	if (start == name.bytes)
		buffer_append_string(out, "Table");
}

static void append_heading(struct csv_work *work, struct document_builder *document)
{
	append_title(&work->title, work->input->name);
	document_builder_set_meta(document, DOCUMENT_META_TITLE, buffer_view(&work->title));
	buffer_append_string(work->markdown, "# ");
	csv_append_cell(work->markdown, &work->scratch, work->layout.dialect, (struct csv_cell){ buffer_view(&work->title), false });
	buffer_append_string(work->markdown, "\n\n");
}

/* Keeps a paragraph from being read as a heading, list, quote or rule. */
static void escape_line_start(struct buffer *out, size_t start)
{
	size_t i = start;

	while (i < out->bytes && ascii_is_digit(out->data[i]))
		i++;
	if (i < out->bytes && ((i > start && (out->data[i] == '.' || out->data[i] == ')')) ||
			       (i == start && memchr("#-+>=", out->data[i], 5))))
		csv_insert(out, i, TEXT_LITERAL("\\"));
}

/* The record that the reader stands behind, its cells with blanks between. A blank behind the delimiter: it was a sentence's comma, and stays. */
static void append_paragraph(struct csv_work *work)
{
	struct buffer *out = work->markdown;
	size_t start = out->bytes;

	for (size_t c = 0; c < work->reader.cell_count; c++) {
		struct csv_cell cell = work->reader.cells[c];
		if (cell.raw.bytes == 0)
			continue;
		if (out->bytes > start) {
			bool comma = !cell.quoted && cell.raw.data[-1] == ' ' && memchr(",;", work->layout.dialect.delimiter, 2);
			buffer_append_text(out, (struct text){ &work->layout.dialect.delimiter, comma });
			buffer_append_byte(out, ' ');
		}
		csv_append_cell(out, &work->scratch, work->layout.dialect, cell);
	}
	while (out->bytes > start && out->data[out->bytes - 1] == ' ')
		buffer_truncate(out, out->bytes - 1); /* a cell of control characters alone leaves nothing */
	if (out->bytes == start)
		return;
	escape_line_start(out, start);
	buffer_append_string(out, "\n\n");
}

/* Records before the header: a paragraph each. */
static void append_preamble(struct csv_work *work)
{
	csv_reader_seek(&work->reader, work->layout.start);
	for (size_t i = 0; i < work->layout.preamble_count && csv_reader_next(&work->reader); i++)
		append_paragraph(work);
}

static int find_format(struct csv_work *work)
{
	csv_reader_seek(&work->reader, work->layout.header);
	bool found = csv_reader_next(&work->reader);
	struct text *headers = malloc((work->reader.cell_count + 1) * sizeof(*headers));
	if (!headers)
		return -ENOMEM;
	size_t count = found && work->layout.has_header ? work->reader.cell_count : 0;
	for (size_t c = 0; c < count; c++)
		headers[c] = work->reader.cells[c].raw;
	work->format = csv_format_detect(work->input->name, headers, count);
	free(headers);
	return 0;
}

/* Is what begins at `position` all that is below the table, as exports end: a few lines of one cell each behind a blank line, or "(12 rows)"? */
static bool is_footer(struct csv_work *work, size_t position)
{
	enum { FOOTER_RECORDS_MAX = 3 };
	struct text text = work->text;
	struct csv_cell cell = work->reader.cells[0];
	size_t records = 0;
	const char *start = cell.raw.data - cell.quoted;
	bool blank_before = false;

	for (const char *p = text.data + position; p < start; p++)
		blank_before |= *p == '\n';
	bool row_count = text_starts_with(cell.raw, TEXT_LITERAL("(")) && (text_ends_with_nocase(cell.raw, TEXT_LITERAL(" rows)")) ||
									   text_ends_with_nocase(cell.raw, TEXT_LITERAL(" row)")));
	if (!blank_before && !row_count)
		return false;
	bool footer = true;
	while (footer && csv_reader_next(&work->reader))
		footer = work->reader.cell_count == 1 && ++records < FOOTER_RECORDS_MAX;
	csv_reader_seek(&work->reader, position);
	CHECK(csv_reader_next(&work->reader)); /* as it stood before */
	return footer;
}

/* The records from `position` on: a paragraph each, below the table. */
static void append_footer(struct csv_work *work, size_t position)
{
	csv_reader_seek(&work->reader, position);
	buffer_append_byte(work->markdown, '\n');
	while (csv_reader_next(&work->reader))
		append_paragraph(work);
	if (work->markdown->status == 0)
		buffer_truncate(work->markdown, work->markdown->bytes - 1); /* one line end at the end of the file */
}

static void append_header(struct csv_work *work, struct csv_table *table)
{
	struct csv_cell *cells = work->reader.cells;

	if (!work->layout.has_header) {
		csv_table_header(table, NULL, 0);
	} else if (csv_reader_next(&work->reader)) {
		size_t count = work->reader.cell_count;
		bool shifted = work->layout.row_names && count < CSV_COLUMNS_MAX;
		if (shifted) {
			memmove(cells + 1, cells, count * sizeof(*cells));
			cells[0] = (struct csv_cell){ text_slice(cells[1].raw, 0, 0), false };
		}
		csv_table_header(table, cells, count + shifted);
	}
}

/* Writes the table with so many columns; *ret_widest: as some row would need. The rows written. */
static size_t append_table(struct csv_work *work, size_t columns, size_t *ret_widest)
{
	struct csv_table table;
	size_t footer = SIZE_MAX;

	csv_reader_seek(&work->reader, work->layout.header);
	csv_table_init(&table, work->markdown, work->layout.dialect, work->layout.columns, columns);
	append_header(work, &table);
	work->rows_left_out = 0;
	for (size_t position = work->reader.position; csv_reader_next(&work->reader) && work->markdown->status == 0; position = work->reader.position) {
		if (work->reader.cell_count == 1 && work->layout.columns > 1 && is_footer(work, position)) {
			footer = position;
			break;
		}
		if (table.row_count < work->input->settings->convert.csv_rows_max)
			csv_table_row(&table, work->reader.cells, work->reader.cell_count);
		else
			work->rows_left_out++;
	}
	csv_table_finish(&table);
	if (footer != SIZE_MAX)
		append_footer(work, footer);
	size_t rows = table.row_count;
	*ret_widest = table.widest;
	csv_table_done(&table);
	return rows;
}

/* Rows wider than the header get columns without a name, as long as the empty cells of the others do not outgrow the file. */
static size_t append_rows(struct csv_work *work)
{
	enum { CELL_BYTES = 3, PADDING_BYTES_MIN = 64 * 1024 };
	size_t start = work->markdown->bytes, widest = 0;
	size_t rows = append_table(work, work->layout.columns, &widest);

	if (widest <= work->layout.columns || work->markdown->status ||
	    (widest - work->layout.columns) * (rows + 1) > (work->text.bytes + PADDING_BYTES_MIN) / CELL_BYTES)
		return rows;
	buffer_truncate(work->markdown, start);
	rows = append_table(work, widest, &widest);
	work->layout.columns = widest;
	return rows;
}

/* "Format: Parameters (CSV), 120 rows, 26 columns." */
static void insert_summary(struct csv_work *work, size_t offset, size_t rows)
{
	struct buffer line;
	const char *name = csv_format_name(work->format);

	buffer_init(&line, 1024);
	buffer_append_format(&line, "Format: %c%s (CSV), %zu row%s, %zu column%s.\n\n", name[0] - 'a' + 'A', name + 1, rows,
			     rows == 1 ? "" : "s", work->layout.columns, work->layout.columns == 1 ? "" : "s");
	if (work->rows_left_out > 0)
		buffer_append_format(&line, "%zu further rows were left out: the limit convert.csv_rows_max is %" PRIu64 ".\n\n",
				     work->rows_left_out, work->input->settings->convert.csv_rows_max);
	csv_insert(work->markdown, offset, buffer_view(&line));
	buffer_done(&line);
}

static void report_rows_left_out(const struct csv_work *work, struct document_builder *document)
{
	struct buffer text;

	buffer_init(&text, 1024);
	buffer_append_format(&text, "%zu rows: the limit convert.csv_rows_max is %" PRIu64, work->rows_left_out, work->input->settings->convert.csv_rows_max);
	document_builder_removed_group(document, DOCUMENT_REMOVED_UNREAD, work->rows_left_out, buffer_view(&text), document_nowhere);
	buffer_done(&text);
}

static int write_document(struct csv_work *work, struct document_builder *document, struct error_text *error)
{
	int status = csv_layout_find(work->text, &work->layout);
	if (status == 0)
		status = csv_reader_init(&work->reader, work->text, work->layout.dialect);
	if (status == 0)
		status = find_format(work);
	if (status < 0)
		return error_set(error, status, "%s", error_describe(status));
	if (work->reader.cell_count == 0)
		return error_set(error, ERROR_INPUT_REJECTED, "the file has no row with anything in it");
	append_heading(work, document);
	size_t offset = work->markdown->bytes;
	append_preamble(work);
	size_t rows = append_rows(work);
	insert_summary(work, offset, rows);
	report_rows_left_out(work, document);
	document_builder_set_format(document, DOCUMENT_FORMAT_CSV, 1 + (uint32_t)work->format);
	document_builder_set_meta(document, DOCUMENT_META_KIND, text_from(csv_format_name(work->format)));
	document_builder_set_meta(document, DOCUMENT_META_CONVERTER, TEXT_LITERAL("docring"));
	size_t replaced = document_builder_counts(document)->replaced_bytes;
	double kept = (double)(rows + 1) / (double)(rows + 1 + work->rows_left_out);
	double legible = 1.0 - (double)size_min(replaced, work->text.bytes) / (double)size_max(work->text.bytes, 1);
	document_builder_scores(document)->conversion = (float)(kept * legible);
	if (work->markdown->status)
		return error_set(error, work->markdown->status, "the Markdown of this file is larger than convert.markdown_bytes_max (%zu bytes)",
				 work->markdown->bytes_max);
	return 0;
}

int convert_csv(const struct convert_input *input, struct buffer *markdown, struct document_builder *document,
		struct error_text *error)
{
	struct csv_work work = { .input = input, .markdown = markdown };

	buffer_init(&work.utf8, SIZE_MAX / 2);
	buffer_init(&work.title, INPUT_NAME_BYTES_MAX);
	csv_scratch_init(&work.scratch, SIZE_MAX / 2);
	int status = encoding_view_utf8(input->data, (struct text){ NULL, 0 }, false, &work.utf8, &work.text, document, error);
	if (status == 0)
		status = write_document(&work, document, error);
	csv_reader_done(&work.reader);
	buffer_done(&work.utf8);
	buffer_done(&work.title);
	csv_scratch_done(&work.scratch);
	return status;
}
