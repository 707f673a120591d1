/* channel.h: the ZeroMQ sockets of a run: one ROUTER (mandatory) in the coordinator, a DEALER (immediate, linger 0) in each
 * worker and each client (status, submit). Frames are whole messages; what is inside is proto/message.h's matter. */
#ifndef DOCRING_IPC_CHANNEL_H
#define DOCRING_IPC_CHANNEL_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { CHANNEL_MESSAGE_BYTES_MAX = 1 << 20, CHANNEL_IDENTITY_BYTES_MAX = 32, CHANNEL_POLL_ITEMS_MAX = 7 };

struct channel;
struct pollfd;

struct channel_peer { /* who sent it, to the ROUTER */
	uint8_t identity[CHANNEL_IDENTITY_BYTES_MAX];
	uint32_t bytes;
};

/* endpoint: "ipc://…". A stale socket file of a dead run is replaced. */
int channel_bind(struct channel **ret_channel, const char *endpoint, struct error_text *error) WARN_UNUSED;
/* identity: unique in the run ("w3.17": worker 3, 17th start); NULL lets ZeroMQ choose (clients). */
int channel_connect(struct channel **ret_channel, const char *endpoint, const char *identity, struct error_text *error) WARN_UNUSED;
void channel_close(struct channel *channel);

/* For zmq_poll: the zmq socket itself. */
void *channel_socket(struct channel *channel);
/* Edge-triggered readiness descriptor (ZMQ_FD): after it fires, receive until -EAGAIN. */
int channel_descriptor(struct channel *channel);
/* Blocks until there may be a message or one of `items` is ready, at most timeout_ms (-1: for ever). items[i].revents as poll sets them. 1:
 * something, which for the channel may turn out to be nothing (receive until -EAGAIN); 0: the time is over; -EINTR and the like otherwise.
 * One system call on the way out of sleep, where zmq_poll has two or three: the socket is asked before sleeping, not again behind it. */
int channel_poll(struct channel *channel, struct pollfd *items, size_t count, int timeout_ms) WARN_UNUSED;

/* Never block. Sending: -EHOSTUNREACH (ROUTER: no such peer), -EAGAIN (its queue is full). `peer` is NULL on a DEALER. */
int channel_send(struct channel *channel, const struct channel_peer *peer, const void *message, size_t bytes) WARN_UNUSED;
/* Bytes received into `place`, -EAGAIN when there is nothing, ERROR_LIMIT_HIT for a message that is too large or has the
 * wrong number of frames (it is dropped; ret_peer is set). `ret_peer` is NULL on a DEALER. */
int64_t channel_receive(struct channel *channel, struct channel_peer *ret_peer, void *place, size_t capacity) WARN_UNUSED;

#endif
