/* root_name.h: the name of an input in the dataset when another has it already: "docs~2", "README~2.md". Pure. */
#ifndef DOCRING_COORDINATOR_ROOT_NAME_H
#define DOCRING_COORDINATOR_ROOT_NAME_H

#include "base/buffer.h"

#include <stdbool.h>

/* Appends `name` as the copy-th of its kind; the first is the name itself. A file keeps its ending. */
void root_name_append(struct buffer *out, const char *name, bool is_file, unsigned copy);

#endif
