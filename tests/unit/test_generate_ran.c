/* test_generate_ran.c: from the Markdown of a feature description or an export to its pairs: what is asked, and whether the answer says it. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/extract_support.h"
#include "tests/unit/generated.h"
#include "tests/unit/pack_fixture.h"

static int open_all(void **state)
{
	(void)open_domain(state);
	settings_take_all_pairs();
	return extract_support_setup(state);
}

static int close_all(void **state)
{
	(void)close_domain(state);
	return extract_support_teardown(state);
}

/* Accepted questions and answers of the input, one after the other. The caller frees them. */
static char *pairs_of(struct extract_input input)
{
	struct sample sample;
	struct generated result;
	struct buffer all;
	buffer_init(&all, 1 << 20);
	extract_run(input, &sample);
	generated_make(&settings, domain, &sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++) {
		const struct conversation *pair = &result.set.conversations[i];
		if (!pair->accepted)
			continue;
		assert_true(pair->scores.accuracy == 1.0f); /* every name and number is in its source */
		buffer_append_string(&all, "U: ");
		buffer_append_text(&all, generated_message(&result, pair, CONVERSATION_USER));
		buffer_append_string(&all, "\nA: ");
		buffer_append_text(&all, generated_message(&result, pair, CONVERSATION_ASSISTANT));
		buffer_append_string(&all, "\n");
	}
	char *text = strdup(buffer_string(&all));
	assert_non_null(text);
	free(result.block);
	buffer_done(&all);
	sample_done(&sample);
	return text;
}

#define IDENTITY "# Cell Sleep\n\n| Feature Name | Cell Sleep |\n| --- | --- |\n| Feature Identity | FAJ 121 9931 |\n| License | CXC4019931 |\n\n"

static void test_alarms_of_a_document(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .markdown = IDENTITY
		"## Alarms\n\n| Alarm | Severity | Possible causes | Remedy |\n| --- | --- | --- | --- |\n"
		"| Sleeping Cell Not Restored | Major | The neighbor cell that covers the area did not report its load in time. | Unlock the cell and check the relation. |\n" });
	assert_non_null(strstr(pairs, "alarm \"Sleeping Cell Not Restored\""));
	assert_non_null(strstr(pairs, "Unlock the cell and check the relation."));
	assert_non_null(strstr(pairs, "The neighbor cell that covers the area did not report"));
	assert_null(strstr(pairs, "- Alarm: Sleeping Cell")); /* not asked about as a row of any table a second time */
	free(pairs);
	pairs = pairs_of((struct extract_input){ .markdown = IDENTITY
		"## Alarms\n\n| Alarm | Severity | Possible causes |\n| --- | --- | --- |\n"
		"| Sleeping Cell Not Restored | Major | The neighbor cell that covers the area did not report its load in time, although it was asked for it three times in a row. |\n" });
	assert_non_null(strstr(pairs, "did not report its load"));
	assert_null(strstr(pairs, "should be done"));
	assert_null(strstr(pairs, "clear the alarm")); /* no remedy is said, so that none is asked for */
	free(pairs);
}

static void test_identity_is_asked_for_as_far_as_it_is_said(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .markdown = IDENTITY
		"## Overview\n\nCell Sleep puts a cell to sleep when no user is connected, and wakes it when the load of the cell that covers the same area has risen again. "
		"A sleeping cell sends nothing at all.\n" });
	assert_non_null(strstr(pairs, "FAJ 121 9931"));
	assert_null(strstr(pairs, "node type"));
	assert_null(strstr(pairs, "which nodes"));
	assert_null(strstr(pairs, "icensing is given as"));
	free(pairs);
}

/* Commands of a procedure set what its steps set, in their order. */
static void test_commands_of_procedures(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .markdown = IDENTITY
		"## Activate the Feature\n\n1. Set NRCellDU.sleepEnabled to true for each cell of the node.\n2. Set featureState to ACTIVATED in FeatureState=CXC4019931.\n" });
	const char *set = strstr(pairs, "\ncmedit set * NRCellDU.sleepEnabled true\n"), *feature = strstr(pairs, "\ncmedit get * FeatureState=CXC4019931 -t\n");
	assert_true(set && feature && set < feature);
	free(pairs);
	pairs = pairs_of((struct extract_input){ .markdown = IDENTITY
		"## Activate the Feature\n\n1. Set featureState to ACTIVATED in FeatureState=CXC4019931.\n2. Set sleepEnabled to true in the MO instance NRCellDU=17 of the node.\n"
		"3. Set NRCellDU.sleepTime to 30 in the other cells.\n" });
	assert_null(strstr(pairs, "\ncmedit set * NRCellDU.sleepTime")); /* one of the steps cannot be said: the feature's state alone */
	assert_non_null(strstr(pairs, "feature state"));
	free(pairs);
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		count++;
	return count;
}

/* A default that the range names too is told all the same. Rows enough for entries to be told as lists. */
static void test_rows_of_exports_are_complete(void **state)
{
	enum { ROWS = 12 };
	struct buffer rows;

	(void)state;
	buffer_init(&rows, 1 << 16);
	buffer_append_string(&rows, "# p.csv\n\n| MO | Parameter Name | Description | Range | Default | Read Only |\n| --- | --- | --- | --- | --- | --- |\n");
	for (int i = 0; i < ROWS; i++)
		buffer_append_format(&rows, "| NRCellCU | cellBarredState%c | Tells whether the cell is barred for reason %d and refuses new users. | BARRED, NOT_BARRED | NOT_BARRED | Yes |\n", 'A' + i, i);
	char *pairs = pairs_of((struct extract_input){ .kind = "parameters", .name = "p.csv", .markdown = buffer_string(&rows) });
	assert_true(count_of(pairs, "`BARRED, NOT_BARRED`") >= ROWS);
	assert_int_equal(count_of(pairs, "`BARRED, NOT_BARRED`"), count_of(pairs, "`NOT_BARRED`"));
	assert_int_equal(count_of(pairs, "- Range: "), count_of(pairs, "- Default: "));
	free(pairs);
	buffer_done(&rows);
}

/* Counters of standards are names by themselves, also beside a column of classes. */
static void test_names_of_counters(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .kind = "counters", .name = "c.csv", .markdown =
		"# c.csv\n\n| Measurement Name | Object | Type | Definition |\n| --- | --- | --- | --- |\n"
		"| RRC.ConnEstabAtt.Sum | NRCellCU | CC | Number of RRC connection establishment attempts of all causes that reached the node |\n" });
	assert_non_null(strstr(pairs, "`RRC.ConnEstabAtt.Sum`"));
	assert_null(strstr(pairs, "NRCellCU.RRC"));
	free(pairs);
}

/* What a counter counts is no answer to what to do when it grows; what belongs to an event is none. */
static void test_what_is_not_answered_is_not_asked(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .markdown = IDENTITY
		"## Counters\n\n| Counter | Description |\n| --- | --- |\n| NRCellDU.pmSleepFail | Number of failures to put the cell to sleep because a user with a bearer of "
		"high priority was connected, or because the neighbor cell was not able to take over its users at that moment. |\n\n"
		"## Events\n\n- **INTERNAL_EVENT_SLEEP**: sent when the cell falls asleep. Holds EVENT_PARAM_SLEEP_CAUSE and the time for which the cell was empty before.\n" });
	assert_non_null(strstr(pairs, "pmSleepFail"));
	assert_null(strstr(pairs, "sign of trouble"));
	assert_null(strstr(pairs, "increases"));
	assert_null(strstr(pairs, "EVENT_PARAM_SLEEP_CAUSE` is one of the events"));
	assert_null(strstr(pairs, "event `EVENT_PARAM_SLEEP_CAUSE`"));
	free(pairs);
}

/* A guide with a section an alarm: what it means and what is done about it stand below the table with its identity. */
static void test_alarms_of_sections(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .markdown = "# Alarm Guide\n\n## Fan Blocked\n\n| Field | Value |\n| --- | --- |\n| Alarm | FanBlocked |\n| Severity | Minor |\n"
		"| Probable Cause | 51101 |\n\n### Description\n\nThe fan has not turned for 30 s although it was ordered to. The unit lowers its output power by 3 dB.\n\n"
		"### Remedy\n\n1. Take the fan out and clean it.\n2. Replace the fan when it does not turn.\n\n## Other Alarms\n\n| Alarm | Severity |\n| --- | --- |\n| DoorOpen | Minor |\n| DoorLocked | Minor |\n" });
	assert_non_null(strstr(pairs, "\n\nThe fan has not turned for 30 s"));
	assert_non_null(strstr(pairs, "Remedy:\n\n1. Take the fan out and clean it.\n2. Replace the fan"));
	assert_null(strstr(pairs, "51101")); /* a number is no cause */
	assert_null(strstr(pairs, "Field: Value"));
	assert_null(strstr(pairs, "DoorOpen\"")); /* nothing is said of it */
	free(pairs);
}

/* Only names that can be taken for one another are compared, and the type alone is no value. */
static void test_what_is_compared(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .kind = "parameters", .name = "p.csv", .markdown = "# p.csv\n\n| MO | Parameter Name | Description | Type | Range |\n| --- | --- | --- | --- | --- |\n"
		"| NRCellCU | sleepStartLoad | Load of the cell below which it is put to sleep by the node when nobody calls. | int32 | 0..100 |\n"
		"| NRCellCU | restartTime | Time of the last restart of the cell, in the time zone of the node that it belongs to. | string |  |\n"
		"| NRCellCU | sleepOldLoad | Not used by the node in any of its cells since the release of the year before the last one. | int32 | 0..100 |\n"
		"| NRCellCU | lostThreshold | Threshold of lost connections in a row at which the node restarts a cell of its own. | int32 | 1..9 |\n"
		"| NRCellCU | loadThreshold | Threshold of load in percent at which the node sends new users to another cell. | int32 | 1..9 |\n"
		"| NRCellCU | sleepStopLoad | Load of the covering cell above which the sleeping cell is woken up by the node. | int32 | 0..100 |\n" });
	assert_non_null(strstr(pairs, "`NRCellCU.sleepStartLoad` and `NRCellCU.sleepOldLoad`"));
	assert_null(strstr(pairs, "`NRCellCU.lostThreshold` and")); /* what all thresholds are called makes none like another */
	assert_non_null(strstr(pairs, "the type `int32` and the range `0..100`"));
	assert_null(strstr(pairs, "`NRCellCU.restartTime` and"));
	assert_null(strstr(pairs, "and `NRCellCU.restartTime`"));
	free(pairs);
}

/* A state that the document does not name is not gone back to; what is obsolete is not set. */
static void test_what_is_not_set(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .markdown = IDENTITY
		"## Activate the Feature\n\n1. Take a backup of the node.\n2. Set featureState to ACTIVATED in FeatureState=CXC4019931.\n" });
	assert_non_null(strstr(pairs, "FeatureState=CXC4019931 featureState=ACTIVATED\n"));
	assert_null(strstr(pairs, "DEACTIVATED"));
	assert_null(strstr(pairs, "roll"));
	free(pairs);
	pairs = pairs_of((struct extract_input){ .kind = "parameters", .name = "p.csv", .markdown = "# p.csv\n\n| MO | Parameter Name | Description | Type | Range | Default | Obsolete |\n| --- | --- | --- | --- | --- | --- | --- |\n"
		"| NRCellCU | oldTimer | Time after which a connection that is not answered is set up for a second time. | int32 | 1..60 | 10 | Yes |\n"
		"| NRCellCU | newTimer | Time after which a connection that is not answered is set up for a second time. | int32 | 1..60 | 10 | No |\n" });
	assert_null(strstr(pairs, "cmedit set * NRCellCU.oldTimer"));
	assert_non_null(strstr(pairs, "cmedit set * NRCellCU.newTimer"));
	free(pairs);
}

/* What is said of an item elsewhere is no instruction out of its context, and "should be" is the item's verb. */
static void test_what_is_said_of_an_item(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .markdown = IDENTITY
		"## Parameters\n\n| Parameter | Type | Description |\n| --- | --- | --- |\n| NRCellDU.sleepTimer | Affected | Should be at least the round-trip delay of the cell and its neighbors. |\n| NRCellDU.sleepDelay | Affected | Set the time after which an empty cell is put to sleep. |\n\n"
		"## Finding Faults\n\nCheck whether sleepTimer is too high. The value of sleepTimer is read by the node once in an hour.\n" });
	assert_non_null(strstr(pairs, "hould be at least the round-trip delay"));
	assert_null(strstr(pairs, "the should"));
	assert_non_null(strstr(pairs, "Set the time after which"));
	assert_null(strstr(pairs, "is set the time"));
	assert_null(strstr(pairs, "feature.\n\nCheck whether"));
	assert_non_null(strstr(pairs, "The value of `sleepTimer`") ? pairs : strstr(pairs, "The value of sleepTimer"));
	free(pairs);
}

/* Parts that every feature has are asked about as such, in the feature's name. */
static void test_parts_of_a_feature(void **state)
{
	(void)state;
	char *pairs = pairs_of((struct extract_input){ .markdown = IDENTITY
		"## Limitations\n\nThe cell cannot be put to sleep while a user with an emergency call is connected. At most 12 cells of one node can sleep at the same time.\n\n"
		"## Network Impact\n\nThe first connection in a cell that was asleep takes up to 2 s longer. The number of handovers to the covering cell grows in the evening.\n" });
	assert_null(strstr(pairs, "\"Limitations\" in"));
	assert_non_null(strstr(pairs, "The cell cannot be put to sleep"));
	bool limits = strstr(pairs, "imit") && strstr(pairs, "Cell Sleep");
	assert_true(limits);
	for (const char *question = strstr(pairs, "U: "); question; question = strstr(question + 3, "\nU: "))
		assert_true(!memmem(question, strcspn(question + 3, "\n") + 3, "Network Impact", 14)); /* the heading is no thing */
	free(pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alarms_of_a_document),
		cmocka_unit_test(test_identity_is_asked_for_as_far_as_it_is_said),
		cmocka_unit_test(test_commands_of_procedures),
		cmocka_unit_test(test_rows_of_exports_are_complete),
		cmocka_unit_test(test_names_of_counters),
		cmocka_unit_test(test_what_is_not_answered_is_not_asked),
		cmocka_unit_test(test_alarms_of_sections),
		cmocka_unit_test(test_what_is_compared),
		cmocka_unit_test(test_what_is_not_set),
		cmocka_unit_test(test_what_is_said_of_an_item),
		cmocka_unit_test(test_parts_of_a_feature),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
