/* passage_weighing.h: the values of an answer's sentence beside the passage's values of their kind, as passage_align.c weighs them and passage_judge.c decides
 * by the weights. For these two alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_WEIGHING_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_WEIGHING_H

#include "workers/inference/passage_align.h"

enum { SEEDS_MAX = 20, CHAIN_MAX = 24, VALUES_MAX = 24, RIVALS_MAX = 24, MATCHES_MAX = 128, STEM_SHIFT = 24, NO_WORD = 255 };
_Static_assert(ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX < NO_WORD, "numbers of words are kept in bytes");

struct match { /* a word of the answer and a place where the passage has it */
	uint32_t place, column; /* column: of a header, counts for its column alone */
	uint16_t word;
	uint16_t far; /* more than 0: another sentence, this far */
	bool carried; /* a name of a sentence before, and the sentence has its own */
	bool led; /* a plain word that a sentence before began with, which this one goes on about: covers, and weighs nothing */
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
};

struct alignment {
	const struct passage *passage;
	struct answer_sentence *answer;
	size_t word_count;
	float weights[ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX];
	/* The words with a weight by the upper bits of their stems, in their order: the first one of each, and the next of the same; or NO_WORD. */
	uint8_t first_words[1 << (32 - STEM_SHIFT)], next_words[ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX];
	bool owned; /* one of its values is */
	uint64_t kinds, stands_for; /* one bit of a hash each: kinds of its values, with KIND_PLAIN where one has a unit, and the values */
	uint32_t seeds[SEEDS_MAX];
	size_t seed_count;
	struct weighed values[VALUES_MAX];
	size_t value_count;
	struct match matches[MATCHES_MAX];
	size_t match_count;
	uint32_t seed, gathered; /* sentence that is weighed, and the one whose matches these are; 0: none */
	size_t weighings; /* so far */
};

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

/* Marks the values that another one fits clearly better, or two that fit better exchanged. */
void passage_judge(struct alignment *alignment);

#endif
