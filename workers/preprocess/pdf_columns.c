#include "workers/preprocess/pdf_columns.h"

#include "workers/preprocess/pdf_cards.h"
#include "workers/preprocess/pdf_table_band.h"

#include <math.h>
#include <stdlib.h>

enum {
	BUCKETS = 512,           /* of a region's width */
	TRIED_MAX = 16,          /* strips looked at in a region */
	CUTS_MAX = 6,            /* in each other */
	SIDE_SEGMENTS_MIN = 8,   /* of the first cut of a page */
	PART_SEGMENTS_MIN = 4,   /* of further cuts */
	BAND_SIDE_MIN = 3,       /* lines on each side of a band */
	COLUMN_SIZES_MIN = 10,   /* width of a column of text, in font sizes */
	WIDTHS_MAX = 512,        /* sampled to learn how wide the lines of a side are */
};

static const float strip_points_min = 6;

static bool crosses(struct pdf_box box, float x) { return box.x0 < x && box.x1 > x; }

static int compare_height(const void *a, const void *b)
{
	const struct pdf_segment *left = a, *right = b;
	float difference = pdf_middle_y(left->box) - pdf_middle_y(right->box);

	if (left->region != right->region)
		return left->region < right->region ? -1 : 1;
	if (difference < 0 || difference > 0)
		return difference < 0 ? -1 : 1;
	return left->word_first < right->word_first ? -1 : left->word_first > right->word_first;
}

static void sort_segments(struct pdf_segment *segments, size_t count)
{
	if (count > 1)
		qsort(segments, count, sizeof(*segments), compare_height);
}

/* --- the strip between two columns ------------------------------------------------------------------------------ */

struct part { /* segments that are looked at together, sorted by height */
	struct pdf_segment *segments;
	size_t count;
	struct pdf_box box;
	float size;      /* of its font, the mean over words */
	size_t side_min; /* segments on each side of a cut */
	const struct pdf_rules *rules; /* of the page; NULL: not known */
};

struct numbering {
	uint32_t region; /* the next one */
	const struct pdf_rules *rules;
};

enum { LINE_BOXES_MAX = 24 };
struct side {
	size_t count, width_count, mono;
	float widths[WIDTHS_MAX]; /* of its lines */
	float y0, y1;
	float edge;               /* nearest to the strip */
	struct pdf_box line[LINE_BOXES_MAX]; /* the line at hand: what stands at one height */
	size_t line_count;
};

static int compare_left(const void *a, const void *b)
{
	const struct pdf_box *left = a, *right = b;
	return left->x0 < right->x0 ? -1 : left->x0 > right->x0;
}

/* Notes the widths of the line at hand: words of a justified line stand wide apart, but not as wide as columns. */
static void end_line(struct side *side, float wide_blank)
{
	qsort(side->line, side->line_count, sizeof(side->line[0]), compare_left);
	for (size_t i = 0, next; i < side->line_count && side->width_count < WIDTHS_MAX; i = next) {
		float right = side->line[i].x1;
		for (next = i + 1; next < side->line_count && side->line[next].x0 - right < wide_blank; next++)
			right = fmaxf(right, side->line[next].x1);
		side->widths[side->width_count++] = right - side->line[i].x0;
	}
	side->line_count = 0;
}

static void add_to_side(struct side *side, const struct pdf_segment *segment, float size, float wide_blank, bool left)
{
	static const float same_height_sizes = 0.4f;
	const struct pdf_box box = segment->box;

	if (side->count++ == 0) {
		side->y0 = box.y0;
		side->y1 = box.y1;
		side->edge = left ? box.x1 : box.x0;
	}
	side->y0 = fminf(side->y0, box.y0);
	side->y1 = fmaxf(side->y1, box.y1);
	side->edge = left ? fmaxf(side->edge, box.x1) : fminf(side->edge, box.x0);
	if (side->line_count == LINE_BOXES_MAX || (side->line_count > 0 && pdf_middle_y(box) - pdf_middle_y(side->line[0]) > same_height_sizes * size))
		end_line(side, wide_blank);
	side->line[side->line_count++] = box;
	side->mono += segment->mono;
}

static int compare_floats(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return x < y ? -1 : x > y;
}

/* How many of the side's lines are as wide as its wide ones, 0–1; 0 when these are too narrow for a column of text. */
static float filled_share(struct side *side, float wide_min)
{
	static const float wide_rank = 0.8f, nearly = 0.65f;
	size_t filled = 0;

	qsort(side->widths, side->width_count, sizeof(side->widths[0]), compare_floats);
	const float wide = side->widths[(size_t)(wide_rank * (float)(side->width_count - 1))];
	if (wide < wide_min)
		return 0;
	for (size_t i = 0; i < side->width_count; i++)
		filled += side->widths[i] > nearly * wide;
	return (float)filled / (float)side->width_count;
}

static bool is_code(const struct side *side) { return side->mono * 5 >= side->count * 4; }

/* Does the strip at x part running text? On both sides stand enough lines at the same height, most of them as wide as their column,
 * which the cells of a table are not (one side may hold a table or list); little crosses it; and it is white. `apart`: the lines of one
 * side do not stand at the heights of the other's, so it may be narrow. */
static bool parts_text(const struct part *part, float x, bool apart)
{
	struct side left = { .count = 0 }, right = { .count = 0 };
	const float size = part->size;
	static const float blank_sizes = 2.2f;
	const float wide_blank = apart ? part->box.x1 - part->box.x0 : blank_sizes * size;
	size_t across = 0;

	for (size_t i = 0; i < part->count; i++) {
		struct pdf_box box = part->segments[i].box;
		if (crosses(box, x))
			across++;
		else
			add_to_side(box.x1 <= x ? &left : &right, &part->segments[i], size, wide_blank, box.x1 <= x);
	}
	end_line(&left, wide_blank);
	end_line(&right, wide_blank);
	if (left.count < part->side_min || right.count < part->side_min || across > left.width_count + right.width_count)
		return false;
	const float common = fminf(left.y1, right.y1) - fmaxf(left.y0, right.y0);
	if (right.edge - left.edge < strip_points_min || common < 0.1f * (part->box.y1 - part->box.y0))
		return false;
	const float wide = COLUMN_SIZES_MIN * size, narrow = apart ? wide / 2 : wide;
	const float left_filled = filled_share(&left, narrow), right_filled = filled_share(&right, narrow);
	if (apart && filled_share(&left, wide) <= 0 && filled_share(&right, wide) <= 0)
		return false;
	if (is_code(&left) && is_code(&right)) /* options and what they mean; but listings may be printed in two columns */
		return fminf(left_filled, right_filled) > 0.5f && across * 20 <= left.width_count + right.width_count;
	return fmaxf(left_filled, right_filled) > 0.5f && fminf(left_filled, right_filled) > 0.25f;
}

/* How many segments cover each bucket of the part's width. */
static void count_cover(const struct part *part, int *cover)
{
	const float left = part->box.x0, width = part->box.x1 - part->box.x0;
	int change[BUCKETS + 1] = { 0 }, covered = 0;

	for (size_t i = 0; i < part->count; i++) {
		struct pdf_box box = part->segments[i].box;
		int from = (int)((box.x0 - left) / width * BUCKETS), to = (int)((box.x1 - left) / width * BUCKETS);
		change[from < 0 ? 0 : from > BUCKETS ? BUCKETS : from]++;
		change[to < 0 ? 0 : to >= BUCKETS ? BUCKETS : to + 1]--;
	}
	for (int b = 0; b < BUCKETS; b++)
		cover[b] = covered += change[b];
}

/* Looks for a strip that at most `most` segments cross. tried: buckets that were found wanting. */
static bool find_strip(const struct part *part, const int *cover, int most, int *tried, int *tried_count, float *ret_x)
{
	const float width = part->box.x1 - part->box.x0;
	const int margin = (int)(COLUMN_SIZES_MIN * part->size / width * BUCKETS);
	const int run_min = (int)(strip_points_min / width * BUCKETS) - 1;

	for (int b = margin, run = 0; b < BUCKETS - margin; b++) {
		run = cover[b] <= most ? run + 1 : 0;
		if (run == 0 || run < run_min || (b + 1 < BUCKETS - margin && cover[b + 1] <= most))
			continue;
		const int middle = b - run / 2;
		bool known = *tried_count == TRIED_MAX;
		for (int t = 0; t < *tried_count && !known; t++)
			known = abs(tried[t] - middle) < BUCKETS / 128;
		if (known)
			continue;
		tried[(*tried_count)++] = middle;
		const float x = part->box.x0 + width * ((float)b + 1 - (float)run / 2) / BUCKETS;
		if (parts_text(part, x, false)) {
			*ret_x = x;
			return true;
		}
	}
	return false;
}

/* The strip that fewest segments cross. */
static bool find_gutter(const struct part *part, float *ret_x)
{
	int cover[BUCKETS], tried[TRIED_MAX], tried_count = 0, most_before = -1;

	if (part->count < 2 * part->side_min || part->box.x1 - part->box.x0 < 72)
		return false;
	count_cover(part, cover);
	for (int most = 0; most < (int)part->count / 2 && tried_count < TRIED_MAX; most_before = most, most += 1 + most / 2)
		if (most != most_before && find_strip(part, cover, most, tried, &tried_count, ret_x))
			return true;
	return false;
}

/* --- bands ------------------------------------------------------------------------------------------------------ */

/* Two columns? Both sides of the band, which nothing crosses, have lines enough and are no table. */
static bool are_columns(const struct pdf_band *band, const struct pdf_rules *rules)
{
	const size_t count = band->end - band->first;
	size_t left = 0;

	for (size_t i = band->first; i < band->end; i++)
		left += band->segments[i].box.x1 <= band->x;
	return left >= BAND_SIDE_MIN && count - left >= BAND_SIDE_MIN && !pdf_band_is_table(band, rules);
}

/* Where lines that span the columns go on above them, and end on the left: the last line of a paragraph is short. */
static size_t start_of_columns(const struct pdf_band *band, float size)
{
	static const float line_white_sizes = 0.8f;
	size_t start = band->first;

	while (start > 0 && start < band->end && band->segments[start].box.x1 <= band->x &&
	       pdf_middle_y(band->segments[start].box) - pdf_middle_y(band->segments[band->first].box) < 0.1f * size)
		start++;
	if (start == band->first || start == band->end)
		return band->first;
	const float above = band->segments[band->first].box.y0 - band->segments[band->first - 1].box.y1, below = band->segments[start].box.y0 - band->segments[band->first].box.y1;
	return above < line_white_sizes * size && below > above + 0.3f * size ? start : band->first;
}

/* Without a last short line far below all others: the number of the page. */
static size_t end_without_number(const struct pdf_band *band, float size)
{
	static const float far_sizes = 3.0f, short_sizes = 4.0f;

	if (band->end < band->count || band->end < band->first + 2)
		return band->end;
	const struct pdf_box last = band->segments[band->end - 1].box;
	float bottom = band->segments[band->first].box.y1;
	for (size_t i = band->first; i + 1 < band->end; i++)
		bottom = fmaxf(bottom, band->segments[i].box.y1);
	return last.x1 - last.x0 < short_sizes * size && last.y0 - bottom > far_sizes * size ? band->end - 1 : band->end;
}

/* Where the columns of the band end: a heading that stands on the left alone, below both of them, is of what spans them below; or of a last part of
 * the page below columns that end at about the same height. */
static size_t end_of_columns(const struct pdf_band *band, float size)
{
	static const float white_sizes = 0.4f, heading_ratio = 1.05f, same_end_sizes = 3.0f;
	const size_t end = end_without_number(band, size);
	float left = 0, right = 0; /* where they end */
	size_t tail = end;

	while (tail > band->first && band->segments[tail - 1].box.x1 <= band->x)
		tail--;
	for (size_t i = band->first; i < tail; i++) {
		float *bottom = band->segments[i].box.x1 <= band->x ? &left : &right;
		*bottom = fmaxf(*bottom, band->segments[i].box.y1);
	}
	for (size_t i = tail; i < end; i++) {
		const struct pdf_segment *segment = &band->segments[i];
		const bool heading = segment->bold || segment->size > heading_ratio * size;
		if (heading && segment->box.y0 - fmaxf(left, right) > white_sizes * size &&
		    (band->end < band->count || fabsf(left - right) < same_end_sizes * size))
			return i;
		left = fmaxf(left, segment->box.y1);
	}
	return end;
}

static void number_regions(struct pdf_segment *segments, size_t count, bool whole_page, int cuts_left, struct numbering *numbering);

/* Reads the left side before the right one, or after it. */
static void number_columns(struct pdf_segment *segments, size_t count, float gutter_x, bool right_first, int cuts_left, struct numbering *numbering)
{
	size_t left = 0; /* or the right one, when it comes first */

	for (size_t i = 0; i < count; i++) {
		segments[i].region = (segments[i].box.x1 > gutter_x) != right_first;
		left += segments[i].region == 0;
	}
	sort_segments(segments, count);
	number_regions(segments, left, false, cuts_left, numbering);
	number_regions(segments + left, count - left, false, cuts_left, numbering);
}

static void measure(struct part *part)
{
	float words = 0;

	part->box = part->segments[0].box;
	for (size_t i = 0; i < part->count; i++) {
		pdf_box_cover(&part->box, part->segments[i].box);
		part->size += part->segments[i].size * (float)part->segments[i].word_count;
		words += (float)part->segments[i].word_count;
	}
	part->size /= words;
}

/* --- boxes beside text, cards ------------------------------------------------------------------------------------- */

struct band { /* of a part, which parts of a page above and below it do not cross */
	size_t first, end; /* of its segments */
	float x;           /* where it is cut: just left of what stands on the right */
	bool floats;       /* the text on the left goes on below what stands on the right */
};

/* Makes the band as high as nothing crosses its cut. */
static void extend_band(const struct part *part, struct band *band)
{
	static const float white_sizes = 1.6f; /* between two lines of one column; more parts what stands above from what stands below */
	const struct pdf_segment *segments = part->segments;
	float bottom = segments[band->first].box.y1, top = segments[band->first].box.y0;

	for (; band->end < part->count; band->end++) {
		const struct pdf_box box = segments[band->end].box;
		if (crosses(box, band->x) || box.y0 - bottom > white_sizes * part->size)
			break;
		bottom = fmaxf(bottom, box.y1);
	}
	for (; band->first > 0; band->first--) {
		const struct pdf_box box = segments[band->first - 1].box;
		if (crosses(box, band->x) || top - box.y1 > white_sizes * part->size)
			break;
		top = fminf(top, box.y0);
	}
}

/* Do the segments left or right of x stand in several columns, with white between that hardly any of them crosses? */
static bool holds_columns(const struct part *part, float x, bool left)
{
	const float from = part->box.x0, width = part->box.x1 - part->box.x0;
	size_t begun[BUCKETS] = { 0 }, ended[BUCKETS] = { 0 }, count = 0, begun_count = 0, ended_count = 0;

	for (size_t i = 0; i < part->count; i++) {
		const struct pdf_box box = part->segments[i].box;
		if ((box.x1 <= x) != left)
			continue;
		begun[(int)((box.x0 - from) / width * (BUCKETS - 1))]++;
		ended[(int)((box.x1 - from) / width * (BUCKETS - 1))]++;
		count++;
	}
	for (size_t b = 0; b < BUCKETS; b++) {
		begun_count += begun[b];
		if ((begun_count - ended_count) * 10 <= count && ended_count * 5 > count && (count - begun_count) * 5 > count)
			return true;
		ended_count += ended[b];
	}
	return false;
}

/* Do columns stand on both sides: of running text, or one of running text whose lines have heights of their own? */
static bool is_band(const struct part *part, struct band *band)
{
	static const float going_on_sizes = 0.8f, same_edge_sizes = 0.5f;
	const struct pdf_segment *segments = part->segments;
	struct part inner = { .segments = part->segments + band->first, .count = band->end - band->first, .side_min = BAND_SIDE_MIN };
	float left_x = 1e6f, left_bottom = 0, right_bottom = 0;

	const struct pdf_band_heights heights = pdf_band_heights(inner.segments, inner.count, band->x);
	const size_t fewer = size_min(heights.left.count, heights.right.count);
	if (fewer < BAND_SIDE_MIN)
		return false;
	/* Lines apart from one another are names in the middle of a table's rows. */
	const bool dense = heights.left.far * 3 <= heights.left.count && heights.right.far * 3 <= heights.right.count;
	measure(&inner);
	if (!parts_text(&inner, band->x, dense && heights.both * 10 <= fewer * 4) || pdf_band_is_table(&(struct pdf_band){ part->segments, part->count, band->first, band->end, band->x }, part->rules))
		return false;
	if (holds_columns(&inner, band->x, true) && holds_columns(&inner, band->x, false))
		return false; /* cells */
	for (size_t i = band->first; i < band->end; i++) {
		const struct pdf_box box = segments[i].box;
		if (box.x1 <= band->x) {
			left_x = fminf(left_x, box.x0);
			left_bottom = fmaxf(left_bottom, box.y1);
		} else {
			right_bottom = fmaxf(right_bottom, box.y1);
		}
	}
	const struct pdf_box *below = band->end < part->count ? &segments[band->end].box : NULL;
	band->floats = below && left_bottom > right_bottom && below->y0 - left_bottom < going_on_sizes * part->size && fabsf(below->x0 - left_x) < same_edge_sizes * part->size;
	return true;
}

/* The next band that begins at segment `from` or below. tries: how often one may still be looked for on this page. */
static bool find_band(const struct part *part, size_t from, unsigned *tries, struct band *ret_band)
{
	static const float gap_sizes = 1.5f;
	const struct pdf_segment *segments = part->segments;

	for (size_t i = from, next; i < part->count; i = next) {
		float line[LINE_BOXES_MAX];
		size_t count = 0;
		for (next = i; next < part->count && (next == i || segments[next].box.y0 < segments[i].box.y1); next++) /* boxes may have no height */
			if (count < LINE_BOXES_MAX)
				line[count++] = segments[next].box.x0;
		for (size_t k = 0; k < count && *tries > 0; k++) {
			struct band band = { i, next, line[k] - strip_points_min / 2, false };
			float left = -1e6f;
			for (size_t s = i; s < next; s++)
				left = segments[s].box.x0 < line[k] ? fmaxf(left, segments[s].box.x1) : left;
			if (left < 0 || line[k] - left < gap_sizes * part->size)
				continue;
			--*tries;
			extend_band(part, &band);
			band.first = band.first < from ? from : band.first;
			if (is_band(part, &band)) {
				*ret_band = band;
				return true;
			}
		}
	}
	return false;
}

/* Parts what stands side by side somewhere on the page, where no strip parts all of it. False: nothing does, and nothing is numbered. */
static bool number_bands(const struct part *part, int cuts_left, struct numbering *numbering)
{
	unsigned tries = TRIED_MAX;
	struct band band;
	size_t from = 0;

	while (from < part->count && find_band(part, from, &tries, &band)) {
		for (size_t i = from; i < band.first; i++)
			part->segments[i].region = numbering->region;
		numbering->region += band.first > from;
		number_columns(part->segments + band.first, band.end - band.first, band.x, band.floats, cuts_left - 1, numbering);
		from = band.end;
	}
	if (from == 0)
		return false;
	for (size_t i = from; i < part->count; i++)
		part->segments[i].region = numbering->region;
	numbering->region += from < part->count;
	return true;
}

/* Parts blocks that stand side by side below headings of their own. False: there are none, and nothing is numbered. */
static bool number_cards(struct pdf_segment *segments, size_t count, int cuts_left, struct numbering *numbering)
{
	unsigned tries = TRIED_MAX;
	struct pdf_cards cards;
	size_t from = 0;

	while (cuts_left > 0 && pdf_cards_find(segments, count, from, &tries, &cards)) {
		number_regions(segments + from, cards.first - from, false, cuts_left - 1, numbering);
		for (size_t i = cards.first; i < cards.end; i++)
			segments[i].region = (uint32_t)pdf_cards_column_of(&cards, segments[i].box);
		sort_segments(segments + cards.first, cards.end - cards.first);
		for (size_t i = cards.first, next; i < cards.end; i = next) {
			for (next = i + 1; next < cards.end && segments[next].region == segments[i].region;)
				next++;
			number_regions(segments + i, next - i, false, cuts_left - 1, numbering);
		}
		from = cards.end;
	}
	if (from > 0)
		number_regions(segments + from, count - from, false, cuts_left - 1, numbering);
	return from > 0;
}

/* The segments, sorted by height, get the numbers from numbering->region on, which becomes the next free one. */
static void number_regions(struct pdf_segment *segments, size_t count, bool whole_page, int cuts_left, struct numbering *numbering)
{
	struct part part = { .segments = segments, .count = count, .side_min = whole_page ? SIDE_SEGMENTS_MIN : PART_SEGMENTS_MIN, .rules = numbering->rules };
	float gutter_x = 0;
	size_t band = 0, plain = 0; /* where the band begins; where what is in no column begins */

	if (count == 0)
		return;
	if (number_cards(segments, count, cuts_left, numbering))
		return;
	measure(&part);
	bool found = cuts_left > 0 && find_gutter(&part, &gutter_x);
	if (!found && cuts_left > 0 && number_bands(&part, cuts_left, numbering))
		return;
	for (size_t i = 0; found && i <= count; i++) {
		if (i < count && !crosses(segments[i].box, gutter_x))
			continue;
		struct pdf_band columns = { segments, count, band, i, gutter_x };
		columns.end = end_of_columns(&columns, part.size);
		columns.first = start_of_columns(&columns, part.size);
		if (are_columns(&columns, numbering->rules)) {
			number_regions(segments + plain, columns.first - plain, false, cuts_left - 1, numbering);
			number_columns(segments + columns.first, columns.end - columns.first, gutter_x, false, cuts_left - 1, numbering);
			plain = columns.end;
		}
		band = i + 1;
	}
	if (plain > 0) {
		number_regions(segments + plain, count - plain, false, cuts_left - 1, numbering);
		return;
	}
	for (size_t i = 0; i < count; i++)
		segments[i].region = numbering->region;
	numbering->region++;
}

/* How many of the segments, from the page's top or bottom on, stand apart from all others: a running header or footer. */
static size_t count_apart(const struct pdf_segment *segments, size_t count, float page_height, bool top)
{
	enum { APART_MAX = 8 };
	static const float zone = 0.12f, gap_sizes = 1.2f;
	float edge = 0;

	for (size_t i = 0; i < count && i <= APART_MAX; i++) {
		const struct pdf_segment *segment = &segments[top ? i : count - 1 - i];
		const float inner = top ? segment->box.y1 : -segment->box.y0, outer = top ? segment->box.y0 : -segment->box.y1;
		if (i > 0 && outer - edge > gap_sizes * segment->size)
			return i;
		edge = i == 0 ? inner : fmaxf(edge, inner);
		if (top ? pdf_middle_y(segment->box) > zone * page_height : pdf_middle_y(segment->box) < (1 - zone) * page_height)
			return 0;
	}
	return 0;
}

/* Columns are looked for between the running header and footer, which may stand above one of them alone. */
static void number_page(struct pdf_segment *segments, size_t count, float page_height, struct numbering *numbering)
{
	if (count == 0)
		return;
	const size_t head = count_apart(segments, count, page_height, true);
	const size_t foot = count_apart(segments + head, count - head, page_height, false);
	const uint32_t first = numbering->region;

	numbering->region++;
	number_regions(segments + head, count - head - foot, true, CUTS_MAX, numbering);
	const bool columns = numbering->region > first + 2;
	for (size_t i = 0; i < count; i++) {
		if (!columns || i < head)
			segments[i].region = first;
		else if (i >= count - foot)
			segments[i].region = numbering->region;
	}
	numbering->region = columns ? numbering->region + 1 : first + 1;
}

void pdf_columns_assign(struct pdf_layout *layout)
{
	const size_t count = layout->segment_count;
	size_t upright = 0;
	struct numbering numbering = { .rules = layout->page->rules };

	for (size_t i = 0; i < count; i++) {
		const bool rotated = layout->page->words[layout->segments[i].word_first].rotated && layout->segments[i].grid == 0;
		layout->segments[i].region = rotated ? 1 : 0;
		upright += !rotated;
	}
	sort_segments(layout->segments, count);
	number_page(layout->segments, upright, layout->page->height, &numbering);
	for (size_t i = upright; i < count; i++)
		layout->segments[i].region = numbering.region++;
}
