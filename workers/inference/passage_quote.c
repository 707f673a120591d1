/* passage_quote.c: see passage_quote.h. */
#include "workers/inference/passage_quote.h"

#include "base/check.h"

enum { LINK_BYTES_MAX = 512, WIDE_BYTES = 3, INDENT_MAX = 120, END = -1 };

struct reader { /* of what a text says: its words, parted by one blank, and the signs that mean something */
	struct text text;
	size_t at;
	bool in_word; /* the last character was one of a word */
	bool wide;    /* and none of ASCII */
	bool parted;  /* and something that counts for nothing came behind it */
};

enum { SIGN_NONE, SIGN_SPACE, SIGN_SKIPPED, SIGN_STOP, SIGN_MARK, SIGN_WIDE };

static const unsigned char signs[256] = {
	[' '] = SIGN_SPACE, ['\t' ... '\r'] = SIGN_SPACE, ['*'] = SIGN_SKIPPED, ['`'] = SIGN_SKIPPED, ['|'] = SIGN_SKIPPED, ['"'] = SIGN_SKIPPED, ['('] = SIGN_SKIPPED,
	[')'] = SIGN_SKIPPED, ['['] = SIGN_SKIPPED, [']'] = SIGN_SKIPPED, ['\\'] = SIGN_SKIPPED, ['.'] = SIGN_STOP, [','] = SIGN_STOP, [';'] = SIGN_STOP, [':'] = SIGN_STOP, ['!'] = SIGN_STOP,
	['?'] = SIGN_STOP, ['\''] = SIGN_STOP, ['-'] = SIGN_MARK, ['>'] = SIGN_MARK, ['+'] = SIGN_MARK, ['#'] = SIGN_MARK, [0xE3] = SIGN_WIDE, [0xEF] = SIGN_WIDE,
};

static bool is_word_at(struct text text, size_t at) { return at < text.bytes && (ascii_is_word(text.data[at]) || (unsigned char)text.data[at] >= 0x80); }

/* Behind the marks of quoted text, and blanks. */
static bool begins_line(struct text text, size_t at)
{
	for (size_t back = 0; back < INDENT_MAX && at > 0 && (text.data[at - 1] == ' ' || text.data[at - 1] == '>'); back++)
		at--;
	return at == 0 || text.data[at - 1] == '\n';
}

/* Of scripts that have their own: U+3000 to U+303F, and the full-width forms of ! ( ) , . : ; ? */
static bool is_wide_punctuation(struct text text, size_t at)
{
	if (text.bytes - at < WIDE_BYTES)
		return false;
	const char *c = text.data + at;
	return (c[0] == '\xE3' && c[1] == '\x80') || (c[0] == '\xEF' && c[1] == '\xBC' && memchr("\x81\x88\x89\x8C\x8E\x9A\x9B\x9F", c[2], 8));
}

/* Bytes of the target of a link that begins with the bracket at `at`, or 0. */
static size_t link_bytes(struct text text, size_t at)
{
	if (at + 1 >= text.bytes || text.data[at + 1] != '(')
		return 0;
	size_t rest = size_min(text.bytes - at, LINK_BYTES_MAX);
	const char *end = memchr(text.data + at, ')', rest), *line = memchr(text.data + at, '\n', rest);
	return end && (!line || line > end) ? (size_t)(end - text.data) - at + 1 : 0;
}

/* "-", "##", ">>" before a line. */
static bool is_mark(struct text text, size_t at)
{
	bool alone = at + 1 == text.bytes || ascii_is_space(text.data[at + 1]) || text.data[at + 1] == text.data[at];
	return alone && begins_line(text, at);
}

/* Bytes of what counts for nothing at `at`, or 0. */
static size_t formatting_bytes(struct text text, size_t at)
{
	size_t link = 0;
	switch (signs[(unsigned char)text.data[at]]) {
	case SIGN_NONE:
		return 0;
	case SIGN_SPACE:
		return 1;
	case SIGN_SKIPPED:
		link = text.data[at] == ']' ? link_bytes(text, at) : 0;
		return link ? link : 1;
	case SIGN_STOP:
		return is_word_at(text, at + 1) ? 0 : 1;
	case SIGN_MARK:
		return is_mark(text, at);
	default:
		return is_wide_punctuation(text, at) ? WIDE_BYTES : 0;
	}
}

/* Is the next character one that counts, and nothing before it? */
static inline bool is_plain_next(const struct reader *reader)
{
	return !reader->parted && reader->at < reader->text.bytes && signs[(unsigned char)reader->text.data[reader->at]] == SIGN_NONE;
}

static inline int take_plain(struct reader *reader)
{
	unsigned char c = (unsigned char)reader->text.data[reader->at++];
	reader->wide = c >= 0x80;
	reader->in_word = reader->wide || ascii_is_word((char)c);
	return c;
}

static int reader_next(struct reader *reader)
{
	for (;;) {
		struct text text = reader->text;
		if (is_plain_next(reader)) /* most characters */
			return take_plain(reader);
		size_t skipped = reader->at < text.bytes ? formatting_bytes(text, reader->at) : 0;
		if (skipped) {
			bool escape = text.data[reader->at] == '\\' && reader->at + 1 < text.bytes && !ascii_is_space(text.data[reader->at + 1]);
			reader->parted = reader->parted || !escape;
			reader->at += skipped;
			continue;
		}
		if (reader->at >= text.bytes)
			return END;
		bool word = is_word_at(text, reader->at);
		bool blank = reader->parted && reader->in_word && word && !((unsigned char)text.data[reader->at] >= 0x80 && reader->wide); /* some scripts have none */
		reader->parted = false;
		if (blank)
			return ' ';
		reader->in_word = word;
		reader->wide = (unsigned char)text.data[reader->at] >= 0x80;
		return (unsigned char)text.data[reader->at++];
	}
}

/* Begins a sentence, line, cell or clause here? */
static bool begins_statement(struct text source, size_t at, unsigned piece)
{
	if (at >= WIDE_BYTES && is_wide_punctuation(source, at - WIDE_BYTES))
		return true;
	if (at > 0 && !formatting_bytes(source, at - 1)) /* "-5", "foo.bar" */
		return false;
	if (piece & PASSAGE_CUT_BEFORE)
		return true;
	while (at > 0 && (source.data[at - 1] == ' ' || memchr("*`\"[\\>#-+'", source.data[at - 1], 10)))
		at--;
	return at == 0 || memchr("\n.!?:;|(,)", source.data[at - 1], 10);
}

static bool ends_statement(struct text source, size_t at)
{
	size_t skipped;
	for (; at < source.bytes && (skipped = formatting_bytes(source, at)); at += skipped)
		if (skipped == WIDE_BYTES || memchr("\n\r.!?:;|),[", source.data[at], 11))
			return true;
	return at == source.bytes;
}

static bool stands_at(struct text source, size_t at, struct text statement, unsigned piece, size_t *steps)
{
	struct reader has = { .text = source, .at = at }, wanted = { .text = statement };
	int c = reader_next(&wanted), found = reader_next(&has);
	if (ascii_lower((char)c) != ascii_lower((char)found))
		return false;
	do {
		while (*steps > 1 && is_plain_next(&has) && is_plain_next(&wanted)) {
			*steps -= 1;
			if (take_plain(&has) != take_plain(&wanted))
				return false;
		}
		c = reader_next(&wanted);
		if (c == END) /* "10" is no part of "10.5" */
			return (has.at == source.bytes || formatting_bytes(source, has.at)) && (piece & PASSAGE_CUT_BEHIND || ends_statement(source, has.at));
		found = reader_next(&has);
		*steps -= *steps > 0;
	} while (c == found && *steps);
	return false;
}

/* Where the statement begins in a source that has its first word at `at`: before the signs that both have before it. False when it has others. */
static bool find_begin(struct text source, struct text statement, size_t first_word, size_t *at)
{
	for (;; first_word--, (*at)--) {
		while (first_word > 0 && formatting_bytes(statement, first_word - 1))
			first_word--;
		if (first_word == 0)
			return true;
		while (*at > 0 && source.data[*at - 1] != '\n' && formatting_bytes(source, *at - 1))
			(*at)--;
		if (*at == 0 || source.data[*at - 1] != statement.data[first_word - 1])
			return false;
	}
}

bool passage_quotes_at(struct text source, size_t at, struct text statement, size_t first_word, unsigned piece, size_t *steps)
{
	size_t begin = at;
	CHECK(at < source.bytes && first_word < statement.bytes);
	*steps -= *steps > 0;
	return find_begin(source, statement, first_word, &begin) && begins_statement(source, begin, piece) &&
	       stands_at(source, at, text_slice(statement, first_word, statement.bytes), piece, steps);
}
