/* Blocks, table rows, plain text and heading paths of Markdown. */
#include "workers/preprocess/blocks.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char kinds[] = "HPLTCQR";

static struct text slice_of(const char *markdown, uint32_t start, uint32_t end)
{
	return (struct text){ markdown + start, end - start };
}

static void assert_text(struct text found, const char *expected)
{
	char copy[4096];
	assert_true(found.bytes < sizeof(copy));
	memcpy(copy, found.data, found.bytes);
	copy[found.bytes] = '\0';
	assert_string_equal(copy, expected);
}

static struct blocks scan(const char *markdown)
{
	struct blocks blocks;
	assert_int_equal(blocks_scan(text_from(markdown), &blocks), 0);
	return blocks;
}

static void assert_kinds(const char *markdown, const char *expected)
{
	struct blocks blocks = scan(markdown);
	char found[64] = "";
	assert_true(blocks.count < sizeof(found));
	for (size_t i = 0; i < blocks.count; i++)
		found[i] = kinds[blocks.items[i].kind];
	assert_string_equal(found, expected);
	blocks_done(&blocks);
}

static void test_kinds(void **state)
{
	(void)state;
	assert_kinds("", "");
	assert_kinds("\n\n \n", "");
	assert_kinds("# A\n\ntext\nmore\n\n- one\n- two\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n```c\nx\n```\n\n> said\n\n---\n", "HPLLTCQR");
	assert_kinds("#hash\n", "P");
	assert_kinds("   # heading\n\n    # comment\n", "HP");
	assert_kinds("####### seven\n", "P");
	assert_kinds("a | b\n\nc\n", "PP");
	assert_kinds("text\n| a |\n| - |\n| 1 |\n", "PT");
	assert_kinds("text\n2. not a list\n", "P");
	assert_kinds("text\n1. a list\n2. its second\n", "PLL");
	assert_kinds("1. a\n\n   ```\n   code\n   ```\n\n   more of a\n2. b\n", "LCPL"); /* the item after code and text of the one before */
	assert_kinds("- ```\n  # code\n\n  - more\n  ```\n- b\n\n# H\n", "LLH"); /* an item that begins with code ends with it */
	assert_kinds("1. a\n\n   ```\n   code\n   ```\n\n   more of a\n   2. is text of it\n", "LCP");
	assert_kinds("2022. A year at the start is an item by its shape\n", "L");
	assert_kinds("1234567890. too long for a number\n", "P");
	assert_kinds("```\n# no heading\n| a |\n| - |\n", "C");
	assert_kinds("````\n```\n````\nafter\n", "CP");
	assert_kinds("```code span``` in a line\n", "P");
	assert_kinds("**bold** at the start\n", "P");
	assert_kinds("* * *\n", "R");
	assert_kinds("> one\nlazy\n> two\n\nout\n", "QP");
	assert_kinds("text\n# heading\ntext\n", "PHP");
}

static void test_spans(void **state)
{
	(void)state;
	const char *markdown = "## Name (ACR) ##\n\n- **p**: one\n  two\n\n  three\n\nend";
	struct blocks blocks = scan(markdown);
	assert_int_equal(blocks.count, 3);
	const struct block *heading = &blocks.items[0], *item = &blocks.items[1], *last = &blocks.items[2];
	assert_int_equal(heading->level, 2);
	assert_text(slice_of(markdown, heading->start, heading->end), "## Name (ACR) ##\n");
	assert_text(slice_of(markdown, heading->content_start, heading->content_end), "Name (ACR)");
	assert_text(slice_of(markdown, item->start, item->end), "- **p**: one\n  two\n\n  three\n");
	assert_text(slice_of(markdown, item->content_start, item->content_end), "**p**: one\n  two\n\n  three");
	assert_text(slice_of(markdown, last->start, last->end), "end");
	assert_int_equal(item->heading, 0);
	assert_int_equal(heading->heading, -1);
	blocks_done(&blocks);
}

static void test_heading_text(void **state)
{
	(void)state;
	const char *markdown = "# About C#\n\n#\n\n### a\n";
	struct blocks blocks = scan(markdown);
	assert_int_equal(blocks.count, 3);
	assert_text(slice_of(markdown, blocks.items[0].content_start, blocks.items[0].content_end), "About C#");
	assert_int_equal(blocks.items[1].content_start, blocks.items[1].content_end);
	assert_int_equal(blocks.items[2].heading, 1);
	blocks_done(&blocks);
}

static void test_lists(void **state)
{
	(void)state;
	const char *markdown = "1. first\n   - inner\n     - deeper\n   - inner\n2. second\n\n7) seven\n";
	struct blocks blocks = scan(markdown);
	const struct { unsigned level, ordered, number; } expected[] = { { 0, 1, 1 }, { 1, 0, 0 }, { 2, 0, 0 }, { 1, 0, 0 }, { 0, 1, 2 }, { 0, 1, 7 } };
	assert_int_equal(blocks.count, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		assert_int_equal(blocks.items[i].level, expected[i].level);
		assert_int_equal(blocks.items[i].ordered, expected[i].ordered);
		assert_int_equal(blocks.items[i].number, expected[i].number);
	}
	assert_text(slice_of(markdown, blocks.items[0].content_start, blocks.items[0].content_end), "first");
	blocks_done(&blocks);
}

static void test_code(void **state)
{
	(void)state;
	const char *markdown = "~~~ sh\nls\n\npwd\n~~~\n\n```\n```\n\n```\nopen";
	struct blocks blocks = scan(markdown);
	assert_int_equal(blocks.count, 3);
	assert_text(slice_of(markdown, blocks.items[0].content_start, blocks.items[0].content_end), "ls\n\npwd");
	assert_int_equal(blocks.items[1].content_start, blocks.items[1].content_end);
	assert_text(slice_of(markdown, blocks.items[2].content_start, blocks.items[2].content_end), "open");
	blocks_done(&blocks);
}

static void test_rows(void **state)
{
	(void)state;
	const char *markdown = "| Parameter | Type |\n| --- | :-: |\n| `a\\|b` | x \\| y |\n|| only second |\nlast | row";
	struct blocks blocks = scan(markdown);
	assert_int_equal(blocks.count, 1);
	assert_int_equal(blocks.items[0].rows, 4);
	struct block_row *row = malloc(sizeof(*row));
	size_t position = 0;
	const char *cells[][2] = { { "Parameter", "Type" }, { "`a\\|b`", "x \\| y" }, { "", "only second" }, { "last", "row" } };
	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		assert_true(block_next_row(text_from(markdown), &blocks.items[0], &position, row));
		assert_int_equal(row->count, 2);
		assert_text(row->cells[0], cells[i][0]);
		assert_text(row->cells[1], cells[i][1]);
	}
	assert_text(slice_of(markdown, row->start, row->end), "last | row");
	assert_false(block_next_row(text_from(markdown), &blocks.items[0], &position, row));
	free(row);
	blocks_done(&blocks);
}

static void test_many_cells(void **state)
{
	(void)state;
	struct buffer wide;
	buffer_init(&wide, 1 << 20);
	for (int row = 0; row < 2; row++) {
		for (int i = 0; i < 400; i++)
			buffer_append_string(&wide, row ? "|-" : "|a");
		buffer_append_string(&wide, "|\n");
	}
	struct blocks blocks;
	assert_int_equal(blocks_scan(buffer_view(&wide), &blocks), 0);
	assert_int_equal(blocks.count, 1);
	struct block_row *row = malloc(sizeof(*row));
	size_t position = 0;
	assert_true(block_next_row(buffer_view(&wide), &blocks.items[0], &position, row));
	assert_int_equal(row->count, BLOCK_CELLS_MAX);
	assert_int_equal(row->cells[BLOCK_CELLS_MAX - 1].bytes, 2 * (400 - BLOCK_CELLS_MAX + 1));
	free(row);
	blocks_done(&blocks);
	buffer_done(&wide);
}

static void assert_plain(const char *markdown, const char *expected)
{
	struct buffer out;
	buffer_init(&out, 4096);
	block_append_plain(&out, text_from(markdown));
	assert_string_equal(buffer_string(&out), expected);
	buffer_done(&out);
}

static void test_plain(void **state)
{
	(void)state;
	assert_plain("", "");
	assert_plain("plain words", "plain words");
	assert_plain("**bold** and *slanted* and ***both***", "bold and slanted and both");
	assert_plain("__bold__ _slanted_ INTERNAL_EVENT_UE_X a_b_c", "bold slanted INTERNAL_EVENT_UE_X a_b_c");
	assert_plain("cmedit get * ENodeBFunction.(a,b) -t", "cmedit get * ENodeBFunction.(a,b) -t");
	assert_plain("**open", "**open");
	assert_plain("a ** b", "a ** b");
	assert_plain("*****", "*****");
	assert_plain("`EUtranCellFDD.x_y_z` and ``a ` b`` and ` lone", "EUtranCellFDD.x_y_z and a ` b and ` lone");
	assert_plain("`a\\|b`", "a|b");
	assert_plain("[text](http://a/b_(c)) ![alt](i.png \"title\") [no link] [open](", "text alt [no link] [open](");
	assert_plain("[**b** [in] c](x)", "b [in] c");
	assert_plain("a \\* b \\_c\\_ \\\\ C:\\dir", "a * b _c_ \\ C:\\dir");
	assert_plain("a &amp; b &lt;c&gt; &#65;&#x42; &nbsp;x &unknown; &#xZ;", "a & b <c> AB  x &unknown; &#xZ;");
	assert_plain("one<br>two<br/>three <http://x/y> a < b", "one two three http://x/y a < b");
	assert_plain("line\n   next \n  third", "line next third");
	assert_plain("~~gone~~ ~1", "gone ~1");
	assert_plain("An end.[^3] A word[^12], 2<sup>3</sup> and that.<sup>4</sup>", "An end. A word, 2<sup>3</sup> and that.");
	assert_plain("Fixed. [\xC2\xA7](https://a/b) [#](#x)[one #](y)", "Fixed.  one #");
	assert_plain("[^1]: What the note says.", "What the note says.");
	assert_plain("match [^0-9] or [^] or [^1", "match [^0-9] or [^] or [^1");
}

/* What made a naive reader of inline marks quadratic. The test ends quickly or never. */
static void test_plain_is_linear(void **state)
{
	(void)state;
	const char *units[] = { "*a ", "a*", "[", "](", "![", "`", "``a`", "_a", "](a(", "<http", "&#", "**[", "*", "[^", "[^1", ".<sup>" };
	for (size_t u = 0; u < COUNT_OF(units); u++) {
		struct buffer text, out;
		buffer_init(&text, 8 << 20);
		buffer_init(&out, 8 << 20);
		if (u == 1)
			buffer_append_repeat(&text, '*', 300000);
		for (int i = 0; i < 300000; i++)
			buffer_append_string(&text, units[u]);
		block_append_plain(&out, buffer_view(&text));
		assert_int_equal(out.status, 0);
		assert_true(out.bytes <= text.bytes);
		buffer_done(&text);
		buffer_done(&out);
	}
}

static void test_heading_path(void **state)
{
	(void)state;
	const char *markdown = "intro\n\n# Load **Balancing**\n\n## Parameters\n\n### Deep\n\ntext\n\n## Counters\n\nx\n";
	struct blocks blocks = scan(markdown);
	const char *paths[] = { "", "Load Balancing", "Load Balancing > Parameters", "Load Balancing > Parameters > Deep",
				"Load Balancing > Parameters > Deep", "Load Balancing > Counters", "Load Balancing > Counters" };
	assert_int_equal(blocks.count, COUNT_OF(paths));
	for (size_t i = 0; i < blocks.count; i++) {
		struct buffer out;
		buffer_init(&out, 4096);
		blocks_heading_path(text_from(markdown), &blocks, i, &out);
		assert_string_equal(buffer_string(&out), paths[i]);
		buffer_done(&out);
	}
	blocks_done(&blocks);
}

/* Whatever the bytes: blocks lie in order, do not overlap, and leave out nothing but blanks. */
static void test_random_bytes(void **state)
{
	(void)state;
	static const char alphabet[] = "#-*|`~> \n\n\n1.)ab\\[](_&;<\0\xc3";
	uint32_t seed = 7;
	for (int round = 0; round < 3000; round++) {
		char text[200];
		size_t bytes = (size_t)round % sizeof(text);
		for (size_t i = 0; i < bytes; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		struct blocks blocks;
		struct text markdown = { text, bytes };
		assert_int_equal(blocks_scan(markdown, &blocks), 0);
		size_t position = 0;
		struct buffer out;
		buffer_init(&out, 1 << 16);
		for (size_t i = 0; i < blocks.count; i++) {
			const struct block *block = &blocks.items[i];
			assert_true(block->start >= position && block->end > block->start && block->end <= bytes);
			assert_true(block->content_start >= block->start && block->content_end >= block->content_start);
			assert_true(block->content_end <= block->end && block->heading < (int32_t)i);
			for (size_t b = position; b < block->start; b++)
				assert_true(ascii_is_space(text[b]));
			position = block->end;
			buffer_clear(&out);
			block_append_plain(&out, text_slice(markdown, block->content_start, block->content_end));
			blocks_heading_path(markdown, &blocks, i, &out);
		}
		for (size_t b = position; b < bytes; b++)
			assert_true(ascii_is_space(text[b]));
		buffer_done(&out);
		blocks_done(&blocks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds), cmocka_unit_test(test_spans), cmocka_unit_test(test_heading_text), cmocka_unit_test(test_lists),
		cmocka_unit_test(test_code), cmocka_unit_test(test_rows), cmocka_unit_test(test_many_cells), cmocka_unit_test(test_plain),
		cmocka_unit_test(test_plain_is_linear), cmocka_unit_test(test_heading_path), cmocka_unit_test(test_random_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
