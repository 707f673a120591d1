/* client_workers.c: workers of a running coordinator: the table of them, more and fewer of them. */
#define _GNU_SOURCE
#include "coordinator/client.h"
#include "coordinator/client_parts.h"

#include "proto/message.h"

#include <stdio.h>
#include <string.h>

enum { KINDS = 2 };
static const char *const kinds[KINDS] = { "preprocess", "inference" };

/* --- the table ------------------------------------------------------------------------------------------------------ */

/* Seconds in four characters: "59s", "12m", "3.2h", "14d". */
static void format_age(double seconds, char text[16])
{
	if (seconds < 100)
		snprintf(text, 16, "%.0fs", seconds);
	else if (seconds < 6000)
		snprintf(text, 16, "%.0fm", seconds / 60);
	else if (seconds < 36000)
		snprintf(text, 16, "%.1fh", seconds / 3600);
	else if (seconds < 172800)
		snprintf(text, 16, "%.0fh", seconds / 3600);
	else
		snprintf(text, 16, "%.0fd", seconds / 86400);
}

/* A slot in which nobody is, and nobody was missed. */
static bool is_shown(struct json_object *worker)
{
	return strcmp(client_string(worker, "doing"), "absent") != 0;
}

static void print_worker(struct json_object *worker)
{
	bool there = client_number(worker, "pid") != 0;
	char age[16] = "-", pid[16] = "-", memory[16] = "-", held[24] = "-";

	if (there) {
		format_age(json_object_get_double(json_object_object_get(worker, "age_s")), age);
		snprintf(pid, sizeof(pid), "%lld", (long long)client_number(worker, "pid"));
		snprintf(memory, sizeof(memory), "%.0f", (double)client_number(worker, "private_bytes") / 1048576);
		snprintf(held, sizeof(held), "%lld/%lld", (long long)client_number(worker, "held"), (long long)client_number(worker, "credits"));
	}
	const char *cores = client_string(worker, "cores");
	bool lane = json_object_get_boolean(json_object_object_get(worker, "fast_lane"));
	printf("%-5s %-10s %-8s %7s %4s %4s %7lld %5s %4s %4lld %-4s %s\n", client_string(worker, "id"), client_string(worker, "kind"),
	       client_string(worker, "doing"), pid, cores[0] ? cores : "-", held, (long long)client_number(worker, "tasks_done"), memory, age,
	       (long long)client_number(worker, "deaths"), !there ? "-" : lane ? "lane" : "bus", client_string(worker, "origin"));
}

void client_print_workers(struct json_object *status)
{
	struct json_object *workers = json_object_object_get(status, "workers");

	printf("%-5s %-10s %-8s %7s %4s %4s %7s %5s %4s %4s %-4s %s\n", "ID", "KIND", "STATE", "PID", "CORE", "HELD", "DONE", "MiB", "AGE", "DIED", "ROAD", "FROM");
	for (size_t i = 0; workers && i < json_object_array_length(workers); i++)
		if (is_shown(json_object_array_get_idx(workers, i)))
			print_worker(json_object_array_get_idx(workers, i));
}

static bool is_there(struct json_object *worker)
{
	return client_number(worker, "pid") != 0 || strcmp(client_string(worker, "doing"), "backoff") == 0;
}

void client_print_worker_counts(struct json_object *status)
{
	struct json_object *workers = json_object_object_get(status, "workers");
	long long counts[KINDS] = { 0 }, busy = 0;

	for (size_t i = 0; workers && i < json_object_array_length(workers); i++) {
		struct json_object *worker = json_object_array_get_idx(workers, i);
		for (int kind = 0; kind < KINDS; kind++)
			counts[kind] += is_there(worker) && strcmp(client_string(worker, "kind"), kinds[kind]) == 0;
		busy += client_number(worker, "held") > 0;
	}
	printf("workers     %lld preprocess", counts[0]);
	if (json_object_get_boolean(json_object_object_get(status, "workers_on_demand")))
		printf(" (--workers %lld..%lld)", (long long)client_number(status, "workers_least"), (long long)client_number(status, "workers_most"));
	printf(", %lld inference, %lld busy\n", counts[1], busy);
	printf("cores       %lld", (long long)client_number(status, "cores"));
	if (client_number(status, "usable_cores") < client_number(status, "cores"))
		printf(" (CPU time for %lld)", (long long)client_number(status, "usable_cores"));
	printf(", pin %s, %lld moves\n", client_string(status, "pin"), (long long)client_number(status, "worker_moves"));
	printf("troubles    worker deaths %lld, retries %lld, lane rescues %lld\n", (long long)client_number(status, "worker_deaths"),
	       (long long)client_number(status, "retries"), (long long)client_number(status, "lane_rescues"));
}

/* --- more and fewer of them ---------------------------------------------------------------------------------------- */

static void print_names(struct json_object *answer)
{
	struct json_object *names = json_object_object_get(answer, "workers");
	size_t count = json_object_array_length(names);

	if (count > 8) {
		printf("%zu workers", count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i == 0 ? "" : i + 1 == count ? " and " : ", ", json_object_get_string(json_object_array_get_idx(names, i)));
}

static void print_added(struct json_object *answer)
{
	long long left = client_number(answer, "left"), cores = client_number(answer, "cores");

	print_names(answer);
	printf(" %s being started: %lld %s worker%s now\n", json_object_array_length(json_object_object_get(answer, "workers")) == 1 ? "is" : "are", left,
	       client_string(answer, "kind"), left == 1 ? "" : "s");
	if (left > cores && strcmp(client_string(answer, "kind"), kinds[0]) == 0)
		printf("that is more than the %lld cores there are: they share them, and more get done only if they wait for something\n", cores);
	if (client_number(answer, "beyond_shm_bytes") > 0)
		printf("their outboxes may take %lld MiB of shared memory beyond --shm\n", (long long)(client_number(answer, "beyond_shm_bytes") >> 20));
}

static void print_removed(struct json_object *answer)
{
	bool one = json_object_array_length(json_object_object_get(answer, "workers")) == 1;
	long long held = client_number(answer, "held");

	print_names(answer);
	if (held > 0)
		printf(" finish%s the %lld %s in hand and end%s", one ? "es" : "", held, held == 1 ? "task" : "tasks", one ? "s" : "");
	else
		printf(" %s ending", one ? "is" : "are");
	long long left = client_number(answer, "left");
	printf(": %lld %s worker%s left\n", left, client_string(answer, "kind"), left == 1 ? " is" : "s are");
}

static void print_list(struct json_object *status, bool json)
{
	if (json)
		(void)client_print_json(json_object_object_get(status, "workers"));
	else
		client_print_workers(status);
}

/* "remove 2 preprocess", "remove w3 w5" */
static void write_request(const struct options *options, struct buffer *request)
{
	if (options->workers == OPTIONS_WORKERS_LIST)
		return;
	buffer_append_string(request, options->workers == OPTIONS_WORKERS_ADD ? "add" : "remove");
	if (options->workers_count > 0)
		buffer_append_format(request, " %u %s", options->workers_count, options->inference ? kinds[1] : kinds[0]);
	for (int i = 1; options->workers_count == 0 && i < options->input_count; i++)
		buffer_append_format(request, " %s", options->inputs[i]);
}

int client_workers(const struct options *options)
{
	struct buffer request, answer;
	struct error_text error = { "" };
	bool list = options->workers == OPTIONS_WORKERS_LIST;
	int result = CLIENT_DONE;

	buffer_init(&request, MESSAGE_BYTES_MAX / 2);
	buffer_init(&answer, MESSAGE_BYTES_MAX);
	write_request(options, &request);
	int status = request.status < 0 ? error_set(&error, request.status, "too many workers named at once")
					: client_ask(options->run, list ? "status" : "workers", buffer_view(&request), &answer, &error);
	struct json_object *object = status < 0 ? NULL : json_tokener_parse(buffer_string(&answer));
	if (status == 0 && !object)
		status = error_set(&error, ERROR_VERSION_MISMATCH, "the coordinator's answer cannot be read; is it another version of docring?");
	if (status < 0)
		result = client_say(&error);
	else if (list)
		print_list(object, options->json);
	else if (options->json)
		result = client_print_json(object);
	else if (options->workers == OPTIONS_WORKERS_ADD)
		print_added(object);
	else
		print_removed(object);
	json_object_put(object);
	buffer_done(&answer);
	buffer_done(&request);
	return result;
}
