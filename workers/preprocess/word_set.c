#include "workers/preprocess/word_set.h"

#include <xxhash.h>

enum { WORD_BYTES_MAX = 64 };

static uint64_t word_hash(struct text word)
{
	char folded[WORD_BYTES_MAX];

	for (size_t i = 0; i < word.bytes; i++)
		folded[i] = ascii_lower(word.data[i]);
	return XXH3_64bits(folded, word.bytes);
}

static bool is_word_byte(struct text text, size_t i)
{
	char c = text.data[i];
	if (c == '-')
		return i > 0 && i + 1 < text.bytes && ascii_is_alpha(text.data[i - 1]) && ascii_is_alpha(text.data[i + 1]);
	return ascii_is_alpha(c) || (unsigned char)c >= 0x80;
}

static void add_word(struct word_set *words, struct text word)
{
	if (word.bytes < 2 || word.bytes > WORD_BYTES_MAX)
		return;
	uint64_t hash = word_hash(word);
	for (int k = 0; k < 2; k++, hash >>= 32)
		words->bits[hash % WORD_SET_BITS / 64] |= (uint64_t)1 << (hash % 64);
}

void word_set_add(struct word_set *words, struct text text)
{
	for (size_t i = 0; i < text.bytes;) {
		size_t start = i;
		while (i < text.bytes && is_word_byte(text, i)) {
			i++;
			if (text.data[i - 1] == '-')
				add_word(words, text_slice(text, start, i)); /* "non-", as in "non-default" */
		}
		add_word(words, text_slice(text, start, i));
		i += i == start;
	}
}

bool word_set_has(const struct word_set *words, struct text word)
{
	if (word.bytes < 2 || word.bytes > WORD_BYTES_MAX)
		return false;
	uint64_t hash = word_hash(word);
	for (int k = 0; k < 2; k++, hash >>= 32)
		if (!(words->bits[hash % WORD_SET_BITS / 64] & (uint64_t)1 << (hash % 64)))
			return false;
	return true;
}
