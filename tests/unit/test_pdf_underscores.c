/* Underscores that TeX draws as rules: which shapes are letters of the words beside them, from the page's content on, and in whose files they are looked for. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_tagged.h"
#include "workers/preprocess/pdf_underscores.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct pdf_page page;

static int set_up(void **state)
{
	(void)state;
	pdf_page_init(&page);
	pdf_page_clear(&page, 0, 600, 800);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pdf_page_done(&page);
	return 0;
}

/* The words, parted by blanks where they are. */
static void assert_text(const char *expected)
{
	char all[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < page.word_count; i++)
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%.*s", i && !page.words[i].glued ? " " : "", TEXT_ARGS(pdf_word_text(&page, &page.words[i])));
	assert_string_equal(all, expected);
}

/* .3 em long on the base line y, from x on. */
static struct pdf_box rule(float x, float y) { return (struct pdf_box){ x, y - 0.4f, x + 3, y }; }

static void join(const struct pdf_box *strokes, size_t count)
{
	assert_int_equal(pdf_underscores_join(&page, strokes, count), 0);
}

static void test_between_words(void **state)
{
	const struct pdf_box strokes[] = { rule(65.6f, 100), rule(83.6f, 100) };
	(void)state;
	fixture_word(&page, 50, 100, 10, 0, "bit");
	fixture_word(&page, 68.6f, 100, 10, 0, "len");
	fixture_word(&page, 86.6f, 100, 10, PDF_ITALIC, "max");
	fixture_word(&page, 106, 100, 10, 0, "follows");
	join(strokes, COUNT_OF(strokes));
	assert_text("bit_len_max follows");
	assert_true(page.words[0].box.x1 > 68 && page.words[0].box.x1 < 69);
}

/* Behind words, before words, two in a row on both sides, and at the end of a line. */
static void test_at_the_ends_of_words(void **state)
{
	const struct pdf_box strokes[] = { rule(70.6f, 100), rule(96.4f, 100), rule(43, 120), rule(46.6f, 120), rule(70.6f, 120), rule(74.2f, 120) };
	(void)state;
	fixture_word(&page, 50, 100, 10, 0, "size");
	fixture_word(&page, 100, 100, 10, 0, "SIZE");
	page.words[1].line_end = true;
	fixture_word(&page, 50, 120, 10, 0, "init");
	join(strokes, COUNT_OF(strokes));
	assert_text("size_ _SIZE __init__");
}

/* Lines under words, the bars of fractions, dashes and what stands alone. */
static void test_other_rules_stay(void **state)
{
	const struct pdf_box strokes[] = {
		{ 50, 101, 55, 101.4f },     /* under "a" */
		{ 65.2f, 97, 68.2f, 97.4f }, /* at the height of a minus */
		{ 84, 100, 85, 100.4f },     /* a point */
		{ 120, 99.6f, 123, 100 },    /* alone */
		{ 65, 299.6f, 72, 300 },     /* too long: a blank to fill in */
		{ 50, 104, 53, 104.4f },     /* below the line */
		{ 55, 399.6f, 58, 400 },     /* over a root, whose sign hangs below the line */
	};
	(void)state;
	fixture_word(&page, 50, 100, 10, 0, "a");
	fixture_word(&page, 60, 100, 10, 0, "b");
	fixture_word(&page, 69, 100, 10, 0, "cde");
	fixture_word(&page, 86, 100, 10, 0, "end");
	fixture_word(&page, 50, 300, 10, 0, "Sum");
	fixture_word(&page, 73, 300, 10, 0, "EUR");
	fixture_word(&page, 50, 400, 10, 0, "\u221A");
	fixture_word(&page, 60, 408, 10, 0, "5");
	join(strokes, COUNT_OF(strokes));
	assert_text("a b cde end Sum EUR \u221A 5");
}

static void test_many_shapes(void **state)
{
	enum { MANY = 4096 };
	struct pdf_box *strokes = calloc(MANY, sizeof(*strokes));
	(void)state;
	assert_non_null(strokes);
	for (size_t i = 0; i < MANY; i++)
		strokes[i] = rule(55.6f, 100);
	for (int i = 0; i < 500; i++)
		fixture_word(&page, 50, 100, 10, 0, "x");
	join(strokes, MANY);
	assert_true(page.text.bytes < 4 << 20);
	free(strokes);
}

/* As pdfTeX and xdvipdfmx write a rule: a line of its thickness, and a filled rectangle. */
static const char content[] =
	"q 1 0 0 1 65.6 700 cm []0 d 0 J 0.399 w 0 0.199 m 3 0.199 l S Q BT 50 700 Td <01> Tj ET\n"
	"83.6 700 3 0.4 re f 50 650 400 0.4 re f";
static const char file[] =
	"1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n"
	"2 0 obj\n<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800]>>\nendobj\n"
	"3 0 obj\n<</Type /Page /Parent 2 0 R /Contents 4 0 R>>\nendobj\n"
	"4 0 obj\n<</Length %zu>>\nstream\n%s\nendstream\nendobj\n"
	"40 0 obj\n<</Producer (%s) /Creator (%s)>>\nendobj\ntrailer\n<</Root 1 0 R /Info 40 0 R>>\n";

static void test_files_of_tex(void **state)
{
	static const struct {
		const char *producer, *creator;
		bool joined;
	} cases[] = {
		{ "pdfTeX-1.40.24", "TeX", true }, { "LuaTeX-1.15.0", "LaTeX with hyperref", true }, { "xdvipdfmx (20220710)", "LaTeX", true },
		{ "GPL Ghostscript 10.00.0", "dvips\\(k\\) 2022.1 Copyright 2022 Radical Eye Software", true }, { "GPL Ghostscript 10.00.0", "groff", false },
		{ "Acrobat Distiller", "FrameMaker", false },
	};
	struct buffer data;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pdf_tagged tagged;
		struct pdf_grids grids;
		buffer_init(&data, 1 << 16);
		buffer_append_format(&data, file, sizeof(content) - 1, content, cases[i].producer, cases[i].creator);
		pdf_tagged_init(&tagged);
		pdf_grids_init(&grids);
		pdf_page_clear(&page, 0, 600, 800);
		fixture_word(&page, 50, 100, 10, 0, "bit");
		fixture_word(&page, 68.6f, 100, 10, 0, "len");
		fixture_word(&page, 86.6f, 100, 10, 0, "max");
		assert_int_equal(pdf_tagged_read(&tagged, buffer_view(&data)), 0);
		assert_int_equal(pdf_tagged_arrange(&tagged, &page, &grids), 0);
		assert_text(cases[i].joined ? "bit_len_max" : "bit len max");
		assert_false(page.ordered);
		pdf_grids_done(&grids);
		pdf_tagged_done(&tagged);
		buffer_done(&data);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_between_words, set_up, tear_down), cmocka_unit_test_setup_teardown(test_at_the_ends_of_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_rules_stay, set_up, tear_down), cmocka_unit_test_setup_teardown(test_many_shapes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_files_of_tex, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
