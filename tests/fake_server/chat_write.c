/* chat_write.c: answers of chat calls as JSON: OpenAI's chat.completion and its chunks (SSE), Ollama's message and its lines (NDJSON). */
#include "tests/fake_server/chat.h"

#include "tests/fake_server/personality.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PIECE_BYTES = 16, EVENTS_FIRST = 64 };

struct events { /* of a stream; the bytes are in server->body */
	struct chat_call *call;
	struct buffer *out;
	size_t *ends;
	size_t count, capacity;
	bool failed;
};

static const struct personality *as_of(const struct chat_call *call) { return call->connection->server->options.personality; }

/* --- parts that both forms have ---------------------------------------------------------------------------------------------- */

struct counts {
	int64_t prompt, completion, cached;
};

static struct counts counts_of(const struct chat_call *call)
{
	const struct exchange *exchange = &call->connection->exchange;
	struct counts counts = { exchange->prompt_tokens, call->completion_tokens, exchange->cached_tokens };

	switch (call->action->usage) {
	case USAGE_ZERO: return (struct counts){ 0, 0, 0 };
	case USAGE_SMALL: return (struct counts){ counts.prompt / 3, counts.completion, 0 };
	case USAGE_HUGE: return (struct counts){ 1000000000000000, 1000000000000000, 0 };
	case USAGE_NEGATIVE: return (struct counts){ -1, -1, -1 };
	default: return counts;
	}
}

static void write_usage(const struct chat_call *call, struct json_writer *json)
{
	struct counts counts = counts_of(call);

	if (call->action->usage == USAGE_ABSENT)
		return;
	json_key(json, "usage");
	json_object_open(json);
	json_key(json, "prompt_tokens");
	json_signed(json, counts.prompt);
	json_key(json, "completion_tokens");
	json_signed(json, counts.completion);
	json_key(json, "total_tokens");
	json_signed(json, counts.prompt + counts.completion);
	if (as_of(call)->tells_cached) {
		json_key(json, "prompt_tokens_details");
		json_object_open(json);
		json_key(json, "cached_tokens");
		json_signed(json, counts.cached);
		json_object_close(json);
	}
	json_object_close(json);
}

static void write_finish(const char *key, const char *finish, struct json_writer *json)
{
	json_key(json, key);
	if (!finish || strcmp(finish, "null") == 0)
		json_null(json);
	else
		json_string(json, finish);
}

/* llama.cpp's timings: times made of the slot's. */
static void write_timings(const struct chat_call *call, struct json_writer *json)
{
	const struct exchange *exchange = &call->connection->exchange;
	double ms = (double)(exchange->latency_ns + exchange->stream_ns) / 1e6;

	json_key(json, "timings");
	json_object_open(json);
	json_member_unsigned(json, "cache_n", exchange->cached_tokens);
	json_member_unsigned(json, "prompt_n", exchange->prompt_tokens - exchange->cached_tokens);
	json_member_fixed(json, "prompt_ms", ms / 5, 3);
	json_member_unsigned(json, "predicted_n", call->completion_tokens);
	json_member_fixed(json, "predicted_ms", ms * 4 / 5, 3);
	json_object_close(json);
}

/* --- OpenAI ------------------------------------------------------------------------------------------------------------------ */

static void write_openai_head(const struct chat_call *call, const char *object, struct json_writer *json)
{
	char id[40];

	snprintf(id, sizeof(id), "chatcmpl-%016" PRIx64, compose_mix(call->connection->server->options.seed, call->connection->server->generated));
	json_member_string(json, "id", id);
	json_member_string(json, "object", object);
	json_key(json, "created");
	json_signed(json, clock_realtime_s());
	json_member_text(json, "model", call->model);
	if (as_of(call)->kind == AS_OLLAMA)
		json_member_string(json, "system_fingerprint", "fp_ollama");
}

static void write_openai_message(const struct chat_call *call, struct json_writer *json)
{
	json_key(json, "message");
	json_object_open(json);
	json_member_string(json, "role", "assistant");
	if (call->action->content == CONTENT_NULL) {
		json_key(json, "content");
		json_null(json);
	} else {
		json_member_text(json, "content", buffer_view(call->content));
	}
	if (call->thoughts->bytes)
		json_member_text(json, call->thinking_key, buffer_view(call->thoughts));
	if (as_of(call)->kind == AS_LMSTUDIO || as_of(call)->kind == AS_VLLM) {
		json_key(json, "tool_calls");
		json_array_open(json);
		json_array_close(json);
	}
	json_object_close(json);
}

static void write_openai(struct chat_call *call, struct buffer *body)
{
	struct json_writer json;

	json_init(&json, body, 0);
	json_object_open(&json);
	write_openai_head(call, "chat.completion", &json);
	json_key(&json, "choices");
	json_array_open(&json);
	json_object_open(&json);
	json_key(&json, "index");
	json_unsigned(&json, 0);
	write_openai_message(call, &json);
	json_key(&json, "logprobs");
	json_null(&json);
	write_finish("finish_reason", call->finish, &json);
	json_object_close(&json);
	json_array_close(&json);
	write_usage(call, &json);
	if (as_of(call)->kind == AS_LMSTUDIO) {
		json_key(&json, "stats");
		json_object_open(&json);
		json_object_close(&json);
	}
	if (as_of(call)->kind == AS_LLAMACPP)
		write_timings(call, &json);
	json_object_close(&json);
}

/* --- Ollama ------------------------------------------------------------------------------------------------------------------ */

static void write_ollama_head(const struct chat_call *call, struct json_writer *json)
{
	char date[40];
	time_t now = (time_t)clock_realtime_s();
	struct tm parts;

	gmtime_r(&now, &parts);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S.000000Z", &parts);
	json_member_text(json, "model", call->model);
	json_member_string(json, "created_at", date);
}

static void write_ollama_message(struct text content, struct text thinking, struct json_writer *json)
{
	json_key(json, "message");
	json_object_open(json);
	json_member_string(json, "role", "assistant");
	json_member_text(json, "content", content);
	if (thinking.bytes)
		json_member_text(json, "thinking", thinking);
	json_object_close(json);
}

static void write_ollama_end(const struct chat_call *call, struct json_writer *json)
{
	const struct exchange *exchange = &call->connection->exchange;
	struct counts counts = counts_of(call);
	uint64_t total_ns = exchange->latency_ns + exchange->stream_ns + 1000000;

	if (call->action->stream != STREAM_NO_DONE || !call->stream)
		write_finish("done_reason", call->finish, json);
	json_member_boolean(json, "done", call->action->stream != STREAM_NO_DONE || !call->stream);
	json_member_unsigned(json, "total_duration", total_ns);
	json_member_unsigned(json, "load_duration", 500000);
	if (call->action->usage == USAGE_ABSENT || (call->stream && call->action->stream == STREAM_NO_USAGE))
		return;
	json_key(json, "prompt_eval_count");
	json_signed(json, counts.prompt);
	json_member_unsigned(json, "prompt_eval_duration", total_ns / 5);
	json_key(json, "eval_count");
	json_signed(json, counts.completion);
	json_member_unsigned(json, "eval_duration", total_ns * 4 / 5);
}

static void write_ollama(struct chat_call *call, struct buffer *body)
{
	struct json_writer json;

	json_init(&json, body, 0);
	json_object_open(&json);
	write_ollama_head(call, &json);
	write_ollama_message(buffer_view(call->content), buffer_view(call->thoughts), &json);
	write_ollama_end(call, &json);
	json_object_close(&json);
}

/* --- streams ----------------------------------------------------------------------------------------------------------------- */

static void end_event(struct events *events)
{
	if (events->count == events->capacity) {
		size_t capacity = events->capacity ? events->capacity * 2 : EVENTS_FIRST;
		size_t *grown = realloc(events->ends, capacity * sizeof(*grown));
		if (!grown) {
			events->failed = true;
			return;
		}
		events->ends = grown;
		events->capacity = capacity;
	}
	events->ends[events->count++] = events->out->bytes;
}

static const char *line_end(const struct events *events)
{
	bool crlf = events->call->action->stream == STREAM_CRLF;
	return events->call->native ? (crlf ? "\r\n" : "\n") : crlf ? "\r\n\r\n" : "\n\n";
}

/* A chunk with a piece of the answer or of the thoughts; both empty: the first one, with the role, or the last one, with `finish`. */
static void piece_event(struct events *events, struct text content, struct text thinking, const char *finish)
{
	const struct chat_call *call = events->call;
	struct json_writer json;

	json_init(&json, events->out, 0);
	if (!call->native)
		buffer_append_string(events->out, "data: ");
	json_object_open(&json);
	if (call->native) {
		write_ollama_head(call, &json);
		write_ollama_message(content, thinking, &json);
		if (finish)
			write_ollama_end(call, &json);
		else
			json_member_boolean(&json, "done", false);
	} else {
		write_openai_head(call, "chat.completion.chunk", &json);
		json_key(&json, "choices");
		json_array_open(&json);
		json_object_open(&json);
		json_key(&json, "index");
		json_unsigned(&json, 0);
		json_key(&json, "delta");
		json_object_open(&json);
		if (events->count == 0)
			json_member_string(&json, "role", "assistant");
		if (content.bytes || events->count == 0)
			json_member_text(&json, "content", content);
		if (thinking.bytes)
			json_member_text(&json, call->thinking_key, thinking);
		json_object_close(&json);
		write_finish("finish_reason", finish, &json);
		json_object_close(&json);
		json_array_close(&json);
		json_object_close(&json);
	}
	if (call->native)
		json_object_close(&json);
	buffer_append_string(events->out, line_end(events));
	end_event(events);
}

static void literal_event(struct events *events, const char *prefix, const char *text)
{
	buffer_append_string(events->out, events->call->native ? "" : prefix);
	buffer_append_string(events->out, text);
	buffer_append_string(events->out, line_end(events));
	end_event(events);
}

/* What scripts put between the pieces. False: the stream stops here. */
static bool half_way(struct events *events)
{
	switch (events->call->action->stream) {
	case STREAM_ERROR:
		if (events->call->native)
			literal_event(events, "", "{\"error\": \"an error was encountered while running the model\"}");
		else
			literal_event(events, "data: ", "{\"error\": {\"message\": \"The model runner has unexpectedly stopped\", \"code\": 500}}");
		return false;
	case STREAM_CUT: return false;
	case STREAM_BAD_EVENT: literal_event(events, "data: ", "{\"choices\": [{\"delta\": {\"content\": oops}]"); return true;
	default: return true;
	}
}

/* False: a script ended the stream. */
static bool pieces(struct events *events, struct text text, bool thinking)
{
	struct text none = { "", 0 };

	for (size_t at = 0; at < text.bytes;) {
		size_t end = utf8_floor(text, size_min(at + PIECE_BYTES, text.bytes));
		if (end <= at) /* no UTF-8: as it is */
			end = size_min(at + PIECE_BYTES, text.bytes);
		struct text piece = text_slice(text, at, end);
		if (events->call->action->stream == STREAM_COMMENTS)
			literal_event(events, ": keepalive", "");
		piece_event(events, thinking ? none : piece, thinking ? piece : none, NULL);
		at = end;
		if (!thinking && at >= text.bytes / 2 && at < text.bytes / 2 + PIECE_BYTES && !half_way(events))
			return false;
	}
	return true;
}

static void usage_event(struct events *events)
{
	struct chat_call *call = events->call;
	struct json_writer json;

	json_init(&json, events->out, 0);
	buffer_append_string(events->out, "data: ");
	json_object_open(&json);
	write_openai_head(call, "chat.completion.chunk", &json);
	json_key(&json, "choices");
	json_array_open(&json);
	json_array_close(&json);
	write_usage(call, &json);
	if (as_of(call)->kind == AS_LLAMACPP)
		write_timings(call, &json);
	json_object_close(&json);
	buffer_append_string(events->out, line_end(events));
	end_event(events);
}

static void write_stream(struct chat_call *call, struct buffer *body)
{
	struct events events = { .call = call, .out = body };
	struct text none = { "", 0 };

	if (!call->native)
		piece_event(&events, none, none, NULL);
	if (pieces(&events, buffer_view(call->thoughts), true) && pieces(&events, buffer_view(call->content), false)) {
		piece_event(&events, none, none, call->finish);
		if (!call->native && call->wants_usage && call->action->stream != STREAM_NO_USAGE)
			usage_event(&events);
		if (!call->native && call->action->stream != STREAM_NO_DONE)
			literal_event(&events, "data: ", "[DONE]");
	}
	if (events.failed)
		deliver_error(call->connection, 500, "out of memory");
	else
		deliver_stream(call->connection, call->native ? "application/x-ndjson" : "text/event-stream", buffer_view(body), events.ends, events.count);
	free(events.ends);
}

void chat_write(struct chat_call *call)
{
	struct buffer *body = &call->connection->server->body;

	buffer_clear(body);
	if (call->stream) {
		write_stream(call, body);
		return;
	}
	if (call->native)
		write_ollama(call, body);
	else
		write_openai(call, body);
	deliver(call->connection, 200, call->native ? "application/json; charset=utf-8" : "application/json", buffer_view(body));
}
