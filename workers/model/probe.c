/* probe.c: see probe.h. Every question is small, has a deadline of its own, and an answer that the server can hardly give by chance.
 *
 * Sources of the facts: llama.cpp tools/server/README.md (/props, /v1/models), Ollama docs/api.md (/api/version, /api/show),
 * LM Studio's REST API v0 (/api/v0/models), vLLM's OpenAI-compatible server (max_model_len in /v1/models). */
#include "workers/model/probe.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "workers/model/http.h"
#include "workers/model/repair.h"

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BODY_BYTES_MAX = 8 << 20,
	ANSWER_TOKENS = 1024,           /* a thinking model needs some before it answers */
	OLLAMA_CONTEXT_TOKENS = 16384,  /* asked for when nobody said: Ollama's own default cuts a chunk */
	EMBEDDING_INPUTS = 2,
};
#define LOOK_TIMEOUT_NS (5ull * 1000000000)
#define CONNECT_TIMEOUT_NS (5ull * 1000000000)
#define BYTES_PER_TOKEN_MIN 1.0
#define BYTES_PER_TOKEN_MAX 12.0

/* What no model says unless it is made to. */
static const char probe_schema[] = "{\"type\":\"object\",\"properties\":{\"mark\":{\"type\":\"string\",\"enum\":[\"zr7\",\"kx4\"]},"
				   "\"count\":{\"type\":\"integer\"}},\"required\":[\"mark\",\"count\"],\"additionalProperties\":false}";
static const char probe_prompt[] =
	"A base station keeps a list of its neighbours. For each neighbour it stores the identity of the cell, the frequency, and how often a "
	"handover to it succeeded. When a terminal reports a cell that is not in the list, the base station asks it for the global identity of "
	"that cell and adds it. Entries that were not used for a long time are removed. The list is limited, so that the terminals need not "
	"measure more cells than they can. An operator can lock entries, which are then never removed, and can forbid cells, which are then never "
	"added. The counters show how many entries were added and removed, and how many handovers went to cells of the list.\n\n"
	"Say in one short sentence why the list is limited.";

struct probe {
	const struct model_settings *model;
	const char *api_key;
	uint64_t timeout_ns;
	struct http *http;
	struct probe_result *result;
	struct chat_reply reply;
	/* of the last response */
	bool arrived;
	enum http_outcome outcome;
	long status;
	uint64_t duration_ns;
	struct buffer body;
	char message[200];
};

const char *probe_server_name(enum probe_server server)
{
	static const char *const names[PROBE_SERVER_COUNT] = {
		[PROBE_UNKNOWN] = "unknown", [PROBE_LLAMA_CPP] = "llama.cpp", [PROBE_OLLAMA] = "Ollama", [PROBE_LM_STUDIO] = "LM Studio",
		[PROBE_VLLM] = "vLLM", [PROBE_MLX] = "mlx_lm.server",
	};
	CHECK(server < PROBE_SERVER_COUNT);
	return names[server];
}

static void note(struct probe_result *result, const char *format, ...) PRINTF_LIKE(2, 3);
static void note(struct probe_result *result, const char *format, ...)
{
	va_list arguments;
	if (result->note_count == PROBE_NOTES_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(result->notes[result->note_count++], sizeof(result->notes[0]), format, arguments);
	va_end(arguments);
}

/* --- one request at a time ------------------------------------------------------------------------------------------ */

static void take_response(void *owner, const struct http_response *response)
{
	struct probe *probe = owner;

	probe->arrived = true;
	probe->outcome = response->outcome;
	probe->status = response->status;
	probe->duration_ns = response->duration_ns;
	buffer_clear(&probe->body);
	buffer_append_text(&probe->body, response->body);
	snprintf(probe->message, sizeof(probe->message), "%s", response->message);
	if (response->outcome == HTTP_ANSWERED)
		chat_error_message(response->body, probe->message, sizeof(probe->message));
}

/* True for an answer with a status of 2xx. Of a GET `body` is empty. */
static bool ask(struct probe *probe, enum chat_api api, const char *path, struct text body, uint64_t timeout_ns)
{
	struct buffer url;
	uint64_t handle;

	buffer_init(&url, 8192);
	chat_url(probe->model->base_url, api, path, &url);
	struct http_request request = {
		.url = buffer_string(&url), .bearer = probe->api_key, .body = body, .connect_timeout_ns = CONNECT_TIMEOUT_NS, .timeout_ns = timeout_ns,
		.body_bytes_max = BODY_BYTES_MAX, .done = take_response, .owner = probe,
	};
	probe->arrived = false;
	probe->outcome = HTTP_OUT_OF_MEMORY;
	bool started = !url.status && http_start(probe->http, &request, &handle) == 0;
	while (started && !probe->arrived) {
		struct pollfd descriptor = { .fd = http_descriptor(probe->http), .events = POLLIN };
		uint64_t now_ns = clock_monotonic_ns(), next_ns = http_next_ns(probe->http);
		int wait_ms = next_ns <= now_ns ? 0 : next_ns - now_ns > 1000000000 ? 1000 : (int)((next_ns - now_ns) / 1000000) + 1;
		(void)poll(&descriptor, 1, wait_ms);
		if (http_step(probe->http) < 0)
			break;
	}
	buffer_done(&url);
	return probe->arrived && probe->outcome == HTTP_ANSWERED && probe->status >= 200 && probe->status < 300;
}

static bool get(struct probe *probe, enum chat_api api, const char *path)
{
	return ask(probe, api, path, TEXT_LITERAL(""), LOOK_TIMEOUT_NS);
}

static struct json_object *body_json(const struct probe *probe)
{
	struct json_tokener *tokener = json_tokener_new_ex(CHAT_DEPTH_MAX);
	struct json_object *value = NULL;

	if (tokener && probe->body.bytes && probe->body.bytes < INT32_MAX)
		value = json_tokener_parse_ex(tokener, probe->body.data, (int)probe->body.bytes);
	if (tokener)
		json_tokener_free(tokener);
	return value;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	return object && json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static const char *string_at(struct json_object *object, const char *key)
{
	struct json_object *value = member(object, key);
	return value && json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

static uint64_t number_at(struct json_object *object, const char *key)
{
	struct json_object *value = member(object, key);
	int64_t number = value && (json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double)) ? json_object_get_int64(value) : 0;
	return number > 0 ? (uint64_t)number : 0;
}

/* --- which server, which model -------------------------------------------------------------------------------------- */

static enum probe_server server_by_owner(struct json_object *models)
{
	static const struct { const char *owner; enum probe_server server; } owners[] = {
		{ "llamacpp", PROBE_LLAMA_CPP }, { "library", PROBE_OLLAMA }, { "vllm", PROBE_VLLM }, { "organization_owner", PROBE_LM_STUDIO },
	};
	const char *owner = string_at(json_object_array_get_idx(models, 0), "owned_by");
	for (size_t i = 0; i < COUNT_OF(owners); i++)
		if (strcmp(owner, owners[i].owner) == 0)
			return owners[i].server;
	return PROBE_UNKNOWN;
}

static void name_server(struct probe *probe, struct json_object *models)
{
	struct probe_result *result = probe->result;
	struct json_object *object = NULL;

	result->server = models && json_object_array_length(models) ? server_by_owner(models) : PROBE_UNKNOWN;
	if (result->server != PROBE_UNKNOWN)
		return;
	if (get(probe, CHAT_OLLAMA, "/api/version") && (object = body_json(probe)) && string_at(object, "version")[0])
		result->server = PROBE_OLLAMA;
	json_object_put(object);
	object = NULL;
	if (result->server == PROBE_UNKNOWN && get(probe, CHAT_OLLAMA, "/props") && (object = body_json(probe)) && member(object, "default_generation_settings"))
		result->server = PROBE_LLAMA_CPP;
	json_object_put(object);
	object = NULL;
	if (result->server == PROBE_UNKNOWN && get(probe, CHAT_OLLAMA, "/api/v0/models"))
		result->server = PROBE_LM_STUDIO;
	if (result->server == PROBE_UNKNOWN && get(probe, CHAT_OLLAMA, "/version") && (object = body_json(probe)) && string_at(object, "version")[0])
		result->server = PROBE_VLLM;
	json_object_put(object);
	object = NULL;
	if (result->server == PROBE_UNKNOWN && get(probe, CHAT_OLLAMA, "/health") && (object = body_json(probe)) && strcmp(string_at(object, "status"), "ok") == 0)
		result->server = PROBE_MLX;
	json_object_put(object);
}

/* "qwen3" is "qwen3:latest" at Ollama. */
static bool same_model(const char *listed, const char *wanted)
{
	size_t bytes = strlen(wanted);
	return strcmp(listed, wanted) == 0 || (strncmp(listed, wanted, bytes) == 0 && strcmp(listed + bytes, ":latest") == 0);
}

static void list_names(struct json_object *models, char *out, size_t bytes)
{
	size_t used = 0, count = json_object_array_length(models);

	out[0] = '\0';
	for (size_t i = 0; i < count && used + 1 < bytes; i++) {
		int more = snprintf(out + used, bytes - used, "%s%.60s", i ? ", " : "", string_at(json_object_array_get_idx(models, i), "id"));
		used += more > 0 ? (size_t)more : 0;
	}
}

/* The only model there is, or the only one for embeddings, or but those: servers list both kinds together. */
static const char *only_fitting(struct json_object *models, bool embeddings)
{
	const char *found = "";
	size_t count = json_object_array_length(models);

	for (size_t i = 0; i < count; i++) {
		const char *id = string_at(json_object_array_get_idx(models, i), "id");
		if (count > 1 && (text_find_nocase(text_from(id), TEXT_LITERAL("embed")) >= 0) != embeddings)
			continue;
		if (found[0])
			return "";
		found = id;
	}
	return found;
}

static void pick_model(struct probe *probe, struct json_object *models)
{
	struct probe_result *result = probe->result;
	const char *wanted = probe->model->model;
	size_t count = models ? json_object_array_length(models) : 0;
	const char *only = wanted[0] || !models ? "" : only_fitting(models, model_use_of(probe->model) == MODEL_EMBEDDINGS);
	char names[150];

	snprintf(result->model, sizeof(result->model), "%.150s", wanted[0] ? wanted : only);
	if (only[0]) {
		result->model_present = true;
		return;
	}
	for (size_t i = 0; i < count && wanted[0]; i++)
		if (same_model(string_at(json_object_array_get_idx(models, i), "id"), wanted)) {
			result->model_present = true;
			return;
		}
	if (count)
		list_names(models, names, sizeof(names));
	if (!wanted[0])
		snprintf(result->message, sizeof(result->message), "no model is named and the server has %zu%s%s; name one with --model or model:", count,
			 count ? ": " : "", count ? names : "");
	else if (result->server == PROBE_LLAMA_CPP && count) {
		result->model_present = true; /* it answers to any name */
		note(result, "the server's model is called %.100s; it answers to any name", names);
	} else if (result->server == PROBE_OLLAMA)
		snprintf(result->message, sizeof(result->message), "Ollama has no model \"%.60s\"; run: ollama pull %.60s", wanted, wanted);
	else if (result->server == PROBE_MLX || count == 0) {
		result->model_present = true; /* loaded when it is asked for; the first question shows */
	} else
		snprintf(result->message, sizeof(result->message), "the server has no model \"%.60s\"; it has: %.140s", wanted, names);
}

/* --- context and slots ---------------------------------------------------------------------------------------------- */

static void read_llama_cpp(struct probe *probe)
{
	if (!get(probe, CHAT_OLLAMA, "/props"))
		return;
	struct json_object *object = body_json(probe);
	probe->result->slots = (uint32_t)number_at(object, "total_slots");
	probe->result->context_tokens = number_at(member(object, "default_generation_settings"), "n_ctx");
	json_object_put(object);
}

static void read_lm_studio(struct probe *probe)
{
	if (!get(probe, CHAT_OLLAMA, "/api/v0/models"))
		return;
	struct json_object *object = body_json(probe), *data = member(object, "data");
	for (size_t i = 0; data && json_object_is_type(data, json_type_array) && i < json_object_array_length(data); i++) {
		struct json_object *model = json_object_array_get_idx(data, i);
		if (strcmp(string_at(model, "id"), probe->result->model) != 0)
			continue;
		probe->result->context_tokens = number_at(model, "loaded_context_length");
		if (!probe->result->context_tokens)
			note(probe->result, "the model is not loaded yet; it is loaded by the first question, with LM Studio's default context length");
	}
	json_object_put(object);
}

/* The model's own limit; how much of it is used is ours to say with each request. */
static void read_ollama(struct probe *probe)
{
	struct buffer body;
	struct json_writer json;
	uint64_t most = 0, wanted = probe->model->context_tokens ? probe->model->context_tokens : OLLAMA_CONTEXT_TOKENS;

	buffer_init(&body, 4096);
	json_init(&json, &body, 0);
	json_object_open(&json);
	json_member_string(&json, "model", probe->result->model);
	json_object_close(&json);
	if (ask(probe, CHAT_OLLAMA, "/api/show", buffer_view(&body), LOOK_TIMEOUT_NS)) {
		struct json_object *object = body_json(probe), *info = member(object, "model_info");
		if (info && json_object_is_type(info, json_type_object)) {
			json_object_object_foreach(info, key, value) {
				(void)value;
				if (text_ends_with_nocase(text_from(key), TEXT_LITERAL(".context_length")))
					most = number_at(info, key);
			}
		}
		json_object_put(object);
	}
	buffer_done(&body);
	probe->result->context_tokens = most && most < wanted ? most : wanted;
	note(probe->result, "Ollama is asked for a context of %llu tokens with each request, over its own API: its /v1 would cut longer prompts silently",
	     (unsigned long long)probe->result->context_tokens);
}

static void read_limits(struct probe *probe, struct json_object *models)
{
	struct probe_result *result = probe->result;

	if (result->server == PROBE_LLAMA_CPP)
		read_llama_cpp(probe);
	else if (result->server == PROBE_LM_STUDIO)
		read_lm_studio(probe);
	else if (result->server == PROBE_OLLAMA)
		read_ollama(probe);
	else
		for (size_t i = 0; models && i < json_object_array_length(models); i++)
			if (strcmp(string_at(json_object_array_get_idx(models, i), "id"), result->model) == 0)
				result->context_tokens = number_at(json_object_array_get_idx(models, i), "max_model_len");
	if (probe->model->context_tokens && (!result->context_tokens || probe->model->context_tokens < result->context_tokens))
		result->context_tokens = probe->model->context_tokens;
	else if (probe->model->context_tokens > result->context_tokens && result->context_tokens)
		note(result, "context_tokens is %llu in the settings; the server has %llu, which is used", (unsigned long long)probe->model->context_tokens,
		     (unsigned long long)result->context_tokens);
}

/* --- what it answers ------------------------------------------------------------------------------------------------ */

static bool chat(struct probe *probe, enum chat_format format, bool stream)
{
	struct probe_result *result = probe->result;
	const char *thinking = probe->model->thinking;
	struct chat_request request = {
		.api = result->api, .format = format, .model = result->model, .prompt = text_from(probe_prompt), .max_tokens = ANSWER_TOKENS,
		.context_tokens = result->context_tokens, .seed = 1, .stream = stream, .schema_name = "probe",
		.think = strcmp(thinking, "on") == 0 ? 1 : strcmp(thinking, "off") == 0 ? 0 : -1,
		.schema = format == CHAT_FORMAT_PROMPT ? TEXT_LITERAL("") : text_from(probe_schema),
	};
	struct error_text wrong;
	struct buffer body;

	buffer_init(&body, 1 << 20);
	chat_write_request(&request, &body);
	bool fine = ask(probe, result->api, result->api == CHAT_OLLAMA ? "/api/chat" : "/chat/completions", buffer_view(&body), probe->timeout_ns);
	buffer_done(&body);
	chat_reply_clear(&probe->reply);
	if (fine && chat_read_response(result->api, buffer_view(&probe->body), &probe->reply, &wrong) < 0) {
		snprintf(probe->message, sizeof(probe->message), "%.190s", wrong.message);
		fine = false;
	}
	return fine;
}

static void read_thinking(struct probe *probe)
{
	struct probe_result *result = probe->result;

	if (probe->reply.content_was_in_thinking)
		result->thinking = PROBE_THINKING_INSTEAD_OF_CONTENT;
	else if (probe->reply.thinking.bytes && result->thinking == PROBE_THINKING_NONE)
		result->thinking = text_find(buffer_view(&probe->body), TEXT_LITERAL("think>")) >= 0 ? PROBE_THINKING_TAGS : PROBE_THINKING_FIELD;
}

static void read_usage(struct probe *probe)
{
	struct chat_reply *reply = &probe->reply;
	double ratio = reply->prompt_tokens > 0 ? (double)(sizeof(probe_prompt) - 1) / (double)reply->prompt_tokens : 0;

	probe->result->usage_truthful = ratio >= BYTES_PER_TOKEN_MIN && ratio <= BYTES_PER_TOKEN_MAX;
	if (!probe->result->usage_truthful)
		note(probe->result, "its token counts cannot be believed (%lld for a prompt of %zu characters): a prompt that it cuts would not show",
		     (long long)reply->prompt_tokens, sizeof(probe_prompt) - 1);
	if (reply->completion_tokens > 0 && probe->duration_ns)
		probe->result->tokens_per_s = (double)reply->completion_tokens * 1e9 / (double)probe->duration_ns;
}

/* Does the reply keep the schema without any mending? */
static bool keeps_schema(struct probe *probe)
{
	struct json_object *schema = json_tokener_parse(probe_schema), *value = NULL;
	enum repair_rung rung = REPAIR_RUNG_COUNT;
	bool kept = schema && repair_reply(buffer_view(&probe->reply.content), schema, &value, &rung, NULL) == 0 && rung == REPAIR_NONE;

	json_object_put(value);
	json_object_put(schema);
	return kept;
}

static bool is_json(struct probe *probe)
{
	struct json_object *any = json_tokener_parse("{\"type\":\"object\"}"), *value = NULL;
	enum repair_rung rung = REPAIR_RUNG_COUNT;
	bool fine = any && repair_reply(buffer_view(&probe->reply.content), any, &value, &rung, NULL) == 0 && rung == REPAIR_NONE;

	json_object_put(value);
	json_object_put(any);
	return fine;
}

static void find_format(struct probe *probe)
{
	struct probe_result *result = probe->result;
	const char *wanted = probe->model->format;
	bool answered = chat(probe, CHAT_FORMAT_SCHEMA, false);
	bool schema = answered && keeps_schema(probe);

	if (answered)
		read_thinking(probe);
	result->schema_ignored = answered && !schema;
	if (!schema && chat(probe, CHAT_FORMAT_JSON, false)) {
		read_thinking(probe);
		result->json_mode = is_json(probe);
	}
	result->format = schema ? CHAT_FORMAT_SCHEMA : result->json_mode ? CHAT_FORMAT_JSON : CHAT_FORMAT_PROMPT;
	if (result->schema_ignored)
		note(result, "it takes a JSON schema and does not keep it; %s is used instead",
		     result->json_mode ? "JSON mode" : "asking in words, and mending");
	if (strcmp(wanted, "auto") != 0)
		result->format = strcmp(wanted, "schema") == 0 ? CHAT_FORMAT_SCHEMA : strcmp(wanted, "json") == 0 ? CHAT_FORMAT_JSON : CHAT_FORMAT_PROMPT;
}

static void question(struct probe *probe)
{
	struct probe_result *result = probe->result;

	if (!chat(probe, CHAT_FORMAT_PROMPT, false)) {
		result->model_present = false;
		snprintf(result->message, sizeof(result->message), "a first question was not answered: %.190s",
			 probe->message[0] ? probe->message : http_outcome_name(probe->outcome));
		return;
	}
	result->first_answer_s = (double)probe->duration_ns / 1e9;
	read_thinking(probe);
	read_usage(probe);
	find_format(probe);
	result->stream_ok = chat(probe, CHAT_FORMAT_PROMPT, true) && probe->reply.prompt_tokens > 0 && probe->reply.finish != CHAT_FINISH_UNKNOWN;
}

static void try_embeddings(struct probe *probe)
{
	struct text inputs[EMBEDDING_INPUTS] = { TEXT_LITERAL("handover"), TEXT_LITERAL("neighbour list") };
	struct probe_result *result = probe->result;
	struct error_text wrong = { "" };
	struct buffer body;
	float *vectors = NULL;
	size_t dimensions;

	buffer_init(&body, 4096);
	chat_write_embeddings(result->model, inputs, EMBEDDING_INPUTS, &body);
	bool answered = ask(probe, CHAT_OPENAI, "/embeddings", buffer_view(&body), probe->timeout_ns);
	result->embeddings = answered && chat_read_embeddings(buffer_view(&probe->body), EMBEDDING_INPUTS, &vectors, &dimensions, &wrong) == 0;
	if (!result->embeddings)
		snprintf(result->message, sizeof(result->message), "no embeddings: %.200s", answered ? wrong.message : probe->message);
	free(vectors);
	buffer_done(&body);
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static void look(struct probe *probe)
{
	struct probe_result *result = probe->result;
	struct json_object *object = NULL, *models = NULL;

	bool listed = get(probe, CHAT_OPENAI, "/models");
	result->reachable = probe->outcome == HTTP_ANSWERED;
	if (!result->reachable) {
		snprintf(result->message, sizeof(result->message), "%.200s; is the server running?", probe->message[0] ? probe->message : "no answer");
		return;
	}
	if (probe->status == 401 || probe->status == 403) {
		const char *variable = probe->model->api_key_env;
		snprintf(result->message, sizeof(result->message), "the server wants a key (status %ld): %s%.60s", probe->status,
			 !variable[0] ? "name its environment variable in api_key_env" : probe->api_key ? "it does not take the one in " : "nothing is in ", variable);
		return;
	}
	if (listed && (object = body_json(probe)))
		models = member(object, "data");
	if (models && !json_object_is_type(models, json_type_array))
		models = NULL;
	name_server(probe, models);
	pick_model(probe, models);
	if (result->model_present) {
		bool ollama = strcmp(probe->model->api, "ollama") == 0 || (strcmp(probe->model->api, "auto") == 0 && result->server == PROBE_OLLAMA);
		result->api = ollama ? CHAT_OLLAMA : CHAT_OPENAI;
		read_limits(probe, models);
		if (model_use_of(probe->model) == MODEL_EMBEDDINGS)
			try_embeddings(probe);
		else
			question(probe);
	}
	json_object_put(object);
}

void probe_model(const struct model_settings *model, const char *api_key, uint64_t timeout_ns, struct probe_result *ret_result)
{
	struct probe probe = { .model = model, .api_key = api_key, .timeout_ns = timeout_ns, .result = ret_result };
	struct error_text error = { "" };

	*ret_result = (struct probe_result){ .format = CHAT_FORMAT_PROMPT };
	snprintf(ret_result->model, sizeof(ret_result->model), "%.150s", model->model);
	buffer_init(&probe.body, BODY_BYTES_MAX);
	chat_reply_init(&probe.reply, BODY_BYTES_MAX);
	if (http_create(&probe.http, 2, &error) < 0)
		snprintf(ret_result->message, sizeof(ret_result->message), "%.200s", error.message);
	else
		look(&probe);
	http_destroy(probe.http);
	chat_reply_done(&probe.reply);
	buffer_done(&probe.body);
}

void probe_write_json(const struct model_settings *model, const struct probe_result *result, struct buffer *out)
{
	static const char *const thinking[] = { "none", "tags", "field", "instead of content" };
	struct json_writer json;

	json_init(&json, out, 0);
	json_object_open(&json);
	json_member_string(&json, "name", model_name(model));
	json_member_string(&json, "use", model->use);
	json_member_string(&json, "tier", model->tier);
	json_member_string(&json, "base_url", model->base_url);
	json_member_boolean(&json, "reachable", result->reachable);
	json_member_boolean(&json, "usable", result->model_present && !result->message[0]);
	json_member_string(&json, "server", probe_server_name(result->server));
	json_member_string(&json, "model", result->model);
	json_member_string(&json, "api", result->api == CHAT_OLLAMA ? "ollama" : "openai");
	json_member_string(&json, "format", chat_format_name(result->format));
	json_member_unsigned(&json, "context_tokens", result->context_tokens);
	json_member_unsigned(&json, "slots", result->slots);
	json_member_string(&json, "thinking", thinking[result->thinking]);
	json_member_boolean(&json, "schema_ignored", result->schema_ignored);
	json_member_boolean(&json, "json_mode", result->json_mode);
	json_member_boolean(&json, "usage_truthful", result->usage_truthful);
	json_member_boolean(&json, "stream", result->stream_ok);
	json_member_boolean(&json, "embeddings", result->embeddings);
	json_member_fixed(&json, "first_answer_s", result->first_answer_s, 3);
	json_member_fixed(&json, "tokens_per_s", result->tokens_per_s, 1);
	json_member_string(&json, "message", result->message);
	json_key(&json, "notes");
	json_array_open(&json);
	for (uint32_t i = 0; i < result->note_count; i++)
		json_string(&json, result->notes[i]);
	json_array_close(&json);
	json_object_close(&json);
	buffer_append_byte(out, '\n');
}
