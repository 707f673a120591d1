/* uring_parts.h: what the two halves of the bulk I/O share: uring.c (the queue, blocks) and uring_file.c (whole files). */
#ifndef DOCRING_IPC_URING_PARTS_H
#define DOCRING_IPC_URING_PARTS_H

#include "ipc/road_choice.h"
#include "ipc/uring.h"

#include <liburing.h>

#define URING_TRANSFER_BYTES_MAX ((uint64_t)1 << 30) /* the kernel cuts transfers at 2 GiB - 4 KiB; whole GiB keep pages whole */

enum operation_kind { OPERATION_READ, OPERATION_WRITE, OPERATION_PARTS, OPERATION_SYNC, OPERATION_FILE };

/* A chain of a whole file has three completions: which one is in the low bits of the pointer. */
enum chain_step { CHAIN_OPEN, CHAIN_READ, CHAIN_CLOSE, CHAIN_STEPS };

struct operation {
	struct operation *next; /* in the list of the free or of those that wait to be started */
	enum operation_kind kind;
	int file;        /* of a whole file: while it is open, else -1 */
	unsigned retries;
	uint8_t *place;  /* of the whole transfer */
	struct iovec *parts; /* what is left of them */
	unsigned part_count;
	uint64_t bytes;  /* of the whole transfer */
	uint64_t offset; /* in the file, of its start */
	uint64_t moved;
	uint64_t asked;  /* bytes of the transfer under way */
	uring_done *done;
	uring_file_done *file_done;
	void *context;

	/* of a whole file */
	char *path; /* owned */
	enum uring_road road;
	bool timed; /* it is part of a trial */
	unsigned steps_left;
	int64_t read_result; /* of the chain */
};

_Static_assert((int)CHAIN_STEPS <= (int)_Alignof(struct operation), "a step fits into the low bits of a pointer");

struct uring {
	struct io_uring ring;
	bool native, polling;
	bool has_slots; /* files can be opened into the ring: one slot for each operation of the pool */
	int fallback_reason;
	int event;
	struct operation *pool, *free_list;
	struct operation *waiting_first, **waiting_last;
	unsigned entries, in_flight;
	unsigned unsubmitted; /* entries in the submission queue that the kernel has not taken yet */
	enum uring_road road; /* wanted */
	struct road_choice choice;
	uint64_t handling_since_ns; /* when the operation of a trial that is being handled was taken up */
	uint64_t weight_all, weight_timed[URING_ROADS]; /* of the unsubmitted entries: shares of the time that submitting takes */
	struct uring_stats stats;
};

/* --- uring.c --- */
void uring_put_waiting(struct uring *uring, struct operation *operation);
/* EINTR and EAGAIN, as long as patience lasts: true when the operation waits for another round. */
bool uring_try_again(struct uring *uring, struct operation *operation, int64_t result);
/* The operation is over; its callback is called. Returns 1. */
int uring_finish(struct uring *uring, struct operation *operation, int64_t result, bool opened);
/* An entry of the submission queue for the operation, to be filled and then tagged; `weight`: how much work it makes. */
struct io_uring_sqe *uring_take_entry(struct uring *uring, const struct operation *operation, uint64_t weight);
static inline void uring_tag(struct io_uring_sqe *entry, struct operation *operation, enum chain_step step)
{
	io_uring_sqe_set_data64(entry, (uint64_t)(uintptr_t)operation | step);
}
/* Sets operation->asked to what is left, or what a fault leaves of it; the -errno that a test wants instead of the call, or 0. */
int uring_prepare(struct operation *operation, uint64_t left, int fault);
int uring_queue_operation(struct uring *uring, struct operation request) WARN_UNUSED;

/* --- uring_file.c: both return how many callbacks they called --- */
int uring_file_start(struct uring *uring, struct operation *operation);
int uring_file_step(struct uring *uring, struct operation *operation, enum chain_step step, int64_t result);
/* Time of trials, around uring_file_start, uring_file_step and the submission. */
void uring_file_clock_start(struct uring *uring, const struct operation *operation);
void uring_file_clock_stop(struct uring *uring, const struct operation *operation);
static inline uint64_t uring_weight(uint64_t bytes) { return 1 + bytes / 32768; }

#endif
