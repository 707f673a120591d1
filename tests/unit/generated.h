/* generated.h: the conversations that the built-in generator makes of a sample, and what must hold for those of any document. */
#ifndef DOCRING_TESTS_UNIT_GENERATED_H
#define DOCRING_TESTS_UNIT_GENERATED_H

#include "tests/unit/sample_document.h"
#include "workers/inference/generate.h"

struct generated {
	void *block; /* the caller frees it */
	size_t bytes;
	struct conversation_set set;
};

void generated_make(const struct settings *settings, const struct domain *domain, const struct document *document, struct generated *ret_generated);

/* The first message of that role; empty without one. */
struct text generated_message(const struct generated *generated, const struct conversation *conversation, enum conversation_role role);
unsigned generated_accepted(const struct generated *generated);

/* Grounded in the document, inside the bounds of lengths and scores, refused only with a reason; all of them: no question twice too. */
void generated_check_one(const struct domain *domain, const struct document *document, const struct generated *generated, const struct conversation *conversation);
void generated_check(const struct domain *domain, const struct document *document, const struct generated *generated);

#endif
