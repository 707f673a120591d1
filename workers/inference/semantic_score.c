/* semantic_score.c: how well question, answer and passage belong together, by the words they share.
 *
 *   coherence  the answer speaks of what the question asks for: weighted share of the question's words in the answer
 *   relevance  both speak of what the passage says: geometric mean of the weighted shares of their words in the passage
 *   accuracy   share of the answer's facts that the passage supports, squared; without facts, its share of words
 *   semantic   .3 coherence + .4 relevance + .3 accuracy
 *
 * Identifiers weigh most; words that the pack calls common weigh nothing, since unrelated texts of one field share them.
 * Stretching maps the share that unrelated texts reach by chance to 0 and the share of a good pair to 1; tests hold both ends. */
#include "workers/inference/semantic_score.h"

#include "workers/inference/fact_tokens.h"
#include "workers/inference/generate.h"

#include <math.h>
#include <stdlib.h>

enum { WORDS_MAX = 1024, WORD_LETTERS_MIN = 3 };

struct weighted_words { /* a set of stems; bounded: a longer text is measured by its first words */
	uint64_t stems[WORDS_MAX * 2];
	struct { struct text text; float weight; } words[WORDS_MAX];
	size_t count;
};

static bool add_stem(struct weighted_words *words, uint64_t stem)
{
	stem += !stem;
	size_t mask = COUNT_OF(words->stems) - 1, i = stem & mask;
	for (; words->stems[i]; i = (i + 1) & mask)
		if (words->stems[i] == stem)
			return false;
	words->stems[i] = stem;
	return true;
}

static bool has_stem(const struct weighted_words *words, uint64_t stem)
{
	stem += !stem;
	size_t mask = COUNT_OF(words->stems) - 1;
	for (size_t i = stem & mask; words->stems[i]; i = (i + 1) & mask)
		if (words->stems[i] == stem)
			return true;
	return false;
}

static void add_word(struct weighted_words *words, struct text word, float weight)
{
	if (words->count == WORDS_MAX || !add_stem(words, passage_stem(word)))
		return;
	words->words[words->count].text = word;
	words->words[words->count++].weight = weight;
}

static struct text after_dot(struct text word)
{
	for (size_t i = word.bytes; i > 0; i--)
		if (word.data[i - 1] == '.')
			return text_slice(word, i, word.bytes);
	return word;
}

static void collect(const struct domain *domain, struct text text, struct weighted_words *words)
{
	memset(words->stems, 0, sizeof(words->stems));
	words->count = 0;
	struct fact_scanner scanner;
	struct fact_token token;
	fact_scanner_init(&scanner, domain, text);
	while (words->count < WORDS_MAX && fact_scanner_next(&scanner, &token)) {
		if (token.kind == FACT_IDENTIFIER) {
			if (token.dotted)
				add_word(words, text_slice(token.text, 0, token.text.bytes - after_dot(token.text).bytes - 1), 1);
			if (token.dotted || !domain_list_has(domain, DOMAIN_LIST_COMMON_WORDS, token.text)) /* "KPI", "LTE" where they are common */
				add_word(words, after_dot(token.text), 3);
		} else if ((token.kind == FACT_WORD || token.kind == FACT_NAME) && token.text.bytes >= WORD_LETTERS_MIN &&
			   !domain_list_has(domain, DOMAIN_LIST_COMMON_WORDS, token.text)) {
			add_word(words, token.text, 1);
		}
	}
}

static double stretch(double share, double from, double to)
{
	return share <= from ? 0 : share >= to ? 1 : (share - from) / (to - from);
}

static double share_in_passage(const struct weighted_words *words, const struct passage *passage)
{
	double sum = 0, met = 0;
	for (size_t i = 0; i < words->count; i++) {
		sum += (double)words->words[i].weight;
		met += passage_has_stem(passage, words->words[i].text) ? (double)words->words[i].weight : 0;
	}
	return sum > 0 ? met / sum : 0;
}

static double share_in_words(const struct weighted_words *words, const struct weighted_words *other)
{
	double sum = 0, met = 0;
	for (size_t i = 0; i < words->count; i++) {
		sum += (double)words->words[i].weight;
		met += has_stem(other, passage_stem(words->words[i].text)) ? (double)words->words[i].weight : 0;
	}
	return sum > 0 ? met / sum : 0;
}

void semantic_score_passage(const struct passage *passage, struct text question, struct text answer,
			    const struct passage_verdict *verdict, struct conversation_scores *ret_scores)
{
	struct weighted_words asked, answered;
	collect(passage->domain, question, &asked);
	collect(passage->domain, answer, &answered);
	double answer_share = share_in_passage(&answered, passage), question_share = share_in_passage(&asked, passage);
	bool general = asked.count == 0; /* "What is Setting Parameters about?": only common words, nothing to hold the answer against */
	if (general)
		question_share = answer_share;
	double coherence = stretch(general ? answer_share : share_in_words(&asked, &answered), 0.15, 0.6);
	double relevance = sqrt(stretch(answer_share, 0.25, 0.85) * stretch(question_share, 0.2, 0.75));
	double accuracy = verdict->facts ? (double)verdict->supported / (double)verdict->facts : 1;
	accuracy *= accuracy;
	if (verdict->facts < 3) /* few facts prove little */
		accuracy = fmin(accuracy, stretch(answer_share, 0.25, 0.85));
	ret_scores->coherence = (float)coherence;
	ret_scores->relevance = (float)relevance;
	ret_scores->accuracy = (float)accuracy;
	ret_scores->semantic = (float)(0.3 * coherence + 0.4 * relevance + 0.3 * accuracy);
}

void semantic_score(const struct domain *domain, struct text question, struct text answer, struct text source,
		    struct conversation_scores *ret_scores)
{
	struct passage passage;
	struct passage_verdict verdict;
	passage_init(&passage, domain);
	if (passage_index(&passage, source) == 0) {
		passage_check(&passage, answer, &verdict);
		semantic_score_passage(&passage, question, answer, &verdict, ret_scores);
	} else {
		ret_scores->coherence = ret_scores->relevance = ret_scores->accuracy = ret_scores->semantic = 0;
	}
	passage_done(&passage);
}
