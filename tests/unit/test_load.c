/* test_load.c: idle cores from what the kernel counts. */
#include "ipc/load.h"
#include "base/clock.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct topology topology;

static void use_cores(uint32_t first, uint32_t count, double quota)
{
	topology = (struct topology){ .count = count, .quota_cores = quota };
	for (uint32_t i = 0; i < count; i++)
		topology.cores[i].os_index = first + i;
}

static const char stat_text[] = "cpu  100 0 100 1234 56 0 0 0 0 0\n"
				"cpu0 50 0 50 1000 20 0 0 0 0 0\n"
				"cpu1 50 0 50 200 30 1 2 3 4 5\n"
				"cpu10 1 2 3 7\n"
				"intr 12345 0 0\n"
				"ctxt 99\n";

static void test_idle_ticks(void **state)
{
	uint64_t ticks = 0;

	(void)state;
	use_cores(0, 2, 0);
	assert_true(load_idle_ticks(&topology, text_from(stat_text), &ticks));
	assert_int_equal(ticks, 1250); /* waiting for a disk is idleness */
	use_cores(1, 1, 0);
	assert_true(load_idle_ticks(&topology, text_from(stat_text), &ticks));
	assert_int_equal(ticks, 230);
	use_cores(10, 1, 0);
	assert_true(load_idle_ticks(&topology, text_from(stat_text), &ticks));
	assert_int_equal(ticks, 7);
	use_cores(1, 2, 0); /* a core that is not there */
	assert_false(load_idle_ticks(&topology, text_from(stat_text), &ticks));
	use_cores(0, 1, 0);
	assert_false(load_idle_ticks(&topology, TEXT_LITERAL("cpu0 1 2\ncpu0 a b c d e\ncpux 1 2 3 4 5\ncpu0"), &ticks));
	assert_false(load_idle_ticks(&topology, TEXT_LITERAL(""), &ticks));
}

static void test_usage(void **state)
{
	(void)state;
	assert_int_equal(load_usage_us(TEXT_LITERAL("usage_usec 123456\nuser_usec 1\n")), 123456);
	assert_int_equal(load_usage_us(TEXT_LITERAL("user_usec 1\nusage_usec 7")), 7);
	assert_int_equal(load_usage_us(TEXT_LITERAL("usage_usec x\n")), 0);
	assert_int_equal(load_usage_us(TEXT_LITERAL("")), 0);
}

static void test_idle_cores(void **state)
{
	const struct load_sample before = { .at_ns = 1000000000, .idle_ticks = 100, .usage_us = 1000000 };
	struct load_sample after = { .at_ns = 1250000000, .idle_ticks = 150, .usage_us = 1250000 };

	(void)state;
	use_cores(0, 4, 0);
	assert_true(load_idle_cores(&topology, &before, &after, 100) == 2.0); /* 50 ticks of 10 ms in 250 ms */
	after.idle_ticks = 1000;
	assert_true(load_idle_cores(&topology, &before, &after, 100) == 4.0);
	after.idle_ticks = 90; /* idle time may go backwards */
	assert_true(load_idle_cores(&topology, &before, &after, 100) == 0);
	use_cores(0, 4, 1.5); /* one core's worth was used: half a one is left of the quota */
	after.idle_ticks = 175;
	assert_true(load_idle_cores(&topology, &before, &after, 100) == 0.5);
	after.usage_us = 2000000;
	assert_true(load_idle_cores(&topology, &before, &after, 100) == 0);
	after.usage_us = 0; /* not known */
	assert_true(load_idle_cores(&topology, &before, &after, 100) == 3.0);
}

static void test_this_machine(void **state)
{
	struct load_sample sample = { 0 };

	(void)state;
	assert_int_equal(topology_load(&topology, NULL), 0);
	assert_int_equal(load_read(&topology, "", 5, &sample), 0);
	assert_int_equal(sample.at_ns, 5);
	assert_true(sample.idle_ticks > 0);
	assert_int_equal(load_read(&topology, "/nowhere", 6, &sample), 0);
	assert_int_equal(sample.usage_us, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle_ticks),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_idle_cores),
		cmocka_unit_test(test_this_machine),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
