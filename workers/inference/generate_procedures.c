/* generate_procedures.c: pairs about activation and deactivation: prerequisites, ordered steps, what follows, and the same as
 * checked commands where the document names the licence. */
#include "workers/inference/generator.h"

#include "workers/inference/cmedit.h"

enum { COMMANDS_MIN = 4 };

/* The values of a list key as list entries below an introduction. Returns how many. */
static unsigned append_list(struct generator *generator, const struct document_item *item, enum document_key key, const char *family,
			    const struct template_values *values, bool numbered)
{
	const struct document *document = generator->document;
	unsigned count = 0;
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		if (attribute->key != key)
			continue;
		if (!count) {
			draft_paragraph(&generator->draft);
			(void)generator_frame(generator, family, values);
			buffer_append_byte(&generator->draft.answer, '\n');
		}
		buffer_clear(&generator->rendered);
		prose_mark_identifiers(&generator->rendered, generator->domain, document_text(document, attribute->value));
		count += draft_entry(&generator->draft, numbered ? count + 1 : 0, buffer_view(&generator->rendered));
	}
	return count;
}

/* Reads the state, previews, sets, verifies; the last line goes back. Only commands that the validator lets through. */
static void append_commands(struct generator *generator, bool activate, const struct template_values *values)
{
	struct text licences = document_meta(generator->document, DOCUMENT_META_CXC_CODES), licence;
	struct domain_match match;
	if (!generator->settings->generate.cmedit || !text_next_line(&licences, &licence) ||
	    !domain_search(generator->domain, DOMAIN_PATTERN_LICENCE_ID, licence, 0, &match) || !match.groups[1].bytes)
		return;
	struct buffer *commands = &generator->text, *line = &generator->rendered;
	unsigned count = 0;
	buffer_clear(commands);
	for (int i = 0; i < 5; i++) {
		buffer_clear(line);
		if (i == 0 || i == 3)
			cmedit_get_feature(line, "*", match.groups[1]);
		else
			cmedit_set_feature(line, "*", match.groups[1], i == 4 ? !activate : activate, i == 1);
		if (cmedit_check(generator->domain, buffer_view(line), NULL, 0, NULL))
			continue;
		buffer_append_text(commands, buffer_view(line));
		buffer_append_byte(commands, '\n');
		count++;
	}
	if (count < COMMANDS_MIN)
		return;
	buffer_append_text(&generator->draft.source, licence);
	buffer_append_string(&generator->draft.source, "\n\n");
	draft_paragraph(&generator->draft);
	(void)generator_frame(generator, "answer.feature.commands", values);
	draft_commands(&generator->draft, buffer_view(commands));
	generator->draft.cmedit = true;
}

static bool is_activation(const struct generator *generator, const struct document_item *item)
{
	return !text_equal_nocase(generator_value(generator, item, DOCUMENT_KEY_KIND), TEXT_LITERAL("deactivate"));
}

static const struct document_item *begin(struct generator *generator, size_t k, enum conversation_question kind, struct template_values *ret_values)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_ACTIVATION_PROCEDURES, k);
	if (!item)
		return NULL;
	generator_begin(generator, kind, item, ret_values);
	if (!generator->feature.bytes)
		template_values_set(ret_values, "feature", generator->title);
	return item;
}

enum made make_activation(struct generator *generator, size_t k)
{
	struct template_values values;
	const struct document_item *item = begin(generator, k, CONVERSATION_ACTIVATION, &values);
	if (!item)
		return MADE_END;
	bool activate = is_activation(generator, item);
	if (!append_list(generator, item, DOCUMENT_KEY_STEP, activate ? "answer.activate.intro" : "answer.deactivate.intro", &values, true))
		return MADE_NOTHING;
	(void)append_list(generator, item, DOCUMENT_KEY_PREREQUISITE, "answer.prerequisites", &values, false);
	(void)append_list(generator, item, DOCUMENT_KEY_AFTER_TASK, "answer.after", &values, false);
	append_commands(generator, activate, &values);
	return generator_submit(generator, activate ? "question.activate" : "question.deactivate", &values);
}

enum made make_activation_conditions(struct generator *generator, size_t k)
{
	struct template_values values;
	const struct document_item *item = begin(generator, k, CONVERSATION_PROCEDURAL, &values);
	if (!item)
		return MADE_END;
	if (!is_activation(generator, item) ||
	    !append_list(generator, item, DOCUMENT_KEY_PREREQUISITE, "answer.conditions.intro", &values, false))
		return MADE_NOTHING;
	(void)append_list(generator, item, DOCUMENT_KEY_AFTER_TASK, "answer.after", &values, false);
	return generator_submit(generator, "question.activation.conditions", &values);
}
