#include "workers/preprocess/pdf_underscores.h"

#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { NO_WORD = UINT32_MAX, STROKES_OF_A_LINE_MAX = 128 /* looked at for one word */ };

/* Sizes of the type. */
static const float length_min = 0.2f, length_max = 0.65f;
static const float gap_max = 0.2f;      /* between a stroke and its neighbours */
static const float overlap_max = 0.12f;

struct underscore {
	struct pdf_box box;
	uint32_t left, right; /* the words that it stands between */
	bool crossed;         /* a word stands on it: a line under that, or of a fraction */
};

static float middle_of(const struct pdf_box *box) { return (box->y0 + box->y1) / 2; }

static size_t first_from(const struct underscore *underscores, size_t count, float y)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (middle_of(&underscores[middle].box) < y)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of words at most; the line over a root stands right behind its sign. */
static bool may_have(const struct pdf_page *page, const struct pdf_word *word, bool behind)
{
	enum { SIGNS = 0x2000 };
	const struct text text = pdf_word_text(page, word);
	size_t at = behind ? text.bytes - 1 : 0;
	uint32_t code = 0;

	while (at > 0 && ((unsigned char)text.data[at] & 0xC0) == 0x80)
		at--;
	return utf8_decode(text, at, &code) > 0 && code < SIGNS;
}

static void look_at(const struct pdf_page *page, uint32_t index, struct underscore *underscore)
{
	const struct pdf_word *word = &page->words[index];
	const float size = word->size, length = underscore->box.x1 - underscore->box.x0;
	const float behind = underscore->box.x0 - word->box.x1, before = word->box.x0 - underscore->box.x1;

	if (behind < -overlap_max * size && before < -overlap_max * size)
		underscore->crossed = true;
	else if (length < length_min * size || length > length_max * size)
		return;
	else if (behind >= -overlap_max * size && behind <= gap_max * size && may_have(page, word, true))
		underscore->left = index;
	else if (before >= -overlap_max * size && before <= gap_max * size && may_have(page, word, false))
		underscore->right = index;
}

static void look_at_words(const struct pdf_page *page, struct underscore *underscores, size_t count)
{
	static const float share_above = 0.62f; /* of the word's height: the base line is at some 3/4, where fractions are parted at half */

	for (uint32_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		const size_t first = first_from(underscores, count, word->box.y0 + share_above * (word->box.y1 - word->box.y0));
		if (word->rtl || word->rotated || word->bytes == 0)
			continue;
		for (size_t u = first; u < count && u < first + STROKES_OF_A_LINE_MAX && middle_of(&underscores[u].box) <= word->box.y1; u++)
			look_at(page, i, &underscores[u]);
	}
}

static int compare_places(const void *a, const void *b)
{
	const struct underscore *x = a, *y = b;
	const float down = middle_of(&x->box) - middle_of(&y->box);

	if (fabsf(down) > 0)
		return down < 0 ? -1 : 1;
	return x->box.x0 < y->box.x0 ? -1 : x->box.x0 > y->box.x0;
}

/* "__init__": does `second` go on where `first` ends? */
static bool follows(const struct underscore *first, const struct underscore *second)
{
	const float length = first->box.x1 - first->box.x0, gap = second->box.x0 - first->box.x1;
	return fabsf(middle_of(&first->box) - middle_of(&second->box)) < 0.05f * length && gap > -0.1f * length && gap < 0.6f * length;
}

/* Puts the underscore before or behind the text of the word, which moves to the end of the page's text. */
static int put(struct pdf_page *page, uint32_t index, const struct pdf_box *box, bool before)
{
	struct pdf_word *word = &page->words[index];
	struct buffer *text = &page->text;

	if (!buffer_reserve(text, word->bytes + 1))
		return text->status;
	const struct text old = pdf_word_text(page, word);
	word->start = (uint32_t)text->bytes;
	if (before)
		buffer_append_byte(text, '_');
	buffer_append_text(text, old);
	if (!before)
		buffer_append_byte(text, '_');
	word->bytes++;
	word->box.x0 = fminf(word->box.x0, box->x0);
	word->box.x1 = fmaxf(word->box.x1, box->x1);
	page->characters++;
	return text->status;
}

/* Behind words, from left to right; then before words, from right to left. */
static int join(struct pdf_page *page, struct underscore *underscores, size_t count)
{
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++) {
		struct underscore *one = &underscores[i];
		if (one->left == NO_WORD && i > 0 && !one[-1].crossed && follows(one - 1, one))
			one->left = one[-1].left;
		if (one->crossed || one->left == NO_WORD)
			continue;
		status = put(page, one->left, &one->box, false);
		if (one->right == one->left + 1)
			page->words[one->right].glued = true;
	}
	for (size_t i = count; i > 0 && status == 0; i--) {
		struct underscore *one = &underscores[i - 1];
		if (one->right == NO_WORD && i < count && !one[1].crossed && follows(one, one + 1))
			one->right = one[1].right;
		if (!one->crossed && one->left == NO_WORD && one->right != NO_WORD)
			status = put(page, one->right, &one->box, true);
	}
	return status == -ENOMEM ? status : 0; /* a page with too much text stays as it is */
}

int pdf_underscores_join(struct pdf_page *page, const struct pdf_box *strokes, size_t count)
{
	if (count == 0 || page->word_count == 0)
		return 0;
	struct underscore *underscores = calloc(count, sizeof(*underscores));
	if (!underscores)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		underscores[i] = (struct underscore){ strokes[i], NO_WORD, NO_WORD, false };
	look_at_words(page, underscores, count);
	qsort(underscores, count, sizeof(*underscores), compare_places);
	const int status = join(page, underscores, count);
	free(underscores);
	return status;
}
