/* latency.h: the roads over which perf/latency measures a round trip: each is a pair of ends, the asking one in the parent and the
 * answering one in a child process, made after the fork so that no library's state crosses it. */
#ifndef DOCRING_PERF_LATENCY_H
#define DOCRING_PERF_LATENCY_H

#include "ipc/channel.h"
#include "ipc/lane.h"

#include <stdbool.h>
#include <stdint.h>

enum road_kind {
	ROAD_LINE,          /* two cache lines and nothing else: the floor */
	ROAD_LANE_ZMQ,      /* fast lane, bell: a ZeroMQ message */
	ROAD_LANE_EVENTFD,  /* fast lane, bell: an eventfd */
	ROAD_BUS,           /* fast lane off: descriptors as messages over ZeroMQ */
	ROAD_ZMQ_BARE,      /* ROUTER and DEALER, the same bytes, nothing around them */
	ROAD_FIFO,          /* named pipes carry a byte, shared memory the descriptor */
	ROAD_UNIX,          /* Unix socket, SOCK_SEQPACKET, a descriptor a packet */
	ROAD_COUNT
};
const char *road_name(enum road_kind kind);

struct road_shared { /* mapped in both */
	uint64_t ask __attribute__((aligned(128)));
	uint64_t answer __attribute__((aligned(128)));
	struct descriptor asked __attribute__((aligned(128)));
	struct descriptor answered __attribute__((aligned(128)));
};

struct road { /* before the fork: what both inherit; after it: one end */
	enum road_kind kind;
	bool share_core;
	bool asker;
	struct road_shared *shared;
	char endpoint[100];
	struct lane lane; /* the asker's; the answerer attaches to its descriptors */
	int bells[2];     /* eventfds: [0] wakes the answerer, [1] the asker */
	int pipes[2][2];  /* [0] to the answerer, [1] to the asker */
	int sockets[2];
	struct channel *channel;
	struct channel_peer peer;
	void *zmq_context, *zmq_socket;
	struct lane_spin spin;
	uint64_t turn;
	bool patient; /* the asker: looks until the answer is there, so that one wake-up is measured and not two */
};

void road_prepare(struct road *road, enum road_kind kind, bool share_core); /* before the fork */
void road_open(struct road *road, bool asker);                            /* behind it, in each process */
void road_close(struct road *road);

/* The asker. `descriptor` is sent and the answer written over it. */
void road_ask(struct road *road, struct descriptor *descriptor);
/* Sends and expects nothing; for one-way rates (lane and bus). `last` of a batch rings. */
void road_post(struct road *road, const struct descriptor *descriptor, bool last);

/* The answerer: until a descriptor with task_id ROAD_STOP. ROAD_SILENT descriptors are not answered. */
#define ROAD_STOP UINT64_MAX
#define ROAD_SILENT (UINT64_MAX - 1)
void road_answer(struct road *road);

#endif
