/* dispatch.c: queued jobs → workers. Priority to what is nearest completion; a worker holds up to ipc.credits tasks; no free
 * extent, no dispatch. The job stands in the worker's `held` list before its task is sent. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "ipc/attach.h"
#include "ipc/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	OUTPUT_LEAST_BYTES = 16 * 1024, /* beyond what the size lets expect; more scatters the outboxes: docs/decisions/extent-placement.md */
	LOOK_AHEAD_JOBS = 32,    /* how many behind one that does not fit are tried */
	CREDITS_MAX = 16,        /* as of ipc.credits */
	EXPAND_QUEUE_LOW = 256,  /* queued documents above which no archive is opened further */
};

void dispatch_enqueue(struct run *run, struct job *job, enum job_stage stage)
{
	if (stage == JOB_GENERATE) {
		models_route(run, job, false);
		return;
	}
	job->stage = stage;
	job_move(job, &run->queues[stage]);
}

void dispatch_enqueue_first(struct run *run, struct job *job)
{
	if (job->stage == JOB_GENERATE)
		models_route(run, job, true);
	else
		job_move_first(job, &run->queues[job->stage]);
}

void dispatch_release_input(struct run *run, struct job *job)
{
	memory_release(run->memory, &job->input);
	if (job->descriptor >= 0) {
		close(job->descriptor); /* only read: there is nothing to be told */
		job->descriptor = -1;
		run->open_descriptors--;
	}
	if (job->member_block && --job->member_block->readers == 0) {
		memory_release(run->memory, &job->member_block->lease);
		free(job->member_block);
	}
	job->member_block = NULL;
}

void dispatch_forget(struct run *run, struct job *job)
{
	dispatch_release_input(run, job);
	memory_release(run->memory, &job->output);
	memory_release(run->memory, &job->document);
	memory_release(run->memory, &job->conversations);
	job_move(job, NULL);
	job_destroy(job);
}

/* --- where the input lies, how large the output may become ------------------------------------------------------- */

static uint64_t input_bytes(const struct job *job)
{
	if (job->stage == JOB_GENERATE)
		return job->document_bytes;
	return job->member_block ? job->member_bytes : job->input.extent.bytes;
}

static void describe_input(const struct job *job, struct descriptor *descriptor)
{
	if (job->stage == JOB_GENERATE) {
		descriptor->in_segment = job->document.segment;
		descriptor->in_offset = job->document.extent.offset;
	} else if (job->member_block) {
		descriptor->in_segment = job->member_block->lease.segment;
		descriptor->in_offset = job->member_block->lease.extent.offset + job->member_offset;
	} else {
		descriptor->in_segment = job->input.segment;
		descriptor->in_offset = job->input.extent.offset;
	}
	descriptor->in_bytes = input_bytes(job);
}

static uint64_t estimate_output(const struct run *run, const struct job *job)
{
	uint64_t most = run->outbox_bytes / 4;

	if (job->largest && (job->stage == JOB_EXPAND || (job->stage == JOB_PREPROCESS && !job->needed_bytes)))
		return most;
	if (job->needed_bytes)
		return job->needed_bytes;
	uint64_t source = job->descriptor >= 0 ? job->bytes : input_bytes(job);
	double ratio = job->format == DOCUMENT_FORMAT_IMAGE ? 1 : run->output_ratio[job->stage]; /* a member that is kept as it is */
	uint64_t guess = (uint64_t)((double)source * ratio) + OUTPUT_LEAST_BYTES;
	return guess < most ? guess : most;
}

/* --- one task to one worker -------------------------------------------------------------------------------------- */

static int send_file(struct worker *worker, const struct job *job)
{
	struct attach_message message = { .type = ATTACH_FILE, .task_id = job->id, .bytes = job->bytes };
	return attach_send(worker->attach.descriptor, &message, &job->descriptor, 1);
}

/* Announces what the task names, then publishes it. The job is already in the ledger (worker->held). */
static int publish(struct worker *worker, struct job *job)
{
	const struct run *run = worker->run;
	struct descriptor task = {
		.task_id = job->id, .generation = job->generation, .argument = job->cursor,
		.out_segment = job->output.segment, .out_offset = job->output.extent.offset, .out_bytes = job->output.extent.bytes,
	};
	task.kind = job->stage == JOB_PREPROCESS ? DESCRIPTOR_PREPROCESS : job->stage == JOB_EXPAND ? DESCRIPTOR_EXPAND : DESCRIPTOR_GENERATE;
	if (job->stage == JOB_GENERATE)
		task.argument = models_argument(run, job);
	task.status = job->largest && job->stage != JOB_GENERATE ? DESCRIPTOR_LARGEST : 0;
	describe_input(job, &task);
	int status = supervisor_announce_segment(worker, task.in_segment);
	if (status == 0 && job->descriptor >= 0 && job->stage != JOB_GENERATE)
		status = send_file(worker, job);
	FAULT_POINT("dispatch_publish");
	return status < 0 ? status : lanes_publish(worker, &task);
}

enum placed { PLACED, PLACED_NOT, PLACED_NEVER };

/* Members stay in an outbox until they are through: half of it is kept for what is made of them. */
static bool leaves_room(const struct run *run, const struct worker *worker, const struct job *job, uint64_t bytes)
{
	uint64_t leased = memory_leased(run->memory, (uint16_t)worker->number);

	return job->stage != JOB_EXPAND || leased == 0 || leased + bytes <= memory_capacity(run->memory, (uint16_t)worker->number) / 2;
}

static enum placed place(struct run *run, struct worker *worker, struct job *job)
{
	struct job_list *queue = job->list;
	uint64_t bytes = estimate_output(run, job), now_ns = clock_monotonic_ns();
	int status = leaves_room(run, worker, job, bytes) ? memory_lease(run->memory, (uint16_t)worker->number, bytes, &job->output, &run->error) : -EAGAIN;

	run->outbox_short |= status == -EAGAIN;
	if (status == -EAGAIN)
		return PLACED_NOT;
	if (status == -E2BIG)
		return PLACED_NEVER;
	if (status < 0) {
		run_fatal(run, status, "shared memory: %s", run->error.message);
		return PLACED_NOT;
	}
	FAULT_POINT("dispatch_lease");
	job->generation = ++run->generations;
	job_move(job, &worker->held);
	worker->asked_back = false;
	if (worker->held.count == 1)
		worker->progress_ns = now_ns;
	FAULT_POINT("dispatch_held");
	status = publish(worker, job);
	FAULT_POINT("dispatch_published");
	if (status == 0)
		return PLACED;
	memory_release(run->memory, &job->output);
	job_move_first(job, queue);
	if (status != -EAGAIN)
		supervisor_kill(worker, "its connection broke");
	return PLACED_NOT;
}

/* What the job keeps in the outboxes while it waits for its output: a member its text, a document to ask about itself. */
static uint64_t kept_bytes(const struct job *job)
{
	return (job->member_block ? job->member_bytes : 0) + (job->stage == JOB_GENERATE ? job->document_bytes : 0);
}

static void fail_too_large(struct run *run, struct job *job)
{
	uint64_t bytes = estimate_output(run, job), kept = kept_bytes(job);
	uint32_t workers = run->wanted_preprocess + run->wanted_inference;
	/* Half of it more: the conversations come in another piece, and pieces do not fill an outbox without gaps. */
	double shm = (double)(bytes + kept) * 1.5 * workers / (1 - run->settings->ipc.ring_share);
	char beside[80] = "", reason[300];

	if (kept >> 20)
		snprintf(beside, sizeof(beside), " beside the %llu MiB of its text", (unsigned long long)(kept >> 20) + 1);
	snprintf(reason, sizeof(reason), "its result needs %llu MiB of shared memory in one piece%s, and an outbox has %llu; pass --shm %.0fM or fewer --workers",
		 (unsigned long long)(bytes >> 20) + 1, beside, (unsigned long long)(run->outbox_bytes >> 20), shm / 1048576 + 1);
	dispatch_release_input(run, job);
	memory_release(run->memory, &job->document);
	commit_settle(run, job, JOB_FAILED, DOCUMENT_GATE_NONE, text_from(reason));
}

/* --- choosing ---------------------------------------------------------------------------------------------------- */

/* How many tasks the worker may hold. Of short ones more, so that it has work for a while and its results come in groups: a hand-off costs a
 * wake-up of each side otherwise. */
static size_t credits_of(const struct run *run, const struct worker *worker)
{
	uint64_t credits = run->settings->ipc.credits;
	uint64_t stock = worker->task_ns ? run->settings->ipc.stock_us * 1000 / worker->task_ns : 0;

	stock = stock < CREDITS_MAX ? stock : CREDITS_MAX;
	return (size_t)(stock > credits ? stock : credits);
}

static bool takes_more(const struct run *run, const struct worker *worker, size_t held)
{
	return worker->model < 0 && worker->state == WORKER_READY && worker->held.count == held && held < credits_of(run, worker);
}

static bool prefers_another(const struct run *run, const struct job *job, const struct worker *worker)
{
	if (!job->preferred_worker || job->preferred_worker == worker->number)
		return false;
	const struct worker *preferred = &run->workers[job->preferred_worker - 1];
	return preferred->state == WORKER_READY;
}

/* An archive goes on without the member that is too large, a document without its images. False: it has done so already. */
static bool lower_demand(struct job *job)
{
	if (job->largest || job->stage == JOB_GENERATE)
		return false;
	job->largest = true;
	if (job->stage == JOB_PREPROCESS)
		job->needed_bytes = 0;
	return true;
}

/* The first of the first jobs_max jobs of the queue that this worker can take now. True when one was placed. */
static bool place_among(struct run *run, struct worker *worker, struct job_list *queue, size_t jobs_max)
{
	struct job *job = queue->first;

	for (size_t tried = 0; job && tried < jobs_max; tried++) {
		struct job *next = job->next;
		if (!prefers_another(run, job, worker)) {
			enum placed placed = place(run, worker, job);
			if (placed == PLACED_NEVER && lower_demand(job))
				placed = place(run, worker, job);
			if (placed == PLACED)
				return true;
			if (placed == PLACED_NEVER)
				fail_too_large(run, job);
		}
		job = next;
	}
	return false;
}

static bool place_from(struct run *run, struct worker *worker, struct job_list *queue)
{
	return place_among(run, worker, queue, LOOK_AHEAD_JOBS);
}

static bool place_one(struct run *run, struct worker *worker)
{
	if (worker->kind == WORKER_INFERENCE)
		return place_from(run, worker, &run->queues[JOB_GENERATE]);
	if (run->phase != RUN_WORKING || models_are_full(run)) /* draining: what is begun is finished, nothing new begins */
		return false;
	if (place_from(run, worker, &run->queues[JOB_PREPROCESS]))
		return true;
	return run->queues[JOB_PREPROCESS].count < EXPAND_QUEUE_LOW && place_from(run, worker, &run->queues[JOB_EXPAND]);
}

static bool anything_under_way(const struct run *run)
{
	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];
		bool changes = worker->pid ? worker->state != WORKER_READY || worker->killed_ns : worker->wanted; /* it comes or goes */
		if (worker->held.count || changes)
			return true;
	}
	return models_queued(run) || run->to_spool.count || run->spooling.count || run->reading.count || run->retry_soon;
}

/* Whatever any worker can take, wherever it stands in its queue and whoever was to have it. */
static bool place_any(struct run *run)
{
	for (uint32_t i = 0; i < run->worker_count; i++) {
		struct worker *worker = &run->workers[i];
		enum job_stage first = worker->kind == WORKER_INFERENCE ? JOB_GENERATE : JOB_PREPROCESS;
		enum job_stage last = worker->kind == WORKER_INFERENCE ? JOB_GENERATE : JOB_EXPAND;
		if (!takes_more(run, worker, 0))
			continue;
		for (enum job_stage stage = first; stage <= last; stage++) {
			for (struct job *job = run->queues[stage].first; job; job = job->next)
				job->preferred_worker = 0;
			if (place_among(run, worker, &run->queues[stage], SIZE_MAX))
				return true;
		}
	}
	return false;
}

/* Of what waits: the job that needs most, with what it keeps. NULL: none waits. */
static struct job *largest_waiting(struct run *run)
{
	struct job *largest = NULL;
	uint64_t most = 0;

	for (int stage = 0; stage < JOB_STAGE_COUNT; stage++) {
		for (struct job *job = run->queues[stage].first; job; job = job->next) {
			uint64_t bytes = kept_bytes(job) + estimate_output(run, job);
			if (!largest || bytes > most) {
				largest = job;
				most = bytes;
			}
		}
	}
	return largest;
}

/* Nothing moves, nothing will, for want of space: the largest of what waits, which takes the others' too, is made smaller or given up,
 * until something moves or nothing waits. */
static void break_standstill(struct run *run)
{
	while (!anything_under_way(run) && run->phase == RUN_WORKING && !place_any(run)) {
		struct job *job = largest_waiting(run);
		if (!job)
			return;
		if (!lower_demand(job))
			fail_too_large(run, job);
	}
}

static bool queues_empty(const struct run *run)
{
	for (int stage = 0; stage < JOB_STAGE_COUNT; stage++)
		if (run->queues[stage].count)
			return false;
	return true;
}

void dispatch_step(struct run *run)
{
	if (run->phase > RUN_DRAINING || run->fatal_status)
		return;
	models_dispatch(run, place_from);
	if (queues_empty(run))
		return;
	/* Level by level, so that every worker has one task before any has two. */
	for (size_t held = 0; held < CREDITS_MAX && !queues_empty(run); held++)
		for (uint32_t i = 0; i < run->worker_count; i++)
			if (takes_more(run, &run->workers[i], held))
				(void)place_one(run, &run->workers[i]);
	if (!queues_empty(run))
		break_standstill(run);
}

void dispatch_retry(struct run *run, struct job *job, bool blame, const char *why)
{
	char reason[400];

	memory_release(run->memory, &job->output);
	job->preferred_worker = 0;
	run->stats.retries++;
	if (blame && ++job->attempts >= run->settings->supervise.attempts) {
		snprintf(reason, sizeof(reason), "given up after %u attempts: %s", job->attempts, why);
		dispatch_release_input(run, job);
		memory_release(run->memory, &job->document);
		commit_settle(run, job, JOB_FAILED, DOCUMENT_GATE_NONE, text_from(reason));
		return;
	}
	dispatch_enqueue_first(run, job);
	FAULT_POINT("dispatch_again");
}
