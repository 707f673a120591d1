/* loop.h: the coordinator's wait: every descriptor sits in one epoll set, the ZeroMQ socket's among them. One thread. */
#ifndef DOCRING_COORDINATOR_LOOP_H
#define DOCRING_COORDINATOR_LOOP_H

#include "base/check.h"

#include <stdint.h>

typedef void loop_ready(void *context, uint32_t events);

struct loop_watch { /* the owner keeps it until loop_remove */
	int descriptor;
	loop_ready *ready; /* NULL: it only wakes; any number of changes may come as one: for EPOLLET */
	void *context;
};

struct loop {
	int epoll;
	struct loop_watch socket; /* descriptor of the ZeroMQ socket, once it is waited for */
};

int loop_open(struct loop *loop) WARN_UNUSED;
void loop_close(struct loop *loop);
int loop_add(struct loop *loop, struct loop_watch *watch, uint32_t events) WARN_UNUSED;
void loop_remove(struct loop *loop, struct loop_watch *watch); /* safe from inside its own callback; descriptor becomes -1, not closed */

/* Waits until the ZeroMQ socket (always the same one) or a watched descriptor is ready or `timeout_ns` has passed, then calls what is ready.
 * 0: nothing was (or a signal came), else how many were. */
int loop_wait(struct loop *loop, void *zmq_socket, uint64_t timeout_ns) WARN_UNUSED;

#endif
