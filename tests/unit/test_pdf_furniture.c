/* Running headers, footers and page numbers. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_furniture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { PAGES = 5 };

static struct pdf_page pages[PAGES];
static struct pdf_layout layouts[PAGES];
static struct pdf_edges edges[PAGES];
static struct buffer scratch;

static int prepare(void **state)
{
	(void)state;
	buffer_init(&scratch, 1 << 20);
	for (uint32_t i = 0; i < PAGES; i++) {
		char line[64];
		pdf_page_init(&pages[i]);
		pdf_page_clear(&pages[i], i, 600, 800);
		pdf_layout_init(&layouts[i]);
		for (int n = 0; n < 10; n++) {
			snprintf(line, sizeof(line), "page %u has its own line %d of text", i, n * 7 + (int)i);
			fixture_line(&pages[i], 60, 200 + (float)n * 14, 10, 0, line);
		}
	}
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	for (size_t i = 0; i < PAGES; i++) {
		pdf_layout_done(&layouts[i]);
		pdf_page_done(&pages[i]);
	}
	buffer_done(&scratch);
	return 0;
}

static void add(uint32_t page, float y, const char *text)
{
	fixture_line(&pages[page], 60, y, 10, 0, text);
}

/* Marks page `number` and returns the texts of its furniture, parted by "/". */
static const char *furniture(uint32_t number)
{
	const struct pdf_edges *neighbours[PDF_NEIGHBOURS_MAX];
	size_t count = 0;

	for (uint32_t i = 0; i < PAGES; i++) {
		assert_int_equal(pdf_layout_build(&layouts[i], &pages[i]), 0);
		pdf_edges_find(&layouts[i], &scratch, &edges[i]);
		if (i != number && i + 2 >= number && i <= number + 2)
			neighbours[count++] = &edges[i];
	}
	pdf_furniture_mark(&layouts[number], &edges[number], neighbours, count);
	buffer_clear(&scratch);
	for (size_t r = 0; r < layouts[number].row_count; r++) {
		if (!layouts[number].rows[r].furniture)
			continue;
		if (scratch.bytes > 0)
			buffer_append_byte(&scratch, '/');
		pdf_row_append(&layouts[number], &layouts[number].rows[r], &scratch);
	}
	return buffer_string(&scratch);
}

static void finds_the_same_words_on_all_pages(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		add(i, 50, "Product guide");
		add(i, 760, "Confidential");
	}
	for (uint32_t i = 0; i < PAGES; i++)
		assert_string_equal(furniture(i), "Product guide/Confidential");
}

static void finds_numbers_that_count_the_pages(void **state)
{
	char line[64];

	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		snprintf(line, sizeof(line), "%u.%u A section of its own %u", i, i + 3, i + 17);
		add(i, 50, line);
		snprintf(line, sizeof(line), "Page %u of 90", i + 17);
		add(i, 760, line);
	}
	assert_string_equal(furniture(2), "2.5 A section of its own 19/Page 19 of 90");
}

static void finds_left_and_right_pages(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PAGES; i++)
		add(i, 50, i % 2 == 0 ? "Left page header" : "Right page header");
	assert_string_equal(furniture(2), "Left page header");
	assert_string_equal(furniture(3), "Right page header");
}

/* The first page of a chapter has its number below instead of above. */
static void finds_a_number_at_another_place(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		char line[64];
		snprintf(line, sizeof(line), i == 2 ? "%u" : "Chapter header %u", i + 8);
		add(i, i == 2 ? 770 : 50, line);
	}
	assert_string_equal(furniture(2), "10");
}

static void keeps_words_that_two_pages_share_by_chance(void **state)
{
	(void)state;
	add(1, 60, "Description");
	add(2, 60, "Description");
	add(3, 60, "Arguments");
	assert_string_equal(furniture(2), "");
}

static void keeps_what_is_in_the_text(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PAGES; i++)
		add(i, 400, "Description");
	assert_string_equal(furniture(2), "");
}

/* Each page is one form: its first lines differ in their number alone, and stand no further from one another than its paragraphs do. */
static void keeps_the_first_lines_of_forms(void **state)
{
	char line[64];

	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		pdf_page_clear(&pages[i], i, 600, 800);
		snprintf(line, sizeof(line), "Alarm %u", i + 1);
		add(i, 50, line);
		add(i, 72, "Severity: major");
		for (uint32_t n = 0; n < 6; n++) {
			snprintf(line, sizeof(line), "form %u has a paragraph %u of two", i, n * 7 + i);
			add(i, 94 + (float)n * 36, line);
			snprintf(line, sizeof(line), "lines, and this is the end of %u of %u", n * 7 + i, i);
			add(i, 108 + (float)n * 36, line);
		}
	}
	assert_string_equal(furniture(2), "");
	for (uint32_t i = 0; i < PAGES; i++)
		add(i, 20, "Alarms of the node"); /* further away: a running header */
	assert_string_equal(furniture(2), "Alarms of the node");
}

/* A cell that says the page's number stands among the text. */
static void keeps_a_number_in_the_text(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		pdf_page_clear(&pages[i], i, 600, 800);
		add(i, 130, "Table 1: what is above the number");
		for (int n = 0; n < 10; n++)
			add(i, 300 + (float)n * 14, i % 2 ? "text of one page" : "lines of another");
	}
	add(2, 160, "3");
	assert_string_equal(furniture(2), "");
}

/* A list that is pages long begins each of them alike, but its numbers grow by more than a page does. */
static void keeps_items_of_long_lists(void **state)
{
	char line[32];

	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		snprintf(line, sizeof(line), "key %u (0x%u)", 118 + 16 * i, 76 + 10 * i);
		add(i, 50, line);
		add(i, 790, i % 2 ? "Keys, part 3, release 12" : "Keys, part 2, release 12");
	}
	assert_string_equal(furniture(2), "Keys, part 2, release 12");
}

/* Under the running header, the header of a table that goes over several pages. */
static void keeps_the_header_of_a_long_table(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		add(i, 50, "Product guide");
		add(i, 80, "Parameter      Range      Default      Unit");
	}
	assert_string_equal(furniture(2), "Product guide");
}

/* Titles of chapters that are a page each are numbered like pages. */
static const char *const own_words[PAGES] = { "alpha", "beta", "gamma", "delta", "epsilon" };

static void keeps_titles_of_chapters(void **state)
{
	char title[32];

	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		snprintf(title, sizeof(title), "%u %s", i + 1, own_words[i]);
		fixture_line(&pages[i], 60, 60, 16, 0, title);
	}
	assert_string_equal(furniture(2), "");
}

/* The same in large type is a running header, but not when a number within tells the pages apart. */
static void keeps_titles_of_slides(void **state)
{
	char title[48];

	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		snprintf(title, sizeof(title), "Slide %u: what we do", i + 1);
		fixture_line(&pages[i], 60, 80, 16, 0, title);
	}
	assert_string_equal(furniture(2), "");
	for (uint32_t i = 0; i < PAGES; i++)
		fixture_line(&pages[i], 60, 50, 16, 0, "The guide");
	assert_string_equal(furniture(2), "The guide");
}

/* The number of a footnote that happens to count like the pages. */
static void keeps_footnotes(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		char number[8];
		snprintf(number, sizeof(number), "%u", i + 4);
		fixture_word(&pages[i], 60, 756, 6, 0, number);
		fixture_line(&pages[i], 70, 760, 10, 0, own_words[i]);
	}
	assert_string_equal(furniture(2), "");
}

/* Roman numbers of the first pages, then Arabic ones that begin anew. */
static void finds_numbers_that_begin_anew(void **state)
{
	(void)state;
	add(1, 770, "ii");
	add(2, 770, "1");
	assert_string_equal(furniture(1), "ii");
}

static void keeps_all_of_a_single_page(void **state)
{
	(void)state;
	add(0, 50, "Title");
	assert_int_equal(pdf_layout_build(&layouts[0], &pages[0]), 0);
	pdf_edges_find(&layouts[0], &scratch, &edges[0]);
	pdf_furniture_mark(&layouts[0], &edges[0], NULL, 0);
	for (size_t r = 0; r < layouts[0].row_count; r++)
		assert_false(layouts[0].rows[r].furniture);
}

/* Pages of one line each: what they say is all the text there is, though it stands where headers stand. */
static void keeps_lines_that_are_all_the_text(void **state)
{
	char line[64];

	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		pdf_page_clear(&pages[i], i, 600, 800);
		snprintf(line, sizeof(line), "Text on page %u", i + 1);
		add(i, 50, line);
	}
	assert_string_equal(furniture(2), "");
	for (uint32_t i = 0; i < PAGES; i++) {
		snprintf(line, sizeof(line), "%u", i + 1);
		add(i, 760, line);
	}
	assert_string_equal(furniture(2), "3");
	fixture_line(&pages[3], 60, 300, 10, 0, "One of them has more.");
	assert_string_equal(furniture(2), "Text on page 3/3");
}

/* The running head of a chapter may stand on one page alone: its number is that of the page. A heading has its number near by. */
static void finds_a_running_head_of_one_page(void **state)
{
	(void)state;
	fixture_line(&pages[2], 60, 40, 10, 0, "3");
	fixture_line(&pages[2], 300, 40, 10, 0, "CHAPTER 1. SERVICE UNITS");
	fixture_line(&pages[3], 60, 70, 10, 0, "4");
	fixture_line(&pages[3], 90, 70, 10, 0, "Service Units are what this page is about");
	assert_string_equal(furniture(2), "3 CHAPTER 1. SERVICE UNITS");
	assert_string_equal(furniture(3), "");
}

/* What a browser writes above and below a single page; a date or an address alone may be text. */
static void finds_the_lines_of_a_browser(void **state)
{
	(void)state;
	fixture_line(&pages[0], 20, 20, 8, 0, "11/21/26, 4:31 PM");
	fixture_line(&pages[0], 300, 20, 8, 0, "Release plan");
	fixture_line(&pages[1], 20, 20, 8, 0, "21.11.2026, 16:31");
	fixture_line(&pages[0], 20, 790, 8, 0, "https://node.example/plan.html");
	fixture_line(&pages[0], 560, 790, 8, 0, "1/1");
	fixture_line(&pages[1], 20, 790, 8, 0, "See 5.4");
	assert_string_equal(furniture(0), "11/21/26, 4:31 PM Release plan/https://node.example/plan.html 1/1");
	assert_string_equal(furniture(1), "");
}

/* A landscape among upright pages has its running lines as far from its edges as they have. */
static void knows_landscapes(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PAGES; i++) {
		if (i == 2)
			pages[i].height = 500;
		add(i, 40, "Guide to the network");
		add(i, i == 2 ? 460 : 760, "Internal draft");
	}
	assert_string_equal(furniture(2), "Guide to the network/Internal draft");
	assert_string_equal(furniture(1), "Guide to the network/Internal draft");
}

/* A document of two pages has its number on the second one alone. */
static void finds_a_number_between_dashes(void **state)
{
	(void)state;
	add(1, 40, "-2-");
	add(3, 40, "- 4 -");
	assert_string_equal(furniture(1), "-2-");
	assert_string_equal(furniture(3), "- 4 -");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_the_same_words_on_all_pages, prepare, tidy),
		cmocka_unit_test_setup_teardown(finds_numbers_that_count_the_pages, prepare, tidy),
		cmocka_unit_test_setup_teardown(finds_a_number_between_dashes, prepare, tidy),
		cmocka_unit_test_setup_teardown(finds_left_and_right_pages, prepare, tidy),
		cmocka_unit_test_setup_teardown(finds_a_number_at_another_place, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_words_that_two_pages_share_by_chance, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_what_is_in_the_text, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_the_first_lines_of_forms, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_a_number_in_the_text, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_the_header_of_a_long_table, prepare, tidy), cmocka_unit_test_setup_teardown(keeps_items_of_long_lists, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_titles_of_chapters, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_titles_of_slides, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_footnotes, prepare, tidy),
		cmocka_unit_test_setup_teardown(finds_numbers_that_begin_anew, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_all_of_a_single_page, prepare, tidy),
		cmocka_unit_test_setup_teardown(finds_a_running_head_of_one_page, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_lines_that_are_all_the_text, prepare, tidy),
		cmocka_unit_test_setup_teardown(knows_landscapes, prepare, tidy),
		cmocka_unit_test_setup_teardown(finds_the_lines_of_a_browser, prepare, tidy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
