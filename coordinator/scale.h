/* scale.h: how many preprocessing workers there should be (--workers MIN..MAX): pure, with the clock as an argument. */
#ifndef DOCRING_COORDINATOR_SCALE_H
#define DOCRING_COORDINATOR_SCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SCALE_WAITING_PER_WORKER = 4, /* queued documents for each worker, above which another one pays */
	SCALE_LOOK_MS = 250,          /* between two looks at the cores */
};

struct scale_view {
	size_t waiting;    /* documents in the queue */
	uint32_t ours;     /* workers that --workers speaks of */
	uint32_t others;   /* asked for by hand, or joined: they work too */
	uint32_t least, most;
	bool starting;     /* one of ours is not at work yet: its effect is to be seen first, and one that crashes at once brings no others */
	double idle_cores; /* measured since the last look; negative: not known */
	double idle_cores_needed;
};

/* Whether the queue is deep enough for one more, so that looking at the cores pays. */
bool scale_is_deep(const struct scale_view *view);
/* How many to start: 0 when the queue is short, cores are busy or all are there. */
uint32_t scale_growth(const struct scale_view *view);
/* Whether one that has been idle since `idle_since_ns` is to go; *ret_due_ns: when it is, if nothing happens. */
bool scale_retires(const struct scale_view *view, uint64_t idle_since_ns, uint64_t idle_ms, uint64_t now_ns, uint64_t *ret_due_ns);

#endif
