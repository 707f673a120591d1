#include "workers/preprocess/html_typed.h"

enum { CODE_SHARE_PERCENT = 90, PAGE_ENDS_MIN = 2 };

/* "… [Page 12]" */
static bool is_page_end(struct text line)
{
	line = text_trim(line);
	if (!text_ends_with_nocase(line, TEXT_LITERAL("]")))
		return false;
	size_t i = line.bytes - 1;
	while (i > 0 && ascii_is_digit(line.data[i - 1]))
		i--;
	return i + 1 < line.bytes && text_ends_with_nocase(text_slice(line, 0, i), TEXT_LITERAL("[Page "));
}

/* The text of all pre elements, a page break between them. */
static void collect(const struct html_tree *tree, struct buffer *out)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t end = 0;

	for (uint32_t i = 0; i < html_tree_count(tree); i++) {
		if (nodes[i].tag == HTML_PRE && i >= end) {
			if (end > 0)
				buffer_append_byte(out, '\f');
			end = html_node_end(nodes, i);
		} else if (i < end && nodes[i].tag == HTML_TEXT) {
			buffer_append_text(out, html_tree_text(tree, i));
		}
	}
}

static bool is_mostly_code(const struct html_tree *tree)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint64_t code = 0, all = tree->totals[HTML_TOTAL_TEXT] - html_tree_title(tree).bytes;

	for (uint32_t i = 0; i < html_tree_count(tree); i = nodes[i].tag == HTML_PRE ? html_node_end(nodes, i) : i + 1)
		if (nodes[i].tag == HTML_PRE)
			code += html_tree_total(tree, i, HTML_TOTAL_TEXT);
	return code * 100 >= all * CODE_SHARE_PERCENT;
}

bool html_typed_text(const struct html_tree *tree, struct buffer *out)
{
	struct text rest, line;
	unsigned ends = 0;

	if (tree->totals[HTML_TOTAL_CODE] == 0 || !is_mostly_code(tree))
		return false;
	collect(tree, out);
	rest = buffer_view(out);
	while (ends < PAGE_ENDS_MIN && text_next_line(&rest, &line))
		ends += is_page_end(line);
	return ends == PAGE_ENDS_MIN;
}
