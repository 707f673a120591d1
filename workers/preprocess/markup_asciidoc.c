/* markup_asciidoc.c: AsciiDoc. Attributes, comments, anchors, conditions and what is included go; see markup.h. Tables: markup_asciidoc_table.c. */
#include "workers/preprocess/markup_asciidoc.h"

#include "workers/preprocess/markdown_inline.h"

enum { FENCE_BYTES_MIN = 4, UNDERLINE_SLACK = 2, TERM_BYTES_MAX = 200, NAME_BYTES_MAX = 60, ATTRIBUTES_BYTES_MAX = 2048 };

/* --- inline ---------------------------------------------------------------------------------------------------- */

/* Behind the address or name that begins at `at`: the first byte that ends it. */
static size_t end_of_target(struct text text, size_t at)
{
	size_t limit = size_min(text.bytes, at + MARKUP_WINDOW_BYTES);

	while (at < limit && !ascii_is_space(text.data[at]) && !strchr("[]<>\"", text.data[at]))
		at++;
	return at;
}

/* "[text]" at `at`: what stands in it, up to its bracket. Role and window attributes behind a comma stay out. */
static bool bracketed(struct text text, size_t at, struct text *ret_inside)
{
	size_t end = at + 1, depth = 1;

	if (at >= text.bytes || text.data[at] != '[')
		return false;
	size_t limit = size_min(text.bytes, at + MARKUP_WINDOW_BYTES);
	for (; end < limit; end++) {
		if (text.data[end] == '[' && text.data[end - 1] != '\\')
			depth++;
		else if (text.data[end] == ']' && text.data[end - 1] != '\\' && --depth == 0)
			break;
	}
	if (end == limit)
		return false;
	*ret_inside = text_slice(text, at + 1, end);
	return true;
}

static struct text without_attributes(struct text inside)
{
	ptrdiff_t window = text_find(inside, TEXT_LITERAL(",window="));
	ptrdiff_t role = text_find(inside, TEXT_LITERAL(",role="));

	if (window >= 0)
		inside.bytes = (size_t)window;
	else if (role >= 0)
		inside.bytes = (size_t)role;
	if (inside.bytes > 0 && inside.data[inside.bytes - 1] == '^')
		inside.bytes--;
	if (inside.bytes > 1 && inside.data[0] == '"' && inside.data[inside.bytes - 1] == '"')
		inside = text_slice(inside, 1, inside.bytes - 1);
	return inside;
}

/* "https://…[text]", "https://…" */
static size_t take_address(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text inside = TEXT_LITERAL("");

	if ((at > 0 && ascii_is_alnum(text.data[at - 1])) || !markup_is_address(text_slice(text, at, text.bytes)))
		return 0;
	size_t end = end_of_target(text, at);
	struct text target = text_slice(text, at, end);
	if (bracketed(text, end, &inside)) {
		markup_link(markup, target, without_attributes(inside), depth, out);
		return end - at + inside.bytes + 2;
	}
	while (target.bytes > 0 && strchr(".,;:!?)", target.data[target.bytes - 1]))
		target.bytes--;
	markdown_append_escaped(out, target);
	return target.bytes;
}

enum macro { MACRO_LINK, MACRO_REFERENCE, MACRO_IMAGE, MACRO_NOTE, MACRO_TEXT, MACRO_CODE, MACRO_NOTHING };

static void write_macro(struct markup *markup, enum macro kind, struct text target, struct text inside, unsigned depth, struct buffer *out)
{
	struct text first = inside;
	const char *comma = memchr(inside.data, ',', inside.bytes);

	switch (kind) {
	case MACRO_LINK: markup_link(markup, target, without_attributes(inside), depth, out); break;
	case MACRO_REFERENCE: markup_inline(markup, inside.bytes > 0 ? inside : target, depth + 1, out); break;
	case MACRO_IMAGE:
		if (comma)
			first.bytes = (size_t)(comma - inside.data);
		markdown_append_image(out, text_find(first, TEXT_LITERAL("=")) >= 0 ? TEXT_LITERAL("") : first, target);
		break;
	case MACRO_NOTE: markup_note(markup, inside, depth, out); break;
	case MACRO_TEXT:
		markdown_append_escaped(out, target);
		markdown_append_escaped(out, target.bytes > 0 && inside.bytes > 0 ? TEXT_LITERAL(" > ") : TEXT_LITERAL(""));
		markup_inline(markup, inside, depth + 1, out);
		break;
	case MACRO_CODE: markdown_append_code_span(out, inside); break;
	case MACRO_NOTHING: break;
	}
}

/* "name:target[text]", "name::target[text]" */
static size_t take_macro(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	static const struct { const char *name; enum macro kind; } macros[] = {
		{ "link:", MACRO_LINK }, { "xref:", MACRO_REFERENCE }, { "image::", MACRO_IMAGE }, { "image:", MACRO_IMAGE }, { "footnote:", MACRO_NOTE },
		{ "footnoteref:", MACRO_NOTE }, { "kbd:", MACRO_TEXT }, { "btn:", MACRO_TEXT }, { "menu:", MACRO_TEXT }, { "stem:", MACRO_CODE },
		{ "latexmath:", MACRO_CODE }, { "asciimath:", MACRO_CODE }, { "pass:", MACRO_TEXT }, { "anchor:", MACRO_NOTHING }, { "indexterm:", MACRO_NOTHING },
		{ "icon:", MACRO_NOTHING },
	};
	struct text rest = text_slice(text, at, text.bytes), inside;

	if (at > 0 && ascii_is_alnum(text.data[at - 1]))
		return 0;
	for (size_t i = 0; i < COUNT_OF(macros); i++) {
		if (!text_starts_with(rest, text_from(macros[i].name)))
			continue;
		size_t start = strlen(macros[i].name), end = end_of_target(rest, start);
		if (!bracketed(rest, end, &inside))
			return 0;
		write_macro(markup, macros[i].kind, text_slice(rest, start, end), inside, depth, out);
		return end + inside.bytes + 2;
	}
	return 0;
}

/* "<<place,text>>", "[[place]]", "[.role]#text#" */
static size_t take_reference(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text rest = text_slice(text, at + 2, text.bytes);
	bool anchor = text.data[at] == '[';
	ptrdiff_t end = text_find(text_slice(rest, 0, size_min(rest.bytes, TERM_BYTES_MAX)), anchor ? TEXT_LITERAL("]]") : TEXT_LITERAL(">>"));

	if (end <= 0)
		return 0;
	struct text inside = text_slice(rest, 0, (size_t)end);
	const char *comma = memchr(inside.data, ',', inside.bytes);
	if (!anchor)
		markup_inline(markup, text_trim(comma ? text_slice(inside, (size_t)(comma - inside.data) + 1, inside.bytes) : inside), depth + 1, out);
	return inside.bytes + 4;
}

/* "[.role]" in front of a mark: what it looks like */
static size_t role_bytes(struct text text, size_t at)
{
	size_t end = at + 1;

	while (end < text.bytes && end - at < NAME_BYTES_MAX && (ascii_is_alnum(text.data[end]) || strchr(".-_ ", text.data[end])))
		end++;
	return end > at + 1 && end + 1 < text.bytes && text.data[end] == ']' && strchr("#*_`", text.data[end + 1]) ? end + 1 - at : 0;
}

/* "{plus}" and the like, and what the document defined itself; "{other}" stays. */
static size_t take_attribute(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	static const struct { const char *name, *value; } known[] = {
		{ "plus", "+" }, { "blank", "" }, { "empty", "" }, { "sp", " " }, { "nbsp", " " }, { "asterisk", "*" }, { "tilde", "~" }, { "lt", "<" },
		{ "gt", ">" }, { "amp", "&" }, { "apos", "'" }, { "quot", "\"" }, { "vbar", "|" }, { "startsb", "[" }, { "endsb", "]" }, { "caret", "^" },
		{ "backtick", "`" }, { "backslash", "\\" }, { "two-colons", "::" }, { "two-semicolons", ";;" }, { "cpp", "C++" }, { "deg", "\xC2\xB0" },
		{ "lsquo", "'" }, { "rsquo", "'" }, { "ldquo", "\"" }, { "rdquo", "\"" }, { "zwsp", "" }, { "wj", "" },
	};
	size_t end = at + 1;

	while (end < text.bytes && end - at < NAME_BYTES_MAX && (ascii_is_word(text.data[end]) || text.data[end] == '-'))
		end++;
	if (end == at + 1 || end >= text.bytes || text.data[end] != '}')
		return 0;
	struct text name = text_slice(text, at + 1, end), line, rest = buffer_view(&markup->attributes);
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (!text_equal(name, text_from(known[i].name)))
			continue;
		markdown_append_escaped(out, text_from(known[i].value));
		return end + 1 - at;
	}
	while (text_next_line(&rest, &line)) {
		if (!text_starts_with_nocase(line, name) || line.bytes <= name.bytes || line.data[name.bytes] != ':')
			continue;
		markup->expanded_bytes += line.bytes;
		/* At the greatest depth: what it says is not looked up again. */
		if (depth < MARKUP_INLINE_DEPTH_MAX && markup->expanded_bytes <= MARKUP_EXPANDED_BYTES_MAX)
			markup_inline(markup, text_trim(text_slice(line, name.bytes + 1, line.bytes)), MARKUP_INLINE_DEPTH_MAX, out);
		return end + 1 - at;
	}
	return 0;
}

static size_t take(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text rest = text_slice(text, at, text.bytes);

	if (text_starts_with(rest, TEXT_LITERAL("<<")) || text_starts_with(rest, TEXT_LITERAL("[[")))
		return take_reference(markup, text, at, depth, out);
	if (rest.data[0] == '\\' && rest.bytes > 1 && strchr("*_`#<{[+^~", rest.data[1])) { /* escaped */
		markdown_append_escaped(out, text_slice(rest, 1, 2));
		return 2;
	}
	if (rest.data[0] == '&')
		return markup_entity(text, at, out);
	if (rest.data[0] == '{')
		return take_attribute(markup, text, at, depth, out);
	if (rest.data[0] == '[')
		return role_bytes(text, at);
	if (!ascii_is_alpha(rest.data[0]))
		return 0;
	size_t used = take_address(markup, text, at, depth, out);
	return used > 0 ? used : take_macro(markup, text, at, depth, out);
}

/* --- blocks ---------------------------------------------------------------------------------------------------- */

/* The sign of a line that is nothing but four or more of it, or 0. */
static char fence_of(struct text line)
{
	if (line.bytes < FENCE_BYTES_MIN || !strchr("-.=*_+/", line.data[0]))
		return 0;
	for (size_t i = 1; i < line.bytes; i++)
		if (line.data[i] != line.data[0])
			return 0;
	return line.data[0];
}

static void forget_attributes(struct markup *markup)
{
	markup->block_attributes = markup->language_of_code = TEXT_LITERAL("");
}

/* A block begins: in the item that "+" attached it to, or behind the lists. */
static void begin_block(struct markup *markup)
{
	markup_flush(markup);
	if (!markup->continued && markup->blank_before)
		markup_lists_end(markup, 0);
	markup->continued = false;
}

static const char *admonition_of(struct text text)
{
	static const struct { const char *name, *title; } names[] = { { "NOTE", "Note" }, { "TIP", "Tip" }, { "IMPORTANT", "Important" }, { "WARNING", "Warning" },
								      { "CAUTION", "Caution" } };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_equal(text, text_from(names[i].name)))
			return names[i].title;
	return NULL;
}

/* "[NOTE]" says so of the block or paragraph to come. */
static void write_admonition(struct markup *markup)
{
	const char *title = admonition_of(markup->block_attributes);

	if (title)
		buffer_append_format(&markup->raw, "*%s:*", title);
	forget_attributes(markup);
}

static void take_fence(struct markup *markup, struct text line, char sign)
{
	struct text language = markup->language_of_code;

	begin_block(markup);
	if (sign == '-' || sign == '.' || sign == '+') {
		markup_code(markup, sign == '-' ? language : TEXT_LITERAL(""), line, false);
		forget_attributes(markup);
	} else if (sign == '/') {
		markup_skip(markup, line);
	} else if (sign == '_') { /* opens and closes */
		markup_quote(markup, !markup->quote_open);
	} else {
		write_admonition(markup);
	}
}

/* "[source,bash]", "[NOTE]", "[cols=…]", "[[place]]": of the block to come. */
static bool take_attributes(struct markup *markup, struct text line)
{
	struct text rest = text_slice(line, 1, line.bytes - 1), field;

	if (line.bytes < 3 || line.data[0] != '[' || line.data[line.bytes - 1] != ']')
		return false;
	if (!markup->blank_before && markup->raw.bytes > 0 && (ascii_is_digit(line.data[1]) || memchr(line.data, ' ', line.bytes)))
		return false; /* text in brackets */
	markup_flush(markup);
	markup->passed_over = true;
	if (line.data[1] == '[')
		return true;
	bool source = text_starts_with(rest, TEXT_LITERAL("source")) || text_starts_with(rest, TEXT_LITERAL(",")) || text_starts_with(rest, TEXT_LITERAL("listing"));
	if (source && text_next_field(&rest, ',', &field) && text_next_field(&rest, ',', &field) && !memchr(field.data, '=', field.bytes))
		markup->language_of_code = text_trim(field);
	else if (!source)
		markup->block_attributes = text_slice(line, 1, line.bytes - 1);
	return true;
}

/* ":name: value", "ifdef::x[]", "include::x[]", "// comment", "<<<" */
static bool says_nothing(struct markup *markup, struct text line)
{
	static const char *const starts[] = { "ifdef::", "ifndef::", "ifeval::", "endif::", "include::", "toc::" };
	const char *colon = line.bytes > 2 && line.data[0] == ':' ? memchr(line.data + 1, ':', line.bytes - 1) : NULL;

	if (colon && colon > line.data + 1 && !memchr(line.data, ' ', (size_t)(colon - line.data)) && (colon + 1 == line.data + line.bytes || colon[1] == ' ')) {
		if (markup->attributes.bytes + line.bytes <= ATTRIBUTES_BYTES_MAX) {
			buffer_append(&markup->attributes, line.data + 1, line.bytes - 1);
			buffer_append_byte(&markup->attributes, '\n');
		}
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(starts); i++)
		if (text_starts_with(line, text_from(starts[i])) && line.data[line.bytes - 1] == ']')
			return true;
	return (text_starts_with(line, TEXT_LITERAL("//")) && !text_starts_with(line, TEXT_LITERAL("////"))) ||
	       (markup->blank_before && text_equal(line, TEXT_LITERAL("<<<"))) || text_equal(line, TEXT_LITERAL("--"));
}

/* --- headings -------------------------------------------------------------------------------------------------- */

/* Without a title above them, chapters are of level 1. */
static void write_heading(struct markup *markup, unsigned level, struct text title)
{
	markup->titled |= level == 1;
	markup_heading(markup, level - (level > 1 && !markup->titled), title);
	forget_attributes(markup);
}

static bool take_heading(struct markup *markup, struct text line)
{
	unsigned signs = 0;

	while (signs < line.bytes && line.data[signs] == line.data[0] && strchr("=#", line.data[0]))
		signs++;
	if (signs == 0 || signs > 6 || signs + 1 >= line.bytes || line.data[signs] != ' ')
		return false;
	struct text title = text_trim(text_slice(line, signs, line.bytes));
	while (title.bytes > 1 && title.data[title.bytes - 1] == line.data[0]) /* "== Title ==" */
		title.bytes--;
	write_heading(markup, signs, title);
	return true;
}

/* "Title" over "-----" of about its length: levels by sign. */
static bool take_underlined(struct markup *markup, struct text line)
{
	static const char signs[] = "=-~^+";
	struct text before = markup->rest, rule;

	if (!markup->blank_before || line.bytes < 2 || !(ascii_is_alnum(line.data[0]) || (unsigned char)line.data[0] >= 0xC3) || !markup_next_line(markup, &rule))
		return false;
	size_t longer = size_min(rule.bytes, line.bytes) == line.bytes ? rule.bytes - line.bytes : line.bytes - rule.bytes, i = 0;
	const char *sign = rule.bytes > 1 ? strchr(signs, rule.data[0]) : NULL;
	while (sign && i < rule.bytes && rule.data[i] == *sign)
		i++;
	if (!sign || *sign == '\0' || i < rule.bytes || longer > UNDERLINE_SLACK) {
		markup->rest = before;
		return false;
	}
	write_heading(markup, (unsigned)(sign - signs) + 1, line);
	return true;
}

/* --- lists ----------------------------------------------------------------------------------------------------- */

/* The list that items of this key stand in: an open one, or a new one in the last. */
static size_t list_of(const struct markup *markup, uint32_t key)
{
	for (size_t i = 0; i < markup->list_count; i++)
		if (markup->lists[i].key == key)
			return i;
	return markup->list_count;
}

/* "** ", "- ", ".. ", "1. ", "<1> " */
static bool take_item(struct markup *markup, struct text text)
{
	size_t signs = 0, digits = 0;
	uint32_t number = 1;

	while (signs < text.bytes && text.data[signs] == text.data[0])
		signs++;
	bool bullet = (text.data[0] == '*' && signs <= 6) || (text.data[0] == '-' && signs == 1), counted = text.data[0] == '.' && signs <= 6;
	if ((bullet || counted) && signs + 1 < text.bytes && text.data[signs] == ' ') {
		uint32_t key = (uint32_t)text.data[0] << 8 | (uint32_t)signs;
		size_t list = list_of(markup, key);
		number = counted ? markup_count(markup, list) : 0;
		markup_item(markup, list, key, counted, number);
		markup_add(markup, text_slice(text, signs, text.bytes));
		return true;
	}
	bool callout = text.data[0] == '<';
	while (callout + digits < text.bytes && digits < 6 && ascii_is_digit(text.data[callout + digits])) {
		number = (digits > 0 ? number * 10 : 0) + (uint32_t)(text.data[callout + digits] - '0');
		digits++;
	}
	size_t end = callout + digits;
	if (digits == 0 || end + 1 >= text.bytes || text.data[end] != (callout ? '>' : '.') || text.data[end + 1] != ' ')
		return false;
	markup_item(markup, list_of(markup, (uint32_t)'1' << 8 | callout), (uint32_t)'1' << 8 | callout, true, number);
	markup_add(markup, text_slice(text, end + 1, text.bytes));
	return true;
}

/* "term:: text", "term::" */
static bool take_term(struct markup *markup, struct text text)
{
	ptrdiff_t end = text_find(text, TEXT_LITERAL("::"));

	if (end <= 0 || (size_t)end > TERM_BYTES_MAX)
		return false;
	size_t behind = (size_t)end;
	while (behind < text.bytes && text.data[behind] == ':')
		behind++;
	if (behind < text.bytes && text.data[behind] != ' ')
		return false;
	uint32_t key = (uint32_t)':' << 8 | (uint32_t)(behind - (size_t)end);
	markup_item(markup, list_of(markup, key), key, false, 0);
	struct text term = text_trim(text_slice(text, 0, (size_t)end));
	const char *mark = term.data[0] == '*' || term.data[0] == '`' || term.data[0] == '_' ? "" : "*";
	buffer_append_format(&markup->raw, "%s%.*s%s:", mark, TEXT_ARGS(term), mark);
	markup_add(markup, text_slice(text, behind, text.bytes));
	return true;
}

/* --- lines ----------------------------------------------------------------------------------------------------- */

/* Indented, and nothing that goes on: code, up to the next line at the margin. */
static void take_literal(struct markup *markup, struct text line)
{
	struct text before;

	begin_block(markup);
	buffer_clear(&markup->code);
	do {
		before = markup->rest;
		buffer_append_text(&markup->code, line);
		buffer_append_byte(&markup->code, '\n');
	} while (markup_next_line(markup, &line) && line.bytes > 0 && markup_indent(line) > 0);
	if (line.bytes > 0 && markup_indent(line) == 0)
		markup->rest = before;
	markdown_code(markup->writer, TEXT_LITERAL(""), buffer_view(&markup->code));
}

static void add_text(struct markup *markup, struct text text)
{
	const char *colon = memchr(text.data, ':', text.bytes);
	const char *title = markup->raw.bytes == 0 && colon ? admonition_of(text_slice(text, 0, (size_t)(colon - text.data))) : NULL;
	bool hard = text.bytes > 2 && text.data[text.bytes - 1] == '+' && text.data[text.bytes - 2] == ' ';

	if (markup->raw.bytes == 0 && admonition_of(markup->block_attributes))
		write_admonition(markup);
	if (title) {
		buffer_append_format(&markup->raw, "*%s:*", title);
		text = text_slice(text, (size_t)(colon - text.data) + 1, text.bytes);
	}
	markup_add(markup, hard ? text_slice(text, 0, text.bytes - 2) : text);
	if (hard)
		buffer_append_byte(&markup->raw, '\n');
}

static bool take_block(struct markup *markup, struct text line)
{
	char sign = fence_of(line);

	if (text_equal(line, TEXT_LITERAL("|===")) || text_equal(line, TEXT_LITERAL("!===")) || text_equal(line, TEXT_LITERAL(",==="))) {
		begin_block(markup);
		markup_asciidoc_table(markup, line);
		forget_attributes(markup);
	} else if (text_starts_with(line, TEXT_LITERAL("```"))) {
		begin_block(markup);
		markup_code(markup, text_slice(line, 3, line.bytes), TEXT_LITERAL("```"), false);
	} else if (text_equal(line, TEXT_LITERAL("'''"))) {
		markup_lists_end(markup, 0);
		markdown_rule(markup->writer);
	} else if (sign) {
		take_fence(markup, line, sign);
	} else {
		return false;
	}
	return true;
}

static void take_line(struct markup *markup, struct text line)
{
	struct text text = text_trim(line);

	if (text.bytes == 0) {
		if (admonition_of(markup->block_attributes) == NULL)
			forget_attributes(markup);
		markup_flush(markup);
		return;
	}
	markup->passed_over = says_nothing(markup, line);
	if (markup->passed_over || take_block(markup, line) || take_heading(markup, line) || take_underlined(markup, line) || take_attributes(markup, line))
		return;
	if (text_equal(text, TEXT_LITERAL("+")) && markup->list_count > 0) {
		markup_flush(markup);
		markup->continued = true;
		return;
	}
	if (line.data[0] == '.' && line.bytes > 1 && line.data[1] != '.' && line.data[1] != ' ') { /* the title of what comes */
		begin_block(markup);
		markup_add(markup, text_slice(line, 1, line.bytes));
		markup_flush(markup);
		return;
	}
	if (take_item(markup, text) || take_term(markup, text)) {
		forget_attributes(markup);
		return;
	}
	if (markup->raw.bytes == 0 && markup->blank_before && markup_indent(line) > 0 && markup->list_count == 0) {
		take_literal(markup, line);
		return;
	}
	if (markup->raw.bytes == 0 && markup->blank_before && markup_indent(line) == 0 && !markup->continued)
		markup_lists_end(markup, 0);
	markup->continued = false;
	add_text(markup, text);
}

const struct markup_language markup_asciidoc = {
	.marks = { { "**", MARKUP_STRONG, true }, { "__", MARKUP_EMPHASIS, true }, { "``", MARKUP_CODE, true }, { "##", MARKUP_NOTHING, true },
		   { "`", MARKUP_CODE, false }, { "*", MARKUP_STRONG, false }, { "_", MARKUP_EMPHASIS, false }, { "+", MARKUP_CODE, false },
		   { "#", MARKUP_NOTHING, false }, { "^", MARKUP_SUP, true }, { "~", MARKUP_SUB, true } },
	.special = "*_`#+^~<[{\\&abfhiklmpsx",
	.take = take,
	.line = take_line,
};
