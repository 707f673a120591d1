/* test_buffer.c: the growable buffer and its ceiling. */
#include "base/buffer.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_append_and_view(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 1000);
	assert_string_equal(buffer_string(&buffer), "");
	assert_int_equal(buffer_view(&buffer).bytes, 0);
	buffer_append(&buffer, NULL, 0);
	buffer_append_string(&buffer, "one ");
	buffer_append_text(&buffer, TEXT_LITERAL("two "));
	buffer_append_byte(&buffer, '3');
	buffer_append_repeat(&buffer, '.', 3);
	buffer_append_format(&buffer, " %d%s", 42, "%");
	assert_string_equal(buffer_string(&buffer), "one two 3... 42%");
	assert_int_equal(buffer.bytes, 16);
	buffer_truncate(&buffer, 3);
	assert_string_equal(buffer_string(&buffer), "one");
	buffer_clear(&buffer);
	assert_string_equal(buffer_string(&buffer), "");
	assert_int_equal(buffer.status, 0);
	buffer_done(&buffer);
	buffer_done(&buffer);
}

static void test_the_ceiling_is_sticky(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 10);
	buffer_append_repeat(&buffer, 'a', 10); /* exactly full is no failure */
	assert_int_equal(buffer.status, 0);
	buffer_append(&buffer, NULL, 0);
	assert_int_equal(buffer.status, 0);
	buffer_append_byte(&buffer, 'b');
	assert_int_equal(buffer.status, ERROR_LIMIT_HIT);
	buffer_append_format(&buffer, "%s", "");
	assert_int_equal(buffer.bytes, 10);
	assert_int_equal(buffer.status, ERROR_LIMIT_HIT);
	assert_null(buffer_reserve(&buffer, 0));
	buffer_truncate(&buffer, 0); /* room alone does not heal it */
	buffer_append_byte(&buffer, 'c');
	assert_int_equal(buffer.bytes, 0);
	buffer_clear(&buffer);
	buffer_append_byte(&buffer, 'c');
	assert_string_equal(buffer_string(&buffer), "c");
	buffer_append_repeat(&buffer, 'x', SIZE_MAX); /* and no sum wraps round */
	assert_int_equal(buffer.status, ERROR_LIMIT_HIT);
	assert_int_equal(buffer.bytes, 1);
	buffer_done(&buffer);
}

static void test_reserve_and_commit(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 1 << 20);
	for (int i = 0; i < 1000; i++) {
		char *place = buffer_reserve(&buffer, 100);
		assert_non_null(place);
		memset(place, 'a' + i % 26, 100);
		buffer_commit(&buffer, 10); /* less than reserved */
	}
	assert_int_equal(buffer.bytes, 10000);
	assert_int_equal(buffer.data[9999], 'a' + 999 % 26);
	assert_int_equal(buffer.data[10000], '\0');
	buffer_done(&buffer);
}

static void test_give(void **state)
{
	struct buffer buffer;
	size_t bytes = 99;

	(void)state;
	buffer_init(&buffer, 100);
	assert_null(buffer_give(&buffer, &bytes));
	assert_int_equal(bytes, 99);
	buffer_append_string(&buffer, "mine");
	char *data = buffer_give(&buffer, &bytes);
	assert_string_equal(data, "mine");
	assert_int_equal(bytes, 4);
	assert_int_equal(buffer.bytes, 0);
	buffer_append_string(&buffer, "yours");
	assert_string_equal(data, "mine");
	free(data);
	buffer_done(&buffer);
}

static void test_discard(void **state)
{
	enum { BYTES = 8 << 20, DISCARDED = 5 << 20, FEW = 1000 };
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, BYTES * 2);
	buffer_append_repeat(&buffer, 'x', BYTES);
	assert_int_equal(buffer_discard(&buffer, 0, FEW), 0); /* not worth a call */
	assert_int_equal(buffer.data[FEW / 2], 'x');
	assert_int_equal(buffer_discard(&buffer, 0, DISCARDED), DISCARDED);
	assert_int_equal(buffer.data[DISCARDED / 2], '\0'); /* the system's own zeros: it took the memory */
	assert_int_equal(buffer_discard(&buffer, DISCARDED, DISCARDED + FEW), DISCARDED);
	for (size_t i = DISCARDED; i < BYTES; i++)
		assert_int_equal(buffer.data[i], 'x');
	buffer_append_repeat(&buffer, 'y', BYTES);
	assert_int_equal(buffer.bytes, BYTES * 2);
	assert_int_equal(buffer.data[BYTES - 1], 'x');
	assert_int_equal(buffer.data[BYTES], 'y');
	assert_int_equal(buffer_discard(&buffer, DISCARDED, buffer.bytes), buffer.bytes);
	buffer_clear(&buffer);
	buffer_append_string(&buffer, "again");
	assert_string_equal(buffer_string(&buffer), "again");
	buffer_done(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append_and_view),
		cmocka_unit_test(test_the_ceiling_is_sticky),
		cmocka_unit_test(test_reserve_and_commit),
		cmocka_unit_test(test_give),
		cmocka_unit_test(test_discard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
