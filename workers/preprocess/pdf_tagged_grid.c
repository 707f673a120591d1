#include "workers/preprocess/pdf_tagged_grid.h"

#include <errno.h>
#include <math.h>

enum {
	COLUMNS_MIN = 2,
	ROWS_MIN = 2,         /* below the header; one where the page ends */
	ROW_WORDS_MAX = 2000, /* so that rows that are none are not read over and over */
};

static const float edge_tolerance = 1.5f;

static bool is_plain(const struct pdf_tagged *tagged, const struct pdf_page *page, size_t w)
{
	const struct pdf_word *word = &page->words[w];
	const struct pdf_tagged_word *place = &tagged->words[w];

	return place->cell == 0 && place->heading == 0 && !word->untagged && !word->rotated && !word->rtl && word->bytes > 0;
}

/* Does the word stand right of the one before it, on its line? */
static bool on_line(const struct pdf_word *before, const struct pdf_word *word)
{
	const float common = fminf(before->box.y1, word->box.y1) - fmaxf(before->box.y0, word->box.y0);
	const float lower = fminf(before->box.y1 - before->box.y0, word->box.y1 - word->box.y0);

	return common >= 0.5f * lower && word->box.x0 >= before->box.x0;
}

/* Names of columns are bold; so are the key words of program text, which is aligned with blanks. */
static bool is_name(const struct pdf_word *word) { return (word->style & (PDF_BOLD | PDF_MONO)) == PDF_BOLD; }

/* Reads a line of names, pieces with white between them. Returns the word behind it. */
static size_t read_header(const struct pdf_tagged *tagged, const struct pdf_page *page, size_t first, struct pdf_tagged_columns *columns)
{
	static const float gap_sizes = 0.6f;
	size_t w = first;

	columns->count = 0;
	columns->bottom = page->words[first].box.y1;
	for (; w < page->word_count && is_plain(tagged, page, w) && is_name(&page->words[w]); w++) {
		const struct pdf_word *word = &page->words[w], *before = w > first ? word - 1 : NULL;
		if (before && !on_line(before, word))
			break;
		if (!before || (tagged->words[w].order != tagged->words[w - 1].order && word->box.x0 - before->box.x1 > gap_sizes * word->size)) {
			if (columns->count == COUNT_OF(columns->x))
				break;
			columns->x[columns->count++] = word->box.x0;
		}
		columns->bottom = fmaxf(columns->bottom, word->box.y1);
	}
	return w;
}

static size_t column_of(const struct pdf_tagged_columns *columns, const struct pdf_word *word)
{
	size_t c = 0;

	while (c + 1 < columns->count && columns->x[c + 1] - edge_tolerance <= word->box.x0)
		c++;
	return c;
}

static bool begins_column(const struct pdf_tagged_columns *columns, const struct pdf_word *word)
{
	return fabsf(word->box.x0 - columns->x[column_of(columns, word)]) <= edge_tolerance;
}

/* The end of the row that begins with word `first`, below all that was read: cells from left to right, each of them lines close below each other in
 * its column, the first ones at one height. `first` when there is none. */
static size_t read_row(const struct pdf_tagged *tagged, const struct pdf_page *page, size_t first, struct pdf_tagged_columns *columns)
{
	static const float overlap_sizes = 0.3f, larger = 1.3f, close_sizes = 0.8f;
	const struct pdf_word *start = &page->words[first];
	size_t column = 0, cells = 0, w = first;
	float bottom = start->box.y1;

	for (; w < page->word_count && w - first < ROW_WORDS_MAX && is_plain(tagged, page, w); w++) {
		const struct pdf_word *word = &page->words[w], *before = word - 1;
		const size_t at = column_of(columns, word);
		if (w > first && (at < column || word->size > larger * start->size))
			break;
		if (at + 1 < columns->count && word->box.x1 > columns->x[at + 1])
			return first; /* text that runs on over the columns */
		if (w == first || at > column) {
			const bool same_piece = w > first && tagged->words[w].order == tagged->words[w - 1].order;
			const bool level = w == first ? word->box.y0 >= columns->bottom - overlap_sizes * word->size
						      : fabsf(word->box.y0 + word->box.y1 - start->box.y0 - start->box.y1) <= word->size;
			if (same_piece || !level || !begins_column(columns, word))
				return first;
			column = at;
			cells++;
		} else if (!on_line(before, word) && (word->box.y0 <= before->box.y0 || word->box.y0 - before->box.y1 > close_sizes * word->size)) {
			break;
		}
		bottom = fmaxf(bottom, word->box.y1);
	}
	if (cells < COLUMNS_MIN && column_of(columns, start) == 0)
		return first;
	columns->bottom = bottom;
	return w;
}

/* The words are those of the row's cells. */
static int add_cells(struct pdf_tagged *tagged, const struct pdf_page *page, size_t first, size_t end, const struct pdf_tagged_columns *columns)
{
	struct pdf_structure *structure = &tagged->structure;
	size_t column = SIZE_MAX;

	for (size_t w = first; w < end; w++) {
		const size_t at = column_of(columns, &page->words[w]);
		if (at != column) {
			if (!pdf_grow((void **)&structure->cells, &structure->cell_capacity, structure->cell_count, sizeof(*structure->cells)))
				return -ENOMEM;
			structure->cells[structure->cell_count++] = (struct pdf_structure_cell){ columns->table, (uint16_t)columns->row, (uint16_t)at, 1, 1 };
		}
		column = at;
		tagged->words[w].cell = (uint32_t)structure->cell_count;
	}
	return 0;
}

/* The rows from word *end on are the table's; *end is then the word behind them. */
static int take_rows(struct pdf_tagged *tagged, const struct pdf_page *page, size_t *end, struct pdf_tagged_columns *columns)
{
	int status = 0;

	for (size_t next; status == 0 && *end < page->word_count && columns->row < PDF_STRUCTURE_ROWS_MAX; *end = next) {
		next = read_row(tagged, page, *end, columns);
		if (next == *end)
			break;
		columns->row += column_of(columns, &page->words[*end]) == 0; /* else the rest of a row that the page's end has cut */
		status = add_cells(tagged, page, *end, next, columns);
	}
	return status;
}

static bool ends_text(const struct pdf_page *page, size_t end)
{
	return end == page->word_count || page->words[end].untagged;
}

/* A header with rows below it, at word `first`; *ret_end: behind what was looked at. */
static int take_grid(struct pdf_tagged *tagged, const struct pdf_page *page, size_t first, size_t *ret_end)
{
	struct pdf_structure *structure = &tagged->structure;
	struct pdf_tagged_columns columns = { .page = page->number }, tried;
	const size_t header_end = read_header(tagged, page, first, &columns);
	size_t end = header_end, rows = 0;

	*ret_end = header_end > first ? header_end : first + 1;
	if (columns.count < COLUMNS_MIN)
		return 0;
	tried = columns;
	for (size_t next; end < page->word_count && rows < ROWS_MIN; end = next, rows++) {
		next = read_row(tagged, page, end, &tried);
		if (next == end || column_of(&columns, &page->words[end]) > 0)
			break;
	}
	if (rows == 0 || (rows < ROWS_MIN && !ends_text(page, end)))
		return 0;
	if (!pdf_grow((void **)&structure->tables, &structure->table_capacity, structure->table_count, sizeof(*structure->tables)))
		return -ENOMEM;
	columns.table = (uint32_t)structure->table_count;
	structure->tables[structure->table_count++] =
		(struct pdf_structure_table){ .filled = (uint32_t)((1ull << columns.count) - 1), .last_row = ROWS_MIN, .known = true };
	int status = add_cells(tagged, page, first, header_end, &columns);
	*ret_end = header_end;
	if (status == 0)
		status = take_rows(tagged, page, ret_end, &columns);
	tagged->columns = columns;
	return status;
}

int pdf_tagged_find_grids(struct pdf_tagged *tagged, const struct pdf_page *page)
{
	const bool goes_on = tagged->columns.count > 0 && tagged->columns.page + 1 == page->number;
	size_t w = 0, end;
	int status = 0;

	while (w < page->word_count && page->words[w].untagged)
		w++;
	if (goes_on && w < page->word_count) {
		tagged->columns.bottom = 0;
		tagged->columns.page = page->number;
		status = take_rows(tagged, page, &w, &tagged->columns);
	}
	if (!goes_on || !ends_text(page, w))
		tagged->columns.count = 0;
	for (; status == 0 && w < page->word_count; w = end) {
		end = w + 1;
		if (!is_plain(tagged, page, w) || (w > 0 && on_line(&page->words[w - 1], &page->words[w])))
			continue;
		status = take_grid(tagged, page, w, &end);
		if (!ends_text(page, end))
			tagged->columns.count = 0;
	}
	return status;
}
