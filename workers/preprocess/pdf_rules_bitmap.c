/* pdf_rules_bitmap.c: rules from pixels. Dark runs along rows and along columns are found in one pass; runs of neighbouring rows
 * (columns) that lie upon each other are one stroke, and a stroke that is long and on average thin is a rule. A line that is a
 * little askew is many short runs, each a pixel further on: still one thin stroke. Letters' strokes are too short. */
#include "workers/preprocess/pdf_rules.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
	SIDE_PIXELS_MAX = 32768,
	DARK_MAX = 160,       /* grey values up to this are ink */
	OPEN_STROKES_MAX = 512,
	RUNS_MAX = 1 << 18,   /* of one direction: more is no page of text */
};
static const float run_length_min = 9.0f;     /* points */
static const float stroke_length_min = 14.0f; /* points */
static const float run_gap_max = 0.8f;        /* points of white inside a run */
static const float stroke_thickness_max = 3.2f;

struct run {
	uint32_t at, from, to; /* row and columns of pixels, or column and rows; `to` is behind the last */
};

struct runs {
	struct run *items;
	size_t count, capacity;
};

static int add_run(struct runs *runs, uint32_t at, uint32_t from, uint32_t to)
{
	if (runs->count == RUNS_MAX)
		return 0;
	if (!pdf_grow((void **)&runs->items, &runs->capacity, runs->count, sizeof(*runs->items)))
		return -ENOMEM;
	runs->items[runs->count++] = (struct run){ at, from, to };
	return 0;
}

/* A run that is being looked at: [from, to) so far. */
struct tracked {
	uint32_t from, to;
};

/* One more dark pixel at `place`; a run before it that ended further away than `gap_max` is complete. */
static int track(struct tracked *run, uint32_t at, uint32_t place, uint32_t gap_max, uint32_t length_min, struct runs *runs)
{
	int status = 0;

	if (place > run->to + gap_max || run->to == 0) {
		if (run->to - run->from >= length_min)
			status = add_run(runs, at, run->from, run->to);
		run->from = place;
	}
	run->to = place + 1;
	return status;
}

struct image {
	const uint8_t *pixels;
	size_t width, height, stride_bytes;
	uint32_t gap_max, length_min; /* pixels */
};

static int find_runs(const struct image *image, struct tracked *columns, struct runs *across, struct runs *down)
{
	int status = 0;

	for (uint32_t y = 0; y < image->height && status == 0; y++) {
		const uint8_t *line = image->pixels + y * image->stride_bytes;
		struct tracked row = { 0, 0 };
		for (uint32_t x = 0; x < image->width && status == 0; x++) {
			if (line[x] > DARK_MAX)
				continue;
			status = track(&row, y, x, image->gap_max, image->length_min, across);
			if (status == 0)
				status = track(&columns[x], x, y, image->gap_max, image->length_min, down);
		}
		if (status == 0 && row.to - row.from >= image->length_min)
			status = add_run(across, y, row.from, row.to);
	}
	for (uint32_t x = 0; x < image->width && status == 0; x++)
		if (columns[x].to - columns[x].from >= image->length_min)
			status = add_run(down, x, columns[x].from, columns[x].to);
	return status;
}

/* Runs upon each other, so far. */
struct stroke {
	uint32_t last_at, last_from, last_to; /* of the run added last */
	uint32_t first_at, from, to;
	uint64_t pixels, moment;              /* moment: sum of `at`, each as often as it has pixels */
};

static int end_stroke(struct pdf_rules *rules, const struct stroke *stroke, bool vertical, float points_per_pixel)
{
	const float length = (float)(stroke->to - stroke->from), thickness = (float)stroke->pixels / length;
	const float at = ((float)stroke->moment / (float)stroke->pixels + 0.5f) * points_per_pixel;
	const float from = (float)stroke->from * points_per_pixel, to = (float)stroke->to * points_per_pixel;

	if (to - from < stroke_length_min)
		return 0;
	if (thickness * points_per_pixel <= stroke_thickness_max)
		return vertical ? pdf_rules_add_line(rules, at, from, at, to, thickness * points_per_pixel)
				: pdf_rules_add_line(rules, from, at, to, at, thickness * points_per_pixel);
	if (vertical)
		return 0; /* the area is known from its rows */
	const float top = (float)stroke->first_at * points_per_pixel, bottom = (float)(stroke->last_at + 1) * points_per_pixel;
	return pdf_rules_add_fill(rules, (struct pdf_box){ from, top, to, bottom }, 0);
}

static void extend(struct stroke *stroke, const struct run *run)
{
	stroke->last_at = run->at;
	stroke->last_from = run->from;
	stroke->last_to = run->to;
	stroke->from = run->from < stroke->from ? run->from : stroke->from;
	stroke->to = run->to > stroke->to ? run->to : stroke->to;
	stroke->pixels += run->to - run->from;
	stroke->moment += (uint64_t)run->at * (run->to - run->from);
}

static int compare_runs(const void *a, const void *b)
{
	const struct run *left = a, *right = b;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return left->from < right->from ? -1 : left->from > right->from;
}

/* Does the run lie upon or right beside the end of the stroke, in the same line of pixels or the next? */
static bool touches(const struct stroke *stroke, const struct run *run)
{
	return run->at <= stroke->last_at + 1 && run->from <= stroke->last_to + 1 && run->to + 1 >= stroke->last_from;
}

struct strokes { /* that may go on, from left to right (top to bottom) */
	struct stroke items[OPEN_STROKES_MAX];
	size_t count;
};

/* Strokes that no run touched in the line of pixels before `at` are complete. */
static int end_strokes(struct pdf_rules *rules, struct strokes *open, uint32_t at, bool vertical, float points_per_pixel)
{
	size_t kept = 0;
	int status = 0;

	for (size_t s = 0; s < open->count && status == 0; s++) {
		if (open->items[s].last_at + 1 < at)
			status = end_stroke(rules, &open->items[s], vertical, points_per_pixel);
		else
			open->items[kept++] = open->items[s];
	}
	open->count = kept;
	return status;
}

/* Adds the run to the stroke that it touches, or begins one. Those before *first end left of it. */
static void take_run(struct strokes *open, const struct run *run, size_t *first)
{
	while (*first < open->count && open->items[*first].last_at < run->at && open->items[*first].last_to + 1 < run->from)
		++*first;
	size_t s = *first;
	while (s < open->count && open->items[s].last_from <= run->to + 1 && !touches(&open->items[s], run))
		s++;
	if (s < open->count && touches(&open->items[s], run)) {
		extend(&open->items[s], run);
		return;
	}
	if (open->count == OPEN_STROKES_MAX)
		return;
	memmove(&open->items[s + 1], &open->items[s], (open->count - s) * sizeof(open->items[0]));
	open->items[s] = (struct stroke){ .first_at = run->at, .from = run->from };
	open->count++;
	extend(&open->items[s], run);
}

/* The strokes that runs make, as rules. */
static int join_runs(struct pdf_rules *rules, struct runs *runs, bool vertical, float points_per_pixel)
{
	struct strokes *open = calloc(1, sizeof(*open));
	size_t first = 0;
	int status = open ? 0 : -ENOMEM;

	if (runs->count > 1)
		qsort(runs->items, runs->count, sizeof(*runs->items), compare_runs);
	for (size_t i = 0; i < runs->count && status == 0; i++) {
		if (i > 0 && runs->items[i].at != runs->items[i - 1].at) {
			status = end_strokes(rules, open, runs->items[i].at, vertical, points_per_pixel);
			first = 0;
		}
		take_run(open, &runs->items[i], &first);
	}
	if (status == 0)
		status = end_strokes(rules, open, UINT32_MAX, vertical, points_per_pixel);
	free(open);
	return status;
}

static uint32_t to_pixels(float points, float points_per_pixel)
{
	float pixels = roundf(points / points_per_pixel);
	return pixels < 1 ? 1 : (uint32_t)pixels;
}

int pdf_rules_read_bitmap(struct pdf_rules *rules, const uint8_t *pixels, size_t width, size_t height, size_t stride_bytes,
			  float points_per_pixel)
{
	struct runs across = { 0 }, down = { 0 };

	CHECK(points_per_pixel > 0 && stride_bytes >= width);
	if (width > SIDE_PIXELS_MAX || height > SIDE_PIXELS_MAX)
		return -EINVAL;
	if (width == 0 || height == 0)
		return 0;
	struct image image = { pixels, width, height, stride_bytes, to_pixels(run_gap_max, points_per_pixel),
			       to_pixels(run_length_min, points_per_pixel) };
	struct tracked *columns = calloc(width, sizeof(*columns));
	int status = columns ? find_runs(&image, columns, &across, &down) : -ENOMEM;
	if (status == 0)
		status = join_runs(rules, &across, false, points_per_pixel);
	if (status == 0)
		status = join_runs(rules, &down, true, points_per_pixel);
	free(columns);
	free(across.items);
	free(down.items);
	return status;
}
