/* test_model_pairs.c: canned replies of models become pairs or refusals with a reason; near-duplicates; what the
 * record has gives the same block as what was just answered. */
#include "tests/unit/model_bench.h"
#include "tests/unit/support.h"
#include "workers/inference/model_batches.h"
#include "workers/inference/model_recorded.h"

#include "base/utf8.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_has(struct text text, const char *part)
{
	if (text_find(text, text_from(part)) < 0)
		fail_msg("\"%.*s\" has no \"%s\"", TEXT_ARGS(text), part);
}

#define GOOD_PAIR \
	"{\"type\": \"configuration\", \"question\": \"What does EUtranCellFDD.cellRange set, and what is its default?\", " \
	"\"evidence\": \"Specifies the maximum distance from the base station at which random access is served.\", " \
	"\"answer\": \"The parameter EUtranCellFDD.cellRange specifies the maximum distance from the base station at which random access is served. " \
	"Its default is 15 km, and its range is 1..100. It belongs to the parameters of Cell Range Guard.\"}"

/* --- pairs -------------------------------------------------------------------------------------------------------------------- */

static void a_grounded_pair_is_accepted_with_its_place_and_lists(void **state)
{
	struct bench bench = { .count = 0 };
	(void)state;
	add_reply(&bench, planned_whole_call(&planned, PLAN_PAIRS), "{\"pairs\": [" GOOD_PAIR "]}");
	compose(&bench, false);
	assert_int_equal(bench.block.set.count, 1);
	const struct conversation *one = bench.block.set.conversations;
	if (!one->accepted)
		fail_msg("%.*s", TEXT_ARGS(reason_of(&bench, 0)));
	assert_int_equal(one->question, CONVERSATION_CONFIGURATION);
	assert_has(document_span(&planned.sample.document, one->span), "| EUtranCellFDD.cellRange |");
	assert_true(one->span.bytes < 1000);
	assert_true(text_equal(conversation_text(&bench.block.set, one->model), TEXT_LITERAL("canned")));
	assert_has(conversation_text(&bench.block.set, one->parameters), "EUtranCellFDD.cellRange");
	assert_has(conversation_text(&bench.block.set, one->mo_classes), "EUtranCellFDD");
	assert_true(one->scores.combined >= 0.7f);
	bench_done(&bench);
}

static void what_is_wrong_with_a_pair_is_said(void **state)
{
	static const struct { const char *pair, *reason; } wrong[] = {
		{ "{\"type\": \"factual\", \"question\": \"What is the default of EUtranCellFDD.cellRange?\", \"evidence\": \"\", \"answer\": \"The default of "
		  "EUtranCellFDD.cellRange is 16 km. It specifies the maximum distance from the base station at which random access is served, and it "
		  "is one of the parameters that Cell Range Guard has introduced.\"}", "\"16\"" },
		{ "{\"type\": \"factual\", \"question\": \"What does EUtranCellFDD.cellRadius do?\", \"evidence\": \"\", \"answer\": \"EUtranCellFDD.cellRadius "
		  "specifies the maximum distance from the base station at which random access is served. The window is derived from it, and random "
		  "access beyond it is refused by the guard.\"}", "cellRadius" },
		{ "{\"type\": \"factual\", \"question\": \"What does this section say of the guard?\", \"evidence\": \"\", \"answer\": \"It keeps the range of a "
		  "cell within what its transport delay allows.\"}", "speaks of the text" },
		{ "{\"type\": \"factual\", \"question\": \"What is the guard introduced by the source?\", \"evidence\": \"\", \"answer\": \"It keeps the range of a "
		  "cell within what its transport delay allows.\"}", "speaks of the text" },
		{ "{\"type\": \"factual\", \"question\": \"Tell me about the guard.\", \"evidence\": \"\", \"answer\": \"It keeps the range of a cell within what "
		  "its transport delay allows.\"}", "does not end with" },
		{ "{\"type\": \"factual\", \"question\": \"What is the source's purpose?\", \"evidence\": \"\", \"answer\": \"It keeps the range of a cell within what "
		  "its transport delay allows.\"}", "as \"the source\"" },
		{ "{\"type\": \"factual\", \"question\": \"What is the purpose of Cell Range Guard?\", \"evidence\": \"\", \"answer\": \"The purpose of Cell Range Guard is to "
		  "facilitate a seamless and efficient delivery of all services by providing a comprehensive and flexible experience to customers, which enhances collaboration "
		  "between organizations and empowers their stakeholders.\"}", "most words" },
		{ "{\"type\": \"factual\", \"question\": \"What does Cell Range Guard do?\", \"evidence\": \"\", \"answer\": \"  \"}", "answer is empty" },
		{ "{\"type\": \"factual\", \"question\": \"What does Cell Range Guard do?\", \"evidence\": \"\", \"answer\": \"The document states that it limits "
		  "random access.\"}", "speaks of the text" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct bench bench = { .count = 0 };
		char json[2048];
		snprintf(json, sizeof(json), "{\"pairs\": [%s]}", wrong[i].pair);
		add_reply(&bench, planned_whole_call(&planned, PLAN_PAIRS), json);
		compose(&bench, false);
		assert_int_equal(bench.block.set.count, 1);
		assert_false(bench.block.set.conversations[0].accepted);
		assert_has(reason_of(&bench, 0), wrong[i].reason);
		assert_int_equal(bench.counts.refused, 1);
		bench_done(&bench);
	}
}

static void openings_are_cut_and_brief_answers_filled_up_from_their_evidence(void **state)
{
	struct bench bench = { .count = 0 };
	(void)state;
	add_reply(&bench, planned_whole_call(&planned, PLAN_PAIRS),
		  "{\"pairs\": [{\"type\": \"conceptual\", \"question\": \"According to the document, what does Cell Range Guard compare?\", \"evidence\": "
		  "\"It compares the timing advance of each UE with the configured range\", \"answer\": \"Based on the text, it compares the timing advance of "
		  "each UE with the configured range.\"}]}");
	compose(&bench, false);
	if (!bench.block.set.conversations[0].accepted)
		fail_msg("%.*s", TEXT_ARGS(reason_of(&bench, 0)));
	assert_true(text_equal(message_at(&bench, 0, 0), TEXT_LITERAL("What does Cell Range Guard compare?")));
	assert_true(text_starts_with(message_at(&bench, 0, 1), TEXT_LITERAL("It compares the timing advance")));
	assert_true(utf8_count(message_at(&bench, 0, 1)) >= 180);
	bench_done(&bench);
}

/* What a small model copies of the form, or makes up, is not made an answer by what is said for it. */
static void what_is_no_answer_is_not_filled_up(void **state)
{
	static const char *const nothing[] = { "titre", "{[]}", "evidence", "fantasy dragons", "In three words" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(nothing); i++) {
		struct bench bench = { .count = 0 };
		char json[512];
		snprintf(json, sizeof(json), "{\"pairs\": [{\"type\": \"conceptual\", \"question\": \"What does Cell Range Guard compare?\", \"evidence\": "
			 "\"It compares the timing advance of each UE with the configured range\", \"answer\": \"%s\"}], \"summary\": \"%s\"}", nothing[i], nothing[i]);
		struct plan_call call = planned_whole_call(&planned, PLAN_PAIRS);
		call.summary = true;
		add_reply(&bench, call, json);
		compose(&bench, false);
		assert_int_equal(bench.block.set.count, 2);
		assert_int_equal(bench.counts.accepted, 0);
		assert_has(reason_of(&bench, 0), "answer of ");
		assert_has(reason_of(&bench, 1), "answer of ");
		bench_done(&bench);
	}
}

/* It begins under the document's title: that is asked about once. */
static void a_summary_answers_what_the_document_is_about(void **state)
{
	struct bench bench = { .count = 0 };
	(void)state;
	struct plan_call call = planned_whole_call(&planned, PLAN_PAIRS);
	call.summary = true;
	add_reply(&bench, call, "{\"pairs\": [], \"summary\": \"It compares the timing advance of each UE with the configured range.\"}");
	compose(&bench, false);
	assert_int_equal(bench.block.set.count, 1);
	struct text question = message_at(&bench, 0, 0);
	ssize_t first = text_find(question, TEXT_LITERAL("Cell Range Guard"));
	assert_true(first >= 0);
	assert_true(text_find(text_slice(question, (size_t)first + 1, question.bytes), TEXT_LITERAL("Cell Range Guard")) < 0);
	assert_null(memchr(question.data, '"', question.bytes)); /* the name of a feature needs none */
	assert_true(bench.block.set.conversations[0].accepted);
	bench_done(&bench);
}

static void of_two_that_are_alike_the_better_one_stays(void **state)
{
	struct bench bench = { .count = 0 };
	(void)state;
	add_reply(&bench, planned_whole_call(&planned, PLAN_PAIRS), "{\"pairs\": [" GOOD_PAIR ", " GOOD_PAIR "]}");
	compose(&bench, false);
	assert_int_equal(bench.counts.accepted, 1);
	assert_true(bench.block.set.conversations[0].accepted);
	assert_has(reason_of(&bench, 1), "duplicate within the document");
	bench_done(&bench);
}

static void a_call_that_came_to_nothing_leaves_its_raw_reply(void **state)
{
	struct bench bench = { .count = 0 };
	(void)state;
	struct model_reply *reply = add_reply(&bench, planned_whole_call(&planned, PLAN_PAIRS), "{}");
	json_object_put(reply->value);
	reply->value = NULL;
	reply->state = MODEL_REPLY_UNUSABLE;
	snprintf(reply->reason, sizeof(reply->reason), "pairs: missing");
	buffer_append_string(&reply->raw, "I cannot do that.");
	compose(&bench, false);
	assert_int_equal(bench.block.set.count, 1);
	assert_has(reason_of(&bench, 0), "call for pairs: unusable reply: pairs: missing");
	assert_has(message_at(&bench, 0, 1), "I cannot do that.");
	compose(&bench, true); /* nobody else will come: rules fill up */
	assert_true(bench.counts.accepted > 0);
	bench_done(&bench);
}

static void reasoning_is_kept_split_or_left_out(void **state)
{
	static const char *const json =
		"{\"pairs\": [{\"type\": \"factual\", \"question\": \"What is the unit of EUtranCellFDD.guardHysteresis?\", \"evidence\": \"The margin that is added "
		"to the range before access is refused.\", \"reasoning\": \"The table has a row for EUtranCellFDD.guardHysteresis, and its unit is dB.\", "
		"\"answer\": \"EUtranCellFDD.guardHysteresis is the margin that is added to the range before access is refused. Its default is 5, its unit is "
		"dB, and values in 0..40 are possible. Cell Range Guard affects it.\"}]}";
	static const char *const hows[] = { "strip", "keep", "split" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(hows); i++) {
		struct bench bench = { .count = 0 };
		planned_set(&planned, "generate.reasoning", hows[i]);
		add_reply(&bench, planned_whole_call(&planned, PLAN_PAIRS), json);
		compose(&bench, false);
		const struct conversation *one = bench.block.set.conversations;
		if (!one->accepted)
			fail_msg("%.*s", TEXT_ARGS(reason_of(&bench, 0)));
		assert_int_equal(one->message_count, i == 2 ? 3 : 2);
		assert_int_equal(text_starts_with(message_at(&bench, 0, 1), TEXT_LITERAL("<think>\nThe table")), i == 1);
		assert_int_equal(bench.block.set.messages[one->message_first + 1].role == CONVERSATION_REASONING, i == 2);
		bench_done(&bench);
	}
}

static struct text item_value(const struct bench *bench, uint32_t item, enum document_key key)
{
	assert_true(item < bench->block.set.item_count);
	return conversation_item_value(&bench->block.set, &bench->block.set.items[item], key);
}

static struct text item_reason(const struct bench *bench, uint32_t item)
{
	assert_true(item < bench->block.set.item_count);
	return conversation_text(&bench->block.set, bench->block.set.items[item].reason);
}

static void items_have_to_stand_in_the_source(void **state)
{
	struct bench bench = { .count = 0 };
	struct plan_call call = planned_whole_call(&planned, PLAN_PAIRS);
	(void)state;
	call.items = true;
	add_reply(&bench, call,
		  "{\"pairs\": [" GOOD_PAIR "], \"items\": [{\"category\": \"parameter\", \"name\": \"EUtranCellFDD.madeUp\", \"description\": \"It is made up.\"},"
		  "{\"category\": \"parameter\", \"name\": \"guardHyst\", \"description\": \"Part of a name.\"},"
		  "{\"category\": \"event\", \"name\": \"minutes\", \"description\": \"No event.\"},"
		  "{\"category\": \"parameter\", \"name\": \"UE\", \"description\": \"A thing.\"}]}");
	compose(&bench, false);
	assert_int_equal(bench.block.set.count, 1);
	assert_int_equal(bench.block.set.item_count, 4);
	assert_has(item_reason(&bench, 0), "\"EUtranCellFDD.madeUp\" does not stand in the source");
	assert_has(item_value(&bench, 0, DOCUMENT_KEY_NAME), "EUtranCellFDD.madeUp");
	assert_has(item_value(&bench, 0, DOCUMENT_KEY_DESCRIPTION), "It is made up.");
	assert_has(item_reason(&bench, 1), "\"guardHyst\" does not stand in the source");
	assert_has(item_reason(&bench, 2), "is no name");
	assert_has(item_reason(&bench, 3), "\"UE\" is no name");
	assert_int_equal(bench.counts.refused, 0); /* items are no pairs */
	bench_done(&bench);
}

/* The category by the name, the description as far as the source says it, the place of each. */
static void an_item_of_a_model_has_its_place_and_what_the_source_says(void **state)
{
	struct bench bench = { .count = 0 };
	struct plan_call call = planned_whole_call(&planned, PLAN_PAIRS);
	(void)state;
	call.items = true;
	planned_set(&planned, "extract.model_confidence", "0.4");
	add_reply(&bench, call, "{\"pairs\": [" GOOD_PAIR "], \"items\": ["
		  "{\"category\": \"counter\", \"name\": \"featureState\", \"description\": \"set the attribute featureState to **ACTIVATED** in the instance\"},"
		  "{\"category\": \"feature\", \"name\": \"Engineering Guidelines\", \"description\": \"How to be an engineer, in a few simple steps.\"}]}");
	compose(&bench, false);
	const struct conversation_set *set_of = &bench.block.set;
	assert_int_equal(set_of->item_count, 2);
	const struct document_item *one = &set_of->items[0].item, *two = &set_of->items[1].item;
	assert_int_equal(item_reason(&bench, 0).bytes, 0);
	assert_int_equal(one->category, DOCUMENT_PARAMETERS);
	assert_int_equal(two->category, DOCUMENT_RELATED_FEATURES);
	assert_true(one->confidence > 0.39f && one->confidence < 0.41f);
	assert_true(text_equal(conversation_text(set_of, set_of->items[0].model), text_from("canned")));
	assert_true(text_equal(document_span(&planned.sample.document, one->span), text_from("featureState")));
	assert_true(text_equal(document_span(&planned.sample.document, two->span), text_from("Engineering Guidelines")));
	assert_true(text_equal(item_value(&bench, 0, DOCUMENT_KEY_ATTRIBUTE), text_from("featureState")));
	assert_int_equal(item_value(&bench, 0, DOCUMENT_KEY_MO_CLASS).bytes, 0);
	assert_true(text_equal(item_value(&bench, 0, DOCUMENT_KEY_DESCRIPTION), text_from("Set the attribute featureState to ACTIVATED in the instance")));
	assert_int_equal(item_value(&bench, 1, DOCUMENT_KEY_DESCRIPTION).bytes, 0); /* the source does not say so */
	const struct document_attribute *description = &set_of->attributes[one->attribute_first + one->attribute_count - 1];
	assert_has(document_span(&planned.sample.document, description->span), "featureState to ACTIVATED");
	planned_set(&planned, "extract.model_confidence", "0.6");
	bench_done(&bench);
}

static void what_rules_or_an_earlier_reply_found_is_not_added(void **state)
{
	static const char items[] = "{\"pairs\": [" GOOD_PAIR "], \"items\": [{\"category\": \"parameter\", \"name\": \"EUtranCellFDD.cellRange\", \"description\": \"\"},"
		"{\"category\": \"parameter\", \"name\": \"cellRange\", \"description\": \"\"}, {\"category\": \"counter\", \"name\": \"pmRaFailRange\", \"description\": \"\"},"
		"{\"category\": \"feature\", \"name\": \"FAJ 121 3094\", \"description\": \"\"}, {\"category\": \"parameter\", \"name\": \"featureState\", \"description\": \"\"},"
		"{\"category\": \"parameter\", \"name\": \"featureState\", \"description\": \"\"}, {\"category\": \"event\", \"name\": \"\", \"description\": \"Nothing.\"}]}";
	struct bench bench = { .count = 0 };
	struct plan_call call = planned_whole_call(&planned, PLAN_PAIRS);
	(void)state;
	call.items = true;
	add_reply(&bench, call, items);
	add_reply(&bench, call, items);
	compose(&bench, true);
	assert_int_equal(bench.block.set.item_count, 1);
	assert_true(text_equal(item_value(&bench, 0, DOCUMENT_KEY_NAME), text_from("featureState")));
	bench_done(&bench);
}

/* --- dialogues ------------------------------------------------------------------------------------------------------------------- */

#define TURN_1 "{\"question\": \"What does Cell Range Guard compare to limit random access?\", \"answer\": \"Cell Range Guard compares the timing advance of " \
	       "each UE with the configured range and limits random access beyond it. It keeps the range of a cell within what its transport delay allows.\"}"
#define TURN_2 "{\"question\": \"And which attribute holds the configured range?\", \"answer\": \"EUtranCellFDD.cellRange holds it. It specifies the maximum " \
	       "distance from the base station at which random access is served. Its default is 15, its range 1..100 and its unit km.\"}"
#define TURN_3 "{\"question\": \"And what is its default?\", \"answer\": \"The default of EUtranCellFDD.cellRange, the configured range of the cell, is 15. It specifies the " \
	       "maximum distance from the base station at which random access is served, and its unit is km.\"}"
#define TURN_BAD "{\"question\": \"Which counter shows it?\", \"answer\": \"The counter pmNoSuchCounter is stepped for each attempt that was refused.\"}"

static void a_dialogue_ends_before_what_is_not_grounded(void **state)
{
	static const struct { const char *turns; bool accepted; uint32_t messages; } cases[] = {
		{ "{\"turns\": [" TURN_1 ", " TURN_2 "]}", true, 4 },
		{ "{\"turns\": [" TURN_1 ", " TURN_2 ", " TURN_BAD "]}", true, 4 },
		{ "{\"turns\": [" TURN_1 ", " TURN_BAD "]}", false, 2 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench bench = { .count = 0 };
		add_reply(&bench, planned_whole_call(&planned, PLAN_DIALOGUE), cases[i].turns);
		compose(&bench, false);
		const struct conversation *one = bench.block.set.conversations;
		if (one->accepted != cases[i].accepted)
			fail_msg("case %zu: %.*s", i, TEXT_ARGS(reason_of(&bench, 0)));
		assert_int_equal(one->message_count, cases[i].messages);
		if (!cases[i].accepted)
			assert_has(reason_of(&bench, 0), "pmNoSuchCounter");
		bench_done(&bench);
	}
}

/* A question that goes on from the one before has no words of its own: it is measured with those before it. */
static void a_later_turn_is_measured_with_the_questions_before(void **state)
{
	(void)state;
	struct bench bench = { .count = 0 };
	add_reply(&bench, planned_whole_call(&planned, PLAN_DIALOGUE), "{\"turns\": [" TURN_1 ", " TURN_3 "]}");
	compose(&bench, false);
	const struct conversation *one = bench.block.set.conversations;
	assert_int_equal(one->message_count, 4);
	if (!one->accepted)
		fail_msg("%.*s", TEXT_ARGS(reason_of(&bench, 0)));
	if (one->scores.coherence < 0.7f)
		fail_msg("coherence %.2f", (double)one->scores.coherence);
	bench_done(&bench);
}

/* --- judgements ------------------------------------------------------------------------------------------------------------------------- */

/* With a short context: the source is what the pairs were made of, and at the worst one pair is judged, under the same name. */
static void a_judge_with_a_short_context_judges_what_fits(void **state)
{
	struct model_batches batches = { NULL, 0 };
	struct bench bench = { .count = 0 };
	(void)state;
	add_reply(&bench, planned_whole_call(&planned, PLAN_PAIRS), "{\"pairs\": [" GOOD_PAIR "]}");
	compose(&bench, false);
	assert_int_equal(model_batches_judge(&planned.sample.document, &bench.block.set, 1000, &batches), 0);
	struct model_batch *batch = &batches.items[0], whole = *batch;
	model_batch_fit(&bench.block.set, batch, 1 << 20);
	assert_memory_equal(batch, &whole, sizeof(whole)); /* it fits as it is */
	batch->members[1] = batch->members[0];
	batch->call.count = 2;
	model_batch_fit(&bench.block.set, batch, whole.call.span.bytes - 1);
	assert_true(batch->call.span.bytes < whole.call.span.bytes);
	assert_true(batch->call.span.offset >= whole.call.span.offset);
	assert_string_equal(batch->call.place, whole.call.place);
	model_batch_fit(&bench.block.set, batch, 1);
	assert_int_equal(batch->call.count, 1);
	assert_int_equal(batch->call.span.offset, bench.block.set.conversations[batch->members[0]].span.offset);
	assert_int_equal(batch->call.span.bytes, bench.block.set.conversations[batch->members[0]].span.bytes);
	model_batches_done(&batches);
	bench_done(&bench);
}

static void the_judge_marks_and_refuses(void **state)
{
	struct bench bench = { .count = 0 };
	struct model_batches batches = { NULL, 0 };
	(void)state;
	add_reply(&bench, planned_whole_call(&planned, PLAN_PAIRS), "{\"pairs\": [" GOOD_PAIR "]}");
	compose(&bench, false);
	assert_int_equal(model_batches_judge(&planned.sample.document, &bench.block.set, 1000, &batches), 0);
	assert_int_equal(batches.count, 1);
	struct model_reply *reply = add_reply(&bench, batches.items[0].call,
		"{\"judgements\": [{\"number\": 1, \"faithfulness\": 4, \"usefulness\": 5, \"self_containedness\": 3, \"reason\": \"fine\"}]}");
	compose(&bench, false);
	assert_true(bench.block.set.conversations[0].accepted);
	assert_int_equal(bench.block.set.conversations[0].marks.usefulness, 5);
	json_object_put(reply->value);
	reply->value = json_tokener_parse("{\"judgements\": [{\"number\": 1, \"faithfulness\": 2, \"usefulness\": 5, \"self_containedness\": 3, "
					  "\"reason\": \"the unit is wrong\"}]}");
	compose(&bench, false);
	assert_false(bench.block.set.conversations[0].accepted);
	assert_has(reason_of(&bench, 0), "judge: faithfulness 2 of 5: the unit is wrong");
	model_batches_done(&batches);
	bench_done(&bench);
}

/* --- the record --------------------------------------------------------------------------------------------------------------------- */

static void what_is_recorded_gives_the_same_block(void **state)
{
	char folder[64], path[96];
	struct error_text error = { "" };
	struct record *record = NULL;
	struct bench bench = { .count = 0 };
	const char *json = "{\"pairs\": [" GOOD_PAIR "]}";
	(void)state;
	support_folder_make(folder);
	snprintf(path, sizeof(path), "%s/run.db", folder);
	assert_int_equal(record_open(&record, path, &error), 0);
	planned_set(&planned, "generate.summaries", "off");
	planned_set(&planned, "generate.top_up", "off");
	struct plan_call calls[] = { planned_whole_call(&planned, PLAN_PAIRS), planned_whole_call(&planned, PLAN_DIALOGUE) };
	const char *replies[] = { json, "{\"turns\": [" TURN_1 ", " TURN_2 "]}" };
	const struct record_key key = recorded_key(recorded_configuration(&planned.settings, &planned.prompts), &planned.sample.document);
	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		struct record_row row = { .model = "canned", .family = plan_family_name(calls[i].family), .reply = text_from(replies[i]), .thinking = text_from(""),
					  .outcome = "usable", .document = key, .place = calls[i].place };
		assert_int_equal(record_put(record, (struct record_key){ { (uint8_t)(i + 1) } }, &row, &error), 0);
		add_reply(&bench, calls[i], replies[i]);
	}
	compose(&bench, true);
	struct conversation_builder *builder = NULL;
	struct compose_counts counts;
	struct compose_block recorded = { .data = NULL };
	assert_int_equal(recorded_compose(record, &planned.settings, planned.domain, &planned.prompts, &planned.sample.document, &builder, &counts, &error), 0);
	assert_int_equal(compose_block_of(builder, &recorded), 0);
	assert_int_equal(counts.model_accepted, 2);
	assert_true(recorded.set.header->bytes > 0);
	assert_int_equal(recorded.set.count >= 2, 1);
	for (uint32_t i = 0; i < 2; i++)
		assert_memory_equal(&recorded.set.conversations[i].scores, &bench.block.set.conversations[i].scores, sizeof(struct conversation_scores));
	planned_set(&planned, "generate.summaries", "on");
	struct conversation_builder *none = NULL; /* other settings: nothing is known */
	assert_int_equal(recorded_compose(record, &planned.settings, planned.domain, &planned.prompts, &planned.sample.document, &none, &counts, &error), 0);
	assert_int_equal(counts.model_accepted, 0);
	assert_true(counts.accepted > 0);
	planned_set(&planned, "generate.top_up", "on");
	conversation_builder_destroy(builder);
	conversation_builder_destroy(none);
	compose_block_done(&recorded);
	bench_done(&bench);
	record_close(record);
	support_folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_grounded_pair_is_accepted_with_its_place_and_lists, usual_settings),
		cmocka_unit_test_setup(what_is_wrong_with_a_pair_is_said, usual_settings),
		cmocka_unit_test_setup(openings_are_cut_and_brief_answers_filled_up_from_their_evidence, usual_settings),
		cmocka_unit_test_setup(what_is_no_answer_is_not_filled_up, usual_settings), cmocka_unit_test_setup(a_summary_answers_what_the_document_is_about, usual_settings),
		cmocka_unit_test_setup(of_two_that_are_alike_the_better_one_stays, usual_settings),
		cmocka_unit_test_setup(a_call_that_came_to_nothing_leaves_its_raw_reply, usual_settings),
		cmocka_unit_test_setup(reasoning_is_kept_split_or_left_out, usual_settings),
		cmocka_unit_test_setup(items_have_to_stand_in_the_source, usual_settings),
		cmocka_unit_test_setup(an_item_of_a_model_has_its_place_and_what_the_source_says, usual_settings),
		cmocka_unit_test_setup(what_rules_or_an_earlier_reply_found_is_not_added, usual_settings),
		cmocka_unit_test_setup(a_dialogue_ends_before_what_is_not_grounded, usual_settings),
		cmocka_unit_test_setup(a_later_turn_is_measured_with_the_questions_before, usual_settings),
		cmocka_unit_test_setup(the_judge_marks_and_refuses, usual_settings),
		cmocka_unit_test_setup(a_judge_with_a_short_context_judges_what_fits, usual_settings),
		cmocka_unit_test_setup(what_is_recorded_gives_the_same_block, usual_settings),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
