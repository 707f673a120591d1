#include "workers/preprocess/html_removed.h"

static enum document_removed kind_of(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *node = &html_tree_nodes(tree)[index];

	if (node->attribute_count > 0 && html_content_is_hidden(tree, index))
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
	for (uint32_t i = index; i < nodes[index].end && raw.bytes <= DOCUMENT_REMOVED_TEXT_BYTES_MAX; i++) {
		if (nodes[i].tag != HTML_TEXT)
			continue;
		buffer_append_text(&raw, html_tree_text(tree, i));
		buffer_append_byte(&raw, ' ');
	}
	html_collapse(out, buffer_view(&raw));
	buffer_done(&raw);
}

static void report(const struct html_tree *tree, uint32_t index, struct document_builder *document)
{
	struct buffer text;

	buffer_init(&text, DOCUMENT_BYTES_MAX);
	if (document_builder_explains(document))
		append_beginning(tree, index, &text);
	document_builder_removed(document, kind_of(tree, index), text_trim(buffer_view(&text)), document_nowhere);
	buffer_done(&text);
}

/* What holds text and is neither in the root nor around it. */
static void report_outside(const struct html_walk *walk, struct document_builder *document)
{
	const struct html_tree *tree = walk->tree;
	const struct html_node *nodes = html_tree_nodes(tree);
	const uint32_t root = walk->place.root, count = html_tree_count(tree);

	for (uint32_t i = 0; i < count;) {
		bool around = i <= root && root < nodes[i].end;
		if (i == root)
			i = nodes[i].end;
		else if (around || nodes[i].tag == HTML_TEXT)
			i++;
		else {
			if (nodes[i].tag != HTML_HEAD && nodes[i].tag != HTML_TITLE && html_tree_total(tree, i, HTML_TOTAL_TEXT) > 0)
				report(tree, i, document);
			i = nodes[i].end;
		}
	}
}

void html_removed_report(const struct html_walk *walk, struct document_builder *document)
{
	const uint32_t *left_out = (const void *)walk->left_out.data;

	for (size_t i = 0; i < walk->left_out.bytes / sizeof(*left_out); i++)
		report(walk->tree, left_out[i], document);
	report_outside(walk, document);
}
