/* files_small.c: many small files into one stretch of memory, one thread: plain calls, bare io_uring in several ways, and the product's own
 * code (ipc/uring.h) in each of its settings. */
#define _GNU_SOURCE
#include "perf/files.h"

#include "base/check.h"
#include "ipc/uring.h"

#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FSTAT = 1, RING_READ = 0, LINKED = 1, REGISTERED = 2, ASYNC = 4 };

/* One for all roads, touched before the first. */
static uint8_t *places(void)
{
	static uint8_t *memory;

	if (!memory) {
		memory = mmap(NULL, FILES_DEPTH_MAX * FILES_PLACE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		CHECK(memory != MAP_FAILED);
	}
	return memory;
}

static uint8_t *place_of(unsigned slot)
{
	return places() + (size_t)slot * FILES_PLACE_BYTES;
}

static void by_calls(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result)
{
	char path[PATH_MAX];
	struct stat found;

	for (unsigned i = 0; i < corpus->count; i++) {
		files_path(corpus, i, path);
		int file = open(path, O_RDONLY | O_CLOEXEC);
		CHECK(file >= 0 && (road->variant != FSTAT || fstat(file, &found) == 0));
		files_check(corpus, i, place_of(0), pread(file, place_of(0), corpus->bytes[i], 0));
		close(file);
	}
	result->system_calls = corpus->count * (uint64_t)(road->variant == FSTAT ? 4 : 3);
}

/* --- bare io_uring -------------------------------------------------------------------------------------------------------- */

struct bare {
	const struct files_corpus *corpus;
	const struct files_road *road;
	struct io_uring ring;
	char paths[FILES_DEPTH_MAX][PATH_MAX];
	unsigned files[FILES_DEPTH_MAX], free_slots[FILES_DEPTH_MAX];
	int descriptors[FILES_DEPTH_MAX];
	unsigned free_count, under_way;
	uint64_t system_calls;
};

static void open_bare(struct bare *bare)
{
	unsigned depth = bare->road->depth;

	CHECK(io_uring_queue_init(depth * 3, &bare->ring, 0) == 0);
	if (bare->road->variant & LINKED)
		CHECK(io_uring_register_files_sparse(&bare->ring, depth) == 0);
	struct iovec all = { places(), (size_t)depth * FILES_PLACE_BYTES };
	if (bare->road->variant & REGISTERED)
		CHECK(io_uring_register_buffers(&bare->ring, &all, 1) == 0);
	for (unsigned slot = 0; slot < depth; slot++)
		bare->free_slots[bare->free_count++] = slot;
}

static void start_bare(struct bare *bare, unsigned index)
{
	unsigned slot = bare->free_slots[--bare->free_count], bytes = bare->corpus->bytes[index];
	bool linked = bare->road->variant & LINKED;

	bare->files[slot] = index;
	bare->under_way++;
	files_path(bare->corpus, index, bare->paths[slot]);
	if (linked) {
		struct io_uring_sqe *opening = io_uring_get_sqe(&bare->ring);
		io_uring_prep_openat_direct(opening, AT_FDCWD, bare->paths[slot], O_RDONLY, 0, slot);
		io_uring_sqe_set_data64(opening, UINT64_MAX);
		opening->flags |= IOSQE_IO_LINK | (bare->road->variant & ASYNC ? IOSQE_ASYNC : 0);
	} else {
		bare->descriptors[slot] = open(bare->paths[slot], O_RDONLY | O_CLOEXEC);
		CHECK(bare->descriptors[slot] >= 0);
		bare->system_calls += 2;
	}
	struct io_uring_sqe *reading = io_uring_get_sqe(&bare->ring);
	int file = linked ? (int)slot : bare->descriptors[slot];
	if (bare->road->variant & REGISTERED)
		io_uring_prep_read_fixed(reading, file, place_of(slot), bytes, 0, 0);
	else
		io_uring_prep_read(reading, file, place_of(slot), bytes, 0);
	io_uring_sqe_set_data64(reading, slot);
	if (!linked)
		return;
	reading->flags |= IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;
	struct io_uring_sqe *closing = io_uring_get_sqe(&bare->ring);
	io_uring_prep_close_direct(closing, slot);
	io_uring_sqe_set_data64(closing, FILES_DEPTH_MAX + slot);
}

static void free_slot(struct bare *bare, unsigned slot)
{
	bare->free_slots[bare->free_count++] = slot;
	bare->under_way--;
}

static void end_bare(struct bare *bare, const struct io_uring_cqe *completion)
{
	uint64_t slot = completion->user_data;

	CHECK(completion->res >= 0);
	if (slot < FILES_DEPTH_MAX) {
		files_check(bare->corpus, bare->files[slot], place_of((unsigned)slot), completion->res);
		if (!(bare->road->variant & LINKED)) {
			close(bare->descriptors[slot]);
			free_slot(bare, (unsigned)slot);
		}
	} else if (slot != UINT64_MAX) {
		free_slot(bare, (unsigned)slot - FILES_DEPTH_MAX);
	}
}

static void by_bare_ring(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result)
{
	struct bare *bare = calloc(1, sizeof(*bare));
	unsigned next = 0;

	CHECK(bare);
	bare->corpus = corpus;
	bare->road = road;
	open_bare(bare);
	while (next < corpus->count || bare->under_way) {
		while (bare->free_count && next < corpus->count)
			start_bare(bare, next++);
		CHECK(io_uring_submit_and_wait(&bare->ring, 1) >= 0);
		bare->system_calls++;
		struct io_uring_cqe *completion;
		while (io_uring_peek_cqe(&bare->ring, &completion) == 0) {
			end_bare(bare, completion);
			io_uring_cqe_seen(&bare->ring, completion);
		}
	}
	io_uring_queue_exit(&bare->ring);
	result->system_calls = bare->system_calls;
	free(bare);
}

/* --- the product's --------------------------------------------------------------------------------------------------------- */

struct reading {
	const struct files_corpus *corpus;
	unsigned free_slots[FILES_DEPTH_MAX], free_count;
	struct slot {
		struct reading *reading;
		unsigned number, file;
	} slots[FILES_DEPTH_MAX];
};

static void file_read(void *context, int64_t bytes, bool opened)
{
	struct slot *slot = context;

	CHECK(opened);
	files_check(slot->reading->corpus, slot->file, place_of(slot->number), bytes);
	slot->reading->free_slots[slot->reading->free_count++] = slot->number;
}

static void by_product(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result)
{
	static struct reading reading;
	struct uring *uring;
	struct uring_stats stats;
	char path[PATH_MAX];
	unsigned next = 0;

	reading = (struct reading){ .corpus = corpus };
	CHECK(uring_create(&uring, 1024, URING_AUTO, NULL) == 0);
	uring_set_road(uring, (enum uring_road)road->variant);
	for (unsigned i = 0; i < road->depth; i++) {
		reading.slots[i] = (struct slot){ &reading, i, 0 };
		reading.free_slots[reading.free_count++] = i;
	}
	while (next < corpus->count || uring_in_flight(uring)) {
		while (reading.free_count && next < corpus->count) {
			struct slot *slot = &reading.slots[reading.free_slots[--reading.free_count]];
			slot->file = next;
			files_path(corpus, next, path);
			CHECK(uring_read_file(uring, path, place_of(slot->number), corpus->bytes[next++], file_read, slot) == 0);
		}
		struct pollfd event = { .fd = uring_event_descriptor(uring), .events = POLLIN };
		if (uring_poll(uring) == 0 && ++result->system_calls)
			CHECK(poll(&event, 1, 60000) == 1);
	}
	uring_stats(uring, &stats);
	result->system_calls += stats.system_calls;
	uring_destroy(uring);
}

const struct files_road files_small_roads[] = {
	{ "open, read, close", by_calls, 1, 0, true },
	{ "open, fstat, read, close", by_calls, 1, FSTAT, false },
	{ "open, ring read, close; 64 deep", by_bare_ring, 64, RING_READ, true },
	{ "open, ring read, close; 256 deep", by_bare_ring, 256, RING_READ, false },
	{ "linked chain; 8 deep", by_bare_ring, 8, LINKED, false },
	{ "linked chain; 64 deep", by_bare_ring, 64, LINKED, true },
	{ "linked chain; 256 deep", by_bare_ring, 256, LINKED, false },
	{ "linked chain; 64 deep, registered memory", by_bare_ring, 64, LINKED | REGISTERED, false },
	{ "linked chain; 64 deep, begun by kernel threads", by_bare_ring, 64, LINKED | ASYNC, true },
	{ "docring, io.reads: plain", by_product, 64, URING_PLAIN, false },
	{ "docring, io.reads: ring", by_product, 64, URING_RING, false },
	{ "docring, io.reads: linked", by_product, 64, URING_LINKED, false },
	{ "docring, io.reads: async", by_product, 64, URING_ASYNC, false },
	{ "docring, io.reads: auto", by_product, 64, URING_CHOOSE, true },
	{ "docring, io.reads: auto; 256 deep", by_product, 256, URING_CHOOSE, false },
	{ NULL, NULL, 0, 0, false },
};
