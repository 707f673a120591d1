/* model_recorded.h: what the record of calls has about a document, whichever model it was: for a worker that takes up a half-done document,
 * and for whoever finishes it when no other model will come. */
#ifndef DOCRING_WORKERS_INFERENCE_MODEL_RECORDED_H
#define DOCRING_WORKERS_INFERENCE_MODEL_RECORDED_H

#include "workers/inference/model_compose.h"
#include "workers/model/record.h"

/* The record of the run; a table of another version that had to be put aside is said on standard error. 0 or a negative code. */
int recorded_open(struct record **ret_record, const char *path, struct error_text *error) WARN_UNUSED;
/* Hash of all that decides what is asked: replies to other questions are not taken for replies to these. */
uint64_t recorded_configuration(const struct settings *settings, const struct prompts *prompts);
/* What the record knows a document by. */
struct record_key recorded_key(uint64_t configuration, const struct document *document);

struct recorded { /* one for each place, in order of the document: a usable reply where there is one, else the latest */
	struct compose_call *calls;
	size_t count;
};
/* 0 or a negative code; recorded_done in either case. */
int recorded_load(struct record *record, struct record_key key, const struct settings *settings, const struct document *document,
		  struct recorded *ret_recorded, struct error_text *error) WARN_UNUSED;
void recorded_done(struct recorded *recorded);
/* The usable reply at a place, or NULL. */
struct model_reply *recorded_reply(const struct recorded *recorded, const char *place);

/* compose_conversations, with scores of pairs by embeddings if they are configured and the record has them for every pair. */
int recorded_conversations(struct record *record, const struct compose_request *request, struct conversation_builder **ret_builder,
			   struct compose_counts *ret_counts, struct error_text *error) WARN_UNUSED;

/* The conversations of a document for which no other model will come (DESCRIPTOR_GENERATE_LAST): from what the record has and from the rules. 0 with a
 * builder for the caller to destroy. */
int recorded_compose(struct record *record, const struct settings *settings, const struct domain *domain, const struct prompts *prompts,
		     const struct document *document, struct conversation_builder **ret_builder, struct compose_counts *ret_counts,
		     struct error_text *error) WARN_UNUSED;

#endif
