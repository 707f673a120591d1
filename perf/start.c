/* start.c: how long a person waits: for the help, for the configuration to be read, and from the start of a run to the moment at which its first
 * document is published to a worker (in a coordinator that notes it, perf/trace.c; its workers are the product's).
 *
 *   start [--json FILE] [--count N] [FOLDER]     documents; default samples/corpus */
#define _GNU_SOURCE
#include "perf/bench.h"
#include "perf/trace.h"

#include "base/clock.h"
#include "config/settings.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { EXIT_USAGE = 2, COUNT = 50, HELP_BAR_MS = 20, CONFIGURATION_BAR_MS = 10, FIRST_DOCUMENT_BAR_MS = 200 };

static void report(struct bench *bench, const char *what, double bar_ms, struct bench_samples *samples)
{
	bench_sort(samples);
	printf("%-46s %9.2f %9.2f %9.2f %9.2f %9.0f\n", what, bench_percentile(samples, 0), bench_percentile(samples, 50), bench_percentile(samples, 99),
	       bench_percentile(samples, 100), bar_ms);
	json_object_open(&bench->json);
	json_member_string(&bench->json, "what", what);
	json_member_fixed(&bench->json, "bar_ms", bar_ms, 0);
	bench_write_samples(&bench->json, samples, 3);
	json_object_close(&bench->json);
	bench_samples_done(samples);
}

/* A program that prints something and ends. */
static void measure_program(struct bench *bench, const char *what, double bar_ms, const char *option, size_t count)
{
	struct bench_samples samples = { .values = NULL };
	char program[1024];

	bench_path(bench, "../bin/coordinator", program);
	for (size_t i = 0; i < count; i++) {
		const char *const arguments[] = { program, option, NULL };
		struct bench_run run;
		bench_start(bench, &run, arguments);
		bench_wait(bench, &run);
		if (!WIFEXITED(run.status) || WEXITSTATUS(run.status) != 0 || run.text.bytes == 0)
			bench_fail(bench, "coordinator %s failed", option);
		bench_sample(&samples, run.wall_s * 1e3);
		bench_run_done(&run);
	}
	report(bench, what, bar_ms, &samples);
}

/* The functions that read it: a profile and the whole configuration file that --dump-config writes. */
static void measure_configuration(struct bench *bench, size_t count)
{
	struct bench_samples samples = { .values = NULL };
	struct error_text error = { "" };
	struct settings defaults;
	struct buffer file;

	buffer_init(&file, 1 << 20);
	settings_init(&defaults);
	settings_dump(&defaults, &file);
	settings_done(&defaults);
	for (size_t i = 0; i < count; i++) {
		struct settings settings;
		uint64_t start_ns = clock_monotonic_ns();
		settings_init(&settings);
		if (settings_load_profile(&settings, "generic", &error) < 0 || settings_load_text(&settings, buffer_view(&file), "defaults", &error) < 0 ||
		    settings_check(&settings, &error) < 0)
			bench_fail(bench, "%s", error.message);
		settings_done(&settings);
		bench_sample(&samples, (double)(clock_monotonic_ns() - start_ns) / 1e6);
	}
	buffer_done(&file);
	report(bench, "configuration: a profile and a whole file", CONFIGURATION_BAR_MS, &samples);
}

static double first_document_ms(const struct bench *bench, const char *folder)
{
	char program[1024], output[1024], path[1024];
	struct bench_run run;

	snprintf(path, sizeof(path), "%s/trace", bench->scratch);
	struct trace *trace = trace_create(path);
	if (!trace || setenv(TRACE_VARIABLE, path, 1) < 0)
		bench_fail(bench, "%s: cannot be made", path);
	bench_path(bench, "traced/coordinator", program);
	bench_output(bench, output);
	const char *const arguments[] = { program, "--shm", "256M", "--progress", "never", "--log-level", "error", "-o", output, folder, NULL };
	bench_start(bench, &run, arguments);
	bench_wait(bench, &run);
	if (!WIFEXITED(run.status) || WEXITSTATUS(run.status) > 1 || trace->count == 0)
		bench_fail(bench, "%s: the coordinator failed", folder);
	double ms = (double)(trace->events[0].ns - run.start_ns) / 1e6;
	bench_run_done(&run);
	trace_close(trace);
	return ms;
}

int main(int argument_count, char **arguments)
{
	static const struct option options[] = { { "json", required_argument, NULL, 'j' }, { "count", required_argument, NULL, 'n' }, { NULL, 0, NULL, 0 } };
	const char *json_path = NULL;
	char samples_folder[PATH_MAX];
	size_t count = COUNT;
	struct bench bench;
	struct bench_samples first = { .values = NULL };
	int option;

	while ((option = getopt_long(argument_count, arguments, "j:n:", options, NULL)) != -1) {
		switch (option) {
		case 'j': json_path = optarg; break;
		case 'n': count = strtoul(optarg, NULL, 10); break;
		default: count = 0;
		}
	}
	if (count == 0 || argument_count > optind + 1) {
		fprintf(stderr, "Usage: start [--json FILE] [--count N] [FOLDER]\n");
		return EXIT_USAGE;
	}
	bench_begin(&bench, "start", json_path);
	snprintf(samples_folder, sizeof(samples_folder), "%s/../../samples/corpus", bench.folder);
	printf("\n%-46s %9s %9s %9s %9s %9s\n", "ms", "min", "p50", "p99", "max", "bar");
	json_key(&bench.json, "rows");
	json_array_open(&bench.json);
	measure_program(&bench, "coordinator --help, as a process", HELP_BAR_MS, "--help", count);
	measure_program(&bench, "coordinator --dump-config, as a process", HELP_BAR_MS, "--dump-config", count);
	measure_configuration(&bench, count);
	for (size_t i = 0; i < count; i++)
		bench_sample(&first, first_document_ms(&bench, optind < argument_count ? arguments[optind] : samples_folder));
	report(&bench, "start of a run to the first document dispatched", FIRST_DOCUMENT_BAR_MS, &first);
	json_array_close(&bench.json);
	return bench_end(&bench);
}
