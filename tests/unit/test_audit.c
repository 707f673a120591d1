/* test_audit.c: the books of a run: in order they pass; each way in which a job or a lease can be in two places, or in none, is found. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { RING_BYTES = 1 << 20, OUTBOX_BYTES = 1 << 20, BLOCK_BYTES = 4096 };

struct fixture {
	struct settings settings;
	struct run_request request;
	struct run *run;
	struct worker *worker; /* number 1 */
	struct job *queued, *held, *done, *archive, *member;
	struct error_text error;
};

static struct lease lease(struct fixture *fixture, uint16_t segment)
{
	struct lease lease = { .segment = 0 };

	assert_int_equal(memory_lease(fixture->run->memory, segment, BLOCK_BYTES, &lease, &fixture->error), 0);
	return lease;
}

static struct job *add_job(struct fixture *fixture, const char *name, struct job_list *list)
{
	struct job *job = job_create(++fixture->run->job_ids, name, "", NULL);

	assert_non_null(job);
	job_move(job, list);
	return job;
}

/* One job at each kind of place: queued, at a worker, through, an archive and its member, which reads from a members block. */
static void fill(struct fixture *fixture)
{
	struct run *run = fixture->run;

	fixture->queued = add_job(fixture, "queued", &run->queues[JOB_PREPROCESS]);
	fixture->queued->input = lease(fixture, MEMORY_RING);
	fixture->held = add_job(fixture, "held", &fixture->worker->held);
	fixture->held->stage = JOB_GENERATE;
	fixture->held->document = lease(fixture, 1);
	fixture->held->output = lease(fixture, 1);
	fixture->done = add_job(fixture, "done", &run->committing);
	fixture->archive = add_job(fixture, "archive", &run->expanding);
	fixture->member = add_job(fixture, "member", &run->queues[JOB_PREPROCESS]);
	fixture->member->archive = fixture->archive;
	fixture->archive->open_members = 1;
	fixture->member->member_block = calloc(1, sizeof(struct shared_block));
	assert_non_null(fixture->member->member_block);
	*fixture->member->member_block = (struct shared_block){ .lease = lease(fixture, 1), .readers = 1 };
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_int_equal(support_leaks_setup(state), 0);
	assert_non_null(fixture);
	settings_init(&fixture->settings);
	fixture->request.settings = &fixture->settings;
	fixture->run = calloc(1, sizeof(*fixture->run));
	assert_non_null(fixture->run);
	run_init(fixture->run, &fixture->request);
	fixture->run->memory = memory_create(false);
	assert_non_null(fixture->run->memory);
	assert_int_equal(memory_add_segment(fixture->run->memory, MEMORY_RING, RING_BYTES, true, &fixture->error), 0);
	assert_int_equal(memory_add_segment(fixture->run->memory, 1, OUTBOX_BYTES, false, &fixture->error), 0);
	fixture->run->worker_count = 1;
	fixture->worker = &fixture->run->workers[0];
	*fixture->worker = (struct worker){ .run = fixture->run, .number = 1, .pid = 1, .state = WORKER_READY, .held = { .place = JOB_HELD } };
	fill(fixture);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	struct job *const jobs[] = { fixture->queued, fixture->held, fixture->done, fixture->member, fixture->archive };

	fixture->archive->open_members = 0;
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		dispatch_forget(fixture->run, jobs[i]);
	for (uint16_t segment = 0; segment <= 1; segment++)
		assert_int_equal(memory_leased(fixture->run->memory, segment), 0);
	memory_destroy(fixture->run->memory);
	settings_done(&fixture->settings);
	free(fixture->run);
	free(fixture);
	return support_leaks_teardown(state);
}

static void assert_found(struct fixture *fixture, const char *words)
{
	assert_int_equal(run_audit(fixture->run, &fixture->error), ERROR_INPUT_REJECTED);
	if (!strstr(fixture->error.message, words))
		fail_msg("expected '%s', found '%s'", words, fixture->error.message);
}

static void assert_in_order(struct fixture *fixture)
{
	int status = run_audit(fixture->run, &fixture->error);

	if (status < 0)
		fail_msg("%s", fixture->error.message);
}

static void test_books_in_order(void **state)
{
	struct fixture *fixture = *state;

	assert_in_order(fixture);
	job_move(fixture->held, &fixture->run->queues[JOB_GENERATE]); /* back from its worker, with its output still leased */
	assert_found(fixture, "output extent");
	memory_release(fixture->run->memory, &fixture->held->output);
	assert_in_order(fixture);
}

static void test_a_lease_that_nobody_holds(void **state)
{
	struct fixture *fixture = *state;
	struct lease lost = memory_give(&fixture->queued->input);

	assert_found(fixture, "queued without an input");
	fixture->queued->input = lease(fixture, MEMORY_RING);
	assert_found(fixture, "segment 0");
	memory_release(fixture->run->memory, &lost);
	assert_in_order(fixture);
}

static void test_a_lease_with_two_holders(void **state)
{
	struct fixture *fixture = *state;
	struct lease own = fixture->held->output;

	fixture->held->output = fixture->held->document;
	assert_found(fixture, "earlier life, or that of another one");
	fixture->held->output = own;
	memory_release(fixture->run->memory, &fixture->held->output);
	fixture->held->output = own; /* given back, and still in hand */
	assert_found(fixture, "earlier life");
	fixture->held->output = lease(fixture, 1);
	assert_in_order(fixture);
}

static void test_readers_of_one_block(void **state)
{
	struct fixture *fixture = *state;

	fixture->done->member_block = fixture->member->member_block;
	assert_found(fixture, "through and still holds memory");
	job_move(fixture->done, &fixture->run->queues[JOB_EXPAND]);
	assert_in_order(fixture); /* one lease, two readers */
	fixture->done->member_block = NULL;
	job_move(fixture->done, &fixture->run->syncing);
}

static void test_lists_that_do_not_fit(void **state)
{
	struct fixture *fixture = *state;
	struct job_list *queue = &fixture->run->queues[JOB_PREPROCESS];

	queue->count++;
	assert_found(fixture, "a list of 3 jobs has 2");
	queue->count--;
	fixture->member->list = &fixture->run->reading;
	assert_found(fixture, "does not know it");
	fixture->member->list = queue;
	fixture->done->id = fixture->queued->id;
	assert_found(fixture, "two places");
	fixture->done->id = fixture->run->job_ids + 1;
	fixture->archive->open_members = 2;
	assert_found(fixture, "wait for 2");
	fixture->archive->open_members = 1;
	assert_in_order(fixture);
}

static void test_workers_that_are_gone(void **state)
{
	struct fixture *fixture = *state;

	fixture->worker->pid = 0;
	assert_found(fixture, "has no process");
	fixture->worker->pid = 1;
	fixture->worker->number = 2;
	assert_found(fixture, "another outbox");
	fixture->worker->number = 1;
	fixture->run->waiting = fixture->queued;
	assert_found(fixture, "waits to be read");
	fixture->run->waiting = NULL;
	assert_in_order(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_books_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_lease_that_nobody_holds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_lease_with_two_holders, setup, teardown),
		cmocka_unit_test_setup_teardown(test_readers_of_one_block, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lists_that_do_not_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_workers_that_are_gone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
