/* plain_table.h: tables in plain text. Drawn ones, with bars and rules (of "+-|=" or of box characters, with or without a frame), and aligned ones,
 * whose columns stand apart by blanks or are named by a ruled line ("----  ----"). When unsure it is no table. Linear.
 *
 * Owns the memory for one table at a time; failures are sticky and come back from plain_table_write. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_TABLE_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_TABLE_H

#include "workers/preprocess/markdown_grid.h"
#include "workers/preprocess/plain_lines.h"

enum {
	PLAIN_TABLE_COLUMNS_MAX = 64,
	PLAIN_TABLE_WIDTH_MAX = 512, /* characters of a line */
};

struct plain_table_piece { /* a line's part of a cell */
	struct text text;      /* trimmed */
	uint32_t span;         /* columns that it crosses */
	uint32_t width;        /* characters that the cell has room for; 0: not known */
};

struct plain_table {
	const struct plain_lines *lines;
	size_t start, end;     /* of the block */
	struct markdown_grid grid;
	struct buffer cells[PLAIN_TABLE_COLUMNS_MAX]; /* of the row that is being collected: inline Markdown */
	uint32_t spans[PLAIN_TABLE_COLUMNS_MAX];
	size_t last_columns[PLAIN_TABLE_COLUMNS_MAX]; /* characters of the last piece of each cell */
	size_t cell_count;     /* of that row; 0: none is open */
	size_t edge_count;     /* column edges that the rules show */
	uint16_t edges[PLAIN_TABLE_WIDTH_MAX]; /* 1 + the edge's index at its column, else 0 */
	struct plain_table_piece pieces[PLAIN_TABLE_COLUMNS_MAX]; /* of the line being looked at */
	size_t piece_count;
};

void plain_table_init(struct plain_table *table, size_t bytes_max);
void plain_table_done(struct plain_table *table);

/* Are lines [start, end), none of them blank, a table? Then their rows are collected for plain_table_write. */
bool plain_table_read_drawn(struct plain_table *table, const struct plain_lines *lines, size_t start, size_t end);
bool plain_table_read_aligned(struct plain_table *table, const struct plain_lines *lines, size_t start, size_t end);

/* The end of the drawn lines of a table that begins at line `start`, with a rule or with a row over a rule; `start` when none does. Whether they are a
 * table, plain_table_read_drawn says. */
size_t plain_table_drawn_end(const struct plain_lines *lines, size_t start, size_t end);

/* For the readers of the two kinds. The pieces of a line begin a row, or go on with the one that is open; a piece that would have fitted
 * behind the one before it was meant to stand on a line of its own. */
void plain_table_begin(struct plain_table *table, const struct plain_lines *lines, size_t start, size_t end);
void plain_table_add_pieces(struct plain_table *table, bool new_row);
void plain_table_end_row(struct plain_table *table);

int plain_table_write(struct plain_table *table, struct markdown_writer *writer) WARN_UNUSED; /* 0, -ENOMEM or ERROR_LIMIT_HIT */

#endif
