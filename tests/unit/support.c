/* support.c: leak checks, temporary folders and repeatable random numbers for the unit tests. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Entries of a folder whose name begins with `prefix`; the descriptor that reads it is among those of /proc/self/fd each time. */
static size_t count_entries(const char *folder, const char *prefix)
{
	DIR *stream = opendir(folder);
	size_t count = 0;

	if (!stream)
		return 0;
	for (struct dirent *entry = readdir(stream); entry; entry = readdir(stream))
		count += entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(stream);
	return count;
}

static size_t descriptors_before;

/* Our segments name the process that made them: those of tests that run beside this one do not count. */
static size_t own_segments(void)
{
	char prefix[64];

	snprintf(prefix, sizeof(prefix), "docring.%ld.", (long)getpid());
	return count_entries("/dev/shm", prefix);
}

int support_leaks_setup(void **state)
{
	(void)state;
	descriptors_before = count_entries("/proc/self/fd", "");
	return 0;
}

int support_leaks_teardown(void **state)
{
	size_t descriptors = count_entries("/proc/self/fd", ""), segments = own_segments();
	int status = 0;

	(void)state;
	if (descriptors != descriptors_before) {
		fprintf(stderr, "leak: %zu descriptors before the test, %zu after it\n", descriptors_before, descriptors);
		status = -1;
	}
	if (segments > 0) {
		fprintf(stderr, "leak: %zu segments of this process in /dev/shm\n", segments);
		status = -1;
	}
	if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD) {
		fprintf(stderr, "leak: a child process of the test is still there or was not waited for\n");
		status = -1;
	}
	return status;
}

const char *support_folder_make(char path[64])
{
	const char *base = getenv("TMPDIR");

	if (!base || strlen(base) > 32)
		base = "/tmp";
	snprintf(path, 64, "%s/docring-test-XXXXXX", base);
	if (!mkdtemp(path)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		abort();
	}
	return path;
}

void support_folder_remove(const char *path)
{
	DIR *stream = opendir(path);

	if (!stream)
		return;
	for (struct dirent *entry = readdir(stream); entry; entry = readdir(stream))
		(void)unlinkat(dirfd(stream), entry->d_name, 0); /* "." and ".." are refused */
	closedir(stream);
	rmdir(path);
}

uint64_t support_random_next(struct support_random *random)
{
	uint64_t x = random->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	random->state = x;
	return x * 0x2545F4914F6CDD1Du;
}

uint64_t support_random_below(struct support_random *random, uint64_t limit)
{
	return support_random_next(random) % limit;
}

double support_random_share(struct support_random *random)
{
	return (double)(support_random_next(random) >> 11) / (double)(1ull << 53);
}

double support_random_normal(struct support_random *random)
{
	double radius = 1.0 - support_random_share(random), angle = support_random_share(random); /* Box and Muller 1958 */
	return sqrt(-2.0 * log(radius)) * cos(2.0 * M_PI * angle);
}
