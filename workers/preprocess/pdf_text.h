/* pdf_text.h: pure questions about the text of rows: clause numbers, list markers, leaders of contents lists; and how the last
 * word of a line and the first of the next become one. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_TEXT_H
#define DOCRING_WORKERS_PREPROCESS_PDF_TEXT_H

#include "base/buffer.h"
#include "workers/preprocess/word_set.h"

#include <stdint.h>

/* Appends the next line of a paragraph to `text`, with a blank between. A word parted by a hyphen at the line's end is joined:
 * without the hyphen when the whole word occurs in the document or nothing speaks for "real-time" written so; with it before a
 * capital or a digit, when the word occurs so, and when both parts are words of the document. Soft hyphens vanish. A name that a narrow cell parts without a hyphen
 * ("EUtranCellFDD.cellRan", "ge") is joined when its word occurs whole in the document, or ends or goes on with "_". */
void pdf_join_line(struct buffer *text, struct text line, const struct word_set *vocabulary);
/* The two steps of it: makes the text's end ready for a line that begins with these words; appends (a part of) the line. */
void pdf_join_begin(struct buffer *text, struct text line, const struct word_set *vocabulary);
void pdf_append_without_soft_hyphens(struct buffer *out, struct text line);

/* "4.2.1 Title", "Annex B Title", "Chapter 3: Title" → depth 3, 1, 1; 0 when there is no such number. *ret_title is the offset
 * of what follows (may be the end of the text). */
unsigned pdf_clause_depth(struct text text, size_t *ret_title);

struct pdf_marker {
	bool ordered;
	uint32_t number;
	size_t bytes; /* marker and blanks behind it */
};
/* "• text", "– text", "3. text", "b) text", "(iv) text". */
bool pdf_list_marker(struct text text, struct pdf_marker *ret_marker);

/* "Figure 3: ...", "Tabelle 2.1 ...": the caption of a figure, table or listing. */
bool pdf_is_caption(struct text text);

/* "Note", "!Danger!", "Warning:" alone: the first word of a text set apart, no heading. */
bool pdf_is_notice(struct text text);

/* "Table 3 (continued)", "Table 3-1 continued: ...", "(continued from previous page)": a table of the page before goes on below. */
bool pdf_says_continued(struct text text);

/* "Title . . . . . . 17": a line of a contents list or index. */
bool pdf_has_leader(struct text text);

/* Is the text a number in digits or Roman numerals? *ret_number: its value, Roman ones too. */
bool pdf_is_page_number(struct text text, int32_t *ret_number);

/* Letters and digits alone, lower case, without a clause number in front: for comparing headings with an outline. */
void pdf_append_key(struct buffer *out, struct text text);

#endif
