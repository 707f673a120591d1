/* pdf_table.h: tables without lines, by gaps that align over several rows. Refuses when unsure: text is better than a broken
 * table. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_TABLE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_TABLE_H

#include "workers/preprocess/pdf_layout.h"

enum { PDF_TABLE_COLUMNS_MAX = 32, PDF_TABLE_ROWS_MAX = 4096, PDF_TABLE_HEADS_MAX = 2 };

/* Rows nearer than this, in font sizes, are no two lines: cells in the middle of a row's height stand between the lines of others. */
#define PDF_STAGGER_SIZES 0.85f

struct pdf_table_column {
	float x0, x1;
	bool named, filled; /* by the first row, by others */
};

struct pdf_table {
	uint32_t row_first, row_count;   /* rows of the layout; furniture among them is passed over */
	uint32_t heads;                  /* of these, the first ones, whose cells may span columns: each begins a row of the table */
	struct pdf_table_column columns[PDF_TABLE_COLUMNS_MAX];
	size_t column_count;
	bool terms;                      /* two columns, names and their explanations, no header: better as a list */
	bool bold_header;
	bool headed;                     /* the header is bold, or stands on a rule */
	bool ruled;                      /* all of it is one row of the layout, a ruled table of the page (pdf_grid.h) */
	uint32_t tag;                    /* of a ruled table: which one of the file's tags it is, from 1; 0: of none */
	uint32_t ruled_heads;            /* the first rows, down to the rule that their names stand on; 0: none */
	bool header_only;                /* one row: the others are on the next page, if it is a table */
	bool continued;                  /* it goes on with the table that ended the page or column before */
};

/* Is there a table that begins at row `first` of the layout? *ret_seen: how many rows were looked at to say so. */
bool pdf_table_find(const struct pdf_layout *layout, size_t first, struct pdf_table *ret_table, size_t *ret_seen);

/* Does the table `before`, which ended a page or column, go on at row `first`? Takes the rows that stand in its columns; the first
 * may be what is left of a cell. */
bool pdf_table_continue(const struct pdf_layout *layout, size_t first, const struct pdf_table *before, struct pdf_table *ret_table);

/* Is row `first` the header of a table that follows on the next page: bold, in parts, and the last of its page? It is one only if
 * pdf_table_continue finds rows there. */
bool pdf_table_find_lone_header(const struct pdf_layout *layout, size_t first, struct pdf_table *ret_table);

/* Joins neighbouring columns that are never filled in one row, where one of them is but the name above the other: a name on the left,
 * its numbers on the right. */
void pdf_table_join_columns(const struct pdf_layout *layout, struct pdf_table *table);

/* Makes the rows from `first` on the head of the table below them, if they are names above one or several of its columns each. */
bool pdf_table_take_heads(const struct pdf_layout *layout, struct pdf_table *table, size_t first);

/* Sets begins_cells of each of the table's rows: does a row of the table begin, or do cells of the one above go on? */
void pdf_table_part_rows(struct pdf_layout *layout, const struct pdf_table *table);

/* The column that a segment stands in. */
size_t pdf_table_column_of(const struct pdf_table *table, const struct pdf_segment *segment);

#endif
