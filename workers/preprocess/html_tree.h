/* html_tree.h: an HTML page as a flat tree: nodes in document order, text in one buffer. libxml2's parser drives it through
 * its event interface, so that no tree of its own is built. The nodes of element i are those from i + 1 up to its `end`.
 *
 * Beside each node stand running totals of what lies before it, so that "how much text, link text, how many headings or
 * tables does this element hold" is one subtraction. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_TREE_H
#define DOCRING_WORKERS_PREPROCESS_HTML_TREE_H

#include "base/buffer.h"
#include "base/error.h"
#include "workers/preprocess/html_tags.h"

enum html_total { HTML_TOTAL_TEXT, HTML_TOTAL_LINK_TEXT, HTML_TOTAL_HEADINGS, HTML_TOTAL_TABLES, HTML_TOTAL_CODE, HTML_TOTAL_COUNT };

struct html_node {
	uint32_t end;             /* index behind the last node inside */
	uint32_t text, bytes;     /* text node: where in the text */
	uint32_t attribute_first; /* element: index into the attributes */
	uint8_t tag;              /* enum html_tag */
	uint8_t attribute_count;
	uint16_t depth;
	uint32_t totals[HTML_TOTAL_COUNT]; /* of everything before this node */
};

struct html_attribute {
	uint32_t name; /* enum html_attribute_name */
	uint32_t text, bytes;
};

struct html_tree {
	struct buffer nodes, attributes, text; /* arrays of the structs above; the text */
	uint32_t totals[HTML_TOTAL_COUNT];     /* of the whole page */
	double parsed_share;                   /* 1 unless the parser gave up before the end */
	uint32_t base;                         /* node of the first base element; 0: none (the first node is none) */
	uint32_t title_start, title_end;       /* of the title element, in `text`; equal when there is none */
};

/* Parses UTF-8. Nesting beyond depth_max elements is flattened. 0, -ENOMEM or ERROR_LIMIT_HIT (the page is too large for
 * bytes_max of nodes or text). Release with html_tree_done, also after an error. */
int html_tree_parse(struct text html, unsigned depth_max, size_t bytes_max, struct html_tree *ret_tree, struct error_text *error) WARN_UNUSED;
void html_tree_done(struct html_tree *tree);

static inline const struct html_node *html_tree_nodes(const struct html_tree *tree)
{
	return (const struct html_node *)(const void *)tree->nodes.data;
}
static inline uint32_t html_tree_count(const struct html_tree *tree)
{
	return (uint32_t)(tree->nodes.bytes / sizeof(struct html_node));
}
/* How much of `total` lies in node `index`. */
uint32_t html_tree_total(const struct html_tree *tree, uint32_t index, enum html_total total);
struct text html_tree_title(const struct html_tree *tree);
struct text html_tree_text(const struct html_tree *tree, uint32_t index);
/* Empty when the element does not have it, or has it without a value. */
struct text html_tree_attribute(const struct html_tree *tree, uint32_t index, enum html_attribute_name name);
bool html_tree_has_attribute(const struct html_tree *tree, uint32_t index, enum html_attribute_name name);
/* The next word of *rest between white space, moving *rest past it. */
bool html_next_word(struct text *rest, struct text *ret_word);
/* Is `word` one of the element's classes, without case? */
bool html_tree_has_class(const struct html_tree *tree, uint32_t index, const char *word);

#endif
