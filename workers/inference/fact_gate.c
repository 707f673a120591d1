/* fact_gate.c: one answer against one source (see generate.h). For many answers against one source index the source once
 * and use passage_check. */
#include "workers/inference/generate.h"
#include "workers/inference/passage.h"

bool fact_gate(const struct domain *domain, struct text answer, struct text source, struct text *ret_word)
{
	struct passage passage;
	struct passage_verdict verdict = { .word = { answer.data, 0 } };
	passage_init(&passage, domain);
	int result = passage_index(&passage, source);
	if (!result)
		passage_check(&passage, answer, &verdict);
	passage_done(&passage);
	*ret_word = verdict.word;
	return !result && verdict.supported == verdict.facts; /* what could not be checked is not let through */
}
