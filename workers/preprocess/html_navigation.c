/* html_navigation.c: lines that lead through a set of pages ("Next, Previous, Up, Contents") in pages that do not call them so. A line
 * is one when it holds nothing but links of such words, or such words before links ("Next: Chapter 2"). Looks at a bounded number of nodes. */
#include "workers/preprocess/html_navigation.h"

#include <stdlib.h>

enum { NODES_MAX = 96, LINE_BYTES_MAX = 400, WORD_BYTES_MAX = 24 };

/* Bytes that are neither letters nor digits, nor those of other scripts, taken off both ends. */
static struct text bare_words(struct text text)
{
	size_t start = 0, end = text.bytes;

	while (start < end && !ascii_is_alnum(text.data[start]))
		start++;
	while (end > start && !ascii_is_alnum(text.data[end - 1]))
		end--;
	return text_slice(text, start, end);
}

static bool is_among(struct text word, const char *const *words, size_t count)
{
	for (size_t i = 0; word.bytes <= WORD_BYTES_MAX && i < count; i++)
		if (text_equal_nocase(word, text_from(words[i])))
			return true;
	return false;
}

static bool is_direction(struct text word)
{
	static const char *const words[] = { "next", "prev", "previous", "up", "next page", "previous page", "next chapter", "previous chapter", "next section", "previous section" };
	return is_among(word, words, COUNT_OF(words));
}

static bool is_place(struct text word)
{
	static const char *const words[] = { "contents", "home", "index", "table of contents", "toc", "top", "back", "first", "last", "start", "main page" };
	return is_among(word, words, COUNT_OF(words));
}

/* "[ << ]", "< Getting started", "Next chapter →", "[ Up : Contents ]": an arrow at one end, or a direction before a colon. */
static bool is_arrow(struct text text)
{
	static const char *const arrows[] = { "<", ">", "\xC2\xAB", "\xC2\xBB", "\xE2\x86\x90", "\xE2\x86\x92", "\xE2\x80\xB9", "\xE2\x80\xBA" };

	while (text.bytes > 0 && memchr("[( \t\n", text.data[0], 5))
		text = text_slice(text, 1, text.bytes);
	while (text.bytes > 0 && memchr("]) \t\n", text.data[text.bytes - 1], 5))
		text.bytes--;
	for (size_t i = 0; i < COUNT_OF(arrows); i++)
		if (text_starts_with(text, text_from(arrows[i])) || text_ends_with_nocase(text, text_from(arrows[i])))
			return text.bytes < 2 || text.data[0] != '<' || text.data[text.bytes - 1] != '>'; /* "<title>" */
	struct text word;
	return text_find(text, TEXT_LITERAL(" : ")) > 0 && text_next_field(&text, ':', &word) && is_direction(bare_words(word));
}

/* What a link shows: its text, when one node holds it or a direction stands in one of its own, or else the words for its image. */
static struct text shown(const struct html_tree *tree, uint32_t link)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	struct text found = TEXT_LITERAL("");

	for (uint32_t i = link + 1; i < html_node_end(nodes, link); i++) {
		struct text text = nodes[i].tag == HTML_TEXT ? html_tree_text(tree, i) :
				   nodes[i].tag == HTML_IMG  ? html_tree_attribute(tree, i, HTML_ALT) :
							       TEXT_LITERAL("");
		if (text_trim(text).bytes > 0 && is_direction(bare_words(text)))
			return text_trim(text); /* "Next" and, in the same link, the name of the page */
		if (text_trim(text).bytes > 0)
			found = found.bytes == 0 ? text_trim(text) : TEXT_LITERAL("?!");
	}
	return found;
}

struct line {
	unsigned links, directions;
	bool after_word; /* the last text was such a word: the next link may say anything */
};

static bool take_link(const struct html_tree *tree, uint32_t link, struct line *line)
{
	struct text text = shown(tree, link), word = bare_words(text);

	if (text_equal(text, TEXT_LITERAL("Go to the source code of this file."))) { /* stands alone */
		line->links += 2;
		line->directions++;
		return true;
	}
	bool direction = is_direction(word) || is_arrow(text);

	if (text.bytes > 1 && !direction && !is_place(word) && !line->after_word)
		return false;
	line->links += text.bytes > 0;
	line->directions += direction;
	line->after_word = false;
	return true;
}

/* Letters that bare_words does not know: neither ASCII nor blanks (C2), nor punctuation and arrows (E2). */
static bool has_other_letters(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if ((unsigned char)text.data[i] >= 0xC3 && (unsigned char)text.data[i] != 0xE2)
			return true;
	return false;
}

/* Signs between links, or a word before one: "Up:" */
static bool take_text(struct text text, struct line *line)
{
	struct text word = bare_words(text);

	if (word.bytes == 0)
		return !has_other_letters(text);
	if (!is_direction(word) && !is_place(word))
		return false;
	line->directions += is_direction(word);
	line->after_word = true;
	return true;
}

static bool is_line_part(enum html_tag tag)
{
	return !html_tag_is_block(tag) || tag == HTML_TABLE || tag == HTML_TBODY || tag == HTML_TR || tag == HTML_TD || tag == HTML_TH;
}

uint32_t html_navigation_end(const struct html_tree *tree, uint32_t start)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t count = html_tree_count(tree), i = start;
	struct line line = { 0 };

	for (unsigned seen = 0; i < count && nodes[i].depth >= nodes[start].depth; seen++) {
		enum html_tag tag = (enum html_tag)nodes[i].tag;
		bool complete = line.links >= 2 && line.directions >= 1 && !line.after_word;
		if (!is_line_part(tag) || (tag == HTML_BR && complete))
			break;
		if (seen == NODES_MAX || (tag == HTML_A && !take_link(tree, i, &line)) || (tag == HTML_TEXT && !take_text(html_tree_text(tree, i), &line)))
			return start;
		i = tag == HTML_A ? html_node_end(nodes, i) : i + 1;
	}
	return line.links >= 2 && line.directions >= 1 && !line.after_word ? i : start;
}

/* "The documentation for this class was generated from the following file:" and the list below it. */
static uint32_t sources_end(const struct html_tree *tree, uint32_t start, struct text text)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t list = start + 1;

	if (!text_starts_with(text, TEXT_LITERAL("The documentation for this ")) || text_find(text, TEXT_LITERAL(" was generated from the following file")) < 0)
		return start;
	while (list < html_tree_count(tree) && nodes[list].tag == HTML_TEXT && html_tree_total(tree, list, HTML_TOTAL_TEXT) <= 1)
		list++;
	return list < html_tree_count(tree) && nodes[list].tag == HTML_UL ? html_node_end(nodes, list) : start;
}

/* What man2html puts around a manual page: "Section: User Commands (1) / Updated: May 2022 / Index / Return to Main Contents", and at the
 * end "This document was created by man2html, using the manual pages. / Time: 09:32:39 GMT, July 04, 2025". Its sign is a word of its own. */
static uint32_t manual_end(const struct html_tree *tree, uint32_t start, struct text text)
{
	enum { NODES_AFTER_MAX = 16 };
	const struct html_node *nodes = html_tree_nodes(tree);
	bool head = text_starts_with(text, TEXT_LITERAL("Section: ")) && text.data[text.bytes - 1] == ')';
	bool foot = text_starts_with(text, TEXT_LITERAL("This document was created by"));
	struct text sign = head ? TEXT_LITERAL("Index") : TEXT_LITERAL("man2html");
	bool signed_so = false;
	uint32_t end = start + 1;

	if (!head && !foot)
		return start;
	while (end < html_tree_count(tree) && end - start < NODES_AFTER_MAX && nodes[end].depth >= nodes[start].depth) {
		if (nodes[end].tag == HTML_TEXT)
			signed_so |= text_equal(text_trim(html_tree_text(tree, end)), sign);
		else if (html_tag_is_block((enum html_tag)nodes[end].tag))
			break;
		end++;
	}
	return signed_so ? end : start;
}

/* The header that a page made for a server on the spot begins with. */
static bool is_server_header(struct text text)
{
	return text_starts_with_nocase(text, TEXT_LITERAL("Content-type: text/html")) && !memchr(text.data, '\n', text.bytes);
}

uint32_t html_navigation_generated_end(const struct html_tree *tree, uint32_t start)
{
	struct text text = html_tree_text(tree, start);
	size_t first = 0;

	while (first < text.bytes && ascii_is_space(text.data[first]))
		first++;
	if (first == text.bytes || !memchr("TSC", text.data[first], 3))
		return start;
	text = text_trim(text);
	if (is_server_header(text))
		return start + 1;
	uint32_t end = sources_end(tree, start, text);
	return end > start ? end : manual_end(tree, start, text);
}

bool html_navigation_is(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	return html_node_end(nodes, index) > index + 1 && html_tree_total(tree, index, HTML_TOTAL_TEXT) <= LINE_BYTES_MAX &&
	       html_navigation_end(tree, index + 1) == html_node_end(nodes, index);
}
