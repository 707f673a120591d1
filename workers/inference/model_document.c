/* model_document.c: see model_document.h. */
#include "workers/inference/model_document.h"

#include "workers/inference/model_batches.h"
#include "workers/inference/model_recorded.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum {
	PROMPT_BYTES_MAX = 64 << 20,
	PLANS_MAX = 4,                 /* of a document whose prompts turn out to be too long: each for half the context of the one before, or what was seen */
	CONTEXT_TOKENS_LEAST = 1024,   /* with less there is no room for a question */
	CONTEXT_TOKENS_UNKNOWN = 16384,
};
#define UNUSABLE_SHARE 0.2 /* of the main calls: with more of them missing another model is to try */

struct pending { /* a call under way, or to be made */
	struct model_document *document;
	struct buffer numbered; /* what it is about, when that is not the document alone */
	uint32_t index;
	uint64_t handle;
	bool under_way;
	bool refused; /* by the server: it may do it another time */
};

struct model_document {
	const struct model_context *context;
	struct worker_task task;
	struct record_key key;
	uint32_t pairs_wanted;
	struct compose_call *calls;
	struct pending *pending;
	size_t count, capacity, left;
	struct recorded recorded; /* what was there when it came */
	struct pair_scores *scores; /* with an embedder, of what this worker has pairs of; else NULL */
	uint64_t measuring_handle;
	uint64_t context_tokens; /* that it was planned for */
	uint32_t plans;
	bool too_long; /* a prompt was more than the server reads */
	bool judging, measuring;
	bool down, cancelled, asking; /* asking: begin is not through */
	int status; /* of measuring */
	model_document_ended *ended;
	void *owner;
};

/* --- replies --------------------------------------------------------------------------------------------------------------- */

static int measure(struct model_document *document);
static int plan_again(struct model_document *document);

static void measured(void *owner)
{
	struct model_document *document = owner;

	document->measuring = false;
	if (!document->cancelled)
		document->ended(document->owner, document);
}

static void end_if_through(struct model_document *document)
{
	if (document->left > 0 || document->asking || document->cancelled)
		return;
	int status = document->too_long && !document->down ? plan_again(document) : 0;
	if (status == 0 && document->left > 0)
		return;
	if (status == 0)
		status = measure(document);
	document->status = status < 0 ? status : 0;
	document->measuring = status == 1;
	if (status < 1)
		document->ended(document->owner, document);
}

static void keep_reply(struct model_reply *reply, const struct call_result *result)
{
	snprintf(reply->model, sizeof(reply->model), "%s", result->model ? result->model : "");
	snprintf(reply->reason, sizeof(reply->reason), "%.*s", (int)size_min(result->reason.bytes, sizeof(reply->reason) - 1),
		 result->reason.data ? result->reason.data : "");
	if (result->outcome == CALL_USABLE) {
		reply->state = MODEL_REPLY_USABLE;
		reply->value = json_object_get(result->value);
		buffer_append_text(&reply->thinking, result->thinking);
	} else if (result->outcome == CALL_UNUSABLE || result->outcome == CALL_REFUSED) {
		reply->state = result->outcome == CALL_UNUSABLE ? MODEL_REPLY_UNUSABLE : MODEL_REPLY_REFUSED;
		buffer_append_text(&reply->raw, text_slice(result->text, 0, size_min(result->text.bytes, MODEL_RAW_BYTES_MAX / 2)));
	}
}

static void take_result(void *owner, const struct call_result *result)
{
	struct pending *pending = owner;
	struct model_document *document = pending->document;

	pending->under_way = false;
	pending->refused = result->outcome == CALL_REFUSED && !result->too_long;
	keep_reply(&document->calls[pending->index].reply, result);
	document->down |= result->outcome == CALL_DOWN;
	document->too_long |= result->too_long;
	document->left--;
	end_if_through(document);
}

/* --- asking ---------------------------------------------------------------------------------------------------------------- */

static struct plan_limits limits_of(const struct model_context *context)
{
	return (struct plan_limits){ .context_tokens = calls_context_tokens(context->calls),
				     .reply_tokens = context->settings->models[context->model_index].max_tokens,
				     .in_words = context->probe->format != CHAT_FORMAT_SCHEMA };
}

/* Names of items in the piece, for the model not to find them again. */
static void write_known(const struct document *document, const struct plan_call *call, struct buffer *out)
{
	enum { KNOWN_BYTES_MAX = 600 };

	for (uint32_t i = 0; call->items && i < document->item_count && out->bytes < KNOWN_BYTES_MAX; i++) {
		const struct document_item *item = &document->items[i];
		if (item->span.offset < call->span.offset || item->span.offset >= call->span.offset + call->span.bytes)
			continue;
		buffer_append_string(out, out->bytes ? ", " : "");
		buffer_append_text(out, document_item_value(document, item, DOCUMENT_KEY_NAME));
	}
}

/* One request. */
static int ask(struct model_document *document, uint32_t index, const struct plan_limits *limits)
{
	const struct model_context *context = document->context;
	struct plan_call *call = &document->calls[index].call;
	struct pending *pending = &document->pending[index];
	struct buffer prompt, schema, known;

	buffer_init(&prompt, PROMPT_BYTES_MAX);
	buffer_init(&schema, PROMPT_BYTES_MAX);
	buffer_init(&known, PROMPT_BYTES_MAX);
	write_known(&document->task.document, call, &known);
	const struct plan_texts texts = { .known = buffer_view(&known), .numbered = buffer_view(&pending->numbered) };
	plan_write_prompt(context->settings, &document->task.document, context->prompts, call, &texts, limits->in_words, &prompt);
	plan_write_schema(context->settings, call, limits->in_words, &schema);
	const struct call_request request = {
		.system = buffer_view(&context->prompts->texts[PROMPT_SYSTEM]), .prompt = buffer_view(&prompt), .schema = buffer_view(&schema),
		.family = plan_family_name(call->family), .document = document->key, .place = call->place, .max_tokens = call->max_tokens,
		.temperature = -1, .group = XXH3_64bits_withSeed(&call->span, sizeof(call->span), document->task.descriptor.task_id),
		.priority = document->recorded.count > 0, .done = take_result, .owner = pending,
	};
	pending->document = document;
	pending->index = index;
	int status = prompt.status ? prompt.status : schema.status ? schema.status : known.status;
	if (status == 0)
		status = calls_add(context->calls, &request, &pending->handle);
	pending->under_way = status == 0;
	document->left += status == 0;
	buffer_done(&prompt);
	buffer_done(&schema);
	buffer_done(&known);
	return status;
}

/* One more call; its place in the document's list, or -ENOMEM. */
static int64_t add_call(struct model_document *document, const struct plan_call *call)
{
	if (document->count == document->capacity) {
		size_t capacity = document->capacity ? document->capacity * 2 : 8;
		struct compose_call *calls = reallocarray(document->calls, capacity, sizeof(*calls));
		if (calls)
			document->calls = calls;
		struct pending *pending = calls ? reallocarray(document->pending, capacity, sizeof(*pending)) : NULL;
		if (!pending)
			return -ENOMEM;
		document->pending = pending;
		document->capacity = capacity;
	}
	document->calls[document->count].call = *call;
	model_reply_init(&document->calls[document->count].reply);
	document->pending[document->count] = (struct pending){ .document = document };
	buffer_init(&document->pending[document->count].numbered, PROMPT_BYTES_MAX);
	return (int64_t)document->count++;
}

/* Moves a reply that the record had to where it belongs. */
static void take_recorded(struct model_reply *from, struct model_reply *to)
{
	struct model_reply empty = *to;
	*to = *from;
	*from = empty;
}

static int add_batches(struct model_document *document, const struct plan_limits *limits, const struct conversation_set *set, struct model_batches *batches)
{
	for (size_t i = 0; i < batches->count; i++) {
		if (batches->items[i].call.family == PLAN_JUDGE)
			model_batch_fit(set, &batches->items[i], plan_piece_bytes_max(limits));
		int64_t index = add_call(document, &batches->items[i].call);
		if (index < 0)
			return (int)index;
		model_batch_write(set, &batches->items[i], &document->pending[index].numbered);
	}
	return 0;
}

/* Some of the rules' questions are to be put in other words. */
static int plan_rewriting(struct model_document *document, const struct plan_limits *limits)
{
	const struct model_context *context = document->context;
	struct compose_block rules = { .data = NULL };
	struct model_batches batches = { NULL, 0 };

	if (compose_mode_of(context->settings) != COMPOSE_HYBRID || context->settings->generate.rewrite <= 0)
		return 0;
	int status = compose_rules(context->settings, context->domain, &document->task.document, &rules);
	if (status == 0)
		status = model_batches_rewrite(context->settings, context->domain, &document->task.document, &rules.set, plan_reply_tokens(limits), &batches);
	if (status == 0)
		status = add_batches(document, limits, &rules.set, &batches);
	model_batches_done(&batches);
	compose_block_done(&rules);
	return status;
}

static int plan_writing(struct model_document *document, const struct plan_limits *limits)
{
	const struct model_context *context = document->context;
	struct plan plan = { NULL, 0, 0 };
	int status = plan_make(context->settings, context->domain, &document->task.document, limits, &plan);

	document->pairs_wanted = plan.pairs_wanted;
	for (size_t i = 0; i < plan.count && status == 0; i++)
		status = add_call(document, &plan.calls[i]) < 0 ? -ENOMEM : 0;
	plan_done(&plan);
	return status == 0 ? plan_rewriting(document, limits) : status;
}

/* The judge composes what others wrote, from the record, and is asked about it. */
static int plan_judging(struct model_document *document, const struct plan_limits *limits)
{
	const struct model_context *context = document->context;
	const struct document *source = &document->task.document;
	const struct compose_request request = { .settings = context->settings, .domain = context->domain, .document = source,
						 .calls = document->recorded.calls, .call_count = document->recorded.count, .last = true };
	struct conversation_builder *builder = NULL;
	struct compose_block block = { .data = NULL };
	struct model_batches batches = { NULL, 0 };
	struct compose_counts counts;
	int status = 0;

	for (size_t i = 0; i < document->recorded.count; i++) /* the judge looks at what is there before any judgement */
		if (document->recorded.calls[i].call.family == PLAN_JUDGE)
			document->recorded.calls[i].call.place[0] = '\0';
	status = recorded_conversations(context->record, &request, &builder, &counts, NULL);
	if (status == 0)
		status = compose_block_of(builder, &block);
	if (status == 0)
		status = model_batches_judge(source, &block.set, plan_reply_tokens(limits), &batches);
	for (size_t i = 0; i < document->recorded.count && status == 0; i++) {
		int64_t index = document->recorded.calls[i].call.place[0] ? add_call(document, &document->recorded.calls[i].call) : 0;
		status = index < 0 ? (int)index : 0;
		if (status == 0 && document->recorded.calls[i].call.place[0])
			take_recorded(&document->recorded.calls[i].reply, &document->calls[index].reply);
	}
	if (status == 0)
		status = add_batches(document, limits, &block.set, &batches);
	model_batches_done(&batches);
	compose_block_done(&block);
	conversation_builder_destroy(builder);
	return status;
}

/* Asks for what the record has not. */
static int ask_all(struct model_document *document, const struct plan_limits *limits)
{
	int status = 0;

	for (uint32_t i = 0; i < document->count && status == 0; i++) {
		struct compose_call *one = &document->calls[i];
		struct model_reply *known = one->reply.state == MODEL_REPLY_NONE ? recorded_reply(&document->recorded, one->call.place) : NULL;
		if (known)
			take_recorded(known, &one->reply);
		if (one->reply.state == MODEL_REPLY_NONE)
			status = ask(document, i, limits);
	}
	return status;
}

static int plan_and_ask(struct model_document *document, const struct plan_limits *limits, struct error_text *error)
{
	const struct model_context *context = document->context;
	int status = recorded_load(context->record, document->key, context->settings, &document->task.document, &document->recorded, error);

	document->context_tokens = limits->context_tokens;
	document->plans++;
	document->too_long = false;
	document->asking = true;
	if (status == 0)
		status = document->judging ? plan_judging(document, limits) : plan_writing(document, limits);
	if (status == 0)
		status = ask_all(document, limits);
	document->asking = false;
	return status;
}

static void forget_calls(struct model_document *document)
{
	for (size_t i = 0; i < document->count; i++) {
		model_reply_done(&document->calls[i].reply);
		buffer_done(&document->pending[i].numbered);
	}
	document->count = 0;
	recorded_done(&document->recorded);
}

/* In smaller pieces. Nothing is lost: the record has every reply that is of use. */
static int plan_again(struct model_document *document)
{
	struct plan_limits limits = limits_of(document->context);
	uint64_t planned = document->context_tokens ? document->context_tokens : 2 * CONTEXT_TOKENS_UNKNOWN;

	if (limits.context_tokens == 0 || limits.context_tokens >= planned)
		limits.context_tokens = planned / 2;
	if (document->plans == PLANS_MAX || limits.context_tokens < CONTEXT_TOKENS_LEAST)
		return 0;
	forget_calls(document);
	return plan_and_ask(document, &limits, NULL);
}

static bool is_judge(const struct model_context *context)
{
	return model_use_of(&context->settings->models[context->model_index]) == MODEL_JUDGE;
}

int model_document_begin(const struct model_context *context, const struct worker_task *task, model_document_ended *ended, void *owner,
			 struct model_document **ret_document, struct error_text *error)
{
	struct model_document *document = calloc(1, sizeof(*document));

	if (!document)
		return error_set(error, -ENOMEM, "out of memory");
	*document = (struct model_document){ .context = context, .task = *task, .ended = ended, .owner = owner,
					     .judging = is_judge(context), .key = recorded_key(context->configuration, &task->document) };
	struct plan_limits limits = limits_of(context);
	int status = plan_and_ask(document, &limits, error);
	if (status < 0) {
		model_document_destroy(document);
		return error_set(error, status, "cannot ask about a document: %s", error_describe(status));
	}
	*ret_document = document;
	end_if_through(document);
	return 0;
}

void model_document_destroy(struct model_document *document)
{
	if (!document)
		return;
	document->cancelled = true;
	for (size_t i = 0; i < document->count; i++)
		if (document->pending[i].under_way)
			calls_cancel(document->context->calls, document->pending[i].handle);
	if (document->measuring)
		pair_embedder_cancel(document->context->embedder, document->measuring_handle);
	pair_scores_destroy(document->scores);
	forget_calls(document);
	free(document->calls);
	free(document->pending);
	free(document);
}

const struct worker_task *model_document_task(const struct model_document *document) { return &document->task; }
size_t model_document_calls(const struct model_document *document) { return document->left; }

bool model_document_is_begun(const struct model_document *document)
{
	bool begun = document->left == 0 || document->recorded.count > 0;

	for (size_t i = 0; i < document->count && !begun; i++)
		begun = !document->pending[i].under_way || calls_is_sent(document->context->calls, document->pending[i].handle);
	return begun;
}

/* --- the end ---------------------------------------------------------------------------------------------------------------- */

/* Is there a generating model that has not tried this document? */
static bool others_left(const struct model_document *document)
{
	const struct settings *settings = document->context->settings;

	for (uint32_t i = 0; i < settings->model_count; i++)
		if (i != document->context->model_index && model_use_of(&settings->models[i]) == MODEL_GENERATE &&
		    !(document->task.descriptor.argument & (1u << i)))
			return true;
	return false;
}

static bool too_many_missing(const struct model_document *document)
{
	size_t main_calls = 0, missing = 0;

	for (size_t i = 0; i < document->count; i++) {
		main_calls += document->calls[i].call.family == PLAN_PAIRS;
		missing += document->calls[i].call.family == PLAN_PAIRS && document->calls[i].reply.state != MODEL_REPLY_USABLE;
	}
	return missing > 0 && (double)missing > UNUSABLE_SHARE * (double)main_calls;
}

/* Are the pairs to be seen by a judge before they are done? */
static bool wants_judge(const struct model_document *document, const struct compose_counts *counts)
{
	const struct settings *settings = document->context->settings;
	bool judge = false;

	for (uint32_t i = 0; i < settings->model_count; i++)
		judge |= model_use_of(&settings->models[i]) == MODEL_JUDGE;
	return judge && !document->judging && counts->model_accepted > 0;
}

/* With pieces of another size an earlier model may have left replies that are in no call of this plan. */
static int add_other_recorded(struct model_document *document)
{
	for (size_t i = 0; i < document->recorded.count; i++) {
		struct compose_call *other = &document->recorded.calls[i];
		if (other->reply.state != MODEL_REPLY_USABLE || other->call.family == PLAN_JUDGE)
			continue;
		int64_t index = add_call(document, &other->call);
		if (index < 0)
			return (int)index;
		take_recorded(&other->reply, &document->calls[index].reply);
	}
	return 0;
}

/* `family`: PLAN_FAMILY_COUNT for any. */
static bool is_refused(const struct model_document *document, enum plan_family family)
{
	for (size_t i = 0; i < document->count; i++)
		if (document->pending[i].refused && (family == PLAN_FAMILY_COUNT || document->calls[i].call.family == family))
			return true;
	return false;
}

/* What a later run may have, with a server that does its part. */
static uint32_t what_it_lacks(const struct model_document *document, bool missing)
{
	if (document->judging)
		return is_refused(document, PLAN_JUDGE) ? DESCRIPTOR_LACKS_MARKS : 0;
	if (!missing)
		return is_refused(document, PLAN_FAMILY_COUNT) ? DESCRIPTOR_LACKS_SOME : 0;
	return is_refused(document, PLAN_PAIRS) ? DESCRIPTOR_LACKS_REFUSED : DESCRIPTOR_LACKS_REPLIES;
}

static bool goes_on(const struct model_document *document, bool missing, enum descriptor_next *ret_next)
{
	*ret_next = document->down ? DESCRIPTOR_NEXT_DOWN : is_refused(document, PLAN_PAIRS) ? DESCRIPTOR_NEXT_REFUSED : DESCRIPTOR_NEXT_UNUSABLE;
	return document->down || (missing && !document->judging && others_left(document));
}

static bool is_last(const struct model_document *document) { return document->task.descriptor.argument & DESCRIPTOR_GENERATE_LAST; }

static struct compose_request request_of(const struct model_document *document, bool missing)
{
	return (struct compose_request){
		.settings = document->context->settings, .domain = document->context->domain, .document = &document->task.document, .calls = document->calls,
		.call_count = document->count, .pairs_wanted = document->pairs_wanted, .scores = document->scores, .last = is_last(document) || missing,
	};
}

/* What the pairs will be is found by composing them; then they are measured. The judge takes the scores that they came with. 1: wait. */
static int measure(struct model_document *document)
{
	struct conversation_builder *builder = NULL;
	struct compose_counts counts;
	enum descriptor_next next;
	bool missing = too_many_missing(document);

	if (!document->context->embedder || document->judging || (!is_last(document) && goes_on(document, missing, &next)))
		return 0;
	document->scores = pair_scores_create();
	int status = document->scores ? 0 : -ENOMEM;
	if (status == 0 && missing)
		status = add_other_recorded(document);
	const struct compose_request request = request_of(document, missing);
	if (status == 0)
		status = compose_conversations(&request, &builder, &counts);
	conversation_builder_destroy(builder);
	return status == 0 ? pair_embedder_measure(document->context->embedder, document->scores, measured, document, &document->measuring_handle, NULL) : status;
}

int model_document_finish(struct model_document *document, struct model_document_result *ret_result)
{
	const struct model_context *context = document->context;
	bool last = is_last(document), missing = too_many_missing(document);

	*ret_result = (struct model_document_result){ .outcome = MODEL_DOCUMENT_NEXT };
	if (document->status < 0)
		return document->status;
	if (!last && goes_on(document, missing, &ret_result->next))
		return 0;
	int status = missing && !document->scores ? add_other_recorded(document) : 0; /* else measure did it */
	const struct compose_request request = request_of(document, missing);
	if (status == 0)
		status = document->judging ? recorded_conversations(context->record, &request, &ret_result->builder, &ret_result->counts, NULL) :
					     compose_conversations(&request, &ret_result->builder, &ret_result->counts);
	if (status < 0)
		return status;
	if (!last && wants_judge(document, &ret_result->counts)) {
		conversation_builder_destroy(ret_result->builder);
		ret_result->builder = NULL;
		ret_result->next = DESCRIPTOR_NEXT_JUDGE;
		return 0;
	}
	ret_result->outcome = MODEL_DOCUMENT_DONE;
	bool lexical = ret_result->counts.lexical || (document->scores && !pair_scores_are_known(document->scores));
	ret_result->lacks = what_it_lacks(document, missing) | (lexical ? DESCRIPTOR_LACKS_VECTORS : 0);
	return 0;
}
