/* generate_alarms.c: pairs about alarms, from the rows of exports and of tables in documents: what one means and what is done about it. */
#include "workers/inference/generator.h"

static struct text action_of(const struct generator *generator, const struct document_item *item)
{
	return generator_cell(generator, item, "alarm_details", "action");
}

static void alarm_values(struct generator *generator, const struct document_item *item, enum conversation_question kind, struct template_values *ret_values)
{
	generator_begin(generator, kind, item, ret_values);
	template_values_set(ret_values, "severity", generator_value(generator, item, DOCUMENT_KEY_TYPE));
}

static enum made finish_alarm(struct generator *generator, const struct document_item *item, const char *family, const struct template_values *values)
{
	generator_add_cell(generator, "answer.alarm.description", "description", generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION), values);
	generator_add_cell(generator, "answer.alarm.action", "action", action_of(generator, item), values);
	generator_add_cell(generator, "answer.alarm.cause", "cause", generator_cell(generator, item, "alarm_details", "cause"), values);
	if (generator_too_short(generator))
		(void)generator_details(generator, item, false);
	if (generator_too_short(generator))
		generator_enrich(generator, item, "answer.siblings.alarms");
	return generator_submit(generator, family, values);
}

enum made make_alarm(struct generator *generator, const struct document_item *item)
{
	struct template_values values;
	alarm_values(generator, item, CONVERSATION_TROUBLESHOOTING, &values);
	(void)generator_frame(generator, "answer.alarm.intro", &values);
	return finish_alarm(generator, item, action_of(generator, item).bytes ? "question.alarm" : "question.alarm.meaning", &values);
}

/* From what is seen to the alarm. */
enum made make_alarm_symptom(struct generator *generator, const struct document_item *item)
{
	struct template_values values;
	struct text rest = generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION), symptom;
	if (!prose_next_sentence(&rest, &symptom) || memchr(symptom.data, '"', symptom.bytes))
		return MADE_NOTHING;
	while (symptom.bytes && symptom.data[symptom.bytes - 1] == '.')
		symptom.bytes--;
	alarm_values(generator, item, CONVERSATION_SCENARIO, &values);
	template_values_set(&values, "symptom", symptom);
	(void)generator_frame(generator, "answer.alarm.symptom", &values);
	return finish_alarm(generator, item, "question.alarm.symptom", &values);
}

enum made make_alarm_facts(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_ALARMS, k);
	return item ? make_alarm(generator, item) : MADE_END;
}
