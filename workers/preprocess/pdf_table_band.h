/* pdf_table_band.h: do segments on both sides of a strip of white hold the rows of a table, which are read across the strip, or columns of
 * text? Asked by pdf_columns.h. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_TABLE_BAND_H
#define DOCRING_WORKERS_PREPROCESS_PDF_TABLE_BAND_H

#include "workers/preprocess/pdf_layout.h"
#include "workers/preprocess/pdf_rules.h"

struct pdf_band_lines {
	size_t count, wide, far; /* lines; those below some white; those that another line would stand above */
	float y;                 /* of the last one */
};

struct pdf_band_heights {
	struct pdf_band_lines left, right, any;
	size_t both; /* lines at the height of one on the other side */
};

static inline float pdf_middle_y(struct pdf_box box) { return (box.y0 + box.y1) / 2; }

/* The segments are sorted by height, and none crosses `gutter_x`. */
struct pdf_band_heights pdf_band_heights(const struct pdf_segment *segments, size_t count, float gutter_x);

struct pdf_band { /* segments that stand on both sides of a strip, among others above and below them */
	const struct pdf_segment *segments;
	size_t count;      /* of all, sorted by height */
	size_t first, end; /* of the band; at least one */
	float x;           /* of the strip */
};

/* By the heights of their lines, by rules (which may be NULL) below the names of columns, or by bold names in the middle of their columns. */
bool pdf_band_is_table(const struct pdf_band *band, const struct pdf_rules *rules);

#endif
