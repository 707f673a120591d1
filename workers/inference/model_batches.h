/* model_batches.h: calls about conversations that are there already: questions to be put in other words, pairs to be judged. Which ones
 * go into a call is a pure function of the conversations, so that replies in the record find their way back. */
#ifndef DOCRING_WORKERS_INFERENCE_MODEL_BATCHES_H
#define DOCRING_WORKERS_INFERENCE_MODEL_BATCHES_H

#include "workers/inference/model_merge.h"
#include "workers/inference/model_pairs.h"
#include "workers/inference/question_usage.h"

enum { BATCH_MAX = 10 };
struct model_batch {
	struct plan_call call;
	uint32_t members[BATCH_MAX]; /* indexes of conversations; call.count of them, numbered from 1 in the prompt */
};
/* Makes the batch smaller until what it is about and what it is asked fit a call about `bytes_max` bytes of text: the source is then what the pairs
 * were made of, and the last ones are left out. Its name stays. */
void model_batch_fit(const struct conversation_set *set, struct model_batch *batch, size_t bytes_max);

struct model_batches {
	struct model_batch *items;
	size_t count;
};
void model_batches_done(struct model_batches *batches);

/* A share (generate.rewrite) of the accepted conversations, at most generate.pairs_document_max: those whose first word the document's questions
 * begin with most often come first, then those whose pattern they have most often; the seed decides between equals. 0 or -ENOMEM. */
int model_batches_rewrite(const struct settings *settings, const struct domain *domain, const struct document *document, const struct conversation_set *set, uint64_t max_tokens,
			  struct model_batches *ret_batches) WARN_UNUSED;
/* The accepted conversations that models wrote, those of one chunk together. */
int model_batches_judge(const struct document *document, const struct conversation_set *set, uint64_t max_tokens,
			struct model_batches *ret_batches) WARN_UNUSED;
/* Appends the batch's questions, or its questions and answers, with their numbers: for plan_texts.numbered. */
void model_batch_write(const struct conversation_set *set, const struct model_batch *batch, struct buffer *out);

struct model_changes { /* to a block: what merge_part takes */
	struct text *questions; /* one for each conversation; owned */
	struct conversation_marks *marks;
	struct text *reasons;   /* views of the replies */
	size_t count;
	char model[MODEL_REPLY_NAME_BYTES]; /* who put the questions in other words, or gave the marks */
	uint32_t refused;                   /* new wordings that were not taken */
	struct question_usage usage;        /* of the document's questions, as they are by now */
};
int model_changes_init(struct model_changes *changes, const struct domain *domain, const struct conversation_set *set) WARN_UNUSED; /* 0 or -ENOMEM; _done in either case */
void model_changes_done(struct model_changes *changes);
/* A new wording is taken when it keeps every name and number of the question and adds none, fits the answer and its passage no less than the question
 * that it replaces (so that the pair's scores stay true, and the gate stays passed), brings no more than three
 * words that neither the question nor the passage has, and makes the document's questions no less various (question_usage_gains). The question
 * stays as it is otherwise. 0 or -ENOMEM. */
int model_changes_reword(struct model_changes *changes, const struct domain *domain, const struct settings *settings, const struct document *document,
			 const struct conversation_set *set, const struct model_batch *batch, const struct model_reply *reply) WARN_UNUSED;
void model_changes_judge(struct model_changes *changes, const struct model_batch *batch, const struct model_reply *reply);

#endif
