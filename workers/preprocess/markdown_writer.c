#include "workers/preprocess/markdown_writer.h"

#include <stdio.h>

void markdown_init(struct markdown_writer *writer, struct buffer *out)
{
	*writer = (struct markdown_writer){ .out = out, .start = out->bytes };
}

void markdown_finish(struct markdown_writer *writer)
{
	writer->depth = 0;
	writer->excess = 0;
	writer->rule_due = false;
}

/* --- where a block starts -------------------------------------------------------------------------------------- */

static bool is_indenting(const struct markdown_level *level)
{
	return !level->transparent && (level->quote || level->item_open);
}

/* The innermost container that blocks stand in now: its memory of what was written last. */
static uint8_t *container_last(struct markdown_writer *writer, int depth)
{
	for (int i = depth - 1; i >= 0; i--)
		if (is_indenting(&writer->levels[i]))
			return &writer->levels[i].last;
	return &writer->last;
}

static void append_prefix(struct markdown_writer *writer, int depth, bool blank_line)
{
	struct buffer *out = writer->out;
	size_t start = out->bytes;

	for (int i = 0; i < depth; i++) {
		struct markdown_level *level = &writer->levels[i];
		if (!is_indenting(level))
			continue;
		if (level->quote) {
			buffer_append_string(out, "> ");
		} else if (level->marker_due && !blank_line) {
			buffer_append_string(out, level->marker);
			level->marker_due = false;
			level->has_item = true;
			*container_last(writer, i) = level->ordered ? MARKDOWN_LAST_NUMBERS : MARKDOWN_LAST_BULLETS;
		} else {
			buffer_append_repeat(out, ' ', level->indent);
		}
	}
	if (blank_line) {
		while (out->bytes > start && out->data[out->bytes - 1] == ' ')
			out->bytes--;
		if (out->data)
			out->data[out->bytes] = '\0';
	}
}

static void append_blank_line(struct markdown_writer *writer, int depth)
{
	if (writer->out->bytes == writer->start)
		return;
	append_prefix(writer, depth, true);
	buffer_append_byte(writer->out, '\n');
}

/* Does a list stand apart from what is before it? Bullets follow their item's text at once; two lists of one kind are one. */
static bool list_stands_apart(const struct markdown_level *list, uint8_t last, bool in_item)
{
	switch (last) {
	case MARKDOWN_LAST_NOTHING: return false;
	case MARKDOWN_LAST_BULLETS: return list->ordered;
	case MARKDOWN_LAST_NUMBERS: return !list->ordered;
	case MARKDOWN_LAST_PARAGRAPH: return !in_item || (list->ordered && memcmp(list->marker, "1.", 2) != 0);
	default: return true;
	}
}

/* Nothing was written in it yet: a quote without content, an item whose marker is due. */
static bool is_fresh(const struct markdown_level *level)
{
	return is_indenting(level) && (level->quote ? level->last == MARKDOWN_LAST_NOTHING : level->marker_due);
}

static bool is_in_item(const struct markdown_writer *writer, int depth)
{
	for (int i = depth - 1; i >= 0 && !writer->levels[i].quote; i--)
		if (is_indenting(&writer->levels[i]))
			return true;
	return false;
}

/* Separates the block from what is before it, and writes the prefix of its first line. What begins is the outermost
 * container that has nothing yet, or else the block alone. */
static void begin_line_of_block(struct markdown_writer *writer)
{
	int fresh = 0;

	while (fresh < writer->depth && !is_fresh(&writer->levels[fresh]))
		fresh++;
	uint8_t last = *container_last(writer, fresh);
	bool is_item = fresh < writer->depth && !writer->levels[fresh].quote;
	if (is_item ? list_stands_apart(&writer->levels[fresh], last, is_in_item(writer, fresh)) : last != MARKDOWN_LAST_NOTHING)
		append_blank_line(writer, fresh);
	append_prefix(writer, writer->depth, false);
	/* What holds the container that the block stands in holds something now. */
	bool innermost = true;
	for (int i = writer->depth - 1; i >= 0; i--) {
		struct markdown_level *level = &writer->levels[i];
		if (!is_indenting(level))
			continue;
		if (!innermost && level->last == MARKDOWN_LAST_NOTHING)
			level->last = MARKDOWN_LAST_OTHER;
		innermost = false;
	}
}

static void begin_block(struct markdown_writer *writer)
{
	if (writer->rule_due && writer->last != MARKDOWN_LAST_NOTHING) {
		buffer_append_string(writer->out, "\n---\n");
		writer->last = MARKDOWN_LAST_OTHER;
	}
	writer->rule_due = false;
	begin_line_of_block(writer);
}

static void end_block(struct markdown_writer *writer, enum markdown_last last)
{
	*container_last(writer, writer->depth) = (uint8_t)last;
}

/* --- containers ------------------------------------------------------------------------------------------------ */

static struct markdown_level *push_level(struct markdown_writer *writer)
{
	if (writer->depth == MARKDOWN_DEPTH_MAX) {
		writer->excess++;
		return NULL;
	}
	struct markdown_level *level = &writer->levels[writer->depth++];
	*level = (struct markdown_level){ .last = MARKDOWN_LAST_NOTHING };
	return level;
}

static bool ends_in_list(struct markdown_writer *writer, int depth)
{
	uint8_t last = *container_last(writer, depth);
	return last == MARKDOWN_LAST_BULLETS || last == MARKDOWN_LAST_NUMBERS;
}

void markdown_list_open(struct markdown_writer *writer, bool ordered)
{
	/* A list right at the start of an item, or in a list without an item: its items are those of the outer list. */
	struct markdown_level *outer = writer->depth > 0 ? &writer->levels[writer->depth - 1] : NULL;
	bool nothing_before = outer && !outer->quote && (outer->item_open ? outer->marker_due : !outer->has_item);
	struct markdown_level *level = push_level(writer);

	if (!level)
		return;
	level->ordered = ordered;
	bool follows_item = ends_in_list(writer, writer->depth - 1);
	if (outer && !outer->quote && !outer->item_open && outer->has_item && follows_item) {
		outer->item_open = true; /* <ul><li>a</li><ul>…: belongs to the item before it */
		outer->marker_due = false;
	}
	if (nothing_before)
		outer->transparent = true;
}

void markdown_item_open(struct markdown_writer *writer, uint32_t number)
{
	if (writer->excess > 0 || writer->depth == 0)
		return;
	struct markdown_level *level = &writer->levels[writer->depth - 1];
	CHECK(!level->quote);
	int bytes = level->ordered ? snprintf(level->marker, sizeof(level->marker), "%u. ", number % 1000000000u)
				   : snprintf(level->marker, sizeof(level->marker), "- ");
	level->indent = (uint8_t)bytes;
	level->item_open = true;
	level->marker_due = true;
	level->transparent = false;
	level->last = MARKDOWN_LAST_NOTHING;
}

void markdown_item_join(struct markdown_writer *writer)
{
	struct markdown_level *level = writer->depth > 0 && writer->excess == 0 ? &writer->levels[writer->depth - 1] : NULL;

	if (!level || level->quote || !level->item_open || !level->marker_due || !level->has_item || !ends_in_list(writer, writer->depth - 1))
		return;
	level->marker_due = false;
	level->last = MARKDOWN_LAST_PARAGRAPH;
}

void markdown_item_close(struct markdown_writer *writer)
{
	if (writer->excess > 0 || writer->depth == 0)
		return;
	struct markdown_level *level = &writer->levels[writer->depth - 1];
	level->item_open = false;
	level->marker_due = false;
}

void markdown_list_close(struct markdown_writer *writer)
{
	if (writer->excess > 0) {
		writer->excess--;
		return;
	}
	CHECK(writer->depth > 0);
	struct markdown_level level = writer->levels[--writer->depth];
	CHECK(!level.quote);
	struct markdown_level *outer = writer->depth > 0 ? &writer->levels[writer->depth - 1] : NULL;
	if (!outer || outer->quote || !outer->transparent)
		return;
	outer->transparent = level.has_item && !ends_in_list(writer, writer->depth); /* text between the items ended them */
	if (!level.has_item)
		return;
	outer->has_item = true;
	outer->marker_due = false;
	outer->indent = level.indent; /* what follows in the outer item continues the last inner one */
	outer->last = level.last;
}

void markdown_quote_open(struct markdown_writer *writer)
{
	struct markdown_level *level = push_level(writer);
	if (level)
		level->quote = true;
}

void markdown_quote_close(struct markdown_writer *writer)
{
	if (writer->excess > 0) {
		writer->excess--;
		return;
	}
	CHECK(writer->depth > 0 && writer->levels[writer->depth - 1].quote);
	bool written = writer->levels[--writer->depth].last != MARKDOWN_LAST_NOTHING;
	if (written)
		end_block(writer, MARKDOWN_LAST_OTHER);
}

/* --- blocks ---------------------------------------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* Everything but "\n" kept; runs of line ends and the blanks around them become one blank. */
static void append_one_line(struct buffer *out, struct text inline_text)
{
	struct text rest = text_trim(inline_text), line;
	bool first = true;

	while (text_next_line(&rest, &line)) {
		line = text_trim(line);
		if (line.bytes == 0)
			continue;
		if (!first)
			buffer_append_byte(out, ' ');
		buffer_append_text(out, line);
		first = false;
	}
}

void markdown_heading(struct markdown_writer *writer, unsigned level, struct text inline_text)
{
	struct text text = text_trim(inline_text);
	if (text.bytes == 0)
		return;
	begin_block(writer);
	buffer_append_repeat(writer->out, '#', level < 1 ? 1 : size_min(level, 6));
	buffer_append_byte(writer->out, ' ');
	size_t start = writer->out->bytes;
	append_one_line(writer->out, text);
	/* A "#" at the end would be taken for a closing sequence. */
	size_t end = writer->out->bytes, hashes = end;
	while (hashes > start && writer->out->data[hashes - 1] == '#')
		hashes--;
	if (hashes < end && (hashes == start || is_blank(writer->out->data[hashes - 1]))) {
		buffer_truncate(writer->out, end - 1);
		buffer_append_string(writer->out, "\\#");
	}
	buffer_append_byte(writer->out, '\n');
	writer->heading_count++;
	end_block(writer, MARKDOWN_LAST_OTHER);
}

/* Only "-", ":", "|", "=", "*", "_" and blanks, at least one of them: a rule, a setext underline or a table's delimiter row. */
static bool looks_like_underline(struct text line)
{
	bool one_kind = true;
	char kind = 0;

	for (size_t i = 0; i < line.bytes; i++) {
		char c = line.data[i];
		if (is_blank(c))
			continue;
		if (!strchr("-:|=*_", c) || c == '\0')
			return false;
		if (kind && c != kind)
			one_kind = false;
		kind = kind ? kind : c;
	}
	return one_kind ? kind != '|' && kind != ':' : kind != '*' && kind != '_' && memchr(line.data, '-', line.bytes);
}

/* Offset of the character of `line` (not blank at its start) that must be escaped lest the line begin a block, or -1. */
static ptrdiff_t block_syntax_at(struct text line)
{
	char c = line.data[0], next = line.bytes > 1 ? line.data[1] : ' ';

	switch (c) {
	case '#': {
		size_t hashes = 1;
		while (hashes < line.bytes && line.data[hashes] == '#')
			hashes++;
		return hashes <= 6 && (hashes == line.bytes || is_blank(line.data[hashes])) ? 0 : -1;
	}
	case '>': return 0;
	case '+': return is_blank(next) ? 0 : -1;
	case '-': case '*':
		if (is_blank(next))
			return 0;
		return looks_like_underline(line) ? 0 : -1;
	case '=': case '_': case ':': case '|': return looks_like_underline(line) ? 0 : -1;
	case '~': return line.bytes > 2 && next == '~' && line.data[2] == '~' ? 0 : -1;
	case '`': {
		size_t ticks = 1;
		while (ticks < line.bytes && line.data[ticks] == '`')
			ticks++;
		return ticks > 2 && !memchr(line.data + ticks, '`', line.bytes - ticks) ? 0 : -1;
	}
	default: break;
	}
	size_t digits = 0;
	while (digits < line.bytes && digits < 10 && ascii_is_digit(line.data[digits]))
		digits++;
	if (digits == 0 || digits > 9 || digits == line.bytes || (line.data[digits] != '.' && line.data[digits] != ')'))
		return -1;
	return digits + 1 == line.bytes || is_blank(line.data[digits + 1]) ? (ptrdiff_t)digits : -1;
}

void markdown_paragraph(struct markdown_writer *writer, struct text inline_text)
{
	struct text rest = text_trim(inline_text), line;
	bool first = true;

	if (rest.bytes == 0)
		return;
	begin_block(writer);
	while (text_next_line(&rest, &line)) {
		line = text_trim(line);
		if (line.bytes == 0)
			continue;
		if (!first)
			append_prefix(writer, writer->depth, false);
		first = false;
		ptrdiff_t syntax = block_syntax_at(line);
		if (syntax >= 0) {
			buffer_append(writer->out, line.data, (size_t)syntax);
			buffer_append_byte(writer->out, '\\');
			line = text_slice(line, (size_t)syntax, line.bytes);
		}
		buffer_append_text(writer->out, line);
		buffer_append_byte(writer->out, '\n');
	}
	end_block(writer, MARKDOWN_LAST_PARAGRAPH);
}

static struct text trim_end(struct text line)
{
	while (line.bytes > 0 && ascii_is_space(line.data[line.bytes - 1]))
		line.bytes--;
	return line;
}

/* Without the blank lines before and after. */
static struct text trim_lines(struct text code)
{
	size_t start = 0;

	for (size_t i = 0; i < code.bytes && ascii_is_space(code.data[i]); i++)
		if (code.data[i] == '\n')
			start = i + 1;
	return trim_end(text_slice(code, start, code.bytes));
}

static size_t longest_run(struct text text, char byte)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < text.bytes; i++) {
		run = text.data[i] == byte ? run + 1 : 0;
		longest = size_max(longest, run);
	}
	return longest;
}

void markdown_code(struct markdown_writer *writer, struct text language, struct text code)
{
	struct text rest = trim_lines(code), line;
	if (rest.bytes == 0)
		return;
	size_t fence = size_max(3, longest_run(rest, '`') + 1);
	begin_block(writer);
	buffer_append_repeat(writer->out, '`', fence);
	for (size_t i = 0; i < language.bytes; i++)
		if (!ascii_is_space(language.data[i]) && language.data[i] != '`')
			buffer_append_byte(writer->out, language.data[i]);
	buffer_append_byte(writer->out, '\n');
	while (text_next_line(&rest, &line)) {
		line = trim_end(line);
		append_prefix(writer, writer->depth, line.bytes == 0);
		buffer_append_text(writer->out, line);
		buffer_append_byte(writer->out, '\n');
	}
	append_prefix(writer, writer->depth, false);
	buffer_append_repeat(writer->out, '`', fence);
	buffer_append_byte(writer->out, '\n');
	end_block(writer, MARKDOWN_LAST_OTHER);
}

void markdown_rule(struct markdown_writer *writer)
{
	/* Written by the block that follows, so that a document neither starts nor ends with one. In a list it says nothing. */
	if (writer->depth == 0)
		writer->rule_due = true;
}

/* --- tables ---------------------------------------------------------------------------------------------------- */

void markdown_table_open(struct markdown_writer *writer, size_t columns)
{
	CHECK(columns >= 1 && columns <= MARKDOWN_COLUMNS_MAX && writer->table_columns == 0);
	writer->table_columns = columns;
	writer->table_has_header = false;
	writer->table_cell_bytes = writer->table_padding_bytes = 0;
}

static void append_cell(struct buffer *out, struct text cell)
{
	struct text rest = text_trim(cell);
	size_t plain = 0;

	for (size_t i = 0; i < rest.bytes; i++) {
		char c = rest.data[i];
		if (c != '|' && c != '\n')
			continue;
		size_t end = i;
		while (c == '\n' && end > plain && ascii_is_space(rest.data[end - 1]))
			end--;
		buffer_append(out, rest.data + plain, end - plain);
		if (c == '\n') {
			buffer_append_string(out, "<br>");
			while (i + 1 < rest.bytes && ascii_is_space(rest.data[i + 1]))
				i++;
			plain = i + 1;
		} else {
			buffer_append_byte(out, '\\');
			plain = i;
		}
	}
	buffer_append(out, rest.data + plain, rest.bytes - plain);
}

enum { EMPTY_CELL_BYTES = 3, PADDING_BYTES_FREE = 64 << 10, PADDING_FACTOR = 16 };

/* How many columns a row of `count` cells gets: all, but for tables whose rows would be hardly more than empty cells. */
static size_t padded_count(struct markdown_writer *writer, size_t count)
{
	const size_t columns = writer->table_columns, lacking = columns - size_min(count, columns);

	if (writer->table_padding_bytes > PADDING_BYTES_FREE + PADDING_FACTOR * writer->table_cell_bytes)
		return size_max(columns - lacking, 1);
	writer->table_padding_bytes += lacking * EMPTY_CELL_BYTES;
	return columns;
}

void markdown_table_row(struct markdown_writer *writer, const struct text *cells, size_t count)
{
	struct buffer *out = writer->out;

	CHECK(writer->table_columns > 0);
	const size_t columns = padded_count(writer, count);
	if (writer->table_has_header)
		append_prefix(writer, writer->depth, false);
	else
		begin_block(writer);
	const size_t start = out->bytes;
	for (size_t i = 0; i < columns; i++) {
		buffer_append_string(out, "| ");
		if (i < count)
			append_cell(out, cells[i]);
		for (size_t extra = columns; i == columns - 1 && extra < count; extra++) {
			if (text_trim(cells[extra]).bytes > 0)
				buffer_append_byte(out, ' ');
			append_cell(out, cells[extra]);
		}
		buffer_append_byte(out, ' ');
	}
	buffer_append_string(out, "|\n");
	const size_t empty_bytes = (columns - size_min(count, columns)) * EMPTY_CELL_BYTES;
	writer->table_cell_bytes += out->status == 0 ? out->bytes - start - empty_bytes : 0;
	if (writer->table_has_header)
		return;
	writer->table_has_header = true;
	append_prefix(writer, writer->depth, false);
	for (size_t i = 0; i < columns; i++)
		buffer_append_string(out, "| --- ");
	buffer_append_string(out, "|\n");
	writer->table_count++;
}

void markdown_table_close(struct markdown_writer *writer)
{
	CHECK(writer->table_columns > 0);
	writer->table_columns = 0;
	if (writer->table_has_header)
		end_block(writer, MARKDOWN_LAST_OTHER);
}
