/* CSV files to Markdown: dialects, formats, exact output, and what hostile files must not do. */
#include "workers/preprocess/csv_format.h"
#include "workers/preprocess/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct converted {
	struct buffer markdown;
	struct document_builder *document;
	int status;
	struct error_text error;
};

static struct settings settings;

static struct converted convert(struct text data, const char *name)
{
	struct converted result = { .document = document_builder_create() };
	struct convert_input input = { .data = data, .name = text_from(name), .settings = &settings };

	buffer_init(&result.markdown, 512 << 20);
	result.status = convert_csv(&input, &result.markdown, result.document, &result.error);
	return result;
}

static void done(struct converted *result)
{
	buffer_done(&result->markdown);
	document_builder_destroy(result->document);
}

static void expect(const char *csv, const char *name, const char *markdown)
{
	struct converted result = convert(text_from(csv), name);

	assert_int_equal(result.status, 0);
	assert_string_equal(buffer_string(&result.markdown), markdown);
	done(&result);
}

static void writes_a_table(void **state)
{
	(void)state;
	expect("Name,Value\na,1\nb,2\n", "docs/my_list.csv",
	       "# my_list.csv\n\nFormat: Generic (CSV), 2 rows, 2 columns.\n\n"
	       "| Name | Value |\n| --- | --- |\n| a | 1 |\n| b | 2 |\n");
}

static void reads_every_delimiter(void **state)
{
	const char *files[] = { "A,B\n1,x\n", "A;B\n1;x\n", "A\tB\n1\tx\n", "A|B\n1|x\n", "sep=;\nA;B\n1;x\n", "sep=^\nA^B\n1^x\n",
				"\"sep=,\"\nA,B\n1,x\n", "\xEF\xBB\xBF" "A,B\r\n1,x\r\n", "A,B\r1,x\r", "A,B\n1,x" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++)
		expect(files[i], "t.csv", "# t.csv\n\nFormat: Generic (CSV), 1 row, 2 columns.\n\n| A | B |\n| --- | --- |\n| 1 | x |\n");
}

static void prefers_the_regular_delimiter(void **state)
{
	(void)state;
	expect("Famille;Nom Kpi;Formule\nAcces;CSSR, global;a,b\nDrop;DCR, voix;c,d\n", "t.csv",
	       "# t.csv\n\nFormat: Kpis (CSV), 2 rows, 3 columns.\n\n| Famille | Nom Kpi | Formule |\n| --- | --- | --- |\n"
	       "| Acces | CSSR, global | a,b |\n| Drop | DCR, voix | c,d |\n");
	/* Commas of decimals, without a header too; commas that part cells. */
	expect("1,5;2,5\n2,75;3,5\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 2 columns.\n\n| Column 1 | Column 2 |\n| --- | --- |\n| 1,5 | 2,5 |\n| 2,75 | 3,5 |\n");
	expect("1,a;b,2\n2,c;d,3\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 3 columns.\n\n| Column 1 | Column 2 | Column 3 |\n| --- | --- | --- |\n| 1 | a;b | 2 |\n| 2 | c;d | 3 |\n");
}

static void reads_quotes(void **state)
{
	(void)state;
	expect("A,B\n\"say \"\"hi\"\", now\",\"two\nlines\n\nmore\"\n\"x\" ,y\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 2 columns.\n\n| A | B |\n| --- | --- |\n"
	       "| say \"hi\", now | two<br>lines<br>more |\n| x | y |\n");
	expect("A,B\n\"say \\\"hi\\\", now\",\"c:\\\\d\"\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 1 row, 2 columns.\n\n| A | B |\n| --- | --- |\n| say \"hi\", now | c:\\d |\n");
	expect("A,B\n\"C:\\dir\\\",y\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 1 row, 2 columns.\n\n| A | B |\n| --- | --- |\n| C:\\dir\\\\ | y |\n");
}

static void keeps_quotes_that_are_none(void **state)
{
	(void)state;
	expect("A,B\n\"never closed,1\n5\" disk,2\n\"odd\" one,3\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 3 rows, 2 columns.\n\n| A | B |\n| --- | --- |\n"
	       "| \"never closed | 1 |\n| 5\" disk | 2 |\n| \"odd\" one | 3 |\n");
}

static void escapes_formatting(void **state)
{
	(void)state;
	expect("A;B\na|b;x_y _z_ 2*3 4 * 5\n<tag> 1<2;`c` &amp; R&D\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 2 columns.\n\n| A | B |\n| --- | --- |\n"
	       "| a\\|b | x_y \\_z_ 2*3 4 * 5 |\n| \\<tag> 1<2 | \\`c\\` \\&amp; R&D |\n");
}

static void accepts_ragged_rows(void **state)
{
	(void)state;
	expect("A,B,C\n1\n1,2,3,4,5,,\n\n,,\n1,2,3\nNone,,none\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 4 rows, 5 columns.\n\n| A | B | C |  |  |\n| --- | --- | --- | --- | --- |\n"
	       "| 1 |  |  |  |  |\n| 1 | 2 | 3 | 4 | 5 |\n| 1 | 2 | 3 |  |  |\n|  |  | none |  |  |\n");
	/* A sentence that nobody put quotes around is one cell. */
	expect("Id,Text\n1,Hello, dear reader, how are you\n2,x\n3,y,z\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 3 rows, 3 columns.\n\n| Id | Text |  |\n| --- | --- | --- |\n"
	       "| 1 | Hello, dear reader, how are you |  |\n| 2 | x |  |\n| 3 | y | z |\n");
	expect("A,B,,\n1,2,,\n3,4,,\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 2 columns.\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n");
	expect("A,,C,\n1,2,3,4\n5,6,7,8\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 4 columns.\n\n| A |  | C |  |\n| --- | --- | --- | --- |\n"
	       "| 1 | 2 | 3 | 4 |\n| 5 | 6 | 7 | 8 |\n");
}

static void keeps_the_preamble_as_text(void **state)
{
	(void)state;
	expect("# Export of node\n1. first;;;;\n\nDate;2024\nMO Class;Counter;Description;Unit;Kind\nCell;pmA;a;s;PEG\nCell;pmB;b;s;PEG\n",
	       "t.csv",
	       "# t.csv\n\nFormat: Counters (CSV), 2 rows, 5 columns.\n\n\\# Export of node\n\n1\\. first\n\nDate 2024\n\n"
	       "| MO Class | Counter | Description | Unit | Kind |\n| --- | --- | --- | --- | --- |\n"
	       "| Cell | pmA | a | s | PEG |\n| Cell | pmB | b | s | PEG |\n");
	expect("# Export, by hand, of May\n# Note,A\nName,Age,Town,Kind,Unit\nAnna,15,Bern,a,b\nBen,27,Rome,c,d\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 5 columns.\n\n\\# Export, by hand, of May\n\n\\# Note A\n\n"
	       "| Name | Age | Town | Kind | Unit |\n| --- | --- | --- | --- | --- |\n| Anna | 15 | Bern | a | b |\n| Ben | 27 | Rome | c | d |\n");
	/* Several cells above an empty line, and no names for all columns yet, are no header. */
	expect("Export\nPeriod,2020-01-01,2020-01-31\nNode,A\n,,\nName,Age,Town,Kind,Unit\nAnna,15,Bern,a,b\nBen,27,Rome,c,d\nCy,3,Oslo,e,f\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 3 rows, 5 columns.\n\nExport\n\nPeriod 2020-01-01 2020-01-31\n\nNode A\n\n"
	       "| Name | Age | Town | Kind | Unit |\n| --- | --- | --- | --- | --- |\n| Anna | 15 | Bern | a | b |\n| Ben | 27 | Rome | c | d |\n| Cy | 3 | Oslo | e | f |\n");
	/* Of control characters nothing is left, not even their line. */
	expect("\a\n\nDate;\a\nMO Class;Counter;Description;Unit;Kind\nCell;pmA;a;s;PEG\nCell;pmB;b;s;PEG\n", "t.csv",
	       "# t.csv\n\nFormat: Counters (CSV), 2 rows, 5 columns.\n\nDate\n\n"
	       "| MO Class | Counter | Description | Unit | Kind |\n| --- | --- | --- | --- | --- |\n"
	       "| Cell | pmA | a | s | PEG |\n| Cell | pmB | b | s | PEG |\n");
}

/* Each is written with another delimiter or quote; the table is the same. */
static void reads_rare_dialects(void **state)
{
	static const char *const files[] = {
		"Name:Age:Town\nAnna:15:Bern\nBen:27:Rome\n", "Name~Age~Town\nAnna~15~Bern\nBen~27~Rome\n", "Name^Age^Town\nAnna^15^Bern\nBen^27^Rome\n",
		"Name Age Town\nAnna 15 Bern\nBen 27 Rome\n",
		"Name  Age  Town\nAnna   15  Bern \nBen    27  Rome\n",
		"'Name','Age','Town'\n'Anna','15','Bern'\n'Ben','27','Rome'\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++)
		expect(files[i], "t.csv",
		       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 3 columns.\n\n| Name | Age | Town |\n| --- | --- | --- |\n"
		       "| Anna | 15 | Bern |\n| Ben | 27 | Rome |\n");
	expect("'A','B'\n'one, two','O''Hara'\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 1 row, 2 columns.\n\n| A | B |\n| --- | --- |\n| one, two | O'Hara |\n");
	expect("A,B\none\\, two,3\nx,4\nfo\\, ur,5\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 3 rows, 2 columns.\n\n| A | B |\n| --- | --- |\n| one, two | 3 |\n| x | 4 |\n| fo, ur | 5 |\n");
	/* Nothing parts these: one column. */
	expect("Link\nhttp://a.example/x\nhttp://b.example/y\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 1 column.\n\n| Link |\n| --- |\n| http://a.example/x |\n| http://b.example/y |\n");
	expect("Comment\nThis is good, really\nBad\nWell, so and so, but ok\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 3 rows, 1 column.\n\n| Comment |\n| --- |\n| This is good, really |\n| Bad |\n| Well, so and so, but ok |\n");
}

static void keeps_the_footer_as_text(void **state)
{
	(void)state;
	/* Commas in some of the cells part nothing alike. */
	expect("Name~Note\nAnna~first, then\nBen~never\nCy~a, b, c\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 3 rows, 2 columns.\n\n| Name | Note |\n| --- | --- |\n| Anna | first, then |\n| Ben | never |\n| Cy | a, b, c |\n");
	expect("A,B,C\n1,2,3\n4,5,6\n\nTotal: 2 cells\nsecond line\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 3 columns.\n\n| A | B | C |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n| 4 | 5 | 6 |\n\n"
	       "Total: 2 cells\n\nsecond line\n");
	expect("A|B\n1|2\n4|5\n(2 rows)\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 2 columns.\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n| 4 | 5 |\n\n(2 rows)\n");
	/* A short row within the table, or the last one, stays a row. */
	expect("A,B\n1,2\n\n4\n\n5,6\n7\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 4 rows, 2 columns.\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n| 4 |  |\n| 5 | 6 |\n| 7 |  |\n");
}

static void names_columns_by_odd_headers(void **state)
{
	(void)state;
	expect(",2023,,2024,\nName,Q1,Q2,Q1,Q2\na,1,2,3,4\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 5 columns.\n\n|  | 2023 |  | 2024 |  |\n| --- | --- | --- | --- | --- |\n"
	       "| Name | Q1 | Q2 | Q1 | Q2 |\n| a | 1 | 2 | 3 | 4 |\n");
	/* The names of the rows have none themselves, as statistics programs write it. */
	expect("a,b\nx,1,2\ny,3,4\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 3 columns.\n\n|  | a | b |\n| --- | --- | --- |\n| x | 1 | 2 |\n| y | 3 | 4 |\n");
}

static void names_columns_without_header(void **state)
{
	(void)state;
	expect("1,2,3\n4,5,6\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 3 columns.\n\n| Column 1 | Column 2 | Column 3 |\n| --- | --- | --- |\n"
	       "| 1 | 2 | 3 |\n| 4 | 5 | 6 |\n");
	/* Numbers that count columns of text are their names. */
	expect("1,2,3\na,'b',c\na,b,c\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 2 rows, 3 columns.\n\n| 1 | 2 | 3 |\n| --- | --- | --- |\n| a | 'b' | c |\n| a | b | c |\n");
	expect("Cell,2023,2024\na,5,6\n", "t.csv",
	       "# t.csv\n\nFormat: Generic (CSV), 1 row, 3 columns.\n\n| Cell | 2023 | 2024 |\n| --- | --- | --- |\n| a | 5 | 6 |\n");
}

static void detects_formats(void **state)
{
	static const struct { const char *name, *header; enum csv_format format; } cases[] = {
		{ "x/Parameters.csv", "", CSV_PARAMETERS }, { "nodeparameters.csv", "Counter", CSV_PARAMETERS },
		{ "MOActions.csv", "", CSV_ACTIONS },       { "transactions.csv", "a", CSV_GENERIC },
		{ "pmCounters.csv", "", CSV_COUNTERS },     { "alarm_list.csv", "", CSV_ALARMS },
		{ "KPI.csv", "", CSV_KPIS },                { "CXC_list.csv", "", CSV_FEATURES },
		{ "features.csv", "", CSV_FEATURES },       { "events.csv", "", CSV_EVENTS },
		{ "pm_2024.csv", "", CSV_EVENTS },          { "development.csv", "a", CSV_GENERIC },
		{ "counter/a.csv", "Name", CSV_GENERIC },   { "a.csv", "Parameter_Name", CSV_PARAMETERS },
		{ "a.csv", "Attribute", CSV_PARAMETERS },   { "a.csv", "Counter Attribute", CSV_COUNTERS },
		{ "a.csv", "Operation", CSV_ACTIONS },      { "a.csv", "Measurement", CSV_COUNTERS },
		{ "a.csv", "Severity", CSV_ALARMS },        { "a.csv", "Nom Kpi", CSV_KPIS },
		{ "a.csv", "Indicator", CSV_KPIS },         { "a.csv", "Product", CSV_FEATURES },
		{ "a.csv", "PM Group", CSV_EVENTS },        { "a.csv", "Name", CSV_GENERIC },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text header = text_from(cases[i].header);
		assert_int_equal(csv_format_detect(text_from(cases[i].name), &header, 1), cases[i].format);
	}
	assert_string_equal(csv_format_name(CSV_PARAMETERS), "parameters");
	assert_string_equal(csv_format_name(CSV_GENERIC), "generic");
}

static void sets_what_it_knows(void **state)
{
	struct converted result = convert(text_from("MO;Parameter Name\nA;b\n"), "in/lte_cells.csv");

	(void)state;
	assert_int_equal(result.status, 0);
	struct text kind = document_builder_meta(result.document, DOCUMENT_META_KIND);
	struct text title = document_builder_meta(result.document, DOCUMENT_META_TITLE);
	assert_true(text_equal(kind, TEXT_LITERAL("parameters")));
	assert_true(text_equal(title, TEXT_LITERAL("lte_cells.csv")));
	assert_true(document_builder_scores(result.document)->conversion == 1.0f);
	done(&result);
}

static size_t count_of(const struct buffer *text, const char *needle)
{
	size_t count = 0;

	for (const char *p = buffer_string(text); (p = strstr(p, needle)) != NULL; p++)
		count++;
	return count;
}

static struct buffer parameters_file(size_t rows)
{
	static const char header[] = "Model,MO Class Name,Parameter Name,Sequence Length,Parameter Description,Data Type,Range and Values,"
		"Default Value,MultiplicationFactor,Unit,Resolution,ReadOnly,Restricted,Mandatory,,SystemCreated,Change Take Effect,"
		"Disturbances,Dependencies,Deprecated,Obsolete,Precondition,LDN,noNotification,Persisted in ENM,Preliminary\n";
	struct buffer csv;

	buffer_init(&csv, 512 << 20);
	buffer_append_string(&csv, header);
	for (size_t i = 0; i < rows; i++)
		buffer_append_format(&csv, "ERBS,EUtranCellFDD,cellRange%zu,None,\"The range, of cell %zu.\nSee \"\"range\"\".\",int32,1..100,15,"
				     "None,km,1,false,,,,,Immediately,None,,,,,\"ManagedElement=1,ENodeBFunction=1\",,,\n", i, i);
	return csv;
}

static void writes_wide_tables_in_groups(void **state)
{
	struct buffer csv = parameters_file(10000);
	struct converted result = convert(buffer_view(&csv), "Parameters.csv");

	(void)state;
	assert_int_equal(result.status, 0);
	assert_non_null(strstr(buffer_string(&result.markdown), "Format: Parameters (CSV), 10000 rows, 26 columns.\n\n## Rows 1–200\n\n| Model |"));
	assert_non_null(strstr(buffer_string(&result.markdown), "|\n\n## Rows 9801–10000\n\n| Model | MO Class Name |"));
	assert_int_equal(count_of(&result.markdown, "\n## Rows "), 50);
	assert_int_equal(count_of(&result.markdown, "| Mandatory |  | SystemCreated |"), 50);
	assert_int_equal(count_of(&result.markdown, "<br>See \"range\". |"), 10000);
	assert_non_null(strstr(buffer_string(&result.markdown), "| ERBS | EUtranCellFDD | cellRange9999 |  | The range, of cell 9999.<br>"));
	done(&result);
	buffer_done(&csv);
}

static void leaves_out_what_is_beyond_the_limit(void **state)
{
	struct buffer csv = parameters_file(300);
	struct converted result;

	(void)state;
	settings.convert.csv_rows_max = 200;
	result = convert(buffer_view(&csv), "Parameters.csv");
	settings.convert.csv_rows_max = 1000000;
	assert_int_equal(result.status, 0);
	assert_non_null(strstr(buffer_string(&result.markdown), "200 rows, 26 columns.\n\n100 further rows were left out: "));
	assert_int_equal(count_of(&result.markdown, "## Rows"), 0);
	assert_true(document_builder_scores(result.document)->conversion < 0.7f);
	done(&result);
	buffer_done(&csv);
}

static void rejects_what_has_no_rows(void **state)
{
	const char *files[] = { "", "\n\n\n", ",,,\n,,\n", "sep=,\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct converted result = convert(text_from(files[i]), "t.csv");
		assert_int_equal(result.status, ERROR_INPUT_REJECTED);
		assert_non_null(strstr(result.error.message, "no row"));
		done(&result);
	}
}

static void says_when_the_output_is_too_large(void **state)
{
	struct buffer csv = parameters_file(300);
	struct converted result = { .document = document_builder_create() };
	struct convert_input input = { .data = buffer_view(&csv), .name = TEXT_LITERAL("a.csv"), .settings = &settings };

	(void)state;
	buffer_init(&result.markdown, 5000);
	assert_int_equal(convert_csv(&input, &result.markdown, result.document, &result.error), ERROR_LIMIT_HIT);
	assert_non_null(strstr(result.error.message, "markdown_bytes_max"));
	done(&result);
	buffer_done(&csv);
}

/* Quotes that never close must not make the reader look at the whole rest each time, nor lose what stands there. */
static void survives_unclosed_quotes(void **state)
{
	struct buffer csv;
	struct converted result;

	(void)state;
	buffer_init(&csv, 64 << 20);
	buffer_append_string(&csv, "A,B\n");
	for (size_t i = 0; i < 400000; i++)
		buffer_append_string(&csv, "\"x y,z\n");
	result = convert(buffer_view(&csv), "t.csv");
	assert_int_equal(result.status, 0);
	assert_non_null(strstr(buffer_string(&result.markdown), "400000 rows, 2 columns"));
	done(&result);
	buffer_done(&csv);
}

static void accepts_very_wide_rows(void **state)
{
	struct buffer csv;
	struct converted result;

	(void)state;
	buffer_init(&csv, 64 << 20);
	for (size_t row = 0; row < 3; row++) {
		for (size_t c = 0; c < 10000; c++)
			buffer_append_string(&csv, "ab,");
		buffer_append_string(&csv, "\n");
	}
	result = convert(buffer_view(&csv), "t.csv");
	assert_int_equal(result.status, 0);
	assert_int_equal(count_of(&result.markdown, "ab"), 30000);
	done(&result);
	buffer_done(&csv);
}

static int prepare(void **state)
{
	(void)state;
	settings_init(&settings);
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	settings_done(&settings);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_table),
		cmocka_unit_test(reads_every_delimiter),
		cmocka_unit_test(prefers_the_regular_delimiter),
		cmocka_unit_test(reads_quotes),
		cmocka_unit_test(keeps_quotes_that_are_none),
		cmocka_unit_test(escapes_formatting),
		cmocka_unit_test(accepts_ragged_rows),
		cmocka_unit_test(keeps_the_preamble_as_text),
		cmocka_unit_test(reads_rare_dialects), cmocka_unit_test(keeps_the_footer_as_text), cmocka_unit_test(names_columns_by_odd_headers),
		cmocka_unit_test(names_columns_without_header),
		cmocka_unit_test(detects_formats),
		cmocka_unit_test(sets_what_it_knows),
		cmocka_unit_test(writes_wide_tables_in_groups),
		cmocka_unit_test(leaves_out_what_is_beyond_the_limit),
		cmocka_unit_test(rejects_what_has_no_rows),
		cmocka_unit_test(says_when_the_output_is_too_large),
		cmocka_unit_test(survives_unclosed_quotes),
		cmocka_unit_test(accepts_very_wide_rows),
	};
	return cmocka_run_group_tests(tests, prepare, tidy);
}
