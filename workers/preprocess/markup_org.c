/* markup_org.c: Org, the outlines of Emacs. Keywords, properties, tags and states of tasks go; see markup.h. */
#include "workers/preprocess/markup_work.h"

#include "workers/preprocess/markdown_inline.h"

enum { NAME_BYTES_MAX = 40 };

/* --- inline ---------------------------------------------------------------------------------------------------- */

/* "[[target][text]]", "[[target]]" */
static size_t take_link(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text rest = markup_window(text, at + 2), description = TEXT_LITERAL("");
	const char *close = memchr(rest.data, ']', rest.bytes);

	if (!close)
		return 0;
	struct text target = text_slice(rest, 0, (size_t)(close - rest.data));
	size_t used = target.bytes + 2;
	if (used < rest.bytes + 1 && rest.bytes > target.bytes + 1 && rest.data[target.bytes + 1] == '[') {
		description = text_slice(rest, target.bytes + 2, rest.bytes);
		ptrdiff_t end = text_find(description, TEXT_LITERAL("]]"));
		if (end < 0)
			return 0;
		description.bytes = (size_t)end;
		used = target.bytes + description.bytes + 4;
	} else if (rest.bytes < used || rest.data[target.bytes + 1] != ']') {
		return 0;
	}
	if (text_starts_with(target, TEXT_LITERAL("file:")))
		target = text_slice(target, 5, target.bytes);
	bool inside = target.bytes > 0 && (target.data[0] == '#' || target.data[0] == '*');
	if (markup_is_image(target))
		markdown_append_image(out, description, target);
	else if (inside || (!markup_is_address(target) && !memchr(target.data, '/', target.bytes) && !memchr(target.data, '.', target.bytes)))
		markup_inline(markup, description.bytes > 0 ? description : text_slice(target, inside, target.bytes), depth + 1, out);
	else
		markup_link(markup, target, description, depth, out);
	return used + 2;
}

/* "[fn:name]", "[fn:name: text]", "[fn:: text]" */
static size_t take_note(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text rest = markup_window(text, at + 4);
	const char *close = memchr(rest.data, ']', rest.bytes);

	if (!close)
		return 0;
	struct text inside = text_slice(rest, 0, (size_t)(close - rest.data));
	const char *colon = memchr(inside.data, ':', inside.bytes);
	if (colon)
		markup_note(markup, text_slice(inside, (size_t)(colon - inside.data) + 1, inside.bytes), depth, out);
	else if (inside.bytes <= NAME_BYTES_MAX)
		buffer_append_format(out, "[^%.*s]", TEXT_ARGS(inside));
	return inside.bytes + 5;
}

/* "_{low}", "^{high}" */
static size_t take_script(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text rest = markup_window(text, at + 2);
	const char *close = memchr(rest.data, '}', rest.bytes);
	const char *name = text.data[at] == '_' ? "sub" : "sup";

	if (!close || at == 0)
		return 0;
	struct text inside = text_slice(rest, 0, (size_t)(close - rest.data));
	buffer_append_format(out, "<%s>", name);
	markup_inline(markup, inside, depth + 1, out);
	buffer_append_format(out, "</%s>", name);
	return inside.bytes + 3;
}

/* "@@html:<b>@@": for one output alone */
static size_t snippet_bytes(struct text text, size_t at)
{
	struct text rest = markup_window(text, at + 2);
	ptrdiff_t end = text_find(rest, TEXT_LITERAL("@@"));
	return end > 0 && memchr(rest.data, ':', (size_t)end) ? (size_t)end + 4 : 0;
}

static size_t take(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text rest = text_slice(text, at, text.bytes);

	if (text_starts_with(rest, TEXT_LITERAL("[[")))
		return take_link(markup, text, at, depth, out);
	if (text_starts_with(rest, TEXT_LITERAL("@@")))
		return snippet_bytes(text, at);
	if (text_starts_with(rest, TEXT_LITERAL("[fn:")))
		return take_note(markup, text, at, depth, out);
	if (text_starts_with(rest, TEXT_LITERAL("_{")) || text_starts_with(rest, TEXT_LITERAL("^{")))
		return take_script(markup, text, at, depth, out);
	return 0;
}

/* --- headings -------------------------------------------------------------------------------------------------- */

/* The title without the state of a task before it, a priority, and tags behind it. */
static struct text bare_title(struct text title)
{
	static const char *const states[] = { "TODO ", "DONE ", "NEXT ", "WAITING ", "CANCELLED ", "CANCELED ", "STARTED ", "COMMENT " };

	title = text_trim(title);
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (text_starts_with(title, text_from(states[i])))
			title = text_trim(text_slice(title, strlen(states[i]), title.bytes));
	if (title.bytes > 4 && text_starts_with(title, TEXT_LITERAL("[#")) && title.data[3] == ']')
		title = text_trim(text_slice(title, 4, title.bytes));
	size_t tags = title.bytes;
	while (tags > 0 && !ascii_is_space(title.data[tags - 1]))
		tags--;
	struct text last = text_slice(title, tags, title.bytes);
	bool tagged = tags > 0 && last.bytes > 2 && last.data[0] == ':' && last.data[last.bytes - 1] == ':';
	return tagged ? text_trim(text_slice(title, 0, tags)) : title;
}

static bool take_heading(struct markup *markup, struct text line)
{
	unsigned stars = 0;

	while (stars < line.bytes && line.data[stars] == '*')
		stars++;
	if (stars == 0 || stars + 1 >= line.bytes || line.data[stars] != ' ')
		return false;
	markup_heading(markup, stars + markup->titled, bare_title(text_slice(line, stars, line.bytes)));
	return true;
}

/* --- keywords and blocks --------------------------------------------------------------------------------------- */

/* "#+BEGIN_SRC sh -n": code; a quotation; a comment; of other blocks the lines that begin and end them go. */
static void take_block(struct markup *markup, struct text name, struct text arguments)
{
	struct text language = TEXT_LITERAL(""), rest = arguments, word;

	if (text_equal_nocase(name, TEXT_LITERAL("src")) && text_next_field(&rest, ' ', &word))
		language = word;
	if (text_equal_nocase(name, TEXT_LITERAL("src")))
		markup_code(markup, language, TEXT_LITERAL("#+end_src"), true);
	else if (text_equal_nocase(name, TEXT_LITERAL("example")))
		markup_code(markup, language, TEXT_LITERAL("#+end_example"), true);
	else if (text_equal_nocase(name, TEXT_LITERAL("export")))
		markup_skip(markup, TEXT_LITERAL("#+end_export"));
	else if (text_equal_nocase(name, TEXT_LITERAL("html")))
		markup_skip(markup, TEXT_LITERAL("#+end_html"));
	else if (text_equal_nocase(name, TEXT_LITERAL("latex")))
		markup_skip(markup, TEXT_LITERAL("#+end_latex"));
	else if (text_equal_nocase(name, TEXT_LITERAL("comment")))
		markup_skip(markup, TEXT_LITERAL("#+end_comment"));
	else if (text_equal_nocase(name, TEXT_LITERAL("quote")) || text_equal_nocase(name, TEXT_LITERAL("verse")))
		markup_quote(markup, true);
}

static void take_keyword(struct markup *markup, struct text line)
{
	struct text rest = text_slice(line, 2, line.bytes);
	size_t name_bytes = 0;

	while (name_bytes < rest.bytes && rest.data[name_bytes] != ':' && !ascii_is_space(rest.data[name_bytes]))
		name_bytes++;
	struct text name = text_slice(rest, 0, name_bytes), value = text_trim(text_slice(rest, size_min(name_bytes + 1, rest.bytes), rest.bytes));
	markup_flush(markup);
	if (text_starts_with_nocase(name, TEXT_LITERAL("begin_"))) {
		take_block(markup, text_slice(name, 6, name.bytes), value);
	} else if (text_equal_nocase(name, TEXT_LITERAL("end_quote")) || text_equal_nocase(name, TEXT_LITERAL("end_verse"))) {
		markup_quote(markup, false);
	} else if (text_equal_nocase(name, TEXT_LITERAL("title")) && !markup->titled && value.bytes > 0) {
		markup_heading(markup, 1, value);
		markup->titled = true;
	} else if (text_equal_nocase(name, TEXT_LITERAL("caption"))) {
		markup_add(markup, value);
		markup_flush(markup);
	}
}

/* --- tables ---------------------------------------------------------------------------------------------------- */

static bool is_row(struct text line)
{
	line = text_trim(line);
	return line.bytes > 1 && line.data[0] == '|';
}

static void take_row(struct markup *markup, struct text line)
{
	struct text cell;

	line = text_trim(line);
	line = text_slice(line, 1, line.bytes - (line.data[line.bytes - 1] == '|'));
	if (line.bytes > 0 && line.data[0] == '-') /* a rule */
		return;
	while (text_next_field(&line, '|', &cell)) {
		cell = text_trim(cell);
		bool width = cell.bytes > 2 && cell.data[0] == '<' && cell.data[cell.bytes - 1] == '>' && cell.bytes < 6;
		markup_cell(markup, width ? TEXT_LITERAL("") : cell, 1, 1);
	}
	markdown_grid_row_end(&markup->grid);
}

static void take_table(struct markup *markup, struct text line)
{
	struct text next = line, before;

	markup_flush(markup);
	do {
		take_row(markup, next);
		before = markup->rest;
	} while (markup_next_line(markup, &next) && is_row(next));
	if (markup->rest.bytes < before.bytes && !is_row(next))
		markup->rest = before;
	markup_table_end(markup);
}

/* --- lists ----------------------------------------------------------------------------------------------------- */

/* Bytes of the marker with the blank behind it, or 0: "- ", "+ ", " * ", "12. ", "12) ". */
static size_t marker_bytes(struct text text, bool at_margin, uint32_t *ret_number)
{
	size_t digits = 0;

	*ret_number = 0;
	if (text.bytes > 0 && (text.data[0] == '-' || text.data[0] == '+' || (text.data[0] == '*' && !at_margin)))
		return text.bytes == 1 || text.data[1] == ' ' ? size_min(2, text.bytes) : 0;
	for (; digits < text.bytes && digits < 8 && ascii_is_digit(text.data[digits]); digits++)
		*ret_number = *ret_number * 10 + (uint32_t)(text.data[digits] - '0');
	bool ends = digits > 0 && digits + 1 < text.bytes && strchr(".)", text.data[digits]) && text.data[digits + 1] == ' ';
	return ends ? digits + 2 : 0;
}

static bool take_item(struct markup *markup, struct text line)
{
	uint32_t number, indent = (uint32_t)markup_indent(line);
	struct text text = text_trim(line);
	size_t bytes = marker_bytes(text, indent == 0, &number), index = 0;

	if (bytes == 0)
		return false;
	while (index < markup->list_count && markup->lists[index].key < indent)
		index++;
	bool ordered = ascii_is_digit(text.data[0]);
	text = text_trim(text_slice(text, bytes, text.bytes));
	size_t counter = 0;
	if (text_starts_with(text, TEXT_LITERAL("[@"))) /* "[@5]": counts on from there */
		for (counter = 2, number = 0; counter < text.bytes && counter < 8 && ascii_is_digit(text.data[counter]); counter++)
			number = number * 10 + (uint32_t)(text.data[counter] - '0');
	if (counter > 2 && counter < text.bytes && text.data[counter] == ']')
		text = text_trim(text_slice(text, counter + 1, text.bytes));
	markup_item(markup, index, indent, ordered, number);
	ptrdiff_t term = text_find(text, TEXT_LITERAL(" :: "));
	if (term > 0 && bytes == 2)
		buffer_append_format(&markup->raw, "*%.*s*: %.*s", TEXT_ARGS(text_trim(text_slice(text, 0, (size_t)term))),
				     TEXT_ARGS(text_trim(text_slice(text, (size_t)term + 4, text.bytes))));
	else
		markup_add(markup, text);
	return true;
}

/* --- lines ----------------------------------------------------------------------------------------------------- */

/* ":PROPERTIES:" to ":END:" */
static bool take_drawer(struct markup *markup, struct text text)
{
	if (text.bytes < 3 || text.data[0] != ':' || text.data[text.bytes - 1] != ':' || memchr(text.data, ' ', text.bytes))
		return false;
	if (text_equal_nocase(text, TEXT_LITERAL(":PROPERTIES:")) || text_equal_nocase(text, TEXT_LITERAL(":LOGBOOK:")))
		markup_skip(markup, TEXT_LITERAL(":END:"));
	return true;
}

static bool is_planning(struct text text)
{
	return text_starts_with(text, TEXT_LITERAL("SCHEDULED: ")) || text_starts_with(text, TEXT_LITERAL("DEADLINE: ")) || text_starts_with(text, TEXT_LITERAL("CLOSED: "));
}

/* ": code", line by line */
static void take_fixed(struct markup *markup, struct text line)
{
	struct text before;

	markup_flush(markup);
	buffer_clear(&markup->code);
	do {
		struct text text = text_trim(line);
		if (text.bytes == 0 || text.data[0] != ':' || (text.bytes > 1 && text.data[1] != ' ')) {
			markup->rest = before;
			break;
		}
		buffer_append_text(&markup->code, text_slice(text, size_min(2, text.bytes), text.bytes));
		buffer_append_byte(&markup->code, '\n');
		before = markup->rest;
	} while (markup_next_line(markup, &line));
	markdown_code(markup->writer, TEXT_LITERAL(""), buffer_view(&markup->code));
}

/* "[fn:name] text" at the margin */
static bool take_note_text(struct markup *markup, struct text line)
{
	const char *close = memchr(line.data, ']', line.bytes);

	if (!text_starts_with(line, TEXT_LITERAL("[fn:")) || !close || memchr(line.data + 4, ':', (size_t)(close - line.data) - 4))
		return false;
	struct text name = text_slice(line, 4, (size_t)(close - line.data)), text = text_slice(line, name.bytes + 5, line.bytes), next, before = markup->rest;
	markup_lists_end(markup, 0);
	buffer_append_text(&markup->raw, text_trim(text));
	while (markup_next_line(markup, &next) && text_trim(next).bytes > 0 && next.data[0] != '*' && next.data[0] != '[') {
		markup_add(markup, next);
		before = markup->rest;
	}
	markup->rest = before;
	buffer_clear(&markup->inline_text);
	markup_inline(markup, buffer_view(&markup->raw), 0, &markup->inline_text); /* notes in it become lines before it */
	buffer_append_format(&markup->notes, "[^%.*s]: ", TEXT_ARGS(name));
	buffer_append_text(&markup->notes, buffer_view(&markup->inline_text));
	buffer_append_byte(&markup->notes, '\n');
	buffer_clear(&markup->raw);
	return true;
}

static bool is_rule(struct text text)
{
	size_t dashes = 0;

	while (dashes < text.bytes && text.data[dashes] == '-')
		dashes++;
	return dashes >= 5 && dashes == text.bytes;
}

static void take_line(struct markup *markup, struct text line)
{
	struct text text = text_trim(line);
	size_t indent = markup_indent(line);

	if (text.bytes == 0) {
		markup_flush(markup);
		return;
	}
	if (take_heading(markup, line) || take_drawer(markup, text) || is_planning(text))
		return;
	if (text.data[0] == '#' && (text.bytes == 1 || text.data[1] == ' '))
		return;
	if (take_item(markup, line) || (indent == 0 && take_note_text(markup, line)))
		return;
	size_t keep = 0;
	while (keep < markup->list_count && markup->lists[keep].key < indent)
		keep++;
	if (keep < markup->list_count)
		markup_lists_end(markup, keep);
	if (text_starts_with(text, TEXT_LITERAL("#+"))) {
		take_keyword(markup, text);
	} else if (is_row(line)) {
		take_table(markup, line);
	} else if (text.data[0] == ':' && (text.bytes == 1 || text.data[1] == ' ')) {
		take_fixed(markup, line);
	} else if (is_rule(text)) {
		markup_lists_end(markup, 0);
		markdown_rule(markup->writer);
	} else {
		bool hard = text_ends_with_nocase(text, TEXT_LITERAL("\\\\"));
		markup_add(markup, hard ? text_slice(text, 0, text.bytes - 2) : text);
		if (hard)
			buffer_append_byte(&markup->raw, '\n');
	}
}

const struct markup_language markup_org = {
	.marks = { { "*", MARKUP_STRONG, false }, { "/", MARKUP_EMPHASIS, false }, { "=", MARKUP_CODE, false }, { "~", MARKUP_CODE, false },
		   { "+", MARKUP_DELETED, false }, { "_", MARKUP_NOTHING, false } },
	.special = "*/=~+_[^@",
	.take = take,
	.line = take_line,
};
