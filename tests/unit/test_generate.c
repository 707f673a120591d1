/* test_generate.c: the pairs of whole documents: grounded, of the right kinds and lengths, the same for the same seed, bounded for
 * hostile documents; and the worker's handler around them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "tests/unit/sample_document.h"
#include "workers/inference/generate.h"
#include "workers/inference/inference_handler.h"
#include "workers/inference/prose.h"

static struct domain *domain;
static struct settings settings;

static int open_domain(void **state)
{
	(void)state;
	domain = sample_domain("ran");
	settings_init(&settings);
	return 0;
}

static int close_domain(void **state)
{
	(void)state;
	domain_destroy(domain);
	settings_done(&settings);
	return 0;
}

struct result {
	void *block;
	size_t bytes;
	struct conversation_set set;
};

static void generate_with(const struct settings *with, const struct document *document, struct result *ret_result)
{
	struct error_text error = { 0 };
	struct conversation_builder *builder = conversation_builder_create();
	assert_non_null(builder);
	assert_int_equal(generate_conversations(with, domain, document, builder), 0);
	int64_t bytes = conversation_builder_bytes(builder);
	assert_true(bytes > 0);
	ret_result->bytes = (size_t)bytes;
	ret_result->block = aligned_alloc(64, (ret_result->bytes + 63) / 64 * 64);
	assert_non_null(ret_result->block);
	conversation_builder_write(builder, ret_result->block);
	conversation_builder_destroy(builder);
	assert_int_equal(conversation_open(ret_result->block, ret_result->bytes, &ret_result->set, &error), 0);
}

static void generate(const struct document *document, struct result *ret_result)
{
	generate_with(&settings, document, ret_result);
}

static struct text message_of(const struct result *result, const struct conversation *conversation, enum conversation_role role)
{
	for (uint32_t i = 0; i < conversation->message_count; i++) {
		const struct conversation_message *message = &result->set.messages[conversation->message_first + i];
		if (message->role == role)
			return conversation_text(&result->set, message->text);
	}
	return (struct text){ 0 };
}

static unsigned accepted_count(const struct result *result)
{
	unsigned count = 0;
	for (uint32_t i = 0; i < result->set.count; i++)
		count += result->set.conversations[i].accepted;
	return count;
}

/* Everything that can be said of a conversation of any document. */
static void check_conversation(const struct document *document, const struct result *result, const struct conversation *conversation)
{
	struct text question = message_of(result, conversation, CONVERSATION_USER), answer = message_of(result, conversation, CONVERSATION_ASSISTANT), word;
	struct text reason = conversation_text(&result->set, conversation->reason);
	assert_true(conversation->accepted == (reason.bytes == 0));
	assert_true(text_equal(conversation_text(&result->set, conversation->model), TEXT_LITERAL("built-in")));
	assert_true(conversation->span.bytes > 0 && conversation->span.offset + conversation->span.bytes <= document->markdown.bytes);
	const struct document_chunk *chunk = &document->chunks[conversation->chunk_index];
	assert_true(chunk->span.offset <= conversation->span.offset && conversation->span.offset < chunk->span.offset + chunk->span.bytes);
	if (!conversation->accepted)
		return;
	size_t question_chars = utf8_count(question), answer_chars = utf8_count(answer);
	assert_true(question_chars >= 10 && question_chars <= 300 && question.data[question.bytes - 1] == '?');
	assert_true(answer_chars >= 180 && answer_chars <= 4000);
	assert_true(conversation->scores.combined >= 0.7f && conversation->scores.accuracy == 1.0f);
	assert_true(!ascii_is_space(answer.data[0]) && !ascii_is_space(answer.data[answer.bytes - 1]));
	assert_true(text_find(answer, TEXT_LITERAL("\n\n\n")) < 0 && text_find(answer, TEXT_LITERAL("| ")) < 0);
	/* Whatever the generator took as its source: the document must have it all. */
	if (!fact_gate(domain, answer, document->markdown, &word)) {
		print_message("not in the document: \"%.*s\" of\n%.*s\n", TEXT_ARGS(word), TEXT_ARGS(answer));
		fail();
	}
}

static void check_all(const struct document *document, const struct result *result)
{
	for (uint32_t i = 0; i < result->set.count; i++) {
		check_conversation(document, result, &result->set.conversations[i]);
		for (uint32_t k = 0; k < i; k++)
			assert_false(text_equal(message_of(result, &result->set.conversations[i], CONVERSATION_USER),
						message_of(result, &result->set.conversations[k], CONVERSATION_USER)));
	}
}

static void test_a_feature_description(void **state)
{
	(void)state;
	struct sample sample;
	struct result result;
	struct settings many;
	unsigned kinds[CONVERSATION_QUESTION_COUNT] = { 0 };
	settings_init(&many);
	many.generate.pairs_quality = many.generate.pairs_document_max = 40;
	sample_feature(&sample);
	generate_with(&many, &sample.document, &result);
	check_all(&sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++)
		kinds[result.set.conversations[i].question] += result.set.conversations[i].accepted;
	static const enum conversation_question expected[] = {
		CONVERSATION_FACTUAL, CONVERSATION_CONCEPTUAL, CONVERSATION_PROCEDURAL, CONVERSATION_CONFIGURATION, CONVERSATION_TROUBLESHOOTING,
		CONVERSATION_COUNTER_ANALYSIS, CONVERSATION_DEPENDENCY, CONVERSATION_ACTIVATION, CONVERSATION_COMPARISON, CONVERSATION_OPTIMISATION,
	};
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_true(kinds[expected[i]] > 0);
	assert_true(accepted_count(&result) >= 15);
	assert_int_equal(accepted_count(&result), result.set.count); /* nothing of a good document is refused */
	free(result.block);
	sample_done(&sample);
	settings_done(&many);
}

static const struct conversation *find_kind(const struct result *result, enum conversation_question kind)
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
	struct result result;
	struct settings many;
	settings_init(&many);
	many.generate.pairs_quality = many.generate.pairs_document_max = 40;
	sample_feature(&sample);
	generate_with(&many, &sample.document, &result);
	const struct conversation *activation = find_kind(&result, CONVERSATION_ACTIVATION);
	assert_non_null(activation);
	struct text answer = message_of(&result, activation, CONVERSATION_ASSISTANT);
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
		assert_true(text_find(message_of(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT), TEXT_LITERAL("cmedit set * EUtranCellFDD.pm")) < 0);
	const struct conversation *counter = find_kind(&result, CONVERSATION_COUNTER_ANALYSIS);
	assert_non_null(counter);
	assert_true(text_find(conversation_text(&result.set, counter->counters), TEXT_LITERAL("pmRa")) >= 0);
	for (uint32_t i = 0; i < result.set.count; i++) /* a sentence that needs a figure beside it is left out */
		assert_true(text_find(message_of(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT), TEXT_LITERAL("Figure 3")) < 0);
	free(result.block);
	sample_done(&sample);
	settings_done(&many);
}

static void test_same_seed_same_bytes(void **state)
{
	(void)state;
	struct sample sample;
	struct result first, second, other;
	struct settings seeded;
	settings_init(&seeded);
	seeded.run.seed = 77;
	sample_feature(&sample);
	generate(&sample.document, &first);
	generate(&sample.document, &second);
	generate_with(&seeded, &sample.document, &other);
	assert_int_equal(first.bytes, second.bytes);
	assert_memory_equal(first.block, second.block, first.bytes);
	assert_true(other.bytes != first.bytes || memcmp(other.block, first.block, first.bytes) != 0);
	check_all(&sample.document, &other);
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
	struct result result;
	struct settings limited;
	settings_init(&limited);
	sample_feature(&sample);
	limited.generate.pairs_document_max = 3;
	generate_with(&limited, &sample.document, &result);
	assert_int_equal(accepted_count(&result), 3);
	free(result.block);
	limited.generate.pairs_document_max = 20;
	limited.generate.cmedit = false;
	limited.generate.system = "You answer briefly.";
	generate_with(&limited, &sample.document, &result);
	assert_null(find_kind(&result, CONVERSATION_CONFIGURATION));
	for (uint32_t i = 0; i < result.set.count; i++) {
		assert_int_equal(result.set.conversations[i].message_count, 3);
		assert_true(text_equal(message_of(&result, &result.set.conversations[i], CONVERSATION_SYSTEM), TEXT_LITERAL("You answer briefly.")));
	}
	free(result.block);
	limited.generate.system = "";
	limited.gate.generation = 1.0; /* what is refused is kept with its reason, and not without end */
	generate_with(&limited, &sample.document, &result);
	assert_int_equal(accepted_count(&result), 0);
	assert_true(result.set.count > 0 && result.set.count < 300);
	for (uint32_t i = 0; i < result.set.count; i++)
		assert_true(text_find(conversation_text(&result.set, result.set.conversations[i].reason), TEXT_LITERAL("below 1.00")) >= 0);
	free(result.block);
	sample_done(&sample);
	settings_init(&limited);
	settings_done(&limited);
}

/* --- tables of rows --- */

static void add_row(struct buffer *markdown, size_t row)
{
	buffer_append_format(markdown, "| NRCellDU | pUsage%zu | Specifies the share of the resource blocks that bearers of class %zu may take in the cell. | %zu..%zu | %zu | ms |\n",
			     row, row, row, row + 100, row + 7);
}

static void add_row_item(struct document_builder *builder, struct buffer *text, size_t row, struct document_range span)
{
	document_builder_add_item(builder, DOCUMENT_PARAMETERS, 1.0f, span);
	const char *formats[] = { "pUsage%zu", "Specifies the share of the resource blocks that bearers of class %zu may take in the cell." };
	static const enum document_key keys[] = { DOCUMENT_KEY_NAME, DOCUMENT_KEY_DESCRIPTION };
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		buffer_clear(text);
		buffer_append_format(text, formats[i], row);
		document_builder_add_attribute(builder, keys[i], buffer_view(text), span);
		if (i == 0) {
			document_builder_add_attribute(builder, DOCUMENT_KEY_MO_CLASS, TEXT_LITERAL("NRCellDU"), span);
			document_builder_add_attribute(builder, DOCUMENT_KEY_ATTRIBUTE, buffer_view(text), span);
		}
	}
	buffer_clear(text);
	buffer_append_format(text, "%zu..%zu", row, row + 100);
	document_builder_add_attribute(builder, DOCUMENT_KEY_RANGE, buffer_view(text), span);
	buffer_clear(text);
	buffer_append_format(text, "%zu", row + 7);
	document_builder_add_attribute(builder, DOCUMENT_KEY_DEFAULT, buffer_view(text), span);
}

static void make_rows(size_t rows, enum document_format format, struct sample *ret_sample)
{
	struct buffer markdown, text;
	buffer_init(&markdown, 1 << 28);
	buffer_init(&text, 4096);
	struct document_range *spans = malloc(rows * sizeof(*spans));
	assert_non_null(spans);
	buffer_append_string(&markdown, "# Parameters\n\n| Class | Name | Description | Range | Default | Unit |\n| --- | --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < rows; i++) {
		size_t start = markdown.bytes;
		add_row(&markdown, i);
		spans[i] = (struct document_range){ (uint32_t)start, (uint32_t)(markdown.bytes - start - 1) };
	}
	struct document_builder *builder = sample_begin("Parameters", NULL, buffer_view(&markdown));
	document_builder_set_format(builder, format, format == DOCUMENT_FORMAT_CSV ? 1 : 0);
	for (size_t i = 0; i < rows; i++)
		add_row_item(builder, &text, i, spans[i]);
	sample_finish(builder, ret_sample);
	free(spans);
	buffer_done(&markdown);
	buffer_done(&text);
}

static void test_rows_get_two_pairs_each(void **state)
{
	(void)state;
	struct sample sample;
	struct result result;
	struct settings limited;
	settings_init(&limited);
	make_rows(200, DOCUMENT_FORMAT_CSV, &sample);
	generate(&sample.document, &result);
	check_all(&sample.document, &result);
	assert_int_equal(accepted_count(&result), 400);
	assert_int_equal(result.set.count, 400);
	/* The name is Class.attribute although the columns give the two apart. */
	assert_true(text_equal(conversation_text(&result.set, result.set.conversations[0].parameters), TEXT_LITERAL("NRCellDU.pUsage0")));
	free(result.block);
	limited.generate.pairs_csv_max = 25;
	generate_with(&limited, &sample.document, &result);
	assert_int_equal(accepted_count(&result), 25);
	free(result.block);
	sample_done(&sample);
	settings_done(&limited);
}

static void test_a_hundred_thousand_items(void **state)
{
	(void)state;
	struct sample sample;
	struct result result;
	make_rows(100000, DOCUMENT_FORMAT_MARKDOWN, &sample);
	generate(&sample.document, &result);
	assert_true(accepted_count(&result) > 0 && accepted_count(&result) <= 20);
	assert_true(result.set.count < 200);
	free(result.block);
	sample_done(&sample);
}

/* --- exports whose rows are no parameters --- */

static void check_export(const char *kind, enum document_category category, const char *markdown, const char *row, const char *name,
			 const char *const *details, const char *const *expected, unsigned pairs)
{
	struct sample sample;
	struct result result;
	struct document_builder *builder = sample_begin("t.csv", NULL, text_from(markdown));
	struct document_range span = { (uint32_t)text_find(text_from(markdown), text_from(row)), (uint32_t)strlen(row) };
	document_builder_set_format(builder, DOCUMENT_FORMAT_CSV, 1);
	document_builder_set_meta(builder, DOCUMENT_META_KIND, text_from(kind));
	document_builder_add_item(builder, category, 0.95f, span);
	document_builder_add_attribute(builder, DOCUMENT_KEY_NAME, text_from(name), span);
	for (size_t i = 0; details[i]; i++) {
		struct text detail = text_from(details[i]);
		size_t colon = (size_t)text_find(detail, TEXT_LITERAL(": "));
		struct text value = text_slice(detail, colon + 2, detail.bytes);
		if (text_starts_with(detail, TEXT_LITERAL("Severity")))
			document_builder_add_attribute(builder, DOCUMENT_KEY_TYPE, value, span);
		if (text_starts_with(detail, TEXT_LITERAL("Description")) && category == DOCUMENT_EVENTS)
			document_builder_add_attribute(builder, DOCUMENT_KEY_DESCRIPTION, value, span);
	}
	for (size_t i = 0; details[i]; i++)
		document_builder_add_attribute(builder, DOCUMENT_KEY_DETAIL, text_from(details[i]), span);
	sample_finish(builder, &sample);
	generate(&sample.document, &result);
	check_all(&sample.document, &result);
	assert_int_equal(accepted_count(&result), pairs);
	for (uint32_t k = 0; k < result.set.count; k++) {
		struct text answer = message_of(&result, &result.set.conversations[k], CONVERSATION_ASSISTANT);
		for (size_t i = 0; expected[i]; i++)
			assert_true(text_find(answer, text_from(expected[i])) >= 0);
	}
	free(result.block);
	sample_done(&sample);
}

static void test_alarms_are_asked_for_their_remedy(void **state)
{
	(void)state;
	static const char *const details[] = { "Alarm Name: Fan Speed Abnormal", "Severity: MINOR", "Probable Cause: 307",
		"Description: A fan runs slower than ordered, and the temperature of the unit is within its limits.",
		"Proposed Action: Clean the filter, then replace the fan unit.", NULL };
	static const char *const expected[] = { "\"Fan Speed Abnormal\"", "severity MINOR", "A fan runs slower than ordered", "Clean the filter", "307", NULL };
	check_export("alarms", DOCUMENT_EVENTS,
		     "# t.csv\n\n| Alarm Name | Severity | Probable Cause | Description | Proposed Action |\n| --- | --- | --- | --- | --- |\n"
		     "| Fan Speed Abnormal | MINOR | 307 | A fan runs slower than ordered, and the temperature of the unit is within its limits. "
		     "| Clean the filter, then replace the fan unit. |\n",
		     "| Fan Speed Abnormal | MINOR | 307 |", "Fan Speed Abnormal", details, expected, 2);
}

static void test_indicators_are_asked_for_their_formula(void **state)
{
	(void)state;
	static const char *const details[] = { "Famille: Maintien", "Nom Kpi: Taux de coupure",
		"Description: Part des porteuses libérées anormalement alors que des données attendaient.",
		"Formule: 100 * pmErabRelAbnormalEnbAct / pmErabRelNormalEnb", "Unité: %", NULL };
	static const char *const expected[] = { "\"Taux de coupure\"", "`100 * pmErabRelAbnormalEnbAct / pmErabRelNormalEnb`", "Part des porteuses", NULL };
	check_export("kpis", DOCUMENT_COUNTERS,
		     "# t.csv\n\n| Famille | Nom Kpi | Description | Formule | Unité |\n| --- | --- | --- | --- | --- |\n"
		     "| Maintien | Taux de coupure | Part des porteuses libérées anormalement alors que des données attendaient. | "
		     "100 \\* pmErabRelAbnormalEnbAct / pmErabRelNormalEnb | % |\n",
		     "| Maintien | Taux de coupure |", "pmErabRelAbnormalEnbAct", details, expected, 1);
}

/* --- what answers must not do --- */

static void test_commands_set_what_makes_sense(void **state)
{
	(void)state;
	struct sample sample;
	struct result result;
	struct settings many;
	bool as_documented = false, to_default = false;
	settings_init(&many);
	many.generate.pairs_quality = many.generate.pairs_document_max = 60;
	sample_feature(&sample);
	generate_with(&many, &sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++) {
		struct text answer = message_of(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT);
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
	struct result result;
	struct settings many;
	settings_init(&many);
	many.generate.pairs_quality = many.generate.pairs_document_max = 60;
	sample_feature(&sample);
	generate_with(&many, &sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++)
		for (uint32_t k = 0; k < i; k++)
			assert_false(text_equal(message_of(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT),
						message_of(&result, &result.set.conversations[k], CONVERSATION_ASSISTANT)));
	free(result.block);
	sample_done(&sample);
	settings_done(&many);
}

/* A document of one section, as an answer sees it. */
static void expect_in_answer(const char *title, const char *markdown, const char *wanted, const char *unwanted)
{
	struct sample sample;
	struct result result;
	bool found = false;
	sample_finish(sample_begin(title, NULL, text_from(markdown)), &sample);
	generate(&sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++) {
		struct text answer = message_of(&result, &result.set.conversations[i], CONVERSATION_ASSISTANT);
		struct text question = message_of(&result, &result.set.conversations[i], CONVERSATION_USER);
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
	/* A heading that stands twice needs the one above it, and says nothing of the whole. */
	expect_in_answer("Lane manual", "# Lane manual\n\n## Readers\n\n### Description\n\n" PROSE "\n\n## Writers\n\n### Description\n\n" PROSE
			 "It is one of many.\n", "ers: Description\"", "introduces its subject");
	/* A row of a table about faults is a case. */
	expect_in_answer("Lane manual", "# Lane manual\n\n## Troubleshooting\n\n| Symptom | Likely Cause | What to Do |\n| --- | --- | --- |\n"
			 "| The reader sleeps for ever | The writer stored the word before the payload and never woke the reader | Store the word "
			 "last, then send one message to `lane` |\n",
			 "- Symptom: The reader sleeps for ever\n- Likely Cause: The writer stored", "| The");
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
		struct result result;
		sample_finish(sample_begin("Title", "Feature", text_from(texts[i])), &sample);
		generate(&sample.document, &result);
		assert_int_equal(accepted_count(&result), 0);
		free(result.block);
		sample_done(&sample);
	}
}

static void test_items_that_say_nothing(void **state)
{
	(void)state;
	struct sample sample;
	struct result result;
	struct document_builder *builder = sample_begin("T", "F", TEXT_LITERAL("# T\n\nEUtranCellFDD.cellRange `` {name} %s ```x | y\n"));
	for (uint32_t category = 0; category < DOCUMENT_CATEGORY_COUNT; category++)
		sample_item(builder, (enum document_category)category, "EUtranCellFDD.cellRange `` {name} %s ```x", DOCUMENT_KEY_NAME,
			    "EUtranCellFDD.cellRange `` {name} %s ```x", DOCUMENT_KEY_MO_CLASS, "\n", DOCUMENT_KEY_DESCRIPTION, "`", DOCUMENT_KEY_COUNT);
	sample_finish(builder, &sample);
	generate(&sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++)
		check_conversation(&sample.document, &result, &result.set.conversations[i]);
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
		struct result result;
		buffer_init(&markdown, 1 << 24);
		buffer_append_string(&markdown, "# Heading\n\n");
		while (markdown.bytes < (1 << 20))
			buffer_append_string(&markdown, pieces[i]);
		buffer_append_byte(&markdown, '\n');
		sample_finish(sample_begin("Heading", NULL, buffer_view(&markdown)), &sample);
		generate(&sample.document, &result);
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
	struct result result;
	struct document_builder *builder = sample_begin("T", "F", TEXT_LITERAL("# T\n\nText that would be long enough for something.\n"));
	document_builder_set_status(builder, DOCUMENT_REJECTED, DOCUMENT_GATE_PREPROCESSING);
	document_builder_set_meta(builder, DOCUMENT_META_REASON, TEXT_LITERAL("for the test"));
	sample_finish(builder, &sample);
	generate(&sample.document, &result);
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
	prose_render(&out, domain, TEXT_LITERAL("An odd ` tick and ``two`` of them"));
	assert_true(out.bytes > 0);
	buffer_done(&out);
}

/* --- the worker --- */

static void test_handler_keeps_what_does_not_fit(void **state)
{
	(void)state;
	struct sample sample;
	struct result result;
	struct error_text error = { 0 };
	struct conversation_set set;
	void *context = NULL;
	size_t needed = 0;
	sample_feature(&sample);
	generate(&sample.document, &result);
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
		cmocka_unit_test(test_a_feature_description), cmocka_unit_test(test_what_answers_are_made_of), cmocka_unit_test(test_same_seed_same_bytes),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_rows_get_two_pairs_each), cmocka_unit_test(test_a_hundred_thousand_items),
		cmocka_unit_test(test_alarms_are_asked_for_their_remedy), cmocka_unit_test(test_indicators_are_asked_for_their_formula),
		cmocka_unit_test(test_commands_set_what_makes_sense), cmocka_unit_test(test_answers_differ),
		cmocka_unit_test(test_sections_are_told_as_they_are), cmocka_unit_test(test_documents_without_anything), cmocka_unit_test(test_items_that_say_nothing), cmocka_unit_test(test_long_and_flat_documents),
		cmocka_unit_test(test_documents_that_were_not_converted), cmocka_unit_test(test_sentences_that_stand_alone), cmocka_unit_test(test_rendering),
		cmocka_unit_test(test_handler_keeps_what_does_not_fit),
	};
	return cmocka_run_group_tests(tests, open_domain, close_domain);
}
