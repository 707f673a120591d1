/* test_model_rewording.c: questions of the rules that a model puts in other words: which ones, and which words are taken. */
#include "tests/unit/model_bench.h"
#include "workers/inference/model_batches.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint32_t count_reworded(const struct bench *bench)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < bench->block.set.count; i++)
		count += bench->block.set.conversations[i].question_model.bytes > 0;
	return count;
}

typedef void wording_of(struct text question, unsigned number, char *out, size_t bytes);

static void ask_please(struct text question, unsigned number, char *out, size_t bytes)
{
	(void)number;
	(void)snprintf(out, bytes, "%.*s, please?", (int)question.bytes - 1, question.data);
}

static void add_a_name(struct text question, unsigned number, char *out, size_t bytes)
{
	(void)number;
	(void)snprintf(out, bytes, "%.*s for EUtranCellFDD.madeUp?", (int)question.bytes - 1, question.data);
}

/* All with the same first word. */
static void ask_alike(struct text question, unsigned number, char *out, size_t bytes)
{
	(void)number;
	(void)snprintf(out, bytes, "Eventually, %.*s?", (int)question.bytes - 1, question.data);
}

/* What is in quotes, and the names, stay; the rest asks something else. */
static void ask_something_else(struct text question, unsigned number, char *out, size_t bytes)
{
	static const char *const words[] = { "Zebras", "Volcanoes", "Sonnets", "Oysters", "Glaciers", "Violins" };
	struct text rest = question, word;
	size_t at = (size_t)snprintf(out, bytes, "%s devour homework beneath icebergs before", words[number % COUNT_OF(words)]);
	while (text_next_field(&rest, ' ', &word)) {
		bool name = false;
		for (size_t i = 1; i < word.bytes; i++)
			name = name || ascii_is_upper(word.data[i]);
		if (name)
			at += (size_t)snprintf(out + at, bytes - at, " %.*s", (int)word.bytes, word.data);
	}
	if (out[at - 1] != '?')
		(void)snprintf(out + at, bytes - at, "?");
}

/* Replies to every batch with its own questions, changed by `wording`. */
static void reword_all(struct bench *bench, wording_of *wording)
{
	unsigned number = 0;
	struct compose_block rules = { .data = NULL };
	struct model_batches batches = { NULL, 0 };
	assert_int_equal(compose_rules(&planned.settings, planned.domain, &planned.sample.document, &rules), 0);
	assert_int_equal(model_batches_rewrite(&planned.settings, planned.domain, &planned.sample.document, &rules.set, 1000, &batches), 0);
	assert_true(batches.count > 0);
	for (size_t i = 0; i < batches.count; i++) {
		struct json_object *list = json_object_new_array(), *root = json_object_new_object();
		for (uint32_t k = 0; k < batches.items[i].call.count; k++) {
			const struct conversation *one = &rules.set.conversations[batches.items[i].members[k]];
			struct text question = conversation_text(&rules.set, rules.set.messages[one->message_first].text);
			char text[600];
			wording(question, number++, text, sizeof(text));
			struct json_object *entry = json_object_new_object();
			json_object_object_add(entry, "number", json_object_new_int((int)k + 1));
			json_object_object_add(entry, "question", json_object_new_string(text));
			json_object_array_add(list, entry);
		}
		json_object_object_add(root, "questions", list);
		add_reply(bench, batches.items[i].call, json_object_to_json_string(root));
		json_object_put(root);
	}
	model_batches_done(&batches);
	compose_block_done(&rules);
}

static void other_words_keep_every_name_and_add_none(void **state)
{
	struct bench good = { .count = 0 }, bad = { .count = 0 };
	(void)state;
	planned_set(&planned, "generate.mode", "hybrid");
	planned_set(&planned, "generate.rewrite", "1");
	reword_all(&good, ask_please);
	compose(&good, false);
	assert_true(count_reworded(&good) > 3);
	reword_all(&bad, add_a_name);
	compose(&bad, false);
	assert_int_equal(count_reworded(&bad), 0);
	bench_done(&good);
	bench_done(&bad);
}

/* As they are asked for, so that no string of JSON ends at them. */
static void ask_in_typographic_quotes(struct text question, unsigned number, char *out, size_t bytes)
{
	size_t at = 0;
	bool open = false;
	(void)number;
	for (size_t i = 0; i + 1 < question.bytes && at + 16 < bytes; i++) {
		open ^= question.data[i] == '"';
		at += (size_t)snprintf(out + at, bytes - at, question.data[i] != '"' ? "%c" : open ? "\xE2\x80\x9C" : "\xE2\x80\x9D", question.data[i]);
	}
	(void)snprintf(out + at, bytes - at, ", please?");
}

static void quotes_do_not_end_the_model_s_strings(void **state)
{
	static const char text[] = "# Queue Service\n\n## Order of Cells\n\nThe scheduler reads the queue of each cell once in a period and serves the oldest request before all of the others. "
		"A request that waits for more than two periods is served at once.\n\n## Places in Order\n\nThe order of the cells is fixed when the node starts, and it is the same "
		"for all of its queues until the node is started again by an operator. A cell that is added later takes the last place in that order.\n";
	const struct sample feature = planned.sample;
	struct bench bench = { .count = 0 };
	struct compose_block rules = { .data = NULL };
	struct model_batches batches = { NULL, 0 };
	struct buffer asked;
	uint32_t quoted = 0;
	(void)state;
	sample_finish(sample_begin("Queue Service", NULL, text_from(text)), &planned.sample);
	planned_set(&planned, "generate.mode", "hybrid");
	planned_set(&planned, "generate.rewrite", "1");
	buffer_init(&asked, 1 << 20);
	assert_int_equal(compose_rules(&planned.settings, planned.domain, &planned.sample.document, &rules), 0);
	assert_int_equal(model_batches_rewrite(&planned.settings, planned.domain, &planned.sample.document, &rules.set, 1000, &batches), 0);
	for (size_t i = 0; i < batches.count; i++)
		model_batch_write(&rules.set, &batches.items[i], &asked);
	assert_true(text_find(buffer_view(&asked), TEXT_LITERAL("\"")) < 0 && text_find(buffer_view(&asked), TEXT_LITERAL("\xE2\x80\x9C")) >= 0);
	reword_all(&bench, ask_in_typographic_quotes);
	compose(&bench, false);
	for (uint32_t i = 0; i < bench.block.set.count; i++) {
		if (bench.block.set.conversations[i].question_model.bytes == 0)
			continue;
		struct text question = message_at(&bench, i, 0);
		quoted += text_find(question, TEXT_LITERAL("\"")) >= 0;
		assert_true(text_find(question, TEXT_LITERAL("\xE2\x80\x9C")) < 0);
	}
	assert_true(quoted > 0);
	buffer_done(&asked);
	model_batches_done(&batches);
	compose_block_done(&rules);
	bench_done(&bench);
	sample_done(&planned.sample);
	planned.sample = feature;
}

/* Every question is one of the rules' still: what is refused leaves it as it was. */
static void assert_questions_of_rules(const struct bench *bench)
{
	struct compose_block rules = { .data = NULL };
	uint32_t kept = 0;
	assert_int_equal(compose_rules(&planned.settings, planned.domain, &planned.sample.document, &rules), 0);
	for (uint32_t i = 0; i < bench->block.set.count; i++)
		for (uint32_t k = 0; k < rules.set.count && bench->block.set.conversations[i].question_model.bytes == 0; k++)
			kept += text_equal(message_at(bench, i, 0), conversation_text(&rules.set, rules.set.messages[rules.set.conversations[k].message_first].text));
	assert_int_equal(kept + count_reworded(bench), bench->block.set.count);
	compose_block_done(&rules);
}

static void other_words_make_questions_more_various(void **state)
{
	struct bench bench = { .count = 0 };
	(void)state;
	planned_set(&planned, "generate.mode", "hybrid");
	planned_set(&planned, "generate.rewrite", "1");
	reword_all(&bench, ask_alike);
	compose(&bench, false);
	assert_in_range(count_reworded(&bench), 1, 2); /* as often as other first words may be used, and not more */
	assert_questions_of_rules(&bench);
	bench_done(&bench);
}

static void other_words_ask_what_is_answered(void **state)
{
	struct bench bench = { .count = 0 };
	(void)state;
	planned_set(&planned, "generate.mode", "hybrid");
	planned_set(&planned, "generate.rewrite", "1");
	reword_all(&bench, ask_something_else);
	compose(&bench, false);
	assert_int_equal(count_reworded(&bench), 0);
	assert_questions_of_rules(&bench);
	bench_done(&bench);
}

/* Those that begin like most others are put in other words first. */
static void what_is_worded_alike_is_chosen(void **state)
{
	struct conversation_builder *builder = conversation_builder_create();
	struct compose_block block = { .data = NULL };
	struct model_batches batches = { NULL, 0 };
	static const char *const questions[] = { "Why is it late?", "What is it?", "How is it done?", "What is said of it?", "When is it done?", "What is it like?",
						 "Can it be done?", "What is it?" };
	size_t chosen = 0;
	(void)state;
	assert_non_null(builder);
	for (size_t i = 0; i < COUNT_OF(questions); i++) {
		conversation_builder_add(builder, (struct conversation){ .accepted = i != 3 });
		conversation_builder_add_message(builder, CONVERSATION_USER, text_from(questions[i]));
		conversation_builder_add_message(builder, CONVERSATION_ASSISTANT, TEXT_LITERAL("It is."));
	}
	assert_int_equal(compose_block_of(builder, &block), 0);
	planned_set(&planned, "generate.rewrite", "0.428572"); /* three of seven; the fourth was refused */
	assert_int_equal(model_batches_rewrite(&planned.settings, planned.domain, &planned.sample.document, &block.set, 1000, &batches), 0);
	for (size_t i = 0; i < batches.count; i++)
		for (uint32_t k = 0; k < batches.items[i].call.count; k++, chosen++) {
			uint32_t index = batches.items[i].members[k];
			assert_true(index == 1 || index == 5 || index == 7);
		}
	assert_int_equal(chosen, 3);
	model_batches_done(&batches);
	planned_set(&planned, "generate.rewrite", "0.285715"); /* two: those that are worded alike as a whole */
	assert_int_equal(model_batches_rewrite(&planned.settings, planned.domain, &planned.sample.document, &block.set, 1000, &batches), 0);
	assert_int_equal(batches.items[0].call.count, 2);
	assert_int_equal(batches.items[0].members[0], 1);
	assert_int_equal(batches.items[0].members[1], 7);
	model_batches_done(&batches);
	compose_block_done(&block);
	conversation_builder_destroy(builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(other_words_keep_every_name_and_add_none, usual_settings),
		cmocka_unit_test_setup(other_words_make_questions_more_various, usual_settings),
		cmocka_unit_test_setup(other_words_ask_what_is_answered, usual_settings),
		cmocka_unit_test_setup(quotes_do_not_end_the_model_s_strings, usual_settings),
		cmocka_unit_test_setup(what_is_worded_alike_is_chosen, usual_settings),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
