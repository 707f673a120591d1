/* passage_quote.h: does a passage have a statement word by word? What does is supported by it, whatever else the gate makes of it.
 *
 * Compared is what is said, not how it is set: emphasis, code ticks, pipes, brackets, quotation marks, line breaks, the targets of links and the
 * punctuation between words count for nothing; signs within or before a word ("-5", "1.5", "a/b", "--size") and operators do. Pure; nothing
 * allocated. For passage*.c alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_QUOTE_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_QUOTE_H

#include "base/text.h"

/* Does the source have all of `statement` here, in its order and nothing between, as a whole statement: from the beginning of a sentence, line, cell or clause to the
 * end of one? A piece of a statement begins or ends anywhere between words. `at` and `first_word` are where both have the statement's first word, whose first letter may
 * be in the other case. `*steps` are how many characters may be compared still; at 0 nothing is found. */
enum { PASSAGE_CUT_BEFORE = 1, PASSAGE_CUT_BEHIND = 2 }; /* `piece` */
bool passage_quotes_at(struct text source, size_t at, struct text statement, size_t first_word, unsigned piece, size_t *steps);

#endif
