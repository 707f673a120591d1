/* ocr_lines.h: what tesseract does not say of the words that it recognised, measured on the picture and on where they stand: the size
 * of the type, bold and fixed-width type, bullets. Used by ocr.c alone. */
#ifndef DOCRING_WORKERS_PREPROCESS_OCR_LINES_H
#define DOCRING_WORKERS_PREPROCESS_OCR_LINES_H

#include "workers/preprocess/ocr.h"
#include "workers/preprocess/ocr_picture.h"

/* The page's words are all there, the last of each line marked. Lines that tesseract has broken at a wide blank are joined, every line
 * gets one size of type, and a bullet in front when one is seen there; then words are marked as bold, and lines as of fixed width, by
 * comparison with the rest of the page. 0 or -ENOMEM. */
int ocr_lines_settle(struct ocr_page *page, PIX *picture) WARN_UNUSED;

#endif
