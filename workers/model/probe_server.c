/* probe_server.c: see probe_parts.h. Everything here is read from what servers say of themselves.
 *
 * Sources of the facts: llama.cpp tools/server/README.md (/props, /v1/models), Ollama docs/api.md (/api/version, /api/show),
 * LM Studio's REST API v0 (/api/v0/models), vLLM's OpenAI-compatible server (max_model_len in /v1/models). */
#include "workers/model/probe_parts.h"

#include "base/json_writer.h"

#include <stdio.h>

enum { SLOTS_UNKNOWN = 4, SLOTS_FACTOR = 2, SPARE_FROM_SLOTS = 32, SPARE_DIVISOR = 8 };
enum { OLLAMA_CONTEXT_TOKENS = 16384 }; /* asked for when nobody said: Ollama's own default cuts a chunk */

/* --- which server, which model -------------------------------------------------------------------------------------- */

static enum probe_server server_by_owner(struct json_object *models)
{
	static const struct { const char *owner; enum probe_server server; } owners[] = {
		{ "llamacpp", PROBE_LLAMA_CPP }, { "library", PROBE_OLLAMA }, { "vllm", PROBE_VLLM }, { "organization_owner", PROBE_LM_STUDIO },
	};
	const char *owner = probe_string(json_object_array_get_idx(models, 0), "owned_by");
	for (size_t i = 0; i < COUNT_OF(owners); i++)
		if (strcmp(owner, owners[i].owner) == 0)
			return owners[i].server;
	return PROBE_UNKNOWN;
}

void probe_name_server(struct probe *probe, struct json_object *models)
{
	struct probe_result *result = probe->result;
	struct json_object *object = NULL;

	result->server = models && json_object_array_length(models) ? server_by_owner(models) : PROBE_UNKNOWN;
	if (result->server != PROBE_UNKNOWN)
		return;
	if (probe_get(probe, CHAT_OLLAMA, "/api/version") && (object = probe_body(probe)) && probe_string(object, "version")[0])
		result->server = PROBE_OLLAMA;
	json_object_put(object);
	object = NULL;
	if (result->server == PROBE_UNKNOWN && probe_get(probe, CHAT_OLLAMA, "/props") && (object = probe_body(probe)) && probe_member(object, "default_generation_settings"))
		result->server = PROBE_LLAMA_CPP;
	json_object_put(object);
	object = NULL;
	if (result->server == PROBE_UNKNOWN && probe_get(probe, CHAT_OLLAMA, "/api/v0/models") && (object = probe_body(probe)) && probe_member(object, "data"))
		result->server = PROBE_LM_STUDIO;
	json_object_put(object);
	object = NULL;
	if (result->server == PROBE_UNKNOWN && probe_get(probe, CHAT_OLLAMA, "/version") && (object = probe_body(probe)) && probe_string(object, "version")[0])
		result->server = PROBE_VLLM;
	json_object_put(object);
	object = NULL;
	if (result->server == PROBE_UNKNOWN && probe_get(probe, CHAT_OLLAMA, "/health") && (object = probe_body(probe)) && strcmp(probe_string(object, "status"), "ok") == 0)
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
		int more = snprintf(out + used, bytes - used, "%s%.60s", i ? ", " : "", probe_string(json_object_array_get_idx(models, i), "id"));
		used += more > 0 ? (size_t)more : 0;
	}
}

/* By their names: lists of models do not say it. */
static bool is_for_embeddings(const char *name)
{
	static const char *const signs[] = { "embed", "bge-", "minilm", "e5-" };
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (text_find_nocase(text_from(name), text_from(signs[i])) >= 0)
			return true;
	return false;
}

/* The only one there is, or the only one of its kind; "" when there are several. */
static const char *only_model(const struct probe *probe, struct json_object *models)
{
	bool embeddings = model_use_of(probe->model) == MODEL_EMBEDDINGS;
	size_t count = models ? json_object_array_length(models) : 0, fitting = 0;
	const char *only = "";

	if (count == 1)
		return probe_string(json_object_array_get_idx(models, 0), "id");
	for (size_t i = 0; i < count; i++) {
		const char *id = probe_string(json_object_array_get_idx(models, i), "id");
		if (is_for_embeddings(id) == embeddings) {
			only = id;
			fitting++;
		}
	}
	return fitting == 1 ? only : "";
}

void probe_pick_model(struct probe *probe, struct json_object *models)
{
	struct probe_result *result = probe->result;
	const char *wanted = probe->model->model;
	size_t count = models ? json_object_array_length(models) : 0;
	char names[150];

	snprintf(result->model, sizeof(result->model), "%.150s", wanted[0] ? wanted : only_model(probe, models));
	if (!wanted[0] && result->model[0]) {
		result->model_present = true;
		return;
	}
	for (size_t i = 0; i < count && wanted[0]; i++)
		if (same_model(probe_string(json_object_array_get_idx(models, i), "id"), wanted)) {
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
		probe_note(result, "the server's model is called %.100s; it answers to any name", names);
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
	if (!probe_get(probe, CHAT_OLLAMA, "/props"))
		return;
	struct json_object *object = probe_body(probe);
	probe->result->slots = (uint32_t)probe_number(object, "total_slots");
	probe->result->context_tokens = probe_number(probe_member(object, "default_generation_settings"), "n_ctx");
	json_object_put(object);
}

static void read_lm_studio(struct probe *probe)
{
	if (!probe_get(probe, CHAT_OLLAMA, "/api/v0/models"))
		return;
	struct json_object *object = probe_body(probe), *data = probe_member(object, "data");
	for (size_t i = 0; data && json_object_is_type(data, json_type_array) && i < json_object_array_length(data); i++) {
		struct json_object *model = json_object_array_get_idx(data, i);
		if (strcmp(probe_string(model, "id"), probe->result->model) != 0)
			continue;
		probe->result->context_tokens = probe_number(model, "loaded_context_length");
		if (!probe->result->context_tokens)
			probe_note(probe->result, "the model is not loaded yet; it is loaded by the first question, with LM Studio's default context length");
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
	const struct probe_question question = { .api = CHAT_OLLAMA, .path = "/api/show", .body = buffer_view(&body), .timeout_ns = PROBE_LOOK_TIMEOUT_NS };
	if (probe_ask(probe, &question)) {
		struct json_object *object = probe_body(probe), *info = probe_member(object, "model_info");
		if (info && json_object_is_type(info, json_type_object)) {
			json_object_object_foreach(info, key, value) {
				(void)value;
				if (text_ends_with_nocase(text_from(key), TEXT_LITERAL(".context_length")))
					most = probe_number(info, key);
			}
		}
		json_object_put(object);
	}
	buffer_done(&body);
	probe->result->context_tokens = most && most < wanted ? most : wanted;
	probe_note(probe->result, "Ollama is asked for a context of %llu tokens with each request, over its own API: its /v1 would cut longer prompts silently",
	     (unsigned long long)probe->result->context_tokens);
}

void probe_read_limits(struct probe *probe, struct json_object *models)
{
	struct probe_result *result = probe->result;

	if (result->server == PROBE_LLAMA_CPP)
		read_llama_cpp(probe);
	else if (result->server == PROBE_LM_STUDIO)
		read_lm_studio(probe);
	else if (result->server == PROBE_OLLAMA && result->api == CHAT_OLLAMA)
		read_ollama(probe);
	else
		for (size_t i = 0; models && i < json_object_array_length(models); i++)
			if (strcmp(probe_string(json_object_array_get_idx(models, i), "id"), result->model) == 0)
				result->context_tokens = probe_number(json_object_array_get_idx(models, i), "max_model_len");
	if (probe->model->context_tokens && (!result->context_tokens || probe->model->context_tokens < result->context_tokens))
		result->context_tokens = probe->model->context_tokens;
	else if (probe->model->context_tokens > result->context_tokens && result->context_tokens)
		probe_note(result, "context_tokens is %llu in the settings; the server has %llu, which is used", (unsigned long long)probe->model->context_tokens,
		     (unsigned long long)result->context_tokens);
}

/* As many as the server has slots: one more would be given the slot that ended first, and take from it the beginning of the prompt that the
 * next call of a group needs. Servers with many slots share such beginnings among them; there the next request is to lie ready. */
uint32_t probe_requests_max(const struct model_settings *model, const struct probe_result *result)
{
	uint32_t spare = result->slots < SPARE_FROM_SLOTS ? 0 : result->slots / SPARE_DIVISOR, slots = result->slots;
	uint32_t unasked = slots ? slots + spare : result->server == PROBE_MLX ? 1 : SLOTS_UNKNOWN; /* mlx_lm.server answers one after the other */
	uint32_t limit = model->max_concurrent_requests ? (uint32_t)model->max_concurrent_requests : unasked;

	return slots && limit > SLOTS_FACTOR * slots ? SLOTS_FACTOR * slots : limit;
}
