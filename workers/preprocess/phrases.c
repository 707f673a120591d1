#include "workers/preprocess/phrases.h"

#include <errno.h>
#include <stdlib.h>

static unsigned bucket_of(char c)
{
	c = ascii_lower(c);
	return ascii_is_lower(c) ? (unsigned)(c - 'a') : PHRASES_BUCKETS - 1;
}

int phrases_init(struct phrases *phrases, const struct text *items, size_t count)
{
	*phrases = (struct phrases){ .items = items, .next = calloc(count + 1, sizeof(*phrases->next)) };
	if (!phrases->next)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (items[i].bytes == 0)
			continue;
		unsigned bucket = bucket_of(items[i].data[0]);
		phrases->next[i] = phrases->first[bucket];
		phrases->first[bucket] = i + 1;
	}
	return 0;
}

void phrases_done(struct phrases *phrases)
{
	if (!phrases)
		return;
	free(phrases->next);
	*phrases = (struct phrases){ 0 };
}

static bool matches(struct text rest, struct text phrase)
{
	if (!text_starts_with_nocase(rest, phrase))
		return false;
	return rest.bytes == phrase.bytes || !ascii_is_word(phrase.data[phrase.bytes - 1]) || !ascii_is_word(rest.data[phrase.bytes]);
}

size_t phrases_count(const struct phrases *phrases, struct text text, size_t count_max)
{
	size_t count = 0;
	bool in_word = false;
	for (size_t i = 0; i < text.bytes && count < count_max; i++) {
		bool word = ascii_is_word(text.data[i]);
		bool begins = !word || !in_word;
		in_word = word;
		for (size_t n = begins ? phrases->first[bucket_of(text.data[i])] : 0; n > 0; n = phrases->next[n - 1]) {
			if (matches(text_slice(text, i, text.bytes), phrases->items[n - 1])) {
				count++;
				break;
			}
		}
	}
	return count;
}
