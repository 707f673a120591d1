/* pdf_note_numbers.h: the numbers that footnotes get in the whole document. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_NOTE_NUMBERS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_NOTE_NUMBERS_H

#include "workers/preprocess/pdf_blocks.h"
#include "workers/preprocess/pdf_styled.h"

/* The mark of a note's block; `scratch` holds it until its next use. */
struct text pdf_block_note_mark(const struct pdf_layout *layout, const struct pdf_block *block, struct buffer *scratch);

/* Gives the page's notes their numbers: their own, unless the document had it before (notes are often counted by page or chapter).
 * *highest: the highest number so far. */
void pdf_note_numbers_find(const struct pdf_layout *layout, const struct pdf_blocks *blocks, uint32_t *highest, struct pdf_note_marks *ret_notes,
			   struct buffer *scratch);

#endif
