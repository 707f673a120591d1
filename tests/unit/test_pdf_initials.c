/* Large letters beside the lines of a paragraph are the first letters of its first word; other capitals stay. */
#include "base/utf8.h"
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_initials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct word_set vocabulary;

static int prepare(void **state)
{
	vocabulary = (struct word_set){ 0 };
	return fixture_open_pages(state);
}

static size_t join(void)
{
	return pdf_initials_join(&fixture_pages[0], &vocabulary);
}

/* Three lines right of a letter of 30 points whose base is that of the third, and one below it; the library gives the letter with the third line. */
static void add_paragraph(const char *letter, const char *first)
{
	struct pdf_page *page = &fixture_pages[0];

	fixture_line(page, 70, 108, 10, 0, first);
	fixture_line(page, 70, 120, 10, 0, "reached a decision that surprised nearly all of the observers");
	fixture_word(page, utf8_count(text_from(letter)) > 1 ? 40 : 50, 132, 30, 0, letter);
	fixture_line(page, 70, 132, 10, 0, "of whom several had argued that the cost of it was too high");
	fixture_line(page, 50, 144, 10, 0, "and would have to be borne by the members in any case.");
}

static void test_dropped_letter(void **state)
{
	(void)state;
	add_paragraph("T", "he committee had looked at what was asked for when it at last");
	assert_int_equal(join(), 1);
	assert_string_equal(fixture_write_pages(), "The committee had looked at what was asked for when it at last reached a decision that surprised nearly all of the observers of "
						   "whom several had argued that the cost of it was too high and would have to be borne by the members in any case.\n");
}

static void test_letter_behind_quotation_mark(void **state)
{
	(void)state;
	add_paragraph("\xE2\x80\x9CT", "he committee had looked at what was asked for when it at last");
	assert_int_equal(join(), 1);
	assert_memory_equal(fixture_write_pages(), "\xE2\x80\x9CThe committee had", 20);
}

static void test_letter_that_is_a_word(void **state)
{
	(void)state;
	add_paragraph("A", "final report of what was learned appeared when the committee");
	assert_int_equal(join(), 1);
	assert_memory_equal(fixture_write_pages(), "A final report", 14);
}

static void test_letter_that_begins_a_word(void **state)
{
	(void)state;
	add_paragraph("A", "lthough what was learned had been known when the committee");
	assert_int_equal(join(), 1);
	assert_memory_equal(fixture_write_pages(), "Although what", 13);
}

static void test_vocabulary_decides(void **state)
{
	(void)state;
	word_set_add(&vocabulary, TEXT_LITERAL("aside"));
	add_paragraph("A", "side what was learned had been known when the committee");
	assert_int_equal(join(), 1);
	assert_memory_equal(fixture_write_pages(), "Aside what", 10);
}

static void test_raised_letter(void **state)
{
	struct pdf_page *page = &fixture_pages[0];

	(void)state;
	fixture_word(page, 50, 132, 30, 0, "T");
	fixture_line(page, 65, 132, 10, 0, "he committee had looked at what was asked for when it at last");
	fixture_line(page, 50, 150, 10, 0, "reached a decision that surprised nearly all of the observers.");
	assert_int_equal(join(), 1);
	assert_string_equal(fixture_write_pages(), "The committee had looked at what was asked for when it at last reached a decision that surprised nearly all of the observers.\n");
}

static void test_other_capitals_stay(void **state)
{
	struct pdf_page *page = &fixture_pages[0];

	(void)state;
	fixture_line(page, 50, 100, 30, PDF_BOLD, "A"); /* letters above the entries of an index */
	fixture_line(page, 50, 130, 10, 0, "apples and what is made of them, 17");
	fixture_line(page, 50, 142, 10, 0, "apricots, 19");
	fixture_word(page, 50, 200, 20, 0, "R"); /* a mark in small type */
	fixture_line(page, 60, 192, 8, 0, "2");
	fixture_word(page, 50, 300, 20, 0, "X"); /* one of several */
	fixture_word(page, 62, 300, 20, 0, "Y");
	fixture_line(page, 74, 292, 10, 0, "of the many letters in a row");
	fixture_line(page, 74, 304, 10, 0, "that some make of their names");
	assert_int_equal(join(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dropped_letter, prepare, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_letter_behind_quotation_mark, prepare, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_letter_that_is_a_word, prepare, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_letter_that_begins_a_word, prepare, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_vocabulary_decides, prepare, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_raised_letter, prepare, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_other_capitals_stay, prepare, fixture_close_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
