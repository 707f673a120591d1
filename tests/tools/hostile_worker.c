/* hostile_worker.c: makes a worker do harm. Loaded into the programs under test (LD_PRELOAD); built by tests/system/test_hostile_worker.py. In a
 * worker it keeps every shared memory that the worker may write, and once the first result lies in its outbox, before anybody is told,
 * does to that memory what DOCRING_HARM says: truncate, grow, punch (holes) or unseal. One worker of a run does it, the first one; what the system
 * said to it goes to the file DOCRING_HARM_LOG. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MEMORIES_MAX = 16, HEADER_BYTES = 4096 };

static struct memory {
	int file;
	uint64_t bytes;
	const volatile uint32_t *result; /* where the first one begins */
} memories[MEMORIES_MAX];
static size_t memory_count;

void *mmap(void *address, size_t bytes, int protection, int flags, int file, off_t offset)
{
	void *(*real)(void *, size_t, int, int, int, off_t) = (void *(*)(void *, size_t, int, int, int, off_t))dlsym(RTLD_NEXT, "mmap");
	void *base = real(address, bytes, protection, flags, file, offset);

	if (base != MAP_FAILED && file >= 0 && (protection & PROT_WRITE) && (flags & MAP_SHARED) && memory_count < MEMORIES_MAX &&
	    strncmp(program_invocation_short_name, "worker-", 7) == 0 && bytes > HEADER_BYTES)
		memories[memory_count++] = (struct memory){ dup(file), bytes, (const uint32_t *)((const char *)base + HEADER_BYTES) };
	return base;
}

void *mmap64(void *address, size_t bytes, int protection, int flags, int file, off64_t offset)
{
	return mmap(address, bytes, protection, flags, file, offset);
}

static int harm(const char *how, const struct memory *memory)
{
	if (strcmp(how, "truncate") == 0)
		return ftruncate(memory->file, 0);
	if (strcmp(how, "grow") == 0)
		return ftruncate(memory->file, (off_t)memory->bytes * 2);
	if (strcmp(how, "unseal") == 0)
		return fcntl(memory->file, F_ADD_SEALS, F_SEAL_WRITE);
	return fallocate(memory->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, HEADER_BYTES, (off_t)memory->bytes - HEADER_BYTES);
}

/* The outbox is the largest. */
static bool has_result(void)
{
	const struct memory *outbox = NULL;

	for (size_t i = 0; i < memory_count; i++)
		if (!outbox || memories[i].bytes > outbox->bytes)
			outbox = &memories[i];
	return outbox && *outbox->result != 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static bool done;
	int (*real)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	const char *how = getenv("DOCRING_HARM"), *log = getenv("DOCRING_HARM_LOG");

	if (!done && how && log && has_result()) {
		done = true;
		int file = open(log, O_WRONLY | O_CREAT | O_EXCL, 0600);
		for (size_t i = 0; file >= 0 && i < memory_count; i++)
			dprintf(file, "%s of %llu: %s\n", how, (unsigned long long)memories[i].bytes, harm(how, &memories[i]) < 0 ? strerror(errno) : "done");
		if (file >= 0)
			close(file);
	}
	return real(clock, now);
}
