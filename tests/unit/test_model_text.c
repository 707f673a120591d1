/* What stands round the questions and answers of models, and is no part of them. */
#include "tests/unit/planned.h"
#include "workers/inference/model_pairs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef bool put_into_form(const struct phrases *mentions, struct text text, struct buffer *out, struct buffer *reason);

struct form { const char *written, *kept; };

static void check(put_into_form *put, const struct form *samples, size_t count)
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
	static const struct form samples[] = {
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
	static const struct form samples[] = {
		{ "\"LOCKED\" or \"UNLOCKED\"", "\"LOCKED\" or \"UNLOCKED\"" },
		{ "\"It is LOCKED.\"", "It is LOCKED." },
		{ "**Answer:** It is LOCKED.", "It is LOCKED." },
		{ "A: It is LOCKED.</s>", "It is LOCKED." },
		{ "A3: the neighbour is better.", "A3: the neighbour is better." },
		{ "1. Lock the cell.\n2. Unlock it.", "1. Lock the cell.\n2. Unlock it." },
		{ "**LOCKED** and **UNLOCKED**", "**LOCKED** and **UNLOCKED**" },
		{ "It ends.<|eot_id|>\n<|endoftext|>", "It ends." },
		{ "*It is LOCKED.", "It is LOCKED." },
		{ "* Lock it.", "* Lock it." },
		{ "It is 3 * 4.", "It is 3 * 4." },
		{ "<p>It is LOCKED.</p>", "It is LOCKED." },
	};
	(void)state;
	check(model_answer, samples, COUNT_OF(samples));
}

/* Filled up with sentences of its source it would be "… behind a hill,. For each …". */
static void answers_that_break_off_are_none(void **state)
{
	static const char *const broken[] = { "The RSRP of the best neighbor behind a hill,", "The cell is locked (", "It has these: [" };
	struct phrases phrases;
	struct buffer out, reason;

	(void)state;
	assert_int_equal(phrases_init(&phrases, NULL, 0), 0);
	buffer_init(&out, 4096);
	buffer_init(&reason, 4096);
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		buffer_clear(&out);
		buffer_clear(&reason);
		assert_false(model_answer(&phrases, text_from(broken[i]), &out, &reason));
		assert_true(text_starts_with(buffer_view(&reason), TEXT_LITERAL("the answer breaks off: it ends in \"")));
	}
	buffer_done(&out);
	buffer_done(&reason);
	phrases_done(&phrases);
}

static void captions_fill_nothing_up(void **state)
{
	struct planned planned;
	struct prose prose;
	struct buffer answer;
	(void)state;
	planned_open(&planned);
	buffer_init(&answer, 4096);
	assert_int_equal(prose_init(&prose, planned.domain), 0);
	buffer_append_string(&answer, "The cell is locked");
	model_lengthen(&prose, TEXT_LITERAL("Key performance indicators of the feature in the node"), 100, &answer);
	assert_string_equal(buffer_string(&answer), "The cell is locked");
	model_lengthen(&prose, TEXT_LITERAL("The operator locks the cell before the hardware is replaced. The cell is unlocked when the new unit has started. No more is said of it."), 70, &answer);
	assert_string_equal(buffer_string(&answer), "The cell is locked. The operator locks the cell before the hardware is replaced.");
	buffer_done(&answer);
	prose_done(&prose);
	planned_close(&planned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_lose_numbers_labels_and_quotes),
		cmocka_unit_test(answers_keep_what_is_theirs),
		cmocka_unit_test(answers_that_break_off_are_none),
		cmocka_unit_test(captions_fill_nothing_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
