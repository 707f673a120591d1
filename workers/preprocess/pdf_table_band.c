#include "workers/preprocess/pdf_table_band.h"

#include <math.h>

enum {
	GRIDS_MAX = 64, /* ruled tables of a page that are looked at */
	NAMES_MIN = 6,  /* of rows without white between them */
	HEADS_MAX = 32, /* names of columns */
};

/* --- heights of lines --------------------------------------------------------------------------------------------- */

static void count_line(struct pdf_band_lines *lines, float y, float size)
{
	static const float wide_sizes = 1.55f, far_sizes = 2.4f;

	lines->far += lines->count > 0 && y - lines->y > far_sizes * size;
	lines->wide += lines->count > 0 && y - lines->y > wide_sizes * size;
	lines->count++;
	lines->y = y;
}

struct grids { /* ruled tables of a band */
	struct pdf_box boxes[GRIDS_MAX];
	size_t count;
};

static void find_grids(const struct pdf_segment *segments, size_t count, struct grids *grids)
{
	grids->count = 0;
	for (size_t i = 0; i < count && grids->count < GRIDS_MAX; i++)
		if (segments[i].grid > 0)
			grids->boxes[grids->count++] = segments[i].box;
}

/* Does a ruled table stand at this height? Text on its other side says nothing of rows. */
static bool is_beside_grid(const struct grids *grids, float y)
{
	for (size_t i = 0; i < grids->count; i++)
		if (y > grids->boxes[i].y0 && y < grids->boxes[i].y1)
			return true;
	return false;
}

struct pdf_band_heights pdf_band_heights(const struct pdf_segment *segments, size_t count, float gutter_x)
{
	static const float same_height_sizes = 0.15f;
	struct pdf_band_heights heights = { 0 };
	struct grids grids;

	find_grids(segments, count, &grids);
	for (size_t i = 0, next; i < count; i = next) {
		const struct pdf_segment *segment = &segments[i];
		const float y = pdf_middle_y(segment->box);
		next = i + 1;
		if (is_beside_grid(&grids, y)) {
			heights.left.y = heights.right.y = heights.any.y = y;
			continue;
		}
		bool has_left = false, has_right = false;
		for (next = i; next < count && pdf_middle_y(segments[next].box) - y < same_height_sizes * segment->size + 0.01f; next++) {
			bool on_left = segments[next].box.x1 <= gutter_x;
			has_left |= on_left;
			has_right |= !on_left;
		}
		next += next == i;
		if (has_left)
			count_line(&heights.left, y, segment->size);
		if (has_right)
			count_line(&heights.right, y, segment->size);
		count_line(&heights.any, y, segment->size);
		heights.both += has_left && has_right;
	}
	return heights;
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

/* Does the band hold the rows of a table? Then most lines of the side that has fewer stand at exactly the height of one on the other
 * side, and the white between rows goes through both sides, where each column of text has its own lines and white; or there is no white
 * between rows, and names stand far from one another on one side, each at the height of a line of the dense text on the other. */
static bool stands_in_rows(const struct pdf_segment *segments, size_t count, float gutter_x)
{
	const struct pdf_band_heights heights = pdf_band_heights(segments, count, gutter_x);
	const size_t fewer = size_min(heights.left.count, heights.right.count);

	if (heights.both * 10 >= fewer * 7 && heights.any.wide >= 2 && heights.any.wide * 20 >= (heights.left.wide + heights.right.wide) * 7)
		return true;
	const struct pdf_band_lines *sparse = heights.left.count == fewer ? &heights.left : &heights.right, *dense = sparse == &heights.left ? &heights.right : &heights.left;
	return fewer >= NAMES_MIN && fewer * 2 <= dense->count && heights.both * 20 >= fewer * 17 && sparse->wide * 3 >= fewer && dense->wide * 10 <= dense->count;
}

/* --- heads ------------------------------------------------------------------------------------------------------ */

static bool crosses(const struct pdf_segment *segment, float x) { return segment->box.x0 < x && segment->box.x1 > x; }

/* The segments at the height of the first; returns how many. */
static size_t line_length(const struct pdf_segment *segments, size_t count)
{
	static const float same_height_sizes = 0.15f;
	size_t end = 1;

	while (end < count && pdf_middle_y(segments[end].box) - pdf_middle_y(segments[0].box) < same_height_sizes * segments[0].size + 0.01f)
		end++;
	return end;
}

/* Does a rule below the first lines of the band go on over the gutter, as wide as what stands above it on both sides? So it does below the
 * names of a table's columns, whose lines stand at the same heights; below running text there is none. */
static bool has_head_rule(const struct pdf_segment *segments, size_t count, float gutter_x, const struct pdf_rules *rules)
{
	enum { LINES_MAX = 3 };
	static const float room_sizes = 1.0f;
	float x0 = gutter_x, x1 = gutter_x;
	bool left = false, right = false;
	size_t at = 0;

	for (int line = 0; rules && line < LINES_MAX && at < count; line++) {
		const size_t end = at + line_length(segments + at, count - at);
		for (; at < end; at++) {
			x0 = fminf(x0, segments[at].box.x0);
			x1 = fmaxf(x1, segments[at].box.x1);
			left |= segments[at].box.x1 <= gutter_x;
			right |= segments[at].box.x1 > gutter_x;
		}
		const float top = pdf_middle_y(segments[at - 1].box), bottom = at < count ? pdf_middle_y(segments[at].box) : top;
		const float room = room_sizes * segments[at - 1].size;
		for (size_t i = 0; i < rules->horizontal.count && left && right; i++) {
			const struct pdf_rule *rule = &rules->horizontal.items[i];
			if (rule->at > top && rule->at < bottom && rule->from <= x0 + room && rule->to >= x1 - room)
				return true;
		}
	}
	return false;
}

/* Does the name stand in the middle of what stands below it? *ret_narrow: well away from its edges. */
static bool is_in_the_middle(const struct pdf_segment *name, const struct pdf_segment *below, size_t count, bool *ret_narrow)
{
	static const float tolerance_share = 0.08f, tolerance_sizes = 0.8f, narrow_sizes = 2.0f;
	struct pdf_box column = name->box;

	for (size_t i = 0; i < count; i++)
		if (below[i].box.x0 < name->box.x1 && below[i].box.x1 > name->box.x0)
			pdf_box_cover(&column, below[i].box);
	const float away = fabsf(name->box.x0 + name->box.x1 - column.x0 - column.x1) / 2;
	*ret_narrow |= name->box.x0 - column.x0 > narrow_sizes * name->size && column.x1 - name->box.x1 > narrow_sizes * name->size;
	return away < fmaxf(tolerance_share * (column.x1 - column.x0), tolerance_sizes * name->size);
}

/* Is there a line in bold type on both sides, above one that is not bold, each part of which is in the middle of what stands below it? */
static bool has_centred_head(const struct pdf_segment *segments, size_t count, float gutter_x)
{
	for (size_t at = 0, end; at < count; at = end) {
		end = at + line_length(segments + at, count - at);
		bool left = false, right = false, head = end - at <= HEADS_MAX, narrow = false;
		for (size_t i = at; i < end && head; i++) {
			left |= segments[i].box.x1 <= gutter_x;
			right |= segments[i].box.x0 >= gutter_x;
			head = segments[i].bold && !crosses(&segments[i], gutter_x);
		}
		if (!head || !left || !right || end == count || segments[end].bold)
			continue;
		for (size_t i = at; i < end && head; i++)
			head = is_in_the_middle(&segments[i], segments + end, count - end, &narrow);
		if (head && narrow)
			return true;
	}
	return false;
}

bool pdf_band_is_table(const struct pdf_segment *segments, size_t count, float gutter_x, const struct pdf_rules *rules)
{
	return stands_in_rows(segments, count, gutter_x) || has_head_rule(segments, count, gutter_x, rules) || has_centred_head(segments, count, gutter_x);
}
