/* csv_table.h: writes records of a delimited file as GFM tables. More rows than CSV_GROUP_ROWS are written as several tables,
 * each with the header and under a heading "## Rows 1–200", so that no part of the text needs another to be understood. */
#ifndef DOCRING_WORKERS_PREPROCESS_CSV_TABLE_H
#define DOCRING_WORKERS_PREPROCESS_CSV_TABLE_H

#include "base/buffer.h"
#include "workers/preprocess/csv_dialect.h"

enum { CSV_GROUP_ROWS = 200 };

struct csv_scratch {
	struct buffer cell;    /* one cell with its quotes resolved */
	struct buffer escaped; /* one line of it */
};
void csv_scratch_init(struct csv_scratch *scratch, size_t bytes_max);
void csv_scratch_done(struct csv_scratch *scratch);

struct csv_table {
	struct buffer *out;      /* not owned */
	struct csv_dialect dialect;
	size_t named;            /* columns that the header shows */
	size_t columns;          /* of the table */
	size_t widest;           /* that some row would need */
	struct buffer header;    /* header and delimiter line */
	struct csv_scratch scratch;
	size_t row_count;
	size_t group_offset;     /* where the group being written begins in `out` */
};

void csv_table_init(struct csv_table *table, struct buffer *out, struct csv_dialect dialect, size_t named, size_t columns);
void csv_table_done(struct csv_table *table);
/* The column names; NULL with 0 gives "Column 1" and so on. Once, before the first row. */
void csv_table_header(struct csv_table *table, const struct csv_cell *cells, size_t count);
/* Cells beyond the columns are put into the last one as they were written; missing ones are empty. A row that goes on behind the last named column as a
 * sentence does, with blanks behind its commas, is put together there too. */
void csv_table_row(struct csv_table *table, const struct csv_cell *cells, size_t count);
void csv_table_finish(struct csv_table *table);

/* Appends one cell's text as inline Markdown without line breaks: what would be formatting is escaped, line breaks are "<br>". */
void csv_append_cell(struct buffer *out, struct csv_scratch *scratch, struct csv_dialect dialect, struct csv_cell cell);
/* Puts `text` in at `offset`. */
void csv_insert(struct buffer *out, size_t offset, struct text text);

#endif
