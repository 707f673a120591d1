/* Rows of dots between labels and values go; those of contents lists and indexes stay for what drops these. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_leaders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t drop(void)
{
	return pdf_leaders_drop(&fixture_pages[0]);
}

static void add_lines(const char *const *lines, size_t count, uint8_t style)
{
	for (size_t i = 0; i < count; i++)
		fixture_line(&fixture_pages[0], 50, 100 + 12 * (float)i, 10, style, lines[i]);
}

static void test_prices(void **state)
{
	static const char *const lines[] = { "Mushroom soup . . . . . . . . . . . . . . . . . 4.50", "Grilled trout with almonds, from the .......... 14.80", "House salad........................... 5.10",
					     "Apple tart ..............................4.90" };

	(void)state;
	add_lines(lines, COUNT_OF(lines), 0);
	assert_int_equal(drop(), 4);
	assert_string_equal(fixture_write_pages(), "Mushroom soup 4.50\n\nGrilled trout with almonds, from the 14.80\n\nHouse salad 5.10\n\nApple tart 4.90\n");
}

static void test_whole_numbers_out_of_order(void **state)
{
	static const char *const lines[] = { "Installation . . . . . . . . . . . . . . . 12", "Configuration . . . . . . . . . . . . . . 7", "Removal . . . . . . . . . . . . . . . . 31" };

	(void)state;
	add_lines(lines, COUNT_OF(lines), 0);
	assert_int_equal(drop(), 3);
	assert_string_equal(fixture_write_pages(), "Installation 12\n\nConfiguration 7\n\nRemoval 31\n");
}

static void test_dots_below_the_label(void **state)
{
	static const char *const lines[] = { ".Mushroom . . . . .soup . . . . . . . . . . . . . . . 4.50", ".House . . . .salad . . . . . . . . . . . . . . . 5.10" };

	(void)state;
	add_lines(lines, COUNT_OF(lines), 0);
	assert_int_equal(drop(), 2);
	assert_string_equal(fixture_write_pages(), "Mushroom soup 4.50\n\nHouse salad 5.10\n");
}

static void test_contents_stay(void **state)
{
	static const char *const lines[] = { "Preface . . . . . . . . . . . . . . . ix", "Installation . . . . . . . . . . . . . . 1", "Configuration . . . . . . . . . . . . . . 7", "Removal . . . . . . . . . . . . . . . . 31" };
	static const char *const index[] = { "apples . . . . . . . . . . 17", "apricots . . . . . . . . . . 3", "beans . . . . . . . . . . 12", "cherries . . . . . . . . . . 5", "plums . . . . . . . . . . 1" };

	(void)state;
	add_lines(lines, COUNT_OF(lines), 0);
	assert_int_equal(drop(), 0);
	pdf_page_clear(&fixture_pages[0], 0, 600, 800);
	add_lines(index, COUNT_OF(index), 0);
	assert_int_equal(drop(), 0);
}

static void test_code_and_ellipses_stay(void **state)
{
	static const char *const code[] = { "build ........ done", "test ......... failed" };
	static const char *const text[] = { "And so on ... until the end... of all", "He waited . . . and waited." };

	(void)state;
	add_lines(code, COUNT_OF(code), PDF_MONO);
	assert_int_equal(drop(), 0);
	pdf_page_clear(&fixture_pages[0], 0, 600, 800);
	add_lines(text, COUNT_OF(text), 0);
	assert_int_equal(drop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_prices, fixture_open_pages, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_whole_numbers_out_of_order, fixture_open_pages, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_dots_below_the_label, fixture_open_pages, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_contents_stay, fixture_open_pages, fixture_close_pages),
		cmocka_unit_test_setup_teardown(test_code_and_ellipses_stay, fixture_open_pages, fixture_close_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
