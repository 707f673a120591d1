/* semantic_score.h: the built-in lexical measure of a pair, against a passage that is indexed already (see generate.h). */
#ifndef DOCRING_WORKERS_INFERENCE_SEMANTIC_SCORE_H
#define DOCRING_WORKERS_INFERENCE_SEMANTIC_SCORE_H

#include "proto/conversation.h"
#include "workers/inference/passage.h"

/* `verdict` is passage_check's for this answer. */
void semantic_score_passage(const struct passage *passage, struct text question, struct text answer,
			    const struct passage_verdict *verdict, struct conversation_scores *ret_scores);

#endif
