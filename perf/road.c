/* road.c: what all roads have in common: their files before the fork, the payload, asking and answering. */
#define _GNU_SOURCE
#include "perf/road.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LANE_NUMBER = 70000 };

const struct road_ops *road_ops(enum road_kind kind)
{
	static const struct road_ops *const all[ROAD_COUNT] = {
		[ROAD_LINE] = &road_line_ops,     [ROAD_LANE_ZMQ] = &road_lane_zmq_ops, [ROAD_LANE_EVENTFD] = &road_lane_eventfd_ops,
		[ROAD_BUS] = &road_bus_ops,       [ROAD_ZMQ] = &road_zmq_ops,           [ROAD_FIFO] = &road_fifo_ops,
		[ROAD_UNIX] = &road_unix_ops,     [ROAD_NNG] = &road_nng_ops,           [ROAD_EVENTFD] = &road_eventfd_ops,
		[ROAD_FUTEX] = &road_futex_ops,
	};
	return all[kind];
}

/* --- open and close ------------------------------------------------------------------------------------------------ */

/* Really there, before anything is measured. */
static void *shared_memory(size_t bytes)
{
	void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	CHECK(base != MAP_FAILED);
	memset(base, 0, bytes);
	return base;
}

void road_prepare(struct road *road, enum road_kind kind, bool share_core, size_t payload_max)
{
	struct error_text error = { "" };

	*road = (struct road){ .kind = kind, .ops = road_ops(kind), .share_core = share_core, .payload_max = payload_max };
	snprintf(road->endpoint, sizeof(road->endpoint), "ipc:///tmp/docring-latency-%d", (int)getpid());
	road->shared = shared_memory(sizeof(*road->shared));
	if (payload_max > 0)
		road->payload = shared_memory(payload_max);
	if ((kind == ROAD_LANE_ZMQ || kind == ROAD_LANE_EVENTFD) && lane_create(&road->lane, LANE_NUMBER, &error) < 0) {
		fprintf(stderr, "latency: %s\n", error.message);
		_exit(3);
	}
	for (int i = 0; i < 2; i++) {
		road->bells[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		road->wakers[i] = eventfd(0, EFD_CLOEXEC);
		CHECK(road->bells[i] >= 0 && road->wakers[i] >= 0 && pipe(road->pipes[i]) == 0);
	}
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, road->sockets) == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET, 0, road->quiet) == 0);
}

void road_open(struct road *road, bool asker)
{
	road->asker = asker;
	lane_spin_init(&road->spin, road->share_core ? 0 : LANE_SPIN_NS);
	if (lane_is_open(&road->lane) && !asker) {
		struct lane theirs = road->lane;
		CHECK(lane_attach(&road->lane, theirs.my_segment.read_descriptor, theirs.their_segment.write_descriptor, LANE_NUMBER, NULL) == 0);
	}
	if (!asker && road->payload_max > 0 && road->ops->carries_payload) {
		road->place = malloc(road->payload_max);
		CHECK(road->place);
		memset(road->place, 0, road->payload_max);
	}
	if (road->ops->open)
		road->ops->open(road);
}

void road_close(struct road *road)
{
	if (road->ops->close)
		road->ops->close(road);
	lane_done(&road->lane);
	for (int i = 0; i < 2; i++) {
		close(road->bells[i]);
		close(road->wakers[i]);
		close(road->pipes[i][0]);
		close(road->pipes[i][1]);
		close(road->sockets[i]);
		close(road->quiet[i]);
	}
	free(road->place);
	if (road->payload)
		munmap(road->payload, road->payload_max);
	munmap(road->shared, sizeof(*road->shared));
	if (road->asker)
		unlink(road->endpoint + strlen("ipc://"));
}

/* --- the payload --------------------------------------------------------------------------------------------------- */

void road_load(struct road *road, size_t bytes, bool write)
{
	CHECK(bytes <= road->payload_max && bytes % ROAD_LINE_BYTES == 0);
	road->payload_bytes = bytes;
	if (write) {
		road->turn++;
		for (size_t at = 0; at < bytes; at += ROAD_LINE_BYTES)
			*(uint64_t *)(void *)(road->payload + at) = road->turn + at;
	}
	if (bytes > 0 && road->ops->load)
		road->ops->load(road);
}

uint64_t road_payload_sum(const struct road *road)
{
	uint64_t lines = road->payload_bytes / ROAD_LINE_BYTES;

	/* Each line's first word is turn + offset, all others are 0. */
	return lines * road->turn + (lines ? ROAD_LINE_BYTES * (lines * (lines - 1) / 2) : 0);
}

/* Every word, as a parser would. */
static uint64_t read_payload(const uint8_t *bytes, size_t count)
{
	const uint64_t *words = (const void *)bytes;
	uint64_t sums[4] = { 0 };

	for (size_t i = 0; i < count / sizeof(*words); i += 4)
		for (size_t j = 0; j < 4; j++)
			sums[j] += words[i + j];
	return sums[0] + sums[1] + sums[2] + sums[3];
}

/* --- asking and answering ------------------------------------------------------------------------------------------ */

bool road_take_from_inbox(struct road *road, struct descriptor *ret_descriptor)
{
	if (road->inbox_next == road->inbox_count)
		return false;
	*ret_descriptor = road->inbox[road->inbox_next++];
	return true;
}

void road_ask(struct road *road, struct descriptor *descriptor)
{
	bool answered = descriptor->task_id != ROAD_STOP;

	road->ops->send(road, descriptor, 1);
	if (answered)
		road->ops->receive(road, descriptor);
}

void road_answer(struct road *road)
{
	struct descriptor descriptor = { .task_id = 0 };

	for (;;) {
		road->ops->receive(road, &descriptor);
		if (descriptor.task_id == ROAD_STOP)
			return;
		if (descriptor.task_id == ROAD_SILENT)
			continue;
		if (descriptor.in_bytes > 0) {
			CHECK(descriptor.in_bytes <= road->payload_max);
			const uint8_t *bytes = road->ops->carries_payload ? road->got : road->payload + descriptor.in_offset;
			descriptor.out_bytes = descriptor.argument == ROAD_READ ? read_payload(bytes, descriptor.in_bytes) : 0;
			if (road->ops->unload)
				road->ops->unload(road);
			descriptor.in_bytes = 0;
		}
		road->ops->send(road, &descriptor, 1);
	}
}
