#define _GNU_SOURCE
#include "coordinator/loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

int loop_open(struct loop *loop)
{
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

int loop_wait(struct loop *loop, void *zmq_socket, int timeout_ms)
{
	zmq_pollitem_t items[] = {
		{ .fd = loop->epoll, .events = ZMQ_POLLIN },
		{ .socket = zmq_socket, .events = ZMQ_POLLIN },
	};
	int ready = zmq_poll(items, zmq_socket ? 2 : 1, timeout_ms);

	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	/* One event a call: a callback may remove and free other watches, whose events would then be stale. */
	struct epoll_event event;
	for (int i = 0; i < 64 && epoll_wait(loop->epoll, &event, 1, 0) == 1; i++) {
		struct loop_watch *watch = event.data.ptr;
		watch->ready(watch->context, event.events);
	}
	return ready;
}
