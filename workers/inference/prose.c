/* prose.c: see prose.h. */
#define _GNU_SOURCE
#include "workers/inference/prose.h"

#include "workers/inference/fact_tokens.h"
#include "workers/preprocess/blocks.h"
#include "workers/preprocess/sentence.h"

enum { CODE_SPAN_BYTES_MAX = 256, VALUE_CODE_BYTES_MAX = 80, VALUE_CODE_WORDS_MAX = 7, SENTENCE_WORDS_MIN = 4, SHORT_WORDS_MIN = 2, PLAIN_WORDS_MIN = 2,
       HIDDEN_MAX = 1 << 24, HIDDEN_BYTES = 8, PARENTHESIS_BYTES_MAX = 400 };

int prose_init(struct prose *prose, const struct domain *domain)
{
	static const enum domain_list lists[PROSE_PHRASES_COUNT] = {
		[PROSE_DANGLING] = DOMAIN_LIST_DANGLING_PHRASES,
		[PROSE_EXAMPLE] = DOMAIN_LIST_EXAMPLE_PHRASES,
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

/* The next code span from *position on, which moves behind it. False: there is none, or ticks that are none; the rest is read as it is. */
static bool next_code_span(struct text markdown, size_t *position, struct text *ret_span)
{
	const char *tick = *position < markdown.bytes ? memchr(markdown.data + *position, '`', markdown.bytes - *position) : NULL;
	while (tick && tick > markdown.data && tick[-1] == '\\') /* a tick as a sign */
		tick = memchr(tick + 1, '`', (size_t)(markdown.data + markdown.bytes - tick - 1));
	size_t at = tick ? (size_t)(tick - markdown.data) : markdown.bytes;
	size_t bytes = tick ? code_span_bytes(markdown, at) : 0;

	*ret_span = text_slice(markdown, at, at + bytes);
	*position = at + bytes;
	return bytes > 0;
}

/* Code spans stay as they are, while emphasis and links go on around them: they are read as one sign each, with its number, that Markdown does not know. */
static void hide_code(struct buffer *out, struct text markdown)
{
	size_t position = 0, copied = 0;
	struct text span;

	for (unsigned number = 0; number < HIDDEN_MAX && next_code_span(markdown, &position, &span); number++) {
		buffer_append_text(out, text_slice(markdown, copied, (size_t)(span.data - markdown.data)));
		buffer_append_format(out, "\x01%06x\x02", number);
		copied = position;
	}
	buffer_append_text(out, text_slice(markdown, copied, markdown.bytes));
}

/* The number of the sign that starts at `at`, or HIDDEN_MAX. */
static unsigned hidden_at(struct text plain, size_t at)
{
	unsigned number = 0;

	if (at + HIDDEN_BYTES > plain.bytes || plain.data[at + HIDDEN_BYTES - 1] != '\x02')
		return HIDDEN_MAX;
	for (size_t i = at + 1; i < at + HIDDEN_BYTES - 1; i++) {
		char c = plain.data[i];
		if (!ascii_is_digit(c) && !(c >= 'a' && c <= 'f'))
			return HIDDEN_MAX;
		number = number * 16 + (unsigned)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return number;
}

/* Puts the code spans of `markdown` back into what was made of it. One that went with the target of a link is passed over; none comes twice. */
static void show_code(struct buffer *out, const struct domain *domain, struct text plain, struct text markdown)
{
	size_t position = 0, copied = 0;
	unsigned next = 0;
	struct text span = { 0 };

	for (const char *sign; copied < plain.bytes && (sign = memchr(plain.data + copied, '\x01', plain.bytes - copied)) != NULL;) {
		const size_t at = (size_t)(sign - plain.data);
		const unsigned number = hidden_at(plain, at);
		bool known = number >= next && number < HIDDEN_MAX;
		prose_mark_identifiers(out, domain, text_slice(plain, copied, at));
		copied = at + (known ? HIDDEN_BYTES : 1);
		for (; known && next <= number; next++)
			known = next_code_span(markdown, &position, &span);
		if (known)
			append_collapsed(out, span);
	}
	prose_mark_identifiers(out, domain, text_slice(plain, copied, plain.bytes));
}

void prose_render(struct buffer *out, const struct domain *domain, struct text markdown)
{
	struct buffer hidden, plain;

	buffer_init(&hidden, SIZE_MAX / 4);
	buffer_init(&plain, SIZE_MAX / 4);
	hide_code(&hidden, markdown);
	block_append_plain(&plain, buffer_view(&hidden));
	show_code(out, domain, buffer_view(&plain), markdown);
	if (hidden.status || plain.status)
		out->status = hidden.status ? hidden.status : plain.status;
	buffer_done(&hidden);
	buffer_done(&plain);
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

/* Behind the tick that closes the code span open at `end`; `end` where none is open or none closes it near by. */
static size_t code_end(struct text text, size_t start, size_t end)
{
	size_t ticks = 0;
	for (size_t i = start; i < end; i++)
		ticks += text.data[i] == '`';
	const char *tick = ticks % 2 ? memchr(text.data + end, '`', size_min(text.bytes - end, CODE_SPAN_BYTES_MAX)) : NULL;
	return tick ? (size_t)(tick - text.data) + 1 : end;
}

/* No sentence ends within a code span: "`ALTER ROLE ... SET`". */
bool prose_next_sentence(struct text *rest, struct text *ret_sentence)
{
	*rest = text_trim(*rest);
	if (!rest->bytes)
		return false;
	size_t start = 0, end = sentence_next(*rest, 0);
	for (size_t code; (code = code_end(*rest, start, end)) > end; start = code)
		end = sentence_next(*rest, code);
	*ret_sentence = text_trim(text_slice(*rest, 0, end));
	*rest = text_slice(*rest, end, rest->bytes);
	return true;
}

bool prose_leads_on(struct text sentence)
{
	return sentence.bytes > 0 && sentence.data[sentence.bytes - 1] == ':';
}

struct word_counts {
	size_t words, plain; /* plain: outside code spans */
	size_t letters;
};

/* In Chinese and Japanese, which have no blanks between words, two signs count as one. */
static struct word_counts count_words(struct text sentence)
{
	struct word_counts counts = { 0 };
	size_t signs = 0;
	bool blank_before = true, in_code = false;
	for (size_t i = 0; i < sentence.bytes; i++) {
		char c = sentence.data[i];
		bool letter = ascii_is_alpha(c) || (unsigned char)c >= 0x80;
		bool word = blank_before && (letter || ascii_is_digit(c) || c == '`');
		in_code ^= c == '`';
		counts.words += word;
		counts.plain += word && !in_code && c != '`';
		counts.letters += letter;
		signs += (unsigned char)c >= 0xE3 && (unsigned char)c <= 0xE9 && !in_code;
		blank_before = ascii_is_space(c);
	}
	counts.words += signs / 2;
	counts.plain += signs / 2;
	return counts;
}

static bool is_cut(struct text sentence)
{
	char last = sentence.bytes ? sentence.data[sentence.bytes - 1] : ',';
	return last == ',' || last == ';' || last == '-' || last == '|' || sentence.data[0] == '|';
}

bool prose_is_caption(struct text sentence)
{
	static const struct text words[] = { TEXT_LITERAL("Figure "), TEXT_LITERAL("Fig. "), TEXT_LITERAL("Table ") };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_starts_with(sentence, words[i]) && sentence.bytes > words[i].bytes && ascii_is_digit(sentence.data[words[i].bytes])) {
			size_t at = words[i].bytes;
			while (at < sentence.bytes && (ascii_is_digit(sentence.data[at]) || strchr(".-", sentence.data[at])))
				at++;
			return at == sentence.bytes || sentence.data[at - 1] == '.' || sentence.data[at] == ':';
		}
	return false;
}

/* "Section 3 defines the services.", "Appendix B has a list.": what is elsewhere. */
static bool is_pointer(struct text sentence)
{
	static const struct text words[] = { TEXT_LITERAL("Section "), TEXT_LITERAL("Sections "), TEXT_LITERAL("Chapter "), TEXT_LITERAL("Clause "), TEXT_LITERAL("Appendix ") };
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct text rest = text_slice(sentence, size_min(words[i].bytes, sentence.bytes), sentence.bytes);
		bool numbered = rest.bytes && (ascii_is_digit(rest.data[0]) || (ascii_is_upper(rest.data[0]) && (rest.bytes == 1 || !ascii_is_alpha(rest.data[1]))));
		if (numbered && text_starts_with(sentence, words[i]))
			return true;
	}
	return false;
}

/* Behind the parenthesis that closes the one at `at`; `at` when none does near by. */
static size_t parenthesis_end(struct text text, size_t at)
{
	size_t depth = 0, limit = size_min(text.bytes, at + PARENTHESIS_BYTES_MAX);
	for (size_t end = at; end < limit; end++) {
		depth += text.data[end] == '(';
		depth -= text.data[end] == ')';
		if (!depth)
			return end + 1;
	}
	return at;
}

void prose_drop_references(const struct prose *prose, struct buffer *rendered)
{
	struct text text = buffer_view(rendered);
	bool in_code = false;
	size_t kept = 0;
	for (size_t at = 0; at < text.bytes;) {
		char c = text.data[at];
		in_code ^= c == '`';
		size_t end = c == '(' && !in_code ? parenthesis_end(text, at) : at;
		struct text inside = end > at ? text_slice(text, at + 1, end - 1) : (struct text){ 0 };
		if (inside.bytes && (is_pointer(inside) || prose_has(prose, PROSE_DANGLING, inside))) {
			while (kept && rendered->data[kept - 1] == ' ')
				kept--;
			at = end;
		} else {
			rendered->data[kept++] = c;
			at++;
		}
	}
	buffer_truncate(rendered, kept);
}

bool prose_is_reference(struct text sentence)
{
	static const struct text openers[] = { TEXT_LITERAL("See "), TEXT_LITERAL("Refer "), TEXT_LITERAL("Consult "), TEXT_LITERAL("For more information"),
					       TEXT_LITERAL("For more details"), TEXT_LITERAL("For further "), TEXT_LITERAL("For details"), TEXT_LITERAL("For a detailed ") };
	for (size_t i = 0; i < COUNT_OF(openers); i++)
		if (text_starts_with(sentence, openers[i]))
			return true;
	return is_pointer(sentence) || prose_is_caption(sentence);
}

/* "lo = 1 eth0 = 2": lines of a listing whose line breaks are gone. */
static bool is_listing(struct text sentence)
{
	struct text word;
	unsigned assignments = 0;
	while (assignments < 2 && text_next_field(&sentence, ' ', &word))
		assignments += text_equal(word, TEXT_LITERAL("="));
	return assignments > 1;
}

/* A word that sentences are made with, and declarations are not. */
static bool joins_words(const struct domain *domain, struct text word)
{
	static const struct text joints[] = { TEXT_LITERAL("to"), TEXT_LITERAL("and"), TEXT_LITERAL("or"), TEXT_LITERAL("not"), TEXT_LITERAL("from") };
	for (size_t i = 0; i < COUNT_OF(joints); i++)
		if (text_equal(word, joints[i]))
			return true;
	return domain_list_has(domain, DOMAIN_LIST_ARTICLES, word) || domain_list_has(domain, DOMAIN_LIST_AUXILIARIES, word) ||
	       domain_list_has(domain, DOMAIN_LIST_RELATIVES, word) || domain_list_has(domain, DOMAIN_LIST_NOUN_FOLLOWERS, word);
}

/* "… intrinsic routines such as", without what stood behind it. */
static bool lacks_end(const struct domain *domain, struct text sentence)
{
	size_t start = sentence.bytes;
	while (start > 0 && ascii_is_lower(sentence.data[start - 1]))
		start--;
	struct text last = text_slice(sentence, start, sentence.bytes);
	return last.bytes && start > 0 && sentence.data[start - 1] == ' ' && joins_words(domain, last);
}

bool prose_stands_alone(const struct prose *prose, struct text sentence)
{
	if (prose_leads_on(sentence) || is_cut(sentence) || prose_is_caption(sentence) || is_pointer(sentence) || is_listing(sentence) ||
	    lacks_end(prose->domain, sentence))
		return false;
	if (ascii_is_lower(sentence.data[0]) && domain_list_has(prose->domain, DOMAIN_LIST_RELATIVES, prose_first_word(sentence)))
		return false; /* "where x is the …": the rest of a formula or of code */
	struct word_counts counts = count_words(sentence);
	return counts.words >= SENTENCE_WORDS_MIN && counts.plain >= PLAIN_WORDS_MIN && counts.letters * 2 > sentence.bytes &&
	       !prose_has(prose, PROSE_DANGLING, sentence);
}

bool prose_is_short_sentence(const struct prose *prose, struct text sentence)
{
	return !prose_leads_on(sentence) && !is_cut(sentence) && strchr(".!", sentence.data[sentence.bytes - 1]) &&
	       count_words(sentence).words >= SHORT_WORDS_MIN && !prose_has(prose, PROSE_DANGLING, sentence);
}

/* "name(", "a_name (": what is called or declared; nothing but a qualifier behind the closing one. */
static bool has_arguments(struct text line)
{
	const char *open = memchr(line.data, '(', line.bytes), *close = memrchr(line.data, ')', line.bytes);
	if (!open || !close || open == line.data || close < open)
		return false;
	size_t at = (size_t)(open - line.data), behind = (size_t)(line.data + line.bytes - close), start = at - 1;
	bool spaced = line.data[at - 1] == ' ';
	while (spaced && start > 0 && line.data[start - 1] != ' ')
		start--;
	struct text name = text_slice(line, start, at);
	bool named = spaced ? fact_is_identifier(text_trim(name)) || open[1] == ' ' : ascii_is_word(line.data[at - 1]);
	return named && behind <= sizeof(" const = 0;");
}

/* "-r, --readonly", "--log=FILE": no end of a sentence. */
static bool is_option(struct text line)
{
	enum { OPTION_BYTES_MAX = 100 };
	size_t marks = text_starts_with(line, TEXT_LITERAL("--")) ? 2 : text_starts_with(line, TEXT_LITERAL("-"));
	return marks && line.bytes > marks && line.bytes <= OPTION_BYTES_MAX && ascii_is_alnum(line.data[marks]) && !strchr(".:!?,;", line.data[line.bytes - 1]);
}

/* "const struct value_string gsm48_reject_names []" */
static bool is_variable(struct text line)
{
	static const struct text words[] = { TEXT_LITERAL("const"), TEXT_LITERAL("static"), TEXT_LITERAL("extern"), TEXT_LITERAL("struct"), TEXT_LITERAL("enum"),
					     TEXT_LITERAL("union"), TEXT_LITERAL("unsigned"), TEXT_LITERAL("volatile"), TEXT_LITERAL("typedef") };
	struct text first = prose_first_word(line), rest = line, word;
	bool keyword = false, named = false;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		keyword = keyword || (first.data == line.data && text_equal(first, words[i]));
	while (keyword && !named && text_next_field(&rest, ' ', &word))
		named = fact_is_identifier(word);
	return named && (ascii_is_word(line.data[line.bytes - 1]) || line.data[line.bytes - 1] == ']');
}

bool prose_is_declaration(const struct prose *prose, struct text rendered)
{
	enum { LINE_BYTES_MAX = 512 };
	char plain[LINE_BYTES_MAX];
	struct text line = text_trim(rendered), rest = line, word;
	bool code = line.bytes > 2 && line.data[0] == '`' && memchr(line.data + 1, '`', line.bytes - 1) == line.data + line.bytes - 1;
	if (code)
		return true;
	if (line.bytes > LINE_BYTES_MAX)
		return false;
	for (line = (struct text){ plain, 0 }; text_next_field(&rest, '`', &word); line.bytes += word.bytes)
		memcpy(plain + line.bytes, word.data, word.bytes);
	rest = line;
	bool braces = line.bytes > 0 && line.data[line.bytes - 1] == '}' && memchr(line.data, '{', line.bytes);
	bool program = line.bytes >= 4 && (has_arguments(line) || is_variable(line) || line.data[line.bytes - 1] == ';' || braces);
	if (!program && !is_option(line))
		return false;
	while (text_next_field(&rest, ' ', &word))
		if (joins_words(prose->domain, word))
			return false;
	return true;
}

void prose_append_code(struct buffer *out, struct text rendered)
{
	struct text part;
	buffer_append_byte(out, '`');
	while (text_next_field(&rendered, '`', &part))
		buffer_append_text(out, part);
	buffer_append_byte(out, '`');
}
