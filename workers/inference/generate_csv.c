/* generate_csv.c: the pairs of a CSV file: up to generate.pairs_csv_item a row. What can be asked depends on what the rows are: a
 * parameter has a meaning and a value that can be set, a counter a meaning, an alarm a remedy, a KPI a formula; two rows of one class
 * can be compared. Where that does not come to enough, the whole entry is asked for. */
#include "workers/inference/generator.h"

enum { COMPARED_EVERY = 3 }; /* so many rows to one whose second pair is a comparison */

/* --- cells by what they mean --- */

static bool column_is(const struct domain *domain, const char *category, const char *field, struct text header)
{
	size_t count;
	const struct domain_columns *columns = domain_columns(domain, &count);
	for (size_t i = 0; i < count; i++) {
		if (!text_equal(columns[i].category, text_from(category)) || !text_equal(columns[i].field, text_from(field)))
			continue;
		for (size_t n = 0; n < columns[i].name_count; n++)
			if (text_equal_nocase(columns[i].names[n], header))
				return true;
	}
	return false;
}

/* The value of the cell whose column has this meaning, or empty. */
struct text generator_cell(const struct generator *generator, const struct document_item *item, const char *category, const char *field)
{
	const struct document *document = generator->document;
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		struct text detail = document_text(document, attribute->value);
		const char *colon = attribute->key == DOCUMENT_KEY_DETAIL ? memchr(detail.data, ':', detail.bytes) : NULL;
		size_t at = colon ? (size_t)(colon - detail.data) : 0;
		if (colon && column_is(generator->domain, category, field, text_slice(detail, 0, at)))
			return text_trim(text_slice(detail, at + 1, detail.bytes));
	}
	return (struct text){ 0 };
}

bool generator_is_withdrawn(const struct generator *generator, const struct document_item *item)
{
	static const char *const fields[] = { "deprecated", "obsolete" };
	struct text description = generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (column_is(generator->domain, "words", "yes", generator_cell(generator, item, "parameter_details", fields[i])))
			return true;
	return description.bytes && !memchr(description.data, ' ', description.bytes);
}

/* A frame with one cell in it; nothing when the cell is empty. */
void generator_add_cell(struct generator *generator, const char *family, const char *name, struct text value, const struct template_values *values)
{
	struct template_values with = *values;
	if (!value.bytes)
		return;
	buffer_clear(&generator->rendered);
	prose_mark_identifiers(&generator->rendered, generator->domain, value);
	template_values_set(&with, name, buffer_view(&generator->rendered));
	(void)generator_frame(generator, family, &with);
}

/* --- rows of any kind --- */

static const char *intro_family(const struct document_item *item)
{
	return item->category == DOCUMENT_PARAMETERS ? "answer.parameter.intro" :
	       item->category == DOCUMENT_COUNTERS ? "answer.counter.intro" : "answer.row.intro";
}

static enum made make_row_description(struct generator *generator, const struct document_item *item)
{
	static const enum conversation_question kinds[DOCUMENT_CATEGORY_COUNT] = { [DOCUMENT_COUNTERS] = CONVERSATION_COUNTER_ANALYSIS };
	struct template_values values;
	if (item->category == DOCUMENT_PARAMETERS && generator_is_withdrawn(generator, item))
		return MADE_NOTHING; /* its entry says so */
	generator_begin(generator, kinds[item->category], item, &values);
	generator_introduce(generator, intro_family(item), &values);
	generator_describe(generator, item, &values);
	(void)generator_facts(generator, item, &values);
	if (generator_too_short(generator))
		(void)generator_details(generator, item, false);
	return generator_submit(generator, item->category == DOCUMENT_PARAMETERS ? parameter_question(generator, item) :
				item->category == DOCUMENT_COUNTERS ? "question.counter" : "question.row", &values);
}

static enum made make_row_entry(struct generator *generator, const struct document_item *item)
{
	struct template_values values;
	generator_begin(generator, CONVERSATION_FACTUAL, item, &values);
	(void)generator_frame(generator, "answer.row.entry", &values);
	if (generator_details(generator, item, true) < 2)
		return MADE_NOTHING;
	return generator_submit(generator, "question.row.more", &values);
}

/* The makers of parameters take positions in the generator's order; here one item is put in alone. */
static enum made make_row_configuration(struct generator *generator, const struct document_item *item)
{
	if (item->category != DOCUMENT_PARAMETERS)
		return MADE_NOTHING;
	uint32_t index = (uint32_t)(item - generator->document->items), *had = generator->items[DOCUMENT_PARAMETERS];
	size_t count = generator->item_count[DOCUMENT_PARAMETERS];
	generator->items[DOCUMENT_PARAMETERS] = &index;
	generator->item_count[DOCUMENT_PARAMETERS] = 1;
	enum made made = make_parameter_configuration(generator, 0);
	generator->items[DOCUMENT_PARAMETERS] = had;
	generator->item_count[DOCUMENT_PARAMETERS] = count;
	return made;
}

static enum made make_row_comparison(struct generator *generator, const struct document_item *item)
{
	bool comparable = item->category == DOCUMENT_PARAMETERS || item->category == DOCUMENT_COUNTERS;
	return comparable && (item - generator->document->items) % COMPARED_EVERY == 0 ? make_comparison(generator, item) : MADE_NOTHING;
}

/* --- KPIs: each item is a counter of the row's formula --- */

static void kpi_values(struct generator *generator, const struct document_item *item, struct template_values *ret_values)
{
	generator_begin(generator, CONVERSATION_COUNTER_ANALYSIS, item, ret_values);
	struct text formula = generator_cell(generator, item, "kpi_details", "formula"), unit = generator_cell(generator, item, "kpis", "unit");
	buffer_clear(&generator->text);
	if (formula.bytes)
		prose_append_value(&generator->text, formula);
	size_t end = generator->text.bytes;
	if (unit.bytes)
		prose_append_value(&generator->text, unit);
	template_values_set(ret_values, "kpi", generator_cell(generator, item, "kpis", "name"));
	template_values_set(ret_values, "formula", text_slice(buffer_view(&generator->text), 0, end));
	template_values_set(ret_values, "unit", text_slice(buffer_view(&generator->text), end, generator->text.bytes));
}

static enum made make_kpi(struct generator *generator, const struct document_item *item)
{
	bool counter = item != generator->document->items && item[-1].span.offset == item->span.offset; /* the row's KPI was asked about */
	struct template_values values;
	kpi_values(generator, item, &values);
	(void)generator_frame(generator, counter ? "answer.kpi.counter" : "answer.kpi.intro", &values);
	generator_add_cell(generator, "answer.kpi.definition", "description", generator_cell(generator, item, "kpis", "description"), &values);
	if (generator_too_short(generator)) {
		draft_paragraph(&generator->draft);
		(void)generator_frame(generator, "answer.kpi.details", &values);
		buffer_append_byte(&generator->draft.answer, '\n');
		(void)generator_details(generator, item, false);
	}
	return generator_submit(generator, counter ? "question.kpi.counter" : "question.kpi", &values);
}

/* --- the plan --- */

void generate_csv_rows(struct generator *generator)
{
	static row_maker *const any[] = { make_row_description, make_row_comparison, make_row_configuration, make_row_entry };
	static row_maker *const alarms[] = { make_alarm, make_alarm_symptom }, *const kpis[] = { make_kpi };
	const struct settings *settings = generator->settings;
	const struct document *document = generator->document;
	struct text kind = document_meta(document, DOCUMENT_META_KIND);
	bool is_alarms = text_equal(kind, TEXT_LITERAL("alarms")), is_kpis = text_equal(kind, TEXT_LITERAL("kpis"));
	row_maker *const *makers = is_alarms ? alarms : is_kpis ? kpis : any;
	size_t maker_count = is_alarms ? COUNT_OF(alarms) : is_kpis ? COUNT_OF(kpis) : COUNT_OF(any);
	for (uint32_t i = 0; i < document->item_count && generator->accepted < settings->generate.pairs_csv_max && !generator->status; i++) {
		const struct document_item *item = &document->items[i];
		uint64_t pairs = 0;
		for (size_t m = 0; item->confidence >= settings->gate.extraction && m < maker_count && pairs < settings->generate.pairs_csv_item &&
				   generator->accepted < settings->generate.pairs_csv_max; m++)
			pairs += makers[m](generator, item) == MADE_PAIR;
	}
}
