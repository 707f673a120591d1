/* The fast parser of JSON against json-c's strict one: what it takes, that one takes too, with the same value; and it takes what is usual. */
#include "workers/model/json_parse.h"

#include "base/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <json-c/json.h>

enum { DEPTH_MAX = 32 };

static struct json_object *parse_with_json_c(const char *text, size_t bytes)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *value = json_tokener_parse_ex(tokener, text, (int)bytes);
	json_tokener_free(tokener);
	return value;
}

/* True when both take it; it is never taken by the fast one alone. */
static bool compare(const char *text, size_t bytes)
{
	char *copy = malloc(bytes + !bytes); /* of its own length: nothing behind it may be read */
	memcpy(copy, text, bytes);
	struct json_object *fast = json_parse((struct text){ copy, bytes }, DEPTH_MAX - 1);
	free(copy);
	if (!fast)
		return false;
	struct json_object *slow = parse_with_json_c(text, bytes);
	if (!slow)
		print_error("taken by the fast one alone: %.*s\n", (int)bytes, text);
	assert_non_null(slow);
	assert_int_equal(json_object_get_type(fast), json_object_get_type(slow));
	assert_string_equal(json_object_to_json_string_ext(fast, JSON_C_TO_STRING_PLAIN), json_object_to_json_string_ext(slow, JSON_C_TO_STRING_PLAIN));
	json_object_put(fast);
	json_object_put(slow);
	return true;
}

static const char *const usual[] = {
	"{}", "[]", "{\"a\": [], \"b\": {}}", "[1, -2, 0, 3.5, -0.25, true, false, null]", "\"text\"", "\"\"",
	" {\"choices\": [{\"index\": 0, \"message\": {\"role\": \"assistant\", \"content\": \"{\\\"pairs\\\": [\\n \\u00e4\\ud83d\\ude00\\/\\\\ ]}\"}}], \"usage\": {\"prompt_tokens\": 1234567}} \n" + 1,
	"{\"a\": 1, \"a\": 2, \"b\": null}", "[\"\\b\\f\\n\\r\\t\\\"\", \"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\", 123456789012345678]",
	"{\"a long key that has more than eight bytes\": \"a long text that has no escape in it, and goes on and on\", \"\\u0041\": 1}",
	"[1e5, -2.5E-3, 0.10e+2]", "{\"a\\nb\": \"c\\td\", \"e\": [\"\\u00e4\", {\"f\\\"\": \"\\\\\"}], \"g\": \"h\\/\"}",
};

static void test_what_is_usual(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(usual); i++)
		if (!compare(usual[i], strlen(usual[i])))
			fail_msg("not taken: %s", usual[i]);
}

static void test_what_is_wrong_or_unusual(void **state)
{
	static const char *const others[] = {
		"", " ", "{", "[", "\"", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "[,1]", "{a: 1}", "{'a': 1}", "[01]", "[1.]", "[.5]", "[-]", "[+1]", "[1e]", "[1e+]", "[1.e5]", "[1e999]", "[tru]", "[nul]",
		"[NaN]", "[-Infinity]", "{} {}", "[1] x", "[\"\\x\"]", "[\"\\u12\"]", "[\"\\ud800\"]", "[\"\\ud800\\u0041\"]", "[\"\\udc00\"]", "[\"\\u0000\"]", "[\"\n\"]", "[\"\xff\"]", "[\"\xc0\x80\"]",
		"[1234567890123456789012]", "12", "true", "{\"a\":1 \"b\":2}", "[1 2]", "[1, // no\n2]",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(compare(others[i], strlen(others[i])));
}

/* Every cut, and every byte replaced by any of some: never taken alone, never read behind the end. */
static void test_hostile(void **state)
{
	static const char bytes[] = "\"\\{}[]:,0-.eut \n\x01\x7f\x80\xc3\xff/";
	char copy[512];
	size_t both = 0;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(usual); i++) {
		size_t length = strlen(usual[i]);
		for (size_t k = 0; k < length; k++) {
			both += compare(usual[i], k);
			for (size_t c = 0; c < sizeof(bytes); c++) {
				memcpy(copy, usual[i], length);
				copy[k] = bytes[c];
				both += compare(copy, length);
			}
		}
	}
	assert_true(both > 100);
}

static void test_depth(void **state)
{
	char text[400];
	(void)state;
	for (size_t depth = 1; depth < 150; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		bool taken = compare(text, 2 * depth);
		assert_int_equal(taken, depth < DEPTH_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_usual), cmocka_unit_test(test_what_is_wrong_or_unusual), cmocka_unit_test(test_hostile), cmocka_unit_test(test_depth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
