/* Tables with rules between their rows alone, or with grounds of their rows: the borders that are added, and pages that get none. */
#include "workers/preprocess/pdf_row_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void add_word(struct pdf_page *page, const char *text, float x, float y)
{
	struct pdf_word *word = pdf_page_add_word(page);

	assert_non_null(word);
	word->size = 10;
	for (; *text; text++, x += 5)
		pdf_page_append(page, (unsigned char)*text, (struct pdf_box){ x, y, x + 5, y + 10 });
}

static void open_page(struct pdf_page *page, struct pdf_rules *rules)
{
	pdf_page_init(page);
	pdf_rules_init(rules);
	pdf_page_clear(page, 0, 595, 842);
	pdf_rules_clear(rules);
}

static void add_rule(struct pdf_rules *rules, float y)
{
	assert_int_equal(pdf_rules_add_line(rules, 70, y, 500, y, 0.5f), 0);
}

static void completes_wrapped_rows(void **state)
{
	struct pdf_page page;
	struct pdf_rules rules;

	(void)state;
	open_page(&page, &rules);
	add_word(&page, "Parameter", 75, 85);
	add_word(&page, "Description", 250, 85);
	for (int row = 0; row < 4; row++) { /* a name, and an explanation on two lines */
		add_rule(&rules, 100 + 40 * (float)row);
		add_word(&page, "cellRange", 75, 106 + 40 * (float)row);
		add_word(&page, "reach", 250, 106 + 40 * (float)row);
		add_word(&page, "of", 280, 106 + 40 * (float)row);
		add_word(&page, "a", 295, 118 + 40 * (float)row);
		add_word(&page, "cell", 250, 118 + 40 * (float)row);
	}
	add_rule(&rules, 260);
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_row_rules_complete(&rules, &page), 0);
	assert_int_equal(rules.vertical.count, 1);
	assert_true(rules.vertical.items[0].at > 125 && rules.vertical.items[0].at < 250);
	assert_true(rules.vertical.items[0].from < 86); /* from above the head */
	assert_int_equal(rules.horizontal.count, 6);
	assert_true(rules.horizontal.items[0].at < 86);
	pdf_page_done(&page);
	pdf_rules_done(&rules);
}

/* Two rows between three rules; `full`: the second line of each fills all columns, as another row would. */
static size_t borders_of_two_rows(bool full)
{
	struct pdf_page page;
	struct pdf_rules rules;

	open_page(&page, &rules);
	add_word(&page, "Parameter", 75, 85);
	add_word(&page, "Description", 250, 85);
	for (int row = 0; row < 3; row++) {
		add_rule(&rules, 100 + 40 * (float)row);
		if (row == 2)
			break;
		add_word(&page, "cellRange", 75, 106 + 40 * (float)row);
		add_word(&page, "reaching", 250, 106 + 40 * (float)row);
		if (full)
			add_word(&page, "cellReach", 75, 118 + 40 * (float)row);
		add_word(&page, "distance", 250, 118 + 40 * (float)row);
	}
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_row_rules_complete(&rules, &page), 0);
	const size_t borders = rules.vertical.count;
	pdf_page_done(&page);
	pdf_rules_done(&rules);
	return borders;
}

/* Rules above and below a head and below the table are there as well where rows are not parted. */
static void completes_two_rows(void **state)
{
	(void)state;
	assert_int_equal(borders_of_two_rows(false), 1);
	assert_int_equal(borders_of_two_rows(true), 0);
}

static void add_ground(struct pdf_rules *rules, float y0, float y1)
{
	assert_int_equal(pdf_rules_add_fill(rules, (struct pdf_box){ 70, y0, 500, y1 }, 0.9f), 0);
}

/* A heading's rule has the table's width, a caption stands below it, then the head on dark ground: the table begins there. */
static void begins_at_the_ground_of_the_head(void **state)
{
	struct pdf_page page;
	struct pdf_rules rules;

	(void)state;
	open_page(&page, &rules);
	add_rule(&rules, 50);
	add_word(&page, "Table", 75, 60);
	add_ground(&rules, 78, 98);
	add_word(&page, "Parameter", 75, 83);
	add_word(&page, "Description", 250, 83);
	for (int row = 0; row < 3; row++) {
		add_word(&page, "cellRange", 75, 102 + 30 * (float)row);
		add_word(&page, "reaching", 250, 102 + 30 * (float)row);
		add_word(&page, "distance", 250, 114 + 30 * (float)row);
		add_rule(&rules, 128 + 30 * (float)row);
	}
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_row_rules_complete(&rules, &page), 0);
	assert_int_equal(rules.vertical.count, 1);
	assert_true(rules.vertical.items[0].from > 77 && rules.vertical.items[0].to > 187);
	assert_int_equal(rules.horizontal.count, 6); /* both sides of the ground are added */
	pdf_page_done(&page);
	pdf_rules_done(&rules);
}

/* Every other row stands on grey; each has an explanation on two lines. */
static void reads_striped_rows(void **state)
{
	struct pdf_page page;
	struct pdf_rules rules;

	(void)state;
	open_page(&page, &rules);
	for (int row = 0; row < 5; row++) {
		if (row % 2 == 0)
			add_ground(&rules, 100 + 40 * (float)row, 140 + 40 * (float)row);
		add_word(&page, "cellRange", 75, 106 + 40 * (float)row);
		add_word(&page, "reach", 250, 106 + 40 * (float)row);
		add_word(&page, "of", 280, 106 + 40 * (float)row);
		add_word(&page, "a", 295, 118 + 40 * (float)row);
		add_word(&page, "cell", 250, 118 + 40 * (float)row);
	}
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_row_rules_complete(&rules, &page), 0);
	assert_int_equal(rules.vertical.count, 1);
	assert_true(rules.vertical.items[0].at > 125 && rules.vertical.items[0].at < 250);
	assert_int_equal(rules.horizontal.count, 6);
	pdf_page_done(&page);
	pdf_rules_done(&rules);
}

/* Browsers set cells in the middle of their row: a name may stand between the lines of its explanation. Numbers at the right stand beside their
 * centred head, in one column with it. A heading and another table of the same width follow. */
static void reads_centred_cells(void **state)
{
	struct pdf_page page;
	struct pdf_rules rules;

	(void)state;
	open_page(&page, &rules);
	for (int table = 0; table < 2; table++) {
		const float top = 100 + 240 * (float)table;
		add_ground(&rules, top, top + 20);
		add_word(&page, "Name", 75, top + 5);
		add_word(&page, "Description", 250, top + 5);
		add_word(&page, "Default", 420, top + 5);
		for (int row = 0; row < 4; row++) {
			const float y = top + 20 + 40 * (float)row;
			if (row % 2 == 1)
				add_ground(&rules, y, y + 40);
			add_word(&page, "cellRange", 75, y + 14);
			add_word(&page, "reach", 250, y + 8);
			add_word(&page, "of", 250, y + 20);
			add_word(&page, "15", 470, y + 14);
		}
	}
	add_word(&page, "More", 75, 302);
	for (size_t i = 0; i < page.word_count; i++)
		if (page.words[i].box.y0 == 302)
			page.words[i].size = 16;
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_row_rules_complete(&rules, &page), 0);
	assert_int_equal(rules.vertical.count, 4); /* two of each table */
	for (size_t i = 0; i < rules.vertical.count; i++)
		assert_true(rules.vertical.items[i].to < 302 || rules.vertical.items[i].from > 312);
	assert_int_equal(rules.horizontal.count, 12);
	pdf_page_done(&page);
	pdf_rules_done(&rules);
}

/* Grey boxes of text with white in between are no rows. */
static void leaves_boxes(void **state)
{
	struct pdf_page page;
	struct pdf_rules rules;

	(void)state;
	open_page(&page, &rules);
	for (int box = 0; box < 5; box++) {
		add_ground(&rules, 100 + 60 * (float)box, 140 + 60 * (float)box);
		add_word(&page, "cellRange", 75, 106 + 60 * (float)box);
		add_word(&page, "reach", 250, 106 + 60 * (float)box);
		add_word(&page, "cell", 250, 118 + 60 * (float)box);
	}
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_row_rules_complete(&rules, &page), 0);
	assert_int_equal(rules.vertical.count + rules.horizontal.count, 0);
	pdf_page_done(&page);
	pdf_rules_done(&rules);
}

/* Rules between groups of rows, and rules between paragraphs. */
static void leaves_others(void **state)
{
	struct pdf_page page;
	struct pdf_rules rules;

	(void)state;
	open_page(&page, &rules);
	for (int group = 0; group < 5; group++) {
		add_rule(&rules, 100 + 60 * (float)group);
		for (int row = 0; row < 4 && group < 4; row++) {
			add_word(&page, "name", 75, 106 + 60 * (float)group + 12 * (float)row);
			add_word(&page, "value", 250, 106 + 60 * (float)group + 12 * (float)row);
		}
	}
	for (int rule = 0; rule < 5; rule++) {
		add_rule(&rules, 400 + 40 * (float)rule);
		for (float x = 75; x < 480 && rule < 4; x += 28)
			add_word(&page, "words", x, 410 + 40 * (float)rule);
	}
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_row_rules_complete(&rules, &page), 0);
	assert_int_equal(rules.vertical.count, 0);
	assert_int_equal(rules.horizontal.count, 10);
	pdf_page_done(&page);
	pdf_rules_done(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(completes_wrapped_rows), cmocka_unit_test(completes_two_rows),
		cmocka_unit_test(leaves_others),
		cmocka_unit_test(begins_at_the_ground_of_the_head),
		cmocka_unit_test(reads_striped_rows), cmocka_unit_test(reads_centred_cells),
		cmocka_unit_test(leaves_boxes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
