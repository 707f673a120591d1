/* road.h: the roads over which perf/latency hands over a descriptor: each is a pair of ends, the asking one in the parent and the
 * answering one in a child process, opened after the fork so that no library's state crosses it. Lane and bus are the product's own
 * code as coordinator and worker use it; the others are the shortest correct use of their mechanism. What fails ends the program: a
 * benchmark has no use for half a result.
 *
 * A payload of descriptor.in_bytes may go with what is asked. Where `carries_payload` is set its bytes travel; else they lie in shared memory,
 * where the asker wrote them, and the descriptor alone travels. An answer is a descriptor without payload. */
#ifndef DOCRING_PERF_ROAD_H
#define DOCRING_PERF_ROAD_H

#include "ipc/channel.h"
#include "ipc/lane.h"

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

enum road_kind {
	ROAD_LINE,         /* two cache lines and nothing else: the floor of a hand-off to one that is awake */
	ROAD_LANE_ZMQ,     /* fast lane, bell: a ZeroMQ message */
	ROAD_LANE_EVENTFD, /* fast lane, bell: an eventfd */
	ROAD_BUS,          /* fast lane off: descriptors as messages over ZeroMQ */
	ROAD_ZMQ,          /* ROUTER and DEALER, the same bytes, nothing around them; the payload in a frame */
	ROAD_FIFO,         /* pipes carry the descriptor, shared memory the payload: the design that docring replaces */
	ROAD_UNIX,         /* Unix stream socket, the payload behind the descriptor */
	ROAD_NNG,          /* nng's pair over its ipc transport */
	ROAD_EVENTFD,      /* a blocking read of an eventfd and a cache line: the floor of a wake-up */
	ROAD_FUTEX,        /* the same by a futex */
	ROAD_COUNT
};

enum { ROAD_BATCH_MAX = 32, ROAD_LINE_BYTES = 64 };
#define ROAD_STOP UINT64_MAX         /* task_id: the answerer ends */
#define ROAD_SILENT (UINT64_MAX - 1) /* task_id: not answered */
enum { ROAD_READ = 1 };              /* argument: read the payload and answer with its sum in out_bytes */

struct road;
struct nng_msg;

struct road_ops {
	const char *name, *word; /* for people, for the command line */
	bool carries_payload;
	bool spins;     /* its consumer never sleeps: of no use on one core or from sleep */
	void (*open)(struct road *road);  /* in each process; may be NULL, as may the next three */
	void (*close)(struct road *road);
	void (*load)(struct road *road);  /* the asker, before the clock starts: the payload is made in what `send` gives away */
	void (*unload)(struct road *road); /* the answerer is done with the payload */
	/* More than one: a batch of ROAD_SILENT ones, in as few steps as the mechanism has. */
	void (*send)(struct road *road, const struct descriptor *descriptors, size_t count);
	void (*receive)(struct road *road, struct descriptor *ret_descriptor);
};
const struct road_ops *road_ops(enum road_kind kind);
extern const struct road_ops road_line_ops, road_fifo_ops, road_unix_ops, road_eventfd_ops, road_futex_ops; /* road_plain.c */
extern const struct road_ops road_lane_zmq_ops, road_lane_eventfd_ops, road_bus_ops;                        /* road_product.c */
extern const struct road_ops road_zmq_ops, road_nng_ops;                                                    /* road_library.c */

struct road_shared { /* mapped in both; one writing process for each */
	uint64_t ask __attribute__((aligned(128)));
	uint64_t answer __attribute__((aligned(128)));
	struct descriptor asked __attribute__((aligned(128)));
	struct descriptor answered __attribute__((aligned(128)));
	uint32_t futexes[2] __attribute__((aligned(128))); /* written by both: 0: nothing, 1: rung; [0] wakes the answerer */
};

struct road { /* before the fork: what both inherit; after it: one end */
	const struct road_ops *ops;
	enum road_kind kind;
	bool share_core;
	bool asker;
	bool patient; /* the asker: looks until the answer is there, so that one wake-up is measured and not two */
	struct road_shared *shared;
	uint8_t *payload;     /* the asker's, shared; payload_max bytes */
	size_t payload_max, payload_bytes; /* the latter: of what is asked next, as `load` has it */
	const uint8_t *got;   /* the answerer: the payload that came */
	uint8_t *place;       /* and where a copied one goes */
	char endpoint[100];
	int bells[2];         /* eventfds; in all pairs [0] goes to the answerer, [1] to the asker */
	int wakers[2];        /* eventfds that block */
	int pipes[2][2];
	int sockets[2];       /* the asker's end and the answerer's */
	int quiet[2];         /* a socket on which nothing comes, as a worker's attach socket */
	struct lane lane;     /* the asker's; the answerer attaches to its descriptors */
	struct channel *channel;
	struct channel_peer peer;
	struct lane_spin spin;
	bool rung;            /* the bell that woke this end is still to be read */
	uint64_t turn;
	void *zmq_context, *zmq_socket;
	zmq_msg_t loaded, received;
	uint32_t nng_socket;
	struct nng_msg *nng_loaded, *nng_received;
	struct descriptor inbox[ROAD_BATCH_MAX];
	size_t inbox_next, inbox_count;
};

/* Before the fork. payload_max may be 0. */
void road_prepare(struct road *road, enum road_kind kind, bool share_core, size_t payload_max);
void road_open(struct road *road, bool asker); /* behind it, in each process */
void road_close(struct road *road);

/* The asker, before the clock: writes to each line of the payload of `bytes` (a multiple of a line) when `write` is set, and loads it. */
void road_load(struct road *road, size_t bytes, bool write);
uint64_t road_payload_sum(const struct road *road); /* of what was loaded, when it was written */
/* Sends, and unless it is ROAD_STOP takes the answer into it. */
void road_ask(struct road *road, struct descriptor *descriptor);
/* The answerer: until ROAD_STOP. */
void road_answer(struct road *road);

/* For the roads themselves: the next of several that came together. */
bool road_take_from_inbox(struct road *road, struct descriptor *ret_descriptor);

#endif
