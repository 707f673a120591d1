#define _GNU_SOURCE
#include "workers/preprocess/sentence.h"

#include "base/check.h"

enum { WORD_BYTES_MAX = 16, WIDE_STOP_BYTES = 3 };

static const struct text abbreviations[] = {
	TEXT_LITERAL("e.g"), TEXT_LITERAL("i.e"), TEXT_LITERAL("etc"), TEXT_LITERAL("cf"), TEXT_LITERAL("vs"), TEXT_LITERAL("fig"),
	TEXT_LITERAL("no"), TEXT_LITERAL("approx"), TEXT_LITERAL("resp"), TEXT_LITERAL("incl"), TEXT_LITERAL("max"), TEXT_LITERAL("min"),
	TEXT_LITERAL("eg"), TEXT_LITERAL("ie"), TEXT_LITERAL("al"), TEXT_LITERAL("eq"), TEXT_LITERAL("sec"), TEXT_LITERAL("ver"), TEXT_LITERAL("viz"),
};

/* The stop at `stop` ends a word that is abbreviated, a single letter, or nothing but digits at the text's start. */
static bool is_abbreviation(struct text text, size_t start, size_t stop)
{
	size_t first = stop;
	bool digits = true;
	while (first > start && stop - first < WORD_BYTES_MAX && (ascii_is_alnum(text.data[first - 1]) || text.data[first - 1] == '.')) {
		first--;
		digits &= ascii_is_digit(text.data[first]);
	}
	struct text word = text_slice(text, first, stop);
	if (word.bytes == 0)
		return false;
	if ((word.bytes == 1 && ascii_is_alpha(word.data[0])) || (digits && first == start))
		return true;
	for (size_t i = 0; i < COUNT_OF(abbreviations); i++)
		if (text_equal_nocase(word, abbreviations[i]))
			return true;
	return false;
}

/* The full stop, exclamation and question mark of Chinese and Japanese, which no blank follows. */
static bool is_wide_stop(struct text text, size_t at)
{
	static const char *const stops[] = { "\u3002", "\uFF01", "\uFF1F" };
	for (size_t i = 0; i < COUNT_OF(stops); i++)
		if (text.bytes - at >= WIDE_STOP_BYTES && memcmp(text.data + at, stops[i], WIDE_STOP_BYTES) == 0)
			return true;
	return false;
}

static size_t skip_blanks(struct text text, size_t at)
{
	while (at < text.bytes && ascii_is_space(text.data[at]))
		at++;
	return at;
}

size_t sentence_next(struct text text, size_t start)
{
	CHECK(start <= text.bytes);
	for (size_t i = start; i < text.bytes; i++) {
		char c = text.data[i];
		bool stop = c == '.' || c == '!' || c == '?';
		if (is_wide_stop(text, i))
			return skip_blanks(text, i + WIDE_STOP_BYTES);
		if (!stop && c != '\n')
			continue;
		size_t behind = i + 1;
		while (stop && behind < text.bytes && memchr("\"')]*_`", text.data[behind], 7))
			behind++; /* marks that close with the sentence */
		size_t next = behind;
		bool blank_line = false;
		while (next < text.bytes && ascii_is_space(text.data[next])) {
			blank_line |= text.data[next] == '\n' && !stop;
			next++;
		}
		if (next == text.bytes)
			return next;
		if (blank_line || (stop && next > behind && !ascii_is_lower(text.data[next]) && !(c == '.' && is_abbreviation(text, start, i))))
			return next;
		i = next - 1;
	}
	return text.bytes;
}
