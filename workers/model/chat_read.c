/* chat_read.c: what servers answer, whole or streamed, with errors wherever they stand. See chat.h. */
#include "workers/model/chat.h"

#include "base/utf8.h"
#include "workers/model/json_parse.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

void chat_reply_init(struct chat_reply *reply, size_t bytes_max)
{
	*reply = (struct chat_reply){ .prompt_tokens = -1, .completion_tokens = -1, .cached_tokens = -1 };
	buffer_init(&reply->content, bytes_max);
	buffer_init(&reply->thinking, bytes_max);
	buffer_init(&reply->model, 4096);
}

void chat_reply_done(struct chat_reply *reply)
{
	if (!reply)
		return;
	buffer_done(&reply->content);
	buffer_done(&reply->thinking);
	buffer_done(&reply->model);
}

void chat_reply_clear(struct chat_reply *reply)
{
	buffer_clear(&reply->content);
	buffer_clear(&reply->thinking);
	buffer_clear(&reply->model);
	reply->finish = CHAT_FINISH_UNKNOWN;
	reply->prompt_tokens = reply->completion_tokens = reply->cached_tokens = -1;
	reply->content_was_in_thinking = false;
}

/* --- JSON by json-c ------------------------------------------------------------------------------------------------ */

/* The value that is all of `text`, or NULL with the reason. */
static struct json_object *parse(struct text text, struct error_text *error)
{
	struct json_object *value = json_parse(text, CHAT_DEPTH_MAX - 1);
	struct json_tokener *tokener = value ? NULL : json_tokener_new_ex(CHAT_DEPTH_MAX);

	if (value)
		return value;
	if (!tokener || text.bytes > INT32_MAX) {
		error_set(error, tokener ? ERROR_LIMIT_HIT : -ENOMEM, tokener ? "more than 2 GiB of JSON" : "out of memory");
	} else {
		value = json_tokener_parse_ex(tokener, text.data, (int)text.bytes);
		enum json_tokener_error status = json_tokener_get_error(tokener);
		if (!value) {
			error_set(error, ERROR_INPUT_REJECTED, "no JSON: %s at byte %zu of %zu",
				  status == json_tokener_continue ? "it ends too early" : json_tokener_error_desc(status),
				  json_tokener_get_parse_end(tokener), text.bytes);
		} else if (text_trim(text_slice(text, json_tokener_get_parse_end(tokener), text.bytes)).bytes) {
			json_object_put(value);
			value = NULL;
			error_set(error, ERROR_INPUT_REJECTED, "something follows the JSON");
		}
	}
	if (tokener)
		json_tokener_free(tokener);
	return value;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	return object && json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static struct text string_of(struct json_object *value)
{
	if (!value || !json_object_is_type(value, json_type_string))
		return TEXT_LITERAL("");
	return (struct text){ json_object_get_string(value), (size_t)json_object_get_string_len(value) };
}

static int64_t count_of(struct json_object *value)
{
	return value && (json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double)) ? json_object_get_int64(value) : -1;
}

/* --- errors -------------------------------------------------------------------------------------------------------- */

static struct text error_of(struct json_object *object)
{
	struct json_object *wrong = member(object, "error");
	static const char *const keys[] = { "message", "detail", "error", "title" };

	if (wrong && json_object_is_type(wrong, json_type_string))
		return string_of(wrong);
	struct json_object *holder = wrong && json_object_is_type(wrong, json_type_object) ? wrong : object;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		struct json_object *value = member(holder, keys[i]);
		if (value && json_object_is_type(value, json_type_string))
			return string_of(value);
		if (value && json_object_is_type(value, json_type_array) && json_object_array_length(value) > 0) /* FastAPI: [{"msg"}] */
			return string_of(member(json_object_array_get_idx(value, 0), "msg"));
	}
	return TEXT_LITERAL("");
}

/* One line without control characters, cut at a character. */
static void put_line(struct text text, char *ret_line, size_t bytes)
{
	struct buffer clean;
	buffer_init(&clean, 4 * bytes);
	text = text_trim(text_slice(text, 0, size_min(text.bytes, bytes)));
	utf8_append_clean(&clean, text);
	size_t end = clean.status ? 0 : utf8_floor(buffer_view(&clean), size_min(clean.bytes, bytes - 1));
	for (size_t i = 0; i < end; i++)
		ret_line[i] = (unsigned char)clean.data[i] < ' ' ? ' ' : clean.data[i];
	ret_line[end] = '\0';
	buffer_done(&clean);
}

void chat_error_message(struct text body, char *ret_message, size_t bytes)
{
	struct json_object *object = parse(body, NULL);
	struct text message = object ? error_of(object) : TEXT_LITERAL("");
	ptrdiff_t title = object ? -1 : text_find_nocase(body, TEXT_LITERAL("<title>"));

	if (title >= 0) {
		struct text rest = text_slice(body, (size_t)title + strlen("<title>"), body.bytes);
		ptrdiff_t end = text_find(rest, TEXT_LITERAL("<"));
		message = end < 0 ? rest : text_slice(rest, 0, (size_t)end);
	} else if (message.bytes == 0) {
		message = body;
	}
	put_line(message, ret_message, bytes);
	json_object_put(object);
}

static int refuse_error(struct json_object *object, struct error_text *error)
{
	char message[200];
	put_line(error_of(object), message, sizeof(message));
	return error_set(error, ERROR_INPUT_REJECTED, "the server reports an error: %s", message[0] ? message : "(no message)");
}

/* --- one answer, or a piece of a stream ----------------------------------------------------------------------------- */

static void append_content(struct json_object *value, struct buffer *out)
{
	if (value && json_object_is_type(value, json_type_array)) { /* [{"type": "text", "text": "…"}] */
		for (size_t i = 0; i < json_object_array_length(value); i++)
			utf8_append_clean(out, string_of(member(json_object_array_get_idx(value, i), "text")));
		return;
	}
	utf8_append_clean(out, string_of(value));
}

static void take_message(struct json_object *message, struct chat_reply *reply)
{
	static const char *const names[] = { "reasoning_content", "reasoning", "thinking" }; /* the same text under two names at some servers */

	append_content(member(message, "content"), &reply->content);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (string_of(member(message, names[i])).bytes) {
			append_content(member(message, names[i]), &reply->thinking);
			break;
		}
}

static void take_finish(struct text reason, struct chat_reply *reply)
{
	if (reason.bytes == 0)
		return;
	reply->finish = text_equal(reason, TEXT_LITERAL("stop")) || text_equal(reason, TEXT_LITERAL("eos")) ? CHAT_FINISH_STOP :
			text_equal(reason, TEXT_LITERAL("length")) ? CHAT_FINISH_LENGTH : CHAT_FINISH_OTHER;
}

static void take_count(struct json_object *value, int64_t *count)
{
	int64_t said = count_of(value);
	if (said >= 0)
		*count = said;
}

static void take_usage(struct json_object *object, struct chat_reply *reply)
{
	struct json_object *usage = member(object, "usage"), *timings = member(object, "timings");

	take_count(member(usage, "prompt_tokens"), &reply->prompt_tokens);
	take_count(member(usage, "completion_tokens"), &reply->completion_tokens);
	take_count(member(timings, "cache_n"), &reply->cached_tokens); /* llama.cpp */
	take_count(member(member(usage, "prompt_tokens_details"), "cached_tokens"), &reply->cached_tokens);
	take_count(member(object, "prompt_eval_count"), &reply->prompt_tokens); /* Ollama */
	take_count(member(object, "eval_count"), &reply->completion_tokens);
}

/* 1: it holds (a piece of) an answer; 0: only counts. */
static int take_object(enum chat_api api, struct json_object *object, struct chat_reply *reply, struct error_text *error)
{
	if (!json_object_is_type(object, json_type_object))
		return error_set(error, ERROR_INPUT_REJECTED, "the answer is no JSON object");
	if (member(object, "error"))
		return refuse_error(object, error);
	if (reply->model.bytes == 0)
		utf8_append_clean(&reply->model, string_of(member(object, "model")));
	take_usage(object, reply);
	if (api == CHAT_OLLAMA) {
		take_message(member(object, "message"), reply);
		take_finish(string_of(member(object, "done_reason")), reply);
		if (reply->finish == CHAT_FINISH_UNKNOWN && json_object_get_boolean(member(object, "done")))
			reply->finish = CHAT_FINISH_STOP; /* versions before done_reason */
		return member(object, "message") != NULL;
	}
	struct json_object *choices = member(object, "choices");
	if (!choices || !json_object_is_type(choices, json_type_array) || json_object_array_length(choices) == 0)
		return 0;
	struct json_object *choice = json_object_array_get_idx(choices, 0);
	struct json_object *message = member(choice, "delta") ? member(choice, "delta") : member(choice, "message");
	take_message(message, reply);
	take_finish(string_of(member(choice, "finish_reason")), reply);
	return message != NULL;
}

static int take_text(enum chat_api api, struct text json, struct chat_reply *reply, struct error_text *error)
{
	struct json_object *object = parse(json, error);
	if (!object)
		return ERROR_INPUT_REJECTED;
	int status = take_object(api, object, reply, error);
	json_object_put(object);
	return status;
}

/* --- streams -------------------------------------------------------------------------------------------------------- */

static bool is_sse(struct text body)
{
	static const char *const starts[] = { "data:", ":", "event:", "id:", "retry:" };
	for (size_t i = 0; i < COUNT_OF(starts); i++)
		if (text_starts_with(body, text_from(starts[i])))
			return true;
	return false;
}

/* One event a line group, as the servers write them: one "data:" line each, ended by [DONE]. */
static int take_sse(struct text body, struct chat_reply *reply, struct error_text *error)
{
	struct text line;
	int pieces = 0;
	bool done = false;

	while (!done && text_next_line(&body, &line)) {
		if (!text_starts_with(line, TEXT_LITERAL("data:")))
			continue;
		struct text data = text_trim(text_slice(line, strlen("data:"), line.bytes));
		done = text_equal(data, TEXT_LITERAL("[DONE]"));
		int status = done || data.bytes == 0 ? 0 : take_text(CHAT_OPENAI, data, reply, error);
		if (status < 0)
			return error_prefix(error, status, "in the stream");
		pieces += status;
	}
	if (!done && reply->finish == CHAT_FINISH_UNKNOWN)
		return error_set(error, ERROR_INPUT_REJECTED, "the stream ended before the answer did");
	return pieces > 0;
}

static int take_lines(struct text body, struct chat_reply *reply, struct error_text *error)
{
	struct text line;
	int pieces = 0;

	while (text_next_line(&body, &line)) {
		if (text_trim(line).bytes == 0)
			continue;
		int status = take_text(CHAT_OLLAMA, line, reply, error);
		if (status < 0)
			return error_prefix(error, status, "in the stream");
		pieces += status;
	}
	if (reply->finish == CHAT_FINISH_UNKNOWN)
		return error_set(error, ERROR_INPUT_REJECTED, "the stream ended before the answer did");
	return pieces > 0;
}

/* --- thinking ------------------------------------------------------------------------------------------------------- */

static const struct { const char *open, *close; } think_tags[] = {
	{ "<think>", "</think>" }, { "<thinking>", "</thinking>" }, { "<thought>", "</thought>" }, { "[THINK]", "[/THINK]" },
};

static void move_thinking(struct chat_reply *reply, struct text thinking, struct text rest)
{
	struct buffer kept;

	if (reply->thinking.bytes)
		buffer_append_byte(&reply->thinking, '\n');
	buffer_append_text(&reply->thinking, text_trim(thinking));
	buffer_init(&kept, reply->content.bytes_max);
	buffer_append_text(&kept, text_trim(rest));
	if (kept.status)
		reply->thinking.status = kept.status;
	buffer_clear(&reply->content);
	buffer_append_text(&reply->content, buffer_view(&kept));
	buffer_done(&kept);
}

/* Tags at the beginning, one never closed, or a closing one alone (the template opened it). */
static void part_thinking(struct chat_reply *reply)
{
	struct text content = text_trim(buffer_view(&reply->content));

	for (size_t i = 0; i < COUNT_OF(think_tags); i++) {
		struct text open = text_from(think_tags[i].open), close = text_from(think_tags[i].close);
		bool opened = text_starts_with(content, open);
		if (!opened && content.bytes && (content.data[0] == '{' || content.data[0] == '['))
			continue; /* JSON that speaks of tags */
		ptrdiff_t end = text_find(content, close);
		if (!opened && end < 0)
			continue;
		size_t start = opened ? open.bytes : 0, stop = end < 0 ? content.bytes : (size_t)end;
		struct text rest = end < 0 ? TEXT_LITERAL("") : text_slice(content, stop + close.bytes, content.bytes);
		move_thinking(reply, text_slice(content, size_min(start, stop), stop), rest);
		return;
	}
}

/* A schema was enforced while the model thought: the answer stands where the thinking should. */
static void find_content_in_thinking(struct chat_reply *reply)
{
	struct text thinking = text_trim(buffer_view(&reply->thinking));

	if (text_trim(buffer_view(&reply->content)).bytes || reply->finish == CHAT_FINISH_LENGTH || text_find(thinking, TEXT_LITERAL("{")) < 0)
		return;
	buffer_clear(&reply->content);
	buffer_append_text(&reply->content, thinking);
	buffer_clear(&reply->thinking);
	reply->content_was_in_thinking = true;
}

int chat_read_stopped(enum chat_api api, struct text body, struct chat_reply *reply, struct error_text *error)
{
	struct text line;
	int pieces = 0;

	while (memchr(body.data ? body.data : "", '\n', body.bytes) && text_next_line(&body, &line)) { /* the last line may be half of one */
		struct text data = text_trim(text_starts_with(line, TEXT_LITERAL("data:")) ? text_slice(line, strlen("data:"), line.bytes) : line);
		if (data.bytes == 0 || data.data[0] != '{')
			continue;
		int status = take_text(api, data, reply, error);
		if (status < 0)
			return error_prefix(error, status, "in the stream");
		pieces += status;
	}
	reply->finish = CHAT_FINISH_LENGTH;
	if (reply->completion_tokens < 0)
		reply->completion_tokens = pieces;
	part_thinking(reply);
	int status = reply->content.status ? reply->content.status : reply->thinking.status;
	return status < 0 ? error_set(error, status, "the answer is larger than %zu bytes", reply->content.bytes_max) : 0;
}

int chat_read_response(enum chat_api api, struct text body, struct chat_reply *reply, struct error_text *error)
{
	struct text trimmed = text_trim(text_starts_with(body, TEXT_LITERAL("\xEF\xBB\xBF")) ? text_slice(body, 3, body.bytes) : body);
	struct text first = trimmed, line;
	int status;

	if (trimmed.bytes == 0)
		return error_set(error, ERROR_INPUT_REJECTED, "the answer is empty");
	if (is_sse(trimmed))
		status = take_sse(trimmed, reply, error);
	else if (api == CHAT_OLLAMA && text_next_line(&first, &line) && text_trim(first).bytes && line.bytes && line.data[line.bytes - 1] == '}')
		status = take_lines(trimmed, reply, error);
	else
		status = take_text(api, trimmed, reply, error);
	if (status == 0)
		status = error_set(error, ERROR_INPUT_REJECTED, "no message in the answer");
	if (status < 0)
		return status;
	part_thinking(reply);
	find_content_in_thinking(reply);
	status = reply->content.status ? reply->content.status : reply->thinking.status;
	return status < 0 ? error_set(error, status, "the answer is larger than %zu bytes", reply->content.bytes_max) : 0;
}

/* --- embeddings ----------------------------------------------------------------------------------------------------- */

static int take_vector(struct json_object *item, size_t count, size_t dimensions, float *vectors, bool *seen, struct error_text *error)
{
	struct json_object *vector = member(item, "embedding");
	int64_t index = count_of(member(item, "index"));

	if (!vector || !json_object_is_type(vector, json_type_array) || json_object_array_length(vector) != dimensions)
		return error_set(error, ERROR_INPUT_REJECTED, "an embedding that is no list of %zu numbers", dimensions);
	if (index < 0 || (uint64_t)index >= count || seen[index])
		return error_set(error, ERROR_INPUT_REJECTED, "an embedding with the index %lld, of %zu", (long long)index, count);
	seen[index] = true;
	for (size_t k = 0; k < dimensions; k++)
		vectors[(size_t)index * dimensions + k] = (float)json_object_get_double(json_object_array_get_idx(vector, k));
	return 0;
}

static int take_vectors(struct json_object *data, size_t count, float **ret_vectors, size_t *ret_dimensions, struct error_text *error)
{
	enum { DIMENSIONS_MAX = 65536 };
	struct json_object *first = member(json_object_array_get_idx(data, 0), "embedding");
	size_t dimensions = first && json_object_is_type(first, json_type_array) ? json_object_array_length(first) : 0;

	if (dimensions == 0 || dimensions > DIMENSIONS_MAX)
		return error_set(error, ERROR_INPUT_REJECTED, "an embedding of %zu numbers", dimensions);
	float *vectors = calloc(count * dimensions, sizeof(*vectors));
	bool *seen = calloc(count, sizeof(*seen));
	int status = vectors && seen ? 0 : error_set(error, -ENOMEM, "out of memory");
	for (size_t i = 0; status == 0 && i < count; i++)
		status = take_vector(json_object_array_get_idx(data, i), count, dimensions, vectors, seen, error);
	free(seen);
	if (status < 0) {
		free(vectors);
		return status;
	}
	*ret_vectors = vectors;
	*ret_dimensions = dimensions;
	return 0;
}

int chat_read_embeddings(struct text body, size_t count, float **ret_vectors, size_t *ret_dimensions, int64_t *ret_tokens, struct error_text *error)
{
	struct json_object *object = parse(text_trim(body), error), *data = member(object, "data");
	int status = ERROR_INPUT_REJECTED;

	if (object && member(object, "error"))
		status = refuse_error(object, error);
	else if (object && (!data || !json_object_is_type(data, json_type_array) || json_object_array_length(data) != count))
		status = error_set(error, ERROR_INPUT_REJECTED, "expected %zu embeddings in \"data\"", count);
	else if (object)
		status = take_vectors(data, count, ret_vectors, ret_dimensions, error);
	if (status == 0)
		*ret_tokens = count_of(member(member(object, "usage"), "prompt_tokens"));
	json_object_put(object);
	return status;
}
