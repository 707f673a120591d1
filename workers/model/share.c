/* share.c: see share.h. */
#include "workers/model/share.h"

#include "ipc/barrier.h"

#include <unistd.h>

#define NOT_BEFORE_NS_MAX (130ull * 1000000000) /* from now: no Retry-After is longer */
#define LIMIT_MASK (((uint64_t)1 << SHARE_LIMIT_BITS) - 1)
#define UNDER_WAY_MAX LIMIT_MASK /* what another process wrote is believed up to here */

/* How a question stands beside those of the others. */
enum stand { STAND_FREE, STAND_FULL, STAND_BEHIND /* the last free slot is another one's turn */ };

void share_init(struct share *share, struct share_cell *cell, int bell)
{
	*share = (struct share){ .cell = cell, .bell = bell };
	if (!cell)
		return;
	uint64_t *const words[] = { &cell->under_way, &cell->waits, &cell->started_ns, &cell->limit, &cell->limit_max, &cell->not_before_ns };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		barrier_store_relaxed_u64(words[i], 0);
}

void share_tell_others(struct share *share, const struct share_cell *const *others, uint32_t count, uint64_t now_ns)
{
	if (!share->told && count)
		share->settles_ns = now_ns + SHARE_SETTLE_NS;
	share->told = true;
	share->count = count < SHARE_OTHERS_MAX ? count : SHARE_OTHERS_MAX;
	for (uint32_t i = 0; i < share->count; i++)
		share->others[i] = others[i];
}

/* --- what is known of the server ----------------------------------------------------------------------------------------- */

static uint64_t changed_ns(uint64_t limit) { return limit & ~LIMIT_MASK; }

void share_hear(struct share *share, struct endpoint *endpoint, uint64_t now_ns)
{
	uint64_t limit_max = endpoint->own_max, newest = share->limit, not_before_ns = endpoint->not_before_ns;

	if (!share->cell)
		return;
	for (uint32_t i = 0; i < share->count; i++) {
		uint64_t limit = barrier_load_relaxed_u64(&share->others[i]->limit), most = barrier_load_relaxed_u64(&share->others[i]->limit_max);
		uint64_t wait_ns = barrier_load_relaxed_u64(&share->others[i]->not_before_ns);
		newest = changed_ns(limit) > changed_ns(newest) && changed_ns(limit) <= now_ns ? limit : newest;
		limit_max = most > limit_max && most <= LIMIT_MASK ? most : limit_max;
		not_before_ns = wait_ns > not_before_ns && wait_ns < now_ns + NOT_BEFORE_NS_MAX ? wait_ns : not_before_ns;
	}
	bool heard = newest != share->limit;
	share->limit = newest;
	endpoint_hear(endpoint, (uint32_t)limit_max, newest == 0 ? (uint32_t)limit_max : heard ? (uint32_t)(newest & LIMIT_MASK) : 0, not_before_ns);
}

/* The endpoint changed it by itself since it was last told of. */
static void note_limit(struct share *share, const struct endpoint *endpoint, uint64_t now_ns)
{
	uint64_t limit = (uint64_t)endpoint->limit, known = share->limit ? share->limit & LIMIT_MASK : endpoint->limit_max;

	if (limit != known)
		share->limit = (now_ns & ~LIMIT_MASK) | (limit & LIMIT_MASK);
}

/* --- whose turn it is ------------------------------------------------------------------------------------------------------ */

static uint64_t under_way_of(const struct share_cell *cell)
{
	uint64_t under_way = barrier_load_relaxed_u64(&cell->under_way);
	return under_way < UNDER_WAY_MAX ? under_way : UNDER_WAY_MAX;
}

static bool waits(const struct share_cell *cell) { return barrier_load_relaxed_u64(&cell->waits) == 1; }

static uint64_t sum(const struct share *share, const struct endpoint *endpoint)
{
	uint64_t under_way = endpoint->under_way;

	for (uint32_t i = 0; i < share->count; i++)
		under_way += under_way_of(share->others[i]);
	return under_way;
}

static bool comes_before(const struct share *share, const struct endpoint *endpoint, const struct share_cell *other)
{
	uint64_t theirs = under_way_of(other);
	return waits(other) && (theirs < endpoint->under_way ||
				(theirs == endpoint->under_way && barrier_load_relaxed_u64(&other->started_ns) < share->started_ns));
}

static enum stand look(const struct share *share, const struct endpoint *endpoint)
{
	uint64_t limit = (uint64_t)endpoint->limit, under_way = sum(share, endpoint);

	if (under_way >= limit)
		return STAND_FULL;
	for (uint32_t i = 0; i < share->count && under_way + 1 == limit; i++)
		if (comes_before(share, endpoint, share->others[i]))
			return STAND_BEHIND;
	return STAND_FREE;
}

bool share_may_start(struct share *share, const struct endpoint *endpoint, uint64_t now_ns)
{
	if (!share->cell)
		return true;
	enum stand stand = share->told && now_ns >= share->settles_ns ? look(share, endpoint) : STAND_FULL;
	if (stand != STAND_BEHIND)
		share->yields_from_ns = 0;
	else if (share->yields_from_ns == 0)
		share->yields_from_ns = now_ns;
	else if (now_ns >= share->yields_from_ns + SHARE_YIELD_NS) /* it does not take its turn */
		stand = STAND_FREE;
	share->waits |= stand != STAND_FREE;
	return stand == STAND_FREE;
}

/* --- telling --------------------------------------------------------------------------------------------------------------- */

static bool store(uint64_t *place, uint64_t value)
{
	bool changed = barrier_load_relaxed_u64(place) != value;

	if (changed)
		barrier_store_relaxed_u64(place, value);
	return changed;
}

static void ring_for_those_who_wait(const struct share *share)
{
	const uint64_t once = 1;

	for (uint32_t i = 0; i < share->count; i++)
		if (waits(share->others[i])) {
			(void)!write(share->bell, &once, sizeof(once)); /* a counter that is full wakes nobody: they look by themselves */
			return;
		}
}

void share_tell(struct share *share, const struct endpoint *endpoint, uint64_t now_ns)
{
	struct share_cell *cell = share->cell;

	if (!cell)
		return;
	note_limit(share, endpoint, now_ns);
	bool changed = store(&cell->under_way, endpoint->under_way);
	changed |= store(&cell->limit, share->limit);
	changed |= store(&cell->waits, share->waits);
	changed |= store(&cell->not_before_ns, endpoint->not_before_ns);
	changed |= store(&cell->limit_max, endpoint->own_max);
	if (!changed || share->count == 0)
		return;
	barrier_full(); /* partner: this one in another process, between its `waits` and its look at `under_way` (share_next_ns) */
	if (sum(share, endpoint) < (uint64_t)endpoint->limit)
		ring_for_those_who_wait(share);
}

void share_started(struct share *share, const struct endpoint *endpoint, uint64_t now_ns)
{
	if (!share->cell)
		return;
	share->started_ns = now_ns;
	share->yields_from_ns = 0;
	barrier_store_relaxed_u64(&share->cell->started_ns, now_ns);
	share_tell(share, endpoint, now_ns);
}

void share_leave(struct share *share)
{
	if (!share->cell)
		return;
	share->waits = false;
	share->limit = 0; /* who begins again hears it from the others */
	barrier_store_relaxed_u64(&share->cell->under_way, 0);
	barrier_store_relaxed_u64(&share->cell->waits, 0);
	barrier_full(); /* partner: share_tell */
	ring_for_those_who_wait(share);
}

uint64_t share_next_ns(const struct share *share, const struct endpoint *endpoint, uint64_t now_ns)
{
	if (!share->told) /* a message wakes */
		return UINT64_MAX;
	if (now_ns < share->settles_ns)
		return share->settles_ns;
	enum stand stand = look(share, endpoint);
	if (stand == STAND_FREE)
		return now_ns;
	return stand == STAND_BEHIND && share->yields_from_ns ? share->yields_from_ns + SHARE_YIELD_NS : now_ns + SHARE_LOOK_NS;
}
