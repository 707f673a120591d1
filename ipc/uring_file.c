/* uring_file.c: whole files, each over one of four roads: plain calls, calls around a read through the ring, or one chain in the ring, begun
 * by this thread or by one of the kernel's.
 *
 * A chain's descriptor is a slot of the ring, one for each operation of the pool, so no descriptor of the process is needed. Whatever goes
 * wrong in a chain (no such file, a short read, a kernel that does not know it), the file is read again by calls, and these say what is wrong:
 * one rule for every way in which a chain can end. The road is chosen for each file when it is started, and changes nothing but how
 * long it takes. Part of uring.c: same thread, same ownership. */
#define _GNU_SOURCE
#include "ipc/uring_parts.h"

#include "base/clock.h"
#include "ipc/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	OPEN_FLAGS = O_RDONLY | O_NOCTTY,
	KERNEL_THREAD_NS = 20000, /* what a file costs other cores when a kernel thread begins its chain: 2 us (warm) to 17 (cold) were measured */
};

const char *uring_road_name(enum uring_road road)
{
	static const char *const names[] = { "plain", "ring", "linked", "async", "auto" };
	return names[road];
}

void uring_set_road(struct uring *uring, enum uring_road road)
{
	if ((road == URING_LINKED || road == URING_ASYNC) && !uring->has_slots)
		road = URING_RING;
	uring->road = road;
}

int uring_read_file(struct uring *uring, const char *path, void *place, uint64_t bytes, uring_file_done *done, void *context)
{
	if (!uring->free_list)
		return -EAGAIN;
	char *own = strdup(path);
	if (!own)
		return -ENOMEM;
	/* cppcheck-suppress memleak; freed with the operation */
	return uring_queue_operation(uring, (struct operation){ .kind = OPERATION_FILE, .file = -1, .path = own, .place = place, .bytes = bytes,
								.road = URING_CHOOSE, .file_done = done, .context = context });
}

/* --- the time of trials ---------------------------------------------------------------------------------------------- */

void uring_file_clock_start(struct uring *uring, const struct operation *operation)
{
	if (operation->timed || operation->road == URING_CHOOSE) /* which is decided in a moment */
		uring->handling_since_ns = clock_monotonic_ns();
}

void uring_file_clock_stop(struct uring *uring, const struct operation *operation)
{
	if (operation->timed)
		road_choice_spent(&uring->choice, operation->road, clock_monotonic_ns() - uring->handling_since_ns);
}

/* --- ends -------------------------------------------------------------------------------------------------------------- */

static int end_file(struct uring *uring, struct operation *operation, int64_t result, bool opened)
{
	if (operation->file >= 0) {
		close(operation->file); /* nothing was written: there is nothing that it could tell */
		uring->stats.system_calls++;
		operation->file = -1;
	}
	uring_file_clock_stop(uring, operation); /* what follows is the callback's time */
	if (operation->timed && operation->road == URING_ASYNC)
		road_choice_spent(&uring->choice, URING_ASYNC, KERNEL_THREAD_NS);
	if (operation->timed)
		road_choice_finished(&uring->choice, operation->road, uring_weight(operation->bytes));
	operation->timed = false;
	return uring_finish(uring, operation, result, opened);
}

static int fail_file(struct uring *uring, struct operation *operation, int64_t result, bool opened)
{
	return uring_try_again(uring, operation, result) ? 0 : end_file(uring, operation, result, opened);
}

/* Bytes of the file, from wherever they came. */
static int take_bytes(struct uring *uring, struct operation *operation, int64_t result)
{
	if (result < 0)
		return fail_file(uring, operation, result, true);
	operation->moved += (uint64_t)result;
	uring->stats.bytes_read += (uint64_t)result;
	if (result == 0 || operation->moved >= operation->bytes)
		return end_file(uring, operation, (int64_t)operation->moved, true);
	uring->stats.short_transfers++;
	operation->retries = 0;
	uring_put_waiting(uring, operation);
	return 0;
}

/* --- by calls ------------------------------------------------------------------------------------------------------------ */

static int64_t call_read(struct uring *uring, const struct operation *operation, int flags)
{
	struct iovec part = { operation->place + operation->moved, operation->asked };
	ssize_t result = preadv2(operation->file, &part, 1, (off_t)operation->moved, flags);

	uring->stats.system_calls++;
	uring->stats.fallback_calls += !uring->native;
	return result < 0 ? -errno : result;
}

static int read_on(struct uring *uring, struct operation *operation)
{
	int fault = uring_prepare(operation, operation->bytes + 1 - operation->moved, FAULT_POINT("uring_read"));

	if (fault < 0)
		return take_bytes(uring, operation, fault);
	if (!uring->native || uring->road == URING_PLAIN)
		return take_bytes(uring, operation, call_read(uring, operation, 0));
	if (operation->road == URING_PLAIN && operation->moved == 0) {
		int64_t result = call_read(uring, operation, RWF_NOWAIT);
		if (result >= 0)
			return take_bytes(uring, operation, result);
		/* not in the page cache, or a file system that cannot say: the ring waits for it */
	}
	struct io_uring_sqe *entry = uring_take_entry(uring, operation, uring_weight(operation->asked));
	io_uring_prep_read(entry, operation->file, operation->place + operation->moved, (unsigned)operation->asked, operation->moved);
	uring_tag(entry, operation, CHAIN_READ);
	return 0;
}

static int open_and_read(struct uring *uring, struct operation *operation)
{
	operation->file = open(operation->path, OPEN_FLAGS | O_CLOEXEC);
	uring->stats.system_calls++;
	uring->stats.fallback_calls += !uring->native;
	if (operation->file < 0)
		return fail_file(uring, operation, -errno, false);
	return read_on(uring, operation);
}

/* --- as a chain ---------------------------------------------------------------------------------------------------------- */

/* The read is tied to the opening by a link that breaks when that fails; the closing to the read by one that holds even when it is short. */
static int start_chain(struct uring *uring, struct operation *operation)
{
	int fault = uring_prepare(operation, operation->bytes + 1, FAULT_POINT("uring_read"));
	unsigned slot = (unsigned)(operation - uring->pool);

	if (fault < 0)
		return fail_file(uring, operation, fault, true);
	operation->steps_left = CHAIN_STEPS;
	operation->read_result = -ECANCELED;
	struct io_uring_sqe *entry = uring_take_entry(uring, operation, 1);
	io_uring_prep_openat_direct(entry, AT_FDCWD, operation->path, OPEN_FLAGS, 0, slot);
	uring_tag(entry, operation, CHAIN_OPEN);
	entry->flags |= IOSQE_IO_LINK | (operation->road == URING_ASYNC ? IOSQE_ASYNC : 0);
	entry = uring_take_entry(uring, operation, uring_weight(operation->asked));
	io_uring_prep_read(entry, (int)slot, operation->place, (unsigned)operation->asked, 0);
	uring_tag(entry, operation, CHAIN_READ);
	entry->flags |= IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;
	entry = uring_take_entry(uring, operation, 1);
	io_uring_prep_close_direct(entry, slot);
	uring_tag(entry, operation, CHAIN_CLOSE);
	return 0;
}

static int end_step(struct uring *uring, struct operation *operation, enum chain_step step, int64_t result)
{
	if (step == CHAIN_READ)
		operation->read_result = result;
	if (--operation->steps_left > 0)
		return 0;
	if (operation->read_result >= (int64_t)operation->bytes)
		return take_bytes(uring, operation, operation->read_result);
	uring->stats.files_repeated++;
	uring_put_waiting(uring, operation);
	return 0;
}

/* --- what uring.c calls ---------------------------------------------------------------------------------------------------- */

static void choose_road(struct uring *uring, struct operation *operation)
{
	operation->road = !uring->native ? URING_PLAIN : uring->road;
	if (operation->road == URING_CHOOSE)
		operation->road = (enum uring_road)road_choice_next(&uring->choice, &operation->timed);
	uring->stats.files[operation->road]++;
}

int uring_file_start(struct uring *uring, struct operation *operation)
{
	if (operation->file >= 0) /* carried on */
		return read_on(uring, operation);
	bool first = operation->road == URING_CHOOSE;
	if (first)
		choose_road(uring, operation);
	int fault = FAULT_POINT("uring_open");
	if (fault < 0 && fault != FAULT_SHORT)
		return fail_file(uring, operation, fault, false);
	if (operation->road >= URING_LINKED && first)
		return start_chain(uring, operation);
	return open_and_read(uring, operation);
}

int uring_file_step(struct uring *uring, struct operation *operation, enum chain_step step, int64_t result)
{
	if (operation->steps_left > 0)
		return end_step(uring, operation, step, result);
	return take_bytes(uring, operation, result);
}
