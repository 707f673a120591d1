/* model_compose.c: see model_compose.h. */
#include "workers/inference/model_compose.h"

#include "workers/inference/generate.h"
#include "workers/inference/model_batches.h"

#include <errno.h>
#include <stdlib.h>

enum compose_mode compose_mode_of(const struct settings *settings)
{
	const char *mode = settings->generate.mode;

	if (strcmp(mode, "built-in") == 0 || settings->model_count == 0)
		return COMPOSE_BUILT_IN;
	return strcmp(mode, "models") == 0 ? COMPOSE_MODELS : COMPOSE_HYBRID;
}

void compose_block_done(struct compose_block *block)
{
	free(block->data);
	*block = (struct compose_block){ .data = NULL };
}

int compose_block_of(const struct conversation_builder *builder, struct compose_block *ret_block)
{
	enum { ALIGNMENT = 64 };
	struct error_text wrong = { "" };
	int64_t bytes = conversation_builder_bytes(builder);

	if (bytes < 0)
		return (int)bytes;
	struct compose_block block = { .data = aligned_alloc(ALIGNMENT, ((size_t)bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT) };
	if (!block.data)
		return -ENOMEM;
	conversation_builder_write(builder, block.data);
	int status = conversation_open(block.data, (size_t)bytes, &block.set, &wrong);
	CHECK(status == 0); /* our own */
	*ret_block = block;
	return 0;
}

/* What models wrote. */
static int compose_models(const struct compose_request *request, struct compose_block *ret_block, struct compose_counts *counts)
{
	struct conversation_builder *builder = conversation_builder_create();
	struct model_pairs pairs;

	if (!builder)
		return -ENOMEM;
	int status = model_pairs_init(&pairs, request->settings, request->domain, request->document, builder);
	for (size_t i = 0; i < request->call_count && status == 0; i++) {
		model_pairs_add(&pairs, &request->calls[i].call, &request->calls[i].reply);
		status = pairs.status;
	}
	counts->model_accepted = pairs.accepted;
	counts->model_refused = pairs.refused;
	model_pairs_done(&pairs);
	if (status == 0)
		status = compose_block_of(builder, ret_block);
	conversation_builder_destroy(builder);
	return status;
}

int compose_rules(const struct settings *settings, const struct domain *domain, const struct document *document, struct compose_block *ret_block)
{
	struct conversation_builder *builder = conversation_builder_create();
	int status = builder ? generate_conversations(settings, domain, document, builder) : -ENOMEM;

	if (status == 0)
		status = compose_block_of(builder, ret_block);
	conversation_builder_destroy(builder);
	return status;
}

static const struct model_reply *reply_to(const struct compose_request *request, const struct model_batch *batch)
{
	for (size_t i = 0; i < request->call_count; i++)
		if (request->calls[i].reply.state == MODEL_REPLY_USABLE && strcmp(request->calls[i].call.place, batch->call.place) == 0)
			return &request->calls[i].reply;
	return NULL;
}

static bool has_replies(const struct compose_request *request, enum plan_family family)
{
	for (size_t i = 0; i < request->call_count; i++)
		if (request->calls[i].call.family == family && request->calls[i].reply.state == MODEL_REPLY_USABLE)
			return true;
	return false;
}

/* The rules' questions in other words, as far as there are any. */
static int reword(const struct compose_request *request, const struct conversation_set *set, struct model_changes *changes)
{
	struct model_batches batches = { NULL, 0 };
	int status = model_batches_rewrite(request->settings, request->domain, request->document, set, 0, &batches);

	for (size_t i = 0; i < batches.count && status == 0; i++) {
		const struct model_reply *reply = reply_to(request, &batches.items[i]);
		if (reply)
			status = model_changes_reword(changes, request->domain, request->settings, request->document, set, &batches.items[i], reply);
	}
	model_batches_done(&batches);
	return status;
}

/* The conversations with the judge's marks, and without those that it thinks unfaithful. Replaces the builder. */
static int judge(const struct compose_request *request, struct conversation_builder **builder, struct merge_counts *counts)
{
	struct conversation_builder *judged = conversation_builder_create();
	struct compose_block block = { .data = NULL };
	struct model_changes changes = { .count = 0 };
	struct model_batches batches = { NULL, 0 };
	int status = judged ? compose_block_of(*builder, &block) : -ENOMEM;

	if (status == 0)
		status = model_changes_init(&changes, request->domain, &block.set);
	if (status == 0)
		status = model_batches_judge(request->document, &block.set, 0, &batches);
	for (size_t i = 0; i < batches.count && status == 0; i++) {
		const struct model_reply *reply = reply_to(request, &batches.items[i]);
		if (reply)
			model_changes_judge(&changes, &batches.items[i], reply);
	}
	if (status == 0) {
		const struct merge_part part = { .set = block.set, .accepted_max = UINT32_MAX, .marks = changes.marks, .judge_reasons = changes.reasons,
						 .judge_model = text_from(changes.model) };
		status = merge_conversations(&part, 1, UINT32_MAX, judged, counts);
	}
	model_batches_done(&batches);
	model_changes_done(&changes);
	compose_block_done(&block);
	if (status < 0) {
		conversation_builder_destroy(judged);
		return status;
	}
	conversation_builder_destroy(*builder);
	*builder = judged;
	return 0;
}

/* How many of the rules' pairs are wanted beside the models'. */
static uint32_t rules_wanted(const struct compose_request *request, const struct compose_counts *counts)
{
	if (compose_mode_of(request->settings) != COMPOSE_MODELS)
		return UINT32_MAX;
	return request->last && request->pairs_wanted > counts->model_accepted ? request->pairs_wanted - counts->model_accepted : 0;
}

/* Models' and rules' pairs together. */
static int compose_both(const struct compose_request *request, const struct compose_block *models, uint32_t wanted, struct conversation_builder *builder,
			struct merge_counts *counts)
{
	struct compose_block rules = { .data = NULL };
	struct model_changes changes = { .count = 0 };
	bool rows = request->document->header->format == DOCUMENT_FORMAT_CSV; /* generate.pairs_csv_max limits them */
	uint64_t most = rows ? UINT32_MAX : request->settings->generate.pairs_document_max;
	struct conversation_scores *scores[2] = { NULL, NULL };
	struct merge_part parts[] = { { .set = models->set, .accepted_max = UINT32_MAX }, { .accepted_max = wanted } };
	int status = wanted ? compose_rules(request->settings, request->domain, request->document, &rules) : 0;

	if (status == 0 && wanted > 0) {
		parts[1].set = rules.set;
		status = model_changes_init(&changes, request->domain, &rules.set);
	}
	if (status == 0 && wanted > 0 && has_replies(request, PLAN_REWRITE)) {
		status = reword(request, &rules.set, &changes);
		parts[1].questions = changes.questions;
		parts[1].question_model = text_from(changes.model);
	}
	for (size_t i = 0; i < COUNT_OF(parts) && request->scores && status == 0; i++) {
		parts[i].settings = request->settings;
		status = pair_scores_of(request->scores, request->document, &parts[i].set, &scores[i]);
		parts[i].scores = scores[i];
	}
	if (status == 0)
		status = merge_conversations(parts, wanted > 0 ? 2 : 1, (uint32_t)most, builder, counts);
	for (size_t i = 0; i < COUNT_OF(scores); i++)
		free(scores[i]);
	model_changes_done(&changes);
	compose_block_done(&rules);
	return status;
}

int compose_conversations(const struct compose_request *request, struct conversation_builder **ret_builder, struct compose_counts *ret_counts)
{
	struct compose_block models = { .data = NULL };
	struct conversation_builder *builder = conversation_builder_create();
	struct compose_counts counts = { 0, 0, 0, 0, false };
	struct merge_counts merged = { 0, 0, 0 };
	int status = builder ? compose_models(request, &models, &counts) : -ENOMEM;

	if (status == 0)
		status = compose_both(request, &models, rules_wanted(request, &counts), builder, &merged);
	compose_block_done(&models);
	if (status == 0 && has_replies(request, PLAN_JUDGE))
		status = judge(request, &builder, &merged);
	if (status < 0) {
		conversation_builder_destroy(builder);
		return status;
	}
	counts.accepted = merged.accepted;
	counts.refused = merged.refused;
	*ret_builder = builder;
	*ret_counts = counts;
	return 0;
}
