#include "workers/preprocess/pdf_grid_fit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
	SCRATCH_BYTES_MAX = 256 << 20,
	NO_CELL = UINT16_MAX,
	FRAME_LINES_MIN = 14, /* a cell with so many lines, and few cells besides: a page's frame, a box around text */
	FRAME_CELLS_MAX = 6,
};

static const float crossing_margin = 1.5f;  /* points of a word on both sides of a rule: the rule goes through it */
static const float crossing_share_max = 0.04f;
static const float filled_share_min = 0.3f; /* of the cells; diagrams are mostly white */
static const float blank_sizes = 0.25f;
static const float gap_sizes = 1.5f;         /* wider than a blank in a cell's line */
static const float sparse_sizes = 1.2f;      /* white between two lines that are not of one text */
static const float parting_sizes = 0.7f;     /* white at a border that stands for its rule; a blank is about 0.3 */

void pdf_grids_init(struct pdf_grids *grids)
{
	*grids = (struct pdf_grids){ 0 };
	pdf_lattices_init(&grids->lattices);
	buffer_init(&grids->scratch, SCRATCH_BYTES_MAX);
}

void pdf_grids_done(struct pdf_grids *grids)
{
	free(grids->items);
	free(grids->cells);
	free(grids->words);
	pdf_lattices_done(&grids->lattices);
	buffer_done(&grids->scratch);
	*grids = (struct pdf_grids){ 0 };
}

/* --- cells and their words --------------------------------------------------------------------------------------- */

/* The strip that a place is in, or `count`. */
static size_t strip_of(const float *borders, size_t count, float at)
{
	size_t low = 0, high = count + 1;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (borders[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? count : low - 1;
}

static bool is_parted(const struct pdf_lattice *lattice, size_t row, size_t column) { return lattice->walls_right[row] & (1u << column); }

/* Enters a word at the borders of its cell, of all the places that no rule parts from its own. */
static void enter_word(struct pdf_grid_fit *fit, const struct pdf_word *word)
{
	const struct pdf_lattice *lattice = fit->lattice;
	const size_t column = strip_of(lattice->x, lattice->column_count, (word->box.x0 + word->box.x1) / 2);
	const size_t row = strip_of(lattice->y, lattice->row_count, (word->box.y0 + word->box.y1) / 2);

	if (column >= lattice->column_count || row >= lattice->row_count || word->bytes == 0 || word->grid > 0)
		return;
	struct white *place = &fit->white[row][column];
	place->top = fminf(place->top, word->box.y0);
	place->bottom = fmaxf(place->bottom, word->box.y1);
	place->letters = fmaxf(place->letters, word->size);
	for (size_t c = column; c + 1 < lattice->column_count && !is_parted(lattice, row, c); c++) {
		struct white *white = &fit->white[row][c];
		white->left = fmaxf(white->left, word->box.x1);
		white->size = fmaxf(white->size, word->size);
		white->crossed |= word->rotated || word->box.x1 > lattice->x[c + 1] + crossing_margin;
	}
	for (size_t c = column; c > 0 && !is_parted(lattice, row, c - 1); c--) {
		struct white *white = &fit->white[row][c - 1];
		white->right = fminf(white->right, word->box.x0);
		white->size = fmaxf(white->size, word->size);
		white->crossed |= word->rotated || word->box.x0 < lattice->x[c] - crossing_margin;
	}
}

/* Words of one column far below others, in a row that a rule parts from the one above in all other columns: there a cell begins. */
static void part_column(struct pdf_grid_fit *fit, size_t c)
{
	struct pdf_lattice *lattice = fit->lattice;
	const uint32_t others = (uint32_t)(((uint64_t)1 << lattice->column_count) - 1) & ~(1u << c);
	size_t above = SIZE_MAX; /* the row of the words before, if nothing parts them from those to come */

	for (size_t r = 0; r < lattice->row_count; r++) {
		const struct white *place = &fit->white[r][c];
		if (r > 0 && lattice->walls_below[r - 1] & (1u << c))
			above = SIZE_MAX;
		if (place->bottom < place->top)
			continue;
		if (above != SIZE_MAX && (lattice->walls_below[r - 1] & others) == others &&
		    place->top - fit->white[above][c].bottom > sparse_sizes * place->letters)
			lattice->walls_below[r - 1] |= 1u << c;
		above = r;
	}
}

/* Some tables draw the rules of every second row, or none in their head: where all words of a row stand well apart at the border of two
 * columns, it parts them as a rule would. */
static void part_at_white(struct pdf_grid_fit *fit)
{
	struct pdf_lattice *lattice = fit->lattice;

	for (size_t r = 0; r < lattice->row_count; r++)
		for (size_t c = 0; c < lattice->column_count; c++)
			fit->white[r][c] = (struct white){ -INFINITY, INFINITY, 0, false, INFINITY, -INFINITY, 0 };
	for (uint32_t i = 0; i < fit->page->word_count; i++)
		enter_word(fit, &fit->page->words[i]);
	for (size_t r = 0; r < lattice->row_count; r++)
		for (size_t c = 0; c + 1 < lattice->column_count; c++) {
			const struct white *white = &fit->white[r][c];
			if (!white->crossed && white->left > -INFINITY && white->right < INFINITY &&
			    white->right - white->left > parting_sizes * white->size)
				lattice->walls_right[r] |= 1u << c;
		}
	for (size_t c = 0; c < lattice->column_count; c++)
		part_column(fit, c);
}

static void make_cells(struct pdf_grid_fit *fit)
{
	const struct pdf_lattice *lattice = fit->lattice;

	memset(fit->cell_of, 0xFF, sizeof(fit->cell_of));
	for (size_t r = 0; r < lattice->row_count; r++) {
		for (size_t c = 0; c < lattice->column_count; c++) {
			if (fit->cell_of[r][c] != NO_CELL)
				continue;
			struct pdf_lattice_cell place = pdf_lattice_cell_at(lattice, r, c);
			for (size_t right = c + 1; right < c + place.columns; right++)
				if (fit->cell_of[r][right] != NO_CELL)
					place.columns = (uint16_t)(right - c);
			for (size_t down = r; down < r + place.rows; down++)
				for (size_t right = c; right < c + place.columns; right++)
					fit->cell_of[down][right] = (uint16_t)fit->cell_count;
			fit->cells[fit->cell_count++] = (struct pdf_grid_cell){ place.row, place.column, place.rows, place.columns, 0, 0 };
		}
	}
}

static bool goes_through(const struct pdf_grid_fit *fit, size_t row, const struct pdf_word *word)
{
	const struct pdf_lattice *lattice = fit->lattice;

	for (size_t c = 0; c + 1 < lattice->column_count; c++)
		if (lattice->walls_right[row] & (1u << c) && word->box.x0 < lattice->x[c + 1] - crossing_margin &&
		    word->box.x1 > lattice->x[c + 1] + crossing_margin)
			return true;
	return false;
}

/* The cell that a word stands in, or NO_CELL. */
static uint16_t cell_of_word(const struct pdf_grid_fit *fit, const struct pdf_word *word, size_t *ret_row)
{
	const float x = (word->box.x0 + word->box.x1) / 2, y = (word->box.y0 + word->box.y1) / 2;
	const size_t column = strip_of(fit->lattice->x, fit->lattice->column_count, x);

	*ret_row = strip_of(fit->lattice->y, fit->lattice->row_count, y);
	if (column >= fit->lattice->column_count || *ret_row >= fit->lattice->row_count || word->bytes == 0 || word->grid > 0)
		return NO_CELL;
	return fit->cell_of[*ret_row][column];
}

/* Sorts the words into the cells, by counting. `order` has room for all words of the page. */
static void place_words(struct pdf_grid_fit *fit)
{
	uint32_t next = 0;
	size_t row;

	for (uint32_t i = 0; i < fit->page->word_count; i++) {
		const uint16_t cell = cell_of_word(fit, &fit->page->words[i], &row);
		if (cell == NO_CELL)
			continue;
		fit->cells[cell].word_count++;
		fit->word_count++;
		fit->crossing += goes_through(fit, row, &fit->page->words[i]);
	}
	for (size_t c = 0; c < fit->cell_count; c++) {
		fit->cells[c].word_first = next;
		next += fit->cells[c].word_count;
		fit->cells[c].word_count = 0;
	}
	for (uint32_t i = 0; i < fit->page->word_count; i++) {
		const uint16_t cell = cell_of_word(fit, &fit->page->words[i], &row);
		if (cell != NO_CELL)
			fit->order[fit->cells[cell].word_first + fit->cells[cell].word_count++] = i;
	}
}

/* --- lines of a cell --------------------------------------------------------------------------------------------- */

struct placed {
	float key;
	uint32_t word;
};

static int compare_placed(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;

	if (left->key < right->key || left->key > right->key)
		return left->key < right->key ? -1 : 1;
	return left->word < right->word ? -1 : left->word > right->word;
}

static float middle_y(struct pdf_box box) { return (box.y0 + box.y1) / 2; }

static bool is_rotated(const struct pdf_grid_fit *fit, const struct pdf_grid_cell *cell)
{
	size_t rotated = 0;

	for (uint32_t i = 0; i < cell->word_count; i++)
		rotated += fit->page->words[fit->order[cell->word_first + i]].rotated;
	return rotated * 2 > cell->word_count;
}

/* The words of the cell line by line, each from left to right; turned text stays as it is. */
static void sort_cell(struct pdf_grid_fit *fit, struct pdf_grid_cell *cell, struct placed *placed)
{
	const struct pdf_word *words = fit->page->words;
	uint32_t *order = &fit->order[cell->word_first], end;

	if (cell->word_count == 0)
		return;
	fit->ends_line[cell->word_first + cell->word_count - 1] = true;
	if (is_rotated(fit, cell))
		return;
	for (uint32_t i = 0; i < cell->word_count; i++)
		placed[i] = (struct placed){ middle_y(words[order[i]].box), order[i] };
	qsort(placed, cell->word_count, sizeof(*placed), compare_placed);
	for (uint32_t first = 0; first < cell->word_count; first = end) {
		struct pdf_box core = words[placed[first].word].box;
		for (end = first; end < cell->word_count && (end == first || pdf_grid_same_line(core, words[placed[end].word].box)); end++) {
			const struct pdf_box box = words[placed[end].word].box;
			core = box.y1 - box.y0 > core.y1 - core.y0 ? box : core;
			placed[end].key = box.x0;
		}
		qsort(&placed[first], end - first, sizeof(*placed), compare_placed);
		fit->ends_line[cell->word_first + end - 1] = true;
	}
	for (uint32_t i = 0; i < cell->word_count; i++)
		order[i] = placed[i].word;
}

struct lines { /* of one cell or more */
	size_t count;    /* most in a cell */
	size_t breaks;   /* ends of lines with another below */
	size_t early;    /* of these, where the next word would have fitted */
	size_t sparse;   /* of these, where the next line is far below */
	size_t gapped;   /* lines with a gap as wide as that between columns */
};

static void count_lines(const struct pdf_grid_fit *fit, const struct pdf_grid_cell *cell, struct lines *lines)
{
	const struct pdf_word *words = fit->page->words;
	const float x0 = fit->lattice->x[cell->column], x1 = fit->lattice->x[cell->column + cell->columns];
	float left = x1;
	size_t count = 0;
	bool gap = false;

	for (uint32_t i = 0; i < cell->word_count; i++)
		left = fminf(left, words[fit->order[cell->word_first + i]].box.x0);
	const float right = x1 - fmaxf(left - x0, 1); /* as much white as on the left */
	for (uint32_t i = 0; i < cell->word_count; i++) {
		if (!fit->ends_line[cell->word_first + i]) {
			const struct pdf_word *word = &words[fit->order[cell->word_first + i]], *next = &words[fit->order[cell->word_first + i + 1]];
			gap |= next->box.x0 - word->box.x1 > gap_sizes * word->size;
			continue;
		}
		count++;
		lines->gapped += gap;
		gap = false;
		if (i + 1 == cell->word_count)
			break;
		const struct pdf_word *last = &words[fit->order[cell->word_first + i]], *next = &words[fit->order[cell->word_first + i + 1]];
		lines->breaks++;
		lines->sparse += next->box.y0 - last->box.y1 > sparse_sizes * last->size;
		lines->early += last->box.x1 + blank_sizes * last->size + next->box.x1 - next->box.x0 < right - 0.5f * last->size;
	}
	lines->count = count > lines->count ? count : lines->count;
}

/* --- is it a table? ---------------------------------------------------------------------------------------------- */

/* Are the rows parted by something else than rules? So it is when one row of few holds lines in several columns that were not
 * wrapped. */
static bool lacks_rows(const struct pdf_grid_fit *fit)
{
	enum { ROWS_MAX = 4, LINES_MIN = 3 };

	if (fit->lattice->row_count > ROWS_MAX)
		return false;
	for (size_t r = 0; r < fit->lattice->row_count; r++) {
		struct lines all = { 0 };
		size_t filled = 0, tall = 0;
		for (size_t c = 0; c < fit->cell_count; c++) {
			struct lines lines = { 0 };
			if (fit->cells[c].row != r || fit->cells[c].word_count == 0)
				continue;
			count_lines(fit, &fit->cells[c], &lines);
			filled++;
			tall += lines.count >= LINES_MIN;
			all.breaks += lines.breaks;
			all.early += lines.early;
		}
		if (tall >= 2 && tall * 3 >= filled * 2 && all.early * 10 >= all.breaks * 6)
			return true;
	}
	return false;
}

/* Program text in a frame, with a button in its corner. */
static bool is_framed_code(const struct pdf_grid_fit *fit, size_t filled)
{
	size_t mono = 0;

	for (size_t c = 0; c < fit->cell_count; c++) {
		const struct pdf_grid_cell *cell = &fit->cells[c];
		for (uint32_t i = 0; i < cell->word_count; i++)
			mono += (fit->page->words[fit->order[cell->word_first + i]].style & PDF_MONO) != 0;
	}
	return filled <= 3 && mono == fit->word_count;
}

/* A row with text in its first column alone, in larger type than what stands above: a heading between two tables, in a box of its own. */
static bool holds_heading(const struct pdf_grid_fit *fit)
{
	static const float larger = 1.15f;
	float size = 0, letters = 0;
	size_t next;

	for (size_t c = 0; c < fit->cell_count; c++) {
		const struct pdf_grid_cell *cell = &fit->cells[c];
		float own = 0, own_letters = 0;
		for (uint32_t i = 0; i < cell->word_count; i++) {
			const struct pdf_word *word = &fit->page->words[fit->order[cell->word_first + i]];
			own += word->size * (float)word->bytes;
			own_letters += (float)word->bytes;
		}
		for (next = c + 1; next < fit->cell_count && fit->cells[next].row == cell->row && fit->cells[next].word_count == 0;)
			next++;
		const bool alone = cell->column == 0 && cell->rows == 1 && (next == fit->cell_count || fit->cells[next].row > cell->row);
		if (alone && letters > 0 && own * letters > larger * size * own_letters)
			return true;
		size += own;
		letters += own_letters;
	}
	return false;
}

/* Boxes that lay out a page: as high as much of it, and in one of them larger type stands above other text, as a heading does. */
static bool lays_out_page(const struct pdf_grid_fit *fit)
{
	static const float larger = 1.25f, height_share = 0.4f;
	const struct pdf_box box = pdf_lattice_box(fit->lattice);
	float size = 0, letters = 0;

	if (box.y1 - box.y0 < height_share * fit->page->height)
		return false;
	for (size_t w = 0; w < fit->word_count; w++) {
		const struct pdf_word *word = &fit->page->words[fit->order[w]];
		size += word->size * (float)word->bytes;
		letters += (float)word->bytes;
	}
	for (size_t c = 0; c < fit->cell_count; c++) {
		const struct pdf_grid_cell *cell = &fit->cells[c];
		bool large = false, line = false, above = false; /* a word of the line at hand; all of it; of a line before */
		for (uint32_t i = 0; i < cell->word_count; i++) {
			large = fit->page->words[fit->order[cell->word_first + i]].size * letters > larger * size;
			line = large && (line || i == 0 || fit->ends_line[cell->word_first + i - 1]);
			if (above && !large)
				return true;
			above |= line && fit->ends_line[cell->word_first + i];
		}
	}
	return false;
}

static bool is_table(const struct pdf_grid_fit *fit)
{
	uint32_t columns = 0;
	size_t filled = 0, rows = 0, last_row = SIZE_MAX, most_lines = 0;
	struct lines all = { 0 };

	for (size_t c = 0; c < fit->cell_count; c++) {
		const struct pdf_grid_cell *cell = &fit->cells[c];
		struct lines lines = { 0 };
		if (cell->word_count == 0)
			continue;
		filled++;
		columns |= 1u << cell->column;
		rows += cell->row != last_row;
		last_row = cell->row;
		count_lines(fit, cell, &lines);
		most_lines = lines.count > most_lines ? lines.count : most_lines;
		all.count += lines.count;
		all.breaks += lines.breaks;
		all.sparse += lines.sparse;
		all.gapped += lines.gapped;
	}
	const size_t places = fit->lattice->row_count * fit->lattice->column_count;
	if (filled < 3 || rows < 2 || (columns & (columns - 1)) == 0)
		return false;
	if ((float)fit->crossing > crossing_share_max * (float)fit->word_count)
		return false;
	if ((float)filled < filled_share_min * (float)fit->cell_count || (float)filled < 0.2f * (float)places)
		return false;
	if (is_framed_code(fit, filled) || holds_heading(fit) || lays_out_page(fit))
		return false;
	/* Text that stands far apart in one cell: labels of a drawing, or columns that no rule parts. */
	if (all.sparse * 3 > all.breaks || all.gapped * 4 > all.count)
		return false;
	if (most_lines >= FRAME_LINES_MIN && filled <= FRAME_CELLS_MAX)
		return false;
	return !lacks_rows(fit);
}

/* --- taking it ---------------------------------------------------------------------------------------------------- */

/* New numbers for the rows and columns in which a cell with text begins. */
static void number_strips(const struct pdf_grid_fit *fit, uint16_t *rows, uint16_t *columns, struct pdf_grid *grid)
{
	const struct pdf_lattice *lattice = fit->lattice;
	bool row_filled[PDF_LATTICE_ROWS_MAX] = { false }, column_filled[PDF_LATTICE_COLUMNS_MAX] = { false };

	for (size_t c = 0; c < fit->cell_count; c++)
		if (fit->cells[c].word_count > 0)
			row_filled[fit->cells[c].row] = column_filled[fit->cells[c].column] = true;
	grid->row_count = grid->column_count = 0;
	for (size_t r = 0; r <= lattice->row_count; r++) {
		rows[r] = (uint16_t)grid->row_count;
		grid->row_count += r < lattice->row_count && row_filled[r];
	}
	for (size_t c = 0; c <= lattice->column_count; c++) {
		columns[c] = (uint16_t)grid->column_count;
		if (c < lattice->column_count && column_filled[c])
			grid->x[grid->column_count++] = lattice->x[c];
	}
	grid->x[grid->column_count] = lattice->x[lattice->column_count];
}

/* The accepted lattice as a grid; its words go to the end of grids->words. */
static int take(struct pdf_grids *grids, struct pdf_grid_fit *fit, size_t *word_count)
{
	uint16_t rows[PDF_LATTICE_ROWS_MAX + 1], columns[PDF_LATTICE_COLUMNS_MAX + 1];

	if (!pdf_grow((void **)&grids->items, &grids->capacity, grids->count, sizeof(*grids->items)))
		return -ENOMEM;
	struct pdf_grid grid = { .box = pdf_lattice_box(fit->lattice), .cell_first = (uint32_t)grids->cell_count, .word_first = (uint32_t)*word_count };
	number_strips(fit, rows, columns, &grid);
	for (size_t c = 0; c < fit->cell_count; c++) {
		struct pdf_grid_cell cell = fit->cells[c];
		struct lines lines = { 0 };
		if (cell.word_count == 0)
			continue;
		if (!pdf_grow((void **)&grids->cells, &grids->cell_capacity, grids->cell_count, sizeof(*grids->cells)))
			return -ENOMEM;
		count_lines(fit, &cell, &lines);
		grid.line_count += cell.column == 0 ? (uint32_t)lines.count : 0;
		for (uint32_t i = 0; i < cell.word_count; i++) {
			struct pdf_word *word = &fit->page->words[fit->order[cell.word_first + i]];
			word->grid = (uint16_t)(grids->count + 1);
			grids->words[*word_count + i] = *word;
			grids->words[*word_count + i].line_end = fit->ends_line[cell.word_first + i];
		}
		cell.word_first = (uint32_t)*word_count;
		*word_count += cell.word_count;
		cell.rows = (uint16_t)(rows[cell.row + cell.rows] - rows[cell.row]);
		cell.columns = (uint16_t)(columns[cell.column + cell.columns] - columns[cell.column]);
		cell.row = rows[cell.row];
		cell.column = columns[cell.column];
		grids->cells[grids->cell_count++] = cell;
	}
	grid.cell_count = (uint32_t)grids->cell_count - grid.cell_first;
	grid.word_count = (uint32_t)*word_count - grid.word_first;
	grids->items[grids->count++] = grid;
	return 0;
}

static void fill(struct pdf_grid_fit *fit, struct placed *placed)
{
	fit->cell_count = fit->word_count = fit->crossing = 0;
	memset(fit->cells, 0, fit->lattice->row_count * fit->lattice->column_count * sizeof(*fit->cells));
	memset(fit->ends_line, 0, fit->page->word_count * sizeof(*fit->ends_line));
	make_cells(fit);
	place_words(fit);
	for (size_t c = 0; c < fit->cell_count; c++)
		sort_cell(fit, &fit->cells[c], placed);
}

static int try_lattice(struct pdf_grids *grids, struct pdf_grid_fit *fit, struct placed *placed, size_t *word_count)
{
	part_at_white(fit);
	fill(fit, placed);
	if (fit->word_count < 3)
		return 0;
	if (pdf_grid_split_steps(fit))
		fill(fit, placed);
	return is_table(fit) ? take(grids, fit, word_count) : 0;
}

/* The page's words in their new order: those of grids stand behind the others already. */
static void reorder(struct pdf_grids *grids, struct pdf_page *page, size_t grid_words)
{
	size_t kept = 0;

	for (size_t i = 0; i < page->word_count; i++) {
		if (page->words[i].grid == 0) {
			page->words[kept++] = page->words[i];
		} else if (kept > 0) {
			page->words[kept - 1].line_end = true;
		}
	}
	CHECK(kept + grid_words == page->word_count);
	memcpy(&page->words[kept], grids->words, grid_words * sizeof(*page->words));
	for (size_t g = 0; g < grids->count; g++)
		grids->items[g].word_first += (uint32_t)kept;
	for (size_t c = 0; c < grids->cell_count; c++)
		grids->cells[c].word_first += (uint32_t)kept;
}

static int compare_area(const void *a, const void *b)
{
	const struct pdf_box left = pdf_lattice_box(a), right = pdf_lattice_box(b);
	const float one = (left.x1 - left.x0) * (left.y1 - left.y0), other = (right.x1 - right.x0) * (right.y1 - right.y0);
	return one > other ? -1 : one < other;
}

int pdf_grids_find(struct pdf_grids *grids, const struct pdf_rules *rules, struct pdf_page *page)
{
	size_t grid_words = 0;

	grids->count = grids->cell_count = 0;
	int status = pdf_lattices_find(&grids->lattices, rules);
	if (status < 0 || grids->lattices.count == 0 || page->word_count == 0)
		return status;
	while (grids->word_capacity < page->word_count)
		if (!pdf_grow((void **)&grids->words, &grids->word_capacity, grids->word_capacity, sizeof(*grids->words)))
			return -ENOMEM;
	/* Large ones first: what stands in a table's cell is of that table. */
	qsort(grids->lattices.items, grids->lattices.count, sizeof(*grids->lattices.items), compare_area);
	struct pdf_grid_fit *fit = calloc(1, sizeof(*fit));
	struct placed *placed = calloc(page->word_count, sizeof(*placed));
	if (fit) {
		fit->page = page;
		fit->cells = calloc((size_t)PDF_LATTICE_ROWS_MAX * PDF_LATTICE_COLUMNS_MAX, sizeof(*fit->cells));
		fit->order = calloc(page->word_count, sizeof(*fit->order));
		fit->ends_line = calloc(page->word_count, sizeof(*fit->ends_line));
	}
	if (!fit || !placed || !fit->cells || !fit->order || !fit->ends_line)
		status = -ENOMEM;
	for (size_t i = 0; i < grids->lattices.count && status == 0; i++) {
		fit->lattice = &grids->lattices.items[i];
		status = try_lattice(grids, fit, placed, &grid_words);
	}
	if (status == 0)
		reorder(grids, page, grid_words);
	if (fit) {
		free(fit->cells);
		free(fit->order);
		free(fit->ends_line);
	}
	free(fit);
	free(placed);
	return status;
}
