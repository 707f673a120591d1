/* extent.h: the allocator of extents in one segment. Private memory of the coordinator: nothing of it lies in shared
 * memory, so no worker's death can leave it half-changed. Single-threaded.
 *
 * A lease takes the hole at the lowest address that is large enough; releases come in any order and free neighbours coalesce
 * at once, so that a slow document never blocks the others. (A hand that goes round leaves less in one piece and touches
 * the whole segment: docs/decisions/extent-placement.md.) O(log n) per operation in the number of holes. Units are 64 bytes
 * (EXTENT_ALIGNMENT); sizes are rounded up.
 *
 * Each lease carries a generation, unique in the allocator: a handle of an earlier life does not open anything. */
#ifndef DOCRING_IPC_EXTENT_H
#define DOCRING_IPC_EXTENT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { EXTENT_ALIGNMENT = 64 };

struct extent { /* a handle: who holds it holds the lease; all zero is none */
	uint64_t offset; /* in the segment */
	uint64_t bytes;  /* as rounded up */
	uint32_t generation;
	uint32_t slot;   /* index in the allocator's table */
};

struct extent_allocator;

/* Manages [first, first+bytes) of a segment; both multiples of EXTENT_ALIGNMENT. NULL: out of memory. */
struct extent_allocator *extent_allocator_create(uint64_t first, uint64_t bytes);
void extent_allocator_destroy(struct extent_allocator *allocator);

/* 0; -ENOSPC: no hole of that size now (a wait, not an error); -E2BIG: larger than the whole; -ENOMEM. */
int extent_lease(struct extent_allocator *allocator, uint64_t bytes, struct extent *ret_extent) WARN_UNUSED;
/* Gives back; *extent is zeroed. ERROR_STALE (and nothing happens) when the handle is not a current lease. */
int extent_release(struct extent_allocator *allocator, struct extent *extent) WARN_UNUSED;
/* Shortens to `bytes` (rounded up, > 0, at most extent->bytes); the rest is free at once. */
int extent_trim(struct extent_allocator *allocator, struct extent *extent, uint64_t bytes) WARN_UNUSED;
/* Lengthens in place when the space behind it is free, else -ENOSPC and nothing changes. */
int extent_grow(struct extent_allocator *allocator, struct extent *extent, uint64_t bytes) WARN_UNUSED;
bool extent_is_current(const struct extent_allocator *allocator, const struct extent *extent);

struct extent_stats {
	uint64_t bytes;         /* managed */
	uint64_t leased_bytes;
	uint64_t largest_free;  /* the largest hole; O(1) */
	uint64_t leases;        /* current */
	uint64_t leases_total;
	uint64_t refused_total; /* -ENOSPC answers */
	uint64_t leased_peak;
	uint64_t visits_total;  /* nodes of the tree of holes looked at by all operations: what they cost, whatever the clock says */
	uint64_t visits_peak;   /* by the dearest one */
};
void extent_stats(const struct extent_allocator *allocator, struct extent_stats *ret_stats);
/* Recounts everything and CHECKs every invariant (order, coalescing, sums, index). For tests; O(n). */
void extent_allocator_check(const struct extent_allocator *allocator);

#endif
