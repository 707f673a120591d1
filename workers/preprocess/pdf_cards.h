/* pdf_cards.h: blocks of text side by side, each below a heading of its own in larger type: cards, tiles with numbers, authors of a paper, the
 * head of two columns; and headings with a plain label beside them, such as a date. Asked by pdf_columns.h; the names of a table's columns are no larger than its cells. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_CARDS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_CARDS_H

#include "workers/preprocess/pdf_layout.h"

enum { PDF_CARDS_COLUMNS_MAX = 8 };

struct pdf_cards {
	size_t first, end;               /* of the segments; at least two */
	float x[PDF_CARDS_COLUMNS_MAX];  /* where each column begins, points; nothing crosses these places */
	size_t column_count;
};

/* The first cards at segment `from` or below, among segments sorted by height. *tries: how many headings may still be looked at, so that time
 * stays in proportion to the segments. False: there are none, *ret_cards stays untouched. */
bool pdf_cards_find(const struct pdf_segment *segments, size_t count, size_t from, unsigned *tries, struct pdf_cards *ret_cards);

/* The column that a segment of the cards stands in. */
size_t pdf_cards_column_of(const struct pdf_cards *cards, struct pdf_box box);

#endif
