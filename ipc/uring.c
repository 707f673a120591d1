/* uring.c: bulk I/O through io_uring, or the same operations by plain system calls.
 *
 * An operation is queued by uring_read and its like, started by uring_poll, carried on there until all bytes are moved, and
 * ends in its callback there. The eventfd is signalled by the kernel for completions and by queueing for what waits to be
 * started, so a caller that polls whenever it is readable misses nothing. Operations come from a fixed pool: their number is the bound of
 * the queue. Whole files: uring_file.c. One thread; any process that moves files. */
#define _GNU_SOURCE
#include "ipc/uring_parts.h"

#include "base/clock.h"
#include "ipc/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { ENTRIES_MIN = 8, ENTRIES_MAX = 4096, RETRIES_MAX = 1000 };
static void signal_event(struct uring *uring)
{
	uint64_t one = 1;

	uring->stats.system_calls++;
	/* -EAGAIN would mean a counter at its ceiling, that is: readable already. */
	while (write(uring->event, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void clear_event(struct uring *uring)
{
	uint64_t count;

	uring->stats.system_calls++;
	while (read(uring->event, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

void uring_put_waiting(struct uring *uring, struct operation *operation)
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

/* io_uring with its completions on the eventfd, or -errno. A chain takes three entries of the submission queue. */
static int start_native(struct uring *uring)
{
	int status = io_uring_queue_init(uring->entries * CHAIN_STEPS, &uring->ring, IORING_SETUP_CLAMP);

	if (status < 0)
		return status;
	status = io_uring_register_eventfd(&uring->ring, uring->event);
	if (status < 0) {
		io_uring_queue_exit(&uring->ring);
		return status;
	}
	uring->native = true;
	uring->has_slots = io_uring_register_files_sparse(&uring->ring, uring->entries) == 0;
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
	uring->road = URING_CHOOSE;
	road_choice_init(&uring->choice, uring->has_slots ? URING_ROADS : URING_LINKED, URING_RING);
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
	ret_stats->road = !uring->native ? URING_PLAIN : uring->road == URING_CHOOSE ? (enum uring_road)uring->choice.current : uring->road;
	ret_stats->road_changes = uring->choice.changes;
	for (unsigned road = 0; road < URING_ROADS; road++)
		ret_stats->road_costs_ns[road] = road_choice_cost(&uring->choice, road);
}

/* --- queueing ------------------------------------------------------------------------------------------------------ */

int uring_queue_operation(struct uring *uring, struct operation request)
{
	struct operation *operation = uring->free_list;

	CHECK(request.done || request.file_done);
	if (!operation)
		return -EAGAIN;
	uring->free_list = operation->next;
	*operation = request;
	uring->in_flight++;
	uring->stats.submitted++;
	uring_put_waiting(uring, operation);
	return 0;
}

int uring_read(struct uring *uring, int file, void *place, uint64_t bytes, uint64_t offset, uring_done *done, void *context)
{
	return uring_queue_operation(uring, (struct operation){ .kind = OPERATION_READ, .file = file, .place = place, .bytes = bytes,
							  .offset = offset, .done = done, .context = context });
}

int uring_write(struct uring *uring, int file, const void *from, uint64_t bytes, uint64_t offset, uring_done *done, void *context)
{
	return uring_queue_operation(uring, (struct operation){ .kind = OPERATION_WRITE, .file = file, .place = (uint8_t *)(uintptr_t)from, .bytes = bytes,
							  .offset = offset, .done = done, .context = context });
}

int uring_write_parts(struct uring *uring, int file, struct iovec *parts, unsigned count, uint64_t offset, uring_done *done, void *context)
{
	uint64_t bytes = 0;

	CHECK(count <= URING_PARTS_MAX);
	for (unsigned i = 0; i < count; i++)
		bytes += parts[i].iov_len;
	return uring_queue_operation(uring, (struct operation){ .kind = OPERATION_PARTS, .file = file, .parts = parts, .part_count = count, .bytes = bytes,
							  .offset = offset, .done = done, .context = context });
}

int uring_sync(struct uring *uring, int file, uring_done *done, void *context)
{
	return uring_queue_operation(uring, (struct operation){ .kind = OPERATION_SYNC, .file = file, .done = done, .context = context });
}

/* --- carrying on --------------------------------------------------------------------------------------------------- */

int uring_finish(struct uring *uring, struct operation *operation, int64_t result, bool opened)
{
	uring_done *done = operation->done;
	uring_file_done *file_done = operation->file_done;
	void *context = operation->context;

	uring->stats.completed++;
	uring->stats.failed += result < 0;
	uring->in_flight--;
	free(operation->path);
	operation->path = NULL;
	operation->next = uring->free_list;
	uring->free_list = operation;
	if (file_done)
		file_done(context, result, opened);
	else
		done(context, result);
	return 1;
}

bool uring_try_again(struct uring *uring, struct operation *operation, int64_t result)
{
	if ((result != -EINTR && result != -EAGAIN) || operation->retries >= RETRIES_MAX)
		return false;
	operation->retries++;
	uring->stats.retries++;
	uring_put_waiting(uring, operation);
	return true;
}

static void pass_over(struct operation *operation, uint64_t bytes)
{
	while (operation->part_count > 0 && bytes >= operation->parts->iov_len) {
		bytes -= operation->parts->iov_len;
		operation->parts++;
		operation->part_count--;
	}
	if (bytes > 0) {
		operation->parts->iov_base = (uint8_t *)operation->parts->iov_base + bytes;
		operation->parts->iov_len -= bytes;
	}
}

/* One system call's result: the end of the operation, or another round. Returns 1 when the callback was called. */
static int advance(struct uring *uring, struct operation *operation, int64_t result)
{
	if (uring_try_again(uring, operation, result))
		return 0;
	if (result < 0 || operation->kind == OPERATION_SYNC)
		return uring_finish(uring, operation, result, true);
	operation->moved += (uint64_t)result;
	if (operation->kind == OPERATION_READ)
		uring->stats.bytes_read += (uint64_t)result;
	else
		uring->stats.bytes_written += (uint64_t)result;
	if (operation->moved == operation->bytes || (result == 0 && operation->kind == OPERATION_READ))
		return uring_finish(uring, operation, (int64_t)operation->moved, true);
	if (result == 0) /* a write that moves nothing and gives no reason would go on for ever */
		return uring_finish(uring, operation, -EIO, true);
	if (operation->kind == OPERATION_PARTS)
		pass_over(operation, (uint64_t)result);
	uring->stats.short_transfers += (uint64_t)result < operation->asked;
	operation->retries = 0;
	uring_put_waiting(uring, operation);
	return 0;
}

int uring_prepare(struct operation *operation, uint64_t left, int fault)
{
	operation->asked = left < URING_TRANSFER_BYTES_MAX ? left : URING_TRANSFER_BYTES_MAX;
	if (fault == FAULT_SHORT) {
		operation->asked = (operation->asked + 1) / 2;
		return 0;
	}
	return fault;
}

static int fault_of(const struct operation *operation)
{
	switch (operation->kind) {
	case OPERATION_READ: return FAULT_POINT("uring_read");
	case OPERATION_WRITE: case OPERATION_PARTS: return FAULT_POINT("uring_write");
	case OPERATION_SYNC: return FAULT_POINT("uring_sync");
	case OPERATION_FILE: break; /* has its own: uring_file.c */
	}
	return 0;
}

static int prepare(struct operation *operation)
{
	uint64_t left = operation->bytes - operation->moved;
	int status = uring_prepare(operation, left, fault_of(operation));

	if (operation->kind == OPERATION_PARTS && operation->asked < left && operation->asked > operation->parts->iov_len)
		operation->asked = operation->parts->iov_len;
	return status;
}

/* A transfer of parts that is not to move all that is left of them moves (some of) the first. */
static bool is_vector(const struct operation *operation)
{
	return operation->kind == OPERATION_PARTS && operation->asked == operation->bytes - operation->moved;
}

static void *place_of(const struct operation *operation)
{
	return operation->kind == OPERATION_PARTS ? operation->parts->iov_base : operation->place + operation->moved;
}

static int64_t call_plainly(struct uring *uring, const struct operation *operation)
{
	off_t offset = (off_t)(operation->offset + operation->moved);
	int64_t result = 0;

	uring->stats.fallback_calls++;
	uring->stats.system_calls++;
	if (operation->kind == OPERATION_SYNC)
		result = fdatasync(operation->file);
	else if (operation->kind == OPERATION_READ)
		result = pread(operation->file, place_of(operation), operation->asked, offset);
	else if (is_vector(operation))
		result = pwritev(operation->file, operation->parts, (int)operation->part_count, offset);
	else
		result = pwrite(operation->file, place_of(operation), operation->asked, offset);
	return result < 0 ? -errno : result;
}

struct io_uring_sqe *uring_take_entry(struct uring *uring, const struct operation *operation, uint64_t weight)
{
	struct io_uring_sqe *entry = io_uring_get_sqe(&uring->ring);

	CHECK(entry); /* the queue has CHAIN_STEPS entries for each operation of the pool */
	uring->unsubmitted++;
	uring->weight_all += weight;
	if (operation->timed)
		uring->weight_timed[operation->road] += weight;
	return entry;
}

static void fill_entry(struct uring *uring, struct operation *operation)
{
	struct io_uring_sqe *entry = uring_take_entry(uring, operation, uring_weight(operation->asked));
	uint64_t offset = operation->offset + operation->moved;

	if (operation->kind == OPERATION_SYNC)
		io_uring_prep_fsync(entry, operation->file, IORING_FSYNC_DATASYNC);
	else if (operation->kind == OPERATION_READ)
		io_uring_prep_read(entry, operation->file, place_of(operation), (unsigned)operation->asked, offset);
	else if (is_vector(operation))
		io_uring_prep_writev(entry, operation->file, operation->parts, operation->part_count, offset);
	else
		io_uring_prep_write(entry, operation->file, place_of(operation), (unsigned)operation->asked, offset);
	uring_tag(entry, operation, CHAIN_OPEN);
}

static int start(struct uring *uring, struct operation *operation)
{
	if (operation->kind == OPERATION_FILE) {
		uring_file_clock_start(uring, operation);
		int called = uring_file_start(uring, operation);
		if (!called)
			uring_file_clock_stop(uring, operation);
		return called;
	}
	int64_t fault = prepare(operation);
	if (fault < 0 || (operation->kind != OPERATION_SYNC && operation->bytes == 0))
		return advance(uring, operation, fault);
	if (!uring->native)
		return advance(uring, operation, call_plainly(uring, operation));
	fill_entry(uring, operation);
	return 0;
}

/* Starts what was waiting at the time of the call: what callbacks and retries add comes with the next poll. */
static int start_waiting(struct uring *uring)
{
	unsigned count = 0;
	int called = 0;

	for (struct operation *operation = uring->waiting_first; operation; operation = operation->next)
		count++;
	for (; count > 0; count--)
		called += start(uring, take_waiting(uring));
	return called;
}

/* The time that submitting took (small reads are done in it), shared out by the work that each entry made. */
static void share_out(struct uring *uring, uint64_t ns)
{
	for (unsigned road = 0; road < URING_ROADS; road++)
		if (uring->weight_timed[road])
			road_choice_spent(&uring->choice, road, ns * uring->weight_timed[road] / uring->weight_all);
}

/* What the kernel does not take now (it may want its completions read first) is offered again at the next poll. */
static void submit(struct uring *uring)
{
	if (uring->unsubmitted == 0)
		return;
	uint64_t before_ns = clock_monotonic_ns();
	int taken = io_uring_submit(&uring->ring);
	share_out(uring, clock_monotonic_ns() - before_ns);
	uring->weight_all = 0;
	memset(uring->weight_timed, 0, sizeof(uring->weight_timed));
	uring->stats.system_calls++;
	CHECK(taken >= 0 || taken == -EAGAIN || taken == -EBUSY || taken == -EINTR || taken == -ENOMEM);
	if (taken > 0)
		uring->unsubmitted -= (unsigned)taken;
	else
		uring->stats.retries++;
	if (uring->unsubmitted > 0)
		signal_event(uring);
}

static int complete(struct uring *uring, uint64_t user_data, int64_t result)
{
	struct operation *operation = (struct operation *)(uintptr_t)(user_data & ~(uint64_t)3);

	if (operation->kind != OPERATION_FILE)
		return advance(uring, operation, result);
	uring_file_clock_start(uring, operation);
	int called = uring_file_step(uring, operation, (enum chain_step)(user_data & 3), result);
	if (!called)
		uring_file_clock_stop(uring, operation);
	return called;
}

static int reap(struct uring *uring)
{
	int called = 0;

	for (unsigned i = 0; i < uring->entries * CHAIN_STEPS; i++) {
		struct io_uring_cqe *completion;
		if (io_uring_peek_cqe(&uring->ring, &completion) != 0)
			return called;
		uint64_t user_data = completion->user_data;
		int64_t result = completion->res;
		io_uring_cqe_seen(&uring->ring, completion);
		called += complete(uring, user_data, result);
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

/* --- at once ----------------------------------------------------------------------------------------------------------- */

int64_t uring_write_now(struct uring *uring, int file, const void *from, uint64_t bytes, uint64_t offset)
{
	struct operation operation = { .kind = OPERATION_WRITE, .file = file, .place = (uint8_t *)(uintptr_t)from, .bytes = bytes, .offset = offset };

	while (operation.moved < bytes) {
		int64_t result = prepare(&operation);
		if (result == 0) {
			result = pwrite(file, place_of(&operation), operation.asked, (off_t)(offset + operation.moved));
			uring->stats.system_calls++;
			result = result < 0 ? -errno : result;
		}
		if ((result == -EINTR || result == -EAGAIN) && operation.retries++ < RETRIES_MAX) {
			uring->stats.retries++;
			continue;
		}
		if (result <= 0)
			return result < 0 ? result : -EIO;
		uring->stats.short_transfers += (uint64_t)result < operation.asked;
		uring->stats.bytes_written += (uint64_t)result;
		operation.moved += (uint64_t)result;
		operation.retries = 0;
	}
	return (int64_t)bytes;
}
