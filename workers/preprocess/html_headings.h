/* html_headings.h: headings of pages that have no heading elements: a line that stands alone, larger than the running text or
 * bold, short, and no sentence. Such a page is walked twice: the first time its lines are counted by size and weight, then
 * html_headings_decide ranks them, and the second time html_headings_level answers. Owns nothing. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_HEADINGS_H
#define DOCRING_WORKERS_PREPROCESS_HTML_HEADINGS_H

#include "workers/preprocess/html_tree.h"

enum { HTML_HEADING_KINDS_MAX = 24, HTML_HEADING_BYTES_MAX = 120, HTML_FONT_SIZE_NORMAL = 120 /* tenths of a point */ };

struct html_style { /* of running text */
	uint16_t size; /* tenths of a point */
	bool strong;
};

struct html_heading_kind {
	struct html_style style;
	uint32_t lines, bytes;
	bool first; /* a line of it is the first text of the page */
	uint8_t level;
};

struct html_size_use {
	uint16_t size;
	uint64_t bytes;
};

struct html_headings {
	bool wanted;     /* the page has no heading elements */
	bool decided;
	bool any_line;   /* a line with text is over */
	struct html_heading_kind kinds[HTML_HEADING_KINDS_MAX];
	size_t kind_count;
	struct html_size_use sizes[HTML_HEADING_KINDS_MAX];
	size_t size_count;
	/* the line that is being read */
	struct html_style line;
	uint32_t line_bytes, line_link_bytes;
	bool line_has_letter, line_is_label;
	char line_end;
};

/* The style inside element `index`, which stands in text of `style`. */
struct html_style html_style_inside(const struct html_tree *tree, uint32_t index, struct html_style style);

void html_headings_text(struct html_headings *headings, struct html_style style, bool in_link, struct text text);
/* The line is over. Its level when it is a heading, else 0; before html_headings_decide always 0. `plain`: it stands where headings can. */
unsigned html_headings_end_line(struct html_headings *headings, bool plain);
/* Would html_headings_end_line give a level? Changes nothing. */
unsigned html_headings_level(const struct html_headings *headings, bool plain);
/* The level of a line of this style; `first`: it is the first of the page. */
unsigned html_headings_level_of(const struct html_headings *headings, struct html_style style, bool first);
/* After the first walk: which kinds of lines are headings, and of which level. False: none, another walk changes nothing. */
bool html_headings_decide(struct html_headings *headings);

#endif
