/* html_style_sheet.h: what a page's own style sheet says of its tables. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_STYLE_SHEET_H
#define DOCRING_WORKERS_PREPROCESS_HTML_STYLE_SHEET_H

#include "base/text.h"

/* Does a rule for all cells ("td", "th", "table td") draw their borders? Rules for elements of a class or an id say nothing of other tables. Linear. */
bool html_style_sheet_borders_cells(struct text sheet);

#endif
