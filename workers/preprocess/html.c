/* html.c: HTML pages to normal Markdown: decoding, the parse into a flat tree, the choice of the content, the walk that writes
 * it, what the page says of itself, and how much of its text arrived. See convert.h for the contract. */
#include "workers/preprocess/html.h"

#include "workers/preprocess/convert.h"
#include "workers/preprocess/html_removed.h"
#include "workers/preprocess/html_saved.h"
#include "workers/preprocess/html_typed.h"

#include <errno.h>
#include <libxml/xmlversion.h>

enum {
	CHARSET_SEARCH_BYTES = 4096,        /* where a page may declare its encoding */
	TREE_FACTOR = 64,                   /* bytes of tree for a byte of page: a node for each "<b>" and its total */
	TREE_BYTES_FREE = 1 << 20,
	MO_NAME_BYTES_MAX = 128,
};

/* The charset of a meta element, or the encoding of an XML declaration. */
static struct text declared_charset(struct text data)
{
	struct text head = text_slice(data, 0, size_min(data.bytes, CHARSET_SEARCH_BYTES));
	ptrdiff_t at = text_find_nocase(head, TEXT_LITERAL("charset="));
	size_t skip = sizeof("charset=") - 1;

	if (at < 0 && text_starts_with(text_trim(head), TEXT_LITERAL("<?xml"))) {
		at = text_find_nocase(head, TEXT_LITERAL("encoding="));
		skip = sizeof("encoding=") - 1;
	}
	if (at < 0)
		return TEXT_LITERAL("");
	size_t start = (size_t)at + skip;
	while (start < head.bytes && (head.data[start] == '"' || head.data[start] == '\'' || head.data[start] == ' '))
		start++;
	size_t end = start;
	while (end < head.bytes && !ascii_is_space(head.data[end]) && !strchr("\"'>;/?", head.data[end]))
		end++;
	return text_slice(head, start, end);
}

/* --- what the page says of itself ------------------------------------------------------------------------------ */

static bool is_identifier(struct text word)
{
	if (word.bytes == 0 || word.bytes > MO_NAME_BYTES_MAX || !ascii_is_alpha(word.data[0]))
		return false;
	for (size_t i = 1; i < word.bytes; i++)
		if (!ascii_is_word(word.data[i]))
			return false;
	return true;
}

static bool is_reference_word(struct text word)
{
	static const char *const words[] = { "class", "enum", "struct", "derivedDataType" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal_nocase(word, text_from(words[i])))
			return true;
	return false;
}

/* "class EUtranCellFDD", "MO class EUtranCellFDD", "EUtranCellFDD (class)": a kind and one name, nothing else. */
static bool is_mo_reference(struct text title)
{
	struct text first, second, more;

	html_next_word(&title, &first);
	if (text_equal_nocase(first, TEXT_LITERAL("MO")) || text_equal_nocase(first, TEXT_LITERAL("MOM")))
		html_next_word(&title, &first);
	if (!html_next_word(&title, &second) || html_next_word(&title, &more))
		return false;
	if (is_reference_word(first))
		return is_identifier(second);
	bool in_parentheses = second.bytes > 2 && second.data[0] == '(' && second.data[second.bytes - 1] == ')';
	return in_parentheses && is_reference_word(text_slice(second, 1, second.bytes - 1)) && is_identifier(first);
}

static void append_node_text(const struct html_tree *tree, uint32_t index, struct buffer *out)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = index; i < html_node_end(nodes, index); i++)
		if (nodes[i].tag == HTML_TEXT && html_tree_total(tree, i, HTML_TOTAL_TEXT) > 0)
			buffer_append_text(out, html_tree_text(tree, i));
}

/* Without what parted it from a name that is not there: "Topology -", "| Topology". */
static struct text without_separators(struct text title)
{
	static const char *const separators[] = { "-", "|", ":", "\xE2\x80\x93", "\xE2\x80\x94", "\xC2\xB7", "\xC2\xBB", "\xC2\xAB", "\xE2\x80\xA2" };

	for (size_t i = 0; i < COUNT_OF(separators); i++) {
		size_t bytes = strlen(separators[i]);
		if (title.bytes > bytes && title.data[bytes] == ' ' && text_starts_with(title, text_from(separators[i])))
			return text_trim(text_slice(title, bytes, title.bytes));
		if (title.bytes > bytes && title.data[title.bytes - bytes - 1] == ' ' && text_ends_with_nocase(title, text_from(separators[i])))
			return text_trim(text_slice(title, 0, title.bytes - bytes));
	}
	return title;
}

/* The title element, or else the first heading; blanks collapsed. */
static void set_title(const struct html_walk *walk, struct document_builder *document)
{
	struct buffer raw, title;

	buffer_init(&raw, DOCUMENT_BYTES_MAX);
	buffer_init(&title, DOCUMENT_BYTES_MAX);
	html_collapse(&title, html_tree_title(walk->tree));
	if (title.bytes == 0 && walk->first_heading != UINT32_MAX) {
		append_node_text(walk->tree, walk->first_heading, &raw);
		html_collapse(&title, buffer_view(&raw));
	}
	struct text bare = without_separators(text_trim(buffer_view(&title)));
	if (bare.bytes > 0)
		document_builder_set_meta(document, DOCUMENT_META_TITLE, bare);
	if (is_mo_reference(bare))
		document_builder_set_meta(document, DOCUMENT_META_KIND, TEXT_LITERAL("mo-reference"));
	buffer_done(&raw);
	buffer_done(&title);
}

/* --- the walk -------------------------------------------------------------------------------------------------- */

static void begin_walk(struct html_walk *walk, const struct html_tree *tree, size_t bytes_max)
{
	*walk = (struct html_walk){ .tree = tree, .first_heading = UINT32_MAX, .style = { .size = HTML_FONT_SIZE_NORMAL } };
	html_inline_init(&walk->line, bytes_max);
	markdown_grid_init(&walk->grid, bytes_max);
	buffer_init(&walk->code, bytes_max);
	buffer_init(&walk->target, bytes_max);
	buffer_init(&walk->notes.marks, bytes_max);
	buffer_init(&walk->notes.notes, bytes_max);
	buffer_init(&walk->left_out, bytes_max);
	if (tree->base > 0)
		walk->base = text_trim(html_tree_attribute(tree, tree->base, HTML_HREF));
}

static void end_walk(struct html_walk *walk)
{
	html_inline_done(&walk->line);
	markdown_grid_done(&walk->grid);
	buffer_done(&walk->code);
	buffer_done(&walk->target);
	buffer_done(&walk->left_out);
	html_notes_done(&walk->notes);
}

/* A rule at the end divides nothing: what stood under it was a footer. */
static void drop_last_rule(struct buffer *markdown, size_t start)
{
	struct text rule = TEXT_LITERAL("\n\n---\n");

	if (markdown->bytes > start + rule.bytes && memcmp(markdown->data + markdown->bytes - rule.bytes, rule.data, rule.bytes) == 0)
		buffer_truncate(markdown, markdown->bytes - rule.bytes + 1);
}

static void walk_once(struct html_walk *walk, uint32_t title, struct buffer *markdown)
{
	walk->arrived_bytes = walk->left_out_bytes = 0;
	walk->image_count = 0;
	walk->skip_end = 0;
	buffer_clear(&walk->left_out);
	markdown_init(&walk->writer, markdown);
	if (title != UINT32_MAX)
		html_walk_node(walk, title);
	html_walk_children(walk, walk->place.root);
	html_walk_part(walk);
	markdown_finish(&walk->writer);
	drop_last_rule(markdown, walk->writer.start);
}

/* Is there an element by which a page without headings could mark some? */
static bool has_styles(const struct html_tree *tree)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = 0; i < html_tree_count(tree); i++)
		if (nodes[i].tag == HTML_B || nodes[i].tag == HTML_STRONG || nodes[i].tag == HTML_FONT || nodes[i].tag == HTML_BIG ||
		    (html_node_has_attributes(&nodes[i]) && html_tree_attribute(tree, i, HTML_INLINE_STYLE).bytes > 0))
			return true;
	return false;
}

static int walk_page(struct html_walk *walk, uint32_t title, struct buffer *markdown)
{
	const struct html_tree *tree = walk->tree;
	size_t start = markdown->bytes;

	int status = html_notes_find(tree, tree->nodes.bytes_max, &walk->notes);
	if (status < 0)
		return status;
	walk->headings.wanted = title == UINT32_MAX && html_tree_total(tree, walk->place.root, HTML_TOTAL_HEADINGS) == 0 && has_styles(tree);
	walk_once(walk, title, markdown);
	if (walk->headings.wanted && !markdown->status && html_headings_decide(&walk->headings)) {
		buffer_truncate(markdown, start);
		walk_once(walk, title, markdown);
	}
	status = markdown->status ? markdown->status : walk->line.out.status ? walk->line.out.status : walk->status;
	return status ? status : walk->code.status;
}

static float arrived_share(const struct html_walk *walk, const struct html_tree *tree)
{
	uint64_t text = html_tree_total(tree, walk->place.root, HTML_TOTAL_TEXT);
	uint64_t content = text > walk->left_out_bytes ? text - walk->left_out_bytes : 0;

	if (content == 0)
		return walk->writer.out->bytes > walk->writer.start ? (float)tree->parsed_share : 0;
	double share = (double)walk->arrived_bytes / (double)content;
	return (float)((share > 1 ? 1 : share) * tree->parsed_share);
}

static size_t tree_bytes_max(size_t html_bytes)
{
	return html_bytes > (SIZE_MAX - TREE_BYTES_FREE) / TREE_FACTOR ? SIZE_MAX : html_bytes * TREE_FACTOR + TREE_BYTES_FREE;
}

static int fail(int status, size_t bytes_max, struct error_text *error)
{
	if (status == ERROR_LIMIT_HIT)
		return error_set(error, status, "the Markdown of this page is larger than convert.markdown_bytes_max (%zu bytes)", bytes_max);
	return error_set(error, status, "%s", error_describe(status));
}

/* Decodes the page, out of the message it was saved in if need be. *ret_page lies in `data` or in `utf8`. */
static int read_page(struct text data, struct buffer *utf8, struct text *ret_page, struct document_builder *document, struct error_text *error)
{
	struct text charset = TEXT_LITERAL("");
	struct buffer page;

	if (!html_saved_is(data))
		return encoding_view_utf8(data, declared_charset(data), true, utf8, ret_page, document, error);
	buffer_init(&page, DOCUMENT_BYTES_MAX);
	int status = html_saved_page(data, &page, &charset) ? 0 :
		     error_set(error, ERROR_INPUT_REJECTED, "a saved web page (MHTML) without a part of HTML that can be decoded; save it as HTML");
	if (status == 0)
		status = encoding_to_utf8(buffer_view(&page), charset.bytes > 0 ? charset : declared_charset(buffer_view(&page)), utf8, document, error);
	buffer_done(&page);
	*ret_page = buffer_view(utf8);
	return status;
}

static int convert_tree(const struct html_tree *tree, struct buffer *markdown, struct document_builder *document, struct error_text *error)
{
	struct html_walk walk;

	begin_walk(&walk, tree, markdown->bytes_max);
	walk.place = html_content_place(tree);
	int status = walk_page(&walk, html_content_title_before(tree, walk.place.root), markdown);
	if (status < 0)
		fail(status, markdown->bytes_max, error);
	document_builder_counts(document)->images += walk.image_count;
	document_builder_scores(document)->conversion = arrived_share(&walk, tree);
	set_title(&walk, document);
	html_removed_report(&walk, document);
	end_walk(&walk);
	return status;
}

int convert_html(const struct convert_input *input, struct buffer *markdown, struct document_builder *document, struct error_text *error)
{
	struct buffer utf8, typed;
	struct html_tree tree;
	struct text page;

	buffer_init(&utf8, DOCUMENT_BYTES_MAX);
	int status = read_page(input->data, &utf8, &page, document, error);
	if (status < 0) {
		buffer_done(&utf8);
		return status;
	}
	status = html_tree_parse(page, (unsigned)input->settings->convert.html_depth_max, tree_bytes_max(page.bytes), &tree, error);
	buffer_init(&typed, DOCUMENT_BYTES_MAX);
	if (status == 0 && html_typed_text(&tree, &typed) && typed.status == 0) {
		struct convert_input text = *input;
		text.data = buffer_view(&typed);
		status = convert_plain_text(&text, markdown, document, error);
	} else if (status == 0 && html_tree_count(&tree) > 0) {
		status = convert_tree(&tree, markdown, document, error);
	}
	buffer_done(&typed);
	html_tree_done(&tree);
	buffer_done(&utf8);
	document_builder_set_meta(document, DOCUMENT_META_CONVERTER, TEXT_LITERAL("libxml2 " LIBXML_DOTTED_VERSION));
	return status < 0 ? status : 0;
}

int html_fragment_to_markdown(struct text html, unsigned depth_max, struct buffer *markdown, struct error_text *error)
{
	struct html_tree tree;
	struct html_walk walk;

	int status = html_tree_parse(html, depth_max, tree_bytes_max(html.bytes), &tree, error);
	if (status == 0 && html_tree_count(&tree) > 0) {
		begin_walk(&walk, &tree, markdown->bytes_max);
		status = walk_page(&walk, UINT32_MAX, markdown);
		if (status < 0)
			fail(status, markdown->bytes_max, error);
		end_walk(&walk);
	}
	html_tree_done(&tree);
	return status;
}
