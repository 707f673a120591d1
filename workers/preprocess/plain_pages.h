/* plain_pages.h: takes out what page breaks leave in plain text: running lines that repeat from page to page but for numbers, and the gap in a
 * paragraph that goes on; and the last line of a manual page. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_PAGES_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_PAGES_H

#include "proto/document.h"
#include "workers/preprocess/plain_lines.h"

/* `breaks`: indices of the first line of each page but the first, rising; each break stands for two lines that the file has not. `document` is
 * told of the running lines. 0 or -ENOMEM. */
int plain_pages_clean(struct plain_lines *lines, const size_t *breaks, size_t count, struct document_builder *document) WARN_UNUSED;

#endif
