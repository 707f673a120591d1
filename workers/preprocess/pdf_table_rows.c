/* pdf_table_rows.c: which lines of a table are one row of it. What is asked: are the rows set apart by white, do the lines stand
 * where a wrapped cell's would, and would the first word of a line have fitted on the line above (then it was not wrapped)?
 * Pure; works on the rows that pdf_table.c found. */
#include "workers/preprocess/pdf_table.h"

#include <math.h>

static const float wide_ratio = 1.2f;      /* distance of rows to that of lines, at least */
static const float line_sizes_max = 1.85f; /* lines of a cell stand closer than this, in font sizes */
static const float blank_sizes = 0.25f;

/* What is known of the table before its rows are parted. */
struct spacing {
	float line;          /* distance of two lines of a cell */
	size_t distances, wide, wide_inner; /* of lines; wide ones; wide ones but for that below the first row */
	size_t inner, inner_partial;        /* lines close below another; those that lack cells which their row has */
	size_t cells, misfits;              /* cells of inner lines; those that no wrapping explains */
	bool header_apart; /* by white; a rule does as well */
};

/* The lines of one row of the table, so far: the last segment of each column, NULL where there is none. */
struct cells_above {
	const struct pdf_segment *last[PDF_TABLE_COLUMNS_MAX];
	float y[PDF_TABLE_COLUMNS_MAX];
};

static struct text word_at(const struct pdf_layout *layout, uint32_t word)
{
	return pdf_word_text(layout->page, &layout->page->words[word]);
}

static struct text last_word(const struct pdf_layout *layout, const struct pdf_segment *segment)
{
	return word_at(layout, segment->word_first + segment->word_count - 1);
}

static void enter_cells(const struct pdf_layout *layout, const struct pdf_table *table, const struct pdf_row *row, struct cells_above *above)
{
	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		size_t column = pdf_table_column_of(table, segment);
		above->last[column] = segment;
		above->y[column] = row->y;
	}
}

/* Would the first word of `segment` have stood in the column, behind the line above? */
static bool would_fit(const struct pdf_layout *layout, const struct pdf_segment *above, const struct pdf_segment *segment, float edge)
{
	const struct pdf_word *word = &layout->page->words[segment->word_first];
	return above->box.x1 + blank_sizes * segment->size + word->box.x1 - word->box.x0 <= edge + 0.1f;
}

static bool has_digit(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (ascii_is_digit(text.data[i]))
			return true;
	return false;
}

/* Two numbers, one below the other, are no wrapped text. */
static bool are_values(const struct pdf_layout *layout, const struct pdf_segment *above, const struct pdf_segment *segment)
{
	return above->word_count == 1 && segment->word_count == 1 && has_digit(word_at(layout, above->word_first)) &&
	       has_digit(word_at(layout, segment->word_first));
}

/* --- the table as a whole ----------------------------------------------------------------------------------------- */

/* The smallest distance of two lines in one column. */
static float line_distance(const struct pdf_layout *layout, const struct pdf_table *table)
{
	struct cells_above above = { 0 };
	float least = INFINITY;

	for (uint32_t r = 0; r < table->row_count; r++) {
		const struct pdf_row *row = &layout->rows[table->row_first + r];
		for (uint32_t s = 0; s < row->segment_count && !row->furniture; s++) {
			size_t column = pdf_table_column_of(table, &layout->segments[row->segment_first + s]);
			float distance = row->y - above.y[column];
			if (above.last[column] && distance >= PDF_STAGGER_SIZES * row->size && distance < least)
				least = distance;
		}
		if (!row->furniture)
			enter_cells(layout, table, row, &above);
	}
	return least;
}

static void look_at_inner_line(const struct pdf_layout *layout, const struct pdf_table *table, const struct cells_above *above,
			       const struct pdf_row *row, struct spacing *spacing)
{
	size_t filled = 0;

	for (size_t c = 0; c < table->column_count; c++)
		filled += above->last[c] != NULL;
	spacing->inner++;
	spacing->inner_partial += row->segment_count < filled;
	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		size_t column = pdf_table_column_of(table, segment);
		if (!above->last[column])
			continue;
		spacing->cells++;
		spacing->misfits += would_fit(layout, above->last[column], segment, table->columns[column].x1) ||
				    (row->segment_count == filled && are_values(layout, above->last[column], segment));
	}
}

/* Measures the table as if every wide distance began a row. */
static void measure(const struct pdf_layout *layout, const struct pdf_table *table, struct spacing *spacing)
{
	struct cells_above above = { 0 };
	const struct pdf_row *before = NULL;

	spacing->line = line_distance(layout, table);
	for (uint32_t r = 0; r < table->row_count; r++) {
		const struct pdf_row *row = &layout->rows[table->row_first + r];
		if (row->furniture)
			continue;
		bool wide = before && row->y - before->y > wide_ratio * spacing->line;
		const bool staggered = before && row->y - before->y < PDF_STAGGER_SIZES * row->size;
		if (before && !staggered) {
			spacing->header_apart |= spacing->distances == 0 && wide;
			spacing->wide += wide;
			spacing->wide_inner += wide && spacing->distances > 0;
			spacing->distances++;
		}
		if (wide)
			above = (struct cells_above){ 0 };
		else if (before && !staggered)
			look_at_inner_line(layout, table, &above, row, spacing);
		enter_cells(layout, table, row, &above);
		before = row;
	}
}

/* Are rows set apart by white, and lines inside of them only there where cells are wrapped? */
static bool rows_are_spaced(const struct spacing *spacing)
{
	if (spacing->wide == 0 || spacing->misfits * 5 > spacing->cells)
		return false;
	if (spacing->wide >= 2 && spacing->wide * 10 >= spacing->distances * 3)
		return true;
	return spacing->wide_inner > 0 && spacing->inner_partial * 2 >= spacing->inner;
}

/* --- tables without white between the rows ------------------------------------------------------------------------ */

/* Is there a bracket in the segment that was opened and not closed? */
static bool leaves_bracket_open(const struct pdf_layout *layout, const struct pdf_segment *segment)
{
	int depth = 0;

	for (uint32_t w = 0; w < segment->word_count; w++) {
		struct text word = word_at(layout, segment->word_first + w);
		for (size_t i = 0; i < word.bytes; i++) {
			depth += word.data[i] == '(';
			depth -= word.data[i] == ')' && depth > 0;
		}
	}
	return depth > 0;
}

static bool closes_bracket(const struct pdf_layout *layout, const struct pdf_segment *segment)
{
	for (uint32_t w = 0; w < segment->word_count; w++) {
		struct text word = word_at(layout, segment->word_first + w);
		const char *close = memchr(word.data, ')', word.bytes), *open = memchr(word.data, '(', word.bytes);
		if (close || open)
			return close && (!open || close < open);
	}
	return false;
}

static bool is_plain_word(struct text word)
{
	for (size_t i = 0; i < word.bytes; i++)
		if (!ascii_is_lower(word.data[i]) && !(i > 0 && i + 1 == word.bytes && memchr(".,;:)", word.data[i], 5)))
			return false;
	return word.bytes > 0;
}

enum reading { READS_NEW, READS_EITHER, READS_ON };

/* How does the cell's line read behind the line above it? */
static enum reading read_on(const struct pdf_layout *layout, const struct pdf_segment *above, const struct pdf_segment *segment)
{
	struct text first = word_at(layout, segment->word_first), end = last_word(layout, above);
	const char last = end.bytes > 0 ? end.data[end.bytes - 1] : '.';

	if (leaves_bracket_open(layout, above) && closes_bracket(layout, segment))
		return READS_ON;
	if (last == '.' || last == '!' || last == '?' || are_values(layout, above, segment))
		return READS_NEW;
	return is_plain_word(first) || memchr(",-/+*=(", last, 7) ? READS_ON : READS_EITHER;
}

/* The rest of a name that has signs in it: "tify.bash" below "./functions/no-". */
static bool is_rest_of_name(struct text name, struct text rest)
{
	if (!memchr(name.data, '/', name.bytes) && !memchr(name.data, '.', name.bytes) && !memchr(name.data, '_', name.bytes))
		return false;
	for (size_t i = 0; i < rest.bytes; i++)
		if (!ascii_is_alnum(rest.data[i]) && !memchr("._/-", rest.data[i], 4))
			return false;
	return rest.bytes > 0 && ascii_is_lower(rest.data[0]);
}

/* Does a word end above at a hyphen, and go on in the cell's line? Prefixes, which all end in one, do not. */
static bool is_cut_word(const struct pdf_layout *layout, const struct pdf_segment *above, const struct pdf_segment *segment)
{
	const struct text end = last_word(layout, above), first = word_at(layout, segment->word_first), last = last_word(layout, segment);

	return end.bytes > 2 && end.data[end.bytes - 1] == '-' && ascii_is_lower(end.data[end.bytes - 2]) && (is_plain_word(first) || is_rest_of_name(end, first)) &&
	       last.data[last.bytes - 1] != '-';
}

static bool cuts_a_word(const struct pdf_layout *layout, const struct pdf_table *table, const struct cells_above *above, const struct pdf_row *row)
{
	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		const struct pdf_segment *before = above->last[pdf_table_column_of(table, segment)];
		if (before && is_cut_word(layout, before, segment))
			return true;
	}
	return false;
}

/* Does the line hold nothing but the first column, and go on there with a text of several words, whose row has other cells? */
static bool is_rest_of_key(const struct pdf_layout *layout, const struct pdf_table *table, const struct cells_above *above, const struct pdf_row *row)
{
	enum { WORDS_MIN = 4 };
	const struct pdf_segment *segment = &layout->segments[row->segment_first];
	size_t others = 0;

	if (row->segment_count != 1 || pdf_table_column_of(table, segment) != 0 || !above->last[0] || above->last[0]->word_count < WORDS_MIN ||
	    !is_plain_word(word_at(layout, segment->word_first)))
		return false;
	for (size_t c = 1; c < table->column_count; c++)
		others += above->last[c] != NULL;
	return others > 0;
}

/* Is a line whose first column is filled none the less the rest of the row above? Only if every cell of it is what did not fit
 * above; and where lines of text could be rows as well, only below a header that is set apart, and in no single words; or where a word is
 * cut in two. */
static bool goes_on(const struct pdf_layout *layout, const struct pdf_table *table, const struct cells_above *above, const struct pdf_row *row,
		    bool header_apart)
{
	const bool cut = cuts_a_word(layout, table, above, row), alone = is_rest_of_key(layout, table, above, row);
	bool bracket = false, reads_on = false;

	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		size_t column = pdf_table_column_of(table, segment);
		const struct pdf_segment *before = above->last[column];
		bool at_edge = cut || alone || column + 1 == table->column_count; /* lines that are cut end where the column does, wide as the gap may be */
		float edge = at_edge ? table->columns[column].x1 : table->columns[column + 1].x0 - segment->size;
		if (!before || (would_fit(layout, before, segment, fmaxf(edge, before->box.x1)) && !is_cut_word(layout, before, segment)))
			return false;
		enum reading reading = read_on(layout, before, segment);
		if (reading == READS_NEW || (column == 0 && reading == READS_EITHER && before->word_count == 1))
			return false;
		bracket |= column == 0 && leaves_bracket_open(layout, before) && closes_bracket(layout, segment);
		reads_on |= reading == READS_ON;
		if (column == 0 && before->word_count == 1 && segment->word_count == 1 && !bracket && !cut)
			return false;
	}
	return bracket || cut || (reads_on && (header_apart || alone));
}

/* Is the line less than a line below the row, and in no column below a cell that stands a whole line higher? Then it is cells of the same
 * row, set in the middle of its height. */
static bool is_staggered(const struct pdf_layout *layout, const struct pdf_table *table, const struct cells_above *above, const struct pdf_row *before,
			 const struct pdf_row *row)
{
	const float least = PDF_STAGGER_SIZES * row->size;

	if (row->y - before->y >= least)
		return false;
	for (uint32_t s = 0; s < row->segment_count; s++) {
		const size_t column = pdf_table_column_of(table, &layout->segments[row->segment_first + s]);
		if (above->last[column] && row->y - above->y[column] >= least)
			return false;
	}
	return true;
}

static bool is_number(const struct pdf_layout *layout, const struct pdf_segment *segment)
{
	return segment->word_count == 1 && has_digit(word_at(layout, segment->word_first));
}

/* A line without a key, most of whose cells are numbers below numbers, or below the names of a head: a row of its own, whose key is that
 * of the row above. */
static bool holds_values(const struct pdf_layout *layout, const struct pdf_table *table, const struct cells_above *above, const struct pdf_row *row,
			 bool below_head)
{
	uint32_t values = 0;

	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		const struct pdf_segment *before = above->last[pdf_table_column_of(table, segment)];
		values += before && (are_values(layout, before, segment) || (below_head && is_number(layout, segment)));
	}
	return values >= 2 && values * 2 >= row->segment_count;
}

/* A bold line below a plain one, with a number at its end. */
static bool is_total(const struct pdf_layout *layout, const struct pdf_row *before, const struct pdf_row *row)
{
	return row->bold > 0.8f && before->bold < 0.5f && row->segment_count > 1 && is_number(layout, &layout->segments[row->segment_first + row->segment_count - 1]);
}

void pdf_table_part_rows(struct pdf_layout *layout, const struct pdf_table *table)
{
	struct cells_above above = { 0 };
	const struct pdf_row *before = NULL, *header = NULL;
	struct spacing spacing = { 0 };
	bool in_head = table->bold_header;

	measure(layout, table, &spacing);
	const bool spaced = !table->terms && rows_are_spaced(&spacing);
	for (uint32_t r = 0; r < table->row_count; r++) {
		struct pdf_row *row = &layout->rows[table->row_first + r];
		if (row->furniture)
			continue;
		const float distance = before ? row->y - before->y : 0;
		const bool key = pdf_table_column_of(table, &layout->segments[row->segment_first]) == 0;
		const bool below_head = (r == table->heads + 1 && table->heads > 0) || (before == header && table->bold_header && row->bold < 0.5f);
		const bool ends_head = in_head && row->bold < 0.5f && row->segment_count > 1;
		in_head &= row->bold > 0.8f;
		if (!before)
			row->begins_cells = !table->continued || key;
		else if (r <= table->heads && table->heads > 0)
			row->begins_cells = !is_staggered(layout, table, &above, before, row);
		else if (!table->terms && is_staggered(layout, table, &above, before, row))
			row->begins_cells = false;
		else if (ends_head || (!table->terms && is_total(layout, before, row)))
			row->begins_cells = true;
		else if (spaced)
			row->begins_cells = distance > wide_ratio * spacing.line || (!key && holds_values(layout, table, &above, row, below_head));
		else if (!table->terms && distance > line_sizes_max * row->size)
			row->begins_cells = true;
		else if (!key && !table->terms && holds_values(layout, table, &above, row, below_head))
			row->begins_cells = true;
		else if (!key || table->terms || before == header)
			row->begins_cells = key;
		else
			row->begins_cells = !goes_on(layout, table, &above, row, spacing.header_apart || (table->headed && !table->bold_header));
		if (row->begins_cells)
			above = (struct cells_above){ 0 };
		enter_cells(layout, table, row, &above);
		header = before ? header : row;
		before = row;
	}
}
