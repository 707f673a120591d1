/* share.h: the slots of a server, shared by the workers that ask the same model there. Each process counts its own requests in a cell that the
 * others read (ipc/share.h); together they have no more under way than the server is given, wherever the questions are.
 *
 * Who has a question takes any free slot: nobody has slots of its own. When several wait, the one with the fewest requests under way
 * comes first, then the one that began its last request before the others; for it one free slot is left, SHARE_YIELD_NS at most. The server's limit
 * (endpoint.h) is one for all: the last change that any of them made is everybody's, and so is a Retry-After.
 *
 * Looking and taking are two steps, so two that look at the same moment may both take the last slot: one request more for that time, which
 * waits at the server. No locks: a worker that is killed holds nothing. Who frees a slot that another one waits for rings the bell of the server, an eventfd that nobody reads
 * and everybody watches, edge-triggered. Used by one thread. */
#ifndef DOCRING_WORKERS_MODEL_SHARE_H
#define DOCRING_WORKERS_MODEL_SHARE_H

#include "ipc/share.h"
#include "workers/model/endpoint.h"

enum { SHARE_OTHERS_MAX = 256 }; /* of more than these nothing is known */
#define SHARE_YIELD_NS (20ull * 1000000)  /* one that waits so long for another to take its turn goes first */
#define SHARE_SETTLE_NS (30ull * 1000000) /* a newcomer waits so long, until the others have heard of it too */
#define SHARE_LOOK_NS (100ull * 1000000)  /* who waits looks as often, bell or not */

struct share {
	struct share_cell *cell; /* NULL: the server is nobody else's, and nothing below counts */
	int bell;                /* eventfd; borrowed */
	bool told;               /* the coordinator has said who the others are; until then no request is made */
	uint64_t settles_ns;     /* and not before this */
	const struct share_cell *others[SHARE_OTHERS_MAX];
	uint32_t count;
	bool waits;              /* a question could not be sent for the others' sake */
	uint64_t yields_from_ns; /* since when the last free slot is left to another one; 0: it is not */
	uint64_t started_ns, limit; /* as in the cell */
};

/* `cell` is cleared, and borrowed. NULL: alone. */
void share_init(struct share *share, struct share_cell *cell, int bell);
/* Who the others are, from now on; the cells stay readable. Of more than SHARE_OTHERS_MAX the rest is left out. */
void share_tell_others(struct share *share, const struct share_cell *const *others, uint32_t count, uint64_t now_ns);

/* Before a round: what the others learnt of the server goes into the endpoint. */
void share_hear(struct share *share, struct endpoint *endpoint, uint64_t now_ns);
/* Of a question that the endpoint would let go: may it, beside the others? False: `waits` is set. */
bool share_may_start(struct share *share, const struct endpoint *endpoint, uint64_t now_ns);
void share_started(struct share *share, const struct endpoint *endpoint, uint64_t now_ns);
/* Whatever changed here is told, and rung for when somebody waits for it. */
void share_tell(struct share *share, const struct endpoint *endpoint, uint64_t now_ns);
/* Nothing is under way here any more. */
void share_leave(struct share *share);
/* While `waits`: when to look again. Not in the future: something was freed since the last look. */
uint64_t share_next_ns(const struct share *share, const struct endpoint *endpoint, uint64_t now_ns);

#endif
