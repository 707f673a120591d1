#define _GNU_SOURCE
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* By position where the file has one: descriptors passed to several processes share theirs, and each must get all of it. */
static ssize_t read_at(int fd, void *place, size_t bytes, off_t position)
{
	ssize_t got = pread(fd, place, bytes, position);

	return got < 0 && errno == ESPIPE ? read(fd, place, bytes) : got;
}

int file_read_fd(int fd, const char *name, struct buffer *out, struct error_text *error)
{
	enum { STEP_BYTES = 64 * 1024 };

	for (off_t position = 0;;) {
		char beyond = 0;
		bool full = out->bytes == out->bytes_max;
		size_t step = size_min(STEP_BYTES, out->bytes_max - out->bytes);
		char *place = full ? &beyond : buffer_reserve(out, step);
		if (!place)
			return error_set(error, out->status, "%s: %s", name, error_describe(out->status));
		ssize_t got = read_at(fd, place, full ? 1 : step, position);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, -errno, "%s: cannot read: %s", name, strerror(errno));
		if (got == 0)
			return 0;
		if (full)
			return error_set(error, ERROR_LIMIT_HIT, "%s: larger than the limit of %zu bytes", name, out->bytes_max);
		buffer_commit(out, (size_t)got);
		position += got;
	}
}

int file_read(const char *path, struct buffer *out, struct error_text *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set(error, -errno, "%s: cannot open: %s", path, strerror(errno));
	int status = file_read_fd(fd, path, out, error);
	close(fd);
	return status;
}

int file_write_fd(int fd, const void *data, size_t bytes)
{
	const char *from = data;

	while (bytes > 0) {
		ssize_t written = write(fd, from, bytes);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		from += written;
		bytes -= (size_t)written;
	}
	return 0;
}

int file_replace(const char *path, struct text content, struct error_text *error)
{
	char temporary[PATH_MAX];

	if (snprintf(temporary, sizeof(temporary), "%s.tmp", path) >= (int)sizeof(temporary))
		return error_set(error, -ENAMETOOLONG, "%s: the path is too long", path);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_set(error, -errno, "%s: cannot create: %s", temporary, strerror(errno));
	int status = file_write_fd(fd, content.data, content.bytes);
	if (status == 0 && fsync(fd) < 0)
		status = -errno;
	if (close(fd) < 0 && status == 0)
		status = -errno;
	if (status == 0 && rename(temporary, path) < 0)
		status = -errno;
	if (status < 0) {
		unlink(temporary);
		return error_set(error, status, "%s: cannot write: %s", path, strerror(-status));
	}
	return 0;
}

int file_sync_folder(const char *path, struct error_text *error)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status = folder < 0 || fsync(folder) < 0 ? -errno : 0;

	if (folder >= 0)
		close(folder);
	return status < 0 && status != -EINVAL && status != -EACCES ? error_set(error, status, "%s: cannot be put on disk: %s", path, strerror(-status)) : 0;
}

/* The slash before the last part of the path, which may end in slashes; NULL: there is no folder above it. */
static char *last_slash(char *path)
{
	size_t bytes = strlen(path);

	while (bytes > 1 && path[bytes - 1] == '/')
		path[--bytes] = '\0';
	char *slash = strrchr(path, '/');
	return slash == path ? NULL : slash;
}

static int make_folder(const char *path, struct error_text *error)
{
	struct stat known;

	if (mkdir(path, 0777) == 0)
		return 0;
	int failed = errno;
	if (failed == ENOENT)
		return -ENOENT; /* one above it is missing: no message yet */
	if (failed == EEXIST && stat(path, &known) == 0)
		return S_ISDIR(known.st_mode) ? 0 : error_set(error, -ENOTDIR, "%s: it is a file, and a folder is needed", path);
	return error_set(error, -failed, "%s: cannot make the folder: %s", path, strerror(failed));
}

int file_make_folders(const char *path, struct error_text *error)
{
	char partial[PATH_MAX];
	size_t bytes = strlen(path);

	if (bytes >= sizeof(partial))
		return error_set(error, -ENAMETOOLONG, "%s: the path is too long", path);
	memcpy(partial, path, bytes + 1);
	int status = make_folder(partial, error); /* most often only the last one is missing: upwards to what is there, and down again */
	for (char *slash; status == -ENOENT && (slash = last_slash(partial));) {
		*slash = '\0';
		status = make_folder(partial, error);
	}
	while (status == 0 && strlen(partial) < bytes) {
		partial[strlen(partial)] = '/';
		status = make_folder(partial, error);
	}
	return status == -ENOENT ? error_set(error, -ENOENT, "%s: cannot make the folder: %s", path, strerror(ENOENT)) : status;
}
