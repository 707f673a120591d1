/* pdf_leaders.h: rows of dots that lead from a label to its value, in price lists, directories, forms and tables. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_LEADERS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_LEADERS_H

#include "workers/preprocess/pdf_page.h"

/* Takes the dots away: the word before them reaches as far as they did, and is marked as one that leads to a value. Pages whose leaders lead to page numbers keep theirs: they tell
 * contents lists and indexes (pdf_contents.h). Returns in how many lines dots went. Linear in the page's words. */
size_t pdf_leaders_drop(struct pdf_page *page);

#endif
