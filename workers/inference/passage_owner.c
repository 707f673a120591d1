/* passage_owner.c: which attributes the passage gives its values to, and whether an answer says them of those (see passage_align.h). */
#include "workers/inference/passage_align.h"

enum { SENTENCE_SCAN_MAX = 8, CHAIN_MAX = 256, SUBJECT_CHAIN_MAX = 24, WORD_BYTES_MIN = 4, INTRODUCED_MAX = 8 };

bool passage_is_subject(const struct answer_word *word)
{
	return word->slot && word->slot->subject && !(word->place.flags & (PLACE_NUMBER | PLACE_ORDINAL)) && word->place.column <= 1;
}

enum passage_ownership passage_names_subject(const struct passage *passage, uint32_t sentence, const uint32_t *subjects, size_t subject_count)
{
	enum passage_ownership found = OWNED_BY_NONE;
	if (!(passage->sentences[sentence].flags & SENTENCE_SUBJECT))
		return found;
	for (uint32_t p = passage->sentences[sentence].first; p < passage_scanned_end(passage, sentence, SENTENCE_PLACES_MAX); p++) {
		if (!(passage->places[p].flags & PLACE_SUBJECT))
			continue;
		found = OWNED_BY_OTHERS;
		for (size_t s = 0; s < subject_count; s++)
			if (subjects[s] == passage->places[p].stem)
				return OWNED;
	}
	return found;
}

enum passage_ownership passage_owner_of(const struct passage *passage, uint32_t place, const uint32_t *subjects, size_t subject_count)
{
	uint32_t s = passage->links[place].sentence;
	const struct passage_sentence *sentence = &passage->sentences[s];
	enum passage_ownership found = passage_names_subject(passage, s, subjects, subject_count);
	bool item = sentence->lead && passage->sentences[sentence->lead].flags & SENTENCE_ITEM;
	for (unsigned back = 0; !found && back < SENTENCE_SCAN_MAX && sentence->flags & SENTENCE_GOES_ON && (item || sentence->flags & SENTENCE_ABOUT); back++) {
		found = passage_names_subject(passage, --s, subjects, subject_count);
		sentence = &passage->sentences[s];
	}
	if (found != OWNED && sentence->heading && !(passage->sentences[sentence->heading].flags & SENTENCE_TITLE)) {
		enum passage_ownership above = passage_names_subject(passage, sentence->heading, subjects, subject_count);
		found = above == OWNED || !found ? above : found;
	}
	return found;
}

bool passage_is_listed(const struct passage *passage, uint32_t sentence)
{
	enum { LISTED = SENTENCE_ROW | SENTENCE_ITEM | SENTENCE_FENCE };
	const struct passage_sentence *at = &passage->sentences[sentence];
	bool term = at->flags & SENTENCE_HEADING && !(at->flags & SENTENCE_TITLE);
	return sentence && (term || (at->flags | passage->sentences[at->lead].flags) & LISTED || passage->places[at->first].intro);
}

/* "Default" stands above another column of the table, or at another line of the item. */
static bool is_labelled_otherwise(const struct passage *passage, uint32_t place, uint32_t label)
{
	const struct passage_sentence *sentence = &passage->sentences[passage->links[place].sentence];
	uint32_t labels = sentence->header ? sentence->header : passage->links[place].sentence;
	bool elsewhere = false;
	for (uint32_t p = passage->sentences[labels].first; p < passage_scanned_end(passage, labels, SENTENCE_PLACES_MAX); p++) {
		if (passage->places[p].stem != label || !passage->places[p].column || passage->places[p].flags & PLACE_PART)
			continue;
		if (passage->places[p].column == passage->places[place].column)
			return false;
		elsewhere = true;
	}
	return elsewhere;
}

/* What the answer says that the value is: "default" before it in its clause, with no other value between and not "by default"; 0: nothing. */
static uint32_t label_of(const struct answer_sentence *sentence, const struct answer_word *word)
{
	for (size_t w = (size_t)(word - sentence->words); w > 0; w--) {
		const struct answer_word *before = &sentence->words[w - 1];
		if (passage_is_value(&before->place) || before->place.clause != word->place.clause)
			return 0;
		if (before->place.flags & PLACE_FREQUENT)
			return w > 1 && text_equal(sentence->words[w - 2].text, TEXT_LITERAL("by")) ? 0 : before->place.stem;
	}
	return 0;
}

/* Does the answer's sentence say the value? */
static bool is_said(const struct answer_sentence *sentence, const struct passage_place *value)
{
	for (size_t w = 0; w < sentence->count; w++)
		if (passage_value(&sentence->words[w].place) == passage_value(value))
			return true;
	return false;
}

/* MANUAL, LOCKED: a value in words. */
static bool is_named_value(uint32_t kind)
{
	return kind == KIND_CONSTANT || (kind >= KIND_STATE && kind < KIND_UNITS);
}

static bool has_bare_unit(const struct passage *passage, uint32_t sentence, uint32_t unit)
{
	for (uint32_t p = passage->sentences[sentence].first; p < passage_scanned_end(passage, sentence, SENTENCE_PLACES_MAX); p++)
		if (passage->places[p].unit == unit && !(passage->places[p].flags & PLACE_NUMBER))
			return true;
	return false;
}

/* May one be said for the other? A number may have its unit elsewhere in its row, or the answer leave it out. */
static bool is_alternative(const struct passage *passage, const struct passage_place *place, const struct passage_place *value)
{
	if ((place->kind == value->kind && value->kind) || (is_named_value(place->kind) && is_named_value(value->kind)))
		return true;
	if (value->unit && !(value->flags & PLACE_NUMBER)) /* a unit by itself */
		return place->unit && place->unit != value->unit && !(place->flags & PLACE_NUMBER);
	if (!(place->flags & value->flags & PLACE_NUMBER) || !place->kind || !value->kind || !(place->kind == KIND_PLAIN || value->kind == KIND_PLAIN))
		return false;
	return !value->unit || has_bare_unit(passage, passage_sentence_of(passage, place), value->unit);
}

/* Does the passage give one of the attributes a value of this kind that the answer does not say? */
static bool has_other_value(const struct passage *passage, const struct answer_sentence *answer, const struct passage_place *value)
{
	for (size_t i = 0; i < answer->subject_count; i++) {
		unsigned steps = 0;
		for (uint32_t subject = passage_first(passage, answer->subjects[i]); subject && steps < SUBJECT_CHAIN_MAX; subject = passage->links[subject].next, steps++) {
			uint32_t sentence = passage->links[subject].sentence;
			bool heads = passage->sentences[sentence].flags & SENTENCE_HEADING;
			for (uint32_t s = sentence; s < passage->sentence_count && s < sentence + SENTENCE_SCAN_MAX; s++) {
				const struct passage_sentence *at = &passage->sentences[s];
				if (s > sentence && (heads ? at->heading != sentence : !(at->flags & SENTENCE_GOES_ON)))
					break;
				for (uint32_t p = at->first; p < passage_scanned_end(passage, s, SENTENCE_PLACES_MAX); p++)
					if (is_alternative(passage, &passage->places[p], value) && !is_said(answer, &passage->places[p]))
						return true;
			}
		}
	}
	return false;
}

/* Does the place stand in the sentence, or above it? */
static bool is_about(const struct passage *passage, uint32_t place, uint32_t sentence)
{
	uint32_t at = passage->links[place].sentence;
	return at == sentence || at == passage->sentences[sentence].heading || at == passage->sentences[sentence].lead;
}

static bool has_alternative(const struct passage *passage, uint32_t sentence, const struct passage_place *value)
{
	for (uint32_t p = passage->sentences[sentence].first; p < passage_scanned_end(passage, sentence, SENTENCE_PLACES_MAX); p++)
		if (is_alternative(passage, &passage->places[p], value))
			return true;
	return false;
}

/* Does the answer say the value in words that stand with it at this place, and not with the attributes that the answer names? "The stack may grow to 2 MB". */
static bool is_introduced(const struct passage *passage, const struct answer_sentence *answer, const struct answer_word *value, uint32_t at)
{
	for (size_t w = 0; w < answer->count; w++) {
		const struct answer_word *word = &answer->words[w];
		if (!word->is_word || word->place.kind || word->place.flags & PLACE_FREQUENT || word->place.clause + 1 < value->place.clause || word->place.clause > value->place.clause || word->text.bytes < WORD_BYTES_MIN || word->common)
			continue;
		bool own = false, theirs = false;
		unsigned steps = 0;
		for (uint32_t p = word->slot ? word->slot->head : 0; p && steps < SUBJECT_CHAIN_MAX && !theirs; p = passage->links[p].next, steps++) {
			own = own || is_about(passage, p, passage->links[at].sentence);
			theirs = has_alternative(passage, passage->links[p].sentence, &value->place) && passage_owner_of(passage, p, answer->subjects, answer->subject_count) == OWNED;
		}
		if (own && !theirs)
			return true;
	}
	return false;
}

bool passage_belongs(const struct passage *passage, const struct answer_sentence *answer, const struct answer_word *word)
{
	const struct passage_place *value = &word->place;
	uint32_t label = label_of(answer, word);
	bool owned = false;
	unsigned steps = 0;
	if (!answer->subject_count)
		return true;
	for (uint32_t place = passage_first(passage, value->stem); place && steps < CHAIN_MAX; place = passage->links[place].next, steps++) {
		if (passage_value(&passage->places[place]) != passage_value(value))
			continue;
		if (passage_owner_of(passage, place, answer->subjects, answer->subject_count) != OWNED_BY_OTHERS && !(label && is_labelled_otherwise(passage, place, label)))
			return true;
		if (!label && steps < INTRODUCED_MAX && is_introduced(passage, answer, word, place))
			return true;
		owned = true;
	}
	return !owned || (!has_other_value(passage, answer, value));
}
