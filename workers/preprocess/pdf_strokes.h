/* pdf_strokes.h: a surface to draw a page on that notes which lines and areas are painted. Poppler has no call for a page's vector
 * paths; but what it draws goes through cairo, whose observer surface calls back at each fill and stroke, while the path is still
 * in the context. So the rules are exact, and nothing has to be read from pixels, but where a page paints pictures or transparent
 * groups, whose insides do not come by: there the pixels are read. One thread; knows cairo, not poppler. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_STROKES_H
#define DOCRING_WORKERS_PREPROCESS_PDF_STROKES_H

#include "workers/preprocess/pdf_rules.h"

#include <cairo.h>

struct pdf_strokes {
	struct pdf_rules *rules; /* not owned; of the page being drawn */
	cairo_surface_t *image;  /* what is drawn on, 72 pixels an inch; kept for pages of the same size */
	int width, height;       /* of the image */
	cairo_t *context;        /* of the page being drawn */
	struct pdf_box pictured; /* what pictures and groups cover; x1 0: nothing */
	int status;
};

void pdf_strokes_init(struct pdf_strokes *strokes);
void pdf_strokes_done(struct pdf_strokes *strokes);

/* A context to draw a page of this size (points) on; what is drawn is added to `rules`. NULL: the page is too large, or memory is
 * short. Borrowed until pdf_strokes_end. */
cairo_t *pdf_strokes_begin(struct pdf_strokes *strokes, struct pdf_rules *rules, float width, float height);
/* The page is drawn: settles the rules. 0 or -ENOMEM. */
int pdf_strokes_end(struct pdf_strokes *strokes) WARN_UNUSED;

#endif
