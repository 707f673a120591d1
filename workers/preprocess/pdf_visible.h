/* pdf_visible.h: words that nobody sees on the page: in the colour of the paper, drawn without ink, of no size, beside the page. A text
 * layer under a scan is not meant: it says what the picture shows. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_VISIBLE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_VISIBLE_H

#include "workers/preprocess/pdf_source.h"

struct pdf_visible {
	bool hides; /* words without ink were found in this document: all pages are looked at */
};

/* Takes words that are not seen out of the page. It is drawn to see them: the first page of a document, pages with words in the
 * colour of paper, and all that follow where such words were found. *ret_dropped: how many went; `dropped_text` holds the
 * first of them afterwards. 0 or -ENOMEM. */
int pdf_visible_filter(struct pdf_visible *visible, struct pdf_source *source, struct pdf_page *page, size_t *ret_dropped,
		       struct buffer *dropped_text) WARN_UNUSED;

#endif
