/* Which rows of a page are headings, terms, entries of contents lists. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_headings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void line(float x, float y, uint8_t style, const char *text)
{
	fixture_line(&fixture_pages[0], x, y, 10, style, text);
}

/* A paragraph of two lines. */
static void paragraph(float x, float y)
{
	line(x, y, 0, "A line of text that is long enough to fill the width of this page.");
	line(x, y + 12, 0, "Its end.");
}

#define PARAGRAPH "A line of text that is long enough to fill the width of this page. Its end.\n"

static void finds_numbered_headings_in_italics(void **state)
{
	(void)state;
	paragraph(50, 100);
	line(50, 140, PDF_ITALIC, "2. Installation");
	paragraph(50, 158);
	assert_string_equal(fixture_write_pages(), PARAGRAPH "\n# 2. Installation\n\n" PARAGRAPH);
}

/* Numbers in large type, as dashboards have them, head nothing. */
static void leaves_quantities(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 60, 20, PDF_BOLD, "Service report");
	paragraph(50, 100);
	fixture_line(&fixture_pages[0], 50, 150, 24, PDF_BOLD, "38 ms");
	paragraph(50, 180);
	const char *markdown = fixture_write_pages();
	assert_non_null(strstr(markdown, "# Service report\n"));
	assert_non_null(strstr(markdown, "\n**38 ms**\n"));
}

static void finds_clauses_in_the_type_of_the_text(void **state)
{
	(void)state;
	paragraph(50, 100);
	line(50, 140, 0, "3.1 Interference limits");
	paragraph(50, 164);
	line(50, 204, 0, "3.2 of the limits are kept, as the last one shows.");
	paragraph(50, 228);
	assert_string_equal(fixture_write_pages(), PARAGRAPH "\n# 3.1 Interference limits\n\n" PARAGRAPH
					   "\n3.2 of the limits are kept, as the last one shows.\n\n" PARAGRAPH);
}

static void finds_headings_at_the_edge_of_indented_text(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		line(50, 100 + (float)i * 60, 0, i == 0 ? "Abstract" : i == 1 ? "Status of this text" : "Security");
		paragraph(70, 122 + (float)i * 60);
	}
	assert_string_equal(fixture_write_pages(), "# Abstract\n\n" PARAGRAPH "\n# Status of this text\n\n" PARAGRAPH "\n# Security\n\n" PARAGRAPH);
}

static void finds_somewhat_larger_rows_that_stand_apart(void **state)
{
	(void)state;
	paragraph(50, 100);
	fixture_line(&fixture_pages[0], 50, 140, 10.8f, 0, "Random access load");
	paragraph(50, 164);
	assert_string_equal(fixture_write_pages(), PARAGRAPH "\n# Random access load\n\n" PARAGRAPH);
}

static void finds_capitals_in_the_middle(void **state)
{
	(void)state;
	paragraph(50, 100);
	line(190, 140, 0, "BOOT ORDER");
	paragraph(50, 164);
	line(50, 204, 0, "BOOT ORDER");
	paragraph(50, 228);
	assert_string_equal(fixture_write_pages(), PARAGRAPH "\n# BOOT ORDER\n\n" PARAGRAPH "\nBOOT ORDER\n\n" PARAGRAPH);
}

/* Most letters of small capitals are smaller than the heading, which stands on the level of the others. */
static void measures_small_capitals_by_their_largest_letter(void **state)
{
	(void)state;
	paragraph(50, 100);
	fixture_line(&fixture_pages[0], 50, 140, 12, PDF_BOLD, "Remote access");
	paragraph(50, 164);
	fixture_word(&fixture_pages[0], 190, 204, 12, PDF_BOLD, "B");
	fixture_word(&fixture_pages[0], 197, 204, 10, PDF_BOLD, "OOTORDER");
	paragraph(50, 228);
	const char *all = fixture_write_pages();
	assert_non_null(strstr(all, "\n# B"));
	assert_non_null(strstr(all, "\n# Remote access\n"));
}

/* Such a row that follows no text, at the top of the first page, names the authors. */
static void finds_headings_in_italics(void **state)
{
	(void)state;
	fixture_page_count = 2;
	line(50, 100, 0, "A short line");
	line(50, 140, PDF_ITALIC, "Noise figure");
	paragraph(50, 164);
	line(50, 204, PDF_ITALIC, "Return loss");
	paragraph(50, 228);
	fixture_line(&fixture_pages[1], 50, 100, 10, PDF_ITALIC, "Noise figure");
	fixture_line(&fixture_pages[1], 50, 124, 10, 0, "A line of text that is long enough to fill the width of this page.");
	fixture_line(&fixture_pages[1], 50, 136, 10, 0, "Its end.");
	assert_string_equal(fixture_write_pages(), "A short line\n\n*Noise figure*\n\n" PARAGRAPH "\n# Return loss\n\n" PARAGRAPH "\n# Noise figure\n\n" PARAGRAPH);
}

static void keeps_the_line_before_a_list_as_text(void **state)
{
	(void)state;
	paragraph(50, 100);
	fixture_line(&fixture_pages[0], 50, 140, 12, 0, "A lock has two main locks in it, and they are the two:");
	paragraph(50, 170);
	assert_string_equal(fixture_write_pages(), PARAGRAPH "\nA lock has two main locks in it, and they are the two:\n\n" PARAGRAPH);
}

/* A numbered heading right below a table is no row of it; a bold row right above one is its header. */
static void tells_headings_from_tables(void **state)
{
	(void)state;
	line(50, 86, PDF_BOLD, "Name Value");
	for (int i = 0; i < 4; i++)
		line(50, 100 + (float)i * 14, 0, i % 2 ? "alpha        12.5        bar" : "gamma        77.5        mm");
	line(50, 166, PDF_BOLD, "1.2.3   Transport");
	paragraph(50, 190);
	const char *all = fixture_write_pages();
	assert_non_null(strstr(all, "# 1.2.3 Transport\n"));
	assert_null(strstr(all, "# Name Value"));
}

/* One indented paragraph below a bold name explains it; several are the text of a section, and so is what stands below capitals. */
static void tells_terms_from_headings(void **state)
{
	(void)state;
	paragraph(50, 60);
	line(50, 100, PDF_BOLD, "Dead time");
	line(80, 112, 0, "The time without an answer, which is told here and goes on");
	line(80, 124, 0, "in a second line.");
	line(50, 142, PDF_BOLD, "Gain");
	line(80, 154, 0, "The other one.");
	line(50, 178, PDF_BOLD, "SYNOPSIS");
	line(80, 190, 0, "How it is called.");
	line(50, 214, PDF_BOLD, "Exit codes");
	line(80, 226, 0, "A first paragraph.");
	line(80, 244, 0, "A second one.");
	assert_string_equal(fixture_write_pages(), PARAGRAPH "\n- **Dead time**: The time without an answer, which is told here and goes on in a second line.\n"
					   "- **Gain**: The other one.\n\n# SYNOPSIS\n\nHow it is called.\n\n# Exit codes\n\nA first paragraph.\n\n"
					   "A second one.\n");
}

static void lists_plain_terms_that_repeat(void **state)
{
	(void)state;
	paragraph(50, 60);
	for (int i = 0; i < 2; i++) {
		line(50, 100 + (float)i * 26, 0, i == 0 ? "gain" : "noise");
		line(80, 112 + (float)i * 26, 0, "What it means.");
	}
	assert_string_equal(fixture_write_pages(), PARAGRAPH "\n- **gain**: What it means.\n- **noise**: What it means.\n");
}

/* Below its title a contents list needs no leaders; the page after it goes on with it. */
static void drops_contents_lists_without_leaders(void **state)
{
	char entry[64];

	(void)state;
	fixture_page_count = 2;
	fixture_line(&fixture_pages[0], 50, 100, 16, PDF_BOLD, "Contents");
	for (int i = 0; i < 8; i++) {
		snprintf(entry, sizeof(entry), "%d   Chapter with a title", i + 1);
		fixture_line(&fixture_pages[i / 4], 50, 130 + (float)(i % 4) * 14, 10, PDF_BOLD, entry);
		snprintf(entry, sizeof(entry), "%d", i * 3 + 1);
		fixture_line(&fixture_pages[i / 4], 500, 130 + (float)(i % 4) * 14, 10, PDF_BOLD, entry);
	}
	fixture_line(&fixture_pages[1], 50, 240, 10, 0, "The text begins here.");
	assert_string_equal(fixture_write_pages(), "The text begins here.\n");
}

/* Leaders to the numbers of the lines that they stand in: a form, not a contents list. */
static void keeps_the_lines_of_a_form(void **state)
{
	(void)state;
	paragraph(50, 60);
	line(50, 110, 0, "12 Weight of the unit in kilograms . . . . . . . . 12");
	line(50, 150, 0, "13 Power that it takes in watts . . . . . . . . 13");
	line(50, 190, 0, "14b Power that it gives in watts . . . . . . . . 14b");
	line(50, 230, 0, "15 Number of carriers . . . . . . . . 15");
	const char *markdown = fixture_write_pages();
	assert_non_null(strstr(markdown, "12 Weight of the unit in kilograms"));
	assert_non_null(strstr(markdown, "15 Number of carriers"));
}

static void finds_bylines(void **state)
{
	static const char markdown[] = "# A title\n\n# Anna Berg\n\n# May 2026\n\n# Scope\n\nText\n";
	struct pdf_heading items[] = {
		{ .offset = 0, .size = 17, .title = true }, { .offset = 11, .size = 12 }, { .offset = 24, .size = 12 }, { .offset = 36, .size = 14, .bold = true },
	};
	struct pdf_headings headings = { .items = items, .count = COUNT_OF(items) };
	struct buffer final;

	(void)state;
	buffer_init(&final, 1 << 20);
	pdf_headings_find_byline(&headings, text_from(markdown));
	pdf_headings_settle(&headings, true);
	pdf_headings_apply(&headings, text_from(markdown), &final);
	assert_string_equal(buffer_string(&final), "# A title\n\nAnna Berg\n\nMay 2026\n\n## Scope\n\nText\n");
	buffer_done(&final);
}

/* Headings of that type later on: then those below the title are headings too. */
static void keeps_headings_below_the_title(void **state)
{
	static const char markdown[] = "# A title\n\n# Scope\n\n# More\n";
	struct pdf_heading items[] = { { .offset = 0, .size = 17, .title = true }, { .offset = 11, .size = 12 }, { .offset = 20, .page = 1, .size = 12 } };
	struct pdf_headings headings = { .items = items, .count = COUNT_OF(items) };
	struct buffer final;

	(void)state;
	buffer_init(&final, 1 << 20);
	pdf_headings_find_byline(&headings, text_from(markdown));
	assert_false(items[1].plain);
}

/* In a document set in fixed-width type, drawings are code and text is text; its bullets may be letters. */
static void tells_drawings_from_text(void **state)
{
	(void)state;
	line(50, 100, PDF_MONO, "+----------+----------+");
	line(50, 112, PDF_MONO, "| Source   | Target   |");
	line(50, 124, PDF_MONO, "+----------+----------+");
	fixture_word(&fixture_pages[0], 50, 150, 10, 0, "o");
	line(70, 150, 0, "the first side");
	fixture_word(&fixture_pages[0], 50, 174, 10, 0, "o");
	line(70, 174, 0, "the second side");
	assert_string_equal(fixture_write_pages(), "```\n+----------+----------+\n| Source   | Target   |\n+----------+----------+\n```\n\n- the first side\n- the second side\n");
}

/* A table at the top of the page stands in the middle of a paragraph: it is written behind it. */
static void joins_paragraphs_over_floats(void **state)
{
	(void)state;
	fixture_page_count = 2;
	line(50, 700, 0, "A paragraph that is not at its end when the page");
	fixture_line(&fixture_pages[1], 50, 100, 10, 0, "Table 1: Load of the cells");
	fixture_line(&fixture_pages[1], 50, 140, 10, 0, "is, and goes on below the table.");
	assert_string_equal(fixture_write_pages(), "A paragraph that is not at its end when the page is, and goes on below the table.\n\nTable 1: Load of the cells\n");
}

/* Captions in bold type are no headings, nor are their second lines. */
static void tells_captions_from_headings(void **state)
{
	(void)state;
	paragraph(50, 100);
	line(50, 140, PDF_BOLD, "Table 2: Limits of the cells that are measured at night, in the rain");
	line(50, 152, PDF_BOLD, "Nights of all months");
	paragraph(50, 180);
	line(50, 220, PDF_BOLD, "Tables of limits");
	paragraph(50, 240);
	assert_string_equal(fixture_write_pages(), PARAGRAPH "\n**Table 2: Limits of the cells that are measured at night, in the rain Nights of all months**\n\n" PARAGRAPH
					   "\n# Tables of limits\n\n" PARAGRAPH);
}

/* Their style is a low one, and the outline puts them below the clause before. */
static void puts_annexes_on_the_level_of_clauses(void **state)
{
	(void)state;
	struct pdf_outline outline;
	struct buffer final;

	buffer_init(&final, 1 << 20);
	pdf_outline_init(&outline);
	assert_int_equal(pdf_outline_add(&outline, TEXT_LITERAL("4 Timers"), 1, 0), 0);
	assert_int_equal(pdf_outline_add(&outline, TEXT_LITERAL("4.1 General"), 2, 0), 0);
	assert_int_equal(pdf_outline_add(&outline, TEXT_LITERAL("Annex A (normative): Tests"), 3, 0), 0);
	line(50, 100, PDF_BOLD, "4 Timers");
	line(50, 130, PDF_BOLD, "4.1 General");
	paragraph(50, 150);
	line(50, 190, PDF_BOLD, "Annex A (normative): Tests");
	paragraph(50, 210);
	fixture_markdown_outlined(fixture_pages, fixture_page_count, &outline, &final);
	pdf_outline_done(&outline);
	assert_string_equal(buffer_string(&final), "# 4 Timers\n\n## 4.1 General\n\n" PARAGRAPH "\n# Annex A (normative): Tests\n\n" PARAGRAPH);
	buffer_done(&final);
}

/* Word processors may set notes as large as the text, over several lines. */
static void finds_notes_as_large_as_the_text(void **state)
{
	(void)state;
	fixture_word(&fixture_pages[0], 50, 500, 10, 0, "Load");
	fixture_word(&fixture_pages[0], 70, 496, 6, 0, "1");
	line(76, 500, 0, "is measured, and this line is long enough to fill the width.");
	fixture_word(&fixture_pages[0], 50, 736, 6, 0, "1");
	line(56, 740, 0, "A note that is long enough to fill the width of this page and");
	line(50, 752, 0, "goes on here.");
	assert_string_equal(fixture_write_pages(), "Load[^1] is measured, and this line is long enough to fill the width.\n\n"
					   "[^1]: A note that is long enough to fill the width of this page and goes on here.\n");
}

/* "Chapter 1" and its title are one heading, whatever their distance in type; a number alone below text is none of a title. */
static void joins_chapters_and_their_titles(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 100, 20, PDF_BOLD, "Chapter 1");
	fixture_line(&fixture_pages[0], 50, 140, 24, PDF_BOLD, "Service Units");
	paragraph(50, 190);
	line(50, 230, PDF_BOLD, "1.1 Logs");
	paragraph(50, 250);
	assert_string_equal(fixture_write_pages(), "# Chapter 1 Service Units\n\n" PARAGRAPH "\n## 1.1 Logs\n\n" PARAGRAPH);
}

/* Numbered by two numbers, in italics, with no white below them; but not what goes on in italics. */
static void finds_numbered_headings_right_above_text(void **state)
{
	(void)state;
	paragraph(50, 100);
	line(50, 140, PDF_ITALIC, "1.2.1. Field measurements");
	paragraph(50, 152);
	line(50, 192, PDF_ITALIC, "1.2.2. is another");
	line(50, 204, PDF_ITALIC, "line in italics.");
	assert_string_equal(fixture_write_pages(), PARAGRAPH "\n# 1.2.1. Field measurements\n\n" PARAGRAPH "\n*1.2.2. is another line in italics.*\n");
}

/* Numbered rows in the type of the text: a heading above text, one of a list above others. */
static void tells_plain_headings_from_lists_of_chapters(void **state)
{
	static const char *const below[] = { "7.1.1. The board", "The text of the clause, which" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(below); i++) {
		pdf_page_clear(&fixture_pages[0], 0, 600, 800);
		fixture_line(&fixture_pages[0], 50, 80, 10, 0, "Some lines of text stand above all of it here.");
		fixture_line(&fixture_pages[0], 50, 110, 10, 0, "7.1. Notes on the release");
		fixture_line(&fixture_pages[0], 60, 140, 10, 0, below[i]);
		fixture_line(&fixture_pages[0], 60, 152, 10, 0, i == 0 ? "7.1.2. The card" : "goes on in a second line.");
		assert_int_equal(strstr(fixture_write_pages(), "# 7.1. Notes") != NULL, i == 1);
	}
}

/* Bold rows that are indented are terms, however long their explanation, and at the end of a page, where it is on the next one. */
static void tells_indented_terms_from_headings(void **state)
{
	(void)state;
	line(50, 100, 0, "The following words may come, each with what it means, in any order at all.");
	line(70, 124, PDF_BOLD, "-acl number");
	for (int i = 0; i < 11; i++)
		line(90, 136 + 12 * (float)i, 0, i < 10 ? "What it means takes more lines than one would think that it takes," : "and has an end.");
	line(70, 290, PDF_BOLD, "-host name");
	const char *markdown = fixture_write_pages();
	assert_null(strstr(markdown, "# "));
	assert_non_null(strstr(markdown, "- **-acl number**: What it means"));
}

/* Manual pages indent all of their text: a subsection of one paragraph is no term, one below deeper text is. */
static void tells_subsections_of_manuals_from_terms(void **state)
{
	(void)state;
	line(50, 100, PDF_BOLD, "DESCRIPTION");
	paragraph(86, 112);
	line(64, 144, PDF_BOLD, "Input files");
	paragraph(86, 156);
	line(64, 188, PDF_BOLD, "Exit status");
	paragraph(86, 200);
	assert_string_equal(fixture_write_pages(), "# DESCRIPTION\n\n" PARAGRAPH "\n# Input files\n\n" PARAGRAPH "\n# Exit status\n\n" PARAGRAPH);
	pdf_page_clear(&fixture_pages[0], 0, 600, 800);
	line(50, 100, PDF_BOLD, "OPTIONS");
	paragraph(86, 112);
	line(86, 144, PDF_BOLD, "--quiet");
	line(122, 156, 0, "Says nothing.");
	line(86, 176, PDF_BOLD, "--slow");
	line(122, 188, 0, "Waits.");
	assert_non_null(strstr(fixture_write_pages(), "- **--quiet**: Says nothing.\n- **--slow**: Waits."));
}

/* A paragraph of one line, indented as the first lines of all paragraphs are. */
static void tells_headings_above_short_paragraphs_from_terms(void **state)
{
	(void)state;
	line(65, 100, 0, "A line of text that is long enough to fill the width of this one.");
	line(50, 112, 0, "Its end.");
	line(50, 144, PDF_BOLD, "Loose canal tunnel");
	line(65, 160, 0, "Nothing is to be done.");
	assert_non_null(strstr(fixture_write_pages(), "# Loose canal tunnel\n\nNothing is to be done.\n"));
}

int main(void)
{
#define PAGE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open_pages, fixture_close_pages)
	const struct CMUnitTest tests[] = {
		PAGE_TEST(finds_numbered_headings_in_italics), PAGE_TEST(leaves_quantities), PAGE_TEST(finds_clauses_in_the_type_of_the_text),
		PAGE_TEST(finds_headings_at_the_edge_of_indented_text), PAGE_TEST(finds_somewhat_larger_rows_that_stand_apart),
		PAGE_TEST(tells_headings_from_tables), PAGE_TEST(tells_terms_from_headings), PAGE_TEST(tells_indented_terms_from_headings), PAGE_TEST(lists_plain_terms_that_repeat),
		PAGE_TEST(drops_contents_lists_without_leaders), PAGE_TEST(keeps_the_lines_of_a_form), PAGE_TEST(finds_bylines), PAGE_TEST(keeps_headings_below_the_title),
		PAGE_TEST(tells_drawings_from_text), PAGE_TEST(joins_paragraphs_over_floats),
		PAGE_TEST(tells_captions_from_headings), PAGE_TEST(finds_notes_as_large_as_the_text), PAGE_TEST(puts_annexes_on_the_level_of_clauses),
		PAGE_TEST(finds_capitals_in_the_middle), PAGE_TEST(measures_small_capitals_by_their_largest_letter),
		PAGE_TEST(joins_chapters_and_their_titles), PAGE_TEST(finds_numbered_headings_right_above_text), PAGE_TEST(finds_headings_in_italics), PAGE_TEST(keeps_the_line_before_a_list_as_text),
		PAGE_TEST(tells_plain_headings_from_lists_of_chapters), PAGE_TEST(tells_subsections_of_manuals_from_terms), PAGE_TEST(tells_headings_above_short_paragraphs_from_terms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
