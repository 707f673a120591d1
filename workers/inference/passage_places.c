/* passage_places.c: see passage_places.h. */
#include "workers/inference/passage_places.h"

#include "proto/document.h"

#include <stdlib.h>

enum { STEM_BYTES = 6, ENDING_BYTES = 4, SEED_STEM = 1, SEED_EXACT, SEED_NUMBER, SEED_UNIT, SEED_ORDINAL, SEED_KIND };

/* Most words are shorter than 16 bytes: two reads and two multiplications. */
uint64_t passage_hash(const char *data, size_t bytes, uint64_t seed)
{
	uint64_t hash = (seed + bytes) * 0x9E3779B97F4A7C15u;
	while (bytes >= sizeof(uint64_t)) {
		uint64_t chunk;
		memcpy(&chunk, data, sizeof(chunk));
		hash = (hash ^ chunk) * 0xBF58476D1CE4E5B9u;
		hash ^= hash >> 32;
		data += sizeof(chunk);
		bytes -= sizeof(chunk);
	}
	uint64_t rest = 0;
	for (size_t i = 0; i < bytes; i++)
		rest |= (uint64_t)(unsigned char)data[i] << (8 * i);
	hash = (hash ^ rest) * 0x94D049BB133111EBu;
	hash ^= hash >> 31;
	hash *= 0xBF58476D1CE4E5B9u;
	return hash ^ (hash >> 29);
}

struct text passage_plain(struct text word, char *plain)
{
	size_t bytes = 0;
	if (word.bytes > 2 && word.data[word.bytes - 1] == 's' && ascii_is_upper(word.data[word.bytes - 2])) /* UEs, UE */
		word.bytes--;
	if (word.bytes > PLACE_WORD_BYTES || !memchr(word.data, '\\', word.bytes))
		return word;
	for (size_t i = 0; i < word.bytes; i++)
		if (word.data[i] != '\\')
			plain[bytes++] = word.data[i];
	return (struct text){ plain, bytes };
}

uint32_t passage_exact(struct text word)
{
	char plain[PLACE_WORD_BYTES];
	word = passage_plain(word, plain);
	return (uint32_t)passage_hash(word.data, word.bytes, SEED_EXACT);
}

uint32_t passage_unit(struct text unit)
{
	unit = fact_words_unit(unit);
	return (uint32_t)passage_hash(unit.data, unit.bytes, SEED_UNIT);
}

uint32_t passage_dimension_of(const struct fact_token *token, const struct passage_place *place)
{
	if (token->number_bytes)
		return place->kind;
	return token->word && token->word->dimension && token->wide.bytes == token->text.bytes ? token->word->dimension : passage_dimension(token->wide);
}

uint32_t passage_dimension(struct text unit)
{
	unit = fact_words_dimension(unit);
	return (uint32_t)passage_hash(unit.data, unit.bytes, SEED_KIND);
}

uint32_t passage_ordinal(struct text digits) { return (uint32_t)passage_hash(digits.data, digits.bytes, SEED_ORDINAL); }

/* cells, cell; raises, raised, raising, raise; stepped, step; carries, carry. What is left has four letters at least, or three of a plural. */
static size_t without_ending(char *stem, size_t bytes)
{
	if (bytes > 3 && stem[bytes - 1] == 's' && stem[bytes - 2] != 's')
		bytes--;
	size_t whole = bytes;
	if (bytes > 5 && memcmp(stem + bytes - 2, "ed", 2) == 0)
		bytes -= 2;
	else if (bytes > 6 && memcmp(stem + bytes - 3, "ing", 3) == 0)
		bytes -= 3;
	if (bytes < whole && stem[bytes - 1] == stem[bytes - 2] && !memchr("lsz", stem[bytes - 1], 3))
		bytes--;
	if (bytes > 4 && stem[bytes - 1] == 'e')
		bytes--;
	if (bytes > 3 && stem[bytes - 1] == 'y')
		stem[bytes - 1] = 'i';
	return bytes;
}

/* MAJOR: a word in capitals is that word. */
static bool is_loud_word(struct text word)
{
	for (size_t i = 0; i < word.bytes; i++)
		if (!ascii_is_upper(word.data[i]) && (unsigned char)word.data[i] < 0x80)
			return false;
	return word.bytes >= 4;
}

static uint64_t stem_hash(struct text word, bool identifier)
{
	char plain[PLACE_WORD_BYTES], stem[PLACE_WORD_BYTES];
	word = passage_plain(word, plain);
	identifier = identifier && !is_loud_word(word);
	size_t bytes = size_min(word.bytes, identifier || word.bytes <= STEM_BYTES + ENDING_BYTES ? PLACE_WORD_BYTES : STEM_BYTES);
	for (size_t i = 0; i < bytes; i++)
		stem[i] = ascii_lower(word.data[i]);
	if (!identifier && bytes == word.bytes)
		bytes = size_min(without_ending(stem, bytes), STEM_BYTES);
	return passage_hash(stem, bytes, SEED_STEM);
}

uint64_t passage_stem(struct text word) { return stem_hash(word, fact_is_identifier(word)); }
uint32_t passage_stem_of(struct text word) { return (uint32_t)passage_stem(word); }
uint32_t passage_stem_of_word(struct text word) { return (uint32_t)stem_hash(word, false); }

struct text passage_attribute_of(struct text dotted)
{
	for (size_t i = dotted.bytes; i > 0; i--)
		if (dotted.data[i - 1] == '.')
			return text_slice(dotted, i, dotted.bytes);
	return dotted;
}

struct text passage_class_of(struct text dotted)
{
	struct text attribute = passage_attribute_of(dotted);
	size_t bytes = dotted.bytes - attribute.bytes;
	return text_slice(dotted, 0, bytes ? bytes - 1 : 0);
}

bool passage_breaks_clause(struct text word)
{
	static const struct text words[] = { TEXT_LITERAL("and"), TEXT_LITERAL("or"), TEXT_LITERAL("but"), TEXT_LITERAL("while"), TEXT_LITERAL("whereas"), TEXT_LITERAL("then"),
					     TEXT_LITERAL("und") };
	if (word.bytes < 2 || word.bytes > 7 || !memchr("aobwtu", word.data[0], 6))
		return false;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal(word, words[i]))
			return true;
	return false;
}

bool passage_joins_range(struct text between)
{
	static const struct text words[] = { TEXT_LITERAL("to"), TEXT_LITERAL("-"), TEXT_LITERAL(","), TEXT_LITERAL("\xE2\x80\xA6"), TEXT_LITERAL("\xE2\x80\x93"), TEXT_LITERAL(".."), TEXT_LITERAL("..."), TEXT_LITERAL("and"), TEXT_LITERAL("or"),
					     TEXT_LITERAL("bis"), TEXT_LITERAL("through"), TEXT_LITERAL("\xC3\x97") };
	if (between.bytes > 9)
		return false;
	between = text_trim(between);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal(between, words[i]))
			return true;
	return false;
}

static bool is_clause_number(struct text word)
{
	for (size_t i = 0; i < word.bytes; i++)
		if (!ascii_is_digit(word.data[i]) && word.data[i] != '.' && word.data[i] != ':')
			return false;
	return word.bytes > 0;
}

/* T304, MAJOR, A5: capitals and digits. */
static bool is_constant(struct text word)
{
	for (size_t i = 0; i < word.bytes; i++)
		if (!ascii_is_upper(word.data[i]) && !ascii_is_digit(word.data[i]) && word.data[i] != '_' && word.data[i] != '\\' && (unsigned char)word.data[i] < 0x80)
			return false;
	return word.bytes >= 2;
}

/* "64QAM", "4x": digits and then letters: what is read like a number and its unit. The letters, or nothing. */
static struct text glued_letters(struct text word)
{
	size_t digits = 0, end;
	while (digits < word.bytes && ascii_is_digit(word.data[digits]))
		digits++;
	for (end = digits; end < word.bytes && ascii_is_alpha(word.data[end]); end++)
		;
	return digits && end == word.bytes ? text_slice(word, digits, end) : text_slice(word, 0, 0);
}

/* Names are confused with names of their shape: a_b, A.b, pmA, aB, Ab. */
static uint32_t shape_of(struct text word)
{
	if (memchr(word.data, '_', word.bytes))
		return 1;
	if (memchr(word.data, '.', word.bytes))
		return 2;
	if (domain_is_counter(word))
		return 3;
	return ascii_is_lower(word.data[0]) ? 4 : 0;
}

/* R22B, 22.Q4. */
static bool is_version(struct text identifier)
{
	if (!ascii_is_upper(identifier.data[identifier.bytes - 1]))
		return ascii_is_digit(identifier.data[identifier.bytes - 1]);
	for (size_t i = 0; i < identifier.bytes; i++)
		if (ascii_is_digit(identifier.data[i]))
			return true;
	return false;
}

bool passage_is_version(const struct fact_token *token) { return token->kind == FACT_IDENTIFIER && is_version(token->text); }

enum passage_introduced passage_introduces(const struct domain *domain, struct text name, bool dotted)
{
	char first = name.data[0], attribute = passage_attribute_of(name).data[0];
	bool whole = !dotted && ascii_is_alpha(first); /* what begins with a digit may have a point too */
	if (!whole && !ascii_is_alpha(attribute))
		return INTRODUCED_NOWHERE;
	if ((!whole || first == 'p') && domain_is_counter(name))
		return INTRODUCED;
	if (dotted) /* not a file's name */
		return ascii_is_upper(first) && ascii_is_lower(attribute) ? INTRODUCED : INTRODUCED_NOWHERE;
	bool unit = name.bytes <= FACT_LISTED_BYTES_MAX && domain_list_has(domain, DOMAIN_LIST_UNITS, name);
	return ascii_is_lower(first) && !unit ? INTRODUCED_AT_HEAD : INTRODUCED_NOWHERE;
}

bool passage_counts_nothing(const struct fact_token *token)
{
	return token->kind == FACT_WORD && token->number_bytes == 1 && token->number[0] <= '2' && !token->unit.bytes;
}

static uint32_t number_kind(const struct fact_token *token)
{
	if (passage_counts_nothing(token))
		return KIND_NONE;
	struct text dimension = token->unit.bytes ? fact_words_dimension(token->unit) : token->unit;
	return dimension.bytes ? (uint32_t)passage_hash(dimension.data, dimension.bytes, SEED_KIND) | KIND_UNITS : KIND_PLAIN;
}

/* Of an identifier, by its shape; "21st" is none. */
static uint32_t identifier_kind(struct text word)
{
	if (is_clause_number(word))
		return KIND_CLAUSE;
	struct text letters = ascii_is_digit(word.data[0]) ? glued_letters(word) : (struct text){ 0 };
	if (letters.bytes && !fact_words_ordinal(word).bytes)
		return (uint32_t)passage_hash(letters.data, letters.bytes, SEED_KIND) | KIND_UNITS;
	bool loud = is_loud_word(word) || (word.bytes >= 4 && memchr(word.data, '_', word.bytes) && is_constant(word)); /* MAJOR, ROUND_ROBIN */
	if (loud)
		return KIND_CONSTANT;
	return is_constant(word) ? KIND_ABBREVIATION : KIND_NAME + shape_of(word);
}

static uint32_t kind_of(const struct fact_token *token, const struct fact_word *word)
{
	if (token->state)
		return KIND_STATE + (uint32_t)abs(token->state);
	if (token->option)
		return KIND_OPTION;
	if (token->kind == FACT_NAME)
		return KIND_PROPER;
	if (token->kind != FACT_IDENTIFIER && !word->kind)
		return token->in_code ? KIND_CODE : KIND_NONE;
	return word->kind;
}

/* slot_budget_us: the unit of its values. */
static uint32_t unit_in_name(const struct domain *domain, struct text name)
{
	static const struct { struct text word, unit; } spellings[] = { { TEXT_LITERAL("db"), TEXT_LITERAL("dB") }, { TEXT_LITERAL("dbm"), TEXT_LITERAL("dBm") },
		{ TEXT_LITERAL("kb"), TEXT_LITERAL("kB") }, { TEXT_LITERAL("mb"), TEXT_LITERAL("MB") }, { TEXT_LITERAL("gb"), TEXT_LITERAL("GB") }, { TEXT_LITERAL("hz"), TEXT_LITERAL("Hz") },
		{ TEXT_LITERAL("khz"), TEXT_LITERAL("kHz") }, { TEXT_LITERAL("mhz"), TEXT_LITERAL("MHz") }, { TEXT_LITERAL("pct"), TEXT_LITERAL("%") } };
	size_t at = name.bytes;
	while (at > 0 && name.data[at - 1] != '_')
		at--;
	struct text last = text_slice(name, at, name.bytes);
	if (!at || !last.bytes)
		return 0;
	for (size_t i = 0; i < COUNT_OF(spellings); i++)
		if (text_equal(last, spellings[i].word))
			return passage_unit(spellings[i].unit);
	return domain_list_has(domain, DOMAIN_LIST_UNITS, last) ? passage_unit(last) : 0;
}

/* "default", "range", "unit": the keys of an item. */
static bool is_label(struct text word)
{
	static const enum document_key keys[] = { DOCUMENT_KEY_DEFAULT, DOCUMENT_KEY_RANGE, DOCUMENT_KEY_UNIT };
	if (word.bytes < 4 || word.bytes > 8)
		return false;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (ascii_lower(word.data[0]) == document_key_name(keys[i])[0] && text_starts_with_nocase(word, text_from(document_key_name(keys[i]))))
			return true;
	return false;
}

/* What the text of the word alone says. */
static void place_word(const struct domain *domain, struct text text, struct fact_word *word)
{
	word->stem = (uint32_t)stem_hash(text, word->identifier);
	word->exact = passage_exact(text);
	word->listed = text.bytes <= FACT_LISTED_BYTES_MAX && domain_list_has(domain, DOMAIN_LIST_UNITS, text);
	word->spelled = word->lists & FACT_LIST_UNITS && fact_words_spells_unit(text);
	word->label = is_label(text);
	word->breaks = passage_breaks_clause(text);
	word->goes_on = word->lists & FACT_LIST_OPENINGS && fact_words_goes_on(text);
	word->says = word->lists & FACT_LIST_SAYINGS ? fact_words_says(text) : 0;
	unsigned grade = word->lists & FACT_LIST_GRADES && !word->identifier ? fact_words_grade(text) : 0;
	word->kind = word->identifier ? identifier_kind(text) : grade ? KIND_GRADE + grade : KIND_NONE;
	bool unit = word->listed || word->spelled;
	word->unit = unit ? passage_unit(text) : word->kind == KIND_NAME + 1 ? unit_in_name(domain, text) : 0;
	word->dimension = word->unit ? passage_dimension(text) : 0;
	word->plain = !word->kind && !word->listed && !word->spelled && !word->label;
	bool on = text_equal(text, TEXT_LITERAL("s")) || text_equal(text, TEXT_LITERAL("on")), easy = word->identifier || !(word->number || word->ordinal || on);
	word->kinds[0] = !easy ? FACT_NUMBER : word->identifier ? FACT_IDENTIFIER : FACT_WORD;
	word->kinds[1] = easy && word->name ? FACT_NAME : word->kinds[0];
	word->quick = easy && !word->kind && !word->spelled && !word->identifier && !word->state;
	word->dotted = word->identifier && memchr(text.data, '.', text.bytes);
	word->version = word->identifier && is_version(text);
	word->introduced = word->identifier ? (uint8_t)passage_introduces(domain, text, word->dotted) : INTRODUCED_NOWHERE;
	word->parted = word->kind >= KIND_NAME && word->kind < KIND_OPTION;
	word->says_name = ascii_lower(text.data[0]) == 'n' && text_equal_nocase(text, text_from(document_key_name(DOCUMENT_KEY_NAME)));
	word->placed = true;
}

struct fact_word *passage_word_of(const struct domain *domain, struct fact_memo *memo, struct text text, struct fact_word *unkept)
{
	struct fact_word *word = fact_memo_word(memo, text, unkept);
	if (!word->placed)
		place_word(domain, text, word);
	return word;
}

void passage_part_of(const struct passage *passage, const struct passage_place *whole, struct text part, struct passage_place *ret_place)
{
	struct fact_word unkept;
	const struct fact_word *word = passage_word_of(passage->domain, passage->memo, part, &unkept);
	*ret_place = *whole;
	ret_place->stem = word->stem;
	ret_place->exact = word->exact;
	ret_place->kind = KIND_NAME + shape_of(part);
	ret_place->flags |= PLACE_PART;
}

bool passage_is_common(const struct domain *domain, const struct fact_token *token)
{
	if (!token->word)
		return domain_list_has(domain, DOMAIN_LIST_COMMON_WORDS, token->text);
	return passage_is_common_word(domain, token->word, token->text);
}

uint32_t passage_says(const struct fact_token *token)
{
	return token->word && token->word->placed ? token->word->says : fact_words_says(token->text);
}

static void place_of_number(const struct fact_token *token, struct passage_place *place)
{
	const struct fact_word *unit = token->unit.bytes ? token->unit_word : NULL; /* it is one then */
	uint64_t hash = passage_hash(token->number, token->number_bytes, SEED_NUMBER);
	place->kind = unit ? unit->dimension | KIND_UNITS : number_kind(token);
	place->stem = (uint32_t)hash;
	place->exact = (uint32_t)(hash >> 32);
	place->unit = unit ? unit->unit : token->unit.bytes ? passage_unit(token->unit) : 0;
	place->flags |= PLACE_NUMBER | PLACE_NAMED;
}

static void place_of_word(const struct domain *domain, const struct fact_token *token, const struct fact_word *word, struct passage_place *place)
{
	place->stem = word->stem;
	place->exact = word->exact;
	place->unit = word->listed ? word->unit : 0;
	if (token->option)
		place->exact = passage_exact(token->dashed);
	if (token->option && (token->dashed.data[1] != '-' || token->dashed.bytes > token->text.bytes + 2))
		place->stem = place->exact; /* "-a" has nothing to do with "a", "--no-sync" little with "--no-index" */
	if (token->wide.bytes != token->text.bytes && token->wide.bytes <= FACT_LISTED_BYTES_MAX && domain_list_has(domain, DOMAIN_LIST_UNITS, token->wide))
		place->unit = passage_unit(token->wide);
	place->kind = kind_of(token, word);
	if (token->kind == FACT_WORD && !place->state && !token->ordinal.bytes && word->spelled && !token->option) {
		place->unit = place->stem = word->unit; /* ms is milliseconds */
		place->kind = KIND_UNIT;
	} else if (place->unit && place->kind >= KIND_NAME && place->kind < KIND_OPTION) {
		place->kind = KIND_NONE; /* dBm */
	} else if (place->kind == KIND_NAME + 1) {
		place->unit = word->unit;
	}
	place->flags |= (token->kind == FACT_IDENTIFIER || token->kind == FACT_NAME || token->in_code ? PLACE_NAMED : 0) | (word->label ? PLACE_FREQUENT : 0);
}

void passage_place_of(const struct domain *domain, const struct fact_token *token, struct passage_place *ret_place)
{
	const struct fact_word *known = token->word;
	if (known && known->placed && known->plain && token->kind == FACT_WORD && !token->in_code && !token->state && !token->option && !token->number_bytes &&
	    token->wide.bytes == token->text.bytes) { /* most words */
		*ret_place = (struct passage_place){ .stem = known->stem, .exact = known->exact, .column = (uint16_t)size_min(token->column, UINT16_MAX), .span = (uint8_t)token->span };
		return;
	}
	*ret_place = (struct passage_place){ .column = (uint16_t)size_min(token->column, UINT16_MAX), .state = (int8_t)token->state, .span = (uint8_t)token->span,
					     .flags = token->in_code ? PLACE_CODE : 0 };
	if (token->number_bytes) {
		place_of_number(token, ret_place);
	} else if (known) {
		if (!known->placed)
			place_word(domain, token->text, token->word);
		place_of_word(domain, token, known, ret_place);
	} else {
		struct fact_word unkept = { .identifier = token->kind == FACT_IDENTIFIER, .lists = FACT_LISTS };
		place_word(domain, token->text, &unkept);
		place_of_word(domain, token, &unkept, ret_place);
	}
}

/* Of a word or name. */
static uint32_t kind_of_quick(const struct fact_quick *token)
{
	const struct fact_word *word = token->word;
	if (word->state)
		return KIND_STATE + (uint32_t)abs(word->state);
	if (token->kind == FACT_NAME)
		return KIND_PROPER;
	if (token->kind == FACT_WORD && word->spelled)
		return KIND_UNIT;
	if (word->listed && word->parted)
		return KIND_NONE; /* dBm */
	return word->kind ? word->kind : token->in_code ? KIND_CODE : KIND_NONE;
}

void passage_place_of_quick(const struct fact_quick *token, struct passage_place *ret_place)
{
	const struct fact_word *word = token->word;
	*ret_place = (struct passage_place){ .column = (uint16_t)size_min(token->column, UINT16_MAX), .span = (uint8_t)token->span, .flags = token->in_code ? PLACE_CODE | PLACE_NAMED : 0 };
	if (token->kind == FACT_NUMBER) {
		uint64_t hash = passage_hash(token->text.data, token->text.bytes, SEED_NUMBER);
		ret_place->stem = (uint32_t)hash;
		ret_place->exact = (uint32_t)(hash >> 32);
		ret_place->kind = word ? word->dimension | KIND_UNITS : KIND_PLAIN; /* of its unit */
		ret_place->unit = word ? word->unit : 0;
		ret_place->flags |= PLACE_NUMBER | PLACE_NAMED;
		return;
	}
	uint32_t kind = ret_place->kind = kind_of_quick(token);
	ret_place->stem = kind == KIND_UNIT ? word->unit : word->stem; /* ms is milliseconds */
	ret_place->exact = word->exact;
	ret_place->unit = word->listed || kind == KIND_UNIT || kind == KIND_NAME + 1 ? word->unit : 0;
	ret_place->state = word->state;
	ret_place->flags |= (uint8_t)((token->kind != FACT_WORD ? PLACE_NAMED : 0) | (word->label ? PLACE_FREQUENT : 0));
}

/* --- what is known once all places are entered ----------------------------------------------------------------- */

/* German writes every noun with a capital: they are no names. */
static bool has_german(const struct passage *passage)
{
	static const struct text words[] = { TEXT_LITERAL("und"), TEXT_LITERAL("der"), TEXT_LITERAL("die"), TEXT_LITERAL("wird"), TEXT_LITERAL("ist"), TEXT_LITERAL("bei"), TEXT_LITERAL("nicht") };
	size_t met = 0;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		met += passage_has_stem(passage, words[i]);
	return met >= 3;
}

/* A name may be introduced behind other places that it stands at. */
static void mark_subjects(struct passage *passage, const struct passage_slot *slot)
{
	for (uint32_t p = slot->head; p; p = passage->links[p].next) {
		struct passage_place *place = &passage->places[p];
		if (place->flags & (PLACE_NUMBER | PLACE_ORDINAL) || place->column > 1)
			continue;
		place->flags |= PLACE_SUBJECT;
		passage->sentences[passage->links[p].sentence].flags |= SENTENCE_SUBJECT;
	}
}

static void sum_up_stems(struct passage *passage)
{
	for (size_t i = 0; i < passage->slot_capacity; i++) {
		struct passage_slot *slot = &passage->slots[i];
		if (slot->subject)
			mark_subjects(passage, slot);
		if (slot->count > PASSAGE_KEYS_MAX && slot->key)
			passage_cut_keys(passage, slot);
	}
}

static void sum_up_sentences(struct passage *passage)
{
	uint32_t valued = 0;
	for (uint32_t s = 1; s < passage->sentence_count; s++) {
		struct passage_sentence *sentence = &passage->sentences[s];
		sentence->end = s + 1 < passage->sentence_count ? sentence[1].first : passage->place_count;
		sentence->first_valued = valued;
		uint32_t end = passage_scanned_end(passage, s, SENTENCE_PLACES_MAX);
		uint64_t kinds = 0, values = 0, words = 0;
		for (uint32_t p = sentence->first; p < end; p++) {
			const struct passage_place *place = &passage->places[p];
			if (!place->kind) {
				words |= passage_bit(place->stem);
				continue;
			}
			passage->valued.places[valued] = p;
			passage->valued.kinds[valued] = place->kind;
			passage->valued.values[valued++] = passage_value(place);
			kinds |= passage_bit(place->kind);
			values |= passage_bit(passage_value(place));
		}
		sentence->end_valued = valued;
		sentence->kinds = kinds;
		sentence->values = values;
		sentence->words = words;
	}
}

void passage_sum_up(struct passage *passage)
{
	sum_up_sentences(passage);
	passage_mark_keys(passage);
	sum_up_stems(passage);
	passage->german = has_german(passage);
}
