/* pdf_line_numbers.h: numbers of lines in the margin, as review copies, laws and listings have them. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_LINE_NUMBERS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_LINE_NUMBERS_H

#include "workers/preprocess/pdf_page.h"

/* Empties the words that count the lines of the page: at least five in a row, one below the other, each one more (or five more) than
 * the one above, smaller than the text or left of all of it. Returns how many. */
size_t pdf_line_numbers_drop(struct pdf_page *page);

#endif
