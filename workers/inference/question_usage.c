/* question_usage.c: see question_usage.h. */
#include "workers/inference/question_usage.h"

#include "config/question_pattern.h"

#include <errno.h>

enum { SCRATCH_BYTES_MAX = 1 << 20 };

void question_usage_init(struct question_usage *usage, const struct domain *domain)
{
	usage->domain = domain;
	string_map_init(&usage->first_words);
	string_map_init(&usage->patterns);
	buffer_init(&usage->scratch, SCRATCH_BYTES_MAX);
}

void question_usage_done(struct question_usage *usage)
{
	string_map_done(&usage->first_words);
	string_map_done(&usage->patterns);
	buffer_done(&usage->scratch);
}

/* Of a question that is too long its beginning. */
static struct text first_word_of(struct question_usage *usage, struct text question)
{
	buffer_clear(&usage->scratch);
	question_first_word(question, &usage->scratch);
	return buffer_view(&usage->scratch);
}

static struct text pattern_of(struct question_usage *usage, struct text question)
{
	buffer_clear(&usage->scratch);
	question_pattern(usage->domain, question, &usage->scratch);
	return buffer_view(&usage->scratch);
}

static int change(struct question_usage *usage, struct text question, int by)
{
	uint32_t *count = string_map_add(&usage->first_words, first_word_of(usage, question), NULL);
	if (!count)
		return -ENOMEM;
	*count += (uint32_t)by;
	count = string_map_add(&usage->patterns, pattern_of(usage, question), NULL);
	if (!count)
		return -ENOMEM;
	*count += (uint32_t)by;
	return 0;
}

int question_usage_add(struct question_usage *usage, struct text question) { return change(usage, question, 1); }

int question_usage_replace(struct question_usage *usage, struct text question, struct text other)
{
	int status = change(usage, question, -1);
	return status == 0 ? change(usage, other, 1) : status;
}

static uint32_t count_of(const struct string_map *map, struct text key)
{
	const uint32_t *count = string_map_find(map, key);
	return count ? *count : 0;
}

uint32_t question_usage_first_word(struct question_usage *usage, struct text question)
{
	return count_of(&usage->first_words, first_word_of(usage, question));
}

uint32_t question_usage_pattern(struct question_usage *usage, struct text question)
{
	return count_of(&usage->patterns, pattern_of(usage, question));
}

bool question_usage_gains(struct question_usage *usage, struct text question, struct text other)
{
	struct buffer word;
	buffer_init(&word, SCRATCH_BYTES_MAX);
	question_first_word(question, &word);
	bool same_word = text_equal(first_word_of(usage, other), buffer_view(&word));
	buffer_done(&word);
	return question_usage_pattern(usage, other) < question_usage_pattern(usage, question) &&
	       (same_word || question_usage_first_word(usage, other) < question_usage_first_word(usage, question));
}
