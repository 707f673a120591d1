#include "workers/preprocess/csv_table.h"

#include "workers/preprocess/markdown_inline.h"

/* Bytes that may mean something in a table cell; all others are copied as they are. */
static const bool special[256] = {
	[0 ... 0x1F] = true, [0x7F] = true, ['|'] = true, ['\\'] = true, ['`'] = true, ['*'] = true, ['_'] = true,
	['<'] = true, ['&'] = true, ['['] = true, ['~'] = true,
};

void csv_scratch_init(struct csv_scratch *scratch, size_t bytes_max)
{
	buffer_init(&scratch->cell, bytes_max);
	buffer_init(&scratch->escaped, bytes_max);
}

void csv_scratch_done(struct csv_scratch *scratch)
{
	buffer_done(&scratch->cell);
	buffer_done(&scratch->escaped);
}

void csv_insert(struct buffer *out, size_t offset, struct text text)
{
	size_t tail = out->bytes - offset;

	buffer_append_text(out, text);
	if (out->status)
		return;
	memmove(out->data + offset + text.bytes, out->data + offset, tail);
	memcpy(out->data + offset, text.data, text.bytes);
}

static void append_pipes_escaped(struct buffer *out, struct text text)
{
	const char *pipe;

	while ((pipe = memchr(text.data, '|', text.bytes)) != NULL) {
		size_t before = (size_t)(pipe - text.data);
		buffer_append(out, text.data, before);
		buffer_append_string(out, "\\|");
		text = text_slice(text, before + 1, text.bytes);
	}
	buffer_append_text(out, text);
}

/* Lines parted by "<br>", blank ones left out, control characters as blanks. */
static void append_escaped(struct buffer *out, struct csv_scratch *scratch, struct text text)
{
	struct text rest = text, line;
	bool first = true;

	while (text_next_line(&rest, &line)) {
		line = text_trim(line);
		if (line.bytes == 0)
			continue;
		buffer_clear(&scratch->escaped);
		markdown_append_escaped(&scratch->escaped, line);
		for (size_t i = 0; i < scratch->escaped.bytes; i++)
			if ((unsigned char)scratch->escaped.data[i] < ' ' || scratch->escaped.data[i] == 0x7F)
				scratch->escaped.data[i] = ' ';
		if (!first)
			buffer_append_string(out, "<br>");
		append_pipes_escaped(out, buffer_view(&scratch->escaped));
		first = false;
	}
}

/* The text between the quotes with doubled and escaped quotes made single, in `scratch`. */
static struct text resolve_quotes(struct buffer *scratch, struct text raw, struct csv_dialect dialect)
{
	const char quote = csv_quote(dialect);

	buffer_clear(scratch);
	for (size_t i = 0; i < raw.bytes; i++) {
		const char c = raw.data[i], after = i + 1 < raw.bytes ? raw.data[i + 1] : 0;
		if ((c == quote && after == quote) || (dialect.backslash && c == '\\' && (after == quote || after == '\\')))
			i++;
		buffer_append_byte(scratch, raw.data[i]);
	}
	return buffer_view(scratch);
}

/* "one\, two" → "one, two" */
static struct text resolve_escapes(struct buffer *scratch, struct text raw, char delimiter)
{
	buffer_clear(scratch);
	for (size_t i = 0; i < raw.bytes; i++) {
		if (raw.data[i] == '\\' && i + 1 < raw.bytes && (raw.data[i + 1] == delimiter || raw.data[i + 1] == '\\'))
			i++;
		buffer_append_byte(scratch, raw.data[i]);
	}
	return buffer_view(scratch);
}

void csv_append_cell(struct buffer *out, struct csv_scratch *scratch, struct csv_dialect dialect, struct csv_cell cell)
{
	struct text text = cell.raw;
	size_t i = 0;

	if (text.bytes == 0 || (text.bytes == 4 && memcmp(text.data, "None", 4) == 0))
		return;
	if (cell.quoted && (memchr(text.data, csv_quote(dialect), text.bytes) || (dialect.backslash && memchr(text.data, '\\', text.bytes))))
		text = resolve_quotes(&scratch->cell, text, dialect);
	else if (!cell.quoted && dialect.escaped && memchr(text.data, '\\', text.bytes))
		text = resolve_escapes(&scratch->cell, text, dialect.delimiter);
	while (i < text.bytes && !special[(unsigned char)text.data[i]])
		i++;
	if (i == text.bytes)
		buffer_append_text(out, text);
	else
		append_escaped(out, scratch, text);
}

void csv_table_init(struct csv_table *table, struct buffer *out, struct csv_dialect dialect, size_t named, size_t columns)
{
	CHECK(named > 0 && columns >= named);
	*table = (struct csv_table){ .out = out, .dialect = dialect, .named = named, .columns = columns, .widest = columns };
	buffer_init(&table->header, out->bytes_max);
	csv_scratch_init(&table->scratch, out->bytes_max);
}

void csv_table_done(struct csv_table *table)
{
	buffer_done(&table->header);
	csv_scratch_done(&table->scratch);
}

/* The row's cells are slices of one text, so what lies behind the last column is still there in one piece. */
static struct csv_cell joined_tail(const struct csv_cell *cells, size_t first, size_t count)
{
	while (count > first + 1 && cells[count - 1].raw.bytes == 0)
		count--;
	if (count == first + 1)
		return cells[first];
	const char *start = cells[first].raw.data;
	const char *end = cells[count - 1].raw.data + cells[count - 1].raw.bytes;
	return (struct csv_cell){ { start, (size_t)(end - start) }, false };
}

/* "1,Hello, dear reader": sentences that nobody put quotes around have a blank behind the comma; cells have not. */
static bool is_sentence(const struct csv_cell *cells, size_t columns, size_t count)
{
	for (size_t c = 1; c < count; c++)
		if ((cells[c].raw.data[-1] == ' ') != (c >= columns))
			return false;
	return true;
}

static size_t filled_count(const struct csv_cell *cells, size_t count)
{
	while (count > 0 && cells[count - 1].raw.bytes == 0)
		count--;
	return count;
}

static void append_row(struct csv_table *table, struct buffer *out, const struct csv_cell *cells, size_t count)
{
	size_t last = table->columns; /* the column that what is left over goes into */

	if (count > table->named) {
		size_t filled = filled_count(cells, count);
		bool sentence = filled > table->named && is_sentence(cells, table->named, filled);
		if (sentence)
			last = table->named;
		else
			table->widest = size_max(table->widest, filled);
	}
	for (size_t c = 0; c < table->columns; c++) {
		buffer_append(out, "| ", 2);
		if (c + 1 == last && count > last)
			csv_append_cell(out, &table->scratch, table->dialect, joined_tail(cells, c, count));
		else if (c < count && c < last)
			csv_append_cell(out, &table->scratch, table->dialect, cells[c]);
		buffer_append_byte(out, ' ');
	}
	buffer_append(out, "|\n", 2);
}

void csv_table_header(struct csv_table *table, const struct csv_cell *cells, size_t count)
{
	CHECK(table->header.bytes == 0 && table->row_count == 0);
	if (cells) {
		append_row(table, &table->header, cells, count);
	} else {
		for (size_t c = 0; c < table->columns; c++)
			buffer_append_format(&table->header, "| Column %zu ", c + 1);
		buffer_append(&table->header, "|\n", 2);
	}
	for (size_t c = 0; c < table->columns; c++)
		buffer_append(&table->header, "| --- ", 6);
	buffer_append(&table->header, "|\n", 2);
	table->group_offset = table->out->bytes;
	buffer_append_text(table->out, buffer_view(&table->header));
}

/* Puts the heading before the group that ends with the row written last. */
static void head_group(struct csv_table *table)
{
	struct buffer heading;
	size_t first = (table->row_count - 1) / CSV_GROUP_ROWS * CSV_GROUP_ROWS + 1;

	buffer_init(&heading, 128);
	buffer_append_format(&heading, "## Rows %zu–%zu\n\n", first, table->row_count);
	csv_insert(table->out, table->group_offset, buffer_view(&heading));
	buffer_done(&heading);
}

void csv_table_row(struct csv_table *table, const struct csv_cell *cells, size_t count)
{
	if (table->row_count > 0 && table->row_count % CSV_GROUP_ROWS == 0) {
		head_group(table);
		buffer_append_byte(table->out, '\n');
		table->group_offset = table->out->bytes;
		buffer_append_text(table->out, buffer_view(&table->header));
	}
	append_row(table, table->out, cells, count);
	table->row_count++;
}

void csv_table_finish(struct csv_table *table)
{
	if (table->row_count > CSV_GROUP_ROWS)
		head_group(table);
}
