/* pdf_rows.h: questions about the rows of a page that pdf_blocks and pdf_heading_rows ask: how far they stand apart, whether they fill
 * their column, what they begin with. Pure; the text of a row is scratch of the blocks and holds until the next question. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_ROWS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_ROWS_H

#include "workers/preprocess/pdf_blocks.h"

struct pdf_rows_work { /* what is known while the blocks of a page are built */
	struct pdf_blocks *blocks;
	struct pdf_layout *layout;
	const struct pdf_body *body;
	struct pdf_outline *outline;
	const struct pdf_tags *tags;
	float leading;          /* usual distance of two lines of a paragraph, in font sizes */
	float wide_leading;     /* that of other paragraphs of the page, which are set wider; 0: there are none */
	size_t no_table_before; /* rows before this index begin no table: it was refused already */
	struct pdf_box region;  /* left and right edge of the column at hand */
	uint32_t region_of;
	bool region_known, region_started;
	bool outdented;         /* most rows of the region begin right of its edge: what begins at it stands out */
};

struct text pdf_row_text(struct pdf_rows_work *work, const struct pdf_row *row);
/* Index of the next row that is text, or the row count; of the one before, or SIZE_MAX. */
size_t pdf_next_row(const struct pdf_layout *layout, size_t r);
size_t pdf_row_before(const struct pdf_layout *layout, size_t r);
static inline float pdf_row_distance(const struct pdf_row *a, const struct pdf_row *b) { return b->y - a->y; }

/* The distance of neighbouring lines of one size, in font sizes: the lower quartile below lines that reach far to the right, so that
 * neither lists nor tables nor short paragraphs count. Where there are few such, `known` from the pages before (0: not known), or
 * the median of all lines; 1.2 when there are none. *ret_sure: does it say something of other pages? */
float pdf_usual_leading(const struct pdf_layout *layout, float known, bool *ret_sure);
/* A second, wider distance of lines on the page, in font sizes, or 0. It is told by lines that go on in a small letter below lines that
 * reach far to the right: text beside lists or notes that are set closer. */
float pdf_wide_leading(const struct pdf_layout *layout, float leading);
/* Learns the edges of the column that the row stands in. Rows of a region follow one another. */
void pdf_enter_region(struct pdf_rows_work *work, size_t r);

/* Parts of the row that stand further apart than words do. */
uint32_t pdf_count_parts(const struct pdf_layout *layout, const struct pdf_row *row);
bool pdf_row_is_larger(const struct pdf_rows_work *work, const struct pdf_row *row);
bool pdf_same_type(const struct pdf_row *a, const struct pdf_row *b);
const struct pdf_word *pdf_first_word(const struct pdf_rows_work *work, const struct pdf_row *row);
/* A row that begins with a small raised sign is a note or the like, wherever it stands. */
bool pdf_begins_raised(const struct pdf_rows_work *work, const struct pdf_row *row);
/* Fixed-width type from its first word on: "2. Set someLongName to 3." is no code. */
bool pdf_row_is_code(struct pdf_rows_work *work, const struct pdf_row *row);
/* Does the row begin with a list marker that stands by itself? *ret_text_x0: where the item's text begins. */
bool pdf_find_marker(struct pdf_rows_work *work, const struct pdf_row *row, struct pdf_marker *ret_marker, float *ret_text_x0);
/* Does the row reach the right edge, so that its paragraph may go on? */
bool pdf_row_is_full(const struct pdf_rows_work *work, const struct pdf_row *row);
/* Does the row stand in the middle of its column, away from both edges? */
bool pdf_row_is_centred(const struct pdf_rows_work *work, const struct pdf_row *row);
/* Would the first word of `row` not have stood on the line before? Then that line is full, short as it may be. */
bool pdf_row_is_wrapped(const struct pdf_rows_work *work, const struct pdf_row *before, const struct pdf_row *row);
bool pdf_ends_sentence(struct pdf_rows_work *work, const struct pdf_row *row);

#endif
