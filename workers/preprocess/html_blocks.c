/* html_blocks.c: quotes of a page, notes and warnings set apart (admonitions, written as quotes with a bold title), footnotes, and
 * divisions that stand for something else: headings and code of generators that have no elements for them. */
#include "workers/preprocess/html_content.h"
#include "workers/preprocess/html_walk.h"

/* Lists, definitions, tables and code, and nothing else: they are set in, as generators and typists do by an element for quotations. */
static bool is_set_in(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		switch (nodes[child].tag) {
		case HTML_UL: case HTML_OL: case HTML_DL: case HTML_TABLE: case HTML_PRE: break;
		case HTML_DIV:
			if (!is_set_in(tree, child))
				return false;
			break;
		default:
			if (nodes[child].tag != HTML_TEXT || html_tree_total(tree, child, HTML_TOTAL_TEXT) > 1)
				return false;
		}
	}
	return html_tree_total(tree, index, HTML_TOTAL_TEXT) > 0;
}

/* One that holds headings or tables indents a part of the page. */
void html_quote(struct html_walk *walk, uint32_t index)
{
	bool quotes = walk->inline_depth == 0 && !html_walk_has_headings(walk, index) && html_tree_total(walk->tree, index, HTML_TOTAL_TABLES) == 0 &&
		      !is_set_in(walk->tree, index);

	html_walk_part(walk);
	if (quotes)
		markdown_quote_open(&walk->writer);
	html_walk_children(walk, index);
	html_walk_part(walk);
	if (quotes)
		markdown_quote_close(&walk->writer);
}

/* --- admonitions ----------------------------------------------------------------------------------------------- */

static const char *const admonition_words[] = {
	"admonition", "admonitionblock", "alert", "attention", "awsdocs-note", "callout", "caution", "confluence-information-macro", "danger", "error", "hint", "important", "markdown-alert",
	"note", "remark", "seealso", "theme-admonition", "tip", "warning",
};

bool html_is_admonition(const struct html_walk *walk, uint32_t index)
{
	struct text rest, word;

	if (!html_node_has_attributes(&html_tree_nodes(walk->tree)[index]))
		return false;
	rest = html_tree_attribute(walk->tree, index, HTML_CLASS);
	while (html_next_word(&rest, &word))
		for (size_t i = 0; i < COUNT_OF(admonition_words); i++)
			if (ascii_lower(word.data[0]) == admonition_words[i][0] && text_equal_nocase(word, text_from(admonition_words[i])))
				return true;
	return false;
}

static bool is_title(const struct html_tree *tree, uint32_t index)
{
	static const char *const classes[] = {
		"title", "admonition-title", "admonition-heading", "markdown-alert-title", "alert-heading", "alert-title", "callout-title",
		"custom-block-title",
	};
	enum html_tag tag = (enum html_tag)html_tree_nodes(tree)[index].tag;

	if ((tag >= HTML_H1 && tag <= HTML_H6) || tag == HTML_DT || tag == HTML_TH || tag == HTML_SUMMARY)
		return true;
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (html_tree_has_class(tree, index, classes[i]))
			return true;
	return false;
}

/* The title that the admonition begins with, or 0. */
static uint32_t title_of(const struct html_tree *tree, uint32_t index)
{
	enum { TITLE_BYTES_MAX = 200, NODES_BEFORE_MAX = 64 };
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = index + 1; i < html_node_end(nodes, index) && i <= index + NODES_BEFORE_MAX; i++) {
		if (nodes[i].tag == HTML_TEXT) {
			if (text_trim(html_tree_text(tree, i)).bytes > 0)
				return 0;
		} else if (is_title(tree, i) && html_tree_total(tree, i, HTML_TOTAL_TEXT) > 0) {
			return html_tree_total(tree, i, HTML_TOTAL_TEXT) <= TITLE_BYTES_MAX ? i : 0;
		}
	}
	return 0;
}

void html_admonition(struct html_walk *walk, uint32_t index)
{
	uint32_t title = title_of(walk->tree, index), outer = walk->quote_title;

	html_walk_part(walk);
	if (walk->inline_depth > 0) {
		html_walk_children(walk, index);
		html_walk_part(walk);
		return;
	}
	markdown_quote_open(&walk->writer);
	if (title > 0) {
		walk->inline_depth++;
		html_inline_mark(&walk->line, HTML_MARK_STRONG);
		html_walk_children(walk, title);
		html_inline_unmark(&walk->line, HTML_MARK_STRONG);
		walk->inline_depth--;
		html_walk_part(walk);
	}
	walk->quote_title = title;
	html_walk_children(walk, index);
	walk->quote_title = outer;
	html_walk_part(walk);
	markdown_quote_close(&walk->writer);
}

/* --- footnotes ------------------------------------------------------------------------------------------------- */

void html_footnote(struct html_walk *walk, const struct html_note *note)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	bool item = nodes[note->node].tag == HTML_LI;

	html_walk_part(walk);
	if (note->is_comment) {
		for (uint32_t i = note->node; i < note->end; i = html_node_end(nodes, i))
			html_walk_leave_out(walk, i);
		html_walk_note(walk, note->node, false);
		return;
	}
	walk->writer.rule_due = false; /* the rule above the notes */
	walk->note = note;
	walk->inline_depth++;
	html_walk_children(walk, note->node);
	for (uint32_t i = html_node_end(nodes, note->node); i < note->end; i = html_node_end(nodes, i))
		if (nodes[i].tag != HTML_TEXT) {
			html_inline_due(&walk->line, HTML_DUE_SPACE);
			html_walk_children(walk, i);
		}
	walk->inline_depth--;
	walk->note = NULL;
	struct text text = html_inline_take(&walk->line);
	bool bare = item && text.bytes > 0 && !strchr("^[\\", text.data[0]);
	text = bare ? text : html_notes_strip_label(note, text);
	if (text.bytes == 0)
		return;
	buffer_clear(&walk->code);
	buffer_append_format(&walk->code, "[^%s]: ", note->label);
	for (struct text line; text_next_line(&text, &line);) {
		buffer_append_text(&walk->code, text_trim(line));
		if (text.bytes > 0 && text_trim(line).bytes > 0)
			buffer_append_byte(&walk->code, ' ');
	}
	markdown_paragraph(&walk->writer, buffer_view(&walk->code));
}

/* --- divisions ------------------------------------------------------------------------------------------------- */

/* "heading2", "MsoHeading2", "heading-2": a level, or 0. */
static unsigned level_by_class(const struct html_tree *tree, uint32_t index)
{
	struct text rest = html_tree_attribute(tree, index, HTML_CLASS), word;

	while (html_next_word(&rest, &word)) {
		bool google = text_equal(word, TEXT_LITERAL("title")) && text_starts_with(html_tree_attribute(tree, index, HTML_ID), TEXT_LITERAL("h."));
		if (google || text_equal_nocase(word, TEXT_LITERAL("MsoTitle")))
			return 1;
		if (text_starts_with_nocase(word, TEXT_LITERAL("Mso")))
			word = text_slice(word, 3, word.bytes);
		bool heading = word.bytes > 7 && word.bytes <= 9 && text_starts_with_nocase(word, TEXT_LITERAL("heading"));
		char digit = heading ? word.data[word.bytes - 1] : '0';
		if (heading && digit >= '1' && digit <= '6' && (word.bytes == 8 || word.data[7] == '-' || word.data[7] == '_'))
			return (unsigned)(digit - '0');
	}
	return 0;
}

unsigned html_heading_level(const struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;

	if (text_equal_nocase(html_tree_attribute(tree, index, HTML_ATTRIBUTE_ROLE), TEXT_LITERAL("heading")))
		return html_walk_number(walk, index, HTML_ARIA_LEVEL, 2, 6);
	if (html_walk_has_headings(walk, index))
		return 0;
	return html_tree_has_class(tree, index, "headertitle") ? 1 : level_by_class(tree, index);
}

/* The box of a task that Notion draws by a class. */
static bool draw_box(struct html_walk *walk, uint32_t index)
{
	bool on = html_tree_has_class(walk->tree, index, "checkbox-on");

	if (html_node_end(html_tree_nodes(walk->tree), index) != index + 1 || (!on && !html_tree_has_class(walk->tree, index, "checkbox-off")))
		return false;
	html_inline_raw(&walk->line, on ? TEXT_LITERAL("[x]") : TEXT_LITERAL("[ ]"));
	html_inline_due(&walk->line, HTML_DUE_SPACE);
	return true;
}

bool html_division(struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;

	if (!html_node_has_attributes(&html_tree_nodes(tree)[index]))
		return false;
	unsigned level = html_heading_level(walk, index);
	if (level > 0) {
		html_heading(walk, index, level);
		return true;
	}
	if (html_tree_has_class(tree, index, "fragment") && html_tree_total(tree, index, HTML_TOTAL_CODE) == 0) {
		html_code_block(walk, index);
		return true;
	}
	if (html_is_admonition(walk, index)) {
		html_admonition(walk, index);
		return true;
	}
	if (html_tree_nodes(tree)[index].tag == HTML_DIV)
		return html_table_list(walk, index) || draw_box(walk, index);
	return html_tree_nodes(tree)[index].tag == HTML_P && (html_word_items(walk, index) || html_code_paragraphs(walk, index));
}
