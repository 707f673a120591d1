/* model_document.c: see model_document.h. */
#include "workers/inference/model_document.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { PROMPT_BYTES_MAX = 64 << 20 };
#define UNUSABLE_SHARE 0.2 /* of the main calls: with more of them missing another model is to try */

struct pending { /* a call under way */
	struct model_document *document;
	uint32_t index;
	uint64_t handle;
	bool under_way;
};

struct model_document {
	const struct model_context *context;
	struct worker_task task;
	struct record_key key;
	struct plan plan;
	struct compose_call *calls;
	struct pending *pending;
	size_t count, left;
	bool down, cancelled, asking; /* asking: begin is not through */
	model_document_ended *ended;
	void *owner;
};

/* --- keys ---------------------------------------------------------------------------------------------------------------- */

uint64_t model_configuration(const struct settings *settings, const struct prompts *prompts)
{
	struct buffer text;

	buffer_init(&text, PROMPT_BYTES_MAX);
	settings_dump_content(settings, &text);
	prompts_append_all(prompts, &text);
	uint64_t hash = XXH3_64bits(buffer_string(&text), text.bytes);
	buffer_done(&text);
	return hash;
}

struct record_key model_document_key(uint64_t configuration, const struct document *document)
{
	struct record_key key;
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(document->markdown.data ? document->markdown.data : "", document->markdown.bytes, configuration));
	_Static_assert(sizeof(canonical) == sizeof(key), "16 bytes");
	memcpy(&key, &canonical, sizeof(key));
	return key;
}

/* --- replies --------------------------------------------------------------------------------------------------------------- */

static void end_if_through(struct model_document *document)
{
	if (document->left == 0 && !document->asking && !document->cancelled)
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
	keep_reply(&document->calls[pending->index].reply, result);
	document->down |= result->outcome == CALL_DOWN;
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
	const struct plan_texts texts = { .known = buffer_view(&known) };
	plan_write_prompt(context->settings, &document->task.document, context->prompts, call, &texts, limits->in_words, &prompt);
	plan_write_schema(context->settings, call, &schema);
	const struct call_request request = {
		.system = buffer_view(&context->prompts->texts[PROMPT_SYSTEM]), .prompt = buffer_view(&prompt), .schema = buffer_view(&schema),
		.family = plan_family_name(call->family), .document = document->key, .place = call->place, .max_tokens = call->max_tokens,
		.temperature = -1, .group = XXH3_64bits_withSeed(&call->span, sizeof(call->span), document->task.descriptor.task_id),
		.priority = CALL_PRIORITIES - 1, .done = take_result, .owner = pending,
	};
	*pending = (struct pending){ .document = document, .index = index };
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

static int prepare(struct model_document *document, const struct plan_limits *limits)
{
	const struct model_context *context = document->context;
	int status = plan_make(context->settings, context->domain, &document->task.document, limits, &document->plan);

	if (status < 0)
		return status;
	document->calls = calloc(document->plan.count + 1, sizeof(*document->calls));
	document->pending = calloc(document->plan.count + 1, sizeof(*document->pending));
	if (!document->calls || !document->pending)
		return -ENOMEM;
	for (size_t i = 0; i < document->plan.count; i++) {
		document->calls[i].call = document->plan.calls[i];
		model_reply_init(&document->calls[i].reply);
	}
	document->count = document->plan.count;
	return 0;
}

int model_document_begin(const struct model_context *context, const struct worker_task *task, model_document_ended *ended, void *owner,
			 struct model_document **ret_document, struct error_text *error)
{
	struct model_document *document = calloc(1, sizeof(*document));

	if (!document)
		return error_set(error, -ENOMEM, "out of memory");
	*document = (struct model_document){ .context = context, .task = *task, .asking = true, .ended = ended, .owner = owner,
					     .key = model_document_key(context->configuration, &task->document) };
	struct plan_limits limits = limits_of(context);
	int status = prepare(document, &limits);
	for (uint32_t i = 0; i < document->count && status == 0; i++)
		status = ask(document, i, &limits);
	if (status < 0) {
		model_document_destroy(document);
		return error_set(error, status, "cannot ask about a document: %s", error_describe(status));
	}
	*ret_document = document;
	document->asking = false;
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
	for (size_t i = 0; i < document->count; i++)
		model_reply_done(&document->calls[i].reply);
	plan_done(&document->plan);
	free(document->calls);
	free(document->pending);
	free(document);
}

const struct worker_task *model_document_task(const struct model_document *document) { return &document->task; }
size_t model_document_calls(const struct model_document *document) { return document->left; }

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

int model_document_finish(struct model_document *document, struct model_document_result *ret_result)
{
	const struct model_context *context = document->context;
	bool last = document->task.descriptor.argument & DESCRIPTOR_GENERATE_LAST, missing = too_many_missing(document);

	*ret_result = (struct model_document_result){ .outcome = MODEL_DOCUMENT_NEXT };
	if (!last && document->down) {
		ret_result->next = DESCRIPTOR_NEXT_DOWN;
		return 0;
	}
	if (!last && missing && others_left(document)) {
		ret_result->next = DESCRIPTOR_NEXT_UNUSABLE;
		return 0;
	}
	const struct compose_request request = {
		.settings = context->settings, .domain = context->domain, .document = &document->task.document, .calls = document->calls,
		.call_count = document->count, .pairs_wanted = document->plan.pairs_wanted, .last = last || missing,
	};
	ret_result->outcome = MODEL_DOCUMENT_DONE;
	return compose_conversations(&request, &ret_result->builder, &ret_result->counts);
}
