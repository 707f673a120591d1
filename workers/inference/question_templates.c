/* question_templates.c: see question_templates.h. */
#include "workers/inference/question_templates.h"

#include "workers/inference/prose.h"

#include <xxhash.h>

void template_values_set(struct template_values *values, const char *name, struct text text)
{
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->items[i].name, name) == 0) {
			values->items[i].text = text;
			return;
		}
	CHECK(values->count < TEMPLATE_VALUES_MAX);
	values->items[values->count++] = (struct template_value){ .name = name, .text = text };
}

static struct text find_value(const struct template_values *values, struct text name)
{
	for (size_t i = 0; i < values->count; i++)
		if (text_equal(name, text_from(values->items[i].name)))
			return values->items[i].text;
	return (struct text){ 0 };
}

/* The next piece of a wording: text up to a placeholder, or a placeholder's name. */
static bool next_piece(struct text *rest, struct text *ret_piece, bool *ret_placeholder)
{
	if (!rest->bytes)
		return false;
	const char *close = rest->data[0] == '{' ? memchr(rest->data, '}', rest->bytes) : NULL;
	*ret_placeholder = close != NULL;
	size_t end;
	if (close) {
		end = (size_t)(close - rest->data) + 1;
		*ret_piece = text_slice(*rest, 1, end - 1);
	} else {
		const char *open = rest->bytes > 1 ? memchr(rest->data + 1, '{', rest->bytes - 1) : NULL;
		end = open ? (size_t)(open - rest->data) : rest->bytes;
		*ret_piece = text_slice(*rest, 0, end);
	}
	*rest = text_slice(*rest, end, rest->bytes);
	return true;
}

/* Number of placeholders, or -1 when one has no value. */
static int fit(struct text wording, const struct template_values *values)
{
	struct text piece;
	bool placeholder;
	int count = 0;
	while (next_piece(&wording, &piece, &placeholder)) {
		if (!placeholder)
			continue;
		if (!find_value(values, piece).bytes)
			return -1;
		count++;
	}
	return count;
}

static void expand(struct text wording, const struct template_values *values, struct buffer *out)
{
	struct text piece;
	bool placeholder;
	while (next_piece(&wording, &piece, &placeholder))
		buffer_append_text(out, placeholder ? find_value(values, piece) : piece);
}

void template_picker_init(struct template_picker *picker, const struct domain *domain, uint64_t seed)
{
	*picker = (struct template_picker){ .domain = domain, .seed = seed };
}

static uint32_t *family_uses(struct template_picker *picker, uint64_t hash)
{
	for (size_t i = 0; i < picker->family_count; i++)
		if (picker->families[i].hash == hash)
			return &picker->families[i].used;
	CHECK(picker->family_count < TEMPLATE_FAMILIES_MAX);
	picker->families[picker->family_count].hash = hash;
	return &picker->families[picker->family_count++].used;
}

/* Words beyond what the table holds count as unused: names that begin a question are many, and each is its own. */
static uint32_t *first_word_uses(struct template_picker *picker, struct text wording, bool add)
{
	struct text word = prose_first_word(wording);
	uint64_t hash = XXH3_64bits(word.data, word.bytes);
	for (size_t i = 0; i < picker->first_word_count; i++)
		if (picker->first_words[i].hash == hash)
			return &picker->first_words[i].used;
	if (!add || picker->first_word_count == TEMPLATE_FIRST_WORDS_MAX)
		return NULL;
	picker->first_words[picker->first_word_count].hash = hash;
	return &picker->first_words[picker->first_word_count++].used;
}

/* Where to begin among the wordings: another place for each document, and one further at each use. */
static const struct text *family_wordings(struct template_picker *picker, const char *family, size_t *ret_count, size_t *ret_start)
{
	struct text name = text_from(family);
	const struct text *wordings = domain_wordings(picker->domain, name, ret_count);
	if (!*ret_count)
		return NULL;
	uint64_t hash = XXH3_64bits_withSeed(name.data, name.bytes, picker->seed);
	*ret_start = (size_t)((hash + (*family_uses(picker, hash))++) % *ret_count);
	return wordings;
}

bool template_question(struct template_picker *picker, const char *family, const struct template_values *values, struct buffer *out)
{
	size_t count, start;
	const struct text *wordings = family_wordings(picker, family, &count, &start), *best = NULL;
	uint32_t best_used = 0;
	for (size_t i = 0; i < count; i++) {
		const struct text *wording = &wordings[(start + i) % count];
		const uint32_t *used = first_word_uses(picker, *wording, false);
		uint32_t times = used ? *used : 0;
		if ((!best || times < best_used) && fit(*wording, values) >= 0) {
			best = wording;
			best_used = times;
		}
	}
	if (!best)
		return false;
	uint32_t *used = first_word_uses(picker, *best, true);
	if (used)
		(*used)++;
	expand(*best, values, out);
	return true;
}

bool template_frame(struct template_picker *picker, const char *family, const struct template_values *values, struct buffer *out)
{
	size_t count, start;
	const struct text *wordings = family_wordings(picker, family, &count, &start), *best = NULL;
	int best_fit = -1;
	for (size_t i = 0; i < count; i++) {
		const struct text *wording = &wordings[(start + i) % count];
		int placeholders = fit(*wording, values);
		if (placeholders > best_fit) {
			best = wording;
			best_fit = placeholders;
		}
	}
	if (best)
		expand(*best, values, out);
	return best != NULL;
}
