/* Which pictures of a page are figures, and which are the ground that its text stands on. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_figures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t figures(struct pdf_page *page)
{
	size_t count = 0;

	assert_int_equal(pdf_figures_place(page, NULL, &count), 0);
	return count;
}

static void test_ground_is_no_figure(void **state)
{
	struct pdf_page page;

	(void)state;
	pdf_page_init(&page);
	pdf_page_clear(&page, 0, 600, 800);
	page.pictures[0].box = (struct pdf_box){ 100, 100, 300, 200 };
	page.picture_count = 1;
	fixture_line(&page, 120, 130, 10, 0, "Antenna"); /* labels of a drawing */
	fixture_line(&page, 200, 180, 10, 0, "Mast");
	assert_int_equal(figures(&page), 1);

	pdf_page_clear(&page, 0, 600, 800);
	page.pictures[0].box = (struct pdf_box){ 100, 100, 300, 200 };
	page.picture_count = 1;
	for (int line = 0; line < 4; line++) /* a box with a shadow */
		fixture_line(&page, 110, 130 + 14 * (float)line, 10, 0, "The scheduler compares the load");
	assert_int_equal(figures(&page), 0);
	pdf_page_done(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ground_is_no_figure) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
