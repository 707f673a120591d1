/* clock.h: the one place that reads a clock. Pure code takes times as arguments. */
#ifndef DOCRING_BASE_CLOCK_H
#define DOCRING_BASE_CLOCK_H

#include <stdint.h>

uint64_t clock_monotonic_ns(void);
int64_t clock_realtime_s(void);
uint64_t clock_process_cpu_ns(void); /* user and system time of this process */

#endif
