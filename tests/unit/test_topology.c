/* test_topology.c: placement of workers on made-up machines, this machine's own, and the limits of control groups. */
#define _GNU_SOURCE
#include "ipc/topology.h"
#include "base/file.h"
#include "ipc/cgroup.h"
#include "tests/unit/support.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct topology machine(uint32_t count, uint32_t efficiency)
{
	struct topology topology = { .count = count, .efficiency_cores = efficiency };

	for (uint32_t i = 0; i < count; i++)
		topology.cores[i] = (struct topology_core){ .os_index = 100 + i, .core = i,
							    .kind = i < count - efficiency ? TOPOLOGY_PERFORMANCE : TOPOLOGY_EFFICIENCY };
	return topology;
}

static void test_workers_on_cores(void **state)
{
	struct topology four = machine(4, 0), none = machine(0, 0), hybrid = machine(6, 2);

	(void)state;
	for (uint32_t i = 0; i < 12; i++)
		assert_int_equal(topology_place_preprocess(&four, i, 12), 100 + i % 4);
	assert_int_equal(topology_place_preprocess(&none, 0, 1), -1);
	/* others from the end, away from the preprocessing workers, or nowhere in particular */
	assert_int_equal(topology_place_other(&four, 0, 2), 103);
	assert_int_equal(topology_place_other(&four, 1, 2), 102);
	assert_int_equal(topology_place_other(&four, 2, 2), 103);
	assert_int_equal(topology_place_other(&four, 0, 4), -1);
	assert_int_equal(topology_place_other(&four, 0, 12), -1);
	assert_int_equal(topology_place_other(&none, 0, 0), -1);
	for (uint32_t preprocess = 1; preprocess < 10; preprocess++) {
		assert_int_equal(topology_place_other(&hybrid, 0, preprocess), 105);
		assert_int_equal(topology_place_other(&hybrid, 1, preprocess), 104);
	}
}

static void test_this_machine(void **state)
{
	static struct topology topology, pinned;
	cpu_set_t before, one;

	(void)state;
	assert_int_equal(topology_load(&topology, NULL), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(topology.count, CPU_COUNT(&before));
	assert_true(topology.physical_cores >= 1 && topology.physical_cores <= topology.count);
	assert_true(topology.numa_nodes >= 1 && topology.numa_nodes <= topology.count);
	assert_true(topology.memory_bytes > 0 && topology.quota_cores >= 0);
	for (uint32_t i = 0; i < topology.count; i++) {
		assert_true(CPU_ISSET(topology.cores[i].os_index, &before));
		for (uint32_t j = 0; j < i; j++)
			assert_true(topology.cores[i].os_index != topology.cores[j].os_index);
	}
	int last = topology_place_preprocess(&topology, topology.count - 1, topology.count);
	assert_int_equal(topology_pin(last), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(one), &one), 0);
	assert_true(CPU_COUNT(&one) == 1 && CPU_ISSET(last, &one));
	assert_int_equal(topology_load(&pinned, NULL), 0); /* the mask is respected */
	assert_int_equal(pinned.count, 1);
	assert_int_equal(pinned.cores[0].os_index, last);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	assert_true(topology_pin(1000000) < 0);
}

static void test_where_the_group_is(void **state)
{
	struct text mounts = TEXT_LITERAL("25 30 0:23 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
					  "32 25 0:28 / /sys/fs/cgroup rw,relatime shared:9 opt:1 - cgroup2 cgroup2 rw\n");
	struct text groups = TEXT_LITERAL("4:memory:/old\n0::/user.slice/run.scope\n");

	(void)state;
	assert_true(text_equal(cgroup_find_mount(mounts), TEXT_LITERAL("/sys/fs/cgroup")));
	assert_true(text_equal(cgroup_find_path(groups), TEXT_LITERAL("/user.slice/run.scope")));
	assert_int_equal(cgroup_find_mount(TEXT_LITERAL("25 30 0:23 / /sys rw - sysfs cgroup2 rw\nshort - cgroup2 x\n")).bytes > 64, 0);
	assert_int_equal(cgroup_find_mount(TEXT_LITERAL("")).bytes, 0);
	assert_int_equal(cgroup_find_path(TEXT_LITERAL("4:memory:/old\n")).bytes, 0);
}

static void put(const char *folder, const char *name, const char *content)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_replace(path, text_from(content), NULL), 0);
}

static void test_the_tightest_limit_counts(void **state)
{
	char root[64], middle[128], leaf[192];

	(void)state;
	support_folder_make(root);
	snprintf(middle, sizeof(middle), "%s/slice", root);
	snprintf(leaf, sizeof(leaf), "%s/run", middle);
	assert_int_equal(file_make_folders(leaf, NULL), 0);
	struct cgroup_limits limits = cgroup_limits_read(root, TEXT_LITERAL("/slice/run"));
	assert_true(limits.quota_cores == 0 && limits.memory_bytes == 0);
	put(leaf, "cpu.max", "max 100000\n");
	put(middle, "cpu.max", "150000 100000\n");
	put(leaf, "memory.max", "2147483648\n");
	put(middle, "memory.max", "1073741824\n");
	put(root, "memory.max", "max\n");
	limits = cgroup_limits_read(root, TEXT_LITERAL("/slice/run"));
	assert_true(limits.quota_cores == 1.5);
	assert_int_equal(limits.memory_bytes, 1073741824);
	limits = cgroup_limits_read(root, TEXT_LITERAL("/"));
	assert_true(limits.quota_cores == 0 && limits.memory_bytes == 0);
	put(leaf, "cpu.max", "50000 0\n"); /* nonsense limits nothing */
	put(leaf, "memory.max", "99999999999999999999999999\n");
	limits = cgroup_limits_read(root, TEXT_LITERAL("/slice/run/"));
	assert_true(limits.quota_cores == 1.5);
	assert_int_equal(limits.memory_bytes, 1073741824);
	support_folder_remove(leaf);
	support_folder_remove(middle);
	support_folder_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_workers_on_cores),
		cmocka_unit_test(test_this_machine),
		cmocka_unit_test(test_where_the_group_is),
		cmocka_unit_test(test_the_tightest_limit_counts),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
