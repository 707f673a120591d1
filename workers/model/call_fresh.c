/* call_fresh.c: a call comes in: the record has its answer, or another one that is not through asks the same, or it is to be sent. See call_private.h.
 *
 * Two documents of equal content ask the same questions at the same time. The second call follows the first: when that is through its answer is in the
 * record, and the second is looked at as if it had just come. Without a record every call is sent. */
#include "workers/model/call_private.h"

#include <stdio.h>
#include <xxhash.h>

enum { ENTRY_BYTES_MAX = 1 << 20 };

/* --- lists ---------------------------------------------------------------------------------------------------------- */

void call_list_add(struct call_list *list, struct call *call)
{
	call->next = NULL;
	call->previous = list->last;
	*(list->last ? &list->last->next : &list->first) = call;
	list->last = call;
}

void call_list_remove(struct call_list *list, struct call *call)
{
	*(call->previous ? &call->previous->next : &list->first) = call->next;
	*(call->next ? &call->next->previous : &list->last) = call->previous;
	call->next = call->previous = NULL;
}

/* --- what is the same ----------------------------------------------------------------------------------------------- */

void call_begin_sameness(struct calls *calls)
{
	struct buffer entry;

	buffer_init(&entry, ENTRY_BYTES_MAX);
	model_dump(calls->model, &entry);
	calls->asked_under = XXH3_64bits_withSeed(buffer_string(&entry), entry.bytes, calls->record ? record_run(calls->record) : 0);
	calls->context_asked = calls->probe->api == CHAT_OLLAMA ? calls->context_tokens : 0;
	buffer_done(&entry);
}

void call_set_key(struct call *call)
{
	const struct calls *calls = call->calls;
	const struct record_question question = {
		.model = calls->probe->model, .api = chat_api_name(calls->probe->api), .format = chat_format_name(calls->probe->format),
		.thinking = calls->model->thinking, .temperature = call->temperature, .max_tokens = call->max_tokens, .seed = calls->seed,
		.context_tokens = calls->context_asked, .system = buffer_view(&call->system), .prompt = buffer_view(&call->prompt),
		.schema = buffer_view(&call->schema),
	};

	call->key = record_key_of(&question);
}

static struct call **bucket_of(const struct call *call)
{
	uint16_t hash;

	memcpy(&hash, call->key.bytes, sizeof(hash));
	return &call->calls->leaders[hash % CALL_LEADER_BUCKETS];
}

/* True: it waits for another one's answer now. False: others may wait for its. */
static bool join(struct call *call)
{
	struct call **bucket = bucket_of(call);

	if (!call->calls->record)
		return false;
	for (struct call *other = *bucket; other; other = other->bucket_next)
		if (memcmp(&other->key, &call->key, sizeof(call->key)) == 0) {
			call->leader = other;
			call_list_add(&other->followers, call);
			call->state = CALL_JOINED;
			call_watch_deadline(call);
			return true;
		}
	call->bucket_next = *bucket;
	call->leads = true;
	*bucket = call;
	return false;
}

void call_part(struct call *call)
{
	if (call->leader)
		call_list_remove(&call->leader->followers, call);
	call->leader = NULL;
	if (!call->leads)
		return;
	struct call **place = bucket_of(call);
	while (*place != call)
		place = &(*place)->bucket_next;
	*place = call->bucket_next;
	call->bucket_next = NULL;
	call->leads = false;
}

/* A refusal is of the question, unless the one that was refused had less time than others have. */
void call_release_followers(struct call *call, const struct call_result *result)
{
	bool same = result->outcome == CALL_REFUSED && !call->deadline_ns;

	for (struct call *follower; (follower = call->followers.first);) {
		if (same) {
			struct call_result refusal = { .outcome = CALL_REFUSED, .too_long = result->too_long, .reason = result->reason, .recorded = true };
			call_finish(follower, &refusal);
			continue;
		}
		call_list_remove(&call->followers, follower);
		follower->leader = NULL;
		follower->state = CALL_FRESH;
		call_list_add(&call->calls->fresh, follower);
	}
}

/* --- coming in ------------------------------------------------------------------------------------------------------ */

void call_refuse_too_long(struct call *call)
{
	char reason[CALL_REASON_BYTES];

	snprintf(reason, sizeof(reason), "the prompt needs about %llu tokens and its answer %llu; the context of %s has %llu",
		 (unsigned long long)call_estimate_tokens(call), (unsigned long long)call->max_tokens, call->calls->probe->model,
		 (unsigned long long)call->calls->context_tokens);
	call_finish_too_long(call, reason);
}

static void queue(struct call *call)
{
	struct calls *calls = call->calls;

	call_list_remove(&calls->fresh, call);
	if (join(call))
		return;
	int status = call_queue_add(&calls->queue, &call->entry, call->group, call->priority);
	if (status < 0) {
		call_part(call);
		call_list_add(&calls->fresh, call);
		calls->status = status;
		return;
	}
	call->state = CALL_WAITING;
	call_watch_deadline(call);
}

void call_look_at_fresh(struct calls *calls)
{
	while (calls->fresh.first && calls->status == 0) {
		struct call *call = calls->fresh.first;
		if (call_answer_from_record(call))
			continue;
		if (!call_fits(call))
			call_refuse_too_long(call);
		else if (calls->endpoint.breaker == ENDPOINT_OPEN)
			call_finish_with(call, CALL_DOWN, "the server is away");
		else
			queue(call);
	}
}
