#define _GNU_SOURCE
#include "workers/preprocess/pdf_contents.h"

#include "workers/preprocess/pdf_text.h"

static struct text row_text(const struct pdf_layout *layout, const struct pdf_row *row, struct buffer *scratch)
{
	buffer_clear(scratch);
	pdf_row_append(layout, row, scratch);
	return buffer_view(scratch);
}

/* Is the row the title of a contents list, in one of the languages that documents come in? */
static bool is_title(struct text text)
{
	static const char *const titles[] = { "contents", "table of contents", "short contents", "brief contents", "detailed contents", "summary of contents", "list of figures", "list of tables", "list of listings", "inhaltsverzeichnis",
					      "inhalt", "abbildungsverzeichnis", "tabellenverzeichnis", "table des mati\xC3\xA8res", "sommaire",
					      "\xC3\xADndice", "indice", "contenido", "sommario", "inhoud", "inhoudsopgave", "sum\xC3\xA1rio", "spis tre\xC5\x9B\x63i", "obsah",
					      "inneh\xC3\xA5ll", "inneh\xC3\xA5llsf\xC3\xB6rteckning", "indhold", "innhold", "sis\xC3\xA4llys",
					      "sis\xC3\xA4llysluettelo", "tartalomjegyz\xC3\xA9k", "cuprins", "i\xC3\xA7indekiler",
					      "\xD0\xA1\xD0\xBE\xD0\xB4\xD0\xB5\xD1\x80\xD0\xB6\xD0\xB0\xD0\xBD\xD0\xB8\xD0\xB5",
					      "\xD0\x9E\xD0\xB3\xD0\xBB\xD0\xB0\xD0\xB2\xD0\xBB\xD0\xB5\xD0\xBD\xD0\xB8\xD0\xB5",
					      "\xE7\x9B\xAE\xE5\xBD\x95", "\xE7\x9B\xAE\xE6\xAC\xA1", "\xEB\xAA\xA9\xEC\xB0\xA8" };
	size_t title = 0;

	if (pdf_clause_depth(text, &title) > 0)
		text = text_slice(text, title, text.bytes);
	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (text_starts_with_nocase(text, text_from(titles[i])) && text.bytes == strlen(titles[i]))
			return true;
	return false;
}

/* "12 Business income or (loss) . . . . 12", a row with a leader: does what stands behind the leader also stand before it, as a word of its own? */
static bool repeats_its_label(struct text text)
{
	const char *blank = memrchr(text.data, ' ', text.bytes);
	const char *dot = memrchr(text.data, '.', text.bytes);
	CHECK(dot);
	const char *label = blank > dot ? blank + 1 : dot + 1;
	const struct text number = text_slice(text, (size_t)(label - text.data), text.bytes);

	for (size_t i = 0, end; i < (size_t)(label - text.data); i = end + 1) {
		end = i;
		while (end < text.bytes && text.data[end] != ' ')
			end++;
		if (text_equal(text_slice(text, i, end), number))
			return true;
	}
	return false;
}

/* Most leaders of a form lead to the number of the line that they stand in. */
static bool is_form(const struct pdf_layout *layout, struct buffer *scratch)
{
	enum { REPEATS_MIN = 3 };
	size_t leaders = 0, repeats = 0;

	for (size_t r = 0; r < layout->row_count; r++) {
		const struct text text = row_text(layout, &layout->rows[r], scratch);
		if (layout->rows[r].furniture || !pdf_has_leader(text))
			continue;
		leaders++;
		repeats += repeats_its_label(text);
	}
	return repeats >= REPEATS_MIN && repeats * 2 > leaders;
}

/* Rows of contents lists and indexes: those with leaders, and what stands between two of them. */
static size_t drop_leaders(struct pdf_layout *layout, float leading, struct buffer *scratch)
{
	size_t dropped = 0, last = SIZE_MAX, first = 0;

	for (size_t r = 0; r < layout->row_count; r++) {
		struct pdf_row *row = &layout->rows[r];
		if (row->furniture || row->grid > 0 || !pdf_has_leader(row_text(layout, row, scratch)))
			continue;
		row->furniture = true;
		if (dropped++ == 0)
			first = r;
		if (last != SIZE_MAX && r - last == 2 && !layout->rows[r - 1].furniture && layout->rows[r - 1].region == row->region &&
		    row->y - layout->rows[r - 1].y < 1.3f * leading * row->size) {
			layout->rows[r - 1].furniture = true;
			dropped++;
		}
		last = r;
	}
	/* The title of such a list goes with it. */
	if (dropped > 1 && first > 0 && !layout->rows[first - 1].furniture && is_title(row_text(layout, &layout->rows[first - 1], scratch))) {
		layout->rows[first - 1].furniture = true;
		dropped++;
	}
	return dropped;
}

/* On a page full of leaders, entries that have none ("1 Introduction   3" in bold) are entries too. */
static size_t drop_entries(struct pdf_layout *layout, struct buffer *scratch)
{
	size_t dropped = 0, title;
	int32_t number;

	for (size_t r = 0; r < layout->row_count; r++) {
		struct pdf_row *row = &layout->rows[r];
		struct text text = row_text(layout, row, scratch);
		const char *blank = text.bytes > 0 ? memrchr(text.data, ' ', text.bytes) : NULL;
		if (row->furniture || row->grid > 0 || !blank || pdf_clause_depth(text, &title) == 0 ||
		    !pdf_is_page_number(text_slice(text, (size_t)(blank + 1 - text.data), text.bytes), &number))
			continue;
		row->furniture = true;
		dropped++;
	}
	return dropped;
}

/* "Title · 17": a sign parts the page number from the title. */
static bool ends_in_parted_number(struct text text, int32_t *ret_page)
{
	static const char *const signs[] = { "\xC2\xB7", "\xE2\x80\xA2", "\xE2\x80\xA6", "\xE2\x80\x93", "\xE2\x80\x94", "|" };
	const char *blank = text.bytes > 0 ? memrchr(text.data, ' ', text.bytes) : NULL;

	if (!blank || !pdf_is_page_number(text_slice(text, (size_t)(blank + 1 - text.data), text.bytes), ret_page))
		return false;
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (text_ends_with_nocase(text_slice(text, 0, (size_t)(blank - text.data)), text_from(signs[i])))
			return true;
	return false;
}

/* Does the row end with a page number that stands by itself at its right end? */
static bool is_entry(const struct pdf_layout *layout, const struct pdf_row *row, struct buffer *scratch, int32_t *ret_page)
{
	const struct pdf_segment *last = &layout->segments[row->segment_first + row->segment_count - 1];

	if (row->segment_count < 2) {
		const struct text text = row_text(layout, row, scratch);
		return pdf_has_leader(text) || ends_in_parted_number(text, ret_page);
	}
	buffer_clear(scratch);
	pdf_segment_append(layout, last, scratch);
	return pdf_is_page_number(buffer_view(scratch), ret_page);
}

/* The entries from row `first` on, whose page numbers go down once at most; wrapped ones have a line without number before. *ret_end: behind the
 * last one. Returns how many. */
static size_t count_entries(const struct pdf_layout *layout, size_t first, struct buffer *scratch, size_t *ret_end)
{
	enum { LINES_WITHOUT_NUMBER_MAX = 2 };
	size_t count = 0, without = 0;
	int32_t page_before = 0;
	bool restarted = false; /* Arabic numbers follow Roman ones */

	*ret_end = first;
	for (size_t r = first; r < layout->row_count && without <= LINES_WITHOUT_NUMBER_MAX; r++) {
		int32_t page = page_before;
		if (layout->rows[r].furniture)
			continue;
		if (!is_entry(layout, &layout->rows[r], scratch, &page)) {
			without++;
			continue;
		}
		if (page < page_before && restarted)
			break;
		restarted |= page < page_before;
		page_before = page;
		*ret_end = r + 1;
		without = 0;
		count++;
	}
	return count;
}

/* Below the title of a contents list, or at the top of the page that it goes on to, entries need no leaders. */
static size_t drop_titled(struct pdf_layout *layout, bool *going_on, struct buffer *scratch)
{
	enum { ENTRIES_MIN = 3 };
	size_t title = 0, dropped = 0, end = 0, last = layout->row_count;

	if (!*going_on)
		while (title < layout->row_count && !is_title(row_text(layout, &layout->rows[title], scratch)))
			title++;
	if (title == layout->row_count)
		return 0;
	size_t entries = count_entries(layout, *going_on ? 0 : title + 1, scratch, &end);
	*going_on = false;
	if (entries < ENTRIES_MIN)
		return 0;
	for (size_t r = title; r < end; r++) {
		dropped += !layout->rows[r].furniture;
		layout->rows[r].furniture = true;
	}
	while (last > end && layout->rows[last - 1].furniture)
		last--;
	*going_on = last == end;
	return dropped;
}

/* Is the row a title and, parted from it, a page number? *ret_named: has the outline that title? */
static bool is_numbered(const struct pdf_layout *layout, const struct pdf_row *row, struct pdf_outline *outline, struct buffer *scratch,
			int32_t *ret_page, bool *ret_named)
{
	if (row->furniture || row->grid > 0 || row->segment_count < 2 || !is_entry(layout, row, scratch, ret_page))
		return false;
	const struct text text = row_text(layout, row, scratch);
	const char *blank = text.bytes > 0 ? memrchr(text.data, ' ', text.bytes) : NULL;
	*ret_named = blank && pdf_outline_names(outline, text_slice(text, 0, (size_t)(blank - text.data)));
	return true;
}

/* Lists of a chapter's sections often have no title: rows below each other that end in page numbers, and that the outline names. */
static size_t drop_named(struct pdf_layout *layout, struct pdf_outline *outline, struct buffer *scratch)
{
	enum { ENTRIES_MIN = 2 };
	size_t dropped = 0, count = 0, named_count = 0;
	int32_t page_before = 0;

	for (size_t r = 0; r <= layout->row_count && outline->count > 0; r++) {
		int32_t page = 0;
		bool named = false;
		const bool numbered = r < layout->row_count && is_numbered(layout, &layout->rows[r], outline, scratch, &page, &named);
		if (numbered && (count == 0 || page >= page_before)) {
			count++;
			named_count += named;
			page_before = page;
			continue;
		}
		for (size_t entry = r - count; entry < r && named_count >= ENTRIES_MIN && named_count * 2 > count; entry++) {
			layout->rows[entry].furniture = true;
			dropped++;
		}
		count = numbered;
		named_count = numbered && named;
		page_before = page;
	}
	return dropped;
}

size_t pdf_contents_drop(struct pdf_layout *layout, struct pdf_outline *outline, float leading, bool *going_on, struct buffer *scratch)
{
	enum { CONTENTS_ROWS_MIN = 4 };
	if (is_form(layout, scratch))
		return 0;
	const size_t titled = drop_titled(layout, going_on, scratch) + drop_named(layout, outline, scratch);
	const size_t dropped = drop_leaders(layout, leading, scratch);

	return titled + (dropped < CONTENTS_ROWS_MIN ? dropped : dropped + drop_entries(layout, scratch));
}
