/* record_log.h: the newest replies of one process, before they are in the table `calls` (record.h): a file beside the database, mapped into
 * memory where that can be, so that a reply costs no system call, where a transaction of its own would take some fourteen. It holds about a second's worth; record.c folds it into
 * the table. Private to record.c.
 *
 * The file is its process's alone, which keeps it locked (flock). Whoever gets the lock of another one knows that its process is gone, and takes over what is
 * in it. An entry that a kill cut off in the middle is none: its call had not returned, so nothing was made of it. */
#ifndef DOCRING_WORKERS_MODEL_RECORD_LOG_H
#define DOCRING_WORKERS_MODEL_RECORD_LOG_H

#include "workers/model/record.h"

struct record_log_entry {
	struct record_key key;
	struct record_row row;
	int64_t answered_s;
};

struct record_log;
/* Can files beside the database be mapped without danger? Where a file system writes in place, blocks that were allocated stay, and a full disk is an error
 * when the log grows. Where it copies on write (btrfs, ZFS), or is on another machine, a full disk would be a signal. */
bool record_log_can_map(const char *database_path);
/* Makes no file before there is something to write. maps: the file is mapped; else each entry is written to it. */
int record_log_create(struct record_log **ret_log, const char *database_path, bool maps) WARN_UNUSED;
/* Removes the file when nothing is in it; else the next one who adopts logs has it. */
void record_log_destroy(struct record_log *log);
/* All of it or nothing. When it returns 0 the entry outlives kill -9 of every process. */
int record_log_append(struct record_log *log, const struct record_log_entry *entry, struct error_text *error) WARN_UNUSED;
/* What was appended since the last clearing: entries for record_log_next. Valid until the next append. */
struct text record_log_view(const struct record_log *log);
int record_log_clear(struct record_log *log, struct error_text *error) WARN_UNUSED;

/* The next of the entries, with texts that point into them; false at their end, or at what is not one of them whole. */
bool record_log_next(struct text *entries, struct record_log_entry *ret_entry);

/* `take` is given the entries of each process that is gone; when it returns 0 the file is removed. */
typedef int record_log_take(void *context, struct text entries, struct error_text *error);
int record_log_adopt(const char *database_path, record_log_take *take, void *context, struct error_text *error) WARN_UNUSED;

#endif
