/* segment.h: one shared-memory segment: the ring, or a worker's outbox.
 *
 * Created by the coordinator alone, handed to workers as descriptors. One process writes a segment; the descriptor that the others get was
 * opened read-only, so the MMU keeps the rule. One that the coordinator writes is POSIX shared memory (shm_open, sized, reserved, unlinked at
 * once: a name never outlives the call). One that a worker writes is a memory file whose size is sealed: a descriptor for writing is one for
 * truncating too, and what is mapped of a truncated file kills whoever looks at it. The first SEGMENT_HEADER_BYTES hold struct segment_header, written by the creator before the first
 * descriptor leaves it, the version last; never changed afterwards. Behind it, in the same page, an outbox has its worker's cell (ipc/share.h). Offsets in descriptors count from the segment's start, so no lease begins
 * before SEGMENT_HEADER_BYTES. */
#ifndef DOCRING_IPC_SEGMENT_H
#define DOCRING_IPC_SEGMENT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { SEGMENT_HEADER_BYTES = 4096, SEGMENT_VERSION = 1 };
#define SEGMENT_MAGIC 0x4745534452434F44u /* "DOCRDSEG" */

struct segment_header {
	uint64_t magic;
	uint64_t layout; /* fingerprint of the sizes of every struct that lies in shared memory */
	uint64_t bytes;  /* of the whole segment */
	uint32_t number;
	uint32_t version; /* written last, with release; 0 while the header is not complete */
};

struct segment { /* this process's view */
	uint8_t *base; /* page-aligned; NULL when not mapped */
	uint64_t bytes;
	uint32_t number;
	int write_descriptor; /* creator only, else -1 */
	int read_descriptor;  /* creator only: opened O_RDONLY, for handing out; else -1 */
	bool writable;
	uint64_t reserved_bytes; /* creator only: [0, reserved_bytes) is really there; not known to who attached */
};

uint64_t segment_layout(void);

/* Creates, maps (writable for the caller when `writable`, else read-only) and unlinks. `bytes` is rounded up to pages. Nothing is
 * reserved yet but the header page: see segment_reserve. Fault point "segment_reserve". */
int segment_create(struct segment *ret_segment, uint32_t number, uint64_t bytes, bool writable, bool huge_pages, struct error_text *error) WARN_UNUSED;

/* Takes away what processes that are gone left in /dev/shm: they were killed between making a name and removing it. */
void segment_remove_leftovers(void);

/* Makes [0, bytes) really there (posix_fallocate): -ENOSPC when /dev/shm or the machine has not got it, never a SIGBUS later. Idempotent; rounds up to pages. */
int segment_reserve(struct segment *segment, uint64_t bytes, struct error_text *error) WARN_UNUSED;
/* Gives pages of [offset, offset+bytes) back to the system (hole punching); only whole pages inside. Needs write_descriptor.
 * What was reserved counts only up to `offset` afterwards: reserve again before using the pages. */
void segment_discard(struct segment *segment, uint64_t offset, uint64_t bytes);

/* Pages that are reserved from now on come from this NUMA node as long as it has any. Systems without nodes: nothing happens. */
void segment_prefer_node(struct segment *segment, uint32_t node);

/* Maps a descriptor that came over the attach socket and checks the header. Takes ownership of nothing: the caller closes `descriptor`. */
int segment_attach(struct segment *ret_segment, int descriptor, uint32_t number, uint64_t bytes, bool writable, struct error_text *error) WARN_UNUSED;
void segment_done(struct segment *segment); /* unmaps and closes what is open */

struct share_cell;
struct share_cell *segment_cell(const struct segment *segment); /* NULL: not mapped */

/* [offset, offset+bytes) as a pointer, or NULL when it is not wholly inside the segment behind its header. */
uint8_t *segment_at(const struct segment *segment, uint64_t offset, uint64_t bytes);

#endif
