/* fact_tokens.h: running text or Markdown as a row of words, each with what the fact gate and the semantic score need to
 * know of it: is it a number, an identifier, a name, a plain word; does it stand in a code span; does a sentence begin here.
 *
 * Formatting is not content: emphasis, code ticks, table pipes, list markers and the markers of ordered lists are stepped
 * over, "\_" reads as "_". Pure, one pass, nothing allocated; safe on any bytes. */
#ifndef DOCRING_WORKERS_INFERENCE_FACT_TOKENS_H
#define DOCRING_WORKERS_INFERENCE_FACT_TOKENS_H

#include "config/domain.h"
#include "workers/inference/fact_memo.h"

enum fact_token_kind {
	FACT_NUMBER,     /* "10", "-140", "1,000", "0.5" */
	FACT_IDENTIFIER, /* has a digit, "_", an inner "." or upper-case letters beyond the first: cellRange, ACTIVATED, eNodeB, 5G */
	FACT_NAME,       /* Capitalised, and not because a sentence begins */
	FACT_WORD,       /* anything else */
	FACT_SEPARATOR,  /* the end of a sentence (text is empty, and of the rest only column is filled in) */
	FACT_LINE,       /* the end of a line (the same) */
};

enum { FACT_NUMBER_BYTES_MAX = 48 };

struct fact_token {
	enum fact_token_kind kind;
	struct text text;     /* slice of the input */
	struct text unit;     /* of a number: the unit right behind it ("ms" of "10 ms", "%" of "10%", "s" of "10 (s)"), or empty */
	struct text wide;     /* of a word: with what makes it one unit, "MB/s", "°C"; mostly the same as text */
	struct text ordinal;  /* "3" of "third" and "3rd"; empty where they only enumerate ("Third, …") */
	struct fact_word *word; /* of a word that the scanner's memo has, or NULL */
	const struct fact_word *unit_word; /* of a unit that it has and knows, or NULL */
	bool in_code;         /* inside `…` or a fenced block */
	unsigned span;        /* counts the code spans and what is between them: tokens of one span have the same */
	bool option;          /* "--size", "-s" */
	struct text dashed;   /* of an option: all of it, "--skip-header" */
	int state;            /* of a word that has an opposite (fact_words_state), or 0 */
	bool colon;           /* a colon stands before it */
	bool breaks;          /* a comma, semicolon or bracket stands before it */
	bool dotted;          /* FACT_IDENTIFIER: Class.attribute */
	bool first;           /* of its line, list item or table cell */
	unsigned column;      /* in a table row: of its cell, from 1; FACT_LINE: cells begun in the line; 0 outside tables */
	char number[FACT_NUMBER_BYTES_MAX]; /* FACT_NUMBER: the number without formatting ("1000"); FACT_WORD: "three" is "3" */
	size_t number_bytes;                /* 0 for what is no number */
	/* FACT_NUMBER with commas that may part thousands or a list: the number as far as its first comma */
	size_t first_group_bytes;
};

enum { FACT_BREAKS = 1, FACT_COLON = 2, FACT_SENTENCE_START = 4, FACT_CELL_START = 8, FACT_LINE_START = 16 }; /* a comma, semicolon or bracket; a colon; or a sentence, cell, line begins */

struct fact_scanner {
	const struct domain *domain;
	struct fact_memo *memo; /* NULL, or set by the caller after fact_scanner_init */
	struct text text;
	size_t position;
	unsigned before; /* FACT_BREAKS … FACT_LINE_START: what stands before the next token */
	unsigned column, span;
	struct text marker; /* the number of the last list item: "3" of "3. ", or empty */
	bool in_code, in_fence;
};

void fact_scanner_init(struct fact_scanner *scanner, const struct domain *domain, struct text text);
/* The next token, or false at the end. */
bool fact_scanner_next(struct fact_scanner *scanner, struct fact_token *ret_token);
/* After a number such as "0,100,200": makes the scanner go on behind its first group, so that it is read as a list. */
void fact_scanner_split(struct fact_scanner *scanner, const struct fact_token *token);

#endif
