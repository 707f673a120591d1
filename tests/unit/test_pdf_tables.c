/* Rows to tables: headers, cells of several lines, cells in the middle of a row's height, tables over pages; and what is no table. */
#include "tests/unit/pdf_fixture.h"
#include "workers/preprocess/pdf_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* The cells of one line of a table on a page, at x 50, 200 and 300; an empty one is left out. */
static void cells(size_t page, float y, uint8_t style, const char *first, const char *second, const char *third)
{
	const char *const texts[] = { first, second, third };
	static const float x[] = { 50, 200, 300 };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (texts[i][0])
			fixture_line(&fixture_pages[page], x[i], y, 10, style, texts[i]);
}

static void header(size_t page, float y)
{
	cells(page, y, PDF_BOLD, "Feature", "Relationship", "Description");
}

#define HEADER "| Feature | Relationship | Description |\n| --- | --- | --- |\n"

/* "Relationship" reaches close to "Description": still two names. */
static void parts_names_above_columns(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 100, 10, PDF_BOLD, "Feature");
	fixture_word(&fixture_pages[0], 236, 100, 10, PDF_BOLD, "Relationship");
	fixture_line(&fixture_pages[0], 300, 100, 10, PDF_BOLD, "Description");
	for (int i = 0; i < 2; i++) {
		fixture_line(&fixture_pages[0], 50, 116 + (float)i * 16, 10, 0, "Admission Control");
		fixture_line(&fixture_pages[0], 236, 116 + (float)i * 16, 10, 0, "Related");
		fixture_line(&fixture_pages[0], 300, 116 + (float)i * 16, 10, 0, "It refuses them.");
	}
	assert_string_equal(fixture_write_pages(), HEADER "| Admission Control | Related | It refuses them. |\n"
						  "| Admission Control | Related | It refuses them. |\n");
}

/* Lines that are one row stand closer than rows; their first column may be filled. */
static void joins_wrapped_cells(void **state)
{
	(void)state;
	header(0, 100);
	cells(0, 116, 0, "Automatic Barring of Access", "Related", "When random access is");
	cells(0, 126, 0, "(FAJ 121 7330)", "", "congested, it reduces.");
	cells(0, 142, 0, "Automatic Neighbor (FAJ 121", "Prerequisite", "The list tells which.");
	cells(0, 152, 0, "7077)", "", "");
	assert_string_equal(fixture_write_pages(), HEADER "| Automatic Barring of Access (FAJ 121 7330) | Related | When random access is congested, it reduces. |\n"
						  "| Automatic Neighbor (FAJ 121 7077) | Prerequisite | The list tells which. |\n");
}

/* One row of two lines below a header: only its words tell that it is one. */
static void joins_the_only_row(void **state)
{
	(void)state;
	header(0, 100);
	cells(0, 116, 0, "Barring in the cell never", "taking too long to", "Shorten the time or raise the");
	cells(0, 126, 0, "really ends", "bear at all", "target of the load.");
	assert_string_equal(fixture_write_pages(), HEADER "| Barring in the cell never really ends | taking too long to bear at all | "
						  "Shorten the time or raise the target of the load. |\n");
}

/* Browsers set lines further apart than other programs do: what is nearer than rows are to each other is of a cell, also alone, and in the
 * first column. */
static void joins_lines_far_apart(void **state)
{
	(void)state;
	header(0, 100);
	cells(0, 122, 0, "Admission Control", "Related", "It refuses users that the");
	cells(0, 137, 0, "", "", "cell has no room for.");
	cells(0, 159, 0, "Load Sharing", "None", "It moves users.");
	cells(0, 174, 0, "between cells", "", "");
	cells(0, 196, 0, "Sleep Mode", "None", "It turns cells off.");
	assert_string_equal(fixture_write_pages(), HEADER "| Admission Control | Related | It refuses users that the cell has no room for. |\n"
							  "| Load Sharing between cells | None | It moves users. |\n| Sleep Mode | None | It turns cells off. |\n");
}

/* Names in the middle of columns whose text is at their left edge stand beside it, and longer text below reaches both. */
static void joins_names_beside_their_text(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 90, 100, 10, PDF_BOLD, "Feature");
	fixture_line(&fixture_pages[0], 205, 100, 10, PDF_BOLD, "Type");
	fixture_line(&fixture_pages[0], 390, 100, 10, PDF_BOLD, "Description");
	cells(0, 116, 0, "Sleep", "None", "Off at night.");
	cells(0, 132, 0, "Load", "None", "It moves users to the other cells.");
	cells(0, 148, 0, "Paging", "None", "It finds users.");
	assert_string_equal(fixture_write_pages(), "| Feature | Type | Description |\n| --- | --- | --- |\n| Sleep | None | Off at night. |\n"
						   "| Load | None | It moves users to the other cells. |\n| Paging | None | It finds users. |\n");
}

/* Rows without white between them, below a header that is set apart, are rows all the same. */
static void keeps_close_rows_apart(void **state)
{
	(void)state;
	header(0, 100);
	cells(0, 116, 0, "true", "the cell is barred", "yes");
	cells(0, 127, 0, "false", "nobody is", "no");
	cells(0, 138, 0, "inherited", "as above", "0.5");
	cells(0, 149, 0, "", "or as elsewhere", "");
	assert_string_equal(fixture_write_pages(), HEADER "| true | the cell is barred | yes |\n| false | nobody is | no |\n"
						  "| inherited | as above or as elsewhere | 0.5 |\n");
}

/* Lines at equal distances: what is wrapped in every cell goes on where a rule sets the head apart, and is a row of its own without. */
static void joins_wrapped_rows_below_a_rule(void **state)
{
	static const char joined[] = "| Barring in the cell never really ends | taking too long to bear at all | Shorten the time or raise the target of the load. |\n";
	struct pdf_rules rules;

	(void)state;
	pdf_rules_init(&rules);
	cells(0, 100, 0, "Feature", "Relationship", "Description");
	cells(0, 112, 0, "Barring in the cell never", "taking too long to", "Shorten the time or raise the");
	cells(0, 124, 0, "really ends", "bear at all", "target of the load.");
	cells(0, 136, 0, "Access", "none", "Nothing else is to be done.");
	cells(0, 148, 0, "Load", "some", "As above.");
	assert_null(strstr(fixture_write_pages(), joined));
	assert_int_equal(pdf_rules_add_line(&rules, 48, 103, 520, 103, 0.5f), 0);
	fixture_pages[0].rules = &rules;
	assert_non_null(strstr(fixture_write_pages(), joined));
	assert_non_null(strstr(fixture_write_pages(), "| Load | some | As above. |"));
	fixture_pages[0].rules = NULL;
	pdf_rules_done(&rules);
}

/* Groups of rows set apart: what fits behind the line above was not wrapped. */
static void keeps_grouped_rows_apart(void **state)
{
	(void)state;
	header(0, 100);
	for (int i = 0; i < 3; i++) {
		cells(0, 118 + (float)i * 30, 0, "minimum", "1", "of all the samples there");
		cells(0, 130 + (float)i * 30, 0, "maximum of them", "20", "of those");
	}
	const char *found = fixture_write_pages();
	assert_non_null(strstr(found, "| minimum | 1 | of all the samples there |\n| maximum of them | 20 | of those |\n| minimum |"));
}

/* Browsers put short cells in the middle of a row's height. */
static void reads_cells_in_the_middle(void **state)
{
	(void)state;
	header(0, 100);
	cells(0, 120, 0, "", "", "UEs over when the cell is");
	cells(0, 126, 0, "Neighbor Relations", "Related", "");
	cells(0, 132, 0, "", "", "switched off at night.");
	cells(0, 152, 0, "", "", "All of the load of the");
	cells(0, 164, 0, "Admission", "Conflicting", "cell and of those around");
	cells(0, 176, 0, "", "", "it.");
	assert_string_equal(fixture_write_pages(), HEADER "| Neighbor Relations | Related | UEs over when the cell is switched off at night. |\n"
						  "| Admission | Conflicting | All of the load of the cell and of those around it. |\n");
}

/* One row below a bold header is a table of two columns; two plain lines are none. */
static void takes_one_row_below_a_header(void **state)
{
	(void)state;
	cells(0, 100, PDF_BOLD, "Event", "Trigger", "");
	cells(0, 116, 0, "EVENT_CHANGED", "The loop changed it.", "");
	assert_string_equal(fixture_write_pages(), "| Event | Trigger |\n| --- | --- |\n| EVENT_CHANGED | The loop changed it. |\n");
	pdf_page_clear(&fixture_pages[0], 0, 600, 800);
	cells(0, 100, 0, "Event", "Trigger", "");
	cells(0, 116, 0, "EVENT_CHANGED", "The loop changed it.", "");
	assert_null(strchr(fixture_write_pages(), '|'));
}

static void keeps_empty_columns_of_a_header(void **state)
{
	(void)state;
	header(0, 100);
	cells(0, 116, 0, "one", "Related", "");
	cells(0, 132, 0, "two", "Related", "");
	assert_string_equal(fixture_write_pages(), HEADER "| one | Related |  |\n| two | Related |  |\n");
}

/* Names and values with a wrapped name: a table, whose first pair is its first row. */
static void reads_pairs_without_a_header(void **state)
{
	(void)state;
	cells(0, 100, 0, "Feature", "Cell Sleep Mode", "");
	cells(0, 112, 0, "Name", "", "");
	cells(0, 132, 0, "Feature", "FAJ 121 4444", "");
	cells(0, 144, 0, "Identity", "", "");
	cells(0, 164, 0, "Licensing", "Licensed feature, one license a node, which", "");
	cells(0, 176, 0, "", "is installed before.", "");
	assert_string_equal(fixture_write_pages(), "| Feature Name | Cell Sleep Mode |\n| --- | --- |\n| Feature Identity | FAJ 121 4444 |\n"
					   "| Licensing | Licensed feature, one license a node, which is installed before. |\n");
}

static void line_pair(float y, const char *name, const char *text)
{
	fixture_line(&fixture_pages[0], 50, y, 10, PDF_BOLD, name);
	fixture_line(&fixture_pages[0], 120, y, 10, 0, text);
}

/* Bold names beside text that is wrapped, with hardly more white between the rows than between lines: what begins where the text does goes on with it. */
static void joins_lines_below_the_second_column(void **state)
{
	(void)state;
	line_pair(100, "bearer", "A path for packets with one quality of service between");
	fixture_line(&fixture_pages[0], 120, 114, 10, 0, "the terminal and the gateway.");
	line_pair(130, "carrier", "A block of spectrum with one centre frequency.");
	line_pair(146, "handover", "The move of a connected terminal from one cell to");
	fixture_line(&fixture_pages[0], 120, 160, 10, 0, "another, prepared by the network.");
	line_pair(176, "range", "How far away a terminal may be.");
	assert_string_equal(fixture_write_pages(), "- **bearer**: A path for packets with one quality of service between the terminal and the gateway.\n"
					   "- **carrier**: A block of spectrum with one centre frequency.\n"
					   "- **handover**: The move of a connected terminal from one cell to another, prepared by the network.\n"
					   "- **range**: How far away a terminal may be.\n");
}

/* The sum below the last row, in bold type and without a number of its own. */
static void begins_a_row_with_a_total(void **state)
{
	static const char *const rows[][3] = { { "Pos", "Article", "Amount" }, { "1", "Cable of ten metres", "116.00" }, { "2", "Work on the site", "1520.00" }, { "", "Total", "1636.00" } };
	static const float x[] = { 50, 90, 300 };

	(void)state;
	for (size_t r = 0; r < COUNT_OF(rows); r++)
		for (size_t c = 0; c < 3; c++)
			if (rows[r][c][0])
				fixture_line(&fixture_pages[0], x[c], 100 + 15 * (float)r, 10, r == 0 || r == 3 ? PDF_BOLD : 0, rows[r][c]);
	assert_string_equal(fixture_write_pages(), "| Pos | Article | Amount |\n| --- | --- | --- |\n| 1 | Cable of ten metres | 116.00 |\n| 2 | Work on the site | 1520.00 |\n"
					   "|  | Total | 1636.00 |\n");
}

/* --- over pages --------------------------------------------------------------------------------------------------- */

/* With the header once more, and the rest of a cell at the top of a page. */
static void goes_on_over_pages(void **state)
{
	(void)state;
	fixture_page_count = 3;
	header(0, 684);
	cells(0, 700, 0, "one", "Related", "The first row, which is");
	cells(1, 84, 0, "", "", "read to its end here.");
	cells(1, 100, 0, "two", "Related", "The second row.");
	header(2, 84);
	cells(2, 100, 0, "three", "Conflicting", "The third row.");
	fixture_line(&fixture_pages[2], 50, 150, 10, 0, "Text after the table.");
	assert_string_equal(fixture_write_pages(), HEADER "| one | Related | The first row, which is read to its end here. |\n"
						  "| two | Related | The second row. |\n| three | Conflicting | The third row. |\n\nText after the table.\n");
}

static void goes_on_under_a_caption(void **state)
{
	(void)state;
	fixture_page_count = 2;
	header(0, 684);
	cells(0, 700, 0, "one", "Related", "The first row.");
	fixture_line(&fixture_pages[1], 50, 60, 10, PDF_BOLD, "Table 3-1 continued: Relations of the features");
	header(1, 84);
	cells(1, 100, 0, "two", "Related", "The second row.");
	assert_string_equal(fixture_write_pages(), HEADER "| one | Related | The first row. |\n| two | Related | The second row. |\n");
}

/* A line below the one part and above the other says so; the header once more is proof, narrower as its columns may be. */
static void goes_on_where_columns_are_narrower(void **state)
{
	static const char *const rows[][3] = { { "Feature", "Relationship", "Description" }, { "two", "Related", "The second row." }, { "three", "Related", "The third row." } };
	static const float x[] = { 80, 160, 260 };

	(void)state;
	fixture_page_count = 2;
	header(0, 668);
	cells(0, 684, 0, "one", "Related", "The first row.");
	fixture_line(&fixture_pages[0], 300, 720, 10, 0, "Continued on next page");
	fixture_line(&fixture_pages[1], 200, 60, 10, 0, "Table 1 continued");
	for (size_t r = 0; r < COUNT_OF(rows); r++)
		for (size_t c = 0; c < COUNT_OF(x); c++)
			fixture_line(&fixture_pages[1], x[c], 84 + 16 * (float)r, 10, r == 0 ? PDF_BOLD : 0, rows[r][c]);
	assert_string_equal(fixture_write_pages(), HEADER "| one | Related | The first row. |\n| two | Related | The second row. |\n| three | Related | The third row. |\n");
}

static void begins_another_table_with_another_header(void **state)
{
	(void)state;
	fixture_page_count = 2;
	header(0, 684);
	cells(0, 700, 0, "one", "Related", "The first row.");
	cells(1, 84, PDF_BOLD, "Symptom", "Likely", "What to Do");
	cells(1, 100, 0, "two", "none", "The second row.");
	assert_string_equal(fixture_write_pages(), HEADER "| one | Related | The first row. |\n\n| Symptom | Likely | What to Do |\n| --- | --- | --- |\n"
						  "| two | none | The second row. |\n");
}

/* A header at the end of a page, its rows on the next; or none there. */
static void waits_for_the_rows_of_a_header(void **state)
{
	(void)state;
	fixture_page_count = 2;
	header(0, 700);
	cells(1, 84, 0, "one", "Related", "The only row.");
	assert_string_equal(fixture_write_pages(), HEADER "| one | Related | The only row. |\n");
	pdf_page_clear(&fixture_pages[1], 1, 600, 800);
	fixture_line(&fixture_pages[1], 50, 84, 10, 0, "Text of the next page, over all of its columns, as wide as they are.");
	assert_string_equal(fixture_write_pages(), "Feature Relationship Description\n\nText of the next page, over all of its columns, as wide as they are.\n");
}

/* A paragraph at the margin is not the rest of a cell. */
static void ends_at_the_page_before_text(void **state)
{
	(void)state;
	fixture_page_count = 2;
	header(0, 684);
	cells(0, 700, 0, "one", "Related", "The only row.");
	fixture_line(&fixture_pages[1], 50, 84, 10, 0, "some short text.");
	assert_string_equal(fixture_write_pages(), HEADER "| one | Related | The only row. |\n\nsome short text.\n");
}

/* --- what is no table --------------------------------------------------------------------------------------------- */

/* The last line of a paragraph above aligned code is no header of it. */
static void takes_no_text_for_a_header(void **state)
{
	(void)state;
	fixture_line(&fixture_pages[0], 50, 88, 10, 0, "A line of a paragraph that is longer than the code below it, and ends");
	fixture_word(&fixture_pages[0], 120, 100, 10, 0, "here.");
	fixture_line(&fixture_pages[0], 150, 100, 10, 0, "Compare:");
	fixture_line(&fixture_pages[0], 50, 120, 10, PDF_MONO, "x$a<-1              assign(1)");
	fixture_line(&fixture_pages[0], 50, 132, 10, PDF_MONO, "x$b<-2              assign(2)");
	assert_null(strchr(fixture_write_pages(), '|'));
}

/* Two lines of three parts each that are close to each other are one row: no table, but read cell by cell. */
static void takes_no_single_row(void **state)
{
	(void)state;
	cells(0, 100, 0, "Viewed", "Jun 20, 2025", "Viewed by the person");
	cells(0, 112, 0, "", "04:41 PM", "of this address");
	assert_string_equal(fixture_write_pages(), "Viewed Jun 20, 2025 04:41 PM Viewed by the person of this address\n");
}

/* Thousands of lines in cells that are right of the first column: linear, and nothing is lost. */
static void survives_long_cells(void **state)
{
	enum { ROWS = 20000 };
	size_t count = 0;

	(void)state;
	pdf_page_clear(&fixture_pages[0], 0, 600, (float)ROWS * 24);
	header(0, 20);
	for (int i = 0; i < ROWS; i++)
		fixture_line(&fixture_pages[0], 300, 40 + (float)i * (i % 3 ? 12 : 20), 10, 0, "bb");
	for (const char *p = fixture_write_pages(); (p = strstr(p, "bb")) != NULL; p++)
		count++;
	assert_int_equal(count, ROWS);
}

/* The key of two lines stands between them, as tbl sets it: each line is a row. */
static void parts_the_lines_of_one_key(void **state)
{
	(void)state;
	header(0, 100);
	cells(0, 114, 0, "", "7.5", "50");
	cells(0, 121, 0, "prbScan", "", "");
	cells(0, 128, 0, "", "8.5", "60");
	cells(0, 142, 0, "cqiPeriod", "9.5", "70");
	assert_string_equal(fixture_write_pages(), "| Feature | Relationship | Description |\n| --- | --- | --- |\n"
					   "| prbScan | 7.5 | 50 |\n|  | 8.5 | 60 |\n| cqiPeriod | 9.5 | 70 |\n");
}

/* A head without emphasis, the name of a group, and rows in the columns of the head. */
static void keeps_groups_below_a_plain_head(void **state)
{
	(void)state;
	cells(0, 100, 0, "Item", "Value", "Unit");
	cells(0, 114, 0, "Winter", "", "");
	cells(0, 128, 0, "Flow", "26", "bar");
	cells(0, 142, 0, "Speed", "27", "rpm");
	assert_string_equal(fixture_write_pages(), "| Item | Value | Unit |\n| --- | --- | --- |\n| Winter |  |  |\n| Flow | 26 | bar |\n| Speed | 27 | rpm |\n");
}

/* Notes at the foot of the page stand between the two parts of a table. */
static void goes_on_below_notes(void **state)
{
	(void)state;
	fixture_page_count = 2;
	header(0, 500);
	cells(0, 516, 0, "Admission Control", "Related", "It refuses users.");
	cells(0, 532, 0, "Load Sharing", "Related", "It moves users.");
	fixture_word(&fixture_pages[0], 50, 757, 6, 0, "1");
	fixture_line(&fixture_pages[0], 56, 760, 8, 0, "A note on this page");
	header(1, 60);
	cells(1, 76, 0, "Sleep Mode", "Conflicting", "It turns cells off.");
	assert_string_equal(fixture_write_pages(), HEADER "| Admission Control | Related | It refuses users. |\n| Load Sharing | Related | It moves users. |\n"
					   "| Sleep Mode | Conflicting | It turns cells off. |\n\n[^1]: A note on this page\n");
}

/* Text behind the bullets of two lists begins where a word of the line between them does, by chance. */
static void takes_no_lists_for_columns(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		if (i == 2)
			continue;
		fixture_line(&fixture_pages[0], 62, 100 + (float)i * 12, 10, 0, "\xE2\x80\xA2");
		fixture_line(&fixture_pages[0], 78, 100 + (float)i * 12, 10, 0, "Noise of the cell");
	}
	fixture_word(&fixture_pages[0], 50, 124, 10, 0, "Check");
	fixture_line(&fixture_pages[0], 78, 124, 10, 0, "these items:");
	assert_string_equal(fixture_write_pages(), "- Noise of the cell\n- Noise of the cell\n\nCheck these items:\n\n- Noise of the cell\n- Noise of the cell\n- Noise of the cell\n");
}

/* The first row below a bold head begins there, also when its name stands lower, in the middle of the two rows that it is for. */
static void ends_a_head_at_plain_type(void **state)
{
	(void)state;
	header(0, 100);
	cells(0, 112, 0, "", "conflict", "first reason");
	cells(0, 118, 0, "Sleep", "", "");
	cells(0, 124, 0, "", "prerequisite", "second reason");
	cells(0, 136, 0, "Load", "none", "third reason");
	cells(0, 148, 0, "Power", "some", "fourth reason");
	assert_non_null(strstr(fixture_write_pages(), "| Feature | Relationship | Description |\n| --- | --- | --- |\n"));
	assert_non_null(strstr(fixture_write_pages(), "| Load | none | third reason |\n"));
}

/* Lines at equal distances below a plain head: a word that is cut at the end of one says that the next is of the same row. */
static void joins_rows_at_a_cut_word(void **state)
{
	(void)state;
	cells(0, 100, PDF_ITALIC, "Class", "Strength", "Weakness");
	cells(0, 112, 0, "Small boats of the har-", "They turn quickly", "They cannot leave in a");
	cells(0, 124, 0, "bour", "and well", "storm");
	cells(0, 136, 0, "Large ferries", "They run on time", "They need deep water and");
	cells(0, 148, 0, "", "in winter", "a long quay");
	cells(0, 160, 0, "Tugs", "Strong", "Expensive");
	assert_non_null(strstr(fixture_write_pages(), "| Small boats of the harbour | They turn quickly and well | They cannot leave in a storm |\n| Large ferries |"));
}

/* A name of a file is cut as a word is. */
static void joins_rows_at_a_cut_name(void **state)
{
	(void)state;
	cells(0, 100, PDF_ITALIC, "File", "Purpose", "See");
	cells(0, 112, 0, "./functions/no-", "Notify when jobs", "jobs");
	cells(0, 124, 0, "tify.bash", "change status", "");
	cells(0, 136, 0, "./functions/seq", "Make a sequence", "seq");
	cells(0, 148, 0, "./functions/sub", "Take a part", "sub");
	assert_non_null(strstr(fixture_write_pages(), "| ./functions/notify.bash | Notify when jobs change status | jobs |\n| ./functions/seq |"));
}

/* Prefixes end in hyphens and are rows of their own. */
static void keeps_prefixes_apart(void **state)
{
	(void)state;
	cells(0, 100, 0, "Prefix", "Meaning", "Example");
	cells(0, 112, 0, "counter-", "against", "weight");
	cells(0, 124, 0, "circum-", "around", "stance");
	cells(0, 136, 0, "inter-", "between", "national");
	assert_non_null(strstr(fixture_write_pages(), "| counter- | against | weight |\n| circum- | around | stance |\n"));
}

/* Units below the names, above the rule: the head has two lines. */
static void takes_a_head_of_two_lines_on_a_rule(void **state)
{
	struct pdf_rules rules;
	const char *found;

	(void)state;
	pdf_rules_init(&rules);
	cells(0, 100, 0, "Method", "Speed", "Error");
	fixture_line(&fixture_pages[0], 205, 112, 10, 0, "(s)");
	fixture_line(&fixture_pages[0], 305, 112, 10, 0, "(%)");
	assert_int_equal(pdf_rules_add_line(&rules, 48, 115, 340, 115, 0.5f), 0);
	fixture_pages[0].rules = &rules;
	for (int i = 0; i < 3; i++) {
		static const char *const numbers[][2] = { { "1.2", "14.5" }, { "110.44", "2.25" }, { "9", "210.5" } };
		fixture_line(&fixture_pages[0], 50, 128 + (float)i * 12, 10, 0, "simple");
		fixture_line(&fixture_pages[0], 195, 128 + (float)i * 12, 10, 0, numbers[i][0]);
		fixture_line(&fixture_pages[0], 295, 128 + (float)i * 12, 10, 0, numbers[i][1]);
	}
	found = fixture_write_pages();
	fixture_pages[0].rules = NULL;
	pdf_rules_done(&rules);
	assert_string_equal(found, "| Method | Speed (s) | Error (%) |\n| --- | --- | --- |\n| simple | 1.2 | 14.5 |\n| simple | 110.44 | 2.25 |\n| simple | 9 | 210.5 |\n");
}

/* A text in the first column goes on below, beside nothing: what is written there begins in the middle of a sentence. */
static void joins_the_rest_of_a_key(void **state)
{
	(void)state;
	cells(0, 100, 0, "Remarks", "Count", "Mean");
	cells(0, 112, 0, "The spare kiln holds a queue", "5525", "1.20");
	cells(0, 124, 0, "near the ledger", "", "");
	cells(0, 136, 0, "The daily drift checks some", "5", "7.50");
	cells(0, 148, 0, "annual yard", "", "");
	cells(0, 160, 0, "The late winter moves a boat", "6409", "3.10");
	assert_non_null(strstr(fixture_write_pages(), "| The spare kiln holds a queue near the ledger | 5525 | 1.20 |\n| The daily drift checks some annual yard | 5 | 7.50 |\n"));
}

/* What stands above a rule, but not below the names of the row above it, is no second line of a head. */
static void takes_no_other_row_for_a_head(void **state)
{
	struct pdf_rules rules;

	(void)state;
	pdf_rules_init(&rules);
	cells(0, 100, PDF_ITALIC, "Kiln", "It is", "");
	fixture_line(&fixture_pages[0], 227, 112, 10, 0, "warm in winter");
	assert_int_equal(pdf_rules_add_line(&rules, 48, 115, 420, 115, 0.5f), 0);
	cells(0, 128, PDF_ITALIC, "Valve", "It closes the upper canal when the snow melts", "");
	cells(0, 144, PDF_ITALIC, "Ferry", "It crosses the river twice on each day", "");
	cells(0, 160, PDF_ITALIC, "Crane", "It lifts the timber out of the dry hull", "");
	fixture_pages[0].rules = &rules;
	assert_null(strstr(fixture_write_pages(), "| --- |"));
	fixture_pages[0].rules = NULL;
	pdf_rules_done(&rules);
}

/* Names in the type of the text beside sentences, three or more, are cells; in italics they are terms. */
static void takes_plain_names_for_cells(void **state)
{
	static const char *const names[] = { "Valve", "Ferry", "Crane" };
	static const char *const texts[] = { "It closes the upper canal when the snow melts", "It crosses the river twice on each day", "It lifts the timber out of the dry hull" };

	(void)state;
	for (int i = 0; i < 3; i++)
		cells(0, 100 + (float)i * 16, 0, names[i], texts[i], "");
	assert_non_null(strstr(fixture_write_pages(), "| Valve | It closes the upper canal when the snow melts |\n| --- | --- |\n| Ferry |"));
	pdf_page_clear(&fixture_pages[0], 0, 600, 800);
	for (int i = 0; i < 3; i++)
		cells(0, 100 + (float)i * 16, PDF_ITALIC, names[i], texts[i], "");
	assert_non_null(strstr(fixture_write_pages(), "- **Valve**: "));
}

int main(void)
{
#define PAGE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open_pages, fixture_close_pages)
	const struct CMUnitTest tests[] = {
		PAGE_TEST(parts_names_above_columns), PAGE_TEST(joins_wrapped_cells), PAGE_TEST(begins_a_row_with_a_total), PAGE_TEST(joins_lines_below_the_second_column), PAGE_TEST(joins_the_only_row), PAGE_TEST(joins_lines_far_apart), PAGE_TEST(joins_names_beside_their_text),
		PAGE_TEST(keeps_close_rows_apart), PAGE_TEST(joins_wrapped_rows_below_a_rule), PAGE_TEST(keeps_grouped_rows_apart), PAGE_TEST(reads_cells_in_the_middle),
		PAGE_TEST(takes_one_row_below_a_header), PAGE_TEST(keeps_empty_columns_of_a_header), PAGE_TEST(reads_pairs_without_a_header),
		PAGE_TEST(goes_on_over_pages), PAGE_TEST(goes_on_below_notes), PAGE_TEST(takes_no_lists_for_columns), PAGE_TEST(begins_another_table_with_another_header), PAGE_TEST(waits_for_the_rows_of_a_header),
		PAGE_TEST(ends_at_the_page_before_text), PAGE_TEST(takes_no_text_for_a_header), PAGE_TEST(takes_no_single_row), PAGE_TEST(goes_on_under_a_caption),
		PAGE_TEST(goes_on_where_columns_are_narrower),
		PAGE_TEST(survives_long_cells), PAGE_TEST(parts_the_lines_of_one_key), PAGE_TEST(keeps_groups_below_a_plain_head),
		PAGE_TEST(joins_rows_at_a_cut_word), PAGE_TEST(joins_rows_at_a_cut_name), PAGE_TEST(keeps_prefixes_apart), PAGE_TEST(takes_a_head_of_two_lines_on_a_rule),
		PAGE_TEST(joins_the_rest_of_a_key), PAGE_TEST(takes_no_other_row_for_a_head), PAGE_TEST(takes_plain_names_for_cells),
		cmocka_unit_test_setup_teardown(ends_a_head_at_plain_type, fixture_open_pages, fixture_close_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
