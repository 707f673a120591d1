#define _GNU_SOURCE
#include "workers/preprocess/markdown_inline.h"

/* Bytes that markdown_append_escaped has to look at. */
static const bool is_special[256] = {
	['\\'] = true, ['`'] = true, ['*'] = true, ['_'] = true, ['['] = true, ['<'] = true, ['&'] = true, ['~'] = true,
};

static bool is_punctuation(unsigned char c)
{
	return c > ' ' && c < 0x7F && !ascii_is_alnum((char)c);
}

enum { EDGE_UNKNOWN = 'a' }; /* what stands for the byte that is not known yet: makes emphasis possible */

struct delimiter_run {
	size_t start, end;
	bool can_open, can_close;
};

/* Signs outside ASCII, which readers of Markdown take for punctuation or for letters, each by its own table: "∑", "“", "…", "§", "。". */
static bool is_sign_at(struct text plain, size_t at)
{
	unsigned char first = at < plain.bytes ? (unsigned char)plain.data[at] : 0;

	return first == 0xC2 || first == 0xE2 || (first == 0xE3 && at + 1 < plain.bytes && (unsigned char)plain.data[at + 1] == 0x80);
}

static bool is_sign_before(struct text plain, size_t at)
{
	size_t start = at;

	while (start > 0 && ((unsigned char)plain.data[start - 1] & 0xC0) == 0x80)
		start--;
	return start > 0 && start < at && is_sign_at(plain, start - 1);
}

static void judge_run(struct delimiter_run *run, struct text plain, char before, char after, bool signs)
{
	bool star = plain.data[run->start] == '*', at_end = run->end == plain.bytes;
	bool before_punctuation = is_punctuation((unsigned char)before) || (signs && is_sign_before(plain, run->start));
	bool after_punctuation = is_punctuation((unsigned char)after) || (signs && is_sign_at(plain, run->end));
	bool left = !ascii_is_space(after) && (!after_punctuation || ascii_is_space(before) || before_punctuation);
	/* At the end of the text a blank may follow, or nothing. */
	bool right = !ascii_is_space(before) && (!before_punctuation || ascii_is_space(after) || after_punctuation || at_end);

	run->can_open |= left && (star || !right || before_punctuation);
	run->can_close |= right && (star || !left || after_punctuation || at_end);
}

/* The run of "*" or "_" at `at`, and what CommonMark lets it do between its two neighbours. */
static struct delimiter_run delimiter_run_at(struct text plain, size_t at, char before_first)
{
	struct delimiter_run run = { .start = at, .end = at };
	char kind = plain.data[at];

	while (run.end < plain.bytes && plain.data[run.end] == kind)
		run.end++;
	while (run.start > 0 && plain.data[run.start - 1] == kind)
		run.start--;
	char before = run.start > 0 ? plain.data[run.start - 1] : before_first;
	char after = run.end < plain.bytes ? plain.data[run.end] : EDGE_UNKNOWN;
	judge_run(&run, plain, before, after, false);
	if (((unsigned char)before | (unsigned char)after) >= 0x80)
		judge_run(&run, plain, before, after, true);
	return run;
}

/* Start of the last run of `kind` that could close emphasis, or 0. */
static size_t last_closer(struct text plain, char kind, char before_first)
{
	for (size_t i = plain.bytes; i > 0;) {
		const char *hit = memrchr(plain.data, kind, i);
		if (!hit)
			return 0;
		struct delimiter_run run = delimiter_run_at(plain, (size_t)(hit - plain.data), before_first);
		if (run.can_close)
			return run.start;
		i = run.start;
	}
	return 0;
}

/* "&name;" or "&#12;" */
static bool is_reference_at(struct text plain, size_t at)
{
	enum { REFERENCE_BYTES_MAX = 33 };
	size_t i = at + 1, end = size_min(plain.bytes, at + REFERENCE_BYTES_MAX);

	if (i < end && plain.data[i] == '#')
		i++;
	size_t start = i;
	while (i < end && ascii_is_alnum(plain.data[i]))
		i++;
	return i > start && i < end && plain.data[i] == ';';
}

struct escape_scan { /* what is known of the rest of the text, found once */
	bool in_emphasis;
	bool closers_known[2];
	size_t last_closer[2]; /* of "*" and of "_" */
	bool bracket_known;
	size_t last_bracket;   /* of the last "](" or "]:" or "][", 0 when there is none */
	bool tilde_known;
	size_t last_tilde;
};

static size_t last_link_bracket(struct text plain)
{
	for (size_t i = plain.bytes; i > 0;) {
		const char *hit = memrchr(plain.data, ']', i);
		if (!hit)
			return 0;
		i = (size_t)(hit - plain.data);
		if (i + 1 < plain.bytes && (plain.data[i + 1] == '(' || plain.data[i + 1] == ':' || plain.data[i + 1] == '['))
			return i;
	}
	return 0;
}

static bool emphasis_needs_escape(struct escape_scan *scan, struct text plain, struct delimiter_run run, char before_first)
{
	char kind = plain.data[run.start];
	int which = kind == '_';

	if (run.end == plain.bytes && (kind == '*' || run.start == 0 || run.can_close))
		return true;
	if (run.start == 0 && before_first != ' ' && before_first != '\n' && kind == '*')
		return true;
	if (scan->in_emphasis && kind == '*' && (run.can_open || run.can_close))
		return true;
	if (!run.can_open)
		return false;
	if (!scan->closers_known[which]) {
		scan->closers_known[which] = true;
		scan->last_closer[which] = last_closer(plain, kind, before_first);
	}
	return scan->last_closer[which] > run.start;
}

static bool bracket_needs_escape(struct escape_scan *scan, struct text plain, size_t at)
{
	if (!scan->bracket_known) {
		scan->bracket_known = true;
		scan->last_bracket = last_link_bracket(plain);
	}
	return scan->last_bracket > at;
}

/* One or two of them strike out what stands before the next: "~3~". */
static bool tilde_needs_escape(struct escape_scan *scan, struct text plain, size_t at)
{
	char next = at + 1 < plain.bytes ? plain.data[at + 1] : ' ';

	if (next == '~' || (at > 0 && plain.data[at - 1] == '~'))
		return true;
	if (!scan->tilde_known) {
		scan->tilde_known = true;
		scan->last_tilde = (size_t)((const char *)memrchr(plain.data, '~', plain.bytes) - plain.data);
	}
	return !ascii_is_space(next) && scan->last_tilde > at;
}

static bool needs_escape(struct escape_scan *scan, struct text plain, size_t i)
{
	char next = i + 1 < plain.bytes ? plain.data[i + 1] : '\0';

	switch (plain.data[i]) {
	case '\\': return next == '\0' || next == '\n' || is_punctuation((unsigned char)next);
	case '`': return true;
	case '[': return bracket_needs_escape(scan, plain, i);
	case '<': return next == '\0' || ascii_is_alpha(next) || next == '/' || next == '!' || next == '?';
	case '&': return is_reference_at(plain, i);
	case '~': return tilde_needs_escape(scan, plain, i);
	default: return false;
	}
}

static void append_escaped(struct buffer *out, struct text plain, bool in_emphasis)
{
	struct escape_scan scan = { .in_emphasis = in_emphasis };
	char before_first = out->bytes > 0 ? out->data[out->bytes - 1] : '\n';
	size_t copied = 0;

	for (size_t i = 0; i < plain.bytes; i++) {
		char c = plain.data[i];
		if (!is_special[(unsigned char)c])
			continue;
		if (c == '*' || c == '_') {
			struct delimiter_run run = delimiter_run_at(plain, i, before_first);
			if (emphasis_needs_escape(&scan, plain, run, before_first)) {
				buffer_append(out, plain.data + copied, i - copied);
				for (size_t k = i; k < run.end; k++) {
					buffer_append_byte(out, '\\');
					buffer_append_byte(out, c);
				}
				copied = run.end;
			}
			i = run.end - 1;
		} else if (needs_escape(&scan, plain, i)) {
			buffer_append(out, plain.data + copied, i - copied);
			buffer_append_byte(out, '\\');
			copied = i;
		}
	}
	buffer_append(out, plain.data + copied, plain.bytes - copied);
}

void markdown_append_escaped(struct buffer *out, struct text plain)
{
	append_escaped(out, plain, false);
}

void markdown_append_escaped_in_emphasis(struct buffer *out, struct text plain)
{
	append_escaped(out, plain, true);
}

void markdown_append_code_span(struct buffer *out, struct text code)
{
	size_t longest = 0, run = 0;

	code = text_trim(code);
	if (code.bytes == 0)
		return;
	for (size_t i = 0; i < code.bytes; i++) {
		run = code.data[i] == '`' ? run + 1 : 0;
		longest = size_max(longest, run);
	}
	bool padded = code.data[0] == '`' || code.data[code.bytes - 1] == '`';
	buffer_append_repeat(out, '`', longest + 1);
	if (padded)
		buffer_append_byte(out, ' ');
	for (size_t start = 0; start < code.bytes;) {
		const char *newline = memchr(code.data + start, '\n', code.bytes - start);
		size_t end = newline ? (size_t)(newline - code.data) : code.bytes;
		buffer_append(out, code.data + start, end - start);
		if (newline)
			buffer_append_byte(out, ' ');
		start = end + 1;
	}
	if (padded)
		buffer_append_byte(out, ' ');
	buffer_append_repeat(out, '`', longest + 1);
}

/* Brackets in pairs need no escape. Escaped ones and those in code spans do not count. */
static bool brackets_balanced(struct text text)
{
	long depth = 0;

	for (size_t i = 0; i < text.bytes; i++) {
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == '[')
			depth++;
		else if (text.data[i] == ']' && --depth < 0)
			return false;
	}
	return depth == 0;
}

static void append_brackets_escaped(struct buffer *out, struct text text)
{
	for (size_t i = 0; i < text.bytes; i++) {
		if (text.data[i] == '[' || text.data[i] == ']')
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, text.data[i]);
		if (text.data[i] == '\\' && i + 1 < text.bytes)
			buffer_append_byte(out, text.data[++i]);
	}
}

static void append_target(struct buffer *out, struct text target)
{
	static const char hex[] = "0123456789ABCDEF";

	target = text_trim(target);
	for (size_t i = 0; i < target.bytes; i++) {
		unsigned char c = (unsigned char)target.data[i];
		if (c == '\n' || c == '\t')
			continue;
		if (c <= ' ' || c == 0x7F || c == '(' || c == ')' || c == '<' || c == '>' || c == '\\' || c == '`') {
			char encoded[3] = { '%', hex[c >> 4], hex[c & 15] };
			buffer_append(out, encoded, sizeof(encoded));
		} else {
			buffer_append_byte(out, (char)c);
		}
	}
}

/* One that no backslash stands before. */
static bool ends_in_exclamation_mark(const struct buffer *out)
{
	size_t backslashes = 0;

	if (out->status || out->bytes == 0 || out->data[out->bytes - 1] != '!')
		return false;
	while (backslashes + 1 < out->bytes && out->data[out->bytes - 2 - backslashes] == '\\')
		backslashes++;
	return backslashes % 2 == 0;
}

void markdown_append_link(struct buffer *out, struct text inline_text, struct text target)
{
	if (text_trim(target).bytes == 0 || text_trim(inline_text).bytes == 0) {
		buffer_append_text(out, inline_text);
		return;
	}
	if (ends_in_exclamation_mark(out)) { /* it would make an image of the link */
		buffer_truncate(out, out->bytes - 1);
		buffer_append_string(out, "\\!");
	}
	buffer_append_byte(out, '[');
	if (brackets_balanced(inline_text))
		buffer_append_text(out, inline_text);
	else
		append_brackets_escaped(out, inline_text);
	buffer_append_string(out, "](");
	append_target(out, target);
	buffer_append_byte(out, ')');
}

void markdown_append_image(struct buffer *out, struct text alternative_plain, struct text target)
{
	buffer_append_string(out, "![");
	for (size_t i = 0; i < alternative_plain.bytes; i++) {
		char c = alternative_plain.data[i];
		if (c == '[' || c == ']' || is_special[(unsigned char)c])
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, c == '\n' ? ' ' : c);
	}
	buffer_append_string(out, "](");
	append_target(out, target);
	buffer_append_byte(out, ')');
}

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct text markdown_repair_target(struct text target, struct buffer *scratch)
{
	static const struct { const char *before, *name; } carriers[] = {
		{ "edw:/alex?", "fn=" }, { "https://www.google.com/url?", "q=" }, { "http://www.google.com/url?", "q=" },
	};
	struct text rest = text_trim(target), field, name;
	size_t carrier = 0;

	while (carrier < COUNT_OF(carriers) && !text_starts_with_nocase(rest, text_from(carriers[carrier].before)))
		carrier++;
	if (carrier == COUNT_OF(carriers))
		return target;
	rest = text_slice(rest, strlen(carriers[carrier].before), rest.bytes);
	name = text_from(carriers[carrier].name);
	while (text_next_field(&rest, '&', &field)) {
		if (text_starts_with_nocase(field, TEXT_LITERAL("amp;")))
			field = text_slice(field, 4, field.bytes);
		if (!text_starts_with_nocase(field, name))
			continue;
		field = text_slice(field, name.bytes, field.bytes);
		if (field.bytes == 0)
			break;
		buffer_clear(scratch);
		for (size_t i = 0; i < field.bytes; i++) {
			int high = -1, low = -1;
			if (field.data[i] == '%' && i + 2 < field.bytes) {
				high = hex_value(field.data[i + 1]);
				low = hex_value(field.data[i + 2]);
			}
			int code = high >= 0 && low >= 0 ? high * 16 + low : -1;
			if (code > ' ' && code < 0x7F) {
				buffer_append_byte(scratch, (char)code);
				i += 2;
			} else {
				buffer_append_byte(scratch, field.data[i]);
			}
		}
		return scratch->status ? target : buffer_view(scratch);
	}
	return target;
}
