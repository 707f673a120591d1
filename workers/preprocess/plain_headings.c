#include "workers/preprocess/plain_work.h"

#include "base/utf8.h"
#include "workers/preprocess/markdown_inline.h"

void plain_close_lists(struct plain_work *work, size_t keep)
{
	while (work->level_count > keep) {
		work->level_count--;
		markdown_item_close(&work->writer);
		markdown_list_close(&work->writer);
	}
}

static void squeeze_blanks(struct buffer *buffer)
{
	size_t kept = 0;

	if (buffer->status)
		return;
	for (size_t i = 0; i < buffer->bytes; i++)
		if (buffer->data[i] != ' ' || i == 0 || buffer->data[i - 1] != ' ')
			buffer->data[kept++] = buffer->data[i];
	buffer_truncate(buffer, kept);
}

static void write_heading(struct plain_work *work, unsigned level, struct text text)
{
	plain_close_lists(work, 0);
	buffer_clear(&work->inline_text);
	markdown_append_escaped(&work->inline_text, text);
	squeeze_blanks(&work->inline_text);
	markdown_heading(&work->writer, level, buffer_view(&work->inline_text));
	if (work->title.bytes == 0)
		work->title = text;
	work->code_follows = false;
}

static unsigned underline_level(struct plain_work *work, char kind, bool over)
{
	int key = kind * 2 + over;

	for (size_t i = 0; i < work->underline_count; i++)
		if (work->underlines[i] == key)
			return (unsigned)i + 1;
	if (work->underline_count < UNDERLINE_KINDS_MAX)
		work->underlines[work->underline_count++] = key;
	return (unsigned)work->underline_count;
}

bool plain_is_first(const struct plain_work *work, size_t at)
{
	enum { BLANK_LINES_MAX = 20 };
	size_t blanks = 0;

	while (blanks < BLANK_LINES_MAX && at > blanks && plain_line_is_blank(&work->lines, at - blanks - 1))
		blanks++;
	return blanks == at;
}

bool plain_underlines(const struct plain_work *work, size_t text_index, size_t rule_index)
{
	struct text text = plain_line_text(&work->lines, text_index);
	size_t columns = utf8_count(text), rule = plain_line_text(&work->lines, rule_index).bytes, wide = columns;
	uint32_t code = 0;

	for (size_t i = 0, bytes; columns < text.bytes && i < text.bytes && (bytes = utf8_decode(text, i, &code)) > 0; i += bytes)
		wide += plain_is_wide(code); /* two columns in a terminal */
	return rule + UNDERLINE_SLACK >= columns && (rule <= wide + UNDERLINE_SLACK || plain_line_at(&work->lines, text_index)->indent > 0 ||
						     rule >= WRAP_SLACK_PERCENT / 2);
}

size_t plain_take_framed(struct plain_work *work, size_t at)
{
	struct text rule = plain_line_text(&work->lines, at);
	char kind = plain_underline(rule);

	if (!kind || !strchr("*#=", kind) || plain_line_is_blank(&work->lines, at + 1) || plain_line_is_blank(&work->lines, at + 2) ||
	    !text_equal(rule, plain_line_text(&work->lines, at + 2)))
		return at;
	struct text line = plain_line_text(&work->lines, at + 1);
	if (line.bytes < 5 || line.data[0] != kind || line.data[line.bytes - 1] != kind)
		return at;
	line = text_trim(text_slice(line, 1, line.bytes - 1));
	if (line.bytes == 0 || !plain_is_heading_text(line))
		return at;
	work->has_title = true;
	write_heading(work, underline_level(work, kind, true), line);
	return at + 3;
}

/* A short title between two rules of one length, however long they are. */
static bool is_between_rules(const struct plain_work *work, size_t at)
{
	struct text title = plain_line_text(&work->lines, at);

	return at > 0 && !plain_line_is_blank(&work->lines, at - 1) && text_equal(plain_line_text(&work->lines, at - 1), plain_line_text(&work->lines, at + 1)) &&
	       title.bytes <= TITLE_BYTES_MAX && plain_is_heading_text(title) && plain_line_text(&work->lines, at + 1).bytes >= title.bytes;
}

size_t plain_take_underlined(struct plain_work *work, size_t at)
{
	char over = plain_underline(plain_line_text(&work->lines, at));
	size_t text_at = at + (over != '\0');

	if (plain_line_is_blank(&work->lines, text_at) || plain_line_is_blank(&work->lines, text_at + 1))
		return at;
	struct text text = plain_line_text(&work->lines, text_at);
	char kind = plain_underline(plain_line_text(&work->lines, text_at + 1));
	if (!kind || (over && over != kind) || plain_underline(text) || (!is_between_rules(work, text_at) && !plain_underlines(work, text_at, text_at + 1)))
		return at;
	if (text.bytes > 200 || plain_is_columns(text) || (plain_line_at(&work->lines, text_at + 1)->indent > work->lines.body_indent && !plain_is_first(work, at)))
		return at;
	work->has_title = true;
	write_heading(work, underline_level(work, kind, over != '\0'), text);
	return text_at + 2;
}

static size_t next_text(const struct plain_work *work, size_t at)
{
	for (at++; at < work->lines.count && plain_line_is_blank(&work->lines, at);)
		at++;
	return at;
}

/* What stands before a wide gap: names of anchors are set at the right margin. */
static struct text before_gap(struct text line)
{
	ptrdiff_t gap = text_find(line, TEXT_LITERAL("   "));
	return gap > 0 ? text_slice(line, 0, (size_t)gap) : line;
}

size_t plain_take_overlined(struct plain_work *work, size_t at)
{
	enum { RULE_COLUMNS_MIN = 30 };
	struct text rule = plain_line_text(&work->lines, at), title, behind;
	char kind = plain_underline(rule);

	if (!kind || rule.bytes < RULE_COLUMNS_MIN || !plain_line_is_blank(&work->lines, at + 2) || plain_line_is_blank(&work->lines, at + 1) ||
	    (at > 0 && !plain_line_is_blank(&work->lines, at - 1)))
		return at;
	title = text_trim(before_gap(plain_line_text(&work->lines, at + 1)));
	if (title.bytes > TITLE_BYTES_MAX || !plain_is_heading_text(title) || (!strchr("=*#", kind) && plain_numbered(title, &behind) == 0))
		return at;
	if ((!plain_begins_upper(title) && plain_numbered(title, &behind) == 0) || next_text(work, at + 1) == work->lines.count)
		return at;
	write_heading(work, underline_level(work, kind, true) + work->has_title, title);
	return at + 2;
}

/* "== Title", as AsciiDoc and wikis have it, perhaps with the signs behind it too: how many, or 0; *ret_title between them. */
static unsigned marked_level(struct text line, struct text *ret_title)
{
	enum { LEVELS_MAX = 6 };
	size_t signs = 0, end = line.bytes;

	while (signs < line.bytes && line.data[signs] == '=')
		signs++;
	if (signs == 0 || signs > LEVELS_MAX || signs + 1 >= line.bytes || line.data[signs] != ' ')
		return 0;
	while (end > signs && line.data[end - 1] == '=')
		end--;
	*ret_title = text_trim(text_slice(line, signs, end));
	return plain_is_heading_text(*ret_title) ? (unsigned)signs : 0;
}

/* At the margin where all text is indented, and the indented text follows. */
static bool stands_out(const struct plain_work *work, size_t at)
{
	struct text text = plain_line_text(&work->lines, at);
	size_t next = next_text(work, at);

	return plain_line_at(&work->lines, at)->indent == 0 && work->lines.body_indent >= 2 && next < work->lines.count &&
	       plain_line_at(&work->lines, next)->indent >= work->lines.body_indent && plain_begins_upper(text) && text.data[text.bytes - 1] != ':';
}

/* "Chapter 4", "Appendix B: Title": what stands behind the number or letter and its sign, which may be nothing; false when it is no such line. */
static bool chapter_label(struct text line, struct text *ret_title)
{
	static const char *const names[] = { "Chapter ", "Appendix ", "Annex ", "Part ", "Section ", "Kapitel ", "Anhang ", "Teil ", "Abschnitt ", "Chapitre ", "Annexe ",
					     "Partie " };
	size_t i = 0, start;

	for (size_t k = 0; k < COUNT_OF(names) && i == 0; k++)
		if (text_starts_with_nocase(line, text_from(names[k])) && ascii_is_upper(line.data[0]))
			i = strlen(names[k]);
	start = i;
	while (i > 0 && i < line.bytes && (ascii_is_digit(line.data[i]) || (line.data[i] != '\0' && strchr("IVXLC", line.data[i]))))
		i++;
	i += start > 0 && i == start && i < line.bytes && ascii_is_upper(line.data[i]);
	if (start == 0 || i == start || (i < line.bytes && !strchr(" .:", line.data[i])))
		return false;
	while (i < line.bytes && strchr(" .:-", line.data[i]))
		i++;
	*ret_title = text_slice(line, i, line.bytes);
	return true;
}

size_t plain_take_chapter(struct plain_work *work, size_t at, size_t end)
{
	struct text line = plain_line_text(&work->lines, at), title;

	if (end > at + 2 || plain_line_at(&work->lines, at)->indent > work->lines.body_indent + CENTRE_INDENT || !chapter_label(line, &title) ||
	    (end == at + 2 && title.bytes > 0))
		return at;
	struct text last = end == at + 2 ? plain_line_text(&work->lines, at + 1) : title;
	if (last.bytes > 0 && (!plain_is_heading_text(last) || !plain_begins_upper(last)))
		return at;
	buffer_clear(&work->scratch);
	buffer_append_text(&work->scratch, line);
	if (end == at + 2) {
		buffer_append_byte(&work->scratch, ' ');
		buffer_append_text(&work->scratch, last);
	}
	if (work->title.bytes == 0)
		work->title = line;
	write_heading(work, 1 + work->has_title, buffer_view(&work->scratch));
	return end;
}

/* The first section, "1. Purpose" or "Chapter 1", at line `at`; one that the next number follows is an item of a list. */
static bool begins_sections(const struct plain_work *work, size_t at)
{
	struct text text = plain_line_text(&work->lines, at), behind;
	size_t next = next_text(work, at);

	if (chapter_label(text, &behind))
		return true;
	return plain_line_is_blank(&work->lines, at + 1) && plain_numbered(text, &behind) == 1 && plain_begins_upper(behind) && plain_is_heading_text(behind) &&
	       next < work->lines.count && plain_numbered(plain_line_text(&work->lines, next), &behind) != 1;
}

/* Does the text behind line `at` begin as under a title: with the first section, perhaps behind some lines on author and version; or, under a line that
 * is not in capitals, with another heading or a paragraph of several lines? None of it is deeper than the line. */
static bool title_goes_before(const struct plain_work *work, size_t at)
{
	enum { BLOCKS_MAX = 4 };
	bool capitals = plain_is_capitals(plain_line_text(&work->lines, at));
	size_t indent = plain_line_at(&work->lines, at)->indent, next = next_text(work, at);

	for (size_t i = 0; i < BLOCKS_MAX && next < work->lines.count && plain_line_at(&work->lines, next)->indent <= indent; i++) {
		struct text text = plain_line_text(&work->lines, next);
		bool alone = plain_line_is_blank(&work->lines, next + 1);
		if (begins_sections(work, next) || (i == 0 && (alone ? plain_is_capitals(text) : !capitals && plain_is_prose(text))))
			return true;
		if (alone && plain_is_capitals(text))
			return false;
		while (!plain_line_is_blank(&work->lines, next))
			next++;
		next = next_text(work, next);
	}
	return false;
}

bool plain_take_first_title(struct plain_work *work, size_t at)
{
	struct text text = plain_line_text(&work->lines, at), behind;
	uint32_t code = 0;
	bool words = memchr(text.data, ' ', text.bytes) != NULL || (utf8_decode(text, 0, &code) > 0 && plain_is_wide(code));

	if (!plain_is_first(work, at) || !words || !plain_is_heading_text(text) || !plain_begins_upper(text) || strchr(":!?", text.data[text.bytes - 1]) || text.bytes > TITLE_BYTES_MAX ||
	    plain_numbered(text, &behind) || chapter_label(text, &behind) || !title_goes_before(work, at))
		return false;
	work->has_title = true;
	write_heading(work, 1, text);
	return true;
}

/* "1.1 Title" and directly under it the first line of text, which is no further title: it ended before the margin. */
static bool ends_over_text(const struct plain_work *work, size_t at)
{
	struct text behind, next;

	if (plain_line_is_blank(&work->lines, at + 1) || plain_line_was_wrapped(&work->lines, at))
		return false;
	next = plain_line_text(&work->lines, at + 1);
	return plain_begins_upper(next) && plain_is_prose(next) && !plain_numbered(next, &behind);
}

/* "3 Terms" right above something that is indented as it is and does not go on with it. */
static bool is_title_over_text(const struct plain_work *work, size_t at)
{
	struct text text = plain_line_text(&work->lines, at), behind, next, ignored;
	unsigned numbers = plain_numbered(text, &behind);

	if (numbers == 0 || plain_line_is_blank(&work->lines, at + 1) || plain_line_at(&work->lines, at)->indent > work->lines.body_indent ||
	    plain_line_at(&work->lines, at + 1)->indent != plain_line_at(&work->lines, at)->indent || plain_line_was_wrapped(&work->lines, at))
		return false;
	next = plain_line_text(&work->lines, at + 1);
	unsigned next_numbers = plain_numbered(next, &ignored);
	bool sub_title = next_numbers == numbers + 1, other = next_numbers == 0 && (numbers > 1 || !ascii_is_lower(next.data[0]));
	return plain_begins_upper(behind) && behind.bytes <= TITLE_BYTES_MAX && plain_is_heading_text(behind) && behind.data[behind.bytes - 1] != ':' &&
	       !memchr(text.data, ')', (size_t)(behind.data - text.data)) && (sub_title || other);
}

bool plain_has_titles_over_text(const struct plain_work *work)
{
	unsigned long wanted = 1;

	for (size_t at = 0; at < work->lines.count; at++) {
		struct text text = plain_line_text(&work->lines, at), behind;
		unsigned long number = 0;
		if ((at > 0 && !plain_line_is_blank(&work->lines, at - 1)) || plain_numbered(text, &behind) != 1)
			continue;
		for (size_t i = 0; i < text.bytes && ascii_is_digit(text.data[i]); i++)
			number = number * 10 + (unsigned long)(text.data[i] - '0');
		if (number == wanted && is_title_over_text(work, at))
			wanted++;
		else if (number == wanted && !plain_line_is_blank(&work->lines, at + 1))
			return false;
	}
	return wanted > 3; /* three in sequence are no chance */
}

bool plain_take_heading_line(struct plain_work *work, size_t at, bool alone)
{
	struct text text = plain_line_text(&work->lines, at), behind;
	unsigned numbers = plain_numbered(text, &behind), deeper = work->has_title;
	bool begins_body = !plain_line_is_blank(&work->lines, at + 1) &&
			   plain_line_at(&work->lines, at + 1)->indent > plain_line_at(&work->lines, at)->indent;

	unsigned marked = plain_line_at(&work->lines, at)->indent == 0 ? marked_level(text, &behind) : 0;
	if (marked) {
		write_heading(work, marked, behind);
		return true;
	}
	if (plain_line_at(&work->lines, at)->indent > work->lines.body_indent || !plain_is_heading_text(text))
		return false;
	if (numbers >= 2 && numbers <= 6 && !ascii_is_lower(behind.data[0]) && plain_is_heading_text(behind) &&
	    (alone || (plain_begins_upper(behind) && ends_over_text(work, at)))) {
		write_heading(work, numbers + deeper, text);
		return true;
	}
	if (work->over_text && is_title_over_text(work, at)) {
		write_heading(work, size_min(numbers + deeper, 6), text);
		return true;
	}
	if (alone && numbers == 1 && !memchr(text.data, ')', (size_t)(behind.data - text.data)) && plain_begins_upper(behind) && plain_is_heading_text(behind) && behind.bytes <= 60 &&
	    behind.data[behind.bytes - 1] != ':') {
		/* The next block that is numbered as well makes it a list. */
		size_t next = at + 1;
		struct text ignored;
		while (next < work->lines.count && plain_line_is_blank(&work->lines, next))
			next++;
		if (next == work->lines.count || plain_numbered(plain_line_text(&work->lines, next), &ignored) == 1)
			return false;
		write_heading(work, 1 + deeper, text);
		return true;
	}
	if ((alone || begins_body) && plain_is_capitals(numbers ? behind : text)) {
		write_heading(work, (numbers ? numbers : 1) + deeper, text);
		return true;
	}
	if (alone && stands_out(work, at)) {
		write_heading(work, 1 + deeper, text);
		return true;
	}
	size_t indent = plain_line_at(&work->lines, at)->indent;
	if (work->is_manual && begins_body && indent > 0 && indent <= PART_INDENT_MAX && plain_begins_upper(text)) {
		write_heading(work, 2 + deeper, text);
		return true;
	}
	return false;
}

bool plain_take_manual_title(struct plain_work *work, size_t at)
{
	struct text line = plain_line_text(&work->lines, at), name = plain_manual_name(line);

	if (work->title.bytes > 0 || name.bytes == 0 || !plain_line_is_blank(&work->lines, at + 1))
		return false;
	work->has_title = work->is_manual = true;
	write_heading(work, 1, text_trim(text_slice(line, 0, line.bytes - name.bytes)));
	return true;
}

size_t plain_take_centred_title(struct plain_work *work, size_t at)
{
	size_t end = at;

	if (work->title.bytes > 0)
		return at;
	for (; !plain_line_is_blank(&work->lines, end); end++) {
		struct text text = plain_line_text(&work->lines, end);
		size_t left = plain_line_at(&work->lines, end)->indent, columns = plain_line_columns(&work->lines, end);
		size_t right = work->lines.wrap_columns > columns ? work->lines.wrap_columns - columns : 0;
		size_t aside = left > right ? left - right : right - left;
		size_t slack = plain_is_first(work, at) && plain_is_capitals(text) ? 2 * CENTRE_SLACK : CENTRE_SLACK;
		if (left < work->lines.body_indent + CENTRE_INDENT || aside > slack || !plain_is_heading_text(text) ||
		    !(plain_begins_upper(text) || end > at) || end - at == TITLE_LINES_MAX)
			return at;
	}
	buffer_clear(&work->scratch);
	for (size_t i = at; i < end; i++) {
		if (i > at)
			buffer_append_byte(&work->scratch, ' ');
		buffer_append_text(&work->scratch, plain_line_text(&work->lines, i));
	}
	work->has_title = true;
	write_heading(work, 1, buffer_view(&work->scratch));
	work->title = plain_line_text(&work->lines, at); /* what stays: the lines, not the scratch */
	return end;
}
