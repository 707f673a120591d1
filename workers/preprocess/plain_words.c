#include "workers/preprocess/plain_words.h"

#include "workers/preprocess/word_set.h"

#include <stdlib.h>

enum {
	FORMATTERS_HYPHEN_BYTES = 3, /* U+2010: nobody types it */
	PART_BYTES_MIN = 2,
	PART_BYTES_MAX = 40,
};

/* Small letters at the end of `text`, or at its start. */
static size_t letters_before(struct text text)
{
	size_t count = 0;

	while (count < text.bytes && ascii_is_lower(text.data[text.bytes - count - 1]))
		count++;
	return count;
}

static size_t letters_after(struct text text)
{
	size_t count = 0;

	while (count < text.bytes && ascii_is_lower(text.data[count]))
		count++;
	return count;
}

static bool may_be_parted(struct text line)
{
	return line.bytes > PART_BYTES_MIN && line.data[line.bytes - 1] == '-' && letters_before(text_slice(line, 0, line.bytes - 1)) >= PART_BYTES_MIN;
}

struct word_set *plain_words_collect(const struct plain_lines *lines)
{
	size_t first = 0;

	while (first < lines->count && !(may_be_parted(plain_line_text(lines, first)) && !plain_line_is_blank(lines, first + 1)))
		first++;
	struct word_set *words = first < lines->count ? calloc(1, sizeof(*words)) : NULL;
	for (size_t i = 0; words && i < lines->count; i++)
		word_set_add(words, plain_line_text(lines, i));
	return words;
}

static bool is_one_word(struct text head, struct text tail, const struct word_set *words)
{
	char joined[2 * PART_BYTES_MAX + 1];
	size_t before = letters_before(head), after = letters_after(tail);

	if (after < PART_BYTES_MIN || before > PART_BYTES_MAX || after > PART_BYTES_MAX)
		return false;
	/* "INTER-national", "x_y-z", "foo-bar-\nbaz", "sub-\ndir/file" are no words of prose. */
	if ((before < head.bytes && !memchr(" (\"'", head.data[head.bytes - before - 1], 4)) || (after < tail.bytes && !memchr(" ,.;:!?)\"'", tail.data[after], 10)))
		return false;
	memcpy(joined, head.data + head.bytes - before, before);
	memcpy(joined + before, tail.data, after);
	if (!word_set_has(words, (struct text){ joined, before + after }))
		return false;
	joined[before] = '-';
	memcpy(joined + before + 1, tail.data, after);
	return !word_set_has(words, (struct text){ joined, before + 1 + after });
}

size_t plain_words_hyphen(struct text line, struct text next, const struct word_set *words)
{
	if (line.bytes > FORMATTERS_HYPHEN_BYTES && text_ends_with_nocase(line, TEXT_LITERAL("\xE2\x80\x90")) &&
	    ascii_is_lower(line.data[line.bytes - FORMATTERS_HYPHEN_BYTES - 1]) && ascii_is_lower(next.data[0]))
		return FORMATTERS_HYPHEN_BYTES;
	return words && may_be_parted(line) && is_one_word(text_slice(line, 0, line.bytes - 1), next, words);
}
