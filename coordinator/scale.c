/* scale.c: workers on demand (--workers MIN..MAX): one more when documents wait behind workers that are all busy, one less when one was
 * idle for a while. The slots are there from the start; what changes is who is wanted in them. */
#define _GNU_SOURCE
#include "coordinator/run.h"

enum { WAITING_PER_WORKER = 4 }; /* queued documents for each worker, above which another one pays */

static size_t waiting(const struct run *run)
{
	return run->queues[JOB_PREPROCESS].count + run->queues[JOB_EXPAND].count;
}

static bool is_ours(const struct worker *worker)
{
	return worker->kind == WORKER_PREPROCESS && !worker->external;
}

static void grow(struct run *run, uint32_t wanted)
{
	if (waiting(run) <= (size_t)wanted * WAITING_PER_WORKER || wanted >= run->wanted_preprocess)
		return;
	for (uint32_t i = 0; i < run->worker_count; i++) {
		struct worker *worker = &run->workers[i];
		if (!is_ours(worker) || worker->wanted || worker->state != WORKER_ABSENT)
			continue;
		worker->wanted = true;
		worker->restart_ns = 0;
		worker->crashes_in_row = 0;
		run->more_to_do = true;
		log_debug("worker %u is started: %zu documents wait", worker->number, waiting(run));
		return;
	}
}

static uint64_t retire_ns(const struct run *run, const struct worker *worker)
{
	uint64_t since_ns = worker->progress_ns > worker->started_ns ? worker->progress_ns : worker->started_ns;
	return since_ns + run->settings->supervise.idle_ms * 1000000u;
}

/* The last slot with an idle worker of ours, or NULL. */
static struct worker *find_idle(struct run *run)
{
	for (uint32_t i = run->worker_count; i-- > 0;) {
		struct worker *worker = &run->workers[i];
		if (is_ours(worker) && worker->wanted && worker->state == WORKER_READY && worker->held.count == 0)
			return worker;
	}
	return NULL;
}

/* Counts our wanted preprocessing workers; *ret_starting: one of them is not at work yet. */
static uint32_t count_wanted(const struct run *run, bool *ret_starting)
{
	uint32_t count = 0;

	*ret_starting = false;
	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];
		count += is_ours(worker) && worker->wanted;
		*ret_starting |= is_ours(worker) && worker->wanted && worker->state != WORKER_READY;
	}
	return count;
}

void scale_step(struct run *run, uint64_t now_ns)
{
	bool starting;
	uint32_t wanted = count_wanted(run, &starting);

	run->scale_due_ns = UINT64_MAX;
	if (run->phase != RUN_WORKING || run->fatal_status || run->least_preprocess == run->wanted_preprocess)
		return;
	if (waiting(run) > 0 && !starting)
		grow(run, wanted);
	struct worker *idle = waiting(run) == 0 && wanted > run->least_preprocess ? find_idle(run) : NULL;
	if (!idle)
		return;
	run->scale_due_ns = retire_ns(run, idle);
	if (now_ns < run->scale_due_ns)
		return;
	log_debug("worker %u is stopped: it was idle for a while", idle->number);
	idle->wanted = false;
	idle->state = WORKER_LEAVING; /* told to stop by the supervisor's next step */
	run->more_to_do = true;
}
