/* plain_work.h: what the parts of the converter of plain text share while they write one document, and the headings of it (plain_headings.c). Private to
 * plain_text.c, which makes and releases it. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_WORK_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_WORK_H

#include "workers/preprocess/markdown_writer.h"
#include "workers/preprocess/plain_lines.h"
#include "workers/preprocess/plain_table.h"

enum {
	CODE_INDENT = 4,        /* columns beyond the body's indentation */
	LIST_LEVELS_MAX = 8,
	UNDERLINE_SLACK = 3,    /* columns that an underline may be shorter than its heading */
	UNDERLINE_KINDS_MAX = 6,
	CENTRE_SLACK = 8,       /* columns that the margins of a centred line may differ by … */
	CENTRE_INDENT = 12,     /* … and that it stands beyond the text at least: nearer to it is code */
	TITLE_LINES_MAX = 3,
	TITLE_BYTES_MAX = 70,
	PART_INDENT_MAX = 4,    /* columns that the heading of a part of a section in a manual page is indented by at most */
	TERM_BYTES_MAX = 70,
	TERM_INDENT_MAX = 12,   /* columns that the text of a definition is indented by at most */
};

struct list_level {
	size_t indent;         /* of the marker */
	size_t content_indent; /* of the text behind it */
	bool ordered;
};

struct plain_work {
	struct plain_lines lines;
	struct markdown_writer writer;
	struct plain_table table;
	struct buffer inline_text, scratch, code;
	int table_status;    /* of the first table that could not be written */
	struct list_level levels[LIST_LEVELS_MAX];
	size_t level_count;
	bool block_lists[2]; /* does the block hold several bullets, or numbers in sequence? */
	int underlines[UNDERLINE_KINDS_MAX]; /* kinds of underline in order of appearance: the level of their headings */
	size_t underline_count;
	size_t block_start, block_end; /* lines without a blank one, as last looked for */
	size_t cut_from, cut; /* the same of the parts of a long block */
	bool is_manual;      /* a manual page: sections at the margin, their parts between it and the text */
	bool has_title;      /* an underlined or centred one: numbered headings and such in capitals stand below it */
	bool over_text;      /* titles of numbered sections stand right above their text */
	bool code_follows;   /* the paragraph before ended with "::" … */
	size_t code_beyond;  /* … and was indented by this */
	struct text title;
	struct word_set *words; /* of the document; NULL when no line parts one */
};

/* All lists but the outer `keep` end here. */
void plain_close_lists(struct plain_work *work, size_t keep);

bool plain_underlines(const struct plain_work *work, size_t text_index, size_t rule_index);

/* "Title" over "=====", perhaps with a rule above too. Returns the line behind the heading, or `at`. */
size_t plain_take_underlined(struct plain_work *work, size_t at);

/* A line of its own under a long rule, which parts it from what is before. Returns the line behind it, or `at`. */
size_t plain_take_overlined(struct plain_work *work, size_t at);

/* The same as underlined with a sign at both ends of the line too, as in a frame of stars. */
size_t plain_take_framed(struct plain_work *work, size_t at);

/* Nothing but blank lines, and few of them, stand before line `at`. */
bool plain_is_first(const struct plain_work *work, size_t at);

/* The first line of the document, alone, before a heading or a paragraph of several lines. */
bool plain_take_first_title(struct plain_work *work, size_t at);

/* "Chapter 4", "Appendix B. Title"; the title may also stand on the next line, which ends the block [at, end). Returns the line behind it, or `at`. */
size_t plain_take_chapter(struct plain_work *work, size_t at, size_t end);

/* Are there sections "1 Scope", "2 References" in sequence whose titles stand right above their text? Looks at all lines once. */
bool plain_has_titles_over_text(const struct plain_work *work);

/* A line of its own that is numbered, in capitals, or at the margin of indented text. */
bool plain_take_heading_line(struct plain_work *work, size_t at, bool alone);

/* "TAR(1)   GNU TAR Manual   TAR(1)" at the top of a manual page is its title. */
bool plain_take_manual_title(struct plain_work *work, size_t at);

/* The document's title in the middle of the page, on up to three lines, before any other heading. Returns the line behind it, or `at`. */
size_t plain_take_centred_title(struct plain_work *work, size_t at);

#endif
