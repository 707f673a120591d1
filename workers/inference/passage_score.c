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

static void match_place(struct alignment *alignment, uint32_t p, unsigned far, bool header, enum which which)
{
	const struct passage_place *place = &alignment->passage->places[p];
	bool named = place->flags & PLACE_NAMED;
	if ((which == NAMES && !named) || (which == NAMES_AND_OPENING && !named && place->values))
		return;
	for (size_t w = alignment->first_words[place->stem >> STEM_SHIFT]; w != NO_WORD; w = alignment->next_words[w])
		if (alignment->stems[w] == place->stem && alignment->match_count < MATCHES_MAX)
			alignment->matches[alignment->match_count++] = (struct match){ .place = p, .column = header ? place->column : 0, .word = (uint16_t)w, .far = (uint16_t)far,
										      .led = which && !named, .carried = which == NAMES };
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

static bool is_same_place(const struct passage_place *places, uint32_t a, uint32_t b)
{
	uint32_t low = a < b ? a : b, high = a < b ? b : a;
	while (high > low && places[high].flags & PLACE_PART)
		high--;
	return high <= low;
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

/* What a word of the answer has beside a place of the passage. */
struct fit {
	float best;
	bool beside, opened; /* the passage says it with the value, or before all values */
};

static inline void take_match(struct fit *fit, const struct alignment *alignment, const struct match *match, const struct weighed *value, uint32_t u, size_t same, bool key)
{
	const struct passage *passage = alignment->passage;
	const struct passage_place *places = passage->places, *at = &places[match->place], *place = &places[u];
	bool here = passage->links[match->place].sentence == passage->links[u].sentence, columns = (match->column == 0) | (match->column == place->column);
	bool taken = (!match->led) & (value->fits[match->word] >= 0) & (at->stem != place->stem) & columns && !is_same_place(places, match->place, u);
	unsigned far = here ? passage_distance(at, match->place, place, u, same > 2) : match->far ? match->far : HEADING_FAR;
	bool alone = (same == 1) & (match->far == 0) & passage_is_near_clause(at, place);
	float fits = value->fits[match->word] * passage_nearness(alone ? ALONE_FAR : far);
	bool said = here & ((same == 1) | (at->clause == place->clause) | (at->intro != place->intro)); /* in the clause of its value */
	bool below = (match->far == 0) & !here & key; /* said of the key */
	bool apart = (match->far != 0) & !match->carried;
	bool opening = (at->values == 0) & (match->place < u) & (match->far == 0);
	fit->best = taken & (fits > fit->best) ? fits : fit->best;
	fit->beside |= taken & (below | apart | said);
	fit->opened |= match->led | (taken & opening);
}

/* How well the words around the answer's value fit the place `u` of the passage. */
static float score(const struct alignment *alignment, uint32_t u, const struct weighed *value, size_t same, struct rival *ret_rival)
{
	const struct answer_word *words = alignment->answer->words;
	bool key = is_key(alignment->passage, alignment->passage->links[u].sentence);
	float sum = 0, covered = 0;
	size_t count = 0;
	struct fit fit = { 0 };
	for (size_t m = 0; m < alignment->match_count; m++) {
		const struct match *match = &alignment->matches[m];
		size_t w = match->word;
		take_match(&fit, alignment, match, value, u, same, key);
		if (match[1].word == w)
			continue;
		bool counts = (fit.beside | fit.opened) & value->beside[w];
		sum += fit.best;
		covered += counts ? alignment->weights[w] * (fit.beside ? 1 : OPENING_WEIGHT) : 0;
		count += counts ? 1 + (size_t)(is_identifying(&words[w].place) || (alignment->weights[w] == 1.0f && words[w].is_word)) : 0;
		fit = (struct fit){ 0 };
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

/* Up to three: no more is asked. */
static size_t count_kind(const struct passage *passage, uint32_t s, uint32_t kind)
{
	const struct passage_sentence *sentence = &passage->sentences[s];
	size_t count = 0;
	for (uint32_t i = sentence->first_valued; i < sentence->end_valued && count < 3; i++)
		count += passage->valued.kinds[i] == kind;
	return count;
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
		for (size_t v = 0; v < alignment->value_count; v++)
			wanted |= (uint32_t)(alignment->values[v].value == rival) << v;
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
		struct rival scored = { .value = passage_value(place), .sentence = sentence };
		size_t same = place->kind ? count_kind(passage, sentence, place->kind) : 2;
		scored.score = score(alignment, candidate->place, value, same, &scored) * (value->kind == KIND_PLAIN && place->kind != KIND_PLAIN ? 0.5f : 1);
		if (scored.value == value->value && scored.score > value->own)
			value->bare = value->kind == KIND_PLAIN && place->kind >= KIND_UNITS;
		take_score(value, &scored);
	}
	alignment->candidate_count = 0;
}
