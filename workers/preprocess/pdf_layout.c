#include "workers/preprocess/pdf_layout.h"

#include "workers/preprocess/pdf_align.h"
#include "workers/preprocess/pdf_columns.h"
#include "workers/preprocess/pdf_order.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A gap wider than this many font sizes parts segments: wider than the blanks of justified text, narrower than the gap between
 * two table columns. */
static const float segment_gap_sizes = 1.0f;
/* Columns may stand closer to each other than that: until they are known, such a gap parts segments that may be joined later. */
static const float piece_gap_sizes = 0.6f;
static const float page_gap_sizes = 1e3f;

void pdf_layout_init(struct pdf_layout *layout)
{
	*layout = (struct pdf_layout){ 0 };
}

void pdf_layout_done(struct pdf_layout *layout)
{
	free(layout->segments);
	free(layout->rows);
	free(layout->parts);
	free(layout->breaks);
	*layout = (struct pdf_layout){ 0 };
}

void pdf_box_cover(struct pdf_box *box, struct pdf_box other)
{
	box->x0 = other.x0 < box->x0 ? other.x0 : box->x0;
	box->y0 = other.y0 < box->y0 ? other.y0 : box->y0;
	box->x1 = other.x1 > box->x1 ? other.x1 : box->x1;
	box->y1 = other.y1 > box->y1 ? other.y1 : box->y1;
}

static float middle_y(struct pdf_box box) { return (box.y0 + box.y1) / 2; }

/* Do the two stand on one line? Small raised or lowered text belongs to what it overlaps by half of its height. */
static bool same_line(struct pdf_box a, struct pdf_box b)
{
	float top = a.y0 > b.y0 ? a.y0 : b.y0, bottom = a.y1 < b.y1 ? a.y1 : b.y1;
	float lower = a.y1 - a.y0 < b.y1 - b.y0 ? a.y1 - a.y0 : b.y1 - b.y0;
	return bottom - top >= 0.5f * lower;
}

static bool continues(const struct pdf_layout *layout, const struct pdf_word *before, const struct pdf_word *word)
{
	float gap = before->rtl && word->rtl ? before->box.x0 - word->box.x1 : word->box.x0 - before->box.x1;
	float size = before->size > word->size ? before->size : word->size;

	if (before->grid > 0 || word->grid > 0)
		return before->grid == word->grid; /* a ruled table stays whole */
	if (before->line_end || before->rotated != word->rotated || before->untagged != word->untagged)
		return false;
	if (word->rotated)
		return true;
	const float most = word->piece > 0 && word->piece == before->piece ? page_gap_sizes : piece_gap_sizes; /* justified text is no table */
	return gap < most * size * layout->blanks && gap > -size && same_line(before->box, word->box);
}

/* How wide the blanks between words are, by what is usual; not less. In a layer under a scan they are as wide as on the picture, but sizes are not those of its type. */
static float measure_blanks(const struct pdf_page *page)
{
	enum { STEPS = 40 };
	static const float widest_sizes = 2, usual_sizes = 0.3f, most = 3;
	size_t counts[STEPS] = { 0 }, all = 0, passed = 0, step = 0;

	for (size_t i = 1; i < page->word_count; i++) {
		const struct pdf_word *before = &page->words[i - 1], *word = &page->words[i];
		const float size = fmaxf(before->size, word->size), gap = word->box.x0 - before->box.x1;
		if (before->line_end || !(size > 0) || gap <= 0 || gap >= widest_sizes * size || !same_line(before->box, word->box))
			continue;
		counts[(size_t)(gap / (widest_sizes * size) * STEPS)]++;
		all++;
	}
	while (step + 1 < STEPS && (passed += counts[step]) * 2 < all)
		step++;
	return all > 0 ? fminf(fmaxf(((float)step + 0.5f) / STEPS * widest_sizes / usual_sizes, 1), most) : 1;
}

static int build_segments(struct pdf_layout *layout)
{
	const struct pdf_page *page = layout->page;

	layout->segment_count = 0;
	for (size_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		if (word->bytes == 0)
			continue;
		struct pdf_segment *last = layout->segment_count > 0 ? &layout->segments[layout->segment_count - 1] : NULL;
		if (last && i > 0 && last->word_first + last->word_count == i && continues(layout, &page->words[i - 1], word)) {
			last->word_count++;
			pdf_box_cover(&last->box, word->box);
			continue;
		}
		if (!pdf_grow((void **)&layout->segments, &layout->segment_capacity, layout->segment_count, sizeof(*layout->segments)))
			return -ENOMEM;
		layout->segments[layout->segment_count++] = (struct pdf_segment){ word->box, (uint32_t)i, 1, 0, 0, word->grid, word->rtl, false, false };
	}
	for (size_t i = 0; i < layout->segment_count; i++) {
		struct pdf_segment *segment = &layout->segments[i];
		const struct pdf_word *longest = &page->words[segment->word_first];
		for (uint32_t w = 0; w < segment->word_count; w++) {
			const struct pdf_word *word = &page->words[segment->word_first + w];
			longest = word->bytes > longest->bytes ? word : longest;
		}
		segment->size = longest->size;
		segment->rtl = longest->rtl;
		segment->mono = longest->style & PDF_MONO;
		segment->bold = longest->style & PDF_BOLD;
		if (segment->grid == 0) { /* signs of symbol fonts have boxes that reach into the lines around */
			segment->box.y0 = longest->box.y0;
			segment->box.y1 = longest->box.y1;
		}
		if (i == 0)
			layout->text = segment->box;
		pdf_box_cover(&layout->text, segment->box);
	}
	return 0;
}

/* --- rows ------------------------------------------------------------------------------------------------------ */

static int compare_left(const void *a, const void *b)
{
	const struct pdf_segment *left = a, *right = b;

	if (left->box.x0 < right->box.x0 || left->box.x0 > right->box.x0)
		return left->box.x0 < right->box.x0 ? -1 : 1;
	return left->word_first < right->word_first ? -1 : left->word_first > right->word_first;
}

enum { HEIGHTS_MAX = 8 };
struct heights { /* how many letters stand at which height, or have which size */
	float y[HEIGHTS_MAX], letters[HEIGHTS_MAX];
	size_t count;
};

static void count_height(struct heights *heights, float y, float letters)
{
	size_t i = 0;

	while (i < heights->count && fabsf(heights->y[i] - y) > 0.4f)
		i++;
	if (i == HEIGHTS_MAX)
		return;
	if (i == heights->count) {
		heights->y[heights->count] = y;
		heights->letters[heights->count++] = 0;
	}
	heights->letters[i] += letters;
}

static float usual_height(const struct heights *heights)
{
	size_t best = 0;

	for (size_t i = 1; i < heights->count; i++)
		if (heights->letters[i] > heights->letters[best])
			best = i;
	return heights->y[best];
}

/* A line of text with names in fixed-width type, which is often set smaller, has the size of its text. */
static void measure_row(const struct pdf_layout *layout, struct pdf_row *row)
{
	static const float text_share = 0.25f;
	float bold = 0, italic = 0, mono = 0, letters = 0;
	struct heights heights = { .count = 0 }, sizes = { .count = 0 }, text_heights = { .count = 0 }, text_sizes = { .count = 0 };

	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		for (uint32_t w = 0; w < segment->word_count; w++) {
			const struct pdf_word *word = &layout->page->words[segment->word_first + w];
			letters += (float)word->bytes;
			count_height(&heights, middle_y(word->box), (float)word->bytes);
			count_height(&sizes, word->size, (float)word->bytes);
			if (!(word->style & PDF_MONO)) {
				count_height(&text_heights, middle_y(word->box), (float)word->bytes);
				count_height(&text_sizes, word->size, (float)word->bytes);
			}
			bold += word->style & PDF_BOLD ? (float)word->bytes : 0;
			italic += word->style & PDF_ITALIC ? (float)word->bytes : 0;
			mono += word->style & PDF_MONO ? (float)word->bytes : 0;
			row->bytes += word->bytes;
			row->rotated |= word->rotated || word->grid > 0;
			row->initial |= word->initial;
			row->leads |= word->leads;
		}
	}
	const bool text = letters - mono >= text_share * letters;
	row->y = usual_height(text ? &text_heights : &heights);
	row->size = usual_height(text ? &text_sizes : &sizes);
	row->bold = letters > 0 ? bold / letters : 0;
	row->italic = letters > 0 ? italic / letters : 0;
	row->mono = letters > 0 ? mono / letters : 0;
}

/* Lines from right to left are read from their right end on. */
static void turn_row(struct pdf_layout *layout, struct pdf_row *row)
{
	struct pdf_segment *segments = &layout->segments[row->segment_first];
	uint32_t rtl = 0;

	for (uint32_t s = 0; s < row->segment_count; s++)
		rtl += segments[s].rtl;
	if (row->segment_count < 2 || rtl * 2 <= row->segment_count)
		return;
	for (uint32_t low = 0, high = row->segment_count - 1; low < high; low++, high--) {
		struct pdf_segment held = segments[low];
		segments[low] = segments[high];
		segments[high] = held;
	}
}

/* Segments that poppler parted though they follow each other closely are one again. `first` up to the count, sorted by x. */
static size_t join_close(struct pdf_layout *layout, size_t first, size_t end)
{
	size_t kept = first;

	for (size_t i = first + 1; i < end; i++) {
		struct pdf_segment *last = &layout->segments[kept], *next = &layout->segments[i];
		float size = last->size > next->size ? last->size : next->size;
		bool adjacent = last->word_first + last->word_count == next->word_first;
		if (adjacent && next->box.x0 - last->box.x1 < segment_gap_sizes * size * layout->blanks) {
			last->word_count += next->word_count;
			pdf_box_cover(&last->box, next->box);
		} else {
			layout->segments[++kept] = *next;
		}
	}
	return kept + 1;
}

static int add_row(struct pdf_layout *layout, size_t first, size_t end)
{
	if (!pdf_grow((void **)&layout->rows, &layout->row_capacity, layout->row_count, sizeof(*layout->rows)))
		return -ENOMEM;
	qsort(&layout->segments[first], end - first, sizeof(*layout->segments), compare_left);
	struct pdf_row *row = &layout->rows[layout->row_count++];
	*row = (struct pdf_row){
		.box = layout->segments[first].box,
		.segment_first = (uint32_t)first,
		.segment_count = (uint32_t)(join_close(layout, first, end) - first),
		.region = layout->segments[first].region,
		.grid = layout->segments[first].grid,
	};
	for (uint32_t s = 0; s < row->segment_count; s++)
		pdf_box_cover(&row->box, layout->segments[first + s].box);
	measure_row(layout, row);
	turn_row(layout, row);
	return 0;
}

static int build_rows(struct pdf_layout *layout)
{
	struct pdf_box core = { 0 };
	size_t first = 0;
	int status = 0;

	layout->row_count = 0;
	for (size_t i = 0; i < layout->segment_count && status == 0; i++) {
		const struct pdf_segment *segment = &layout->segments[i];
		bool joins = i > first && segment->region == layout->segments[first].region && same_line(core, segment->box) &&
			     segment->grid == 0 && layout->segments[first].grid == 0;
		if (i > first && !joins) {
			status = add_row(layout, first, i);
			first = i;
		}
		if (i == first || segment->box.y1 - segment->box.y0 > core.y1 - core.y0)
			core = segment->box;
	}
	if (status == 0 && first < layout->segment_count)
		status = add_row(layout, first, layout->segment_count);
	return status;
}

int pdf_layout_build(struct pdf_layout *layout, const struct pdf_page *page)
{
	layout->page = page;
	layout->text = (struct pdf_box){ 0 };
	layout->blanks = page->layer ? measure_blanks(page) : 1;
	int status = build_segments(layout);
	if (status < 0)
		return status;
	if (page->ordered)
		pdf_order_assign(layout);
	else
		pdf_columns_assign(layout);
	status = build_rows(layout);
	return status < 0 ? status : pdf_align_part(layout);
}

/* The library gives a blank before raised and lowered parts of a word; those stand close. */
bool pdf_word_is_glued(const struct pdf_word *before, const struct pdf_word *word)
{
	float larger = fmaxf(before->size, word->size), gap = word->box.x0 - before->box.x1;
	bool resized = fminf(before->size, word->size) < 0.85f * larger;

	return word->glued || (resized && gap < 0.08f * larger && gap > -0.3f * larger && !word->rotated);
}

/* A small raised number behind a word: a footnote's mark after a word, else an exponent. */
static bool is_raised_number(const struct pdf_layout *layout, const struct pdf_word *before, const struct pdf_word *word)
{
	struct text text = pdf_word_text(layout->page, word);

	if (!pdf_word_is_glued(before, word) || word->size > 0.85f * before->size || word->box.y1 > before->box.y1 - 0.12f * before->size)
		return false;
	for (size_t i = 0; i < text.bytes; i++)
		if (!ascii_is_digit(text.data[i]))
			return false;
	return text.bytes > 0 && text.bytes < 4;
}

void pdf_segment_append(const struct pdf_layout *layout, const struct pdf_segment *segment, struct buffer *out)
{
	for (uint32_t w = 0; w < segment->word_count; w++) {
		const struct pdf_word *before = w > 0 ? &layout->page->words[segment->word_first + w - 1] : NULL;
		const struct pdf_word *word = &layout->page->words[segment->word_first + w];
		struct text text = pdf_word_text(layout->page, word);
		if (before && is_raised_number(layout, before, word)) {
			bool power = before->bytes < 3 || ascii_is_digit(layout->page->text.data[before->start + before->bytes - 1]);
			buffer_append_format(out, power ? "^%.*s" : "[%.*s]", TEXT_ARGS(text));
			continue;
		}
		if (before && !pdf_word_is_glued(before, word))
			buffer_append_byte(out, ' ');
		buffer_append_text(out, text);
	}
}

void pdf_row_append(const struct pdf_layout *layout, const struct pdf_row *row, struct buffer *out)
{
	for (uint32_t s = 0; s < row->segment_count; s++) {
		if (s > 0)
			buffer_append_byte(out, ' ');
		pdf_segment_append(layout, &layout->segments[row->segment_first + s], out);
	}
}
