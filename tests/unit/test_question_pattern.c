/* test_question_pattern.c: what of a question is masked, and how various the questions of a dataset are by that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/question_pattern.h"
#include "tests/unit/sample_document.h"
#include "tests/unit/support.h"

static void check(const struct domain *domain, const char *question, const char *pattern, const char *first_word)
{
	struct buffer out;
	buffer_init(&out, 4096);
	question_pattern(domain, text_from(question), &out);
	assert_string_equal(buffer_string(&out), pattern);
	buffer_clear(&out);
	question_first_word(text_from(question), &out);
	assert_string_equal(buffer_string(&out), first_word);
	buffer_done(&out);
}

static void test_what_is_masked(void **state)
{
	(void)state;
	struct domain *domain = sample_domain("ran");
	check(domain, "How is EUtranCellFDD.cellRange described in Parameters.csv?", "how is * described in *?", "how");
	check(domain, "What does \"the end, of all\" say about `x y`?", "what does * say about *?", "what");
	check(domain, "\"Fan Failure\": what should I do?", "*: what should i do?", "*");
	check(domain, "For Carrier Aggregation Release 3, what is 42?", "for *, what is *?", "for");
	check(domain, "What triggers the release of the zebra after sunset?", "what triggers the * of the * after *?", "what"); /* no common words */
	check(domain, "I see it. Which one?", "i see it. which one?", "i");
	check(domain, "I see it. Vienna?", "i see it. *?", "i");
	check(domain, "pmDrxSleepTime: what is counted here?", "*: what is counted here?", "*");
	check(domain, "  Can   you\nexplain  the feature's use?  ", "can you explain the feature's use?", "can");
	check(domain, "Overcoming it, how?", "* it, how?", "overcoming"); /* the word itself where it is no name */
	check(domain, "What is \"half known?", "what is * known?", "what");
	check(domain, "", "", "");
	check(domain, "?", "?", "");
	check(domain, "\"", "", "");
	check(domain, "Über Größe, etwas?", "*, *?", "Über");
	domain_destroy(domain);
}

static void test_without_a_pack(void **state)
{
	(void)state;
	check(NULL, "Why does the zebra of Vienna run 3 times?", "why does the zebra of * run * times?", "why");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_what_is_masked), cmocka_unit_test(test_without_a_pack) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
