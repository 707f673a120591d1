/* diversity.h: how various the questions of a dataset are, by their patterns (config/question_pattern.h). Fed with one question after the
 * other; memory in proportion to the different patterns.
 *
 *   diversity  = H / ln(min(n, 1000)), at most 1;  H = −Σ p ln p over the shares p of the patterns, n questions
 *   in_hundred = expected share of different patterns among 100 questions drawn at random without repetition, min(n, 100) of them
 *
 * 1 where every question has a pattern of its own. e^H is as how many patterns they would be if all were used equally often. Divided by ln n
 * alone the measure would fall as a dataset grows whose wordings stay the same; divided by the logarithm of the number of patterns it would
 * be 1 for two patterns that are used alike. .85 stands for the variety of 355 patterns used evenly. */
#ifndef DOCRING_COORDINATOR_DATASET_DIVERSITY_H
#define DOCRING_COORDINATOR_DATASET_DIVERSITY_H

#include "base/string_map.h"
#include "config/domain.h"
#include "config/settings.h"

#include <stdint.h>

struct tally_entry {
	uint64_t count;
	size_t text_offset, text_bytes; /* in the tally's texts */
};

struct tally { /* how often each text occurred */
	struct string_map index; /* into entries */
	struct tally_entry *entries;
	size_t count, capacity;
	struct buffer texts;
};

struct diversity {
	struct domain *domain; /* owned; NULL: every word in lower case counts as common */
	struct tally patterns, beginnings, first_words;
	struct buffer scratch;
	uint64_t questions;
};

enum { DIVERSITY_TEXT_BYTES_MAX = 120, DIVERSITY_MOST_MAX = 12 };
struct diversity_share {
	char text[DIVERSITY_TEXT_BYTES_MAX]; /* what does not fit is cut off */
	double share;
};

struct diversity_most { /* the most frequent ones first, on a tie in order of the text */
	struct diversity_share items[DIVERSITY_MOST_MAX];
	size_t count;
};

struct diversity_summary {
	uint64_t questions, patterns; /* patterns: different ones */
	double diversity, in_hundred, effective_patterns; /* the last: e^H */
	struct diversity_most first_words, beginnings, common_patterns; /* beginnings: the first three words of the patterns */
	bool judged;  /* enough questions for shares to say something: questions.judged_from */
	double first_word_max, pattern_max, diversity_min; /* the bars of the settings */
	bool first_word_held, pattern_held, diversity_held; /* true where not judged */
};

/* Takes the pack that the run kept in OUT/.docring/domain.yaml, or the one that the settings name; neither has to be there. */
int diversity_init(struct diversity *diversity, const struct settings *settings, const char *output) WARN_UNUSED; /* 0 or -ENOMEM; _done in either case */
void diversity_done(struct diversity *diversity);
int diversity_add(struct diversity *diversity, struct text question) WARN_UNUSED; /* 0 or -ENOMEM */
void diversity_measure(const struct diversity *diversity, const struct settings *settings, struct diversity_summary *ret_summary);

#endif
