#include "workers/preprocess/pdf_line_numbers.h"

#include <math.h>

enum { RUN_MIN = 5, STEP_MAX = 5, DIGITS_MAX = 4 };
static const float small_ratio = 0.92f; /* a number's font to that of its line */
static const float same_edge = 1.5f;    /* points */

static bool read_number(struct text text, uint32_t *ret_number)
{
	uint32_t number = 0;

	if (text.bytes == 0 || text.bytes > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.bytes; i++) {
		if (!ascii_is_digit(text.data[i]))
			return false;
		number = number * 10 + (uint32_t)(text.data[i] - '0');
	}
	*ret_number = number;
	return true;
}

/* Is the word a number that begins its line, or is all of it? */
static bool begins_line(const struct pdf_page *page, size_t i, uint32_t *ret_number)
{
	return (i == 0 || page->words[i - 1].line_end || page->words[i].box.x0 < page->words[i - 1].box.x0) && !page->words[i].rotated &&
	       read_number(pdf_word_text(page, &page->words[i]), ret_number);
}

/* The next word after `i` that is the number of a line below: at the same edge, `step` more (any small step when it is 0). */
static size_t next_number(const struct pdf_page *page, size_t i, uint32_t number, uint32_t step, uint32_t *ret_number)
{
	enum { WORDS_AHEAD_MAX = 200 };
	const struct pdf_box box = page->words[i].box;

	for (size_t next = i + 1; next < page->word_count && next < i + WORDS_AHEAD_MAX; next++) {
		const struct pdf_box other = page->words[next].box;
		const bool aligned = fabsf(other.x1 - box.x1) < same_edge || fabsf(other.x0 - box.x0) < same_edge;
		if (!aligned || other.y0 <= box.y0 || !begins_line(page, next, ret_number))
			continue;
		const uint32_t more = *ret_number - number;
		return more == step || (step == 0 && (more == 1 || more == STEP_MAX)) ? next : page->word_count;
	}
	return page->word_count;
}

/* Leftmost edge of the words that are no candidates; without any, nothing is left of them: numbers alone are a table. */
static float text_edge(const struct pdf_page *page)
{
	float edge = page->width;
	bool found = false;
	uint32_t number;

	for (size_t i = 0; i < page->word_count; i++)
		if (!begins_line(page, i, &number) && page->words[i].bytes > 0 && !page->words[i].rotated) {
			edge = fminf(edge, page->words[i].box.x0);
			found = true;
		}
	return found ? edge : 0;
}

static bool is_marginal(const struct pdf_page *page, size_t i, float edge)
{
	const struct pdf_word *word = &page->words[i], *next = i + 1 < page->word_count && !word->line_end ? word + 1 : NULL;

	return word->box.x1 < edge || (next && word->size <= small_ratio * next->size && !next->glued);
}

size_t pdf_line_numbers_drop(struct pdf_page *page)
{
	float edge = -1;
	size_t dropped = 0;

	for (size_t i = 0; i < page->word_count; i++) {
		uint32_t number, before, step = 0;
		size_t count = 1, last = i;
		if (!begins_line(page, i, &number))
			continue;
		before = number;
		for (size_t next; (next = next_number(page, last, before, step, &number)) < page->word_count; last = next, before = number, count++)
			step = number - before;
		if (count < RUN_MIN)
			continue;
		if (edge < 0)
			edge = text_edge(page);
		if (!is_marginal(page, i, edge))
			continue;
		for (size_t w = i, next; w < page->word_count; w = next) {
			read_number(pdf_word_text(page, &page->words[w]), &before);
			next = next_number(page, w, before, step, &number);
			page->words[w].bytes = 0;
			dropped++;
		}
	}
	return dropped;
}
