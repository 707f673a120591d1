/* test_pin_plan.c: plans on machines that hwloc makes up (synthetic and XML, with kinds of cores), under workers that come and go at random.
 * On small machines every other plan is tried, to see that none moves fewer workers. */
#define _GNU_SOURCE
#include "ipc/pin_plan.h"
#include "tests/unit/support.h"

#include <hwloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { WORKERS_MAX = 40 };

/* --- machines ------------------------------------------------------------------------------------------------------ */

struct machine {
	const char *name;
	const char *synthetic; /* hwloc's description */
	const char *fast, *slow; /* hardware threads by kind, as lists; NULL: all alike */
	const char *allowed;     /* or NULL: all */
};

static const struct machine machines[] = {
	{ "one core", "pu:1", NULL, NULL, NULL },
	{ "two cores", "core:2 pu:1", NULL, NULL, NULL },
	{ "four cores", "core:4 pu:1", NULL, NULL, NULL },
	{ "four cores with siblings", "core:4 pu:2", NULL, NULL, NULL },
	{ "two nodes", "numa:2 core:4 pu:1", NULL, NULL, NULL },
	{ "two nodes with siblings", "pack:2 numa:1 core:4 pu:2", NULL, NULL, NULL },
	{ "two nodes, part of them allowed", "numa:2 core:4 pu:2", NULL, NULL, "1,3,4-6,11" },
	{ "hybrid", "core:8 pu:1", "0-3", "4-7", NULL },
	{ "hybrid with siblings", "core:8 pu:2", "0-7", "8-15", NULL },
	{ "hybrid, slow cores only", "core:8 pu:1", "0-3", "4-7", "4-7" },
	{ "256 threads", "numa:4 core:32 pu:2", NULL, NULL, NULL },
};

static void add_kinds(hwloc_topology_t hwloc, const struct machine *machine)
{
	const char *const lists[] = { machine->slow, machine->fast };
	char type[] = "CoreType", atom[] = "IntelAtom", core[] = "IntelCore";

	for (int efficiency = 0; efficiency < 2 && machine->fast; efficiency++) {
		hwloc_bitmap_t set = hwloc_bitmap_alloc();
		struct hwloc_info_s info = { type, efficiency == 0 ? atom : core };
		assert_int_equal(hwloc_bitmap_list_sscanf(set, lists[efficiency]), 0);
		assert_int_equal(hwloc_cpukinds_register(hwloc, set, efficiency, 1, &info, 0), 0);
		hwloc_bitmap_free(set);
	}
}

/* As another machine's topology comes: through XML. */
static hwloc_topology_t through_xml(hwloc_topology_t hwloc)
{
	hwloc_topology_t copy;
	char *xml;
	int bytes;

	assert_int_equal(hwloc_topology_export_xmlbuffer(hwloc, &xml, &bytes, 0), 0);
	assert_int_equal(hwloc_topology_init(&copy), 0);
	assert_int_equal(hwloc_topology_set_xmlbuffer(copy, xml, bytes), 0);
	assert_int_equal(hwloc_topology_load(copy), 0);
	hwloc_free_xmlbuffer(hwloc, xml);
	hwloc_topology_destroy(hwloc);
	return copy;
}

static void load(const struct machine *machine, struct topology *ret_topology)
{
	hwloc_topology_t hwloc;
	struct error_text error = { "" };

	assert_int_equal(hwloc_topology_init(&hwloc), 0);
	assert_int_equal(hwloc_topology_set_synthetic(hwloc, machine->synthetic), 0);
	assert_int_equal(hwloc_topology_load(hwloc), 0);
	add_kinds(hwloc, machine);
	hwloc = through_xml(hwloc);
	hwloc_bitmap_t allowed = hwloc_bitmap_dup(hwloc_topology_get_topology_cpuset(hwloc));
	if (machine->allowed)
		assert_int_equal(hwloc_bitmap_list_sscanf(allowed, machine->allowed), 0);
	assert_int_equal(topology_read(hwloc, allowed, ret_topology, &error), 0);
	assert_int_equal(ret_topology->count, hwloc_bitmap_weight(allowed));
	hwloc_bitmap_free(allowed);
	hwloc_topology_destroy(hwloc);
}

static const struct topology_core *core_of(const struct topology *topology, int os_index)
{
	for (uint32_t i = 0; i < topology->count; i++)
		if ((int)topology->cores[i].os_index == os_index)
			return &topology->cores[i];
	fail_msg("core %d is none of the topology's", os_index);
	return NULL;
}

/* --- examples ------------------------------------------------------------------------------------------------------ */

/* "P0 P1 I4 P-": a worker each, computing (P) or not (I), and where it is. */
static uint32_t read_workers(const char *text, struct pin_worker *workers)
{
	uint32_t count = 0;

	for (const char *p = text; *p; p += strcspn(p, " "), p += *p == ' ')
		workers[count++] = (struct pin_worker){ .computes = *p == 'P', .core = p[1] == '-' ? -1 : (int)strtol(p + 1, NULL, 10) };
	return count;
}

static void expect_plan(const char *machine, enum pin_mode mode, const char *before, const char *after)
{
	static struct topology topology;
	struct pin_worker workers[WORKERS_MAX];
	char got[400] = "";
	size_t used = 0, which = 0;

	while (strcmp(machines[which].name, machine) != 0)
		which++;
	load(&machines[which], &topology);
	uint32_t count = read_workers(before, workers);
	pin_plan(&topology, mode, workers, count);
	for (uint32_t i = 0; i < count; i++) {
		char core[16] = "-";
		if (workers[i].core >= 0)
			snprintf(core, sizeof(core), "%d", workers[i].core);
		used += (size_t)snprintf(got + used, sizeof(got) - used, "%s%c%s", i ? " " : "", workers[i].computes ? 'P' : 'I', core);
	}
	if (strcmp(got, after) != 0)
		fail_msg("%s: %s → %s, expected %s", machine, before, got, after);
}

static void test_examples(void **state)
{
	(void)state;
	expect_plan("two cores", PIN_AUTO, "P- P- I-", "P0 P1 I-");
	expect_plan("two cores", PIN_CORES, "P- P- I-", "P0 P1 I1");
	expect_plan("two cores", PIN_NONE, "P0 P1 I-", "P- P- I-");
	expect_plan("two cores", PIN_AUTO, "P- I-", "P0 I1");
	expect_plan("two cores", PIN_AUTO, "P1 I0", "P1 I0");
	expect_plan("two cores", PIN_AUTO, "P1 I0 P-", "P1 I- P0");
	expect_plan("four cores", PIN_CORES, "P0 P2 P3", "P0 P2 P3"); /* one has gone: nobody needs to move */
	expect_plan("four cores", PIN_CORES, "P0 P0 P2 P3", "P0 P1 P2 P3");
	/* one thread of each core first, then the second ones */
	expect_plan("four cores with siblings", PIN_CORES, "P- P- P- P- P-", "P0 P2 P4 P6 P1");
	expect_plan("four cores with siblings", PIN_CORES, "P0 P1 P2", "P0 P4 P2");
	/* nodes in turn; who must move stays on its node */
	expect_plan("two nodes", PIN_CORES, "P- P- P- P-", "P0 P4 P1 P5");
	expect_plan("two nodes", PIN_CORES, "P0 P4 P4", "P0 P4 P5");
	/* performance cores for who computes, efficiency cores for who waits, and as many as there are */
	expect_plan("hybrid", PIN_AUTO, "P- P- P- I-", "P0 P1 P2 I7");
	expect_plan("hybrid", PIN_AUTO, "P- P- P- P- P- I-", "P0 P1 P2 P3 P4 I7");
	expect_plan("hybrid", PIN_AUTO, "P4 P5", "P0 P1");
	expect_plan("hybrid", PIN_AUTO, "I0 P7", "I6 P1");
	expect_plan("hybrid with siblings", PIN_CORES, "P- P- P- P- P- P- P- P- P-", "P0 P2 P4 P6 P8 P10 P12 P14 P1");
	expect_plan("hybrid, slow cores only", PIN_AUTO, "P- P- I-", "P4 P5 I7");
	expect_plan("one core", PIN_CORES, "P- I-", "P0 I0");
	expect_plan("two cores", PIN_CORES, "P99 P-", "P0 P1"); /* a core that went away */
}

/* --- what every plan keeps ------------------------------------------------------------------------------------------ */

static void check_even(const struct topology *topology, const struct pin_worker *workers, uint32_t count)
{
	uint32_t least[2] = { UINT32_MAX, UINT32_MAX }, most[2] = { 0, 0 };

	for (uint32_t i = 0; i < topology->count; i++) {
		uint32_t counts[2] = { 0, 0 }; /* all, computing */
		for (uint32_t j = 0; j < count; j++)
			if (workers[j].core == (int)topology->cores[i].os_index) {
				counts[0]++;
				counts[1] += workers[j].computes;
			}
		for (uint32_t j = 0; j < count; j++)
			if (workers[j].core == (int)topology->cores[i].os_index)
				assert_int_equal(workers[j].sharing, counts[0]);
		for (int k = 0; k < 2; k++) {
			least[k] = counts[k] < least[k] ? counts[k] : least[k];
			most[k] = counts[k] > most[k] ? counts[k] : most[k];
		}
	}
	assert_true(most[0] - least[0] <= 1);
	assert_true(most[1] - least[1] <= 1);
}

/* No worker on a sibling thread as long as a whole core is free; none that computes on a slow core while a fast thread with free siblings is. */
static void check_order(const struct topology *topology, const struct pin_worker *workers, uint32_t count)
{
	bool taken[TOPOLOGY_CORES_MAX] = { false }, shared = false, slow = false;

	for (uint32_t i = 0; i < count; i++) {
		const struct topology_core *core = core_of(topology, workers[i].core);
		shared |= taken[core->core];
		taken[core->core] = true;
		slow |= workers[i].computes && core->kind == TOPOLOGY_EFFICIENCY;
	}
	for (uint32_t i = 0; i < topology->count; i++) {
		if (taken[topology->cores[i].core])
			continue;
		assert_false(shared);
		assert_false(slow && topology->cores[i].kind == TOPOLOGY_PERFORMANCE);
	}
}

static uint32_t count_moves(const struct pin_worker *before, const struct pin_worker *after, uint32_t count)
{
	uint32_t moves = 0;

	for (uint32_t i = 0; i < count; i++)
		moves += before[i].core >= 0 && before[i].core != after[i].core;
	return moves;
}

static void check_plan(const struct topology *topology, const struct pin_worker *before, uint32_t count, bool left)
{
	struct pin_worker workers[WORKERS_MAX], again[WORKERS_MAX], automatic[WORKERS_MAX];
	uint32_t pinned = 0;

	memcpy(workers, before, sizeof(workers));
	pin_plan(topology, PIN_CORES, workers, count);
	check_even(topology, workers, count);
	check_order(topology, workers, count);
	/* One worker that comes or goes moves two others at most: one into the gap, one of the other sort out of the way. */
	assert_true(count_moves(before, workers, count) <= (left ? 2u : 1u));
	memcpy(again, workers, sizeof(again));
	pin_plan(topology, PIN_CORES, again, count);
	assert_int_equal(count_moves(workers, again, count), 0);
	memcpy(automatic, before, sizeof(automatic));
	pin_plan(topology, PIN_AUTO, automatic, count);
	for (uint32_t i = 0; i < count; i++) {
		pinned += automatic[i].core >= 0;
		assert_int_equal(automatic[i].sharing, automatic[i].core >= 0 ? 1 : 0);
	}
	assert_int_equal(pinned, count < topology->count ? count : topology->count);
}

static void test_workers_come_and_go(void **state)
{
	static struct topology topology;
	struct support_random random = { 4242 };

	(void)state;
	for (size_t m = 0; m < sizeof(machines) / sizeof(machines[0]); m++) {
		struct pin_worker workers[WORKERS_MAX];
		uint32_t count = 0;
		load(&machines[m], &topology);
		for (int step = 0; step < 400; step++) {
			bool leaves = count > 0 && (count == WORKERS_MAX || support_random_below(&random, 2) == 0);
			if (leaves)
				workers[support_random_below(&random, count)] = workers[count - 1];
			else
				workers[count] = (struct pin_worker){ .computes = support_random_below(&random, 4) > 0, .core = -1 };
			count = leaves ? count - 1 : count + 1;
			check_plan(&topology, workers, count, leaves);
			pin_plan(&topology, PIN_CORES, workers, count);
		}
	}
}

/* --- the fewest moves ------------------------------------------------------------------------------------------------ */

static bool is_even(const uint32_t *counts, uint32_t cores)
{
	uint32_t least = UINT32_MAX, most = 0;

	for (uint32_t i = 0; i < cores; i++) {
		least = counts[i] < least ? counts[i] : least;
		most = counts[i] > most ? counts[i] : most;
	}
	return most - least <= 1;
}

/* Of all even ways to put the workers on `cores` equal cores, the one that moves fewest. */
static uint32_t fewest_moves(const struct pin_worker *workers, uint32_t count, uint32_t cores)
{
	uint32_t best = UINT32_MAX, ways = 1;

	for (uint32_t i = 0; i < count; i++)
		ways *= cores;
	for (uint32_t way = 0; way < ways; way++) {
		uint32_t all[8] = { 0 }, computing[8] = { 0 }, moves = 0, rest = way;
		for (uint32_t i = 0; i < count; i++, rest /= cores) {
			all[rest % cores]++;
			computing[rest % cores] += workers[i].computes;
			moves += workers[i].core >= 0 && workers[i].core != (int)(rest % cores);
		}
		if (moves < best && is_even(all, cores) && is_even(computing, cores))
			best = moves;
	}
	return best;
}

static void test_no_even_plan_moves_fewer(void **state)
{
	static struct topology topologies[3];
	const uint32_t cores[] = { 2, 3, 4 };
	struct support_random random = { 99 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		char text[32];
		snprintf(text, sizeof(text), "core:%u pu:1", cores[i]);
		load(&(struct machine){ .synthetic = text }, &topologies[i]);
	}
	for (int round = 0; round < 3000; round++) {
		uint32_t which = (uint32_t)support_random_below(&random, 3), count = 1 + (uint32_t)support_random_below(&random, 6);
		struct pin_worker before[6] = { { 0 } }, after[6];
		for (uint32_t i = 0; i < count; i++)
			before[i] = (struct pin_worker){ .computes = support_random_below(&random, 3) > 0,
							 .core = (int)support_random_below(&random, cores[which] + 1) - 1 };
		memcpy(after, before, sizeof(after));
		pin_plan(&topologies[which], PIN_CORES, after, count);
		check_even(&topologies[which], after, count);
		uint32_t moves = count_moves(before, after, count), fewest = fewest_moves(before, count, cores[which]);
		for (uint32_t i = 0; moves != fewest && i < count; i++)
			print_message("%c%d→%d\n", before[i].computes ? 'P' : 'I', before[i].core, after[i].core);
		if (moves != fewest)
			fail_msg("round %d, %u cores, %u workers: %u moves, %u are enough", round, cores[which], count, moves, fewest);
	}
}

static void test_as_many_as_can_be(void **state)
{
	static struct topology topology;
	static struct pin_worker workers[TOPOLOGY_CORES_MAX];

	(void)state;
	load(&machines[sizeof(machines) / sizeof(machines[0]) - 1], &topology);
	for (int i = 0; i < TOPOLOGY_CORES_MAX; i++)
		workers[i] = (struct pin_worker){ .computes = i % 8 != 0, .core = -1 };
	pin_plan(&topology, PIN_CORES, workers, TOPOLOGY_CORES_MAX);
	check_even(&topology, workers, TOPOLOGY_CORES_MAX);
	topology = (struct topology){ .count = 0 };
	pin_plan(&topology, PIN_CORES, workers, TOPOLOGY_CORES_MAX);
	assert_int_equal(workers[7].core, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_workers_come_and_go),
		cmocka_unit_test(test_no_even_plan_moves_fewer),
		cmocka_unit_test(test_as_many_as_can_be),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
