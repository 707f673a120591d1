/* passage_context.h: which words stand with which values in a sentence, for passages and answers alike. A sentence is read word by
 * word; then each value has the words of its clause, or those of the whole sentence when it is the only one of its kind there.
 * For passage*.c alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_CONTEXT_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_CONTEXT_H

#include "workers/inference/passage_keys.h"

enum { CONTEXT_ITEMS_MAX = 96, CONTEXT_VALUES_MAX = 24 };

struct context_word {
	uint64_t stem;
	struct text text;
	unsigned first, last; /* groups of values that it stands with */
	bool name;            /* an identifier: says more than a word */
	bool proper;          /* a name: Capitalised inside a sentence */
	bool phrase;          /* two words, one after the other; text is the second */
	bool label;           /* "default": it says which value is meant, however frequent it is */
	bool leading;         /* before the first value */
};

struct context_value {
	uint64_t hash, kind; /* kinds: numbers of one unit, clause numbers, constants, states with their opposite */
	uint64_t stem;       /* of a value that is a word too, a constant or 64QAM; else 0 */
	uint64_t joined;     /* of a plain number: the kind of the value right behind it ("10 to 20 ms"), or 0 */
	const char *place;   /* in the text */
	unsigned group, column;
	bool alone;          /* the only value of its kind in the sentence */
};

struct passage_context {
	struct context_word words[CONTEXT_ITEMS_MAX];
	struct context_value values[CONTEXT_VALUES_MAX];
	size_t word_count, value_count, pending; /* pending: words since the last value */
	uint64_t stem_before;   /* of the word right before, or 0 */
	unsigned group;
	bool direct[CONTEXT_VALUES_MAX];      /* of a group: it begins with its value */
	bool group_named[CONTEXT_VALUES_MAX]; /* of a group but the first: it has a name of its own */
	const char *unit_place; /* of the number before */
	bool group_pronoun[CONTEXT_VALUES_MAX]; /* of a group but the first: "it" stands in it for what the sentence began with */
	bool broken, last_is_value, respectively, pending_pronoun;
	bool pronoun; /* "it", before any name or value: what was said before is meant too */
	bool named;
	bool shared; /* several groups share what the sentence began with: it tells none of their values from the others */
};

void passage_context_clear(struct passage_context *context);
/* Takes the next token; `kind` 0: it is no value. `in_row`: the cells of a row are one clause. */
void passage_context_take(struct passage_context *context, const struct fact_token *token, uint64_t hash, uint64_t kind, bool in_row);
/* At the end of the sentence: words after the last value are the last value's. */
void passage_context_close(struct passage_context *context);
/* Does the word stand with the value? ret_certain: with no other one. */
bool passage_context_near(const struct passage_context *context, const struct context_word *word, const struct context_value *value,
			  bool *ret_certain);

/* Word and value of one clause, as one key. A plain number goes with an answer's number of any unit: its unit may stand elsewhere. */
uint64_t passage_context_key(uint64_t stem, uint64_t value, uint64_t kind);
bool passage_context_together(const struct passage *passage, const struct context_word *word, const struct context_value *value, bool *ret_own);

/* A number, or a version (3.4.2): what "at least" is said of. */
bool passage_context_is_number(const struct fact_token *token);

/* The kind of a value, or 0. Constants are words in capitals that the passage uses as values. */
uint64_t passage_context_kind(const struct passage *passage, const struct fact_token *token);

#endif
