/* passage_score.c: how well the words around the values of an answer fit places of the passage (see passage_weighing.h). Most of what the fact gate costs is spent here, and
 * nobody can tell before what a match or a place will be: where it can, it chooses between two results instead of branching. */
#include "workers/inference/passage_weighing.h"

enum { COLUMN_FAR = 8, HEADING_FAR = 6, LEAD_FAR = 5, BEFORE_FAR = 8 };

#define OPENING_WEIGHT 0.5f
#define UNKNOWN_WEIGHT 0.5f

enum which { ALL, NAMES, NAMES_AND_OPENING }; /* of a sentence's words; the opening is what stands before its first value */

/* Before its first value. */
static bool sentence_begins_with(const struct passage *passage, uint32_t sentence, uint32_t stem)
{
	uint32_t end = passage_scanned_end(passage, sentence, SENTENCE_PLACES_MAX);
	for (uint32_t p = passage->sentences[sentence].first; p < end && !passage->places[p].values; p++)
		if (passage->stems[p] == stem)
			return true;
	return false;
}

/* The place that the one is a part of: Class.attribute, and behind it its parts; or the place itself. */
static uint32_t whole_of(const struct passage_place *places, uint32_t place)
{
	while (place > 1 && places[place].flags & PLACE_PART)
		place--;
	return place;
}

static void match_place(struct alignment *alignment, uint32_t p, unsigned far, bool header, enum which which)
{
	const struct passage_place *place = &alignment->passage->places[p];
	bool named = place->flags & PLACE_NAMED;
	if ((which == NAMES && !named) || (which == NAMES_AND_OPENING && !named && place->values))
		return;
	for (size_t w = alignment->first_words[place->stem >> STEM_SHIFT]; w != NO_WORD; w = alignment->next_words[w])
		if (alignment->stems[w] == place->stem && alignment->match_count < MATCHES_MAX)
			alignment->matches[alignment->match_count++] = (struct match){ .place = p, .sentence = alignment->passage->links[p].sentence, .whole = whole_of(alignment->passage->places, p),
				.column = header ? place->column : 0, .word = (uint8_t)w, .far = (uint8_t)far, .led = which && !named, .carried = which == NAMES };
}

static void match_sentence(struct alignment *alignment, uint32_t sentence, unsigned far, bool header, enum which which)
{
	const struct passage *passage = alignment->passage;
	uint32_t hits[SENTENCE_PLACES_MAX + 1];
	uint32_t first = passage->sentences[sentence].first, end = passage_scanned_end(passage, sentence, SENTENCE_PLACES_MAX), count = 0;
	for (uint32_t p = first; p < end; p++) {
		hits[count] = p;
		count += alignment->first_words[passage->stems[p] >> STEM_SHIFT] != NO_WORD;
	}
	for (uint32_t i = 0; i < count; i++)
		match_place(alignment, hits[i], far, header, which);
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
	alignment->matches[alignment->match_count].word = NO_WORD;
}

/* Of a sentence that has a place to weigh, and of those that it goes on about. */
static void gather_matches(struct alignment *alignment, uint32_t s)
{
	const struct passage_sentence *sentence = &alignment->passage->sentences[s];
	alignment->gathered = s;
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

/* A term, or the first line of an item: what follows is about it. */
static bool is_key(const struct passage *passage, uint32_t sentence)
{
	uint32_t flags = passage->sentences[sentence].flags;
	return flags & SENTENCE_ITEM || (flags & SENTENCE_HEADING && !(flags & SENTENCE_TITLE));
}

/* A name that says alone what is meant; "UE" is said of many things. */
static bool is_identifying(const struct passage_place *place)
{
	return place->flags & PLACE_NAMED && (place->flags & PLACE_NUMBER || (place->kind >= KIND_NAME && place->kind <= KIND_PROPER));
}

/* Up to three: no more is asked. */
static size_t count_kind(const struct passage *passage, uint32_t s, uint32_t kind)
{
	const struct passage_sentence *sentence = &passage->sentences[s];
	size_t count = 0;
	for (uint32_t i = sentence->first_valued; i < sentence->end_valued && count < 3; i += VALUED_READ) {
		unsigned met = passage_equal_ones(passage->valued.kinds + i, kind);
		if (sentence->end_valued - i < VALUED_READ)
			met &= (1u << (sentence->end_valued - i)) - 1;
		for (; met && count < 3; met &= met - 1)
			count++;
	}
	return count;
}

/* What a match is beside the place: FIT_* bits, and how far, FAR_NONE where it is of no account. The values of the answer that it is weighed for have no part in it. */
static inline unsigned take_match(const struct beside *beside, const struct passage_place *places, const struct match *match, unsigned *ret_far)
{
	uint32_t u = beside->place, p = match->place;
	const struct passage_place *at = &places[p], *place = &places[u];
	bool before = p < u, apart = before ? beside->whole > p : match->whole > u; /* no parts of one name */
	*ret_far = FAR_NONE;
	if (match->led | (at->stem == place->stem) | !((match->column == 0) | (match->column == place->column)) | !apart)
		return match->led ? FIT_LED : 0;
	bool here = match->sentence == beside->sentence, own = match->far == 0;
	unsigned far = here ? passage_distance(at, p, place, u, beside->same > 2) : own ? HEADING_FAR : match->far;
	*ret_far = (beside->same == 1) & own & passage_is_near_clause(at, place) ? ALONE_FAR : far;
	bool said = here & ((beside->same == 1) | (at->clause == place->clause) | (at->intro != place->intro)); /* in the clause of its value */
	bool about = own ? !here & beside->key : !match->carried; /* said of the key, or in another sentence that this one is about */
	return (said | about) * FIT_BESIDE | ((at->values == 0) & before & own) * FIT_OPENED;
}

/* Prepares scores of the place `u`: what each word of the answer that has matches has beside it. */
static void look_beside(struct alignment *alignment, uint32_t u, uint32_t sentence)
{
	struct beside *beside = &alignment->beside;
	const struct passage_place *places = alignment->passage->places;
	beside->place = u;
	beside->seed = alignment->gathered;
	beside->sentence = sentence;
	beside->whole = whole_of(places, u);
	beside->key = is_key(alignment->passage, sentence);
	beside->same = places[u].kind ? count_kind(alignment->passage, sentence, places[u].kind) : 2;
	beside->count = 0;
	for (const struct match *match = alignment->matches; match->word != NO_WORD;) {
		unsigned word = match->word, far = FAR_NONE, says = 0, one;
		do {
			says |= take_match(beside, places, match++, &one);
			far = one < far ? one : far;
		} while (match->word == word);
		beside->fits[beside->count++] = (struct fit){ word, far, says };
	}
}

/* How well the words around the answer's value fit the place that look_beside was asked for. */
static float score(const struct alignment *alignment, const struct weighed *value, struct rival *ret_rival)
{
	const struct answer_word *words = alignment->answer->words;
	float sum = 0, covered = 0;
	size_t count = 0;
	for (size_t i = 0; i < alignment->beside.count; i++) {
		const struct fit *fit = &alignment->beside.fits[i];
		size_t w = fit->word;
		bool taken = (fit->far != FAR_NONE) & (value->fits[w] >= 0), said = taken & ((fit->says & FIT_BESIDE) != 0);
		bool counts = value->beside[w] & ((fit->says & (taken ? FIT_LED | FIT_BESIDE | FIT_OPENED : FIT_LED)) != 0);
		sum += taken ? value->fits[w] * passage_nearness(fit->far) : 0;
		covered += counts ? alignment->weights[w] * (said ? 1 : OPENING_WEIGHT) : 0;
		count += counts ? 1 + (size_t)(is_identifying(&words[w].place) || (alignment->weights[w] == 1.0f && words[w].is_word)) : 0;
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

/* Does the sentence have the unit by itself? In a table it stands in another cell of the row than its number. */
static bool has_unit_aside(const struct passage *passage, uint32_t sentence, uint32_t unit)
{
	for (uint32_t p = passage->sentences[sentence].first; p < passage_sentence_end(passage, sentence); p++)
		if (passage->places[p].unit == unit && !passage->places[p].kind)
			return true;
	return false;
}

/* Which of the answer's values are to be weighed, a bit each: those still open that have a rival among the candidates, and the values that are their rivals. All of them when there may be
 * more candidates than these. */
static uint32_t wanted_values(const struct alignment *alignment)
{
	const struct passage *passage = alignment->passage;
	uint32_t wanted = 0;
	if (alignment->weighings || alignment->candidate_count + VALUES_MAX > CANDIDATES_MAX)
		return UINT32_MAX;
	for (size_t c = 0; c < alignment->candidate_count; c++) {
		const struct weighed *value = &alignment->values[alignment->candidates[c].value];
		uint32_t rival = passage_value(&passage->places[alignment->candidates[c].place]);
		if (value->settled != VALUE_OPEN || rival == value->value)
			continue;
		wanted |= 1u << alignment->candidates[c].value;
		wanted |= passage_values_with(alignment, alignment->value_numbers, rival);
	}
	return wanted;
}

void passage_weigh(struct alignment *alignment)
{
	const struct passage *passage = alignment->passage;
	uint32_t wanted = wanted_values(alignment);
	if (wanted)
		passage_prepare(alignment, wanted);
	for (size_t c = 0; wanted && c < alignment->candidate_count; c++) {
		const struct candidate *candidate = &alignment->candidates[c];
		if (!(wanted >> candidate->value & 1))
			continue;
		const struct passage_place *place = &passage->places[candidate->place];
		uint32_t sentence = passage->links[candidate->place].sentence;
		struct weighed *value = &alignment->values[candidate->value];
		bool hidden = place->state && !(alignment->kinds & passage_bit(place->kind)) && !(alignment->stands_for & passage_bit(place->stem)); /* a state of another kind than the value */
		if (hidden || (candidate->unit && !has_unit_aside(passage, sentence, value->unit)))
			continue;
		if (alignment->weighings++ >= WEIGHINGS_MAX)
			break;
		if (alignment->gathered != candidate->seed)
			gather_matches(alignment, candidate->seed);
		if (alignment->beside.place != candidate->place || alignment->beside.seed != candidate->seed)
			look_beside(alignment, candidate->place, sentence);
		struct rival scored = { .value = passage_value(place), .sentence = sentence };
		scored.score = score(alignment, value, &scored) * (value->kind == KIND_PLAIN && place->kind != KIND_PLAIN ? 0.5f : 1);
		if (scored.value == value->value && scored.score > value->own)
			value->bare = value->kind == KIND_PLAIN && place->kind >= KIND_UNITS;
		take_score(value, &scored);
	}
	alignment->candidate_count = 0;
}
