/* pdf_ocr.h: pages whose text is missing or means nothing are drawn and recognised; what comes out are words on the page, as if the
 * file had given them: everything after works on both.
 *
 * Bounded: so many pages and so much time a document, then pages are left out and counted. Looks at the clock for that alone. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_OCR_H
#define DOCRING_WORKERS_PREPROCESS_PDF_OCR_H

#include "config/settings.h"
#include "workers/preprocess/ocr.h"
#include "workers/preprocess/pdf_source.h"

enum { PDF_OCR_SIZES_MAX = 32 };

struct pdf_ocr {
	const struct settings *settings;     /* not owned */
	struct ocr_page result;              /* of the page at hand */
	float sizes[PDF_OCR_SIZES_MAX];      /* of the type on the pages so far: measured sizes are drawn to them */
	size_t size_count;
	uint64_t spent_ms;
	uint32_t tried;                      /* pages: drawn and looked at */
	uint32_t recognised;                 /* of these, whose words are on the page now */
	uint32_t left_out;                   /* pages that have text, as far as can be seen, and came out without it */
	bool switched_off, over_pages, over_time, too_large; /* why pages were left out */
	struct error_text problem;           /* the same, when the recogniser cannot be used: what to install */
};

void pdf_ocr_init(struct pdf_ocr *ocr, const struct settings *settings);
void pdf_ocr_done(struct pdf_ocr *ocr);

/* Replaces the words of a page that pdf_source_page filled in, if it needs that and recognition gives something better; page->ocr
 * says so, and `rules` are those of its picture. The page turns where its text does. 0 or -ENOMEM: a page that cannot be recognised stays as it is and is counted. */
int pdf_ocr_page(struct pdf_ocr *ocr, struct pdf_source *source, struct pdf_page *page, struct pdf_rules *rules) WARN_UNUSED;

/* Appends why pages were left out, and what to do about it, as the end of a sentence: "tesseract has no data …". */
void pdf_ocr_explain(const struct pdf_ocr *ocr, struct buffer *out);

#endif
