/* chat.c: POST /v1/chat/completions and Ollama's /api/chat: the request read, the prompt built and held against the context, the
 * model asked, the answer counted, written (chat_write.c) and delivered. */
#include "tests/fake_server/chat.h"

#include "tests/fake_server/personality.h"
#include "tests/fake_server/spoil.h"

#include <json-c/json.h>
#include <stdio.h>

enum { PREFILL_SHARE = 20, NUM_CTX_MAX = 1 << 20 };

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	return json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static struct text string_of(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) ? (struct text){ json_object_get_string(value), (size_t)json_object_get_string_len(value) }
							     : (struct text){ "", 0 };
}

static bool is_object(struct json_object *value) { return json_object_is_type(value, json_type_object); }

/* --- the request ------------------------------------------------------------------------------------------------------------- */

/* response_format and each server's own ways to ask for a form. False: an error was delivered. */
static bool read_format(struct connection *connection, struct chat_call *call)
{
	const struct personality *as = connection->server->options.personality;
	struct json_object *root = connection->exchange.root, *format = member(root, call->native ? "format" : "response_format");
	const char *type = is_object(format) ? json_object_get_string(member(format, "type")) : NULL;

	if (call->native) {
		call->schema = is_object(format) ? format : NULL;
		call->json_mode = text_equal(string_of(format), TEXT_LITERAL("json"));
		return true;
	}
	if (as->kind == AS_LMSTUDIO && type && strcmp(type, "json_schema") != 0 && strcmp(type, "text") != 0) {
		deliver_error(connection, 400, "'response_format.type' must be 'json_schema' or 'text'");
		return false;
	}
	struct json_object *schema = member(member(format, "json_schema"), "schema");
	if (!schema && as->kind == AS_LLAMACPP)
		schema = member(format, "schema") ? member(format, "schema") : member(root, "json_schema");
	if (!schema && as->kind == AS_VLLM)
		schema = member(member(root, "structured_outputs"), "json");
	if (as->kind == AS_LLAMACPP)
		call->grammar = string_of(member(root, "grammar"));
	if (as->knows_schema && is_object(schema))
		call->schema = schema;
	call->json_mode = as->knows_json_object && type && strcmp(type, "json_object") == 0;
	return true;
}

static int64_t number_or(struct json_object *value, int64_t otherwise)
{
	return json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double) ? json_object_get_int64(value) : otherwise;
}

static void read_limits(const struct connection *connection, struct chat_call *call)
{
	const struct server *server = connection->server;
	struct json_object *root = connection->exchange.root, *options = member(root, "options");

	call->context_tokens = server->options.context_tokens;
	call->max_tokens = server->options.personality->max_tokens;
	if (call->native) {
		int64_t context = number_or(member(options, "num_ctx"), call->context_tokens);
		call->context_tokens = context > 0 && context <= NUM_CTX_MAX ? (uint32_t)context : call->context_tokens;
		call->max_tokens = number_or(member(options, "num_predict"), 0);
		call->seed = (uint64_t)number_or(member(options, "seed"), 0);
	} else {
		int64_t most = number_or(member(root, "max_completion_tokens"), number_or(member(root, "max_tokens"), call->max_tokens));
		call->max_tokens = most;
		call->seed = (uint64_t)number_or(member(root, "seed"), 0);
	}
	if (call->max_tokens < 0)
		call->max_tokens = 0;
}

/* Does the model think aloud in this call? */
static bool thinks(const struct connection *connection, const struct chat_call *call)
{
	const struct server *server = connection->server;
	struct json_object *root = connection->exchange.root, *think = member(root, "think");
	struct json_object *enabled = member(member(root, "chat_template_kwargs"), "enable_thinking");
	struct text effort = string_of(member(root, "reasoning_effort"));

	if (call->action->thinking != THINKING_USUAL)
		return true;
	if (!server->options.thinking || (call->native && think && !json_object_get_boolean(think)))
		return false;
	enum personality_kind kind = server->options.personality->kind;
	if (kind == AS_LMSTUDIO) /* has no way to switch it off: lmstudio-bug-tracker 1773 */
		return true;
	if (text_equal(effort, TEXT_LITERAL("none")) && kind != AS_MLX)
		return false;
	return !(enabled && !json_object_get_boolean(enabled)) && text_find(connection->exchange.request.body, TEXT_LITERAL("/no_think")) < 0;
}

static bool read_call(struct connection *connection, struct chat_call *call)
{
	static const struct script_action usual = { .status = 0 };
	struct json_object *root = connection->exchange.root, *stream = member(root, "stream");
	const struct personality *as = connection->server->options.personality;

	call->action = connection->exchange.action ? connection->exchange.action : &usual;
	call->native = connection->exchange.route == ROUTE_OLLAMA_CHAT;
	call->stream = stream ? json_object_get_boolean(stream) : call->native;
	call->wants_usage = json_object_get_boolean(member(member(root, "stream_options"), "include_usage"));
	call->model = string_of(member(root, "model"));
	if (call->model.bytes == 0 || (as->kind == AS_LLAMACPP && !server_is_router(connection->server)))
		call->model = text_from(connection->server->options.models[0]);
	if (call->action->model)
		call->model = text_from(call->action->model);
	call->messages = member(root, "messages");
	if (!json_object_is_type(call->messages, json_type_array) || json_object_array_length(call->messages) == 0) {
		deliver_error(connection, 400, "messages: a list with at least one message is required");
		return false;
	}
	read_limits(connection, call);
	if (!read_format(connection, call))
		return false;
	call->thinks = thinks(connection, call);
	if (call->action->schema_ignored) {
		call->schema = NULL;
		call->json_mode = false;
		call->grammar = (struct text){ "", 0 };
	}
	return true;
}

/* --- the prompt -------------------------------------------------------------------------------------------------------------- */

static void append_message(struct json_object *message, struct buffer *out)
{
	struct json_object *content = member(message, "content");

	buffer_append_string(out, "<|");
	buffer_append_text(out, string_of(member(message, "role")));
	buffer_append_string(out, "|>\n");
	if (json_object_is_type(content, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(content); i++)
			buffer_append_text(out, string_of(member(json_object_array_get_idx(content, i), "text")));
	} else {
		buffer_append_text(out, string_of(content));
	}
	buffer_append_string(out, "\n");
}

static void refuse_long(struct connection *connection, const struct chat_call *call, uint32_t tokens)
{
	const struct personality *as = connection->server->options.personality;
	struct buffer *body = &connection->server->body;
	uint32_t context = call->context_tokens;
	char message[400];

	if (as->kind == AS_LLAMACPP) {
		buffer_clear(body);
		buffer_append_format(body,
				     "{\"error\": {\"code\": 400, \"message\": \"request (%u tokens) exceeds the available context size (%u tokens), try increasing it\", "
				     "\"type\": \"exceed_context_size_error\", \"n_prompt_tokens\": %u, \"n_ctx\": %u}}",
				     tokens, context, tokens, context);
		deliver(connection, 400, "application/json; charset=utf-8", buffer_view(body));
		return;
	}
	if (as->kind == AS_LMSTUDIO)
		snprintf(message, sizeof(message),
			 "Trying to keep the first %u tokens when context the overflows. However, the model is loaded with context length of only %u tokens, which is not "
			 "enough. Try to load the model with a larger context length, or provide a shorter input",
			 tokens, context);
	else if (as->kind == AS_VLLM && call->max_tokens)
		snprintf(message, sizeof(message),
			 "This model's maximum context length is %u tokens. However, you requested %llu tokens (%u in the messages, %llu in the completion). Please reduce the "
			 "length of the messages or completion.",
			 context, (unsigned long long)call->max_tokens + tokens, tokens, (unsigned long long)call->max_tokens);
	else
		snprintf(message, sizeof(message),
			 "This model's maximum context length is %u tokens. However, your messages resulted in %u tokens. Please reduce the length of the messages.", context, tokens);
	deliver_error(connection, 400, message);
}

/* server->prompt and server->chain. False: an answer was delivered. */
static bool build_prompt(struct connection *connection, struct chat_call *call)
{
	struct server *server = connection->server;
	const struct personality *as = server->options.personality;
	struct token_chain *chain = &server->chain;
	uint32_t limit = call->action->context_tokens ? call->action->context_tokens : call->context_tokens;
	bool cut = call->action->context_tokens || as->overflow == OVERFLOW_CUT;

	buffer_clear(&server->prompt);
	for (size_t i = 0; i < json_object_array_length(call->messages); i++)
		append_message(json_object_array_get_idx(call->messages, i), &server->prompt);
	call->prompt = buffer_view(&server->prompt);
	if (server->prompt.status || token_chain_build(chain, call->prompt) < 0) {
		deliver_error(connection, 500, "out of memory");
		return false;
	}
	if (as->overflow == OVERFLOW_NONE && !call->action->context_tokens)
		return true;
	bool no_room = as->kind == AS_VLLM && chain->tokens + (uint64_t)call->max_tokens > limit;
	if (chain->tokens <= limit && !no_room)
		return true;
	if (!cut) {
		refuse_long(connection, call, chain->tokens);
		return false;
	}
	call->prompt = text_slice(call->prompt, tokens_offset(call->prompt, chain->tokens - limit), call->prompt.bytes);
	if (token_chain_build(chain, call->prompt) < 0) {
		deliver_error(connection, 500, "out of memory");
		return false;
	}
	return true;
}

/* --- the answer -------------------------------------------------------------------------------------------------------------- */

/* Keeps the reply within max_tokens and the context; what is cut is said by finish_reason. */
static void limit_reply(const struct server *server, struct chat_call *call, uint32_t prompt_tokens)
{
	struct buffer *content = call->content, *thoughts = call->thoughts;
	uint32_t thought_tokens = tokens_count(buffer_view(thoughts)), content_tokens = tokens_count(buffer_view(content));
	uint64_t most = call->max_tokens ? (uint64_t)call->max_tokens : UINT32_MAX;

	if (server->options.personality->overflow == OVERFLOW_ERROR && call->context_tokens - prompt_tokens < most)
		most = call->context_tokens - prompt_tokens;
	if (call->action->content == CONTENT_DEEP)
		most = UINT32_MAX;
	call->finish = "stop";
	if ((uint64_t)thought_tokens + content_tokens > most) {
		call->finish = "length";
		if (thought_tokens > most) {
			buffer_truncate(thoughts, tokens_offset(buffer_view(thoughts), (uint32_t)most));
			thought_tokens = (uint32_t)most;
		}
		content_tokens = (uint32_t)most - thought_tokens;
		buffer_truncate(content, tokens_offset(buffer_view(content), content_tokens));
	}
	call->completion_tokens = thought_tokens + content_tokens;
	if (call->action->finish)
		call->finish = call->action->finish;
}

/* Where the thoughts go: tags in the content, or a key of the message. */
static void place_thoughts(const struct server *server, struct chat_call *call)
{
	struct buffer *content = call->content, *thoughts = call->thoughts, *extra = &call->connection->server->extra;
	enum script_thinking how = call->action->thinking;

	call->thinking_key = call->native ? "thinking" : server->options.personality->thinking_key;
	if (how == THINKING_REASONING)
		call->thinking_key = "reasoning";
	else if (how == THINKING_REASONING_CONTENT || how == THINKING_INSTEAD)
		call->thinking_key = "reasoning_content";
	bool form = call->schema || call->json_mode;
	if (how == THINKING_INSTEAD || (how == THINKING_USUAL && call->thinks && form && server->options.personality->kind == AS_LMSTUDIO)) {
		buffer_clear(thoughts);
		buffer_append_text(thoughts, buffer_view(content));
		buffer_clear(content);
		return;
	}
	if (how != THINKING_TAGS && how != THINKING_TAGS_CLOSING && how != THINKING_TAGS_UNCLOSED)
		return;
	buffer_clear(extra);
	buffer_append_string(extra, how == THINKING_TAGS_CLOSING ? "" : "<think>\n");
	buffer_append_text(extra, buffer_view(thoughts));
	if (how != THINKING_TAGS_UNCLOSED) {
		buffer_append_string(extra, "\n</think>\n\n");
		buffer_append_text(extra, buffer_view(content));
	}
	buffer_clear(content);
	buffer_append_text(content, buffer_view(extra));
	buffer_clear(thoughts);
}

/* Sets how long the slot works: before the first byte, and over the stream. */
static void set_times(struct connection *connection, const struct chat_call *call)
{
	struct exchange *exchange = &connection->exchange;
	const struct latency *latency = &connection->server->options.latency;
	uint64_t read_ns = 0, write_ns = 0, total_ns = 0;

	switch (latency->kind) {
	case LATENCY_ZERO: return;
	case LATENCY_FIXED: total_ns = latency->low_ns; break;
	case LATENCY_MIXED:
		total_ns = latency->low_ns + compose_mix(latency->seed, connection->server->generated) % (latency->high_ns - latency->low_ns + 1);
		break;
	case LATENCY_TOKENS:
		read_ns = latency->low_ns / PREFILL_SHARE * (exchange->prompt_tokens - exchange->cached_tokens);
		write_ns = latency->low_ns * call->completion_tokens;
		break;
	}
	if (latency->kind != LATENCY_TOKENS) {
		read_ns = total_ns / 5;
		write_ns = total_ns - read_ns;
	}
	exchange->latency_ns = call->stream ? read_ns : read_ns + write_ns;
	exchange->stream_ns = call->stream ? write_ns : 0;
}

void chat_answer(struct connection *connection)
{
	struct server *server = connection->server;
	struct exchange *exchange = &connection->exchange;
	struct chat_call call = { .connection = connection, .content = &server->content, .thoughts = &server->thoughts };

	if (!read_call(connection, &call) || !build_prompt(connection, &call))
		return;
	exchange->prompt_tokens = server->chain.tokens;
	exchange->cached_tokens = slots_choose(server, connection);
	buffer_clear(call.content);
	buffer_clear(call.thoughts);
	struct model_task task = {
		.prompt = call.prompt,
		.schema = call.schema,
		.grammar = call.grammar,
		.json_mode = call.json_mode,
		.prose = call.action->content == CONTENT_PROSE,
		.seed = compose_mix(server->options.seed, call.seed),
		.fault = call.action->fault,
	};
	if (call.action->say) {
		buffer_append_string(call.content, call.action->say);
	} else if (model_answer(&server->model, &task, call.content, call.thinks ? call.thoughts : NULL) < 0) {
		deliver_error(connection, 500, "out of memory");
		return;
	}
	spoil_content(call.action->content, call.prompt, call.content);
	place_thoughts(server, &call);
	limit_reply(server, &call, exchange->prompt_tokens);
	exchange->completion_tokens = call.completion_tokens;
	set_times(connection, &call);
	chat_write(&call);
}
