/* test_scale.c: how many workers there should be and which go, on made-up runs with the clock as an argument. */
#define _GNU_SOURCE
#include "coordinator/scale.h"
#include "coordinator/retire.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MS ((uint64_t)1000000)

static void test_growth(void **state)
{
	const struct { struct scale_view view; uint32_t growth; } cases[] = {
		/* waiting, ours, others, least, most, starting, idle, needed */
		{ { 100, 2, 0, 2, 12, false, 10, 0.5 }, 10 },   /* all at once when there is work and room for them */
		{ { 100, 2, 0, 2, 12, false, 3.2, 0.5 }, 3 },   /* one for each idle core */
		{ { 100, 2, 0, 2, 12, false, 0.6, 0.5 }, 1 },
		{ { 100, 2, 0, 2, 12, false, 0.4, 0.5 }, 0 },   /* cores are busy */
		{ { 100, 2, 0, 2, 12, false, 0, 0 }, 1 },       /* nobody asked for idle cores */
		{ { 100, 2, 0, 2, 12, false, -1, 0.5 }, 0 },    /* not measured yet */
		{ { 100, 2, 0, 2, 12, true, 10, 0.5 }, 0 },     /* one is on its way, or crashes again and again */
		{ { 100, 12, 0, 2, 12, false, 10, 0.5 }, 0 },   /* all are there */
		{ { 100, 11, 0, 2, 12, false, 10, 0.5 }, 1 },
		{ { 8, 2, 0, 2, 12, false, 10, 0.5 }, 0 },      /* the queue is short */
		{ { 9, 2, 0, 2, 12, false, 10, 0.5 }, 1 },
		{ { 16, 2, 0, 2, 12, false, 10, 0.5 }, 2 },     /* no more than the queue feeds */
		{ { 16, 2, 2, 2, 12, false, 10, 0.5 }, 0 },     /* those added by hand work too */
		{ { 0, 2, 0, 2, 12, false, 10, 0.5 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (scale_growth(&cases[i].view) != cases[i].growth)
			fail_msg("case %zu: %u more, expected %u", i, scale_growth(&cases[i].view), cases[i].growth);
}

static void test_retirement(void **state)
{
	struct scale_view view = { .ours = 3, .least = 2, .most = 12 };
	uint64_t due_ns;

	(void)state;
	assert_false(scale_retires(&view, 1000 * MS, 500, 1499 * MS, &due_ns));
	assert_int_equal(due_ns, 1500 * MS);
	assert_true(scale_retires(&view, 1000 * MS, 500, 1500 * MS, &due_ns));
	view.ours = 2; /* the least there are */
	assert_false(scale_retires(&view, 1000 * MS, 500, 99999 * MS, &due_ns));
	assert_int_equal(due_ns, UINT64_MAX);
	view.ours = 3;
	view.waiting = 1; /* there is work */
	assert_false(scale_retires(&view, 1000 * MS, 500, 99999 * MS, &due_ns));
}

/* A load that comes and goes, second by second: each worker does ten documents a second on a machine of 8 cores. */
static void test_a_day(void **state)
{
	struct scale_view view = { .ours = 2, .least = 2, .most = 12, .idle_cores_needed = 0.5 };
	uint64_t idle_since_ns = 0, due_ns;
	uint32_t most = 0;
	bool was_least = false;

	(void)state;
	for (uint64_t second = 0; second < 300; second++) {
		size_t arriving = second % 100 < 40 ? 60 : 0, capacity = (size_t)view.ours * 10;
		view.waiting += arriving;
		size_t done = view.waiting < capacity ? view.waiting : capacity;
		view.waiting -= done;
		view.idle_cores = 8 - (double)done / 10;
		idle_since_ns = done > 0 ? second * 1000 * MS : idle_since_ns;
		view.ours += scale_growth(&view);
		while (scale_retires(&view, idle_since_ns, 5000, second * 1000 * MS, &due_ns))
			view.ours--;
		assert_true(view.ours >= 2 && view.ours <= 8); /* never more than cores, though 12 are allowed */
		most = view.ours > most ? view.ours : most;
		was_least |= second > 50 && view.ours == 2;
	}
	assert_true(most >= 6 && was_least);
	assert_int_equal(view.waiting, 0);
}

static void test_a_crash_loop_backs_off(void **state)
{
	uint64_t before_ms = 0;

	(void)state;
	for (uint32_t crashes = 1; crashes <= 3; crashes++) /* one bad document kills three workers: nobody needs to wait for that */
		assert_int_equal(supervisor_backoff_ms(crashes, 100), 0);
	for (uint32_t crashes = 4; crashes < 40; crashes++) {
		uint64_t ms = supervisor_backoff_ms(crashes, 100);
		assert_true(ms >= before_ms && ms <= 6000);
		assert_true(crashes > 8 || ms == (uint64_t)100 << (crashes - 3));
		before_ms = ms;
	}
	assert_int_equal(before_ms, 6000);
}

/* --- who goes ------------------------------------------------------------------------------------------------------ */

static struct run *run;

static int make_run(void **state)
{
	(void)state;
	run = calloc(1, sizeof(*run));
	return run ? 0 : -1;
}

static int free_run(void **state)
{
	(void)state;
	free(run);
	return 0;
}

static struct worker *add(enum worker_kind kind, enum worker_origin origin, enum worker_state worker_state, size_t held)
{
	struct worker *worker = &run->workers[run->worker_count++];

	*worker = (struct worker){ .run = run, .number = run->worker_count, .kind = kind, .origin = origin, .state = worker_state };
	worker->wanted = origin != WORKER_JOINED;
	worker->external = origin == WORKER_JOINED;
	worker->pid = worker_state == WORKER_ABSENT ? 0 : 1000;
	worker->held.count = held;
	return worker;
}

static void expect_choice(enum worker_kind kind, uint32_t count, const char *expected)
{
	struct error_text error = { "" };
	uint32_t numbers[RUN_WORKERS_MAX];
	char got[200] = "";

	if (retire_choose(run, kind, count, numbers, &error) < 0)
		snprintf(got, sizeof(got), "%s", error.message);
	else
		for (uint32_t i = 0; i < count; i++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%sw%u", i ? " " : "", numbers[i]);
	if (strncmp(got, expected, strlen(expected)) != 0)
		fail_msg("%u: %s, expected %s", count, got, expected);
}

static void test_the_least_missed_go(void **state)
{
	(void)state;
	add(WORKER_PREPROCESS, WORKER_AT_START, WORKER_READY, 0);
	add(WORKER_PREPROCESS, WORKER_AT_START, WORKER_READY, 3);
	add(WORKER_INFERENCE, WORKER_AT_START, WORKER_READY, 0);
	add(WORKER_PREPROCESS, WORKER_BY_HAND, WORKER_READY, 2);
	add(WORKER_PREPROCESS, WORKER_ON_DEMAND, WORKER_READY, 2);
	add(WORKER_PREPROCESS, WORKER_ON_DEMAND, WORKER_READY, 0);
	add(WORKER_PREPROCESS, WORKER_JOINED, WORKER_READY, 0);
	add(WORKER_PREPROCESS, WORKER_AT_START, WORKER_ABSENT, 0); /* crashed, waits to be started again */
	add(WORKER_PREPROCESS, WORKER_AT_START, WORKER_ABSENT, 0)->wanted = false; /* a slot that nobody uses */
	expect_choice(WORKER_PREPROCESS, 1, "w8");
	expect_choice(WORKER_PREPROCESS, 5, "w8 w6 w5 w4 w1");
	expect_choice(WORKER_PREPROCESS, 6, "there are 6 preprocess workers and one of them has to stay, so at most 5 can be removed");
	expect_choice(WORKER_INFERENCE, 1, "there is one inference worker, and without it nothing would get done");
	run->workers[2].wanted = false;
	expect_choice(WORKER_INFERENCE, 1, "there is no inference worker to remove");
}

static void expect_named(const char *names, const char *expected)
{
	struct error_text error = { "" };
	uint32_t numbers[RUN_WORKERS_MAX];
	char got[300] = "";
	int count = retire_named(run, text_from(names), numbers, &error);

	for (int i = 0; i < count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%sw%u", i ? " " : "", numbers[i]);
	if (count < 0)
		snprintf(got, sizeof(got), "%s", error.message);
	if (strncmp(got, expected, strlen(expected)) != 0)
		fail_msg("%s: %s, expected %s", names, got, expected);
}

static void test_those_named_go(void **state)
{
	(void)state;
	add(WORKER_PREPROCESS, WORKER_AT_START, WORKER_READY, 0);
	add(WORKER_PREPROCESS, WORKER_AT_START, WORKER_READY, 0);
	add(WORKER_INFERENCE, WORKER_AT_START, WORKER_READY, 0);
	add(WORKER_PREPROCESS, WORKER_JOINED, WORKER_READY, 0);
	add(WORKER_PREPROCESS, WORKER_ON_DEMAND, WORKER_ABSENT, 0)->wanted = false;
	expect_named("w2", "w2");
	expect_named("w2 w4 w2", "w2 w4");
	expect_named("w4", "w4"); /* who joined by hand may always go */
	expect_named("w1 w2", "that would leave no preprocess worker that the coordinator keeps running");
	expect_named("w3", "that would leave no inference worker");
	expect_named("w5", "no worker is called w5; 'coordinator workers list' shows those there are");
	expect_named("w0", "no worker is called w0");
	expect_named("w99999999999999999999", "no worker is called w9");
	expect_named("w1x", "\"w1x\" names no worker");
	expect_named("w", "\"w\" names no worker");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_retirement),
		cmocka_unit_test(test_a_day),
		cmocka_unit_test(test_a_crash_loop_backs_off),
		cmocka_unit_test_setup_teardown(test_the_least_missed_go, make_run, free_run),
		cmocka_unit_test_setup_teardown(test_those_named_go, make_run, free_run),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
