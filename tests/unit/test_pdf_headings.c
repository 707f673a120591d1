/* What the running text of a PDF looks like, which decides what counts as a heading. */
#include "workers/preprocess/pdf_headings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct share {
	float size;
	uint32_t bytes;
	uint8_t style;
};

static float settled_size(const struct share *shares, size_t count)
{
	struct pdf_word words[8] = { 0 };
	struct pdf_page page = { .words = words, .word_count = count };
	struct pdf_body *body = calloc(1, sizeof(*body));
	for (size_t i = 0; i < count; i++) {
		words[i].size = shares[i].size;
		words[i].bytes = shares[i].bytes;
		words[i].style = shares[i].style;
	}
	pdf_body_count(body, &page);
	pdf_body_settle(body);
	float size = body->size;
	free(body);
	return size;
}

static void test_body_size(void **state)
{
	(void)state;
	const struct share prose[] = { { 10, 9000, 0 }, { 8, 1000, 0 }, { 14, 400, 0 }, { 20, 100, PDF_BOLD } };
	assert_true(settled_size(prose, COUNT_OF(prose)) == 10);
	const struct share tables[] = { { 8, 5000, 0 }, { 10, 4000, 0 }, { 14, 300, PDF_BOLD } }; /* the text is still the text */
	assert_true(settled_size(tables, COUNT_OF(tables)) == 10);
	const struct share shouting[] = { { 9, 3000, 0 }, { 14, 1500, PDF_BOLD } }; /* many headings, but bold ones */
	assert_true(settled_size(shouting, COUNT_OF(shouting)) == 9);
	const struct share code[] = { { 10, 4000, 0 }, { 10, 3000, PDF_BOLD }, { 12, 5000, PDF_MONO } };
	assert_true(settled_size(code, COUNT_OF(code)) == 10);
	assert_true(settled_size(NULL, 0) == 10);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_body_size), cmocka_unit_test(test_title_in_outline) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
