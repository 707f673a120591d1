#define _GNU_SOURCE
#include "coordinator/memory.h"

#include "ipc/topology.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#define MEBIBYTE ((uint64_t)1 << 20)
#define SHM_BYTES_MIN (16 * MEBIBYTE) /* of the setting ipc.shm */
#define RESERVE_STEP_BYTES_MAX (16 * MEBIBYTE)

int memory_check_budget(uint64_t bytes, uint64_t machine_bytes, struct error_text *error)
{
	struct statvfs shm;
	uint64_t available = machine_bytes / 10 * 9;
	const char *what = "nine tenths of the memory";

	if (statvfs("/dev/shm", &shm) < 0)
		return error_set(error, -errno, "/dev/shm is missing; mount a tmpfs there (mount -t tmpfs tmpfs /dev/shm)");
	uint64_t free_bytes = (uint64_t)shm.f_bavail * shm.f_frsize;
	if (free_bytes < available) {
		available = free_bytes;
		what = "what is free in /dev/shm";
	}
	if (bytes <= available)
		return 0;
	char pass[64] = "";
	if (available >= SHM_BYTES_MIN)
		snprintf(pass, sizeof(pass), "pass --shm %lluM or ", (unsigned long long)(available / MEBIBYTE));
	return error_set(error, -ENOSPC, "asked for %llu MiB of shared memory (--shm), but there are %llu MiB (%s); %s%s",
			 (unsigned long long)(bytes / MEBIBYTE), (unsigned long long)(available / MEBIBYTE), what, pass,
			 free_bytes == available ? "enlarge it: mount -o remount,size=SIZE /dev/shm" : "less");
}

struct memory *memory_create(bool huge_pages)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (memory)
		memory->huge_pages = huge_pages;
	return memory;
}

void memory_destroy(struct memory *memory)
{
	if (!memory)
		return;
	for (size_t i = 0; i < MEMORY_SEGMENTS_MAX; i++) {
		if (!memory->pools[i].extents)
			continue;
		extent_allocator_destroy(memory->pools[i].extents);
		segment_done(&memory->pools[i].segment);
	}
	free(memory);
}

int memory_add_segment(struct memory *memory, uint16_t number, uint64_t bytes, bool writable, struct error_text *error)
{
	struct pool *pool = &memory->pools[number];
	uint64_t whole = bytes / SEGMENT_HEADER_BYTES * SEGMENT_HEADER_BYTES;

	CHECK(number < MEMORY_SEGMENTS_MAX && !pool->extents);
	int status = segment_create(&pool->segment, number, whole, writable, memory->huge_pages, error);
	if (status < 0)
		return status;
	pool->extents = extent_allocator_create(SEGMENT_HEADER_BYTES, whole - SEGMENT_HEADER_BYTES);
	if (!pool->extents) {
		segment_done(&pool->segment);
		return error_set(error, -ENOMEM, "out of memory");
	}
	pool->reserved_bytes = SEGMENT_HEADER_BYTES;
	return 0;
}

void memory_prefer_node(struct memory *memory, uint16_t segment, uint32_t node)
{
	CHECK(segment < MEMORY_SEGMENTS_MAX && memory->pools[segment].extents);
	segment_prefer_node(&memory->pools[segment].segment, node);
}

static void discard_if_vacant(struct memory *memory, uint16_t segment)
{
	struct pool *pool = &memory->pools[segment];

	if (!pool->vacant || pool->reserved_bytes == SEGMENT_HEADER_BYTES || memory_leased(memory, segment) > 0)
		return;
	segment_discard(&pool->segment, SEGMENT_HEADER_BYTES, pool->segment.bytes - SEGMENT_HEADER_BYTES);
	pool->reserved_bytes = SEGMENT_HEADER_BYTES;
}

void memory_set_vacant(struct memory *memory, uint16_t segment, bool vacant)
{
	CHECK(segment < MEMORY_SEGMENTS_MAX && memory->pools[segment].extents);
	memory->pools[segment].vacant = vacant;
	discard_if_vacant(memory, segment);
}

static uint64_t less(uint64_t from, uint64_t bytes)
{
	return from > bytes ? from - bytes : 0;
}

int memory_check_more(const struct memory *memory, uint64_t bytes, uint64_t machine_bytes, struct error_text *error)
{
	uint64_t whole = 0, promised = 0, available = topology_available_memory(), in_shm = 0;
	struct statvfs shm;

	for (size_t i = 0; i < MEMORY_SEGMENTS_MAX; i++) {
		const struct pool *pool = &memory->pools[i];
		if (!pool->extents)
			continue;
		whole += pool->segment.bytes;
		promised += pool->segment.bytes - pool->reserved_bytes;
		in_shm += i == MEMORY_RING ? pool->reserved_bytes : 0;
	}
	if (statvfs("/dev/shm", &shm) < 0)
		return error_set(error, -errno, "/dev/shm is missing");
	/* As at the start: /dev/shm has the say about all of it, though only the ring lies there. */
	uint64_t room = less((uint64_t)shm.f_bavail * shm.f_frsize + in_shm, whole);
	room = size_min(room, less(machine_bytes / 10 * 9, whole));
	if (available > 0)
		room = size_min(room, less(available, promised));
	if (bytes <= room)
		return 0;
	return error_set(error, -ENOSPC, "their outboxes would take %llu MiB of shared memory beyond --shm, and the machine has %llu MiB left; ask for fewer, or "
			 "start the run with more --workers, who share --shm", (unsigned long long)(bytes / MEBIBYTE), (unsigned long long)(room / MEBIBYTE));
}

/* Makes the extent's memory really there, in steps, before anyone touches it. */
static int reserve(struct pool *pool, const struct extent *extent, struct error_text *error)
{
	uint64_t end = extent->offset + extent->bytes;

	if (end <= pool->reserved_bytes)
		return 0;
	/* As much again as there is, within limits: a small run does not wait for pages that it never uses. */
	uint64_t step = pool->reserved_bytes < RESERVE_STEP_BYTES_MAX ? pool->reserved_bytes : RESERVE_STEP_BYTES_MAX;
	uint64_t target = pool->reserved_bytes + step > end ? pool->reserved_bytes + step : end;
	target = (target + MEBIBYTE - 1) / MEBIBYTE * MEBIBYTE;
	if (target > pool->segment.bytes)
		target = pool->segment.bytes;
	int status = segment_reserve(&pool->segment, target, error);
	if (status == 0)
		pool->reserved_bytes = target;
	return status;
}

int memory_lease(struct memory *memory, uint16_t segment, uint64_t bytes, struct lease *ret_lease, struct error_text *error)
{
	struct pool *pool = &memory->pools[segment];
	struct lease lease = { .segment = segment };

	CHECK(segment < MEMORY_SEGMENTS_MAX && pool->extents && bytes > 0);
	int status = extent_lease(pool->extents, bytes, &lease.extent);
	if (status < 0)
		return status == -ENOSPC ? -EAGAIN : status;
	status = reserve(pool, &lease.extent, error);
	if (status < 0) {
		CHECK(extent_release(pool->extents, &lease.extent) == 0);
		return status;
	}
	*ret_lease = lease;
	return 0;
}

void memory_release(struct memory *memory, struct lease *lease)
{
	if (lease_is_none(lease))
		return;
	CHECK(extent_release(memory->pools[lease->segment].extents, &lease->extent) == 0);
	discard_if_vacant(memory, lease->segment);
	*lease = (struct lease){ .segment = 0 };
}

void memory_trim(struct memory *memory, struct lease *lease, uint64_t bytes)
{
	if (bytes > 0 && bytes < lease->extent.bytes)
		CHECK(extent_trim(memory->pools[lease->segment].extents, &lease->extent, bytes) == 0);
}

struct lease memory_give(struct lease *lease)
{
	struct lease given = *lease;
	*lease = (struct lease){ .segment = 0 };
	return given;
}

uint8_t *memory_at(const struct memory *memory, const struct lease *lease)
{
	uint8_t *place = segment_at(&memory->pools[lease->segment].segment, lease->extent.offset, lease->extent.bytes);
	CHECK(place);
	return place;
}

uint64_t memory_capacity(const struct memory *memory, uint16_t segment)
{
	return memory->pools[segment].segment.bytes - SEGMENT_HEADER_BYTES;
}

uint64_t memory_leased(const struct memory *memory, uint16_t segment)
{
	struct extent_stats stats;
	extent_stats(memory->pools[segment].extents, &stats);
	return stats.leased_bytes;
}
