#include "workers/preprocess/pdf_tags.h"

#include "workers/preprocess/pdf_structure.h"

#include <errno.h>
#include <stdlib.h>

enum { KEYS_BYTES_MAX = 16 << 20, TAGS_OF_PAGE_MAX = 128 };

void pdf_tags_init(struct pdf_tags *tags)
{
	*tags = (struct pdf_tags){ 0 };
	buffer_init(&tags->keys, KEYS_BYTES_MAX);
	buffer_init(&tags->row, PDF_PAGE_TEXT_BYTES_MAX);
}

void pdf_tags_done(struct pdf_tags *tags)
{
	free(tags->items);
	free(tags->table_pages);
	buffer_done(&tags->keys);
	buffer_done(&tags->row);
	*tags = (struct pdf_tags){ 0 };
}

/* Letters and digits alone: blanks and signs are written in too many ways. Ligatures in the tags' text are resolved as in a page's. */
static void append_key(struct buffer *out, struct text text)
{
	static const char *const ligatures[] = { "ff", "fi", "fl", "ffi", "ffl", "st", "st" };

	for (size_t i = 0; i < text.bytes; i++) {
		const unsigned char c = (unsigned char)text.data[i], second = i + 1 < text.bytes ? (unsigned char)text.data[i + 1] : 0;
		const unsigned char third = i + 2 < text.bytes ? (unsigned char)text.data[i + 2] : 0;
		if (c == 0xC2 && (second < 0xAA || second == 0xAD)) {
			i++; /* a blank that does not break, a soft hyphen, a sign */
		} else if (c == 0xE2 && (second == 0x80 || second == 0x81)) {
			i += 2; /* dashes, quotes, blanks */
		} else if (c == 0xEF && second == 0xAC && third >= 0x80 && third <= 0x86) {
			buffer_append_string(out, ligatures[third - 0x80]);
			i += 2;
		} else if (ascii_is_alnum((char)c) || c >= 0x80) {
			buffer_append_byte(out, (char)c);
		}
	}
}

int pdf_tags_add_heading(struct pdf_tags *tags, uint8_t level, uint32_t page, struct text text)
{
	const size_t start = tags->keys.bytes;

	if (tags->count >= PDF_TAGS_MAX || text.bytes > PDF_TAG_BYTES_MAX) {
		tags->too_long++;
		return 0;
	}
	text = text_trim(text);
	append_key(&tags->keys, text);
	if (tags->keys.bytes == start || tags->keys.status)
		return tags->keys.status == -ENOMEM ? -ENOMEM : 0;
	if (!pdf_grow((void **)&tags->items, &tags->capacity, tags->count, sizeof(*tags->items)))
		return -ENOMEM;
	tags->items[tags->count++] =
		(struct pdf_tag){ .page = page, .key_start = (uint32_t)start, .key_bytes = (uint32_t)(tags->keys.bytes - start), .level = level, .last = text.data[text.bytes - 1] };
	return 0;
}

int pdf_tags_add_table_page(struct pdf_tags *tags, uint32_t page)
{
	if (tags->table_page_count > 0 && tags->table_pages[tags->table_page_count - 1] == page)
		return 0;
	if (!pdf_grow((void **)&tags->table_pages, &tags->table_page_capacity, tags->table_page_count, sizeof(*tags->table_pages)))
		return -ENOMEM;
	tags->table_pages[tags->table_page_count++] = page;
	return 0;
}

static int compare_tags(const void *a, const void *b)
{
	const struct pdf_tag *x = a, *y = b;

	if (x->page != y->page)
		return x->page < y->page ? -1 : 1;
	return x->key_start < y->key_start ? -1 : x->key_start > y->key_start; /* as in the file */
}

static int compare_pages(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void pdf_tags_settle(struct pdf_tags *tags)
{
	if (tags->count > 0)
		qsort(tags->items, tags->count, sizeof(*tags->items), compare_tags);
	if (tags->table_page_count > 0)
		qsort(tags->table_pages, tags->table_page_count, sizeof(*tags->table_pages), compare_pages);
	tags->usable = tags->count > 0 && tags->count <= tags->others && tags->too_long * 4 <= tags->count;
}

bool pdf_tags_are_complete(const struct pdf_tags *tags)
{
	return tags->usable && tags->found > 0 && tags->found * 5 >= tags->expected * 4;
}

bool pdf_tags_name_table(const struct pdf_tags *tags, uint32_t page)
{
	return tags->table_page_count > 0 && bsearch(&page, tags->table_pages, tags->table_page_count, sizeof(page), compare_pages);
}

bool pdf_tags_exclude_tables(const struct pdf_tags *tags, uint32_t page)
{
	return pdf_tags_are_complete(tags) && tags->table_page_count > 0 && !pdf_tags_name_table(tags, page);
}

static bool may_be_heading(const struct pdf_row *row)
{
	return !row->furniture && !row->note && row->grid == 0 && !row->rotated && row->tag == 0;
}

static struct text row_key(struct pdf_tags *tags, const struct pdf_layout *layout, size_t r)
{
	const size_t start = tags->row.bytes;

	pdf_row_append(layout, &layout->rows[r], &tags->row);
	const size_t plain_end = tags->row.bytes;
	if (!buffer_reserve(&tags->row, plain_end - start)) /* the key is no longer than the text, which must not move meanwhile */
		return text_slice(buffer_view(&tags->row), start, start);
	append_key(&tags->row, text_slice(buffer_view(&tags->row), start, plain_end));
	return text_slice(buffer_view(&tags->row), plain_end, tags->row.bytes);
}

/* Is the heading the row `r`, or it and those below? Then marks them. `cut`: its text may be cut. */
static bool mark_heading(struct pdf_tags *tags, struct pdf_tag *tag, struct pdf_layout *layout, size_t r, bool cut)
{
	enum { ROWS_MAX = 6 };
	struct text left = text_slice(buffer_view(&tags->keys), tag->key_start, tag->key_start + tag->key_bytes);
	size_t end = r;

	for (; end < layout->row_count && end < r + ROWS_MAX && left.bytes > 0; end++) {
		if (!may_be_heading(&layout->rows[end]))
			return false;
		buffer_clear(&tags->row);
		const struct text key = row_key(tags, layout, end);
		if (key.bytes == 0)
			return false;
		if (!text_starts_with(left, key) && !(cut && text_starts_with(key, left)))
			return false;
		left = text_slice(left, size_min(key.bytes, left.bytes), left.bytes);
	}
	if (left.bytes > 0)
		return false;
	for (size_t i = r; i < end; i++)
		layout->rows[i].tag = i == r ? tag->level : PDF_TAG_GOES_ON;
	return tag->found = true;
}

/* The last line of a paragraph may be a heading's words: but then it ends as a sentence does, and the heading does not. */
static bool ends_alike(const struct pdf_tag *tag, const struct pdf_layout *layout, const struct pdf_row *row)
{
	const struct pdf_segment *last = &layout->segments[row->segment_first + row->segment_count - 1];
	const struct text word = pdf_word_text(layout->page, &layout->page->words[last->word_first + last->word_count - 1]);
	const char end = word.bytes > 0 ? word.data[word.bytes - 1] : ' ';

	return !memchr(".,;", end, 3) || tag->last == end;
}

static void mark_rows(struct pdf_tags *tags, size_t first, size_t end, struct pdf_layout *layout, const struct pdf_body *body, bool any, bool cut)
{
	for (size_t r = 0; r < layout->row_count; r++) {
		const struct pdf_row *row = &layout->rows[r];
		if (!may_be_heading(row) || (!any && !pdf_row_stands_out(row, body)) || row->bytes > PDF_TAG_BYTES_MAX)
			continue;
		for (size_t t = first; t < end; t++)
			if (!tags->items[t].found && (!any || ends_alike(&tags->items[t], layout, row)) && mark_heading(tags, &tags->items[t], layout, r, cut))
				break;
	}
}

void pdf_tags_know(struct pdf_tags *tags, size_t headings, size_t others)
{
	tags->known = true;
	tags->usable = headings > 0 && headings <= others;
	tags->expected = tags->found = headings;
}

/* The heading that most letters of the row are of. */
static uint32_t heading_of(const struct pdf_layout *layout, const struct pdf_row *row)
{
	uint32_t heading = 0, bytes = 0;

	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		for (uint32_t w = 0; w < segment->word_count; w++) {
			const struct pdf_word *word = &layout->page->words[segment->word_first + w];
			heading = word->heading > 0 ? word->heading : heading;
			bytes += word->heading > 0 ? word->bytes : 0;
		}
	}
	return bytes * 2 > row->bytes ? heading : 0;
}

static void mark_known(struct pdf_layout *layout)
{
	uint32_t before = 0;

	for (size_t r = 0; r < layout->row_count; r++) {
		struct pdf_row *row = &layout->rows[r];
		const uint32_t heading = may_be_heading(row) ? heading_of(layout, row) : 0;
		const uint32_t level = heading & ((1u << PDF_HEADING_LEVEL_BITS) - 1);
		if (heading > 0)
			row->tag = heading == before ? PDF_TAG_GOES_ON : level > PDF_TAG_LEVELS ? PDF_TAG_ANY_LEVEL : (uint8_t)level;
		before = heading;
	}
}

void pdf_tags_mark(struct pdf_tags *tags, struct pdf_layout *layout, const struct pdf_body *body)
{
	if (layout->page->ordered && tags->known) {
		if (tags->usable)
			mark_known(layout);
		return;
	}
	const uint32_t page = layout->page->number;
	size_t first = tags->next, found = 0;

	while (first < tags->count && tags->items[first].page < page)
		first++;
	size_t end = first;
	while (end < tags->count && tags->items[end].page == page)
		end++;
	tags->next = end;
	if (!tags->usable || end == first)
		return;
	const size_t asked_end = end < first + TAGS_OF_PAGE_MAX ? end : first + TAGS_OF_PAGE_MAX;
	mark_rows(tags, first, asked_end, layout, body, false, false);
	mark_rows(tags, first, asked_end, layout, body, true, false);
	mark_rows(tags, first, asked_end, layout, body, false, true);
	for (size_t t = first; t < asked_end; t++)
		found += tags->items[t].found;
	tags->expected += end - first;
	tags->found += found;
}
