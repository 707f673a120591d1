/* channel.h: the ZeroMQ sockets of a run: one ROUTER (mandatory) in the coordinator, a DEALER (immediate, linger 0) in each
 * worker and each client (status, submit). Frames are whole messages; what is inside is proto/message.h's matter. */
#ifndef DOCRING_IPC_CHANNEL_H
#define DOCRING_IPC_CHANNEL_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { CHANNEL_MESSAGE_BYTES_MAX = 1 << 20, CHANNEL_IDENTITY_BYTES_MAX = 32 };

struct channel;

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

/* Never block. Sending: -EHOSTUNREACH (ROUTER: no such peer), -EAGAIN (its queue is full). `peer` is NULL on a DEALER. */
int channel_send(struct channel *channel, const struct channel_peer *peer, const void *message, size_t bytes) WARN_UNUSED;
/* Bytes received into `place`, -EAGAIN when there is nothing, ERROR_LIMIT_HIT for a message that is too large or has the
 * wrong number of frames (it is dropped and counted; ret_peer is set). `ret_peer` is NULL on a DEALER. */
int64_t channel_receive(struct channel *channel, struct channel_peer *ret_peer, void *place, size_t capacity) WARN_UNUSED;
uint64_t channel_dropped(const struct channel *channel);

#endif
