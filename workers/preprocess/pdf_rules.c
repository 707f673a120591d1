#include "workers/preprocess/pdf_rules.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const float rule_thickness_max = 3.2f; /* points; thicker ones are areas */
static const float rule_length_ratio = 3.0f;  /* to its thickness, at least */
static const float rule_length_min = 3.0f;
static const float slant_max = 0.7f;          /* points between the ends of a line along an axis */
static const float same_line = 0.9f;          /* points between pieces of one line, across it */
static const float piece_gap = 1.6f;          /* the same along it */
static const float white_min = 0.96f;

void pdf_rules_init(struct pdf_rules *rules)
{
	*rules = (struct pdf_rules){ 0 };
}

void pdf_rules_done(struct pdf_rules *rules)
{
	free(rules->horizontal.items);
	free(rules->vertical.items);
	free(rules->fills);
	*rules = (struct pdf_rules){ 0 };
}

void pdf_rules_clear(struct pdf_rules *rules)
{
	rules->horizontal.count = rules->vertical.count = rules->fill_count = 0;
	rules->crowded = false;
}

static int add(struct pdf_rules *rules, bool vertical, struct pdf_rule rule)
{
	struct pdf_rule_list *list = vertical ? &rules->vertical : &rules->horizontal;

	if (list->count == PDF_RULES_MAX) {
		rules->crowded = true;
		return 0;
	}
	if (!pdf_grow((void **)&list->items, &list->capacity, list->count, sizeof(*list->items)))
		return -ENOMEM;
	list->items[list->count++] = rule;
	return 0;
}

static bool is_sane(float value) { return isfinite(value) && fabsf(value) < 1e5f; }

int pdf_rules_add_line(struct pdf_rules *rules, float x0, float y0, float x1, float y1, float thickness)
{
	const float across = fabsf(x1 - x0), down = fabsf(y1 - y0);

	if (!is_sane(x0) || !is_sane(y0) || !is_sane(x1) || !is_sane(y1) || !is_sane(thickness))
		return 0;
	if (thickness > rule_thickness_max) { /* a wide line paints an area, or a short thick rule the other way */
		const float half = thickness / 2;
		if (fminf(across, down) > slant_max)
			return 0;
		struct pdf_box box = { fminf(x0, x1), fminf(y0, y1), fmaxf(x0, x1), fmaxf(y0, y1) };
		if (across > down)
			box = (struct pdf_box){ box.x0, box.y0 - half, box.x1, box.y1 + half };
		else
			box = (struct pdf_box){ box.x0 - half, box.y0, box.x1 + half, box.y1 };
		return pdf_rules_add_fill(rules, box, 0);
	}
	if (down <= slant_max && across > down)
		return add(rules, false, (struct pdf_rule){ (y0 + y1) / 2, fminf(x0, x1), fmaxf(x0, x1), thickness });
	if (across <= slant_max && down > across)
		return add(rules, true, (struct pdf_rule){ (x0 + x1) / 2, fminf(y0, y1), fmaxf(y0, y1), thickness });
	return 0;
}

int pdf_rules_add_fill(struct pdf_rules *rules, struct pdf_box box, float shade)
{
	const float width = box.x1 - box.x0, height = box.y1 - box.y0;

	if (!is_sane(box.x0) || !is_sane(box.y0) || !is_sane(box.x1) || !is_sane(box.y1) || width < 0 || height < 0)
		return 0;
	if (height <= rule_thickness_max && width >= rule_length_ratio * height)
		return shade >= white_min ? 0 : add(rules, false, (struct pdf_rule){ (box.y0 + box.y1) / 2, box.x0, box.x1, height });
	if (width <= rule_thickness_max && height >= rule_length_ratio * width)
		return shade >= white_min ? 0 : add(rules, true, (struct pdf_rule){ (box.x0 + box.x1) / 2, box.y0, box.y1, width });
	if (rules->fill_count == PDF_RULES_MAX) {
		rules->crowded = true;
		return 0;
	}
	if (!pdf_grow((void **)&rules->fills, &rules->fill_capacity, rules->fill_count, sizeof(*rules->fills)))
		return -ENOMEM;
	rules->fills[rules->fill_count++] = (struct pdf_fill){ box, shade };
	return 0;
}

static int compare_floats(float a, float b) { return a < b ? -1 : a > b; }

static int compare_at(const void *a, const void *b)
{
	const struct pdf_rule *left = a, *right = b;
	int order = compare_floats(left->at, right->at);
	return order ? order : compare_floats(left->from, right->from);
}

static int compare_from(const void *a, const void *b)
{
	const struct pdf_rule *left = a, *right = b;
	int order = compare_floats(left->from, right->from);
	return order ? order : compare_floats(left->at, right->at);
}

/* Joins the pieces [first, end) of one line, which stand across it within `same_line`, and puts what comes out at `kept`. */
static size_t join_line(struct pdf_rule *items, size_t first, size_t end, size_t kept)
{
	qsort(&items[first], end - first, sizeof(*items), compare_from);
	struct pdf_rule whole = items[first];
	for (size_t i = first + 1; i <= end; i++) {
		if (i < end && items[i].from <= whole.to + piece_gap) {
			whole.to = fmaxf(whole.to, items[i].to);
			whole.thickness = fmaxf(whole.thickness, items[i].thickness);
			continue;
		}
		if (whole.to - whole.from >= rule_length_min)
			items[kept++] = whole;
		if (i < end)
			whole = items[i];
	}
	return kept;
}

static void join_pieces(struct pdf_rule_list *list)
{
	size_t kept = 0, next;

	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(*list->items), compare_at);
	for (size_t first = 0; first < list->count; first = next) {
		for (next = first + 1; next < list->count && list->items[next].at - list->items[first].at <= same_line;)
			next++;
		kept = join_line(list->items, first, next, kept);
	}
	list->count = kept;
	qsort(list->items, list->count, sizeof(*list->items), compare_at);
}

static bool inside(struct pdf_box inner, struct pdf_box outer)
{
	return inner.x0 >= outer.x0 && inner.x1 <= outer.x1 && inner.y0 >= outer.y0 && inner.y1 <= outer.y1;
}

/* White areas show only where something darker lies below them. */
static void drop_white_fills(struct pdf_rules *rules)
{
	enum { BELOW_MAX = 64 }; /* darker areas looked at */
	size_t kept = 0;

	for (size_t i = 0; i < rules->fill_count; i++) {
		const struct pdf_fill fill = rules->fills[i];
		bool shows = fill.shade < white_min;
		for (size_t below = kept; !shows && below > 0 && kept - below < BELOW_MAX; below--)
			shows = rules->fills[below - 1].shade < white_min && inside(fill.box, rules->fills[below - 1].box);
		if (shows)
			rules->fills[kept++] = fill;
	}
	rules->fill_count = kept;
}

void pdf_rules_settle(struct pdf_rules *rules)
{
	join_pieces(&rules->horizontal);
	join_pieces(&rules->vertical);
	drop_white_fills(rules);
}
