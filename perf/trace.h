/* trace.h: what a coordinator under test tells a bench, in memory that both map: when which task went to which worker, came back, or was
 * taken from a dead one. Written by the coordinator alone (perf/trace.c, linked around its own functions: the product has no part in
 * it), read by the bench. DOCRING_BENCH_TRACE names the file. Times are CLOCK_MONOTONIC. */
#ifndef DOCRING_PERF_TRACE_H
#define DOCRING_PERF_TRACE_H

#include "base/check.h"

#include <stdint.h>
#include <sys/types.h>

enum { TRACE_EVENTS = 1 << 16 };
#define TRACE_VARIABLE "DOCRING_BENCH_TRACE"

enum trace_kind {
	TRACE_PUBLISHED, /* the task is the worker's from now on */
	TRACE_SETTLED,   /* its result was taken */
	TRACE_RECOVERED, /* its worker's death is confirmed: back in the queue */
};

struct trace_event {
	uint64_t ns;
	uint64_t task;
	uint32_t worker; /* number of the slot; 0: unknown */
	int32_t pid;
	uint32_t kind;
	uint32_t reserved;
};

struct trace { /* every field is written by the coordinator */
	uint64_t count; /* events so far, stored with release behind the event; the last TRACE_EVENTS of them are there */
	uint64_t workers_ready_ns, measured_from_ns, measured_to_ns; /* 0: not yet */
	uint64_t measured_tasks, measured_cpu_ns;
	struct trace_event events[TRACE_EVENTS];
};

/* The bench: makes the file and maps it. The coordinator: NULL when nobody asked for a trace. */
struct trace *trace_create(const char *path) WARN_UNUSED;
struct trace *trace_open(void) WARN_UNUSED;
void trace_close(struct trace *trace);
void trace_add(struct trace *trace, struct trace_event event);

#endif
