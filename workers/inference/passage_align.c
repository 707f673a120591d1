/* passage_align.c: see passage_align.h. */
#include "workers/inference/passage_weighing.h"

enum { WEIGHINGS_MAX = 4000, SECTION_MAX = 24, LETTERS_MIN = 3, COLUMN_FAR = 8, HEADING_FAR = 6, LEAD_FAR = 5, BEFORE_FAR = 8, CARRIED_FAR = 5, ALONE_FAR = 3,
       LEADING_FAR = 10, INTRO_FAR = 6, FAR_MAX = 64 };

#define VALUE_WEIGHT 0.3f
#define LABEL_WEIGHT 0.8f
#define OPENING_WEIGHT 0.5f
#define UNKNOWN_WEIGHT 0.5f

static float nearness(unsigned far)
{
#define STEPS(far) ((float)(far) / 4)
#define NEAR(far) (1 / (1 + STEPS(far) * STEPS(far) * 0.5f + STEPS(far) * 0.5f))
#define NEAR8(far) NEAR(far), NEAR((far) + 1), NEAR((far) + 2), NEAR((far) + 3), NEAR((far) + 4), NEAR((far) + 5), NEAR((far) + 6), NEAR((far) + 7)
	static const float near[FAR_MAX + 1] = { NEAR8(0), NEAR8(8), NEAR8(16), NEAR8(24), NEAR8(32), NEAR8(40), NEAR8(48), NEAR8(56), NEAR(64) };
	return near[far < FAR_MAX ? far : FAR_MAX];
}

static unsigned difference(unsigned a, unsigned b) { return a > b ? a - b : b - a; }

/* In quarters of a step: a word between is one, the end of a clause is six, a value between three. */
static unsigned distance(const struct passage_place *a, size_t a_index, const struct passage_place *b, size_t b_index, bool enumerates)
{
	if (a->column != b->column) /* cells of a row, lines of an item: the first one says what they are about */
		return a->column <= 1 || b->column <= 1 ? 4 : 8;
	if (a->intro != b->intro) /* "Exit codes: 0 success, 1 failure": said of all behind the colon */
		return INTRO_FAR;
	unsigned words = difference((unsigned)a_index, (unsigned)b_index), clauses = difference(a->clause, b->clause), values = difference(a->values, b->values);
	unsigned far = (unsigned)size_min(words, 16) + 6 * (clauses < 4 ? clauses : 4) + 3 * (values > 1 ? (values < 6 ? values - 1 : 5) : 0);
	bool leads = (!a->values && a_index < b_index) || (!b->values && b_index < a_index); /* said before the first value: of all of them, unless others are nearer */
	enumerates = enumerates && !((a_index < b_index ? a : b)->flags & PLACE_NAMED);
	return leads && (enumerates || far > LEADING_FAR) ? LEADING_FAR : far;
}

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
	if (alignment->seed_count == SEEDS_MAX)
		return;
	for (size_t i = alignment->seed_count; i > 0; i--)
		if (alignment->seeds[i - 1] == sentence)
			return;
	alignment->seeds[alignment->seed_count++] = sentence;
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
			for (uint32_t place = slot->head; place && alignment->seed_count < SEEDS_MAX; place = passage->places[place].next) {
				uint32_t sentence = passage->places[place].sentence;
				add_seed(alignment, sentence);
				if (passage->sentences[sentence].flags & SENTENCE_HEADING)
					add_section(alignment, sentence);
			}
		}
}

enum which { ALL, NAMES, NAMES_AND_OPENING }; /* of a sentence's words; the opening is what stands before its first value */

/* Before its first value. */
static bool sentence_begins_with(const struct passage *passage, uint32_t sentence, uint32_t stem)
{
	uint32_t end = passage_scanned_end(passage, sentence, SENTENCE_PLACES_MAX);
	for (uint32_t p = passage->sentences[sentence].first; p < end && !passage->places[p].values; p++)
		if (passage->places[p].stem == stem)
			return true;
	return false;
}

static void match_sentence(struct alignment *alignment, uint32_t sentence, unsigned far, bool header, enum which which)
{
	const struct passage *passage = alignment->passage;
	uint32_t first = passage->sentences[sentence].first, end = passage_scanned_end(passage, sentence, SENTENCE_PLACES_MAX);
	for (uint32_t p = first; p < end; p++) {
		uint32_t stem = passage->places[p].stem;
		size_t w = alignment->first_words[stem >> STEM_SHIFT];
		if (w == NO_WORD)
			continue;
		bool named = passage->places[p].flags & PLACE_NAMED;
		if ((which == NAMES && !named) || (which == NAMES_AND_OPENING && !named && passage->places[p].values))
			continue;
		for (; w != NO_WORD; w = alignment->next_words[w])
			if (alignment->answer->words[w].place.stem == stem && alignment->match_count < MATCHES_MAX)
				alignment->matches[alignment->match_count++] = (struct match){ .place = p, .column = header ? passage->places[p].column : 0, .word = (uint16_t)w,
											      .far = (uint16_t)far, .led = which && !named, .carried = which == NAMES };
	}
}

/* By word; those of one stay in their order. Few: at most MATCHES_MAX, mostly in order. */
static void sort_matches(struct alignment *alignment)
{
	for (size_t i = 1; i < alignment->match_count; i++) {
		struct match moved = alignment->matches[i];
		size_t to = i;
		for (; to > 0 && alignment->matches[to - 1].word > moved.word; to--)
			alignment->matches[to] = alignment->matches[to - 1];
		alignment->matches[to] = moved;
	}
}

/* Of the sentence that is weighed; asked for when it has a place to weigh. */
static void gather_matches(struct alignment *alignment)
{
	uint32_t s = alignment->gathered = alignment->seed;
	const struct passage_sentence *sentence = &alignment->passage->sentences[s];
	alignment->match_count = 0;
	match_sentence(alignment, s, 0, false, ALL);
	if (sentence->header && sentence->header != s)
		match_sentence(alignment, sentence->header, COLUMN_FAR, true, ALL);
	if (sentence->heading)
		match_sentence(alignment, sentence->heading, HEADING_FAR, false, ALL);
	if (sentence->flags & SENTENCE_GOES_ON) {
		bool elliptic = sentence->flags & SENTENCE_ABOUT || sentence_begins_with(alignment->passage, s, alignment->passage->it);
		if (sentence->lead && sentence->lead < s)
			match_sentence(alignment, sentence->lead, LEAD_FAR, false, elliptic ? NAMES_AND_OPENING : NAMES);
		if (sentence->lead < s - 1)
			match_sentence(alignment, s - 1, BEFORE_FAR, false, elliptic ? NAMES_AND_OPENING : NAMES);
	}
	sort_matches(alignment);
}

static bool is_near_clause(const struct passage_place *a, const struct passage_place *b) { return difference(a->clause, b->clause) <= 1; }

static unsigned answer_distance(const struct alignment *alignment, size_t a, const struct weighed *value)
{
	if (a >= alignment->answer->count)
		return CARRIED_FAR;
	unsigned far = distance(&alignment->answer->words[a].place, a, &alignment->answer->words[value->word].place, value->word, value->same > 2);
	return value->same == 1 && (is_near_clause(&alignment->answer->words[a].place, &alignment->answer->words[value->word].place)) ? ALONE_FAR : far;
}

/* Class.attribute and its parts. */
static bool is_one_token(const struct answer_word *words, size_t a, size_t b)
{
	size_t low = a < b ? a : b, high = a < b ? b : a;
	while (high > low && words[high].place.flags & PLACE_PART)
		high--;
	return high <= low;
}

static bool is_same_place(const struct passage_place *places, uint32_t a, uint32_t b)
{
	uint32_t low = a < b ? a : b, high = a < b ? b : a;
	while (high > low && places[high].flags & PLACE_PART)
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

/* A term, or the first line of an item: what follows is about it. */
static bool is_key(const struct passage *passage, uint32_t sentence)
{
	uint32_t flags = passage->sentences[sentence].flags;
	return flags & SENTENCE_ITEM || (flags & SENTENCE_HEADING && !(flags & SENTENCE_TITLE));
}

/* Does the passage say the word in the clause of its value? */
static bool is_said_beside(const struct passage_place *word, const struct passage_place *value, size_t same)
{
	return word->sentence == value->sentence && (same == 1 || word->clause == value->clause || word->intro != value->intro);
}

/* A name that says alone what is meant; "UE" is said of many things. */
static bool is_identifying(const struct passage_place *place)
{
	return place->flags & PLACE_NAMED && (place->flags & PLACE_NUMBER || (place->kind >= KIND_NAME && place->kind <= KIND_PROPER));
}

/* How well the words around the answer's value fit the place `u` of the passage. */
static float score(const struct alignment *alignment, uint32_t u, const struct weighed *value, size_t same, struct rival *ret_rival)
{
	const struct passage_place *places = alignment->passage->places;
	const struct answer_word *words = alignment->answer->words;
	float sum = 0, best = 0, covered = 0;
	size_t count = 0;
	bool beside = false, opened = false;
	for (size_t m = 0; m < alignment->match_count; m++) {
		const struct match *match = &alignment->matches[m];
		size_t w = match->word;
		bool last = m + 1 == alignment->match_count || alignment->matches[m + 1].word != w;
		opened = opened || match->led;
		if (!match->led && value->fits[w] >= 0 && !is_same_place(places, match->place, u) && places[match->place].stem != places[u].stem &&
		    (!match->column || match->column == places[u].column)) {
			unsigned far = places[match->place].sentence == places[u].sentence ? distance(&places[match->place], match->place, &places[u], u, same > 2) :
				       match->far ? match->far : HEADING_FAR;
			if (same == 1 && !match->far && (is_near_clause(&places[match->place], &places[u])))
				far = ALONE_FAR;
			float fits = value->fits[w] * nearness(far);
			best = fits > best ? fits : best;
			bool opening = !places[match->place].values && match->place < u;
			opened = opened || (opening && match->far == 0);
			bool below = !match->far && places[match->place].sentence != places[u].sentence && is_key(alignment->passage, places[u].sentence); /* said of the key */
			beside = beside || below || (match->far && !match->carried) || is_said_beside(&places[match->place], &places[u], same);
		}
		if (last) {
			sum += best;
			bool counts = (beside || opened) && value->beside[w];
			covered += counts ? alignment->weights[w] * (beside ? 1 : OPENING_WEIGHT) : 0;
			if (counts && alignment->weights[w] > 0)
				count += 1 + (is_identifying(&words[w].place) || (alignment->weights[w] == 1.0f && words[w].is_word));
			best = 0;
			beside = opened = false;
		}
	}
	float all = value->clause_weight + value->unknown_weight * (count < 2 ? UNKNOWN_WEIGHT : 0);
	ret_rival->covered = all > 0 ? covered / all : 0;
	ret_rival->words = count;
	return sum;
}

static void take_score(struct weighed *value, const struct rival *scored)
{
	if (scored->value == value->value) {
		value->own_covered = scored->covered > value->own_covered ? scored->covered : value->own_covered;
		if (scored->score > value->own) {
			value->own = scored->score;
			value->own_sentence = scored->sentence;
		}
		return;
	}
	for (size_t r = 0; r < value->rival_count; r++)
		if (value->rivals[r].value == scored->value) {
			if (scored->score > value->rivals[r].score)
				value->rivals[r] = *scored;
			return;
		}
	if (value->rival_count < RIVALS_MAX)
		value->rivals[value->rival_count++] = *scored;
}

/* Of one kind; a number in a table has its unit in another cell of the row. */
static bool is_rival(const struct passage *passage, uint32_t u, const struct weighed *value)
{
	const struct passage_place *place = &passage->places[u];
	if (place->kind == value->kind)
		return true;
	if (!value->unit || place->kind != KIND_PLAIN || !place->column)
		return false;
	for (uint32_t p = passage->sentences[place->sentence].first; p < passage_sentence_end(passage, place->sentence); p++)
		if (passage->places[p].unit == value->unit && !passage->places[p].kind)
			return true;
	return false;
}

/* Up to three: no more is asked. */
static size_t count_kind(const struct passage *passage, uint32_t first, uint32_t end, uint32_t kind)
{
	size_t count = 0;
	for (uint32_t p = first; p < end && count < 3; p++)
		count += passage->places[p].kind == kind;
	return count;
}

/* May a place of the sentence be one that a value of the answer stands for, or a rival of it? */
static bool may_stand_for(const struct alignment *alignment, uint32_t s)
{
	return alignment->kinds & alignment->passage->sentences[s].kinds || alignment->stands_for & alignment->passage->sentences[s].values;
}

/* The places of one sentence, each as what a value of the answer may stand for. */
static void weigh_places(struct alignment *alignment, uint32_t s, bool names_only)
{
	const struct passage *passage = alignment->passage;
	uint32_t first = passage->sentences[s].first, end = passage_scanned_end(passage, s, SENTENCE_PLACES_MAX);
	bool by_value = alignment->stands_for & passage->sentences[s].values;
	bool owned = alignment->owned && passage_names_subject(passage, s, alignment->answer->subjects, alignment->answer->subject_count) == OWNED;
	size_t same = 0; /* of `same_kind`; 0: not counted yet */
	uint32_t same_kind = KIND_NONE;
	for (uint32_t u = first; u < end; u++) {
		const struct passage_place *place = &passage->places[u];
		if (!(alignment->kinds & passage_bit(place->kind)) && (!by_value || !(alignment->stands_for & passage_bit(place->stem))))
			continue;
		if (names_only && passage_is_value(place))
			continue;
		for (size_t v = 0; v < alignment->value_count; v++) {
			struct weighed *value = &alignment->values[v];
			uint32_t other = passage_value(place);
			if (!(other == value->value || ((!value->owned || owned) && !(place->flags & PLACE_PART) && is_rival(alignment->passage, u, value))))
				continue;
			if (alignment->weighings++ >= WEIGHINGS_MAX)
				return;
			if (alignment->gathered != alignment->seed)
				gather_matches(alignment);
			if (!same || same_kind != place->kind)
				same = place->kind ? count_kind(passage, first, end, place->kind) : 2;
			same_kind = place->kind;
			struct rival scored = { .value = other, .sentence = place->sentence };
			scored.score = score(alignment, u, value, same, &scored) * (value->kind == KIND_PLAIN && place->kind != KIND_PLAIN ? 0.5f : 1);
			if (other == value->value && scored.score > value->own)
				value->bare = value->kind == KIND_PLAIN && place->kind >= KIND_UNITS;
			take_score(value, &scored);
		}
	}
}

/* Names of the heading, and of what the paragraph began with, are what the sentence is about. */
static void weigh_sentence(struct alignment *alignment, uint32_t s)
{
	const struct passage_sentence *sentence = &alignment->passage->sentences[s];
	bool leads = sentence->flags & SENTENCE_GOES_ON && sentence->lead && sentence->lead != s;
	alignment->seed = s;
	if (may_stand_for(alignment, s))
		weigh_places(alignment, s, false);
	if (sentence->heading && may_stand_for(alignment, sentence->heading))
		weigh_places(alignment, sentence->heading, false);
	if (leads && may_stand_for(alignment, sentence->lead))
		weigh_places(alignment, sentence->lead, true);
}

/* Does the passage say the value of an attribute that the answer's sentence is about? */
static bool is_owned(const struct alignment *alignment, const struct passage_place *value)
{
	const struct passage *passage = alignment->passage;
	unsigned steps = 0;
	if (!alignment->answer->subject_count || !passage_is_value(value))
		return false;
	for (uint32_t place = passage_first(passage, value->stem); place && steps < CHAIN_MAX; place = passage->places[place].next, steps++)
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
		float told = words[w].place.kind == value->kind && difference((unsigned)w, (unsigned)value->word) <= 2 && passage_is_value(&words[w].place) ? VALUE_WEIGHT : 1;
		value->fits[w] = itself ? -1 : alignment->weights[w] > 0 ? told * alignment->weights[w] * nearness(answer_distance(alignment, w, value)) : 0;
		value->beside[w] = is_in_clause(alignment, w, value);
		if (!value->beside[w])
			continue;
		value->clause_weight += alignment->weights[w];
		value->unknown_weight += is_unknown(&alignment->answer->words[w]);
	}
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
		struct weighed *value = &alignment->values[alignment->value_count++];
		value->word = w;
		value->kind = word->place.kind;
		value->value = passage_value(&word->place);
		value->unit = word->place.unit;
		alignment->kinds |= passage_bit(value->kind);
		alignment->stands_for |= passage_bit(value->value);
		alignment->kinds |= value->unit ? passage_bit(KIND_PLAIN) : 0; /* may have its unit elsewhere */
		value->own = value->own_covered = value->clause_weight = value->unknown_weight = 0;
		value->own_sentence = 0;
		value->rival_count = 0;
		value->bare = false;
		value->owned = is_owned(alignment, &word->place);
		alignment->owned = alignment->owned || value->owned;
	}
	size_t stated = 0;
	for (size_t v = 0; v < alignment->value_count; v++)
		stated += passage_is_stated(&alignment->values[v]);
	for (size_t v = 0; v < alignment->value_count; v++) {
		alignment->values[v].same = 0;
		for (size_t o = 0; o < alignment->value_count; o++)
			alignment->values[v].same += alignment->values[o].kind == alignment->values[v].kind;
		alignment->values[v].alone = stated < 2 && (passage_is_stated(&alignment->values[v]) || alignment->values[v].same == 1);
		weigh_clause(alignment, &alignment->values[v]);
	}
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
	alignment.kinds = alignment.stands_for = 0;
	alignment.owned = false;
	alignment.seed = alignment.gathered = 0;
	alignment.seed_count = alignment.value_count = alignment.match_count = alignment.weighings = 0;
	memset(alignment.first_words, NO_WORD, sizeof(alignment.first_words));
	for (size_t w = alignment.word_count; w-- > 0;) {
		const struct answer_word *word = &sentence->words[w];
		uint8_t *first = &alignment.first_words[word->place.stem >> STEM_SHIFT];
		alignment.weights[w] = weight_of(word);
		if (alignment.weights[w] > 0) {
			alignment.next_words[w] = *first;
			*first = (uint8_t)w;
		}
	}
	take_values(&alignment);
	if (!alignment.value_count)
		return;
	find_seeds(&alignment);
	for (size_t s = 0; s < alignment.seed_count && alignment.weighings < WEIGHINGS_MAX; s++)
		weigh_sentence(&alignment, alignment.seeds[s]);
	passage_judge(&alignment);
}
