/* fact_words.h: what single words of English mean to the fact gate: numbers in words, spellings of a unit, states that have an
 * opposite, comparisons. Closed classes only; pure. */
#ifndef DOCRING_WORKERS_INFERENCE_FACT_WORDS_H
#define DOCRING_WORKERS_INFERENCE_FACT_WORDS_H

#include "base/text.h"

#include <stdint.h>

/* "zero" to "twelve", tens to ninety: their digits, else empty. "one" and "two" mostly count nothing ("one of them", "the two"). */
struct text fact_words_number(struct text word);

/* "second" to "twelfth", "3rd", "21st": their digits, else empty. */
struct text fact_words_ordinal(struct text word);

/* One spelling for all of a unit: "milliseconds" is "ms", "percent" is "%". What is not known stays as it is. */
struct text fact_words_unit(struct text unit);
/* Is it a unit spelled out ("milliseconds", "megabytes")? */
bool fact_words_spells_unit(struct text word);

/* What a unit measures: one unit for all of time, of power, of data …; others stand for themselves. */
struct text fact_words_dimension(struct text unit);
/* How many of the smallest unit of its kind it is: 60,000 of a minute, where a millisecond is 1. 0: not known, or more than one thing (MB). */
double fact_words_scale(struct text unit);

/* A state that has an opposite (true, false; ON, OFF; enabled, disabled …): 1, 2, …, negative for the opposite; 0 for other words.
 * "on" in small letters is no state by itself. */
int fact_words_state(struct text word);

/* A word of a closed list whose members exclude each other (critical, major, minor …; uplink, downlink; red, green …): the list, from 1, below
 * FACT_GRADES; 0 for other words. */
enum { FACT_GRADES = 10 };
unsigned fact_words_grade(struct text word);
/* The member `index` of the list, or empty behind the last one. */
struct text fact_words_grade_member(unsigned grade, size_t index);

/* "It", "these": what begins like this goes on about what was said before. */
bool fact_words_goes_on(struct text first);

/* Calls for each word that one of the functions above, or fact_words_says, knows from a list (in any case of its letters), with the list. Words that begin with a digit are in none. */
enum { FACT_LIST_NUMBERS = 1, FACT_LIST_ORDINALS = 1 << 1, FACT_LIST_UNITS = 1 << 2, FACT_LIST_STATES = 1 << 3, FACT_LIST_GRADES = 1 << 4, FACT_LIST_SAYINGS = 1 << 5, FACT_LIST_OPENINGS = 1 << 6,
       FACT_LISTS = (1 << 7) - 1 };
void fact_words_each(void (*take)(void *context, struct text word, unsigned lists), void *context);

enum fact_comparison { FACT_COMPARES_NOT, FACT_AT_LEAST, FACT_AT_MOST, FACT_ABOVE, FACT_BELOW, FACT_FASTER, FACT_SLOWER, FACT_OLDER, FACT_NEWER };

enum { /* what a word may be to a comparison, bits; below FACT_SAYS_END those that do something by themselves, the others when "than", "or" and the like stand beside them */
	FACT_SAYS_NOT = 1, FACT_SAYS_OR = 1 << 1, FACT_SAYS_THAN = 1 << 2, FACT_SAYS_LEAST = 1 << 3, FACT_SAYS_MOST = 1 << 4, FACT_SAYS_MAXIMUM = 1 << 5, FACT_SAYS_TO = 1 << 6,
	FACT_SAYS_ABOVE = 1 << 7, FACT_SAYS_BELOW = 1 << 8, FACT_SAYS_END = 1 << 9,
	FACT_SAYS_BE = 1 << 9, FACT_SAYS_LOOSELY = 1 << 10, FACT_SAYS_AT = 1 << 11, FACT_SAYS_UP = 1 << 12, FACT_SAYS_MORE = 1 << 13, FACT_SAYS_LESS = 1 << 14, FACT_SAYS_FASTER = 1 << 15,
	FACT_SAYS_SLOWER = 1 << 16, FACT_SAYS_OLDER = 1 << 17, FACT_SAYS_NEWER = 1 << 18, FACT_SAYS_OR_MORE = 1 << 19, FACT_SAYS_OR_LESS = 1 << 20,
};
enum { FACT_SAYS_BITS = 21 };
/* Of one word; 0 for most. */
uint32_t fact_words_says(struct text word);

struct fact_comparing { /* zero at the beginning of a sentence */
	enum fact_comparison pending; /* said, and its number is still to come */
	bool loose;         /* by "over" or "under", which say many things of names with digits */
	bool reversed;      /* "not", "no" right before */
	bool after_or;      /* "or": "or more" is about the number before */
	unsigned distance;  /* words since it was said */
	bool listens;       /* pending, reversed or after_or: the next word may matter whatever it is */
	uint32_t before;    /* what the word before says */
};
enum fact_comparison fact_comparing_saying(struct fact_comparing *comparing, uint32_t says);
/* Is the word of no matter by itself? Most are: then it is no more than the word before the next one. */
static inline bool fact_comparing_passes(const struct fact_comparing *comparing, uint32_t says)
{
	return !(says & (FACT_SAYS_END - 1) || comparing->listens);
}
/* Takes what the next word that is no number says. Returns what that is of the number before it ("or more"), or FACT_COMPARES_NOT. */
static inline enum fact_comparison fact_comparing_word(struct fact_comparing *comparing, uint32_t says)
{
	if (!fact_comparing_passes(comparing, says))
		return fact_comparing_saying(comparing, says);
	comparing->before = says;
	return FACT_COMPARES_NOT;
}
/* Takes the next number, or name of a version, and returns what was said of it. */
enum fact_comparison fact_comparing_number(struct fact_comparing *comparing, bool number);
/* At least, at most; above, below; faster, slower; older, newer. What is faster may be more or less: of a rate, of a time. */
enum fact_comparison fact_comparison_opposite(enum fact_comparison comparison);

#endif
