/* archive.h: one step of expanding an archive (ZIP, tar, compressed tar, a single compressed document) into a members block. */
#ifndef DOCRING_WORKERS_PREPROCESS_ARCHIVE_H
#define DOCRING_WORKERS_PREPROCESS_ARCHIVE_H

#include "workers/common/worker.h"

/* Fills task->out with members of the archive in task->input from entry task->descriptor.argument on, whole members only, and
 * says in the block where to go on. A member that cannot be had (encrypted, damaged, too large, bad ratio, too deep) is listed
 * with the reason and the others still come; an archive cut off in the middle gives what is whole.
 * Returns the bytes used (≥ 0); ERROR_NEEDS_SPACE with *ret_needed_bytes when the first member at the cursor does not fit the
 * extent; ERROR_INPUT_REJECTED with the reason when nothing of it can be read; -ENOMEM. */
int64_t archive_expand(const struct settings *settings, const struct worker_task *task, size_t *ret_needed_bytes,
		       struct error_text *error);

#endif
