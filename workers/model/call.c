/* call.c: see call.h. A call is fresh (not looked at yet), waiting for a slot, under way, delayed (to be sent again) or through. */
#include "workers/model/call_private.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

enum {
	CALLS_MAX = 65536,
	LOOK_BODY_BYTES_MAX = 1 << 20,
	BODY_BYTES_MIN = 1 << 20,
	STREAM_BYTES_PER_TOKEN_MAX = 1024,
};
#define CONNECT_TIMEOUT_NS (10ull * 1000000000)
#define PATIENCE_NS_MIN (600ull * 1000000000)  /* longer than a server is let say 429 (ENDPOINT_THROTTLED_NS_MAX) */
#define PATIENCE_NS_MAX (1800ull * 1000000000)
#define LOOK_TIMEOUT_NS (3ull * 1000000000)
#define SILENCE_TIMEOUT_NS (180ull * 1000000000) /* of a stream that has begun */
#define STREAM_FROM_S 300        /* answers that may take longer are streamed, so that a hung server shows, */
#define STREAM_USUAL_S 5.0       /* while they usually take that long; nobody knows yet: a few of them. Every token of a stream wakes the client */
#define LOOP_TEMPERATURE 0.7     /* at least: at low ones small models fall into the same loop again */

_Static_assert((int)CALL_PRIORITIES == (int)CALL_QUEUE_PRIORITIES, "one set of priorities");

/* --- places of calls ------------------------------------------------------------------------------------------------- */

static struct call *new_call(struct calls *calls)
{
	struct call *call = calls->unused.first;

	if (call) {
		call_list_remove(&calls->unused, call);
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
	buffer_init(&call->earlier, CALL_REPLY_BYTES_MAX);
	buffer_init(&call->complaint, 8192);
	buffer_init(&call->written, CALL_REPLY_BYTES_MAX);
	calls->all[calls->count++] = call;
	return call;
}

/* --- the end of a call ---------------------------------------------------------------------------------------------- */

static void leave(struct call *call)
{
	struct calls *calls = call->calls;

	if (call->state == CALL_FRESH)
		call_list_remove(&calls->fresh, call);
	if (call->state == CALL_DELAYED)
		call_list_remove(&calls->delayed, call);
	if (call->state != CALL_FRESH && call->state != CALL_JOINED)
		call_queue_end(&calls->queue, &call->entry);
	call_part(call);
	call->state = CALL_FREE;
	call->life++;
}

static uint64_t tokens_of(int64_t count) { return count > 0 ? (uint64_t)count : 0; }

static void add_sums(const struct call *call, const struct call_result *result)
{
	struct calls *calls = call->calls;

	calls->sums.calls++;
	calls->sums.usable += result->outcome == CALL_USABLE;
	calls->sums.prompt_tokens += tokens_of(call->prompt_tokens);
	calls->sums.completion_tokens += tokens_of(call->completion_tokens);
	calls->sums.busy_ns = clock_monotonic_ns() - calls->first_ns;
}

void call_finish(struct call *call, struct call_result *result)
{
	struct calls *calls = call->calls;
	struct buffer *buffers[] = { &call->system, &call->prompt, &call->schema, &call->earlier, &call->complaint, &call->written };

	leave(call);
	if (!result->recorded && call->started_ns)
		add_sums(call, result);
	result->attempts = call->attempts_in_all;
	result->prompt_tokens = call->prompt_tokens;
	result->completion_tokens = call->completion_tokens;
	result->duration_ns = call->started_ns ? clock_monotonic_ns() - call->started_ns : 0;
	if (!result->model)
		result->model = calls->probe->model;
	call->done(call->owner, result);
	call_release_followers(call, result);
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_clear(buffers[i]);
	call_list_add(&calls->unused, call);
}

void call_finish_with(struct call *call, enum call_outcome outcome, const char *reason)
{
	struct call_result result = { .outcome = outcome, .reason = text_from(reason) };
	if (outcome == CALL_REFUSED)
		call_remember_refusal(call, reason);
	call_finish(call, &result);
}

void call_finish_too_long(struct call *call, const char *reason)
{
	struct call_result result = { .outcome = CALL_REFUSED, .too_long = true, .reason = text_from(reason) };
	call_remember_refusal(call, reason);
	call_finish(call, &result);
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
	struct text begun = call->guided ? buffer_view(&call->written) : calls->begins ? call_beginning(call) : TEXT_LITERAL("");
	bool hot = call->looped || call->tries > 0;
	struct chat_request request = {
		.api = calls->probe->api, .format = calls->probe->format, .model = calls->probe->model, .system = buffer_view(&call->system),
		.prompt = buffer_view(&call->prompt), .earlier_reply = buffer_view(&call->earlier), .complaint = buffer_view(&call->complaint),
		.begun = begun, .schema = call->bounded ? call_bounded_schema(call) : buffer_view(&call->schema), .schema_name = call->family, .stop = call->guided ? "\"" : NULL,
		.max_tokens = call->guided && call->max_tokens > CALL_VALUE_TOKENS_MAX ? CALL_VALUE_TOKENS_MAX : call->max_tokens,
		.context_tokens = calls->context_tokens, .against_loops = hot,
		.temperature = hot && call->temperature < LOOP_TEMPERATURE ? LOOP_TEMPERATURE : call->temperature, .seed = calls->seed + call->asks + call->tries,
		.stream = stream, .think = think_of(call),
	};
	call->begun = begun.bytes > 0;
	buffer_clear(&calls->body);
	chat_write_request(&request, &calls->body);
}

static uint64_t scaled(const struct calls *calls, uint64_t ns)
{
	return (uint64_t)((double)ns * calls->time_scale);
}

/* For a question and its retries, from its first request on: none is worth more, and a slot that tries the same for hours is lost. */
static uint64_t patience_of(const struct calls *calls)
{
	uint64_t all_ns = ENDPOINT_ATTEMPTS_MAX * calls->model->request_timeout_s * 1000000000ull;
	return scaled(calls, all_ns < PATIENCE_NS_MIN ? PATIENCE_NS_MIN : all_ns > PATIENCE_NS_MAX ? PATIENCE_NS_MAX : all_ns);
}

/* 0: none. */
static uint64_t deadline_of(const struct call *call)
{
	bool sooner = call->deadline_ns && (!call->patience_ns || call->deadline_ns < call->patience_ns);
	return sooner ? call->deadline_ns : call->patience_ns;
}

/* A deadline that has passed never comes here. */
static uint64_t timeout_of(const struct call *call, uint64_t now_ns)
{
	uint64_t timeout_ns = scaled(call->calls, call->calls->model->request_timeout_s * 1000000000ull), deadline_ns = deadline_of(call);
	return deadline_ns && deadline_ns - now_ns < timeout_ns ? deadline_ns - now_ns : timeout_ns;
}

/* A streamed token comes in an event of 200 to 400 bytes. */
static size_t body_bytes_max(const struct call *call)
{
	uint64_t bytes = call->max_tokens * STREAM_BYTES_PER_TOKEN_MAX;
	return bytes < BODY_BYTES_MIN ? BODY_BYTES_MIN : bytes < CALL_REPLY_BYTES_MAX ? (size_t)bytes : CALL_REPLY_BYTES_MAX;
}

/* Before the first answer as many as it takes to open the breaker: when the server hangs these show it, and the others go elsewhere with them. */
static bool streams(const struct calls *calls)
{
	const struct endpoint *endpoint = &calls->endpoint;
	bool may_be_long = endpoint->answers == 0 ? endpoint->under_way < ENDPOINT_FAILURES_TO_OPEN : endpoint->usual_s >= STREAM_USUAL_S;
	return calls->probe->stream_ok && calls->model->request_timeout_s >= STREAM_FROM_S && may_be_long;
}

static int send(struct call *call, uint64_t now_ns)
{
	struct calls *calls = call->calls;
	bool stream = streams(calls);

	if (!call->patience_ns)
		call->patience_ns = now_ns + patience_of(calls);
	write_body(call, stream);
	struct http_request request = {
		.url = buffer_string(&calls->url), .bearer = calls->api_key, .body = buffer_view(&calls->body), .given = &calls->body, .connect_timeout_ns = CONNECT_TIMEOUT_NS,
		.silence_timeout_ns = stream ? scaled(calls, SILENCE_TIMEOUT_NS) : 0, .timeout_ns = timeout_of(call, now_ns), .body_bytes_max = body_bytes_max(call),
		.watch = stream ? call_watch : NULL, .done = take_response, .owner = call,
	};
	call->watched_bytes = 0;
	call->circles = false;
	int status = calls->body.status ? calls->body.status : http_start(calls->http, &request, &call->http_handle);
	if (status < 0)
		return status;
	call->state = CALL_UNDER_WAY;
	if (!call->started_ns)
		call->started_ns = now_ns;
	if (!calls->first_ns)
		calls->first_ns = now_ns;
	endpoint_started(&calls->endpoint);
	share_started(calls->share, &calls->endpoint, now_ns);
	return 0;
}

void call_watch_deadline(struct call *call)
{
	uint64_t deadline_ns = deadline_of(call);

	if (deadline_ns && deadline_ns < call->calls->deadline_ns)
		call->calls->deadline_ns = deadline_ns;
}

void call_wait_again(struct call *call)
{
	call->state = CALL_WAITING;
	call_queue_again(&call->calls->queue, &call->entry);
	call_watch_deadline(call);
}

static void delay(struct call *call, uint64_t again_ns)
{
	call->state = CALL_DELAYED;
	call->again_ns = again_ns;
	call_list_add(&call->calls->delayed, call);
	call_watch_deadline(call);
}

/* The breaker is open: what is under way too goes elsewhere, because nothing is to be expected from here. Calls that come in
 * meanwhile are looked at as all fresh ones are: the record may have them. */
static void all_down(struct calls *calls, bool fresh_too, const char *reason)
{
	for (uint32_t i = 0; i < calls->count; i++) {
		struct call *call = calls->all[i];
		if (call->state == CALL_FREE || (call->state == CALL_FRESH && !fresh_too))
			continue;
		if (call->state == CALL_UNDER_WAY) {
			call->state = CALL_WAITING; /* take_response passes over it */
			http_cancel(calls->http, call->http_handle);
		}
		call_finish_with(call, CALL_DOWN, reason);
	}
}

/* --- answers -------------------------------------------------------------------------------------------------------- */

/* The breaker opened; but this call has failed as often as that takes, in a way that may be its own doing. It would open the breaker
 * of every server it is taken to, and come back. */
static bool is_its_own_doing(const struct call *call, const struct http_response *response)
{
	bool may_be = response->outcome == HTTP_BROKEN || response->outcome == HTTP_TIMED_OUT || response->outcome == HTTP_INVALID ||
		      (response->outcome == HTTP_ANSWERED && (response->status == 500 || response->status == 504));
	return may_be && call->attempts >= ENDPOINT_FAILURES_TO_OPEN;
}

static int read_answer(struct call *call, struct text body, struct error_text *wrong)
{
	struct calls *calls = call->calls;
	int status = call->circles ? chat_read_stopped(calls->probe->api, body, &calls->reply, wrong) :
				     chat_read_response(calls->probe->api, body, &calls->reply, wrong);

	if (status == 0 && call->circles && calls->reply.prompt_tokens < 0) /* nobody counted */
		calls->reply.prompt_tokens = (int64_t)call_estimate_tokens(call);
	return status;
}

static void take_response(void *owner, const struct http_response *response)
{
	struct call *call = owner;
	struct calls *calls = call->calls;
	struct http_response seen = *response;
	struct error_text wrong = { "" };
	char reason[CALL_REASON_BYTES];
	uint64_t now_ns = clock_monotonic_ns(), again_ns = 0;

	if (call->state != CALL_UNDER_WAY) { /* cancelled */
		calls->endpoint.under_way--;
		return;
	}
	chat_reply_clear(&calls->reply);
	if (call->circles || call_is_whole(call, &seen))
		seen.outcome = HTTP_ANSWERED;
	if (seen.outcome == HTTP_ANSWERED && seen.status >= 200 && seen.status < 300 && read_answer(call, seen.body, &wrong) < 0)
		seen.outcome = HTTP_BROKEN; /* an error that says it is none */
	call->attempts++;
	call->attempts_in_all++;
	enum endpoint_verdict verdict = endpoint_answered(&calls->endpoint, &seen, call->attempts, now_ns, &again_ns);
	share_tell(calls->share, &calls->endpoint, now_ns); /* the slot is free, before the answer is looked at */
	if (verdict == ENDPOINT_GOOD) {
		calls->refused_in_row = 0;
		call->patience_ns = 0; /* what comes next of it is another question */
		call_take_reply(call);
		return;
	}
	call_describe_failure(&seen, wrong.message, reason);
	if (verdict == ENDPOINT_DOWN) {
		memcpy(calls->trouble, reason, sizeof(calls->trouble));
		if (is_its_own_doing(call, &seen))
			call_finish_with(call, CALL_REFUSED, reason);
		all_down(calls, false, reason);
	} else if (verdict == ENDPOINT_HOPELESS && call_was_too_long(call, &seen)) {
		call_finish_too_long(call, reason);
	} else if (verdict == ENDPOINT_HOPELESS && call->begun && !calls->begun_fine && seen.outcome == HTTP_ANSWERED) {
		/* some servers want the last word to be the user's */
		calls->begins = false;
		call_wait_again(call);
	} else if (verdict == ENDPOINT_HOPELESS && call->bounded && seen.outcome == HTTP_ANSWERED) { /* some know no lengths */
		calls->bounds = call->bounded = false;
		call_wait_again(call);
	} else if (verdict == ENDPOINT_HOPELESS && seen.outcome == HTTP_ANSWERED) {
		calls->refused_in_row++;
		memcpy(calls->refusal, reason, sizeof(calls->refusal));
		call_finish_with(call, CALL_REFUSED, reason);
	} else if (verdict == ENDPOINT_HOPELESS || (deadline_of(call) && again_ns >= deadline_of(call))) {
		call_finish_with(call, CALL_REFUSED, reason);
	} else {
		delay(call, again_ns);
	}
}

/* --- one round ------------------------------------------------------------------------------------------------------ */

/* Those that wait, also for another one, or are delayed; what is under way ends by itself, and is watched again when it comes back to wait. */
static void end_late(struct calls *calls, uint64_t now_ns)
{
	uint32_t count = calls->count;

	if (now_ns < calls->deadline_ns)
		return;
	calls->deadline_ns = UINT64_MAX;
	for (uint32_t i = 0; i < count; i++) {
		struct call *call = calls->all[i];
		if (call->state != CALL_WAITING && call->state != CALL_DELAYED && call->state != CALL_JOINED)
			continue;
		call_watch_deadline(call);
		if (deadline_of(call) && deadline_of(call) <= now_ns)
			call_finish_with(call, CALL_REFUSED, "its deadline has passed");
	}
}

/* Only asked with a question at hand: one that may not start is waited for. */
static bool may_start(struct calls *calls, uint64_t now_ns)
{
	return endpoint_may_start(&calls->endpoint, now_ns) && share_may_start(calls->share, &calls->endpoint, now_ns);
}

static int send_delayed(struct calls *calls, uint64_t now_ns)
{
	int status = 0;

	for (struct call *call = calls->delayed.first, *next; call && status == 0; call = next) {
		next = call->next;
		if (call->again_ns > now_ns || !may_start(calls, now_ns))
			continue;
		call_list_remove(&calls->delayed, call);
		status = send(call, now_ns);
		if (status < 0)
			delay(call, now_ns);
	}
	return status;
}

static int send_waiting(struct calls *calls, uint64_t now_ns)
{
	while (calls->queue.waiting && may_start(calls, now_ns)) {
		struct call *call = (struct call *)call_queue_take(&calls->queue);
		CHECK(call);
		if (!call_fits(call)) { /* more is known of the context, or of the tokens in such text, than when it came in */
			call_refuse_too_long(call);
			continue;
		}
		int status = send(call, now_ns);
		if (status < 0) {
			call_wait_again(call);
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
	share_hear(calls->share, &calls->endpoint, now_ns);
	int status = http_step(calls->http);
	calls->share->waits = false;
	if (status == 0 && !calls->looking && endpoint_wants_look(&calls->endpoint, now_ns))
		status = look(calls);
	call_look_at_fresh(calls);
	end_late(calls, now_ns);
	if (status == 0)
		status = send_delayed(calls, now_ns);
	if (status == 0)
		status = send_waiting(calls, now_ns);
	share_tell(calls->share, &calls->endpoint, now_ns);
	return status < 0 ? status : calls->status;
}

static uint64_t earlier(uint64_t one_ns, uint64_t other_ns) { return one_ns < other_ns ? one_ns : other_ns; }

uint64_t calls_next_ns(const struct calls *calls)
{
	const struct endpoint *endpoint = &calls->endpoint;
	uint64_t now_ns = clock_monotonic_ns(), next_ns = earlier(http_next_ns(calls->http), calls->deadline_ns);

	if (calls->fresh.first)
		return 0;
	if (!calls->looking)
		next_ns = earlier(next_ns, endpoint_next_ns(endpoint, now_ns));
	if (!endpoint_has_room(endpoint)) /* an answer or a look comes first */
		return next_ns;
	if (calls->share->waits)
		return earlier(next_ns, share_next_ns(calls->share, endpoint, now_ns));
	if (calls->queue.waiting)
		next_ns = earlier(next_ns, endpoint->not_before_ns);
	for (const struct call *call = calls->delayed.first; call; call = call->next)
		next_ns = earlier(next_ns, call->again_ns > endpoint->not_before_ns ? call->again_ns : endpoint->not_before_ns);
	return next_ns;
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

int calls_create(struct calls **ret_calls, const struct model_settings *model, const struct probe_result *probe, const char *api_key,
		 struct record *record, uint64_t seed, struct error_text *error)
{
	uint32_t limit = probe_requests_max(model, probe);
	struct calls *calls = calloc(1, sizeof(*calls));

	if (!calls)
		return error_set(error, -ENOMEM, "out of memory");
	*calls = (struct calls){ .model = model, .probe = probe, .api_key = api_key, .record = record, .seed = seed,
				 .chars_per_token = probe->chars_per_token > 0 ? probe->chars_per_token : CALL_CHARS_PER_TOKEN,
				 .counts = { .factor = probe->tokens_factor, .deviation = CALL_DEVIATION_AT_FIRST * probe->tokens_factor },
				 .time_scale = 1, .bounds = probe->format == CHAT_FORMAT_SCHEMA, .begins = probe->format == CHAT_FORMAT_PROMPT && probe->thinking == PROBE_THINKING_NONE, .deadline_ns = UINT64_MAX,
				 .context_tokens = probe->context_tokens, .error = error };
	buffer_init(&calls->body, SIZE_MAX / 4);
	buffer_init(&calls->url, 8192);
	buffer_init(&calls->look_url, 8192);
	for (uint32_t i = 0; i < CALL_SCHEMAS_MAX; i++) {
		buffer_init(&calls->schemas[i].text, SIZE_MAX / 4);
		buffer_init(&calls->schemas[i].form, SIZE_MAX / 4);
		buffer_init(&calls->schemas[i].bounded, SIZE_MAX / 4);
	}
	chat_reply_init(&calls->reply, CALL_REPLY_BYTES_MAX);
	endpoint_init(&calls->endpoint, limit, seed);
	share_init(&calls->alone, NULL, -1);
	calls->share = &calls->alone;
	chat_url(model->base_url, probe->api, probe->api == CHAT_OLLAMA ? "/api/chat" : "/chat/completions", &calls->url);
	chat_url(model->base_url, probe->api, probe->api == CHAT_OLLAMA ? "/api/version" : "/models", &calls->look_url);
	int status = http_create(&calls->http, limit + 1, error);
	if (status == 0 && (calls->url.status || calls->look_url.status))
		status = error_set(error, -EINVAL, "base_url is too long");
	if (status < 0) {
		calls_destroy(calls);
		return status;
	}
	call_begin_sameness(calls);
	*ret_calls = calls;
	return 0;
}

void calls_share(struct calls *calls, struct share *share)
{
	calls->share = share;
	share_tell(share, &calls->endpoint, clock_monotonic_ns());
}

void calls_scale_time(struct calls *calls, double scale)
{
	CHECK(scale > 0);
	calls->time_scale = calls->endpoint.time_scale = scale;
}

void calls_destroy(struct calls *calls)
{
	if (!calls)
		return;
	for (uint32_t i = 0; i < calls->count; i++)
		if (calls->all[i]->state != CALL_FREE)
			calls_cancel(calls, (uint64_t)calls->all[i]->life << 32 | i);
	http_destroy(calls->http);
	if (calls->share) /* NULL: half built */
		share_leave(calls->share);
	for (uint32_t i = 0; i < calls->count; i++) {
		struct call *call = calls->all[i];
		struct buffer *buffers[] = { &call->system, &call->prompt, &call->schema, &call->earlier, &call->complaint, &call->written };
		for (size_t k = 0; k < COUNT_OF(buffers); k++)
			buffer_done(buffers[k]);
		free(call);
	}
	call_queue_done(&calls->queue);
	call_forget_schemas(calls);
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
	call->document = request->document;
	call->place = request->place;
	call->temperature = request->temperature < 0 ? calls->model->temperature : request->temperature;
	call->max_tokens = request->max_tokens && request->max_tokens < calls->model->max_tokens ? request->max_tokens : calls->model->max_tokens;
	call->deadline_ns = request->deadline_ns;
	call->patience_ns = 0;
	call->group = request->group;
	call->priority = request->priority;
	call->done = request->done;
	call->owner = request->owner;
	call->think = -1;
	call->asks = call->attempts = call->attempts_in_all = 0;
	call->looped = call->bounded = call->guided = call->continued = false;
	call->tries = 0;
	call->prompt_tokens = call->completion_tokens = call->cached_tokens = -1;
	call->started_ns = 0;
	buffer_append_text(&call->system, request->system);
	buffer_append_text(&call->prompt, request->prompt);
	buffer_append_text(&call->schema, request->schema);
	call_set_key(call);
	call->state = CALL_FRESH;
	call->life++;
	call_list_add(&calls->fresh, call);
	*ret_handle = (uint64_t)call->life << 32 | call->index;
	if (call->system.status || call->prompt.status || call->schema.status) {
		leave(call);
		call_list_add(&calls->unused, call);
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
	call_finish_with(call, CALL_CANCELLED, "cancelled");
}

void calls_end_all(struct calls *calls, const char *reason) { all_down(calls, true, reason); }
