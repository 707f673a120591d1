/* question_usage.h: how often a document's questions begin with each word and have each pattern (config/question_pattern.h): which ones a model is
 * to put in other words, and which other words make the document's questions more various. */
#ifndef DOCRING_WORKERS_INFERENCE_QUESTION_USAGE_H
#define DOCRING_WORKERS_INFERENCE_QUESTION_USAGE_H

#include "base/string_map.h"
#include "config/domain.h"

struct question_usage {
	const struct domain *domain;
	struct string_map first_words, patterns;
	struct buffer scratch;
};

void question_usage_init(struct question_usage *usage, const struct domain *domain);
void question_usage_done(struct question_usage *usage);

int question_usage_add(struct question_usage *usage, struct text question) WARN_UNUSED; /* 0 or -ENOMEM */
/* `other` takes the place of `question`, which was added. 0 or -ENOMEM. */
int question_usage_replace(struct question_usage *usage, struct text question, struct text other) WARN_UNUSED;

/* How many of those added begin with the question's first word; have its pattern. */
uint32_t question_usage_first_word(struct question_usage *usage, struct text question);
uint32_t question_usage_pattern(struct question_usage *usage, struct text question);

/* Are the questions no less various when `other` takes the place of `question`, which was added: its pattern is rarer, and its first word the same or rarer? */
bool question_usage_gains(struct question_usage *usage, struct text question, struct text other);

#endif
