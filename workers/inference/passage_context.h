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
	bool leading;         /* before the first value */
};

struct context_value {
	uint64_t hash, kind; /* kinds: numbers of one unit, clause numbers, constants, states with their opposite */
	uint64_t stem;       /* of a constant, which is a word too */
	const char *place;   /* in the text */
	unsigned group, column;
	bool alone;          /* the only value of its kind in the sentence */
};

struct passage_context {
	struct context_word words[CONTEXT_ITEMS_MAX];
	struct context_value values[CONTEXT_VALUES_MAX];
	size_t word_count, value_count, pending; /* pending: words since the last value */
	unsigned group;
	bool direct[CONTEXT_VALUES_MAX];      /* of a group: it begins with its value */
	bool group_named[CONTEXT_VALUES_MAX]; /* of a group but the first: it has a name of its own */
	const char *unit_place; /* of the number before */
	bool broken, last_is_value, respectively;
	bool pronoun; /* "it", before any name or value: what was said before is meant too */
	bool named;
};

void passage_context_clear(struct passage_context *context);
/* Takes the next token; `kind` 0: it is no value. `in_row`: the cells of a row are one clause. */
void passage_context_take(struct passage_context *context, const struct fact_token *token, uint64_t hash, uint64_t kind, bool in_row);
/* At the end of the sentence: words after the last value are the last value's. */
void passage_context_close(struct passage_context *context);
/* Does the word stand with the value? ret_certain: with no other one. */
bool passage_context_near(const struct passage_context *context, const struct context_word *word, const struct context_value *value,
			  bool *ret_certain);

/* The kind of a value, or 0. Constants are words in capitals that the passage uses as values. */
uint64_t passage_context_kind(const struct passage *passage, const struct fact_token *token);

#endif
