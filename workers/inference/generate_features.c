/* generate_features.c: pairs about the feature that a document describes: its identity, and how it relates to other features. */
#include "workers/inference/generator.h"

enum { RELATIONS_MAX = 12, OVERVIEW_BYTES = 320, OVERVIEW_PROSE_BYTES_MIN = 80 };

/* Lists stand one value a line in the metadata; here they are parted by commas. */
static void append_values(struct buffer *out, const struct generator *generator, const struct document_item *item, enum document_key key)
{
	const struct document *document = generator->document;
	bool any = false;
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		if (attribute->key != key)
			continue;
		if (any)
			buffer_append_string(out, ", ");
		if (key == DOCUMENT_KEY_FAJ || key == DOCUMENT_KEY_CXC)
			prose_append_value(out, document_text(document, attribute->value));
		else
			buffer_append_text(out, document_text(document, attribute->value));
		any = true;
	}
}

/* Does the document say all that a question about licence, package and place asks for? */
static bool says_all(const struct generator *generator, const struct document_item *item)
{
	static const enum document_key keys[] = { DOCUMENT_KEY_FAJ, DOCUMENT_KEY_CXC, DOCUMENT_KEY_VALUE_PACKAGE, DOCUMENT_KEY_NODE_TYPE, DOCUMENT_KEY_ACCESS_TYPE };
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (!generator_value(generator, item, keys[i]).bytes)
			return false;
	return true;
}

static void append_identity(struct generator *generator, const struct document_item *item, const struct template_values *values)
{
	static const struct { enum document_key key; const char *name, *family; } frames[] = {
		{ DOCUMENT_KEY_FAJ, "faj", "answer.feature.faj" },
		{ DOCUMENT_KEY_CXC, "cxc", "answer.feature.cxc" },
		{ DOCUMENT_KEY_VALUE_PACKAGE, "package", "answer.feature.package" },
		{ DOCUMENT_KEY_NODE_TYPE, "node", "answer.feature.node" },
		{ DOCUMENT_KEY_ACCESS_TYPE, "access", "answer.feature.access" },
		{ DOCUMENT_KEY_LICENSING, "licensing", "answer.feature.licensing" },
		{ DOCUMENT_KEY_STATE, "state", "answer.feature.state" },
	};
	for (size_t i = 0; i < COUNT_OF(frames); i++) {
		struct text value = generator_value(generator, item, frames[i].key);
		if (!value.bytes || (frames[i].key == DOCUMENT_KEY_LICENSING && text_equal(value, generator_value(generator, item, DOCUMENT_KEY_CXC))))
			continue;
		buffer_clear(&generator->text);
		append_values(&generator->text, generator, item, frames[i].key);
		struct template_values with = *values;
		template_values_set(&with, frames[i].name, buffer_view(&generator->text));
		(void)generator_frame(generator, frames[i].family, &with);
	}
}

/* What the feature is, in a sentence or two: from the section that says so, or from the one with the identity. */
static void append_overview(struct generator *generator, const struct document_item *item)
{
	const struct section *section = NULL, *own = section_at(generator, item->span.offset);
	for (size_t i = 0; i < generator->section_count && !section; i++) {
		const struct section *candidate = &generator->sections[i];
		if (candidate->heading == UINT32_MAX || candidate->prose_bytes < OVERVIEW_PROSE_BYTES_MIN)
			continue;
		const struct block *heading = &generator->blocks.items[candidate->heading];
		struct text title = text_slice(generator->document->markdown, heading->content_start, heading->content_end);
		if (domain_list_has(generator->domain, DOMAIN_LIST_GENERIC_HEADINGS, heading_without_number(text_trim(title))))
			section = candidate;
	}
	if (!section && own && own->heading != UINT32_MAX) /* before the first heading there are header lines */
		section = own;
	draft_paragraph(&generator->draft);
	if (section)
		(void)section_compose(generator, section, generator->draft.answer.bytes + OVERVIEW_BYTES, false);
}

enum made make_feature_identity(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_MAIN_FEATURES, k);
	if (!item)
		return MADE_END;
	struct template_values values;
	generator_begin(generator, CONVERSATION_FACTUAL, item, &values);
	if (!generator->feature.bytes)
		template_values_set(&values, "feature", generator_value(generator, item, DOCUMENT_KEY_NAME));
	generator_describe(generator, item, &values);
	append_identity(generator, item, &values);
	append_overview(generator, item);
	return generator_submit(generator, says_all(generator, item) ? "question.feature" : "question.feature.some", &values);
}

/* "- Name (`FAJ …`), prerequisite: description" */
static bool append_relation(struct generator *generator, const struct document_item *item)
{
	struct text relationship = generator_value(generator, item, DOCUMENT_KEY_RELATIONSHIP), faj = generator_value(generator, item, DOCUMENT_KEY_FAJ);
	draft_use_item(&generator->draft, item);
	struct buffer *line = &generator->line;
	buffer_clear(line);
	buffer_append_text(line, generator_value(generator, item, DOCUMENT_KEY_NAME));
	if (faj.bytes) {
		buffer_append_string(line, " (`");
		buffer_append_text(line, faj);
		buffer_append_string(line, "`)");
	}
	if (relationship.bytes) {
		buffer_append_string(line, ", ");
		buffer_append_text(line, relationship);
	}
	struct text description = generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION);
	if (description.bytes)
		buffer_append_string(line, ": ");
	prose_mark_identifiers(line, generator->domain, description);
	return draft_entry(&generator->draft, 0, buffer_view(line));
}

/* k = 0: all of them; after that one by one. */
enum made make_feature_dependencies(struct generator *generator, size_t k)
{
	size_t count = generator->item_count[DOCUMENT_RELATED_FEATURES];
	if (!generator->feature.bytes || k > count || !count)
		return MADE_END;
	struct template_values values;
	if (k == 0) {
		generator_begin(generator, CONVERSATION_DEPENDENCY, NULL, &values);
		(void)generator_frame(generator, "answer.dependencies.intro", &values);
		buffer_append_byte(&generator->draft.answer, '\n');
		for (size_t i = 0; i < count && i < RELATIONS_MAX; i++)
			(void)append_relation(generator, &generator->document->items[generator->items[DOCUMENT_RELATED_FEATURES][i]]);
		return generator_submit(generator, "question.dependencies", &values);
	}
	const struct document_item *item = generator_item(generator, DOCUMENT_RELATED_FEATURES, k - 1);
	generator_begin(generator, CONVERSATION_DEPENDENCY, item, &values);
	template_values_set(&values, "other", generator_value(generator, item, DOCUMENT_KEY_NAME));
	template_values_set(&values, "relationship", generator_value(generator, item, DOCUMENT_KEY_RELATIONSHIP));
	(void)generator_frame(generator, "answer.dependency.intro", &values);
	buffer_clear(&generator->rendered);
	prose_mark_identifiers(&generator->rendered, generator->domain, generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION));
	draft_sentences(&generator->draft, buffer_view(&generator->rendered), true, generator->settings->generate.answer_chars_max);
	generator_mentions(generator, item, 3);
	return generator_submit(generator, "question.dependency", &values);
}
