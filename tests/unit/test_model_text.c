/* What stands round the questions and answers of models, and is no part of them. */
#include "workers/inference/model_pairs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef bool put_into_form(const struct phrases *mentions, struct text text, struct buffer *out, struct buffer *reason);

struct sample { const char *written, *kept; };

static void check(put_into_form *put, const struct sample *samples, size_t count)
{
	static const struct text mentions[] = { TEXT_LITERAL("the document"), TEXT_LITERAL("the text") };
	struct phrases phrases;
	struct buffer out, reason;

	assert_int_equal(phrases_init(&phrases, mentions, COUNT_OF(mentions)), 0);
	buffer_init(&out, 4096);
	buffer_init(&reason, 4096);
	for (size_t i = 0; i < count; i++) {
		buffer_clear(&out);
		buffer_clear(&reason);
		if (!put(&phrases, text_from(samples[i].written), &out, &reason))
			fail_msg("%s: %s", samples[i].written, buffer_string(&reason));
		assert_string_equal(buffer_string(&out), samples[i].kept);
	}
	buffer_done(&out);
	buffer_done(&reason);
	phrases_done(&phrases);
}

static void questions_lose_numbers_labels_and_quotes(void **state)
{
	static const struct sample samples[] = {
		{ "1. What does TTI Bundling do?", "What does TTI Bundling do?" },
		{ "2) What does it do?", "What does it do?" },
		{ "- What does it do?", "What does it do?" },
		{ "Q3: What does it do?", "What does it do?" },
		{ "**Question 2:** What does it do?", "What does it do?" },
		{ "Question: \"What does it do?\"", "What does it do?" },
		{ "“What does it do?”", "What does it do?" },
		{ "'What is the cell's range?'", "What is the cell's range?" },
		{ "**What does it do?**", "What does it do?" },
		{ "What does it do?<|im_end|>", "What does it do?" },
		{ "According to the text, what does it do?", "What does it do?" },
		{ "5G or LTE: which of both is meant?", "5G or LTE: which of both is meant?" },
		{ "Is the state \"LOCKED\"?", "Is the state \"LOCKED\"?" },
		{ "Quality of service: what is it?", "Quality of service: what is it?" },
	};
	(void)state;
	check(model_question, samples, COUNT_OF(samples));
}

static void answers_keep_what_is_theirs(void **state)
{
	static const struct sample samples[] = {
		{ "\"LOCKED\" or \"UNLOCKED\"", "\"LOCKED\" or \"UNLOCKED\"" },
		{ "\"It is LOCKED.\"", "It is LOCKED." },
		{ "**Answer:** It is LOCKED.", "It is LOCKED." },
		{ "A: It is LOCKED.</s>", "It is LOCKED." },
		{ "A3: the neighbour is better.", "A3: the neighbour is better." },
		{ "1. Lock the cell.\n2. Unlock it.", "1. Lock the cell.\n2. Unlock it." },
		{ "**LOCKED** and **UNLOCKED**", "**LOCKED** and **UNLOCKED**" },
		{ "It ends.<|eot_id|>\n<|endoftext|>", "It ends." },
	};
	(void)state;
	check(model_answer, samples, COUNT_OF(samples));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_lose_numbers_labels_and_quotes),
		cmocka_unit_test(answers_keep_what_is_theirs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
