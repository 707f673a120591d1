/* generate_parameters.c: pairs about configuration attributes: what one is, how to change it, how two differ, which there are. */
#include "workers/inference/generator.h"

#include "workers/inference/cmedit.h"

enum { LIST_ENTRIES_MIN = 3, LIST_ENTRIES_MAX = 20, COMMANDS_MIN = 4 };

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
	generator_introduce(generator, "answer.parameter.intro", &values);
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
	bool roll_back = is_one_word(target->initial) && !text_equal(value, target->initial);
	static const char *const families[] = { "step.describe", "step.get", "step.preview", "step.set", "step.verify", "step.rollback" };
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		buffer_clear(command);
		if (i == 0)
			cmedit_describe(command, target->name);
		else if (i == 1 || i == 4)
			cmedit_get(command, "*", target->name);
		else if (i < 4)
			cmedit_set(command, "*", target->name, value, i == 2);
		else if (roll_back)
			cmedit_set(command, "*", target->name, target->initial, false);
		number += append_step(generator, families[i], values, number + 1, command, target);
	}
	return number;
}

/* What the commands set, and why: the first that there is. An end of a range is no advice, so that nothing is set to it. */
enum change { CHANGE_AS_DOCUMENTED, CHANGE_EXAMPLE, CHANGE_TO_DEFAULT, CHANGE_NONE };

static enum change choose_value(const struct generator *generator, const struct cmedit_target *target, const struct document_item **ret_procedure,
				struct text *ret_value)
{
	*ret_procedure = find_procedure(generator, target, ret_value);
	if (*ret_procedure && is_one_word(*ret_value))
		return CHANGE_AS_DOCUMENTED;
	if (cmedit_example_value(target, ret_value))
		return CHANGE_EXAMPLE;
	*ret_value = target->initial;
	return is_one_word(target->initial) ? CHANGE_TO_DEFAULT : CHANGE_NONE;
}

/* The sentence above the commands. */
static void append_reason(struct generator *generator, enum change change, const struct document_item *procedure, struct text value,
			  const struct template_values *values)
{
	struct template_values with = *values;
	buffer_clear(&generator->text);
	prose_append_value(&generator->text, value);
	template_values_set(&with, "value", buffer_view(&generator->text));
	draft_paragraph(&generator->draft);
	if (change == CHANGE_AS_DOCUMENTED) {
		draft_use_item(&generator->draft, procedure);
		(void)generator_frame(generator, "answer.configure.procedure", &with);
	} else if (change == CHANGE_EXAMPLE) {
		(void)generator_frame(generator, "answer.configure.example", &with);
	}
	(void)generator_frame(generator, change == CHANGE_TO_DEFAULT ? "answer.configure.reset" : "answer.configure.intro", &with);
	buffer_append_byte(&generator->draft.answer, '\n');
}

enum made make_parameter_configuration(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_PARAMETERS, k), *procedure;
	if (!item || !generator->settings->generate.cmedit)
		return MADE_END;
	struct text class, attribute, value;
	struct cmedit_target target = {
		.name = draft_item_name(generator->document, item, generator->name), .range = generator_value(generator, item, DOCUMENT_KEY_RANGE),
		.initial = generator_value(generator, item, DOCUMENT_KEY_DEFAULT),
		.read_only = text_equal(generator_value(generator, item, DOCUMENT_KEY_READ_ONLY), TEXT_LITERAL("true")),
	};
	if (target.read_only || generator_is_withdrawn(generator, item) || !cmedit_split_name(target.name, &class, &attribute))
		return MADE_NOTHING;
	enum change change = choose_value(generator, &target, &procedure, &value);
	if (change == CHANGE_NONE)
		return MADE_NOTHING;
	struct template_values values;
	generator_begin(generator, CONVERSATION_CONFIGURATION, item, &values);
	if (!generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION).bytes)
		generator_introduce(generator, "answer.parameter.intro", &values);
	generator_describe(generator, item, &values);
	(void)generator_facts(generator, item, &values);
	append_reason(generator, change, procedure, value, &values);
	generator->draft.cmedit = append_workflow(generator, &values, &target, value) >= COMMANDS_MIN;
	const char *family = change == CHANGE_TO_DEFAULT ? "question.parameter.reset" :
			     is_one_word(target.initial) ? "question.parameter.configure.rollback" : "question.parameter.configure";
	return generator->draft.cmedit ? generator_submit(generator, family, &values) : MADE_NOTHING;
}

/* --- which there are --- */

enum made make_parameter_list(struct generator *generator, size_t k)
{
	size_t count = generator->item_count[DOCUMENT_PARAMETERS];
	if (k > 0 || count < LIST_ENTRIES_MIN || count > LIST_ENTRIES_MAX) /* some of many are no answer to which there are */
		return MADE_END;
	struct template_values values;
	generator_begin(generator, CONVERSATION_FACTUAL, NULL, &values);
	(void)generator_frame(generator, "answer.list.parameters", &values);
	buffer_append_byte(&generator->draft.answer, '\n');
	size_t entries = 0;
	for (size_t i = 0; i < count; i++)
		entries += generator_item_entry(generator, &generator->document->items[generator->items[DOCUMENT_PARAMETERS][i]]);
	return entries >= LIST_ENTRIES_MIN ? generator_submit(generator, "question.parameter.list", &values) : MADE_NOTHING;
}
