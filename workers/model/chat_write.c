/* chat_write.c: the bodies and addresses of requests. See chat.h. */
#include "workers/model/chat.h"

#include "base/json_writer.h"

#define LOOP_PENALTY 0.8 /* of 2 at most: JSON's own marks must stay likely */
#define OLLAMA_KEEP_ALIVE "30m" /* longer than any pause between two requests of a run */

const char *chat_format_name(enum chat_format format)
{
	static const char *const names[CHAT_FORMAT_COUNT] = { [CHAT_FORMAT_SCHEMA] = "schema", [CHAT_FORMAT_JSON] = "json", [CHAT_FORMAT_PROMPT] = "prompt" };
	CHECK(format < CHAT_FORMAT_COUNT);
	return names[format];
}

const char *chat_api_name(enum chat_api api)
{
	static const char *const names[CHAT_API_COUNT] = { [CHAT_OPENAI] = "openai", [CHAT_OLLAMA] = "ollama" };
	CHECK(api < CHAT_API_COUNT);
	return names[api];
}

struct text chat_base(struct text url)
{
	static const char *const ends[] = { "/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/models", "/api/chat", "/api/generate", "/api/tags", "/v1" };

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		while (url.bytes && url.data[url.bytes - 1] == '/')
			url.bytes--;
		if (text_ends_with_nocase(url, text_from(ends[i]))) {
			url.bytes -= strlen(ends[i]);
			i = COUNT_OF(ends) - 2; /* "/v1" may stand there twice */
		}
	}
	return url;
}

void chat_url(const char *base_url, enum chat_api api, const char *path, struct buffer *out)
{
	buffer_append_text(out, chat_base(text_from(base_url)));
	if (api == CHAT_OPENAI)
		buffer_append_string(out, "/v1");
	buffer_append_string(out, path);
}

static void write_message(struct json_writer *json, const char *role, struct text content)
{
	json_object_open(json);
	json_member_string(json, "role", role);
	json_member_text(json, "content", content);
	json_object_close(json);
}

static void write_messages(struct json_writer *json, const struct chat_request *request)
{
	json_key(json, "messages");
	json_array_open(json);
	if (request->system.bytes)
		write_message(json, "system", request->system);
	write_message(json, "user", request->prompt);
	if (request->complaint.bytes) {
		write_message(json, "assistant", request->earlier_reply);
		write_message(json, "user", request->complaint);
	}
	if (request->begun.bytes)
		write_message(json, "assistant", request->begun);
	json_array_close(json);
}

static void write_stop(struct json_writer *json, const char *stop)
{
	if (!stop)
		return;
	json_key(json, "stop");
	json_array_open(json);
	json_string(json, stop);
	json_array_close(json);
}

static void write_ollama(struct json_writer *json, const struct chat_request *request)
{
	if (request->schema.bytes && request->format == CHAT_FORMAT_SCHEMA) {
		json_key(json, "format");
		json_raw(json, request->schema);
	} else if (request->schema.bytes && request->format == CHAT_FORMAT_JSON) {
		json_member_string(json, "format", "json");
	}
	if (request->think >= 0)
		json_member_boolean(json, "think", request->think > 0);
	json_member_string(json, "keep_alive", OLLAMA_KEEP_ALIVE);
	json_key(json, "options");
	json_object_open(json);
	if (request->context_tokens)
		json_member_unsigned(json, "num_ctx", request->context_tokens);
	json_member_unsigned(json, "num_predict", request->max_tokens);
	json_member_fixed(json, "temperature", request->temperature, 3);
	if (request->against_loops)
		json_member_fixed(json, "frequency_penalty", LOOP_PENALTY, 1);
	write_stop(json, request->stop);
	json_member_unsigned(json, "seed", request->seed);
	json_object_close(json);
}

static void write_response_format(struct json_writer *json, const struct chat_request *request)
{
	json_key(json, "response_format");
	json_object_open(json);
	if (request->format == CHAT_FORMAT_JSON) {
		json_member_string(json, "type", "json_object");
	} else {
		json_member_string(json, "type", "json_schema");
		json_key(json, "json_schema");
		json_object_open(json);
		json_member_string(json, "name", request->schema_name ? request->schema_name : "reply");
		json_member_boolean(json, "strict", true);
		json_key(json, "schema");
		json_raw(json, request->schema);
		json_object_close(json);
	}
	json_object_close(json);
}

static void write_openai(struct json_writer *json, const struct chat_request *request)
{
	json_member_unsigned(json, "max_tokens", request->max_tokens);
	json_member_fixed(json, "temperature", request->temperature, 3);
	if (request->against_loops)
		json_member_fixed(json, "frequency_penalty", LOOP_PENALTY, 1);
	write_stop(json, request->stop);
	json_member_unsigned(json, "seed", request->seed);
	if (request->stream) {
		json_key(json, "stream_options");
		json_object_open(json);
		json_member_boolean(json, "include_usage", true);
		json_object_close(json);
	}
	if (request->schema.bytes && request->format != CHAT_FORMAT_PROMPT)
		write_response_format(json, request);
	if (request->think >= 0) { /* llama.cpp, vLLM, mlx_lm.server; others pass over it */
		json_key(json, "chat_template_kwargs");
		json_object_open(json);
		json_member_boolean(json, "enable_thinking", request->think > 0);
		json_object_close(json);
	}
}

void chat_write_request(const struct chat_request *request, struct buffer *out)
{
	struct json_writer json;

	json_init(&json, out, 0);
	json_object_open(&json);
	json_member_string(&json, "model", request->model);
	write_messages(&json, request);
	json_member_boolean(&json, "stream", request->stream);
	if (request->api == CHAT_OLLAMA)
		write_ollama(&json, request);
	else
		write_openai(&json, request);
	json_object_close(&json);
}

void chat_write_embeddings(const char *model, const struct text *inputs, size_t count, struct buffer *out)
{
	struct json_writer json;

	json_init(&json, out, 0);
	json_object_open(&json);
	json_member_string(&json, "model", model);
	json_key(&json, "input");
	json_array_open(&json);
	for (size_t i = 0; i < count; i++)
		json_text(&json, inputs[i]);
	json_array_close(&json);
	json_object_close(&json);
}
