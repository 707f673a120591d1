/* generate.c: the plan: how many pairs a document gets, and of which kinds (see generate.h).
 *
 * The number follows from complexity and items (DOMAIN: Conversations). The kinds follow the target mix: the next pair is of the
 * group that lacks most, as long as a group has something left to make. A document without a kind of content gives its share
 * to the others. */
#include "workers/inference/generator.h"
#include "workers/inference/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum { ATTEMPTS_PER_PAIR = 6, ATTEMPTS_MORE = 48, ATTEMPTS_PER_PLACE = 4, PLACES_MAX = 4096, GROUP_MAKERS_MAX = 5, SECTION_PROSE_BYTES_MIN = 300 };

struct group {
	double share; /* of the target mix; then pairs */
	maker *makers[GROUP_MAKERS_MAX];
	size_t next[GROUP_MAKERS_MAX]; /* k of each maker */
	unsigned turn;
	uint32_t made;
};

/* Runs the group's makers in turn until one makes something. MADE_END: all of them are at their ends. */
static enum made group_make(struct generator *generator, struct group *group, uint32_t *attempts)
{
	unsigned ended = 0;
	while (ended < GROUP_MAKERS_MAX && *attempts > 0) {
		unsigned index = group->turn++ % GROUP_MAKERS_MAX;
		if (!group->makers[index]) {
			ended++;
			continue;
		}
		(*attempts)--;
		enum made made = group->makers[index](generator, group->next[index]++);
		if (made == MADE_PAIR)
			return MADE_PAIR;
		if (made == MADE_END) {
			group->makers[index] = NULL;
			ended++;
		} else {
			ended = 0;
		}
	}
	return MADE_END;
}

/* 0 to 1, from the seed and the place: the same for the same document. */
static double seeded_share(const struct generator *generator, size_t place)
{
	uint64_t hash = XXH3_64bits_withSeed(&place, sizeof(place), generator->seed);
	return (double)(hash >> 11) / (double)(1ull << 53);
}

/* A document has few pairs and there are many groups: the part of a pair that a group's share comes to is rounded up as often as it
 * is large, so that the mix holds over many documents. */
static void generate_mix(struct generator *generator, uint32_t wanted)
{
	const struct settings *settings = generator->settings;
	struct group groups[] = {
		{ .share = settings->generate.mix_factual, .makers = { make_feature_identity, make_parameter_facts, make_event_facts, make_parameter_list } },
		{ .share = settings->generate.mix_procedural, .makers = { make_activation, make_section_steps, make_activation_conditions } },
		{ .share = settings->generate.mix_technical, .makers = { make_parameter_configuration, make_counter_analysis, make_parameter_comparison,
									 make_counter_comparison, make_counter_list } },
		{ .share = settings->generate.mix_conceptual, .makers = { make_section_concept } },
		{ .share = settings->generate.mix_troubleshooting, .makers = { make_alarm_facts, make_symptom, make_section_troubleshooting, make_counter_fault,
									       make_event_fault } },
		{ .share = settings->generate.mix_optimisation, .makers = { make_section_optimisation } },
		{ .share = settings->generate.mix_integration, .makers = { make_feature_dependencies } },
	};
	bool ended[COUNT_OF(groups)] = { false };
	size_t items = generator->item_count[DOCUMENT_PARAMETERS] + generator->item_count[DOCUMENT_COUNTERS];
	uint32_t attempts = wanted * ATTEMPTS_PER_PAIR + ATTEMPTS_MORE + (uint32_t)size_min(generator->section_count + items, PLACES_MAX) * ATTEMPTS_PER_PLACE;
	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		groups[i].share = groups[i].share * wanted + seeded_share(generator, i) - 0.5;
		groups[i].turn = i == 0 ? 0 : (unsigned)(seeded_share(generator, COUNT_OF(groups) + i) * GROUP_MAKERS_MAX); /* identity first */
	}
	while (generator->accepted < wanted && attempts > 0 && !generator->status) {
		size_t best = COUNT_OF(groups);
		double most = 0;
		for (size_t i = 0; i < COUNT_OF(groups); i++) {
			double lack = groups[i].share - (double)groups[i].made;
			if (!ended[i] && (best == COUNT_OF(groups) || lack > most)) {
				best = i;
				most = lack;
			}
		}
		if (best == COUNT_OF(groups))
			return;
		enum made made = group_make(generator, &groups[best], &attempts);
		groups[best].made += made == MADE_PAIR;
		ended[best] = made == MADE_END;
	}
}

static uint64_t prose_sections(const struct generator *generator)
{
	uint64_t count = 0;
	for (size_t i = 0; i < generator->section_count; i++)
		count += generator->sections[i].prose_bytes >= SECTION_PROSE_BYTES_MIN;
	return count;
}

static uint32_t pairs_wanted(const struct generator *generator)
{
	const struct settings *settings = generator->settings;
	return plan_pairs_wanted(settings, generator->document, generator->item_count[DOCUMENT_PARAMETERS], generator->item_count[DOCUMENT_COUNTERS],
				 settings->generate.sections_per_pair ? prose_sections(generator) : 0);
}

/* --- one document --- */

static int index_items(struct generator *generator)
{
	const struct document *document = generator->document;
	for (uint32_t i = 0; i < document->item_count; i++)
		if (document->items[i].confidence >= generator->settings->gate.extraction)
			generator->item_count[document->items[i].category]++;
	for (size_t c = 0; c < DOCUMENT_CATEGORY_COUNT; c++) {
		generator->items[c] = malloc((generator->item_count[c] + 1) * sizeof(uint32_t));
		if (!generator->items[c])
			return -ENOMEM;
		generator->item_count[c] = 0;
	}
	for (uint32_t i = 0; i < document->item_count; i++) {
		uint32_t category = document->items[i].category;
		if (document->items[i].confidence >= generator->settings->gate.extraction)
			generator->items[category][generator->item_count[category]++] = i;
	}
	return 0;
}

static struct text without_feature(struct text name)
{
	name = text_trim(name);
	struct text word = TEXT_LITERAL(" feature");
	return text_ends_with_nocase(name, word) ? text_slice(name, 0, name.bytes - word.bytes) : name;
}

static void done(struct generator *generator)
{
	blocks_done(&generator->blocks);
	free(generator->sections);
	free(generator->symptoms);
	for (size_t c = 0; c < DOCUMENT_CATEGORY_COUNT; c++)
		free(generator->items[c]);
	draft_done(&generator->draft);
	prose_done(&generator->prose);
	passage_done(&generator->passage);
	buffer_done(&generator->rendered);
	buffer_done(&generator->text);
	buffer_done(&generator->line);
	buffer_done(&generator->title_asked);
	buffer_done(&generator->document_name);
	free(generator->answers.slots);
}

static int run(struct generator *generator)
{
	const struct document *document = generator->document;
	int status = blocks_scan(document->markdown, &generator->blocks);
	if (!status)
		status = sections_find(generator);
	if (!status)
		status = generator_name_document(generator);
	if (!status)
		status = index_items(generator);
	if (!status)
		status = symptoms_find(generator);
	if (status)
		return status;
	if (document->header->format == DOCUMENT_FORMAT_CSV)
		generate_csv_rows(generator);
	else
		generate_mix(generator, pairs_wanted(generator));
	return generator->status;
}

int generate_conversations(const struct settings *settings, const struct domain *domain, const struct document *document,
			   struct conversation_builder *conversations)
{
	if (document->header->status != DOCUMENT_CONVERTED)
		return 0;
	struct generator generator = { .settings = settings, .domain = domain, .document = document, .out = conversations };
	generator.seed = XXH3_64bits_withSeed(document->markdown.data, document->markdown.bytes, settings->run.seed);
	generator.feature = without_feature(document_meta(document, DOCUMENT_META_FEATURE_NAME));
	buffer_init(&generator.title_asked, DRAFT_BYTES_MAX);
	buffer_init(&generator.document_name, DRAFT_BYTES_MAX);
	buffer_init(&generator.rendered, DRAFT_BYTES_MAX);
	buffer_init(&generator.text, DRAFT_BYTES_MAX);
	buffer_init(&generator.line, DRAFT_BYTES_MAX);
	draft_init(&generator.draft, &generator.prose, document);
	passage_init(&generator.passage, domain);
	generator.passage.assembled = true;
	template_picker_init(&generator.picker, domain, generator.seed);
	int status = prose_init(&generator.prose, domain);
	if (!status)
		status = run(&generator);
	done(&generator);
	return status;
}
