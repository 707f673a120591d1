/* word_set.h: which words a document has. Where a line's end parts a word, or a large letter stands before it, the rest of the document knows how the word is
 * written. */
#ifndef DOCRING_WORKERS_PREPROCESS_WORD_SET_H
#define DOCRING_WORKERS_PREPROCESS_WORD_SET_H

#include "base/text.h"

#include <stdint.h>

/* A Bloom filter: it may claim a word that was not there, never the other way. 128 KiB; empty when all is zero. */
enum { WORD_SET_BITS = 1 << 20 };
struct word_set {
	uint64_t bits[WORD_SET_BITS / 64];
};
/* Adds the words of a text (letters, with hyphens inside; a part with its hyphen, "non-", too), case folded. */
void word_set_add(struct word_set *words, struct text text);
bool word_set_has(const struct word_set *words, struct text word);

#endif
