/* Names in running text, and what only looks like one. */
#include "tests/unit/extract_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *markdown, const char *parameters, const char *counters)
{
	struct sample sample;
	extract_markdown(markdown, &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS, parameters);
	extract_expect_names(&sample, DOCUMENT_COUNTERS, counters);
	sample_done(&sample);
}

static void test_mentions(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\nFirst sentence. The limit is `EUtranCellFDD.cellRange`, see NewlyAddedFunction.someThreshold. Then "
			 "pmPdcchCceUtilDistr and (EUtranCellFDD.pmLbEvalExpiredUe) rise; PmUlInterferenceReport.rfBranchRxRef does not.\n\n"
			 "> QciProfilePredefined.pdb in a quote\n\nThe event INTERNAL_PROC_HO_PREP_S1_OUT shows it; INTERNAL_EVENT_* do not.\n", &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS,
			     "EUtranCellFDD.cellRange | NewlyAddedFunction.someThreshold | PmUlInterferenceReport.rfBranchRxRef | QciProfilePredefined.pdb");
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "pmPdcchCceUtilDistr | EUtranCellFDD.pmLbEvalExpiredUe");
	extract_expect_names(&sample, DOCUMENT_EVENTS, "INTERNAL_PROC_HO_PREP_S1_OUT");
	struct text span = extract_span(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange");
	assert_true(text_equal(span, TEXT_LITERAL("The limit is `EUtranCellFDD.cellRange`, see NewlyAddedFunction.someThreshold.")));
	float known = extract_find(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange")->confidence;
	float guessed = extract_find(&sample, DOCUMENT_PARAMETERS, "NewlyAddedFunction.someThreshold")->confidence;
	assert_true(known > guessed && guessed >= 0.6f && known < 0.9f);
	sample_done(&sample);
}

static void test_no_names(void **state)
{
	static const char *const texts[] = {
		"See Readme.txt, Figure.pm and ReadMe.md for more.", "Runs on Node.js and Vue.js, e.g.This one.", "Version1.0b of R2.3a is old.",
		"The feature.eNodeB is reset. A missing blank:The.end of it.", "Look at https://host.example/EUtranCellFDD.cellRange for it.",
		"Open [the page](http://host.example/x/EUtranCellFDD.cellRange) now.", "A link to [it](EUtranCellFDD.cellRange).",
		"The file /opt/config/EUtranCellFDD.cellRange.xml is read.", "The path C:\\data\\EUtranCellFDD.cellRange is read.",
		"Use com.example.EUtranCellFDD.cellRange in Java.", "Call HashMap.keySet() and System.out.println().", "Mail Some.one@host.example.",
		"At Example.com and GitHub.com.", "In pmode the pm is off, and pm2024 too; PMx, xpmAbc and Xpm.foo are none.",
		"The class EUtranCellFDD. The next sentence.", "Std::EUtranCellFDD.x and a-EUtranCellFDD.cellRange.",
		"The Section.see below.", "A ratio of 3.5dB and Table.2x.", "EVENT_PARAM_ and INTERNAL_EVENT are families, like EVENT_PARAM_*.",
		"```\nvar x = MyWidget.someValue;\n```",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct sample sample;
		struct buffer markdown;
		buffer_init(&markdown, 4096);
		buffer_append_format(&markdown, "# X\n\n%s\n", texts[i]);
		extract_markdown(buffer_string(&markdown), &sample);
		if (sample.document.item_count > 0) {
			struct text name = document_item_value(&sample.document, &sample.document.items[0], DOCUMENT_KEY_NAME);
			fail_msg("\"%.*s\" taken from: %s", TEXT_ARGS(name), texts[i]);
		}
		sample_done(&sample);
		buffer_done(&markdown);
	}
}

static void test_forms_of_one_name(void **state)
{
	(void)state;
	/* plurals, lists with slashes, a name broken over lines, members of structures, formulas, commands */
	expect("# X\n\nThe pmBadCoverage counter; all pmBadCoverages. EUtranCellFDD.pmLoads and EUtranCellFDD.pmLoad.\n", "", "pmBadCoverage | EUtranCellFDD.pmLoad");
	expect("# X\n\nEither EUtranCellFDD.cellRange/EUtranCellTDD.cellRange is set.\n", "EUtranCellFDD.cellRange | EUtranCellTDD.cellRange", "");
	expect("# X\n\nThe attribute EUtranCellFDD.\ncellRange limits it. It ends at EUtranCellFDD.\nwhen it is idle.\n", "EUtranCellFDD.cellRange", "");
	expect("# X\n\nSet EUtranCellFDD.acBarringInfo.acBarringForEmergency first.\n", "EUtranCellFDD.acBarringInfo.acBarringForEmergency", "");
	expect("# X\n\n```\nrate = 100 * EUtranCellFDD.pmSucc/(pmSucc+pmFail)\n```\n", "", "EUtranCellFDD.pmSucc | pmFail");
	expect("# X\n\n100*pmSucc/pmAtt, or 3/pmOther\n", "", "pmSucc | pmAtt | pmOther");
	expect("# X\n\n```\ncmedit get * NewClassX.someValue -t\n```\n", "NewClassX.someValue", "");
	expect("# X\n\nThe MultiHump MO is new.\n\nMultiHump.plain is its attribute.\n", "MultiHump.plain", "");
	expect("# X\n\n| A | B |\n| --- | --- |\n| uses EUtranCellFDD.cellRange | EUtranCellFDD.long<br>Name |\n", "EUtranCellFDD.cellRange", "");
}

static void test_text_that_is_not_ascii(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# Éner­gie\n\nLe paramètre « EUtranCellFDD.cellRange » vaut 15 km – très près. pmÉtat n'est rien.\n", &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange");
	extract_expect_meta(&sample, DOCUMENT_META_MO_CLASSES, "EUtranCellFDD");
	sample_done(&sample);
}

/* What is made to be slow ends all the same; a quadratic step would take hours here. */
static void test_large_and_hostile(void **state)
{
	static const char *const units[] = {
		"Aa.bB/", "set aB to 1 and ", "EUtranCellFDD.a", "pmA/", "(FAJ 121 0001) ", "- **x**\n", "**Steps**\n", "| a.b ", "CXC4010001,", ".\nA",
		"INTERNAL_EVENT_A_", "cmedit set x Y a=1 ", "[", "`", "# Activate\n\n1. Set a.b to c:\n", "Range: 1, Default: 2, ",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		struct sample sample;
		struct buffer markdown;
		buffer_init(&markdown, 1 << 22);
		buffer_append_string(&markdown, "# Activate it\n\n## Activate\n\n| Feature Name | Parameter |\n| --- | --- |\n| a | b |\n\n1. ");
		while (markdown.bytes < 200000)
			buffer_append_string(&markdown, units[i]);
		extract_markdown(buffer_string(&markdown), &sample);
		sample_done(&sample);
		buffer_done(&markdown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mentions), cmocka_unit_test(test_no_names), cmocka_unit_test(test_forms_of_one_name),
		cmocka_unit_test(test_text_that_is_not_ascii), cmocka_unit_test(test_large_and_hostile),
	};
	return cmocka_run_group_tests(tests, extract_support_setup, extract_support_teardown);
}
