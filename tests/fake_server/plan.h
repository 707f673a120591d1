/* plan.h: what is to be sent as the answer to one request, and how: bytes, pauses, repeats, a cut, a reset. A plan is data; the
 * connection carries it out. Bytes lie in one buffer, so that an ordinary answer is one step and one write. */
#ifndef DOCRING_TESTS_FAKE_SERVER_PLAN_H
#define DOCRING_TESTS_FAKE_SERVER_PLAN_H

#include "base/buffer.h"

#include <stdint.h>

enum plan_kind {
	PLAN_SEND,  /* bytes[offset, offset + bytes), `repeat` times; in pieces of piece_bytes with wait_ns after each if set */
	PLAN_WAIT,  /* wait_ns; PLAN_FOREVER never ends */
	PLAN_CLOSE, /* orderly end (FIN) */
	PLAN_RESET, /* RST */
};
#define PLAN_FOREVER UINT64_MAX

struct plan_step {
	enum plan_kind kind;
	size_t offset, bytes, piece_bytes;
	uint64_t repeat, wait_ns;
};

struct plan {
	struct buffer bytes;
	struct plan_step *steps;
	size_t count, capacity;
	bool failed; /* out of memory while it was made */
};

void plan_init(struct plan *plan);
void plan_done(struct plan *plan);
void plan_clear(struct plan *plan); /* keeps the memory, unless it is large */

/* Adds steps. plan_send covers what was appended to plan->bytes since the last step that sends; it joins the step before it where
 * nothing lies between them. */
void plan_send(struct plan *plan);
void plan_send_pieces(struct plan *plan, size_t piece_bytes, uint64_t wait_ns);
void plan_send_repeat(struct plan *plan, uint64_t repeat, uint64_t wait_ns); /* the pause follows each repeat */
void plan_wait(struct plan *plan, uint64_t wait_ns);
void plan_end(struct plan *plan, enum plan_kind kind); /* PLAN_CLOSE or PLAN_RESET */

#endif
