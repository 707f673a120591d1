/* barrier.h: memory order, in one place. A store with release publishes everything written before it; the load with acquire
 * that sees it (the partner named at each use) sees all of that. */
#ifndef DOCRING_IPC_BARRIER_H
#define DOCRING_IPC_BARRIER_H

#include <stdint.h>

static inline void barrier_store_release_u32(uint32_t *place, uint32_t value)
{
	__atomic_store_n(place, value, __ATOMIC_RELEASE);
}

static inline uint32_t barrier_load_acquire_u32(const uint32_t *place)
{
	return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

#endif
