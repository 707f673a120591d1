/* planned.h: a sample document with the settings and prompts by which models are asked about it. */
#ifndef DOCRING_TESTS_UNIT_PLANNED_H
#define DOCRING_TESTS_UNIT_PLANNED_H

#include "tests/unit/sample_document.h"
#include "workers/inference/plan.h"

struct planned {
	struct domain *domain;
	struct settings settings; /* one model, and pairs of models alone */
	struct prompts prompts;
	struct sample sample; /* a feature description */
};

void planned_open(struct planned *planned);
void planned_close(struct planned *planned);
/* Fails the test when the setting is refused. */
void planned_set(struct planned *planned, const char *key, const char *value);

/* A call of that family about the whole of the first chunk, for all kinds of pairs. */
struct plan_call planned_whole_call(const struct planned *planned, enum plan_family family);

#endif
