/* fact_tokens.h: running text or Markdown as a row of words, each with what the fact gate and the semantic score need to
 * know of it: is it a number, an identifier, a name, a plain word; does it stand in a code span; does a sentence begin here.
 *
 * Formatting is not content: emphasis, code ticks, table pipes, list markers and the markers of ordered lists are stepped
 * over, "\_" reads as "_". Pure, one pass, nothing allocated; safe on any bytes. */
#ifndef DOCRING_WORKERS_INFERENCE_FACT_TOKENS_H
#define DOCRING_WORKERS_INFERENCE_FACT_TOKENS_H

#include "config/domain.h"

#include <stdint.h>

enum fact_token_kind {
	FACT_NUMBER,     /* "10", "-140", "1,000", "0.5" */
	FACT_IDENTIFIER, /* has a digit, "_", an inner "." or upper-case letters beyond the first: cellRange, ACTIVATED, eNodeB, 5G */
	FACT_NAME,       /* Capitalised, and not because a sentence begins */
	FACT_WORD,       /* anything else */
	FACT_SEPARATOR,  /* the end of a sentence (text is empty) */
	FACT_LINE,       /* the end of a line (text is empty) */
};

enum { FACT_NUMBER_BYTES_MAX = 48 };

/* What a word means wherever it stands, worked out once for all its occurrences. */
struct fact_word {
	uint64_t head, tail;     /* the word itself: its first and last bytes, which overlap */
	const char *number, *ordinal; /* digits, or NULL */
	uint32_t stem, exact, unit, spelled, dimension, kind; /* filled in and used by passage_places.c when `placed` */
	uint8_t bytes, number_bytes, ordinal_bytes; /* bytes 0: unused */
	int8_t state;
	bool identifier : 1, name : 1, placed : 1, label : 1;
	bool breaks : 1;   /* ends a clause */
	bool compares : 1; /* comparisons may be said with it */
	bool plain : 1;    /* neither unit nor label, of no kind */
};

/* Words met, the latest at each place; zero at the beginning, for one domain. One thread. */
enum { FACT_MEMO_WORDS = 4096, FACT_MEMO_BYTES_MAX = 16 };
struct fact_memo {
	struct fact_word words[FACT_MEMO_WORDS];
};

struct fact_token {
	enum fact_token_kind kind;
	struct text text;     /* slice of the input */
	struct text unit;     /* of a number: the unit right behind it ("ms" of "10 ms", "%" of "10%", "s" of "10 (s)"), or empty */
	struct text wide;     /* of a word: with what makes it one unit, "MB/s", "°C"; mostly the same as text */
	struct text ordinal;  /* "3" of "third" and "3rd"; empty where they only enumerate ("Third, …") */
	struct fact_word *word; /* of a word that the scanner's memo has, or NULL */
	bool in_code;         /* inside `…` or a fenced block */
	unsigned span;        /* counts the code spans and what is between them: tokens of one span have the same */
	bool option;          /* "--size", "-s" */
	struct text dashed;   /* of an option: all of it, "--skip-header" */
	bool loud;            /* beside another word in capitals: "ENGINEERING HINTS" */
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

struct fact_scanner {
	const struct domain *domain;
	struct fact_memo *memo; /* NULL, or set by the caller after fact_scanner_init */
	struct text text;
	size_t position;
	bool cell_start; /* apart from the others: they are written one by one, and read together would wait for each other */
	unsigned column, span;
	struct text marker; /* the number of the last list item: "3" of "3. ", or empty */
	bool in_code, in_fence, sentence_start, line_start, breaks, colon;
};

void fact_scanner_init(struct fact_scanner *scanner, const struct domain *domain, struct text text);
/* The next token, or false at the end. */
bool fact_scanner_next(struct fact_scanner *scanner, struct fact_token *ret_token);
/* After a number such as "0,100,200": makes the scanner go on behind its first group, so that it is read as a list. */
void fact_scanner_split(struct fact_scanner *scanner, const struct fact_token *token);

/* Is this the shape of an identifier (see FACT_IDENTIFIER)? For one word without blanks. */
bool fact_is_identifier(struct text word);

#endif
