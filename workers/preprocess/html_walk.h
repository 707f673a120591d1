/* html_walk.h: the walk over a page's content that writes it as Markdown. html_walk.c has running text and headings, html_blocks.c
 * quotes, notes and footnotes, html_code.c code, html_code_lines.c code in paragraphs, html_list.c lists, html_word_list.c those of word processors, html_typed_list.c typed ones, html_table_list.c those laid out as tables, html_table.c tables, html_media.c links and images, html_math.c
 * formulas. Recursion is as deep as the tree, which html_tree_parse bounds. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_WALK_H
#define DOCRING_WORKERS_PREPROCESS_HTML_WALK_H

#include "workers/preprocess/html_content.h"
#include "workers/preprocess/html_headings.h"
#include "workers/preprocess/html_inline.h"
#include "workers/preprocess/html_notes.h"
#include "workers/preprocess/html_tree.h"
#include "workers/preprocess/markdown_grid.h"

struct html_left_out {
	uint32_t node;
	uint32_t at;   /* bytes of Markdown before it */
	bool repaired; /* a link or image whose target was put right; else: it is no content, and holds text */
};

/* What a font of letters of one width means in a page. */
enum html_font { HTML_FONT_UNKNOWN, HTML_FONT_OF_CODE, HTML_FONT_OF_PAGE };

struct html_walk {
	const struct html_tree *tree;
	struct markdown_writer writer;
	struct html_inline line;   /* the paragraph being collected */
	struct markdown_grid grid; /* the table being collected */
	struct buffer code;        /* of a code block */
	enum html_font code_font;  /* paragraphs that are set so */
	struct buffer target;      /* a repaired link target */
	struct html_place place;
	struct html_notes notes;
	const struct html_note *note; /* that is being written, or NULL */
	struct html_headings headings;
	struct html_style style;   /* of running text here */
	struct text base;          /* what relative targets are relative to, or empty */
	uint32_t link_end; /* where the last link ended */
	uint32_t quote_title;      /* node that was written as the title of the admonition, or 0 */
	uint32_t item_marker;      /* node of a list item's number that the list's marker stands for, or 0 */
	uint32_t note_bracket;     /* node of the text that begins with the bracket behind a note's mark, or 0 */
	uint32_t typed_text;       /* node of the text that begins with a typed item's marker, or 0 */
	size_t typed_bytes;        /* of that marker */
	uint32_t item_box;         /* node of the text of a list item that begins with a box to tick, or 0 */
	uint32_t skip_end;         /* nodes before it are passed by: ... */
	bool skip_is_removal;      /* ... a line of links through a set of pages; else a note that is written */
	bool in_admonition_table;  /* whose cells without text hold its icon */
	unsigned inline_depth; /* > 0: in a cell, heading or term: blocks do not part paragraphs there */
	unsigned heading_depth;
	uint32_t heading;          /* node of the heading that is being written */
	uint32_t first_heading;    /* node of the first h1 written, or UINT32_MAX */
	uint64_t arrived_bytes;    /* text that went into the Markdown */
	uint64_t left_out_bytes;   /* text that is no content */
	struct buffer left_out;    /* struct html_left_out: what html_removed.h tells of */
	uint32_t image_count;
	int status;                /* first failure of the grid */
};

void html_walk_node(struct html_walk *walk, uint32_t index);
void html_walk_children(struct html_walk *walk, uint32_t index);
/* Parts what is before from what comes: ends the paragraph, or in a cell the line. */
void html_walk_part(struct html_walk *walk);
/* Takes the node out of the count of text that should arrive. */
void html_walk_leave_out(struct html_walk *walk, uint32_t index);
/* Puts the node on the list of what html_removed.h tells of. */
void html_walk_note(struct html_walk *walk, uint32_t index, bool repaired);
/* Leaves the element out when it is not content. */
bool html_walk_removes(struct html_walk *walk, uint32_t index);
/* Headings in an element mean that it lays out the page rather than lists or tabulates. */
bool html_walk_has_headings(const struct html_walk *walk, uint32_t index);
uint32_t html_walk_number(const struct html_walk *walk, uint32_t index, enum html_attribute_name name, uint32_t otherwise, uint32_t max);

void html_heading(struct html_walk *walk, uint32_t index, unsigned level);
/* "☐ text", "☑ text": the box as task lists have it, and what stands behind it; NULL when the text begins otherwise. */
const char *html_list_box(struct text text, struct text *ret_rest);
void html_list(struct html_walk *walk, uint32_t index);             /* ul, ol, menu, dir */
/* Lists as word processors export them, with those that follow. False: it is none; nothing was written. */
bool html_word_items(struct html_walk *walk, uint32_t index);       /* p */
bool html_google_list(struct html_walk *walk, uint32_t index);      /* ul, ol */
/* The node behind `index` in the same element, behind white space; as many as there are nodes when it is the last. */
uint32_t html_next_sibling(const struct html_tree *tree, uint32_t index);
/* Writes a paragraph that is a typed list as one. False: it is none. */
bool html_typed_list(struct html_walk *walk, struct text text);
/* The first byte from `at` on that is neither white space nor part of a no-break space. */
size_t html_skip_blanks(struct text text, size_t at);
/* Writes the paragraph and those behind it as a list when they begin with numbers in sequence or dashes. False: they do not; nothing was written. */
bool html_typed_paragraphs(struct html_walk *walk, uint32_t index); /* p */
void html_definition_list(struct html_walk *walk, uint32_t index);  /* dl */
/* Writes a division that holds callouts or definitions as a table as the list that they are. False: it is none; nothing was written. */
bool html_table_list(struct html_walk *walk, uint32_t index);
/* Writes a table without borders whose rows are items beside their markers as the list that it is. False: it is none; nothing was written. */
bool html_laid_out_list(struct html_walk *walk, uint32_t index);
void html_table(struct html_walk *walk, uint32_t index);
void html_link(struct html_walk *walk, uint32_t index);
void html_image(struct html_walk *walk, uint32_t index);
void html_picture(struct html_walk *walk, uint32_t index);

void html_quote(struct html_walk *walk, uint32_t index);
bool html_is_admonition(const struct html_walk *walk, uint32_t index);
void html_admonition(struct html_walk *walk, uint32_t index);
void html_footnote(struct html_walk *walk, const struct html_note *note);
/* What a division stands for by its class or role. False: nothing; it was not written. */
bool html_division(struct html_walk *walk, uint32_t index);
/* The level that an element without a heading's name has by its class or role, or 0. */
unsigned html_heading_level(const struct html_walk *walk, uint32_t index);

void html_math(struct html_walk *walk, uint32_t index);             /* math */
void html_math_script(struct html_walk *walk, uint32_t index);
/* Running text, in which formulas stand as they are. */
void html_math_text(struct html_walk *walk, struct text text);

/* Lays a pre, listing or "fragment" out as a code block. */
void html_code_block(struct html_walk *walk, uint32_t index);
/* Writes the paragraph, and those behind it, as code when they are lines of code by their font or class. False: they are not; nothing was written. */
bool html_code_paragraphs(struct html_walk *walk, uint32_t index); /* p */
/* A table that lays out the declaration of a function, as doxygen has it: one line of code. */
void html_signature(struct html_walk *walk, uint32_t index);
/* A table whose rows are lines of code beside their numbers. */
bool html_is_code_table(const struct html_walk *walk, uint32_t index);
/* An element that numbers lines of code. */
bool html_is_beside_code(const struct html_tree *tree, uint32_t index);
/* The language that the element or one around it names, or empty. */
struct text html_code_language(const struct html_walk *walk, uint32_t index);

#endif
