#include "workers/preprocess/pdf_body.h"

static const float larger_ratio = 1.12f; /* a heading's font to that of the text */

static size_t end_step(float x)
{
	const float step = x / 4;
	return step < 0 ? 0 : step >= PDF_END_STEPS ? PDF_END_STEPS - 1 : (size_t)step;
}

/* The lines of fixed-width type, each from its first word to its last. */
static void count_mono_lines(struct pdf_body *body, const struct pdf_page *page)
{
	const struct pdf_word *first = NULL, *last = NULL;

	for (size_t i = 0; i <= page->word_count; i++) {
		const struct pdf_word *word = i < page->word_count ? &page->words[i] : NULL;
		const bool mono = word && (word->style & PDF_MONO);
		if (first && (!mono || fabsf(word->box.y1 - last->box.y1) > 0.5f * last->size)) {
			body->mono_begins[end_step(first->box.x0)]++;
			body->mono_ends[end_step(last->box.x1)]++;
			body->mono_lines++;
			first = NULL;
		}
		first = first || !mono ? first : word;
		last = mono ? word : last;
	}
}

/* Prose fills its lines, but for the last of a paragraph; programs and what they print seldom do. */
static bool mono_is_prose(const struct pdf_body *body)
{
	enum { LINES_MIN = 12 };
	static const float full_share = 0.8f; /* of the width */
	static const uint32_t outer_share = 20;
	uint32_t passed = 0, full = 0;
	size_t left = 0, right = PDF_END_STEPS;

	if (body->mono_lines < LINES_MIN)
		return true;
	while (left < PDF_END_STEPS - 1 && (passed += body->mono_begins[left]) * outer_share < body->mono_lines)
		left++;
	for (passed = 0; right > left + 1 && passed * outer_share < body->mono_lines;)
		passed += body->mono_ends[--right];
	for (size_t i = left + (size_t)(full_share * (float)(right - left)); i < PDF_END_STEPS; i++)
		full += body->mono_ends[i];
	return full * 10 >= body->mono_lines * 3;
}

void pdf_body_count(struct pdf_body *body, const struct pdf_page *page)
{
	count_mono_lines(body, page);
	for (size_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		body->letters[pdf_size_step(word->size)] += word->bytes;
		body->light_letters[pdf_size_step(word->size)] += word->style & (PDF_BOLD | PDF_MONO) ? 0 : word->bytes;
		body->code_letters[pdf_size_step(word->size)] += (word->style & (PDF_BOLD | PDF_MONO)) == PDF_MONO ? word->bytes : 0;
		body->all_letters += word->bytes;
		body->mono_letters += word->style & PDF_MONO ? word->bytes : 0;
		body->italic_letters += word->style & PDF_ITALIC ? word->bytes : 0;
		body->bold_letters += word->style & PDF_BOLD ? word->bytes : 0;
	}
}

/* The size of the document's code; 0: it has next to none, and what it has may be headings. */
static float usual_code_size(const struct pdf_body *body)
{
	enum { CODE_SHARE = 50 };
	size_t best = 0;

	for (size_t i = 1; i < PDF_SIZE_STEPS; i++)
		if (body->code_letters[i] > body->code_letters[best])
			best = i;
	return body->code_letters[best] * CODE_SHARE >= body->all_letters ? (float)best / PDF_STEPS_PER_POINT : 0;
}

void pdf_body_settle(struct pdf_body *body)
{
	enum { COMMON_SHARE = 3 }; /* a third of the most frequent size is more than headings have */
	enum { FEW_LETTERS = 400, FEW_SHARE = 5 }; /* of a document of a few lines, a title may be the most; a page number is less than a fifth */
	size_t best = 0;

	for (size_t i = 1; i < PDF_SIZE_STEPS; i++)
		if (body->letters[i] > body->letters[best])
			best = i;
	for (size_t i = PDF_SIZE_STEPS; best > 0 && --i > best;)
		/* cppcheck-suppress arrayIndexOutOfBounds; --i comes first */
		if (body->light_letters[i] * COMMON_SHARE >= body->letters[best])
			best = i; /* tables are often set smaller than the text around them, and may hold more of it */
	for (size_t i = 1; i < best && body->all_letters < FEW_LETTERS; i++)
		if (body->letters[i] * FEW_SHARE >= body->all_letters)
			best = i;
	body->size = best > 0 ? (float)best / PDF_STEPS_PER_POINT : 10;
	body->code_size = usual_code_size(body);
	body->bold = body->bold_letters * 2 > body->all_letters;
	body->italic = body->italic_letters * 2 > body->all_letters;
	body->mono = body->mono_letters * 4 > body->all_letters * 3 && mono_is_prose(body);
}

bool pdf_body_has_display(const struct pdf_body *body)
{
	enum { DISPLAY_SHARE = 300 };
	uint64_t letters = body->bold ? 0 : body->bold_letters;

	for (size_t i = pdf_size_step(larger_ratio * body->size); i < PDF_SIZE_STEPS; i++)
		letters += body->light_letters[i];
	return letters * DISPLAY_SHARE > body->all_letters;
}

bool pdf_body_is_text_size(const struct pdf_body *body, float size)
{
	enum { HEADINGS_SHARE = 12 };

	return body->light_letters[pdf_size_step(size)] * HEADINGS_SHARE > body->all_letters;
}

bool pdf_row_is_larger_than(const struct pdf_row *row, const struct pdf_body *body)
{
	static const float code_share = 0.3f, bold_share = 0.5f;
	const bool usual_code = row->mono >= code_share && row->bold < bold_share && row->size < larger_ratio * body->code_size;

	return row->size >= larger_ratio * body->size && !usual_code;
}

bool pdf_row_stands_out(const struct pdf_row *row, const struct pdf_body *body)
{
	static const float bold_share = 0.9f;

	if (pdf_row_is_larger_than(row, body))
		return true;
	return !body->bold && row->bold >= bold_share && row->size >= 0.93f * body->size;
}
