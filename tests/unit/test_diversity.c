/* test_diversity.c: how various the questions of a dataset are: the measure, its shares, the bars. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "coordinator/dataset/diversity.h"
#include "tests/unit/support.h"

static struct settings settings;

static int open_settings(void **state)
{
	(void)state;
	settings_init(&settings);
	return 0;
}

static int close_settings(void **state)
{
	(void)state;
	settings_done(&settings);
	return 0;
}

/* Questions 0 to count − 1, of `patterns` patterns in turn: the words of a pattern are masked nowhere. */
static void measure(unsigned count, unsigned patterns, struct diversity_summary *ret_summary)
{
	static const char *const words[] = { "what", "how", "which", "when", "where", "why", "can", "could", "is", "are" };
	struct diversity diversity;
	char question[200];
	assert_int_equal(diversity_init(&diversity, &settings, "/nowhere"), 0);
	for (unsigned i = 0; i < count; i++) {
		unsigned pattern = i % patterns;
		snprintf(question, sizeof(question), "%s %s %s %s NRCellDU.name%u?", words[pattern % 10], words[pattern / 10 % 10], words[pattern / 100 % 10],
			 words[pattern / 1000], i);
		assert_int_equal(diversity_add(&diversity, text_from(question)), 0);
	}
	diversity_measure(&diversity, &settings, ret_summary);
	diversity_done(&diversity);
}

static void assert_near(double value, double expected)
{
	if (fabs(value - expected) > 1e-4)
		fail_msg("%f is not %f", value, expected);
}

static void test_the_measure(void **state)
{
	(void)state;
	struct diversity_summary summary;
	measure(0, 1, &summary);
	assert_int_equal(summary.questions, 0);
	assert_true(summary.diversity_held && summary.first_word_held && summary.pattern_held && !summary.judged);
	measure(1, 1, &summary);
	assert_near(summary.diversity, 1);
	assert_near(summary.in_hundred, 1);
	measure(4, 4, &summary);
	assert_near(summary.diversity, 1);
	assert_near(summary.in_hundred, 1);
	measure(4, 2, &summary); /* ln 2 / ln 4 */
	assert_near(summary.diversity, 0.5);
	assert_near(summary.in_hundred, 0.5);
	assert_int_equal(summary.patterns, 2);
	assert_near(summary.effective_patterns, 2);
	measure(200, 1, &summary);
	assert_near(summary.diversity, 0);
	assert_near(summary.in_hundred, 0.01);
	measure(3, 2, &summary); /* two and one; one pair of three draws the same */
	assert_near(summary.diversity, (log(3) - 2.0 / 3 * log(2)) / log(3));
	measure(400, 200, &summary); /* two of each: a pattern is missing with the chance 300·299 / (400·399) */
	assert_near(summary.in_hundred, 2 * (1 - 300.0 * 299 / (400.0 * 399)));
}

static void test_size_alone_changes_nothing(void **state)
{
	(void)state;
	struct diversity_summary small, large;
	measure(2000, 300, &small);
	measure(30000, 300, &large);
	assert_true(fabs(small.diversity - large.diversity) < 0.001);
	assert_near(large.diversity, log(300) / log(1000));
	assert_false(large.diversity_held);
	measure(30000, 1500, &large);
	assert_near(large.diversity, 1);
	assert_true(large.diversity_held);
}

static void test_shares_and_bars(void **state)
{
	(void)state;
	struct diversity_summary summary;
	measure(99, 9, &summary); /* too few to be judged */
	assert_true(summary.first_word_held && !summary.judged);
	measure(100, 10, &summary);
	assert_true(summary.judged && summary.first_word_held && !summary.pattern_held && !summary.diversity_held);
	assert_int_equal(summary.first_words.count, 10);
	assert_near(summary.first_words.items[0].share, 0.1);
	assert_string_equal(summary.first_words.items[0].text, "are"); /* on a tie in order of the text */
	assert_string_equal(summary.beginnings.items[0].text, "are what what");
	assert_string_equal(summary.common_patterns.items[0].text, "are what what what *?");
	measure(102, 8, &summary); /* 13 of 102 */
	assert_false(summary.first_word_held);
	assert_near(summary.first_words.items[0].share, 13.0 / 102);
	assert_string_equal(summary.first_words.items[0].text, "how"); /* six have 13, the others 12 */
	measure(1300, 130, &summary);
	assert_int_equal(summary.beginnings.count, DIVERSITY_MOST_MAX);
	assert_true(summary.pattern_held);
}

static void test_long_and_odd_questions(void **state)
{
	(void)state;
	struct diversity diversity;
	struct diversity_summary summary;
	char *question = malloc(100001);
	assert_non_null(question);
	for (size_t i = 0; i < 100000; i++)
		question[i] = i % 4 == 3 ? ' ' : "what"[i % 4];
	question[100000] = 0;
	assert_int_equal(diversity_init(&diversity, &settings, "/nowhere"), 0);
	assert_int_equal(diversity_add(&diversity, text_from(question)), 0);
	assert_int_equal(diversity_add(&diversity, text_from("")), 0);
	assert_int_equal(diversity_add(&diversity, text_from("? \" `")), 0);
	diversity_measure(&diversity, &settings, &summary);
	assert_int_equal(summary.questions, 3);
	assert_int_equal(summary.patterns, 3);
	assert_near(summary.diversity, 1);
	diversity_done(&diversity);
	free(question);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_measure), cmocka_unit_test(test_size_alone_changes_nothing), cmocka_unit_test(test_shares_and_bars),
		cmocka_unit_test(test_long_and_odd_questions),
	};
	return cmocka_run_group_tests(tests, open_settings, close_settings);
}
