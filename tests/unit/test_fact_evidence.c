/* What the fact gate refuses an answer for, and what it must let pass: keys of tables, items and terms with their values, options, closed lists, units
 * of one thing, ranges; and values that a passage goes on about behind an attribute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fact_asserts.h"

static const char units_table[] = "| Unit | Power | Weight |\n| --- | --- | --- |\n| RU 2212 | 40 W | 14.5 kg |\n| RU 4418 | 60 W | 21 kg |\n";

static void test_rows_in_one_sentence(void **state)
{
	(void)state;
	assert_passes("The RU 2212 weighs 14.5 kg and the RU 4418 weighs 21 kg.", units_table);
	assert_passes("At 21 kg the RU 4418 is heavier than the RU 2212 with its 14.5 kg.", units_table);
	assert_refused("The RU 2212 weighs 21 kg and the RU 4418 weighs 14.5 kg.", units_table);
	assert_refused("The RU 4418 has a weight of 14.5 kg.", units_table);
	assert_passes("Up to 60 W and 21 kg are possible.", units_table); /* no key is named */
}

static void test_columns_in_one_sentence(void **state)
{
	(void)state;
	const char *table = "| | 22.Q2 | 22.Q4 |\n| --- | --- | --- |\n| Maximum carriers | 3 | 5 |\n| Cells per node | 12 | 18 |\n";
	assert_passes("A node has 12 cells in 22.Q2 and 18 in 22.Q4.", table);
	assert_refused("A node has 18 cells in 22.Q2 and 12 in 22.Q4.", table);
	assert_refused("A node has 12 cells in 22.Q3 and 18 in 22.Q4.", table);
}

static void test_attributes_are_refused_on_evidence(void **state)
{
	(void)state;
	const char *terms = "**`sort_memory` (`integer`)**\n\nMemory of a sort. The default is 64 MB.\n\n**`max_stack_depth` (`integer`)**\n\nDepth of the stack. The default is 2 MB.\n";
	assert_passes("Each sort may use sort_memory, 64 MB. The stack may grow to 2 MB.", terms);
	assert_refused("The default of sort_memory is 2 MB.", terms);
	const char *counters = "| Counter | Unit |\n| --- | --- |\n| pmRejected | 1 |\n\nCounters are reported every 15 minutes; pmTimeBusy is sampled each second.";
	assert_passes("Look at pmRejected. Reports come every 15 minutes.", counters);
}

static void test_attributes_in_words(void **state)
{
	(void)state;
	const char *table = "| Parameter | Default | Unit |\n| --- | --- | --- |\n| DrxProfile.longDrxCycle | 320 | ms |\n| DrxProfile.shortDrxCycle | 40 | ms |\n";
	assert_passes("The long cycle lasts 320 ms, the short one 40 ms.", table);
}

static void test_options_as_written(void **state)
{
	(void)state;
	const char *source = "**`-k`\n`--data-checksums`**\n\nUse checksums on data pages.\n\n**`-g`**\n\nLets group members read the files.\n";
	assert_passes("Checksums on data pages are turned on with `-k` or `--data-checksums`.", source);
	assert_refused("Checksums on data pages are turned on with `-K`.", source);
	assert_refused("Checksums on data pages are turned on with `--checksums`.", source);
	assert_refused("`-g` turns on checksums for the data pages; members of the group may read the files with `-k`.", source);
	const char *pieces = "**`--no-index-cleanup`**\n\nDo not remove index entries of dead tuples.\n\n**`--no-truncate`**\n\nDo not truncate empty pages at the end of the table.\n";
	assert_passes("Index entries of dead tuples stay with `--no-index-cleanup`, empty pages at the end of the table with `--no-truncate`.", pieces);
	assert_refused("Index entries of dead tuples stay with `--no-truncate`, empty pages at the end of the table with `--no-index-cleanup`.", pieces);
	assert_refused("Index entries of dead tuples stay with `--no-index`.", pieces);
	assert_passes("Use the option --size.", "The command has `size` as its option.");
}

static void test_closed_lists(void **state)
{
	(void)state;
	const char *table = "| Alarm | Severity |\n| --- | --- |\n| Branch Lost | critical |\n| Low Current | warning |\n";
	assert_passes("Branch Lost is critical, and Low Current just a warning.", table);
	assert_refused("Branch Lost is minor, and Low Current just a warning.", table);
	assert_refused("Branch Lost is a warning, and Low Current is critical.", table);
	assert_passes("A minor detail: the cell restarts.", "The cell restarts.");
	assert_refused("The default is `on`.", "Commit times are recorded. The default is `off`.");
}

static void test_units_of_one_thing(void **state)
{
	(void)state;
	assert_refused("A bare number is taken as kilobytes.", "A bare number is taken as megabytes.");
	assert_passes("A bare number is taken as MB.", "A bare number is taken as megabytes.");
	assert_passes("It takes a minute, that is 60 seconds.", "It takes 60 seconds.");
	assert_passes("Cluster B has 131 cells.", "| | A | B |\n| --- | --- | --- |\n| Cells | 84 | 131 |\n");
}

static void test_ranges_and_versions(void **state)
{
	(void)state;
	assert_passes("The timer can be between 50 and 500 ms.", "The timer is 50..500 ms, by default 300 ms.");
	assert_refused("The timer can be between 500 and 50 ms.", "The timer is 50..500 ms, by default 300 ms.");
	assert_passes("Both nodes need R22B or newer.", "Both nodes run software R22B or later.");
	assert_refused("Both nodes need R22B or older.", "Both nodes run software R22B or later.");
	assert_refused("Values come from `conf.py`.", "Values come from `pg_conf.py` or `conf`.");
}

static void test_commands_of_the_passage(void **state)
{
	(void)state;
	const char *source = "Block it with `cmedit set NODE1 RfBranch=2 supervision=DISABLED`.";
	assert_passes("Run `cmedit set NODE1 RfBranch=2 supervision=DISABLED`.", source);
	assert_refused("Run `cmedit set NODE1 RfBranch=2 supervision=DEACTIVATED`.", source);
	assert_refused_for("Try `cmedit get NODE1 RfBranch=2 supervision=DISABLED` first.", source, "DISABLED"); /* reads, and sets nothing */
	assert_passes("See what it is with `cmedit get NODE1 RfBranch=2 supervision`; block it by `cmedit set NODE1 RfBranch=2 supervision=DISABLED`.", source);
	assert_passes("Look for it by `cmedit get NODE1 RfBranch.(supervision==DISABLED)` then.", source);
	assert_passes("So `cmedit get NODE1 RfBranch=2 supervision=DISABLED` looks for it.", "Find it: `cmedit get NODE1 RfBranch=2 supervision=DISABLED` shows those.");
}

static void test_quantities_said_twice(void **state)
{
	(void)state;
	assert_passes("It lasts two weeks, that is 14 days.", "It lasts 14 days.");
	assert_passes("It takes five minutes, i.e. 300 s.", "It takes 300 s.");
	assert_refused_for("It lasts three weeks, that is 14 days.", "It lasts 14 days.", "three");
	assert_refused_for("It lasts two weeks.", "It lasts 14 days.", "two"); /* arithmetic alone */
	assert_passes("It has three modes, and AUTO is the default.", "Its modes are OFF, AUTO and FULL; the default is AUTO.");
	assert_refused_for("It is read every ten seconds.", "The chip's inputs are ten in all. They are read every 5 s.", "ten");
}

static void test_keys_with_numbers(void **state)
{
	(void)state;
	const char *table = "| Radio | Power | Weight | Consumption |\n| --- | --- | --- | --- |\n| RRU 3301 | 2 x 60 W | 17 kg | 410 W |\n| RRU 3305 | 4 x 40 W | 21 kg | 520 W |\n| RRU 3312 | 2 x 80 W | 24 kg | 560 W |\n";
	assert_passes("RRU 3301 and RRU 3305 need 410 W and 520 W.", table);
	assert_refused("RRU 3301 and RRU 3305 need 520 W and 410 W.", table);
}

static void test_lines_that_begin_with_a_name(void **state)
{
	(void)state;
	const char *lines = "minShare: share that is kept. Default 0.\nmaxShare: share that is never exceeded. Default 100.\nownShare: share that nobody else may use. Default 0, at most 50.\n";
	assert_passes("The default of maxShare is 100, that of minShare 0.", lines);
	assert_refused("The default of maxShare is 0, that of minShare 100.", lines);
}

static void test_paths_and_commands(void **state)
{
	(void)state;
	const char *source = "Write 1 to /sys/module/zswap/parameters/enabled, or boot with `zswap.enabled=0`. The trade-off is active use of time.";
	assert_passes("Write 1 to /sys/module/zswap/parameters/enabled.", source);
	assert_refused_for("Write 1 to /sys/module/zswap/parameters/on.", source, "on");
	assert_passes("It may be read and/or written while it is active.", source);
	assert_refused_for("Boot with `zswap.enabled=off`.", source, "off");
	const char *options = "- **`-s`\n  `--secs-per-test`**: number of seconds for each test.\n";
	assert_refused_for("Change `--seconds` for longer tests.", options, "seconds");
}

/* One item of many thousand words, and one value all over it: what is looked at stays bounded. */
static void test_a_huge_item(void **state)
{
	enum { TIMES = 40000 };
	static const char head[] = "- **sizeLimit**: default 7 MB", more[] = ", limit 7 for size and delayTimer";
	(void)state;
	char *source = malloc(sizeof(head) + (sizeof(more) - 1) * TIMES);
	assert_non_null(source);
	memcpy(source, head, sizeof(head));
	for (size_t i = 0; i < TIMES; i++)
		memcpy(source + sizeof(head) - 1 + i * (sizeof(more) - 1), more, sizeof(more));
	assert_passes("The sizeLimit is 7 MB, the limit of the delayTimer 7, and the size limit for the delay is 7.", source);
	assert_refused("The sizeLimit is 8 MB, the limit of the delayTimer 7, and the size limit for the delay is 7.", source);
	free(source);
}

/* A value that nothing rivals needs no weights, nor does one in the passage's own words; beside it others are weighed as ever. */
static void test_values_without_rivals_beside_others(void **state)
{
	(void)state;
	const char *source = "# Units\n\n- RU 2212: weighs 14.5 kg and takes 40 W at the mast.\n- RU 4418: weighs 21 kg and takes 65 W at the mast.\n- RU 8843: weighs 30 kg and takes 90 W at the mast.\n\n"
			     "The housing is red and 7 mm thick.\n";
	assert_passes("Each unit has a red housing of 7 mm.", source);
	assert_passes("Each unit has a red housing of 7 mm; the RU 8843 has 30 kg, the RU 4418 21 kg.", source);
	assert_refused_for("Each unit has a red housing of 7 mm; the RU 8843 has 30 kg, the RU 4418 14.5 kg.", source, "4418");
	assert_refused_for("The RU 2212 takes 65 W and weighs 14.5 kg.", source, "65");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_in_one_sentence), cmocka_unit_test(test_columns_in_one_sentence), cmocka_unit_test(test_attributes_are_refused_on_evidence),
		cmocka_unit_test(test_attributes_in_words), cmocka_unit_test(test_options_as_written), cmocka_unit_test(test_closed_lists),
		cmocka_unit_test(test_units_of_one_thing), cmocka_unit_test(test_ranges_and_versions), cmocka_unit_test(test_commands_of_the_passage),
		cmocka_unit_test(test_a_huge_item), cmocka_unit_test(test_quantities_said_twice), cmocka_unit_test(test_keys_with_numbers),
		cmocka_unit_test(test_lines_that_begin_with_a_name), cmocka_unit_test(test_paths_and_commands),
		cmocka_unit_test(test_values_without_rivals_beside_others),
	};
	return cmocka_run_group_tests(tests, fact_asserts_setup, fact_asserts_teardown);
}
