/* test_extent.c: the extent allocator against a plain map of units, under random traffic, and what it makes of the space with
 * documents of the sizes that are met. */
#include "ipc/extent.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { FIRST = 4096 };

/* --- against a model ----------------------------------------------------------------------------------------------- */

/* One byte a unit: 0 free, else the mark of the lease that holds it. */
struct model {
	uint8_t *units;
	size_t count;
	struct extent *held;
	size_t held_count;
};

static bool units_are(const struct model *model, uint64_t offset, uint64_t bytes, bool used)
{
	size_t first = (offset - FIRST) / EXTENT_ALIGNMENT, count = bytes / EXTENT_ALIGNMENT;

	assert_true(first + count <= model->count);
	for (size_t i = first; i < first + count; i++)
		if ((model->units[i] != 0) != used)
			return false;
	return true;
}

static void mark(struct model *model, uint64_t offset, uint64_t bytes, bool used)
{
	memset(model->units + (offset - FIRST) / EXTENT_ALIGNMENT, used, bytes / EXTENT_ALIGNMENT);
}

/* The first unit of the lowest free run of `units`, or model->count. */
static size_t lowest_run(const struct model *model, size_t units)
{
	size_t run = 0;

	for (size_t i = 0; i < model->count; i++) {
		run = model->units[i] ? 0 : run + 1;
		if (run == units)
			return i + 1 - units;
	}
	return model->count;
}

static void step_lease(struct extent_allocator *allocator, struct model *model, uint64_t bytes)
{
	struct extent extent = { 0 };
	uint64_t units = bytes <= EXTENT_ALIGNMENT ? 1 : (bytes + EXTENT_ALIGNMENT - 1) / EXTENT_ALIGNMENT;
	size_t place = lowest_run(model, units);
	int status = extent_lease(allocator, bytes, &extent);

	if (place == model->count) {
		assert_int_equal(status, -ENOSPC);
		return;
	}
	assert_int_equal(status, 0);
	assert_int_equal(extent.bytes, units * EXTENT_ALIGNMENT);
	assert_int_equal(extent.offset, FIRST + place * EXTENT_ALIGNMENT);
	mark(model, extent.offset, extent.bytes, true);
	model->held[model->held_count++] = extent;
}

static void step_change(struct extent_allocator *allocator, struct model *model, size_t index, uint64_t bytes, bool grow)
{
	struct extent *extent = &model->held[index], old = *extent;

	if (!grow) {
		bytes = 1 + bytes % extent->bytes;
		assert_int_equal(extent_trim(allocator, extent, bytes), 0);
		assert_true(extent->bytes >= bytes && extent->bytes < bytes + EXTENT_ALIGNMENT);
		mark(model, old.offset, old.bytes, false);
		mark(model, extent->offset, extent->bytes, true);
		return;
	}
	bytes = extent->bytes + EXTENT_ALIGNMENT * (1 + bytes % 40);
	uint64_t end = extent->offset + extent->bytes, limit = FIRST + model->count * EXTENT_ALIGNMENT;
	bool possible = extent->offset + bytes <= limit && units_are(model, end, extent->offset + bytes - end, false);
	int status = extent_grow(allocator, extent, bytes);
	assert_int_equal(status, possible ? 0 : -ENOSPC);
	assert_int_equal(extent->bytes, possible ? bytes : old.bytes);
	mark(model, extent->offset, extent->bytes, true);
}

static void step_release(struct extent_allocator *allocator, struct model *model, size_t index)
{
	struct extent extent = model->held[index], copy = extent;

	mark(model, extent.offset, extent.bytes, false);
	assert_int_equal(extent_release(allocator, &extent), 0);
	assert_int_equal(extent.generation, 0);
	assert_int_equal(extent_release(allocator, &copy), ERROR_STALE);
	model->held[index] = model->held[--model->held_count];
}

static void run_traffic(uint64_t seed, size_t units, uint64_t bytes_max, size_t steps)
{
	struct support_random random = { seed };
	struct extent_allocator *allocator = extent_allocator_create(FIRST, units * EXTENT_ALIGNMENT);
	struct model model = { .units = calloc(units, 1), .count = units, .held = calloc(units, sizeof(struct extent)) };
	bool filling = true;

	assert_non_null(allocator);
	for (size_t i = 0; i < steps; i++) {
		uint64_t choice = support_random_below(&random, 100), size = support_random_below(&random, bytes_max);
		if (support_random_below(&random, 200) == 0)
			filling = !filling;
		if (model.held_count == 0 || choice < (filling ? 55u : 25u))
			step_lease(allocator, &model, size);
		else if (choice < 90)
			step_release(allocator, &model, support_random_below(&random, model.held_count));
		else
			step_change(allocator, &model, support_random_below(&random, model.held_count), size, choice >= 95);
		if (i % 997 == 0)
			extent_allocator_check(allocator);
	}
	while (model.held_count > 0)
		step_release(allocator, &model, model.held_count - 1);
	extent_allocator_check(allocator);
	struct extent_stats stats;
	extent_stats(allocator, &stats);
	assert_int_equal(stats.leased_bytes, 0);
	assert_int_equal(stats.leases, 0);
	assert_int_equal(stats.largest_free, units * EXTENT_ALIGNMENT);
	extent_allocator_destroy(allocator);
	free(model.units);
	free(model.held);
}

static void test_random_traffic_matches_the_model(void **state)
{
	(void)state;
	run_traffic(11, 64, 640, 1000000);      /* tiny: edges and exact fits all the time */
	run_traffic(12, 600, 3000, 1000000);    /* many small ones */
	run_traffic(13, 1000, 64000, 200000);   /* sizes up to the whole */
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

/* --- what it makes of the space -------------------------------------------------------------------------------------- */

/* Log-normal with median 18 k and P95 160 k characters; one document of 46 M in ten thousand (the corpus to plan for). */
static uint64_t document_bytes(struct support_random *random)
{
	static const double median = 18e3, p95 = 160e3, z95 = 1.6448536;

	if (support_random_below(random, 10000) == 0)
		return 46000000;
	double size = median * exp(log(p95 / median) / z95 * support_random_normal(random));
	return size < 330 ? 330 : size > 46e6 ? 46000000 : (uint64_t)size;
}

struct usage {
	double first_refusal; /* leased share when a document of up to 1 MiB was refused for the first time */
	double mean, least;   /* the same over all such refusals */
	double scattered;     /* mean of 1 - largest hole / free, before each lease */
};

static double leased_share(const struct extent_stats *stats)
{
	return (double)stats->leased_bytes / (double)stats->bytes;
}

/* Leases documents one after another. When one is refused, or more than `share` of the space would be leased, gives back what has been
 * held longest, give or take `window` others, as workers that are done in any order do. */
static struct usage churn(uint64_t seed, uint64_t bytes, double share, size_t window, size_t documents)
{
	struct support_random random = { seed };
	struct extent_allocator *allocator = extent_allocator_create(FIRST, bytes);
	struct extent *held = calloc(documents, sizeof(*held));
	struct usage usage = { .first_refusal = -1, .least = 1 };
	size_t oldest = 0, judged = 0;

	for (size_t next = 0; next < documents; next++) {
		uint64_t size = document_bytes(&random);
		for (;;) {
			struct extent_stats stats;
			extent_stats(allocator, &stats);
			uint64_t free_bytes = stats.bytes - stats.leased_bytes;
			bool wanted = (double)(stats.leased_bytes + size) <= share * (double)stats.bytes;
			if (wanted && extent_lease(allocator, size, &held[next]) == 0) {
				usage.scattered += free_bytes ? 1 - (double)stats.largest_free / (double)free_bytes : 0;
				break;
			}
			if (wanted && size <= 1 << 20) {
				usage.first_refusal = usage.first_refusal < 0 ? leased_share(&stats) : usage.first_refusal;
				usage.mean += leased_share(&stats);
				usage.least = fmin(usage.least, leased_share(&stats));
				judged++;
			}
			size_t others = next - oldest, pick = oldest + support_random_below(&random, window < others ? window : others);
			struct extent swap = held[pick];
			held[pick] = held[oldest];
			held[oldest] = swap;
			assert_int_equal(extent_release(allocator, &held[oldest++]), 0);
		}
	}
	extent_allocator_check(allocator);
	extent_allocator_destroy(allocator);
	free(held);
	usage.mean /= judged ? (double)judged : 1;
	usage.scattered /= (double)documents;
	return usage;
}

static const struct {
	uint64_t bytes;
	size_t window;
} mixes[] = { { 256u << 20, 1 }, { 256u << 20, 64 }, { 512u << 20, 16 }, { 1u << 30, 256 }, { 1u << 30, 1u << 20 } };

enum { DOCUMENTS = 100000 };

static void test_space_is_used_with_the_corpus_mix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mixes) / sizeof(mixes[0]); i++) {
		struct usage usage = churn(100 + i, mixes[i].bytes, 1, mixes[i].window, DOCUMENTS);
		printf("%5llu MiB, out of order by %7zu: leased at the first refusal %.3f, at later ones %.3f, at least %.3f\n",
		       (unsigned long long)(mixes[i].bytes >> 20), mixes[i].window, usage.first_refusal, usage.mean, usage.least);
		assert_true(usage.first_refusal >= 0.85);
		assert_true(usage.mean >= 0.90); /* what lies idle because it is scattered: at most a tenth */
		assert_true(usage.least >= 0.80);
	}
}

static void test_free_space_stays_in_one_piece(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mixes) / sizeof(mixes[0]); i++) {
		struct usage usage = churn(200 + i, mixes[i].bytes, 0.7, mixes[i].window, DOCUMENTS);
		printf("%5llu MiB, out of order by %7zu, 70 %% leased: scattered %.3f of what is free\n",
		       (unsigned long long)(mixes[i].bytes >> 20), mixes[i].window, usage.scattered);
		assert_true(usage.scattered <= (mixes[i].window <= 256 ? 0.30 : 0.50));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_traffic_matches_the_model),
		cmocka_unit_test(test_sizes_at_the_edge),
		cmocka_unit_test(test_a_handle_of_an_earlier_life_opens_nothing),
		cmocka_unit_test(test_the_lowest_hole_that_fits),
		cmocka_unit_test(test_what_a_trim_frees_is_the_next_place),
		cmocka_unit_test(test_full_of_the_smallest),
		cmocka_unit_test(test_space_is_used_with_the_corpus_mix),
		cmocka_unit_test(test_free_space_stays_in_one_piece),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
