/* html_table.c: tables of a page. First a look at each: does it tabulate, or does it lay out the page? The first becomes a
 * table (a table inside one of its cells becomes lines of that cell), the second is written as the blocks it holds. */
#include "workers/preprocess/html_walk.h"

enum {
	SPAN_COLUMNS_MAX = 1000, /* as browsers have it */
	SPAN_ROWS_MAX = 65534,   /* 0: to the end of the group */
	LINE_CELL_BYTES = 40,        /* a cell with blocks may still be part of a line that is no longer */
	VALUE_BYTES = 200,           /* a cell with no more may hold a heading and still be a value */
	LAYOUT_CELL_BYTES = 2000,    /* a cell with so much text holds a page, not a value */
	LAYOUT_AVERAGE_BYTES = 600,  /* the same for the average cell */
};

struct table_look {
	uint32_t rows, cells, columns; /* rows with cells; the most cells of a row */
	uint32_t longest_bytes;
	uint32_t header_headings; /* heading elements in th */
	uint32_t table_cells;     /* that hold tables */
	bool has_header; /* th or thead */
	bool has_caption;
};

static bool is_row_group(enum html_tag tag)
{
	return tag == HTML_THEAD || tag == HTML_TBODY || tag == HTML_TFOOT;
}

static bool is_cell(enum html_tag tag) { return tag == HTML_TD || tag == HTML_TH; }

/* Cells that stand in no row are one: where it ends. In a table of javadoc each row has as many as there are headers at the table's start. */
static uint32_t stray_row_end(const struct html_tree *tree, uint32_t table, uint32_t cell)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t end = html_node_end(nodes, table), columns = 0, count = 0;

	if (html_tree_has_class(tree, table, "summary-table") || html_tree_has_class(tree, table, "details-table"))
		for (uint32_t i = table + 1; i < end && (nodes[i].tag == HTML_TH || nodes[i].tag == HTML_TEXT); i = html_node_end(nodes, i))
			columns += nodes[i].tag == HTML_TH;
	while (cell < end && (is_cell((enum html_tag)nodes[cell].tag) || nodes[cell].tag == HTML_TEXT)) {
		count += nodes[cell].tag != HTML_TEXT;
		cell = html_node_end(nodes, cell);
		if (columns > 0 && count == columns)
			break;
	}
	return cell;
}

static void look_at_row(const struct html_walk *walk, uint32_t start, uint32_t end, struct table_look *look)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	uint32_t cells = 0;

	for (uint32_t cell = start; cell < end; cell = html_node_end(nodes, cell)) {
		if (!is_cell((enum html_tag)nodes[cell].tag))
			continue;
		uint32_t bytes = html_tree_total(walk->tree, cell, HTML_TOTAL_TEXT);
		look->has_header |= nodes[cell].tag == HTML_TH;
		if (nodes[cell].tag == HTML_TH)
			look->header_headings += html_tree_total(walk->tree, cell, HTML_TOTAL_HEADINGS);
		look->table_cells += html_tree_total(walk->tree, cell, HTML_TOTAL_TABLES) > 0;
		look->longest_bytes = bytes > look->longest_bytes ? bytes : look->longest_bytes;
		cells++;
	}
	look->cells += cells;
	look->rows += cells > 0;
	look->columns = cells > look->columns ? cells : look->columns;
}

static void look_at(const struct html_walk *walk, uint32_t index, struct table_look *look)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = index + 1, next; child < html_node_end(nodes, index); child = next) {
		enum html_tag tag = (enum html_tag)nodes[child].tag;
		next = is_cell(tag) ? stray_row_end(walk->tree, index, child) : html_node_end(nodes, child);
		look->has_caption |= tag == HTML_CAPTION;
		look->has_header |= tag == HTML_THEAD && html_node_end(nodes, child) > child + 1;
		if (tag == HTML_TR)
			look_at_row(walk, child + 1, next, look);
		else if (is_cell(tag))
			look_at_row(walk, child, next, look);
		else if (is_row_group(tag))
			look_at(walk, child, look);
	}
}

/* Classes by which authors and generators mark tables that tabulate. */
static bool is_called_table(const struct html_tree *tree, uint32_t index)
{
	static const char *const classes[] = {
		"confluencetable", "data", "datatable", "data-table", "docutils", "doxtable", "grid", "informaltable", "summary-table", "table", "tableblock", "wikitable",
	};

	if (!html_node_has_attributes(&html_tree_nodes(tree)[index]))
		return false;
	struct text role = html_tree_attribute(tree, index, HTML_ATTRIBUTE_ROLE);
	if (text_equal_nocase(role, TEXT_LITERAL("table")) || text_equal_nocase(role, TEXT_LITERAL("grid")))
		return true;
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (html_tree_has_class(tree, index, classes[i]))
			return true;
	return false;
}

/* Code beside its line numbers, perhaps with the name of its file in a header. */
static bool is_called_code(const struct html_tree *tree, uint32_t index)
{
	static const char *const classes[] = { "codehilitetable", "highlighttable", "lntable", "rouge-table", "rouge-line-table" };

	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (html_tree_has_class(tree, index, classes[i]))
			return true;
	return false;
}

/* All text of the cell is bold. */
static bool is_strong(const struct html_tree *tree, uint32_t cell)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = cell + 1; i < html_node_end(nodes, cell);) {
		bool strong = nodes[i].tag == HTML_B || nodes[i].tag == HTML_STRONG;
		if (nodes[i].tag == HTML_TEXT && text_trim(html_tree_text(tree, i)).bytes > 0)
			return false;
		i = strong ? html_node_end(nodes, i) : i + 1;
	}
	return true;
}

/* Names over the columns, made bold by hand: several cells, none of them empty. */
static bool begins_with_names(const struct html_tree *tree, uint32_t index)
{
	enum { NODES_BEFORE_MAX = 16 };
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t row = index + 1, names = 0;

	while (row < html_node_end(nodes, index) && row - index < NODES_BEFORE_MAX && nodes[row].tag != HTML_TR)
		row++;
	if (row == html_node_end(nodes, index) || nodes[row].tag != HTML_TR)
		return false;
	for (uint32_t cell = row + 1; cell < html_node_end(nodes, row); cell = html_node_end(nodes, cell)) {
		if (nodes[cell].tag == HTML_TEXT)
			continue;
		if (html_tree_total(tree, cell, HTML_TOTAL_TEXT) == 0 || html_tree_total(tree, cell, HTML_TOTAL_TEXT) > VALUE_BYTES || !is_strong(tree, cell))
			return false;
		names++;
	}
	return names >= 2;
}

static bool is_layout(const struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;
	struct table_look look = { 0 };
	struct text role = html_tree_attribute(tree, index, HTML_ATTRIBUTE_ROLE);

	look_at(walk, index, &look);
	if (text_equal_nocase(role, TEXT_LITERAL("presentation")) || text_equal_nocase(role, TEXT_LITERAL("none")) || look.cells == 0 || is_called_code(tree, index))
		return true;
	uint32_t inner_tables = html_tree_total(tree, index, HTML_TOTAL_TABLES) - 1;
	bool said = look.has_header || look.has_caption || is_called_table(tree, index); /* that it is a table */
	bool bordered = html_walk_number(walk, index, HTML_BORDER, 0, 100) > 0;
	bool drawn = bordered || tree->borders_cells;
	bool few_inner = drawn && look.table_cells * 2 < look.cells && look.longest_bytes <= LAYOUT_CELL_BYTES;
	bool values = (said || drawn) && look.rows >= 2 && look.columns >= 2 && look.longest_bytes <= VALUE_BYTES;
	if ((html_tree_total(tree, index, HTML_TOTAL_HEADINGS) > look.header_headings && !values) || (inner_tables > 0 && !said && !few_inner))
		return true;
	bool sole_row = (look.has_header || look.has_caption) && look.columns >= 2 && look.longest_bytes <= VALUE_BYTES && inner_tables == 0;
	if ((look.rows < 2 && !sole_row) || (look.columns < 2 && !said))
		return true;
	if (html_tree_total(tree, index, HTML_TOTAL_CODE) > 0 && !look.has_header && !bordered && (look.rows < 2 || !begins_with_names(tree, index)))
		return true;
	if (said || bordered || html_tree_attribute(tree, index, HTML_TABLE_SUMMARY).bytes > 0)
		return false;
	uint32_t text = html_tree_total(tree, index, HTML_TOTAL_TEXT);
	return look.longest_bytes > LAYOUT_CELL_BYTES || text / look.cells > LAYOUT_AVERAGE_BYTES;
}

/* --- as the blocks it holds ------------------------------------------------------------------------------------ */

/* A table that lays out an admonition: an icon beside the text. */
static bool is_admonition_layout(const struct html_walk *walk, uint32_t index)
{
	return walk->quote_title > index && walk->quote_title < html_node_end(html_tree_nodes(walk->tree), index);
}

static bool is_icon_cell(const struct html_walk *walk, uint32_t cell)
{
	return walk->in_admonition_table && html_tree_total(walk->tree, cell, HTML_TOTAL_TEXT) == 0;
}

/* A cell that holds blocks or lines stands for itself. Looks at its children alone. */
static bool holds_blocks(const struct html_tree *tree, uint32_t cell)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t child = cell + 1; child < html_node_end(nodes, cell); child = html_node_end(nodes, child))
		if (nodes[child].tag == HTML_BR || html_tag_is_block((enum html_tag)nodes[child].tag))
			return true;
	return false;
}

/* Rows whose cells hold running text only read as lines; cells with blocks stand for themselves. */
static void walk_layout(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		enum html_tag tag = (enum html_tag)nodes[child].tag;
		if (tag == HTML_TR || is_row_group(tag)) {
			html_walk_part(walk);
			walk_layout(walk, child);
			html_walk_part(walk);
		} else if (is_cell(tag) &&
			   (child == walk->quote_title || is_icon_cell(walk, child) || html_is_beside_code(walk->tree, child) ||
			    html_content_is_menu(walk->tree, walk->place.root, child))) {
			html_walk_leave_out(walk, child);
		} else if (is_cell(tag)) {
			bool blocks = holds_blocks(walk->tree, child);
			if (blocks && walk->line.out.bytes > LINE_CELL_BYTES)
				html_walk_part(walk);
			html_inline_due(&walk->line, HTML_DUE_SPACE);
			html_walk_children(walk, child);
			if (blocks && html_tree_total(walk->tree, child, HTML_TOTAL_TEXT) > LINE_CELL_BYTES)
				html_walk_part(walk);
			html_inline_due(&walk->line, HTML_DUE_SPACE);
		} else {
			html_walk_node(walk, child);
		}
	}
}

/* --- in a cell of another -------------------------------------------------------------------------------------- */

static void walk_inner(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		enum html_tag tag = (enum html_tag)nodes[child].tag;
		if (tag == HTML_TR) {
			html_walk_part(walk);
			walk_inner(walk, child);
			html_walk_part(walk);
		} else if (is_row_group(tag)) {
			walk_inner(walk, child);
		} else if (is_cell(tag)) {
			html_inline_due(&walk->line, HTML_DUE_COMMA);
			html_walk_children(walk, child);
			if (walk->line.due == HTML_DUE_LINE) /* a paragraph's end in the cell is no end of its row */
				walk->line.due = HTML_DUE_COMMA;
		} else {
			html_walk_node(walk, child);
		}
	}
}

/* --- as a table ------------------------------------------------------------------------------------------------ */

/* The first row, when all of it is bold, is a header that was made by hand. */
static bool is_header_row(const struct html_walk *walk, uint32_t start, uint32_t end)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	if (markdown_grid_row_count(&walk->grid) > 0)
		return false;
	for (uint32_t cell = start; cell < end; cell = html_node_end(nodes, cell))
		if (nodes[cell].tag == HTML_TD && !is_strong(walk->tree, cell))
			return false;
	return true;
}

static void collect_cell(struct html_walk *walk, uint32_t cell, bool header_row)
{
	bool header = header_row || html_tree_nodes(walk->tree)[cell].tag == HTML_TH;

	walk->inline_depth++;
	walk->line.without_strong = header;
	html_walk_children(walk, cell);
	walk->line.without_strong = false;
	walk->inline_depth--;
	struct text text = html_inline_take(&walk->line);
	uint32_t rows = html_walk_number(walk, cell, HTML_ROWSPAN, 1, SPAN_ROWS_MAX);
	markdown_grid_cell(&walk->grid, text, html_walk_number(walk, cell, HTML_COLSPAN, 1, SPAN_COLUMNS_MAX), rows > 0 ? rows : SPAN_ROWS_MAX);
}

/* "Table 3-1. Breakers" over all columns of the first row: the table's caption, set in it. */
static bool is_caption_row(const struct html_walk *walk, uint32_t start, uint32_t end)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	uint32_t cell = start, first;

	while (cell < end && nodes[cell].tag == HTML_TEXT)
		cell++;
	if (cell >= end || !is_cell((enum html_tag)nodes[cell].tag) || html_walk_number(walk, cell, HTML_COLSPAN, 1, SPAN_COLUMNS_MAX) < 2 ||
	    html_tree_total(walk->tree, cell, HTML_TOTAL_TEXT) > VALUE_BYTES || html_tree_total_between(walk->tree, html_node_end(nodes, cell), end, HTML_TOTAL_TEXT) > 1)
		return false;
	for (first = cell + 1; first < html_node_end(nodes, cell); first++)
		if (nodes[first].tag == HTML_TEXT && html_tree_total(walk->tree, first, HTML_TOTAL_TEXT) > 1)
			break;
	struct text text = first < html_node_end(nodes, cell) ? text_trim(html_tree_text(walk->tree, first)) : TEXT_LITERAL("");
	size_t number = html_skip_blanks(text, 5);
	return text.bytes > 6 && text_starts_with_nocase(text, TEXT_LITERAL("Table")) && number > 5 && number < text.bytes && ascii_is_digit(text.data[number]);
}

static void collect_row(struct html_walk *walk, uint32_t start, uint32_t end)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	bool header = is_header_row(walk, start, end);

	html_walk_part(walk);
	if (markdown_grid_row_count(&walk->grid) == 0 && is_caption_row(walk, start, end)) {
		for (uint32_t cell = start; cell < end; cell = html_node_end(nodes, cell))
			html_walk_children(walk, cell);
		html_walk_part(walk);
		return;
	}
	for (uint32_t cell = start; cell < end; cell = html_node_end(nodes, cell)) {
		if (is_cell((enum html_tag)nodes[cell].tag)) {
			collect_cell(walk, cell, header);
			continue;
		}
		html_walk_node(walk, cell);
		html_inline_due(&walk->line, HTML_DUE_SPACE); /* misplaced text goes with the cell that follows */
	}
	html_walk_part(walk);
	markdown_grid_row_end(&walk->grid);
}

/* Rows into the grid; `feet` may stand before the rows that they belong below. What stands between rows (a caption, misplaced text) is written before
 * the table. */
static void collect_rows(struct html_walk *walk, uint32_t index, bool feet)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = index + 1, next; child < html_node_end(nodes, index); child = next) {
		enum html_tag tag = (enum html_tag)nodes[child].tag;
		next = is_cell(tag) ? stray_row_end(walk->tree, index, child) : html_node_end(nodes, child);
		if (tag == HTML_TR)
			collect_row(walk, child + 1, next);
		else if (is_cell(tag))
			collect_row(walk, child, next);
		else if (is_row_group(tag) && (tag != HTML_TFOOT || feet)) {
			collect_rows(walk, child, true);
			markdown_grid_group_end(&walk->grid);
		} else if (!is_row_group(tag))
			html_walk_node(walk, child);
	}
}

static void collect_feet(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child))
		if (nodes[child].tag == HTML_TFOOT)
			collect_rows(walk, child, true);
}

void html_table(struct html_walk *walk, uint32_t index)
{
	html_walk_part(walk);
	if (walk->inline_depth > 0) {
		walk_inner(walk, index);
		html_walk_part(walk);
		return;
	}
	if (html_tree_has_class(walk->tree, index, "memname")) {
		html_signature(walk, index);
		return;
	}
	if (html_is_code_table(walk, index)) {
		html_code_block(walk, index);
		return;
	}
	walk->in_admonition_table = is_admonition_layout(walk, index);
	if (!walk->in_admonition_table && html_laid_out_list(walk, index))
		return;
	if (walk->in_admonition_table || is_layout(walk, index)) {
		walk_layout(walk, index);
		html_walk_part(walk);
		walk->in_admonition_table = false;
		return;
	}
	markdown_grid_clear(&walk->grid);
	collect_rows(walk, index, false);
	collect_feet(walk, index);
	html_walk_part(walk);
	int status = markdown_grid_write(&walk->grid, &walk->writer);
	if (status && !walk->status)
		walk->status = status;
}
