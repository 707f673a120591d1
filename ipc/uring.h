/* uring.h: the program's bulk I/O: files into shared memory and blocks out of it, by io_uring, or by plain system calls where
 * a kernel forbids it or the settings say so (counted, and said by the program at start).
 *
 * Operations complete through callbacks called from uring_poll, never from inside a submission. Short reads and writes are
 * carried on inside until all bytes are moved, the file ends, or an error comes; EINTR and EAGAIN are retried. One thread. */
#ifndef DOCRING_IPC_URING_H
#define DOCRING_IPC_URING_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

struct uring;

/* `result`: bytes moved (for reads fewer than asked means the file ended), or -errno. */
typedef void uring_done(void *context, int64_t result);
/* Of a whole file; `opened` says whether it was the opening that failed. */
typedef void uring_file_done(void *context, int64_t result, bool opened);

enum uring_mode { URING_AUTO, URING_OFF };

/* entries: operations under way at most, 8–4096. Falls back to plain calls when the kernel refuses io_uring (not an error: see uring_is_native). */
int uring_create(struct uring **ret_uring, unsigned entries, enum uring_mode mode, struct error_text *error) WARN_UNUSED;
void uring_destroy(struct uring *uring); /* waits for what is under way */
bool uring_is_native(const struct uring *uring); /* false: plain system calls */
int uring_fallback_reason(const struct uring *uring); /* -errno of io_uring_setup, 0 when native or switched off */

/* Readable whenever uring_poll has something to do (an eventfd). */
int uring_event_descriptor(const struct uring *uring);

/* The memory must stay until the callback. 0, or -EAGAIN when the queue is full (poll first), or -ENOMEM. */
int uring_read(struct uring *uring, int file, void *place, uint64_t bytes, uint64_t offset, uring_done *done, void *context) WARN_UNUSED;
int uring_write(struct uring *uring, int file, const void *from, uint64_t bytes, uint64_t offset, uring_done *done, void *context) WARN_UNUSED;
/* All parts one behind the other. The array stays until the callback too, and is changed. */
enum { URING_PARTS_MAX = 1024 };
int uring_write_parts(struct uring *uring, int file, struct iovec *parts, unsigned count, uint64_t offset, uring_done *done, void *context) WARN_UNUSED;
int uring_sync(struct uring *uring, int file, uring_done *done, void *context) WARN_UNUSED; /* fdatasync */
/* Writes at once, by plain calls: what is small and has nothing to wait for. Bytes, or -errno. */
int64_t uring_write_now(struct uring *uring, int file, const void *from, uint64_t bytes, uint64_t offset) WARN_UNUSED;

/* --- whole files ------------------------------------------------------------------------------------------------- */

/* How a whole small file comes in. */
enum uring_road {
	URING_PLAIN,  /* open, read and close as calls; the caller's thread waits for the disk */
	URING_RING,   /* open and close as calls, the read through the ring */
	URING_LINKED, /* open, read and close as one chain in the ring; an open that has to wait (NFS, FUSE) keeps this thread all the same */
	URING_ASYNC,  /* the chain is begun by a thread of the kernel: nothing keeps this one, for more time of another core */
	URING_ROADS,
	URING_CHOOSE = URING_ROADS, /* whichever takes this thread the least time, measured while it goes; it never waits for data: then
				     * URING_PLAIN takes what the page cache has, and leaves the rest to the ring */
};
const char *uring_road_name(enum uring_road road);

/* URING_CHOOSE at first. What this kernel has not got is replaced by the next simpler. */
void uring_set_road(struct uring *uring, enum uring_road road);

/* Opens `path`, reads it and closes it. The file should have `bytes`; `place` has room for one more, which tells a file that is longer.
 * Result: `bytes`, fewer (the file ended earlier), one more (it is longer), or -errno. The path is copied. */
int uring_read_file(struct uring *uring, const char *path, void *place, uint64_t bytes, uring_file_done *done, void *context) WARN_UNUSED;

/* --- doing it ------------------------------------------------------------------------------------------------------ */

/* Submits what was queued and calls the callbacks of what has completed; returns how many. Never blocks (but for plain calls). */
int uring_poll(struct uring *uring);
/* uring_poll until nothing is under way or `timeout_ms` passed (-ETIMEDOUT). */
int uring_wait_idle(struct uring *uring, int timeout_ms) WARN_UNUSED;
unsigned uring_in_flight(const struct uring *uring);
/* How many more operations can be queued now. */
unsigned uring_room(const struct uring *uring);

struct uring_stats {
	uint64_t submitted, completed, failed, bytes_read, bytes_written, short_transfers, retries, fallback_calls;
	uint64_t system_calls; /* all that were made here, whatever for */
	uint64_t files[URING_ROADS]; /* whole files, by the road that was chosen for them */
	uint64_t files_repeated; /* chains that did not bring the whole file: read again by calls, which say what is wrong with it */
	uint64_t road_changes;
	uint64_t road_costs_ns[URING_ROADS]; /* time of this thread for a file of up to 32 KiB, as last measured; 0: not measured */
	enum uring_road road; /* the one that files take now */
};
void uring_stats(const struct uring *uring, struct uring_stats *ret_stats);

#endif
