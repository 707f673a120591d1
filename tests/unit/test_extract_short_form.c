/* The short form: header lines, bold bullets, names as headings; and the identity of documents of both forms. */
#include "tests/unit/extract_support.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char short_form[] =
	"DOCTITLE: Radio Admission Control (RAC)\nProduct: CXC4017162 R1A, CXC4017163/2\nFeature State: Licensed\n**Feature Identity:** FAJ 121 7162\n\n"
	"## Description\n\nDecides who is let in, see Barring (FAJ 121 7330).\n\n"
	"## Parameters\n\n"
	"- **AdmissionControl.dlGbrAdmThresh**\n    - MO Class: AdmissionControl\n    - Type: Integer\n    - Valid Values: 0..1000\n"
	"    - Default: 950\n    - Unit: 0.1%\n    - Description: Share of the downlink.\n"
	"- **pdb**\n    MO Class: QciProfilePredefined\n    Valid Values: 10..2000\n    Default: 300\n    Description: Delay budget that the\n"
	"    scheduler aims at.\n"
	"- \\*\\*escapedName**\n  MO Class: DrxProfile\n  Default: 7\n"
	"- **tac** – MO Class: none given here\n"
	"- **Note:** this is no parameter.\n"
	"- **cellRange** (Integer)\n  Largest distance.\n\n"
	"**sharedThreshold**\n\nMO Class: EUtranCellFDD, EUtranCellTDD\n\n"
	"## Counters\n\n- `EUtranCellFDD.pmErabEstabFailGbrDlEnb`: Requests refused.\n- pmPdcpLatTimeDlQci: Sum of the waiting times.\n"
	"- pmNoise and more are not explained here.\n\n"
	"## Events\n\n- EVENT_PARAM_QCI_ID: Included for one bearer.\n";

static void test_short_form(void **state)
{
	struct sample sample;
	(void)state;
	extract_run((struct extract_input){ .markdown = short_form, .name = "lib/10_22104-LZA7016014_1Uen.BF.md",
					    .container = "in/en_lzn7931040_r50f.zip", .title = "Description" }, &sample);
	extract_expect_meta(&sample, DOCUMENT_META_TITLE, "Radio Admission Control (RAC)");
	extract_expect_meta(&sample, DOCUMENT_META_FEATURE_NAME, "Radio Admission Control");
	extract_expect_meta(&sample, DOCUMENT_META_ACRONYM, "RAC");
	extract_expect_meta(&sample, DOCUMENT_META_FAJ_CODE, "FAJ 121 7162");
	extract_expect_meta(&sample, DOCUMENT_META_CXC_CODES, "CXC4017162\nCXC4017163");
	extract_expect_meta(&sample, DOCUMENT_META_FEATURE_STATE, "Licensed");
	extract_expect_meta(&sample, DOCUMENT_META_DOCUMENT_ID, "10_22104-LZA7016014_1Uen.BF");
	extract_expect_meta(&sample, DOCUMENT_META_VERSION, "BF");
	extract_expect_meta(&sample, DOCUMENT_META_LANGUAGE, "en");
	extract_expect_meta(&sample, DOCUMENT_META_LIBRARY, "lzn7931040");
	extract_expect_meta(&sample, DOCUMENT_META_REVISION, "r50f");
	extract_expect_meta(&sample, DOCUMENT_META_KIND, "feature");
	extract_expect(&sample, DOCUMENT_MAIN_FEATURES, "Radio Admission Control", DOCUMENT_KEY_FAJ, "FAJ 121 7162", DOCUMENT_KEY_CXC,
		       "CXC4017162 | CXC4017163", DOCUMENT_KEY_STATE, "Licensed", DOCUMENT_KEY_COUNT);
	extract_expect_names(&sample, DOCUMENT_RELATED_FEATURES, "Barring");
	extract_expect_names(&sample, DOCUMENT_PARAMETERS, "AdmissionControl.dlGbrAdmThresh | QciProfilePredefined.pdb | DrxProfile.escapedName | tac | cellRange | "
			     "EUtranCellFDD.sharedThreshold | EUtranCellTDD.sharedThreshold");
	extract_expect(&sample, DOCUMENT_PARAMETERS, "AdmissionControl.dlGbrAdmThresh", DOCUMENT_KEY_TYPE, "Integer", DOCUMENT_KEY_RANGE, "0..1000",
		       DOCUMENT_KEY_DEFAULT, "950", DOCUMENT_KEY_UNIT, "0.1%", DOCUMENT_KEY_DESCRIPTION, "Share of the downlink.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "QciProfilePredefined.pdb", DOCUMENT_KEY_NAME, "pdb", DOCUMENT_KEY_DEFAULT, "300",
		       DOCUMENT_KEY_RANGE, "10..2000", DOCUMENT_KEY_DESCRIPTION, "Delay budget that the scheduler aims at.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "cellRange", DOCUMENT_KEY_DESCRIPTION, "(Integer) Largest distance.", DOCUMENT_KEY_COUNT);
	struct text span = extract_span(&sample, DOCUMENT_PARAMETERS, "AdmissionControl.dlGbrAdmThresh");
	assert_true(text_starts_with(span, TEXT_LITERAL("- **Admission")) && text_ends_with_nocase(span, TEXT_LITERAL("Share of the downlink.\n")));
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmErabEstabFailGbrDlEnb | pmPdcpLatTimeDlQci | pmNoise");
	extract_expect(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmErabEstabFailGbrDlEnb", DOCUMENT_KEY_DESCRIPTION, "Requests refused.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_COUNTERS, "pmNoise", DOCUMENT_KEY_DESCRIPTION, "", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_EVENTS, "EVENT_PARAM_QCI_ID", DOCUMENT_KEY_DESCRIPTION, "Included for one bearer.", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

static void test_lines_behind_values(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Parameters\n\n- **NRCellCU.hoOffset**\n  Valid Values: 0..30\n  Unit: 0.5 dB\n  Offset that is added\n  for a UE in ping-pong.\n"
			 "- **NRCellCU.hoCheck**: Type: Boolean. Lets the cell look at the load. Default: `true`.\n"
			 "- **NRCellCU.hoDelay - INTEGER**: Time until it is done.\n\n  Default: 5\n"
			 "- **NRCellCU.hoMode**\n  Valid Values: OFF,\n  ON\n  Default: OFF\n", &sample);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "NRCellCU.hoOffset", DOCUMENT_KEY_RANGE, "0..30", DOCUMENT_KEY_UNIT, "0.5 dB", DOCUMENT_KEY_DESCRIPTION,
		       "Offset that is added for a UE in ping-pong.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "NRCellCU.hoCheck", DOCUMENT_KEY_TYPE, "Boolean", DOCUMENT_KEY_DEFAULT, "true", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "NRCellCU.hoDelay", DOCUMENT_KEY_TYPE, "INTEGER", DOCUMENT_KEY_DEFAULT, "5", DOCUMENT_KEY_DESCRIPTION, "Time until it is done.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "NRCellCU.hoMode", DOCUMENT_KEY_RANGE, "OFF, ON", DOCUMENT_KEY_DEFAULT, "OFF", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

/* A plain text marks no names. */
static void test_names_of_plain_texts(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# PM REFERENCE\n\npmSchedDelayDistr\n  MO class: NRCellDU\n  Distribution of the delay.\n  Unit: ms\n\nNote\nthat this: is a sentence.\n\npmOther is read\nby the node: always.\n", &sample);
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "NRCellDU.pmSchedDelayDistr | pmOther");
	extract_expect(&sample, DOCUMENT_COUNTERS, "NRCellDU.pmSchedDelayDistr", DOCUMENT_KEY_UNIT, "ms", DOCUMENT_KEY_DESCRIPTION, "Distribution of the delay.", DOCUMENT_KEY_COUNT);
	assert_int_equal(extract_count(&sample, DOCUMENT_PARAMETERS), 0);
	sample_done(&sample);
}

static void test_property_tables_and_defined_terms(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# Load Balancing\n\n## About\n\nIt balances.\n\nFeature Identity\n: FAJ 121 7711\n\n## Parameters\n\n### NRCellRelation.stepSize\n\nSize of one step.\n\n"
			 "| Property | Value |\n| --- | --- |\n| Type | integer |\n| Range | 1..6 |\n| Default | 1 |\n| Unit | dB |\n\n### NRCellCU.loadLimit\n\nThe limit.\n\n"
			 "| Cell | Load | Limit |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n", &sample);
	extract_expect_meta(&sample, DOCUMENT_META_FAJ_CODE, "FAJ 121 7711");
	extract_expect(&sample, DOCUMENT_PARAMETERS, "NRCellRelation.stepSize", DOCUMENT_KEY_RANGE, "1..6", DOCUMENT_KEY_DEFAULT, "1", DOCUMENT_KEY_UNIT, "dB",
		       DOCUMENT_KEY_TYPE, "integer", DOCUMENT_KEY_DESCRIPTION, "Size of one step.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "NRCellCU.loadLimit", DOCUMENT_KEY_RANGE, "", DOCUMENT_KEY_DESCRIPTION, "The limit.", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

static void test_headings_that_are_names(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# Reference\n\n## EUtranCellFDD.cellRange\n\nLargest distance.\n\n- **Range and Values**: 1..100\n- **Default Value**: 15\n\n"
			 "## pmLoad\n\nThe load.\n\n## Summary\n\nNothing.\n", &sample);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange", DOCUMENT_KEY_RANGE, "1..100", DOCUMENT_KEY_DEFAULT, "15",
		       DOCUMENT_KEY_DESCRIPTION, "Largest distance.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_COUNTERS, "pmLoad", DOCUMENT_KEY_DESCRIPTION, "The load.", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

static void test_identity_table(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# MIMO Sleep Mode (MSM)\n\n## Overview\n\nIt saves energy.\n\n"
			 "| Feature Name | MIMO Sleep Mode |\n| --- | --- |\n| Feature Identity | FAJ 121 3094 |\n| Value Package Name | Energy Efficiency |\n"
			 "| Value Package Identity | FAJ 801 0412 |\n| Node Type | Baseband Radio Node |\n| Access Type | LTE |\n"
			 "| Licensing | Licensed feature, key CXC4017808. |\n\nSee also FAJ 121 3094 and FAJ 801 0412.\n", &sample);
	extract_expect(&sample, DOCUMENT_MAIN_FEATURES, "MIMO Sleep Mode", DOCUMENT_KEY_FAJ, "FAJ 121 3094", DOCUMENT_KEY_CXC, "CXC4017808",
		       DOCUMENT_KEY_VALUE_PACKAGE, "Energy Efficiency (FAJ 801 0412)", DOCUMENT_KEY_NODE_TYPE, "Baseband Radio Node",
		       DOCUMENT_KEY_ACCESS_TYPE, "LTE", DOCUMENT_KEY_LICENSING, "Licensed feature, key CXC4017808.", DOCUMENT_KEY_COUNT);
	assert_int_equal(extract_count(&sample, DOCUMENT_RELATED_FEATURES), 0);
	assert_int_equal(extract_count(&sample, DOCUMENT_PARAMETERS), 0);
	assert_true(text_starts_with(extract_span(&sample, DOCUMENT_MAIN_FEATURES, "MIMO Sleep Mode"), TEXT_LITERAL("| Feature Name")));
	extract_expect_meta(&sample, DOCUMENT_META_ACRONYM, "MSM");
	extract_expect_meta(&sample, DOCUMENT_META_VALUE_PACKAGE, "Energy Efficiency (FAJ 801 0412)");
	sample_done(&sample);
}

static void test_identity_across(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# Cell Sleep\n\n| Feature Name | Feature Identity | Node Type |\n| --- | --- | --- |\n| Cell Sleep | FAJ 121 0001 | gNodeB |\n", &sample);
	extract_expect(&sample, DOCUMENT_MAIN_FEATURES, "Cell Sleep", DOCUMENT_KEY_FAJ, "FAJ 121 0001", DOCUMENT_KEY_NODE_TYPE, "gNodeB", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

static void test_standards(void **state)
{
	struct sample sample;
	(void)state;
	extract_run((struct extract_input){ .name = "specs/38331-g10.md", .markdown = "# Radio Resource Control\n\nText.\n" }, &sample);
	extract_expect_meta(&sample, DOCUMENT_META_KIND, "3gpp");
	extract_expect_meta(&sample, DOCUMENT_META_DOCUMENT_ID, "TS 38.331");
	extract_expect_meta(&sample, DOCUMENT_META_VERSION, "16.1.0");
	extract_expect_meta(&sample, DOCUMENT_META_SERIES, "38 NR");
	extract_expect_meta(&sample, DOCUMENT_META_RELEASE, "16");
	extract_expect_meta(&sample, DOCUMENT_META_FEATURE_NAME, "");
	assert_int_equal(sample.document.item_count, 0);
	sample_done(&sample);

	extract_run((struct extract_input){ .name = "spec.md", .markdown = "# 3GPP TS 36.331 V15.7.1\n\nText.\n" }, &sample);
	extract_expect_meta(&sample, DOCUMENT_META_KIND, "3gpp");
	extract_expect_meta(&sample, DOCUMENT_META_VERSION, "15.7.1");
	extract_expect_meta(&sample, DOCUMENT_META_SERIES, "36 LTE");
	extract_expect_meta(&sample, DOCUMENT_META_RELEASE, "15");
	sample_done(&sample);

	/* A feature that cites a specification is none, wherever it does so. */
	extract_markdown("# Cell Sleep (CS)\n\nAs in 3GPP TS 36.331. Identity FAJ 121 0001.\n\n## References\n\n3GPP TS 38.331\n", &sample);
	extract_expect_meta(&sample, DOCUMENT_META_KIND, "feature");
	sample_done(&sample);
	extract_markdown("# A guide\n\nText.\n\n## References\n\n3GPP TS 38.331\n", &sample);
	extract_expect_meta(&sample, DOCUMENT_META_KIND, "generic");
	sample_done(&sample);
}

static void test_mo_reference(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# class EUtranCellFDD\n\nA cell.\n\n## Attributes\n\n| Attribute | Type | Description |\n| --- | --- | --- |\n"
			 "| cellRange | Integer | Largest distance. |\n| tac | Integer | Area. |\n| pmLoad | Integer | The load. |\n", &sample);
	extract_expect_meta(&sample, DOCUMENT_META_KIND, "mo-reference");
	extract_expect_names(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange | EUtranCellFDD.tac");
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmLoad");
	assert_int_equal(extract_count(&sample, DOCUMENT_MAIN_FEATURES), 0);
	sample_done(&sample);
}

static void test_titles(void **state)
{
	struct sample sample;
	(void)state;
	extract_run((struct extract_input){ .name = "a/b/some_notes.txt", .markdown = "No heading at all.\n" }, &sample);
	extract_expect_meta(&sample, DOCUMENT_META_TITLE, "some_notes");
	extract_expect_meta(&sample, DOCUMENT_META_FEATURE_NAME, "");
	sample_done(&sample);
	extract_run((struct extract_input){ .title = "From the converter", .markdown = "## Scope\n\nText.\n" }, &sample);
	extract_expect_meta(&sample, DOCUMENT_META_TITLE, "From the converter");
	sample_done(&sample);
	extract_run((struct extract_input){ .title = "From the converter", .markdown = "# The **real** title\n\nText.\n" }, &sample);
	extract_expect_meta(&sample, DOCUMENT_META_TITLE, "The real title");
	sample_done(&sample);
	extract_run((struct extract_input){ .title = "Workload Manager \u2014 -", .markdown = "Text.\n" }, &sample);
	extract_expect_meta(&sample, DOCUMENT_META_TITLE, "Workload Manager");
	sample_done(&sample);
	extract_run((struct extract_input){ .title = "--", .markdown = "Text.\n" }, &sample);
	extract_expect_meta(&sample, DOCUMENT_META_TITLE, "--");
	sample_done(&sample);
	extract_markdown("", &sample);
	assert_int_equal(sample.document.item_count, 0);
	sample_done(&sample);
}

static void expect_title(const char *markdown, const char *title)
{
	struct sample sample;
	extract_markdown(markdown, &sample);
	extract_expect_meta(&sample, DOCUMENT_META_TITLE, title);
	sample_done(&sample);
}

/* Memos whose title is no heading, above headings that are none of the title. */
static void test_titles_above_the_first_heading(void **state)
{
	(void)state;
	expect_title("Category: Informational\n\nMobility Services: Problem Statement\n\n# Abstract\n\nText.\n", "Mobility Services: Problem Statement");
	expect_title("```\nWorking Group      A. Author\n\n\n          Directory Assistance\n```\n\n# Status of This Memo\n\nText.\n", "Directory Assistance");
	expect_title("Transport over\nStreams and Files\n\n# 1. Motivation\n\nText.\n", "Transport over Streams and Files");
	expect_title("This is a first sentence.\n\n# Abstract\n\nText.\n", "Abstract");
	expect_title("```\nint main(void);\n```\n\n# 1. Motivation\n\nText.\n", "1. Motivation");
	expect_title("A line above the name\n\n# Queue Service\n\nText.\n", "Queue Service");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_form), cmocka_unit_test(test_lines_behind_values), cmocka_unit_test(test_names_of_plain_texts), cmocka_unit_test(test_property_tables_and_defined_terms),
		cmocka_unit_test(test_headings_that_are_names), cmocka_unit_test(test_identity_table),
		cmocka_unit_test(test_identity_across), cmocka_unit_test(test_standards), cmocka_unit_test(test_mo_reference),
		cmocka_unit_test(test_titles), cmocka_unit_test(test_titles_above_the_first_heading),
	};
	return cmocka_run_group_tests(tests, extract_support_setup, extract_support_teardown);
}
