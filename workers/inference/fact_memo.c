/* fact_memo.c: see fact_memo.h. */
#include "workers/inference/fact_memo.h"

#include "base/check.h"
#include "workers/inference/fact_words.h"

#include <xxhash.h>

bool fact_is_identifier(struct text word)
{
	size_t uppers = 0;
	bool lower_first = word.bytes && ascii_is_lower(word.data[0]);
	for (size_t i = 0; i < word.bytes; i++) {
		char c = word.data[i];
		if (ascii_is_digit(c) || c == '_' || (c == '.' && i > 0 && i + 1 < word.bytes))
			return true;
		uppers += ascii_is_upper(c);
	}
	return uppers >= 2 || (uppers == 1 && lower_first);
}

static bool is_name(struct text word)
{
	if (word.bytes < 3 || !ascii_is_upper(word.data[0]))
		return false;
	for (size_t i = 1; i < word.bytes; i++)
		if (!ascii_is_lower(word.data[i]))
			return false;
	return true;
}

/* One to eight bytes, zeros behind them. */
static uint64_t load(const char *data, size_t bytes)
{
	uint64_t loaded = 0;
	if (bytes == sizeof(loaded)) {
		memcpy(&loaded, data, sizeof(loaded));
	} else if (bytes >= sizeof(uint32_t)) { /* two reads that overlap */
		uint32_t head, tail;
		memcpy(&head, data, sizeof(head));
		memcpy(&tail, data + bytes - sizeof(tail), sizeof(tail));
		loaded = head | (uint64_t)tail << (8 * (bytes - sizeof(tail)));
	} else {
		loaded = (uint64_t)(unsigned char)data[0] | (uint64_t)(unsigned char)data[bytes / 2] << (8 * (bytes / 2)) | (uint64_t)(unsigned char)data[bytes - 1] << (8 * (bytes - 1));
	}
	return loaded;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bytes of a key are counted from the lowest");

/* Fills in the key of the word; returns the place where the memo has it, if it does. */
static size_t make_key(struct text word, struct fact_word *key)
{
	enum { PIECE = sizeof(uint64_t) };
	size_t bytes = word.bytes;
	uint64_t rest = 0;
	key->bytes = (uint8_t)bytes;
	if (bytes > FACT_MEMO_KEY_BYTES) { /* both ends, and 128 bits of a hash of all */
		XXH128_hash_t hash = XXH3_128bits(word.data, bytes);
		key->key[0] = hash.low64;
		key->key[1] = hash.high64;
		key->key[2] = load(word.data, PIECE);
		key->key[3] = load(word.data + bytes - PIECE, PIECE);
		return fact_memo_place(hash.low64, hash.high64, 0, bytes);
	}
	key->key[0] = load(word.data, size_min(bytes, PIECE));
	key->key[1] = bytes > PIECE ? load(word.data + PIECE, size_min(bytes - PIECE, PIECE)) : 0;
	key->key[2] = key->key[3] = 0;
	if (bytes > 2 * PIECE) {
		key->key[2] = load(word.data + 2 * PIECE, size_min(bytes - 2 * PIECE, PIECE));
		key->key[3] = bytes > 3 * PIECE ? load(word.data + 3 * PIECE, bytes - 3 * PIECE) : 0;
		rest = (key->key[2] ^ key->key[3] * 0x94D049BB133111EBu) * 0xD6E8FEB86659FD93u;
	}
	return fact_memo_place(key->key[0], key->key[1], rest, bytes);
}

static bool is_keyed(const struct fact_word *found, const struct fact_word *key)
{
	return found->bytes == key->bytes && found->key[0] == key->key[0] && found->key[1] == key->key[1] && found->key[2] == key->key[2] && found->key[3] == key->key[3];
}

static struct fact_word *find_in(struct fact_memo *memo, size_t place, const struct fact_word *key)
{
	for (unsigned way = 0; way < FACT_MEMO_WAYS; way++)
		if (is_keyed(&memo->words[place][way], key)) {
			memo->latest[place] = (uint8_t)way;
			return &memo->words[place][way];
		}
	return NULL;
}

struct fact_word *fact_memo_find_long(struct fact_memo *memo, struct text word)
{
	struct fact_word key;
	size_t place = make_key(word, &key);
	return find_in(memo, place, &key);
}

const struct fact_word *fact_memo_known(struct fact_memo *memo, struct text word)
{
	if (!memo || !word.bytes || word.bytes > FACT_MEMO_BYTES_MAX)
		return NULL;
	const struct fact_word *found = fact_memo_find_long(memo, word);
	return found && found->placed ? found : NULL;
}

/* The same for all spellings of a word in small letters and capitals; other words may share it. */
static size_t lists_place(const struct fact_word *key)
{
	const uint64_t small = 0x2020202020202020u;
	return fact_memo_place(key->key[0] | small, key->key[1] | small, 0, key->bytes);
}

static void take_listed(void *context, struct text word, unsigned lists)
{
	struct fact_memo *memo = context;
	struct fact_word key;
	CHECK(word.bytes > 0 && word.bytes <= FACT_MEMO_BYTES_MAX);
	(void)make_key(word, &key);
	memo->lists[lists_place(&key)] |= (uint8_t)lists;
}

static uint8_t lists_of(struct fact_memo *memo, const struct fact_word *key)
{
	if (!memo->listed)
		fact_words_each(take_listed, memo);
	memo->listed = true;
	return memo->lists[lists_place(key)];
}

struct fact_word *fact_memo_word(struct fact_memo *memo, struct text word, struct fact_word *unkept)
{
	struct fact_word *found = unkept;
	memset(unkept, 0, sizeof(*unkept));
	unkept->lists = FACT_LISTS;
	if (memo && word.bytes && word.bytes <= FACT_MEMO_BYTES_MAX) {
		size_t place = make_key(word, unkept);
		found = find_in(memo, place, unkept);
		if (found)
			return found;
		memo->latest[place] ^= 1;
		found = &memo->words[place][memo->latest[place]];
		unkept->lists = lists_of(memo, unkept);
		*found = *unkept;
	}
	struct text ordinal = found->lists & FACT_LIST_ORDINALS ? fact_words_ordinal(word) : (struct text){ 0 };
	bool own_digits = ordinal.data >= word.data && ordinal.data < word.data + word.bytes; /* "3rd": read by take_number */
	found->identifier = fact_is_identifier(word);
	found->state = found->lists & FACT_LIST_STATES ? (int8_t)fact_words_state(word) : 0;
	found->number = found->lists & FACT_LIST_NUMBERS && fact_words_number(word).bytes > 0;
	found->name = !found->identifier && !found->number && is_name(word);
	found->ordinal = ordinal.bytes && !own_digits;
	return found;
}
