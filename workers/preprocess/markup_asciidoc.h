/* markup_asciidoc.h: tables of AsciiDoc, for markup_asciidoc.c alone. */
#ifndef DOCRING_WORKERS_PREPROCESS_MARKUP_ASCIIDOC_H
#define DOCRING_WORKERS_PREPROCESS_MARKUP_ASCIIDOC_H

#include "workers/preprocess/markup_work.h"

/* The table whose first line, "|===", was read; block_attributes says its columns. */
void markup_asciidoc_table(struct markup *markup, struct text fence);

#endif
