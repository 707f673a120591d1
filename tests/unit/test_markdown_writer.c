/* The writer of normal Markdown: blank lines, markers, fences, escapes, grids. */
#include "workers/preprocess/markdown_grid.h"
#include "workers/preprocess/markdown_inline.h"
#include "workers/preprocess/markdown_writer.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#define T(literal) TEXT_LITERAL(literal)

struct bench {
	struct buffer out;
	struct markdown_writer writer;
};

static int set_up(void **state)
{
	static struct bench bench;
	buffer_init(&bench.out, 1 << 20);
	markdown_init(&bench.writer, &bench.out);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;
	buffer_done(&bench->out);
	return 0;
}

#define EXPECT(expected) do { \
	markdown_finish(&bench->writer); \
	assert_int_equal(bench->out.status, 0); \
	assert_string_equal(buffer_string(&bench->out), expected); \
} while (0)

static void item(struct markdown_writer *writer, uint32_t number, struct text text)
{
	markdown_item_open(writer, number);
	markdown_paragraph(writer, text);
	markdown_item_close(writer);
}

static void blocks_are_parted_by_one_blank_line(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	markdown_rule(w);
	markdown_heading(w, 1, T("  A\n b  "));
	markdown_heading(w, 9, T("Deep #"));
	markdown_heading(w, 2, T("  "));
	markdown_paragraph(w, T("one\n\n  two "));
	markdown_rule(w);
	markdown_rule(w);
	markdown_paragraph(w, T("three"));
	markdown_paragraph(w, T(" \n"));
	markdown_rule(w);
	EXPECT("# A b\n\n###### Deep \\#\n\none\ntwo\n\n---\n\nthree\n");
	assert_int_equal(w->heading_count, 2);
}

static void starts_of_lines_are_escaped(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	markdown_paragraph(w, T("# no heading\n- no item\n1. no item\n2) no item\n> no quote\n---\n===\n+ x\n~~~\n```c"));
	markdown_paragraph(w, T("#hash 1.5 GHz\n-5 dB\n**bold** text\n*emphasis*\n1.x\na | b\n| --- | --- |"));
	EXPECT("\\# no heading\n\\- no item\n1\\. no item\n2\\) no item\n\\> no quote\n\\---\n\\===\n\\+ x\n\\~~~\n\\```c\n\n"
	       "#hash 1.5 GHz\n-5 dB\n**bold** text\n*emphasis*\n1.x\na | b\n\\| --- | --- |\n");
}

static void lists_nest(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	markdown_paragraph(w, T("before"));
	markdown_list_open(w, false);
	item(w, 0, T("a"));
	markdown_item_open(w, 0);
	markdown_paragraph(w, T("b\nb2"));
	markdown_list_open(w, true);
	item(w, 1, T("x"));
	markdown_item_open(w, 2);
	markdown_paragraph(w, T("y"));
	markdown_code(w, T("c"), T("int i;\n\n  i++;"));
	markdown_item_close(w);
	markdown_list_close(w);
	markdown_paragraph(w, T("b3"));
	markdown_item_close(w);
	item(w, 0, T(" "));
	item(w, 0, T("c"));
	markdown_list_close(w);
	markdown_paragraph(w, T("after"));
	EXPECT("before\n\n- a\n- b\n  b2\n  1. x\n  2. y\n\n     ```c\n     int i;\n\n       i++;\n     ```\n\n  b3\n- c\n\nafter\n");
}

static void an_item_without_text_joins_the_one_before(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	markdown_list_open(w, false);
	for (int i = 0; i < 2; i++) { /* the first has none before it */
		markdown_item_open(w, 0);
		markdown_item_join(w);
		markdown_list_open(w, false);
		item(w, 0, T("a"));
		markdown_list_close(w);
		markdown_item_close(w);
	}
	markdown_list_close(w);
	EXPECT("- a\n  - a\n");
}

static void a_list_that_is_all_its_item_holds_is_not_doubled(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	markdown_list_open(w, false);
	item(w, 0, T("a"));
	markdown_item_open(w, 0);
	markdown_list_open(w, false);
	item(w, 0, T("b"));
	item(w, 0, T("c"));
	markdown_list_close(w);
	markdown_paragraph(w, T("c2"));
	markdown_item_close(w);
	markdown_list_open(w, true); /* directly in the list: belongs to the item before */
	item(w, 1, T("d"));
	markdown_list_close(w);
	item(w, 0, T("e"));
	markdown_list_close(w);
	EXPECT("- a\n- b\n- c\n\n  c2\n  1. d\n- e\n");
}

static void lists_of_one_kind_join_and_of_two_kinds_part(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	for (int i = 0; i < 2; i++) {
		markdown_list_open(w, false);
		item(w, 0, T("a"));
		markdown_list_close(w);
	}
	markdown_list_open(w, true);
	markdown_item_open(w, 7);
	markdown_paragraph(w, T("x"));
	markdown_list_open(w, true);
	item(w, 4, T("y"));
	markdown_list_close(w);
	markdown_item_close(w);
	markdown_list_close(w);
	EXPECT("- a\n- a\n\n7. x\n\n   4. y\n");
}

static void quotes_hold_blocks(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	markdown_paragraph(w, T("p"));
	markdown_quote_open(w);
	markdown_paragraph(w, T("q1"));
	markdown_list_open(w, false);
	markdown_item_open(w, 0);
	markdown_quote_open(w);
	markdown_paragraph(w, T("deep"));
	markdown_quote_close(w);
	markdown_item_close(w);
	markdown_list_close(w);
	markdown_quote_close(w);
	markdown_quote_open(w);
	markdown_quote_close(w);
	markdown_quote_open(w);
	markdown_quote_open(w);
	markdown_paragraph(w, T("a"));
	markdown_paragraph(w, T("b"));
	markdown_quote_close(w);
	markdown_quote_close(w);
	markdown_paragraph(w, T("after"));
	EXPECT("p\n\n> q1\n>\n> - > deep\n\n> > a\n> >\n> > b\n\nafter\n");
}

static void what_is_too_deep_is_written_all_the_same(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	for (int i = 0; i < 100; i++) {
		markdown_list_open(w, false);
		markdown_item_open(w, 0);
		markdown_paragraph(w, T("x"));
	}
	for (int i = 0; i < 100; i++) {
		markdown_item_close(w);
		markdown_list_close(w);
	}
	markdown_paragraph(w, T("end"));
	markdown_finish(w);
	size_t count = 0;
	for (size_t i = 0; i < bench->out.bytes; i++)
		count += bench->out.data[i] == 'x';
	assert_int_equal(count, 100);
	assert_non_null(strstr(buffer_string(&bench->out), "\n\nend\n"));
}

static void a_fence_is_longer_than_any_inside(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	markdown_code(w, T("sh x`"), T("\n  \n  ls  \n````\n\n"));
	markdown_code(w, T(""), T(" \n "));
	EXPECT("`````shx\n  ls\n````\n`````\n");
}

static void tables_are_padded_and_escaped(void **state)
{
	struct bench *bench = *state;
	struct markdown_writer *w = &bench->writer;
	const struct text header[] = { T("a"), T("b|c") }, row[] = { T("1\n 2") }, wide[] = { T("x"), T(""), T("y"), T("z\\|") };
	markdown_table_open(w, 2);
	markdown_table_row(w, header, 2);
	markdown_table_row(w, row, 1);
	markdown_table_row(w, wide, 4);
	markdown_table_close(w);
	markdown_paragraph(w, T("after"));
	EXPECT("| a | b\\|c |\n| --- | --- |\n| 1<br>2 |  |\n| x |  y z\\\\| |\n\nafter\n");
	assert_int_equal(w->table_count, 1);
}

/* One wide row does not make each of the short ones below it as wide. */
static void padding_is_bounded_by_the_cells(void **state)
{
	enum { COLUMNS = 256, ROWS = 5000 };
	struct bench *bench = *state;
	struct text header[COLUMNS], row[] = { T("x") };
	for (int i = 0; i < COLUMNS; i++)
		header[i] = T("h");
	markdown_table_open(&bench->writer, COLUMNS);
	markdown_table_row(&bench->writer, header, COLUMNS);
	for (int i = 0; i < ROWS; i++)
		markdown_table_row(&bench->writer, row, 1);
	markdown_table_close(&bench->writer);
	assert_int_equal(bench->out.status, 0);
	assert_in_range(bench->out.bytes, 100000, 700000); /* with all empty cells: 3,850,000 */
	assert_string_equal(buffer_string(&bench->out) + bench->out.bytes - strlen("\n| x |\n"), "\n| x |\n");
}

static void a_grid_fills_spans(void **state)
{
	struct bench *bench = *state;
	struct markdown_grid grid;
	markdown_grid_init(&grid, 1 << 20);
	markdown_grid_cell(&grid, T("MO"), 1, 1);
	markdown_grid_cell(&grid, T("Names"), 2, 1);
	markdown_grid_cell(&grid, T(""), 1, 1); /* a column without text is left out */
	markdown_grid_cell(&grid, T("Last"), 1, 3);
	markdown_grid_row_end(&grid);
	markdown_grid_cell(&grid, T("Cell"), 1, 2);
	markdown_grid_cell(&grid, T("x"), 1, 1);
	markdown_grid_row_end(&grid);
	markdown_grid_cell(&grid, T(""), 1, 1);
	markdown_grid_row_end(&grid);
	markdown_grid_row_end(&grid);
	markdown_grid_cell(&grid, T("Other"), 0, 0);
	markdown_grid_cell(&grid, T("y"), 1, 1);
	markdown_grid_cell(&grid, T("z"), 1, 65534);
	markdown_grid_row_end(&grid);
	assert_int_equal(markdown_grid_row_count(&grid), 4);
	assert_int_equal(markdown_grid_write(&grid, &bench->writer), 0);
	markdown_grid_done(&grid);
	EXPECT("| MO | Names |  | Last |\n| --- | --- | --- | --- |\n| Cell | x |  | Last |\n| Cell |  |  | Last |\n| Other | y | z |  |\n");
}

static void a_hostile_grid_is_bounded(void **state)
{
	struct bench *bench = *state;
	struct markdown_grid grid;
	char big[4000];
	memset(big, 'x', sizeof(big));
	markdown_grid_init(&grid, 8 << 20);
	for (int i = 0; i < 500; i++)
		markdown_grid_cell(&grid, (struct text){ big, i == 0 ? sizeof(big) : 1 }, 1000, 60000);
	markdown_grid_row_end(&grid);
	for (int i = 0; i < 200; i++)
		markdown_grid_row_end(&grid);
	assert_int_equal(grid.columns, MARKDOWN_COLUMNS_MAX);
	assert_true(grid.repeated_bytes < 200 * 1024);
	assert_int_equal(markdown_grid_write(&grid, &bench->writer), 0);
	markdown_grid_done(&grid);
	size_t joined = 0;
	for (const char *p = buffer_string(&bench->out); *p && *p != '\n'; p++)
		joined += *p == 'x';
	assert_int_equal(joined, sizeof(big) + 499);
}

/* Large enough to be given up while it is written: what cells reach down for must still be there. */
static void a_large_grid_keeps_what_spans_need(void **state)
{
	enum { ROWS = 60000, SPAN = 20000 };
	struct bench *bench = *state;
	struct markdown_grid grid;
	char cell[64];
	buffer_done(&bench->out);
	buffer_init(&bench->out, 64 << 20);
	markdown_grid_init(&grid, 64 << 20);
	for (int row = 0; row < ROWS; row++) {
		snprintf(cell, sizeof(cell), "group %d of a table that is long", row / SPAN);
		if (row % SPAN == 0)
			markdown_grid_cell(&grid, text_from(cell), 1, SPAN);
		snprintf(cell, sizeof(cell), "row %d", row);
		for (int column = 0; column < 3; column++)
			markdown_grid_cell(&grid, text_from(cell), 1, 1);
		markdown_grid_row_end(&grid);
	}
	assert_int_equal(markdown_grid_write(&grid, &bench->writer), 0);
	markdown_grid_done(&grid);
	struct text rest = buffer_view(&bench->out), line;
	for (int row = 0; row < ROWS; row++) {
		char expected[256];
		snprintf(expected, sizeof(expected), "| group %d of a table that is long | row %d | row %d | row %d |", row / SPAN, row, row, row);
		assert_true(text_next_line(&rest, &line));
		assert_true(text_equal(line, text_from(expected)));
		if (row == 0)
			assert_true(text_next_line(&rest, &line));
	}
	assert_int_equal(rest.bytes, 0);
}

/* A row of one cell costs one cell, whatever the cells above it say how far down they reach. */
static void spans_add_no_more_cells_than_the_given_ones_deserve(void **state)
{
	enum { COLUMNS = 200, ROWS = 5000 };
	struct bench *bench = *state;
	struct markdown_grid grid;
	markdown_grid_init(&grid, 8 << 20);
	for (int i = 0; i < COLUMNS; i++)
		markdown_grid_cell(&grid, T("x"), 1, 60000);
	markdown_grid_row_end(&grid);
	for (int i = 0; i < ROWS; i++) {
		markdown_grid_cell(&grid, T("y"), 1, 1);
		markdown_grid_row_end(&grid);
	}
	assert_true(grid.cells.bytes < 250000 * sizeof(struct markdown_grid_cell));
	assert_int_equal(grid.cells.status, 0);
	assert_true(markdown_grid_row_count(&grid) >= ROWS);
	markdown_grid_done(&grid);
	assert_int_equal(bench->out.bytes, 0);
}

static void escaped(const char *plain, const char *expected)
{
	struct buffer out;
	buffer_init(&out, 1 << 16);
	markdown_append_escaped(&out, text_from(plain));
	assert_string_equal(buffer_string(&out), expected);
	buffer_done(&out);
}

static void escapes_stand_only_where_needed(void **state)
{
	(void)state;
	escaped("snake_case_name, 2 * 3, a < b, R&D, x[3], 5~6", "snake_case_name, 2 * 3, a < b, R&D, x[3], 5~6");
	escaped("x 3*_*_*_", "x 3*\\_\\*\\_*\\_"); /* "_*_" at the end is emphasis where a blank follows */
	escaped("2*3*4", "2\\*3*4");
	/* Signs are punctuation to some readers and letters to others. */
	escaped("\xE2\x88\x91_(k=1)^n \xE2\x88\xAB_(t)^x", "\xE2\x88\x91\\_(k=1)^n \xE2\x88\xAB_(t)^x");
	escaped("\xE2\x80\x9C_x_\xE2\x80\x9D it", "\xE2\x80\x9C\\_x_\xE2\x80\x9D it");
	escaped("\xC3\xA9_\xC3\xA9_\xC3\xA9", "\xC3\xA9_\xC3\xA9_\xC3\xA9");
	escaped("*", "\\*");
	escaped("_init_ x", "\\_init_ x");
	escaped("_only", "_only");
	escaped("`x`", "\\`x\\`");
	escaped("<b> <5 </x> <", "\\<b> <5 \\</x> \\<");
	escaped("&lt; &c &#12;", "\\&lt; &c \\&#12;");
	escaped("[a](b) [c]", "\\[a](b) [c]");
	escaped("[c] [", "[c] [");
	escaped("C:\\dir \\* end\\", "C:\\dir \\\\* end\\\\");
	escaped("~~x~~", "\\~\\~x\\~\\~");
}

static void spans_and_links(void **state)
{
	struct bench *bench = *state;
	struct buffer *out = &bench->out;
	markdown_append_code_span(out, T(" a`b\nc "));
	markdown_append_code_span(out, T("`"));
	markdown_append_code_span(out, T("  "));
	buffer_append_byte(out, '\n');
	markdown_append_link(out, T("a [b] c"), T("x y(1).html"));
	markdown_append_link(out, T("a ] c"), T("x"));
	markdown_append_link(out, T("text"), T(" "));
	buffer_append_string(out, "!");
	markdown_append_link(out, T("link"), T("x"));
	markdown_append_image(out, T("a*b]\nc"), T("i.png"));
	assert_string_equal(buffer_string(out), "``a`b c```` ` ``\n[a [b] c](x%20y%281%29.html)[a \\] c](x)text\\![link](x)![a\\*b\\] c](i.png)");
}

static void vendor_targets_are_repaired(void **state)
{
	struct bench *bench = *state;
	struct text plain = T("other.html?fn=x");
	struct text repaired = markdown_repair_target(T("edw:/alex?ac=1&fn=10_22104-LZA7016014_1Uen.BF.html%23x&l=en"), &bench->out);
	assert_int_equal(text_compare(repaired, T("10_22104-LZA7016014_1Uen.BF.html#x")), 0);
	repaired = markdown_repair_target(T("edw:/alex?ac=1&amp;fn=a%2"), &bench->out);
	assert_int_equal(text_compare(repaired, T("a%2")), 0);
	assert_ptr_equal(markdown_repair_target(plain, &bench->out).data, plain.data);
	plain = T("edw:/alex?ac=1");
	assert_ptr_equal(markdown_repair_target(plain, &bench->out).data, plain.data);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(blocks_are_parted_by_one_blank_line), TEST(starts_of_lines_are_escaped), TEST(lists_nest),
		TEST(a_list_that_is_all_its_item_holds_is_not_doubled), TEST(lists_of_one_kind_join_and_of_two_kinds_part),
		TEST(an_item_without_text_joins_the_one_before), TEST(lists_of_one_kind_join_and_of_two_kinds_part),
		TEST(quotes_hold_blocks), TEST(what_is_too_deep_is_written_all_the_same), TEST(a_fence_is_longer_than_any_inside),
		TEST(tables_are_padded_and_escaped), TEST(a_grid_fills_spans), TEST(padding_is_bounded_by_the_cells), TEST(a_hostile_grid_is_bounded),
		TEST(a_large_grid_keeps_what_spans_need), TEST(spans_add_no_more_cells_than_the_given_ones_deserve),
		TEST(escapes_stand_only_where_needed), TEST(spans_and_links), TEST(vendor_targets_are_repaired),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
