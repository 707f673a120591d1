/* docx_marker.h: markers of list items that are written in the text of a paragraph: "•", "-" and a tab, "1)". Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_MARKER_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_MARKER_H

#include "base/text.h"

#include <stdint.h>

struct docx_marker {
	size_t bytes;    /* of the marker and the blanks round it; 0: none */
	bool ordered;
	uint32_t number;
};

/* A bullet and blanks, a dash and a tab; where the paragraph's style says that a marker comes (`marked`), a number too. */
struct docx_marker docx_marker_read(struct text plain, bool marked);

size_t docx_blanks_at(struct text text, size_t at); /* how many blanks and tabs stand there */

#endif
