/* blocks.h: the block structure of normal Markdown (convert.h) with byte spans: what chunking, extraction, cleaning and
 * scoring all walk over. One linear pass; the text is not copied. */
#ifndef DOCRING_WORKERS_PREPROCESS_BLOCKS_H
#define DOCRING_WORKERS_PREPROCESS_BLOCKS_H

#include "base/buffer.h"
#include "base/text.h"

#include <stdint.h>

enum block_kind {
	BLOCK_HEADING, BLOCK_PARAGRAPH, BLOCK_LIST_ITEM, BLOCK_TABLE, BLOCK_CODE, BLOCK_QUOTE, BLOCK_RULE,
};

struct block {
	uint8_t kind;      /* enum block_kind */
	uint8_t level;     /* heading: 1–6; list item: nesting from 0 */
	uint8_t ordered;   /* list item with a number */
	uint8_t reserved;
	uint32_t number;   /* of an ordered list item, as written */
	uint32_t start, end;                 /* whole block in the text: from its first byte to behind its last "\n" */
	uint32_t content_start, content_end; /* heading: its text; item: its text without the marker (may span lines);
					      * code: between the fences; else as start/end without the last "\n" */
	uint32_t rows;     /* table: rows with the header, without the delimiter row */
	int32_t heading;   /* index of the heading block this one stands under, -1 at the top */
};

struct blocks {
	struct block *items;
	size_t count;
};

/* 0 or -ENOMEM. Release with blocks_done. Texts of 4 GiB and more: ERROR_LIMIT_HIT. */
int blocks_scan(struct text markdown, struct blocks *ret_blocks) WARN_UNUSED;
void blocks_done(struct blocks *blocks);

/* Cells of one table row, without the outer pipes and blanks; escapes and formatting as in the source ("\|" does not part cells). */
enum { BLOCK_CELLS_MAX = 256 };
struct block_row {
	struct text cells[BLOCK_CELLS_MAX];
	size_t count;
	uint32_t start, end; /* the row's line in the text, without "\n" */
};
/* Walks the rows of a table block: *position starts at 0; the delimiter row is left out; the first row is the header. */
bool block_next_row(struct text markdown, const struct block *table, size_t *position, struct block_row *ret_row);

/* Appends `inline_text` as plain text: emphasis, code ticks, links (their text), images (their alternative text), backslash
 * escapes, character references and "<br>" (a blank) resolved. */
void block_append_plain(struct buffer *out, struct text inline_text);

/* "A > B > C" for the headings above (and including, if it is one) block `index`; of a very long heading, its beginning. */
void blocks_heading_path(struct text markdown, const struct blocks *blocks, size_t index, struct buffer *out);

#endif
