/* empty_worker.c: a worker-preprocess that does nothing with its tasks, for benches of what is around them: the product's frame of a worker
 * (workers/common) with a handler that answers with an empty document.
 *
 * DOCRING_BENCH_WORK="wait|compute:MICROSECONDS": how long a task takes, asleep or at work. DOCRING_BENCH_RESIDENT=MIB: memory it has touched. */
#define _GNU_SOURCE
#include "workers/common/worker.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct work {
	bool compute;
	uint64_t task_ns;
	void *resident;
};

static int start(const struct worker_setup *setup, void **ret_context, struct error_text *error)
{
	const char *kind = getenv("DOCRING_BENCH_WORK"), *mebibytes = getenv("DOCRING_BENCH_RESIDENT");
	struct work *work = calloc(1, sizeof(*work));
	const char *colon = kind ? strchr(kind, ':') : NULL;
	size_t resident_bytes = mebibytes ? strtoul(mebibytes, NULL, 10) << 20 : 0;

	(void)setup;
	if (!work || (resident_bytes && !(work->resident = malloc(resident_bytes)))) {
		free(work);
		return error_set(error, ERROR_LIMIT_HIT, "out of memory");
	}
	work->compute = kind && strncmp(kind, "compute", 7) == 0;
	work->task_ns = colon ? strtoull(colon + 1, NULL, 10) * 1000 : 0;
	if (resident_bytes)
		memset(work->resident, 1, resident_bytes);
	*ret_context = work;
	return 0;
}

static void stop(void *context)
{
	struct work *work = context;

	free(work->resident);
	free(work);
}

static void spend(const struct work *work)
{
	const struct timespec pause = { .tv_sec = (time_t)(work->task_ns / 1000000000), .tv_nsec = (long)(work->task_ns % 1000000000) };

	if (work->task_ns == 0)
		return;
	if (!work->compute) {
		nanosleep(&pause, NULL);
		return;
	}
	uint64_t end_ns = clock_monotonic_ns() + work->task_ns;
	while (clock_monotonic_ns() < end_ns)
		;
}

static int64_t handle(void *context, const struct worker_task *task, size_t *ret_needed_bytes)
{
	struct document_header *header = task->out;

	(void)ret_needed_bytes;
	CHECK(task->out_bytes >= sizeof(*header));
	spend(context);
	memset(header, 0, sizeof(*header));
	header->magic = DOCUMENT_MAGIC;
	header->bytes = sizeof(*header);
	header->status = DOCUMENT_CONVERTED;
	return sizeof(*header);
}

int main(int argument_count, char **arguments)
{
	static const struct worker_program program = {
		.name = "worker-preprocess", .kind = "preprocess", .summary = "Does nothing with its tasks.", .start = start, .stop = stop, .handle = handle,
	};
	return worker_main(&program, argument_count, arguments);
}
