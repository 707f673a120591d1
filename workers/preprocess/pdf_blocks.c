#include "workers/preprocess/pdf_blocks.h"

#include "workers/preprocess/pdf_contents.h"
#include "workers/preprocess/pdf_grid_text.h"
#include "workers/preprocess/pdf_heading_rows.h"
#include "workers/preprocess/pdf_notes.h"
#include "workers/preprocess/pdf_rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { TABLE_RETRY_ROWS = 64 }; /* a refused table longer than this is not tried again from its second row */

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

static const float mono_term_share = 0.8f; /* of a term in fixed-width type */

static struct pdf_block *add_block(struct pdf_rows_work *work, enum pdf_block_kind kind, size_t first, size_t end)
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

/* --- items, code, paragraphs ----------------------------------------------------------------------------------- */

/* "NAME (arguments)                [Macro]", above what it does: a part in brackets at the right edge, far from the rest. */
static bool ends_in_kind(const struct pdf_rows_work *work, const struct pdf_row *row)
{
	static const float gap_sizes = 2;
	const struct pdf_segment *last = &work->layout->segments[row->segment_first + row->segment_count - 1];

	return row->segment_count > 1 && last->box.x0 - last[-1].box.x1 > gap_sizes * row->size && pdf_row_is_full(work, row) &&
	       text_starts_with(pdf_word_text(work->layout->page, &work->layout->page->words[last->word_first]), TEXT_LITERAL("["));
}

/* What stands in the way of `row` being the next line of the paragraph whose last line is `before`. */
static bool text_breaks(struct pdf_rows_work *work, const struct pdf_row *before, const struct pdf_row *row)
{
	static const float line_gap = 1.3f, initial_gap = 2.2f; /* lines */
	const float gap = pdf_row_distance(before, row), wide = work->wide_leading * row->size;
	const bool aligned = fabsf(row->box.x0 - before->box.x0) < 0.5f * row->size;
	const bool set_wide = aligned && wide > 0 && fabsf(gap - wide) < 0.04f * wide && pdf_row_is_wrapped(work, before, row);
	const float line = set_wide ? wide : work->leading * row->size;
	struct pdf_marker marker;
	float text_x0;

	if (ends_in_kind(work, before))
		return true;
	if (row->region != before->region || row->rotated || before->rotated || before->leads || gap > (before->initial ? initial_gap : line_gap) * line || (!before->initial && !pdf_same_type(before, row)) ||
	    row->note || pdf_begins_raised(work, row))
		return true;
	if (pdf_row_is_code(work, row)) {
		bool hangs = pdf_find_marker(work, before, &marker, &text_x0) && fabsf(row->box.x0 - text_x0) < 0.5f * row->size;
		if (!(aligned || hangs) || !pdf_row_is_wrapped(work, before, row) || gap > 1.15f * line)
			return true;
	}
	if (!pdf_find_marker(work, row, &marker, &text_x0))
		return false;
	return !marker.ordered || !aligned || gap > 1.1f * line || !pdf_row_is_full(work, before) || (marker.number == 1 && pdf_ends_sentence(work, before));
}

/* Is `row` the first line of a new paragraph by its indentation, or by the short last line before it? */
static bool begins_paragraph(struct pdf_rows_work *work, size_t first, size_t before, size_t r)
{
	const struct pdf_row *rows = work->layout->rows, *row = &rows[r];
	const float indent = row->box.x0 - rows[before].box.x0;
	size_t after = pdf_next_row(work->layout, r);

	if (indent > 0.8f * row->size && before != first)
		return true;
	if (indent > 0.8f * row->size) {
		/* After a single line: a hanging indent goes on in the next line, a first line does not. */
		bool hangs = after < work->layout->row_count && fabsf(rows[after].box.x0 - row->box.x0) < 0.5f * row->size;
		return !hangs && pdf_ends_sentence(work, &rows[before]);
	}
	return !pdf_row_is_full(work, &rows[before]) && pdf_ends_sentence(work, &rows[before]);
}

static bool find_table(struct pdf_rows_work *work, size_t r, struct pdf_table *ret_table)
{
	size_t seen = 0;

	if (work->layout->rows[r].segment_count < 2 || r < work->no_table_before || pdf_tags_exclude_tables(work->tags, work->layout->page->number))
		return false;
	if (pdf_table_find(work->layout, r, ret_table, &seen))
		return true;
	if (seen > TABLE_RETRY_ROWS)
		work->no_table_before = r + seen;
	return false;
}

static int take_paragraph(struct pdf_rows_work *work, size_t *r)
{
	const struct pdf_row *rows = work->layout->rows;
	const size_t first = *r;
	size_t last = first, end = first + 1;
	struct pdf_found_heading heading;
	const bool caption = pdf_is_caption(pdf_row_text(work, &rows[first]));

	for (size_t next = pdf_next_row(work->layout, last); next < work->layout->row_count; next = pdf_next_row(work->layout, last)) {
		struct pdf_table table;
		if (text_breaks(work, &rows[last], &rows[next]) || begins_paragraph(work, first, last, next))
			break;
		if (find_table(work, next, &table))
			break;
		if (rows[next].tag > 0)
			break;
		if (pdf_row_stands_out(&rows[next], work->body) && pdf_find_heading(work, next, &heading) &&
		    !(caption && heading.clause_depth + heading.outline_depth == 0))
			break; /* but the next line of a caption in bold type is no heading */
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
static bool is_next_item(struct pdf_rows_work *work, const struct pdf_row *first, const struct pdf_marker *marker, float text_x0,
			 const struct pdf_row *row)
{
	struct pdf_marker next;
	float next_x0;

	if (fabsf(row->box.x0 - first->box.x0) > 0.5f * row->size || !pdf_find_marker(work, row, &next, &next_x0) || next.ordered != marker->ordered)
		return false;
	return !next.ordered || next.number == marker->number + 1 || fabsf(next_x0 - text_x0) < 0.1f * row->size;
}

static int take_item(struct pdf_rows_work *work, size_t *r, struct pdf_marker marker, float text_x0)
{
	const struct pdf_row *rows = work->layout->rows;
	const size_t first = *r;
	size_t last = first, end = first + 1;

	for (size_t next = pdf_next_row(work->layout, last); next < work->layout->row_count; next = pdf_next_row(work->layout, last)) {
		const struct pdf_row *row = &rows[next];
		bool hangs = row->box.x0 > text_x0 - 0.6f * row->size && row->box.x0 < text_x0 + 1.5f * row->size;
		bool wraps = pdf_row_is_full(work, &rows[last]) && row->box.x0 > rows[first].box.x0 - 0.5f * row->size &&
			     pdf_row_distance(&rows[last], row) < 1.1f * work->leading * row->size;
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

static int take_code(struct pdf_rows_work *work, size_t *r)
{
	const struct pdf_row *rows = work->layout->rows;
	const size_t first = *r;
	size_t last = first, end = first + 1;

	for (size_t next = pdf_next_row(work->layout, last); next < work->layout->row_count; next = pdf_next_row(work->layout, last)) {
		if (!pdf_row_is_code(work, &rows[next]) || rows[next].note || rows[next].region != rows[last].region || pdf_row_distance(&rows[last], &rows[next]) > 3 * rows[next].size)
			break;
		last = next;
		end = next + 1;
	}
	*r = end;
	return add_block(work, PDF_BLOCK_CODE, first, end) ? 0 : -ENOMEM;
}

/* All its lines are cells of one row: side by side, to be read cell by cell, but no table. */
static bool is_one_row(const struct pdf_layout *layout, const struct pdf_table *table)
{
	size_t begun = 0;

	for (uint32_t i = 0; i < table->row_count; i++)
		begun += !layout->rows[table->row_first + i].furniture && layout->rows[table->row_first + i].begins_cells;
	return begun < 2 && !table->terms && !table->headed && !table->continued;
}

static int take_table(struct pdf_rows_work *work, size_t *r, struct pdf_table *table)
{
	struct pdf_blocks *blocks = work->blocks;

	if (!table->ruled) {
		pdf_table_part_rows(work->layout, table);
		table->header_only |= is_one_row(work->layout, table);
	}
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

/* Does the row read as a term, and not as a statement, or the end of a sentence? What names a function in fixed-width type is longer, and may end
 * in its brackets. */
static bool reads_as_term(struct pdf_rows_work *work, const struct pdf_row *row)
{
	enum { TERM_BYTES_MAX = 60, CODE_TERM_BYTES_MAX = 100 };
	static const float width_max = 0.6f;
	const bool code = row->mono > mono_term_share;
	struct pdf_marker marker;
	float text_x0;

	if (row->furniture || row->note || row->rotated || pdf_count_parts(work->layout, row) != 1 ||
	    row->box.x1 - row->box.x0 > width_max * (work->region.x1 - work->region.x0) || pdf_find_marker(work, row, &marker, &text_x0))
		return false;
	const struct text text = pdf_row_text(work, row);
	const struct text no_ends = code ? TEXT_LITERAL("{};\\.,:?!") : TEXT_LITERAL("{}();\\.,:?!");
	return text.bytes <= (code ? CODE_TERM_BYTES_MAX : TERM_BYTES_MAX) && !memchr(">#$\\", text.data[0], 4) &&
	       !memchr(no_ends.data, text.data[text.bytes - 1], no_ends.bytes) && text_find(text, TEXT_LITERAL("://")) < 0;
}

/* Does a full line go on further left in the next one, which is as far away as lines of a paragraph are? Then the first line of one is indented. */
static bool is_outdented_line(const struct pdf_rows_work *work, const struct pdf_row *line, const struct pdf_row *next)
{
	static const float same_lines = 1.15f;

	return next->region == line->region && next->box.x0 < line->box.x0 - 0.8f * line->size && pdf_row_is_wrapped(work, line, next) &&
	       pdf_same_type(line, next) && pdf_row_distance(line, next) < same_lines * work->leading * line->size;
}

/* A short row whose explanation is indented below it, no further than so many lines. Returns the end of the explanation, or 0 when there is none. */
static size_t definition_end(struct pdf_rows_work *work, size_t r, float gap_lines)
{
	static const float indent_min = 0.8f, close_lines = 1.35f;
	const struct pdf_row *rows = work->layout->rows, *row = &rows[r];
	struct pdf_marker marker;
	float text_x0;

	if (!reads_as_term(work, row))
		return 0;
	size_t last = r, end = 0;
	for (size_t next = pdf_next_row(work->layout, r); next < work->layout->row_count; next = pdf_next_row(work->layout, last)) {
		const struct pdf_row *below = &rows[next];
		const float lines = end > 0 ? close_lines : gap_lines;
		if (end > 0 && is_outdented_line(work, &rows[last], below))
			return 0;
		if (below->region != row->region || below->rotated || below->note || pdf_row_distance(&rows[last], below) > lines * work->leading * row->size ||
		    below->box.x0 < row->box.x0 + indent_min * row->size || pdf_find_marker(work, below, &marker, &text_x0) ||
		    pdf_row_is_code(work, below) || pdf_count_parts(work->layout, below) > 1 || (end > 0 && fabsf(below->box.x0 - rows[last].box.x0) > 0.5f * row->size))
			break;
		last = next;
		end = next + 1;
	}
	return end;
}

/* Does a row of the kind follow at the same edge that has its explanation too? */
static bool definition_follows(struct pdf_rows_work *work, const struct pdf_row *row, size_t end, float gap_lines)
{
	const size_t next = pdf_next_row(work->layout, end - 1);

	return next < work->layout->row_count && fabsf(work->layout->rows[next].box.x0 - row->box.x0) < 0.5f * row->size && definition_end(work, next, gap_lines) > 0;
}

/* One word of letters, digits and what joins them. */
static bool is_one_name(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (!ascii_is_alnum(text.data[i]) && !memchr("_-.", text.data[i], 3))
			return false;
	return text.bytes > 0 && ascii_is_alpha(text.data[0]);
}

/* Names in bold or fixed-width type may have an explanation each for itself; plain ones, and explanations with a blank line above them (but
 * for what is one name in fixed-width type), are told from short lines by another one that follows or came before. */
static size_t find_definition(struct pdf_rows_work *work, size_t r)
{
	static const float close_lines = 1.35f, blank_line = 2.4f;
	const struct pdf_row *row = &work->layout->rows[r];
	const struct pdf_blocks *blocks = work->blocks;
	const bool named = row->bold > 0.8f || row->mono > mono_term_share;
	const bool follows = blocks->count > 0 && blocks->items[blocks->count - 1].kind == PDF_BLOCK_TERM && !work->region_started;

	size_t end = definition_end(work, r, close_lines);
	if (end > 0)
		return named || follows || definition_follows(work, row, end, close_lines) ? end : 0;
	end = named ? definition_end(work, r, blank_line) : 0;
	if (end == 0)
		return 0;
	const bool name = row->mono > mono_term_share && is_one_name(pdf_row_text(work, row));
	return name || follows || definition_follows(work, row, end, blank_line) ? end : 0;
}

static int take_term(struct pdf_rows_work *work, size_t *r, size_t end)
{
	struct pdf_block *block = add_block(work, PDF_BLOCK_TERM, *r, end);

	if (!block)
		return -ENOMEM;
	block->text_x0 = work->layout->rows[pdf_next_row(work->layout, *r)].box.x0 - work->region.x0;
	*r = end;
	return 0;
}

/* A note goes on until the next one begins. */
static int take_note(struct pdf_rows_work *work, size_t *r)
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
	block->marker.bytes = rows[first].begins_note ? pdf_first_word(work, &rows[first])->bytes : 0;
	return 0;
}

/* The size of the row's largest words: most letters of small capitals are smaller than the heading is. */
static float largest_size(const struct pdf_layout *layout, const struct pdf_row *row)
{
	float size = row->size;

	for (uint32_t s = 0; s < row->segment_count; s++) {
		const struct pdf_segment *segment = &layout->segments[row->segment_first + s];
		for (uint32_t w = 0; w < segment->word_count; w++)
			size = fmaxf(size, layout->page->words[segment->word_first + w].size);
	}
	return size;
}

static enum pdf_heading_style heading_style(struct pdf_rows_work *work, const struct pdf_row *row)
{
	static const float italic_share = 0.9f;
	const struct text text = pdf_row_text(work, row);
	size_t capitals = 0;

	for (size_t i = 0; i < text.bytes; i++)
		capitals += ascii_is_upper(text.data[i]);
	if (pdf_is_capitals(text) && capitals * 2 > text.bytes) /* letters of other scripts are neither */
		return PDF_HEADING_CAPITALS;
	return row->italic > italic_share ? PDF_HEADING_ITALIC : PDF_HEADING_UPRIGHT;
}

static int take_heading(struct pdf_rows_work *work, size_t *r, const struct pdf_found_heading *found)
{
	struct pdf_block *block = add_block(work, PDF_BLOCK_HEADING, *r, found->end);
	if (!block)
		return -ENOMEM;
	/* Annexes of standards have a style of their own, far down among the headings; the outline puts them below the last clause. */
	const bool annex = found->clause_depth == 1 && text_starts_with_nocase(pdf_row_text(work, &work->layout->rows[*r]), TEXT_LITERAL("annex "));
	const struct pdf_row *row = &work->layout->rows[*r];
	if (pdf_is_capitals(pdf_row_text(work, row)))
		block->size = largest_size(work->layout, row);
	block->heading_style = (uint8_t)heading_style(work, row);
	block->clause_depth = (uint8_t)found->clause_depth;
	block->outline_depth = annex ? 0 : (uint8_t)found->outline_depth;
	block->tag_level = annex ? 0 : (uint8_t)found->tag_level;
	*r = found->end;
	return 0;
}

static int take_picture(struct pdf_rows_work *work, size_t *r)
{
	struct pdf_block *block = add_block(work, PDF_BLOCK_PICTURE, *r, *r + 1);
	if (!block)
		return -ENOMEM;
	block->table = work->layout->rows[*r].grid - PDF_PICTURE_FIRST;
	++*r;
	return 0;
}

/* Another column of text, another left edge: the table's columns are looked for as far from it. */
static bool continue_table(const struct pdf_rows_work *work, size_t r, const struct pdf_table *before, struct pdf_table *ret_table)
{
	struct pdf_table moved = *before;
	const float by = work->layout->rows[r].box.x0 - before->columns[0].x0;

	if (work->blocks->count > 0)
		for (size_t c = 0; c < moved.column_count; c++) {
			moved.columns[c].x0 += by;
			moved.columns[c].x1 += by;
		}
	return pdf_table_continue(work->layout, r, &moved, ret_table);
}

/* The table that ended the page or column before, when the row at hand is the first of another; or NULL. Notes in between do not part it. */
static const struct pdf_table *carried_table(struct pdf_rows_work *work)
{
	const struct pdf_blocks *blocks = work->blocks;
	size_t i = blocks->count;

	if (i == 0)
		return blocks->carries ? &blocks->carried : NULL;
	while (i > 0 && blocks->items[i - 1].kind == PDF_BLOCK_NOTE)
		i--;
	if (!work->region_started || i == 0 || blocks->items[i - 1].kind != PDF_BLOCK_TABLE || blocks->tables[blocks->items[i - 1].table].terms)
		return NULL;
	return &blocks->tables[blocks->items[i - 1].table];
}

static bool goes_on(const struct pdf_rows_work *work, size_t r, const struct pdf_table *carried, struct pdf_table *ret_table)
{
	if (work->layout->rows[r].grid >= PDF_PICTURE_FIRST)
		return false;
	/* What a ruled table goes on with may lack rules, as grounds do that so few rows do not show: then each of its columns is filled. */
	if (work->layout->rows[r].grid == 0)
		return (!carried->ruled || work->layout->rows[r].segment_count == carried->column_count) && continue_table(work, r, carried, ret_table);
	pdf_grid_describe(work->layout, r, ret_table);
	return pdf_grid_continues(carried, ret_table);
}

/* A caption that says that the table of the page before goes on, between its two parts, is not written: they become one. */
static bool repeats_caption(struct pdf_rows_work *work, size_t r, const struct pdf_table *carried)
{
	const size_t next = pdf_next_row(work->layout, r);
	struct pdf_table table;

	return carried && next < work->layout->row_count && work->layout->rows[r].grid == 0 && pdf_says_continued(pdf_row_text(work, &work->layout->rows[r])) &&
	       (goes_on(work, next, carried, &table) || (find_table(work, next, &table) && table.column_count == carried->column_count));
}

static int take_block(struct pdf_rows_work *work, size_t *r)
{
	const struct pdf_row *row = &work->layout->rows[*r];
	struct pdf_found_heading heading;
	struct pdf_marker marker;
	struct pdf_table table;
	float text_x0 = 0;

	pdf_enter_region(work, *r);
	if (row->note)
		return take_note(work, r);
	if (row->grid >= PDF_PICTURE_FIRST)
		return take_picture(work, r);
	const struct pdf_table *carried = carried_table(work);
	if (repeats_caption(work, *r, carried)) {
		work->layout->rows[(*r)++].furniture = true;
		work->blocks->captions_dropped++;
		return 0;
	}
	if (row->grid > 0) {
		pdf_grid_describe(work->layout, *r, &table);
		table.continued = carried && pdf_grid_continues(carried, &table);
		return take_table(work, r, &table);
	}
	if (carried && goes_on(work, *r, carried, &table))
		return take_table(work, r, &table);
	if (pdf_find_heading(work, *r, &heading))
		return take_heading(work, r, &heading);
	if (pdf_find_marker(work, row, &marker, &text_x0))
		return take_item(work, r, marker, text_x0);
	const size_t definition = find_definition(work, *r);
	if (definition > 0)
		return take_term(work, r, definition);
	if (pdf_row_is_code(work, row))
		return take_code(work, r);
	if (find_table(work, *r, &table) || pdf_table_find_lone_header(work->layout, *r, &table))
		return take_table(work, r, &table);
	return take_paragraph(work, r);
}

/* The last line of a page that says that the table above it goes on is not written. */
static void drop_continued(struct pdf_rows_work *work)
{
	struct pdf_blocks *blocks = work->blocks;

	if (blocks->count < 2)
		return;
	const struct pdf_block *last = &blocks->items[blocks->count - 1], *above = last - 1;
	struct pdf_row *row = &work->layout->rows[last->row_first];
	if (last->kind != PDF_BLOCK_PARAGRAPH || last->row_count > 1 || above->kind != PDF_BLOCK_TABLE || !pdf_says_continued(pdf_row_text(work, row)))
		return;
	row->furniture = true;
	blocks->captions_dropped++;
	blocks->count--;
}

/* A table at the end of the page, above its notes, may go on with the next one; a page without text parts nothing. */
static void carry_table(struct pdf_blocks *blocks)
{
	size_t count = blocks->count;

	while (count > 1 && blocks->items[count - 1].kind == PDF_BLOCK_NOTE)
		count--;
	if (count == 0)
		return;
	const struct pdf_block *last = &blocks->items[count - 1];
	blocks->carries = last->kind == PDF_BLOCK_TABLE && !blocks->tables[last->table].terms;
	if (blocks->carries)
		blocks->carried = blocks->tables[last->table];
}

int pdf_blocks_build(struct pdf_blocks *blocks, struct pdf_layout *layout, const struct pdf_body *body, struct pdf_outline *outline, struct pdf_tags *tags)
{
	struct pdf_rows_work work = { .blocks = blocks, .layout = layout, .body = body, .outline = outline, .tags = tags };
	bool sure = false;
	int status = 0;

	blocks->count = blocks->table_count = blocks->captions_dropped = 0;
	work.leading = pdf_usual_leading(layout, blocks->leading, &sure);
	if (sure)
		blocks->leading = work.leading;
	work.wide_leading = pdf_wide_leading(layout, work.leading);
	blocks->leaders_dropped = pdf_contents_drop(layout, outline, work.leading, &blocks->in_contents, &blocks->text);
	pdf_notes_find(layout, body);
	pdf_tags_mark(tags, layout, body);
	pdf_mark_headings(&work);
	for (size_t r = 0; r < layout->row_count && status == 0;) {
		if (layout->rows[r].furniture)
			r++;
		else
			status = take_block(&work, &r);
	}
	drop_continued(&work);
	carry_table(blocks);
	return status < 0 ? status : blocks->text.status == -ENOMEM ? -ENOMEM : 0;
}
