/* What the running text of a PDF looks like, which decides what counts as a heading, and as code. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct share {
	float size;
	uint32_t bytes;
	uint8_t style;
};

static struct pdf_body *settled(const struct share *shares, size_t count)
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
	return body;
}

static float settled_size(const struct share *shares, size_t count)
{
	struct pdf_body *body = settled(shares, count);
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
	const struct share few[] = { { 20, 60, PDF_BOLD }, { 10, 40, 0 }, { 7, 2, 0 } }; /* a title, a line and a page number */
	assert_true(settled_size(few, COUNT_OF(few)) == 10);
}

/* A size in which a good part of the text is set is none of headings, though quotations are more; and where nothing is bold or large,
 * headings may look like text. */
static void test_what_headings_look_like(void **state)
{
	(void)state;
	const struct share quotations[] = { { 10, 9000, 0 }, { 11, 2000, 0 }, { 14, 100, PDF_BOLD } }, plain[] = { { 10, 9000, 0 }, { 10.5f, 300, 0 } };
	struct pdf_body *body = settled(quotations, COUNT_OF(quotations));
	assert_true(pdf_body_is_text_size(body, 11) && !pdf_body_is_text_size(body, 14));
	assert_true(pdf_body_has_display(body));
	free(body);
	body = settled(plain, COUNT_OF(plain));
	assert_true(!pdf_body_is_text_size(body, 10.5f) && !pdf_body_has_display(body));
	free(body);
}

/* Code in its usual size is no heading, though its font measures larger than that of the text; larger code is, and such that is found in
 * headings alone. */
static void test_larger_code(void **state)
{
	(void)state;
	const struct share shares[] = { { 10, 9000, 0 }, { 11.5f, 600, PDF_MONO }, { 16, 100, PDF_MONO } };
	const struct pdf_row code = { .size = 11.5f, .mono = 1 }, mixed = { .size = 11.5f, .mono = 0.5f }, large = { .size = 16, .mono = 1 }, text = { .size = 11.5f };
	struct pdf_body *body = settled(shares, COUNT_OF(shares));
	assert_false(pdf_row_is_larger_than(&code, body));
	assert_false(pdf_row_stands_out(&mixed, body));
	assert_true(pdf_row_is_larger_than(&large, body) && pdf_row_is_larger_than(&text, body));
	free(body);
	const struct share headings[] = { { 10, 9000, 0 }, { 11.5f, 100, PDF_MONO } };
	body = settled(headings, COUNT_OF(headings));
	assert_true(pdf_row_is_larger_than(&code, body));
	free(body);
}

static bool mono_body(const char *const *lines, size_t count)
{
	struct pdf_page page;
	struct pdf_body body = { 0 };

	pdf_page_init(&page);
	pdf_page_clear(&page, 0, 600, 800);
	for (size_t i = 0; i < 3 * count; i++)
		fixture_line(&page, 50, 100 + 12 * (float)i, 10, PDF_MONO, lines[i % count]);
	pdf_body_count(&body, &page);
	pdf_body_settle(&body);
	pdf_page_done(&page);
	return body.mono;
}

/* A document in fixed-width type is prose in it when its lines are full, as those of a letter; those of a program are not. */
static void test_prose_in_type_of_one_width(void **state)
{
	(void)state;
	static const char *const prose[] = { "Two programs may share a page of memory, and", "each of them may write to it. What the other", "reads is then a question of order.",
					     "The first one to come takes the page, and the", "others wait." };
	static const char *const program[] = { "int main(void)", "{", "    int sum = 0;", "    for (int i = 0; i < count; i++)", "        sum += values[i];",
					       "    printf(\"the sum of all of them is %d\", sum);", "    return 0;", "}" };
	assert_true(mono_body(prose, COUNT_OF(prose)));
	assert_false(mono_body(program, COUNT_OF(program)));
	assert_true(mono_body(program, 2)); /* too little to tell */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body_size), cmocka_unit_test(test_what_headings_look_like), cmocka_unit_test(test_larger_code),
		cmocka_unit_test(test_prose_in_type_of_one_width),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
