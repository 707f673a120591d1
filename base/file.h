/* file.h: whole small files: configuration, domain packs, one document of the one-document tools. Documents of a run do
 * not come this way; io_uring brings them into the ring. */
#ifndef DOCRING_BASE_FILE_H
#define DOCRING_BASE_FILE_H

#include "base/buffer.h"
#include "base/error.h"

/* Appends the whole file to `out` (its bytes_max is the limit). The message names the file and what to do. */
int file_read(const char *path, struct buffer *out, struct error_text *error) WARN_UNUSED;
/* The same of an open file, from its start whatever its position is; of a pipe, what is left in it. */
int file_read_fd(int fd, const char *name, struct buffer *out, struct error_text *error) WARN_UNUSED;

/* All of `data`, over short writes and EINTR. */
int file_write_fd(int fd, const void *data, size_t bytes) WARN_UNUSED;

/* Writes path.tmp, fsyncs, renames over path: the file is whole or absent. */
int file_replace(const char *path, struct text content, struct error_text *error) WARN_UNUSED;

/* Puts a folder's entries on disk: files made, renamed or removed in it. A file system that has no sync for folders is no error,
 * nor is a folder that may not be read. */
int file_sync_folder(const char *path, struct error_text *error) WARN_UNUSED;

/* mkdir -p. 0, or -errno with the message naming the folder that could not be made. */
int file_make_folders(const char *path, struct error_text *error) WARN_UNUSED;

#endif
