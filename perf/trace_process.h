/* trace_process.h: the trace of the coordinator under test that this is linked into; NULL when nobody asked for one. */
#ifndef DOCRING_PERF_TRACE_PROCESS_H
#define DOCRING_PERF_TRACE_PROCESS_H

struct trace;
struct trace *trace_of_process(void);

#endif
