/* html_typed_list.c: lists that authors type: lines of a paragraph that begin with a bullet, or several that begin with dashes or with numbers
 * in sequence, and paragraphs behind each other that begin so. Of lines the text is the paragraph's Markdown, in which such
 * beginnings are not escaped yet. */
#include "workers/preprocess/html_walk.h"

struct typed_marker {
	size_t bytes;    /* of the marker and the blank behind it; 0: the line has none */
	uint32_t number; /* 0: a bullet */
	bool sure;       /* a bullet is nothing else */
};

static struct typed_marker find_marker(struct text line)
{
	static const char *const bullets[] = { "\xE2\x80\xA2 ", "\xE2\x96\xAA ", "\xE2\x97\x8F ", "\xE2\x97\xA6 ", "\xE2\x80\xA3 ", "\xE2\x96\xA0 ", "\xC2\xB7 " };
	struct typed_marker none = { .bytes = 0 };
	uint32_t number = 0;
	size_t i = 0;

	if (text_starts_with(line, TEXT_LITERAL("- ")) || text_starts_with(line, TEXT_LITERAL("* ")))
		return (struct typed_marker){ .bytes = 2 };
	if (line.bytes > 3 && (unsigned char)line.data[0] >= 0xC2) {
		for (size_t k = 0; k < COUNT_OF(bullets); k++)
			if (text_starts_with(line, text_from(bullets[k])))
				return (struct typed_marker){ .bytes = strlen(bullets[k]), .sure = true };
		return none;
	}
	while (i < line.bytes && i < 3 && ascii_is_digit(line.data[i]))
		number = number * 10 + (uint32_t)(line.data[i++] - '0');
	if (i == 0 || number == 0 || i + 2 > line.bytes || (line.data[i] != '.' && line.data[i] != ')') || line.data[i + 1] != ' ')
		return none;
	return (struct typed_marker){ .bytes = i + 2, .number = number };
}

/* Is it a list? What one line has may be chance, unless it is a bullet. */
static bool is_list(struct text text)
{
	struct text line;
	uint32_t last_number = 0;
	unsigned markers = 0;

	while (text_next_line(&text, &line)) {
		struct typed_marker marker = find_marker(line);
		if (marker.bytes == 0)
			continue;
		if (marker.sure)
			return true;
		if (marker.number > 0 && last_number > 0 && marker.number != last_number + 1)
			return false;
		last_number = marker.number;
		markers++;
	}
	return markers >= 2;
}

/* A line without a marker goes on from the one before. */
bool html_typed_list(struct html_walk *walk, struct text text)
{
	size_t start = 0, at = 0;
	bool open = false;

	if (walk->writer.depth > 0 || !is_list(text))
		return false;
	while (at <= text.bytes) {
		const char *end = at < text.bytes ? memchr(text.data + at, '\n', text.bytes - at) : NULL;
		struct typed_marker marker = find_marker(text_slice(text, at, text.bytes));
		if (marker.bytes > 0 || at >= text.bytes) {
			markdown_paragraph(&walk->writer, text_trim(text_slice(text, start, size_min(at, text.bytes))));
			if (open) {
				markdown_item_close(&walk->writer);
				markdown_list_close(&walk->writer);
			}
			open = marker.bytes > 0;
			if (open) {
				markdown_list_open(&walk->writer, marker.number > 0);
				markdown_item_open(&walk->writer, marker.number);
			}
			start = at + marker.bytes;
		}
		at = end ? (size_t)(end - text.data) + 1 : at < text.bytes ? text.bytes : text.bytes + 1;
	}
	return true;
}

/* --- paragraphs ------------------------------------------------------------------------------------------------ */

struct typed_start {
	uint32_t text;   /* node that begins with the marker */
	size_t bytes;    /* of that text: the marker with the blanks around it */
	uint32_t number; /* 0: a dash */
};

/* The first text in the paragraph when nothing but elements of running text is before it, else 0. */
static uint32_t first_text(const struct html_tree *tree, uint32_t paragraph)
{
	enum { NODES_BEFORE_MAX = 8 };
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = paragraph + 1; i < html_node_end(nodes, paragraph) && i <= paragraph + NODES_BEFORE_MAX; i++) {
		if (nodes[i].tag == HTML_TEXT && html_tree_total(tree, i, HTML_TOTAL_TEXT) > 0)
			return i;
		if (nodes[i].tag != HTML_TEXT && nodes[i].tag != HTML_SPAN && nodes[i].tag != HTML_FONT && nodes[i].tag != HTML_B && nodes[i].tag != HTML_STRONG)
			return 0;
	}
	return 0;
}

size_t html_skip_blanks(struct text text, size_t at)
{
	while (at < text.bytes) {
		bool no_break = at + 1 < text.bytes && text.data[at] == '\xC2' && text.data[at + 1] == '\xA0';
		if (!no_break && !ascii_is_space(text.data[at]))
			break;
		at += 1 + no_break;
	}
	return at;
}

/* What follows the text is blanks in an element of their own: Word's way to a tab. */
static bool is_before_blanks(const struct html_tree *tree, uint32_t text, uint32_t end)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	if (text + 2 >= end || nodes[text + 1].tag != HTML_SPAN || nodes[text + 2].tag != HTML_TEXT)
		return false;
	struct text blanks = html_tree_text(tree, text + 2);
	return html_skip_blanks(blanks, 0) == blanks.bytes;
}

/* "1." or "1)" or a dash, with a blank behind it, or alone in its element. A line that is bold as a whole is no item. */
static bool find_start(const struct html_tree *tree, uint32_t paragraph, struct typed_start *ret_start)
{
	enum { DIGITS_MAX = 3 };
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t node = nodes[paragraph].tag == HTML_P ? first_text(tree, paragraph) : 0, number = 0;

	if (node == 0)
		return false;
	struct text text = html_tree_text(tree, node);
	size_t start = html_skip_blanks(text, 0), at = start;
	while (at < text.bytes && at - start < DIGITS_MAX && ascii_is_digit(text.data[at]))
		number = number * 10 + (uint32_t)(text.data[at++] - '0');
	if (at > start && at < text.bytes && (text.data[at] == '.' || text.data[at] == ')') && number > 0)
		at++;
	else if (at == start && at < text.bytes && (text.data[at] == '-' || text.data[at] == '*'))
		at++;
	else if (at == start && text_starts_with(text_slice(text, at, text.bytes), TEXT_LITERAL("\xE2\x80\x93")))
		at += 3;
	else
		return false;
	size_t behind = html_skip_blanks(text, at);
	bool alone = behind == text.bytes, bold = false;
	for (uint32_t i = paragraph + 1; i < node; i++)
		bold |= nodes[i].tag == HTML_B || nodes[i].tag == HTML_STRONG;
	uint32_t end = html_node_end(nodes, paragraph);
	if (!alone && (behind == at || bold))
		return false;
	if (alone && !is_before_blanks(tree, node, end) && (end <= node + 1 || nodes[node].depth == nodes[paragraph].depth + 1))
		return false;
	*ret_start = (struct typed_start){ node, behind, number };
	return true;
}

static bool follows(struct typed_start before, struct typed_start start)
{
	return before.number > 0 ? start.number == before.number + 1 : start.number == 0;
}

bool html_typed_paragraphs(struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;
	uint32_t count = html_tree_count(tree), next;
	struct typed_start start, behind;

	if (walk->inline_depth > 0 || !find_start(tree, index, &start))
		return false;
	next = html_next_sibling(tree, index);
	if (next == count || !find_start(tree, next, &behind) || !follows(start, behind))
		return false;
	html_walk_part(walk);
	markdown_list_open(&walk->writer, start.number > 0);
	for (uint32_t i = index;; i = next) {
		markdown_item_open(&walk->writer, start.number);
		walk->typed_text = start.text;
		walk->typed_bytes = start.bytes;
		html_walk_children(walk, i);
		html_walk_part(walk);
		markdown_item_close(&walk->writer);
		walk->skip_end = html_node_end(html_tree_nodes(tree), i);
		next = html_next_sibling(tree, i);
		if (next == count || !find_start(tree, next, &behind) || !follows(start, behind) || html_notes_at(&walk->notes, next) ||
		    html_content_is_furniture(tree, &walk->place, next))
			break;
		start = behind;
	}
	walk->skip_is_removal = false;
	markdown_list_close(&walk->writer);
	return true;
}
