/* files.c: how quickly files come in and results go out: many small files and one large one, from the page cache and from the disk, and appends
 * to one file; the product's own code beside plain calls and bare io_uring, one thread, in the same run. Each road is taken several times in
 * turn with the others and the median is told. It makes its files in a folder of its own and removes them.
 *
 *   files [--dir FOLDER] [--files N] [--big SIZE_MIB] [--rounds N] [--quick] [--json FILE] [--keep] */
#define _GNU_SOURCE
#include "perf/files.h"

#include "base/check.h"
#include "base/clock.h"
#include "perf/machine.h"

#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { FILES = 100000, BIG_MIB = 10240, ROUNDS = 3, ROUNDS_MAX = 15, MIB = 1 << 20 };

struct bench {
	struct files_corpus corpus;
	cpu_set_t whole;
	unsigned rounds;
	struct machine_noise before, after;
	struct files_result results[FILES_RESULTS_MAX];
	size_t count;
};

/* --- measuring ----------------------------------------------------------------------------------------------------- */

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int by_seconds(const void *left, const void *right)
{
	double a = ((const struct files_result *)left)->seconds, b = ((const struct files_result *)right)->seconds;
	return (a > b) - (a < b);
}

static const char *group_of(const struct files_road *roads)
{
	return roads == files_small_roads ? "small" : roads == files_big_roads ? "large" : "append";
}

static struct files_result take_road(const struct bench *bench, const struct files_road *road, enum files_state state, bool big)
{
	struct files_result result = { .state = files_state_name(state), .files = big ? 1 : bench->corpus.count,
				       .bytes = big ? bench->corpus.big_bytes : bench->corpus.total_bytes };

	snprintf(result.name, sizeof(result.name), "%s", road->name);
	files_prepare(&bench->corpus, state, big);
	double cpu = cpu_seconds();
	uint64_t start_ns = clock_monotonic_ns();
	road->run(&bench->corpus, road, &result);
	result.seconds = (double)(clock_monotonic_ns() - start_ns) / 1e9;
	result.cpu_seconds = cpu_seconds() - cpu;
	return result;
}

/* All roads of one state, in turn, so that what changes meanwhile changes for all. */
static void measure(struct bench *bench, const struct files_road *roads, enum files_state state, bool big, unsigned rounds)
{
	static struct files_result taken[FILES_RESULTS_MAX][ROUNDS_MAX];
	size_t count = 0;

	if (state == FILES_WARM) /* once to bring everything in */
		(void)take_road(bench, &roads[0], state, big);
	for (unsigned round = 0; round < rounds; round++) {
		count = 0;
		for (const struct files_road *road = roads; road->name; road++)
			if (state != FILES_COLD_INODES || road->thorough)
				taken[count++][round] = take_road(bench, road, state, big);
	}
	for (size_t i = 0; i < count; i++) {
		CHECK(bench->count < FILES_RESULTS_MAX);
		qsort(taken[i], rounds, sizeof(taken[i][0]), by_seconds);
		bench->results[bench->count] = taken[i][rounds / 2];
		bench->results[bench->count++].group = group_of(roads);
	}
}

static uint64_t available_bytes(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	uint64_t kib = 0;

	while (file && kib == 0 && fgets(line, sizeof(line), file))
		if (strncmp(line, "MemAvailable:", 13) == 0)
			kib = strtoull(line + 13, NULL, 10);
	if (file)
		fclose(file);
	return kib * 1024;
}

static void run_all(struct bench *bench)
{
	const struct files_corpus *corpus = &bench->corpus;

	bench->before = machine_listen(sched_getcpu());
	CHECK(sched_setaffinity(0, sizeof(bench->whole), &bench->whole) == 0); /* the kernel's threads of a ring run where its maker may */
	measure(bench, files_small_roads, FILES_WARM, false, bench->rounds);
	measure(bench, files_small_roads, FILES_COLD, false, bench->rounds);
	if (corpus->root)
		measure(bench, files_small_roads, FILES_COLD_INODES, false, bench->rounds);
	if (corpus->big_bytes) {
		measure(bench, files_big_roads, FILES_COLD, true, 1);
		if (available_bytes() > corpus->big_bytes + corpus->big_bytes / 8)
			measure(bench, files_big_roads, FILES_WARM, true, 1);
		else
			printf("SKIP: the large file does not fit into the page cache: it is never warm\n");
	}
	measure(bench, files_append_roads, FILES_WARM, true, bench->rounds);
	bench->after = machine_listen(sched_getcpu());
}

/* --- output -------------------------------------------------------------------------------------------------------- */

static void print_table(const struct bench *bench)
{
	struct utsname system;
	char cpu[128];

	uname(&system);
	machine_cpu_name(cpu, sizeof(cpu));
	printf("%s, Linux %s; %u files, %.1f MB, and one of %.1f MB, in %s\n", cpu, system.release, bench->corpus.count, (double)bench->corpus.total_bytes / 1e6,
	       (double)bench->corpus.big_bytes / 1e6, bench->corpus.folder);
	machine_print_noise("before", &bench->before);
	machine_print_noise("after ", &bench->after);
	if (!bench->corpus.root)
		printf("not root: cold by posix_fadvise, file by file; inodes stay in memory\n");
	printf("\n%-48s %-16s %9s %10s %9s %8s %9s %12s\n", "road", "", "seconds", "files/s", "MB/s", "CPU s", "CPU us/f", "system calls");
	for (size_t i = 0; i < bench->count; i++) {
		const struct files_result *result = &bench->results[i];
		printf("%-48s %-16s %9.3f %10.0f %9.1f %8.3f %9.2f %12llu\n", result->name, result->state, result->seconds, (double)result->files / result->seconds,
		       (double)result->bytes / 1e6 / result->seconds, result->cpu_seconds, result->cpu_seconds * 1e6 / (double)result->files,
		       (unsigned long long)result->system_calls);
	}
}

static void write_results(struct json_writer *json, const struct bench *bench)
{
	json_key(json, "roads");
	json_array_open(json);
	for (size_t i = 0; i < bench->count; i++) {
		const struct files_result *result = &bench->results[i];
		json_object_open(json);
		json_member_string(json, "group", result->group);
		json_member_string(json, "road", result->name);
		json_member_string(json, "state", result->state);
		json_member_unsigned(json, "files", result->files);
		json_member_unsigned(json, "bytes", result->bytes);
		json_member_fixed(json, "seconds", result->seconds, 4);
		json_member_fixed(json, "files_per_s", (double)result->files / result->seconds, 1);
		json_member_fixed(json, "mb_per_s", (double)result->bytes / 1e6 / result->seconds, 1);
		json_member_fixed(json, "cpu_s", result->cpu_seconds, 4);
		json_member_unsigned(json, "system_calls", result->system_calls);
		json_object_close(json);
	}
	json_array_close(json);
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
	json_member_boolean(&json, "caches_dropped", bench->corpus.root);
	json_member_unsigned(&json, "rounds", bench->rounds);
	machine_write_noise(&json, "noise_before", &bench->before);
	machine_write_noise(&json, "noise_after", &bench->after);
	write_results(&json, bench);
	json_object_close(&json);
	int status = machine_write_file("files", path, &text);
	buffer_done(&text);
	return status;
}

/* --- the command line --------------------------------------------------------------------------------------------------- */

static unsigned number(const char *digits, unsigned most)
{
	char *end;
	unsigned long value = strtoul(digits, &end, 10);

	if (*end || value > most) {
		fprintf(stderr, "files: %s: expected a number up to %u\n", digits, most);
		exit(2);
	}
	return (unsigned)value;
}

int main(int argument_count, char **arguments)
{
	static const struct option options[] = {
		{ "dir", required_argument, NULL, 'd' }, { "files", required_argument, NULL, 'n' }, { "big", required_argument, NULL, 'b' },
		{ "rounds", required_argument, NULL, 'r' }, { "quick", no_argument, NULL, 'q' }, { "json", required_argument, NULL, 'j' },
		{ "keep", no_argument, NULL, 'k' }, { NULL, 0, NULL, 0 },
	};
	static struct bench bench = { .rounds = ROUNDS };
	const char *json = NULL, *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	unsigned count = FILES, big_mib = BIG_MIB;
	bool keep = false;
	int option;

	while ((option = getopt_long(argument_count, arguments, "d:n:b:r:qj:k", options, NULL)) != -1) {
		switch (option) {
		case 'd': folder = optarg; break;
		case 'n': count = number(optarg, 9999999); break;
		case 'b': big_mib = number(optarg, 1 << 22); break;
		case 'r': bench.rounds = number(optarg, ROUNDS_MAX); break;
		case 'q': count = FILES / 20; big_mib = BIG_MIB / 20; break;
		case 'j': json = optarg; break;
		case 'k': keep = true; break;
		default: fprintf(stderr, "Usage: files [--dir FOLDER] [--files N] [--big SIZE_MIB] [--rounds N] [--quick] [--json FILE] [--keep]\n"); return 2;
		}
	}
	if (count == 0 || bench.rounds == 0) {
		fprintf(stderr, "files: --files and --rounds: at least 1\n");
		return 2;
	}
	CHECK(sched_getaffinity(0, sizeof(bench.whole), &bench.whole) == 0);
	files_make(&bench.corpus, folder, count, (uint64_t)big_mib * MIB);
	run_all(&bench);
	print_table(&bench);
	fflush(stdout);
	int status = json && write_json(&bench, json) < 0 ? 3 : 0;
	if (keep)
		printf("\nkept: %s\n", bench.corpus.folder);
	else
		files_remove(&bench.corpus);
	return status;
}
