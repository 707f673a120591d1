/* test_memory.c: the coordinator's view of shared memory: leases in the ring and in many small outboxes, memory that comes in steps as it
 * is needed, leases with one holder. */
#define _GNU_SOURCE
#include "coordinator/memory.h"
#include "ipc/fault.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define MIB ((uint64_t)1 << 20)

enum { STEP_MIB = 16, OUTBOXES = 200 };

static struct memory *create(uint64_t ring_bytes)
{
	struct memory *memory = memory_create(false);

	assert_non_null(memory);
	assert_int_equal(memory_add_segment(memory, MEMORY_RING, ring_bytes, true, NULL), 0);
	return memory;
}

/* What the system has really given to the segment. */
static uint64_t resident(const struct memory *memory, uint16_t segment)
{
	struct stat facts;

	assert_int_equal(fstat(memory->pools[segment].segment.write_descriptor, &facts), 0);
	return (uint64_t)facts.st_blocks * 512;
}

static void test_memory_comes_in_steps(void **state)
{
	struct memory *memory = create(50 * MIB);
	struct lease leases[4];

	(void)state;
	assert_true(resident(memory, MEMORY_RING) < MIB);
	assert_int_equal(memory_lease(memory, MEMORY_RING, 1000, &leases[0], NULL), 0);
	assert_in_range(resident(memory, MEMORY_RING), 1000, MIB); /* a little at first */
	/* what passes the end brings what it needs, or as much again as there is, up to a step */
	assert_int_equal(memory_lease(memory, MEMORY_RING, 15 * MIB, &leases[1], NULL), 0);
	assert_in_range(resident(memory, MEMORY_RING), 15 * MIB, 2 * STEP_MIB * MIB);
	uint64_t before = resident(memory, MEMORY_RING);
	assert_int_equal(memory_lease(memory, MEMORY_RING, 17 * MIB, &leases[2], NULL), 0);
	assert_in_range(resident(memory, MEMORY_RING), 32 * MIB, before + (17 + STEP_MIB) * MIB);
	/* the last step ends with the segment */
	assert_int_equal(memory_lease(memory, MEMORY_RING, memory_capacity(memory, MEMORY_RING) - memory_leased(memory, MEMORY_RING), &leases[3], NULL), 0);
	assert_int_equal(resident(memory, MEMORY_RING), 50 * MIB);
	for (size_t i = 0; i < COUNT_OF(leases); i++) { /* all of it can be written */
		memset(memory_at(memory, &leases[i]), 0xA5, leases[i].extent.bytes);
		memory_release(memory, &leases[i]);
	}
	/* it stays, and is used again from the start */
	assert_int_equal(memory_lease(memory, MEMORY_RING, 1000, &leases[0], NULL), 0);
	assert_int_equal(leases[0].extent.offset, SEGMENT_HEADER_BYTES);
	assert_int_equal(resident(memory, MEMORY_RING), 50 * MIB);
	memory_destroy(memory);
}

/* Short of memory: the lease is not made, nothing is lost, and the next try goes on where the last one ended. */
static void test_a_step_that_fails_leaves_nothing_behind(void **state)
{
	struct memory *memory = create(64 * MIB);
	struct lease lease = { .segment = 7 }, kept;
	struct error_text error = { "" };

	(void)state;
	assert_int_equal(memory_lease(memory, MEMORY_RING, MIB, &kept, &error), 0);
	setenv("DOCRING_FAULT", "segment_reserve:1:ENOSPC", 1);
	fault_init();
	assert_int_equal(memory_lease(memory, MEMORY_RING, 20 * MIB, &lease, &error), -ENOSPC);
	assert_non_null(strstr(error.message, "/dev/shm"));
	assert_int_equal(lease.segment, 7); /* untouched */
	assert_int_equal(memory_leased(memory, MEMORY_RING), MIB);
	unsetenv("DOCRING_FAULT");
	fault_init();
	assert_int_equal(memory_lease(memory, MEMORY_RING, 20 * MIB, &lease, &error), 0);
	assert_int_equal(lease.extent.offset, kept.extent.offset + MIB);
	memset(memory_at(memory, &lease), 1, lease.extent.bytes);
	memory_destroy(memory);
}

static void test_a_lease_has_one_holder(void **state)
{
	struct memory *memory = create(MIB);
	struct lease first, second, none = { .segment = 0 };

	(void)state;
	assert_int_equal(memory_lease(memory, MEMORY_RING, 10000, &first, NULL), 0);
	second = memory_give(&first);
	assert_true(lease_is_none(&first) && !lease_is_none(&second));
	memory_release(memory, &first); /* it has nothing to give back any more */
	assert_int_equal(memory_leased(memory, MEMORY_RING), second.extent.bytes);
	memory_trim(memory, &second, 0); /* nothing to trim to */
	memory_trim(memory, &second, 20000);
	assert_int_equal(second.extent.bytes, 10048);
	memory_trim(memory, &second, 100);
	assert_int_equal(second.extent.bytes, 128);
	assert_int_equal(memory_leased(memory, MEMORY_RING), 128);
	memory_release(memory, &second);
	memory_release(memory, &second);
	memory_release(memory, &none);
	assert_int_equal(memory_leased(memory, MEMORY_RING), 0);
	memory_destroy(memory);
	memory_destroy(NULL);
}

static void test_no_room_is_a_wait_and_too_large_is_never(void **state)
{
	struct memory *memory = create(MIB);
	struct lease all, more;
	uint64_t capacity = memory_capacity(memory, MEMORY_RING);

	(void)state;
	assert_int_equal(memory_lease(memory, MEMORY_RING, capacity + 1, &more, NULL), -E2BIG);
	assert_int_equal(memory_lease(memory, MEMORY_RING, capacity, &all, NULL), 0);
	assert_int_equal(memory_lease(memory, MEMORY_RING, 1, &more, NULL), -EAGAIN);
	memory_trim(memory, &all, capacity - 64);
	assert_int_equal(memory_lease(memory, MEMORY_RING, 1, &more, NULL), 0);
	memory_destroy(memory);
}

/* Two hundred outboxes of different lengths under random traffic: each lease lies in its own segment and keeps its bytes; in the end all are
 * empty and can go. */
static void test_many_small_segments(void **state)
{
	enum { STEPS = 20000, HELD = 2000 };
	struct memory *memory = create(MIB);
	struct support_random random = { 3 };
	struct lease *held = calloc(HELD, sizeof(*held));
	size_t waits = 0;

	(void)state;
	for (uint16_t i = 1; i <= OUTBOXES; i++)
		assert_int_equal(memory_add_segment(memory, i, SEGMENT_HEADER_BYTES * (2 + i % 5), true, NULL), 0);
	for (size_t step = 0; step < STEPS; step++) {
		uint32_t index = (uint32_t)support_random_below(&random, HELD);
		uint16_t segment = (uint16_t)(1 + support_random_below(&random, OUTBOXES));
		if (!lease_is_none(&held[index])) {
			const uint32_t *word = (const void *)memory_at(memory, &held[index]);
			assert_int_equal(*word, index);
			memory_release(memory, &held[index]);
			continue;
		}
		uint64_t bytes = 1 + support_random_below(&random, 3000);
		int status = memory_lease(memory, segment, bytes, &held[index], NULL);
		waits += status == -EAGAIN;
		if (status < 0)
			continue;
		assert_int_equal(held[index].segment, segment);
		memory_trim(memory, &held[index], bytes / 2);
		memset(memory_at(memory, &held[index]), 0xFF, held[index].extent.bytes);
		*(uint32_t *)(void *)memory_at(memory, &held[index]) = index;
	}
	assert_true(waits > 100);
	for (size_t i = 0; i < HELD; i++)
		memory_release(memory, &held[i]);
	for (uint16_t i = 1; i <= OUTBOXES; i++) {
		extent_allocator_check(memory->pools[i].extents);
		assert_int_equal(memory_leased(memory, i), 0);
	}
	memory_destroy(memory);
	free(held);
}

/* An outbox whose worker is gone gives its memory back with its last lease, and takes it again when it is used again. */
static void test_a_vacant_segment_gives_its_memory_back(void **state)
{
	struct memory *memory = create(MIB);
	struct lease lease;

	(void)state;
	assert_int_equal(memory_add_segment(memory, 1, 20 * MIB, true, NULL), 0);
	assert_int_equal(memory_lease(memory, 1, 18 * MIB, &lease, NULL), 0);
	memory_set_vacant(memory, 1, true);
	assert_in_range(resident(memory, 1), 18 * MIB, 20 * MIB); /* still read */
	memory_release(memory, &lease);
	assert_true(resident(memory, 1) <= SEGMENT_HEADER_BYTES);
	memory_set_vacant(memory, 1, false);
	assert_int_equal(memory_lease(memory, 1, 1000, &lease, NULL), 0);
	assert_in_range(resident(memory, 1), 1000, STEP_MIB * MIB);
	memset(memory_at(memory, &lease), 1, lease.extent.bytes);
	memory_destroy(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_memory_comes_in_steps, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_a_step_that_fails_leaves_nothing_behind, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_a_lease_has_one_holder, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_no_room_is_a_wait_and_too_large_is_never, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_many_small_segments, support_leaks_setup, support_leaks_teardown),
		cmocka_unit_test_setup_teardown(test_a_vacant_segment_gives_its_memory_back, support_leaks_setup, support_leaks_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
