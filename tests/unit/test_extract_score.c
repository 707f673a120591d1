/* Labelled documents: precision and recall of the rules against what a reader finds in them, at the bars of the domain. */
#include "tests/unit/extract_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct labelled {
	const char *markdown;
	const char *parameters[16], *counters[16], *features[8], *licences[4]; /* features: "FAJ relationship" */
	const char *steps[8];
};

static const struct labelled documents[] = {
	{ /* long form with numbered headings, as a converter of HTML leaves it */
		"# 5G NR: Downlink Carrier Aggregation (NR DL CA)\n\n## 1 Overview\n\nMore rate, see Readme.txt and Figure.pm, e.g.This.\n\n"
		"|  |  |\n| --- | --- |\n| **Feature Name** | NR DL Carrier Aggregation |\n| **Feature Identity** | FAJ 121 5300 |\n"
		"| **Value Package Name and Identity** | NR Peak Rate (FAJ 801 4002) |\n| **Node Type** | Radio Node |\n| **Access Type** | NR |\n"
		"| **Licensing** | Licensed, CXC 201 2273/1 R1A |\n\n"
		"## 2 Dependencies of the Feature\n\nTable 1 Feature Dependencies\n\n| Feature | Relationship | Description |\n| --- | --- | --- |\n"
		"| NR Mobility ([FAJ 121 4911](x.html)) | Prerequisite | Needed. |\n| NR UL CA (FAJ 121 5301) | Optional, related | Goes on. |\n"
		"| LTE-NR Dual Connectivity (FAJ1214908) | Mutually exclusive | No. |\n\n**Hardware**: none\n\n"
		"## 3 Feature Operation\n\nWhen `NRCellDU.caAllowed`=TRUE the profile `CaCellProfile.caEnabled = true` is used. If NRCellCU.hiPrioDetEnabled "
		"is FALSE, the GNBDUFunction.caVlanPortRef-based way is taken.\n\n1. The UE reports.\n2. The gNodeB decides.\n\n"
		"## 4 Parameters\n\n| Parameter | Type | Description |\n| --- | --- | --- |\n"
		"| NRCellDU.caAllowed  | Introduced | Enables CA (default: `FALSE`). |\n| NRSectorCarrier.arfcnDL | Affected | |\n"
		"| CaCellProfileUeCfg.caUeCapPrio, CaCellProfileUeCfg.caUePrio | Introduced | Two. |\n"
		"| CaCellProfileUeCfg.<br>caUeBandComb | Introduced | Broken. |\n| pSCellCapable<br>(NRCellCU MO) | Introduced | In parentheses. |\n"
		"| FeatureState | Affected | Only a class. |\n\n"
		"## 5 Performance\n\n### 5.1 Counters\n\n| Counter | Description |\n| --- | --- |\n"
		"| NRCellDU.pmCaScellAct<br>NRCellDU.pmCaScellDeact | Additions. |\n| pmMacVolDl[0..10] | Volume. |\n\n"
		"Rate = 100 * pmRateSucc/pmRateAtt for all pmCaScellActs.\n\n"
		"## 6 Activate NR DL Carrier Aggregation\n\n**Prerequisites**\n\n- The license key is installed.\n\n**Steps**\n\n"
		"1. Set `FeatureState.featureState` to `ACTIVATED` in `FeatureState=CXC2012273`.\n2. Unlock the cell.\n\n**Result:** It is active.\n\n"
		"## 7 Appendix\n\nSee NR Beam Recovery (FAJ 121 5399) too.\n",
		{ "NRCellDU.caAllowed", "CaCellProfile.caEnabled", "NRCellCU.hiPrioDetEnabled", "GNBDUFunction.caVlanPortRef", "NRSectorCarrier.arfcnDL",
		  "CaCellProfileUeCfg.caUeCapPrio", "CaCellProfileUeCfg.caUePrio", "CaCellProfileUeCfg.caUeBandComb", "NRCellCU.pSCellCapable",
		  "FeatureState.featureState" },
		{ "NRCellDU.pmCaScellAct", "NRCellDU.pmCaScellDeact", "pmMacVolDl", "pmRateSucc", "pmRateAtt" },
		{ "FAJ 121 4911 prerequisite", "FAJ 121 5301 related", "FAJ 121 4908 conflicting", "FAJ 121 5399 " },
		{ "CXC2012273" },
		{ "Set FeatureState.featureState to ACTIVATED in FeatureState=CXC2012273.", "Unlock the cell." },
	},
	{ /* short form */
		"DOCTITLE: Predefined QCI Profiles (PQP)\nProduct: CXC4017029, CXC4017030\nFeature State: General availability\nFeature Identity: FAJ 121 7029\n\n"
		"## Description\n\nProfiles of bearers; the node uses Python.py and Node.js at https://host.example/EUtranCellFDD.tac.\n\n"
		"## Parameters\n\n- **relativePriority**\n    MO Class: QciProfilePredefined\n    Valid Values: 1..1000\n    Default: 10\n"
		"- **pdb**\n    MO Class: QciProfilePredefined\n    Default: 300\n"
		"- **drxPriority**: priority of DRX\n    - MO Class: QciProfilePredefined, QciProfileOperatorDefined\n"
		"- **Note**: set them all.\n\n"
		"## Counters\n\n- pmPdcpLatTimeDlQci: Sum of waiting times.\n- `EUtranCellFDD.pmErabEstabSuccInitQci` – Bearers.\n\n"
		"## Related Features\n\n- **Service-Aware DRX** (FAJ 121 7801): required for DRX.\n- Admission Control (FAJ 121 7162)\n\n"
		"## Activation\n\n1. Set the attribute featureState to ACTIVATED in the FeatureState MO.\n2. Wait for one minute.\n",
		{ "QciProfilePredefined.relativePriority", "QciProfilePredefined.pdb", "QciProfilePredefined.drxPriority", "QciProfileOperatorDefined.drxPriority" },
		{ "pmPdcpLatTimeDlQci", "EUtranCellFDD.pmErabEstabSuccInitQci" },
		{ "FAJ 121 7801 prerequisite", "FAJ 121 7162 related" },
		{ "CXC4017029", "CXC4017030" },
		{ "Set the attribute featureState to ACTIVATED in the FeatureState MO.", "Wait for one minute." },
	},
};

struct score {
	unsigned right, found, expected;
};

static bool listed(const char *const *list, size_t count, struct text text)
{
	for (size_t i = 0; i < count && list[i]; i++)
		if (text_equal(text_from(list[i]), text))
			return true;
	return false;
}

static unsigned length(const char *const *list, size_t count)
{
	unsigned used = 0;
	while (used < count && list[used])
		used++;
	return used;
}

static void count_one(struct score *score, const char *const *list, size_t count, struct text found)
{
	score->found++;
	score->right += listed(list, count, found);
}

static void count_names(struct score *score, const struct sample *sample, enum document_category category, const char *const *list, size_t count)
{
	score->expected += length(list, count);
	for (uint32_t i = 0; i < sample->document.item_count; i++) {
		const struct document_item *item = &sample->document.items[i];
		struct buffer name;
		if (item->category != (uint32_t)category)
			continue;
		buffer_init(&name, 4096);
		buffer_append_text(&name, document_item_value(&sample->document, item, DOCUMENT_KEY_MO_CLASS));
		if (name.bytes > 0)
			buffer_append_byte(&name, '.');
		buffer_append_text(&name, document_item_value(&sample->document, item, DOCUMENT_KEY_ATTRIBUTE));
		count_one(score, list, count, buffer_view(&name));
		buffer_done(&name);
	}
}

static void count_features(struct score *score, const struct sample *sample, const char *const *list, size_t count)
{
	score->expected += length(list, count);
	for (uint32_t i = 0; i < sample->document.item_count; i++) {
		const struct document_item *item = &sample->document.items[i];
		struct buffer name;
		if (item->category != DOCUMENT_RELATED_FEATURES)
			continue;
		buffer_init(&name, 4096);
		buffer_append_text(&name, document_item_value(&sample->document, item, DOCUMENT_KEY_FAJ));
		buffer_append_byte(&name, ' ');
		buffer_append_text(&name, document_item_value(&sample->document, item, DOCUMENT_KEY_RELATIONSHIP));
		count_one(score, list, count, buffer_view(&name));
		buffer_done(&name);
	}
}

static void count_values(struct score *score, const struct sample *sample, enum document_category category, enum document_key key,
			 const char *const *list, size_t count)
{
	score->expected += length(list, count);
	for (uint32_t i = 0; i < sample->document.item_count; i++) {
		const struct document_item *item = &sample->document.items[i];
		for (uint32_t a = 0; item->category == (uint32_t)category && a < item->attribute_count; a++) {
			const struct document_attribute *attribute = &sample->document.attributes[item->attribute_first + a];
			if (attribute->key == (uint32_t)key)
				count_one(score, list, count, document_text(&sample->document, attribute->value));
		}
	}
}

static void expect_bar(const char *what, struct score score, double bar)
{
	double precision = score.found ? (double)score.right / score.found : 1, recall = score.expected ? (double)score.right / score.expected : 1;
	assert_true(score.expected > 0);
	if (precision < bar || recall < bar)
		fail_msg("%s: precision %.3f, recall %.3f, bar %.2f (%u right, %u found, %u expected)", what, precision, recall, bar, score.right,
			 score.found, score.expected);
}

static void test_bars(void **state)
{
	struct score parameters = { 0 }, counters = { 0 }, features = { 0 }, licences = { 0 }, steps = { 0 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(documents); i++) {
		const struct labelled *labelled = &documents[i];
		struct sample sample;
		extract_markdown(labelled->markdown, &sample);
		count_names(&parameters, &sample, DOCUMENT_PARAMETERS, labelled->parameters, COUNT_OF(labelled->parameters));
		count_names(&counters, &sample, DOCUMENT_COUNTERS, labelled->counters, COUNT_OF(labelled->counters));
		count_features(&features, &sample, labelled->features, COUNT_OF(labelled->features));
		count_values(&licences, &sample, DOCUMENT_MAIN_FEATURES, DOCUMENT_KEY_CXC, labelled->licences, COUNT_OF(labelled->licences));
		count_values(&steps, &sample, DOCUMENT_ACTIVATION_PROCEDURES, DOCUMENT_KEY_STEP, labelled->steps, COUNT_OF(labelled->steps));
		sample_done(&sample);
	}
	expect_bar("parameters", parameters, 0.95);
	expect_bar("counters", counters, 0.95);
	expect_bar("related features", features, 0.90);
	expect_bar("licences", licences, 1.0);
	expect_bar("steps", steps, 0.85);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_bars) };
	return cmocka_run_group_tests(tests, extract_support_setup, extract_support_teardown);
}
