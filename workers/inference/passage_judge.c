/* passage_judge.c: decides by the weights of passage_align.c which values of an answer the passage gives to other words. */
#include "workers/inference/passage_weighing.h"

enum { QUOTED_WORDS = 3, PARALLEL_WORDS = 2, RANGE_WORDS = 2 };

/* How much better another value must fit. In one sentence only distances tell two values from each other: more is asked for there. All
 * were set where errors of the tuning half were caught best with true answers of it refused least (docs/decisions/facts-of-an-answer.md). */
#define APART_RATIO 1.05f
#define APART_MARGIN 0.04f
#define TOGETHER_RATIO 1.35f
#define TOGETHER_MARGIN 0.18f
#define NAME_RATIO 1.3f
#define NAME_MARGIN 0.12f
#define EXCHANGED_RATIO 1.1f
#define EXCHANGED_MARGIN 0.06f
/* Prose may word it in any way: there a value is refused on strong evidence alone, or where the answer's clause repeats another one's. */
#define PROSE_RATIO 1.6f
#define PROSE_MARGIN 0.4f
#define PROSE_NAME_RATIO 2.0f
#define PROSE_NAME_MARGIN 0.5f
#define PROSE_EXCHANGED_RATIO 1.25f
#define PROSE_EXCHANGED_MARGIN 0.2f
#define PARALLEL_EXCHANGED_RATIO 1.3f
#define ASIDE_SCORE 0.6f
#define RIVAL_COVERED 0.55f
#define OWN_COVERED 0.7f
#define OWN_COVERED_STATE 0.45f
#define STATE_RATIO 2.0f
#define STATE_MARGIN 0.5f

static float rival_score(const struct weighed *value, uint32_t other)
{
	for (size_t r = 0; r < value->rival_count; r++)
		if (value->rivals[r].value == other)
			return value->rivals[r].score;
	return 0;
}

static const struct weighed *find_value(const struct alignment *alignment, uint32_t value)
{
	for (size_t v = 0; v < alignment->value_count; v++)
		if (alignment->values[v].value == value)
			return &alignment->values[v];
	return NULL;
}

/* Numbers of clauses are quoted, not retold; a number that lost its unit may be another one's. */
static bool is_strong(const struct alignment *alignment, const struct weighed *one, const struct rival *rival)
{
	const struct passage *passage = alignment->passage;
	return one->kind == KIND_CLAUSE || one->bare || (passage_is_listed(passage, rival->sentence) && (!one->own_sentence || passage_is_listed(passage, one->own_sentence)));
}

/* Does the answer's clause repeat that of the rival, and not the value's own? "All three" may count anything. */
static bool is_parallel(const struct alignment *alignment, const struct weighed *one, const struct rival *rival)
{
	const struct answer_word *word = &alignment->answer->words[one->word];
	bool counts_anything = word->is_word && word->place.flags & PLACE_NUMBER && !one->own_sentence;
	float mostly = one->kind > KIND_STATE && one->kind < KIND_UNITS ? OWN_COVERED_STATE : OWN_COVERED;
	return passage_is_stated(one) && !counts_anything && rival->words >= PARALLEL_WORDS && rival->covered >= RIVAL_COVERED && one->own_covered <= mostly * rival->covered;
}

static bool is_better(const struct alignment *alignment, const struct weighed *one, const struct rival *rival)
{
	bool stated = passage_is_stated(one), together = rival->sentence == one->own_sentence && !one->owned;
	if (rival->covered < one->own_covered || (rival->covered <= 0 && (!passage_is_stated(one) || rival->score < ASIDE_SCORE)))
		return false;
	if (!one->bare && rival->sentence == one->own_sentence && rival->covered <= one->own_covered && one->own > 0) /* only distances tell them apart */
		return rival->score > one->own * PROSE_RATIO + PROSE_MARGIN;
	bool neighbour = !stated && rival->sentence == one->own_sentence; /* names in one sentence are said of each other */
	if (neighbour || (!is_strong(alignment, one, rival) && !is_parallel(alignment, one, rival)))
		return rival->score > (stated ? one->own * PROSE_RATIO + PROSE_MARGIN : one->own * PROSE_NAME_RATIO + PROSE_NAME_MARGIN);
	if (!stated && (rival->words < PARALLEL_WORDS || passage_is_actor(&alignment->answer->words[one->word].place)))
		return false;
	if (!stated || (one->kind > KIND_GRADE && one->kind < KIND_STATE))
		return rival->score > one->own * NAME_RATIO + NAME_MARGIN;
	return rival->score > one->own * (together ? TOGETHER_RATIO : APART_RATIO) + (together ? TOGETHER_MARGIN : APART_MARGIN);
}

/* Do the words right before the value stand there in the passage too, and before no other value of its kind? Then the answer quotes it. */
static bool is_quoted(const struct alignment *alignment, const struct weighed *value)
{
	const struct passage *passage = alignment->passage;
	const struct answer_word *words = alignment->answer->words;
	bool quoted = false;
	unsigned steps = 0;
	if (value->word < QUOTED_WORDS)
		return false;
	for (uint32_t before = passage_first(passage, words[value->word - 1].place.stem); before >= QUOTED_WORDS && steps < CHAIN_MAX; before = passage->links[before].next, steps++) {
		uint32_t same = 1;
		while (same < QUOTED_WORDS && passage->places[before - same].stem == words[value->word - 1 - same].place.stem)
			same++;
		if (same < QUOTED_WORDS || before + 1 >= passage->place_count)
			continue;
		const struct passage_place *place = &passage->places[before + 1];
		if (passage_value(place) == value->value)
			quoted = true;
		else if (place->kind == value->kind)
			return false;
	}
	return quoted;
}

/* "between 1 and 5" where the passage has "1..5": 1; where it has "5..1" alone: -1; otherwise 0. */
static int range_order(const struct alignment *alignment, const struct weighed *value)
{
	const struct passage *passage = alignment->passage;
	const struct weighed *next = value + 1;
	const struct answer_word *words = alignment->answer->words;
	int order = 0;
	unsigned steps = 0;
	if (next >= alignment->values + alignment->value_count || next->value == value->value || next->word > value->word + RANGE_WORDS || !(words[value->word].place.flags & words[next->word].place.flags & PLACE_NUMBER))
		return 0;
	const char *end = words[value->word].text.data + words[value->word].text.bytes, *begin = words[next->word].text.data;
	if (begin < end || !passage_joins_range((struct text){ end, (size_t)(begin - end) }))
		return 0;
	for (uint32_t p = passage_first(passage, words[value->word].place.stem); p && steps < CHAIN_MAX; p = passage->links[p].next, steps++)
		for (uint32_t o = p > RANGE_WORDS ? p - RANGE_WORDS : 1; o <= p + RANGE_WORDS && o < passage->place_count; o++)
			if (passage->places[o].stem == next->value && passage->links[o].sentence == passage->links[p].sentence && passage->places[o].column == passage->places[p].column) {
				if (o > p)
					return 1;
				order = -1;
			}
	return order;
}

bool passage_settle(struct alignment *alignment)
{
	bool open = false;
	int before = 0;
	for (size_t v = 0; v < alignment->value_count; v++) {
		struct weighed *value = &alignment->values[v];
		int range = range_order(alignment, value);
		value->settled = range > 0 || before > 0 || is_quoted(alignment, value) ? VALUE_HELD : range < 0 ? VALUE_REFUTED : VALUE_OPEN;
		open = open || value->settled == VALUE_OPEN;
		before = range;
	}
	return open;
}

/* A rival that the answer has too is weighed by exchanging the two; another one by itself. */
static bool is_refuted(const struct alignment *alignment, const struct weighed *one)
{
	if (one->settled != VALUE_OPEN)
		return one->settled == VALUE_REFUTED;
	for (size_t r = 0; r < one->rival_count; r++) {
		const struct rival *rival = &one->rivals[r];
		const struct weighed *two = find_value(alignment, rival->value);
		if (alignment->answer->words[one->word].paired && rival->sentence != one->own_sentence)
			continue;
		if (!two && is_better(alignment, one, rival))
			return true;
		if (two && one->kind > KIND_STATE && one->kind < KIND_UNITS && rival->score > one->own * STATE_RATIO + STATE_MARGIN)
			return true;
		bool alike = rival->sentence == one->own_sentence && rival->covered <= one->own_covered; /* only distances tell them apart */
		bool strong = is_strong(alignment, one, rival) && !alike, parallel = is_parallel(alignment, one, rival);
		float ratio = strong ? EXCHANGED_RATIO : parallel ? PARALLEL_EXCHANGED_RATIO : PROSE_EXCHANGED_RATIO;
		if (two && rival->score + rival_score(two, one->value) > (one->own + two->own) * ratio + (strong || parallel ? EXCHANGED_MARGIN : PROSE_EXCHANGED_MARGIN))
			return true;
	}
	return false;
}

/* What is stated of a name is judged before the name: one of the two is wrong, and it mostly is the value. */
void passage_judge(struct alignment *alignment)
{
	bool met = false;
	for (unsigned names = 0; names < 2 && !met; names++)
		for (size_t v = 0; v < alignment->value_count; v++) {
			const struct weighed *value = &alignment->values[v];
			if (passage_is_stated(value) == (names == 1) || !is_refuted(alignment, value))
				continue;
			alignment->answer->words[value->word].refuted = true;
			met = true;
		}
}
