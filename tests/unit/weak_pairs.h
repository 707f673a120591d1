/* weak_pairs.h: pairs of the built-in generator made weak on purpose, one way at a time, and how well scores tell the weak ones from those that
 * they were made of. Same documents, same weak pairs. No test: for test_score_weak.c and the tool score-rates. */
#ifndef DOCRING_TESTS_UNIT_WEAK_PAIRS_H
#define DOCRING_TESTS_UNIT_WEAK_PAIRS_H

#include "workers/inference/generate.h"

enum weak_kind {
	WEAK_EXCHANGED, /* the answer of a question about another place of the document; the passage has both */
	WEAK_CUT,       /* ends in the middle of a sentence or list entry */
	WEAK_SHUFFLED,  /* its sentences and entries (four or more) in another order */
	WEAK_REPEATED,  /* one of its sentences twice more at the end */
	WEAK_FOREIGN,   /* a sentence of another document inside */
	WEAK_CELLS,     /* nothing but the cells of the passage's table */
	WEAK_GENERIC,   /* a question that could be asked of any text */
	WEAK_KINDS
};
const char *weak_kind_name(enum weak_kind kind);

enum weak_measure { WEAK_COHERENCE, WEAK_RELEVANCE, WEAK_ACCURACY, WEAK_SEMANTIC, WEAK_COMBINED, WEAK_MEASURES };

struct weak_rate {
	size_t count;              /* weak pairs */
	double auc[WEAK_MEASURES]; /* chance that a good pair scores higher than a weak one; a tie is half */
	double below[WEAK_MEASURES]; /* share of weak pairs below the good pair that they were made of */
};

struct weak_set;
struct weak_set *weak_set_create(const struct domain *domain);
void weak_set_destroy(struct weak_set *set);
/* Takes the pairs that the generator makes of the document and that pass its gates; their texts are copied. */
void weak_set_add(struct weak_set *set, const struct settings *settings, const struct document *document);
/* Good pairs, and mean and deviation of their scores as the generator gave them. */
size_t weak_set_count(const struct weak_set *set, double mean[WEAK_MEASURES], double deviation[WEAK_MEASURES]);
void weak_set_measure(struct weak_set *set, enum weak_kind kind, struct weak_rate *ret_rate);
/* Prints up to `count` weak pairs of the kind that score highest. */
void weak_set_print(struct weak_set *set, enum weak_kind kind, size_t count);
/* The middle of what the good pairs score when they are held against the passages that the weak ones are held against. */
double weak_set_good_mean(struct weak_set *set, enum weak_measure measure);

#endif
