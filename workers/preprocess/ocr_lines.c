#include "workers/preprocess/ocr_lines.h"

#include "base/utf8.h"
#include "workers/preprocess/pdf_page.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Boxes take in the blurred edge of the ink. */
static const float edge_pixels = 0.7f;
/* Bold strokes are wider than those of most of the page: a single word by more than a line, whose middle is surer. */
static const float bold_word_ratio = 1.45f, bold_line_ratio = 1.3f;

static struct text word_text(const struct ocr_page *page, const struct ocr_word *word)
{
	return text_slice(buffer_view(&page->text), word->start, word->start + word->bytes);
}

static size_t end_of_line(const struct ocr_page *page, size_t first)
{
	while (first < page->word_count && !page->words[first].line_end)
		first++;
	return first < page->word_count ? first + 1 : first;
}

struct weighted {
	float value;
	uint32_t weight;
};

static int compare_weighted(const void *a, const void *b)
{
	const struct weighted *x = a, *y = b;
	return (x->value > y->value) - (x->value < y->value);
}

/* The value below which `share` of the weight lies; 0 when there is none. Sorts. */
static float quantile(struct weighted *items, size_t count, float share)
{
	uint64_t all = 0, seen = 0;

	qsort(items, count, sizeof(*items), compare_weighted);
	for (size_t i = 0; i < count; i++)
		all += items[i].weight;
	for (size_t i = 0; i < count; i++) {
		seen += items[i].weight;
		if ((double)seen >= (double)share * (double)all)
			return items[i].value;
	}
	return 0;
}

/* --- sizes ------------------------------------------------------------------------------------------------------- */

/* From baseline to the top of the word, as a part of the type's size: ascenders, capitals and figures, or small letters alone. 0: the
 * word does not say. */
static float height_share(struct text word)
{
	bool ascender = false, capital = false, small = false, middling = false;

	for (size_t i = 0; i < word.bytes; i++) {
		const char c = word.data[i];
		ascender |= c && strchr("bdfhkl", c);
		capital |= (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		small |= c && strchr("acemnorsuvwxz", c);
		middling |= c && strchr("tij", c);
	}
	return ascender ? 0.735f : capital ? 0.70f : small && !middling ? 0.49f : 0;
}

static float size_of_line(const struct ocr_page *page, size_t first)
{
	enum { SIZES_MAX = 256 };
	struct weighted sizes[SIZES_MAX];
	size_t count = 0;
	float tallest = 0;

	for (size_t i = first; i < page->word_count && count < SIZES_MAX; i++) {
		const struct ocr_word *word = &page->words[i];
		const float share = height_share(word_text(page, word)), height = word->baseline - word->y0 - edge_pixels;
		tallest = word->y1 - word->y0 > tallest ? word->y1 - word->y0 : tallest;
		if (share > 0 && height > 2)
			sizes[count++] = (struct weighted){ height / share, 1 };
	}
	return count > 0 ? quantile(sizes, count, 0.5f) : tallest;
}

/* --- bullets ----------------------------------------------------------------------------------------------------- */

/* Is what stands in the box a round or square dot, as high above the line as bullets are? */
static bool is_bullet(const struct ocr_blob *blob, float baseline, float size)
{
	const float width = (float)(blob->x1 - blob->x0), height = (float)(blob->y1 - blob->y0);
	const float above = (baseline - (float)(blob->y0 + blob->y1) / 2) / size;

	return blob->fill >= 0.68f && width >= 0.16f * size && width <= 0.6f * size && height >= 0.6f * width && height <= 1.6f * width &&
	       above >= 0.15f && above <= 0.6f;
}

/* The word is one mark, and it stands apart. */
static bool may_be_bullet(const struct ocr_page *page, size_t first)
{
	static const char *const marks[] = { "e", "o", "*", "+", "°", "©", "®", "¢", "«", "»", "@", "#", "■", "●", "·", "." };
	const struct ocr_word *word = &page->words[first];

	if (first + 1 >= page->word_count)
		return false;
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (text_equal(word_text(page, word), text_from(marks[i])))
			return word[1].x0 - word->x1 > 0.3f * word[1].size;
	return false;
}

/* Letters that look like a ring are one at the front of an item. */
static bool may_be_ring(struct text word)
{
	return text_equal(word, TEXT_LITERAL("o")) || text_equal(word, TEXT_LITERAL("°")) || text_equal(word, TEXT_LITERAL("©"));
}

static void name_bullet(struct ocr_page *page, struct ocr_word *word)
{
	static const struct text bullet = TEXT_LITERAL("•");

	word->start = (uint32_t)page->text.bytes;
	word->bytes = (uint32_t)bullet.bytes;
	buffer_append_text(&page->text, bullet);
}

static int insert_bullet(struct ocr_page *page, size_t first, const struct ocr_blob *blob)
{
	if (!pdf_grow((void **)&page->words, &page->word_capacity, page->word_count, sizeof(*page->words)))
		return -ENOMEM;
	struct ocr_word *word = &page->words[first];
	memmove(word + 1, word, (page->word_count - first) * sizeof(*word));
	page->word_count++;
	word->x0 = (float)blob->x0;
	word->y0 = (float)blob->y0;
	word->x1 = (float)blob->x1;
	word->y1 = (float)blob->y1;
	name_bullet(page, word);
	return page->text.status;
}

static int find_bullet(struct ocr_page *page, size_t first, PIX *picture, float size)
{
	struct ocr_word *word = &page->words[first];
	struct ocr_blob blob;

	if (may_be_bullet(page, first)) {
		const bool seen = ocr_picture_blob(picture, (int)word->x0 - 1, (int)word->y0 - 1, (int)word->x1 + 1, (int)word->y1 + 1, &blob);
		if ((seen && is_bullet(&blob, word->baseline, size)) || may_be_ring(word_text(page, word)))
			name_bullet(page, word);
		return page->text.status;
	}
	const bool seen = ocr_picture_blob(picture, (int)(word->x0 - 3 * size), (int)(word->baseline - 0.8f * size), (int)(word->x0 - 0.2f * size),
					   (int)(word->baseline + 0.1f * size), &blob);
	return seen && blob.alone >= 0.4f * size && is_bullet(&blob, word->baseline, size) ? insert_bullet(page, first, &blob) : 0;
}

static bool is_item_number(struct text word)
{
	bool digits = word.bytes >= 1 && word.bytes <= 2;

	for (size_t i = 0; i < word.bytes; i++)
		digits &= word.data[i] >= '0' && word.data[i] <= '9';
	return digits;
}

/* "4, Check the cable", "4 Check the cable": the point behind an item's number is taken for a comma, or not seen at all. */
static void repair_number(struct ocr_page *page, size_t first, PIX *picture, float size)
{
	struct ocr_word *word = &page->words[first];
	const struct text text = word_text(page, word);
	struct ocr_blob blob;

	if (first + 1 >= page->word_count || word_text(page, word + 1).data[0] < 'A' || word_text(page, word + 1).data[0] > 'Z')
		return;
	if (text.bytes > 1 && text.data[text.bytes - 1] == ',' && is_item_number(text_slice(text, 0, text.bytes - 1))) {
		page->text.data[word->start + word->bytes - 1] = '.';
		return;
	}
	if (!is_item_number(text) || !ocr_picture_blob(picture, (int)word->x1 + 1, (int)(word->baseline - 0.5f * size), (int)word[1].x0 - 1,
						       (int)(word->baseline + 0.2f * size), &blob))
		return;
	const float width = (float)(blob.x1 - blob.x0), height = (float)(blob.y1 - blob.y0);
	if (width > 0.22f * size || height > 0.22f * size || fabsf((float)blob.y1 - word->baseline) > 0.12f * size)
		return;
	char number[4] = { text.data[0], text.bytes > 1 ? text.data[1] : '.', '.' };
	word->start = (uint32_t)page->text.bytes;
	word->bytes = (uint32_t)text.bytes + 1;
	word->x1 = (float)blob.x1;
	buffer_append(&page->text, number, word->bytes);
}

static int settle_line(struct ocr_page *page, size_t first, PIX *picture)
{
	if (first >= page->word_count)
		return 0;
	const float size = size_of_line(page, first);
	for (size_t i = first; i < page->word_count; i++) {
		struct ocr_word *word = &page->words[i];
		word->size = size;
		const float stroke = ocr_picture_stroke(picture, (int)word->x0, (int)(word->baseline - 0.45f * size), (int)word->x1, (int)word->baseline);
		word->stroke = size > 0 ? stroke / size : 0;
	}
	repair_number(page, first, picture, size);
	int status = find_bullet(page, first, picture, size);
	page->words[page->word_count - 1].line_end = true;
	return status;
}

/* --- bold -------------------------------------------------------------------------------------------------------- */

static bool tells_stroke(const struct ocr_word *word) { return word->stroke > 0 && word->bytes >= 3; }

static void style_line(struct ocr_page *page, size_t first, size_t end, float usual, struct weighted *strokes)
{
	size_t count = 0;

	for (size_t i = first; i < end; i++)
		if (tells_stroke(&page->words[i]))
			strokes[count++] = (struct weighted){ page->words[i].stroke, page->words[i].bytes };
	const bool all = count > 0 && quantile(strokes, count, 0.34f) > bold_line_ratio * usual;
	for (size_t i = first; i < end; i++)
		page->words[i].bold = all || (tells_stroke(&page->words[i]) && page->words[i].stroke > bold_word_ratio * usual);
	for (size_t i = first + 1; i + 1 < end; i++) /* short words are as those around them */
		if (!tells_stroke(&page->words[i]))
			page->words[i].bold = page->words[i - 1].bold && page->words[i + 1].bold;
}

/* --- fixed width ------------------------------------------------------------------------------------------------- */

/* Widths of the letters of a common type without serifs, in hundredths of its size: what words of proportional type measure by. */
static int letter_width(char c)
{
	if (c && strchr("ijl.,:;'|!", c))
		return 25;
	if (c && strchr("ftrI()[]{}-/\\ ", c))
		return 32;
	if (c && strchr("mMW", c))
		return 85;
	if (c && strchr("wCDGHNOQRUABEKPSVXY&", c))
		return 70;
	return 55;
}

struct pitch {
	float mean, fixed_spread, free_spread; /* of the letters' width: relative deviation, as fixed-width type and as other type */
	size_t words;
};

static struct pitch pitch_of(const struct ocr_page *page, size_t first, size_t end)
{
	double fixed = 0, fixed_squares = 0, rest = 0, rest_squares = 0;
	struct pitch pitch = { 0 };

	for (size_t i = first; i < end; i++) {
		const struct ocr_word *word = &page->words[i];
		const struct text text = word_text(page, word);
		int width = 0;
		if (text.bytes < 3 || utf8_count(text) != text.bytes)
			continue;
		for (size_t c = 0; c < text.bytes; c++)
			width += letter_width(text.data[c]);
		const double seen = (double)(word->x1 - word->x0) + 0.1 * (double)word->size;
		const double per_letter = seen / (double)text.bytes, per_width = seen / (double)width;
		fixed += per_letter;
		fixed_squares += per_letter * per_letter;
		rest += per_width;
		rest_squares += per_width * per_width;
		pitch.words++;
	}
	if (pitch.words == 0)
		return pitch;
	const double n = (double)pitch.words;
	pitch.mean = (float)(fixed / n);
	pitch.fixed_spread = (float)(sqrt(fmax(0, fixed_squares / n - fixed / n * fixed / n)) / (fixed / n));
	pitch.free_spread = (float)(sqrt(fmax(0, rest_squares / n - rest / n * rest / n)) / (rest / n));
	return pitch;
}

static bool is_fixed(const struct pitch *pitch, float size)
{
	return pitch->words >= 3 && pitch->fixed_spread < 0.05f && pitch->fixed_spread < 0.5f * pitch->free_spread && pitch->mean > 0.5f * size &&
	       pitch->mean < 0.75f * size;
}

/* Words grow to the cells of their letters and a quarter of a cell on each side: ink alone leaves gaps of fixed-width type that look like those
 * between columns. */
static void mark_fixed(struct ocr_page *page, size_t first, size_t end, float pitch)
{
	for (size_t i = first; i < end; i++) {
		struct ocr_word *word = &page->words[i];
		const float width = ((float)utf8_count(word_text(page, word)) + 0.5f) * pitch, grow = (width - (word->x1 - word->x0)) / 2;
		word->mono = true;
		if (grow <= 0 || grow > pitch)
			continue;
		word->x0 -= grow;
		word->x1 += grow;
	}
}

/* Lines that are too short to tell are of fixed width when they are next to one that is, and have its letters' width. */
static void mark_fixed_lines(struct ocr_page *page)
{
	float pitch_before = 0, baseline_before = 0;

	for (size_t first = 0, end; first < page->word_count; first = end) {
		end = end_of_line(page, first);
		const struct ocr_word *word = &page->words[first];
		const struct pitch pitch = pitch_of(page, first, end);
		const bool near = pitch_before > 0 && word->baseline - baseline_before < 2 * word->size && word->baseline > baseline_before;
		const bool alike = near && pitch.words > 0 && fabsf(pitch.mean - pitch_before) < 0.06f * pitch_before;
		if (is_fixed(&pitch, word->size) || alike) {
			mark_fixed(page, first, end, pitch.mean);
			pitch_before = pitch.mean;
		} else {
			pitch_before = 0;
		}
		baseline_before = word->baseline;
	}
}

/* On a typed page, lines are of fixed width that come near the pitch of most others, and those too short to tell. */
static void mark_typed_page(struct ocr_page *page)
{
	size_t fixed = 0;
	float pitches = 0;

	for (size_t i = 0; i < page->word_count; i++) {
		const struct ocr_word *word = &page->words[i];
		if (!word->mono)
			continue;
		fixed++;
		pitches += (word->x1 - word->x0) / ((float)utf8_count(word_text(page, word)) + 0.5f);
	}
	if (fixed * 2 < page->word_count || fixed == 0)
		return;
	const float usual = pitches / (float)fixed;
	for (size_t first = 0, end; first < page->word_count; first = end) {
		end = end_of_line(page, first);
		const struct pitch pitch = pitch_of(page, first, end);
		if (!page->words[first].mono && (pitch.words == 0 || fabsf(pitch.mean - usual) < 0.1f * usual))
			mark_fixed(page, first, end, usual);
	}
}

static int style_lines(struct ocr_page *page)
{
	struct weighted *strokes = malloc((page->word_count + 1) * sizeof(*strokes));
	size_t count = 0;

	if (!strokes)
		return -ENOMEM;
	for (size_t i = 0; i < page->word_count; i++)
		if (tells_stroke(&page->words[i]))
			strokes[count++] = (struct weighted){ page->words[i].stroke, page->words[i].bytes };
	const float usual = quantile(strokes, count, 0.4f); /* of the lighter half: bold type does not pull it up */
	for (size_t first = 0, end; first < page->word_count && usual > 0; first = end) {
		end = end_of_line(page, first);
		style_line(page, first, end, usual, strokes);
	}
	mark_fixed_lines(page);
	mark_typed_page(page);
	free(strokes);
	return 0;
}

/* --- lines in parts ---------------------------------------------------------------------------------------------- */

struct part {
	size_t first, end;  /* words */
	float x0, x1, baseline, size;
	struct part *next;  /* goes on with it, to the right */
	bool taken;         /* another one goes on with it */
};

static struct part part_of(const struct ocr_page *page, size_t first, size_t end)
{
	const struct ocr_word *word = &page->words[first];
	struct part part = { .first = first, .end = end, .x0 = word->x0, .x1 = page->words[end - 1].x1, .baseline = word->baseline };

	for (size_t i = first; i < end; i++)
		part.size = page->words[i].y1 - page->words[i].y0 > part.size ? page->words[i].y1 - page->words[i].y0 : part.size;
	return part;
}

static int compare_places(const void *a, const void *b)
{
	const struct part *x = *(const struct part *const *)a, *y = *(const struct part *const *)b;
	return (x->baseline > y->baseline) - (x->baseline < y->baseline);
}

/* Is `right` the nearest so far of what goes on with `left` after a blank? */
static bool goes_on(const struct part *left, const struct part *right)
{
	const float size = left->size < right->size ? left->size : right->size, gap = right->x0 - left->x1;

	return left != right && !right->taken && gap > -0.2f * size && gap < 1.1f * size && fabsf(left->baseline - right->baseline) < 0.3f * size &&
	       left->size < 2 * right->size && right->size < 2 * left->size && (!left->next || right->x0 < left->next->x0);
}

/* Looks at a few neighbours in height alone, so that it takes no longer than sorting does. */
static void join_parts(struct part **places, size_t count)
{
	enum { NEIGHBOURS = 24 };

	for (size_t i = 0; i < count; i++) {
		for (size_t k = i < NEIGHBOURS ? 0 : i - NEIGHBOURS; k < count && k <= i + NEIGHBOURS; k++)
			if (goes_on(places[i], places[k]))
				places[i]->next = places[k];
		if (places[i]->next)
			places[i]->next->taken = true;
	}
}

/* Replaces the page's words by those of the parts, which were cut out of `words`. */
static int settle_parts(struct ocr_page *page, struct part *parts, size_t count, const struct ocr_word *words, PIX *picture)
{
	int status = 0;

	page->word_count = 0;
	for (size_t i = 0; i < count && status == 0; i++) {
		const size_t first = page->word_count;
		for (const struct part *part = parts[i].taken ? NULL : &parts[i]; part; part = part->next) {
			for (size_t w = part->first; w < part->end; w++) {
				if (!pdf_grow((void **)&page->words, &page->word_capacity, page->word_count, sizeof(*page->words)))
					return -ENOMEM;
				page->words[page->word_count] = words[w];
				page->words[page->word_count++].line_end = false;
			}
		}
		status = settle_line(page, first, picture);
	}
	return status;
}

int ocr_lines_settle(struct ocr_page *page, PIX *picture)
{
	struct part *parts = calloc(page->word_count + 1, sizeof(*parts));
	struct part **places = calloc(page->word_count + 1, sizeof(struct part *));
	struct ocr_word *words = malloc((page->word_count + 1) * sizeof(*words));
	size_t count = 0;
	int status = parts && places && words ? 0 : -ENOMEM;

	if (status == 0 && page->word_count > 0)
		memcpy(words, page->words, page->word_count * sizeof(*words));
	for (size_t first = 0, end; status == 0 && first < page->word_count; first = end) {
		end = end_of_line(page, first);
		parts[count] = part_of(page, first, end);
		places[count] = &parts[count];
		count++;
	}
	if (status == 0) {
		qsort(places, count, sizeof(*places), compare_places);
		join_parts(places, count);
		status = settle_parts(page, parts, count, words, picture);
	}
	free(words);
	free(places);
	free(parts);
	return status == 0 ? style_lines(page) : status;
}
