/* fact_memo.h: what words mean wherever they stand, kept for the words met last: most words of a text have been met before. Of fixed size; a function's results and nothing else, so
 * that what it has forgotten is worked out again. */
#ifndef DOCRING_WORKERS_INFERENCE_FACT_MEMO_H
#define DOCRING_WORKERS_INFERENCE_FACT_MEMO_H

#include "base/text.h"

#include <stdint.h>

/* What a word means wherever it stands, worked out once for all its occurrences. */
enum { FACT_MEMO_BYTES_MAX = 255, FACT_MEMO_KEY_BYTES = 32, FACT_LISTED_BYTES_MAX = 16 };
struct fact_word {
	uint64_t key[FACT_MEMO_KEY_BYTES / 8]; /* the word itself, zeros behind it; of a longer one a hash and its ends */
	uint32_t stem, exact, dimension, kind; /* from here on, but for state, identifier, name, number and ordinal: filled in and used by passage_places.c when `placed` */
	uint32_t unit;           /* when it is `listed` or `spelled`, or of a name that ends with one: slot_budget_us; else 0 */
	uint32_t says : 21;      /* fact_words_says */
	uint32_t listed : 1;     /* among the units of the domain, and up to FACT_LISTED_BYTES_MAX long */
	uint32_t spelled : 1;    /* a unit spelled out */
	uint32_t label : 1;
	uint32_t breaks : 1;     /* ends a clause */
	uint32_t plain : 1;      /* neither unit nor label, of no kind */
	uint32_t quick : 1;      /* of no kind, and wherever it stands nothing but a word, or a name where no sentence begins (fact_quick.h) */
	uint32_t goes_on : 1;    /* fact_words_goes_on */
	uint32_t common_known : 1, common : 1; /* passage_is_common */
	uint32_t term_known : 1, term : 1;     /* used by passage.c */
	uint8_t bytes;           /* 0: unused */
	uint8_t lists;           /* FACT_LIST_*: which it may be in; in the others it is not */
	int8_t state;
	bool identifier : 1, name : 1, number : 1, ordinal : 1, placed : 1;
	bool dotted : 1;     /* has a point */
	bool version : 1;    /* R22B, 5.2.1: "or later" may be said of it */
	bool parted : 1;     /* has words of its own, which are places too */
	bool says_name : 1;  /* "name", in any case */
	uint8_t introduced;  /* enum passage_introduced */
	uint8_t kinds[2];    /* as which kind of token it is read quickly, where a sentence begins, and elsewhere: a fact_token_kind; FACT_NUMBER: it is not */
};
_Static_assert(sizeof(struct fact_word) == 64, "one line of the cache");

/* Words met, two at each place: a new one takes the room of the one that was not used last, so that two frequent words do not drive each other out. Zero at the beginning, for
 * one domain. One thread. */
enum { FACT_MEMO_PLACES = 2048, FACT_MEMO_WAYS = 2 };
struct fact_memo {
	struct fact_word words[FACT_MEMO_PLACES][FACT_MEMO_WAYS];
	uint8_t latest[FACT_MEMO_PLACES]; /* which of the two */
	uint8_t lists[FACT_MEMO_PLACES];  /* of the words of fact_words_each whose place would be this, in small letters: a new word is looked for in few of the lists */
	bool listed; /* lists is filled in */
};
/* The word as the memo has it, taken in when it is new, in place of another one, whose pointer is of no use then; or `unkept`, when there is no memo or the word is too long. */
struct fact_word *fact_memo_word(struct fact_memo *memo, struct text word, struct fact_word *unkept);
/* The same without taking it in: NULL when the memo has it not, or does not know yet what it means (`placed`). */
const struct fact_word *fact_memo_known(struct fact_memo *memo, struct text word);
/* The same whatever is known of it; of up to FACT_MEMO_BYTES_MAX bytes. */
struct fact_word *fact_memo_find_long(struct fact_memo *memo, struct text word);
/* The first and second eight bytes of a word of so many. */
#define LOW(bytes) (UINT64_MAX >> (64 - 8 * (bytes)))
static const uint64_t fact_memo_masks[][2] = {
	{ 0, 0 }, { LOW(1), 0 }, { LOW(2), 0 }, { LOW(3), 0 }, { LOW(4), 0 }, { LOW(5), 0 }, { LOW(6), 0 }, { LOW(7), 0 }, { LOW(8), 0 }, { LOW(8), LOW(1) }, { LOW(8), LOW(2) },
	{ LOW(8), LOW(3) }, { LOW(8), LOW(4) }, { LOW(8), LOW(5) }, { LOW(8), LOW(6) }, { LOW(8), LOW(7) }, { LOW(8), LOW(8) },
};
#undef LOW
/* Its place, by the first and second eight bytes of its key and a hash of the rest, 0 for none. */
static inline size_t fact_memo_place(uint64_t first, uint64_t second, uint64_t rest, size_t bytes)
{
	uint64_t hash = (first ^ (second + bytes + rest) * 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
	return hash >> 53;
}
_Static_assert(FACT_MEMO_PLACES == 1 << 11, "fact_memo_place takes the upper eleven bits");
/* The word of ASCII that begins at `data`, where FACT_MEMO_KEY_BYTES can be read, up to so many bytes long, when the memo has it; or NULL. */
static inline struct fact_word *fact_memo_find(struct fact_memo *memo, const char *data, size_t bytes)
{
	enum { PIECE = sizeof(uint64_t) };
	uint64_t first, second;
	if (bytes >= 2 * PIECE)
		return fact_memo_find_long(memo, (struct text){ data, bytes });
	memcpy(&first, data, PIECE);
	memcpy(&second, data + PIECE, PIECE);
	first &= fact_memo_masks[bytes][0];
	second &= fact_memo_masks[bytes][1];
	size_t place = fact_memo_place(first, second, 0, bytes);
	for (unsigned way = 0; way < FACT_MEMO_WAYS; way++) {
		struct fact_word *word = &memo->words[place][way];
		if (!((word->key[0] ^ first) | (word->key[1] ^ second))) { /* zeros stand behind both: they are of one length */
			memo->latest[place] = (uint8_t)way;
			return word;
		}
	}
	return NULL;
}

/* Is this the shape of an identifier (see FACT_IDENTIFIER of fact_tokens.h)? For one word without blanks. */
bool fact_is_identifier(struct text word);

#endif
