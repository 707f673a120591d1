/* fact_invented.c: see fact_invented.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/fact_invented.h"

/* A few words, many times, between all that has a meaning. */
static const char *const words[] = { "the", "Timer", "timer", "sets", "default", "Default", "name", "Name", "NAME", "it", "It", "IT", "is", "on", "s", "a", "A", "ms", "dBm", "dB", "MB", "MB/s", "min", "and", "or",
				     "not", "at", "least", "more", "than", "up", "to", "two", "third", "Third", "enabled", "ON", "TRUE", "red", "users", "seconds", "kilobytes", "degrees", "degrees Celsius", "MAJOR", "UE",
				     "UEs", "fooBar", "EUtranCell.fooBar", "EUtranCellFDD.qRxLevMinimumOfCell", "pmCount", "Cell.pmCount", "max_rate_ms", "slot_us", "10", "7", "0", "007", "000", "12345678", "123456789",
				     "1,000", "0,100,200", "3.5", "1.50", "10ms", "10 ms", "10 dBm", "5 seconds", "12 degrees", "-5", "5.2.1", "23:00", "16QAM", "3rd", "R22B", "22.Q4", "e.g.", "A_.b", "x_", "file.txt",
				     "reconfiguration", "reestablishments", "internationalisation", "internationalisationOfEverything", "caf\xC3\xA9", "\xE6\x97\xA5\xE6\x9C\xAC", "_x_", "a\\_b", "name: fooBar" };
static const char *const signs[] = { " ", " ", " ", " ", " ", " ", " ", " ", "\n", "\n\n", ". ", ", ", "; ", ": ", " | ", "\n| ", "\n- ", "\n1. ", "\n# ", "`", "```\n", "**", "(", ")", "[", "](x)", "\"", "/", "-",
				     " -", " --", ".", "'", "\xE2\x80\x99", "%", " %", " = ", "!", "? ", "\\_", "_", "\t", "\r\n", "\xC2\xB0", "\xC2\xA0", "\xE2\x80\x9C", ">", "..", "&", "{", "}", "+", " (", ",", ":", "  " };

static void append(struct buffer *out, struct support_random *random, const char *const *pieces, size_t count)
{
	buffer_append_string(out, pieces[support_random_next(random) % count]);
}

struct text fact_invent(struct buffer *out, struct support_random *random, size_t pieces)
{
	buffer_clear(out);
	for (size_t i = 0; i < pieces; i++) {
		append(out, random, words, COUNT_OF(words));
		append(out, random, signs, COUNT_OF(signs));
	}
	assert_int_equal(out->status, 0);
	return buffer_view(out);
}
