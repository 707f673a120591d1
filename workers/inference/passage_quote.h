/* passage_quote.h: does a passage have a statement word by word? What does is supported by it, whatever else the gate makes of it.
 *
 * Compared is what is said, not how it is set: emphasis, code ticks, pipes, brackets, quotation marks, line breaks, the targets of links and the
 * punctuation between words count for nothing; signs within or before a word ("-5", "1.5", "a/b", "--size") and operators do. Pure; nothing
 * allocated; linear in the passage but for repeated beginnings, which `steps` bounds. For passage*.c alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_QUOTE_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_QUOTE_H

#include "base/text.h"

/* Does the source have all of `statement`, in its order and nothing between, as a whole statement: from the beginning of a sentence, line, cell or clause to the
 * end of one? A piece of a statement begins or ends anywhere between words. The case of its first letter does not count. `*steps` are how many characters may be compared still; at 0 nothing
 * is found. */
enum { PASSAGE_CUT_BEFORE = 1, PASSAGE_CUT_BEHIND = 2 }; /* `piece` */
bool passage_quotes(struct text source, struct text statement, unsigned piece, size_t *steps);

#endif
