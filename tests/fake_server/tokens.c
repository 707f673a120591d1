#include "tests/fake_server/tokens.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

static inline bool in_run(char c) { return ascii_is_word(c) || (unsigned char)c >= 0x80; }

/* The end of the token that starts at the first byte from `offset` that is no white space; *ret_start is that byte. */
static size_t next_token(struct text text, size_t offset, size_t *ret_start)
{
	size_t limit;

	while (offset < text.bytes && ascii_is_space(text.data[offset]))
		offset++;
	*ret_start = offset;
	if (offset == text.bytes)
		return offset;
	if (!in_run(text.data[offset]))
		return offset + 1;
	limit = size_min(text.bytes, offset + TOKENS_RUN_BYTES);
	while (offset < limit && in_run(text.data[offset]))
		offset++;
	return offset;
}

uint32_t tokens_count(struct text text)
{
	uint32_t count = 0;
	size_t start;

	for (size_t offset = next_token(text, 0, &start); start < text.bytes; offset = next_token(text, offset, &start))
		count++;
	return count;
}

size_t tokens_offset(struct text text, uint32_t index)
{
	size_t start, offset = 0;

	for (uint32_t i = 0;; i++) {
		offset = next_token(text, offset, &start);
		if (start == text.bytes || i == index)
			return utf8_floor(text, start);
	}
}

int token_chain_build(struct token_chain *chain, struct text text)
{
	uint32_t tokens = 0;
	size_t start, block_start = 0;
	uint64_t hash = 0;

	chain->count = 0;
	for (size_t offset = next_token(text, 0, &start); start < text.bytes; offset = next_token(text, offset, &start)) {
		if (++tokens % TOKENS_BLOCK != 0)
			continue;
		hash = XXH3_64bits_withSeed(text.data + block_start, offset - block_start, hash);
		block_start = offset;
		if (chain->count == chain->capacity) {
			uint32_t capacity = chain->capacity ? chain->capacity * 2 : 64;
			uint64_t *grown = realloc(chain->hashes, capacity * sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			chain->hashes = grown;
			chain->capacity = capacity;
		}
		chain->hashes[chain->count++] = hash;
	}
	chain->tokens = tokens;
	return 0;
}

uint32_t token_chain_common(const struct token_chain *a, const struct token_chain *b)
{
	uint32_t low = 0, high = a->count < b->count ? a->count : b->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (a->hashes[middle] == b->hashes[middle])
			low = middle + 1;
		else
			high = middle;
	}
	return low * TOKENS_BLOCK;
}

void token_chain_done(struct token_chain *chain)
{
	free(chain->hashes);
	*chain = (struct token_chain){ .count = 0 };
}
