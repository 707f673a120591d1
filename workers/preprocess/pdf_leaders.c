/* Leaders, by lines as the PDF library sees them. Dots come as words of one dot each, as one word, or stuck to the label or the value; style sheets also write them below a label that covers
 * them with its ground, so that dots stand between its words. Pure functions over the page's words; nothing is allocated, nothing fails. */
#include "workers/preprocess/pdf_leaders.h"

#include "workers/preprocess/pdf_text.h"

#include <math.h>

enum { DOTS_MIN = 6 }; /* in a row; three or four, and a full stop, are an ellipsis */

/* What the page's leaders lead to. */
struct census {
	size_t lines, leaders;         /* lines, and those with leaders */
	size_t numbers, descents;      /* leaders to page numbers, and how many are lower than the one before */
	size_t lists, open;            /* leaders to several numbers, as indexes have them, and to nothing in their line */
	size_t sorted;                 /* labels that do not come before the one above by their first letter */
	size_t first_line;             /* of a leader to a page number */
	int32_t number;                /* the last one */
	char letter;                   /* the last label begins with */
};

static bool is_dot(char c) { return c == '.'; }

static size_t leading_dots(struct text text)
{
	size_t i = 0;

	while (i < text.bytes && is_dot(text.data[i]))
		i++;
	return i;
}

static size_t trailing_dots(struct text text)
{
	size_t i = text.bytes;

	while (i > 0 && is_dot(text.data[i - 1]))
		i--;
	return text.bytes - i;
}

static bool is_dots(struct text text) { return text.bytes > 0 && leading_dots(text) == text.bytes; }

static bool may_lead(const struct pdf_word *word) { return !(word->style & PDF_MONO) && !word->rotated && word->bytes > 0; }

/* The dots of the longest run in the line; *ret_last: the word that holds the last of them. */
static size_t longest_run(const struct pdf_page *page, size_t first, size_t end, size_t *ret_last)
{
	size_t run = 0, longest = 0;

	for (size_t i = first; i < end; i++) {
		const struct text text = pdf_word_text(page, &page->words[i]);
		const size_t leading = may_lead(&page->words[i]) ? leading_dots(text) : 0;
		run = leading > 0 ? run + leading : 0;
		if (run >= DOTS_MIN && run >= longest) {
			longest = run;
			*ret_last = i;
		}
		if (leading == text.bytes && leading > 0)
			continue;
		run = may_lead(&page->words[i]) && trailing_dots(text) >= DOTS_MIN ? trailing_dots(text) : 0;
		if (run >= longest && run > 0) {
			longest = run;
			*ret_last = i;
		}
	}
	return longest;
}

/* Does the page number that ends the line follow its leader? */
static bool leads_to_number(const struct pdf_page *page, size_t end, size_t last, int32_t *ret_number)
{
	struct text text = pdf_word_text(page, &page->words[last]);

	if (last + 1 < end)
		return last + 2 == end && pdf_is_page_number(pdf_word_text(page, &page->words[last + 1]), ret_number);
	const size_t dots = leading_dots(text) > 0 ? leading_dots(text) : (size_t)(text.bytes - trailing_dots(text));
	return dots < text.bytes && pdf_is_page_number(text_slice(text, dots, text.bytes), ret_number);
}

/* Of the label: bullets, numbers and what marks names in an index stand before it. */
static char first_letter(const struct pdf_page *page, size_t first, size_t end)
{
	for (size_t w = first; w < end; w++) {
		const struct text text = pdf_word_text(page, &page->words[w]);
		for (size_t i = 0; i < text.bytes; i++)
			if (ascii_is_alpha(text.data[i]))
				return ascii_lower(text.data[i]);
	}
	return ' ';
}

/* "54, 98, 121" */
static bool leads_to_list(const struct pdf_page *page, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		const struct text text = pdf_word_text(page, &page->words[i]);
		if (text.bytes > 1 && ascii_is_digit(text.data[0]) && text.data[text.bytes - 1] == ',')
			return true;
	}
	return false;
}

static void count_line(struct census *census, const struct pdf_page *page, size_t first, size_t end)
{
	size_t last = first;
	int32_t number = 0;

	census->lines++;
	if (longest_run(page, first, end, &last) < DOTS_MIN)
		return;
	census->leaders++;
	census->lists += leads_to_list(page, last + 1, end);
	census->open += is_dots(pdf_word_text(page, &page->words[end - 1]));
	if (!leads_to_number(page, end, last, &number))
		return;
	const char letter = first_letter(page, first, end);
	census->descents += census->numbers > 0 && number < census->number;
	census->sorted += census->numbers > 0 && letter >= census->letter;
	if (census->numbers++ == 0)
		census->first_line = census->lines;
	census->number = number;
	census->letter = letter;
}

/* Page numbers rise, but for where lists of figures or Arabic numbers follow; the labels of an index are sorted, there are many of them, and they lead to several numbers or into the next
 * line. One or two lines in the middle of a page are none of a list. Unsure, the dots stay. */
static bool are_contents(const struct census *census)
{
	enum { FEW = 2, TOP_LINES = 3, PAGE_LINES_MIN = 10, INDEX_MIN = 5, PAGE_LEADERS_MAX = 40 };
	const bool sorted = census->numbers >= INDEX_MIN && census->sorted * 3 >= (census->numbers - 1) * 2;

	if (sorted || census->leaders > PAGE_LEADERS_MAX || census->lists * 10 > census->leaders || census->open * 4 > census->leaders)
		return true;
	if (census->numbers * 2 <= census->leaders)
		return false;
	if (census->numbers <= FEW)
		return census->descents == 0 && (census->first_line <= TOP_LINES || census->lines < PAGE_LINES_MIN);
	return census->descents * 3 < census->numbers;
}

/* Takes the dots from the ends of a word; its box is as wide as before, so that what is known of it by its place stays so. */
static void strip(const struct pdf_page *page, struct pdf_word *word, size_t at_least)
{
	const size_t leading = leading_dots(pdf_word_text(page, word));

	if (leading >= at_least && leading < word->bytes) {
		word->start += (uint32_t)leading;
		word->bytes -= (uint32_t)leading;
	}
	const size_t trailing = trailing_dots(pdf_word_text(page, word));
	if (trailing >= DOTS_MIN)
		word->bytes -= (uint32_t)trailing;
}

/* Where dots that begin below their label end for it: at the next word of its height, which the library may have given with another line. */
static float end_of_dots(const struct pdf_page *page, const struct pdf_word *before, size_t dots)
{
	enum { WORDS_AROUND = 64 };
	const float middle = (before->box.y0 + before->box.y1) / 2;
	float end = page->words[dots].box.x1;

	for (size_t i = dots > WORDS_AROUND ? dots - WORDS_AROUND : 0; i < page->word_count && i < dots + WORDS_AROUND; i++) {
		const struct pdf_word *word = &page->words[i];
		const bool beside = word->box.y0 < middle && word->box.y1 > middle && word->box.x0 > before->box.x0;
		if (beside && word->box.x0 < end && !is_dots(pdf_word_text(page, word)))
			end = word->box.x0;
	}
	return fmaxf(end, before->box.x1);
}

/* Dots of the leader, not the full stop that ends a word in other type, nor an ellipsis. */
static bool is_leader(const struct pdf_page *page, const struct pdf_word *word, bool alone)
{
	enum { ELLIPSIS = 3 };
	return may_lead(word) && (alone || (!word->glued && word->bytes != ELLIPSIS)) && is_dots(pdf_word_text(page, word));
}

/* Lines of dots alone are what the library gave of a leader elsewhere. */
static bool are_dots(const struct pdf_page *page, size_t first, size_t end)
{
	while (first < end && is_leader(page, &page->words[first], true))
		first++;
	return first == end;
}

/* Moves the words of the line without its dots to `to`, which is no further than `first`. Returns where it ends. */
static size_t drop_dots(struct pdf_page *page, size_t first, size_t end, size_t to, bool leads)
{
	const size_t start = to;
	const bool line_end = page->words[end - 1].line_end, alone = are_dots(page, first, end);
	bool among = false; /* lone dots: they may stand below a label */

	for (size_t i = first; i < end && leads && !among; i++)
		among = page->words[i].bytes == 1 && is_leader(page, &page->words[i], false);
	for (size_t i = first; i < end; i++) {
		struct pdf_word word = page->words[i];
		struct pdf_word *before = to > start ? &page->words[to - 1] : NULL;
		if ((leads || alone) && is_leader(page, &word, alone)) {
			if (before)
				before->box.x1 = end_of_dots(page, before, i);
			continue;
		}
		if (leads && may_lead(&word))
			strip(page, &word, among ? 1 : DOTS_MIN);
		word.glued &= word.start == page->words[i].start;
		word.leads = leads;
		page->words[to++] = word;
	}
	if (to > start && line_end)
		page->words[to - 1].line_end = true;
	return to;
}

static size_t end_of_line(const struct pdf_page *page, size_t first)
{
	size_t end = first + 1;

	while (end < page->word_count && !page->words[end - 1].line_end)
		end++;
	return end;
}

size_t pdf_leaders_drop(struct pdf_page *page)
{
	struct census census = { .lines = 0 };
	size_t to = 0, dropped = 0, last = 0;

	for (size_t first = 0, end; first < page->word_count; first = end) {
		end = end_of_line(page, first);
		count_line(&census, page, first, end);
	}
	if (census.leaders == 0 || are_contents(&census))
		return 0;
	for (size_t first = 0, end; first < page->word_count; first = end) {
		end = end_of_line(page, first);
		const bool leads = longest_run(page, first, end, &last) >= DOTS_MIN;
		dropped += leads;
		to = drop_dots(page, first, end, to, leads);
	}
	page->word_count = to;
	return dropped;
}
