#include "workers/preprocess/html_inline.h"

#include "workers/preprocess/markdown_inline.h"

static const char *const opening[HTML_MARK_COUNT] = { "**", "*", "~~", "<sub>", "<sup>" };
static const char *const closing[HTML_MARK_COUNT] = { "**", "*", "~~", "</sub>", "</sup>" };

void html_inline_init(struct html_inline *line, size_t bytes_max)
{
	*line = (struct html_inline){ .due = HTML_DUE_NOTHING };
	buffer_init(&line->out, bytes_max);
	buffer_init(&line->plain, bytes_max);
	buffer_init(&line->code, bytes_max);
	buffer_init(&line->scratch, bytes_max);
}

void html_inline_done(struct html_inline *line)
{
	buffer_done(&line->out);
	buffer_done(&line->plain);
	buffer_done(&line->code);
	buffer_done(&line->scratch);
}

/* --- white space ----------------------------------------------------------------------------------------------- */

enum byte_class { BYTE_PLAIN, BYTE_SPACE, BYTE_DROP, BYTE_LEAD };

static const uint8_t byte_classes[256] = {
	[0 ... 8] = BYTE_DROP, ['\t' ... '\r'] = BYTE_SPACE, [14 ... 31] = BYTE_DROP, [' '] = BYTE_SPACE, [0x7F] = BYTE_DROP,
	[0xC2] = BYTE_LEAD, [0xE2] = BYTE_LEAD, [0xE3] = BYTE_LEAD, [0xEF] = BYTE_LEAD,
};

/* The class of the character at `at`, and how many bytes it has when it is not plain. */
static enum byte_class classify(struct text text, size_t at, size_t *ret_bytes)
{
	const unsigned char *p = (const unsigned char *)text.data + at;
	size_t left = text.bytes - at;
	enum byte_class class = byte_classes[p[0]];

	*ret_bytes = 1;
	if (class != BYTE_LEAD)
		return class;
	if (p[0] == 0xC2 && left >= 2) {
		*ret_bytes = 2;
		return p[1] == 0xA0 ? BYTE_SPACE : p[1] == 0xAD || p[1] < 0xA0 ? BYTE_DROP : BYTE_PLAIN; /* soft hyphen, controls */
	}
	if (left >= 3) {
		*ret_bytes = 3;
		if (p[0] == 0xE2 && p[1] == 0x80 && ((p[2] >= 0x80 && p[2] <= 0x8A) || p[2] == 0xA8 || p[2] == 0xA9 || p[2] == 0xAF))
			return BYTE_SPACE; /* U+2000–200A, line and paragraph separators, narrow no-break space */
		if (p[0] == 0xE2 && ((p[1] == 0x80 && (p[2] == 0x8B || p[2] == 0x8E || p[2] == 0x8F)) || (p[1] == 0x81 && p[2] == 0xA0)))
			return BYTE_DROP; /* zero-width space, direction marks, word joiner */
		if (p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80)
			return BYTE_SPACE;
		if (p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF)
			return BYTE_DROP;
	}
	return BYTE_PLAIN;
}

struct html_edges html_collapse(struct buffer *out, struct text text)
{
	struct html_edges edges = { false, false };
	bool space = false, any = false;
	size_t run = 0, i = 0;

	while (i < text.bytes) {
		if (byte_classes[(unsigned char)text.data[i]] == BYTE_PLAIN) {
			if (space) {
				if (any)
					buffer_append_byte(out, ' ');
				space = false;
				run = i;
			}
			any = true;
			i++;
			continue;
		}
		size_t bytes;
		enum byte_class class = classify(text, i, &bytes);
		if (class == BYTE_PLAIN) {
			if (space && any)
				buffer_append_byte(out, ' ');
			if (space)
				run = i;
			space = false;
			any = true;
		} else {
			if (!space)
				buffer_append(out, text.data + run, i - run);
			if (class == BYTE_SPACE) {
				edges.space_before |= !any;
				space = true;
			} else if (!space) {
				run = i + bytes;
			}
		}
		i += bytes;
	}
	if (!space)
		buffer_append(out, text.data + run, text.bytes - run);
	edges.space_after = space;
	return edges;
}

/* --- marks ----------------------------------------------------------------------------------------------------- */

static bool is_word_byte(char c) { return ascii_is_alnum(c) || (unsigned char)c >= 0x80; }

static char last_byte(const struct html_inline *line)
{
	return line->out.bytes > 0 ? line->out.data[line->out.bytes - 1] : '\n';
}

static bool is_star_mark(uint8_t mark) { return mark <= HTML_MARK_DELETED; }

/* Closes the innermost mark. Stars between punctuation and a word would not be read as an end: there the mark goes altogether. */
static void close_mark(struct html_inline *line, char next)
{
	struct html_open_mark mark = line->open[--line->open_count];
	size_t opening_bytes = strlen(opening[mark.mark]);

	if (is_star_mark(mark.mark) && !is_word_byte(last_byte(line)) && is_word_byte(next) && line->out.status == 0) {
		size_t end = line->out.bytes;
		memmove(line->out.data + mark.start, line->out.data + mark.start + opening_bytes, end - mark.start - opening_bytes);
		buffer_truncate(&line->out, end - opening_bytes);
		if (line->link_started && line->link_start > mark.start)
			line->link_start -= opening_bytes;
		return;
	}
	buffer_append_string(&line->out, closing[mark.mark]);
}

static void close_unwanted(struct html_inline *line, char next)
{
	size_t keep = line->link_started ? line->link_open_count : 0;

	while (keep < line->open_count && line->wanted[line->open[keep].mark] > 0)
		keep++;
	while (line->open_count > keep)
		close_mark(line, line->due == HTML_DUE_NOTHING ? next : ' ');
}

static bool is_open(const struct html_inline *line, enum html_mark mark)
{
	for (size_t i = 0; i < line->open_count; i++)
		if (line->open[i].mark == mark)
			return true;
	return false;
}

/* `wanted`: those to open of the marks that are wanted. */
static void open_wanted(struct html_inline *line, const bool *wanted, char next)
{
	for (int mark = 0; mark < HTML_MARK_COUNT; mark++) {
		bool left_out = !wanted[mark] || line->wanted[mark] == 0 || line->given_up[mark] || (mark == HTML_MARK_STRONG && line->without_strong);
		if (left_out || is_open(line, (enum html_mark)mark))
			continue;
		char before = last_byte(line);
		bool joins_stars = before == '*' && (line->open_count == 0 || line->open[line->open_count - 1].start +
				   strlen(opening[line->open[line->open_count - 1].mark]) != line->out.bytes);
		if (is_star_mark((uint8_t)mark) && (joins_stars || (is_word_byte(before) && !is_word_byte(next)))) {
			line->given_up[mark] = true;
			continue;
		}
		line->open[line->open_count++] = (struct html_open_mark){ line->out.bytes, (uint8_t)mark };
		buffer_append_string(&line->out, opening[mark]);
	}
}

static bool starts_link(const struct html_inline *line)
{
	return line->link_depth > 0 && !line->link_started && line->link_target.bytes > 0;
}

/* Brings what is open in line with what is wanted, before text that begins with `next`. */
static void begin_text(struct html_inline *line, char next)
{
	close_unwanted(line, next);
	if (line->due == HTML_DUE_BULLET) {
		if (line->out.bytes > 0)
			buffer_append_byte(&line->out, '\n');
		if (line->due_number > 0)
			buffer_append_format(&line->out, "%u. ", line->due_number);
		else
			buffer_append_string(&line->out, "- ");
		line->due_number = 0;
	} else if (line->out.bytes > 0 && last_byte(line) != '\n') {
		static const char *const due[] = { "", " ", ", ", "\n" };
		if (!(line->due == HTML_DUE_SPACE && last_byte(line) == ' '))
			buffer_append_string(&line->out, due[line->due]);
	}
	line->due = HTML_DUE_NOTHING;
	if (starts_link(line)) {
		open_wanted(line, line->wanted_before_link, '[');
		line->link_started = true;
		line->link_start = line->out.bytes;
		line->link_open_count = line->open_count;
	}
	static const bool all[HTML_MARK_COUNT] = { true, true, true, true, true };
	open_wanted(line, all, next);
}

/* The working buffers' failures are the line's. */
static void keep_failure(struct html_inline *line, const struct buffer *buffer)
{
	if (buffer->status && !line->out.status)
		line->out.status = buffer->status;
}

void html_inline_due(struct html_inline *line, enum html_due due)
{
	if (due > line->due)
		line->due = (uint8_t)due;
}

static bool in_emphasis(const struct html_inline *line)
{
	for (size_t i = 0; i < line->open_count; i++)
		if (is_star_mark(line->open[i].mark))
			return true;
	return false;
}

void html_inline_text(struct html_inline *line, struct text text)
{
	if (line->code_depth > 0) {
		size_t start = line->code.bytes;
		struct html_edges edges;
		buffer_clear(&line->plain);
		edges = html_collapse(&line->plain, text);
		keep_failure(line, &line->plain);
		if (edges.space_before && start > 0 && line->code.data[start - 1] != ' ')
			buffer_append_byte(&line->code, ' ');
		else if (edges.space_before && start == 0)
			html_inline_due(line, HTML_DUE_SPACE);
		buffer_append_text(&line->code, buffer_view(&line->plain));
		if (edges.space_after && line->code.bytes > 0 && line->code.data[line->code.bytes - 1] != ' ')
			buffer_append_byte(&line->code, ' ');
		return;
	}
	buffer_clear(&line->plain);
	struct html_edges edges = html_collapse(&line->plain, text);
	keep_failure(line, &line->plain);
	if (edges.space_before)
		html_inline_due(line, HTML_DUE_SPACE);
	if (line->plain.bytes > 0) {
		begin_text(line, line->plain.data[0]);
		if (in_emphasis(line))
			markdown_append_escaped_in_emphasis(&line->out, buffer_view(&line->plain));
		else
			markdown_append_escaped(&line->out, buffer_view(&line->plain));
		if (edges.space_after)
			html_inline_due(line, HTML_DUE_SPACE);
	}
}

void html_inline_mark(struct html_inline *line, enum html_mark mark)
{
	line->wanted[mark]++;
}

void html_inline_unmark(struct html_inline *line, enum html_mark mark)
{
	CHECK(line->wanted[mark] > 0);
	if (--line->wanted[mark] == 0)
		line->given_up[mark] = false;
}

/* What follows code without a blank goes on with it: "<code>Paginator.</code><code>count</code>". */
static void append_code(struct html_inline *line, struct text code)
{
	bool plain = !memchr(code.data, '`', code.bytes), link_begins = line->link_started && line->link_start == line->out.bytes;

	if (plain && line->code_end > 0 && line->code_end == line->out.bytes && last_byte(line) == '`' && !link_begins) {
		struct text before = text_slice(buffer_view(&line->out), 0, line->code_end - 1);
		size_t start = before.bytes;
		while (before.data[start - 1] != '`')
			start--;
		buffer_clear(&line->scratch);
		buffer_append_text(&line->scratch, text_slice(before, start, before.bytes));
		buffer_append_text(&line->scratch, code);
		keep_failure(line, &line->scratch);
		buffer_truncate(&line->out, start - 1);
		code = buffer_view(&line->scratch);
	} else if (last_byte(line) == '`' && !link_begins) { /* two spans would run into one */
		buffer_append_byte(&line->out, ' ');
	}
	markdown_append_code_span(&line->out, code);
	line->code_end = plain ? line->out.bytes : 0;
}

static void flush_code(struct html_inline *line)
{
	struct text code = buffer_view(&line->code);
	bool space_after = code.bytes > 0 && code.data[code.bytes - 1] == ' ';

	keep_failure(line, &line->code);
	if (text_trim(code).bytes > 0) {
		begin_text(line, '`');
		append_code(line, code);
	}
	if (space_after)
		html_inline_due(line, HTML_DUE_SPACE);
	buffer_clear(&line->code);
}

void html_inline_code_open(struct html_inline *line)
{
	line->code_depth++;
}

void html_inline_code_close(struct html_inline *line)
{
	CHECK(line->code_depth > 0);
	if (--line->code_depth == 0)
		flush_code(line);
}

void html_inline_link_open(struct html_inline *line, struct text target)
{
	if (line->link_depth++ > 0)
		return;
	line->link_target = line->code_depth > 0 ? (struct text){ "", 0 } : target;
	line->link_started = false;
	for (int mark = 0; mark < HTML_MARK_COUNT; mark++)
		line->wanted_before_link[mark] = line->wanted[mark] > 0;
}

void html_inline_link_close(struct html_inline *line)
{
	CHECK(line->link_depth > 0);
	if (--line->link_depth > 0 || !line->link_started)
		return;
	while (line->open_count > line->link_open_count)
		close_mark(line, ' ');
	line->link_started = false;
	if (line->out.status)
		return;
	struct text text = text_slice(buffer_view(&line->out), line->link_start, line->out.bytes);
	/* An address that is its own text needs no brackets. */
	if (text_equal(text, line->link_target) && text_find(text, TEXT_LITERAL("://")) > 0)
		return;
	buffer_clear(&line->scratch);
	buffer_append_text(&line->scratch, text);
	keep_failure(line, &line->scratch);
	if (line->out.status)
		return;
	buffer_truncate(&line->out, line->link_start);
	markdown_append_link(&line->out, buffer_view(&line->scratch), line->link_target);
}

void html_inline_image(struct html_inline *line, struct text alternative, struct text target)
{
	buffer_clear(&line->plain);
	html_collapse(&line->plain, alternative);
	begin_text(line, '!');
	markdown_append_image(&line->out, buffer_view(&line->plain), target);
}

void html_inline_raw(struct html_inline *line, struct text markdown)
{
	begin_text(line, markdown.bytes > 0 ? markdown.data[0] : ' ');
	buffer_append_text(&line->out, markdown);
}

struct text html_inline_take(struct html_inline *line)
{
	if (line->code_depth > 0)
		flush_code(line);
	line->link_started = false;
	line->link_target = (struct text){ "", 0 };
	while (line->open_count > 0)
		close_mark(line, ' ');
	line->due = HTML_DUE_NOTHING;
	line->code_end = 0;
	memset(line->given_up, 0, sizeof(line->given_up));
	buffer_clear(&line->scratch);
	buffer_append_text(&line->scratch, text_trim(buffer_view(&line->out)));
	int status = line->out.status ? line->out.status : line->scratch.status;
	buffer_clear(&line->out);
	line->out.status = status; /* a failure stays known to the end of the page */
	return buffer_view(&line->scratch);
}
