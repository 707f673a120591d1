/* test_extent_space.c: what the allocator makes of the space, with documents of the sizes to plan for (median 18 k, P95 160 k characters, one
 * of 46 M in ten thousand), as a run lives on them: the ring is always as full as it goes, workers take the documents in order, large
 * ones take longer and some take very long; results stay in the outboxes until their conversations are written. Time is counted in steps of
 * the simulation, never read from a clock, and no memory is touched: the rings are only numbers. */
#include "ipc/extent.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define MIB ((uint64_t)1 << 20)

enum { FIRST = 4096, PERCENT = 100 };

/* --- documents ------------------------------------------------------------------------------------------------------ */

static const double large_characters = 46e6;

/* Log-normal with the median and P95 of the corpus to plan for. */
static uint64_t document_bytes(struct support_random *random)
{
	static const double median = 18e3, p95 = 160e3, z95 = 1.6448536;

	if (support_random_below(random, 10000) == 0)
		return (uint64_t)large_characters;
	double size = median * exp(log(p95 / median) / z95 * support_random_normal(random));
	return size < 330 ? 330 : size > large_characters ? (uint64_t)large_characters : (uint64_t)size;
}

/* A fixed part, a part by size, give or take; one in a hundred takes twenty times as long. */
static double work_time(struct support_random *random, uint64_t bytes)
{
	double time = (200 + (double)bytes / 50) * exp(0.5 * support_random_normal(random));
	return support_random_below(random, 100) == 0 ? 20 * time : time;
}

/* --- what ends when: a heap ------------------------------------------------------------------------------------------ */

struct held {
	double end;
	struct extent extent;
	size_t place; /* which allocator */
};

struct ends {
	struct held *items;
	size_t count, capacity;
};

static void ends_add(struct ends *ends, struct held item)
{
	size_t index = ends->count++;

	if (ends->count > ends->capacity) {
		ends->capacity = ends->capacity ? 2 * ends->capacity : 64;
		ends->items = realloc(ends->items, ends->capacity * sizeof(*ends->items));
		assert_non_null(ends->items);
	}
	for (; index > 0 && ends->items[(index - 1) / 2].end > item.end; index = (index - 1) / 2)
		ends->items[index] = ends->items[(index - 1) / 2];
	ends->items[index] = item;
}

static struct held ends_take(struct ends *ends)
{
	struct held first = ends->items[0], last = ends->items[--ends->count];
	size_t index = 0;

	for (size_t child = 1; child < ends->count; child = 2 * index + 1) {
		child += child + 1 < ends->count && ends->items[child + 1].end < ends->items[child].end;
		if (ends->items[child].end >= last.end)
			break;
		ends->items[index] = ends->items[child];
		index = child;
	}
	ends->items[index] = last;
	return first;
}

/* --- what is counted ------------------------------------------------------------------------------------------------- */

struct usage {
	size_t refusals;
	size_t by_percent[PERCENT + 1]; /* refusals, by how much was leased, with what was asked for */
	double filled_sum;
	double time, leased_time, lost_time; /* while there is back-pressure */
};

/* A refusal: what is leased and what was asked for, as a share of the whole. */
static void count_refusal(struct usage *usage, uint64_t leased, uint64_t asked, uint64_t whole)
{
	double filled = fmin(1, (double)(leased + asked) / (double)whole);

	usage->refusals++;
	usage->filled_sum += filled;
	usage->by_percent[(size_t)(filled * PERCENT)]++;
}

/* For as long as somebody waits for `asked`: what is free is lost to fragmentation when it would be enough in one piece. */
static void count_wait(struct usage *usage, uint64_t leased, uint64_t asked, uint64_t whole, double time)
{
	usage->time += time;
	usage->leased_time += time * (double)leased / (double)whole;
	if (asked <= whole - leased)
		usage->lost_time += time * (double)(whole - leased) / (double)whole;
}

static double filled_mean(const struct usage *usage)
{
	return usage->filled_sum / (double)usage->refusals;
}

/* The share below which one refusal in a hundred lies. */
static double filled_p1(const struct usage *usage)
{
	size_t sum = 0, percent = 0;

	while (percent < PERCENT && (sum += usage->by_percent[percent]) * 100 < usage->refusals)
		percent++;
	return percent / (double)PERCENT;
}

/* --- the ring -------------------------------------------------------------------------------------------------------- */

struct ring_case {
	uint64_t bytes;
	size_t documents;
	unsigned workers;
	double large_share; /* ipc.large_share: a larger file stays outside */
	double load;        /* below 1: as many documents as keep this share leased, so that nobody waits */
};

struct ring_run {
	struct extent_allocator *ring;
	struct extent *queue; /* in order: leased, not yet begun */
	uint64_t asked;       /* the document that comes next */
	size_t taken, begun;
	struct ends ends;
	double now, scattered_time, steady_time;
	bool waiting, steady;
	struct usage usage;
	struct support_random random;
};

static uint64_t next_asked(struct ring_run *run, const struct ring_case *settings)
{
	uint64_t bytes = document_bytes(&run->random);
	return (double)bytes > settings->large_share * (double)settings->bytes ? 200 : bytes; /* a header alone */
}

static void begin_work(struct ring_run *run, const struct ring_case *settings)
{
	while (run->ends.count < settings->workers && run->begun < run->taken) {
		struct extent extent = run->queue[run->begun++];
		ends_add(&run->ends, (struct held){ .end = run->now + work_time(&run->random, extent.bytes), .extent = extent });
	}
}

/* Leases until there is no room. */
static void fill_ring(struct ring_run *run, const struct ring_case *settings)
{
	struct extent_stats stats;

	while (run->taken < settings->documents) {
		extent_stats(run->ring, &stats);
		if (settings->load < 1 && (double)(stats.leased_bytes + run->asked) > settings->load * (double)stats.bytes) {
			run->steady = true;
			return;
		}
		if (extent_lease(run->ring, run->asked, &run->queue[run->taken]) < 0) {
			if (run->steady && !run->waiting)
				count_refusal(&run->usage, stats.leased_bytes, run->asked, stats.bytes);
			run->waiting = run->steady = true;
			return;
		}
		run->taken++;
		run->waiting = false;
		run->asked = next_asked(run, settings);
		begin_work(run, settings);
	}
}

static void end_next_work(struct ring_run *run)
{
	struct held item = ends_take(&run->ends);
	struct extent_stats stats;
	double time = item.end - run->now;

	extent_stats(run->ring, &stats);
	if (run->steady) {
		uint64_t free_bytes = stats.bytes - stats.leased_bytes;
		run->steady_time += time;
		run->scattered_time += free_bytes ? time * (1 - (double)stats.largest_free / (double)free_bytes) : 0;
		count_wait(&run->usage, stats.leased_bytes, run->waiting ? run->asked : UINT64_MAX, stats.bytes, time);
	}
	run->now = item.end;
	assert_int_equal(extent_release(run->ring, &item.extent), 0);
}

static struct ring_run run_ring(const struct ring_case *settings, uint64_t seed)
{
	struct ring_run run = { .random = { seed } };

	run.ring = extent_allocator_create(FIRST, settings->bytes);
	run.queue = calloc(settings->documents, sizeof(*run.queue));
	assert_true(run.ring && run.queue);
	run.asked = next_asked(&run, settings);
	fill_ring(&run, settings);
	while (run.taken < settings->documents) {
		end_next_work(&run);
		begin_work(&run, settings);
		fill_ring(&run, settings);
	}
	extent_allocator_check(run.ring);
	extent_allocator_destroy(run.ring);
	free(run.queue);
	free(run.ends.items);
	return run;
}

static const double large_share = 0.03; /* the default of ipc.large_share */

static void test_a_ring_is_full_before_anybody_waits(void **state)
{
	static const struct ring_case cases[] = {
		{ 256 * MIB, 300000, 2, large_share, 1 },     { 256 * MIB, 300000, 12, large_share, 1 },
		{ 1024 * MIB, 300000, 12, large_share, 1 },   { 1024 * MIB, 300000, 64, large_share, 1 },
		{ 15360 * MIB, 1000000, 12, large_share, 1 }, /* the 46 million characters lie in it */
		{ 2048 * MIB, 400000, 12, large_share, 1 },   /* as in this, the smallest in which they do */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct usage usage = run_ring(&cases[i], 100 + i).usage;
		double leased = usage.leased_time / usage.time, lost = usage.lost_time / usage.time;
		printf("ring of %5llu MiB, %2u workers, files up to %4.1f %%: %5zu refusals at %.3f filled, p1 %.2f; leased %.3f of the time, "
		       "lost to fragmentation %.3f\n",
		       (unsigned long long)(cases[i].bytes / MIB), cases[i].workers, 100 * cases[i].large_share, usage.refusals, filled_mean(&usage),
		       filled_p1(&usage), leased, lost);
		assert_true(usage.refusals > 1000);
		assert_true(filled_mean(&usage) >= 0.85 && filled_p1(&usage) >= 0.85);
		assert_true(leased >= 0.85);
		assert_true(lost <= 0.10);
	}
}

/* With room to spare nobody waits, however scattered the room is. */
static void test_nobody_waits_below_the_bar(void **state)
{
	static const struct ring_case cases[] = {
		{ 256 * MIB, 300000, 12, large_share, 0.85 }, { 1024 * MIB, 300000, 12, large_share, 0.85 }, { 15360 * MIB, 1000000, 12, large_share, 0.85 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ring_run run = run_ring(&cases[i], 200 + i);
		printf("ring of %5llu MiB, 85 %% leased: %zu refusals; outside the largest hole: %.3f of what is free\n",
		       (unsigned long long)(cases[i].bytes / MIB), run.usage.refusals, run.scattered_time / run.steady_time);
		assert_int_equal(run.usage.refusals, 0);
	}
}

/* --- outboxes -------------------------------------------------------------------------------------------------------- */

enum { OUTBOXES_MAX = 64, CONVERSATIONS = 28, LOOK_AHEAD = 32, LEAST_BYTES = 16 * 1024 /* as in dispatch.c */ };

struct outbox_case {
	uint64_t bytes;
	size_t outboxes, documents;
};

struct outbox_run {
	struct extent_allocator *outboxes[OUTBOXES_MAX];
	uint64_t pending[LOOK_AHEAD]; /* documents that wait, in order; one that fits passes those that do not */
	struct held *queue; /* results in order: what conversations are made of next */
	size_t added, begun;
	struct ends ends;
	double now;
	struct usage usage;
	struct support_random random;
};

static uint64_t result_bytes(struct support_random *random, uint64_t bytes)
{
	return 1 + (uint64_t)((double)bytes * (0.4 + 0.6 * support_random_share(random)));
}

/* Leases in the first outbox with room, starting at one after the other. False: in none. */
static bool lease_output(struct outbox_run *run, const struct outbox_case *settings, size_t from, uint64_t estimate, struct held *ret_held)
{
	for (size_t i = 0; i < settings->outboxes; i++) {
		ret_held->place = (from + i) % settings->outboxes;
		if (extent_lease(run->outboxes[ret_held->place], estimate, &ret_held->extent) == 0)
			return true;
	}
	return false;
}

static uint64_t leased_in_all(const struct outbox_run *run, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		struct extent_stats stats;
		extent_stats(run->outboxes[i], &stats);
		sum += stats.leased_bytes;
	}
	return sum;
}

static void begin_conversations(struct outbox_run *run)
{
	while (run->ends.count < CONVERSATIONS && run->begun < run->added) {
		struct held held = run->queue[run->begun++];
		held.end = run->now + work_time(&run->random, held.extent.bytes);
		ends_add(&run->ends, held);
	}
}

static void end_next_conversation(struct outbox_run *run)
{
	struct held done = ends_take(&run->ends);

	run->now = done.end;
	assert_int_equal(extent_release(run->outboxes[done.place], &done.extent), 0);
	begin_conversations(run);
}

static uint64_t estimate_output(const struct outbox_case *settings, uint64_t document)
{
	uint64_t estimate = document + LEAST_BYTES, most = settings->bytes / 4;
	return estimate < most ? estimate : most;
}

/* The first waiting document for which an outbox has room; LOOK_AHEAD when there is none. */
static size_t lease_first(struct outbox_run *run, const struct outbox_case *settings, size_t number, struct held *ret_held)
{
	for (size_t i = 0; i < LOOK_AHEAD; i++)
		if (lease_output(run, settings, number, estimate_output(settings, run->pending[i]), ret_held))
			return i;
	return LOOK_AHEAD;
}

static uint64_t least_pending(const struct outbox_run *run)
{
	uint64_t least = run->pending[0];

	for (size_t i = 1; i < LOOK_AHEAD; i++)
		least = run->pending[i] < least ? run->pending[i] : least;
	return least;
}

static void put_document(struct outbox_run *run, const struct outbox_case *settings, size_t number)
{
	uint64_t whole = settings->bytes * settings->outboxes;
	struct held held = { .end = 0 };
	size_t index;

	for (bool refused = false; (index = lease_first(run, settings, number, &held)) == LOOK_AHEAD; refused = true) {
		uint64_t leased = leased_in_all(run, settings->outboxes), asked = estimate_output(settings, least_pending(run));
		double before = run->now;
		if (!refused)
			count_refusal(&run->usage, leased, asked, whole);
		end_next_conversation(run);
		count_wait(&run->usage, leased, asked, whole, run->now - before);
	}
	uint64_t needed = result_bytes(&run->random, run->pending[index]); /* the result is there */
	if (needed < held.extent.bytes)
		assert_int_equal(extent_trim(run->outboxes[held.place], &held.extent, needed), 0);
	run->queue[run->added++] = held;
	begin_conversations(run);
	for (; index + 1 < LOOK_AHEAD; index++)
		run->pending[index] = run->pending[index + 1];
	run->pending[LOOK_AHEAD - 1] = document_bytes(&run->random);
}

static struct usage run_outboxes(const struct outbox_case *settings, uint64_t seed)
{
	struct outbox_run run = { .random = { seed } };

	assert_true(settings->outboxes <= OUTBOXES_MAX);
	for (size_t i = 0; i < settings->outboxes; i++)
		assert_non_null(run.outboxes[i] = extent_allocator_create(FIRST, settings->bytes));
	assert_non_null(run.queue = calloc(settings->documents, sizeof(*run.queue)));
	for (size_t i = 0; i < LOOK_AHEAD; i++)
		run.pending[i] = document_bytes(&run.random);
	for (size_t i = 0; i < settings->documents; i++)
		put_document(&run, settings, i);
	for (size_t i = 0; i < settings->outboxes; i++) {
		extent_allocator_check(run.outboxes[i]);
		extent_allocator_destroy(run.outboxes[i]);
	}
	free(run.queue);
	free(run.ends.items);
	return run.usage;
}

static void test_outboxes_are_full_before_anybody_waits(void **state)
{
	static const struct outbox_case cases[] = {
		{ 16 * MIB, 64, 300000 }, { 128 * MIB, 12, 300000 }, { 640 * MIB, 12, 450000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct usage usage = run_outboxes(&cases[i], 300 + i);
		double leased = usage.leased_time / usage.time, lost = usage.lost_time / usage.time;
		printf("%2zu outboxes of %3llu MiB: %6zu refusals at %.3f filled, p1 %.2f; leased %.3f of the time, lost to fragmentation %.3f\n",
		       cases[i].outboxes, (unsigned long long)(cases[i].bytes / MIB), usage.refusals, filled_mean(&usage), filled_p1(&usage), leased, lost);
		assert_true(usage.refusals > 1000);
		assert_true(filled_mean(&usage) >= 0.85);
		assert_true(leased >= 0.85);
		assert_true(lost <= 0.10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_ring_is_full_before_anybody_waits),
		cmocka_unit_test(test_nobody_waits_below_the_bar),
		cmocka_unit_test(test_outboxes_are_full_before_anybody_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
