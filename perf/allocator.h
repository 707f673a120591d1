/* allocator.h: what perf/allocator compares: each a way to hand out pieces of a space. allocator_rivals.c has them. */
#ifndef DOCRING_PERF_ALLOCATOR_H
#define DOCRING_PERF_ALLOCATOR_H

#include "ipc/extent.h"

#include <stddef.h>

struct piece {
	bool taken;
	union {
		struct extent extent;
		void *pointer;
		struct {
			uint64_t offset, bytes;
		} range;
	};
};

struct rival {
	const char *name;
	size_t live_max;      /* more would take minutes, or all memory */
	size_t documents_max; /* the same, for pieces of many kibibytes each */
	void *(*create)(uint64_t bytes);
	bool (*take)(void *space, uint64_t bytes, struct piece *ret_piece); /* false: no room */
	void (*give)(void *space, struct piece *piece);
	void (*destroy)(void *space);
};

enum { RIVAL_DOCRING, RIVAL_GLIBC, RIVAL_LIST, RIVAL_JEMALLOC, RIVAL_COUNT };
extern const struct rival rivals[RIVAL_COUNT];

/* How many of them there are on this machine: jemalloc, the last, is loaded if it is installed, else that is said. */
size_t rivals_find(void);

#endif
