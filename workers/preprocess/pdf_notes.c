#include "workers/preprocess/pdf_notes.h"

static const float small_ratio = 0.94f;   /* a note's font to that of the text */
static const float raised_ratio = 0.85f;  /* a raised mark's font to that of its line */
static const float area_height = 0.35f;   /* notes stand below this part of the page's height; further up, affiliations of authors do */

struct text pdf_note_mark(struct text word)
{
	static const char *const signs[] = { "*", "**", "***", "\xE2\x80\xA0", "\xE2\x80\xA1", "\xC2\xA7", "\xC2\xB6", "\xE2\x88\x97" };
	const struct text none = { NULL, 0 };
	size_t digits = 0;

	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (text_equal(word, text_from(signs[i])))
			return word;
	if (word.bytes > 2 && word.data[0] == '[' && word.data[word.bytes - 1] == ']')
		word = text_slice(word, 1, word.bytes - 1);
	else if (word.bytes > 1 && (word.data[word.bytes - 1] == '.' || word.data[word.bytes - 1] == ')'))
		word = text_slice(word, 0, word.bytes - 1);
	while (digits < word.bytes && ascii_is_digit(word.data[digits]))
		digits++;
	return digits == word.bytes && digits > 0 && digits < 4 ? word : none;
}

bool pdf_word_is_raised(const struct pdf_word *base, const struct pdf_word *before, const struct pdf_word *word)
{
	return (!before || pdf_word_is_glued(before, word)) && !word->rotated && word->size <= raised_ratio * base->size &&
	       word->box.y1 < base->box.y1 - 0.12f * base->size;
}

enum { MARKS_MAX = 64 };
struct raised_marks { /* on the page */
	struct text texts[MARKS_MAX];
	size_t count;
	bool known;
};

static void find_marks(const struct pdf_layout *layout, struct raised_marks *marks)
{
	const struct pdf_page *page = layout->page;

	marks->known = true;
	for (size_t i = 1; i < page->word_count && marks->count < MARKS_MAX; i++) {
		if (page->words[i - 1].line_end || !pdf_word_is_raised(&page->words[i - 1], &page->words[i - 1], &page->words[i]))
			continue;
		struct text mark = pdf_note_mark(pdf_word_text(page, &page->words[i]));
		if (mark.bytes > 0)
			marks->texts[marks->count++] = mark;
	}
}

static bool is_raised_in_text(const struct pdf_layout *layout, struct text mark, struct raised_marks *marks)
{
	if (!marks->known)
		find_marks(layout, marks);
	for (size_t i = 0; i < marks->count; i++)
		if (text_equal(marks->texts[i], mark))
			return true;
	return false;
}

/* A row begins a note with a raised mark; or, in small type, with one that is found raised in the text. */
static bool begins_note(const struct pdf_layout *layout, const struct pdf_row *row, bool is_small, struct raised_marks *marks)
{
	const struct pdf_word *first = &layout->page->words[layout->segments[row->segment_first].word_first];
	struct text mark = pdf_note_mark(pdf_word_text(layout->page, first));

	if (mark.bytes == 0 || row->bytes == first->bytes)
		return false;
	if (first->size < raised_ratio * row->size)
		return true;
	return is_small && is_raised_in_text(layout, mark, marks);
}

/* Word processors may set notes as large as the text: then the rows above `r`, close to each other, are of the note that the uppermost
 * begins with a raised mark that the text has too. That row, or `end` when there is none. */
static size_t find_large_note(const struct pdf_layout *layout, size_t first, size_t r, size_t end, struct raised_marks *marks)
{
	enum { LINES_MAX = 6 };
	static const float line_sizes = 1.7f;

	for (size_t lines = 0; r > first && lines < LINES_MAX; lines++, r--) {
		const struct pdf_row *row = &layout->rows[r];
		const struct pdf_word *word = &layout->page->words[layout->segments[row->segment_first].word_first];
		const struct text mark = pdf_note_mark(pdf_word_text(layout->page, word));
		if (row->furniture || row->rotated || row->grid > 0 || row->y < area_height * layout->page->height)
			return end;
		if (word->size < raised_ratio * row->size)
			return lines > 0 && mark.bytes > 0 && row->bytes > word->bytes && is_raised_in_text(layout, mark, marks) ? r : end;
		if (row->y - layout->rows[r - 1].y > line_sizes * row->size)
			return end;
	}
	return end;
}

/* The rows [first, end) are those of one region. */
static void find_in_region(struct pdf_layout *layout, const struct pdf_body *body, size_t first, size_t end, struct raised_marks *marks)
{
	size_t area = end;

	for (size_t r = end; r-- > first;) {
		struct pdf_row *row = &layout->rows[r];
		if (row->furniture)
			continue;
		if (row->grid > 0)
			break;
		const bool is_small = row->size <= small_ratio * body->size;
		row->begins_note = !row->rotated && row->y > area_height * layout->page->height && begins_note(layout, row, is_small, marks);
		if (!row->begins_note && (!is_small || row->rotated)) {
			const size_t begin = find_large_note(layout, first, r, end, marks);
			if (begin == end)
				break;
			layout->rows[begin].begins_note = true;
			r = area = begin;
			continue;
		}
		area = row->begins_note ? r : area;
	}
	for (size_t r = area; r < end; r++)
		layout->rows[r].note = !layout->rows[r].furniture;
}

void pdf_notes_find(struct pdf_layout *layout, const struct pdf_body *body)
{
	struct raised_marks marks = { .count = 0 };

	for (size_t first = 0, end; first < layout->row_count; first = end) {
		for (end = first + 1; end < layout->row_count && layout->rows[end].region == layout->rows[first].region;)
			end++;
		find_in_region(layout, body, first, end, &marks);
	}
}
