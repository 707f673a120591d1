/* call_queue.h: which of the waiting calls goes next. Private to workers/model.
 *
 * Calls of one group have the beginning of their prompts in common; a server that keeps the last prompt of a slot reads it once
 * when they come one after the other. So the group whose call has just ended goes on first, then groups of which nothing is under
 * way; only when there are none is a second call of a group sent beside its first: a busy slot counts for more than a kept prompt. */
#ifndef DOCRING_WORKERS_MODEL_CALL_QUEUE_H
#define DOCRING_WORKERS_MODEL_CALL_QUEUE_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

enum { CALL_QUEUE_PRIORITIES = 2, CALL_QUEUE_BUCKETS = 4096 };

struct call_group;
struct call_queue_entry { /* part of what waits */
	struct call_queue_entry *next, *previous;
	struct call_group *group; /* while it waits or is under way */
	bool waiting;
};

struct call_group_list { struct call_group *first, *last; };
struct call_queue {
	struct call_group *buckets[CALL_QUEUE_BUCKETS];
	struct call_group_list ready[CALL_QUEUE_PRIORITIES][2]; /* groups with waiting calls: none under way; some under way */
	uint32_t waiting;
};

/* Zeroed memory is an empty queue. */
void call_queue_done(struct call_queue *queue); /* nothing may be in it */
/* 0 or -ENOMEM. */
int call_queue_add(struct call_queue *queue, struct call_queue_entry *entry, uint64_t group, unsigned priority) WARN_UNUSED;
/* The one to start, which is under way from now on; NULL: nothing waits. */
struct call_queue_entry *call_queue_take(struct call_queue *queue);
/* Was under way, or waited, and is through. */
void call_queue_end(struct call_queue *queue, struct call_queue_entry *entry);
/* Was under way and waits again, before the others of its group. */
void call_queue_again(struct call_queue *queue, struct call_queue_entry *entry);

#endif
