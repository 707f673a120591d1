/* html_list.c: lists of a page. A list whose items hold headings lays out a page and is written without markers; a definition
 * list of short definitions becomes bullets ("- **term**: definition"), one of links (a table of contents) nested bullets, any
 * other bold terms with blocks under them. */
#include "workers/preprocess/html_walk.h"

const char *html_list_box(struct text text, struct text *ret_rest)
{
	struct text start = text.bytes > 0 && ascii_is_space(text.data[0]) ? text_trim(text) : text;
	size_t box = 3;
	bool ticked = text_starts_with(start, TEXT_LITERAL("\xE2\x9C\x93")), open = text_starts_with(start, TEXT_LITERAL("\xE2\x9D\x8F")); /* ✓, ❏ */

	if (start.bytes < box || (!ticked && !open && (!text_starts_with(start, TEXT_LITERAL("\xE2\x98")) || (unsigned char)start.data[2] < 0x90 || (unsigned char)start.data[2] > 0x92)))
		return NULL;
	if (start.bytes > box && !ascii_is_space(start.data[box]) && !text_starts_with(text_slice(start, box, start.bytes), TEXT_LITERAL("\xC2\xA0")))
		return NULL;
	if (ret_rest)
		*ret_rest = text_slice(start, box, start.bytes);
	return open || (!ticked && start.data[2] == '\x90') ? "[ ]" : "[x]";
}

/* The text in an element of its own that an item begins with, when that is the item's number; else 0. */
static uint32_t written_number(const struct html_tree *tree, uint32_t item, uint32_t number)
{
	enum { NODES_BEFORE_MAX = 6, DIGITS_MAX = 9 };
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t text = item + 1, value = 0;
	size_t i = 0;

	while (text < html_node_end(nodes, item) && text <= item + NODES_BEFORE_MAX && (nodes[text].tag != HTML_TEXT || html_tree_total(tree, text, HTML_TOTAL_TEXT) == 0))
		text++;
	if (text >= html_node_end(nodes, item) || nodes[text].tag != HTML_TEXT || nodes[text].depth <= nodes[item].depth + 1)
		return 0;
	struct text digits = text_trim(html_tree_text(tree, text));
	for (; i < digits.bytes && i < DIGITS_MAX && ascii_is_digit(digits.data[i]); i++)
		value = value * 10 + (uint32_t)(digits.data[i] - '0');
	bool whole = i > 0 && (i == digits.bytes || (i + 1 == digits.bytes && strchr(".)", digits.data[i])));
	bool alone = html_node_end(nodes, text - 1) == html_node_end(nodes, text) && nodes[text - 1].tag != HTML_LI;
	return whole && alone && value == number && html_tree_total(tree, item, HTML_TOTAL_TEXT) > digits.bytes ? text : 0;
}

/* The text that an item begins with, when that is a box to tick; else 0. The tick of a list that is none of tasks is its bullet. */
static uint32_t box_of(const struct html_tree *tree, uint32_t list, uint32_t item)
{
	enum { NODES_BEFORE_MAX = 4 };
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = item + 1; i < html_node_end(nodes, item) && i <= item + NODES_BEFORE_MAX; i++)
		if (nodes[i].tag == HTML_TEXT) {
			struct text text = text_trim(html_tree_text(tree, i));
			if (!html_list_box(text, NULL))
				return 0;
			return text_starts_with(text, TEXT_LITERAL("\xE2\x98")) || html_tree_has_class(tree, list, "checklist") ? i : 0;
		}
	return 0;
}

static void walk_item(struct html_walk *walk, uint32_t list, uint32_t index, uint32_t number)
{
	html_walk_part(walk);
	if (walk->inline_depth > 0) {
		html_inline_due(&walk->line, HTML_DUE_BULLET);
		walk->line.due_number = number;
		html_walk_children(walk, index);
		html_walk_part(walk);
		return;
	}
	markdown_item_open(&walk->writer, number);
	if (html_tree_has_class(walk->tree, list, "inline-task-list")) { /* of Confluence, which draws the boxes */
		html_inline_raw(&walk->line, html_tree_has_class(walk->tree, index, "checked") ? TEXT_LITERAL("[x]") : TEXT_LITERAL("[ ]"));
		html_inline_due(&walk->line, HTML_DUE_SPACE);
	}
	walk->item_marker = number > 0 ? written_number(walk->tree, index, number) : 0;
	walk->item_box = box_of(walk->tree, list, index);
	html_walk_children(walk, index);
	html_walk_part(walk);
	markdown_item_close(&walk->writer);
}

/* By which javadoc lays out its pages. */
static bool is_block_list(const struct html_tree *tree, uint32_t index)
{
	return html_node_has_attributes(&html_tree_nodes(tree)[index]) && (html_tree_has_class(tree, index, "blockList") || html_tree_has_class(tree, index, "blockListLast"));
}

void html_list(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	bool ordered = nodes[index].tag == HTML_OL, with_markers = walk->inline_depth == 0;
	uint32_t number = html_walk_number(walk, index, HTML_START, 1, 100000000);

	html_walk_part(walk);
	if (html_google_list(walk, index))
		return;
	if (html_walk_has_headings(walk, index) || is_block_list(walk->tree, index)) {
		for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
			if (nodes[child].tag != HTML_LI) {
				html_walk_node(walk, child);
				continue;
			}
			html_walk_children(walk, child);
			html_walk_part(walk);
		}
		return;
	}
	if (with_markers) {
		markdown_item_join(&walk->writer);
		markdown_list_open(&walk->writer, ordered);
	}
	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		const struct html_note *note = walk->note ? NULL : html_notes_at(&walk->notes, child);
		if (note) {
			html_footnote(walk, note);
		} else if (nodes[child].tag == HTML_LI && html_walk_removes(walk, child)) {
			continue;
		} else if (nodes[child].tag == HTML_LI) {
			number = html_walk_number(walk, child, HTML_VALUE, number, 100000000);
			walk_item(walk, index, child, ordered ? number : 0);
			number++;
		} else {
			html_walk_node(walk, child);
		}
	}
	html_walk_part(walk);
	if (with_markers)
		markdown_list_close(&walk->writer);
}

/* --- definition lists ------------------------------------------------------------------------------------------ */

/* The paragraph that is all the element holds, or the element itself. */
static uint32_t sole_paragraph(const struct html_node *nodes, uint32_t index)
{
	return html_node_end(nodes, index) > index + 1 && nodes[index + 1].tag == HTML_P && html_node_end(nodes, index + 1) == html_node_end(nodes, index) ? index + 1 : index;
}

static bool holds_block(const struct html_node *nodes, uint32_t index)
{
	index = sole_paragraph(nodes, index);
	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child))
		if (html_tag_is_block((enum html_tag)nodes[child].tag))
			return true;
	return false;
}

/* Every definition is a single paragraph, and one at least has text. Groups (div) are looked into. */
static bool is_short(const struct html_tree *tree, uint32_t start, uint32_t end, bool *has_definition)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t child = start; child < end; child = html_node_end(nodes, child)) {
		enum html_tag tag = (enum html_tag)nodes[child].tag;
		if (tag == HTML_DIV && !is_short(tree, child + 1, html_node_end(nodes, child), has_definition))
			return false;
		if ((tag == HTML_DD || tag == HTML_DT) && holds_block(nodes, child))
			return false;
		*has_definition |= tag == HTML_DD && html_tree_total(tree, child, HTML_TOTAL_TEXT) > 0;
	}
	return true;
}

/* All of its text is links. */
static bool is_contents(const struct html_tree *tree, uint32_t index)
{
	enum { LINKS_PERCENT = 80 };
	uint64_t text = html_tree_total(tree, index, HTML_TOTAL_TEXT), links = html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT);
	return text > 0 && links * 100 >= text * LINKS_PERCENT;
}

enum definition_form { DEFINITION_BLOCKS, DEFINITION_SHORT, DEFINITION_CONTENTS };

struct definition_list {
	enum definition_form form;
	bool item_open;
	bool term_before; /* the last part was a term */
};

static void walk_term(struct html_walk *walk, struct definition_list *list, uint32_t index)
{
	bool another = list->term_before && list->form != DEFINITION_CONTENTS; /* several terms share a definition */

	if (!another)
		html_walk_part(walk);
	if (list->form != DEFINITION_BLOCKS && !another) {
		if (list->item_open)
			markdown_item_close(&walk->writer);
		markdown_item_open(&walk->writer, 0);
		list->item_open = true;
	}
	if (another)
		html_inline_due(&walk->line, HTML_DUE_COMMA);
	walk->inline_depth++;
	if (list->form != DEFINITION_CONTENTS)
		html_inline_mark(&walk->line, HTML_MARK_STRONG);
	html_walk_children(walk, index);
	if (list->form != DEFINITION_CONTENTS)
		html_inline_unmark(&walk->line, HTML_MARK_STRONG);
	walk->inline_depth--;
	walk->line.due = HTML_DUE_NOTHING;
	list->term_before = true;
}

static void walk_short_definition(struct html_walk *walk, uint32_t index)
{
	const struct buffer *out = &walk->line.out;

	if (out->bytes > 0 && out->data[out->bytes - 1] != ':' && html_tree_total(walk->tree, index, HTML_TOTAL_TEXT) > 0)
		html_inline_raw(&walk->line, TEXT_LITERAL(":"));
	html_inline_due(&walk->line, HTML_DUE_SPACE);
	walk->inline_depth++;
	html_walk_children(walk, sole_paragraph(html_tree_nodes(walk->tree), index));
	walk->inline_depth--;
	walk->line.due = HTML_DUE_NOTHING;
}

static void walk_definition(struct html_walk *walk, struct definition_list *list, uint32_t index)
{
	if (list->form == DEFINITION_SHORT && list->term_before) {
		walk_short_definition(walk, index);
	} else {
		html_walk_part(walk);
		html_walk_children(walk, index);
	}
	html_walk_part(walk);
	list->term_before = false;
}

static void walk_parts(struct html_walk *walk, struct definition_list *list, uint32_t start, uint32_t end)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = start, next; child < end; child = next) {
		const struct html_note *note = walk->note ? NULL : html_notes_at(&walk->notes, child);
		next = note ? note->end : html_node_end(nodes, child);
		if (note)
			html_footnote(walk, note);
		else if (child == walk->quote_title)
			html_walk_leave_out(walk, child);
		else if (nodes[child].tag == HTML_DT)
			walk_term(walk, list, child);
		else if (nodes[child].tag == HTML_DD)
			walk_definition(walk, list, child);
		else if (nodes[child].tag == HTML_DIV)
			walk_parts(walk, list, child + 1, html_node_end(nodes, child));
		else
			html_walk_node(walk, child);
	}
}

/* The number of a term "3." or "(3)"; 0 of a bullet; UINT32_MAX of any other term. */
static uint32_t marker_of(const struct html_tree *tree, uint32_t term)
{
	static const char *const bullets[] = { "*", "-", "o", "+", "\xE2\x80\xA2", "\xC2\xB7", "\xE2\x80\x93" };
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t at = term + 1, number = 0;

	while (at < html_node_end(nodes, term) && (nodes[at].tag != HTML_TEXT || html_tree_total(tree, at, HTML_TOTAL_TEXT) == 0))
		at++;
	struct text text = at < html_node_end(nodes, term) && html_node_end(nodes, at) == html_node_end(nodes, term) ? text_trim(html_tree_text(tree, at)) : TEXT_LITERAL("");
	for (size_t i = 0; i < COUNT_OF(bullets); i++)
		if (text_equal(text, text_from(bullets[i])))
			return 0;
	bool behind = text.bytes > 1 && strchr(".)", text.data[text.bytes - 1]) != NULL;
	text = text_slice(text, text.bytes > 0 && text.data[0] == '(', text.bytes - behind);
	for (size_t i = 0; i < text.bytes; i++) {
		if (!ascii_is_digit(text.data[i]) || i == 4)
			return UINT32_MAX;
		number = number * 10 + (uint32_t)(text.data[i] - '0');
	}
	return behind && number > 0 ? number : UINT32_MAX;
}

/* Terms that are bullets, or numbers in sequence, each before a definition: the list that it was in the manual page. */
static bool is_marked_list(const struct html_tree *tree, uint32_t index, bool *ret_ordered)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t last = UINT32_MAX, terms = 0, definitions = 0;

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		if (nodes[child].tag == HTML_DT) {
			uint32_t marker = marker_of(tree, child);
			if (marker == UINT32_MAX || (last != UINT32_MAX && marker != (last == 0 ? 0 : last + 1)) || terms++ != definitions)
				return false;
			last = marker;
		} else if (nodes[child].tag == HTML_DD) {
			if (++definitions != terms)
				return false;
		} else if (html_tree_total(tree, child, HTML_TOTAL_TEXT) > 0) {
			return false;
		}
	}
	*ret_ordered = last != 0;
	return terms > 0 && definitions == terms;
}

static void walk_marked_list(struct html_walk *walk, uint32_t index, bool ordered)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	uint32_t number = 0;

	markdown_list_open(&walk->writer, ordered);
	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		if (nodes[child].tag == HTML_DT) {
			number = marker_of(walk->tree, child);
			html_walk_leave_out(walk, child);
		} else if (nodes[child].tag == HTML_DD) {
			walk_item(walk, index, child, number);
		}
	}
	markdown_list_close(&walk->writer);
}

void html_definition_list(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	struct definition_list list = { .form = DEFINITION_BLOCKS };
	bool has_definition = false, ordered = false;

	html_walk_part(walk);
	if (walk->inline_depth == 0 && !html_walk_has_headings(walk, index) && is_marked_list(walk->tree, index, &ordered)) {
		walk_marked_list(walk, index, ordered);
		return;
	}
	if (walk->inline_depth > 0) {
		html_walk_children(walk, index);
		html_walk_part(walk);
		return;
	}
	if (walk->quote_title == 0 && html_is_admonition(walk, index)) {
		html_admonition(walk, index);
		return;
	}
	if (is_contents(walk->tree, index) && !html_walk_has_headings(walk, index))
		list.form = DEFINITION_CONTENTS;
	else if (is_short(walk->tree, index + 1, html_node_end(nodes, index), &has_definition) && has_definition)
		list.form = DEFINITION_SHORT;
	if (list.form != DEFINITION_BLOCKS)
		markdown_list_open(&walk->writer, false);
	walk_parts(walk, &list, index + 1, html_node_end(nodes, index));
	html_walk_part(walk);
	if (list.item_open)
		markdown_item_close(&walk->writer);
	if (list.form != DEFINITION_BLOCKS)
		markdown_list_close(&walk->writer);
}
