/* files_append.c: results on their way to the spool: records of a header, a document and its conversations appended to one file, into the page
 * cache; the sync behind them is not timed. Plain calls, single, linked and batched writes in the ring, and the product's own spool. */
#define _GNU_SOURCE
#include "perf/files.h"

#include "base/check.h"
#include "coordinator/spool.h"

#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORDS = 20000, DOCUMENT_BYTES = 16384, CONVERSATION_BYTES = 6144, RECORD_BYTES = SPOOL_ALIGNMENT + DOCUMENT_BYTES + CONVERSATION_BYTES, PARTS = 3 };

static char blocks[RECORD_BYTES]; /* what every record holds */

static int open_spool(const struct files_corpus *corpus)
{
	char path[PATH_MAX];

	files_append_path(corpus, path);
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	CHECK(file >= 0);
	return file;
}

static void take_result(struct files_result *result, int file)
{
	result->files = RECORDS;
	result->bytes = (uint64_t)RECORDS * RECORD_BYTES;
	if (file >= 0)
		CHECK(lseek(file, 0, SEEK_END) == (off_t)result->bytes && close(file) == 0);
}

static uint64_t part_bytes(unsigned part)
{
	return part == 0 ? SPOOL_ALIGNMENT : part == 1 ? DOCUMENT_BYTES : CONVERSATION_BYTES;
}

static void by_calls(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result)
{
	struct iovec parts[PARTS];
	int file = open_spool(corpus);
	off_t offset = 0;

	for (unsigned part = 0; part < PARTS; part++)
		parts[part] = (struct iovec){ blocks, part_bytes(part) };
	for (unsigned i = 0; i < RECORDS; i++) {
		if (road->variant) {
			CHECK(pwritev(file, parts, PARTS, offset) == RECORD_BYTES);
			offset += RECORD_BYTES;
		}
		for (unsigned part = 0; !road->variant && part < PARTS; part++) {
			CHECK(pwrite(file, blocks, part_bytes(part), offset) == (ssize_t)part_bytes(part));
			offset += (off_t)part_bytes(part);
		}
		result->system_calls += road->variant ? 1 : PARTS;
	}
	take_result(result, file);
}

/* Three writes a record, each at its offset; linked: each behind the one before. */
static void by_bare_ring(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result)
{
	struct io_uring ring;
	int file = open_spool(corpus);
	unsigned under_way = 0;
	uint64_t offset = 0;

	CHECK(io_uring_queue_init(road->depth * PARTS, &ring, 0) == 0);
	for (unsigned i = 0; i < RECORDS || under_way;) {
		for (; i < RECORDS && under_way + PARTS <= road->depth * PARTS; i++) {
			for (unsigned part = 0; part < PARTS; part++) {
				struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
				CHECK(entry);
				io_uring_prep_write(entry, file, blocks, (unsigned)part_bytes(part), offset);
				entry->flags |= road->variant && part + 1 < PARTS ? IOSQE_IO_LINK : 0;
				offset += part_bytes(part);
				under_way++;
			}
		}
		CHECK(io_uring_submit_and_wait(&ring, 1) >= 0);
		result->system_calls++;
		struct io_uring_cqe *completion;
		while (io_uring_peek_cqe(&ring, &completion) == 0) {
			CHECK(completion->res > 0);
			io_uring_cqe_seen(&ring, completion);
			under_way--;
		}
	}
	io_uring_queue_exit(&ring);
	take_result(result, file);
}

static void record_written(void *context, int status)
{
	unsigned *under_way = context;

	CHECK(status == 0);
	--*under_way;
}

static void by_product(const struct files_corpus *corpus, const struct files_road *road, struct files_result *result)
{
	const struct text document = { blocks, DOCUMENT_BYTES }, conversations = { blocks, CONVERSATION_BYTES };
	struct uring *uring;
	struct uring_stats stats;
	struct spool *spool;
	char path[PATH_MAX];
	unsigned under_way = 0, next = 0;
	uint64_t offset;

	files_append_path(corpus, path);
	CHECK(uring_create(&uring, 1024, road->variant ? URING_OFF : URING_AUTO, NULL) == 0 && spool_open(&spool, path, 0, NULL) == 0);
	while (next < RECORDS || under_way) {
		while (next < RECORDS && under_way < road->depth && spool_append(spool, document, conversations, record_written, &under_way, &offset) == 0) {
			under_way++;
			next++;
		}
		spool_flush(spool, uring);
		struct pollfd event = { .fd = uring_event_descriptor(uring), .events = POLLIN };
		if (uring_poll(uring) == 0 && ++result->system_calls)
			CHECK(poll(&event, 1, 60000) == 1);
	}
	uring_stats(uring, &stats);
	result->system_calls += stats.system_calls;
	uring_destroy(uring);
	spool_close(spool);
	take_result(result, -1);
}

const struct files_road files_append_roads[] = {
	{ "pwrite, three a record", by_calls, 1, 0, false },
	{ "pwritev, one a record", by_calls, 1, 1, false },
	{ "ring, three writes a record; 16 deep", by_bare_ring, 16, 0, false },
	{ "ring, three linked writes a record; 16 deep", by_bare_ring, 16, 1, false },
	{ "docring's spool; 1 record waits", by_product, 1, 0, false },
	{ "docring's spool; 16 records wait", by_product, 16, 0, false },
	{ "docring's spool; 64 records wait", by_product, 64, 0, false },
	{ "docring's spool; 64 records, io.uring: off", by_product, 64, 1, false },
	{ NULL, NULL, 0, 0, false },
};
