/* victim.h: a worker process that can be stopped at marks along its way: the true worker loop with a true handler, forked instead of
 * spawned, so that it is there in a few milliseconds. Its only difference from the shipped program are the marks, which the linker puts
 * around calls between source files (--wrap), and the mistakes that a test plants on purpose. */
#ifndef DOCRING_TESTS_KILL_VICTIM_H
#define DOCRING_TESTS_KILL_VICTIM_H

#include "coordinator/run.h"

enum mark {
	MARK_NONE,
	MARK_BEGIN,   /* before worker_main */
	MARK_JOIN,    /* welcomed; before it connects to the bus */
	MARK_OPENED,  /* said hello on the bus */
	MARK_STARTED, /* has settings, domain pack and handler */
	MARK_SLEEP,   /* before it blocks in its poll */
	MARK_WOKEN,   /* after that */
	MARK_CLAIMED, /* before the handler */
	MARK_HANDLED, /* after it: the result lies in the outbox */
	MARK_SENT,    /* the result is published, and the bell rung if need be */
	MARK_COUNT
};

enum plant {
	PLANT_NONE,
	PLANT_EMPTY_SLOT,    /* the slot in the lane is published before it is filled */
	PLANT_EMPTY_RESULT,  /* the result is published before it lies in the outbox */
	PLANT_EARLY_RELEASE, /* of the coordinator: tasks are leased again before the death of their worker is confirmed */
	PLANT_COUNT
};

/* Shared by the victim and its tracer. The victim writes `passed`, and takes `stop_at` back when it has stopped there. */
struct victim_control {
	volatile uint32_t stop_at;
	volatile uint32_t plant;
	volatile uint32_t passed[MARK_COUNT];
};

struct victim_control *victim_control_create(void);

/* Forks a traced worker of this kind that attaches to the run at `place`; it stops at MARK_BEGIN. The pid, or -errno. */
pid_t victim_fork(enum worker_kind kind, const char *place, struct victim_control *control);

#endif
