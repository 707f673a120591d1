/* csv_dialect.h: how a delimited file is written: delimiter, escapes, and which record is the header. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_CSV_DIALECT_H
#define DOCRING_WORKERS_PREPROCESS_CSV_DIALECT_H

#include "workers/preprocess/csv_reader.h"

enum {
	CSV_SAMPLE_BYTES = 256 << 10,  /* looked at to find the delimiter */
	CSV_SAMPLE_RECORDS = 200,
	CSV_PREAMBLE_RECORDS_MAX = 50, /* the header is looked for among so many */
};

struct csv_layout {
	struct csv_dialect dialect;
	size_t start;          /* where the first record begins: behind a "sep=" line */
	size_t header;         /* offset of the header record; of the first row when there is none */
	size_t preamble_count; /* records before it */
	bool has_header;       /* false: the first record is data already */
	bool row_names;        /* the header has no name for the first column */
	size_t columns;        /* of the table, at least 1 */
};

/* 0 or -ENOMEM. */
int csv_layout_find(struct text text, struct csv_layout *ret_layout) __attribute__((warn_unused_result));

#endif
