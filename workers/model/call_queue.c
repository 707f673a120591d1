/* call_queue.c: see call_queue.h. Every operation takes constant time but for chains in the table of groups. */
#include "workers/model/call_queue.h"

#include <errno.h>
#include <stdlib.h>

struct call_group {
	uint64_t id;
	unsigned priority;
	uint32_t under_way, members;
	struct call_queue_entry *first, *last; /* that wait */
	struct call_group *next, *previous;    /* in a list of ready groups */
	struct call_group_list *list;
	struct call_group *next_same_bucket;
};

static struct call_group **bucket_of(struct call_queue *queue, uint64_t id)
{
	return &queue->buckets[(id * 0x9E3779B97F4A7C15ull) >> 52];
}

static void leave_list(struct call_group *group)
{
	struct call_group_list *list = group->list;

	if (!list)
		return;
	*(group->previous ? &group->previous->next : &list->first) = group->next;
	*(group->next ? &group->next->previous : &list->last) = group->previous;
	group->list = NULL;
	group->next = group->previous = NULL;
}

/* Into the list where it belongs, when it belongs to another one than now: to its end, or to its beginning when a call of it has just ended. */
static void place(struct call_queue *queue, struct call_group *group, bool first)
{
	struct call_group_list *list = group->first ? &queue->ready[group->priority][group->under_way > 0] : NULL;

	if (group->list == list)
		return;
	leave_list(group);
	if (!list)
		return;
	group->list = list;
	if (first) {
		group->next = list->first;
		*(list->first ? &list->first->previous : &list->last) = group;
		list->first = group;
		return;
	}
	group->previous = list->last;
	*(list->last ? &list->last->next : &list->first) = group;
	list->last = group;
}

static struct call_group *find_group(struct call_queue *queue, uint64_t id, unsigned priority)
{
	struct call_group **bucket = bucket_of(queue, id);

	for (struct call_group *group = *bucket; group; group = group->next_same_bucket)
		if (group->id == id)
			return group;
	struct call_group *group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	*group = (struct call_group){ .id = id, .priority = priority, .next_same_bucket = *bucket };
	*bucket = group;
	return group;
}

static void drop_group(struct call_queue *queue, struct call_group *group)
{
	struct call_group **at = bucket_of(queue, group->id);

	while (*at != group)
		at = &(*at)->next_same_bucket;
	*at = group->next_same_bucket;
	leave_list(group);
	free(group);
}

static void unlink_entry(struct call_queue *queue, struct call_queue_entry *entry)
{
	struct call_group *group = entry->group;

	*(entry->previous ? &entry->previous->next : &group->first) = entry->next;
	*(entry->next ? &entry->next->previous : &group->last) = entry->previous;
	entry->next = entry->previous = NULL;
	entry->waiting = false;
	queue->waiting--;
}

int call_queue_add(struct call_queue *queue, struct call_queue_entry *entry, uint64_t id, unsigned priority)
{
	CHECK(priority < CALL_QUEUE_PRIORITIES && !entry->group);
	struct call_group *group = find_group(queue, id, priority);
	if (!group)
		return -ENOMEM;
	*entry = (struct call_queue_entry){ .group = group, .waiting = true, .previous = group->last };
	*(group->last ? &group->last->next : &group->first) = entry;
	group->last = entry;
	group->members++;
	queue->waiting++;
	place(queue, group, false);
	return 0;
}

static struct call_group *choose(const struct call_queue *queue)
{
	for (unsigned priority = CALL_QUEUE_PRIORITIES; priority-- > 0;) {
		if (queue->ready[priority][0].first)
			return queue->ready[priority][0].first;
		if (queue->ready[priority][1].first)
			return queue->ready[priority][1].first;
	}
	return NULL;
}

struct call_queue_entry *call_queue_take(struct call_queue *queue)
{
	struct call_group *group = choose(queue);

	if (!group)
		return NULL;
	struct call_queue_entry *entry = group->first;
	unlink_entry(queue, entry);
	group->under_way++;
	place(queue, group, false);
	return entry;
}

void call_queue_end(struct call_queue *queue, struct call_queue_entry *entry)
{
	struct call_group *group = entry->group;

	if (entry->waiting)
		unlink_entry(queue, entry);
	else
		group->under_way--;
	entry->group = NULL;
	if (--group->members == 0) {
		drop_group(queue, group);
		return;
	}
	place(queue, group, true);
}

void call_queue_again(struct call_queue *queue, struct call_queue_entry *entry)
{
	struct call_group *group = entry->group;

	CHECK(!entry->waiting);
	group->under_way--;
	*entry = (struct call_queue_entry){ .group = group, .waiting = true, .next = group->first };
	*(group->first ? &group->first->previous : &group->last) = entry;
	group->first = entry;
	queue->waiting++;
	place(queue, group, true);
}

void call_queue_done(struct call_queue *queue)
{
	for (size_t i = 0; i < CALL_QUEUE_BUCKETS; i++)
		CHECK(!queue->buckets[i]);
}
