/* barrier.h: memory order, in one place. A store with release publishes everything written before it; the load with acquire
 * that sees it (the partner named at each use) sees all of that. barrier_full orders a store before a later load, which
 * nothing weaker does: two processes that each store, fence and then look cannot both miss what the other stored. */
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

static inline void barrier_store_release_u64(uint64_t *place, uint64_t value)
{
	__atomic_store_n(place, value, __ATOMIC_RELEASE);
}

static inline uint64_t barrier_load_acquire_u64(const uint64_t *place)
{
	return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

/* Whole values, no order: for counters and hints. */
static inline void barrier_store_relaxed_u64(uint64_t *place, uint64_t value)
{
	__atomic_store_n(place, value, __ATOMIC_RELAXED);
}

static inline uint64_t barrier_load_relaxed_u64(const uint64_t *place)
{
	return __atomic_load_n(place, __ATOMIC_RELAXED);
}

/* Returns what was there before. */
static inline uint64_t barrier_add_relaxed_u64(uint64_t *place, uint64_t value)
{
	return __atomic_fetch_add(place, value, __ATOMIC_RELAXED);
}

static inline void barrier_full(void)
{
#ifdef __SANITIZE_THREAD__ /* which knows no fences: a read-modify-write that everybody takes part in orders as much */
	extern uint32_t barrier_everybody;
	__atomic_fetch_add(&barrier_everybody, 1, __ATOMIC_SEQ_CST);
#else
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

/* In a loop that waits for another core: leaves the line and the other hardware thread in peace for a moment. */
static inline void barrier_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

#endif
