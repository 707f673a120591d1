#define _GNU_SOURCE
#include "perf/trace.h"

#include "base/clock.h"
#include "ipc/barrier.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct trace *map(int file)
{
	void *base = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct trace), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);

	if (file >= 0)
		close(file);
	return base == MAP_FAILED ? NULL : base;
}

struct trace *trace_create(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(file < 0 || ftruncate(file, sizeof(struct trace)) == 0);
	return map(file);
}

struct trace *trace_open(void)
{
	const char *path = getenv(TRACE_VARIABLE);
	return path ? map(open(path, O_RDWR | O_CLOEXEC)) : NULL;
}

void trace_close(struct trace *trace)
{
	if (trace)
		munmap(trace, sizeof(*trace));
}

void trace_add(struct trace *trace, struct trace_event event)
{
	if (!trace)
		return;
	event.ns = clock_monotonic_ns();
	trace->events[trace->count % TRACE_EVENTS] = event;
	barrier_store_release_u64(&trace->count, trace->count + 1); /* partner: the bench's reading of it */
}
