/* fact_bytes.h: what single bytes are to the scanner of fact_tokens.h, for fact_tokens.c and the shorter way of fact_quick.c. Pure. */
#ifndef DOCRING_WORKERS_INFERENCE_FACT_BYTES_H
#define DOCRING_WORKERS_INFERENCE_FACT_BYTES_H

#include "workers/inference/fact_tokens.h"

enum { BYTE_WORD = 1, BYTE_BEFORE = 2, BYTE_BEHIND = 4, BYTE_PASSED = 8, BYTE_ENDS = 16, BYTE_NO_UNIT = 32, BYTE_AROUND = BYTE_BEFORE | BYTE_BEHIND, BYTE_OPENS = BYTE_AROUND | BYTE_PASSED,
       BYTE_EASY = BYTE_OPENS | BYTE_NO_UNIT };

/* Letters, digits, "_"; what stands before and behind a word that is read the quick way: no sign of an option, a unit or an identifier; punctuation that neither begins nor ends a
 * token; what tells behind a number that it has no unit. */
static const unsigned char byte_classes[256] = {
	['A' ... 'Z'] = BYTE_WORD, ['a' ... 'z'] = BYTE_WORD, ['_'] = BYTE_WORD, ['0' ... '9'] = BYTE_WORD,
	[' '] = BYTE_OPENS, ['|'] = BYTE_EASY, ['*'] = BYTE_OPENS, ['('] = BYTE_OPENS, [')'] = BYTE_EASY, [','] = BYTE_EASY, [';'] = BYTE_EASY, [':'] = BYTE_EASY, ['"'] = BYTE_EASY,
	['['] = BYTE_EASY, [']'] = BYTE_EASY, ['#'] = BYTE_EASY, ['>'] = BYTE_EASY, ['<'] = BYTE_EASY, ['='] = BYTE_EASY, ['\t'] = BYTE_EASY, ['\''] = BYTE_EASY, ['{'] = BYTE_EASY,
	['}'] = BYTE_EASY, ['+'] = BYTE_EASY, ['&'] = BYTE_EASY, ['/'] = BYTE_BEFORE | BYTE_PASSED | BYTE_NO_UNIT, ['.'] = BYTE_BEFORE | BYTE_ENDS, ['\n'] = BYTE_AROUND | BYTE_ENDS | BYTE_NO_UNIT,
	['`'] = BYTE_AROUND | BYTE_ENDS, ['!'] = BYTE_AROUND | BYTE_ENDS | BYTE_NO_UNIT, ['?'] = BYTE_AROUND | BYTE_ENDS | BYTE_NO_UNIT, ['%'] = BYTE_BEHIND, ['-'] = BYTE_BEHIND | BYTE_NO_UNIT,
};

static inline unsigned byte_class(char c) { return byte_classes[(unsigned char)c]; }

/* Of punctuation that neither begins nor ends a token: what it is to the next token, and FACT_LINE_START where the line may still be said to begin behind it. */
static const unsigned char byte_passed[256] = {
	[' '] = FACT_LINE_START, ['*'] = FACT_LINE_START, ['>'] = FACT_LINE_START, ['\t'] = FACT_LINE_START, ['"'] = FACT_SENTENCE_START, ['['] = FACT_SENTENCE_START, ['|'] = FACT_SENTENCE_START,
	['('] = FACT_SENTENCE_START | FACT_BREAKS, [')'] = FACT_BREAKS, [','] = FACT_BREAKS, [';'] = FACT_BREAKS, [':'] = FACT_SENTENCE_START | FACT_COLON,
};

/* Steps over it (BYTE_PASSED). */
static inline void fact_scanner_pass(struct fact_scanner *scanner, char c)
{
	unsigned passed = byte_passed[(unsigned char)c];
	scanner->position++;
	if (c == '|') {
		scanner->column += scanner->column || scanner->before & FACT_LINE_START;
		scanner->before = (scanner->before & ~(unsigned)FACT_CELL_START) | (scanner->column ? FACT_CELL_START : 0);
	} else if (c == '#' && scanner->before & FACT_LINE_START) { /* a heading's number is content */
		scanner->before |= FACT_CELL_START;
	}
	scanner->before = (scanner->before & (passed | ~(unsigned)FACT_LINE_START)) | (passed & ~(unsigned)FACT_LINE_START);
}

/* "e.g.", "i.e.": does the full stop at `at` end no sentence? */
static inline bool fact_scanner_is_abbreviated(const struct fact_scanner *scanner, size_t at)
{
	return at > 2 && scanner->text.data[at - 2] == '.' && ascii_is_lower(scanner->text.data[at - 1]);
}

#endif
