#include "workers/preprocess/pdf_rows.h"

#include "workers/preprocess/pdf_notes.h"

#include <math.h>
#include <stdlib.h>

static const float mono_share = 0.85f; /* of a line of code */

struct text pdf_row_text(struct pdf_rows_work *work, const struct pdf_row *row)
{
	buffer_clear(&work->blocks->text);
	pdf_row_append(work->layout, row, &work->blocks->text);
	return buffer_view(&work->blocks->text);
}

size_t pdf_next_row(const struct pdf_layout *layout, size_t r)
{
	do
		r++;
	while (r < layout->row_count && layout->rows[r].furniture);
	return r;
}

size_t pdf_row_before(const struct pdf_layout *layout, size_t r)
{
	while (r-- > 0)
		if (!layout->rows[r].furniture)
			return r;
	return SIZE_MAX;
}

static int compare_floats(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return x < y ? -1 : x > y;
}

enum { LEADING_SAMPLES = 256 };

/* The distance of neighbouring lines `a` and `b` of one size, in font sizes; 0: they are none, or too close or far for a paragraph. */
static float line_distance(const struct pdf_row *a, const struct pdf_row *b)
{
	static const float least = 0.8f, most = 2.2f;

	if (a->furniture || b->furniture || a->region != b->region || b->size <= 0 || fabsf(a->size - b->size) > 0.6f)
		return 0;
	const float ratio = pdf_row_distance(a, b) / b->size;
	return ratio <= least || ratio >= most ? 0 : ratio;
}

static bool is_long_line(const struct pdf_layout *layout, const struct pdf_row *row)
{
	return row->segment_count == 1 && row->box.x1 > layout->text.x0 + 0.8f * (layout->text.x1 - layout->text.x0);
}

float pdf_usual_leading(const struct pdf_layout *layout, float known, bool *ret_sure)
{
	enum { FULL_MIN = 4 };
	float samples[LEADING_SAMPLES] = { 0 }, full[LEADING_SAMPLES] = { 0 };
	size_t count = 0, full_count = 0;

	for (size_t r = 1; r < layout->row_count && count < LEADING_SAMPLES; r++) {
		const struct pdf_row *a = &layout->rows[r - 1], *b = &layout->rows[r];
		const float ratio = line_distance(a, b);
		if (ratio == 0)
			continue;
		samples[count++] = ratio;
		if (is_long_line(layout, a) && b->segment_count == 1)
			full[full_count++] = ratio;
	}
	/* cppcheck-suppress uninitvar; filled up to full_count */
	qsort(full, full_count, sizeof(full[0]), compare_floats);
	*ret_sure = full_count >= FULL_MIN;
	if (*ret_sure)
		return full[full_count / 4];
	/* cppcheck-suppress uninitvar; filled up to count */
	qsort(samples, count, sizeof(samples[0]), compare_floats);
	return known > 0 ? known : count > 0 ? samples[count / 2] : 1.2f;
}

float pdf_wide_leading(const struct pdf_layout *layout, float leading)
{
	enum { WIDE_MIN = 3 };
	static const float wider = 1.25f;
	float samples[LEADING_SAMPLES] = { 0 };
	size_t count = 0, alike = 0;

	for (size_t r = 1; r < layout->row_count && count < LEADING_SAMPLES; r++) {
		const struct pdf_row *a = &layout->rows[r - 1], *b = &layout->rows[r];
		const float ratio = line_distance(a, b);
		const struct pdf_word *word = &layout->page->words[layout->segments[b->segment_first].word_first];
		if (ratio > wider * leading && is_long_line(layout, a) && b->segment_count == 1 && fabsf(a->box.x0 - b->box.x0) < 0.5f * b->size && word->bytes > 0 &&
		    ascii_is_lower(pdf_word_text(layout->page, word).data[0]))
			samples[count++] = ratio;
	}
	if (count < WIDE_MIN)
		return 0;
	/* cppcheck-suppress uninitvar; filled up to count */
	qsort(samples, count, sizeof(samples[0]), compare_floats);
	const float usual = samples[count / 2];
	for (size_t i = 0; i < count; i++)
		alike += fabsf(samples[i] - usual) < 0.04f * usual;
	return alike * 3 >= count * 2 ? usual : 0;
}

void pdf_enter_region(struct pdf_rows_work *work, size_t r)
{
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r];
	static const float indent_sizes = 1.2f;
	size_t count = 0, indented = 0;

	if (work->region_known && work->region_of == row->region)
		return;
	work->region = row->box;
	work->region_of = row->region;
	work->region_known = work->region_started = true;
	for (size_t i = r; i < layout->row_count && layout->rows[i].region == row->region; i++) {
		if (layout->rows[i].furniture)
			continue;
		work->region.x0 = fminf(work->region.x0, layout->rows[i].box.x0);
		work->region.x1 = fmaxf(work->region.x1, layout->rows[i].box.x1);
	}
	for (size_t i = r; i < layout->row_count && layout->rows[i].region == row->region; i++) {
		count += !layout->rows[i].furniture;
		indented += !layout->rows[i].furniture && layout->rows[i].box.x0 > work->region.x0 + indent_sizes * layout->rows[i].size;
	}
	work->outdented = indented * 2 > count;
}

uint32_t pdf_count_parts(const struct pdf_layout *layout, const struct pdf_row *row)
{
	static const float wide_blank_sizes = 0.6f;
	const struct pdf_segment *segments = &layout->segments[row->segment_first];
	uint32_t parts = 1;

	for (uint32_t s = 1; s < row->segment_count; s++)
		parts += segments[s].box.x0 - segments[s - 1].box.x1 > wide_blank_sizes * row->size;
	return parts;
}

bool pdf_row_is_larger(const struct pdf_rows_work *work, const struct pdf_row *row)
{
	return pdf_row_is_larger_than(row, work->body);
}

bool pdf_same_type(const struct pdf_row *a, const struct pdf_row *b)
{
	return fabsf(a->size - b->size) < 0.05f * a->size + 0.3f && (a->bold > 0.8f) == (b->bold > 0.8f);
}

const struct pdf_word *pdf_first_word(const struct pdf_rows_work *work, const struct pdf_row *row)
{
	return &work->layout->page->words[work->layout->segments[row->segment_first].word_first];
}

bool pdf_begins_raised(const struct pdf_rows_work *work, const struct pdf_row *row)
{
	const struct pdf_word *word = pdf_first_word(work, row);
	return word->size < 0.85f * row->size && pdf_note_mark(pdf_word_text(work->layout->page, word)).bytes > 0;
}

/* In a document that is set in fixed-width type throughout, pictures made of signs are told from text by having few letters, or rulers of
 * single digits. */
static bool is_drawing(struct pdf_rows_work *work, const struct pdf_row *row)
{
	enum { SIGNS_MIN = 4 };
	const struct text text = pdf_row_text(work, row);
	size_t letters = 0, blanks = 0, lone = 0;

	for (size_t i = 0; i < text.bytes; i++) {
		const bool alone = (i == 0 || text.data[i - 1] == ' ') && (i + 1 == text.bytes || text.data[i + 1] == ' ');
		letters += ascii_is_alnum(text.data[i]) || (unsigned char)text.data[i] >= 0x80;
		blanks += text.data[i] == ' ';
		lone += alone && ascii_is_digit(text.data[i]);
	}
	const size_t signs = text.bytes - letters - blanks;
	const bool boxed = memchr("|+", text.data[0], 2) && memchr("|+", text.data[text.bytes - 1], 2);
	return (signs >= SIGNS_MIN && signs > letters) || (boxed && text.bytes > SIGNS_MIN) || (lone >= SIGNS_MIN && lone == letters);
}

bool pdf_row_is_code(struct pdf_rows_work *work, const struct pdf_row *row)
{
	if (row->mono < mono_share || row->rotated || row->bytes == 0 || !(pdf_first_word(work, row)->style & PDF_MONO))
		return false;
	return !work->body->mono || is_drawing(work, row);
}

/* The small letter "o" far from its text is the bullet of old programs. */
static bool is_letter_bullet(const struct pdf_rows_work *work, const struct pdf_row *row)
{
	static const float gap_sizes = 0.8f;
	const struct pdf_layout *layout = work->layout;
	const struct pdf_segment *first = &layout->segments[row->segment_first];
	const struct pdf_word *word = pdf_first_word(work, row);
	const struct pdf_word *next = first->word_count > 1 ? word + 1 : row->segment_count > 1 ? &layout->page->words[first[1].word_first] : NULL;

	return next && text_equal(pdf_word_text(layout->page, word), TEXT_LITERAL("o")) && next->box.x0 - word->box.x1 > gap_sizes * row->size;
}

/* Are the parts from `first` on so close that they are words of a justified line, not cells? */
static bool parts_are_close(const struct pdf_layout *layout, const struct pdf_row *row, uint32_t first)
{
	static const float wide_blank_sizes = 2.2f;
	const struct pdf_segment *segments = &layout->segments[row->segment_first];

	for (uint32_t s = first; s < row->segment_count; s++)
		if (segments[s].box.x0 - segments[s - 1].box.x1 > wide_blank_sizes * row->size)
			return false;
	return true;
}

bool pdf_find_marker(struct pdf_rows_work *work, const struct pdf_row *row, struct pdf_marker *ret_marker, float *ret_text_x0)
{
	const struct pdf_layout *layout = work->layout;
	const struct pdf_segment *first = &layout->segments[row->segment_first];
	size_t bytes = 0;

	struct text text = pdf_row_text(work, row);
	if (row->rotated || text.bytes == 0)
		return false;
	if (is_letter_bullet(work, row))
		*ret_marker = (struct pdf_marker){ .bytes = 2 };
	else if (!pdf_list_marker(text, ret_marker))
		return false;
	if (ret_marker->bytes >= text.bytes)
		return false; /* a marker without text */
	*ret_text_x0 = row->box.x0 + row->size;
	for (uint32_t s = 0; s < row->segment_count && bytes <= ret_marker->bytes; s++) {
		for (uint32_t w = 0; w < first[s].word_count; w++) {
			if (bytes >= ret_marker->bytes) {
				*ret_text_x0 = layout->page->words[first[s].word_first + w].box.x0;
				return parts_are_close(layout, row, s + 1);
			}
			bytes += layout->page->words[first[s].word_first + w].bytes + 1;
		}
	}
	return parts_are_close(layout, row, 1);
}

bool pdf_row_is_full(const struct pdf_rows_work *work, const struct pdf_row *row)
{
	return row->box.x1 > work->region.x1 - 0.2f * (work->region.x1 - work->region.x0);
}

bool pdf_row_is_centred(const struct pdf_rows_work *work, const struct pdf_row *row)
{
	const float left = row->box.x0 - work->region.x0, right = work->region.x1 - row->box.x1;

	return left > 2 * row->size && fabsf(left - right) < 2 * row->size;
}

bool pdf_row_is_wrapped(const struct pdf_rows_work *work, const struct pdf_row *before, const struct pdf_row *row)
{
	static const float blank_sizes = 0.25f;
	const struct pdf_word *word = pdf_first_word(work, row);

	return pdf_row_is_full(work, before) || before->box.x1 + blank_sizes * row->size + word->box.x1 - word->box.x0 > work->region.x1;
}

bool pdf_ends_sentence(struct pdf_rows_work *work, const struct pdf_row *row)
{
	struct text text = pdf_row_text(work, row);
	char last = text.bytes > 0 ? text.data[text.bytes - 1] : ' ';
	return last == '.' || last == ':' || last == '?' || last == '!';
}
