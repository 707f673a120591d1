/* generate_events.c: pairs about events: what triggers one and what it reports. */
#include "workers/inference/generator.h"

enum made make_event_facts(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_EVENTS, k);
	if (!item)
		return MADE_END;
	struct template_values values;
	generator_begin(generator, CONVERSATION_FACTUAL, item, &values);
	generator_introduce(generator, "answer.event.intro", &values);
	generator_describe(generator, item, &values);
	(void)generator_facts(generator, item, &values);
	generator_enrich(generator, item, "answer.siblings.events");
	return generator_submit(generator, "question.event", &values);
}
