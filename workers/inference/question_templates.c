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

enum piece { PIECE_TEXT, PIECE_PLACEHOLDER, PIECE_CHOICE };

/* The next piece of a wording: text, the name of a placeholder, or what stands between the brackets of a choice. A bracket that nothing closes is text. */
static bool next_piece(struct text *rest, struct text *ret_piece, enum piece *ret_kind)
{
	if (!rest->bytes)
		return false;
	bool brace = rest->data[0] == '{', bracket = rest->data[0] == '[';
	const char *close = brace || bracket ? memchr(rest->data, brace ? '}' : ']', rest->bytes) : NULL;
	size_t end = 1;
	if (close) {
		end = (size_t)(close - rest->data) + 1;
		*ret_piece = text_slice(*rest, 1, end - 1);
		*ret_kind = brace ? PIECE_PLACEHOLDER : PIECE_CHOICE;
	} else {
		while (end < rest->bytes && rest->data[end] != '{' && rest->data[end] != '[')
			end++;
		*ret_piece = text_slice(*rest, 0, end);
		*ret_kind = PIECE_TEXT;
	}
	*rest = text_slice(*rest, end, rest->bytes);
	return true;
}

/* Number of placeholders, or -1 when one has no value. Those of a choice are asked for whichever of it is taken. */
static int fit(struct text wording, const struct template_values *values)
{
	struct text piece;
	enum piece kind;
	int count = 0;
	while (next_piece(&wording, &piece, &kind)) {
		int more = kind == PIECE_CHOICE ? fit(piece, values) : kind == PIECE_PLACEHOLDER;
		if (more < 0 || (kind == PIECE_PLACEHOLDER && !find_value(values, piece).bytes))
			return -1;
		count += more;
	}
	return count;
}

/* One of "this|that|": the seed and the number of choices before decide. */
static struct text choose(struct template_picker *picker, struct text choice)
{
	struct text rest = choice, one = { 0 };
	size_t count = 1;
	for (size_t i = 0; i < choice.bytes; i++)
		count += choice.data[i] == '|';
	uint64_t place = picker->choices++;
	for (size_t index = (size_t)(XXH3_64bits_withSeed(&place, sizeof(place), picker->seed) % count) + 1; index > 0; index--) {
		const char *bar = rest.bytes ? memchr(rest.data, '|', rest.bytes) : NULL;
		one = text_slice(rest, 0, bar ? (size_t)(bar - rest.data) : rest.bytes);
		rest = text_slice(rest, bar ? one.bytes + 1 : rest.bytes, rest.bytes);
	}
	return one;
}

static void expand(struct template_picker *picker, struct text wording, const struct template_values *values, struct buffer *out)
{
	struct text piece;
	enum piece kind;
	while (next_piece(&wording, &piece, &kind))
		if (kind == PIECE_CHOICE)
			expand(picker, choose(picker, piece), values, out);
		else
			buffer_append_text(out, kind == PIECE_PLACEHOLDER ? find_value(values, piece) : piece);
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
	expand(picker, *best, values, out);
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
		expand(picker, *best, values, out);
	return best != NULL;
}
