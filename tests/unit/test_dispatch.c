/* test_dispatch.c: which task goes to which worker, when, does not depend on the road that it takes: the same traffic over the fast lane
 * and over the bus, with real lanes and sockets, workers played by the test. And what holds on both: credits, level by level, priority. */
#define _GNU_SOURCE
#include "coordinator/run.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>
#include <cmocka.h>

enum { WORKERS = 4, CREDITS = 3, JOBS = 400, OUTBOX_BYTES = 4 << 20, TRACE_MAX = 4096 };
enum road { LANE, BUS };

struct end { /* a worker's side */
	struct lane lane;
	struct channel *channel;
	uint64_t held[CREDITS]; /* task ids, in order of arrival */
	size_t held_count;
};

struct scene {
	enum road road;
	struct run *run;
	struct settings settings;
	struct end ends[WORKERS];
	char folder[64], endpoint[128];
	uint64_t last_id;
	char trace[TRACE_MAX][24]; /* "2 generate 17": worker, kind, task */
	size_t trace_count;
};

/* --- the scene ------------------------------------------------------------------------------------------------------ */

static void connect_worker(struct scene *scene, uint32_t index)
{
	struct worker *worker = &scene->run->workers[index];
	struct end *end = &scene->ends[index];
	char identity[16], frame[16];
	struct error_text error = { "" };

	if (scene->road == LANE) {
		assert_int_equal(lane_create(&worker->lane, 1000 + 2 * index, &error), 0);
		assert_int_equal(lane_attach(&end->lane, worker->lane.my_segment.read_descriptor, worker->lane.their_segment.write_descriptor, 1000 + 2 * index,
					     &error), 0);
		return;
	}
	snprintf(identity, sizeof(identity), "w%u.%u", worker->number, 4711 + index);
	assert_int_equal(channel_connect(&end->channel, scene->endpoint, identity, &error), 0);
	while (channel_send(end->channel, NULL, "hello", 5) == -EAGAIN) /* until it is connected */
		sched_yield();
	zmq_pollitem_t item = { .socket = channel_socket(scene->run->channel), .events = ZMQ_POLLIN };
	assert_int_equal(zmq_poll(&item, 1, 10000), 1);
	assert_int_equal(channel_receive(scene->run->channel, &worker->peer, frame, sizeof(frame)), 5);
}

static void open_scene(struct scene *scene, enum road road)
{
	struct error_text error = { "" };
	struct run *run = calloc(1, sizeof(*run));

	assert_non_null(run);
	memset(scene, 0, sizeof(*scene));
	scene->road = road;
	scene->run = run;
	settings_init(&scene->settings);
	scene->settings.ipc.credits = CREDITS;
	scene->settings.ipc.stock_us = 0; /* credits alone */
	run->settings = &scene->settings;
	run->outbox_bytes = OUTBOX_BYTES;
	run->output_ratio[JOB_PREPROCESS] = run->output_ratio[JOB_GENERATE] = 1;
	for (int stage = 0; stage < JOB_STAGE_COUNT; stage++)
		run->queues[stage].place = JOB_QUEUED;
	run->memory = memory_create(false);
	assert_int_equal(memory_add_segment(run->memory, MEMORY_RING, 8 << 20, true, &error), 0);
	snprintf(scene->endpoint, sizeof(scene->endpoint), "ipc://%s/bus", support_folder_make(scene->folder));
	assert_int_equal(channel_bind(&run->channel, scene->endpoint, &error), 0);
	for (uint32_t i = 0; i < WORKERS; i++) {
		struct worker *worker = &run->workers[run->worker_count++];
		*worker = (struct worker){ .run = run, .number = i + 1, .model = -1, .kind = i == 2 ? WORKER_INFERENCE : WORKER_PREPROCESS, .state = WORKER_READY,
					   .pid = 4711 + (int)i, .bell_out = -1, .held = { .place = JOB_HELD } };
		memset(worker->known, 0xFF, sizeof(worker->known)); /* every segment was announced */
		assert_int_equal(memory_add_segment(run->memory, (uint16_t)worker->number, OUTBOX_BYTES, false, &error), 0);
		connect_worker(scene, i);
	}
}

static void close_scene(struct scene *scene)
{
	for (uint32_t i = 0; i < WORKERS; i++) {
		struct worker *worker = &scene->run->workers[i];
		assert_int_equal(worker->held.count, 0);
		lane_done(&scene->ends[i].lane);
		lane_done(&worker->lane);
		channel_close(scene->ends[i].channel);
	}
	channel_close(scene->run->channel);
	memory_destroy(scene->run->memory);
	settings_done(&scene->settings);
	support_folder_remove(scene->folder);
	free(scene->run);
}

static void add_job(struct scene *scene, enum job_stage stage)
{
	struct run *run = scene->run;
	struct error_text error = { "" };
	struct job *job = job_create(++scene->last_id, "a", "", NULL);

	assert_non_null(job);
	job->bytes = 1000;
	if (stage == JOB_GENERATE) {
		assert_int_equal(memory_lease(run->memory, 1, 1024, &job->document, &error), 0);
		job->document_bytes = 1024;
	} else {
		assert_int_equal(memory_lease(run->memory, MEMORY_RING, 1024, &job->input, &error), 0);
	}
	dispatch_enqueue(run, job, stage);
}

/* --- the workers' side ---------------------------------------------------------------------------------------------- */

/* The next task of the worker, if it was given one more than it has: by the ledger, since a frame takes its time. */
static void receive_task(struct scene *scene, uint32_t index)
{
	static const char *const kinds[] = { "-", "expand", "preprocess", "generate" };
	static uint8_t frame[MESSAGE_BYTES_MAX];
	struct end *end = &scene->ends[index];
	struct message message = { .type = 0 };

	if (scene->road == LANE) {
		assert_int_equal(lane_receive(&end->lane, &message.descriptor), 1);
	} else {
		zmq_pollitem_t item = { .socket = channel_socket(end->channel), .events = ZMQ_POLLIN };
		assert_int_equal(zmq_poll(&item, 1, 10000), 1);
		int64_t bytes = channel_receive(end->channel, NULL, frame, sizeof(frame));
		assert_true(bytes > 0);
		assert_int_equal(message_decode(frame, (size_t)bytes, &message, NULL), 0);
		assert_int_equal(message.type, MESSAGE_TASK);
	}
	assert_true(end->held_count < CREDITS && scene->trace_count < TRACE_MAX);
	end->held[end->held_count++] = message.descriptor.task_id;
	snprintf(scene->trace[scene->trace_count++], sizeof(scene->trace[0]), "%u %s %u", index + 1, kinds[message.descriptor.kind],
		 (unsigned)message.descriptor.task_id);
}

/* Worker by worker, what dispatch has just given out. */
static void receive_tasks(struct scene *scene)
{
	for (uint32_t i = 0; i < WORKERS; i++) {
		const struct worker *worker = &scene->run->workers[i];
		assert_true(worker->held.count <= CREDITS);
		while (scene->ends[i].held_count < worker->held.count)
			receive_task(scene, i);
	}
}

/* The worker has finished its oldest task; what becomes of the job is of no matter here. */
static void finish_task(struct scene *scene, uint32_t index)
{
	struct end *end = &scene->ends[index];
	struct job *job = scene->run->workers[index].held.first;

	if (end->held_count == 0)
		return;
	assert_int_equal(job->id, end->held[0]); /* tasks arrive in the ledger's order */
	memmove(end->held, end->held + 1, --end->held_count * sizeof(end->held[0]));
	dispatch_forget(scene->run, job);
}

/* --- tests ---------------------------------------------------------------------------------------------------------- */

static bool all_done(const struct scene *scene)
{
	for (int stage = 0; stage < JOB_STAGE_COUNT; stage++)
		if (scene->run->queues[stage].count)
			return false;
	for (uint32_t i = 0; i < WORKERS; i++)
		if (scene->ends[i].held_count)
			return false;
	return true;
}

static void run_traffic(struct scene *scene, uint64_t seed)
{
	struct support_random random = { seed };

	while (scene->last_id < JOBS || !all_done(scene)) {
		for (uint64_t i = support_random_below(&random, 8); i > 0 && scene->last_id < JOBS; i--)
			add_job(scene, (enum job_stage)support_random_below(&random, JOB_STAGE_COUNT));
		if (support_random_below(&random, 20) == 0) /* one leaves and comes back */
			scene->run->workers[support_random_below(&random, WORKERS)].state = WORKER_LEAVING;
		else
			scene->run->workers[support_random_below(&random, WORKERS)].state = WORKER_READY;
		dispatch_step(scene->run);
		receive_tasks(scene);
		for (uint64_t i = support_random_below(&random, 6); i > 0; i--)
			finish_task(scene, (uint32_t)support_random_below(&random, WORKERS));
	}
}

static void test_the_road_changes_nothing(void **state)
{
	static struct scene lane, bus;

	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		open_scene(&lane, LANE);
		run_traffic(&lane, seed);
		open_scene(&bus, BUS);
		run_traffic(&bus, seed);
		assert_int_equal(lane.trace_count, JOBS);
		assert_int_equal(bus.trace_count, JOBS);
		for (size_t i = 0; i < JOBS; i++)
			assert_string_equal(lane.trace[i], bus.trace[i]);
		close_scene(&lane);
		close_scene(&bus);
	}
}

static void expect_trace(const struct scene *scene, size_t from, const char *const *expected, size_t count)
{
	assert_int_equal(scene->trace_count - from, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(scene->trace[from + i], expected[i]);
}

static void finish_all(struct scene *scene)
{
	while (!all_done(scene)) {
		dispatch_step(scene->run);
		receive_tasks(scene);
		for (uint32_t i = 0; i < WORKERS; i++)
			finish_task(scene, i);
	}
}

static void check_order(enum road road)
{
	static struct scene scene;
	/* Documents before archives, whatever came first; everybody has one task before anybody has two; conversations for the inference worker alone. */
	const char *const first[] = { "1 preprocess 3", "1 preprocess 6", "2 preprocess 4", "2 expand 1", "3 generate 7", "3 generate 8", "3 generate 9",
				      "4 preprocess 5", "4 expand 2" };
	const char *const second[] = { "1 preprocess 11" };

	open_scene(&scene, road);
	for (int i = 0; i < 2; i++)
		add_job(&scene, JOB_EXPAND);
	for (int i = 0; i < 4; i++)
		add_job(&scene, JOB_PREPROCESS);
	for (int i = 0; i < 4; i++)
		add_job(&scene, JOB_GENERATE);
	dispatch_step(scene.run);
	receive_tasks(&scene);
	expect_trace(&scene, 0, first, COUNT_OF(first));
	assert_int_equal(scene.run->queues[JOB_GENERATE].count, 1); /* no fourth without a credit */
	scene.run->workers[1].state = scene.run->workers[3].state = WORKER_LEAVING; /* get no more */
	for (int i = 0; i < 2; i++)
		add_job(&scene, JOB_PREPROCESS);
	dispatch_step(scene.run);
	receive_tasks(&scene);
	expect_trace(&scene, COUNT_OF(first), second, COUNT_OF(second));
	scene.run->workers[1].state = scene.run->workers[3].state = WORKER_READY;
	finish_all(&scene);
	close_scene(&scene);
}

static void test_order_and_credits(void **state)
{
	(void)state;
	check_order(LANE);
	check_order(BUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_road_changes_nothing),
		cmocka_unit_test(test_order_and_credits),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
