/* pages.c: what servers tell about themselves: models, properties, slots, health, version. One function a page; which server has
 * which stands in the table at the end. Sources: see personality.h. */
#include "tests/fake_server/personality.h"
#include "tests/fake_server/server.h"

#include <json-c/json.h>

enum { CREATED_S = 1735142223 };
#define MODEL_BYTES 986061892ull
#define MODIFIED "2025-05-10T08:06:48.639712648-07:00"
#define DIGEST "a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72"

static const struct server_options *options_of(const struct connection *connection) { return &connection->server->options; }

bool server_is_router(const struct server *server)
{
	return server->options.personality->kind == AS_LLAMACPP && server->options.model_count > 1;
}

bool server_has_model(const struct server *server, const char *name)
{
	const struct server_options *options = &server->options;
	struct text wanted = text_from(name), latest = TEXT_LITERAL(":latest");

	if (options->personality->any_model && !server_is_router(server))
		return true;
	for (uint32_t i = 0; i <= options->model_count; i++) {
		struct text known = text_from(i < options->model_count ? options->models[i] : options->embedding_model);
		if (text_equal(known, wanted))
			return true;
		if (options->personality->kind != AS_OLLAMA) /* which takes capitals for small letters */
			continue;
		size_t tag = known.bytes == wanted.bytes + latest.bytes && text_ends_with_nocase(known, latest) ? latest.bytes : 0;
		if (known.bytes == wanted.bytes + tag && text_starts_with_nocase(known, wanted))
			return true;
	}
	return false;
}

/* --- OpenAI's list ----------------------------------------------------------------------------------------------------------- */

static void model_meta(const struct server_options *options, struct json_writer *json)
{
	json_key(json, "meta");
	json_object_open(json);
	json_member_unsigned(json, "vocab_type", 2);
	json_member_unsigned(json, "n_vocab", 128256);
	json_member_unsigned(json, "n_ctx_train", 131072);
	json_member_unsigned(json, "n_embd", options->dimensions);
	json_member_unsigned(json, "n_params", 1235814432);
	json_member_unsigned(json, "size", MODEL_BYTES);
	json_object_close(json);
}

/* The first one is loaded. */
static void model_status(const struct server_options *options, const char *name, struct json_writer *json)
{
	json_key(json, "status");
	json_object_open(json);
	json_member_string(json, "value", strcmp(name, options->models[0]) == 0 ? "loaded" : "unloaded");
	json_object_close(json);
}

static void one_model(const struct server *server, const char *name, struct json_writer *json)
{
	const struct server_options *options = &server->options;
	static const char *const owners[AS_COUNT] = { "openai", "llamacpp", "library", "organization_owner", "vllm", NULL, "llama-swap" };
	enum personality_kind kind = options->personality->kind;

	json_object_open(json);
	json_member_string(json, "id", name);
	json_member_string(json, "object", "model");
	json_member_unsigned(json, "created", CREATED_S);
	if (owners[kind])
		json_member_string(json, "owned_by", owners[kind]);
	if (kind == AS_VLLM) {
		json_member_string(json, "root", strcmp(name, options->embedding_model) == 0 ? name : options->models[0]); /* the others are names of it */
		json_key(json, "parent");
		json_null(json);
		json_member_unsigned(json, "max_model_len", options->context_tokens);
	}
	if (server_is_router(server) || kind == AS_LLAMASWAP)
		model_status(options, name, json);
	else if (kind == AS_LLAMACPP)
		model_meta(options, json);
	json_object_close(json);
}

static void page_models(struct connection *connection, struct json_writer *json)
{
	const struct server_options *options = options_of(connection);
	enum personality_kind kind = options->personality->kind;
	bool lists_embedding = kind != AS_LLAMACPP && kind != AS_MLX && kind != AS_VLLM;

	json_object_open(json);
	json_member_string(json, "object", "list");
	json_key(json, "data");
	json_array_open(json);
	for (uint32_t i = 0; i < options->model_count; i++)
		one_model(connection->server, options->models[i], json);
	if (lists_embedding)
		one_model(connection->server, options->embedding_model, json);
	json_array_close(json);
	json_object_close(json);
}

static void page_health(struct connection *connection, struct json_writer *json)
{
	(void)connection;
	json_object_open(json);
	json_member_string(json, "status", "ok");
	json_object_close(json);
}

/* --- llama.cpp --------------------------------------------------------------------------------------------------------------- */

/* Of the router itself, which has no slots: --models-max is 4 there unless set. */
static void router_props(const struct server_options *options, struct json_writer *json)
{
	json_object_open(json);
	json_member_string(json, "role", "router");
	json_member_unsigned(json, "max_instances", options->models_max);
	json_member_string(json, "model_path", "none");
	json_key(json, "default_generation_settings");
	json_object_open(json);
	json_member_unsigned(json, "n_ctx", 0);
	json_object_close(json);
	json_object_close(json);
}

static void page_props(struct connection *connection, struct json_writer *json)
{
	const struct server_options *options = options_of(connection);
	struct text model;

	if (server_is_router(connection->server) && !wire_query(&connection->exchange.request, "model", &model)) {
		router_props(options, json);
		return;
	}
	json_object_open(json);
	json_key(json, "default_generation_settings");
	json_object_open(json);
	json_member_unsigned(json, "id", 0);
	json_member_unsigned(json, "n_ctx", options->context_tokens);
	json_member_boolean(json, "speculative", false);
	json_member_boolean(json, "is_processing", false);
	json_object_close(json);
	json_member_unsigned(json, "total_slots", options->slot_count);
	json_member_string(json, "model_alias", options->models[0]);
	json_member_string(json, "model_path", options->models[0]);
	json_member_string(json, "chat_template", "{% for message in messages %}<|{{ message.role }}|>\n{{ message.content }}\n{% endfor %}");
	json_key(json, "modalities");
	json_object_open(json);
	json_member_boolean(json, "vision", false);
	json_object_close(json);
	json_member_string(json, "build_info", "b6000-fake");
	json_member_boolean(json, "is_sleeping", false);
	json_object_close(json);
}

static void page_slots(struct connection *connection, struct json_writer *json)
{
	const struct slots *slots = &connection->server->slots;

	json_array_open(json);
	for (uint32_t i = 0; i < slots->count; i++) {
		json_object_open(json);
		json_member_unsigned(json, "id", i);
		json_member_unsigned(json, "n_ctx", options_of(connection)->context_tokens);
		json_member_boolean(json, "speculative", false);
		json_member_boolean(json, "is_processing", slots->items[i].holder != NULL);
		json_object_close(json);
	}
	json_array_close(json);
}

/* --- Ollama ------------------------------------------------------------------------------------------------------------------ */

static void page_version(struct connection *connection, struct json_writer *json)
{
	json_object_open(json);
	json_member_string(json, "version", options_of(connection)->personality->kind == AS_VLLM ? "0.11.0" : "0.12.6");
	json_object_close(json);
}

static void details(struct json_writer *json)
{
	json_key(json, "details");
	json_object_open(json);
	json_member_string(json, "parent_model", "");
	json_member_string(json, "format", "gguf");
	json_member_string(json, "family", "llama");
	json_key(json, "families");
	json_array_open(json);
	json_string(json, "llama");
	json_array_close(json);
	json_member_string(json, "parameter_size", "1.2B");
	json_member_string(json, "quantization_level", "Q4_K_M");
	json_object_close(json);
}

static void ollama_models(struct connection *connection, bool loaded, struct json_writer *json)
{
	const struct server_options *options = options_of(connection);

	json_object_open(json);
	json_key(json, "models");
	json_array_open(json);
	for (uint32_t i = 0; i < options->model_count + !loaded; i++) {
		const char *name = i < options->model_count ? options->models[i] : options->embedding_model;
		json_object_open(json);
		json_member_string(json, "name", name);
		json_member_string(json, "model", name);
		if (!loaded)
			json_member_string(json, "modified_at", MODIFIED);
		json_member_unsigned(json, "size", MODEL_BYTES);
		json_member_string(json, "digest", DIGEST);
		details(json);
		if (loaded) {
			json_member_string(json, "expires_at", "2318-08-04T14:38:31.83753-07:00");
			json_member_unsigned(json, "size_vram", MODEL_BYTES);
			json_member_unsigned(json, "context_length", options->context_tokens);
		}
		json_object_close(json);
	}
	json_array_close(json);
	json_object_close(json);
}

static void page_tags(struct connection *connection, struct json_writer *json) { ollama_models(connection, false, json); }
static void page_ps(struct connection *connection, struct json_writer *json) { ollama_models(connection, true, json); }

/* The context length here is what the model was trained for, not what it is loaded with. */
static void page_show(struct connection *connection, struct json_writer *json)
{
	const struct server_options *options = options_of(connection);

	json_object_open(json);
	json_member_string(json, "modelfile", "# Modelfile generated by \"ollama show\"\nFROM fake\n");
	json_member_string(json, "parameters", "stop \"<|im_end|>\"");
	json_member_string(json, "template", "{{ .Prompt }}");
	details(json);
	json_key(json, "model_info");
	json_object_open(json);
	json_member_string(json, "general.architecture", "llama");
	json_member_unsigned(json, "general.parameter_count", 1235814432);
	json_member_unsigned(json, "llama.context_length", 131072);
	json_member_unsigned(json, "llama.embedding_length", options->dimensions);
	json_object_close(json);
	json_key(json, "capabilities");
	json_array_open(json);
	json_string(json, "completion");
	json_string(json, "tools");
	if (options->thinking)
		json_string(json, "thinking");
	json_array_close(json);
	json_member_string(json, "modified_at", MODIFIED);
	json_object_close(json);
}

/* --- LM Studio --------------------------------------------------------------------------------------------------------------- */

static void page_lmstudio(struct connection *connection, struct json_writer *json)
{
	const struct server_options *options = options_of(connection);

	json_object_open(json);
	json_member_string(json, "object", "list");
	json_key(json, "data");
	json_array_open(json);
	for (uint32_t i = 0; i <= options->model_count; i++) {
		bool chat = i < options->model_count;
		json_object_open(json);
		json_member_string(json, "id", chat ? options->models[i] : options->embedding_model);
		json_member_string(json, "object", "model");
		json_member_string(json, "type", chat ? "llm" : "embeddings");
		json_member_string(json, "publisher", "lmstudio-community");
		json_member_string(json, "arch", chat ? "llama" : "nomic-bert");
		json_member_string(json, "compatibility_type", "gguf");
		json_member_string(json, "quantization", "Q4_K_M");
		json_member_string(json, "state", i == 0 ? "loaded" : "not-loaded");
		json_member_unsigned(json, "max_context_length", 131072);
		if (i == 0)
			json_member_unsigned(json, "loaded_context_length", options->context_tokens);
		json_object_close(json);
	}
	json_array_close(json);
	json_object_close(json);
}

/* --- which server has which --------------------------------------------------------------------------------------------------- */

#define ALL ((1u << AS_COUNT) - 1)
#define ONLY(kind) (1u << (kind))

static const struct {
	const char *method, *path;
	uint32_t kinds;
	void (*write)(struct connection *connection, struct json_writer *json);
} pages[] = {
	{ "GET", "/v1/models", ALL, page_models },
	{ "GET", "/models", ONLY(AS_LLAMACPP), page_models },
	{ "GET", "/health", ONLY(AS_LLAMACPP) | ONLY(AS_VLLM) | ONLY(AS_MLX), page_health },
	{ "GET", "/props", ONLY(AS_LLAMACPP), page_props },
	{ "GET", "/slots", ONLY(AS_LLAMACPP), page_slots },
	{ "GET", "/version", ONLY(AS_VLLM), page_version },
	{ "GET", "/api/version", ONLY(AS_OLLAMA), page_version },
	{ "GET", "/api/tags", ONLY(AS_OLLAMA), page_tags },
	{ "GET", "/api/ps", ONLY(AS_OLLAMA), page_ps },
	{ "POST", "/api/show", ONLY(AS_OLLAMA), page_show },
	{ "GET", "/api/v0/models", ONLY(AS_LMSTUDIO), page_lmstudio },
};

static bool asked_model_exists(struct connection *connection)
{
	struct json_object *name = NULL;

	if (!json_object_object_get_ex(connection->exchange.root, "model", &name))
		json_object_object_get_ex(connection->exchange.root, "name", &name);
	return name && server_has_model(connection->server, json_object_get_string(name));
}

bool pages_answer(struct connection *connection)
{
	struct server *server = connection->server;
	const struct wire_request *request = &connection->exchange.request;
	enum personality_kind kind = server->options.personality->kind;
	struct json_writer json;

	if (kind == AS_OLLAMA && text_equal(request->path, TEXT_LITERAL("/"))) {
		deliver(connection, 200, "text/plain; charset=utf-8", TEXT_LITERAL("Ollama is running"));
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		if (!(pages[i].kinds & ONLY(kind)) || !text_equal(request->path, text_from(pages[i].path)) ||
		    !text_equal(request->method, text_from(pages[i].method)))
			continue;
		if (pages[i].write == page_show && !asked_model_exists(connection)) {
			deliver_error(connection, 404, "model not found");
			return true;
		}
		buffer_clear(&server->body);
		if (kind == AS_VLLM && pages[i].write == page_health) { /* an empty 200 */
			deliver(connection, 200, "text/plain", (struct text){ "", 0 });
			return true;
		}
		json_init(&json, &server->body, 0);
		pages[i].write(connection, &json);
		deliver(connection, 200, "application/json", buffer_view(&server->body));
		return true;
	}
	return false;
}
