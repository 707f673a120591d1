/* generate.h: conversations from a processed document by rule, no model: the built-in generator.
 *
 * Every sentence of an answer is a span of the document or a fixed frame around values that the document has; the fact gate
 * checks it all the same. Pure: same document, settings and seed give the same block. */
#ifndef DOCRING_WORKERS_INFERENCE_GENERATE_H
#define DOCRING_WORKERS_INFERENCE_GENERATE_H

#include "config/domain.h"
#include "config/settings.h"
#include "proto/conversation.h"

/* Adds the conversations of the document, accepted ones and refused ones with their reason. */
int generate_conversations(const struct settings *settings, const struct domain *domain, const struct document *document,
			   struct conversation_builder *conversations) WARN_UNUSED;

/* fact_gate.c: every identifier, number (with its unit), enum value and command of `answer` occurs in `source`, exact but for
 * formatting. False with the first word that does not, in ret_word (a slice of `answer`). */
bool fact_gate(const struct domain *domain, struct text answer, struct text source, struct text *ret_word);

/* semantic_score.c: built-in lexical measure of a pair against its passage (DOMAIN: semantic). Fills coherence, relevance, accuracy, semantic. */
void semantic_score(const struct domain *domain, struct text question, struct text answer, struct text source,
		    struct conversation_scores *ret_scores);

#endif
