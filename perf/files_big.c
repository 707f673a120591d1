/* files_big.c: one file larger than any share of the ring, read once from front to end: by plain calls, through the product's ring, and
 * mapped, as a worker has it. Every page is looked at. */
#define _GNU_SOURCE
#include "perf/files.h"

#include "base/check.h"
#include "ipc/uring.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 20, PAGE_BYTES = 4096 };

static uint64_t first_sum; /* of the first road: all others must find the same */

static uint64_t sum_of(const uint8_t *data, uint64_t bytes)
{
	uint64_t sum = 0, word;

	for (uint64_t at = 0; at < bytes; at += PAGE_BYTES) {
		memcpy(&word, data + at, sizeof(word));
		sum += word;
	}
	return sum;
}

static void check_sum(uint64_t sum)
{
	if (!first_sum)
		first_sum = sum;
	CHECK(sum == first_sum);
}

static int open_big(const struct files_corpus *corpus)
{
	char path[PATH_MAX];

	files_big_path(corpus, path);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(file >= 0);
	return file;
}

static void by_calls(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result)
{
	uint8_t *place = aligned_alloc(PAGE_BYTES, PIECE_BYTES);
	uint64_t sum = 0, offset = 0;
	int file = open_big(corpus);
	ssize_t bytes;

	(void)road;
	CHECK(place);
	while ((bytes = pread(file, place, PIECE_BYTES, (off_t)offset)) > 0) {
		sum += sum_of(place, (uint64_t)bytes);
		offset += (uint64_t)bytes;
		result->system_calls++;
	}
	CHECK(offset == corpus->big_bytes);
	check_sum(sum);
	close(file);
	free(place);
}

struct pieces {
	uint64_t sum, next, done_bytes;
	struct piece {
		struct pieces *pieces;
		uint8_t *place;
		bool busy;
	} all[FILES_DEPTH_MAX];
};

static void piece_read(void *context, int64_t bytes)
{
	struct piece *piece = context;

	CHECK(bytes > 0);
	piece->pieces->sum += sum_of(piece->place, (uint64_t)bytes);
	piece->pieces->done_bytes += (uint64_t)bytes;
	piece->busy = false;
}

static void by_product(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result)
{
	static struct pieces pieces;
	uint8_t *places = aligned_alloc(PAGE_BYTES, (size_t)road->depth * PIECE_BYTES);
	struct uring *uring;
	struct uring_stats stats;
	int file = open_big(corpus);

	pieces = (struct pieces){ .sum = 0 };
	CHECK(places && uring_create(&uring, FILES_DEPTH_MAX, road->variant ? URING_OFF : URING_AUTO, NULL) == 0);
	while (pieces.done_bytes < corpus->big_bytes) {
		for (unsigned i = 0; i < road->depth && pieces.next < corpus->big_bytes; i++) {
			struct piece *piece = &pieces.all[i];
			if (piece->busy)
				continue;
			*piece = (struct piece){ &pieces, places + (size_t)i * PIECE_BYTES, true };
			CHECK(uring_read(uring, file, piece->place, PIECE_BYTES, pieces.next, piece_read, piece) == 0);
			pieces.next += PIECE_BYTES;
		}
		struct pollfd event = { .fd = uring_event_descriptor(uring), .events = POLLIN };
		if (uring_poll(uring) == 0 && ++result->system_calls)
			CHECK(poll(&event, 1, 60000) == 1);
	}
	check_sum(pieces.sum);
	uring_stats(uring, &stats);
	result->system_calls += stats.system_calls;
	uring_destroy(uring);
	close(file);
	free(places);
}

static void mapped(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result)
{
	int file = open_big(corpus);
	uint8_t *data = mmap(NULL, corpus->big_bytes, PROT_READ, MAP_SHARED, file, 0);

	CHECK(data != MAP_FAILED);
	if (road->variant)
		CHECK(madvise(data, corpus->big_bytes, (int)road->variant) == 0);
	check_sum(sum_of(data, corpus->big_bytes));
	munmap(data, corpus->big_bytes);
	close(file);
	result->system_calls = 2 + (road->variant != 0);
}

const struct files_road files_big_roads[] = {
	{ "pread, 1 MiB at a time", by_calls, 1, 0, false },
	{ "docring's ring, 1 MiB pieces; 4 deep", by_product, 4, 0, false },
	{ "docring's ring, 1 MiB pieces; 32 deep", by_product, 32, 0, false },
	{ "mapped", mapped, 1, 0, false },
	{ "mapped, read in order (as a worker has it)", mapped, 1, MADV_SEQUENTIAL, false },
	{ NULL, NULL, 0, 0, false },
};
