/* Letters set apart. A blank between such words adds a quarter of the type's size to the distance of their letters, so the gaps of a line are of two kinds. Where they are all of one
 * kind, they may as well be blanks between short words: only narrow ones between single letters are taken for distances of letters then.
 * Pure functions over the page's words; nothing is allocated, nothing fails. */
#include "workers/preprocess/pdf_spaced.h"

#include <float.h>

enum { WORDS_MIN = 4 }; /* beside narrow gaps; fewer say nothing */

/* Sizes of the type. */
static const float parted_min = 0.09f;   /* gaps at which words are parted */
static const float blank_min = 0.115f;   /* no blank is narrower where others are wider */
static const float spread = 0.1f;        /* what distances of letters differ by, for kerning */
static const float blank_adds = 0.18f;   /* to such a distance */
static const float alone_max = 0.2f, apart_max = 0.45f; /* distances of letters, in lines without blanks and with them */

/* What the gaps of a line say. */
struct line_gaps {
	float least, next;  /* the narrowest gap, and the narrowest of those that are no distance of letters; FLT_MAX: none */
	size_t words, single, characters, letters; /* words beside narrow gaps, those of one character, and what they consist of */
};

/* Are the words in one type and on one base line? */
static bool same_setting(const struct pdf_word *before, const struct pdf_word *word)
{
	return before->style == word->style && !(word->style & PDF_MONO) && before->size == word->size && word->size > 0 && !before->rotated && !word->rotated && !word->rtl &&
	       before->box.y0 < word->box.y1 && word->box.y0 < before->box.y1 && before->start + before->bytes == word->start;
}

/* FLT_MAX: the words are not of one setting. */
static float gap_between(const struct pdf_word *before, const struct pdf_word *word)
{
	const float gap = same_setting(before, word) ? (word->box.x0 - before->box.x1) / word->size : FLT_MAX;
	return gap >= parted_min ? gap : FLT_MAX;
}

static void count_word(const struct pdf_page *page, const struct pdf_word *word, struct line_gaps *gaps)
{
	const struct text text = pdf_word_text(page, word);
	size_t characters = 0;

	for (size_t i = 0; i < text.bytes; i++) {
		const unsigned char byte = (unsigned char)text.data[i];
		characters += (byte & 0xC0) != 0x80;
		gaps->letters += ascii_is_alpha(text.data[i]) || byte >= 0xC0;
	}
	gaps->characters += characters;
	gaps->single += characters == 1;
	gaps->words++;
}

static struct line_gaps measure_gaps(const struct pdf_page *page, size_t first, size_t end)
{
	struct line_gaps gaps = { .least = FLT_MAX, .next = FLT_MAX };
	size_t shortest = 0;
	bool counted = false;

	for (size_t i = first + 1; i < end; i++) {
		const float gap = gap_between(&page->words[i - 1], &page->words[i]);
		gaps.least = gap < gaps.least ? gap : gaps.least;
		shortest += page->words[i].bytes <= 2;
	}
	if (gaps.least >= blank_min && (gaps.least > apart_max || shortest < WORDS_MIN - 1))
		return gaps; /* nearly all lines */
	for (size_t i = first + 1; i < end; i++) {
		const float gap = gap_between(&page->words[i - 1], &page->words[i]);
		const bool narrow = gap <= gaps.least + spread;
		if (!narrow)
			gaps.next = gap < gaps.next ? gap : gaps.next;
		else if (!counted)
			count_word(page, &page->words[i - 1], &gaps);
		if (narrow)
			count_word(page, &page->words[i], &gaps);
		counted = narrow;
	}
	return gaps;
}

/* The widest gap of the line that is a distance of letters; 0: there is none. */
static float letters_apart(const struct line_gaps *gaps)
{
	const bool blanks = gaps->next < FLT_MAX && gaps->next >= gaps->least + blank_adds;
	const bool single = gaps->single * 10 >= gaps->words * (blanks ? 6 : 8) && gaps->letters * 2 >= gaps->characters;

	if (gaps->words < WORDS_MIN)
		return 0;
	if (single && gaps->least <= (blanks ? apart_max : alone_max))
		return gaps->least + spread;
	return blanks && gaps->least < blank_min ? blank_min : 0;
}

/* Joins the words of the line from `first` to `end`, and moves what comes of it to `to`, where the line before ends. Returns where this one ends. */
static size_t join_line(struct pdf_page *page, size_t first, size_t end, size_t to)
{
	const struct line_gaps gaps = measure_gaps(page, first, end);
	const float apart = letters_apart(&gaps);
	const size_t start = to;

	for (size_t i = first; i < end; i++) {
		const struct pdf_word *word = &page->words[i];
		struct pdf_word *last = to > start ? &page->words[to - 1] : NULL;
		if (!last || apart <= 0 || gap_between(last, word) > apart) {
			if (to++ != i)
				page->words[to - 1] = *word;
			continue;
		}
		last->box.x1 = word->box.x1;
		last->box.y0 = word->box.y0 < last->box.y0 ? word->box.y0 : last->box.y0;
		last->box.y1 = word->box.y1 > last->box.y1 ? word->box.y1 : last->box.y1;
		last->bytes += word->bytes;
		last->line_end = word->line_end;
	}
	return to;
}

void pdf_spaced_join(struct pdf_page *page)
{
	size_t to = 0;

	for (size_t first = 0, end; first < page->word_count; first = end) {
		end = first + 1;
		while (end < page->word_count && !page->words[end - 1].line_end)
			end++;
		to = join_line(page, first, end, to);
	}
	page->word_count = to;
}
