/* html_tree.c: asking a page's tree (html_tree.h); html_tree_build.c makes it. Pure. */
#include "workers/preprocess/html_tree.h"

void html_tree_done(struct html_tree *tree)
{
	buffer_done(&tree->nodes);
	buffer_done(&tree->attributes);
	buffer_done(&tree->stops);
	buffer_done(&tree->long_texts);
	buffer_done(&tree->text);
}

/* --- text ------------------------------------------------------------------------------------------------------ */

static const struct html_stop *stop_before(const struct html_tree *tree, uint32_t index)
{
	return (const struct html_stop *)(const void *)tree->stops.data + index / HTML_STOP_NODES;
}

static bool is_long_text(const struct html_node *node)
{
	return node->tag == HTML_TEXT && node->text_bytes == HTML_LONG_TEXT;
}

/* Where the lengths of the long texts from node `index` on begin. */
static const uint32_t *long_texts_from(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t before = stop_before(tree, index)->long_texts;

	for (uint32_t i = index - index % HTML_STOP_NODES; i < index; i++)
		before += is_long_text(&nodes[i]);
	return (const uint32_t *)(const void *)tree->long_texts.data + before;
}

static uint32_t text_bytes(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *node = &html_tree_nodes(tree)[index];
	return node->text_bytes < HTML_LONG_TEXT ? node->text_bytes : *long_texts_from(tree, index);
}

struct text html_tree_text(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *node = &html_tree_nodes(tree)[index];

	if (node->tag != HTML_TEXT)
		return TEXT_LITERAL("");
	return (struct text){ (node->is_decoded ? tree->text.data : tree->page.data) + node->text_start, text_bytes(tree, index) };
}

struct text html_tree_title(const struct html_tree *tree)
{
	return tree->title > 0 ? html_tree_text(tree, tree->title) : TEXT_LITERAL("");
}

/* --- totals ---------------------------------------------------------------------------------------------------- */

/* Of text in the nodes from `start` up to `end`, which are few. */
static uint32_t count_text(const struct html_tree *tree, uint32_t start, uint32_t end, bool in_links)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	const uint32_t *long_texts = NULL;
	uint32_t sum = 0;

	for (uint32_t i = start; i < end; i++) {
		if (nodes[i].tag != HTML_TEXT)
			continue;
		uint32_t bytes = nodes[i].text_bytes;
		if (bytes == HTML_LONG_TEXT) {
			long_texts = long_texts ? long_texts : long_texts_from(tree, i);
			bytes = *long_texts++;
		}
		sum += in_links && !nodes[i].in_link ? 0 : bytes;
	}
	return sum;
}

static uint32_t count_elements(const struct html_tree *tree, uint32_t start, uint32_t end, enum html_total total)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t sum = 0;

	for (uint32_t i = start; i < end; i++)
		sum += total == HTML_TOTAL_TABLES ? nodes[i].tag == HTML_TABLE :
		       total == HTML_TOTAL_CODE	  ? nodes[i].tag == HTML_PRE :
						    nodes[i].is_heading;
	return sum;
}

static uint32_t count(const struct html_tree *tree, uint32_t start, uint32_t end, enum html_total total)
{
	if (total == HTML_TOTAL_TEXT || total == HTML_TOTAL_LINK_TEXT)
		return count_text(tree, start, end, total == HTML_TOTAL_LINK_TEXT);
	return count_elements(tree, start, end, total);
}

static uint32_t total_before(const struct html_tree *tree, uint32_t index, enum html_total total)
{
	if (index >= html_tree_count(tree))
		return tree->totals[total];
	return stop_before(tree, index)->totals[total] + count(tree, index - index % HTML_STOP_NODES, index, total);
}

uint32_t html_tree_total_between(const struct html_tree *tree, uint32_t start, uint32_t end, enum html_total total)
{
	if (end - start <= HTML_STOP_NODES)
		return count(tree, start, end, total);
	return total_before(tree, end, total) - total_before(tree, start, total);
}

uint32_t html_tree_total(const struct html_tree *tree, uint32_t index, enum html_total total)
{
	return html_tree_total_between(tree, index, html_node_end(html_tree_nodes(tree), index), total);
}

/* --- attributes ------------------------------------------------------------------------------------------------ */

/* The first one of an element that others with many attributes stand before. */
static const struct html_attribute *skip_attributes(const struct html_tree *tree, uint32_t index, const struct html_attribute *attribute)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = index - index % HTML_STOP_NODES; i < index; i++)
		if (html_node_has_attributes(&nodes[i]))
			while (!attribute++->last)
				;
	return attribute;
}

static const struct html_attribute *find_attribute(const struct html_tree *tree, uint32_t index, enum html_attribute_name name)
{
	const struct html_node *node = &html_tree_nodes(tree)[index];

	if (!html_node_has_attributes(node))
		return NULL;
	const struct html_attribute *attribute = (const struct html_attribute *)(const void *)tree->attributes.data + stop_before(tree, index)->attributes;
	attribute = node->attributes < HTML_FAR_ATTRIBUTES ? attribute + node->attributes - 1 : skip_attributes(tree, index, attribute);
	while (attribute->name != name && !attribute->last)
		attribute++;
	return attribute->name == name ? attribute : NULL;
}

struct text html_tree_attribute(const struct html_tree *tree, uint32_t index, enum html_attribute_name name)
{
	const struct html_attribute *attribute = find_attribute(tree, index, name);

	if (!attribute || attribute->bytes == 0)
		return TEXT_LITERAL("");
	return (struct text){ (attribute->is_decoded ? tree->text.data : tree->page.data) + attribute->start, attribute->bytes };
}

bool html_tree_has_attribute(const struct html_tree *tree, uint32_t index, enum html_attribute_name name)
{
	return find_attribute(tree, index, name) != NULL;
}

bool html_tree_has_class(const struct html_tree *tree, uint32_t index, const char *word)
{
	struct text rest = html_tree_attribute(tree, index, HTML_CLASS), class_name;

	while (html_next_word(&rest, &class_name))
		if (text_equal_nocase(class_name, text_from(word)))
			return true;
	return false;
}

bool html_next_word(struct text *rest, struct text *ret_word)
{
	size_t start = 0, end;

	while (start < rest->bytes && ascii_is_space(rest->data[start]))
		start++;
	for (end = start; end < rest->bytes && !ascii_is_space(rest->data[end]); end++)
		;
	*ret_word = text_slice(*rest, start, end);
	*rest = text_slice(*rest, end, rest->bytes);
	return end > start;
}
