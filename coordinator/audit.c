/* audit.c: is every job in exactly one place, and does every lease have exactly one holder? Reads everything, changes nothing. The run asks
 * at each change of phase and at its end, the fault tests after every step: an answer other than yes is a bug, never bad luck. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include <errno.h>
#include <stdlib.h>

struct holding {
	const struct lease *lease;
	uint64_t job_id;
};

struct audit {
	const struct run *run;
	struct error_text *error;
	const struct job **jobs;
	size_t job_count, job_capacity;
	struct holding *holdings;
	size_t holding_count, holding_capacity;
	uint64_t members, open_members;
};

static int fail(struct audit *audit, const struct job *job, const char *what)
{
	return error_set(audit->error, ERROR_INPUT_REJECTED, "job %llu (%s): %s", (unsigned long long)job->id, job->source, what);
}

/* --- one job ------------------------------------------------------------------------------------------------------- */

static int hold(struct audit *audit, const struct job *job, const struct lease *lease)
{
	if (lease_is_none(lease))
		return 0;
	if (audit->holding_count == audit->holding_capacity) {
		size_t capacity = audit->holding_capacity ? audit->holding_capacity * 2 : 64;
		struct holding *more = realloc(audit->holdings, capacity * sizeof(*more));
		if (!more)
			return error_set(audit->error, -ENOMEM, "out of memory");
		audit->holdings = more;
		audit->holding_capacity = capacity;
	}
	if (!audit->run->memory->pools[lease->segment].extents)
		return fail(audit, job, "it holds a lease in a segment that is gone");
	audit->holdings[audit->holding_count++] = (struct holding){ lease, job->id };
	return 0;
}

static bool has_input(const struct job *job)
{
	return !lease_is_none(&job->input) || job->member_block;
}

/* What a job must hold, and must not, by the list that it is in. NULL: all is well. */
static const char *misplaced(const struct job *job, enum job_place place)
{
	bool result = !lease_is_none(&job->document), generate = job->stage == JOB_GENERATE;

	if (place != JOB_HELD && !lease_is_none(&job->output))
		return "it has an output extent and is at no worker";
	switch (place) {
	case JOB_READING: return lease_is_none(&job->input) ? "it is read into nothing" : NULL;
	case JOB_HELD:
		if (lease_is_none(&job->output))
			return "it is at a worker without an output extent";
		return (generate ? result : has_input(job)) ? NULL : "it is at a worker without an input";
	case JOB_QUEUED: return (generate ? result : has_input(job)) ? NULL : "it is queued without an input";
	case JOB_SPOOLING: return result ? NULL : "it is spooled without results";
	default: return has_input(job) || result || !lease_is_none(&job->conversations) ? "it is through and still holds memory" : NULL;
	}
}

static int look_at(struct audit *audit, const struct job *job, enum job_place place)
{
	const char *wrong = misplaced(job, place);
	int status = wrong ? fail(audit, job, wrong) : 0;

	if (audit->job_count == audit->job_capacity) {
		size_t capacity = audit->job_capacity ? audit->job_capacity * 2 : 64;
		const struct job **more = realloc(audit->jobs, capacity * sizeof(*more));
		if (!more)
			return error_set(audit->error, -ENOMEM, "out of memory");
		audit->jobs = more;
		audit->job_capacity = capacity;
	}
	audit->jobs[audit->job_count++] = job;
	audit->members += job->archive != NULL;
	audit->open_members += job->open_members;
	const struct lease *const leases[] = { &job->input, &job->output, &job->document, &job->conversations };
	for (size_t i = 0; i < COUNT_OF(leases) && status == 0; i++)
		status = hold(audit, job, leases[i]);
	return status == 0 && job->member_block ? hold(audit, job, &job->member_block->lease) : status;
}

static int look_at_list(struct audit *audit, const struct job_list *list)
{
	const struct job *previous = NULL;
	size_t count = 0;
	int status = 0;

	for (const struct job *job = list->first; job && status == 0; job = job->next) {
		if (job->list != list || job->previous != previous || ++count > list->count)
			return fail(audit, job, "it is in a list that does not know it");
		status = look_at(audit, job, list->place);
		previous = job;
	}
	if (status == 0 && (count != list->count || list->last != previous))
		return error_set(audit->error, ERROR_INPUT_REJECTED, "a list of %zu jobs has %zu", list->count, count);
	return status;
}

/* --- workers ------------------------------------------------------------------------------------------------------- */

static int look_at_worker(struct audit *audit, const struct worker *worker)
{
	const char *wrong = NULL;

	if (worker->pid == 0 && (worker->held.count || lane_is_open(&worker->lane) || worker->state != WORKER_ABSENT))
		wrong = "it has no process and is not absent";
	for (const struct job *job = worker->held.first; job && !wrong; job = job->next)
		if (job->output.segment != worker->number)
			wrong = "it holds a task whose result would go into another outbox";
	if (wrong)
		return error_set(audit->error, ERROR_INPUT_REJECTED, "worker %u: %s", worker->number, wrong);
	return look_at_list(audit, &worker->held);
}

/* --- all of them ----------------------------------------------------------------------------------------------------- */

static int by_id(const void *one, const void *other)
{
	uint64_t a = (*(const struct job *const *)one)->id, b = (*(const struct job *const *)other)->id;
	return a < b ? -1 : a > b;
}

static int check_jobs(struct audit *audit)
{
	qsort(audit->jobs, audit->job_count, sizeof(*audit->jobs), by_id);
	for (size_t i = 1; i < audit->job_count; i++)
		if (audit->jobs[i]->id == audit->jobs[i - 1]->id)
			return fail(audit, audit->jobs[i], "it is in two places");
	/* A run that could not go on forgets members whose archives it does not go on with either. */
	if (audit->members != audit->open_members && !audit->run->fatal_status)
		return error_set(audit->error, ERROR_INPUT_REJECTED, "%llu members are on their way, their archives wait for %llu",
				 (unsigned long long)audit->members, (unsigned long long)audit->open_members);
	return 0;
}

static int by_place(const void *one, const void *other)
{
	const struct lease *a = ((const struct holding *)one)->lease, *b = ((const struct holding *)other)->lease;

	if (a->segment != b->segment)
		return a->segment < b->segment ? -1 : 1;
	if (a->extent.offset != b->extent.offset)
		return a->extent.offset < b->extent.offset ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int check_pool(struct audit *audit, uint16_t segment, uint64_t bytes, uint64_t count)
{
	struct extent_stats stats;

	extent_stats(audit->run->memory->pools[segment].extents, &stats);
	if (stats.leased_bytes == bytes && stats.leases == count)
		return 0;
	return error_set(audit->error, ERROR_INPUT_REJECTED, "segment %u: %llu bytes are leased in %llu extents, jobs hold %llu in %llu",
			 (unsigned)segment, (unsigned long long)stats.leased_bytes, (unsigned long long)stats.leases, (unsigned long long)bytes,
			 (unsigned long long)count);
}

/* Every lease that the allocators know of is held once, and nothing is held that they do not know of. */
static int check_leases(struct audit *audit)
{
	const struct memory *memory = audit->run->memory;
	size_t next = 0;
	int status = 0;

	if (audit->holding_count)
		qsort(audit->holdings, audit->holding_count, sizeof(*audit->holdings), by_place);
	for (uint16_t segment = 0; segment < MEMORY_SEGMENTS_MAX && status == 0; segment++) {
		uint64_t bytes = 0, count = 0, end = 0;
		if (!memory->pools[segment].extents)
			continue;
		for (; next < audit->holding_count && audit->holdings[next].lease->segment == segment; next++) {
			const struct holding *holding = &audit->holdings[next];
			if (next > 0 && holding->lease == holding[-1].lease)
				continue; /* a block of members has many readers */
			if (!extent_is_current(memory->pools[segment].extents, &holding->lease->extent) || holding->lease->extent.offset < end)
				return error_set(audit->error, ERROR_INPUT_REJECTED, "job %llu holds a lease of an earlier life, or that of another one",
						 (unsigned long long)holding->job_id);
			end = holding->lease->extent.offset + holding->lease->extent.bytes;
			bytes += holding->lease->extent.bytes;
			count++;
		}
		status = check_pool(audit, segment, bytes, count);
	}
	return status;
}

static int look_at_waiting(struct audit *audit)
{
	const struct job *job = audit->run->waiting;

	if (!job)
		return 0;
	if (job->list)
		return fail(audit, job, "it waits to be read and is in a list");
	audit->members += job->archive != NULL;
	return hold(audit, job, &job->input);
}

int run_audit(const struct run *run, struct error_text *error)
{
	const struct job_list *const lists[] = {
		&run->reading, &run->queues[JOB_PREPROCESS], &run->queues[JOB_EXPAND], &run->queues[JOB_GENERATE], &run->expanding,
		&run->to_spool, &run->spooling, &run->committing, &run->syncing, &run->models.waiting, &run->models.last,
	};
	struct audit audit = { .run = run, .error = error };
	int status = look_at_waiting(&audit);

	for (size_t i = 0; i < COUNT_OF(lists) && status == 0; i++)
		status = look_at_list(&audit, lists[i]);
	for (uint32_t i = 0; i < run->models.count && status == 0; i++)
		status = look_at_list(&audit, &run->models.groups[i].queue);
	for (uint32_t i = 0; i < run->worker_count && status == 0; i++)
		status = look_at_worker(&audit, &run->workers[i]);
	if (status == 0 && audit.job_count)
		status = check_jobs(&audit);
	if (status == 0)
		status = check_leases(&audit);
	free(audit.jobs);
	free(audit.holdings);
	return status;
}
