/* pair_gate.h: what every pair passes before it becomes a conversation, whoever wrote it: lengths, fact gate, scores. Pure. */
#ifndef DOCRING_WORKERS_INFERENCE_PAIR_GATE_H
#define DOCRING_WORKERS_INFERENCE_PAIR_GATE_H

#include "config/settings.h"
#include "workers/inference/draft.h"
#include "workers/inference/passage.h"

enum { PAIR_REASON_BYTES_MAX = 4096 };

struct pair_gate {
	const struct settings *settings;
	const struct domain *domain;
	const struct document *document;
	struct passage *passage; /* indexed with the source of the draft at hand */
};

/* The draft's kind, passage, chunk and tier; no scores, not accepted. */
struct conversation pair_gate_conversation(const struct pair_gate *gate, const struct draft *draft);
/* Fills in the scores and writes the reason for a refusal, if there is one, into `reason` (empty before). */
void pair_gate_judge(const struct pair_gate *gate, const struct draft *draft, struct conversation *conversation, struct buffer *reason);

/* A later turn of a dialogue, after pair_gate_judge: its coherence and relevance are those with all questions so far where these are higher, since
 * it need not say again what it is about. */
void pair_gate_score_turn(const struct pair_gate *gate, struct text questions, struct text answer, struct conversation_scores *scores);

/* Semantic and combined score from the others. */
void pair_gate_combine(struct conversation_scores *scores);
/* Was the score the reason of the refusal, and nothing else? */
bool pair_gate_refused_by_score(struct text reason);
/* The reason, for a score that is too low; else nothing. */
void pair_gate_write_score_reason(const struct settings *settings, const struct conversation_scores *scores, struct buffer *reason);

struct pair_turn {
	struct text question, answer;
	struct text reasoning; /* how the writer came to the answer; empty: none is to be kept */
};
/* Adds the conversation with its messages and lists: names in the draft's answer become the conversation's parameters, counters and classes,
 * whether an item brought them into the draft or a sentence. `model`: who wrote it, "built-in" or the model's name. 0 or -ENOMEM. */
int pair_gate_add(const struct pair_gate *gate, struct draft *draft, const struct conversation *conversation, struct text reason,
		  struct text model, const struct pair_turn *turns, size_t turn_count, struct conversation_builder *out) WARN_UNUSED;

/* The last chunk that begins at or before the offset: where two overlap, the one that goes on further. */
uint32_t pair_gate_chunk(const struct document *document, uint32_t offset);
enum document_tier pair_gate_tier(const struct settings *settings, const struct document *document);

#endif
