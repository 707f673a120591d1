/* pdf_signs.h: what a PDF file may have in it, told from its bytes and from those of its compressed objects, before the PDF library is
 * asked: asking for form fields or tags costs memory or stack even when there are none, or too many. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_SIGNS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_SIGNS_H

#include "base/text.h"

struct pdf_signs {
	bool form;         /* it has a form, or may have one; false is certain */
	bool tags;         /* it has a tree of tags */
	size_t kids_count; /* keys "/K": no tree of tags has more elements that hold something; SIZE_MAX: not known */
};

void pdf_signs_find(struct text data, struct pdf_signs *ret_signs);

#endif
