/* markup_work.h: what the readers of light markup languages share: the paragraph at hand, open lists, the table at hand, inline marks. Private to
 * markup*.c. */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKUP_WORK_H
#define DOCRING_WORKERS_PREPROCESS_MARKUP_WORK_H

#include "workers/preprocess/markdown_grid.h"
#include "workers/preprocess/markup.h"

enum {
	MARKUP_LISTS_MAX = 12,
	MARKUP_MARKS_MAX = 12,
	MARKUP_INLINE_DEPTH_MAX = 6, /* emphasis and links in each other */
	MARKUP_NOTES_MAX = 10000,
	MARKUP_WINDOW_BYTES = 2048,  /* in which a link or note must end */
};

enum markup_style { MARKUP_STRONG, MARKUP_EMPHASIS, MARKUP_STRONG_EMPHASIS, MARKUP_CODE, MARKUP_DELETED, MARKUP_SUB, MARKUP_SUP, MARKUP_NOTHING };

struct markup_mark { /* stands before and behind what it marks */
	const char *mark;
	enum markup_style style;
	bool anywhere; /* in words too */
};

struct markup;
struct rst;

struct markup_language {
	struct markup_mark marks[MARKUP_MARKS_MAX]; /* longer ones first; ends with an empty one */
	const char *special; /* the characters at which a mark, or something that `take` knows, can begin */
	/* Writes what begins at byte `at` of `text` (a link, a note) and returns its length, or 0. */
	size_t (*take)(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out);
	void (*line)(struct markup *markup, struct text line); /* NULL: the language is not read line by line */
};

struct markup_list {
	uint32_t key; /* of the language: a column, a marker */
	bool ordered;
	uint32_t count; /* items so far */
};

struct markup {
	const struct markup_language *language;
	struct markdown_writer *writer;
	struct text rest;           /* lines to come */
	struct buffer raw;          /* the paragraph at hand as written, its lines joined */
	struct buffer inline_text, code, cell;
	size_t expanded_bytes;      /* AsciiDoc: of attributes that were put in, and cells that were repeated */
	struct buffer attributes;   /* AsciiDoc: "name: value" lines that it defined */
	struct buffer notes;        /* inline Markdown of notes, a line each */
	struct buffer *title;
	struct markdown_grid grid;
	struct markup_list lists[MARKUP_LISTS_MAX];
	size_t list_count;
	unsigned note_count;
	bool titled;
	int status;
	/* of one language */
	bool endless;               /* the end of something to leave out was looked for in vain */
	bool quote_open;
	bool continued;             /* AsciiDoc: "+" attached the block to come to the item */
	bool blank_before;          /* the line before had no text, … */
	bool passed_over;           /* … which this one says nothing of: attributes */
	struct text language_of_code, block_attributes; /* of the block to come */
	struct rst *rst;            /* reStructuredText */
};

/* --- blocks ---------------------------------------------------------------------------------------------------- */

bool markup_next_line(struct markup *markup, struct text *ret_line); /* without blanks at its end */
size_t markup_indent(struct text line);                              /* blanks before the text; a tab counts up to 8 */
void markup_add(struct markup *markup, struct text line);             /* to the paragraph at hand */
void markup_flush(struct markup *markup);                             /* the paragraph at hand is over */
void markup_lists_end(struct markup *markup, size_t keep);            /* all but the outer `keep`, and the paragraph at hand */
void markup_quote(struct markup *markup, bool open);                  /* begins a quotation, or ends the one that is open */
void markup_heading(struct markup *markup, unsigned level, struct text text);
/* The next item: of the list number `index`, which is opened when only so many are open. */
void markup_item(struct markup *markup, size_t index, uint32_t key, bool ordered, uint32_t number);
/* The number of the next item of the list number `index`, where items have none of their own. */
uint32_t markup_count(const struct markup *markup, size_t index);
/* Code up to a line that is `end`, blanks aside (any case), or to the end of the text. `strip`: leading commas of Org go. */
void markup_code(struct markup *markup, struct text language, struct text end, bool strip);
/* Leaves out the lines up to one that is `end`; when there is none, nothing. */
void markup_skip(struct markup *markup, struct text end);
void markup_cell(struct markup *markup, struct text text, uint32_t columns, uint32_t rows);
void markup_table_end(struct markup *markup);

/* --- inline ---------------------------------------------------------------------------------------------------- */

struct text markup_window(struct text text, size_t at); /* what a link or note that begins before `at` may reach over */
void markup_inline(struct markup *markup, struct text text, unsigned depth, struct buffer *out);
/* A link whose text is in the language, or an image; without text the target is its text. */
void markup_link(struct markup *markup, struct text target, struct text text, unsigned depth, struct buffer *out);
/* A note in the text: its mark is written, its text comes at the end of the document. */
void markup_note(struct markup *markup, struct text text, unsigned depth, struct buffer *out);
/* A character reference, "&nbsp;", as its character; 0: there is none. */
size_t markup_entity(struct text text, size_t at, struct buffer *out);
bool markup_is_address(struct text text); /* "https://…", "mailto:…" */
bool markup_is_image(struct text target);

/* Reads all of the text: blocks of reStructuredText lie in each other by their indentation. */
void markup_rst_read(struct markup *markup);

extern const struct markup_language markup_org, markup_asciidoc, markup_wiki, markup_rst;

#endif
