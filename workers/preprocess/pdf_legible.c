#include "workers/preprocess/pdf_legible.h"

#include <string.h>

enum { LETTERS_JUDGED_MIN = 40, WORDS_JUDGED_MIN = 20 };

/* Of all languages written in Latin letters, a third or more of the letters are vowels; tables of acronyms have a quarter. */
static const double vowels_share_min = 0.2;
static const double marks_share_max = 0.5;
static const double garbage_share_max = 0.15;
static const double torn_share_max = 0.15;

struct census {
	size_t letters, vowels; /* of the Latin alphabet without accents */
	size_t others;          /* letters of other alphabets, and with accents */
	size_t digits, marks;
};

static void count_ascii(struct census *census, char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
		census->letters++;
		census->vowels += strchr("aeiouyAEIOUY", c) != NULL;
	} else if (c >= '0' && c <= '9') {
		census->digits++;
	} else if (!strchr(" .-_=*", c)) {
		census->marks++; /* leaders and lines are made of the others */
	}
}

bool pdf_text_legible(struct text text, size_t characters, size_t garbage)
{
	struct census census = { 0 };

	if (characters == 0 || (double)garbage > garbage_share_max * (double)characters)
		return false;
	for (size_t i = 0; i < text.bytes; i++) {
		if ((unsigned char)text.data[i] < 0x80)
			count_ascii(&census, text.data[i]);
		else
			census.others += ((unsigned char)text.data[i] & 0xC0) != 0x80;
	}
	const size_t told = census.letters + census.others + census.digits;
	if (told + census.marks >= LETTERS_JUDGED_MIN && (double)census.marks > marks_share_max * (double)(told + census.marks))
		return false;
	if (census.letters < LETTERS_JUDGED_MIN || census.others > census.letters)
		return true;
	return (double)(census.vowels + census.others) >= vowels_share_min * (double)(census.letters + census.others);
}

bool pdf_page_legible(const struct pdf_page *page)
{
	return pdf_text_legible(buffer_view(&page->text), page->characters, page->garbage);
}

/* Marks that stand inside words of no language, and of few technical names. */
static bool tears(char c)
{
	return c && strchr("|~^;\\!?*<>{}[]\"", c);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

bool pdf_page_torn(const struct pdf_page *page)
{
	size_t words = 0, torn = 0;

	for (size_t i = 0; i < page->word_count; i++) {
		const struct text word = pdf_word_text(page, &page->words[i]);
		bool broken = false;
		if (word.bytes < 3)
			continue;
		for (size_t c = 1; c + 1 < word.bytes; c++)
			broken |= tears(word.data[c]) && (is_letter(word.data[c - 1]) || is_letter(word.data[c + 1]) || tears(word.data[c + 1]));
		words++;
		torn += broken;
	}
	return words >= WORDS_JUDGED_MIN && (double)torn > torn_share_max * (double)words;
}
