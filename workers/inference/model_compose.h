/* model_compose.h: a document's conversations from the replies that there are, and from the rules: what a model worker finishes with, and
 * what anybody finishes with when no other model will come. Pure: the same replies give the same block, in whatever order they came and
 * wherever they came from. */
#ifndef DOCRING_WORKERS_INFERENCE_MODEL_COMPOSE_H
#define DOCRING_WORKERS_INFERENCE_MODEL_COMPOSE_H

#include "workers/inference/model_merge.h"
#include "workers/inference/model_pairs.h"
#include "workers/inference/pair_scores.h"

enum compose_mode { COMPOSE_BUILT_IN, COMPOSE_MODELS, COMPOSE_HYBRID };
/* What generate.mode comes to with the models that there are. */
enum compose_mode compose_mode_of(const struct settings *settings);

struct compose_call {
	struct plan_call call;
	struct model_reply reply;
};

struct compose_request {
	const struct settings *settings;
	const struct domain *domain;
	const struct document *document;
	const struct compose_call *calls;
	size_t call_count;
	uint32_t pairs_wanted;
	struct pair_scores *scores; /* NULL: the lexical measure; else scores from elsewhere, as far as they are known; the others are written down as wanted */
	bool last; /* no other model will come: what is missing is filled up by rules also when models alone were to write */
};

struct compose_block { /* conversations that can be looked at; owned */
	void *data;
	struct conversation_set set;
};
void compose_block_done(struct compose_block *block);
/* Lays the builder's conversations out in private memory. 0 or a negative code. */
int compose_block_of(const struct conversation_builder *builder, struct compose_block *ret_block) WARN_UNUSED;

struct compose_counts {
	uint32_t accepted, refused, model_accepted, model_refused;
	bool lexical; /* pairs are measured by words, where embeddings were to do it */
};
/* What the rules alone make. */
int compose_rules(const struct settings *settings, const struct domain *domain, const struct document *document, struct compose_block *ret_block) WARN_UNUSED;
/* 0 with a builder for the caller to destroy, or a negative code. */
int compose_conversations(const struct compose_request *request, struct conversation_builder **ret_builder, struct compose_counts *ret_counts) WARN_UNUSED;

#endif
