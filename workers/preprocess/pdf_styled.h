/* pdf_styled.h: text that grows line by line and remembers its styles, until it is written as inline Markdown. Plain text and runs
 * stand apart, so that lines are joined (hyphens, blanks) as if there were no styles. Pure; owns its buffers. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_STYLED_H
#define DOCRING_WORKERS_PREPROCESS_PDF_STYLED_H

#include "workers/preprocess/pdf_layout.h"
#include "workers/preprocess/pdf_text.h"

/* Further styles of a run, beside those of words. */
enum { PDF_RAISED = 8, PDF_LOWERED = 16, PDF_NOTE_MARK = 32 };

struct pdf_run {
	size_t start;  /* it ends where the next one begins */
	uint8_t style; /* enum pdf_style and the styles above, ored */
};

struct pdf_styled {
	struct buffer text; /* plain */
	struct pdf_run *runs;
	size_t run_count, run_capacity;
	int status;         /* -ENOMEM: a run is missing */
};

/* The notes that stand on a page, by their marks; numbered for the whole document. */
enum { PDF_NOTES_MAX = 64, PDF_NOTE_MARK_BYTES_MAX = 7 };
struct pdf_note_marks {
	char marks[PDF_NOTES_MAX][PDF_NOTE_MARK_BYTES_MAX + 1];
	uint32_t numbers[PDF_NOTES_MAX];
	size_t count;
};
/* Number of the note with this mark, or 0. */
uint32_t pdf_note_number(const struct pdf_note_marks *notes, struct text mark);

void pdf_styled_init(struct pdf_styled *styled, size_t bytes_max);
void pdf_styled_done(struct pdf_styled *styled);
void pdf_styled_clear(struct pdf_styled *styled);

/* Appends the row as the next line, without its first `skip` bytes (as pdf_row_append gives them). `styles`: of the words' own styles, those
 * that are kept. Raised numbers that are among `notes` (may be NULL) become marks. */
struct pdf_styled_line {
	const struct pdf_layout *layout;
	const struct pdf_row *row;
	size_t skip;
	uint8_t styles;
	const struct pdf_note_marks *notes;
	const struct word_set *vocabulary;
};
void pdf_styled_append_row(struct pdf_styled *styled, const struct pdf_styled_line *line);
void pdf_styled_append_text(struct pdf_styled *styled, struct text text, uint8_t style); /* as it is, without a blank before */

/* Appends inline Markdown: emphasis, code spans, raised and lowered text, marks of notes. */
void pdf_styled_write(const struct pdf_styled *styled, struct buffer *out);

#endif
