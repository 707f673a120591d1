/* Which segments of a page are read together. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_layout.h"
#include "workers/preprocess/pdf_rules.h"

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

/* Lines "A00 …" of `letters` letters, 12 points apart. */
static void column(float x, float y, char name, int lines, int letters)
{
	for (int i = 0; i < lines; i++) {
		char line[128];
		int bytes = snprintf(line, sizeof(line), "%c%02d", name, i);
		for (int word = 0; bytes < letters; word++)
			bytes += snprintf(line + bytes, sizeof(line) - (size_t)bytes, "%s", word % 3 == 2 ? " to" : " some");
		line[letters] = '\0';
		fixture_line(&page, x, y + (float)i * 12, 10, 0, line);
	}
}

/* The first letters of all rows, one for several that follow each other; "|" parts regions. */
static const char *order(void)
{
	char last = '\0';

	assert_int_equal(pdf_layout_build(&layout, &page), 0);
	buffer_clear(&text);
	for (size_t r = 0; r < layout.row_count; r++) {
		const struct pdf_segment *segment = &layout.segments[layout.rows[r].segment_first];
		const char letter = pdf_word_text(&page, &page.words[segment->word_first]).data[0];
		if (r > 0 && layout.rows[r].region != layout.rows[r - 1].region)
			buffer_append_byte(&text, '|');
		else if (letter == last)
			continue;
		buffer_append_byte(&text, letter);
		last = letter;
	}
	return buffer_string(&text);
}

static void reads_three_columns(void **state)
{
	(void)state;
	column(40, 100, 'A', 20, 32);
	column(220, 100, 'B', 20, 32);
	column(400, 100, 'C', 20, 32);
	assert_string_equal(order(), "A|B|C");
}

/* A heading over two of three columns parts these two alone. */
static void reads_what_spans_some_columns(void **state)
{
	(void)state;
	column(40, 100, 'A', 12, 32);
	column(220, 100, 'B', 12, 32);
	column(40, 300, 'D', 12, 32);
	column(220, 300, 'E', 12, 32);
	column(400, 100, 'F', 29, 32);
	fixture_line(&page, 40, 270, 10, 0, "C wide line that goes over two of the columns of the page");
	assert_string_equal(order(), "A|B|C|D|E|F");
}

/* Columns whose lines stand at the same heights, between headings and lines that span them: the white around the headings is no table's, and the
 * heading below belongs to what follows it. */
static void reads_columns_between_headings(void **state)
{
	(void)state;
	fixture_line(&page, 40, 120, 14, PDF_BOLD, "Heading");
	column(40, 150, 'A', 20, 48);
	column(300, 150, 'B', 20, 48);
	fixture_line(&page, 40, 420, 14, PDF_BOLD, "Zone");
	column(40, 450, 'Z', 10, 100);
	assert_string_equal(order(), "HA|B|Z");
}

/* The same at the end of a page, whose number stands far below. */
static void reads_a_short_end_below_columns(void **state)
{
	(void)state;
	column(40, 60, 'I', 5, 100);
	column(40, 150, 'A', 20, 48);
	column(300, 150, 'B', 20, 48);
	fixture_line(&page, 40, 420, 14, PDF_BOLD, "Zone");
	fixture_line(&page, 40, 445, 10, 0, "Zuletzt a short line.");
	fixture_line(&page, 295, 690, 10, 0, "2");
	const char *read = order();
	assert_non_null(strstr(read, "I|A|B|Z"));
}

/* The short last line of a paragraph that spans the columns is read with it. */
static void reads_the_last_line_above_columns(void **state)
{
	(void)state;
	column(40, 60, 'I', 5, 100);
	column(40, 120, 'I', 1, 20);
	column(40, 150, 'A', 20, 48);
	column(300, 150, 'B', 20, 48);
	column(40, 420, 'Z', 10, 100);
	assert_string_equal(order(), "I|A|B|Z");
}

static void reads_a_sidebar_behind_the_text(void **state)
{
	(void)state;
	column(40, 100, 'T', 40, 70);
	column(430, 130, 'S', 9, 26);
	assert_string_equal(order(), "T|S");
}

/* A box beside a few lines of a page whose other lines cross it: the text goes on below it, so it is read before. */
static void reads_a_box_before_the_text_around_it(void **state)
{
	(void)state;
	column(40, 60, 'A', 6, 100);
	column(40, 160, 'T', 8, 56);
	column(400, 167, 'B', 5, 28);
	column(40, 256, 'T', 20, 100);
	assert_string_equal(order(), "A|B|T|T");
}

/* Names in the middle of the rows of a table stand at heights of their own too, but apart from one another. */
static void leaves_names_beside_rows(void **state)
{
	(void)state;
	column(40, 60, 'A', 6, 100);
	for (int row = 0; row < 5; row++) {
		column(40, 166 + 60 * (float)row, 'N', 1, 22);
		column(200, 160 + 60 * (float)row, 'D', 2, 60);
	}
	column(40, 480, 'Z', 20, 100);
	assert_null(strchr(order(), '|'));
}

/* Narrow rows close to one another, with cells on both sides of any cut: no columns of text. */
static void leaves_columns_of_cells(void **state)
{
	(void)state;
	column(40, 60, 'A', 6, 100);
	column(70, 136, 'T', 1, 30);
	for (int row = 0; row < 6; row++) {
		const float y = 160 + 12 * (float)row;
		fixture_line(&page, 174, y, 10, 0, "R43");
		fixture_line(&page, 209, y, 10, 0, row % 2 == 0 ? "TimeoutStop" : "RuntimeMaxUse");
		fixture_line(&page, 299, y, 10, 0, "0.6");
		fixture_line(&page, 331, y, 10, 0, "KiB");
		fixture_line(&page, 365, y, 10, 0, "reserved");
	}
	column(40, 250, 'Z', 20, 100);
	assert_null(strchr(order(), '|'));
}

/* Nothing overlaps a line whose box has no height, not even itself: it is passed over. */
static void passes_over_lines_without_height(void **state)
{
	(void)state;
	column(40, 60, 'A', 6, 100);
	fixture_line(&page, 40, 140, 10, 0, "Flat");
	page.words[page.word_count - 1].box.y0 = page.words[page.word_count - 1].box.y1;
	column(40, 160, 'Z', 20, 100);
	assert_string_equal(order(), "AFZ");
}

/* Columns may stand one blank of a justified line apart. */
static void parts_columns_that_stand_close(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) { /* the library gives both as one line */
		fixture_word(&page, 50, 100 + (float)i * 12, 10, 0, "Left-column-is-all-of-one-long-word-here");
		fixture_line(&page, 258, 100 + (float)i * 12, 10, 0, "Right-column-is-all-of-one-long-word-too");
	}
	assert_string_equal(order(), "L|R");
}

/* A running header above one column alone, and the page number below another one, are read before and after all of them. */
static void keeps_headers_out_of_columns(void **state)
{
	(void)state;
	fixture_line(&page, 240, 40, 8, 0, "Header");
	column(40, 100, 'A', 20, 32);
	column(220, 100, 'B', 20, 32);
	column(400, 100, 'C', 8, 32);
	fixture_line(&page, 480, 770, 8, 0, "9");
	assert_string_equal(order(), "H|A|B|C|9");
}

/* The blanks of justified lines are wide in narrow columns. */
static void reads_justified_columns(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		const float y = 100 + (float)i * 12;
		for (int c = 0; c < 2; c++) {
			const float x = c == 0 ? 50 : 230;
			fixture_word(&page, x, y, 10, 0, c == 0 ? "A" : "B");
			fixture_word(&page, x + 20 + (float)(i % 3) * 3, y, 10, 0, "words-far");
			fixture_word(&page, x + 85, y, 10, 0, "apart-here");
			page.words[page.word_count - 1].line_end = true;
		}
	}
	assert_string_equal(order(), "A|B");
}

static void leaves_text_of_one_column_whole(void **state)
{
	(void)state;
	column(50, 100, 'A', 30, 90);
	column(50, 480, 'B', 5, 40);
	assert_string_equal(order(), "AB");
}

/* Thousands of words, no gutter: linear. */
static void survives_scattered_words(void **state)
{
	enum { WORDS = 30000 };

	(void)state;
	for (int i = 0; i < WORDS; i++)
		fixture_line(&page, (float)(i * 37 % 550), (float)(i * 101 % 780), 10, 0, "word");
	assert_int_equal(pdf_layout_build(&layout, &page), 0);
	size_t words = 0;
	for (size_t s = 0; s < layout.segment_count; s++)
		words += layout.segments[s].word_count;
	assert_true(words >= WORDS);
}

/* The signs of a symbol font have boxes that reach over two lines: these stay two. */
static void parts_lines_with_tall_signs(void **state)
{
	(void)state;
	fixture_line(&page, 50, 100, 10, 0, "The first line has words");
	fixture_word(&page, 175, 100, 10, 0, "E");
	page.words[page.word_count - 1].box.y0 -= 12;
	page.words[page.word_count - 1].box.y1 += 14;
	fixture_line(&page, 185, 100, 10, 0, "behind the sign");
	fixture_line(&page, 50, 112, 10, 0, "The second line");
	assert_int_equal(pdf_layout_build(&layout, &page), 0);
	assert_int_equal(layout.row_count, 2);
}

/* Words of Hebrew in the order in which they are read: the first one stands at the right. */
static void keeps_the_order_of_right_to_left_lines(void **state)
{
	(void)state;
	fixture_word(&page, 200, 100, 10, 0, "\xD7\x90\xD7\x90");
	fixture_word(&page, 180, 100, 10, 0, "\xD7\x91\xD7\x91");
	fixture_line(&page, 100, 100, 10, 0, "\xD7\x92\xD7\x92");
	assert_int_equal(pdf_layout_build(&layout, &page), 0);
	assert_int_equal(layout.row_count, 1);
	pdf_row_append(&layout, &layout.rows[0], &text);
	assert_string_equal(buffer_string(&text), "\xD7\x90\xD7\x90 \xD7\x91\xD7\x91 \xD7\x92\xD7\x92");
}

/* Names beside text without white between the rows, each at the height of a line of it. */
static void leaves_names_beside_dense_text(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++)
		column(40, 100 + 36 * (float)i, 'A', 1, 24);
	column(300, 100, 'B', 24, 40);
	assert_string_equal(order(), "ABABABABABABABAB");
}

/* Options of a program and what they mean, in type of this style. */
static void add_options(uint8_t style)
{
	for (int i = 0; i < 24; i++) {
		fixture_line(&page, 40, 100 + 12 * (float)i, 10, style, i % 3 == 0 ? "A of a long name of them" : "A short");
		fixture_line(&page, 300, 100 + 12 * (float)i, 10, style, "Behind it stands what it means in many words");
	}
}

static void parts_no_code(void **state)
{
	(void)state;
	add_options(PDF_MONO);
	assert_string_equal(order(), "A");
	pdf_page_clear(&page, 0, 600, 800);
	add_options(0);
	assert_string_equal(order(), "A|B");
}

/* A key beside every two lines, and names above: bold ones in the middle of their columns are of a table, those at the left of cards. */
static void tells_tables_by_centred_names(void **state)
{
	(void)state;
	for (int centred = 0; centred < 2; centred++) {
		pdf_page_clear(&page, 0, 600, 800);
		fixture_line(&page, centred ? 80 : 40, 88, 10, PDF_BOLD, "K00");
		fixture_line(&page, centred ? 390 : 300, 88, 10, PDF_BOLD, "T00");
		for (int i = 0; i < 10; i++) {
			column(40, 106 + 30 * (float)i, 'A', i % 2 == 1 ? 2 : 1, 22);
			column(300, 100 + 30 * (float)i, 'B', 2, 44);
		}
		assert_int_equal(strchr(order(), '|') == NULL, centred);
	}
}

/* Headings in the middle of two columns begin at one height; the columns' lines are full. */
static void parts_columns_below_centred_headings(void **state)
{
	(void)state;
	fixture_line(&page, 120, 80, 10, PDF_BOLD, "K DATA");
	fixture_line(&page, 380, 80, 10, PDF_BOLD, "T MODEL");
	for (int i = 0; i < 6; i++) {
		column(40, 100 + 36 * (float)i, 'A', 3, 44);
		column(300, 100 + 36 * (float)i, 'B', 3, 44);
	}
	assert_string_equal(order(), "KA|TB");
}

/* Text side by side, each below a larger heading of its own, with white between its paragraphs at the same heights. */
static void parts_cards(void **state)
{
	static const float x[] = { 40, 220, 400 };

	(void)state;
	for (int larger = 0; larger < 2; larger++) {
		pdf_page_clear(&page, 0, 600, 800);
		column(40, 60, 'S', 2, 90);
		for (int row = 0; row < 2; row++)
			for (int c = 0; c < 3; c++) {
				const char name[] = { (char)('A' + 2 * c), ' ', 'n', 'a', 'm', 'e', '\0' };
				fixture_line(&page, x[c], 110 + 90 * (float)row, larger ? 12 : 10, PDF_BOLD, name);
				column(x[c], 130 + 90 * (float)row, (char)('B' + 2 * c), 2, 26);
				column(x[c], 164 + 90 * (float)row, (char)('B' + 2 * c), 1, 20);
			}
		column(40, 310, 'S', 2, 90);
		assert_int_equal(strcmp(order(), "S|AB|CD|EF|AB|CD|EF|S") == 0, larger);
	}
}

/* Two columns that begin with headings at one height, and go on with others; and those of an index, below its letters. */
static void keeps_running_columns_below_headings(void **state)
{
	(void)state;
	for (int letters = 0; letters < 2; letters++) {
		pdf_page_clear(&page, 0, 600, 800);
		column(40, 60, 'S', 1, 90);
		for (int side = 0; side < 2; side++)
			for (int part = 0; part < 3; part++) {
				const float x = side == 0 ? 40 : 300, y = 100 + 100 * (float)part + (letters ? 0 : 14 * (float)(side * part));
				fixture_line(&page, x, y, 13, PDF_BOLD, letters ? (side == 0 ? "A" : "C") : (side == 0 ? "A name of it" : "C name of it"));
				column(x, y + (side == 0 ? 18 : 23), side == 0 ? 'B' : 'D', side == 0 ? 5 : 4, 44);
			}
		assert_string_equal(order(), "S|ABABAB|CDCDCD");
	}
}

/* Dates beside headings and their text; and the end of a paragraph beside a heading of the next column, which is no label. */
static void parts_labels_from_headings(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		fixture_line(&page, 40, 100 + 70 * (float)i, 10, 0, "Label 2025");
		fixture_line(&page, 160, 100 + 70 * (float)i, 12, PDF_BOLD, "Heading of it");
		column(160, 118 + 70 * (float)i, 'T', 2, 60);
	}
	assert_string_equal(order(), "L|HT|L|HT|L|HT");
	pdf_page_clear(&page, 0, 600, 800);
	column(40, 100, 'A', 20, 44);
	column(300, 100, 'B', 6, 44);
	fixture_line(&page, 300, 100 + 8 * 12, 12, PDF_BOLD, "Heading of it");
	column(300, 100 + 9 * 12 + 6, 'T', 10, 44);
	assert_string_equal(order(), "A|BHT");
}

/* The file's tags name a heading: a date beside it in its line is text by itself. */
static void parts_tagged_headings_from_labels(void **state)
{
	(void)state;
	fixture_line(&page, 40, 100, 10, 0, "Label");
	const size_t first = page.word_count;
	fixture_line(&page, 160, 100, 12, PDF_BOLD, "Heading of it");
	for (size_t i = first; i < page.word_count; i++)
		page.words[i].heading = 1;
	column(160, 118, 'T', 2, 60);
	page.ordered = true;
	assert_string_equal(order(), "L|HT");
	page.ordered = false;
}

/* Rows of a table without white between them read as two columns of text, until a rule below the names of its columns is known. */
static void tells_tables_by_the_rule_below_their_head(void **state)
{
	struct pdf_rules rules;

	(void)state;
	pdf_rules_init(&rules);
	column(40, 88, 'K', 1, 10);
	column(300, 88, 'T', 1, 10);
	column(40, 104, 'A', 20, 40);
	column(300, 104, 'B', 20, 40);
	assert_string_equal(order(), "KA|TB");
	assert_int_equal(pdf_rules_add_line(&rules, 36, 95, 510, 95, 0.5f), 0);
	page.rules = &rules;
	assert_null(strchr(order(), '|'));
	rules.horizontal.items[0].to = 250; /* of the left column alone */
	assert_string_equal(order(), "KA|TB");
	pdf_rules_done(&rules);
}

/* A row that goes over the white parts the rows below from the head: the rules around them say that all is one table. */
static void tells_tables_by_the_rules_around_them(void **state)
{
	struct pdf_rules rules;

	(void)state;
	pdf_rules_init(&rules);
	column(40, 88, 'K', 1, 10);
	column(300, 88, 'T', 1, 10);
	column(40, 104, 'A', 2, 40);
	column(300, 104, 'B', 2, 40);
	column(40, 128, 'W', 1, 90);
	column(40, 140, 'C', 16, 40);
	column(300, 140, 'D', 16, 40);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pdf_rules_add_line(&rules, 36, i == 0 ? 76 : i == 1 ? 92 : 340, 510, i == 0 ? 76 : i == 1 ? 92 : 340, 0.5f), 0);
	page.rules = &rules;
	assert_null(strchr(order(), '|'));
	rules.horizontal.count = 0;
	assert_non_null(strstr(order(), "C|D"));
	pdf_rules_done(&rules);
}

int main(void)
{
#define PAGE_TEST(name) cmocka_unit_test_setup_teardown(name, prepare, tidy)
	const struct CMUnitTest tests[] = {
		PAGE_TEST(reads_three_columns), PAGE_TEST(reads_what_spans_some_columns), PAGE_TEST(reads_a_box_before_the_text_around_it), PAGE_TEST(leaves_names_beside_rows),
		PAGE_TEST(reads_a_sidebar_behind_the_text), PAGE_TEST(reads_columns_between_headings),
		PAGE_TEST(reads_a_short_end_below_columns), PAGE_TEST(reads_the_last_line_above_columns), PAGE_TEST(leaves_columns_of_cells), PAGE_TEST(passes_over_lines_without_height),
		PAGE_TEST(parts_columns_that_stand_close), PAGE_TEST(keeps_headers_out_of_columns), PAGE_TEST(reads_justified_columns),
		PAGE_TEST(leaves_text_of_one_column_whole), PAGE_TEST(survives_scattered_words), PAGE_TEST(parts_lines_with_tall_signs),
		PAGE_TEST(keeps_the_order_of_right_to_left_lines), PAGE_TEST(leaves_names_beside_dense_text), PAGE_TEST(parts_no_code),
		PAGE_TEST(tells_tables_by_centred_names), PAGE_TEST(parts_columns_below_centred_headings), PAGE_TEST(parts_cards), PAGE_TEST(keeps_running_columns_below_headings), PAGE_TEST(parts_labels_from_headings), PAGE_TEST(parts_tagged_headings_from_labels),
		PAGE_TEST(tells_tables_by_the_rule_below_their_head), PAGE_TEST(tells_tables_by_the_rules_around_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
