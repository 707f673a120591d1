/* tokens.c: see tokens.h. */
#include "workers/model/tokens.h"

enum {
	WORD_CHARS = 7,   /* of a part of a word in one token */
	DIGITS = 3,
	MARKS_ALIKE = 8,  /* "--------" and runs of blanks */
	OTHER_BYTES = 2,  /* beyond ASCII */
};

enum kind { BLANK, LINE_END, LOWER, UPPER, DIGIT, MARK, OTHER, KIND_COUNT };

static inline enum kind kind_of(char c)
{
	unsigned char byte = (unsigned char)c;
	if (byte >= 'a' && byte <= 'z')
		return LOWER;
	if (byte == ' ' || byte == '\t' || byte == '\r')
		return BLANK;
	if (byte >= 0x80)
		return OTHER;
	if (byte >= 'A' && byte <= 'Z')
		return UPPER;
	return byte >= '0' && byte <= '9' ? DIGIT : byte == '\n' ? LINE_END : MARK;
}

/* The end of the run that begins at `i`: of letters a part of a word ("EUtran", "Cell", "FDD"), of marks the same one. */
static size_t run_end(struct text text, size_t i, enum kind kind)
{
	size_t end = i + 1;

	if (kind == UPPER && end < text.bytes && kind_of(text.data[end]) == LOWER)
		kind = LOWER;
	while (end < text.bytes && kind_of(text.data[end]) == kind && (kind != MARK || text.data[end] == text.data[i]))
		end++;
	return end;
}

uint64_t tokens_estimate(struct text text)
{
	static const size_t bytes_each[KIND_COUNT] = { [BLANK] = MARKS_ALIKE, [LINE_END] = MARKS_ALIKE, [LOWER] = WORD_CHARS, [UPPER] = DIGITS,
						       [DIGIT] = DIGITS, [MARK] = MARKS_ALIKE, [OTHER] = OTHER_BYTES };
	uint64_t tokens = 0;

	for (size_t i = 0, end; i < text.bytes; i = end) {
		enum kind kind = kind_of(text.data[i]);
		end = run_end(text, i, kind);
		if (kind == UPPER && end > i + 1 && kind_of(text.data[i + 1]) == LOWER)
			kind = LOWER;
		if (kind == BLANK && end == i + 1) /* belongs to the word behind it */
			continue;
		tokens += (end - i + bytes_each[kind] - 1) / bytes_each[kind];
	}
	return tokens;
}
