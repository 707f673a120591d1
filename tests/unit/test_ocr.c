/* Recognition of pictures of pages: words and their places, pages that lie on their side or stand on their head, missing data. */
#include "workers/preprocess/ocr.h"

#include "tests/unit/scan_fixture.h"
#include "workers/preprocess/pdf_legible.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct scan_line lines[] = {
	{ "Adaptive Cell Range", 30, 40, 18, false, NULL },
	{ "The feature changes the range of the cell, so that it fits", 30, 80, 10, false, NULL },
	{ "to the traffic that it has to carry. Each node measures", 30, 94, 10, false, NULL },
	{ "Note that a restart is not needed here", 30, 122, 10, true, NULL },
	{ "Counters are reset at midnight by the supervision job.", 30, 150, 10, false, NULL },
	{ "Their values are copied to the statistics file first.", 30, 164, 10, false, NULL },
	{ "Please adjust the hysteresis by steps of 250 metres.", 30, 178, 10, false, NULL },
};

static const struct ocr_request request = { "eng", 60000 };

static bool has_rule(const struct pdf_rule_list *list, float at)
{
	for (size_t i = 0; i < list->count; i++)
		if (fabsf(list->items[i].at - at) < 0.5f && list->items[i].to - list->items[i].from > 100)
			return true;
	return false;
}

static struct ocr_page recognise_lines(struct scan_page scan)
{
	struct pdf_bitmap bitmap;
	struct ocr_page page;
	struct pdf_rules rules;
	struct error_text error = { "" };

	scan_bitmap(&scan, &bitmap);
	ocr_page_init(&page);
	pdf_rules_init(&rules);
	assert_int_equal(ocr_recognise(&bitmap, &request, &page, &rules, &error), 0);
	assert_int_equal(has_rule(&rules.vertical, scan.rule_x), scan.rule_x > 0);
	pdf_rules_done(&rules);
	pdf_bitmap_done(&bitmap);
	return page;
}

static struct ocr_page recognise(struct scan_page scan)
{
	scan.lines = lines;
	scan.line_count = COUNT_OF(lines);
	return recognise_lines(scan);
}

static struct text word_text(const struct ocr_page *page, const struct ocr_word *word)
{
	return text_slice(buffer_view(&page->text), word->start, word->start + word->bytes);
}

static const struct ocr_word *find_word(const struct ocr_page *page, const char *text)
{
	for (size_t i = 0; i < page->word_count; i++)
		if (text_equal(word_text(page, &page->words[i]), text_from(text)))
			return &page->words[i];
	fail_msg("the word '%s' was not recognised", text);
	return NULL;
}

/* How many of the words of the lines were recognised, 0–1. */
static double share_recognised(const struct ocr_page *page)
{
	size_t all = 0, found = 0;

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct text rest = text_from(lines[i].text), word;
		while (text_next_field(&rest, ' ', &word)) {
			all++;
			for (size_t w = 0; w < page->word_count; w++) {
				if (text_equal(word_text(page, &page->words[w]), word)) {
					found++;
					break;
				}
			}
		}
	}
	return (double)found / (double)all;
}

static void reads_words_with_their_places(void **state)
{
	struct ocr_page page = recognise((struct scan_page){ 0 });
	const float points = 72.0f / SCAN_DPI;

	(void)state;
	assert_true(share_recognised(&page) > 0.97);
	assert_true(page.confidence > 0.85f);
	assert_int_equal(page.turned, 0);
	const struct ocr_word *title = find_word(&page, "Adaptive"), *plain = find_word(&page, "feature"), *bold = find_word(&page, "restart");
	assert_float_equal(title->x0 * points, 31.5, 2);
	assert_float_equal(title->baseline * points, 40, 1);
	assert_float_equal(title->size * points, 18, 1.8);
	assert_float_equal(plain->baseline * points, 80, 1);
	assert_float_equal(plain->size * points, 10, 1);
	assert_float_equal(bold->size * points, 10, 1);
	assert_true(bold->bold);
	assert_false(plain->bold || title->bold);
	assert_true(find_word(&page, "Range")->line_end);
	assert_false(plain->line_end);
	ocr_page_done(&page);
}

static void puts_pages_upright(void **state)
{
	(void)state;
	for (int turns = 1; turns < 4; turns++) {
		struct ocr_page page = recognise((struct scan_page){ .turns = turns });
		assert_int_equal(page.turned, 4 - turns);
		assert_true(share_recognised(&page) > 0.95);
		assert_true(page.width > page.height);
		ocr_page_done(&page);
	}
	for (int sign = -1; sign <= 1; sign += 2) {
		struct ocr_page page = recognise((struct scan_page){ .skew_degrees = 2.5f * (float)sign });
		assert_float_equal(page.skew_degrees, -2.5 * sign, 0.2);
		assert_true(share_recognised(&page) > 0.95);
		const float slope = find_word(&page, "traffic")->baseline - find_word(&page, "measures")->baseline;
		assert_float_equal(slope, 0, 3);
		ocr_page_done(&page);
	}
}

static void takes_rules_out(void **state)
{
	struct ocr_page page = recognise((struct scan_page){ .rule_x = 25, .rule_y0 = 20, .rule_y1 = 190 });

	(void)state;
	assert_true(share_recognised(&page) > 0.95);
	for (size_t i = 0; i < page.word_count; i++)
		assert_true(text_find(word_text(&page, &page.words[i]), TEXT_LITERAL("|")) < 0);
	ocr_page_done(&page);
}

/* A page photographed in the light of a window, from the right, and a copy with specks all over it. */
static void reads_through_grey_ground_and_specks(void **state)
{
	const struct scan_page scan = { .lines = lines, .line_count = COUNT_OF(lines), .rule_x = 25, .rule_y0 = 20, .rule_y1 = 190 };
	struct error_text error = { "" };
	struct pdf_bitmap bitmap;
	struct pdf_rules rules;
	struct ocr_page page;

	(void)state;
	for (int specks = 0; specks <= 1; specks++) {
		scan_bitmap(&scan, &bitmap);
		for (uint32_t y = 0; y < bitmap.height; y++) {
			uint8_t *row = bitmap.pixels + (size_t)y * bitmap.stride;
			for (uint32_t x = 0; x < bitmap.width; x++) {
				if (!specks)
					row[x] = (uint8_t)(row[x] * (100 + 100 * x / bitmap.width) / 255);
				else if (x % 37 == y * 7 % 31 && y % 23 == 0)
					row[x] = 0;
			}
		}
		ocr_page_init(&page);
		pdf_rules_init(&rules);
		assert_int_equal(ocr_recognise(&bitmap, &request, &page, &rules, &error), 0);
		assert_true(share_recognised(&page) > 0.95);
		assert_true(page.confidence > 0.85f);
		assert_true(has_rule(&rules.vertical, scan.rule_x));
		pdf_rules_done(&rules);
		ocr_page_done(&page);
		pdf_bitmap_done(&bitmap);
	}
}

static void knows_a_badly_recognised_layer(void **state)
{
	static const char *const good[] = { "lock_timeout", "the", "reader's", "up-to-date", "v1.2.3", "printf(", "a/b", "Zelle," };
	static const char *const bad[] = { "l|ck", "the", "re~der", "s;ate", "up", "in|o", "cell", "qu^ry" };
	struct pdf_page page;

	(void)state;
	for (int badly = 0; badly <= 1; badly++) {
		pdf_page_init(&page);
		for (size_t i = 0; i < 40; i++) {
			struct pdf_word *word = pdf_page_add_word(&page);
			assert_non_null(word);
			for (const char *c = badly ? bad[i % COUNT_OF(bad)] : good[i % COUNT_OF(good)]; *c; c++)
				pdf_page_append(&page, (uint32_t)*c, (struct pdf_box){ 0, 0, 10, 10 });
		}
		assert_int_equal(pdf_page_torn(&page), badly);
		pdf_page_done(&page);
	}
}

/* What tesseract leaves out or takes for letters: bullets, and which words are of fixed width. */
static void sees_how_lines_are_set(void **state)
{
	static const struct scan_line list[] = {
		{ "Before the change is made, these things are looked at:", 30, 40, 10, false, NULL },
		{ "\342\200\242", 40, 60, 10, false, NULL }, { "the alarms of the node, which must be none", 52, 60, 10, false, NULL },
		{ "\342\200\242", 40, 74, 10, false, NULL }, { "Every licence that the feature needs", 52, 74, 10, false, NULL },
		{ "cmedit get NODE01 EUtranCellFDD.cellRange", 30, 100, 10, false, "DejaVu Sans Mono" },
		{ "cmedit set NODE01 EUtranCellFDD.cellRange 25", 30, 113, 10, false, "DejaVu Sans Mono" },
		{ "Then the new range of the cell is shown, with all that hangs on it.", 30, 140, 10, false, NULL },
	};
	struct ocr_page page = recognise_lines((struct scan_page){ .lines = list, .line_count = COUNT_OF(list) });

	(void)state;
	const struct ocr_word *first = find_word(&page, "Every");
	assert_true(first > page.words && text_equal(word_text(&page, first - 1), TEXT_LITERAL("•")));
	assert_false(first[-1].line_end);
	assert_true(find_word(&page, "get")->mono && find_word(&page, "25")->mono);
	assert_false(find_word(&page, "Before")->mono || find_word(&page, "shown,")->mono || first->mono);
	ocr_page_done(&page);
}

static void finds_nothing_on_an_empty_picture(void **state)
{
	(void)state;
	for (uint32_t side = 1; side < 400; side = side * 3 + 7) {
		struct pdf_bitmap bitmap = { malloc((size_t)side * side), side, side, side, 200 };
		struct ocr_page page;
		struct pdf_rules rules;
		struct error_text error = { "" };
		assert_non_null(bitmap.pixels);
		pdf_rules_init(&rules);
		for (size_t i = 0; i < (size_t)side * side; i++)
			bitmap.pixels[i] = 250;
		ocr_page_init(&page);
		assert_int_equal(ocr_recognise(&bitmap, &request, &page, &rules, &error), 0);
		assert_int_equal(page.word_count, 0);
		pdf_rules_done(&rules);
		pdf_bitmap_done(&bitmap);
		ocr_page_done(&page);
	}
}

static void says_what_to_install(void **state)
{
	struct error_text error = { "" };

	(void)state;
	assert_int_equal(ocr_prepare("eng+xyz", &error), ERROR_INPUT_REJECTED);
	assert_non_null(strstr(error.message, "no data for the language 'xyz'"));
	assert_non_null(strstr(error.message, "tesseract-ocr-xyz"));
	assert_int_equal(ocr_prepare("", &error), ERROR_INPUT_REJECTED);
	assert_non_null(strstr(error.message, "convert.ocr_languages"));
	assert_int_equal(ocr_prepare("eng", &error), 0);
}

static size_t thread_count(void)
{
	DIR *folder = opendir("/proc/self/task");
	size_t count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count - 2; /* . and .. */
}

static void starts_no_threads(void **state)
{
	const size_t before = thread_count();
	struct ocr_page page = recognise((struct scan_page){ 0 });

	(void)state;
	assert_int_equal(thread_count(), before);
	ocr_page_done(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_no_threads),
		cmocka_unit_test(reads_words_with_their_places),
		cmocka_unit_test(puts_pages_upright),
		cmocka_unit_test(takes_rules_out),
		cmocka_unit_test(reads_through_grey_ground_and_specks),
		cmocka_unit_test(knows_a_badly_recognised_layer),
		cmocka_unit_test(sees_how_lines_are_set),
		cmocka_unit_test(finds_nothing_on_an_empty_picture),
		cmocka_unit_test(says_what_to_install),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
