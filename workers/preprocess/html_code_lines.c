/* html_code_lines.c: code that a page sets as paragraphs, a line each: by a class that is called so, or by a font of letters of one width. One paragraph by
 * its font alone may be a name in running text; several behind each other are code, unless most of the page is set so. */
#include "workers/preprocess/html_walk.h"

enum { FONT_LINES_MIN = 2, FONT_SHARE_PERCENT = 60 /* of the root's text: more, and it is the page's font */ };

static bool is_called_code(struct text names)
{
	static const char *const words[] = {
		"code", "codeblock", "codeexample", "codeline", "codesample", "code-block", "code-line", "htmlpreformatted", "listing", "msohtmlpreformatted", "msoplaintext", "pcode",
		"pl", "preformatted", "preformattedtext", "programlisting", "sourcecode",
	};
	struct text word;

	while (html_next_word(&names, &word))
		for (size_t i = 0; i < COUNT_OF(words); i++)
			if (text_equal_nocase(word, text_from(words[i])))
				return true;
	return false;
}

static bool is_code_font(struct text style)
{
	static const char *const fonts[] = { "courier", "consolas", "monospace", "lucida console", "menlo", "monaco" };
	ptrdiff_t at = text_find_nocase(style, TEXT_LITERAL("font-family"));

	if (at < 0)
		return false;
	struct text value = text_slice(style, (size_t)at, style.bytes);
	const char *end = memchr(value.data, ';', value.bytes);
	value.bytes = end ? (size_t)(end - value.data) : value.bytes;
	for (size_t i = 0; i < COUNT_OF(fonts); i++)
		if (text_find_nocase(value, text_from(fonts[i])) >= 0)
			return true;
	return false;
}

/* Nothing in the paragraph but text, and elements of running text. */
static bool is_plain(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++)
		switch (nodes[i].tag) {
		case HTML_TEXT: case HTML_UNKNOWN: case HTML_SPAN: case HTML_FONT: case HTML_TT: case HTML_CODE: case HTML_B: case HTML_I: case HTML_STRONG:
		case HTML_EM: case HTML_BR: case HTML_A: case HTML_KBD: case HTML_SAMP: case HTML_VAR:
			break;
		default:
			return false;
		}
	return true;
}

/* All text of the paragraph stands in elements of such a font. */
static bool is_in_code_font(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	bool any = false;

	if (html_node_has_attributes(&nodes[index]) && is_code_font(html_tree_attribute(tree, index, HTML_INLINE_STYLE)))
		return true;
	for (uint32_t i = index + 1; i < html_node_end(nodes, index);) {
		if (nodes[i].tag == HTML_SPAN && html_node_has_attributes(&nodes[i]) && is_code_font(html_tree_attribute(tree, i, HTML_INLINE_STYLE))) {
			any = true;
			i = html_node_end(nodes, i);
			continue;
		}
		if (nodes[i].tag == HTML_TEXT && html_tree_total(tree, i, HTML_TOTAL_TEXT) > 0 && text_trim(html_tree_text(tree, i)).bytes > 0)
			return false;
		i++;
	}
	return any;
}

enum line_kind { LINE_NONE, LINE_FONT, LINE_CLASS };

static enum line_kind kind_of(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	if (index >= html_tree_count(tree) || nodes[index].tag != HTML_P)
		return LINE_NONE;
	bool called = html_node_has_attributes(&nodes[index]) && is_called_code(html_tree_attribute(tree, index, HTML_CLASS));
	if ((!called && !is_in_code_font(tree, index)) || !is_plain(tree, index))
		return LINE_NONE;
	return called ? LINE_CLASS : LINE_FONT;
}

/* Most of the page is set in such a font: it means nothing. */
static bool is_font_of_page(const struct html_tree *tree, uint32_t root)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint64_t bytes = 0;

	for (uint32_t i = root; i < html_node_end(nodes, root); i++)
		if (nodes[i].tag == HTML_P && is_in_code_font(tree, i))
			bytes += html_tree_total(tree, i, HTML_TOTAL_TEXT);
	return bytes * 100 > html_tree_total(tree, root, HTML_TOTAL_TEXT) * (uint64_t)FONT_SHARE_PERCENT;
}

/* Line ends of the source are blanks, no-break spaces are what indents. */
static void append_line(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	struct buffer *code = &walk->code;
	size_t start = code->bytes;

	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++) {
		if (nodes[i].tag == HTML_BR) {
			buffer_append_byte(code, '\n');
			start = code->bytes;
			continue;
		}
		struct text text = nodes[i].tag == HTML_TEXT ? html_tree_text(walk->tree, i) : TEXT_LITERAL("");
		walk->arrived_bytes += text.bytes;
		for (size_t at = 0; at < text.bytes; at++) {
			bool no_break = at + 1 < text.bytes && text.data[at] == '\xC2' && text.data[at + 1] == '\xA0';
			bool repeated = ascii_is_space(text.data[at]) && (code->bytes == start || code->data[code->bytes - 1] == ' ');
			if (!repeated)
				buffer_append_byte(code, no_break || ascii_is_space(text.data[at]) ? ' ' : text.data[at]);
			at += no_break;
		}
	}
	while (code->bytes > start && code->data[code->bytes - 1] == ' ')
		buffer_truncate(code, code->bytes - 1);
	buffer_append_byte(code, '\n');
}

/* Lines from the paragraph on, by font or by class. */
static uint32_t count_lines(const struct html_walk *walk, uint32_t index, enum line_kind kind)
{
	uint32_t count = 0;

	while (kind_of(walk->tree, index) == kind && !html_notes_at(&walk->notes, index)) {
		count++;
		index = html_next_sibling(walk->tree, index);
	}
	return count;
}

bool html_code_paragraphs(struct html_walk *walk, uint32_t index)
{
	enum line_kind kind = walk->inline_depth == 0 ? kind_of(walk->tree, index) : LINE_NONE;

	if (kind == LINE_NONE)
		return false;
	if (walk->code_font == HTML_FONT_UNKNOWN && kind == LINE_FONT)
		walk->code_font = is_font_of_page(walk->tree, walk->place.root) ? HTML_FONT_OF_PAGE : HTML_FONT_OF_CODE;
	if (kind == LINE_FONT && walk->code_font == HTML_FONT_OF_PAGE)
		return false;
	uint32_t count = count_lines(walk, index, kind);
	if (kind == LINE_FONT && count < FONT_LINES_MIN)
		return false;
	html_walk_part(walk);
	buffer_clear(&walk->code);
	for (; count > 0; count--) {
		append_line(walk, index);
		walk->skip_end = html_node_end(html_tree_nodes(walk->tree), index);
		index = html_next_sibling(walk->tree, index);
	}
	walk->skip_is_removal = false;
	markdown_code(&walk->writer, TEXT_LITERAL(""), buffer_view(&walk->code));
	return true;
}
