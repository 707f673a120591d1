/* pdf_rules.h: the horizontal and vertical lines of a page, and its filled areas, from wherever they are known: vector paths
 * (pdf_strokes.h) or the pixels of a page image (pdf_rules_read_bitmap; scans too). What tables are made of is asked of them by
 * pdf_grid.h. Pure; knows neither poppler nor cairo.
 *
 * Coordinates are those of pdf_page.h: points from the top left corner, y downwards. Only lines along the axes are kept. The lists
 * are reused from page to page. A page with more than PDF_RULES_MAX pieces of one kind is a drawing: the rest is not kept. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_RULES_H
#define DOCRING_WORKERS_PREPROCESS_PDF_RULES_H

#include "workers/preprocess/pdf_page.h"

enum { PDF_RULES_MAX = 20000 };

struct pdf_rule {
	float at;        /* where it stands: y of a horizontal rule, x of a vertical one; its middle */
	float from, to;  /* from < to: x of a horizontal rule, y of a vertical one */
	float thickness; /* points */
};

struct pdf_rule_list {
	struct pdf_rule *items;
	size_t count, capacity;
};

struct pdf_fill { /* a filled rectangle that is no rule */
	struct pdf_box box;
	float shade; /* 0 black to 1 white */
};

struct pdf_rules {
	struct pdf_rule_list horizontal, vertical;
	struct pdf_fill *fills; /* in the order in which they were painted */
	size_t fill_count, fill_capacity;
	bool crowded;           /* there were more than PDF_RULES_MAX of one kind */
};

void pdf_rules_init(struct pdf_rules *rules);
void pdf_rules_done(struct pdf_rules *rules);
void pdf_rules_clear(struct pdf_rules *rules); /* keeps the memory */

/* A straight line, as drawn; one that is not along an axis is passed over. 0 or -ENOMEM, as all that follow. */
int pdf_rules_add_line(struct pdf_rules *rules, float x0, float y0, float x1, float y1, float thickness) WARN_UNUSED;
/* A filled rectangle: a rule when it is thin, else an area. */
int pdf_rules_add_fill(struct pdf_rules *rules, struct pdf_box box, float shade) WARN_UNUSED;

/* The rules in a grey image of a page, 0 black to 255 white: runs of dark pixels that are long, thin and straight; lines a little
 * askew too. `points_per_pixel` is 72 / dpi. What is dark and thick is an area. The rules are added to those that are there.
 * Takes time in proportion to the pixels. 0, -ENOMEM, or -EINVAL when the image is larger than 32,768 pixels on a side. */
int pdf_rules_read_bitmap(struct pdf_rules *rules, const uint8_t *pixels, size_t width, size_t height, size_t stride_bytes,
			  float points_per_pixel) WARN_UNUSED;

/* Joins the pieces of each line, drops what is too short to part anything and what is painted white on white. Sorted by `at`, then by `from`. Call it
 * once all is added. */
void pdf_rules_settle(struct pdf_rules *rules);

#endif
