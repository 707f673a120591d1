/* One model at one server: concurrency, retries and the breaker, with a clock of the test's own. */
#include "workers/model/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define SECOND 1000000000ull

static struct endpoint endpoint;
static uint64_t now_ns, again_ns;

static int set_up(void **state)
{
	(void)state;
	endpoint_init(&endpoint, 8, 42);
	now_ns = 1000 * SECOND;
	again_ns = 0;
	return 0;
}

static enum endpoint_verdict answer_after(enum http_outcome outcome, long status, double retry_after_s, uint32_t attempt, uint64_t duration_ns)
{
	struct http_response response = { .outcome = outcome, .status = status, .retry_after_s = retry_after_s, .duration_ns = duration_ns };
	assert_true(endpoint_may_start(&endpoint, now_ns));
	endpoint_started(&endpoint);
	return endpoint_answered(&endpoint, &response, attempt, now_ns, &again_ns);
}

static enum endpoint_verdict answer(enum http_outcome outcome, long status)
{
	return answer_after(outcome, status, -1, 1, SECOND);
}

static void test_as_many_as_allowed(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		assert_true(endpoint_may_start(&endpoint, now_ns));
		endpoint_started(&endpoint);
	}
	assert_false(endpoint_may_start(&endpoint, now_ns));
}

static void test_halved_and_grown_again(void **state)
{
	(void)state;
	assert_int_equal(answer(HTTP_ANSWERED, 429), ENDPOINT_AGAIN);
	assert_int_equal((int)endpoint.limit, 4);
	assert_int_equal(answer(HTTP_TIMED_OUT, 0), ENDPOINT_AGAIN);
	assert_int_equal((int)endpoint.limit, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD);
	assert_int_equal((int)endpoint.limit, 3);
	for (int i = 0; i < 100; i++)
		assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD);
	assert_int_equal((int)endpoint.limit, 8);
}

static void test_slower_answers(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		(void)answer_after(HTTP_ANSWERED, 200, -1, 1, SECOND);
	(void)answer_after(HTTP_ANSWERED, 200, -1, 1, 5 * SECOND); /* one long answer is none of its business */
	(void)answer_after(HTTP_ANSWERED, 200, -1, 1, SECOND);
	assert_int_equal((int)endpoint.limit, 8);
	for (int i = 0; i < 8; i++)
		(void)answer_after(HTTP_ANSWERED, 200, -1, 1, 50 * SECOND << i);
	assert_int_equal((int)endpoint.limit, 7);
}

static void test_retry_after_holds_for_all(void **state)
{
	(void)state;
	assert_int_equal(answer_after(HTTP_ANSWERED, 429, 7, 1, SECOND), ENDPOINT_AGAIN);
	assert_in_range(again_ns, now_ns + 7 * SECOND, now_ns + 7 * SECOND + SECOND / 10);
	assert_false(endpoint_may_start(&endpoint, now_ns + 6 * SECOND));
	assert_int_equal(endpoint_next_ns(&endpoint, now_ns), again_ns);
	assert_true(endpoint_may_start(&endpoint, again_ns));
	now_ns = again_ns;
	assert_int_equal(answer_after(HTTP_ANSWERED, 503, 1e9, 1, SECOND), ENDPOINT_AGAIN); /* absurd: two minutes are enough */
	assert_true(again_ns <= now_ns + 121 * SECOND);
}

static void test_backoff_grows_and_differs(void **state)
{
	uint64_t most = 0, first = 0;
	(void)state;
	endpoint_init(&endpoint, 1000, 7);
	for (uint32_t attempt = 1; attempt < ENDPOINT_ATTEMPTS_MAX; attempt++)
		for (int i = 0; i < 100; i++) {
			endpoint.failures_in_row = 0;
			assert_int_equal(answer_after(HTTP_BROKEN, 0, -1, attempt, SECOND), ENDPOINT_AGAIN);
			assert_in_range(again_ns, now_ns, now_ns + (SECOND / 2 << (attempt - 1)));
			most = again_ns > most ? again_ns : most;
			first = first ? first : again_ns;
		}
	assert_true(most > now_ns + SECOND && most != first);
}

static void test_hopeless_requests(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_int_equal(answer(HTTP_ANSWERED, 400), ENDPOINT_HOPELESS);
		assert_int_equal(answer(HTTP_ANSWERED, 404), ENDPOINT_HOPELESS);
		assert_int_equal(answer(HTTP_TOO_LARGE, 200), ENDPOINT_HOPELESS);
	}
	assert_int_equal(endpoint.breaker, ENDPOINT_CLOSED);
	assert_int_equal(answer_after(HTTP_BROKEN, 0, -1, ENDPOINT_ATTEMPTS_MAX, SECOND), ENDPOINT_HOPELESS);
}

static void test_breaker(void **state)
{
	(void)state;
	assert_int_equal(answer(HTTP_REFUSED, 0), ENDPOINT_AGAIN);
	assert_int_equal(answer(HTTP_REFUSED, 0), ENDPOINT_AGAIN);
	assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD); /* not in a row */
	assert_int_equal(answer(HTTP_REFUSED, 0), ENDPOINT_AGAIN);
	assert_int_equal(answer(HTTP_ANSWERED, 500), ENDPOINT_AGAIN);
	assert_int_equal(answer(HTTP_BROKEN, 0), ENDPOINT_DOWN);
	assert_int_equal(endpoint.breaker, ENDPOINT_OPEN);
	assert_false(endpoint_may_start(&endpoint, now_ns));
	assert_false(endpoint_wants_look(&endpoint, now_ns));
	now_ns = endpoint_next_ns(&endpoint, now_ns);
	assert_true(endpoint_wants_look(&endpoint, now_ns));
	endpoint_looked(&endpoint, false, now_ns);
	assert_false(endpoint_wants_look(&endpoint, now_ns));
	now_ns += ENDPOINT_LOOK_NS;
	endpoint_looked(&endpoint, true, now_ns); /* back before its time: one request */
	assert_int_equal(endpoint.breaker, ENDPOINT_HALF_OPEN);
	assert_true(endpoint_may_start(&endpoint, now_ns));
	endpoint_started(&endpoint);
	assert_false(endpoint_may_start(&endpoint, now_ns));
	endpoint.under_way--;
	assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD);
	assert_int_equal(endpoint.breaker, ENDPOINT_CLOSED);
	assert_int_equal((int)endpoint.limit, 2); /* from one, and doubled in a round */
	for (int i = 0; i < 6; i++)
		(void)answer(HTTP_ANSWERED, 200);
	assert_int_equal((int)endpoint.limit, 8);
}

/* It can be looked at, and fails what is asked of it: left alone for twice as long each time, up to ten minutes. */
static void test_breaker_doubles(void **state)
{
	(void)state;
	for (int i = 0; i < ENDPOINT_FAILURES_TO_OPEN; i++)
		(void)answer(HTTP_ANSWERED, 500);
	uint64_t before = endpoint.open_ns;
	assert_int_equal(before, ENDPOINT_OPEN_NS);
	for (int round = 0; round < 6; round++) {
		now_ns = endpoint.open_until_ns;
		endpoint_looked(&endpoint, true, now_ns);
		assert_int_equal(endpoint.breaker, ENDPOINT_HALF_OPEN);
		assert_int_equal(answer(HTTP_ANSWERED, 500), ENDPOINT_DOWN);
		assert_int_equal(endpoint.open_until_ns - now_ns, before * 2 < ENDPOINT_OPEN_NS_MAX ? before * 2 : ENDPOINT_OPEN_NS_MAX);
		before = endpoint.open_ns;
		endpoint_looked(&endpoint, true, now_ns + ENDPOINT_LOOK_NS);
		assert_int_equal(endpoint.breaker, ENDPOINT_OPEN); /* not before its time now */
	}
	now_ns = endpoint.open_until_ns;
	endpoint_looked(&endpoint, true, now_ns);
	assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD);
	assert_int_equal(endpoint.open_ns, ENDPOINT_OPEN_NS);
}

/* It has answered enough to be put on trial. */
static void answer_well(void)
{
	for (int i = 0; i < ENDPOINT_GOOD_FOR_TRIAL; i++)
		assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD);
}

static void test_failures_by_chance_among_good_answers(void **state)
{
	(void)state;
	answer_well();
	for (int i = 0; i < ENDPOINT_FAILURES_TO_OPEN; i++)
		assert_int_equal(answer_after(HTTP_BROKEN, 0, -1, 1, SECOND), ENDPOINT_AGAIN);
	assert_int_equal(endpoint.breaker, ENDPOINT_ON_TRIAL);
	for (int i = 0; i < ENDPOINT_TRIALS; i++) {
		assert_true(endpoint_may_start(&endpoint, now_ns));
		endpoint_started(&endpoint);
	}
	assert_false(endpoint_may_start(&endpoint, now_ns));
	endpoint.under_way = 0;
	assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD);
	assert_int_equal(endpoint.breaker, ENDPOINT_CLOSED);
	assert_int_equal(endpoint.opened, 0);
	assert_in_range((int)endpoint.limit, 4, 5); /* half of it, and one more with each answer */
}

/* A proxy that is reloaded ends them all: those that began before count no more. */
static void test_all_connections_end_at_once(void **state)
{
	struct http_response broken = { .outcome = HTTP_BROKEN, .retry_after_s = -1, .duration_ns = 30 * SECOND };
	(void)state;
	answer_well();
	for (int i = 0; i < 8; i++)
		endpoint_started(&endpoint);
	for (int i = 0; i < 8; i++)
		assert_int_equal(endpoint_answered(&endpoint, &broken, 1, now_ns + (uint64_t)i, &again_ns), ENDPOINT_AGAIN);
	now_ns += 2 * SECOND;
	assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD);
	assert_int_equal(endpoint.opened, 0);
}

static void test_failures_in_a_trial(void **state)
{
	(void)state;
	answer_well();
	for (int i = 0; i < ENDPOINT_FAILURES_TO_OPEN; i++)
		(void)answer(HTTP_ANSWERED, 500);
	now_ns += SECOND;
	for (int i = 1; i < ENDPOINT_TRIALS; i++)
		assert_int_equal(answer(HTTP_ANSWERED, 500), ENDPOINT_AGAIN);
	assert_int_equal(answer(HTTP_ANSWERED, 500), ENDPOINT_DOWN);
	assert_int_equal(endpoint.breaker, ENDPOINT_OPEN);
	now_ns = endpoint.look_ns;
	endpoint_looked(&endpoint, true, now_ns);
	assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD);
	for (int i = 1; i < ENDPOINT_FAILURES_TO_OPEN; i++) /* just back, it is believed less */
		assert_int_equal(answer(HTTP_ANSWERED, 500), ENDPOINT_AGAIN);
	assert_int_equal(answer(HTTP_ANSWERED, 500), ENDPOINT_DOWN);
}

/* What is no chance, and what would take as long again to find out. */
static void test_what_opens_without_a_trial(void **state)
{
	struct http_response last[] = {
		{ .outcome = HTTP_REFUSED, .retry_after_s = -1 }, { .outcome = HTTP_TIMED_OUT, .retry_after_s = -1, .duration_ns = 600 * SECOND },
		{ .outcome = HTTP_ANSWERED, .status = 504, .retry_after_s = -1, .duration_ns = 60 * SECOND },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(last); i++)
		for (int trial = 0; trial < 2; trial++) {
			endpoint_init(&endpoint, 8, 42);
			answer_well();
			for (int k = trial ? 0 : 1; k < ENDPOINT_FAILURES_TO_OPEN; k++)
				assert_int_equal(answer(HTTP_BROKEN, 0), ENDPOINT_AGAIN);
			assert_int_equal(endpoint.breaker, trial ? ENDPOINT_ON_TRIAL : ENDPOINT_CLOSED);
			endpoint_started(&endpoint);
			assert_int_equal(endpoint_answered(&endpoint, &last[i], 1, now_ns, &again_ns), ENDPOINT_DOWN);
		}
}

static void test_a_wrong_key_opens_at_once(void **state)
{
	(void)state;
	assert_int_equal(answer(HTTP_ANSWERED, 401), ENDPOINT_DOWN);
	assert_int_equal(endpoint.breaker, ENDPOINT_OPEN);
}

/* 429 says that the server is well; but one that has said nothing else for five minutes is of no use. */
static void test_throttling_is_no_failure_until_it_lasts(void **state)
{
	(void)state;
	uint64_t start_ns = now_ns;
	uint32_t count = 0;
	while (now_ns - start_ns < ENDPOINT_THROTTLED_NS_MAX) {
		assert_int_equal(answer_after(HTTP_ANSWERED, 429, -1, ++count, SECOND), ENDPOINT_AGAIN);
		now_ns = again_ns > now_ns + SECOND ? again_ns : now_ns + SECOND;
	}
	assert_int_equal(endpoint.breaker, ENDPOINT_CLOSED);
	assert_int_equal((int)endpoint.limit, 1);
	assert_int_equal(endpoint.throttled, count);
	assert_true(count > 10);
	assert_int_equal(answer_after(HTTP_ANSWERED, 429, -1, ++count, SECOND), ENDPOINT_DOWN);
	assert_int_equal(endpoint.breaker, ENDPOINT_OPEN);
}

static void test_the_second_429_in_a_row_makes_all_wait(void **state)
{
	(void)state;
	assert_int_equal(answer_after(HTTP_ANSWERED, 429, -1, 1, SECOND), ENDPOINT_AGAIN);
	assert_true(endpoint_may_start(&endpoint, now_ns));
	assert_int_equal(answer_after(HTTP_ANSWERED, 429, -1, 5, SECOND), ENDPOINT_AGAIN);
	assert_true(again_ns > now_ns && endpoint.not_before_ns == again_ns);
	assert_false(endpoint_may_start(&endpoint, now_ns));
	assert_true(endpoint_has_room(&endpoint));
	assert_true(endpoint_may_start(&endpoint, again_ns));
}

/* A queue that is full, or a limit of requests: less at once, and no failure as long as that may help. */
static void test_503_while_several_are_asked(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(answer(HTTP_ANSWERED, 503), ENDPOINT_AGAIN);
		now_ns = again_ns > now_ns ? again_ns : now_ns;
	}
	assert_int_equal((int)endpoint.limit, 1);
	assert_int_equal(endpoint.failures, 0);
	for (int i = 1; i < ENDPOINT_FAILURES_TO_OPEN; i++) { /* now it says so of a single one */
		assert_int_equal(answer(HTTP_ANSWERED, 503), ENDPOINT_AGAIN);
		now_ns = again_ns;
	}
	assert_int_equal(answer(HTTP_ANSWERED, 503), ENDPOINT_DOWN);
}

static void test_503_that_says_when(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * ENDPOINT_FAILURES_TO_OPEN; i++) {
		assert_int_equal(answer_after(HTTP_ANSWERED, 503, 5, 1, SECOND), ENDPOINT_AGAIN);
		now_ns = again_ns;
	}
	for (int i = 1; i < ENDPOINT_FAILURES_TO_OPEN; i++) { /* that is no queue, but somebody at work on it */
		assert_int_equal(answer_after(HTTP_ANSWERED, 503, 600, 1, SECOND), ENDPOINT_AGAIN);
		now_ns = again_ns;
	}
	assert_int_equal(answer_after(HTTP_ANSWERED, 503, 600, 1, SECOND), ENDPOINT_DOWN);
}

static void test_other_ways_to_say_it(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * ENDPOINT_FAILURES_TO_OPEN; i++) {
		assert_int_equal(answer(HTTP_ANSWERED, 529), ENDPOINT_AGAIN); /* overloaded */
		now_ns = again_ns;
	}
	assert_int_equal(endpoint.failures, 0);
	assert_int_equal(answer(HTTP_ANSWERED, 425), ENDPOINT_AGAIN); /* too early */
	assert_int_equal(answer(HTTP_ANSWERED, 408), ENDPOINT_AGAIN);
	assert_int_equal(endpoint.failures, 2);
}

/* It came back, and is asked by everybody at once. */
static void test_429_of_a_server_that_is_tried(void **state)
{
	(void)state;
	for (int i = 0; i < ENDPOINT_FAILURES_TO_OPEN; i++)
		(void)answer(HTTP_REFUSED, 0);
	now_ns += ENDPOINT_LOOK_NS;
	endpoint_looked(&endpoint, true, now_ns);
	assert_int_equal(answer(HTTP_ANSWERED, 429), ENDPOINT_AGAIN);
	assert_int_equal(endpoint.breaker, ENDPOINT_HALF_OPEN);
	now_ns = again_ns;
	assert_int_equal(answer(HTTP_ANSWERED, 200), ENDPOINT_GOOD);
	assert_int_equal(endpoint.breaker, ENDPOINT_CLOSED);
}

static void test_time_scale(void **state)
{
	(void)state;
	endpoint.time_scale = 0.01;
	for (uint32_t i = 0; i < ENDPOINT_FAILURES_TO_OPEN; i++)
		(void)answer(HTTP_REFUSED, 0);
	assert_int_equal(endpoint.breaker, ENDPOINT_OPEN);
	assert_int_equal(endpoint.look_ns - now_ns, ENDPOINT_LOOK_NS / 100);
	assert_int_equal(endpoint.open_until_ns - now_ns, ENDPOINT_OPEN_NS / 100);
}

static void test_retry_after_header(void **state)
{
	(void)state;
	assert_true(http_retry_after(TEXT_LITERAL("120"), 0) == 120);
	assert_true(http_retry_after(TEXT_LITERAL(" 0 "), 0) == 0);
	assert_true(http_retry_after(TEXT_LITERAL("Thu, 01 Jan 1970 00:01:40 GMT"), 40) == 60);
	assert_true(http_retry_after(TEXT_LITERAL("Thu, 01 Jan 1970 00:01:40 GMT"), 400) == 0);
	assert_true(http_retry_after(TEXT_LITERAL("soon"), 0) < 0);
	assert_true(http_retry_after(TEXT_LITERAL(""), 0) < 0);
	assert_true(http_retry_after(TEXT_LITERAL("-5"), 0) < 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(test_as_many_as_allowed), TEST(test_halved_and_grown_again), TEST(test_slower_answers), TEST(test_retry_after_holds_for_all),
		TEST(test_backoff_grows_and_differs), TEST(test_hopeless_requests), TEST(test_breaker), TEST(test_breaker_doubles),
		TEST(test_failures_by_chance_among_good_answers), TEST(test_all_connections_end_at_once),
		TEST(test_failures_in_a_trial), TEST(test_what_opens_without_a_trial), TEST(test_a_wrong_key_opens_at_once), TEST(test_throttling_is_no_failure_until_it_lasts),
		TEST(test_the_second_429_in_a_row_makes_all_wait), TEST(test_503_while_several_are_asked),
		TEST(test_503_that_says_when), TEST(test_other_ways_to_say_it), TEST(test_429_of_a_server_that_is_tried), TEST(test_time_scale), TEST(test_retry_after_header),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
