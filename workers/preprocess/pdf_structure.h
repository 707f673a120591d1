/* pdf_structure.h: the tree of tags of a PDF file as a list: its pieces of marked content in the order in which they are read, and the cells of
 * tables they stand in. Pure; read from the file's objects (pdf_objects.h).
 *
 * Nothing here says where a piece stands on its page: that is for pdf_tagged.h. Tables in cells are text of the cell. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_STRUCTURE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_STRUCTURE_H

#include "workers/preprocess/pdf_objects.h"

enum { PDF_STRUCTURE_COLUMNS_MAX = 32, PDF_STRUCTURE_ROWS_MAX = 60000, PDF_STRUCTURE_PIECES_MAX = 1 << 20 };

struct pdf_piece {
	uint32_t page;  /* from 0 */
	uint32_t form;  /* object number of the form on the page that numbers it; 0: the page does */
	uint32_t mark;  /* number of the marked content there */
	uint32_t order; /* in the tree, from 1 */
	uint32_t cell;  /* from 1; 0: of no table */
	uint32_t heading; /* 0: of none; else which one, and its level in the last three bits: 1–6, or 7 for one without a level */
};

enum { PDF_HEADING_LEVEL_BITS = 3 };

enum pdf_inherited { PDF_RESOURCES, PDF_CROP_BOX, PDF_MEDIA_BOX, PDF_ROTATE, PDF_INHERITED_COUNT }; /* of a page, or of the nodes above it */

struct pdf_structure_cell {
	uint32_t table; /* index */
	uint16_t row, column, rows, columns;
};

struct pdf_structure_table {
	uint32_t filled;      /* bit c: a cell that begins in column c has a piece */
	uint32_t first_row, last_row; /* of those with a piece */
	bool known;           /* it has pieces */
	bool refused;         /* larger than is read here */
	uint32_t rows_seen;   /* by who reads the pages in their order: the last row that had words, and one; 0: none */
};

struct pdf_structure {
	struct pdf_objects objects;
	struct pdf_piece *pieces; /* by page, form and mark */
	size_t piece_count, piece_capacity;
	struct pdf_structure_cell *cells;
	size_t cell_count, cell_capacity;
	struct pdf_structure_table *tables;
	size_t table_count, table_capacity;
	size_t heading_count; /* outside of tables */
	bool believed;        /* by who wrote it: Chromium and LibreOffice tag all that they print, in the order of reading; others leave out, or mix up, some */
	bool printed;         /* by who wrote it: a browser, which draws the bullets of lists */
	bool typeset;         /* by who wrote it: TeX, which draws underscores */
	uint32_t *pages;      /* number of the object of each page */
	size_t page_count, page_capacity;
	uint32_t parent;      /* whose values were looked up last: neighbours have one, and it may have thousands of pages */
	struct text of_parent[PDF_INHERITED_COUNT];
};

void pdf_structure_init(struct pdf_structure *structure);
void pdf_structure_done(struct pdf_structure *structure);
/* Reads the tree of `data`, which outlives it; without a tree there are pages, but no pieces. 0 or -ENOMEM. */
int pdf_structure_read(struct pdf_structure *structure, struct text data) WARN_UNUSED;

/* The piece of a mark, which a form (by its object number) or, 0, the page itself numbers; NULL: it is of none. */
const struct pdf_piece *pdf_structure_piece(const struct pdf_structure *structure, uint32_t page, uint32_t form, uint32_t mark);
/* Has the page pieces? */
bool pdf_structure_has_page(const struct pdf_structure *structure, uint32_t page);
/* The place in the tree of the first piece of the page, or UINT32_MAX. */
uint32_t pdf_structure_first_order(const struct pdf_structure *structure, uint32_t page);
/* The content stream of a page, appended to `out`. False: it cannot be read. */
bool pdf_structure_content(struct pdf_structure *structure, uint32_t page, struct buffer *out);
/* Its dictionary of resources. */
struct text pdf_structure_resources(struct pdf_structure *structure, uint32_t page);
/* Left and upper edge of the page in the coordinates of its content; false: it is turned, or says nothing. */
bool pdf_structure_edges(struct pdf_structure *structure, uint32_t page, double *ret_left, double *ret_top);

#endif
