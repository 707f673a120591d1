/* docx_marker.h: what the text of a paragraph says by its first and last signs: markers of list items ("•", "-", "1)"), entries of references, links
 * of headings to themselves. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_MARKER_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_MARKER_H

#include "base/text.h"

#include <stdint.h>

struct docx_marker {
	size_t bytes;    /* of the marker and the blanks round it; 0: none */
	bool ordered;
	uint32_t number;
};

/* A bullet or hyphen and blanks, a longer dash and a tab; with `numbers` "1)" too, and where the paragraph's style says that a marker comes (`marked`)
 * any number. */
struct docx_marker docx_marker_read(struct text plain, bool marked, bool numbers);

/* "[3]<tab>Title": an entry of a list of references, whatever it is indented by: it continues no item. */
bool docx_is_reference(struct text plain);

/* Web pages have links to headings behind them, "Title¶", which come along when one is opened in a word processor. */
struct text docx_without_pilcrow(struct text title);

size_t docx_blanks_at(struct text text, size_t at); /* how many blanks and tabs stand there */

#endif
