/* Ruled tables: from rules and words to Markdown; and what is none. The surface that notes what is painted. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_grid.h"
#include "workers/preprocess/pdf_strokes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PAGES_MAX = 2 };

static struct pdf_page pages[PAGES_MAX];
static struct pdf_rules rules;
static struct pdf_grids grids[PAGES_MAX];
static struct buffer markdown;

static int prepare(void **state)
{
	(void)state;
	for (size_t i = 0; i < PAGES_MAX; i++) {
		pdf_page_init(&pages[i]);
		pdf_page_clear(&pages[i], (uint32_t)i, 600, 800);
		pdf_grids_init(&grids[i]);
	}
	pdf_rules_init(&rules);
	buffer_init(&markdown, 1 << 20);
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	for (size_t i = 0; i < PAGES_MAX; i++) {
		pdf_page_done(&pages[i]);
		pdf_grids_done(&grids[i]);
	}
	pdf_rules_done(&rules);
	buffer_done(&markdown);
	return 0;
}

static void line(float x0, float y0, float x1, float y1)
{
	assert_int_equal(pdf_rules_add_line(&rules, x0, y0, x1, y1, 0.5f), 0);
}

static void across(float y, float x0, float x1) { line(x0, y, x1, y); }
static void down(float x, float y0, float y1) { line(x, y0, x, y1); }
static void text(size_t page, float x, float y, const char *words) { fixture_line(&pages[page], x, y, 10, 0, words); }

/* A row of the table of rule_table: words in its columns; an empty one is left out. */
static void cells(size_t page, float y, const char *first, const char *second, const char *third)
{
	const char *const words[] = { first, second, third };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (words[i][0])
			text(page, 55 + 100 * (float)i, y, words[i]);
}

/* Rows at every 20 points from y, columns at x 50, 150, 250 and 350. */
static void rule_table(float y, size_t rows)
{
	for (size_t r = 0; r <= rows; r++)
		across(y + 20 * (float)r, 50, 350);
	for (size_t c = 0; c <= 3; c++)
		down(50 + 100 * (float)c, y, y + 20 * (float)rows);
}

static void find(size_t page)
{
	pdf_rules_settle(&rules);
	assert_int_equal(pdf_grids_find(&grids[page], &rules, &pages[page]), 0);
	pages[page].grids = &grids[page];
	pdf_rules_clear(&rules);
}

static const char *write_pages(size_t count)
{
	fixture_markdown(pages, count, &markdown);
	return buffer_string(&markdown);
}

/* The head and every other row have no rules between their cells: words that stand apart at the columns' borders are cells of their own, those
 * of a title across them are not. */
static void parts_rows_at_white(void **state)
{
	(void)state;
	for (size_t r = 0; r <= 4; r++)
		across(100 + 20 * (float)r, 50, 350);
	down(50, 100, 180);
	down(350, 100, 180);
	for (size_t r = 1; r <= 3; r += 2) {
		down(150, 100 + 20 * (float)r, 120 + 20 * (float)r);
		down(250, 100 + 20 * (float)r, 120 + 20 * (float)r);
	}
	cells(0, 114, "Name", "Type", "Meaning");
	cells(0, 134, "barred", "boolean", "No access");
	text(0, 55, 154, "Limits of what may be measured at once");
	cells(0, 174, "level", "integer", "Least");
	find(0);
	assert_string_equal(write_pages(1), "| Name | Type | Meaning |\n| --- | --- | --- |\n| barred | boolean | No access |\n"
					    "| Limits of what may be measured at once |  |  |\n| level | integer | Least |\n");
}

/* The first column has no rules between some rows, the others do: words far below the ones before begin a cell; one without words goes on. */
static void parts_columns_at_white(void **state)
{
	(void)state;
	rule_table(100, 1);
	for (size_t r = 2; r <= 5; r++)
		across(100 + 20 * (float)r, r == 5 ? 50 : 150, 350);
	for (size_t c = 0; c <= 3; c++)
		down(50 + 100 * (float)c, 100, 200);
	cells(0, 114, "Name", "Type", "Meaning");
	for (size_t r = 1; r <= 4; r++) {
		text(0, 155, 114 + 20 * (float)r, r == 1 ? "one" : r == 2 ? "two" : r == 3 ? "three" : "four");
		text(0, 255, 114 + 20 * (float)r, "Any");
	}
	text(0, 55, 134, "barred");
	text(0, 55, 174, "level");
	find(0);
	assert_string_equal(write_pages(1), "| Name | Type | Meaning |\n| --- | --- | --- |\n| barred | one | Any |\n| barred | two | Any |\n"
					    "| level | three | Any |\n| level | four | Any |\n");
}

/* Rules around the columns and the head alone, columns as wide as their words: entries that stand in step are rows, a value may lack; a wrapped
 * name beside a description of as many lines is none. */
static void parts_rows_in_step(void **state)
{
	static const char *const names[] = { "alpha", "beta", "gamma", "delta" }, *const values[] = { "1.5", "22.75", "", "4" };
	static const char *const wrapped[] = { "Minimum", "access", "level" }, *const meant[] = { "how much is", "asked of a", "terminal" };

	(void)state;
	for (size_t table = 0; table < 2; table++) {
		const float y = 100 + 200 * (float)table;
		const size_t lines = table ? COUNT_OF(wrapped) : COUNT_OF(names);
		across(y, 50, 170);
		across(y + 20, 50, 170);
		across(y + 30 + 13 * (float)lines, 50, 170);
		down(50, y, y + 30 + 13 * (float)lines);
		down(90, y, y + 30 + 13 * (float)lines);
		down(170, y, y + 30 + 13 * (float)lines);
		text(0, 52, y + 14, "Name");
		text(0, 92, y + 14, "Value");
		for (size_t i = 0; i < lines; i++) {
			const char *value = table ? meant[i] : values[i];
			text(0, 52, y + 34 + 13 * (float)i, table ? wrapped[i] : names[i]);
			if (value[0])
				text(0, 92, y + 34 + 13 * (float)i, value);
		}
	}
	find(0);
	assert_string_equal(write_pages(1), "| Name | Value |\n| --- | --- |\n| alpha | 1.5 |\n| beta | 22.75 |\n| gamma |  |\n| delta | 4 |\n\n"
					    "| Name | Value |\n| --- | --- |\n| Minimum access level | how much is asked of a terminal |\n");
}

/* Cells of several lines, an empty one, text above and below. */
static void reads_cells(void **state)
{
	(void)state;
	text(0, 50, 80, "Table 1: Parameters of the cell");
	rule_table(100, 2);
	across(180, 50, 350);
	for (size_t c = 0; c <= 3; c++)
		down(50 + 100 * (float)c, 140, 180);
	cells(0, 114, "Name", "Type", "Meaning");
	cells(0, 134, "barred", "boolean", "No access");
	cells(0, 154, "level", "", "Least of the");
	text(0, 255, 166, "levels");
	text(0, 50, 210, "Text below the table.");
	find(0);
	assert_string_equal(write_pages(1), "Table 1: Parameters of the cell\n\n| Name | Type | Meaning |\n| --- | --- | --- |\n"
					    "| barred | boolean | No access |\n| level |  | Least of the levels |\n\nText below the table.\n");
}

/* Rules that are missing make cells that span. */
static void reads_spans(void **state)
{
	(void)state;
	across(100, 50, 350);
	across(120, 150, 350);
	across(140, 50, 350);
	across(160, 150, 350);
	across(180, 50, 350);
	down(50, 100, 180);
	down(150, 100, 180);
	down(250, 120, 180);
	down(350, 100, 180);
	text(0, 55, 124, "Band");
	text(0, 205, 114, "Frequency");
	cells(0, 134, "", "Uplink", "Downlink");
	text(0, 55, 164, "n1");
	cells(0, 154, "", "1920", "2110");
	cells(0, 174, "", "1980", "2170");
	find(0);
	assert_string_equal(write_pages(1), "| Band | Frequency |  |\n| --- | --- | --- |\n| Band | Uplink | Downlink |\n| n1 | 1920 | 2110 |\n"
					    "| n1 | 1980 | 2170 |\n");
}

/* No rules at the sides: the ends of the others are. Borders of neighbouring cells stand apart. */
static void reads_open_and_double_borders(void **state)
{
	(void)state;
	for (size_t r = 0; r <= 2; r++) {
		across(100 + 20 * (float)r, 50, 350);
		across(102 + 20 * (float)r, 50, 350);
	}
	down(150, 100, 142);
	down(152.5f, 100, 142);
	text(0, 55, 115, "Name");
	text(0, 160, 115, "Value");
	text(0, 55, 135, "alpha");
	text(0, 160, 135, "12 dB");
	find(0);
	assert_string_equal(write_pages(1), "| Name | Value |\n| --- | --- |\n| alpha | 12 dB |\n");
}

static void fill_table(size_t page, float y, const char *header, const char *cell)
{
	for (int c = 0; c < 3; c++) {
		text(page, 55 + 100 * (float)c, y + 14, header);
		text(page, 55 + 100 * (float)c, y + 34, cell);
	}
}

/* The header that is repeated on the next page is not written again. */
static void joins_pages(void **state)
{
	(void)state;
	rule_table(700, 2);
	fill_table(0, 700, "Head", "first");
	find(0);
	rule_table(60, 2);
	fill_table(1, 60, "Head", "second");
	text(1, 50, 140, "Text below the table.");
	find(1);
	assert_string_equal(write_pages(2), "| Head | Head | Head |\n| --- | --- | --- |\n| first | first | first |\n"
					    "| second | second | second |\n\nText below the table.\n");
}

/* The last rows of a page were found without rules; the next page shows them. Not where words stand across its columns. */
static void joins_text_with_rules(void **state)
{
	(void)state;
	fill_table(0, 700, "Head", "first");
	rule_table(60, 2);
	fill_table(1, 60, "Head", "second");
	find(1);
	assert_string_equal(write_pages(2), "| Head | Head | Head |\n| --- | --- | --- |\n| first | first | first |\n"
					    "| second | second | second |\n");
	text(0, 155, 754, "across");
	text(0, 210, 754, "the border");
	text(0, 255, 754, "of two");
	assert_null(strstr(write_pages(2), "| second | second | second |\n| "));
	assert_non_null(strstr(write_pages(2), "| Head | Head | Head |\n| --- | --- | --- |\n| second"));
}

/* "Table 1 (continued)" between the parts of a table that becomes one; above another table it stays. */
static void joins_pages_under_a_caption(void **state)
{
	(void)state;
	rule_table(700, 2);
	fill_table(0, 700, "Head", "first");
	find(0);
	rule_table(80, 2);
	text(1, 50, 70, "Table 1 (continued)");
	fill_table(1, 80, "Head", "second");
	find(1);
	assert_string_equal(write_pages(2), "| Head | Head | Head |\n| --- | --- | --- |\n| first | first | first |\n"
					    "| second | second | second |\n");
}

static void keeps_captions_of_other_tables(void **state)
{
	(void)state;
	rule_table(700, 2);
	fill_table(0, 700, "Head", "first");
	find(0);
	for (int r = 0; r <= 2; r++)
		across(80 + 20 * (float)r, 50, 250);
	for (int c = 0; c <= 2; c++)
		down(50 + 100 * (float)c, 80, 120);
	text(1, 50, 70, "Table 2 (continued)");
	cells(1, 94, "Name", "Value", "");
	cells(1, 114, "alpha", "1", "");
	find(1);
	assert_string_equal(write_pages(2), "| Head | Head | Head |\n| --- | --- | --- |\n| first | first | first |\n\nTable 2 (continued)\n\n"
					    "| Name | Value |\n| --- | --- |\n| alpha | 1 |\n");
}

/* Boxes that are joined by lines: text in few of many places. A frame around the page. Words that rules go through. */
static void refuses_drawings(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		across(100 + 40 * (float)i, 50 + 60 * (float)i, 110 + 60 * (float)i);
		across(130 + 40 * (float)i, 50 + 60 * (float)i, 110 + 60 * (float)i);
		down(50 + 60 * (float)i, 100 + 40 * (float)i, 130 + 40 * (float)i);
		down(110 + 60 * (float)i, 100 + 40 * (float)i, 140 + 40 * (float)i);
		text(0, 60 + 60 * (float)i, 120 + 40 * (float)i, "Box");
	}
	find(0);
	assert_int_equal(grids[0].count, 0);
	rule_table(300, 3);
	for (int r = 0; r < 3; r++)
		text(0, 60, 314 + 20 * (float)r, "Extraordinarilylongwordsgothroughtherule to the end of it");
	find(0);
	assert_int_equal(grids[0].count, 0);
}

static void refuses_frames(void **state)
{
	(void)state;
	across(20, 20, 580);
	across(60, 20, 580);
	across(780, 20, 580);
	down(20, 20, 780);
	down(300, 20, 60);
	down(580, 20, 780);
	text(0, 30, 45, "Title of it all");
	text(0, 310, 45, "Page 3");
	for (int r = 0; r < 40; r++)
		text(0, 40, 90 + 14 * (float)r, "Running text that fills the line of the page and goes on");
	find(0);
	assert_int_equal(grids[0].count, 0);
}

/* Boxes that lay out a page, menus on the left: in one of those on the right a heading stands above text. In the type of the text it is a table. */
static void refuses_boxes_of_a_page(void **state)
{
	(void)state;
	for (int larger = 0; larger < 2; larger++) {
		pdf_page_clear(&pages[0], 0, 600, 800);
		pdf_rules_clear(&rules);
		for (int row = 0; row <= 4; row++)
			across(100 + 100 * (float)row, 50, 550);
		for (int column = 0; column < 3; column++)
			down(column == 0 ? 50 : column == 1 ? 200 : 550, 100, 500);
		for (int row = 0; row < 4; row++) {
			text(0, 60, 120 + 100 * (float)row, "Menu and more");
			fixture_line(&pages[0], 210, 120 + 100 * (float)row, larger ? 16 : 10, 0, "Parsers and other");
			text(0, 210, 136 + 100 * (float)row, "tools that are there, in a box of their own, which says");
			text(0, 210, 148 + 100 * (float)row, "what each of them does and where it comes from.");
		}
		find(0);
		assert_int_equal(grids[0].count, !larger);
	}
}

/* Program text in a frame that has a button in its corner; the same in running type is a table. */
static void refuses_framed_code(void **state)
{
	(void)state;
	for (int mono = 0; mono < 2; mono++) {
		rules.horizontal.count = rules.vertical.count = 0;
		pdf_page_clear(&pages[0], 0, 595, 842);
		across(100, 50, 350);
		across(120, 300, 350);
		across(160, 50, 350);
		down(50, 100, 160);
		down(300, 100, 120);
		down(350, 100, 160);
		fixture_line(&pages[0], 60, 114, 10, mono ? PDF_MONO : 0, "parser = make()");
		fixture_line(&pages[0], 310, 114, 10, mono ? PDF_MONO : 0, "copy");
		fixture_line(&pages[0], 60, 145, 10, mono ? PDF_MONO : 0, "parser.run()");
		find(0);
		assert_int_equal(grids[0].count, mono ? 0 : 1);
	}
}

/* A column that has but one value goes with the rows beside it when it is none of the first; one at the top may be text that is not wrapped. */
static void parts_rows_with_few_values(void **state)
{
	(void)state;
	for (size_t table = 0; table < 2; table++) {
		const float y = 100 + 200 * (float)table;
		across(y, 50, 170);
		across(y + 20, 50, 170);
		across(y + 70, 50, 170);
		for (size_t c = 0; c < 4; c++)
			down(50 + 40 * (float)c, y, y + 70);
		text(0, 52, y + 14, "Name");
		text(0, 92, y + 14, "Since");
		text(0, 132, y + 14, "Until");
		for (size_t i = 0; i < 3; i++) {
			static const char *const names[][3] = { { "open", "shut", "wait" }, { "lowest", "access", "level" } };
			static const char *const values[][3] = { { "1.0", "1.2", "2.0" }, { "how far", "is away", "it all" } };
			text(0, 52, y + 34 + 13 * (float)i, names[table][i]);
			text(0, 92, y + 34 + 13 * (float)i, values[table][i]);
			if (i == (table ? 0 : 1))
				text(0, 132, y + 34 + 13 * (float)i, "3.0");
		}
	}
	find(0);
	assert_string_equal(write_pages(1), "| Name | Since | Until |\n| --- | --- | --- |\n| open | 1.0 |  |\n| shut | 1.2 | 3.0 |\n| wait | 2.0 |  |\n\n"
					    "| Name | Since | Until |\n| --- | --- | --- |\n| lowest access level | how far is away it all | 3.0 |\n");
}

/* The same in columns with room for more. */
static void parts_wide_rows_in_step(void **state)
{
	(void)state;
	across(100, 50, 350);
	across(120, 50, 350);
	across(200, 50, 350);
	for (int c = 0; c <= 3; c++)
		down(50 + 100 * (float)c, 100, 200);
	for (int c = 0; c < 3; c++) {
		text(0, 55 + 100 * (float)c, 114, "Name");
		for (int r = 0; r < 4; r++)
			text(0, 55 + 100 * (float)c, 136 + 16 * (float)r, "12.5");
	}
	find(0);
	assert_int_equal(grids[0].count, 1);
	const char *found = write_pages(1);
	assert_string_equal(found, "| Name | Name | Name |\n| --- | --- | --- |\n| 12.5 | 12.5 | 12.5 |\n| 12.5 | 12.5 | 12.5 |\n"
				   "| 12.5 | 12.5 | 12.5 |\n| 12.5 | 12.5 | 12.5 |\n");
}

/* Lines, thin rectangles and areas as they are drawn; what is white, outside of the clip or slanted is not. */
static void notes_what_is_painted(void **state)
{
	struct pdf_strokes strokes;

	(void)state;
	cairo_t *context = pdf_strokes_begin(&strokes, &rules, 600, 800);
	assert_non_null(context);
	cairo_save(context);
	cairo_scale(context, 0.5, 0.5);
	cairo_set_line_width(context, 1);
	cairo_move_to(context, 100, 200);
	cairo_line_to(context, 700, 200);
	cairo_stroke(context);
	cairo_restore(context);
	cairo_rectangle(context, 50, 100, 0.6, 80);
	cairo_rectangle(context, 50, 120, 300, 20);
	cairo_fill(context);
	cairo_move_to(context, 10, 10);
	cairo_line_to(context, 90, 90);
	cairo_stroke(context);
	cairo_rectangle(context, 0, 0, 200, 800);
	cairo_clip(context);
	cairo_move_to(context, 50, 300);
	cairo_line_to(context, 350, 300);
	cairo_stroke(context);
	cairo_set_source_rgb(context, 1, 1, 1);
	cairo_move_to(context, 50, 400);
	cairo_line_to(context, 150, 400);
	cairo_stroke(context);
	assert_int_equal(pdf_strokes_end(&strokes), 0);
	assert_int_equal(rules.horizontal.count, 2);
	assert_float_equal(rules.horizontal.items[0].at, 100, 0.1);
	assert_float_equal(rules.horizontal.items[0].to, 350, 0.1);
	assert_float_equal(rules.horizontal.items[1].to, 200, 1.6);
	assert_int_equal(rules.vertical.count, 1);
	assert_int_equal(rules.fill_count, 1);
	assert_null(pdf_strokes_begin(&strokes, &rules, 1e9f, 800));
}

/* Pages larger than the surface are drawn smaller, and measured as they are; any number of pages. */
static void notes_large_and_many_pages(void **state)
{
	enum { MANY = 100 };
	struct pdf_strokes strokes;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		cairo_t *context = pdf_strokes_begin(&strokes, &rules, 5000, 3000);
		assert_non_null(context);
		pdf_rules_clear(&rules);
		cairo_set_line_width(context, 2);
		cairo_move_to(context, 100, 2900);
		cairo_line_to(context, 4900, 2900);
		cairo_stroke(context);
		cairo_rectangle(context, 4000, 100, 2000, 50);
		cairo_fill(context);
		assert_int_equal(pdf_strokes_end(&strokes), 0);
		assert_int_equal(rules.horizontal.count, 1);
		assert_float_equal(rules.horizontal.items[0].at, 2900, 0.1);
		assert_float_equal(rules.horizontal.items[0].to, 4900, 0.1);
		assert_float_equal(rules.horizontal.items[0].thickness, 2, 0.1);
		assert_int_equal(rules.fill_count, 1);
		assert_float_equal(rules.fills[0].box.x1, 5000, 5); /* the clip, to the pixel */
	}
}

/* The lines of a picture are read from its pixels. */
static void reads_pictures(void **state)
{
	struct pdf_strokes strokes;

	(void)state;
	cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 300, 200);
	cairo_t *pen = cairo_create(picture);
	cairo_set_source_rgb(pen, 1, 1, 1);
	cairo_paint(pen);
	cairo_set_source_rgb(pen, 0, 0, 0);
	cairo_rectangle(pen, 20, 50, 260, 1);
	cairo_rectangle(pen, 20, 50, 1, 100);
	cairo_fill(pen);
	cairo_destroy(pen);
	cairo_t *context = pdf_strokes_begin(&strokes, &rules, 600, 800);
	assert_non_null(context);
	cairo_set_source_surface(context, picture, 100, 100);
	cairo_rectangle(context, 100, 100, 300, 200);
	cairo_fill(context);
	assert_int_equal(pdf_strokes_end(&strokes), 0);
	cairo_surface_destroy(picture);
	assert_int_equal(rules.horizontal.count, 1);
	assert_float_equal(rules.horizontal.items[0].at, 150.5, 0.6);
	assert_float_equal(rules.horizontal.items[0].from, 120, 1);
	assert_int_equal(rules.vertical.count, 1);
	assert_float_equal(rules.vertical.items[0].at, 120.5, 0.6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parts_rows_in_step, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_cells, prepare, tidy),
		cmocka_unit_test_setup_teardown(parts_rows_at_white, prepare, tidy),
		cmocka_unit_test_setup_teardown(parts_columns_at_white, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_spans, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_open_and_double_borders, prepare, tidy),
		cmocka_unit_test_setup_teardown(joins_pages, prepare, tidy),
		cmocka_unit_test_setup_teardown(joins_text_with_rules, prepare, tidy),
		cmocka_unit_test_setup_teardown(joins_pages_under_a_caption, prepare, tidy),
		cmocka_unit_test_setup_teardown(keeps_captions_of_other_tables, prepare, tidy),
		cmocka_unit_test_setup_teardown(refuses_drawings, prepare, tidy),
		cmocka_unit_test_setup_teardown(refuses_frames, prepare, tidy),
		cmocka_unit_test_setup_teardown(refuses_boxes_of_a_page, prepare, tidy),
		cmocka_unit_test_setup_teardown(refuses_framed_code, prepare, tidy),
		cmocka_unit_test_setup_teardown(parts_wide_rows_in_step, prepare, tidy),
		cmocka_unit_test_setup_teardown(parts_rows_with_few_values, prepare, tidy),
		cmocka_unit_test_setup_teardown(notes_what_is_painted, prepare, tidy),
		cmocka_unit_test_setup_teardown(notes_large_and_many_pages, prepare, tidy),
		cmocka_unit_test_setup_teardown(reads_pictures, prepare, tidy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
