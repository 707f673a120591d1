/* Activation and deactivation: parts, steps in order, and the values that the steps set. */
#include "tests/unit/extract_support.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_long_form(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# MIMO Sleep Mode (MSM)\n\n## Activate the Feature\n\nThis takes a minute.\n\n### Prerequisites\n\n"
			 "- The license `CXC4017808` is installed.\n- The cell is unlocked.\n\n### Steps\n\n"
			 "1. Set the FeatureState MO attribute featureState to ACTIVATED.\n"
			 "2. Set `MimoSleepFunction.prbUsageSleepThreshold` to `10` for a cautious start.\n"
			 "3. Check the following:\n   - the radio\n   - the fan\n4. Wait.\n\n### After This Task\n\nRead the meter.\n\nCompare it.\n\n"
			 "## Deactivate the Feature\n\n**Prerequisites**\n\nNone\n\n**Steps**\n\n"
			 "1. In the instance `FeatureState=CXC4017808`, set `featureState` to `DEACTIVATED`.\n\nAfter This Task: All branches are on.\n\n"
			 "## Engineering Guidelines\n\n1. This is no step.\n", &sample);
	assert_int_equal(extract_count(&sample, DOCUMENT_ACTIVATION_PROCEDURES), 2);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Activate the Feature", DOCUMENT_KEY_KIND, "activate", DOCUMENT_KEY_PREREQUISITE,
		       "The license CXC4017808 is installed. | The cell is unlocked.", DOCUMENT_KEY_STEP,
		       "Set the FeatureState MO attribute featureState to ACTIVATED. | "
		       "Set MimoSleepFunction.prbUsageSleepThreshold to 10 for a cautious start. | Check the following: the radio the fan | Wait.",
		       DOCUMENT_KEY_AFTER_TASK, "Read the meter. | Compare it.", DOCUMENT_KEY_SET_MO,
		       "FeatureState.featureState=ACTIVATED | MimoSleepFunction.prbUsageSleepThreshold=10", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Deactivate the Feature", DOCUMENT_KEY_KIND, "deactivate", DOCUMENT_KEY_PREREQUISITE, "",
		       DOCUMENT_KEY_STEP, "In the instance FeatureState=CXC4017808, set featureState to DEACTIVATED.", DOCUMENT_KEY_AFTER_TASK,
		       "All branches are on.", DOCUMENT_KEY_SET_MO, "FeatureState=CXC4017808.featureState=DEACTIVATED", DOCUMENT_KEY_COUNT);
	struct text span = extract_span(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Deactivate the Feature");
	assert_true(text_starts_with(span, TEXT_LITERAL("## Deactivate")) && text_ends_with_nocase(text_trim(span), TEXT_LITERAL("branches are on.")));
	sample_done(&sample);
}

/* One step in a procedure: what does it set? */
static void expect_sets(const char *step, const char *sets)
{
	struct sample sample;
	struct buffer markdown;
	buffer_init(&markdown, 1 << 16);
	buffer_append_format(&markdown, "# X\n\n## Activate X\n\n1. %s\n", step);
	extract_markdown(buffer_string(&markdown), &sample);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Activate X", DOCUMENT_KEY_SET_MO, sets, DOCUMENT_KEY_COUNT);
	sample_done(&sample);
	buffer_done(&markdown);
}

static void test_sentences_that_set(void **state)
{
	(void)state;
	expect_sets("Set the attribute `featureState` to `ACTIVATED` in the instance `FeatureState=CXC4017808`.", "FeatureState=CXC4017808.featureState=ACTIVATED");
	expect_sets("Activate it by setting featureState to ACTIVATED for FeatureState=CXC4017808.", "FeatureState=CXC4017808.featureState=ACTIVATED");
	expect_sets("Set the featureState attribute in the FeatureState=CXC4017808 MO instance to ACTIVATED.", "FeatureState=CXC4017808.featureState=ACTIVATED");
	expect_sets("In the FeatureState MO, set the attribute featureState to 1 (ACTIVATED).", "FeatureState.featureState=1");
	expect_sets("Change EUtranCellFDD.cellRange to the planned range, for example `20`.", "EUtranCellFDD.cellRange=20");
	expect_sets("Set EUtranCellFDD.cellRange = 20 and EUtranCellFDD.tac to 7, then wait.", "EUtranCellFDD.cellRange=20 | EUtranCellFDD.tac=7");
	expect_sets("Set the value of **EUtranCellFDD.qRxLevMin** to -124.", "EUtranCellFDD.qRxLevMin=-124");
	expect_sets("Set EUtranCellFDD.highSpeedFlag to true.", "EUtranCellFDD.highSpeedFlag=true");
	expect_sets("Set the `FeatureState.featureState` attribute to ACTIVATED in the `FeatureState=CXC4017808` MO.", "FeatureState=CXC4017808.featureState=ACTIVATED");
	expect_sets("Set the timer to 5 seconds and the cell to a lower range.", "");
	expect_sets("Set EUtranCellFDD.cellRange to match the coverage.", "");
	expect_sets("Check that EUtranCellFDD.cellRange is 20.", "");
}

static void test_commands_that_set(void **state)
{
	struct sample sample;
	(void)state;
	expect_sets("Run `cmedit set NODE1 FeatureState=CXC4017808 featureState=ACTIVATED`.", "FeatureState=CXC4017808.featureState=ACTIVATED");
	expect_sets("Run `cmedit set * EUtranCellFDD.cellRange 20 --preview`.", "EUtranCellFDD.cellRange=20");
	extract_markdown("# X\n\n## Activation\n\n1. Run this command:\n\n   ```\n   cmedit set <scope> EUtranCellFDD.(tac==1) cellRange=20, qRxLevMin=-124\n   ```\n\n"
			 "2. Wait.\n", &sample);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Activation", DOCUMENT_KEY_SET_MO, "EUtranCellFDD.cellRange=20 | EUtranCellFDD.qRxLevMin=-124",
		       DOCUMENT_KEY_COUNT);
	const struct document_item *item = extract_find(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Activation");
	assert_true(text_find(document_item_value(&sample.document, item, DOCUMENT_KEY_STEP), TEXT_LITERAL("Run this command:\n")) == 0);
	sample_done(&sample);
}

static void test_other_forms(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Feature Activation and Deactivation\n\n### Activating X\n\nStep 1: Unlock the cell.\n\nStep 2: Lock it.\n\n"
			 "### Deactivating X\n\n| Step | Action | Result |\n| --- | --- | --- |\n| 1 | Lock the cell. | Locked |\n| 2 | Wait. | |\n\n"
			 "## Impact of Activation\n\nNothing happens.\n\n## Steps\n\n1. No procedure above.\n", &sample);
	assert_int_equal(extract_count(&sample, DOCUMENT_ACTIVATION_PROCEDURES), 2);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Activating X", DOCUMENT_KEY_STEP, "Unlock the cell. | Lock it.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Deactivating X", DOCUMENT_KEY_KIND, "deactivate", DOCUMENT_KEY_STEP,
		       "Lock the cell. | Wait.", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
	extract_markdown("# X\n\n**Activate the Feature**\n\n1. Set FeatureState.featureState to ACTIVATED.\n2. Wait.\n\n**Deactivate the Feature**\n\n"
			 "1. Wait.\n\n## A\n\n### 3.1 Activate the Feature\n\n1. Another way.\n\n## B\n\n### Activate the Feature\n\n1. Another way.\n", &sample);
	assert_int_equal(extract_count(&sample, DOCUMENT_ACTIVATION_PROCEDURES), 3); /* the last two are the same */
	sample_done(&sample);
}

static void test_parts_that_follow_each_other(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# X\n\n## Activate X\n\nPrerequisites: the licence is installed.\n\n1. Lock the cell.\n2. Wait.\n\n## Deactivation\n\n"
			 "Step 1. Lock the cell. Step 2. Wait for Step 1 to end.\n\n## Activation\n\n**Before you start**\n\n- Read it.\n\n**Procedure**\n\n1. Do it.\n", &sample);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Activate X", DOCUMENT_KEY_PREREQUISITE, "the licence is installed.", DOCUMENT_KEY_STEP,
		       "Lock the cell. | Wait.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Deactivation", DOCUMENT_KEY_STEP, "Lock the cell. | Wait for Step 1 to end.", DOCUMENT_KEY_COUNT);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Activation", DOCUMENT_KEY_PREREQUISITE, "Read it.", DOCUMENT_KEY_STEP, "Do it.", DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

static void test_no_procedures(void **state)
{
	struct sample sample;
	(void)state;
	extract_markdown("# Activate X\n\n## Secondary Cell Activation\n\n1. The UE reports.\n2. The cell is added.\n\n## DISABLE\n\n- turns it off\n\n"
			 "## Enabled by default\n\nNothing to do.\n\n## Options\n\n- `--enable-x`: set it to 3\n", &sample);
	assert_int_equal(extract_count(&sample, DOCUMENT_ACTIVATION_PROCEDURES), 0);
	sample_done(&sample);
	extract_markdown("# X\n\n## Activation\n\n- Set FeatureState.featureState to ACTIVATED.\n- Wait.\n", &sample);
	extract_expect(&sample, DOCUMENT_ACTIVATION_PROCEDURES, "Activation", DOCUMENT_KEY_STEP, "Set FeatureState.featureState to ACTIVATED. | Wait.",
		       DOCUMENT_KEY_COUNT);
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_form), cmocka_unit_test(test_sentences_that_set), cmocka_unit_test(test_commands_that_set),
		cmocka_unit_test(test_other_forms), cmocka_unit_test(test_parts_that_follow_each_other), cmocka_unit_test(test_no_procedures),
	};
	return cmocka_run_group_tests(tests, extract_support_setup, extract_support_teardown);
}
