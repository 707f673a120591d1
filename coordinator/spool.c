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

struct spool {
	int file;
	uint64_t end;
};

struct append { /* one record on its way */
	struct spool_record record;
	spool_done *done;
	void *context;
	unsigned under_way;
	int status;
};

struct part {
	struct append *append;
	uint64_t bytes;
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

static void finish_part(struct append *append, int status)
{
	if (append->status == 0)
		append->status = status;
	if (--append->under_way > 0)
		return;
	append->done(append->context, append->status);
	free(append);
}

static void part_done(void *context, int64_t result)
{
	struct part *part = context;
	struct append *append = part->append;
	int status = result < 0 ? (int)result : (uint64_t)result == part->bytes ? 0 : -EIO;

	free(part);
	finish_part(append, status);
}

static void write_part(struct spool *spool, struct uring *uring, struct append *append, const void *from, uint64_t bytes, uint64_t offset)
{
	struct part *part = malloc(sizeof(*part));
	int status = -ENOMEM;

	append->under_way++;
	if (part) {
		*part = (struct part){ append, bytes };
		status = uring_write(uring, spool->file, from, bytes, offset, part_done, part);
	}
	if (status < 0) {
		free(part);
		finish_part(append, status);
	}
}

int spool_append(struct spool *spool, struct uring *uring, struct text document, struct text conversations, spool_done *done,
		 void *context, uint64_t *ret_offset)
{
	struct append *append = calloc(1, sizeof(*append));

	if (!append)
		return -ENOMEM;
	*append = (struct append){
		.record = { .magic = SPOOL_MAGIC, .layout = segment_layout(), .document_bytes = document.bytes,
			    .conversations_bytes = conversations.bytes },
		.done = done, .context = context, .under_way = 1,
	};
	/* uring_write never calls back from inside, so the hold taken above keeps `append` alive to the last line. */
	/* NOLINTBEGIN(clang-analyzer-unix.Malloc) */
	uint64_t offset = spool->end;
	*ret_offset = offset;
	write_part(spool, uring, append, &append->record, sizeof(append->record), offset);
	offset += sizeof(append->record);
	write_part(spool, uring, append, document.data, document.bytes, offset);
	offset += padded(document.bytes);
	if (conversations.bytes)
		write_part(spool, uring, append, conversations.data, conversations.bytes, offset);
	spool->end = offset + padded(conversations.bytes);
	finish_part(append, 0); /* the hold taken at the start */
	/* NOLINTEND(clang-analyzer-unix.Malloc) */
	return 0;
}

int spool_sync(struct spool *spool, struct uring *uring, uring_done *done, void *context)
{
	return uring_sync(uring, spool->file, done, context);
}

uint64_t spool_end(const struct spool *spool)
{
	return spool->end;
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
