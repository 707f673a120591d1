#define _GNU_SOURCE
#include "workers/common/session.h"

#include "base/file.h"
#include "ipc/attach.h"
#include "ipc/fault.h"
#include "ipc/topology.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
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

/* The lane, and its bells when they are eventfds; these are kept. */
static int take_lanes(struct session *session, const struct attach_message *message, int *descriptors)
{
	if ((message->descriptor_count != 2 && message->descriptor_count != 4) || lane_is_open(&session->lane))
		return ERROR_VERSION_MISMATCH;
	int status = lane_attach(&session->lane, descriptors[0], descriptors[1], message->number, NULL);
	if (status < 0 || message->descriptor_count == 2)
		return status;
	session->bell_in = fcntl(descriptors[2], F_DUPFD_CLOEXEC, 0);
	session->bell_out = fcntl(descriptors[3], F_DUPFD_CLOEXEC, 0);
	return session->bell_in < 0 || session->bell_out < 0 ? -errno : 0;
}

/* Waits up to timeout_ms for one announcement and takes it. 1: taken; -EAGAIN: nothing came. */
static int take_announcement(struct session *session, int timeout_ms)
{
	struct attach_message message;
	int descriptors[ATTACH_DESCRIPTORS_MAX];
	int status = attach_receive(session->attach_socket, &message, descriptors, timeout_ms);

	if (status < 0)
		return status;
	if (message.type == ATTACH_LANES)
		status = take_lanes(session, &message, descriptors);
	else if (message.type == ATTACH_SEGMENT && message.descriptor_count == 1)
		status = take_segment(session, &message, descriptors[0]);
	else if (message.type == ATTACH_FILE && message.descriptor_count == 1)
		status = take_file(session, &message, descriptors[0]);
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

static bool wait_for_segment(struct session *session, uint16_t segment)
{
	if (segment >= SESSION_SEGMENTS_MAX)
		return false;
	while (!session->segments[segment].base)
		if (take_announcement(session, ANNOUNCEMENT_TIMEOUT_MS) < 0)
			return false;
	return true;
}

uint8_t *session_range(struct session *session, uint16_t segment, uint64_t offset, uint64_t bytes)
{
	return wait_for_segment(session, segment) ? segment_at(&session->segments[segment], offset, bytes) : NULL;
}

struct share_cell *session_cell(struct session *session, uint16_t segment)
{
	return wait_for_segment(session, segment) ? segment_cell(&session->segments[segment]) : NULL;
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

/* Where the folder lies, from its descriptor: a path would not fit the message. */
static void name_folder(int descriptor, char *ret_path, size_t bytes)
{
	char link[64];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	ssize_t length = readlink(link, ret_path, bytes - 1);
	ret_path[length > 0 && (size_t)length < bytes - 1 ? length : 0] = '\0';
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
	if (message.type != ATTACH_WELCOME || (message.descriptor_count != 2 && message.descriptor_count != 4)) {
		close_all(descriptors, message.descriptor_count);
		return error_set(error, ERROR_VERSION_MISMATCH, "the coordinator speaks another version");
	}
	session->worker_number = message.number;
	*ret_core = message.core;
	snprintf(ret_endpoint, endpoint_bytes, "%s", message.text);
	status = file_read_fd(descriptors[0], "settings", &session->settings_text, error);
	if (status == 0)
		status = file_read_fd(descriptors[1], "domain pack", &session->domain_text, error);
	if (status == 0 && message.descriptor_count == 4) {
		name_folder(descriptors[2], session->folder, sizeof(session->folder));
		session->server_bell = fcntl(descriptors[3], F_DUPFD_CLOEXEC, 0);
		status = session->server_bell < 0 ? error_set(error, -errno, "cannot keep a descriptor: %s", strerror(errno)) : 0;
	}
	close_all(descriptors, message.descriptor_count);
	return status;
}

int session_open(struct session *session, const char *attach_path, const char *kind, struct error_text *error)
{
	char endpoint[ATTACH_TEXT_BYTES], identity[CHANNEL_IDENTITY_BYTES_MAX];
	struct attach_message hello = { .type = ATTACH_HELLO };
	int core = -1;

	*session = (struct session){ .attach_socket = -1, .bell_in = -1, .bell_out = -1, .server_bell = -1 };
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
	snprintf(identity, sizeof(identity), "w%u.%d", session->worker_number, (int)getpid());
	status = channel_connect(&session->channel, endpoint, identity, error);
	if (status < 0)
		return status;
	/* Behind the first socket, whose thread so keeps the whole mask: on one core with a worker at work, what it has to send would wait
	 * for the end of a time slice. */
	if (core >= 0 && topology_pin(core) < 0)
		core = -1; /* the core went away meanwhile: run anywhere */
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
	lane_done(&session->lane);
	const int left[] = { session->attach_socket, session->bell_in, session->bell_out, session->server_bell };
	for (size_t i = 0; i < COUNT_OF(left); i++)
		if (left[i] >= 0)
			close(left[i]);
	buffer_done(&session->settings_text);
	buffer_done(&session->domain_text);
	*session = (struct session){ .attach_socket = -1, .bell_in = -1, .bell_out = -1, .server_bell = -1 };
}

/* Waits a little, but not for a coordinator that is gone. */
static int pause_for_coordinator(const struct session *session)
{
	struct pollfd gone = { .fd = session->attach_socket, .events = POLLRDHUP };

	return poll(&gone, 1, 1) > 0 && (gone.revents & (POLLRDHUP | POLLHUP | POLLERR)) ? ERROR_PEER_GONE : 0;
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
		status = pause_for_coordinator(session); /* not connected, or the coordinator is behind */
	}
	buffer_done(&frame);
	return status;
}

static int ring(struct session *session)
{
	const struct message message = { .type = MESSAGE_BELL };
	const uint64_t once = 1;

	if (session->bell_out < 0)
		return session_send(session, &message);
	/* A counter that is full wakes as well as one that grew. */
	return write(session->bell_out, &once, sizeof(once)) < 0 && errno != EAGAIN ? -errno : 0;
}

int session_send_result(struct session *session, const struct descriptor *result, uint64_t duration_ns)
{
	struct descriptor reply = *result;

	if (!lane_is_open(&session->lane)) {
		const struct message message = {
			.type = MESSAGE_RESULT, .worker = session->worker_number, .descriptor = *result, .duration_ns = duration_ns,
		};
		return session_send(session, &message);
	}
	reply.duration_ns = duration_ns;
	int status;
	while ((status = lane_send(&session->lane, &reply)) == -EAGAIN) {
		status = pause_for_coordinator(session);
		if (status < 0)
			return status;
	}
	FAULT_POINT("worker_published");
	if (status < 0 || !lane_must_ring(&session->lane))
		return status;
	FAULT_POINT("worker_bell");
	return ring(session);
}

int session_coordinator(const struct session *session)
{
	struct ucred peer;
	socklen_t bytes = sizeof(peer);

	return getsockopt(session->attach_socket, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) < 0 ? 0 : (int)peer.pid;
}
