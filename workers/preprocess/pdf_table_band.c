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
	size_t above_left = 0, above_right = 0; /* whites above the last line of each side */
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
		if (heights.left.count > 0 && heights.right.count > 0)
			count_line(&heights.any, y, segment->size);
		else
			heights.any = (struct pdf_band_lines){ .count = 1, .y = y };
		if (has_left)
			count_line(&heights.left, y, segment->size);
		if (has_right)
			count_line(&heights.right, y, segment->size);
		above_left = has_left ? heights.any.wide : above_left;
		above_right = has_right ? heights.any.wide : above_right;
		heights.both += has_left && has_right;
	}
	heights.any.wide = size_min(above_left, above_right);
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

/* Does a rule below one of the first lines of the band, which has parts on both sides, go on over the gutter, as wide as that line? So it does below
 * the names of a table's columns; below running text there is none. */
static bool has_head_rule(const struct pdf_segment *segments, size_t count, float gutter_x, const struct pdf_rules *rules)
{
	enum { LINES_MAX = 4 };
	static const float room_sizes = 1.0f;
	size_t at = 0, end;

	for (int line = 0; line < LINES_MAX && at < count; line++, at = end) {
		struct pdf_box box = segments[at].box;
		bool left = false, right = false;
		end = at + line_length(segments + at, count - at);
		for (size_t i = at; i < end; i++) {
			pdf_box_cover(&box, segments[i].box);
			left |= segments[i].box.x1 <= gutter_x;
			right |= segments[i].box.x1 > gutter_x;
		}
		const float top = pdf_middle_y(box), bottom = end < count ? pdf_middle_y(segments[end].box) : top, room = room_sizes * segments[at].size;
		for (size_t i = 0; i < rules->horizontal.count && left && right; i++) {
			const struct pdf_rule *rule = &rules->horizontal.items[i];
			if (rule->at > top && rule->at < bottom && rule->from <= box.x0 + room && rule->to >= box.x1 - room)
				return true;
		}
	}
	return false;
}

/* The next rule below with the same ends, NULL when there is none; they are sorted by height. */
static const struct pdf_rule *next_alike(const struct pdf_rule_list *rules, const struct pdf_rule *rule)
{
	static const float same_end = 2;

	for (const struct pdf_rule *next = rule + 1; next < rules->items + rules->count; next++)
		if (next->at > rule->at + 1 && fabsf(next->from - rule->from) < same_end && fabsf(next->to - rule->to) < same_end)
			return next;
	return NULL;
}

/* Do several parts, none of them half as wide as the rules, stand between the two, which are but few lines apart? */
static bool holds_names(const struct pdf_band *band, const struct pdf_rule *top, const struct pdf_rule *bottom)
{
	static const float height_sizes = 4.5f;
	size_t parts = 0;

	for (size_t i = 0; i < band->count; i++) {
		const struct pdf_segment *segment = &band->segments[i];
		const float y = pdf_middle_y(segment->box);
		if (y < top->at || y > bottom->at)
			continue;
		if ((segment->box.x1 - segment->box.x0) * 2 > top->to - top->from || bottom->at - top->at > height_sizes * segment->size)
			return false;
		parts++;
	}
	return parts > 1;
}

/* Does the band stand below two rules that hold names of columns, and above a third one, all with the same ends? */
static bool stands_between_rules(const struct pdf_band *band, const struct pdf_rules *rules)
{
	enum { RULES_MAX = 64 }; /* of a page: with more, it is no table of three */
	const float top = pdf_middle_y(band->segments[band->first].box), bottom = pdf_middle_y(band->segments[band->end - 1].box);

	for (size_t i = 0; i < rules->horizontal.count && rules->horizontal.count <= RULES_MAX; i++) {
		const struct pdf_rule *rule = &rules->horizontal.items[i], *head = next_alike(&rules->horizontal, rule);
		const struct pdf_rule *last = head ? next_alike(&rules->horizontal, head) : NULL;
		if (last && head->at < top && last->at > bottom && rule->from < band->x && rule->to > band->x && holds_names(band, rule, head))
			return true;
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

/* How many lines stand on this side of the strip, and *ret_wide of them over at least `width`; *ret_widest: the width of the widest. */
static size_t count_wide(const struct pdf_segment *segments, size_t count, float gutter_x, bool left, float width, size_t *ret_wide, float *ret_widest)
{
	size_t lines = 0;

	*ret_wide = 0;
	*ret_widest = 0;
	for (size_t at = 0, end; at < count; at = end) {
		float x0 = INFINITY, x1 = -INFINITY;
		end = at + line_length(segments + at, count - at);
		for (size_t i = at; i < end; i++)
			if ((segments[i].box.x1 <= gutter_x) == left) {
				x0 = fminf(x0, segments[i].box.x0);
				x1 = fmaxf(x1, segments[i].box.x1);
			}
		lines += x1 > x0;
		*ret_wide += x1 > x0 && x1 - x0 >= width;
		*ret_widest = fmaxf(*ret_widest, x1 - x0);
	}
	return lines;
}

/* Do many lines on this side of the strip reach as far as the widest? */
static bool is_filled(const struct pdf_segment *segments, size_t count, float gutter_x, bool left)
{
	enum { LINES_MIN = 8 };
	static const float nearly = 0.85f;
	float widest;
	size_t wide;

	if (count_wide(segments, count, gutter_x, left, 0, &wide, &widest) < LINES_MIN)
		return false;
	return count_wide(segments, count, gutter_x, left, nearly * widest, &wide, &widest) * 2 <= wide * 5;
}

/* Are the lines on both sides full, with little white between them? Cells have white around them. */
static bool is_running_text(const struct pdf_segment *segments, size_t count, float gutter_x)
{
	if (!is_filled(segments, count, gutter_x, true) || !is_filled(segments, count, gutter_x, false))
		return false;
	const struct pdf_band_heights heights = pdf_band_heights(segments, count, gutter_x);
	return heights.left.wide * 3 < heights.left.count && heights.right.wide * 3 < heights.right.count;
}

/* Is there a line in bold type on both sides, above one that is not bold, each part of which is in the middle of what stands below it? Headings at
 * the top of two columns may stand so: what stands below fills its lines. */
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
		if (is_running_text(segments + end, count - end, gutter_x))
			continue;
		for (size_t i = at; i < end && head; i++)
			head = is_in_the_middle(&segments[i], segments + end, count - end, &narrow);
		if (head && narrow)
			return true;
	}
	return false;
}

bool pdf_band_is_table(const struct pdf_band *band, const struct pdf_rules *rules)
{
	const struct pdf_segment *segments = band->segments + band->first;
	const size_t count = band->end - band->first;

	return stands_in_rows(segments, count, band->x) || has_centred_head(segments, count, band->x) ||
	       (rules && (has_head_rule(segments, count, band->x, rules) || stands_between_rules(band, rules)));
}
