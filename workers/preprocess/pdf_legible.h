/* pdf_legible.h: does the text that a PDF page gives mean anything? Fonts without a map to Unicode give letters that make no words.
 * Pure. It may doubt a page that is fine (tables of codes): who asks looks at the page's picture before leaving the text. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_LEGIBLE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_LEGIBLE_H

#include "workers/preprocess/pdf_page.h"

/* The same of text from elsewhere; `characters` of it without blanks, of which `garbage` mean nothing. */
bool pdf_text_legible(struct text text, size_t characters, size_t garbage);
bool pdf_page_legible(const struct pdf_page *page);
/* Does the text that stands under a scan look recognised badly: words with marks in their middle ("te1_t", "s~a|us")? */
bool pdf_page_torn(const struct pdf_page *page);

#endif
