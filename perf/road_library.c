/* road_library.c: messaging libraries: ZeroMQ's ROUTER and DEALER with nothing of docring around them, and nng's pair. Payloads go as
 * either library does it with the fewest copies on the sending side: ZeroMQ sends memory of ours by reference, nng a message that the payload was
 * made in. */
#define _GNU_SOURCE
#include "perf/road.h"

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <string.h>

enum { BUS_BYTES = 132, QUEUE_MESSAGES_MAX = 256, NNG_START_MS = 10000 };

/* --- ZeroMQ -------------------------------------------------------------------------------------------------------- */

static void set_number(void *socket, int option, int value)
{
	CHECK(zmq_setsockopt(socket, option, &value, sizeof(value)) == 0);
}

static void zmq_road_open(struct road *road)
{
	char hello[16];

	road->zmq_context = zmq_ctx_new();
	road->zmq_socket = zmq_socket(road->zmq_context, road->asker ? ZMQ_ROUTER : ZMQ_DEALER);
	CHECK(road->zmq_socket);
	set_number(road->zmq_socket, ZMQ_SNDHWM, QUEUE_MESSAGES_MAX);
	set_number(road->zmq_socket, ZMQ_RCVHWM, QUEUE_MESSAGES_MAX);
	if (!road->asker) {
		CHECK(zmq_setsockopt(road->zmq_socket, ZMQ_ROUTING_ID, "w1.1", 4) == 0 && zmq_connect(road->zmq_socket, road->endpoint) == 0);
		CHECK(zmq_send(road->zmq_socket, "hello", 5, 0) == 5);
		return;
	}
	set_number(road->zmq_socket, ZMQ_ROUTER_MANDATORY, 1); /* a full queue is waited for, not dropped */
	CHECK(zmq_bind(road->zmq_socket, road->endpoint) == 0);
	CHECK(zmq_recv(road->zmq_socket, road->peer.identity, sizeof(road->peer.identity), 0) == 4);
	CHECK(zmq_recv(road->zmq_socket, hello, sizeof(hello), 0) == 5);
}

static void zmq_road_close(struct road *road)
{
	zmq_close(road->zmq_socket);
	zmq_ctx_term(road->zmq_context);
}

static void keep(void *data, void *hint)
{
	(void)data;
	(void)hint; /* the memory is the road's; it is written again when the answer is there */
}

static void zmq_road_load(struct road *road)
{
	CHECK(zmq_msg_init_data(&road->loaded, road->payload, road->payload_bytes, keep, NULL) == 0);
}

static void zmq_road_unload(struct road *road)
{
	CHECK(zmq_msg_close(&road->received) == 0);
}

static void zmq_road_send(struct road *road, const struct descriptor *descriptors, size_t count)
{
	/* One is as many bytes as the bus carries for it; several go in one frame. */
	struct { struct descriptor descriptors[ROAD_BATCH_MAX]; } frame;
	size_t bytes = count == 1 ? (size_t)BUS_BYTES : count * sizeof(*descriptors);
	bool payload = road->asker && descriptors->in_bytes > 0;

	memset(&frame, 0, BUS_BYTES);
	memcpy(&frame, descriptors, count * sizeof(*descriptors));
	if (road->asker)
		CHECK(zmq_send(road->zmq_socket, road->peer.identity, 4, ZMQ_SNDMORE) == 4);
	CHECK(zmq_send(road->zmq_socket, &frame, bytes, payload ? ZMQ_SNDMORE : 0) == (int)bytes);
	if (payload)
		CHECK(zmq_msg_send(&road->loaded, road->zmq_socket, 0) >= 0);
}

static void zmq_road_receive(struct road *road, struct descriptor *ret_descriptor)
{
	uint8_t identity[32];

	if (road_take_from_inbox(road, ret_descriptor))
		return;
	if (road->asker)
		CHECK(zmq_recv(road->zmq_socket, identity, sizeof(identity), 0) == 4);
	int got = zmq_recv(road->zmq_socket, road->inbox, sizeof(road->inbox), 0);
	CHECK(got >= (int)sizeof(*ret_descriptor) && got <= (int)sizeof(road->inbox));
	road->inbox_next = 0;
	road->inbox_count = got == BUS_BYTES ? 1 : (size_t)got / sizeof(*ret_descriptor);
	CHECK(road_take_from_inbox(road, ret_descriptor));
	if (road->asker || ret_descriptor->in_bytes == 0)
		return;
	CHECK(zmq_msg_init(&road->received) == 0 && zmq_msg_recv(&road->received, road->zmq_socket, 0) == (int)ret_descriptor->in_bytes);
	road->got = zmq_msg_data(&road->received);
}

const struct road_ops road_zmq_ops = {
	.name = "bare ROUTER/DEALER", .word = "zmq", .carries_payload = true, .open = zmq_road_open, .close = zmq_road_close, .load = zmq_road_load,
	.unload = zmq_road_unload, .send = zmq_road_send, .receive = zmq_road_receive,
};

/* --- nng ----------------------------------------------------------------------------------------------------------- */

static nng_socket nng_of(const struct road *road)
{
	return (nng_socket){ .id = road->nng_socket };
}

static void nng_road_open(struct road *road)
{
	nng_socket socket;
	struct nng_msg *hello = NULL;

	CHECK(nng_pair0_open(&socket) == 0);
	road->nng_socket = socket.id;
	CHECK(nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, 0) == 0);
	CHECK(nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, NNG_START_MS) == 0);
	if (!road->asker) {
		CHECK(nng_dial(socket, road->endpoint, NULL, NNG_FLAG_NONBLOCK) == 0); /* tries again until there is somebody */
		CHECK(nng_msg_alloc(&hello, 1) == 0 && nng_sendmsg(socket, hello, 0) == 0);
	} else {
		CHECK(nng_listen(socket, road->endpoint, NULL, 0) == 0 && nng_recvmsg(socket, &hello, 0) == 0);
		nng_msg_free(hello);
	}
	CHECK(nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, NNG_DURATION_INFINITE) == 0);
}

static void nng_road_close(struct road *road)
{
	nng_close(nng_of(road));
}

static void nng_road_load(struct road *road)
{
	CHECK(nng_msg_alloc(&road->nng_loaded, sizeof(struct descriptor) + road->payload_bytes) == 0);
	memcpy((uint8_t *)nng_msg_body(road->nng_loaded) + sizeof(struct descriptor), road->payload, road->payload_bytes);
}

static void nng_road_unload(struct road *road)
{
	nng_msg_free(road->nng_received);
}

static void nng_road_send(struct road *road, const struct descriptor *descriptors, size_t count)
{
	struct nng_msg *message = road->nng_loaded;

	if (!road->asker || descriptors->in_bytes == 0)
		CHECK(nng_msg_alloc(&message, count * sizeof(*descriptors)) == 0);
	memcpy(nng_msg_body(message), descriptors, count * sizeof(*descriptors));
	CHECK(nng_sendmsg(nng_of(road), message, 0) == 0);
}

static void nng_road_receive(struct road *road, struct descriptor *ret_descriptor)
{
	struct nng_msg *message;

	if (road_take_from_inbox(road, ret_descriptor))
		return;
	CHECK(nng_recvmsg(nng_of(road), &message, 0) == 0);
	size_t bytes = nng_msg_len(message);
	const uint8_t *body = nng_msg_body(message);
	CHECK(bytes >= sizeof(*ret_descriptor));
	memcpy(ret_descriptor, body, sizeof(*ret_descriptor));
	if (!road->asker && ret_descriptor->in_bytes > 0) {
		CHECK(bytes == sizeof(*ret_descriptor) + ret_descriptor->in_bytes);
		road->nng_received = message;
		road->got = body + sizeof(*ret_descriptor);
		return;
	}
	road->inbox_next = 1;
	road->inbox_count = bytes / sizeof(*ret_descriptor);
	CHECK(road->inbox_count <= ROAD_BATCH_MAX);
	memcpy(road->inbox, body, road->inbox_count * sizeof(*ret_descriptor));
	nng_msg_free(message);
}

const struct road_ops road_nng_ops = {
	.name = "nng pair", .word = "nng", .carries_payload = true, .open = nng_road_open, .close = nng_road_close, .load = nng_road_load,
	.unload = nng_road_unload, .send = nng_road_send, .receive = nng_road_receive,
};
