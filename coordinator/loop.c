#define _GNU_SOURCE
#include "coordinator/loop.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { EVENTS_A_WAIT_MAX = 64 };

int loop_open(struct loop *loop)
{
	loop->socket = (struct loop_watch){ .descriptor = -1 };
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	return loop->epoll < 0 ? -errno : 0;
}

void loop_close(struct loop *loop)
{
	if (loop->epoll >= 0)
		close(loop->epoll);
	loop->epoll = -1;
}

int loop_add(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };
	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->descriptor, &event) < 0 ? -errno : 0;
}

void loop_remove(struct loop *loop, struct loop_watch *watch)
{
	if (watch->descriptor < 0)
		return;
	CHECK(epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->descriptor, NULL) == 0);
	watch->descriptor = -1;
}

/* ZeroMQ's descriptor tells of changes, not of states: the socket itself is asked before each sleep. */
static int watch_socket(struct loop *loop, void *zmq_socket, bool *ret_ready)
{
	int events = 0, descriptor = -1;
	size_t bytes = sizeof(events);

	if (loop->socket.descriptor < 0) {
		if (zmq_getsockopt(zmq_socket, ZMQ_FD, &descriptor, &bytes) < 0)
			return -errno;
		loop->socket.descriptor = descriptor;
		int status = loop_add(loop, &loop->socket, EPOLLIN | EPOLLET);
		if (status < 0)
			return status;
	}
	bytes = sizeof(events);
	while (zmq_getsockopt(zmq_socket, ZMQ_EVENTS, &events, &bytes) < 0)
		if (errno != EINTR)
			return -errno;
	*ret_ready = (events & ZMQ_POLLIN) != 0;
	return 0;
}

int loop_wait(struct loop *loop, void *zmq_socket, uint64_t timeout_ns)
{
	bool socket_ready = false;
	int status = zmq_socket ? watch_socket(loop, zmq_socket, &socket_ready) : 0, called = 0;
	struct timespec timeout = { .tv_sec = (time_t)(timeout_ns / 1000000000), .tv_nsec = (long)(timeout_ns % 1000000000) };

	if (status < 0)
		return status;
	if (socket_ready)
		timeout = (struct timespec){ .tv_sec = 0 };
	/* One event a call: a callback may remove and free other watches, whose events would then be stale; and so the kernel gives each its turn. */
	struct epoll_event event;
	while (called < EVENTS_A_WAIT_MAX) {
		int ready = epoll_pwait2(loop->epoll, &event, 1, &timeout, NULL);
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready <= 0)
			break;
		struct loop_watch *watch = event.data.ptr;
		called++;
		if (watch->ready)
			watch->ready(watch->context, event.events);
		timeout = (struct timespec){ .tv_sec = 0 };
	}
	return called + socket_ready;
}
