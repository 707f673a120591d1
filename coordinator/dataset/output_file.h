/* output_file.h: one file of the dataset on its way to disk: appended in large pieces by io_uring, hashed as it goes (SHA-256), renamed
 * into place when whole. */
#ifndef DOCRING_COORDINATOR_DATASET_OUTPUT_FILE_H
#define DOCRING_COORDINATOR_DATASET_OUTPUT_FILE_H

#include "base/buffer.h"
#include "base/error.h"
#include "ipc/uring.h"

#include <limits.h>
#include <stdint.h>

enum { OUTPUT_HASH_HEX_BYTES = 65 };

struct output_file {
	struct uring *uring;
	struct buffer pending; /* what the caller appends to, then output_file_flush */
	char path[PATH_MAX];   /* final place */
	int file;
	uint64_t offset;       /* handed to io_uring */
	unsigned in_flight;
	int status;
	void *digest;
	uint64_t records;      /* the caller's count, for the manifest */
};

/* Opens `folder`/`name`.part; folders in `name` are made. */
int output_file_open(struct output_file *out, struct uring *uring, const char *folder, const char *name, struct error_text *error) WARN_UNUSED;
/* Hands the pending bytes over when there are enough of them; cheap to call after every row. */
int output_file_flush(struct output_file *out, struct error_text *error) WARN_UNUSED;
/* Writes the rest, renames. ret_hash: lower-case hex. On failure the unfinished file is removed. */
int output_file_finish(struct output_file *out, char ret_hash[OUTPUT_HASH_HEX_BYTES], struct error_text *error) WARN_UNUSED;
/* A file in one go, straight under its name: for folders that nobody reads yet. Folders in `name` are made. ret_hash as above. */
int output_file_put(struct uring *uring, const char *folder, const char *name, struct text content, char ret_hash[OUTPUT_HASH_HEX_BYTES],
		    struct error_text *error) WARN_UNUSED;
void output_file_abandon(struct output_file *out); /* NULL-safe, also after finish */

#endif
