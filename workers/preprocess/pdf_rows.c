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

float pdf_usual_leading(const struct pdf_layout *layout, float known, bool *ret_sure)
{
	enum { SAMPLES = 256, FULL_MIN = 4 };
	float samples[SAMPLES] = { 0 }, full[SAMPLES] = { 0 };
	size_t count = 0, full_count = 0;

	for (size_t r = 1; r < layout->row_count && count < SAMPLES; r++) {
		const struct pdf_row *a = &layout->rows[r - 1], *b = &layout->rows[r];
		if (a->furniture || b->furniture || a->region != b->region || b->size <= 0 || fabsf(a->size - b->size) > 0.6f)
			continue;
		float ratio = pdf_row_distance(a, b) / b->size;
		if (ratio <= 0.8f || ratio >= 2.2f)
			continue;
		samples[count++] = ratio;
		if (a->segment_count == 1 && b->segment_count == 1 && a->box.x1 > layout->text.x0 + 0.8f * (layout->text.x1 - layout->text.x0))
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
	work->outdented = indented * 10 > count * 6;
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
	return row->size >= 1.12f * work->body->size;
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

bool pdf_row_is_code(const struct pdf_rows_work *work, const struct pdf_row *row)
{
	return row->mono >= mono_share && pdf_first_word(work, row)->style & PDF_MONO && !work->body->mono && !row->rotated;
}

bool pdf_find_marker(struct pdf_rows_work *work, const struct pdf_row *row, struct pdf_marker *ret_marker, float *ret_text_x0)
{
	const struct pdf_layout *layout = work->layout;
	const struct pdf_segment *first = &layout->segments[row->segment_first];
	size_t bytes = 0;

	if (row->segment_count > 2 || row->rotated || !pdf_list_marker(pdf_row_text(work, row), ret_marker))
		return false;
	if (ret_marker->bytes >= work->blocks->text.bytes)
		return false; /* a marker without text */
	if (row->segment_count == 2) {
		buffer_clear(&work->blocks->text);
		pdf_segment_append(layout, first, &work->blocks->text);
		*ret_text_x0 = layout->segments[row->segment_first + 1].box.x0;
		return work->blocks->text.bytes <= ret_marker->bytes;
	}
	*ret_text_x0 = row->box.x0 + row->size;
	for (uint32_t w = 0; w < first->word_count; w++) {
		if (bytes >= ret_marker->bytes) {
			*ret_text_x0 = layout->page->words[first->word_first + w].box.x0;
			break;
		}
		bytes += layout->page->words[first->word_first + w].bytes + 1;
	}
	return true;
}

bool pdf_row_is_full(const struct pdf_rows_work *work, const struct pdf_row *row)
{
	return row->box.x1 > work->region.x1 - 0.2f * (work->region.x1 - work->region.x0);
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
