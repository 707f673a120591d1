/* test_model_plan.c: which calls a document needs, their prompts, schemas and examples. */
#include "tests/unit/planned.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct planned planned;

static int open_all(void **state)
{
	(void)state;
	planned_open(&planned);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	planned_close(&planned);
	return 0;
}

static void the_plan_is_the_same_every_time_and_fits(void **state)
{
	static const uint64_t contexts[] = { 0, 16384, 4096, 2500 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(contexts); i++) {
		const struct plan_limits limits = { .context_tokens = contexts[i], .reply_tokens = 4096 };
		struct plan plan, again;
		uint32_t pairs = 0, end = 0, pieces = 0;
		assert_int_equal(plan_make(&planned.settings, planned.domain, &planned.sample.document, &limits, &plan), 0);
		assert_int_equal(plan_make(&planned.settings, planned.domain, &planned.sample.document, &limits, &again), 0);
		assert_int_equal(plan.count, again.count);
		assert_memory_equal(plan.calls, again.calls, plan.count * sizeof(*plan.calls));
		for (size_t k = 0; k < plan.count; k++) {
			const struct plan_call *call = &plan.calls[k];
			uint32_t kinds = 0;
			for (size_t q = 0; q < CONVERSATION_QUESTION_COUNT; q++)
				kinds += call->kinds[q];
			assert_true(call->family != PLAN_PAIRS || kinds == call->count);
			pairs += call->family == PLAN_PAIRS ? call->count : 0;
			pieces += call->family == PLAN_PAIRS;
			assert_true(call->span.offset >= end || call->family != PLAN_PAIRS);
			end = call->family == PLAN_PAIRS ? call->span.offset + call->span.bytes : end;
			if (contexts[i])
				assert_true((double)(call->span.bytes + call->header.bytes) / 2.2 + (double)call->max_tokens + 1200 <= (double)contexts[i] + 1);
			if (call->header.bytes) /* a piece that begins inside a table has its header */
				assert_true(text_starts_with(document_span(&planned.sample.document, call->header), TEXT_LITERAL("| ")));
		}
		assert_true(pieces > 0 && pairs <= plan.pairs_wanted);
		assert_true(pairs == plan.pairs_wanted || pairs == pieces * PLAN_PAIRS_PER_CALL_MAX);
		plan_done(&plan);
		plan_done(&again);
	}
}

/* One chunk, and more pairs than one call asks for: its halves are asked about. */
static void a_document_of_one_chunk_gets_all_its_pairs(void **state)
{
	const struct plan_limits limits = { .context_tokens = 32768, .reply_tokens = 4096 };
	struct settings many = planned.settings;
	struct document one = planned.sample.document;
	struct document_chunk whole = one.chunks[0];
	struct plan plan;
	uint32_t pairs = 0;
	(void)state;
	whole.span = (struct document_range){ 0, (uint32_t)one.markdown.bytes };
	one.chunks = &whole;
	one.chunk_count = 1;
	many.generate.pairs_fast = many.generate.pairs_balanced = many.generate.pairs_quality = many.generate.pairs_document_max = 20;
	assert_int_equal(plan_make(&many, planned.domain, &one, &limits, &plan), 0);
	for (size_t i = 0; i < plan.count; i++)
		pairs += plan.calls[i].family == PLAN_PAIRS ? plan.calls[i].count : 0;
	assert_int_equal(plan.pairs_wanted, 20);
	assert_int_equal(pairs, 20);
	plan_done(&plan);
}

static size_t common_beginning(const struct buffer *a, const struct buffer *b)
{
	size_t i = 0;
	while (i < a->bytes && i < b->bytes && a->data[i] == b->data[i])
		i++;
	return i;
}

static void calls_about_a_piece_begin_with_the_same_bytes(void **state)
{
	struct buffer texts[3];
	const enum plan_family families[] = { PLAN_PAIRS, PLAN_DIALOGUE, PLAN_JUDGE };
	const struct plan_texts others = { .known = TEXT_LITERAL("a, b"), .numbered = TEXT_LITERAL("1. x") };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct plan_call call = planned_whole_call(&planned, families[i]);
		call.summary = call.items = i == 0;
		buffer_init(&texts[i], 1 << 20);
		plan_write_prompt(&planned.settings, &planned.sample.document, &planned.prompts, &call, &others, i == 0, &texts[i]);
		assert_int_equal(texts[i].status, 0);
		assert_true(text_find(buffer_view(&texts[i]), TEXT_LITERAL("{")) < 0 || i == 0);
	}
	for (size_t i = 1; i < 3; i++)
		assert_true(common_beginning(&texts[0], &texts[i]) > planned.sample.document.markdown.bytes);
	for (size_t i = 0; i < 3; i++)
		buffer_done(&texts[i]);
}

static void schemas_are_json_and_examples_keep_them(void **state)
{
	(void)state;
	for (int family = 0; family < PLAN_FAMILY_COUNT; family++) {
		struct plan_call call = planned_whole_call(&planned, (enum plan_family)family);
		struct buffer schema, example;
		call.summary = call.items = family == PLAN_PAIRS;
		buffer_init(&schema, 1 << 20);
		buffer_init(&example, 1 << 20);
		plan_write_schema(&planned.settings, &call, false, &schema);
		plan_write_example(&planned.settings, &call, &example);
		struct json_object *a = json_tokener_parse(buffer_string(&schema)), *b = json_tokener_parse(buffer_string(&example)), *required, *value;
		assert_non_null(a);
		assert_non_null(b);
		assert_true(json_object_object_get_ex(a, "required", &required));
		for (size_t i = 0; i < json_object_array_length(required); i++)
			assert_true(json_object_object_get_ex(b, json_object_get_string(json_object_array_get_idx(required, i)), &value));
		json_object_put(a);
		json_object_put(b);
		buffer_done(&schema);
		buffer_done(&example);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plan_is_the_same_every_time_and_fits),
		cmocka_unit_test(a_document_of_one_chunk_gets_all_its_pairs),
		cmocka_unit_test(calls_about_a_piece_begin_with_the_same_bytes),
		cmocka_unit_test(schemas_are_json_and_examples_keep_them),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
