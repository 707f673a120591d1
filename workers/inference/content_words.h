/* content_words.h: the words by which texts are compared (semantic_score.h, question_fit.h): each with how much it says of what a text is
 * about, and sets of them. Pure; nothing allocated.
 *
 *   3    an identifier; of Class.attribute the attribute (three is what it took for questions that differ in it alone)
 *   1    other words from three letters, abbreviations in capitals, the class of Class.attribute, a file's extension
 *   and `common`: in the pack's list of words that unrelated texts of the field share; they say nothing but in a name ("Setting Parameters") */
#ifndef DOCRING_WORKERS_INFERENCE_CONTENT_WORDS_H
#define DOCRING_WORKERS_INFERENCE_CONTENT_WORDS_H

#include "workers/inference/passage_places.h"

enum { CONTENT_WORDS_MAX = 1024 };

struct content { /* of one token: none, one or two words */
	uint32_t stems[2];
	float weights[2];
	size_t count;
	bool common;
};
struct content content_of(const struct domain *domain, const struct fact_token *token);

struct content_word {
	uint32_t stem;
	float weight;
	uint32_t topic; /* of a question: question_fit.h */
};

struct content_words { /* a set of stems; bounded: a longer text is measured by its first words */
	uint32_t table[CONTENT_WORDS_MAX * 2]; /* of stems; 0: empty */
	struct content_word words[CONTENT_WORDS_MAX];
	size_t count, mask;
};
void content_words_init(struct content_words *words, size_t text_bytes);
void content_words_add(struct content_words *words, uint32_t stem, float weight);
bool content_words_have(const struct content_words *words, uint32_t stem);
/* Weighted share of the words that the passage has; 0 without words. */
double content_share(const struct content_word *words, size_t count, const struct passage *passage);

/* 0 up to `from`, 1 from `to` on. */
static inline double content_stretch(double share, double from, double to)
{
	return share <= from ? 0 : share >= to ? 1 : (share - from) / (to - from);
}

#endif
