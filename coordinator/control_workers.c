/* control_workers.c: requests about workers from other terminals: which there are, more of them, fewer of them. */
#define _GNU_SOURCE
#include "coordinator/control_parts.h"
#include "coordinator/retire.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- which there are ----------------------------------------------------------------------------------------------- */

static const char *state_name(enum worker_state state)
{
	static const char *const names[] = { "absent", "starting", "ready", "leaving", "stopping" };
	return names[state];
}

/* The state in the words of who looks at it. */
static const char *describe_doing(const struct worker *worker)
{
	switch (worker->state) {
	case WORKER_ABSENT: return worker->given_up ? "given up" : worker->wanted ? "backoff" : "absent";
	case WORKER_STARTING: return "starting";
	case WORKER_LEAVING: return "draining";
	case WORKER_STOPPING: return "stopping";
	default:
		if (worker->held.count > 0)
			return "busy";
		return lane_is_open(&worker->lane) && lane_peer_sleeps(&worker->lane) ? "asleep" : "idle";
	}
}

static const char *origin_name(enum worker_origin origin)
{
	static const char *const names[] = { "start", "demand", "hand", "joined" };
	return names[origin];
}

/* Memory that is the process's alone, from /proc; 0 when it cannot be known. */
static uint64_t private_bytes(pid_t pid)
{
	struct buffer file;
	char path[64];
	uint64_t kib = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	buffer_init(&file, 1 << 16);
	if (pid > 0 && file_read(path, &file, NULL) == 0) {
		const char *line = strstr(buffer_string(&file), "RssAnon:");
		kib = line ? strtoull(line + strlen("RssAnon:"), NULL, 10) : 0;
	}
	buffer_done(&file);
	return kib * 1024;
}

static void write_process(const struct run *run, const struct worker *worker, uint64_t now_ns, struct json_writer *json)
{
	char place[64];

	topology_describe_place(&run->topology, worker->pid, place, sizeof(place));
	json_member_unsigned(json, "pid", (uint64_t)worker->pid);
	json_key(json, "core");
	json_signed(json, worker->core);
	json_member_string(json, "cores", place);
	json_member_unsigned(json, "core_shared_by", worker->sharing);
	json_member_unsigned(json, "moves", worker->moves);
	json_member_unsigned(json, "private_bytes", private_bytes(worker->pid));
	json_member_fixed(json, "age_s", worker->pid ? (double)(now_ns - worker->started_ns) / 1e9 : 0, 1);
}

static void write_worker(const struct run *run, const struct worker *worker, uint64_t now_ns, struct json_writer *json)
{
	char name[16];

	snprintf(name, sizeof(name), "w%u", worker->number);
	json_object_open(json);
	json_member_string(json, "id", name);
	json_member_unsigned(json, "number", worker->number);
	json_member_string(json, "kind", worker_kind_name(worker->kind));
	json_member_string(json, "state", state_name(worker->state));
	json_member_string(json, "doing", describe_doing(worker));
	write_process(run, worker, now_ns, json);
	json_member_unsigned(json, "held", worker->held.count);
	json_member_unsigned(json, "credits", run->settings->ipc.credits);
	json_member_unsigned(json, "tasks_done", worker->tasks_done);
	json_member_fixed(json, "busy_s", (double)worker->busy_ns / 1e9, 3);
	json_member_unsigned(json, "starts", worker->starts);
	json_member_unsigned(json, "deaths", worker->deaths);
	json_member_unsigned(json, "outbox_leased_bytes", memory_leased(run->memory, (uint16_t)worker->number));
	json_member_boolean(json, "external", worker->external);
	json_member_string(json, "origin", origin_name(worker->origin));
	json_member_boolean(json, "fast_lane", lane_is_open(&worker->lane));
	json_object_close(json);
}

void control_write_workers(const struct run *run, struct json_writer *json)
{
	uint64_t now_ns = clock_monotonic_ns();

	json_key(json, "workers");
	json_array_open(json);
	for (uint32_t i = 0; i < run->worker_count; i++)
		write_worker(run, &run->workers[i], now_ns, json);
	json_array_close(json);
}

/* --- more and fewer of them ---------------------------------------------------------------------------------------- */

static uint32_t count_workers(const struct run *run, enum worker_kind kind)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < run->worker_count; i++)
		count += run->workers[i].kind == kind && retire_counts(&run->workers[i]);
	return count;
}

/* What the client tells its user. */
static void write_answer(const struct run *run, const uint32_t *numbers, uint32_t count, uint64_t more_bytes, struct buffer *body)
{
	enum worker_kind kind = run->workers[numbers[0] - 1].kind;
	struct json_writer json;
	size_t held = 0;
	char name[16];

	json_init(&json, body, 0);
	json_object_open(&json);
	json_key(&json, "workers");
	json_array_open(&json);
	for (uint32_t i = 0; i < count; i++) {
		held += run->workers[numbers[i] - 1].held.count;
		snprintf(name, sizeof(name), "w%u", numbers[i]);
		json_string(&json, name);
	}
	json_array_close(&json);
	json_member_string(&json, "kind", worker_kind_name(kind));
	json_member_unsigned(&json, "held", held);
	json_member_unsigned(&json, "left", count_workers(run, kind));
	json_member_unsigned(&json, "cores", topology_usable_cores(&run->topology));
	json_member_unsigned(&json, "beyond_shm_bytes", more_bytes);
	json_object_close(&json);
}

static int read_count(struct text word, uint32_t *ret_count, struct error_text *error)
{
	uint32_t count = 0;

	for (size_t i = 0; i < word.bytes && count <= RUN_WORKERS_MAX; i++)
		count = ascii_is_digit(word.data[i]) ? count * 10 + (uint32_t)(word.data[i] - '0') : RUN_WORKERS_MAX + 1;
	if (count < 1 || count > RUN_WORKERS_MAX)
		return error_set(error, ERROR_INPUT_REJECTED, "expected a number of workers from 1 to %d", RUN_WORKERS_MAX);
	*ret_count = count;
	return 0;
}

static int add_workers(struct run *run, struct text words, struct buffer *body, struct error_text *error)
{
	uint32_t numbers[RUN_WORKERS_MAX], count, slots = run->worker_count;
	struct text word = { 0 };

	(void)text_next_field(&words, ' ', &word);
	enum worker_kind kind = text_equal(words, TEXT_LITERAL("inference")) ? WORKER_INFERENCE : WORKER_PREPROCESS;
	int status = read_count(word, &count, error);
	if (status == 0 && kind == WORKER_INFERENCE && !run_generates(run))
		status = error_set(error, ERROR_INPUT_REJECTED, "this run makes no conversations (--stages preprocess)");
	if (status == 0)
		status = supervisor_add(run, kind, count, numbers, error);
	if (status < 0)
		return status;
	log_info("%u %s worker%s asked for by hand", count, worker_kind_name(kind), count == 1 ? " was" : "s were");
	write_answer(run, numbers, count, (run->worker_count - slots) * run->outbox_bytes, body);
	return 0;
}

/* "2 preprocess", or "w3 w5". */
static int remove_workers(struct run *run, struct text words, struct buffer *body, struct error_text *error)
{
	uint32_t numbers[RUN_WORKERS_MAX], count = 0;
	struct text rest = words, word = { 0 };
	int status;

	(void)text_next_field(&rest, ' ', &word);
	if (word.bytes > 0 && ascii_is_digit(word.data[0])) {
		status = read_count(word, &count, error);
		if (status == 0)
			status = retire_choose(run, text_equal(rest, TEXT_LITERAL("inference")) ? WORKER_INFERENCE : WORKER_PREPROCESS, count, numbers, error);
	} else {
		status = retire_named(run, words, numbers, error);
		count = status < 0 ? 0 : (uint32_t)status;
	}
	if (status < 0 || count == 0)
		return status < 0 ? status : error_set(error, ERROR_INPUT_REJECTED, "remove which workers?");
	for (uint32_t i = 0; i < count; i++)
		supervisor_retire_by_hand(&run->workers[numbers[i] - 1]);
	log_info("%u worker%s removed by hand", count, count == 1 ? " was" : "s were");
	write_answer(run, numbers, count, 0, body);
	return 0;
}

int control_workers(struct run *run, struct text words, struct buffer *body, struct error_text *error)
{
	struct text word = { 0 };

	(void)text_next_field(&words, ' ', &word);
	if (run->phase != RUN_WORKING)
		return error_set(error, ERROR_INPUT_REJECTED, "the run is ending");
	if (text_equal(word, TEXT_LITERAL("add")))
		return add_workers(run, words, body, error);
	if (text_equal(word, TEXT_LITERAL("remove")))
		return remove_workers(run, words, body, error);
	return error_set(error, ERROR_VERSION_MISMATCH, "unknown request 'workers %.*s'", TEXT_ARGS(word));
}
