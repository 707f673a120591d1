/* Initials, dropped into the text beside them or raised on its first line. The PDF library reads them by their base line: into the middle of a later line, or as lines of their own.
 * Pure functions over the page's words; what is looked at is bounded by PAGE_INITIALS_MAX passes over the page. */
#include "workers/preprocess/pdf_initials.h"

#include "base/utf8.h"

#include <math.h>

enum { PAGE_INITIALS_MAX = 24, LINES_MAX = 8, INITIAL_BYTES_MAX = 9 };

static const float larger_min = 1.6f, larger_max = 9;           /* sizes of the text beside */
static const float gap_min = -0.25f, gap_max = 0.4f;            /* right of the letter, in its sizes */
static const float first_line_size = 0.4f;                      /* by which small capitals of the first line may differ */
static const float base_height = 0.2f, capital_height = 0.72f; /* of the letter's box and of its capitals, in its sizes */

struct initial {
	size_t word;              /* in the page */
	size_t lines[LINES_MAX];  /* the first words of the lines right of it, from the top */
	size_t line_count;
	float left;               /* edge of the paragraph */
};

static float middle(const struct pdf_word *word) { return (word->box.y0 + word->box.y1) / 2; }

static bool is_capital(uint32_t code)
{
	return (code >= 'A' && code <= 'Z') || (code >= 0xC0 && code <= 0xDE && code != 0xD7) || (code >= 0x391 && code <= 0x3A9) || (code >= 0x401 && code <= 0x42F) ||
	       (code >= 0x100 && code <= 0x17F && code % 2 == 0);
}

static bool is_quote(uint32_t code)
{
	return code == '"' || code == '\'' || code == 0xAB || code == 0xBF || code == 0xA1 || (code >= 0x2018 && code <= 0x201F);
}

/* One capital, alone or behind a quotation mark. */
static bool is_initial(struct text text)
{
	uint32_t code = 0;

	if (text.bytes == 0 || text.bytes > INITIAL_BYTES_MAX)
		return false;
	size_t i = utf8_decode(text, 0, &code);
	while (i < text.bytes && is_quote(code))
		i += utf8_decode(text, i, &code);
	return i == text.bytes && is_capital(code);
}

/* May the word be an initial, by itself and by the words that the library gives beside it? */
static bool may_be_initial(const struct pdf_page *page, size_t i)
{
	const struct pdf_word *word = &page->words[i];

	if (word->size <= 0 || word->rotated || word->rtl || word->grid > 0 || word->untagged || !is_initial(pdf_word_text(page, word)))
		return false;
	return (i > 0 && word->size >= larger_min * page->words[i - 1].size) || (i + 1 < page->word_count && word->size >= larger_min * page->words[i + 1].size);
}

/* Puts the word among the first ones of the lines: the leftmost of each line stays. False: there are too many. */
static bool add_line(const struct pdf_page *page, struct initial *initial, size_t word)
{
	const struct pdf_word *added = &page->words[word];
	size_t at = initial->line_count;

	while (at > 0 && middle(&page->words[initial->lines[at - 1]]) > middle(added) - 0.5f * added->size)
		at--;
	if (at < initial->line_count && middle(&page->words[initial->lines[at]]) < middle(added) + 0.5f * added->size) {
		if (added->box.x0 < page->words[initial->lines[at]].box.x0)
			initial->lines[at] = word;
		return true;
	}
	if (initial->line_count == LINES_MAX)
		return false;
	for (size_t i = initial->line_count++; i > at; i--)
		initial->lines[i] = initial->lines[i - 1];
	initial->lines[at] = word;
	return true;
}

/* Finds the lines beside the letter. False: something stands left of it or in it, as where it is one of a row of letters. */
static bool find_lines(const struct pdf_page *page, struct initial *initial)
{
	const struct pdf_word *letter = &page->words[initial->word];
	const float size = letter->size, base = letter->box.y1 - base_height * size, top = base - capital_height * size;

	initial->line_count = 0;
	for (size_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		if (i == initial->word || word->bytes == 0 || word->rotated || word->box.y0 >= base)
			continue;
		const bool beside = middle(word) > top - 0.6f * word->size && middle(word) < base;
		if (!beside || word->box.x1 < letter->box.x0 - 0.6f * word->size)
			continue;
		if (word->box.x0 < letter->box.x1 + gap_min * size)
			return false;
		if (word->box.x0 > letter->box.x1 + gap_max * size)
			continue;
		if (size < larger_min * word->size || size > larger_max * word->size || word->grid > 0 || word->rtl || !add_line(page, initial, i))
			return false;
	}
	return initial->line_count > 0;
}

static bool begins_low(struct text text)
{
	uint32_t code = 0;

	utf8_decode(text, 0, &code);
	return (code >= 'a' && code <= 'z') || (code >= 0xDF && code != 0xF7 && !is_capital(code) && !is_quote(code) && code < 0x2000) || code == '\'' || code == 0x2019;
}

/* Do the lines begin one below the other, the first of them at the letter's top; or is there one only, which goes on with a small letter, there or on the letter's base? */
static bool lines_fit(const struct pdf_page *page, const struct initial *initial)
{
	const struct pdf_word *letter = &page->words[initial->word], *first = &page->words[initial->lines[0]];
	const float base = letter->box.y1 - base_height * letter->size, top = base - capital_height * letter->size;
	const bool at_top = middle(first) < top + fmaxf(first->size, 0.3f * letter->size);

	for (size_t i = 1; i < initial->line_count; i++) {
		const struct pdf_word *before = &page->words[initial->lines[i - 1]], *word = &page->words[initial->lines[i]];
		const float step = (middle(word) - middle(before)) / word->size;
		if (step < 0.8f || step > 2.2f || fabsf(word->box.x0 - first->box.x0) > 1.1f * word->size || fabsf(word->size - first->size) > first_line_size * word->size)
			return false;
	}
	if (initial->line_count > 1)
		return at_top;
	const bool on_base = fabsf(first->box.y1 - base_height * first->size - base) < 0.15f * first->size;
	return begins_low(pdf_word_text(page, first)) && (at_top || on_base) && first->box.x0 - letter->box.x1 < 0.5f * first->size;
}

/* The first word of the line below the word `last` of the paragraph, or `last` when there is none. */
static size_t line_below(const struct pdf_page *page, const struct pdf_word *letter, size_t last)
{
	const struct pdf_word *above = &page->words[last];
	size_t best = last;

	for (size_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		const float step = (middle(word) - middle(above)) / above->size;
		if (word->bytes == 0 || word->rotated || step < 0.8f || step > 2.2f || word->box.x0 < letter->box.x0 - letter->size || word->box.x0 > above->box.x0 + 0.5f * above->size)
			continue;
		const float lower = best == last ? -1 : (middle(word) - middle(&page->words[best])) / above->size;
		if (lower < -0.5f || (lower < 0.5f && word->box.x0 < page->words[best].box.x0))
			best = i;
	}
	return best;
}

/* Lines go on beside the room that the letter has below its base; the one below them tells where lines of the paragraph begin. */
static void extend_lines(const struct pdf_page *page, struct initial *initial)
{
	const struct pdf_word *letter = &page->words[initial->word];

	initial->left = letter->box.x0;
	for (;;) {
		const size_t last = initial->lines[initial->line_count - 1], below = line_below(page, letter, last);
		const struct pdf_word *word = &page->words[below];
		if (below == last)
			return;
		if (fabsf(word->box.x0 - page->words[last].box.x0) > 0.5f * word->size || word->box.y0 > letter->box.y1 || initial->line_count == LINES_MAX || initial->line_count < 2) {
			const bool beneath = fabsf(word->box.x0 - letter->box.x0) < 0.7f * letter->size && word->box.x0 < letter->box.x1;
			initial->left = beneath ? word->box.x0 : initial->left;
			return;
		}
		initial->lines[initial->line_count++] = below;
	}
}

/* "lthough", "ts": nothing that a word begins with. */
static bool begins_no_word(struct text text)
{
	static const char vowels[] = "aeiouy", second[] = "aeiouyhlrw";
	const char first = text.bytes > 0 ? ascii_lower(text.data[0]) : ' ', next = text.bytes > 1 ? ascii_lower(text.data[1]) : ' ';

	if (text.bytes < 2)
		return true;
	if ((unsigned char)next >= 0x80 || memchr(vowels, first, 6) || memchr(vowels, next, 6))
		return false;
	return first == next || (!memchr(second, next, 10) && first != 's') || memchr("lmnrx", first, 5) != NULL;
}

/* Is the letter a word by itself ("A final report", "I have"), not the first of one ("As", "It")? */
static bool is_word(struct text letter, struct text rest, const struct word_set *vocabulary)
{
	static const char *const joined[] = { "bout", "bove", "ccording", "cross", "fter", "gain", "gainst", "go", "lone", "long", "lready", "lways", "mong", "nother", "part", "rea", "round", "s", "t", "way", "nside", "deas" };
	char whole[32];
	const char first = letter.data[letter.bytes - 1];

	if (ascii_is_upper(rest.data[0]) && rest.bytes > 1 && ascii_is_lower(rest.data[1]))
		return true; /* a name follows */
	if (!memchr("AIO", first, 3) || begins_no_word(rest) || rest.bytes + 1 > sizeof(whole))
		return false;
	whole[0] = first;
	memcpy(whole + 1, rest.data, rest.bytes);
	if (word_set_has(vocabulary, (struct text){ whole, rest.bytes + 1 }))
		return false;
	if (word_set_has(vocabulary, rest))
		return true;
	for (size_t i = 0; i < COUNT_OF(joined); i++)
		if (text_equal_nocase(rest, text_from(joined[i])))
			return false;
	const bool vowel = memchr("aeiou", ascii_lower(rest.data[0]), 5);
	return first == 'A' ? !vowel : first == 'I';
}

/* The letter goes into the first line; all lines begin where it stands. */
static void join(struct pdf_page *page, const struct initial *initial, const struct word_set *vocabulary)
{
	struct pdf_word *letter = &page->words[initial->word], *first = &page->words[initial->lines[0]];
	const struct text initial_text = pdf_word_text(page, letter), rest = pdf_word_text(page, first);
	char text[INITIAL_BYTES_MAX + 1 + 256];
	size_t bytes = initial_text.bytes;

	if (rest.bytes > 256)
		return;
	memcpy(text, initial_text.data, bytes);
	if (is_word(initial_text, rest, vocabulary))
		text[bytes++] = ' ';
	memcpy(text + bytes, rest.data, rest.bytes);
	bytes += rest.bytes;
	first->start = (uint32_t)page->text.bytes;
	first->bytes = (uint32_t)bytes;
	first->glued = false;
	buffer_append_text(&page->text, (struct text){ text, bytes });
	for (size_t i = 0; i < initial->line_count; i++)
		page->words[initial->lines[i]].box.x0 = fminf(initial->left, page->words[initial->lines[i]].box.x0);
	first->initial = true;
	letter->bytes = 0;
}

/* Words without text part the line that they stand in; on a page that tags order, others are known by their numbers. */
static void close_up(struct pdf_page *page)
{
	size_t to = 0;

	for (size_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		if (word->bytes > 0)
			page->words[to++] = *word;
		else if (word->line_end && to > 0)
			page->words[to - 1].line_end = true;
	}
	page->word_count = to;
}

size_t pdf_initials_join(struct pdf_page *page, const struct word_set *vocabulary)
{
	size_t joined = 0, tried = 0;

	for (size_t i = 0; i < page->word_count && tried < PAGE_INITIALS_MAX; i++) {
		struct initial initial = { .word = i };
		if (!may_be_initial(page, i))
			continue;
		tried++;
		if (!find_lines(page, &initial) || !lines_fit(page, &initial))
			continue;
		extend_lines(page, &initial);
		join(page, &initial, vocabulary);
		joined += page->words[i].bytes == 0;
	}
	if (joined > 0 && !page->ordered)
		close_up(page);
	return joined;
}
