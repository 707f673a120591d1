#include "workers/preprocess/docx_out.h"

#include "workers/preprocess/docx_styles.h"
#include "workers/preprocess/markdown_inline.h"

void docx_out_init(struct docx_out *out, struct markdown_writer *writer, size_t bytes_max)
{
	*out = (struct docx_out){ .writer = writer };
	markdown_grid_init(&out->grid, bytes_max);
	struct buffer *const buffers[] = { &out->records, &out->record_text, &out->code, &out->held, &out->held_line, &out->term, &out->flat };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], bytes_max);
}

void docx_out_done(struct docx_out *out)
{
	markdown_grid_done(&out->grid);
	struct buffer *const buffers[] = { &out->records, &out->record_text, &out->code, &out->held, &out->held_line, &out->term, &out->flat };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_done(buffers[i]);
}

enum { SAME_INDENT = 100 }; /* twentieths of a point */

/* --- what is open ---------------------------------------------------------------------------------------------- */

static void close_last_list(struct docx_out *out)
{
	markdown_item_close(out->writer);
	markdown_list_close(out->writer);
	out->list_count--;
}

static void close_lists(struct docx_out *out)
{
	while (out->list_count > 0)
		close_last_list(out);
}

/* Ends the lists that a block with this indentation does not stand in: `more` than their text has it is indented by at least. */
static void close_lists_left_of(struct docx_out *out, int32_t indent, int32_t more)
{
	while (out->list_count > 0) {
		int32_t list = out->lists[out->list_count - 1].indent;
		bool inside = indent != DOCX_INDENT_UNSET && indent > 0 && list != DOCX_INDENT_UNSET && (int64_t)indent >= (int64_t)list + more;
		if (inside)
			return;
		close_last_list(out);
	}
}

static void close_quote(struct docx_out *out)
{
	if (out->quote_open)
		markdown_quote_close(out->writer);
	out->quote_open = false;
}

static void flush_code(struct docx_out *out)
{
	if (out->code.bytes == 0 && out->code.status == 0)
		return;
	close_quote(out);
	close_lists_left_of(out, out->code_indent, 0);
	markdown_code(out->writer, TEXT_LITERAL(""), buffer_view(&out->code));
	if (out->code.status && !out->status)
		out->status = out->code.status;
	buffer_clear(&out->code);
}

static void forget_held(struct docx_out *out)
{
	out->held_level = 0;
	buffer_clear(&out->held_line);
}

static void flush_held(struct docx_out *out)
{
	if (out->held_level > 0)
		markdown_heading(out->writer, out->held_level, buffer_view(&out->held));
	if (out->held_line.bytes > 0)
		markdown_paragraph(out->writer, buffer_view(&out->held_line));
	forget_held(out);
}

/* Below the title of a contents list its columns may have names: "Section    Page". They wait with it. */
static bool hold_line(struct docx_out *out, const struct docx_block *block, struct text text)
{
	enum { COLUMN_NAMES_BYTES_MAX = 40 };

	if (out->held_level == 0 || out->held_line.bytes > 0 || block->kind != DOCX_BLOCK_PARAGRAPH || text.bytes > COLUMN_NAMES_BYTES_MAX)
		return false;
	buffer_append_text(&out->held_line, text);
	return true;
}

/* A term whose definition did not come. */
static void flush_term(struct docx_out *out)
{
	struct text term = buffer_view(&out->term);
	struct buffer bold;

	if (term.bytes == 0)
		return;
	close_lists(out);
	buffer_init(&bold, out->term.bytes_max);
	buffer_append_format(&bold, "**%.*s**", TEXT_ARGS(term));
	markdown_paragraph(out->writer, buffer_view(&bold));
	buffer_done(&bold);
	buffer_clear(&out->term);
}

void docx_write_end(struct docx_out *out)
{
	flush_held(out);
	flush_code(out);
	flush_term(out);
	close_quote(out);
	close_lists(out);
}

/* --- blocks ---------------------------------------------------------------------------------------------------- */

/* Where an item stands beside an open list: below 0 outside of it, 0 in it, above 0 in a list of its own inside. Levels count within a list; two
 * lists are compared as the reader sees them, by how far their text is indented. */
static int compare_places(const struct docx_block *item, const struct docx_open_list *open)
{
	if (item->list != open->list && item->indent != DOCX_INDENT_UNSET && open->indent != DOCX_INDENT_UNSET) {
		int64_t more = (int64_t)item->indent - open->indent;
		return more > SAME_INDENT ? 1 : more < -SAME_INDENT ? -1 : 0;
	}
	return (int)item->level - (int)open->level;
}

static void write_item(struct docx_out *out, const struct docx_block *block, struct text text)
{
	struct markdown_writer *writer = out->writer;
	struct docx_open_list *last;
	int place = 1;

	while (out->list_count > 0 && (place = compare_places(block, &out->lists[out->list_count - 1])) < 0)
		close_last_list(out);
	if (out->list_count > 0 && place == 0 && out->lists[out->list_count - 1].ordered != block->ordered) {
		close_last_list(out);
		place = 1;
	}
	if (out->list_count > 0 && (place == 0 || out->list_count == MARKDOWN_DEPTH_MAX)) {
		last = &out->lists[out->list_count - 1];
		markdown_item_close(writer);
	} else {
		markdown_list_open(writer, block->ordered);
		last = &out->lists[out->list_count++];
	}
	*last = (struct docx_open_list){ block->list, block->level, block->ordered, block->indent };
	markdown_item_open(writer, block->number);
	markdown_paragraph(writer, text);
}

static void write_definition(struct docx_out *out, const struct docx_block *block, struct text text)
{
	struct docx_block item = { .kind = DOCX_BLOCK_ITEM, .indent = block->indent };
	struct buffer line;

	if (out->term.bytes == 0) { /* one more of the same term */
		markdown_paragraph(out->writer, text);
		return;
	}
	buffer_init(&line, out->term.bytes_max);
	const struct text term = buffer_view(&out->term);
	buffer_append_format(&line, "**%.*s**%s ", TEXT_ARGS(term), text_ends_with_nocase(term, TEXT_LITERAL(":")) ? "" : ":");
	buffer_append_text(&line, text);
	buffer_clear(&out->term);
	write_item(out, &item, buffer_view(&line));
	if (line.status && !out->status)
		out->status = line.status;
	buffer_done(&line);
}

static void write_term(struct docx_out *out, struct text text)
{
	if (out->term.bytes > 0)
		buffer_append_string(&out->term, ", ");
	/* The term is strong as a whole. */
	for (size_t i = 0; i < text.bytes; i++) {
		bool stars = text.data[i] == '*' && i + 1 < text.bytes && text.data[i + 1] == '*' && (i == 0 || text.data[i - 1] != '\\');
		if (stars)
			i++;
		else
			buffer_append_byte(&out->term, text.data[i] == '\n' ? ' ' : text.data[i]);
	}
}

/* Neighbours join, but not a listing by its style and a line that only looks so; a paragraph of several lines is a listing, and two of them are two. */
static void write_code(struct docx_out *out, const struct docx_block *block, struct text text)
{
	bool lines = text.bytes > 0 && memchr(text.data, '\n', text.bytes) != NULL;

	if (out->code.bytes > 0 && text_trim(text).bytes > 0 && (block->list != out->code_list || (lines && out->code_lines)))
		flush_code(out);
	if (out->code.bytes == 0 && text_trim(text).bytes == 0)
		return;
	if (out->code.bytes == 0) {
		out->code_indent = block->indent;
		out->code_list = block->list;
	}
	out->code_lines = lines;
	buffer_append_text(&out->code, text);
	buffer_append_byte(&out->code, '\n');
}

static void write_quote(struct docx_out *out, struct text text)
{
	close_lists(out);
	if (!out->quote_open)
		markdown_quote_open(out->writer);
	out->quote_open = true;
	markdown_paragraph(out->writer, text);
}

void docx_write_block(struct docx_out *out, const struct docx_block *block, struct text text)
{
	if (block->kind == DOCX_BLOCK_NOTHING)
		return;
	if (hold_line(out, block, text))
		return;
	flush_held(out);
	if (block->kind == DOCX_BLOCK_CODE) {
		flush_term(out);
		write_code(out, block, text);
		return;
	}
	if (text_trim(text).bytes == 0)
		return;
	flush_code(out);
	if (block->kind != DOCX_BLOCK_TERM && block->kind != DOCX_BLOCK_DEFINITION)
		flush_term(out);
	if (block->kind != DOCX_BLOCK_QUOTE)
		close_quote(out);
	switch ((enum docx_block_kind)block->kind) {
	case DOCX_BLOCK_HEADING:
		close_lists(out);
		markdown_heading(out->writer, block->level, text);
		break;
	case DOCX_BLOCK_ITEM: write_item(out, block, text); break;
	case DOCX_BLOCK_QUOTE: write_quote(out, text); break;
	case DOCX_BLOCK_TERM: write_term(out, text); break;
	case DOCX_BLOCK_DEFINITION: write_definition(out, block, text); break;
	default:
		close_lists_left_of(out, block->indent, block->ordered ? SAME_INDENT : 0); /* one with a number of its own is no part of the item beside it */
		markdown_paragraph(out->writer, text);
		break;
	}
}

void docx_out_block(struct docx_out *out, const struct docx_block *block, struct text text)
{
	if (out->recording == 0) {
		docx_write_block(out, block, text);
		return;
	}
	struct docx_block record = *block;
	record.start = out->record_text.bytes;
	record.bytes = text.bytes;
	buffer_append_text(&out->record_text, text);
	buffer_append(&out->records, &record, sizeof(record));
}

void docx_out_hold_title(struct docx_out *out, uint8_t level, struct text text)
{
	struct docx_block block = { .kind = level > 0 ? DOCX_BLOCK_HEADING : DOCX_BLOCK_PARAGRAPH, .level = level, .indent = DOCX_INDENT_UNSET };

	if (out->recording > 0) {
		docx_out_block(out, &block, text);
		return;
	}
	docx_write_end(out);
	buffer_clear(&out->held);
	buffer_append_text(level > 0 ? &out->held : &out->held_line, text);
	out->held_level = level;
}

void docx_out_contents(struct docx_out *out)
{
	if (out->recording == 0)
		forget_held(out);
}

int docx_out_finish(struct docx_out *out)
{
	docx_write_end(out);
	const int statuses[] = { out->records.status, out->record_text.status, out->held.status, out->held_line.status, out->term.status, out->flat.status };
	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (statuses[i] && !out->status)
			out->status = statuses[i];
	return out->status;
}

/* --- records --------------------------------------------------------------------------------------------------- */

void docx_out_record(struct docx_out *out)
{
	out->recording++;
}

size_t docx_out_count(const struct docx_out *out)
{
	return out->records.bytes / sizeof(struct docx_block);
}

struct docx_block *docx_out_at(struct docx_out *out, size_t index)
{
	return (struct docx_block *)(void *)out->records.data + index;
}

size_t docx_out_open(struct docx_out *out, const struct docx_block *block)
{
	size_t index = docx_out_count(out);
	CHECK(out->recording > 0);
	buffer_append(&out->records, block, sizeof(*block));
	return index;
}

void docx_out_close(struct docx_out *out, size_t index)
{
	if (out->records.status == 0)
		docx_out_at(out, index)->end = docx_out_count(out);
}

void docx_out_fill(struct docx_out *out, size_t index, const struct docx_block *block, struct text text)
{
	if (out->records.status)
		return;
	struct docx_block *place = docx_out_at(out, index);
	*place = *block;
	place->start = out->record_text.bytes;
	place->bytes = text.bytes;
	buffer_append_text(&out->record_text, text);
}

void docx_out_play(struct docx_out *out)
{
	CHECK(out->recording > 0);
	if (--out->recording > 0)
		return;
	if (out->records.status == 0 && out->record_text.status == 0) {
		docx_write_records(out, 0, docx_out_count(out));
		buffer_clear(&out->records);
		buffer_clear(&out->record_text);
	}
}

struct text docx_out_flatten(struct docx_out *out, size_t first)
{
	CHECK(out->recording > 0);
	out->recording--;
	buffer_clear(&out->flat);
	if (out->records.status == 0 && out->record_text.status == 0)
		docx_flatten(out, first, docx_out_count(out), &out->flat);
	buffer_truncate(&out->records, size_min(first * sizeof(struct docx_block), out->records.bytes));
	return buffer_view(&out->flat);
}
