/* How many tokens a text takes, about: what is the same to every tokenizer. */
#include "workers/model/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint64_t count(const char *text) { return tokens_estimate(text_from(text)); }

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(count(""), 0);
	assert_int_equal(count("cell"), 1);
	assert_int_equal(count("the list is limited"), 4);
	assert_int_equal(count("measurements"), 2);
	assert_int_equal(count("EUtranCellFDD.loadSteerThreshold"), 9); /* EU tran Cell FDD . load Steer Thresho ld */
	assert_int_equal(count("40"), 1);
	assert_int_equal(count("2147483647"), 4);
}

/* What is laid out in columns is no longer for that. */
static void test_runs(void **state)
{
	(void)state;
	assert_int_equal(count("a        b"), 3);
	assert_int_equal(count("--------"), 1);
	assert_int_equal(count("| --- | --- |"), 5);
	assert_int_equal(count("\n\n"), 1);
}

static void test_other_scripts(void **state)
{
	(void)state;
	assert_int_equal(count("Zelle für"), 4);
	assert_int_equal(count("小区"), 3);
}

/* Numbers of one length count the same, whatever they are. */
static void test_numbers_alike(void **state)
{
	(void)state;
	assert_int_equal(count("Feature 9 has 17 counters"), count("Feature 123 has 8 counters"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words), cmocka_unit_test(test_runs), cmocka_unit_test(test_other_scripts), cmocka_unit_test(test_numbers_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
