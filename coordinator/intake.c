/* intake.c: files → jobs whose bytes lie in the ring. Looks each file up in the run database first: what is settled is not read.
 * Bulk reads go by io_uring, a bounded number at once; a file too large for its share of the ring is kept as an open
 * descriptor instead. One file that does not fit now waits, and everything behind it. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "proto/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COUNT_STEP_FILES = 256 };

/* --- what to read next -------------------------------------------------------------------------------------------- */

static int open_walk(struct run *run, const char *const *inputs, int count, struct walk **ret_walk, struct error_text *error)
{
	struct walk_rules rules = { .hidden = run->settings->intake.hidden, .follow_links = run->settings->intake.follow_links,
				    .except = run->output };
	return walk_open(ret_walk, inputs, count, &rules, error);
}

int intake_submit(struct run *run, const char *path, struct error_text *error)
{
	struct stat found;

	if (path[0] != '/')
		return error_set(error, -EINVAL, "%s: expected an absolute path", path);
	if (stat(path, &found) < 0)
		return error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (run->submitted_count == RUN_SUBMITTED_MAX)
		return error_set(error, -EAGAIN, "%s: %d paths are waiting already; try again later", path, RUN_SUBMITTED_MAX);
	char *copy = strdup(path);
	if (!copy)
		return error_set(error, -ENOMEM, "out of memory");
	run->submitted[(run->submitted_first + run->submitted_count++) % RUN_SUBMITTED_MAX] = copy;
	return 0;
}

/* Every input that was walked to its end: what it no longer holds leaves the dataset. */
static void forget_missing(struct run *run)
{
	for (int i = 0; i < walk_root_count(run->walk); i++) {
		int64_t count = state_forget_unmet(run->state, walk_root(run->walk, i), &run->error);
		if (count < 0)
			run_fatal(run, (int)count, "%s", run->error.message);
		else if (count > 0)
			log_info("%s: %lld documents of an earlier run are no longer there and leave the dataset", walk_root(run->walk, i), (long long)count);
		run->changed_since_finalise |= count > 0;
	}
}

/* 1: an entry; 0: nothing now. */
static int next_entry(struct run *run, struct walk_entry *ret_entry)
{
	for (;;) {
		if (run->walk) {
			int status = walk_next(run->walk, ret_entry);
			if (status < 0)
				run_fatal(run, status, "out of memory");
			if (status != 0)
				return status;
			run->walk_finished = true;
			if (!run->request.service)
				return 0; /* closed when its jobs are through, see intake_is_finished */
			walk_close(run->walk);
			run->walk = NULL;
		}
		if (run->watch_changed) {
			run->watch_changed = false;
			if (open_walk(run, &run->request.watch_folder, 1, &run->walk, &run->error) < 0)
				log_warning("watched folder: %s", run->error.message);
			continue;
		}
		if (run->submitted_count == 0)
			return 0;
		char *path = run->submitted[run->submitted_first];
		run->submitted_first = (run->submitted_first + 1) % RUN_SUBMITTED_MAX;
		run->submitted_count--;
		const char *const inputs[] = { path };
		if (open_walk(run, inputs, 1, &run->walk, &run->error) < 0)
			log_warning("submitted: %s", run->error.message);
		free(path);
	}
}

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
	return job;
}

static bool is_settled(struct run *run, const struct walk_entry *entry)
{
	char outcome[16];

	if (state_look_up(run->state, entry->name, (int64_t)entry->bytes, entry->modified_ns, NULL, outcome) != STATE_UNCHANGED ||
	    strcmp(outcome, "failed") == 0)
		return false;
	if (strcmp(outcome, "expanded") == 0 && state_meet_members(run->state, entry->name, &run->error) < 0)
		run_fatal(run, -EIO, "%s", run->error.message);
	return true;
}

static bool has_settled_content(struct run *run, const struct job *job)
{
	char hash[33], outcome[16];

	snprintf(hash, sizeof(hash), "%016llx%016llx", (unsigned long long)job->content_xxh3[1], (unsigned long long)job->content_xxh3[0]);
	return state_look_up(run->state, job->source, 0, 0, hash, outcome) == STATE_UNCHANGED &&
	       (strcmp(outcome, "done") == 0 || strcmp(outcome, "rejected") == 0);
}

static void read_done(void *context, int64_t result)
{
	struct job *job = context;
	struct run *run = (struct run *)((char *)job->list - offsetof(struct run, reading));
	char reason[200];

	if (close(job->descriptor) < 0)
		log_debug("%s: close: %s", job->path, strerror(errno));
	job->descriptor = -1;
	if (result <= 0) {
		snprintf(reason, sizeof(reason), result < 0 ? "cannot read: %s" : "it became empty while it was read", strerror((int)-result));
		settle_unread(run, job, JOB_FAILED, reason);
		return;
	}
	uint8_t *place = memory_at(run->memory, &job->input);
	job->bytes = (uint64_t)result;
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
}

/* The header in the ring, the bytes in a descriptor that goes to the worker. */
static void keep_descriptor(struct run *run, struct job *job)
{
	uint8_t *place = memory_at(run->memory, &job->input);

	input_write_header(place, text_from(job->source), TEXT_LITERAL(""), 0, INPUT_BY_DESCRIPTOR, job->bytes);
	run->stats.by_descriptor++;
	dispatch_enqueue(run, job, JOB_PREPROCESS);
}

static bool is_large(const struct run *run, uint64_t bytes)
{
	return (double)bytes > run->settings->ipc.large_share * (double)memory_capacity(run->memory, MEMORY_RING);
}

/* Opens and starts reading. -EAGAIN: the ring has no room now. */
static int start_reading(struct run *run, struct job *job)
{
	size_t header_bytes = input_header_bytes(strlen(job->source), 0);
	bool large = is_large(run, job->bytes);
	char reason[200];
	int status = memory_lease(run->memory, MEMORY_RING, header_bytes + (large ? 0 : job->bytes), &job->input, &run->error);

	if (status == -EAGAIN)
		return status;
	if (status < 0) {
		run_fatal(run, status, "shared memory: %s", run->error.message);
		return 0;
	}
	job->descriptor = open(job->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (job->descriptor < 0) {
		snprintf(reason, sizeof(reason), "cannot open: %s", strerror(errno));
		settle_unread(run, job, JOB_FAILED, reason);
		return 0;
	}
	if (large) {
		keep_descriptor(run, job);
		return 0;
	}
	job_move(job, &run->reading);
	status = uring_read(run->uring, job->descriptor, memory_at(run->memory, &job->input) + header_bytes, job->bytes, 0, read_done, job);
	if (status < 0)
		read_done(job, status);
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

	for (int i = 0; run->count_walk && i < COUNT_STEP_FILES; i++) {
		if (walk_next(run->count_walk, &entry) <= 0) {
			walk_close(run->count_walk);
			run->count_walk = NULL;
			return;
		}
		run->stats.counted_files++;
		run->stats.counted_bytes += entry.bytes;
	}
}

static bool has_room(const struct run *run)
{
	return run->reading.count < run->settings->io.open_files && run_jobs_in_flight(run) < RUN_JOBS_MAX;
}

void intake_step(struct run *run)
{
	struct walk_entry entry;

	count_ahead(run);
	while (run->phase == RUN_WORKING && !run->fatal_status && has_room(run)) {
		if (!run->waiting) {
			uint64_t limit = run->settings->run.limit;
			run->limit_reached = limit && run->stats.taken_files >= limit;
			if (run->limit_reached || next_entry(run, &entry) <= 0)
				return;
			run->waiting = take_entry(run, &entry);
		}
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

/* --- a watched folder --------------------------------------------------------------------------------------------- */

/* Whatever happened in it, the folder is walked again: what is settled costs a look-up, and every file keeps one name. */
static void watched_ready(void *context, uint32_t events)
{
	struct run *run = context;
	char records[16384] __attribute__((aligned(__alignof__(struct inotify_event))));

	(void)events;
	while (read(run->watched.descriptor, records, sizeof(records)) > 0)
		continue;
	run->watch_changed = true;
}

static int watch_folder(struct run *run, struct error_text *error)
{
	const char *folder = run->request.watch_folder;
	int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (descriptor < 0)
		return error_set(error, -errno, "cannot watch folders: %s", strerror(errno));
	run->watched = (struct loop_watch){ descriptor, watched_ready, run };
	if (inotify_add_watch(descriptor, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0)
		return error_set(error, -errno, "%s: cannot watch: %s", folder, strerror(errno));
	int status = loop_add(&run->loop, &run->watched, 1 /* EPOLLIN */);
	run->watch_changed = true; /* what is there already */
	return status < 0 ? error_set(error, status, "epoll: %s", strerror(-status)) : 0;
}

int intake_open(struct run *run, struct error_text *error)
{
	const struct run_request *request = &run->request;
	int status = 0;

	if (request->input_count > 0)
		status = open_walk(run, request->inputs, request->input_count, &run->walk, error);
	if (status == 0 && request->input_count > 0)
		status = open_walk(run, request->inputs, request->input_count, &run->count_walk, error);
	if (status == 0 && request->watch_folder)
		status = watch_folder(run, error);
	return status;
}

void intake_close(struct run *run)
{
	bool whole = run->walk && run->walk_finished && run->phase == RUN_WORKING && !run->fatal_status;

	if (whole)
		forget_missing(run);
	walk_close(run->walk);
	walk_close(run->count_walk);
	run->walk = run->count_walk = NULL;
	for (; run->submitted_count > 0; run->submitted_count--) {
		free(run->submitted[run->submitted_first]);
		run->submitted_first = (run->submitted_first + 1) % RUN_SUBMITTED_MAX;
	}
	if (run->waiting)
		dispatch_forget(run, run->waiting);
	run->waiting = NULL;
	int descriptor = run->watched.descriptor;
	loop_remove(&run->loop, &run->watched);
	if (descriptor >= 0)
		close(descriptor);
}
