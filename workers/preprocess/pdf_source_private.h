/* pdf_source_private.h: what the files that know poppler share: pdf_source.c (words, outline) and pdf_render.c (pictures of pages). */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_SOURCE_PRIVATE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_SOURCE_PRIVATE_H

#include "workers/preprocess/pdf_draw.h"
#include "workers/preprocess/pdf_signs.h"
#include "workers/preprocess/pdf_source.h"

#include <poppler.h>

struct pdf_source {
	PopplerDocument *document;
	GBytes *bytes;
	struct text data;
	struct pdf_drawer *drawer; /* of files with large pictures, when a page was drawn */
	bool undrawable;       /* it cannot read the file */
	PopplerPage *page;     /* read last; NULL: could not be read */
	guint log_handler;
	uint32_t page_count;
	uint64_t picture_pixels; /* of its largest picture at most; 0: it has none, and looking for them takes as long as reading text */
	struct pdf_signs signs; /* asking poppler for form fields makes it keep all links to the end: tens of megabytes in a manual of two thousand pages */
	bool tags_read;        /* the tree of tags is in memory: deep trees are freed on a large stack */
	struct buffer font;    /* its name */
	uint8_t font_style;
	bool font_unseen;
};

/* Calls `function` on a stack that holds the deepest tree of tags that is read: poppler reads and frees it by recursion. False: no such stack
 * can be had, and nothing was called. */
bool pdf_on_large_stack(void (*function)(void *argument), void *argument);

#endif
