#define _GNU_SOURCE
#include "workers/common/mapped_input.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct { /* one per process: a signal handler has nothing else to go by */
	uint8_t *base;
	size_t bytes;
	int descriptor;
	volatile sig_atomic_t damaged;
} input = { .descriptor = -1 };

/* Zeros take the place of everything from the page that is missing to the end; the instruction is tried again. */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
	const uint8_t *at = info->si_addr;
	const struct sigaction die = { .sa_handler = SIG_DFL };
	int kept_errno = errno;

	(void)context;
	if (input.base && at >= input.base && at < input.base + input.bytes) {
		size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
		size_t first = (size_t)(at - input.base) / page_bytes * page_bytes;
		const void *zeros = mmap(input.base + first, input.bytes - first, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
		if (zeros != MAP_FAILED) {
			input.damaged = 1;
			errno = kept_errno;
			return; /* cppcheck-suppress memleak; they are part of the input's mapping now */
		}
	}
	sigaction(number, &die, NULL); /* some other memory: the same instruction ends the process now */
}

int mapped_input_open(int descriptor, uint64_t bytes, struct text *ret_data)
{
	struct sigaction catch = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };

	CHECK(input.descriptor < 0 && bytes > 0);
	if (sigaction(SIGBUS, &catch, NULL) < 0)
		return -errno;
	void *base = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
	if (base == MAP_FAILED)
		return -errno;
	(void)madvise(base, bytes, MADV_SEQUENTIAL);
	input.base = base;
	input.bytes = bytes;
	input.descriptor = descriptor;
	input.damaged = 0;
	*ret_data = (struct text){ base, bytes };
	return 0;
}

bool mapped_input_is_damaged(uint64_t *ret_left)
{
	struct stat now;

	if (input.descriptor < 0)
		return false;
	/* What is cut off inside the last page that is left reads as zeros without a signal: the size tells. */
	uint64_t left = fstat(input.descriptor, &now) < 0 || now.st_size < 0 ? 0 : (uint64_t)now.st_size;
	*ret_left = left;
	return input.damaged || left < input.bytes;
}

void mapped_input_close(void)
{
	const struct sigaction die = { .sa_handler = SIG_DFL };

	if (input.descriptor < 0)
		return;
	uint8_t *base = input.base;
	input.base = NULL;
	munmap(base, input.bytes);
	close(input.descriptor);
	input.descriptor = -1;
	sigaction(SIGBUS, &die, NULL);
}
