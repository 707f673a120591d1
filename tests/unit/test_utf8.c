/* test_utf8.c: UTF-8 against RFC 3629, over every code point and over the forms that are none. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void test_every_code_point(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 64);
	for (uint32_t code = 0; code <= 0x110010; code++) {
		bool valid = code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF);
		uint32_t back = 0;
		buffer_clear(&buffer);
		utf8_append(&buffer, code);
		size_t bytes = utf8_decode(buffer_view(&buffer), 0, &back);
		if (bytes != buffer.bytes || back != (valid ? code : 0xFFFD))
			fail_msg("U+%04X came back as U+%04X in %zu of %zu bytes", code, back, bytes, buffer.bytes);
		if (bytes != (code < 0x80 ? 1u : code < 0x800 ? 2u : valid && code > 0xFFFF ? 4u : 3u))
			fail_msg("U+%04X has %zu bytes", code, bytes);
		for (size_t cut = 1; cut < bytes; cut++)
			assert_int_equal(utf8_decode((struct text){ buffer.data, cut }, 0, NULL), 0);
	}
	buffer_done(&buffer);
}

static void test_forms_that_are_none(void **state)
{
	static const struct text wrong[] = {
		TEXT_LITERAL("\x80"), TEXT_LITERAL("\xBF"), TEXT_LITERAL("\xC0\x80"), TEXT_LITERAL("\xC1\xBF"),
		TEXT_LITERAL("\xE0\x80\x80"), TEXT_LITERAL("\xE0\x9F\xBF"), TEXT_LITERAL("\xED\xA0\x80"), TEXT_LITERAL("\xED\xBF\xBF"),
		TEXT_LITERAL("\xF0\x80\x80\x80"), TEXT_LITERAL("\xF0\x8F\xBF\xBF"), TEXT_LITERAL("\xF4\x90\x80\x80"),
		TEXT_LITERAL("\xF5\x80\x80\x80"), TEXT_LITERAL("\xFF"), TEXT_LITERAL("\xFE"), TEXT_LITERAL("\xC3("), TEXT_LITERAL("\xE2\x82("),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_equal(utf8_decode(wrong[i], 0, NULL), 0);
		assert_int_equal(utf8_valid_prefix(wrong[i]), 0);
	}
	assert_int_equal(utf8_decode(TEXT_LITERAL("x"), 1, NULL), 0);
}

static void test_cleaning(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(utf8_append_clean(&out, TEXT_LITERAL("a\xFF\xC3\xA9\xE2\x82z")), 3);
	assert_string_equal(buffer_string(&out), "a\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBDz");
	assert_int_equal(utf8_valid_prefix(buffer_view(&out)), out.bytes);
	buffer_clear(&out);
	assert_int_equal(utf8_append_clean(&out, TEXT_LITERAL("na\xC3\xAFve")), 0);
	assert_string_equal(buffer_string(&out), "na\xC3\xAFve");
	buffer_done(&out);
}

static void test_counting_and_boundaries(void **state)
{
	struct text text = TEXT_LITERAL("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");

	(void)state;
	assert_int_equal(utf8_count(text), 4);
	assert_int_equal(utf8_count(TEXT_LITERAL("\xFF\xFF")), 2);
	assert_int_equal(utf8_count(TEXT_LITERAL("")), 0);
	static const size_t floors[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10 };
	for (size_t i = 0; i <= text.bytes; i++)
		assert_int_equal(utf8_floor(text, i), floors[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_forms_that_are_none),
		cmocka_unit_test(test_cleaning),
		cmocka_unit_test(test_counting_and_boundaries),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
