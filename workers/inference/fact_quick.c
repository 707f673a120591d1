/* fact_quick.c: see fact_quick.h. */
#include "workers/inference/fact_quick.h"

#include "workers/inference/fact_bytes.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { PIECE = 16, WORD_BYTES_MAX = 31, WINDOW_BYTES = 33, NUMBER_BYTES_MAX = 8 };
_Static_assert(WORD_BYTES_MAX < (int)FACT_MEMO_KEY_BYTES && WORD_BYTES_MAX + 2 == WINDOW_BYTES, "a word and the two bytes behind it");

/* The text from `position` on, as far as a word and what stands behind it may reach: where it ends before, copied, with blanks behind it. */
static inline const char *window_at(const struct fact_scanner *scanner, size_t position, char *padded)
{
	size_t left = scanner->text.bytes - position;
	if (left >= WINDOW_BYTES)
		return scanner->text.data + position;
	memset(padded, ' ', WINDOW_BYTES);
	memcpy(padded, scanner->text.data + position, left);
	return padded;
}

/* Which of the next 16 bytes are part of a word (BYTE_WORD), a bit each. */
static inline unsigned word_bits(const char *data)
{
#ifdef __SSE2__
	__m128i bytes = _mm_loadu_si128((const __m128i *)data);
	__m128i letter = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a')), digit = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
	__m128i letters = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8('z' - 'a')), letter), digits = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_'))));
#else
	unsigned bits = 0;
	for (unsigned i = 0; i < PIECE; i++)
		bits |= (byte_class(data[i]) & BYTE_WORD) << i;
	return bits;
#endif
}

/* How many of the window's bytes are part of a word before one that is not; 32: all. */
static inline size_t word_bytes(const char *window)
{
	unsigned others = ~word_bits(window) & 0xFFFF;
	if (others)
		return (size_t)__builtin_ctz(others);
	return PIECE + (size_t)__builtin_ctz(~word_bits(window + PIECE) | 1u << PIECE);
}

/* Behind a name with dots between its words: Class.attribute. */
static size_t dotted_bytes(const char *window, size_t bytes)
{
	while (bytes < WORD_BYTES_MAX && window[bytes] == '.' && byte_class(window[bytes + 1]) & BYTE_WORD && window[bytes + 1] != '_')
		for (bytes++; bytes <= WORD_BYTES_MAX && byte_class(window[bytes]) & BYTE_WORD; bytes++)
			;
	return bytes;
}

static inline void set_quick(struct fact_scanner *scanner, struct fact_quick *token, const char *data, size_t bytes)
{
	token->text = (struct text){ data, bytes }; /* one by one: all of it at once is put together elsewhere first */
	token->column = scanner->column;
	token->span = scanner->span;
	token->before = scanner->before;
	token->in_code = scanner->in_code;
	scanner->before = 0;
}

/* The word that begins at `position` with a letter; its bytes, or 0. */
static inline size_t take_word(struct fact_scanner *scanner, size_t position, struct fact_quick *token)
{
	char padded[WINDOW_BYTES];
	const char *window = window_at(scanner, position, padded);
	size_t bytes = word_bytes(window);
	if (bytes > WORD_BYTES_MAX || (position > 0 && !(byte_class(scanner->text.data[position - 1]) & BYTE_BEFORE)))
		return 0;
	if (window[bytes] == '.')
		bytes = dotted_bytes(window, bytes);
	if (bytes > WORD_BYTES_MAX)
		return 0;
	char behind = window[bytes], next = window[bytes + 1];
	if (!(byte_class(behind) & BYTE_BEHIND) && !(behind == '.' && (next == ' ' || next == '\n')))
		return 0;
	struct fact_word *word = fact_memo_find(scanner->memo, window, bytes);
	if (!word || word->kinds[0] == FACT_NUMBER || window[bytes - 1] == '_')
		return 0;
	token->word = word;
	token->kind = word->kinds[!(scanner->before & FACT_SENTENCE_START)];
	set_quick(scanner, token, scanner->text.data + position, bytes);
	return bytes;
}

/* Finds out whether a number is followed by a unit: `window` begins with the blank behind it, and then a letter comes. False: not to be said quickly. */
static bool find_unit(const struct fact_scanner *scanner, size_t position, struct fact_quick *token)
{
	char padded[WINDOW_BYTES];
	const char *window = window_at(scanner, position, padded);
	size_t bytes = word_bytes(window);
	unsigned char behind = bytes < FACT_LISTED_BYTES_MAX ? (unsigned char)window[bytes] : 0x80;
	if (behind >= 0x80 || behind == '\\' || behind == '/') /* a rate, letters beyond ASCII */
		return false;
	struct fact_word *word = fact_memo_find(scanner->memo, window, bytes);
	if (!word || !word->placed || (bytes == strlen("degrees") && window[0] == 'd')) /* may be degrees Celsius */
		return false;
	if (word->listed || word->spelled) {
		token->word = word;
		token->unit = scanner->text.data + position;
	}
	return true;
}

/* The number that begins at `position` with a digit: digits, a point among them perhaps, and behind them its unit as a word of its own, or what tells that there is none. Its bytes, or 0. */
static size_t take_number(struct fact_scanner *scanner, size_t position, struct fact_quick *token)
{
	char padded[WINDOW_BYTES];
	const char *window = window_at(scanner, position, padded);
	size_t bytes = 1;
	while (bytes < NUMBER_BYTES_MAX && ascii_is_digit(window[bytes]))
		bytes++;
	if (window[bytes] == '.' && ascii_is_digit(window[bytes + 1]))
		for (bytes++; bytes < NUMBER_BYTES_MAX && ascii_is_digit(window[bytes]); bytes++)
			if (window[bytes] == '0' && !ascii_is_digit(window[bytes + 1])) /* 1.50 is 1.5 */
				return 0;
	char behind = window[bytes], next = window[bytes + 1];
	token->word = NULL;
	token->unit = NULL;
	if ((scanner->before & FACT_LINE_START && !scanner->in_code) || (position > 0 && !(byte_class(scanner->text.data[position - 1]) & BYTE_BEFORE))) /* may mark an item */
		return 0;
	if (behind == ' ') {
		bool other = ascii_is_alpha(next) ? !find_unit(scanner, position + bytes + 1, token) : next == '0' || (!ascii_is_digit(next) && !(byte_class(next) & BYTE_NO_UNIT));
		if (other)
			return 0;
	} else if (behind == '.' ? next != ' ' && next != '\n' : !(byte_class(behind) & BYTE_NO_UNIT) || ((behind == ',' || behind == ':') && ascii_is_digit(next))) {
		return 0; /* a fraction, a version, thousands, a time */
	}
	set_quick(scanner, token, scanner->text.data + position, bytes);
	token->kind = FACT_NUMBER;
	return bytes;
}

/* Takes the byte at `position` that no word begins with (BYTE_ENDS). 1: it is a token; 0: none; -1: not to be said quickly. */
static int take_end(struct fact_scanner *scanner, size_t position, struct fact_quick *token)
{
	const char *data = scanner->text.data + position;
	size_t left = scanner->text.bytes - position;
	if (*data == '`') {
		if (left > 2 && data[1] == '`' && data[2] == '`')
			return -1;
		scanner->in_code = scanner->in_code != !scanner->in_fence;
		scanner->span++;
		return 0;
	}
	token->column = scanner->column;
	token->text = (struct text){ data, 0 };
	if (*data == '\n') {
		scanner->before |= FACT_LINE_START | FACT_SENTENCE_START;
		scanner->column = 0;
		scanner->in_code = scanner->in_code && scanner->in_fence;
		token->kind = FACT_LINE;
		return 1;
	}
	bool ends = (left == 1 || data[1] == ' ' || data[1] == '\n') && !scanner->in_code && !scanner->column && !(*data == '.' && fact_scanner_is_abbreviated(scanner, position));
	scanner->before = (scanner->before & ~(unsigned)FACT_LINE_START) | (ends ? FACT_SENTENCE_START : 0);
	token->kind = FACT_SEPARATOR;
	return ends;
}

/* Steps over what neither begins nor ends a token: mostly one blank. */
static inline size_t pass_all(struct fact_scanner *scanner, const char *data, size_t position, size_t end)
{
	for (; position < end && byte_class(data[position]) & BYTE_PASSED; position++)
		if (data[position] != ' ')
			fact_scanner_pass(scanner, data[position]);
	return position;
}

/* A name that may be introduced, or has words of its own: who takes it may take the memo. */
static bool may_have_parts(const struct fact_quick *token)
{
	return token->kind == FACT_IDENTIFIER && token->word->parted; /* numbers may have no word */
}

size_t fact_scanner_quick(struct fact_scanner *scanner, struct fact_quick *ret_tokens, size_t most, enum fact_quick_kinds kinds)
{
	const char *data = scanner->text.data;
	struct fact_quick *token = ret_tokens, *last = ret_tokens + most;
	size_t end = scanner->text.bytes, position = scanner->position;
	while (scanner->memo && token < last) {
		position = pass_all(scanner, data, position, end);
		if (position == end)
			break;
		char c = data[position];
		size_t bytes = 0;
		if (ascii_is_alpha(c)) {
			bytes = take_word(scanner, position, token);
		} else if (ascii_is_digit(c)) {
			bytes = take_number(scanner, position, token);
		} else if (byte_class(c) & BYTE_ENDS) {
			int taken = take_end(scanner, position, token);
			if (taken < 0)
				break;
			position++;
			token += taken;
			if (taken && kinds == FACT_QUICK_SENTENCE)
				break;
			continue;
		}
		if (!bytes)
			break;
		position += bytes;
		token++;
		if (may_have_parts(token - 1))
			break;
	}
	scanner->position = position;
	return (size_t)(token - ret_tokens);
}
