#include "workers/preprocess/pdf_write_private.h"

#include "workers/preprocess/markdown_inline.h"
#include "workers/preprocess/pdf_code.h"
#include "workers/preprocess/pdf_note_numbers.h"

#include <inttypes.h>
#include <math.h>

void pdf_writer_init(struct pdf_writer *writer, struct buffer *out, struct pdf_headings *headings, const struct word_set *vocabulary)
{
	*writer = (struct pdf_writer){ .out = out, .headings = headings, .vocabulary = vocabulary };
	markdown_init(&writer->markdown, out);
	pdf_styled_init(&writer->prose, PDF_PENDING_BYTES_MAX);
	pdf_styled_init(&writer->note, PDF_PENDING_BYTES_MAX);
	buffer_init(&writer->notes, PDF_PENDING_BYTES_MAX);
	buffer_init(&writer->text, PDF_PENDING_BYTES_MAX);
	buffer_init(&writer->line, PDF_PENDING_BYTES_MAX);
	buffer_init(&writer->cells.text, PDF_PENDING_BYTES_MAX);
	buffer_init(&writer->row, PDF_PENDING_BYTES_MAX);
	buffer_init(&writer->escaped, PDF_PENDING_BYTES_MAX);
}

void pdf_writer_done(struct pdf_writer *writer)
{
	pdf_styled_done(&writer->prose);
	pdf_styled_done(&writer->note);
	buffer_done(&writer->notes);
	buffer_done(&writer->text);
	buffer_done(&writer->line);
	buffer_done(&writer->cells.text);
	buffer_done(&writer->row);
	buffer_done(&writer->escaped);
}

/* Empties a buffer for its next use, and keeps what failed in the last. */
void pdf_writer_restart(struct pdf_writer *writer, struct buffer *buffer)
{
	if (writer->status == 0)
		writer->status = buffer->status;
	buffer_clear(buffer);
}

static void restart_styled(struct pdf_writer *writer, struct pdf_styled *styled)
{
	if (writer->status == 0)
		writer->status = styled->status;
	pdf_writer_restart(writer, &styled->text);
	pdf_styled_clear(styled);
}

/* As inline Markdown; valid until the next use of `escaped`. */
static struct text inline_text(struct pdf_writer *writer, const struct pdf_styled *styled)
{
	pdf_writer_restart(writer, &writer->escaped);
	pdf_styled_write(styled, &writer->escaped);
	return buffer_view(&writer->escaped);
}

struct text pdf_writer_escape(struct pdf_writer *writer, struct text plain)
{
	pdf_writer_restart(writer, &writer->escaped);
	markdown_append_escaped(&writer->escaped, plain);
	return buffer_view(&writer->escaped);
}

/* --- what is pending ------------------------------------------------------------------------------------------- */

void pdf_writer_flush(struct pdf_writer *writer)
{
	if (writer->pending == PDF_PENDING_TABLE)
		pdf_writer_end_table(writer);
	else if (writer->pending == PDF_PENDING_CODE)
		pdf_code_write(&writer->markdown, buffer_view(&writer->text), &writer->line);
	else if (writer->pending != PDF_PENDING_NOTHING)
		markdown_paragraph(&writer->markdown, inline_text(writer, &writer->prose));
	writer->pending = PDF_PENDING_NOTHING;
	pdf_writer_restart(writer, &writer->text);
	restart_styled(writer, &writer->prose);
}

static void close_list(struct pdf_writer *writer)
{
	markdown_item_close(&writer->markdown);
	markdown_list_close(&writer->markdown);
	writer->list_depth--;
}

/* Closes the lists that a block beginning at x0 does not belong to: it stands left of their text. */
static void close_lists_right_of(struct pdf_writer *writer, float x0, float size)
{
	while (writer->list_depth > 0 && x0 < writer->lists[writer->list_depth - 1].text_x0 - 0.7f * size)
		close_list(writer);
}

/* A paragraph belongs to an item only when it begins right below the item's text; an indented first line does not make it so. */
static void close_lists_around(struct pdf_writer *writer, float x0, float size)
{
	while (writer->list_depth > 0 && fabsf(x0 - writer->lists[writer->list_depth - 1].text_x0) > 0.35f * size)
		close_list(writer);
}

void pdf_writer_close_lists(struct pdf_writer *writer)
{
	while (writer->list_depth > 0)
		close_list(writer);
}

/* --- paragraphs and items -------------------------------------------------------------------------------------- */

/* The block's lines joined to one, without the marker of an item or note, behind what is in `styled`. */
static void append_lines(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block, struct pdf_styled *styled)
{
	struct pdf_styled_line line = {
		.layout = layout,
		.skip = block->marker.bytes,
		.styles = block->kind == PDF_BLOCK_HEADING ? block->styles & PDF_MONO : block->styles,
		.notes = &writer->page_notes,
		.vocabulary = writer->vocabulary,
	};

	for (uint32_t r = 0; r < block->row_count; r++) {
		line.row = &layout->rows[block->row_first + r];
		if (line.row->furniture)
			continue;
		pdf_styled_append_row(styled, &line);
		line.skip = 0;
	}
}

/* Does the text of the list's items stand far right of their markers, as that of names with explanations? */
static bool holds_terms(const struct pdf_open_list *list, float size)
{
	return list->text_x0 - list->marker_x0 > 2.5f * size;
}

/* An explanation goes on at its own place only. */
static bool stands_below_term(const struct pdf_writer *writer, const struct pdf_block *block)
{
	const struct pdf_open_list *list = &writer->lists[writer->list_depth - 1];
	return holds_terms(list, block->size) && fabsf(block->x0 - list->text_x0) > block->size;
}

/* A paragraph at the top of a page or column goes on with the one before it that does not end like a sentence. */
static bool goes_on(const struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block)
{
	struct text before = buffer_view(&writer->prose.text);

	if (!block->starts_region || before.bytes == 0 || (writer->pending != PDF_PENDING_PARAGRAPH && writer->pending != PDF_PENDING_ITEM))
		return false;
	if (writer->pending == PDF_PENDING_ITEM && writer->list_depth > 0 && stands_below_term(writer, block))
		return false;
	const struct pdf_segment *segment = &layout->segments[layout->rows[block->row_first].segment_first];
	struct text first = pdf_word_text(layout->page, &layout->page->words[segment->word_first]);
	const char last = before.data[before.bytes - 1];
	if (first.bytes == 0 || memchr(".:?!;", last, 5))
		return false;
	return ascii_is_lower(first.data[0]) || first.data[0] == '(' || last == '-' || last == ',';
}

static void write_paragraph(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block)
{
	if (!goes_on(writer, layout, block)) {
		pdf_writer_flush(writer);
		close_lists_around(writer, block->x0, block->size);
		writer->pending = PDF_PENDING_PARAGRAPH;
	}
	append_lines(writer, layout, block, &writer->prose);
}

/* Is a marker at x0 that of a list inside the item of this one? */
static bool is_deeper(const struct pdf_open_list *list, float x0, float size)
{
	return x0 > list->marker_x0 + 0.5f * size && (!holds_terms(list, size) || x0 > list->text_x0 - size);
}

/* Does the item go on with the list? It stands at the same place; or it has the next number at the top of a page or column, whose
 * left edge may be another one. */
static bool is_next_of(const struct pdf_open_list *list, const struct pdf_open_list *item, const struct pdf_block *block)
{
	if (list->ordered != item->ordered)
		return false;
	if (block->starts_region && item->ordered && item->number == list->number + 1)
		return true;
	return fabsf(item->marker_x0 - list->marker_x0) <= 0.5f * block->size;
}

/* Opens the item in the list that is open at its place, or in a new one, deeper or instead of others. */
static void open_item(struct pdf_writer *writer, struct pdf_open_list item, const struct pdf_block *block)
{
	struct pdf_open_list *list = NULL;

	pdf_writer_flush(writer);
	for (; writer->list_depth > 0; close_list(writer), list = NULL) {
		list = &writer->lists[writer->list_depth - 1];
		if (is_next_of(list, &item, block))
			break;
		if (is_deeper(list, item.marker_x0, block->size) && writer->list_depth < PDF_LIST_DEPTH_MAX) {
			list = NULL;
			break;
		}
	}
	if (list) {
		markdown_item_close(&writer->markdown);
		*list = item;
	} else {
		markdown_list_open(&writer->markdown, item.ordered);
		writer->lists[writer->list_depth++] = item;
	}
	markdown_item_open(&writer->markdown, item.number);
	writer->pending = PDF_PENDING_ITEM;
}

static void write_item(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block)
{
	open_item(writer, (struct pdf_open_list){ block->x0, block->text_x0, block->marker.ordered, block->marker.number }, block);
	append_lines(writer, layout, block, &writer->prose);
}

/* A term and its explanation are an item of a list. */
static void write_term(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block)
{
	const struct pdf_row *term = &layout->rows[block->row_first];
	const uint8_t style = term->mono > 0.8f ? PDF_MONO : PDF_BOLD;
	struct pdf_block explanation = *block;

	open_item(writer, (struct pdf_open_list){ block->x0, block->text_x0, false, 0 }, block);
	pdf_writer_restart(writer, &writer->line);
	pdf_row_append(layout, term, &writer->line);
	pdf_styled_append_text(&writer->prose, buffer_view(&writer->line), style);
	pdf_styled_append_text(&writer->prose, TEXT_LITERAL(":"), 0);
	explanation.row_first++;
	explanation.row_count--;
	append_lines(writer, layout, &explanation, &writer->prose);
}

/* --- headings -------------------------------------------------------------------------------------------------- */

/* Of the text; of the page, where no row is wider: a title may stand on a page of its own. */
static bool is_centred(const struct pdf_layout *layout, const struct pdf_row *row)
{
	const bool widest = row->box.x0 <= layout->text.x0 && row->box.x1 >= layout->text.x1;
	const float left = row->box.x0 - (widest ? 0 : layout->text.x0), right = (widest ? layout->page->width : layout->text.x1) - row->box.x1;

	return left > 2 * row->size && fabsf(left - right) < 2 * row->size;
}

/* Without the sign that links to the heading itself, as documentation in HTML has it behind each, and without one before it that is a bullet
 * or an ornament. */
static struct text without_signs(struct text text)
{
	static const char *const ornaments[] = { "\u2022 ", "\u25E6 ", "\u25AA ", "\u25A0 ", "\u25C6 ", "\u25CF ", "\u25BA " };

	text = text_trim(text);
	for (size_t i = 0; i < COUNT_OF(ornaments); i++)
		if (text_starts_with(text, text_from(ornaments[i])))
			text = text_trim(text_slice(text, strlen(ornaments[i]), text.bytes));
	if (text.bytes > 3 && (text_ends_with_nocase(text, TEXT_LITERAL("\xC2\xA7")) || text_ends_with_nocase(text, TEXT_LITERAL("\xC2\xB6"))))
		text = text_trim(text_slice(text, 0, text.bytes - 2));
	return text;
}

static void write_heading(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block)
{
	pdf_writer_flush(writer);
	pdf_writer_close_lists(writer);
	append_lines(writer, layout, block, &writer->prose);
	size_t before = writer->out->bytes;
	markdown_heading(&writer->markdown, 1, without_signs(inline_text(writer, &writer->prose)));
	restart_styled(writer, &writer->prose);
	if (writer->out->status || writer->out->bytes == before)
		return;
	const char *mark = memchr(writer->out->data + before, '#', writer->out->bytes - before);
	CHECK(mark);
	struct pdf_heading heading = {
		.offset = (size_t)(mark - writer->out->data),
		.page = layout->page->number,
		.size = block->size,
		.clause_depth = block->clause_depth,
		.outline_depth = block->outline_depth,
		.tag_level = block->tag_level,
		.bold = block->bold,
		.style = block->heading_style,
		.centred = is_centred(layout, &layout->rows[block->row_first]),
	};
	if (writer->status == 0)
		writer->status = pdf_headings_add(writer->headings, heading);
}

/* --- notes ----------------------------------------------------------------------------------------------------- */

static void write_note(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block)
{
	const uint32_t number = pdf_note_number(&writer->page_notes, pdf_block_note_mark(layout, block, &writer->line));

	restart_styled(writer, &writer->note);
	append_lines(writer, layout, block, &writer->note);
	if (number > 0)
		buffer_append_format(&writer->notes, "[^%" PRIu32 "]: ", number);
	pdf_styled_write(&writer->note, &writer->notes);
	buffer_append_byte(&writer->notes, '\n');
}

static void write_notes(struct pdf_writer *writer)
{
	struct text rest = buffer_view(&writer->notes), line;

	while (text_next_line(&rest, &line))
		markdown_paragraph(&writer->markdown, line);
}

/* --- code ------------------------------------------------------------------------------------------------------ */

static void write_code(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block)
{
	const struct pdf_row *before = NULL;
	float left = INFINITY;

	for (uint32_t r = 0; r < block->row_count; r++)
		if (!layout->rows[block->row_first + r].furniture)
			left = fminf(left, layout->rows[block->row_first + r].box.x0);
	if (writer->pending != PDF_PENDING_CODE || !block->starts_region) {
		pdf_writer_flush(writer);
		close_lists_right_of(writer, block->x0, block->size);
		writer->pending = PDF_PENDING_CODE;
	}
	for (uint32_t r = 0; r < block->row_count; r++) {
		const struct pdf_row *row = &layout->rows[block->row_first + r];
		if (row->furniture)
			continue;
		if (writer->text.bytes > 0)
			buffer_append_byte(&writer->text, '\n');
		if (before && row->y - before->y > 1.65f * row->size)
			buffer_append_byte(&writer->text, '\n');
		pdf_code_append_row(&writer->text, layout, row, left);
		before = row;
	}
}

/* --- tables ---------------------------------------------------------------------------------------------------- */

/* A name and its explanation, each with or without text; the colon that parts them may stand behind the name already. */
static void append_term(struct pdf_writer *writer, struct text name, struct text explanation, uint8_t style)
{
	if (name.bytes > 1 && explanation.bytes > 0 && name.data[name.bytes - 1] == ':')
		name.bytes--;
	pdf_styled_append_text(&writer->prose, name, style);
	pdf_styled_append_text(&writer->prose, text_from(name.bytes > 0 && explanation.bytes > 0 ? ": " : ""), 0);
	pdf_styled_append_text(&writer->prose, explanation, 0);
}

/* Names and explanations are the items of a list; the last one may go on. */
static void write_terms(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block, const struct pdf_table *table)
{
	const struct pdf_open_list place = { block->x0, block->x0 + table->columns[1].x0 - table->columns[0].x0, false, 0 };
	const uint32_t end = table->row_first + table->row_count;

	for (uint32_t first = table->row_first, next; first < end; first = next) {
		next = pdf_writer_row_end(layout, first, end);
		open_item(writer, place, block);
		pdf_writer_gather_cells(writer, layout, table, first, next, false);
		const struct text all = buffer_view(&writer->cells.text);
		const size_t middle = size_min(writer->cells.end[0], all.bytes);
		const struct pdf_word *word = &layout->page->words[layout->segments[layout->rows[first].segment_first].word_first];
		append_term(writer, text_slice(all, 0, middle), text_slice(all, middle, all.bytes), word->style & PDF_MONO ? PDF_MONO : PDF_BOLD);
	}
}

static void write_picture(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block)
{
	const struct pdf_picture *picture = &layout->page->pictures[block->table];

	if (picture->target[0] == '\0')
		return;
	pdf_writer_flush(writer);
	pdf_writer_close_lists(writer);
	pdf_writer_restart(writer, &writer->line);
	buffer_append_format(&writer->line, "![](%s)", picture->target);
	markdown_paragraph(&writer->markdown, buffer_view(&writer->line));
}

static void write_block(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_blocks *blocks, const struct pdf_block *block)
{
	switch ((enum pdf_block_kind)block->kind) {
	case PDF_BLOCK_PARAGRAPH: write_paragraph(writer, layout, block); break;
	case PDF_BLOCK_ITEM: write_item(writer, layout, block); break;
	case PDF_BLOCK_HEADING: write_heading(writer, layout, block); break;
	case PDF_BLOCK_CODE: write_code(writer, layout, block); break;
	case PDF_BLOCK_TERM: write_term(writer, layout, block); break;
	case PDF_BLOCK_NOTE: write_note(writer, layout, block); break;
	case PDF_BLOCK_PICTURE: write_picture(writer, layout, block); break;
	case PDF_BLOCK_TABLE:
		if (blocks->tables[block->table].terms)
			write_terms(writer, layout, block, &blocks->tables[block->table]);
		else if (blocks->tables[block->table].ruled)
			pdf_writer_take_grid(writer, layout, block, &blocks->tables[block->table]);
		else
			pdf_writer_take_table(writer, layout, block, &blocks->tables[block->table]);
		break;
	}
}

/* Is the block a table, a picture or a caption, which may stand in the middle of a paragraph because a page or column ends there? */
static bool floats(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_block *block)
{
	if (block->kind != PDF_BLOCK_PARAGRAPH)
		return block->kind == PDF_BLOCK_TABLE || block->kind == PDF_BLOCK_PICTURE;
	pdf_writer_restart(writer, &writer->line);
	pdf_row_append(layout, &layout->rows[block->row_first], &writer->line);
	return pdf_is_caption(buffer_view(&writer->line));
}

/* The paragraph behind the floats at block `i` that goes on with what is pending; the count of blocks when there is none. */
static size_t find_continuation(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_blocks *blocks, size_t i)
{
	enum { FLOATS_MAX = 6 };
	size_t end = i;

	if (!blocks->items[i].starts_region || writer->pending == PDF_PENDING_TABLE)
		return blocks->count;
	while (end < blocks->count && end < i + FLOATS_MAX && floats(writer, layout, &blocks->items[end]))
		end++;
	if (end == i || end == blocks->count || blocks->items[end].kind != PDF_BLOCK_PARAGRAPH)
		return blocks->count;
	struct pdf_block next = blocks->items[end];
	next.starts_region = true;
	return goes_on(writer, layout, &next) ? end : blocks->count;
}

void pdf_write_page(struct pdf_writer *writer, const struct pdf_layout *layout, const struct pdf_blocks *blocks)
{
	size_t written = blocks->count; /* the block that was written before its turn */

	pdf_note_numbers_find(layout, blocks, &writer->notes_numbered, &writer->page_notes, &writer->line);
	for (size_t i = 0; i < blocks->count && writer->out->status == 0 && writer->status == 0; i++) {
		const size_t continuation = find_continuation(writer, layout, blocks, i);
		if (continuation < blocks->count) {
			struct pdf_block next = blocks->items[continuation];
			next.starts_region = true;
			written = continuation;
			write_block(writer, layout, blocks, &next);
		}
		if (i != written)
			write_block(writer, layout, blocks, &blocks->items[i]);
	}
}

int pdf_write_finish(struct pdf_writer *writer)
{
	pdf_writer_flush(writer);
	pdf_writer_close_lists(writer);
	write_notes(writer);
	pdf_writer_restart(writer, &writer->notes);
	pdf_writer_restart(writer, &writer->line);
	pdf_writer_restart(writer, &writer->cells.text);
	pdf_writer_restart(writer, &writer->row);
	pdf_writer_restart(writer, &writer->escaped);
	markdown_finish(&writer->markdown);
	if (writer->status < 0)
		return writer->status;
	return writer->out->status;
}
