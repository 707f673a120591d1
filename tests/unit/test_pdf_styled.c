/* Text that remembers its styles, and the numbers of lines that are left out before. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_line_numbers.h"
#include "workers/preprocess/pdf_notes.h"
#include "workers/preprocess/pdf_styled.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct pdf_page page;
static struct pdf_layout layout;
static struct pdf_styled styled;
static struct word_set *vocabulary;
static struct pdf_note_marks notes;
static struct buffer text;

static int prepare(void **state)
{
	(void)state;
	pdf_page_init(&page);
	pdf_page_clear(&page, 0, 600, 800);
	pdf_layout_init(&layout);
	pdf_styled_init(&styled, 1 << 20);
	buffer_init(&text, 1 << 20);
	vocabulary = calloc(1, sizeof(*vocabulary));
	notes.count = 0;
	return vocabulary ? 0 : -1;
}

static int tidy(void **state)
{
	(void)state;
	pdf_layout_done(&layout);
	pdf_page_done(&page);
	pdf_styled_done(&styled);
	buffer_done(&text);
	free(vocabulary);
	return 0;
}

/* All rows as one paragraph. */
static const char *markdown(void)
{
	struct pdf_styled_line line = { .layout = &layout, .styles = PDF_BOLD | PDF_ITALIC | PDF_MONO, .notes = &notes, .vocabulary = vocabulary };

	assert_int_equal(pdf_layout_build(&layout, &page), 0);
	for (size_t r = 0; r < layout.row_count; r++) {
		line.row = &layout.rows[r];
		pdf_styled_append_row(&styled, &line);
	}
	buffer_clear(&text);
	pdf_styled_write(&styled, &text);
	assert_int_equal(styled.status, 0);
	return buffer_string(&text);
}

/* A word that follows the one before at once, or after a blank. */
static void word(const char *blank, uint8_t style, const char *letters)
{
	const struct pdf_word *before = page.word_count > 0 ? &page.words[page.word_count - 1] : NULL;
	fixture_word(&page, before ? before->box.x1 + (blank[0] ? 3 : 0) : 50, 100, 10, style, letters);
}

static void marks_words(void **state)
{
	(void)state;
	word("", 0, "Set");
	word(" ", PDF_MONO, "some*name");
	word("", 0, ",");
	word(" ", PDF_BOLD, "two");
	word(" ", PDF_BOLD, "words");
	word("", 0, ".");
	word(" ", PDF_ITALIC, "italic");
	word(" ", PDF_BOLD | PDF_ITALIC, "both");
	assert_string_equal(markdown(), "Set `some*name`, **two words**. *italic* ***both***");
}

/* Emphasis that begins with a bracket inside a word would be read as stars. */
static void leaves_out_marks_that_would_not_be_read(void **state)
{
	(void)state;
	word("", 0, "foo");
	word("", PDF_BOLD, "(bar)");
	word("", 0, "baz");
	assert_string_equal(markdown(), "foo(bar)baz");
}

static void joins_lines_in_styles(void **state)
{
	(void)state;
	fixture_line(&page, 50, 100, 10, PDF_ITALIC, "the configu-");
	fixture_line(&page, 50, 112, 10, PDF_ITALIC, "ration of it");
	fixture_line(&page, 50, 124, 10, 0, "is read");
	assert_string_equal(markdown(), "*the configuration of it* is read");
}

static void shifted(float up, const char *letters)
{
	const struct pdf_word *before = &page.words[page.word_count - 1];
	fixture_word(&page, before->box.x1, 100 - up, 6, 0, letters);
}

static void marks_raised_and_lowered_letters(void **state)
{
	(void)state;
	word("", 0, "H");
	shifted(-2, "2");
	word("", 0, "O");
	word(" ", 0, "10");
	shifted(4, "-3");
	word(" ", 0, "L");
	shifted(4, "A");
	word("", 0, "TEX");
	assert_string_equal(markdown(), "H<sub>2</sub>O 10<sup>-3</sup> LATEX");
}

/* A raised number is the mark of a note when the page has such a note, and no power. */
static void marks_notes(void **state)
{
	(void)state;
	notes = (struct pdf_note_marks){ .marks = { "1" }, .numbers = { 7 }, .count = 1 };
	word("", 0, "text.");
	shifted(4, "1");
	word(" ", 0, "more");
	shifted(4, "2");
	word(" ", 0, "x");
	shifted(4, "1");
	assert_string_equal(markdown(), "text.[^7] more<sup>2</sup> x<sup>1</sup>");
}

static void knows_marks_of_notes(void **state)
{
	static const struct { const char *word, *mark; } cases[] = {
		{ "12", "12" }, { "[3]", "3" }, { "4.", "4" }, { "5)", "5" }, { "*", "*" }, { "\xE2\x80\xA0", "\xE2\x80\xA0" },
		{ "1234", "" }, { "a", "" }, { "", "" }, { "1a", "" }, { "[]", "" }, { ".", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_true(text_equal(pdf_note_mark(text_from(cases[i].word)), text_from(cases[i].mark)));
}

static void drops_numbers_of_lines(void **state)
{
	char number[8];

	(void)state;
	for (int i = 0; i < 8; i++) { /* small, left of the text */
		snprintf(number, sizeof(number), "%d", i + 1);
		fixture_line(&page, 40, 100 + (float)i * 12, 6, 0, number);
		fixture_line(&page, 60, 100 + (float)i * 12, 10, 0, i % 2 ? "more of it" : "2 words");
	}
	assert_int_equal(pdf_line_numbers_drop(&page), 8);
	assert_null(strstr(markdown(), "8"));
	assert_non_null(strstr(buffer_string(&text), "2 words"));
}

/* The first column of a table counts its rows, and stands below text at the same edge. */
static void keeps_numbers_of_rows(void **state)
{
	char number[8];

	(void)state;
	fixture_line(&page, 40, 80, 10, 0, "Text at the same edge");
	for (int i = 0; i < 8; i++) {
		snprintf(number, sizeof(number), "%d", i + 1);
		fixture_line(&page, 40, 100 + (float)i * 12, 10, 0, number);
		fixture_line(&page, 100, 100 + (float)i * 12, 10, 0, "value");
	}
	assert_int_equal(pdf_line_numbers_drop(&page), 0);
}

/* Nothing but numbers: columns of a table, each of which counts. */
static void keeps_columns_of_numbers(void **state)
{
	char number[8];

	(void)state;
	for (int column = 0; column < 3; column++)
		for (int i = 0; i < 8; i++) {
			snprintf(number, sizeof(number), "%d", 100 * column + i + 1);
			fixture_line(&page, 40 + 50 * (float)column, 100 + (float)i * 12, 10, 0, number);
		}
	assert_int_equal(pdf_line_numbers_drop(&page), 0);
}

int main(void)
{
#define PAGE_TEST(name) cmocka_unit_test_setup_teardown(name, prepare, tidy)
	const struct CMUnitTest tests[] = {
		PAGE_TEST(marks_words), PAGE_TEST(leaves_out_marks_that_would_not_be_read), PAGE_TEST(joins_lines_in_styles),
		PAGE_TEST(marks_raised_and_lowered_letters), PAGE_TEST(marks_notes), PAGE_TEST(knows_marks_of_notes), PAGE_TEST(drops_numbers_of_lines),
		PAGE_TEST(keeps_numbers_of_rows), PAGE_TEST(keeps_columns_of_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
