/* pdf_layout.h: from the words of a page to rows in reading order. Pure.
 *
 * Words that follow each other closely are a segment; segments that stand side by side in one column are a row. A page of two
 * columns is cut into bands: between lines that span both, the left column is read before the right one. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_LAYOUT_H
#define DOCRING_WORKERS_PREPROCESS_PDF_LAYOUT_H

#include "workers/preprocess/pdf_page.h"

struct pdf_segment {
	struct pdf_box box;
	uint32_t word_first, word_count; /* in the page */
	float size;                      /* of its longest word */
	uint32_t region;
	uint16_t grid;                   /* all of a ruled table, from 1 (pdf_grid.h); 0: text */
	bool rtl, mono, bold;            /* its longest word is written from right to left, in type of one width, in bold type */
};

struct pdf_row {
	struct pdf_box box;
	uint32_t segment_first, segment_count; /* in the layout, from left to right */
	float y;            /* middle of most of its letters: what distances of rows are measured by; fonts' boxes differ */
	float size;         /* of most letters */
	float bold, italic, mono; /* share of the letters, 0–1 */
	uint32_t bytes;     /* of text, blanks not counted */
	uint32_t region;    /* rows of one region stand in one column: another number starts at another place */
	bool furniture;     /* running header, footer or page number: not text of the document */
	bool note;          /* of a footnote; begins_note: its first row (pdf_notes.h) */
	bool begins_note;
	bool heading;       /* surely one, whatever stands around it: no row of a table */
	uint8_t tag;        /* what the file's tags say: 1–6 a heading, or PDF_TAG_ANY_LEVEL, PDF_TAG_GOES_ON (pdf_tags.h); 0: nothing */
	bool rotated;       /* or a ruled table: nothing that is asked of lines of text is asked of it */
	uint16_t grid;      /* its only segment is this ruled table; 0: text */
	bool initial;       /* begins with a large letter, as one of its words says: the next line may stand further down */
	bool leads;         /* to a value, as its words say: a line by itself */
	bool begins_cells;  /* set for the rows of a table by pdf_table_part_rows: a row of the table begins here */
};

struct pdf_layout {
	const struct pdf_page *page; /* not owned; the words' texts */
	struct pdf_segment *segments;
	size_t segment_count, segment_capacity;
	struct pdf_row *rows;
	size_t row_count, row_capacity;
	struct pdf_box text;         /* what all segments cover */
	float blanks;                /* how wide they are between words, by what is usual: 1 and more */
	struct pdf_segment *parts;   /* scratch of pdf_align: the segments to be, and words that begin a column */
	size_t part_capacity;
	uint32_t *breaks;
	size_t break_count, break_capacity;
};

void pdf_layout_init(struct pdf_layout *layout);
void pdf_layout_done(struct pdf_layout *layout);
/* Replaces what was in the layout. The page stays as it is while the layout is used. 0 or -ENOMEM. */
int pdf_layout_build(struct pdf_layout *layout, const struct pdf_page *page) WARN_UNUSED;

/* Is there no blank between the two words of a segment? */
bool pdf_word_is_glued(const struct pdf_word *before, const struct pdf_word *word);

/* Makes `box` as large as to hold the other one too. */
void pdf_box_cover(struct pdf_box *box, struct pdf_box other);

/* Appends the row's text, words parted by one blank; or the text of one segment. Plain, no escapes. */
void pdf_row_append(const struct pdf_layout *layout, const struct pdf_row *row, struct buffer *out);
void pdf_segment_append(const struct pdf_layout *layout, const struct pdf_segment *segment, struct buffer *out);

#endif
