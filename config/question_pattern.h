/* question_pattern.h: what is left of a question when its names, numbers and identifiers are masked: how it is worded, whatever it is about.
 *
 * "How is EUtranCellFDD.cellRange described in the list Parameters.csv?" → "how is * described in the list *?". Masked is what stands in
 * quotes or code ticks, what is written like a name (a digit, an underscore, an inner point or capital, a capital inside a sentence), and
 * every word that the pack does not count among the common ones (DOMAIN_LIST_COMMON_WORDS) and that has more than two letters; masked
 * words side by side are one "*". Wordings that differ in what is masked alone count as one pattern. Pure; linear. */
#ifndef DOCRING_CONFIG_QUESTION_PATTERN_H
#define DOCRING_CONFIG_QUESTION_PATTERN_H

#include "base/buffer.h"
#include "config/domain.h"

/* Appends the pattern, in lower case. Without a domain, or with one that lists no common words, every word in lower case stays. */
void question_pattern(const struct domain *domain, struct text question, struct buffer *out);

/* Appends the first word in lower case; "*" where it is a name. */
void question_first_word(struct text question, struct buffer *out);

#endif
