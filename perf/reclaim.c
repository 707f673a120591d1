/* reclaim.c: from kill(worker, SIGKILL) to the moment at which every task that it held is published to another one. The coordinator is the
 * product's but for intake and commit (endless.c), and notes its times in memory that this program reads (trace.h); this one kills. Other workers
 * have room for the tasks: what is measured is how soon a death is known and acted upon, not how long a queue is.
 *
 *   reclaim [--json FILE] [--kills N] */
#define _GNU_SOURCE
#include "perf/bench.h"
#include "perf/trace.h"

#include "base/clock.h"
#include "ipc/barrier.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum {
	EXIT_USAGE = 2,
	KILLS = 300,
	WORKERS = 4,
	TASKS_A_WORKER = 2,        /* of three credits: the others have room for those of one that died */
	RUN_MS = 3600000,          /* it is ended before */
	TASKS_REMEMBERED = 1 << 16,
	PATIENCE_MS = 20000,
	LOOK_NS = 200000,          /* between two looks into the trace */
	BINS_A_DECADE = 10,
};

struct scene {
	const char *name, *work, *resident_mib, *lane;
};

static const struct scene scenes[] = {
	{ "workers wait", "wait:20000", "0", "ipc.fast_lane=on" },
	{ "workers wait, lane off", "wait:20000", "0", "ipc.fast_lane=off" },
	{ "workers wait, 64 MiB each", "wait:20000", "64", "ipc.fast_lane=on" },
	{ "workers compute, two a core", "compute:20000", "0", "ipc.fast_lane=on" },
};

struct task { /* by task id modulo TASKS_REMEMBERED */
	uint64_t id;
	uint32_t worker; /* who has it, by number; 0: nobody */
	int32_t pid;
	bool awaited;  /* its worker was killed by us: its next publication is what we wait for */
};

struct watch { /* of one coordinator */
	const struct bench *bench;
	struct trace *trace;
	uint64_t seen; /* events */
	struct task *tasks;
	int32_t pids[WORKERS + 1];   /* by worker number, the last that was given a task */
	uint32_t settled[WORKERS + 1], held[WORKERS + 1]; /* tasks of that process */
	int32_t victim;
	uint32_t victim_worker;
	uint64_t killed_ns, confirmed_ns, released_ns;
	uint32_t awaited;
	struct bench_samples confirmed_us, released_us;
};

/* --- reading the trace ------------------------------------------------------------------------------------------------- */

static void take_published(struct watch *watch, const struct trace_event *event)
{
	struct task *task = &watch->tasks[event->task % TASKS_REMEMBERED];

	CHECK(event->worker > 0 && event->worker <= WORKERS);
	if (task->id == event->task && task->awaited) {
		watch->awaited--;
		watch->released_ns = event->ns;
	}
	if (watch->pids[event->worker] != event->pid) {
		watch->pids[event->worker] = event->pid;
		watch->settled[event->worker] = 0;
	}
	watch->held[event->worker]++;
	*task = (struct task){ .id = event->task, .worker = event->worker, .pid = event->pid };
}

static void take_settled(struct watch *watch, const struct trace_event *event)
{
	struct task *task = &watch->tasks[event->task % TASKS_REMEMBERED];

	CHECK(task->id == event->task && task->worker > 0);
	watch->settled[task->worker]++;
	watch->held[task->worker]--;
	task->worker = 0;
}

static void take_recovered(struct watch *watch, const struct trace_event *event)
{
	struct task *task = &watch->tasks[event->task % TASKS_REMEMBERED];

	if (task->id != event->task || task->worker == 0 || task->pid != watch->victim)
		bench_fail(watch->bench, "task %llu was taken from a worker that nobody killed", (unsigned long long)event->task);
	if (!watch->confirmed_ns)
		watch->confirmed_ns = event->ns;
	task->awaited = true;
	watch->held[task->worker]--;
	task->worker = 0;
	watch->awaited++;
}

static void look(struct watch *watch)
{
	uint64_t count = barrier_load_acquire_u64(&watch->trace->count); /* partner: trace_add */

	if (count - watch->seen > TRACE_EVENTS / 2)
		bench_fail(watch->bench, "the trace is faster than its reader");
	for (; watch->seen < count; watch->seen++) {
		const struct trace_event *event = &watch->trace->events[watch->seen % TRACE_EVENTS];
		switch ((enum trace_kind)event->kind) {
		case TRACE_PUBLISHED: take_published(watch, event); break;
		case TRACE_SETTLED: take_settled(watch, event); break;
		case TRACE_RECOVERED: take_recovered(watch, event); break;
		}
	}
}

static void pause_ns(uint64_t duration_ns)
{
	const struct timespec pause = { .tv_nsec = (long)duration_ns };
	nanosleep(&pause, NULL);
}

/* Looks into the trace until `done`, or fails. */
static void look_until(struct watch *watch, bool (*done)(const struct watch *watch), const char *what)
{
	uint64_t deadline_ns = clock_monotonic_ns() + PATIENCE_MS * (uint64_t)1000000;

	for (look(watch); !done(watch); look(watch)) {
		if (clock_monotonic_ns() > deadline_ns)
			bench_fail(watch->bench, "%s: not within %d s", what, PATIENCE_MS / 1000);
		pause_ns(LOOK_NS);
	}
}

/* --- one kill ------------------------------------------------------------------------------------------------------------ */

static bool all_at_work(const struct watch *watch)
{
	for (uint32_t i = 1; i <= WORKERS; i++)
		if (watch->pids[i] == watch->victim || watch->settled[i] == 0)
			return false;
	return true;
}

/* The victim's tasks are others', or it was through with them just before. */
static bool is_over(const struct watch *watch)
{
	return watch->held[watch->victim_worker] == 0 && watch->awaited == 0;
}

static void kill_one(struct watch *watch, unsigned *dice)
{
	look_until(watch, all_at_work, "every worker at work");
	for (int i = rand_r(dice) % 50; i >= 0; i--) { /* up to 10 ms: any moment of a task */
		pause_ns(LOOK_NS);
		look(watch);
	}
	watch->victim_worker = (uint32_t)rand_r(dice) % WORKERS + 1;
	if (watch->held[watch->victim_worker] == 0)
		return;
	watch->victim = watch->pids[watch->victim_worker];
	watch->confirmed_ns = watch->released_ns = 0;
	watch->killed_ns = clock_monotonic_ns();
	if (kill(watch->victim, SIGKILL) < 0)
		bench_fail(watch->bench, "kill: %s", strerror(errno));
	look_until(watch, is_over, "tasks of a killed worker leased again");
	if (!watch->confirmed_ns)
		return;
	bench_sample(&watch->confirmed_us, (double)(watch->confirmed_ns - watch->killed_ns) / 1e3);
	bench_sample(&watch->released_us, (double)(watch->released_ns - watch->killed_ns) / 1e3);
}

/* --- one scene ------------------------------------------------------------------------------------------------------------ */

static void start_coordinator(struct watch *watch, const struct scene *scene, struct bench_run *run)
{
	char program[1024], output[1024], path[1024], tasks[64], workers[16];

	snprintf(path, sizeof(path), "%s/trace", watch->bench->scratch);
	snprintf(tasks, sizeof(tasks), "%d:%d", WORKERS * TASKS_A_WORKER, RUN_MS);
	snprintf(workers, sizeof(workers), "%d", WORKERS);
	watch->trace = trace_create(path);
	if (!watch->trace || setenv(TRACE_VARIABLE, path, 1) < 0 || setenv("DOCRING_BENCH_TASKS", tasks, 1) < 0 ||
	    setenv("DOCRING_BENCH_WORK", scene->work, 1) < 0 || setenv("DOCRING_BENCH_RESIDENT", scene->resident_mib, 1) < 0)
		bench_fail(watch->bench, "%s: cannot be made", path);
	bench_path(watch->bench, "endless/coordinator", program);
	bench_output(watch->bench, output);
	const char *const arguments[] = { program, "--workers", workers, "--shm", "256M", "--stages", "preprocess", "--progress", "never", "--log-level", "error",
					  "--set", scene->lane, "--set", "supervise.attempts=100", "-o", output, watch->bench->scratch, NULL };
	bench_start(watch->bench, run, arguments);
}

static void stop_coordinator(struct watch *watch, struct bench_run *run)
{
	kill(run->pid, SIGTERM);
	bench_wait(watch->bench, run);
	bench_run_done(run);
	trace_close(watch->trace);
}

/* [from, to, count] of the sorted samples, by powers of ten. */
static void write_bins(struct json_writer *json, const struct bench_samples *samples)
{
	json_key(json, "leased_again_bins");
	json_array_open(json);
	for (size_t i = 0; i < samples->count;) {
		double bin = floor(log10(samples->values[i] > 1 ? samples->values[i] : 1) * BINS_A_DECADE), high = pow(10, (bin + 1) / BINS_A_DECADE);
		size_t first = i;
		do
			i++;
		while (i < samples->count && samples->values[i] < high);
		json_array_open(json);
		json_fixed(json, pow(10, bin / BINS_A_DECADE), 1);
		json_fixed(json, high, 1);
		json_unsigned(json, i - first);
		json_array_close(json);
	}
	json_array_close(json);
}

static void write_scene(struct bench *bench, const struct scene *scene, struct watch *watch)
{
	bench_sort(&watch->confirmed_us);
	bench_sort(&watch->released_us);
	printf("%-28s %6zu %9.0f %9.0f %9.0f %9.0f %9.0f %9.0f %9.0f\n", scene->name, watch->released_us.count, bench_percentile(&watch->confirmed_us, 50),
	       bench_percentile(&watch->confirmed_us, 99), bench_percentile(&watch->released_us, 0), bench_percentile(&watch->released_us, 50),
	       bench_percentile(&watch->released_us, 90), bench_percentile(&watch->released_us, 99), bench_percentile(&watch->released_us, 100));
	fflush(stdout);
	json_object_open(&bench->json);
	json_member_string(&bench->json, "scene", scene->name);
	json_key(&bench->json, "death_confirmed_us");
	json_object_open(&bench->json);
	bench_write_samples(&bench->json, &watch->confirmed_us, 1);
	json_object_close(&bench->json);
	json_key(&bench->json, "leased_again_us");
	json_object_open(&bench->json);
	bench_write_samples(&bench->json, &watch->released_us, 1);
	json_object_close(&bench->json);
	write_bins(&bench->json, &watch->released_us);
	json_object_close(&bench->json);
}

static void run_scene(struct bench *bench, const struct scene *scene, size_t kills)
{
	struct watch watch = { .bench = bench, .tasks = calloc(TASKS_REMEMBERED, sizeof(*watch.tasks)) };
	struct bench_run run;
	unsigned dice = 1;

	CHECK(watch.tasks);
	start_coordinator(&watch, scene, &run);
	while (watch.released_us.count < kills)
		kill_one(&watch, &dice);
	write_scene(bench, scene, &watch);
	stop_coordinator(&watch, &run);
	bench_samples_done(&watch.confirmed_us);
	bench_samples_done(&watch.released_us);
	free(watch.tasks);
}

int main(int argument_count, char **arguments)
{
	static const struct option options[] = {
		{ "json", required_argument, NULL, 'j' }, { "kills", required_argument, NULL, 'k' }, { NULL, 0, NULL, 0 },
	};
	const char *json_path = NULL;
	size_t kills = KILLS;
	struct bench bench;
	int option;

	while ((option = getopt_long(argument_count, arguments, "j:k:", options, NULL)) != -1) {
		switch (option) {
		case 'j': json_path = optarg; break;
		case 'k': kills = strtoul(optarg, NULL, 10); break;
		default: kills = 0;
		}
	}
	if (kills == 0 || optind < argument_count) {
		fprintf(stderr, "Usage: reclaim [--json FILE] [--kills N]\n");
		return EXIT_USAGE;
	}
	bench_begin(&bench, "reclaim", json_path);
	printf("\n%-28s %6s %9s %9s %9s %9s %9s %9s %9s\n%-28s %6s %9s %9s %9s %9s %9s %9s %9s\n", "us after the kill", "", "death", "death", "leased", "", "", "", "", "",
	       "kills", "p50", "p99", "min", "p50", "p90", "p99", "max");
	json_key(&bench.json, "scenes");
	json_array_open(&bench.json);
	for (size_t i = 0; i < COUNT_OF(scenes); i++)
		run_scene(&bench, &scenes[i], kills);
	json_array_close(&bench.json);
	return bench_end(&bench);
}
