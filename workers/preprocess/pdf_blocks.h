/* pdf_blocks.h: from the rows of a page to blocks: headings, paragraphs, list items, tables, code. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_BLOCKS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_BLOCKS_H

#include "workers/preprocess/pdf_headings.h"
#include "workers/preprocess/pdf_table.h"
#include "workers/preprocess/pdf_tags.h"
#include "workers/preprocess/pdf_text.h"

enum pdf_block_kind { PDF_BLOCK_PARAGRAPH, PDF_BLOCK_HEADING, PDF_BLOCK_ITEM, PDF_BLOCK_CODE, PDF_BLOCK_TABLE, PDF_BLOCK_NOTE, PDF_BLOCK_TERM, PDF_BLOCK_PICTURE };

struct pdf_block {
	uint8_t kind;                 /* enum pdf_block_kind */
	bool starts_region;           /* first of a page or column: it may go on with what ended the one before */
	uint32_t row_first, row_count; /* rows that are furniture are passed over */
	float x0;                     /* from the left edge of its column: list marker, or leftmost text */
	float text_x0;                /* item, term: where its text begins */
	float size;
	float leading;                /* distance of lines on this page, points */
	struct pdf_marker marker;     /* item; note: `bytes` alone, of its mark */
	uint8_t clause_depth, outline_depth, tag_level; /* heading */
	uint8_t heading_style;        /* enum pdf_heading_style */
	bool bold;
	uint8_t styles;               /* enum pdf_style: those of its words that say something, because not the whole text has them */
	uint32_t table;               /* index into tables; picture: into the page's pictures */
};

struct pdf_blocks {
	struct pdf_block *items;
	size_t count, capacity;
	struct pdf_table *tables;
	size_t table_count, table_capacity;
	struct pdf_table carried;     /* the table that ended the page before: it may go on */
	bool carries;
	float leading;                /* usual distance of lines on the pages so far, in font sizes; 0: not known */
	bool in_contents;             /* a contents list ended the page before */
	size_t leaders_dropped;       /* rows of contents lists and indexes, left out */
	size_t captions_dropped;      /* "Table 3 (continued)" above what is written as one table */
	struct buffer text;           /* scratch: of the row at hand */
};

void pdf_blocks_init(struct pdf_blocks *blocks);
void pdf_blocks_done(struct pdf_blocks *blocks);
/* Replaces what was in `blocks`; pages come one after the other, because a table may go on from the
 * one before, and a page of tables has the line distance of the others. Rows of contents lists, and captions that say
 * that a table goes on, are marked as furniture. 0 or -ENOMEM. */
int pdf_blocks_build(struct pdf_blocks *blocks, struct pdf_layout *layout, const struct pdf_body *body, struct pdf_outline *outline, struct pdf_tags *tags) WARN_UNUSED;

#endif
