/* intake.c: files → jobs whose bytes lie in the ring. Looks each file up in the run database first: what is settled is not read.
 * Bulk reads go by io_uring, a bounded number at once; a file too large for its share of the ring is kept as an open
 * descriptor instead. One file that does not fit now waits, and everything behind it. Where files come from: sources.c. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "ipc/fault.h"
#include "proto/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	STEP_FILES = 256,        /* looked at in one step: the rest of the run has its turn between */
	AHEAD_FILES_A_WORKER = 32,
	AHEAD_BYTES = 16 << 20,  /* of the ring */
};

/* --- one file ----------------------------------------------------------------------------------------------------- */

static void settle_unread(struct run *run, struct job *job, enum job_outcome outcome, const char *reason)
{
	memory_release(run->memory, &job->input);
	commit_settle(run, job, outcome, DOCUMENT_GATE_INTAKE, text_from(reason));
}

static struct job *create_job(struct run *run, const struct walk_entry *entry)
{
	struct job *job = job_create(++run->job_ids, entry->name, "", entry->path);

	if (!job) {
		run_fatal(run, -ENOMEM, "out of memory");
		return NULL;
	}
	job->bytes = entry->bytes;
	job->modified_ns = entry->modified_ns;
	job_names_add(&run->names, job);
	return job;
}

static bool is_settled(struct run *run, const struct walk_entry *entry)
{
	char outcome[16];

	if (state_look_up(run->state, entry->name, (int64_t)entry->bytes, entry->modified_ns, NULL, outcome) != STATE_UNCHANGED ||
	    strcmp(outcome, "failed") == 0)
		return false;
	if (strcmp(outcome, "expanded") != 0)
		return true;
	if (!state_members_are_settled(run->state, entry->name)) /* opened again; members with an outcome that stays are known by their content */
		return false;
	if (state_meet_members(run->state, entry->name, &run->error) < 0)
		run_fatal(run, -EIO, "%s", run->error.message);
	return true;
}

static bool has_settled_content(struct run *run, const struct job *job)
{
	char hash[33], outcome[16];

	snprintf(hash, sizeof(hash), "%016llx%016llx", (unsigned long long)job->content_xxh3[1], (unsigned long long)job->content_xxh3[0]);
	return state_look_up(run->state, job->source, 0, 0, hash, outcome) == STATE_UNCHANGED &&
	       (strcmp(outcome, "done") == 0 || strcmp(outcome, "rejected") == 0 || strcmp(outcome, "kept") == 0);
}

/* A document that changes under the reading would come in cut or torn. */
static bool is_whole(struct run *run, struct job *job, int64_t result, bool opened)
{
	char reason[200];

	if (result == (int64_t)job->bytes)
		return true;
	if (result < 0)
		snprintf(reason, sizeof(reason), "cannot %s: %s", opened ? "read" : "open", strerror((int)-result));
	else
		snprintf(reason, sizeof(reason), "it changed while it was read (%s than the %llu bytes that it had); it is tried again by the next run",
			 result > (int64_t)job->bytes ? "more" : "fewer", (unsigned long long)job->bytes);
	settle_unread(run, job, JOB_FAILED, reason);
	return false;
}

static void read_done(void *context, int64_t result, bool opened)
{
	struct job *job = context;
	struct run *run = (struct run *)((char *)job->list - offsetof(struct run, reading));

	if (!is_whole(run, job, result, opened))
		return;
	uint8_t *place = memory_at(run->memory, &job->input);
	input_write_header(place, text_from(job->source), TEXT_LITERAL(""), 0, 0, job->bytes);
	const struct input_header *header = (const void *)place;
	memcpy(job->content_xxh3, header->content_xxh3, sizeof(job->content_xxh3));
	memory_trim(run->memory, &job->input, header->header_bytes + job->bytes);
	if (has_settled_content(run, job)) { /* only its time has changed */
		memory_release(run->memory, &job->input);
		run->stats.unchanged++;
		job_move(job, NULL);
		job_destroy(job);
		return;
	}
	dispatch_enqueue(run, job, JOB_PREPROCESS);
	FAULT_POINT("intake_queued");
}

static bool is_large(const struct run *run, uint64_t bytes, uint64_t lease_bytes)
{
	uint64_t capacity = memory_capacity(run->memory, MEMORY_RING);
	return lease_bytes > capacity || (double)bytes > run->settings->ipc.large_share * (double)capacity;
}

/* The header in the ring, the bytes in a descriptor that goes to the worker. */
static void keep_descriptor(struct run *run, struct job *job)
{
	struct stat found;
	int descriptor = open(job->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	/* A map that is longer than its file would kill whoever reads the end of it. */
	int64_t bytes = descriptor < 0 || fstat(descriptor, &found) < 0 ? -errno : found.st_size;
	if (!is_whole(run, job, bytes, descriptor >= 0)) {
		if (descriptor >= 0)
			close(descriptor);
		return;
	}
	job->descriptor = descriptor;
	input_write_header(memory_at(run->memory, &job->input), text_from(job->source), TEXT_LITERAL(""), 0, INPUT_BY_DESCRIPTOR, job->bytes);
	run->stats.by_descriptor++;
	run->open_descriptors++;
	dispatch_enqueue(run, job, JOB_PREPROCESS);
	FAULT_POINT("intake_kept");
}

/* Starts reading. -EAGAIN: the ring has no room now. One byte more than the file has tells one that grows. */
static int start_reading(struct run *run, struct job *job)
{
	size_t header_bytes = input_header_bytes(strlen(job->source), 0);
	uint64_t lease_bytes = header_bytes + job->bytes + 1;
	bool large = is_large(run, job->bytes, lease_bytes);
	int status = memory_lease(run->memory, MEMORY_RING, large ? header_bytes : lease_bytes, &job->input, &run->error);

	if (status == -EAGAIN)
		return status;
	if (status < 0) {
		run_fatal(run, status, "shared memory: %s", run->error.message);
		return 0;
	}
	FAULT_POINT("intake_lease");
	if (large) {
		keep_descriptor(run, job);
		return 0;
	}
	job_move(job, &run->reading);
	status = uring_read_file(run->uring, job->path, memory_at(run->memory, &job->input) + header_bytes, job->bytes, read_done, job);
	FAULT_POINT("intake_reading");
	if (status < 0)
		read_done(job, status, false);
	return 0;
}

static struct job *take_entry(struct run *run, const struct walk_entry *entry)
{
	run->stats.taken_files++;
	run->stats.taken_bytes += entry->bytes;
	if (entry->kind == WALK_FILE && is_settled(run, entry)) {
		run->stats.unchanged++;
		run->stats.settled_bytes += entry->bytes;
		return NULL;
	}
	struct job *job = create_job(run, entry);
	if (!job)
		return NULL;
	if (entry->kind != WALK_FILE)
		settle_unread(run, job, entry->kind == WALK_SKIPPED ? JOB_REJECTED : JOB_FAILED, entry->reason);
	else if (entry->bytes == 0)
		settle_unread(run, job, JOB_REJECTED, "an empty file");
	else if (entry->bytes > run->settings->intake.file_bytes_max)
		settle_unread(run, job, JOB_REJECTED, "larger than intake.file_bytes_max");
	else
		return job;
	return NULL;
}

/* --- the step ----------------------------------------------------------------------------------------------------- */

static void count_ahead(struct run *run)
{
	struct walk_entry entry;

	for (int i = 0; run->count_walk && i < STEP_FILES; i++) {
		if (walk_next(run->count_walk, &entry) <= 0) {
			walk_close(run->count_walk);
			run->count_walk = NULL;
			return;
		}
		run->stats.counted_files++;
	}
	run->more_to_do |= run->count_walk != NULL;
}

/* Enough is read for the workers: more would only spread over more of the ring, whose first pages are in the caches and in the page tables of
 * all. Behind the mark nothing is read until half of it is gone, so that reads come in batches. */
static bool is_far_ahead(struct run *run)
{
	size_t waiting = run->reading.count + run->queues[JOB_PREPROCESS].count + run->queues[JOB_EXPAND].count;
	size_t most = (size_t)AHEAD_FILES_A_WORKER * run->worker_count, least = 2 * (size_t)run->settings->ipc.credits * run->worker_count;
	uint64_t bytes_most = AHEAD_BYTES;

	if (run->far_ahead) {
		most /= 2;
		bytes_most /= 2;
	}
	run->far_ahead = waiting >= most || (waiting >= least && memory_leased(run->memory, MEMORY_RING) >= bytes_most);
	return run->far_ahead;
}

/* Reads leave half of the queue to what is being written. Large files count as long as they are open. */
static bool has_room(struct run *run)
{
	return !is_far_ahead(run) && run->reading.count + run->open_descriptors < run->settings->io.open_files && uring_room(run->uring) > RUN_URING_ENTRIES / 2 &&
	       run_jobs_in_flight(run) < RUN_JOBS_MAX;
}

/* A file that is in flight under the same name: the same state of it is not taken twice, a newer one waits for the older to be through. */
static bool is_in_flight(struct run *run, const struct walk_entry *entry, bool *ret_same)
{
	const struct job *job = job_names_find(&run->names, entry->name);

	*ret_same = job && job->modified_ns == entry->modified_ns && entry->kind == WALK_FILE;
	return job != NULL;
}

/* The next job to read, or NULL with *ret_more false: nothing now. */
static struct job *next_job(struct run *run, bool *ret_more)
{
	struct walk_entry entry = run->held_entry;
	bool same;

	*ret_more = false;
	if (!entry.path && sources_next(run, &entry) <= 0)
		return NULL;
	run->held_entry.path = NULL;
	if (is_in_flight(run, &entry, &same) && !same) {
		run->held_entry = entry; /* stays valid: the walk does not go on before */
		return NULL;
	}
	*ret_more = true;
	return same ? NULL : take_entry(run, &entry);
}

void intake_step(struct run *run)
{
	bool more = true;

	count_ahead(run);
	for (int i = 0; more && run->phase == RUN_WORKING && !run->fatal_status && has_room(run); i++) {
		uint64_t limit = run->settings->run.limit;
		run->limit_reached = limit && run->stats.taken_files >= limit && !run->waiting;
		run->more_to_do |= i == STEP_FILES;
		if (run->limit_reached || i == STEP_FILES)
			return;
		if (!run->waiting)
			run->waiting = next_job(run, &more);
		if (run->waiting) {
			if (start_reading(run, run->waiting) == -EAGAIN)
				return;
			run->waiting = NULL;
		}
	}
}

bool intake_is_finished(const struct run *run)
{
	return !run->waiting && (run->limit_reached || run->walk_finished) && !run->request.service;
}
