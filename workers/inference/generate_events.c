/* generate_events.c: pairs about events: what triggers one and what it reports. */
#include "workers/inference/generator.h"

/* EVENT_PARAM_…: what events carry, and none itself. */
static bool is_event_parameter(const struct domain *domain, struct text name)
{
	size_t count;
	const struct domain_columns *columns = domain_columns(domain, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; n < columns[i].name_count && text_equal(columns[i].field, TEXT_LITERAL("event_parameter")); n++)
			if (text_starts_with(name, columns[i].names[n]))
				return true;
	return false;
}

enum made make_event_facts(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_EVENTS, k);
	if (!item)
		return MADE_END;
	bool parameter = is_event_parameter(generator->domain, generator_value(generator, item, DOCUMENT_KEY_NAME));
	bool described = generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION).bytes || generator_value(generator, item, DOCUMENT_KEY_TRIGGER).bytes;
	struct template_values values;
	generator_begin(generator, CONVERSATION_FACTUAL, item, &values);
	generator_introduce(generator, parameter ? "answer.event.parameter.intro" : "answer.event.intro", &values);
	size_t introduced = generator->draft.answer.bytes;
	generator_describe(generator, item, &values);
	(void)generator_facts(generator, item, &values);
	if (!described && !parameter)
		generator_mentions(generator, item, 2);
	if (generator->draft.answer.bytes == introduced)
		return MADE_NOTHING; /* named, and nothing said about it */
	generator_enrich(generator, item, "answer.siblings.events");
	return generator_submit(generator, parameter ? "question.event.parameter" : "question.event", &values);
}
