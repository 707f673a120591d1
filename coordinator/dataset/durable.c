#define _GNU_SOURCE
#include "coordinator/dataset/durable.h"

#include "ipc/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SYNC_TIMEOUT_MS = 600000,
	ONE_BY_ONE_MAX = 256, /* more than so many cost more than what other programs may have written */
};

struct syncing { /* one pass */
	struct uring *uring;
	struct error_text *error;
	int status;
};

struct one {
	struct syncing *syncing;
	int file;
	char path[];
};

static int fail(struct syncing *syncing, const char *path, int status)
{
	if (syncing->status == 0)
		syncing->status = error_set(syncing->error, status, "%s: cannot be put on disk: %s", path, strerror(-status));
	return syncing->status;
}

static void synced(void *context, int64_t result)
{
	struct one *one = context;

	close(one->file);
	if (result < 0 && result != -EINVAL) /* a file system that has no sync for folders */
		(void)fail(one->syncing, one->path, (int)result);
	free(one);
}

/* As many at once as the queue holds: the disk then takes one flush for many of them. */
static int sync_one(struct syncing *syncing, const char *path)
{
	struct one *one = malloc(sizeof(*one) + strlen(path) + 1);

	if (!one)
		return fail(syncing, path, -ENOMEM);
	one->syncing = syncing;
	memcpy(one->path, path, strlen(path) + 1);
	one->file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int status = one->file < 0 ? -errno : FAULT_POINT("durable_sync");
	if (status == 0 && uring_room(syncing->uring) == 0)
		status = uring_wait_idle(syncing->uring, SYNC_TIMEOUT_MS);
	if (status == 0)
		status = uring_sync(syncing->uring, one->file, synced, one);
	if (status == 0)
		return syncing->status;
	if (one->file >= 0)
		close(one->file);
	free(one);
	return fail(syncing, path, status);
}

static int sync_everything(struct syncing *syncing, const char *folder)
{
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status = file < 0 ? -errno : FAULT_POINT("durable_sync");

	if (status == 0 && syncfs(file) < 0)
		status = -errno;
	if (file >= 0)
		close(file);
	return status < 0 ? fail(syncing, folder, status) : 0;
}

int durable_sync_tree(struct uring *uring, const char *folder, size_t file_count, struct error_text *error)
{
	struct syncing syncing = { .uring = uring, .error = error };

	if (file_count > ONE_BY_ONE_MAX)
		return sync_everything(&syncing, folder);
	char *root = strdup(folder), *const roots[] = { root, NULL };
	FTS *tree = root ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL) : NULL;
	int status = tree ? 0 : fail(&syncing, folder, root ? -errno : -ENOMEM);

	for (FTSENT *entry; status == 0 && (entry = fts_read(tree));) {
		if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR)
			status = fail(&syncing, entry->fts_path, -entry->fts_errno);
		else if (entry->fts_info != FTS_D) /* a folder's turn is behind what is in it */
			status = sync_one(&syncing, entry->fts_path);
	}
	if (tree)
		fts_close(tree);
	free(root);
	while (uring_wait_idle(uring, SYNC_TIMEOUT_MS) < 0)
		; /* the syncs still on their way name `syncing` */
	return status < 0 ? status : syncing.status;
}
