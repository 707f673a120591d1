/* markup_asciidoc.h: tables of AsciiDoc, for markup_asciidoc.c alone. */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKUP_ASCIIDOC_H
#define DOCRING_WORKERS_PREPROCESS_MARKUP_ASCIIDOC_H

#include "workers/preprocess/markup_work.h"

enum { MARKUP_EXPANDED_BYTES_MAX = 1 << 20 }; /* that attributes and repeated cells put into a document */

/* The table whose first line, "|===", was read; block_attributes says its columns. */
void markup_asciidoc_table(struct markup *markup, struct text fence);

#endif
