/* blocks_plain.c: inline Markdown as plain text, in one pass with bounded looking back: opening marks wait on a small
 * stack, and a mark that never closes stays as it was written. Pure. */
#define _GNU_SOURCE
#include "workers/preprocess/blocks.h"

#include "base/utf8.h"

enum {
	OPEN_MARKS_MAX = 16,       /* deeper nesting stays literal; it also bounds the moving of text to this many times */
	EMPHASIS_BYTES_MAX = 3,    /* longer runs of * or _ are literal */
	TICKS_MAX = 32,            /* longest run of backticks that opens code */
	DESTINATION_BYTES_MAX = 4096, /* of a link */
	DESTINATION_DEPTH_MAX = 3, /* parentheses in it */
	REFERENCE_BYTES_MAX = 12,  /* "&#x10FFFF;" */
	NOTE_BYTES_MAX = 20,       /* "[^12]", "<sup>12</sup>" */
};

struct mark {
	char kind;    /* '*', '_', '~', '[' or '!' (an image) */
	size_t place; /* in the output */
	size_t bytes;
};

struct plain {
	struct text text;
	struct buffer *out;
	struct mark marks[OPEN_MARKS_MAX];
	unsigned mark_count;
	bool ticks_known;
	size_t last_ticks[TICKS_MAX + 1]; /* where the last run of that many backticks begins */
};

static bool is_punctuation(char c)
{
	return c > ' ' && c < 0x7f && !ascii_is_alnum(c);
}

static void cut(struct plain *plain, size_t place, size_t bytes)
{
	struct buffer *out = plain->out;
	memmove(out->data + place, out->data + place + bytes, out->bytes - place - bytes);
	buffer_truncate(out, out->bytes - bytes);
}

static size_t run_bytes(struct text text, size_t at)
{
	size_t end = at + 1;
	while (end < text.bytes && text.data[end] == text.data[at])
		end++;
	return end - at;
}

static void find_ticks(struct plain *plain)
{
	for (size_t i = 0; i < plain->text.bytes;) {
		const char *tick = memchr(plain->text.data + i, '`', plain->text.bytes - i);
		if (!tick)
			break;
		i = (size_t)(tick - plain->text.data);
		size_t bytes = run_bytes(plain->text, i);
		if (bytes <= TICKS_MAX)
			plain->last_ticks[bytes] = i;
		i += bytes;
	}
	plain->ticks_known = true;
}

static size_t append_code(struct plain *plain, size_t at)
{
	struct text text = plain->text;
	size_t bytes = run_bytes(text, at);
	if (!plain->ticks_known)
		find_ticks(plain);
	if (bytes > TICKS_MAX || plain->last_ticks[bytes] <= at) {
		buffer_append(plain->out, text.data + at, bytes);
		return at + bytes;
	}
	size_t end = at + bytes;
	for (;;) {
		const char *tick = memchr(text.data + end, '`', text.bytes - end);
		CHECK(tick); /* last_ticks says that there is one */
		end = (size_t)(tick - text.data);
		size_t other = run_bytes(text, end);
		if (other == bytes)
			break;
		end += other;
	}
	struct text code = text_slice(text, at + bytes, end);
	if (code.bytes > 2 && code.data[0] == ' ' && code.data[code.bytes - 1] == ' ' && text_trim(code).bytes > 0)
		code = text_slice(code, 1, code.bytes - 1);
	for (size_t i = 0; i < code.bytes; i++) {
		bool pipe = code.data[i] == '\\' && i + 1 < code.bytes && code.data[i + 1] == '|'; /* escaped for a table */
		if (!pipe)
			buffer_append_byte(plain->out, code.data[i] == '\n' ? ' ' : code.data[i]);
	}
	return end + bytes;
}

/* A run of * _ or ~: closes what is open, else opens, else stands for itself. */
static size_t append_emphasis(struct plain *plain, size_t at)
{
	struct text text = plain->text;
	char kind = text.data[at];
	size_t bytes = run_bytes(text, at), left = bytes;
	char before = at > 0 ? text.data[at - 1] : ' ';
	char after = at + bytes < text.bytes ? text.data[at + bytes] : ' ';
	bool blank_before = ascii_is_space(before), blank_after = ascii_is_space(after);
	bool opens = !blank_after && (!is_punctuation(after) || blank_before || is_punctuation(before));
	bool closes = !blank_before && (!is_punctuation(before) || blank_after || is_punctuation(after));
	if (kind == '_') { /* inside a word it is part of a name */
		opens = opens && (blank_before || is_punctuation(before));
		closes = closes && (blank_after || is_punctuation(after));
	}
	if (bytes > EMPHASIS_BYTES_MAX || (kind == '~' && bytes != 2))
		opens = closes = false;
	while (closes && left > 0) {
		unsigned i = plain->mark_count;
		while (i > 0 && plain->marks[i - 1].kind != kind && plain->marks[i - 1].kind != '[' && plain->marks[i - 1].kind != '!')
			i--;
		if (i == 0 || plain->marks[i - 1].kind != kind)
			break;
		struct mark *mark = &plain->marks[i - 1];
		size_t both = size_min(left, mark->bytes);
		mark->bytes -= both;
		left -= both;
		cut(plain, mark->place + mark->bytes, both);
		plain->mark_count = mark->bytes > 0 ? i : i - 1;
	}
	if (left > 0 && opens && plain->mark_count < OPEN_MARKS_MAX)
		plain->marks[plain->mark_count++] = (struct mark){ kind, plain->out->bytes, left };
	buffer_append_repeat(plain->out, kind, left);
	return at + bytes;
}

/* Offset behind the ")" of the "(" at `at`, or 0. */
static size_t destination_end(struct text text, size_t at)
{
	unsigned depth = 0;
	size_t end = size_min(text.bytes, at + DESTINATION_BYTES_MAX);
	for (size_t i = at; i < end; i++) {
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == '(' && ++depth > DESTINATION_DEPTH_MAX)
			return 0;
		else if (text.data[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* Bytes of a mark of a note, "[^1]", with the colon and the blank of "[^1]: …" where the note stands; 0 when there is none. It says
 * nothing by itself. */
static size_t note_mark_bytes(struct text text, size_t at)
{
	size_t end = at + 2, limit = size_min(text.bytes, at + NOTE_BYTES_MAX);

	if (end >= limit || text.data[at + 1] != '^')
		return 0;
	while (end < limit && ascii_is_digit(text.data[end]))
		end++;
	if (end == at + 2 || end >= limit || text.data[end] != ']')
		return 0;
	end++;
	if (at == 0 && end < text.bytes && text.data[end] == ':')
		end += end + 1 < text.bytes && text.data[end + 1] == ' ' ? 2 : 1;
	return end - at;
}

/* The same of "<sup>1</sup>" behind the end of a sentence or a clause; elsewhere it is an exponent. */
static size_t raised_note_bytes(struct text text, size_t at)
{
	static const struct text opening = TEXT_LITERAL("<sup>"), closing = TEXT_LITERAL("</sup>");
	struct text rest = text_slice(text, at, size_min(text.bytes, at + NOTE_BYTES_MAX));
	size_t digits = opening.bytes;

	if (at == 0 || !memchr(".,;:!?", text.data[at - 1], 6) || !text_starts_with(rest, opening))
		return 0;
	while (digits < rest.bytes && ascii_is_digit(rest.data[digits]))
		digits++;
	bool closed = digits > opening.bytes && text_starts_with(text_slice(rest, digits, rest.bytes), closing);
	return closed ? digits + closing.bytes : 0;
}

static size_t open_bracket(struct plain *plain, size_t at, size_t bytes)
{
	if (plain->mark_count < OPEN_MARKS_MAX)
		plain->marks[plain->mark_count++] = (struct mark){ bytes == 2 ? '!' : '[', plain->out->bytes, bytes };
	buffer_append(plain->out, plain->text.data + at, bytes);
	return at + bytes;
}

/* What some pages show of a link to itself or to its source: to a reader it says nothing. */
static bool is_link_sign(struct text shown)
{
	return text_equal(shown, TEXT_LITERAL("\xC2\xA7")) || text_equal(shown, TEXT_LITERAL("\xC2\xB6")) || text_equal(shown, TEXT_LITERAL("#"));
}

static size_t close_bracket(struct plain *plain, size_t at)
{
	struct text text = plain->text;
	while (plain->mark_count > 0 && plain->marks[plain->mark_count - 1].kind != '[' && plain->marks[plain->mark_count - 1].kind != '!')
		plain->mark_count--;
	size_t end = 0;
	if (plain->mark_count > 0) {
		struct mark mark = plain->marks[--plain->mark_count];
		if (at + 1 < text.bytes && text.data[at + 1] == '(')
			end = destination_end(text, at + 1);
		if (end > 0) {
			cut(plain, mark.place, mark.bytes);
			if (mark.kind == '[' && is_link_sign(text_slice(buffer_view(plain->out), mark.place, plain->out->bytes)))
				buffer_truncate(plain->out, mark.place);
			return end;
		}
	}
	buffer_append_byte(plain->out, ']');
	return at + 1;
}

static const struct { struct text name; const char *value; } references[] = {
	{ TEXT_LITERAL("&amp;"), "&" }, { TEXT_LITERAL("&lt;"), "<" }, { TEXT_LITERAL("&gt;"), ">" }, { TEXT_LITERAL("&quot;"), "\"" },
	{ TEXT_LITERAL("&apos;"), "'" }, { TEXT_LITERAL("&nbsp;"), " " }, { TEXT_LITERAL("<br>"), " " }, { TEXT_LITERAL("<br/>"), " " },
	{ TEXT_LITERAL("<br />"), " " },
};

static size_t append_numeric_reference(struct plain *plain, size_t at)
{
	struct text text = plain->text;
	size_t i = at + 2;
	bool hex = i < text.bytes && (text.data[i] == 'x' || text.data[i] == 'X');
	i += hex;
	uint32_t code = 0;
	size_t digits = i;
	for (; i < text.bytes && i - at < REFERENCE_BYTES_MAX && text.data[i] != ';'; i++) {
		char c = ascii_lower(text.data[i]);
		if (ascii_is_digit(c))
			code = code * (hex ? 16 : 10) + (uint32_t)(c - '0');
		else if (hex && c >= 'a' && c <= 'f')
			code = code * 16 + (uint32_t)(c - 'a' + 10);
		else
			return 0;
	}
	if (i == digits || i >= text.bytes || text.data[i] != ';')
		return 0;
	utf8_append(plain->out, code == 0 ? 0xFFFD : code == 0xA0 ? ' ' : code);
	return i + 1;
}

/* "&…;", "<br>" or an address in angle brackets; else the byte itself. */
static size_t append_reference(struct plain *plain, size_t at)
{
	struct text rest = text_slice(plain->text, at, plain->text.bytes);
	for (size_t i = 0; i < COUNT_OF(references); i++) {
		if (text_starts_with_nocase(rest, references[i].name)) {
			buffer_append_string(plain->out, references[i].value);
			return at + references[i].name.bytes;
		}
	}
	if (text_starts_with(rest, TEXT_LITERAL("&#"))) {
		size_t end = append_numeric_reference(plain, at);
		if (end > 0)
			return end;
	}
	if (text_starts_with_nocase(rest, TEXT_LITERAL("<http")) || text_starts_with_nocase(rest, TEXT_LITERAL("<mailto:"))) {
		size_t end = 1;
		while (end < rest.bytes && end < DESTINATION_BYTES_MAX && !ascii_is_space(rest.data[end]) && rest.data[end] != '>' &&
		       rest.data[end] != '<')
			end++;
		if (end < rest.bytes && rest.data[end] == '>') {
			buffer_append(plain->out, rest.data + 1, end - 1);
			return at + end + 1;
		}
	}
	buffer_append_byte(plain->out, rest.data[0]);
	return at + 1;
}

/* A line end and the blanks round it are one blank. */
static size_t append_line_end(struct plain *plain, size_t at, size_t out_start)
{
	while (plain->out->bytes > out_start && plain->out->data[plain->out->bytes - 1] == ' ' && plain->mark_count == 0)
		buffer_truncate(plain->out, plain->out->bytes - 1);
	buffer_append_byte(plain->out, ' ');
	while (at < plain->text.bytes && ascii_is_space(plain->text.data[at]))
		at++;
	return at;
}

/* Bytes from `at` on that mean themselves. */
static size_t literal_bytes(struct text text, size_t at)
{
	static const bool may_mean_something[256] = {
		['\\'] = true, ['`'] = true, ['*'] = true, ['_'] = true, ['~'] = true, ['['] = true, ['!'] = true, [']'] = true, ['&'] = true,
		['<'] = true, ['\n'] = true,
	};
	size_t end = at;

	while (end < text.bytes && !may_mean_something[(unsigned char)text.data[end]])
		end++;
	return end - at;
}

/* The rest, from `at` on, behind what is in `out` already. */
static void append_marked(struct buffer *out, struct text inline_text, size_t at)
{
	struct plain plain = { .text = inline_text, .out = out };
	size_t out_start = out->status ? out->bytes : out->bytes - at;
	for (size_t i = at; i < inline_text.bytes && out->status == 0;) {
		char c = inline_text.data[i];
		char next = i + 1 < inline_text.bytes ? inline_text.data[i + 1] : '\0';
		size_t literal = literal_bytes(inline_text, i);
		if (literal > 0) {
			buffer_append(out, inline_text.data + i, literal);
			i += literal;
		} else if (c == '\\' && is_punctuation(next)) {
			buffer_append_byte(out, next);
			i += 2;
		} else if (c == '`') {
			i = append_code(&plain, i);
		} else if (c == '*' || c == '_' || c == '~') {
			i = append_emphasis(&plain, i);
		} else if (c == '[' || (c == '!' && next == '[')) {
			size_t note = note_mark_bytes(inline_text, i);
			i = note ? i + note : open_bracket(&plain, i, c == '!' ? 2 : 1);
		} else if (c == ']') {
			i = close_bracket(&plain, i);
		} else if (c == '&' || c == '<') {
			size_t note = raised_note_bytes(inline_text, i);
			i = note ? i + note : append_reference(&plain, i);
		} else if (c == '\n') {
			i = append_line_end(&plain, i, out_start);
		} else {
			buffer_append_byte(out, c);
			i++;
		}
	}
}

void block_append_plain(struct buffer *out, struct text inline_text)
{
	size_t literal = literal_bytes(inline_text, 0);
	buffer_append(out, inline_text.data, literal);
	if (literal == inline_text.bytes)
		return;
	append_marked(out, inline_text, literal);
}
