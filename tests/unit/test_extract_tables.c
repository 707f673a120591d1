/* Tables of feature documents and rows of exports: parameters, counters, events, related features. */
#include "tests/unit/extract_support.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_parameter_table(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# Adaptive PRACH Configuration (APC)\n\n## Parameters\n\n"
			 "| Parameter | Type | Description |\n| --- | --- | --- |\n"
			 "| EUtranCellFDD.cellRange | Affected | Largest distance, in *kilometers*. Range: 1..100. Default: 15. Unit: km. |\n"
			 "| `MimoSleepFunction.portMerging4TxOpMode` | Introduced | How ports are merged. |\n"
			 "| PmUlInterferenceReport.rfBranchRxRef | Introduced | Reference to the branch. |\n"
			 "| EUtranCellFDD.pmRaAttCbra | Introduced | A counter in the wrong table. |\n"
			 "| None | - | - |\n", &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS,
			     "EUtranCellFDD.cellRange | MimoSleepFunction.portMerging4TxOpMode | PmUlInterferenceReport.rfBranchRxRef");
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmRaAttCbra");
	extract_expect(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange", DOCUMENT_KEY_NAME, "EUtranCellFDD.cellRange",
		       DOCUMENT_KEY_MO_CLASS, "EUtranCellFDD", DOCUMENT_KEY_ATTRIBUTE, "cellRange", DOCUMENT_KEY_RELATION, "affected",
		       DOCUMENT_KEY_TYPE, "", DOCUMENT_KEY_RANGE, "1..100", DOCUMENT_KEY_DEFAULT, "15", DOCUMENT_KEY_UNIT, "km",
		       DOCUMENT_KEY_DESCRIPTION, "Largest distance, in kilometers. Range: 1..100. Default: 15. Unit: km.", DOCUMENT_KEY_COUNT);
	struct text span = extract_span(&sample, DOCUMENT_PARAMETERS, "MimoSleepFunction.portMerging4TxOpMode");
	assert_true(text_equal(span, TEXT_LITERAL("| `MimoSleepFunction.portMerging4TxOpMode` | Introduced | How ports are merged. |")));
	extract_expect_meta(&sample, DOCUMENT_META_MO_CLASSES, "EUtranCellFDD\nMimoSleepFunction\nPmUlInterferenceReport");
	sample_done(&sample);
}

static void test_class_column(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Parameters\n\n"
			 "| MO Class | Parameter | Type | Range and Values | Default Value | Unit |\n| --- | --- | --- | --- | --- | --- |\n"
			 "| EUtranCellFDD | tac | Integer | 0..65535 | 1 |  |\n"
			 "| EUtranCellFDD, EUtranCellTDD | qRxLevMin | Integer | -140..-44 | -124 | dBm |\n"
			 "| NRCellDU | ssbPeriodicity | Introduced | 5, 10, 20 | 20 | ms |\n", &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS,
			     "EUtranCellFDD.tac | EUtranCellFDD.qRxLevMin | EUtranCellTDD.qRxLevMin | NRCellDU.ssbPeriodicity");
	extract_expect(&sample, DOCUMENT_PARAMETERS, "EUtranCellTDD.qRxLevMin", DOCUMENT_KEY_NAME, "qRxLevMin", DOCUMENT_KEY_TYPE, "Integer",
		       DOCUMENT_KEY_RANGE, "-140..-44", DOCUMENT_KEY_DEFAULT, "-124", DOCUMENT_KEY_UNIT, "dBm", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "NRCellDU.ssbPeriodicity", DOCUMENT_KEY_RELATION, "introduced", DOCUMENT_KEY_TYPE, "",
		       DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

static void test_class_from_heading(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# Counters of a cell\n\n## Counters\n\n### EUtranCellFDD\n\n"
			 "| Counter | Description |\n| --- | --- |\n| pmRaAttCbra | Preambles. |\n\n"
			 "### MO Class GNBDUFunction\n\n"
			 "| Counter | Description |\n| --- | --- |\n| pmActiveUes | Users. |\n\n## Appendix\n\n"
			 "| Counter | Description |\n| --- | --- |\n| pmOther | Nothing above says of what. |\n", &sample);
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmRaAttCbra | GNBDUFunction.pmActiveUes | pmOther");
	sample_done(&sample);
}

static void test_names_in_one_cell_and_broken_names(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Parameters\n\n| Parameter | Description |\n| --- | --- |\n"
			 "| EUtranCellFDD.cellRange<br>EUtranCellTDD.cellRange | Two. |\n"
			 "| EUtranCellFDD.aOne/EUtranCellTDD.aTwo | Two more. |\n"
			 "| MimoSleepFunction.<br>prbUsageSleepThreshold | Broken behind the dot. |\n"
			 "| MimoSleepFunction.prbUsage<br>WakeThreshold | Broken before a capital. |\n"
			 "| pSCellCapable<br>(NRCellCU MO) | The class in parentheses. |\n"
			 "| The distance of a user | No name. |\n| distance | A plain word. |\n", &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS,
			     "EUtranCellFDD.cellRange | EUtranCellTDD.cellRange | EUtranCellFDD.aOne | EUtranCellTDD.aTwo | "
			     "MimoSleepFunction.prbUsageSleepThreshold | MimoSleepFunction.prbUsageWakeThreshold | "
			     "NRCellCU.pSCellCapable");
	sample_done(&sample);
}

static void test_turned_table(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Parameters\n\n| Parameter | EUtranCellFDD.cellRange |\n| --- | --- |\n| Range | 1..100 |\n| Default | 15 |\n"
			 "| Description | How far. |\n", &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange");
	extract_expect(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange", DOCUMENT_KEY_RANGE, "1..100", DOCUMENT_KEY_DEFAULT, "15",
		       DOCUMENT_KEY_DESCRIPTION, "How far.", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

static void test_counter_and_event_tables(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Performance\n\n### KPIs\n\n| KPI | Formula |\n| --- | --- |\n| Rate | `100 * pmLateSucc / pmLateAtt` |\n\n"
			 "### Counters\n\n| Counter | Kind | Description | Unit |\n| --- | --- | --- | --- |\n"
			 "| EUtranCellFDD.pmLbEvalExpiredUe | PEG | Users whose *evaluation* expired. | UEs |\n"
			 "| pmPdcchCceUtilDistr | PDF | Use of CCEs. | - |\n\n"
			 "### Events\n\n| Event | Trigger | Description |\n| --- | --- | --- |\n"
			 "| INTERNAL_PROC_HO_PREP_S1_OUT | A preparation ended. | Cause and target. |\n| EVENT_PARAM_QCI | N/A | The class. |\n", &sample);
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "pmLateSucc | pmLateAtt | EUtranCellFDD.pmLbEvalExpiredUe | pmPdcchCceUtilDistr");
	extract_expect(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmLbEvalExpiredUe", DOCUMENT_KEY_TYPE, "PEG", DOCUMENT_KEY_UNIT, "UEs",
		       DOCUMENT_KEY_DESCRIPTION, "Users whose evaluation expired.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_COUNTERS, "pmPdcchCceUtilDistr", DOCUMENT_KEY_UNIT, "", DOCUMENT_KEY_MO_CLASS, "", DOCUMENT_KEY_COUNT);
	extract_expect_names(&sample, DOCUMENT_EVENTS, "INTERNAL_PROC_HO_PREP_S1_OUT | EVENT_PARAM_QCI");
	extract_expect(&sample, DOCUMENT_EVENTS, "INTERNAL_PROC_HO_PREP_S1_OUT", DOCUMENT_KEY_TRIGGER, "A preparation ended.",
		       DOCUMENT_KEY_DESCRIPTION, "Cause and target.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_EVENTS, "EVENT_PARAM_QCI", DOCUMENT_KEY_TRIGGER, "", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

static void test_related_features(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# MIMO Sleep Mode (MSM)\n\nIdentity FAJ 121 3094.\n\n## Dependencies\n\n"
			 "| Feature | Relationship | Description |\n| --- | --- | --- |\n"
			 "| Carrier Aggregation (FAJ 121 3046) | Prerequisite | Must be on. |\n"
			 "| FAJ1213077, [Downlink 256QAM](dl256.html) (DL256) | Conflicts | Not together. |\n"
			 "| Mobility ([FAJ 121 4911](x.html)) | Related | Moves. |\n| **Cell Sleep** | Related feature | Goes on. |\n| None | | |\n\n## Other\n\n"
			 "- Handover over Xn (FAJ 121 9001) is not listed above.\n\nIt needs Beam Recovery (FAJ 121 9002) too.\n\n"
			 "## Related Features\n\n- **Paging Control** (FAJ 121 9003): required for idle users.\n- Anything goes.\n", &sample);
	extract_expect_names(&sample, DOCUMENT_RELATED_FEATURES,
			     "Carrier Aggregation | Downlink 256QAM | Mobility | Cell Sleep | Handover over Xn | Beam Recovery | Paging Control");
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "Carrier Aggregation", DOCUMENT_KEY_FAJ, "FAJ 121 3046", DOCUMENT_KEY_RELATIONSHIP,
		       "prerequisite", DOCUMENT_KEY_DESCRIPTION, "Must be on.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "Downlink 256QAM", DOCUMENT_KEY_FAJ, "FAJ 121 3077", DOCUMENT_KEY_RELATIONSHIP,
		       "conflicting", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "Cell Sleep", DOCUMENT_KEY_FAJ, "", DOCUMENT_KEY_RELATIONSHIP, "related", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "Paging Control", DOCUMENT_KEY_FAJ, "FAJ 121 9003", DOCUMENT_KEY_RELATIONSHIP,
		       "prerequisite", DOCUMENT_KEY_DESCRIPTION, "required for idle users.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_MAIN_FEATURES, "MIMO Sleep Mode", DOCUMENT_KEY_FAJ, "FAJ 121 3094", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

static void test_mentions_of_one_item_are_merged(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\nThe attribute EUtranCellFDD.cellRange limits the cell.\n\n## Parameters\n\n"
			 "| Parameter | Description |\n| --- | --- |\n| EUtranCellFDD.cellRange | Largest distance. |\n\n"
			 "- **cellRange**\n  Default: 15\n  Valid Values: 1..100\n\n## Counters\n\n"
			 "| Counter | Description |\n| --- | --- |\n| pmLoad | The load. |\n\nSee EUtranCellFDD.pmLoad and pmLoad.\n", &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange");
	extract_expect(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange", DOCUMENT_KEY_DESCRIPTION, "Largest distance.", DOCUMENT_KEY_DEFAULT,
		       "15", DOCUMENT_KEY_RANGE, "1..100", DOCUMENT_KEY_COUNT);
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmLoad");
	extract_expect(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmLoad", DOCUMENT_KEY_DESCRIPTION, "The load.", DOCUMENT_KEY_COUNT);
	assert_float_equal(extract_find(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmLoad")->confidence, 0.95, 1e-6);
	sample_done(&sample);
}

static void test_tables_of_something_else(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# A manual\n\n| Feature | Description |\n| --- | --- |\n| Fast | Very. |\n\n"
			 "| Symptom | Cause |\n| --- | --- |\n| No light | No power |\n\n| Name | Value |\n| --- | --- |\n| alpha | 3 |\n", &sample);
	assert_int_equal(sample.document.item_count, 0);
	extract_expect_meta(&sample, DOCUMENT_META_KIND, "generic");
	assert_float_equal(sample.document.header->scores.extraction, 1.0, 1e-6);
	sample_done(&sample);
}

#define PARAMETERS_HEADER \
	"| Model | MO Class Name | Parameter Name | Sequence Length | Parameter Description | Data Type | Range and Values | Default Value | " \
	"MultiplicationFactor | Unit | Resolution | ReadOnly | Restricted | Mandatory |  | SystemCreated | Change Take Effect | Disturbances | " \
	"Dependencies | Deprecated | Obsolete | Precondition | LDN | noNotification | Persisted in ENM | Preliminary |\n" \
	"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- " \
	"| --- | --- | --- |\n"

static void test_parameters_export(void **state)
{
	struct sample sample;
	(void)state;
	extract_run((struct extract_input){ .kind = "parameters", .name = "Parameters.csv", .title = "Parameters", .markdown =
		"# Parameters\n\n" PARAMETERS_HEADER
		"| LRAT | EUtranCellFDD | cellRange |  | Largest distance.<br>In steps of 1. | int32 | 1..100 | 15 |  | km |  | false |  | true |  | false | "
		"Immediately |  |  |  |  |  | ManagedElement=1 | false | true | false |\n"
		"| LRAT | EUtranCellTDD | cellRange |  | Of TDD. | int32 | 1..100 | 15 |  | km |  | true |  |  |  |  |  |  |  |  |  |  |  |  |  |  |\n"
		"| LRAT | EUtranCellFDD | pmLoad |  | A counter. | int32 |  |  |  |  |  |  |  |  |  |  |  |  |  |  |  |  |  |  |  |  |\n" }, &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange | EUtranCellTDD.cellRange");
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "EUtranCellFDD.pmLoad");
	extract_expect(&sample, DOCUMENT_PARAMETERS, "EUtranCellFDD.cellRange", DOCUMENT_KEY_NAME, "cellRange", DOCUMENT_KEY_TYPE, "int32",
		       DOCUMENT_KEY_RANGE, "1..100", DOCUMENT_KEY_DEFAULT, "15", DOCUMENT_KEY_UNIT, "km", DOCUMENT_KEY_READ_ONLY, "",
		       DOCUMENT_KEY_DESCRIPTION, "Largest distance. In steps of 1.", DOCUMENT_KEY_DETAIL,
		       "Model: LRAT | MO Class Name: EUtranCellFDD | Parameter Name: cellRange | Parameter Description: Largest distance. In steps of 1. | "
		       "Data Type: int32 | Range and Values: 1..100 | Default Value: 15 | Unit: km | ReadOnly: false | Mandatory: true | "
		       "SystemCreated: false | Change Take Effect: Immediately | LDN: ManagedElement=1 | noNotification: false | "
		       "Persisted in ENM: true | Preliminary: false", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_PARAMETERS, "EUtranCellTDD.cellRange", DOCUMENT_KEY_READ_ONLY, "true", DOCUMENT_KEY_COUNT);
	extract_expect_meta(&sample, DOCUMENT_META_KIND, "parameters");
	assert_int_equal(extract_count(&sample, DOCUMENT_MAIN_FEATURES), 0);
	sample_done(&sample);
}

static void test_alarms_in_a_document(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Alarms\n\n| Alarm | Severity | Cause | Remedy |\n| --- | --- | --- | --- |\n"
			 "| Fan Speed Low | Minor | A filter is dirty. | Clean it. |\n\n| Alarm | Room |\n| --- | --- |\n| Bell | 7 |\n"
			 "\n## Door Open\n\n| Field | Value |\n| --- | --- |\n| Alarm | Door Open |\n| Severity | Major |\n", &sample);
	extract_expect(&sample, DOCUMENT_ALARMS, "Door Open", DOCUMENT_KEY_TYPE, "Major", DOCUMENT_KEY_DETAIL, "Alarm: Door Open | Severity: Major", DOCUMENT_KEY_COUNT);
	extract_expect_names(&sample, DOCUMENT_ALARMS, "Fan Speed Low | Door Open"); /* a table that says nothing else of alarms is not about them */
	extract_expect(&sample, DOCUMENT_ALARMS, "Fan Speed Low", DOCUMENT_KEY_TYPE, "Minor", DOCUMENT_KEY_DETAIL,
		       "Alarm: Fan Speed Low | Severity: Minor | Cause: A filter is dirty. | Remedy: Clean it.", DOCUMENT_KEY_COUNT);
	assert_int_equal(extract_count(&sample, DOCUMENT_EVENTS), 0);
	sample_done(&sample);
}

/* Other vendors' columns and names, and those of standards. */
static void test_names_of_other_shapes(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Counters\n\n| Counter ID | Counter Name | Measurement |\n| --- | --- | --- |\n| M8013C97 | Releases after learning | UE State |\n"
			 "\n| Counter ID | Counter Name | Description |\n| --- | --- | --- |\n| 1526799001 | L.UL.Guard.Avg | Mean share. |\n"
			 "| 1526799002 | RRC.ConnEstabAtt.sum | Attempts. |\n| 1526799003 | see the list | None. |\n", &sample);
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "M8013C97 | L.UL.Guard.Avg | RRC.ConnEstabAtt.sum");
	extract_expect(&sample, DOCUMENT_COUNTERS, "M8013C97", DOCUMENT_KEY_DESCRIPTION, "Releases after learning", DOCUMENT_KEY_MO_CLASS, "", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
	extract_markdown("# X\n\n## Parameters\n\n| Full name | Abbreviated name | Managed object |\n| --- | --- | --- |\n| Inactivity timer | inactTimer | LNCEL |\n"
			 "\n| Parameter ID | Description |\n| --- | --- |\n| CellGuard.GuardThld | Meaning: Indicates the threshold. GUI Value Range: -120~-80. Default Value: -105 |\n"
			 "| Rel.17 | None. |\n", &sample);
	extract_expect_names(&sample, DOCUMENT_PARAMETERS, "LNCEL.inactTimer | CellGuard.GuardThld");
	extract_expect(&sample, DOCUMENT_PARAMETERS, "CellGuard.GuardThld", DOCUMENT_KEY_RANGE, "-120~-80", DOCUMENT_KEY_DEFAULT, "-105", DOCUMENT_KEY_COUNT);
	assert_true(text_starts_with(document_item_value(&sample.document, extract_find(&sample, DOCUMENT_PARAMETERS, "CellGuard.GuardThld"), DOCUMENT_KEY_DESCRIPTION),
				     TEXT_LITERAL("Indicates")));
	sample_done(&sample);
}

static void test_relations_in_other_words(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Related Features\n\n| Name | FAJ | Type of relation |\n| --- | --- | --- |\n| Cell Sleep | FAJ 121 3047 | Conflicting |\n", &sample);
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "Cell Sleep", DOCUMENT_KEY_RELATIONSHIP, "conflicting", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
	extract_markdown("# X\n\n## Dependencies\n\nX requires the feature Cell Sleep (FAJ 121 3047). It cannot be used together with Night Mode (FAJ 121 3048).\n\n"
			 "The following features must be activated before X:\n\n- LTE42: DRX in Idle Mode\n\n## Operation\n\nThis requires Day Mode (FAJ 121 3049).\n", &sample);
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "Cell Sleep", DOCUMENT_KEY_RELATIONSHIP, "prerequisite", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "Night Mode", DOCUMENT_KEY_RELATIONSHIP, "conflicting", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "DRX in Idle Mode", DOCUMENT_KEY_FAJ, "LTE42", DOCUMENT_KEY_RELATIONSHIP, "prerequisite", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
	extract_markdown("# X\n\n## Interaction with Other Features\n\n**Conflicting features:**\n\n- Sleep Mode (FAJ 121 3050)\n\n## Operation\n\nThis requires Day Mode (FAJ 121 3049).\n", &sample);
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "Sleep Mode", DOCUMENT_KEY_RELATIONSHIP, "conflicting", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_RELATED_FEATURES, "Day Mode", DOCUMENT_KEY_RELATIONSHIP, "", DOCUMENT_KEY_COUNT); /* not said where dependencies are */
	sample_done(&sample);
}

static void test_other_exports(void **state)
{
	struct sample sample;
	(void)state;
	extract_run((struct extract_input){ .kind = "kpis", .markdown =
		"# kpi radio\n\n| Famille | Nom Kpi | Description | Formule | Unité |\n| --- | --- | --- | --- | --- |\n"
		"| Accessibilité | Taux de succès RRC | Part réussie | 100 \\* pmRrcConnEstabSucc / EUtranCellFDD.pmRrcConnEstabAtt | % |\n" }, &sample);
	extract_expect_names(&sample, DOCUMENT_COUNTERS, "pmRrcConnEstabSucc | EUtranCellFDD.pmRrcConnEstabAtt");
	extract_expect(&sample, DOCUMENT_COUNTERS, "pmRrcConnEstabSucc", DOCUMENT_KEY_UNIT, "", DOCUMENT_KEY_DETAIL,
		       "Famille: Accessibilité | Nom Kpi: Taux de succès RRC | Description: Part réussie | "
		       "Formule: 100 * pmRrcConnEstabSucc / EUtranCellFDD.pmRrcConnEstabAtt | Unité: %", DOCUMENT_KEY_COUNT);
	sample_done(&sample);

	/* Named after something else than its rows are. */
	extract_run((struct extract_input){ .kind = "events", .name = "pm_export.csv", .markdown = "# pm_export.csv\n\n| Counter Name | MO Class | Description |\n| --- | --- | --- |\n| pmRachFail | NRCellDU | Failed accesses. |\n" }, &sample);
	extract_expect(&sample, DOCUMENT_COUNTERS, "NRCellDU.pmRachFail", DOCUMENT_KEY_DESCRIPTION, "Failed accesses.", DOCUMENT_KEY_COUNT);
	sample_done(&sample);

	extract_run((struct extract_input){ .kind = "alarms", .markdown =
		"# alarms\n\n| Alarm Name | Severity | Probable Cause | Description | MO Class |\n| --- | --- | --- | --- | --- |\n"
		"| License Key Missing | MAJOR | 300 | A key is missing. | NRCellDU |\n" }, &sample);
	extract_expect(&sample, DOCUMENT_ALARMS, "License Key Missing", DOCUMENT_KEY_TYPE, "MAJOR", DOCUMENT_KEY_TRIGGER, "", DOCUMENT_KEY_MO_CLASS,
		       "NRCellDU", DOCUMENT_KEY_DESCRIPTION, "A key is missing.", DOCUMENT_KEY_COUNT);
	sample_done(&sample);

	extract_run((struct extract_input){ .kind = "actions", .markdown =
		"# actions\n\n| MO Class | Action Name | Description |\n| --- | --- | --- |\n| EUtranCellFDD | restart | One. |\n"
		"| NRCellDU | restart | Another. |\n" }, &sample);
	extract_expect_names(&sample, DOCUMENT_ACTIONS, "EUtranCellFDD.restart | NRCellDU.restart");
	assert_int_equal(extract_count(&sample, DOCUMENT_EVENTS), 0);
	assert_int_equal(extract_count(&sample, DOCUMENT_PARAMETERS), 0);
	sample_done(&sample);

	extract_run((struct extract_input){ .kind = "features", .markdown =
		"# features\n\n| Feature Name | FAJ Number | CXC Number | State |\n| --- | --- | --- | --- |\n"
		"| Carrier Aggregation | FAJ 121 3046 | CXC4011476, CXC4011477/2 R1A | Licensed |\n| Cell Sleep | FAJ 121 3047 | CXC4011478 | |\n" }, &sample);
	extract_expect_names(&sample, DOCUMENT_MAIN_FEATURES, "Carrier Aggregation | Cell Sleep");
	extract_expect(&sample, DOCUMENT_MAIN_FEATURES, "Carrier Aggregation", DOCUMENT_KEY_FAJ, "FAJ 121 3046", DOCUMENT_KEY_CXC,
		       "CXC4011476 | CXC4011477", DOCUMENT_KEY_STATE, "Licensed", DOCUMENT_KEY_COUNT);
	assert_int_equal(extract_count(&sample, DOCUMENT_RELATED_FEATURES), 0);
	sample_done(&sample);

	extract_run((struct extract_input){ .kind = "generic", .markdown =
		"# sites\n\n| Site | Parameter |\n| --- | --- |\n| North | someValue |\n" }, &sample);
	assert_int_equal(sample.document.item_count, 0);
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parameter_table), cmocka_unit_test(test_class_column), cmocka_unit_test(test_class_from_heading),
		cmocka_unit_test(test_names_in_one_cell_and_broken_names), cmocka_unit_test(test_turned_table),
		cmocka_unit_test(test_counter_and_event_tables), cmocka_unit_test(test_related_features),
		cmocka_unit_test(test_mentions_of_one_item_are_merged), cmocka_unit_test(test_tables_of_something_else),
		cmocka_unit_test(test_parameters_export), cmocka_unit_test(test_other_exports), cmocka_unit_test(test_alarms_in_a_document),
		cmocka_unit_test(test_names_of_other_shapes), cmocka_unit_test(test_relations_in_other_words),
	};
	return cmocka_run_group_tests(tests, extract_support_setup, extract_support_teardown);
}
