/* pdf_row_rules.h: the borders that a table lacks which has rules between its rows alone, or rows on grounds of their own (stripes), and whose
 * cells are wrapped: columns from the white that no word crosses, the row above the first rule and the one below the last. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_ROW_RULES_H
#define DOCRING_WORKERS_PREPROCESS_PDF_ROW_RULES_H

#include "workers/preprocess/pdf_rules.h"

/* Adds them to settled rules, which are settled again. 0 or -ENOMEM. */
int pdf_row_rules_complete(struct pdf_rules *rules, const struct pdf_page *page) WARN_UNUSED;

#endif
