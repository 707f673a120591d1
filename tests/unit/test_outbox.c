/* test_outbox.c: outboxes: what a slot that nobody uses keeps, and how much more there may be. */
#define _GNU_SOURCE
#include "coordinator/memory.h"
#include "ipc/topology.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define MIB ((uint64_t)1 << 20)

static struct error_text error;

/* What the segment takes of the machine. */
static uint64_t taken_bytes(const struct memory *memory, uint16_t segment)
{
	struct stat status;

	assert_int_equal(fstat(memory->pools[segment].segment.write_descriptor, &status), 0);
	return (uint64_t)status.st_blocks * 512;
}

static void test_a_vacant_outbox_goes_back_to_the_system(void **state)
{
	struct memory *memory = memory_create(false);
	struct lease first, second;

	(void)state;
	assert_non_null(memory);
	assert_int_equal(memory_add_segment(memory, 1, 64 * MIB, false, &error), 0);
	assert_int_equal(memory_lease(memory, 1, 20 * MIB, &first, &error), 0);
	assert_int_equal(memory_lease(memory, 1, 1 * MIB, &second, &error), 0);
	assert_true(taken_bytes(memory, 1) >= 21 * MIB);
	memory_set_vacant(memory, 1, true);
	memory_release(memory, &first);
	assert_true(taken_bytes(memory, 1) >= 21 * MIB); /* something is still read there */
	memory_release(memory, &second);
	assert_true(taken_bytes(memory, 1) < MIB);
	/* the next worker's */
	memory_set_vacant(memory, 1, false);
	assert_int_equal(memory_lease(memory, 1, 20 * MIB, &first, &error), 0);
	assert_true(taken_bytes(memory, 1) >= 20 * MIB);
	memory_release(memory, &first);
	assert_true(taken_bytes(memory, 1) >= 20 * MIB); /* a worker at work keeps its pages */
	memory_set_vacant(memory, 1, true);
	assert_true(taken_bytes(memory, 1) < MIB);
	memory_destroy(memory);
}

static void test_how_much_more_there_may_be(void **state)
{
	struct memory *memory = memory_create(false);
	static struct topology topology;

	(void)state;
	assert_non_null(memory);
	assert_int_equal(topology_load(&topology, &error), 0);
	assert_int_equal(memory_add_segment(memory, MEMORY_RING, 8 * MIB, true, &error), 0);
	assert_int_equal(memory_add_segment(memory, 1, 8 * MIB, false, &error), 0);
	assert_int_equal(memory_check_more(memory, 0, topology.memory_bytes, &error), 0);
	assert_int_equal(memory_check_more(memory, 8 * MIB, topology.memory_bytes, &error), 0);
	assert_int_equal(memory_check_more(memory, (uint64_t)1 << 60, topology.memory_bytes, &error), -ENOSPC);
	assert_non_null(strstr(error.message, "beyond --shm"));
	assert_non_null(strstr(error.message, "ask for fewer"));
	/* nine tenths of a machine of 40 MiB, less the 16 that there are */
	assert_int_equal(memory_check_more(memory, 20 * MIB, 40 * MIB, &error), 0);
	assert_int_equal(memory_check_more(memory, 21 * MIB, 40 * MIB, &error), -ENOSPC);
	memory_destroy(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_vacant_outbox_goes_back_to_the_system),
		cmocka_unit_test(test_how_much_more_there_may_be),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
