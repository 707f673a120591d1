/* PDF files of scanned pages to Markdown; what happens when they may not, or cannot, be recognised. */
#include "workers/preprocess/convert.h"

#include "tests/unit/domain_support.h"
#include "tests/unit/scan_fixture.h"
#include "workers/preprocess/pdf_legible.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct settings settings;
static struct domain *domain;

struct converted {
	int status;
	struct buffer markdown;
	struct document_builder *document;
	struct error_text error;
};

static struct converted convert_file(const struct buffer *file)
{
	struct converted result = { .document = document_builder_create() };
	struct convert_input input = { .data = buffer_view(file), .name = TEXT_LITERAL("a.pdf"), .settings = &settings, .domain = domain };

	buffer_init(&result.markdown, 16 << 20);
	result.status = convert_pdf(&input, &result.markdown, result.document, &result.error);
	return result;
}

static struct converted convert(const struct scan_page *pages, size_t count)
{
	struct buffer file;

	buffer_init(&file, 16 << 20);
	scan_file(pages, count, &file);
	struct converted result = convert_file(&file);
	buffer_done(&file);
	return result;
}

static struct converted convert_with_text(const struct scan_page *page, const char *content)
{
	struct buffer file;

	buffer_init(&file, 16 << 20);
	scan_file_with_text(page, content, &file);
	struct converted result = convert_file(&file);
	buffer_done(&file);
	return result;
}

static bool recognised(const struct converted *result)
{
	return text_find(document_builder_meta(result->document, DOCUMENT_META_CONVERTER), TEXT_LITERAL("tesseract")) >= 0;
}

static void done(struct converted *result)
{
	buffer_done(&result->markdown);
	document_builder_destroy(result->document);
}

static const struct scan_line chapter[] = {
	{ "1 Overview", 30, 40, 16, true, NULL },
	{ "The feature changes the range of the cell, so that it fits to the", 30, 80, 10, false, NULL },
	{ "traffic that it has to carry. Each node measures the load of its", 30, 93, 10, false, NULL },
	{ "cells once a minute and compares it with the neighbours.", 30, 106, 10, false, NULL },
};
static const struct scan_line other[] = {
	{ "The second page has text, and that is all that it has.", 30, 80, 10, false, NULL },
};

#define CHAPTER_MARKDOWN "# 1 Overview\n\nThe feature changes the range of the cell, so that it fits to the traffic that it has to carry. Each node " \
	"measures the load of its cells once a minute and compares it with the neighbours.\n"

static const struct scan_page scan = { .lines = chapter, .line_count = COUNT_OF(chapter) };
static const struct scan_page text_page = { .lines = other, .line_count = COUNT_OF(other), .text = true };

static void recognises_scans(void **state)
{
	struct scan_page page = scan;

	(void)state;
	for (int turns = 0; turns < 2; turns++) {
		page.turns = turns;
		page.skew_degrees = 0.8f;
		struct converted result = convert(&page, 1);
		assert_int_equal(result.status, 0);
		assert_string_equal(buffer_string(&result.markdown), CHAPTER_MARKDOWN);
		assert_true(text_find(document_builder_meta(result.document, DOCUMENT_META_CONVERTER), TEXT_LITERAL(", tesseract ")) > 0);
		assert_true(document_builder_scores(result.document)->conversion == 1.0f);
		done(&result);
	}
}

/* A layer in fonts of the type that is seen has its sizes and places: it is as good as text, and costs nothing. */
static void believes_a_hidden_layer(void **state)
{
	struct scan_page page = scan;

	(void)state;
	page.hidden_layer = true;
	struct converted result = convert(&page, 1);
	assert_string_equal(buffer_string(&result.markdown), CHAPTER_MARKDOWN);
	assert_false(recognised(&result));
	done(&result);
}

/* Words that slope like the page, as recognisers lay them unseen over a scan that is askew: each is a line of its own. */
#define ASKEW_LAYER \
	"BT 3 Tr /G 16 Tf 1 0 0 1 30 250 Tm (1 Overview) Tj /G 10 Tf 1 0 0 1 30 220 Tm (The feature changes) Tj 1 0 0 1 130 214 Tm (the range of the cell, so) Tj " \
	"1 0 0 1 260 208 Tm (that it fits to the) Tj 1 0 0 1 30 207 Tm (traffic that it has) Tj 1 0 0 1 130 201 Tm (to carry. Each node) Tj 1 0 0 1 240 195 Tm (measures the load of its) Tj " \
	"1 0 0 1 30 194 Tm (cells once a minute) Tj 1 0 0 1 130 188 Tm (and compares it with) Tj 1 0 0 1 250 182 Tm (the neighbours.) Tj ET"

static void reads_an_unseen_layer_anew(void **state)
{
	(void)state;
	struct converted result = convert_with_text(&scan, ASKEW_LAYER);
	assert_int_equal(result.status, 0);
	assert_string_equal(buffer_string(&result.markdown), CHAPTER_MARKDOWN);
	assert_true(recognised(&result));
	done(&result);
	assert_int_equal(settings_set(&settings, "convert.ocr", "never", NULL), 0);
	result = convert_with_text(&scan, ASKEW_LAYER);
	assert_int_equal(result.status, 0); /* the layer is there still, and nothing is left out */
	assert_non_null(strstr(buffer_string(&result.markdown), "the range of the cell, so"));
	assert_true(document_builder_scores(result.document)->conversion == 1.0f);
	done(&result);
	assert_int_equal(settings_set(&settings, "convert.ocr", "auto", NULL), 0);
}

/* An upside-down page, recognised as if it were not. */
static void a_layer_may_mean_nothing(void **state)
{
	(void)state;
	struct converted result = convert_with_text(&scan, "BT 3 Tr /G 10 Tf 30 220 Td (yeay eau seak Satu INOge) Tj 0 -13 Td (asnedaq leaks asnesag 'saoinos' paviasgo) Tj 0 -13 Td (yoed Ayayyeq paysinbunsip saseo) Tj "
							   "0 -13 Td (releases moaq cdoups uone}s ayy) Tj ET");
	assert_string_equal(buffer_string(&result.markdown), CHAPTER_MARKDOWN);
	done(&result);
}

static const struct scan_line german[] = {
	{ "Die \xC3\x9C" "berwachung pr\xC3\xBC" "ft f\xC3\xBCr jeden Tr\xC3\xA4ger die Gr\xC3\xB6\xC3\x9F" "e der L\xC3\xBC" "cke. W\xC3\xA4hrend", 30, 80, 10, false, NULL },
	{ "der Pr\xC3\xBC" "fung l\xC3\xA4uft die \xC3\x9C" "bergabe weiter, jedoch h\xC3\xB6" "chstens so lange.", 30, 93, 10, false, NULL },
};
static const struct scan_page german_scan = { .lines = german, .line_count = COUNT_OF(german) };

/* Without the data of its language the accents would be lost. */
static void keeps_a_layer_in_another_language(void **state)
{
	(void)state;
	struct converted result = convert_with_text(&german_scan,
						    "BT 3 Tr /G 10 Tf 30 220 Td (Die \\334berwachung pr\\374ft f\\374r jeden Tr\\344ger die Gr\\366\\337e der L\\374cke. W\\344hrend) Tj "
						    "0 -13 Td (der Pr\\374fung l\\344uft die \\334bergabe weiter, jedoch h\\366chstens so lange.) Tj "
						    "0 -13 Td (.) Tj 0 -13 Td (.) Tj ET");
	assert_non_null(strstr(buffer_string(&result.markdown), "pr\xC3\xBC" "ft f\xC3\xBCr jeden Tr\xC3\xA4ger die Gr\xC3\xB6\xC3\x9F" "e der L\xC3\xBC" "cke. W\xC3\xA4hrend der Pr\xC3\xBC" "fung l\xC3\xA4uft"));
	assert_false(recognised(&result));
	done(&result);
}

/* A slide with a picture behind it. */
static void keeps_text_that_is_drawn_over_a_picture(void **state)
{
	static const struct scan_page paper = { .lines = NULL };

	(void)state;
	struct converted result = convert_with_text(&paper, "BT /F 10 Tf 30 220 Td (The second page has text, and) Tj 0 -13 Td (that is all that it has, though) Tj 0 -13 Td (it stands in some more lines) Tj "
							    "0 -13 Td (than a stamp on it would.) Tj ET");
	assert_string_equal(buffer_string(&result.markdown), "The second page has text, and that is all that it has, though it stands in some more lines than a stamp on it would.\n");
	assert_false(recognised(&result));
	done(&result);
}

/* Blanks of .9 of the size, all of them: no columns. */
static void wide_blanks_of_a_layer_part_nothing(void **state)
{
	(void)state;
	assert_int_equal(settings_set(&settings, "convert.ocr", "never", NULL), 0);
	struct converted result = convert_with_text(&scan, "BT 3 Tr 6.2 Tw /G 10 Tf 30 220 Td (Each node measures the load of) Tj 0 -13 Td (its cells once in a minute and) Tj 0 -13 Td (then compares it with all the) Tj "
							   "0 -13 Td (neighbours of the cell.) Tj ET");
	assert_string_equal(buffer_string(&result.markdown), "Each node measures the load of its cells once in a minute and then compares it with all the neighbours of the cell.\n");
	done(&result);
	assert_int_equal(settings_set(&settings, "convert.ocr", "auto", NULL), 0);
}

static void says_what_was_left_out(void **state)
{
	const struct scan_page pages[] = { text_page, scan, scan };

	(void)state;
	settings.convert.ocr_pages_max = 1;
	struct converted result = convert(pages, 3);
	settings.convert.ocr_pages_max = 2000;
	assert_int_equal(result.status, 0);
	assert_non_null(strstr(buffer_string(&result.markdown), "1 Overview"));
	assert_non_null(strstr(buffer_string(&result.markdown), "\n1 pages are pictures that were not recognised: the limit convert.ocr_pages_max is 1.\n"));
	assert_true(document_builder_scores(result.document)->conversion < 0.7f);
	done(&result);
}

static void leaves_text_alone_without_data(void **state)
{
	const struct scan_page pages[] = { text_page, scan };

	(void)state;
	assert_int_equal(settings_set(&settings, "convert.ocr_languages", "xyz", NULL), 0);
	struct converted result = convert(pages, 2);
	assert_int_equal(result.status, 0);
	assert_non_null(strstr(buffer_string(&result.markdown), "The second page has text"));
	assert_non_null(strstr(buffer_string(&result.markdown), "install the package tesseract-ocr-xyz"));
	assert_true(document_builder_scores(result.document)->conversion == 0.5f);
	done(&result);
	result = convert(&scan, 1);
	assert_int_equal(result.status, ERROR_INPUT_REJECTED);
	assert_non_null(strstr(result.error.message, "no text: its pages are pictures, and tesseract has no data for the language 'xyz'"));
	done(&result);
	result = convert(&text_page, 1); /* nobody asks for it */
	assert_string_equal(buffer_string(&result.markdown), "The second page has text, and that is all that it has.\n");
	done(&result);
	assert_int_equal(settings_set(&settings, "convert.ocr_languages", "eng", NULL), 0);
}

static void can_be_switched_off(void **state)
{
	(void)state;
	assert_int_equal(settings_set(&settings, "convert.ocr", "never", NULL), 0);
	struct converted result = convert(&scan, 1);
	assert_int_equal(result.status, ERROR_INPUT_REJECTED);
	assert_non_null(strstr(result.error.message, "convert.ocr is never"));
	done(&result);
	assert_int_equal(settings_set(&settings, "convert.ocr", "always", NULL), 0);
	result = convert(&text_page, 1);
	assert_true(recognised(&result));
	assert_string_equal(buffer_string(&result.markdown), "The second page has text, and that is all that it has.\n");
	done(&result);
	assert_int_equal(settings_set(&settings, "convert.ocr", "auto", NULL), 0);
}

static bool legible(const char *text)
{
	struct pdf_page page;
	pdf_page_init(&page);
	pdf_page_clear(&page, 0, 600, 800);
	assert_non_null(pdf_page_add_word(&page));
	for (const char *p = text; *p; p++)
		pdf_page_append(&page, (unsigned char)*p < 0x80 ? (uint32_t)*p : 0xFFFD, (struct pdf_box){ 0, 0, 5, 10 });
	bool result = pdf_page_legible(&page);
	pdf_page_done(&page);
	return result;
}

static void doubts_text_that_means_nothing(void **state)
{
	(void)state;
	assert_true(legible("The feature changes the range of the cell so that it fits to the traffic that it has to carry"));
	assert_true(legible("Die Funktion passt die Reichweite der Zelle an den Verkehr an"));
	assert_true(legible("12 15 17 200 1.5 -3 0x1F 4096 8192 100 90 80 70 60 50"));
	assert_true(legible("PDCCH PUSCH HARQ RLC EUtranCellFDD pmRrcConnEstabSucc INTERNAL_EVENT_MEAS_CONFIG_A1"));
	assert_true(legible("Introduction . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . 17"));
	assert_false(legible("7KH IHDWXUH FKDQJHV WKH UDQJH RI WKH FHOO VR WKDW LW ILWV WR WKH WUDIILF WKDW LW KDV WR FDUUB"));
	assert_false(legible("!\"#$ %&'(!) *!+,'\" -#. /!,0 '1 -#. \"'%%( )&%* !\" \"#!- &- %&-) -' -#. -,!%%&\" -#!-"));
	assert_false(legible("\xff\xff\xff he f\xff\xff\xff\xff\xffre changes"));
	assert_false(legible(""));
}

static int prepare(void **state)
{
	(void)state;
	settings_init(&settings);
	domain = test_domain_create();
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	domain_destroy(domain);
	settings_done(&settings);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recognises_scans),
		cmocka_unit_test(believes_a_hidden_layer),
		cmocka_unit_test(reads_an_unseen_layer_anew),
		cmocka_unit_test(a_layer_may_mean_nothing),
		cmocka_unit_test(keeps_a_layer_in_another_language),
		cmocka_unit_test(keeps_text_that_is_drawn_over_a_picture),
		cmocka_unit_test(wide_blanks_of_a_layer_part_nothing),
		cmocka_unit_test(says_what_was_left_out),
		cmocka_unit_test(leaves_text_alone_without_data),
		cmocka_unit_test(can_be_switched_off),
		cmocka_unit_test(doubts_text_that_means_nothing),
	};
	return cmocka_run_group_tests(tests, prepare, tidy);
}
