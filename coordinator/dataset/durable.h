/* durable.h: what was written below a folder, put on disk: every file, and every folder that names one.
 *
 * A few files are synced by themselves, side by side through the ring. Thousands of small ones cost a flush of the disk each that way: then
 * the file system is synced as a whole (syncfs), which takes what other programs have written along
 * (docs/decisions/what-counts-as-done.md has the measurements). */
#ifndef DOCRING_COORDINATOR_DATASET_DURABLE_H
#define DOCRING_COORDINATOR_DATASET_DURABLE_H

#include "base/error.h"
#include "ipc/uring.h"

/* file_count: about how many files there are. The message names the first one that could not be synced. Nothing else may be under way in
 * `uring`. */
int durable_sync_tree(struct uring *uring, const char *folder, size_t file_count, struct error_text *error) WARN_UNUSED;

#endif
