/* pdf_draw.h: pages as pictures by poppler's own renderer, for files with large pictures. It draws a picture line by line at the size at which it is
 * seen, where cairo (pdf_render.c) first holds all of it, four bytes a pixel: 20 MB instead of 450 for one of 100 million pixels.
 *
 * Only its C++ interface has this renderer: the file behind this header is the one in C++. One thread. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_DRAW_H
#define DOCRING_WORKERS_PREPROCESS_PDF_DRAW_H

#include "workers/preprocess/pdf_bitmap.h"

struct pdf_drawer;

/* `data` is not copied and outlives the drawer. NULL: it cannot be read so, or there is no memory. */
struct pdf_drawer *pdf_drawer_create(const char *data, size_t bytes);
void pdf_drawer_destroy(struct pdf_drawer *drawer);

/* Draws page `number` (from 0) in grey on white; the caller frees the bitmap. False: it cannot be drawn, and the bitmap is as before. */
bool pdf_drawer_draw(struct pdf_drawer *drawer, uint32_t number, double dpi, struct pdf_bitmap *ret_bitmap);

#endif
