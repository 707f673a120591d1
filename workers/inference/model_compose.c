/* model_compose.c: see model_compose.h. */
#include "workers/inference/model_compose.h"

#include "workers/inference/generate.h"

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

static int compose_rules(const struct compose_request *request, struct compose_block *ret_block)
{
	struct conversation_builder *builder = conversation_builder_create();
	int status = builder ? generate_conversations(request->settings, request->domain, request->document, builder) : -ENOMEM;

	if (status == 0)
		status = compose_block_of(builder, ret_block);
	conversation_builder_destroy(builder);
	return status;
}

/* How many of the rules' pairs are wanted beside the models'. */
static uint32_t rules_wanted(const struct compose_request *request, const struct compose_counts *counts)
{
	if (compose_mode_of(request->settings) != COMPOSE_MODELS)
		return UINT32_MAX;
	return request->last && request->pairs_wanted > counts->model_accepted ? request->pairs_wanted - counts->model_accepted : 0;
}

int compose_conversations(const struct compose_request *request, struct conversation_builder **ret_builder, struct compose_counts *ret_counts)
{
	struct compose_block models = { .data = NULL }, rules = { .data = NULL };
	struct conversation_builder *builder = conversation_builder_create();
	struct compose_counts counts = { 0, 0, 0, 0 };
	struct merge_counts merged = { 0, 0, 0 };
	bool rows = request->document->header->format == DOCUMENT_FORMAT_CSV; /* generate.pairs_csv_max limits them */
	int status = builder ? compose_models(request, &models, &counts) : -ENOMEM;
	uint32_t wanted = rules_wanted(request, &counts);

	if (status == 0 && wanted > 0)
		status = compose_rules(request, &rules);
	if (status == 0) {
		struct merge_part parts[] = { { .set = models.set, .accepted_max = UINT32_MAX }, { .set = rules.set, .accepted_max = wanted } };
		uint64_t most = rows ? UINT32_MAX : request->settings->generate.pairs_document_max;
		status = merge_conversations(parts, wanted > 0 ? 2 : 1, (uint32_t)most, builder, &merged);
	}
	compose_block_done(&models);
	compose_block_done(&rules);
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
