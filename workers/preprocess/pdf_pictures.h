/* pdf_pictures.h: the pictures of a page: which are there, which belong to the text, and a place for these among its words. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_PICTURES_H
#define DOCRING_WORKERS_PREPROCESS_PDF_PICTURES_H

#include "workers/preprocess/pdf_page.h"

#include <poppler.h>

/* At least as many pixels as the largest picture of the file has, as its bytes say it; 0: it holds none. Poppler makes every picture in
 * full before it draws it small, and a file of a few bytes may hold one of gigabytes. */
uint64_t pdf_pictures_pixels(struct text data);

/* Fills in the page's pictures and the share of the page that they cover. */
void pdf_pictures_find(PopplerPage *from, struct pdf_page *page);

#endif
