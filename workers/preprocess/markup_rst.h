/* markup_rst.h: what the parts of the reader of reStructuredText share: the text as lines with their indentation, the names that it defines, what the next
 * paragraph begins with. A block that lies in another is read by the same functions as the text itself: where it begins, its first line is cut, and its
 * indentation is the column it begins at. Each line is looked at once for each block it lies in, and those are bounded. Private to markup_rst*.c. */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKUP_RST_H
#define DOCRING_WORKERS_PREPROCESS_MARKUP_RST_H

#include "workers/preprocess/markup_work.h"

enum {
	RST_DEPTH_MAX = 16,    /* blocks in each other; what lies deeper is one of paragraphs */
	RST_STYLES_MAX = 12,   /* ways to underline a heading */
	RST_NAME_BYTES_MAX = 120,
	RST_EXPANDED_BYTES_MAX = 1 << 20, /* that substitutions may put into a text */
};

struct rst_line {
	uint32_t start, end; /* in the text, without blanks at both ends; equal: a blank line */
	uint32_t indent;     /* column of its start */
};

struct rst_name { /* a target or a substitution; both are offsets into `name_text` */
	uint32_t name, name_bytes; /* lower case, blanks collapsed */
	uint32_t value, value_bytes; /* the address, or the text; empty: a place in this document */
	bool substitution;
};

struct rst {
	struct markup *markup;
	struct buffer text;      /* tabs as blanks */
	struct buffer lines;     /* struct rst_line */
	size_t count;
	struct buffer names;     /* struct rst_name, sorted */
	struct buffer name_text;
	struct buffer prefix;    /* inline Markdown: the next paragraph begins with it and a colon */
	struct buffer raw;       /* of the cell at hand: its lines */
	unsigned depth;
	unsigned styles[RST_STYLES_MAX];
	size_t style_count;
	unsigned automatic_marks, automatic_notes; /* notes numbered so far, in the text and below it */
};

/* [from, to) are lines; `end` is behind the last line of a block. */

static inline struct rst_line *rst_line_at(const struct rst *rst, size_t index)
{
	return &((struct rst_line *)(void *)rst->lines.data)[index];
}
static inline bool rst_is_blank(const struct rst *rst, size_t index)
{
	return index >= rst->count || rst_line_at(rst, index)->start == rst_line_at(rst, index)->end;
}
struct text rst_text(const struct rst *rst, size_t index);
/* The same with the blanks before it that stand beyond column `column`. */
struct text rst_text_from(const struct rst *rst, size_t index, size_t column);
/* The first line that stands at column `indent` or before it; blank ones before it are part of the block. */
size_t rst_block_end(const struct rst *rst, size_t from, size_t to, size_t indent);
size_t rst_least_indent(const struct rst *rst, size_t from, size_t to);

void rst_body(struct rst *rst, size_t from, size_t to, size_t indent);
/* What would begin the next paragraph becomes one: no paragraph follows. */
void rst_flush_prefix(struct rst *rst);
void rst_paragraph(struct rst *rst, struct text text);
/* The lines as they stand, as code. */
void rst_code(struct rst *rst, struct text language, size_t from, size_t to);
/* The same sign of punctuation throughout, or 0. */
char rst_rule(struct text line);

/* markup_rst_list.c: each returns the end of what it wrote, or `at`. */
size_t rst_take_list(struct rst *rst, size_t at, size_t to, size_t indent);       /* bullets, numbers */
size_t rst_take_fields(struct rst *rst, size_t at, size_t to, size_t indent);     /* ":name: text", "-o, --option  text" */
size_t rst_take_definition(struct rst *rst, size_t at, size_t to, size_t indent);
/* Bytes of the marker of an item with the blanks behind it, or 0. */
size_t rst_marker_bytes(struct text line, bool *ret_ordered, uint32_t *ret_number);

/* markup_rst_table.c */
size_t rst_take_table(struct rst *rst, size_t at, size_t to);
void rst_list_table(struct rst *rst, size_t from, size_t to);
void rst_csv_table(struct rst *rst, struct text header, char delimiter, size_t from, size_t to);

/* markup_rst_directive.c */
size_t rst_take_explicit(struct rst *rst, size_t at, size_t to, size_t indent);   /* ".. " */
/* ".. name:: argument": the name, or empty. */
struct text rst_directive_name(struct text line, struct text *ret_argument);

/* markup_rst_inline.c */
void rst_find_names(struct rst *rst);
/* ".. [1] text": the label of a note that is numbered, or of one that is not; false: neither. */
bool rst_note_label(struct rst *rst, struct text name, bool in_text, char *ret_label, size_t label_bytes);

#endif
