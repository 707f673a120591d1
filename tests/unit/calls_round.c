#include "tests/unit/calls_round.h"

#include "base/clock.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void calls_round(struct calls *calls)
{
	uint64_t now_ns = clock_monotonic_ns(), next_ns = calls_next_ns(calls);
	int wait_ms = next_ns <= now_ns ? 0 : next_ns - now_ns > 1000000000 ? 1000 : (int)((next_ns - now_ns) / 1000000) + 1;
	struct pollfd descriptor = { .fd = calls_descriptor(calls), .events = POLLIN };

	(void)poll(&descriptor, 1, wait_ms);
	assert_int_equal(calls_step(calls, clock_monotonic_ns()), 0);
}
