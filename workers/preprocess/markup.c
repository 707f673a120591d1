#include "workers/preprocess/markup.h"

#include "workers/preprocess/blocks.h"
#include "workers/preprocess/markup_rst.h"

enum { HEAD_BYTES = 64 * 1024, TAB_COLUMNS = 8 };

/* --- which language -------------------------------------------------------------------------------------------- */

/* "== Title ==": as many signs at both ends, two or more. */
static bool is_wiki_heading(struct text line)
{
	size_t signs = 0;

	while (signs < line.bytes && line.data[signs] == '=')
		signs++;
	return signs >= 2 && signs <= 6 && line.bytes > 2 * signs && line.data[line.bytes - 1] == '=' && line.data[line.bytes - signs] == '=' &&
	       line.data[line.bytes - signs - 1] != '=';
}

/* "'''bold'''", "[[Page]]", a reference; not a line of quotes. */
static bool has_wiki_marks(struct text line)
{
	struct text quotes = TEXT_LITERAL("'''");

	for (size_t i = 0; i + 4 < line.bytes; i++) {
		if (line.data[i] != '[' && line.data[i] != '\'' && line.data[i] != '<')
			continue;
		struct text rest = text_slice(line, i, line.bytes);
		if (text_starts_with(rest, TEXT_LITERAL("[[")))
			return text_find(rest, TEXT_LITERAL("]]")) > 0;
		if (text_starts_with(rest, TEXT_LITERAL("<ref>")))
			return true;
		if (text_starts_with(rest, quotes) && ascii_is_alnum(rest.data[3]))
			return text_find(text_slice(rest, 3, rest.bytes), quotes) > 0;
	}
	return false;
}

enum markup_kind markup_named(struct text name)
{
	static const struct { const char *ending; enum markup_kind kind; } endings[] = {
		{ ".org", MARKUP_ORG }, { ".adoc", MARKUP_ASCIIDOC }, { ".asciidoc", MARKUP_ASCIIDOC }, { ".wiki", MARKUP_WIKI }, { ".mediawiki", MARKUP_WIKI },
		{ ".rst", MARKUP_RST }, { ".rst.txt", MARKUP_RST }, { ".rest", MARKUP_RST },
	};

	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (text_ends_with_nocase(name, text_from(endings[i].ending)))
			return endings[i].kind;
	return MARKUP_NONE;
}

/* A directive, or a label. */
static bool is_rst_mark(struct text line)
{
	struct text argument;
	bool label = text_starts_with(line, TEXT_LITERAL(".. _")) && line.data[line.bytes - 1] == ':' && !memchr(line.data + 4, ' ', line.bytes - 4);

	return label || rst_directive_name(line, &argument).bytes > 0;
}

enum markup_kind markup_find(struct text text)
{
	struct text rest = text_slice(text, 0, size_min(text.bytes, HEAD_BYTES)), line;
	unsigned of_org = 0, of_asciidoc = 0, of_rst = 0, wiki_headings = 0, wiki_marks = 0, tables = 0;

	while (text_next_line(&rest, &line)) {
		line = text_trim(line);
		if (line.bytes < 4)
			continue;
		switch (line.data[0]) {
		case '#':
			of_org += text_starts_with_nocase(line, TEXT_LITERAL("#+title:")) || text_starts_with_nocase(line, TEXT_LITERAL("#+begin_")) ||
				  text_starts_with_nocase(line, TEXT_LITERAL("#+options:"));
			break;
		case '.': of_rst += is_rst_mark(line); break;
		case '|': of_asciidoc += text_equal(line, TEXT_LITERAL("|===")); break;
		case '[': of_asciidoc += text_starts_with(line, TEXT_LITERAL("[source,")) || text_starts_with(line, TEXT_LITERAL("[cols=")); break;
		case ':': of_asciidoc += text_equal(line, TEXT_LITERAL(":toc:")) || text_equal(line, TEXT_LITERAL(":sectnums:")); break;
		case '{': tables += text_starts_with(line, TEXT_LITERAL("{| ")) || text_starts_with(line, TEXT_LITERAL("{|class")); break;
		default: break;
		}
		wiki_headings += is_wiki_heading(line);
		wiki_marks += has_wiki_marks(line);
	}
	bool is_wiki = (wiki_headings > 0 && wiki_marks >= 2) || (tables > 0 && wiki_headings + wiki_marks > 0);
	return of_rst >= 2 ? MARKUP_RST : of_org >= 2 ? MARKUP_ORG : of_asciidoc >= 2 ? MARKUP_ASCIIDOC : is_wiki ? MARKUP_WIKI : MARKUP_NONE;
}

/* --- blocks ---------------------------------------------------------------------------------------------------- */

bool markup_next_line(struct markup *markup, struct text *ret_line)
{
	if (!text_next_line(&markup->rest, ret_line))
		return false;
	while (ret_line->bytes > 0 && ascii_is_space(ret_line->data[ret_line->bytes - 1]))
		ret_line->bytes--;
	return true;
}

size_t markup_indent(struct text line)
{
	size_t columns = 0;

	for (size_t i = 0; i < line.bytes && (line.data[i] == ' ' || line.data[i] == '\t'); i++)
		columns = line.data[i] == ' ' ? columns + 1 : (columns / TAB_COLUMNS + 1) * TAB_COLUMNS;
	return columns;
}

void markup_add(struct markup *markup, struct text line)
{
	if (markup->raw.bytes > 0 && markup->raw.data[markup->raw.bytes - 1] != '\n')
		buffer_append_byte(&markup->raw, ' ');
	buffer_append_text(&markup->raw, text_trim(line));
}

void markup_flush(struct markup *markup)
{
	struct text raw = text_trim(buffer_view(&markup->raw));

	if (raw.bytes == 0)
		return;
	buffer_clear(&markup->inline_text);
	markup_inline(markup, raw, 0, &markup->inline_text);
	markdown_paragraph(markup->writer, buffer_view(&markup->inline_text));
	buffer_clear(&markup->raw);
}

void markup_lists_end(struct markup *markup, size_t keep)
{
	markup_flush(markup);
	while (markup->list_count > keep) {
		markdown_item_close(markup->writer);
		markdown_list_close(markup->writer);
		markup->list_count--;
	}
}

void markup_quote(struct markup *markup, bool open)
{
	markup_lists_end(markup, 0);
	if (open && !markup->quote_open)
		markdown_quote_open(markup->writer);
	else if (!open && markup->quote_open)
		markdown_quote_close(markup->writer);
	markup->quote_open = open;
}

void markup_heading(struct markup *markup, unsigned level, struct text text)
{
	markup_lists_end(markup, 0);
	buffer_clear(&markup->inline_text);
	markup_inline(markup, text_trim(text), 0, &markup->inline_text);
	if (level == 1 && markup->title->bytes == 0)
		block_append_plain(markup->title, buffer_view(&markup->inline_text));
	markdown_heading(markup->writer, level, buffer_view(&markup->inline_text));
}

void markup_item(struct markup *markup, size_t index, uint32_t key, bool ordered, uint32_t number)
{
	index = size_min(index, MARKUP_LISTS_MAX - 1);
	markup_lists_end(markup, index + 1);
	if (markup->list_count == index + 1 && markup->lists[index].ordered != ordered)
		markup_lists_end(markup, index);
	bool goes_on = markup->list_count == index + 1;
	if (goes_on) {
		markdown_item_close(markup->writer);
	} else {
		markdown_list_open(markup->writer, ordered);
		markup->list_count++;
	}
	struct markup_list *list = &markup->lists[markup->list_count - 1];
	*list = (struct markup_list){ key, ordered, goes_on ? list->count + 1 : 1 };
	markdown_item_open(markup->writer, number);
}

uint32_t markup_count(const struct markup *markup, size_t index)
{
	return index < markup->list_count ? markup->lists[index].count + 1 : 1;
}

void markup_code(struct markup *markup, struct text language, struct text end, bool strip)
{
	struct text line;

	markup_flush(markup);
	buffer_clear(&markup->code);
	while (markup_next_line(markup, &line) && !text_equal_nocase(text_trim(line), end)) {
		if (strip && line.bytes > 1 && line.data[0] == ',' && (line.data[1] == '*' || line.data[1] == '#' || line.data[1] == ','))
			line = text_slice(line, 1, line.bytes);
		buffer_append_text(&markup->code, line);
		buffer_append_byte(&markup->code, '\n');
	}
	markdown_code(markup->writer, language, buffer_view(&markup->code));
}

void markup_skip(struct markup *markup, struct text end)
{
	struct text before = markup->rest, line;

	while (!markup->endless && markup_next_line(markup, &line))
		if (text_equal_nocase(text_trim(line), end))
			return;
	markup->rest = before;
	markup->endless = true;
}

void markup_cell(struct markup *markup, struct text text, uint32_t columns, uint32_t rows)
{
	buffer_clear(&markup->cell);
	markup_inline(markup, text_trim(text), 0, &markup->cell);
	markdown_grid_cell(&markup->grid, buffer_view(&markup->cell), columns, rows);
}

void markup_table_end(struct markup *markup)
{
	markup_flush(markup);
	int status = markdown_grid_write(&markup->grid, markup->writer);
	if (status < 0 && !markup->status)
		markup->status = status;
	markdown_grid_clear(&markup->grid);
}

/* --- a text ---------------------------------------------------------------------------------------------------- */

static void write_notes(struct markup *markup)
{
	struct text rest = buffer_view(&markup->notes), line;

	while (text_next_line(&rest, &line))
		markdown_paragraph(markup->writer, line);
}

int markup_convert(enum markup_kind kind, struct text text, struct markdown_writer *writer, struct buffer *title)
{
	struct markup markup = { .writer = writer, .rest = text, .title = title, .blank_before = true };
	struct buffer *const buffers[] = { &markup.raw, &markup.inline_text, &markup.code, &markup.cell, &markup.notes, &markup.attributes };
	struct text line;

	static const struct markup_language *const languages[] = { NULL, &markup_org, &markup_asciidoc, &markup_wiki, &markup_rst };
	markup.language = languages[kind];
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], writer->out->bytes_max);
	markdown_grid_init(&markup.grid, writer->out->bytes_max);
	if (kind == MARKUP_RST)
		markup_rst_read(&markup);
	while (markup.language->line && markup_next_line(&markup, &line)) {
		markup.passed_over = false;
		markup.language->line(&markup, line);
		if (!markup.passed_over)
			markup.blank_before = line.bytes == 0;
	}
	markup_lists_end(&markup, 0);
	write_notes(&markup);
	int status = markup.status;
	for (size_t i = 0; i < COUNT_OF(buffers); i++) {
		if (status == 0)
			status = buffers[i]->status;
		buffer_done(buffers[i]);
	}
	markdown_grid_done(&markup.grid);
	return status;
}
