#define _GNU_SOURCE
#include "workers/preprocess/html_walk.h"

#include "workers/preprocess/html_navigation.h"

void html_walk_leave_out(struct html_walk *walk, uint32_t index)
{
	walk->left_out_bytes += html_tree_total(walk->tree, index, HTML_TOTAL_TEXT);
}

void html_walk_note(struct html_walk *walk, uint32_t index, bool repaired)
{
	struct html_left_out entry = { index, (uint32_t)walk->writer.out->bytes, repaired };
	buffer_append(&walk->left_out, &entry, sizeof(entry));
}

static void take_out(struct html_walk *walk, uint32_t index)
{
	html_walk_leave_out(walk, index);
	if (html_tree_total(walk->tree, index, HTML_TOTAL_TEXT) > 0 && html_tree_nodes(walk->tree)[index].tag != HTML_TEXT)
		html_walk_note(walk, index, false);
}

/* Headings stand neither in lists and quotes nor in cells. */
static bool is_plain_place(const struct html_walk *walk)
{
	return walk->inline_depth == 0 && walk->writer.depth == 0;
}

/* A line of links through a set of pages: an element, or what begins with a link behind a block. */
static bool is_navigation(struct html_walk *walk, uint32_t index)
{
	switch (html_tree_nodes(walk->tree)[index].tag) {
	case HTML_P: case HTML_DIV: case HTML_CENTER: case HTML_TABLE:
		return is_plain_place(walk) && html_navigation_is(walk->tree, index);
	case HTML_A:
		if (!is_plain_place(walk) || walk->line.out.bytes > 0)
			return false;
		walk->skip_end = html_navigation_end(walk->tree, index);
		walk->skip_is_removal = true;
		return index < walk->skip_end;
	default:
		return false;
	}
}

/* "Contents" over a menu or box that is left out, and with which its section ends: nothing but a heading of its level follows. */
static bool is_title_of_menu(const struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t count = html_tree_count(tree), next = html_node_end(nodes, index);

	if (nodes[index].tag < HTML_H2 || nodes[index].tag > HTML_H6)
		return false;
	while (next < count && (nodes[next].tag == HTML_TEXT || nodes[next].tag == HTML_A) && html_tree_total(tree, next, HTML_TOTAL_TEXT) == 0)
		next = html_node_end(nodes, next);
	if (next == count || !html_tag_is_block((enum html_tag)nodes[next].tag) || nodes[next].depth != nodes[index].depth || !html_content_is_furniture(tree, &walk->place, next))
		return false;
	uint32_t behind = html_node_end(nodes, next);
	while (behind < count && (nodes[behind].tag == HTML_TEXT || nodes[behind].tag == HTML_A || nodes[behind].tag == HTML_HR) &&
	       html_tree_total(tree, behind, HTML_TOTAL_TEXT) == 0)
		behind = html_node_end(nodes, behind);
	return behind == count || nodes[behind].depth < nodes[index].depth || (nodes[behind].tag >= HTML_H1 && nodes[behind].tag <= nodes[index].tag);
}

bool html_walk_removes(struct html_walk *walk, uint32_t index)
{
	if (!is_title_of_menu(walk, index) && !html_content_is_furniture(walk->tree, &walk->place, index) && !is_navigation(walk, index))
		return false;
	take_out(walk, index);
	return true;
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

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child))
		html_walk_node(walk, child);
}

static void write_heading_line(struct html_walk *walk, unsigned level, struct text line)
{
	line = text_trim(line);
	bool strong = line.bytes > 4 && text_starts_with(line, TEXT_LITERAL("**")) && text_find(text_slice(line, 2, line.bytes), TEXT_LITERAL("**")) == (ptrdiff_t)line.bytes - 4;
	markdown_heading(&walk->writer, level, strong ? text_slice(line, 2, line.bytes - 2) : line);
}

/* Ends the paragraph. Its last line may be a heading in a page that has no elements for them. */
static void end_paragraph(struct html_walk *walk)
{
	unsigned level = html_headings_end_line(&walk->headings, is_plain_place(walk));
	struct text text = html_inline_take(&walk->line);

	if (level == 0) {
		if (!html_typed_list(walk, text))
			markdown_paragraph(&walk->writer, text);
		return;
	}
	const char *last = memrchr(text.data, '\n', text.bytes);
	size_t start = last ? (size_t)(last - text.data) : 0;
	markdown_paragraph(&walk->writer, text_slice(text, 0, start));
	write_heading_line(walk, level, text_slice(text, start, text.bytes));
}

void html_walk_part(struct html_walk *walk)
{
	if (walk->inline_depth > 0)
		html_inline_due(&walk->line, HTML_DUE_LINE);
	else
		end_paragraph(walk);
}

static void walk_block(struct html_walk *walk, uint32_t index)
{
	html_walk_part(walk);
	html_walk_children(walk, index);
	html_walk_part(walk);
}

/* LibreOffice, whose headings have the class "western", leaves out the tab behind their number: "2.1Results". Bytes of the number, or 0. */
static size_t glued_number(const struct html_tree *tree, uint32_t index, struct text text)
{
	size_t at = 0;

	if (!html_node_has_attributes(&html_tree_nodes(tree)[index]) || !text_equal(html_tree_attribute(tree, index, HTML_CLASS), TEXT_LITERAL("western")))
		return 0;
	while (at < text.bytes && (ascii_is_digit(text.data[at]) || (at > 0 && text.data[at] == '.')))
		at++;
	return at > 0 && at + 1 < text.bytes && ascii_is_upper(text.data[at]) && !ascii_is_upper(text.data[at + 1]) ? at : 0;
}

void html_heading(struct html_walk *walk, uint32_t index, unsigned level)
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
	size_t number = glued_number(walk->tree, index, text);
	if (number > 0) {
		buffer_clear(&walk->code);
		buffer_append_text(&walk->code, text_slice(text, 0, number));
		buffer_append_byte(&walk->code, ' ');
		buffer_append_text(&walk->code, text_slice(text, number, text.bytes));
		text = buffer_view(&walk->code);
	}
	markdown_heading(&walk->writer, level, text);
}

static void walk_marked(struct html_walk *walk, uint32_t index, enum html_mark mark)
{
	html_inline_mark(&walk->line, mark);
	html_walk_children(walk, index);
	html_inline_unmark(&walk->line, mark);
}

/* The mark of a footnote is raised anyway. */
static void walk_raised(struct html_walk *walk, uint32_t index)
{
	if (html_notes_fill(walk->tree, &walk->notes, index)) {
		const struct html_node *nodes = html_tree_nodes(walk->tree);
		for (uint32_t child = index + 1; child < html_node_end(nodes, index); child++)
			if (nodes[child].tag == HTML_A)
				html_walk_node(walk, child);
	} else {
		walk_marked(walk, index, HTML_MARK_SUP);
	}
}

static void walk_break(struct html_walk *walk)
{
	bool plain = is_plain_place(walk), heading = html_headings_level(&walk->headings, plain) > 0;

	/* Two in a row part paragraphs, as pages without <p> have it. */
	if (walk->inline_depth == 0 && (walk->line.due == HTML_DUE_LINE || heading)) {
		html_walk_part(walk);
		return;
	}
	if (plain)
		html_headings_end_line(&walk->headings, true);
	html_inline_due(&walk->line, HTML_DUE_LINE);
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

static void walk_quotation(struct html_walk *walk, uint32_t index)
{
	html_inline_text(&walk->line, TEXT_LITERAL("\""));
	html_walk_children(walk, index);
	html_inline_text(&walk->line, TEXT_LITERAL("\""));
}

/* Labels are drawn apart from what they label, "Class Reference [abstract]", without a blank between in the page. */
static void walk_span(struct html_walk *walk, uint32_t index)
{
	if (html_node_has_attributes(&html_tree_nodes(walk->tree)[index]) && text_equal(html_tree_attribute(walk->tree, index, HTML_CLASS), TEXT_LITERAL("mlabel")))
		html_inline_due(&walk->line, HTML_DUE_SPACE);
	html_walk_children(walk, index);
}

/* What it labels, a button or a field, stood between it and its neighbour. */
static void walk_label(struct html_walk *walk, uint32_t index)
{
	html_inline_due(&walk->line, HTML_DUE_SPACE);
	html_walk_children(walk, index);
	html_inline_due(&walk->line, HTML_DUE_SPACE);
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

/* Who wrote the page and when, set as large as a heading: no section begins there. */
static bool is_title_line(const struct html_tree *tree, uint32_t index)
{
	struct text name = html_node_has_attributes(&html_tree_nodes(tree)[index]) ? html_tree_attribute(tree, index, HTML_CLASS) : TEXT_LITERAL("");
	return text_equal_nocase(name, TEXT_LITERAL("author")) || text_equal_nocase(name, TEXT_LITERAL("date"));
}

static void walk_element(struct html_walk *walk, uint32_t index, enum html_tag tag)
{
	switch (tag) {
	case HTML_H1: case HTML_H2: case HTML_H3: case HTML_H4: case HTML_H5: case HTML_H6:
		if (is_title_line(walk->tree, index))
			walk_block(walk, index);
		else
			html_heading(walk, index, (unsigned)(tag - HTML_H1) + 1);
		break;
	case HTML_B: case HTML_STRONG: walk_marked(walk, index, HTML_MARK_STRONG); break;
	case HTML_I: case HTML_EM: case HTML_VAR: walk_marked(walk, index, HTML_MARK_EMPHASIS); break;
	case HTML_DEL: case HTML_S: case HTML_STRIKE: walk_marked(walk, index, HTML_MARK_DELETED); break;
	case HTML_SUB: walk_marked(walk, index, HTML_MARK_SUB); break;
	case HTML_SUP: walk_raised(walk, index); break;
	case HTML_CODE: case HTML_TT: case HTML_KBD: case HTML_SAMP: walk_code_span(walk, index); break;
	case HTML_SPAN: walk_span(walk, index); break;
	case HTML_LABEL: walk_label(walk, index); break;
	case HTML_BIG: case HTML_FONT: case HTML_SMALL: html_walk_children(walk, index); break;
	case HTML_Q: walk_quotation(walk, index); break;
	case HTML_A: html_link(walk, index); break;
	case HTML_BR: walk_break(walk); break;
	case HTML_IMG: html_image(walk, index); break;
	case HTML_PICTURE: html_picture(walk, index); break;
	case HTML_MATH: html_math(walk, index); break;
	case HTML_SCRIPT: html_math_script(walk, index); break;
	case HTML_INPUT: walk_input(walk, index); break;
	case HTML_HR:
		html_walk_part(walk);
		if (walk->inline_depth == 0)
			markdown_rule(&walk->writer);
		break;
	case HTML_PRE: case HTML_LISTING: case HTML_XMP: case HTML_PLAINTEXT: html_code_block(walk, index); break;
	case HTML_BLOCKQUOTE: html_quote(walk, index); break;
	case HTML_UL: case HTML_OL: case HTML_MENU: case HTML_DIR: html_list(walk, index); break;
	case HTML_LI: walk_stray_item(walk, index); break;
	case HTML_DL: html_definition_list(walk, index); break;
	case HTML_TABLE: html_table(walk, index); break;
	default: walk_block(walk, index); break; /* dt and dd outside a list */
	}
}

static bool may_be_division(enum html_tag tag)
{
	return tag == HTML_DIV || tag == HTML_P || tag == HTML_ASIDE || tag == HTML_SECTION || tag == HTML_DETAILS || tag == HTML_FIGURE;
}

/* Has headers and footers of its own. */
static bool is_article(enum html_tag tag)
{
	return tag == HTML_ARTICLE || tag == HTML_MAIN || tag == HTML_BLOCKQUOTE;
}

static void walk_styled(struct html_walk *walk, uint32_t index)
{
	const struct html_node *node = &html_tree_nodes(walk->tree)[index];
	enum html_role role = html_tag_role((enum html_tag)node->tag);
	struct html_style outer = walk->style;
	bool article = is_article((enum html_tag)node->tag);

	walk->place.article_depth += article;
	if (walk->headings.wanted)
		walk->style = html_style_inside(walk->tree, index, outer);
	if (may_be_division((enum html_tag)node->tag) && html_division(walk, index))
		;
	else if (node->tag == HTML_P && html_typed_paragraphs(walk, index))
		;
	else if (role == HTML_ROLE_INLINE || node->tag == HTML_BUTTON)
		html_walk_children(walk, index);
	else if (role == HTML_ROLE_BLOCK || node->tag == HTML_DIV)
		walk_block(walk, index);
	else
		walk_element(walk, index, (enum html_tag)node->tag);
	walk->style = outer;
	walk->place.article_depth -= article;
}

/* The button is what its heading says: a click on it unfolds the section. */
static bool is_button_title(const struct html_walk *walk, uint32_t index)
{
	return walk->heading_depth > 0 && html_tree_total(walk->tree, index, HTML_TOTAL_TEXT) * 2 > html_tree_total(walk->tree, walk->heading, HTML_TOTAL_TEXT);
}

/* Leaves out what the generator says of itself, when this text begins it. */
static bool begins_generated(struct html_walk *walk, uint32_t index)
{
	uint32_t end = html_navigation_generated_end(walk->tree, index);

	if (end == index)
		return false;
	walk->skip_end = end;
	walk->skip_is_removal = true;
	html_walk_leave_out(walk, index);
	html_walk_note(walk, index, false);
	return true;
}

void html_walk_node(struct html_walk *walk, uint32_t index)
{
	const struct html_node *node = &html_tree_nodes(walk->tree)[index];

	if (index < walk->skip_end) {
		if (walk->skip_is_removal)
			take_out(walk, index);
		return;
	}
	if (index == walk->item_marker && index > 0) {
		html_walk_leave_out(walk, index);
		return;
	}
	if (node->tag == HTML_TEXT) {
		struct text text = html_tree_text(walk->tree, index);
		if (text.bytes > 0 && walk->line.out.bytes == 0 && begins_generated(walk, index))
			return;
		walk->arrived_bytes += text.bytes;
		if (index == walk->note_bracket && index > 0)
			text = text_slice(text, 1, text.bytes);
		if (index == walk->typed_text && index > 0)
			text = text_slice(text, walk->typed_bytes, text.bytes);
		if (index == walk->item_box && index > 0) {
			html_inline_raw(&walk->line, text_from(html_list_box(text, &text)));
			html_inline_due(&walk->line, HTML_DUE_SPACE);
		}
		if (walk->headings.wanted)
			html_headings_text(&walk->headings, walk->style, walk->line.link_depth > 0, text);
		html_math_text(walk, text);
		return;
	}
	bool title = node->tag == HTML_BUTTON && is_button_title(walk, index);
	bool left_out = (html_tag_role((enum html_tag)node->tag) == HTML_ROLE_SKIP && !title) || (walk->quote_title > 0 && index == walk->quote_title);
	const struct html_note *note = walk->notes.notes.bytes > 0 && !walk->note ? html_notes_at(&walk->notes, index) : NULL;
	if (note) {
		html_footnote(walk, note);
		walk->skip_end = note->end;
		walk->skip_is_removal = false;
	} else if (left_out) {
		html_walk_leave_out(walk, index);
	} else if (!html_walk_removes(walk, index)) {
		walk_styled(walk, index);
	}
}
