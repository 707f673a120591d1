/* What a passage says word by word supports an answer whatever else the gate makes of it; a value of it beside another name does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fact_asserts.h"
#include "workers/inference/generate.h"
#include "workers/inference/passage.h"
#include "workers/inference/passage_quote.h"

/* At any word of the source: the gate looks where the source has the statement's first word. */
static bool quotes_piece(const char *source, const char *statement, unsigned piece, size_t *steps)
{
	size_t word = strcspn(statement, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\xE4");
	for (size_t at = 0; at < strlen(source) && word < strlen(statement); at++)
		if (passage_quotes_at(text_from(source), at, text_from(statement), word, piece, steps))
			return true;
	return false;
}

static bool quotes(const char *source, const char *statement)
{
	size_t steps = 100000;
	return quotes_piece(source, statement, 0, &steps);
}

static void test_formatting_does_not_count(void **state)
{
	(void)state;
	assert_true(quotes("See: **the timer**: `T304` is *100 ms*.", "The timer: T304 is 100 ms."));
	assert_true(quotes("a | b\n| T304 | 100 ms |\n", "| T304 | 100 ms |"));
	assert_true(quotes("> - Set \\_max\\_ to\n>   [the limit](limit.html#here) of 5.\n", "- Set _max_ to the limit of 5."));
	assert_true(quotes("Hertz und T304 \xE3\x80\x82" "\xE4\xBD\xA0\xE7\x94\xA8\xE3\x80\x82", "\xE4\xBD\xA0 \xE7\x94\xA8"));
	assert_false(quotes("The timer T304 is 100 ms.", "The timer T304 is 10 ms."));
	assert_false(quotes("The timer T304 is 100 ms.", "The timer T310 is 100 ms."));
}

static void test_signs_count(void **state)
{
	(void)state;
	assert_false(quotes("The limit is -5.", "The limit is 5."));
	assert_false(quotes("The limit is 10.5.", "The limit is 10"));
	assert_false(quotes("The rate is 10%.", "The rate is 10"));
	assert_false(quotes("Use a-limit 5 here.", "limit 5 here"));
	assert_false(quotes("x < 5", "x > 5"));
	assert_false(quotes("ab", "a b"));
	assert_true(quotes("run x --size 5", "run x --size 5"));
	assert_false(quotes("run x --size 5", "run x -size 5"));
}

static void test_whole_statements(void **state)
{
	(void)state;
	assert_false(quotes("It is not said that the cell waits 10 ms.", "The cell waits 10 ms."));
	assert_false(quotes("The cell waits 10 ms less.", "The cell waits 10 ms."));
	assert_true(quotes("It waits: the cell waits 10 ms, then it reports.", "The cell waits 10 ms."));
	size_t steps = 1000;
	const char *source = "It is not said that the cell waits 10 ms less.";
	assert_true(quotes_piece(source, "the cell waits 10 ms", PASSAGE_CUT_BEFORE | PASSAGE_CUT_BEHIND, &steps));
	assert_false(quotes("", "a"));
	assert_false(quotes("a", ""));
	assert_false(quotes("a", "..."));
}

/* What begins alike again and again ends when its steps are used up. */
static void test_steps_are_bounded(void **state)
{
	(void)state;
	size_t steps = 10;
	assert_false(quotes_piece("a b c d e f g h i j k l m n o p", "a b c d e f g h i j k l m n o p", 0, &steps));
	assert_int_equal(steps, 0);
	steps = 100;
	assert_true(quotes_piece("a b c d e f g h i j k l m n o p", "a b c d e f g h i j k l m n o p", 0, &steps));
}

static void test_code_and_lists_as_they_stand(void **state)
{
	(void)state;
	const char *code = "Make the nodes:\n\n```\nmknod /dev/hvcs0 c 254 0\nmknod /dev/hvcs1 c 254 1\n```\n\nThe unit is `code` here.\n";
	assert_passes("```\nmknod /dev/hvcs0 c 254 0\nmknod /dev/hvcs1 c 254 1\n```", code);
	assert_refused("```\nmknod /dev/hvcs0 c 254 2\nmknod /dev/hvcs1 c 254 1\n```", code);
	const char *plan = "```\nGather  (cost=1000.00..217018.43 rows=1 width=97)\n  Workers Planned: 2\n  ->  Scan on t  (cost=0.00..216018.33 rows=1 width=97)\n```\n";
	assert_passes("The plan:\n\n```\nGather  (cost=1000.00..217018.43 rows=1 width=97)\n  Workers Planned: 2\n  ->  Scan on t  (cost=0.00..216018.33 rows=1 width=97)\n```", plan);
	assert_refused("The plan:\n\n```\nGather  (cost=1000.00..217018.43 rows=1 width=97)\n  Workers Planned: 3\n```", plan);
}

/* A value stands literally, and beside another name. */
static void test_literal_values_beside_wrong_names(void **state)
{
	(void)state;
	const char *terms = "**`sort_memory` (`integer`)**\n\nMemory of a sort. The default is 64 MB.\n\n**`max_stack_depth` (`integer`)**\n\nDepth of the stack. The default is 2 MB.\n";
	assert_refused_for("The parameter `sort_memory` is the memory of a sort. The default is 2 MB.", terms, "2");
	assert_passes("The parameter `max_stack_depth` is the depth of the stack. The default is 2 MB.", terms);
	const char *table = "| Timer | Value |\n| --- | --- |\n| T304 | 100 ms |\n| T310 | 200 ms |\n";
	assert_refused("The value of T304 is 200 ms.", table);
	assert_refused("- T304: 200 ms\n- T310: 100 ms", table);
}

/* "Unit: ms" stands below two attributes. */
static void test_what_goes_on_is_quoted_with_what_it_goes_on_about(void **state)
{
	(void)state;
	const char *source = "- **waitTime**: time before it reports.\n  Default: 10\n  Unit: `ms`\n  Modes: FAST, FULL\n\n- **stepSize**: size of a step.\n  Default: 7\n  Unit: `kHz`\n  Modes: SLOW, OFF\n";
	assert_passes("The attribute `waitTime` is a time.\n\n- Default: 10\n- Unit: `ms`\n- Modes: FAST, FULL", source);
	assert_refused_for("The attribute `waitTime` is a time.\n\n- Default: 10\n- Unit: `kHz`\n- Modes: FAST, FULL", source, "kHz");
	assert_refused_for("The attribute `waitTime` is a time.\n\n- Default: 10\n- Unit: `ms`\n- Modes:\n  - FAST\n  - OFF", source, "OFF");
	const char *pool = "# Pool\n\nThe workers of `pool_size` come first.\n\nThe default value is 2.\n\n# Queue\n\n`queue_size`: what waits. The default value is 9.\n";
	assert_passes("`queue_size`: what waits. The default value is 9.", pool);
}

/* What stands literally is not weighed: its facts are counted all the same, and what looks like it is judged as ever. */
static void test_literal_sentences_have_their_facts(void **state)
{
	(void)state;
	static const struct { const char *answer; size_t facts, supported; } answers[] = {
		{ "The timer T304 of `anrFunction.maxRetry` waits 100 ms.", 3, 3 }, /* as it stands; a name with a point is one fact */
		{ "Here the timer T304 of `anrFunction.maxRetry` waits 100 ms.", 3, 3 },
		{ "The timer T304 of `anrFunction.maxRetry` waits 200 ms.", 3, 2 },
		{ "`maxRetry` waits 100 ms.", 2, 2 },
		{ "It reports by `xsend --now`. The timer T310 of `anrFunction.minRetry` waits 200 ms.", 5, 5 },
		{ "It reports by `xsend --then`. The timer T310 of `anrFunction.minRetry` waits 200 ms.", 5, 4 },
	};
	const char *source = "The timer T304 of `anrFunction.maxRetry` waits 100 ms. Then it reports. The timer T310 of `anrFunction.minRetry` waits 200 ms.\nIt reports by `xsend --now`.\n";
	struct passage passage;
	passage_init(&passage, fact_asserts_domain());
	assert_int_equal(passage_index(&passage, text_from(source)), 0);
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		struct passage_verdict verdict;
		passage_check(&passage, text_from(answers[i].answer), &verdict);
		assert_int_equal(verdict.facts, answers[i].facts);
		assert_int_equal(verdict.supported, answers[i].supported);
	}
	passage_done(&passage);
}

static void test_prepositions_are_no_comparisons_of_names(void **state)
{
	(void)state;
	assert_passes("It is licensed under `CXC4018127`.", "Handover over Xn cxc: CXC4018127\n");
	assert_refused("It needs R22B or older.", "It needs R22B or newer.");
	assert_refused("The load is under 10 %.", "The load is over 10 %.");
	assert_passes("It runs again. One step is left.", "All of it runs again (it was stopped) One step is left.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formatting_does_not_count), cmocka_unit_test(test_signs_count), cmocka_unit_test(test_whole_statements),
		cmocka_unit_test(test_steps_are_bounded), cmocka_unit_test(test_code_and_lists_as_they_stand), cmocka_unit_test(test_literal_values_beside_wrong_names),
		cmocka_unit_test(test_what_goes_on_is_quoted_with_what_it_goes_on_about), cmocka_unit_test(test_literal_sentences_have_their_facts),
		cmocka_unit_test(test_prepositions_are_no_comparisons_of_names),
	};
	return cmocka_run_group_tests(tests, fact_asserts_setup, fact_asserts_teardown);
}
