/* test_cmedit.c: which commands the validator lets through, how ranges are read, what the builders write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/pack_fixture.h"
#include "tests/unit/sample_document.h"
#include "tests/unit/support.h"
#include "workers/inference/cmedit.h"

static const struct cmedit_target targets[] = {
	{ TEXT_LITERAL("EUtranCellFDD.cellRange"), TEXT_LITERAL("1..100"), TEXT_LITERAL("15"), false },
	{ TEXT_LITERAL("EUtranCellFDD.qRxLevMin"), TEXT_LITERAL("-140 to -44"), TEXT_LITERAL("-124"), false },
	{ TEXT_LITERAL("MimoSleepFunction.sleepMode"), TEXT_LITERAL("0 (OFF), 1 (ON)"), TEXT_LITERAL("OFF"), false },
	{ TEXT_LITERAL("ENodeBFunction.eNBId"), TEXT_LITERAL("0..1048575"), TEXT_LITERAL(""), true },
};

static bool accepted(const char *command)
{
	struct error_text error = { 0 };
	int status = cmedit_check(domain, text_from(command), targets, COUNT_OF(targets), &error);
	assert_true(status == 0 || status == ERROR_INPUT_REJECTED);
	assert_true((status == 0) == (error.message[0] == '\0')); /* a refusal always has its reason */
	return status == 0;
}

static void test_commands_that_are_right(void **state)
{
	(void)state;
	assert_true(accepted("cmedit describe EUtranCellFDD.cellRange -t"));
	assert_true(accepted("cmedit get * EUtranCellFDD.cellRange -t"));
	assert_true(accepted("cmedit get * EUtranCellFDD.(cellRange,qRxLevMin) -t"));
	assert_true(accepted("cmedit get LTE01ERBS0001 FeatureState=CXC4011808 -t"));
	assert_true(accepted("cmedit get * EUtranCellFDD.pmRrcConnEstabSucc -t")); /* counters may be read */
	assert_true(accepted("cmedit set * EUtranCellFDD.cellRange 100 --preview"));
	assert_true(accepted("cmedit set NODE-1 EUtranCellFDD.cellRange 1"));
	assert_true(accepted("cmedit set * EUtranCellFDD.qRxLevMin -100"));
	assert_true(accepted("cmedit set * MimoSleepFunction.sleepMode ON"));
	assert_true(accepted("cmedit set * MimoSleepFunction.sleepMode 1"));
	assert_true(accepted("cmedit set * SectorCarrier.unknownHere 17"));
	assert_true(accepted("cmedit set * FeatureState=CXC4011808 featureState=ACTIVATED"));
	assert_true(accepted("cmedit set * FeatureState=CXC4011808 featureState=DEACTIVATED --preview"));
}

static void test_commands_that_are_wrong(void **state)
{
	(void)state;
	assert_false(accepted(""));
	assert_false(accepted("cmedit"));
	assert_false(accepted("cmedit get"));
	assert_false(accepted("amos get * EUtranCellFDD.cellRange"));
	assert_false(accepted("cmedit remove * EUtranCellFDD.cellRange"));
	assert_false(accepted("cmedit get * EUtranCellFDD.cellRange --force"));
	assert_false(accepted("cmedit get * eUtranCellFDD.cellRange -t"));
	assert_false(accepted("cmedit get * EUtranCellFDD.CellRange -t"));
	assert_false(accepted("cmedit get * EUtranCellFDD.() -t"));
	assert_false(accepted("cmedit get * EUtranCellFDD.(cellRange,) -t x"));
	assert_false(accepted("cmedit get -t EUtranCellFDD.cellRange"));
	assert_false(accepted("cmedit set * EUtranCellFDD.cellRange"));
	assert_false(accepted("cmedit set * EUtranCellFDD.cellRange --preview"));
	assert_false(accepted("cmedit set * EUtranCellFDD.cellRange 101"));
	assert_false(accepted("cmedit set * EUtranCellFDD.cellRange 0"));
	assert_false(accepted("cmedit set * EUtranCellFDD.cellRange big"));
	assert_false(accepted("cmedit set * EUtranCellFDD.qRxLevMin -141"));
	assert_false(accepted("cmedit set * EUtranCellFDD.(cellRange,qRxLevMin) 5"));
	assert_false(accepted("cmedit set * MimoSleepFunction.sleepMode AUTO"));
	assert_false(accepted("cmedit set * MimoSleepFunction.sleepMode 2"));
	assert_false(accepted("cmedit set * ENodeBFunction.eNBId 5"));             /* read only */
	assert_false(accepted("cmedit set * EUtranCellFDD.pmRrcConnEstabSucc 0")); /* a counter */
	assert_false(accepted("cmedit set * FeatureState=CXC4011808 featureState=ON"));
	assert_false(accepted("cmedit set * FeatureState=CXC4011808"));
	assert_false(accepted("cmedit set * FeatureState=CXC40 featureState=ACTIVATED"));
	assert_false(accepted("cmedit set * EUtranCellFDD.cellRange 5 --preview a b c d e f g h i j k l m"));
}

static bool allowed(const char *range, const char *initial, const char *value)
{
	struct cmedit_target target = { .range = text_from(range), .initial = text_from(initial) };
	return cmedit_value_allowed(&target, text_from(value));
}

static void test_ranges(void **state)
{
	(void)state;
	assert_true(allowed("0..100", "", "50"));
	assert_true(allowed("0 to 100", "", "100"));
	assert_true(allowed("0-100", "", "7"));
	assert_true(allowed("0\xE2\x80\x93" "100", "", "7"));
	assert_true(allowed("-30..-10", "", "-20"));
	assert_false(allowed("-30..-10", "", "20"));
	assert_true(allowed("0..10, 20..30", "", "25"));
	assert_false(allowed("0..10, 20..30", "", "15"));
	assert_true(allowed("0.5..2.5", "", "1.5"));
	assert_false(allowed("0.5..2.5", "", "3"));
	assert_true(allowed("false, true", "", "true"));
	assert_false(allowed("false, true", "", "tru"));
	assert_true(allowed("", "AUTO", "AUTO"));
	assert_false(allowed("", "", "1"));
	assert_false(allowed("1..2", "", ""));
	assert_false(allowed("0..99999999999999999999999999999999999999999999999999", "", "5x"));
}

static const char *example(const char *range, const char *initial)
{
	static char value[64];
	struct cmedit_target target = { .range = text_from(range), .initial = text_from(initial) };
	struct text found;
	if (!cmedit_example_value(&target, &found))
		return "none";
	assert_true(cmedit_value_allowed(&target, found));
	assert_true(found.data >= range && found.data + found.bytes <= range + strlen(range)); /* the range's own text */
	snprintf(value, sizeof(value), "%.*s", TEXT_ARGS(found));
	return value;
}

static void test_example_values(void **state)
{
	(void)state;
	assert_string_equal(example("1..100", "15"), "none"); /* nobody would choose an end of it */
	assert_string_equal(example("0, 10..100", "20"), "0");
	assert_string_equal(example("OFF, ON", "OFF"), "ON");
	assert_string_equal(example("false, true", "true"), "false");
	assert_string_equal(example("MS_5, MS_10, MS_20", "MS_5"), "MS_10");
	assert_string_equal(example("", "15"), "none");
	assert_string_equal(example("any text that a user likes", ""), "none");
}

static void test_builders_make_accepted_commands(void **state)
{
	(void)state;
	struct buffer out;
	buffer_init(&out, 4096);
	cmedit_describe(&out, targets[0].name);
	assert_true(accepted(buffer_string(&out)));
	buffer_clear(&out);
	cmedit_get(&out, "*", targets[0].name);
	assert_string_equal(buffer_string(&out), "cmedit get * EUtranCellFDD.cellRange -t");
	assert_true(accepted(buffer_string(&out)));
	buffer_clear(&out);
	cmedit_set(&out, "*", targets[0].name, TEXT_LITERAL("20"), true);
	assert_string_equal(buffer_string(&out), "cmedit set * EUtranCellFDD.cellRange 20 --preview");
	assert_true(accepted(buffer_string(&out)));
	buffer_clear(&out);
	cmedit_set_feature(&out, "*", TEXT_LITERAL("CXC4011808"), false, false);
	assert_string_equal(buffer_string(&out), "cmedit set * FeatureState=CXC4011808 featureState=DEACTIVATED");
	assert_true(accepted(buffer_string(&out)));
	buffer_clear(&out);
	cmedit_get_feature(&out, "*", TEXT_LITERAL("CXC4011808"));
	assert_true(accepted(buffer_string(&out)));
	buffer_done(&out);
}

static void test_random_commands(void **state)
{
	(void)state;
	static const char *const pieces[] = { "cmedit", "get", "set", "describe", "*", "-t", "--preview", "EUtranCellFDD.cellRange", "A.(", "A.(b", ".", "=", "A=", ")",
					      "FeatureState=", "featureState=", "-", "-1", "(", "A.b" };
	struct support_random random = { 99 };
	char command[512];
	for (int i = 0; i < 20000; i++) {
		size_t bytes = 0, count = support_random_below(&random, 8);
		command[0] = '\0';
		for (size_t k = 0; k < count; k++)
			bytes += (size_t)snprintf(command + bytes, sizeof(command) - bytes, "%s%s", pieces[support_random_below(&random, COUNT_OF(pieces))],
						  support_random_below(&random, 4) ? " " : "");
		(void)accepted(command);
	}
}

/* An end of a list of numbers is an extreme: the value beside the default is the example. */
static void test_example_of_a_list(void **state)
{
	struct text value;
	struct cmedit_target target = { .name = TEXT_LITERAL("NRCellCU.offset"), .range = TEXT_LITERAL("-24, -3, 0, 3, 24"), .initial = TEXT_LITERAL("0") };
	(void)state;
	assert_true(cmedit_example_value(&target, &value) && text_equal(value, TEXT_LITERAL("3")));
	target.initial = TEXT_LITERAL("24");
	assert_true(cmedit_example_value(&target, &value) && text_equal(value, TEXT_LITERAL("3")));
	target.initial = TEXT_LITERAL("");
	assert_true(cmedit_example_value(&target, &value) && text_equal(value, TEXT_LITERAL("-24")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example_of_a_list),
		cmocka_unit_test(test_commands_that_are_right), cmocka_unit_test(test_commands_that_are_wrong), cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_example_values), cmocka_unit_test(test_builders_make_accepted_commands), cmocka_unit_test(test_random_commands),
	};
	return cmocka_run_group_tests(tests, open_domain, close_domain);
}
