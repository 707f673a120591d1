/* memory.h: the shared memory of a run as the coordinator sees it: segment 0 is the ring, the others are outboxes, and every
 * lease in any of them is made and ended here. A lease has one holder: giving it on nulls the giver's. */
#ifndef DOCRING_COORDINATOR_MEMORY_H
#define DOCRING_COORDINATOR_MEMORY_H

#include "ipc/extent.h"
#include "ipc/segment.h"

enum { MEMORY_SEGMENTS_MAX = 4096, MEMORY_RING = 0 };

struct pool {
	struct segment segment;
	struct extent_allocator *extents; /* NULL: no such segment */
	uint64_t reserved_bytes;          /* really there, from the start */
	bool vacant;
};

struct memory {
	struct pool pools[MEMORY_SEGMENTS_MAX];
	bool huge_pages;
};

struct lease {
	struct extent extent; /* all zero: none */
	uint16_t segment;
};

/* Says what was asked, what there is and what to pass when `bytes` is more than /dev/shm or the machine can give. */
int memory_check_budget(uint64_t bytes, uint64_t machine_bytes, struct error_text *error) WARN_UNUSED;

struct memory *memory_create(bool huge_pages);
void memory_destroy(struct memory *memory);

/* writable: the ring; outboxes are mapped read-only here. */
int memory_add_segment(struct memory *memory, uint16_t number, uint64_t bytes, bool writable, struct error_text *error) WARN_UNUSED;

/* What is reserved in it from now on had better lie on this NUMA node. */
void memory_prefer_node(struct memory *memory, uint16_t segment, uint32_t node);
/* Nobody writes it any more, until it is said otherwise: its memory goes back to the system once nothing is leased in it. */
void memory_set_vacant(struct memory *memory, uint16_t segment, bool vacant);
/* Whether the machine has room for segments of so many bytes more, besides what those there are may yet come to take. */
int memory_check_more(const struct memory *memory, uint64_t bytes, uint64_t machine_bytes, struct error_text *error) WARN_UNUSED;

/* 0; -EAGAIN: no room now; -E2BIG: never; -ENOSPC: the machine has no more memory (message). */
int memory_lease(struct memory *memory, uint16_t segment, uint64_t bytes, struct lease *ret_lease, struct error_text *error) WARN_UNUSED;
void memory_release(struct memory *memory, struct lease *lease); /* nothing happens for none */
void memory_trim(struct memory *memory, struct lease *lease, uint64_t bytes);
struct lease memory_give(struct lease *lease);
uint8_t *memory_at(const struct memory *memory, const struct lease *lease);
/* The largest lease that could ever be had in the segment. */
uint64_t memory_capacity(const struct memory *memory, uint16_t segment);
uint64_t memory_leased(const struct memory *memory, uint16_t segment);

static inline bool lease_is_none(const struct lease *lease) { return lease->extent.bytes == 0; }

#endif
