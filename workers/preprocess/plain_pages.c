/* plain_pages.c: what page breaks leave in plain text. Running lines above and below the breaks, the same from page to page but for numbers, are
 * taken out; a paragraph that goes on over the break is joined again. Linear. */
#include "workers/preprocess/plain_pages.h"

#include <stdlib.h>

enum {
	RUNNING_LINES_MAX = 3,   /* above, and below */
	EDGE_LINES_MAX = 8,      /* blank lines and running ones between the break and the text */
	LINES_OF_BREAK = 2,      /* made by plain_lines_split */
	TAKEN_OUT = UINT32_MAX,
};

static struct plain_line *line_at(struct plain_lines *lines, size_t index)
{
	CHECK(index < lines->count);
	return (struct plain_line *)(void *)lines->items.data + index;
}

/* Equal but for digits and the width of gaps; an empty line equals none. */
static bool runs_alike(struct text a, struct text b)
{
	size_t i = 0, k = 0;

	if (a.bytes == 0 || b.bytes == 0)
		return false;
	while (i < a.bytes && k < b.bytes) {
		char x = a.data[i], y = b.data[k];
		if (ascii_is_digit(x) && ascii_is_digit(y)) {
			while (i < a.bytes && ascii_is_digit(a.data[i]))
				i++;
			while (k < b.bytes && ascii_is_digit(b.data[k]))
				k++;
		} else if (x == ' ' && y == ' ') {
			while (i < a.bytes && a.data[i] == ' ')
				i++;
			while (k < b.bytes && b.data[k] == ' ')
				k++;
		} else if (x == y) {
			i++;
			k++;
		} else {
			return false;
		}
	}
	return i == a.bytes && k == b.bytes;
}

/* Indices of the first lines with text from `at` on, downwards or upwards; returns how many. */
static size_t edge_lines(const struct plain_lines *lines, size_t at, bool upwards, size_t *ret_indices)
{
	size_t count = 0;

	for (size_t steps = 0; steps < EDGE_LINES_MAX && count < RUNNING_LINES_MAX; steps++) {
		if (upwards ? at < steps + 1 : at + steps >= lines->count)
			break;
		size_t index = upwards ? at - steps - 1 : at + steps;
		if (!plain_line_is_blank(lines, index))
			ret_indices[count++] = index;
	}
	return count;
}

struct edge {
	size_t indices[RUNNING_LINES_MAX];
	size_t count;
	size_t running; /* of them, counted from the break */
};

static void compare_edges(const struct plain_lines *lines, struct edge *before, struct edge *now)
{
	size_t alike = 0;

	/* On an empty page both look at the same line. */
	while (alike < before->count && alike < now->count && before->indices[alike] != now->indices[alike] &&
	       runs_alike(plain_line_text(lines, before->indices[alike]), plain_line_text(lines, now->indices[alike])))
		alike++;
	before->running = size_max(before->running, alike);
	now->running = size_max(now->running, alike);
}

struct taken { /* a running line */
	size_t index;
	struct text text;
};

static void take_out(struct plain_lines *lines, const struct edge *edge, struct buffer *taken)
{
	for (size_t i = 0; i < edge->running; i++) {
		struct plain_line *line = line_at(lines, edge->indices[i]);
		struct taken entry = { edge->indices[i], plain_line_text(lines, edge->indices[i]) };
		if (entry.text.bytes > 0) /* an edge of two pages */
			buffer_append(taken, &entry, sizeof(entry));
		line->end = line->start;
	}
}

/* Running lines at one side of all breaks: above them (upwards, the end of the text too), or below them. */
static void clean_side(struct plain_lines *lines, const size_t *breaks, size_t count, bool upwards, struct buffer *taken)
{
	struct edge before = { .count = 0 }, now;

	for (size_t i = 0; i <= count; i++) {
		now = (struct edge){ .count = 0 };
		if (i < count)
			now.count = edge_lines(lines, breaks[i], upwards, now.indices);
		else if (upwards)
			now.count = edge_lines(lines, lines->count, true, now.indices);
		compare_edges(lines, &before, &now);
		take_out(lines, &before, taken);
		before = now;
	}
	take_out(lines, &before, taken);
}

/* The lines between a paragraph's two parts are marked, when it goes on over the break. */
static void join_over(struct plain_lines *lines, size_t at)
{
	size_t above = at, below = at;

	while (above > 0 && at - above < 2 * EDGE_LINES_MAX && plain_line_is_blank(lines, above - 1))
		above--;
	while (below < lines->count && below - at < 2 * EDGE_LINES_MAX && plain_line_is_blank(lines, below))
		below++;
	if (above == 0 || below >= lines->count || plain_line_is_blank(lines, above - 1) || plain_line_is_blank(lines, below))
		return;
	struct text last = plain_line_text(lines, above - 1), next = plain_line_text(lines, below);
	if (strchr(".:;!?", last.data[last.bytes - 1]) || !ascii_is_lower(next.data[0]) ||
	    !(plain_is_prose(last) || (above > 1 && !plain_line_is_blank(lines, above - 2) && plain_is_prose(plain_line_text(lines, above - 2)))) ||
	    plain_line_at(lines, above - 1)->indent != plain_line_at(lines, below)->indent)
		return;
	for (size_t i = above; i < below; i++)
		line_at(lines, i)->indent = TAKEN_OUT; /* still blank to who looks from the next break */
}

static int compare_taken(const void *left, const void *right)
{
	const struct taken *a = left, *b = right;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* In the order of the file, with its own line numbers. */
static void report(const struct buffer *taken, const size_t *breaks, size_t count, struct document_builder *document)
{
	struct taken *entries = (void *)taken->data;
	size_t passed = 0, entry_count = taken->bytes / sizeof(*entries);

	if (entry_count > 0)
		qsort(entries, entry_count, sizeof(*entries), compare_taken);
	for (size_t i = 0; i < entry_count; i++) {
		while (passed < count && breaks[passed] <= entries[i].index)
			passed++;
		document_builder_removed(document, DOCUMENT_REMOVED_RUNNING_LINE, entries[i].text, document_at_line(entries[i].index + 1 - LINES_OF_BREAK * passed));
	}
}

int plain_pages_clean(struct plain_lines *lines, const size_t *breaks, size_t count, struct document_builder *document)
{
	struct buffer taken;
	size_t kept = 0;

	if (count == 0)
		return 0;
	buffer_init(&taken, SIZE_MAX / 4);
	clean_side(lines, breaks, count, true, &taken);
	clean_side(lines, breaks, count, false, &taken);
	report(&taken, breaks, count, document);
	for (size_t i = 0; i < count; i++)
		join_over(lines, breaks[i]);
	for (size_t i = 0; i < lines->count; i++)
		if (plain_line_at(lines, i)->indent != TAKEN_OUT)
			*line_at(lines, kept++) = *plain_line_at(lines, i);
	lines->count = kept;
	int status = taken.status;
	buffer_done(&taken);
	return status;
}
