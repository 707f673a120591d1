#include "workers/preprocess/pdf_furniture.h"

#include "workers/preprocess/pdf_text.h"

#include <math.h>
#include <xxhash.h>

static const float edge_zone = 0.14f;      /* of the page's height */
static const float number_zone = 0.25f;    /* the same for a page number that ends or begins the page */
static const float large_ratio = 1.25f;    /* to the mean size of the page's letters */
static const float same_height = 0.012f;   /* of the page's height */
enum { EDGE_BYTES_MAX = 200 /* longer rows are running text */, NUMBER_BYTES_MAX = 8 };

/* Is the row's first word smaller than the rest: the mark of a footnote? */
static bool begins_small(const struct pdf_layout *layout, const struct pdf_row *row)
{
	return layout->page->words[layout->segments[row->segment_first].word_first].size < 0.85f * row->size;
}

/* "11/21/26,", "21.11.2026", "2026-11-21": three numbers. */
static bool is_date(struct text word)
{
	size_t numbers = 0;

	for (size_t i = 0; i < word.bytes; i++) {
		if (!ascii_is_digit(word.data[i]) && !memchr("/.-,", word.data[i], 4))
			return false;
		numbers += ascii_is_digit(word.data[i]) && (i == 0 || !ascii_is_digit(word.data[i - 1]));
	}
	return numbers == 3 && word.bytes >= 6 && word.bytes <= 11;
}

/* "4:31", "16:31:05" */
static bool is_time(struct text word)
{
	size_t numbers = 0;

	for (size_t i = 0; i < word.bytes; i++) {
		if (!ascii_is_digit(word.data[i]) && word.data[i] != ':')
			return false;
		numbers += ascii_is_digit(word.data[i]) && (i == 0 || word.data[i - 1] == ':');
	}
	return (numbers == 2 || numbers == 3) && word.bytes >= 4 && word.bytes <= 8;
}

/* What browsers write above and below a page: date, time and title; the page's address and number. Or two of them changed about. */
static void look_for_print_lines(struct text text, struct pdf_edge *edge)
{
	struct text word, before = { NULL, 0 };

	while (text_next_field(&text, ' ', &word)) {
		edge->dated |= is_date(before) && is_time(word);
		edge->addressed |= text_find(word, TEXT_LITERAL("://")) > 0;
		before = word;
	}
}

static void add_numbers(struct text text, struct pdf_edge *edge)
{
	enum { DIGITS_MAX = 9 };

	for (size_t i = 0; i < text.bytes; i++) {
		uint64_t number = 0;
		const size_t start = i;
		for (; i < text.bytes && ascii_is_digit(text.data[i]); i++)
			number = i - start < DIGITS_MAX ? number * 10 + (uint64_t)(text.data[i] - '0') : number;
		edge->numbers += number;
		edge->number_count += i > start;
	}
}

/* "- 4 -", "–4–": the number between two dashes; else the text as it is. */
static struct text between_dashes(struct text text)
{
	static const struct text dashes[] = { TEXT_LITERAL("-"), TEXT_LITERAL("\xE2\x80\x93"), TEXT_LITERAL("\xE2\x80\x94") };
	int32_t number;

	for (size_t i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++) {
		if (text.bytes <= 2 * dashes[i].bytes || !text_starts_with(text, dashes[i]) || !text_ends_with_nocase(text, dashes[i]))
			continue;
		const struct text inner = text_trim(text_slice(text, dashes[i].bytes, text.bytes - dashes[i].bytes));
		return pdf_is_page_number(inner, &number) ? inner : text;
	}
	return text;
}

/* Words without their numbers, so that "Page 3 of 9" and "Page 4 of 9" are the same. */
static void describe(struct text text, bool is_note, struct pdf_edge *edge)
{
	char key[EDGE_BYTES_MAX * 4];
	size_t bytes = 0, words = 0;
	struct text rest = between_dashes(text), word;
	int32_t number;

	edge->first_number = edge->last_number = -1;
	while (text_next_field(&rest, ' ', &word) && bytes + word.bytes + 1 < sizeof(key)) {
		bool first = words++ == 0, last = rest.bytes == 0;
		if ((first || last) && pdf_is_page_number(word, &number)) {
			edge->first_number = first ? number : edge->first_number;
			edge->last_number = last ? number : edge->last_number;
			key[bytes++] = '#';
			continue;
		}
		for (size_t i = 0; i < word.bytes; i++)
			key[bytes++] = ascii_is_digit(word.data[i]) ? '#' : ascii_lower(word.data[i]);
		key[bytes++] = ' ';
	}
	if (is_note)
		edge->first_number = edge->last_number = -1;
	add_numbers(text, edge);
	edge->number_alone = words == 1 && edge->first_number >= 0;
	edge->key = XXH3_64bits(key, bytes);
	edge->words = XXH3_64bits(text.data, text.bytes);
}

/* Keeps the outermost rows, in order. */
static void insert_edge(struct pdf_edge *edges, size_t *count, struct pdf_edge edge, bool top)
{
	size_t i = *count;

	while (i > 0 && (top ? edge.y < edges[i - 1].y : edge.y > edges[i - 1].y)) {
		if (i < PDF_EDGE_ROWS)
			edges[i] = edges[i - 1];
		i--;
	}
	if (i < PDF_EDGE_ROWS)
		edges[i] = edge;
	if (*count < PDF_EDGE_ROWS)
		++*count;
}

static float mean_size(const struct pdf_layout *layout)
{
	float sizes = 0, letters = 1;

	for (size_t r = 0; r < layout->row_count; r++) {
		sizes += layout->rows[r].size * (float)layout->rows[r].bytes;
		letters += (float)layout->rows[r].bytes;
	}
	return sizes / letters;
}

/* "12          Chapter 2. Storage": a number and words at the two edges of the page's text. */
static bool is_spread(const struct pdf_layout *layout, const struct pdf_row *row)
{
	static const float edge_sizes = 2, gap_sizes = 4;
	const struct pdf_segment *segments = &layout->segments[row->segment_first];

	return row->segment_count == 2 && row->box.x0 < layout->text.x0 + edge_sizes * row->size && row->box.x1 > layout->text.x1 - edge_sizes * row->size &&
	       segments[1].box.x0 - segments[0].box.x1 > gap_sizes * row->size;
}

/* Where the text begins and ends in the zones that only a page's number may stand in, as parts of the height. */
static void find_text_edges(const struct pdf_layout *layout, float *ret_first, float *ret_last)
{
	const float height = layout->page->height;

	*ret_first = 1;
	*ret_last = 0;
	for (size_t r = 0; r < layout->row_count; r++) {
		const struct pdf_row *row = &layout->rows[r];
		const float y = (row->box.y0 + row->box.y1) / 2 / height;
		if (row->bytes <= NUMBER_BYTES_MAX || y < edge_zone || y > 1 - edge_zone)
			continue;
		*ret_first = fminf(*ret_first, y);
		*ret_last = fmaxf(*ret_last, y);
	}
}

void pdf_edges_find(const struct pdf_layout *layout, struct buffer *scratch, struct pdf_edges *ret_edges)
{
	struct pdf_edges edges = { .page_number = layout->page->number };
	const float height = layout->page->height, size = mean_size(layout);
	float first_text = 0, last_text = 0;

	if (height > 0)
		find_text_edges(layout, &first_text, &last_text);
	for (size_t r = 0; r < layout->row_count && height > 0; r++) {
		const struct pdf_row *row = &layout->rows[r];
		float y = (row->box.y0 + row->box.y1) / 2 / height;
		struct pdf_edge edge = { .row = (uint32_t)r, .y = y, .away = fminf(y, 1 - y) * height, .page_height = height, .table_like = row->segment_count > 2, .spread = is_spread(layout, row), .large = row->size > large_ratio * size };
		const bool outside = y < first_text || y > last_text; /* else it stands among the text, as in a table */
		const float zone = row->bytes <= NUMBER_BYTES_MAX && outside ? number_zone : edge_zone;
		if (row->bytes > EDGE_BYTES_MAX || (row->rotated && row->grid == 0))
			continue;
		if (y < zone)
			insert_edge(edges.top, &edges.top_count, edge, true);
		else if (y > 1 - zone)
			insert_edge(edges.bottom, &edges.bottom_count, edge, false);
	}
	for (size_t i = 0; i < edges.top_count + edges.bottom_count; i++) {
		struct pdf_edge *edge = i < edges.top_count ? &edges.top[i] : &edges.bottom[i - edges.top_count];
		buffer_clear(scratch);
		pdf_row_append(layout, &layout->rows[edge->row], scratch);
		look_for_print_lines(buffer_view(scratch), edge);
		describe(buffer_view(scratch), begins_small(layout, &layout->rows[edge->row]), edge);
	}
	edges.bare = layout->row_count == edges.top_count + edges.bottom_count;
	*ret_edges = edges;
}

/* Do the two count the pages, at the same end of the row? */
static bool counts_pages(const struct pdf_edge *a, const struct pdf_edge *b, int32_t pages_apart)
{
	bool at_start = a->first_number >= 0 && b->first_number >= 0 && b->first_number - a->first_number == pages_apart;
	bool at_end = a->last_number >= 0 && b->last_number >= 0 && b->last_number - a->last_number == pages_apart;
	return at_start || at_end;
}

/* Numbers of running lines count pages or chapters: they hardly grow from page to page. Those of a list that is pages long do. */
static bool numbers_grow(const struct pdf_edge *a, const struct pdf_edge *b, int32_t pages_apart)
{
	enum { GROWTH_MAX = 2 }; /* a page and number */
	const uint64_t growth = a->numbers > b->numbers ? a->numbers - b->numbers : b->numbers - a->numbers;

	return growth > (uint64_t)GROWTH_MAX * a->number_count * (uint64_t)(pages_apart < 0 ? -pages_apart : pages_apart);
}

enum likeness {
	UNLIKE,
	SAME_WORDS,   /* proves something when several pages have them */
	COUNTS_PAGES, /* proves it at once */
};

/* Are the two one running header? A number alone counts pages wherever it stands: the first page of a chapter often has it
 * elsewhere. */
static enum likeness compare_edges(const struct pdf_edge *edge, const struct pdf_edge *other, bool same_side, int32_t pages_apart)
{
	/* Pages may differ in height, as upright ones and landscapes: what counts is the distance from their edge. */
	bool beside = same_side && fabsf(edge->away - other->away) < same_height * fminf(edge->page_height, other->page_height);

	if (edge->number_alone && other->number_alone && beside)
		return COUNTS_PAGES; /* counts that begin anew */
	const bool apart = (edge->number_alone || edge->spread) && (other->number_alone || other->spread);
	if (counts_pages(edge, other, pages_apart) && (edge->number_alone || apart || (beside && !edge->large)))
		return COUNTS_PAGES;
	/* Titles of slides and chapters may differ in a number alone. */
	const bool same = edge->words == other->words || (!edge->large && edge->key == other->key && !numbers_grow(edge, other, pages_apart));
	return beside && same ? SAME_WORDS : UNLIKE;
}

static enum likeness find_like(const struct pdf_edge *edge, bool top, const struct pdf_edges *other, int32_t pages_apart)
{
	enum likeness best = UNLIKE;

	for (size_t i = 0; i < other->top_count + other->bottom_count; i++) {
		bool other_top = i < other->top_count;
		const struct pdf_edge *with = other_top ? &other->top[i] : &other->bottom[i - other->top_count];
		enum likeness found = compare_edges(edge, with, other_top == top, pages_apart);
		best = found > best ? found : best;
	}
	return best;
}

/* Words that only happen to stand at the same place of two pages ("Description") are text. So the outermost row must be repeated
 * on the pages of the same side (left or right) or on most pages around; a row further in, on all of them. */
static bool is_running(const struct pdf_edge *edge, bool top, bool outermost, uint32_t page_number, const struct pdf_edges *const *neighbours,
		       size_t count)
{
	size_t same = 0, sides = 0, same_sides = 0;

	const int32_t ordinal = (int32_t)page_number + 1;
	if (outermost && ((edge->number_alone && edge->first_number == ordinal) || (edge->spread && (edge->first_number == ordinal || edge->last_number == ordinal))))
		return true;
	for (size_t n = 0; n < count; n++) {
		int32_t apart = (int32_t)neighbours[n]->page_number - (int32_t)page_number;
		enum likeness found = find_like(edge, top, neighbours[n], apart);
		if (found == COUNTS_PAGES)
			return true;
		same += found == SAME_WORDS;
		sides += apart % 2 == 0;
		same_sides += apart % 2 == 0 && found == SAME_WORDS;
	}
	if (same == 0)
		return false;
	if (!outermost)
		return same == count;
	return (sides > 0 && same_sides == sides) || same * 4 >= count * 3;
}

static bool is_of_type(const struct pdf_row *row, const struct pdf_row *like)
{
	return row->segment_count == 1 && row->region == like->region && fabsf(row->size - like->size) < 0.05f * like->size && (row->bold > 0.8f) == (like->bold > 0.8f) &&
	       fabsf(row->box.x0 - like->box.x0) < 0.5f * like->size;
}

/* The row of the text that stands next to one at the page's edge; NULL: there is none. */
static const struct pdf_row *next_inwards(const struct pdf_layout *layout, const struct pdf_row *row, bool top)
{
	const struct pdf_row *best = NULL;

	for (size_t r = 0; r < layout->row_count; r++) {
		const struct pdf_row *other = &layout->rows[r];
		const float away = top ? other->y - row->y : row->y - other->y;
		if (other != row && !other->furniture && away > 0 && (!best || away < fabsf(best->y - row->y)))
			best = other;
	}
	return best;
}

/* A line in the type of the text, at its left edge, that stands no further from it than its paragraphs do from one another is the first or
 * last of them, whatever other pages begin or end with. */
static bool is_of_text(const struct pdf_layout *layout, const struct pdf_row *row, bool top)
{
	enum { AS_FAR_MIN = 2 };
	static const float same = 0.05f, parts_lines = 2; /* what stands further apart than twice as much is parted by something else */
	const struct pdf_row *next = next_inwards(layout, row, top);
	size_t as_far = 0;

	if (!next || !is_of_type(next, row))
		return false;
	const float distance = fabsf(next->y - row->y);
	for (size_t r = 1; r < layout->row_count; r++) {
		const struct pdf_row *a = &layout->rows[r - 1], *b = &layout->rows[r];
		const float apart = b->y - a->y;
		as_far += !a->furniture && !b->furniture && is_of_type(a, row) && is_of_type(b, row) && apart >= (1 - same) * distance && apart < parts_lines * distance;
	}
	return as_far >= AS_FAR_MIN;
}

static void mark_side(struct pdf_layout *layout, const struct pdf_edges *edges, bool top, const struct pdf_edges *const *neighbours,
		      size_t count)
{
	const struct pdf_edge *side = top ? edges->top : edges->bottom;
	const size_t side_count = top ? edges->top_count : edges->bottom_count;
	size_t end = 0;

	for (; end < side_count; end++) {
		const size_t i = end;
		bool beside = i > 0 && fabsf(side[i].y - side[i - 1].y) < same_height;
		bool table_header = i > 0 && !beside && side[i].table_like; /* repeated on each page that the table runs over */
		if (!table_header && is_running(&side[i], top, i == 0 || beside, edges->page_number, neighbours, count))
			layout->rows[side[i].row].furniture = true;
		else if (!beside)
			break; /* what lies further in belongs to the text */
	}
	for (; end > 0 && !side[end - 1].number_alone && is_of_text(layout, &layout->rows[side[end - 1].row], top); end--)
		layout->rows[side[end - 1].row].furniture = false;
}

/* Have this page and those around nothing but their edges? Then what they say there is all the text there is. */
static bool all_bare(const struct pdf_edges *edges, const struct pdf_edges *const *neighbours, size_t count)
{
	bool bare = edges->bare;

	for (size_t n = 0; n < count; n++)
		bare &= neighbours[n]->bare;
	return bare;
}

/* Of such pages, takes out numbers alone at their ends. */
static void mark_numbers(struct pdf_layout *layout, const struct pdf_edges *edges)
{
	const bool first = edges->top_count > 0 && edges->top[0].number_alone, last = edges->bottom_count > 0 && edges->bottom[0].number_alone;

	if (edges->top_count + edges->bottom_count <= (size_t)first + last)
		return; /* they are all the text */
	if (first)
		layout->rows[edges->top[0].row].furniture = true;
	if (last)
		layout->rows[edges->bottom[0].row].furniture = true;
}

/* What the browser writes above and below the page it prints: the tags know nothing of it. */
static void mark_untagged(struct pdf_layout *layout)
{
	for (size_t r = 0; r < layout->row_count; r++) {
		const struct pdf_segment *first = &layout->segments[layout->rows[r].segment_first];
		if (layout->page->words[first->word_first].untagged)
			layout->rows[r].furniture = true;
	}
}

/* The lines of an untagged print: the one says when it was printed, the other from where. */
static void mark_print_lines(struct pdf_layout *layout, const struct pdf_edges *edges)
{
	const struct pdf_edge *top = &edges->top[0], *bottom = &edges->bottom[0];

	if (edges->top_count == 0 || edges->bottom_count == 0)
		return;
	if ((top->dated && bottom->addressed) || (top->addressed && bottom->dated))
		layout->rows[top->row].furniture = layout->rows[bottom->row].furniture = true;
}

void pdf_furniture_mark(struct pdf_layout *layout, const struct pdf_edges *edges, const struct pdf_edges *const *neighbours, size_t count)
{
	CHECK(count <= PDF_NEIGHBOURS_MAX);
	mark_untagged(layout);
	mark_print_lines(layout, edges);
	if (all_bare(edges, neighbours, count)) {
		mark_numbers(layout, edges);
		return;
	}
	mark_side(layout, edges, true, neighbours, count);
	mark_side(layout, edges, false, neighbours, count);
}
