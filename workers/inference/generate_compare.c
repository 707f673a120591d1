/* generate_compare.c: pairs about two items side by side: attributes or counters of one class, neighbours in the document. */
#define _GNU_SOURCE
#include "workers/inference/generator.h"

enum { PARTNER_DISTANCE_MAX = 64 };

/* The next of the words that a name is written with: "pm", "Ho", "Exe", "Too", "Late". */
static bool next_name_word(struct text *rest, struct text *ret_word)
{
	size_t end = 1;
	if (!rest->bytes)
		return false;
	while (end < rest->bytes && (!ascii_is_upper(rest->data[end]) || ascii_is_upper(rest->data[end - 1])))
		end++;
	*ret_word = text_slice(*rest, 0, end);
	*rest = text_slice(*rest, end, rest->bytes);
	return true;
}

/* "pm", "Timer", "Threshold": nothing that tells what the name is about. */
static bool is_common(const struct domain *domain, struct text word)
{
	return text_equal(word, TEXT_LITERAL("pm")) || domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_NOUNS, word);
}

/* Names that can be taken for one another have half of their words in common. */
static bool are_alike(const struct domain *domain, struct text name, struct text other)
{
	struct text word, other_word;
	size_t words = 0, other_words = 0, shared = 0;
	for (struct text rest = other; next_name_word(&rest, &other_word);)
		other_words += !is_common(domain, other_word);
	for (struct text rest = name; next_name_word(&rest, &word);) {
		bool found = false;
		if (is_common(domain, word))
			continue;
		words++;
		for (struct text others = other; !found && next_name_word(&others, &other_word);)
			found = text_equal_nocase(word, other_word);
		shared += found;
	}
	return shared * 2 >= size_max(words, other_words) && shared > 0;
}

static struct text own_name(const struct generator *generator, const struct document_item *item)
{
	struct text attribute = generator_value(generator, item, DOCUMENT_KEY_ATTRIBUTE), name = generator_value(generator, item, DOCUMENT_KEY_NAME);
	const char *dot = name.bytes ? memrchr(name.data, '.', name.bytes) : NULL;
	return attribute.bytes ? attribute : dot ? text_slice(name, (size_t)(dot + 1 - name.data), name.bytes) : name;
}

/* The next item of the same category and class, of a name much like it, that has something to compare; in documents without classes simply the next one. */
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
		    !text_equal(other_description, description) && are_alike(generator->domain, own_name(generator, item), own_name(generator, other)) &&
		    !generator_is_withdrawn(generator, other))
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
	size_t left = 0;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		left += generator_value(generator, item, parts[i].key).bytes > 0;
	if (left < 2) /* the type alone */
		return;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct text value = generator_value(generator, item, parts[i].key);
		if (!value.bytes)
			continue;
		buffer_clear(&generator->text);
		prose_append_value(&generator->text, value);
		struct template_values with = *values;
		template_values_set(&with, parts[i].name, buffer_view(&generator->text));
		buffer_append_string(list, !list->bytes ? "" : --left == 1 ? " and " : ", ");
		(void)template_frame(&generator->picker, parts[i].family, &with, list);
	}
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
	if (!other || !generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION).bytes || generator_is_withdrawn(generator, item))
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
