/* scale.c: workers on demand (--workers MIN..MAX): more when documents wait behind workers that are all busy and cores are idle, fewer
 * when some were idle for a while. The slots are there from the start; what changes is who is wanted in them. */
#define _GNU_SOURCE
#include "coordinator/scale.h"

#include "coordinator/run.h"

#include <unistd.h>

/* --- what to do ---------------------------------------------------------------------------------------------------- */

bool scale_is_deep(const struct scale_view *view)
{
	return view->ours < view->most && !view->starting && view->waiting > (size_t)(view->ours + view->others) * SCALE_WAITING_PER_WORKER;
}

uint32_t scale_growth(const struct scale_view *view)
{
	if (!scale_is_deep(view) || view->idle_cores < 0 || view->idle_cores < view->idle_cores_needed)
		return 0;
	/* One for each idle core, but no more than have a full queue each, and at least one. */
	uint64_t paying = view->waiting / SCALE_WAITING_PER_WORKER - (view->ours + view->others);
	uint64_t idle = (uint64_t)(view->idle_cores + 0.5), room = view->most - view->ours;
	uint64_t count = paying < idle ? paying : idle;
	return count < 1 ? 1 : (uint32_t)(count < room ? count : room);
}

bool scale_retires(const struct scale_view *view, uint64_t idle_since_ns, uint64_t idle_ms, uint64_t now_ns, uint64_t *ret_due_ns)
{
	*ret_due_ns = UINT64_MAX;
	if (view->waiting > 0 || view->ours <= view->least)
		return false;
	*ret_due_ns = idle_since_ns + idle_ms * 1000000u;
	return now_ns >= *ret_due_ns;
}

/* --- what there is ------------------------------------------------------------------------------------------------- */

static bool is_ours(const struct worker *worker)
{
	return worker->kind == WORKER_PREPROCESS && worker->wanted && !worker->external && worker->origin != WORKER_BY_HAND;
}

static struct scale_view look(const struct run *run)
{
	struct scale_view view = {
		.waiting = run->queues[JOB_PREPROCESS].count + run->queues[JOB_EXPAND].count, .least = run->least_preprocess,
		.most = run->most_preprocess, .idle_cores = run->idle_cores, .idle_cores_needed = run->settings->supervise.idle_cores,
	};

	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];
		bool ours = is_ours(worker);
		view.ours += ours;
		view.starting |= ours && worker->state != WORKER_READY;
		view.others += !ours && worker->kind == WORKER_PREPROCESS && worker->state == WORKER_READY;
	}
	return view;
}

/* Idle cores since the last look, in run->idle_cores. Only while it matters: the first look says nothing, the second one does. */
static void measure(struct run *run, bool matters, uint64_t now_ns)
{
	struct load_sample sample;
	bool known = run->load.at_ns != 0;

	if (!matters) {
		run->load.at_ns = 0;
		run->idle_cores = -1;
		return;
	}
	if (run->settings->supervise.idle_cores == 0) { /* the queue alone decides */
		run->idle_cores = 0;
		return;
	}
	if (known && now_ns < run->load.at_ns + SCALE_LOOK_MS * (uint64_t)1000000)
		return;
	if (load_read(&run->topology, run->quota_group, now_ns, &sample) < 0) {
		run->idle_cores = run->topology.count; /* not to be known here: the queue alone decides */
		sample = (struct load_sample){ .at_ns = now_ns };
	} else if (known) {
		run->idle_cores = load_idle_cores(&run->topology, &run->load, &sample, (uint64_t)sysconf(_SC_CLK_TCK));
	}
	run->load = sample;
}

static void start_workers(struct run *run, uint32_t count)
{
	for (uint32_t i = 0; i < run->worker_count && count > 0; i++) {
		struct worker *worker = &run->workers[i];
		if (worker->kind != WORKER_PREPROCESS || worker->wanted || worker->state != WORKER_ABSENT || worker->given_up)
			continue;
		log_debug("worker %u is started: documents wait and %.1f cores are idle", worker->number, run->idle_cores);
		supervisor_want(worker, WORKER_ON_DEMAND);
		count--;
	}
	run->idle_cores = -1; /* they change it */
	run->load.at_ns = 0;
}

static uint64_t idle_since_ns(const struct worker *worker)
{
	return worker->progress_ns > worker->started_ns ? worker->progress_ns : worker->started_ns;
}

static uint64_t earlier(uint64_t one_ns, uint64_t other_ns)
{
	return one_ns < other_ns ? one_ns : other_ns;
}

/* The last ones first: in a quiet time the first ones stay, even when a later one was at work a moment longer. */
static void retire_idle(struct run *run, struct scale_view *view, uint64_t now_ns)
{
	for (uint32_t i = run->worker_count; i-- > 0;) {
		struct worker *worker = &run->workers[i];
		uint64_t due_ns;
		if (!is_ours(worker) || worker->state != WORKER_READY || worker->held.count > 0)
			continue;
		if (scale_retires(view, idle_since_ns(worker), run->settings->supervise.idle_ms, now_ns, &due_ns)) {
			log_debug("worker %u is stopped: it was idle for a while", worker->number);
			supervisor_retire(worker);
			view->ours--;
		} else {
			run->scale_due_ns = earlier(run->scale_due_ns, due_ns);
			return;
		}
	}
}

void scale_step(struct run *run, uint64_t now_ns)
{
	run->scale_due_ns = UINT64_MAX;
	if (run->phase != RUN_WORKING || run->fatal_status || !run->scales)
		return;
	struct scale_view view = look(run);
	measure(run, scale_is_deep(&view), now_ns);
	view.idle_cores = run->idle_cores;
	uint32_t growth = scale_growth(&view);
	if (growth > 0)
		start_workers(run, growth);
	if (run->load.at_ns)
		run->scale_due_ns = run->load.at_ns + SCALE_LOOK_MS * (uint64_t)1000000;
	retire_idle(run, &view, now_ns);
}
