/* test_extent.c: the extent allocator against a map of units under random traffic (a hundred million operations: tests/run-allocator), its
 * edges, and what an operation costs. What it makes of the space: test_extent_space.c. */
#include "ipc/extent.h"
#include "tests/unit/extent_traffic.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { FIRST = 4096 };

/* --- against a map of units ---------------------------------------------------------------------------------------- */

static void test_random_traffic_matches_the_map(void **state)
{
	static const struct extent_traffic plans[] = {
		{ "tiny", 64, 64, 10 }, /* edges and exact fits all the time */
		{ "small ones", 600, 64, 5 },
		{ "up to the whole", 500, 64, 500 },
		{ "a ring of 15 GiB", 3840, (uint64_t)4 << 20, 64 },
		{ "many", EXTENT_TRAFFIC_UNITS_MAX, 64, 2 },
	};
	struct extent_traffic_counts counts = { 0 };
	struct error_text error = { "" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(plans); i++)
		if (extent_traffic_run(&plans[i], 11 + i, 400000, &counts, &error) < 0)
			fail_msg("%s", error.message);
	/* each kind of answer was met often */
	assert_true(counts.refused > 10000 && counts.too_large > 100 && counts.trims > 10000 && counts.stale > 10000);
	assert_true(counts.grown > 10000 && counts.not_grown > 10000);
}

/* --- the edges ------------------------------------------------------------------------------------------------------ */

static void test_sizes_at_the_edge(void **state)
{
	struct extent_allocator *allocator = extent_allocator_create(FIRST, 1024);
	struct extent extent = { 0 };

	(void)state;
	assert_int_equal(extent_lease(allocator, 1025, &extent), -E2BIG);
	assert_int_equal(extent_lease(allocator, UINT64_MAX, &extent), -E2BIG);
	assert_int_equal(extent.generation, 0);
	assert_int_equal(extent_lease(allocator, 0, &extent), 0);
	assert_int_equal(extent.bytes, EXTENT_ALIGNMENT);
	assert_int_equal(extent_release(allocator, &extent), 0);
	assert_int_equal(extent_lease(allocator, 1024, &extent), 0);
	struct extent other = { 0 };
	assert_int_equal(extent_lease(allocator, 1, &other), -ENOSPC);
	assert_int_equal(extent_grow(allocator, &extent, UINT64_MAX), -ENOSPC);
	assert_int_equal(extent_trim(allocator, &extent, 1024), 0);
	extent_allocator_check(allocator);
	extent_allocator_destroy(allocator);
	extent_allocator_destroy(NULL);
}

static void test_a_handle_of_an_earlier_life_opens_nothing(void **state)
{
	struct extent_allocator *allocator = extent_allocator_create(FIRST, 1024);
	struct extent first, again, forged;

	(void)state;
	assert_int_equal(extent_lease(allocator, 1024, &first), 0);
	struct extent old = first;
	assert_int_equal(extent_release(allocator, &first), 0);
	assert_int_equal(extent_lease(allocator, 1024, &again), 0); /* same place, same slot, another generation */
	assert_int_equal(again.offset, old.offset);
	assert_int_equal(again.slot, old.slot);
	assert_false(extent_is_current(allocator, &old));
	assert_int_equal(extent_release(allocator, &old), ERROR_STALE);
	assert_int_equal(extent_trim(allocator, &old, 64), ERROR_STALE);
	assert_int_equal(extent_grow(allocator, &old, 64), ERROR_STALE);
	forged = again;
	forged.bytes = 64;
	assert_false(extent_is_current(allocator, &forged));
	forged = again;
	forged.slot = UINT32_MAX;
	assert_false(extent_is_current(allocator, &forged));
	assert_false(extent_is_current(allocator, &(struct extent){ 0 }));
	assert_true(extent_is_current(allocator, &again));
	extent_allocator_destroy(allocator);
}

static void test_the_lowest_hole_that_fits(void **state)
{
	struct extent_allocator *allocator = extent_allocator_create(FIRST, 640);
	struct extent extents[10], next;

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		assert_int_equal(extent_lease(allocator, 64, &extents[i]), 0);
		assert_int_equal(extents[i].offset, FIRST + 64 * i);
	}
	assert_int_equal(extent_release(allocator, &extents[0]), 0);
	assert_int_equal(extent_release(allocator, &extents[4]), 0);
	assert_int_equal(extent_release(allocator, &extents[3]), 0);
	assert_int_equal(extent_release(allocator, &extents[6]), 0);
	assert_int_equal(extent_lease(allocator, 128, &next), 0);
	assert_int_equal(next.offset, FIRST + 64 * 3);
	assert_int_equal(extent_lease(allocator, 128, &next), -ENOSPC);
	assert_int_equal(extent_lease(allocator, 64, &next), 0);
	assert_int_equal(next.offset, FIRST);
	assert_int_equal(extent_lease(allocator, 64, &next), 0);
	assert_int_equal(next.offset, FIRST + 64 * 6);
	extent_allocator_destroy(allocator);
}

static void test_what_a_trim_frees_is_the_next_place(void **state)
{
	struct extent_allocator *allocator = extent_allocator_create(FIRST, 1 << 20);
	struct extent wide, next;

	(void)state;
	assert_int_equal(extent_lease(allocator, 500000, &wide), 0);
	assert_int_equal(extent_trim(allocator, &wide, 1000), 0);
	assert_int_equal(extent_lease(allocator, 64, &next), 0);
	assert_int_equal(next.offset, wide.offset + 1024);
	assert_int_equal(extent_release(allocator, &next), 0);
	assert_int_equal(extent_grow(allocator, &wide, 3000), 0);
	assert_int_equal(wide.bytes, 3008);
	extent_allocator_check(allocator);
	extent_allocator_destroy(allocator);
}

/* Full of the smallest extents, every second one given back: the worst that can happen to the tables. */
static void test_full_of_the_smallest(void **state)
{
	enum { COUNT = 1 << 17 };
	struct extent_allocator *allocator = extent_allocator_create(FIRST, (uint64_t)COUNT * EXTENT_ALIGNMENT);
	struct extent *extents = calloc(COUNT, sizeof(*extents)), none;
	struct extent_stats stats;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(extent_lease(allocator, 1, &extents[i]), 0);
	assert_int_equal(extent_lease(allocator, 1, &none), -ENOSPC);
	extent_stats(allocator, &stats);
	assert_int_equal(stats.leased_bytes, stats.bytes);
	assert_int_equal(stats.largest_free, 0);
	assert_int_equal(stats.refused_total, 1);
	for (size_t i = 0; i < COUNT; i += 2)
		assert_int_equal(extent_release(allocator, &extents[i]), 0);
	extent_allocator_check(allocator);
	extent_stats(allocator, &stats);
	assert_int_equal(stats.largest_free, EXTENT_ALIGNMENT);
	assert_int_equal(extent_lease(allocator, EXTENT_ALIGNMENT + 1, &none), -ENOSPC);
	for (size_t i = 0; i < COUNT; i += 2)
		assert_int_equal(extent_lease(allocator, 1, &extents[i]), 0);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(extent_release(allocator, &extents[i]), 0);
	extent_allocator_check(allocator);
	extent_stats(allocator, &stats);
	assert_int_equal(stats.largest_free, stats.bytes);
	assert_int_equal(stats.leased_peak, stats.bytes);
	extent_allocator_destroy(allocator);
	free(extents);
}

/* --- what an operation costs ---------------------------------------------------------------------------------------- */

struct cost {
	double mean; /* nodes of the tree looked at, by operation */
	uint64_t peak;
};

/* Takes the hole behind a lease at a random place and gives it back: nothing has changed afterwards. */
static void grow_and_trim(struct extent_allocator *allocator, struct extent *extent, uint64_t bytes)
{
	if (extent_grow(allocator, extent, 2 * bytes) == 0)
		assert_int_equal(extent_trim(allocator, extent, bytes), 0);
}

/* Gives a lease back, which joins it with the holes on both sides to the only one of three places, and takes that again. */
static void release_and_lease(struct extent_allocator *allocator, struct extent *extent, uint64_t bytes)
{
	if (extent->generation == 0)
		return;
	assert_int_equal(extent_release(allocator, extent), 0);
	if (extent_lease(allocator, 3 * bytes, extent) == 0)
		assert_int_equal(extent_trim(allocator, extent, 2 * bytes), 0);
}

/* Fills the whole with extents of one size, opens every second place, and then works at random places. */
static struct cost measure_cost(size_t count, uint64_t bytes)
{
	enum { STEPS = 20000 };
	struct support_random random = { 5 };
	struct extent_allocator *allocator = extent_allocator_create(FIRST, count * bytes);
	struct extent *extents = calloc(count, sizeof(*extents));
	struct extent_stats before, after;

	for (size_t i = 0; i < count; i++)
		assert_int_equal(extent_lease(allocator, bytes, &extents[i]), 0);
	for (size_t i = 1; i < count; i += 2)
		assert_int_equal(extent_release(allocator, &extents[i]), 0);
	extent_stats(allocator, &before);
	for (size_t i = 0; i < STEPS; i++)
		grow_and_trim(allocator, &extents[support_random_below(&random, count / 2) * 2], bytes);
	for (size_t i = 0; i < count / 8; i++)
		release_and_lease(allocator, &extents[support_random_below(&random, count / 2) * 2], bytes);
	extent_stats(allocator, &after);
	extent_allocator_check(allocator);
	extent_allocator_destroy(allocator);
	free(extents);
	return (struct cost){ (double)(after.visits_total - before.visits_total) / (2.0 * STEPS + 3.0 * (double)(count / 8)), after.visits_peak };
}

/* With a list of holes the mean would be a quarter of the number of extents. */
static void test_an_operation_costs_the_logarithm(void **state)
{
	double first = 0;

	(void)state;
	for (unsigned bits = 8; bits <= 20; bits += 2) {
		struct cost cost = measure_cost((size_t)1 << bits, EXTENT_ALIGNMENT);
		printf("%8zu extents of 64 bytes, half of them holes: %.1f nodes an operation, at most %llu\n", (size_t)1 << bits, cost.mean,
		       (unsigned long long)cost.peak);
		assert_true(cost.mean <= 2.0 * bits);
		assert_true(cost.peak <= 6 * bits);
		first = first == 0 ? cost.mean : first;
		assert_true(cost.mean <= 4 * first); /* the last has 4,096 times as many extents as the first */
	}
	for (size_t count = 16; count <= 4096; count *= 4) { /* 1 GiB to 256 GiB */
		struct cost cost = measure_cost(count, (uint64_t)64 << 20);
		printf("%8zu extents of 64 MiB, half of them holes: %.1f nodes an operation, at most %llu\n", count, cost.mean,
		       (unsigned long long)cost.peak);
		assert_true(cost.mean <= 2 * log2((double)count) && (double)cost.peak <= 6 * log2((double)count));
	}
}

/* A ring that is full has no holes but those that were just made: what is leased costs nothing. */
static void test_what_is_leased_costs_nothing(void **state)
{
	(void)state;
	for (unsigned bits = 8; bits <= 18; bits += 5) {
		struct support_random random = { 7 };
		size_t count = (size_t)1 << bits;
		struct extent_allocator *allocator = extent_allocator_create(FIRST, count * EXTENT_ALIGNMENT);
		struct extent *extents = calloc(count, sizeof(*extents));
		struct extent_stats stats;
		for (size_t i = 0; i < count; i++)
			assert_int_equal(extent_lease(allocator, 1, &extents[i]), 0);
		for (size_t i = 0; i < 10000; i++) {
			struct extent *extent = &extents[support_random_below(&random, count)];
			assert_int_equal(extent_release(allocator, extent), 0);
			assert_int_equal(extent_lease(allocator, 1, extent), 0);
		}
		extent_stats(allocator, &stats);
		assert_true(stats.visits_peak <= 2);
		extent_allocator_destroy(allocator);
		free(extents);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_traffic_matches_the_map),
		cmocka_unit_test(test_sizes_at_the_edge),
		cmocka_unit_test(test_a_handle_of_an_earlier_life_opens_nothing),
		cmocka_unit_test(test_the_lowest_hole_that_fits),
		cmocka_unit_test(test_what_a_trim_frees_is_the_next_place),
		cmocka_unit_test(test_full_of_the_smallest),
		cmocka_unit_test(test_an_operation_costs_the_logarithm),
		cmocka_unit_test(test_what_is_leased_costs_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
