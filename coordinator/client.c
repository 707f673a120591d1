#define _GNU_SOURCE
#include "coordinator/client.h"
#include "coordinator/client_parts.h"

#include "ipc/channel.h"
#include "ipc/rendezvous.h"
#include "proto/message.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { ANSWER_TIMEOUT_MS = 5000 };

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
int client_ask(const char *run, const char *name, struct text body, struct buffer *answer, struct error_text *error)
{
	struct rendezvous place = { .folder = "" };
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

int client_say(const struct error_text *error)
{
	fprintf(stderr, "coordinator: %s\n", error->message);
	return CLIENT_REFUSED;
}

int client_print_json(struct json_object *object)
{
	printf("%s\n", json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
	return CLIENT_DONE;
}

/* --- status --------------------------------------------------------------------------------------------------------------- */

int64_t client_number(struct json_object *object, const char *key)
{
	return json_object_get_int64(json_object_object_get(object, key));
}

const char *client_string(struct json_object *object, const char *key)
{
	const char *text = json_object_get_string(json_object_object_get(object, key));
	return text ? text : "";
}

static void print_status(struct json_object *status)
{
	struct json_object *queues = json_object_object_get(status, "queues");

	printf("%s  %s%s, pid %lld, %.0f s  →  %s\n", client_string(status, "run"), client_string(status, "phase"),
	       json_object_get_boolean(json_object_object_get(status, "service")) ? " (service)" : "", (long long)client_number(status, "pid"),
	       json_object_get_double(json_object_object_get(status, "elapsed_s")), client_string(status, "output"));
	printf("documents   done %lld, rejected %lld, failed %lld, unchanged %lld\n",
	       (long long)client_number(status, "done"), (long long)client_number(status, "rejected"), (long long)client_number(status, "failed"),
	       (long long)client_number(status, "unchanged"));
	long long taken = (long long)client_number(status, "files_taken"), counted = (long long)client_number(status, "files_counted");
	printf("files       taken %lld", taken);
	if (counted >= taken && counted > 0) /* a service counts nothing ahead */
		printf(" of %lld", counted);
	printf(", members of archives %lld\n", (long long)client_number(status, "members_found"));
	printf("records     accepted %lld, refused %lld\n", (long long)client_number(status, "pairs_accepted"), (long long)client_number(status, "pairs_refused"));
	printf("queues      read %lld, expand %lld, preprocess %lld, generate %lld, spool %lld, commit %lld\n",
	       (long long)client_number(queues, "reading"), (long long)client_number(queues, "expand"), (long long)client_number(queues, "preprocess"),
	       (long long)client_number(queues, "generate"), (long long)client_number(queues, "spooling"), (long long)client_number(queues, "committing"));
	double ring = (double)client_number(status, "ring_bytes"), leased = (double)client_number(status, "ring_leased_bytes");
	printf("ring        %.1f of %.1f MiB leased (%.0f %%)\n", leased / 1048576, ring / 1048576, ring > 0 ? leased / ring * 100 : 0);
	client_print_worker_counts(status);
}

int client_status(const struct options *options)
{
	struct buffer answer;
	struct error_text error = { "" };
	int result = CLIENT_DONE;

	buffer_init(&answer, MESSAGE_BYTES_MAX);
	int status = client_ask(options->run, "status", TEXT_LITERAL(""), &answer, &error);
	struct json_object *object = status < 0 ? NULL : json_tokener_parse(buffer_string(&answer));
	if (status == 0 && !object)
		status = error_set(&error, ERROR_VERSION_MISMATCH, "the coordinator's answer cannot be read; is it another version of docring?");
	if (status < 0) {
		result = client_say(&error);
	} else if (options->json) {
		result = client_print_json(object);
	} else {
		print_status(object);
		printf("\n");
		client_print_models(object);
		client_print_workers(object);
	}
	json_object_put(object);
	buffer_done(&answer);
	return result;
}

/* --- submit ------------------------------------------------------------------------------------------------------ */

int client_submit(const struct options *options)
{
	struct buffer paths, answer;
	struct error_text error = { "" };
	char real[PATH_MAX];
	int status = 0;

	if (options->input_count == 0) {
		fprintf(stderr, "coordinator: submit: expected at least one file or folder\n");
		return CLIENT_USAGE;
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
		status = client_ask(options->run, "submit", buffer_view(&paths), &answer, &error);
	if (status == 0)
		printf("%d submitted\n", options->input_count);
	buffer_done(&paths);
	buffer_done(&answer);
	return status < 0 ? client_say(&error) : CLIENT_DONE;
}
