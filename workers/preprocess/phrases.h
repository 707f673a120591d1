/* phrases.h: finds any of a list of phrases in running text, without case, at the borders of words, in one pass. */
#ifndef DOCRING_WORKERS_PREPROCESS_PHRASES_H
#define DOCRING_WORKERS_PREPROCESS_PHRASES_H

#include "base/check.h"
#include "base/text.h"

enum { PHRASES_BUCKETS = 27 }; /* by first letter; the last is for all other bytes */

struct phrases {
	const struct text *items;      /* not owned */
	size_t first[PHRASES_BUCKETS]; /* index of the first phrase of the bucket + 1, 0: none */
	size_t *next;                  /* the same, of the next phrase in its bucket */
};

int phrases_init(struct phrases *phrases, const struct text *items, size_t count) WARN_UNUSED; /* 0 or -ENOMEM */
void phrases_done(struct phrases *phrases);

/* How many places of the text begin a phrase; counting stops at `count_max`. */
size_t phrases_count(const struct phrases *phrases, struct text text, size_t count_max);

#endif
