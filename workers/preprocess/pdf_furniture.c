#include "workers/preprocess/pdf_furniture.h"

#include "workers/preprocess/pdf_text.h"

#include <math.h>
#include <xxhash.h>

static const float edge_zone = 0.14f;      /* of the page's height */
static const float same_height = 0.012f;   /* of the page's height */
enum { EDGE_BYTES_MAX = 200 };             /* longer rows are running text */

/* Words without their numbers, so that "Page 3 of 9" and "Page 4 of 9" are the same. */
static void describe(struct text text, struct pdf_edge *edge)
{
	char key[EDGE_BYTES_MAX * 4];
	size_t bytes = 0, words = 0;
	struct text rest = text, word;
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
	edge->key = XXH3_64bits(key, bytes);
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

void pdf_edges_find(const struct pdf_layout *layout, struct buffer *scratch, struct pdf_edges *ret_edges)
{
	struct pdf_edges edges = { .page_number = layout->page->number };
	const float height = layout->page->height;

	for (size_t r = 0; r < layout->row_count && height > 0; r++) {
		const struct pdf_row *row = &layout->rows[r];
		float y = (row->box.y0 + row->box.y1) / 2 / height;
		struct pdf_edge edge = { .row = (uint32_t)r, .y = y, .table_like = row->segment_count > 2 };
		if (row->bytes > EDGE_BYTES_MAX || row->rotated)
			continue;
		if (y < edge_zone)
			insert_edge(edges.top, &edges.top_count, edge, true);
		else if (y > 1 - edge_zone)
			insert_edge(edges.bottom, &edges.bottom_count, edge, false);
	}
	for (size_t i = 0; i < edges.top_count + edges.bottom_count; i++) {
		struct pdf_edge *edge = i < edges.top_count ? &edges.top[i] : &edges.bottom[i - edges.top_count];
		buffer_clear(scratch);
		pdf_row_append(layout, &layout->rows[edge->row], scratch);
		describe(buffer_view(scratch), edge);
	}
	*ret_edges = edges;
}

/* Do the two count the pages, at the same end of the row? */
static bool counts_pages(const struct pdf_edge *a, const struct pdf_edge *b, int32_t pages_apart)
{
	bool at_start = a->first_number >= 0 && b->first_number >= 0 && b->first_number - a->first_number == pages_apart;
	bool at_end = a->last_number >= 0 && b->last_number >= 0 && b->last_number - a->last_number == pages_apart;
	return at_start || at_end;
}

static bool is_repeated(const struct pdf_edge *edge, const struct pdf_edge *others, size_t count, int32_t pages_apart)
{
	for (size_t i = 0; i < count; i++)
		if (fabsf(edge->y - others[i].y) < same_height &&
		    (edge->key == others[i].key || counts_pages(edge, &others[i], pages_apart)))
			return true;
	return false;
}

static void mark_side(struct pdf_layout *layout, const struct pdf_edges *edges, bool top, const struct pdf_edges *const *neighbours,
		      size_t count)
{
	const struct pdf_edge *side = top ? edges->top : edges->bottom;
	size_t side_count = top ? edges->top_count : edges->bottom_count;
	const size_t needed = count >= PDF_NEIGHBOURS_MAX ? 2 : 1;

	for (size_t i = 0; i < side_count; i++) {
		size_t repeats = 0;
		for (size_t n = 0; n < count; n++) {
			const struct pdf_edges *other = neighbours[n];
			repeats += is_repeated(&side[i], top ? other->top : other->bottom, top ? other->top_count : other->bottom_count,
					       (int32_t)other->page_number - (int32_t)edges->page_number);
		}
		bool beside = i > 0 && fabsf(side[i].y - side[i - 1].y) < same_height;
		if (repeats < needed || (i > 0 && !beside && side[i].table_like)) {
			if (beside)
				continue;
			return; /* what lies further in belongs to the text; a table's header may be repeated there */
		}
		layout->rows[side[i].row].furniture = true;
	}
}

void pdf_furniture_mark(struct pdf_layout *layout, const struct pdf_edges *edges, const struct pdf_edges *const *neighbours, size_t count)
{
	CHECK(count <= PDF_NEIGHBOURS_MAX);
	mark_side(layout, edges, true, neighbours, count);
	mark_side(layout, edges, false, neighbours, count);
}
