#include "workers/preprocess/pdf_blocks.h"

#include "workers/preprocess/pdf_contents.h"
#include "workers/preprocess/pdf_notes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
	HEADING_ROWS_MAX = 4,
	HEADING_BYTES_MAX = 240,      /* of a heading in a larger font */
	HEADING_BOLD_BYTES_MAX = 120, /* of one that is only bold */
	TABLE_RETRY_ROWS = 64,        /* a refused table longer than this is not tried again from its second row */
};

static const float mono_share = 0.85f; /* of a line of code */

struct blocks_work {
	struct pdf_blocks *blocks;
	struct pdf_layout *layout;
	const struct pdf_body *body;
	struct pdf_outline *outline;
	float leading;        /* usual distance of two lines of a paragraph, in font sizes */
	size_t no_table_before; /* rows before this index begin no table: it was refused already */
	struct pdf_box region; /* left and right edge of the column at hand */
	uint32_t region_of;
	bool region_known, region_started;
};

void pdf_blocks_init(struct pdf_blocks *blocks)
{
	*blocks = (struct pdf_blocks){ 0 };
	buffer_init(&blocks->text, PDF_PAGE_TEXT_BYTES_MAX * 2);
}

void pdf_blocks_done(struct pdf_blocks *blocks)
{
	free(blocks->items);
	free(blocks->tables);
	buffer_done(&blocks->text);
	*blocks = (struct pdf_blocks){ 0 };
}

static struct text row_text(struct blocks_work *work, const struct pdf_row *row)
{
	buffer_clear(&work->blocks->text);
	pdf_row_append(work->layout, row, &work->blocks->text);
	return buffer_view(&work->blocks->text);
}

/* Index of the next row that is text, or the row count. */
static size_t next_row(const struct pdf_layout *layout, size_t r)
{
	do
		r++;
	while (r < layout->row_count && layout->rows[r].furniture);
	return r;
}

static float distance(const struct pdf_row *a, const struct pdf_row *b) { return b->y - a->y; }

/* --- the page as a whole --------------------------------------------------------------------------------------- */

static int compare_floats(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return x < y ? -1 : x > y;
}

/* The distance of neighbouring lines of one size, in font sizes: the lower quartile below lines that reach far to the right, so that
 * neither lists nor tables nor short paragraphs count. Where there are few such, `known` from the pages before (0: not known), or
 * the median of all lines; 1.2 when there are none. *ret_sure: does it say something of other pages? */
static float usual_leading(const struct pdf_layout *layout, float known, bool *ret_sure)
{
	enum { SAMPLES = 256, FULL_MIN = 4 };
	float samples[SAMPLES] = { 0 }, full[SAMPLES] = { 0 };
	size_t count = 0, full_count = 0;

	for (size_t r = 1; r < layout->row_count && count < SAMPLES; r++) {
		const struct pdf_row *a = &layout->rows[r - 1], *b = &layout->rows[r];
		if (a->furniture || b->furniture || a->region != b->region || b->size <= 0 || fabsf(a->size - b->size) > 0.6f)
			continue;
		float ratio = distance(a, b) / b->size;
		if (ratio <= 0.8f || ratio >= 2.2f)
			continue;
		samples[count++] = ratio;
		if (a->segment_count == 1 && b->segment_count == 1 && a->box.x1 > layout->text.x0 + 0.8f * (layout->text.x1 - layout->text.x0))
			full[full_count++] = ratio;
	}
	/* cppcheck-suppress uninitvar; filled up to full_count */
	qsort(full, full_count, sizeof(full[0]), compare_floats);
	*ret_sure = full_count >= FULL_MIN;
	if (*ret_sure)
		return full[full_count / 4];
	/* cppcheck-suppress uninitvar; filled up to count */
	qsort(samples, count, sizeof(samples[0]), compare_floats);
	return known > 0 ? known : count > 0 ? samples[count / 2] : 1.2f;
}

/* Left and right edge of the column that the row stands in. Rows of a region follow one another. */
static void enter_region(struct blocks_work *work, size_t r)
{
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r];

	if (work->region_known && work->region_of == row->region)
		return;
	work->region = row->box;
	work->region_of = row->region;
	work->region_known = work->region_started = true;
	for (size_t i = r; i < layout->row_count && layout->rows[i].region == row->region; i++) {
		if (layout->rows[i].furniture)
			continue;
		work->region.x0 = fminf(work->region.x0, layout->rows[i].box.x0);
		work->region.x1 = fmaxf(work->region.x1, layout->rows[i].box.x1);
	}
}

static struct pdf_block *add_block(struct blocks_work *work, enum pdf_block_kind kind, size_t first, size_t end)
{
	struct pdf_blocks *blocks = work->blocks;

	if (!pdf_grow((void **)&blocks->items, &blocks->capacity, blocks->count, sizeof(*blocks->items)))
		return NULL;
	const struct pdf_row *row = &work->layout->rows[first];
	struct pdf_block *block = &blocks->items[blocks->count++];
	*block = (struct pdf_block){
		.kind = (uint8_t)kind,
		.starts_region = work->region_started,
		.row_first = (uint32_t)first,
		.row_count = (uint32_t)(end - first),
		.x0 = row->box.x0 - work->region.x0,
		.size = row->size,
		.leading = work->leading * row->size,
		.bold = row->bold > 0.8f,
		.styles = (uint8_t)((work->body->bold ? 0 : PDF_BOLD) | (work->body->italic ? 0 : PDF_ITALIC) | (work->body->mono ? 0 : PDF_MONO)),
	};
	block->text_x0 = block->x0;
	work->region_started = false;
	return block;
}

/* --- headings -------------------------------------------------------------------------------------------------- */

static bool has_letter(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (ascii_is_alpha(text.data[i]) || (unsigned char)text.data[i] >= 0x80)
			return true;
	return false;
}

/* Parts of the row that stand further apart than words do. */
static uint32_t count_parts(const struct pdf_layout *layout, const struct pdf_row *row)
{
	static const float wide_blank_sizes = 0.6f;
	const struct pdf_segment *segments = &layout->segments[row->segment_first];
	uint32_t parts = 1;

	for (uint32_t s = 1; s < row->segment_count; s++)
		parts += segments[s].box.x0 - segments[s - 1].box.x1 > wide_blank_sizes * row->size;
	return parts;
}

static bool is_larger(const struct blocks_work *work, const struct pdf_row *row)
{
	return row->size >= 1.12f * work->body->size;
}

static bool same_type(const struct pdf_row *a, const struct pdf_row *b)
{
	return fabsf(a->size - b->size) < 0.05f * a->size + 0.3f && (a->bold > 0.8f) == (b->bold > 0.8f);
}

/* May the row go on with the heading that the row before belongs to? */
static bool heading_goes_on(struct blocks_work *work, const struct pdf_row *before, const struct pdf_row *row)
{
	size_t title;

	if (row->furniture || row->region != before->region || count_parts(work->layout, row) != 1 || !same_type(before, row) ||
	    distance(before, row) > fmaxf(1.5f, 1.1f * work->leading) * row->size || !pdf_row_stands_out(row, work->body))
		return false;
	return pdf_clause_depth(row_text(work, row), &title) == 0;
}

/* Four words or more and a full stop. */
static bool is_sentence(struct text text)
{
	size_t blanks = 0;

	for (size_t i = 0; i < text.bytes; i++)
		blanks += text.data[i] == ' ';
	return blanks >= 3 && text.data[text.bytes - 1] == '.';
}

/* `title`: where the words behind a clause number begin. `emphatic`: bold, or much larger than the text. */
static bool reads_as_heading(struct text text, unsigned clause, size_t title, bool larger, bool emphatic)
{
	const char last = text.data[text.bytes - 1];

	if (!emphatic && is_sentence(text))
		return false;

	if (text.bytes > (larger ? HEADING_BYTES_MAX : HEADING_BOLD_BYTES_MAX))
		return false;
	if (clause > 0 && title == text.bytes)
		return larger; /* "Chapter 3" alone; but a bold number is a cell of a table */
	if (last == ',' || last == ';')
		return false;
	if (larger || clause > 0)
		return true;
	return !ascii_is_lower(text.data[0]) && last != '.' && last != ':';
}

struct found_heading {
	size_t end; /* behind its last row */
	unsigned clause_depth, outline_depth;
};

/* An entry of the outline may be the whole row, or its first part: "all.equal     Test if two objects are equal". */
static unsigned outline_depth(const struct blocks_work *work, const struct pdf_row *row, struct text text)
{
	const struct pdf_layout *layout = work->layout;
	struct buffer first;

	unsigned depth = pdf_outline_depth(work->outline, text, layout->page->number);
	if (depth > 0 || row->segment_count != 2 || work->outline->count == 0)
		return depth;
	buffer_init(&first, PDF_PAGE_TEXT_BYTES_MAX);
	pdf_segment_append(layout, &layout->segments[row->segment_first], &first);
	depth = pdf_outline_depth(work->outline, buffer_view(&first), layout->page->number);
	buffer_done(&first);
	return depth;
}

/* Right below the row stands one in parts: then it is the header of a table. */
static bool stands_above_cells(const struct blocks_work *work, size_t r)
{
	static const float close_lines = 1.35f;
	const struct pdf_layout *layout = work->layout;
	const size_t next = next_row(layout, r);

	return next < layout->row_count && layout->rows[next].region == layout->rows[r].region && count_parts(layout, &layout->rows[next]) > 1 &&
	       distance(&layout->rows[r], &layout->rows[next]) < close_lines * work->leading * layout->rows[r].size;
}

static bool find_heading(struct blocks_work *work, size_t r, struct found_heading *ret_found)
{
	const struct pdf_layout *layout = work->layout;
	const struct pdf_row *row = &layout->rows[r];
	struct found_heading found = { .end = r + 1 };
	size_t title = 0;

	struct text text = row_text(work, row);
	const bool stands_out = pdf_row_stands_out(row, work->body);
	found.clause_depth = pdf_clause_depth(text, &title);
	found.outline_depth = outline_depth(work, row, text);
	const uint32_t parts = count_parts(layout, row);
	bool one_part = parts == 1 || (parts == 2 && found.clause_depth > 0);
	if (row->rotated || !has_letter(text) || (!stands_out && found.outline_depth == 0) || (!one_part && found.outline_depth == 0))
		return false;
	while (stands_out && found.end < layout->row_count && heading_goes_on(work, &layout->rows[found.end - 1], &layout->rows[found.end])) {
		if (found.end++ - r == HEADING_ROWS_MAX)
			return false; /* a paragraph in bold or large type */
	}
	buffer_clear(&work->blocks->text);
	for (size_t i = r; i < found.end; i++) {
		if (i > r)
			buffer_append_byte(&work->blocks->text, ' ');
		pdf_row_append(layout, &layout->rows[i], &work->blocks->text);
	}
	text = buffer_view(&work->blocks->text);
	if (found.outline_depth == 0)
		found.outline_depth = pdf_outline_depth(work->outline, text, layout->page->number);
	const bool emphatic = row->bold > 0.8f || row->size > 1.5f * work->body->size;
	if (found.outline_depth == 0 && !reads_as_heading(text, found.clause_depth, title, is_larger(work, row), emphatic))
		return false;
	if (found.outline_depth == 0 && found.clause_depth == 0 && row->mono >= mono_share && !is_larger(work, row))
		return false;
	if (found.outline_depth == 0 && found.clause_depth == 0 && !is_larger(work, row) && stands_above_cells(work, found.end - 1))
		return false;
	*ret_found = found;
	return true;
}

/* --- items, code, paragraphs ----------------------------------------------------------------------------------- */

static const struct pdf_word *first_word(const struct blocks_work *work, const struct pdf_row *row)
{
	return &work->layout->page->words[work->layout->segments[row->segment_first].word_first];
}

/* A row that begins with a small raised sign is a note or the like, wherever it stands. */
static bool begins_raised(const struct blocks_work *work, const struct pdf_row *row)
{
	const struct pdf_word *word = first_word(work, row);
	return word->size < 0.85f * row->size && pdf_note_mark(pdf_word_text(work->layout->page, word)).bytes > 0;
}

/* Fixed-width type from its first word on: "2. Set someLongName to 3." is no code. */
static bool is_code(const struct blocks_work *work, const struct pdf_row *row)
{
	return row->mono >= mono_share && first_word(work, row)->style & PDF_MONO && !work->body->mono && !row->rotated;
}

/* Does the row begin with a list marker that stands by itself? *ret_text_x0: where the item's text begins. */
static bool find_marker(struct blocks_work *work, const struct pdf_row *row, struct pdf_marker *ret_marker, float *ret_text_x0)
{
	const struct pdf_layout *layout = work->layout;
	const struct pdf_segment *first = &layout->segments[row->segment_first];
	size_t bytes = 0;

	if (row->segment_count > 2 || row->rotated || !pdf_list_marker(row_text(work, row), ret_marker))
		return false;
	if (ret_marker->bytes >= work->blocks->text.bytes)
		return false; /* a marker without text */
	if (row->segment_count == 2) {
		buffer_clear(&work->blocks->text);
		pdf_segment_append(layout, first, &work->blocks->text);
		*ret_text_x0 = layout->segments[row->segment_first + 1].box.x0;
		return work->blocks->text.bytes <= ret_marker->bytes;
	}
	*ret_text_x0 = row->box.x0 + row->size;
	for (uint32_t w = 0; w < first->word_count; w++) {
		if (bytes >= ret_marker->bytes) {
			*ret_text_x0 = layout->page->words[first->word_first + w].box.x0;
			break;
		}
		bytes += layout->page->words[first->word_first + w].bytes + 1;
	}
	return true;
}

/* Does the line before reach the right edge, so that its paragraph may go on? */
static bool is_full(const struct blocks_work *work, const struct pdf_row *row)
{
	return row->box.x1 > work->region.x1 - 0.2f * (work->region.x1 - work->region.x0);
}

/* Would the first word of `row` not have stood on the line before? Then that line is full, short as it may be. */
static bool is_wrapped(const struct blocks_work *work, const struct pdf_row *before, const struct pdf_row *row)
{
	static const float blank_sizes = 0.25f;
	const struct pdf_word *word = first_word(work, row);

	return is_full(work, before) || before->box.x1 + blank_sizes * row->size + word->box.x1 - word->box.x0 > work->region.x1;
}

static bool ends_sentence(struct blocks_work *work, const struct pdf_row *row)
{
	struct text text = row_text(work, row);
	char last = text.bytes > 0 ? text.data[text.bytes - 1] : ' ';
	return last == '.' || last == ':' || last == '?' || last == '!';
}

/* What stands in the way of `row` being the next line of the paragraph whose last line is `before`. */
static bool text_breaks(struct blocks_work *work, const struct pdf_row *before, const struct pdf_row *row)
{
	const float gap = distance(before, row), line = work->leading * row->size;
	const bool aligned = fabsf(row->box.x0 - before->box.x0) < 0.5f * row->size;
	struct pdf_marker marker;
	float text_x0;

	if (row->region != before->region || row->rotated || before->rotated || gap > 1.3f * line || !same_type(before, row) ||
	    row->note || begins_raised(work, row))
		return true;
	if (is_code(work, row)) {
		bool hangs = find_marker(work, before, &marker, &text_x0) && fabsf(row->box.x0 - text_x0) < 0.5f * row->size;
		if (!(aligned || hangs) || !is_wrapped(work, before, row) || gap > 1.15f * line)
			return true;
	}
	if (!find_marker(work, row, &marker, &text_x0))
		return false;
	return !marker.ordered || !aligned || gap > 1.1f * line || !is_full(work, before) || (marker.number == 1 && ends_sentence(work, before));
}

/* Is `row` the first line of a new paragraph by its indentation, or by the short last line before it? */
static bool begins_paragraph(struct blocks_work *work, size_t first, size_t before, size_t r)
{
	const struct pdf_row *rows = work->layout->rows, *row = &rows[r];
	const float indent = row->box.x0 - rows[before].box.x0;
	size_t after = next_row(work->layout, r);

	if (indent > 0.8f * row->size && before != first)
		return true;
	if (indent > 0.8f * row->size) {
		/* After a single line: a hanging indent goes on in the next line, a first line does not. */
		bool hangs = after < work->layout->row_count && fabsf(rows[after].box.x0 - row->box.x0) < 0.5f * row->size;
		return !hangs && ends_sentence(work, &rows[before]);
	}
	return !is_full(work, &rows[before]) && ends_sentence(work, &rows[before]);
}

static bool find_table(struct blocks_work *work, size_t r, struct pdf_table *ret_table)
{
	size_t seen = 0;

	if (work->layout->rows[r].segment_count < 2 || r < work->no_table_before)
		return false;
	if (pdf_table_find(work->layout, r, ret_table, &seen))
		return true;
	if (seen > TABLE_RETRY_ROWS)
		work->no_table_before = r + seen;
	return false;
}

static int take_paragraph(struct blocks_work *work, size_t *r)
{
	const struct pdf_row *rows = work->layout->rows;
	const size_t first = *r;
	size_t last = first, end = first + 1;
	struct found_heading heading;

	for (size_t next = next_row(work->layout, last); next < work->layout->row_count; next = next_row(work->layout, last)) {
		struct pdf_table table;
		if (text_breaks(work, &rows[last], &rows[next]) || begins_paragraph(work, first, last, next))
			break;
		if (find_table(work, next, &table))
			break;
		if (pdf_row_stands_out(&rows[next], work->body) && find_heading(work, next, &heading))
			break;
		last = next;
		end = next + 1;
	}
	*r = end;
	struct pdf_block *block = add_block(work, PDF_BLOCK_PARAGRAPH, first, end);
	if (!block)
		return -ENOMEM;
	for (size_t i = first; i < end; i++)
		if (!rows[i].furniture)
			block->x0 = fminf(block->x0, rows[i].box.x0 - work->region.x0);
	return 0;
}

/* Does the row begin the next item of the list: at the same place, with the next number; or with any marker, when the item's own
 * lines would stand further right? */
static bool is_next_item(struct blocks_work *work, const struct pdf_row *first, const struct pdf_marker *marker, float text_x0,
			 const struct pdf_row *row)
{
	struct pdf_marker next;
	float next_x0;

	if (fabsf(row->box.x0 - first->box.x0) > 0.5f * row->size || !find_marker(work, row, &next, &next_x0) || next.ordered != marker->ordered)
		return false;
	return !next.ordered || next.number == marker->number + 1 || fabsf(next_x0 - text_x0) < 0.1f * row->size;
}

static int take_item(struct blocks_work *work, size_t *r, struct pdf_marker marker, float text_x0)
{
	const struct pdf_row *rows = work->layout->rows;
	const size_t first = *r;
	size_t last = first, end = first + 1;

	for (size_t next = next_row(work->layout, last); next < work->layout->row_count; next = next_row(work->layout, last)) {
		const struct pdf_row *row = &rows[next];
		bool hangs = row->box.x0 > text_x0 - 0.6f * row->size && row->box.x0 < text_x0 + 1.5f * row->size;
		bool wraps = is_full(work, &rows[last]) && row->box.x0 > rows[first].box.x0 - 0.5f * row->size &&
			     distance(&rows[last], row) < 1.1f * work->leading * row->size;
		if (text_breaks(work, &rows[last], row) || !(hangs || wraps) || is_next_item(work, &rows[first], &marker, text_x0, row))
			break;
		last = next;
		end = next + 1;
	}
	struct pdf_block *block = add_block(work, PDF_BLOCK_ITEM, first, end);
	if (!block)
		return -ENOMEM;
	block->marker = marker;
	block->text_x0 = text_x0 - work->region.x0;
	*r = end;
	return 0;
}

static int take_code(struct blocks_work *work, size_t *r)
{
	const struct pdf_row *rows = work->layout->rows;
	const size_t first = *r;
	size_t last = first, end = first + 1;

	for (size_t next = next_row(work->layout, last); next < work->layout->row_count; next = next_row(work->layout, last)) {
		if (!is_code(work, &rows[next]) || rows[next].region != rows[last].region || distance(&rows[last], &rows[next]) > 3 * rows[next].size)
			break;
		last = next;
		end = next + 1;
	}
	*r = end;
	return add_block(work, PDF_BLOCK_CODE, first, end) ? 0 : -ENOMEM;
}

static int take_table(struct blocks_work *work, size_t *r, const struct pdf_table *table)
{
	struct pdf_blocks *blocks = work->blocks;

	pdf_table_part_rows(work->layout, table);
	if (!pdf_grow((void **)&blocks->tables, &blocks->table_capacity, blocks->table_count, sizeof(*blocks->tables)))
		return -ENOMEM;
	struct pdf_block *block = add_block(work, PDF_BLOCK_TABLE, *r, *r + table->row_count);
	if (!block)
		return -ENOMEM;
	block->table = (uint32_t)blocks->table_count;
	blocks->tables[blocks->table_count++] = *table;
	*r += table->row_count;
	return 0;
}

/* A name in fixed-width type with its explanation indented below it: the first line of a paragraph, not a line of code. */
static bool is_term(struct blocks_work *work, size_t r)
{
	enum { TERM_BYTES_MAX = 40 };
	const struct pdf_row *row = &work->layout->rows[r];
	size_t next = next_row(work->layout, r);

	if (row->segment_count != 1 || next == work->layout->row_count)
		return false;
	struct text text = row_text(work, row);
	if (text.bytes > TERM_BYTES_MAX || memchr(">#$\\", text.data[0], 4) || memchr("{}();\\", text.data[text.bytes - 1], 6))
		return false; /* a statement */
	const struct pdf_row *below = &work->layout->rows[next];
	return below->region == row->region && !is_code(work, below) && distance(row, below) < 1.3f * work->leading * row->size &&
	       below->box.x0 > row->box.x0 + 0.8f * row->size;
}

/* A note goes on until the next one begins. */
static int take_note(struct blocks_work *work, size_t *r)
{
	const struct pdf_row *rows = work->layout->rows;
	const size_t first = *r;
	size_t end = first + 1;

	while (end < work->layout->row_count && rows[end].region == rows[first].region && !rows[end].begins_note && (rows[end].note || rows[end].furniture))
		end++;
	*r = end;
	struct pdf_block *block = add_block(work, PDF_BLOCK_NOTE, first, end);
	if (!block)
		return -ENOMEM;
	block->marker.bytes = first_word(work, &rows[first])->bytes;
	return 0;
}

static int take_heading(struct blocks_work *work, size_t *r, const struct found_heading *found)
{
	struct pdf_block *block = add_block(work, PDF_BLOCK_HEADING, *r, found->end);
	if (!block)
		return -ENOMEM;
	block->clause_depth = (uint8_t)found->clause_depth;
	block->outline_depth = (uint8_t)found->outline_depth;
	*r = found->end;
	return 0;
}

static int take_block(struct blocks_work *work, size_t *r)
{
	const struct pdf_row *row = &work->layout->rows[*r];
	struct found_heading heading;
	struct pdf_marker marker;
	struct pdf_table table;
	float text_x0 = 0;

	enter_region(work, *r);
	if (row->note)
		return take_note(work, r);
	if (work->blocks->count == 0 && work->blocks->carries && pdf_table_continue(work->layout, *r, &work->blocks->carried, &table))
		return take_table(work, r, &table);
	if (find_heading(work, *r, &heading))
		return take_heading(work, r, &heading);
	if (find_marker(work, row, &marker, &text_x0))
		return take_item(work, r, marker, text_x0);
	if (is_code(work, row) && !is_term(work, *r))
		return take_code(work, r);
	if (find_table(work, *r, &table) || pdf_table_find_lone_header(work->layout, *r, &table))
		return take_table(work, r, &table);
	return take_paragraph(work, r);
}

/* Numbered rows in larger type, or such that the outline names, are headings even right below a table. */
static void mark_headings(struct blocks_work *work)
{
	struct found_heading heading;

	for (size_t r = 0; r < work->layout->row_count; r++) {
		struct pdf_row *row = &work->layout->rows[r];
		if (row->furniture || row->note || !pdf_row_stands_out(row, work->body) || count_parts(work->layout, row) > 2)
			continue;
		row->heading = find_heading(work, r, &heading) && (heading.outline_depth > 0 || heading.clause_depth > !is_larger(work, row));
	}
}

/* A table at the end of the page may go on with the next one; a page without text parts nothing. */
static void carry_table(struct pdf_blocks *blocks)
{
	const struct pdf_block *last = blocks->count > 0 ? &blocks->items[blocks->count - 1] : NULL;

	if (!last)
		return;
	blocks->carries = last->kind == PDF_BLOCK_TABLE && !blocks->tables[last->table].terms;
	if (blocks->carries)
		blocks->carried = blocks->tables[last->table];
}

int pdf_blocks_build(struct pdf_blocks *blocks, struct pdf_layout *layout, const struct pdf_body *body, struct pdf_outline *outline)
{
	struct blocks_work work = { .blocks = blocks, .layout = layout, .body = body, .outline = outline };
	bool sure = false;
	int status = 0;

	blocks->count = blocks->table_count = 0;
	work.leading = usual_leading(layout, blocks->leading, &sure);
	if (sure)
		blocks->leading = work.leading;
	blocks->leaders_dropped = pdf_contents_drop(layout, work.leading, &blocks->in_contents, &blocks->text);
	pdf_notes_find(layout, body);
	mark_headings(&work);
	for (size_t r = 0; r < layout->row_count && status == 0;) {
		if (layout->rows[r].furniture)
			r++;
		else
			status = take_block(&work, &r);
	}
	carry_table(blocks);
	return status < 0 ? status : blocks->text.status == -ENOMEM ? -ENOMEM : 0;
}
