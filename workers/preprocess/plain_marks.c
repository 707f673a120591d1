#define _GNU_SOURCE
#include "workers/preprocess/plain_marks.h"

#include "base/check.h"

enum {
	HEAD_BYTES = 64 * 1024,   /* looked at for directives */
	DIRECTIVES_MIN = 2,
	NAME_BYTES_MAX = 40,
	LEVELS_MAX = 8,           /* bodies in bodies that are moved to the left; deeper ones stay */
	TAB_COLUMNS = 8,
};

struct moved_body {
	size_t indent; /* of the directive, as written */
	size_t shift;  /* columns that its body moves to the left; 0: its first line has not come */
};

struct marks {
	struct buffer *out;
	struct moved_body bodies[LEVELS_MAX];
	size_t body_count;
	bool literal;          /* in a literal block … */
	size_t literal_indent; /* … whose lines are indented by more than this */
	bool comment;          /* in a comment, whose lines are indented by more than literal_indent */
	bool glue;             /* "**Note:**" was written: the next line goes on with it */
	bool rows;             /* in a table that is written as a list of lists … */
	size_t cells, row_count; /* … in its row at hand, and rows before it */
	struct buffer row;
	bool options;          /* directly under a directive: ":name: value" belongs to it */
	unsigned number;       /* of the last "#." item */
	size_t number_indent;
};

enum directive { DIRECTIVE_NONE, DIRECTIVE_CODE, DIRECTIVE_NOTE, DIRECTIVE_OBJECT, DIRECTIVE_TEXT, DIRECTIVE_ROWS, DIRECTIVE_NOTHING };

static const struct { const char *name; enum directive kind; const char *title; } directives[] = {
	{ "code-block", DIRECTIVE_CODE, NULL }, { "code", DIRECTIVE_CODE, NULL }, { "sourcecode", DIRECTIVE_CODE, NULL },
	{ "parsed-literal", DIRECTIVE_CODE, NULL }, { "productionlist", DIRECTIVE_CODE, NULL }, { "note", DIRECTIVE_NOTE, "Note" },
	{ "warning", DIRECTIVE_NOTE, "Warning" }, { "tip", DIRECTIVE_NOTE, "Tip" }, { "hint", DIRECTIVE_NOTE, "Hint" },
	{ "important", DIRECTIVE_NOTE, "Important" }, { "caution", DIRECTIVE_NOTE, "Caution" }, { "attention", DIRECTIVE_NOTE, "Attention" },
	{ "danger", DIRECTIVE_NOTE, "Danger" }, { "error", DIRECTIVE_NOTE, "Error" }, { "seealso", DIRECTIVE_NOTE, "See also" },
	{ "versionadded", DIRECTIVE_NOTE, "New in version" }, { "versionchanged", DIRECTIVE_NOTE, "Changed in version" },
	{ "deprecated", DIRECTIVE_NOTE, "Deprecated since version" }, { "function", DIRECTIVE_OBJECT, NULL }, { "class", DIRECTIVE_OBJECT, NULL },
	{ "method", DIRECTIVE_OBJECT, NULL }, { "attribute", DIRECTIVE_OBJECT, NULL }, { "data", DIRECTIVE_OBJECT, NULL },
	{ "exception", DIRECTIVE_OBJECT, NULL }, { "option", DIRECTIVE_OBJECT, NULL }, { "envvar", DIRECTIVE_OBJECT, NULL },
	{ "c:function", DIRECTIVE_OBJECT, NULL }, { "c:type", DIRECTIVE_OBJECT, NULL }, { "c:macro", DIRECTIVE_OBJECT, NULL },
	{ "c:struct", DIRECTIVE_OBJECT, NULL }, { "py:function", DIRECTIVE_OBJECT, NULL }, { "py:class", DIRECTIVE_OBJECT, NULL },
	{ "py:method", DIRECTIVE_OBJECT, NULL }, { "admonition", DIRECTIVE_TEXT, NULL }, { "figure", DIRECTIVE_TEXT, NULL }, { "image", DIRECTIVE_TEXT, NULL },
	{ "topic", DIRECTIVE_TEXT, NULL }, { "sidebar", DIRECTIVE_TEXT, NULL }, { "rubric", DIRECTIVE_TEXT, NULL }, { "table", DIRECTIVE_TEXT, NULL },
	{ "list-table", DIRECTIVE_ROWS, NULL }, { "contents", DIRECTIVE_TEXT, NULL }, { "toctree", DIRECTIVE_TEXT, NULL },
	{ "epigraph", DIRECTIVE_TEXT, NULL }, { "container", DIRECTIVE_TEXT, NULL }, { "only", DIRECTIVE_TEXT, NULL }, { "raw", DIRECTIVE_NOTHING, NULL },
	{ "index", DIRECTIVE_NOTHING, NULL }, { "highlight", DIRECTIVE_NOTHING, NULL }, { "meta", DIRECTIVE_NOTHING, NULL },
};

/* ".. name:: argument"; an empty name when it is none. */
static struct text directive_name(struct text line, struct text *ret_argument)
{
	struct text none = TEXT_LITERAL("");
	ptrdiff_t end = text_find(line, TEXT_LITERAL("::"));

	if (!text_starts_with(line, TEXT_LITERAL(".. ")) || end < 4 || end > NAME_BYTES_MAX)
		return none;
	struct text name = text_trim(text_slice(line, 3, (size_t)end));
	for (size_t i = 0; i < name.bytes; i++)
		if (!ascii_is_alnum(name.data[i]) && !strchr("-_:+.", name.data[i]))
			return none;
	*ret_argument = text_trim(text_slice(line, (size_t)end + 2, line.bytes));
	return name;
}

static bool is_label(struct text line)
{
	return text_starts_with(line, TEXT_LITERAL(".. _")) && line.data[line.bytes - 1] == ':' && !memchr(line.data + 4, ' ', line.bytes - 4);
}

/* ".. words": nobody sees them who reads the document. Notes ("[1]"), targets ("_x:"), substitutions ("|x|") and directives are none. */
static bool is_comment(struct text line)
{
	struct text argument;

	if (!text_starts_with(line, TEXT_LITERAL(".. ")) && !text_equal(line, TEXT_LITERAL("..")))
		return false;
	return line.bytes == 2 || (!strchr("[_|", line.data[3]) && directive_name(line, &argument).bytes == 0);
}

bool plain_marks_found(struct text text, struct text name)
{
	struct text rest = text_slice(text, 0, size_min(text.bytes, HEAD_BYTES)), line, argument;
	size_t found = 0;

	if (text_ends_with_nocase(name, TEXT_LITERAL(".rst")) || text_ends_with_nocase(name, TEXT_LITERAL(".rst.txt")))
		return true;
	while (found < DIRECTIVES_MIN && text_next_line(&rest, &line)) {
		line = text_trim(line);
		found += line.bytes > 4 && (is_label(line) || directive_name(line, &argument).bytes > 0);
	}
	return found >= DIRECTIVES_MIN;
}

/* --- inline ---------------------------------------------------------------------------------------------------- */

/* ":c:func:`" at `at`: bytes of the role without the tick, else 0. */
static size_t role_bytes(struct text line, size_t at)
{
	size_t i = at + 1;

	while (i < line.bytes && i - at < NAME_BYTES_MAX && (ascii_is_alnum(line.data[i]) || strchr("-_:+.", line.data[i])))
		i++;
	return i < line.bytes && line.data[i] == '`' && line.data[i - 1] == ':' && i > at + 2 ? i - at : 0;
}

static bool names_code(struct text role)
{
	static const char *const prose[] = { ":ref:", ":doc:", ":term:", ":sup:", ":sub:", ":title:", ":emphasis:", ":strong:", ":pep:", ":rfc:", ":math:",
					     ":std:", ":guilabel:", ":menuselection:", ":dfn:", ":abbr:", ":download:" };

	for (size_t i = 0; i < COUNT_OF(prose); i++)
		if (text_starts_with(role, text_from(prose[i])))
			return false;
	return true;
}

/* What stands between the ticks of a role or link: "title <target>" is its title, and the target too where it is an address. */
static void append_reference(struct buffer *out, struct text inside, bool code)
{
	const char *open = inside.bytes > 2 && inside.data[inside.bytes - 1] == '>' ? memrchr(inside.data, '<', inside.bytes) : NULL;
	struct text title = inside;

	if (open && open > inside.data) {
		struct text target = text_slice(inside, (size_t)(open + 1 - inside.data), inside.bytes - 1);
		title = text_trim(text_slice(inside, 0, (size_t)(open - inside.data)));
		bool address = text_find(target, TEXT_LITERAL("://")) >= 0;
		if (address && !memchr(title.data, ']', title.bytes) && !memchr(target.data, ' ', target.bytes))
			buffer_append_format(out, "[%.*s](%.*s)", TEXT_ARGS(title), TEXT_ARGS(target)); /* plain_inline.c knows this */
		else
			buffer_append_text(out, title);
		return;
	}
	if (title.bytes > 1 && (title.data[0] == '~' || title.data[0] == '!'))
		title = text_slice(title, 1, title.bytes);
	if (code)
		buffer_append_string(out, "``");
	buffer_append_text(out, title);
	if (code)
		buffer_append_string(out, "``");
}

/* Roles and links become their text; "``code``" is passed over; a blank that only parts marks goes. */
static void append_inline_marks(struct buffer *out, struct text line)
{
	for (size_t i = 0; i < line.bytes;) {
		size_t plain = i;
		while (plain < line.bytes && line.data[plain] != '`' && line.data[plain] != ':' && line.data[plain] != '\\')
			plain++;
		buffer_append(out, line.data + i, plain - i);
		i = plain;
		if (i == line.bytes)
			break;
		if (line.data[i] == '\\' && i + 1 < line.bytes && line.data[i + 1] == ' ') {
			i += 2;
			continue;
		}
		size_t role = line.data[i] == ':' && (i == 0 || !ascii_is_alnum(line.data[i - 1])) ? role_bytes(line, i) : 0;
		if (line.data[i] != '`' && role == 0) {
			buffer_append_byte(out, line.data[i++]);
			continue;
		}
		size_t tick = i + role, ticks = 1;
		while (tick + ticks < line.bytes && line.data[tick + ticks] == '`')
			ticks++;
		struct text behind = text_slice(line, tick + ticks, line.bytes), marks = text_slice(line, tick, tick + ticks);
		ptrdiff_t inside = text_find(behind, marks);
		if (ticks > 2 || inside <= 0) {
			buffer_append(out, line.data + i, tick + ticks - i);
			i = tick + ticks;
			continue;
		}
		size_t end = tick + ticks + (size_t)inside + ticks;
		bool link = end < line.bytes && line.data[end] == '_';
		if (ticks == 1 && (role > 0 || link)) {
			struct text kind = text_slice(line, i, tick);
			if (text_equal(kind, TEXT_LITERAL(":pep:")) || text_equal(kind, TEXT_LITERAL(":rfc:")))
				buffer_append_string(out, kind.data[1] == 'p' ? "PEP " : "RFC ");
			append_reference(out, text_slice(behind, 0, (size_t)inside), role > 0 && names_code(kind));
			while (link && end < line.bytes && line.data[end] == '_')
				end++;
		} else {
			buffer_append(out, line.data + i, end - i);
		}
		i = end;
	}
}

/* --- lines ----------------------------------------------------------------------------------------------------- */

static void put_line(struct marks *marks, size_t indent, struct text line)
{
	buffer_append_repeat(marks->out, ' ', indent);
	append_inline_marks(marks->out, line);
	buffer_append_byte(marks->out, '\n');
}

static void put_directive(struct marks *marks, enum directive kind, const char *title, size_t indent, struct text argument)
{
	buffer_append_byte(marks->out, '\n');
	buffer_append_repeat(marks->out, ' ', indent);
	if (kind == DIRECTIVE_CODE) {
		buffer_append_string(marks->out, "::\n");
		return;
	}
	if (kind == DIRECTIVE_NOTE)
		buffer_append_format(marks->out, argument.bytes > 0 && title[0] != 'S' && strchr(title, ' ') ? "**%s** " : "**%s:** ", title);
	if (kind == DIRECTIVE_OBJECT && argument.bytes > 0)
		buffer_append_format(marks->out, "``%.*s``", (int)argument.bytes, argument.data);
	else
		append_inline_marks(marks->out, argument);
	marks->glue = kind == DIRECTIVE_NOTE && argument.bytes == 0;
	if (!marks->glue)
		buffer_append_byte(marks->out, '\n');
}

/* True when the line was a directive of a known kind. */
static bool take_directive(struct marks *marks, size_t written_indent, size_t indent, struct text line)
{
	struct text argument, name = directive_name(line, &argument);

	for (size_t i = 0; name.bytes > 0 && i < COUNT_OF(directives); i++) {
		if (!text_equal_nocase(name, text_from(directives[i].name)))
			continue;
		if (directives[i].kind == DIRECTIVE_NOTHING) { /* as a comment */
			marks->comment = true;
			marks->literal_indent = written_indent;
			return true;
		}
		put_directive(marks, directives[i].kind, directives[i].title, indent, argument);
		marks->options = true;
		marks->literal = directives[i].kind == DIRECTIVE_CODE;
		marks->rows = directives[i].kind == DIRECTIVE_ROWS;
		marks->literal_indent = written_indent;
		if (!marks->literal && !marks->rows && marks->body_count < LEVELS_MAX)
			marks->bodies[marks->body_count++] = (struct moved_body){ written_indent, 0 };
		return true;
	}
	return false;
}

/* ":Name: value" → "- **Name**: value"; false: it is none. */
static bool take_field(struct marks *marks, size_t indent, struct text line)
{
	const char *close = line.data[0] == ':' ? memchr(line.data + 1, ':', size_min(line.bytes - 1, NAME_BYTES_MAX)) : NULL;

	if (!close || close == line.data + 1 || line.data[1] == ' ' || (close + 1 < line.data + line.bytes && close[1] != ' '))
		return false;
	struct text value = text_trim(text_slice(line, (size_t)(close + 1 - line.data), line.bytes));
	buffer_append_repeat(marks->out, ' ', indent);
	buffer_append_format(marks->out, "- **%.*s**%s", (int)(close - line.data - 1), line.data + 1, value.bytes > 0 ? ": " : "");
	append_inline_marks(marks->out, value);
	buffer_append_byte(marks->out, '\n');
	return true;
}

/* "#. item" gets a number. */
static bool take_auto_number(struct marks *marks, size_t indent, struct text line)
{
	if (!text_starts_with(line, TEXT_LITERAL("#. "))) {
		if (indent <= marks->number_indent)
			marks->number = 0;
		return false;
	}
	marks->number++;
	marks->number_indent = indent;
	buffer_append_repeat(marks->out, ' ', indent);
	buffer_append_format(marks->out, "%u. ", marks->number);
	append_inline_marks(marks->out, text_trim(text_slice(line, 2, line.bytes)));
	buffer_append_byte(marks->out, '\n');
	return true;
}

/* Columns that the line moves to the left by, as part of the bodies it lies in. */
static size_t shift_of(struct marks *marks, size_t indent)
{
	size_t shift = 0;

	while (marks->body_count > 0 && indent <= marks->bodies[marks->body_count - 1].indent)
		marks->body_count--;
	for (size_t i = 0; i < marks->body_count; i++) {
		struct moved_body *body = &marks->bodies[i];
		if (body->shift == 0)
			body->shift = indent - body->indent;
		shift += body->shift;
	}
	return size_min(shift, indent);
}

static size_t indent_of(struct text line, size_t *ret_bytes)
{
	size_t columns = 0, i = 0;

	for (; i < line.bytes && (line.data[i] == ' ' || line.data[i] == '\t'); i++)
		columns = line.data[i] == '\t' ? columns + TAB_COLUMNS - columns % TAB_COLUMNS : columns + 1;
	*ret_bytes = i;
	return columns;
}

/* --- tables written as lists of lists --------------------------------------------------------------------------- */

static void end_row(struct marks *marks)
{
	if (marks->cells == 0)
		return;
	buffer_append_format(marks->out, "%.*s |\n", TEXT_ARGS(buffer_view(&marks->row)));
	if (marks->row_count++ == 0) {
		for (size_t i = 0; i < marks->cells; i++)
			buffer_append_string(marks->out, i == 0 ? "| ---" : " | ---");
		buffer_append_string(marks->out, " |\n");
	}
	buffer_clear(&marks->row);
	marks->cells = 0;
}

static void end_rows(struct marks *marks)
{
	if (!marks->rows)
		return;
	end_row(marks);
	buffer_append_byte(marks->out, '\n');
	marks->rows = false;
	marks->row_count = 0;
}

/* "* - first cell", "- next cell", or more of a cell. */
static void take_row_line(struct marks *marks, struct text line)
{
	if (text_starts_with(line, TEXT_LITERAL("* -"))) {
		end_row(marks);
		line = text_slice(line, 2, line.bytes);
	}
	if (line.data[0] == '-' && (line.bytes == 1 || line.data[1] == ' ')) {
		buffer_append_string(&marks->row, marks->cells == 0 ? "| " : " | ");
		marks->cells++;
		line = text_slice(line, 1, line.bytes);
	} else if (marks->row.bytes > 0) {
		buffer_append_byte(&marks->row, ' ');
	}
	if (marks->cells > 0)
		append_inline_marks(&marks->row, text_trim(line));
}

static void take_line(struct marks *marks, struct text whole)
{
	size_t blanks, written = indent_of(whole, &blanks);
	struct text line = text_trim(text_slice(whole, blanks, whole.bytes));

	if (line.bytes == 0) {
		marks->options = false;
		if (!marks->glue && marks->cells == 0 && marks->row_count == 0)
			buffer_append_byte(marks->out, '\n');
		return;
	}
	if (marks->options && line.data[0] == ':') /* of the directive above */
		return;
	marks->options = false;
	if (written <= marks->literal_indent)
		marks->literal = marks->comment = false;
	if (marks->comment)
		return;
	if (marks->rows && written > marks->literal_indent) {
		take_row_line(marks, line);
		return;
	}
	end_rows(marks);
	size_t indent = written - shift_of(marks, written);
	if (marks->literal) {
		buffer_append_repeat(marks->out, ' ', indent);
		buffer_append_text(marks->out, text_slice(whole, blanks, whole.bytes));
		buffer_append_byte(marks->out, '\n');
		return;
	}
	if (marks->glue) {
		bool goes_on = written > marks->literal_indent && !text_starts_with(line, TEXT_LITERAL(".. ")) && !strchr("-*+#|=", line.data[0]);
		if (!goes_on)
			buffer_append_string(marks->out, "\n\n");
		else
			indent = 0;
		marks->glue = false;
	}
	if (is_comment(line)) {
		marks->comment = true;
		marks->literal_indent = written;
		return;
	}
	if (is_label(line) || take_directive(marks, written, indent, line) || take_field(marks, indent, line) || take_auto_number(marks, indent, line))
		return;
	put_line(marks, indent, line);
	marks->literal = line.bytes >= 2 && line.data[line.bytes - 1] == ':' && line.data[line.bytes - 2] == ':' && !text_starts_with(line, TEXT_LITERAL(".. "));
	marks->literal_indent = written;
}

void plain_marks_clean(struct text text, struct buffer *out)
{
	struct marks marks = { .out = out };
	struct text rest = text, line;

	buffer_init(&marks.row, out->bytes_max);
	while (text_next_line(&rest, &line))
		take_line(&marks, line);
	end_rows(&marks);
	buffer_done(&marks.row);
}
