/* steps.c: both ends of a hand-off in one process and one thread, in turn: as many instructions on every run, for callgrind. What the
 * processors and the kernel add when there are two processes is perf/latency's matter.
 *
 *   steps lane N     N round trips over the fast lane, nobody asleep
 *   steps bell N     the same, with the answering side asleep each time: flag, eventfd, poll
 *   steps bus N      N round trips as messages over ZeroMQ
 *   steps probe      exit code 0 when every system call that the coordinator cannot do without works here (under valgrind, say) */
#define _GNU_SOURCE
#include "ipc/channel.h"
#include "ipc/lane.h"
#include "proto/message.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LANE_NUMBER = 70000, WAIT_MS = 10000 };

struct ends { /* [0] asks, [1] answers */
	struct lane lanes[2];
	struct channel *channels[2];
	struct channel_peer peer;
	int bell;
};

static void open_lanes(struct ends *ends)
{
	struct error_text error = { "" };

	if (lane_create(&ends->lanes[0], LANE_NUMBER, &error) < 0) {
		fprintf(stderr, "steps: %s\n", error.message);
		exit(3);
	}
	CHECK(lane_attach(&ends->lanes[1], ends->lanes[0].my_segment.read_descriptor, ends->lanes[0].their_segment.write_descriptor, LANE_NUMBER,
			  NULL) == 0);
	ends->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	CHECK(ends->bell >= 0);
}

static void lane_hop(struct ends *ends, int from, struct descriptor *descriptor)
{
	CHECK(lane_send(&ends->lanes[from], descriptor) == 0);
	CHECK(!lane_must_ring(&ends->lanes[from]));
	CHECK(lane_receive(&ends->lanes[!from], descriptor) == 1);
}

static void lane_hop_to_sleeper(struct ends *ends, struct descriptor *descriptor)
{
	struct pollfd item = { .fd = ends->bell, .events = POLLIN };
	uint64_t rings = 1;

	CHECK(lane_fall_asleep(&ends->lanes[1]));
	CHECK(lane_send(&ends->lanes[0], descriptor) == 0 && lane_must_ring(&ends->lanes[0]));
	CHECK(write(ends->bell, &rings, sizeof(rings)) == sizeof(rings));
	CHECK(poll(&item, 1, WAIT_MS) == 1);
	lane_wake(&ends->lanes[1]);
	CHECK(lane_receive(&ends->lanes[1], descriptor) == 1);
	CHECK(read(ends->bell, &rings, sizeof(rings)) == sizeof(rings));
}

static void bus_hop(struct ends *ends, int from, struct descriptor *descriptor)
{
	static uint8_t bytes[MESSAGE_BYTES_MAX];
	struct message message = { .type = from ? MESSAGE_RESULT : MESSAGE_TASK, .worker = 1, .descriptor = *descriptor };
	struct channel_peer peer;
	struct buffer frame;
	int64_t got;

	buffer_init(&frame, MESSAGE_BYTES_MAX);
	CHECK(message_encode(&message, &frame) == 0);
	CHECK(channel_send(ends->channels[from], from ? NULL : &ends->peer, frame.data, frame.bytes) == 0);
	buffer_done(&frame);
	while ((got = channel_receive(ends->channels[!from], from ? &peer : NULL, bytes, sizeof(bytes))) == -EAGAIN)
		CHECK(channel_poll(ends->channels[!from], NULL, 0, WAIT_MS) == 1);
	CHECK(got > 0 && message_decode(bytes, (size_t)got, &message, NULL) == 0);
	*descriptor = message.descriptor;
}

static void open_channels(struct ends *ends)
{
	char endpoint[64], hello[16];
	int status;

	snprintf(endpoint, sizeof(endpoint), "ipc:///tmp/docring-steps-%d", (int)getpid());
	CHECK(channel_bind(&ends->channels[0], endpoint, NULL) == 0 && channel_connect(&ends->channels[1], endpoint, "w1.1", NULL) == 0);
	while ((status = channel_send(ends->channels[1], NULL, "hello", 5)) == -EAGAIN)
		poll(NULL, 0, 1);
	CHECK(status == 0);
	while (channel_receive(ends->channels[0], &ends->peer, hello, sizeof(hello)) == -EAGAIN)
		CHECK(channel_poll(ends->channels[0], NULL, 0, WAIT_MS) == 1);
	unlink(endpoint + strlen("ipc://"));
}

static int probe(void)
{
	struct epoll_event event;
	const struct timespec no_time = { 0 };
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0), epoll = epoll_create1(EPOLL_CLOEXEC);
	bool works = pidfd >= 0 && epoll >= 0 && syscall(SYS_epoll_pwait2, epoll, &event, 1, &no_time, NULL, 0) == 0;

	if (pidfd >= 0)
		close(pidfd);
	if (epoll >= 0)
		close(epoll);
	return works ? 0 : 1;
}

int main(int argument_count, char **arguments)
{
	static struct ends ends;
	const char *what = argument_count > 1 ? arguments[1] : "";
	unsigned long count = argument_count > 2 ? strtoul(arguments[2], NULL, 10) : 0;
	bool bus = strcmp(what, "bus") == 0, bell = strcmp(what, "bell") == 0;

	if (strcmp(what, "probe") == 0)
		return probe();
	if (count == 0 || (!bus && !bell && strcmp(what, "lane") != 0)) {
		fprintf(stderr, "Usage: steps lane|bell|bus COUNT | steps probe\n");
		return 2;
	}
	if (bus)
		open_channels(&ends);
	else
		open_lanes(&ends);
	for (unsigned long i = 0; i < count; i++) {
		struct descriptor descriptor = { .task_id = i + 1 };
		if (bus)
			bus_hop(&ends, 0, &descriptor);
		else if (bell)
			lane_hop_to_sleeper(&ends, &descriptor);
		else
			lane_hop(&ends, 0, &descriptor);
		if (bus)
			bus_hop(&ends, 1, &descriptor);
		else
			lane_hop(&ends, 1, &descriptor);
		CHECK(descriptor.task_id == i + 1);
	}
	for (int i = 0; i < 2; i++) {
		lane_done(&ends.lanes[i]);
		channel_close(ends.channels[i]);
	}
	if (ends.bell > 0)
		close(ends.bell);
	return 0;
}
