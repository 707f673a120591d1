/* call.c: see call.h. A call is fresh (not looked at yet), waiting for a slot, under way, delayed (to be sent again) or through. */
#include "workers/model/call.h"

#include "base/clock.h"
#include "workers/model/call_queue.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	CALLS_MAX = 65536,
	ASKS_MAX = 2,             /* the question, and once again with what is wrong with the reply */
	REPLY_BYTES_MAX = 16 << 20,
	REASON_BYTES = 400,
	SAMPLES_TO_TRUST = 4,
	PROMPT_OVERHEAD_TOKENS = 64, /* the template around the messages */
	LOOK_BODY_BYTES_MAX = 1 << 20,
};
#define CONNECT_TIMEOUT_NS (10ull * 1000000000)
#define LOOK_TIMEOUT_NS (3ull * 1000000000)
#define SILENCE_TIMEOUT_NS (180ull * 1000000000) /* of a stream that has begun */
#define STREAM_FROM_S 300        /* answers that may take longer are streamed, so that a hung server shows */
#define CHARS_PER_TOKEN 4.0      /* until the server has counted some prompts */
#define CUT_FACTOR 2.2           /* a prompt with so many times the usual characters for each token was cut */
#define CUT_BYTES_MIN 4000
#define ESTIMATE_MARGIN 1.15

_Static_assert((int)CALL_PRIORITIES == (int)CALL_QUEUE_PRIORITIES, "one set of priorities");

enum call_state { CALL_FREE, CALL_FRESH, CALL_WAITING, CALL_UNDER_WAY, CALL_DELAYED };

struct call {
	struct call_queue_entry entry; /* first: an entry is its call */
	struct calls *calls;
	struct call *next, *previous; /* among the fresh ones, or the delayed ones */
	uint32_t index, life;
	enum call_state state;
	struct buffer system, prompt, schema, earlier, complaint;
	struct record_key key;
	const char *family;
	double temperature;
	uint64_t max_tokens, deadline_ns, again_ns, http_handle, started_ns;
	uint64_t group;
	unsigned priority;
	int think;
	uint32_t asks, attempts, attempts_in_all;
	int64_t prompt_tokens, completion_tokens, cached_tokens;
	call_done *done;
	void *owner;
};

struct call_list { struct call *first, *last; };

struct calls {
	const struct model_settings *model;
	const struct probe_result *probe;
	const char *api_key;
	struct record *record;
	uint64_t seed;
	struct http *http;
	struct endpoint endpoint;
	struct call_queue queue;
	struct call **all;
	uint32_t count;
	struct call_list fresh, delayed, unused;
	uint64_t context_tokens;
	double chars_per_token;
	uint32_t samples;
	bool looking;
	struct chat_reply reply; /* scratch */
	struct buffer body, url, look_url;
	int status; /* sticky: the record or memory failed */
	struct error_text *error;
};

/* --- lists ---------------------------------------------------------------------------------------------------------- */

static void list_add(struct call_list *list, struct call *call)
{
	call->next = NULL;
	call->previous = list->last;
	*(list->last ? &list->last->next : &list->first) = call;
	list->last = call;
}

static void list_remove(struct call_list *list, struct call *call)
{
	*(call->previous ? &call->previous->next : &list->first) = call->next;
	*(call->next ? &call->next->previous : &list->last) = call->previous;
	call->next = call->previous = NULL;
}

static struct call *new_call(struct calls *calls)
{
	struct call *call = calls->unused.first;

	if (call) {
		list_remove(&calls->unused, call);
		return call;
	}
	if (calls->count == CALLS_MAX)
		return NULL;
	struct call **more = reallocarray(calls->all, calls->count + 1, sizeof(struct call *));
	if (!more)
		return NULL;
	calls->all = more;
	call = calloc(1, sizeof(*call));
	if (!call)
		return NULL;
	call->calls = calls;
	call->index = calls->count;
	buffer_init(&call->system, SIZE_MAX / 4);
	buffer_init(&call->prompt, SIZE_MAX / 4);
	buffer_init(&call->schema, SIZE_MAX / 4);
	buffer_init(&call->earlier, REPLY_BYTES_MAX);
	buffer_init(&call->complaint, 8192);
	calls->all[calls->count++] = call;
	return call;
}

/* --- the end of a call ---------------------------------------------------------------------------------------------- */

static void leave(struct call *call)
{
	struct calls *calls = call->calls;

	if (call->state == CALL_FRESH)
		list_remove(&calls->fresh, call);
	if (call->state == CALL_DELAYED)
		list_remove(&calls->delayed, call);
	if (call->state != CALL_FRESH)
		call_queue_end(&calls->queue, &call->entry);
	call->state = CALL_FREE;
	call->life++;
}

static void finish(struct call *call, struct call_result *result)
{
	struct calls *calls = call->calls;
	struct buffer *buffers[] = { &call->system, &call->prompt, &call->schema, &call->earlier, &call->complaint };

	leave(call);
	result->attempts = call->attempts_in_all;
	result->prompt_tokens = call->prompt_tokens;
	result->completion_tokens = call->completion_tokens;
	result->duration_ns = call->started_ns ? clock_monotonic_ns() - call->started_ns : 0;
	if (!result->model)
		result->model = calls->probe->model;
	call->done(call->owner, result);
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_clear(buffers[i]);
	list_add(&calls->unused, call);
}

static void finish_with(struct call *call, enum call_outcome outcome, const char *reason)
{
	struct call_result result = { .outcome = outcome, .reason = text_from(reason) };
	finish(call, &result);
}

static void remember(struct call *call, const char *outcome, const char *reason, struct text reply, struct text thinking, enum repair_rung rung)
{
	struct calls *calls = call->calls;
	struct record_row row = {
		.model = calls->probe->model, .family = call->family, .reply = reply, .thinking = thinking, .outcome = outcome, .reason = reason,
		.prompt_tokens = call->prompt_tokens, .completion_tokens = call->completion_tokens, .cached_tokens = call->cached_tokens,
		.duration_ms = (int64_t)((clock_monotonic_ns() - call->started_ns) / 1000000), .attempts = call->attempts_in_all, .rung = rung,
	};
	int status = calls->record ? record_put(calls->record, call->key, &row, calls->error) : 0;
	if (status < 0 && calls->status == 0)
		calls->status = status;
}

/* --- what a reply is worth ------------------------------------------------------------------------------------------ */

static struct json_object *parse_schema(const struct call *call)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *schema = tokener ? json_tokener_parse_ex(tokener, buffer_string(&call->schema), (int)call->schema.bytes) : NULL;

	if (tokener)
		json_tokener_free(tokener);
	return schema;
}

/* The value or text of a reply. `reason` (REASON_BYTES) when there is none. */
static int judge_reply(struct call *call, struct text reply, struct call_result *result, char *reason)
{
	struct error_text wrong = { "" };
	int status;

	if (call->schema.bytes == 0) {
		result->text = text_trim(reply);
		snprintf(reason, REASON_BYTES, "the reply is empty");
		return result->text.bytes ? 0 : ERROR_INPUT_REJECTED;
	}
	struct json_object *schema = parse_schema(call);
	CHECK(schema); /* our own */
	status = repair_reply(reply, schema, &result->value, &result->rung, &wrong);
	json_object_put(schema);
	result->text = reply;
	snprintf(reason, REASON_BYTES, "%s", wrong.message);
	return status;
}

static void finish_usable(struct call *call, struct call_result *result)
{
	struct json_object *value = result->value;

	result->outcome = CALL_USABLE;
	finish(call, result);
	json_object_put(value);
}

/* True when the record had it. */
static bool answer_from_record(struct call *call)
{
	struct calls *calls = call->calls;
	struct call_result result = { .recorded = true };
	struct record_row row;
	char reason[REASON_BYTES];

	int found = calls->record ? record_look_up(calls->record, call->key, &row, calls->error) : 0;
	if (found < 0 && calls->status == 0)
		calls->status = found;
	if (found <= 0)
		return false;
	result.model = row.model;
	result.thinking = row.thinking;
	call->prompt_tokens = row.prompt_tokens;
	call->completion_tokens = row.completion_tokens;
	if (strcmp(row.outcome, "usable") == 0 && judge_reply(call, row.reply, &result, reason) == 0) {
		finish_usable(call, &result);
		return true;
	}
	if (strcmp(row.outcome, "usable") == 0)
		return false; /* by an older notion of usable: asked again */
	result.outcome = CALL_UNUSABLE;
	result.reason = text_from(row.reason);
	result.text = row.reply;
	finish(call, &result);
	return true;
}

/* --- counts --------------------------------------------------------------------------------------------------------- */

static uint64_t prompt_bytes(const struct call *call)
{
	return call->system.bytes + call->prompt.bytes + call->earlier.bytes + call->complaint.bytes;
}

static uint64_t estimate_tokens(const struct call *call)
{
	return (uint64_t)((double)prompt_bytes(call) / call->calls->chars_per_token * ESTIMATE_MARGIN) + PROMPT_OVERHEAD_TOKENS;
}

static bool fits(const struct call *call)
{
	const struct calls *calls = call->calls;
	return calls->context_tokens == 0 || estimate_tokens(call) + call->max_tokens <= calls->context_tokens;
}

static void add_tokens(int64_t *sum, int64_t more)
{
	if (more >= 0)
		*sum = (*sum > 0 ? *sum : 0) + more;
}

/* Learns from the server's count, or sees from it that the server did not read all of the prompt. */
static bool was_cut(struct call *call, const struct chat_reply *reply)
{
	struct calls *calls = call->calls;
	int64_t read = reply->prompt_tokens + (reply->cached_tokens > 0 ? reply->cached_tokens : 0);
	double ratio = (double)prompt_bytes(call) / (double)(read > 0 ? read : 1);

	if (reply->prompt_tokens <= 0 || !calls->probe->usage_truthful || prompt_bytes(call) < CUT_BYTES_MIN)
		return false;
	double usual = calls->samples >= SAMPLES_TO_TRUST ? calls->chars_per_token : CHARS_PER_TOKEN * 1.5;
	if (ratio > CUT_FACTOR * usual) {
		calls->context_tokens = (uint64_t)read;
		return true;
	}
	calls->samples++;
	double seen = (double)prompt_bytes(call) / (double)reply->prompt_tokens;
	calls->chars_per_token = calls->samples == 1 ? seen : 0.9 * calls->chars_per_token + 0.1 * seen;
	return false;
}

/* --- sending -------------------------------------------------------------------------------------------------------- */

static void take_response(void *owner, const struct http_response *response);

static int think_of(const struct call *call)
{
	const char *thinking = call->calls->model->thinking;
	return call->think >= 0 ? call->think : strcmp(thinking, "on") == 0 ? 1 : strcmp(thinking, "off") == 0 ? 0 : -1;
}

static void write_body(struct call *call, bool stream)
{
	struct calls *calls = call->calls;
	struct chat_request request = {
		.api = calls->probe->api, .format = calls->probe->format, .model = calls->probe->model, .system = buffer_view(&call->system),
		.prompt = buffer_view(&call->prompt), .earlier_reply = buffer_view(&call->earlier), .complaint = buffer_view(&call->complaint),
		.schema = buffer_view(&call->schema), .schema_name = call->family, .max_tokens = call->max_tokens,
		.context_tokens = calls->context_tokens, .temperature = call->temperature, .seed = calls->seed + call->asks,
		.stream = stream, .think = think_of(call),
	};
	buffer_clear(&calls->body);
	chat_write_request(&request, &calls->body);
}

static uint64_t timeout_of(const struct call *call, uint64_t now_ns)
{
	uint64_t timeout_ns = call->calls->model->request_timeout_s * 1000000000ull;
	if (call->deadline_ns && call->deadline_ns - now_ns < timeout_ns)
		return call->deadline_ns - now_ns;
	return timeout_ns;
}

static int send(struct call *call, uint64_t now_ns)
{
	struct calls *calls = call->calls;
	bool stream = calls->probe->stream_ok && calls->model->request_timeout_s >= STREAM_FROM_S;

	write_body(call, stream);
	struct http_request request = {
		.url = buffer_string(&calls->url), .bearer = calls->api_key, .body = buffer_view(&calls->body), .connect_timeout_ns = CONNECT_TIMEOUT_NS,
		.silence_timeout_ns = stream ? SILENCE_TIMEOUT_NS : 0, .timeout_ns = timeout_of(call, now_ns), .body_bytes_max = REPLY_BYTES_MAX,
		.done = take_response, .owner = call,
	};
	int status = calls->body.status ? calls->body.status : http_start(calls->http, &request, &call->http_handle);
	if (status < 0)
		return status;
	call->state = CALL_UNDER_WAY;
	if (!call->started_ns)
		call->started_ns = now_ns;
	endpoint_started(&calls->endpoint);
	return 0;
}

static void delay(struct call *call, uint64_t again_ns)
{
	call->state = CALL_DELAYED;
	call->again_ns = again_ns;
	list_add(&call->calls->delayed, call);
}

/* The breaker is open: what is under way too goes elsewhere, because nothing is to be expected from here. */
static void all_down(struct calls *calls, const char *reason)
{
	for (uint32_t i = 0; i < calls->count; i++) {
		struct call *call = calls->all[i];
		if (call->state == CALL_UNDER_WAY) {
			call->state = CALL_WAITING; /* take_response passes over it */
			http_cancel(calls->http, call->http_handle);
		}
		if (call->state != CALL_FREE)
			finish_with(call, CALL_DOWN, reason);
	}
}

/* --- answers -------------------------------------------------------------------------------------------------------- */

static void describe_failure(const struct http_response *response, char *reason)
{
	char message[160];

	if (response->outcome != HTTP_ANSWERED) {
		snprintf(reason, REASON_BYTES, "%s: %s", http_outcome_name(response->outcome), response->message);
		return;
	}
	chat_error_message(response->body, message, sizeof(message));
	snprintf(reason, REASON_BYTES, "HTTP status %ld%s%s", response->status, message[0] ? ": " : "", message);
}

/* Once more, with the reply and what is wrong with it. */
static void ask_again(struct call *call, const char *reason)
{
	const struct chat_reply *reply = &call->calls->reply;
	bool thought_too_long = reply->finish == CHAT_FINISH_LENGTH && reply->content.bytes == 0 && reply->thinking.bytes;

	call->asks++;
	call->attempts = 0;
	if (thought_too_long) {
		call->think = 0;
	} else {
		buffer_append_text(&call->earlier, buffer_view(&reply->content));
		buffer_append_format(&call->complaint, "That reply cannot be used: %s.%s Reply again, with the JSON alone.", reason,
				     reply->finish == CHAT_FINISH_LENGTH ? " It was also cut off because it was too long: be brief." : "");
	}
	if (call->earlier.status || call->complaint.status || !fits(call)) { /* the question alone, with another seed */
		buffer_clear(&call->earlier);
		buffer_clear(&call->complaint);
	}
	call->state = CALL_WAITING;
	call_queue_again(&call->calls->queue, &call->entry);
}

static void take_reply(struct call *call)
{
	struct chat_reply *reply = &call->calls->reply;
	struct call_result result = { .thinking = buffer_view(&reply->thinking) };
	char reason[REASON_BYTES];

	add_tokens(&call->prompt_tokens, reply->prompt_tokens);
	add_tokens(&call->completion_tokens, reply->completion_tokens);
	add_tokens(&call->cached_tokens, reply->cached_tokens);
	if (was_cut(call, reply)) {
		snprintf(reason, sizeof(reason), "the server read only %lld tokens of a prompt of about %llu: its context is shorter than it says; "
			 "load the model with a longer one", (long long)reply->prompt_tokens, (unsigned long long)estimate_tokens(call));
		finish_with(call, CALL_REFUSED, reason);
		return;
	}
	if (judge_reply(call, buffer_view(&reply->content), &result, reason) == 0) {
		remember(call, "usable", "", buffer_view(&reply->content), result.thinking, result.rung);
		finish_usable(call, &result);
		return;
	}
	if (call->asks + 1 < ASKS_MAX) {
		ask_again(call, reason);
		return;
	}
	remember(call, "unusable", reason, buffer_view(&reply->content), result.thinking, REPAIR_NONE);
	result.outcome = CALL_UNUSABLE;
	result.reason = text_from(reason);
	result.text = buffer_view(&reply->content);
	finish(call, &result);
}

static void take_response(void *owner, const struct http_response *response)
{
	struct call *call = owner;
	struct calls *calls = call->calls;
	struct http_response seen = *response;
	struct error_text wrong = { "" };
	char reason[REASON_BYTES];
	uint64_t now_ns = clock_monotonic_ns(), again_ns = 0;

	if (call->state != CALL_UNDER_WAY) { /* cancelled */
		calls->endpoint.under_way--;
		return;
	}
	chat_reply_clear(&calls->reply);
	if (seen.outcome == HTTP_ANSWERED && seen.status >= 200 && seen.status < 300 &&
	    chat_read_response(calls->probe->api, seen.body, &calls->reply, &wrong) < 0) { /* an error that says it is none */
		seen.outcome = HTTP_BROKEN;
		snprintf(seen.message, sizeof(seen.message), "%.190s", wrong.message);
	}
	call->attempts++;
	call->attempts_in_all++;
	enum endpoint_verdict verdict = endpoint_answered(&calls->endpoint, &seen, call->attempts, now_ns, &again_ns);
	if (verdict == ENDPOINT_GOOD) {
		take_reply(call);
		return;
	}
	describe_failure(&seen, reason);
	if (verdict == ENDPOINT_DOWN) {
		all_down(calls, reason);
	} else if (verdict == ENDPOINT_HOPELESS || (call->deadline_ns && again_ns >= call->deadline_ns)) {
		finish_with(call, CALL_REFUSED, reason);
	} else {
		delay(call, again_ns);
	}
}

/* --- one round ------------------------------------------------------------------------------------------------------ */

static void look_at_fresh(struct calls *calls)
{
	char reason[REASON_BYTES];

	while (calls->fresh.first && calls->status == 0) {
		struct call *call = calls->fresh.first;
		if (answer_from_record(call))
			continue;
		if (!fits(call)) {
			snprintf(reason, sizeof(reason), "the prompt needs about %llu tokens and its answer %llu; the context of %s has %llu",
				 (unsigned long long)estimate_tokens(call), (unsigned long long)call->max_tokens, calls->probe->model,
				 (unsigned long long)calls->context_tokens);
			finish_with(call, CALL_REFUSED, reason);
			continue;
		}
		if (calls->endpoint.breaker == ENDPOINT_OPEN) {
			finish_with(call, CALL_DOWN, "the server is away");
			continue;
		}
		list_remove(&calls->fresh, call);
		int status = call_queue_add(&calls->queue, &call->entry, call->group, call->priority);
		if (status < 0) {
			list_add(&calls->fresh, call);
			calls->status = status;
			return;
		}
		call->state = CALL_WAITING;
	}
}

static int send_delayed(struct calls *calls, uint64_t now_ns)
{
	int status = 0;

	for (struct call *call = calls->delayed.first, *next; call && status == 0; call = next) {
		next = call->next;
		if (call->again_ns > now_ns || !endpoint_may_start(&calls->endpoint, now_ns))
			continue;
		list_remove(&calls->delayed, call);
		status = send(call, now_ns);
		if (status < 0)
			delay(call, now_ns);
	}
	return status;
}

static int send_waiting(struct calls *calls, uint64_t now_ns)
{
	while (endpoint_may_start(&calls->endpoint, now_ns)) {
		struct call *call = (struct call *)call_queue_take(&calls->queue);
		if (!call)
			return 0;
		call->state = CALL_UNDER_WAY;
		if (call->deadline_ns && call->deadline_ns <= now_ns) {
			finish_with(call, CALL_REFUSED, "its deadline has passed");
			continue;
		}
		int status = send(call, now_ns);
		if (status < 0) {
			call->state = CALL_WAITING;
			call_queue_again(&calls->queue, &call->entry);
			return status;
		}
	}
	return 0;
}

static void take_look(void *owner, const struct http_response *response)
{
	struct calls *calls = owner;

	calls->looking = false;
	endpoint_looked(&calls->endpoint, response->outcome == HTTP_ANSWERED && response->status >= 200 && response->status < 300, clock_monotonic_ns());
}

static int look(struct calls *calls)
{
	struct http_request request = {
		.url = buffer_string(&calls->look_url), .bearer = calls->api_key, .connect_timeout_ns = LOOK_TIMEOUT_NS, .timeout_ns = LOOK_TIMEOUT_NS,
		.body_bytes_max = LOOK_BODY_BYTES_MAX, .done = take_look, .owner = calls,
	};
	uint64_t handle;
	int status = http_start(calls->http, &request, &handle);
	calls->looking = status == 0;
	return status;
}

int calls_step(struct calls *calls, uint64_t now_ns)
{
	int status = http_step(calls->http);

	if (status == 0 && !calls->looking && endpoint_wants_look(&calls->endpoint, now_ns))
		status = look(calls);
	look_at_fresh(calls);
	if (status == 0)
		status = send_delayed(calls, now_ns);
	if (status == 0)
		status = send_waiting(calls, now_ns);
	return status < 0 ? status : calls->status;
}

uint64_t calls_next_ns(const struct calls *calls)
{
	uint64_t now_ns = clock_monotonic_ns(), next_ns = http_next_ns(calls->http);
	uint64_t endpoint_ns = calls->looking ? UINT64_MAX : endpoint_next_ns(&calls->endpoint, now_ns);

	if (calls->fresh.first)
		return 0;
	if (calls->queue.waiting && endpoint_may_start(&calls->endpoint, now_ns))
		return 0;
	for (const struct call *call = calls->delayed.first; call; call = call->next)
		if (call->again_ns < next_ns)
			next_ns = call->again_ns;
	return endpoint_ns < next_ns ? endpoint_ns : next_ns;
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

int calls_create(struct calls **ret_calls, const struct model_settings *model, const struct probe_result *probe, const char *api_key,
		 struct record *record, uint64_t seed, struct error_text *error)
{
	enum { SLOTS_UNKNOWN = 4, SLOTS_FACTOR = 2 };
	uint32_t limit = model->max_concurrent_requests ? (uint32_t)model->max_concurrent_requests : probe->slots ? probe->slots : SLOTS_UNKNOWN;
	struct calls *calls = calloc(1, sizeof(*calls));

	if (!calls)
		return error_set(error, -ENOMEM, "out of memory");
	*calls = (struct calls){ .model = model, .probe = probe, .api_key = api_key, .record = record, .seed = seed, .chars_per_token = CHARS_PER_TOKEN,
				 .context_tokens = model->context_tokens ? model->context_tokens : probe->context_tokens, .error = error };
	buffer_init(&calls->body, SIZE_MAX / 4);
	buffer_init(&calls->url, 8192);
	buffer_init(&calls->look_url, 8192);
	chat_reply_init(&calls->reply, REPLY_BYTES_MAX);
	if (probe->slots && limit > SLOTS_FACTOR * probe->slots)
		limit = SLOTS_FACTOR * probe->slots;
	endpoint_init(&calls->endpoint, limit, seed);
	chat_url(model->base_url, probe->api, probe->api == CHAT_OLLAMA ? "/api/chat" : "/chat/completions", &calls->url);
	chat_url(model->base_url, probe->api, probe->api == CHAT_OLLAMA ? "/api/version" : "/models", &calls->look_url);
	int status = http_create(&calls->http, limit + 1, error);
	if (status == 0 && (calls->url.status || calls->look_url.status))
		status = error_set(error, -EINVAL, "base_url is too long");
	if (status < 0) {
		calls_destroy(calls);
		return status;
	}
	*ret_calls = calls;
	return 0;
}

void calls_destroy(struct calls *calls)
{
	if (!calls)
		return;
	for (uint32_t i = 0; i < calls->count; i++)
		if (calls->all[i]->state != CALL_FREE)
			calls_cancel(calls, (uint64_t)calls->all[i]->life << 32 | i);
	http_destroy(calls->http);
	for (uint32_t i = 0; i < calls->count; i++) {
		struct call *call = calls->all[i];
		struct buffer *buffers[] = { &call->system, &call->prompt, &call->schema, &call->earlier, &call->complaint };
		for (size_t k = 0; k < COUNT_OF(buffers); k++)
			buffer_done(buffers[k]);
		free(call);
	}
	call_queue_done(&calls->queue);
	chat_reply_done(&calls->reply);
	buffer_done(&calls->body);
	buffer_done(&calls->url);
	buffer_done(&calls->look_url);
	free(calls->all);
	free(calls);
}

int calls_add(struct calls *calls, const struct call_request *request, uint64_t *ret_handle)
{
	struct call *call = new_call(calls);

	if (!call)
		return -ENOMEM;
	call->family = request->family;
	call->temperature = request->temperature < 0 ? calls->model->temperature : request->temperature;
	call->max_tokens = request->max_tokens && request->max_tokens < calls->model->max_tokens ? request->max_tokens : calls->model->max_tokens;
	call->deadline_ns = request->deadline_ns;
	call->group = request->group;
	call->priority = request->priority;
	call->done = request->done;
	call->owner = request->owner;
	call->think = -1;
	call->asks = call->attempts = call->attempts_in_all = 0;
	call->prompt_tokens = call->completion_tokens = call->cached_tokens = -1;
	call->started_ns = 0;
	buffer_append_text(&call->system, request->system);
	buffer_append_text(&call->prompt, request->prompt);
	buffer_append_text(&call->schema, request->schema);
	call->key = record_key_of(calls->probe->model, call->temperature, call->max_tokens, calls->seed, request->system, request->prompt, request->schema);
	call->state = CALL_FRESH;
	call->life++;
	list_add(&calls->fresh, call);
	*ret_handle = (uint64_t)call->life << 32 | call->index;
	if (call->system.status || call->prompt.status || call->schema.status) {
		leave(call);
		list_add(&calls->unused, call);
		return -ENOMEM;
	}
	return 0;
}

void calls_cancel(struct calls *calls, uint64_t handle)
{
	uint32_t index = (uint32_t)handle;

	if (index >= calls->count || calls->all[index]->life != (uint32_t)(handle >> 32) || calls->all[index]->state == CALL_FREE)
		return;
	struct call *call = calls->all[index];
	if (call->state == CALL_UNDER_WAY) {
		call->state = CALL_WAITING;
		http_cancel(calls->http, call->http_handle);
	}
	finish_with(call, CALL_CANCELLED, "cancelled");
}

int calls_descriptor(const struct calls *calls) { return http_descriptor(calls->http); }
uint32_t calls_waiting(const struct calls *calls) { return calls->queue.waiting; }
uint32_t calls_slots(const struct calls *calls) { return calls->endpoint.breaker == ENDPOINT_OPEN ? 0 : (uint32_t)calls->endpoint.limit; }
double calls_chars_per_token(const struct calls *calls) { return calls->chars_per_token; }
uint64_t calls_context_tokens(const struct calls *calls) { return calls->context_tokens; }
const struct endpoint *calls_endpoint(const struct calls *calls) { return &calls->endpoint; }
