/* tables.h: the tables of a document as CSV files (RFC 4180), from its Markdown: formatting removed, "<br>" as line breaks in cells. */
#ifndef DOCRING_COORDINATOR_DATASET_TABLES_H
#define DOCRING_COORDINATOR_DATASET_TABLES_H

#include "coordinator/dataset/dataset_name.h"
#include "coordinator/dataset/staging.h"
#include "proto/document.h"

/* Writes tables/DOCUMENT/table-NNN.csv for each and a line of each to tables.jsonl. */
int tables_write(struct staging *staging, struct dataset_names *names, const char *source, const char *container, const struct document *document,
		 struct output_file *index) WARN_UNUSED;

#endif
