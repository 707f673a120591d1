/* The filter before the run database: never "no" for a name that was added, "no" for what was not. */
#include "coordinator/name_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NAMES = 100000 };

static void test_names_that_were_added_and_others(void **state)
{
	struct name_filter filter;
	char name[32];

	(void)state;
	name_filter_init(&filter, false);
	assert_false(name_filter_may_have(&filter, "docs/0.html"));
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "docs/%d.html", i);
		name_filter_add(&filter, name);
		name_filter_add(&filter, name);
	}
	assert_int_equal(filter.count, NAMES);
	for (int i = 0; i < 2 * NAMES; i++) {
		snprintf(name, sizeof(name), "docs/%d.html", i);
		assert_int_equal(name_filter_may_have(&filter, name), i < NAMES);
	}
	name_filter_done(&filter);
	assert_true(name_filter_may_have(&filter, "docs/x.html")); /* closed: nothing is ruled out */
}

static void test_an_open_one_rules_nothing_out(void **state)
{
	struct name_filter filter;

	(void)state;
	name_filter_init(&filter, true);
	name_filter_add(&filter, "a");
	assert_int_equal(filter.count, 0);
	assert_true(name_filter_may_have(&filter, "b"));
	name_filter_done(&filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_that_were_added_and_others),
		cmocka_unit_test(test_an_open_one_rules_nothing_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
