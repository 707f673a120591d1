/* tool_document.h: a file as the document that a run would make of it, for tools that people who work on docring call with files. */
#ifndef DOCRING_TESTS_TOOLS_TOOL_DOCUMENT_H
#define DOCRING_TESTS_TOOLS_TOOL_DOCUMENT_H

#include "proto/document.h"
#include "workers/preprocess/preprocess.h"

/* Calls `use` with the document, which ends with the call; it may have been rejected. A file that cannot be read is said on standard error, and `use` is not called. */
void tool_document(struct preprocess *preprocess, const char *path, void (*use)(void *context, const char *path, const struct document *document), void *context);

#endif
