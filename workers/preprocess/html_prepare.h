/* html_prepare.h: an HTML page taken apart for libxml2, which decides its structure and nothing else. Its parser is given the tags alone,
 * with a number for each run of text and for each tag's attributes: text and values, most of a page, do not pass through it, and
 * its limits of their sizes do not apply. What nobody will ask for is left out (comments, scripts, style sheets, pictures drawn in markup,
 * attributes that html_tags.h does not list, spans that say nothing), and what a parser of HTML 4 does not know is said in
 * its words: elements without content of HTML 5, raw text (xmp, plaintext, title, CDATA), ends of the body before its end.
 *
 * One pass, linear, as far as the parser has read and no further: what was read is forgotten, so that of a page of any size a few kilobytes
 * of markup and the numbers in them exist at a time. Points into the page, which must outlive it. */
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

struct html_prepare;

/* NULL: out of memory. */
struct html_prepare *html_prepare_create(struct text html);
void html_prepare_destroy(struct html_prepare *prepare);

/* The next bytes of the markup, at most `bytes`: tags; text is "NUMBER;", attributes are n="NUMBER"; white space alone is itself, with "\n"
 * line ends. 0: there are no more, or html_prepare_status says what failed. */
size_t html_prepare_read(struct html_prepare *prepare, char *place, size_t bytes);
int html_prepare_status(const struct html_prepare *prepare); /* 0, -ENOMEM or ERROR_LIMIT_HIT */

/* What a number in the markup stands for, or NULL. Numbers are asked for in order: asking for one gives up those before it. */
const struct html_piece *html_prepare_piece(struct html_prepare *prepare, size_t number);
/* The first of the tag's; they lie one behind the other up to the one that is the last. */
const struct html_raw_attribute *html_prepare_attributes(struct html_prepare *prepare, size_t number);

/* Did a style sheet of what was read draw the borders of all cells? */
bool html_prepare_borders_cells(const struct html_prepare *prepare);

/* Reads the rest of the page without keeping anything. Returns how many bytes of markup the whole page has. */
uint64_t html_prepare_finish(struct html_prepare *prepare);

#endif
