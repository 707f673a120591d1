/* docx_out.h: blocks of a word processor document on their way to Markdown: paragraphs that each say which list level, code or quote they belong
 * to become lists, fences and quotes. What must be looked at as a whole first (tables, text boxes, notes) is recorded and written
 * afterwards.
 *
 * Owns its records and the open lists; writes through the writer. Failures are sticky: docx_out_finish says the first. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_OUT_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_OUT_H

#include "workers/preprocess/markdown_grid.h"

enum docx_block_kind {
	DOCX_BLOCK_PARAGRAPH,
	DOCX_BLOCK_HEADING,
	DOCX_BLOCK_ITEM,
	DOCX_BLOCK_CODE,       /* a line or more, verbatim; neighbours join */
	DOCX_BLOCK_QUOTE,
	DOCX_BLOCK_TERM, DOCX_BLOCK_DEFINITION,
	DOCX_BLOCK_TABLE, DOCX_BLOCK_ROW, DOCX_BLOCK_CELL, /* records only: what lies inside follows, up to `end` */
	DOCX_BLOCK_NOTHING,    /* a place kept for a paragraph that has no text */
};

struct docx_block {
	uint8_t kind;       /* enum docx_block_kind */
	uint8_t level;      /* heading: 1–6; item: from 0 */
	bool ordered;       /* item; paragraph: it has a number of its own */
	bool header;        /* row */
	bool goes_on;       /* cell: continues the one above */
	uint16_t span;      /* cell: columns; row: columns left empty before the first cell */
	uint32_t number;    /* item */
	uint32_t list;      /* item: which list it belongs to; 0: its marker is written in the text; code: 1 when its style says so, 0: its font */
	int32_t indent;     /* of the text from the left margin, in twentieths of a point; DOCX_INDENT_UNSET */
	size_t start, bytes; /* recorded: of its text */
	size_t end;         /* recorded table, row, cell: index behind its last record */
};

struct docx_open_list {
	uint32_t list;
	uint8_t level;
	bool ordered;
	int32_t indent;
};

struct docx_out {
	struct markdown_writer *writer; /* not owned */
	struct markdown_grid grid;
	struct buffer records;     /* struct docx_block */
	struct buffer record_text;
	struct buffer code;        /* lines of the fence being collected */
	struct buffer held;        /* a contents heading, until it is known what follows */
	struct buffer held_line;   /* and the line that waits with it, or alone: a title that is no heading */
	struct buffer term;        /* a term, until its definition comes */
	struct buffer flat;        /* a cell's text */
	struct docx_open_list lists[MARKDOWN_DEPTH_MAX];
	int list_count;
	unsigned recording;        /* depth: records are kept while > 0 */
	uint8_t held_level;        /* 0: no heading held */
	bool quote_open;
	int32_t code_indent;
	uint32_t code_list;        /* of that fence: see struct docx_block */
	bool code_lines;           /* its last paragraph has several lines */
	int status;
};

void docx_out_init(struct docx_out *out, struct markdown_writer *writer, size_t bytes_max);
int docx_out_finish(struct docx_out *out) WARN_UNUSED; /* closes what is open */
void docx_out_done(struct docx_out *out);

/* `text`: inline Markdown, of code the plain text. Recorded while recording, written otherwise. */
void docx_out_block(struct docx_out *out, const struct docx_block *block, struct text text);
/* A title (level 0: no heading) that may be that of a contents list: it goes when docx_out_contents comes next. */
void docx_out_hold_title(struct docx_out *out, uint8_t level, struct text text);
void docx_out_contents(struct docx_out *out);

/* --- records --------------------------------------------------------------------------------------------------- */

void docx_out_record(struct docx_out *out);                   /* from here on records are kept */
size_t docx_out_open(struct docx_out *out, const struct docx_block *block); /* table, row, cell, or a place: its index */
void docx_out_close(struct docx_out *out, size_t index);
struct docx_block *docx_out_at(struct docx_out *out, size_t index);
size_t docx_out_count(const struct docx_out *out);
/* Fills a place that was opened with DOCX_BLOCK_NOTHING. */
void docx_out_fill(struct docx_out *out, size_t index, const struct docx_block *block, struct text text);
/* Ends a docx_out_record. The outermost one writes what was recorded. */
void docx_out_play(struct docx_out *out);
/* Ends a docx_out_record: what was recorded from `first` on as one run of inline Markdown, lines parted by "\n", until the next call here. */
struct text docx_out_flatten(struct docx_out *out, size_t first);

/* docx_table.c */
void docx_table_write(struct docx_out *out, size_t index);
void docx_write_records(struct docx_out *out, size_t first, size_t end);
void docx_flatten(struct docx_out *out, size_t first, size_t end, struct buffer *flat);
/* docx_out.c: writes, whether recording or not; and ends what is open: lists, quote, code, term. */
void docx_write_end(struct docx_out *out);
void docx_write_block(struct docx_out *out, const struct docx_block *block, struct text text);

#endif
