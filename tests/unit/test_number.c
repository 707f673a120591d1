/* Numbers as digits: the same as printf's, everywhere. */
#include "base/number.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_unsigned(uint64_t value)
{
	char out[NUMBER_BYTES_MAX], wanted[NUMBER_BYTES_MAX];
	size_t bytes = number_write_unsigned(value, out);

	snprintf(wanted, sizeof(wanted), "%llu", (unsigned long long)value);
	assert_int_equal(bytes, strlen(wanted));
	assert_memory_equal(out, wanted, bytes);
}

static void check_fixed(double value, int decimals)
{
	char out[NUMBER_BYTES_MAX], wanted[NUMBER_BYTES_MAX];
	size_t bytes = number_write_fixed(value, decimals, out);

	snprintf(wanted, sizeof(wanted), "%.*f", decimals, value);
	assert_int_equal(bytes, strlen(wanted));
	assert_memory_equal(out, wanted, bytes);
}

static void test_unsigned(void **state)
{
	(void)state;
	for (uint64_t power = 1; power; power *= 2) {
		check_unsigned(power);
		check_unsigned(power - 1);
	}
	for (uint64_t power = 1; power < UINT64_MAX / 10; power *= 10) {
		check_unsigned(power);
		check_unsigned(power - 1);
	}
	check_unsigned(UINT64_MAX);
}

static void test_fixed(void **state)
{
	static const double hard[] = { 0, -0.0, 0.5, 1.5, 2.5, -2.5, 0.125, 0.375, 1e-9, -1e-9, 0.05, 0.15, 0.25, 0.35, 0.0005, 0.9995, 0.99949999, 9.9999999,
				       999999999.4, 999999999.5, 1e9, 123456789.123, 1e22, -1e30, DBL_MIN, DBL_EPSILON };
	unsigned seed = 1;
	(void)state;
	for (int decimals = 0; decimals <= 9; decimals++) {
		for (size_t i = 0; i < sizeof(hard) / sizeof(hard[0]); i++)
			check_fixed(hard[i], decimals);
		for (int i = 0; i < 20000; i++) { /* thousandths and so on: at or beside a half very often */
			double whole = (double)(rand_r(&seed) % 200001) - 100000;
			static const double divisors[] = { 1, 2, 8, 10, 1000, 20000, 1e5, 2e6, 3, 1e7 };
			check_fixed(whole / divisors[rand_r(&seed) % 10], decimals);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_unsigned), cmocka_unit_test(test_fixed) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
