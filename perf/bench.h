/* bench.h: what the benches of the whole program share: the machine and its noise, a coordinator run from outside, samples, and the frame
 * of the JSON. One thread; a bench that cannot go on says why and ends with exit code 3. */
#ifndef DOCRING_PERF_BENCH_H
#define DOCRING_PERF_BENCH_H

#include "ipc/topology.h"
#include "perf/machine.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

struct bench {
	const char *program;        /* its name, for messages */
	const char *json_path;      /* or NULL */
	char folder[512];           /* of the bench's own program; the programs under test lie beside and below */
	char scratch[512];          /* a folder of its own, gone with bench_end */
	struct topology *topology;
	cpu_set_t whole;            /* the mask that the program was started with */
	struct machine_noise before, after;
	struct buffer text;
	struct json_writer json;    /* the top object is open between bench_begin and bench_end */
};

/* Finds the machine's cores, listens for noise, prints both. */
void bench_begin(struct bench *bench, const char *program, const char *json_path);
/* Listens again, writes the JSON, cleans up. The result is the program's exit code. */
int bench_end(struct bench *bench);
void bench_fail(const struct bench *bench, const char *format, ...) PRINTF_LIKE(2, 3) __attribute__((noreturn));

/* Path of a program below the bench's folder: "../bin/coordinator". */
void bench_path(const struct bench *bench, const char *relative, char ret_path[1024]);
/* An empty folder for one run's output; a former one of that name is removed. */
void bench_output(const struct bench *bench, char ret_path[1024]);

struct bench_run { /* of one program, from fork to the end */
	pid_t pid;
	int output;      /* its standard output, or -1 */
	uint64_t start_ns;
	double wall_s, user_s, system_s;
	int status;      /* as waitpid says */
	struct buffer text; /* what it wrote to standard output */
};
/* Starts with the whole affinity mask; standard error stays ours. `arguments` ends with NULL. */
void bench_start(const struct bench *bench, struct bench_run *run, const char *const *arguments);
/* Reads what it prints until it ends. */
void bench_wait(const struct bench *bench, struct bench_run *run);
void bench_run_done(struct bench_run *run);

struct bench_samples {
	double *values;
	size_t count, capacity;
};
void bench_sample(struct bench_samples *samples, double value);
void bench_sort(struct bench_samples *samples);
double bench_percentile(const struct bench_samples *sorted, double percent); /* 0 when there are none */
void bench_samples_done(struct bench_samples *samples);
/* min, p50, p90, p99, p99.9, max, mean, n; sorts. */
void bench_write_samples(struct json_writer *json, struct bench_samples *samples, int decimals);

#endif
