#include "workers/preprocess/html_removed.h"

static enum document_removed kind_of(const struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;
	const struct html_node *node = &html_tree_nodes(tree)[index];
	const struct html_note *note = html_notes_at(&walk->notes, index);

	if (note && note->is_comment)
		return DOCUMENT_REMOVED_COMMENT;
	if (html_node_has_attributes(node) && html_content_is_hidden(tree, index))
		return DOCUMENT_REMOVED_HIDDEN;
	if (html_tag_role((enum html_tag)node->tag) == HTML_ROLE_SKIP)
		return DOCUMENT_REMOVED_CONTROL;
	uint64_t links = html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT), text = html_tree_total(tree, index, HTML_TOTAL_TEXT);
	return links * 2 > text ? DOCUMENT_REMOVED_MENU : DOCUMENT_REMOVED_FURNITURE;
}

/* The beginning of what stands in the node, blanks collapsed. */
static void append_beginning(const struct html_tree *tree, uint32_t index, struct buffer *out)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	struct buffer raw;

	buffer_init(&raw, DOCUMENT_BYTES_MAX);
	for (uint32_t i = index; i < html_node_end(nodes, index) && raw.bytes <= DOCUMENT_REMOVED_TEXT_BYTES_MAX; i++) {
		if (nodes[i].tag != HTML_TEXT)
			continue;
		buffer_append_text(&raw, html_tree_text(tree, i));
		buffer_append_byte(&raw, ' ');
	}
	html_collapse(out, buffer_view(&raw));
	buffer_done(&raw);
}

struct reporting {
	struct document_builder *document;
	struct text markdown;
	size_t at, line; /* as far as the lines were counted of what the walk wrote */
};

/* The line of the Markdown that `at` lies in; never back. */
static struct document_place place_of(struct reporting *reporting, size_t at)
{
	struct text markdown = reporting->markdown;

	if (!document_builder_explains(reporting->document))
		return document_nowhere;
	at = size_min(at, markdown.bytes);
	while (reporting->at < at) {
		const char *newline = memchr(markdown.data + reporting->at, '\n', at - reporting->at);
		reporting->line += newline != NULL;
		reporting->at = newline ? (size_t)(newline - markdown.data) + 1 : at;
	}
	return document_at_line(reporting->line);
}

static void report(const struct html_walk *walk, uint32_t index, size_t at, struct reporting *reporting)
{
	struct buffer text;

	buffer_init(&text, DOCUMENT_BYTES_MAX);
	if (document_builder_explains(reporting->document))
		append_beginning(walk->tree, index, &text);
	document_builder_removed(reporting->document, kind_of(walk, index), text_trim(buffer_view(&text)), place_of(reporting, at));
	buffer_done(&text);
}

static void report_repair(const struct html_tree *tree, const struct html_left_out *entry, struct reporting *reporting)
{
	struct text link = html_tree_attribute(tree, entry->node, HTML_HREF);
	struct text target = link.bytes > 0 ? link : html_tree_attribute(tree, entry->node, HTML_SRC);

	document_builder_removed(reporting->document, DOCUMENT_REMOVED_LINK_REPAIRED, target, place_of(reporting, entry->at));
}

/* What holds text and is neither in the root nor around it, from node `from` up to `to`. */
static void report_outside(const struct html_walk *walk, uint32_t from, uint32_t to, struct reporting *reporting)
{
	const struct html_tree *tree = walk->tree;
	const struct html_node *nodes = html_tree_nodes(tree);
	const uint32_t root = walk->place.root;

	for (uint32_t i = from; i < to;) {
		bool around = i <= root && root < html_node_end(nodes, i);
		if (around || nodes[i].tag == HTML_TEXT) {
			i++;
			continue;
		}
		if (nodes[i].tag != HTML_HEAD && nodes[i].tag != HTML_TITLE && html_tree_total(tree, i, HTML_TOTAL_TEXT) > 0)
			report(walk, i, from > root ? reporting->markdown.bytes : 0, reporting);
		i = html_node_end(nodes, i);
	}
}

void html_removed_report(const struct html_walk *walk, struct document_builder *document)
{
	const struct html_left_out *left_out = (const void *)walk->left_out.data;
	const size_t count = walk->left_out.bytes / sizeof(*left_out);
	const uint32_t root = walk->place.root;
	struct reporting reporting = { .document = document, .markdown = buffer_view(walk->writer.out), .at = walk->writer.start, .line = 1 };

	report_outside(walk, 0, root, &reporting);
	for (size_t i = 0; i < count; i++) {
		if (left_out[i].repaired)
			report_repair(walk->tree, &left_out[i], &reporting);
		else
			report(walk, left_out[i].node, left_out[i].at, &reporting);
	}
	report_outside(walk, html_node_end(html_tree_nodes(walk->tree), root), html_tree_count(walk->tree), &reporting);
}
