/* Rows to blocks to Markdown: paragraphs, lists, headings, code, tables, and what goes on over a page's end. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void line(float x, float y, const char *text)
{
	fixture_line(&fixture_pages[0], x, y, 10, 0, text);
}

static void parts_paragraphs_by_distance(void **state)
{
	(void)state;
	line(50, 100, "The first paragraph begins here and it is set");
	line(50, 112, "over two lines.");
	line(50, 130, "The second one follows after a gap and also has");
	line(50, 142, "two lines.");
	assert_string_equal(fixture_write_pages(), "The first paragraph begins here and it is set over two lines.\n\n"
					   "The second one follows after a gap and also has two lines.\n");
}

static void parts_paragraphs_by_indentation(void **state)
{
	(void)state;
	line(50, 100, "The first paragraph begins here and it is set");
	line(50, 112, "over three lines of text, which are all of the");
	line(50, 124, "same width as the others.");
	line(65, 136, "The second one is indented and has two lines");
	line(50, 148, "and no more.");
	assert_string_equal(fixture_write_pages(), "The first paragraph begins here and it is set over three lines of text, which are all of the "
					   "same width as the others.\n\nThe second one is indented and has two lines and no more.\n");
}

static void writes_lists(void **state)
{
	(void)state;
	line(50, 100, "Things to do in the order that is given here are:");
	line(60, 112, "1. the first of the things, which is a long one and");
	line(75, 124, "goes on in a second line");
	line(60, 136, "2. the second");
	line(80, 148, "\xE2\x80\xA2 inside");
	line(80, 160, "\xE2\x80\xA2 inside too");
	line(60, 172, "3. the third");
	line(50, 190, "Text after the list that stands at the margin.");
	assert_string_equal(fixture_write_pages(), "Things to do in the order that is given here are:\n\n"
					   "1. the first of the things, which is a long one and goes on in a second line\n2. the second\n"
					   "   - inside\n   - inside too\n3. the third\n\nText after the list that stands at the margin.\n");
}

static void finds_headings(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 60, 20, 0, "The Feature");
	fixture_line(&fixture_pages[0], 50, 100, 14, PDF_BOLD, "1     Overview");
	line(50, 120, "Text of the overview.");
	fixture_line(&fixture_pages[0], 50, 150, 12, PDF_BOLD, "1.1   A rather long heading that does");
	fixture_line(&fixture_pages[0], 50, 164, 12, PDF_BOLD, "not fit on one line");
	line(50, 190, "More text.");
	fixture_line(&fixture_pages[0], 50, 210, 10, PDF_BOLD, "Limits");
	line(50, 225, "It is noted.");
	fixture_line(&fixture_pages[0], 50, 245, 10, PDF_BOLD, "Warning"); /* of a text set apart */
	line(50, 265, "It is hot.");
	fixture_line(&fixture_pages[0], 50, 285, 10, PDF_BOLD, "a bold line of text that ends with a period.");
	assert_string_equal(fixture_write_pages(), "# The Feature\n\n# 1 Overview\n\nText of the overview.\n\n"
					   "## 1.1 A rather long heading that does not fit on one line\n\nMore text.\n\n### Limits\n\n"
					   "It is noted.\n\n**Warning**\n\nIt is hot.\n\n**a bold line of text that ends with a period.**\n");
}

static void fences_code(void **state)
{
	(void)state;
	line(50, 100, "Run this:");
	fixture_line(&fixture_pages[0], 60, 120, 10, PDF_MONO, "if (a) {");
	fixture_line(&fixture_pages[0], 80, 132, 10, PDF_MONO, "b(c,   d);");
	fixture_line(&fixture_pages[0], 60, 144, 10, PDF_MONO, "}");
	fixture_line(&fixture_pages[0], 60, 168, 10, PDF_MONO, "done();");
	line(50, 190, "Then that.");
	assert_string_equal(fixture_write_pages(), "Run this:\n\n```\nif (a) {\n    b(c,   d);\n}\n\ndone();\n```\n\nThen that.\n");
}

/* Numbers of lines are no code: all of them, with gaps where a listing leaves comments out, or down to where they stood in the margin. */
static void takes_line_numbers_off(void **state)
{
	(void)state;
	static const char *const numbers[] = { "1", "2", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28" };
	char text[20];
	for (size_t i = 0; i < COUNT_OF(numbers) + 2; i++) {
		snprintf(text, sizeof(text), "%s %s();", i < COUNT_OF(numbers) ? numbers[i] : "if", i % 2 ? "b" : "a");
		fixture_line(&fixture_pages[0], 50, 100 + 12 * (float)i, 10, PDF_MONO, text);
	}
	line(50, 80, "The listing:");
	line(50, 320, "That was it.");
	assert_string_equal(fixture_write_pages(), "The listing:\n\n```\na();\nb();\na();\nb();\na();\nb();\na();\nb();\na();\nb();\na();\nb();\na();\nif b();\nif a();\n```\n\nThat was it.\n");
}

static void keeps_numbers_of_rows(void **state)
{
	(void)state;
	static const char *const rows[] = { "1 a();", "7 b();", "19 c();", "30 d();" };
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		fixture_line(&fixture_pages[0], 50, 100 + 12 * (float)i, 10, PDF_MONO, rows[i]);
	assert_string_equal(fixture_write_pages(), "```\n1 a();\n7 b();\n19 c();\n30 d();\n```\n");
}

static void writes_tables(void **state)
{
	(void)state;
	line(50, 80, "The parameters of the feature are given in the table below:");
	fixture_line(&fixture_pages[0], 50, 100, 10, PDF_BOLD, "Parameter            Range      Description");
	line(50, 114, "cellRange            1..100     Range of the cell, the");
	line(210, 126, "largest distance.");
	line(50, 140, "qRxLevMin            -140..-44  Least level|power");
	line(50, 160, "Text after it, which is long enough to go over all of the columns.");
	assert_string_equal(fixture_write_pages(), "The parameters of the feature are given in the table below:\n\n"
					   "| Parameter | Range | Description |\n| --- | --- | --- |\n"
					   "| cellRange | 1..100 | Range of the cell, the largest distance. |\n"
					   "| qRxLevMin | -140..-44 | Least level\\|power |\n\n"
					   "Text after it, which is long enough to go over all of the columns.\n");
}

/* Rows set apart by more white than their lines: the first column may have several lines too. */
static void writes_tables_with_spaced_rows(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 100, 10, PDF_BOLD, "Name            Meaning");
	for (int i = 0; i < 4; i++) {
		line(50, 120 + (float)i * 32, "longName        what it is");
		line(50, 132 + (float)i * 32, "Continued       and more");
	}
	assert_string_equal(fixture_write_pages(), "| Name | Meaning |\n| --- | --- |\n| longName Continued | what it is and more |\n"
					   "| longName Continued | what it is and more |\n| longName Continued | what it is and more |\n"
					   "| longName Continued | what it is and more |\n");
}

static void writes_terms_as_a_list(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		fixture_word(&fixture_pages[0], 50, 100 + (float)i * 24, 10, PDF_MONO, i == 1 ? "name:" : "name");
		fixture_pages[0].words[fixture_pages[0].word_count - 1].line_end = true;
		line(110, 100 + (float)i * 24, "a sentence which says what the name is for,");
		line(110, 112 + (float)i * 24, "over two lines");
	}
	assert_string_equal(fixture_write_pages(), "- `name`: a sentence which says what the name is for, over two lines\n"
					   "- `name`: a sentence which says what the name is for, over two lines\n"
					   "- `name`: a sentence which says what the name is for, over two lines\n");
}

/* A rule below the first row of them: it names columns, and they are a table. */
static void writes_terms_below_a_rule_as_a_table(void **state)
{
	static struct pdf_rule rule = { .at = 107, .from = 50, .to = 400, .thickness = 0.5f };
	static const struct pdf_rules rules = { .horizontal = { .items = &rule, .count = 1 } };
	static const float ends[] = { 400, 150 }; /* of the rule: below all of the row, below its first cell alone */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		pdf_page_clear(&fixture_pages[0], 0, 600, 800);
		fixture_pages[0].rules = &rules;
		rule.to = ends[i];
		line(50, 100, "'name'          what it says in six words or");
		line(50, 116, "'height'        is how far it reaches up there");
		line(50, 132, "'width'         is how far it reaches out there");
		assert_string_equal(fixture_write_pages(), i == 0 ? "| 'name' | what it says in six words or |\n| --- | --- |\n| 'height' | is how far it reaches up there |\n"
								    "| 'width' | is how far it reaches out there |\n"
								  : "- **'name'**: what it says in six words or\n- **'height'**: is how far it reaches up there\n"
								    "- **'width'**: is how far it reaches out there\n");
	}
}

/* Gaps that do not align are no columns. */
static void refuses_what_is_no_table(void **state)
{
	(void)state;
	line(50, 100, "some words      and more of them here");
	line(50, 112, "a line with a gap elsewhere      in it");
	line(50, 124, "and      another gap at a third place");
	assert_string_equal(fixture_write_pages(), "some words and more of them here a line with a gap elsewhere in it and another gap at a third place\n");
}

static void drops_contents_lists(void **state)
{
	(void)state;
	line(50, 100, "1.1 The first clause . . . . . . . . . . 3");
	line(50, 112, "1.2 The second clause that has a long title and goes on");
	line(70, 124, "in a second line . . . . . . . . . . 4");
	line(50, 136, "1.3 The third clause . . . . . . . . . . 5");
	line(50, 148, "1.4 The fourth clause . . . . . . . . . . 6");
	line(50, 160, "2 Another chapter 7");
	line(50, 190, "Text.");
	assert_string_equal(fixture_write_pages(), "Text.\n");
}

static void goes_on_over_pages(void **state)
{
	(void)state;
	fixture_page_count = 3;
	fixture_line(&fixture_pages[0], 50, 700, 10, 0, "A sentence that is not at its end when the page is, so that the configu-");
	fixture_line(&fixture_pages[1], 50, 100, 10, 0, "ration is read on the next page.");
	fixture_line(&fixture_pages[1], 50, 130, 10, 0, "This paragraph is at its end.");
	fixture_line(&fixture_pages[2], 50, 100, 10, 0, "this one stands alone.");
	assert_string_equal(fixture_write_pages(), "A sentence that is not at its end when the page is, so that the configuration is read on the next page.\n\n"
					   "This paragraph is at its end.\n\nthis one stands alone.\n");
}

/* Notes end the document; text that goes on over the page's end does so over them too. A mark that was there on an earlier page gets
 * the next number. Further up on the page, rows that begin with raised numbers are text. */
static void puts_footnotes_last(void **state)
{
	(void)state;
	fixture_page_count = 2;
	fixture_word(&fixture_pages[0], 50, 97, 6, 0, "1");
	fixture_line(&fixture_pages[0], 56, 100, 10, 0, "Affiliation");
	for (int p = 0; p < 2; p++) {
		fixture_word(&fixture_pages[p], 50, 600, 10, 0, "Marked");
		fixture_word(&fixture_pages[p], 80, 596, 6, 0, "1");
		fixture_line(&fixture_pages[p], 90, 600, 10, 0, "and without an end,");
		fixture_word(&fixture_pages[p], 50, 697, 6, 0, "1");
		fixture_line(&fixture_pages[p], 56, 700, 10, 0, p == 0 ? "A footnote that fills its line" : "Another one");
		fixture_word(&fixture_pages[p], 50, 709, 6, 0, "2");
		fixture_line(&fixture_pages[p], 56, 712, 10, 0, "A second one");
		fixture_line(&fixture_pages[p], 56, 724, 8, 0, "and its end");
	}
	assert_string_equal(fixture_write_pages(), "1 Affiliation\n\nMarked[^1] and without an end, Marked[^3] and without an end,\n\n"
					   "[^1]: A footnote that fills its line\n\n[^2]: A second one and its end\n\n"
					   "[^3]: Another one\n\n[^4]: A second one and its end\n");
}

/* A name in fixed-width type and its explanation are no code; a line of code before prose is. */
static void tells_terms_from_code(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 100, 10, PDF_MONO, "check.attributes");
	line(80, 112, "logical, says whether the attributes are compared.");
	fixture_line(&fixture_pages[0], 50, 140, 10, PDF_MONO, "call(x);");
	line(80, 152, "and so on");
	assert_string_equal(fixture_write_pages(), "- `check.attributes`: logical, says whether the attributes are compared.\n\n```\ncall(x);\n```\n\nand so on\n");
}

static void keeps_all_rotated_text(void **state)
{
	(void)state;
	line(50, 100, "Upright.");
	struct pdf_word *word = pdf_page_add_word(&fixture_pages[0]);
	word->size = 10;
	for (int i = 0; i < 6; i++)
		pdf_page_append(&fixture_pages[0], (uint32_t)('a' + i), (struct pdf_box){ 20, 300 + (float)i * 6, 30, 306 + (float)i * 6 });
	word->rotated = word->line_end = true;
	assert_string_equal(fixture_write_pages(), "Upright.\n\nabcdef\n");
}

/* Thousands of rows that begin like tables and are none: linear, and nothing is lost. */
static void survives_many_gaps(void **state)
{
	enum { ROWS = 20000 };
	size_t count = 0;

	(void)state;
	pdf_page_clear(&fixture_pages[0], 0, 600, (float)ROWS * 12);
	for (int i = 0; i < ROWS; i++) {
		fixture_line(&fixture_pages[0], 50, 20 + (float)i * 12, 10, 0, "aa");
		fixture_line(&fixture_pages[0], 90 + (float)(i * 37 % 400), 20 + (float)i * 12, 10, 0, "bb");
	}
	for (const char *p = fixture_write_pages(); (p = strstr(p, "bb")) != NULL; p++)
		count++;
	assert_int_equal(count, ROWS);
}

/* Items that fill their lines, and follow each other as closely as lines do. */
static void keeps_full_items_apart(void **state)
{
	(void)state;
	line(50, 100, "Text before, which is as long as the items of the list:");
	line(50, 112, "1. the first item of the list fills its line to the edge");
	line(50, 124, "2. the second item of the list fills it just as well now");
	line(65, 136, "and goes on in the next line with some more words.");
	line(50, 148, "3. the third item of the list fills its line to the edge");
	assert_string_equal(fixture_write_pages(), "Text before, which is as long as the items of the list:\n\n"
					   "1. the first item of the list fills its line to the edge\n"
					   "2. the second item of the list fills it just as well now and goes on in the next line with some more words.\n"
					   "3. the third item of the list fills its line to the edge\n");
}

/* A line that only happens to begin with a number is none. */
static void joins_numbers_at_line_starts(void **state)
{
	(void)state;
	line(50, 100, "The value of the parameter is given in the chapter number");
	line(50, 112, "3. It is not changed while the feature is active there.");
	assert_string_equal(fixture_write_pages(), "The value of the parameter is given in the chapter number 3. It is not changed while the feature is active there.\n");
}

/* The left edge of the next page is another one, but the numbers go on. */
static void goes_on_with_lists_over_pages(void **state)
{
	(void)state;
	fixture_page_count = 2;
	fixture_line(&fixture_pages[0], 50, 688, 10, 0, "Text at the margin of the page.");
	fixture_line(&fixture_pages[0], 90, 700, 10, 0, "1. the first");
	fixture_line(&fixture_pages[0], 90, 712, 10, 0, "2. the second");
	fixture_line(&fixture_pages[1], 90, 100, 10, 0, "3. the third");
	fixture_line(&fixture_pages[1], 90, 112, 10, 0, "4. the fourth");
	assert_string_equal(fixture_write_pages(), "Text at the margin of the page.\n\n1. the first\n2. the second\n3. the third\n4. the fourth\n");
}

/* Sentences in a somewhat larger type than most of a document of tables. */
static void takes_no_sentence_for_a_heading(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 100, 12, 0, "Relations to other features are listed below.");
	fixture_line(&fixture_pages[0], 50, 130, 12, 0, "1. The cyclic shift is taken from the table.");
	fixture_line(&fixture_pages[0], 50, 160, 12, 0, "Network Impact");
	fixture_line(&fixture_pages[0], 50, 190, 12, PDF_BOLD, "2.1 What is done in such a case.");
	assert_string_equal(fixture_write_pages(), "Relations to other features are listed below.\n\n1. The cyclic shift is taken from the table.\n\n"
					   "# Network Impact\n\n## 2.1 What is done in such a case.\n");
}

/* A long name at the start of a line, which did not fit on the line before. */
static void keeps_wrapped_names_in_their_text(void **state)
{
	(void)state;
	line(50, 100, "Some text that is wide enough to show where the right edge of it is.");
	line(50, 120, "1. Activate the feature by setting the state of");
	fixture_line(&fixture_pages[0], 65, 132, 10, PDF_MONO, "FeatureState=CXC4017171-SomeMore.");
	fixture_word(&fixture_pages[0], 50, 150, 10, 0, "2.");
	fixture_line(&fixture_pages[0], 65, 150, 10, PDF_MONO, "Then.itsOtherAttributeWithALongName");
	assert_string_equal(fixture_write_pages(), "Some text that is wide enough to show where the right edge of it is.\n\n"
					   "1. Activate the feature by setting the state of `FeatureState=CXC4017171-SomeMore.`\n"
					   "2. `Then.itsOtherAttributeWithALongName`\n");
}

/* A page of few lines has the line distance of the pages before. */
static void remembers_line_distances(void **state)
{
	(void)state;
	fixture_page_count = 2;
	for (int i = 0; i < 6; i++)
		fixture_line(&fixture_pages[0], 50, 100 + (float)i * 12, 10, 0, "Lines of a paragraph that fill the width of the page and go on");
	fixture_line(&fixture_pages[1], 50, 100, 10, 0, "One paragraph, which is alone on its line and ends here as well.");
	fixture_line(&fixture_pages[1], 50, 119, 10, 0, "Another paragraph that stands below the first one, a bit lower.");
	assert_non_null(strstr(fixture_write_pages(), "\n\nOne paragraph, which is alone on its line and ends here as well.\n\n"
					      "Another paragraph that stands below the first one, a bit lower.\n"));
}

/* Text beside a list that is set closer: its wider lines go on all the same. */
static void joins_lines_of_two_distances(void **state)
{
	(void)state;
	static const char *const lines[] = { "The first of the lines is long enough to be one that has a next line, and", "so it goes on in the second one, which is as long as the first one was, in",
					     "fact as long as the third one, which goes on with the thought and is not at", "its end before the fourth." };
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		fixture_line(&fixture_pages[0], 50, 100 + 15 * (float)i, 10, 0, lines[i]);
	for (size_t i = 0; i < 12; i++)
		fixture_line(&fixture_pages[0], 70, 180 + 11 * (float)i, 10, 0, i < 11 ? "Closer set, and long as lines in paragraphs are, so that it is what is" : "usual.");
	const char *markdown = fixture_write_pages();
	assert_non_null(strstr(markdown, "and so it goes on in the second one, which is as long as the first one was, in fact as long as the third one, which goes on with the thought "
					 "and is not at its end before the fourth.\n\nCloser set"));
}

/* A command above a paragraph whose first line is indented is no term of it, and neither is an address; a definition with its kind at the right
 * edge stands above its text. */
static void tells_terms_from_what_stands_above_text(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 80, 10, PDF_MONO, "configure --without-x");
	line(65, 92, "Modifying files needs more, as one might expect of it, and so this goes to");
	line(50, 104, "the left edge in its second line.");
	fixture_line(&fixture_pages[0], 50, 130, 10, PDF_MONO, "https://example.org/install");
	line(65, 142, "For the full text see there.");
	fixture_line(&fixture_pages[0], 50, 170, 10, PDF_MONO, "CHECK_LATEX");
	line(390, 170, "[Macro]");
	line(80, 182, "Finds the program.");
	assert_string_equal(fixture_write_pages(), "```\nconfigure --without-x\n```\n\nModifying files needs more, as one might expect of it, and so this goes to "
					   "the left edge in its second line.\n\n```\nhttps://example.org/install\n```\n\nFor the full text see there.\n\n"
					   "`CHECK_LATEX` [Macro]\n\nFinds the program.\n");
}

/* A line of text whose names are set smaller is a line of the text, and its paragraph goes on. A sign before a heading is none of it. */
static void measures_lines_by_their_text(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 80, 14, PDF_BOLD, "\u25C6 The Feature");
	line(50, 110, "The first line of a paragraph that names some commands of the feature, as");
	fixture_word(&fixture_pages[0], 50, 122, 8, PDF_MONO, "set-limit-of-cell");
	fixture_line(&fixture_pages[0], 125, 122, 10, 0, "and all the other ones that there are, and");
	line(50, 134, "the line below it is of the same paragraph, as one can see from the words.");
	assert_string_equal(fixture_write_pages(), "# The Feature\n\nThe first line of a paragraph that names some commands of the feature, as `set-limit-of-cell` and all the other ones that there are, and "
					   "the line below it is of the same paragraph, as one can see from the words.\n");
}

/* A blank line between names in fixed-width type and what they mean, more than once. */
static void finds_terms_above_blank_lines(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 100, 10, PDF_MONO, "fg color");
	fixture_line(&fixture_pages[0], 80, 124, 10, 0, "Sets the colour of the text.");
	fixture_line(&fixture_pages[0], 50, 148, 10, PDF_MONO, "limit rate (1-254)");
	fixture_line(&fixture_pages[0], 80, 172, 10, 0, "Sets how many are let through,");
	fixture_line(&fixture_pages[0], 80, 184, 10, 0, "one a second.");
	line(50, 220, "Text that stands below the list and goes to the right edge of the text.");
	line(50, 232, "It has two lines.");
	fixture_line(&fixture_pages[0], 50, 300, 10, PDF_MONO, "rate.burst");
	fixture_line(&fixture_pages[0], 80, 324, 10, 0, "Sets how many may come at once.");
	assert_string_equal(fixture_write_pages(), "- `fg color`: Sets the colour of the text.\n- `limit rate (1-254)`: Sets how many are let through, one a second.\n\n"
					   "Text that stands below the list and goes to the right edge of the text. It has two lines.\n\n"
					   "- `rate.burst`: Sets how many may come at once.\n");
}

int main(void)
{
#define PAGE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open_pages, fixture_close_pages)
	const struct CMUnitTest tests[] = {
		PAGE_TEST(parts_paragraphs_by_distance), PAGE_TEST(parts_paragraphs_by_indentation), PAGE_TEST(writes_lists),
		PAGE_TEST(finds_headings), PAGE_TEST(fences_code), PAGE_TEST(takes_line_numbers_off), PAGE_TEST(keeps_numbers_of_rows), PAGE_TEST(writes_tables), PAGE_TEST(writes_tables_with_spaced_rows),
		PAGE_TEST(writes_terms_as_a_list), PAGE_TEST(writes_terms_below_a_rule_as_a_table), PAGE_TEST(refuses_what_is_no_table), PAGE_TEST(drops_contents_lists),
		PAGE_TEST(goes_on_over_pages), PAGE_TEST(puts_footnotes_last), PAGE_TEST(tells_terms_from_code), PAGE_TEST(keeps_all_rotated_text), PAGE_TEST(survives_many_gaps),
		PAGE_TEST(keeps_full_items_apart), PAGE_TEST(joins_numbers_at_line_starts), PAGE_TEST(goes_on_with_lists_over_pages),
		PAGE_TEST(takes_no_sentence_for_a_heading), PAGE_TEST(keeps_wrapped_names_in_their_text), PAGE_TEST(remembers_line_distances),
		PAGE_TEST(joins_lines_of_two_distances), PAGE_TEST(finds_terms_above_blank_lines), PAGE_TEST(measures_lines_by_their_text),
		PAGE_TEST(tells_terms_from_what_stands_above_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
