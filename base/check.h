/* check.h: assertions that stay on in release builds.
 *
 * A failed CHECK is a bug in docring, never bad input and never a missing resource: the process says where and ends with
 * exit code 70 (EX_SOFTWARE in sysexits.h), or by SIGABRT when DOCRING_ABORT is set, which leaves a core for a debugger.
 * A worker that ends so is restarted by the coordinator. */
#ifndef DOCRING_BASE_CHECK_H
#define DOCRING_BASE_CHECK_H

#include <stddef.h>

__attribute__((noreturn, cold)) void check_failed(const char *condition, const char *file, int line, const char *function);

#define CHECK(condition) \
	(__builtin_expect(!!(condition), 1) ? (void)0 : check_failed(#condition, __FILE__, __LINE__, __func__))

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline size_t size_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t size_max(size_t a, size_t b) { return a > b ? a : b; }

#endif
