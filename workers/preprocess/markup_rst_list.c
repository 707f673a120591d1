/* markup_rst_list.c: lists of reStructuredText: bullets, numbers, fields, options, definitions; see markup_rst.h. */
#include "workers/preprocess/markup_rst.h"

#include "workers/preprocess/markdown_inline.h"

enum { NUMBER_DIGITS_MAX = 8, FIELD_BYTES_MAX = 80, OPTION_GAP = 2 };

/* --- bullets and numbers --------------------------------------------------------------------------------------- */

/* Bytes of "12", "b", "iv" or "#" and what it stands for; 0: none of them. */
static size_t ordinal_bytes(struct text text, uint32_t *ret_number)
{
	size_t i = 0;

	*ret_number = 1;
	if (text.bytes > 0 && text.data[0] == '#')
		return 1;
	if (text.bytes > 0 && ascii_is_alpha(text.data[0])) {
		while (i < text.bytes && i < NUMBER_DIGITS_MAX && strchr("ivxIVX", text.data[i]))
			i++;
		if (i < 2 && !(text.data[0] == 'i' || text.data[0] == 'I'))
			*ret_number = (uint32_t)(ascii_lower(text.data[0]) - 'a' + 1);
		return i > 1 ? i : 1;
	}
	for (*ret_number = 0; i < text.bytes && i < NUMBER_DIGITS_MAX && ascii_is_digit(text.data[i]); i++)
		*ret_number = *ret_number * 10 + (uint32_t)(text.data[i] - '0');
	return i;
}

size_t rst_marker_bytes(struct text line, bool *ret_ordered, uint32_t *ret_number)
{
	static const char *const bullets[] = { "-", "*", "+", "\xE2\x80\xA2", "\xE2\x80\xA3", "\xE2\x81\x83" };
	size_t open = line.bytes > 0 && line.data[0] == '(', end = 0;

	*ret_ordered = false;
	*ret_number = 0;
	for (size_t i = 0; i < COUNT_OF(bullets) && end == 0; i++)
		end = text_starts_with(line, text_from(bullets[i])) ? strlen(bullets[i]) : 0;
	if (end == 0) {
		size_t ordinal = ordinal_bytes(text_slice(line, open, line.bytes), ret_number);
		*ret_ordered = true;
		end = open + ordinal;
		if (ordinal == 0 || end >= line.bytes || !(line.data[end] == ')' || (line.data[end] == '.' && !open)))
			return 0;
		end++;
	}
	if (end < line.bytes && line.data[end] != ' ')
		return 0;
	while (end < line.bytes && line.data[end] == ' ')
		end++;
	return end;
}

/* How two items of a list agree: the bullet, or the signs around the number and the kind of it. */
static unsigned marker_kind(struct text line, size_t bytes, bool ordered)
{
	char first = line.data[0], mark = first == '(' && line.bytes > 1 ? line.data[1] : first;
	struct text marker = text_trim(text_slice(line, 0, bytes));

	if (!ordered)
		return (unsigned char)first;
	unsigned kind = ascii_is_digit(mark) || mark == '#' ? 1u : ascii_is_lower(mark) ? 2u : 3u;
	return 256u + kind * 4u + (first == '(') * 2u + (marker.data[marker.bytes - 1] == ')');
}

/* A number is one of a list when what follows is blank, indented, or the next item. */
static bool begins_item(const struct rst *rst, size_t at, size_t to, size_t indent, size_t *ret_bytes, unsigned *ret_kind, uint32_t *ret_number)
{
	struct text line = rst_text(rst, at);
	bool ordered, next_ordered;
	uint32_t next_number;

	*ret_bytes = rst_marker_bytes(line, &ordered, ret_number);
	if (*ret_bytes == 0)
		return false;
	*ret_kind = marker_kind(line, *ret_bytes, ordered);
	if (!ordered || at + 1 >= to || rst_is_blank(rst, at + 1) || rst_line_at(rst, at + 1)->indent > indent)
		return true;
	struct text next = rst_text(rst, at + 1);
	size_t bytes = rst_marker_bytes(next, &next_ordered, &next_number);
	return bytes > 0 && marker_kind(next, bytes, next_ordered) == *ret_kind;
}

/* Cuts the marker off the first line and writes the item's blocks. */
static size_t write_item(struct rst *rst, size_t at, size_t to, size_t indent, size_t marker)
{
	struct rst_line *line = rst_line_at(rst, at);
	size_t end = rst_block_end(rst, at + 1, to, indent), inner = line->indent + marker;

	line->start += (uint32_t)marker;
	line->indent += (uint32_t)marker;
	if (line->start == line->end)
		inner = size_min(inner, rst_least_indent(rst, at, end));
	rst_body(rst, at, end, inner);
	rst_flush_prefix(rst);
	return end;
}

size_t rst_take_list(struct rst *rst, size_t at, size_t to, size_t indent)
{
	struct markdown_writer *writer = rst->markup->writer;
	size_t bytes, end = at;
	uint32_t number, count = 0;
	unsigned kind, kind_here;

	if (!begins_item(rst, at, to, indent, &bytes, &kind, &number))
		return at;
	rst_flush_prefix(rst);
	markdown_list_open(writer, kind > 255);
	for (uint32_t first = number; at < to && begins_item(rst, at, to, indent, &bytes, &kind_here, &number) && kind_here == kind; count++) {
		bool counted = rst_text(rst, at).data[0] != '#' && ascii_is_digit(rst_text(rst, at).data[rst_text(rst, at).data[0] == '(']);
		markdown_item_open(writer, counted ? number : first + count);
		end = write_item(rst, at, to, indent, bytes);
		markdown_item_close(writer);
		if (end == to || rst_line_at(rst, end)->indent < indent)
			break;
		at = end;
	}
	markdown_list_close(writer);
	return end;
}

/* --- terms with what they mean --------------------------------------------------------------------------------- */

/* An item that begins with a bold term; [at, end) is what is said of it. */
static void write_term(struct rst *rst, struct text term, bool code, size_t from, size_t to, size_t indent)
{
	struct markdown_writer *writer = rst->markup->writer;

	rst_flush_prefix(rst);
	markdown_list_open(writer, false);
	markdown_item_open(writer, 0);
	buffer_append_string(&rst->prefix, "**");
	if (code)
		markdown_append_code_span(&rst->prefix, term);
	else
		markup_inline(rst->markup, term, 0, &rst->prefix);
	buffer_append_string(&rst->prefix, "**");
	rst_body(rst, from, to, indent);
	rst_flush_prefix(rst);
	markdown_item_close(writer);
	markdown_list_close(writer);
}

/* What stands behind byte `cut` of line `at`, and the lines up to `end`, as the meaning of a term. */
static void write_meaning(struct rst *rst, struct text term, bool code, size_t at, size_t cut, size_t end)
{
	struct rst_line *line = rst_line_at(rst, at);
	size_t inner = rst_least_indent(rst, at + 1, end);

	line->start = size_min(line->start + cut, line->end) < line->end ? line->start + (uint32_t)cut : line->end;
	line->indent = (uint32_t)(inner > 0 ? inner : line->indent + cut);
	write_term(rst, term, code, at, end, line->indent);
}

/* Bytes of ":name:" with the blanks behind it, or 0. */
static size_t field_bytes(struct text line, struct text *ret_name)
{
	size_t end = 1;

	if (line.bytes < 3 || line.data[0] != ':' || line.data[1] == ' ' || line.data[1] == ':')
		return 0;
	while (end < line.bytes && end < FIELD_BYTES_MAX && !(line.data[end] == ':' && (end + 1 == line.bytes || line.data[end + 1] == ' ')))
		end += line.data[end] == '\\' && end + 1 < line.bytes ? 2 : 1;
	if (end >= line.bytes || line.data[end] != ':' || memchr(line.data, '`', end))
		return 0;
	*ret_name = text_slice(line, 1, end++);
	while (end < line.bytes && line.data[end] == ' ')
		end++;
	return end;
}

/* Bytes of "-a FILE, --all=FILE" with the blanks behind them, or 0: two blanks or the line's end part them from the text. */
static size_t option_bytes(struct text line, struct text *ret_options)
{
	size_t end = 0;

	if (line.bytes < 2 || line.data[0] != '-' || !(ascii_is_alnum(line.data[1]) || (line.data[1] == '-' && line.bytes > 2 && ascii_is_alnum(line.data[2]))))
		return 0;
	while (end < line.bytes && !(line.data[end] == ' ' && end + 1 < line.bytes && line.data[end + 1] == ' '))
		end++;
	*ret_options = text_slice(line, 0, end);
	unsigned words = 0;
	for (size_t i = 0; i < end; i++) { /* one value for each option */
		words = line.data[i] == ',' ? 0 : words + (line.data[i] == ' ' && i > 0 && line.data[i - 1] != ',');
		if (words > 1)
			return 0;
	}
	while (end < line.bytes && line.data[end] == ' ')
		end++;
	return end;
}

size_t rst_take_fields(struct rst *rst, size_t at, size_t to, size_t indent)
{
	struct text line = rst_text(rst, at), name = TEXT_LITERAL("");
	size_t bytes = field_bytes(line, &name);
	bool option = bytes == 0 && (bytes = option_bytes(line, &name)) > 0;

	if (bytes == 0)
		return at;
	if (text_equal(line, TEXT_LITERAL(":orphan:")) || text_starts_with(line, TEXT_LITERAL(":tocdepth:"))) /* said to Sphinx */
		return at + 1;
	size_t end = rst_block_end(rst, at + 1, to, indent);
	if (option && bytes == line.bytes && (at + 1 == end || rst_is_blank(rst, at + 1))) /* nothing is said of it */
		return at;
	write_meaning(rst, name, option, at, bytes, end);
	return end;
}

size_t rst_take_definition(struct rst *rst, size_t at, size_t to, size_t indent)
{
	struct text term = rst_text(rst, at);

	if (at + 1 >= to || rst_is_blank(rst, at + 1) || rst_line_at(rst, at + 1)->indent <= indent || text_ends_with_nocase(term, TEXT_LITERAL("::")))
		return at;
	size_t end = rst_block_end(rst, at + 1, to, indent);
	if (term.bytes > 1 && term.data[term.bytes - 1] == ':')
		term.bytes--;
	write_term(rst, term, false, at + 1, end, rst_least_indent(rst, at + 1, end));
	return end;
}
