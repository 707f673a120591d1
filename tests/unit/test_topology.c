/* test_topology.c: this machine's cores, moving a process between them, and the limits of control groups. */
#define _GNU_SOURCE
#include "ipc/topology.h"
#include "base/file.h"
#include "ipc/cgroup.h"
#include "tests/unit/support.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static void test_usable_cores(void **state)
{
	static struct topology topology;
	const struct { uint32_t count; double quota; uint32_t usable; } cases[] = {
		{ 4, 0, 4 }, { 4, 1.5, 2 }, { 4, 2, 2 }, { 4, 0.1, 1 }, { 4, 64, 4 }, { 0, 0, 1 }, { 0, 3, 1 }, { 1024, 1e9, 1024 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		topology = (struct topology){ .count = cases[i].count, .quota_cores = cases[i].quota };
		assert_int_equal(topology_usable_cores(&topology), cases[i].usable);
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
	int last = (int)topology.cores[topology.count - 1].os_index;
	assert_int_equal(topology_pin(last), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(one), &one), 0);
	assert_true(CPU_COUNT(&one) == 1 && CPU_ISSET(last, &one));
	assert_int_equal(topology_load(&pinned, NULL), 0); /* the mask is respected */
	assert_int_equal(pinned.count, 1);
	assert_int_equal(pinned.cores[0].os_index, last);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	assert_true(topology_pin(1000000) < 0);
}

/* A child with a thread that is pinned with it, and one that may run anywhere, as a worker has. */
static void *wait_for_end(void *argument)
{
	cpu_set_t all;

	if (argument && sched_getaffinity(getppid(), sizeof(all), &all) == 0)
		(void)!sched_setaffinity(0, sizeof(all), &all);
	pause();
	return NULL;
}

static void be_a_worker(int ready, int core)
{
	pthread_t pinned, free_one;
	bool started = topology_pin(core) == 0 && pthread_create(&pinned, NULL, wait_for_end, NULL) == 0 &&
		       pthread_create(&free_one, NULL, wait_for_end, &started) == 0;
	char one = started ? 'y' : 'n';

	if (write(ready, &one, 1) == 1)
		pause();
	_exit(0);
}

/* How many threads of the process may run on so many cores. */
static int count_threads(pid_t pid, int cores)
{
	char path[64];
	struct dirent *entry;
	cpu_set_t mask;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	DIR *threads = opendir(path);
	assert_non_null(threads);
	while ((entry = readdir(threads)))
		if (entry->d_name[0] != '.' && sched_getaffinity((pid_t)strtol(entry->d_name, NULL, 10), sizeof(mask), &mask) == 0)
			count += CPU_COUNT(&mask) == cores;
	closedir(threads);
	return count;
}

static void test_a_process_is_moved(void **state)
{
	static struct topology topology;
	char place[64], expected[16], one = 'n';
	int ready[2];

	(void)state;
	assert_int_equal(topology_load(&topology, NULL), 0);
	if (topology.count < 2) {
		print_message("SKIP: moving a process needs two cores\n");
		return;
	}
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0)
		be_a_worker(ready[1], (int)topology.cores[0].os_index);
	assert_int_equal(read(ready[0], &one, 1), 1);
	assert_int_equal(one, 'y');
	while (count_threads(pid, (int)topology.count) != 1) /* the second thread is on its way */
		sched_yield();
	assert_int_equal(topology_move(&topology, pid, (int)topology.cores[1].os_index), 0);
	topology_describe_place(&topology, pid, place, sizeof(place));
	snprintf(expected, sizeof(expected), "%u", topology.cores[1].os_index);
	assert_string_equal(place, expected);
	assert_int_equal(count_threads(pid, 1), 2);
	assert_int_equal(topology_move(&topology, pid, -1), 0);
	assert_int_equal(count_threads(pid, (int)topology.count), 3);
	topology_describe_place(&topology, pid, place, sizeof(place));
	assert_string_equal(place, "any");
	assert_int_equal(topology_move(&topology, pid, 8000), -EINVAL);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(topology_move(&topology, pid, 0), -ESRCH);
	topology_describe_place(&topology, pid, place, sizeof(place));
	assert_string_equal(place, "");
	close(ready[0]);
	close(ready[1]);
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
	assert_string_equal(limits.quota_group, middle);
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
		cmocka_unit_test(test_usable_cores),
		cmocka_unit_test(test_this_machine),
		cmocka_unit_test(test_a_process_is_moved),
		cmocka_unit_test(test_where_the_group_is),
		cmocka_unit_test(test_the_tightest_limit_counts),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
