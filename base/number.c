#include "base/number.h"

#include "base/check.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { DECIMALS_MAX = 9, DIGITS_MAX = 20 };

/* The last `least` digits at least. */
static size_t write_digits(uint64_t value, size_t least, char *out)
{
	char digits[DIGITS_MAX];
	size_t at = sizeof(digits);

	while (value > 0 || sizeof(digits) - at < least) {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	}
	memcpy(out, digits + at, sizeof(digits) - at);
	return sizeof(digits) - at;
}

size_t number_write_unsigned(uint64_t value, char *out)
{
	return write_digits(value, 1, out);
}

size_t number_write_fixed(double value, int decimals, char *out)
{
	static const double powers[DECIMALS_MAX + 1] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };
	size_t bytes = 0;

	CHECK(decimals >= 0 && decimals <= DECIMALS_MAX && isfinite(value) && fabs(value) <= 1e30);
	double scaled = fabs(value) * powers[decimals], whole = floor(scaled), rest = scaled - whole;
	/* Below 1e9 the product is wrong by less than 1e-6: away from a half it rounds as the exact value does. */
	if (scaled >= 1e9 || fabs(rest - 0.5) < 1e-3)
		return (size_t)snprintf(out, NUMBER_BYTES_MAX, "%.*f", decimals, value);
	uint64_t number = (uint64_t)whole + (rest > 0.5), unit = (uint64_t)powers[decimals];
	if (signbit(value))
		out[bytes++] = '-';
	bytes += write_digits(number / unit, 1, out + bytes);
	if (decimals > 0) {
		out[bytes++] = '.';
		bytes += write_digits(number % unit, (size_t)decimals, out + bytes);
	}
	return bytes;
}
