/* extent.c: the allocator of extents: a table of leases and the holes between them.
 *
 * The holes are nodes of a treap in order of address, where each knows the largest hole of its subtree: the first hole that fits
 * is one way down, the largest stands at the root. A hole that shrinks or grows keeps its place in the order, so most
 * operations are one way down and a few steps up; only a hole that comes or goes changes the shape, by two rotations on average.
 * Nodes and leases stand in growing arrays and name one another by index. There is at most one hole more than there are leases, so
 * room for holes is made when a lease is given out: giving back and trimming never need memory and never fail.
 *
 * Priorities come from a fixed sequence: the same calls give the same addresses on every run. */
#include "ipc/extent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum side { LEFT, RIGHT };
enum { NONE = 0, SLOTS_FIRST = 64, SLOTS_MAX = 1 << 30 };

struct hole { /* index 0 is no hole: its largest is 0 */
	uint64_t offset, bytes;
	uint64_t largest; /* of the subtree */
	uint32_t child[2];
	uint32_t parent;   /* the next free node, when not in the tree */
	uint32_t priority; /* larger ones are nearer the root */
};

struct lease {
	uint64_t offset, bytes;
	uint32_t generation; /* 0: not leased */
	uint32_t next_free;  /* slot, when not leased; SLOTS_MAX ends the list */
};

struct extent_allocator {
	uint64_t first, bytes;
	struct hole *holes;
	uint32_t root;
	uint32_t free_hole, holes_used; /* nodes given back; those from holes_used on never were in use */
	struct lease *leases;
	uint32_t slot_count;
	uint32_t free_slot, slots_used;
	uint32_t generation;
	uint32_t visits; /* of the operation at work */
	uint64_t random;
	struct extent_stats stats;
};

static uint32_t next_priority(struct extent_allocator *allocator)
{
	uint64_t x = allocator->random += 0x9E3779B97F4A7C15u; /* splitmix64 (Steele, Lea and Flood 2014) */

	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
	return (uint32_t)(x >> 32);
}

/* --- the treap of holes -------------------------------------------------------------------------------------------- */

static uint64_t largest_below(const struct hole *holes, uint32_t index)
{
	const struct hole *hole = &holes[index];
	uint64_t left = holes[hole->child[LEFT]].largest, right = holes[hole->child[RIGHT]].largest;
	uint64_t below = left > right ? left : right;

	return hole->bytes > below ? hole->bytes : below;
}

/* After `index` changed: whatever stands above an unchanged node is right already. */
static void update_upward(struct extent_allocator *allocator, uint32_t index)
{
	struct hole *holes = allocator->holes;

	for (; index != NONE; index = holes[index].parent) {
		uint64_t largest = largest_below(holes, index);
		allocator->visits++;
		if (holes[index].largest == largest)
			return;
		holes[index].largest = largest;
	}
}

static void replace_child(struct extent_allocator *allocator, uint32_t parent, uint32_t old, uint32_t new)
{
	struct hole *holes = allocator->holes;

	if (parent == NONE)
		allocator->root = new;
	else
		holes[parent].child[holes[parent].child[RIGHT] == old ? RIGHT : LEFT] = new;
	if (new != NONE)
		holes[new].parent = parent;
}

/* Puts a node above its parent; the order of addresses stays. */
static void rotate_up(struct extent_allocator *allocator, uint32_t index)
{
	struct hole *holes = allocator->holes;
	uint32_t parent = holes[index].parent;
	enum side side = holes[parent].child[RIGHT] == index ? RIGHT : LEFT;
	uint32_t inner = holes[index].child[!side];

	allocator->visits++;
	replace_child(allocator, holes[parent].parent, parent, index);
	holes[parent].child[side] = inner;
	if (inner != NONE)
		holes[inner].parent = parent;
	holes[index].child[!side] = parent;
	holes[parent].parent = index;
	holes[index].largest = holes[parent].largest;
	holes[parent].largest = largest_below(holes, parent);
}

/* Where an address lies among the holes: the nearest on each side, and where a hole that begins there would hang. */
struct place {
	uint32_t before, after;
	uint32_t parent;
	enum side side;
};

static struct place locate(struct extent_allocator *allocator, uint64_t offset)
{
	const struct hole *holes = allocator->holes;
	struct place place = { .side = LEFT };

	for (uint32_t index = allocator->root; index != NONE; index = holes[index].child[place.side]) {
		allocator->visits++;
		place.parent = index;
		place.side = holes[index].offset < offset ? RIGHT : LEFT;
		*(place.side == RIGHT ? &place.before : &place.after) = index;
	}
	return place;
}

static void add_hole(struct extent_allocator *allocator, const struct place *place, uint64_t offset, uint64_t bytes)
{
	struct hole *holes = allocator->holes;
	uint32_t index = allocator->free_hole;

	if (index != NONE)
		allocator->free_hole = holes[index].parent;
	else
		index = ++allocator->holes_used;
	CHECK(index <= allocator->slot_count + 1);
	holes[index] = (struct hole){ .offset = offset, .bytes = bytes, .parent = place->parent, .priority = next_priority(allocator) };
	if (place->parent == NONE)
		allocator->root = index;
	else
		holes[place->parent].child[place->side] = index;
	update_upward(allocator, index);
	while (holes[index].parent != NONE && holes[holes[index].parent].priority < holes[index].priority)
		rotate_up(allocator, index);
}

static void remove_hole(struct extent_allocator *allocator, uint32_t index)
{
	struct hole *holes = allocator->holes;
	uint32_t *child = holes[index].child;

	while (child[LEFT] != NONE && child[RIGHT] != NONE)
		rotate_up(allocator, holes[child[LEFT]].priority >= holes[child[RIGHT]].priority ? child[LEFT] : child[RIGHT]);
	replace_child(allocator, holes[index].parent, index, child[LEFT] != NONE ? child[LEFT] : child[RIGHT]);
	update_upward(allocator, holes[index].parent);
	holes[index] = (struct hole){ .parent = allocator->free_hole };
	allocator->free_hole = index;
}

/* Takes the first `bytes` of a hole. */
static void take_front(struct extent_allocator *allocator, uint32_t index, uint64_t bytes)
{
	struct hole *hole = &allocator->holes[index];

	CHECK(hole->bytes >= bytes);
	if (hole->bytes == bytes) {
		remove_hole(allocator, index);
		return;
	}
	hole->offset += bytes;
	hole->bytes -= bytes;
	update_upward(allocator, index);
}

/* The hole at the lowest address that holds `bytes`. */
static uint32_t first_fit(struct extent_allocator *allocator, uint64_t bytes)
{
	const struct hole *holes = allocator->holes;
	uint32_t index = allocator->root;

	if (holes[index].largest < bytes)
		return NONE;
	for (;;) {
		const struct hole *hole = &holes[index];
		allocator->visits++;
		if (holes[hole->child[LEFT]].largest >= bytes)
			index = hole->child[LEFT];
		else if (hole->bytes >= bytes)
			return index;
		else
			index = hole->child[RIGHT]; /* it is there, or `largest` is wrong */
		CHECK(index != NONE);
	}
}

/* --- leases -------------------------------------------------------------------------------------------------------- */

/* Rounded up; 0 when that is more than there is altogether. */
static uint64_t round_up(const struct extent_allocator *allocator, uint64_t bytes)
{
	if (bytes > allocator->bytes)
		return 0;
	return bytes <= EXTENT_ALIGNMENT ? EXTENT_ALIGNMENT : (bytes + EXTENT_ALIGNMENT - 1) / EXTENT_ALIGNMENT * EXTENT_ALIGNMENT;
}

/* More slots, and with them one hole for each: see the head of this file. */
static int grow_tables(struct extent_allocator *allocator)
{
	uint32_t old = allocator->slot_count, count = old == 0 ? SLOTS_FIRST : old * 2;

	if (count > SLOTS_MAX)
		return -ENOMEM;
	struct lease *leases = realloc(allocator->leases, count * sizeof(*leases));
	if (!leases)
		return -ENOMEM;
	allocator->leases = leases;
	/* two more than slots: the one behind the last lease, and index 0, which is none */
	struct hole *holes = realloc(allocator->holes, (count + 2) * sizeof(*holes));
	if (!holes)
		return -ENOMEM;
	allocator->holes = holes;
	holes[NONE] = (struct hole){ 0 };
	allocator->slot_count = count;
	return 0;
}

static void count_visits(struct extent_allocator *allocator)
{
	allocator->stats.visits_total += allocator->visits;
	if (allocator->visits > allocator->stats.visits_peak)
		allocator->stats.visits_peak = allocator->visits;
	allocator->visits = 0;
}

struct extent_allocator *extent_allocator_create(uint64_t first, uint64_t bytes)
{
	CHECK(first % EXTENT_ALIGNMENT == 0 && bytes % EXTENT_ALIGNMENT == 0 && bytes > 0 && bytes <= UINT64_MAX - first);
	struct extent_allocator *allocator = calloc(1, sizeof(*allocator));
	if (!allocator)
		return NULL;
	allocator->first = first;
	allocator->bytes = allocator->stats.bytes = bytes;
	allocator->free_slot = SLOTS_MAX;
	if (grow_tables(allocator) < 0) {
		extent_allocator_destroy(allocator);
		return NULL;
	}
	add_hole(allocator, &(struct place){ .parent = NONE }, first, bytes);
	count_visits(allocator);
	return allocator;
}

void extent_allocator_destroy(struct extent_allocator *allocator)
{
	if (!allocator)
		return;
	free(allocator->holes);
	free(allocator->leases);
	free(allocator);
}

static void count_leased(struct extent_allocator *allocator, uint64_t more)
{
	allocator->stats.leased_bytes += more;
	if (allocator->stats.leased_bytes > allocator->stats.leased_peak)
		allocator->stats.leased_peak = allocator->stats.leased_bytes;
}

static uint32_t next_generation(struct extent_allocator *allocator)
{
	if (++allocator->generation == 0)
		allocator->generation = 1;
	return allocator->generation;
}

/* One that was given back before a new one. */
static uint32_t take_slot(struct extent_allocator *allocator)
{
	uint32_t slot = allocator->free_slot;

	if (slot == SLOTS_MAX) {
		CHECK(allocator->slots_used < allocator->slot_count);
		return allocator->slots_used++;
	}
	allocator->free_slot = allocator->leases[slot].next_free;
	return slot;
}

int extent_lease(struct extent_allocator *allocator, uint64_t bytes, struct extent *ret_extent)
{
	uint64_t size = round_up(allocator, bytes);

	if (size == 0)
		return -E2BIG;
	if (allocator->free_slot == SLOTS_MAX && allocator->slots_used == allocator->slot_count && grow_tables(allocator) < 0)
		return -ENOMEM;
	uint32_t index = first_fit(allocator, size);
	if (index == NONE) {
		allocator->stats.refused_total++;
		count_visits(allocator);
		return -ENOSPC;
	}
	uint64_t offset = allocator->holes[index].offset;
	take_front(allocator, index, size);
	uint32_t slot = take_slot(allocator);
	uint32_t generation = next_generation(allocator);
	allocator->leases[slot] = (struct lease){ .offset = offset, .bytes = size, .generation = generation, .next_free = SLOTS_MAX };
	allocator->stats.leases++;
	allocator->stats.leases_total++;
	count_leased(allocator, size);
	count_visits(allocator);
	*ret_extent = (struct extent){ .offset = offset, .bytes = size, .generation = generation, .slot = slot };
	return 0;
}

bool extent_is_current(const struct extent_allocator *allocator, const struct extent *extent)
{
	if (extent->generation == 0 || extent->slot >= allocator->slots_used)
		return false;
	const struct lease *lease = &allocator->leases[extent->slot];
	return lease->generation == extent->generation && lease->offset == extent->offset && lease->bytes == extent->bytes;
}

/* Makes [offset, offset + bytes) free, one hole with the free neighbours. */
static void give_back(struct extent_allocator *allocator, uint64_t offset, uint64_t bytes)
{
	struct place place = locate(allocator, offset);
	struct hole *before = &allocator->holes[place.before], *after = &allocator->holes[place.after];
	uint64_t end = offset + bytes;
	bool touches_before = place.before != NONE && before->offset + before->bytes == offset;
	bool touches_after = place.after != NONE && after->offset == end;

	CHECK(place.before == NONE || before->offset + before->bytes <= offset);
	CHECK(place.after == NONE || after->offset >= end);
	allocator->stats.leased_bytes -= bytes;
	if (touches_before) {
		before->bytes += bytes + (touches_after ? after->bytes : 0);
		if (touches_after)
			remove_hole(allocator, place.after);
		update_upward(allocator, place.before);
	} else if (touches_after) {
		after->offset = offset;
		after->bytes += bytes;
		update_upward(allocator, place.after);
	} else {
		add_hole(allocator, &place, offset, bytes);
	}
	count_visits(allocator);
}

int extent_release(struct extent_allocator *allocator, struct extent *extent)
{
	if (!extent_is_current(allocator, extent))
		return ERROR_STALE;
	give_back(allocator, extent->offset, extent->bytes);
	allocator->leases[extent->slot] = (struct lease){ .next_free = allocator->free_slot };
	allocator->free_slot = extent->slot;
	allocator->stats.leases--;
	*extent = (struct extent){ 0 };
	return 0;
}

int extent_trim(struct extent_allocator *allocator, struct extent *extent, uint64_t bytes)
{
	if (!extent_is_current(allocator, extent))
		return ERROR_STALE;
	CHECK(bytes > 0 && bytes <= extent->bytes);
	uint64_t size = round_up(allocator, bytes);
	if (size == extent->bytes)
		return 0;
	give_back(allocator, extent->offset + size, extent->bytes - size);
	extent->bytes = allocator->leases[extent->slot].bytes = size;
	return 0;
}

int extent_grow(struct extent_allocator *allocator, struct extent *extent, uint64_t bytes)
{
	if (!extent_is_current(allocator, extent))
		return ERROR_STALE;
	if (bytes <= extent->bytes)
		return 0;
	uint64_t size = round_up(allocator, bytes), end = extent->offset + extent->bytes;
	uint64_t more = size - extent->bytes;
	uint32_t index = size == 0 ? NONE : locate(allocator, end).after;
	bool fits = index != NONE && allocator->holes[index].offset == end && allocator->holes[index].bytes >= more;
	if (fits) {
		take_front(allocator, index, more);
		extent->bytes = allocator->leases[extent->slot].bytes = size;
		count_leased(allocator, more);
	} else {
		allocator->stats.refused_total++;
	}
	count_visits(allocator);
	return fits ? 0 : -ENOSPC;
}

void extent_stats(const struct extent_allocator *allocator, struct extent_stats *ret_stats)
{
	*ret_stats = allocator->stats;
	ret_stats->largest_free = allocator->holes[allocator->root].largest;
}

/* --- checking ------------------------------------------------------------------------------------------------------ */

struct piece {
	uint64_t offset, bytes;
};

/* Lists the holes in order of address, checking each node against its children on the way. */
static void list_holes(const struct extent_allocator *allocator, uint32_t root, struct piece *pieces, uint64_t *count)
{
	const struct hole *holes = allocator->holes, *hole = &holes[root];
	uint64_t largest = hole->bytes;

	if (root == NONE)
		return;
	for (enum side side = LEFT; side <= RIGHT; side++) {
		const struct hole *child = &holes[hole->child[side]];
		CHECK(hole->child[side] == NONE || (child->priority <= hole->priority && child->parent == root));
		largest = child->largest > largest ? child->largest : largest;
	}
	CHECK(hole->largest == largest);
	CHECK(hole->bytes > 0 && hole->bytes % EXTENT_ALIGNMENT == 0 && hole->offset % EXTENT_ALIGNMENT == 0);
	list_holes(allocator, hole->child[LEFT], pieces, count);
	CHECK(*count <= allocator->stats.leases);
	pieces[(*count)++] = (struct piece){ hole->offset, hole->bytes };
	list_holes(allocator, hole->child[RIGHT], pieces, count);
}

static uint64_t list_leases(const struct extent_allocator *allocator, struct piece *pieces)
{
	uint64_t count = 0, leased = 0;

	for (uint32_t i = 0; i < allocator->slots_used; i++) {
		const struct lease *lease = &allocator->leases[i];
		if (lease->generation == 0)
			continue;
		CHECK(lease->bytes > 0 && count < allocator->stats.leases);
		pieces[count++] = (struct piece){ lease->offset, lease->bytes };
		leased += lease->bytes;
	}
	CHECK(count == allocator->stats.leases && leased == allocator->stats.leased_bytes);
	return count;
}

static int compare_pieces(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

void extent_allocator_check(const struct extent_allocator *allocator)
{
	uint64_t most = allocator->stats.leases + 1, hole_count = 0, next = allocator->first;
	struct piece *holes = malloc(most * sizeof(*holes)), *pieces = malloc(2 * most * sizeof(*pieces));

	CHECK(holes && pieces && allocator->holes[NONE].largest == 0);
	list_holes(allocator, allocator->root, holes, &hole_count);
	for (uint64_t i = 1; i < hole_count; i++) /* neighbours coalesce: there is a lease between any two holes */
		CHECK(holes[i - 1].offset + holes[i - 1].bytes < holes[i].offset);
	/* leases and holes together cover everything, and nothing twice */
	uint64_t count = list_leases(allocator, pieces);
	memcpy(pieces + count, holes, hole_count * sizeof(*holes));
	count += hole_count;
	qsort(pieces, count, sizeof(*pieces), compare_pieces);
	for (uint64_t i = 0; i < count; i++) {
		CHECK(pieces[i].offset == next);
		next += pieces[i].bytes;
	}
	CHECK(next == allocator->first + allocator->bytes);
	CHECK(allocator->stats.leased_peak >= allocator->stats.leased_bytes);
	free(holes);
	free(pieces);
}
