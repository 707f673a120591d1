/* Titles of the outline and lists of them, and levels of headings. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_contents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void settle(struct pdf_heading *items, size_t count)
{
	struct pdf_headings headings = { .items = items, .count = count };
	pdf_headings_settle(&headings, true);
}

/* An outline that has the title above all others counts from there; one that has it beside them does not. */
static void test_title_in_outline(void **state)
{
	(void)state;
	struct pdf_heading above[] = { { .size = 24, .outline_depth = 1, .title = true }, { .size = 18, .outline_depth = 2 },
				       { .size = 14, .outline_depth = 3 }, { .size = 18, .outline_depth = 2 } };
	settle(above, COUNT_OF(above));
	assert_int_equal(above[0].level, 1);
	assert_int_equal(above[1].level, 2);
	assert_int_equal(above[2].level, 3);
	assert_int_equal(above[3].level, 2);
	struct pdf_heading beside[] = { { .size = 24, .outline_depth = 1, .title = true }, { .size = 18, .outline_depth = 1 },
					{ .size = 14, .outline_depth = 2 } };
	settle(beside, COUNT_OF(beside));
	assert_int_equal(beside[1].level, 2);
	assert_int_equal(beside[2].level, 3);
}

static void add_titles(struct pdf_outline *outline)
{
	pdf_outline_init(outline);
	assert_int_equal(pdf_outline_add(outline, TEXT_LITERAL("1.1\xC2\xA0\xC2\xA0\xC2\xA0The first part"), 2, 4), 0);
	assert_int_equal(pdf_outline_add(outline, TEXT_LITERAL("Another"), 2, 5), 0);
	assert_int_equal(pdf_outline_add(outline, TEXT_LITERAL("Voltage"), 2, 6), 0);
}

static void test_titles_of_outline(void **state)
{
	struct pdf_outline outline;

	(void)state;
	add_titles(&outline);
	assert_int_equal(pdf_outline_depth(&outline, TEXT_LITERAL("1.1 The first part"), 4), 2);
	assert_int_equal(pdf_outline_depth(&outline, TEXT_LITERAL("1.1 The first part"), 3), 0);
	assert_true(pdf_outline_names(&outline, TEXT_LITERAL("The first part")));
	assert_false(pdf_outline_names(&outline, TEXT_LITERAL("The last part")));
	/* Two of one name on a page are told by their numbers. */
	assert_int_equal(pdf_outline_add(&outline, TEXT_LITERAL("4.2.1 General"), 3, 9), 0);
	assert_int_equal(pdf_outline_add(&outline, TEXT_LITERAL("A.1 General"), 1, 9), 0);
	assert_int_equal(pdf_outline_depth(&outline, TEXT_LITERAL("4.2.1 General"), 9), 3);
	assert_int_equal(pdf_outline_depth(&outline, TEXT_LITERAL("A.1 General"), 9), 1);
	pdf_outline_done(&outline);
}

/* A list of sections without a title is told by the outline; a table with one such name in it is none. */
static void test_lists_of_titles(void **state)
{
	struct pdf_page page;
	struct pdf_layout layout;
	struct pdf_outline outline;
	struct buffer scratch;
	bool going_on = false;

	(void)state;
	add_titles(&outline);
	buffer_init(&scratch, 1 << 16);
	pdf_page_init(&page);
	pdf_layout_init(&layout);
	pdf_page_clear(&page, 3, 600, 800);
	fixture_line(&page, 50, 100, 10, 0, "1.1 The first part                          4");
	fixture_line(&page, 50, 114, 10, 0, "Not in it                                   5");
	fixture_line(&page, 50, 128, 10, 0, "Another                                     5");
	fixture_line(&page, 50, 160, 10, 0, "Text that stands between the two.");
	fixture_line(&page, 50, 190, 10, 0, "Current      3");
	fixture_line(&page, 50, 204, 10, 0, "Voltage      5");
	fixture_line(&page, 50, 218, 10, 0, "Power        15");
	assert_int_equal(pdf_layout_build(&layout, &page), 0);
	assert_int_equal(layout.row_count, 7);
	assert_int_equal(pdf_contents_drop(&layout, &outline, 1.2f, &going_on, &scratch), 3);
	for (size_t r = 0; r < layout.row_count; r++)
		assert_int_equal(layout.rows[r].furniture, r < 3);
	pdf_layout_done(&layout);
	pdf_page_done(&page);
	pdf_outline_done(&outline);
	buffer_done(&scratch);
}

/* Of one size, capitals stand above other letters when they come first and more than once; an abbreviation says nothing. */
static void test_styles_of_one_size(void **state)
{
	(void)state;
	struct pdf_heading sections[] = { { .size = 10, .style = PDF_HEADING_CAPITALS }, { .size = 10, .style = PDF_HEADING_ITALIC },
					  { .size = 10, .style = PDF_HEADING_CAPITALS }, { .size = 10, .style = PDF_HEADING_UPRIGHT } };
	settle(sections, COUNT_OF(sections));
	assert_int_equal(sections[0].level, 2);
	assert_int_equal(sections[1].level, 3);
	assert_int_equal(sections[2].level, 2);
	assert_int_equal(sections[3].level, 3);
	struct pdf_heading abbreviations[] = { { .size = 10, .style = PDF_HEADING_UPRIGHT }, { .size = 10, .style = PDF_HEADING_CAPITALS },
					       { .size = 10, .style = PDF_HEADING_CAPITALS } };
	settle(abbreviations, COUNT_OF(abbreviations));
	for (size_t i = 0; i < COUNT_OF(abbreviations); i++)
		assert_int_equal(abbreviations[i].level, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_title_in_outline), cmocka_unit_test(test_titles_of_outline),
		cmocka_unit_test(test_lists_of_titles), cmocka_unit_test(test_styles_of_one_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
