#include "workers/preprocess/pdf_layout.h"

#include "workers/preprocess/pdf_align.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A gap wider than this many font sizes parts segments: wider than the blanks of justified text, narrower than the gap between
 * two table columns. */
static const float segment_gap_sizes = 1.0f;

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

static bool continues(const struct pdf_word *before, const struct pdf_word *word)
{
	float gap = word->box.x0 - before->box.x1;
	float size = before->size > word->size ? before->size : word->size;

	if (before->line_end || before->rotated != word->rotated)
		return false;
	if (word->rotated)
		return true;
	return gap < segment_gap_sizes * size && gap > -size && same_line(before->box, word->box);
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
		if (last && i > 0 && last->word_first + last->word_count == i && continues(&page->words[i - 1], word)) {
			last->word_count++;
			pdf_box_cover(&last->box, word->box);
			continue;
		}
		if (!pdf_grow((void **)&layout->segments, &layout->segment_capacity, layout->segment_count, sizeof(*layout->segments)))
			return -ENOMEM;
		layout->segments[layout->segment_count++] = (struct pdf_segment){ word->box, (uint32_t)i, 1, 0, 0 };
	}
	for (size_t i = 0; i < layout->segment_count; i++) {
		struct pdf_segment *segment = &layout->segments[i];
		uint32_t most = 0;
		for (uint32_t w = 0; w < segment->word_count; w++) {
			const struct pdf_word *word = &page->words[segment->word_first + w];
			if (word->bytes > most) {
				most = word->bytes;
				segment->size = word->size;
			}
		}
		if (i == 0)
			layout->text = segment->box;
		pdf_box_cover(&layout->text, segment->box);
	}
	return 0;
}

/* --- columns --------------------------------------------------------------------------------------------------- */

enum {
	GUTTER_BUCKETS = 512,
	COLUMN_SEGMENTS_MIN = 8,
	COLUMN_SIZES_MIN = 12, /* width of a column of text, in font sizes */
};

struct gutter {
	bool found;
	float x; /* the middle of the empty strip */
};

static bool crosses(struct pdf_box box, float x) { return box.x0 < x && box.x1 > x; }

/* The emptiest strip in the middle of the page: the widest run of the least covered buckets. */
static float emptiest_x(const struct pdf_layout *layout)
{
	int change[GUTTER_BUCKETS + 1] = { 0 };
	const float left = layout->text.x0, width = layout->text.x1 - layout->text.x0;
	int covered = 0, least = INT32_MAX, best = 0, best_run = 0, run = 0;

	for (size_t i = 0; i < layout->segment_count; i++) {
		struct pdf_box box = layout->segments[i].box;
		int from = (int)((box.x0 - left) / width * GUTTER_BUCKETS), to = (int)((box.x1 - left) / width * GUTTER_BUCKETS);
		change[from < 0 ? 0 : from > GUTTER_BUCKETS ? GUTTER_BUCKETS : from]++;
		change[to < 0 ? 0 : to >= GUTTER_BUCKETS ? GUTTER_BUCKETS : to + 1]--;
	}
	for (int b = 0; b < GUTTER_BUCKETS; b++) {
		covered += change[b];
		if (b < GUTTER_BUCKETS * 3 / 10 || b > GUTTER_BUCKETS * 7 / 10)
			continue;
		run = covered == least ? run + 1 : 1;
		if (covered < least || (covered == least && run > best_run)) {
			least = covered;
			best_run = run;
			best = b;
		}
	}
	return left + width * ((float)best + 1 - (float)best_run / 2) / GUTTER_BUCKETS;
}

struct side {
	size_t count;
	float wide;   /* how many of its segments fill most of the column */
	float y0, y1;
	float edge;   /* nearest to the gutter */
};

static void add_to_side(struct side *side, struct pdf_box box, float column_width, bool left)
{
	if (side->count++ == 0) {
		side->y0 = box.y0;
		side->y1 = box.y1;
		side->edge = left ? box.x1 : box.x0;
	}
	side->y0 = box.y0 < side->y0 ? box.y0 : side->y0;
	side->y1 = box.y1 > side->y1 ? box.y1 : side->y1;
	if (left ? box.x1 > side->edge : box.x0 < side->edge)
		side->edge = left ? box.x1 : box.x0;
	side->wide += box.x1 - box.x0 > 0.6f * column_width ? 1 : 0;
}

/* Two columns of running text: on both sides enough lines at the same height, most of them filling their column, which the
 * cells of a table do not (one column may hold a table or list); little across; and a strip of white between. */
static struct gutter find_gutter(const struct pdf_layout *layout)
{
	struct gutter gutter = { false, 0 };
	struct side left = { 0 }, right = { 0 };
	size_t across = 0;

	if (layout->segment_count < 2 * COLUMN_SEGMENTS_MIN || layout->text.x1 - layout->text.x0 < 72)
		return gutter;
	gutter.x = emptiest_x(layout);
	if (fminf(gutter.x - layout->text.x0, layout->text.x1 - gutter.x) < COLUMN_SIZES_MIN * layout->segments[0].size)
		return gutter;
	for (size_t i = 0; i < layout->segment_count; i++) {
		struct pdf_box box = layout->segments[i].box;
		if (crosses(box, gutter.x))
			across++;
		else if (box.x1 <= gutter.x)
			add_to_side(&left, box, gutter.x - layout->text.x0, true);
		else
			add_to_side(&right, box, layout->text.x1 - gutter.x, false);
	}
	if (left.count < COLUMN_SEGMENTS_MIN || right.count < COLUMN_SEGMENTS_MIN || across > left.count + right.count)
		return gutter;
	float common = (left.y1 < right.y1 ? left.y1 : right.y1) - (left.y0 > right.y0 ? left.y0 : right.y0);
	float left_filled = left.wide / (float)left.count, right_filled = right.wide / (float)right.count;
	bool filled = fmaxf(left_filled, right_filled) > 0.5f && fminf(left_filled, right_filled) > 0.25f;
	gutter.found = filled && common > 0.1f * (layout->text.y1 - layout->text.y0) && right.edge - left.edge >= 6;
	return gutter;
}

static int compare_height(const void *a, const void *b)
{
	const struct pdf_segment *left = a, *right = b;
	float difference = middle_y(left->box) - middle_y(right->box);

	if (left->region != right->region)
		return left->region < right->region ? -1 : 1;
	if (difference < 0 || difference > 0)
		return difference < 0 ? -1 : 1;
	return left->word_first < right->word_first ? -1 : left->word_first > right->word_first;
}

static void sort_segments(struct pdf_layout *layout)
{
	if (layout->segment_count > 1)
		qsort(layout->segments, layout->segment_count, sizeof(*layout->segments), compare_height);
}

struct lines {
	size_t count, wide; /* lines; those far below the one before */
	float y;            /* of the last one */
};

static void count_line(struct lines *lines, float y, float size)
{
	static const float wide_sizes = 1.55f;

	lines->wide += lines->count > 0 && y - lines->y > wide_sizes * size;
	lines->count++;
	lines->y = y;
}

/* Does the band hold the rows of a table? Then most lines of the side that has fewer stand at exactly the height of one on the other
 * side, and the white between rows goes through both sides, where each column of text has its own lines and white. The segments
 * are sorted by height. */
static bool is_table_band(const struct pdf_layout *layout, size_t first, size_t end, float gutter_x)
{
	static const float same_height_sizes = 0.15f;
	struct lines left = { 0 }, right = { 0 }, any = { 0 };
	size_t both = 0;

	for (size_t i = first, next; i < end; i = next) {
		const struct pdf_segment *segment = &layout->segments[i];
		const float y = middle_y(segment->box);
		bool has_left = false, has_right = false;
		for (next = i; next < end && middle_y(layout->segments[next].box) - y < same_height_sizes * segment->size + 0.01f; next++) {
			bool on_left = layout->segments[next].box.x1 <= gutter_x;
			has_left |= on_left;
			has_right |= !on_left;
		}
		next += next == i;
		if (has_left)
			count_line(&left, y, segment->size);
		if (has_right)
			count_line(&right, y, segment->size);
		count_line(&any, y, segment->size);
		both += has_left && has_right;
	}
	const size_t fewer = left.count < right.count ? left.count : right.count;
	return both * 10 >= fewer * 7 && any.wide >= 2 && any.wide * 20 >= (left.wide + right.wide) * 7;
}

/* The segments from `first` to `end` lie between two that span the page: two columns when both sides have lines enough. */
static void settle_band(struct pdf_layout *layout, size_t first, size_t end, float gutter_x, uint32_t *region)
{
	enum { BAND_SIDE_MIN = 3 };
	size_t left = 0;

	for (size_t i = first; i < end; i++)
		left += layout->segments[i].box.x1 <= gutter_x;
	bool columns = left >= BAND_SIDE_MIN && end - first - left >= BAND_SIDE_MIN && !is_table_band(layout, first, end, gutter_x);
	for (size_t i = first; i < end; i++)
		layout->segments[i].region = !columns ? *region : *region + (layout->segments[i].box.x1 <= gutter_x ? 1 : 2);
	*region += columns ? 3 : 0;
}

static void assign_regions(struct pdf_layout *layout)
{
	uint32_t region = 0;
	size_t band = 0;

	struct gutter gutter = find_gutter(layout);
	sort_segments(layout);
	for (size_t i = 0; gutter.found && i <= layout->segment_count; i++) {
		if (i < layout->segment_count && !crosses(layout->segments[i].box, gutter.x))
			continue;
		settle_band(layout, band, i, gutter.x, &region);
		if (i < layout->segment_count)
			layout->segments[i].region = region;
		band = i + 1;
	}
	for (size_t i = 0; i < layout->segment_count; i++)
		if (layout->page->words[layout->segments[i].word_first].rotated)
			layout->segments[i].region = region + 1 + (uint32_t)i; /* each by itself, behind all other text */
	sort_segments(layout);
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

static void measure_row(const struct pdf_layout *layout, struct pdf_row *row)
{
	float bold = 0, mono = 0, letters = 0;
	struct heights heights = { .count = 0 }, sizes = { .count = 0 };

	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		for (uint32_t w = 0; w < segment->word_count; w++) {
			const struct pdf_word *word = &layout->page->words[segment->word_first + w];
			letters += (float)word->bytes;
			count_height(&heights, middle_y(word->box), (float)word->bytes);
			count_height(&sizes, word->size, (float)word->bytes);
			bold += word->style & PDF_BOLD ? (float)word->bytes : 0;
			mono += word->style & PDF_MONO ? (float)word->bytes : 0;
			row->bytes += word->bytes;
			row->rotated |= word->rotated;
		}
	}
	row->y = usual_height(&heights);
	row->size = usual_height(&sizes);
	row->bold = letters > 0 ? bold / letters : 0;
	row->mono = letters > 0 ? mono / letters : 0;
}

/* Segments that poppler parted though they follow each other closely are one again. `first` up to the count, sorted by x. */
static size_t join_close(struct pdf_layout *layout, size_t first, size_t end)
{
	size_t kept = first;

	for (size_t i = first + 1; i < end; i++) {
		struct pdf_segment *last = &layout->segments[kept], *next = &layout->segments[i];
		float size = last->size > next->size ? last->size : next->size;
		bool adjacent = last->word_first + last->word_count == next->word_first;
		if (adjacent && next->box.x0 - last->box.x1 < segment_gap_sizes * size) {
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
	};
	for (uint32_t s = 0; s < row->segment_count; s++)
		pdf_box_cover(&row->box, layout->segments[first + s].box);
	measure_row(layout, row);
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
		bool joins = i > first && segment->region == layout->segments[first].region && same_line(core, segment->box);
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
	int status = build_segments(layout);
	if (status < 0)
		return status;
	assign_regions(layout);
	status = build_rows(layout);
	return status < 0 ? status : pdf_align_part(layout);
}

/* Is there no blank between the two? The library gives one before raised and lowered parts of a word; those stand close. */
static bool is_glued(const struct pdf_word *before, const struct pdf_word *word)
{
	float larger = fmaxf(before->size, word->size), gap = word->box.x0 - before->box.x1;
	bool resized = fminf(before->size, word->size) < 0.85f * larger;

	return word->glued || (resized && gap < 0.08f * larger && gap > -0.3f * larger && !word->rotated);
}

/* A small raised number behind a word: a footnote's mark after a word, else an exponent. */
static bool is_raised_number(const struct pdf_layout *layout, const struct pdf_word *before, const struct pdf_word *word)
{
	struct text text = pdf_word_text(layout->page, word);

	if (!is_glued(before, word) || word->size > 0.85f * before->size || word->box.y1 > before->box.y1 - 0.12f * before->size)
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
		if (before && !is_glued(before, word))
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
