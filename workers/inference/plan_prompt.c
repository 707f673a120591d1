/* plan_prompt.c: a call of the plan as the text that the model gets, the schema of its reply and an example of one (see plan.h). */
#include "base/json_writer.h"
#include "workers/inference/plan.h"
#include "workers/model/call.h"

#include <stdio.h>

static const char *const item_categories[] = { "parameter", "counter", "event", "feature" };

/* --- prompts --------------------------------------------------------------------------------------------------------- */

/* "2 factual, 1 procedural" */
static void write_kinds(const struct plan_call *call, struct buffer *out)
{
	for (size_t i = 0; i < CONVERSATION_QUESTION_COUNT; i++)
		if (call->kinds[i])
			buffer_append_format(out, "%s%u %s", out->bytes ? ", " : "", call->kinds[i], conversation_question_name((enum conversation_question)i));
}

static void write_source(const struct document *document, const struct prompts *prompts, const struct plan_call *call, struct buffer *out)
{
	const struct document_chunk *chunk = &document->chunks[call->chunk];
	struct buffer source;

	buffer_init(&source, SIZE_MAX / 4);
	if (call->header.bytes) {
		buffer_append_text(&source, document_span(document, call->header));
		if (source.bytes && source.data[source.bytes - 1] != '\n')
			buffer_append_byte(&source, '\n');
	}
	buffer_append_text(&source, text_trim(document_span(document, call->span)));
	const struct prompt_value values[] = {
		{ "title", document_meta(document, DOCUMENT_META_TITLE) },
		{ "section", document_text(document, chunk->heading_path) },
		{ "source", buffer_view(&source) },
	};
	prompts_fill(prompts, PROMPT_SOURCE, values, COUNT_OF(values), out);
	buffer_append_byte(out, '\n');
	if (source.status && !out->status)
		out->status = source.status;
	buffer_done(&source);
}

static void write_part(const struct prompts *prompts, enum prompt_family family, bool wanted, const struct prompt_value *value, struct buffer *out)
{
	if (!wanted)
		return;
	prompts_fill(prompts, family, value, value ? 1 : 0, out);
	buffer_append_byte(out, '\n');
}

static enum prompt_family task_of(enum plan_family family)
{
	static const enum prompt_family tasks[PLAN_FAMILY_COUNT] = { PROMPT_PAIRS, PROMPT_DIALOGUE, PROMPT_REWRITE, PROMPT_JUDGE };
	return tasks[family];
}

static void write_task(const struct settings *settings, const struct prompts *prompts, const struct plan_call *call, const struct plan_texts *texts,
		       bool in_words, struct buffer *out)
{
	struct buffer kinds, summary, items, reply, example;
	struct buffer *const all[] = { &kinds, &summary, &items, &reply, &example };
	char count[16], question[48], answer[48];

	for (size_t i = 0; i < COUNT_OF(all); i++)
		buffer_init(all[i], 1 << 20);
	snprintf(count, sizeof(count), "%u", call->count);
	snprintf(question, sizeof(question), "%llu to %llu", (unsigned long long)settings->generate.question_chars_min,
		 (unsigned long long)settings->generate.question_chars_max);
	snprintf(answer, sizeof(answer), "%llu to %llu", (unsigned long long)settings->generate.answer_chars_min,
		 (unsigned long long)settings->generate.answer_chars_max);
	write_kinds(call, &kinds);
	write_part(prompts, PROMPT_SUMMARY, call->summary, NULL, &summary);
	const struct prompt_value known = { "known", texts->known.bytes ? texts->known : TEXT_LITERAL("(none yet)") };
	write_part(prompts, PROMPT_TOP_UP, call->items, &known, &items);
	plan_write_example(settings, call, &example);
	const struct prompt_value form = { "example", buffer_view(&example) };
	write_part(prompts, PROMPT_REPLY, in_words, &form, &reply);
	bool reasons = strcmp(settings->generate.reasoning, "strip") != 0;
	const struct prompt_value values[] = {
		{ "count", text_from(count) }, { "turns", text_from(count) }, { "kinds", buffer_view(&kinds) },
		{ "question_chars", text_from(question) }, { "answer_chars", text_from(answer) },
		{ "reasoning", reasons ? TEXT_LITERAL("- \"reasoning\": how the answer follows from the source, in one to four sentences.\n") : TEXT_LITERAL("") },
		{ "summary", buffer_view(&summary) }, { "items", buffer_view(&items) }, { "reply", buffer_view(&reply) },
		{ "questions", texts->numbered }, { "pairs", texts->numbered },
	};
	prompts_fill(prompts, task_of(call->family), values, COUNT_OF(values), out);
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		if (all[i]->status && !out->status)
			out->status = all[i]->status;
		buffer_done(all[i]);
	}
}

void plan_write_prompt(const struct settings *settings, const struct document *document, const struct prompts *prompts,
		       const struct plan_call *call, const struct plan_texts *texts, bool in_words, struct buffer *out)
{
	if (call->span.bytes) /* questions in other words need no source */
		write_source(document, prompts, call, out);
	write_task(settings, prompts, call, texts, in_words, out);
}

/* --- schemas ----------------------------------------------------------------------------------------------------------
 * Of lengths only small ones: servers turn them into grammars of as many steps. What is too long or too short is refused afterwards. */

static void open_schema(struct json_writer *json)
{
	json_object_open(json);
	json_member_string(json, "type", "object");
	json_key(json, "properties");
	json_object_open(json);
}

/* All of `names` (ended by NULL) are required. */
static void close_schema(struct json_writer *json, const char *const *names)
{
	json_object_close(json);
	json_key(json, "required");
	json_array_open(json);
	for (; *names; names++)
		json_string(json, *names);
	json_array_close(json);
	json_member_boolean(json, "additionalProperties", false);
	json_object_close(json);
}

static void member_type(struct json_writer *json, const char *key, const char *type)
{
	json_key(json, key);
	json_object_open(json);
	json_member_string(json, "type", type);
	json_object_close(json);
}

static void member_prose(struct json_writer *json, const char *key)
{
	json_key(json, key);
	json_object_open(json);
	json_member_string(json, "type", "string");
	json_member_unsigned(json, "minLength", CALL_TEXT_CHARS_MIN);
	json_object_close(json);
}

static void open_list(struct json_writer *json, const char *key, uint64_t least, uint64_t most)
{
	json_key(json, key);
	json_object_open(json);
	json_member_string(json, "type", "array");
	json_member_unsigned(json, "minItems", least);
	json_member_unsigned(json, "maxItems", most);
	json_key(json, "items");
}

static void close_list(struct json_writer *json) { json_object_close(json); }

static void member_words(struct json_writer *json, const char *key, const char *const *words, size_t count)
{
	json_key(json, key);
	json_object_open(json);
	json_member_string(json, "type", "string");
	json_key(json, "enum");
	json_array_open(json);
	for (size_t i = 0; i < count; i++)
		json_string(json, words[i]);
	json_array_close(json);
	json_object_close(json);
}

static void write_pair_schema(struct json_writer *json, const struct plan_call *call, bool reasons, bool in_words)
{
	static const char *const least[] = { "question", "answer", NULL };
	static const char *const with[] = { "type", "question", "evidence", "reasoning", "answer", NULL };
	static const char *const without[] = { "type", "question", "evidence", "answer", NULL };
	const char *kinds[CONVERSATION_QUESTION_COUNT];
	size_t count = 0;

	for (size_t i = 0; i < CONVERSATION_QUESTION_COUNT; i++)
		if (call->kinds[i])
			kinds[count++] = conversation_question_name((enum conversation_question)i);
	open_schema(json);
	member_words(json, "type", kinds, count);
	member_prose(json, "question");
	member_type(json, "evidence", "string");
	if (reasons)
		member_type(json, "reasoning", "string");
	member_prose(json, "answer");
	close_schema(json, in_words ? least : reasons ? with : without);
}

static void write_items_schema(struct json_writer *json)
{
	enum { ITEMS_MAX = 12 };
	static const char *const item_names[] = { "category", "name", "description", NULL };

	open_list(json, "items", 0, ITEMS_MAX);
	open_schema(json);
	member_words(json, "category", item_categories, COUNT_OF(item_categories));
	member_type(json, "name", "string");
	member_type(json, "description", "string");
	close_schema(json, item_names);
	close_list(json);
}

/* The pairs stand first: a reply that is cut off, or that goes round in circles among the rest, has them. */
static void write_pairs_schema(struct json_writer *json, const struct plan_call *call, bool reasons, bool in_words)
{
	const char *names[4];
	size_t count = 0;

	open_schema(json);
	open_list(json, "pairs", 1, call->count);
	write_pair_schema(json, call, reasons, in_words);
	close_list(json);
	names[count++] = "pairs";
	if (call->summary) {
		member_type(json, "summary", "string");
		names[count++] = "summary";
	}
	if (call->items) {
		write_items_schema(json);
		names[count++] = "items";
	}
	names[in_words ? 1 : count] = NULL;
	close_schema(json, names);
}

static void write_list_schema(struct json_writer *json, const struct plan_call *call, const char *list, const char *const *texts,
			      const char *const *numbers, uint64_t number_max)
{
	const char *all[12];
	size_t count = 0;

	open_schema(json);
	open_list(json, list, 1, call->count);
	open_schema(json);
	for (; *numbers; numbers++) {
		bool is_number = strcmp(*numbers, "number") == 0;
		json_key(json, *numbers);
		json_object_open(json);
		json_member_string(json, "type", "integer");
		json_member_unsigned(json, "minimum", 1);
		json_member_unsigned(json, "maximum", is_number ? call->count : number_max);
		json_object_close(json);
		all[count++] = *numbers;
	}
	for (; *texts; texts++) {
		member_type(json, *texts, "string");
		all[count++] = *texts;
	}
	all[count] = NULL;
	close_schema(json, all);
	close_list(json);
	const char *const names[] = { list, NULL };
	close_schema(json, names);
}

static const char *const no_names[] = { NULL }, *const turn_texts[] = { "question", "answer", NULL }, *const rewrite_texts[] = { "question", NULL },
		  *const rewrite_numbers[] = { "number", NULL }, *const judge_texts[] = { "reason", NULL },
		  *const judge_numbers[] = { "number", "faithfulness", "usefulness", "self_containedness", NULL };

void plan_write_schema(const struct settings *settings, const struct plan_call *call, bool in_words, struct buffer *out)
{
	struct json_writer json;

	json_init(&json, out, 0);
	switch (call->family) {
	case PLAN_PAIRS: write_pairs_schema(&json, call, strcmp(settings->generate.reasoning, "strip") != 0, in_words); break;
	case PLAN_DIALOGUE: write_list_schema(&json, call, "turns", turn_texts, no_names, 0); break;
	case PLAN_REWRITE: write_list_schema(&json, call, "questions", rewrite_texts, rewrite_numbers, 0); break;
	case PLAN_JUDGE: write_list_schema(&json, call, "judgements", judge_texts, judge_numbers, CONVERSATION_MARK_MAX); break;
	case PLAN_FAMILY_COUNT: break;
	}
}

/* --- examples --------------------------------------------------------------------------------------------------------- */

static void write_pairs_example(const struct plan_call *call, bool reasons, struct buffer *out)
{
	size_t kind = 0;

	while (kind + 1 < CONVERSATION_QUESTION_COUNT && !call->kinds[kind])
		kind++;
	buffer_append_format(out, "{\"pairs\": [{\"type\": \"%s\", \"question\": \"…?\", \"evidence\": \"…\"%s, \"answer\": \"…\"}]",
			     conversation_question_name((enum conversation_question)kind), reasons ? ", \"reasoning\": \"…\"" : "");
	buffer_append_string(out, call->summary ? ", \"summary\": \"…\"" : "");
	buffer_append_string(out, call->items ? ", \"items\": [{\"category\": \"parameter\", \"name\": \"…\", \"description\": \"…\"}]" : "");
	buffer_append_byte(out, '}');
}

void plan_write_example(const struct settings *settings, const struct plan_call *call, struct buffer *out)
{
	switch (call->family) {
	case PLAN_PAIRS: write_pairs_example(call, strcmp(settings->generate.reasoning, "strip") != 0, out); break;
	case PLAN_DIALOGUE: buffer_append_string(out, "{\"turns\": [{\"question\": \"…?\", \"answer\": \"…\"}]}"); break;
	case PLAN_REWRITE: buffer_append_string(out, "{\"questions\": [{\"number\": 1, \"question\": \"…?\"}]}"); break;
	case PLAN_JUDGE:
		buffer_append_string(out, "{\"judgements\": [{\"number\": 1, \"faithfulness\": 4, \"usefulness\": 5, \"self_containedness\": 5, "
					  "\"reason\": \"…\"}]}");
		break;
	case PLAN_FAMILY_COUNT: break;
	}
}
