#include "workers/preprocess/pdf_lattice.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { CROSSING_RULES_MAX = 3000 }; /* of both directions, on a page that has tables */

static const float reach = 3.6f;        /* points: rules nearer to each other meet; borders of neighbouring cells are one */
static const float border_width_max = 7.0f; /* what such borders take up together */
static const float rule_length_min = 6.0f;  /* shorter ones are ticks and letters */
static const float wall_share = 0.6f;       /* of a row or column that a rule must cover to part it */

void pdf_lattices_init(struct pdf_lattices *lattices)
{
	*lattices = (struct pdf_lattices){ 0 };
}

void pdf_lattices_done(struct pdf_lattices *lattices)
{
	free(lattices->items);
	free(lattices->groups);
	*lattices = (struct pdf_lattices){ 0 };
}

/* --- rules that cross -------------------------------------------------------------------------------------------- */

static uint32_t group_of(uint32_t *groups, uint32_t i)
{
	while (groups[i] != i) {
		groups[i] = groups[groups[i]];
		i = groups[i];
	}
	return i;
}

static bool is_long(const struct pdf_rule *rule) { return rule->to - rule->from >= rule_length_min; }

static bool cross(const struct pdf_rule *horizontal, const struct pdf_rule *vertical)
{
	return vertical->at >= horizontal->from - reach && vertical->at <= horizontal->to + reach && horizontal->at >= vertical->from - reach &&
	       horizontal->at <= vertical->to + reach;
}

/* Puts rules that cross into one group, named by its first member. */
static int group_rules(struct pdf_lattices *lattices, const struct pdf_rules *rules)
{
	const size_t across = rules->horizontal.count, all = across + rules->vertical.count;

	while (lattices->group_capacity < all)
		if (!pdf_grow((void **)&lattices->groups, &lattices->group_capacity, lattices->group_capacity, sizeof(*lattices->groups)))
			return -ENOMEM;
	for (uint32_t i = 0; i < all; i++)
		lattices->groups[i] = i;
	for (uint32_t v = 0; v < rules->vertical.count; v++) {
		const struct pdf_rule *vertical = &rules->vertical.items[v];
		for (uint32_t h = 0; h < across && is_long(vertical); h++) {
			const struct pdf_rule *horizontal = &rules->horizontal.items[h];
			if (horizontal->at > vertical->to + reach)
				break;
			if (!is_long(horizontal) || !cross(horizontal, vertical))
				continue;
			uint32_t a = group_of(lattices->groups, h), b = group_of(lattices->groups, (uint32_t)across + v);
			lattices->groups[a > b ? a : b] = a > b ? b : a;
		}
	}
	return 0;
}

/* --- borders ----------------------------------------------------------------------------------------------------- */

struct extent {
	float from, to;
};

/* The places of a group's rules, those close to one another as one: in the middle. -1: more than `count_max`. */
static int find_borders(const struct pdf_rule_list *list, uint32_t *groups, size_t offset, uint32_t group, float *borders, int count_max,
			struct extent *ret_extent)
{
	float first = 0, last = -INFINITY;
	int count = 0;

	*ret_extent = (struct extent){ INFINITY, -INFINITY };
	for (size_t i = 0; i < list->count; i++) {
		const struct pdf_rule *rule = &list->items[i];
		if (!is_long(rule) || group_of(groups, (uint32_t)(offset + i)) != group)
			continue;
		ret_extent->from = fminf(ret_extent->from, rule->from);
		ret_extent->to = fmaxf(ret_extent->to, rule->to);
		if (rule->at - last > reach || rule->at - first > border_width_max) {
			if (count == count_max)
				return -1;
			first = rule->at;
			count++;
		}
		last = rule->at;
		borders[count - 1] = (first + last) / 2;
	}
	return count;
}

/* A border where rules of the other direction end beyond the first or last one. */
static int add_open_borders(float *borders, int count, int count_max, struct extent extent, bool *ret_first, bool *ret_last)
{
	*ret_first = count > 0 && extent.from < borders[0] - 2 * reach;
	*ret_last = count > 0 && extent.to > borders[count - 1] + 2 * reach;
	if (count + *ret_first + *ret_last > count_max)
		return -1;
	if (*ret_first) {
		memmove(borders + 1, borders, (size_t)count * sizeof(*borders));
		borders[0] = extent.from;
		count++;
	}
	if (*ret_last)
		borders[count++] = extent.to;
	return count;
}

static size_t border_of(const float *borders, size_t count, float at)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		if (fabsf(borders[i] - at) < fabsf(borders[best] - at))
			best = i;
	return best;
}

/* Does the rule cover most of the strip between two borders? */
static bool covers(const struct pdf_rule *rule, float from, float to)
{
	return fminf(rule->to, to) - fmaxf(rule->from, from) >= wall_share * (to - from);
}

static void raise_walls(struct pdf_lattice *lattice, const struct pdf_lattices *lattices, const struct pdf_rules *rules, uint32_t group)
{
	const size_t across = rules->horizontal.count;

	for (size_t i = 0; i < across; i++) {
		const struct pdf_rule *rule = &rules->horizontal.items[i];
		if (!is_long(rule) || group_of(lattices->groups, (uint32_t)i) != group)
			continue;
		const size_t border = border_of(lattice->y, lattice->row_count + 1, rule->at);
		for (size_t c = 0; c < lattice->column_count && border > 0; c++)
			if (covers(rule, lattice->x[c], lattice->x[c + 1]))
				lattice->walls_below[border - 1] |= 1u << c;
	}
	for (size_t i = 0; i < rules->vertical.count; i++) {
		const struct pdf_rule *rule = &rules->vertical.items[i];
		if (!is_long(rule) || group_of(lattices->groups, (uint32_t)(across + i)) != group)
			continue;
		const size_t border = border_of(lattice->x, lattice->column_count + 1, rule->at);
		for (size_t r = 0; r < lattice->row_count && border > 0; r++)
			if (covers(rule, lattice->y[r], lattice->y[r + 1]))
				lattice->walls_right[r] |= 1u << (border - 1);
	}
}

/* The lattice of a group, when it is one. */
static int add_lattice(struct pdf_lattices *lattices, const struct pdf_rules *rules, uint32_t group)
{
	struct pdf_lattice lattice = { 0 };
	struct extent across, down;
	bool first, last;

	int columns = find_borders(&rules->vertical, lattices->groups, rules->horizontal.count, group, lattice.x, PDF_LATTICE_COLUMNS_MAX + 1, &down);
	if (columns < 1)
		return 0;
	int rows = find_borders(&rules->horizontal, lattices->groups, 0, group, lattice.y, PDF_LATTICE_ROWS_MAX + 1, &across);
	if (rows < 2)
		return 0;
	columns = add_open_borders(lattice.x, columns, PDF_LATTICE_COLUMNS_MAX + 1, across, &lattice.open_left, &lattice.open_right);
	rows = add_open_borders(lattice.y, rows, PDF_LATTICE_ROWS_MAX + 1, down, &first, &last);
	if (columns < 3 || rows < 3)
		return 0;
	lattice.column_count = (size_t)columns - 1;
	lattice.row_count = (size_t)rows - 1;
	raise_walls(&lattice, lattices, rules, group);
	if (!pdf_grow((void **)&lattices->items, &lattices->capacity, lattices->count, sizeof(*lattices->items)))
		return -ENOMEM;
	lattices->items[lattices->count++] = lattice;
	return 0;
}

int pdf_lattices_find(struct pdf_lattices *lattices, const struct pdf_rules *rules)
{
	const size_t all = rules->horizontal.count + rules->vertical.count;

	lattices->count = 0;
	if (rules->crowded || all > CROSSING_RULES_MAX)
		return 0;
	int status = group_rules(lattices, rules);
	/* A group is named by its first member, which is a horizontal rule: one that crosses nothing makes no lattice. */
	for (uint32_t i = 0; i < rules->horizontal.count && status == 0 && lattices->count < PDF_LATTICES_MAX; i++)
		if (lattices->groups[i] == i && is_long(&rules->horizontal.items[i]))
			status = add_lattice(lattices, rules, i);
	return status;
}

struct pdf_lattice_cell pdf_lattice_cell_at(const struct pdf_lattice *lattice, size_t row, size_t column)
{
	size_t end = column + 1, last = row;

	while (end < lattice->column_count && !(lattice->walls_right[row] & (1u << (end - 1))))
		end++;
	const uint32_t width = (uint32_t)(((uint64_t)1 << end) - ((uint64_t)1 << column)), inner = width & (width >> 1);
	const uint32_t left = column > 0 ? 1u << (column - 1) : 0, right = end < lattice->column_count ? 1u << (end - 1) : 0;
	/* Downwards while no rule parts the rows, and the cell keeps its sides. */
	while (last + 1 < lattice->row_count && !(lattice->walls_below[last] & width) && !(lattice->walls_right[last + 1] & inner) &&
	       (lattice->walls_right[last + 1] & left) == left && (lattice->walls_right[last + 1] & right) == right)
		last++;
	return (struct pdf_lattice_cell){ (uint16_t)row, (uint16_t)column, (uint16_t)(last + 1 - row), (uint16_t)(end - column) };
}
