/* trace.c: linked into a coordinator under test with --wrap for each function below: it notes the time and goes on to the real one. */
#include "perf/trace.h"

#include "coordinator/run.h"
#include "perf/trace_process.h"

#include <stdbool.h>

int __real_lanes_publish(struct worker *worker, const struct descriptor *task);
int __wrap_lanes_publish(struct worker *worker, const struct descriptor *task);
void __real_dispatch_retry(struct run *run, struct job *job, bool blame, const char *why);
void __wrap_dispatch_retry(struct run *run, struct job *job, bool blame, const char *why);

struct trace *trace_of_process(void)
{
	static struct trace *trace;
	static bool asked;

	if (!asked)
		trace = trace_open();
	asked = true;
	return trace;
}

int __wrap_lanes_publish(struct worker *worker, const struct descriptor *task)
{
	int status = __real_lanes_publish(worker, task);

	if (status == 0)
		trace_add(trace_of_process(), (struct trace_event){ .task = task->task_id, .worker = worker->number, .pid = worker->pid, .kind = TRACE_PUBLISHED });
	return status;
}

void __wrap_dispatch_retry(struct run *run, struct job *job, bool blame, const char *why)
{
	trace_add(trace_of_process(), (struct trace_event){ .task = job->id, .kind = TRACE_RECOVERED });
	__real_dispatch_retry(run, job, blame, why);
}
