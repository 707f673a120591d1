/* html_table_list.c: lists that AsciiDoc lays out as tables of two columns: callouts under a listing, and terms beside their definitions. */
#include "workers/preprocess/html_walk.h"

/* The cell of that number in the row, or 0. */
static uint32_t cell_of(const struct html_node *nodes, uint32_t row, unsigned wanted)
{
	unsigned number = 0;

	for (uint32_t cell = row + 1; cell < html_node_end(nodes, row); cell = html_node_end(nodes, cell))
		if ((nodes[cell].tag == HTML_TD || nodes[cell].tag == HTML_TH) && number++ == wanted)
			return cell;
	return 0;
}

static void walk_row(struct html_walk *walk, uint32_t row, uint32_t number)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	uint32_t term = cell_of(nodes, row, 0), text = cell_of(nodes, row, 1);

	markdown_item_open(&walk->writer, number);
	if (number > 0) {
		html_walk_leave_out(walk, term);
	} else {
		walk->inline_depth++;
		html_inline_mark(&walk->line, HTML_MARK_STRONG);
		html_walk_children(walk, term);
		html_inline_unmark(&walk->line, HTML_MARK_STRONG);
		walk->inline_depth--;
		walk->line.due = HTML_DUE_NOTHING;
		html_inline_raw(&walk->line, TEXT_LITERAL(":"));
		html_inline_due(&walk->line, HTML_DUE_SPACE);
	}
	uint32_t first = text + 1; /* the paragraph that the definition begins with goes on behind its term */
	while (first < html_node_end(nodes, text) && nodes[first].tag == HTML_TEXT && html_tree_total(walk->tree, first, HTML_TOTAL_TEXT) == 0)
		first++;
	if (number == 0 && first < html_node_end(nodes, text) && nodes[first].tag == HTML_P) {
		html_walk_children(walk, first);
		html_walk_part(walk);
		for (uint32_t child = html_node_end(nodes, first); child < html_node_end(nodes, text); child = html_node_end(nodes, child))
			html_walk_node(walk, child);
	} else {
		html_walk_children(walk, text);
	}
	html_walk_part(walk);
	markdown_item_close(&walk->writer);
}

bool html_table_list(struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;
	const struct html_node *nodes = html_tree_nodes(tree);
	bool callouts = html_tree_has_class(tree, index, "colist");
	uint32_t table = index + 1, number = 0;

	if ((!callouts && !html_tree_has_class(tree, index, "hdlist")) || walk->inline_depth > 0 || html_tree_total(tree, index, HTML_TOTAL_TABLES) == 0)
		return false;
	while (table < html_node_end(nodes, index) && nodes[table].tag != HTML_TABLE)
		table++;
	for (uint32_t i = table + 1; i < html_node_end(nodes, table); i++)
		if (nodes[i].tag == HTML_TABLE || (nodes[i].tag == HTML_TR && cell_of(nodes, i, 1) == 0))
			return false;
	html_walk_part(walk);
	for (uint32_t i = index + 1; i < table; i = html_node_end(nodes, i))
		html_walk_node(walk, i); /* its title */
	html_walk_part(walk);
	markdown_list_open(&walk->writer, callouts);
	for (uint32_t i = table + 1; i < html_node_end(nodes, table); i++)
		if (nodes[i].tag == HTML_TR)
			walk_row(walk, i, callouts ? ++number : 0);
	markdown_list_close(&walk->writer);
	walk->skip_end = html_node_end(nodes, table);
	walk->skip_is_removal = false;
	return true;
}
