/* uring.h: the program's bulk I/O: reads into shared memory and writes from it, by io_uring, or by plain system calls where
 * a kernel forbids it or the settings say so (counted, and said by the program at start).
 *
 * Operations complete through callbacks called from uring_poll, never from inside a submission. Short reads and writes are
 * carried on inside until all bytes are moved, the file ends, or an error comes; EINTR and EAGAIN are retried. One thread. */
#ifndef DOCRING_IPC_URING_H
#define DOCRING_IPC_URING_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct uring;

/* `result`: bytes moved (for reads fewer than asked means the file ended), or -errno. */
typedef void uring_done(void *context, int64_t result);

enum uring_mode { URING_AUTO, URING_OFF };

/* entries: submission queue size, 8–4096. Falls back to plain calls when the kernel refuses io_uring (not an error: see uring_is_native). */
int uring_create(struct uring **ret_uring, unsigned entries, enum uring_mode mode, struct error_text *error) WARN_UNUSED;
void uring_destroy(struct uring *uring); /* waits for what is under way */
bool uring_is_native(const struct uring *uring); /* false: plain system calls */
int uring_fallback_reason(const struct uring *uring); /* -errno of io_uring_setup, 0 when native or switched off */

/* Readable whenever uring_poll has something to do (an eventfd). */
int uring_event_descriptor(const struct uring *uring);

/* The memory must stay until the callback. 0, or -EAGAIN when URING queue is full (poll first), or -ENOMEM. */
int uring_read(struct uring *uring, int file, void *place, uint64_t bytes, uint64_t offset, uring_done *done, void *context) WARN_UNUSED;
int uring_write(struct uring *uring, int file, const void *from, uint64_t bytes, uint64_t offset, uring_done *done, void *context) WARN_UNUSED;
/* Opens (O_CLOEXEC | flags), result is the descriptor. */
int uring_open(struct uring *uring, const char *path, int flags, uring_done *done, void *context) WARN_UNUSED;
int uring_sync(struct uring *uring, int file, uring_done *done, void *context) WARN_UNUSED; /* fdatasync */

/* Submits what was queued and calls the callbacks of what has completed; returns how many. Never blocks. */
int uring_poll(struct uring *uring);
/* uring_poll until nothing is under way or `timeout_ms` passed (-ETIMEDOUT). */
int uring_wait_idle(struct uring *uring, int timeout_ms) WARN_UNUSED;
unsigned uring_in_flight(const struct uring *uring);
/* How many more operations can be queued now. */
unsigned uring_room(const struct uring *uring);

struct uring_stats {
	uint64_t submitted, completed, failed, bytes_read, bytes_written, short_transfers, retries, fallback_calls;
};
void uring_stats(const struct uring *uring, struct uring_stats *ret_stats);

#endif
