/* record_log.c: see record_log.h. An entry is a head, a body of fixed size and its texts, each with its NUL; behind the last one is room for a head, and it
 * is zero. The order in which the parts of an entry come into the file does not matter: its hash says whether it is whole. */
#define _GNU_SOURCE
#include "workers/model/record_log.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <xxhash.h>

enum {
	LOG_BYTES_MAX = 256 << 20,  /* of one process; far more than record.c lets come together */
	STEP_BYTES = 256 << 10,     /* by which it grows: several seconds' worth at 50 replies a second */
	KEPT_BYTES_MAX = 4 << 20,   /* of it, when it was emptied */
	FILES_OF_PROCESS_MAX = 64,
	TEXTS = 7,
	NUMBERS = 9,
};
#define ENTRY_MAGIC 0x32676C63u /* "clg2": entries of another form are none */
#define FILE_NAME "-calls-"     /* run.db-calls-PID-N */

struct entry_head {
	uint32_t magic, body_bytes;
	uint64_t hash; /* XXH3 of the body */
};
struct entry_body {
	struct record_key key, document;
	int64_t numbers[NUMBERS];
	uint32_t text_bytes[TEXTS];
	uint32_t padding;
};
_Static_assert(sizeof(struct entry_head) == 16 && sizeof(struct entry_body) == 136, "no gaps");

struct record_log {
	char *database_path, *path; /* path: NULL as long as there is no file */
	int descriptor;             /* locked; -1: none */
	bool maps;                  /* else `file` is a copy of it, and what changes is written */
	char *file;                 /* all of it; NULL: nothing yet */
	size_t file_bytes, bytes;   /* bytes: of entries */
};

/* --- entries -------------------------------------------------------------------------------------------------------- */

/* In the order of struct entry_body's text_bytes. */
static void list_texts(const struct record_row *row, struct text ret_texts[TEXTS])
{
	const struct text texts[TEXTS] = { text_from(row->model), text_from(row->family), text_from(row->outcome), text_from(row->reason), text_from(row->place),
					   row->reply, row->thinking };
	memcpy(ret_texts, texts, sizeof(texts));
}

static size_t count_bytes(const struct text texts[TEXTS])
{
	size_t bytes = sizeof(struct entry_head) + sizeof(struct entry_body);
	for (size_t i = 0; i < TEXTS; i++)
		bytes += size_min(texts[i].bytes, LOG_BYTES_MAX) + 1;
	return bytes;
}

static void write_entry(const struct record_log_entry *entry, const struct text texts[TEXTS], size_t bytes, char *place)
{
	const struct record_row *row = &entry->row;
	struct entry_body body = {
		.key = entry->key, .document = row->document,
		.numbers = { row->prompt_tokens, row->completion_tokens, row->cached_tokens, row->duration_ms, row->attempts, row->rung, entry->answered_s,
			     (int64_t)row->asked_under, (int64_t)row->process },
	};
	struct entry_head head = { .magic = ENTRY_MAGIC, .body_bytes = (uint32_t)(bytes - sizeof(head)) };
	char *at = place + sizeof(head) + sizeof(body);

	for (size_t i = 0; i < TEXTS; i++) {
		body.text_bytes[i] = (uint32_t)texts[i].bytes;
		if (texts[i].bytes)
			memcpy(at, texts[i].data, texts[i].bytes);
		at += texts[i].bytes;
		*at++ = '\0';
	}
	memcpy(place + sizeof(head), &body, sizeof(body));
	head.hash = XXH3_64bits(place + sizeof(head), head.body_bytes);
	memcpy(place, &head, sizeof(head));
}

/* The texts behind a body. False when they are not what it says. */
static bool split_texts(const struct entry_body *body, struct text rest, struct text ret_texts[TEXTS])
{
	for (size_t i = 0; i < TEXTS; i++) {
		size_t bytes = body->text_bytes[i];
		if (bytes >= rest.bytes || rest.data[bytes] != '\0')
			return false;
		ret_texts[i] = text_slice(rest, 0, bytes);
		rest = text_slice(rest, bytes + 1, rest.bytes);
	}
	return rest.bytes == 0;
}

bool record_log_next(struct text *entries, struct record_log_entry *ret_entry)
{
	struct entry_head head;
	struct entry_body body;
	struct text texts[TEXTS];

	if (entries->bytes < sizeof(head))
		return false;
	memcpy(&head, entries->data, sizeof(head));
	if (head.magic != ENTRY_MAGIC || head.body_bytes < sizeof(body) || head.body_bytes > entries->bytes - sizeof(head))
		return false;
	struct text all = text_slice(*entries, sizeof(head), sizeof(head) + head.body_bytes);
	if (XXH3_64bits(all.data, all.bytes) != head.hash)
		return false;
	memcpy(&body, all.data, sizeof(body));
	if (!split_texts(&body, text_slice(all, sizeof(body), all.bytes), texts))
		return false;
	*ret_entry = (struct record_log_entry){
		.key = body.key, .answered_s = body.numbers[6],
		.row = { .model = texts[0].data, .family = texts[1].data, .outcome = texts[2].data, .reason = texts[3].data, .place = texts[4].data,
			 .reply = texts[5], .thinking = texts[6], .document = body.document, .prompt_tokens = body.numbers[0],
			 .completion_tokens = body.numbers[1], .cached_tokens = body.numbers[2], .duration_ms = body.numbers[3],
			 .attempts = body.numbers[4], .rung = body.numbers[5], .asked_under = (uint64_t)body.numbers[7],
			 .process = (uint64_t)body.numbers[8] },
	};
	*entries = text_slice(*entries, sizeof(head) + head.body_bytes, entries->bytes);
	return true;
}

/* --- the file of this process --------------------------------------------------------------------------------------- */

bool record_log_can_map(const char *database_path)
{
	static const long in_place[] = { 0xEF53 /* ext2 to ext4 */, 0x58465342 /* XFS */, 0x01021994 /* tmpfs */ };
	struct statfs facts;

	if (statfs(database_path, &facts) < 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(in_place); i++)
		if ((long)facts.f_type == in_place[i])
			return true;
	return false;
}

int record_log_create(struct record_log **ret_log, const char *database_path, bool maps)
{
	struct record_log *log = calloc(1, sizeof(*log));

	if (!log || !(log->database_path = strdup(database_path))) {
		free(log);
		return -ENOMEM;
	}
	log->descriptor = -1;
	log->maps = maps;
	*ret_log = log;
	return 0;
}

void record_log_destroy(struct record_log *log)
{
	if (!log)
		return;
	if (log->path && log->bytes == 0)
		(void)unlink(log->path);
	if (log->file)
		(void)munmap(log->file, log->file_bytes);
	if (log->descriptor >= 0)
		close(log->descriptor);
	free(log->database_path);
	free(log->path);
	free(log);
}

/* The lock of an open file that still has its name and `empty`: nothing in it. 1, 0 when another one has it, or negative. */
static int lock(int descriptor, bool empty)
{
	struct stat facts;

	if (flock(descriptor, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? 0 : -errno;
	if (fstat(descriptor, &facts) < 0)
		return -errno;
	return facts.st_nlink > 0 && !(empty && facts.st_size > 0);
}

static int make_file(struct record_log *log, struct error_text *error)
{
	char path[PATH_MAX];
	int status = 0;

	for (int i = 0; i < FILES_OF_PROCESS_MAX && status == 0; i++) {
		if (snprintf(path, sizeof(path), "%s%s%ld-%d", log->database_path, FILE_NAME, (long)getpid(), i) >= (int)sizeof(path))
			return error_set(error, -ENAMETOOLONG, "%s: the path is too long", log->database_path);
		int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		status = descriptor < 0 ? -errno : lock(descriptor, true);
		if (status == 1 && (log->path = strdup(path))) {
			log->descriptor = descriptor;
			return 0;
		}
		if (descriptor >= 0)
			close(descriptor);
		status = status == 1 ? -ENOMEM : status;
	}
	status = status ? status : -EBUSY;
	return error_set(error, status, "%s%s…: cannot make the log of model calls: %s", log->database_path, FILE_NAME, error_describe(status));
}

/* The disk's blocks are there before anything is written through the mapping, so that a full disk is an error here and no signal there. */
static int make_room(struct record_log *log, size_t bytes)
{
	size_t wanted = (bytes + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
	int status = 0;

	if (bytes <= log->file_bytes)
		return 0;
	do
		status = log->maps ? posix_fallocate(log->descriptor, (off_t)log->file_bytes, (off_t)(wanted - log->file_bytes)) : 0;
	while (status == EINTR);
	if (status)
		return -status;
	char *file = log->file ? mremap(log->file, log->file_bytes, wanted, MREMAP_MAYMOVE) :
				 mmap(NULL, wanted, PROT_READ | PROT_WRITE, log->maps ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, log->maps ? log->descriptor : -1, 0);
	if (file == MAP_FAILED)
		return -errno;
	log->file = file;
	log->file_bytes = wanted;
	return 0;
}

/* What changed comes to the file, where that is not mapped. */
static int save(const struct record_log *log, size_t start, size_t bytes)
{
	while (!log->maps && bytes > 0) {
		ssize_t written = pwrite(log->descriptor, log->file + start, bytes, (off_t)start);
		if (written < 0 && errno != EINTR)
			return -errno;
		start += written > 0 ? (size_t)written : 0;
		bytes -= written > 0 ? (size_t)written : 0;
	}
	return 0;
}

int record_log_append(struct record_log *log, const struct record_log_entry *entry, struct error_text *error)
{
	struct text texts[TEXTS];
	int status = log->descriptor >= 0 ? 0 : make_file(log, error);

	if (status < 0)
		return status;
	list_texts(&entry->row, texts);
	size_t bytes = count_bytes(texts), end = log->bytes + bytes + sizeof(struct entry_head);
	status = end <= LOG_BYTES_MAX ? make_room(log, end) : ERROR_LIMIT_HIT;
	if (status == 0) {
		memset(log->file + log->bytes + bytes, 0, sizeof(struct entry_head)); /* what was there before the last clearing is no entry */
		write_entry(entry, texts, bytes, log->file + log->bytes);
		status = save(log, log->bytes, bytes + sizeof(struct entry_head));
	}
	if (status < 0)
		return error_set(error, status, "%s: cannot write: %s", log->path, error_describe(status));
	log->bytes += bytes;
	return 0;
}

struct text record_log_view(const struct record_log *log)
{
	return (struct text){ log->file ? log->file : "", log->bytes };
}

int record_log_clear(struct record_log *log, struct error_text *error)
{
	log->bytes = 0;
	if (!log->file)
		return 0;
	memset(log->file, 0, sizeof(struct entry_head));
	if (log->file_bytes <= KEPT_BYTES_MAX) {
		int status = save(log, 0, sizeof(struct entry_head));
		return status < 0 ? error_set(error, status, "%s: cannot write: %s", log->path, error_describe(status)) : 0;
	}
	(void)munmap(log->file, log->file_bytes);
	log->file = NULL;
	log->file_bytes = 0;
	if (ftruncate(log->descriptor, 0) < 0)
		return error_set(error, -errno, "%s: cannot be emptied: %s", log->path, strerror(errno));
	return 0;
}

/* --- the files of others -------------------------------------------------------------------------------------------- */

/* A file of a process that may be gone. */
static int adopt_file(const char *path, record_log_take *take, void *context, struct error_text *error)
{
	struct buffer entries;
	int descriptor = open(path, O_RDWR | O_CLOEXEC);

	if (descriptor < 0)
		return errno == ENOENT ? 0 : error_set(error, -errno, "%s: cannot be read: %s", path, strerror(errno));
	buffer_init(&entries, LOG_BYTES_MAX);
	int locked = lock(descriptor, false);
	int status = locked < 0 ? error_set(error, locked, "%s: cannot be locked: %s", path, error_describe(locked)) : 0;
	if (locked == 1) {
		status = file_read_fd(descriptor, path, &entries, error);
		if (status == 0)
			status = take(context, buffer_view(&entries), error);
		if (status == 0)
			(void)unlink(path);
	}
	buffer_done(&entries);
	close(descriptor);
	return status;
}

int record_log_adopt(const char *database_path, record_log_take *take, void *context, struct error_text *error)
{
	const char *slash = strrchr(database_path, '/'), *name = slash ? slash + 1 : database_path;
	size_t folder_bytes = (size_t)(name - database_path), name_bytes = strlen(name);
	char path[PATH_MAX];
	struct dirent *entry;
	int status = 0;

	snprintf(path, sizeof(path), "%.*s", (int)folder_bytes, database_path);
	DIR *folder = opendir(folder_bytes ? path : ".");
	if (!folder)
		return error_set(error, -errno, "%s: cannot be read: %s", folder_bytes ? path : ".", strerror(errno));
	while (status == 0 && (entry = readdir(folder))) {
		if (strncmp(entry->d_name, name, name_bytes) != 0 || strncmp(entry->d_name + name_bytes, FILE_NAME, strlen(FILE_NAME)) != 0)
			continue;
		if (snprintf(path, sizeof(path), "%.*s%s", (int)folder_bytes, database_path, entry->d_name) < (int)sizeof(path))
			status = adopt_file(path, take, context, error);
	}
	closedir(folder);
	return status;
}
