#include "workers/preprocess/pdf_bullets.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { BULLET = 0x2022, NO_WORD = UINT32_MAX, DOTS_OF_A_LINE_MAX = 16 /* looked at for one word */ };

struct bullet {
	uint32_t word; /* that it stands before */
	bool follows;  /* a word stands right before it, or on it */
	const struct pdf_box *dot;
	struct pdf_word drawn;
};

static float middle_of(const struct pdf_box *box) { return (box->y0 + box->y1) / 2; }

/* The first dot whose middle is not above y. */
static size_t first_from(const struct bullet *bullets, size_t count, float y)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (middle_of(bullets[middle].dot) < y)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What a word says of a dot on its line: it may be the one that the dot stands before, or parts it from that. */
static void look_at(const struct pdf_page *page, uint32_t index, struct bullet *bullet)
{
	static const float parted_sizes = 1.5f;
	const struct pdf_word *word = &page->words[index];
	const struct pdf_box *dot = bullet->dot;

	if (word->box.x0 < dot->x1)
		bullet->follows |= dot->x0 - word->box.x1 < parted_sizes * word->size;
	else if (bullet->word == NO_WORD || word->box.x0 < page->words[bullet->word].box.x0)
		bullet->word = index;
}

static void look_at_words(const struct pdf_page *page, struct bullet *bullets, size_t count)
{
	static const float share_above = 0.25f, share_below = 0.9f; /* of the word's height: where bullets stand */

	for (uint32_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		const float height = word->box.y1 - word->box.y0, last = word->box.y0 + share_below * height;
		const size_t first = first_from(bullets, count, word->box.y0 + share_above * height);
		if (word->rtl || word->rotated || word->bytes == 0)
			continue;
		for (size_t d = first; d < count && d < first + DOTS_OF_A_LINE_MAX && middle_of(bullets[d].dot) <= last; d++)
			look_at(page, i, &bullets[d]);
	}
}

static bool is_bullet(const struct pdf_page *page, const struct bullet *bullet)
{
	static const float side_min = 0.15f, side_max = 0.45f, gap_min = 0.2f, gap_max = 2.5f; /* sizes of the text */

	if (bullet->word == NO_WORD || bullet->follows)
		return false;
	const struct pdf_word *word = &page->words[bullet->word];
	const float side = fmaxf(bullet->dot->x1 - bullet->dot->x0, bullet->dot->y1 - bullet->dot->y0), gap = word->box.x0 - bullet->dot->x1;
	return side >= side_min * word->size && side <= side_max * word->size && gap >= gap_min * word->size && gap <= gap_max * word->size;
}

static int compare_places(const void *a, const void *b)
{
	const struct bullet *x = a, *y = b;

	if (x->word != y->word)
		return x->word < y->word ? -1 : 1;
	return x->dot > y->dot ? -1 : x->dot < y->dot; /* the one painted last, of those at one place */
}

/* Keeps one dot a word, in the order of the words. */
static size_t keep_bullets(const struct pdf_page *page, struct bullet *bullets, size_t count)
{
	size_t kept = 0, once = 0;

	for (size_t i = 0; i < count; i++)
		if (is_bullet(page, &bullets[i]))
			bullets[kept++] = bullets[i];
	if (kept > 0)
		qsort(bullets, kept, sizeof(*bullets), compare_places);
	for (size_t i = 0; i < kept; i++)
		if (once == 0 || bullets[i].word != bullets[once - 1].word)
			bullets[once++] = bullets[i];
	return once;
}

static int insert_words(struct pdf_page *page, struct bullet *bullets, size_t count)
{
	size_t from = page->word_count, left = count;

	for (size_t i = 0; i < count; i++) {
		struct pdf_word *drawn = pdf_page_add_word(page);
		if (!drawn)
			return -ENOMEM;
		const struct pdf_word *before = &page->words[bullets[i].word];
		drawn->size = before->size;
		drawn->faint = before->faint;
		drawn->drawn = true;
		pdf_page_append(page, BULLET, (struct pdf_box){ bullets[i].dot->x0, before->box.y0, bullets[i].dot->x1, before->box.y1 });
		bullets[i].drawn = *drawn;
	}
	for (size_t at = page->word_count; left > 0;) {
		if (from > bullets[left - 1].word)
			page->words[--at] = page->words[--from];
		else
			page->words[--at] = bullets[--left].drawn;
	}
	return 0;
}

int pdf_bullets_add(struct pdf_page *page, const struct pdf_box *dots, size_t count)
{
	if (count == 0 || page->word_count == 0)
		return 0;
	struct bullet *bullets = calloc(count, sizeof(*bullets));
	if (!bullets)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		bullets[i] = (struct bullet){ .word = NO_WORD, .dot = &dots[i] };
	look_at_words(page, bullets, count);
	const int status = insert_words(page, bullets, keep_bullets(page, bullets, count));
	free(bullets);
	return status;
}
