/* pdf_marks.h: which marked content the text of a page is, by its place: read from the page's content stream, where each piece of text says
 * where it begins; and the small shapes that may be bullets or underscores. Pure. Forms that the page draws, as browsers do for what is translucent, are read as a part of it. Text that follows other
 * text without a place of its own has none. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_MARKS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_MARKS_H

#include "workers/preprocess/pdf_objects.h"
#include "workers/preprocess/pdf_page.h"

enum { PDF_MARKS_MAX = 1 << 18, PDF_FORM_BYTES_MAX = 32 << 20, PDF_SHAPES_MAX = 4096 };

struct pdf_mark {
	float x, y;   /* where its text begins, on the base line; as in pdf_page.h */
	int32_t mark; /* of its content; -1: of none */
	uint32_t form; /* object number of the form that numbers its marks itself; 0: the page does */
	uint32_t sequence; /* of the text in the content, from 0 */
};

struct pdf_shapes { /* by the height of their middle */
	struct pdf_box *items;
	size_t count, capacity;
};

struct pdf_marks {
	struct pdf_mark *items; /* by y, then by x */
	size_t count, capacity;
	size_t *lines;          /* where each y begins, and the count */
	size_t line_count, line_capacity;
	struct pdf_shapes dots;    /* round or square, of some points */
	struct pdf_shapes strokes; /* flat, as long as a letter is wide */
};

void pdf_marks_done(struct pdf_marks *marks);
/* Replaces what was in `marks`. `resources`: the page's dictionary of them; `left`, `top`: its edges in the coordinates of its content. 0 or
 * -ENOMEM. */
int pdf_marks_read(struct pdf_marks *marks, struct pdf_objects *objects, struct text resources, struct text content, double left,
		   double top) WARN_UNUSED;

/* The mark of a word; NULL: no text begins left of it on its line. */
const struct pdf_mark *pdf_marks_of(const struct pdf_marks *marks, const struct pdf_word *word);

#endif
