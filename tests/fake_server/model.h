/* model.h: the model behind the server: reads a prompt, answers what it was asked in the form it was asked. It understands
 * nothing; it finds the source passage and the form of the reply (a schema, a schema or an example in the prompt's words, keys
 * named there, or none), and fills the form from the passage. Deterministic by seed and prompt. */
#ifndef DOCRING_TESTS_FAKE_SERVER_MODEL_H
#define DOCRING_TESTS_FAKE_SERVER_MODEL_H

#include "tests/fake_server/compose.h"

struct json_object;

struct model {
	struct passage passage;
};

struct model_task {
	struct text prompt;         /* all that the model sees */
	struct json_object *schema; /* that the reply is held to, or NULL */
	struct text grammar;        /* GBNF that the reply is held to, or empty */
	bool json_mode;             /* any JSON object */
	bool prose;                 /* whatever was asked for */
	uint64_t seed;
	enum compose_fault fault;
};

void model_init(struct model *model);
void model_done(struct model *model);

/* The reply is appended to `content`, what the model thinks before it to `thoughts` (may be NULL). -ENOMEM. */
int model_answer(struct model *model, const struct model_task *task, struct buffer *content, struct buffer *thoughts) WARN_UNUSED;

/* (grammar.c) A text that the GBNF grammar accepts, its strings filled by the composer. False when the grammar is not understood
 * (nothing is appended then). */
bool grammar_compose(struct composer *composer, struct text grammar, struct buffer *out);

#endif
