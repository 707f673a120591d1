#include "workers/preprocess/pdf_bitmap.h"

#include <stdlib.h>

enum { DARK_BELOW = 128, DARK_PIXELS_MIN = 6 };

void pdf_bitmap_done(struct pdf_bitmap *bitmap)
{
	free(bitmap->pixels);
	*bitmap = (struct pdf_bitmap){ 0 };
}

bool pdf_bitmap_blank(const struct pdf_bitmap *bitmap)
{
	size_t dark = 0;

	for (uint32_t y = 0; y < bitmap->height && dark < DARK_PIXELS_MIN; y++) {
		const uint8_t *row = pdf_bitmap_row(bitmap, y);
		for (uint32_t x = 0; x < bitmap->width; x++)
			dark += row[x] < DARK_BELOW;
	}
	return dark < DARK_PIXELS_MIN;
}
