/* pdf_headings.h: which rows are headings, and of what level. Pure.
 *
 * Whether a row is a heading is decided where it stands: by the outline, a clause number, a larger font, or bold type. Its level
 * can only be known when the whole document was seen: so headings are written with level 1 and given their levels at the end. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_HEADINGS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_HEADINGS_H

#include "base/error.h"
#include "workers/preprocess/pdf_body.h"

enum { PDF_OUTLINE_ENTRIES_MAX = 100000, PDF_OUTLINE_DEPTH_MAX = 8, PDF_HEADINGS_MAX = 1 << 20 };
enum { PDF_TAG_LEVELS = 6 }; /* of tags H1–H6 */
#define PDF_OUTLINE_PAGE_UNKNOWN UINT32_MAX

struct pdf_outline_entry {
	uint64_t key;      /* hash of its words without the clause number (pdf_append_key) */
	uint64_t numbered; /* and with it */
	uint32_t page;   /* from 0, or PDF_OUTLINE_PAGE_UNKNOWN */
	uint32_t depth;  /* from 1 */
};

struct pdf_outline {
	struct pdf_outline_entry *entries;
	size_t count, capacity;
	unsigned depth_max; /* of its entries */
	bool sorted;
};

void pdf_outline_init(struct pdf_outline *outline);
void pdf_outline_done(struct pdf_outline *outline);
/* 0 or -ENOMEM; entries beyond PDF_OUTLINE_ENTRIES_MAX are left out. */
int pdf_outline_add(struct pdf_outline *outline, struct text title, unsigned depth, uint32_t page) WARN_UNUSED;
/* Depth of the entry with this title on this page (or on none), 0 when there is no such. */
unsigned pdf_outline_depth(struct pdf_outline *outline, struct text title, uint32_t page);
/* Is there an entry with this title, on whatever page? */
bool pdf_outline_names(struct pdf_outline *outline, struct text title);

/* What tells headings of one size apart, the lowest first. */
enum pdf_heading_style { PDF_HEADING_ITALIC, PDF_HEADING_UPRIGHT, PDF_HEADING_CAPITALS, PDF_HEADING_STYLES };

struct pdf_heading {
	size_t offset;      /* of its "# " in the Markdown */
	uint32_t page;      /* from 0 */
	float size;
	uint8_t clause_depth, outline_depth, tag_level; /* 0: none */
	bool bold;
	uint8_t style;      /* enum pdf_heading_style */
	bool centred;       /* in the middle of the page's text */
	bool title;         /* of the document */
	bool plain;         /* it is none after all: authors and dates below the title */
	uint8_t level;      /* result of pdf_headings_settle: 1–6; 0 of a plain one */
};

struct pdf_headings {
	struct pdf_heading *items;
	size_t count, capacity;
	bool tagged;       /* the file's tags name all headings, but for those that state their depth and an untagged title */
	bool tag_levels;   /* and their levels make sense */
};
void pdf_headings_init(struct pdf_headings *headings);
void pdf_headings_done(struct pdf_headings *headings);
int pdf_headings_add(struct pdf_headings *headings, struct pdf_heading heading) WARN_UNUSED;
/* `complete`: the tags of the file name nearly all its headings (pdf_tags.h). Then those that only look like headings are none, but for the title
 * above them all; and the tags' levels count, unless all are the same where sizes or numbers differ. Before the title is looked for. */
void pdf_headings_take_tags(struct pdf_headings *headings, bool complete);
/* The only heading that the tags put on the highest level, when it is the first of them; or NULL. */
struct pdf_heading *pdf_headings_tagged_title(struct pdf_headings *headings);
/* Gives every heading its level. `titled`: the document has a title above all of them (written apart, or marked). */
void pdf_headings_settle(struct pdf_headings *headings, bool titled);
/* Finds what only looks like headings below the title: larger than the text, but in no other place of the document. To be called before
 * pdf_headings_settle, with the Markdown in which every heading was written with one "#". */
void pdf_headings_find_byline(struct pdf_headings *headings, struct text markdown);
/* Appends `markdown` (in which every heading was written with one "#") to `out` with the levels that were found. */
void pdf_headings_apply(const struct pdf_headings *headings, struct text markdown, struct buffer *out);

#endif
