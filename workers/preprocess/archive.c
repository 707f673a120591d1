/* archive.c: expands archives from memory through libarchive, step by step (members.h).
 *
 * Nothing is extracted to disk and no member's name is ever a path. Sizes that an archive claims are not believed: they only
 * decide early; what counts is what comes out, block by block, and it goes straight into the extent, so that no more memory
 * than the extent is used. Each step opens the archive anew: a ZIP's directory makes going to an entry cheap, a compressed tar
 * is inflated up to it. */
#define _GNU_SOURCE
#include "workers/preprocess/archive.h"

#include "base/string_map.h"
#include "base/utf8.h"
#include "ipc/fault.h"
#include "proto/members.h"
#include "workers/preprocess/archive_name.h"
#include "workers/preprocess/convert.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <xxhash.h>

/* Below this many bytes a member is never a bomb, whatever its ratio. */
#define RATIO_BYTES_MIN ((uint64_t)1 << 20)

struct expansion {
	const struct settings *settings;
	const struct worker_task *task;
	struct members_writer writer;
	struct archive *archive;
	struct archive_entry *entry;
	struct buffer container;    /* name of the archive with those it lies in */
	struct buffer name;         /* of the entry at hand, normalised */
	struct string_map names;    /* hashes of the names so far */
	bool book;                  /* an EPUB */
	int64_t unpacked_end;       /* where in the archive the member unpacked last ended */
	uint64_t cursor;            /* index of the entry at hand */
	uint64_t first_cursor;      /* where this step begins */
	uint64_t claimed_bytes;     /* unpacked bytes of the entries so far */
	size_t needed_bytes;        /* with ERROR_NEEDS_SPACE */
};

enum step { /* what became of an entry; negative codes end the work */
	STEP_NEXT = 0,     /* listed, or nothing to list: go on */
	STEP_FULL = 1,     /* does not fit any more: end the block before it */
	STEP_FINISHED = 2, /* the archive has no further entries that can be had */
};

static const char *archive_reason(struct archive *archive)
{
	const char *reason = archive_error_string(archive);
	return reason && *reason ? reason : "it ends too early";
}

/* Lists the entry at hand as one that does not come. There is room: has_room was asked before. */
static int list_absent(struct expansion *work, enum member_status status, const char *format, ...) PRINTF_LIKE(3, 4);
static int list_absent(struct expansion *work, enum member_status status, const char *format, ...)
{
	char reason[MEMBERS_REASON_BYTES_MAX];
	struct buffer clean;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	buffer_init(&clean, sizeof(reason) * 4);
	utf8_append_clean(&clean, text_trim(text_from(reason)));
	int result = members_writer_refuse(&work->writer, buffer_view(&work->name), work->cursor, status, buffer_view(&clean));
	buffer_done(&clean);
	return result;
}

/* The entry does not fit any more: the block ends before it, or is too small for even this one. Where nothing larger can be had
 * the entry is listed as refused, and 0 returned. */
static int step_full(struct expansion *work, size_t data_bytes)
{
	if (work->writer.member_count > 0)
		return STEP_FULL;
	if (work->task->descriptor.status == DESCRIPTOR_LARGEST && data_bytes > 0)
		return list_absent(work, MEMBER_REFUSED, "too large for the shared memory: %zu MiB in one piece; pass a larger --shm or fewer --workers",
				   (data_bytes >> 20) + 1);
	work->needed_bytes = members_block_bytes(buffer_view(&work->container), buffer_view(&work->name), data_bytes);
	return ERROR_NEEDS_SPACE;
}

static bool has_room(struct expansion *work)
{
	size_t space;
	return members_writer_space(&work->writer, buffer_view(&work->name), &space) != NULL;
}

/* Compressed bytes read so far, and what came of them. In a ZIP each member is measured, in a compressed tar the whole. */
struct meter {
	bool whole;
	int64_t packed_before;
};

static bool is_bomb(const struct expansion *work, const struct meter *meter, uint64_t member_bytes)
{
	enum { PACKED_SLACK_BYTES = 4096 }; /* libarchive counts a block when it asks for the next */
	int64_t packed = archive_filter_bytes(work->archive, -1) - meter->packed_before;
	uint64_t unpacked = meter->whole ? (uint64_t)archive_filter_bytes(work->archive, 0) : member_bytes;

	/* A stored member is one block, counted when it has been given out: what is no larger than the archive is no bomb. */
	if (unpacked < RATIO_BYTES_MIN || unpacked <= work->task->input.data.bytes || packed < 0)
		return false;
	return unpacked / work->settings->intake.archive_ratio_max > (uint64_t)packed + PACKED_SLACK_BYTES;
}

/* Anything but what fits is refused before it is unpacked, when the archive admits it. 0 to go on. */
static int check_claim(struct expansion *work, uint64_t claimed_bytes, size_t space_bytes, bool *ret_refused)
{
	const uint64_t bytes_max = work->settings->intake.member_bytes_max;
	const uint64_t ratio_max = work->settings->intake.archive_ratio_max;

	*ret_refused = true;
	if (claimed_bytes > bytes_max)
		return list_absent(work, MEMBER_REFUSED, "too large: %" PRIu64 " bytes, intake.member_bytes_max is %" PRIu64, claimed_bytes, bytes_max);
	if (claimed_bytes > RATIO_BYTES_MIN && claimed_bytes / ratio_max > work->task->input.data.bytes)
		return list_absent(work, MEMBER_REFUSED, "claims %" PRIu64 " bytes, more than %" PRIu64 " times the whole archive "
				   "(intake.archive_ratio_max)", claimed_bytes, ratio_max);
	if (claimed_bytes > space_bytes)
		return step_full(work, claimed_bytes);
	*ret_refused = false;
	return 0;
}

/* The entry cannot be unpacked: the bytes are wrong, or packed in a way that is not read. */
static int list_unreadable(struct expansion *work)
{
	const char *reason = archive_reason(work->archive);

	if (text_starts_with(text_from(reason), TEXT_LITERAL("Unsupported")))
		return list_absent(work, MEMBER_REFUSED, "cannot be unpacked: %s; pack it again with Deflate", reason);
	return list_absent(work, MEMBER_REFUSED, "damaged: %s", reason);
}

/* Unpacks into `place` until the end. STEP_NEXT with *ret_bytes, or what became of the entry with *ret_listed. */
static int unpack(struct expansion *work, uint8_t *place, size_t space_bytes, bool claimed, size_t *ret_bytes, bool *ret_listed)
{
	enum { UNPACK_STEP_BYTES = 256 * 1024, UNPACK_RETRIES_MAX = 8 };
	struct meter meter = { .whole = archive_filter_code(work->archive, 0) != ARCHIVE_FILTER_NONE };
	size_t bytes = 0;
	int retries = 0;

	*ret_listed = true;
	if (!meter.whole)
		meter.packed_before = archive_filter_bytes(work->archive, -1);
	for (;;) {
		uint8_t beyond;
		bool full = bytes == space_bytes;
		la_ssize_t got = archive_read_data(work->archive, full ? &beyond : place + bytes,
						   full ? 1 : size_min(UNPACK_STEP_BYTES, space_bytes - bytes));
		if (got == ARCHIVE_RETRY && retries++ < UNPACK_RETRIES_MAX)
			continue;
		if (got < 0)
			return list_unreadable(work);
		if (got == 0)
			break;
		if (full && claimed)
			return list_absent(work, MEMBER_REFUSED, "damaged: longer than the %zu bytes that the archive says", bytes);
		if (full && bytes >= work->settings->intake.member_bytes_max)
			return list_absent(work, MEMBER_REFUSED, "too large: more than %" PRIu64 " bytes (intake.member_bytes_max)",
					   work->settings->intake.member_bytes_max);
		if (full)
			return step_full(work, size_min(bytes * 2 + UNPACK_STEP_BYTES, work->settings->intake.member_bytes_max));
		bytes += (size_t)got;
		if (is_bomb(work, &meter, bytes))
			return list_absent(work, MEMBER_REFUSED, "unpacks to more than %" PRIu64 " times its size (intake.archive_ratio_max)",
					   work->settings->intake.archive_ratio_max);
	}
	*ret_listed = false;
	*ret_bytes = bytes;
	work->unpacked_end = archive_filter_bytes(work->archive, -1);
	return STEP_NEXT;
}

/* The entries of a ZIP come in the order of their places. One that begins within the one before shares its bytes: so a small file gives endless
 * documents, each of which is small. */
static bool overlaps(const struct expansion *work)
{
	bool zip = (archive_format(work->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
	return zip && archive_filter_bytes(work->archive, -1) < work->unpacked_end; /* behind its header */
}

static int take_member(struct expansion *work)
{
	const bool claimed = archive_entry_size_is_set(work->entry);
	const uint64_t claimed_bytes = claimed ? (uint64_t)archive_entry_size(work->entry) : 0;
	const uint32_t depth_max = (uint32_t)work->settings->intake.archive_depth_max;
	size_t space_bytes, bytes = 0;
	bool listed;

	uint8_t *place = members_writer_space(&work->writer, buffer_view(&work->name), &space_bytes);
	CHECK(place); /* has_room */
	int status = check_claim(work, claimed_bytes, space_bytes, &listed);
	if (status != 0 || listed)
		return status;
	space_bytes = size_min(space_bytes, claimed ? claimed_bytes : work->settings->intake.member_bytes_max);
	status = unpack(work, place, space_bytes, claimed, &bytes, &listed);
	if (status != STEP_NEXT || listed)
		return status;
	enum document_format format = detect_format((struct text){ (const char *)place, bytes }, buffer_view(&work->name));
	if (format == DOCUMENT_FORMAT_ARCHIVE && work->writer.depth >= depth_max)
		return list_absent(work, MEMBER_REFUSED, "too deep: archives are opened %u deep (intake.archive_depth_max)", depth_max);
	FAULT_POINT("archive_member"); /* its bytes lie in the outbox, and no table names them yet */
	return members_writer_add(&work->writer, buffer_view(&work->name), work->cursor, bytes, format);
}

static bool is_folder(struct archive_entry *entry, struct text raw_name)
{
	char last = raw_name.bytes > 0 ? raw_name.data[raw_name.bytes - 1] : 0;
	return archive_entry_filetype(entry) == AE_IFDIR || last == '/' || last == '\\';
}

/* Adds up what the archive says it holds, for entries before this step's too, so that the limit is the same in every step. */
static bool within_total(struct expansion *work)
{
	int64_t bytes = archive_entry_size_is_set(work->entry) ? archive_entry_size(work->entry) : 0;

	if (bytes > 0 && (uint64_t)bytes <= work->settings->intake.member_bytes_max)
		work->claimed_bytes += (uint64_t)bytes;
	return work->claimed_bytes <= work->settings->intake.archive_bytes_max;
}

/* The name of the entry at hand, into `name`: one that no entry before it has, or the later of the two would be lost. */
static int take_name(struct expansion *work, struct text raw)
{
	enum { NUMBERINGS_MAX = 8 }; /* more are names made for nothing else */
	bool added = false;

	if (archive_format(work->archive) == ARCHIVE_FORMAT_RAW)
		raw = archive_name_inner(work->task->input.source);
	buffer_clear(&work->name);
	archive_name_append(&work->name, raw, work->cursor);
	for (int i = 0; work->name.status == 0; i++) {
		uint64_t hash = XXH3_64bits(work->name.data, work->name.bytes);
		if (!string_map_add(&work->names, (struct text){ (const char *)&hash, sizeof(hash) }, &added))
			return -ENOMEM;
		if (added || i == NUMBERINGS_MAX)
			break;
		archive_name_number(&work->name, work->cursor);
	}
	return work->name.status;
}

static int take_entry(struct expansion *work)
{
	const struct settings *settings = work->settings;
	struct text raw = text_from(archive_entry_pathname(work->entry));
	const bool total_kept = within_total(work);

	if (is_folder(work->entry, raw))
		return STEP_NEXT;
	int named = take_name(work, raw);
	if (named < 0 || work->cursor < work->first_cursor)
		return named;
	if (!has_room(work))
		return step_full(work, 0);
	if (work->cursor >= settings->intake.archive_entries_max) {
		int status = list_absent(work, MEMBER_REFUSED, "this entry and all behind it: more than %" PRIu64 " entries "
					 "(intake.archive_entries_max)", settings->intake.archive_entries_max);
		return status < 0 ? status : STEP_FINISHED;
	}
	const char *rule = archive_name_skipped(buffer_view(&work->name), settings->intake.hidden, work->book);
	if (rule)
		return list_absent(work, MEMBER_SKIPPED, "%s", rule);
	if (archive_entry_filetype(work->entry) != AE_IFREG || archive_entry_hardlink(work->entry))
		return list_absent(work, MEMBER_SKIPPED, "left out: a link or device, not a file");
	if (overlaps(work))
		return list_absent(work, MEMBER_REFUSED, "begins within the member before it: they share their bytes");
	if (archive_entry_is_encrypted(work->entry))
		return list_absent(work, MEMBER_REFUSED, "encrypted: needs a password");
	if (!total_kept)
		return list_absent(work, MEMBER_REFUSED, "the archive unpacks to more than %" PRIu64 " bytes (intake.archive_bytes_max)",
				   settings->intake.archive_bytes_max);
	return take_member(work);
}

/* The archive cannot be read any further. What came before is kept, and an entry says what is missing. */
static int take_end_of_damaged(struct expansion *work, struct error_text *error)
{
	if (work->cursor == 0)
		return error_set(error, ERROR_INPUT_REJECTED, "damaged archive: %s", archive_reason(work->archive));
	buffer_clear(&work->name);
	buffer_append_string(&work->name, "(rest of the archive)");
	if (!has_room(work))
		return step_full(work, 0);
	int status = list_absent(work, MEMBER_REFUSED, "damaged: %s", archive_reason(work->archive));
	return status < 0 ? status : STEP_FINISHED;
}

static int take_entries(struct expansion *work, struct error_text *error)
{
	for (;; work->cursor++) {
		int got = archive_read_next_header(work->archive, &work->entry);
		if (got == ARCHIVE_EOF)
			return STEP_FINISHED;
		if (got == ARCHIVE_FATAL || got == ARCHIVE_RETRY)
			return take_end_of_damaged(work, error);
		bool no_archive = archive_format(work->archive) == ARCHIVE_FORMAT_RAW &&
				  archive_filter_code(work->archive, 0) == ARCHIVE_FILTER_NONE;
		if (no_archive)
			return error_set(error, ERROR_INPUT_REJECTED, "no archive that can be read: ZIP, tar, 7z, and files compressed by gzip, "
					 "bzip2, xz, zstd, lzip or compress are; unpack it and pack it as ZIP");
		int status = take_entry(work);
		if (status != STEP_NEXT)
			return status;
	}
}

static int open_archive(struct expansion *work, struct error_text *error)
{
	struct archive *archive = archive_read_new();
	struct text data = work->task->input.data;

	if (!archive)
		return -ENOMEM;
	work->archive = archive;
	archive_read_support_format_zip(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_7zip(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_lzip(archive);
	archive_read_support_filter_compress(archive);
	if (archive_read_open_memory(archive, data.data, data.bytes) != ARCHIVE_OK)
		return error_set(error, ERROR_INPUT_REJECTED, "damaged archive: %s", archive_reason(archive));
	return 0;
}

static int64_t expand(struct expansion *work, struct error_text *error)
{
	const struct worker_task *task = work->task;

	if (task->input.container.bytes > 0) {
		buffer_append_text(&work->container, task->input.container);
		buffer_append_byte(&work->container, '!');
	}
	buffer_append_text(&work->container, task->input.source);
	if (work->container.status)
		return error_set(error, ERROR_INPUT_REJECTED, "the names of the archives it lies in are too long together");
	int status = members_writer_init(&work->writer, task->out, task->out_bytes, buffer_view(&work->container),
					 task->input.header->depth + 1);
	if (status == ERROR_NEEDS_SPACE)
		work->needed_bytes = members_block_bytes(buffer_view(&work->container), TEXT_LITERAL(""), MEMBERS_NAME_BYTES_MAX);
	if (status == 0)
		status = open_archive(work, error);
	if (status == 0)
		status = take_entries(work, error);
	if (status < 0)
		return status;
	FAULT_POINT("archive_lay_out");
	return (int64_t)members_writer_finish(&work->writer, status == STEP_FINISHED, work->cursor);
}

int64_t archive_expand(const struct settings *settings, const struct worker_task *task, size_t *ret_needed_bytes,
		       struct error_text *error)
{
	struct text head = text_slice(task->input.data, 0, size_min(task->input.data.bytes, 128));
	struct expansion work = {
		.settings = settings, .task = task, .first_cursor = task->descriptor.argument,
		.book = text_find(head, TEXT_LITERAL("mimetypeapplication/epub+zip")) >= 0,
	};
	/* libarchive turns the names of a ZIP into the locale's character set: it has to be UTF-8, whatever the process has. */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return error_set(error, -ENOMEM, "the locale C.UTF-8 cannot be had");
	locale_t before = uselocale(utf8);

	buffer_init(&work.container, INPUT_NAME_BYTES_MAX);
	buffer_init(&work.name, 1 << 20);
	string_map_init(&work.names);
	int64_t result = expand(&work, error);
	if (result == ERROR_NEEDS_SPACE)
		*ret_needed_bytes = work.needed_bytes;
	if (work.archive)
		archive_read_free(work.archive);
	members_writer_done(&work.writer);
	buffer_done(&work.container);
	buffer_done(&work.name);
	string_map_done(&work.names);
	uselocale(before);
	freelocale(utf8);
	return result;
}
