/* csv_format.h: which of the eight kinds of export a CSV file is (DOMAIN: CSV): by its file name, then by its headers. Pure.
 * csv_format_name is declared in convert.h. */
#ifndef DOCRING_WORKERS_PREPROCESS_CSV_FORMAT_H
#define DOCRING_WORKERS_PREPROCESS_CSV_FORMAT_H

#include "workers/preprocess/convert.h"

/* `name` may have folders before it; only the file's own name counts. */
enum csv_format csv_format_detect(struct text name, const struct text *headers, size_t header_count);

#endif
