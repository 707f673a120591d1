/* model_recorded.c: see model_recorded.h. */
#include "workers/inference/model_recorded.h"

#include "workers/inference/model_batches.h"
#include "workers/inference/pair_record.h"
#include "workers/model/repair.h"
#include "workers/model/schema.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { CONFIGURATION_BYTES_MAX = 64 << 20, SCHEMA_BYTES_MAX = 1 << 20, CALLS_MAX = 1 << 20 };

struct loading {
	struct recorded *recorded;
	const struct settings *settings;
	const struct document *document;
	size_t capacity;
};

int recorded_open(struct record **ret_record, const char *path, struct error_text *error)
{
	struct error_text said = { "" };
	int status = record_open(ret_record, path, &said);

	if (status == 1)
		fprintf(stderr, "worker-inference: %s\n", said.message);
	return status < 0 ? error_set(error, status, "%s", said.message) : 0;
}

uint64_t recorded_configuration(const struct settings *settings, const struct prompts *prompts)
{
	struct buffer text;

	buffer_init(&text, CONFIGURATION_BYTES_MAX);
	settings_dump_content(settings, &text);
	prompts_append_all(prompts, &text);
	uint64_t hash = XXH3_64bits(buffer_string(&text), text.bytes);
	buffer_done(&text);
	return hash;
}

struct record_key recorded_key(uint64_t configuration, const struct document *document)
{
	struct record_key key;
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(document->markdown.data ? document->markdown.data : "", document->markdown.bytes, configuration));
	_Static_assert(sizeof(canonical) == sizeof(key), "16 bytes");
	memcpy(&key, &canonical, sizeof(key));
	return key;
}

/* The call that a row is of. False when it is none of this document. */
static bool read_call(const struct loading *loading, const struct record_row *row, struct plan_call *ret_call)
{
	const struct document *document = loading->document;
	struct plan_call call = { .count = PLAN_PAIRS_PER_CALL_MAX };
	int family = 0, used = 0;

	while (family < PLAN_FAMILY_COUNT && strcmp(plan_family_name((enum plan_family)family), row->family) != 0)
		family++;
	if (family == PLAN_FAMILY_COUNT || strlen(row->place) >= sizeof(call.place) ||
	    sscanf(row->place, "%*15s %9u+%9u%n", &call.span.offset, &call.span.bytes, &used) != 2 || used == 0)
		return false;
	if ((uint64_t)call.span.offset + call.span.bytes > document->markdown.bytes || document->chunk_count == 0)
		return false;
	call.family = (enum plan_family)family;
	call.chunk = pair_gate_chunk(document, call.span.offset);
	if (document->chunks[call.chunk].span.offset == call.span.offset)
		call.header = document->chunks[call.chunk].header;
	memset(call.kinds, 1, sizeof(call.kinds));
	call.count = family == PLAN_REWRITE || family == PLAN_JUDGE ? BATCH_MAX : PLAN_PAIRS_PER_CALL_MAX;
	call.summary = family == PLAN_PAIRS && loading->settings->generate.summaries;
	call.items = family == PLAN_PAIRS && loading->settings->generate.top_up;
	snprintf(call.place, sizeof(call.place), "%s", row->place);
	*ret_call = call;
	return true;
}

static void read_reply(const struct loading *loading, const struct plan_call *call, const struct record_row *row, struct model_reply *reply)
{
	struct error_text wrong = { "" };
	struct buffer schema_text;
	enum repair_rung rung;

	snprintf(reply->model, sizeof(reply->model), "%s", row->model);
	snprintf(reply->reason, sizeof(reply->reason), "%s", row->reason ? row->reason : "");
	reply->state = strcmp(row->outcome, "refused") == 0 ? MODEL_REPLY_REFUSED : MODEL_REPLY_UNUSABLE;
	if (strcmp(row->outcome, "usable") == 0) {
		buffer_init(&schema_text, SCHEMA_BYTES_MAX);
		plan_write_schema(loading->settings, call, true, &schema_text);
		struct schema *schema = schema_read(buffer_view(&schema_text));
		CHECK(schema); /* our own */
		if (repair_reply(row->reply, schema, &reply->value, &rung, &wrong) == 0)
			reply->state = MODEL_REPLY_USABLE;
		schema_free(schema);
		buffer_done(&schema_text);
	}
	if (reply->state == MODEL_REPLY_USABLE)
		buffer_append_text(&reply->thinking, row->thinking);
	else
		buffer_append_text(&reply->raw, text_slice(row->reply, 0, size_min(row->reply.bytes, MODEL_RAW_BYTES_MAX / 2)));
}

static int add_row(void *context, const struct record_row *row)
{
	struct loading *loading = context;
	struct recorded *recorded = loading->recorded;
	struct plan_call call;

	if (recorded->count > 0 && strcmp(recorded->calls[recorded->count - 1].call.place, row->place) == 0)
		return 0; /* the better one came first */
	if (recorded->count == CALLS_MAX || !read_call(loading, row, &call))
		return 0;
	if (recorded->count == loading->capacity) {
		size_t capacity = loading->capacity ? loading->capacity * 2 : 16;
		struct compose_call *calls = reallocarray(recorded->calls, capacity, sizeof(*calls));
		if (!calls)
			return -ENOMEM;
		recorded->calls = calls;
		loading->capacity = capacity;
	}
	struct compose_call *one = &recorded->calls[recorded->count++];
	one->call = call;
	model_reply_init(&one->reply);
	read_reply(loading, &call, row, &one->reply);
	return 0;
}

static int in_order(const void *a, const void *b)
{
	const struct plan_call *left = &((const struct compose_call *)a)->call, *right = &((const struct compose_call *)b)->call;
	if (left->span.offset != right->span.offset)
		return left->span.offset < right->span.offset ? -1 : 1;
	if (left->family != right->family)
		return left->family < right->family ? -1 : 1;
	return strcmp(left->place, right->place);
}

int recorded_load(struct record *record, struct record_key key, const struct settings *settings, const struct document *document,
		  struct recorded *ret_recorded, struct error_text *error)
{
	struct loading loading = { .recorded = ret_recorded, .settings = settings, .document = document };

	*ret_recorded = (struct recorded){ NULL, 0 };
	int status = record_of_document(record, key, add_row, &loading, error);
	if (ret_recorded->count)
		qsort(ret_recorded->calls, ret_recorded->count, sizeof(*ret_recorded->calls), in_order);
	return status;
}

void recorded_done(struct recorded *recorded)
{
	for (size_t i = 0; i < recorded->count; i++)
		model_reply_done(&recorded->calls[i].reply);
	free(recorded->calls);
	*recorded = (struct recorded){ NULL, 0 };
}

struct model_reply *recorded_reply(const struct recorded *recorded, const char *place)
{
	for (size_t i = 0; i < recorded->count; i++)
		if (recorded->calls[i].reply.state == MODEL_REPLY_USABLE && strcmp(recorded->calls[i].call.place, place) == 0)
			return &recorded->calls[i].reply;
	return NULL;
}

int recorded_conversations(struct record *record, const struct compose_request *request, struct conversation_builder **ret_builder,
			   struct compose_counts *ret_counts, struct error_text *error)
{
	const struct model_settings *model = pair_record_model(request->settings);
	struct compose_request scored = *request;

	if (!model)
		return compose_conversations(request, ret_builder, ret_counts);
	scored.scores = pair_scores_create();
	struct conversation_builder *builder = NULL;
	int status = scored.scores ? compose_conversations(&scored, &builder, ret_counts) : -ENOMEM;
	int known = status == 0 ? pair_record_load(record, model, scored.scores, error) : 0;
	if (known != 0) { /* with not every one of them known, what was composed by words stands */
		conversation_builder_destroy(builder);
		builder = NULL;
		status = known == 1 ? compose_conversations(&scored, &builder, ret_counts) : known;
	}
	pair_scores_destroy(scored.scores);
	if (status == 0) {
		*ret_builder = builder;
		ret_counts->lexical = known != 1;
	}
	return status;
}

int recorded_compose(struct record *record, const struct settings *settings, const struct domain *domain, const struct prompts *prompts,
		     const struct document *document, struct conversation_builder **ret_builder, struct compose_counts *ret_counts,
		     struct error_text *error)
{
	const struct plan_limits limits = { .reply_tokens = 1 };
	struct recorded recorded = { NULL, 0 };
	struct plan plan = { NULL, 0, 0 };
	int status = plan_make(settings, domain, document, &limits, &plan); /* for the number of pairs */

	if (status == 0)
		status = recorded_load(record, recorded_key(recorded_configuration(settings, prompts), document), settings, document, &recorded, error);
	if (status == 0) {
		const struct compose_request request = { .settings = settings, .domain = domain, .document = document, .calls = recorded.calls,
							 .call_count = recorded.count, .pairs_wanted = plan.pairs_wanted, .last = true };
		status = recorded_conversations(record, &request, ret_builder, ret_counts, error);
	}
	recorded_done(&recorded);
	plan_done(&plan);
	return status;
}
