/* html_list.c: lists of a page. A list whose items hold headings lays out a page and is written without markers; a definition
 * list of short definitions becomes bullets ("- **term**: definition"), one of links (a table of contents) nested bullets, any
 * other bold terms with blocks under them. */
#include "workers/preprocess/html_walk.h"

static void walk_item(struct html_walk *walk, uint32_t index, uint32_t number)
{
	html_walk_part(walk);
	if (walk->inline_depth > 0) {
		html_inline_due(&walk->line, HTML_DUE_BULLET);
		html_walk_children(walk, index);
		html_walk_part(walk);
		return;
	}
	markdown_item_open(&walk->writer, number);
	html_walk_children(walk, index);
	html_walk_part(walk);
	markdown_item_close(&walk->writer);
}

void html_list(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	bool ordered = nodes[index].tag == HTML_OL, with_markers = walk->inline_depth == 0;
	uint32_t number = html_walk_number(walk, index, HTML_START, 1, 100000000);

	html_walk_part(walk);
	if (html_google_list(walk, index))
		return;
	if (html_walk_has_headings(walk, index)) {
		for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end) {
			if (nodes[child].tag != HTML_LI) {
				html_walk_node(walk, child);
				continue;
			}
			html_walk_children(walk, child);
			html_walk_part(walk);
		}
		return;
	}
	if (with_markers)
		markdown_list_open(&walk->writer, ordered);
	for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end) {
		const struct html_note *note = walk->note ? NULL : html_notes_at(&walk->notes, child);
		if (note) {
			html_footnote(walk, note);
		} else if (nodes[child].tag == HTML_LI && html_walk_removes(walk, child)) {
			continue;
		} else if (nodes[child].tag == HTML_LI) {
			number = html_walk_number(walk, child, HTML_VALUE, number, 100000000);
			walk_item(walk, child, number++);
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
	return nodes[index].end > index + 1 && nodes[index + 1].tag == HTML_P && nodes[index + 1].end == nodes[index].end ? index + 1 : index;
}

static bool holds_block(const struct html_node *nodes, uint32_t index)
{
	index = sole_paragraph(nodes, index);
	for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end)
		if (html_tag_is_block((enum html_tag)nodes[child].tag))
			return true;
	return false;
}

/* Every definition is a single paragraph, and one at least has text. Groups (div) are looked into. */
static bool is_short(const struct html_tree *tree, uint32_t start, uint32_t end, bool *has_definition)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t child = start; child < end; child = nodes[child].end) {
		enum html_tag tag = (enum html_tag)nodes[child].tag;
		if (tag == HTML_DIV && !is_short(tree, child + 1, nodes[child].end, has_definition))
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
		next = note ? note->end : nodes[child].end;
		if (note)
			html_footnote(walk, note);
		else if (child == walk->quote_title)
			html_walk_leave_out(walk, child);
		else if (nodes[child].tag == HTML_DT)
			walk_term(walk, list, child);
		else if (nodes[child].tag == HTML_DD)
			walk_definition(walk, list, child);
		else if (nodes[child].tag == HTML_DIV)
			walk_parts(walk, list, child + 1, nodes[child].end);
		else
			html_walk_node(walk, child);
	}
}

void html_definition_list(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	struct definition_list list = { .form = DEFINITION_BLOCKS };
	bool has_definition = false;

	html_walk_part(walk);
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
	else if (is_short(walk->tree, index + 1, nodes[index].end, &has_definition) && has_definition)
		list.form = DEFINITION_SHORT;
	if (list.form != DEFINITION_BLOCKS)
		markdown_list_open(&walk->writer, false);
	walk_parts(walk, &list, index + 1, nodes[index].end);
	html_walk_part(walk);
	if (list.item_open)
		markdown_item_close(&walk->writer);
	if (list.form != DEFINITION_BLOCKS)
		markdown_list_close(&walk->writer);
}
