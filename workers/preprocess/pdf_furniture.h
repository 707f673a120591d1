/* pdf_furniture.h: running headers, footers and page numbers: found by comparing the outermost rows of neighbouring pages.
 * Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_FURNITURE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_FURNITURE_H

#include "workers/preprocess/pdf_layout.h"

enum {
	PDF_EDGE_ROWS = 3,      /* on each side */
	PDF_NEIGHBOURS_MAX = 4, /* two pages before, two after: left and right pages may differ */
};

struct pdf_edge {
	uint32_t row;
	float y;          /* of its middle, as a part of the page's height */
	float away, page_height; /* from the page's top or bottom, whichever is nearer; points */
	uint64_t key;     /* hash of its words, numbers taken out */
	uint64_t words;   /* hash of all of it */
	int32_t first_number, last_number; /* page number at its start or end, -1: none */
	uint64_t numbers;       /* sum of all numbers in its words */
	uint32_t number_count;
	bool number_alone;
	bool large;       /* much larger than the text of its page, as the titles of chapters are */
	bool table_like;  /* three or more parts */
	bool dated;       /* it says a date and a time */
	bool addressed;   /* it says the address of a web page */
	bool spread;      /* two parts, at the two edges of the text */
};

struct pdf_edges {
	uint32_t page_number;
	bool bare; /* the page has no other rows */
	struct pdf_edge top[PDF_EDGE_ROWS], bottom[PDF_EDGE_ROWS]; /* from the page's edge inwards */
	size_t top_count, bottom_count;
};

/* What of the page may be furniture. `scratch` is used and left in any state. */
void pdf_edges_find(const struct pdf_layout *layout, struct buffer *scratch, struct pdf_edges *ret_edges);
/* Marks the page's rows that its neighbours have too: the same words at the same height, or a number that counts the pages. */
void pdf_furniture_mark(struct pdf_layout *layout, const struct pdf_edges *edges, const struct pdf_edges *const *neighbours, size_t count);

#endif
