/* pdf_strokes.h: a surface to draw a page on that notes which lines and areas are painted. Poppler has no call for a page's vector
 * paths; but what it draws goes through cairo, whose observer surface calls back at each fill and stroke, while the path is still
 * in the context. So the rules are exact, and nothing has to be read from pixels, but where a page paints pictures or transparent
 * groups, whose insides do not come by: there the pixels are read.
 *
 * Knows cairo, not poppler. A process has one observer, made at first use, and draws one page at a time on it. Cairo lets it grow with
 * each piece of text, and never frees its callbacks: so it is made anew, but rarely (a few bytes a page). One thread. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_STROKES_H
#define DOCRING_WORKERS_PREPROCESS_PDF_STROKES_H

#include "workers/preprocess/pdf_rules.h"

#include <cairo.h>

struct pdf_strokes {
	struct pdf_rules *rules; /* not owned; of the page being drawn */
	float width, height;     /* of the page being drawn, points */
	double scale;            /* pixels a point; 1 for pages of usual size */
	cairo_t *context;        /* of the page being drawn */
	struct pdf_box pictured; /* what pictures and groups cover; x1 0: nothing */
	int status;
};

/* A context to draw a page of this size (points) on; what is drawn is added to `rules`. NULL: the page is too large, or memory is
 * short. Borrowed until pdf_strokes_end, which follows before the next page begins. */
cairo_t *pdf_strokes_begin(struct pdf_strokes *strokes, struct pdf_rules *rules, float width, float height);
/* The page is drawn: settles the rules. 0 or -ENOMEM. */
int pdf_strokes_end(struct pdf_strokes *strokes) WARN_UNUSED;

#endif
