/* test_generate.c: the pairs of whole documents: grounded, of the right kinds and lengths, the same for the same seed, bounded for
 * hostile documents; and the worker's handler around them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/generated.h"
#include "tests/unit/pack_fixture.h"
#include "workers/inference/inference_handler.h"
#include "workers/inference/prose.h"

static void test_a_feature_description(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	struct settings many;
	unsigned kinds[CONVERSATION_QUESTION_COUNT] = { 0 };
	settings_init(&many);
	many.generate.pairs_quality = many.generate.pairs_document_max = 40;
	sample_feature(&sample);
	generated_make(&many, domain, &sample.document, &result);
	generated_check(domain, &sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++)
		kinds[result.set.conversations[i].question] += result.set.conversations[i].accepted;
	static const enum conversation_question expected[] = {
		CONVERSATION_FACTUAL, CONVERSATION_CONCEPTUAL, CONVERSATION_PROCEDURAL, CONVERSATION_CONFIGURATION, CONVERSATION_TROUBLESHOOTING,
		CONVERSATION_COUNTER_ANALYSIS, CONVERSATION_DEPENDENCY, CONVERSATION_ACTIVATION, CONVERSATION_COMPARISON, CONVERSATION_OPTIMISATION,
	};
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_true(kinds[expected[i]] > 0);
	assert_true(generated_accepted(&result) >= 15);
	assert_int_equal(generated_accepted(&result), result.set.count); /* nothing of a good document is refused */
	free(result.block);
	sample_done(&sample);
	settings_done(&many);
}

static const struct conversation *find_kind(const struct generated *result, enum conversation_question kind)
{
	for (uint32_t i = 0; i < result->set.count; i++)
		if (result->set.conversations[i].question == kind)
			return &result->set.conversations[i];
	return NULL;
}

static void test_what_answers_are_made_of(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	struct settings many;
	settings_init(&many);
	many.generate.pairs_quality = many.generate.pairs_document_max = 40;
	sample_feature(&sample);
	generated_make(&many, domain, &sample.document, &result);
	const struct conversation *activation = find_kind(&result, CONVERSATION_ACTIVATION);
	assert_non_null(activation);
	struct text answer = generated_message(&result, activation, CONVERSATION_ASSISTANT);
	assert_true(text_find(answer, TEXT_LITERAL("1. Set the attribute featureState to ACTIVATED")) >= 0);
	assert_true(text_find(answer, TEXT_LITERAL("\n3. Check that no alarm")) >= 0);
	assert_true(text_find(answer, TEXT_LITERAL("cmedit set * FeatureState=CXC4011808 featureState=ACTIVATED\n")) >= 0);
	assert_true(activation->cmedit == 1);
	const struct conversation *configuration = find_kind(&result, CONVERSATION_CONFIGURATION);
	assert_non_null(configuration);
	assert_true(configuration->cmedit == 1);
	assert_true(conversation_text(&result.set, configuration->parameters).bytes > 0);
	assert_true(text_equal(conversation_text(&result.set, configuration->mo_classes), TEXT_LITERAL("EUtranCellFDD")));
	for (uint32_t i = 0; i < result.set.count; i++) /* counters are read, never set */
		assert_true(text_find(generated_message(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT), TEXT_LITERAL("cmedit set * EUtranCellFDD.pm")) < 0);
	const struct conversation *counter = find_kind(&result, CONVERSATION_COUNTER_ANALYSIS);
	assert_non_null(counter);
	assert_true(text_find(conversation_text(&result.set, counter->counters), TEXT_LITERAL("pmRa")) >= 0);
	for (uint32_t i = 0; i < result.set.count; i++) /* a sentence that needs a figure beside it is left out */
		assert_true(text_find(generated_message(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT), TEXT_LITERAL("Figure 3")) < 0);
	free(result.block);
	sample_done(&sample);
	settings_done(&many);
}

static void test_same_seed_same_bytes(void **state)
{
	(void)state;
	struct sample sample;
	struct generated first, second, other;
	struct settings seeded;
	settings_init(&seeded);
	seeded.run.seed = 77;
	sample_feature(&sample);
	generated_make(&settings, domain, &sample.document, &first);
	generated_make(&settings, domain, &sample.document, &second);
	generated_make(&seeded, domain, &sample.document, &other);
	assert_int_equal(first.bytes, second.bytes);
	assert_memory_equal(first.block, second.block, first.bytes);
	assert_true(other.bytes != first.bytes || memcmp(other.block, first.block, first.bytes) != 0);
	generated_check(domain, &sample.document, &other);
	free(first.block);
	free(second.block);
	free(other.block);
	sample_done(&sample);
	settings_done(&seeded);
}

static void test_limits(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	struct settings limited;
	settings_init(&limited);
	sample_feature(&sample);
	limited.generate.pairs_document_max = 3;
	generated_make(&limited, domain, &sample.document, &result);
	assert_int_equal(generated_accepted(&result), 3);
	free(result.block);
	limited.generate.pairs_document_max = 20;
	limited.generate.cmedit = false;
	limited.generate.system = "You answer briefly.";
	generated_make(&limited, domain, &sample.document, &result);
	assert_null(find_kind(&result, CONVERSATION_CONFIGURATION));
	for (uint32_t i = 0; i < result.set.count; i++) {
		assert_int_equal(result.set.conversations[i].message_count, 3);
		assert_true(text_equal(generated_message(&result, &result.set.conversations[i], CONVERSATION_SYSTEM), TEXT_LITERAL("You answer briefly.")));
	}
	free(result.block);
	limited.generate.system = "";
	limited.gate.generation = 1.0; /* what is refused is kept with its reason, and not without end */
	generated_make(&limited, domain, &sample.document, &result);
	assert_int_equal(generated_accepted(&result), 0);
	assert_true(result.set.count > 0 && result.set.count < 300);
	for (uint32_t i = 0; i < result.set.count; i++)
		assert_true(text_find(conversation_text(&result.set, result.set.conversations[i].reason), TEXT_LITERAL("below 1.00")) >= 0);
	free(result.block);
	sample_done(&sample);
	settings_init(&limited);
	settings_done(&limited);
}

/* --- what answers must not do --- */

static void test_commands_set_what_makes_sense(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	struct settings many;
	bool as_documented = false, to_default = false;
	settings_init(&many);
	many.generate.pairs_quality = many.generate.pairs_document_max = 60;
	sample_feature(&sample);
	generated_make(&many, domain, &sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++) {
		struct text answer = generated_message(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT);
		assert_true(text_find(answer, TEXT_LITERAL("cellRange 100")) < 0); /* an end of its range */
		as_documented |= text_find(answer, TEXT_LITERAL("cmedit set * EUtranCellFDD.rangeGuardState ON`")) >= 0;
		to_default |= text_find(answer, TEXT_LITERAL("cmedit set * EUtranCellFDD.cellRange 15`")) >= 0;
	}
	assert_true(as_documented && to_default);
	free(result.block);
	sample_done(&sample);
	settings_done(&many);
}

static void test_answers_differ(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	struct settings many;
	settings_init(&many);
	many.generate.pairs_quality = many.generate.pairs_document_max = 60;
	sample_feature(&sample);
	generated_make(&many, domain, &sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++)
		for (uint32_t k = 0; k < i; k++)
			assert_false(text_equal(generated_message(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT),
						generated_message(&result, &result.set.conversations[k], CONVERSATION_ASSISTANT)));
	free(result.block);
	sample_done(&sample);
	settings_done(&many);
}

/* A document of one section, as an answer sees it. */
static void expect_in_answer(const char *title, const char *markdown, const char *wanted, const char *unwanted)
{
	struct sample sample;
	struct generated result;
	bool found = false;
	sample_finish(sample_begin(title, NULL, text_from(markdown)), &sample);
	generated_make(&settings, domain, &sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++) {
		struct text answer = generated_message(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT);
		struct text question = generated_message(&result, &result.set.conversations[i], CONVERSATION_USER);
		found |= text_find(answer, text_from(wanted)) >= 0 || text_find(question, text_from(wanted)) >= 0;
		assert_true(text_find(answer, text_from(unwanted)) < 0 && text_find(question, text_from(unwanted)) < 0);
	}
	if (!found)
		print_message("no \"%s\" for %s\n", wanted, title);
	assert_true(found);
	free(result.block);
	sample_done(&sample);
}

#define PROSE "The writer of a lane stores its sequence word last, so that a reader who sees it also sees the payload before it. " \
	      "A reader that finds no new word spins for its budget and then sleeps until it is woken by a message. "

static void test_sections_are_told_as_they_are(void **state)
{
	(void)state;
	/* Entries keep their own case and need no full stop. */
	expect_in_answer("Lane manual", "# Lane manual\n\n## Fields\n\n" PROSE "The fields are:\n\n- lag: plots of the lane\n- nplots is a number\n",
			 "- lag: plots of the lane\n- nplots", "- Lag");
	/* What goes on in code or a formula that is left out says nothing. */
	expect_in_answer("Lane manual", "# Lane manual\n\n## Reading\n\n" PROSE "The sequence is read by\n\n| a |\n| --- |\n", "spins for its budget", "read by");
	expect_in_answer("Lane manual", "# Lane manual\n\n## Reading\n\n" PROSE "\n\nThe sequence is read by\n\n```\nread(lane)\n```\n", "is read by:", "read by.");
	/* A heading that stands twice and names nothing is the one above it, and says nothing of the whole. */
	expect_in_answer("Lane manual", "# Lane manual\n\n## Readers\n\n### Description\n\nNone.\n\n## Writers\n\n### Description\n\n" PROSE
			 "It is one of many.\n", "iters\"", "introduces its subject");
	/* A row of a table about faults is a case. */
	expect_in_answer("Lane manual", "# Lane manual\n\n## Troubleshooting\n\n| Symptom | Likely Cause | What to Do |\n| --- | --- | --- |\n"
			 "| The reader sleeps for ever | The writer stored the word before the payload and never woke the reader | Store the word "
			 "last, then send one message to `lane` |\n",
			 "- Symptom: The reader sleeps for ever\n- Likely Cause: The writer stored", "| The");
	/* A definition keeps its term, as it is written. */
	expect_in_answer("Lane manual", "# Lane manual\n\n## Statements\n\n" PROSE "\n\n**`read lane`**\n\nThe oldest slot of the lane is taken from it.\n\n**wake**\n\nThe reader of the lane goes on with its work.\n",
			 "`read lane`: The oldest slot of the lane is taken from it.\n\nwake: The reader", "\n\nThe oldest slot");
	/* No quotes in quotes. */
	expect_in_answer("\"Lockless\" lanes", "# \"Lockless\" lanes\n\n## Writing\n\n" PROSE "\n", "\"Lockless lanes\"", "\"\"");
	/* A list of contents explains nothing, and a box is no topic. */
	expect_in_answer("Lane manual", "# Lane manual\n\n## Writing\n\n- [61.3.1. Callbacks](a.html)\n\n" PROSE "\n\n## Tip\n\n" PROSE "\n",
			 "\"Writing\"", "Callbacks");
	/* Names without their number, capitals as the document has them elsewhere. */
	expect_in_answer("Chapter 7. Lanes and Slots", "# Chapter 7. Lanes and Slots\n\n## 7.1. Writing\n\n" PROSE "\n", "\"Lanes and Slots\"", "Chapter 7");
	expect_in_answer("READING A LANE", "# READING A LANE\n\n## Writing\n\n" PROSE "There is more on reading a lane below.\n", "\"reading a lane\"",
			 "\"READING A LANE\"");
}

/* --- hostile documents --- */

static void test_documents_without_anything(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "x\n", "# \n\n#\n\n## T\n", "|\n", "```\n", "- \n- \n1. \n", "# A\n\nShort.\n", "# T\n\n| a |\n| --- |\n" };
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct sample sample;
		struct generated result;
		sample_finish(sample_begin("Title", "Feature", text_from(texts[i])), &sample);
		generated_make(&settings, domain, &sample.document, &result);
		assert_int_equal(generated_accepted(&result), 0);
		free(result.block);
		sample_done(&sample);
	}
}

static void test_items_that_say_nothing(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	struct document_builder *builder = sample_begin("T", "F", TEXT_LITERAL("# T\n\nEUtranCellFDD.cellRange `` {name} %s ```x | y\n"));
	for (uint32_t category = 0; category < DOCUMENT_CATEGORY_COUNT; category++)
		sample_item(builder, (enum document_category)category, "EUtranCellFDD.cellRange `` {name} %s ```x", DOCUMENT_KEY_NAME,
			    "EUtranCellFDD.cellRange `` {name} %s ```x", DOCUMENT_KEY_MO_CLASS, "\n", DOCUMENT_KEY_DESCRIPTION, "`", DOCUMENT_KEY_COUNT);
	sample_finish(builder, &sample);
	generated_make(&settings, domain, &sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++)
		generated_check_one(domain, &sample.document, &result, &result.set.conversations[i]);
	free(result.block);
	sample_done(&sample);
}

static void test_long_and_flat_documents(void **state)
{
	(void)state;
	struct buffer markdown;
	static const char *const pieces[] = { "word ", "# ", "- a\n", "`", "See. ", "1. x\n", "A sentence that is said again and again. ", "EUtranCellFDD.cellRange " };
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		struct sample sample;
		struct generated result;
		buffer_init(&markdown, 1 << 24);
		buffer_append_string(&markdown, "# Heading\n\n");
		while (markdown.bytes < (1 << 20))
			buffer_append_string(&markdown, pieces[i]);
		buffer_append_byte(&markdown, '\n');
		sample_finish(sample_begin("Heading", NULL, buffer_view(&markdown)), &sample);
		generated_make(&settings, domain, &sample.document, &result);
		assert_true(result.set.count < 300);
		free(result.block);
		sample_done(&sample);
		buffer_done(&markdown);
	}
}

static void test_documents_that_were_not_converted(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	struct document_builder *builder = sample_begin("T", "F", TEXT_LITERAL("# T\n\nText that would be long enough for something.\n"));
	document_builder_set_status(builder, DOCUMENT_REJECTED, DOCUMENT_GATE_PREPROCESSING);
	document_builder_set_meta(builder, DOCUMENT_META_REASON, TEXT_LITERAL("for the test"));
	sample_finish(builder, &sample);
	generated_make(&settings, domain, &sample.document, &result);
	assert_int_equal(result.set.count, 0);
	free(result.block);
	sample_done(&sample);
}

/* --- sentences --- */

static void test_sentences_that_stand_alone(void **state)
{
	(void)state;
	struct prose prose;
	assert_int_equal(prose_init(&prose, domain), 0);
	assert_true(prose_stands_alone(&prose, TEXT_LITERAL("The cell is locked before the change.")));
	assert_false(prose_stands_alone(&prose, TEXT_LITERAL("See Figure 3 for the sequence of messages.")));
	assert_false(prose_stands_alone(&prose, TEXT_LITERAL("The steps are these:")));
	assert_false(prose_stands_alone(&prose, TEXT_LITERAL("Two words.")));
	assert_false(prose_stands_alone(&prose, TEXT_LITERAL("where the first argument is the number of parameters.")));
	assert_false(prose_stands_alone(&prose, TEXT_LITERAL("| 1 | 2 | 3 | 4 | 5 | 6 |")));
	assert_false(prose_stands_alone(&prose, TEXT_LITERAL("")));
	prose_done(&prose);
}

static void test_no_sentence_ends_in_a_code_span(void **state)
{
	(void)state;
	struct text rest = TEXT_LITERAL("Restores `ALTER ROLE ... IN DATABASE` settings. Use `a. B and c. What `is` open ends. Last one."), sentence;
	static const char *const expected[] = { "Restores `ALTER ROLE ... IN DATABASE` settings.", "Use `a. B and c. What `is` open ends.", "Last one." };
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		assert_true(prose_next_sentence(&rest, &sentence));
		assert_true(text_equal(sentence, text_from(expected[i])));
	}
	assert_false(prose_next_sentence(&rest, &sentence));
}

static void test_participles_are_no_nouns(void **state)
{
	(void)state;
	static const char markdown[] = "# F\n\n| Parameter | Description |\n| --- | --- |\n| goXmote | Called after the lock has changed its state at another node of the group |\n"
				       "| seedGroup | Seed to which the group of nodes falls back when none of them has the lock |\n";
	struct sample sample;
	struct generated result;
	struct document_builder *builder = sample_begin("F", NULL, TEXT_LITERAL(markdown));
	sample_item(builder, DOCUMENT_PARAMETERS, "goXmote | Called after the lock has changed its state at another node of the group", DOCUMENT_KEY_NAME, "goXmote",
		    DOCUMENT_KEY_DESCRIPTION, "Called after the lock has changed its state at another node of the group", DOCUMENT_KEY_COUNT);
	sample_item(builder, DOCUMENT_PARAMETERS, "seedGroup | Seed to which the group of nodes falls back when none of them has the lock", DOCUMENT_KEY_NAME, "seedGroup",
		    DOCUMENT_KEY_DESCRIPTION, "Seed to which the group of nodes falls back when none of them has the lock", DOCUMENT_KEY_COUNT);
	sample_finish(builder, &sample);
	generated_make(&settings, domain, &sample.document, &result);
	bool called = false;
	for (uint32_t i = 0; i < result.set.count; i++) {
		struct text answer = generated_message(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT);
		assert_true(text_find_nocase(answer, TEXT_LITERAL("the called")) < 0);
		called = called || text_find(answer, TEXT_LITERAL("is called after")) >= 0;
	}
	assert_true(called);
	free(result.block);
	sample_done(&sample);
}

static void test_rendering(void **state)
{
	(void)state;
	struct buffer out;
	buffer_init(&out, 4096);
	prose_render(&out, domain, TEXT_LITERAL("Set **EUtranCellFDD.cellRange** to `15`\nsee [the guide](a.html) and pmRrcConnEstabSucc."));
	assert_string_equal(buffer_string(&out), "Set `EUtranCellFDD.cellRange` to `15` see the guide and `pmRrcConnEstabSucc`.");
	buffer_clear(&out);
	prose_render(&out, domain, TEXT_LITERAL("The [`write()`](#c.V4L.write) of [struct `a[0]` x](b(c).html) and `[no](link)`, [half](open"));
	assert_string_equal(buffer_string(&out), "The `write()` of struct `a[0]` x and `[no](link)`, [half](open");
	buffer_clear(&out);
	prose_render(&out, domain, TEXT_LITERAL("**`plperl.on_init` (`string`)**: says *`a`* and `**b**`, \001000001\002 [x](`t`) `last`"));
	assert_string_equal(buffer_string(&out), "`plperl.on_init` (`string`): says `a` and `**b**`, 000001\002 x `last`");
	buffer_clear(&out);
	prose_render(&out, domain, TEXT_LITERAL("The name \\`BIRD' is an \\`acronym\\` of `a` word"));
	assert_string_equal(buffer_string(&out), "The name `BIRD' is an `acronym` of `a` word");
	buffer_clear(&out);
	prose_render(&out, domain, TEXT_LITERAL("An odd ` tick and ``two`` of them"));
	assert_true(out.bytes > 0);
	buffer_done(&out);
}

/* --- the worker --- */

static void test_handler_keeps_what_does_not_fit(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	struct error_text error = { 0 };
	struct conversation_set set;
	void *context = NULL;
	size_t needed = 0;
	sample_feature(&sample);
	generated_make(&settings, domain, &sample.document, &result);
	assert_int_equal(inference_start(&(struct worker_setup){ .settings = &settings, .domain = domain, .model = -1, .folder = "" }, &context, &error), 0);
	void *place = aligned_alloc(64, (result.bytes + 63) / 64 * 64);
	assert_non_null(place);
	memset(place, 0xEE, result.bytes);
	struct worker_task task = { .descriptor = { .task_id = 7, .kind = DESCRIPTOR_GENERATE }, .document = sample.document, .out = place, .out_bytes = 128 };
	assert_int_equal(inference_handle(context, &task, &needed), ERROR_NEEDS_SPACE);
	assert_int_equal(needed, result.bytes);
	assert_int_equal(((const uint8_t *)place)[0], 0xEE); /* nothing was written */
	task.out_bytes = needed;
	assert_int_equal(inference_handle(context, &task, &needed), (int64_t)result.bytes);
	assert_memory_equal(place, result.block, result.bytes);
	task.out_bytes = 128; /* another task takes the kept one's place */
	assert_int_equal(inference_handle(context, &task, &needed), ERROR_NEEDS_SPACE);
	task.descriptor.task_id = 8;
	task.out_bytes = needed;
	assert_int_equal(inference_handle(context, &task, &needed), (int64_t)result.bytes);
	assert_int_equal(conversation_open(place, result.bytes, &set, &error), 0);
	task.descriptor.kind = DESCRIPTOR_EXPAND;
	assert_true(inference_handle(context, &task, &needed) < 0);
	task.descriptor.kind = DESCRIPTOR_GENERATE;
	task.out_bytes = 0;
	assert_int_equal(inference_handle(context, &task, &needed), ERROR_NEEDS_SPACE);
	inference_stop(context); /* frees what was kept */
	inference_stop(NULL);
	free(place);
	free(result.block);
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_feature_description),
		cmocka_unit_test(test_what_answers_are_made_of),
		cmocka_unit_test(test_same_seed_same_bytes),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_commands_set_what_makes_sense),
		cmocka_unit_test(test_answers_differ),
		cmocka_unit_test(test_sections_are_told_as_they_are),
		cmocka_unit_test(test_documents_without_anything),
		cmocka_unit_test(test_items_that_say_nothing),
		cmocka_unit_test(test_long_and_flat_documents),
		cmocka_unit_test(test_documents_that_were_not_converted),
		cmocka_unit_test(test_sentences_that_stand_alone), cmocka_unit_test(test_no_sentence_ends_in_a_code_span),
		cmocka_unit_test(test_participles_are_no_nouns),
		cmocka_unit_test(test_rendering),
		cmocka_unit_test(test_handler_keeps_what_does_not_fit),
	};
	return cmocka_run_group_tests(tests, open_domain, close_domain);
}
