/* passage_numbers.c: numbers of an answer and their units in a passage (see passage_align.h). */
#include "workers/inference/passage_align.h"

#define CONVERTED_ERROR 1e-6

enum { SENTENCE_SCAN_MAX = 8, UNIT_PLACES_MAX = 512, CHAIN_MAX = 256 };

struct wanted_unit {
	uint32_t unit;
	uint32_t stem; /* what is counted may stand in any form: "Cells | 84" */
};

/* Does one of the places have the unit? A number keeps its own to itself in prose. */
static bool has_unit(const struct passage *passage, uint32_t sentence, struct wanted_unit wanted, bool of_numbers, uint32_t column)
{
	for (uint32_t p = passage->sentences[sentence].first; p < passage_scanned_end(passage, sentence, UNIT_PLACES_MAX); p++)
		if ((passage->places[p].unit == wanted.unit || passage->places[p].stem == wanted.stem) && (of_numbers || !(passage->places[p].flags & PLACE_NUMBER)) && (!column || passage->places[p].column == column))
			return true;
	return false;
}

/* Does the sentence, or one of the same item, have the unit by itself? Or the column's heading, or the term above? */
static bool has_unit_near(const struct passage *passage, uint32_t place, struct wanted_unit unit)
{
	uint32_t home = passage->links[place].sentence;
	const struct passage_sentence *sentence = &passage->sentences[home];
	uint32_t from = sentence->lead && home - sentence->lead < SENTENCE_SCAN_MAX ? sentence->lead : home;
	bool listed = (sentence->flags | passage->sentences[sentence->lead].flags) & (SENTENCE_ROW | SENTENCE_ITEM | SENTENCE_FENCE);
	if (has_unit(passage, home, unit, true, 0)) /* "throttles at 88 degrees and stops at 97" */
		return true;
	for (uint32_t s = from; s < passage->sentence_count && s < from + SENTENCE_SCAN_MAX && passage->sentences[s].lead == sentence->lead; s++)
		if (has_unit(passage, s, unit, listed, 0))
			return true;
	bool term = sentence->heading && !(passage->sentences[sentence->heading].flags & SENTENCE_TITLE);
	return (sentence->header && has_unit(passage, sentence->header, unit, true, passage->places[place].column)) || (term && !listed && has_unit(passage, sentence->heading, unit, false, 0));
}

/* "degrees" and degrees Celsius: one of them may leave the scale out. */
static bool is_degree(uint32_t has, uint32_t wanted)
{
	uint32_t bare = passage_unit(TEXT_LITERAL("degrees")), celsius = passage_unit(TEXT_LITERAL("\xC2\xB0" "C"));
	return (has == bare && wanted == celsius) || (has == celsius && wanted == bare);
}

bool passage_has_number(const struct passage *passage, const struct passage_place *number, struct text unit)
{
	struct wanted_unit wanted = { number->unit, unit.bytes ? passage_stem_of(unit) : number->unit };
	uint32_t place = passage_first(passage, number->stem);
	unsigned steps = 0;
	for (; place && steps < CHAIN_MAX; place = passage->links[place].next, steps++) {
		const struct passage_place *has = &passage->places[place];
		if (has->exact == number->exact && (!number->unit || has->unit == number->unit || is_degree(has->unit, number->unit) || (!has->unit && has_unit_near(passage, place, wanted))))
			return true;
	}
	return false;
}

bool passage_has_same_quantity(const struct passage *passage, const struct answer_sentence *answer, const struct answer_word *word)
{
	double scale = word->unit.bytes ? fact_words_scale(word->unit) : 0;
	for (size_t w = 0; w < answer->count && scale > 0; w++) {
		const struct answer_word *other = &answer->words[w];
		if (other == word || !other->unit.bytes || other->place.kind != word->place.kind || !passage_has_number(passage, &other->place, other->unit))
			continue;
		double difference = other->number * fact_words_scale(other->unit) - word->number * scale;
		if (difference < scale * CONVERTED_ERROR && difference > -scale * CONVERTED_ERROR)
			return true;
	}
	return false;
}

double passage_number_of(struct text plain)
{
	bool negative = plain.data[0] == '-';
	double number = 0, step = 0;
	for (size_t i = negative; i < plain.bytes; i++) {
		if (plain.data[i] == '.')
			step = 1;
		else
			number = step > 0 ? number + (plain.data[i] - '0') * (step /= 10) : number * 10 + (plain.data[i] - '0');
	}
	return negative ? -number : number;
}
