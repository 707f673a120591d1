/* score_structural.c: the formulas of the structural score over numbers that others counted. */
#include "workers/preprocess/score.h"

static double at_most_one(double value)
{
	return value < 1 ? value : 1;
}

double score_parameters(size_t count, double mean_completeness)
{
	return count == 0 ? 0 : .6 * at_most_one((double)count / 10) + .4 * mean_completeness;
}

double score_counters(size_t count, double mean_completeness)
{
	return count == 0 ? .5 : .4 * at_most_one((double)count / 5) + .6 * mean_completeness;
}

double score_density(double terms_per_1000, double mean_tier_weight)
{
	double d = terms_per_1000;
	double density = d >= 5 ? 1 : d >= 2 ? .8 + (d - 2) / 15 : d >= 1 ? .5 + .3 * (d - 1) : d / 2;
	return .6 * density + .4 * mean_tier_weight;
}

double score_completeness(double metadata_fields, double expected_headings, double length_band)
{
	return .4 * metadata_fields + .4 * expected_headings + .2 * length_band;
}

double score_length_band(size_t characters)
{
	static const double full_from = 1000, full_to = 200000, half_from = 2000000;
	double length = (double)characters;
	if (length < full_from)
		return length / full_from;
	if (length <= full_to)
		return 1;
	return length >= half_from ? .5 : 1 - .5 * (length - full_to) / (half_from - full_to);
}

double score_coherence(double structure, double connectives, double repeated)
{
	return (.6 * structure + .4 * connectives) * (1 - repeated);
}

double score_metadata(double consistency, double richness)
{
	return .5 * consistency + .5 * richness;
}

double score_structural(const struct document_scores *parts)
{
	return .25 * parts->parameters + .15 * parts->counters + .20 * parts->density + .20 * parts->completeness +
	       .10 * parts->coherence + .10 * parts->metadata;
}

struct weighted_key {
	enum document_key key;
	double weight;
};

static double completeness(const struct document_builder *document, size_t item, const struct weighted_key *keys, size_t count)
{
	double sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += document_builder_item_value(document, item, keys[i].key).bytes > 0 ? keys[i].weight : 0;
	return sum;
}

double score_parameter_completeness(const struct document_builder *document, size_t item)
{
	static const struct weighted_key keys[] = { { DOCUMENT_KEY_NAME, .4 }, { DOCUMENT_KEY_MO_CLASS, .2 }, { DOCUMENT_KEY_RANGE, .2 },
						    { DOCUMENT_KEY_DEFAULT, .1 }, { DOCUMENT_KEY_DESCRIPTION, .1 } };
	return completeness(document, item, keys, COUNT_OF(keys));
}

double score_counter_completeness(const struct document_builder *document, size_t item)
{
	static const struct weighted_key keys[] = { { DOCUMENT_KEY_NAME, .5 }, { DOCUMENT_KEY_DESCRIPTION, .3 },
						    { DOCUMENT_KEY_MO_CLASS, .1 }, { DOCUMENT_KEY_TYPE, .1 } };
	return completeness(document, item, keys, COUNT_OF(keys));
}
