/* plain_pages.c: what page breaks leave in plain text. Running lines above and below the breaks, the same from page to page but for numbers, are
 * taken out, and so is the footer of a manual page; a paragraph that goes on over the break is joined again. Linear. */
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

/* Equal but for the width of gaps and, if asked for, numbers; an empty line equals none. */
static bool runs_alike(struct text a, struct text b, bool but_for_numbers)
{
	size_t i = 0, k = 0;

	if (a.bytes == 0 || b.bytes == 0)
		return false;
	while (i < a.bytes && k < b.bytes) {
		char x = a.data[i], y = b.data[k];
		if (but_for_numbers && ascii_is_digit(x) && ascii_is_digit(y)) {
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

/* Says that it numbers the page: "Page 3", "[Page 3]", "3 of 7", "- 3 -". A numbered heading has words behind its number, a row of data more numbers. */
static bool is_page_line(struct text line)
{
	static const char *const words[] = { "page", "pages", "of", "seite", "von", "sheet", "sida", "p" };
	bool page = false, other = false;
	size_t numbers = 0;

	for (size_t i = 0, end; i < line.bytes; i = end) {
		end = i + 1;
		if (!ascii_is_alpha(line.data[i])) {
			numbers += ascii_is_digit(line.data[i]) && (i == 0 || !ascii_is_digit(line.data[i - 1]));
			other |= (unsigned char)line.data[i] >= 0x80;
			continue;
		}
		while (end < line.bytes && ascii_is_alpha(line.data[end]))
			end++;
		bool known = false;
		for (size_t word = 0; word < COUNT_OF(words); word++)
			known |= text_equal_nocase(text_slice(line, i, end), text_from(words[word]));
		other |= !known;
		struct text behind = text_slice(line, end, line.bytes);
		page |= known && end - i >= 4 && behind.bytes > 1 && behind.data[0] == ' ' && ascii_is_digit(text_trim(behind).data[0]);
	}
	return page || (!other && numbers >= 1 && numbers <= 2);
}

/* The number that a line ends with, or begins with and a gap behind it; SIZE_MAX when there is none. "Alarm:   3" is a field. */
static size_t edge_number(struct text line)
{
	enum { DIGITS_MAX = 6 };
	size_t first = line.bytes, last = 0, number = 0;

	while (first > 0 && ascii_is_digit(line.data[first - 1]))
		first--;
	last = line.bytes;
	if (first == last) {
		for (first = 0, last = 0; last < line.bytes && ascii_is_digit(line.data[last]);)
			last++;
		if (!text_starts_with(text_slice(line, last, line.bytes), TEXT_LITERAL("   ")))
			return SIZE_MAX;
	}
	if (first == last || last - first > DIGITS_MAX || text_ends_with_nocase(text_trim(text_slice(line, 0, first)), TEXT_LITERAL(":")))
		return SIZE_MAX;
	for (size_t i = first; i < last; i++)
		number = number * 10 + (size_t)(line.data[i] - '0');
	return number;
}

/* Does a line with other numbers on the next page count pages? Its parts stand far apart, or it is the page's last line. */
static bool counts_pages(struct text a, struct text b, bool last_of_page)
{
	if (!last_of_page && text_find(a, TEXT_LITERAL("   ")) < 0)
		return false;
	size_t one = edge_number(a), other = edge_number(b);
	return one != SIZE_MAX && other == one + 1;
}

/* What stands beside the line on the side of the text is blank, or set elsewhere; or the line's own parts stand far apart. */
static bool stands_apart(const struct plain_lines *lines, size_t index, bool upwards)
{
	enum { APART_COLUMNS_MIN = 8 };
	struct text line = plain_line_text(lines, index);
	ptrdiff_t gap = text_find(line, TEXT_LITERAL("   "));

	if ((upwards ? index == 0 : index + 1 >= lines->count) || (gap > 0 && line.data[gap - 1] != ':'))
		return true;
	size_t beside = upwards ? index - 1 : index + 1;
	uint32_t here = plain_line_at(lines, index)->indent, there = plain_line_at(lines, beside)->indent;
	return plain_line_is_blank(lines, beside) || (here > there ? here - there : there - here) >= APART_COLUMNS_MIN;
}

static bool is_running(struct text a, struct text b, bool last_of_page)
{
	return runs_alike(a, b, false) || (runs_alike(a, b, true) && (is_page_line(a) || counts_pages(a, b, last_of_page)));
}

/* The line nearer to the break stands right beside it and numbers the page. */
static bool is_beside_page_line(const struct plain_lines *lines, const struct edge *edge, size_t which)
{
	size_t nearer = which > 0 ? edge->indices[which - 1] : SIZE_MAX, here = edge->indices[which];

	return which > 0 && (here > nearer ? here - nearer : nearer - here) == 1 && is_page_line(plain_line_text(lines, nearer));
}

/* Lines that are the same on both pages, or count them. They end where a blank line parts them from the text: one among several lines of the text is no
 * running line, unless it numbers the page or touches the line that does. */
static void compare_edges(const struct plain_lines *lines, bool upwards, struct edge *before, struct edge *now)
{
	size_t alike = 0;

	/* On an empty page both look at the same line. */
	while (alike < before->count && alike < now->count && before->indices[alike] != now->indices[alike] &&
	       is_running(plain_line_text(lines, before->indices[alike]), plain_line_text(lines, now->indices[alike]), upwards && alike == 0))
		alike++;
	while (alike > 0 && !is_page_line(plain_line_text(lines, now->indices[alike - 1])) && !is_beside_page_line(lines, now, alike - 1) &&
	       !(stands_apart(lines, before->indices[alike - 1], upwards) && stands_apart(lines, now->indices[alike - 1], upwards)))
		alike--;
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

static bool numbers_page(const struct plain_lines *lines, const struct edge *edge)
{
	for (size_t i = 0; i < edge->running; i++)
		if (is_page_line(plain_line_text(lines, edge->indices[i])))
			return true;
	return false;
}

/* Running lines at one side of all breaks: above them (upwards, the end of the text too), or below them. */
static void clean_side(struct plain_lines *lines, const size_t *breaks, size_t count, bool upwards, struct buffer *taken)
{
	struct edge before = { .count = 0 }, now;

	if (!upwards) /* of the first page, above which there is no break */
		before.count = edge_lines(lines, 0, false, before.indices);
	for (size_t i = 0; i <= count; i++) {
		now = (struct edge){ .count = 0 };
		if (i < count)
			now.count = edge_lines(lines, breaks[i], upwards, now.indices);
		else if (upwards)
			now.count = edge_lines(lines, lines->count, true, now.indices);
		compare_edges(lines, upwards, &before, &now);
		if (i == 0 && !upwards && !numbers_page(lines, &before))
			before.running = 0; /* what the pages behind repeat may be the title here */
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

/* The last line of a manual page stands alone, in parts far apart, and ends with the page's name, or with the word that it begins with:
 * "GNU coreutils 9.1      September 2022      LS(1)", "Debian      December 1, 2022      Debian". */
static bool ends_manual(const struct plain_lines *lines, size_t last)
{
	size_t first = 0;

	while (plain_line_is_blank(lines, first) && first < last)
		first++;
	if (first + 1 >= last || !plain_line_is_blank(lines, last - 1))
		return false;
	struct text name = plain_manual_name(plain_line_text(lines, first)), line = plain_line_text(lines, last);
	ptrdiff_t gap = text_find(line, TEXT_LITERAL("   "));
	if (name.bytes == 0 || gap <= 0)
		return false;
	return text_ends_with_nocase(line, name) || text_ends_with_nocase(text_slice(line, (size_t)gap, line.bytes), text_slice(line, 0, (size_t)gap));
}

static void clean_manual(struct plain_lines *lines, struct buffer *taken)
{
	size_t last = lines->count;

	while (last > 0 && plain_line_is_blank(lines, last - 1))
		last--;
	if (last > 0 && ends_manual(lines, last - 1))
		take_out(lines, &(struct edge){ .indices = { last - 1 }, .count = 1, .running = 1 }, taken);
}

int plain_pages_clean(struct plain_lines *lines, const size_t *breaks, size_t count, struct document_builder *document)
{
	struct buffer taken;
	size_t kept = 0;

	buffer_init(&taken, SIZE_MAX / 4);
	clean_manual(lines, &taken);
	if (count > 0) {
		clean_side(lines, breaks, count, true, &taken);
		clean_side(lines, breaks, count, false, &taken);
	}
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
