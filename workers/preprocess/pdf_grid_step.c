#include "workers/preprocess/pdf_grid_fit.h"

/* Tables are often ruled around their columns and their head alone. The body is one row of the lattice then, and its entries stand line by
 * line below one another: in step over all columns, unlike a row's wrapped cells, of which one has more lines than another. */

enum { LATTICE_ROWS_MAX = 4, LINES_MIN = 3, KEY_WORDS_MAX = 3 };

struct step {
	const struct pdf_grid_cell *key; /* the first filled cell of the row */
	size_t lines;
	size_t dense;                    /* cells beside the key with half as many lines or more */
	float borders[PDF_LATTICE_ROWS_MAX]; /* between its lines */
};

static struct pdf_box box_at(const struct pdf_grid_fit *fit, const struct pdf_grid_cell *cell, uint32_t i)
{
	return fit->page->words[fit->order[cell->word_first + i]].box;
}

/* The last word of the line that word i is in. */
static uint32_t end_of_line(const struct pdf_grid_fit *fit, const struct pdf_grid_cell *cell, uint32_t i)
{
	while (i + 1 < cell->word_count && !fit->ends_line[cell->word_first + i])
		i++;
	return i;
}

static struct text text_at(const struct pdf_grid_fit *fit, const struct pdf_grid_cell *cell, uint32_t i)
{
	return pdf_word_text(fit->page, &fit->page->words[fit->order[cell->word_first + i]]);
}

/* The key's lines are a few words each, and none goes on with the one before: in lower case below a capital, or behind a hyphen. */
static bool take_key(const struct pdf_grid_fit *fit, const struct pdf_grid_cell *cell, struct step *step)
{
	const struct text begin = text_at(fit, cell, 0);
	const bool capital = begin.bytes > 0 && ascii_is_upper(begin.data[0]);
	float bottom = 0;

	step->key = cell;
	for (uint32_t i = 0, end; i < cell->word_count; i = end + 1) {
		end = end_of_line(fit, cell, i);
		const struct pdf_box box = box_at(fit, cell, end);
		const struct text first = text_at(fit, cell, i), last = text_at(fit, cell, end);
		if (end - i >= KEY_WORDS_MAX || step->lines == PDF_LATTICE_ROWS_MAX || first.bytes == 0 || text_ends_with_nocase(last, TEXT_LITERAL("-")))
			return false;
		if (capital && ascii_is_lower(first.data[0]))
			return false;
		if (step->lines > 0)
			step->borders[step->lines - 1] = (bottom + box.y0) / 2;
		bottom = box.y1;
		step->lines++;
	}
	return step->lines >= LINES_MIN;
}

/* Each line of the cell stands beside one of the key's; half of these have one at least, or fewer, where one lacks above another: text begins at
 * the top of its cell and goes on. */
static bool goes_with_key(const struct pdf_grid_fit *fit, const struct pdf_grid_cell *cell, struct step *step)
{
	uint32_t key = 0;
	size_t lines = 0;
	bool lacks = false;

	for (uint32_t i = 0, end; i < cell->word_count; i = end + 1, lines++, key++) {
		end = end_of_line(fit, cell, i);
		for (;; key++) {
			if (key >= step->key->word_count)
				return false;
			key = end_of_line(fit, step->key, key);
			if (pdf_grid_same_line(box_at(fit, step->key, key), box_at(fit, cell, end)))
				break;
			lacks = true;
		}
	}
	step->dense += lines * 2 >= step->lines;
	return lines * 2 >= step->lines || lacks;
}

static bool is_in_step(const struct pdf_grid_fit *fit, size_t row, struct step *step)
{
	step->key = NULL;
	step->lines = step->dense = 0;
	for (size_t c = 0; c < fit->cell_count; c++) {
		const struct pdf_grid_cell *cell = &fit->cells[c];
		if (cell->row > row || cell->row + cell->rows <= row || cell->word_count == 0)
			continue;
		if (cell->rows > 1 || !(step->key ? goes_with_key(fit, cell, step) : take_key(fit, cell, step)))
			return false;
	}
	return step->dense >= 1;
}

static void split(struct pdf_lattice *lattice, size_t row, const struct step *step)
{
	const size_t more = step->lines - 1, behind = lattice->row_count - row;
	const uint32_t below = lattice->walls_below[row];

	memmove(&lattice->y[row + 1 + more], &lattice->y[row + 1], behind * sizeof(*lattice->y));
	memmove(&lattice->walls_right[row + more], &lattice->walls_right[row], behind * sizeof(*lattice->walls_right));
	memmove(&lattice->walls_below[row + more], &lattice->walls_below[row], behind * sizeof(*lattice->walls_below));
	for (size_t i = 0; i < more; i++) {
		lattice->y[row + 1 + i] = step->borders[i];
		lattice->walls_right[row + i] = lattice->walls_right[row + more];
		lattice->walls_below[row + i] = UINT32_MAX;
	}
	lattice->walls_below[row + more] = below;
	lattice->row_count += more;
}

bool pdf_grid_split_steps(struct pdf_grid_fit *fit)
{
	bool any = false;
	struct step step;

	if (fit->lattice->row_count > LATTICE_ROWS_MAX)
		return false;
	for (size_t row = fit->lattice->row_count; row-- > 0;) { /* from below: the rows above keep their numbers */
		if (!is_in_step(fit, row, &step) || fit->lattice->row_count + step.lines - 1 > PDF_LATTICE_ROWS_MAX)
			continue;
		split(fit->lattice, row, &step);
		any = true;
	}
	return any;
}
