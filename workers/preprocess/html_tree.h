/* html_tree.h: an HTML page as a flat tree: nodes in document order. libxml2's parser drives it through its event interface, so that no tree of
 * its own is built. The nodes of element i are those from i + 1 up to its end.
 *
 * Made to be small, because a page of cells has a node for each six bytes: a node is eight bytes, text stays where it stands in the page
 * unless something had to be decoded, and "how much text, link text, how many headings or tables does this element hold" is one
 * subtraction of running totals that are kept at every sixteenth node, and a look at the nodes behind it. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_TREE_H
#define DOCRING_WORKERS_PREPROCESS_HTML_TREE_H

#include "base/buffer.h"
#include "base/error.h"
#include "workers/preprocess/html_tags.h"

enum html_total { HTML_TOTAL_TEXT, HTML_TOTAL_LINK_TEXT, HTML_TOTAL_HEADINGS, HTML_TOTAL_TABLES, HTML_TOTAL_CODE, HTML_TOTAL_COUNT };

struct html_node { /* read through the functions below */
	union {
		uint32_t element_end; /* index behind the last node inside */
		uint32_t text_start;  /* in the page or, when it is decoded, in the tree's own text */
	};
	uint8_t tag; /* enum html_tag */
	union {
		uint8_t attributes; /* 0: none; else 1 + how many attributes lie between the stop before it and its own, which end with a last one */
		uint8_t text_bytes; /* HTML_LONG_TEXT: the number is in `long_texts` */
	};
	uint16_t depth : 13;
	uint16_t is_decoded : 1; /* text */
	uint16_t in_link : 1;    /* text */
	uint16_t is_heading : 1; /* element */
};

enum { HTML_STOP_NODES = 16, HTML_LONG_TEXT = 255, HTML_FAR_ATTRIBUTES = 255 /* too many lie between */ };

struct html_stop { /* of everything before node HTML_STOP_NODES * i */
	uint32_t totals[HTML_TOTAL_COUNT];
	uint32_t attributes, long_texts;
};

struct html_attribute {
	uint32_t start, bytes;
	uint8_t name; /* enum html_attribute_name */
	bool is_decoded;
	bool last; /* of its element */
};

struct html_tree {
	struct text page;                  /* not owned */
	struct buffer nodes, attributes;   /* arrays of the structs above */
	struct buffer stops;               /* of struct html_stop */
	struct buffer long_texts;          /* of uint32_t: bytes of texts that a node has no room for, in order */
	struct buffer text;                /* what is not in the page as it should be: decoded, with other line ends, in several parts */
	uint32_t totals[HTML_TOTAL_COUNT]; /* of the whole page */
	double parsed_share;               /* 1 unless the parser gave up before the end */
	uint32_t base;                     /* node of the first base element; 0: none (the first node is none) */
	bool borders_cells;                /* a style sheet of the page draws the borders of all cells */
	uint32_t title;                    /* node of the title element's text; 0: none */
};

/* Parses UTF-8 with line ends of any kind, which must outlive the tree. Nesting beyond depth_max elements is flattened. 0, -ENOMEM or ERROR_LIMIT_HIT (the page is too large for
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
/* Index behind the last node inside node `index`. */
static inline uint32_t html_node_end(const struct html_node *nodes, uint32_t index)
{
	return nodes[index].tag == HTML_TEXT ? index + 1 : nodes[index].element_end;
}
static inline bool html_node_has_attributes(const struct html_node *node)
{
	return node->tag != HTML_TEXT && node->attributes > 0;
}
/* How much of `total` lies in node `index`, or in the nodes from `start` up to `end`. */
uint32_t html_tree_total(const struct html_tree *tree, uint32_t index, enum html_total total);
uint32_t html_tree_total_between(const struct html_tree *tree, uint32_t start, uint32_t end, enum html_total total);
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
