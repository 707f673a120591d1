#include "workers/preprocess/pdf_tagged.h"

#include "workers/preprocess/pdf_bullets.h"
#include "workers/preprocess/pdf_layout.h"
#include "workers/preprocess/pdf_tagged_grid.h"
#include "workers/preprocess/pdf_underscores.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { BEFORE_ALL = 0, BEHIND_ALL = UINT32_MAX - 1, NOWHERE = UINT32_MAX };

static const float known_share = 0.95f; /* of the words, whose text was found in the page's content */
static const float piece_share = 0.5f;  /* of the words, that the tree has; the rest is what the browser writes around the page */

void pdf_tagged_init(struct pdf_tagged *tagged)
{
	*tagged = (struct pdf_tagged){ 0 };
	pdf_structure_init(&tagged->structure);
	buffer_init(&tagged->content, PDF_CONTENT_BYTES_MAX);
}

void pdf_tagged_done(struct pdf_tagged *tagged)
{
	pdf_structure_done(&tagged->structure);
	pdf_marks_done(&tagged->marks);
	buffer_done(&tagged->content);
	free(tagged->words);
	*tagged = (struct pdf_tagged){ 0 };
}

int pdf_tagged_read(struct pdf_tagged *tagged, struct text data)
{
	const int status = pdf_structure_read(&tagged->structure, data);

	if (!tagged->structure.believed && !tagged->structure.printed && !tagged->structure.typeset) { /* nothing will be asked of it: its memory goes */
		pdf_structure_done(&tagged->structure);
		pdf_structure_init(&tagged->structure);
	}
	return status;
}

/* --- words ------------------------------------------------------------------------------------------------------- */

static int compare_words(const void *a, const void *b)
{
	const struct pdf_tagged_word *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->sequence != y->sequence)
		return x->sequence < y->sequence ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Is it a table that can be written: of two rows, and of a part at least that is read here? */
static bool is_table(const struct pdf_structure_table *table)
{
	return !table->refused && table->known && table->last_row > table->first_row;
}

/* Do the two stand on one line, the second one right of the first? */
static bool follows(const struct pdf_word *word, const struct pdf_word *next)
{
	const float common = fminf(word->box.y1, next->box.y1) - fmaxf(word->box.y0, next->box.y0);
	const float lower = fminf(word->box.y1 - word->box.y0, next->box.y1 - next->box.y0);

	return common >= 0.5f * lower && (word->rtl && next->rtl ? next->box.x1 <= word->box.x1 : next->box.x0 >= word->box.x0);
}

/* Words that are not in the tree: above and below all that are, they are none of the document's; between, they are read with the word they
 * precede or follow on the page. */
static void place_others(struct pdf_tagged *tagged, struct pdf_page *page, float top, float bottom)
{
	for (size_t i = page->word_count; i-- > 0;) {
		const struct pdf_word *word = &page->words[i];
		struct pdf_tagged_word *place = &tagged->words[i];
		if (place->order != NOWHERE)
			continue;
		page->words[i].untagged = word->box.y1 <= top || word->box.y0 >= bottom;
		if (page->words[i].untagged) {
			place->order = word->box.y1 <= top ? BEFORE_ALL : BEHIND_ALL;
		} else if (i + 1 < page->word_count && !page->words[i + 1].untagged) {
			place->order = tagged->words[i + 1].order;
			place->sequence = tagged->words[i + 1].sequence;
			place->cell = tagged->words[i + 1].cell;
			place->heading = follows(word, &page->words[i + 1]) ? tagged->words[i + 1].heading : 0;
		} else {
			place->order = BEHIND_ALL;
		}
	}
}

/* A few words at the head of the page that are read behind the first of the next page's: what a site shows above all its pages, written at the
 * end of their source. They are as good as not in the tree. Returns the upper edge of what remains. */
static float drop_late(struct pdf_tagged *tagged, const struct pdf_page *page, float top)
{
	enum { LATE_SHARE = 5 };
	const uint32_t limit = pdf_structure_first_order(&tagged->structure, page->number + 1);
	float bottom_of_late = 0, rest_top = page->height;
	size_t late = 0;

	for (size_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		const uint32_t order = tagged->words[i].order;
		late += order != NOWHERE && order > limit;
		if (order != NOWHERE && order > limit)
			bottom_of_late = fmaxf(bottom_of_late, word->box.y1);
		else if (order != NOWHERE)
			rest_top = fminf(rest_top, word->box.y0);
	}
	if (late == 0 || late * LATE_SHARE > page->word_count || bottom_of_late > rest_top)
		return top;
	for (size_t i = 0; i < page->word_count; i++)
		if (tagged->words[i].order != NOWHERE && tagged->words[i].order > limit)
			tagged->words[i] = (struct pdf_tagged_word){ NOWHERE, 0, (uint32_t)i, 0, 0 };
	return rest_top;
}

/* Finds the words in the tree. False: too few are in it. */
static bool place_words(struct pdf_tagged *tagged, struct pdf_page *page)
{
	const struct pdf_structure *structure = &tagged->structure;
	size_t known = 0, pieces = 0;
	float top = page->height, bottom = 0;

	for (uint32_t i = 0; i < page->word_count; i++) {
		struct pdf_word *word = &page->words[i];
		if (word->drawn) { /* it goes with the word that it stands before */
			tagged->words[i] = (struct pdf_tagged_word){ NOWHERE, 0, i, 0, 0 };
			known++;
			pieces++;
			continue;
		}
		const struct pdf_mark *mark = pdf_marks_of(&tagged->marks, word);
		const struct pdf_piece *piece = mark && mark->mark >= 0 ? pdf_structure_piece(structure, page->number, mark->form, (uint32_t)mark->mark) : NULL;
		tagged->words[i] = (struct pdf_tagged_word){ piece ? piece->order : NOWHERE, piece ? mark->sequence : 0, i, 0, piece ? piece->heading : 0 };
		if (piece && piece->cell > 0 && is_table(&structure->tables[structure->cells[piece->cell - 1].table]))
			tagged->words[i].cell = piece->cell;
		known += mark != NULL;
		pieces += piece != NULL;
		top = piece ? fminf(top, word->box.y0) : top;
		bottom = piece ? fmaxf(bottom, word->box.y1) : bottom;
	}
	if ((float)known < known_share * (float)page->word_count || (float)pieces < piece_share * (float)page->word_count)
		return false;
	place_others(tagged, page, drop_late(tagged, page, top), bottom);
	return true;
}

/* The page's words in their new order. */
static int reorder(struct pdf_tagged *tagged, struct pdf_page *page, struct pdf_grids *grids)
{
	while (grids->word_capacity < page->word_count)
		if (!pdf_grow((void **)&grids->words, &grids->word_capacity, grids->word_capacity, sizeof(*grids->words)))
			return -ENOMEM;
	qsort(tagged->words, page->word_count, sizeof(*tagged->words), compare_words);
	memcpy(grids->words, page->words, page->word_count * sizeof(*page->words));
	for (size_t i = 0; i < page->word_count; i++) {
		page->words[i] = grids->words[tagged->words[i].index];
		page->words[i].piece = tagged->words[i].order;
		page->words[i].heading = tagged->words[i].heading;
	}
	for (size_t i = 0; i + 1 < page->word_count; i++) {
		const bool neighbours = tagged->words[i].index + 1 == tagged->words[i + 1].index || tagged->words[i].order == tagged->words[i + 1].order;
		page->words[i].line_end = !follows(&page->words[i], &page->words[i + 1]) || (!neighbours && page->words[i].line_end && tagged->words[i].cell == 0);
		if (!neighbours)
			page->words[i + 1].glued &= follows(&page->words[i], &page->words[i + 1]);
	}
	return 0;
}

/* --- tables ------------------------------------------------------------------------------------------------------ */

static const struct pdf_structure_cell *cell_of(const struct pdf_tagged *tagged, size_t word)
{
	return tagged->words[word].cell > 0 ? &tagged->structure.cells[tagged->words[word].cell - 1] : NULL;
}

/* How many columns of the table left of this one have text somewhere. */
static uint16_t filled_before(const struct pdf_structure_table *table, uint32_t column)
{
	const uint32_t mask = column >= 32 ? UINT32_MAX : (1u << column) - 1;
	return (uint16_t)__builtin_popcount(table->filled & mask);
}

static int add_cell(struct pdf_grids *grids, struct pdf_grid_cell cell)
{
	if (!pdf_grow((void **)&grids->cells, &grids->cell_capacity, grids->cell_count, sizeof(*grids->cells)))
		return -ENOMEM;
	grids->cells[grids->cell_count++] = cell;
	return 0;
}

/* Cells span as many of the rows that the page has as they reach over; their columns get the edges of what stands in them. */
static void settle_grid(const struct pdf_page *page, struct pdf_grids *grids, struct pdf_grid *grid)
{
	for (size_t c = 0; c <= grid->column_count; c++)
		grid->x[c] = grid->box.x1;
	for (uint32_t i = 0; i < grid->cell_count; i++) {
		struct pdf_grid_cell *cell = &grids->cells[grid->cell_first + i];
		cell->rows = (uint16_t)(cell->row + cell->rows > grid->row_count ? grid->row_count - cell->row : cell->rows);
		for (uint32_t w = 0; w < cell->word_count; w++)
			grid->x[cell->column] = fminf(grid->x[cell->column], page->words[cell->word_first + w].box.x0);
	}
	for (size_t c = grid->column_count; c-- > 0;)
		grid->x[c] = fminf(grid->x[c], grid->x[c + 1]);
}

/* How many words of a cell there are once: the header is printed again above each column of a page that the table runs over. */
static size_t count_once(const struct pdf_page *page, size_t first, size_t count)
{
	enum { COLUMNS_MAX = 4 };

	for (size_t parts = COLUMNS_MAX; parts > 1; parts--) {
		const size_t once = count / parts;
		size_t same = once;
		if (once * parts != count || page->words[first + once].box.y0 > page->words[first + once - 1].box.y0)
			continue;
		while (same < count && text_equal(pdf_word_text(page, &page->words[first + same]), pdf_word_text(page, &page->words[first + same - once])))
			same++;
		if (same == count && !follows(&page->words[first + once - 1], &page->words[first + once]))
			return once;
	}
	return count;
}

/* The table that begins at word `first`, up to the word behind it. */
static int take_table(struct pdf_tagged *tagged, struct pdf_page *page, struct pdf_grids *grids, size_t first, size_t end)
{
	const uint32_t index = cell_of(tagged, first)->table;
	struct pdf_structure_table *table = &tagged->structure.tables[index];
	uint32_t last_row = UINT32_MAX;
	int status = 0;

	if (grids->count + 1 >= PDF_PICTURE_FIRST)
		return 0;
	if (!pdf_grow((void **)&grids->items, &grids->capacity, grids->count, sizeof(*grids->items)))
		return -ENOMEM;
	struct pdf_grid grid = { .box = page->words[first].box, .cell_first = (uint32_t)grids->cell_count, .word_first = (uint32_t)first, .word_count = (uint32_t)(end - first),
				 .column_count = (size_t)__builtin_popcount(table->filled), .table = index + 1 };
	for (size_t w = first, next; w < end && status == 0; w = next) {
		const struct pdf_structure_cell *from = cell_of(tagged, w);
		for (next = w; next < end && cell_of(tagged, next) == from; next++) {
			page->words[next].grid = (uint16_t)(grids->count + 1);
			pdf_box_cover(&grid.box, page->words[next].box);
			grid.line_count += page->words[next].line_end && from->column == 0;
		}
		page->words[next - 1].line_end = true;
		if (from->row != last_row) {
			if (table->rows_seen > 0 && from->row + 1u == table->rows_seen && grid.goes_on == 0)
				grid.goes_on = (uint32_t)grid.row_count + 1;
			grid.row_count++;
		}
		last_row = from->row;
		const uint16_t column = filled_before(table, from->column), behind = filled_before(table, (uint32_t)from->column + from->columns);
		status = add_cell(grids, (struct pdf_grid_cell){ (uint16_t)(grid.row_count - 1), column, from->rows, (uint16_t)(behind > column ? behind - column : 1), (uint32_t)w,
								 (uint32_t)count_once(page, w, next - w) });
	}
	table->rows_seen = last_row + 1 > table->rows_seen ? last_row + 1 : table->rows_seen;
	grid.cell_count = (uint32_t)grids->cell_count - grid.cell_first;
	settle_grid(page, grids, &grid);
	grids->items[grids->count++] = grid;
	return status;
}

static bool holds_list(const struct pdf_page *page, size_t first, size_t end)
{
	for (size_t w = first; w < end; w++)
		if (page->words[w].drawn)
			return true;
	return false;
}

/* Has more than one column of the table text on this page? The frame of a note has a picture beside it, and is none, nor is the only column of
 * a table with the bullets of a list, as menus in boxes are; a table that goes on may well have no more here. */
static bool has_columns(const struct pdf_tagged *tagged, const struct pdf_page *page, size_t first, size_t end)
{
	const struct pdf_structure_table *table = &tagged->structure.tables[cell_of(tagged, first)->table];
	const uint16_t column = cell_of(tagged, first)->column;

	for (size_t w = first; w < end; w++)
		if (cell_of(tagged, w)->column != column)
			return true;
	if (__builtin_popcount(table->filled) == 1 && holds_list(page, first, end))
		return false;
	return column == 0 || table->rows_seen > 0;
}

static int take_tables(struct pdf_tagged *tagged, struct pdf_page *page, struct pdf_grids *grids)
{
	int status = 0;
	size_t end;

	for (size_t first = 0; first < page->word_count && status == 0; first = end) {
		const struct pdf_structure_cell *cell = cell_of(tagged, first);
		end = first + 1;
		if (!cell)
			continue;
		while (end < page->word_count && cell_of(tagged, end) && cell_of(tagged, end)->table == cell->table)
			end++;
		if (has_columns(tagged, page, first, end))
			status = take_table(tagged, page, grids, first, end);
	}
	return status;
}

int pdf_tagged_arrange(struct pdf_tagged *tagged, struct pdf_page *page, struct pdf_grids *grids)
{
	double left = 0, top = 0;

	const bool arranged = tagged->structure.believed && pdf_structure_has_page(&tagged->structure, page->number);

	if (page->word_count == 0 || page->ocr || !(arranged || tagged->structure.printed || tagged->structure.typeset) || !pdf_structure_edges(&tagged->structure, page->number, &left, &top))
		return 0;
	buffer_clear(&tagged->content);
	if (!pdf_structure_content(&tagged->structure, page->number, &tagged->content))
		return tagged->content.status == -ENOMEM ? -ENOMEM : 0;
	int status = pdf_marks_read(&tagged->marks, &tagged->structure.objects, pdf_structure_resources(&tagged->structure, page->number),
				    buffer_view(&tagged->content), left, top);
	if (status == 0 && tagged->structure.printed)
		status = pdf_bullets_add(page, tagged->marks.dots.items, tagged->marks.dots.count);
	if (status == 0 && tagged->structure.typeset)
		status = pdf_underscores_join(page, tagged->marks.strokes.items, tagged->marks.strokes.count);
	if (!arranged)
		return status;
	while (status == 0 && tagged->word_capacity < page->word_count)
		if (!pdf_grow((void **)&tagged->words, &tagged->word_capacity, tagged->word_capacity, sizeof(*tagged->words)))
			status = -ENOMEM;
	if (status < 0 || !place_words(tagged, page))
		return status;
	grids->count = grids->cell_count = 0;
	status = reorder(tagged, page, grids);
	if (status == 0)
		status = pdf_tagged_find_grids(tagged, page);
	if (status == 0)
		status = take_tables(tagged, page, grids);
	page->ordered = true;
	page->grids = grids;
	return status;
}
