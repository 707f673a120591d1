/* Tables whose cells are painted each by itself: from filled areas and words to Markdown; and areas that are no cells. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_cell_grounds.h"
#include "workers/preprocess/pdf_grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct pdf_page page;
static struct pdf_rules rules;
static struct pdf_grids grids;
static struct buffer markdown;

static int prepare(void **state)
{
	(void)state;
	pdf_page_init(&page);
	pdf_page_clear(&page, 0, 600, 800);
	pdf_rules_init(&rules);
	pdf_grids_init(&grids);
	buffer_init(&markdown, 1 << 20);
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	pdf_page_done(&page);
	pdf_rules_done(&rules);
	pdf_grids_done(&grids);
	buffer_done(&markdown);
	return 0;
}

static void ground(float x0, float y0, float x1, float y1, float shade)
{
	assert_int_equal(pdf_rules_add_fill(&rules, (struct pdf_box){ x0, y0, x1, y1 }, shade), 0);
}

/* Three cells of one row. */
static void row_ground(float y, float height, float shade)
{
	ground(50, y, 150, y + height, shade);
	ground(150, y, 180, y + height, shade);
	ground(180, y, 350, y + height, shade);
}

static void row(float y, const char *name, const char *number, const char *text)
{
	fixture_line(&page, 55, y, 10, 0, name);
	fixture_line(&page, 155, y, 10, 0, number);
	fixture_line(&page, 185, y, 10, 0, text);
}

static const char *convert(void)
{
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_cell_grounds_complete(&rules, &page), 0);
	assert_int_equal(pdf_grids_find(&grids, &rules, &page), 0);
	page.grids = &grids;
	fixture_markdown(&page, 1, &markdown);
	return buffer_string(&markdown);
}

/* Every other row has a ground; the head and the last row have none, and a word that a narrow cell parts goes on below. */
static void reads_stripes(void **state)
{
	(void)state;
	fixture_line(&page, 55, 80, 10, 0, "Some values are of the cell"); /* its words stand between the edges, but not apart */
	row(94, "Name", "No", "Meaning");
	row_ground(100, 20, 0.9f);
	row(114, "barred", "1", "No access");
	row(134, "level", "2", "Least of all");
	fixture_line(&page, 185, 146, 10, 0, "levels measured");
	row_ground(152, 20, 0.9f);
	row(166, "range", "30", "Reach of a cell");
	row(186, "limit", "4", "Most of all");
	assert_string_equal(convert(), "Some values are of the cell\n\n| Name | No | Meaning |\n| --- | --- | --- |\n| barred | 1 | No access |\n| level | 2 | Least of all levels measured |\n"
				       "| range | 30 | Reach of a cell |\n| limit | 4 | Most of all |\n");
}

/* The first row has no ground either, and the bold head stands above it. */
static void finds_the_head_above_a_plain_row(void **state)
{
	(void)state;
	fixture_line(&page, 55, 60, 10, PDF_BOLD, "Values");
	fixture_line(&page, 55, 80, 10, PDF_BOLD, "Name");
	fixture_line(&page, 155, 80, 10, PDF_BOLD, "No");
	fixture_line(&page, 185, 80, 10, PDF_BOLD, "Meaning");
	row(96, "barred", "1", "No access");
	row_ground(102, 16, 0.9f);
	row(114, "level", "2", "Least of all");
	row(132, "range", "30", "Reach of a cell");
	row_ground(138, 16, 0.9f);
	row(150, "limit", "4", "Most of all");
	assert_string_equal(convert(), "# Values\n\n| Name | No | Meaning |\n| --- | --- | --- |\n| barred | 1 | No access |\n| level | 2 | Least of all |\n"
				       "| range | 30 | Reach of a cell |\n| limit | 4 | Most of all |\n");
}

/* All cells have grounds, painted twice; one reaches down over two rows. A heading and another table of the same width follow. */
static void reads_full_grounds(void **state)
{
	(void)state;
	for (int times = 0; times < 2; times++) {
		row_ground(100, 20, 0.5f);
		ground(50, 120, 150, 160, 0.9f);
		ground(150, 120, 180, 140, 0.9f);
		ground(180, 120, 350, 140, 0.9f);
		ground(150, 140, 180, 160, 0.9f);
		ground(180, 140, 350, 160, 0.9f);
	}
	row(114, "Name", "No", "Meaning");
	row(134, "barred", "1", "No access");
	fixture_line(&page, 155, 154, 10, 0, "2");
	fixture_line(&page, 185, 154, 10, 0, "Some access");
	fixture_line(&page, 50, 180, 10, 0, "Others");
	row_ground(190, 20, 0.5f);
	row_ground(210, 20, 0.9f);
	row_ground(230, 20, 0.9f);
	row(204, "Name", "No", "Meaning");
	row(224, "range", "3", "Reach");
	row(244, "limit", "4", "Most");
	assert_string_equal(convert(), "| Name | No | Meaning |\n| --- | --- | --- |\n| barred | 1 | No access |\n| barred | 2 | Some access |\n\nOthers\n\n"
				       "| Name | No | Meaning |\n| --- | --- | --- |\n| range | 3 | Reach |\n| limit | 4 | Most |\n");
}

/* Only the heads have grounds, and a heading stands between the two tables: they are not one. */
static void parts_tables_at_a_heading(void **state)
{
	(void)state;
	for (int table = 0; table < 2; table++) {
		const float y = 100 + 100 * (float)table;
		row_ground(y, 20, 0.2f);
		row(y + 14, "Name", "No", "Meaning");
		row(y + 34, "barred", "1", "No access");
	}
	fixture_line(&page, 55, 180, 14, 0, "Limits");
	pdf_rules_settle(&rules);
	const size_t before = rules.vertical.count;
	assert_int_equal(pdf_cell_grounds_complete(&rules, &page), 0);
	assert_int_equal(rules.vertical.count, before);
}

/* Grounds that are no table's: a head alone, lines of program text, two boxes far apart. */
static void adds_nothing_elsewhere(void **state)
{
	(void)state;
	row_ground(100, 20, 0.5f);
	row_ground(120, 20, 0.5f);
	for (int line = 0; line < 5; line++)
		ground(50, 200 + 14 * (float)line, 350, 214 + 14 * (float)line, 0.9f);
	ground(50, 400, 150, 440, 0.9f);
	ground(200, 400, 350, 440, 0.9f);
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_cell_grounds_complete(&rules, &page), 0);
	assert_int_equal(rules.horizontal.count, 0);
	assert_int_equal(rules.vertical.count, 0);
}

/* A first column on white is as wide as the rules above and below say. */
static void reaches_as_far_as_rules(void **state)
{
	(void)state;
	assert_int_equal(pdf_rules_add_line(&rules, 50, 100, 350, 100, 0.5f), 0);
	assert_int_equal(pdf_rules_add_line(&rules, 50, 180, 350, 180, 0.5f), 0);
	for (int r = 0; r < 4; r++) {
		ground(150, 100 + 20 * (float)r, 180, 120 + 20 * (float)r, 0.9f);
		ground(180, 100 + 20 * (float)r, 350, 120 + 20 * (float)r, 0.9f);
	}
	row(114, "Name", "No", "Meaning");
	row(134, "barred", "1", "No access");
	row(154, "level", "2", "Least");
	row(174, "range", "3", "Reach");
	assert_string_equal(convert(), "| Name | No | Meaning |\n| --- | --- | --- |\n| barred | 1 | No access |\n| level | 2 | Least |\n| range | 3 | Reach |\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_stripes, prepare, tidy),
		cmocka_unit_test_setup_teardown(finds_the_head_above_a_plain_row, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_full_grounds, prepare, tidy),
		cmocka_unit_test_setup_teardown(parts_tables_at_a_heading, prepare, tidy),
		cmocka_unit_test_setup_teardown(adds_nothing_elsewhere, prepare, tidy),
		cmocka_unit_test_setup_teardown(reaches_as_far_as_rules, prepare, tidy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
