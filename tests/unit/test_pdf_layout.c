/* Words to rows in reading order. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct pdf_page page;
static struct pdf_layout layout;
static struct buffer text;

static int prepare(void **state)
{
	(void)state;
	fixture_open_rows(&page, &layout, &text);
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	fixture_close_rows(&page, &layout, &text);
	return 0;
}

static const char *rows(void) { return fixture_rows(&layout, &page, &text); }

static void reads_from_top_to_bottom(void **state)
{
	(void)state;
	fixture_line(&page, 50, 130, 10, 0, "third line");
	fixture_line(&page, 50, 100, 10, 0, "first line");
	fixture_line(&page, 50, 115, 10, 0, "second line");
	assert_string_equal(rows(), "first line\nsecond line\nthird line\n");
}

static void gives_nothing_for_an_empty_page(void **state)
{
	(void)state;
	assert_string_equal(rows(), "");
}

static void parts_rows_at_gaps(void **state)
{
	(void)state;
	fixture_line(&page, 50, 100, 10, 0, "Name     Default value");
	fixture_line(&page, 50, 115, 10, 0, "range    15");
	assert_string_equal(rows(), "Name | Default value\nrange | 15\n");
}

/* The library may give the parts of a line in any order and as lines of their own. */
static void joins_parts_of_a_line(void **state)
{
	(void)state;
	fixture_line(&page, 300, 100.4f, 10, 0, "right");
	fixture_line(&page, 50, 100, 10, 0, "left");
	assert_string_equal(rows(), "left | right\n");
}

static void marks_raised_numbers(void **state)
{
	(void)state;
	fixture_word(&page, 50, 100, 10, 0, "symbols");
	fixture_word(&page, 85, 96, 7, 0, "1");
	fixture_word(&page, 94, 100, 10, 0, "are");
	fixture_line(&page, 114, 100, 10, 0, "allowed");
	fixture_word(&page, 50, 120, 10, 0, "10");
	fixture_word(&page, 60, 116, 7, 0, "6");
	fixture_line(&page, 68, 120, 10, 0, "Hz");
	assert_string_equal(rows(), "symbols[1] are allowed\n10^6 Hz\n");
}

static void keeps_lowered_letters_with_their_word(void **state)
{
	(void)state;
	fixture_word(&page, 50, 100, 10, 0, "N");
	fixture_word(&page, 55, 102, 7, 0, "cell");
	fixture_line(&page, 75, 100, 10, 0, "cells");
	assert_string_equal(rows(), "Ncell cells\n");
}

/* Two columns whose lines do not stand at the same height, a title across both and a page number below. */
static void reads_columns_one_after_the_other(void **state)
{
	char line[64];

	(void)state;
	fixture_line(&page, 100, 60, 16, 0, "A title over both of the columns here");
	for (int i = 0; i < 12; i++) {
		snprintf(line, sizeof(line), "L%02d left column text that fills the line", i);
		fixture_line(&page, 50, 100 + (float)i * 12, 10, 0, line);
	}
	for (int i = 0; i < 12; i++) {
		snprintf(line, sizeof(line), "R%02d right column text filling its line", i);
		fixture_line(&page, 310, 105 + (float)i * 12, 10, 0, line);
	}
	fixture_line(&page, 290, 770, 10, 0, "12345");
	const char *all = rows();
	assert_ptr_equal(strstr(all, "A title over"), all);
	assert_true(strstr(all, "L11") < strstr(all, "R00"));
	assert_true(strstr(all, "L00") < strstr(all, "L11") && strstr(all, "R00") < strstr(all, "R11"));
	assert_true(strstr(all, "R11") < strstr(all, "12345"));
	assert_null(strstr(all, " | "));
}

static void reads_columns_between_spanning_lines(void **state)
{
	char line[64];

	(void)state;
	for (int band = 0; band < 2; band++) {
		float top = 100 + (float)band * 300;
		for (int i = 0; i < 8; i++) {
			snprintf(line, sizeof(line), "%dL%d left column text that fills the line", band, i);
			fixture_line(&page, 50, top + (float)i * 12, 10, 0, line);
			snprintf(line, sizeof(line), "%dR%d right column text filling its line", band, i);
			fixture_line(&page, 310, top + (float)i * 12, 10, 0, line);
		}
	}
	fixture_line(&page, 50, 250, 10, 0, "A caption that spans the whole page, from the one side of it to the other");
	const char *all = rows();
	assert_true(strstr(all, "0L7") < strstr(all, "0R0"));
	assert_true(strstr(all, "0R7") < strstr(all, "A caption"));
	assert_true(strstr(all, "A caption") < strstr(all, "1L0"));
	assert_true(strstr(all, "1L7") < strstr(all, "1R0"));
}

/* Short cells side by side are a table, not two columns of text. */
static void takes_no_table_for_columns(void **state)
{
	char line[64];

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(line, sizeof(line), "name%d", i);
		fixture_line(&page, 50, 100 + (float)i * 14, 10, 0, line);
		snprintf(line, sizeof(line), "a value for the name %d, rather long text", i);
		fixture_line(&page, 330, 100 + (float)i * 14, 10, 0, line);
	}
	assert_non_null(strstr(rows(), "name7 | a value for the name 7, rather long text\n"));
}

static void puts_rotated_text_last(void **state)
{
	(void)state;
	struct pdf_word *word = pdf_page_add_word(&page);
	word->size = 10;
	for (int i = 0; i < 8; i++)
		pdf_page_append(&page, (uint32_t)('a' + i), (struct pdf_box){ 20, 100 + (float)i * 6, 30, 106 + (float)i * 6 });
	word->rotated = word->line_end = true;
	fixture_line(&page, 50, 120, 10, 0, "upright text");
	fixture_line(&page, 50, 400, 10, 0, "more of it");
	assert_string_equal(rows(), "upright text\nmore of it\nabcdefgh\n");
}

static void measures_rows(void **state)
{
	(void)state;
	fixture_line(&page, 50, 100, 10, PDF_BOLD, "Bold line");
	fixture_line(&page, 50, 115, 10, PDF_MONO, "code line");
	fixture_word(&page, 50, 130, 12, PDF_BOLD, "half");
	fixture_line(&page, 80, 130, 12, 0, "bold");
	rows();
	assert_int_equal(layout.row_count, 3);
	assert_true(layout.rows[0].bold == 1 && layout.rows[0].mono == 0);
	assert_true(layout.rows[1].bold == 0 && layout.rows[1].mono == 1);
	assert_true(layout.rows[2].bold == 0.5f && layout.rows[2].size == 12);
}

static void resolves_ligatures_and_symbols(void **state)
{
	(void)state;
	fixture_line(&page, 50, 100, 10, 0, "\xEF\xAC\x81le o\xEF\xAC\x83" "ce \xEF\x82\xB7 \xC2\x92");
	assert_string_equal(rows(), "file office \xE2\x80\xA2 \xE2\x80\x99\n");
	assert_int_equal(page.garbage, 0);
}

static void resolves_what_is_typed(void **state)
{
	(void)state;
	fixture_line(&page, 50, 100, 10, PDF_MONO, "/\u02C6[234]/ \u02DC/bin");
	fixture_line(&page, 50, 120, 10, 0, "\u02C6 \u02DC");
	assert_string_equal(rows(), "/^[234]/ ~/bin\n\u02C6 \u02DC\n");
}

/* What TeX has where others have controls; a guess, so it still speaks for recognising the page. */
static void resolves_tex_without_a_unicode_map(void **state)
{
	(void)state;
	fixture_line(&page, 50, 100, 10, 0, "P\x1D" "ege e\x0E" "cient |x|\x1C" "1");
	assert_string_equal(rows(), "Pflege efficient |x|1\n");
	assert_int_equal(page.garbage, 3);
}

static void counts_garbage(void **state)
{
	(void)state;
	fixture_line(&page, 50, 100, 10, 0, "a\xEE\x80\x80\xEF\xBF\xBD");
	assert_int_equal(page.characters, 3);
	assert_int_equal(page.garbage, 2);
}

static void knows_font_styles(void **state)
{
	(void)state;
	assert_int_equal(pdf_font_style(text_from("ABCDEF+Arial-BoldItalicMT")), PDF_BOLD | PDF_ITALIC);
	assert_int_equal(pdf_font_style(text_from("CMTT10")), PDF_MONO);
	assert_int_equal(pdf_font_style(text_from("CourierNewPS-BoldMT")), PDF_MONO | PDF_BOLD);
	assert_int_equal(pdf_font_style(text_from("TimesNewRomanPSMT")), 0);
	assert_int_equal(pdf_font_style(text_from("MONOAB+Helvetica")), 0);
}

/* The cells of a table stand at the same heights on both sides, with white between the rows: no two columns of text. */
static void keeps_rows_of_wide_tables(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		fixture_line(&page, 50, 100 + (float)i * 42, 10, 0, "A cell with two lines of text,");
		fixture_line(&page, 50, 112 + (float)i * 42, 10, 0, "which fill its whole width so");
		fixture_line(&page, 300, 100 + (float)i * 42, 10, 0, "and one beside it with as many");
		fixture_line(&page, 300, 112 + (float)i * 42, 10, 0, "lines, which are as long as it");
	}
	assert_true(text_starts_with(text_from(rows()), TEXT_LITERAL("A cell with two lines of text, | and one beside it with as many\n")));
}

/* A gap that is hardly wider than a blank parts what columns above and below begin behind it; not the blanks of a justified line,
 * and not in program text. */
static void parts_words_of_two_columns(void **state)
{
	(void)state;
	fixture_line(&page, 50, 100, 10, 0, "one      two");
	fixture_word(&page, 50, 116, 10, 0, "somewhat");
	fixture_line(&page, 95, 116, 10, 0, "close");
	fixture_line(&page, 50, 132, 10, 0, "a b c d e f");
	assert_string_equal(rows(), "one | two\nsomewhat | close\na b c d e f\n");
	pdf_page_clear(&page, 0, 600, 800);
	fixture_line(&page, 50, 100, 10, PDF_MONO, "one      two");
	fixture_word(&page, 50, 116, 10, PDF_MONO, "somewhat");
	fixture_line(&page, 95, 116, 10, PDF_MONO, "close");
	assert_string_equal(rows(), "one | two\nsomewhat close\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_from_top_to_bottom, prepare, tidy),
		cmocka_unit_test_setup_teardown(gives_nothing_for_an_empty_page, prepare, tidy),
		cmocka_unit_test_setup_teardown(parts_rows_at_gaps, prepare, tidy),
		cmocka_unit_test_setup_teardown(joins_parts_of_a_line, prepare, tidy),
		cmocka_unit_test_setup_teardown(marks_raised_numbers, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_lowered_letters_with_their_word, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_columns_one_after_the_other, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_columns_between_spanning_lines, prepare, tidy),
		cmocka_unit_test_setup_teardown(takes_no_table_for_columns, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_rows_of_wide_tables, prepare, tidy),
		cmocka_unit_test_setup_teardown(parts_words_of_two_columns, prepare, tidy),
		cmocka_unit_test_setup_teardown(puts_rotated_text_last, prepare, tidy),
		cmocka_unit_test_setup_teardown(measures_rows, prepare, tidy),
		cmocka_unit_test_setup_teardown(resolves_ligatures_and_symbols, prepare, tidy),
		cmocka_unit_test_setup_teardown(resolves_what_is_typed, prepare, tidy),
		cmocka_unit_test_setup_teardown(resolves_tex_without_a_unicode_map, prepare, tidy),
		cmocka_unit_test_setup_teardown(counts_garbage, prepare, tidy),
		cmocka_unit_test(knows_font_styles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
