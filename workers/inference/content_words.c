/* content_words.c: see content_words.h. */
#include "workers/inference/content_words.h"

enum { WORD_LETTERS_MIN = 3, ABBREVIATION_BYTES_MAX = 8, EXTENSION_BYTES_MAX = 4, SLOTS_MIN = 64, BYTES_A_SLOT = 2 };

/* "PRACH": a word like others. */
static bool is_abbreviation(struct text word)
{
	for (size_t i = 0; i < word.bytes; i++)
		if (!ascii_is_upper(word.data[i]))
			return false;
	return word.bytes <= ABBREVIATION_BYTES_MAX;
}

struct content content_of(const struct domain *domain, const struct fact_token *token)
{
	struct content content = { .count = 0 };
	const struct fact_word *known = token->word;
	if (token->kind == FACT_IDENTIFIER && token->dotted) {
		struct text attribute = passage_attribute_of(token->text);
		content.stems[0] = passage_stem_of(passage_class_of(token->text));
		content.weights[0] = 1;
		content.stems[1] = passage_stem_of(attribute);
		content.weights[1] = attribute.bytes > EXTENSION_BYTES_MAX ? 3 : 1; /* "counters.csv" */
		content.count = 2;
	} else if (token->kind == FACT_IDENTIFIER || ((token->kind == FACT_WORD || token->kind == FACT_NAME) && token->text.bytes >= WORD_LETTERS_MIN)) {
		content.stems[0] = known && known->placed && known->plain ? known->stem : passage_stem_of(token->text);
		content.weights[0] = token->kind == FACT_IDENTIFIER && !is_abbreviation(token->text) ? 3 : 1;
		content.common = domain_list_has(domain, DOMAIN_LIST_COMMON_WORDS, token->text); /* "KPI", "LTE" too where they are common */
		content.count = 1;
	}
	return content;
}

void content_words_init(struct content_words *words, size_t text_bytes)
{
	size_t slots = SLOTS_MIN;
	while (slots < COUNT_OF(words->table) && slots < text_bytes / BYTES_A_SLOT)
		slots *= 2;
	memset(words->table, 0, slots * sizeof(words->table[0]));
	words->mask = slots - 1;
	words->count = 0;
}

/* Where it is, or the empty slot where it would be. */
static size_t slot_of(const struct content_words *words, uint32_t stem)
{
	size_t i = stem & words->mask;
	while (words->table[i] && words->table[i] != stem)
		i = (i + 1) & words->mask;
	return i;
}

void content_words_add(struct content_words *words, uint32_t stem, float weight)
{
	stem += !stem;
	size_t slot = slot_of(words, stem);
	if (words->table[slot] || words->count >= words->mask / 2)
		return;
	words->table[slot] = stem;
	words->words[words->count].stem = stem;
	words->words[words->count++].weight = weight;
}

bool content_words_have(const struct content_words *words, uint32_t stem)
{
	return words->table[slot_of(words, stem + !stem)] != 0;
}

double content_share(const struct content_word *words, size_t count, const struct passage *passage)
{
	double sum = 0, met = 0;
	for (size_t i = 0; i < count; i++) {
		sum += (double)words[i].weight;
		met += passage_find(passage, words[i].stem) ? (double)words[i].weight : 0;
	}
	return sum > 0 ? met / sum : 0;
}
