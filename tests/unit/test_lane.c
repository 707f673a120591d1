/* test_lane.c: the fast lane: order, wrap-around, full and empty, garbage from the other side, a producer that dies at any instruction,
 * no lost wake-up; in two threads (with -fsanitize=thread too: tests/run-tsan) and between two mapped segments. */
#define _GNU_SOURCE
#include "ipc/lane.h"

#include "ipc/barrier.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct pair { /* shared between processes where a test forks */
	struct lane_side left_side, right_side;
	uint32_t bells, done;
};

static struct pair *make_pair(struct lane *left, struct lane *right)
{
	struct pair *pair = mmap(NULL, sizeof(*pair), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(pair != MAP_FAILED);
	lane_init(left, &pair->left_side, &pair->right_side);
	lane_init(right, &pair->right_side, &pair->left_side);
	return pair;
}

/* Every field depends on the number, so that a torn descriptor shows. */
static struct descriptor numbered(uint64_t number)
{
	return (struct descriptor){
		.task_id = number, .generation = (uint32_t)number, .kind = (uint16_t)number, .status = (uint16_t)(number + 1),
		.in_segment = (uint16_t)(number + 2), .out_segment = (uint16_t)(number + 3), .argument = (uint32_t)(number + 4),
		.in_offset = number + 5, .in_bytes = number + 6, .out_offset = number + 7, .out_bytes = ~number,
	};
}

static bool is_numbered(const struct descriptor *descriptor, uint64_t number)
{
	struct descriptor expected = numbered(number);
	return memcmp(descriptor, &expected, sizeof(expected)) == 0;
}

static int send_numbered(struct lane *lane, uint64_t number)
{
	struct descriptor descriptor = numbered(number);
	return lane_send(lane, &descriptor);
}

static void receive_numbered(struct lane *lane, uint64_t number)
{
	struct descriptor descriptor;

	assert_int_equal(lane_receive(lane, &descriptor), 1);
	assert_true(is_numbered(&descriptor, number));
}

/* --- one thread ---------------------------------------------------------------------------------------------------- */

static void test_order_through_many_rounds(void **state)
{
	struct lane left, right;
	struct pair *pair = make_pair(&left, &right);
	struct support_random random = { 7 };
	struct descriptor nothing;
	uint64_t sent = 0, received = 0;

	(void)state;
	while (received < 20 * LANE_SLOTS) {
		for (uint64_t n = support_random_below(&random, LANE_SLOTS - LANE_PROGRESS_SLOTS); n > 0 && sent - received < LANE_SLOTS - LANE_PROGRESS_SLOTS; n--)
			assert_int_equal(send_numbered(&left, sent++), 0);
		for (uint64_t n = support_random_below(&random, sent - received + 1); n > 0; n--)
			receive_numbered(&right, received++);
		assert_int_equal(lane_is_pending(&right), sent != received);
	}
	while (received < sent)
		receive_numbered(&right, received++);
	assert_int_equal(lane_receive(&right, &nothing), 0);
	assert_int_equal(lane_receive(&left, &nothing), 0); /* the other direction saw none of it */
	munmap(pair, sizeof(*pair));
}

static void test_a_full_lane_overwrites_nothing(void **state)
{
	struct lane left, right;
	struct pair *pair = make_pair(&left, &right);
	uint64_t sent = 0, received = 0;

	(void)state;
	for (int round = 0; round < 5; round++) {
		int status;
		while ((status = send_numbered(&left, sent)) == 0)
			sent++;
		assert_int_equal(status, -EAGAIN);
		assert_true(sent - received >= LANE_SLOTS - LANE_PROGRESS_SLOTS && sent - received <= LANE_SLOTS);
		for (int i = 0; i < LANE_PROGRESS_SLOTS + round; i++)
			receive_numbered(&right, received++);
		assert_int_equal(send_numbered(&left, sent++), 0); /* a told step is room again */
	}
	while (received < sent)
		receive_numbered(&right, received++);
	munmap(pair, sizeof(*pair));
}

static void test_the_bell_is_asked_for_once_a_sleep(void **state)
{
	struct lane left, right;
	struct pair *pair = make_pair(&left, &right);

	(void)state;
	assert_int_equal(send_numbered(&left, 0), 0);
	assert_false(lane_must_ring(&left)); /* awake */
	assert_false(lane_fall_asleep(&right)); /* something is there */
	assert_false(lane_must_ring(&left));
	receive_numbered(&right, 0);
	for (uint64_t round = 1; round < 10; round += 2) {
		assert_true(lane_fall_asleep(&right));
		assert_int_equal(send_numbered(&left, round), 0);
		assert_true(lane_must_ring(&left));
		assert_int_equal(send_numbered(&left, round + 1), 0);
		assert_false(lane_must_ring(&left)); /* rung for this sleep already */
		lane_wake(&right);
		lane_wake(&right);
		assert_false(lane_must_ring(&left));
		receive_numbered(&right, round);
		receive_numbered(&right, round + 1);
	}
	lane_count_rescue(&right);
	assert_int_equal(lane_rescues_of_peer(&left), 1);
	assert_int_equal(lane_rescues_of_peer(&right), 0);
	munmap(pair, sizeof(*pair));
}

/* --- a peer that writes anything ----------------------------------------------------------------------------------- */

static void test_garbage_in_slots_is_refused(void **state)
{
	static const uint64_t wrong[] = { 2, 3, LANE_SLOTS + 1, UINT64_MAX, UINT64_C(1) << 63 };
	struct descriptor nothing;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct lane left, right;
		struct pair *pair = make_pair(&left, &right);
		pair->left_side.slots[0].sequence = wrong[i];
		assert_true(lane_is_pending(&right));
		assert_int_equal(lane_receive(&right, &nothing), ERROR_INPUT_REJECTED);
		assert_false(lane_fall_asleep(&right)); /* not slept through */
		munmap(pair, sizeof(*pair));
	}
	struct lane left, right;
	struct pair *pair = make_pair(&left, &right);
	for (uint64_t i = 0; i < LANE_SLOTS; i++) {
		assert_int_equal(send_numbered(&left, i), 0);
		receive_numbered(&right, i);
	}
	assert_int_equal(lane_receive(&right, &nothing), 0);
	pair->left_side.slots[0].sequence = 0; /* it was 1: going back is garbage too */
	assert_int_equal(lane_receive(&right, &nothing), ERROR_INPUT_REJECTED);
	munmap(pair, sizeof(*pair));
}

static void test_progress_that_cannot_be_is_refused(void **state)
{
	static const uint64_t wrong[] = { LANE_SLOTS + 1, UINT64_MAX, UINT64_C(1) << 63 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct lane left, right;
		struct pair *pair = make_pair(&left, &right);
		for (uint64_t n = 0; n < LANE_SLOTS; n++)
			assert_int_equal(send_numbered(&left, n), 0);
		pair->right_side.taken = wrong[i];
		assert_int_equal(send_numbered(&left, LANE_SLOTS), ERROR_INPUT_REJECTED);
		pair->right_side.taken = LANE_PROGRESS_SLOTS;
		assert_int_equal(send_numbered(&left, LANE_SLOTS), 0);
		for (uint64_t n = 1; n < LANE_PROGRESS_SLOTS; n++)
			assert_int_equal(send_numbered(&left, LANE_SLOTS + n), 0);
		pair->right_side.taken = LANE_PROGRESS_SLOTS - 1; /* backwards */
		assert_int_equal(send_numbered(&left, 0), ERROR_INPUT_REJECTED);
		munmap(pair, sizeof(*pair));
	}
}

/* Random bytes in all of the other side: an answer every time, no crash, no more than a round of descriptors. */
static void test_random_sides(void **state)
{
	struct support_random random = { 99 };

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct lane left, right;
		struct pair *pair = make_pair(&left, &right);
		struct descriptor descriptor;
		uint64_t *words = (void *)&pair->left_side;
		for (size_t i = 0; i < sizeof(pair->left_side) / 8; i++)
			words[i] = support_random_below(&random, 4) ? support_random_below(&random, 2 * LANE_SLOTS) : support_random_next(&random);
		int got = 0, status;
		while ((status = lane_receive(&right, &descriptor)) == 1)
			assert_true(++got <= 2 * LANE_SLOTS);
		assert_true(lane_must_ring(&right) == ((pair->left_side.sleep & 1) != 0));
		for (int i = 0; i < 2 * LANE_SLOTS && status == 0; i++)
			status = send_numbered(&right, (uint64_t)i);
		assert_true(status == 0 || status == -EAGAIN || status == ERROR_INPUT_REJECTED);
		munmap(pair, sizeof(*pair));
	}
}

/* --- segments ------------------------------------------------------------------------------------------------------ */

static void test_two_mapped_segments(void **state)
{
	struct lane coordinator, worker, wrong;
	struct error_text error = { "" };

	(void)state;
	assert_int_equal(lane_create(&coordinator, 70000, &error), 0);
	assert_int_equal(lane_attach(&worker, coordinator.my_segment.read_descriptor, coordinator.their_segment.write_descriptor, 70000, &error), 0);
	assert_true(lane_is_open(&coordinator) && lane_is_open(&worker));
	for (uint64_t i = 0; i < 2 * LANE_SLOTS; i++) {
		assert_int_equal(send_numbered(&coordinator, i), 0);
		receive_numbered(&worker, i);
		assert_int_equal(send_numbered(&worker, i + 1), 0);
		receive_numbered(&coordinator, i + 1);
	}
	/* neither can write where the other one does */
	assert_int_equal(mprotect(coordinator.their_segment.base, 4096, PROT_READ | PROT_WRITE), 0); /* it made it: it could, and does not */
	assert_int_equal(mprotect(worker.their_segment.base, 4096, PROT_READ | PROT_WRITE), -1);
	assert_int_equal(lane_attach(&wrong, coordinator.my_segment.read_descriptor, coordinator.my_segment.read_descriptor, 70000, &error), -EACCES);
	assert_int_equal(lane_attach(&wrong, coordinator.my_segment.read_descriptor, coordinator.their_segment.write_descriptor, 70002, &error),
			 ERROR_INPUT_REJECTED);
	lane_done(&worker);
	lane_done(&coordinator);
	lane_done(&coordinator);
	lane_done(NULL);
}

/* --- two threads --------------------------------------------------------------------------------------------------- */

enum { THREAD_MESSAGES = 60000 };

struct player {
	struct lane lane;
	sem_t *own_bell, *other_bell;
	struct support_random random;
	uint64_t sent, received, sleeps;
	bool wrong;
};

static void sleep_until_rung(struct player *player)
{
	if (!lane_fall_asleep(&player->lane))
		return;
	player->sleeps++;
	while (sem_wait(player->own_bell) < 0)
		continue;
	lane_wake(&player->lane);
}

/* Sends and receives as many; blocks without a timeout: a lost wake-up hangs, which the runner's limit reports. */
static void *play(void *context)
{
	struct player *player = context;
	struct descriptor descriptor;

	while (player->sent < THREAD_MESSAGES || player->received < THREAD_MESSAGES) {
		uint64_t batch = support_random_below(&player->random, 8), before = player->sent + player->received;
		/* never further ahead than a worker's credits: what one owes the other bounds both */
		while (batch-- > 0 && player->sent < THREAD_MESSAGES && player->sent < player->received + 16)
			if (send_numbered(&player->lane, player->sent) == 0)
				player->sent++;
		if (lane_must_ring(&player->lane))
			sem_post(player->other_bell);
		int status;
		while ((status = lane_receive(&player->lane, &descriptor)) == 1)
			player->wrong |= !is_numbered(&descriptor, player->received++);
		player->wrong |= status < 0;
		bool waits = player->sent == THREAD_MESSAGES || player->sent >= player->received + 16;
		if (player->sent + player->received == before && waits && player->received < THREAD_MESSAGES)
			sleep_until_rung(player);
	}
	return NULL;
}

static void test_two_threads_and_their_bells(void **state)
{
	struct player *players = calloc(2, sizeof(*players));
	sem_t bells[2];
	pthread_t thread;

	(void)state;
	struct pair *pair = make_pair(&players[0].lane, &players[1].lane);
	for (int i = 0; i < 2; i++) {
		sem_init(&bells[i], 0, 0);
		players[i].own_bell = &bells[i];
		players[i].other_bell = &bells[1 - i];
		players[i].random.state = 11 + (uint64_t)i;
	}
	assert_int_equal(pthread_create(&thread, NULL, play, &players[1]), 0);
	play(&players[0]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (int i = 0; i < 2; i++) {
		assert_false(players[i].wrong);
		assert_int_equal(players[i].received, THREAD_MESSAGES);
		sem_destroy(&bells[i]);
	}
	assert_true(players[0].sleeps + players[1].sleeps > 0);
	munmap(pair, sizeof(*pair));
	free(players);
}

static void *flood(void *context)
{
	struct lane *lane = context;

	for (uint64_t i = 0; i < 10 * THREAD_MESSAGES;) {
		if (send_numbered(lane, i) == 0)
			i++;
		else
			sched_yield();
	}
	return NULL;
}

static void test_a_flood_that_fills_the_lane(void **state)
{
	struct lane left, right;
	struct pair *pair = make_pair(&left, &right);
	struct descriptor descriptor;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, flood, &left), 0);
	for (uint64_t i = 0; i < 10 * THREAD_MESSAGES;) {
		int status = lane_receive(&right, &descriptor);
		assert_true(status >= 0);
		if (status == 1)
			assert_true(is_numbered(&descriptor, i++));
		else
			sched_yield();
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	munmap(pair, sizeof(*pair));
}

/* --- killed at any instruction ------------------------------------------------------------------------------------- */

#ifndef __SANITIZE_THREAD__

typedef int send_function(struct lane *lane, const struct descriptor *descriptor);

/* The planted mistake that the harness must see: the slot is published before it is filled. */
static int send_published_before_filled(struct lane *lane, const struct descriptor *descriptor)
{
	struct lane_slot *slot = &lane->mine->slots[lane->sent % LANE_SLOTS];

	lane->sent++;
	barrier_store_release_u64(&slot->sequence, lane->sent);
	slot->descriptor = *descriptor;
	return 0;
}

/* A child that stops itself, then sends `count` descriptors (waiting for room) and rings by counting. */
static pid_t start_producer(struct pair *pair, struct lane *lane, send_function *send, uint64_t count)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(77);
	raise(SIGSTOP);
	for (uint64_t i = 0; i < count;) {
		struct descriptor descriptor = numbered(i);
		if (send(lane, &descriptor) != 0)
			continue;
		i++;
		if (lane_must_ring(lane))
			pair->bells++;
	}
	barrier_store_release_u32(&pair->done, 1);
	_exit(0);
}

/* False: this system does not let a process trace its child. */
static bool wait_stopped(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 77);
		return false;
	}
	assert_true(WIFSTOPPED(status));
	return true;
}

/* One instruction. False: the child has ended. */
static bool step(pid_t child)
{
	int status;

	assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 0);
		return false;
	}
	assert_true(WIFSTOPPED(status));
	return true;
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* After each instruction of the producer, what is in the lane is what would be there had it been killed now: whole descriptors, in
 * order, nothing else. The number of instructions after which it was not so. */
static int count_torn(send_function *send, uint64_t count, uint64_t *ret_received, uint64_t *ret_steps)
{
	struct lane left, right;
	struct pair *pair = make_pair(&left, &right);
	struct descriptor descriptor;
	int torn = 0;

	*ret_received = *ret_steps = 0;
	pid_t child = start_producer(pair, &left, send, count);
	if (!wait_stopped(child)) {
		munmap(pair, sizeof(*pair));
		return -1;
	}
	bool alive = true;
	while (alive && torn == 0) {
		alive = step(child);
		*ret_steps += 1;
		int status = lane_receive(&right, &descriptor);
		torn += status < 0 || (status == 1 && !is_numbered(&descriptor, *ret_received));
		*ret_received += status == 1;
	}
	if (alive)
		end_child(child);
	munmap(pair, sizeof(*pair));
	return torn;
}

static void test_a_producer_killed_at_any_instruction(void **state)
{
	uint64_t received, steps;
	int torn = count_torn(send_published_before_filled, 3, &received, &steps);

	(void)state;
	if (torn < 0) {
		print_message("SKIP: a process may not trace its child here\n");
		skip();
	}
	assert_int_equal(torn, 1); /* the harness sees the planted mistake */
	assert_int_equal(count_torn(lane_send, LANE_SLOTS + 20, &received, &steps), 0);
	assert_int_equal(received, LANE_SLOTS + 20);
	assert_true(steps > received * 10);
}

/* The consumer falls asleep after the n-th instruction of the producer, for every n: then either it saw the descriptor, or the bell
 * is rung, or the descriptor is not there yet. */
static void test_falling_asleep_at_any_instruction_of_the_producer(void **state)
{
	bool done = false;
	int rung = 0, seen = 0;

	(void)state;
	for (int n = 0; !done; n++) {
		struct lane left, right;
		struct pair *pair = make_pair(&left, &right);
		pid_t child = start_producer(pair, &left, lane_send, 1);
		if (!wait_stopped(child)) {
			munmap(pair, sizeof(*pair));
			print_message("SKIP: a process may not trace its child here\n");
			skip();
		}
		for (int i = 0; i < n && !done; i++) {
			assert_true(step(child));
			done = barrier_load_acquire_u32(&pair->done) != 0;
		}
		bool asleep = lane_fall_asleep(&right);
		int status;
		assert_int_equal(ptrace(PTRACE_CONT, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_true(lane_is_pending(&right));
		assert_int_equal(pair->bells > 0, asleep);
		rung += asleep;
		seen += !asleep;
		munmap(pair, sizeof(*pair));
	}
	assert_true(rung > 5 && seen > 5);
}

#endif

/* --- spinning ------------------------------------------------------------------------------------------------------ */

static bool never(void *context)
{
	*(uint64_t *)context += 1;
	return false;
}

static bool at_once(void *context)
{
	*(uint64_t *)context += 1;
	return true;
}

static void test_the_spin_budget_adapts(void **state)
{
	struct lane_spin spin;
	uint64_t looks = 0;

	(void)state;
	lane_spin_init(&spin, 0); /* the same core: not one look */
	assert_false(lane_spin_wait(&spin, never, &looks));
	assert_int_equal(looks, 0);
	lane_spin_init(&spin, LANE_SPIN_NS);
	for (int i = 0; i < 10; i++)
		assert_false(lane_spin_wait(&spin, never, &looks));
	assert_int_equal(spin.budget_ns, 0); /* it never paid */
	looks = 0;
	assert_false(lane_spin_wait(&spin, at_once, &looks));
	assert_int_equal(looks, 0);
	int waits = 0;
	while (!lane_spin_wait(&spin, at_once, &looks))
		assert_true(++waits < 100); /* tried again some time */
	assert_int_equal(spin.budget_ns, LANE_SPIN_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_through_many_rounds),
		cmocka_unit_test(test_a_full_lane_overwrites_nothing),
		cmocka_unit_test(test_the_bell_is_asked_for_once_a_sleep),
		cmocka_unit_test(test_garbage_in_slots_is_refused),
		cmocka_unit_test(test_progress_that_cannot_be_is_refused),
		cmocka_unit_test(test_random_sides),
		cmocka_unit_test_setup_teardown(test_two_mapped_segments, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test(test_two_threads_and_their_bells),
		cmocka_unit_test(test_a_flood_that_fills_the_lane),
#ifndef __SANITIZE_THREAD__
		cmocka_unit_test_setup_teardown(test_a_producer_killed_at_any_instruction, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_falling_asleep_at_any_instruction_of_the_producer, support_leaks_setup, support_leaks_teardown),
#endif
		cmocka_unit_test(test_the_spin_budget_adapts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
