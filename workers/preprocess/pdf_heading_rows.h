/* pdf_heading_rows.h: which rows of a page are headings (pdf_headings.h has their levels). Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_HEADING_ROWS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_HEADING_ROWS_H

#include "workers/preprocess/pdf_rows.h"

struct pdf_found_heading {
	size_t end; /* behind its last row */
	unsigned clause_depth, outline_depth, tag_level;
};

/* Has the text no small letter? */
bool pdf_is_capitals(struct text text);
/* Does a heading begin at row `r`? */
bool pdf_find_heading(struct pdf_rows_work *work, size_t r, struct pdf_found_heading *ret_found);
/* Sets row.heading of those that are headings even right below a table: numbered rows in larger or bold type, or such that the outline
 * names. */
void pdf_mark_headings(struct pdf_rows_work *work);

#endif
