/* loop.h: the coordinator's wait: every descriptor but the ZeroMQ socket sits in one epoll set; zmq_poll waits for that set
 * and the socket together. One thread. */
#ifndef DOCRING_COORDINATOR_LOOP_H
#define DOCRING_COORDINATOR_LOOP_H

#include "base/check.h"

#include <stdint.h>

typedef void loop_ready(void *context, uint32_t events);

struct loop_watch { /* the owner keeps it until loop_remove */
	int descriptor;
	loop_ready *ready;
	void *context;
};

struct loop {
	int epoll;
};

int loop_open(struct loop *loop) WARN_UNUSED;
void loop_close(struct loop *loop);
int loop_add(struct loop *loop, struct loop_watch *watch, uint32_t events) WARN_UNUSED;
void loop_remove(struct loop *loop, struct loop_watch *watch); /* safe from inside its own callback; descriptor becomes -1, not closed */

/* Waits until the zmq socket or a watched descriptor is ready or `timeout_ms` has passed, then calls what is ready. 0: nothing was (or a
 * signal came), else how many of the two. */
int loop_wait(struct loop *loop, void *zmq_socket, int timeout_ms) WARN_UNUSED;

#endif
