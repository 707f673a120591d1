/* pdf_tagged.h: a page whose words are known in the tree of tags: put into the order in which the tree reads them, its tables made of the tree's
 * cells. Pure.
 *
 * Chromium and LibreOffice tag all they print; so text beside boxes, cards and columns is read as it was written, and a table has the cells its
 * author gave it, ruled or not. Where tags and text do not fit each other the page stays as it is. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_TAGGED_H
#define DOCRING_WORKERS_PREPROCESS_PDF_TAGGED_H

#include "workers/preprocess/pdf_grid.h"
#include "workers/preprocess/pdf_marks.h"
#include "workers/preprocess/pdf_structure.h"

enum { PDF_CONTENT_BYTES_MAX = 32 << 20 };

struct pdf_tagged_word {
	uint32_t order; /* in the tree */
	uint32_t sequence; /* in the page's content: of the words of one piece */
	uint32_t index; /* in the page */
	uint32_t cell;  /* from 1; 0: of no table */
	uint32_t heading;
};

struct pdf_tagged_columns { /* of a table that is made of boxes (pdf_tagged_grid.h) */
	float x[PDF_STRUCTURE_COLUMNS_MAX]; /* left edges */
	size_t count;                       /* 0: none goes on */
	float bottom;                       /* of what was read */
	uint32_t table, row;                /* in the structure; the last row */
	uint32_t page;
};

struct pdf_tagged {
	struct pdf_structure structure;
	struct pdf_marks marks;     /* of the page at hand */
	struct buffer content;
	struct pdf_tagged_word *words;
	size_t word_capacity;
	struct pdf_tagged_columns columns; /* of the table that ends the page before */
};

void pdf_tagged_init(struct pdf_tagged *tagged);
void pdf_tagged_done(struct pdf_tagged *tagged);
/* Reads the tree, or of files without one whose pages draw bullets or underscores where these are. 0 or -ENOMEM. */
int pdf_tagged_read(struct pdf_tagged *tagged, struct text data) WARN_UNUSED;

/* Adds the bullets that a browser's page draws, and the underscores of TeX, to its words. Arranges the page's words, sets page->ordered, and puts its tables into `grids`, which are those of the page from then on. Leaves
 * everything as it is where the tags do not say enough. Pages are given in their order. 0 or -ENOMEM. */
int pdf_tagged_arrange(struct pdf_tagged *tagged, struct pdf_page *page, struct pdf_grids *grids) WARN_UNUSED;

#endif
