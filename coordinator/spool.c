#define _GNU_SOURCE
#include "coordinator/spool.h"

#include "ipc/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct spool_record) == SPOOL_ALIGNMENT, "a record header fills one unit");

enum { RECORD_PARTS_MAX = 5 /* header, document, padding, conversations, padding */ };
_Static_assert(SPOOL_BATCH_RECORDS * RECORD_PARTS_MAX <= URING_PARTS_MAX, "a batch is one write");

struct batch {
	struct {
		struct spool_record record;
		spool_done *done;
		void *context;
	} records[SPOOL_BATCH_RECORDS];
	struct iovec parts[SPOOL_BATCH_RECORDS * RECORD_PARTS_MAX];
	unsigned record_count, part_count;
	uint64_t offset, bytes;
};

/* Two batches take turns: one is filled while the other is written. A file system that cannot write without waiting (ext4) hands each
 * write to a kernel thread: one write for all that has come meanwhile costs that once. */
struct spool {
	int file;
	uint64_t end;
	struct batch batches[2];
	unsigned filling;
	bool under_way;
};

static uint64_t padded(uint64_t bytes)
{
	return (bytes + SPOOL_ALIGNMENT - 1) / SPOOL_ALIGNMENT * SPOOL_ALIGNMENT;
}

uint64_t spool_record_bytes(uint64_t document_bytes, uint64_t conversations_bytes)
{
	/* The padding between the blocks is written by seeking over it, so what nothing follows ends without. */
	return sizeof(struct spool_record) + (conversations_bytes ? padded(document_bytes) + conversations_bytes : document_bytes);
}

int spool_open(struct spool **ret_spool, const char *path, uint64_t end, struct error_text *error)
{
	struct spool *spool = calloc(1, sizeof(*spool));
	struct stat status;

	if (!spool)
		return error_set(error, -ENOMEM, "out of memory");
	spool->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (spool->file < 0 || fstat(spool->file, &status) < 0) {
		int code = -errno;
		spool_close(spool);
		return error_set(error, code, "%s: cannot open: %s", path, strerror(-code));
	}
	if ((uint64_t)status.st_size < end) {
		spool_close(spool);
		return error_set(error, ERROR_INPUT_REJECTED, "%s: %lld bytes, but the run database counts on %llu; it was cut or replaced:"
				 " use --restart", path, (long long)status.st_size, (unsigned long long)end);
	}
	spool->end = padded(end);
	if (ftruncate(spool->file, (off_t)spool->end) < 0) {
		int code = -errno;
		spool_close(spool);
		return error_set(error, code, "%s: cannot cut leftovers: %s", path, strerror(-code));
	}
	*ret_spool = spool;
	return 0;
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	if (spool->file >= 0)
		close(spool->file);
	free(spool);
}

static void add_part(struct batch *batch, const void *data, uint64_t bytes)
{
	static const uint8_t zeros[SPOOL_ALIGNMENT];
	uint64_t padding = padded(bytes) - bytes;

	if (bytes == 0)
		return;
	batch->parts[batch->part_count++] = (struct iovec){ (void *)(uintptr_t)data, bytes };
	if (padding)
		batch->parts[batch->part_count++] = (struct iovec){ (void *)(uintptr_t)zeros, padding };
	batch->bytes += bytes + padding;
}

int spool_append(struct spool *spool, struct text document, struct text conversations, spool_done *done, void *context, uint64_t *ret_offset)
{
	struct batch *batch = &spool->batches[spool->filling];

	if (batch->record_count == SPOOL_BATCH_RECORDS)
		return -EAGAIN;
	unsigned index = batch->record_count++;
	batch->records[index].record = (struct spool_record){ .magic = SPOOL_MAGIC, .layout = segment_layout(), .document_bytes = document.bytes,
							      .conversations_bytes = conversations.bytes };
	batch->records[index].done = done;
	batch->records[index].context = context;
	if (index == 0)
		batch->offset = spool->end;
	*ret_offset = spool->end;
	uint64_t before = batch->bytes;
	add_part(batch, &batch->records[index].record, sizeof(struct spool_record));
	add_part(batch, document.data, document.bytes);
	add_part(batch, conversations.data, conversations.bytes);
	spool->end += batch->bytes - before;
	return 0;
}

static void batch_done(void *context, int64_t result)
{
	struct spool *spool = context;
	struct batch *batch = &spool->batches[1 - spool->filling];
	int status = result < 0 ? (int)result : (uint64_t)result == batch->bytes ? 0 : -EIO;

	for (unsigned i = 0; i < batch->record_count; i++)
		batch->records[i].done(batch->records[i].context, status);
	batch->record_count = batch->part_count = 0;
	batch->bytes = 0;
	spool->under_way = false;
}

void spool_flush(struct spool *spool, struct uring *uring)
{
	struct batch *batch = &spool->batches[spool->filling];

	if (spool->under_way || batch->record_count == 0 ||
	    uring_write_parts(uring, spool->file, batch->parts, batch->part_count, batch->offset, batch_done, spool) < 0)
		return; /* no room among the operations: the next time */
	spool->under_way = true;
	spool->filling = 1 - spool->filling;
}

int spool_sync(struct spool *spool, struct uring *uring, uring_done *done, void *context)
{
	return uring_sync(uring, spool->file, done, context);
}

unsigned spool_waiting_records(const struct spool *spool)
{
	return spool->batches[spool->filling].record_count;
}

uint64_t spool_waiting_bytes(const struct spool *spool)
{
	return spool->batches[spool->filling].bytes;
}

bool spool_is_writing(const struct spool *spool)
{
	return spool->under_way;
}

int spool_view_open(struct spool_view *ret_view, const char *path, struct error_text *error)
{
	struct stat status;
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0 || fstat(file, &status) < 0) {
		int code = -errno;
		if (file >= 0)
			close(file);
		return error_set(error, code, "%s: cannot open: %s", path, strerror(-code));
	}
	void *base = status.st_size > 0 ? mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0) : NULL;
	int code = base == MAP_FAILED ? -errno : 0;
	close(file);
	if (code < 0)
		return error_set(error, code, "%s: cannot map: %s", path, strerror(-code));
	*ret_view = (struct spool_view){ base, (uint64_t)status.st_size };
	return 0;
}

void spool_view_close(struct spool_view *view)
{
	if (view->base)
		munmap((void *)(uintptr_t)view->base, view->bytes);
	*view = (struct spool_view){ NULL, 0 };
}

int spool_view_record(const struct spool_view *view, uint64_t offset, struct text *ret_document, struct text *ret_conversations,
		      struct error_text *error)
{
	struct spool_record record;

	if (offset % SPOOL_ALIGNMENT || offset > view->bytes || view->bytes - offset < sizeof(record))
		return error_set(error, ERROR_INPUT_REJECTED, "spool: no record at %llu", (unsigned long long)offset);
	memcpy(&record, view->base + offset, sizeof(record));
	uint64_t left = view->bytes - offset - sizeof(record);
	if (record.magic != SPOOL_MAGIC || record.document_bytes > left || record.conversations_bytes > left ||
	    spool_record_bytes(record.document_bytes, record.conversations_bytes) - sizeof(record) > left)
		return error_set(error, ERROR_INPUT_REJECTED, "spool: damaged record at %llu", (unsigned long long)offset);
	if (record.layout != segment_layout())
		return error_set(error, ERROR_VERSION_MISMATCH, "spool: written by another version of docring; use --restart");
	const char *document = (const char *)view->base + offset + sizeof(record);
	*ret_document = (struct text){ document, record.document_bytes };
	*ret_conversations = (struct text){ document + padded(record.document_bytes), record.conversations_bytes };
	return 0;
}
