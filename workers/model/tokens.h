/* tokens.h: about how many tokens a text takes, without a tokenizer. Every model has one of its own, so what is counted here is to be
 * multiplied by what is learnt from the server's own counts; between kinds of text (prose, tables, names of parameters) that factor
 * varies much less than characters for each token do. Pure. */
#ifndef DOCRING_WORKERS_MODEL_TOKENS_H
#define DOCRING_WORKERS_MODEL_TOKENS_H

#include "base/text.h"

#include <stdint.h>

/* Parts of words, groups of digits, marks: as tokenizers with some 100,000 entries divide English and code. Linear, no allocation. */
uint64_t tokens_estimate(struct text text);

/* English prose takes so many characters for each token with any tokenizer; a server whose count is further from that than by TOKENS_FACTOR_MAX either
 * way does not count the tokens of what it was sent. */
#define TOKENS_PROSE_CHARS 4.2
#define TOKENS_FACTOR_MAX 1.75

#endif
