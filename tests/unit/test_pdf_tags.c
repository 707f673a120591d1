/* Headings that a file's tags name, found among the rows of a page; and which tags are not believed. */
#include "workers/preprocess/pdf_heading_rows.h"
#include "workers/preprocess/pdf_tags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct sheet {
	struct pdf_page page;
	struct pdf_layout layout;
	struct pdf_body body;
	struct pdf_tags tags;
};

/* A page of lines, 14 points apart; one that begins with '*' is bold. */
static void open_sheet(struct sheet *sheet, const char *const *lines)
{
	*sheet = (struct sheet){ 0 };
	pdf_page_init(&sheet->page);
	pdf_layout_init(&sheet->layout);
	pdf_tags_init(&sheet->tags);
	pdf_page_clear(&sheet->page, 0, 595, 842);
	for (size_t i = 0; lines[i]; i++) {
		struct text rest = text_from(lines[i]), field;
		const bool bold = rest.data[0] == '*';
		float x = 72;
		rest = text_slice(rest, bold, rest.bytes);
		while (text_next_field(&rest, ' ', &field)) {
			struct pdf_word *word = pdf_page_add_word(&sheet->page);
			assert_non_null(word);
			word->size = 10;
			word->style = bold ? PDF_BOLD : 0;
			for (size_t c = 0; c < field.bytes; c++, x += 5)
				pdf_page_append(&sheet->page, (unsigned char)field.data[c], (struct pdf_box){ x, 70 + 14 * (float)i, x + 5, 80 + 14 * (float)i });
			x += 3;
		}
		sheet->page.words[sheet->page.word_count - 1].line_end = true;
	}
	assert_int_equal(pdf_layout_build(&sheet->layout, &sheet->page), 0);
	pdf_body_count(&sheet->body, &sheet->page);
	pdf_body_settle(&sheet->body);
	sheet->tags.others = 10;
}

static void close_sheet(struct sheet *sheet)
{
	pdf_page_done(&sheet->page);
	pdf_layout_done(&sheet->layout);
	pdf_tags_done(&sheet->tags);
}

static void add(struct sheet *sheet, uint8_t level, uint32_t page, const char *text)
{
	assert_int_equal(pdf_tags_add_heading(&sheet->tags, level, page, text_from(text)), 0);
}

static void mark(struct sheet *sheet)
{
	pdf_tags_settle(&sheet->tags);
	pdf_tags_mark(&sheet->tags, &sheet->layout, &sheet->body);
}

static void marks_rows(void **state)
{
	static const char *const lines[] = { "Doors", "The doors of the cabinet open to both sides, and so do", "locks.", "A very long name of a", "chapter on two lines", "locks", "Text again, as long as any other line of this page is", NULL };
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet, lines);
	assert_int_equal(sheet.layout.row_count, 7);
	add(&sheet, 2, 0, "Doors");
	add(&sheet, 3, 0, "A very long name of a chapter on two lines");
	add(&sheet, 4, 0, "locks");
	mark(&sheet);
	assert_int_equal(sheet.layout.rows[0].tag, 2);
	assert_int_equal(sheet.layout.rows[2].tag, 0); /* the end of a sentence */
	assert_int_equal(sheet.layout.rows[3].tag, 3);
	assert_int_equal(sheet.layout.rows[4].tag, PDF_TAG_GOES_ON);
	assert_int_equal(sheet.layout.rows[5].tag, 4);
	assert_int_equal(sheet.layout.rows[6].tag, 0);
	assert_true(pdf_tags_are_complete(&sheet.tags));
	close_sheet(&sheet);
}

/* The library cuts "1.2 Locks" at a blank that does not break: a row in bold that begins so is meant, a line of text is not. */
static void finds_cut_headings(void **state)
{
	static const char *const lines[] = { "1.2 metres are the least that a door of this kind needs", "*1.2 Locks", "Text, as long as any other line of this page is", NULL };
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet, lines);
	add(&sheet, 3, 0, "1.2");
	mark(&sheet);
	assert_int_equal(sheet.layout.rows[0].tag, 0);
	assert_int_equal(sheet.layout.rows[1].tag, 3);
	close_sheet(&sheet);
}

static void resolves_signs(void **state)
{
	static const char *const lines[] = { "Workflow - a 'first' look", "Text, as long as any other line of this page is", NULL };
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet, lines);
	add(&sheet, 1, 0, "Work\xEF\xAC\x82ow\xC2\xA0\xE2\x80\x93 a \xE2\x80\x98\xEF\xAC\x81rst\xE2\x80\x99 look");
	mark(&sheet);
	assert_int_equal(sheet.layout.rows[0].tag, 1);
	close_sheet(&sheet);
}

static void does_not_believe(void **state)
{
	static const char *const lines[] = { "Doors", "Text, as long as any other line of this page is", NULL };
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet, lines); /* tags of another text */
	add(&sheet, 1, 0, "Windows");
	add(&sheet, 2, 0, "Roofs");
	mark(&sheet);
	assert_int_equal(sheet.layout.rows[0].tag, 0);
	assert_false(pdf_tags_are_complete(&sheet.tags));
	close_sheet(&sheet);

	open_sheet(&sheet, lines); /* everything a heading */
	sheet.tags.others = 0;
	add(&sheet, 1, 0, "Doors");
	mark(&sheet);
	assert_int_equal(sheet.layout.rows[0].tag, 0);
	close_sheet(&sheet);

	open_sheet(&sheet, lines); /* of a page that was not asked for */
	add(&sheet, 1, 3, "Doors");
	mark(&sheet);
	assert_int_equal(sheet.layout.rows[0].tag, 0);
	assert_false(pdf_tags_are_complete(&sheet.tags));
	close_sheet(&sheet);
}

static void knows_pages_with_tables(void **state)
{
	static const char *const lines[] = { "Doors", "Text, as long as any other line of this page is", NULL };
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet, lines);
	add(&sheet, 1, 0, "Doors");
	assert_int_equal(pdf_tags_add_table_page(&sheet.tags, 5), 0);
	assert_int_equal(pdf_tags_add_table_page(&sheet.tags, 2), 0);
	mark(&sheet);
	assert_true(pdf_tags_exclude_tables(&sheet.tags, 0));
	assert_false(pdf_tags_name_table(&sheet.tags, 0));
	assert_true(pdf_tags_name_table(&sheet.tags, 2));
	assert_false(pdf_tags_exclude_tables(&sheet.tags, 2));
	assert_false(pdf_tags_exclude_tables(&sheet.tags, 5));
	close_sheet(&sheet);
}

/* A large row of the first page may be a title that has no tag; not below a heading, where all headings are known word by word. */
static void large_rows_below_known_headings_are_none(void **state)
{
	static const char *const lines[] = { "Network", "Volume", "Text, as long as any other line of this page is", "41 TB", "Text, as long as any other line of this page is", NULL };
	struct pdf_found_heading found;
	struct pdf_outline outline;
	struct pdf_blocks blocks;
	struct sheet sheet;

	(void)state;
	open_sheet(&sheet, lines);
	pdf_outline_init(&outline);
	pdf_blocks_init(&blocks);
	sheet.tags.usable = true;
	sheet.tags.found = sheet.tags.expected = 1;
	sheet.layout.rows[3].size = 20;
	struct pdf_rows_work work = { .blocks = &blocks, .layout = &sheet.layout, .body = &sheet.body, .outline = &outline, .tags = &sheet.tags, .leading = 1.2f };
	sheet.page.ordered = true;
	assert_true(pdf_find_heading(&work, 3, &found));
	sheet.layout.rows[0].tag = 1;
	assert_false(pdf_find_heading(&work, 3, &found));
	sheet.page.ordered = false;
	assert_true(pdf_find_heading(&work, 3, &found));
	pdf_blocks_done(&blocks);
	pdf_outline_done(&outline);
	close_sheet(&sheet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_rows),
		cmocka_unit_test(finds_cut_headings),
		cmocka_unit_test(resolves_signs),
		cmocka_unit_test(does_not_believe),
		cmocka_unit_test(knows_pages_with_tables),
		cmocka_unit_test(large_rows_below_known_headings_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
