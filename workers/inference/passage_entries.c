/* passage_entries.c: rows of tables, items of lists and terms above their descriptions as entries: a key, and the values that the passage gives it.
 *
 * An answer that names keys in full and says values of them says them in one order: the first value of the first key, and so on, whichever of the
 * two stands first; so does English. Where there are as many keys as values of one column, a value that the passage gives to another key is refuted. One key
 * with a value of another one is refuted when the key's own value is not said. The columns of a table are keys to the values of one row. What also
 * stands in prose, and keys that are named in part, are left to passage_align.c. Pure; nothing allocated. */
#include "workers/inference/passage_align.h"

enum { KEYS_MAX = 8, KEY_PLACES_MAX = 12, KEY_GAP_MAX = 2, ENTRY_SENTENCES_MAX = 8, STATED_MAX = 16, HOMES_MAX = 12, CHAIN_MAX = PASSAGE_KEYS_MAX, CELL_WORDS_MAX = 6, SKIPPED_MAX = 256 };

struct entry {
	uint32_t sentence; /* of its key: row, first sentence of the item, term; of a column, the header */
	uint32_t group;    /* entries of one group exclude each other: header of the table, heading above */
	uint32_t column;   /* of a column as the key, else 0 */
};

struct key { /* that the answer names */
	struct entry entry;
	bool told; /* by a name, or by two words: one word may be said in passing */
	size_t first, last; /* words of the answer */
};

struct home { /* where the passage has a value */
	struct entry entry;
	uint32_t column; /* in its row */
};

struct stated {
	size_t word;
	struct home homes[HOMES_MAX];
	size_t home_count;
	bool paired;
};

struct entries {
	const struct passage *passage;
	struct answer_sentence *answer;
	uint64_t stems; /* of its words, one bit of a hash each */
	struct key keys[KEYS_MAX];
	size_t key_count;
	struct stated values[STATED_MAX];
	size_t value_count;
};

static bool same_entry(const struct entry *a, const struct entry *b) { return a->sentence == b->sentence && a->column == b->column; }

static bool is_header(const struct passage *passage, uint32_t sentence)
{
	return sentence + 1 < passage->sentence_count && passage->sentences[sentence + 1].header == sentence;
}

struct keys { /* of a sentence */
	enum { KEYS_NONE, KEYS_FIRST_CELL, KEYS_OTHER_CELLS, KEYS_INTRO, KEYS_ALL } places; /* which of its places are parts of one */
	uint32_t group; /* 0 where it has none */
};

static struct keys keys_of(const struct passage *passage, uint32_t s)
{
	const struct passage_sentence *sentence = &passage->sentences[s];
	if (sentence->flags & SENTENCE_ROW && is_header(passage, s))
		return (struct keys){ KEYS_OTHER_CELLS, s };
	if (sentence->flags & SENTENCE_ROW)
		return (struct keys){ KEYS_FIRST_CELL, sentence->header };
	if (sentence->flags & SENTENCE_ITEM)
		return (struct keys){ KEYS_INTRO, sentence->heading };
	bool term = sentence->flags & SENTENCE_HEADING && !(sentence->flags & SENTENCE_TITLE);
	return (struct keys){ term ? KEYS_ALL : KEYS_NONE, term ? sentence->heading : 0 };
}

static bool is_key_of(const struct keys *keys, const struct passage_place *place)
{
	return keys->places == KEYS_FIRST_CELL ? place->column == 1 : keys->places == KEYS_OTHER_CELLS ? place->column > 1 : keys->places == KEYS_INTRO ? place->intro : keys->places == KEYS_ALL;
}

/* The entry whose key the place is a part of. */
static bool key_of(const struct passage *passage, uint32_t place, struct entry *ret_entry)
{
	const struct passage_place *at = &passage->places[place];
	uint32_t home = passage->links[place].sentence;
	struct keys keys = keys_of(passage, home);
	*ret_entry = (struct entry){ .sentence = home, .group = keys.group, .column = keys.places == KEYS_OTHER_CELLS ? at->column : 0 };
	return is_key_of(&keys, at) && (keys.places != KEYS_FIRST_CELL || keys.group);
}

void passage_cut_keys(struct passage *passage, struct passage_slot *slot)
{
	uint32_t first = slot->head, last = 0;
	for (unsigned steps = 1; steps < PASSAGE_KEYS_MAX; steps++)
		first = passage->links[first].next;
	for (uint32_t key = slot->key; key >= first; key = passage->links[key].next_key)
		last = key;
	if (last)
		passage->links[last].next_key = 0;
	else
		slot->key = 0;
}

void passage_mark_keys(struct passage *passage)
{
	for (uint32_t s = 1; s < passage->sentence_count; s++) {
		const struct passage_sentence *sentence = &passage->sentences[s];
		struct keys keys = keys_of(passage, s);
		for (uint32_t p = sentence->first; p < sentence->end && keys.group; p++) {
			bool name_word = passage->places[p].flags & PLACE_PART && !passage->places[p].kind; /* of an attribute */
			if (name_word || !is_key_of(&keys, &passage->places[p]))
				continue;
			struct passage_slot *slot = &passage->slots[passage_slot_of(passage->slots, passage->slot_capacity, passage->stems[p])];
			passage->links[p].next_key = slot->key;
			slot->key = p;
		}
	}
}

/* A cell of few words states a value; longer ones are prose. */
static bool is_short_cell(const struct passage *passage, uint32_t place)
{
	const struct passage_place *at = &passage->places[place];
	uint32_t home = passage->links[place].sentence;
	size_t words = 0;
	for (uint32_t p = passage->sentences[home].first; p < passage_scanned_end(passage, home, SENTENCE_PLACES_MAX); p++)
		words += passage->places[p].column == at->column && !(passage->places[p].flags & PLACE_PART);
	return words <= CELL_WORDS_MAX;
}

/* The entry that the place is said in; false: none. */
static bool home_of(const struct passage *passage, uint32_t place, struct home *ret_home)
{
	const struct passage_place *at = &passage->places[place];
	uint32_t home = passage->links[place].sentence;
	const struct passage_sentence *sentence = &passage->sentences[home];
	*ret_home = (struct home){ .column = at->column };
	if (sentence->flags & SENTENCE_ROW) {
		ret_home->entry = (struct entry){ .sentence = home, .group = sentence->header };
		return sentence->header && at->column > 1 && is_short_cell(passage, place);
	}
	ret_home->column = 0;
	const struct passage_sentence *lead = &passage->sentences[sentence->lead];
	if (sentence->lead && lead->flags & SENTENCE_ITEM && passage->places[lead->first].intro) {
		ret_home->entry = (struct entry){ .sentence = sentence->lead, .group = lead->heading };
		return true;
	}
	const struct passage_sentence *term = &passage->sentences[sentence->heading];
	ret_home->entry = (struct entry){ .sentence = sentence->heading, .group = term->heading };
	return sentence->heading && term->flags & SENTENCE_HEADING && !(term->flags & SENTENCE_TITLE);
}

static bool is_key_place(const struct passage *passage, uint32_t place, const struct entry *entry)
{
	struct entry of;
	return key_of(passage, place, &of) && same_entry(&of, entry);
}

/* The answer's word with this stem that is nearest to `near`. */
static bool find_word(const struct entries *entries, uint32_t stem, size_t near, size_t *ret_word)
{
	const struct answer_sentence *answer = entries->answer;
	size_t best = SIZE_MAX;
	if (!(entries->stems & passage_bit(stem)))
		return false;
	for (size_t w = 0; w < answer->count; w++) {
		size_t far = w > near ? w - near : near - w;
		if (answer->words[w].place.stem == stem && far < best) {
			best = far;
			*ret_word = w;
		}
	}
	return best != SIZE_MAX;
}

/* The whole name, or the attribute of a Class.attribute. */
static bool find_name(const struct entries *entries, uint32_t place, uint32_t end, size_t near, size_t *ret_word)
{
	const struct passage_place *places = entries->passage->places;
	if (find_word(entries, places[place].stem, near, ret_word))
		return true;
	uint32_t attribute = 0;
	for (uint32_t p = place + 1; p < end && places[p].flags & PLACE_PART; p++)
		attribute = places[p].kind ? p : attribute;
	return attribute && find_word(entries, places[attribute].stem, near, ret_word);
}

/* Does the answer name the key, its words together? A term may have its arguments behind it: "-D directory", "hello num". Then it is taken in. */
static void take_key(struct entries *entries, const struct entry *entry, size_t near)
{
	const struct passage *passage = entries->passage;
	struct key key = { *entry, false, near, near };
	size_t words = 0;
	bool tells = false; /* "Default", "Range" name a column of every table, and a number may be any number */
	bool row = passage->sentences[entry->sentence].flags & SENTENCE_ROW;
	uint32_t end = passage_scanned_end(passage, entry->sentence, SENTENCE_PLACES_MAX);
	for (uint32_t p = passage->sentences[entry->sentence].first; p < end; p++) {
		const struct passage_place *place = &passage->places[p];
		size_t word = near;
		if (place->flags & PLACE_PART || !is_key_place(passage, p, entry))
			continue;
		bool found = !(place->flags & PLACE_FREQUENT) && find_name(entries, p, end, near, &word);
		if (!found && !row && key.told)
			break;
		if (!found || ++words > KEY_PLACES_MAX)
			return;
		tells = tells || !(place->flags & PLACE_NUMBER);
		key.told = key.told || words > 1 || place->flags & PLACE_NAMED || place->kind;
		key.first = size_min(key.first, word);
		key.last = size_max(key.last, word);
	}
	if (tells && (key.told || row) && key.last - key.first < words + KEY_GAP_MAX)
		entries->keys[entries->key_count++] = key;
}

static bool has_key(const struct entries *entries, const struct entry *entry)
{
	for (size_t k = 0; k < entries->key_count; k++)
		if (same_entry(&entries->keys[k].entry, entry))
			return true;
	return false;
}

/* "interval" is not named where "min rx interval" is. */
static void drop_parts_of_keys(struct entries *entries)
{
	size_t kept = 0;
	for (size_t k = 0; k < entries->key_count; k++) {
		const struct key *key = &entries->keys[k];
		bool part = false;
		for (size_t o = 0; o < entries->key_count && !part; o++) {
			const struct key *other = &entries->keys[o];
			part = other->entry.group == key->entry.group && other->first <= key->first && other->last >= key->last && other->last - other->first > key->last - key->first;
		}
		if (!part)
			entries->keys[kept++] = *key;
	}
	entries->key_count = kept;
}

static void sort_keys(struct entries *entries)
{
	for (size_t i = 1; i < entries->key_count; i++)
		for (size_t k = i; k > 0 && entries->keys[k].first < entries->keys[k - 1].first; k--) {
			struct key moved = entries->keys[k];
			entries->keys[k] = entries->keys[k - 1];
			entries->keys[k - 1] = moved;
		}
}

static void find_keys(struct entries *entries)
{
	const struct passage *passage = entries->passage;
	for (size_t w = 0; w < entries->answer->count; w++) {
		const struct passage_slot *slot = entries->answer->words[w].slot;
		for (uint32_t p = slot ? slot->key : 0; p && entries->key_count < KEYS_MAX; p = passage->links[p].next_key) {
			struct entry entry;
			if (key_of(passage, p, &entry) && !has_key(entries, &entry))
				take_key(entries, &entry, w);
		}
	}
	drop_parts_of_keys(entries);
	sort_keys(entries);
}

static bool is_in_key(const struct entries *entries, size_t word)
{
	for (size_t k = 0; k < entries->key_count; k++)
		if (word >= entries->keys[k].first && word <= entries->keys[k].last)
			return true;
	return false;
}

/* A value whose every occurrence is in an entry. */
static void take_value(struct entries *entries, size_t w)
{
	const struct passage *passage = entries->passage;
	const struct passage_place *value = &entries->answer->words[w].place;
	struct stated *stated = &entries->values[entries->value_count];
	unsigned steps = 0, skipped = 0;
	stated->word = w;
	stated->home_count = 0;
	stated->paired = false;
	for (uint32_t p = passage_first(passage, value->stem); p; p = passage->links[p].next) {
		if (passage_value(&passage->places[p]) != passage_value(value) || (value->flags & PLACE_NUMBER && passage->places[p].exact != value->exact)) {
			if (++skipped > SKIPPED_MAX)
				return;
			continue;
		}
		if (++steps > CHAIN_MAX || stated->home_count == HOMES_MAX || !home_of(passage, p, &stated->homes[stated->home_count++]))
			return;
	}
	entries->value_count += stated->home_count > 0;
}

static void find_values(struct entries *entries)
{
	for (size_t w = 0; w < entries->answer->count && entries->value_count < STATED_MAX; w++) {
		const struct answer_word *word = &entries->answer->words[w];
		if (word->fact && passage_is_value(&word->place) && !(word->place.flags & PLACE_PART) && !is_in_key(entries, w))
			take_value(entries, w);
	}
}

static bool is_at(const struct stated *value, const struct key *key, uint32_t row)
{
	for (size_t h = 0; h < value->home_count; h++) {
		const struct home *home = &value->homes[h];
		if (key->entry.column ? home->entry.sentence == row && home->column == key->entry.column : same_entry(&home->entry, &key->entry))
			return true;
	}
	return false;
}

/* Does the entry give a value of this kind, in this column, that the answer does not say? */
static bool has_unsaid(const struct entries *entries, const struct entry *entry, const struct stated *value)
{
	const struct passage *passage = entries->passage;
	const struct passage_place *said = &entries->answer->words[value->word].place;
	bool term = passage->sentences[entry->sentence].flags & SENTENCE_HEADING;
	for (uint32_t s = entry->sentence; s < passage->sentence_count && s < entry->sentence + ENTRY_SENTENCES_MAX; s++) {
		if (s > entry->sentence && (term ? passage->sentences[s].heading != entry->sentence : passage->sentences[s].lead != entry->sentence))
			break;
		for (uint32_t p = passage->sentences[s].first; p < passage_scanned_end(passage, s, SENTENCE_PLACES_MAX); p++) {
			const struct passage_place *place = &passage->places[p];
			bool number = place->flags & said->flags & PLACE_NUMBER && (place->kind == KIND_PLAIN || said->kind == KIND_PLAIN);
			if (place->kind != said->kind && !number)
				continue;
			bool told = false;
			for (size_t w = 0; w < entries->answer->count && !told; w++)
				told = passage_value(&entries->answer->words[w].place) == passage_value(place);
			if (!told && !is_key_place(passage, p, entry))
				return true;
		}
	}
	return false;
}

/* Does the answer say a word of the key of the value's own entry, which the named key has not? */
static bool hints_at_home(const struct entries *entries, const struct stated *value, const struct key *key)
{
	const struct passage *passage = entries->passage;
	for (size_t h = 0; h < value->home_count; h++) {
		const struct entry *home = &value->homes[h].entry;
		for (uint32_t p = passage->sentences[home->sentence].first; p < passage_scanned_end(passage, home->sentence, SENTENCE_PLACES_MAX); p++) {
			size_t word;
			if (is_key_place(passage, p, home) && find_word(entries, passage->places[p].stem, 0, &word) && !(word >= key->first && word <= key->last))
				return true;
		}
	}
	return false;
}

static void judge_single(struct entries *entries, const struct key *key)
{
	for (size_t v = 0; v < entries->value_count; v++) {
		const struct stated *value = &entries->values[v];
		bool grouped = true;
		for (size_t h = 0; h < value->home_count; h++)
			grouped = grouped && value->homes[h].entry.group == key->entry.group;
		if (grouped && !is_at(value, key, 0) && has_unsaid(entries, &key->entry, value) && !hints_at_home(entries, value, key))
			entries->answer->words[value->word].refuted = true;
	}
}

/* May these two be mistaken for each other: of one column, or one kind? */
static bool is_of_class(const struct entries *entries, const struct stated *a, const struct stated *b)
{
	return a->homes[0].column ? a->homes[0].column == b->homes[0].column : entries->answer->words[a->word].place.kind == entries->answer->words[b->word].place.kind;
}

/* Does the passage give each key one of the values? */
static bool is_permutation(struct stated *const *members, const struct key *keys, size_t count, uint32_t row)
{
	for (size_t k = 0; k < count; k++) {
		bool met = false;
		for (size_t i = 0; i < count && !met; i++)
			met = is_at(members[i], &keys[k], row);
		if (!met)
			return false;
	}
	return true;
}

/* As many values of a class as keys: one belongs to one. `keys` are of one group. */
static void judge_pairs(struct entries *entries, const struct key *keys, size_t key_count)
{
	for (size_t v = 0; v < entries->value_count; v++) {
		struct stated *members[STATED_MAX];
		size_t count = 0;
		uint32_t row = entries->values[v].homes[0].entry.sentence;
		if (entries->values[v].paired)
			continue;
		for (size_t o = 0; o < entries->value_count; o++) {
			struct stated *value = &entries->values[o];
			size_t at = 0;
			for (size_t k = 0; k < key_count; k++)
				at += is_at(value, &keys[k], row);
			if (value->paired || !at || at == key_count || (!keys[0].entry.column && !is_of_class(entries, &entries->values[v], value)))
				continue;
			members[count++] = value;
		}
		if (count != key_count || !is_permutation(members, keys, count, row))
			continue;
		for (size_t i = 0; i < count; i++) {
			struct answer_word *words = entries->answer->words;
			members[i]->paired = true;
			words[members[i]->word].paired = is_at(members[i], &keys[i], row);
			words[members[i]->word].refuted = words[members[i]->word].refuted || !words[members[i]->word].paired;
			for (size_t w = keys[i].first; w <= keys[i].last; w++)
				words[w].paired = words[members[i]->word].paired;
		}
	}
}

void passage_check_entries(const struct passage *passage, struct answer_sentence *sentence)
{
	struct entries entries;
	entries.passage = passage;
	entries.answer = sentence;
	entries.key_count = entries.value_count = 0;
	entries.stems = 0;
	for (size_t w = 0; w < sentence->count; w++)
		entries.stems |= passage_bit(sentence->words[w].place.stem);
	find_keys(&entries);
	if (entries.key_count)
		find_values(&entries);
	for (size_t first = 0; first < entries.key_count && entries.value_count; first++) {
		struct key group[KEYS_MAX];
		const struct key *told = NULL;
		size_t count = 0, told_count = 0;
		bool met = false; /* judged with one before */
		for (size_t k = 0; k < entries.key_count; k++) {
			const struct key *key = &entries.keys[k];
			bool same = key->entry.group == entries.keys[first].entry.group && !key->entry.column == !entries.keys[first].entry.column;
			met = met || (same && k < first);
			if (!same)
				continue;
			group[count++] = *key;
			told = key->told ? key : told;
			told_count += key->told;
		}
		if (!met && count > 1)
			judge_pairs(&entries, group, count);
		if (!met && told_count == 1 && !told->entry.column)
			judge_single(&entries, told);
	}
}
