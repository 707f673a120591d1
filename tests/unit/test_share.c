/* The slots of one server, shared by workers that each count their own requests. Each worker here is a share and an endpoint; cells lie in one array. */
#include "ipc/barrier.h"
#include "workers/model/share.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND 1000000000ull

enum { SLOTS = 8, WORKERS = 3 };

static struct worker {
	struct share share;
	struct endpoint endpoint;
} workers[WORKERS], *const writer = &workers[0], *const judge = &workers[1];
static struct share_cell cells[WORKERS];
static uint64_t now_ns;
static int bell;

static void tell_others(uint32_t mine, uint32_t count)
{
	const struct share_cell *others[WORKERS];
	uint32_t others_count = 0;

	for (uint32_t i = 0; i < count; i++)
		if (i != mine)
			others[others_count++] = &cells[i];
	share_tell_others(&workers[mine].share, others, others_count, now_ns);
}

static int set_up(void **state)
{
	(void)state;
	now_ns = 1000 * SECOND;
	bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	memset(cells, 0xFF, sizeof(cells)); /* of workers that are no more */
	for (uint32_t i = 0; i < WORKERS; i++) {
		share_init(&workers[i].share, &cells[i], bell);
		endpoint_init(&workers[i].endpoint, SLOTS, 42 + i);
	}
	tell_others(0, 2);
	tell_others(1, 2);
	now_ns += SHARE_SETTLE_NS;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(bell);
	return 0;
}

static bool rang(void)
{
	uint64_t rings;
	return read(bell, &rings, sizeof(rings)) == sizeof(rings);
}

/* A round of one that has so many questions; how many of them went out. */
static uint32_t ask(struct worker *worker, uint32_t questions)
{
	uint32_t sent = 0;

	now_ns += 100000;
	share_hear(&worker->share, &worker->endpoint, now_ns);
	worker->share.waits = false;
	while (sent < questions && endpoint_may_start(&worker->endpoint, now_ns) && share_may_start(&worker->share, &worker->endpoint, now_ns)) {
		endpoint_started(&worker->endpoint);
		share_started(&worker->share, &worker->endpoint, ++now_ns);
		sent++;
	}
	share_tell(&worker->share, &worker->endpoint, now_ns);
	return sent;
}

static void answer(struct worker *worker, long status, double retry_after_s)
{
	const struct http_response response = { .outcome = HTTP_ANSWERED, .status = status, .retry_after_s = retry_after_s, .duration_ns = SECOND };
	uint64_t again_ns;

	now_ns += 100000;
	share_hear(&worker->share, &worker->endpoint, now_ns);
	(void)endpoint_answered(&worker->endpoint, &response, 1, now_ns, &again_ns);
	share_tell(&worker->share, &worker->endpoint, now_ns);
}

static void test_all_slots_for_who_has_questions(void **state)
{
	(void)state;
	assert_int_equal(ask(writer, 20), SLOTS);
	assert_int_equal(ask(judge, 20), 0);
	assert_true(judge->share.waits);
	for (int i = 0; i < SLOTS; i++)
		answer(writer, 200, -1);
	assert_int_equal(ask(writer, 0), 0);
	assert_int_equal(ask(judge, 20), SLOTS);
	assert_false(rang() && rang()); /* rings are counted, not queued */
}

static void test_a_newcomer_gets_its_half_and_both_keep_theirs(void **state)
{
	(void)state;
	assert_int_equal(ask(writer, 20), SLOTS);
	assert_int_equal(ask(judge, 20), 0);
	assert_false(rang());
	for (uint32_t half = 1; half <= SLOTS / 2; half++) {
		answer(writer, 200, -1);
		assert_true(rang()); /* while the answer is still to be read */
		assert_int_equal(ask(writer, 20), 0); /* the judge's turn */
		assert_int_equal(ask(judge, 20), 1);
		assert_int_equal(judge->endpoint.under_way, half);
	}
	for (int i = 0; i < 20; i++) { /* now nothing changes hands */
		struct worker *one = &workers[i % 2];
		answer(one, 200, -1);
		assert_int_equal(ask(one, 20), 1);
		assert_int_equal(ask(&workers[(i + 1) % 2], 20), 0);
	}
}

static void test_one_slot_goes_from_one_to_the_other(void **state)
{
	(void)state;
	endpoint_init(&writer->endpoint, 1, 1);
	endpoint_init(&judge->endpoint, 1, 2);
	assert_int_equal(ask(writer, 20), 1);
	assert_int_equal(ask(judge, 20), 0);
	for (int i = 0; i < 6; i++) {
		struct worker *ended = &workers[i % 2], *next = &workers[(i + 1) % 2];
		answer(ended, 200, -1);
		assert_int_equal(ask(ended, 20), 0);
		assert_int_equal(ask(next, 20), 1);
	}
}

static void test_only_the_last_slot_is_left_and_not_for_long(void **state)
{
	(void)state;
	assert_int_equal(ask(writer, 20), SLOTS);
	assert_int_equal(ask(judge, 20), 0); /* and then it does nothing more: it reads a long answer, or is stopped */
	answer(writer, 200, -1);
	answer(writer, 200, -1);
	assert_int_equal(ask(writer, 20), 1);
	uint64_t next_ns = share_next_ns(&writer->share, &writer->endpoint, now_ns);
	assert_in_range(next_ns, now_ns + 1, now_ns + SHARE_YIELD_NS);
	assert_int_equal(ask(writer, 20), 0);
	now_ns = next_ns;
	assert_int_equal(ask(writer, 20), 1);
	answer(writer, 200, -1);
	assert_int_equal(ask(writer, 20), 0); /* the next one is its turn again */
}

static void test_nobody_asks_before_it_is_told(void **state)
{
	(void)state;
	share_init(&judge->share, &cells[1], bell);
	assert_int_equal(ask(judge, 20), 0);
	assert_true(share_next_ns(&judge->share, &judge->endpoint, now_ns) == UINT64_MAX);
	share_tell_others(&judge->share, NULL, 0, now_ns);
	assert_int_equal(ask(judge, 20), SLOTS);
}

/* The writer was alone, and has questions before it hears of the judge. */
static void test_a_newcomer_waits_until_the_others_know_it(void **state)
{
	(void)state;
	share_init(&writer->share, &cells[0], bell);
	share_tell_others(&writer->share, NULL, 0, now_ns);
	share_init(&judge->share, &cells[1], bell);
	tell_others(1, 2);
	assert_int_equal(ask(judge, 20), 0);
	assert_int_equal(ask(writer, 20), SLOTS);
	uint64_t next_ns = share_next_ns(&judge->share, &judge->endpoint, now_ns);
	assert_in_range(next_ns, now_ns + 1, now_ns + SHARE_SETTLE_NS);
	now_ns = next_ns;
	assert_int_equal(ask(judge, 20), 0);
	tell_others(0, 2);
	answer(writer, 200, -1);
	assert_int_equal(ask(judge, 20), 1);
}

static void test_alone_nothing_is_counted(void **state)
{
	(void)state;
	share_init(&judge->share, NULL, -1);
	assert_int_equal(ask(writer, 20), SLOTS);
	assert_int_equal(ask(judge, 20), SLOTS);
}

static void test_what_a_dead_one_had_is_free_and_its_successor_begins_with_nothing(void **state)
{
	(void)state;
	assert_int_equal(ask(writer, 6), 6);
	assert_int_equal(ask(judge, 20), 2);
	share_tell_others(&judge->share, NULL, 0, now_ns); /* the writer was killed */
	assert_true(share_next_ns(&judge->share, &judge->endpoint, now_ns) <= now_ns);
	assert_int_equal(ask(judge, 20), 6);
	share_init(&writer->share, &cells[0], bell);
	endpoint_init(&writer->endpoint, SLOTS, 3);
	tell_others(0, 2);
	tell_others(1, 2);
	now_ns += SHARE_SETTLE_NS;
	assert_int_equal(ask(writer, 20), 0);
	answer(judge, 200, -1);
	assert_int_equal(ask(judge, 20), 0);
	assert_int_equal(ask(writer, 20), 1);
}

static void test_who_leaves_frees_its_slots(void **state)
{
	(void)state;
	assert_int_equal(ask(writer, 20), SLOTS);
	assert_int_equal(ask(judge, 20), 0);
	share_leave(&writer->share);
	assert_true(rang());
	assert_int_equal(ask(judge, 20), SLOTS);
}

static void test_a_busy_server_is_busy_for_all(void **state)
{
	(void)state;
	assert_int_equal(ask(writer, 4), 4);
	assert_int_equal(ask(judge, 4), 4);
	answer(writer, 429, -1);
	assert_int_equal((int)writer->endpoint.limit, 4);
	for (int i = 0; i < 3; i++) {
		answer(judge, 200, -1);
		assert_int_equal(ask(judge, 20), 0); /* still four or more under way */
	}
	assert_int_equal((int)judge->endpoint.limit, 4);
	answer(judge, 200, -1); /* and it has grown by one with the fourth */
	assert_int_equal((int)judge->endpoint.limit, 5);
	assert_int_equal(ask(judge, 20), 2);
	assert_int_equal(ask(writer, 0), 0);
	assert_int_equal((int)writer->endpoint.limit, 5);
	answer(writer, 429, 30); /* it says when to come again: that holds for both */
	answer(judge, 200, -1);
	assert_int_equal(ask(judge, 20), 0);
	now_ns += 31 * SECOND;
	answer(judge, 200, -1);
	assert_int_equal((int)judge->endpoint.limit, 3); /* two, and one more for two good answers */
	assert_int_equal(ask(judge, 20), 1);             /* two are the writer's */
}

static void test_an_entry_may_allow_less_than_the_server(void **state)
{
	(void)state;
	endpoint_init(&judge->endpoint, 2, 1);
	assert_int_equal(ask(writer, 0), 0);
	assert_int_equal(ask(judge, 20), 2);
	assert_int_equal(endpoint_slots(&judge->endpoint), 2);
	assert_int_equal(ask(writer, 20), SLOTS - 2);
	answer(writer, 429, -1);
	assert_int_equal((int)writer->endpoint.limit, 4);
	for (int i = 0; i < 100; i++) { /* what the judge learns raises the server's limit beyond its own */
		answer(judge, 200, -1);
		while (ask(judge, 1) == 0)
			answer(writer, 200, -1);
	}
	assert_int_equal((int)judge->endpoint.limit, SLOTS);
	assert_int_equal(judge->endpoint.under_way, 2);
}

static void test_nothing_that_stands_in_a_cell_does_harm(void **state)
{
	(void)state;
	const uint64_t words[] = { 0, 1, 7, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX, (uint64_t)1 << 63 };
	uint64_t *const places[] = { &cells[1].under_way, &cells[1].waits, &cells[1].started_ns, &cells[1].limit, &cells[1].limit_max, &cells[1].not_before_ns };

	for (size_t i = 0; i < COUNT_OF(places) * COUNT_OF(words); i++) {
		set_up(NULL);
		*places[i / COUNT_OF(words)] = words[i % COUNT_OF(words)];
		uint32_t sent = ask(writer, 100000);
		assert_true(sent <= SLOTS || cells[1].limit_max > SLOTS);
		assert_true(sent <= SLOTS);
		assert_true(writer->endpoint.limit >= 1);
		assert_true(writer->endpoint.not_before_ns <= now_ns + 130 * SECOND);
		close(bell);
	}
	bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

/* --- three at once ------------------------------------------------------------------------------------------------------- */

enum { ROUNDS = 20000 };
static uint64_t under_way_now, most_under_way, looked; /* of all */

static void note_start(void)
{
	uint64_t now = barrier_add_relaxed_u64(&under_way_now, 1) + 1, most = barrier_load_relaxed_u64(&most_under_way);
	while (now > most && !__atomic_compare_exchange_n(&most_under_way, &most, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	uint64_t clock = 2000 * SECOND; /* of its own: no turn is forced by time */

	epoll_ctl(epoll, EPOLL_CTL_ADD, bell, &event);
	for (uint32_t done = 0; done < ROUNDS;) {
		share_hear(&worker->share, &worker->endpoint, clock);
		worker->share.waits = false;
		bool may = share_may_start(&worker->share, &worker->endpoint, clock);
		if (may) {
			note_start();
			endpoint_started(&worker->endpoint);
			share_started(&worker->share, &worker->endpoint, ++clock);
			barrier_pause();
			barrier_add_relaxed_u64(&under_way_now, (uint64_t)-1);
			worker->endpoint.under_way--;
			done++;
		}
		share_tell(&worker->share, &worker->endpoint, clock);
		if (!may && share_next_ns(&worker->share, &worker->endpoint, clock) > clock && epoll_wait(epoll, &event, 1, 100) == 0)
			barrier_add_relaxed_u64(&looked, 1);
	}
	share_leave(&worker->share);
	close(epoll);
	return NULL;
}

static void test_three_at_once_never_forget_each_other(void **state)
{
	(void)state;
	pthread_t threads[WORKERS];

	under_way_now = most_under_way = looked = 0;
	for (uint32_t i = 0; i < WORKERS; i++) {
		endpoint_init(&workers[i].endpoint, 1, i);
		tell_others(i, WORKERS);
	}
	for (uint32_t i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	for (uint32_t i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	assert_in_range(most_under_way, 1, WORKERS);
	printf("most at one slot %llu, woken by time %llu of %d\n", (unsigned long long)most_under_way, (unsigned long long)looked, WORKERS * ROUNDS);
	assert_in_range(looked, 0, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_slots_for_who_has_questions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_newcomer_gets_its_half_and_both_keep_theirs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_slot_goes_from_one_to_the_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_only_the_last_slot_is_left_and_not_for_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nobody_asks_before_it_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_newcomer_waits_until_the_others_know_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_alone_nothing_is_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_a_dead_one_had_is_free_and_its_successor_begins_with_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_who_leaves_frees_its_slots, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_busy_server_is_busy_for_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_an_entry_may_allow_less_than_the_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing_that_stands_in_a_cell_does_harm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_three_at_once_never_forget_each_other, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
