/* score_rates.c: how well the scores of pairs tell weak pairs from good ones: makes the pairs of files with the built-in generator, makes weak ones
 * of them (tests/unit/weak_pairs.h) and prints, by kind of weakness, the area under the curve of each score. No test: a tool for people who
 * work on the scores; tests/unit/test_score_weak.c holds bars.
 *
 *   score-rates [-g] [-m N] FILE…    -g: generic domain pack and its gates; -m: also prints the N weak pairs of each kind that score highest */
#include "tests/tools/tool_document.h"
#include "tests/unit/weak_pairs.h"


#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct tool {
	struct settings settings;
	struct domain *domain;
	struct preprocess *preprocess;
	struct weak_set *set;
};

static void use_document(void *context, const char *path, const struct document *document)
{
	struct tool *tool = context;
	(void)path;
	if (document->header->status == DOCUMENT_CONVERTED)
		weak_set_add(tool->set, &tool->settings, document);
}

static void print_rates(struct tool *tool, size_t shown)
{
	static const char *const names[] = { "coherence", "relevance", "accuracy", "semantic", "combined" };
	double mean[WEAK_MEASURES], deviation[WEAK_MEASURES];
	printf("%zu pairs\n%-28s %6s", weak_set_count(tool->set, mean, deviation), "", "pairs");
	for (size_t m = 0; m < WEAK_MEASURES; m++)
		printf("  %9s", names[m]);
	printf("  below the good one (semantic)\n");
	for (enum weak_kind kind = 0; kind < WEAK_KINDS; kind++) {
		struct weak_rate rate;
		weak_set_measure(tool->set, kind, &rate);
		printf("%-28s %6zu", weak_kind_name(kind), rate.count);
		for (size_t m = 0; m < WEAK_MEASURES; m++)
			printf("  %9.3f", rate.auc[m]);
		printf("  %9.3f\n", rate.below[WEAK_SEMANTIC]);
	}
	printf("%-28s %6s", "mean, as the dataset has it", "");
	for (size_t m = 0; m < WEAK_MEASURES; m++)
		printf("  %9.3f", mean[m]);
	printf("\n%-28s %6s", "deviation", "");
	for (size_t m = 0; m < WEAK_MEASURES; m++)
		printf("  %9.3f", deviation[m]);
	printf("\n%-28s %6s", "mean, against whole chunks", "");
	for (enum weak_measure m = 0; m < WEAK_MEASURES; m++)
		printf("  %9.3f", weak_set_good_mean(tool->set, m));
	printf("\n");
	for (enum weak_kind kind = 0; shown && kind < WEAK_KINDS; kind++)
		weak_set_print(tool->set, kind, shown);
}

int main(int argument_count, char **arguments)
{
	struct tool tool = { 0 };
	struct error_text error = { 0 };
	const char *domain = "ran";
	size_t shown = 0;
	int option;
	settings_init(&tool.settings);
	while ((option = getopt(argument_count, arguments, "gm:")) != -1) {
		if (option == 'g') {
			domain = "generic";
			CHECK(settings_load_profile(&tool.settings, "generic", &error) == 0);
		} else if (option == 'm') {
			shown = (size_t)strtoul(optarg, NULL, 10);
		} else {
			return 2;
		}
	}
	if (domain_load_named(domain, &tool.domain, NULL, &error)) {
		fprintf(stderr, "%s\n", error.message);
		return 2;
	}
	tool.set = weak_set_create(tool.domain);
	CHECK(preprocess_create(&tool.settings, tool.domain, &tool.preprocess) == 0);
	for (int i = optind; i < argument_count; i++)
		tool_document(tool.preprocess, arguments[i], use_document, &tool);
	print_rates(&tool, shown);
	weak_set_destroy(tool.set);
	preprocess_destroy(tool.preprocess);
	domain_destroy(tool.domain);
	settings_done(&tool.settings);
	return 0;
}
