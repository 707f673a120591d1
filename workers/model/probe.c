/* probe.c: see probe.h. Every question is small, has a deadline of its own, and an answer that the server can hardly give by chance. */
#include "workers/model/probe_parts.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/url.h"
#include "workers/model/endpoint.h"
#include "workers/model/trouble.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BODY_BYTES_MAX = 8 << 20,
	EMBEDDING_INPUTS = 2,
};
#define CONNECT_TIMEOUT_NS (5ull * 1000000000)

static const char passage[] =
	"A base station keeps a list of its neighbours. For each neighbour it stores the identity of the cell, the frequency, and how often a "
	"handover to it succeeded. When a terminal reports a cell that is not in the list, the base station asks it for the global identity of "
	"that cell and adds it. Entries that were not used for a long time are removed. The list is limited, so that the terminals need not "
	"measure more cells than they can. An operator can lock entries, which are then never removed, and can forbid cells, which are then never "
	"added. The counters show how many entries were added and removed, and how many handovers went to cells of the list.\n\n";
static const char task[] = "Say in one short sentence why the list is limited.";

const char *probe_server_name(enum probe_server server)
{
	static const char *const names[PROBE_SERVER_COUNT] = {
		[PROBE_UNKNOWN] = "unknown", [PROBE_LLAMA_CPP] = "llama.cpp", [PROBE_OLLAMA] = "Ollama", [PROBE_LM_STUDIO] = "LM Studio",
		[PROBE_VLLM] = "vLLM", [PROBE_MLX] = "mlx_lm.server", [PROBE_LLAMA_SWAP] = "llama-swap",
	};
	CHECK(server < PROBE_SERVER_COUNT);
	return names[server];
}

void probe_note(struct probe_result *result, const char *format, ...)
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
	probe->retry_after_s = response->retry_after_s;
	buffer_clear(&probe->body);
	buffer_append_text(&probe->body, response->body);
	snprintf(probe->message, sizeof(probe->message), "%s", response->message);
	trouble_advise(response, probe->advice, sizeof(probe->advice));
	if (response->outcome == HTTP_ANSWERED)
		chat_error_message(response->body, probe->message, sizeof(probe->message));
}

/* Until the http descriptor has something, or the time. */
static bool wait_and_step(struct probe *probe, uint64_t until_ns)
{
	struct pollfd descriptor = { .fd = http_descriptor(probe->http), .events = POLLIN };
	uint64_t now_ns = clock_monotonic_ns(), next_ns = http_next_ns(probe->http);

	next_ns = next_ns < until_ns ? next_ns : until_ns;
	int wait_ms = next_ns <= now_ns ? 0 : next_ns - now_ns > 1000000000 ? 1000 : (int)((next_ns - now_ns) / 1000000) + 1;
	(void)poll(&descriptor, 1, wait_ms);
	return http_step(probe->http) >= 0;
}

static bool ask_once(struct probe *probe, const struct probe_question *question)
{
	struct buffer url;
	uint64_t handle;

	buffer_init(&url, 8192);
	chat_url(probe->model->base_url, question->api, question->path, &url);
	struct http_request request = {
		.url = buffer_string(&url), .bearer = probe->api_key, .body = question->body, .connect_timeout_ns = CONNECT_TIMEOUT_NS,
		.timeout_ns = question->timeout_ns, .body_bytes_max = BODY_BYTES_MAX, .done = take_response, .owner = probe,
	};
	probe->arrived = probe->unreadable = false;
	probe->outcome = HTTP_OUT_OF_MEMORY;
	probe->message[0] = probe->advice[0] = '\0';
	bool going = !url.status && http_start(probe->http, &request, &handle) == 0;
	while (going && !probe->arrived)
		going = wait_and_step(probe, UINT64_MAX);
	buffer_done(&url);
	bool fine = probe->arrived && probe->outcome == HTTP_ANSWERED && probe->status >= 200 && probe->status < 300;
	probe->unreadable = fine && question->read && !question->read(probe);
	return fine && !probe->unreadable;
}

/* An error object under 200: the server's own word that something went wrong. */
static bool reports_error(const struct probe *probe)
{
	struct json_object *object = probe_body(probe);
	bool reports = probe_member(object, "error") != NULL;

	json_object_put(object);
	return reports;
}

bool probe_may_pass(const struct probe *probe)
{
	if (probe->unreadable)
		return reports_error(probe);
	if (probe->outcome == HTTP_ANSWERED)
		return probe->status == 408 || probe->status == 429 || (probe->status >= 500 && probe->status != 501);
	return probe->outcome == HTTP_REFUSED || probe->outcome == HTTP_BROKEN || probe->outcome == HTTP_TIMED_OUT;
}

/* One that was just asked too much, or stumbled; a server that is not there, or says nothing, is asked again by the next probe. */
static bool is_asked_again(const struct probe *probe)
{
	return probe->unreadable || (probe_may_pass(probe) && probe->outcome != HTTP_REFUSED && probe->outcome != HTTP_TIMED_OUT);
}

/* By the rules for calls (endpoint.h), as long as the patience of this probe lasts. */
bool probe_ask(struct probe *probe, const struct probe_question *question)
{
	struct endpoint rules;

	endpoint_init(&rules, 1, clock_monotonic_ns());
	for (uint32_t attempt = 1;; attempt++) {
		if (ask_once(probe, question))
			return true;
		if (!is_asked_again(probe))
			return false;
		const struct http_response seen = { .outcome = probe->unreadable ? HTTP_BROKEN : probe->outcome, .status = probe->status,
						    .retry_after_s = probe->retry_after_s, .duration_ns = probe->duration_ns };
		uint64_t now_ns = clock_monotonic_ns(), again_ns = now_ns;
		endpoint_started(&rules);
		if (endpoint_answered(&rules, &seen, attempt, now_ns, &again_ns) != ENDPOINT_AGAIN || again_ns - now_ns > probe->patience_ns)
			return false;
		probe->patience_ns -= again_ns - now_ns;
		while (clock_monotonic_ns() < again_ns && wait_and_step(probe, again_ns))
			continue;
	}
}

bool probe_get(struct probe *probe, enum chat_api api, const char *path)
{
	const struct probe_question question = { .api = api, .path = path, .timeout_ns = PROBE_LOOK_TIMEOUT_NS };
	return probe_ask(probe, &question);
}

struct json_object *probe_body(const struct probe *probe)
{
	struct json_tokener *tokener = json_tokener_new_ex(CHAT_DEPTH_MAX);
	struct json_object *value = NULL;

	if (tokener && probe->body.bytes && probe->body.bytes < INT32_MAX)
		value = json_tokener_parse_ex(tokener, probe->body.data, (int)probe->body.bytes);
	if (tokener)
		json_tokener_free(tokener);
	return value;
}

struct json_object *probe_member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	return object && json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

const char *probe_string(struct json_object *object, const char *key)
{
	struct json_object *value = probe_member(object, key);
	return value && json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

uint64_t probe_number(struct json_object *object, const char *key)
{
	struct json_object *value = probe_member(object, key);
	int64_t number = value && (json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double)) ? json_object_get_int64(value) : 0;
	return number > 0 ? (uint64_t)number : 0;
}

/* --- what it answers ------------------------------------------------------------------------------------------------ */

static bool read_chat(struct probe *probe)
{
	struct error_text wrong;

	chat_reply_clear(&probe->reply);
	if (chat_read_response(probe->result->api, buffer_view(&probe->body), &probe->reply, &wrong) == 0)
		return true;
	snprintf(probe->message, sizeof(probe->message), "%.190s", wrong.message);
	return false;
}

/* `copies` of the passage, after words that no other question begins with: what a server keeps of earlier prompts is of no use here, and must not be. */
static void write_prompt(struct probe *probe, const struct probe_chat *chat, struct buffer *out)
{
	buffer_append_format(out, "Note %u%llu: why the list is limited.\n\n", ++probe->asked, (unsigned long long)(clock_realtime_s() % 1000));
	for (uint32_t i = 0; i < chat->copies; i++)
		buffer_append_string(out, passage);
	buffer_append_string(out, task);
}

bool probe_chat(struct probe *probe, const struct probe_chat *chat)
{
	struct probe_result *result = probe->result;
	const char *thinking = probe->model->thinking;
	struct buffer body, prompt;

	buffer_init(&body, PROBE_PROMPT_BYTES_MAX * 2);
	buffer_init(&prompt, PROBE_PROMPT_BYTES_MAX);
	write_prompt(probe, chat, &prompt);
	const struct chat_request request = {
		.api = result->api, .format = chat->format, .model = result->model, .prompt = buffer_view(&prompt), .max_tokens = chat->max_tokens,
		.context_tokens = result->context_tokens, .seed = probe->asked, .stream = chat->stream, .schema_name = "probe",
		.think = strcmp(thinking, "on") == 0 ? 1 : strcmp(thinking, "off") == 0 ? 0 : -1,
		.schema = chat->format == CHAT_FORMAT_PROMPT ? TEXT_LITERAL("") : text_from(probe_schema),
	};
	chat_write_request(&request, &body);
	const struct probe_question question = { .api = result->api, .path = result->api == CHAT_OLLAMA ? "/api/chat" : "/chat/completions",
						 .body = buffer_view(&body), .timeout_ns = probe->timeout_ns, .read = read_chat };
	bool fine = prompt.status == 0 && body.status == 0 && probe_ask(probe, &question);
	buffer_done(&body);
	buffer_done(&prompt);
	return fine;
}

bool probe_chat_plain(struct probe *probe)
{
	const struct probe_chat chat = { .format = CHAT_FORMAT_PROMPT, .copies = 1, .max_tokens = PROBE_ANSWER_TOKENS };
	return probe_chat(probe, &chat);
}

struct text probe_passage(void) { return text_from(passage); }

void probe_read_thinking(struct probe *probe)
{
	struct probe_result *result = probe->result;

	if (probe->reply.content_was_in_thinking)
		result->thinking = PROBE_THINKING_INSTEAD_OF_CONTENT;
	else if (probe->reply.thinking.bytes && result->thinking == PROBE_THINKING_NONE)
		result->thinking = probe->reply.thinking_was_in_content ? PROBE_THINKING_TAGS : PROBE_THINKING_FIELD;
}

/* True when the last response says that a key is missing or wrong. */
static bool says_key(struct probe *probe)
{
	const char *variable = probe->model->api_key_env;

	if (probe->outcome != HTTP_ANSWERED || (probe->status != 401 && probe->status != 403))
		return false;
	if (probe->status == 403 && !probe->api_key)
		probe_note(probe->result, "403 is also what Ollama answers where a proxy passes a name on that it does not know: have that send \"Host: localhost\"");
	snprintf(probe->result->message, sizeof(probe->result->message), "the server wants a key (status %ld): %s%.60s", probe->status,
		 !variable[0] ? "name its environment variable in api_key_env (--set models.api_key_env=VARIABLE)" : probe->api_key ? "it does not take the one in " : "nothing is in ", variable);
	return true;
}

/* Of what the settings insist on, the server may know nothing: its interface, or whether a model thinks. */
static void say_settings(struct probe *probe)
{
	struct probe_result *result = probe->result;
	bool refused = probe->outcome == HTTP_ANSWERED && (probe->status == 400 || probe->status == 422);
	size_t used = strlen(result->message);

	if (refused && strcmp(probe->model->thinking, "auto") != 0)
		snprintf(result->message + used, sizeof(result->message) - used, "; models.thinking is \"%s\", which this server or this model may not know: set it to auto",
			 probe->model->thinking);
	else if (strcmp(probe->model->api, "auto") != 0 && (probe->status == 404 || probe->status == 405 || probe->status == 501))
		snprintf(result->message + used, sizeof(result->message) - used, "; models.api is \"%s\" (by settings or profile), which this server may not "
			 "speak: set it to auto", probe->model->api);
}

static void say_unanswered(struct probe *probe, const char *what)
{
	char status[32] = "";

	probe->result->model_present = false;
	if (says_key(probe))
		return;
	probe->result->reachable = !probe_may_pass(probe); /* it may come, as one may that does not answer at all */
	if (probe->outcome == HTTP_ANSWERED && (probe->status < 200 || probe->status > 299))
		snprintf(status, sizeof(status), "status %ld%s", probe->status, probe->message[0] ? ", " : "");
	snprintf(probe->result->message, sizeof(probe->result->message), "%s: %s%.150s%s%.120s", what, status,
		 probe->message[0] || status[0] ? probe->message : http_outcome_name(probe->outcome), probe->advice[0] ? "; " : "",
		 probe->advice[0] ? probe->advice : probe->status == 503 ? "; if it is loading the model, ask again in a minute" :
		 probe->result->server == PROBE_UNKNOWN && (probe->status == 404 || probe->status == 405 || probe->status == 501) ?
					"; is it a model server? look at address and port" : "");
	say_settings(probe);
}

static void try_stream(struct probe *probe)
{
	struct probe_result *result = probe->result;
	const struct probe_chat chat = { .format = CHAT_FORMAT_PROMPT, .copies = 1, .max_tokens = PROBE_ANSWER_TOKENS, .stream = true };
	char why[sizeof(probe->message)];

	bool answered = probe_chat(probe, &chat);
	result->stream_ok = answered && probe->reply.prompt_tokens > 0 && probe->reply.finish != CHAT_FINISH_UNKNOWN;
	if (result->stream_ok)
		return;
	snprintf(why, sizeof(why), "%s", answered ? probe->reply.prompt_tokens > 0 ? "it does not say how it ended" : "no token counts came with it" :
				       probe->message[0] ? probe->message : http_outcome_name(probe->outcome));
	if (!answered && probe_may_pass(probe) && !probe_chat_plain(probe)) {
		say_unanswered(probe, "a question was not answered any more");
		return;
	}
	probe_note(result, "streamed answers fail (%.90s); answers are asked for whole", why);
}

static void question(struct probe *probe)
{
	struct probe_result *result = probe->result;

	if (!probe_chat_plain(probe)) {
		say_unanswered(probe, "a first question was not answered");
		return;
	}
	result->first_answer_s = (double)probe->duration_ns / 1e9;
	if (probe->reply.content.bytes + probe->reply.thinking.bytes == 0)
		probe_note(result, "its first answer was empty");
	probe_read_thinking(probe);
	if (!probe_read_counts(probe) || !probe_find_format(probe))
		say_unanswered(probe, "a question was not answered any more");
	else
		try_stream(probe);
}

static void try_embeddings(struct probe *probe)
{
	struct text inputs[EMBEDDING_INPUTS] = { TEXT_LITERAL("handover"), TEXT_LITERAL("neighbour list") };
	struct probe_result *result = probe->result;
	struct error_text wrong = { "" };
	struct buffer body;
	float *vectors = NULL;
	size_t dimensions;
	int64_t tokens;

	buffer_init(&body, 4096);
	chat_write_embeddings(result->model, inputs, EMBEDDING_INPUTS, &body);
	const struct probe_question question = { .api = CHAT_OPENAI, .path = "/embeddings", .body = buffer_view(&body), .timeout_ns = probe->timeout_ns };
	bool answered = probe_ask(probe, &question);
	result->embeddings = answered && chat_read_embeddings(buffer_view(&probe->body), EMBEDDING_INPUTS, &vectors, &dimensions, &tokens, &wrong) == 0;
	if (!result->embeddings && answered)
		snprintf(probe->message, sizeof(probe->message), "%.190s", wrong.message);
	if (!result->embeddings)
		say_unanswered(probe, "no embeddings");
	free(vectors);
	buffer_done(&body);
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

/* "http://host:80/v1/models gave status 404, "Not Found"" */
static int write_look(const struct probe *probe, char *out, size_t bytes)
{
	struct buffer url, shown;

	buffer_init(&url, 8192);
	buffer_init(&shown, 8192);
	chat_url(probe->model->base_url, CHAT_OPENAI, "/models", &url);
	url_append_shown(&shown, buffer_view(&url));
	int length = snprintf(out, bytes, "%.80s gave status %ld%s%.60s%s", buffer_string(&shown), probe->status, probe->message[0] ? ", \"" : "", probe->message,
			      probe->message[0] ? "\"" : "");
	buffer_done(&url);
	buffer_done(&shown);
	return length;
}

static bool says_away(struct probe *probe)
{
	struct probe_result *result = probe->result;
	char look[200];

	if (!probe_may_pass(probe))
		return false;
	write_look(probe, look, sizeof(look));
	result->reachable = false;
	snprintf(result->message, sizeof(result->message), "%s; %.110s", look, probe->status == 503 ? "is it still starting, or a proxy whose server does not run?" : probe->advice);
	return true;
}

static void say_no_server(const struct probe *probe, char *out, size_t bytes)
{
	char look[200];

	write_look(probe, look, sizeof(look));
	snprintf(out, bytes, "%s%.180s; %.110s", probe->advice[0] ? "" : "this is no model server: ", look, probe->advice[0] ? probe->advice : "are address and port right?");
}

static void look(struct probe *probe)
{
	struct probe_result *result = probe->result;
	struct json_object *object = NULL, *models = NULL;
	char trouble[sizeof(result->message)];

	bool listed = probe_get(probe, CHAT_OPENAI, "/models");
	result->reachable = probe->outcome == HTTP_ANSWERED;
	if (!result->reachable) {
		bool tls = text_starts_with(text_from(probe->model->base_url), TEXT_LITERAL("https://"));
		snprintf(result->message, sizeof(result->message), "%.200s; %.100s", probe->message[0] ? probe->message : "no answer",
			 probe->advice[0] ? probe->advice : probe->outcome == HTTP_BROKEN ? "is it https://, or a tunnel with no server behind it?" :
			 tls ? "is the server running, and does it speak https:// and not http://?" : "is the server running?");
		return;
	}
	if (says_key(probe) || says_away(probe))
		return;
	if (listed && (object = probe_body(probe)))
		models = probe_member(object, "data");
	if (models && !json_object_is_type(models, json_type_array))
		models = NULL;
	say_no_server(probe, trouble, sizeof(trouble));
	long status = probe->status;
	probe_name_server(probe, models);
	if (!models && result->server == PROBE_UNKNOWN && (status != 404 || !probe->model->model[0])) {
		snprintf(result->message, sizeof(result->message), "%s", trouble);
		return;
	}
	probe_pick_model(probe, models);
	if (result->model_present) {
		bool ollama = strcmp(probe->model->api, "ollama") == 0 || (strcmp(probe->model->api, "auto") == 0 && result->server == PROBE_OLLAMA);
		result->api = ollama ? CHAT_OLLAMA : CHAT_OPENAI;
		probe_read_limits(probe, models);
		if (model_use_of(probe->model) == MODEL_EMBEDDINGS)
			try_embeddings(probe);
		else
			question(probe);
	}
	json_object_put(object);
}

void probe_model(const struct model_settings *model, const char *api_key, uint64_t timeout_ns, struct probe_result *ret_result)
{
	struct probe probe = { .model = model, .api_key = api_key, .timeout_ns = timeout_ns, .result = ret_result,
			       .patience_ns = timeout_ns < PROBE_PATIENCE_NS_MAX ? timeout_ns : PROBE_PATIENCE_NS_MAX };
	struct error_text error = { "" };

	*ret_result = (struct probe_result){ .format = CHAT_FORMAT_PROMPT };
	snprintf(ret_result->model, sizeof(ret_result->model), "%.150s", model->model);
	buffer_init(&probe.body, BODY_BYTES_MAX);
	chat_reply_init(&probe.reply, BODY_BYTES_MAX);
	if (http_create(&probe.http, 2, &error) < 0)
		snprintf(ret_result->message, sizeof(ret_result->message), "%.200s", error.message);
	else
		look(&probe);
	if (ret_result->message[0] && http_may_use_proxy(model->base_url))
		probe_note(ret_result, "the environment names a proxy (http_proxy and the like); if this server is to be reached without, put its host into no_proxy");
	http_destroy(probe.http);
	chat_reply_done(&probe.reply);
	buffer_done(&probe.body);
}

void probe_write_json(const struct model_settings *model, const struct probe_result *result, struct buffer *out)
{
	static const char *const thinking[] = { "none", "tags", "field", "instead of content" };
	struct json_writer json;
	struct buffer shown;

	buffer_init(&shown, SIZE_MAX / 4);
	url_append_shown(&shown, text_from(model->base_url));
	json_init(&json, out, 0);
	json_object_open(&json);
	json_member_string(&json, "name", model_name(model));
	json_member_string(&json, "use", model->use);
	json_member_string(&json, "tier", model->tier);
	json_member_text(&json, "base_url", buffer_view(&shown));
	buffer_done(&shown);
	json_member_boolean(&json, "reachable", result->reachable);
	json_member_boolean(&json, "usable", result->model_present && !result->message[0]);
	json_member_string(&json, "server", probe_server_name(result->server));
	json_member_string(&json, "model", result->model);
	json_member_string(&json, "api", result->api == CHAT_OLLAMA ? "ollama" : "openai");
	json_member_string(&json, "format", chat_format_name(result->format));
	json_member_unsigned(&json, "context_tokens", result->context_tokens);
	json_member_unsigned(&json, "tried_tokens", result->tried_tokens);
	json_member_unsigned(&json, "slots", result->slots);
	json_member_unsigned(&json, "requests_at_once", probe_requests_max(model, result));
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
