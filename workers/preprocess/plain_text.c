/* plain_text.c: plain text to normal Markdown (see convert.h). Structure is taken only from what typists and formatters do on
 * purpose: underlined, numbered and capital headings, list markers, indentation, blank lines. Wrapped lines are joined again;
 * what is laid out in columns or looks like code stays verbatim in a fence. When in doubt it is a paragraph. Linear. */
#include "workers/preprocess/convert.h"
#include "workers/preprocess/markup.h"
#include "workers/preprocess/plain_inline.h"
#include "workers/preprocess/plain_parts.h"
#include "workers/preprocess/plain_tabs.h"
#include "workers/preprocess/plain_verbatim.h"
#include "workers/preprocess/plain_words.h"
#include "workers/preprocess/plain_work.h"

#include "base/utf8.h"

#include <stdlib.h>

/* --- blocks ---------------------------------------------------------------------------------------------------- */

/* Between ideographs or kana a line break was no blank; what ends no sentence goes on. */
static bool joins_without_blank(struct text line, struct text next)
{
	return utf8_joins_unspaced(line, next) && !text_ends_with_nocase(line, TEXT_LITERAL("\u3002")) && !plain_item_of(next).found;
}

/* Lines [start, end) as one paragraph, `skip` bytes of the first are a marker; before them a term in bold, unless it is empty. */
static void write_lines(struct plain_work *work, struct text term, size_t start, size_t end, size_t skip)
{
	buffer_clear(&work->scratch);
	for (size_t i = start; i < end; i++) {
		struct text line = plain_line_text(&work->lines, i);
		if (i == start)
			line = text_slice(line, skip, line.bytes);
		buffer_append_text(&work->scratch, line);
		size_t parted = i + 1 < end ? plain_words_hyphen(line, plain_line_text(&work->lines, i + 1), work->words) : 0;
		if (parted > 0) {
			if (work->scratch.status == 0)
				buffer_truncate(&work->scratch, work->scratch.bytes - parted);
			continue;
		}
		if (i + 1 < end && joins_without_blank(line, plain_line_text(&work->lines, i + 1)))
			continue;
		bool hyphen = line.bytes > 1 && line.data[line.bytes - 1] == '-' && ascii_is_alpha(line.data[line.bytes - 2]);
		if (i + 1 < end && !plain_line_was_wrapped(&work->lines, i))
			buffer_append_byte(&work->scratch, '\n');
		else if (i + 1 < end && !(hyphen && ascii_is_alpha(plain_line_text(&work->lines, i + 1).data[0])))
			buffer_append_byte(&work->scratch, ' ');
	}
	struct text plain = buffer_view(&work->scratch);
	work->code_follows = plain.bytes > 1 && plain.data[plain.bytes - 1] == ':' && plain.data[plain.bytes - 2] == ':';
	work->code_beyond = plain_line_at(&work->lines, start)->indent;
	if (work->code_follows) {
		/* "Text::" keeps a colon; a mark of its own goes. */
		plain.bytes -= plain.bytes == 2 || ascii_is_space(plain.data[plain.bytes - 3]) ? 2 : 1;
		plain = text_trim(plain);
	}
	buffer_clear(&work->inline_text);
	if (term.bytes > 0) {
		const char *mark = memchr(term.data, '*', term.bytes) || memchr(term.data, '`', term.bytes) ? "" : "**";
		buffer_append_string(&work->inline_text, mark);
		plain_inline_append(&work->inline_text, term);
		buffer_append_format(&work->inline_text, "%s: ", mark);
	}
	plain_inline_append(&work->inline_text, plain);
	markdown_paragraph(&work->writer, buffer_view(&work->inline_text));
}

/* Lines [start, end) verbatim, without the indentation that all of them have. */
static void write_code(struct plain_work *work, struct text language, size_t start, size_t end)
{
	size_t least = SIZE_MAX;

	for (size_t i = start; i < end; i++)
		if (!plain_line_is_blank(&work->lines, i))
			least = size_min(least, plain_line_at(&work->lines, i)->indent);
	buffer_clear(&work->code);
	for (size_t i = start; i < end; i++) {
		if (!plain_line_is_blank(&work->lines, i)) {
			buffer_append_repeat(&work->code, ' ', plain_line_at(&work->lines, i)->indent - least);
			buffer_append_text(&work->code, plain_line_text(&work->lines, i));
		}
		buffer_append_byte(&work->code, '\n');
	}
	markdown_code(&work->writer, language, buffer_view(&work->code));
	work->code_follows = false;
}

/* --- lists ----------------------------------------------------------------------------------------------------- */

/* Opens the item that starts at line `at`, at the level that its indentation says. */
static void open_item(struct plain_work *work, size_t at, const struct plain_item *item)
{
	size_t indent = plain_line_at(&work->lines, at)->indent;

	while (work->level_count > 0 && indent < work->levels[work->level_count - 1].content_indent) {
		plain_close_lists(work, work->level_count - 1);
	}
	if (work->level_count == LIST_LEVELS_MAX)
		plain_close_lists(work, LIST_LEVELS_MAX - 1);
	markdown_list_open(&work->writer, item->ordered);
	markdown_item_open(&work->writer, item->number);
	work->levels[work->level_count++] = (struct list_level){ indent, indent + item->columns, item->ordered };
}

/* Line `at` stands under a line of text that was meant to end there; a dash at its end goes on in the next. */
static bool is_under_ended_line(const struct plain_work *work, size_t at)
{
	if (plain_line_is_blank(&work->lines, at - 1))
		return false;
	struct text before = plain_line_text(&work->lines, at - 1);
	return before.data[before.bytes - 1] != '-' && !plain_line_was_wrapped(&work->lines, at - 1);
}

/* A marker makes an item when it opens a block, stands in a list, has others of its kind in the block, or is a bullet under a line that has ended. */
static bool is_item(const struct plain_work *work, size_t at, bool first_of_block)
{
	struct text text = plain_line_text(&work->lines, at);
	struct plain_item item = plain_item_of(text);

	if (!item.found || plain_is_columns(text_slice(text, item.bytes, text.bytes)))
		return false;
	return first_of_block || work->level_count > 0 || work->block_lists[item.ordered] ||
	       (!item.ordered && text.data[0] != '+' && is_under_ended_line(work, at));
}

static void look_for_lists(struct plain_work *work, size_t start, size_t end)
{
	uint32_t last_number = 0;
	size_t bullets = 0;

	work->block_lists[0] = work->block_lists[1] = false;
	for (size_t i = start; i < end; i++) {
		struct plain_item item = plain_item_of(plain_line_text(&work->lines, i));
		bullets += item.found && !item.ordered;
		work->block_lists[1] |= item.found && item.ordered && item.number > 1 && item.number == last_number + 1;
		if (item.found && item.ordered)
			last_number = item.number;
	}
	work->block_lists[0] = bullets > 1;
}

/* Lines that belong to the item or paragraph that starts at `at`: up to the end of the block or the next item. */
static size_t end_of_paragraph(const struct plain_work *work, size_t at, size_t block_end)
{
	size_t end = at + 1;

	while (end < block_end && !is_item(work, end, false) &&
	       !(work->level_count > 0 && plain_line_at(&work->lines, end)->indent < work->levels[work->level_count - 1].indent))
		end++;
	return end;
}

/* --- a block --------------------------------------------------------------------------------------------------- */

static bool is_option(struct text term)
{
	return term.bytes > 1 && term.data[0] == '-' && (ascii_is_alnum(term.data[1]) || (term.data[1] == '-' && term.bytes > 3 && ascii_is_alpha(term.data[2])));
}

static bool is_term(const struct plain_work *work, size_t at)
{
	struct text term = plain_line_text(&work->lines, at);

	if (plain_item_of(term).found) /* an item that goes on below its text */
		return false;
	return term.bytes <= TERM_BYTES_MAX && !strchr(".,;{(", term.data[term.bytes - 1]) && (is_option(term) || !strchr("-*+>|#$", term.data[0])) &&
	       !plain_line_was_wrapped(&work->lines, at) && !plain_is_columns(term);
}

/* The end of the text, indented by `text_indent`, of the term at line `at`; `at` when there is none. */
static size_t end_of_definition(const struct plain_work *work, size_t at, size_t end, size_t text_indent)
{
	size_t i = at + 1;

	if (i >= end || !is_term(work, at))
		return at;
	while (i < end && plain_line_at(&work->lines, i)->indent == text_indent && !plain_item_of(plain_line_text(&work->lines, i)).found)
		i++;
	return i == at + 1 ? at : i;
}

/* Terms on lines of their own, and directly under each its text, indented: nothing else in the block. Half of the texts read as prose, or explain options. */
static bool are_definitions(const struct plain_work *work, size_t start, size_t end)
{
	size_t indent = plain_line_at(&work->lines, start)->indent, count = 0, prose = 0;

	if (end - start < 2 || indent >= plain_base_indent(work) + CODE_INDENT)
		return false;
	size_t text_indent = plain_line_at(&work->lines, start + 1)->indent;
	if (text_indent < indent + 2 || text_indent > indent + TERM_INDENT_MAX)
		return false;
	for (size_t at = start, next; at < end; at = next) {
		next = end_of_definition(work, at, end, text_indent);
		if (next == at || plain_line_at(&work->lines, at)->indent != indent)
			return false;
		prose += is_option(plain_line_text(&work->lines, at)) || plain_is_prose(plain_line_text(&work->lines, at + 1));
		count++;
	}
	return prose * 2 >= count;
}

/* "- **Term**: text"; blocks that are indented as its text go into the item. */
static bool take_definitions(struct plain_work *work, size_t start, size_t end)
{
	if (!are_definitions(work, start, end))
		return false;
	size_t text_indent = plain_line_at(&work->lines, start + 1)->indent;
	struct plain_item item = { .found = true, .columns = text_indent - plain_line_at(&work->lines, start)->indent };
	for (size_t at = start, next; at < end; at = next) {
		struct text term = plain_line_text(&work->lines, at);
		next = end_of_definition(work, at, end, text_indent);
		open_item(work, at, &item);
		if (term.bytes > 1 && term.data[term.bytes - 1] == ':')
			term.bytes--;
		write_lines(work, term, at + 1, next, 0);
	}
	return true;
}

static void write_block_lines(struct plain_work *work, size_t start, size_t end)
{
	if (take_definitions(work, start, end))
		return;
	look_for_lists(work, start, end);
	for (size_t at = start; at < end;) {
		bool item_here = is_item(work, at, at == start);
		struct plain_item item = plain_item_of(plain_line_text(&work->lines, at));
		if (item_here) {
			open_item(work, at, &item);
		} else {
			size_t indent = plain_line_at(&work->lines, at)->indent, keep = work->level_count;
			while (keep > 0 && indent < work->levels[keep - 1].content_indent)
				keep--;
			plain_close_lists(work, keep);
		}
		size_t paragraph_end = end_of_paragraph(work, at, end);
		write_lines(work, TEXT_LITERAL(""), at, paragraph_end, item_here ? item.bytes : 0);
		at = paragraph_end;
	}
}

/* The first lines of the document, where the right halves of some end at the right margin and begin anywhere: "Network Working Group      B. Author". */
static bool is_letterhead(const struct plain_work *work, size_t start, size_t end)
{
	size_t right = 0, first_start = 0, ragged = 0;

	if (!plain_is_first(work, start))
		return false;
	for (size_t i = start; i < end; i++) {
		struct text line = plain_line_text(&work->lines, i);
		size_t gap = line.bytes;
		while (gap > 2 && !(line.data[gap - 1] == ' ' && line.data[gap - 2] == ' ' && line.data[gap - 3] == ' '))
			gap--;
		if (gap <= 2)
			continue;
		size_t columns = plain_line_columns(&work->lines, i), begins = columns - utf8_count(text_slice(line, gap, line.bytes));
		if (right > 0 && columns != right)
			return false;
		ragged += right > 0 && begins != first_start;
		first_start = begins;
		right = columns;
	}
	return right >= WRAP_SLACK_PERCENT * work->lines.wrap_columns / 100 && ragged > 0;
}

/* A drawn table, or one that is laid out in columns and no deeper than the text around it. */
static bool take_table(struct plain_work *work, size_t start, size_t end)
{
	size_t deep = 0;

	for (size_t i = start; i < end; i++)
		deep += plain_line_at(&work->lines, i)->indent >= plain_base_indent(work) + CODE_INDENT;
	bool code = work->code_follows && plain_line_at(&work->lines, start)->indent > work->code_beyond;
	if (!plain_table_read_drawn(&work->table, &work->lines, start, end) &&
	    (code || is_letterhead(work, start, end) || deep == end - start || !plain_table_read_aligned(&work->table, &work->lines, start, end)))
		return false;
	int status = plain_table_write(&work->table, &work->writer);
	if (work->table_status == 0)
		work->table_status = status;
	work->code_follows = false;
	return true;
}

/* "> > text": how often it is quoted, QUOTES_MAX at most; *ret_text is what stands behind the marks. */
static size_t quote_depth(struct text line, struct text *ret_text)
{
	enum { QUOTES_MAX = 8 };
	size_t depth = 0;

	while (depth < QUOTES_MAX && line.bytes > 0 && line.data[0] == '>') {
		line = text_trim(text_slice(line, 1, line.bytes));
		depth++;
	}
	*ret_text = line;
	return depth;
}

static void write_quoted_paragraph(struct plain_work *work)
{
	buffer_clear(&work->inline_text);
	plain_inline_append(&work->inline_text, buffer_view(&work->scratch));
	markdown_paragraph(&work->writer, buffer_view(&work->inline_text));
	buffer_clear(&work->scratch);
}

/* "> text" on every line: paragraphs of a quotation, parted by lines of ">" alone, and quotations in it. */
static bool take_quote(struct plain_work *work, size_t start, size_t end)
{
	size_t open = 0;

	for (size_t i = start; i < end; i++) {
		if (!plain_is_quoted(plain_line_text(&work->lines, i)))
			return false;
	}
	buffer_clear(&work->scratch);
	for (size_t i = start; i < end; i++) {
		struct text line;
		size_t depth = quote_depth(plain_line_text(&work->lines, i), &line);
		if (line.bytes == 0 || depth != open)
			write_quoted_paragraph(work);
		for (; line.bytes > 0 && open > depth; open--)
			markdown_quote_close(&work->writer);
		for (; line.bytes > 0 && open < depth; open++)
			markdown_quote_open(&work->writer);
		if (work->scratch.bytes > 0)
			buffer_append_byte(&work->scratch, ' ');
		buffer_append_text(&work->scratch, line);
	}
	write_quoted_paragraph(work);
	for (; open > 0; open--)
		markdown_quote_close(&work->writer);
	return true;
}

/* "[source,c]" or "[source, c, options]": *ret_language is "c", or empty. */
static bool names_source(struct text line, struct text *ret_language)
{
	if (!text_starts_with(line, TEXT_LITERAL("[source")) || line.data[line.bytes - 1] != ']')
		return false;
	ptrdiff_t comma = text_find(line, TEXT_LITERAL(","));
	struct text behind = comma < 0 ? TEXT_LITERAL("") : text_slice(line, (size_t)comma + 1, line.bytes - 1);
	ptrdiff_t end = text_find(behind, TEXT_LITERAL(","));
	*ret_language = text_trim(end < 0 ? behind : text_slice(behind, 0, (size_t)end));
	for (size_t i = 0; i < ret_language->bytes; i++)
		if (!ascii_is_alnum(ret_language->data[i]) && !strchr("+-#_", ret_language->data[i]))
			ret_language->bytes = 0;
	return true;
}

/* Lines between two rules of dashes, "----" of any length, are code, as AsciiDoc has it, perhaps with "[source,c]" above; one line that reads as a
 * title is a title. Returns the line
 * behind, or `at`. */
static size_t take_fenced(struct plain_work *work, size_t at)
{
	enum { FENCED_LINES_MAX = 400, FENCE_BYTES_MIN = 4 };
	struct text language = TEXT_LITERAL("");
	bool source = !plain_line_is_blank(&work->lines, at + 1) && names_source(plain_line_text(&work->lines, at), &language);
	size_t rule = at + source, last = size_min(work->lines.count, rule + FENCED_LINES_MAX), end = rule + 1;

	if (plain_underline(plain_line_text(&work->lines, rule)) != '-' || plain_line_text(&work->lines, rule).bytes < FENCE_BYTES_MIN ||
	    plain_line_is_blank(&work->lines, rule + 1))
		return at;
	while (end < last && plain_underline(plain_line_text(&work->lines, end)) != '-')
		end++;
	if (end == last || !plain_line_is_blank(&work->lines, end + 1))
		return at;
	size_t widths[2] = { plain_line_text(&work->lines, rule).bytes, plain_line_text(&work->lines, end).bytes };
	size_t apart = widths[0] > widths[1] ? widths[0] - widths[1] : widths[1] - widths[0];
	if (apart > UNDERLINE_SLACK || end == rule + 1 || (!source && end == rule + 2 && plain_is_heading_text(plain_line_text(&work->lines, rule + 1))))
		return at;
	for (size_t i = rule + 1; i < end; i++) /* an underlined heading in between: the rules are separators */
		if (plain_underline(plain_line_text(&work->lines, i)))
			return at;
	write_code(work, language, rule + 1, end);
	return end + 1;
}

/* Writes the block that starts at line `at`; returns the line behind it. */
/* It parts what is before from what stands right under it. */
static bool is_long_rule(struct text line)
{
	enum { RULE_COLUMNS_MIN = 30 };
	return line.bytes >= RULE_COLUMNS_MIN && plain_underline(line) == '=';
}

static size_t write_block(struct plain_work *work, size_t at)
{
	size_t behind = take_fenced(work, at);
	if (behind > at)
		return behind;
	behind = plain_take_framed(work, at);
	if (behind == at)
		behind = plain_take_underlined(work, at);
	if (behind == at)
		behind = plain_take_overlined(work, at);
	if (behind > at)
		return behind;
	if (plain_take_manual_title(work, at))
		return at + 1;
	behind = plain_take_centred_title(work, at);
	if (behind > at)
		return behind;
	size_t end = plain_part_end(work, at);
	if (end == at + 1 && plain_take_first_title(work, at))
		return at + 1;
	behind = plain_take_chapter(work, at, end);
	if (behind > at)
		return behind;
	if (plain_take_heading_line(work, at, end == at + 1))
		return at + 1;
	if (end == at + 1 && plain_underline(plain_line_text(&work->lines, at))) {
		plain_close_lists(work, 0);
		markdown_rule(&work->writer);
		return end;
	}
	size_t indent = plain_line_at(&work->lines, at)->indent, keep = work->level_count;
	while (keep > 0 && indent < work->levels[keep - 1].content_indent && !is_item(work, at, true))
		keep--;
	plain_close_lists(work, keep);
	if (take_table(work, at, end) || take_quote(work, at, end))
		return end;
	if (is_long_rule(plain_line_text(&work->lines, at))) {
		markdown_rule(&work->writer);
		return at + 1;
	}
	if (plain_is_verbatim(work, at, end) && !is_item(work, at, true)) {
		end = plain_end_of_verbatim(work, end);
		write_code(work, TEXT_LITERAL(""), at, end);
		return end;
	}
	end = plain_next_cut(work, at, end);
	write_block_lines(work, at, end);
	return end;
}

/* --- the file -------------------------------------------------------------------------------------------------- */

/* Lines far behind `at` are not looked at again, but for the title. */
static size_t discard_lines(struct plain_work *work, size_t discarded, size_t at)
{
	enum { LOOKED_BACK_BYTES = 1 << 20 };
	struct buffer *text = &work->lines.text;
	size_t end = plain_line_at(&work->lines, at)->start;
	size_t title_end = work->title.bytes > 0 ? (size_t)(work->title.data - text->data) + work->title.bytes : 0;

	end = end > LOOKED_BACK_BYTES ? end - LOOKED_BACK_BYTES : 0;
	if (title_end > discarded && title_end - work->title.bytes < end)
		discarded = title_end + LOOKED_BACK_BYTES; /* beyond the page that it stands on */
	return end > discarded ? buffer_discard(text, discarded, end) : discarded;
}

static void write_text(struct plain_work *work)
{
	size_t discarded = 0;

	work->words = plain_words_collect(&work->lines);
	work->over_text = plain_has_titles_over_text(work);
	for (size_t at = 0; at < work->lines.count;) {
		discarded = discard_lines(work, discarded, at);
		if (plain_line_is_blank(&work->lines, at))
			at++;
		else
			at = write_block(work, at);
	}
	plain_close_lists(work, 0);
	markdown_finish(&work->writer);
}

/* The text is used up: its lines are what is written. */
static int convert_lines(struct text text, struct buffer *utf8, struct text name, struct plain_work *work, struct document_builder *document)
{
	const char *language = plain_source_language(name);

	int status = plain_lines_split(text, &work->lines, document);
	buffer_done(utf8);
	if (status < 0)
		return status;
	if (language)
		markdown_code(&work->writer, text_from(language), buffer_view(&work->lines.text));
	else
		write_text(work);
	if (work->title.bytes > 0)
		document_builder_set_meta(document, DOCUMENT_META_TITLE, work->title);
	if (work->writer.out->status || work->table_status)
		return work->writer.out->status ? work->writer.out->status : work->table_status;
	return work->scratch.status ? work->scratch.status : work->code.status;
}

/* Text in a language that has a reader of its own. */
static int convert_markup(enum markup_kind kind, struct text utf8, struct plain_work *work, struct document_builder *document)
{
	struct buffer title;

	buffer_init(&title, DOCUMENT_BYTES_MAX);
	int status = markup_convert(kind, utf8, &work->writer, &title);
	markdown_finish(&work->writer);
	if (title.bytes > 0)
		document_builder_set_meta(document, DOCUMENT_META_TITLE, buffer_view(&title));
	buffer_done(&title);
	return status ? status : work->writer.out->status;
}

/* Takes over what `clean` makes of the text. */
static struct text replace(struct text text, struct buffer *utf8, void (*clean)(struct text text, struct buffer *out))
{
	struct buffer cleaned;

	buffer_init(&cleaned, DOCUMENT_BYTES_MAX);
	clean(text, &cleaned);
	buffer_done(utf8);
	*utf8 = cleaned;
	return buffer_view(utf8);
}

/* `utf8` may be what the text lies in. *text: what was written in the end, of which the length alone may be asked. */
static int convert_decoded(struct text *text, struct buffer *utf8, struct text name, struct plain_work *work, struct document_builder *document)
{
	enum markup_kind markup = markup_named(name);
	bool is_source = plain_source_language(name) != NULL;

	if (markup == MARKUP_NONE && !is_source)
		markup = markup_find(*text);
	if (markup != MARKUP_NONE)
		return convert_markup(markup, *text, work, document);
	if (!is_source && plain_tabs_found(*text))
		*text = replace(*text, utf8, plain_tabs_lay_out);
	return utf8->status ? utf8->status : convert_lines(*text, utf8, name, work, document);
}

int convert_plain_text(const struct convert_input *input, struct buffer *markdown, struct document_builder *document, struct error_text *error)
{
	struct plain_work work = { .level_count = 0 };
	struct text text;
	struct buffer utf8;

	buffer_init(&utf8, DOCUMENT_BYTES_MAX);
	uint32_t replaced_before = document_builder_counts(document)->replaced_bytes;
	int status = encoding_view_utf8(input->data, TEXT_LITERAL(""), false, &utf8, &text, document, error);
	if (status == 0) {
		buffer_init(&work.inline_text, markdown->bytes_max);
		buffer_init(&work.scratch, markdown->bytes_max);
		buffer_init(&work.code, markdown->bytes_max);
		plain_table_init(&work.table, markdown->bytes_max);
		markdown_init(&work.writer, markdown);
		status = convert_decoded(&text, &utf8, input->name, &work, document);
		if (status < 0)
			error_set(error, status, "%s", error_describe(status));
		double replaced = document_builder_counts(document)->replaced_bytes - replaced_before;
		document_builder_scores(document)->conversion = (float)(text.bytes == 0 ? 0 : 1 - replaced / (double)text.bytes);
		buffer_done(&work.inline_text);
		buffer_done(&work.scratch);
		buffer_done(&work.code);
		plain_table_done(&work.table);
		free(work.words);
		plain_lines_done(&work.lines);
	}
	buffer_done(&utf8);
	document_builder_set_meta(document, DOCUMENT_META_CONVERTER, TEXT_LITERAL("docring"));
	return status < 0 ? status : 0;
}
