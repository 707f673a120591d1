/* html_walk.h: the walk over a page's content that writes it as Markdown. html_walk.c has running text, headings, code and
 * quotes, html_list.c lists, html_table.c tables. Recursion is as deep as the tree, which html_tree_parse bounds. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_WALK_H
#define DOCRING_WORKERS_PREPROCESS_HTML_WALK_H

#include "workers/preprocess/html_inline.h"
#include "workers/preprocess/html_tree.h"
#include "workers/preprocess/markdown_grid.h"

struct html_walk {
	const struct html_tree *tree;
	struct markdown_writer writer;
	struct html_inline line;   /* the paragraph being collected */
	struct markdown_grid grid; /* the table being collected */
	struct buffer code;        /* of a code block */
	struct buffer target;      /* a repaired link target */
	uint32_t root;
	unsigned inline_depth; /* > 0: in a cell, heading or term: blocks do not part paragraphs there */
	unsigned heading_depth;
	uint32_t heading;          /* node of the heading that is being written */
	uint32_t first_heading;    /* node of the first h1 written, or UINT32_MAX */
	uint64_t arrived_bytes;    /* text that went into the Markdown */
	uint64_t left_out_bytes;   /* text that is no content */
	uint32_t image_count;
	int status;                /* first failure of the grid */
};

void html_walk_node(struct html_walk *walk, uint32_t index);
void html_walk_children(struct html_walk *walk, uint32_t index);
/* Parts what is before from what comes: ends the paragraph, or in a cell the line. */
void html_walk_part(struct html_walk *walk);
/* Takes the node out of the count of text that should arrive. */
void html_walk_leave_out(struct html_walk *walk, uint32_t index);
/* Headings in an element mean that it lays out the page rather than lists or tabulates. */
bool html_walk_has_headings(const struct html_walk *walk, uint32_t index);
uint32_t html_walk_number(const struct html_walk *walk, uint32_t index, enum html_attribute_name name, uint32_t otherwise, uint32_t max);

void html_list(struct html_walk *walk, uint32_t index);             /* ul, ol, menu, dir */
void html_definition_list(struct html_walk *walk, uint32_t index);  /* dl */
void html_table(struct html_walk *walk, uint32_t index);

/* Lays a pre, listing or "fragment" out as a code block. */
void html_code_block(struct html_walk *walk, uint32_t index);
/* The language that the element or one around it names, or empty. */
struct text html_code_language(const struct html_walk *walk, uint32_t index);

#endif
