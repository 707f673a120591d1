/* html_table_list.c: lists that are laid out as tables of two columns: AsciiDoc's callouts under a listing and terms beside their definitions, and
 * items beside their numbers, bullets or pictures of bullets, as pages have them that set lists in by hand. */
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

/* --- by hand --------------------------------------------------------------------------------------------------- */

enum {
	MARKER_BYTES_MAX = 8,
	MARKER_NODES_MAX = 24,
	ROWS_MAX = 2000, /* of a list that is laid out so */
};

struct item_marker {
	uint32_t cell, text_cell;
	uint32_t number;      /* 0: a bullet */
	struct text picture;  /* of the bullet, or empty */
};

static bool is_row_of(enum html_tag tag) { return tag == HTML_THEAD || tag == HTML_TBODY || tag == HTML_TFOOT; }

/* The only picture in the cell, or 0. */
static uint32_t sole_picture(const struct html_node *nodes, uint32_t cell)
{
	uint32_t picture = 0;

	for (uint32_t i = cell + 1; i < html_node_end(nodes, cell); i++) {
		if (nodes[i].tag == HTML_IMG && picture > 0)
			return 0;
		picture = nodes[i].tag == HTML_IMG ? i : picture;
	}
	return picture;
}

/* "1." or "2)" is a number, a sign that lists begin with a bullet. False: neither. */
static bool read_marker(struct text text, uint32_t *ret_number)
{
	static const char *const bullets[] = {
		"\xE2\x80\xA2", "\xC2\xB7", "\xE2\x96\xAA", "\xE2\x97\x8F", "\xE2\x97\xA6", "\xE2\x96\xA0", "\xE2\x80\xA3", "\xE2\x96\xBA", "\xC2\xBB", "*",
	};
	uint32_t number = 0;
	size_t at = 0;

	while (at < text.bytes && at < 3 && ascii_is_digit(text.data[at]))
		number = number * 10 + (uint32_t)(text.data[at++] - '0');
	if (at > 0) {
		*ret_number = number;
		return number > 0 && at + 1 == text.bytes && (text.data[at] == '.' || text.data[at] == ')');
	}
	*ret_number = 0;
	for (size_t i = 0; i < COUNT_OF(bullets); i++)
		if (text_equal(text, text_from(bullets[i])))
			return true;
	return false;
}

/* The sole text of the cell, without the blanks around it; empty when there are several. */
static struct text sole_text(const struct html_tree *tree, uint32_t cell)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	struct text found = TEXT_LITERAL("");

	for (uint32_t i = cell + 1; i < html_node_end(nodes, cell); i++) {
		struct text text = nodes[i].tag == HTML_TEXT ? html_tree_text(tree, i) : TEXT_LITERAL("");
		text = text_slice(text, html_skip_blanks(text, 0), text.bytes);
		size_t end = 0;
		while (end < text.bytes && html_skip_blanks(text, end) == end)
			end++;
		if (html_skip_blanks(text, end) < text.bytes)
			return TEXT_LITERAL("");
		text = text_slice(text, 0, end);
		if (text.bytes > 0 && found.bytes > 0)
			return TEXT_LITERAL("");
		found = text.bytes > 0 ? text : found;
	}
	return found;
}

static bool may_be_marker(const struct html_tree *tree, uint32_t cell)
{
	return html_node_end(html_tree_nodes(tree), cell) - cell <= MARKER_NODES_MAX && html_tree_total(tree, cell, HTML_TOTAL_TEXT) <= MARKER_BYTES_MAX;
}

static bool is_empty_cell(const struct html_tree *tree, uint32_t cell)
{
	return may_be_marker(tree, cell) && sole_picture(html_tree_nodes(tree), cell) == 0 && sole_text(tree, cell).bytes == 0;
}

/* A row that is an item: its marker in the first cell that is not empty, its text in the second, and nothing else. */
static bool read_row(const struct html_tree *tree, uint32_t row, struct item_marker *ret_marker)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	struct item_marker marker = { .cell = 0 };

	for (uint32_t cell = row + 1; cell < html_node_end(nodes, row); cell = html_node_end(nodes, cell)) {
		if (nodes[cell].tag == HTML_TH || marker.text_cell > 0)
			return false;
		if (nodes[cell].tag != HTML_TD || (marker.cell == 0 && is_empty_cell(tree, cell)))
			continue;
		*(marker.cell == 0 ? &marker.cell : &marker.text_cell) = cell;
	}
	if (marker.text_cell == 0 || !may_be_marker(tree, marker.cell) || html_tree_total(tree, marker.text_cell, HTML_TOTAL_TEXT) < 2)
		return false;
	uint32_t picture = sole_picture(nodes, marker.cell);
	struct text text = sole_text(tree, marker.cell);
	*ret_marker = marker;
	if (picture > 0 && text.bytes == 0) {
		ret_marker->picture = html_tree_attribute(tree, picture, HTML_SRC);
		return ret_marker->picture.bytes > 0;
	}
	return picture == 0 && read_marker(text, &ret_marker->number);
}

static bool follows(const struct item_marker *before, const struct item_marker *marker)
{
	if (before->number > 0)
		return marker->number == before->number + 1;
	return marker->number == 0 && text_equal(before->picture, marker->picture);
}

/* How many items the rows are, 0 when one of them is none. `last` is the item before them; its cell is 0 when there is none. */
static uint32_t count_items(const struct html_tree *tree, uint32_t index, struct item_marker *last)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t count = 0;

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		struct item_marker marker = { .cell = 0 };
		enum html_tag tag = (enum html_tag)nodes[child].tag;
		uint32_t more = is_row_of(tag) ? count_items(tree, child, last) : 0;
		if (tag == HTML_TEXT || tag == HTML_COLGROUP || tag == HTML_COL)
			continue;
		if (tag == HTML_TR) {
			if (!read_row(tree, child, &marker) || (last->cell > 0 && !follows(last, &marker)))
				return 0;
			*last = marker;
			more = 1;
		}
		if (more == 0 || count + more > ROWS_MAX)
			return 0;
		count += more;
	}
	return count;
}

/* A picture that is called a bullet may be alone; of others a row says nothing. */
static bool is_called_bullet(struct text picture)
{
	static const char *const names[] = { "bullet", "ball", "dot", "arrow" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_find_nocase(picture, text_from(names[i])) >= 0)
			return true;
	return false;
}

static void write_items(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		struct item_marker marker;
		if (is_row_of((enum html_tag)nodes[child].tag))
			write_items(walk, child);
		if (nodes[child].tag != HTML_TR || !read_row(walk->tree, child, &marker))
			continue;
		markdown_item_open(&walk->writer, marker.number);
		html_walk_leave_out(walk, marker.cell);
		html_walk_children(walk, marker.text_cell);
		html_walk_part(walk);
		markdown_item_close(&walk->writer);
	}
}

bool html_laid_out_list(struct html_walk *walk, uint32_t index)
{
	struct item_marker last = { .cell = 0 };
	uint32_t headings = html_tree_total(walk->tree, index, HTML_TOTAL_HEADINGS);

	if (headings > 0 || html_walk_number(walk, index, HTML_BORDER, 0, 100) > 0)
		return false;
	uint32_t count = count_items(walk->tree, index, &last);
	if (count == 0 || (count == 1 && last.number == 0 && last.picture.bytes > 0 && !is_called_bullet(last.picture)) || (count == 1 && last.number > 0))
		return false;
	markdown_list_open(&walk->writer, last.number > 0);
	write_items(walk, index);
	markdown_list_close(&walk->writer);
	return true;
}
