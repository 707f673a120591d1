/* passage_owner.c: which attributes the passage gives its values to (see passage_align.h). */
#include "workers/inference/passage_align.h"

enum { SENTENCE_SCAN_MAX = 8, SENTENCE_PLACES_MAX = 160 };

bool passage_is_subject(const struct passage *passage, const struct passage_place *place)
{
	if (place->flags & (PLACE_NUMBER | PLACE_ORDINAL) || place->column > 1)
		return false;
	const struct passage_slot *slot = passage_find(passage, place->stem);
	return slot && slot->subject;
}

enum passage_ownership passage_names_subject(const struct passage *passage, uint32_t sentence, const uint32_t *subjects, size_t subject_count)
{
	enum passage_ownership found = OWNED_BY_NONE;
	uint32_t first = passage->sentences[sentence].first, end = passage_sentence_end(passage, sentence);
	if (end - first > SENTENCE_PLACES_MAX)
		end = first + SENTENCE_PLACES_MAX;
	for (uint32_t p = first; p < end; p++) {
		if (!passage_is_subject(passage, &passage->places[p]))
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
	uint32_t s = passage->places[place].sentence;
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
	return sentence && ((at->flags | passage->sentences[at->lead].flags) & LISTED || passage->places[at->first].intro);
}
