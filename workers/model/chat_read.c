/* chat_read.c: what servers answer, whole or streamed, with errors wherever they stand. See chat.h. */
#include "workers/model/chat.h"

#include "base/utf8.h"
#include "workers/model/json_nodes.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

struct chat_scratch {
	struct json_nodes nodes;
	struct buffer again; /* JSON that had to be put right first */
};

static void scratch_init(struct chat_scratch *scratch)
{
	json_nodes_init(&scratch->nodes);
	buffer_init(&scratch->again, SIZE_MAX / 4);
}

static void scratch_done(struct chat_scratch *scratch)
{
	json_nodes_done(&scratch->nodes);
	buffer_done(&scratch->again);
}

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
	if (reply->scratch)
		scratch_done(reply->scratch);
	free(reply->scratch);
	reply->scratch = NULL;
}

void chat_reply_clear(struct chat_reply *reply)
{
	buffer_clear(&reply->content);
	buffer_clear(&reply->thinking);
	buffer_clear(&reply->model);
	reply->finish = CHAT_FINISH_UNKNOWN;
	reply->prompt_tokens = reply->completion_tokens = reply->cached_tokens = -1;
	reply->content_was_in_thinking = reply->thinking_was_in_content = false;
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

/* What the strict reader does not take, as JSON that it does, in scratch->again: json-c's parser is lenient. Or what is wrong. */
static int put_right(struct chat_scratch *scratch, struct text text, struct error_text *error)
{
	struct json_tokener *tokener = text.bytes <= INT32_MAX ? json_tokener_new_ex(CHAT_DEPTH_MAX) : NULL;

	if (!tokener)
		return text.bytes > INT32_MAX ? error_set(error, ERROR_LIMIT_HIT, "more than 2 GiB of JSON") : error_set(error, -ENOMEM, "out of memory");
	struct json_object *value = json_tokener_parse_ex(tokener, text.data, (int)text.bytes);
	enum json_tokener_error wrong = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);
	int status = 0;
	json_tokener_free(tokener);
	if (!value)
		status = error_set(error, ERROR_INPUT_REJECTED, "no JSON: %s at byte %zu of %zu",
				   wrong == json_tokener_continue ? "it ends too early" : json_tokener_error_desc(wrong), end, text.bytes);
	else if (text_trim(text_slice(text, end, text.bytes)).bytes)
		status = error_set(error, ERROR_INPUT_REJECTED, "something follows the JSON");
	buffer_clear(&scratch->again);
	if (status == 0)
		utf8_append_clean(&scratch->again, text_from(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN)));
	json_object_put(value);
	return status < 0 ? status : scratch->again.status;
}

/* The value that is all of `text`, or NULL with the reason. Valid until the next one. */
static const struct json_node *parse(struct chat_scratch *scratch, struct text text, struct error_text *error)
{
	const struct json_node *value = json_nodes_read(&scratch->nodes, text, CHAT_DEPTH_MAX - 1);

	if (value || put_right(scratch, text, error) < 0)
		return value;
	value = json_nodes_read(&scratch->nodes, buffer_view(&scratch->again), CHAT_DEPTH_MAX - 1);
	if (!value)
		error_set(error, ERROR_INPUT_REJECTED, "no JSON that can be read");
	return value;
}

/* A member that is null is none. */
static const struct json_node *member(const struct json_node *object, const char *key)
{
	const struct json_node *value = json_node_member(object, key);
	return value && value->kind != JSON_NULL ? value : NULL;
}

static struct text string_of(const struct json_node *value)
{
	return value && value->kind == JSON_STRING ? value->text : TEXT_LITERAL("");
}

static int64_t count_of(const struct json_node *value)
{
	if (!value || (value->kind != JSON_WHOLE && value->kind != JSON_FRACTION))
		return -1;
	if (value->kind == JSON_WHOLE)
		return value->whole;
	return value->number >= (double)INT64_MAX ? INT64_MAX : value->number >= 0 ? (int64_t)value->number : -1;
}

static const struct json_node *first_of(const struct json_node *array)
{
	return array && array->kind == JSON_ARRAY ? json_node_first(array) : NULL;
}

/* --- errors -------------------------------------------------------------------------------------------------------- */

static struct text error_of(const struct json_node *object)
{
	const struct json_node *wrong = member(object, "error");
	static const char *const keys[] = { "message", "detail", "error", "title" };

	if (wrong && wrong->kind == JSON_STRING)
		return wrong->text;
	const struct json_node *holder = wrong && wrong->kind == JSON_OBJECT ? wrong : object;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const struct json_node *value = member(holder, keys[i]);
		if (value && value->kind == JSON_STRING)
			return value->text;
		if (first_of(value)) /* FastAPI: [{"msg"}] */
			return string_of(member(first_of(value), "msg"));
	}
	return TEXT_LITERAL("");
}

enum { PAGE_WORDS_BYTES_MAX = 400, PAGE_BYTES_MAX = 1 << 20 };

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

/* What stands between two words, or from the first to the end. */
static struct text between(struct text text, const char *first, const char *second)
{
	ptrdiff_t start = text_find_nocase(text, text_from(first));
	struct text rest = start < 0 ? TEXT_LITERAL("") : text_slice(text, (size_t)start + strlen(first), text.bytes);
	ptrdiff_t end = text_find_nocase(rest, text_from(second));

	return end < 0 ? rest : text_slice(rest, 0, (size_t)end);
}

/* The words of a page of HTML: its title; where that is missing, or is "Error" and no more, its text up to the first line break: what follows that
 * tells of the program's insides. */
static void append_page_words(struct text page, struct buffer *out)
{
	struct text title = text_trim(between(page, "<title>", "<")), rest = between(page, "<body", "<br");
	bool in_tag = rest.bytes > 0; /* <body itself */

	if (title.bytes && !text_starts_with_nocase(title, TEXT_LITERAL("Error"))) {
		buffer_append_text(out, title);
		return;
	}
	rest = rest.bytes ? rest : page;
	for (size_t i = 0; i < rest.bytes && out->bytes < PAGE_WORDS_BYTES_MAX; i++) {
		char c = rest.data[i];
		in_tag = c == '<' || (in_tag && c != '>');
		if (!in_tag && c != '>' && !ascii_is_space(c))
			buffer_append_byte(out, c);
		else if (out->bytes && out->data[out->bytes - 1] != ' ')
			buffer_append_byte(out, ' ');
	}
	buffer_append_text(out, out->bytes ? TEXT_LITERAL("") : title);
}

void chat_error_message(struct text body, char *ret_message, size_t bytes)
{
	struct chat_scratch scratch;
	scratch_init(&scratch);
	const struct json_node *object = parse(&scratch, body, NULL);
	struct text message = object ? error_of(object) : TEXT_LITERAL("");
	struct buffer words;

	buffer_init(&words, PAGE_BYTES_MAX);
	if (!object && text_starts_with(text_trim(body), TEXT_LITERAL("<"))) {
		append_page_words(body, &words);
		message = buffer_view(&words);
	} else if (message.bytes == 0) {
		message = body;
	}
	put_line(message, ret_message, bytes);
	buffer_done(&words);
	scratch_done(&scratch);
}

static int refuse_error(const struct json_node *object, struct error_text *error)
{
	char message[200];
	put_line(error_of(object), message, sizeof(message));
	return error_set(error, ERROR_INPUT_REJECTED, "the server reports an error: %s", message[0] ? message : "(no message)");
}

/* --- one answer, or a piece of a stream ----------------------------------------------------------------------------- */

static void append_content(const struct json_node *value, struct buffer *out)
{
	for (const struct json_node *part = first_of(value); part; part = json_node_next(value, part)) /* [{"type": "text", "text": "…"}] */
		utf8_append_clean(out, string_of(member(part, "text")));
	utf8_append_clean(out, string_of(value));
}

static void take_message(const struct json_node *message, struct chat_reply *reply)
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

static void take_count(const struct json_node *value, int64_t *count)
{
	int64_t said = count_of(value);
	if (said >= 0)
		*count = said;
}

static void take_usage(const struct json_node *object, struct chat_reply *reply)
{
	const struct json_node *usage = member(object, "usage"), *timings = member(object, "timings");

	take_count(member(usage, "prompt_tokens"), &reply->prompt_tokens);
	take_count(member(usage, "completion_tokens"), &reply->completion_tokens);
	take_count(member(timings, "cache_n"), &reply->cached_tokens); /* llama.cpp */
	take_count(member(member(usage, "prompt_tokens_details"), "cached_tokens"), &reply->cached_tokens);
	take_count(member(object, "prompt_eval_count"), &reply->prompt_tokens); /* Ollama */
	take_count(member(object, "eval_count"), &reply->completion_tokens);
}

/* 1: it holds (a piece of) an answer; 0: only counts. */
static int take_object(enum chat_api api, const struct json_node *object, struct chat_reply *reply, struct error_text *error)
{
	if (object->kind != JSON_OBJECT)
		return error_set(error, ERROR_INPUT_REJECTED, "the answer is no JSON object");
	if (member(object, "error"))
		return refuse_error(object, error);
	if (reply->model.bytes == 0)
		utf8_append_clean(&reply->model, string_of(member(object, "model")));
	take_usage(object, reply);
	if (api == CHAT_OLLAMA) {
		take_message(member(object, "message"), reply);
		take_finish(string_of(member(object, "done_reason")), reply);
		if (reply->finish == CHAT_FINISH_UNKNOWN && member(object, "done") && member(object, "done")->kind == JSON_TRUE)
			reply->finish = CHAT_FINISH_STOP; /* versions before done_reason */
		return member(object, "message") != NULL;
	}
	const struct json_node *choice = first_of(member(object, "choices"));
	if (!choice)
		return 0;
	const struct json_node *message = member(choice, "delta") ? member(choice, "delta") : member(choice, "message");
	take_message(message, reply);
	take_finish(string_of(member(choice, "finish_reason")), reply);
	return message != NULL;
}

static int take_text(enum chat_api api, struct text json, struct chat_reply *reply, struct error_text *error)
{
	if (!reply->scratch) {
		reply->scratch = calloc(1, sizeof(*reply->scratch));
		if (!reply->scratch)
			return error_set(error, -ENOMEM, "out of memory");
		scratch_init(reply->scratch);
	}
	const struct json_node *object = parse(reply->scratch, json, error);
	return object ? take_object(api, object, reply, error) : ERROR_INPUT_REJECTED;
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
	bool done = false, feeds = memchr(body.data, '\n', body.bytes);
	struct text line;
	int pieces = 0;

	while (!done && (feeds ? text_next_line(&body, &line) : text_next_field(&body, '\r', &line))) { /* CR alone ends a line too */
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
	{ "<seed:think>", "</seed:think>" }, { "<|START_THINKING|>", "<|END_THINKING|>" }, { "<|channel>thought", "<channel|>" },
};

static void move_thinking(struct chat_reply *reply, struct text thinking, struct text rest)
{
	struct buffer kept;

	reply->thinking_was_in_content = true;
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

static struct text before(struct text text, struct text mark)
{
	ptrdiff_t at = text_find(text, mark);
	return at < 0 ? text : text_slice(text, 0, (size_t)at);
}

static struct text behind(struct text text, struct text mark)
{
	ptrdiff_t at = text_find(text, mark);
	return at < 0 ? TEXT_LITERAL("") : text_slice(text, (size_t)at + mark.bytes, text.bytes);
}

/* gpt-oss where the server passes its channels on (mlx_lm.server; llama.cpp with --reasoning-format none): "<|channel|>analysis<|message|>…<|end|>", then
 * "<|start|>assistant<|channel|>final <|constrain|>json<|message|>…". False: there are none. */
static bool part_channels(struct chat_reply *reply, struct text content)
{
	struct text final = TEXT_LITERAL("<|channel|>final"), message = TEXT_LITERAL("<|message|>"), end = TEXT_LITERAL("<|end|>");

	if (!text_starts_with(content, TEXT_LITERAL("<|channel|>")))
		return false;
	struct text thinking = before(behind(before(content, final), message), end);
	move_thinking(reply, thinking, before(before(behind(behind(content, final), message), end), TEXT_LITERAL("<|return|>")));
	return true;
}

/* Tags at the beginning, one never closed, or a closing one alone (the template opened it). */
static void part_thinking(struct chat_reply *reply)
{
	struct text content = text_trim(buffer_view(&reply->content));

	if (part_channels(reply, content))
		return;
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

bool chat_is_complete(enum chat_api api, struct text body)
{
	struct text rest = text_trim(body), last = TEXT_LITERAL("");

	for (struct text line; text_next_line(&rest, &line);)
		last = text_trim(line);
	if (api == CHAT_OPENAI)
		return text_starts_with(last, TEXT_LITERAL("data:")) && text_ends_with_nocase(last, TEXT_LITERAL("[DONE]"));
	return text_ends_with_nocase(last, TEXT_LITERAL("}")) && text_find(last, TEXT_LITERAL("\"done\":true")) >= 0;
}

int chat_read_response(enum chat_api api, struct text body, struct chat_reply *reply, struct error_text *error)
{
	struct text trimmed = text_trim(text_starts_with(body, TEXT_LITERAL("\xEF\xBB\xBF")) ? text_slice(body, 3, body.bytes) : body);
	struct text first = trimmed, line;
	int status;

	if (trimmed.bytes == 0)
		return error_set(error, ERROR_INPUT_REJECTED, "the answer is empty");
	if (text_starts_with(trimmed, TEXT_LITERAL("\x1F\x8B")))
		return error_set(error, ERROR_INPUT_REJECTED, "the answer is compressed (gzip), which was not asked for; turn that off at the server or the proxy before it");
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

/* 0: no array, too. */
static size_t count_elements(const struct json_node *array)
{
	size_t count = 0;
	for (const struct json_node *element = first_of(array); element; element = json_node_next(array, element))
		count++;
	return count;
}

static int take_vector(const struct json_node *item, size_t count, size_t dimensions, float *vectors, bool *seen, struct error_text *error)
{
	const struct json_node *vector = member(item, "embedding");
	int64_t index = count_of(member(item, "index"));

	if (count_elements(vector) != dimensions)
		return error_set(error, ERROR_INPUT_REJECTED, "an embedding that is no list of %zu numbers", dimensions);
	if (index < 0 || (uint64_t)index >= count || seen[index])
		return error_set(error, ERROR_INPUT_REJECTED, "an embedding with the index %lld, of %zu", (long long)index, count);
	seen[index] = true;
	float *place = vectors + (size_t)index * dimensions;
	for (const struct json_node *number = first_of(vector); number; number = json_node_next(vector, number))
		*place++ = (float)number->number;
	return 0;
}

static int take_vectors(const struct json_node *data, size_t count, float **ret_vectors, size_t *ret_dimensions, struct error_text *error)
{
	enum { DIMENSIONS_MAX = 65536 };
	const struct json_node *item = first_of(data);
	size_t dimensions = count_elements(member(item, "embedding"));

	if (dimensions == 0 || dimensions > DIMENSIONS_MAX)
		return error_set(error, ERROR_INPUT_REJECTED, "an embedding of %zu numbers", dimensions);
	float *vectors = calloc(count * dimensions, sizeof(*vectors));
	bool *seen = calloc(count, sizeof(*seen));
	int status = vectors && seen ? 0 : error_set(error, -ENOMEM, "out of memory");
	for (; status == 0 && item; item = json_node_next(data, item))
		status = take_vector(item, count, dimensions, vectors, seen, error);
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
	struct chat_scratch scratch;
	scratch_init(&scratch);
	const struct json_node *object = parse(&scratch, text_trim(body), error), *data = member(object, "data");
	int status = ERROR_INPUT_REJECTED;

	if (object && member(object, "error"))
		status = refuse_error(object, error);
	else if (object && (count == 0 || count_elements(data) != count))
		status = error_set(error, ERROR_INPUT_REJECTED, "expected %zu embeddings in \"data\"", count);
	else if (object)
		status = take_vectors(data, count, ret_vectors, ret_dimensions, error);
	if (status == 0)
		*ret_tokens = count_of(member(member(object, "usage"), "prompt_tokens"));
	scratch_done(&scratch);
	return status;
}
