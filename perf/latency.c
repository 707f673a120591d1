/* latency.c: how long the hand-off takes: round trips between two processes pinned apart, or on one core, over every road, hot (one after
 * the other) and from sleep (a pause before each), and one-way rates. The lane and the bus are the product's own code; the rest is what
 * they are compared with, in the same run. Machine facts and a check for noise stand in the output: numbers of a noisy run say little.
 *
 *   latency [--count N] [--quick] [--json FILE] */
#define _GNU_SOURCE
#include "perf/latency.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "ipc/barrier.h"
#include "ipc/topology.h"
#include "perf/machine.h"

#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>
#include <zmq.h>

enum { HOT_COUNT = 100000, SLEEP_COUNT = 2000, WARM_UP = 500, GAP_NS = 500000, RATE_COUNT = 4000000, BATCH = 32 };

struct result {
	char name[64];
	const char *how; /* "hot", "from sleep", "one core" */
	size_t count;
	double min_us, p50_us, p90_us, p99_us, p999_us, max_us, mean_us;
};

struct rate {
	const char *name;
	double per_second;
};

struct bench {
	int cores[2];
	cpu_set_t whole; /* the mask that the program was started with */
	bool two_cores;
	size_t hot_count, sleep_count, rate_count;
	struct result results[32];
	size_t result_count;
	struct rate rates[4];
	size_t rate_count_done;
	struct machine_noise before, after;
};

/* --- one road ------------------------------------------------------------------------------------------------------ */

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return (a > b) - (a < b);
}

static double in_us(const uint64_t *samples_ns, size_t index)
{
	return (double)samples_ns[index] / 1e3;
}

static void summarise(struct result *result, uint64_t *samples, size_t count)
{
	uint64_t sum = 0;

	qsort(samples, count, sizeof(*samples), by_value);
	for (size_t i = 0; i < count; i++)
		sum += samples[i];
	result->count = count;
	result->min_us = (double)samples[0] / 1e3;
	result->p50_us = in_us(samples, count / 2);
	result->p90_us = in_us(samples, count * 9 / 10);
	result->p99_us = in_us(samples, count * 99 / 100);
	result->p999_us = in_us(samples, count * 999 / 1000);
	result->max_us = (double)samples[count - 1] / 1e3;
	result->mean_us = (double)sum / 1e3 / (double)count;
}

static void spin_until(uint64_t end_ns)
{
	while (clock_monotonic_ns() < end_ns)
		barrier_pause();
}

/* An end on its core. Where the product pins a worker, its ZeroMQ thread keeps the whole mask: so here, but for the rows on one core. */
static void open_pinned(const struct bench *bench, struct road *road, bool asker, bool same_core)
{
	int core = bench->cores[asker || same_core ? 0 : 1];

	if (same_core)
		CHECK(topology_pin(core) == 0);
	else
		CHECK(sched_setaffinity(0, sizeof(bench->whole), &bench->whole) == 0);
	road_open(road, asker);
	CHECK(topology_pin(core) == 0);
}

/* The answering process, pinned, until it is told to stop. */
static pid_t start_answerer(const struct bench *bench, struct road *road, bool same_core)
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (child > 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_pinned(bench, road, false, same_core);
	road_answer(road);
	_exit(0);
}

static void end_answerer(struct road *road, pid_t child)
{
	struct descriptor stop = { .task_id = ROAD_STOP };
	int status;

	road_ask(road, &stop);
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	road_close(road);
}

static void measure(struct bench *bench, enum road_kind kind, const char *how, bool same_core, uint64_t gap_ns)
{
	size_t count = gap_ns || same_core ? bench->sleep_count : bench->hot_count;
	uint64_t *samples = calloc(count, sizeof(*samples));
	struct result *result = &bench->results[bench->result_count++];
	struct road road;

	CHECK(samples && bench->result_count <= COUNT_OF(bench->results));
	snprintf(result->name, sizeof(result->name), "%s", road_name(kind));
	result->how = how;
	road_prepare(&road, kind, same_core);
	pid_t child = start_answerer(bench, &road, same_core);
	open_pinned(bench, &road, true, same_core);
	road.patient = !same_core;
	for (size_t i = 0; i < WARM_UP + count; i++) {
		struct descriptor descriptor = { .task_id = i + 1 };
		if (gap_ns)
			spin_until(clock_monotonic_ns() + gap_ns);
		uint64_t start_ns = clock_monotonic_ns();
		road_ask(&road, &descriptor);
		if (i >= WARM_UP)
			samples[i - WARM_UP] = clock_monotonic_ns() - start_ns;
	}
	end_answerer(&road, child);
	summarise(result, samples, count);
	free(samples);
}

/* Descriptors a second, one way: the clock stops when the last one, which is answered, was answered. */
static void measure_rate(struct bench *bench, enum road_kind kind, const char *name, size_t batch, size_t count)
{
	struct road road;
	struct descriptor silent = { .task_id = ROAD_SILENT }, last = { .task_id = 1 };

	road_prepare(&road, kind, false);
	pid_t child = start_answerer(bench, &road, false);
	open_pinned(bench, &road, true, false);
	road.patient = true;
	road_ask(&road, &last);
	uint64_t start_ns = clock_monotonic_ns();
	for (size_t i = 1; i <= count; i++)
		road_post(&road, &silent, i % batch == 0);
	road_ask(&road, &last);
	double seconds = (double)(clock_monotonic_ns() - start_ns) / 1e9;
	end_answerer(&road, child);
	bench->rates[bench->rate_count_done++] = (struct rate){ name, (double)count / seconds };
}

/* --- the machine --------------------------------------------------------------------------------------------------- */

/* Two hardware threads of different cores when there are any. */
static void choose_cores(struct bench *bench)
{
	struct topology *topology = calloc(1, sizeof(*topology));
	struct error_text error = { "" };

	CHECK(topology);
	if (topology_load(topology, &error) < 0) {
		fprintf(stderr, "latency: %s\n", error.message);
		exit(3);
	}
	bench->cores[0] = bench->cores[1] = (int)topology->cores[0].os_index;
	for (uint32_t i = 1; i < topology->count && !bench->two_cores; i++) {
		if (topology->cores[i].core == topology->cores[0].core)
			continue;
		bench->cores[1] = (int)topology->cores[i].os_index;
		bench->two_cores = true;
	}
	free(topology);
}

/* --- output -------------------------------------------------------------------------------------------------------- */

static void print_table(const struct bench *bench)
{
	struct utsname system;
	char cpu[128];
	int major, minor, patch;

	uname(&system);
	machine_cpu_name(cpu, sizeof(cpu));
	zmq_version(&major, &minor, &patch);
	printf("%s, Linux %s, ZeroMQ %d.%d.%d; cores %d and %d\n", cpu, system.release, major, minor, patch, bench->cores[0], bench->cores[1]);
	machine_print_noise("before", &bench->before);
	machine_print_noise("after ", &bench->after);
	printf("\nround trip, us           %-12s %8s %8s %8s %8s %8s %9s %8s %8s\n", "", "min", "p50", "p90", "p99", "p99.9", "max", "mean", "n");
	for (size_t i = 0; i < bench->result_count; i++) {
		const struct result *result = &bench->results[i];
		printf("%-24s %-12s %8.2f %8.2f %8.2f %8.2f %8.2f %9.2f %8.2f %8zu\n", result->name, result->how, result->min_us, result->p50_us,
		       result->p90_us, result->p99_us, result->p999_us, result->max_us, result->mean_us, result->count);
	}
	printf("\none way, descriptors a second\n");
	for (size_t i = 0; i < bench->rate_count_done; i++)
		printf("%-40s %12.0f\n", bench->rates[i].name, bench->rates[i].per_second);
}

static void write_results(struct json_writer *json, const struct bench *bench)
{
	json_key(json, "round_trips_us");
	json_array_open(json);
	for (size_t i = 0; i < bench->result_count; i++) {
		const struct result *result = &bench->results[i];
		json_object_open(json);
		json_member_string(json, "road", result->name);
		json_member_string(json, "how", result->how);
		json_member_fixed(json, "min", result->min_us, 3);
		json_member_fixed(json, "p50", result->p50_us, 3);
		json_member_fixed(json, "p90", result->p90_us, 3);
		json_member_fixed(json, "p99", result->p99_us, 3);
		json_member_fixed(json, "p99.9", result->p999_us, 3);
		json_member_fixed(json, "max", result->max_us, 3);
		json_member_fixed(json, "mean", result->mean_us, 3);
		json_member_unsigned(json, "n", result->count);
		json_object_close(json);
	}
	json_array_close(json);
	json_key(json, "one_way_per_second");
	json_object_open(json);
	for (size_t i = 0; i < bench->rate_count_done; i++)
		json_member_fixed(json, bench->rates[i].name, bench->rates[i].per_second, 0);
	json_object_close(json);
}

static int write_json(const struct bench *bench, const char *path)
{
	struct buffer text;
	struct json_writer json;
	struct utsname system;
	char cpu[128];

	uname(&system);
	machine_cpu_name(cpu, sizeof(cpu));
	buffer_init(&text, 1 << 20);
	json_init(&json, &text, 2);
	json_object_open(&json);
	json_member_string(&json, "cpu", cpu);
	json_member_string(&json, "kernel", system.release);
	json_member_boolean(&json, "two_cores", bench->two_cores);
	machine_write_noise(&json, "noise_before", &bench->before);
	machine_write_noise(&json, "noise_after", &bench->after);
	write_results(&json, bench);
	json_object_close(&json);
	int status = machine_write_file("latency", path, &text);
	buffer_done(&text);
	return status;
}

/* --- all of it ----------------------------------------------------------------------------------------------------- */

static void run_all(struct bench *bench)
{
	static const enum road_kind lanes[] = { ROAD_LANE_ZMQ, ROAD_LANE_EVENTFD };
	static const enum road_kind others[] = { ROAD_BUS, ROAD_ZMQ_BARE, ROAD_FIFO, ROAD_UNIX };

	bench->before = machine_listen(bench->cores[0]);
	if (bench->two_cores) {
		measure(bench, ROAD_LINE, "hot", false, 0);
		measure(bench, ROAD_LANE_ZMQ, "hot", false, 0);
		for (size_t i = 0; i < COUNT_OF(others); i++)
			measure(bench, others[i], "hot", false, 0);
		for (size_t i = 0; i < COUNT_OF(lanes); i++)
			measure(bench, lanes[i], "from sleep", false, GAP_NS);
		for (size_t i = 0; i < COUNT_OF(others); i++)
			measure(bench, others[i], "from sleep", false, GAP_NS);
		measure_rate(bench, ROAD_LANE_ZMQ, "fast lane, one at a time", 1, bench->rate_count);
		measure_rate(bench, ROAD_LANE_ZMQ, "fast lane, batches of 32", BATCH, bench->rate_count);
		measure_rate(bench, ROAD_BUS, "bus (lane off)", 1, bench->rate_count / 20);
	} else {
		printf("SKIP: one core only: nothing is pinned apart\n");
	}
	for (size_t i = 0; i < COUNT_OF(lanes); i++)
		measure(bench, lanes[i], "one core", true, 0);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		measure(bench, others[i], "one core", true, 0);
	bench->after = machine_listen(bench->cores[0]);
}

int main(int argument_count, char **arguments)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'n' }, { "json", required_argument, NULL, 'j' }, { "quick", no_argument, NULL, 'q' }, { NULL, 0, NULL, 0 },
	};
	static struct bench bench = { .hot_count = HOT_COUNT, .sleep_count = SLEEP_COUNT, .rate_count = RATE_COUNT };
	const char *json = NULL;
	int option;

	while ((option = getopt_long(argument_count, arguments, "n:j:q", options, NULL)) != -1) {
		switch (option) {
		case 'n': bench.hot_count = (size_t)strtoul(optarg, NULL, 10); break;
		case 'j': json = optarg; break;
		case 'q': bench.hot_count /= 20; bench.sleep_count /= 20; bench.rate_count /= 20; break;
		default: fprintf(stderr, "Usage: latency [--count N] [--quick] [--json FILE]\n"); return 2;
		}
	}
	if (bench.hot_count < 100) {
		fprintf(stderr, "latency: --count: at least 100 round trips\n");
		return 2;
	}
	CHECK(sched_getaffinity(0, sizeof(bench.whole), &bench.whole) == 0);
	choose_cores(&bench);
	run_all(&bench);
	print_table(&bench);
	return json && write_json(&bench, json) < 0 ? 3 : 0;
}
