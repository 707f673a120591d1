#define _GNU_SOURCE
#include "coordinator/job_names.h"

#include "coordinator/job.h"

#include <string.h>
#include <xxhash.h>

static size_t bucket_of(const char *source)
{
	return XXH3_64bits(source, strlen(source)) % JOB_NAMES_BUCKETS;
}

void job_names_add(struct job_names *names, struct job *job)
{
	struct job **bucket = &names->buckets[bucket_of(job->source)];

	CHECK(!job->names);
	job->names = names;
	job->next_same_bucket = *bucket;
	*bucket = job;
}

void job_names_remove(struct job *job)
{
	if (!job->names)
		return;
	struct job **place = &job->names->buckets[bucket_of(job->source)];
	while (*place != job)
		place = &(*place)->next_same_bucket;
	*place = job->next_same_bucket;
	job->names = NULL;
}

struct job *job_names_find(const struct job_names *names, const char *source)
{
	struct job *job = names->buckets[bucket_of(source)];

	while (job && strcmp(job->source, source) != 0)
		job = job->next_same_bucket;
	return job;
}
