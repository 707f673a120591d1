#include "workers/preprocess/pdf_cell_grounds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
	CELLS_MAX = 1500,  /* filled areas of a page: more are a drawing */
	WORDS_MAX = 20000, /* of a page: all are looked at for each row without ground */
	EDGES_MAX = 32,
	LINES_MAX = 8,     /* of a row above or below all grounds */
	ROWS_MIN = 3,
	NO_GROUP = -1,
};

static const float side_min = 6, height_max = 300; /* of a cell */
static const float touching = 1.2f;                 /* points between the edges of neighbours */
static const float facing_min = 0.6f;               /* of the shorter edge */
static const float same_end = 2.0f;
static const float crossing = 1.5f;                 /* points of a word on both sides of an edge */
static const float reach_sizes = 2.2f, line_sizes = 1.6f; /* to the next row; to the next line of a cell */
static const float row_ratio = 1.3f;                  /* to the rows with ground, of one without */
static const float heading_ratio = 1.2f;              /* to the type of a row, of a heading's */
static const float outer_row_max = 50; /* points, of a row above or below all grounds */
static const float shade_step = 0.02f;
static const float blank_sizes = 0.45f;              /* wider than a blank between words */
static const float room = 2.0f;                      /* points between words and the edge that is drawn around them */

struct group { /* cells that touch each other; kept at the index of their first one */
	struct pdf_box box;
	uint32_t beside;        /* pairs of neighbours */
	int next;               /* the group below, of the same table */
	bool used;
};

struct grounds {
	struct pdf_box cells[CELLS_MAX];
	float shades[CELLS_MAX];
	uint32_t parent[CELLS_MAX];
	struct group groups[CELLS_MAX];
	size_t count;
	struct pdf_rules *rules;
	size_t drawn;           /* horizontal rules of the page itself, before those added here */
	const struct pdf_page *page;
};

static int compare_fills(const void *a, const void *b)
{
	const struct pdf_fill *left = a, *right = b;

	if (left->box.y0 < right->box.y0 || left->box.y0 > right->box.y0)
		return left->box.y0 < right->box.y0 ? -1 : 1;
	return left->box.x0 < right->box.x0 ? -1 : left->box.x0 > right->box.x0;
}

static bool same_box(struct pdf_box a, struct pdf_box b)
{
	return fabsf(a.x0 - b.x0) < touching && fabsf(a.x1 - b.x1) < touching && fabsf(a.y0 - b.y0) < touching && fabsf(a.y1 - b.y1) < touching;
}

/* The filled areas as large as cells, each once, from top to bottom. */
static void collect_cells(struct grounds *grounds)
{
	const struct pdf_rules *rules = grounds->rules;
	struct pdf_fill fills[CELLS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < rules->fill_count && count < CELLS_MAX; i++) {
		const struct pdf_box box = rules->fills[i].box;
		const float width = box.x1 - box.x0, height = box.y1 - box.y0;
		if (width >= side_min && height >= side_min && height < height_max)
			fills[count++] = rules->fills[i];
	}
	if (count > 0)
		qsort(fills, count, sizeof(fills[0]), compare_fills);
	for (size_t i = 0; i < count; i++) {
		if (grounds->count > 0 && same_box(grounds->cells[grounds->count - 1], fills[i].box))
			continue;
		grounds->cells[grounds->count] = fills[i].box;
		grounds->shades[grounds->count++] = fills[i].shade;
	}
}

/* --- cells that touch ---------------------------------------------------------------------------------------------- */

static uint32_t group_of(uint32_t *parent, uint32_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

/* How much of the shorter of two lengths do both have in common? */
static float facing(float from, float to, float other_from, float other_to)
{
	return (fminf(to, other_to) - fmaxf(from, other_from)) / fminf(to - from, other_to - other_from);
}

static bool are_beside(struct pdf_box a, struct pdf_box b)
{
	return fminf(fabsf(a.x1 - b.x0), fabsf(b.x1 - a.x0)) < touching && facing(a.y0, a.y1, b.y0, b.y1) > facing_min;
}

static bool is_above(struct pdf_box a, struct pdf_box b)
{
	return fabsf(a.y1 - b.y0) < touching && facing(a.x0, a.x1, b.x0, b.x1) > facing_min;
}

static void join_groups(struct grounds *grounds, uint32_t a, uint32_t b)
{
	const uint32_t first = a < b ? a : b, other = a < b ? b : a;
	struct group *group = &grounds->groups[first];
	const struct group *joined = &grounds->groups[other];

	if (a == b)
		return;
	group->beside += joined->beside;
	group->box = (struct pdf_box){ fminf(group->box.x0, joined->box.x0), fminf(group->box.y0, joined->box.y0), fmaxf(group->box.x1, joined->box.x1),
				       fmaxf(group->box.y1, joined->box.y1) };
	grounds->parent[other] = first;
}

static bool same_ends(struct pdf_box a, struct pdf_box b)
{
	return fabsf(a.x0 - b.x0) < same_end && fabsf(a.x1 - b.x1) < same_end;
}

/* Is cell j of group b below cell i of group a in one table? Then both rows begin and end at the same places, or one lacks some grounds of the
 * other and the two cells are of one column. */
static bool goes_on_below(const struct grounds *grounds, uint32_t i, uint32_t j, uint32_t a, uint32_t b)
{
	const struct pdf_box above = grounds->groups[a].box, below = grounds->groups[b].box;

	if (!is_above(grounds->cells[i], grounds->cells[j]))
		return false;
	return same_ends(above, below) || (same_ends(grounds->cells[i], grounds->cells[j]) && (above.x0 - below.x0) * (above.x1 - below.x1) <= 0);
}

/* Cells side by side are rows; rows below each other make a group. */
static void join_cells(struct grounds *grounds)
{
	for (uint32_t i = 0; i < grounds->count; i++) {
		grounds->parent[i] = i;
		grounds->groups[i] = (struct group){ .box = grounds->cells[i], .next = NO_GROUP };
	}
	for (int below = 0; below <= 1; below++)
		for (uint32_t i = 0; i < grounds->count; i++)
			for (uint32_t j = i + 1; j < grounds->count && grounds->cells[j].y0 < grounds->cells[i].y1 + touching; j++) {
				const uint32_t a = group_of(grounds->parent, i), b = group_of(grounds->parent, j);
				if (below ? !goes_on_below(grounds, i, j, a, b) : !are_beside(grounds->cells[i], grounds->cells[j]))
					continue;
				join_groups(grounds, a, b);
				grounds->groups[a < b ? a : b].beside += !below;
			}
}

/* --- rows without ground ------------------------------------------------------------------------------------------- */

struct edges {
	float at[EDGES_MAX];
	size_t count;
};

/* The inner edges of the group's last (or first) row. */
static struct edges edges_of(struct grounds *grounds, uint32_t group, bool last)
{
	const struct pdf_box box = grounds->groups[group].box;
	struct edges edges = { .count = 0 };

	for (uint32_t i = group; i < grounds->count; i++) {
		const struct pdf_box cell = grounds->cells[i];
		if (group_of(grounds->parent, i) == group && fabsf(last ? cell.y1 - box.y1 : cell.y0 - box.y0) < touching && cell.x0 > box.x0 + same_end &&
		    edges.count < EDGES_MAX)
			edges.at[edges.count++] = cell.x0;
	}
	return edges;
}

static float middle(const struct pdf_word *word) { return (word->box.y0 + word->box.y1) / 2; }

struct content { /* words between two heights */
	size_t words;
	uint32_t columns;
	bool crosses;
	float bottom, top, size; /* of the words */
	float left[EDGES_MAX], right[EDGES_MAX]; /* of each edge: the nearest words on both sides */
};

static void enter_word(const struct pdf_word *word, struct pdf_box box, const struct edges *edges, struct content *content)
{
	size_t column = 0;

	content->words++;
	content->crosses |= word->box.x0 < box.x0 - same_end || word->box.x1 > box.x1 + same_end || word->rotated;
	for (size_t e = 0; e < edges->count; e++) {
		const bool is_right = (word->box.x0 + word->box.x1) / 2 > edges->at[e];
		column += is_right;
		content->left[e] = is_right ? content->left[e] : fmaxf(content->left[e], word->box.x1);
		content->right[e] = is_right ? fminf(content->right[e], word->box.x0) : content->right[e];
		content->crosses |= word->box.x0 < edges->at[e] - crossing && word->box.x1 > edges->at[e] + crossing;
	}
	content->columns |= (uint32_t)((uint64_t)1 << column);
	content->size = fmaxf(content->size, word->size);
	content->top = fminf(content->top, word->box.y0);
	content->bottom = fmaxf(content->bottom, word->box.y1);
}

/* The words whose middle is between the two heights, and that reach into the box's width. */
static struct content content_between(const struct grounds *grounds, struct pdf_box box, const struct edges *edges, float from, float to)
{
	struct content content = { .top = INFINITY, .bottom = -INFINITY };

	for (size_t e = 0; e < edges->count; e++) {
		content.left[e] = -INFINITY;
		content.right[e] = INFINITY;
	}

	for (size_t i = 0; i < grounds->page->word_count; i++) {
		const struct pdf_word *word = &grounds->page->words[i];
		const float y = middle(word);
		if (word->bytes > 0 && y > from && y < to && word->box.x1 > box.x0 && word->box.x0 < box.x1)
			enter_word(word, box, edges, &content);
	}
	for (size_t e = 0; e < edges->count; e++) /* words of a line that runs on over the edge, which falls between two of them */
		content.crosses |= content.right[e] - content.left[e] < blank_sizes * content.size;
	return content;
}

static int draw_edges(struct grounds *grounds, struct pdf_box box, const struct edges *edges, float from, float to)
{
	int status = pdf_rules_add_line(grounds->rules, box.x0, from, box.x0, to, 0.5f);

	for (size_t e = 0; e < edges->count && status == 0; e++)
		status = pdf_rules_add_line(grounds->rules, edges->at[e], from, edges->at[e], to, 0.5f);
	return status < 0 ? status : pdf_rules_add_line(grounds->rules, box.x1, from, box.x1, to, 0.5f);
}

/* The nearest word of the box's width above (or below) `y`, not further away than its size times `sizes`. */
static const struct pdf_word *nearest(const struct grounds *grounds, struct pdf_box box, float y, bool above, float sizes)
{
	const struct pdf_word *found = NULL;

	for (size_t i = 0; i < grounds->page->word_count; i++) {
		const struct pdf_word *word = &grounds->page->words[i];
		const float distance = above ? y - middle(word) : middle(word) - y;
		if (word->bytes > 0 && word->box.x1 > box.x0 && word->box.x0 < box.x1 && distance > 0.3f * word->size && distance < sizes * word->size &&
		    (!found || distance < fabsf(middle(found) - y)))
			found = word;
	}
	return found;
}

/* The row above (or below) *edge, beyond all grounds, whose words stand in the columns: several of them. Moves *edge behind it. */
static int widen(struct grounds *grounds, uint32_t group, bool above, float *edge)
{
	const struct pdf_box box = grounds->groups[group].box;
	const struct edges edges = edges_of(grounds, group, !above);
	const float from = *edge;
	float y = from, end = from, sizes = reach_sizes;
	uint32_t columns = 0;
	uint8_t style = 0;

	for (int line = 0; line < LINES_MAX; line++) {
		const struct pdf_word *word = nearest(grounds, box, y, above, sizes);
		if (!word || (above && line > 0 && word->style != style)) /* a caption, a paragraph */
			break;
		style = word->style;
		y = middle(word);
		const struct content content = content_between(grounds, box, &edges, y - 0.4f * word->size, y + 0.4f * word->size);
		if (content.crosses)
			break;
		columns |= content.columns;
		end = above ? content.top - room : content.bottom + room;
		sizes = line_sizes;
	}
	if ((columns & (columns - 1)) == 0)
		return 0;
	*edge = end;
	int status = pdf_rules_add_line(grounds->rules, box.x0, end, box.x1, end, 0.5f);
	return status < 0 ? status : draw_edges(grounds, box, &edges, fminf(from, end), fmaxf(from, end));
}

static bool is_bold_above(const struct grounds *grounds, struct pdf_box box, float edge)
{
	const struct pdf_word *word = nearest(grounds, box, edge, true, reach_sizes);

	return word && (word->style & PDF_BOLD);
}

/* The head, or the first row and its bold head. */
static int widen_above(struct grounds *grounds, uint32_t group)
{
	const struct pdf_box box = grounds->groups[group].box;
	const bool is_head = is_bold_above(grounds, box, box.y0);
	float edge = box.y0;
	int status = widen(grounds, group, true, &edge);

	if (status == 0 && edge < box.y0 && !is_head && is_bold_above(grounds, box, edge))
		status = widen(grounds, group, true, &edge);
	return status;
}

/* --- tables --------------------------------------------------------------------------------------------------------- */

static float height_of(struct pdf_box box) { return box.y1 - box.y0; }

/* The next group of the same width below, when all between them is one row without ground; NO_GROUP when there is none. */
static int group_below(struct grounds *grounds, uint32_t group)
{
	const struct pdf_box box = grounds->groups[group].box;

	for (uint32_t i = group + 1; i < grounds->count && grounds->cells[i].y0 < box.y1 + height_max; i++) {
		const struct group *below = &grounds->groups[i];
		if (group_of(grounds->parent, i) != i || below->beside == 0 || below->box.y0 < box.y1 - touching)
			continue;
		if (!same_ends(below->box, box))
			continue;
		const struct edges edges = edges_of(grounds, group, true);
		const struct content content = content_between(grounds, box, &edges, box.y1, below->box.y0);
		const float gap = below->box.y0 - box.y1, heights = fmaxf(height_of(grounds->cells[group]), height_of(grounds->cells[i]));
		/* Words in one column are a row too, if they are no heading: then a head would follow, on darker ground. */
		const float size = fmaxf(content_between(grounds, box, &edges, box.y0, box.y1).size, content_between(grounds, box, &edges, below->box.y0, below->box.y1).size);
		if (content.size > heading_ratio * size)
			return NO_GROUP; /* the head of another table, below a heading */
		const bool several = (content.columns & (content.columns - 1)) != 0, darker = grounds->shades[i] < grounds->shades[group] - shade_step;
		const bool low = content.words > 0 && gap < row_ratio * heights && !darker;
		return !content.crosses && (several || low || gap < side_min) ? (int)i : NO_GROUP;
	}
	return NO_GROUP;
}

/* Does a rule of the table's width bound one row more, above or below all grounds? */
static bool has_outer_rule(const struct grounds *grounds, struct pdf_box table, bool above)
{
	for (size_t i = 0; i < grounds->drawn; i++) {
		const struct pdf_rule *rule = &grounds->rules->horizontal.items[i];
		const float away = above ? table.y0 - rule->at : rule->at - table.y1;
		if (away > side_min && away < outer_row_max && fabsf(rule->from - table.x0) < same_end && fabsf(rule->to - table.x1) < same_end)
			return true;
	}
	return false;
}

/* How far the rules reach that stand on the box or cross it, and cover it: a first or last column may lack grounds. */
static struct pdf_box reach_of(const struct grounds *grounds, struct pdf_box box)
{
	struct pdf_box reach = box;

	for (size_t i = 0; i < grounds->drawn; i++) {
		const struct pdf_rule *rule = &grounds->rules->horizontal.items[i];
		if (rule->at < box.y0 - same_end || rule->at > box.y1 + same_end || rule->from > box.x0 + same_end || rule->to < box.x1 - same_end)
			continue;
		reach.x0 = fminf(reach.x0, rule->from);
		reach.x1 = fmaxf(reach.x1, rule->to);
	}
	return reach;
}

/* The edges of the group's cells; those above and below the outer ones as far as the table reaches. */
static int draw_group(struct grounds *grounds, uint32_t group, struct pdf_box reach)
{
	const struct edges none = { .count = 0 };
	const struct pdf_box box = grounds->groups[group].box;
	int status = draw_edges(grounds, reach, &none, box.y0, box.y1);

	for (uint32_t i = group; i < grounds->count && status == 0; i++) {
		const struct pdf_box cell = grounds->cells[i];
		if (group_of(grounds->parent, i) != group)
			continue;
		const float from = cell.x0 < box.x0 + same_end ? reach.x0 : cell.x0, to = cell.x1 > box.x1 - same_end ? reach.x1 : cell.x1;
		status = draw_edges(grounds, cell, &none, cell.y0, cell.y1);
		if (status == 0)
			status = pdf_rules_add_line(grounds->rules, from, cell.y0, to, cell.y0, 0.5f);
		if (status == 0)
			status = pdf_rules_add_line(grounds->rules, from, cell.y1, to, cell.y1, 0.5f);
	}
	return status;
}

/* Rows of the group: places where cells begin, one below the other. */
static size_t count_rows(struct grounds *grounds, uint32_t group)
{
	size_t rows = 0;
	float top = -INFINITY;

	for (uint32_t i = group; i < grounds->count; i++)
		if (group_of(grounds->parent, i) == group && grounds->cells[i].y0 > top + side_min) {
			rows++;
			top = grounds->cells[i].y0;
		}
	return rows;
}

/* The groups below `first` of the same table; the last one is returned. *ret_plain: are there rows without ground between? */
static uint32_t chain_groups(struct grounds *grounds, uint32_t first, bool *ret_plain)
{
	struct group *groups = grounds->groups;
	uint32_t last = first;

	for (int below; (below = group_below(grounds, last)) != NO_GROUP; last = (uint32_t)below) {
		groups[last].next = below;
		groups[below].used = true;
		*ret_plain |= groups[below].box.y0 - groups[last].box.y1 > side_min;
	}
	return last;
}

/* Draws the table that begins with this group, if it is one: a head alone, of one row or two, is none. */
static int draw_table(struct grounds *grounds, uint32_t first)
{
	const struct group *groups = grounds->groups;
	bool plain = false;
	int status = 0;

	const uint32_t last = chain_groups(grounds, first, &plain);
	if (first == last && count_rows(grounds, first) < ROWS_MIN)
		return 0;
	struct pdf_box table = groups[first].box;
	table.y1 = groups[last].box.y1;
	const struct pdf_box reach = reach_of(grounds, table);
	for (int at = (int)first; at != NO_GROUP && status == 0; at = groups[at].next) {
		status = draw_group(grounds, (uint32_t)at, reach);
		if (groups[at].next == NO_GROUP || status < 0)
			continue;
		const struct edges edges = edges_of(grounds, (uint32_t)at, true), none = { .count = 0 };
		status = draw_edges(grounds, groups[at].box, &edges, groups[at].box.y1, groups[groups[at].next].box.y0);
		if (status == 0)
			status = draw_edges(grounds, reach, &none, groups[at].box.y1, groups[groups[at].next].box.y0);
	}
	if (status == 0 && (plain || has_outer_rule(grounds, reach, true)))
		status = widen_above(grounds, first);
	float bottom = table.y1;
	if (status == 0 && (plain || has_outer_rule(grounds, reach, false)))
		status = widen(grounds, last, false, &bottom);
	return status;
}

int pdf_cell_grounds_complete(struct pdf_rules *rules, const struct pdf_page *page)
{
	int status = 0;

	if (rules->fill_count < 2 || rules->fill_count > CELLS_MAX || rules->crowded || page->word_count > WORDS_MAX)
		return 0;
	struct grounds *grounds = calloc(1, sizeof(*grounds));
	if (!grounds)
		return -ENOMEM;
	grounds->rules = rules;
	grounds->drawn = rules->horizontal.count;
	grounds->page = page;
	collect_cells(grounds);
	join_cells(grounds);
	for (uint32_t i = 0; i < grounds->count && status == 0; i++)
		if (group_of(grounds->parent, i) == i && grounds->groups[i].beside > 0 && !grounds->groups[i].used)
			status = draw_table(grounds, i);
	free(grounds);
	if (status == 0)
		pdf_rules_settle(rules);
	return status;
}
