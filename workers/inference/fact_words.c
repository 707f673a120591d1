/* fact_words.c: see fact_words.h. */
#include "workers/inference/fact_words.h"

#include "base/check.h"

struct pair {
	const char *word, *means;
};

static struct text meaning(const struct pair *pairs, size_t count, struct text word)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal_nocase(word, text_from(pairs[i].word)))
			return text_from(pairs[i].means);
	return (struct text){ word.data, 0 };
}

struct text fact_words_number(struct text word)
{
	static const struct pair numbers[] = { { "three", "3" }, { "four", "4" }, { "five", "5" }, { "six", "6" }, { "seven", "7" }, { "eight", "8" },
		{ "nine", "9" }, { "ten", "10" }, { "eleven", "11" }, { "twelve", "12" }, { "fifteen", "15" }, { "twenty", "20" }, { "thirty", "30" },
		{ "forty", "40" }, { "fifty", "50" }, { "sixty", "60" }, { "seventy", "70" }, { "eighty", "80" }, { "ninety", "90" } };
	if (word.bytes < 3 || word.bytes > 7 || !memchr("tfsenTFSEN", word.data[0], 10))
		return (struct text){ word.data, 0 };
	return meaning(numbers, COUNT_OF(numbers), word);
}

struct text fact_words_unit(struct text unit)
{
	static const struct pair units[] = { { "millisecond", "ms" }, { "milliseconds", "ms" }, { "msec", "ms" }, { "second", "s" }, { "seconds", "s" }, { "sec", "s" },
		{ "minute", "min" }, { "minutes", "min" }, { "hour", "h" }, { "hours", "h" }, { "day", "days" }, { "percent", "%" }, { "microsecond", "us" },
		{ "microseconds", "us" }, { "\xC2\xB5s", "us" }, { "\xCE\xBCs", "us" }, { "nanoseconds", "ns" }, { "kilometer", "km" }, { "kilometers", "km" },
		{ "meter", "m" }, { "meters", "m" }, { "metre", "m" }, { "metres", "m" }, { "bits", "bit" }, { "bytes", "byte" }, { "degree", "degrees" },
		{ "PRBs", "PRB" }, { "slots", "slot" }, { "frames", "frame" }, { "subframes", "subframe" }, { "symbols", "symbol" } };
	struct text plain = unit.bytes > 2 ? meaning(units, COUNT_OF(units), unit) : (struct text){ 0 };
	return plain.bytes ? plain : unit;
}

int fact_words_state(struct text word)
{
	static const struct { const char *word; int state; } states[] = { { "true", 1 }, { "false", -1 }, { "off", -2 }, { "yes", 3 }, { "no", -3 },
		{ "enabled", 4 }, { "disabled", -4 }, { "activated", 5 }, { "deactivated", -5 }, { "locked", 6 }, { "unlocked", -6 } };
	if (word.bytes < 2 || word.bytes > 11 || !memchr("tfonyedaluTFONYEDALU", word.data[0], 20))
		return 0;
	if (text_equal(word, TEXT_LITERAL("ON")))
		return 2;
	if (word.bytes == 2) /* "no" is a word like others but in capitals */
		return text_equal(word, TEXT_LITERAL("NO")) ? -3 : 0;
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (text_equal_nocase(word, text_from(states[i].word)))
			return states[i].state;
	return 0;
}

static bool is_any(struct text word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal_nocase(word, text_from(words[i])))
			return true;
	return false;
}

/* What a word says of the number after it. "more" needs a "than", "least" an "at": the second word decides. */
static enum fact_comparison comparison_of(struct text before, struct text word)
{
	static const char *const more[] = { "more", "greater", "higher", "larger", "longer", "later" };
	static const char *const less[] = { "less", "fewer", "lower", "smaller", "shorter" };
	static const char *const above[] = { "above", "over", "exceeds", "exceed", "exceeded", "exceeding" };
	static const char *const below[] = { "below", "under" };
	if (text_equal_nocase(word, TEXT_LITERAL("least")) || text_equal_nocase(word, TEXT_LITERAL("minimum")))
		return FACT_AT_LEAST;
	if ((text_equal_nocase(word, TEXT_LITERAL("most")) && text_equal_nocase(before, TEXT_LITERAL("at"))) || text_equal_nocase(word, TEXT_LITERAL("maximum")) ||
	    (text_equal_nocase(word, TEXT_LITERAL("to")) && text_equal_nocase(before, TEXT_LITERAL("up"))))
		return FACT_AT_MOST;
	if (text_equal_nocase(word, TEXT_LITERAL("than")))
		return is_any(before, more, COUNT_OF(more)) ? FACT_ABOVE : is_any(before, less, COUNT_OF(less)) ? FACT_BELOW : FACT_COMPARES_NOT;
	return is_any(word, above, COUNT_OF(above)) ? FACT_ABOVE : is_any(word, below, COUNT_OF(below)) ? FACT_BELOW : FACT_COMPARES_NOT;
}

/* "or more": of the number before. */
static enum fact_comparison afterthought(struct text word)
{
	static const char *const more[] = { "more", "higher", "above", "longer", "greater", "larger", "later" };
	static const char *const less[] = { "less", "lower", "below", "fewer", "shorter", "smaller" };
	return is_any(word, more, COUNT_OF(more)) ? FACT_AT_LEAST : is_any(word, less, COUNT_OF(less)) ? FACT_AT_MOST : FACT_COMPARES_NOT;
}

enum fact_comparison fact_comparing_word(struct fact_comparing *comparing, struct text word)
{
	enum { DISTANCE_MAX = 3 };
	static const char *const nots[] = { "no", "not", "never", "cannot" };
	enum fact_comparison after = FACT_COMPARES_NOT;
	if (comparing->after_or)
		after = afterthought(word);
	comparing->after_or = text_equal_nocase(word, TEXT_LITERAL("or"));
	if (comparing->pending && ++comparing->distance > DISTANCE_MAX)
		comparing->pending = FACT_COMPARES_NOT;
	bool second = text_equal_nocase(word, TEXT_LITERAL("than"));
	if (is_any(word, nots, COUNT_OF(nots)))
		comparing->reversed = true;
	enum fact_comparison said = after ? FACT_COMPARES_NOT : comparison_of(comparing->before, word);
	if (said) {
		comparing->pending = !comparing->reversed ? said : said == FACT_ABOVE ? FACT_AT_MOST : said == FACT_BELOW ? FACT_AT_LEAST : FACT_COMPARES_NOT;
		comparing->distance = 0;
	}
	if (!second && comparing->reversed && !is_any(word, nots, COUNT_OF(nots)) && !afterthought(word)) /* "not" reaches over one word: "not be above", "no more than" */
		comparing->reversed = text_equal_nocase(word, TEXT_LITERAL("be"));
	comparing->before = word;
	return after;
}

enum fact_comparison fact_comparing_number(struct fact_comparing *comparing)
{
	enum fact_comparison said = comparing->pending;
	*comparing = (struct fact_comparing){ 0 };
	return said;
}

enum fact_comparison fact_comparison_opposite(enum fact_comparison comparison)
{
	static const enum fact_comparison opposites[] = { FACT_COMPARES_NOT, FACT_AT_MOST, FACT_AT_LEAST, FACT_BELOW, FACT_ABOVE };
	return opposites[comparison];
}
