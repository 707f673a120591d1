/* plain_words.h: words that a line of plain text parts with a hyphen and the next goes on with. Written so, "inter-" and "national" are one word when the
 * document has the word whole elsewhere, and not with its hyphen; else the hyphen stays, as in "real-time". Private to plain_*.c. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_WORDS_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_WORDS_H

#include "workers/preprocess/plain_lines.h"
#include "workers/preprocess/word_set.h"

/* The words of all lines; NULL when no line ends with a hyphen behind a word, and when memory is short: then every hyphen stays. The caller frees it. */
struct word_set *plain_words_collect(const struct plain_lines *lines);

/* Bytes at the end of `line` that go because `next` completes its last word: a hyphen that only formatters write, or one that `words` (may be NULL)
 * speaks against; else 0. */
size_t plain_words_hyphen(struct text line, struct text next, const struct word_set *words);

#endif
