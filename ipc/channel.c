/* channel.c: the ZeroMQ sockets of a run. One context, one socket and one I/O thread a channel; nothing blocks but
 * channel_poll and channel_close, which gives the last messages of a ROUTER a moment to leave. Frames are bytes from outside: their number
 * and length is checked, their content is not looked at. */
#define _GNU_SOURCE
#include "ipc/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

/* A worker holds at most 16 tasks, a client one request: queues this long are full only when the peer does not read. */
enum { QUEUE_MESSAGES_MAX = 256, ROUTER_LINGER_MS = 200, INTERRUPTS_MAX = 1000 };

struct channel {
	void *context;
	void *socket;
	bool router;
};

static const char *const ipc_prefix = "ipc://";

static int set_number(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int set_options(struct channel *channel, const char *identity)
{
	int64_t frame_bytes_max = CHANNEL_MESSAGE_BYTES_MAX;
	int status = zmq_setsockopt(channel->socket, ZMQ_MAXMSGSIZE, &frame_bytes_max, sizeof(frame_bytes_max)) < 0 ? -errno : 0;

	if (status == 0)
		status = set_number(channel->socket, ZMQ_SNDHWM, QUEUE_MESSAGES_MAX);
	if (status == 0)
		status = set_number(channel->socket, ZMQ_RCVHWM, QUEUE_MESSAGES_MAX);
	if (status == 0)
		status = set_number(channel->socket, ZMQ_LINGER, channel->router ? ROUTER_LINGER_MS : 0);
	if (status == 0)
		status = set_number(channel->socket, channel->router ? ZMQ_ROUTER_MANDATORY : ZMQ_IMMEDIATE, 1);
	if (status == 0 && identity)
		status = zmq_setsockopt(channel->socket, ZMQ_ROUTING_ID, identity, strlen(identity)) < 0 ? -errno : 0;
	return status;
}

static int open_channel(struct channel **ret_channel, bool router, const char *identity, struct error_text *error)
{
	struct channel *channel = calloc(1, sizeof(*channel));

	if (!channel)
		return error_set(error, -ENOMEM, "out of memory");
	channel->router = router;
	int status = 0;
	channel->context = zmq_ctx_new();
	if (!channel->context || zmq_ctx_set(channel->context, ZMQ_IO_THREADS, 1) < 0)
		status = -errno;
	if (status == 0) {
		channel->socket = zmq_socket(channel->context, router ? ZMQ_ROUTER : ZMQ_DEALER);
		status = channel->socket ? set_options(channel, identity) : -errno;
	}
	if (status < 0) {
		channel_close(channel);
		return error_set(error, status, "ZeroMQ: cannot make a socket: %s", zmq_strerror(-status));
	}
	*ret_channel = channel;
	return 0;
}

int channel_bind(struct channel **ret_channel, const char *endpoint, struct error_text *error)
{
	struct channel *channel;
	int status = open_channel(&channel, true, NULL, error);

	if (status < 0)
		return status;
	if (zmq_bind(channel->socket, endpoint) < 0) /* takes the place of a stale socket file itself */
		status = error_set(error, -errno, "%s: ZeroMQ cannot bind: %s", endpoint, zmq_strerror(errno));
	else if (strncmp(endpoint, ipc_prefix, strlen(ipc_prefix)) == 0 && chmod(endpoint + strlen(ipc_prefix), 0600) < 0)
		status = error_set(error, -errno, "%s: cannot be made private: %s", endpoint, strerror(errno));
	if (status < 0) {
		channel_close(channel);
		return status;
	}
	*ret_channel = channel;
	return 0;
}

int channel_connect(struct channel **ret_channel, const char *endpoint, const char *identity, struct error_text *error)
{
	struct channel *channel;

	CHECK(!identity || (*identity && strlen(identity) <= CHANNEL_IDENTITY_BYTES_MAX));
	int status = open_channel(&channel, false, identity, error);
	if (status < 0)
		return status;
	if (zmq_connect(channel->socket, endpoint) < 0) {
		status = error_set(error, -errno, "%s: ZeroMQ cannot connect: %s", endpoint, zmq_strerror(errno));
		channel_close(channel);
		return status;
	}
	*ret_channel = channel;
	return 0;
}

void channel_close(struct channel *channel)
{
	if (!channel)
		return;
	if (channel->socket)
		zmq_close(channel->socket);
	for (int i = 0; channel->context && i < INTERRUPTS_MAX; i++)
		if (zmq_ctx_term(channel->context) == 0 || errno != EINTR)
			break;
	free(channel);
}

void *channel_socket(struct channel *channel)
{
	return channel->socket;
}

int channel_descriptor(struct channel *channel)
{
	int descriptor = -1;
	size_t bytes = sizeof(descriptor);

	CHECK(zmq_getsockopt(channel->socket, ZMQ_FD, &descriptor, &bytes) == 0);
	return descriptor;
}

/* Asking also takes what ZeroMQ's thread has told this one since: from then on its descriptor is ready again for anything new. */
static bool has_message(struct channel *channel)
{
	int events = 0;
	size_t bytes = sizeof(events);

	while (zmq_getsockopt(channel->socket, ZMQ_EVENTS, &events, &bytes) < 0)
		CHECK(errno == EINTR);
	return (events & ZMQ_POLLIN) != 0;
}

int channel_poll(struct channel *channel, struct pollfd *items, size_t count, int timeout_ms)
{
	struct pollfd set[1 + CHANNEL_POLL_ITEMS_MAX] = { { .fd = channel_descriptor(channel), .events = POLLIN } };

	CHECK(count <= CHANNEL_POLL_ITEMS_MAX);
	for (size_t i = 0; i < count; i++)
		set[i + 1] = items[i];
	bool pending = has_message(channel);
	int ready = poll(set, count + 1, pending ? 0 : timeout_ms);
	if (ready < 0)
		return -errno;
	for (size_t i = 0; i < count; i++)
		items[i] = set[i + 1];
	return pending || ready > 0;
}

static int send_frame(struct channel *channel, const void *data, size_t bytes, int flags)
{
	int sent;

	do
		sent = zmq_send(channel->socket, data, bytes, ZMQ_DONTWAIT | flags);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

int channel_send(struct channel *channel, const struct channel_peer *peer, const void *message, size_t bytes)
{
	CHECK(channel->router == (peer != NULL));
	if (bytes > CHANNEL_MESSAGE_BYTES_MAX)
		return ERROR_LIMIT_HIT;
	if (peer) {
		/* MANDATORY: this frame is refused when there is no such peer or its queue is full, so that the next one is not. */
		int status = send_frame(channel, peer->identity, peer->bytes, ZMQ_SNDMORE);
		if (status < 0)
			return status;
	}
	return send_frame(channel, message, bytes, 0);
}

/* The next frame of a message, cut to `capacity`; its whole length is the result. */
static int64_t receive_frame(struct channel *channel, void *place, size_t capacity)
{
	int got;

	do
		got = zmq_recv(channel->socket, place, capacity, ZMQ_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static bool more_frames(struct channel *channel)
{
	int more = 0;
	size_t bytes = sizeof(more);

	CHECK(zmq_getsockopt(channel->socket, ZMQ_RCVMORE, &more, &bytes) == 0);
	return more != 0;
}

/* Frames of one message arrive together, so that what is left of a bad one is there to be thrown away. */
static int64_t drop_rest(struct channel *channel)
{
	while (more_frames(channel))
		if (receive_frame(channel, NULL, 0) < 0)
			break;
	return ERROR_LIMIT_HIT;
}

int64_t channel_receive(struct channel *channel, struct channel_peer *ret_peer, void *place, size_t capacity)
{
	CHECK(channel->router == (ret_peer != NULL));
	if (ret_peer) {
		int64_t bytes = receive_frame(channel, ret_peer->identity, sizeof(ret_peer->identity));
		if (bytes < 0)
			return bytes;
		bool known = bytes > 0 && bytes <= CHANNEL_IDENTITY_BYTES_MAX;
		ret_peer->bytes = known ? (uint32_t)bytes : 0;
		if (!known || !more_frames(channel))
			return drop_rest(channel);
	}
	int64_t bytes = receive_frame(channel, place, capacity);
	if (bytes < 0)
		return bytes;
	return bytes > (int64_t)capacity || more_frames(channel) ? drop_rest(channel) : bytes;
}
