/* record_log.c: see record_log.h. An entry is a head, a body of fixed size and its texts, each with its NUL. */
#include "workers/model/record_log.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum {
	LOG_BYTES_MAX = 256 << 20,  /* of one process; far more than record.c lets come together */
	KEPT_BYTES_MAX = 4 << 20,   /* of memory, when it was emptied */
	FILES_OF_PROCESS_MAX = 64,
	TEXTS = 7,
	NUMBERS = 7,
};
#define ENTRY_MAGIC 0x31676C63u /* "clg1": entries of another form are none */
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
_Static_assert(sizeof(struct entry_head) == 16 && sizeof(struct entry_body) == 120, "no gaps");

struct record_log {
	char *database_path, *path; /* path: NULL as long as there is no file */
	int descriptor;             /* locked; -1: none */
	struct buffer entries;      /* what is in the file */
};

/* --- entries -------------------------------------------------------------------------------------------------------- */

static void append_entry(const struct record_log_entry *entry, struct buffer *out)
{
	const struct record_row *row = &entry->row;
	const struct text texts[TEXTS] = { text_from(row->model), text_from(row->family), text_from(row->outcome), text_from(row->reason), text_from(row->place),
					   row->reply, row->thinking };
	struct entry_body body = {
		.key = entry->key, .document = row->document,
		.numbers = { row->prompt_tokens, row->completion_tokens, row->cached_tokens, row->duration_ms, row->attempts, row->rung, entry->answered_s },
	};
	struct entry_head head = { .magic = ENTRY_MAGIC };
	size_t start = out->bytes;

	buffer_append(out, &head, sizeof(head));
	for (size_t i = 0; i < TEXTS; i++)
		body.text_bytes[i] = (uint32_t)size_min(texts[i].bytes, UINT32_MAX);
	buffer_append(out, &body, sizeof(body));
	for (size_t i = 0; i < TEXTS; i++) {
		buffer_append(out, texts[i].bytes ? texts[i].data : "", body.text_bytes[i]);
		buffer_append_byte(out, '\0');
	}
	if (out->status)
		return;
	head.body_bytes = (uint32_t)(out->bytes - start - sizeof(head));
	head.hash = XXH3_64bits(out->data + start + sizeof(head), head.body_bytes);
	memcpy(out->data + start, &head, sizeof(head));
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
			 .attempts = body.numbers[4], .rung = body.numbers[5] },
	};
	*entries = text_slice(*entries, sizeof(head) + head.body_bytes, entries->bytes);
	return true;
}

/* --- the file of this process --------------------------------------------------------------------------------------- */

int record_log_create(struct record_log **ret_log, const char *database_path)
{
	struct record_log *log = calloc(1, sizeof(*log));

	if (!log || !(log->database_path = strdup(database_path))) {
		free(log);
		return -ENOMEM;
	}
	log->descriptor = -1;
	buffer_init(&log->entries, LOG_BYTES_MAX);
	*ret_log = log;
	return 0;
}

void record_log_destroy(struct record_log *log)
{
	if (!log)
		return;
	if (log->path && log->entries.bytes == 0)
		(void)unlink(log->path);
	if (log->descriptor >= 0)
		close(log->descriptor);
	buffer_done(&log->entries);
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

static int write_at(int descriptor, const char *data, size_t bytes, size_t at)
{
	for (size_t done = 0; done < bytes;) {
		ssize_t count = pwrite(descriptor, data + done, bytes - done, (off_t)(at + done));
		if (count < 0 && errno != EINTR)
			return -errno;
		if (count == 0)
			return -ENOSPC;
		done += count > 0 ? (size_t)count : 0;
	}
	return 0;
}

int record_log_append(struct record_log *log, const struct record_log_entry *entry, struct error_text *error)
{
	size_t start = log->entries.bytes;
	int status = log->descriptor >= 0 ? 0 : make_file(log, error);

	if (status < 0)
		return status;
	append_entry(entry, &log->entries);
	status = log->entries.status;
	if (status == 0)
		status = write_at(log->descriptor, log->entries.data + start, log->entries.bytes - start, start);
	if (status == 0)
		return 0;
	log->entries.status = 0;
	buffer_truncate(&log->entries, start);
	(void)!ftruncate(log->descriptor, (off_t)start); /* what is left of it is no entry */
	return error_set(error, status, "%s: cannot write: %s", log->path, error_describe(status));
}

struct text record_log_view(const struct record_log *log)
{
	return buffer_view(&log->entries);
}

int record_log_clear(struct record_log *log, struct error_text *error)
{
	if (log->entries.capacity_bytes > KEPT_BYTES_MAX) {
		buffer_done(&log->entries);
		buffer_init(&log->entries, LOG_BYTES_MAX);
	}
	buffer_clear(&log->entries);
	if (log->descriptor >= 0 && ftruncate(log->descriptor, 0) < 0)
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
