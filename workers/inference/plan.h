/* plan.h: what models are asked about a document: a pure function of the document, the settings and what the model takes. Who makes the plan
 * again, with the same model or another, finds the same calls; that is why a half-done document needs no state beside the record of calls.
 *
 * A call is about a piece: a chunk, or a part of one that does not fit the context of the model, split at the borders of blocks. Each piece
 * that gets pairs has one main call: pairs of several kinds and, where configured, a summary and the items that the rules missed. Further
 * calls about a piece (a dialogue, new wordings of questions, a judgement) begin with the same bytes: source first, task last. */
#ifndef DOCRING_WORKERS_INFERENCE_PLAN_H
#define DOCRING_WORKERS_INFERENCE_PLAN_H

#include "config/domain.h"
#include "config/prompts.h"
#include "config/settings.h"
#include "proto/conversation.h"

enum plan_family { PLAN_PAIRS, PLAN_DIALOGUE, PLAN_REWRITE, PLAN_JUDGE, PLAN_FAMILY_COUNT };
const char *plan_family_name(enum plan_family family); /* "pairs" … */

enum { PLAN_PAIRS_PER_CALL_MAX = 8, PLAN_PAIRS_PER_CALL_MIN = 2, PLAN_TURNS = 3, PLAN_PLACE_BYTES = 64 };

struct plan_limits {
	uint64_t context_tokens; /* 0: not known, as large as needed */
	uint64_t reply_tokens;   /* the longest reply that the model is allowed */
	bool in_words;           /* the server cannot be given a schema: the prompt says what a reply looks like */
};

struct plan_call {
	enum plan_family family;
	uint32_t chunk;
	struct document_range span;   /* the piece, in the Markdown */
	struct document_range header; /* rows of the table that the piece begins in; bytes 0: none */
	uint32_t count;               /* of pairs, questions or turns */
	uint8_t kinds[CONVERSATION_QUESTION_COUNT]; /* PLAN_PAIRS: how many of each */
	bool summary, items;
	uint64_t max_tokens;
	char place[PLAN_PLACE_BYTES]; /* which call of the document it is: the same for every model that is asked the same */
};

struct plan {
	struct plan_call *calls;
	size_t count;
	uint32_t pairs_wanted;
};
/* The calls that need nothing but the document: main calls and dialogues, in order of the document. 0 or -ENOMEM. */
int plan_make(const struct settings *settings, const struct domain *domain, const struct document *document, const struct plan_limits *limits,
	      struct plan *ret_plan) WARN_UNUSED;
void plan_done(struct plan *plan);
/* How long a reply may be: what the model is allowed, but not more than its part of a short context. */
uint64_t plan_reply_tokens(const struct plan_limits *limits);
size_t plan_piece_bytes_max(const struct plan_limits *limits); /* of text that a call may be about */

/* Names the call by family and piece. */
void plan_name(struct plan_call *call);

struct plan_texts { /* one more than the other callers of a prompt know */
	struct text known;     /* PLAN_PAIRS with items: names that were found already */
	struct text numbered;  /* PLAN_REWRITE: the questions; PLAN_JUDGE: the pairs; each with its number */
};
/* (plan_prompt.c) Appends the prompt: the same beginning for all calls about a piece, then the task. */
void plan_write_prompt(const struct settings *settings, const struct document *document, const struct prompts *prompts,
		       const struct plan_call *call, const struct plan_texts *texts, bool in_words, struct buffer *out);
/* The JSON schema of the call's reply, and a tiny example of one. in_words: of a server that does not keep it; what is no more than welcome may
 * then be left out. */
void plan_write_schema(const struct settings *settings, const struct plan_call *call, bool in_words, struct buffer *out);
void plan_write_example(const struct settings *settings, const struct plan_call *call, struct buffer *out);

/* (plan_kinds.c) Chooses call->count kinds for every main call: of those that its piece supports, always the one that the document so far
 * lacks most by the mix of the settings. 0 or -ENOMEM. */
int plan_choose_kinds(const struct settings *settings, const struct domain *domain, const struct document *document, struct plan *plan) WARN_UNUSED;

/* How many pairs a document is to have: DOMAIN: Conversations. `sections`: of prose. */
uint32_t plan_pairs_wanted(const struct settings *settings, const struct document *document, uint64_t parameters, uint64_t counters, uint64_t sections);
/* May the document have a dialogue: of middle and high complexity? */
bool plan_has_dialogues(const struct settings *settings, const struct document *document);

#endif
