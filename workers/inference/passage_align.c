/* passage_align.c: see passage_align.h. */
#include "workers/inference/passage_weighing.h"

enum { SECTION_MAX = 24, LETTERS_MIN = 3, CARRIED_FAR = 5 };

#define VALUE_WEIGHT 0.3f
#define LABEL_WEIGHT 0.8f

static float weight_of(const struct answer_word *word)
{
	static const float roots[] = { 1.0f, 1.0f, 0.71f, 0.58f, 0.5f, 0.45f, 0.41f, 0.38f, 0.35f, 0.33f, 0.32f, 0.3f, 0.29f };
	const struct passage_slot *slot = word->slot;
	if (!slot || (word->place.flags & PLACE_NUMBER && !word->place.kind)) /* "one" */
		return 0;
	bool named = word->place.flags & PLACE_NAMED;
	if (word->place.flags & PLACE_FREQUENT)
		return LABEL_WEIGHT;
	if (!named && (word->text.bytes < LETTERS_MIN || word->common))
		return 0;
	return (named && !(word->place.flags & PLACE_NUMBER) && !passage_is_actor(&word->place) ? 2.0f : 1.0f) * (slot->count < COUNT_OF(roots) ? roots[slot->count] : 0.25f);
}

static void add_seed(struct alignment *alignment, uint32_t sentence)
{
	bool met = false;
	if (alignment->seed_count == SEEDS_MAX)
		return;
	for (size_t i = 0; i < COUNT_OF(alignment->seeds); i += VALUED_READ) /* all of them: shorter than to ask where to stop */
		met |= passage_equal_ones(alignment->seeds + i, sentence) != 0;
	alignment->seeds[alignment->seed_count] = sentence;
	alignment->seed_count += !met;
}

static void add_section(struct alignment *alignment, uint32_t heading)
{
	const struct passage *passage = alignment->passage;
	for (uint32_t s = heading + 1; s < passage->sentence_count && s <= heading + SECTION_MAX && passage->sentences[s].heading == heading; s++)
		add_seed(alignment, s);
}

/* Sentences that have words of the answer, those of rare words first. */
static void find_seeds(struct alignment *alignment)
{
	const struct passage *passage = alignment->passage;
	for (unsigned round = 0; round < 2; round++)
		for (size_t w = 0; w < alignment->word_count; w++) {
			const struct passage_slot *slot = alignment->answer->words[w].slot;
			bool rare = slot && slot->count <= 4;
			if (!slot || rare == (round == 1) || slot->count > CHAIN_MAX || (alignment->weights[w] == 0 && !alignment->answer->words[w].place.kind))
				continue;
			for (uint32_t place = slot->head; place && alignment->seed_count < SEEDS_MAX; place = passage->links[place].next) {
				uint32_t sentence = passage->links[place].sentence;
				add_seed(alignment, sentence);
				if (passage->sentences[sentence].flags & SENTENCE_HEADING)
					add_section(alignment, sentence);
			}
		}
}

static unsigned answer_distance(const struct alignment *alignment, size_t a, const struct weighed *value)
{
	if (a >= alignment->answer->count)
		return CARRIED_FAR;
	unsigned far = passage_distance(&alignment->answer->words[a].place, a, &alignment->answer->words[value->word].place, value->word, value->same > 2);
	return value->same == 1 && (passage_is_near_clause(&alignment->answer->words[a].place, &alignment->answer->words[value->word].place)) ? ALONE_FAR : far;
}

/* Class.attribute and its parts. */
static bool is_one_token(const struct answer_word *words, size_t a, size_t b)
{
	size_t low = a < b ? a : b, high = a < b ? b : a;
	while (high > low && words[high].place.flags & PLACE_PART)
		high--;
	return high <= low;
}

/* Is the word said with the value: in its clause, or anywhere in a sentence without another value? */
static bool is_in_clause(const struct alignment *alignment, size_t w, const struct weighed *value)
{
	const struct answer_word *words = alignment->answer->words;
	return w < alignment->answer->count && (value->alone || words[w].place.clause == words[value->word].place.clause) && words[w].place.kind != value->kind &&
	       !is_one_token(words, w, value->word);
}

/* May a place of the sentence be one that a value of the answer stands for, or a rival of it? */
static bool may_stand_for(const struct alignment *alignment, uint32_t s)
{
	const struct passage_sentence *sentence = &alignment->passage->sentences[s];
	return alignment->kinds & sentence->kinds || alignment->stands_for & sentence->values || (alignment->plain & passage_bit(s) && alignment->stands_for & sentence->words);
}

struct taking { /* of the places of a sentence */
	uint32_t sentence, seed;
	bool names_only, owned;
};

/* The place as each of the values: the value itself, or one of its kind; a number in a table has its unit in another cell of the row. */
static void take_place(struct alignment *alignment, uint32_t p, const struct taking *taking)
{
	const struct passage_place *place = &alignment->passage->places[p];
	if (taking->names_only && passage_is_value(place))
		return;
	if (alignment->candidate_count + VALUES_MAX > CANDIDATES_MAX)
		passage_weigh(alignment);
	uint32_t itself = passage_values_with(alignment, alignment->value_numbers, passage_value(place)), alike = place->kind ? passage_values_with(alignment, alignment->value_kinds, place->kind) : 0;
	uint32_t may = place->flags & PLACE_PART ? 0 : taking->owned ? UINT32_MAX : ~alignment->owned;
	uint32_t other_unit = place->kind == KIND_PLAIN && place->column ? alignment->with_unit : 0;
	for (uint32_t left = itself | ((alike | other_unit) & may); left; left &= left - 1) {
		unsigned v = (unsigned)__builtin_ctz(left);
		alignment->candidates[alignment->candidate_count++] = (struct candidate){ .place = p, .seed = taking->seed, .value = (uint8_t)v, .unit = !((itself | alike) >> v & 1) };
	}
}

/* Of the places of a kind: several at once, since most are of other kinds. */
static void take_valued(struct alignment *alignment, const struct taking *taking)
{
	const struct passage_sentence *sentence = &alignment->passage->sentences[taking->sentence];
	const struct passage_valued *valued = &alignment->passage->valued;
	for (uint32_t i = sentence->first_valued; i < sentence->end_valued; i += VALUED_READ) {
		unsigned met = alignment->with_unit ? passage_equal_ones(valued->kinds + i, KIND_PLAIN) : 0;
		for (size_t v = 0; v < alignment->value_count; v++)
			met |= passage_equal_ones(valued->kinds + i, alignment->value_kinds[v]) | passage_equal_ones(valued->values + i, alignment->value_numbers[v]);
		if (sentence->end_valued - i < VALUED_READ)
			met &= (1u << (sentence->end_valued - i)) - 1;
		for (; met; met &= met - 1)
			take_place(alignment, valued->places[i + (unsigned)__builtin_ctz(met)], taking);
	}
}

/* The places of one sentence, each as what a value of the answer may stand for: those of a kind; others only where one may be the value itself. */
static void take_places(struct alignment *alignment, uint32_t s, uint32_t seed, bool names_only)
{
	const struct passage *passage = alignment->passage;
	const struct passage_sentence *sentence = &passage->sentences[s];
	struct taking taking = { .sentence = s, .seed = seed, .names_only = names_only };
	taking.owned = alignment->owned && passage_names_subject(passage, s, alignment->answer->subjects, alignment->answer->subject_count) == OWNED;
	if (!(alignment->plain & passage_bit(s)) || !(alignment->stands_for & sentence->words)) {
		take_valued(alignment, &taking);
		return;
	}
	uint32_t end = passage_scanned_end(passage, s, SENTENCE_PLACES_MAX);
	for (uint32_t p = sentence->first; p < end; p++)
		if (passage->places[p].kind || alignment->stands_for & passage_bit(passage_value(&passage->places[p])))
			take_place(alignment, p, &taking);
}

/* Names of the heading, and of what the paragraph began with, are what the sentence is about. */
static void take_sentence(struct alignment *alignment, uint32_t s)
{
	const struct passage_sentence *sentence = &alignment->passage->sentences[s];
	bool leads = sentence->flags & SENTENCE_GOES_ON && sentence->lead && sentence->lead != s;
	if (may_stand_for(alignment, s))
		take_places(alignment, s, s, false);
	if (sentence->heading && may_stand_for(alignment, sentence->heading))
		take_places(alignment, sentence->heading, s, false);
	if (leads && may_stand_for(alignment, sentence->lead))
		take_places(alignment, sentence->lead, s, true);
}

/* Does the passage say the value of an attribute that the answer's sentence is about? */
static bool is_owned(const struct alignment *alignment, const struct passage_place *value)
{
	const struct passage *passage = alignment->passage;
	unsigned steps = 0;
	if (!alignment->answer->subject_count || !passage_is_value(value))
		return false;
	for (uint32_t place = passage_first(passage, value->stem); place && steps < CHAIN_MAX; place = passage->links[place].next, steps++)
		if (passage_owner_of(passage, place, alignment->answer->subjects, alignment->answer->subject_count) == OWNED)
			return true;
	return false;
}

/* A word with a meaning of its own that the passage has not. */
static bool is_unknown(const struct answer_word *word)
{
	return word->is_word && !word->place.kind && word->text.bytes > LETTERS_MIN && !word->slot && !word->common;
}

/* The words around a value: how much they tell of it; of those said with it, which the passage has, and how many it has not. */
static void weigh_clause(const struct alignment *alignment, struct weighed *value)
{
	const struct answer_word *words = alignment->answer->words;
	for (size_t w = 0; w < alignment->word_count; w++) {
		bool itself = is_one_token(words, w, value->word) || words[w].place.stem == words[value->word].place.stem;
		/* "AUTO, MANUAL": neighbours in an enumeration tell little of each other */
		float told = words[w].place.kind == value->kind && passage_difference((unsigned)w, (unsigned)value->word) <= 2 && passage_is_value(&words[w].place) ? VALUE_WEIGHT : 1;
		value->fits[w] = itself ? -1 : alignment->weights[w] > 0 ? told * alignment->weights[w] * passage_nearness(answer_distance(alignment, w, value)) : 0;
		value->beside[w] = is_in_clause(alignment, w, value);
		if (!value->beside[w])
			continue;
		value->clause_weight += alignment->weights[w];
		value->unknown_weight += is_unknown(&alignment->answer->words[w]);
	}
}

/* The sentences, one bit of their number each, that have the value as a word of no kind. */
static uint64_t plain_sentences(const struct passage *passage, const struct answer_word *word)
{
	uint64_t sentences = 0;
	if (word->place.state)
		return 0;
	if (word->slot->count > CHAIN_MAX)
		return ~(uint64_t)0;
	for (uint32_t place = word->slot->head; place; place = passage->links[place].next)
		sentences |= passage->places[place].kind ? 0 : passage_bit(passage->links[place].sentence);
	return sentences;
}

/* Values that stand in the passage at all; whether the others are missing is not asked here. */
static void take_values(struct alignment *alignment)
{
	const struct answer_sentence *sentence = alignment->answer;
	for (size_t w = 0; w < sentence->count && alignment->value_count < VALUES_MAX; w++) {
		const struct answer_word *word = &sentence->words[w];
		bool name = !sentence->german || word->place.kind != KIND_PROPER;
		if (!word->place.kind || !word->fact || !name || !word->slot)
			continue;
		size_t v = alignment->value_count++;
		struct weighed *value = &alignment->values[v];
		value->word = w;
		value->kind = word->place.kind;
		value->value = passage_value(&word->place);
		value->unit = word->place.unit;
		alignment->kinds |= passage_bit(value->kind);
		alignment->stands_for |= passage_bit(value->value);
		alignment->kinds |= value->unit ? passage_bit(KIND_PLAIN) : 0; /* may have its unit elsewhere */
		alignment->value_kinds[v] = value->kind;
		alignment->value_numbers[v] = value->value;
		alignment->with_unit |= (uint32_t)(value->unit != 0) << v;
		alignment->plain |= plain_sentences(alignment->passage, word);
		value->own = value->own_covered = value->clause_weight = value->unknown_weight = 0;
		value->own_sentence = 0;
		value->rival_count = 0;
		value->bare = false;
		value->owned = is_owned(alignment, &word->place);
		alignment->owned |= (uint32_t)value->owned << v;
	}
}

/* What is known of each value without the words around it. */
static void count_values(struct alignment *alignment)
{
	size_t stated = 0;
	for (size_t v = 0; v < alignment->value_count; v++)
		stated += passage_is_stated(&alignment->values[v]);
	for (size_t v = 0; v < alignment->value_count; v++) {
		struct weighed *value = &alignment->values[v];
		value->same = 0;
		for (size_t o = 0; o < alignment->value_count; o++)
			value->same += alignment->values[o].kind == value->kind;
		value->alone = stated < 2 && (passage_is_stated(value) || value->same == 1);
	}
}

void passage_prepare(struct alignment *alignment, uint32_t values)
{
	if (!alignment->prepared)
		count_values(alignment);
	for (size_t v = 0; v < alignment->value_count; v++)
		if (values & ~alignment->prepared & 1u << v)
			weigh_clause(alignment, &alignment->values[v]);
	alignment->prepared |= values;
}

/* A sentence with a name of its own is not about the names before. */
static bool has_name(const struct answer_sentence *sentence)
{
	for (size_t w = 0; w < sentence->count; w++)
		if (sentence->words[w].place.flags & PLACE_NAMED && !(sentence->words[w].place.flags & (PLACE_NUMBER | PLACE_CODE)) && !passage_is_value(&sentence->words[w].place))
			return true;
	return false;
}

void passage_align(const struct passage *passage, struct answer_sentence *sentence)
{
	struct alignment alignment; /* not all of it set to zero: its arrays are filled in as far as they are used */
	alignment.passage = passage;
	alignment.answer = sentence;
	alignment.word_count = sentence->count + (has_name(sentence) ? 0 : sentence->carried);
	alignment.kinds = alignment.stands_for = alignment.plain = 0;
	alignment.owned = alignment.with_unit = 0;
	alignment.gathered = alignment.beside.seed = 0;
	alignment.prepared = 0;
	alignment.seed_count = alignment.value_count = alignment.match_count = alignment.candidate_count = alignment.weighings = 0;
	memset(alignment.seeds, 0, sizeof(alignment.seeds));
	memset(alignment.first_words, NO_WORD, sizeof(alignment.first_words));
	for (size_t w = alignment.word_count; w-- > 0;) {
		const struct answer_word *word = &sentence->words[w];
		uint8_t *first = &alignment.first_words[word->place.stem >> STEM_SHIFT];
		alignment.weights[w] = weight_of(word);
		if (alignment.weights[w] > 0) {
			alignment.stems[w] = word->place.stem;
			alignment.next_words[w] = *first;
			*first = (uint8_t)w;
		}
	}
	take_values(&alignment);
	if (!alignment.value_count)
		return;
	if (passage_settle(&alignment)) {
		find_seeds(&alignment);
		for (size_t s = 0; s < alignment.seed_count && alignment.weighings < WEIGHINGS_MAX; s++)
			take_sentence(&alignment, alignment.seeds[s]);
		passage_weigh(&alignment);
	}
	passage_judge(&alignment);
}
