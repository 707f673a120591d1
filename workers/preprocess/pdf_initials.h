/* pdf_initials.h: the large letters that begin chapters become the first letters of their words again. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_INITIALS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_INITIALS_H

#include "workers/preprocess/pdf_page.h"
#include "workers/preprocess/pdf_text.h"

/* A capital that is much larger than the lines right of it, with a quotation mark before it or without, goes into the first word of the first of them; all
 * of them then begin where it stood, as lines of one paragraph. "A" and its like stay words of their own where the text says so: by the words of the
 * document so far, and by how words begin. Words of tables stay. Returns how many were joined; out of memory is in page->text.status. */
size_t pdf_initials_join(struct pdf_page *page, const struct word_set *vocabulary);

#endif
