/* html_list.c: lists of a page. A list whose items hold headings lays out a page and is written without markers; a definition
 * list of short definitions becomes bullets ("- **term**: definition"), any other bold terms with blocks under them. */
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
		if (nodes[child].tag == HTML_LI) {
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

static bool holds_block(const struct html_node *nodes, uint32_t index)
{
	for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end)
		if (html_tag_is_block((enum html_tag)nodes[child].tag) && !(nodes[child].tag == HTML_P && child == index + 1 && nodes[child].end == nodes[index].end))
			return true;
	return false;
}

/* Every definition is a single paragraph. Groups (div) are looked into. */
static bool is_short(const struct html_node *nodes, uint32_t start, uint32_t end)
{
	for (uint32_t child = start; child < end; child = nodes[child].end) {
		if (nodes[child].tag == HTML_DIV ? !is_short(nodes, child + 1, nodes[child].end)
						 : (nodes[child].tag == HTML_DD || nodes[child].tag == HTML_DT) && holds_block(nodes, child))
			return false;
	}
	return true;
}

struct definition_list {
	bool short_form;
	bool item_open;
	bool term_before; /* the last part was a term */
};

static void walk_term(struct html_walk *walk, struct definition_list *list, uint32_t index)
{
	bool another = list->term_before; /* several terms share a definition */

	if (!another)
		html_walk_part(walk);
	if (list->short_form && !another) {
		if (list->item_open)
			markdown_item_close(&walk->writer);
		markdown_item_open(&walk->writer, 0);
		list->item_open = true;
	}
	if (another)
		html_inline_due(&walk->line, HTML_DUE_COMMA);
	walk->inline_depth++;
	html_inline_mark(&walk->line, HTML_MARK_STRONG);
	html_walk_children(walk, index);
	html_inline_unmark(&walk->line, HTML_MARK_STRONG);
	walk->inline_depth--;
	walk->line.due = HTML_DUE_NOTHING;
	list->term_before = true;
}

static void walk_definition(struct html_walk *walk, struct definition_list *list, uint32_t index)
{
	if (list->short_form && list->term_before) {
		struct buffer *out = &walk->line.out;
		bool colon = out->bytes > 0 && (out->data[out->bytes - 1] == ':');
		if (!colon && html_tree_total(walk->tree, index, HTML_TOTAL_TEXT) > 0)
			html_inline_raw(&walk->line, TEXT_LITERAL(":"));
		html_inline_due(&walk->line, HTML_DUE_SPACE);
	} else {
		html_walk_part(walk);
	}
	list->term_before = false;
	if (list->short_form)
		walk->inline_depth++;
	html_walk_children(walk, index);
	if (list->short_form) {
		walk->inline_depth--;
		walk->line.due = HTML_DUE_NOTHING;
	}
	html_walk_part(walk);
}

static void walk_parts(struct html_walk *walk, struct definition_list *list, uint32_t start, uint32_t end)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = start; child < end; child = nodes[child].end) {
		if (nodes[child].tag == HTML_DT)
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
	struct definition_list list = { .short_form = false };

	html_walk_part(walk);
	if (walk->inline_depth > 0) {
		html_walk_children(walk, index);
		html_walk_part(walk);
		return;
	}
	list.short_form = is_short(nodes, index + 1, nodes[index].end);
	if (list.short_form)
		markdown_list_open(&walk->writer, false);
	walk_parts(walk, &list, index + 1, nodes[index].end);
	html_walk_part(walk);
	if (list.item_open)
		markdown_item_close(&walk->writer);
	if (list.short_form)
		markdown_list_close(&walk->writer);
}
