/* staging.h: the folder in which a dataset is written before it takes the place of the last one, and the manifest that lists its files. */
#ifndef DOCRING_COORDINATOR_DATASET_STAGING_H
#define DOCRING_COORDINATOR_DATASET_STAGING_H

#include "coordinator/dataset/manifest.h"

#include <limits.h>

struct staging { /* one finalisation */
	struct uring *uring;
	struct error_text *error;
	struct manifest manifest;
	char folder[PATH_MAX];
};

/* Writes a whole file and lists it. `ret_hash` may be NULL. */
int staging_put(struct staging *staging, const char *name, struct text content, uint64_t records, char ret_hash[OUTPUT_HASH_HEX_BYTES]) WARN_UNUSED;
/* The file `name` with the bytes of the file `other` that was put before (its hash and length are the caller's): a hard link, or where the file
 * system has none, -EOPNOTSUPP and nothing is there. */
int staging_link(struct staging *staging, const char *other, const char *name, const char *hash, uint64_t bytes) WARN_UNUSED;

#endif
