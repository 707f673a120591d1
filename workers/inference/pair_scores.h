/* pair_scores.h: coherence and relevance of a document's pairs as measured elsewhere (pair_embedder.h), known by what the pairs say; the coherence
 * times what the answer's form is worth (answer_form.h). A pair that is looked up and not there is written down as wanted, with its texts; so
 * composing a document once tells what is to be measured, and composing it again uses what came of it. Pure. */
#ifndef DOCRING_WORKERS_INFERENCE_PAIR_SCORES_H
#define DOCRING_WORKERS_INFERENCE_PAIR_SCORES_H

#include "config/settings.h"
#include "proto/conversation.h"

struct pair_score {
	struct text question, answer, passage; /* of the table */
	bool known;
	float coherence, relevance;
	uint64_t hash;
};

struct pair_scores;
struct pair_scores *pair_scores_create(void); /* NULL: out of memory */
void pair_scores_destroy(struct pair_scores *scores);

/* The scores of all conversations of a block, for free(): with coherence, relevance and what follows from them of those that are known; of
 * others, and of those that were refused for another reason than their score, as they were. 0 or -ENOMEM. */
int pair_scores_of(struct pair_scores *scores, const struct document *document, const struct conversation_set *set,
		   struct conversation_scores **ret_scores) WARN_UNUSED;

bool pair_scores_are_known(struct pair_scores *scores); /* all of them */
size_t pair_scores_count(const struct pair_scores *scores);
struct pair_score *pair_scores_at(struct pair_scores *scores, size_t index); /* valid until the next pair_scores_of; known and its numbers are for the caller to set */

#endif
