/* score.c: the structural score and the complexity of a document, from its Markdown, its items and its metadata. The
 * formulas stand in score_structural.c and score_complexity.c; here is what goes into them. */
#include "workers/preprocess/score.h"

#include "workers/preprocess/preprocess.h"

static size_t list_first(struct text list)
{
	const char *end = list.bytes ? memchr(list.data, '\n', list.bytes) : NULL;
	return end ? (size_t)(end - list.data) : list.bytes;
}

static double share_filled(const struct document_builder *document, const enum document_meta *keys, size_t count)
{
	size_t filled = 0;
	for (size_t i = 0; i < count; i++)
		filled += document_builder_meta(document, keys[i]).bytes > 0;
	return (double)filled / (double)count;
}

/* The share of the fields that a document of its kind should say. */
static double metadata_fields(const struct document_builder *document)
{
	static const enum document_meta of_feature[] = { DOCUMENT_META_TITLE, DOCUMENT_META_FEATURE_NAME, DOCUMENT_META_FAJ_CODE,
							 DOCUMENT_META_CXC_CODES, DOCUMENT_META_VALUE_PACKAGE, DOCUMENT_META_NODE_TYPE,
							 DOCUMENT_META_ACCESS_TYPE, DOCUMENT_META_LICENSING };
	static const enum document_meta of_other[] = { DOCUMENT_META_TITLE, DOCUMENT_META_DOCUMENT_ID, DOCUMENT_META_VERSION,
						       DOCUMENT_META_KIND };
	if (text_equal(document_builder_meta(document, DOCUMENT_META_KIND), TEXT_LITERAL("feature")))
		return share_filled(document, of_feature, COUNT_OF(of_feature));
	return share_filled(document, of_other, COUNT_OF(of_other));
}

static double richness(const struct document_builder *document)
{
	static const enum document_meta keys[] = { DOCUMENT_META_TITLE, DOCUMENT_META_FEATURE_NAME, DOCUMENT_META_DOCUMENT_ID,
						   DOCUMENT_META_VERSION, DOCUMENT_META_FAJ_CODE, DOCUMENT_META_CXC_CODES,
						   DOCUMENT_META_VALUE_PACKAGE, DOCUMENT_META_NODE_TYPE, DOCUMENT_META_ACCESS_TYPE,
						   DOCUMENT_META_LICENSING, DOCUMENT_META_MO_CLASSES, DOCUMENT_META_TERMS };
	return share_filled(document, keys, COUNT_OF(keys));
}

/* The share of the identifying metadata that the text itself says too. */
static double consistency(const struct document_builder *document)
{
	static const enum document_meta keys[] = { DOCUMENT_META_TITLE, DOCUMENT_META_FEATURE_NAME, DOCUMENT_META_FAJ_CODE,
						   DOCUMENT_META_CXC_CODES };
	struct text markdown = document_builder_markdown(document);
	size_t known = 0, found = 0;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		struct text value = document_builder_meta(document, keys[i]);
		if (value.bytes == 0)
			continue;
		value.bytes = list_first(value);
		known++;
		found += text_find(markdown, value) >= 0;
	}
	return known ? (double)found / (double)known : 0;
}

struct item_tally {
	size_t parameters, counters;
	double parameter_completeness, counter_completeness; /* sums */
};

static struct item_tally tally_items(const struct document_builder *document)
{
	struct item_tally tally = { 0 };
	for (size_t i = 0; i < document_builder_item_count(document); i++) {
		uint32_t category = document_builder_item(document, i)->category;
		if (category == DOCUMENT_PARAMETERS) {
			tally.parameters++;
			tally.parameter_completeness += score_parameter_completeness(document, i);
		} else if (category == DOCUMENT_COUNTERS) {
			tally.counters++;
			tally.counter_completeness += score_counter_completeness(document, i);
		}
	}
	return tally;
}

static double mean(double sum, size_t count)
{
	return count ? sum / (double)count : 0;
}

int score_document(const struct settings *settings, const struct domain *domain, struct document_builder *document)
{
	struct document_scores *scores = document_builder_scores(document);
	const struct document_counts *counts = document_builder_counts(document);
	struct score_terms terms;
	struct score_text text;
	(void)settings; /* the weights are the definition of the score, not a choice */
	int status = score_count_terms(domain, document, &terms);
	if (status == 0)
		status = score_measure_text(domain, document, &text);
	if (status < 0)
		return status;
	struct item_tally items = tally_items(document);
	double density = mean((double)terms.occurrences * 1000, counts->characters);
	scores->parameters = (float)score_parameters(items.parameters, mean(items.parameter_completeness, items.parameters));
	scores->counters = (float)score_counters(items.counters, mean(items.counter_completeness, items.counters));
	scores->density = (float)score_density(density, terms.mean_weight);
	scores->completeness = (float)score_completeness(metadata_fields(document), text.expected_headings, score_length_band(counts->characters));
	scores->coherence = (float)score_coherence(text.structure, text.connectives, text.repeated);
	scores->metadata = (float)score_metadata(consistency(document), richness(document));
	scores->structural = (float)score_structural(scores);
	scores->complexity = (float)score_complexity(items.parameters, items.counters, density, counts->characters);
	return 0;
}
