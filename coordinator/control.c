/* control.c: requests from other terminals: status, submit, stop, over the same bus as the workers; control_workers.c has those about workers. */
#define _GNU_SOURCE
#include "coordinator/control_parts.h"

#include "base/clock.h"

#include <string.h>
#include <unistd.h>

enum { FRAME_BYTES = 1024 }; /* of a message, beside its body */

static const char *phase_name(const struct run *run)
{
	static const char *const names[] = { "working", "draining", "stopping", "ended" };
	return names[run->phase];
}

static void write_queues(const struct run *run, struct json_writer *json)
{
	json_key(json, "queues");
	json_object_open(json);
	json_member_unsigned(json, "reading", run->reading.count);
	json_member_unsigned(json, "expand", run->queues[JOB_EXPAND].count);
	json_member_unsigned(json, "preprocess", run->queues[JOB_PREPROCESS].count);
	json_member_unsigned(json, "generate", run->queues[JOB_GENERATE].count + models_queued(run));
	json_member_unsigned(json, "spooling", run->to_spool.count + run->spooling.count);
	json_member_unsigned(json, "committing", run->committing.count + run->syncing.count);
	json_object_close(json);
}

void control_write_files(const struct run *run, struct json_writer *json)
{
	struct uring_stats stats;

	uring_stats(run->uring, &stats);
	json_key(json, "file_reads");
	json_object_open(json);
	json_member_string(json, "wanted", run->settings->io.reads);
	json_member_string(json, "road", uring_road_name(stats.road));
	for (enum uring_road road = URING_PLAIN; road < URING_ROADS; road++)
		json_member_unsigned(json, uring_road_name(road), stats.files[road]);
	json_member_unsigned(json, "repeated", stats.files_repeated);
	json_member_unsigned(json, "road_changes", stats.road_changes);
	json_key(json, "measured_us");
	json_object_open(json);
	for (enum uring_road road = URING_PLAIN; road < URING_ROADS; road++)
		json_member_fixed(json, uring_road_name(road), (double)stats.road_costs_ns[road] / 1e3, 2);
	json_object_close(json);
	json_object_close(json);
}

static void write_status(struct run *run, struct buffer *out)
{
	const struct run_stats *stats = &run->stats;
	struct json_writer json;

	json_init(&json, out, 0); /* the client sets it out for people */
	json_object_open(&json);
	json_member_string(&json, "output", run->output);
	json_member_string(&json, "run", strrchr(run->place.folder, '/') + 1);
	json_member_unsigned(&json, "pid", (uint64_t)getpid());
	json_member_string(&json, "phase", phase_name(run));
	json_member_boolean(&json, "service", run->request.service);
	json_member_fixed(&json, "elapsed_s", (double)(clock_monotonic_ns() - run->started_ns) / 1e9, 1);
	json_member_unsigned(&json, "files_counted", stats->counted_files);
	json_member_unsigned(&json, "files_taken", stats->taken_files);
	json_member_unsigned(&json, "members_found", stats->found_members);
	json_member_unsigned(&json, "unchanged", stats->unchanged);
	json_member_unsigned(&json, "done", stats->settled[JOB_DONE]);
	json_member_unsigned(&json, "rejected", stats->settled[JOB_REJECTED]);
	json_member_unsigned(&json, "failed", stats->settled[JOB_FAILED]);
	json_member_unsigned(&json, "archives", stats->settled[JOB_EXPANDED]);
	json_member_unsigned(&json, "images", stats->settled[JOB_KEPT]);
	json_member_unsigned(&json, "pairs_accepted", stats->pairs_accepted);
	json_member_unsigned(&json, "pairs_refused", stats->pairs_refused);
	json_member_unsigned(&json, "worker_deaths", stats->worker_deaths);
	json_member_unsigned(&json, "retries", stats->retries);
	json_member_unsigned(&json, "stale_results", stats->stale_results);
	json_member_unsigned(&json, "bad_messages", stats->bad_messages);
	json_member_unsigned(&json, "worker_moves", stats->worker_moves);
	json_member_string(&json, "pin", run->settings->run.pin);
	json_member_unsigned(&json, "cores", run->topology.count);
	json_member_unsigned(&json, "usable_cores", topology_usable_cores(&run->topology));
	json_member_unsigned(&json, "workers_least", run->least_preprocess);
	json_member_unsigned(&json, "workers_most", run->most_preprocess);
	json_member_boolean(&json, "workers_on_demand", run->scales);
	json_member_unsigned(&json, "lane_rescues", lanes_rescues(run));
	json_member_unsigned(&json, "ring_bytes", memory_capacity(run->memory, MEMORY_RING));
	json_member_unsigned(&json, "ring_leased_bytes", memory_leased(run->memory, MEMORY_RING));
	json_member_boolean(&json, "io_uring", uring_is_native(run->uring));
	control_write_files(run, &json);
	json_member_boolean(&json, "dataset_writing", run->refresh.pid != 0);
	json_member_unsigned(&json, "datasets_written", run->refresh.count);
	write_queues(run, &json);
	models_write_json(run, &json);
	control_write_workers(run, &json);
	json_object_close(&json);
}

/* Paths, each ended by a NUL. */
static int submit_paths(struct run *run, struct text paths, struct error_text *error)
{
	struct text one;
	char path[PATH_MAX];

	while (text_next_field(&paths, '\0', &one)) {
		if (one.bytes == 0 || one.bytes >= sizeof(path))
			return error_set(error, ERROR_INPUT_REJECTED, "a path of %zu bytes", one.bytes);
		memcpy(path, one.data, one.bytes);
		path[one.bytes] = '\0';
		int status = intake_submit(run, path, error);
		if (status < 0)
			return status;
	}
	return 0;
}

static int answer(struct run *run, const struct message *request, struct buffer *body, struct error_text *error)
{
	if (strcmp(request->name, "status") == 0) {
		write_status(run, body);
		return 0;
	}
	if (strcmp(request->name, "submit") == 0) {
		if (!run->request.service || run->phase != RUN_WORKING)
			return error_set(error, ERROR_INPUT_REJECTED, run->request.service ? "the run is ending" :
					 "this coordinator runs one batch; start one without inputs to submit to it");
		return submit_paths(run, request->body, error);
	}
	if (strcmp(request->name, "workers") == 0)
		return control_workers(run, request->body, body, error);
	if (strcmp(request->name, "stop") == 0) {
		run_begin_drain(run);
		return 0;
	}
	return error_set(error, ERROR_VERSION_MISMATCH, "unknown request '%s'", request->name);
}

void control_answer(struct run *run, const struct channel_peer *peer, const struct message *request)
{
	struct error_text error = { "" };
	struct buffer body, frame;
	struct message reply = { .type = MESSAGE_REPLY };

	buffer_init(&body, MESSAGE_BYTES_MAX - FRAME_BYTES);
	buffer_init(&frame, MESSAGE_BYTES_MAX);
	reply.status = answer(run, request, &body, &error);
	reply.body = reply.status < 0 ? text_from(error.message) : buffer_view(&body);
	int status = message_encode(&reply, &frame);
	if (status == 0)
		status = channel_send(run->channel, peer, frame.data, frame.bytes);
	if (status < 0)
		log_debug("a client went away before its answer: %s", error_describe(status));
	buffer_done(&frame);
	buffer_done(&body);
}
