/* generate_procedures.c: pairs about activation and deactivation: prerequisites, ordered steps, what follows, and the same as
 * checked commands where the document names the licence. */
#define _GNU_SOURCE
#include "workers/inference/generator.h"

#include "workers/inference/cmedit.h"

enum { COMMANDS_MIN = 4, SETS_MAX = 3 };

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
		count += draft_item(&generator->draft, 0, numbered ? count + 1 : 0, buffer_view(&generator->rendered));
	}
	return count;
}

/* Appends the command to the list when the validator lets it through. */
static unsigned append_command(struct generator *generator)
{
	struct text line = buffer_view(&generator->rendered);
	if (cmedit_check(generator->domain, line, NULL, 0, NULL))
		return 0;
	buffer_append_text(&generator->text, line);
	buffer_append_byte(&generator->text, '\n');
	return 1;
}

/* Reads the state, previews, sets, verifies; the last line goes back. */
static unsigned append_feature_commands(struct generator *generator, struct text licence, bool activate, bool roll_back)
{
	struct buffer *line = &generator->rendered;
	unsigned count = 0;
	for (int i = 0; i < (roll_back ? 5 : 4); i++) {
		buffer_clear(line);
		if (i == 0 || i == 3)
			cmedit_get_feature(line, "*", licence);
		else
			cmedit_set_feature(line, "*", licence, i == 4 ? !activate : activate, i == 1);
		count += append_command(generator);
	}
	return count;
}

/* What the steps set besides the feature's state: at most *ret_sets of SETS_MAX. False when one of them is no command. */
static bool find_settings(const struct generator *generator, const struct document_item *item, const struct document_attribute *ret_sets[SETS_MAX], size_t *ret_count)
{
	const struct document *document = generator->document;
	*ret_count = 0;
	for (uint32_t i = 0; i + 2 < item->attribute_count; i++) {
		const struct document_attribute *set = &document->attributes[item->attribute_first + i];
		if (set->key != DOCUMENT_KEY_SET_MO || text_equal(document_text(document, set[1].value), TEXT_LITERAL("featureState")))
			continue;
		struct text mo = document_text(document, set[0].value), value = document_text(document, set[2].value);
		bool usable = mo.bytes && !memchr(mo.data, '=', mo.bytes) && value.bytes && !memchr(value.data, ' ', value.bytes) && *ret_count < SETS_MAX;
		if (!usable)
			return false;
		ret_sets[(*ret_count)++] = set;
	}
	return *ret_count > 0;
}

/* Do the steps set these before they touch the feature's state? */
static bool come_first(const struct generator *generator, const struct document_item *item, const struct document_attribute *set)
{
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &generator->document->attributes[item->attribute_first + i];
		if (attribute->key == DOCUMENT_KEY_SET_MO)
			return attribute == set;
	}
	return false;
}

static unsigned append_settings(struct generator *generator, const struct document_attribute *const *sets, size_t count)
{
	const struct document *document = generator->document;
	unsigned appended = 0;
	for (size_t i = 0; i < count; i++) {
		struct text mo = document_text(document, sets[i][0].value), attribute = document_text(document, sets[i][1].value);
		buffer_clear(&generator->line);
		buffer_append_format(&generator->line, "%.*s.%.*s", TEXT_ARGS(mo), TEXT_ARGS(attribute));
		buffer_clear(&generator->rendered);
		cmedit_set(&generator->rendered, "*", buffer_view(&generator->line), document_text(document, sets[i][2].value), false);
		appended += append_command(generator);
	}
	return appended;
}

/* A document that does not say what the state goes back to gets no command for it. */
static bool says_word(struct text text, struct text word)
{
	for (const char *found; (found = text.bytes ? memmem(text.data, text.bytes, word.data, word.bytes) : NULL) != NULL;) {
		size_t at = (size_t)(found - text.data), end = at + word.bytes;
		if ((at == 0 || !ascii_is_word(text.data[at - 1])) && (end == text.bytes || !ascii_is_word(text.data[end])))
			return true;
		text = text_slice(text, end, text.bytes);
	}
	return false;
}

/* The steps as commands; those on the feature's state alone when the steps set what no command can say. */
static void append_commands(struct generator *generator, const struct document_item *item, bool activate, const struct template_values *values)
{
	struct text licences = document_meta(generator->document, DOCUMENT_META_CXC_CODES), licence;
	const struct document_attribute *sets[SETS_MAX];
	struct domain_match match;
	size_t set_count;
	if (!generator->settings->generate.cmedit || !text_next_line(&licences, &licence) ||
	    !domain_search(generator->domain, DOMAIN_PATTERN_LICENCE_ID, licence, 0, &match) || !match.groups[1].bytes)
		return;
	bool roll_back = says_word(generator->document->markdown, activate ? TEXT_LITERAL("DEACTIVATED") : TEXT_LITERAL("ACTIVATED"));
	bool settings = find_settings(generator, item, sets, &set_count), first = settings && come_first(generator, item, sets[0]);
	buffer_clear(&generator->text);
	unsigned set = first ? append_settings(generator, sets, set_count) : 0;
	unsigned count = append_feature_commands(generator, match.groups[1], activate, roll_back);
	set += settings && !first ? append_settings(generator, sets, set_count) : 0;
	if (count < COMMANDS_MIN || (settings && set < set_count))
		return;
	buffer_append_text(&generator->draft.source, licence);
	buffer_append_string(&generator->draft.source, "\n\n");
	draft_paragraph(&generator->draft);
	const char *back = settings ? "answer.procedure.commands" : "answer.feature.commands", *forth = settings ? "answer.procedure.commands.only" : "answer.feature.commands.only";
	(void)generator_frame(generator, roll_back ? back : forth, values);
	draft_commands(&generator->draft, buffer_view(&generator->text));
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
	append_commands(generator, item, activate, &values);
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
