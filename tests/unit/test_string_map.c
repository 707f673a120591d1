#include "base/string_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void test_finds_what_was_added(void **state)
{
	(void)state;
	struct string_map map;
	string_map_init(&map);
	assert_null(string_map_find(&map, TEXT_LITERAL("a")));

	bool added = false;
	*string_map_add(&map, TEXT_LITERAL("a"), &added) = 7;
	assert_true(added);
	*string_map_add(&map, TEXT_LITERAL(""), &added) = 8;
	assert_true(added);
	*string_map_add(&map, (struct text){ "a\0b", 3 }, NULL) = 9;

	assert_int_equal(*string_map_add(&map, TEXT_LITERAL("a"), &added), 7);
	assert_false(added);
	assert_int_equal(*string_map_find(&map, (struct text){ NULL, 0 }), 8);
	assert_int_equal(*string_map_find(&map, (struct text){ "a\0b", 3 }), 9);
	assert_null(string_map_find(&map, TEXT_LITERAL("ab")));
	assert_int_equal(map.count, 3);
	string_map_done(&map);
}

static void test_an_empty_key_alone(void **state)
{
	(void)state;
	struct string_map map;
	string_map_init(&map);
	*string_map_add(&map, (struct text){ NULL, 0 }, NULL) = 5;
	assert_int_equal(*string_map_find(&map, TEXT_LITERAL("")), 5);
	string_map_done(&map);
}

static void test_many_keys_survive_growth_and_clear(void **state)
{
	(void)state;
	enum { KEYS = 20000 };
	struct string_map map;
	string_map_init(&map);
	for (int round = 0; round < 2; round++) {
		char key[32];
		for (uint32_t i = 0; i < KEYS; i++) {
			int bytes = snprintf(key, sizeof(key), "EUtranCellFDD.attribute%u", i);
			*string_map_add(&map, (struct text){ key, (size_t)bytes }, NULL) = i + (uint32_t)round;
		}
		assert_int_equal(map.count, KEYS);
		for (uint32_t i = 0; i < KEYS; i++) {
			int bytes = snprintf(key, sizeof(key), "EUtranCellFDD.attribute%u", i);
			uint32_t *value = string_map_find(&map, (struct text){ key, (size_t)bytes });
			assert_non_null(value);
			assert_int_equal(*value, i + (uint32_t)round);
		}
		string_map_clear(&map);
		assert_null(string_map_find(&map, TEXT_LITERAL("EUtranCellFDD.attribute1")));
	}
	string_map_done(&map);
	string_map_done(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_what_was_added),
		cmocka_unit_test(test_an_empty_key_alone),
		cmocka_unit_test(test_many_keys_survive_growth_and_clear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
