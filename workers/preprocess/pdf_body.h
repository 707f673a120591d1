/* pdf_body.h: what the running text of a PDF document looks like, and which rows stand out from it. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_BODY_H
#define DOCRING_WORKERS_PREPROCESS_PDF_BODY_H

#include "workers/preprocess/pdf_layout.h"

#include <math.h>

/* Sizes counted by their letters. */
enum { PDF_SIZE_STEPS = 800, PDF_STEPS_PER_POINT = 4, PDF_END_STEPS = 300 };
struct pdf_body {
	uint64_t letters[PDF_SIZE_STEPS];
	uint64_t light_letters[PDF_SIZE_STEPS]; /* those that are neither bold nor of fixed width */
	uint64_t code_letters[PDF_SIZE_STEPS];  /* of fixed width, not bold */
	uint64_t bold_letters, italic_letters, mono_letters, all_letters;
	/* Lines of fixed-width type by their left and right ends, in steps of 4 points. */
	uint32_t mono_begins[PDF_END_STEPS], mono_ends[PDF_END_STEPS], mono_lines;
	float size;     /* after pdf_body_settle: the most frequent one, or a larger one that is common too (a document of tables) */
	float code_size; /* the most frequent one of fixed-width type, where there is some of it; fonts may be larger by their measure than they look */
	bool bold;      /* most of the text is bold, so bold says nothing */
	bool italic;    /* the same of italics */
	bool mono;      /* most of the text is of fixed-width type, and so is prose: its lines are full */
};
void pdf_body_count(struct pdf_body *body, const struct pdf_page *page);
void pdf_body_settle(struct pdf_body *body);
/* Does some of the text stand out by its size or weight? Then headings do. */
bool pdf_body_has_display(const struct pdf_body *body);
/* Is more set in this size, neither bold nor of fixed width, than headings would be? Quotations may be most of a document and smaller than its text. */
bool pdf_body_is_text_size(const struct pdf_body *body, float size);
/* Is the row in larger type than the text? Code in the size that it usually has is not. */
bool pdf_row_is_larger_than(const struct pdf_row *row, const struct pdf_body *body);
/* Is the row, seen by itself, typeset as a heading: larger than the text, or all bold? */
bool pdf_row_stands_out(const struct pdf_row *row, const struct pdf_body *body);

/* Index of a size in the counts. */
static inline size_t pdf_size_step(float size)
{
	float step = roundf(size * PDF_STEPS_PER_POINT);
	return step < 1 ? 0 : step >= PDF_SIZE_STEPS ? PDF_SIZE_STEPS - 1 : (size_t)step;
}

#endif
