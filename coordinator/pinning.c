/* pinning.c: keeps the workers on the cores that the plan (ipc/pin_plan.h) gives them. It is made again whenever one comes or goes; who has
 * to move is moved at once, by its process number, in the middle of a document if need be, and is told afterwards, since how long it
 * may look for work before it sleeps depends on who shares its core. The coordinator itself is not pinned: it runs where the workers leave room. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

static enum pin_mode mode_of(const struct run *run)
{
	const char *pin = run->settings->run.pin;

	return strcmp(pin, "none") == 0 ? PIN_NONE : strcmp(pin, "cores") == 0 ? PIN_CORES : PIN_AUTO;
}

/* Those that are there or about to be: a slot keeps its core while its worker is started again. */
static bool counts(const struct worker *worker)
{
	return worker->pid != 0 || worker->wanted;
}

/* Its memory is best near its core: what is reserved in its outbox from now on comes from there. */
static void move_outbox(const struct run *run, const struct worker *worker)
{
	for (uint32_t i = 0; run->topology.numa_nodes > 1 && i < run->topology.count; i++)
		if ((int)run->topology.cores[i].os_index == worker->core)
			memory_prefer_node(run->memory, (uint16_t)worker->number, run->topology.cores[i].numa_node);
}

/* It has said hello: it has pinned itself where it was told to by then, and is ours to move. A process that is gone stays where it was. */
static void move_process(struct run *run, struct worker *worker)
{
	if (pidfd_send_signal(worker->process.descriptor, 0, NULL, 0) < 0)
		return;
	int status = topology_move(&run->topology, worker->pid, worker->core);
	if (status < 0)
		log_debug("worker %u stays where it is instead of core %d: %s", worker->number, worker->core, error_describe(status));
	worker->moves++;
	run->stats.worker_moves++;
}

/* 0, or negative when it has to be told again. */
static int tell(struct worker *worker)
{
	const struct message message = { .type = MESSAGE_PLACE, .core = worker->core, .count = worker->sharing };

	if (worker->state != WORKER_READY || (worker->told_core == worker->core && worker->told_sharing == worker->sharing))
		return 0;
	int status = supervisor_send(worker, &message);
	if (status == 0) {
		worker->told_core = worker->core;
		worker->told_sharing = worker->sharing;
	}
	return status;
}

static void apply(struct run *run, struct worker *worker, const struct pin_worker *planned)
{
	bool moves = worker->core != planned->core;

	worker->core = planned->core;
	worker->sharing = planned->sharing;
	if (moves)
		move_outbox(run, worker);
	if (moves && worker->pid && worker->state >= WORKER_READY)
		move_process(run, worker);
	if (tell(worker) == -EAGAIN) /* one that has another status is being killed for it, or goes */
		run->pins_stale = true;
}

void pinning_step(struct run *run)
{
	struct pin_worker planned[RUN_WORKERS_MAX];
	uint32_t count = 0, next = 0;

	if (!run->pins_stale)
		return;
	run->pins_stale = false;
	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];
		if (counts(worker))
			planned[count++] = (struct pin_worker){ .computes = worker->kind == WORKER_PREPROCESS, .core = worker->core };
	}
	pin_plan(&run->topology, mode_of(run), planned, count);
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (counts(&run->workers[i]))
			apply(run, &run->workers[i], &planned[next++]);
}

void pinning_greet(struct worker *worker, int64_t core)
{
	worker->told_core = worker->core;
	worker->told_sharing = 0;
	if (core != worker->core && worker->core >= 0) /* planned again while it came, or it could not pin itself */
		move_process(worker->run, worker);
	worker->run->pins_stale = true; /* to tell it who shares its core */
}
