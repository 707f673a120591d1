/* ocr_picture.h: a page's picture made ready for recognition with leptonica: upright, and what can be measured on it: the width of
 * strokes. Used by ocr.c alone. Functions that make a picture return NULL when there is no memory. */
#ifndef DOCRING_WORKERS_PREPROCESS_OCR_PICTURE_H
#define DOCRING_WORKERS_PREPROCESS_OCR_PICTURE_H

#include "workers/preprocess/pdf_bitmap.h"
#include "workers/preprocess/pdf_rules.h"

#include <leptonica/allheaders.h>

/* An eight-bit picture with the bitmap's pixels. */
PIX *ocr_picture_create(const struct pdf_bitmap *bitmap);

/* Grey or uneven ground (photographed pages, copies, coloured paper) is made white; others stay as they are, and this
 * one does too where no paper is to be seen. Replaces *picture. */
void ocr_picture_whiten(PIX **picture);

struct ocr_upright {
	int turns;          /* quarter turns to the right, 0–3 */
	float skew_degrees; /* to the right, after these */
	bool sure;          /* the letters say which way is up; if not, it was taken to be up already */
};

/* Puts the text upright: lines that run along the page, lines that rise or fall by a few degrees, pages that stand on their head.
 * Replaces *picture. False: out of memory, *picture may have been replaced all the same. */
bool ocr_picture_upright(PIX **picture, struct ocr_upright *ret_upright);

/* The rules of the picture, in points: replaces what was in `rules`. 0 or -ENOMEM. */
int ocr_picture_rules(PIX *picture, struct pdf_rules *rules) WARN_UNUSED;

/* Takes out long straight lines, which touch letters and are read as some, and, where there are many, specks too small for any mark of print:
 * they part words and lines. */
bool ocr_picture_erase_noise(PIX *picture);

/* Median width of the strokes that the rows of the box cross, pixels; 0: no strokes. */
float ocr_picture_stroke(PIX *picture, int x0, int y0, int x1, int y1);

struct ocr_blob {
	int x0, y0, x1, y1; /* tight */
	float fill;         /* share of its box that is dark */
	float alone;        /* pixels of white on its left, as far as was looked at */
};
/* The dark thing that is nearest to the right edge of the box, when white parts it from whatever else there is on its line. */
bool ocr_picture_blob(PIX *picture, int x0, int y0, int x1, int y1, struct ocr_blob *ret_blob);

#endif
