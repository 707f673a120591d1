#include "tests/fake_server/model.h"

#include <errno.h>
#include <json-c/json.h>
#include <xxhash.h>

enum { CANDIDATES_MAX = 64, KEYS_MAX = 12, KEY_BYTES_MAX = 40, EXAMPLE_DEPTH_MAX = 16 };

void model_init(struct model *model) { passage_init(&model->passage); }
void model_done(struct model *model) { passage_done(&model->passage); }

static bool is_schema(struct json_object *value)
{
	struct json_object *type, *parts;
	return json_object_object_get_ex(value, "type", &type) && json_object_is_type(type, json_type_string) &&
	       (json_object_object_get_ex(value, "properties", &parts) || json_object_object_get_ex(value, "items", &parts));
}

/* The last JSON object or array in the text that has members; to be released. NULL without one. */
static struct json_object *find_example(struct text text)
{
	struct json_tokener *tokener = json_tokener_new_ex(EXAMPLE_DEPTH_MAX);
	struct json_object *found = NULL;
	int tries = 0;

	for (size_t i = 0; tokener && i < text.bytes && tries < CANDIDATES_MAX; i++) {
		if (text.data[i] != '{' && text.data[i] != '[')
			continue;
		tries++;
		json_tokener_reset(tokener);
		struct json_object *value = json_tokener_parse_ex(tokener, text.data + i, (int)size_min(text.bytes - i, 1 << 16));
		if (json_tokener_get_error(tokener) != json_tokener_success) {
			json_object_put(value);
			continue;
		}
		i += json_tokener_get_parse_end(tokener) - 1;
		if ((json_object_is_type(value, json_type_object) && json_object_object_length(value) > 0) ||
		    (json_object_is_type(value, json_type_array) && json_object_is_type(json_object_array_get_idx(value, 0), json_type_object))) {
			struct json_object *kept = found && is_schema(found) && !is_schema(value) ? found : value; /* an earlier reply is no form */
			json_object_put(kept == value ? found : value);
			found = kept;
		} else {
			json_object_put(value);
		}
	}
	if (tokener)
		json_tokener_free(tokener);
	return found;
}

/* Words in quotes or backticks that look like keys. */
static size_t find_keys(struct text text, struct text keys[KEYS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < text.bytes && count < KEYS_MAX; i++) {
		char quote = text.data[i];
		if (quote != '"' && quote != '`')
			continue;
		size_t end = i + 1;
		while (end < text.bytes && (ascii_is_lower(text.data[end]) || text.data[end] == '_'))
			end++;
		if (end == text.bytes || text.data[end] != quote || end - i < 3 || end - i > KEY_BYTES_MAX)
			continue;
		struct text key = text_slice(text, i + 1, end);
		bool known = text_equal(key, TEXT_LITERAL("json"));
		for (size_t k = 0; k < count; k++)
			known |= text_equal(keys[k], key);
		if (!known)
			keys[count++] = key;
		i = end;
	}
	return count;
}

/* The line after "Question:" in the task, or its only line with a question mark. */
static struct text find_question(struct text task)
{
	struct text line;

	while (text_next_line(&task, &line)) {
		ptrdiff_t label = text_find_nocase(line, TEXT_LITERAL("question:"));
		if (label >= 0 && label + 20 < (ptrdiff_t)line.bytes)
			return text_slice(line, (size_t)label + 9, line.bytes);
	}
	return (struct text){ "", 0 };
}

/* The form that the words of the prompt describe. False: none, prose is wanted. */
static bool answer_in_words(struct composer *composer, const struct model_task *task, struct json_writer *json)
{
	const struct passage *passage = composer->passage;
	struct json_object *example = find_example(passage->after);
	struct text keys[KEYS_MAX];
	size_t count = 0;

	if (!example)
		example = find_example(passage->before);
	if (example) {
		if (is_schema(example))
			compose_schema(composer, example, json);
		else
			compose_example(composer, example, json);
		json_object_put(example);
		return true;
	}
	if (!task->json_mode && text_find(passage->after, TEXT_LITERAL("JSON")) < 0 && text_find(passage->before, TEXT_LITERAL("JSON")) < 0)
		return false;
	count = find_keys(passage->after, keys);
	if (count == 0)
		count = find_keys(passage->before, keys);
	if (count == 0) {
		keys[count++] = TEXT_LITERAL("question");
		keys[count++] = TEXT_LITERAL("answer");
	}
	compose_keys(composer, keys, count, json);
	return true;
}

int model_answer(struct model *model, const struct model_task *task, struct buffer *content, struct buffer *thoughts)
{
	struct composer composer;
	struct json_writer json;
	int status = passage_find(&model->passage, task->prompt);

	if (status < 0)
		return status;
	composer_init(&composer, &model->passage, compose_mix(task->seed, XXH3_64bits(task->prompt.data, task->prompt.bytes)), task->fault);
	if (model->passage.after.data != task->prompt.data)
		composer.question = find_question(model->passage.after);
	if (thoughts)
		compose_thoughts(&composer, thoughts);
	json_init(&json, content, 0);
	if (task->prose)
		compose_prose(&composer, content);
	else if (task->schema)
		compose_schema(&composer, task->schema, &json);
	else if (!(task->grammar.bytes && grammar_compose(&composer, task->grammar, content)) && !answer_in_words(&composer, task, &json))
		compose_prose(&composer, content);
	composer_done(&composer);
	return content->status == 0 ? 0 : -ENOMEM;
}
