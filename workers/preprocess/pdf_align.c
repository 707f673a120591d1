#include "workers/preprocess/pdf_align.h"

#include "workers/preprocess/pdf_strips.h"
#include "workers/preprocess/pdf_text.h"

#include <errno.h>
#include <math.h>

enum { ROWS_AROUND = 8, ROWS_BELOW_HEADER = 3, NUMBERS_MIN = 2 }; /* looked at above and below */

static const float gap_sizes_min = 0.4f;      /* of white before a column, in font sizes; a blank is about 0.3 */
static const float close_gap_sizes_min = 0.15f; /* the same where columns begin above and below, or below a bold name */
static const float row_distance_sizes = 4.0f; /* rows further apart say nothing about each other */
static const float bold_min = 0.9f;
static const float mono_share = 0.97f;        /* program text is aligned with blanks: its gaps are kept as they are */

/* Is the row's first part a bullet? What stands right of it is text, not the second column of a table. */
static bool begins_with_bullet(const struct pdf_layout *layout, const struct pdf_row *row)
{
	const struct pdf_segment *first = &layout->segments[row->segment_first];
	const struct text text = pdf_word_text(layout->page, &layout->page->words[first->word_first]);
	struct pdf_marker marker;

	return first->word_count == 1 && pdf_list_marker(text, &marker) && !marker.ordered && marker.bytes == text.bytes;
}

/* Has the row a part that begins at x, with white before it? Its parts are sorted from left to right; the first one counts when it
 * stands far right of the text's edge. */
static bool begins_part_at(const struct pdf_layout *layout, const struct pdf_row *row, float x)
{
	static const float tolerance = 1.6f, indent_sizes = 3.0f;
	uint32_t low = row->box.x0 > layout->text.x0 + indent_sizes * row->size ? 0 : 1, high = row->segment_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (layout->segments[row->segment_first + middle].box.x0 < x - tolerance)
			low = middle + 1;
		else
			high = middle;
	}
	return low < row->segment_count && layout->segments[row->segment_first + low].box.x0 <= x + tolerance && !(low == 1 && begins_with_bullet(layout, row));
}

/* Has the row a part, not its first, that ends at x? */
static bool ends_part_at(const struct pdf_layout *layout, const struct pdf_row *row, float x)
{
	static const float tolerance = 0.8f;
	uint32_t low = 1, high = row->segment_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (layout->segments[row->segment_first + middle].box.x1 < x - tolerance)
			low = middle + 1;
		else
			high = middle;
	}
	return low < row->segment_count && layout->segments[row->segment_first + low].box.x1 <= x + tolerance;
}

/* How many of the rows above (step -1) or below (1), each close to the next, have a part that begins (ends) at x? */
static size_t count_aligned(const struct pdf_layout *layout, size_t r, int step, float x,
			    bool (*is_at)(const struct pdf_layout *, const struct pdf_row *, float))
{
	size_t count = 0;

	for (int i = 0; i < ROWS_AROUND; i++) {
		if (step < 0 ? r == 0 : r + 1 >= layout->row_count)
			break;
		const struct pdf_row *from = &layout->rows[r];
		const struct pdf_row *row = &layout->rows[r = step < 0 ? r - 1 : r + 1];
		if (row->region != from->region || row->rotated || row->mono >= mono_share ||
		    fabsf(row->y - from->y) > row_distance_sizes * row->size)
			break;
		count += is_at(layout, row, x);
	}
	return count;
}

/* The part of the row that begins left of x, and is the last to do so; NULL when there is none. *ret_next: is there one right of it? */
static const struct pdf_segment *part_before(const struct pdf_layout *layout, const struct pdf_row *row, float x, bool *ret_next)
{
	const struct pdf_segment *parts = &layout->segments[row->segment_first];
	uint32_t left = 0, high = row->segment_count;

	while (left < high) {
		uint32_t middle = left + (high - left) / 2;
		if (parts[middle].box.x0 < x)
			left = middle + 1;
		else
			high = middle;
	}
	*ret_next = left < row->segment_count;
	return left > 0 ? &parts[left - 1] : NULL;
}

/* Is the next line above (step -1) or below (1) text that runs on over x? Then this one is of its paragraph. */
static bool runs_on(const struct pdf_layout *layout, size_t r, int step, float x)
{
	static const float line_sizes = 1.45f;
	bool next;

	if (step < 0 ? r == 0 : r + 1 >= layout->row_count)
		return false;
	const struct pdf_row *row = &layout->rows[r], *beside = step < 0 ? row - 1 : row + 1;
	if (beside->region != row->region || beside->rotated || fabsf(beside->y - row->y) > line_sizes * row->size)
		return false;
	const struct pdf_segment *part = part_before(layout, beside, x, &next);
	return part && part->box.x1 > x;
}

/* Do the rows below leave white where the gap is, and one of them has parts on both sides? Names above columns are often in the
 * middle of them, aligned with nothing. */
static bool stands_above_white(const struct pdf_layout *layout, size_t r, float x)
{
	size_t rows = 0, divided = 0;

	for (size_t below = r + 1; below < layout->row_count && below <= r + ROWS_BELOW_HEADER; below++) {
		const struct pdf_row *row = &layout->rows[below], *from = &layout->rows[below - 1];
		bool next;
		if (row->region != from->region || row->rotated || row->y - from->y > row_distance_sizes * row->size)
			break;
		const struct pdf_segment *part = part_before(layout, row, x, &next);
		if (part && part->box.x1 > x)
			return false;
		divided += part && next;
		rows++;
	}
	return rows >= 2 && divided > 0;
}

static float gap_before(const struct pdf_layout *layout, uint32_t word)
{
	return layout->page->words[word].box.x0 - layout->page->words[word - 1].box.x1;
}

/* A gap of the segment that is no blank in any line: wider than `gap_sizes_min`, and than the blanks of this line, which may be
 * stretched to fill it. */
static float column_gap(const struct pdf_layout *layout, const struct pdf_segment *segment)
{
	static const float blank_ratio = 1.3f;
	float least = INFINITY;
	uint32_t gaps = 0;

	for (uint32_t w = segment->word_first + 1; w < segment->word_first + segment->word_count; w++) {
		if (layout->page->words[w].glued)
			continue;
		gaps++;
		least = fminf(least, gap_before(layout, w));
	}
	return fmaxf(gap_sizes_min * segment->size, gaps > 1 ? blank_ratio * least : 0);
}

static bool is_number(struct text text)
{
	size_t i = text.bytes > 1 && memchr("+-", text.data[0], 2) ? 1 : 0;
	if (text_starts_with(text, TEXT_LITERAL("\xE2\x88\x92"))) /* the minus sign */
		i = 3;
	return i < text.bytes && ascii_is_digit(text.data[i]);
}

/* Does a column begin with word w of the row's segment, behind white wider than `gap`? */
static bool begins_column(const struct pdf_layout *layout, size_t r, const struct pdf_segment *segment, uint32_t w, float gap)
{
	const struct pdf_word *word = &layout->page->words[w];
	const float white = word->glued ? 0 : gap_before(layout, w), x = word->box.x0, middle = x - white / 2;
	const bool bold = layout->rows[r].bold > bold_min;

	if (white < close_gap_sizes_min * segment->size || runs_on(layout, r, 1, middle) || runs_on(layout, r, -1, middle))
		return false;
	const size_t below = count_aligned(layout, r, 1, x, begins_part_at), above = count_aligned(layout, r, -1, x, begins_part_at);
	/* The last word of a name that ends with its column: some numbers of it begin below that word by chance. */
	const bool ends = bold && above == 0 && white < gap && count_aligned(layout, r, 1, word->box.x1, ends_part_at) > below;
	if ((white >= gap && below + above > 0) || (below > 0 && above > 0) || (bold && below > 0 && !ends))
		return true;
	/* Columns of numbers are aligned at their right, and often their names with them. */
	if (white >= gap && (bold || is_number(pdf_word_text(layout->page, word))) &&
	    count_aligned(layout, r, 1, word->box.x1, ends_part_at) + count_aligned(layout, r, -1, word->box.x1, ends_part_at) >= NUMBERS_MIN)
		return true;
	return bold && white >= gap_sizes_min * segment->size && stands_above_white(layout, r, middle);
}

static int mark_breaks(struct pdf_layout *layout, size_t r)
{
	const struct pdf_row *row = &layout->rows[r];

	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		const float gap = column_gap(layout, segment);
		for (uint32_t w = segment->word_first + 1; w < segment->word_first + segment->word_count; w++) {
			if (!begins_column(layout, r, segment, w, gap))
				continue;
			if (!pdf_grow((void **)&layout->breaks, &layout->break_capacity, layout->break_count, sizeof(*layout->breaks)))
				return -ENOMEM;
			layout->breaks[layout->break_count++] = w;
		}
	}
	return 0;
}

/* The words [first, end) of a segment as a part of its own. */
static int add_part(struct pdf_layout *layout, size_t *count, struct pdf_segment part, uint32_t first, uint32_t end)
{
	if (!pdf_grow((void **)&layout->parts, &layout->part_capacity, *count, sizeof(*layout->parts)))
		return -ENOMEM;
	if (end - first < part.word_count) {
		part.word_first = first;
		part.word_count = end - first;
		part.box = layout->page->words[first].box;
		for (uint32_t w = first + 1; w < end; w++)
			pdf_box_cover(&part.box, layout->page->words[w].box);
	}
	layout->parts[(*count)++] = part;
	return 0;
}

/* All rows again, with their segments parted at the breaks, which are in the order of the rows. */
static int part_rows(struct pdf_layout *layout)
{
	size_t count = 0, next = 0;

	for (size_t r = 0; r < layout->row_count; r++) {
		struct pdf_row *row = &layout->rows[r];
		const size_t row_first = count;
		for (uint32_t s = 0; s < row->segment_count; s++) {
			const struct pdf_segment whole = layout->segments[row->segment_first + s];
			const uint32_t end = whole.word_first + whole.word_count;
			uint32_t first = whole.word_first;
			while (first < end) {
				bool parted = next < layout->break_count && layout->breaks[next] > first && layout->breaks[next] < end;
				uint32_t part_end = parted ? layout->breaks[next++] : end;
				if (add_part(layout, &count, whole, first, part_end) < 0)
					return -ENOMEM;
				first = part_end;
			}
		}
		row->segment_first = (uint32_t)row_first;
		row->segment_count = (uint32_t)(count - row_first);
	}
	struct pdf_segment *segments = layout->segments;
	const size_t capacity = layout->segment_capacity;
	layout->segments = layout->parts;
	layout->segment_capacity = layout->part_capacity;
	layout->segment_count = count;
	layout->parts = segments;
	layout->part_capacity = capacity;
	return 0;
}

int pdf_align_part(struct pdf_layout *layout)
{
	int status = pdf_strips_mark(layout);

	if (status == 0 && layout->break_count > 0)
		status = part_rows(layout);
	layout->break_count = 0;
	for (size_t r = 0; r < layout->row_count && status == 0; r++)
		if (!layout->rows[r].rotated && layout->rows[r].mono < mono_share)
			status = mark_breaks(layout, r);
	return status < 0 || layout->break_count == 0 ? status : part_rows(layout);
}
