/* question_templates.h: wordings of questions and of the frames around values, chosen from the domain pack.
 *
 * A wording is text with {placeholders}; one that names a value which is not known here is not used. "[in|from|]" in it stands for one of
 * what the bars part, which may have placeholders too. Questions are chosen so that first words and wordings are used evenly; where there
 * is a choice, the seed decides. */
#ifndef DOCRING_WORKERS_INFERENCE_QUESTION_TEMPLATES_H
#define DOCRING_WORKERS_INFERENCE_QUESTION_TEMPLATES_H

#include "base/buffer.h"
#include "config/domain.h"

#include <stdint.h>

struct template_value {
	const char *name; /* of the placeholder, without braces */
	struct text text; /* empty: not known */
};

enum { TEMPLATE_VALUES_MAX = 16, TEMPLATE_FAMILIES_MAX = 128, TEMPLATE_FIRST_WORDS_MAX = 128 };

struct template_values {
	struct template_value items[TEMPLATE_VALUES_MAX];
	size_t count;
};
void template_values_set(struct template_values *values, const char *name, struct text text);

struct template_picker { /* one per document */
	const struct domain *domain;
	uint64_t seed;
	struct { uint64_t hash; uint32_t used; } families[TEMPLATE_FAMILIES_MAX], first_words[TEMPLATE_FIRST_WORDS_MAX];
	size_t family_count, first_word_count;
	uint64_t choices; /* made in wordings so far */
};
void template_picker_init(struct template_picker *picker, const struct domain *domain, uint64_t seed);

/* Appends a question of the family; the one whose first word was used least so far. False when no wording fits the values. */
bool template_question(struct template_picker *picker, const char *family, const struct template_values *values, struct buffer *out);

/* Appends a frame of the family: of those that fit, one with the most placeholders. False when none fits. */
bool template_frame(struct template_picker *picker, const char *family, const struct template_values *values, struct buffer *out);

#endif
