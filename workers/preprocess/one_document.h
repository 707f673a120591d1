/* one_document.h: the one-document tools: a file (or standard input) as Markdown or as extractions on standard output. What
 * `coordinator convert` and `coordinator extract` run. No coordinator, no shared memory. */
#ifndef DOCRING_WORKERS_PREPROCESS_ONE_DOCUMENT_H
#define DOCRING_WORKERS_PREPROCESS_ONE_DOCUMENT_H

#include <stdbool.h>

/* arguments[0] is "convert" or "extract". The result is the exit code: 0; 1 when the document could not be converted or gave
 * nothing; 2 for usage and settings; 3 for memory and for output that could not be written. */
int one_document_main(int argument_count, char **arguments);
bool one_document_is_mode(const char *argument);

#endif
