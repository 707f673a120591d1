/* extent_traffic.c: the map of units, the choice of operations, and the comparison. See extent_traffic.h. */
#include "tests/unit/extent_traffic.h"

#include "ipc/extent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 4096, WORD_BITS = 64, RETIRED = 64, RECOUNT_EVERY = 1 << 16, LARGEST_EVERY = 32 };

struct holder {
	struct extent extent;
	uint32_t first, count; /* units of the map */
};

struct traffic {
	const struct extent_traffic *plan;
	struct extent_allocator *allocator;
	uint64_t *used; /* a bit a unit; beyond the last one all are set */
	uint32_t words, used_units;
	struct holder *held;
	uint32_t held_count;
	struct extent retired[RETIRED]; /* handles that were given back */
	uint32_t retired_count;
	uint64_t random, operation, seed;
	bool filling;
	struct extent_traffic_counts *counts;
	struct error_text *error;
};

/* --- the map ------------------------------------------------------------------------------------------------------- */

/* The first unit from `from` on that is `used`, or the end. */
static uint32_t next_unit(const struct traffic *traffic, uint32_t from, bool used)
{
	uint32_t word = from / WORD_BITS;

	if (word >= traffic->words)
		return traffic->plan->units;
	uint64_t bits = (used ? traffic->used[word] : ~traffic->used[word]) & (~(uint64_t)0 << from % WORD_BITS);
	while (bits == 0) {
		if (++word == traffic->words)
			return traffic->plan->units;
		bits = used ? traffic->used[word] : ~traffic->used[word];
	}
	uint32_t unit = word * WORD_BITS + (uint32_t)__builtin_ctzll(bits);
	return unit < traffic->plan->units ? unit : traffic->plan->units;
}

/* The lowest free run of `count` units, or the end. */
static uint32_t lowest_run(const struct traffic *traffic, uint32_t count)
{
	uint32_t units = traffic->plan->units;

	for (uint32_t from = next_unit(traffic, 0, false); from + count <= units;) {
		uint32_t end = next_unit(traffic, from, true);
		if (end - from >= count)
			return from;
		from = next_unit(traffic, end, false);
	}
	return units;
}

static uint32_t longest_run(const struct traffic *traffic)
{
	uint32_t longest = 0;

	for (uint32_t from = next_unit(traffic, 0, false); from < traffic->plan->units;) {
		uint32_t end = next_unit(traffic, from, true);
		longest = end - from > longest ? end - from : longest;
		from = next_unit(traffic, end, false);
	}
	return longest;
}

static bool are_free(const struct traffic *traffic, uint32_t first, uint32_t count)
{
	return first + count <= traffic->plan->units && next_unit(traffic, first, true) >= first + count;
}

static void mark(struct traffic *traffic, uint32_t first, uint32_t count, bool used)
{
	uint32_t end = first + count;

	traffic->used_units += used ? count : -count;
	while (first < end) {
		uint32_t bit = first % WORD_BITS, take = end - first < WORD_BITS - bit ? end - first : WORD_BITS - bit;
		uint64_t mask = (take == WORD_BITS ? ~(uint64_t)0 : ((uint64_t)1 << take) - 1) << bit;
		if (used)
			traffic->used[first / WORD_BITS] |= mask;
		else
			traffic->used[first / WORD_BITS] &= ~mask;
		first += take;
	}
}

/* --- comparing ----------------------------------------------------------------------------------------------------- */

static int differs(const struct traffic *traffic, const char *what, int64_t expected, int64_t found)
{
	return error_set(traffic->error, -1, "traffic '%s', seed %llu, operation %llu: %s: expected %lld, found %lld", traffic->plan->name,
			 (unsigned long long)traffic->seed, (unsigned long long)traffic->operation, what, (long long)expected, (long long)found);
}

static int compare(const struct traffic *traffic, const char *what, uint64_t expected, uint64_t found)
{
	return expected == found ? 0 : differs(traffic, what, (int64_t)expected, (int64_t)found);
}

static int compare_handle(const struct traffic *traffic, const struct holder *holder)
{
	uint64_t offset = FIRST + holder->first * traffic->plan->unit_bytes, bytes = holder->count * traffic->plan->unit_bytes;

	if (holder->extent.offset != offset)
		return differs(traffic, "offset", (int64_t)offset, (int64_t)holder->extent.offset);
	if (holder->extent.bytes != bytes)
		return differs(traffic, "bytes", (int64_t)bytes, (int64_t)holder->extent.bytes);
	if (!extent_is_current(traffic->allocator, &holder->extent))
		return differs(traffic, "the handle is current", true, false);
	return 0;
}

static int compare_sums(struct traffic *traffic)
{
	struct extent_stats stats;
	int status;

	extent_stats(traffic->allocator, &stats);
	status = compare(traffic, "leased bytes", traffic->used_units * traffic->plan->unit_bytes, stats.leased_bytes);
	if (status == 0)
		status = compare(traffic, "leases", traffic->held_count, stats.leases);
	if (status == 0 && traffic->operation % LARGEST_EVERY == 0)
		status = compare(traffic, "largest hole", longest_run(traffic) * traffic->plan->unit_bytes, stats.largest_free);
	if (traffic->operation % RECOUNT_EVERY == 0)
		extent_allocator_check(traffic->allocator);
	return status;
}

/* --- operations ---------------------------------------------------------------------------------------------------- */

static uint32_t below(struct traffic *traffic, uint32_t limit)
{
	uint64_t x = traffic->random;

	x ^= x >> 12; /* xorshift64* (Vigna 2016) */
	x ^= x << 25;
	x ^= x >> 27;
	traffic->random = x;
	return (uint32_t)(((x * 0x2545F4914F6CDD1Du >> 32) * limit) >> 32);
}

/* Bytes that round up to `count` units. */
static uint64_t bytes_for(struct traffic *traffic, uint32_t count)
{
	uint64_t bytes = count * traffic->plan->unit_bytes;
	return bytes - below(traffic, EXTENT_ALIGNMENT);
}

static uint32_t some_units(struct traffic *traffic)
{
	uint32_t most = traffic->plan->units_max, small = most / 8 > 1 ? most / 8 : 1;
	return 1 + below(traffic, below(traffic, 2) ? small : most);
}

static int step_lease(struct traffic *traffic)
{
	bool impossible = below(traffic, 512) == 0;
	uint32_t count = impossible ? traffic->plan->units + 1 : some_units(traffic);
	uint64_t bytes = bytes_for(traffic, count);
	uint32_t first = impossible ? traffic->plan->units : lowest_run(traffic, count);
	struct holder holder = { .first = first, .count = count };
	int expected = impossible ? -E2BIG : first == traffic->plan->units ? -ENOSPC : 0;
	int status = extent_lease(traffic->allocator, bytes, &holder.extent);

	if (status != expected)
		return differs(traffic, "answer to a lease", expected, status);
	traffic->counts->too_large += impossible;
	traffic->counts->refused += status == -ENOSPC;
	if (status < 0)
		return 0;
	mark(traffic, first, count, true);
	traffic->held[traffic->held_count++] = holder;
	traffic->counts->leases++;
	return compare_handle(traffic, &holder);
}

static int step_release(struct traffic *traffic, uint32_t index)
{
	struct holder *holder = &traffic->held[index];
	struct extent old = holder->extent;

	int status = extent_release(traffic->allocator, &holder->extent);
	if (status != 0 || holder->extent.generation != 0 || holder->extent.bytes != 0)
		return differs(traffic, "release", 0, status);
	mark(traffic, holder->first, holder->count, false);
	traffic->held[index] = traffic->held[--traffic->held_count];
	traffic->retired[traffic->retired_count++ % RETIRED] = old;
	traffic->counts->releases++;
	return extent_is_current(traffic->allocator, &old) ? differs(traffic, "a released handle is current", false, true) : 0;
}

static int step_trim(struct traffic *traffic, struct holder *holder)
{
	uint32_t count = 1 + below(traffic, holder->count);
	int status = extent_trim(traffic->allocator, &holder->extent, bytes_for(traffic, count));

	if (status != 0)
		return differs(traffic, "answer to a trim", 0, status);
	mark(traffic, holder->first + count, holder->count - count, false);
	holder->count = count;
	traffic->counts->trims++;
	return compare_handle(traffic, holder);
}

static int step_grow(struct traffic *traffic, struct holder *holder)
{
	uint32_t more = below(traffic, some_units(traffic) + 1); /* 0: nothing to do */
	bool possible = are_free(traffic, holder->first + holder->count, more);
	int expected = possible ? 0 : -ENOSPC;
	int status = extent_grow(traffic->allocator, &holder->extent, bytes_for(traffic, holder->count + more));

	if (status != expected)
		return differs(traffic, "answer to a grow", expected, status);
	if (possible) {
		mark(traffic, holder->first + holder->count, more, true);
		holder->count += more;
	}
	traffic->counts->grown += possible;
	traffic->counts->not_grown += !possible;
	return compare_handle(traffic, holder);
}

/* A handle that was given back, or a current one with one field changed. */
static int step_stale(struct traffic *traffic)
{
	struct extent wrong = traffic->retired[below(traffic, RETIRED)];

	if (traffic->held_count > 0 && below(traffic, 2)) {
		wrong = traffic->held[below(traffic, traffic->held_count)].extent;
		switch (below(traffic, 4)) {
		case 0: wrong.offset += EXTENT_ALIGNMENT; break;
		case 1: wrong.bytes += EXTENT_ALIGNMENT; break;
		case 2: wrong.generation--; break;
		default: wrong.slot += 1 + below(traffic, 1000); break;
		}
	}
	struct extent copy = wrong;
	uint32_t choice = below(traffic, 3);
	int status = choice == 0   ? extent_release(traffic->allocator, &copy)
		     : choice == 1 ? extent_trim(traffic->allocator, &copy, EXTENT_ALIGNMENT)
				   : extent_grow(traffic->allocator, &copy, wrong.bytes + EXTENT_ALIGNMENT);
	if (status != ERROR_STALE)
		return differs(traffic, "answer to a handle that is none", ERROR_STALE, status);
	traffic->counts->stale++;
	return memcmp(&copy, &wrong, sizeof(copy)) == 0 ? 0 : differs(traffic, "a refused handle was changed", false, true);
}

static int step(struct traffic *traffic)
{
	uint32_t choice = below(traffic, 100);

	if (below(traffic, 2 * traffic->plan->units) == 0) /* full and nearly empty by turns */
		traffic->filling = !traffic->filling;
	if (choice < 6)
		return step_stale(traffic);
	if (traffic->held_count == 0 || choice < (traffic->filling ? 56u : 28u))
		return step_lease(traffic);
	uint32_t index = below(traffic, traffic->held_count);
	if (choice < 80)
		return step_release(traffic, index);
	return choice < 90 ? step_trim(traffic, &traffic->held[index]) : step_grow(traffic, &traffic->held[index]);
}

static int run_steps(struct traffic *traffic, uint64_t operations)
{
	int status = 0;

	for (traffic->operation = 1; traffic->operation <= operations && status == 0; traffic->operation++) {
		status = step(traffic);
		if (status == 0)
			status = compare_sums(traffic);
		traffic->counts->operations++;
	}
	while (status == 0 && traffic->held_count > 0) /* in any order, to one hole */
		status = step_release(traffic, below(traffic, traffic->held_count));
	traffic->operation = 0;
	return status < 0 ? status : compare_sums(traffic);
}

int extent_traffic_run(const struct extent_traffic *plan, uint64_t seed, uint64_t operations, struct extent_traffic_counts *counts,
		       struct error_text *error)
{
	struct traffic traffic = {
		.plan = plan, .words = (plan->units + WORD_BITS - 1) / WORD_BITS, .random = seed * 2 + 1, .seed = seed, .filling = true,
		.counts = counts, .error = error,
	};

	CHECK(plan->units <= EXTENT_TRAFFIC_UNITS_MAX && plan->unit_bytes % EXTENT_ALIGNMENT == 0 && plan->units_max <= plan->units);
	traffic.allocator = extent_allocator_create(FIRST, plan->units * plan->unit_bytes);
	traffic.used = calloc(traffic.words, sizeof(*traffic.used));
	traffic.held = calloc(plan->units, sizeof(*traffic.held));
	CHECK(traffic.allocator && traffic.used && traffic.held);
	if (plan->units % WORD_BITS)
		traffic.used[traffic.words - 1] = ~(uint64_t)0 << plan->units % WORD_BITS;
	int status = run_steps(&traffic, operations);
	extent_allocator_destroy(traffic.allocator);
	free(traffic.used);
	free(traffic.held);
	return status;
}
