/* road_product.c: the lane with either bell, and the bus, waited for as a worker waits (workers/common/worker.c). */
#define _GNU_SOURCE
#include "perf/road.h"

#include "ipc/barrier.h"
#include "proto/message.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { POLL_MS = 100 };

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

/* The bus, the attach socket and the bell together. False: the time was over. */
static bool sleep_until_woken(struct road *road)
{
	int bell = road->bells[road->asker ? 1 : 0];
	struct pollfd items[] = {
		{ .fd = road->quiet[road->asker ? 0 : 1], .events = POLLIN },
		{ .fd = road->kind == ROAD_LANE_EVENTFD ? bell : -1, .events = POLLIN },
	};
	int ready = channel_poll(road->channel, items, COUNT_OF(items), POLL_MS);

	CHECK(ready >= 0);
	road->rung = ready > 0 && items[1].revents;
	return ready > 0;
}

static void hush_bell(struct road *road)
{
	int bell = road->bells[road->asker ? 1 : 0];
	uint64_t rings;

	if (road->rung)
		CHECK(read(bell, &rings, sizeof(rings)) == sizeof(rings) || errno == EAGAIN);
	road->rung = false;
}

static void open_channel(struct road *road)
{
	struct error_text error = { "" };
	struct message hello = { .type = MESSAGE_HELLO, .worker = 1, .name = "preprocess" };
	uint8_t bytes[1024];

	if (!road->asker) {
		CHECK(channel_connect(&road->channel, road->endpoint, "w1.1", &error) == 0);
		send_message(road, &hello);
		return;
	}
	CHECK(channel_bind(&road->channel, road->endpoint, &error) == 0);
	while (channel_receive(road->channel, &road->peer, bytes, sizeof(bytes)) <= 0)
		(void)sleep_until_woken(road);
}

static void close_channel(struct road *road)
{
	channel_close(road->channel);
}

/* --- the bus ------------------------------------------------------------------------------------------------------- */

static void bus_send(struct road *road, const struct descriptor *descriptors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct message message = { .type = road->asker ? MESSAGE_TASK : MESSAGE_RESULT, .worker = 1, .descriptor = descriptors[i] };
		send_message(road, &message);
	}
}

static void bus_receive(struct road *road, struct descriptor *ret_descriptor)
{
	struct message message;

	while (!take_message(road, &message))
		(void)sleep_until_woken(road);
	*ret_descriptor = message.descriptor;
}

const struct road_ops road_bus_ops = {
	.name = "bus (lane off)", .word = "bus", .open = open_channel, .close = close_channel, .send = bus_send, .receive = bus_receive,
};

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

/* One bell for all of them. */
static void lane_road_send(struct road *road, const struct descriptor *descriptors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int status;
		while ((status = lane_send(&road->lane, &descriptors[i])) == -EAGAIN)
			barrier_pause();
		CHECK(status == 0);
	}
	if (lane_must_ring(&road->lane))
		ring(road);
}

static bool has_something(void *context)
{
	return lane_is_pending(context);
}

static void lane_road_receive(struct road *road, struct descriptor *ret_descriptor)
{
	struct message message;

	for (;;) {
		int status = lane_receive(&road->lane, ret_descriptor);
		CHECK(status >= 0);
		if (status == 1)
			return;
		if (road->patient || lane_spin_wait(&road->spin, has_something, &road->lane))
			continue;
		while (take_message(road, &message))
			continue;
		hush_bell(road);
		if (!lane_fall_asleep(&road->lane))
			continue;
		if (!sleep_until_woken(road) && lane_is_pending(&road->lane))
			CHECK(sleep_until_woken(road)); /* else a bell was lost */
		lane_wake(&road->lane);
	}
}

const struct road_ops road_lane_zmq_ops = {
	.name = "fast lane, bell zmq", .word = "lane", .open = open_channel, .close = close_channel, .send = lane_road_send, .receive = lane_road_receive,
};

const struct road_ops road_lane_eventfd_ops = {
	.name = "fast lane, bell eventfd", .word = "lane-eventfd", .open = open_channel, .close = close_channel, .send = lane_road_send,
	.receive = lane_road_receive,
};
