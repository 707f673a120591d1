/* test_json_writer.c: JSON as RFC 8259 has it: escapes, numbers, commas, nesting; json-c reads all of it back. */
#include "base/json_writer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <json-c/json.h>
#include <cmocka.h>

static struct buffer out;

static struct json_writer begin(int indent)
{
	struct json_writer json;

	buffer_clear(&out);
	json_init(&json, &out, indent);
	return json;
}

static int setup(void **state)
{
	(void)state;
	buffer_init(&out, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buffer_done(&out);
	return 0;
}

static void test_an_object_on_one_line(void **state)
{
	struct json_writer json = begin(0);

	(void)state;
	json_object_open(&json);
	json_member_string(&json, "name", "a\"b");
	json_member_unsigned(&json, "count", UINT64_MAX);
	json_key(&json, "list");
	json_array_open(&json);
	json_signed(&json, -7);
	json_null(&json);
	json_boolean(&json, true);
	json_object_open(&json);
	json_object_close(&json);
	json_array_close(&json);
	json_member_boolean(&json, "no", false);
	json_member_fixed(&json, "score", 0.5, 4);
	json_key(&json, "nothing");
	json_string(&json, NULL);
	json_object_close(&json);
	assert_string_equal(buffer_string(&out), "{\"name\": \"a\\\"b\", \"count\": 18446744073709551615, \"list\": [-7, null, true, {}], "
						 "\"no\": false, \"score\": 0.5, \"nothing\": \"\"}");
}

static void test_indented(void **state)
{
	struct json_writer json = begin(2);

	(void)state;
	json_object_open(&json);
	json_key(&json, "empty");
	json_array_open(&json);
	json_array_close(&json);
	json_key(&json, "one");
	json_array_open(&json);
	json_unsigned(&json, 1);
	json_unsigned(&json, 2);
	json_array_close(&json);
	json_object_close(&json);
	assert_string_equal(buffer_string(&out), "{\n  \"empty\": [],\n  \"one\": [\n    1,\n    2\n  ]\n}");
}

static const char *fixed(double value, int decimals)
{
	struct json_writer json = begin(0);

	json_fixed(&json, value, decimals);
	return buffer_string(&out);
}

static void test_numbers(void **state)
{
	(void)state;
	assert_string_equal(fixed(0.5, 4), "0.5");
	assert_string_equal(fixed(1, 4), "1.0");
	assert_string_equal(fixed(0.12345, 4), "0.1235");
	assert_string_equal(fixed(100, 0), "100");
	assert_string_equal(fixed(-0.00001, 3), "0.0");
	assert_string_equal(fixed(-0.0, 1), "0.0");
	assert_string_equal(fixed(-2.50, 2), "-2.5");
	assert_string_equal(fixed(NAN, 2), "null");
	assert_string_equal(fixed(INFINITY, 2), "null");
	assert_string_equal(fixed(1e300, 2), "null");
}

/* Every byte, valid UTF-8 and not: what is written is read back by another program's parser. */
static void test_escapes_against_a_reader(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		char raw[5] = { 'a', (char)byte, 'z', (char)0xC3, (char)0xA9 };
		struct json_writer json = begin(0);
		json_text(&json, (struct text){ raw, sizeof(raw) });
		struct json_object *read = json_tokener_parse(buffer_string(&out));
		assert_non_null(read);
		int length = json_object_get_string_len(read);
		const char *text = json_object_get_string(read);
		if (byte < 0x80) {
			assert_int_equal(length, 5);
			assert_memory_equal(text, raw, 5);
		} else {
			assert_int_equal(length, 7); /* U+FFFD has three bytes */
			assert_memory_equal(text, "a\xEF\xBF\xBDz\xC3\xA9", 7);
		}
		for (size_t i = 0; i < out.bytes; i++) /* one line, whatever was in it */
			assert_true((unsigned char)out.data[i] >= 0x20);
		json_object_put(read);
	}
}

/* Eight bytes are looked at together: every byte at every place of them, and runs of it. */
static void test_escapes_at_every_place(void **state)
{
	(void)state;
	for (int byte = 0; byte < 128; byte++)
		for (size_t place = 0; place < 18; place++) {
			char raw[20];
			memset(raw, 'a', sizeof(raw));
			raw[place] = (char)byte;
			raw[(place + 1 + (size_t)byte % 2) % sizeof(raw)] = (char)byte;
			struct json_writer json = begin(0);
			json_text(&json, (struct text){ raw, sizeof(raw) });
			struct json_object *read = json_tokener_parse(buffer_string(&out));
			assert_non_null(read);
			assert_int_equal(json_object_get_string_len(read), sizeof(raw));
			assert_memory_equal(json_object_get_string(read), raw, sizeof(raw));
			for (size_t i = 0; i < out.bytes; i++)
				assert_true((unsigned char)out.data[i] >= 0x20 && (unsigned char)out.data[i] < 0x7F);
			json_object_put(read);
		}
}

static void test_a_full_buffer_is_told_once(void **state)
{
	struct buffer small;
	struct json_writer json;

	(void)state;
	buffer_init(&small, 16);
	json_init(&json, &small, 0);
	json_array_open(&json);
	for (int i = 0; i < 100; i++)
		json_unsigned(&json, 1000);
	json_array_close(&json);
	assert_true(small.status < 0 && small.bytes <= 16);
	buffer_done(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_object_on_one_line),
		cmocka_unit_test(test_indented),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_escapes_against_a_reader), cmocka_unit_test(test_escapes_at_every_place),
		cmocka_unit_test(test_a_full_buffer_is_told_once),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
