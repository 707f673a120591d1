/* extent.c: the allocator of extents: a table of leases and the holes between them.
 *
 * The holes are nodes of a treap in order of address, where each knows the largest hole of its subtree: the first hole that fits
 * is one way down, the largest stands at the root. Nodes and leases stand in growing arrays and name one another by index. There
 * is at most one hole more than there are leases, so room for holes is made when a lease is given out: giving back and
 * trimming never need memory and never fail.
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
	uint32_t free_hole; /* list through child[LEFT] */
	struct lease *leases;
	uint32_t slot_count;
	uint32_t free_slot;
	uint32_t generation;
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

static void update_largest(struct hole *holes, uint32_t index)
{
	struct hole *hole = &holes[index];
	uint64_t left = holes[hole->child[LEFT]].largest, right = holes[hole->child[RIGHT]].largest;
	uint64_t below = left > right ? left : right;

	hole->largest = hole->bytes > below ? hole->bytes : below;
}

/* Parts the tree at `root` into what lies before `offset` and what does not. Depth: O(log n) expected, as everywhere here. */
static void split(struct hole *holes, uint32_t root, uint64_t offset, uint32_t *ret_before, uint32_t *ret_after)
{
	if (root == NONE) {
		*ret_before = *ret_after = NONE;
		return;
	}
	uint32_t *child = holes[root].child;
	if (holes[root].offset < offset) {
		split(holes, child[RIGHT], offset, &child[RIGHT], ret_after);
		*ret_before = root;
	} else {
		split(holes, child[LEFT], offset, ret_before, &child[LEFT]);
		*ret_after = root;
	}
	update_largest(holes, root);
}

static uint32_t join(struct hole *holes, uint32_t before, uint32_t after)
{
	if (before == NONE || after == NONE)
		return before == NONE ? after : before;
	uint32_t top = holes[before].priority >= holes[after].priority ? before : after;
	uint32_t *child = holes[top].child;
	if (top == before)
		child[RIGHT] = join(holes, child[RIGHT], after);
	else
		child[LEFT] = join(holes, before, child[LEFT]);
	update_largest(holes, top);
	return top;
}

static uint32_t insert(struct hole *holes, uint32_t root, uint32_t index)
{
	if (root == NONE || holes[index].priority > holes[root].priority) {
		split(holes, root, holes[index].offset, &holes[index].child[LEFT], &holes[index].child[RIGHT]);
		root = index;
	} else {
		uint32_t *child = &holes[root].child[holes[index].offset < holes[root].offset ? LEFT : RIGHT];
		*child = insert(holes, *child, index);
	}
	update_largest(holes, root);
	return root;
}

static uint32_t erase(struct hole *holes, uint32_t root, uint32_t index)
{
	CHECK(root != NONE);
	if (root == index)
		return join(holes, holes[root].child[LEFT], holes[root].child[RIGHT]);
	uint32_t *child = &holes[root].child[holes[index].offset < holes[root].offset ? LEFT : RIGHT];
	*child = erase(holes, *child, index);
	update_largest(holes, root);
	return root;
}

static void add_hole(struct extent_allocator *allocator, uint64_t offset, uint64_t bytes)
{
	if (bytes == 0)
		return;
	uint32_t index = allocator->free_hole;
	CHECK(index != NONE);
	allocator->free_hole = allocator->holes[index].child[LEFT];
	allocator->holes[index] = (struct hole){ .offset = offset, .bytes = bytes, .priority = next_priority(allocator) };
	allocator->root = insert(allocator->holes, allocator->root, index);
}

static void remove_hole(struct extent_allocator *allocator, uint32_t index)
{
	allocator->root = erase(allocator->holes, allocator->root, index);
	allocator->holes[index] = (struct hole){ .child = { [LEFT] = allocator->free_hole } };
	allocator->free_hole = index;
}

/* The hole at the lowest address that holds `bytes`. */
static uint32_t first_fit(const struct extent_allocator *allocator, uint64_t bytes)
{
	const struct hole *holes = allocator->holes;
	uint32_t root = allocator->root;

	if (holes[root].largest < bytes)
		return NONE;
	for (;;) {
		const struct hole *hole = &holes[root];
		if (holes[hole->child[LEFT]].largest >= bytes)
			root = hole->child[LEFT];
		else if (hole->bytes >= bytes)
			return root;
		else
			root = hole->child[RIGHT]; /* it is there, or `largest` is wrong */
		CHECK(root != NONE);
	}
}

/* The hole that begins at `offset`, or that ends there (`ends`). */
static uint32_t neighbour(const struct extent_allocator *allocator, uint64_t offset, bool ends)
{
	const struct hole *holes = allocator->holes;

	for (uint32_t root = allocator->root; root != NONE;) {
		uint64_t edge = ends ? holes[root].offset + holes[root].bytes : holes[root].offset;
		if (edge == offset)
			return root;
		root = holes[root].child[edge < offset ? RIGHT : LEFT];
	}
	return NONE;
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
	if (old == 0)
		holes[NONE] = (struct hole){ 0 };
	for (uint32_t i = count + 1; i >= (old == 0 ? 1 : old + 2); i--) {
		holes[i] = (struct hole){ .child = { [LEFT] = allocator->free_hole } };
		allocator->free_hole = i;
	}
	for (uint32_t i = count; i-- > old;) {
		leases[i] = (struct lease){ .next_free = allocator->free_slot };
		allocator->free_slot = i;
	}
	allocator->slot_count = count;
	return 0;
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
	add_hole(allocator, first, bytes);
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

int extent_lease(struct extent_allocator *allocator, uint64_t bytes, struct extent *ret_extent)
{
	uint64_t size = round_up(allocator, bytes);

	if (size == 0)
		return -E2BIG;
	if (allocator->free_slot == SLOTS_MAX && grow_tables(allocator) < 0)
		return -ENOMEM;
	uint32_t index = first_fit(allocator, size);
	if (index == NONE) {
		allocator->stats.refused_total++;
		return -ENOSPC;
	}
	struct hole hole = allocator->holes[index];
	remove_hole(allocator, index);
	add_hole(allocator, hole.offset + size, hole.bytes - size);

	uint32_t slot = allocator->free_slot;
	struct lease *lease = &allocator->leases[slot];
	allocator->free_slot = lease->next_free;
	*lease = (struct lease){ .offset = hole.offset, .bytes = size, .generation = next_generation(allocator), .next_free = SLOTS_MAX };
	allocator->stats.leases++;
	allocator->stats.leases_total++;
	count_leased(allocator, size);
	*ret_extent = (struct extent){ .offset = hole.offset, .bytes = size, .generation = lease->generation, .slot = slot };
	return 0;
}

bool extent_is_current(const struct extent_allocator *allocator, const struct extent *extent)
{
	if (extent->generation == 0 || extent->slot >= allocator->slot_count)
		return false;
	const struct lease *lease = &allocator->leases[extent->slot];
	return lease->generation == extent->generation && lease->offset == extent->offset && lease->bytes == extent->bytes;
}

/* Makes [offset, offset + bytes) free, one hole with the free neighbours. */
static void give_back(struct extent_allocator *allocator, uint64_t offset, uint64_t bytes)
{
	uint32_t before = neighbour(allocator, offset, true);

	allocator->stats.leased_bytes -= bytes;
	if (before != NONE) {
		offset -= allocator->holes[before].bytes;
		bytes += allocator->holes[before].bytes;
		remove_hole(allocator, before);
	}
	uint32_t after = neighbour(allocator, offset + bytes, false);
	if (after != NONE) {
		bytes += allocator->holes[after].bytes;
		remove_hole(allocator, after);
	}
	add_hole(allocator, offset, bytes);
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
	uint32_t index = size == 0 ? NONE : neighbour(allocator, end, false);
	if (index == NONE || allocator->holes[index].bytes < more) {
		allocator->stats.refused_total++;
		return -ENOSPC;
	}
	uint64_t left = allocator->holes[index].bytes - more;
	remove_hole(allocator, index);
	add_hole(allocator, end + more, left);
	extent->bytes = allocator->leases[extent->slot].bytes = size;
	count_leased(allocator, more);
	return 0;
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
		CHECK(hole->child[side] == NONE || child->priority <= hole->priority);
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

	for (uint32_t i = 0; i < allocator->slot_count; i++) {
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
