/* tokens.h: how this server counts tokens, and which prompts begin alike. Pure.
 *
 * A token is up to four bytes of a run of letters, digits, '_' and bytes ≥ 0x80, or one other byte that is no white space. White
 * space costs nothing. English prose comes out at about 3.6 bytes a token, tables and code at fewer. */
#ifndef DOCRING_TESTS_FAKE_SERVER_TOKENS_H
#define DOCRING_TESTS_FAKE_SERVER_TOKENS_H

#include "base/check.h"
#include "base/text.h"

#include <stdint.h>

enum { TOKENS_RUN_BYTES = 4, TOKENS_BLOCK = 16 };

uint32_t tokens_count(struct text text);

/* Byte offset where token number `index` (from 0) starts, at a boundary of UTF-8; text.bytes when there are fewer. */
size_t tokens_offset(struct text text, uint32_t index);

/* Hashes of the beginnings of a text, one every TOKENS_BLOCK tokens, as the prefix caches of real servers keep them: equal hashes
 * at a place mean equal texts up to there. */
struct token_chain {
	uint64_t *hashes;
	uint32_t count, capacity;
	uint32_t tokens;
};
int token_chain_build(struct token_chain *chain, struct text text) WARN_UNUSED; /* replaces what was there; -ENOMEM */
uint32_t token_chain_common(const struct token_chain *a, const struct token_chain *b); /* tokens at the start that are the same */
void token_chain_done(struct token_chain *chain);

#endif
