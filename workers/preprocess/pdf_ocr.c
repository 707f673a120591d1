#include "workers/preprocess/pdf_ocr.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "workers/preprocess/pdf_legible.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { STAMP_LINES_MAX = 3, LONG_WORD_BYTES = 4, WORDS_TELL = 5, LETTERS_SEEN_MIN = 30, GLANCE_DPI = 36, MS_PER_S = 1000, NS_PER_MS = 1000000 };

/* A picture over so much of the page may be a scan, with a stamp or a page number as its only text. */
static const float scan_share_min = 0.6f;
/* Recognition of what is no text gives words of low confidence. */
static const float confidence_min = 0.45f, confidence_instead_of_text_min = 0.6f, confidence_against_text_min = 0.75f;
static const float agreement_min = 0.4f, accented_min = 0.5f;
/* Sizes nearer than this are the same one, measured with an error. */
static const float same_size = 0.085f;

void pdf_ocr_init(struct pdf_ocr *ocr, const struct settings *settings)
{
	*ocr = (struct pdf_ocr){ .settings = settings };
	ocr_page_init(&ocr->result);
}

void pdf_ocr_done(struct pdf_ocr *ocr)
{
	ocr_page_done(&ocr->result);
}

/* --- is it needed? ---------------------------------------------------------------------------------------------- */

enum need {
	NEED_NOTHING, NEED_TEXT, NEED_BETTER_TEXT, NEED_MORE_TEXT,
	NEED_LINES /* text that was recognised before: its letters are known, but neither lines nor tables nor sizes are to be had of them */
};

static bool mode_is(const struct pdf_ocr *ocr, const char *mode)
{
	return strcmp(ocr->settings->convert.ocr, mode) == 0;
}

/* A page without text may be empty; then it is not worth more than a glance. */
static int look_for_ink(struct pdf_source *source, const struct pdf_page *page, enum need *ret_need)
{
	struct pdf_bitmap bitmap;

	if (!pdf_source_drawable(source)) {
		*ret_need = NEED_TEXT;
		return 0;
	}
	int status = pdf_source_render(source, page->number, GLANCE_DPI, &bitmap);
	if (status < 0)
		return status;
	*ret_need = pdf_bitmap_blank(&bitmap) ? NEED_NOTHING : NEED_TEXT;
	pdf_bitmap_done(&bitmap);
	return 0;
}

static size_t line_count(const struct pdf_page *page)
{
	size_t lines = 0;

	for (size_t i = 0; i < page->word_count; i++)
		lines += page->words[i].line_end;
	return lines;
}

static int find_need(const struct pdf_ocr *ocr, struct pdf_source *source, const struct pdf_page *page, enum need *ret_need)
{
	*ret_need = NEED_NOTHING;
	if (page->word_count == 0)
		return look_for_ink(source, page, ret_need);
	if (mode_is(ocr, "always") || !pdf_page_legible(page) || (page->image_share >= scan_share_min && pdf_page_torn(page)))
		*ret_need = NEED_BETTER_TEXT;
	else if (page->image_share >= scan_share_min && line_count(page) <= STAMP_LINES_MAX)
		*ret_need = NEED_MORE_TEXT;
	else if (page->image_share >= scan_share_min && page->layer)
		*ret_need = NEED_LINES;
	return 0;
}

/* May the page be recognised? If not, why is noted once. */
static bool allowed(struct pdf_ocr *ocr, const struct pdf_source *source)
{
	if (mode_is(ocr, "never"))
		ocr->switched_off = true;
	else if (!pdf_source_drawable(source))
		ocr->too_large = true;
	else if (ocr->tried >= ocr->settings->convert.ocr_pages_max)
		ocr->over_pages = true;
	else if (ocr->spent_ms >= ocr->settings->convert.ocr_seconds_max * MS_PER_S)
		ocr->over_time = true;
	else
		return ocr_prepare(ocr->settings->convert.ocr_languages, &ocr->problem) == 0;
	return false;
}

/* --- from recognised words to those of a page -------------------------------------------------------------------- */

/* The size in points, drawn to one that the document has already. */
static float settled_size(struct pdf_ocr *ocr, float size)
{
	float nearest = 0, distance = same_size;

	for (size_t i = 0; i < ocr->size_count; i++) {
		const float apart = fabsf(size - ocr->sizes[i]) / ocr->sizes[i];
		if (apart <= distance) {
			distance = apart;
			nearest = ocr->sizes[i];
		}
	}
	if (nearest > 0)
		return nearest;
	size = roundf(size * 2) / 2;
	if (ocr->size_count < PDF_OCR_SIZES_MAX && size > 0)
		ocr->sizes[ocr->size_count++] = size;
	return size;
}

/* The most frequent size first, so that others are drawn to it. */
static void learn_size(struct pdf_ocr *ocr, float scale)
{
	uint32_t most = 0;
	size_t best = 0;
	const struct ocr_page *result = &ocr->result;
	enum { STEPS = 200 };
	uint32_t letters[STEPS] = { 0 };

	if (ocr->size_count > 0)
		return;
	for (size_t i = 0; i < result->word_count; i++) {
		const float step = result->words[i].size * scale * 2;
		if (step >= 1 && step < STEPS)
			letters[(size_t)step] += result->words[i].bytes;
	}
	for (size_t i = 1; i + 1 < STEPS; i++) { /* two neighbours together: a size at their border is split between them */
		const uint32_t weight = letters[i] + letters[i + 1];
		best = weight > most ? i : best;
		most = weight > most ? weight : most;
	}
	if (most > 0)
		settled_size(ocr, ((float)best + 1) / 2);
}

static int add_word(struct pdf_page *page, const struct ocr_page *result, const struct ocr_word *word, float scale, float size)
{
	const struct text text = text_slice(buffer_view(&result->text), word->start, word->start + word->bytes);
	/* As tall as the font, not as the ink: lines are told by how boxes overlap. */
	const struct pdf_box box = { word->x0 * scale, word->baseline * scale - 0.8f * size, word->x1 * scale, word->baseline * scale + 0.2f * size };
	struct pdf_word *to = pdf_page_add_word(page);

	if (!to)
		return -ENOMEM;
	to->size = size;
	to->style = (uint8_t)((word->bold ? PDF_BOLD : 0) | (word->mono ? PDF_MONO : 0));
	to->line_end = word->line_end;
	for (size_t i = 0; i < text.bytes;) {
		uint32_t code = 0;
		const size_t bytes = utf8_decode(text, i, &code);
		if (bytes == 0)
			break;
		pdf_page_append(page, code, box);
		i += bytes;
	}
	return page->text.status == -ENOMEM ? -ENOMEM : 0;
}

static int take_words(struct pdf_ocr *ocr, struct pdf_page *page, float dpi)
{
	const struct ocr_page *result = &ocr->result;
	const float scale = 72 / dpi;
	const uint32_t number = page->number;
	int status = 0;

	pdf_page_clear(page, number, (float)result->width * scale, (float)result->height * scale);
	page->ocr = true;
	learn_size(ocr, scale);
	for (size_t i = 0; i < result->word_count && status == 0; i++)
		status = add_word(page, result, &result->words[i], scale, settled_size(ocr, result->words[i].size * scale));
	return status;
}

/* --- a page ------------------------------------------------------------------------------------------------------ */

static size_t letters_of(const struct ocr_page *result)
{
	return utf8_count(buffer_view(&result->text));
}

static bool is_ascii(struct text word)
{
	for (size_t i = 0; i < word.bytes; i++)
		if ((unsigned char)word.data[i] >= 0x80)
			return false;
	return true;
}

struct shares { /* of the page's longer words of ASCII, and of those with other letters, that were recognised too: 0–1; 1 where there are few */
	float plain, accented;
};

static float share_of(size_t common, size_t all)
{
	return all >= WORDS_TELL ? (float)common / (float)all : 1;
}

static struct shares words_in_common(const struct ocr_page *result, const struct pdf_page *page)
{
	size_t all[2] = { 0 }, common[2] = { 0 };

	for (size_t i = 0; i < page->word_count; i++) {
		const struct text word = pdf_word_text(page, &page->words[i]);
		if (word.bytes < LONG_WORD_BYTES)
			continue;
		const bool accented = !is_ascii(word);
		all[accented]++;
		common[accented] += text_find(buffer_view(&result->text), word) >= 0;
	}
	return (struct shares){ share_of(common[0], all[0]), share_of(common[1], all[1]) };
}

/* Both read the same picture. Where they hardly agree one of them means nothing, as when a page was recognised upside down: not the one that is sure. Else the layer may have been
 * recognised with data for its language, and its accents are lost without these. */
static bool reads_as_much(const struct ocr_page *result, const struct pdf_page *page)
{
	if (result->confidence < confidence_instead_of_text_min || letters_of(result) * 5 < page->characters * 4)
		return false;
	const struct shares shares = words_in_common(result, page);
	return shares.plain >= agreement_min ? shares.accented >= accented_min : result->confidence >= confidence_against_text_min;
}

static bool is_better(enum need need, const struct ocr_page *result, const struct pdf_page *page)
{
	if (result->word_count == 0 || result->confidence < confidence_min)
		return false;
	switch (need) {
	case NEED_BETTER_TEXT: /* a page of codes looks as odd as a font without a map, but is recognised as the same codes */
		return result->confidence >= confidence_instead_of_text_min && letters_of(result) * 4 > page->characters &&
		       pdf_text_legible(buffer_view(&result->text), letters_of(result), 0);
	case NEED_MORE_TEXT: /* a photograph below a line of text gives words too, of low confidence */
		return result->confidence >= confidence_instead_of_text_min && letters_of(result) > page->characters + page->characters / 2;
	case NEED_LINES: return reads_as_much(result, page);
	default: return true;
	}
}

static int recognise(struct pdf_ocr *ocr, struct pdf_source *source, const struct pdf_page *page, struct pdf_rules *rules, float *ret_dpi)
{
	const uint64_t time_ms_max = ocr->settings->convert.ocr_seconds_max * MS_PER_S;
	struct ocr_request request = { ocr->settings->convert.ocr_languages, 0 };
	struct pdf_bitmap bitmap;

	const uint64_t start = clock_monotonic_ns();
	request.time_ms_max = time_ms_max > ocr->spent_ms ? time_ms_max - ocr->spent_ms : 1;
	int status = pdf_source_render(source, page->number, (float)ocr->settings->convert.ocr_dpi, &bitmap);
	if (status < 0)
		return status;
	*ret_dpi = bitmap.dpi;
	status = ocr_recognise(&bitmap, &request, &ocr->result, rules, &ocr->problem);
	pdf_bitmap_done(&bitmap);
	ocr->spent_ms += (clock_monotonic_ns() - start) / NS_PER_MS;
	ocr->over_time |= ocr->result.cut_short;
	return status;
}

int pdf_ocr_page(struct pdf_ocr *ocr, struct pdf_source *source, struct pdf_page *page, struct pdf_rules *rules)
{
	enum need need;
	float dpi = 0;

	int status = find_need(ocr, source, page, &need);
	if (status < 0 || need == NEED_NOTHING)
		return status;
	if (!allowed(ocr, source)) {
		ocr->left_out += need != NEED_MORE_TEXT && need != NEED_LINES;
		return 0;
	}
	status = recognise(ocr, source, page, rules, &dpi);
	if (status < 0)
		return status;
	ocr->tried++;
	if (is_better(need, &ocr->result, page)) {
		ocr->recognised++;
		return take_words(ocr, page, dpi);
	}
	/* A picture without letters has nothing to be left out; text may mean something without being words. */
	ocr->left_out += (ocr->result.cut_short && need != NEED_LINES) || (need == NEED_TEXT && letters_of(&ocr->result) >= LETTERS_SEEN_MIN);
	return 0;
}

void pdf_ocr_explain(const struct pdf_ocr *ocr, struct buffer *out)
{
	if (ocr->problem.message[0] != '\0')
		buffer_append_string(out, ocr->problem.message);
	else if (ocr->over_pages)
		buffer_append_format(out, "the limit convert.ocr_pages_max is %" PRIu64, ocr->settings->convert.ocr_pages_max);
	else if (ocr->over_time)
		buffer_append_format(out, "the limit convert.ocr_seconds_max is %" PRIu64, ocr->settings->convert.ocr_seconds_max);
	else if (ocr->too_large)
		buffer_append_format(out, "one of the file's pictures has more than %d pixels", PDF_DRAWN_PICTURE_PIXELS_MAX);
	else if (ocr->switched_off)
		buffer_append_string(out, "convert.ocr is never");
	else
		buffer_append_string(out, "nothing on them can be made out");
}
