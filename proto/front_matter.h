/* front_matter.h: the YAML front matter of a converted document, with its "---" lines. Values are quoted so that any YAML reader
 * gets them back. */
#ifndef DOCRING_PROTO_FRONT_MATTER_H
#define DOCRING_PROTO_FRONT_MATTER_H

#include "proto/document.h"

void front_matter_append(const struct document *document, struct text source_file, struct text source_zip, struct buffer *out);

#endif
