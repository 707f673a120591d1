/* generate_compare.c: pairs about two items side by side: attributes or counters of one class, neighbours in the document. */
#include "workers/inference/generator.h"

enum { PARTNER_DISTANCE_MAX = 64 };

/* The next item of the same category and class that has something to compare; in documents without classes simply the next one. */
static const struct document_item *find_partner(const struct generator *generator, const struct document_item *item)
{
	const struct document *document = generator->document;
	struct text class = generator_value(generator, item, DOCUMENT_KEY_MO_CLASS), name = generator_value(generator, item, DOCUMENT_KEY_NAME);
	struct text description = generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION);
	size_t first = (size_t)(item - document->items) + 1;
	for (size_t i = first; i < document->item_count && i < first + PARTNER_DISTANCE_MAX; i++) {
		const struct document_item *other = &document->items[i];
		struct text other_description = generator_value(generator, other, DOCUMENT_KEY_DESCRIPTION);
		if (other->category == item->category && other->confidence >= generator->settings->gate.extraction &&
		    text_equal(generator_value(generator, other, DOCUMENT_KEY_MO_CLASS), class) &&
		    !text_equal(generator_value(generator, other, DOCUMENT_KEY_NAME), name) && other_description.bytes &&
		    !text_equal(other_description, description))
			return other;
	}
	return NULL;
}

/* "`EUtranCellFDD.cellRange` is documented with the type `Integer`, the range `1..100` and …" */
static void append_values(struct generator *generator, const struct document_item *item, const struct template_values *values)
{
	static const struct { enum document_key key; const char *name, *family; } parts[] = {
		{ DOCUMENT_KEY_TYPE, "type", "inline.type" }, { DOCUMENT_KEY_RANGE, "range", "inline.range" },
		{ DOCUMENT_KEY_DEFAULT, "default", "inline.default" }, { DOCUMENT_KEY_UNIT, "unit", "inline.unit" },
	};
	struct buffer *list = &generator->rendered;
	buffer_clear(list);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct text value = generator_value(generator, item, parts[i].key);
		if (!value.bytes)
			continue;
		buffer_clear(&generator->text);
		prose_append_value(&generator->text, value);
		struct template_values with = *values;
		template_values_set(&with, parts[i].name, buffer_view(&generator->text));
		buffer_append_string(list, list->bytes ? ", " : "");
		(void)template_frame(&generator->picker, parts[i].family, &with, list);
	}
	if (!list->bytes)
		return;
	struct template_values with = *values;
	template_values_set(&with, "values", buffer_view(list));
	(void)generator_frame(generator, "answer.values_inline", &with);
}

static void describe_side(struct generator *generator, const struct document_item *item, struct text name, const struct template_values *both)
{
	struct template_values values = *both;
	template_values_set(&values, "name", name);
	draft_paragraph(&generator->draft);
	generator->introduced = false;
	generator_describe(generator, item, &values);
	if (item->category == DOCUMENT_PARAMETERS)
		append_values(generator, item, &values);
}

enum made make_comparison(struct generator *generator, const struct document_item *item)
{
	const struct document_item *other = find_partner(generator, item);
	if (!other || !generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION).bytes)
		return MADE_NOTHING;
	bool counters = item->category == DOCUMENT_COUNTERS;
	struct template_values values;
	generator_begin(generator, CONVERSATION_COMPARISON, item, &values);
	draft_use_item(&generator->draft, other);
	struct text other_name = draft_item_name(generator->document, other, generator->other_name);
	template_values_set(&values, "other", other_name);
	(void)generator_frame(generator, counters ? "answer.compare.counters" : "answer.compare.class", &values);
	describe_side(generator, item, draft_item_name(generator->document, item, generator->name), &values);
	describe_side(generator, other, other_name, &values);
	return generator_submit(generator, counters ? "question.counter.compare" : "question.parameter.compare", &values);
}

enum made make_parameter_comparison(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_PARAMETERS, k);
	return item ? make_comparison(generator, item) : MADE_END;
}

enum made make_counter_comparison(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_COUNTERS, k);
	return item ? make_comparison(generator, item) : MADE_END;
}
