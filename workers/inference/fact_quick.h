/* fact_quick.h: the tokens of fact_tokens.h that need no more than a look: words that the memo knows, numbers of a few digits, ends of sentences and lines, in the surroundings that most
 * have. Nine tokens of ten are. Each is the same as fact_scanner_next would make it. One thread. */
#ifndef DOCRING_WORKERS_INFERENCE_FACT_QUICK_H
#define DOCRING_WORKERS_INFERENCE_FACT_QUICK_H

#include "workers/inference/fact_tokens.h"

struct fact_quick { /* a token that is no more than this: neither ordinal nor option */
	struct fact_word *word; /* of a word, name or identifier; of a number: of its unit, NULL where it has none */
	struct text text;
	const char *unit;       /* of a number: where its unit stands, or NULL */
	enum fact_token_kind kind;
	unsigned column, span;  /* as of a fact_token */
	unsigned before;        /* of the scanner: FACT_BREAKS … FACT_LINE_START */
	bool in_code;
};

enum fact_quick_kinds {
	FACT_QUICK_ALL,
	FACT_QUICK_SENTENCE, /* all, but none behind the end of a sentence or line */
};
/* The next tokens, up to `most` of them, as long as they are of these kinds and need no more. Returns how many, and takes no others; with 0 fact_scanner_next is to be asked. They are of
 * no use behind the next call of anything that takes the memo: a name that may have parts which are words is the last one. */
size_t fact_scanner_quick(struct fact_scanner *scanner, struct fact_quick *ret_tokens, size_t most, enum fact_quick_kinds kinds);

#endif
