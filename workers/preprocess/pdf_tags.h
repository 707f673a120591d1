/* pdf_tags.h: what the tags of a PDF file say of its headings and tables, and which rows of a page they mean. Pure; pdf_source_tags.c
 * reads them.
 *
 * Tags are believed as far as the pages bear them out: a heading counts when its text stands on its page, and that a row is no heading only
 * while nearly all headings were found so far. The library cuts a heading's text at what its writer marked within it (a blank that does not break,
 * a ligature): then the row begins with the text, and must look like a heading too. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_TAGS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_TAGS_H

#include "base/buffer.h"
#include "workers/preprocess/pdf_headings.h"

enum {
	PDF_TAGS_MAX = 50000,              /* headings */
	PDF_TAG_BYTES_MAX = 320,           /* of a heading: longer ones are text in the wrong place */
	PDF_TAG_ANY_LEVEL = PDF_TAG_LEVELS + 1,            /* a heading whose tag says no level */
	PDF_TAG_GOES_ON = PDF_TAG_LEVELS + 2, /* of a row: it goes on with the heading above */
};

struct pdf_tag {
	uint32_t page; /* from 0 */
	uint32_t key_start, key_bytes; /* letters and digits alone */
	char last;     /* character of its text */
	uint8_t level; /* 1–6, or PDF_TAG_ANY_LEVEL */
	bool found;
};

struct pdf_tags {
	struct pdf_tag *items; /* in the order of pages after pdf_tags_settle, else of the file */
	size_t count, capacity;
	uint32_t *table_pages; /* pages with a part of a table, ascending after pdf_tags_settle */
	size_t table_page_count, table_page_capacity;
	struct buffer keys, row; /* row: scratch */
	size_t others;         /* pieces of text that are no headings */
	size_t too_long;       /* headings that were left out */
	size_t next;           /* first heading of a page that was not asked for yet */
	size_t expected, found; /* headings of the pages so far */
	bool known;            /* the words of the pages know which headings they are of */
	bool usable;           /* after pdf_tags_settle: there are headings, and not everything is one */
};

void pdf_tags_init(struct pdf_tags *tags);
void pdf_tags_done(struct pdf_tags *tags);
/* 0 or -ENOMEM. Headings without letters, and more than PDF_TAGS_MAX, are left out. */
int pdf_tags_add_heading(struct pdf_tags *tags, uint8_t level, uint32_t page, struct text text) WARN_UNUSED;
int pdf_tags_add_table_page(struct pdf_tags *tags, uint32_t page) WARN_UNUSED;
/* To be called once when all were added. */
void pdf_tags_settle(struct pdf_tags *tags);

/* Tells what is known of the headings of a file whose words know theirs (pdf_tagged.h): how many there are, and pieces of other text. */
void pdf_tags_know(struct pdf_tags *tags, size_t headings, size_t others);

/* Sets row.tag of the page's rows. Pages are asked for in their order. */
void pdf_tags_mark(struct pdf_tags *tags, struct pdf_layout *layout, const struct pdf_body *body);
/* Are rows that the tags do not call headings none? */
bool pdf_tags_are_complete(const struct pdf_tags *tags);
/* Do the tags name a table on this page? */
bool pdf_tags_name_table(const struct pdf_tags *tags, uint32_t page);
/* Do the tags, which name tables elsewhere, say that this page has none? */
bool pdf_tags_exclude_tables(const struct pdf_tags *tags, uint32_t page);

#endif
