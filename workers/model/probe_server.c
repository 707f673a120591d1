/* probe_server.c: see probe_parts.h. Everything here is read from what servers say of themselves.
 *
 * Sources of the facts: llama.cpp tools/server/README.md (/props, /v1/models; with several models: their status, /props?model=NAME, max_instances),
 * Ollama docs/api.md (/api/version, /api/show; names in any case), LM Studio's REST API v0 (/api/v0/models: state), vLLM's OpenAI-compatible
 * server (max_model_len in /v1/models; the names of one model have the same root), llama-swap (owned_by, status). */
#include "workers/model/probe_parts.h"

#include "base/json_writer.h"

#include <stdio.h>
#include <strings.h>

enum { SLOTS_UNKNOWN = 4, SLOTS_FACTOR = 2, SPARE_FROM_SLOTS = 32, SPARE_DIVISOR = 8 };
enum { OLLAMA_CONTEXT_TOKENS = 16384 }; /* asked for when nobody said: Ollama's own default cuts a chunk */

/* --- which server, which model -------------------------------------------------------------------------------------- */

static enum probe_server server_by_owner(struct json_object *models)
{
	static const struct { const char *owner; enum probe_server server; } owners[] = {
		{ "llamacpp", PROBE_LLAMA_CPP }, { "library", PROBE_OLLAMA }, { "vllm", PROBE_VLLM }, { "organization_owner", PROBE_LM_STUDIO },
		{ "llama-swap", PROBE_LLAMA_SWAP },
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

/* "qwen3" is "qwen3:latest" at Ollama, and capitals are nothing there. */
static bool same_name(enum probe_server server, const char *listed, const char *wanted)
{
	size_t bytes = strlen(wanted);
	bool begins = (server == PROBE_OLLAMA ? strncasecmp : strncmp)(listed, wanted, bytes) == 0;
	return begins && (listed[bytes] == '\0' || strcmp(listed + bytes, ":latest") == 0);
}

static bool is_called(enum probe_server server, struct json_object *listed, const char *wanted)
{
	struct json_object *aliases = probe_member(listed, "aliases"); /* llama.cpp with several models */
	size_t count = aliases && json_object_is_type(aliases, json_type_array) ? json_object_array_length(aliases) : 0;

	for (size_t i = 0; i < count; i++) {
		const char *alias = json_object_get_string(json_object_array_get_idx(aliases, i));
		if (alias && strcmp(alias, wanted) == 0)
			return true;
	}
	return same_name(server, probe_string(listed, "id"), wanted);
}

/* "loaded", "unloaded" … by llama.cpp where it has several models, and by llama-swap; "" where nobody says. */
static const char *status_of(struct json_object *listed)
{
	return probe_string(probe_member(listed, "status"), "value");
}

/* llama-server without a model of its own: it starts one for each of those that are asked for. */
static bool is_router(const struct probe_result *result, struct json_object *models)
{
	return result->server == PROBE_LLAMA_CPP && models && json_object_array_length(models) && status_of(json_object_array_get_idx(models, 0))[0];
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

static bool is_loaded(struct json_object *listed)
{
	return strcmp(status_of(listed), "loaded") == 0 || strcmp(probe_string(listed, "state"), "loaded") == 0; /* LM Studio says state */
}

/* The only one of the right kind, among all or among those that are loaded; "" when there are several. */
static const char *only_of_kind(const struct probe *probe, struct json_object *models, bool loaded)
{
	bool embeddings = model_use_of(probe->model) == MODEL_EMBEDDINGS;
	size_t fitting = 0;
	const char *only = "";

	for (size_t i = 0; i < json_object_array_length(models); i++) {
		struct json_object *listed = json_object_array_get_idx(models, i);
		if (is_for_embeddings(probe_string(listed, "id")) == embeddings && (!loaded || is_loaded(listed))) {
			only = probe_string(listed, "id");
			fitting++;
		}
	}
	return fitting == 1 ? only : "";
}

/* vLLM lists each name of a model. */
static bool are_names_of_one(struct json_object *models)
{
	const char *root = probe_string(json_object_array_get_idx(models, 0), "root");

	for (size_t i = 1; i < json_object_array_length(models); i++)
		if (strcmp(probe_string(json_object_array_get_idx(models, i), "root"), root) != 0)
			return false;
	return root[0] != '\0';
}

/* LM Studio lists all that were downloaded, and tells elsewhere which are loaded. */
static struct json_object *read_states(struct probe *probe, struct json_object **ret_data)
{
	struct json_object *object = probe_get(probe, CHAT_OLLAMA, "/api/v0/models") ? probe_body(probe) : NULL, *data = probe_member(object, "data");

	*ret_data = data && json_object_is_type(data, json_type_array) ? data : NULL;
	return object;
}

/* Sets the model to the only one there is, the only one of its kind, or of those the only one that is loaded; to "" when there are several. */
static void pick_only_model(struct probe *probe, struct json_object *models)
{
	struct probe_result *result = probe->result;
	size_t count = models ? json_object_array_length(models) : 0;
	struct json_object *states = NULL, *object = NULL;
	const char *only = count == 1 || (count && are_names_of_one(models)) ? probe_string(json_object_array_get_idx(models, 0), "id") : "";

	if (count && !only[0])
		only = only_of_kind(probe, models, false);
	if (count && !only[0]) {
		object = result->server == PROBE_LM_STUDIO ? read_states(probe, &states) : NULL;
		only = only_of_kind(probe, states ? states : models, true);
		if (only[0])
			probe_note(result, "it has several models; the one that is loaded is asked: %.100s", only);
	}
	snprintf(result->model, sizeof(result->model), "%.150s", only);
	json_object_put(object);
}

void probe_pick_model(struct probe *probe, struct json_object *models)
{
	struct probe_result *result = probe->result;
	const char *wanted = probe->model->model;
	size_t count = models ? json_object_array_length(models) : 0;
	char names[150];

	if (wanted[0])
		snprintf(result->model, sizeof(result->model), "%.150s", wanted);
	else
		pick_only_model(probe, models);
	if (!wanted[0] && result->model[0]) {
		result->model_present = true;
		return;
	}
	for (size_t i = 0; i < count && wanted[0]; i++)
		if (is_called(result->server, json_object_array_get_idx(models, i), wanted)) {
			result->model_present = true;
			return;
		}
	if (count)
		list_names(models, names, sizeof(names));
	if (!wanted[0])
		snprintf(result->message, sizeof(result->message), "no model is named and the server has %zu%s%s; name one with --model or model:", count,
			 count ? ": " : "", count ? names : "");
	else if (result->server == PROBE_LLAMA_CPP && count && !is_router(result, models)) {
		result->model_present = true; /* it answers to any name */
		probe_note(result, "the server's model is called %.100s; it answers to any name", names);
	} else if (result->server == PROBE_OLLAMA)
		snprintf(result->message, sizeof(result->message), "Ollama has no model \"%.60s\"; run: ollama pull %.60s", wanted, wanted);
	else if (result->server == PROBE_MLX || result->server == PROBE_LLAMA_SWAP || count == 0) {
		result->model_present = true; /* loaded when it is asked for, or known by another name; the first question shows */
	} else
		snprintf(result->message, sizeof(result->message), "the server has no model \"%.60s\"; it has: %.140s", wanted, names);
}

/* --- context and slots ---------------------------------------------------------------------------------------------- */

static void append_escaped(struct buffer *out, const char *name)
{
	for (; *name; name++)
		if (ascii_is_alnum(*name) || strchr("-._~", *name))
			buffer_append_byte(out, *name);
		else
			buffer_append_format(out, "%%%02X", (unsigned char)*name);
}

static bool ask_for_page(struct probe *probe, const char *path, uint64_t timeout_ns)
{
	const struct probe_question question = { .api = CHAT_OLLAMA, .path = path, .timeout_ns = timeout_ns };
	return probe_ask(probe, &question);
}

/* Of a model that is not loaded yet it is loaded for this page, as it is for a question. */
static void read_llama_cpp(struct probe *probe, const char *model)
{
	struct buffer path;

	buffer_init(&path, 4096);
	buffer_append_string(&path, "/props");
	if (model)
		buffer_append_string(&path, "?model=");
	append_escaped(&path, model ? model : "");
	if (path.status == 0 && ask_for_page(probe, buffer_string(&path), model ? probe->timeout_ns : PROBE_LOOK_TIMEOUT_NS)) {
		struct json_object *object = probe_body(probe);
		probe->result->slots = (uint32_t)probe_number(object, "total_slots");
		probe->result->context_tokens = probe_number(probe_member(object, "default_generation_settings"), "n_ctx");
		json_object_put(object);
	}
	buffer_done(&path);
}

static void read_router(struct probe *probe)
{
	if (probe_get(probe, CHAT_OLLAMA, "/props")) {
		struct json_object *object = probe_body(probe);
		probe->result->one_at_a_time = probe_number(object, "max_instances") == 1;
		json_object_put(object);
	}
	read_llama_cpp(probe, probe->result->model);
}

static void read_lm_studio(struct probe *probe)
{
	struct json_object *data, *object = read_states(probe, &data);

	for (size_t i = 0; data && i < json_object_array_length(data); i++) {
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

	result->one_at_a_time = result->server == PROBE_OLLAMA || result->server == PROBE_LM_STUDIO || result->server == PROBE_LLAMA_SWAP;
	if (is_router(result, models))
		read_router(probe);
	else if (result->server == PROBE_LLAMA_CPP || result->server == PROBE_LLAMA_SWAP)
		read_llama_cpp(probe, result->server == PROBE_LLAMA_SWAP ? result->model : NULL);
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
