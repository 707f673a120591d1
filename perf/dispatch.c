/* dispatch.c: tasks a second through the whole dispatch path: from the queue over lease, ledger, lane or bus to a worker that does nothing,
 * and back through result, checks and release. The coordinator is the product's but for intake and commit (endless.c). More workers than
 * cores is the point: what must not cost more with each of them is the coordinator's loop.
 *
 *   dispatch [--json FILE] [--ms DURATION] [--workers N]... */
#define _GNU_SOURCE
#include "perf/bench.h"
#include "perf/trace.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { EXIT_USAGE = 2, DURATION_MS = 1500, ROWS_MAX = 32, TASKS_A_WORKER = 32 /* twice what a worker may hold of tasks this short: there is always one to give */ };

struct road {
	const char *name;
	const char *settings[4]; /* ends with NULL */
};

static const struct road roads[] = {
	{ "lane, bell over ZeroMQ", { "--set", "ipc.fast_lane=on", NULL } },
	{ "lane, bell by eventfd", { "--set", "ipc.bell=eventfd", NULL } },
	{ "bus", { "--set", "ipc.fast_lane=off", NULL } },
};

struct request {
	const char *json_path;
	uint32_t duration_ms;
	uint32_t workers[ROWS_MAX];
	size_t workers_count;
};

static void run_coordinator(const struct bench *bench, const struct road *road, uint32_t workers, struct bench_run *run)
{
	char program[1024], output[1024], count[16];
	const char *arguments[32];
	size_t n = 0;

	bench_path(bench, "endless/coordinator", program);
	bench_output(bench, output);
	snprintf(count, sizeof(count), "%u", workers);
	const char *const first[] = { program, "--workers", count, "--shm", "1G", "--stages", "preprocess", "--progress", "never", "--log-level", "error", "-o", output };
	for (size_t i = 0; i < COUNT_OF(first); i++)
		arguments[n++] = first[i];
	for (size_t i = 0; road->settings[i]; i++)
		arguments[n++] = road->settings[i];
	arguments[n++] = bench->scratch; /* an input, which is not looked into */
	arguments[n] = NULL;
	bench_start(bench, run, arguments);
	bench_wait(bench, run);
	if (!WIFEXITED(run->status) || WEXITSTATUS(run->status) > 1)
		bench_fail(bench, "%u workers: the coordinator failed", workers);
}

static void measure(struct bench *bench, const struct request *request, const struct road *road, uint32_t workers)
{
	char path[1024], tasks[64];
	struct bench_run run;

	snprintf(path, sizeof(path), "%s/trace", bench->scratch);
	struct trace *trace = trace_create(path);
	snprintf(tasks, sizeof(tasks), "%u:%u", workers * TASKS_A_WORKER, request->duration_ms);
	if (!trace || setenv(TRACE_VARIABLE, path, 1) < 0 || setenv("DOCRING_BENCH_TASKS", tasks, 1) < 0)
		bench_fail(bench, "%s: cannot be made", path);
	run_coordinator(bench, road, workers, &run);
	double seconds = (double)(trace->measured_to_ns - trace->measured_from_ns) / 1e9, count = (double)trace->measured_tasks;
	double cpu_us = count > 0 ? (double)trace->measured_cpu_ns / 1e3 / count : 0;
	printf("%-24s %7u %12.0f %14.2f\n", road->name, workers, count / seconds, cpu_us);
	fflush(stdout);
	json_object_open(&bench->json);
	json_member_string(&bench->json, "road", road->name);
	json_member_unsigned(&bench->json, "workers", workers);
	json_member_fixed(&bench->json, "tasks_per_second", count / seconds, 0);
	json_member_fixed(&bench->json, "coordinator_us_a_task", cpu_us, 3);
	json_object_close(&bench->json);
	bench_run_done(&run);
	trace_close(trace);
}

static bool parse(int argument_count, char **arguments, struct request *request)
{
	static const struct option options[] = {
		{ "json", required_argument, NULL, 'j' }, { "ms", required_argument, NULL, 'm' }, { "workers", required_argument, NULL, 'w' }, { NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argument_count, arguments, "j:m:w:", options, NULL)) != -1) {
		unsigned long number = optarg ? strtoul(optarg, NULL, 10) : 0;
		if (option == 'j')
			request->json_path = optarg;
		else if (option == 'm' && number >= 100 && number <= 600000)
			request->duration_ms = (uint32_t)number;
		else if (option == 'w' && number > 0 && number <= 256 && request->workers_count < ROWS_MAX)
			request->workers[request->workers_count++] = (uint32_t)number;
		else
			return false;
	}
	for (uint32_t workers = 1; request->workers_count < 7 && workers <= 64; workers *= 2)
		request->workers[request->workers_count++] = workers;
	return optind == argument_count;
}

int main(int argument_count, char **arguments)
{
	struct request request = { .duration_ms = DURATION_MS };
	struct bench bench;

	if (!parse(argument_count, arguments, &request)) {
		fprintf(stderr, "Usage: dispatch [--json FILE] [--ms DURATION] [--workers N]...\n");
		return EXIT_USAGE;
	}
	bench_begin(&bench, "dispatch", request.json_path);
	printf("\n%-24s %7s %12s %14s\n", "road", "workers", "tasks/s", "coord. us/task");
	json_key(&bench.json, "rows");
	json_array_open(&bench.json);
	for (size_t road = 0; road < COUNT_OF(roads); road++)
		for (size_t i = 0; i < request.workers_count; i++)
			measure(&bench, &request, &roads[road], request.workers[i]);
	json_array_close(&bench.json);
	return bench_end(&bench);
}
