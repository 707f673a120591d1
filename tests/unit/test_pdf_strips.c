/* Columns as close to each other as words. */
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
static float next_y;

static int prepare(void **state)
{
	(void)state;
	fixture_open_rows(&page, &layout, &text);
	next_y = 100;
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	fixture_close_rows(&page, &layout, &text);
	return 0;
}

/* A row of cells that begin at the places `x` (end there when negative), its words parted by the blank of most fonts, a quarter of the size. */
static void put_row(uint8_t style, const float *x, const char *cells)
{
	static const float blank = 2.5f, letter = 5;

	for (size_t column = 0; *cells; column++) {
		const size_t bytes = strcspn(cells, "|");
		size_t blanks = 0;
		for (size_t i = 0; i < bytes; i++)
			blanks += cells[i] == ' ';
		float at = x[column] < 0 ? -x[column] - (float)(bytes - blanks) * letter - (float)blanks * blank : x[column];
		for (size_t i = 0; i < bytes;) {
			char word[64];
			const size_t length = size_min(strcspn(cells + i, " |"), sizeof(word) - 1);
			memcpy(word, cells + i, length);
			word[length] = '\0';
			fixture_word(&page, at, next_y, 10, style, word);
			at += (float)length * letter + blank;
			i += length + 1;
		}
		cells += bytes + (cells[bytes] == '|');
	}
	page.words[page.word_count - 1].line_end = true;
	next_y += 12;
}

static const char *rows(void) { return fixture_rows(&layout, &page, &text); }

/* As browsers print tables without any style: the widest cell of each column is a blank away from the next one. */
static void parts_columns_a_blank_apart(void **state)
{
	static const float x[] = { 50, 107.5f, 160 };

	(void)state;
	put_row(PDF_BOLD, x, "Owner|Site|State");
	put_row(0, x, "Mei Lin|Lyon|open");
	put_row(0, x, "Peter Vogt|Nantes|closed");
	put_row(0, x, "Ola Nordin|Bergen 22|on hold");
	put_row(0, x, "Hugo Bell|Graz|open");
	assert_string_equal(rows(), "Owner | Site | State\nMei Lin | Lyon | open\nPeter Vogt | Nantes | closed\nOla Nordin | Bergen 22 | on hold\nHugo Bell | Graz | open\n");
}

/* Numbers end at the same place; codes and dates are all of one width: the columns beside them, or the names above, tell where they end. */
static void parts_numbers_and_codes(void **state)
{
	static const float x[] = { 50, 82.5f, 135, -207.5f };

	(void)state;
	put_row(PDF_BOLD, x, "Part|Issued|City|Net value");
	put_row(0, x, "AB-123|2024-01-08|Lyon|8.50");
	put_row(0, x, "KL-907|2023-11-28|Bergen|1,008.50");
	put_row(0, x, "TS-400|2024-07-01|Cork|66.25");
	put_row(0, x, "MN-118|2024-02-12|Leeds|318.00");
	assert_string_equal(rows(), "Part | Issued | City | Net value\nAB-123 | 2024-01-08 | Lyon | 8.50\nKL-907 | 2023-11-28 | Bergen | 1,008.50\n"
				    "TS-400 | 2024-07-01 | Cork | 66.25\nMN-118 | 2024-02-12 | Leeds | 318.00\n");
}

/* Words of some lines stand below each other by chance; where lines begin alike, they do so without any column. */
static void keeps_text_and_lists(void **state)
{
	static const float x[] = { 50 };

	(void)state;
	put_row(0, x, "the upper canal carries a small vessel to the quiet harbour");
	put_row(0, x, "every canal closes in winter while the late ferries drift a");
	put_row(0, x, "while and canal clerks count barley for the dry stores that");
	put_row(0, x, "wait upon canal boats from the north");
	next_y += 20;
	put_row(0, x, "Chapter 1 Engines");
	put_row(0, x, "Chapter 2 Lanterns and keys");
	put_row(0, x, "Chapter 3 Valves");
	put_row(0, x, "Chapter 4 Harbours");
	next_y += 20;
	put_row(0, x, "1. Open the valve");
	put_row(0, x, "2. Close it");
	put_row(0, x, "3. Wait for the lamp");
	assert_null(strchr(rows(), '|'));
}

/* Units stand below each other behind numbers that end at the same place. */
static void keeps_units_with_their_numbers(void **state)
{
	static const float x[] = { 50, -170 };

	(void)state;
	put_row(PDF_BOLD, x, "Item|Weight");
	put_row(0, x, "copper|8.50 kg");
	put_row(0, x, "timber|1,310.25 kg");
	put_row(0, x, "grain|77.00 kg");
	put_row(0, x, "quarry stone|140.75 kg");
	assert_string_equal(rows(), "Item | Weight\ncopper | 8.50 kg\ntimber | 1,310.25 kg\ngrain | 77.00 kg\nquarry stone | 140.75 kg\n");
}

static void put_table(void)
{
	static const float x[] = { 50, 100.5f, 146 };

	put_row(PDF_BOLD, x, "Owner|Site|State");
	put_row(0, x, "Mei Lin|Lyon|open");
	put_row(0, x, "Peter Vogt|Nantes|closed");
	put_row(0, x, "Ola Nordin|Bergen 22|on hold");
	put_row(0, x, "Hugo Bell|Graz|open");
}

/* Rows of one word again and again leave dozens of strips, all of which are compared: what lies behind more of them than any page has is not looked at. */
static void stops_at_its_ceiling(void **state)
{
	enum { PARTS = 30, ROWS = 64, WORDS = 40 };

	(void)state;
	put_table();
	assert_int_equal(pdf_layout_build(&layout, &page), 0);
	assert_int_equal(layout.rows[layout.row_count - 2].segment_count, 3);
	pdf_page_clear(&page, 0, 600, 800);
	for (int part = 0; part < PARTS; part++) {
		for (int r = 0; r < ROWS; r++, next_y += 12) {
			for (int w = 0; w < WORDS; w++)
				fixture_word(&page, 40 + 12.5f * (float)w, next_y, 10, 0, "ab");
			page.words[page.word_count - 1].line_end = true;
		}
		next_y += 60;
	}
	put_table();
	assert_int_equal(pdf_layout_build(&layout, &page), 0);
	assert_true(layout.rows[layout.row_count - 2].segment_count < 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parts_columns_a_blank_apart, prepare, tidy),
		cmocka_unit_test_setup_teardown(parts_numbers_and_codes, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_text_and_lists, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_units_with_their_numbers, prepare, tidy),
		cmocka_unit_test_setup_teardown(stops_at_its_ceiling, prepare, tidy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
