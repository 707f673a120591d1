#define _GNU_SOURCE
#include "coordinator/dataset/staging.h"

#include "base/file.h"
#include "ipc/fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int list(struct staging *staging, const char *name, const char *hash, uint64_t bytes, uint64_t records)
{
	int status = manifest_add(&staging->manifest, name, hash, bytes, records);
	return status < 0 ? error_set(staging->error, status, "out of memory") : 0;
}

int staging_put(struct staging *staging, const char *name, struct text content, uint64_t records, char ret_hash[OUTPUT_HASH_HEX_BYTES])
{
	char hash[OUTPUT_HASH_HEX_BYTES];
	int status = output_file_put(staging->uring, staging->folder, name, content, hash, staging->error);

	if (status < 0)
		return status;
	if (ret_hash)
		memcpy(ret_hash, hash, sizeof(hash));
	return list(staging, name, hash, content.bytes, records);
}

static int make_folder_of(struct staging *staging, char *path)
{
	char *last = strrchr(path, '/');

	*last = '\0';
	int status = file_make_folders(path, staging->error);
	*last = '/';
	return status;
}

int staging_link(struct staging *staging, const char *other, const char *name, const char *hash, uint64_t bytes)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (snprintf(from, sizeof(from), "%s/%s", staging->folder, other) >= (int)sizeof(from) ||
	    snprintf(to, sizeof(to), "%s/%s", staging->folder, name) >= (int)sizeof(to))
		return error_set(staging->error, -ENAMETOOLONG, "%s/%s: the path is too long", staging->folder, name);
	FAULT_POINT("staging_link");
	int failed = link(from, to) < 0 ? errno : 0;
	if (failed == ENOENT) {
		int status = make_folder_of(staging, to);
		if (status < 0)
			return status;
		failed = link(from, to) < 0 ? errno : 0;
	}
	if (failed == EPERM || failed == EMLINK || failed == EXDEV || failed == ENOSYS || failed == EOPNOTSUPP || failed == EACCES)
		return -EOPNOTSUPP;
	if (failed)
		return error_set(staging->error, -failed, "%s: cannot create: %s", to, strerror(failed));
	return list(staging, name, hash, bytes, 0);
}
