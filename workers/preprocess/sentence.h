/* sentence.h: where a sentence of running text ends. Pure; the rules suit technical prose in languages that use full stops. */
#ifndef DOCRING_WORKERS_PREPROCESS_SENTENCE_H
#define DOCRING_WORKERS_PREPROCESS_SENTENCE_H

#include "base/text.h"

/* Offset of the sentence after the one at `start` (blanks between them belong to the first), or text.bytes. A stop ends a
 * sentence when a blank follows, the next word does not begin in lower case, and it closes neither an abbreviation ("e.g.")
 * nor a list number. A blank line always does. */
size_t sentence_next(struct text text, size_t start);

#endif
