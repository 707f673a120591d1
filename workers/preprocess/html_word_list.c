/* html_word_list.c: lists that word processors export as what they are not: paragraphs that begin with their number or bullet (Word), lists
 * of one level that stand behind each other (Google Docs). Neighbours are written as one list, with their levels. */
#include "workers/preprocess/html_walk.h"

enum { LEVELS_MAX = 9, MARKER_BYTES_MAX = 8, INDENT_POINTS = 36 };

struct items {
	unsigned levels[LEVELS_MAX]; /* of the open lists, outermost first */
	bool ordered[LEVELS_MAX];
	size_t count;
};

static void close_last(struct html_walk *walk, struct items *items)
{
	html_walk_part(walk);
	markdown_item_close(&walk->writer);
	markdown_list_close(&walk->writer);
	items->count--;
}

/* Opens the next item of the list of this level, in the item of the level above that is open. */
static void open_item(struct html_walk *walk, struct items *items, unsigned level, uint32_t number)
{
	html_walk_part(walk);
	while (items->count > 0 && items->levels[items->count - 1] > level)
		close_last(walk, items);
	bool same = items->count > 0 && items->levels[items->count - 1] == level;
	if (same && items->ordered[items->count - 1] != (number > 0)) {
		close_last(walk, items);
		same = false;
	}
	if (same) {
		markdown_item_close(&walk->writer);
	} else {
		if (items->count == LEVELS_MAX)
			close_last(walk, items);
		markdown_list_open(&walk->writer, number > 0);
		items->levels[items->count] = level;
		items->ordered[items->count++] = number > 0;
	}
	markdown_item_open(&walk->writer, number);
}

/* --- Word ------------------------------------------------------------------------------------------------------ */

struct word_item {
	uint32_t marker; /* the text or span that is the item's number or bullet */
	uint32_t number; /* 0: a bullet */
	unsigned level;
};

/* The node that holds the number or bullet, or 0: a span that says so, or text before a span of blanks. */
static uint32_t marker_of(const struct html_tree *tree, uint32_t index, bool says_list)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++) {
		bool text = nodes[i].tag == HTML_TEXT && text_trim(html_tree_text(tree, i)).bytes > 0;
		if (nodes[i].tag == HTML_SPAN && says_list && text_find_nocase(html_tree_attribute(tree, i, HTML_INLINE_STYLE), TEXT_LITERAL("mso-list:")) >= 0)
			return i;
		bool before_blanks = text && i + 1 < html_node_end(nodes, index) && nodes[i + 1].tag == HTML_SPAN &&
				     text_find(html_tree_attribute(tree, i + 1, HTML_INLINE_STYLE), TEXT_LITERAL("7.0pt")) >= 0;
		if (text)
			return before_blanks && text_trim(html_tree_text(tree, i)).bytes <= MARKER_BYTES_MAX ? i : 0;
	}
	return 0;
}

static struct text text_inside(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = index; i < html_node_end(nodes, index); i++)
		if (nodes[i].tag == HTML_TEXT && text_trim(html_tree_text(tree, i)).bytes > 0)
			return text_trim(html_tree_text(tree, i));
	return TEXT_LITERAL("");
}

/* "ii.", "iv)" and the "i." that a list begins with; 0: no such number. Other single letters are those of the alphabet. */
static uint32_t roman_number(struct text sign)
{
	enum { LETTERS_MAX = 6 };
	static const char letters[] = "ivxl";
	static const uint8_t values[] = { 1, 5, 10, 50 };
	uint32_t number = 0, last = 0;
	size_t i = 0;

	for (; i < sign.bytes && i < LETTERS_MAX && ascii_is_alpha(sign.data[i]); i++) {
		const char *letter = strchr(letters, ascii_lower(sign.data[i]));
		if (!letter)
			return 0;
		uint32_t value = values[letter - letters];
		number += value > last ? value - 2 * last : value;
		last = value;
	}
	bool ended = i < sign.bytes && (sign.data[i] == '.' || sign.data[i] == ')');
	return ended && (i > 1 || number == 1) ? number : 0;
}

/* "12.", "b)", "iv."; 0: a bullet. The "o" of Courier is one. */
static uint32_t number_of(struct text sign)
{
	uint32_t number = roman_number(sign);
	size_t digits = 0;

	if (number > 0)
		return number;
	while (digits < sign.bytes && digits < 6 && ascii_is_digit(sign.data[digits]))
		number = number * 10 + (uint32_t)(sign.data[digits++] - '0');
	bool letter = digits == 0 && sign.bytes >= 2 && ascii_is_alpha(sign.data[0]) && (sign.data[1] == '.' || sign.data[1] == ')');
	return letter ? (uint32_t)(ascii_lower(sign.data[0]) - 'a') + 1 : number;
}

/* "level2" of the style, or else the indentation in steps of half an inch. */
static unsigned level_of(struct text style)
{
	static const struct { const char *unit; double points; } units[] = { { "pt", 1 }, { "in", 72 }, { "cm", 28.35 }, { "mm", 2.835 } };
	ptrdiff_t at = text_find_nocase(style, TEXT_LITERAL(" level"));
	double value = 0, place = 1;

	if (at >= 0 && (size_t)at + 6 < style.bytes && ascii_is_digit(style.data[at + 6]))
		return (unsigned)(style.data[at + 6] - '0');
	at = text_find_nocase(style, TEXT_LITERAL("margin-left:"));
	struct text rest = text_trim(text_slice(style, at < 0 ? style.bytes : (size_t)at + 12, style.bytes));
	size_t i = 0;
	for (bool fraction = false; i < rest.bytes && i < 8 && (ascii_is_digit(rest.data[i]) || rest.data[i] == '.'); i++) {
		if (rest.data[i] == '.') {
			fraction = true;
			continue;
		}
		place *= fraction ? .1 : 1;
		value = fraction ? value + place * (rest.data[i] - '0') : value * 10 + (rest.data[i] - '0');
	}
	for (size_t k = 0; k < COUNT_OF(units); k++)
		if (text_starts_with_nocase(text_slice(rest, i, rest.bytes), text_from(units[k].unit)))
			return (unsigned)(value * units[k].points / INDENT_POINTS + .5) + (value * units[k].points < INDENT_POINTS / 2.0);
	return 1;
}

static bool find_item(const struct html_tree *tree, uint32_t index, struct word_item *ret_item)
{
	if (html_tree_nodes(tree)[index].tag != HTML_P || !html_node_has_attributes(&html_tree_nodes(tree)[index]))
		return false;
	struct text style = html_tree_attribute(tree, index, HTML_INLINE_STYLE), classes = html_tree_attribute(tree, index, HTML_CLASS);
	bool says_list = text_find_nocase(style, TEXT_LITERAL("mso-list:")) >= 0;
	if (!says_list && !text_starts_with_nocase(classes, TEXT_LITERAL("MsoList")))
		return false;
	ret_item->marker = marker_of(tree, index, says_list);
	if (ret_item->marker == 0)
		return false;
	ret_item->number = number_of(text_inside(tree, ret_item->marker));
	ret_item->level = level_of(style);
	return true;
}

uint32_t html_next_sibling(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t count = html_tree_count(tree), next = html_node_end(nodes, index);

	while (next < count && nodes[next].depth == nodes[index].depth && nodes[next].tag == HTML_TEXT && text_trim(html_tree_text(tree, next)).bytes == 0)
		next++;
	return next < count && nodes[next].depth == nodes[index].depth ? next : count;
}

bool html_word_items(struct html_walk *walk, uint32_t index)
{
	struct items items = { .count = 0 };
	struct word_item item;
	uint32_t count = html_tree_count(walk->tree);

	if (!find_item(walk->tree, index, &item) || (walk->inline_depth > 0 && item.number > 0))
		return false;
	if (walk->inline_depth > 0) { /* in a cell its line */
		html_walk_part(walk);
		html_inline_due(&walk->line, HTML_DUE_BULLET);
		walk->item_marker = item.marker;
		html_walk_children(walk, index);
		walk->item_marker = 0;
		html_walk_part(walk);
		return true;
	}
	for (uint32_t i = index; i < count && find_item(walk->tree, i, &item); i = html_next_sibling(walk->tree, i)) {
		open_item(walk, &items, item.level, item.number);
		walk->item_marker = item.marker;
		html_walk_children(walk, i);
		walk->item_marker = 0;
		walk->skip_end = html_node_end(html_tree_nodes(walk->tree), i);
	}
	walk->skip_is_removal = false;
	while (items.count > 0)
		close_last(walk, &items);
	return true;
}

/* --- Google Docs ----------------------------------------------------------------------------------------------- */

/* "lst-kix_NAME-LEVEL": 1 + the level; 0: no such list. */
static unsigned kix_level(const struct html_tree *tree, uint32_t index)
{
	struct text rest = html_tree_attribute(tree, index, HTML_CLASS), word;

	while (html_next_word(&rest, &word))
		if (text_starts_with(word, TEXT_LITERAL("lst-kix_")) && ascii_is_digit(word.data[word.bytes - 1]))
			return (unsigned)(word.data[word.bytes - 1] - '0') + 1;
	return 0;
}

bool html_google_list(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	struct items items = { .count = 0 };
	uint32_t count = html_tree_count(walk->tree);
	unsigned level = html_node_has_attributes(&nodes[index]) ? kix_level(walk->tree, index) : 0;

	if (level == 0 || walk->inline_depth > 0)
		return false;
	for (uint32_t list = index; list < count; list = html_next_sibling(walk->tree, list)) {
		bool ordered = nodes[list].tag == HTML_OL;
		level = ordered || nodes[list].tag == HTML_UL ? kix_level(walk->tree, list) : 0;
		if (level == 0)
			break;
		uint32_t number = html_walk_number(walk, list, HTML_START, 1, 100000000);
		for (uint32_t child = list + 1; child < html_node_end(nodes, list); child = html_node_end(nodes, child)) {
			if (nodes[child].tag == HTML_LI)
				open_item(walk, &items, level, ordered ? number++ : 0);
			html_walk_children(walk, child);
		}
		walk->skip_end = html_node_end(nodes, list);
	}
	walk->skip_is_removal = false;
	while (items.count > 0)
		close_last(walk, &items);
	return true;
}
