#define _GNU_SOURCE
#include "workers/common/memory_limit.h"

#include <errno.h>
#include <malloc.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif
#ifndef HAS_SHADOW_MEMORY
#define HAS_SHADOW_MEMORY 0
#endif

enum { LARGE_BYTES = 4 << 20, UNUSED_BYTES_MAX = 8 << 20 };

void memory_give_back_large(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	mallopt(M_TRIM_THRESHOLD, UNUSED_BYTES_MAX);
}

int memory_limit_set(uint64_t bytes)
{
	struct rlimit limit;

	if (HAS_SHADOW_MEMORY)
		return 0;
	if (getrlimit(RLIMIT_DATA, &limit) < 0)
		return -errno;
	if (limit.rlim_cur <= bytes)
		return 0;
	limit.rlim_cur = bytes;
	return setrlimit(RLIMIT_DATA, &limit) < 0 ? -errno : 0;
}
