/* score_complexity.c: how much a model has to keep in mind to write about a document, and so which tier of models may. */
#include "workers/preprocess/score.h"

static double share_of(double value, double full)
{
	return value < full ? value / full : 1;
}

double score_complexity(size_t parameters, size_t counters, double terms_per_1000, size_t characters)
{
	return .3 * share_of((double)parameters, 20) + .2 * share_of((double)counters, 10) + .3 * share_of(terms_per_1000, 10) +
	       .2 * share_of((double)characters, 10000);
}

enum document_tier score_tier(double complexity, double fast_below, double balanced_below)
{
	if (complexity < fast_below)
		return DOCUMENT_TIER_FAST;
	return complexity < balanced_below ? DOCUMENT_TIER_BALANCED : DOCUMENT_TIER_QUALITY;
}
