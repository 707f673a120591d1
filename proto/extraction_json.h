/* extraction_json.h: one document and what rules and models found in it, in the shape that LangExtract's tools read: one line of JSON without
 * "\n". Offsets count code points of `text`, which is the converted Markdown. */
#ifndef DOCRING_PROTO_EXTRACTION_JSON_H
#define DOCRING_PROTO_EXTRACTION_JSON_H

#include "proto/conversation.h"

/* `set`: the document's conversations, for the items that models named; or NULL. */
void extraction_json_append(const struct document *document, const struct conversation_set *set, struct text source_file, struct text source_zip, struct buffer *out);

#endif
