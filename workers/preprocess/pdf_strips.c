#include "workers/preprocess/pdf_strips.h"

#include "workers/preprocess/pdf_text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A strip lives while rows leave it white. What ends it is a row that it would cross, or that is of another part of the page. Then its rows
 * are counted: those aligned at its edges though what stands on the other side is of another width are what running text has only by chance,
 * in about one of twenty. All strips over the same rows are judged together. */

enum {
	ROWS_MIN = 3,
	LIVE_MAX = 96,   /* strips that go on at one row */
	FOUND_MAX = 256, /* of a page */
	ROWS_MAX = 2048, /* of a page; what lies beyond is not looked at */
	PAIRS_MAX = 4 << 20, /* of rows that are compared on a page: a page of prose has some ten thousand; strips beyond are no columns */
	SURE_MIN = 3,         /* aligned rows that chance does not explain, of a strip by itself */
	SURE_SHARED_MIN = 4,  /* the same, of all strips of a table */
	SURE_FLOWING_MIN = 8, /* the same among lines that may be wrapped text */
};

static const float white_sizes_min = 0.1f;     /* of a strip; the library parts words from there on */
static const float same_edge = 0.35f;          /* points */
static const float other_edge = 1.0f;          /* points: clearly another place */
static const float row_distance_sizes = 3.0f;  /* rows further apart are not of one table */
static const float size_ratio_max = 1.2f;
static const float mono_share = 0.6f;          /* program text is aligned with blanks */

struct gap { /* between two words of a row */
	float left, right;
	uint32_t before, word; /* left and right of it */
	bool parts;            /* two segments */
};

enum aligned_by { BY_RIGHT, BY_LEFT, BY_FIGURES }; /* what is right of the gaps; numbers left of them; numbers right of them, by their ends */

struct strip {
	float left, right;         /* of the white that all its rows share */
	uint32_t row_first, row_end;
	enum aligned_by by;
	float at;                  /* where most of its rows are aligned */
	uint32_t sure;             /* rows aligned that chance does not explain */
	uint32_t rows;             /* with words on both sides */
	bool named;                /* its first row is in bold type, as names of columns are, and begins where the others do */
	bool codes;                /* its gaps follow texts of one width each, though they differ */
	bool parts_rows;           /* gaps of several rows, or of names, that are not parted by wide white anyway */
	bool accepted;
};

struct work {
	struct pdf_layout *layout;
	struct gap *gaps;
	size_t gap_count, gap_capacity;
	uint32_t first[ROWS_MAX + 1]; /* gap of each row */
	float least[ROWS_MAX], second[ROWS_MAX]; /* width of its narrowest gaps */
	struct strip live[LIVE_MAX], found[FOUND_MAX];
	size_t pairs; /* compared so far */
	size_t live_count, found_count;
	size_t row_count;
};

/* --- gaps --------------------------------------------------------------------------------------------------------- */

static bool may_hold_columns(const struct pdf_row *row)
{
	return !row->rotated && row->grid == 0 && row->mono < mono_share && !row->initial && !row->leads;
}

static struct text word_text(const struct work *work, uint32_t word)
{
	return pdf_word_text(work->layout->page, &work->layout->page->words[word]);
}

/* Dots lead the eye over white: there is none beside them. */
static bool is_dots(const struct work *work, uint32_t word)
{
	const struct text text = word_text(work, word);
	size_t dots = 0;

	while (dots < text.bytes && text.data[dots] == '.')
		dots++;
	return dots > 0 && dots == text.bytes;
}

static int add_gap(struct work *work, size_t r, struct gap gap)
{
	const float width = gap.right - gap.left;

	if (!pdf_grow((void **)&work->gaps, &work->gap_capacity, work->gap_count, sizeof(*work->gaps)))
		return -ENOMEM;
	work->gaps[work->gap_count++] = gap;
	work->second[r] = fminf(work->second[r], fmaxf(width, work->least[r]));
	work->least[r] = fminf(work->least[r], width);
	return 0;
}

static int collect_row(struct work *work, size_t r)
{
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r];
	float end = INFINITY;
	uint32_t before = 0;

	work->first[r] = (uint32_t)work->gap_count;
	work->least[r] = work->second[r] = INFINITY;
	for (uint32_t s = 0; s < row->segment_count && may_hold_columns(row); s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		for (uint32_t w = segment->word_first; w < segment->word_first + segment->word_count; w++) {
			const struct pdf_word *word = &layout->page->words[w];
			const bool begins = w == segment->word_first;
			if (word->box.x0 - end >= white_sizes_min * row->size && (begins || !pdf_word_is_glued(word - 1, word)) && !is_dots(work, before) && !is_dots(work, w) &&
			    add_gap(work, r, (struct gap){ end, word->box.x0, before, w, begins }) < 0)
				return -ENOMEM;
			before = end == INFINITY || word->box.x1 >= end ? w : before;
			end = end == INFINITY ? word->box.x1 : fmaxf(end, word->box.x1);
		}
	}
	work->first[r + 1] = (uint32_t)work->gap_count;
	return 0;
}

/* The gap of row r that holds x, or NULL. */
static const struct gap *gap_at(const struct work *work, size_t r, float x)
{
	size_t low = work->first[r], high = work->first[r + 1];

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (work->gaps[middle].right <= x)
			low = middle + 1;
		else
			high = middle;
	}
	return low < work->first[r + 1] && work->gaps[low].left <= x ? &work->gaps[low] : NULL;
}

/* --- what a strip's rows say ---------------------------------------------------------------------------------------- */

struct side { /* one edge of a strip's gaps, or the end of what is right of it */
	enum aligned_by by;
	float at;            /* where most are */
	size_t first, end;   /* of the sample: from the first one there up to the last */
	uint32_t count, sure; /* of these, how many are there; how many of them are not so by chance */
};

enum { SAMPLE_MAX = 64 }; /* rows of a strip that are compared */

struct sample {
	const struct gap *gaps[SAMPLE_MAX];
	uint32_t rows[SAMPLE_MAX];
	size_t count;
};

static void take_sample(const struct work *work, const struct strip *strip, struct sample *sample)
{
	const float x = (strip->left + strip->right) / 2;

	sample->count = 0;
	for (uint32_t r = strip->row_first; r < strip->row_end && sample->count < SAMPLE_MAX; r++) {
		const struct gap *gap = gap_at(work, r, x);
		if (!gap)
			continue;
		sample->gaps[sample->count] = gap;
		sample->rows[sample->count++] = r;
	}
}

/* How many of the values are the same as the most frequent one, *ret_at. */
static uint32_t count_alike(const float *values, size_t count, float tolerance, float *ret_at)
{
	uint32_t best = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t alike = 0;
		for (size_t k = 0; k < count; k++)
			alike += fabsf(values[k] - values[i]) < tolerance;
		if (alike > best) {
			best = alike;
			*ret_at = values[i];
		}
	}
	return best;
}

/* Which rows are aligned by `values`? Sure are those that have another value of `others` than most, or white that is no blank (`wide`, which may be NULL). */
static struct side measure_side(enum aligned_by by, const float *values, const float *others, const bool *wide, size_t count)
{
	float rest[SAMPLE_MAX] = { 0 }, other = 0;
	struct side side = { .by = by, .first = count };
	size_t kept = 0;

	side.count = count_alike(values, count, same_edge, &side.at);
	for (size_t i = 0; i < count; i++) {
		if (fabsf(values[i] - side.at) >= same_edge)
			continue;
		side.first = size_min(side.first, i);
		side.end = i + 1;
		rest[kept++] = others[i];
	}
	count_alike(rest, kept, other_edge, &other);
	for (size_t i = side.first; i < side.end; i++)
		side.sure += fabsf(values[i] - side.at) < same_edge && ((wide && wide[i]) || fabsf(others[i] - other) >= other_edge);
	side.sure -= side.sure == side.count && side.count > 0; /* one of them is not aligned with itself */
	if (side.count < ROWS_MIN || side.count * 5 < (side.end - side.first) * 4)
		side.count = side.sure = 0;
	return side;
}

/* Is the gap wider than a blank, and than the others of its row? */
static bool is_wide(const struct work *work, uint32_t row, const struct gap *gap)
{
	static const float blank_sizes = 0.36f, blank_ratio = 1.4f;
	const float width = gap->right - gap->left, least = width <= work->least[row] ? work->second[row] : work->least[row];

	return width > blank_sizes * work->layout->rows[row].size && (least == INFINITY || width > blank_ratio * least);
}

static bool is_number(struct text text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.bytes; i++)
		digits += ascii_is_digit(text.data[i]);
	return digits > 0 && digits * 2 + 1 >= text.bytes;
}

/* A bullet or number of a list, a note's number, a name in brackets: what is right of it is text. */
static bool is_marker(struct text text)
{
	struct pdf_marker marker;

	return pdf_list_marker(text, &marker) || (text.bytes > 0 && (memchr("[(", text.data[0], 2) || memchr(":]", text.data[text.bytes - 1], 2)));
}

/* Are the first words of most rows, left of the gaps, markers? */
static bool follows_markers(const struct work *work, const struct sample *sample)
{
	size_t markers = 0;

	for (size_t i = 0; i < sample->count; i++) {
		const struct gap *gap = sample->gaps[i];
		markers += gap == &work->gaps[work->first[sample->rows[i]]] && is_marker(word_text(work, gap->before));
	}
	return markers * 2 >= sample->count;
}

/* Are the words right of the gaps but one or two short ones, or three digits each: units, or groups of digits? */
static bool precedes_units(const struct work *work, const struct sample *sample)
{
	enum { UNIT_BYTES_MAX = 5 };
	size_t units = 0, groups = 0;
	const struct text first = word_text(work, sample->gaps[sample->count / 2]->word);

	for (size_t i = 0; i < sample->count; i++) {
		const struct text text = word_text(work, sample->gaps[i]->word);
		units += text.bytes <= UNIT_BYTES_MAX && text_equal(text, first);
		groups += text.bytes == 3 && is_number(text);
	}
	return units * 2 > sample->count || groups * 5 > sample->count * 4;
}

static bool is_bold(const struct work *work, uint32_t row) { return work->layout->rows[row].bold > 0.8f; }

static bool have_one_width(const struct work *work, const struct sample *sample)
{
	static const float tolerance_sizes = 0.15f;
	const float width = sample->gaps[0]->right - sample->gaps[0]->left, tolerance = tolerance_sizes * work->layout->rows[sample->rows[0]].size;
	size_t same = 0;

	for (size_t i = 0; i < sample->count; i++)
		same += fabsf(sample->gaps[i]->right - sample->gaps[i]->left - width) < tolerance;
	return same == sample->count;
}

/* Do most rows have the same text at the same place left of the gap? Lines that begin alike are a list, or program text. */
static bool is_list(const struct work *work, const struct sample *sample)
{
	size_t most = 0;

	for (size_t i = 0; i < sample->count; i++) {
		const struct text text = word_text(work, sample->gaps[i]->before);
		size_t alike = 0;
		for (size_t k = 0; k < sample->count; k++)
			alike += fabsf(sample->gaps[k]->left - sample->gaps[i]->left) < same_edge && text_equal(word_text(work, sample->gaps[k]->before), text);
		most = size_max(most, alike);
	}
	return most * 3 >= sample->count * 2;
}

/* Are most of the texts left of the gaps codes, dates or long numbers, which are of one width each, or do they count the rows? A few digits before
 * other numbers may be part of a date; words are of one width by chance. */
static bool follows_codes(const struct work *work, const struct sample *sample)
{
	enum { SHORT_BYTES = 4 };
	size_t codes = 0, rising = 0;
	int32_t last = -1;

	for (size_t i = 0; i < sample->count; i++) {
		const struct text text = word_text(work, sample->gaps[i]->before);
		size_t digits = 0;
		for (size_t k = 0; k < text.bytes; k++)
			digits += ascii_is_digit(text.data[k]);
		codes += digits > 0 && !(text.bytes <= SHORT_BYTES && is_number(text)) && !(work->layout->page->words[sample->gaps[i]->before].style & PDF_MONO);
		int32_t number = -1;
		if (!pdf_is_page_number(text, &number))
			number = -1;
		rising += i > 0 && number == last + 1;
		last = number;
	}
	return codes * 2 >= sample->count || rising + 2 >= sample->count;
}

/* The rows that are aligned best: at the right of the gaps; or, numbers, at their left or at the end of what is right of them. */
static struct side best_side(const struct work *work, const struct sample *sample)
{
	float left[SAMPLE_MAX], right[SAMPLE_MAX], starts[SAMPLE_MAX], ends[SAMPLE_MAX];
	const struct pdf_word *words = work->layout->page->words;
	bool wide[SAMPLE_MAX];
	uint32_t numbers = 0, numbers_before = 0;

	for (size_t i = 0; i < sample->count; i++) {
		const struct gap *gap = sample->gaps[i];
		left[i] = gap->left;
		right[i] = gap->right;
		ends[i] = words[gap->word].box.x1;
		starts[i] = words[gap->before].box.x0;
		wide[i] = is_wide(work, sample->rows[i], gap);
		numbers += is_number(word_text(work, gap->word));
		numbers_before += is_number(word_text(work, gap->before));
	}
	struct side best = measure_side(BY_RIGHT, right, left, wide, sample->count);
	const struct side finishes = measure_side(BY_LEFT, left, starts, NULL, sample->count), figures = measure_side(BY_FIGURES, ends, right, wide, sample->count);
	if ((finishes.sure > best.sure || best.count == 0) && numbers_before * 5 >= finishes.count * 4)
		best = finishes;
	if ((figures.sure > best.sure || best.count == 0) && numbers * 5 >= figures.count * 4)
		best = figures;
	return best;
}

/* Counts what speaks for the strip, and lets it end where its rows are no more aligned. False: nothing speaks for it. */
static bool judge(struct work *work, struct strip *strip)
{
	struct sample sample;

	if (work->pairs > PAIRS_MAX)
		return false;
	take_sample(work, strip, &sample);
	work->pairs += sample.count * sample.count;
	if (sample.count < ROWS_MIN)
		return false;
	const struct side side = best_side(work, &sample);
	if (side.count == 0)
		return false;
	/* Names of columns may stand elsewhere, in the middle of theirs. */
	const size_t first = side.first > 0 && is_bold(work, sample.rows[side.first - 1]) && !is_bold(work, sample.rows[side.first]) ? side.first - 1 : side.first;
	strip->row_first = sample.rows[first];
	strip->row_end = side.end < sample.count || sample.count < SAMPLE_MAX ? sample.rows[side.end - 1] + 1 : strip->row_end;
	memmove(sample.gaps, sample.gaps + first, (side.end - first) * sizeof(sample.gaps[0]));
	memmove(sample.rows, sample.rows + first, (side.end - first) * sizeof(sample.rows[0]));
	sample.count = side.end - first;
	if (follows_markers(work, &sample) || is_list(work, &sample) || (have_one_width(work, &sample) && precedes_units(work, &sample)))
		return false;
	uint32_t narrow_below = 0;
	for (size_t i = 1; i < sample.count; i++)
		narrow_below += !sample.gaps[i]->parts;
	const bool narrow_first = !sample.gaps[0]->parts, named = is_bold(work, sample.rows[0]) && !is_bold(work, sample.rows[1]);
	strip->rows = (uint32_t)sample.count;
	strip->sure = side.sure;
	strip->by = side.by;
	strip->at = side.at;
	strip->parts_rows = narrow_below + narrow_first >= 2 || (narrow_first && named) || (narrow_below > 0 && side.sure >= SURE_MIN);
	strip->named = named && side.by == BY_RIGHT && fabsf(sample.gaps[0]->right - sample.gaps[1]->right) < same_edge;
	strip->codes = follows_codes(work, &sample);
	return true;
}

static void end_strip(struct work *work, struct strip strip, size_t row_end)
{
	strip.row_end = (uint32_t)row_end;
	if (row_end - strip.row_first < ROWS_MIN || work->found_count == FOUND_MAX)
		return;
	if (judge(work, &strip))
		work->found[work->found_count++] = strip;
}

/* --- strips from row to row ------------------------------------------------------------------------------------------ */

static bool goes_on(const struct pdf_row *above, const struct pdf_row *row)
{
	const float larger = fmaxf(above->size, row->size), smaller = fminf(above->size, row->size);

	return above->region == row->region && may_hold_columns(row) && larger < size_ratio_max * smaller &&
	       row->y - above->y < row_distance_sizes * row->size && row->y > above->y;
}

/* The part of the strip that row r leaves white, from *from on; false when there is no more. A strip that a word stands in becomes two. */
static bool next_white(const struct work *work, size_t r, const struct strip *strip, size_t *next, struct strip *ret_part)
{
	const struct pdf_row *row = &work->layout->rows[r];
	const size_t count = work->first[r + 1] - work->first[r];

	for (; *next < count + 2; ++*next) { /* left of the row, its gaps, right of it */
		const struct gap *gap = *next > 0 && *next <= count ? &work->gaps[work->first[r] + *next - 1] : NULL;
		const float left = gap ? gap->left : *next == 0 ? -INFINITY : row->box.x1, right = gap ? gap->right : *next == 0 ? row->box.x0 : INFINITY;
		*ret_part = *strip;
		ret_part->left = fmaxf(left, strip->left);
		ret_part->right = fminf(right, strip->right);
		if (ret_part->right - ret_part->left >= white_sizes_min * row->size) {
			++*next;
			return true;
		}
	}
	return false;
}

static void pass_row(struct work *work, size_t r)
{
	static const float wide_ratio = 1.25f;
	const struct pdf_row *row = &work->layout->rows[r];
	const bool on = r > 0 && goes_on(row - 1, row);
	struct strip next[LIVE_MAX];
	size_t count = 0;

	for (size_t i = 0; i < work->live_count; i++) {
		struct strip part;
		bool lives = false;
		for (size_t at = 0; on && next_white(work, r, &work->live[i], &at, &part); lives = true)
			if (count < LIVE_MAX)
				next[count++] = part;
		if (!lives)
			end_strip(work, work->live[i], r);
	}
	const bool anew = !on || r < 2 || row->y - row[-1].y > wide_ratio * (row[-1].y - row[-2].y) || (row->bold > 0.8f) != (row[-1].bold > 0.8f);
	for (uint32_t g = work->first[r]; g < work->first[r + 1]; g++) {
		const struct gap *gap = &work->gaps[g];
		bool covered = false;
		for (size_t i = 0; i < count && !anew && !covered; i++)
			covered = (fminf(next[i].right, gap->right) - fmaxf(next[i].left, gap->left)) * 2 > gap->right - gap->left;
		if (!covered && count < LIVE_MAX)
			next[count++] = (struct strip){ .left = gap->left, .right = gap->right, .row_first = (uint32_t)r };
	}
	memcpy(work->live, next, count * sizeof(next[0]));
	work->live_count = count;
}

/* --- strips that are columns' ---------------------------------------------------------------------------------------- */

/* Does the row begin as a line in the middle of a sentence does? */
static bool begins_inside(const struct work *work, const struct pdf_row *row)
{
	const struct text text = word_text(work, work->layout->segments[row->segment_first].word_first);

	return text.bytes > 0 && !ascii_is_upper(text.data[0]) && !ascii_is_digit(text.data[0]);
}

/* Do the rows of the strip run on as wrapped text does: each ends where the next one's first word would not have fitted, and they begin as
 * the middle of sentences does? */
static bool flows(const struct work *work, const struct strip *strip)
{
	const struct pdf_row *rows = work->layout->rows;
	uint32_t flowing = 0, inside = 0;
	float edge = -INFINITY;

	for (size_t r = strip->row_first; r-- > 0 && rows[r].region == rows[strip->row_first].region;)
		edge = fmaxf(edge, rows[r].box.x1);
	for (size_t r = strip->row_first; r < work->layout->row_count && rows[r].region == rows[strip->row_first].region; r++)
		edge = fmaxf(edge, rows[r].box.x1);
	for (uint32_t r = strip->row_first; r + 1 < strip->row_end; r++) {
		const struct pdf_word *word = &work->layout->page->words[work->layout->segments[rows[r + 1].segment_first].word_first];
		flowing += rows[r].segment_count == 1 && rows[r].box.x1 + word->box.x1 - word->box.x0 + 0.2f * rows[r].size > edge;
		inside += begins_inside(work, &rows[r + 1]);
	}
	const uint32_t pairs = strip->row_end - 1 - strip->row_first;
	return flowing * 2 >= pairs && inside * 4 >= pairs;
}

static bool share_rows(const struct strip *a, const struct strip *b)
{
	const uint32_t first = a->row_first > b->row_first ? a->row_first : b->row_first, end = a->row_end < b->row_end ? a->row_end : b->row_end;
	const uint32_t fewer = a->row_end - a->row_first < b->row_end - b->row_first ? a->row_end - a->row_first : b->row_end - b->row_first;

	return end > first && (end - first) * 3 >= fewer * 2;
}

/* Strips that are parts of one another, found from different rows on. */
static bool is_same_white(const struct strip *a, const struct strip *b)
{
	return (a->by == b->by && fabsf(a->at - b->at) < same_edge) || (a->left < b->right && a->right > b->left);
}

/* Do the two stand in the same gaps, but for that of a name of two words above a column? *ret_widest: the strip with the wider gap there. */
static bool share_gaps(const struct work *work, const struct strip *a, const struct strip *b, const struct strip **ret_widest)
{
	const float xa = (a->left + a->right) / 2, xb = (b->left + b->right) / 2;
	float least_a = INFINITY, least_b = INFINITY;
	uint32_t same = 0, rows = 0;

	for (uint32_t r = a->row_first > b->row_first ? a->row_first : b->row_first; r < a->row_end && r < b->row_end && rows < SAMPLE_MAX; r++) {
		const struct gap *ga = gap_at(work, r, xa), *gb = gap_at(work, r, xb);
		if (!ga || !gb)
			continue;
		rows++;
		same += ga == gb;
		least_a = fminf(least_a, ga->right - ga->left);
		least_b = fminf(least_b, gb->right - gb->left);
	}
	const bool alike = fabsf(least_a - least_b) < same_edge;
	*ret_widest = alike && a->sure != b->sure ? (a->sure > b->sure ? a : b) : least_a > least_b || (alike && a < b) ? a : b;
	return rows > 1 && (rows - same <= 1 || same * 4 >= rows * 3);
}

static bool is_accepted(const struct work *work, const struct strip *strip)
{
	const uint32_t span = strip->row_end - strip->row_first;
	uint32_t others = 0, longest = span;

	for (size_t k = 0; k < work->found_count; k++) {
		const struct strip *other = &work->found[k], *widest;
		if (other == strip || !share_rows(strip, other))
			continue;
		if (share_gaps(work, strip, other, &widest)) {
			if (widest == other)
				return false;
		} else if (!is_same_white(strip, other)) {
			others += other->sure;
			if (other->sure >= SURE_MIN)
				longest = size_max(longest, other->row_end - other->row_first);
		}
	}
	if (span < 2 || span * 2 < longest || !strip->parts_rows)
		return false;
	if (flows(work, strip))
		return strip->sure >= 4 && strip->sure + others >= SURE_FLOWING_MIN;
	if (strip->sure > 1)
		return strip->sure >= SURE_MIN || strip->sure + others >= SURE_SHARED_MIN;
	return others >= SURE_SHARED_MIN && strip->rows * 5 >= span * 3 && (strip->codes || strip->named);
}

static void accept(struct work *work)
{
	for (size_t i = 0; i < work->found_count; i++)
		work->found[i].accepted = is_accepted(work, &work->found[i]);
}

/* Does the strip part row r at the gap? Rows between that are not aligned may be text. */
static bool parts_row(const struct work *work, const struct strip *strip, uint32_t r, const struct gap *gap)
{
	const float x = (strip->left + strip->right) / 2, end = work->layout->page->words[gap->word].box.x1;

	if (!strip->accepted || r < strip->row_first || r >= strip->row_end || gap->left > x || gap->right < x)
		return false;
	const float place = strip->by == BY_RIGHT ? gap->right : strip->by == BY_LEFT ? gap->left : end;
	return fabsf(place - strip->at) < same_edge || r == strip->row_first || is_wide(work, r, gap);
}

static int mark_row(struct work *work, uint32_t r)
{
	struct pdf_layout *layout = work->layout;

	for (uint32_t g = work->first[r]; g < work->first[r + 1]; g++) {
		const struct gap *gap = &work->gaps[g];
		bool marked = gap->parts;
		for (size_t i = 0; i < work->found_count && !marked; i++) {
			if (!parts_row(work, &work->found[i], r, gap))
				continue;
			if (!pdf_grow((void **)&layout->breaks, &layout->break_capacity, layout->break_count, sizeof(*layout->breaks)))
				return -ENOMEM;
			layout->breaks[layout->break_count++] = gap->word;
			marked = true;
		}
	}
	return 0;
}

int pdf_strips_mark(struct pdf_layout *layout)
{
	layout->break_count = 0;
	if (layout->row_count < ROWS_MIN || layout->page->ordered)
		return 0;
	struct work *work = calloc(1, sizeof(*work));
	if (!work)
		return -ENOMEM;
	work->layout = layout;
	work->row_count = size_min(layout->row_count, ROWS_MAX);
	int status = 0;
	for (size_t r = 0; r < work->row_count && status == 0; r++)
		status = collect_row(work, r);
	for (size_t r = 0; r < work->row_count && status == 0; r++)
		pass_row(work, r);
	for (size_t i = 0; i < work->live_count && status == 0; i++)
		end_strip(work, work->live[i], work->row_count);
	accept(work);
	for (uint32_t r = 0; r < work->row_count && work->found_count > 0 && status == 0; r++)
		status = mark_row(work, r);
	free(work->gaps);
	free(work);
	return status;
}
