#include "tests/fake_server/script.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

struct script_rule {
	struct {
		const char *path, *model, *header, *text; /* NULL: any */
		int stream, reused;                       /* -1: any */
		uint64_t nth, from, to, every, times;     /* 0: any */
		double share;
	} match;
	struct script_action action;
	uint64_t seen, fired;
};

struct script {
	struct script_rule *rules;
	size_t count;
	uint32_t owners;
	struct json_object *kept; /* the strings of the rules stand here */
};

/* --- words ------------------------------------------------------------------------------------------------------------------- */

static const char *const body_words[BODY_COUNT] = {
	"usual", "empty", "garbage", "html", "invalid_utf8", "nuls", "utf16", "bom", "deep", "huge", "huge_string",
	"truncated", "error", "error_string", "no_choices", "array",
};
static const char *const content_words[CONTENT_COUNT] = {
	"usual", "fences", "fences_unclosed", "trailing_comma", "single_quotes", "unquoted_keys", "python", "comments",
	"line_breaks", "prose_around", "several_objects", "wrapped", "quoted", "cut", "empty", "spaces", "null",
	"nul_escapes", "surrogate", "deep", "prose", "echo",
};
static const char *const fault_words[COMPOSE_FAULT_COUNT] = {
	"right", "enum_violated", "extra_fields", "missing_fields", "out_of_range", "wrong_types", "duplicate_keys",
	"too_few", "number_swapped", "unit_swapped", "parameter_invented", "refusal", "loop", "other_language",
};
static const char *const thinking_words[THINKING_COUNT] = {
	"usual", "tags", "tags_closing", "tags_unclosed", "reasoning", "reasoning_content", "instead",
};
static const char *const usage_words[USAGE_COUNT] = {
	"usual", "zero", "absent", "small", "huge", "negative",
};
static const char *const stream_words[STREAM_COUNT] = {
	"usual", "no_done", "no_usage", "comments", "error", "cut", "bad_event", "crlf", "split", "no_end",
};
static const char *const transport_words[TRANSPORT_COUNT] = {
	"usual", "slow_first_byte", "slow_drip", "stall", "hang", "endless_body", "endless_head", "cut_head",
	"cut_body", "reset_before", "reset_body", "close_before", "length_long", "length_short", "no_http", "chunked",
	"chunk_garbage", "to_close", "close_after", "interim", "gzip_lie", "redirect",
};
static const char *const server_words[SERVER_COUNT] = {
	"usual", "exit", "refuse", "restart", "load",
};

static int word_index(const char *const *words, int count, const char *word)
{
	for (int i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/* Takes a word or says which there are. */
static int read_word(const char *key, struct json_object *value, const char *const *words, int count, int *ret_index, struct error_text *error)
{
	const char *word = json_object_get_string(value);
	int index = word ? word_index(words, count, word) : -1;

	if (index < 0) {
		char known[ERROR_TEXT_BYTES] = "";
		size_t bytes = 0;
		for (int i = 0; i < count; i++) {
			size_t length = strlen(words[i]);
			if (bytes + length + 2 >= sizeof(known))
				break;
			memcpy(known + bytes, words[i], length);
			bytes += length;
			known[bytes++] = ' ';
		}
		return error_set(error, -EINVAL, "action.%s: '%s' is none of: %s", key, word ? word : "null", known);
	}
	*ret_index = index;
	return 0;
}

/* --- reading ----------------------------------------------------------------------------------------------------------------- */

static int read_enum_member(const char *key, struct json_object *value, struct script_action *action, struct error_text *error)
{
	int index = 0, status;

	if (strcmp(key, "content") == 0) {
		const char *word = json_object_get_string(value);
		int fault = word ? word_index(fault_words, COMPOSE_FAULT_COUNT, word) : -1;
		if (fault >= 0) {
			action->fault = (enum compose_fault)fault;
			return 0;
		}
		status = read_word(key, value, content_words, CONTENT_COUNT, &index, error);
		action->content = (enum script_content)index;
	} else if (strcmp(key, "body") == 0) {
		status = read_word(key, value, body_words, BODY_COUNT, &index, error);
		action->body = (enum script_body)index;
	} else if (strcmp(key, "thinking") == 0) {
		status = read_word(key, value, thinking_words, THINKING_COUNT, &index, error);
		action->thinking = (enum script_thinking)index;
	} else if (strcmp(key, "usage") == 0) {
		status = read_word(key, value, usage_words, USAGE_COUNT, &index, error);
		action->usage = (enum script_usage)index;
	} else if (strcmp(key, "stream") == 0) {
		status = read_word(key, value, stream_words, STREAM_COUNT, &index, error);
		action->stream = (enum script_stream)index;
	} else if (strcmp(key, "transport") == 0) {
		status = read_word(key, value, transport_words, TRANSPORT_COUNT, &index, error);
		action->transport = (enum script_transport)index;
	} else if (strcmp(key, "server") == 0) {
		status = read_word(key, value, server_words, SERVER_COUNT, &index, error);
		action->server = (enum script_server)index;
	} else {
		status = error_set(error, -EINVAL, "action.%s is not known", key);
	}
	return status;
}

static int read_action_member(const char *key, struct json_object *value, struct script_action *action, struct error_text *error)
{
	uint64_t number = (uint64_t)json_object_get_int64(value);

	if (strcmp(key, "status") == 0)
		action->status = (int)number;
	else if (strcmp(key, "ms") == 0)
		action->ms = number;
	else if (strcmp(key, "bytes") == 0)
		action->bytes = number;
	else if (strcmp(key, "loading_ms") == 0)
		action->loading_ms = number;
	else if (strcmp(key, "context_tokens") == 0)
		action->context_tokens = (uint32_t)number;
	else if (strcmp(key, "schema_ignored") == 0)
		action->schema_ignored = json_object_get_boolean(value);
	else if (strcmp(key, "retry_after") == 0)
		action->retry_after = json_object_get_string(value);
	else if (strcmp(key, "message") == 0)
		action->message = json_object_get_string(value);
	else if (strcmp(key, "finish") == 0)
		action->finish = json_object_get_string(value);
	else if (strcmp(key, "model") == 0)
		action->model = json_object_get_string(value);
	else if (strcmp(key, "say") == 0)
		action->say = json_object_get_string(value);
	else
		return read_enum_member(key, value, action, error);
	return 0;
}

static int read_match_member(const char *key, struct json_object *value, struct script_rule *rule, struct error_text *error)
{
	uint64_t number = (uint64_t)json_object_get_int64(value);

	if (strcmp(key, "path") == 0)
		rule->match.path = json_object_get_string(value);
	else if (strcmp(key, "model") == 0)
		rule->match.model = json_object_get_string(value);
	else if (strcmp(key, "header") == 0)
		rule->match.header = json_object_get_string(value);
	else if (strcmp(key, "text") == 0)
		rule->match.text = json_object_get_string(value);
	else if (strcmp(key, "stream") == 0)
		rule->match.stream = json_object_get_boolean(value);
	else if (strcmp(key, "reused") == 0)
		rule->match.reused = json_object_get_boolean(value);
	else if (strcmp(key, "nth") == 0)
		rule->match.nth = number;
	else if (strcmp(key, "from") == 0)
		rule->match.from = number;
	else if (strcmp(key, "to") == 0)
		rule->match.to = number;
	else if (strcmp(key, "every") == 0)
		rule->match.every = number;
	else if (strcmp(key, "times") == 0)
		rule->match.times = number;
	else if (strcmp(key, "share") == 0)
		rule->match.share = json_object_get_double(value);
	else
		return error_set(error, -EINVAL, "match.%s is not known; known are path model header text stream reused nth from to every times share", key);
	return 0;
}

static int read_rule(struct json_object *object, struct script_rule *rule, struct error_text *error)
{
	struct json_object *part;
	int status = 0;

	rule->match.stream = rule->match.reused = -1;
	rule->match.share = 1;
	if (!json_object_is_type(object, json_type_object))
		return error_set(error, -EINVAL, "a rule has to be an object with match and action");
	json_object_object_foreach(object, name, ignored)
	{
		(void)ignored;
		if (strcmp(name, "match") != 0 && strcmp(name, "action") != 0)
			return error_set(error, -EINVAL, "'%s' in a rule is not known; a rule has match and action", name);
	}
	if (json_object_object_get_ex(object, "match", &part) && json_object_is_type(part, json_type_object)) {
		json_object_object_foreach(part, key, value)
			if ((status = read_match_member(key, value, rule, error)) < 0)
				return status;
	}
	if (json_object_object_get_ex(object, "action", &part) && json_object_is_type(part, json_type_object)) {
		json_object_object_foreach(part, key, value)
			if ((status = read_action_member(key, value, &rule->action, error)) < 0)
				return status;
	}
	return 0;
}

/* Takes over `rules` (released also on failure). */
static int script_from(struct json_object *rules, struct script **ret_script, struct error_text *error)
{
	struct script *script = calloc(1, sizeof(*script));
	int status = script ? 0 : -ENOMEM;

	if (!script || !json_object_is_type(rules, json_type_array)) {
		json_object_put(rules);
		free(script);
		return status < 0 ? status : error_set(error, -EINVAL, "a script is a JSON array of rules");
	}
	script->owners = 1;
	script->kept = rules;
	script->rules = calloc(json_object_array_length(rules) + 1, sizeof(*script->rules));
	if (!script->rules)
		status = -ENOMEM;
	for (size_t i = 0; status == 0 && i < json_object_array_length(rules); i++) {
		status = read_rule(json_object_array_get_idx(rules, i), &script->rules[i], error);
		script->count = i + 1;
	}
	if (status < 0) {
		script_release(script);
		return status;
	}
	*ret_script = script;
	return 0;
}

static struct json_object *parse(struct text json)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *value = tokener ? json_tokener_parse_ex(tokener, json.data, (int)json.bytes) : NULL;

	if (tokener && json_tokener_get_error(tokener) != json_tokener_success) {
		json_object_put(value);
		value = NULL;
	}
	if (tokener)
		json_tokener_free(tokener);
	return value;
}

int script_parse_json(struct text json, struct script **ret_script, struct error_text *error)
{
	struct json_object *rules = parse(json);

	if (!rules)
		return error_set(error, -EINVAL, "the script is no valid JSON");
	return script_from(rules, ret_script, error);
}

/* Puts "key=value" into the match or the action of all rules of one built-in script. */
static int apply_option(struct json_object *rules, struct text option, struct error_text *error)
{
	static const char *const match_keys[] = { "path", "model", "header", "text", "stream", "reused", "nth", "from", "to", "every", "times", "share" };
	char key[32] = "";
	ptrdiff_t sign = text_find(option, TEXT_LITERAL("="));

	if (sign <= 0 || (size_t)sign >= sizeof(key))
		return error_set(error, -EINVAL, "'%.*s' is not key=value", TEXT_ARGS(option));
	memcpy(key, option.data, (size_t)sign);
	struct text text = text_slice(option, (size_t)sign + 1, option.bytes);
	struct json_object *value = parse(text); /* numbers and booleans; else a string */
	if (!value || json_object_is_type(value, json_type_object) || json_object_is_type(value, json_type_array)) {
		json_object_put(value);
		value = json_object_new_string_len(text.data, (int)text.bytes);
	}
	bool to_match = word_index(match_keys, COUNT_OF(match_keys), key) >= 0;
	for (size_t i = 0; i < json_object_array_length(rules); i++) {
		struct json_object *rule = json_object_array_get_idx(rules, i), *part;
		const char *name = to_match ? "match" : "action";
		if (!json_object_object_get_ex(rule, name, &part)) {
			part = json_object_new_object();
			json_object_object_add(rule, name, part);
		}
		json_object_object_add(part, key, json_object_get(value));
	}
	json_object_put(value);
	return 0;
}

/* The rules of "NAME" or "NAME:key=value,…" are moved into `all`. */
static int add_builtin(struct json_object *all, struct text spec, struct error_text *error)
{
	ptrdiff_t colon = text_find(spec, TEXT_LITERAL(":"));
	struct text name = colon < 0 ? spec : text_slice(spec, 0, (size_t)colon), option;
	struct text options = colon < 0 ? (struct text){ "", 0 } : text_slice(spec, (size_t)colon + 1, spec.bytes);
	struct json_object *rules = NULL;
	int status = 0;

	for (size_t i = 0; i < script_builtin_count && !rules; i++)
		if (text_equal(name, text_from(script_builtins[i].name)))
			rules = parse(text_from(script_builtins[i].rules));
	if (!rules)
		return error_set(error, -EINVAL, "no script '%.*s'; --list-scripts says which there are", TEXT_ARGS(name));
	while (status == 0 && text_next_field(&options, ',', &option))
		status = apply_option(rules, option, error);
	for (size_t i = 0; status == 0 && i < json_object_array_length(rules); i++)
		json_object_array_add(all, json_object_get(json_object_array_get_idx(rules, i)));
	json_object_put(rules);
	return status;
}

int script_parse(struct text spec, struct script **ret_script, struct error_text *error)
{
	struct json_object *all = json_object_new_array();
	struct text part;
	int status = 0;

	while (status == 0 && text_next_field(&spec, ';', &part))
		status = part.bytes ? add_builtin(all, part, error) : 0;
	if (status < 0) {
		json_object_put(all);
		return status;
	}
	return script_from(all, ret_script, error);
}

struct script *script_keep(struct script *script)
{
	if (script)
		script->owners++;
	return script;
}

void script_release(struct script *script)
{
	if (!script || --script->owners > 0)
		return;
	json_object_put(script->kept);
	free(script->rules);
	free(script);
}

/* --- matching ---------------------------------------------------------------------------------------------------------------- */

static bool path_fits(const char *path, const struct script_subject *subject)
{
	if (!path || strcmp(path, "chat") == 0)
		return subject->generates;
	if (strcmp(path, "embeddings") == 0)
		return subject->embeds;
	return strcmp(path, "any") == 0 || text_equal(subject->request->path, text_from(path));
}

static bool header_fits(const char *header, const struct script_subject *subject)
{
	struct text wanted = text_from(header), value;
	ptrdiff_t colon = text_find(wanted, TEXT_LITERAL(":"));
	char name[64] = "";

	memcpy(name, header, size_min(colon < 0 ? wanted.bytes : (size_t)colon, sizeof(name) - 1));
	if (!wire_header(subject->request, name, &value))
		return false;
	return colon < 0 || text_find_nocase(value, text_trim(text_slice(wanted, (size_t)colon + 1, wanted.bytes))) >= 0;
}

static bool fits(const struct script_rule *rule, const struct script_subject *subject)
{
	return path_fits(rule->match.path, subject) && (rule->match.stream < 0 || rule->match.stream == subject->streams) &&
	       (rule->match.reused < 0 || rule->match.reused == subject->reused) &&
	       (!rule->match.model || text_equal(subject->model, text_from(rule->match.model))) &&
	       (!rule->match.header || header_fits(rule->match.header, subject)) &&
	       (!rule->match.text || text_find(subject->request->body, text_from(rule->match.text)) >= 0);
}

const struct script_action *script_match(struct script *script, const struct script_subject *subject)
{
	for (size_t i = 0; i < (script ? script->count : 0); i++) {
		struct script_rule *rule = &script->rules[i];
		if (!fits(rule, subject))
			continue;
		uint64_t n = ++rule->seen;
		bool fires = (rule->match.nth == 0 || n == rule->match.nth) && n >= rule->match.from && (rule->match.to == 0 || n <= rule->match.to) &&
			     (rule->match.every == 0 || n % rule->match.every == 0) && (rule->match.times == 0 || rule->fired < rule->match.times) &&
			     (rule->match.share >= 1 || (double)(compose_mix(subject->seed, n * 64 + i) % 100000) < rule->match.share * 100000);
		if (fires) {
			rule->fired++;
			return &rule->action;
		}
	}
	return NULL;
}
