#define _GNU_SOURCE
#include "workers/common/session.h"

#include "base/file.h"
#include "ipc/attach.h"
#include "ipc/topology.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum {
	WELCOME_TIMEOUT_MS = 10000,
	ANNOUNCEMENT_TIMEOUT_MS = 10000, /* the coordinator sends a segment or file before the task that names it */
	SETTINGS_BYTES_MAX = 1 << 20,
	DOMAIN_BYTES_MAX = 16 << 20,
};

static void close_all(const int *descriptors, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		close(descriptors[i]);
}

static int take_segment(struct session *session, const struct attach_message *message, int descriptor)
{
	if (message->number >= SESSION_SEGMENTS_MAX || session->segments[message->number].base)
		return ERROR_INPUT_REJECTED;
	return segment_attach(&session->segments[message->number], descriptor, message->number, message->bytes,
			      message->writable != 0, NULL);
}

static int take_file(struct session *session, const struct attach_message *message, int descriptor)
{
	if (session->file_count == SESSION_FILES_MAX)
		return ERROR_LIMIT_HIT;
	int kept = dup(descriptor);
	if (kept < 0)
		return -errno;
	session->files[session->file_count++] =
		(struct session_file){ .task_id = message->task_id, .bytes = message->bytes, .descriptor = kept };
	return 0;
}

/* Waits up to timeout_ms for one announcement and takes it. 1: taken; -EAGAIN: nothing came. */
static int take_announcement(struct session *session, int timeout_ms)
{
	struct attach_message message;
	int descriptors[ATTACH_DESCRIPTORS_MAX];
	int status = attach_receive(session->attach_socket, &message, descriptors, timeout_ms);

	if (status < 0)
		return status;
	if (message.type == ATTACH_SEGMENT && message.descriptor_count == 1)
		status = take_segment(session, &message, descriptors[0]);
	else if (message.type == ATTACH_FILE && message.descriptor_count == 1)
		status = take_file(session, &message, descriptors[0]);
	else if (message.type == ATTACH_SEGMENT_GONE && message.number < SESSION_SEGMENTS_MAX)
		segment_done(&session->segments[message.number]), status = 0;
	else
		status = ERROR_VERSION_MISMATCH;
	close_all(descriptors, message.descriptor_count);
	return status < 0 ? status : 1;
}

int session_drain_attach(struct session *session)
{
	for (;;) {
		int status = take_announcement(session, 0);
		if (status == -EAGAIN)
			return 0;
		if (status < 0)
			return status;
	}
}

uint8_t *session_range(struct session *session, uint16_t segment, uint64_t offset, uint64_t bytes)
{
	if (segment >= SESSION_SEGMENTS_MAX)
		return NULL;
	while (!session->segments[segment].base)
		if (take_announcement(session, ANNOUNCEMENT_TIMEOUT_MS) < 0)
			return NULL;
	return segment_at(&session->segments[segment], offset, bytes);
}

int session_take_file(struct session *session, uint64_t task_id, uint64_t *ret_bytes)
{
	for (;;) {
		for (size_t i = 0; i < session->file_count; i++) {
			struct session_file file = session->files[i];
			if (file.task_id != task_id)
				continue;
			session->files[i] = session->files[--session->file_count];
			*ret_bytes = file.bytes;
			return file.descriptor;
		}
		int status = take_announcement(session, ANNOUNCEMENT_TIMEOUT_MS);
		if (status < 0)
			return status;
	}
}

static int take_welcome(struct session *session, char *ret_endpoint, size_t endpoint_bytes, int *ret_core, struct error_text *error)
{
	struct attach_message message;
	int descriptors[ATTACH_DESCRIPTORS_MAX];
	int status = attach_receive(session->attach_socket, &message, descriptors, WELCOME_TIMEOUT_MS);

	if (status < 0)
		return error_set(error, status, "no welcome from the coordinator: %s", error_describe(status));
	if (message.type == ATTACH_REFUSED) {
		close_all(descriptors, message.descriptor_count);
		return error_set(error, ERROR_VERSION_MISMATCH, "the coordinator refused this worker: %s", message.text);
	}
	if (message.type != ATTACH_WELCOME || message.descriptor_count != 2) {
		close_all(descriptors, message.descriptor_count);
		return error_set(error, ERROR_VERSION_MISMATCH, "the coordinator speaks another version");
	}
	session->worker_number = message.number;
	*ret_core = message.core;
	snprintf(ret_endpoint, endpoint_bytes, "%s", message.text);
	status = file_read_fd(descriptors[0], "settings", &session->settings_text, error);
	if (status == 0)
		status = file_read_fd(descriptors[1], "domain pack", &session->domain_text, error);
	close_all(descriptors, 2);
	return status;
}

int session_open(struct session *session, const char *attach_path, const char *kind, struct error_text *error)
{
	char endpoint[ATTACH_TEXT_BYTES], identity[CHANNEL_IDENTITY_BYTES_MAX];
	struct attach_message hello = { .type = ATTACH_HELLO };
	int core = -1;

	*session = (struct session){ .attach_socket = -1 };
	buffer_init(&session->settings_text, SETTINGS_BYTES_MAX);
	buffer_init(&session->domain_text, DOMAIN_BYTES_MAX);
	session->attach_socket = attach_connect(attach_path, error);
	if (session->attach_socket < 0)
		return session->attach_socket;
	snprintf(hello.text, sizeof(hello.text), "%s", kind);
	int status = attach_send(session->attach_socket, &hello, NULL, 0);
	if (status < 0)
		return error_set(error, status, "%s: cannot say hello: %s", attach_path, error_describe(status));
	status = take_welcome(session, endpoint, sizeof(endpoint), &core, error);
	if (status < 0)
		return status;
	if (core >= 0 && topology_pin(core) < 0)
		core = -1; /* the core went away meanwhile: run anywhere */
	snprintf(identity, sizeof(identity), "w%u.%d", session->worker_number, (int)getpid());
	status = channel_connect(&session->channel, endpoint, identity, error);
	if (status < 0)
		return status;
	struct message bus_hello = { .type = MESSAGE_HELLO, .worker = session->worker_number, .pid = (uint64_t)getpid(), .core = core };
	snprintf(bus_hello.name, sizeof(bus_hello.name), "%s", kind);
	status = session_send(session, &bus_hello);
	if (status < 0)
		return error_set(error, status, "%s: cannot join the bus: %s", endpoint, error_describe(status));
	return 0;
}

void session_close(struct session *session)
{
	channel_close(session->channel);
	for (size_t i = 0; i < SESSION_SEGMENTS_MAX; i++)
		if (session->segments[i].base)
			segment_done(&session->segments[i]);
	for (size_t i = 0; i < session->file_count; i++)
		close(session->files[i].descriptor);
	if (session->attach_socket >= 0)
		close(session->attach_socket);
	buffer_done(&session->settings_text);
	buffer_done(&session->domain_text);
	*session = (struct session){ .attach_socket = -1 };
}

int session_send(struct session *session, const struct message *message)
{
	struct buffer frame;
	int status;

	buffer_init(&frame, MESSAGE_BYTES_MAX);
	status = message_encode(message, &frame);
	while (status == 0) {
		status = channel_send(session->channel, NULL, frame.data, frame.bytes);
		if (status != -EAGAIN)
			break;
		/* Not connected, or the coordinator is behind: wait a little, but not for one that is gone. */
		struct pollfd gone = { .fd = session->attach_socket, .events = POLLRDHUP };
		status = poll(&gone, 1, 1) > 0 && (gone.revents & (POLLRDHUP | POLLHUP | POLLERR)) ? ERROR_PEER_GONE : 0;
	}
	buffer_done(&frame);
	return status;
}
