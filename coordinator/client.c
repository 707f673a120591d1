#define _GNU_SOURCE
#include "coordinator/client.h"

#include "ipc/channel.h"
#include "ipc/rendezvous.h"
#include "proto/message.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { ANSWER_TIMEOUT_MS = 5000, EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

/* --- one request, one answer -------------------------------------------------------------------------------------------- */

static int receive_reply(struct channel *channel, void *frame, struct message *ret_reply, struct error_text *error)
{
	zmq_pollitem_t item = { .socket = channel_socket(channel), .events = ZMQ_POLLIN };

	if (zmq_poll(&item, 1, ANSWER_TIMEOUT_MS) <= 0)
		return error_set(error, -ETIMEDOUT, "the coordinator does not answer; it may have ended without cleaning up, or be stopped");
	int64_t bytes = channel_receive(channel, NULL, frame, MESSAGE_BYTES_MAX);
	if (bytes < 0)
		return error_set(error, (int)bytes, "its answer cannot be read: %s", error_describe((int)bytes));
	int status = message_decode(frame, (size_t)bytes, ret_reply, error);
	if (status == 0 && ret_reply->type != MESSAGE_REPLY)
		status = error_set(error, ERROR_VERSION_MISMATCH, "the coordinator is another version of docring");
	return status;
}

static int send_request(struct channel *channel, const struct message *request, struct error_text *error)
{
	struct buffer frame;
	zmq_pollitem_t item = { .socket = channel_socket(channel), .events = ZMQ_POLLOUT };

	buffer_init(&frame, MESSAGE_BYTES_MAX);
	int status = message_encode(request, &frame);
	if (status == 0 && zmq_poll(&item, 1, ANSWER_TIMEOUT_MS) <= 0)
		status = -ETIMEDOUT;
	if (status == 0)
		status = channel_send(channel, NULL, frame.data, frame.bytes);
	buffer_done(&frame);
	return status < 0 ? error_set(error, status, "no coordinator listens there any more") : 0;
}

/* The reply's body goes to `answer`. */
static int ask(const char *run, const char *name, struct text body, struct buffer *answer, struct error_text *error)
{
	struct rendezvous place;
	struct channel *channel = NULL;
	struct message request = { .type = MESSAGE_REQUEST, .body = body }, reply = { .status = 0 };
	void *frame = malloc(MESSAGE_BYTES_MAX);

	snprintf(request.name, sizeof(request.name), "%s", name);
	int status = frame ? rendezvous_find(run, &place, error) : error_set(error, -ENOMEM, "out of memory");
	if (status == 0)
		status = channel_connect(&channel, place.endpoint, NULL, error);
	if (status == 0)
		status = send_request(channel, &request, error);
	if (status == 0)
		status = receive_reply(channel, frame, &reply, error);
	if (status == 0 && reply.status < 0)
		status = error_set(error, (int)reply.status, "%.*s", TEXT_ARGS(reply.body));
	else if (status == 0)
		buffer_append_text(answer, reply.body);
	channel_close(channel);
	free(frame);
	return status;
}

static int say(const struct error_text *error)
{
	fprintf(stderr, "coordinator: %s\n", error->message);
	return EXIT_REFUSED;
}

/* --- status --------------------------------------------------------------------------------------------------------------- */

static int64_t number(struct json_object *object, const char *key)
{
	return json_object_get_int64(json_object_object_get(object, key));
}

static const char *string(struct json_object *object, const char *key)
{
	const char *text = json_object_get_string(json_object_object_get(object, key));
	return text ? text : "";
}

static void print_workers(struct json_object *status)
{
	struct json_object *workers = json_object_object_get(status, "workers");

	printf("\n%6s  %-10s  %-8s  %8s  %4s  %4s  %8s  %8s  %s\n", "worker", "kind", "state", "pid", "core", "held", "done", "busy s", "outbox MiB");
	for (size_t i = 0; workers && i < json_object_array_length(workers); i++) {
		struct json_object *worker = json_object_array_get_idx(workers, i);
		printf("%6lld  %-10s  %-8s  %8lld  %4lld  %4lld  %8lld  %8.1f  %.1f\n", (long long)number(worker, "number"), string(worker, "kind"),
		       string(worker, "state"), (long long)number(worker, "pid"), (long long)number(worker, "core"), (long long)number(worker, "held"),
		       (long long)number(worker, "tasks_done"), json_object_get_double(json_object_object_get(worker, "busy_s")),
		       (double)number(worker, "outbox_leased_bytes") / 1048576);
	}
}

static void print_status(struct json_object *status)
{
	struct json_object *queues = json_object_object_get(status, "queues");

	printf("%s  %s%s, pid %lld, %.0f s  →  %s\n", string(status, "run"), string(status, "phase"),
	       json_object_get_boolean(json_object_object_get(status, "service")) ? " (service)" : "", (long long)number(status, "pid"),
	       json_object_get_double(json_object_object_get(status, "elapsed_s")), string(status, "output"));
	printf("documents   done %lld, rejected %lld, failed %lld, unchanged %lld; files taken %lld of %lld, members %lld\n",
	       (long long)number(status, "done"), (long long)number(status, "rejected"), (long long)number(status, "failed"),
	       (long long)number(status, "unchanged"), (long long)number(status, "files_taken"), (long long)number(status, "files_counted"),
	       (long long)number(status, "members_found"));
	printf("records     accepted %lld, refused %lld\n", (long long)number(status, "pairs_accepted"), (long long)number(status, "pairs_refused"));
	printf("queues      reading %lld, expand %lld, preprocess %lld, generate %lld, spooling %lld, committing %lld\n",
	       (long long)number(queues, "reading"), (long long)number(queues, "expand"), (long long)number(queues, "preprocess"),
	       (long long)number(queues, "generate"), (long long)number(queues, "spooling"), (long long)number(queues, "committing"));
	printf("ring        %.1f of %.1f MiB leased; worker deaths %lld, retries %lld\n", (double)number(status, "ring_leased_bytes") / 1048576,
	       (double)number(status, "ring_bytes") / 1048576, (long long)number(status, "worker_deaths"), (long long)number(status, "retries"));
}

static int show_status(const struct options *options, bool only_workers)
{
	struct buffer answer;
	struct error_text error = { "" };
	int result = EXIT_DONE;

	buffer_init(&answer, MESSAGE_BYTES_MAX);
	if (ask(options->run, "status", TEXT_LITERAL(""), &answer, &error) < 0) {
		result = say(&error);
	} else if (options->json) {
		printf("%s\n", buffer_string(&answer));
	} else {
		struct json_object *status = json_tokener_parse(buffer_string(&answer));
		if (status && !only_workers)
			print_status(status);
		if (status)
			print_workers(status);
		else
			result = EXIT_REFUSED;
		json_object_put(status);
	}
	buffer_done(&answer);
	return result;
}

int client_status(const struct options *options)
{
	return show_status(options, false);
}

/* --- submit and workers ------------------------------------------------------------------------------------------------------ */

int client_submit(const struct options *options)
{
	struct buffer paths, answer;
	struct error_text error = { "" };
	char real[PATH_MAX];
	int status = 0;

	if (options->input_count == 0) {
		fprintf(stderr, "coordinator: submit: expected at least one file or folder\n");
		return EXIT_USAGE;
	}
	buffer_init(&paths, MESSAGE_BYTES_MAX / 2);
	buffer_init(&answer, MESSAGE_BYTES_MAX);
	for (int i = 0; i < options->input_count && status == 0; i++) {
		if (!realpath(options->inputs[i], real))
			status = error_set(&error, -errno, "%s: %s", options->inputs[i], strerror(errno));
		else
			buffer_append(&paths, real, strlen(real) + 1); /* with its NUL: a name may hold anything else */
	}
	if (status == 0 && paths.status < 0)
		status = error_set(&error, paths.status, "too many paths at once; submit a folder, or fewer of them");
	if (status == 0)
		status = ask(options->run, "submit", buffer_view(&paths), &answer, &error);
	if (status == 0)
		printf("%d submitted\n", options->input_count);
	buffer_done(&paths);
	buffer_done(&answer);
	return status < 0 ? say(&error) : EXIT_DONE;
}

int client_workers(const struct options *options)
{
	struct buffer answer;
	struct error_text error = { "" };
	char count[16];

	if (options->workers_add == 0)
		return show_status(options, true);
	snprintf(count, sizeof(count), "%u", options->workers_add);
	buffer_init(&answer, MESSAGE_BYTES_MAX);
	int status = ask(options->run, "workers", text_from(count), &answer, &error);
	buffer_done(&answer);
	if (status < 0)
		return say(&error);
	printf("%u workers are being started\n", options->workers_add);
	return EXIT_DONE;
}
