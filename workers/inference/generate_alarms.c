/* generate_alarms.c: pairs about alarms, from the rows of exports and of tables in documents, and from the sections that a guide has on
 * one alarm each: what one means and what is done about it. */
#include "workers/inference/generator.h"

enum { SECTIONS_MAX = 8 };

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
	if (generator_too_short(generator) || !generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION).bytes)
		(void)generator_details(generator, item, false); /* what it means may stand in a column of another name */
	if (generator_too_short(generator))
		generator_enrich(generator, item, "answer.siblings.alarms");
	return generator_submit(generator, family, values);
}

/* Says the item itself what the alarm means, or what is done about it? A cause that is a number means nothing. */
static bool is_explained(const struct generator *generator, const struct document_item *item)
{
	struct text cause = generator_cell(generator, item, "alarm_details", "cause");
	return generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION).bytes || action_of(generator, item).bytes || memchr(cause.bytes ? cause.data : "", ' ', cause.bytes);
}

/* The section that is about this alarm alone; NULL when the item's section has others too, or is the document's first. */
static const struct section *own_section(const struct generator *generator, const struct document_item *item)
{
	const struct section *section = section_at(generator, item->span.offset);
	if (!section || section->heading == UINT32_MAX || section->level < 2)
		return NULL;
	uint32_t start = generator->blocks.items[section->heading].start, end = generator->blocks.items[section->end - 1].end;
	for (size_t i = 0; i < generator->item_count[DOCUMENT_ALARMS]; i++) {
		const struct document_item *other = &generator->document->items[generator->items[DOCUMENT_ALARMS][i]];
		if (other != item && other->span.offset >= start && other->span.offset < end)
			return NULL;
	}
	return section;
}

/* What stands in the alarm's section and below it. False when that is nothing. */
static bool append_section(struct generator *generator, const struct document_item *item)
{
	const struct section *section = own_section(generator, item), *end = generator->sections + generator->section_count;
	size_t bytes_max = generator->settings->generate.answer_chars_max, before = generator->draft.answer.bytes;
	if (!section)
		return false;
	draft_paragraph(&generator->draft);
	struct section_told told = section_compose(generator, section, bytes_max, false);
	for (const struct section *below = section + 1; below < end && below->level > section->level && below <= section + SECTIONS_MAX && !told.cut; below++)
		told = section_compose_below(generator, below, bytes_max);
	return !told.cut && generator->draft.answer.bytes > before;
}

/* An alarm whose entry has neither meaning nor action, under a heading of its own. */
static enum made make_alarm_of_section(struct generator *generator, const struct document_item *item)
{
	struct template_values values;
	alarm_values(generator, item, CONVERSATION_TROUBLESHOOTING, &values);
	(void)generator_frame(generator, "answer.alarm.intro", &values);
	return append_section(generator, item) ? generator_submit(generator, "question.alarm", &values) : MADE_NOTHING;
}

enum made make_alarm(struct generator *generator, const struct document_item *item)
{
	struct template_values values;
	if (!is_explained(generator, item) && generator->document->header->format != DOCUMENT_FORMAT_CSV)
		return make_alarm_of_section(generator, item);
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
