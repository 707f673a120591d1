/* spool.h: the append-only file of results: one record a document, the blocks of proto/document.h and proto/conversation.h
 * as they lay in shared memory, behind a record header. Written by io_uring straight from the outboxes; read by finalise.
 * A record counts once run.db names it; what lies behind the committed end is cut off at the next start. */
#ifndef DOCRING_COORDINATOR_SPOOL_H
#define DOCRING_COORDINATOR_SPOOL_H

#include "base/error.h"
#include "base/text.h"
#include "ipc/uring.h"

#include <stdbool.h>
#include <stdint.h>

#define SPOOL_MAGIC 0x4C4F4F5053434F44u /* "DOCSPOOL" */
enum {
	SPOOL_ALIGNMENT = 64,
	SPOOL_BATCH_RECORDS = 64, /* of one write */
};

struct spool_record { /* followed by the document block, then the conversation block, each padded to SPOOL_ALIGNMENT */
	uint64_t magic;
	uint64_t layout; /* segment_layout(): which docring wrote it */
	uint64_t document_bytes, conversations_bytes;
	uint8_t reserved[32];
};

struct spool; /* for writing */

/* Opens or makes the file and cuts off what lies behind `end`, the last committed byte. -ENOSPC and the like with a message. */
int spool_open(struct spool **ret_spool, const char *path, uint64_t end, struct error_text *error) WARN_UNUSED;
void spool_close(struct spool *spool);

/* Adds a record to the batch that is being filled, at the file's end; its place is in ret_offset at once. Both blocks must stay until `done`,
 * called once with 0 or -errno. -EAGAIN: the batch is full and the one before is still being written. */
typedef void spool_done(void *context, int status);
int spool_append(struct spool *spool, struct text document, struct text conversations, spool_done *done, void *context,
		 uint64_t *ret_offset) WARN_UNUSED;
/* Queues the write of what was appended, in one piece, unless an earlier batch is under way: what comes meanwhile goes together. Call
 * it again when that has ended. */
void spool_flush(struct spool *spool, struct uring *uring);
/* fdatasync behind all that is complete. */
int spool_sync(struct spool *spool, struct uring *uring, uring_done *done, void *context) WARN_UNUSED;
/* What was appended and is not being written yet. */
unsigned spool_waiting_records(const struct spool *spool);
uint64_t spool_waiting_bytes(const struct spool *spool);
bool spool_is_writing(const struct spool *spool);
/* How far a record reaches from its offset: what is in the file once its writes are complete. */
uint64_t spool_record_bytes(uint64_t document_bytes, uint64_t conversations_bytes);

/* --- reading ---------------------------------------------------------------------------------------------------- */

struct spool_view { /* the file mapped read-only */
	const uint8_t *base;
	uint64_t bytes;
};
int spool_view_open(struct spool_view *ret_view, const char *path, struct error_text *error) WARN_UNUSED;
void spool_view_close(struct spool_view *view);
/* The two blocks of the record at `offset`; they still have to be opened (document_open checks them). */
int spool_view_record(const struct spool_view *view, uint64_t offset, struct text *ret_document, struct text *ret_conversations,
		      struct error_text *error) WARN_UNUSED;

#endif
