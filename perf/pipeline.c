/* pipeline.c: what the coordinator, the ring, the lanes, the spool and the run database cost: a corpus preprocessed by `coordinator
 * --stages preprocess` with N workers, against the same converters in a plain loop on N pinned processes (plain_loop.h), in turns, warm cache.
 *
 *   efficiency = time of the plain loop / time of the coordinator, both from the start of their processes to the last document. The
 *   coordinator has it saved by then (spool synced, database committed); the loop has thrown it away. Final files are not in it.
 *
 * The loop's heap asks for huge pages as the workers' do. The medians of the rounds count. CPU seconds say where the rest is: more processes than cores share what there is.
 *
 *   pipeline [--json FILE] [--rounds R] [--workers N]... NAME=FOLDER... */
#define _GNU_SOURCE
#include "perf/plain_loop.h"

#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, ROUNDS = 3, ROUNDS_MAX = 100, WORKERS_ROWS_MAX = 16, EXIT_SOME_FAILED = 1 };

struct request {
	const char *json_path;
	uint32_t rounds;
	uint32_t workers[WORKERS_ROWS_MAX];
	size_t workers_count;
	const char *const *corpora; /* NAME=FOLDER */
	int corpus_count;
};

struct ours { /* one run of the coordinator */
	double processing_s, whole_s, coordinator_cpu_s, workers_cpu_s;
	uint64_t documents, converted;
};

struct row {
	const char *name;
	uint32_t workers;
	size_t files;
	double megabytes;
	struct bench_samples plain_s, plain_cpu_s, ours_s, whole_s, coordinator_cpu_s, workers_cpu_s;
	uint64_t plain_documents, documents;
};

static double number_at(struct json_object *object, const char *key)
{
	struct json_object *value;
	return json_object_object_get_ex(object, key, &value) ? json_object_get_double(value) : 0;
}

static void read_summary(const struct bench *bench, const struct bench_run *run, struct ours *ours)
{
	struct json_object *summary = json_tokener_parse(buffer_string(&run->text)), *members = NULL;

	if (!summary || !json_object_object_get_ex(summary, "run", &members))
		bench_fail(bench, "the coordinator printed no summary");
	ours->processing_s = number_at(members, "processing_s");
	ours->coordinator_cpu_s = number_at(members, "coordinator_cpu_s");
	ours->workers_cpu_s = number_at(members, "workers_cpu_s");
	ours->converted = (uint64_t)number_at(summary, "documents");
	ours->documents = ours->converted + (uint64_t)number_at(summary, "rejected_documents") + (uint64_t)number_at(summary, "failed_documents");
	json_object_put(summary);
}

static void run_ours(const struct bench *bench, const char *folder, uint32_t workers, struct ours *ours)
{
	char program[1024], output[1024], count[16];
	struct bench_run run;

	bench_path(bench, "../bin/coordinator", program);
	bench_output(bench, output);
	snprintf(count, sizeof(count), "%u", workers);
	const char *const arguments[] = { program, "--workers", count, "--shm", "1G", "--profile", "generic", "--stages", "preprocess", "--json",
					  "--progress", "never", "--log-level", "error", "-o", output, folder, NULL };
	bench_start(bench, &run, arguments);
	bench_wait(bench, &run);
	if (!WIFEXITED(run.status) || WEXITSTATUS(run.status) > EXIT_SOME_FAILED)
		bench_fail(bench, "%s: the coordinator failed", folder);
	read_summary(bench, &run, ours);
	ours->whole_s = run.wall_s;
	bench_run_done(&run);
}

static double median(struct bench_samples *samples)
{
	bench_sort(samples);
	return bench_percentile(samples, 50);
}

/* --- one row ---------------------------------------------------------------------------------------------------------- */

static void measure(const struct bench *bench, const struct settings *settings, const struct plain_files *files, const char *folder, uint32_t rounds,
		    struct row *row)
{
	struct plain_loop plain;
	struct ours ours = { .documents = 0 };

	plain_loop_run(bench, settings, files, bench->topology->count, &plain); /* the cache is warm behind it */
	for (uint32_t round = 0; round < rounds; round++) {
		plain_loop_run(bench, settings, files, row->workers, &plain);
		run_ours(bench, folder, row->workers, &ours);
		bench_sample(&row->plain_s, plain.wall_s);
		bench_sample(&row->plain_cpu_s, plain.cpu_s);
		bench_sample(&row->ours_s, ours.processing_s);
		bench_sample(&row->whole_s, ours.whole_s);
		bench_sample(&row->coordinator_cpu_s, ours.coordinator_cpu_s);
		bench_sample(&row->workers_cpu_s, ours.workers_cpu_s);
	}
	row->plain_documents = plain.documents;
	row->documents = ours.documents;
}

static void write_row(struct bench *bench, struct row *row)
{
	struct json_writer *json = &bench->json;
	double plain_s = median(&row->plain_s), ours_s = median(&row->ours_s);
	double plain_cpu_s = median(&row->plain_cpu_s), coordinator_cpu_s = median(&row->coordinator_cpu_s), workers_cpu_s = median(&row->workers_cpu_s);

	printf("%-14s %7u %8zu %8.1f %9.3f %9.3f %9.3f %7.1f%% %9.3f %9.3f %9.3f %8.1f\n", row->name, row->workers, row->files, row->megabytes, plain_s,
	       ours_s, median(&row->whole_s), plain_s / ours_s * 100, plain_cpu_s, workers_cpu_s, coordinator_cpu_s,
	       coordinator_cpu_s * 1e6 / (double)row->documents);
	fflush(stdout);
	json_object_open(json);
	json_member_string(json, "corpus", row->name);
	json_member_unsigned(json, "workers", row->workers);
	json_member_unsigned(json, "files", row->files);
	json_member_fixed(json, "megabytes", row->megabytes, 1);
	json_member_unsigned(json, "documents", row->documents);
	json_member_fixed(json, "plain_loop_s", plain_s, 4);
	json_member_fixed(json, "coordinator_s", ours_s, 4);
	json_member_fixed(json, "with_final_files_s", median(&row->whole_s), 4);
	json_member_fixed(json, "efficiency", plain_s / ours_s, 4);
	json_member_fixed(json, "plain_loop_cpu_s", plain_cpu_s, 4);
	json_member_fixed(json, "workers_cpu_s", workers_cpu_s, 4);
	json_member_fixed(json, "coordinator_cpu_s", coordinator_cpu_s, 4);
	json_object_close(json);
	if (row->plain_documents > row->documents) /* the coordinator counts what it rejects unread as well */
		printf("%-14s the plain loop made %llu documents, the coordinator %llu\n", "", (unsigned long long)row->plain_documents,
		       (unsigned long long)row->documents);
}

static void row_done(struct row *row)
{
	bench_samples_done(&row->plain_s);
	bench_samples_done(&row->plain_cpu_s);
	bench_samples_done(&row->ours_s);
	bench_samples_done(&row->whole_s);
	bench_samples_done(&row->coordinator_cpu_s);
	bench_samples_done(&row->workers_cpu_s);
}

static void measure_corpus(struct bench *bench, const struct request *request, const struct settings *settings, const char *corpus)
{
	struct plain_files files;
	struct error_text error = { "" };
	char name[64];
	const char *folder = strchr(corpus, '=') + 1;

	snprintf(name, sizeof(name), "%.*s", (int)(folder - 1 - corpus), corpus);
	if (plain_files_find(&files, settings, folder, &error) < 0) {
		printf("SKIP: %s: %s\n", name, error.message);
		return;
	}
	for (size_t i = 0; i < request->workers_count; i++) {
		struct row row = { .name = name, .workers = request->workers[i], .files = files.count, .megabytes = (double)files.bytes / 1e6 };
		measure(bench, settings, &files, folder, request->rounds, &row);
		write_row(bench, &row);
		row_done(&row);
	}
	plain_files_done(&files);
}

/* --- all of it -------------------------------------------------------------------------------------------------------- */

static bool parse(int argument_count, char **arguments, struct request *request)
{
	static const struct option options[] = {
		{ "json", required_argument, NULL, 'j' }, { "rounds", required_argument, NULL, 'r' }, { "workers", required_argument, NULL, 'w' }, { NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argument_count, arguments, "j:r:w:", options, NULL)) != -1) {
		unsigned long number = optarg ? strtoul(optarg, NULL, 10) : 0;
		if (option == 'j')
			request->json_path = optarg;
		else if (option == 'r' && number > 0 && number <= ROUNDS_MAX)
			request->rounds = (uint32_t)number;
		else if (option == 'w' && number > 0 && number <= TOPOLOGY_CORES_MAX && request->workers_count < WORKERS_ROWS_MAX)
			request->workers[request->workers_count++] = (uint32_t)number;
		else
			return false;
	}
	request->corpora = (const char *const *)arguments + optind;
	request->corpus_count = argument_count - optind;
	for (int i = 0; i < request->corpus_count; i++)
		if (!strchr(request->corpora[i], '='))
			return false;
	return request->corpus_count > 0;
}

/* 1, 2, 4 … up to a worker a core. */
static void choose_workers(const struct bench *bench, struct request *request)
{
	for (uint32_t workers = 1; workers <= bench->topology->count && request->workers_count < WORKERS_ROWS_MAX; workers *= 2)
		request->workers[request->workers_count++] = workers;
}

/* What the coordinator gives its workers is read by the C library at the start of a program only. */
static void use_huge_pages(char **arguments)
{
	if (getenv("GLIBC_TUNABLES"))
		return;
	setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 1);
	execv("/proc/self/exe", arguments);
	perror("pipeline: /proc/self/exe"); /* then without */
}

int main(int argument_count, char **arguments)
{
	struct request request = { .rounds = ROUNDS };
	struct bench bench;
	struct settings settings;
	struct error_text error = { "" };

	if (!parse(argument_count, arguments, &request)) {
		fprintf(stderr, "Usage: pipeline [--json FILE] [--rounds R] [--workers N]... NAME=FOLDER...\n");
		return EXIT_USAGE;
	}
	use_huge_pages(arguments);
	bench_begin(&bench, "pipeline", request.json_path);
	settings_init(&settings);
	if (settings_load_profile(&settings, "generic", &error) < 0)
		bench_fail(&bench, "%s", error.message);
	if (request.workers_count == 0)
		choose_workers(&bench, &request);
	printf("\n%-14s %7s %8s %8s %9s %9s %9s %8s %9s %9s %9s %8s\n%-14s %7s %8s %8s %9s %9s %9s %8s %9s %9s %9s %8s\n", "", "", "", "", "plain", "coordi-", "with",
	       "effi-", "plain", "workers", "coordi-", "us a", "corpus", "workers", "files", "MB", "loop s", "nator s", "files s", "ciency", "CPU s", "CPU s", "nator CPU", "document");
	json_key(&bench.json, "rows");
	json_array_open(&bench.json);
	for (int i = 0; i < request.corpus_count; i++)
		measure_corpus(&bench, &request, &settings, request.corpora[i]);
	json_array_close(&bench.json);
	settings_done(&settings);
	return bench_end(&bench);
}
