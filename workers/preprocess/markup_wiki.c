/* markup_wiki.c: MediaWiki. Templates, categories, comments and switches go; see markup.h. */
#define _GNU_SOURCE
#include "workers/preprocess/markup_work.h"

#include "workers/preprocess/html_entities.h"
#include "workers/preprocess/markdown_inline.h"

enum { ATTRIBUTES_BYTES_MAX = 400, TEMPLATES_NESTED_MAX = 40 };

/* --- inline ---------------------------------------------------------------------------------------------------- */

static bool starts_with_any(struct text text, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_starts_with_nocase(text, text_from(names[i])))
			return true;
	return false;
}

/* Where `sign` stands twice, or -1. */
static ptrdiff_t find_pair(struct text text, char sign)
{
	for (size_t i = 0; i + 1 < text.bytes; i++) {
		const char *found = memchr(text.data + i, sign, text.bytes - 1 - i);
		if (!found)
			return -1;
		i = (size_t)(found - text.data);
		if (found[1] == sign)
			return (ptrdiff_t)i;
	}
	return -1;
}

/* Signs that open something which does not end: all of the run stays text, and is not looked at again one by one. */
static size_t take_run(struct text text, size_t at, struct buffer *out)
{
	size_t end = at;

	while (end < text.bytes && text.data[end] == text.data[at])
		end++;
	markdown_append_escaped(out, text_slice(text, at, end));
	return end - at;
}

/* "[[Page|text]]", "[[File:x.png|thumb|caption]]", "[[Category:x]]"; letters directly behind belong to the text. */
static size_t take_page_link(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	static const char *const files[] = { "file:", "image:", "datei:", "bild:", "fichier:" }, *const categories[] = { "category:", "kategorie:", "catégorie:" };
	struct text rest = markup_window(text, at + 2);
	ptrdiff_t end = find_pair(rest, ']');

	if (end < 0)
		return take_run(text, at, out);
	struct text inside = text_slice(rest, 0, (size_t)end), target, shown = inside;
	const char *bar = memchr(inside.data, '|', inside.bytes);
	target = bar ? text_slice(inside, 0, (size_t)(bar - inside.data)) : inside;
	if (bar)
		shown = text_slice(inside, target.bytes + 1, inside.bytes);
	if (starts_with_any(target, files, COUNT_OF(files))) {
		const char *last = shown.bytes > 0 && bar ? memrchr(shown.data, '|', shown.bytes) : NULL;
		struct text caption = last ? text_slice(shown, (size_t)(last - shown.data) + 1, shown.bytes) : TEXT_LITERAL("");
		const char *colon = memchr(target.data, ':', target.bytes);
		markdown_append_image(out, caption, text_slice(target, (size_t)(colon - target.data) + 1, target.bytes));
	} else if (!starts_with_any(target, categories, COUNT_OF(categories))) {
		if (shown.bytes > 0 && shown.data[0] == ':')
			shown = text_slice(shown, 1, shown.bytes);
		markup_inline(markup, shown, depth + 1, out);
	}
	return inside.bytes + 4;
}

/* "[https://… text]" */
static size_t take_outer_link(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text rest = markup_window(text, at + 1);
	const char *close = markup_is_address(rest) ? memchr(rest.data, ']', rest.bytes) : NULL;

	if (!close)
		return 0;
	struct text inside = text_slice(rest, 0, (size_t)(close - rest.data));
	const char *blank = memchr(inside.data, ' ', inside.bytes);
	struct text target = blank ? text_slice(inside, 0, (size_t)(blank - inside.data)) : inside;
	markup_link(markup, target, blank ? text_trim(text_slice(inside, target.bytes, inside.bytes)) : TEXT_LITERAL(""), depth, out);
	return inside.bytes + 2;
}

/* "{{…}}", templates in it too: what it says is elsewhere. */
static size_t take_template(struct text text, size_t at, struct buffer *out)
{
	struct text rest = markup_window(text, at);
	unsigned depth = 0;

	if (find_pair(rest, '}') < 0)
		return take_run(text, at, out);

	for (size_t i = 0; i + 1 < rest.bytes; i++) {
		bool open = rest.data[i] == '{' && rest.data[i + 1] == '{', close = rest.data[i] == '}' && rest.data[i + 1] == '}';
		depth += open;
		if (depth > TEMPLATES_NESTED_MAX)
			return 0;
		i += open || close;
		if (close && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* As they are read: "&lt;", "&nbsp;". */
static void append_code(struct markup *markup, struct text code, struct buffer *out)
{
	buffer_clear(&markup->code);
	html_append_decoded(&markup->code, code, false);
	markdown_append_code_span(out, buffer_view(&markup->code));
}

/* Where the closing tag, "</ref>", stands, or -1. */
static ptrdiff_t find_closing(struct text text, struct text closing)
{
	for (size_t i = 0; i < text.bytes; i++) {
		const char *found = memchr(text.data + i, '<', text.bytes - i);
		if (!found)
			return -1;
		i = (size_t)(found - text.data);
		if (i + 1 < text.bytes && found[1] == '/' && text_starts_with_nocase(text_slice(text, i, text.bytes), closing))
			return (ptrdiff_t)i;
	}
	return -1;
}

/* <ref>…</ref>, <nowiki>…</nowiki>, <code>…</code>, <br>, <!-- … -->, other tags. */
static size_t take_tag(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	static const struct { const char *name; bool is_note, is_plain; } elements[] = {
		{ "ref", true, false }, { "nowiki", false, true }, { "code", false, false },
		{ "tt", false, false }, { "math", false, false }, { "source", false, false },
		{ "syntaxhighlight", false, false },
	};
	struct text rest = markup_window(text, at);
	const char *end_of_tag = memchr(rest.data, '>', rest.bytes);

	if (text_starts_with(rest, TEXT_LITERAL("<!--"))) {
		ptrdiff_t end = text_find(rest, TEXT_LITERAL("-->"));
		return end < 0 ? 0 : (size_t)end + 3;
	}
	if (!end_of_tag || rest.bytes < 3 || !(ascii_is_alpha(rest.data[1]) || rest.data[1] == '/'))
		return 0;
	size_t tag = (size_t)(end_of_tag - rest.data) + 1;
	if (text_starts_with_nocase(rest, TEXT_LITERAL("<br"))) {
		buffer_append_byte(out, '\n');
		return tag;
	}
	static const char *const kept[] = { "<sub>", "</sub>", "<sup>", "</sup>" };
	if (starts_with_any(rest, kept, COUNT_OF(kept)))
		buffer_append_text(out, text_slice(rest, 0, tag));
	for (size_t i = 0; i < COUNT_OF(elements) && rest.data[tag - 2] != '/'; i++) {
		char closing[24] = "</";
		struct text name = text_from(elements[i].name);
		if (!text_starts_with_nocase(text_slice(rest, 1, rest.bytes), name) || ascii_is_alnum(rest.data[1 + name.bytes]))
			continue;
		memcpy(closing + 2, name.data, name.bytes);
		closing[2 + name.bytes] = '>';
		ptrdiff_t end = find_closing(rest, text_from(closing));
		if (end < (ptrdiff_t)tag)
			return tag;
		struct text inside = text_slice(rest, tag, (size_t)end);
		if (elements[i].is_note)
			markup_note(markup, inside, depth, out);
		else if (elements[i].is_plain)
			markdown_append_escaped(out, inside);
		else
			append_code(markup, inside, out);
		return (size_t)end + name.bytes + 3;
	}
	return tag;
}

static size_t take(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text rest = text_slice(text, at, text.bytes);

	if (text_starts_with(rest, TEXT_LITERAL("[[")))
		return take_page_link(markup, text, at, depth, out);
	if (rest.data[0] == '[')
		return take_outer_link(markup, text, at, depth, out);
	if (text_starts_with(rest, TEXT_LITERAL("{{")))
		return take_template(text, at, out);
	if (rest.data[0] == '&')
		return markup_entity(text, at, out);
	if (rest.data[0] == '<')
		return take_tag(markup, text, at, depth, out);
	return 0;
}

/* --- tables ---------------------------------------------------------------------------------------------------- */

static uint32_t span_of(struct text attributes, struct text name)
{
	ptrdiff_t at = text_find_nocase(attributes, name);
	uint32_t number = 0;

	if (at < 0)
		return 1;
	for (size_t i = (size_t)at + name.bytes; i < attributes.bytes && number < MARKDOWN_COLUMNS_MAX; i++) {
		if (ascii_is_digit(attributes.data[i]))
			number = number * 10 + (uint32_t)(attributes.data[i] - '0');
		else if (!strchr("=\"' ", attributes.data[i]))
			break;
	}
	return number > 0 ? number : 1;
}

struct wiki_cell {
	bool open;
	uint32_t columns, rows;
};

static void end_cell(struct markup *markup, struct wiki_cell *cell)
{
	if (cell->open)
		markup_cell(markup, buffer_view(&markup->raw), cell->columns, cell->rows);
	buffer_clear(&markup->raw);
	cell->open = false;
}

/* "attributes | text": the attributes have a "=", and no link stands in them. */
static void begin_cell(struct markup *markup, struct wiki_cell *cell, struct text text)
{
	struct text head = text_slice(text, 0, size_min(text.bytes, ATTRIBUTES_BYTES_MAX));
	const char *bar = memchr(head.data, '|', head.bytes);
	struct text attributes = bar ? text_slice(head, 0, (size_t)(bar - head.data)) : TEXT_LITERAL("");

	end_cell(markup, cell);
	bool said = bar && memchr(attributes.data, '=', attributes.bytes) && text_find(attributes, TEXT_LITERAL("[[")) < 0 &&
		    text_find(attributes, TEXT_LITERAL("{{")) < 0;
	*cell = (struct wiki_cell){ true, 1, 1 };
	if (said) {
		cell->columns = span_of(attributes, TEXT_LITERAL("colspan"));
		cell->rows = span_of(attributes, TEXT_LITERAL("rowspan"));
		text = text_slice(text, attributes.bytes + 1, text.bytes);
	}
	markup_add(markup, text);
}

/* "| a || b", "! a !! b": cells of a line, but for bars in links and templates. */
static void take_cells(struct markup *markup, struct wiki_cell *cell, struct text line)
{
	char sign = line.data[0];
	size_t from = 1, inside = 0;

	for (size_t i = 1; i + 1 < line.bytes; i++) {
		bool open = (line.data[i] == '[' && line.data[i + 1] == '[') || (line.data[i] == '{' && line.data[i + 1] == '{');
		bool close = (line.data[i] == ']' && line.data[i + 1] == ']') || (line.data[i] == '}' && line.data[i + 1] == '}');
		inside += open;
		inside -= close && inside > 0;
		bool parts = (line.data[i] == '|' && line.data[i + 1] == '|') || (sign == '!' && line.data[i] == '!' && line.data[i + 1] == '!');
		if (parts && inside == 0) {
			begin_cell(markup, cell, text_slice(line, from, i));
			from = i + 2;
		}
		i += open || close || parts;
	}
	begin_cell(markup, cell, text_slice(line, size_min(from, line.bytes), line.bytes));
}

static void take_table(struct markup *markup)
{
	struct wiki_cell cell = { .open = false };
	struct text line;
	unsigned depth = 1;

	markup_lists_end(markup, 0);
	while (depth > 0 && markup_next_line(markup, &line)) {
		line = text_trim(line);
		depth += text_starts_with(line, TEXT_LITERAL("{|"));
		depth -= text_starts_with(line, TEXT_LITERAL("|}")) && !text_starts_with(line, TEXT_LITERAL("|}}"));
		if (line.bytes == 0 || text_starts_with(line, TEXT_LITERAL("{|")) || text_starts_with(line, TEXT_LITERAL("|}")))
			continue;
		if (text_starts_with(line, TEXT_LITERAL("|+")) && !cell.open) {
			markup_add(markup, text_slice(line, 2, line.bytes));
			markup_flush(markup);
		} else if (text_starts_with(line, TEXT_LITERAL("|-")) && depth == 1) {
			end_cell(markup, &cell);
			markdown_grid_row_end(&markup->grid);
		} else if ((line.data[0] == '|' || line.data[0] == '!') && depth == 1) {
			take_cells(markup, &cell, line);
		} else {
			markup_add(markup, line);
		}
	}
	end_cell(markup, &cell);
	markdown_grid_row_end(&markup->grid);
	markup_table_end(markup);
}

/* --- lines ----------------------------------------------------------------------------------------------------- */

static bool take_heading(struct markup *markup, struct text line)
{
	unsigned signs = 0;

	while (signs < line.bytes && signs < 6 && line.data[signs] == '=' && line.data[line.bytes - 1 - signs] == '=')
		signs++;
	if (signs == 0 || line.bytes <= 2 * signs)
		return false;
	markup_heading(markup, signs, text_slice(line, signs, line.bytes - signs));
	return true;
}

/* "*", "#*", ":", ";": one sign a level. */
static bool take_item(struct markup *markup, struct text line)
{
	size_t depth = 0, common = 0;

	while (depth < line.bytes && depth < MARKUP_LISTS_MAX && strchr("*#:;", line.data[depth]))
		depth++;
	if (depth == 0)
		return false;
	/* The lists that go on: as many as have the same signs. */
	while (common < markup->list_count && common < depth && markup->lists[common].key == (uint32_t)(line.data[common] == ':' ? ';' : line.data[common]))
		common++;
	size_t index = common == depth ? depth - 1 : common;
	char sign = line.data[depth - 1];
	struct text text = text_trim(text_slice(line, depth, line.bytes));
	if (text.bytes == 0)
		return true;
	if (depth == 1 && sign == ':') { /* indented text, or the definition of a term */
		bool of_term = markup->list_count == 1 && markup->lists[0].key == ';';
		if (!of_term)
			markup_lists_end(markup, 0);
		markup_flush(markup);
		markup_add(markup, text);
		markup_flush(markup);
		return true;
	}
	markup_item(markup, index, (uint32_t)(sign == ':' ? ';' : sign), sign == '#', sign == '#' ? markup_count(markup, index) : 0);
	ptrdiff_t definition = sign == ';' ? text_find(text, TEXT_LITERAL(" : ")) : -1;
	if (definition > 0)
		buffer_append_format(&markup->raw, "'''%.*s''': %.*s", TEXT_ARGS(text_slice(text, 0, (size_t)definition)),
				     TEXT_ARGS(text_trim(text_slice(text, (size_t)definition + 3, text.bytes))));
	else if (sign == ';')
		buffer_append_format(&markup->raw, "'''%.*s'''", TEXT_ARGS(text));
	else
		markup_add(markup, text);
	return true;
}

/* From what stands behind the tag to what stands before the closing one. */
static void take_code_lines(struct markup *markup, struct text language, struct text line, struct text close)
{
	ptrdiff_t end = -1;

	buffer_clear(&markup->code);
	do {
		end = text_find_nocase(line, close);
		html_append_decoded(&markup->code, end >= 0 ? text_slice(line, 0, (size_t)end) : line, false);
		buffer_append_byte(&markup->code, '\n');
	} while (end < 0 && markup_next_line(markup, &line));
	struct text code = buffer_view(&markup->code);
	markdown_code(markup->writer, language, text_slice(code, code.bytes > 0 && code.data[0] == '\n', code.bytes));
	if (end >= 0)
		markup_add(markup, text_slice(line, (size_t)end + close.bytes, line.bytes));
}

/* <pre>, <source lang="c">, <syntaxhighlight lang="c"> on a line of its own or with code behind it. */
static bool take_code(struct markup *markup, struct text line)
{
	static const struct { const char *open, *close; } elements[] = { { "<pre", "</pre>" }, { "<source", "</source>" }, { "<syntaxhighlight", "</syntaxhighlight>" } };
	const char *end = memchr(line.data, '>', line.bytes);

	for (size_t i = 0; i < COUNT_OF(elements) && end; i++) {
		if (!text_starts_with_nocase(line, text_from(elements[i].open)))
			continue;
		ptrdiff_t lang = text_find_nocase(line, TEXT_LITERAL("lang="));
		struct text language = lang > 0 ? text_slice(line, (size_t)lang + 5, (size_t)(end - line.data)) : TEXT_LITERAL(""), word;
		language = text_slice(language, language.bytes > 0 && strchr("\"'", language.data[0]) != NULL, language.bytes);
		size_t bytes = 0;
		while (bytes < language.bytes && (ascii_is_alnum(language.data[bytes]) || strchr("+-#", language.data[bytes])))
			bytes++;
		word = text_slice(language, 0, bytes);
		markup_lists_end(markup, 0);
		take_code_lines(markup, word, text_slice(line, (size_t)(end - line.data) + 1, line.bytes), text_from(elements[i].close));
		return true;
	}
	return false;
}

static void take_indented(struct markup *markup, struct text line)
{
	struct text before;

	markup_lists_end(markup, 0);
	buffer_clear(&markup->code);
	do {
		before = markup->rest;
		buffer_append_text(&markup->code, text_slice(line, 1, line.bytes));
		buffer_append_byte(&markup->code, '\n');
	} while (markup_next_line(markup, &line) && line.bytes > 1 && line.data[0] == ' ');
	if (line.bytes > 0 && line.data[0] != ' ')
		markup->rest = before;
	markdown_code(markup->writer, TEXT_LITERAL(""), buffer_view(&markup->code));
}

/* A template over many lines, a comment, "__TOC__", "<references/>" */
static bool says_nothing(struct markup *markup, struct text line)
{
	static const char *const starts[] = { "__", "<references", "<noinclude", "</noinclude", "<includeonly", "</includeonly", "#redirect" };

	if (starts_with_any(line, starts, COUNT_OF(starts)))
		return true;
	if (!text_starts_with(line, TEXT_LITERAL("{{")) || text_find(line, TEXT_LITERAL("}}")) >= 0)
		return false;
	markup_skip(markup, TEXT_LITERAL("}}"));
	return !markup->endless;
}

static void take_line(struct markup *markup, struct text line)
{
	if (text_trim(line).bytes == 0) {
		markup_lists_end(markup, 0);
		return;
	}
	if (markup->raw.bytes == 0 && line.data[0] == ' ' && !text_starts_with(text_trim(line), TEXT_LITERAL("{|")) && line.bytes > 1) {
		take_indented(markup, line);
		return;
	}
	if (text_starts_with(text_trim(line), TEXT_LITERAL("{|"))) {
		take_table(markup);
		return;
	}
	if (take_heading(markup, line) || take_item(markup, line) || take_code(markup, line) || says_nothing(markup, line))
		return;
	bool rule = text_starts_with(line, TEXT_LITERAL("----"));
	if (markup->list_count > 0)
		markup_lists_end(markup, 0);
	if (rule) {
		markup_flush(markup);
		markdown_rule(markup->writer);
	} else {
		markup_add(markup, line);
	}
}

const struct markup_language markup_wiki = {
	.marks = { { "'''''", MARKUP_STRONG_EMPHASIS, true }, { "'''", MARKUP_STRONG, true }, { "''", MARKUP_EMPHASIS, true } },
	.special = "'[{<&",
	.take = take,
	.line = take_line,
};
