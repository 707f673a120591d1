#include "workers/preprocess/pdf_table.h"

#include "workers/preprocess/pdf_rules.h"

#include <math.h>

static const float column_gap_sizes = 0.35f; /* white between two columns, in font sizes */
static const float bold_header_min = 0.8f;    /* share of a header's letters */
static const float row_distance_sizes = 4.0f; /* lines further apart are not of one table */

enum { EXPLANATION_WORDS_MIN = 5, PLAIN_KEYS_MIN = 3 };

static float row_distance(const struct pdf_row *a, const struct pdf_row *b) { return b->y - a->y; }

/* The columns from *ret_first up to the one returned are touched by the segment when it is widened by `margin`. */
static size_t touched_columns(const struct pdf_table *table, const struct pdf_segment *segment, float margin, size_t *ret_first)
{
	size_t first = 0;

	while (first < table->column_count && table->columns[first].x1 + margin <= segment->box.x0)
		first++;
	size_t end = first;
	while (end < table->column_count && table->columns[end].x0 < segment->box.x1 + margin)
		end++;
	*ret_first = first;
	return end;
}

/* Two neighbouring columns of which one is but a name of the first row, which stands beside the text that it names, are one. */
static bool join_name(struct pdf_table *table, size_t first)
{
	struct pdf_table_column *left = &table->columns[first], *right = left + 1;

	if (!(left->filled ? right->named && !right->filled && !left->named : left->named && !right->named))
		return false;
	left->x1 = right->x1;
	left->named = left->filled = true;
	table->column_count--;
	memmove(right, right + 1, (table->column_count - first - 1) * sizeof(*right));
	return true;
}

/* Puts the segment into the columns: into the one that it overlaps or is nearer to than `margin`, or as a new one. False when it
 * would join two. */
static bool place_segment(struct pdf_table *table, const struct pdf_segment *segment, float margin, bool may_add)
{
	const bool names = table->row_count == 0;
	size_t first, end = touched_columns(table, segment, 0, &first);

	if (end - first == 2 && may_add && join_name(table, first))
		end--;

	if (end == first)
		end = touched_columns(table, segment, margin, &first);
	if (end - first > 1)
		return false;
	if (end == first) {
		if (!may_add || table->column_count == PDF_TABLE_COLUMNS_MAX)
			return false;
		memmove(&table->columns[first + 1], &table->columns[first], (table->column_count - first) * sizeof(table->columns[0]));
		table->columns[first] = (struct pdf_table_column){ segment->box.x0, segment->box.x1, names, !names };
		table->column_count++;
		return true;
	}
	struct pdf_table_column *column = &table->columns[first];
	column->x0 = segment->box.x0 < column->x0 ? segment->box.x0 : column->x0;
	column->x1 = segment->box.x1 > column->x1 ? segment->box.x1 : column->x1;
	column->named |= names;
	column->filled |= !names;
	return true;
}

static bool place_row(struct pdf_table *table, const struct pdf_layout *layout, const struct pdf_row *row, bool may_add)
{
	struct pdf_table tried = *table;

	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		float margin = column_gap_sizes * segment->size;
		if (s > 0) /* two parts of a row are of two columns, close as they may stand */
			margin = fminf(margin, (segment->box.x0 - segment[-1].box.x1) / 2);
		if (s + 1 < row->segment_count)
			margin = fminf(margin, (segment[1].box.x0 - segment->box.x1) / 2);
		if (!place_segment(&tried, segment, fmaxf(margin, 0), may_add))
			return false;
	}
	/* Two parts of one row in one column: the gap between them is no column's. */
	for (uint32_t s = 1; s < row->segment_count; s++)
		if (pdf_table_column_of(&tried, &layout->segments[row->segment_first + s]) ==
		    pdf_table_column_of(&tried, &layout->segments[row->segment_first + s - 1]))
			return false;
	*table = tried;
	return true;
}

/* Index of the next row that is no furniture, or the row count. */
static size_t index_after(const struct pdf_layout *layout, size_t r)
{
	do
		r++;
	while (r < layout->row_count && layout->rows[r].furniture);
	return r;
}

static const struct pdf_row *row_after(const struct pdf_layout *layout, size_t r)
{
	size_t after = index_after(layout, r);
	return after < layout->row_count ? &layout->rows[after] : NULL;
}

/* Is there a rule right below the row, which reaches over all of its parts, as below the names of columns? */
static bool stands_on_rule(const struct pdf_layout *layout, const struct pdf_row *row)
{
	static const float near_sizes = 1.6f;
	const struct pdf_rules *rules = layout->page->rules;

	for (size_t i = 0; rules && i < rules->horizontal.count; i++) {
		const struct pdf_rule *rule = &rules->horizontal.items[i];
		const float down = rule->at - row->y;
		if (down > 0 && down < near_sizes * row->size && rule->from <= row->box.x0 + 1 && rule->to >= row->box.x1 - 1)
			return true;
	}
	return false;
}

/* Does each part of the row stand below one of the head's, right of the first? */
static bool goes_on_with_names(const struct pdf_layout *layout, const struct pdf_row *head, const struct pdf_row *row)
{
	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_box box = layout->segments[row->segment_first + s].box;
		uint32_t h = 1;
		while (h < head->segment_count && (layout->segments[head->segment_first + h].box.x1 <= box.x0 || layout->segments[head->segment_first + h].box.x0 >= box.x1))
			h++;
		if (h >= head->segment_count)
			return false;
	}
	return true;
}

/* How many of the first rows are a head: the last of them stands on a rule that reaches over the first too, and those between them go on
 * with its names, right of the first column. 0: no rule. */
static uint32_t rows_on_rule(const struct pdf_layout *layout, size_t first)
{
	enum { HEAD_LINES_MAX = 3 };
	static const float line_sizes = 1.7f;
	const struct pdf_row *head = &layout->rows[first], *above = head;
	size_t r = first;

	if (head->segment_count < 2)
		return 0;
	for (int lines = 1; lines <= HEAD_LINES_MAX; lines++) {
		struct pdf_row reach = layout->rows[r];
		pdf_box_cover(&reach.box, head->box);
		if (stands_on_rule(layout, &reach))
			return (uint32_t)(r + 1 - first);
		r = index_after(layout, r);
		if (r >= layout->row_count || layout->rows[r].region != head->region || row_distance(above, &layout->rows[r]) > line_sizes * head->size ||
		    layout->rows[r].box.x0 <= layout->segments[head->segment_first].box.x1 || !goes_on_with_names(layout, head, &layout->rows[r]))
			return 0;
		above = &layout->rows[r];
	}
	return 0;
}

/* Do the two rows have as many parts, three or more, each at the left edge, the right edge or the middle of the other's? */
static bool shares_columns(const struct pdf_layout *layout, const struct pdf_row *a, const struct pdf_row *b)
{
	static const float tolerance = 2.5f;

	if (a->segment_count < 3 || a->segment_count != b->segment_count)
		return false;
	for (uint32_t s = 0; s < a->segment_count; s++) {
		const struct pdf_box x = layout->segments[a->segment_first + s].box, y = layout->segments[b->segment_first + s].box;
		if (fabsf(x.x0 - y.x0) > tolerance && fabsf(x.x1 - y.x1) > tolerance && fabsf(x.x0 + x.x1 - y.x0 - y.x1) > 2 * tolerance)
			return false;
	}
	return true;
}

/* Below a header, or between rows of the same columns, a name that stands alone in the first column or in the middle of the table, as far from the rows around as these
 * are from each other, is one of a group of rows. */
static bool names_group(const struct pdf_layout *layout, const struct pdf_table *table, const struct pdf_row *before, size_t r)
{
	static const float tolerance = 1.5f, distance_sizes = 2.4f, distance_ratio = 1.3f;
	const struct pdf_row *row = &layout->rows[r], *next = row_after(layout, r);
	const float distance = row_distance(before, row);

	if (table->column_count < 2 || row->segment_count != 1 || !next || next->region != row->region || next->segment_count < 2 ||
	    next->segment_count + 1 < table->column_count || !(table->headed || shares_columns(layout, before, next)))
		return false;
	const struct pdf_box box = row->box;
	const float left = table->columns[0].x0, right = table->columns[table->column_count - 1].x1;
	const bool in_first = fabsf(box.x0 - left) < tolerance && box.x1 < table->columns[1].x0;
	const bool in_middle = box.x0 > left + row->size && box.x1 < right && fabsf(box.x0 + box.x1 - left - right) < 4 * row->size;
	return (in_first || in_middle) && fabsf(next->box.x0 - left) < tolerance && distance < distance_sizes * row->size &&
	       row_distance(row, next) < distance_ratio * distance && distance < distance_ratio * row_distance(row, next);
}

/* Does the line begin where the words of a column right of the first begin? */
static bool begins_in_column(const struct pdf_table *table, const struct pdf_row *row)
{
	static const float tolerance = 1.0f;

	for (size_t c = 1; c < table->column_count; c++)
		if (fabsf(row->box.x0 - table->columns[c].x0) < tolerance)
			return row->box.x0 - table->columns[c - 1].x1 > row->size;
	return false;
}

/* A line with one part belongs to the table when it continues a cell close above: no further than lines are apart, or clearly nearer than
 * rows of the table are to each other, `widest`, or the next one is to it. But cells in the middle of a row's height stand lower than its
 * tallest cell begins: so also when a line follows that is lower by less than a line; or, right of the first column, when one with more
 * parts follows after lines close to each other. */
static bool may_be_part(const struct pdf_layout *layout, const struct pdf_table *table, const struct pdf_row *before, size_t r, float widest)
{
	enum { LINES_MAX = 16 }; /* looked at */
	static const float spaced_sizes = 1.85f, spaced_ratio = 1.2f;
	const float line_sizes = table->headed ? 1.7f : 1.35f;
	const struct pdf_row *row = &layout->rows[r], *below = row_after(layout, r);
	const float above = row_distance(before, row);

	if (above < 1.35f * row->size)
		return true;
	if (below && below->region == row->region && below->segment_count > 1)
		widest = fmaxf(widest, row_distance(row, below));
	if (table->column_count > 1 && above < spaced_sizes * row->size && (spaced_ratio * above < widest || begins_in_column(table, row)))
		return true;
	for (size_t i = 0; i < LINES_MAX && table->column_count > 1; i++) {
		const size_t next = index_after(layout, r);
		if (next == layout->row_count || layout->rows[next].region != row->region)
			return false;
		const float distance = row_distance(&layout->rows[r], &layout->rows[next]);
		const uint32_t parts = layout->rows[next].segment_count;
		if (distance < PDF_STAGGER_SIZES * row->size)
			return true;
		if (layout->rows[r].box.x0 <= table->columns[0].x1 || distance > line_sizes * row->size)
			return false;
		if (parts > 1)
			return parts + 1 >= table->column_count;
		r = next;
	}
	return false;
}

struct table_shape {
	size_t rows, full_rows;      /* full: with two parts or more */
	size_t cells;
	size_t filled[PDF_TABLE_COLUMNS_MAX];
	size_t mono_rows;
	size_t keys, long_values;    /* rows that begin in the first of two columns; of these, with a sentence in the second */
	size_t wrapped_keys;         /* lines with nothing but the first column */
	size_t set_off_keys;         /* keys in bold, italic or fixed-width type, or with a colon behind them */
};

/* How many of the column's cells share their left edge, right edge or middle with the cell before them in the column. Names of a head
 * may stand elsewhere than what they name, where that is aligned by itself. */
static float aligned_share(const struct pdf_layout *layout, const struct pdf_table *table, size_t column)
{
	static const float tolerance = 2.5f;
	const struct pdf_segment *last = NULL;
	size_t pairs = 0, left = 0, right = 0, middle = 0;

	const uint32_t head = table->headed && table->row_count > 2 ? (uint32_t)size_max(1, table->ruled_heads) : 0;

	for (uint32_t r = head; r < table->row_count; r++) {
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

/* Is the key one by its looks, as those of lists are: in another type, in quotes, before a colon? */
static bool is_set_off(const struct pdf_layout *layout, const struct pdf_segment *key)
{
	static const struct text quote = TEXT_LITERAL("\xE2\x80\x98");
	const struct pdf_word *first = &layout->page->words[key->word_first];
	const struct text begin = pdf_word_text(layout->page, first), last = pdf_word_text(layout->page, first + key->word_count - 1);

	return (first->style & (PDF_BOLD | PDF_ITALIC | PDF_MONO)) != 0 || text_starts_with(begin, quote) || (begin.bytes > 0 && memchr("'\"`", begin.data[0], 3)) ||
	       (last.bytes > 0 && last.data[last.bytes - 1] == ':');
}

static void measure(const struct pdf_layout *layout, const struct pdf_table *table, struct table_shape *shape)
{
	const struct pdf_row *last = NULL;

	for (uint32_t r = 0; r < table->row_count; r++) {
		const struct pdf_row *row = &layout->rows[table->row_first + r];
		if (row->furniture)
			continue;
		if (!last || row_distance(last, row) >= PDF_STAGGER_SIZES * row->size) {
			shape->rows++;
			last = row;
		}
		shape->full_rows += row->segment_count > 1;
		shape->mono_rows += row->mono > 0.9f;
		for (uint32_t s = 0; s < row->segment_count; s++) {
			const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
			size_t column = pdf_table_column_of(table, segment);
			shape->cells++;
			shape->filled[column]++;
			shape->wrapped_keys += column == 0 && row->segment_count == 1;
			shape->keys += column == 0 && row->segment_count == 2;
			shape->set_off_keys += column == 0 && row->segment_count == 2 && is_set_off(layout, segment);
			shape->long_values += s == 1 && row->segment_count == 2 && segment->word_count >= EXPLANATION_WORDS_MIN;
		}
	}
}

/* A bold row above a plain one, with the same left edges: a table that has one row. */
static bool is_header_with_row(const struct pdf_layout *layout, const struct pdf_table *table)
{
	static const float tolerance = 1.5f, bold_min = 0.9f, plain_max = 0.5f;
	const struct pdf_row *header = &layout->rows[table->row_first], *row = row_after(layout, table->row_first);

	if (!row || header->bold < bold_min || row->bold > plain_max || row->segment_count != header->segment_count)
		return false;
	for (uint32_t s = 0; s < row->segment_count; s++)
		if (fabsf(layout->segments[header->segment_first + s].box.x0 - layout->segments[row->segment_first + s].box.x0) > tolerance)
			return false;
	return true;
}

static bool is_convincing(const struct pdf_layout *layout, const struct pdf_table *table, const struct table_shape *shape)
{
	static const float aligned_min = 0.6f, filled_min = 0.2f, full_min = 0.25f, full_headed_min = 0.1f;
	const size_t columns = table->column_count;

	if (columns < 2 || shape->full_rows < 2)
		return false;
	if (shape->full_rows == 2 && columns == 2 && !is_header_with_row(layout, table))
		return false;
	if (shape->mono_rows * 10 > shape->rows * 9) /* aligned program text */
		return false;
	/* A bold header vouches for its columns, even where no row has anything in them. */
	const struct pdf_row *first = &layout->rows[table->row_first];
	const bool headed = table->headed && first->segment_count == columns;
	if ((float)shape->full_rows < (headed ? full_headed_min : full_min) * (float)shape->rows)
		return false;
	for (size_t c = 0; c < columns; c++) {
		if (!headed && (float)shape->filled[c] < filled_min * (float)shape->full_rows)
			return false;
		if (aligned_share(layout, table, c) < aligned_min)
			return false;
	}
	return true;
}

/* Names on the left, sentences on the right, and a first row that looks like the others: no table with a header. Several names in the type of the text
 * are cells. */
static bool are_terms(const struct pdf_layout *layout, const struct pdf_table *table, const struct table_shape *shape)
{
	const struct pdf_row *first = &layout->rows[table->row_first];

	if (table->column_count != 2)
		return false;
	const struct pdf_segment *left = &layout->segments[first->segment_first];
	bool mono_names = layout->page->words[left->word_first].style & PDF_MONO;
	bool sentences = shape->long_values * 2 >= shape->keys && shape->wrapped_keys == 0;
	if (shape->keys >= PLAIN_KEYS_MIN && shape->set_off_keys == 0)
		return false;
	return !table->headed && (mono_names || sentences);
}

/* A table whose first row is `first`, which names its columns or is like the others. */
static bool find_plain(const struct pdf_layout *layout, size_t first, struct pdf_table *ret_table, size_t *ret_seen)
{
	struct pdf_table table = { .row_first = (uint32_t)first, .bold_header = layout->rows[first].bold > bold_header_min };
	table.ruled_heads = rows_on_rule(layout, first);
	table.headed = table.bold_header || table.ruled_heads > 0;
	struct table_shape shape = { 0 };
	const struct pdf_row *start = &layout->rows[first], *last = NULL;
	size_t last_sure = 0;
	float widest = 0;

	*ret_seen = 1;
	if (start->segment_count < 2)
		return false;
	for (size_t r = first; r < layout->row_count && r - first < PDF_TABLE_ROWS_MAX; r++) {
		const struct pdf_row *row = &layout->rows[r];
		if (row->furniture)
			continue;
		const bool full = row->segment_count > 1, group = last && names_group(layout, &table, last, r);
		if (row->region != start->region || row->rotated || row->heading || row->note || row->size > 1.3f * start->size)
			break;
		if (last && (row_distance(last, row) > row_distance_sizes * row->size || (!full && !group && !may_be_part(layout, &table, last, r, widest))))
			break;
		if (!group && !place_row(&table, layout, row, full))
			break;
		widest = last ? fmaxf(widest, row_distance(last, row)) : 0;
		last = row;
		if (full || group || row->box.x0 > table.columns[0].x1)
			last_sure = r;
		table.row_count = (uint32_t)(r + 1 - first);
	}
	*ret_seen = table.row_count;
	/* Lines at the margin at the end may be the next paragraph: only those close below another row are kept. */
	while (table.row_count > 1 && first + table.row_count - 1 > last_sure + 3)
		table.row_count--;
	pdf_table_join_columns(layout, &table);
	measure(layout, &table, &shape);
	if (!is_convincing(layout, &table, &shape))
		return false;
	table.terms = are_terms(layout, &table, &shape);
	*ret_table = table;
	return true;
}

bool pdf_table_find(const struct pdf_layout *layout, size_t first, struct pdf_table *ret_table, size_t *ret_seen)
{
	size_t below = first, seen;

	if (layout->rows[first].segment_count >= 2)
		for (uint32_t heads = 1; heads <= PDF_TABLE_HEADS_MAX; heads++) {
			struct pdf_table table;
			below = index_after(layout, below);
			if (below >= layout->row_count || layout->rows[below].segment_count < 2)
				break;
			if (layout->rows[below].segment_count <= layout->rows[first].segment_count || !find_plain(layout, below, &table, &seen) ||
			    !pdf_table_take_heads(layout, &table, first))
				continue;
			*ret_table = table;
			*ret_seen = table.row_count;
			return true;
		}
	return find_plain(layout, first, ret_table, ret_seen);
}

bool pdf_table_find_lone_header(const struct pdf_layout *layout, size_t first, struct pdf_table *ret_table)
{
	const struct pdf_row *row = &layout->rows[first];
	struct pdf_table table = { .row_first = (uint32_t)first, .row_count = 1, .bold_header = true, .header_only = true };

	if (row->segment_count < 2 || row->bold < bold_header_min || row->rotated || row_after(layout, first) ||
	    !place_row(&table, layout, row, true))
		return false;
	*ret_table = table;
	return true;
}

/* Do the row's parts stand in the columns as they were, most of them at the same left edge, right edge or middle? */
static bool fits_columns(const struct pdf_layout *layout, const struct pdf_table *columns, const struct pdf_row *row)
{
	static const float tolerance = 2.5f;
	struct pdf_table tried = *columns;
	size_t aligned = 0;

	if (row->segment_count > columns->column_count || !place_row(&tried, layout, row, false))
		return false;
	for (uint32_t s = 0; s < row->segment_count; s++) {
		struct pdf_box box = layout->segments[row->segment_first + s].box;
		const struct pdf_table_column *column = &columns->columns[pdf_table_column_of(columns, &layout->segments[row->segment_first + s])];
		aligned += fabsf(box.x0 - column->x0) < tolerance || fabsf(box.x1 - column->x1) < tolerance ||
			   fabsf(box.x0 + box.x1 - column->x0 - column->x1) < 2 * tolerance;
	}
	/* Words stand away from the rules of their columns: being between them is enough. */
	return aligned * 2 > row->segment_count || (columns->ruled && row->segment_count > 1);
}

bool pdf_table_continue(const struct pdf_layout *layout, size_t first, const struct pdf_table *before, struct pdf_table *ret_table)
{
	struct pdf_table table = *before;
	const struct pdf_row *start = &layout->rows[first], *last = NULL;
	size_t end = first;
	float widest = 0;

	table.row_first = (uint32_t)first;
	table.continued = true;
	table.header_only = table.ruled = false;
	table.heads = 0;
	if (before->header_only && start->segment_count < 2)
		return false;
	for (size_t r = first; r < layout->row_count && r - first < PDF_TABLE_ROWS_MAX; r++) {
		const struct pdf_row *row = &layout->rows[r];
		if (row->furniture)
			continue;
		const bool full = row->segment_count > 1, group = last && names_group(layout, &table, last, r);
		if (row->region != start->region || row->rotated || row->heading || row->note || row->size > 1.3f * start->size ||
		    (!group && !fits_columns(layout, before, row)))
			break;
		if (last && (row_distance(last, row) > row_distance_sizes * row->size || (!full && !group && !may_be_part(layout, &table, last, r, widest))))
			break;
		if (!last && !full && row->box.x0 < before->columns[1].x0 - column_gap_sizes * row->size)
			break; /* at the margin: a paragraph as well as a key */
		if (!group && !place_row(&table, layout, row, false))
			break;
		widest = last ? fmaxf(widest, row_distance(last, row)) : 0;
		last = row;
		end = r + 1;
	}
	table.row_count = (uint32_t)(end - first);
	*ret_table = table;
	return end > first;
}

size_t pdf_table_column_of(const struct pdf_table *table, const struct pdf_segment *segment)
{
	float middle = (segment->box.x0 + segment->box.x1) / 2;
	size_t best = 0, first, end = touched_columns(table, segment, 0, &first);

	if (end > first + 1)
		return first; /* a name above several columns */

	for (size_t c = 0; c < table->column_count; c++) {
		if (middle >= table->columns[c].x0 && middle <= table->columns[c].x1)
			return c;
		if (middle > table->columns[c].x1)
			best = c;
	}
	return best;
}
