/* pdf_underscores.h: underscores that a page draws instead of writing them, as TeX does in its own older fonts, which have none: "\_" is a rule on the
 * base line, .3 em long (plain TeX, LaTeX's OT1 encoding, Texinfo). Without them "bit_len" is two words, and no name of a program is right. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_UNDERSCORES_H
#define DOCRING_WORKERS_PREPROCESS_PDF_UNDERSCORES_H

#include "workers/preprocess/pdf_page.h"

/* `strokes`: short flat shapes of the page, by the height of their middle (pdf_marks.h). One that stands on the base line of a word, right behind it or
 * before it, over or under nothing, becomes a letter of that word, and what follows it is glued to it. 0 or -ENOMEM. */
int pdf_underscores_join(struct pdf_page *page, const struct pdf_box *strokes, size_t count) WARN_UNUSED;

#endif
