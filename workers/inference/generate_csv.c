/* generate_csv.c: the pairs of a CSV file: up to generate.pairs_csv_item a row, the first about what the row's item is, the second
 * about everything else that the row says, and for attributes that can be set about setting them. Nothing is taken from other rows. */
#include "workers/inference/generator.h"

enum { ROW_VARIANTS = 3 };

static const char *intro_family(const struct document_item *item)
{
	return item->category == DOCUMENT_PARAMETERS ? "answer.parameter.intro" :
	       item->category == DOCUMENT_COUNTERS ? "answer.counter.intro" : "answer.row.intro";
}

static enum made make_row_description(struct generator *generator, const struct document_item *item)
{
	static const enum conversation_question kinds[DOCUMENT_CATEGORY_COUNT] = { [DOCUMENT_COUNTERS] = CONVERSATION_COUNTER_ANALYSIS };
	struct template_values values;
	generator_begin(generator, kinds[item->category], item, &values);
	(void)generator_frame(generator, intro_family(item), &values);
	generator_describe(generator, item, &values);
	(void)generator_facts(generator, item, &values);
	if (generator_too_short(generator))
		(void)generator_details(generator, item);
	return generator_submit(generator, item->category == DOCUMENT_PARAMETERS ? parameter_question(generator, item) :
				item->category == DOCUMENT_COUNTERS ? "question.counter" : "question.row", &values);
}

static enum made make_row_details(struct generator *generator, const struct document_item *item)
{
	struct template_values values;
	generator_begin(generator, CONVERSATION_FACTUAL, item, &values);
	(void)generator_frame(generator, "answer.row.intro", &values);
	if (generator_details(generator, item) < 2)
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

void generate_csv_rows(struct generator *generator)
{
	const struct settings *settings = generator->settings;
	const struct document *document = generator->document;
	for (uint32_t i = 0; i < document->item_count && generator->accepted < settings->generate.pairs_csv_max && !generator->status; i++) {
		const struct document_item *item = &document->items[i];
		if (item->confidence < settings->gate.extraction)
			continue;
		uint64_t pairs = 0;
		for (unsigned variant = 0; variant < ROW_VARIANTS && pairs < settings->generate.pairs_csv_item &&
					   generator->accepted < settings->generate.pairs_csv_max; variant++) {
			enum made made = variant == 0 ? make_row_description(generator, item) :
					 variant == 1 ? make_row_configuration(generator, item) : make_row_details(generator, item);
			pairs += made == MADE_PAIR;
		}
	}
}
