/* generate_parameters.c: pairs about configuration attributes: what one is, how to change it, how two differ, which there are. */
#include "workers/inference/generator.h"

#include "workers/inference/cmedit.h"

enum { PARTNER_DISTANCE_MAX = 64, LIST_ENTRIES_MIN = 3, LIST_ENTRIES_MAX = 12, COMMANDS_MAX = 8 };

const char *parameter_question(const struct generator *generator, const struct document_item *item)
{
	bool values = generator_value(generator, item, DOCUMENT_KEY_RANGE).bytes || generator_value(generator, item, DOCUMENT_KEY_DEFAULT).bytes;
	return values ? "question.parameter.values" : "question.parameter";
}

enum made make_parameter_facts(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_PARAMETERS, k);
	if (!item)
		return MADE_END;
	struct template_values values;
	generator_begin(generator, CONVERSATION_FACTUAL, item, &values);
	(void)generator_frame(generator, "answer.parameter.intro", &values);
	generator_describe(generator, item, &values);
	bool facts = generator_facts(generator, item, &values);
	if (!facts && !generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION).bytes)
		return MADE_NOTHING; /* named, and nothing said about it */
	generator_enrich(generator, item, "answer.siblings.parameters");
	return generator_submit(generator, parameter_question(generator, item), &values);
}

/* --- commands --- */

/* What a documented activation sets the attribute to: the procedure, and the value in *ret_value. NULL when none does, or only to the default. */
static const struct document_item *find_procedure(const struct generator *generator, const struct cmedit_target *target, struct text *ret_value)
{
	const struct document *document = generator->document;
	struct text class, attribute;
	if (!cmedit_split_name(target->name, &class, &attribute))
		return NULL;
	for (size_t i = 0; i < generator->item_count[DOCUMENT_ACTIVATION_PROCEDURES]; i++) {
		const struct document_item *item = &document->items[generator->items[DOCUMENT_ACTIVATION_PROCEDURES][i]];
		for (uint32_t k = 0; k + 2 < item->attribute_count; k++) {
			const struct document_attribute *set = &document->attributes[item->attribute_first + k];
			if (set->key != DOCUMENT_KEY_SET_MO || !text_equal(document_text(document, set[0].value), class) ||
			    !text_equal(document_text(document, set[1].value), attribute))
				continue;
			*ret_value = document_text(document, set[2].value);
			if (ret_value->bytes && !text_equal(*ret_value, target->initial))
				return item;
		}
	}
	return NULL;
}

static bool is_one_word(struct text value)
{
	for (size_t i = 0; i < value.bytes; i++)
		if (ascii_is_space(value.data[i]) || value.data[i] == '`')
			return false;
	return value.bytes > 0;
}

/* One step of the workflow as a list entry; refused commands are left out. True when it was added. */
static bool append_step(struct generator *generator, const char *family, struct template_values *values, unsigned number,
			const struct buffer *command, const struct cmedit_target *target)
{
	if (cmedit_check(generator->domain, buffer_view(command), target, 1, NULL))
		return false;
	template_values_set(values, "command", buffer_view(command));
	buffer_clear(&generator->line);
	return template_frame(&generator->picker, family, values, &generator->line) &&
	       draft_entry(&generator->draft, number, buffer_view(&generator->line));
}

static unsigned append_workflow(struct generator *generator, struct template_values *values, const struct cmedit_target *target, struct text value)
{
	struct buffer *command = &generator->text;
	unsigned number = 0;
	template_values_set(values, "value", value);
	static const char *const families[] = { "step.describe", "step.get", "step.preview", "step.set", "step.verify", "step.rollback" };
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		buffer_clear(command);
		if (i == 0)
			cmedit_describe(command, target->name);
		else if (i == 1 || i == 4)
			cmedit_get(command, "*", target->name);
		else if (i < 4)
			cmedit_set(command, "*", target->name, value, i == 2);
		else if (is_one_word(target->initial))
			cmedit_set(command, "*", target->name, target->initial, false);
		number += append_step(generator, families[i], values, number + 1, command, target);
	}
	return number;
}

static void append_procedure(struct generator *generator, const struct document_item *procedure, struct text value, const struct template_values *values)
{
	struct template_values with = *values;
	draft_use_item(&generator->draft, procedure);
	buffer_clear(&generator->text);
	prose_append_value(&generator->text, value);
	template_values_set(&with, "value", buffer_view(&generator->text));
	draft_paragraph(&generator->draft);
	(void)generator_frame(generator, "answer.configure.procedure", &with);
}

enum made make_parameter_configuration(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_PARAMETERS, k);
	if (!item || !generator->settings->generate.cmedit)
		return MADE_END;
	struct text class, attribute, value;
	struct cmedit_target target = {
		.name = draft_item_name(generator->document, item, generator->name), .range = generator_value(generator, item, DOCUMENT_KEY_RANGE),
		.initial = generator_value(generator, item, DOCUMENT_KEY_DEFAULT),
		.read_only = text_equal(generator_value(generator, item, DOCUMENT_KEY_READ_ONLY), TEXT_LITERAL("true")),
	};
	if (target.read_only || !cmedit_split_name(target.name, &class, &attribute))
		return MADE_NOTHING;
	const struct document_item *procedure = find_procedure(generator, &target, &value);
	if (procedure && !is_one_word(value))
		procedure = NULL;
	if (!procedure && !cmedit_example_value(&target, &value))
		return MADE_NOTHING;
	struct template_values values;
	generator_begin(generator, CONVERSATION_CONFIGURATION, item, &values);
	generator_describe(generator, item, &values);
	(void)generator_facts(generator, item, &values);
	if (procedure)
		append_procedure(generator, procedure, value, &values);
	draft_paragraph(&generator->draft);
	(void)generator_frame(generator, "answer.configure.intro", &values);
	buffer_append_byte(&generator->draft.answer, '\n');
	generator->draft.cmedit = append_workflow(generator, &values, &target, value) >= 4;
	const char *family = is_one_word(target.initial) ? "question.parameter.configure.rollback" : "question.parameter.configure";
	return generator->draft.cmedit ? generator_submit(generator, family, &values) : MADE_NOTHING;
}

/* --- two and more --- */

/* The next parameter of the same class that has something to compare; in documents without classes simply the next one. */
static const struct document_item *find_partner(const struct generator *generator, const struct document_item *item)
{
	const struct document *document = generator->document;
	struct text class = generator_value(generator, item, DOCUMENT_KEY_MO_CLASS), name = generator_value(generator, item, DOCUMENT_KEY_NAME);
	size_t first = (size_t)(item - document->items) + 1;
	for (size_t i = first; i < document->item_count && i < first + PARTNER_DISTANCE_MAX; i++) {
		const struct document_item *other = &document->items[i];
		if (other->category == DOCUMENT_PARAMETERS && other->confidence >= generator->settings->gate.extraction &&
		    text_equal(generator_value(generator, other, DOCUMENT_KEY_MO_CLASS), class) &&
		    !text_equal(generator_value(generator, other, DOCUMENT_KEY_NAME), name) &&
		    generator_value(generator, other, DOCUMENT_KEY_DESCRIPTION).bytes)
			return other;
	}
	return NULL;
}

static void describe_side(struct generator *generator, const struct document_item *item, struct text name, const struct template_values *both)
{
	struct template_values values = *both;
	template_values_set(&values, "name", name);
	draft_paragraph(&generator->draft);
	generator_describe(generator, item, &values);
	(void)generator_facts(generator, item, &values);
}

enum made make_parameter_comparison(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_PARAMETERS, k);
	if (!item)
		return MADE_END;
	const struct document_item *other = find_partner(generator, item);
	if (!other || !generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION).bytes)
		return MADE_NOTHING;
	struct template_values values;
	generator_begin(generator, CONVERSATION_COMPARISON, item, &values);
	draft_use_item(&generator->draft, other);
	struct text other_name = draft_item_name(generator->document, other, generator->other_name);
	template_values_set(&values, "other", other_name);
	(void)generator_frame(generator, "answer.compare.class", &values);
	describe_side(generator, item, draft_item_name(generator->document, item, generator->name), &values);
	describe_side(generator, other, other_name, &values);
	return generator_submit(generator, "question.parameter.compare", &values);
}

enum made make_parameter_list(struct generator *generator, size_t k)
{
	size_t first = k * LIST_ENTRIES_MAX, count = generator->item_count[DOCUMENT_PARAMETERS];
	if (k > 0 || count < LIST_ENTRIES_MIN)
		return MADE_END;
	struct template_values values;
	generator_begin(generator, CONVERSATION_FACTUAL, NULL, &values);
	(void)generator_frame(generator, "answer.list.parameters", &values);
	buffer_append_byte(&generator->draft.answer, '\n');
	size_t entries = 0;
	for (size_t i = first; i < count && entries < LIST_ENTRIES_MAX; i++)
		entries += generator_item_entry(generator, &generator->document->items[generator->items[DOCUMENT_PARAMETERS][i]]);
	return entries >= LIST_ENTRIES_MIN ? generator_submit(generator, "question.parameter.list", &values) : MADE_NOTHING;
}
