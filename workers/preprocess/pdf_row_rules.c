#include "workers/preprocess/pdf_row_rules.h"

#include <math.h>
#include <stdlib.h>

enum {
	RULES_MAX = 400,   /* of a page: more are a drawing */
	WORDS_MAX = 20000, /* of a page: all are looked at for each line */
	RUNS_MAX = 32,     /* places of a page where a table may begin */
	STRIPS_MIN = 3,
	STRIPS_SURE = 2,   /* each of which reads as one row */
	WIDTH_MAX = 4096,  /* of a page, points */
	COLUMNS_MAX = 16,
	LINES_MAX = 8,     /* of the row above the first rule, or below the last */
	BANDS_MAX = 1000,  /* filled areas of a page: more are a drawing */
};

static const float length_min = 100, same_end = 2, row_height_min = 8, row_height_max = 300, gap_min = 5, border_room = 2;

struct run { /* rules of one width below each other, and the white between the words that they part */
	float from, to, top, bottom;
	size_t strips;
	uint8_t taken[WIDTH_MAX];   /* does a word stand at this x? */
	float columns[COLUMNS_MAX]; /* left edges of the words of each */
	size_t column_count;
	float size;                 /* of the largest words */
	bool grounds;               /* some edges are those of filled bands: they become rules if a table is found */
	bool filled;                /* all are: a band without words parts them */
};

struct edges { /* of rows, from top to bottom: rules of one width, or the sides of filled bands */
	float at[RULES_MAX];
	bool ground[RULES_MAX]; /* the upper side of a band, below other rules */
	size_t count;
};

static float middle(const struct pdf_word *word) { return (word->box.y0 + word->box.y1) / 2; }

static bool is_inside(const struct run *run, const struct pdf_word *word, float top, float bottom)
{
	const float y = middle(word);

	return y > top && y < bottom && word->box.x1 > run->from - same_end && word->box.x0 < run->to + same_end;
}

static size_t place(float x)
{
	return x < 0 ? 0 : x >= WIDTH_MAX - 1 ? WIDTH_MAX - 1 : (size_t)x;
}

/* Where the word ends for the reader: blanks between words of one cell part nothing. */
static float end_of(const struct pdf_page *page, size_t i)
{
	static const float blank_sizes = 0.5f, blank_mono_sizes = 0.75f;
	const struct pdf_word *word = &page->words[i], *next = word + 1;

	if (i + 1 == page->word_count || word->line_end || fabsf(middle(word) - middle(next)) > 0.4f * word->size)
		return word->box.x1;
	const float blank = next->box.x0 - word->box.x1;
	return blank > 0 && blank < (word->style & next->style & PDF_MONO ? blank_mono_sizes : blank_sizes) * word->size ? next->box.x0 : word->box.x1;
}

static bool take_words(struct run *run, const struct pdf_page *page, float top, float bottom)
{
	bool some = false;

	for (size_t i = 0; i < page->word_count; i++)
		if (is_inside(run, &page->words[i], top, bottom)) {
			some = true;
			run->size = fmaxf(run->size, page->words[i].size);
			for (size_t x = place(page->words[i].box.x0); x <= place(end_of(page, i)); x++)
				run->taken[x] = 1;
		}
	return some;
}

static void find_columns(struct run *run)
{
	float white = gap_min;

	run->column_count = 0;
	for (size_t x = place(run->from); x <= place(run->to); x++) {
		if (run->taken[x] && white >= gap_min && run->column_count < COLUMNS_MAX)
			run->columns[run->column_count++] = (float)x;
		white = run->taken[x] ? 0 : white + 1;
	}
}

static size_t column_of(const struct run *run, const struct pdf_word *word)
{
	size_t column = 0;

	while (column + 1 < run->column_count && word->box.x0 >= run->columns[column + 1] - 1)
		column++;
	return column;
}

/* Columns side by side that no strip fills both are one: its head is centred, or its numbers stand at the right. */
static void join_columns(struct run *run, const struct pdf_page *page, const float *at)
{
	bool both[COLUMNS_MAX] = { false }; /* this one and the next */

	for (size_t s = 0; s < run->strips; s++) {
		uint32_t filled = 0;
		for (size_t i = 0; i < page->word_count; i++)
			if (is_inside(run, &page->words[i], at[s], at[s + 1]))
				filled |= 1u << column_of(run, &page->words[i]);
		for (size_t c = 0; c + 1 < run->column_count; c++)
			both[c] = both[c] || (filled >> c & 3) == 3;
	}
	size_t kept = run->column_count > 0;
	for (size_t c = 1; c < run->column_count; c++)
		if (both[c - 1])
			run->columns[kept++] = run->columns[c];
	run->column_count = kept;
}

/* Which columns the line of words at `y` fills. False: a word crosses their borders, or stands beside them. */
static bool columns_of_line(const struct run *run, const struct pdf_page *page, float y, uint32_t *ret_columns)
{
	uint32_t columns = 0;

	for (size_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		if (fabsf(middle(word) - y) > 0.4f * word->size)
			continue;
		const size_t column = column_of(run, word);
		if (word->box.x0 < run->from - same_end || word->box.x1 > run->to + same_end ||
		    (column + 1 < run->column_count && end_of(page, i) > run->columns[column + 1] - 1))
			return false;
		columns |= 1u << column;
	}
	*ret_columns = columns;
	return true;
}

/* The nearest word above `y` (or below it), not further than `reach`; NULL: there is none. */
static const struct pdf_word *nearest(const struct run *run, const struct pdf_page *page, float y, bool above, float reach)
{
	const struct pdf_word *found = NULL;

	for (size_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		const float distance = above ? y - middle(word) : middle(word) - y;
		if (distance > 0.3f * word->size && distance < reach && is_inside(run, word, -INFINITY, INFINITY) &&
		    (!found || distance < fabsf(middle(found) - y)))
			found = word;
	}
	return found;
}

/* Lines beyond the outer rule that stand in the columns, in several of them: the head of the table, or the row that the page's end cuts. Moves
 * *edge behind them. */
static bool widen(const struct run *run, const struct pdf_page *page, bool above, float *edge)
{
	static const float first_reach = 26, line_reach = 1.85f;
	float y = *edge, reach = first_reach, behind = *edge;
	uint32_t columns, all = 0;

	for (int line = 0; line < LINES_MAX; line++) {
		const struct pdf_word *word = nearest(run, page, y, above, reach);
		if (!word || !columns_of_line(run, page, middle(word), &columns) || (above && (columns & (columns - 1)) == 0))
			break;
		all |= columns;
		y = middle(word);
		behind = above ? word->box.y0 - border_room : word->box.y1 + border_room;
		reach = line_reach * word->size;
	}
	if ((all & (all - 1)) == 0)
		return false;
	*edge = behind;
	return true;
}

/* How far to the right the words of a column reach, in all rows. */
static float right_edge(const struct run *run, size_t column)
{
	size_t x = place(column + 1 < run->column_count ? run->columns[column + 1] - 1 : run->to);

	while (x > place(run->columns[column]) && !run->taken[x])
		x--;
	return (float)x;
}

/* Would the first word of some cell's line have had room behind the line above it? Then that is no wrapped cell, but another row. */
static bool has_room_above(const struct run *run, const struct pdf_page *page, float top, float bottom)
{
	static const float blank_sizes = 0.25f;
	float ends[COLUMNS_MAX] = { 0 }, y = top;
	const struct pdf_word *word;

	for (size_t lines = 0; lines < LINES_MAX && (word = nearest(run, page, y, false, bottom - y)) != NULL; lines++) {
		const struct pdf_word *first[COLUMNS_MAX] = { NULL };
		float end[COLUMNS_MAX] = { 0 };
		y = middle(word);
		for (size_t i = 0; i < page->word_count; i++) {
			const struct pdf_word *other = &page->words[i];
			if (fabsf(middle(other) - y) > 0.4f * other->size || !is_inside(run, other, top, bottom))
				continue;
			const size_t column = column_of(run, other);
			first[column] = !first[column] || other->box.x0 < first[column]->box.x0 ? other : first[column];
			end[column] = fmaxf(end[column], other->box.x1);
		}
		for (size_t c = 0; c < run->column_count; c++) {
			if (!first[c])
				continue;
			if (ends[c] > 0 && ends[c] + blank_sizes * first[c]->size + first[c]->box.x1 - first[c]->box.x0 <= right_edge(run, c))
				return true;
			ends[c] = end[c];
		}
	}
	return false;
}

struct judged { /* strips */
	size_t wrapped; /* lines above or below the fullest fill fewer columns */
	size_t several; /* most lines fill as many: rows that nothing parts */
	size_t single;  /* all lines are of one column */
	size_t rows;    /* several columns, and one line alone fills the most, and the first: surely one row */
};

static void judge_strip(const struct run *run, const struct pdf_page *page, float top, float bottom, struct judged *judged)
{
	uint32_t widest = 0, columns = 0, all = 0;
	float y = top;
	size_t lines = 0, full = 0, keys = 0;

	for (const struct pdf_word *word; lines < LINES_MAX && (word = nearest(run, page, y, false, bottom - y)) != NULL; lines++) {
		y = middle(word);
		if (!columns_of_line(run, page, y, &columns))
			return;
		if (__builtin_popcount(columns) > __builtin_popcount(widest)) {
			widest = columns;
			full = 0;
		}
		full += columns == widest;
		keys += columns & 1;
		all |= columns;
	}
	if (lines > 1 && (all & (all - 1)) != 0)
		*((full - 1) * 2 > lines - 1 ? &judged->several : &judged->wrapped) += 1;
	judged->single += (all & (all - 1)) == 0;
	judged->rows += (all & (all - 1)) != 0 && full == 1 && keys == 1;
}

/* The last band may be followed at once by one that is no row: it ends below its words. */
static float end_of_text(const struct run *run, const struct pdf_page *page, float bottom)
{
	const struct pdf_word *last = nearest(run, page, bottom, true, row_height_max);

	return last ? fminf(bottom, last->box.y1 + border_room) : bottom;
}

/* The columns' borders, and the outer rows, when cells of the run are wrapped. */
static int complete(struct pdf_rules *rules, const struct pdf_page *page, const struct run *run, const float *at)
{
	float top = run->top, bottom = run->bottom;
	struct judged judged = { 0 };
	int status = 0;

	for (size_t s = 0; s < run->strips; s++)
		judge_strip(run, page, at[s], at[s + 1], &judged);
	if (judged.wrapped == 0 || judged.several * 3 > judged.wrapped || (run->filled && judged.single * 4 > run->strips))
		return 0;
	if (widen(run, page, true, &top))
		status = pdf_rules_add_line(rules, run->from, top, run->to, top, 0.5f);
	const bool widened = widen(run, page, false, &bottom);
	if (!widened && run->filled)
		bottom = end_of_text(run, page, bottom);
	if (status == 0 && (widened || run->filled))
		status = pdf_rules_add_line(rules, run->from, bottom, run->to, bottom, 0.5f);
	for (size_t s = 0; s < run->strips + widened && run->grounds && status == 0; s++)
		status = pdf_rules_add_line(rules, run->from, at[s], run->to, at[s], 0.5f);
	for (size_t c = 1; c < run->column_count && status == 0; c++)
		status = pdf_rules_add_line(rules, run->columns[c] - border_room, top, run->columns[c] - border_room, bottom, 0.5f);
	return status;
}

static bool crosses_vertical(const struct pdf_rules *rules, const struct run *run)
{
	for (size_t i = 0; i < rules->vertical.count; i++) {
		const struct pdf_rule *rule = &rules->vertical.items[i];
		if (rule->at > run->from + same_end && rule->at < run->to - same_end && rule->from < run->bottom && rule->to > run->top)
			return true;
	}
	return false;
}

/* White within a row, higher than lines are apart: headings and captions between two tables. */
static bool is_loose(const struct run *run, const struct pdf_page *page, float top, float bottom)
{
	static const float white_max = 2.2f;
	const struct pdf_word *before = NULL, *word;
	float y = top;

	for (size_t lines = 0; lines < LINES_MAX && (word = nearest(run, page, y, false, bottom - y)) != NULL; lines++) {
		if (before && middle(word) - middle(before) > white_max * fmaxf(word->size, before->size))
			return true;
		before = word;
		y = middle(word);
	}
	return false;
}

/* Type larger than all above it: a heading between two tables of the same width. */
static bool has_heading(const struct run *run, const struct pdf_page *page, float top, float bottom)
{
	static const float larger = 1.1f;

	for (size_t i = 0; i < page->word_count && run->size > 0; i++)
		if (page->words[i].size > larger * run->size && is_inside(run, &page->words[i], top, bottom))
			return true;
	return false;
}

/* The longest run from rule `first` on whose words leave white between columns. */
static void grow(struct run *run, const struct pdf_page *page, const struct edges *edges, size_t first)
{
	const float *at = edges->at;
	struct run longer = *run;

	run->strips = 0;
	run->top = run->bottom = at[first];
	for (size_t i = first + 1; i < edges->count && at[i] - at[i - 1] < row_height_max && !is_loose(run, page, at[i - 1], at[i]) && !has_heading(&longer, page, at[i - 1], at[i]); i++) {
		if (!take_words(&longer, page, at[i - 1], at[i]) && run->filled)
			return;
		find_columns(&longer);
		if (run->filled && i == first + 1 && longer.column_count < 2)
			return; /* what stands above a table */
		if (longer.column_count < 2 && edges->ground[i])
			return; /* a caption below the rule of a heading, above the ground of a table's head */
		if (longer.column_count < run->column_count)
			return; /* words stand across the columns so far: it is no row of this table */
		longer.strips++;
		longer.top = at[first];
		longer.bottom = at[i];
		if (longer.column_count > 1)
			*run = longer;
	}
}

/* --- where rows end ---------------------------------------------------------------------------------------------- */

/* Strips enough for a table; fewer, if each is surely one row of it. */
static bool is_table(const struct run *run, const struct pdf_page *page, const float *at)
{
	if (run->strips < STRIPS_SURE || (run->filled && run->strips < STRIPS_MIN))
		return false;
	struct judged judged = { 0 };
	for (size_t s = 0; s < run->strips && run->strips < STRIPS_MIN; s++) {
		if (has_room_above(run, page, at[s], at[s + 1]))
			return false;
		judge_strip(run, page, at[s], at[s + 1], &judged);
	}
	return run->strips >= STRIPS_MIN || judged.rows == run->strips;
}

/* Completes the runs among these edges, which have the same ends. */
static int complete_runs(struct pdf_rules *rules, const struct pdf_page *page, struct run like, const struct edges *edges, size_t *runs)
{
	int status = 0;

	for (size_t first = 0; first + STRIPS_SURE < edges->count && status == 0 && *runs < RUNS_MAX; ++*runs) {
		const float *at = edges->at + first;
		struct run run = like;
		grow(&run, page, edges, first);
		if (is_table(&run, page, at) && !crosses_vertical(rules, &run)) {
			if (run.filled) /* the head is among the strips */
				join_columns(&run, page, at);
			status = complete(rules, page, &run, at);
		}
		first += run.strips > 0 ? run.strips : 1;
	}
	return status;
}

static int compare_bands(const void *a, const void *b)
{
	const struct pdf_box *left = a, *right = b;

	if (fabsf(left->y0 - right->y0) > 0.01f)
		return left->y0 < right->y0 ? -1 : 1;
	return left->x0 < right->x0 ? -1 : left->x0 > right->x0;
}

/* Filled areas as high as rows, those side by side (cells of a row) as one; sorted. */
static size_t find_bands(const struct pdf_rules *rules, struct pdf_box *bands)
{
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < rules->fill_count && count < BANDS_MAX; i++) {
		const struct pdf_box box = rules->fills[i].box;
		if (box.y1 - box.y0 >= row_height_min && box.y1 - box.y0 < row_height_max)
			bands[count++] = box;
	}
	if (count == 0)
		return 0;
	qsort(bands, count, sizeof(*bands), compare_bands);
	for (size_t i = 0; i < count; i++) {
		struct pdf_box *last = kept > 0 ? &bands[kept - 1] : NULL;
		if (last && fabsf(last->y0 - bands[i].y0) < 1 && fabsf(last->y1 - bands[i].y1) < 1 && bands[i].x0 < last->x1 + same_end)
			last->x1 = fmaxf(last->x1, bands[i].x1);
		else
			bands[kept++] = bands[i];
	}
	return kept;
}

static bool has_ends(struct pdf_box band, struct run like) { return fabsf(band.x0 - like.from) <= same_end && fabsf(band.x1 - like.to) <= same_end; }

/* The upper and lower edges of the bands with the same ends as `first`, from it down. */
static void edges_like(const struct pdf_box *bands, size_t band_count, size_t first, struct run like, struct edges *edges, bool *used)
{
	edges->count = 0;
	for (size_t i = first; i < band_count && edges->count + 2 <= RULES_MAX; i++) {
		if (used[i] || !has_ends(bands[i], like))
			continue;
		used[i] = true;
		if (edges->count == 0 || bands[i].y0 - edges->at[edges->count - 1] >= row_height_min)
			edges->at[edges->count++] = bands[i].y0;
		if (bands[i].y1 - edges->at[edges->count - 1] >= row_height_min)
			edges->at[edges->count++] = bands[i].y1;
	}
}

/* Rows that are told by the grounds on which they stand: of each, or of every other one. */
static int complete_bands(struct pdf_rules *rules, const struct pdf_page *page, const struct pdf_box *bands, size_t count, size_t *runs)
{
	struct edges edges = { .count = 0 };
	bool used[BANDS_MAX] = { false };
	int status = 0;

	for (size_t b = 0; b < count && status == 0 && *runs < RUNS_MAX; b++) {
		const struct run like = { .from = bands[b].x0, .to = bands[b].x1, .filled = true, .grounds = true };
		if (used[b] || like.to - like.from < length_min)
			continue;
		edges_like(bands, count, b, like, &edges, used);
		status = complete_runs(rules, page, like, &edges, runs);
	}
	return status;
}

static void enter_edge(struct edges *edges, float at, bool ground)
{
	size_t i = edges->count;

	if (edges->count == RULES_MAX)
		return;
	for (; i > 0 && edges->at[i - 1] > at; i--) {
		edges->at[i] = edges->at[i - 1];
		edges->ground[i] = edges->ground[i - 1];
	}
	edges->at[i] = at;
	edges->ground[i] = ground;
	edges->count++;
}

/* Is there no edge nearer than a row is high? */
static bool is_free(const struct edges *edges, float at)
{
	for (size_t i = 0; i < edges->count; i++)
		if (fabsf(edges->at[i] - at) < row_height_min)
			return false;
	return true;
}

/* The rules of the same ends as `first`, from it down, and the sides of a ground between them: that of a head. */
static void rules_like(const struct pdf_rules *rules, size_t first, const struct pdf_box *bands, size_t band_count, struct run *like, struct edges *edges, bool *used)
{
	edges->count = 0;
	for (size_t i = first; i < rules->horizontal.count; i++) {
		const struct pdf_rule *rule = &rules->horizontal.items[i];
		if (used[i] || fabsf(rule->from - like->from) > same_end || fabsf(rule->to - like->to) > same_end)
			continue;
		used[i] = true;
		if (edges->count == 0 || rule->at - edges->at[edges->count - 1] >= row_height_min)
			enter_edge(edges, rule->at, false);
	}
	for (size_t b = 0; b < band_count; b++) {
		if (!has_ends(bands[b], *like) || !is_free(edges, bands[b].y0) || !is_free(edges, bands[b].y1))
			continue;
		enter_edge(edges, bands[b].y0, true);
		enter_edge(edges, bands[b].y1, false);
		like->grounds = true;
	}
}

int pdf_row_rules_complete(struct pdf_rules *rules, const struct pdf_page *page)
{
	const size_t count = rules->horizontal.count;
	struct pdf_box bands[BANDS_MAX];
	bool used[RULES_MAX] = { false };
	struct edges edges = { .count = 0 };
	int status = 0;
	size_t runs = 0;

	if (count > RULES_MAX || page->word_count > WORDS_MAX || rules->crowded)
		return 0;
	const size_t band_count = rules->fill_count <= BANDS_MAX ? find_bands(rules, bands) : 0;
	for (size_t r = 0; r < count && status == 0 && count > STRIPS_SURE && runs < RUNS_MAX; r++) {
		struct run like = { .from = rules->horizontal.items[r].from, .to = rules->horizontal.items[r].to };
		if (used[r] || like.to - like.from < length_min)
			continue;
		rules_like(rules, r, bands, band_count, &like, &edges, used);
		status = complete_runs(rules, page, like, &edges, &runs);
	}
	if (status == 0)
		status = complete_bands(rules, page, bands, band_count, &runs);
	if (status == 0)
		pdf_rules_settle(rules);
	return status;
}
