#define _GNU_SOURCE
#include "coordinator/job.h"

#include <stdlib.h>
#include <string.h>

const char *job_outcome_name(enum job_outcome outcome)
{
	static const char *const names[] = { "none", "done", "rejected", "failed", "expanded", "kept" };
	return names[outcome];
}

struct job *job_create(uint64_t id, const char *source, const char *container, const char *path)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->id = id;
	job->descriptor = -1;
	job->source = strdup(source);
	job->container = strdup(container);
	job->path = path ? strdup(path) : NULL;
	if (!job->source || !job->container || (path && !job->path)) {
		job_destroy(job);
		return NULL;
	}
	return job;
}

void job_destroy(struct job *job)
{
	if (!job)
		return;
	CHECK(!job->list && lease_is_none(&job->input) && lease_is_none(&job->output) && lease_is_none(&job->document) &&
	      lease_is_none(&job->conversations) && job->descriptor < 0 && !job->member_block && job->open_members == 0);
	job_names_remove(job);
	free(job->source);
	free(job->container);
	free(job->path);
	free(job->reason);
	free(job);
}

static void take_out(struct job *job)
{
	struct job_list *list = job->list;

	if (!list)
		return;
	*(job->previous ? &job->previous->next : &list->first) = job->next;
	*(job->next ? &job->next->previous : &list->last) = job->previous;
	list->count--;
	job->next = job->previous = NULL;
	job->list = NULL;
}

void job_move(struct job *job, struct job_list *list)
{
	take_out(job);
	if (!list)
		return;
	job->list = list;
	job->previous = list->last;
	*(list->last ? &list->last->next : &list->first) = job;
	list->last = job;
	list->count++;
}

void job_move_first(struct job *job, struct job_list *list)
{
	take_out(job);
	job->list = list;
	job->next = list->first;
	*(list->first ? &list->first->previous : &list->last) = job;
	list->first = job;
	list->count++;
}

void job_name(const struct job *job, struct buffer *out)
{
	if (job->container[0])
		buffer_append_format(out, "%s!", job->container);
	buffer_append_string(out, job->source);
}

void job_set_outcome(struct job *job, enum job_outcome outcome, enum document_gate gate, struct text reason)
{
	job->outcome = outcome;
	job->gate = gate;
	free(job->reason);
	job->reason = reason.bytes ? strndup(reason.data, reason.bytes) : NULL;
}
