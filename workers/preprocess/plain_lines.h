/* plain_lines.h: plain text as lines with their indentation, and what a line looks like: a heading, an item, prose, a table.
 * Judgements only; nothing is written here. All of them are linear in the line. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_LINES_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_LINES_H

#include "base/buffer.h"
#include "base/text.h"

#include <stdint.h>

struct document_builder;

enum { WRAP_SLACK_PERCENT = 85 }; /* of the wrap width: a line that the next word would carry beyond it was wrapped */

struct plain_line {
	uint32_t start, end; /* in the text, without indentation and trailing blanks; equal: a blank line */
	uint32_t indent;     /* columns */
};

struct plain_lines {
	struct buffer text;   /* tabs as blanks, overstrikes resolved, controls gone, page breaks as blank lines */
	struct buffer items;  /* struct plain_line */
	size_t count;
	size_t wrap_columns;  /* width that most of the running text is wrapped at */
	size_t body_indent;   /* columns that running text is indented by */
};

/* 0, -ENOMEM or ERROR_LIMIT_HIT. Release with plain_lines_done, also after an error. `text` is UTF-8 with "\n" line ends.
 * `document` is told of the running lines of pages, which are taken out. */
int plain_lines_split(struct text text, struct plain_lines *ret_lines, struct document_builder *document) __attribute__((warn_unused_result));
void plain_lines_done(struct plain_lines *lines);

const struct plain_line *plain_line_at(const struct plain_lines *lines, size_t index);
bool plain_line_is_blank(const struct plain_lines *lines, size_t index); /* true beyond the end */
struct text plain_line_text(const struct plain_lines *lines, size_t index);
size_t plain_line_columns(const struct plain_lines *lines, size_t index); /* code points, with the indentation */

/* A line that the next one's first word would have carried beyond the margin was wrapped there; a shorter one was meant to end. There is a next line. */
bool plain_line_was_wrapped(const struct plain_lines *lines, size_t index);

/* The character that the line underlines with, or 0: one of =-~^*+"#`' three times or more and nothing else. */
char plain_underline(struct text line);
/* "1.2.3 Title": how many numbers, or 0. `ret_text`: behind the number. */
unsigned plain_numbered(struct text line, struct text *ret_text);
/* Reads as the text of a heading: short, begins with a letter or digit, does not end like a sentence, no dot leaders. */
bool plain_is_heading_text(struct text line);
bool plain_is_capitals(struct text line);
struct text plain_manual_name(struct text line); /* "TAR(1)   GNU TAR Manual   TAR(1)", the first line of a manual page: "TAR(1)"; else empty */
bool plain_is_caption(struct text line);     /* "Table 3", "Figure 2-1: Title": wherever in the line it stands it is no code */
bool plain_begins_upper(struct text line); /* Latin, Greek and Cyrillic letters; any letter of eastern Asia */
bool plain_is_wide(uint32_t code);

struct plain_item {
	bool found, ordered;
	uint32_t number;
	size_t bytes, columns; /* of the marker with the blanks behind it */
};
struct plain_item plain_item_of(struct text line);

bool plain_is_prose(struct text line);   /* words, and little that code is made of */
bool plain_is_columns(struct text line); /* gaps of three blanks or more between words, or rules of a table */

#endif
