/* lane.h: the fast lane between the coordinator and one worker: a ring of 64-byte slots in each direction, one producer and one
 * consumer each. A hand-off to a consumer that is awake moves one cache line and makes no system call; one that is asleep is woken
 * by a bell, which is the caller's (lane_must_ring says when): the lane itself never blocks and never calls the system.
 *
 * Used by both kinds of process, one thread a side. Nothing that the other side wrote is believed: positions are compared with
 * this side's private ones, a slot is copied before it is looked at, and what cannot be is ERROR_INPUT_REJECTED, upon which the
 * coordinator kills the worker. A producer that dies leaves whole slots and at most one that was never published. */
#ifndef DOCRING_IPC_LANE_H
#define DOCRING_IPC_LANE_H

#include "base/error.h"
#include "ipc/descriptor.h"
#include "ipc/segment.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	LANE_VERSION = 1,
	LANE_SLOTS = 256,        /* a power of two; more than a worker ever holds (ipc.credits), so that a lane is full only of garbage */
	LANE_PROGRESS_SLOTS = 32, /* a consumer says how far it is every so many: the producer needs it once a round */
	LANE_PADDING_BYTES = 128, /* two cache lines: processors fetch neighbours in pairs */
};

/* 64 bytes, one cache line. Written by the producer: first the descriptor, then `sequence`, with release. The consumer reads
 * `sequence` with acquire until it is the one that it waits for. A stale read of it says "nothing yet", which the next look mends. */
struct lane_slot {
	uint64_t sequence; /* position + 1 of the descriptor in it; 0: never used */
	struct descriptor descriptor;
};

/* What one process writes and the other one reads: a segment of its own, mapped read-only by the other one, so that every byte of a
 * lane has one writing process and the MMU sees to it. A process writes here the slots of the lane in which it produces, and how it
 * stands with the lane in which it consumes.
 *
 *   slots    see struct lane_slot.
 *   taken    slots of the other side's lane that may be written again: stored with release after they were copied out, read with
 *            acquire by the producer when its lane looks full. A stale read says "still full".
 *   sleep    odd: this side sleeps or is about to; even: it is awake; one more at each change. Stored before a full fence
 *            and a last look at the slots; read by the producer behind a full fence behind its last slot. One of the two sees what the other
 *            one stored. A stale odd value costs a needless bell, a stale even one cannot be: the fences are there for that.
 *   rescues  how often this side woke by timeout and found work that no bell was rung for. For people; always 0. */
struct lane_side {
	uint64_t taken __attribute__((aligned(128)));
	uint64_t sleep __attribute__((aligned(128)));
	uint64_t rescues;
	struct lane_slot slots[LANE_SLOTS] __attribute__((aligned(128)));
};

_Static_assert(sizeof(struct lane_slot) == 64, "one slot is one cache line");
_Static_assert(sizeof(struct lane_side) == 2 * LANE_PADDING_BYTES + LANE_SLOTS * 64, "shared words are padded apart");
_Static_assert((LANE_SLOTS & (LANE_SLOTS - 1)) == 0 && LANE_SLOTS >= 4 * LANE_PROGRESS_SLOTS, "positions are masked; progress is told in time");

/* One process's end of both lanes. All of it but what the first two point to is private memory. */
struct lane {
	struct lane_side *mine;
	const struct lane_side *theirs;
	uint64_t sent, taken_seen; /* as producer: positions; the consumer's as last read */
	uint64_t rung;             /* the sleep for which the bell was rung */
	uint64_t received, told;   /* as consumer: position; what stands in mine->taken */
	uint64_t sleep;            /* what stands in mine->sleep */
	struct segment my_segment, their_segment; /* base NULL: the sides are the caller's */
};

/* Both ends begin with sides that are all zero. */
void lane_init(struct lane *lane, struct lane_side *mine, const struct lane_side *theirs);

/* The coordinator's end: makes both segments, really there, with the numbers `number` and `number` + 1 (its own side, the worker's). To be
 * handed over: my_segment.read_descriptor and their_segment.write_descriptor. */
int lane_create(struct lane *ret_lane, uint32_t number, struct error_text *error) WARN_UNUSED;
/* The worker's end, from those two descriptors, which stay the caller's. */
int lane_attach(struct lane *ret_lane, int their_descriptor, int my_descriptor, uint32_t number, struct error_text *error) WARN_UNUSED;
void lane_done(struct lane *lane); /* may be NULL, zeroed or done already */
static inline bool lane_is_open(const struct lane *lane) { return lane->mine != NULL; }

/* Publishes one descriptor: the other side may have it from now on. -EAGAIN: full; ERROR_INPUT_REJECTED: the other side claims to
 * have taken what cannot be. Then, once for all that were sent: ring the bell when lane_must_ring says so. */
int lane_send(struct lane *lane, const struct descriptor *descriptor) WARN_UNUSED;
/* Whether the other side sleeps and was not rung for yet. Each true is to be followed by the bell. */
bool lane_must_ring(struct lane *lane) WARN_UNUSED;

/* Takes the next descriptor, in order. 1: taken; 0: nothing there; ERROR_INPUT_REJECTED: there is what cannot be. */
int lane_receive(struct lane *lane, struct descriptor *ret_descriptor) WARN_UNUSED;
/* What lane_receive would say, without taking. */
int lane_look(const struct lane *lane) WARN_UNUSED;
static inline bool lane_is_pending(const struct lane *lane) { return lane_look(lane) != 0; }

/* Before blocking: says that this side sleeps, then looks once more. False: something is there, this side is awake again. */
bool lane_fall_asleep(struct lane *lane) WARN_UNUSED;
void lane_wake(struct lane *lane); /* nothing happens for one that is awake */
/* Whether the other side says that it sleeps: for people, true only at the moment of looking. */
bool lane_peer_sleeps(const struct lane *lane);
/* A timeout found work without a bell. */
void lane_count_rescue(struct lane *lane);
uint64_t lane_rescues_of_peer(const struct lane *lane);

/* How long looking again and again pays before falling asleep: grows when something came meanwhile, shrinks when nothing did. */
struct lane_spin {
	uint32_t budget_ns, budget_max_ns;
	uint32_t skipped; /* sleeps without a look since the budget became 0 */
};
enum { LANE_SPIN_NS = 25000 };
/* budget_max_ns: LANE_SPIN_NS, or 0 when the peer can run on this core alone: then each look keeps it from running. */
void lane_spin_init(struct lane_spin *spin, uint32_t budget_max_ns);
/* Calls `look` until it is true or the budget is spent. True: it was. */
bool lane_spin_wait(struct lane_spin *spin, bool (*look)(void *context), void *context);

#endif
