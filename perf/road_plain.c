/* road_plain.c: cache lines, pipes, sockets, eventfd and futex: what the kernel and the processor give, with nothing around it. */
#define _GNU_SOURCE
#include "perf/road.h"

#include "ipc/barrier.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* --- a bare cache line --------------------------------------------------------------------------------------------- */

static void line_send(struct road *road, const struct descriptor *descriptors, size_t count)
{
	CHECK(count == 1);
	uint64_t value = descriptors->task_id == ROAD_STOP ? ROAD_STOP : ++road->turn;
	barrier_store_release_u64(road->asker ? &road->shared->ask : &road->shared->answer, value);
}

static void line_receive(struct road *road, struct descriptor *ret_descriptor)
{
	const uint64_t *line = road->asker ? &road->shared->answer : &road->shared->ask;
	uint64_t wanted = road->turn + (road->asker ? 0 : 1), seen;

	while ((seen = barrier_load_acquire_u64(line)) != wanted && seen != ROAD_STOP)
		barrier_pause();
	ret_descriptor->task_id = seen;
}

const struct road_ops road_line_ops = {
	.name = "bare cache line", .word = "line", .spins = true, .send = line_send, .receive = line_receive,
};

/* --- bare wake-ups: the descriptor in shared memory, the asker told by a cache line ---------------------------------- */

static void wake_by_eventfd(struct road *road)
{
	const uint64_t once = 1;

	CHECK(write(road->wakers[road->asker ? 0 : 1], &once, sizeof(once)) == sizeof(once));
}

static void sleep_by_eventfd(struct road *road)
{
	uint64_t rings;

	CHECK(read(road->wakers[road->asker ? 1 : 0], &rings, sizeof(rings)) == sizeof(rings));
}

static void wake_by_futex(struct road *road)
{
	uint32_t *futex = &road->shared->futexes[road->asker ? 0 : 1];

	barrier_store_release_u32(futex, 1);
	CHECK(syscall(SYS_futex, futex, FUTEX_WAKE, 1, NULL, NULL, 0) >= 0);
}

static void sleep_by_futex(struct road *road)
{
	uint32_t *futex = &road->shared->futexes[road->asker ? 1 : 0];

	while (barrier_load_acquire_u32(futex) == 0)
		CHECK(syscall(SYS_futex, futex, FUTEX_WAIT, 0, NULL, NULL, 0) == 0 || errno == EAGAIN || errno == EINTR);
	barrier_store_release_u32(futex, 0); /* the other side writes next when it was answered */
}

static void wake_send(struct road *road, const struct descriptor *descriptors, size_t count)
{
	struct road_shared *shared = road->shared;

	CHECK(count == 1);
	*(road->asker ? &shared->asked : &shared->answered) = *descriptors;
	barrier_store_release_u64(road->asker ? &shared->ask : &shared->answer, ++road->turn);
	if (!road->asker && !road->share_core)
		return; /* the asker is patient and looks */
	if (road->kind == ROAD_EVENTFD)
		wake_by_eventfd(road);
	else
		wake_by_futex(road);
}

static void wake_receive(struct road *road, struct descriptor *ret_descriptor)
{
	const struct road_shared *shared = road->shared;

	if (road->patient)
		while (barrier_load_acquire_u64(&shared->answer) != road->turn)
			barrier_pause();
	else if (road->kind == ROAD_EVENTFD)
		sleep_by_eventfd(road);
	else
		sleep_by_futex(road);
	*ret_descriptor = road->asker ? shared->answered : shared->asked;
}

const struct road_ops road_eventfd_ops = {
	.name = "bare eventfd wake", .word = "eventfd", .send = wake_send, .receive = wake_receive,
};

const struct road_ops road_futex_ops = {
	.name = "bare futex wake", .word = "futex", .send = wake_send, .receive = wake_receive,
};

/* --- FIFO ---------------------------------------------------------------------------------------------------------- */

/* A whole batch is less than PIPE_BUF: written, and so read, whole. */
_Static_assert(ROAD_BATCH_MAX * sizeof(struct descriptor) <= 4096, "a batch is written in one piece");

static void fifo_send(struct road *road, const struct descriptor *descriptors, size_t count)
{
	ssize_t bytes = (ssize_t)(count * sizeof(*descriptors));

	CHECK(write(road->pipes[road->asker ? 0 : 1][1], descriptors, (size_t)bytes) == bytes);
}

static void fifo_receive(struct road *road, struct descriptor *ret_descriptor)
{
	while (!road_take_from_inbox(road, ret_descriptor)) {
		ssize_t got = read(road->pipes[road->asker ? 1 : 0][0], road->inbox, sizeof(road->inbox));
		CHECK(got > 0 && (size_t)got % sizeof(*ret_descriptor) == 0);
		road->inbox_next = 0;
		road->inbox_count = (size_t)got / sizeof(*ret_descriptor);
	}
}

const struct road_ops road_fifo_ops = {
	.name = "FIFO + shared memory", .word = "fifo", .send = fifo_send, .receive = fifo_receive,
};

/* --- Unix socket --------------------------------------------------------------------------------------------------- */

static void unix_send(struct road *road, const struct descriptor *descriptors, size_t count)
{
	size_t payload_bytes = road->asker ? descriptors->in_bytes : 0;
	struct iovec parts[2] = {
		{ (void *)(uintptr_t)descriptors, count * sizeof(*descriptors) }, { road->payload, payload_bytes },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = payload_bytes ? 2 : 1 };

	while (message.msg_iovlen > 0) {
		ssize_t sent = sendmsg(road->sockets[road->asker ? 0 : 1], &message, 0);
		CHECK(sent > 0);
		while (message.msg_iovlen > 0 && (size_t)sent >= message.msg_iov->iov_len) {
			sent -= (ssize_t)message.msg_iov->iov_len;
			message.msg_iov++;
			message.msg_iovlen--;
		}
		if (message.msg_iovlen > 0) {
			message.msg_iov->iov_base = (uint8_t *)message.msg_iov->iov_base + sent;
			message.msg_iov->iov_len -= (size_t)sent;
		}
	}
}

static void receive_bytes(int socket, void *place, size_t bytes)
{
	for (size_t got = 0; got < bytes;) {
		ssize_t now = recv(socket, (uint8_t *)place + got, bytes - got, MSG_WAITALL);
		CHECK(now > 0);
		got += (size_t)now;
	}
}

static void unix_receive(struct road *road, struct descriptor *ret_descriptor)
{
	int socket = road->sockets[road->asker ? 0 : 1];

	if (road_take_from_inbox(road, ret_descriptor))
		return;
	/* Where payloads may follow, no more than one descriptor is read; else as many as there are. */
	size_t wanted = road->payload_max ? sizeof(road->inbox[0]) : sizeof(road->inbox);
	ssize_t got = recv(socket, road->inbox, wanted, 0);
	CHECK(got > 0);
	size_t rest = (sizeof(road->inbox[0]) - (size_t)got % sizeof(road->inbox[0])) % sizeof(road->inbox[0]);
	receive_bytes(socket, (uint8_t *)road->inbox + got, rest);
	road->inbox_next = 0;
	road->inbox_count = ((size_t)got + rest) / sizeof(road->inbox[0]);
	CHECK(road_take_from_inbox(road, ret_descriptor));
	if (!road->asker && ret_descriptor->in_bytes > 0) {
		receive_bytes(socket, road->place, ret_descriptor->in_bytes);
		road->got = road->place;
	}
}

const struct road_ops road_unix_ops = {
	.name = "Unix socket", .word = "unix", .carries_payload = true, .send = unix_send, .receive = unix_receive,
};
