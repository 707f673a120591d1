/* pdf_write.h: from the blocks of page after page to Markdown: lines joined to paragraphs, over page ends too; lists, code and
 * tables through the Markdown writer; headings noted for their levels. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_WRITE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_WRITE_H

#include "workers/preprocess/markdown_writer.h"
#include "workers/preprocess/pdf_blocks.h"
#include "workers/preprocess/pdf_styled.h"

enum { PDF_LIST_DEPTH_MAX = 8, PDF_HEAD_ROWS = 4, PDF_PENDING_BYTES_MAX = 256 << 20 };

enum pdf_pending { PDF_PENDING_NOTHING, PDF_PENDING_PARAGRAPH, PDF_PENDING_ITEM, PDF_PENDING_CODE, PDF_PENDING_TABLE };

struct pdf_open_list {
	float marker_x0, text_x0;
	bool ordered;
	uint32_t number; /* of the item written last */
};

/* The cells of one row of a table, one behind the other, plain. */
struct pdf_cells {
	struct buffer text;
	size_t end[PDF_TABLE_COLUMNS_MAX];
};

struct pdf_writer {
	struct markdown_writer markdown;
	struct buffer *out;                        /* not owned; headings have one "#" until their levels are known */
	struct pdf_headings *headings;             /* not owned */
	const struct word_set *vocabulary;   /* not owned */
	struct pdf_open_list lists[PDF_LIST_DEPTH_MAX];
	int list_depth;
	enum pdf_pending pending;
	struct pdf_styled prose; /* what is pending: a paragraph or an item */
	struct buffer text;      /* what is pending: code, plain; else scratch */
	struct pdf_styled note;  /* scratch */
	struct buffer notes;     /* footnotes seen so far, Markdown, one a line: they end the document */
	struct pdf_note_marks page_notes; /* of the page at hand */
	uint32_t notes_numbered;          /* highest number given to one */
	struct buffer line;      /* scratch: one row or cell */
	struct pdf_cells cells;  /* of the open table: its last row, held back as it may go on */
	uint64_t head[PDF_HEAD_ROWS]; /* hashes of its first rows: a page further on they may stand once more */
	size_t head_count, repeated;  /* of these; those seen again on the page at hand */
	bool row_held;
	bool header_alone;       /* the row that is held may be a line of text: no other row of the table was seen */
	size_t table_columns;
	struct buffer row;       /* scratch: cells of one row, escaped */
	struct buffer escaped;   /* scratch */
	int status;              /* first failure of a buffer above, or of the headings */
};

void pdf_writer_init(struct pdf_writer *writer, struct buffer *out, struct pdf_headings *headings, const struct word_set *vocabulary);
void pdf_writer_done(struct pdf_writer *writer);
/* Writes a page's blocks. What ends the page may still go on with the next. */
void pdf_write_page(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_blocks *blocks);
/* Writes what is pending. 0 or a negative code. */
int pdf_write_finish(struct pdf_writer *writer) WARN_UNUSED;

#endif
