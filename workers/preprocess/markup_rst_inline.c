#define _GNU_SOURCE
/* markup_rst_inline.c: what stands in running text of reStructuredText: roles, links, notes, substitutions; see markup_rst.h. Names that a text defines are
 * collected once and sorted. */
#include "workers/preprocess/markup_rst.h"

#include "workers/preprocess/markdown_inline.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROLE_BYTES_MAX = 40, NOTE_BYTES_MAX = 60 };

/* --- names ----------------------------------------------------------------------------------------------------- */

/* Lower case, blanks collapsed. Names that are too long are cut: they are the same for all that asks. */
static size_t normalise(struct text name, char *out)
{
	size_t bytes = 0;

	for (size_t i = 0; i < name.bytes && bytes < RST_NAME_BYTES_MAX; i++) {
		bool space = ascii_is_space(name.data[i]);
		if (name.data[i] == '`' || name.data[i] == '\\' || (space && (bytes == 0 || out[bytes - 1] == ' ')))
			continue;
		out[bytes++] = space ? ' ' : ascii_lower(name.data[i]);
	}
	return bytes;
}

static struct text name_of(const struct rst *rst, const struct rst_name *name)
{
	return (struct text){ rst->name_text.data + name->name, name->name_bytes };
}

static struct text value_of(const struct rst *rst, const struct rst_name *name)
{
	return (struct text){ rst->name_text.data + name->value, name->value_bytes };
}

static void add_name(struct rst *rst, struct text name, struct text value, bool substitution)
{
	char normal[RST_NAME_BYTES_MAX];
	size_t bytes = normalise(name, normal);
	struct rst_name entry = { (uint32_t)rst->name_text.bytes, (uint32_t)bytes, (uint32_t)(rst->name_text.bytes + bytes), (uint32_t)value.bytes, substitution };

	buffer_append(&rst->name_text, normal, bytes);
	buffer_append_text(&rst->name_text, value);
	buffer_append(&rst->names, &entry, sizeof(entry));
}

static int compare_names(const void *a, const void *b, void *context)
{
	const struct rst_name *one = a, *two = b;

	if (one->substitution != two->substitution)
		return (int)one->substitution - (int)two->substitution;
	int order = text_compare(name_of(context, one), name_of(context, two));
	return order ? order : one->name < two->name ? -1 : one->name > two->name;
}

static const struct rst_name *find_name(const struct rst *rst, struct text name, bool substitution)
{
	char normal[RST_NAME_BYTES_MAX];
	struct text wanted = { normal, normalise(name, normal) };
	const struct rst_name *names = (const struct rst_name *)(const void *)rst->names.data;
	size_t low = 0, high = rst->names.bytes / sizeof(*names);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = (int)names[middle].substitution - (int)substitution;
		order = order ? order : text_compare(name_of(rst, &names[middle]), wanted);
		if (order == 0)
			return &names[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ".. _name: address", which may stand on the next line. */
static void add_target(struct rst *rst, size_t at, struct text line)
{
	size_t close = 4;
	bool quoted = line.bytes > 4 && line.data[4] == '`';

	for (size_t i = 4 + quoted; close == 4 && i < line.bytes; i++)
		if (line.data[i] == ':' && (i + 1 == line.bytes || line.data[i + 1] == ' ') && (!quoted || line.data[i - 1] == '`') && line.data[i - 1] != '\\')
			close = i;
	if (close == 4)
		return;
	struct text value = text_trim(text_slice(line, close + 1, line.bytes));
	if (value.bytes == 0 && !rst_is_blank(rst, at + 1) && rst_line_at(rst, at + 1)->indent > rst_line_at(rst, at)->indent)
		value = rst_text(rst, at + 1);
	add_name(rst, text_slice(line, 4, close), markup_is_address(value) ? value : TEXT_LITERAL(""), false);
}

/* ".. |name| replace:: text" and the lines below that go on with it. Others than "replace", "unicode" and "image" stand for nothing that is known. */
static void add_substitution(struct rst *rst, size_t at, struct text line)
{
	struct text rest = text_slice(line, 4, line.bytes);
	const char *close = memchr(rest.data, '|', rest.bytes);

	if (!close)
		return;
	struct text name = text_slice(rest, 0, (size_t)(close - rest.data)), behind = text_slice(rest, name.bytes + 1, rest.bytes);
	ptrdiff_t colons = text_find(behind, TEXT_LITERAL("::"));
	if (colons < 0)
		return;
	struct text kind = text_trim(text_slice(behind, 0, (size_t)colons));
	struct text argument = text_trim(text_slice(behind, (size_t)colons + 2, behind.bytes));
	struct buffer *raw = &rst->raw;
	buffer_clear(raw);
	if (text_equal(kind, TEXT_LITERAL("image")))
		buffer_append_format(raw, "![%.*s](%.*s)", TEXT_ARGS(name), TEXT_ARGS(argument));
	else if (text_equal(kind, TEXT_LITERAL("replace")) || text_equal(kind, TEXT_LITERAL("unicode")))
		buffer_append_text(raw, argument);
	for (size_t i = at + 1; text_equal(kind, TEXT_LITERAL("replace")) && !rst_is_blank(rst, i) && rst_line_at(rst, i)->indent > rst_line_at(rst, at)->indent; i++) {
		buffer_append_byte(raw, ' ');
		buffer_append_text(raw, rst_text(rst, i));
	}
	if (raw->bytes > 0)
		add_name(rst, name, buffer_view(raw), true);
}

void rst_find_names(struct rst *rst)
{
	for (size_t at = 0; at < rst->count; at++) {
		struct text line = rst_text(rst, at);
		if (line.bytes < 6 || !text_starts_with(line, TEXT_LITERAL(".. ")))
			continue;
		if (line.data[3] == '_' && line.data[4] != '_')
			add_target(rst, at, line);
		else if (line.data[3] == '|')
			add_substitution(rst, at, line);
	}
	if (rst->names.status == 0 && rst->names.bytes > 0)
		qsort_r(rst->names.data, rst->names.bytes / sizeof(struct rst_name), sizeof(struct rst_name), compare_names, rst);
}

/* --- roles ----------------------------------------------------------------------------------------------------- */

/* ":c:func:`" at `at`: bytes of the role without the tick, else 0. */
static size_t role_bytes(struct text text, size_t at)
{
	size_t i = at + 1;

	while (i < text.bytes && i - at < ROLE_BYTES_MAX && (ascii_is_alnum(text.data[i]) || strchr("-_:+.", text.data[i])))
		i++;
	return i < text.bytes && text.data[i] == '`' && text.data[i - 1] == ':' && i > at + 2 ? i - at : 0;
}

static bool is_one_of(struct text word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(word, text_from(words[i])))
			return true;
	return false;
}

/* "title <target>": the title; *ret_target is empty when there is none. */
static struct text split_reference(struct text inside, struct text *ret_target)
{
	*ret_target = TEXT_LITERAL("");
	if (inside.bytes < 3 || inside.data[inside.bytes - 1] != '>')
		return inside;
	size_t open = inside.bytes - 1;
	while (open > 0 && inside.data[open] != '<')
		open--;
	if (inside.data[open] != '<')
		return inside;
	*ret_target = text_slice(inside, open + 1, inside.bytes - 1);
	struct text title = text_trim(text_slice(inside, 0, open));
	return title.bytes > 0 ? title : *ret_target;
}

/* "LIFO (last in, first out)" is shown as "LIFO". */
static struct text before_parenthesis(struct text inside)
{
	ptrdiff_t open = text_find(inside, TEXT_LITERAL(" ("));
	return open > 0 ? text_slice(inside, 0, (size_t)open) : inside;
}

static void append_code_role(struct text role, struct text inside, struct buffer *out)
{
	static const char *const calls[] = { "func", "meth", "c:func", "py:func", "py:meth", "cpp:func", "js:func" };
	struct text target, title = split_reference(inside, &target);
	struct buffer code;

	buffer_init(&code, out->bytes_max);
	if (title.bytes > 1 && title.data[0] == '~' && target.bytes == 0) {
		size_t last = title.bytes;
		while (last > 1 && title.data[last - 1] != '.')
			last--;
		title = text_slice(title, last, title.bytes);
	} else if (title.bytes > 1 && (title.data[0] == '!' || title.data[0] == '~')) {
		title = text_slice(title, 1, title.bytes);
	}
	buffer_append_text(&code, title);
	if (is_one_of(role, calls, COUNT_OF(calls)) && target.bytes == 0 && title.bytes > 0 && title.data[title.bytes - 1] != ')')
		buffer_append_string(&code, "()");
	markdown_append_code_span(out, buffer_view(&code));
	buffer_done(&code);
}

static void append_role(struct markup *markup, struct text role, struct text inside, unsigned depth, struct buffer *out)
{
	static const char *const prose[] = { "ref", "doc", "term", "title", "emphasis", "strong", "guilabel", "menuselection", "dfn", "abbr", "download", "any",
					     "numref", "title-reference", "t", "index", "std:ref", "std:doc", "std:term", "rst:dir", "eq", "cite" };
	struct text target, title = split_reference(inside, &target);

	if (text_equal(role, TEXT_LITERAL("sub")) || text_equal(role, TEXT_LITERAL("sup")) || text_equal(role, TEXT_LITERAL("subscript")) ||
	    text_equal(role, TEXT_LITERAL("superscript"))) {
		const char *mark = role.data[2] == 'b' ? "sub" : "sup";
		buffer_append_format(out, "<%s>", mark);
		markdown_append_escaped(out, inside);
		buffer_append_format(out, "</%s>", mark);
	} else if (text_equal(role, TEXT_LITERAL("math"))) {
		buffer_append_format(out, "$%.*s$", TEXT_ARGS(inside));
	} else if (text_equal(role, TEXT_LITERAL("pep")) || text_equal(role, TEXT_LITERAL("rfc"))) {
		if (target.bytes == 0)
			buffer_append_string(out, role.data[0] == 'p' ? "PEP " : "RFC ");
		markdown_append_escaped(out, title);
	} else if (text_equal(role, TEXT_LITERAL("abbr"))) {
		markdown_append_escaped(out, before_parenthesis(inside));
	} else if (is_one_of(role, prose, COUNT_OF(prose))) {
		markup_inline(markup, title.bytes > 1 && (title.data[0] == '!' || title.data[0] == '~') ? text_slice(title, 1, title.bytes) : title, depth + 1, out);
	} else {
		append_code_role(role, inside, out);
	}
}

/* --- links and notes ------------------------------------------------------------------------------------------- */

static void append_link(struct markup *markup, struct text inside, unsigned depth, struct buffer *out)
{
	struct text target, title = split_reference(inside, &target);
	const struct rst_name *name = target.bytes == 0 ? find_name(markup->rst, inside, false) : NULL;

	if (target.bytes > 1 && target.data[target.bytes - 1] == '_') /* the name of a target */
		name = find_name(markup->rst, text_slice(target, 0, target.bytes - 1), false);
	if (name)
		target = value_of(markup->rst, name);
	if (markup_is_address(target))
		markup_link(markup, target, title, depth, out);
	else
		markup_inline(markup, title, depth + 1, out);
}

/* "`text`", "`text`_", "`text`:role:", ":role:`text`" */
static size_t take_ticks(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	size_t role = text.data[at] == ':' ? role_bytes(text, at) : 0, tick = at + role;

	if (text.data[tick] != '`' || (role == 0 && text.data[at] == ':') || (at > 0 && ascii_is_alnum(text.data[at - 1])))
		return 0;
	struct text rest = markup_window(text, tick + 1);
	const char *close = rest.bytes > 0 && rest.data[0] != '`' && rest.data[0] != ' ' ? memchr(rest.data, '`', rest.bytes) : NULL;
	while (close && close[-1] == '\\')
		close = memchr(close + 1, '`', rest.bytes - (size_t)(close + 1 - rest.data));
	if (!close)
		return 0;
	struct text inside = text_slice(rest, 0, (size_t)(close - rest.data)), behind = text_slice(rest, inside.bytes + 1, rest.bytes);
	size_t used = role + inside.bytes + 2;
	if (role > 0) {
		append_role(markup, text_slice(text, at + 1, tick - 1), inside, depth, out);
	} else if (behind.bytes > 0 && behind.data[0] == '_') {
		append_link(markup, inside, depth, out);
		used += behind.bytes > 1 && behind.data[1] == '_' ? 2 : 1;
	} else {
		markdown_append_code_span(out, inside);
	}
	return used;
}

bool rst_note_label(struct rst *rst, struct text name, bool in_text, char *ret_label, size_t label_bytes)
{
	bool automatic = text_equal(name, TEXT_LITERAL("#")), star = text_equal(name, TEXT_LITERAL("*"));
	unsigned *count = in_text ? &rst->automatic_marks : &rst->automatic_notes;

	for (size_t i = 0; i < name.bytes; i++) {
		bool of_name = ascii_is_word(name.data[i]) || (name.data[i] && strchr("-.:+", name.data[i]));
		bool first = i == 0 && (name.data[0] == '#' || star);
		if (!first && (ascii_is_digit(name.data[0]) ? !ascii_is_digit(name.data[i]) : !of_name))
			return false;
	}
	if (name.bytes == 0 || name.bytes > NOTE_BYTES_MAX)
		return false;
	if (automatic || star)
		snprintf(ret_label, label_bytes, "%s%u", star ? "s" : "", ++*count);
	else
		snprintf(ret_label, label_bytes, "%.*s", (int)name.bytes - (name.data[0] == '#'), name.data + (name.data[0] == '#'));
	return ascii_is_digit(name.data[0]) || name.data[0] == '#' || star;
}

/* "[1]_", "[#name]_", "[Name2002]_" */
static size_t take_note(struct markup *markup, struct text text, size_t at, struct buffer *out)
{
	struct text rest = text_slice(text, at + 1, size_min(text.bytes, at + NOTE_BYTES_MAX + 4));
	const char *close = memchr(rest.data, ']', rest.bytes);
	char label[NOTE_BYTES_MAX + 8] = "";

	if (!close || close == rest.data || close + 1 == rest.data + rest.bytes || close[1] != '_')
		return 0;
	struct text name = text_slice(rest, 0, (size_t)(close - rest.data)), behind = text_slice(rest, name.bytes + 2, rest.bytes);
	if (behind.bytes > 0 && (ascii_is_word(behind.data[0]) || behind.data[0] == '['))
		return 0;
	bool numbered = rst_note_label(markup->rst, name, true, label, sizeof(label));
	if (label[0] == '\0')
		return 0;
	if (numbered)
		buffer_append_format(out, "[^%s]", label);
	else
		buffer_append_format(out, "\\[%s]", label);
	return name.bytes + 3;
}

/* "|name|" */
static size_t take_substitution(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	struct text rest = text_slice(text, at + 1, size_min(text.bytes, at + RST_NAME_BYTES_MAX));
	const char *close = rest.bytes > 0 && rest.data[0] != ' ' ? memchr(rest.data, '|', rest.bytes) : NULL;
	const struct rst_name *name = close ? find_name(markup->rst, text_slice(rest, 0, (size_t)(close - rest.data)), true) : NULL;

	if (!name)
		return 0;
	struct text value = value_of(markup->rst, name);
	size_t used = (size_t)(close - rest.data) + 2;
	markup->expanded_bytes += value.bytes;
	if (depth >= MARKUP_INLINE_DEPTH_MAX || markup->expanded_bytes > RST_EXPANDED_BYTES_MAX)
		return 0;
	if (text_starts_with(value, TEXT_LITERAL("![")))
		buffer_append_text(out, value);
	else
		markup_inline(markup, value, depth + 1, out);
	while (used < text.bytes - at && text.data[at + used] == '_')
		used++;
	return used;
}

/* "name_" of a target that the text has: at the "_". What stands before it is written already. */
static size_t take_simple_link(const struct markup *markup, struct text text, size_t at)
{
	size_t start = at;

	while (start > 0 && at - start < RST_NAME_BYTES_MAX && (ascii_is_word(text.data[start - 1]) || strchr("-.", text.data[start - 1])))
		start--;
	bool ends = at + 1 == text.bytes || !(ascii_is_word(text.data[at + 1]) || strchr("-/", text.data[at + 1]));
	return start < at && ends && find_name(markup->rst, text_slice(text, start, at), false) ? 1 : 0;
}

static size_t take(struct markup *markup, struct text text, size_t at, unsigned depth, struct buffer *out)
{
	char before = at > 0 ? text.data[at - 1] : ' ', after = at + 1 < text.bytes ? text.data[at + 1] : ' ';

	switch (text.data[at]) {
	case '\\':
		if (after != ' ' && at + 1 < text.bytes && (unsigned char)after < 0x80)
			markdown_append_escaped(out, text_slice(text, at + 1, at + 2));
		return at + 1 < text.bytes ? ((unsigned char)after < 0x80 ? 2 : 1) : 1;
	case '`': return after == '`' ? 0 : take_ticks(markup, text, at, depth, out);
	case ':': return take_ticks(markup, text, at, depth, out);
	case '[': return take_note(markup, text, at, out);
	case '|': return take_substitution(markup, text, at, depth, out);
	case '_':
		if (after == '`' && !ascii_is_word(before)) /* "_`a place`" */
			return 1;
		return take_simple_link(markup, text, at);
	case '*': /* quoted, it means itself: "*" */
		if (strchr("\"'(<[{", before) && before != '\0' && strchr("\"')>]}", after) && after != '\0') {
			markdown_append_escaped(out, text_slice(text, at, at + 1));
			return 1;
		}
		return 0;
	default: return 0;
	}
}

const struct markup_language markup_rst = {
	.marks = { { "``", MARKUP_CODE, false }, { "**", MARKUP_STRONG, false }, { "*", MARKUP_EMPHASIS, false } },
	.special = "`*:|[\\_",
	.take = take,
};
