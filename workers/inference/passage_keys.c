/* passage_keys.c: see passage_keys.h. */
#include "workers/inference/passage_keys.h"

#include "proto/document.h"
#include "workers/inference/fact_words.h"

#include <errno.h>
#include <stdlib.h>
#define XXH_INLINE_ALL /* most words are short: the call would cost more than the hash */
#include <xxhash.h>

enum { STEM_BYTES = 6, ENDING_BYTES = 4, WORD_BYTES_MAX = 512, CAPACITY_MIN = 1024 };

void passage_init(struct passage *passage, const struct domain *domain)
{
	*passage = (struct passage){ .domain = domain };
}

void passage_done(struct passage *passage)
{
	if (!passage)
		return;
	free(passage->slots);
	*passage = (struct passage){ 0 };
}

/* A slot is a key with its last bits, which hold the marks. */
static size_t slot_of(const uint64_t *slots, size_t capacity, uint64_t key)
{
	size_t i = (key >> PASSAGE_MARK_BITS) & (capacity - 1);
	while (slots[i] && (slots[i] ^ key) >> PASSAGE_MARK_BITS)
		i = (i + 1) & (capacity - 1);
	return i;
}

unsigned passage_marks(const struct passage *passage, uint64_t key)
{
	return passage->capacity ? passage->slots[slot_of(passage->slots, passage->capacity, key)] & PASSAGE_MARKS : 0;
}

static bool grow(struct passage *passage)
{
	size_t capacity = passage->capacity ? passage->capacity * 2 : CAPACITY_MIN;
	uint64_t *slots = calloc(capacity, sizeof(*slots));
	if (!slots) {
		passage->status = -ENOMEM;
		return false;
	}
	for (size_t i = 0; i < passage->capacity; i++)
		if (passage->slots[i])
			slots[slot_of(slots, capacity, passage->slots[i])] = passage->slots[i];
	free(passage->slots);
	passage->slots = slots;
	passage->capacity = capacity;
	return true;
}

unsigned passage_mark(struct passage *passage, uint64_t key, unsigned marks)
{
	if (passage->status || ((passage->count + 1) * 2 > passage->capacity && !grow(passage)))
		return 0;
	uint64_t *slot = &passage->slots[slot_of(passage->slots, passage->capacity, key)];
	unsigned before = *slot & PASSAGE_MARKS;
	passage->count += !before;
	*slot = (key & ~(uint64_t)PASSAGE_MARKS) | before | marks;
	return before;
}

void passage_clear(struct passage *passage, size_t source_bytes)
{
	size_t wanted = CAPACITY_MIN;
	while (wanted < source_bytes / 2)
		wanted *= 2;
	if (passage->capacity > wanted * 4) { /* one huge passage must not make every later one slow */
		free(passage->slots);
		passage->slots = NULL;
		passage->capacity = 0;
	}
	if (passage->slots)
		memset(passage->slots, 0, passage->capacity * sizeof(*passage->slots));
	passage->count = 0;
	passage->has_names = false;
	passage->source_bytes = 0;
	passage->status = 0;
}


uint64_t passage_hash(enum passage_space space, const char *data, size_t bytes)
{
	return XXH3_64bits_withSeed(data, bytes, space);
}

/* The word as it reads: "\_" is "_". */
uint64_t passage_hash_word(enum passage_space space, struct text word)
{
	if (!memchr(word.data, '\\', word.bytes) || word.bytes > WORD_BYTES_MAX)
		return passage_hash(space, word.data, word.bytes);
	char plain[WORD_BYTES_MAX];
	size_t bytes = 0;
	for (size_t i = 0; i < word.bytes; i++)
		if (word.data[i] != '\\')
			plain[bytes++] = word.data[i];
	return passage_hash(space, plain, bytes);
}

uint64_t passage_hash_unit(struct text unit)
{
	return passage_hash_word(SPACE_WORD, fact_words_unit(unit));
}

uint64_t passage_state_hash(int state)
{
	return passage_hash(SPACE_STATE, (const char *)&state, sizeof(state));
}

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

uint64_t passage_stem(struct text word)
{
	char stem[WORD_BYTES_MAX];
	bool identifier = fact_is_identifier(word);
	size_t bytes = size_min(word.bytes, identifier || word.bytes <= STEM_BYTES + ENDING_BYTES ? WORD_BYTES_MAX : STEM_BYTES);
	for (size_t i = 0; i < bytes; i++)
		stem[i] = ascii_lower(word.data[i]);
	if (!identifier && bytes == word.bytes)
		bytes = size_min(without_ending(stem, bytes), STEM_BYTES);
	return passage_hash(SPACE_STEM, stem, bytes);
}

bool passage_has_stem(const struct passage *passage, struct text word)
{
	return passage_has(passage, passage_stem(word));
}

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

bool passage_read(struct fact_scanner *scanner, struct fact_token *ret_token)
{
	if (!fact_scanner_next(scanner, ret_token))
		return false;
	if (ret_token->kind < FACT_SEPARATOR && (ret_token->kind != FACT_NUMBER || ret_token->in_code))
		ret_token->key = passage_hash_word(SPACE_WORD, ret_token->text);
	return true;
}

uint64_t passage_attribute_key(const struct fact_token *token)
{
	return token->dotted ? passage_hash_word(SPACE_WORD, passage_attribute_of(token->text)) : token->key;
}

/* Is it one that the passage has introduced? */
bool passage_is_subject(const struct passage *passage, const struct fact_token *token)
{
	return (token->kind == FACT_WORD || token->kind == FACT_IDENTIFIER) && passage->has_names &&
	       passage_has(passage, passage_join(SPACE_NAMED, passage_attribute_key(token), 0));
}

bool passage_is_value(const struct fact_token *token, bool subject)
{
	return token->number_bytes || (!subject && (token->state || token->kind == FACT_IDENTIFIER || (token->kind == FACT_WORD && token->in_code)));
}

uint64_t passage_value_hash(const struct fact_token *token)
{
	return token->number_bytes ? passage_hash(SPACE_NUMBER, token->number, token->number_bytes) :
	       token->state	   ? passage_state_hash(token->state) : passage_hash_unit(token->wide.bytes ? token->wide : token->text);
}

/* The words before a value that say what it is of its attribute. Their names are the keys of an item. */
int passage_label_of(const struct fact_token *token)
{
	if (token->kind != FACT_WORD || token->text.bytes < 4 || token->text.bytes > 7) /* not "Range" in the name of something */
		return 0;
	static const enum document_key keys[] = { DOCUMENT_KEY_DEFAULT, DOCUMENT_KEY_RANGE, DOCUMENT_KEY_UNIT };
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (ascii_lower(token->text.data[0]) == document_key_name(keys[i])[0] && text_equal_nocase(token->text, text_from(document_key_name(keys[i]))))
			return (int)i + 1;
	return 0;
}

