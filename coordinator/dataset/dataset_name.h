/* dataset_name.h: where what belongs to a document lies in the dataset: below a folder ("markdown", "images", "tables") under the document's name
 * as a path, archives as folders. Every name is valid UTF-8, fits a file system, and is given once. Pure; one thread. */
#ifndef DOCRING_COORDINATOR_DATASET_DATASET_NAME_H
#define DOCRING_COORDINATOR_DATASET_DATASET_NAME_H

#include "base/buffer.h"
#include "base/string_map.h"

struct dataset_names {
	struct string_map taken; /* files, and the folders that they lie in */
};

void dataset_names_init(struct dataset_names *names);
void dataset_names_done(struct dataset_names *names);

/* Appends "FOLDER/CONTAINER/SOURCE" and `suffix` (".md", "/table-001.csv"). A name that is too long, that another file has, or that would lie
 * in another file becomes "FOLDER/HASH" and `hash_suffix`, which is `suffix` but where that is a part of the name already (an image file's). -ENOMEM. */
int dataset_names_take(struct dataset_names *names, const char *folder, const char *container, const char *source, const char *suffix,
		       const char *hash_suffix, struct buffer *out) WARN_UNUSED;

/* Is there a file of that name? */
bool dataset_names_have(const struct dataset_names *names, struct text name);

#endif
