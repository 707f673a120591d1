/* test_text.c: runs of bytes: comparing, finding, taking apart. */
#include "base/check.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#define T(literal) TEXT_LITERAL(literal)

static void test_compare(void **state)
{
	(void)state;
	assert_true(text_equal(T("a\0b"), T("a\0b")));
	assert_false(text_equal(T("a\0b"), T("a\0c")));
	assert_false(text_equal(T("a"), T("ab")));
	assert_true(text_equal((struct text){ 0 }, T("")));
	assert_true(text_equal_nocase(T("CellRange"), T("cELLrANGE")));
	assert_false(text_equal_nocase(T("[cell"), T("{CELL"))); /* letters alone fold */
	assert_false(text_equal_nocase(T("caf\xC3\xA9"), T("caf\xC3\x89")));
	assert_true(text_compare(T("a"), T("b")) < 0);
	assert_true(text_compare(T("b"), T("a")) > 0);
	assert_true(text_compare(T("a"), T("ab")) < 0);
	assert_true(text_compare(T("\xC3"), T("z")) > 0); /* bytes are unsigned */
	assert_int_equal(text_compare(T("same"), T("same")), 0);
	assert_int_equal(text_compare(T(""), (struct text){ 0 }), 0);
}

static void test_find(void **state)
{
	(void)state;
	assert_true(text_starts_with(T("pmRrc"), T("pm")) && text_starts_with(T("x"), T("")));
	assert_false(text_starts_with(T("p"), T("pm")));
	assert_true(text_starts_with_nocase(T("<HTML>"), T("<html")));
	assert_true(text_ends_with_nocase(T("a.HTML"), T(".html")));
	assert_false(text_ends_with_nocase(T("html"), T(".html")));
	assert_int_equal(text_find(T("abcabc"), T("ca")), 2);
	assert_int_equal(text_find(T("abc"), T("")), 0);
	assert_int_equal(text_find(T("abc"), T("abcd")), -1);
	assert_int_equal(text_find(T(""), T("a")), -1);
	assert_int_equal(text_find_nocase(T("xxCoPyRight"), T("copyright")), 2);
	assert_int_equal(text_find_nocase(T("copyrigh"), T("copyright")), -1);
}

static void test_trim(void **state)
{
	(void)state;
	assert_true(text_equal(text_trim(T(" \t\r\n a b \v\f ")), T("a b")));
	assert_int_equal(text_trim(T(" \n ")).bytes, 0);
	assert_int_equal(text_trim(T("")).bytes, 0);
	assert_true(text_equal(text_trim(T("\xC2\xA0x")), T("\xC2\xA0x"))); /* ASCII only */
}

static void expect_parts(struct text text, char delimiter, const struct text *expected, size_t count)
{
	struct text part;

	for (size_t i = 0; i < count; i++) {
		assert_true(delimiter == '\n' ? text_next_line(&text, &part) : text_next_field(&text, delimiter, &part));
		assert_true(text_equal(part, expected[i]));
	}
	assert_false(text_next_field(&text, delimiter, &part));
}

static void test_fields_and_lines(void **state)
{
	const struct text fields[] = { T("a"), T(""), T("b") }, lines[] = { T("one"), T(""), T("two\r3"), T("end") };

	(void)state;
	expect_parts(T("a,,b"), ',', fields, 3);
	expect_parts(T("a,,b,"), ',', fields, 3);
	expect_parts(T(""), ',', NULL, 0);
	expect_parts(T(","), ',', &fields[1], 1);
	expect_parts(T("one\r\n\ntwo\r3\nend"), '\n', lines, 4);
}

static void test_bytes(void **state)
{
	(void)state;
	assert_true(ascii_is_space('\v') && ascii_is_space(' ') && !ascii_is_space('\0') && !ascii_is_space((char)0xA0));
	assert_true(ascii_is_word('_') && ascii_is_word('9') && ascii_is_word('Z') && !ascii_is_word('-') && !ascii_is_word((char)0xE9));
	assert_true(ascii_lower('Z') == 'z' && ascii_lower('[') == '[' && ascii_lower('@') == '@');
	assert_true(text_equal(text_slice(T("abcdef"), 2, 4), T("cd")));
	assert_int_equal(text_from(NULL).bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_fields_and_lines),
		cmocka_unit_test(test_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
