/* Text of rows: joined lines, clause numbers, list markers, leaders; headings and their levels. */
#include "workers/preprocess/pdf_headings.h"
#include "workers/preprocess/pdf_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void joins_lines(void **state)
{
	static const struct { const char *before, *line, *joined; } cases[] = {
		{ "returns GNUTLS_E_UNKNOWN_-", "CIPHER_TYPE when", "returns GNUTLS_E_UNKNOWN_CIPHER_TYPE when" }, { "the set [a-z_-", "], then", "the set [a-z_- ], then" },
		{ "one", "two", "one two" },
		{ "", "two", "two" },
		{ "the configu-", "ration of it", "the configuration of it" },
		{ "a real-", "time system", "a real-time system" },
		{ "an inter-", "face", "an interface" },
		{ "a traffic-", "configuration", "a traffic-configuration" }, /* both are words */
		{ "a real-", "valued function", "a real-valued function" },   /* others begin so */
		{ "un essai pr\xC3\xA9-", "parez", "un essai pr\xC3\xA9parez" },
		{ "la dur\xC3\xA9-", "\xC3\xA9" "e", "la dur\xC3\xA9\xC3\xA9" "e" },
		{ "die L\xC3\x84-", "nge", "die L\xC3\x84-nge" },
		{ "the EUtran-", "Cell", "the EUtran-Cell" },
		{ "release 15-", "17", "release 15-" "17" },
		{ "a dash -", "here", "a dash - here" },
		{ "soft\xC2\xAD", "ware de\xC2\xADlivers", "software delivers" },
		{ "see https://example.org/a/", "b.html", "see https://example.org/a/b.html" },
		{ "EUtranCellFDD.cellRan", "ge of the cell", "EUtranCellFDD.cellRange of the cell" },
		{ "the cellRan", "ge", "the cellRange" },
		{ "the cellRange", "of it", "the cellRange of it" },
		{ "the cellRa", "dius", "the cellRa dius" }, /* nowhere whole: unsure */
		{ "a plain con", "figuration", "a plain con figuration" },
		{ "INTERNAL_PROC_", "HO_PREP_S1_OUT", "INTERNAL_PROC_HO_PREP_S1_OUT" },
		{ "INTERNAL", "_PROC x", "INTERNAL_PROC x" },
		{ "Name:___", "Date:___", "Name:___ Date:___" },
		{ "of EUtranCellFDD.", "cellRange", "of EUtranCellFDD.cellRange" },
		{ "of EUtranCellFDD.", "It is", "of EUtranCellFDD. It is" },
		{ "of EUtranCellFDD.", "some more", "of EUtranCellFDD. some more" },
		{ "see https://example.org.", "The end", "see https://example.org. The end" },
		{ "\u5206\u6563", "\u30AA\u30FC\u30B5", "\u5206\u6563\u30AA\u30FC\u30B5" }, /* ideographs, then kana */
		{ "\u5206\u6563", "cell", "\u5206\u6563 cell" },
		{ "\uBD84\uC0B0", "\uCEF4", "\uBD84\uC0B0 \uCEF4" },
	};
	struct word_set *vocabulary = calloc(1, sizeof(*vocabulary));
	struct buffer text;

	(void)state;
	assert_non_null(vocabulary);
	word_set_add(vocabulary, TEXT_LITERAL("Real-time traffic and the configuration, or so, of cellRange."));
	buffer_init(&text, 1 << 16);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		buffer_clear(&text);
		buffer_append_string(&text, cases[i].before);
		pdf_join_line(&text, text_from(cases[i].line), vocabulary);
		assert_string_equal(buffer_string(&text), cases[i].joined);
	}
	assert_true(word_set_has(vocabulary, TEXT_LITERAL("REAL-TIME")));
	assert_false(word_set_has(vocabulary, TEXT_LITERAL("realtime")));
	buffer_done(&text);
	free(vocabulary);
}

static void knows_captions(void **state)
{
	(void)state;
	assert_true(pdf_is_caption(TEXT_LITERAL("Figure 3: Load")));
	assert_true(pdf_is_caption(TEXT_LITERAL("Table A.1 Load")));
	assert_true(pdf_is_caption(TEXT_LITERAL("Abb. 2 Last")));
	assert_false(pdf_is_caption(TEXT_LITERAL("Figure skating")));
	assert_true(pdf_is_notice(TEXT_LITERAL("Note")));
	assert_true(pdf_is_notice(TEXT_LITERAL("!DANGER!")));
	assert_true(pdf_is_notice(TEXT_LITERAL("Achtung:")));
	assert_false(pdf_is_notice(TEXT_LITERAL("Notes")));
	assert_false(pdf_is_notice(TEXT_LITERAL("Note 3")));
	assert_false(pdf_is_notice(TEXT_LITERAL("!")));
	assert_false(pdf_is_caption(TEXT_LITERAL("Table As it was")));
	assert_false(pdf_is_caption(TEXT_LITERAL("table 3 says")));
	assert_false(pdf_is_caption(TEXT_LITERAL("Figure ")));
	assert_true(pdf_says_continued(TEXT_LITERAL("Table 3 (continued)")));
	assert_true(pdf_says_continued(TEXT_LITERAL("Table 3-1 continued: Names of the cells")));
	assert_true(pdf_says_continued(TEXT_LITERAL("Table A.1 (cont'd)")));
	assert_true(pdf_says_continued(TEXT_LITERAL("Tabelle 2 – Fortsetzung")));
	assert_true(pdf_says_continued(TEXT_LITERAL("(continued)")));
	assert_true(pdf_says_continued(TEXT_LITERAL("Continued from the page before")));
	assert_true(pdf_says_continued(TEXT_LITERAL("Continued on next page")));
	assert_true(pdf_says_continued(TEXT_LITERAL("(continued on the next page)")));
	assert_false(pdf_says_continued(TEXT_LITERAL("Continued on request")));
	assert_false(pdf_says_continued(TEXT_LITERAL("Continued operation is possible")));
	assert_false(pdf_says_continued(TEXT_LITERAL("The node continued.")));
	assert_false(pdf_says_continued(TEXT_LITERAL("Table 3: Cells")));
	assert_false(pdf_says_continued(TEXT_LITERAL("")));
}

static void takes_no_date_for_a_marker(void **state)
{
	struct pdf_marker marker;

	(void)state;
	assert_false(pdf_list_marker(TEXT_LITERAL("11. 12. 2026"), &marker));
	assert_true(pdf_list_marker(TEXT_LITERAL("11. 12 of them"), &marker));
}

static void reads_clause_numbers(void **state)
{
	static const struct { const char *text; unsigned depth; const char *title; } cases[] = {
		{ "4.2.1 Title", 3, "Title" }, { "4.2.1. Title", 3, "Title" }, { "1 Scope", 1, "Scope" }, { "Annex B Title", 1, "Title" },
		{ "A.1.2 Title", 3, "Title" }, { "Chapter 12: Title", 1, "Title" }, { "Chapter 3", 1, "" }, { "A title", 0, "" },
		{ "2022 was a year", 0, "" }, { "4.2x Title", 0, "" }, { "Title", 0, "" }, { "", 0, "" }, { "chapter 3 says", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t title = 0;
		assert_int_equal(pdf_clause_depth(text_from(cases[i].text), &title), cases[i].depth);
		if (cases[i].depth > 0)
			assert_string_equal(cases[i].text + title, cases[i].title);
	}
}

static void reads_list_markers(void **state)
{
	static const struct { const char *text; bool is, ordered; uint32_t number; const char *rest; } cases[] = {
		{ "\xE2\x80\xA2 item", true, false, 0, "item" }, { "- item", true, false, 0, "item" }, { "12. item", true, true, 12, "item" },
		{ "b) item", true, true, 2, "item" }, { "(iv) item", true, true, 4, "item" }, { "3) item", true, true, 3, "item" },
		{ "-item", false, false, 0, "" }, { "1.5 item", false, false, 0, "" }, { "A. Name", false, false, 0, "" },
		{ "2022. Year", false, false, 0, "" }, { "item", false, false, 0, "" }, { "", false, false, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pdf_marker marker = { 0 };
		assert_int_equal(pdf_list_marker(text_from(cases[i].text), &marker), cases[i].is);
		if (!cases[i].is)
			continue;
		assert_int_equal(marker.ordered, cases[i].ordered);
		assert_int_equal(marker.number, cases[i].number);
		assert_string_equal(cases[i].text + marker.bytes, cases[i].rest);
	}
}

static void knows_leaders_and_page_numbers(void **state)
{
	int32_t number = 0;

	(void)state;
	assert_true(pdf_has_leader(text_from("1.2 Title . . . . . 17")));
	assert_true(pdf_has_leader(text_from("Preface.......xii")));
	assert_false(pdf_has_leader(text_from("and so on ... 17")));
	assert_false(pdf_has_leader(text_from("a....b")));
	assert_true(pdf_is_page_number(text_from("xiv"), &number) && number == 14);
	assert_true(pdf_is_page_number(text_from("217"), &number) && number == 217);
	assert_false(pdf_is_page_number(text_from("mix"), &number));
	assert_false(pdf_is_page_number(text_from(""), &number));
}

static void finds_titles_in_the_outline(void **state)
{
	struct pdf_outline outline;

	(void)state;
	pdf_outline_init(&outline);
	assert_int_equal(pdf_outline_depth(&outline, text_from("Scope"), 3), 0);
	assert_int_equal(pdf_outline_add(&outline, text_from("1 Scope"), 1, 3), 0);
	assert_int_equal(pdf_outline_add(&outline, text_from("Details of it"), 2, PDF_OUTLINE_PAGE_UNKNOWN), 0);
	assert_int_equal(pdf_outline_depth(&outline, text_from("1. Scope"), 3), 1);
	assert_int_equal(pdf_outline_depth(&outline, text_from("SCOPE"), 3), 1);
	assert_int_equal(pdf_outline_depth(&outline, text_from("Scope"), 4), 0);
	assert_int_equal(pdf_outline_depth(&outline, text_from("Details  of it"), 9), 2);
	pdf_outline_done(&outline);
}

static void gives_levels(void **state)
{
	static const char markdown[] = "# T\n\n# 1\n\n# 1.1\n\n# run-in\n\n# 2\n\n# plain\n";
	struct pdf_headings headings;
	struct buffer out;

	(void)state;
	pdf_headings_init(&headings);
	const struct pdf_heading items[] = {
		{ .offset = 0, .size = 24, .title = true },
		{ .offset = 5, .size = 16, .clause_depth = 1 },
		{ .offset = 10, .size = 13, .clause_depth = 2 },
		{ .offset = 17, .size = 10, .bold = true },
		{ .offset = 27, .size = 16, .outline_depth = 1 },
		{ .offset = 32, .size = 16 },
	};
	for (size_t i = 0; i < COUNT_OF(items); i++)
		assert_int_equal(pdf_headings_add(&headings, items[i]), 0);
	pdf_headings_settle(&headings, true);
	buffer_init(&out, 1 << 16);
	pdf_headings_apply(&headings, text_from(markdown), &out);
	assert_string_equal(buffer_string(&out), "# T\n\n## 1\n\n### 1.1\n\n#### run-in\n\n## 2\n\n## plain\n");
	buffer_done(&out);
	pdf_headings_done(&headings);
}

static void ranks_sizes_without_numbers(void **state)
{
	struct pdf_headings headings;
	const float sizes[] = { 18, 14, 11, 14, 18, 11 };
	const uint8_t levels[] = { 1, 2, 3, 2, 1, 2 }; /* the last does not skip a level */

	(void)state;
	pdf_headings_init(&headings);
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		assert_int_equal(pdf_headings_add(&headings, (struct pdf_heading){ .offset = i, .size = sizes[i] }), 0);
	pdf_headings_settle(&headings, false);
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		assert_int_equal(headings.items[i].level, levels[i]);
	pdf_headings_done(&headings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_lines),
		cmocka_unit_test(knows_captions), cmocka_unit_test(takes_no_date_for_a_marker), cmocka_unit_test(reads_clause_numbers),
		cmocka_unit_test(reads_list_markers),
		cmocka_unit_test(knows_leaders_and_page_numbers),
		cmocka_unit_test(finds_titles_in_the_outline),
		cmocka_unit_test(gives_levels),
		cmocka_unit_test(ranks_sizes_without_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
