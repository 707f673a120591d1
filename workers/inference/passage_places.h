/* passage_places.h: what a text says, word by word, as indexing, checking and aligning of passages share it: places (words and numbers with
 * what matters of them) in sentences. Passages and answers are read the same way. For passage*.c, and for reading by semantic_score.c and what it uses. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_PLACES_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_PLACES_H

#include "workers/inference/fact_quick.h"
#include "workers/inference/fact_words.h"
#include "workers/inference/passage.h"

enum passage_kind { /* of a value: only values of one kind are confused with each other. Above KIND_UNITS: hashes of what a unit measures */
	KIND_NONE,
	KIND_PLAIN,    /* a number without a unit */
	KIND_CLAUSE,   /* 5.2.1, 23:00 */
	KIND_CONSTANT, /* capitals: MAJOR */
	KIND_ABBREVIATION, /* UE, T304 */
	KIND_NAME,     /* other identifiers, by their shape */
	KIND_OPTION = KIND_NAME + 8, /* --size */
	KIND_PROPER,   /* Capitalised inside a sentence */
	KIND_CODE,     /* a plain word in a code span */
	KIND_UNIT,     /* spelled out, and no number before it */
	KIND_GRADE,    /* and its class: major of critical, major and minor */
	KIND_STATE = KIND_GRADE + 16, /* and its number: on and off, true and false */
	KIND_UNITS = 64,
};

enum { /* of a place */
	PLACE_NUMBER = 1,
	PLACE_CODE = 2,
	PLACE_PART = 4,    /* Class or attribute of the Class.attribute before */
	PLACE_NAMED = 8,   /* an identifier or name: it says more than a word */
	PLACE_ORDINAL = 16,
	PLACE_FREQUENT = 32, /* "default", "range": says which value is meant, however frequent it is */
	PLACE_SUBJECT = 64, /* an attribute or counter that the passage introduces */
};

enum { /* of a sentence */
	SENTENCE_ROW = 1,
	SENTENCE_HEADING = 2, /* or a term above its description */
	SENTENCE_GOES_ON = 4, /* in the paragraph of the one before */
	SENTENCE_FENCE = 8,
	SENTENCE_ITEM = 16,   /* begins a list item */
	SENTENCE_TITLE = 32,  /* a heading with a mark, above terms */
	SENTENCE_SUBJECT = 128, /* names an attribute or counter that the passage introduces */
	SENTENCE_ABOUT = 64,  /* "It is …", "The default is …": still about the names before */
};

struct passage_place {
	uint32_t stem, exact;    /* of a number: both halves of its hash */
	uint32_t kind;
	uint32_t unit;           /* of a number: its unit; of a word: itself as a unit */
	uint32_t offset;         /* in the source; of what is a word of its own */
	uint16_t column;
	uint16_t clause;         /* of its sentence */
	uint16_t values;         /* of its sentence, before it */
	uint8_t flags, comparison;
	int8_t state;
	uint8_t span;            /* of code; the last bits */
	bool intro;              /* before a colon that the sentence's values stand behind */
};

_Static_assert(sizeof(struct passage_place) == 32, "two in a line of the cache");

struct passage_link { /* of a place; apart from it: whole chains are gone along for these two alone */
	uint32_t next;     /* the place before this one with the same stem, or 0 */
	uint32_t sentence;
	uint32_t next_key; /* the one before it that is a part of the key of an entry (passage_entries.c), or 0 */
};

struct passage_sentence {
	uint32_t first, end; /* places: the first one, and behind the last one */
	uint32_t heading; /* sentence above, or 0 */
	uint32_t header;  /* of a row: the row with the columns' names, or 0 */
	uint32_t lead;    /* first sentence of its paragraph or list item */
	uint32_t flags;
	uint32_t first_valued, end_valued; /* those of its first SENTENCE_PLACES_MAX places that are of a kind */
	uint64_t kinds, values; /* of its places that are of a kind, one bit of a hash each: passage_bit of the kind, and of passage_value */
	uint64_t words;         /* of the others: of their stems */
};
static inline uint64_t passage_bit(uint32_t hash) { return (uint64_t)1 << (hash & 63); }

struct passage_slot {
	uint32_t stem, head; /* head 0: empty */
	uint32_t key;        /* the last place of the stem that is a part of the key of an entry, of the last PASSAGE_KEYS_MAX of all its places; or 0 */
	uint32_t subject : 1, constant : 1; /* the passage introduces an attribute or counter of this name; it has the word in capitals */
	uint32_t count : 30;
};
enum { PASSAGE_KEYS_MAX = 48 };

/* Where the slot of a stem is, or would be. */
static inline size_t passage_slot_of(const struct passage_slot *slots, size_t capacity, uint32_t stem)
{
	size_t i = stem & (capacity - 1);
	while (slots[i].head && slots[i].stem != stem)
		i = (i + 1) & (capacity - 1);
	return i;
}
/* Of one of its places. */
static inline uint32_t passage_sentence_of(const struct passage *passage, const struct passage_place *place) { return passage->links[place - passage->places].sentence; }
/* The slot of a stem, or NULL. */
static inline const struct passage_slot *passage_find(const struct passage *passage, uint32_t stem)
{
	if (!passage->slot_capacity)
		return NULL;
	const struct passage_slot *slot = &passage->slots[passage_slot_of(passage->slots, passage->slot_capacity, stem)];
	return slot->head ? slot : NULL;
}
/* The first place of the word as written (or number) from `place` on in its chain; 0: none. */
uint32_t passage_find_exact(const struct passage *passage, uint32_t place, uint32_t exact);
static inline uint32_t passage_first(const struct passage *passage, uint32_t stem)
{
	const struct passage_slot *slot = passage_find(passage, stem);
	return slot ? slot->head : 0;
}
static inline uint32_t passage_sentence_end(const struct passage *passage, uint32_t sentence)
{
	return passage->sentences[sentence].end;
}

/* The same, as far as a sentence is looked at that may be as long as the passage. */
enum { SENTENCE_PLACES_MAX = 160 };
static inline uint32_t passage_scanned_end(const struct passage *passage, uint32_t sentence, uint32_t most)
{
	uint32_t first = passage->sentences[sentence].first, end = passage_sentence_end(passage, sentence);
	return end - first > most ? first + most : end;
}

uint64_t passage_hash(const char *data, size_t bytes, uint64_t seed);
uint32_t passage_unit(struct text unit);
/* What a unit measures. */
uint32_t passage_dimension(struct text unit);
/* The same for a token that has a unit, or is one, and its place as passage_place_of made it; of a number its kind, whose upper bits are the same. */
uint32_t passage_dimension_of(const struct fact_token *token, const struct passage_place *place);
static inline uint64_t passage_unit_bit(uint32_t hash) { return (uint64_t)1 << (hash >> 26); }
uint32_t passage_ordinal(struct text digits);
/* The word as it reads: "\_" is "_", the plural of an abbreviation is the abbreviation. `plain` has room for PLACE_WORD_BYTES. */
enum { PLACE_WORD_BYTES = 256 };
struct text passage_plain(struct text word, char *plain);
uint32_t passage_exact(struct text word);
uint32_t passage_stem_of(struct text word);
/* As of a plain word, whatever its letters. */
uint32_t passage_stem_of_word(struct text word);
struct text passage_attribute_of(struct text dotted);
struct text passage_class_of(struct text dotted);

/* Fills in what the token alone says: not sentence, clause, values, comparison. */
void passage_place_of(const struct domain *domain, const struct fact_token *token, struct passage_place *ret_place);
/* The same of a token that fact_scanner_quick took. */
void passage_place_of_quick(const struct fact_quick *token, struct passage_place *ret_place);

/* A word as the memo has it, with all that passage_place_of takes from it; or `unkept`, filled in. Another word of the memo may have made room for it. */
struct fact_word *passage_word_of(const struct domain *domain, struct fact_memo *memo, struct text text, struct fact_word *unkept);
/* Class or attribute of a Class.attribute, as a place of its own. The token's word may be lost to the memo. */
void passage_part_of(const struct passage *passage, const struct passage_place *whole, struct text part, struct passage_place *ret_place);
/* Is it one of the domain's common words, which tell nothing? */
bool passage_is_common(const struct domain *domain, const struct fact_token *token);
/* The same of a word of the memo. */
static inline bool passage_is_common_word(const struct domain *domain, struct fact_word *word, struct text text)
{
	if (!word->common_known) {
		word->common = domain_list_has(domain, DOMAIN_LIST_COMMON_WORDS, text);
		word->common_known = true;
	}
	return word->common;
}
/* fact_words_says of a token that passage_place_of was asked for. */
uint32_t passage_says(const struct fact_token *token);
/* A word that is a piece of the name before. */
static inline void passage_make_part(struct passage_place *place)
{
	place->flags |= PLACE_PART;
	place->kind = KIND_NONE;
	place->state = 0;
}
/* R22B, 22.Q4: a name with digits, what "or later" may be said of. */
bool passage_is_version(const struct fact_token *token);
/* Does the passage introduce an attribute or a counter where the identifier stands, something that values belong to? Class.attribute, pmCounter; at the head of a line or cell one that is
 * neither a unit (dBm) nor a term of the field (eNodeB), which is not asked here. */
enum passage_introduced { INTRODUCED_NOWHERE, INTRODUCED_AT_HEAD, INTRODUCED };
enum passage_introduced passage_introduces(const struct domain *domain, struct text name, bool dotted);
/* "one", "two" in words and without a unit. */
bool passage_counts_nothing(const struct fact_token *token);
/* Between two numbers that share a unit: "to", "..", "-". */
bool passage_joins_range(struct text between);
/* Does the word end a clause ("and", "while")? */
bool passage_breaks_clause(struct text word);
static inline uint32_t passage_state_bit(int state) { return 1u << (state > 0 ? state : 16 - state); }
/* What makes two values of one kind the same: stem, or the state. */
static inline uint32_t passage_value(const struct passage_place *place)
{
	return place->state ? (uint32_t)(KIND_STATE + place->state) : place->stem;
}
/* Numbers, states, constants: what is said of names. */
static inline bool passage_is_value(const struct passage_place *place)
{
	return place->kind && (place->flags & PLACE_NUMBER || place->kind > KIND_GRADE || place->kind == KIND_CONSTANT || place->kind == KIND_CLAUSE);
}
/* When all places are entered: which of them name the subject, what each sentence holds, which places are parts of keys, and whether the passage is German. */
void passage_sum_up(struct passage *passage);
/* Enters the places that are parts of keys with the slots of their stems. */
void passage_mark_keys(struct passage *passage);
/* Leaves of those the ones that are among the last PASSAGE_KEYS_MAX places of the stem. */
void passage_cut_keys(struct passage *passage, struct passage_slot *slot);

#endif
