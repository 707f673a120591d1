/* pdf_notes.h: footnotes: the small rows at the end of a page or column that begin with a mark. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_NOTES_H
#define DOCRING_WORKERS_PREPROCESS_PDF_NOTES_H

#include "workers/preprocess/pdf_headings.h"

/* Marks the rows of notes (row.note), and of these the first ones (row.begins_note). */
void pdf_notes_find(struct pdf_layout *layout, const struct pdf_body *body);

/* "[12]", "12.", "12)" → "12"; what is no mark of a note (a number of up to three digits, or a sign) is empty. */
struct text pdf_note_mark(struct text word);

/* Is the word, which follows `before` or begins a row (NULL), raised against `base`? */
bool pdf_word_is_raised(const struct pdf_word *base, const struct pdf_word *before, const struct pdf_word *word);

#endif
