/* allocator_rivals.c: the allocators that perf/allocator compares, behind one face. */
#define _GNU_SOURCE
#include "perf/allocator.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST = 4096 };

/* --- docring --------------------------------------------------------------------------------------------------------- */

static void *create_extents(uint64_t bytes)
{
	return extent_allocator_create(FIRST, bytes);
}

static bool take_extent(void *space, uint64_t bytes, struct piece *ret_piece)
{
	return ret_piece->taken = extent_lease(space, bytes, &ret_piece->extent) == 0;
}

static void give_extent(void *space, struct piece *piece)
{
	CHECK(extent_release(space, &piece->extent) == 0);
	piece->taken = false;
}

static void destroy_extents(void *space)
{
	extent_allocator_destroy(space);
}

/* --- malloc and free -------------------------------------------------------------------------------------------------- */

static void *create_nothing(uint64_t bytes)
{
	static int nothing;

	(void)bytes;
	return &nothing;
}

static bool take_malloc(void *space, uint64_t bytes, struct piece *ret_piece)
{
	(void)space;
	ret_piece->pointer = malloc(bytes);
	return ret_piece->taken = ret_piece->pointer != NULL;
}

static void give_malloc(void *space, struct piece *piece)
{
	(void)space;
	free(piece->pointer);
	piece->taken = false;
}

static void destroy_nothing(void *space)
{
	(void)space;
}

static void *(*jemalloc_take)(size_t bytes);
static void (*jemalloc_give)(void *pointer);

static bool take_jemalloc(void *space, uint64_t bytes, struct piece *ret_piece)
{
	(void)space;
	ret_piece->pointer = jemalloc_take(bytes);
	return ret_piece->taken = ret_piece->pointer != NULL;
}

static void give_jemalloc(void *space, struct piece *piece)
{
	(void)space;
	jemalloc_give(piece->pointer);
	piece->taken = false;
}

/* --- a list of holes in order of address, searched from the start -------------------------------------------------------- */

struct hole {
	uint64_t offset, bytes;
	struct hole *next;
};

static void *create_list(uint64_t bytes)
{
	struct hole *head = calloc(1, sizeof(*head)), *first = calloc(1, sizeof(*first)); /* the head is no hole */

	CHECK(head && first);
	*first = (struct hole){ .bytes = bytes };
	head->next = first;
	return head;
}

static bool take_list(void *space, uint64_t bytes, struct piece *ret_piece)
{
	uint64_t size = (bytes + 63) / 64 * 64;

	for (struct hole *before = space; before->next; before = before->next) {
		struct hole *hole = before->next;
		if (hole->bytes < size)
			continue;
		ret_piece->range.offset = hole->offset;
		ret_piece->range.bytes = size;
		hole->offset += size;
		hole->bytes -= size;
		if (hole->bytes == 0) {
			before->next = hole->next;
			free(hole);
		}
		return ret_piece->taken = true;
	}
	return ret_piece->taken = false;
}

static void give_list(void *space, struct piece *piece)
{
	struct hole *before = space;
	uint64_t offset = piece->range.offset, end = offset + piece->range.bytes;

	while (before->next && before->next->offset < offset)
		before = before->next;
	struct hole *after = before->next;
	bool joins_before = before != space && before->offset + before->bytes == offset;
	if (joins_before) {
		before->bytes += piece->range.bytes;
	} else if (after && after->offset == end) {
		after->offset = offset;
		after->bytes += piece->range.bytes;
	} else {
		struct hole *hole = malloc(sizeof(*hole));
		CHECK(hole);
		*hole = (struct hole){ .offset = offset, .bytes = piece->range.bytes, .next = after };
		before->next = hole;
	}
	if (joins_before && after && after->offset == end) {
		before->bytes += after->bytes;
		before->next = after->next;
		free(after);
	}
	piece->taken = false;
}

static void destroy_list(void *space)
{
	for (struct hole *hole = space, *next; hole; hole = next) {
		next = hole->next;
		free(hole);
	}
}

const struct rival rivals[RIVAL_COUNT] = {
	[RIVAL_DOCRING] = { "docring extents", SIZE_MAX, SIZE_MAX, create_extents, take_extent, give_extent, destroy_extents },
	[RIVAL_GLIBC] = { "glibc malloc", (size_t)1 << 20, (size_t)1 << 16, create_nothing, take_malloc, give_malloc, destroy_nothing },
	[RIVAL_LIST] = { "list, first fit", (size_t)1 << 14, (size_t)1 << 14, create_list, take_list, give_list, destroy_list },
	[RIVAL_JEMALLOC] = { "jemalloc", (size_t)1 << 20, (size_t)1 << 16, create_nothing, take_jemalloc, give_jemalloc, destroy_nothing },
};

size_t rivals_find(void)
{
	static void *library; /* stays open */

	library = dlopen("libjemalloc.so.2", RTLD_NOW | RTLD_LOCAL);
	if (library) {
		*(void **)&jemalloc_take = dlsym(library, "malloc");
		*(void **)&jemalloc_give = dlsym(library, "free");
	}
	if (jemalloc_take && jemalloc_give)
		return RIVAL_COUNT;
	printf("SKIP: jemalloc: %s (apt-get install libjemalloc2)\n", dlerror());
	return RIVAL_JEMALLOC;
}
