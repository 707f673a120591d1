/* endless.c: takes the place of intake.c and commit.c in a coordinator under test, so that its dispatch alone is measured: tasks come from
 * nowhere, each with a lease of the ring and a header in it like any other, and are gone with their result. Everything between is the product:
 * the loop, queues, ledger, leases of outputs, lanes or bus, results, supervision.
 *
 * DOCRING_BENCH_TASKS="FLIGHT:MILLISECONDS": how many tasks are about at any time, and for how long. The clock starts once every worker is there
 * and an eighth of the time has passed. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "perf/trace.h"
#include "perf/trace_process.h"
#include "proto/input.h"

#include <stdlib.h>
#include <string.h>

enum { DATA_BYTES = 256 };

static struct {
	bool read;
	uint64_t flight_most, duration_ns; /* as asked for */
	uint64_t flight, settled, start_ns;
	uint64_t settled_before, cpu_before_ns;
} tasks;

static void read_request(void)
{
	const char *text = getenv("DOCRING_BENCH_TASKS");
	char *end;

	CHECK(text && (tasks.flight_most = strtoull(text, &end, 10)) > 0 && *end == ':');
	tasks.duration_ns = strtoull(end + 1, NULL, 10) * 1000000;
	tasks.read = true;
}

static bool all_ready(const struct run *run)
{
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (run->workers[i].wanted && run->workers[i].state != WORKER_READY)
			return false;
	return true;
}

/* Starts and stops the clock. */
static void measure(struct trace *trace)
{
	uint64_t now_ns = clock_monotonic_ns();

	if (!trace || now_ns < tasks.start_ns + tasks.duration_ns / 8)
		return;
	if (!trace->measured_from_ns) {
		trace->measured_from_ns = now_ns;
		tasks.settled_before = tasks.settled;
		tasks.cpu_before_ns = clock_process_cpu_ns();
	} else if (!trace->measured_to_ns && now_ns >= tasks.start_ns + tasks.duration_ns) {
		trace->measured_tasks = tasks.settled - tasks.settled_before;
		trace->measured_cpu_ns = clock_process_cpu_ns() - tasks.cpu_before_ns;
		trace->measured_to_ns = now_ns;
	}
}

static bool is_over(void)
{
	return tasks.start_ns && clock_monotonic_ns() >= tasks.start_ns + tasks.duration_ns;
}

/* False: the ring is full. */
static bool make_task(struct run *run)
{
	size_t header_bytes = input_header_bytes(strlen("task"), 0);
	struct lease input;

	if (memory_lease(run->memory, MEMORY_RING, header_bytes + DATA_BYTES, &input, &run->error) < 0)
		return false;
	struct job *job = job_create(++run->job_ids, "task", "", NULL);
	CHECK(job);
	job->input = memory_give(&input);
	job->bytes = DATA_BYTES;
	input_write_header(memory_at(run->memory, &job->input), TEXT_LITERAL("task"), TEXT_LITERAL(""), 0, 0, DATA_BYTES);
	dispatch_enqueue(run, job, JOB_PREPROCESS);
	tasks.flight++;
	return true;
}

void intake_step(struct run *run)
{
	struct trace *trace = trace_of_process();

	if (!tasks.read)
		read_request();
	if (!tasks.start_ns && all_ready(run)) {
		tasks.start_ns = clock_monotonic_ns();
		if (trace)
			trace->workers_ready_ns = tasks.start_ns;
	}
	if (!tasks.start_ns)
		return;
	measure(trace);
	while (!is_over() && tasks.flight < tasks.flight_most && make_task(run))
		;
}

bool intake_is_finished(const struct run *run)
{
	(void)run;
	return is_over() && tasks.flight == 0;
}

void commit_settle(struct run *run, struct job *job, enum job_outcome outcome, enum document_gate gate, struct text reason)
{
	(void)outcome;
	(void)gate;
	(void)reason;
	trace_add(trace_of_process(), (struct trace_event){ .task = job->id, .kind = TRACE_SETTLED });
	tasks.settled++;
	tasks.flight--;
	run->more_to_do = true; /* another one takes its place */
	dispatch_forget(run, job);
}

void commit_step(struct run *run, uint64_t now_ns)
{
	(void)run;
	(void)now_ns;
}

uint64_t commit_next_ns(const struct run *run)
{
	(void)run;
	return UINT64_MAX; /* nothing is ever due */
}
