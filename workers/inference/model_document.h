/* model_document.h: one document at a model worker: its calls are made, their replies kept, and at the end there is a block of
 * conversations or the word that another model is to go on. What is in the record of calls already, by whatever model, is not asked again. */
#ifndef DOCRING_WORKERS_INFERENCE_MODEL_DOCUMENT_H
#define DOCRING_WORKERS_INFERENCE_MODEL_DOCUMENT_H

#include "workers/common/worker.h"
#include "workers/inference/model_compose.h"
#include "workers/inference/pair_embedder.h"
#include "workers/model/call.h"

struct model_context { /* what all documents of a worker have in common; borrowed */
	const struct settings *settings;
	const struct domain *domain;
	const struct prompts *prompts;
	struct record *record;
	struct calls *calls;
	struct pair_embedder *embedder; /* NULL: pairs are measured by words */
	const struct probe_result *probe;
	uint32_t model_index;
	uint64_t configuration; /* hash of settings and prompts: replies to other questions are not taken for replies to these */
};
struct model_document;
typedef void model_document_ended(void *owner, struct model_document *document); /* from calls_step, pair_embedder_step, or before begin returns */
/* Plans and asks; `ended` is called once, when no call is left and the pairs are measured. 0 or a negative code. */
int model_document_begin(const struct model_context *context, const struct worker_task *task, model_document_ended *ended, void *owner,
			 struct model_document **ret_document, struct error_text *error) WARN_UNUSED;
void model_document_destroy(struct model_document *document); /* cancels what is under way */
const struct worker_task *model_document_task(const struct model_document *document);
size_t model_document_calls(const struct model_document *document);
/* Is there an answer about it, or was anything asked? One that is not begun may be destroyed and done elsewhere at no cost. */
bool model_document_is_begun(const struct model_document *document);

enum model_document_outcome { MODEL_DOCUMENT_DONE, MODEL_DOCUMENT_NEXT };
struct model_document_result {
	enum model_document_outcome outcome;
	enum descriptor_next next;            /* MODEL_DOCUMENT_NEXT */
	struct conversation_builder *builder; /* MODEL_DOCUMENT_DONE: the caller's */
	struct compose_counts counts;
	uint32_t lacks;                       /* MODEL_DOCUMENT_DONE: DESCRIPTOR_LACKS_… */
};
/* What the replies come to. For a document that has ended. */
int model_document_finish(struct model_document *document, struct model_document_result *ret_result) WARN_UNUSED;

#endif
