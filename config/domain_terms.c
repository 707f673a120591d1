/* domain_terms.c: a trie over words in one hash table: a node is found by its parent, the gap before it and its word.
 *
 * The work at one position of the text is bounded by TERM_WORDS_MAX words of TERM_WORD_BYTES_MAX bytes, so that a scan is
 * linear whatever the text. */
#include "config/domain_terms.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <xxhash.h>

struct term_node {
	struct text word; /* as it stands in the pack; not owned */
	uint32_t parent;  /* index of the node before, 0 for the root */
	char gap;         /* before the word: ' ' for blank and hyphen, else the byte itself; 0 for a first word */
	bool folded;      /* matched without case */
	unsigned tier;    /* 0: no term ends here */
};

struct term_dictionary {
	struct term_node *nodes; /* [0] is the root */
	uint32_t *slots;         /* hash table of node indices, 0: free */
	size_t node_count, node_capacity, slot_count;
};

enum { TERM_FIRST_NODES = 1024 };

/* Bytes of the code point at `offset` when it belongs to a word, else 0. Of the characters beyond ASCII, symbols and
 * punctuation (U+0080-00BF but for the micro sign, U+2000-2BFF, U+3000-303F) part words. */
static size_t word_bytes(struct text text, size_t offset, size_t limit)
{
	unsigned char lead = (unsigned char)text.data[offset];
	if (lead < 0x80)
		return ascii_is_word((char)lead) ? 1 : 0;
	unsigned char next = offset + 1 < limit ? (unsigned char)text.data[offset + 1] : 0;
	if ((lead == 0xC2 && next != 0xB5) || (lead == 0xE2 && next >= 0x80 && next < 0xB0) || (lead == 0xE3 && next == 0x80))
		return 0;
	return 1; /* a continuation byte is taken one by one; a separator's is never reached from within a word */
}

static size_t separator_bytes(struct text text, size_t offset, size_t limit)
{
	unsigned char lead = (unsigned char)text.data[offset];
	size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	return size_min(bytes, limit - offset);
}

size_t term_next_word(struct text text, size_t start, size_t limit)
{
	CHECK(limit <= text.bytes);
	while (start < limit && (word_bytes(text, start, limit) == 0 || text.data[start] == '_'))
		start += separator_bytes(text, start, limit);
	return start;
}

size_t term_word_end(struct text text, size_t start, size_t limit)
{
	size_t end = start;
	while (end < limit && word_bytes(text, end, limit) > 0)
		end++;
	while (end > start + 1 && text.data[end - 1] == '_') /* emphasis: _HARQ_ */
		end--;
	return end;
}

struct term_dictionary *term_dictionary_create(void)
{
	struct term_dictionary *dictionary = calloc(1, sizeof(*dictionary));
	if (!dictionary)
		return NULL;
	dictionary->node_capacity = TERM_FIRST_NODES;
	dictionary->slot_count = TERM_FIRST_NODES * 2;
	dictionary->nodes = calloc(dictionary->node_capacity, sizeof(*dictionary->nodes));
	dictionary->slots = calloc(dictionary->slot_count, sizeof(*dictionary->slots));
	dictionary->node_count = 1;
	if (!dictionary->nodes || !dictionary->slots) {
		term_dictionary_destroy(dictionary);
		return NULL;
	}
	return dictionary;
}

void term_dictionary_destroy(struct term_dictionary *dictionary)
{
	if (!dictionary)
		return;
	free(dictionary->nodes);
	free(dictionary->slots);
	free(dictionary);
}

static uint64_t node_hash(uint32_t parent, char gap, bool folded, struct text word)
{
	char folded_word[TERM_WORD_BYTES_MAX];
	CHECK(word.bytes <= sizeof(folded_word));
	if (folded) {
		for (size_t i = 0; i < word.bytes; i++)
			folded_word[i] = ascii_lower(word.data[i]);
		word.data = folded_word;
	}
	return XXH3_64bits_withSeed(word.data, word.bytes, ((uint64_t)parent << 9) | ((uint64_t)(unsigned char)gap << 1) | folded);
}

/* The slot of that node, or the free one where it would go. */
static uint32_t *find_slot(const struct term_dictionary *dictionary, uint32_t parent, char gap, bool folded, struct text word)
{
	size_t mask = dictionary->slot_count - 1;
	for (size_t i = node_hash(parent, gap, folded, word) & mask;; i = (i + 1) & mask) {
		uint32_t *slot = &dictionary->slots[i];
		const struct term_node *node = &dictionary->nodes[*slot];
		if (*slot == 0)
			return slot;
		if (node->parent == parent && node->gap == gap && node->folded == folded &&
		    (folded ? text_equal_nocase(node->word, word) : text_equal(node->word, word)))
			return slot;
	}
}

static int grow(struct term_dictionary *dictionary)
{
	size_t node_capacity = dictionary->node_capacity * 2, slot_count = dictionary->slot_count * 2;
	struct term_node *nodes = realloc(dictionary->nodes, node_capacity * sizeof(*nodes));
	if (!nodes)
		return -ENOMEM;
	dictionary->nodes = nodes;
	dictionary->node_capacity = node_capacity;
	uint32_t *slots = calloc(slot_count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(dictionary->slots);
	dictionary->slots = slots;
	dictionary->slot_count = slot_count;
	for (uint32_t i = 1; i < dictionary->node_count; i++) {
		const struct term_node *node = &dictionary->nodes[i];
		*find_slot(dictionary, node->parent, node->gap, node->folded, node->word) = i;
	}
	return 0;
}

static int64_t add_node(struct term_dictionary *dictionary, uint32_t parent, char gap, struct text word)
{
	bool folded = true;
	for (size_t i = 0; i < word.bytes; i++)
		folded = folded && !ascii_is_upper(word.data[i]);
	if (dictionary->node_count == dictionary->node_capacity) {
		int status = grow(dictionary);
		if (status < 0)
			return status;
	}
	uint32_t *slot = find_slot(dictionary, parent, gap, folded, word);
	if (*slot == 0) {
		*slot = (uint32_t)dictionary->node_count++;
		dictionary->nodes[*slot] = (struct term_node){ .word = word, .parent = parent, .gap = gap, .folded = folded };
	}
	return *slot;
}

/* What stands for the gap between two words, with its bytes in the text; 0 bytes when it cannot be inside a term. */
static size_t gap_bytes(struct text text, size_t offset, size_t limit, char *ret_gap)
{
	enum { INDENT_MAX = 16 };
	if (offset >= limit || (unsigned char)text.data[offset] >= 0x80)
		return 0;
	char byte = text.data[offset];
	*ret_gap = byte == '-' || ascii_is_space(byte) ? ' ' : byte;
	size_t bytes = 1;
	if (byte == '\n') /* a wrapped line of a list item is indented */
		while (bytes < INDENT_MAX && offset + bytes < limit && text.data[offset + bytes] == ' ')
			bytes++;
	return bytes;
}

int term_dictionary_add(struct term_dictionary *dictionary, struct text term, unsigned tier, struct error_text *error)
{
	uint32_t node = 0;
	char gap = 0;
	size_t start = 0;

	CHECK(tier > 0);
	for (int words = 0; start < term.bytes; words++) {
		size_t end = term_word_end(term, start, term.bytes);
		if (end == start || end - start > TERM_WORD_BYTES_MAX || words == TERM_WORDS_MAX)
			return error_set(error, -EINVAL, "\"%.*s\" is no term: at most %d words of at most %d bytes, one blank, hyphen or "
					 "sign between two", TEXT_ARGS(term), TERM_WORDS_MAX, TERM_WORD_BYTES_MAX);
		int64_t added = add_node(dictionary, node, gap, text_slice(term, start, end));
		if (added < 0)
			return error_set(error, (int)added, "out of memory");
		node = (uint32_t)added;
		size_t bytes = gap_bytes(term, end, term.bytes, &gap);
		if (end < term.bytes && (bytes == 0 || end + bytes == term.bytes))
			return error_set(error, -EINVAL, "\"%.*s\" is no term: it ends in a sign", TEXT_ARGS(term));
		start = end + bytes;
	}
	if (node == 0)
		return error_set(error, -EINVAL, "an empty text is no term");
	unsigned *place = &dictionary->nodes[node].tier;
	if (*place == 0 || tier < *place)
		*place = tier;
	return 0;
}

struct term_search {
	const struct term_dictionary *dictionary;
	struct text text;
	size_t limit;
	size_t best_end;
	unsigned best_tier;
};

static void note_end(struct term_search *search, const struct term_node *node, size_t end)
{
	if (node->tier && end > search->best_end) {
		search->best_end = end;
		search->best_tier = node->tier;
	}
}

static void search_from(struct term_search *search, uint32_t parent, char gap, size_t start)
{
	const struct term_dictionary *dictionary = search->dictionary;
	size_t end = term_word_end(search->text, start, size_min(search->limit, start + TERM_WORD_BYTES_MAX + 1));
	if (end == start || end - start > TERM_WORD_BYTES_MAX)
		return;
	struct text word = text_slice(search->text, start, end);
	struct text singular = text_slice(search->text, start, end - (word.bytes > 1 && search->text.data[end - 1] == 's'));

	for (int folded = 0; folded < 2; folded++) {
		uint32_t node = *find_slot(dictionary, parent, gap, folded, word);
		if (node) {
			note_end(search, &dictionary->nodes[node], end);
			char next_gap = 0;
			size_t bytes = gap_bytes(search->text, end, search->limit, &next_gap);
			if (bytes > 0)
				search_from(search, node, next_gap, end + bytes);
		}
		uint32_t one = singular.bytes < word.bytes ? *find_slot(dictionary, parent, gap, folded, singular) : 0;
		if (one)
			note_end(search, &dictionary->nodes[one], end - 1);
	}
}

size_t term_dictionary_match(const struct term_dictionary *dictionary, struct text text, size_t start, size_t limit, unsigned *ret_tier)
{
	CHECK(limit <= text.bytes);
	struct term_search search = { .dictionary = dictionary, .text = text, .limit = limit };
	search_from(&search, 0, 0, start);
	if (search.best_end == 0)
		return 0;
	*ret_tier = search.best_tier;
	return search.best_end;
}
