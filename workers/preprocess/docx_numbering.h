/* docx_numbering.h: the numbers that a word processor writes before paragraphs: definitions from the numbering part, counters while the
 * document is read. A paragraph names a list (numId) and a level; lists that share an abstract definition count on together.
 * Filled once; only the counters change afterwards. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_NUMBERING_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_NUMBERING_H

#include "workers/preprocess/docx_styles.h"

enum { DOCX_LEVELS = 9 };

enum docx_number_format {
	DOCX_NUMBER_DECIMAL, DOCX_NUMBER_DECIMAL_ZERO, DOCX_NUMBER_LETTER_SMALL, DOCX_NUMBER_LETTER_LARGE, DOCX_NUMBER_ROMAN_SMALL,
	DOCX_NUMBER_ROMAN_LARGE, DOCX_NUMBER_ORDINAL, DOCX_NUMBER_CHINESE, DOCX_NUMBER_JAPANESE, DOCX_NUMBER_BULLET, DOCX_NUMBER_NONE,
};

struct docx_level {
	bool defined;
	bool legal;          /* isLgl: all numbers decimal */
	uint8_t format;      /* enum docx_number_format */
	uint8_t places;      /* how many "%n" its text has */
	int8_t restart;      /* lvlRestart; DOCX_UNSET: after each higher level */
	bool worded;         /* its text has letters of its own: "Step %1" */
	bool unmarked;       /* its text shows nothing: a paragraph that goes on inside an item */
	bool enclosed;       /* its text is in square brackets: "[%1]" */
	uint32_t start;
	int32_t indent;      /* of the text; DOCX_INDENT_UNSET */
	size_t text_start, text_bytes;
	size_t style_start, style_bytes; /* pStyle: the paragraph style that stands for the level */
};

struct docx_abstract {
	struct docx_level levels[DOCX_LEVELS];
	uint32_t counters[DOCX_LEVELS];
	bool counted[DOCX_LEVELS];
	uint32_t id;
	size_t link_start, link_bytes; /* numStyleLink: the style whose list it stands for */
};

struct docx_list { /* w:num */
	uint32_t abstract;         /* index + 1; 0: none */
	bool has_start[DOCX_LEVELS];
	bool started[DOCX_LEVELS];
	uint32_t start[DOCX_LEVELS];
	uint32_t levels[DOCX_LEVELS]; /* index + 1 of an own definition of the level; 0: the abstract one's */
};

struct docx_numbering {
	struct string_map lists;     /* numId → index in items */
	struct string_map abstracts; /* abstractNumId → index */
	struct buffer list_items;     /* struct docx_list */
	struct buffer abstract_items; /* struct docx_abstract */
	struct buffer own_levels;     /* struct docx_level */
	struct buffer text;
};

struct docx_number { /* what a paragraph gets */
	const struct docx_level *level;
	int depth;       /* level from 0 */
	uint32_t value;  /* of its own level */
	uint32_t list;   /* which abstract definition: paragraphs of one list have the same */
};

void docx_numbering_init(struct docx_numbering *numbering);
void docx_numbering_done(struct docx_numbering *numbering);
/* `part` may be missing. Links to numbering styles are resolved by `styles`. */
int docx_numbering_load(struct docx_numbering *numbering, const struct docx_package *package, struct text part, struct docx_styles *styles,
			struct error_text *error) WARN_UNUSED;

/* The level that stands for a style in the list, or DOCX_UNSET. */
int docx_numbering_level_of_style(const struct docx_numbering *numbering, int32_t list, struct text style_id);
/* Counts one paragraph of the list and level, and appends its label as a reader sees it ("5.1.2", "a)"). False: no such list, or one that
 * numbers nothing. */
bool docx_numbering_count(struct docx_numbering *numbering, int32_t list, int level, struct buffer *label, struct docx_number *ret_number);

/* "7", "g", "vii" … Pure. */
void docx_number_append(struct buffer *out, enum docx_number_format format, uint32_t value);

#endif
