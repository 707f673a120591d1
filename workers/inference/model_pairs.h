/* model_pairs.h: what a model replied becomes pairs, and items: each is cleaned, its evidence is found in the piece, and it passes the same gate as a
 * pair of the built-in generator. What is refused stays with its reason; a call that came to nothing leaves its raw reply. Pure. */
#ifndef DOCRING_WORKERS_INFERENCE_MODEL_PAIRS_H
#define DOCRING_WORKERS_INFERENCE_MODEL_PAIRS_H

#include "base/string_map.h"
#include "workers/inference/evidence.h"
#include "workers/inference/pair_gate.h"
#include "workers/inference/plan.h"
#include "workers/inference/question_templates.h"
#include "workers/preprocess/phrases.h"

struct json_object;

enum { MODEL_REPLY_NAME_BYTES = 160, MODEL_REPLY_REASON_BYTES = 400, MODEL_RAW_BYTES_MAX = 8192 };

enum model_reply_state {
	MODEL_REPLY_NONE,     /* not there yet */
	MODEL_REPLY_USABLE,
	MODEL_REPLY_UNUSABLE, /* the model answered, and nothing is to be made of it */
	MODEL_REPLY_REFUSED,  /* it could not be asked: too long, not allowed … */
};
struct model_reply {
	enum model_reply_state state;
	struct json_object *value;  /* usable; owned */
	struct buffer raw;          /* not usable: the reply, cut */
	struct buffer thinking;
	char model[MODEL_REPLY_NAME_BYTES], reason[MODEL_REPLY_REASON_BYTES];
};
void model_reply_init(struct model_reply *reply);
void model_reply_done(struct model_reply *reply);

struct model_pairs {
	const struct settings *settings;
	const struct domain *domain;
	const struct document *document;
	struct conversation_builder *out;
	struct blocks blocks;
	struct prose prose;
	struct phrases mentions;
	struct draft draft;
	struct passage passage;
	struct template_picker picker;
	struct buffer question, answer, rendered, reason;
	struct string_map known; /* names of items: of the rules' from the first call on that asked for more, and of those added since */
	uint32_t accepted, refused;
	int status; /* sticky: -ENOMEM */
};
/* Everything is borrowed. 0 or -ENOMEM; model_pairs_done in either case. */
int model_pairs_init(struct model_pairs *pairs, const struct settings *settings, const struct domain *domain, const struct document *document,
		     struct conversation_builder *out) WARN_UNUSED;
void model_pairs_done(struct model_pairs *pairs);

/* Adds what the reply to a main call or to a dialogue gives, in its order; or the failure of the call. */
void model_pairs_add(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply);

/* --- for model_dialogue.c and model_items.c --- */

struct model_candidate { /* a pair as the model gave it */
	enum conversation_question kind;
	struct text question, answer, evidence, reasoning;
};
/* Cleans the pair, finds its evidence and holds it against it: the draft is filled, pairs->reason is empty or says why it is refused. False:
 * there is no draft, question or answer are none at all. */
bool model_pairs_hold(struct model_pairs *pairs, const struct plan_call *call, const struct model_candidate *candidate, struct conversation *ret_conversation);
/* Holds it and adds it, accepted or refused. */
void model_pairs_add_candidate(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply,
			       const struct model_candidate *candidate);
/* A refused one that has come to no draft. */
void model_pairs_add_refused(struct model_pairs *pairs, const struct plan_call *call, enum conversation_question kind, struct text question,
			     struct text answer, const struct model_reply *reply, struct text reason);
/* A string member, or an empty text. */
struct text model_member(struct json_object *object, const char *key);

void model_dialogue_add(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply); /* model_dialogue.c */
void model_items_add(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply);    /* model_items.c */

/* --- model_text.c: what models write is put into the form of the dataset --- */

/* Appends the question on one line, without an opening such as "According to the document,". False with the reason when it is none. */
bool model_question(const struct phrases *mentions, struct text question, struct buffer *out, struct buffer *reason);
/* The same for an answer, which keeps its lines. */
bool model_answer(const struct phrases *mentions, struct text answer, struct buffer *out, struct buffer *reason);
/* Appends whole sentences of a paragraph that stand alone and are not in the answer, until it has so many characters. */
void model_lengthen(const struct prose *prose, struct text paragraph, uint64_t chars_min, struct buffer *answer);

#endif
