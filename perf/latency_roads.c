/* latency_roads.c: the ends of each road. Lane and bus are the product's own code as coordinator and worker use it; the others are the
 * shortest correct use of their mechanism. Everything that fails ends the program: a benchmark has no use for half a result. */
#define _GNU_SOURCE
#include "perf/latency.h"

#include "ipc/barrier.h"
#include "ipc/topology.h"
#include "proto/message.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

enum { LANE_NUMBER = 70000, POLL_MS = 100 };

const char *road_name(enum road_kind kind)
{
	static const char *const names[ROAD_COUNT] = {
		"bare cache line", "fast lane, bell zmq", "fast lane, bell eventfd", "bus (lane off)", "bare ROUTER/DEALER", "FIFO + shared memory",
		"unix socket",
	};
	return names[kind];
}

static bool is_lane(const struct road *road)
{
	return road->kind == ROAD_LANE_ZMQ || road->kind == ROAD_LANE_EVENTFD;
}

/* --- open ---------------------------------------------------------------------------------------------------------- */

void road_prepare(struct road *road, enum road_kind kind, bool share_core)
{
	struct error_text error = { "" };

	*road = (struct road){ .kind = kind, .share_core = share_core };
	snprintf(road->endpoint, sizeof(road->endpoint), "ipc:///tmp/docring-latency-%d", (int)getpid());
	road->shared = mmap(NULL, sizeof(*road->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(road->shared != MAP_FAILED);
	if (is_lane(road) && lane_create(&road->lane, LANE_NUMBER, &error) < 0) {
		fprintf(stderr, "latency: %s\n", error.message);
		_exit(3);
	}
	for (int i = 0; i < 2; i++) {
		road->bells[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		CHECK(road->bells[i] >= 0 && pipe(road->pipes[i]) == 0);
	}
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, road->sockets) == 0);
}

static void open_bare(struct road *road)
{
	road->zmq_context = zmq_ctx_new();
	road->zmq_socket = zmq_socket(road->zmq_context, road->asker ? ZMQ_ROUTER : ZMQ_DEALER);
	CHECK(road->zmq_socket);
	if (road->asker) {
		CHECK(zmq_bind(road->zmq_socket, road->endpoint) == 0);
		return;
	}
	CHECK(zmq_setsockopt(road->zmq_socket, ZMQ_ROUTING_ID, "w1.1", 4) == 0 && zmq_connect(road->zmq_socket, road->endpoint) == 0);
	CHECK(zmq_send(road->zmq_socket, "hello", 5, 0) == 5);
}

static void open_channel(struct road *road)
{
	struct error_text error = { "" };
	struct message hello = { .type = MESSAGE_HELLO, .worker = 1, .name = "preprocess" };
	uint8_t bytes[1024];
	struct buffer frame;

	if (road->asker) {
		CHECK(channel_bind(&road->channel, road->endpoint, &error) == 0);
		zmq_pollitem_t item = { .socket = channel_socket(road->channel), .events = ZMQ_POLLIN };
		while (channel_receive(road->channel, &road->peer, bytes, sizeof(bytes)) <= 0)
			(void)zmq_poll(&item, 1, POLL_MS);
		return;
	}
	CHECK(channel_connect(&road->channel, road->endpoint, "w1.1", &error) == 0);
	buffer_init(&frame, sizeof(bytes));
	CHECK(message_encode(&hello, &frame) == 0);
	while (channel_send(road->channel, NULL, frame.data, frame.bytes) == -EAGAIN)
		poll(NULL, 0, 1);
	buffer_done(&frame);
}

void road_open(struct road *road, bool asker)
{
	road->asker = asker;
	lane_spin_init(&road->spin, road->share_core ? 0 : LANE_SPIN_NS);
	if (is_lane(road) && !asker) {
		struct lane theirs = road->lane;
		CHECK(lane_attach(&road->lane, theirs.my_segment.read_descriptor, theirs.their_segment.write_descriptor, LANE_NUMBER, NULL) == 0);
	}
	if (road->kind == ROAD_ZMQ_BARE) {
		open_bare(road);
		char hello[16];
		if (asker) {
			CHECK(zmq_recv(road->zmq_socket, road->peer.identity, sizeof(road->peer.identity), 0) == 4);
			CHECK(zmq_recv(road->zmq_socket, hello, sizeof(hello), 0) == 5);
		}
	} else if (is_lane(road) || road->kind == ROAD_BUS) {
		open_channel(road);
	}
}

void road_close(struct road *road)
{
	channel_close(road->channel);
	if (road->zmq_socket) {
		zmq_close(road->zmq_socket);
		zmq_ctx_term(road->zmq_context);
	}
	lane_done(&road->lane);
	for (int i = 0; i < 2; i++) {
		close(road->bells[i]);
		close(road->pipes[i][0]);
		close(road->pipes[i][1]);
		close(road->sockets[i]);
	}
	munmap(road->shared, sizeof(*road->shared));
	if (road->asker)
		unlink(road->endpoint + strlen("ipc://"));
}

/* --- messages ------------------------------------------------------------------------------------------------------ */

static void send_message(struct road *road, const struct message *message)
{
	struct buffer frame;
	int status;

	buffer_init(&frame, MESSAGE_BYTES_MAX);
	CHECK(message_encode(message, &frame) == 0);
	while ((status = channel_send(road->channel, road->asker ? &road->peer : NULL, frame.data, frame.bytes)) == -EAGAIN)
		poll(NULL, 0, 0);
	CHECK(status == 0);
	buffer_done(&frame);
}

static void send_over_bus(struct road *road, const struct descriptor *descriptor)
{
	struct message message = { .type = road->asker ? MESSAGE_TASK : MESSAGE_RESULT, .worker = 1, .descriptor = *descriptor };

	send_message(road, &message);
}

/* The next message, if there is one. */
static bool take_message(struct road *road, struct message *ret_message)
{
	static uint8_t bytes[MESSAGE_BYTES_MAX];
	struct channel_peer peer;
	int64_t got = channel_receive(road->channel, road->asker ? &peer : NULL, bytes, sizeof(bytes));

	if (got == -EAGAIN)
		return false;
	CHECK(got > 0 && message_decode(bytes, (size_t)got, ret_message, NULL) == 0);
	return true;
}

/* As a worker and the coordinator wait: the bus and a descriptor together. */
static int poll_bus(struct road *road, int timeout_ms)
{
	int bell = road->bells[road->asker ? 1 : 0];
	zmq_pollitem_t items[] = {
		{ .socket = channel_socket(road->channel), .events = ZMQ_POLLIN },
		{ .fd = bell, .events = ZMQ_POLLIN },
	};
	uint64_t rings;
	int ready = zmq_poll(items, 2, timeout_ms);

	if (ready > 0 && items[1].revents)
		CHECK(read(bell, &rings, sizeof(rings)) == sizeof(rings) || errno == EAGAIN);
	return ready;
}

static void receive_over_bus(struct road *road, struct descriptor *ret_descriptor)
{
	struct message message;

	while (!take_message(road, &message))
		(void)poll_bus(road, POLL_MS);
	*ret_descriptor = message.descriptor;
}

/* --- the lane ------------------------------------------------------------------------------------------------------ */

static void ring(struct road *road)
{
	const struct message bell = { .type = MESSAGE_BELL };
	const uint64_t once = 1;

	if (road->kind == ROAD_LANE_ZMQ)
		send_message(road, &bell);
	else
		CHECK(write(road->bells[road->asker ? 0 : 1], &once, sizeof(once)) == sizeof(once) || errno == EAGAIN);
}

static void send_over_lane(struct road *road, const struct descriptor *descriptor, bool last)
{
	int status;

	while ((status = lane_send(&road->lane, descriptor)) == -EAGAIN)
		barrier_pause();
	CHECK(status == 0);
	if (last && lane_must_ring(&road->lane))
		ring(road);
}

static bool has_something(void *context)
{
	return lane_is_pending(context);
}

static void receive_over_lane(struct road *road, struct descriptor *ret_descriptor)
{
	struct message message;

	for (;;) {
		int status = lane_receive(&road->lane, ret_descriptor);
		CHECK(status >= 0);
		if (status == 1)
			return;
		if (road->patient || lane_spin_wait(&road->spin, has_something, &road->lane) || !lane_fall_asleep(&road->lane))
			continue;
		int ready = poll_bus(road, POLL_MS);
		if (ready == 0 && lane_is_pending(&road->lane))
			CHECK(poll_bus(road, POLL_MS) > 0); /* a bell was lost */
		lane_wake(&road->lane);
		while (take_message(road, &message))
			continue;
	}
}

/* --- asking and answering ------------------------------------------------------------------------------------------ */

static void send_bare(struct road *road, const struct descriptor *descriptor)
{
	/* As many bytes as the bus carries for a descriptor. */
	struct { struct descriptor descriptor; uint8_t rest[76]; } frame = { .descriptor = *descriptor };

	if (road->asker)
		CHECK(zmq_send(road->zmq_socket, road->peer.identity, 4, ZMQ_SNDMORE) == 4);
	CHECK(zmq_send(road->zmq_socket, &frame, sizeof(frame), 0) == sizeof(frame));
}

static void receive_bare(struct road *road, struct descriptor *ret_descriptor)
{
	uint8_t frame[256], identity[32];

	if (road->asker)
		CHECK(zmq_recv(road->zmq_socket, identity, sizeof(identity), 0) == 4);
	CHECK(zmq_recv(road->zmq_socket, frame, sizeof(frame), 0) >= (int)sizeof(*ret_descriptor));
	memcpy(ret_descriptor, frame, sizeof(*ret_descriptor));
}

static void send_one(struct road *road, const struct descriptor *descriptor)
{
	struct road_shared *shared = road->shared;
	char byte = 0;

	switch (road->kind) {
	case ROAD_LINE:
		barrier_store_release_u64(road->asker ? &shared->ask : &shared->answer, descriptor->task_id == ROAD_STOP ? ROAD_STOP : ++road->turn);
		break;
	case ROAD_BUS: send_over_bus(road, descriptor); break;
	case ROAD_ZMQ_BARE: send_bare(road, descriptor); break;
	case ROAD_FIFO:
		*(road->asker ? &shared->asked : &shared->answered) = *descriptor;
		CHECK(write(road->pipes[road->asker ? 0 : 1][1], &byte, 1) == 1);
		break;
	case ROAD_UNIX: CHECK(send(road->sockets[road->asker ? 0 : 1], descriptor, sizeof(*descriptor), 0) == sizeof(*descriptor)); break;
	default: send_over_lane(road, descriptor, true);
	}
}

static void receive_one(struct road *road, struct descriptor *ret_descriptor)
{
	struct road_shared *shared = road->shared;
	char byte;

	switch (road->kind) {
	case ROAD_LINE: {
		const uint64_t *line = road->asker ? &shared->answer : &shared->ask;
		uint64_t wanted = road->turn + (road->asker ? 0 : 1), seen;
		while ((seen = barrier_load_acquire_u64(line)) != wanted && seen != ROAD_STOP)
			barrier_pause();
		ret_descriptor->task_id = seen;
		break;
	}
	case ROAD_BUS: receive_over_bus(road, ret_descriptor); break;
	case ROAD_ZMQ_BARE: receive_bare(road, ret_descriptor); break;
	case ROAD_FIFO:
		CHECK(read(road->pipes[road->asker ? 1 : 0][0], &byte, 1) == 1);
		*ret_descriptor = *(road->asker ? &shared->answered : &shared->asked);
		break;
	case ROAD_UNIX: CHECK(recv(road->sockets[road->asker ? 0 : 1], ret_descriptor, sizeof(*ret_descriptor), 0) == sizeof(*ret_descriptor)); break;
	default: receive_over_lane(road, ret_descriptor);
	}
}

void road_ask(struct road *road, struct descriptor *descriptor)
{
	send_one(road, descriptor);
	if (descriptor->task_id != ROAD_STOP)
		receive_one(road, descriptor);
}

void road_post(struct road *road, const struct descriptor *descriptor, bool last)
{
	if (is_lane(road))
		send_over_lane(road, descriptor, last);
	else
		send_one(road, descriptor);
}

void road_answer(struct road *road)
{
	struct descriptor descriptor = { .task_id = 0 };

	for (;;) {
		receive_one(road, &descriptor);
		if (descriptor.task_id == ROAD_STOP)
			return;
		if (descriptor.task_id != ROAD_SILENT)
			send_one(road, &descriptor);
	}
}
