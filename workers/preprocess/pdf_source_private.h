/* pdf_source_private.h: what the files that know poppler share: pdf_source.c (words, outline) and pdf_render.c (pictures of pages). */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_SOURCE_PRIVATE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_SOURCE_PRIVATE_H

#include "workers/preprocess/pdf_source.h"

#include <poppler.h>

struct pdf_source {
	PopplerDocument *document;
	GBytes *bytes;
	PopplerPage *page;     /* read last; NULL: could not be read */
	guint log_handler;
	uint32_t page_count;
	uint64_t picture_pixels; /* of its largest picture at most; 0: it has none, and looking for them takes as long as reading text */
	bool fields_possible;  /* it has a form, or may have one */
	struct buffer font;    /* its name */
	uint8_t font_style;
};

/* Can the file have form fields? False is certain. Asking poppler for those of a page makes it keep all the page's links to the end
 * of the document: tens of megabytes in a manual of two thousand pages. */
bool pdf_fields_possible(struct text data);

#endif
