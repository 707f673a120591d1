/* pdf_page.h: the words of one PDF page with their places and styles: the only part of PDF conversion that knows poppler is
 * pdf_page.c, everything after works on these structs alone.
 *
 * Coordinates are points (1/72 inch) from the top left corner, y downwards. A page owns its words and text; all of it is
 * reused from page to page, so that memory does not grow with the document. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_PAGE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_PAGE_H

#include "base/buffer.h"

#include <stdint.h>

enum { PDF_PAGE_TEXT_BYTES_MAX = 64 << 20 };

enum pdf_style { PDF_BOLD = 1, PDF_ITALIC = 2, PDF_MONO = 4 };

struct pdf_box {
	float x0, y0, x1, y1;
};

/* Points; coordinates of a damaged file may be anything, and what is done with them wants numbers. */
static inline float pdf_sane(double points)
{
	return points > -1e5 ? points < 1e5 ? (float)points : 1e5f : -1e5f; /* no number too */
}

struct pdf_word {
	struct pdf_box box;
	float size;           /* of the font, points */
	uint32_t piece;       /* of the file's tags, in the order of reading (pdf_tagged.h); 0: not known */
	uint32_t heading;     /* which one it is of, with its level (pdf_structure.h); 0: of none, or not known */
	uint32_t start, bytes; /* in the page's text; ligatures resolved, soft hyphens only at the end */
	uint8_t style;        /* enum pdf_style, ored */
	bool glued;           /* no blank before it: it was parted from its word for its size */
	bool line_end;        /* last word of a line, as the PDF library sees lines */
	bool rtl;             /* written from right to left: the next word stands left of it */
	bool faint;           /* in the colour of paper, or nearly */
	bool rotated;         /* its letters do not stand side by side */
	bool initial;         /* begins with a large letter that stood beside its lines (pdf_initials.h) */
	bool leads;           /* of a line whose label led to its value by dots (pdf_leaders.h) */
	bool drawn;           /* a bullet that the page draws (pdf_bullets.h) */
	bool untagged;        /* of a page whose words are ordered by tags: it is not in them, as what a browser writes around a page */
	uint16_t grid;        /* the ruled table that it is in, from 1; 0: none (pdf_grid.h); from PDF_PICTURE_FIRST on: a picture */
};

enum { PDF_PICTURE_FIRST = 0x8000, PDF_PICTURES_MAX = 64, PDF_PICTURE_TARGET_BYTES = 64 };

struct pdf_picture {
	struct pdf_box box;
	int image;                             /* its number on the page, as the PDF library counts */
	char target[PDF_PICTURE_TARGET_BYTES]; /* of the link to it; "" until it is kept */
};

struct pdf_rules;
struct pdf_grids;

struct pdf_page {
	float width, height;
	uint32_t number;       /* from 0 */
	struct buffer text;
	struct pdf_word *words;
	size_t word_count, word_capacity;
	size_t characters;     /* code points without blanks */
	size_t garbage;        /* of these, ones that mean nothing: U+FFFD, private use, controls */
	size_t unseen_words;   /* in fonts without shapes, which recognisers lay under scans */
	struct pdf_picture pictures[PDF_PICTURES_MAX];
	size_t picture_count;
	float image_share;     /* of the page, covered by pictures, 0–1 */
	bool ocr;              /* the words were recognised, not read */
	bool layer;            /* they were by whoever made the file, and lie over its picture in a font without shapes: how wide and tall they are says nothing */
	bool ordered;          /* the words stand in the order in which the file's tags read them, which name all its tables (pdf_tagged.h) */
	const struct pdf_rules *rules; /* not owned; NULL: not looked for */
	const struct pdf_grids *grids; /* the same */
};

static inline struct text pdf_word_text(const struct pdf_page *page, const struct pdf_word *word)
{
	return text_slice(buffer_view(&page->text), word->start, word->start + word->bytes);
}

void pdf_page_init(struct pdf_page *page);
void pdf_page_done(struct pdf_page *page);
void pdf_page_clear(struct pdf_page *page, uint32_t number, float width, float height); /* keeps the memory */
/* Adds an empty word; its characters follow by pdf_page_append. NULL: out of memory. */
struct pdf_word *pdf_page_add_word(struct pdf_page *page);
/* Does a character at `box` belong to the word added last, whose last character is at `before`? Not when it is of another size
 * (a footnote's number behind a word) or stands elsewhere. */
bool pdf_page_continues(const struct pdf_page *page, struct pdf_box before, struct pdf_box box, float size);
/* One character of the word added last, with its box: ligatures are resolved, blanks and controls left out. */
void pdf_page_append(struct pdf_page *page, uint32_t code, struct pdf_box box);

/* The last character becomes another one, which reaches to x1: it had an accent that followed it. */
void pdf_page_replace_last(struct pdf_page *page, uint32_t code, float x1);

/* Room for one more than `count` items in an array that doubles. False: out of memory, the array stays. */
bool pdf_grow(void **array, size_t *capacity, size_t count, size_t item_bytes) WARN_UNUSED;

/* What a font's name says of its style. */
uint8_t pdf_font_style(struct text font_name);
/* Is it one of those without shapes, for text that is searched and never seen? */
bool pdf_font_is_unseen(struct text font_name);

#endif
