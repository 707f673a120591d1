#include "workers/preprocess/pdf_table.h"

#include <math.h>

static const float column_gap_sizes = 0.6f; /* white between two columns, in font sizes */
static const float row_distance_sizes = 3.2f; /* lines further apart are not of one table */

static float row_distance(const struct pdf_row *a, const struct pdf_row *b) { return b->y - a->y; }

/* Puts the segment into the columns: into the one that it overlaps, or as a new one. False when it would join two columns. */
static bool place_segment(struct pdf_table *table, const struct pdf_segment *segment, bool may_add)
{
	const float gap = column_gap_sizes * segment->size;
	size_t first = 0;

	while (first < table->column_count && table->columns[first].x1 + gap <= segment->box.x0)
		first++;
	size_t end = first;
	while (end < table->column_count && table->columns[end].x0 < segment->box.x1 + gap)
		end++;
	if (end - first > 1)
		return false;
	if (end == first) {
		if (!may_add || table->column_count == PDF_TABLE_COLUMNS_MAX)
			return false;
		memmove(&table->columns[first + 1], &table->columns[first], (table->column_count - first) * sizeof(table->columns[0]));
		table->columns[first] = (struct pdf_table_column){ segment->box.x0, segment->box.x1 };
		table->column_count++;
		return true;
	}
	struct pdf_table_column *column = &table->columns[first];
	column->x0 = segment->box.x0 < column->x0 ? segment->box.x0 : column->x0;
	column->x1 = segment->box.x1 > column->x1 ? segment->box.x1 : column->x1;
	return true;
}

static bool place_row(struct pdf_table *table, const struct pdf_layout *layout, const struct pdf_row *row, bool may_add)
{
	struct pdf_table tried = *table;

	for (uint32_t s = 0; s < row->segment_count; s++)
		if (!place_segment(&tried, &layout->segments[row->segment_first + s], may_add))
			return false;
	/* Two parts of one row in one column: the gap between them is no column's. */
	for (uint32_t s = 1; s < row->segment_count; s++)
		if (pdf_table_column_of(&tried, &layout->segments[row->segment_first + s]) ==
		    pdf_table_column_of(&tried, &layout->segments[row->segment_first + s - 1]))
			return false;
	*table = tried;
	return true;
}

/* A line with one part continues a cell when it stands close below. */
static bool may_continue(const struct pdf_row *before, const struct pdf_row *row)
{
	return row_distance(before, row) < 1.35f * row->size;
}

struct table_shape {
	size_t rows, full_rows;      /* full: with two parts or more */
	size_t cells;
	size_t filled[PDF_TABLE_COLUMNS_MAX];
	size_t words[PDF_TABLE_COLUMNS_MAX];
	size_t mono_rows;
};

/* How many of the column's cells share their left edge, right edge or middle with the cell before them in the column. */
static float aligned_share(const struct pdf_layout *layout, const struct pdf_table *table, size_t column)
{
	static const float tolerance = 2.5f;
	const struct pdf_segment *last = NULL;
	size_t pairs = 0, left = 0, right = 0, middle = 0;

	for (uint32_t r = 0; r < table->row_count; r++) {
		const struct pdf_row *row = &layout->rows[table->row_first + r];
		for (uint32_t s = 0; s < row->segment_count && !row->furniture; s++) {
			const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
			if (pdf_table_column_of(table, segment) != column)
				continue;
			if (last) {
				pairs++;
				left += fabsf(segment->box.x0 - last->box.x0) < tolerance;
				right += fabsf(segment->box.x1 - last->box.x1) < tolerance;
				middle += fabsf(segment->box.x0 + segment->box.x1 - last->box.x0 - last->box.x1) < 2 * tolerance;
			}
			last = segment;
		}
	}
	size_t most = left > right ? left : right;
	most = middle > most ? middle : most;
	return pairs == 0 ? 1 : (float)most / (float)pairs;
}

static void measure(const struct pdf_layout *layout, const struct pdf_table *table, struct table_shape *shape)
{
	for (uint32_t r = 0; r < table->row_count; r++) {
		const struct pdf_row *row = &layout->rows[table->row_first + r];
		if (row->furniture)
			continue;
		shape->rows++;
		shape->full_rows += row->segment_count > 1;
		shape->mono_rows += row->mono > 0.9f;
		for (uint32_t s = 0; s < row->segment_count; s++) {
			const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
			size_t column = pdf_table_column_of(table, segment);
			shape->cells++;
			shape->filled[column]++;
			shape->words[column] += segment->word_count;
		}
	}
}

static bool is_convincing(const struct pdf_layout *layout, const struct pdf_table *table, const struct table_shape *shape)
{
	static const float aligned_min = 0.6f, filled_min = 0.2f, full_min = 0.25f;
	const size_t columns = table->column_count;

	if (columns < 2 || shape->full_rows < 2 || (shape->full_rows == 2 && columns == 2))
		return false;
	if (shape->mono_rows * 10 > shape->rows * 9) /* aligned program text */
		return false;
	if ((float)shape->full_rows < full_min * (float)shape->rows)
		return false;
	for (size_t c = 0; c < columns; c++) {
		if ((float)shape->filled[c] < filled_min * (float)shape->full_rows)
			return false;
		if (aligned_share(layout, table, c) < aligned_min)
			return false;
	}
	return true;
}

/* Names on the left, sentences on the right, and a first row that looks like the others: no table with a header. */
static bool are_terms(const struct pdf_layout *layout, const struct pdf_table *table, const struct table_shape *shape)
{
	const struct pdf_row *first = &layout->rows[table->row_first];

	if (table->column_count != 2)
		return false;
	const struct pdf_segment *left = &layout->segments[first->segment_first];
	bool mono_names = layout->page->words[left->word_first].style & PDF_MONO;
	bool header = first->bold > 0.8f;
	bool sentences = shape->words[1] > 6 * shape->filled[1] || shape->filled[1] > shape->filled[0] + shape->filled[0] / 2;
	return !header && (mono_names || sentences);
}

bool pdf_table_find(const struct pdf_layout *layout, size_t first, struct pdf_table *ret_table, size_t *ret_seen)
{
	struct pdf_table table = { .row_first = (uint32_t)first };
	struct table_shape shape = { 0 };
	const struct pdf_row *start = &layout->rows[first], *last = NULL;
	size_t last_full = 0;

	*ret_seen = 1;
	if (start->segment_count < 2)
		return false;
	for (size_t r = first; r < layout->row_count && r - first < PDF_TABLE_ROWS_MAX; r++) {
		const struct pdf_row *row = &layout->rows[r];
		if (row->furniture)
			continue;
		bool full = row->segment_count > 1;
		if (row->region != start->region || row->rotated || row->size > 1.3f * start->size)
			break;
		if (last && (row_distance(last, row) > row_distance_sizes * row->size || (!full && !may_continue(last, row))))
			break;
		if (!place_row(&table, layout, row, full))
			break;
		last = row;
		if (full)
			last_full = r;
		table.row_count = (uint32_t)(r + 1 - first);
	}
	*ret_seen = table.row_count;
	/* Lines with one part at the end may be the next paragraph: only those close below a full row are kept. */
	while (table.row_count > 1 && first + table.row_count - 1 > last_full + 3)
		table.row_count--;
	measure(layout, &table, &shape);
	if (!is_convincing(layout, &table, &shape))
		return false;
	table.terms = are_terms(layout, &table, &shape);
	*ret_table = table;
	return true;
}

size_t pdf_table_column_of(const struct pdf_table *table, const struct pdf_segment *segment)
{
	float middle = (segment->box.x0 + segment->box.x1) / 2;
	size_t best = 0;

	for (size_t c = 0; c < table->column_count; c++) {
		if (middle >= table->columns[c].x0 && middle <= table->columns[c].x1)
			return c;
		if (middle > table->columns[c].x1)
			best = c;
	}
	return best;
}

struct pdf_table_spacing pdf_table_spacing(const struct pdf_layout *layout, const struct pdf_table *table)
{
	struct pdf_table_spacing spacing = { 0, false };
	const struct pdf_row *before = NULL;
	size_t wide = 0, distances = 0;

	for (int pass = 0; pass < 2; pass++) {
		before = NULL;
		for (uint32_t r = 0; r < table->row_count; r++) {
			const struct pdf_row *row = &layout->rows[table->row_first + r];
			if (row->furniture)
				continue;
			float distance = before ? row_distance(before, row) : 0;
			if (pass == 0 && before && (spacing.leading <= 0 || distance < spacing.leading))
				spacing.leading = distance;
			distances += pass == 1 && before;
			wide += pass == 1 && before && distance > 1.2f * spacing.leading;
			before = row;
		}
	}
	spacing.spaced = wide >= 2 && wide * 10 >= distances * 3;
	return spacing;
}

bool pdf_table_row_begins(const struct pdf_layout *layout, const struct pdf_table *table, struct pdf_table_spacing spacing,
			  const struct pdf_row *before, const struct pdf_row *row)
{
	if (!before)
		return true;
	if (spacing.spaced && !table->terms)
		return row_distance(before, row) > 1.2f * spacing.leading;
	return pdf_table_column_of(table, &layout->segments[row->segment_first]) == 0;
}
