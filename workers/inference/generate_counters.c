/* generate_counters.c: pairs about counters: what one measures, and which there are. Counters are read, never set. */
#include "workers/inference/generator.h"

enum { COUNTER_ENTRIES_MIN = 3, COUNTER_ENTRIES_MAX = 20 };

enum made make_counter_analysis(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_COUNTERS, k);
	if (!item)
		return MADE_END;
	struct template_values values;
	generator_begin(generator, CONVERSATION_COUNTER_ANALYSIS, item, &values);
	generator_introduce(generator, "answer.counter.intro", &values);
	generator_describe(generator, item, &values);
	bool facts = generator_facts(generator, item, &values);
	if (!facts && !generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION).bytes)
		return MADE_NOTHING; /* named, and nothing said about it */
	generator_enrich(generator, item, "answer.siblings.counters");
	return generator_submit(generator, "question.counter", &values);
}

enum made make_counter_list(struct generator *generator, size_t k)
{
	size_t count = generator->item_count[DOCUMENT_COUNTERS];
	if (k > 0 || count < COUNTER_ENTRIES_MIN || count > COUNTER_ENTRIES_MAX) /* some of many are no answer to which there are */
		return MADE_END;
	struct template_values values;
	generator_begin(generator, CONVERSATION_COUNTER_ANALYSIS, NULL, &values);
	(void)generator_frame(generator, "answer.list.counters", &values);
	buffer_append_byte(&generator->draft.answer, '\n');
	size_t entries = 0;
	for (size_t i = 0; i < count; i++)
		entries += generator_item_entry(generator, &generator->document->items[generator->items[DOCUMENT_COUNTERS][i]]);
	return entries >= COUNTER_ENTRIES_MIN ? generator_submit(generator, "question.counter.list", &values) : MADE_NOTHING;
}
