/* pdf_bullets.h: bullets that a page draws instead of writing them, as browsers do: each becomes a word of its own before the text that it
 * stands left of, so that what follows sees the same as in a file whose bullets are letters. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_BULLETS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_BULLETS_H

#include "workers/preprocess/pdf_page.h"

/* `dots`: small round or square shapes of the page, by the height of their middle (pdf_marks.h). A dot is a bullet when it is much smaller than
 * the letters of the next word on its line, stands near that word, and has no word right before it. 0 or -ENOMEM. */
int pdf_bullets_add(struct pdf_page *page, const struct pdf_box *dots, size_t count) WARN_UNUSED;

#endif
