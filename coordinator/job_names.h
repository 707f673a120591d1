/* job_names.h: the files that are in flight, by name, so that one file is not read twice at once: its two rows would race. */
#ifndef DOCRING_COORDINATOR_JOB_NAMES_H
#define DOCRING_COORDINATOR_JOB_NAMES_H

#include "base/check.h"

#include <stdint.h>

struct job;

enum { JOB_NAMES_BUCKETS = 4096 }; /* about half of the jobs that can be in flight */

struct job_names { /* all zero: empty; jobs are chained, nothing is allocated */
	struct job *buckets[JOB_NAMES_BUCKETS];
};

void job_names_add(struct job_names *names, struct job *job);
/* Nothing happens for a job that is in none. */
void job_names_remove(struct job *job);
/* The job of that source, or NULL. */
struct job *job_names_find(const struct job_names *names, const char *source);

#endif
