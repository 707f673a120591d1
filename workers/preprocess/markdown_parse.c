#define _GNU_SOURCE
#include "workers/preprocess/markdown_parse.h"

#include "workers/preprocess/html.h"
#include "workers/preprocess/markdown_inline.h"
#include "workers/preprocess/markdown_lines.h"

#include <errno.h>
#include <stdlib.h>

enum { TAB_COLUMNS = 4, CODE_COLUMNS = 4, INDENT_COLUMNS_MAX = 200 };

enum leaf { LEAF_NONE, LEAF_PARAGRAPH, LEAF_FENCED, LEAF_INDENTED, LEAF_TABLE, LEAF_HTML };

struct container {
	bool quote;
	size_t width; /* columns that a line must be indented to belong to the item */
};

struct parser {
	struct markdown_writer *writer;
	struct text whole;
	unsigned html_depth_max;
	struct container containers[MARKDOWN_DEPTH_MAX];
	size_t container_count;
	enum leaf leaf;
	bool blank_before;
	struct buffer text;   /* of the leaf: paragraph lines, code, HTML */
	struct buffer scratch;
	struct buffer line;   /* the line with its indentation as blanks */
	struct buffer target;
	struct markdown_grid grid;
	char fence;
	size_t fence_length, fence_indent;
	struct buffer language;  /* of the fenced code */
	struct text html_close;  /* what ends the HTML block */
	struct text html_open;   /* what makes it nest, or empty */
	size_t html_depth;
	size_t last_close[3];    /* offset of the last "</table", "</pre", "-->" in the whole text */
	int status;
};

/* --- inline text ----------------------------------------------------------------------------------------------- */

/* Bytes of a "<br>" at the start of `text`, or 0. */
static size_t break_bytes(struct text text)
{
	if (!text_starts_with_nocase(text, TEXT_LITERAL("<br")))
		return 0;
	size_t i = 3;
	while (i < text.bytes && (text.data[i] == ' ' || text.data[i] == '/'))
		i++;
	return i < text.bytes && text.data[i] == '>' ? i + 1 : 0;
}

/* Vendor targets repaired, "<br>" as `line_break`. Code spans are not looked for: a text with ticks keeps its breaks. */
static struct text repair_inline(struct parser *parser, struct text text, const char *line_break)
{
	struct text vendor = TEXT_LITERAL("](edw:/alex?");
	bool has_vendor = text_find_nocase(text, vendor) >= 0;
	bool has_break = text_find_nocase(text, TEXT_LITERAL("<br")) >= 0 && !memchr(text.data, '`', text.bytes);

	if (!has_vendor && !has_break)
		return text;
	buffer_clear(&parser->scratch);
	for (size_t i = 0; i < text.bytes;) {
		struct text rest = text_slice(text, i, text.bytes);
		bool escaped = i > 0 && text.data[i - 1] == '\\';
		size_t bytes = has_break && rest.data[0] == '<' && !escaped ? break_bytes(rest) : 0;
		if (bytes > 0) {
			buffer_append_string(&parser->scratch, line_break);
			i += bytes;
			continue;
		}
		if (has_vendor && rest.data[0] == ']' && text_starts_with_nocase(rest, vendor)) {
			const char *close = memchr(rest.data, ')', rest.bytes);
			size_t end = close ? (size_t)(close - rest.data) : rest.bytes;
			buffer_append_string(&parser->scratch, "](");
			buffer_append_text(&parser->scratch, markdown_repair_target(text_slice(rest, 2, end), &parser->target));
			i += end;
			continue;
		}
		buffer_append_byte(&parser->scratch, text.data[i++]);
	}
	return buffer_view(&parser->scratch);
}

/* --- leaves ---------------------------------------------------------------------------------------------------- */

static const struct { const char *open, *close; } html_blocks[] = { { "<table", "</table" }, { "<pre", "</pre" }, { "<!--", "-->" } };

static void note(struct parser *parser, int status)
{
	if (status < 0 && parser->status == 0)
		parser->status = status;
}

static bool starts_html(struct text line)
{
	for (size_t k = 0; k < COUNT_OF(html_blocks); k++)
		if (text_starts_with_nocase(line, text_from(html_blocks[k].open)))
			return true;
	return false;
}

/* A line that begins as an HTML block would, but is none, has its "<" escaped: it stays text whatever follows. */
static void write_paragraph(struct parser *parser, struct text raw)
{
	struct text text = repair_inline(parser, raw, "\n"), rest = text, line;
	struct buffer escaped;

	if (!memchr(text.data, '<', text.bytes)) {
		markdown_paragraph(parser->writer, text);
		return;
	}
	buffer_init(&escaped, text.bytes * 2 + 1);
	while (text_next_line(&rest, &line)) {
		line = text_trim(line);
		if (starts_html(line))
			buffer_append_byte(&escaped, '\\');
		buffer_append_text(&escaped, line);
		buffer_append_byte(&escaped, '\n');
	}
	note(parser, escaped.status);
	markdown_paragraph(parser->writer, buffer_view(&escaped));
	buffer_done(&escaped);
}

static void write_html(struct parser *parser)
{
	struct buffer fragment;
	struct error_text ignored;

	buffer_init(&fragment, parser->writer->out->bytes_max);
	int status = html_fragment_to_markdown(buffer_view(&parser->text), parser->html_depth_max, &fragment, &ignored);
	if (status == 0)
		status = markdown_parse(buffer_view(&fragment), parser->html_depth_max, parser->writer, &ignored);
	note(parser, status);
	buffer_done(&fragment);
}

static void end_leaf(struct parser *parser)
{
	enum leaf leaf = parser->leaf;

	parser->leaf = LEAF_NONE;
	switch (leaf) {
	case LEAF_NONE: break;
	case LEAF_PARAGRAPH:
		write_paragraph(parser, buffer_view(&parser->text));
		break;
	case LEAF_FENCED: markdown_code(parser->writer, buffer_view(&parser->language), buffer_view(&parser->text)); break;
	case LEAF_INDENTED: markdown_code(parser->writer, TEXT_LITERAL(""), buffer_view(&parser->text)); break;
	case LEAF_TABLE: note(parser, markdown_grid_write(&parser->grid, parser->writer)); break;
	case LEAF_HTML: write_html(parser); break;
	}
	buffer_clear(&parser->text);
}

static void append_line(struct parser *parser, struct text line)
{
	buffer_append_text(&parser->text, line);
	buffer_append_byte(&parser->text, '\n');
}

/* "Title {#anchor .class}": the attributes that pandoc, kramdown and their kin put behind a heading are none of its text. */
static struct text without_attributes(struct text heading)
{
	heading = text_trim(heading);
	const char *open = heading.bytes > 3 && heading.data[heading.bytes - 1] == '}' ? memrchr(heading.data, '{', heading.bytes) : NULL;
	size_t at = open ? (size_t)(open - heading.data) : 0;
	bool attributes = at > 0 && heading.data[at - 1] == ' ' && strchr("#.:", heading.data[at + 1]) && !memchr(open, '`', heading.bytes - at);
	return attributes ? text_trim(text_slice(heading, 0, at)) : heading;
}

static void write_heading(struct parser *parser, struct text rest)
{
	size_t hashes = markdown_line_run(rest, '#');
	struct text text = text_trim(text_slice(rest, hashes, rest.bytes));
	size_t end = text.bytes;

	while (end > 0 && text.data[end - 1] == '#')
		end--;
	if (end == 0 || text.data[end - 1] == ' ' || text.data[end - 1] == '\t')
		text = text_slice(text, 0, end);
	markdown_heading(parser->writer, (unsigned)hashes, repair_inline(parser, without_attributes(text), " "));
}

static void open_fence(struct parser *parser, struct text rest, size_t indent)
{
	parser->leaf = LEAF_FENCED;
	parser->fence = rest.data[0];
	parser->fence_length = markdown_line_run(rest, rest.data[0]);
	parser->fence_indent = indent;
	struct text info = text_trim(text_slice(rest, parser->fence_length, rest.bytes));
	size_t end = 0;
	while (end < info.bytes && !ascii_is_space(info.data[end]))
		end++;
	buffer_clear(&parser->language);
	buffer_append_text(&parser->language, text_slice(info, 0, end));
}

/* Begins a table when the paragraph's last line is its header. The lines before it are a paragraph. */
static bool open_table(struct parser *parser)
{
	struct text text = buffer_view(&parser->text);
	size_t end = text.bytes - 1, start = end;

	while (start > 0 && text.data[start - 1] != '\n')
		start--;
	struct text header = text_slice(text, start, end);
	if (!memchr(header.data, '|', header.bytes))
		return false;
	struct text before = text_slice(text, 0, start);
	markdown_grid_clear(&parser->grid);
	markdown_line_split_row(repair_inline(parser, header, "<br>"), &parser->grid);
	write_paragraph(parser, before);
	buffer_clear(&parser->text);
	parser->leaf = LEAF_TABLE;
	return true;
}

/* --- HTML blocks ----------------------------------------------------------------------------------------------- */

static void find_last_closes(struct parser *parser)
{
	for (size_t k = 0; k < COUNT_OF(html_blocks); k++) {
		struct text close = text_from(html_blocks[k].close), rest = parser->whole;
		for (ptrdiff_t at; (at = text_find_nocase(rest, close)) >= 0; rest = text_slice(rest, (size_t)at + 1, rest.bytes))
			parser->last_close[k] = (size_t)(rest.data - parser->whole.data) + (size_t)at;
	}
}

static size_t count_of(struct text line, struct text needle)
{
	size_t count = 0;
	for (ptrdiff_t at; (at = text_find_nocase(line, needle)) >= 0; line = text_slice(line, (size_t)at + needle.bytes, line.bytes))
		count++;
	return count;
}

/* A line of the HTML block; what follows its end on the same line belongs to it too. */
static void continue_html(struct parser *parser, struct text line)
{
	append_line(parser, line);
	size_t opened = parser->html_open.bytes ? count_of(line, parser->html_open) : 0, closed = count_of(line, parser->html_close);
	parser->html_depth += opened;
	if (closed < parser->html_depth) {
		parser->html_depth -= closed;
		return;
	}
	end_leaf(parser);
}

/* `offset` of the line in the whole text says whether the block's end is still to come. */
static bool open_html(struct parser *parser, struct text rest, size_t offset)
{
	for (size_t k = 0; k < COUNT_OF(html_blocks); k++) {
		struct text open = text_from(html_blocks[k].open);
		bool tag = k < 2;
		if (!text_starts_with_nocase(rest, open) || parser->last_close[k] <= offset)
			continue;
		if (tag && (rest.bytes == open.bytes || ascii_is_word(rest.data[open.bytes])))
			continue;
		end_leaf(parser);
		parser->leaf = LEAF_HTML;
		parser->html_close = text_from(html_blocks[k].close);
		parser->html_open = tag ? open : TEXT_LITERAL("");
		parser->html_depth = !tag;
		continue_html(parser, rest);
		return true;
	}
	return false;
}

/* --- containers ------------------------------------------------------------------------------------------------ */

static void close_containers(struct parser *parser, size_t keep)
{
	if (parser->container_count > keep)
		end_leaf(parser);
	while (parser->container_count > keep) {
		if (parser->containers[--parser->container_count].quote) {
			markdown_quote_close(parser->writer);
		} else {
			markdown_item_close(parser->writer);
			markdown_list_close(parser->writer);
		}
	}
}

/* How many of the open containers the line belongs to; moves *line past their part of it. */
static size_t match_containers(const struct parser *parser, struct text *line)
{
	for (size_t i = 0; i < parser->container_count; i++) {
		const struct container *container = &parser->containers[i];
		size_t indent = markdown_line_indent(*line);
		if (container->quote) {
			if (indent == line->bytes || line->data[indent] != '>')
				return i;
			*line = text_slice(*line, indent + 1, line->bytes);
			*line = markdown_line_unindent(*line, 1);
		} else if (indent < line->bytes) {
			if (indent < container->width)
				return i;
			*line = text_slice(*line, container->width, line->bytes);
		}
	}
	return parser->container_count;
}

static bool starts_block(struct text rest)
{
	struct markdown_marker marker = markdown_line_marker(rest);
	return rest.data[0] == '>' || markdown_line_is_heading(rest) || markdown_line_is_fence(rest) || markdown_line_is_rule(rest) || markdown_marker_interrupts(&marker);
}

/* Opens quotes and items at the start of the line; moves *line past their markers. Returns false when nothing is left of it. */
static bool open_containers(struct parser *parser, struct text *line)
{
	while (parser->container_count < MARKDOWN_DEPTH_MAX) {
		size_t indent = markdown_line_indent(*line);
		struct text rest = text_slice(*line, indent, line->bytes);
		bool may_be_code = indent >= CODE_COLUMNS && parser->leaf != LEAF_PARAGRAPH &&
				   (parser->blank_before || parser->container_count == 0);
		if (rest.bytes == 0)
			return false;
		if (may_be_code)
			return true;
		if (rest.data[0] == '>') {
			end_leaf(parser);
			parser->containers[parser->container_count++] = (struct container){ .quote = true };
			markdown_quote_open(parser->writer);
			*line = markdown_line_unindent(text_slice(rest, 1, rest.bytes), 1);
			continue;
		}
		struct markdown_marker marker = markdown_line_marker(rest);
		if (!marker.found || (parser->leaf == LEAF_PARAGRAPH && !markdown_marker_interrupts(&marker)))
			return true;
		if (parser->leaf == LEAF_PARAGRAPH && markdown_line_consists_of(rest, '-', 1, true))
			return true; /* underlines a heading */
		end_leaf(parser);
		parser->containers[parser->container_count++] = (struct container){ .width = indent + marker.bytes + marker.empty };
		markdown_list_open(parser->writer, marker.ordered);
		markdown_item_open(parser->writer, marker.number);
		parser->blank_before = false;
		*line = text_slice(rest, marker.bytes, rest.bytes);
	}
	return text_trim(*line).bytes > 0;
}

/* --- a line ---------------------------------------------------------------------------------------------------- */

/* The leaf that is open takes the line, or ends. True: the line is done. */
static bool continue_leaf(struct parser *parser, struct text line)
{
	struct text rest = text_trim(line);
	size_t run;

	switch (parser->leaf) {
	case LEAF_FENCED:
		run = markdown_line_run(rest, parser->fence);
		if (run >= parser->fence_length && run == rest.bytes)
			end_leaf(parser);
		else
			append_line(parser, markdown_line_unindent(line, parser->fence_indent));
		return true;
	case LEAF_HTML:
		continue_html(parser, line);
		return true;
	case LEAF_INDENTED:
		if (rest.bytes == 0 || markdown_line_indent(line) >= CODE_COLUMNS) {
			append_line(parser, markdown_line_unindent(line, CODE_COLUMNS));
			return true;
		}
		end_leaf(parser);
		return false;
	case LEAF_TABLE:
		if (rest.bytes > 0 && memchr(rest.data, '|', rest.bytes) && !starts_block(rest)) {
			markdown_line_split_row(repair_inline(parser, rest, "<br>"), &parser->grid);
			return true;
		}
		end_leaf(parser);
		return false;
	default:
		return false;
	}
}

static void parse_leaf(struct parser *parser, struct text line, size_t offset)
{
	size_t indent = markdown_line_indent(line);
	struct text rest = text_trim(line);

	if (parser->leaf == LEAF_PARAGRAPH) {
		bool first = markdown_line_consists_of(rest, '=', 1, false);
		if (first || markdown_line_consists_of(rest, '-', 1, false)) {
			parser->leaf = LEAF_NONE;
			markdown_heading(parser->writer, first ? 1 : 2, repair_inline(parser, without_attributes(buffer_view(&parser->text)), " "));
			buffer_clear(&parser->text);
			return;
		}
		if (markdown_line_is_delimiter_row(rest) && open_table(parser))
			return;
	} else if (indent >= CODE_COLUMNS) {
		parser->leaf = LEAF_INDENTED;
		append_line(parser, markdown_line_unindent(line, CODE_COLUMNS));
		return;
	}
	if (markdown_line_is_heading(rest)) {
		end_leaf(parser);
		write_heading(parser, rest);
	} else if (markdown_line_is_fence(rest)) {
		end_leaf(parser);
		open_fence(parser, rest, indent);
	} else if (markdown_line_is_rule(rest)) {
		end_leaf(parser);
		markdown_rule(parser->writer);
	} else if (rest.bytes == 0 || rest.data[0] != '<' || !open_html(parser, rest, offset)) {
		parser->leaf = LEAF_PARAGRAPH;
		append_line(parser, rest);
	}
}

static void parse_blank(struct parser *parser, size_t matched)
{
	bool verbatim = parser->leaf == LEAF_FENCED || parser->leaf == LEAF_HTML || parser->leaf == LEAF_INDENTED;

	if (matched < parser->container_count)
		close_containers(parser, matched); /* a quote ends at a blank line without its mark */
	else if (verbatim)
		continue_leaf(parser, TEXT_LITERAL(""));
	if (parser->leaf == LEAF_PARAGRAPH || parser->leaf == LEAF_TABLE)
		end_leaf(parser);
	parser->blank_before = true;
}

static void parse_line(struct parser *parser, struct text line, size_t offset)
{
	size_t matched = match_containers(parser, &line);
	struct text rest = text_trim(line);

	if (rest.bytes == 0) {
		parse_blank(parser, matched);
		return;
	}
	if (matched < parser->container_count) {
		if (parser->leaf == LEAF_PARAGRAPH && !starts_block(rest) && !markdown_line_marker(rest).found) {
			append_line(parser, rest); /* a paragraph goes on although its line is not indented */
			return;
		}
		close_containers(parser, matched);
	}
	if (!continue_leaf(parser, line) && open_containers(parser, &line))
		parse_leaf(parser, line, offset);
	parser->blank_before = false;
}

static bool has_controls(struct text line)
{
	for (size_t i = 0; i < line.bytes; i++)
		if ((unsigned char)line.data[i] < ' ' && line.data[i] != '\t')
			return true;
	return false;
}

/* The line with the tabs of its indentation as blanks; control characters left out. Code keeps its tabs. */
static struct text expand_indentation(struct parser *parser, struct text line)
{
	bool verbatim = parser->leaf == LEAF_FENCED || parser->leaf == LEAF_HTML, clean = !has_controls(line);
	struct text rest = line;
	size_t i = 0, columns = 0;

	if (clean && verbatim && match_containers(parser, &rest) == parser->container_count)
		return line;
	for (; i < line.bytes && (line.data[i] == ' ' || line.data[i] == '\t'); i++)
		columns += line.data[i] == '\t' ? TAB_COLUMNS - columns % TAB_COLUMNS : 1;
	if (clean && columns == i)
		return line;
	buffer_clear(&parser->line);
	buffer_append_repeat(&parser->line, ' ', size_min(columns, INDENT_COLUMNS_MAX));
	for (; i < line.bytes; i++)
		if ((unsigned char)line.data[i] >= ' ' || line.data[i] == '\t')
			buffer_append_byte(&parser->line, line.data[i]);
	return buffer_view(&parser->line);
}

int markdown_parse(struct text markdown, unsigned html_depth_max, struct markdown_writer *writer, struct error_text *error)
{
	size_t bytes_max = size_max(markdown.bytes * 2, 1 << 16);
	struct parser *parser = calloc(1, sizeof(*parser));
	struct text rest = markdown, line;

	if (!parser)
		return error_set(error, -ENOMEM, "%s", error_describe(-ENOMEM));
	parser->writer = writer;
	parser->whole = markdown;
	parser->html_depth_max = html_depth_max;
	buffer_init(&parser->text, bytes_max);
	buffer_init(&parser->scratch, bytes_max);
	buffer_init(&parser->line, bytes_max);
	buffer_init(&parser->target, bytes_max);
	buffer_init(&parser->language, bytes_max);
	markdown_grid_init(&parser->grid, size_max(writer->out->bytes_max, bytes_max));
	find_last_closes(parser);
	parser->blank_before = true;
	while (parser->status == 0 && text_next_line(&rest, &line))
		parse_line(parser, expand_indentation(parser, line), (size_t)(line.data - markdown.data));
	end_leaf(parser);
	close_containers(parser, 0);
	int status = parser->status ? parser->status : writer->out->status ? writer->out->status : parser->text.status;
	if (!status)
		status = parser->scratch.status ? parser->scratch.status : parser->line.status;
	buffer_done(&parser->text);
	buffer_done(&parser->scratch);
	buffer_done(&parser->line);
	buffer_done(&parser->target);
	buffer_done(&parser->language);
	markdown_grid_done(&parser->grid);
	free(parser);
	return status ? error_set(error, status, "%s", error_describe(status)) : 0;
}
