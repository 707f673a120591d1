/* segment.c: creating, reserving and mapping shared-memory segments. The coordinator creates, workers attach. See segment.h
 * for who writes what. Nothing here waits for another process. A segment whose writer is another process is a memory file with seals on
 * its size: the system refuses to that process what would make this one die of SIGBUS (docs/decisions/sealed-outboxes.md). */
#define _GNU_SOURCE
#include "ipc/segment.h"

#include "base/text.h"
#include "ipc/attach.h"
#include "ipc/barrier.h"
#include "ipc/descriptor.h"
#include "ipc/fault.h"
#include "ipc/lane.h"
#include "ipc/share.h"
#include "ipc/topology.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xxhash.h>

_Static_assert(sizeof(struct segment_header) == 32, "layout of a segment's header: a new size needs a new SEGMENT_VERSION");
_Static_assert(sizeof(struct segment_header) <= SHARE_OFFSET_BYTES && SHARE_OFFSET_BYTES + sizeof(struct share_cell) <= SEGMENT_HEADER_BYTES, "the header and a cell fit their page");

#define RESERVE_STEP_BYTES ((uint64_t)64 << 20)
#define GUARDED_BYTES ((uint64_t)1 << 20) /* smaller steps are taken without a look at what the machine has left */
#define NAME_PREFIX "docring."
enum { NAME_ATTEMPTS_MAX = 100, INTERRUPTS_MAX = 1000 };

static uint64_t page_bytes(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t round_to_page(uint64_t bytes)
{
	return (bytes + page_bytes() - 1) / page_bytes() * page_bytes();
}

uint64_t segment_layout(void)
{
	const uint64_t facts[] = {
		SEGMENT_VERSION, SEGMENT_HEADER_BYTES, sizeof(struct segment_header), ATTACH_VERSION, sizeof(struct attach_message),
		sizeof(struct descriptor), LANE_VERSION, sizeof(struct lane_side), LANE_SLOTS, SHARE_VERSION, sizeof(struct share_cell), sizeof(void *), 1 /* byte order shows in how this 1 is hashed */,
	};
	return XXH3_64bits(facts, sizeof(facts));
}

/* Says what was asked, what there is and what to do about it. */
static int no_space(const struct segment *segment, uint64_t bytes, int status, struct error_text *error)
{
	struct statvfs shm;
	uint64_t free_bytes = 0, all_bytes = 0;

	if (statvfs("/dev/shm", &shm) == 0) {
		free_bytes = (uint64_t)shm.f_bavail * shm.f_frsize;
		all_bytes = (uint64_t)shm.f_blocks * shm.f_frsize;
	}
	return error_set(error, status,
			 "shared memory segment %u: %" PRIu64 " MiB asked for, %" PRIu64 " MiB are there: %s; the machine has %" PRIu64
			 " MiB of memory available, /dev/shm %" PRIu64 " MiB free of %" PRIu64 " MiB: pass a smaller --shm, end other programs, or enlarge "
			 "/dev/shm (mount -o remount,size=SIZE /dev/shm)",
			 segment->number, bytes >> 20, segment->reserved_bytes >> 20, strerror(-status), topology_available_memory() >> 20, free_bytes >> 20,
			 all_bytes >> 20);
}

/* For this process to write: in /dev/shm, whose size limits it. Opens a new name twice, for writing and for reading only, and takes the
 * name away again. */
static int open_shared(uint32_t number, int *ret_write, int *ret_read, struct error_text *error)
{
	static uint32_t created;
	char name[64];
	int writing = -1, status = -EEXIST;

	for (int i = 0; i < NAME_ATTEMPTS_MAX && status == -EEXIST; i++) {
		snprintf(name, sizeof(name), "/" NAME_PREFIX "%ld.%u.%u", (long)getpid(), number, ++created);
		writing = shm_open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
		status = writing < 0 ? -errno : 0;
	}
	if (status < 0)
		return error_set(error, status, "shared memory segment %u: cannot create %s in /dev/shm: %s", number, name, strerror(-status));
	FAULT_POINT("segment_named");
	int reading = shm_open(name, O_RDONLY | O_CLOEXEC, 0);
	status = reading < 0 ? -errno : 0;
	shm_unlink(name);
	if (status < 0) {
		close(writing);
		return error_set(error, status, "shared memory segment %u: cannot open %s for reading: %s", number, name, strerror(-status));
	}
	*ret_write = writing;
	*ret_read = reading;
	return 0;
}

/* For another process to write: without a name from the start, and with a size that nobody can change any more, so that what is mapped of
 * it stays there. */
static int open_sealed(const struct segment *segment, int *ret_write, int *ret_read, struct error_text *error)
{
	char name[64];

	snprintf(name, sizeof(name), NAME_PREFIX "%u", segment->number);
	int writing = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (writing < 0)
		return error_set(error, -errno, "shared memory segment %u: memfd_create: %s", segment->number, strerror(errno));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", writing);
	int reading = open(name, O_RDONLY | O_CLOEXEC);
	if (reading < 0 || ftruncate(writing, (off_t)segment->bytes) < 0 ||
	    fcntl(writing, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		int status = -errno;
		close(writing);
		if (reading >= 0)
			close(reading);
		return error_set(error, status, "shared memory segment %u: its memory file of %" PRIu64 " MiB cannot be set up: %s", segment->number,
				 segment->bytes >> 20, strerror(-status));
	}
	*ret_write = writing;
	*ret_read = reading;
	return 0;
}

static int allocate(int descriptor, uint64_t offset, uint64_t bytes)
{
	int status = FAULT_POINT("segment_reserve");

	if (status < 0)
		return status;
	for (int i = 0; i < INTERRUPTS_MAX; i++) {
		status = -posix_fallocate(descriptor, (off_t)offset, (off_t)bytes);
		if (status != -EINTR)
			return status;
	}
	return status;
}

/* Memory that is not there would come at the price of some process that the system then ends. */
static bool machine_has(uint64_t bytes)
{
	uint64_t available = bytes >= GUARDED_BYTES ? topology_available_memory() : 0;

	return available == 0 || bytes <= available;
}

/* Through a map of its own: the segment's may be read-only. */
static int write_header(const struct segment *segment)
{
	struct segment_header *header = mmap(NULL, SEGMENT_HEADER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, segment->write_descriptor, 0);

	if (header == MAP_FAILED)
		return -errno;
	header->magic = SEGMENT_MAGIC;
	header->layout = segment_layout();
	header->bytes = segment->bytes;
	header->number = segment->number;
	barrier_store_release_u32(&header->version, SEGMENT_VERSION); /* partner: segment_attach */
	munmap(header, SEGMENT_HEADER_BYTES);
	return 0;
}

static int map_segment(struct segment *segment, int descriptor, struct error_text *error)
{
	int protection = PROT_READ | (segment->writable ? PROT_WRITE : 0);
	void *base = mmap(NULL, segment->bytes, protection, MAP_SHARED, descriptor, 0);

	if (base == MAP_FAILED)
		return error_set(error, -errno, "shared memory segment %u: cannot map %" PRIu64 " MiB: %s", segment->number,
				 segment->bytes >> 20, strerror(errno));
	segment->base = base;
	return 0;
}

int segment_create(struct segment *ret_segment, uint32_t number, uint64_t bytes, bool writable, bool huge_pages, struct error_text *error)
{
	struct segment segment = { .number = number, .bytes = round_to_page(bytes), .write_descriptor = -1, .read_descriptor = -1, .writable = writable };

	CHECK(bytes > SEGMENT_HEADER_BYTES && bytes <= INT64_MAX - page_bytes());
	int status = writable ? open_shared(number, &segment.write_descriptor, &segment.read_descriptor, error)
			      : open_sealed(&segment, &segment.write_descriptor, &segment.read_descriptor, error);
	if (status < 0)
		return status;
	if (writable && ftruncate(segment.write_descriptor, (off_t)segment.bytes) < 0)
		status = error_set(error, -errno, "shared memory segment %u: cannot make it %" PRIu64 " MiB long: %s", number, segment.bytes >> 20,
				   strerror(errno));
	if (status == 0)
		status = map_segment(&segment, segment.write_descriptor, error);
	if (status == 0 && huge_pages)
		(void)madvise(segment.base, segment.bytes, MADV_HUGEPAGE); /* a wish: nothing depends on it */
	if (status == 0)
		status = segment_reserve(&segment, SEGMENT_HEADER_BYTES, error);
	if (status == 0) {
		status = write_header(&segment);
		if (status < 0)
			(void)error_set(error, status, "shared memory segment %u: cannot write its header: %s", number, strerror(-status));
	}
	if (status < 0) {
		segment_done(&segment);
		return status;
	}
	*ret_segment = segment;
	return 0;
}

int segment_reserve(struct segment *segment, uint64_t bytes, struct error_text *error)
{
	CHECK(segment->write_descriptor >= 0);
	if (bytes > segment->bytes)
		return error_set(error, -EINVAL, "shared memory segment %u: cannot reserve %" PRIu64 " of %" PRIu64 " bytes", segment->number, bytes,
				 segment->bytes);
	uint64_t end = round_to_page(bytes);
	while (segment->reserved_bytes < end) {
		uint64_t from = segment->reserved_bytes;
		uint64_t step = end - from < RESERVE_STEP_BYTES ? end - from : RESERVE_STEP_BYTES;
		if (!machine_has(step))
			return no_space(segment, end, -ENOSPC, error);
		/* Before the space is allocated, so that a huge page can come where the system gives them; what it could not do
		 * (nothing fails by it) posix_fallocate does with small pages, or says that there is no space. */
		if (segment->writable)
			(void)madvise(segment->base + from, step, MADV_POPULATE_WRITE);
		int status = allocate(segment->write_descriptor, from, step);
		if (status < 0)
			return no_space(segment, end, status, error);
		segment->reserved_bytes += step;
	}
	return 0;
}

void segment_prefer_node(struct segment *segment, uint32_t node)
{
	enum { NODES_MAX = 1024, LONG_BITS = 8 * sizeof(unsigned long) };
	unsigned long mask[NODES_MAX / LONG_BITS] = { 0 };

	CHECK(segment->base);
	if (node >= NODES_MAX)
		return;
	mask[node / LONG_BITS] = 1ul << node % LONG_BITS;
	/* Of shared memory the policy is the object's, not this map's. Without it pages come from anywhere: slower, not wrong. */
	(void)!syscall(SYS_mbind, segment->base, segment->bytes, MPOL_PREFERRED, mask, NODES_MAX, 0);
}

void segment_discard(struct segment *segment, uint64_t offset, uint64_t bytes)
{
	CHECK(segment->write_descriptor >= 0 && offset <= segment->bytes && bytes <= segment->bytes - offset);
	uint64_t first = round_to_page(offset);
	uint64_t end = (offset + bytes) / page_bytes() * page_bytes();

	if (first < SEGMENT_HEADER_BYTES)
		first = round_to_page(SEGMENT_HEADER_BYTES);
	if (first >= end)
		return;
	if (fallocate(segment->write_descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)first, (off_t)(end - first)) < 0)
		return; /* the pages stay, which costs memory and nothing else */
	if (segment->reserved_bytes > first)
		segment->reserved_bytes = first;
}

void segment_remove_leftovers(void)
{
	DIR *folder = opendir("/dev/shm");
	char name[NAME_MAX + 2];

	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		struct text rest = text_from(entry->d_name);
		if (!text_starts_with(rest, TEXT_LITERAL(NAME_PREFIX)))
			continue;
		long pid = strtol(rest.data + strlen(NAME_PREFIX), NULL, 10);
		snprintf(name, sizeof(name), "/%s", entry->d_name);
		if (pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			shm_unlink(name); /* another user's stays */
	}
	if (folder)
		closedir(folder);
}

static int check_header(const struct segment *segment, struct error_text *error)
{
	const struct segment_header *header = (const void *)segment->base;

	/* partner: write_header */
	uint32_t version = barrier_load_acquire_u32(&header->version);
	if (header->magic != SEGMENT_MAGIC)
		return error_set(error, ERROR_INPUT_REJECTED, "shared memory segment %u: this is no segment of docring (magic number %" PRIx64 ")",
				 segment->number, header->magic);
	if (version != SEGMENT_VERSION || header->layout != segment_layout())
		return error_set(error, ERROR_VERSION_MISMATCH,
				 "shared memory segment %u: made by another version of docring (version %u, layout %" PRIx64
				 ", expected %d, %" PRIx64 "): use coordinator and workers of one build",
				 segment->number, version, header->layout, SEGMENT_VERSION, segment_layout());
	if (header->bytes != segment->bytes || header->number != segment->number)
		return error_set(error, ERROR_INPUT_REJECTED, "shared memory segment %u of %" PRIu64 " bytes: its header says segment %u of %" PRIu64 " bytes",
				 segment->number, segment->bytes, header->number, header->bytes);
	return 0;
}

int segment_attach(struct segment *ret_segment, int descriptor, uint32_t number, uint64_t bytes, bool writable, struct error_text *error)
{
	struct segment segment = { .number = number, .bytes = bytes, .write_descriptor = -1, .read_descriptor = -1, .writable = writable };
	struct stat facts;

	if (fstat(descriptor, &facts) < 0)
		return error_set(error, -errno, "shared memory segment %u: its descriptor is not usable: %s", number, strerror(errno));
	if (bytes <= SEGMENT_HEADER_BYTES || facts.st_size < 0 || (uint64_t)facts.st_size != bytes)
		return error_set(error, ERROR_INPUT_REJECTED, "shared memory segment %u: announced with %" PRIu64 " bytes, found %lld", number, bytes,
				 (long long)facts.st_size);
	int status = map_segment(&segment, descriptor, error);
	if (status == 0)
		status = check_header(&segment, error);
	if (status < 0) {
		segment_done(&segment);
		return status;
	}
	*ret_segment = segment;
	return 0;
}

void segment_done(struct segment *segment)
{
	if (!segment || segment->bytes == 0) /* never made: its descriptors mean nothing */
		return;
	if (segment->base)
		munmap(segment->base, segment->bytes);
	if (segment->write_descriptor >= 0)
		close(segment->write_descriptor);
	if (segment->read_descriptor >= 0)
		close(segment->read_descriptor);
	*segment = (struct segment){ .write_descriptor = -1, .read_descriptor = -1 };
}

struct share_cell *segment_cell(const struct segment *segment)
{
	return segment->base ? (void *)(segment->base + SHARE_OFFSET_BYTES) : NULL;
}

uint8_t *segment_at(const struct segment *segment, uint64_t offset, uint64_t bytes)
{
	if (!segment->base || offset < SEGMENT_HEADER_BYTES || offset > segment->bytes || bytes > segment->bytes - offset)
		return NULL;
	return segment->base + offset;
}
