/* markdown_writer.h: the one place that writes normal Markdown (see convert.h). Every converter drives it with blocks; it
 * decides blank lines, markers, indentation, fences and escapes, so that all converters agree and convert_markdown leaves
 * their output as it is.
 *
 * Inline text given to it is Markdown already: plain text goes through markdown_append_escaped
 * (markdown_inline.h) first. What would be block
 * syntax at the start of a line is escaped here. A "\n" in a paragraph stays a line break; everywhere else it becomes a
 * blank ("<br>" in table cells).
 *
 * Owns nothing but its place in the document: the buffer is the caller's and keeps the first failure (buffer.h). */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKDOWN_WRITER_H
#define DOCRING_WORKERS_PREPROCESS_MARKDOWN_WRITER_H

#include "base/buffer.h"
#include "base/text.h"

#include <stdint.h>

enum {
	MARKDOWN_DEPTH_MAX = 16,    /* lists and quotes in each other; what lies deeper is written at this depth */
	MARKDOWN_COLUMNS_MAX = 256, /* of a table (BLOCK_CELLS_MAX); further cells are joined to the last */
	MARKDOWN_MARKER_BYTES = 16,
};

enum markdown_last { /* what was written last in a container: decides the blank line before the next block */
	MARKDOWN_LAST_NOTHING, MARKDOWN_LAST_PARAGRAPH, MARKDOWN_LAST_BULLETS, MARKDOWN_LAST_NUMBERS, MARKDOWN_LAST_OTHER,
};

struct markdown_level { /* one open list or quote */
	bool quote;
	bool ordered;
	bool item_open;     /* list: between item_open and item_close */
	bool transparent;   /* adds no indentation: too deep, or a list that is all its item holds */
	bool marker_due;    /* the item's marker has not been written yet */
	bool has_item;      /* an item of the list was written */
	uint8_t indent;     /* columns of the last marker */
	uint8_t last;       /* enum markdown_last of what stands in the item or quote */
	char marker[MARKDOWN_MARKER_BYTES];
};

struct markdown_writer {
	struct buffer *out; /* not owned */
	size_t start;       /* where this document starts in out */
	uint8_t last;       /* enum markdown_last at the top */
	int depth;          /* levels in use */
	int excess;         /* levels opened beyond MARKDOWN_DEPTH_MAX */
	bool rule_due;      /* a thematic break is written only when something follows it */
	size_t table_columns;
	bool table_has_header;
	size_t table_cell_bytes, table_padding_bytes; /* written so far, of given cells and of those that rows lacked */
	uint32_t heading_count, table_count; /* written so far */
	struct markdown_level levels[MARKDOWN_DEPTH_MAX];
};

void markdown_init(struct markdown_writer *writer, struct buffer *out);
/* Closes what is open. The document ends with one "\n", or is empty. */
void markdown_finish(struct markdown_writer *writer);

/* --- blocks; an empty one is not written ----------------------------------------------------------------------- */

void markdown_heading(struct markdown_writer *writer, unsigned level, struct text inline_text); /* level is brought into 1–6 */
void markdown_paragraph(struct markdown_writer *writer, struct text inline_text);
/* Fenced, verbatim but for trailing blanks of a line; the fence is longer than any in the code. `language` may be empty. */
void markdown_code(struct markdown_writer *writer, struct text language, struct text code);
void markdown_rule(struct markdown_writer *writer);

/* Lists: list_open, then item_open, blocks or lists, item_close …, list_close. An item without content leaves no trace. */
void markdown_list_open(struct markdown_writer *writer, bool ordered);
void markdown_item_open(struct markdown_writer *writer, uint32_t number); /* number: of an ordered list, else ignored */
/* The open item, when it has nothing yet, goes on with the one before it, if there is one: a list that is all it holds is one of that item. */
void markdown_item_join(struct markdown_writer *writer);
void markdown_item_close(struct markdown_writer *writer);
void markdown_list_close(struct markdown_writer *writer);
void markdown_quote_open(struct markdown_writer *writer);
void markdown_quote_close(struct markdown_writer *writer);

/* A table row by row; the first row is the header. Rows shorter than `columns` (1–MARKDOWN_COLUMNS_MAX) are padded with
 * empty cells, unless the table would be hardly more than these; cells beyond it are joined to the last. Cells are inline Markdown with "|" as it is: it is escaped here. */
void markdown_table_open(struct markdown_writer *writer, size_t columns);
void markdown_table_row(struct markdown_writer *writer, const struct text *cells, size_t count);
void markdown_table_close(struct markdown_writer *writer);

#endif
