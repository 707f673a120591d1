/* fact_tokens.c: see fact_tokens.h. */
#include "workers/inference/fact_tokens.h"

#include "base/check.h"
#include "workers/inference/fact_bytes.h"
#include "workers/inference/fact_words.h"

enum { UNIT_BYTES_MAX = 32 };

void fact_scanner_init(struct fact_scanner *scanner, const struct domain *domain, struct text text)
{
	*scanner = (struct fact_scanner){ .domain = domain, .text = text, .before = FACT_SENTENCE_START | FACT_LINE_START };
}

static int byte_at(const struct fact_scanner *scanner, size_t position)
{
	return position < scanner->text.bytes ? (unsigned char)scanner->text.data[position] : -1;
}

/* Letters beyond ASCII are part of words; punctuation (U+2000–U+2BFF, U+3000–U+303F, the full-width forms), U+00A0–U+00BF but µ,
 * and × ÷ are not. */
static size_t letter_bytes(const struct fact_scanner *scanner, size_t position)
{
	int c = byte_at(scanner, position);
	if (c < 0)
		return 0;
	if (c < 0x80)
		return byte_class((char)c) & BYTE_WORD;
	int next = byte_at(scanner, position + 1);
	if (c == 0xC2)
		return next == 0xB5 ? 2 : 0;
	if (c == 0xC3)
		return next == 0x97 || next == 0xB7 ? 0 : 2;
	if (c == 0xE2 || c < 0xC0 || (c == 0xE3 && next == 0x80) || (c == 0xEF && next == 0xBC))
		return 0;
	return c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static bool is_digit_at(const struct fact_scanner *scanner, size_t position)
{
	int c = byte_at(scanner, position);
	return c >= '0' && c <= '9';
}

/* Behind the word that starts at `position`: letters, digits, "_", "\_", and dots between them. */
static size_t word_end(const struct fact_scanner *scanner, size_t position, bool with_dots)
{
	size_t start = position;
	while (position < scanner->text.bytes && byte_class(scanner->text.data[position]) & BYTE_WORD)
		position++;
	int next = byte_at(scanner, position);
	if (next < 0x80 && next != '\\' && (next != '.' || !with_dots))
		return position;
	bool wide = letter_bytes(scanner, start) > 2; /* scripts without blanks: an identifier among them is a word of its own */
	for (;;) {
		size_t bytes = letter_bytes(scanner, position);
		if (bytes && (bytes > 2) != wide)
			return position;
		if (bytes) {
			position = size_min(position + bytes, scanner->text.bytes);
			continue;
		}
		int c = byte_at(scanner, position);
		int behind = c == '\\' ? byte_at(scanner, position + 1) : -1;
		bool joins = behind == '_' || (behind == '\\' && byte_at(scanner, position + 2) == '_') || /* "\_", or escaped twice */
			     (with_dots && !wide && c == '.' && letter_bytes(scanner, position + 1) && byte_at(scanner, position + 1) != '_');
		if (!joins)
			return position;
		position++;
	}
}

/* The bytes of a blank that parts thousands: "350 000"; a plain blank before other digits parts two numbers. */
static size_t thousands_blank(const struct fact_scanner *scanner, size_t start, size_t position)
{
	int c = byte_at(scanner, position), next = byte_at(scanner, position + 1);
	size_t bytes = c == ' ' ? 1 : c == 0xC2 && next == 0xA0 ? 2 : c == 0xE2 && next == 0x80 && byte_at(scanner, position + 2) == 0xAF ? 3 : 0;
	if (!bytes || position == start)
		return 0;
	for (size_t i = 0; i < 3; i++)
		if (!is_digit_at(scanner, position + bytes + i) || (bytes == 1 && byte_at(scanner, position + bytes + i) != '0'))
			return 0;
	return is_digit_at(scanner, position + bytes + 3) ? 0 : bytes;
}

/* A number begins at `position` (behind its sign). Fills in the plain form; returns where it ends. */
static size_t read_number(const struct fact_scanner *scanner, size_t position, bool negative, struct fact_token *token)
{
	size_t bytes = 0, start = position, point = 0;
	token->first_group_bytes = 0;
	if (negative)
		token->number[bytes++] = '-';
	for (; bytes < FACT_NUMBER_BYTES_MAX; position++) {
		int c = byte_at(scanner, position);
		if (c == ',' && !point && position - start <= 3 + token->first_group_bytes * 64 && is_digit_at(scanner, position + 1) &&
		    is_digit_at(scanner, position + 2) && is_digit_at(scanner, position + 3) && !is_digit_at(scanner, position + 4)) {
			if (!token->first_group_bytes)
				token->first_group_bytes = position - start;
			continue;
		}
		size_t blank = thousands_blank(scanner, start, position);
		if (blank) {
			position += blank - 1;
			continue;
		}
		if (c == '.' && !point && is_digit_at(scanner, position + 1)) {
			token->number[bytes] = '.';
			point = bytes++;
			continue;
		}
		if (!is_digit_at(scanner, position))
			break;
		token->number[bytes++] = (char)c;
	}
	while (is_digit_at(scanner, position)) /* beyond what a plain form holds */
		position++;
	if (point)
		while (bytes > point && (token->number[bytes - 1] == '0' || token->number[bytes - 1] == '.'))
			bytes--;
	token->number_bytes = bytes;
	return position;
}

static bool is_degree(const struct fact_scanner *scanner, size_t position)
{
	return byte_at(scanner, position) == 0xC2 && byte_at(scanner, position + 1) == 0xB0;
}

/* The longest unit of the pack that begins here: "MB/s" before "MB"; or empty. `*ret_known` is it as a word that the memo knows, or NULL. */
static struct text unit_at(const struct fact_scanner *scanner, size_t position, const struct fact_word **ret_known)
{
	*ret_known = NULL;
	size_t end = word_end(scanner, position + (is_degree(scanner, position) ? 2 : 0), false);
	struct text word = text_slice(scanner->text, position, end);
	if (!word.bytes || word.bytes > UNIT_BYTES_MAX || ascii_is_digit(word.data[0]))
		return (struct text){ 0 };
	if (byte_at(scanner, end) == '/' && letter_bytes(scanner, end + 1)) {
		struct text rate = text_slice(scanner->text, position, word_end(scanner, end + 1, false));
		if (rate.bytes <= UNIT_BYTES_MAX && domain_list_has(scanner->domain, DOMAIN_LIST_UNITS, rate))
			return rate;
	}
	static const struct text scales[] = { TEXT_LITERAL(" Celsius"), TEXT_LITERAL(" Fahrenheit") };
	if (text_equal(word, TEXT_LITERAL("degrees")))
		for (size_t i = 0; i < COUNT_OF(scales); i++)
			if (text_starts_with(text_slice(scanner->text, end, scanner->text.bytes), scales[i]))
				return text_slice(scanner->text, position, end + scales[i].bytes);
	*ret_known = word.bytes <= FACT_LISTED_BYTES_MAX ? fact_memo_known(scanner->memo, word) : NULL;
	if (*ret_known)
		return (*ret_known)->listed || (*ret_known)->spelled ? word : (struct text){ 0 };
	return domain_list_has(scanner->domain, DOMAIN_LIST_UNITS, word) || fact_words_spells_unit(word) ? word : (struct text){ 0 };
}

/* The unit behind a number that ends at `position`: "%", or a word of the pack's units, after at most one blank and code ticks. */
static struct text read_unit(const struct fact_scanner *scanner, size_t position, size_t *ret_end, const struct fact_word **ret_known)
{
	*ret_end = position;
	size_t at = position;
	bool bracket = false;
	for (size_t skipped = 0; skipped < 4; skipped++) {
		int c = byte_at(scanner, at);
		if (c == '(' && !bracket)
			bracket = true;
		else if (c != ' ' && c != '`' && c != '*')
			break;
		at++;
	}
	if (byte_at(scanner, at) == 0xC2 && byte_at(scanner, at + 1) == 0xA0)
		at += 2;
	*ret_known = NULL;
	if (byte_at(scanner, at) == '%') {
		*ret_end = at + 1;
		return text_slice(scanner->text, at, at + 1);
	}
	struct text word = unit_at(scanner, at, ret_known);
	size_t end = at + word.bytes;
	if (!word.bytes || (bracket && byte_at(scanner, end) != ')'))
		return (struct text){ 0 };
	*ret_end = end;
	return word;
}

static bool is_sign(const struct fact_scanner *scanner, size_t position)
{
	if (!is_digit_at(scanner, position + 1))
		return false;
	if (position == 0)
		return true;
	char before = scanner->text.data[position - 1];
	if (before == '/' && position > 1 && scanner->text.data[position - 2] == '+') /* +/-1 */
		return false;
	return !ascii_is_word(before) && before != ')' && before != '-';
}

static void take_number(struct fact_scanner *scanner, size_t start, size_t digits, struct fact_token *token)
{
	size_t end = read_number(scanner, digits, digits != start, token);
	bool version = byte_at(scanner, end) == '.' && (is_digit_at(scanner, end + 1) || (letter_bytes(scanner, end + 1) == 1 && is_digit_at(scanner, end + 2))); /* 15.2.0, 22.Q4 */
	if (end - digits <= 2 && byte_at(scanner, end) == ':' && is_digit_at(scanner, end + 1) &&
	    is_digit_at(scanner, end + 2) && !is_digit_at(scanner, end + 3)) {
		token->kind = FACT_IDENTIFIER; /* 23:00 */
		token->number_bytes = token->first_group_bytes = 0;
		token->text = text_slice(scanner->text, digits, end + 3);
		scanner->position = end + 3;
		return;
	}
	size_t unit_end;
	struct text unit = read_unit(scanner, end, &unit_end, &token->unit_word);
	size_t letter = letter_bytes(scanner, end);
	if (version || (letter && letter <= 2 && !unit.bytes)) { /* 15.2.0, 16QAM, 0x1F */
		end = word_end(scanner, end, true);
		token->kind = FACT_IDENTIFIER;
		token->number_bytes = token->first_group_bytes = 0;
		token->ordinal = fact_words_ordinal(text_slice(scanner->text, digits, end));
		start = digits;
	} else {
		token->kind = FACT_NUMBER;
		token->unit = unit;
		if (unit.bytes && (unit.data == scanner->text.data + end || memchr(unit.data, ' ', unit.bytes))) /* "10ms", "10 degrees Celsius": the unit is no word of its own */
			end = unit_end;
	}
	token->text = text_slice(scanner->text, start, end);
	scanner->position = end;
}

/* "Third, …" at the beginning of a sentence, "third-party", "third party": no place in an order. */
static bool enumerates(const struct fact_scanner *scanner, size_t end)
{
	return (scanner->before & FACT_SENTENCE_START && byte_at(scanner, end) == ',') || byte_at(scanner, end) == '-' ||
	       text_starts_with(text_slice(scanner->text, end, scanner->text.bytes), TEXT_LITERAL(" part"));
}

/* "is on by default", "`on`": a state, unlike the "on" before what something stands on. */
static bool says_on(const struct fact_scanner *scanner, struct text word, size_t start, size_t end)
{
	static const struct text before[] = { TEXT_LITERAL("is "), TEXT_LITERAL("are "), TEXT_LITERAL("be "), TEXT_LITERAL("to "), TEXT_LITERAL("ed "), TEXT_LITERAL(": "), TEXT_LITERAL("`"), TEXT_LITERAL("=") };
	static const struct text after[] = { TEXT_LITERAL(" by default"), TEXT_LITERAL("`"), TEXT_LITERAL("."), TEXT_LITERAL(","), TEXT_LITERAL(";"), TEXT_LITERAL(")"), TEXT_LITERAL(" and "),
					     TEXT_LITERAL(" while"), TEXT_LITERAL(" unless"), TEXT_LITERAL(" out of"), TEXT_LITERAL(" (") };
	if (word.bytes != 2 || word.data[0] != 'o' || word.data[1] != 'n')
		return false;
	struct text left = text_slice(scanner->text, 0, start), right = text_slice(scanner->text, end, scanner->text.bytes);
	bool stands = false, ends = !right.bytes || right.data[0] == '\n';
	for (size_t i = 0; i < COUNT_OF(before); i++)
		stands = stands || (left.bytes >= before[i].bytes && memcmp(left.data + left.bytes - before[i].bytes, before[i].data, before[i].bytes) == 0);
	for (size_t i = 0; i < COUNT_OF(after); i++)
		ends = ends || text_starts_with(right, after[i]);
	return stands && ends;
}

/* "--size", "-s": behind a blank, a bracket or the like. Outside code one dash and more than a letter is a dash. */
static void take_option(const struct fact_scanner *scanner, size_t start, struct fact_token *token)
{
	size_t dashes = start >= 2 && scanner->text.data[start - 2] == '-' ? 2 : 1, end = start;
	int before = byte_at(scanner, start - dashes - (start > dashes));
	if (!ascii_is_alpha(scanner->text.data[start]) || (start > dashes && (before >= 0x80 || !memchr(" `([{|\"'/*,=\n\t", before, 14))))
		return;
	while (letter_bytes(scanner, end) == 1 || (byte_at(scanner, end) == '-' && letter_bytes(scanner, end + 1) == 1))
		end++;
	token->option = dashes == 2 || end - start == 1 || scanner->in_code;
	token->dashed = token->option ? text_slice(scanner->text, start - dashes, end) : (struct text){ 0 };
}

static bool follows_apostrophe(const struct fact_scanner *scanner, size_t start)
{
	size_t bytes = start > 0 && scanner->text.data[start - 1] == '\'' ? 1 : start > 2 && memcmp(scanner->text.data + start - 3, "\xE2\x80\x99", 3) == 0 ? 3 : 0;
	return bytes && start > bytes && ascii_is_word(scanner->text.data[start - bytes - 1]);
}

static void take_word(struct fact_scanner *scanner, size_t start, struct fact_token *token)
{
	size_t behind = word_end(scanner, start, true), end = behind;
	while (end > start && scanner->text.data[end - 1] == '_')
		end--;
	size_t first = start;
	while (first < end && scanner->text.data[first] == '_')
		first++;
	token->text = text_slice(scanner->text, first, end);
	scanner->position = end > start ? end : behind; /* a run of "_" is gone through once */
	if (end - start == 1 && scanner->text.data[start] == 's' && follows_apostrophe(scanner, start)) { /* "the node's": no seconds */
		token->text.bytes = 0;
		return;
	}
	struct fact_word unkept;
	struct fact_word *word = fact_memo_word(scanner->memo, token->text, &unkept);
	token->word = word == &unkept ? NULL : word;
	token->kind = word->identifier ? FACT_IDENTIFIER : word->name && !(scanner->before & FACT_SENTENCE_START) ? FACT_NAME : FACT_WORD;
	token->dotted = word->identifier && memchr(token->text.data, '.', token->text.bytes);
	if (start && scanner->text.data[start - 1] == '-')
		take_option(scanner, start, token);
	token->wide = token->text;
	if (token->text.bytes && (byte_at(scanner, end) == '/' || (start >= 2 && is_degree(scanner, start - 2)))) {
		const struct fact_word *known;
		struct text unit = unit_at(scanner, is_degree(scanner, start - 2) ? start - 2 : start, &known);
		token->wide = unit.bytes ? unit : token->text;
	}
	token->state = says_on(scanner, token->text, start, end) ? 2 : word->state;
	if (word->ordinal && token->kind == FACT_WORD && !scanner->in_code && !enumerates(scanner, end))
		token->ordinal = fact_words_ordinal(token->text);
	if (word->number && token->kind == FACT_WORD && !scanner->in_code) {
		size_t unit_end;
		struct text number = fact_words_number(token->text);
		memcpy(token->number, number.data, number.bytes);
		token->number_bytes = number.bytes;
		token->unit = read_unit(scanner, end, &unit_end, &token->unit_word);
	}
}

/* "12. " or "3) " at the start of a line is how a list is written, not a number. */
static size_t list_marker_end(const struct fact_scanner *scanner, size_t position)
{
	size_t end = position;
	while (is_digit_at(scanner, end) && end - position < 9)
		end++;
	int mark = byte_at(scanner, end);
	if (end == position || (mark != '.' && mark != ')') || byte_at(scanner, end + 1) != ' ')
		return position;
	return end + 2;
}

/* Behind the language that an opening fence names: "bash" is no fact. */
static size_t fence_language_end(const struct fact_scanner *scanner, size_t position)
{
	size_t end = position;
	while (end - position < 32 && letter_bytes(scanner, end))
		end++;
	int c = byte_at(scanner, end);
	return c == '\n' || c == '\r' || c == -1 ? end : position;
}

/* Steps over one byte that is no word; true when it ends a sentence or a line, or is a unit (token is filled in). */
static bool take_punctuation(struct fact_scanner *scanner, struct fact_token *token)
{
	size_t at = scanner->position++;
	int c = byte_at(scanner, at), next = byte_at(scanner, at + 1);
	if (c == '\n') {
		scanner->before |= FACT_LINE_START | FACT_SENTENCE_START;
		scanner->column = 0;
		if (!scanner->in_fence)
			scanner->in_code = false;
		token->kind = FACT_LINE;
		token->text = text_slice(scanner->text, at, at);
		return true;
	}
	if (c == '`') {
		if (next == '`' && byte_at(scanner, at + 2) == '`') {
			scanner->in_fence = !scanner->in_fence;
			scanner->in_code = scanner->in_fence;
			scanner->position = at + 3;
			if (scanner->in_fence)
				scanner->position = fence_language_end(scanner, scanner->position);
		} else if (!scanner->in_fence) {
			scanner->in_code = !scanner->in_code;
		}
		scanner->span++;
		return false;
	}
	if (c == '%') { /* a unit by itself, in a column of units */
		scanner->before &= FACT_BREAKS | FACT_COLON;
		token->kind = FACT_WORD;
		token->text = token->wide = text_slice(scanner->text, at, at + 1);
		return true;
	}
	if (c == 0xE2 && next == 0x80 && byte_at(scanner, at + 2) == 0x9C) {
		scanner->before |= FACT_SENTENCE_START;
	} else if ((c == '.' || c == '!' || c == '?') && !(c == '.' && fact_scanner_is_abbreviated(scanner, at)) && (next == ' ' || next == '\n' || next == -1) && !scanner->in_code && !scanner->column) {
		scanner->before |= FACT_SENTENCE_START;
		token->kind = FACT_SEPARATOR;
		token->text = text_slice(scanner->text, at, at);
		return true;
	}
	return false;
}

static void begin_token(const struct fact_scanner *scanner, struct fact_token *token)
{
	token->text = (struct text){ scanner->text.data + scanner->position, 0 };
	token->word = NULL;
	token->unit_word = NULL;
	token->unit = token->wide = token->ordinal = token->dashed = (struct text){ 0 };
	token->in_code = scanner->in_code;
	token->dotted = token->option = false;
	token->breaks = scanner->before & FACT_BREAKS;
	token->colon = scanner->before & FACT_COLON;
	token->span = scanner->span;
	token->number_bytes = token->first_group_bytes = 0;
	token->state = 0;
	token->column = scanner->column;
	token->first = scanner->before & (FACT_LINE_START | FACT_CELL_START);
}

bool fact_scanner_next(struct fact_scanner *scanner, struct fact_token *ret_token)
{
	while (scanner->position < scanner->text.bytes) {
		size_t at = scanner->position;
		int c = byte_at(scanner, at);
		if (byte_class((char)c) & BYTE_PASSED) {
			fact_scanner_pass(scanner, (char)c);
			continue;
		}
		if (byte_class((char)c) & BYTE_ENDS) { /* no word begins here */
			ret_token->column = scanner->column;
			bool ends = take_punctuation(scanner, ret_token);
			if (c != '\n' && c != '`')
				scanner->before &= ~(unsigned)FACT_LINE_START;
			if (ends)
				return true;
			continue;
		}
		begin_token(scanner, ret_token);
		if (scanner->before & FACT_LINE_START && c >= '0' && c <= '9' && !scanner->in_code) {
			scanner->position = list_marker_end(scanner, at);
			scanner->before &= ~(unsigned)FACT_LINE_START;
			if (scanner->position != at) {
				scanner->marker = text_slice(scanner->text, at, scanner->position - 2);
				continue;
			}
		}
		size_t minus = c == '-' ? 1 : c == 0xE2 && byte_at(scanner, at + 1) == 0x88 && byte_at(scanner, at + 2) == 0x92 ? 3 : 0;
		bool negative = minus && (minus == 3 ? is_digit_at(scanner, at + 3) : is_sign(scanner, at));
		if (negative || is_digit_at(scanner, at))
			take_number(scanner, at, at + (negative ? minus : 0), ret_token);
		else if (letter_bytes(scanner, at))
			take_word(scanner, at, ret_token);
		else {
			bool end = take_punctuation(scanner, ret_token);
			if (c != '-')
				scanner->before &= ~(unsigned)FACT_LINE_START;
			if (end)
				return true;
			continue;
		}
		scanner->before = 0;
		if (ret_token->text.bytes)
			return true;
	}
	return false;
}

void fact_scanner_split(struct fact_scanner *scanner, const struct fact_token *token)
{
	CHECK(token->kind == FACT_NUMBER && token->first_group_bytes > 0);
	size_t start = (size_t)(token->text.data - scanner->text.data);
	while (!is_digit_at(scanner, start))
		start++;
	scanner->position = start + token->first_group_bytes;
}
