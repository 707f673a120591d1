/* html_prepare.h: an HTML page taken apart for libxml2, which decides its structure and nothing else. Its parser is given the tags alone,
 * with a number for each run of text and for each tag's attributes: text and values, most of a page, do not pass through it, and
 * its limits of their sizes do not apply. What nobody will ask for is left out (comments, scripts, style sheets, pictures drawn in markup,
 * attributes that html_tags.h does not list, spans that say nothing), and what a parser of HTML 4 does not know is said in
 * its words: elements without content of HTML 5, raw text (xmp, plaintext, title, CDATA), ends of the body before its end.
 *
 * One pass, linear. Points into the page, which must outlive it. Failures are kept in the buffers. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_PREPARE_H
#define DOCRING_WORKERS_PREPROCESS_HTML_PREPARE_H

#include "base/buffer.h"

#include <stdint.h>

struct html_piece { /* a run of text, as it stands in the page */
	struct text raw;
	bool verbatim; /* without character references */
};

struct html_raw_attribute {
	struct text raw; /* the value, with character references */
	uint8_t name;    /* enum html_attribute_name */
	bool last;       /* of its tag */
};

struct html_prepared {
	struct buffer markup;     /* for the parser: tags; text is "NUMBER;", attributes are n="NUMBER"; white space alone is itself */
	struct buffer pieces;     /* of struct html_piece */
	struct buffer attributes; /* of struct html_raw_attribute */
};

/* 0, -ENOMEM or ERROR_LIMIT_HIT. Release with html_prepared_done, also after an error. */
int html_prepare(struct text html, size_t bytes_max, struct html_prepared *ret_prepared) WARN_UNUSED;
void html_prepared_done(struct html_prepared *prepared);

#endif
