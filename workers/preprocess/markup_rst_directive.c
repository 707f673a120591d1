/* markup_rst_directive.c: what begins with ".. " in reStructuredText: directives, notes, targets, comments; see markup_rst.h. A directive that is not
 * known describes an object by what stands behind it, as those of domains do; its body is read as text. */
#include "workers/preprocess/markup_rst.h"

#include "workers/preprocess/markdown_inline.h"

enum { NAME_BYTES_MAX = 40, LABEL_BYTES_MAX = 80 };

enum kind {
	KIND_OBJECT,   /* its argument is the name of something, line by line */
	KIND_CODE, KIND_ADMONITION, KIND_VERSION, KIND_TITLE, KIND_BODY, KIND_IMAGE, KIND_LIST_TABLE, KIND_CSV_TABLE, KIND_CONTENTS, KIND_MATH, KIND_NOTHING,
};

static const struct { const char *name; enum kind kind; const char *title; } kinds[] = {
	{ "code-block", KIND_CODE, NULL }, { "code", KIND_CODE, NULL }, { "sourcecode", KIND_CODE, NULL }, { "parsed-literal", KIND_CODE, "" },
	{ "productionlist", KIND_CODE, "" }, { "prompt", KIND_CODE, NULL }, { "doctest", KIND_CODE, "python" }, { "testcode", KIND_CODE, "python" },
	{ "testoutput", KIND_CODE, "" }, { "ipython", KIND_CODE, "python" }, { "flat-table", KIND_LIST_TABLE, NULL }, { "list-table", KIND_LIST_TABLE, NULL },
	{ "csv-table", KIND_CSV_TABLE, NULL }, { "note", KIND_ADMONITION, "Note" }, { "warning", KIND_ADMONITION, "Warning" }, { "tip", KIND_ADMONITION, "Tip" },
	{ "hint", KIND_ADMONITION, "Hint" }, { "important", KIND_ADMONITION, "Important" }, { "caution", KIND_ADMONITION, "Caution" },
	{ "attention", KIND_ADMONITION, "Attention" }, { "danger", KIND_ADMONITION, "Danger" }, { "error", KIND_ADMONITION, "Error" },
	{ "seealso", KIND_ADMONITION, "See also" }, { "todo", KIND_ADMONITION, "Todo" }, { "admonition", KIND_ADMONITION, NULL }, { "impl-detail", KIND_BODY, NULL },
	{ "versionadded", KIND_VERSION, "New in version" }, { "versionchanged", KIND_VERSION, "Changed in version" },
	{ "deprecated", KIND_VERSION, "Deprecated since version" }, { "versionremoved", KIND_VERSION, "Removed in version" },
	{ "topic", KIND_TITLE, NULL }, { "sidebar", KIND_TITLE, NULL }, { "rubric", KIND_TITLE, NULL }, { "table", KIND_TITLE, "" }, { "centered", KIND_TITLE, "" },
	{ "figure", KIND_IMAGE, NULL }, { "image", KIND_IMAGE, NULL }, { "kernel-figure", KIND_IMAGE, NULL }, { "kernel-image", KIND_IMAGE, NULL },
	{ "contents", KIND_NOTHING, NULL }, { "toctree", KIND_CONTENTS, NULL }, { "math", KIND_MATH, NULL }, { "epigraph", KIND_BODY, NULL },
	{ "highlights", KIND_BODY, NULL }, { "pull-quote", KIND_BODY, NULL }, { "compound", KIND_BODY, NULL }, { "container", KIND_BODY, NULL },
	{ "only", KIND_BODY, NULL }, { "ifconfig", KIND_BODY, NULL }, { "class", KIND_BODY, NULL }, { "rst-class", KIND_BODY, NULL }, { "hlist", KIND_BODY, NULL },
	{ "glossary", KIND_BODY, NULL }, { "header", KIND_NOTHING, NULL }, { "footer", KIND_NOTHING, NULL }, { "raw", KIND_NOTHING, NULL },
	{ "index", KIND_NOTHING, NULL }, { "highlight", KIND_NOTHING, NULL }, { "meta", KIND_NOTHING, NULL }, { "include", KIND_NOTHING, NULL },
	{ "literalinclude", KIND_NOTHING, NULL }, { "currentmodule", KIND_NOTHING, NULL }, { "module", KIND_NOTHING, NULL }, { "py:module", KIND_NOTHING, NULL },
	{ "py:currentmodule", KIND_NOTHING, NULL }, { "c:namespace", KIND_NOTHING, NULL }, { "program", KIND_NOTHING, NULL }, { "moduleauthor", KIND_NOTHING, NULL },
	{ "sectionauthor", KIND_NOTHING, NULL }, { "codeauthor", KIND_NOTHING, NULL }, { "tabularcolumns", KIND_NOTHING, NULL }, { "role", KIND_NOTHING, NULL },
	{ "default-role", KIND_NOTHING, NULL }, { "default-domain", KIND_NOTHING, NULL }, { "sectnum", KIND_NOTHING, NULL }, { "title", KIND_NOTHING, NULL },
	{ "testsetup", KIND_NOTHING, NULL }, { "testcleanup", KIND_NOTHING, NULL }, { "kernel-doc", KIND_NOTHING, NULL }, { "kernel-include", KIND_NOTHING, NULL },
	{ "autosummary", KIND_NOTHING, NULL }, { "restructuredtext-test-directive", KIND_NOTHING, NULL }, { "target-notes", KIND_NOTHING, NULL },
};

struct directive {
	enum kind kind;
	const char *title;
	struct text argument;       /* on the first line */
	size_t at, options, body, end; /* lines: the directive's, of its options, of its body; behind it */
	size_t indent;              /* of all of these but the first */
};

struct text rst_directive_name(struct text line, struct text *ret_argument)
{
	struct text none = TEXT_LITERAL("");
	ptrdiff_t end = text_find(line, TEXT_LITERAL("::"));

	if (!text_starts_with(line, TEXT_LITERAL(".. ")) || end < 4 || end > NAME_BYTES_MAX)
		return none;
	struct text name = text_trim(text_slice(line, 3, (size_t)end));
	if (name.bytes > 1 && (size_t)end + 2 < line.bytes && line.data[end + 2] != ' ')
		return none;
	for (size_t i = 0; i < name.bytes; i++)
		if (!ascii_is_alnum(name.data[i]) && !strchr("-_:+.", name.data[i]))
			return none;
	*ret_argument = text_trim(text_slice(line, (size_t)end + 2, line.bytes));
	return name;
}

/* --- parts of a directive --------------------------------------------------------------------------------------- */

static bool is_option(struct text line)
{
	const char *colon = line.bytes > 2 && line.data[0] == ':' ? memchr(line.data + 1, ':', line.bytes - 1) : NULL;

	return colon && colon > line.data + 1 && line.data[1] != ' ' && !memchr(line.data, '`', (size_t)(colon - line.data)) &&
	       (colon + 1 == line.data + line.bytes || colon[1] == ' ');
}

/* The value of ":name: value", or empty. */
static struct text option(const struct rst *rst, const struct directive *directive, const char *name)
{
	for (size_t i = directive->options; i < directive->body && !rst_is_blank(rst, i); i++) {
		struct text line = rst_text(rst, i), wanted = text_from(name);
		if (is_option(line) && text_starts_with(text_slice(line, 1, line.bytes), wanted) && line.data[wanted.bytes + 1] == ':')
			return text_trim(text_slice(line, wanted.bytes + 2, line.bytes));
	}
	return TEXT_LITERAL("");
}

static void find_parts(const struct rst *rst, struct directive *directive)
{
	size_t at = directive->at + 1;

	while (at < directive->end && !rst_is_blank(rst, at) && !is_option(rst_text(rst, at))) /* the argument goes on */
		at++;
	directive->options = at;
	while (at < directive->end && !rst_is_blank(rst, at))
		at++;
	directive->body = at;
	directive->indent = rst_least_indent(rst, directive->at + 1, directive->end);
}

/* The body begins on the directive's own line: that is cut. */
static void write_from_argument(struct rst *rst, const struct directive *directive)
{
	struct rst_line *line = rst_line_at(rst, directive->at);
	size_t indent = directive->indent, from = directive->at;

	if (directive->argument.bytes == 0) {
		from = directive->options == from + 1 ? directive->body : from + 1;
	} else {
		line->start = line->end - (uint32_t)directive->argument.bytes;
		line->indent = (uint32_t)(indent > 0 ? indent : line->indent + 1);
		indent = line->indent;
	}
	rst_body(rst, from, directive->end, indent);
	rst_flush_prefix(rst);
}

/* The argument with the lines that it goes on with, in the paragraph at hand. */
static struct text whole_argument(struct rst *rst, const struct directive *directive)
{
	struct buffer *raw = &rst->markup->raw;

	buffer_clear(raw);
	buffer_append_text(raw, directive->argument);
	for (size_t i = directive->at + 1; i < directive->options; i++) {
		buffer_append_byte(raw, ' ');
		buffer_append_text(raw, rst_text(rst, i));
	}
	return text_trim(buffer_view(raw));
}

/* --- kinds ------------------------------------------------------------------------------------------------------ */

static void write_admonition(struct rst *rst, const struct directive *directive)
{
	struct buffer *out = &rst->markup->inline_text;

	markdown_quote_open(rst->markup->writer);
	buffer_clear(out);
	buffer_append_string(out, "**");
	if (directive->title)
		buffer_append_string(out, directive->title);
	else
		markup_inline(rst->markup, whole_argument(rst, directive), 0, out);
	buffer_append_string(out, "**");
	buffer_clear(&rst->markup->raw);
	markdown_paragraph(rst->markup->writer, buffer_view(out));
	if (directive->title)
		write_from_argument(rst, directive);
	else
		rst_body(rst, directive->body, directive->end, directive->indent);
	rst_flush_prefix(rst);
	markdown_quote_close(rst->markup->writer);
}

/* "New in version 3.2": what follows says what is. */
static void write_version(struct rst *rst, struct directive *directive)
{
	ptrdiff_t blank = text_find(directive->argument, TEXT_LITERAL(" "));
	struct text version = blank > 0 ? text_slice(directive->argument, 0, (size_t)blank) : directive->argument;

	buffer_append_format(&rst->prefix, "*%s %.*s*", directive->title, TEXT_ARGS(version));
	directive->argument = text_trim(text_slice(directive->argument, version.bytes, directive->argument.bytes));
	if (directive->argument.bytes == 0 && directive->options > directive->at + 1)
		rst_body(rst, directive->at + 1, directive->end, directive->indent);
	else
		write_from_argument(rst, directive);
	rst_flush_prefix(rst);
}

/* Each line of the argument is a name; what is said of it follows. */
static void write_object(struct rst *rst, const struct directive *directive)
{
	struct buffer *out = &rst->markup->inline_text;

	for (size_t i = directive->at; i < directive->options; i++) {
		struct text name = i == directive->at ? directive->argument : rst_text(rst, i);
		if (name.bytes == 0)
			continue;
		buffer_clear(out);
		buffer_append_string(out, "**");
		markdown_append_code_span(out, name);
		buffer_append_string(out, "**");
		markdown_paragraph(rst->markup->writer, buffer_view(out));
	}
	rst_body(rst, directive->body, directive->end, directive->indent);
}

static void write_title(struct rst *rst, const struct directive *directive)
{
	struct buffer *out = &rst->markup->inline_text;
	const char *mark = directive->title ? "" : "**";

	if (whole_argument(rst, directive).bytes > 0) {
		buffer_clear(out);
		buffer_append_string(out, mark);
		markup_inline(rst->markup, buffer_view(&rst->markup->raw), 0, out);
		buffer_append_string(out, mark);
		markdown_paragraph(rst->markup->writer, buffer_view(out));
	}
	buffer_clear(&rst->markup->raw);
	rst_body(rst, directive->body, directive->end, directive->indent);
}

static void write_image(struct rst *rst, const struct directive *directive)
{
	struct buffer *out = &rst->markup->inline_text;

	buffer_clear(out);
	markdown_append_image(out, option(rst, directive, "alt"), directive->argument);
	markdown_paragraph(rst->markup->writer, buffer_view(out));
	rst_body(rst, directive->body, directive->end, directive->indent);
}

/* Pages, one a line: by their titles where they are given. */
static void write_contents(struct rst *rst, const struct directive *directive)
{
	struct markdown_writer *writer = rst->markup->writer;

	markdown_list_open(writer, false);
	for (size_t i = directive->body; i < directive->end; i++) {
		struct text page = rst_is_blank(rst, i) ? TEXT_LITERAL("") : rst_text(rst, i);
		const char *open = page.bytes > 0 && page.data[page.bytes - 1] == '>' ? memchr(page.data, '<', page.bytes) : NULL;
		if (page.bytes == 0)
			continue;
		markdown_item_open(writer, 0);
		rst_paragraph(rst, open ? text_slice(page, 0, (size_t)(open - page.data)) : page);
		markdown_item_close(writer);
	}
	markdown_list_close(writer);
}

/* TeX, as it is written. */
static void write_math(struct rst *rst, const struct directive *directive)
{
	struct buffer *out = &rst->markup->inline_text;

	buffer_clear(out);
	buffer_append_string(out, "$$");
	buffer_append_text(out, whole_argument(rst, directive));
	for (size_t i = directive->body; i < directive->end; i++) {
		if (rst_is_blank(rst, i))
			continue;
		if (out->bytes > 2)
			buffer_append_byte(out, ' ');
		buffer_append_text(out, rst_text(rst, i));
	}
	buffer_append_string(out, "$$");
	buffer_clear(&rst->markup->raw);
	if (out->bytes > 4)
		markdown_paragraph(rst->markup->writer, buffer_view(out));
}

static void write_table(struct rst *rst, const struct directive *directive)
{
	struct text delimiter = option(rst, directive, "delim");

	if (whole_argument(rst, directive).bytes > 0)
		rst_paragraph(rst, buffer_view(&rst->markup->raw));
	buffer_clear(&rst->markup->raw);
	if (directive->kind == KIND_LIST_TABLE)
		rst_list_table(rst, directive->body, directive->end);
	else
		rst_csv_table(rst, option(rst, directive, "header"),
			      text_equal(delimiter, TEXT_LITERAL("tab")) ? '\t' : delimiter.bytes == 1 ? delimiter.data[0] : ',', directive->body, directive->end);
}

static void write_code(struct rst *rst, const struct directive *directive)
{
	bool at_once = directive->argument.bytes == 0 && directive->options > directive->at + 1; /* without a blank line before the code */

	rst_code(rst, directive->title ? text_from(directive->title) : directive->argument, at_once ? directive->at + 1 : directive->body, directive->end);
}

static void write_directive(struct rst *rst, struct directive *directive)
{
	rst_flush_prefix(rst);
	find_parts(rst, directive);
	switch (directive->kind) {
	case KIND_OBJECT: write_object(rst, directive); break;
	case KIND_CODE: write_code(rst, directive); break;
	case KIND_ADMONITION: write_admonition(rst, directive); break;
	case KIND_VERSION: write_version(rst, directive); break;
	case KIND_TITLE: write_title(rst, directive); break;
	case KIND_BODY: rst_body(rst, directive->body, directive->end, directive->indent); break;
	case KIND_IMAGE: write_image(rst, directive); break;
	case KIND_LIST_TABLE: case KIND_CSV_TABLE: write_table(rst, directive); break;
	case KIND_CONTENTS: write_contents(rst, directive); break;
	case KIND_MATH: write_math(rst, directive); break;
	case KIND_NOTHING: break;
	}
	rst_flush_prefix(rst);
}

/* --- notes ------------------------------------------------------------------------------------------------------ */

/* ".. [1] text": to the end of the document; ".. [Name2002] text": a paragraph. False: it is none. */
static bool take_note(struct rst *rst, size_t at, size_t end, struct text line)
{
	struct markup *markup = rst->markup;
	const char *close = line.bytes > 5 && line.data[3] == '[' ? memchr(line.data, ']', size_min(line.bytes, LABEL_BYTES_MAX)) : NULL;
	char label[LABEL_BYTES_MAX] = "";

	if (!close)
		return false;
	struct text name = text_slice(line, 4, (size_t)(close - line.data));
	bool numbered = rst_note_label(rst, name, false, label, sizeof(label));
	if (label[0] == '\0')
		return false;
	rst_flush_prefix(rst);
	buffer_clear(&markup->raw);
	buffer_append_text(&markup->raw, text_trim(text_slice(line, name.bytes + 5, line.bytes)));
	for (size_t i = at + 1; i < end; i++)
		if (!rst_is_blank(rst, i))
			markup_add(markup, rst_text(rst, i));
	struct buffer *out = numbered ? &markup->notes : &markup->inline_text;
	if (!numbered)
		buffer_clear(out);
	buffer_append_format(out, numbered ? "[^%s]: " : "\\[%s] ", label);
	markup_inline(markup, buffer_view(&markup->raw), 0, out);
	if (numbered)
		buffer_append_byte(out, '\n');
	else
		markdown_paragraph(markup->writer, buffer_view(out));
	buffer_clear(&markup->raw);
	return true;
}

size_t rst_take_explicit(struct rst *rst, size_t at, size_t to, size_t indent)
{
	struct directive directive = { .kind = KIND_OBJECT, .at = at };
	struct text line = rst_text(rst, at), name;

	if (!text_starts_with(line, TEXT_LITERAL(".. ")) && !text_equal(line, TEXT_LITERAL("..")))
		return at;
	if (line.bytes == 2 && (at + 1 >= to || rst_is_blank(rst, at + 1)))
		return at + 1;
	directive.end = rst_block_end(rst, at + 1, to, indent);
	name = rst_directive_name(line, &directive.argument);
	if (line.bytes > 3 && line.data[3] == '[' && take_note(rst, at, directive.end, line))
		return directive.end;
	if (name.bytes == 0) /* a target, a substitution, a comment */
		return directive.end;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!text_equal_nocase(name, text_from(kinds[i].name)))
			continue;
		directive.kind = kinds[i].kind;
		directive.title = kinds[i].title;
	}
	write_directive(rst, &directive);
	return directive.end;
}
