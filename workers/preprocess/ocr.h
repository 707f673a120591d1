/* ocr.h: from the picture of a page to words, by tesseract: the only file pair that knows it.
 *
 * The picture is put upright first (quarter turns, then small angles), and its rules are taken out, so that they are not read as
 * letters. There is one recogniser in a process: it is made for the first page that needs it, and again when other languages are
 * asked for; a process that never sees a scan pays nothing. One thread, whatever OpenMP would like.
 *
 * A page's words come with tight boxes in pixels of the upright picture. */
#ifndef DOCRING_WORKERS_PREPROCESS_OCR_H
#define DOCRING_WORKERS_PREPROCESS_OCR_H

#include "base/buffer.h"
#include "base/error.h"
#include "workers/preprocess/pdf_bitmap.h"
#include "workers/preprocess/pdf_rules.h"

struct ocr_word {
	float x0, y0, x1, y1; /* pixels, y downwards */
	float baseline;       /* y of its line at its middle */
	float size;           /* of the type, pixels: one for all words of a line */
	float stroke;         /* width of its upright strokes, as a part of the size; 0: not known */
	float confidence;     /* 0–1 */
	uint32_t start, bytes; /* in the page's text */
	bool bold, mono;
	bool line_end;
};

struct ocr_page {
	struct buffer text;
	struct ocr_word *words;
	size_t word_count, word_capacity;
	uint32_t width, height; /* of the upright picture, pixels */
	float confidence;       /* mean of its words by length, 0–1; 0: no words */
	int turned;             /* quarter turns to the right that put it upright, 0–3 */
	float skew_degrees;     /* what it was turned by besides */
	bool cut_short;         /* the time was over: words are missing */
};

void ocr_page_init(struct ocr_page *page);
void ocr_page_done(struct ocr_page *page);

struct ocr_request {
	const char *languages; /* "eng", "eng+deu" */
	uint64_t time_ms_max;  /* for this page */
};

/* Makes the recogniser ready. ERROR_INPUT_REJECTED with what to install when there is no data for a language, or -ENOMEM. */
int ocr_prepare(const char *languages, struct error_text *error) WARN_UNUSED;
/* Replaces what was in `page`, and in `rules` by the lines of the upright picture, in points. Frees the bitmap's pixels as soon as they are not needed any more. Errors as ocr_prepare. */
int ocr_recognise(struct pdf_bitmap *bitmap, const struct ocr_request *request, struct ocr_page *page, struct pdf_rules *rules,
		  struct error_text *error) WARN_UNUSED;

/* "tesseract 5.3.0" */
const char *ocr_version(void);

#endif
