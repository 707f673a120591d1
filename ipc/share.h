/* share.h: what a worker of a model lets the others know that ask the same model of the same server: how many requests it has under way there,
 * and what it learnt of the server. A cell lies in the page of the header of each worker's outbox, behind the header.
 *
 * Written by the worker whose outbox it is, read by the workers that the coordinator told of it (message SHARE); the coordinator
 * never reads it. Each field is one word and whole by itself. A stale one costs a request more or less at the server for a moment: nothing that is owed to
 * anybody depends on it. `under_way` and `waits` are each stored before a full fence and looked at behind one (share.c of workers/model),
 * so that of two workers, one that frees a place and one that begins to wait for it, at least one sees the other. What a dead worker left
 * here nobody reads: it is told of no more; its successor clears the cell first. */
#ifndef DOCRING_IPC_SHARE_H
#define DOCRING_IPC_SHARE_H

#include <stdint.h>

enum { SHARE_VERSION = 1, SHARE_OFFSET_BYTES = 64, SHARE_LIMIT_BITS = 16 };

struct share_cell {
	uint64_t under_way;     /* requests */
	uint64_t waits;         /* 1: it has a question that it would send, were it not for the others */
	uint64_t started_ns;    /* CLOCK_MONOTONIC, when it last began a request; 0: never */
	uint64_t limit;         /* requests that the server is given at once by all, in the lower SHARE_LIMIT_BITS; above them when that changed
				 * (CLOCK_MONOTONIC, its lower bits missing). 0: it never changed */
	uint64_t limit_max;     /* the most that this worker's entry allows */
	uint64_t not_before_ns; /* the server wants nothing before (Retry-After) */
	uint64_t unused[2];
};
_Static_assert(sizeof(struct share_cell) == 64, "a cell is a cache line of its own: a new layout needs a new SHARE_VERSION");

#endif
