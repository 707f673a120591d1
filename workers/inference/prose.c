/* prose.c: see prose.h. */
#define _GNU_SOURCE
#include "workers/inference/prose.h"

#include "workers/preprocess/blocks.h"
#include "workers/preprocess/sentence.h"

enum { VALUE_CODE_BYTES_MAX = 80, VALUE_CODE_WORDS_MAX = 7, SENTENCE_WORDS_MIN = 4, LINK_TEXT_BYTES_MAX = 400, LINK_TARGET_BYTES_MAX = 1000 };

int prose_init(struct prose *prose, const struct domain *domain)
{
	static const enum domain_list lists[PROSE_PHRASES_COUNT] = {
		[PROSE_DANGLING] = DOMAIN_LIST_DANGLING_PHRASES,
		[PROSE_TROUBLESHOOTING] = DOMAIN_LIST_TROUBLESHOOTING_HEADINGS,
		[PROSE_OPTIMISATION] = DOMAIN_LIST_OPTIMISATION_HEADINGS,
		[PROSE_FAULT] = DOMAIN_LIST_FAULT_WORDS,
	};
	*prose = (struct prose){ .domain = domain };
	for (size_t i = 0; i < PROSE_PHRASES_COUNT; i++) {
		size_t count;
		const struct text *items = domain_list(domain, lists[i], &count);
		int status = phrases_init(&prose->phrases[i], items, count);
		if (status)
			return status;
	}
	return 0;
}

void prose_done(struct prose *prose)
{
	for (size_t i = 0; i < PROSE_PHRASES_COUNT; i++)
		phrases_done(&prose->phrases[i]);
}

bool prose_has(const struct prose *prose, enum prose_phrases phrases, struct text text)
{
	return phrases_count(&prose->phrases[phrases], text, 1) > 0;
}

static void append_collapsed(struct buffer *out, struct text text)
{
	for (size_t i = 0; i < text.bytes; i++) {
		bool space = ascii_is_space(text.data[i]);
		bool after_space = !out->bytes || out->data[out->bytes - 1] == ' ' || out->data[out->bytes - 1] == '\n';
		if (!space)
			buffer_append_byte(out, text.data[i]);
		else if (!after_space)
			buffer_append_byte(out, ' ');
	}
}

struct next_match {
	enum domain_pattern pattern;
	struct domain_match match;
	bool valid, exhausted;
};

void prose_mark_identifiers(struct buffer *out, const struct domain *domain, struct text plain)
{
	struct next_match patterns[] = { { .pattern = DOMAIN_PATTERN_ATTRIBUTE }, { .pattern = DOMAIN_PATTERN_COUNTER },
					 { .pattern = DOMAIN_PATTERN_EVENT } };
	size_t position = 0;
	for (;;) {
		const struct next_match *first = NULL;
		for (size_t i = 0; i < COUNT_OF(patterns); i++) {
			struct next_match *next = &patterns[i];
			if (!next->exhausted && (!next->valid || next->match.start < position)) {
				next->valid = domain_search(domain, next->pattern, plain, position, &next->match);
				next->exhausted = !next->valid;
			}
			if (next->valid && (!first || next->match.start < first->match.start ||
					    (next->match.start == first->match.start && next->match.end > first->match.end)))
				first = next;
		}
		if (!first)
			break;
		append_collapsed(out, text_slice(plain, position, first->match.start));
		buffer_append_byte(out, '`');
		buffer_append_text(out, text_slice(plain, first->match.start, first->match.end));
		buffer_append_byte(out, '`');
		position = size_max(first->match.end, position + 1);
	}
	append_collapsed(out, text_slice(plain, position, plain.bytes));
}

static void render_outside_code(struct buffer *out, const struct domain *domain, struct text markdown, struct buffer *scratch)
{
	buffer_clear(scratch);
	block_append_plain(scratch, markdown);
	if (scratch->status)
		out->status = scratch->status;
	prose_mark_identifiers(out, domain, buffer_view(scratch));
}

/* Bytes of a code span that starts at `at` (a tick), ticks included, or 0. */
static size_t code_span_bytes(struct text markdown, size_t at)
{
	size_t ticks = 0;
	while (at + ticks < markdown.bytes && markdown.data[at + ticks] == '`')
		ticks++;
	if (ticks != 1)
		return 0;
	const char *end = memchr(markdown.data + at + 1, '`', markdown.bytes - at - 1);
	return end && end > markdown.data + at + 1 ? (size_t)(end - markdown.data) + 1 - at : 0;
}

/* Offset of the `close` that ends what begins behind `at` with an `open`, nested ones and code spans stepped over; 0 when none is near. */
static size_t matching(struct text markdown, size_t at, char open, char close, size_t bytes_max)
{
	size_t depth = 1, end = size_min(markdown.bytes, at + bytes_max);
	for (size_t i = at + 1; i < end; i++) {
		size_t code = markdown.data[i] == '`' ? code_span_bytes(text_slice(markdown, 0, end), i) : 0;
		if (code)
			i += code - 1;
		else if (markdown.data[i] == '\\')
			i++;
		else if (markdown.data[i] == open)
			depth++;
		else if (markdown.data[i] == close && --depth == 0)
			return i;
	}
	return 0;
}

/* Links become their text here already, since their text may have code spans, which are cut out before the rest is rendered. */
static void append_without_links(struct buffer *out, struct text markdown)
{
	size_t copied = 0, link_end = 0, text_end = 0;
	for (size_t i = 0; i < markdown.bytes; i++) {
		size_t code = markdown.data[i] == '`' ? code_span_bytes(markdown, i) : 0;
		bool image = i > 0 && markdown.data[i - 1] == '!';
		if (link_end && i == text_end) { /* "](target)" */
			buffer_append_text(out, text_slice(markdown, copied, i));
			copied = link_end;
			i = link_end - 1;
			link_end = 0;
		} else if (code) {
			i += code - 1;
		} else if (markdown.data[i] == '\\') {
			i++;
		} else if (markdown.data[i] == '[' && !image && !link_end) {
			size_t close = matching(markdown, i, '[', ']', LINK_TEXT_BYTES_MAX);
			bool target = close && close + 1 < markdown.bytes && markdown.data[close + 1] == '(';
			size_t end = target ? matching(markdown, close + 1, '(', ')', LINK_TARGET_BYTES_MAX) : 0;
			if (!end)
				continue;
			buffer_append_text(out, text_slice(markdown, copied, i));
			copied = i + 1;
			text_end = close;
			link_end = end + 1;
		}
	}
	buffer_append_text(out, text_slice(markdown, copied, markdown.bytes));
}

void prose_render(struct buffer *out, const struct domain *domain, struct text markdown)
{
	struct buffer scratch, unlinked;
	buffer_init(&scratch, out->bytes_max);
	buffer_init(&unlinked, out->bytes_max);
	if (markdown.bytes && memchr(markdown.data, '`', markdown.bytes) && memmem(markdown.data, markdown.bytes, "](", 2)) {
		append_without_links(&unlinked, markdown);
		markdown = buffer_view(&unlinked);
	}
	size_t position = 0;
	bool ticks_balance = true;
	while (position < markdown.bytes) {
		const char *tick = ticks_balance ? memchr(markdown.data + position, '`', markdown.bytes - position) : NULL;
		size_t at = tick ? (size_t)(tick - markdown.data) : markdown.bytes;
		size_t span = tick ? code_span_bytes(markdown, at) : 0;
		if (tick && !span) { /* unusual ticks: the whole rest goes the plain way */
			ticks_balance = false;
			continue;
		}
		struct text outside = text_slice(markdown, position, at);
		while (span && outside.bytes && outside.data[outside.bytes - 1] == '*') /* emphasis around a code span */
			outside.bytes--;
		while (position > 0 && outside.bytes && outside.data[0] == '*')
			outside = text_slice(outside, 1, outside.bytes);
		render_outside_code(out, domain, outside, &scratch);
		if (span)
			append_collapsed(out, text_slice(markdown, at, at + span));
		position = at + span;
	}
	if (unlinked.status)
		out->status = unlinked.status;
	buffer_done(&scratch);
	buffer_done(&unlinked);
}

void prose_append_value(struct buffer *out, struct text value)
{
	size_t words = 0;
	bool blank_before = true;
	for (size_t i = 0; i < value.bytes; i++) {
		words += blank_before && !ascii_is_space(value.data[i]);
		blank_before = ascii_is_space(value.data[i]);
	}
	bool sentence = words > 2 && value.data[value.bytes - 1] == '.';
	bool code = value.bytes <= VALUE_CODE_BYTES_MAX && !sentence && words <= VALUE_CODE_WORDS_MAX && !memchr(value.data, '`', value.bytes) &&
		    !memchr(value.data, '\n', value.bytes);
	if (code)
		buffer_append_byte(out, '`');
	append_collapsed(out, value);
	if (code)
		buffer_append_byte(out, '`');
}

struct text prose_first_word(struct text text)
{
	size_t start = 0;
	while (start < text.bytes && !ascii_is_word(text.data[start]) && (unsigned char)text.data[start] < 0x80)
		start++;
	size_t end = start;
	while (end < text.bytes && (ascii_is_word(text.data[end]) || (unsigned char)text.data[end] >= 0x80 || text.data[end] == '\''))
		end++;
	return text_slice(text, start, end);
}

bool prose_next_sentence(struct text *rest, struct text *ret_sentence)
{
	*rest = text_trim(*rest);
	if (!rest->bytes)
		return false;
	size_t end = sentence_next(*rest, 0);
	*ret_sentence = text_trim(text_slice(*rest, 0, end));
	*rest = text_slice(*rest, end, rest->bytes);
	return true;
}

bool prose_leads_on(struct text sentence)
{
	return sentence.bytes > 0 && sentence.data[sentence.bytes - 1] == ':';
}

bool prose_stands_alone(const struct prose *prose, struct text sentence)
{
	if (!sentence.bytes || prose_leads_on(sentence))
		return false;
	char last = sentence.data[sentence.bytes - 1];
	if (last == ',' || last == ';' || last == '-' || last == '|' || sentence.data[0] == '|')
		return false;
	if (ascii_is_lower(sentence.data[0]) && domain_list_has(prose->domain, DOMAIN_LIST_RELATIVES, prose_first_word(sentence)))
		return false; /* "where x is the …": the rest of a formula or of code */
	size_t words = 0, letters = 0;
	bool blank_before = true;
	for (size_t i = 0; i < sentence.bytes; i++) {
		words += blank_before && (ascii_is_alnum(sentence.data[i]) || sentence.data[i] == '`' || (unsigned char)sentence.data[i] >= 0x80);
		letters += ascii_is_alpha(sentence.data[i]) || (unsigned char)sentence.data[i] >= 0x80;
		blank_before = ascii_is_space(sentence.data[i]);
	}
	return words >= SENTENCE_WORDS_MIN && letters * 2 > sentence.bytes && !prose_has(prose, PROSE_DANGLING, sentence);
}
