/* timers.h: a heap of points in time, each with a function to call. Timers live inside the things they belong to. One thread. */
#ifndef DOCRING_TESTS_FAKE_SERVER_TIMERS_H
#define DOCRING_TESTS_FAKE_SERVER_TIMERS_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

struct timer {
	uint64_t due_ns;
	size_t position; /* in the heap, from 1; 0: not set */
	void (*fire)(struct timer *timer);
};

struct timers {
	struct timer **heap; /* from index 1 */
	size_t count, capacity;
};

#define timer_owner(timer, type, member) ((type *)(void *)((char *)(timer)-offsetof(type, member)))

void timers_init(struct timers *timers);
void timers_done(struct timers *timers);

/* Sets the timer, or moves it when it is set. It has to stay where it is in memory until it has fired or was cancelled. -ENOMEM. */
int timers_set(struct timers *timers, struct timer *timer, uint64_t due_ns) WARN_UNUSED;
void timers_cancel(struct timers *timers, struct timer *timer); /* nothing when it is not set */
uint64_t timers_next_ns(const struct timers *timers);           /* UINT64_MAX: none */
void timers_fire(struct timers *timers, uint64_t now_ns);       /* what is due */

#endif
