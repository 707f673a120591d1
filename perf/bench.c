#define _GNU_SOURCE
#include "perf/bench.h"

#include "base/clock.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_RESOURCES = 3, OUTPUT_BYTES_MAX = 16 << 20, JSON_BYTES_MAX = 64 << 20 };

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); /* what is left is in /tmp */
}

void bench_fail(const struct bench *bench, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", bench->program);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	if (bench->scratch[0])
		remove_tree(bench->scratch);
	exit(EXIT_RESOURCES);
}

/* --- begin and end -------------------------------------------------------------------------------------------------- */

static void use_whole_mask(const struct bench *bench)
{
	CHECK(sched_setaffinity(0, sizeof(bench->whole), &bench->whole) == 0);
}

static struct machine_noise listen_for_noise(const struct bench *bench)
{
	struct machine_noise noise = machine_listen((int)bench->topology->cores[0].os_index);

	use_whole_mask(bench);
	return noise;
}

static void find_folders(struct bench *bench)
{
	ssize_t bytes = readlink("/proc/self/exe", bench->folder, sizeof(bench->folder) - 1);

	if (bytes < 0)
		bench_fail(bench, "/proc/self/exe: %s", strerror(errno));
	bench->folder[bytes] = '\0';
	*strrchr(bench->folder, '/') = '\0';
	snprintf(bench->scratch, sizeof(bench->scratch), "/tmp/docring-bench-XXXXXX");
	if (!mkdtemp(bench->scratch))
		bench_fail(bench, "/tmp: cannot make a folder: %s", strerror(errno));
}

static void write_machine(struct bench *bench)
{
	struct utsname system;
	char cpu[128];

	uname(&system);
	machine_cpu_name(cpu, sizeof(cpu));
	printf("%s: %s, %u cores, Linux %s\n", bench->program, cpu, bench->topology->count, system.release);
	machine_print_noise("before", &bench->before);
	json_member_string(&bench->json, "bench", bench->program);
	json_member_string(&bench->json, "cpu", cpu);
	json_member_unsigned(&bench->json, "cores", bench->topology->count);
	json_member_string(&bench->json, "kernel", system.release);
	machine_write_noise(&bench->json, "noise_before", &bench->before);
}

void bench_begin(struct bench *bench, const char *program, const char *json_path)
{
	struct error_text error = { "" };

	*bench = (struct bench){ .program = program, .json_path = json_path, .topology = calloc(1, sizeof(*bench->topology)) };
	CHECK(bench->topology && sched_getaffinity(0, sizeof(bench->whole), &bench->whole) == 0);
	if (topology_load(bench->topology, &error) < 0)
		bench_fail(bench, "%s", error.message);
	find_folders(bench);
	buffer_init(&bench->text, JSON_BYTES_MAX);
	json_init(&bench->json, &bench->text, 2);
	json_object_open(&bench->json);
	bench->before = listen_for_noise(bench);
	write_machine(bench);
}

int bench_end(struct bench *bench)
{
	int status = 0;

	bench->after = listen_for_noise(bench);
	machine_print_noise("after ", &bench->after);
	machine_write_noise(&bench->json, "noise_after", &bench->after);
	json_object_close(&bench->json);
	if (bench->json_path)
		status = machine_write_file(bench->program, bench->json_path, &bench->text);
	remove_tree(bench->scratch);
	buffer_done(&bench->text);
	free(bench->topology);
	return status < 0 ? EXIT_RESOURCES : EXIT_DONE;
}

void bench_path(const struct bench *bench, const char *relative, char ret_path[1024])
{
	snprintf(ret_path, 1024, "%s/%s", bench->folder, relative);
	if (access(ret_path, X_OK) < 0)
		bench_fail(bench, "%s: %s", ret_path, strerror(errno));
}

void bench_output(const struct bench *bench, char ret_path[1024])
{
	snprintf(ret_path, 1024, "%s/out", bench->scratch);
	remove_tree(ret_path);
}

/* --- programs -------------------------------------------------------------------------------------------------------- */

void bench_start(const struct bench *bench, struct bench_run *run, const char *const *arguments)
{
	int ends[2];

	*run = (struct bench_run){ .output = -1 };
	buffer_init(&run->text, OUTPUT_BYTES_MAX);
	if (pipe(ends) < 0)
		bench_fail(bench, "pipe: %s", strerror(errno));
	use_whole_mask(bench);
	fflush(stdout);
	run->start_ns = clock_monotonic_ns();
	run->pid = fork();
	if (run->pid < 0)
		bench_fail(bench, "fork: %s", strerror(errno));
	if (run->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execv(arguments[0], (char *const *)(uintptr_t)arguments);
		fprintf(stderr, "%s: %s\n", arguments[0], strerror(errno));
		_exit(127);
	}
	close(ends[1]);
	run->output = ends[0];
}

static double seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

void bench_wait(const struct bench *bench, struct bench_run *run)
{
	struct rusage usage;
	char part[4096];
	ssize_t bytes;

	while ((bytes = read(run->output, part, sizeof(part))) > 0)
		buffer_append(&run->text, part, (size_t)bytes);
	while (wait4(run->pid, &run->status, 0, &usage) < 0)
		if (errno != EINTR)
			bench_fail(bench, "wait: %s", strerror(errno));
	run->wall_s = (double)(clock_monotonic_ns() - run->start_ns) / 1e9;
	run->user_s = seconds(&usage.ru_utime);
	run->system_s = seconds(&usage.ru_stime);
	close(run->output);
	run->output = -1;
}

void bench_run_done(struct bench_run *run)
{
	if (run->output >= 0)
		close(run->output);
	buffer_done(&run->text);
	run->output = -1;
}

/* --- samples --------------------------------------------------------------------------------------------------------- */

void bench_sample(struct bench_samples *samples, double value)
{
	if (samples->count == samples->capacity) {
		samples->capacity = samples->capacity ? samples->capacity * 2 : 256;
		samples->values = reallocarray(samples->values, samples->capacity, sizeof(*samples->values));
		CHECK(samples->values);
	}
	samples->values[samples->count++] = value;
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

void bench_sort(struct bench_samples *samples)
{
	if (samples->count > 0)
		qsort(samples->values, samples->count, sizeof(*samples->values), by_value);
}

double bench_percentile(const struct bench_samples *sorted, double percent)
{
	size_t index = (size_t)((double)sorted->count * percent / 100);

	if (sorted->count == 0)
		return 0;
	return sorted->values[index < sorted->count ? index : sorted->count - 1];
}

void bench_samples_done(struct bench_samples *samples)
{
	free(samples->values);
	*samples = (struct bench_samples){ .values = NULL };
}

void bench_write_samples(struct json_writer *json, struct bench_samples *samples, int decimals)
{
	static const struct { const char *key; double percent; } keys[] = {
		{ "min", 0 }, { "p50", 50 }, { "p90", 90 }, { "p99", 99 }, { "p99.9", 99.9 }, { "max", 100 },
	};
	double sum = 0;

	bench_sort(samples);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		json_member_fixed(json, keys[i].key, bench_percentile(samples, keys[i].percent), decimals);
	for (size_t i = 0; i < samples->count; i++)
		sum += samples->values[i];
	json_member_fixed(json, "mean", samples->count ? sum / (double)samples->count : 0, decimals);
	json_member_unsigned(json, "n", samples->count);
}
