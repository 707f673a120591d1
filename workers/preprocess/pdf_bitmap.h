/* pdf_bitmap.h: a page as a picture in grey: what is drawn by poppler, looked at for ink, and recognised. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_BITMAP_H
#define DOCRING_WORKERS_PREPROCESS_PDF_BITMAP_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pdf_bitmap {
	uint8_t *pixels;   /* rows from the top; 0 is black, 255 white; owned */
	uint32_t width, height;
	size_t stride;     /* bytes from row to row */
	float dpi;         /* pixels an inch: a point is dpi / 72 pixels */
};

static inline const uint8_t *pdf_bitmap_row(const struct pdf_bitmap *bitmap, uint32_t y)
{
	return bitmap->pixels + (size_t)y * bitmap->stride;
}

void pdf_bitmap_done(struct pdf_bitmap *bitmap); /* frees; NULL pixels are fine */

/* Is nothing to be seen on it but its ground: fewer dark pixels than one letter has? */
bool pdf_bitmap_blank(const struct pdf_bitmap *bitmap);

#endif
