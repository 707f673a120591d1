/* call_reply.c: what a reply is worth: usable, to be asked for again, or not to be had here. See call.h and call_private.h. */
#include "workers/model/call_private.h"

#include "base/clock.h"
#include "workers/model/schema.h"
#include "workers/model/trouble.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	EARLIER_BYTES_MAX = 64 << 10, /* of a reply that is shown to the model again */
};

static void remember(struct call *call, const char *outcome, const char *reason, struct text reply, struct text thinking, enum repair_rung rung)
{
	struct calls *calls = call->calls;
	struct record_row row = {
		.model = calls->probe->model, .family = call->family, .reply = reply, .thinking = thinking, .outcome = outcome, .reason = reason,
		.prompt_tokens = call->prompt_tokens, .completion_tokens = call->completion_tokens, .cached_tokens = call->cached_tokens,
		.duration_ms = call->started_ns ? (int64_t)((clock_monotonic_ns() - call->started_ns) / 1000000) : 0, .attempts = call->attempts_in_all, .rung = rung,
		.document = call->document, .place = call->place, .asked_under = calls->asked_under,
	};
	int status = calls->record ? record_put(calls->record, call->key, &row, calls->error) : 0;
	if (status < 0 && calls->status == 0)
		calls->status = status;
}

void call_remember_refusal(struct call *call, const char *reason)
{
	remember(call, "refused", reason, TEXT_LITERAL(""), TEXT_LITERAL(""), REPAIR_NONE);
}

/* --- what a reply is worth ------------------------------------------------------------------------------------------ */

/* Borrowed. Its schema is NULL when memory is out. */
static const struct call_schema *schema_of(const struct call *call)
{
	struct calls *calls = call->calls;
	struct text text = buffer_view(&call->schema);

	for (uint32_t i = 0; i < CALL_SCHEMAS_MAX; i++)
		if (calls->schemas[i].schema && text_equal(buffer_view(&calls->schemas[i].text), text))
			return &calls->schemas[i];
	struct call_schema *place = &calls->schemas[calls->schema_next++ % CALL_SCHEMAS_MAX];
	schema_free(place->schema);
	place->schema = schema_read(text);
	buffer_clear(&place->text);
	buffer_clear(&place->form);
	buffer_clear(&place->bounded);
	buffer_append_text(&place->text, text);
	if (place->schema) {
		schema_write_form(place->schema, &place->form);
		schema_write_bounded(place->schema, CALL_BOUNDED_CHARS_MAX, &place->bounded);
	}
	if (place->text.status || place->form.status || place->bounded.status) {
		schema_free(place->schema);
		place->schema = NULL;
	}
	return place;
}

struct text call_form(const struct call *call)
{
	const struct call_schema *parsed = call->schema.bytes ? schema_of(call) : NULL;
	return parsed && parsed->schema ? buffer_view(&parsed->form) : TEXT_LITERAL("");
}

struct text call_bounded_schema(const struct call *call)
{
	const struct call_schema *parsed = schema_of(call);
	return parsed->schema ? buffer_view(&parsed->bounded) : buffer_view(&call->schema);
}

struct text call_beginning(const struct call *call)
{
	struct text form = call_form(call);
	size_t end = 0;

	while (end < form.bytes && form.data[end] != SCHEMA_HOLE_TEXT && form.data[end] != SCHEMA_HOLE_NUMBER)
		end++;
	return text_slice(form, 0, end);
}

void call_forget_schemas(struct calls *calls)
{
	for (uint32_t i = 0; i < CALL_SCHEMAS_MAX; i++) {
		schema_free(calls->schemas[i].schema);
		buffer_done(&calls->schemas[i].text);
		buffer_done(&calls->schemas[i].form);
		buffer_done(&calls->schemas[i].bounded);
	}
}

/* The value or text of a reply. `reason` (CALL_REASON_BYTES) when there is none. */
static int judge_reply(struct call *call, struct text reply, struct call_result *result, char *reason)
{
	struct error_text wrong = { "" };
	int status;

	if (call->schema.bytes == 0) {
		bool cut = call->calls->reply.finish == CHAT_FINISH_LENGTH && !result->recorded;
		result->text = text_trim(reply);
		snprintf(reason, CALL_REASON_BYTES, "%s", cut && result->text.bytes ? "the reply was cut off at its longest" : "the reply is empty");
		return result->text.bytes && !cut ? 0 : ERROR_INPUT_REJECTED;
	}
	const struct schema *schema = schema_of(call)->schema;
	CHECK(schema); /* our own */
	status = repair_reply(reply, schema, &result->value, &result->rung, &wrong);
	result->text = reply;
	if (status < 0)
		snprintf(reason, CALL_REASON_BYTES, "%s", wrong.message);
	return status;
}

static void finish_usable(struct call *call, struct call_result *result)
{
	struct json_object *value = result->value;

	result->outcome = CALL_USABLE;
	call_finish(call, result);
	json_object_put(value);
}

static void finish_as_recorded(struct call *call, const struct record_row *row, struct call_result *result)
{
	result->outcome = strcmp(row->outcome, "refused") == 0 ? CALL_REFUSED : CALL_UNUSABLE;
	result->reason = text_from(row->reason);
	result->text = row->reply;
	if (result->outcome == CALL_REFUSED) /* by the server, or for want of room, without any */
		call->attempts_in_all = (uint32_t)row->attempts;
	call_finish(call, result);
}

/* True when the record had it. */
bool call_answer_from_record(struct call *call)
{
	struct calls *calls = call->calls;
	struct call_result result = { .recorded = true };
	struct record_row row;
	char reason[CALL_REASON_BYTES];

	int found = calls->record ? record_look_up(calls->record, call->key, &row, calls->error) : 0;
	if (found < 0 && calls->status == 0)
		calls->status = found;
	if (found <= 0 || !record_is_settled(calls->record, &row, calls->asked_under))
		return false;
	result.model = row.model;
	result.thinking = row.thinking;
	call->prompt_tokens = row.prompt_tokens;
	call->completion_tokens = row.completion_tokens;
	if (strcmp(row.outcome, "usable") != 0) {
		finish_as_recorded(call, &row, &result);
		return true;
	}
	if (judge_reply(call, row.reply, &result, reason) < 0) { /* usable by an older notion of it: asked again */
		call->prompt_tokens = call->completion_tokens = -1;
		return false;
	}
	finish_usable(call, &result);
	return true;
}

/* --- replies -------------------------------------------------------------------------------------------------------- */

static bool speaks_of(struct text text, struct text beginning)
{
	size_t end = 1; /* {"pairs": … → "pairs" */
	while (end < beginning.bytes && beginning.data[end] != ':')
		end++;
	return end < beginning.bytes && text_find(text, text_slice(beginning, 1, end)) >= 0;
}

bool call_is_continuation(const struct call *call, struct text reply)
{
	struct text trimmed = text_trim(reply);
	bool whole = trimmed.bytes == 0 || trimmed.data[0] == '{' || trimmed.data[0] == '[' || text_starts_with(trimmed, TEXT_LITERAL("```"));
	return !whole && !speaks_of(trimmed, call_beginning(call));
}

/* Takes off what the reply was given to go on with: llama.cpp gives it back before what the model wrote, but not in a stream. */
static void take_off_given(struct call *call)
{
	struct buffer *content = &call->calls->reply.content, *kept = &call->calls->body; /* the request's body is not needed any more */
	struct text given = text_trim(call->guided ? buffer_view(&call->written) : call_beginning(call)), reply = text_trim(buffer_view(content));

	if (!given.bytes || !text_starts_with(reply, given))
		return;
	buffer_clear(kept);
	buffer_append_text(kept, text_slice(reply, given.bytes, reply.bytes));
	buffer_clear(content);
	buffer_append_text(content, buffer_view(kept));
	if (kept->status && !content->status)
		content->status = kept->status;
}

/* Puts the beginning before a reply that goes on with it. */
static void complete(struct call *call)
{
	struct calls *calls = call->calls;
	struct buffer *content = &calls->reply.content, *kept = &calls->body; /* the request's body is not needed any more */
	struct text beginning = call_beginning(call);

	take_off_given(call);
	calls->begun_fine = true;
	call->continued = call_is_continuation(call, buffer_view(content));
	if (!call->continued)
		return;
	buffer_clear(kept);
	buffer_append_text(kept, buffer_view(content));
	buffer_clear(content);
	buffer_append_text(content, beginning);
	buffer_append_text(content, buffer_view(kept));
	if (kept->status && !content->status)
		content->status = kept->status;
}

/* Once more, with the reply and what is wrong with it; or, where a model goes in circles, the question alone, with another seed and hotter. A reply
 * that was too long is asked for in shorter texts where the server keeps to that: what came before says nothing of what the model makes of those, so
 * the first such question is not counted. */
static void ask_again(struct call *call, const char *reason)
{
	const struct chat_reply *reply = &call->calls->reply;
	bool cut = reply->finish == CHAT_FINISH_LENGTH, thought_too_long = cut && reply->content.bytes == 0 && reply->thinking.bytes;
	bool looped = cut && repair_is_loop(buffer_view(&reply->content), REPAIR_LOOP_TIMES, REPAIR_LOOP_BYTES);
	bool bound = cut && !call->bounded && call->schema.bytes > 0 && call->calls->bounds;

	call->asks += !bound || reply->content.bytes == 0;
	call->attempts = 0;
	call->looped = looped || (call->bounded && !bound); /* in short texts too it writes nonsense: a complaint does not help, another seed may */
	call->bounded = call->bounded || bound;
	buffer_clear(&call->earlier);
	buffer_clear(&call->complaint);
	if (call->begun && call->continued) {
		call_guide_begin(call);
	} else if (thought_too_long) {
		call->think = 0;
	} else if (!call->looped && reply->content.bytes <= EARLIER_BYTES_MAX) {
		buffer_append_text(&call->earlier, buffer_view(&reply->content));
		buffer_append_format(&call->complaint, "That reply cannot be used: %s.%s Reply again, with the JSON alone.", reason,
				     reply->finish == CHAT_FINISH_LENGTH ? " It was also cut off because it was too long: be brief." : "");
	}
	if (call->earlier.status || call->complaint.status || !call_fits(call)) { /* the question alone, with another seed */
		buffer_clear(&call->earlier);
		buffer_clear(&call->complaint);
	}
	call_wait_again(call);
}

void call_take_reply(struct call *call)
{
	struct chat_reply *reply = &call->calls->reply;
	struct call_result result = { .thinking = buffer_view(&reply->thinking) };
	char reason[CALL_REASON_BYTES];

	if (call->begun && !call->guided)
		complete(call);
	call_add_tokens(call, reply);
	if (!call->circles && call_was_cut(call, reply)) {
		snprintf(reason, sizeof(reason), "the server read only %lld tokens of a prompt of about %llu: its context is shorter than it says; "
			 "load the model with a longer one", (long long)reply->prompt_tokens, (unsigned long long)call_estimate_tokens(call));
		call_finish_too_long(call, reason);
		return;
	}
	/* Asked for a value, a model may write all of the reply at last. */
	bool anew = call->guided && !call_is_continuation(call, buffer_view(&reply->content));
	bool usable = anew && judge_reply(call, buffer_view(&reply->content), &result, reason) == 0;
	if (call->guided && !usable)
		take_off_given(call);
	int guided = call->guided && !usable ? call_guide_take(call, reason) : 1;
	if (guided == 0) {
		call->attempts = 0;
		call_wait_again(call);
		return;
	}
	if (usable || (guided == 1 && judge_reply(call, buffer_view(&reply->content), &result, reason) == 0)) {
		result.rung = call->guided && !usable && result.rung == REPAIR_NONE ? REPAIR_GUIDED : result.rung;
		remember(call, "usable", "", buffer_view(&reply->content), result.thinking, result.rung);
		finish_usable(call, &result);
		return;
	}
	bool goes_on = call->begun && call->continued && !call->guided; /* if only in its last reply: it can be asked value by value */
	if (call->asks + 1 < CALL_ASKS_MAX || goes_on) {
		ask_again(call, reason);
		return;
	}
	remember(call, "unusable", reason, buffer_view(&reply->content), result.thinking, REPAIR_NONE);
	result.outcome = CALL_UNUSABLE;
	result.reason = text_from(reason);
	result.text = buffer_view(&reply->content);
	call_finish(call, &result);
}

bool call_is_whole(const struct call *call, const struct http_response *response)
{
	bool lost = response->outcome == HTTP_BROKEN || response->outcome == HTTP_TIMED_OUT;
	return lost && response->status == 200 && chat_is_complete(call->calls->probe->api, response->body);
}

void call_describe_failure(const struct http_response *response, const char *unreadable, char *reason)
{
	char message[160], advice[160];

	trouble_advise(response, advice, sizeof(advice));
	if (unreadable[0]) {
		snprintf(reason, CALL_REASON_BYTES, "HTTP status %ld, but %s", response->status, unreadable);
		return;
	}
	if (response->outcome != HTTP_ANSWERED) {
		snprintf(reason, CALL_REASON_BYTES, "%s: %s%s%.150s", http_outcome_name(response->outcome), response->message, advice[0] ? "; " : "", advice);
		return;
	}
	chat_error_message(response->body, message, sizeof(message));
	snprintf(reason, CALL_REASON_BYTES, "HTTP status %ld%s%s%s%.150s", response->status, message[0] ? ": " : "", message, advice[0] ? "; " : "", advice);
}
