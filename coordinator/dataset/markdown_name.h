/* markdown_name.h: where the Markdown of a document lies in the dataset: "markdown/" and its name as a path, archives as folders. Every
 * name is valid UTF-8, fits a file system, and is given once. Pure; one thread. */
#ifndef DOCRING_COORDINATOR_DATASET_MARKDOWN_NAME_H
#define DOCRING_COORDINATOR_DATASET_MARKDOWN_NAME_H

#include "base/buffer.h"
#include "base/string_map.h"

struct markdown_names {
	struct string_map taken; /* files, and the folders that they lie in */
};

void markdown_names_init(struct markdown_names *names);
void markdown_names_done(struct markdown_names *names);

/* Appends the name. One that another document has, or that would lie in another's file, becomes "markdown/HASH.md". -ENOMEM. */
int markdown_names_take(struct markdown_names *names, const char *container, const char *source, struct buffer *out) WARN_UNUSED;

#endif
