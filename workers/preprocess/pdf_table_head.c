/* pdf_table_head.c: the head of a table without rules: names that stand above several columns, in rows of their own, and names whose
 * columns stand elsewhere than their text. Pure; works on what pdf_table.c found. */
#include "workers/preprocess/pdf_table.h"

#include <math.h>

/* --- names and columns that are one ------------------------------------------------------------------------------ */

struct pairs {
	bool both[PDF_TABLE_COLUMNS_MAX];  /* columns c and c + 1 are filled in one row */
	bool named[PDF_TABLE_COLUMNS_MAX]; /* by the first row */
};

static void look_at_pairs(const struct pdf_layout *layout, const struct pdf_table *table, struct pairs *pairs)
{
	*pairs = (struct pairs){ .both = { false } };
	for (uint32_t r = 0; r < table->row_count; r++) {
		const struct pdf_row *row = &layout->rows[table->row_first + r];
		size_t last = SIZE_MAX - 1;
		for (uint32_t s = 0; s < row->segment_count && !row->furniture; s++) {
			const size_t column = pdf_table_column_of(table, &layout->segments[row->segment_first + s]);
			if (r == 0)
				pairs->named[column] = true;
			if (column == last + 1)
				pairs->both[last] = true;
			last = column;
		}
	}
}

void pdf_table_join_columns(const struct pdf_layout *layout, struct pdf_table *table)
{
	struct pairs pairs;

	for (;;) {
		size_t best = SIZE_MAX;
		look_at_pairs(layout, table, &pairs);
		for (size_t c = 0; c + 1 < table->column_count && table->column_count > 2; c++) {
			const float gap = table->columns[c + 1].x0 - table->columns[c].x1;
			if (pairs.both[c] || pairs.named[c] == pairs.named[c + 1])
				continue;
			if (best == SIZE_MAX || gap < table->columns[best + 1].x0 - table->columns[best].x1)
				best = c;
		}
		if (best == SIZE_MAX)
			return;
		table->columns[best].x1 = table->columns[best + 1].x1;
		table->column_count--;
		memmove(&table->columns[best + 1], &table->columns[best + 2], (table->column_count - best - 1) * sizeof(table->columns[0]));
	}
}

/* --- names above several columns --------------------------------------------------------------------------------- */

/* The row's parts stand above columns, each right of the one before; *ret_spans: one of them above several. */
static bool names_columns(const struct pdf_layout *layout, const struct pdf_table *table, const struct pdf_row *row, bool *ret_spans)
{
	static const float margin_sizes = 1.0f;
	const float margin = margin_sizes * row->size;
	const struct pdf_table_column *columns = table->columns;
	size_t last = SIZE_MAX;

	if (row->box.x0 < columns[0].x0 - margin || row->box.x1 > columns[table->column_count - 1].x1 + margin)
		return false;
	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		const size_t column = pdf_table_column_of(table, segment);
		if (last != SIZE_MAX && column <= last)
			return false;
		*ret_spans |= column + 1 < table->column_count && segment->box.x1 > columns[column + 1].x0;
		/* A name between two columns, or one that skips a column, stands above both. */
		*ret_spans |= last != SIZE_MAX && column > last + 1;
		last = column;
	}
	return true;
}

bool pdf_table_take_heads(const struct pdf_layout *layout, struct pdf_table *table, size_t first)
{
	static const float distance_sizes = 2.4f;
	const struct pdf_row *below = &layout->rows[table->row_first];
	bool spans = false;

	if (table->terms || table->column_count < 3)
		return false;
	for (size_t r = table->row_first; r-- > first;) {
		const struct pdf_row *row = &layout->rows[r];
		if (row->furniture)
			continue;
		if (row->region != below->region || row->rotated || row->heading || row->segment_count < 2 ||
		    fabsf(row->size - below->size) > 0.2f * below->size || below->y - row->y > distance_sizes * below->size ||
		    !names_columns(layout, table, row, &spans))
			return false;
		below = row;
	}
	if (!spans)
		return false;
	const uint32_t added = table->row_first - (uint32_t)first;
	table->heads = added;
	table->row_first = (uint32_t)first;
	table->row_count += added;
	table->bold_header = below->bold > 0.8f;
	return true;
}
