/* Which model gets a document: tiers, states, queues, quality. */
#include "coordinator/model_route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FAST, BALANCED, QUALITY, COUNT };

static struct model_view models[COUNT];

static int set_up(void **state)
{
	(void)state;
	for (int i = 0; i < COUNT; i++)
		models[i] = (struct model_view){ .use = MODEL_GENERATE, .tier = (enum model_tier)i, .state = MESSAGE_MODEL_UP, .slots = 4 };
	return 0;
}

static int choose(enum model_tier tier, uint32_t tried) { return model_route_choose(models, COUNT, tier, tried); }

static void test_its_own_tier_then_above_then_below(void **state)
{
	(void)state;
	assert_int_equal(choose(MODEL_FAST, 0), FAST);
	assert_int_equal(choose(MODEL_BALANCED, 0), BALANCED);
	assert_int_equal(choose(MODEL_BALANCED, 1u << BALANCED), QUALITY);
	assert_int_equal(choose(MODEL_BALANCED, 1u << BALANCED | 1u << QUALITY), FAST);
	assert_int_equal(choose(MODEL_FAST, 7), MODEL_ROUTE_LAST);
	assert_int_equal(choose(MODEL_FAST, 1u << FAST), BALANCED);
}

static void test_states(void **state)
{
	(void)state;
	models[BALANCED].state = MESSAGE_MODEL_DOWN;
	assert_int_equal(choose(MODEL_BALANCED, 0), QUALITY);
	models[FAST].state = models[QUALITY].state = MESSAGE_MODEL_UNUSABLE;
	assert_int_equal(choose(MODEL_BALANCED, 0), MODEL_ROUTE_WAIT);
	assert_int_equal(choose(MODEL_BALANCED, 1u << BALANCED), MODEL_ROUTE_LAST); /* it had its try */
	models[BALANCED].state = MESSAGE_MODEL_UNUSABLE;
	assert_int_equal(choose(MODEL_BALANCED, 0), MODEL_ROUTE_LAST);
	models[FAST].state = MESSAGE_MODEL_STARTING;
	assert_int_equal(choose(MODEL_QUALITY, 0), FAST);
	models[BALANCED].state = MESSAGE_MODEL_DOWN; /* one that works now counts for more than one that may come back */
	assert_int_equal(choose(MODEL_BALANCED, 0), FAST);
	models[FAST].use = MODEL_JUDGE;
	assert_int_equal(choose(MODEL_BALANCED, 0), MODEL_ROUTE_WAIT);
}

static void test_the_shorter_queue_for_its_slots(void **state)
{
	(void)state;
	models[BALANCED].tier = models[QUALITY].tier = MODEL_FAST;
	models[FAST].queued = 8;
	models[BALANCED].queued = 12;
	models[BALANCED].slots = 16;
	models[QUALITY].queued = 4;
	assert_int_equal(choose(MODEL_FAST, 0), BALANCED);
}

static void test_poor_models_come_last(void **state)
{
	(void)state;
	models[FAST].accepted = 10;
	models[FAST].refused = 90;
	assert_int_equal(choose(MODEL_FAST, 0), BALANCED);
	assert_int_equal(choose(MODEL_FAST, 1u << BALANCED | 1u << QUALITY), FAST); /* better than none */
	models[FAST].accepted = 1;
	models[FAST].refused = 9; /* too few to say */
	assert_int_equal(choose(MODEL_FAST, 0), FAST);
}

static void test_taking_over(void **state)
{
	(void)state;
	models[FAST].queued = 5;
	assert_true(model_route_may_take_over(&models[QUALITY], &models[FAST]));
	models[FAST].queued = 4; /* no more than its slots will take at once */
	assert_false(model_route_may_take_over(&models[QUALITY], &models[FAST]));
	models[QUALITY].queued = 50;
	assert_false(model_route_may_take_over(&models[FAST], &models[QUALITY])); /* nothing is known of its pairs */
	models[FAST].accepted = models[QUALITY].accepted = 90;
	models[FAST].refused = models[QUALITY].refused = 10;
	assert_true(model_route_may_take_over(&models[FAST], &models[QUALITY]));
	models[FAST].accepted = 60;
	models[FAST].refused = 40;
	assert_false(model_route_may_take_over(&models[FAST], &models[QUALITY]));
	models[QUALITY].state = MESSAGE_MODEL_DOWN;
	assert_false(model_route_may_take_over(&models[QUALITY], &models[FAST]));
}

static void test_where_it_is_finished_first(void **state)
{
	(void)state;
	models[BALANCED].tier = MODEL_FAST;
	models[FAST].queued = 2;
	models[BALANCED].queued = 6;
	assert_int_equal(choose(MODEL_FAST, 0), FAST);
	models[FAST].document_s = 8; /* it has become slow: 24 s against 7 */
	models[BALANCED].document_s = 1;
	assert_int_equal(choose(MODEL_FAST, 0), BALANCED);
	models[BALANCED].queued = 30;
	assert_int_equal(choose(MODEL_FAST, 0), FAST);
}

static void test_a_slow_one_gives_way_to_another_tier(void **state)
{
	(void)state;
	models[FAST].document_s = 8;
	models[QUALITY].document_s = 3; /* not so much sooner that a better model should be spent on it */
	assert_int_equal(choose(MODEL_FAST, 0), FAST);
	models[QUALITY].document_s = 1;
	assert_int_equal(choose(MODEL_FAST, 0), QUALITY);
	models[QUALITY].state = MESSAGE_MODEL_STARTING;
	assert_int_equal(choose(MODEL_FAST, 0), FAST);
	models[QUALITY] = models[BALANCED];
	models[BALANCED] = (struct model_view){ .use = MODEL_GENERATE, .tier = MODEL_BALANCED, .state = MESSAGE_MODEL_UP, .slots = 4, .document_s = 60 };
	models[FAST].document_s = 1;
	assert_int_equal(choose(MODEL_BALANCED, 0), BALANCED); /* nothing is known of the smaller model's pairs */
	models[FAST].accepted = models[BALANCED].accepted = 95;
	models[FAST].refused = models[BALANCED].refused = 5;
	assert_int_equal(choose(MODEL_BALANCED, 0), FAST);
	models[FAST].accepted = 70;
	models[FAST].refused = 30;
	assert_int_equal(choose(MODEL_BALANCED, 0), BALANCED);
}

static void test_a_slow_one_hands_its_queue_over(void **state)
{
	(void)state;
	models[BALANCED].tier = MODEL_FAST;
	models[FAST].queued = 3; /* fewer than its slots */
	assert_false(model_route_may_take_over(&models[BALANCED], &models[FAST]));
	models[FAST].document_s = 8;
	models[BALANCED].document_s = 1;
	assert_true(model_route_may_take_over(&models[BALANCED], &models[FAST]));
	models[FAST].document_s = 0.3; /* it will be through with them before the other one has finished the first */
	assert_false(model_route_may_take_over(&models[BALANCED], &models[FAST]));
	models[FAST].queued = 9;
	assert_true(model_route_may_take_over(&models[BALANCED], &models[FAST]));
}

static void test_judge(void **state)
{
	(void)state;
	assert_int_equal(model_route_judge(models, COUNT), MODEL_ROUTE_LAST);
	models[QUALITY].use = MODEL_JUDGE;
	assert_int_equal(model_route_judge(models, COUNT), QUALITY);
	models[QUALITY].state = MESSAGE_MODEL_DOWN;
	assert_int_equal(model_route_judge(models, COUNT), MODEL_ROUTE_WAIT);
	models[QUALITY].state = MESSAGE_MODEL_UNUSABLE;
	assert_int_equal(model_route_judge(models, COUNT), MODEL_ROUTE_LAST);
}

static void test_one_that_has_not_answered_yet(void **state)
{
	(void)state;
	models[BALANCED].tier = MODEL_FAST;
	models[FAST].state = MESSAGE_MODEL_STARTING;
	models[BALANCED].queued = 9;
	assert_int_equal(choose(MODEL_FAST, 0), BALANCED);
	models[FAST].queued = 1; /* even the last of its documents */
	assert_true(model_route_may_take_over(&models[BALANCED], &models[FAST]));
	assert_false(model_route_may_take_over(&models[QUALITY], &models[FAST])); /* the other tiers get them when it is late */
}

static void test_how_many_of_what_a_slow_one_holds(void **state)
{
	(void)state;
	models[QUALITY].document_s = 0.1;
	models[FAST].document_s = 3;
	models[FAST].queued = 2;
	assert_int_equal(model_route_to_move(&models[QUALITY], &models[FAST], 8), 2);
	assert_int_equal(model_route_to_move(&models[QUALITY], &models[FAST], 1), 1);
	models[FAST].queued = 9;
	models[FAST].document_s = 0.5; /* the last one that goes would else be through in 2.5 s, and there in 0.5 s */
	assert_int_equal(model_route_to_move(&models[QUALITY], &models[FAST], 64), 5);
	models[QUALITY].queued = 19;
	assert_int_equal(model_route_to_move(&models[QUALITY], &models[FAST], 64), 0);
	models[QUALITY].queued = 0;
	models[FAST].tier = MODEL_QUALITY;
	models[QUALITY].tier = MODEL_FAST; /* nothing is known of its pairs */
	assert_int_equal(model_route_to_move(&models[QUALITY], &models[FAST], 64), 0);
	models[QUALITY].accepted = models[FAST].accepted = 40;
	assert_int_equal(model_route_to_move(&models[QUALITY], &models[FAST], 64), 5);
	models[QUALITY].document_s = 0; /* it has finished none */
	assert_int_equal(model_route_to_move(&models[QUALITY], &models[FAST], 64), 0);
	models[QUALITY].document_s = 0.1;
	models[FAST].use = MODEL_JUDGE;
	assert_int_equal(model_route_to_move(&models[QUALITY], &models[FAST], 64), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(test_its_own_tier_then_above_then_below), TEST(test_states), TEST(test_the_shorter_queue_for_its_slots), TEST(test_poor_models_come_last),
		TEST(test_taking_over), TEST(test_judge), TEST(test_where_it_is_finished_first), TEST(test_a_slow_one_gives_way_to_another_tier),
		TEST(test_a_slow_one_hands_its_queue_over), TEST(test_one_that_has_not_answered_yet), TEST(test_how_many_of_what_a_slow_one_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
