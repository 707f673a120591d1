#define _GNU_SOURCE
#include "coordinator/dataset/tables.h"

#include "base/json_writer.h"
#include "workers/preprocess/blocks.h"

#include <errno.h>
#include <stdio.h>

enum { CAPTION_BYTES_MAX = 300, PATH_BYTES_MAX = PATH_MAX * 8 };

/* --- CSV ------------------------------------------------------------------------------------------------------------ */

/* Bytes of the "<br>" at `at`, or 0. */
static size_t break_at(struct text text, size_t at)
{
	static const char *const forms[] = { "<br>", "<br/>", "<br />" };

	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (text_starts_with_nocase(text_slice(text, at, text.bytes), text_from(forms[i])))
			return text_from(forms[i]).bytes;
	return 0;
}

/* Without formatting, as lines. A break in code is code. */
static void append_cell_plain(struct text cell, struct buffer *out)
{
	size_t start = 0;
	bool code = false;

	for (size_t i = 0; i < cell.bytes; i++) {
		code ^= cell.data[i] == '`';
		size_t bytes = !code && cell.data[i] == '<' ? break_at(cell, i) : 0;
		if (bytes == 0)
			continue;
		block_append_plain(out, text_trim(text_slice(cell, start, i)));
		buffer_append_byte(out, '\n');
		start = i + bytes;
		i = start - 1;
	}
	block_append_plain(out, text_trim(text_slice(cell, start, cell.bytes)));
}

static void append_field(struct text field, bool alone, struct buffer *out)
{
	bool quoted = alone && field.bytes == 0; /* a line without anything would be no row */

	for (size_t i = 0; i < field.bytes && !quoted; i++)
		quoted = field.data[i] == ',' || field.data[i] == '"' || field.data[i] == '\n' || field.data[i] == '\r';
	if (!quoted) {
		buffer_append_text(out, field);
		return;
	}
	buffer_append_byte(out, '"');
	for (size_t i = 0; i < field.bytes; i++) {
		if (field.data[i] == '"')
			buffer_append_byte(out, '"');
		buffer_append_byte(out, field.data[i]);
	}
	buffer_append_byte(out, '"');
}

static size_t most_columns(struct text markdown, const struct block *table)
{
	struct block_row row;
	size_t position = 0, columns = 0;

	while (block_next_row(markdown, table, &position, &row))
		columns = row.count > columns ? row.count : columns;
	return columns;
}

static void append_row(const struct block_row *row, size_t columns, struct buffer *cell, struct buffer *out)
{
	for (size_t i = 0; i < columns; i++) {
		buffer_clear(cell);
		if (i < row->count)
			append_cell_plain(row->cells[i], cell);
		if (i > 0)
			buffer_append_byte(out, ',');
		append_field(buffer_view(cell), columns == 1, out);
	}
	buffer_append_string(out, "\r\n");
}

/* Appends one table as CSV: every row has *ret_columns fields. `table` is a block of the Markdown (BLOCK_TABLE). *ret_rows: without the header. */
static void append_csv(struct text markdown, const struct block *table, struct buffer *out, size_t *ret_rows, size_t *ret_columns)
{
	struct block_row row;
	struct buffer cell;
	size_t position = 0, columns = 0, rows = 0, start = out->bytes;

	buffer_init(&cell, DOCUMENT_BYTES_MAX);
	while (block_next_row(markdown, table, &position, &row)) {
		if (row.count > columns && rows > 0) { /* wider than its header: all over again, once */
			columns = most_columns(markdown, table);
			buffer_truncate(out, start);
			position = rows = 0;
			continue;
		}
		columns = rows == 0 && row.count > columns ? row.count : columns;
		append_row(&row, columns, &cell, out);
		rows++;
	}
	if (cell.status)
		out->status = cell.status;
	buffer_done(&cell);
	*ret_rows = rows ? rows - 1 : 0;
	*ret_columns = columns;
}

/* --- one document --------------------------------------------------------------------------------------------------- */

struct tables { /* of a document */
	struct staging *staging;
	struct dataset_names *names;
	const char *source, *container;
	struct text markdown;
	struct blocks blocks;
	struct output_file *index;
	struct buffer content, path, heading, caption;
	unsigned count;
};

/* "Table 3: …" in the paragraph before, or else behind. */
static void find_caption(struct tables *tables, size_t block)
{
	const size_t around[] = { block - 1, block + 1 };

	for (size_t i = 0; i < COUNT_OF(around); i++) {
		const struct block *near = around[i] < tables->blocks.count ? &tables->blocks.items[around[i]] : NULL;
		if (!near || near->kind != BLOCK_PARAGRAPH || near->content_end - near->content_start > CAPTION_BYTES_MAX)
			continue;
		buffer_clear(&tables->caption);
		block_append_plain(&tables->caption, text_slice(tables->markdown, near->content_start, near->content_end));
		if (text_starts_with_nocase(buffer_view(&tables->caption), TEXT_LITERAL("table")))
			return;
	}
	buffer_clear(&tables->caption);
}

static void append_line(struct tables *tables, size_t rows, size_t columns)
{
	struct json_writer json;

	json_init(&json, &tables->index->pending, 0);
	json_object_open(&json);
	json_member_string(&json, "source_file", tables->source);
	json_member_string(&json, "source_zip", tables->container);
	json_member_unsigned(&json, "table", tables->count);
	json_member_text(&json, "heading_path", buffer_view(&tables->heading));
	json_member_text(&json, "caption", buffer_view(&tables->caption));
	json_member_unsigned(&json, "rows", rows);
	json_member_unsigned(&json, "columns", columns);
	json_member_string(&json, "file", buffer_string(&tables->path));
	json_object_close(&json);
	buffer_append_byte(&tables->index->pending, '\n');
	tables->index->records++;
}

static int write_table(struct tables *tables, size_t block)
{
	char suffix[32];
	size_t rows, columns;

	snprintf(suffix, sizeof(suffix), "/table-%03u.csv", ++tables->count);
	buffer_clear(&tables->content);
	buffer_clear(&tables->path);
	buffer_clear(&tables->heading);
	append_csv(tables->markdown, &tables->blocks.items[block], &tables->content, &rows, &columns);
	blocks_heading_path(tables->markdown, &tables->blocks, block, &tables->heading);
	find_caption(tables, block);
	int status = dataset_names_take(tables->names, "tables", tables->container, tables->source, suffix, suffix, &tables->path);
	if (status < 0 || tables->content.status < 0)
		return error_set(tables->staging->error, status < 0 ? status : tables->content.status, "out of memory");
	status = staging_put(tables->staging, buffer_string(&tables->path), buffer_view(&tables->content), rows, NULL);
	if (status < 0)
		return status;
	append_line(tables, rows, columns);
	return output_file_flush(tables->index, tables->staging->error);
}

/* May the text hold a table? Only the row below a table's header has nothing but dashes and colons next to its pipes: most documents need no
 * look at their structure. */
static bool may_hold_table(struct text text)
{
	const char *pipe = text.bytes ? memchr(text.data, '|', text.bytes) : NULL;

	while (pipe) {
		size_t at = (size_t)(pipe - text.data), before = at, behind = at + 1;
		while (behind < text.bytes && (text.data[behind] == ' ' || text.data[behind] == '\t'))
			behind++;
		while (before > 0 && (text.data[before - 1] == ' ' || text.data[before - 1] == '\t'))
			before--;
		char next = behind < text.bytes ? text.data[behind] : '\n', last = before > 0 ? text.data[before - 1] : '\n';
		if (next == '-' || next == ':' || last == '-' || last == ':')
			return true;
		pipe = memchr(text.data + behind, '|', text.bytes - behind);
	}
	return false;
}

int tables_write(struct staging *staging, struct dataset_names *names, const char *source, const char *container, const struct document *document,
		 struct output_file *index)
{
	struct tables tables = { .staging = staging, .names = names, .source = source, .container = container, .markdown = document->markdown,
				 .index = index };
	struct buffer *buffers[] = { &tables.content, &tables.path, &tables.heading, &tables.caption };

	if (!may_hold_table(document->markdown))
		return 0;
	int status = blocks_scan(document->markdown, &tables.blocks);
	if (status < 0)
		return error_set(staging->error, status, "%s: %s", source, error_describe(status));
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], DOCUMENT_BYTES_MAX);
	for (size_t i = 0; i < tables.blocks.count && status == 0; i++)
		if (tables.blocks.items[i].kind == BLOCK_TABLE)
			status = write_table(&tables, i);
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_done(buffers[i]);
	blocks_done(&tables.blocks);
	return status;
}
