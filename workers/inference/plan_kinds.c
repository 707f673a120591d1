/* plan_kinds.c: which kinds of pairs a piece supports, and which ones it is asked for (see plan.h). */
#include "workers/inference/plan.h"
#include "workers/preprocess/phrases.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum feature { /* what a piece has */
	HAS_PARAMETER = 1 << 0, HAS_PARAMETERS = 1 << 1, HAS_COUNTER = 1 << 2, HAS_EVENT = 1 << 3, HAS_RELATED = 1 << 4, HAS_ACTIVATION = 1 << 5,
	HAS_STEPS = 1 << 6, HAS_FAULTS = 1 << 7, HAS_TUNING = 1 << 8, HAS_PROSE = 1 << 9, HAS_ANYTHING = 1 << 10,
};

/* A kind is supported by a piece that has one of these. */
static const unsigned needs[CONVERSATION_QUESTION_COUNT] = {
	[CONVERSATION_FACTUAL] = HAS_ANYTHING,
	[CONVERSATION_CONCEPTUAL] = HAS_PROSE,
	[CONVERSATION_PROCEDURAL] = HAS_STEPS | HAS_ACTIVATION,
	[CONVERSATION_CONFIGURATION] = HAS_PARAMETER,
	[CONVERSATION_TROUBLESHOOTING] = HAS_FAULTS | HAS_COUNTER | HAS_EVENT,
	[CONVERSATION_COUNTER_ANALYSIS] = HAS_COUNTER,
	[CONVERSATION_DEPENDENCY] = HAS_RELATED,
	[CONVERSATION_ACTIVATION] = HAS_ACTIVATION,
	[CONVERSATION_COMPARISON] = HAS_PARAMETERS,
	[CONVERSATION_OPTIMISATION] = HAS_TUNING,
};

struct mix { /* of one document */
	double target[CONVERSATION_QUESTION_COUNT]; /* pairs of the kind, by the settings */
	uint32_t made[CONVERSATION_QUESTION_COUNT];
};

/* 0 to 1, from the seed: parts of a pair are rounded up as often as they are large, so that the mix holds over many documents. */
static double seeded_share(uint64_t seed, uint64_t place)
{
	return (double)(XXH3_64bits_withSeed(&place, sizeof(place), seed) >> 11) / (double)(1ull << 53);
}

static void mix_init(struct mix *mix, const struct settings *settings, uint64_t seed, uint32_t wanted)
{
	const double shares[CONVERSATION_QUESTION_COUNT] = {
		[CONVERSATION_FACTUAL] = settings->generate.mix_factual,
		[CONVERSATION_PROCEDURAL] = settings->generate.mix_procedural / 2,
		[CONVERSATION_ACTIVATION] = settings->generate.mix_procedural / 2,
		[CONVERSATION_CONFIGURATION] = settings->generate.mix_technical / 3,
		[CONVERSATION_COUNTER_ANALYSIS] = settings->generate.mix_technical / 3,
		[CONVERSATION_COMPARISON] = settings->generate.mix_technical / 3,
		[CONVERSATION_CONCEPTUAL] = settings->generate.mix_conceptual,
		[CONVERSATION_TROUBLESHOOTING] = settings->generate.mix_troubleshooting,
		[CONVERSATION_OPTIMISATION] = settings->generate.mix_optimisation,
		[CONVERSATION_DEPENDENCY] = settings->generate.mix_integration,
	};
	for (size_t i = 0; i < COUNT_OF(shares); i++) {
		mix->target[i] = shares[i] * wanted + (shares[i] > 0 ? seeded_share(seed, i) - 0.5 : 0);
		mix->made[i] = 0;
	}
}

/* Among the kinds that are there, the one that lacks most; several pairs of one kind in a piece count as more and more. */
static enum conversation_question choose(const struct mix *mix, unsigned features, const uint8_t kinds[CONVERSATION_QUESTION_COUNT])
{
	size_t best = CONVERSATION_FACTUAL;
	double most = -1e9;

	for (size_t i = 0; i < CONVERSATION_QUESTION_COUNT; i++) {
		double lack = mix->target[i] - (double)mix->made[i] - 0.5 * kinds[i];
		if ((needs[i] & features) && mix->target[i] > -0.5 && lack > most) {
			best = i;
			most = lack;
		}
	}
	return (enum conversation_question)best;
}

/* The last main call that begins at or before the offset and goes beyond it, or NULL. */
static struct plan_call *call_at(const struct plan *plan, uint32_t offset, size_t *ret_index)
{
	size_t low = 0, high = plan->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (plan->calls[middle].span.offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	while (low > 0 && plan->calls[low - 1].family != PLAN_PAIRS)
		low--;
	struct plan_call *call = low ? &plan->calls[low - 1] : NULL;
	*ret_index = low - 1;
	return call && offset < call->span.offset + call->span.bytes ? call : NULL;
}

static void look_at_items(const struct document *document, const struct plan *plan, unsigned *features)
{
	static const unsigned has[DOCUMENT_CATEGORY_COUNT] = {
		[DOCUMENT_PARAMETERS] = HAS_PARAMETER, [DOCUMENT_COUNTERS] = HAS_COUNTER, [DOCUMENT_EVENTS] = HAS_EVENT,
		[DOCUMENT_RELATED_FEATURES] = HAS_RELATED, [DOCUMENT_ACTIVATION_PROCEDURES] = HAS_ACTIVATION,
	};
	size_t index;

	for (uint32_t i = 0; i < document->item_count; i++) {
		const struct document_item *item = &document->items[i];
		if (!call_at(plan, item->span.offset, &index))
			continue;
		if (item->category == DOCUMENT_PARAMETERS && (features[index] & HAS_PARAMETER))
			features[index] |= HAS_PARAMETERS;
		features[index] |= has[item->category];
	}
}

static unsigned look_at_chunk(const struct document *document, const struct plan_call *call, const struct phrases *faults, const struct phrases *tuning)
{
	const struct document_chunk *chunk = &document->chunks[call->chunk];
	struct text headings = document_text(document, chunk->heading_path), text = document_span(document, call->span);
	unsigned features = HAS_ANYTHING;

	if (chunk->type == DOCUMENT_CHUNK_PROCEDURE)
		features |= HAS_STEPS;
	if (chunk->type == DOCUMENT_CHUNK_TECHNICAL || chunk->type == DOCUMENT_CHUNK_MIXED || chunk->type == DOCUMENT_CHUNK_PROCEDURE)
		features |= HAS_PROSE;
	if (phrases_count(faults, headings, 1) || phrases_count(faults, text, 1))
		features |= HAS_FAULTS;
	if (phrases_count(tuning, headings, 1) || phrases_count(tuning, text, 1))
		features |= HAS_TUNING;
	return features;
}

static int look_at_pieces(const struct domain *domain, const struct document *document, const struct plan *plan, unsigned *features)
{
	struct phrases faults = { 0 }, tuning = { 0 };
	size_t fault_count, tuning_count;
	const struct text *fault_words = domain_list(domain, DOMAIN_LIST_TROUBLESHOOTING_HEADINGS, &fault_count);
	const struct text *tuning_words = domain_list(domain, DOMAIN_LIST_OPTIMISATION_HEADINGS, &tuning_count);
	int status = phrases_init(&faults, fault_words, fault_count);

	if (status == 0)
		status = phrases_init(&tuning, tuning_words, tuning_count);
	for (size_t i = 0; i < plan->count && status == 0; i++)
		if (plan->calls[i].family == PLAN_PAIRS)
			features[i] = look_at_chunk(document, &plan->calls[i], &faults, &tuning);
	phrases_done(&faults);
	phrases_done(&tuning);
	return status;
}

int plan_choose_kinds(const struct settings *settings, const struct domain *domain, const struct document *document, struct plan *plan)
{
	unsigned *features = calloc(plan->count + 1, sizeof(*features));
	struct mix mix;

	if (!features)
		return -ENOMEM;
	mix_init(&mix, settings, XXH3_64bits_withSeed(document->markdown.data, document->markdown.bytes, settings->run.seed), plan->pairs_wanted);
	int status = look_at_pieces(domain, document, plan, features);
	look_at_items(document, plan, features);
	for (size_t i = 0; i < plan->count && status == 0; i++) {
		struct plan_call *call = &plan->calls[i];
		for (uint32_t k = 0; call->family == PLAN_PAIRS && k < call->count; k++) {
			enum conversation_question kind = choose(&mix, features[i], call->kinds);
			call->kinds[kind]++;
			mix.made[kind]++;
		}
	}
	free(features);
	return status;
}
