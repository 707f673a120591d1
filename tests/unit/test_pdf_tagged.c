/* Pages whose words are found in the file's tree of tags: the order of reading, tables by their cells, and files that are not what they say. */
#include "workers/preprocess/pdf_order.h"
#include "workers/preprocess/pdf_tagged_grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Two cards side by side with two lines each, above a table of two rows; below all a line that is in no tag. The file says where its text
 * stands, not what it says: that is what the PDF library reads. */
static const char file[] =
	"%PDF-1.4\n"
	"1 0 obj\n<</Type /Catalog /Pages 2 0 R /StructTreeRoot 5 0 R>>\nendobj\n"
	"2 0 obj\n<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800]>>\nendobj\n"
	"3 0 obj\n<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources <</XObject <</X1 30 0 R>>>>>>\nendobj\n"
	"4 0 obj\n<</Length 318>>\nstream\n"
	"q 1 0 0 -1 0 800 cm /NonStruct <</MCID 0>>BDC BT 1 0 0 -1 50 100 Tm <01> Tj 0 -14 Td (a\\)b) Tj ET EMC Q\n"
	"/NonStruct <</MCID 1>>BDC BT 1 0 0 1 300 700 Tm [<01> 3 <02>] TJ 14 TL T* <03> Tj ET EMC\n"
	"/TH <</MCID 2>>BDC BT 50 600 Td <01> Tj ET EMC /TH <</MCID 3>>BDC BT 300 600 Td <01> Tj ET EMC\n"
	"/X1 Do\n"
	"BT 50 20 Td <01> Tj ET\nendstream\nendobj\n"
	"5 0 obj\n<</Type /StructTreeRoot /K 6 0 R>>\nendobj\n"
	"6 0 obj\n<</S /Document /P 5 0 R /K [7 0 R 8 0 R 9 0 R]>>\nendobj\n"
	"7 0 obj\n<</S /NonStruct /P 6 0 R /Pg 3 0 R /K 0>>\nendobj\n"
	"8 0 obj\n<</S /P /P 6 0 R /K <</Type /MCR /Pg 3 0 R /MCID 1>>>>\nendobj\n"
	"9 0 obj\n<</S /Table /P 6 0 R /K [10 0 R 11 0 R]>>\nendobj\n"
	"10 0 obj\n<</S /TR /P 9 0 R /K [<</S /TH /Pg 3 0 R /K 2>> <</S /TH /Pg 3 0 R /K [3]>>]>>\nendobj\n"
	"11 0 obj\n<</S /TR /P 9 0 R /K [<</S /TD /A <</O /Table /ColSpan 2>> /Pg 3 0 R /K 4>>]>>\nendobj\n"
	"30 0 obj\n<</Type /XObject /Subtype /Form /Matrix [1 0 0 1 50 580] /Length 44>>\nstream\n"
	"/TD <</MCID 4>>BDC BT 0 0 Td <01> Tj ET EMC\nendstream\nendobj\n"
	"40 0 obj\n<</Producer (Skia/PDF m120)>>\nendobj\ntrailer\n<</Root 1 0 R /Info 40 0 R>>\n";

struct sheet {
	struct pdf_page page;
	struct pdf_grids grids;
	struct pdf_tagged tagged;
};

static void add_word(struct pdf_page *page, const char *text, float x, float base_line)
{
	struct pdf_word *word = pdf_page_add_word(page);

	assert_non_null(word);
	word->size = 10;
	for (size_t i = 0; text[i]; i++)
		pdf_page_append(page, (unsigned char)text[i], (struct pdf_box){ x + 5 * (float)i, base_line - 8, x + 5 * (float)i + 5, base_line + 2 });
}

/* As the PDF library gives them: line by line over both cards. */
static void open_sheet(struct sheet *sheet, struct text data)
{
	*sheet = (struct sheet){ 0 };
	pdf_page_init(&sheet->page);
	pdf_grids_init(&sheet->grids);
	pdf_tagged_init(&sheet->tagged);
	pdf_page_clear(&sheet->page, 0, 600, 800);
	add_word(&sheet->page, "one", 50, 100);
	add_word(&sheet->page, "three", 300, 100);
	add_word(&sheet->page, "two", 50, 114);
	add_word(&sheet->page, "four", 300, 114);
	add_word(&sheet->page, "Name", 50, 200);
	add_word(&sheet->page, "Unit", 300, 200);
	add_word(&sheet->page, "whole", 50, 220);
	add_word(&sheet->page, "1/1", 50, 780);
	assert_int_equal(pdf_tagged_read(&sheet->tagged, data), 0);
	assert_int_equal(pdf_tagged_arrange(&sheet->tagged, &sheet->page, &sheet->grids), 0);
}

static void close_sheet(struct sheet *sheet)
{
	pdf_page_done(&sheet->page);
	pdf_grids_done(&sheet->grids);
	pdf_tagged_done(&sheet->tagged);
}

static void assert_words(const struct pdf_page *page, const char *expected)
{
	char all[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < page->word_count; i++)
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%.*s", i ? " " : "", TEXT_ARGS(pdf_word_text(page, &page->words[i])));
	assert_string_equal(all, expected);
}

static void test_order_is_that_of_the_tags(void **state)
{
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet, TEXT_LITERAL(file));
	assert_true(sheet.page.ordered);
	assert_words(&sheet.page, "one two three four Name Unit whole 1/1");
	assert_true(sheet.page.words[7].untagged);
	assert_false(sheet.page.words[6].untagged);
	close_sheet(&sheet);
}

static void test_table_has_the_cells_of_the_tags(void **state)
{
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet, TEXT_LITERAL(file));
	assert_int_equal(sheet.grids.count, 1);
	const struct pdf_grid *grid = &sheet.grids.items[0];
	assert_int_equal(grid->row_count, 2);
	assert_int_equal(grid->column_count, 2);
	assert_int_equal(grid->cell_count, 3);
	assert_int_equal(sheet.grids.cells[2].row, 1);
	assert_int_equal(sheet.grids.cells[2].columns, 2);
	assert_int_equal(sheet.page.words[sheet.grids.cells[1].word_first].grid, 1);
	assert_int_equal(sheet.page.words[3].grid, 0);
	close_sheet(&sheet);
}

static void test_cards_are_regions(void **state)
{
	struct pdf_layout layout;
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet, TEXT_LITERAL(file));
	pdf_layout_init(&layout);
	assert_int_equal(pdf_layout_build(&layout, &sheet.page), 0);
	assert_int_equal(layout.row_count, 6);
	assert_int_equal(layout.rows[0].region, layout.rows[1].region);
	assert_int_not_equal(layout.rows[1].region, layout.rows[2].region);
	assert_true(layout.rows[2].box.x0 > 299);
	assert_int_equal(layout.rows[4].grid, 1);
	assert_int_not_equal(layout.rows[4].region, layout.rows[3].region); /* it spans both */
	pdf_layout_done(&layout);
	close_sheet(&sheet);
}

/* Whose tags are put into the order of reading: LibreOffice says who it is in UTF-16; of others nothing is known. */
static void test_who_is_believed(void **state)
{
	static const struct { const char *producer; bool believed; } writers[] = {
		{ "(Skia/PDF m120)", true },
		{ "<FEFF004C0069006200720065004F0066006600690063006500200037002E0034>", true },
		{ "(LibreOffice 25.2)", true },
		{ "(WeasyPrint 61.2)", false },
		{ "(Microsoft Word)", false },
	};
	const char *end = strstr(file, "(Skia");
	char data[sizeof(file) + 128];
	struct sheet sheet;

	(void)state;
	assert_non_null(end);
	for (size_t i = 0; i < COUNT_OF(writers); i++) {
		snprintf(data, sizeof(data), "%.*s%s%s", (int)(end - file), file, writers[i].producer, strchr(end, ')') + 1);
		open_sheet(&sheet, text_from(data));
		assert_int_equal(sheet.page.ordered, writers[i].believed);
		close_sheet(&sheet);
	}
}

/* Where the text stands elsewhere than its tags say, and where the file is cut anywhere, the page is left as it is, or in order. */
static void test_files_that_do_not_fit(void **state)
{
	struct sheet sheet;

	(void)state;
	for (size_t bytes = 0; bytes < sizeof(file); bytes++) {
		char *cut = malloc(bytes + 1); /* so that a read behind its end is seen */
		assert_non_null(cut);
		memcpy(cut, file, bytes);
		open_sheet(&sheet, (struct text){ cut, bytes });
		assert_int_equal(sheet.page.word_count, 8);
		if (bytes + 40 < sizeof(file))
			assert_false(sheet.page.ordered); /* its trailer is not there */
		close_sheet(&sheet);
		free(cut);
	}
}

/* The data, with each `from` that is one word replaced by `to` of the same length. */
static void replace(char *data, const char *from, const char *to)
{
	char *at = strstr(data, from);

	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
}

static void test_endless_trees_end(void **state)
{
	static const char *const changes[][2] = {
		{ "/K [7 0 R 8 0 R 9 0 R]", "/K [6 0 R 6 0 R 6 0 R]" }, /* itself, three times */
		{ "/Kids [3 0 R]", "/Kids [2 0 R]" },
		{ "/Subtype /Form /Matrix", "/Subtype /Form /Matrax" },
		{ "/K [10 0 R 11 0 R]", "/K [9 0 R 9 0 R  ]" },
		{ "/ColSpan 2", "/ColSpan 9" },
		{ "/MediaBox [0 0 600 800]", "/MediaBox [0 0 600 80 ]" },
	};
	struct sheet sheet;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		char data[sizeof(file)];
		memcpy(data, file, sizeof(file));
		replace(data, changes[i][0], changes[i][1]);
		open_sheet(&sheet, (struct text){ data, sizeof(data) - 1 });
		assert_int_equal(sheet.page.word_count, 8);
		if (i == 5)
			assert_false(sheet.page.ordered);
		close_sheet(&sheet);
	}
}

/* --- tables of boxes --------------------------------------------------------------------------------------------- */

enum { BOX_WORDS = 10 };

/* A page in the order of the tree: a line of two names above rows of two boxes each, whose second one has two lines, and a sentence below. */
struct boxes {
	struct pdf_tagged tagged;
	struct pdf_page page;
};

static void open_boxes(struct boxes *boxes, uint32_t number, size_t first)
{
	static const struct {
		const char *text;
		float x, base_line;
		uint32_t piece;
	} words[BOX_WORDS] = {
		{ "Name", 50, 100, 1 },  { "Meaning", 150, 100, 2 }, { "one", 50, 120, 3 },  { "first", 150, 120, 4 }, { "line", 150, 132, 4 },
		{ "two", 50, 150, 5 },   { "second", 150, 150, 6 },  { "line", 150, 162, 6 }, { "Below", 50, 190, 7 },  { "it", 80, 190, 7 },
	};

	pdf_page_clear(&boxes->page, number, 600, 800);
	for (size_t i = first; i < BOX_WORDS; i++) {
		add_word(&boxes->page, words[i].text, words[i].x, words[i].base_line);
		boxes->page.words[i - first].style = i < 2 ? PDF_BOLD : 0;
		boxes->tagged.words[i - first] = (struct pdf_tagged_word){ .order = words[i].piece };
	}
}

static void start_boxes(struct boxes *boxes)
{
	*boxes = (struct boxes){ 0 };
	pdf_page_init(&boxes->page);
	pdf_tagged_init(&boxes->tagged);
	boxes->tagged.words = calloc(BOX_WORDS, sizeof(*boxes->tagged.words));
	assert_non_null(boxes->tagged.words);
	open_boxes(boxes, 0, 0);
}

static void assert_cells(struct boxes *boxes, const uint32_t *expected)
{
	assert_int_equal(pdf_tagged_find_grids(&boxes->tagged, &boxes->page), 0);
	for (size_t i = 0; i < boxes->page.word_count; i++)
		assert_int_equal(boxes->tagged.words[i].cell, expected[i]);
}

static void end_boxes(struct boxes *boxes)
{
	pdf_page_done(&boxes->page);
	pdf_tagged_done(&boxes->tagged);
}

static void test_rows_of_boxes_below_names_are_a_table(void **state)
{
	static const uint32_t cells[BOX_WORDS] = { 1, 2, 3, 4, 4, 5, 6, 6, 0, 0 };
	struct boxes boxes;

	(void)state;
	start_boxes(&boxes);
	assert_cells(&boxes, cells);
	assert_int_equal(boxes.tagged.structure.table_count, 1);
	assert_int_equal(boxes.tagged.structure.cells[5].row, 2);
	assert_int_equal(boxes.tagged.structure.cells[5].column, 1);
	assert_int_equal(boxes.tagged.columns.count, 0); /* text follows on the page */
	end_boxes(&boxes);
}

static void test_a_table_of_boxes_goes_on_over_the_page(void **state)
{
	static const uint32_t cells[] = { 1, 2, 3, 4, 4 }, rest[] = { 5, 6, 7, 7, 0, 0 };
	struct boxes boxes;

	(void)state;
	start_boxes(&boxes);
	boxes.page.word_count = 5;
	assert_cells(&boxes, cells);
	open_boxes(&boxes, 1, 4); /* from the rest of a cell on */
	assert_cells(&boxes, rest);
	assert_int_equal(boxes.tagged.structure.table_count, 1);
	assert_int_equal(boxes.tagged.structure.cells[4].row, 1);
	assert_int_equal(boxes.tagged.structure.cells[5].row, 2);
	end_boxes(&boxes);
}

/* Names in plain type, or in that of programs; boxes that are read column by column; one that begins elsewhere than its name; a heading. */
static void test_other_boxes_are_no_table(void **state)
{
	static const uint32_t none[BOX_WORDS] = { 0 };
	struct boxes boxes;

	(void)state;
	for (int i = 0; i < 5; i++) {
		start_boxes(&boxes);
		if (i < 2)
			boxes.page.words[0].style = boxes.page.words[1].style = i ? PDF_BOLD | PDF_MONO : 0;
		if (i == 2) { /* up again */
			boxes.page.words[5].box.y0 -= 40;
			boxes.page.words[5].box.y1 -= 40;
		}
		if (i == 3)
			boxes.page.words[3].box.x0 += 9;
		if (i == 4)
			boxes.tagged.words[2].heading = 9;
		assert_cells(&boxes, none);
		end_boxes(&boxes);
	}
}

/* A browser draws the bullets of its lists: a disc, a ring and a square before three lines, of which the tags make one list; the disc between two
 * words, the large one and the one far from all text are none. */
static const char drawn_list[] =
	"1 0 0 -1 0 800 cm\n"
	"/Lbl <</MCID 0>>BDC 43 96 m 43 97 42 98 41 98 c 40 98 39 97 39 96 c 39 95 40 94 41 94 c 42 94 43 95 43 96 c h f EMC\n"
	"/P <</MCID 1>>BDC BT 1 0 0 -1 50 100 Tm <01> Tj ET EMC\n"
	"q 1 0 0 1 0 20 cm 43 96 m 43 97 42 98 41 98 c 40 98 39 97 39 96 c 39 95 40 94 41 94 c 42 94 43 95 43 96 c h S Q\n"
	"/P <</MCID 2>>BDC BT 1 0 0 -1 50 120 Tm <01> Tj ET EMC\n"
	"39 134 4 4 re f /P <</MCID 3>>BDC BT 1 0 0 -1 50 140 Tm <01> Tj ET EMC\n"
	"80 134 4 4 re f /P <</MCID 4>>BDC BT 1 0 0 -1 92 140 Tm <01> Tj ET EMC\n"
	"36 153 8 8 re f /P <</MCID 5>>BDC BT 1 0 0 -1 50 160 Tm <01> Tj ET EMC\n"
	"10 174 4 4 re f 200 300 4 4 re f 44 174 4 4 re n 39 174 4 4 re 30 170 40 1 re f /P <</MCID 6>>BDC BT 1 0 0 -1 50 180 Tm <01> Tj ET EMC";
static const char list_file[] =
	"1 0 obj\n<</Type /Catalog /Pages 2 0 R%s>>\nendobj\n"
	"2 0 obj\n<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800]>>\nendobj\n"
	"3 0 obj\n<</Type /Page /Parent 2 0 R /Contents 4 0 R>>\nendobj\n"
	"4 0 obj\n<</Length %zu>>\nstream\n%s\nendstream\nendobj\n"
	"5 0 obj\n<</K <</S /Document /Pg 3 0 R /K [1 2 3 4 5 6]>>>>\nendobj\n"
	"40 0 obj\n<</Producer (%s)>>\nendobj\ntrailer\n<</Root 1 0 R /Info 40 0 R>>\n";

static void test_drawn_bullets_are_words(void **state)
{
	static const struct {
		const char *tree, *producer, *expected;
	} cases[] = {
		{ " /StructTreeRoot 5 0 R", "Skia/PDF m156", "\u2022 one \u2022 two \u2022 three behind large far" },
		{ "", "Skia/PDF m156", "\u2022 one \u2022 two \u2022 three behind large far" },
		{ "", "Qt 5.15.8", "\u2022 one \u2022 two \u2022 three behind large far" },
		{ "", "pdfTeX-1.40.24", "one two three behind large far" },
	};
	struct sheet sheet;
	struct buffer data;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		buffer_init(&data, 1 << 16);
		buffer_append_format(&data, list_file, cases[i].tree, sizeof(drawn_list) - 1, drawn_list, cases[i].producer);
		sheet = (struct sheet){ 0 };
		pdf_page_init(&sheet.page);
		pdf_grids_init(&sheet.grids);
		pdf_tagged_init(&sheet.tagged);
		pdf_page_clear(&sheet.page, 0, 600, 800);
		add_word(&sheet.page, "one", 50, 100);
		add_word(&sheet.page, "two", 50, 120);
		add_word(&sheet.page, "three", 50, 140);
		add_word(&sheet.page, "behind", 92, 140);
		add_word(&sheet.page, "large", 50, 160);
		add_word(&sheet.page, "far", 50, 180);
		assert_int_equal(pdf_tagged_read(&sheet.tagged, buffer_view(&data)), 0);
		assert_int_equal(pdf_tagged_arrange(&sheet.tagged, &sheet.page, &sheet.grids), 0);
		assert_words(&sheet.page, cases[i].expected);
		assert_int_equal(sheet.page.ordered, cases[i].tree[0] != '\0');
		close_sheet(&sheet);
		buffer_done(&data);
	}
}

/* The file, with one part of it exchanged for another of any length. */
static void exchange(struct buffer *data, const char *from, const char *to)
{
	struct buffer changed;
	const struct text all = buffer_view(data);
	const ptrdiff_t at = text_find(all, text_from(from));

	assert_true(at >= 0);
	buffer_init(&changed, 1 << 16);
	buffer_append_text(&changed, text_slice(all, 0, (size_t)at));
	buffer_append(&changed, to, strlen(to));
	buffer_append_text(&changed, text_slice(all, (size_t)at + strlen(from), all.bytes));
	buffer_done(data);
	*data = changed;
}

/* A form that stands in the tree itself counts its marks from 0, as the page does: its mark 0 is not the page's first card. */
static void test_forms_number_their_own_marks(void **state)
{
	struct sheet sheet;
	struct buffer data;

	(void)state;
	buffer_init(&data, 1 << 16);
	buffer_append(&data, file, sizeof(file) - 1);
	exchange(&data, "/Subtype /Form", "/Subtype /Form /StructParents 1");
	exchange(&data, "/TD <</MCID 4>>", "/TD <</MCID 0>>");
	exchange(&data, "/Pg 3 0 R /K 4>>", "/Pg 3 0 R /K <</Type /MCR /Stm 30 0 R /MCID 0>>>>");
	open_sheet(&sheet, buffer_view(&data));
	assert_true(sheet.page.ordered);
	assert_words(&sheet.page, "one two three four Name Unit whole 1/1");
	assert_int_equal(sheet.page.words[6].grid, sheet.page.words[5].grid);
	close_sheet(&sheet);
	buffer_done(&data);
}

/* A frame with a picture on its left is no table: its words are text. */
static void test_frames_beside_pictures_are_no_tables(void **state)
{
	struct sheet sheet;
	struct buffer data;

	(void)state;
	buffer_init(&data, 1 << 16);
	buffer_append(&data, file, sizeof(file) - 1);
	exchange(&data, "/TH <</MCID 2>>BDC", "/Artifact BMC");
	exchange(&data, "<</S /TD /A <</O /Table /ColSpan 2>>", "<</S /TD>> <</S /TD");
	open_sheet(&sheet, buffer_view(&data));
	assert_true(sheet.page.ordered);
	assert_words(&sheet.page, "one two three four Name Unit whole 1/1");
	assert_int_equal(sheet.grids.count, 0);
	close_sheet(&sheet);
	buffer_done(&data);
}

/* A menu in a box, with its name above it: a table of one column in the file's tags, a list for the reader. */
static void test_lists_in_boxes_are_no_tables(void **state)
{
	static const char *const names[] = { "one", "two", "three" };
	struct sheet sheet = { 0 };
	struct buffer data;

	(void)state;
	buffer_init(&data, 1 << 16);
	buffer_append_format(&data, list_file, " /StructTreeRoot 5 0 R", sizeof(drawn_list) - 1, drawn_list, "Skia/PDF m156");
	exchange(&data, "/Pg 3 0 R /K [1 2 3 4 5 6]", "/Pg 3 0 R /K <</S /Table /K [<</S /TR /K <</S /TH /K 1>>>> <</S /TR /K <</S /TD /K [2 3 4 5 6]>>>>]>>");
	pdf_page_init(&sheet.page);
	pdf_grids_init(&sheet.grids);
	pdf_tagged_init(&sheet.tagged);
	pdf_page_clear(&sheet.page, 0, 600, 800);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		add_word(&sheet.page, names[i], 50, 100 + 20 * (float)i);
	assert_int_equal(pdf_tagged_read(&sheet.tagged, buffer_view(&data)), 0);
	assert_int_equal(pdf_tagged_arrange(&sheet.tagged, &sheet.page, &sheet.grids), 0);
	assert_true(sheet.page.ordered);
	assert_int_equal(sheet.tagged.structure.table_count, 1);
	assert_int_equal(sheet.grids.count, 0);
	close_sheet(&sheet);
	buffer_done(&data);
}

/* What is read behind the next page's first words and stands above all else is no text of the page; in the midst of it, it is. */
static void test_menus_at_the_end_of_the_tree(void **state)
{
	static const char two_pages[] =
		"%PDF-1.4\n"
		"1 0 obj\n<</Type /Catalog /Pages 2 0 R /StructTreeRoot 5 0 R>>\nendobj\n"
		"2 0 obj\n<</Type /Pages /Kids [3 0 R 31 0 R] /Count 2 /MediaBox [0 0 600 800]>>\nendobj\n"
		"3 0 obj\n<</Type /Page /Parent 2 0 R /Contents 4 0 R>>\nendobj\n"
		"31 0 obj\n<</Type /Page /Parent 2 0 R /Contents 4 0 R>>\nendobj\n"
		"4 0 obj\n<</Length 168>>\nstream\n"
		"/NonStruct <</MCID 0>>BDC BT 50 760 Td <01> Tj ET EMC /P <</MCID 1>>BDC BT 50 700 Td <01> Tj 0 -14 Td <01> Tj 0 -14 Td <01> Tj 0 -14 Td <01> Tj 0 -14 Td <01> Tj ET EMC\n"
		"endstream\nendobj\n"
		"5 0 obj\n<</Type /StructTreeRoot /K [<</S /P /Pg 3 0 R /K 1>> <</S /P /Pg 31 0 R /K 1>> <</S /P /Pg 3 0 R /K 0>>]>>\nendobj\n"
		"40 0 obj\n<</Producer (Skia/PDF m120)>>\nendobj\ntrailer\n<</Root 1 0 R /Info 40 0 R>>\n";
	static const char *const lines[] = { "first", "second", "third", "fourth", "fifth" };

	(void)state;
	for (int within = 0; within < 2; within++) {
		struct sheet sheet = { 0 };
		struct buffer data;
		buffer_init(&data, 1 << 16);
		buffer_append(&data, two_pages, sizeof(two_pages) - 1);
		if (within)
			exchange(&data, "50 760", "90 693");
		pdf_page_init(&sheet.page);
		pdf_grids_init(&sheet.grids);
		pdf_tagged_init(&sheet.tagged);
		pdf_page_clear(&sheet.page, 0, 600, 800);
		add_word(&sheet.page, "Menu", within ? 90 : 50, within ? 107 : 40);
		for (size_t i = 0; i < COUNT_OF(lines); i++)
			add_word(&sheet.page, lines[i], 50, 100 + 14 * (float)i);
		assert_int_equal(pdf_tagged_read(&sheet.tagged, buffer_view(&data)), 0);
		assert_int_equal(pdf_tagged_arrange(&sheet.tagged, &sheet.page, &sheet.grids), 0);
		assert_true(sheet.page.ordered);
		assert_words(&sheet.page, within ? "first second third fourth fifth Menu" : "Menu first second third fourth fifth");
		assert_int_equal(sheet.page.words[0].untagged, !within);
		close_sheet(&sheet);
		buffer_done(&data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_is_that_of_the_tags), cmocka_unit_test(test_table_has_the_cells_of_the_tags), cmocka_unit_test(test_cards_are_regions),
		cmocka_unit_test(test_files_that_do_not_fit), cmocka_unit_test(test_who_is_believed),     cmocka_unit_test(test_endless_trees_end), cmocka_unit_test(test_rows_of_boxes_below_names_are_a_table),
		cmocka_unit_test(test_a_table_of_boxes_goes_on_over_the_page), cmocka_unit_test(test_other_boxes_are_no_table),
		cmocka_unit_test(test_drawn_bullets_are_words), cmocka_unit_test(test_forms_number_their_own_marks), cmocka_unit_test(test_menus_at_the_end_of_the_tree),
		cmocka_unit_test(test_frames_beside_pictures_are_no_tables),
		cmocka_unit_test(test_lists_in_boxes_are_no_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
