/* extract_vocabulary.h: the domain pack's columns made ready for looking labels up: "Default Value" in a parameter table is
 * the field `default`. Labels are compared without case, with blanks collapsed and without a closing colon. Built once per
 * document, since it is small; keeps pointers into the domain. */
#ifndef DOCRING_WORKERS_PREPROCESS_EXTRACT_VOCABULARY_H
#define DOCRING_WORKERS_PREPROCESS_EXTRACT_VOCABULARY_H

#include "base/string_map.h"
#include "config/domain.h"

struct extract_vocabulary {
	const struct domain *domain;
	struct string_map labels; /* category, NUL, label → 1 + index of the columns */
	struct buffer key;        /* scratch */
};

int extract_vocabulary_init(struct extract_vocabulary *vocabulary, const struct domain *domain) WARN_UNUSED;
void extract_vocabulary_done(struct extract_vocabulary *vocabulary);

/* The field that `label` (plain text) stands for in the category, or an empty text. */
struct text extract_vocabulary_field(struct extract_vocabulary *vocabulary, const char *category, struct text label);

/* The first field of the category one of whose names stands in `text` (its first
 * 1,000 bytes) as whole words; an empty text when none does. */
struct text extract_vocabulary_field_in(const struct extract_vocabulary *vocabulary, const char *category, struct text text);

/* Is `text` one of the names of this category and field, as a whole? */
bool extract_vocabulary_is(struct extract_vocabulary *vocabulary, const char *category, const char *field, struct text text);

/* Does one of the names of this category and field stand in `text` as whole words? */
bool extract_vocabulary_has(const struct extract_vocabulary *vocabulary, const char *category, const char *field, struct text text);

#endif
