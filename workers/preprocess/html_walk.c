#include "workers/preprocess/html_walk.h"

#include "workers/preprocess/html_content.h"
#include "workers/preprocess/markdown_inline.h"

void html_walk_leave_out(struct html_walk *walk, uint32_t index)
{
	walk->left_out_bytes += html_tree_total(walk->tree, index, HTML_TOTAL_TEXT);
}

bool html_walk_has_headings(const struct html_walk *walk, uint32_t index)
{
	return html_tree_total(walk->tree, index, HTML_TOTAL_HEADINGS) > 0;
}

uint32_t html_walk_number(const struct html_walk *walk, uint32_t index, enum html_attribute_name name, uint32_t otherwise, uint32_t max)
{
	struct text text = text_trim(html_tree_attribute(walk->tree, index, name));
	uint32_t number = 0;
	size_t i = 0;

	for (; i < text.bytes && i < 9 && ascii_is_digit(text.data[i]); i++)
		number = number * 10 + (uint32_t)(text.data[i] - '0');
	return i == 0 ? otherwise : number > max ? max : number;
}

void html_walk_children(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end)
		html_walk_node(walk, child);
}

void html_walk_part(struct html_walk *walk)
{
	if (walk->inline_depth > 0) {
		html_inline_due(&walk->line, HTML_DUE_LINE);
		return;
	}
	struct text paragraph = html_inline_take(&walk->line);
	markdown_paragraph(&walk->writer, paragraph);
}

static void walk_block(struct html_walk *walk, uint32_t index)
{
	html_walk_part(walk);
	html_walk_children(walk, index);
	html_walk_part(walk);
}

static void walk_heading(struct html_walk *walk, uint32_t index, unsigned level)
{
	html_walk_part(walk);
	if (walk->inline_depth > 0) {
		html_walk_children(walk, index);
		html_walk_part(walk);
		return;
	}
	walk->inline_depth++;
	walk->heading_depth++;
	walk->heading = index;
	walk->line.without_strong = true;
	html_walk_children(walk, index);
	walk->line.without_strong = false;
	walk->heading_depth--;
	walk->inline_depth--;
	if (level == 1 && walk->first_heading == UINT32_MAX)
		walk->first_heading = index;
	struct text text = html_inline_take(&walk->line);
	markdown_heading(&walk->writer, level, text);
}

static void walk_marked(struct html_walk *walk, uint32_t index, enum html_mark mark)
{
	html_inline_mark(&walk->line, mark);
	html_walk_children(walk, index);
	html_inline_unmark(&walk->line, mark);
}

static void walk_quote(struct html_walk *walk, uint32_t index)
{
	html_walk_part(walk);
	if (walk->inline_depth == 0)
		markdown_quote_open(&walk->writer);
	html_walk_children(walk, index);
	html_walk_part(walk);
	if (walk->inline_depth == 0)
		markdown_quote_close(&walk->writer);
}

static void walk_break(struct html_walk *walk)
{
	/* Two in a row part paragraphs, as pages without <p> have it. */
	if (walk->line.due == HTML_DUE_LINE && walk->inline_depth == 0)
		html_walk_part(walk);
	else
		html_inline_due(&walk->line, HTML_DUE_LINE);
}

static bool has_scheme(struct text target, const char *scheme)
{
	return text_starts_with_nocase(target, text_from(scheme));
}

/* The sign beside a heading that links to itself: no letters, and not all of the heading. */
static bool is_permalink(const struct html_walk *walk, uint32_t index)
{
	enum { SIGN_BYTES_MAX = 8 };
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	uint32_t bytes = html_tree_total(walk->tree, index, HTML_TOTAL_TEXT);

	if (bytes > SIGN_BYTES_MAX || bytes == html_tree_total(walk->tree, walk->heading, HTML_TOTAL_TEXT))
		return false;
	for (uint32_t i = index + 1; i < nodes[index].end; i++) {
		struct text text = nodes[i].tag == HTML_TEXT ? html_tree_text(walk->tree, i) : TEXT_LITERAL("");
		for (size_t k = 0; k < text.bytes; k++)
			if (ascii_is_alnum(text.data[k]))
				return false;
	}
	return true;
}

static void walk_link(struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;
	struct text target = text_trim(html_tree_attribute(tree, index, HTML_HREF));
	bool outermost = walk->line.link_depth == 0;

	if (walk->heading_depth > 0 && has_scheme(target, "#") && is_permalink(walk, index)) {
		html_walk_leave_out(walk, index);
		return;
	}
	bool dropped = has_scheme(target, "javascript:") || has_scheme(target, "vbscript:") || has_scheme(target, "data:") ||
		       (walk->heading_depth > 0 && has_scheme(target, "#"));
	if (dropped || target.bytes == 0) {
		html_walk_children(walk, index);
		return;
	}
	html_inline_link_open(&walk->line, outermost ? markdown_repair_target(target, &walk->target) : target);
	html_walk_children(walk, index);
	html_inline_link_close(&walk->line);
}

static void walk_image(struct html_walk *walk, uint32_t index)
{
	struct text target = text_trim(html_tree_attribute(walk->tree, index, HTML_SRC));
	struct text alternative = html_tree_attribute(walk->tree, index, HTML_ALT);

	if (html_walk_number(walk, index, HTML_WIDTH, 2, UINT32_MAX) < 2)
		return; /* there to count visits or to keep distance */
	if (target.bytes == 0 || has_scheme(target, "data:")) {
		html_inline_text(&walk->line, alternative);
		return;
	}
	struct buffer repaired;
	buffer_init(&repaired, UINT32_MAX);
	html_inline_image(&walk->line, alternative, markdown_repair_target(target, &repaired));
	buffer_done(&repaired);
	walk->image_count++;
}

static void walk_input(struct html_walk *walk, uint32_t index)
{
	if (!text_equal_nocase(html_tree_attribute(walk->tree, index, HTML_TYPE), TEXT_LITERAL("checkbox")))
		return;
	bool checked = html_tree_has_attribute(walk->tree, index, HTML_CHECKED);
	html_inline_raw(&walk->line, checked ? TEXT_LITERAL("[x]") : TEXT_LITERAL("[ ]"));
	html_inline_due(&walk->line, HTML_DUE_SPACE);
}

static void walk_code_span(struct html_walk *walk, uint32_t index)
{
	html_inline_code_open(&walk->line);
	html_walk_children(walk, index);
	html_inline_code_close(&walk->line);
}

/* Generators that write no heading elements: the page's title in a block of the class "title", code in lines of blocks. */
static void walk_division(struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;

	if (html_tree_nodes(tree)[index].attribute_count > 0) {
		if (html_tree_has_class(tree, index, "headertitle") && !html_walk_has_headings(walk, index)) {
			walk_heading(walk, index, 1);
			return;
		}
		if (html_tree_has_class(tree, index, "fragment") && html_tree_total(tree, index, HTML_TOTAL_CODE) == 0) {
			html_code_block(walk, index);
			return;
		}
	}
	walk_block(walk, index);
}

/* An item outside a list is a list of its own; neighbours become one. */
static void walk_stray_item(struct html_walk *walk, uint32_t index)
{
	html_walk_part(walk);
	if (walk->inline_depth > 0 || html_walk_has_headings(walk, index)) {
		walk_block(walk, index);
		return;
	}
	markdown_list_open(&walk->writer, false);
	markdown_item_open(&walk->writer, 0);
	walk_block(walk, index);
	markdown_item_close(&walk->writer);
	markdown_list_close(&walk->writer);
}

static void walk_element(struct html_walk *walk, uint32_t index, enum html_tag tag)
{
	switch (tag) {
	case HTML_H1: case HTML_H2: case HTML_H3: case HTML_H4: case HTML_H5: case HTML_H6:
		walk_heading(walk, index, (unsigned)(tag - HTML_H1) + 1);
		break;
	case HTML_B: case HTML_STRONG: walk_marked(walk, index, HTML_MARK_STRONG); break;
	case HTML_I: case HTML_EM: case HTML_VAR: walk_marked(walk, index, HTML_MARK_EMPHASIS); break;
	case HTML_DEL: case HTML_S: case HTML_STRIKE: walk_marked(walk, index, HTML_MARK_DELETED); break;
	case HTML_SUB: walk_marked(walk, index, HTML_MARK_SUB); break;
	case HTML_SUP: walk_marked(walk, index, HTML_MARK_SUP); break;
	case HTML_CODE: case HTML_TT: case HTML_KBD: case HTML_SAMP: walk_code_span(walk, index); break;
	case HTML_A: walk_link(walk, index); break;
	case HTML_BR: walk_break(walk); break;
	case HTML_IMG: walk_image(walk, index); break;
	case HTML_INPUT: walk_input(walk, index); break;
	case HTML_HR:
		html_walk_part(walk);
		if (walk->inline_depth == 0)
			markdown_rule(&walk->writer);
		break;
	case HTML_PRE: case HTML_LISTING: case HTML_XMP: html_code_block(walk, index); break;
	case HTML_BLOCKQUOTE: walk_quote(walk, index); break;
	case HTML_UL: case HTML_OL: case HTML_MENU: case HTML_DIR: html_list(walk, index); break;
	case HTML_LI: walk_stray_item(walk, index); break;
	case HTML_DL: html_definition_list(walk, index); break;
	case HTML_TABLE: html_table(walk, index); break;
	case HTML_DIV: walk_division(walk, index); break;
	default: walk_block(walk, index); break; /* dt and dd outside a list */
	}
}

void html_walk_node(struct html_walk *walk, uint32_t index)
{
	const struct html_node *node = &html_tree_nodes(walk->tree)[index];

	if (node->tag == HTML_TEXT) {
		walk->arrived_bytes += node->bytes;
		html_inline_text(&walk->line, html_tree_text(walk->tree, index));
		return;
	}
	enum html_role role = html_tag_role((enum html_tag)node->tag);
	if (role == HTML_ROLE_SKIP || html_content_is_furniture(walk->tree, walk->root, index)) {
		html_walk_leave_out(walk, index);
		return;
	}
	if (role == HTML_ROLE_INLINE)
		html_walk_children(walk, index);
	else if (role == HTML_ROLE_BLOCK)
		walk_block(walk, index);
	else
		walk_element(walk, index, (enum html_tag)node->tag);
}
