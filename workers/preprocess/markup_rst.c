/* markup_rst.c: reStructuredText, as Sphinx and Docutils read it. Lines, headings, paragraphs, quotations, literal blocks; see markup_rst.h. */
#include "workers/preprocess/markup_rst.h"

enum { TAB_COLUMNS = 8, RULE_BYTES_MIN = 4 };

struct text rst_text(const struct rst *rst, size_t index)
{
	const struct rst_line *line = rst_line_at(rst, index);
	return text_slice(buffer_view(&rst->text), line->start, line->end);
}

struct text rst_text_from(const struct rst *rst, size_t index, size_t column)
{
	const struct rst_line *line = rst_line_at(rst, index);
	size_t blanks = line->indent > column && line->end > line->start ? line->indent - column : 0;

	return text_slice(buffer_view(&rst->text), line->start - blanks, line->end);
}

size_t rst_block_end(const struct rst *rst, size_t from, size_t to, size_t indent)
{
	while (from < to && (rst_is_blank(rst, from) || rst_line_at(rst, from)->indent > indent))
		from++;
	return from;
}

size_t rst_least_indent(const struct rst *rst, size_t from, size_t to)
{
	size_t least = SIZE_MAX;

	for (; from < to; from++)
		if (!rst_is_blank(rst, from))
			least = size_min(least, rst_line_at(rst, from)->indent);
	return least == SIZE_MAX ? 0 : least;
}

static size_t next_text(const struct rst *rst, size_t at, size_t to)
{
	while (at < to && rst_is_blank(rst, at))
		at++;
	return at;
}

/* --- paragraphs ------------------------------------------------------------------------------------------------ */

void rst_flush_prefix(struct rst *rst)
{
	if (rst->prefix.bytes == 0)
		return;
	markdown_paragraph(rst->markup->writer, buffer_view(&rst->prefix));
	buffer_clear(&rst->prefix);
}

void rst_paragraph(struct rst *rst, struct text text)
{
	struct buffer *out = &rst->markup->inline_text;

	buffer_clear(out);
	buffer_append_text(out, buffer_view(&rst->prefix));
	if (rst->prefix.bytes > 0)
		buffer_append_string(out, ": ");
	buffer_clear(&rst->prefix);
	markup_inline(rst->markup, text_trim(text), 0, out);
	markdown_paragraph(rst->markup->writer, buffer_view(out));
}

void rst_code(struct rst *rst, struct text language, size_t from, size_t to)
{
	struct buffer *code = &rst->markup->code;
	size_t indent = rst_least_indent(rst, from, to);

	rst_flush_prefix(rst);
	buffer_clear(code);
	while (to > from && rst_is_blank(rst, to - 1))
		to--;
	for (from = next_text(rst, from, to); from < to; from++) {
		buffer_append_text(code, rst_text_from(rst, from, indent));
		buffer_append_byte(code, '\n');
	}
	markdown_code(rst->markup->writer, language, buffer_view(code));
}

/* What "::" announced: what is indented, or lines that begin with the same sign. */
static size_t write_literal(struct rst *rst, size_t at, size_t to, size_t indent)
{
	size_t from = next_text(rst, at, to), end = from;

	if (from == to)
		return at;
	if (rst_line_at(rst, from)->indent > indent) {
		end = rst_block_end(rst, from, to, indent);
	} else {
		char sign = rst_text(rst, from).data[0];
		while (end < to && !rst_is_blank(rst, end) && !ascii_is_alnum(sign) && (unsigned char)sign < 0x80 && rst_text(rst, end).data[0] == sign)
			end++;
	}
	if (end > from)
		rst_code(rst, TEXT_LITERAL(""), from, end);
	return end > from ? end : at;
}

/* To the paragraph at hand, with single blanks between words; between double ticks they stay. */
static void add_line(struct buffer *raw, struct text line)
{
	bool code = false;

	if (raw->bytes > 0)
		buffer_append_byte(raw, ' ');
	for (size_t i = 0; i < line.bytes; i++) {
		code ^= line.data[i] == '`' && i + 1 < line.bytes && line.data[i + 1] == '`';
		if (code || line.data[i] != ' ' || i == 0 || line.data[i - 1] != ' ')
			buffer_append_byte(raw, line.data[i]);
	}
}

static size_t write_paragraph(struct rst *rst, size_t at, size_t to, size_t indent)
{
	struct buffer *raw = &rst->markup->raw;
	bool literal = false;

	buffer_clear(raw);
	for (size_t first = at; at < to && !rst_is_blank(rst, at) && (at == first || rst_line_at(rst, at)->indent <= indent); at++)
		add_line(raw, rst_text(rst, at));
	struct text text = buffer_view(raw);
	if (text_ends_with_nocase(text, TEXT_LITERAL("::"))) {
		literal = true;
		text.bytes -= text.bytes == 2 || text.data[text.bytes - 3] == ' ' ? 2 : 1;
	}
	if (text_trim(text).bytes > 0)
		rst_paragraph(rst, text);
	buffer_clear(raw);
	return literal ? write_literal(rst, at, to, indent) : at;
}

/* "| line": lines that stay lines. */
static size_t take_line_block(struct rst *rst, size_t at, size_t to)
{
	struct buffer *raw = &rst->markup->raw;
	size_t end = at;

	buffer_clear(raw);
	for (; end < to && !rst_is_blank(rst, end); end++) {
		struct text line = rst_text(rst, end);
		bool begins = line.data[0] == '|' && (line.bytes == 1 || line.data[1] == ' ');
		if (!begins && (end == at || rst_line_at(rst, end)->indent <= rst_line_at(rst, at)->indent))
			break;
		if (end > at)
			buffer_append_byte(raw, begins ? '\n' : ' ');
		buffer_append_text(raw, text_trim(text_slice(line, begins, line.bytes)));
	}
	if (end > at)
		rst_paragraph(rst, buffer_view(raw));
	buffer_clear(raw);
	return end;
}

/* A session at the prompt of Python. */
static size_t take_session(struct rst *rst, size_t at, size_t to)
{
	size_t end = at;

	if (!text_starts_with(rst_text(rst, at), TEXT_LITERAL(">>> ")))
		return at;
	while (end < to && !rst_is_blank(rst, end))
		end++;
	rst_code(rst, TEXT_LITERAL("python"), at, end);
	return end;
}

/* What is indented is a quotation; lists, code and the like are only set in. */
static size_t write_quote(struct rst *rst, size_t at, size_t to, size_t indent)
{
	size_t end = rst_block_end(rst, at, to, indent), inner = rst_least_indent(rst, at, end);
	struct text first = rst_text(rst, at);
	bool ordered, quote = rst_line_at(rst, at)->indent == inner && !text_starts_with(first, TEXT_LITERAL(".. ")) && !strchr("+=|:>-", first.data[0]);
	uint32_t number;

	for (size_t i = at; i < end && quote; i++) /* what holds a table is only set in */
		quote = rst_is_blank(rst, i) || !(text_starts_with(rst_text(rst, i), TEXT_LITERAL("+-")) || text_starts_with(rst_text(rst, i), TEXT_LITERAL("== ")) ||
						  text_starts_with(rst_text(rst, i), TEXT_LITERAL("===")));
	quote = quote && rst_marker_bytes(first, &ordered, &number) == 0 && (at + 1 == end || rst_is_blank(rst, at + 1) || rst_line_at(rst, at + 1)->indent <= inner);
	rst_flush_prefix(rst);
	if (quote)
		markdown_quote_open(rst->markup->writer);
	rst_body(rst, at, end, inner);
	rst_flush_prefix(rst);
	if (quote)
		markdown_quote_close(rst->markup->writer);
	return end;
}

/* --- headings -------------------------------------------------------------------------------------------------- */

char rst_rule(struct text line)
{
	char sign = line.bytes > 1 ? line.data[0] : '\0';

	if (sign <= ' ' || ascii_is_alnum(sign) || (unsigned char)sign >= 0x7F)
		return '\0';
	for (size_t i = 1; i < line.bytes; i++)
		if (line.data[i] != sign)
			return '\0';
	return sign;
}

/* Does the rule underline a text so long? A shorter one of some length does too. */
static bool is_underline(struct text rule, struct text title)
{
	return rst_rule(rule) && (rule.bytes >= RULE_BYTES_MIN || rule.bytes >= title.bytes);
}

static unsigned level_of(struct rst *rst, char sign, bool over)
{
	unsigned style = (unsigned char)sign | (over ? 256u : 0);
	size_t i = 0;

	while (i < rst->style_count && rst->styles[i] != style)
		i++;
	if (i == rst->style_count && i < RST_STYLES_MAX)
		rst->styles[rst->style_count++] = style;
	return (unsigned)i + 1;
}

static size_t take_heading(struct rst *rst, size_t at, size_t to)
{
	struct text line = rst_text(rst, at);
	char sign = rst_rule(line);
	bool over = sign && at + 2 < to && !rst_is_blank(rst, at + 1) && rst_rule(rst_text(rst, at + 2)) == sign && !rst_rule(rst_text(rst, at + 1));
	size_t title = at + over;

	if (rst->markup->writer->depth > 0 || title + 1 >= to || rst_is_blank(rst, title + 1) || (sign && !over))
		return at;
	if (!is_underline(rst_text(rst, title + 1), rst_text(rst, title)) || (over && line.bytes < RULE_BYTES_MIN))
		return at;
	sign = rst_rule(rst_text(rst, title + 1));
	rst_flush_prefix(rst);
	markup_heading(rst->markup, level_of(rst, sign, over), rst_text(rst, title));
	return title + 2;
}

static size_t take_transition(struct rst *rst, size_t at, size_t to)
{
	struct text line = rst_text(rst, at);

	if (!rst_rule(line) || line.bytes < RULE_BYTES_MIN || (at + 1 < to && !rst_is_blank(rst, at + 1)))
		return at;
	rst_flush_prefix(rst);
	markdown_rule(rst->markup->writer);
	return at + 1;
}

/* --- blocks ---------------------------------------------------------------------------------------------------- */

static size_t write_block(struct rst *rst, size_t at, size_t to, size_t indent)
{
	struct text line = rst_text(rst, at);
	size_t end = at;

	if (rst_line_at(rst, at)->indent > indent)
		return write_quote(rst, at, to, indent);
	switch (line.data[0]) {
	case '.': end = rst_take_explicit(rst, at, to, indent); break;
	case '_': end = text_starts_with(line, TEXT_LITERAL("__ ")) ? at + 1 : at; break;
	case '+': case '=': end = rst_take_table(rst, at, to); break;
	case '|': end = take_line_block(rst, at, to); break;
	case '>': end = take_session(rst, at, to); break;
	default: break;
	}
	if (end == at)
		end = take_heading(rst, at, to);
	if (end == at)
		end = take_transition(rst, at, to);
	if (end == at)
		end = rst_take_list(rst, at, to, indent);
	if (end == at)
		end = rst_take_fields(rst, at, to, indent);
	if (end == at)
		end = rst_take_definition(rst, at, to, indent);
	return end > at ? end : write_paragraph(rst, at, to, indent);
}

void rst_body(struct rst *rst, size_t from, size_t to, size_t indent)
{
	if (++rst->depth > RST_DEPTH_MAX)
		indent = SIZE_MAX;
	while (from < to && rst->markup->writer->out->status == 0) {
		if (rst_is_blank(rst, from))
			from++;
		else
			from = rst->depth > RST_DEPTH_MAX ? write_paragraph(rst, from, to, indent) : write_block(rst, from, to, indent);
	}
	rst->depth--;
}

/* --- the text -------------------------------------------------------------------------------------------------- */

static void split_lines(struct rst *rst, struct text text)
{
	struct text line;

	while (text_next_line(&text, &line)) {
		size_t begin = rst->text.bytes, indent = 0;
		for (size_t i = 0, column = 0; i < line.bytes; i++) {
			size_t width = line.data[i] == '\t' ? TAB_COLUMNS - column % TAB_COLUMNS : 1;
			buffer_append_repeat(&rst->text, ascii_is_space(line.data[i]) ? ' ' : line.data[i], width);
			column += width;
		}
		size_t end = rst->text.bytes;
		while (end > begin && rst->text.data[end - 1] == ' ')
			end--;
		while (begin + indent < end && rst->text.data[begin + indent] == ' ')
			indent++;
		struct rst_line entry = { (uint32_t)(begin + indent), (uint32_t)end, (uint32_t)indent };
		buffer_append(&rst->lines, &entry, sizeof(entry));
	}
	rst->count = rst->lines.bytes / sizeof(struct rst_line);
}

void markup_rst_read(struct markup *markup)
{
	struct rst rst = { .markup = markup };
	struct buffer *const buffers[] = { &rst.text, &rst.lines, &rst.names, &rst.name_text, &rst.prefix, &rst.raw };

	markup->rst = &rst;
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], markup->writer->out->bytes_max);
	split_lines(&rst, markup->rest);
	if (rst.text.status == 0 && rst.lines.status == 0) {
		rst_find_names(&rst);
		rst_body(&rst, 0, rst.count, 0);
		rst_flush_prefix(&rst);
	}
	for (size_t i = 0; i < COUNT_OF(buffers); i++) {
		if (markup->status == 0)
			markup->status = buffers[i]->status;
		buffer_done(buffers[i]);
	}
	markup->rst = NULL;
}
