/* passage_weighing.h: the values of an answer's sentence beside the passage's values of their kind, as passage_align.c takes them up, passage_score.c weighs them, and
 * passage_judge.c decides by the weights. For these three alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_WEIGHING_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_WEIGHING_H

#include "workers/inference/passage_align.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { SEEDS_MAX = 20, CHAIN_MAX = 24, VALUES_MAX = 24, RIVALS_MAX = 24, MATCHES_MAX = 128, CANDIDATES_MAX = 128, STEM_SHIFT = 24, NO_WORD = 255, FAR_NONE = 255 };
_Static_assert(ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX < NO_WORD, "numbers of words are kept in bytes");

struct match { /* a word of the answer and a place where the passage has it */
	uint32_t place, sentence, whole; /* whole: what the place is a part of, or itself */
	uint16_t column; /* of a header, counts for its column alone */
	uint8_t word;
	uint8_t far; /* more than 0: another sentence, this far */
	bool carried; /* a name of a sentence before, and the sentence has its own */
	bool led; /* a plain word that a sentence before began with, which this one goes on about: covers, and weighs nothing */
};

struct fit { /* what a word of the answer has beside a place of the passage */
	unsigned word;
	unsigned far;  /* how far from the place it is said, where it is nearest; FAR_NONE: nowhere */
	unsigned says; /* FIT_* */
};
enum { FIT_BESIDE = 1, FIT_OPENED = 2, FIT_LED = 4 }; /* the passage says it with the place; before all values; one of its matches is `led` */

struct beside { /* a place that is weighed */
	uint32_t place, seed, sentence; /* seed: whose matches it was looked at with; 0: none yet */
	uint32_t whole; /* as of a match */
	size_t same;    /* of its kind in its sentence; 3: or more */
	bool key;       /* its sentence is one: what follows is about it */
	struct fit fits[ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX];
	size_t count;
};

struct candidate { /* a place of the passage that is to be weighed as what a value of the answer may stand for */
	uint32_t place;
	uint32_t seed; /* sentence that led to it */
	uint8_t value; /* number of the answer's value */
	bool unit;     /* only where its sentence has the value's unit by itself */
};

struct rival {
	uint32_t value, sentence;
	float score;
	float covered; /* of the words of the value's clause in the answer, the part that stands in the clause of this one */
	size_t words; /* how many these are */
};

struct weighed { /* a value of the answer */
	size_t word;
	uint32_t kind, value, unit, own_sentence;
	float own; /* of its own occurrences */
	float own_covered; /* as of a rival */
	float clause_weight, unknown_weight; /* of the words in its clause that the passage has, and has not */
	struct rival rivals[RIVALS_MAX];
	size_t rival_count;
	bool owned; /* the passage says it of an attribute that the answer's sentence is about */
	size_t same; /* of its kind in the sentence */
	bool alone;  /* the sentence's only value */
	float fits[ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX]; /* of each word of the answer: its weight beside this value; below 0: is the value itself */
	bool beside[ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX]; /* is the word said with the value? */
	bool bare;   /* a number without the unit that it has where it fits best */
	enum { VALUE_OPEN, VALUE_HELD, VALUE_REFUTED } settled; /* OPEN: by the weights */
};

struct alignment {
	const struct passage *passage;
	struct answer_sentence *answer;
	size_t word_count;
	float weights[ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX];
	uint32_t stems[ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX]; /* of the words with a weight */
	/* The words with a weight by the upper bits of their stems, in their order: the first one of each, and the next of the same; or NO_WORD. */
	uint8_t first_words[1 << (32 - STEM_SHIFT)], next_words[ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX];
	uint32_t owned, with_unit; /* which of its values are; have a unit; a bit each */
	uint32_t value_kinds[VALUES_MAX], value_numbers[VALUES_MAX]; /* kind and value of its values: several are compared at once */
	uint64_t kinds, stands_for; /* one bit of a hash each: kinds of its values, with KIND_PLAIN where one has a unit, and the values */
	uint64_t plain; /* the sentences, one bit of their number each, that have one of the values as a word of no kind */
	uint32_t seeds[(SEEDS_MAX + VALUED_READ - 1) / VALUED_READ * VALUED_READ]; /* sentences, zeros behind them */
	size_t seed_count;
	struct weighed values[VALUES_MAX];
	size_t value_count;
	struct candidate candidates[CANDIDATES_MAX];
	size_t candidate_count;
	struct match matches[MATCHES_MAX + 1]; /* by word; behind the last one stands NO_WORD */
	size_t match_count;
	uint32_t gathered; /* the sentence whose matches these are; 0: none */
	struct beside beside;
	size_t weighings;  /* so far */
	uint32_t prepared; /* values that passage_prepare was asked for, a bit each */
};

/* Which of VALUED_READ numbers are this one, a bit each. */
static inline unsigned passage_equal_ones(const uint32_t *numbers, uint32_t number)
{
#ifdef __SSE2__
	__m128i wanted = _mm_set1_epi32((int)number);
	__m128i low = _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *)numbers), wanted), high = _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *)(numbers + VALUED_READ / 2)), wanted);
	return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(low, high), _mm_setzero_si128()));
#else
	unsigned equal = 0;
	for (unsigned i = 0; i < VALUED_READ; i++)
		equal |= (unsigned)(numbers[i] == number) << i;
	return equal;
#endif
}

enum { WEIGHINGS_MAX = 4000, FAR_MAX = 64, LEADING_FAR = 10, INTRO_FAR = 6, ALONE_FAR = 3 };

static inline float passage_nearness(unsigned far)
{
#define STEPS(far) ((float)(far) / 4)
#define NEAR(far) (1 / (1 + STEPS(far) * STEPS(far) * 0.5f + STEPS(far) * 0.5f))
#define NEAR8(far) NEAR(far), NEAR((far) + 1), NEAR((far) + 2), NEAR((far) + 3), NEAR((far) + 4), NEAR((far) + 5), NEAR((far) + 6), NEAR((far) + 7)
	static const float near[FAR_MAX + 1] = { NEAR8(0), NEAR8(8), NEAR8(16), NEAR8(24), NEAR8(32), NEAR8(40), NEAR8(48), NEAR8(56), NEAR(64) };
	return near[far < FAR_MAX ? far : FAR_MAX];
#undef NEAR8
#undef NEAR
#undef STEPS
}

static inline unsigned passage_difference(unsigned a, unsigned b) { return a > b ? a - b : b - a; }

static inline bool passage_is_near_clause(const struct passage_place *a, const struct passage_place *b) { return passage_difference(a->clause, b->clause) <= 1; }

/* In quarters of a step: a word between is one, the end of a clause is six, a value between three. */
static inline unsigned passage_distance(const struct passage_place *a, size_t a_index, const struct passage_place *b, size_t b_index, bool enumerates)
{
	if (a->column != b->column) /* cells of a row, lines of an item: the first one says what they are about */
		return a->column <= 1 || b->column <= 1 ? 4 : 8;
	if (a->intro != b->intro) /* "Exit codes: 0 success, 1 failure": said of all behind the colon */
		return INTRO_FAR;
	unsigned words = passage_difference((unsigned)a_index, (unsigned)b_index), clauses = passage_difference(a->clause, b->clause), values = passage_difference(a->values, b->values);
	static const uint8_t values_far[] = { 0, 0, 3, 6, 9, 12, 15 };
	unsigned far = (words < 16 ? words : 16) + 6 * (clauses < 4 ? clauses : 4) + values_far[values < COUNT_OF(values_far) ? values : COUNT_OF(values_far) - 1];
	const struct passage_place *first = a_index < b_index ? a : b;
	bool leads = !first->values && a_index != b_index; /* said before the first value: of all of them, unless others are nearer */
	enumerates = enumerates && !(first->flags & PLACE_NAMED);
	return leads && (enumerates || far > LEADING_FAR) ? LEADING_FAR : far;
}

/* Numbers, states and constants are stated of names. What a name is used for has many wordings. */
static inline bool passage_is_stated(const struct weighed *value)
{
	return value->kind >= KIND_UNIT || value->kind == KIND_PLAIN || value->kind == KIND_CLAUSE || value->kind == KIND_CONSTANT;
}
/* UE, PCI: said of many things, like a word. */
static inline bool passage_is_actor(const struct passage_place *place)
{
	return place->kind == KIND_ABBREVIATION && !(place->flags & PLACE_CODE);
}

/* Which of the answer's values have this kind, or this value, a bit each: `numbers` is value_kinds or value_numbers. */
static inline uint32_t passage_values_with(const struct alignment *alignment, const uint32_t *numbers, uint32_t number)
{
	uint32_t with = 0;
	for (size_t v = 0; v < alignment->value_count; v += VALUED_READ)
		with |= passage_equal_ones(numbers + v, number) << v;
	return with & ((1u << alignment->value_count) - 1);
}

/* Settles the values that need no weights: what the passage says in the same words, and ranges. True when some are still open; else nothing is to be weighed. */
bool passage_settle(struct alignment *alignment);

/* Finds out what these values, a bit each, are weighed by: the words around them. Once for a value. */
void passage_prepare(struct alignment *alignment, uint32_t values);
_Static_assert(VALUES_MAX < 32 && VALUES_MAX % VALUED_READ == 0, "a bit each, and read in whole pieces");

/* Weighs the candidates, and forgets them. */
void passage_weigh(struct alignment *alignment);

/* Marks the values that another one fits clearly better, or two that fit better exchanged. */
void passage_judge(struct alignment *alignment);

#endif
