/* Many calls at one server: the order they are sent in, cancelling in every state, destroying with calls under way, owners that ask for more
 * while they are told. What each fault of a server does to a call is in tests/system/test_model_calls.py. */
#include "workers/model/call_private.h"

#include "base/clock.h"
#include "config/settings.h"
#include "tests/unit/calls_round.h"
#include "tests/unit/fake_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ENDS_MAX = 512 };

static struct settings settings;
static struct error_text error;
static struct probe_result probe;
static struct fake_server server;
static struct calls *calls;
static struct { int id; enum call_outcome outcome; } ends[ENDS_MAX];
static int end_count, ids[ENDS_MAX], more_to_ask;

static uint64_t ask(int id, uint64_t group, unsigned priority);

static void take_end(void *owner, const struct call_result *result)
{
	int id = *(int *)owner;

	assert_true(end_count < ENDS_MAX);
	ends[end_count].id = id;
	ends[end_count++].outcome = result->outcome;
	if (more_to_ask > 0) {
		more_to_ask--;
		(void)ask(100 + more_to_ask, 0, 0);
	}
}

static uint64_t ask(int id, uint64_t group, unsigned priority)
{
	char prompt[64];
	uint64_t handle;

	snprintf(prompt, sizeof(prompt), "<source>Cell %d is barred.</source> Say it again.", id);
	ids[id] = id;
	struct call_request request = { .prompt = text_from(prompt), .family = "test", .max_tokens = 1000, .temperature = 0, .group = group,
					.priority = priority, .done = take_end, .owner = &ids[id] };
	assert_int_equal(calls_add(calls, &request, &handle), 0);
	return handle;
}

static void start(const char *options, const char *slots)
{
	fake_server_start(&server, options);
	assert_int_equal(settings_set(&settings, "models.base_url", server.url, &error), 0);
	assert_int_equal(settings_set(&settings, "models.max_concurrent_requests", slots, &error), 0);
	assert_int_equal(calls_create(&calls, &settings.models[0], &probe, NULL, NULL, 7, &error), 0);
}

static void step_until_ends(int count)
{
	while (end_count < count)
		calls_round(calls);
}

static enum call_state state_of(uint64_t handle)
{
	return calls->all[(uint32_t)handle]->state;
}

static int set_up(void **state)
{
	(void)state;
	settings_init(&settings);
	end_count = more_to_ask = 0;
	probe = (struct probe_result){ .reachable = true, .model_present = true, .model = "m", .format = CHAT_FORMAT_PROMPT };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	calls_destroy(calls);
	calls = NULL;
	fake_server_stop(&server);
	settings_done(&settings);
	return 0;
}

static void expect_end(int index, int id, enum call_outcome outcome)
{
	assert_true(index < end_count);
	assert_int_equal(ends[index].id, id);
	assert_int_equal(ends[index].outcome, outcome);
}

/* One slot: what was sent is what ended. Groups stay together, those of a higher priority go first. */
static void test_order(void **state)
{
	(void)state;
	static const int order[] = { 7, 8, 1, 4, 5, 2, 6, 3 };

	start("--model m", "1");
	(void)ask(1, 10, 0);
	(void)ask(2, 20, 0);
	(void)ask(3, 30, 0);
	(void)ask(4, 10, 0);
	(void)ask(5, 10, 0);
	(void)ask(6, 20, 0);
	(void)ask(7, 40, 1);
	(void)ask(8, 50, 1);
	assert_int_equal(calls_waiting(calls), 0); /* not looked at yet */
	step_until_ends((int)COUNT_OF(order));
	for (size_t i = 0; i < COUNT_OF(order); i++)
		expect_end((int)i, order[i], CALL_USABLE);
}

/* Two slots: different groups first, so that both slots keep the beginning of their own. */
static void test_groups_beside_each_other(void **state)
{
	(void)state;
	start("--model m --slots 2 --script hang", "2");
	uint64_t first = ask(1, 10, 0), second = ask(2, 10, 0), third = ask(3, 20, 0);
	while (calls_waiting(calls) != 1)
		calls_round(calls);
	assert_int_equal(state_of(first), CALL_UNDER_WAY);
	assert_int_equal(state_of(second), CALL_WAITING);
	assert_int_equal(state_of(third), CALL_UNDER_WAY);
}

static void test_cancel_in_every_state(void **state)
{
	(void)state;
	start("--model m --script hang", "1");
	uint64_t under_way = ask(1, 0, 0), waiting = ask(2, 0, 0);
	while (calls_waiting(calls) != 1)
		calls_round(calls);
	uint64_t fresh = ask(3, 0, 0);
	assert_int_equal(state_of(fresh), CALL_FRESH);
	assert_int_equal(state_of(waiting), CALL_WAITING);
	assert_int_equal(state_of(under_way), CALL_UNDER_WAY);

	calls_cancel(calls, waiting);
	calls_cancel(calls, fresh);
	expect_end(0, 2, CALL_CANCELLED);
	expect_end(1, 3, CALL_CANCELLED);
	calls_cancel(calls, under_way);
	expect_end(2, 1, CALL_CANCELLED);
	assert_int_equal(calls_endpoint(calls)->under_way, 0);
	calls_cancel(calls, under_way); /* they are through: nothing happens */
	calls_cancel(calls, waiting);
	calls_cancel(calls, fresh);
	assert_int_equal(end_count, 3);

	fake_server_script(&server, "500");
	uint64_t delayed = ask(4, 0, 0);
	calls_cancel(calls, fresh); /* its place is used again, its handle is not */
	while (state_of(delayed) != CALL_DELAYED)
		calls_round(calls);
	calls_cancel(calls, delayed);
	expect_end(3, 4, CALL_CANCELLED);
	fake_server_script(&server, NULL);
	(void)ask(5, 0, 0);
	step_until_ends(5);
	expect_end(4, 5, CALL_USABLE);
}

static void test_destroy_in_every_state(void **state)
{
	(void)state;
	start("--model m --slots 3 --script 500:nth=1;hang:from=2", "3");
	uint64_t delayed = ask(1, 1, 0);
	while (state_of(delayed) != CALL_DELAYED)
		calls_round(calls);
	for (int id = 2; id < 8; id++)
		(void)ask(id, (uint64_t)id, 0);
	while (calls_endpoint(calls)->under_way < 3)
		calls_round(calls);
	(void)ask(8, 8, 0);
	calls_destroy(calls);
	calls = NULL;
	assert_int_equal(end_count, 8);
	for (int i = 0; i < 8; i++)
		assert_int_equal(ends[i].outcome, CALL_CANCELLED);
}

/* A slot that is taken is no reason to look again and again. */
static void test_nothing_to_do_is_nothing_done(void **state)
{
	(void)state;
	start("--model m --script hang", "1");
	uint64_t handle = ask(1, 0, 0);
	(void)ask(2, 0, 0);
	while (state_of(handle) != CALL_UNDER_WAY || http_next_ns(calls->http) < clock_monotonic_ns())
		calls_round(calls);
	for (int i = 0; i < 5; i++) {
		uint64_t now_ns = clock_monotonic_ns();
		assert_true(calls_next_ns(calls) > now_ns);
		assert_int_equal(calls_step(calls, now_ns), 0);
	}
	/* nor is one that is to be sent again as soon as there is room */
	calls->all[1]->again_ns = 1;
	assert_true(calls_next_ns(calls) > clock_monotonic_ns());
}

static void test_owners_that_ask_for_more(void **state)
{
	(void)state;
	start("--model m --slots 4", "4");
	more_to_ask = 20;
	for (int id = 1; id <= 8; id++)
		(void)ask(id, (uint64_t)id, 0);
	step_until_ends(28);
	for (int i = 0; i < 28; i++)
		assert_int_equal(ends[i].outcome, CALL_USABLE);
}

/* The breaker opens while owners ask for more: each call ends once, and it does end. */
static void test_owners_that_ask_a_server_that_is_away(void **state)
{
	(void)state;
	start("--model m --slots 4 --script 503", "4");
	calls_scale_time(calls, 0.01);
	more_to_ask = 50;
	for (int id = 1; id <= 8; id++)
		(void)ask(id, (uint64_t)id, 0);
	step_until_ends(58);
	for (int i = 0; i < 58; i++)
		assert_int_equal(ends[i].outcome, CALL_DOWN);
	assert_int_equal(calls_endpoint(calls)->under_way, 0);
}

static void test_a_deadline_that_has_passed_is_not_sent(void **state)
{
	(void)state;
	uint64_t handle;

	start("--model m", "1");
	ids[1] = 1;
	struct call_request request = { .prompt = TEXT_LITERAL("x"), .family = "test", .max_tokens = 5, .deadline_ns = 1, .done = take_end, .owner = &ids[1] };
	assert_int_equal(calls_add(calls, &request, &handle), 0);
	step_until_ends(1);
	expect_end(0, 1, CALL_REFUSED);
	assert_int_equal(calls_endpoint(calls)->answers, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_order), TEST(test_groups_beside_each_other), TEST(test_cancel_in_every_state), TEST(test_destroy_in_every_state),
		TEST(test_nothing_to_do_is_nothing_done), TEST(test_owners_that_ask_for_more), TEST(test_owners_that_ask_a_server_that_is_away),
		TEST(test_a_deadline_that_has_passed_is_not_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
