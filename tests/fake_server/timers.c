#include "tests/fake_server/timers.h"

#include <errno.h>
#include <stdlib.h>

void timers_init(struct timers *timers) { *timers = (struct timers){ .heap = NULL }; }

void timers_done(struct timers *timers)
{
	free(timers->heap);
	timers_init(timers);
}

static void put(struct timers *timers, struct timer *timer, size_t position)
{
	timers->heap[position] = timer;
	timer->position = position;
}

/* Moves `timer` from a free place at `position` to where it belongs. */
static void settle(struct timers *timers, struct timer *timer, size_t position)
{
	while (position > 1 && timers->heap[position / 2]->due_ns > timer->due_ns) {
		put(timers, timers->heap[position / 2], position);
		position /= 2;
	}
	for (;;) {
		size_t child = position * 2;
		if (child > timers->count)
			break;
		if (child < timers->count && timers->heap[child + 1]->due_ns < timers->heap[child]->due_ns)
			child++;
		if (timers->heap[child]->due_ns >= timer->due_ns)
			break;
		put(timers, timers->heap[child], position);
		position = child;
	}
	put(timers, timer, position);
}

int timers_set(struct timers *timers, struct timer *timer, uint64_t due_ns)
{
	CHECK(timer->fire);
	if (timer->position == 0) {
		if (timers->count + 2 > timers->capacity) {
			size_t capacity = timers->capacity ? timers->capacity * 2 : 64;
			struct timer **grown = realloc(timers->heap, capacity * sizeof(struct timer *));
			if (!grown)
				return -ENOMEM;
			timers->heap = grown;
			timers->capacity = capacity;
		}
		timer->position = ++timers->count;
	}
	timer->due_ns = due_ns;
	settle(timers, timer, timer->position);
	return 0;
}

void timers_cancel(struct timers *timers, struct timer *timer)
{
	size_t position = timer->position;

	if (position == 0)
		return;
	timer->position = 0;
	struct timer *last = timers->heap[timers->count--];
	if (last != timer)
		settle(timers, last, position);
}

uint64_t timers_next_ns(const struct timers *timers) { return timers->count ? timers->heap[1]->due_ns : UINT64_MAX; }

void timers_fire(struct timers *timers, uint64_t now_ns)
{
	while (timers->count && timers->heap[1]->due_ns <= now_ns) {
		struct timer *timer = timers->heap[1];
		timers_cancel(timers, timer);
		timer->fire(timer);
	}
}
