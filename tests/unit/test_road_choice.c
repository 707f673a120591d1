/* test_road_choice.c: the choice among roads, against roads of known cost. */
#include "ipc/road_choice.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ROADS = 3 };

struct world {
	struct road_choice choice;
	uint64_t cost_ns[ROADS];
	uint64_t taken[ROADS], spent_ns;
};

/* One operation after the other, each ended before the next begins. */
static void travel(struct world *world, unsigned operations)
{
	for (unsigned i = 0; i < operations; i++) {
		bool timed;
		unsigned road = road_choice_next(&world->choice, &timed);
		world->taken[road]++;
		world->spent_ns += world->cost_ns[road];
		if (!timed)
			continue;
		road_choice_spent(&world->choice, road, world->cost_ns[road]);
		road_choice_finished(&world->choice, road, 1);
	}
}

static void forget(struct world *world)
{
	world->spent_ns = world->taken[0] = world->taken[1] = world->taken[2] = 0;
}

static void test_the_quickest_is_found(void **state)
{
	(void)state;
	for (unsigned quickest = 0; quickest < ROADS; quickest++) {
		struct world world = { .cost_ns = { 1000, 1000, 1000 } };
		world.cost_ns[quickest] = 900;
		road_choice_init(&world.choice, ROADS, 1);
		travel(&world, 100000);
		assert_int_equal(world.choice.current, quickest);
		assert_int_equal(road_choice_cost(&world.choice, quickest), 900);
		assert_true(world.taken[quickest] > 93000);
	}
}

static void test_a_little_better_is_not_enough(void **state)
{
	struct world world = { .cost_ns = { 960, 1000, 970 } };

	(void)state;
	road_choice_init(&world.choice, ROADS, 1);
	travel(&world, 100000);
	/* the first trials decide among all, then nothing is better by enough */
	assert_true(world.choice.changes <= 1);
}

static void test_finding_out_is_cheap_however_bad_a_road_is(void **state)
{
	struct world world = { .cost_ns = { 10000000, 1000, 5000000 } };

	(void)state;
	road_choice_init(&world.choice, ROADS, 1);
	travel(&world, ROAD_CHOICE_TRIAL * 3 + 1); /* the first round knows nothing yet */
	forget(&world);
	travel(&world, 1000000);
	/* One operation a trial is enough to see it: two bad roads, one round of eight. */
	assert_true(world.taken[0] <= 1000000 / ROAD_CHOICE_BETWEEN / (ROAD_CHOICE_PAUSE + 1) + 2);
	assert_true(world.taken[0] >= 1000000 / ROAD_CHOICE_BETWEEN / (ROAD_CHOICE_PAUSE + 1) / 2);
	assert_int_equal(world.choice.current, 1);
}

static void test_a_change_of_the_world_is_noticed(void **state)
{
	struct world world = { .cost_ns = { 1000, 1500, 2500 } };

	(void)state;
	road_choice_init(&world.choice, ROADS, 1);
	travel(&world, 20000);
	assert_int_equal(world.choice.current, 0);
	world.cost_ns[0] = 100000;
	travel(&world, (ROAD_CHOICE_KEPT + 1) * (ROAD_CHOICE_BETWEEN + ROADS * ROAD_CHOICE_TRIAL));
	assert_int_equal(world.choice.current, 1);
	world.cost_ns[2] = 500; /* left out of rounds, but not for ever */
	travel(&world, 3 * (ROAD_CHOICE_PAUSE + 1) * (ROAD_CHOICE_BETWEEN + ROADS * ROAD_CHOICE_TRIAL));
	assert_int_equal(world.choice.current, 2);
	assert_int_equal(world.choice.changes, 3);
}

/* Other programs take the core away in the middle of trials: two of three. */
static void test_disturbed_trials_change_nothing(void **state)
{
	struct world world = { .cost_ns = { 1000, 1100, 1200 } };

	(void)state;
	road_choice_init(&world.choice, ROADS, 0);
	travel(&world, 20000);
	uint64_t changes = world.choice.changes;
	for (int i = 0; i < 30; i++) {
		world.cost_ns[0] = i % 3 ? 50000 : 1000;
		travel(&world, ROAD_CHOICE_BETWEEN + ROADS * ROAD_CHOICE_TRIAL); /* one round */
	}
	assert_int_equal(world.choice.current, 0);
	assert_int_equal(world.choice.changes, changes);
}

/* Operations end long after they began, and after the next trials have begun. */
static void test_late_ends_count_for_their_trial(void **state)
{
	struct road_choice choice;
	unsigned roads[4096];
	unsigned waiting = 0, rounds = 0;
	uint64_t finished[ROADS] = { 0 };

	(void)state;
	road_choice_init(&choice, ROADS, 2);
	for (; rounds < 40; rounds++) {
		for (int i = 0; i < 700; i++) {
			bool timed;
			unsigned road = road_choice_next(&choice, &timed);
			if (timed)
				roads[waiting++] = road;
		}
		for (; waiting > 0; waiting--) {
			unsigned road = roads[waiting - 1];
			road_choice_spent(&choice, road, road == 1 ? 4000 : 9000);
			road_choice_finished(&choice, road, 2);
			finished[road]++;
		}
	}
	assert_int_equal(choice.current, 1);
	assert_int_equal(road_choice_cost(&choice, 1), 2000);
	for (unsigned road = 0; road < ROADS; road++)
		assert_true(finished[road] >= ROAD_CHOICE_TRIAL);
}

static void test_one_road_is_no_choice(void **state)
{
	struct road_choice choice;
	bool timed = true;

	(void)state;
	road_choice_init(&choice, 1, 0);
	assert_int_equal(road_choice_next(&choice, &timed), 0);
	assert_false(timed);
	assert_int_equal(road_choice_cost(&choice, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_quickest_is_found),
		cmocka_unit_test(test_a_little_better_is_not_enough),
		cmocka_unit_test(test_finding_out_is_cheap_however_bad_a_road_is),
		cmocka_unit_test(test_a_change_of_the_world_is_noticed),
		cmocka_unit_test(test_disturbed_trials_change_nothing),
		cmocka_unit_test(test_late_ends_count_for_their_trial),
		cmocka_unit_test(test_one_road_is_no_choice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
