/* uring.c: bulk I/O through io_uring, or the same operations by plain system calls.
 *
 * An operation is queued by uring_read and its like, started by uring_poll, carried on there until all bytes are moved, and
 * ends in its callback there. The eventfd is signalled by the kernel for completions and by queueing for what waits to be
 * started, so a caller that polls whenever it is readable misses nothing. Operations come from a fixed pool: their number is the bound of
 * the queue. One thread; any process that moves files. */
#define _GNU_SOURCE
#include "ipc/uring.h"

#include "base/clock.h"
#include "ipc/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { ENTRIES_MIN = 8, ENTRIES_MAX = 4096, RETRIES_MAX = 1000 };
#define TRANSFER_BYTES_MAX ((uint64_t)1 << 30) /* the kernel cuts transfers at 2 GiB - 4 KiB; whole GiB keep pages whole */

enum kind { KIND_READ, KIND_WRITE, KIND_OPEN, KIND_SYNC };

struct operation {
	struct operation *next; /* in the list of the free or of those that wait to be started */
	enum kind kind;
	int file;
	int flags;       /* open */
	unsigned retries;
	uint8_t *place;  /* of the whole transfer */
	char *path;      /* open; owned */
	uint64_t bytes;  /* of the whole transfer */
	uint64_t offset; /* in the file, of its start */
	uint64_t moved;
	uint64_t asked;  /* bytes of the transfer under way */
	uring_done *done;
	void *context;
};

struct uring {
	struct io_uring ring;
	bool native, polling;
	int fallback_reason;
	int event;
	struct operation *pool, *free_list;
	struct operation *waiting_first, **waiting_last;
	unsigned entries, in_flight;
	unsigned unsubmitted; /* entries in the submission queue that the kernel has not taken yet */
	struct uring_stats stats;
};

static void signal_event(struct uring *uring)
{
	uint64_t one = 1;

	/* -EAGAIN would mean a counter at its ceiling, that is: readable already. */
	while (write(uring->event, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void clear_event(struct uring *uring)
{
	uint64_t count;

	while (read(uring->event, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

static void put_waiting(struct uring *uring, struct operation *operation)
{
	if (!uring->waiting_first)
		signal_event(uring);
	operation->next = NULL;
	*uring->waiting_last = operation;
	uring->waiting_last = &operation->next;
}

static struct operation *take_waiting(struct uring *uring)
{
	struct operation *operation = uring->waiting_first;

	if (operation) {
		uring->waiting_first = operation->next;
		if (!uring->waiting_first)
			uring->waiting_last = &uring->waiting_first;
	}
	return operation;
}

/* io_uring with its completions on the eventfd, or -errno. */
static int start_native(struct uring *uring)
{
	int status = io_uring_queue_init(uring->entries, &uring->ring, IORING_SETUP_CLAMP);

	if (status < 0)
		return status;
	status = io_uring_register_eventfd(&uring->ring, uring->event);
	if (status < 0) {
		io_uring_queue_exit(&uring->ring);
		return status;
	}
	uring->native = true;
	return 0;
}

int uring_create(struct uring **ret_uring, unsigned entries, enum uring_mode mode, struct error_text *error)
{
	CHECK(entries >= ENTRIES_MIN && entries <= ENTRIES_MAX);
	struct uring *uring = calloc(1, sizeof(*uring));
	if (!uring)
		return error_set(error, -ENOMEM, "out of memory");
	uring->entries = entries;
	uring->waiting_last = &uring->waiting_first;
	uring->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	uring->pool = calloc(entries, sizeof(*uring->pool));
	if (uring->event < 0 || !uring->pool) {
		int status = uring->event < 0 ? -errno : -ENOMEM;
		uring_destroy(uring);
		return error_set(error, status, "bulk I/O: cannot be set up: %s", strerror(-status));
	}
	for (unsigned i = 0; i < entries; i++) {
		uring->pool[i].next = uring->free_list;
		uring->free_list = &uring->pool[i];
	}
	if (mode == URING_AUTO)
		uring->fallback_reason = start_native(uring);
	*ret_uring = uring;
	return 0;
}

void uring_destroy(struct uring *uring)
{
	if (!uring)
		return;
	CHECK(!uring->polling);
	if (uring->pool)
		CHECK(uring_wait_idle(uring, -1) == 0);
	if (uring->native)
		io_uring_queue_exit(&uring->ring);
	if (uring->event >= 0)
		close(uring->event);
	free(uring->pool);
	free(uring);
}

bool uring_is_native(const struct uring *uring)
{
	return uring->native;
}

int uring_fallback_reason(const struct uring *uring)
{
	return uring->fallback_reason;
}

int uring_event_descriptor(const struct uring *uring)
{
	return uring->event;
}

unsigned uring_in_flight(const struct uring *uring)
{
	return uring->in_flight;
}

unsigned uring_room(const struct uring *uring)
{
	return uring->entries - uring->in_flight;
}

void uring_stats(const struct uring *uring, struct uring_stats *ret_stats)
{
	*ret_stats = uring->stats;
}

/* --- queueing ------------------------------------------------------------------------------------------------------ */

static int queue_operation(struct uring *uring, struct operation request)
{
	struct operation *operation = uring->free_list;

	CHECK(request.done);
	if (!operation)
		return -EAGAIN;
	uring->free_list = operation->next;
	*operation = request;
	uring->in_flight++;
	uring->stats.submitted++;
	put_waiting(uring, operation);
	return 0;
}

int uring_read(struct uring *uring, int file, void *place, uint64_t bytes, uint64_t offset, uring_done *done, void *context)
{
	return queue_operation(uring, (struct operation){ .kind = KIND_READ, .file = file, .place = place, .bytes = bytes,
							  .offset = offset, .done = done, .context = context });
}

int uring_write(struct uring *uring, int file, const void *from, uint64_t bytes, uint64_t offset, uring_done *done, void *context)
{
	return queue_operation(uring, (struct operation){ .kind = KIND_WRITE, .file = file, .place = (uint8_t *)(uintptr_t)from, .bytes = bytes,
							  .offset = offset, .done = done, .context = context });
}

int uring_open(struct uring *uring, const char *path, int flags, uring_done *done, void *context)
{
	if (!uring->free_list)
		return -EAGAIN;
	char *own = strdup(path);
	if (!own)
		return -ENOMEM;
	/* cppcheck-suppress memleak; freed with the operation */
	return queue_operation(uring, (struct operation){ .kind = KIND_OPEN, .path = own, .flags = flags | O_CLOEXEC, .done = done, .context = context });
}

int uring_sync(struct uring *uring, int file, uring_done *done, void *context)
{
	return queue_operation(uring, (struct operation){ .kind = KIND_SYNC, .file = file, .done = done, .context = context });
}

/* --- carrying on --------------------------------------------------------------------------------------------------- */

static void finish(struct uring *uring, struct operation *operation, int64_t result)
{
	uring_done *done = operation->done;
	void *context = operation->context;

	uring->stats.completed++;
	uring->stats.failed += result < 0;
	uring->in_flight--;
	free(operation->path);
	operation->path = NULL;
	operation->next = uring->free_list;
	uring->free_list = operation;
	done(context, result);
}

/* One system call's result: the end of the operation, or another round. Returns 1 when the callback was called. */
static int advance(struct uring *uring, struct operation *operation, int64_t result)
{
	bool transfer = operation->kind == KIND_READ || operation->kind == KIND_WRITE;

	if ((result == -EINTR || result == -EAGAIN) && operation->retries < RETRIES_MAX) {
		operation->retries++;
		uring->stats.retries++;
		put_waiting(uring, operation);
		return 0;
	}
	if (result < 0 || !transfer) {
		finish(uring, operation, result);
		return 1;
	}
	operation->moved += (uint64_t)result;
	if (operation->kind == KIND_READ)
		uring->stats.bytes_read += (uint64_t)result;
	else
		uring->stats.bytes_written += (uint64_t)result;
	if (operation->moved == operation->bytes || (result == 0 && operation->kind == KIND_READ)) {
		finish(uring, operation, (int64_t)operation->moved);
		return 1;
	}
	if (result == 0) { /* a write that moves nothing and gives no reason would go on for ever */
		finish(uring, operation, -EIO);
		return 1;
	}
	uring->stats.short_transfers += (uint64_t)result < operation->asked;
	operation->retries = 0;
	put_waiting(uring, operation);
	return 0;
}

static int fault_of(const struct operation *operation)
{
	switch (operation->kind) {
	case KIND_READ: return FAULT_POINT("uring_read");
	case KIND_WRITE: return FAULT_POINT("uring_write");
	case KIND_OPEN: return FAULT_POINT("uring_open");
	case KIND_SYNC: return FAULT_POINT("uring_sync");
	}
	return 0;
}

/* Sets operation->asked; the -errno that a test wants instead of the call, or 0. */
static int prepare(struct operation *operation)
{
	uint64_t left = operation->bytes - operation->moved;
	int fault = fault_of(operation);

	operation->asked = left < TRANSFER_BYTES_MAX ? left : TRANSFER_BYTES_MAX;
	if (fault == FAULT_SHORT) {
		operation->asked = (operation->asked + 1) / 2;
		return 0;
	}
	return fault;
}

static int64_t call_plainly(struct uring *uring, const struct operation *operation)
{
	off_t offset = (off_t)(operation->offset + operation->moved);
	int64_t result = 0;

	uring->stats.fallback_calls++;
	switch (operation->kind) {
	case KIND_READ: result = pread(operation->file, operation->place + operation->moved, operation->asked, offset); break;
	case KIND_WRITE: result = pwrite(operation->file, operation->place + operation->moved, operation->asked, offset); break;
	case KIND_OPEN: result = open(operation->path, operation->flags, 0644); break;
	case KIND_SYNC: result = fdatasync(operation->file); break;
	}
	return result < 0 ? -errno : result;
}

static void fill_entry(struct uring *uring, struct operation *operation)
{
	struct io_uring_sqe *entry = io_uring_get_sqe(&uring->ring);
	uint64_t offset = operation->offset + operation->moved;

	CHECK(entry); /* the pool has no more operations than the queue has entries */
	switch (operation->kind) {
	case KIND_READ: io_uring_prep_read(entry, operation->file, operation->place + operation->moved, (unsigned)operation->asked, offset); break;
	case KIND_WRITE: io_uring_prep_write(entry, operation->file, operation->place + operation->moved, (unsigned)operation->asked, offset); break;
	case KIND_OPEN: io_uring_prep_openat(entry, AT_FDCWD, operation->path, operation->flags, 0644); break;
	case KIND_SYNC: io_uring_prep_fsync(entry, operation->file, IORING_FSYNC_DATASYNC); break;
	}
	io_uring_sqe_set_data(entry, operation);
	uring->unsubmitted++;
}

/* Starts what was waiting at the time of the call: what callbacks and retries add comes with the next poll. */
static int start_waiting(struct uring *uring)
{
	unsigned count = 0;
	int called = 0;

	for (struct operation *operation = uring->waiting_first; operation; operation = operation->next)
		count++;
	for (; count > 0; count--) {
		struct operation *operation = take_waiting(uring);
		int64_t fault = prepare(operation);
		bool transfer = operation->kind == KIND_READ || operation->kind == KIND_WRITE;
		if (fault < 0 || (transfer && operation->bytes == 0))
			called += advance(uring, operation, fault);
		else if (uring->native)
			fill_entry(uring, operation);
		else
			called += advance(uring, operation, call_plainly(uring, operation));
	}
	return called;
}

/* What the kernel does not take now (it may want its completions read first) is offered again at the next poll. */
static void submit(struct uring *uring)
{
	if (uring->unsubmitted == 0)
		return;
	int taken = io_uring_submit(&uring->ring);
	CHECK(taken >= 0 || taken == -EAGAIN || taken == -EBUSY || taken == -EINTR || taken == -ENOMEM);
	if (taken > 0)
		uring->unsubmitted -= (unsigned)taken;
	else
		uring->stats.retries++;
	if (uring->unsubmitted > 0)
		signal_event(uring);
}

static int reap(struct uring *uring)
{
	int called = 0;

	for (unsigned i = 0; i < uring->entries; i++) {
		struct io_uring_cqe *completion;
		if (io_uring_peek_cqe(&uring->ring, &completion) != 0)
			return called;
		struct operation *operation = io_uring_cqe_get_data(completion);
		int64_t result = completion->res;
		io_uring_cqe_seen(&uring->ring, completion);
		called += advance(uring, operation, result);
	}
	signal_event(uring); /* there may be more: the caller's other work has its turn first */
	return called;
}

int uring_poll(struct uring *uring)
{
	CHECK(!uring->polling);
	uring->polling = true;
	clear_event(uring);
	/* An event that was cleared while something waits must come again. */
	int called = start_waiting(uring);
	if (uring->native) {
		submit(uring);
		called += reap(uring);
	}
	if (uring->waiting_first)
		signal_event(uring);
	uring->polling = false;
	return called;
}

int uring_wait_idle(struct uring *uring, int timeout_ms)
{
	uint64_t deadline_ns = clock_monotonic_ns() + (timeout_ms > 0 ? (uint64_t)timeout_ms * 1000000u : 0);

	while (uring->in_flight > 0) {
		if (uring_poll(uring) > 0)
			continue;
		uint64_t now_ns = clock_monotonic_ns();
		if (timeout_ms >= 0 && now_ns >= deadline_ns)
			return -ETIMEDOUT;
		struct pollfd event = { .fd = uring->event, .events = POLLIN };
		int left_ms = timeout_ms < 0 ? -1 : (int)((deadline_ns - now_ns) / 1000000 + 1);
		if (poll(&event, 1, left_ms) < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}
