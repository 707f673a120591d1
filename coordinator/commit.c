/* commit.c: settled jobs → spool → run database. A group of documents shares one sync and one transaction. Shared memory is given back
 * as soon as the spool has the bytes; a document is done when the database says so. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "ipc/fault.h"
#include "proto/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	GROUP_RECORDS = SPOOL_BATCH_RECORDS / 2, /* that go to the spool in one write, */
	GROUP_BYTES = 1 << 20,                   /* or so many bytes */
};

/* Blocks that go to the spool. */
static bool has_results(enum job_outcome outcome)
{
	return outcome == JOB_DONE || outcome == JOB_KEPT;
}

static void set_due(struct run *run)
{
	if (run->commit_due_ns == 0)
		run->commit_due_ns = clock_monotonic_ns() + run->settings->io.commit_ms * 1000000u;
}

static void queue_for_commit(struct run *run, struct job *job)
{
	job_move(job, &run->committing);
	set_due(run);
}

static void cannot_save(struct run *run, int status, const char *what, const char *why)
{
	const char *advice = error_write_advice(status);

	run_fatal(run, status, "%s/spool/results: %s: %s%s%s%s", run->folder, what, why, *advice ? "; " : "", advice, *advice ? " and run the same command again" : "");
}

static void spooled(void *context, int status)
{
	struct job *job = context;
	struct run *run = (struct run *)((char *)job->list - offsetof(struct run, spooling));

	FAULT_POINT("commit_written");
	memory_release(run->memory, &job->document);
	memory_release(run->memory, &job->conversations);
	FAULT_POINT("commit_released");
	if (status < 0) {
		cannot_save(run, status, "cannot write", strerror(-status));
		dispatch_forget(run, job);
		return;
	}
	queue_for_commit(run, job);
}

/* -EAGAIN: not now. */
static int spool_job(struct run *run, struct job *job)
{
	struct text document = { (const char *)memory_at(run->memory, &job->document), job->document_bytes };
	struct text conversations = TEXT_LITERAL("");

	if (!lease_is_none(&job->conversations)) /* without generation there are none */
		conversations = (struct text){ (const char *)memory_at(run->memory, &job->conversations), job->conversations_bytes };
	int status = spool_append(run->spool, document, conversations, spooled, job, &job->spool_offset);
	if (status == 0) {
		job_move(job, &run->spooling);
		set_due(run);
	}
	FAULT_POINT("commit_spool");
	return status;
}

/* Nobody is at work but on what is to be saved (archives that wait for their members' rows are not work). */
static bool is_idle(const struct run *run)
{
	return run_jobs_in_flight(run) == run->to_spool.count + run->spooling.count + run->committing.count + run->expanding.count;
}

/* What finds no room in the batch waits. The batch is written once it is worth a write, or when somebody waits for it or for the memory
 * that its documents lie in. */
static void spool_waiting(struct run *run, uint64_t now_ns)
{
	while (run->to_spool.first && !run->fatal_status && spool_job(run, run->to_spool.first) == 0)
		;
	if (run->fatal_status)
		return;
	if (spool_waiting_records(run->spool) >= GROUP_RECORDS || spool_waiting_bytes(run->spool) >= GROUP_BYTES || run->outbox_short ||
	    (run->commit_due_ns && now_ns >= run->commit_due_ns) || is_idle(run))
		spool_flush(run->spool, run->uring);
	run->outbox_short = false;
}

void commit_settle(struct run *run, struct job *job, enum job_outcome outcome, enum document_gate gate, struct text reason)
{
	job_set_outcome(job, outcome, gate, reason);
	if (job->open_members > 0)
		job_move(job, &run->expanding); /* its row is written behind the last of its members' */
	else if (has_results(outcome))
		job_move(job, &run->to_spool);
	else
		queue_for_commit(run, job);
	if (outcome == JOB_FAILED)
		log_debug("%s: failed: %s", job->source, job->reason ? job->reason : "");
}

/* --- the transaction ---------------------------------------------------------------------------------------------- */

static int put_row(struct run *run, const struct job *job)
{
	struct buffer name;
	char hash[33] = "";
	bool in_spool = has_results(job->outcome);

	buffer_init(&name, INPUT_NAME_BYTES_MAX * 2);
	job_name(job, &name);
	if (job->content_xxh3[0] || job->content_xxh3[1])
		snprintf(hash, sizeof(hash), "%016llx%016llx", (unsigned long long)job->content_xxh3[1], (unsigned long long)job->content_xxh3[0]);
	struct state_row row = {
		.name = buffer_string(&name), .source = job->source, .container = job->container, .hash = hash,
		.outcome = job_outcome_name(job->outcome), .format = document_format_name(job->format),
		.gate = job->gate == DOCUMENT_GATE_NONE ? "" : document_gate_name(job->gate), .reason = job->reason ? job->reason : "",
		.bytes = (int64_t)job->bytes, .modified_ns = job->modified_ns, .score = job->score, .attempts = job->attempts,
		.pairs_accepted = job->pairs_accepted, .pairs_refused = job->pairs_refused,
		.spool_offset = in_spool ? (int64_t)job->spool_offset : -1, .document_bytes = in_spool ? (int64_t)job->document_bytes : 0,
		.conversations_bytes = in_spool ? (int64_t)job->conversations_bytes : 0,
		.preprocess_ns = (int64_t)job->preprocess_ns, .generate_ns = (int64_t)job->generate_ns,
		.to_be_redone = job->to_be_redone,
	};
	int status = state_put(run->state, &row, &run->error);
	buffer_done(&name);
	return status;
}

static uint64_t record_end(const struct job *job)
{
	return job->spool_offset + spool_record_bytes(job->document_bytes, job->conversations_bytes);
}

static int write_rows(struct run *run)
{
	uint64_t end = run->committed_end;
	int status = state_begin(run->state, &run->error);

	for (struct job *job = run->syncing.first; job && status == 0; job = job->next) {
		status = put_row(run, job);
		if (has_results(job->outcome) && record_end(job) > end)
			end = record_end(job);
	}
	FAULT_POINT("commit_rows");
	if (status == 0)
		status = state_commit(run->state, (int64_t)end, &run->error);
	if (status < 0) {
		state_rollback(run->state);
		return status;
	}
	run->committed_end = end;
	return 0;
}

static void finish_job(struct run *run, struct job *job)
{
	struct job *archive = job->archive;

	run->stats.settled[job->outcome]++;
	if (job->outcome != JOB_EXPANDED) /* its members count */
		run->stats.settled_bytes += job->bytes;
	run->stats.pairs_accepted += job->pairs_accepted;
	run->stats.pairs_refused += job->pairs_refused;
	run->changed_since_finalise = true;
	job_move(job, NULL);
	job_destroy(job);
	FAULT_POINT("commit_finished");
	if (archive && --archive->open_members == 0 && archive->outcome != JOB_NONE)
		queue_for_commit(run, archive);
}

static void synced(void *context, int64_t result)
{
	struct run *run = context;
	FAULT_POINT("commit_synced");
	int status = result < 0 ? (int)result : write_rows(run);

	run->sync_under_way = false;
	if (status < 0) {
		cannot_save(run, status, "cannot save what is done", result < 0 ? strerror(-status) : run->error.message);
		while (run->syncing.first)
			dispatch_forget(run, run->syncing.first);
		return;
	}
	FAULT_POINT("commit_done");
	run->stats.commits++;
	while (run->syncing.first)
		finish_job(run, run->syncing.first);
}

void commit_step(struct run *run, uint64_t now_ns)
{
	spool_waiting(run, now_ns);
	bool idle = run->to_spool.count + run->spooling.count == 0 && is_idle(run);
	bool due = run->committing.count >= run->settings->io.commit_documents || (run->commit_due_ns && now_ns >= run->commit_due_ns) || idle;

	if (run->sync_under_way || run->committing.count == 0 || !due || run->fatal_status || uring_room(run->uring) == 0)
		return;
	while (run->committing.first)
		job_move(run->committing.first, &run->syncing);
	run->commit_due_ns = 0;
	if (spool_waiting_records(run->spool) > 0)
		set_due(run);
	run->sync_under_way = true;
	FAULT_POINT("commit_sync");
	int status = spool_sync(run->spool, run->uring, synced, run);
	if (status < 0)
		synced(run, status);
}

uint64_t commit_next_ns(const struct run *run)
{
	bool rows = run->committing.count > 0 && !run->sync_under_way, records = spool_waiting_records(run->spool) > 0 && !spool_is_writing(run->spool);

	return run->commit_due_ns && (rows || records) ? run->commit_due_ns : UINT64_MAX;
}
