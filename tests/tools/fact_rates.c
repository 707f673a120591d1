/* fact_rates.c: holds labelled answers against their passages and prints, by kind of planted error, how many the fact gate
 * catches, and by style how many true answers it refuses; for both halves of the set. A tool of the tests; its input is described
 * in tests/facts/README.md.
 *
 *   fact-rates [--missed N] [--domain NAME] [--bars] FILE…    "-" is standard input
 *   fact-rates --verdicts [--domain NAME] FILE…
 *
 * --verdicts prints a line for each answer instead: refused or held, how many facts it has and how many of them are supported, and the word that it is refused
 * for, with where it stands. A change that is to make the gate faster alone must leave all these lines as they are: tests/facts/README.md.
 * --missed prints up to N answers of each label that were judged wrongly, of the half that is for tuning. Exit code 1 when --bars is given and the held-out half
 * misses one: 99 % of the errors caught, over all and in each kind (90 % of a kind "… in prose"), 2 % of the true answers refused. */
#include "base/check.h"
#include "tests/tools/fact_set.h"
#include "workers/inference/passage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS_MAX = 256, HALVES = 2 };

struct label {
	struct text name; /* "true STYLE" or "false KIND" */
	size_t count[HALVES], refused[HALVES], shown;
};

struct rates {
	struct domain *domain;
	struct passage passage;
	struct label labels[LABELS_MAX];
	size_t label_count, missed_max, passages;
	bool verdicts; /* are to be printed */
	unsigned half;
	struct text name; /* of the passage at hand */
};

static bool is_true(const struct label *label)
{
	return text_starts_with(label->name, TEXT_LITERAL("true"));
}

static struct label *label_named(struct rates *rates, struct text name)
{
	for (size_t i = 0; i < rates->label_count; i++)
		if (text_equal(rates->labels[i].name, name))
			return &rates->labels[i];
	CHECK(rates->label_count < LABELS_MAX);
	rates->labels[rates->label_count] = (struct label){ .name = name };
	return &rates->labels[rates->label_count++];
}

static void take_answer(void *context, struct text name, struct text answer)
{
	struct rates *rates = context;
	struct passage_verdict verdict;
	struct label *label = label_named(rates, name);
	passage_check(&rates->passage, answer, &verdict);
	bool refused = verdict.supported < verdict.facts;
	if (rates->verdicts)
		printf("%s %zu %zu %zu %.*s\n", refused ? "refused" : "held", verdict.facts, verdict.supported, (size_t)(verdict.word.data - answer.data), TEXT_ARGS(verdict.word));
	label->count[rates->half]++;
	label->refused[rates->half] += refused;
	if (!rates->half && refused == is_true(label) && label->shown < rates->missed_max) {
		label->shown++;
		printf("%.*s, %.*s%s%.*s\n    %.*s\n", TEXT_ARGS(rates->name), TEXT_ARGS(name), refused ? ": refused for " : ": let through", TEXT_ARGS(verdict.word),
		       TEXT_ARGS(answer));
	}
}

static void take_passage(void *context, struct text heading, struct text source)
{
	struct rates *rates = context;
	bool held = text_starts_with(heading, TEXT_LITERAL("held "));
	if (!held && !text_starts_with(heading, TEXT_LITERAL("tune "))) {
		fprintf(stderr, "fact-rates: \"%.*s\": a passage begins with \"=== tune NAME\" or \"=== held NAME\"\n", TEXT_ARGS(heading));
		exit(2);
	}
	rates->half = held;
	rates->name = text_slice(heading, 5, heading.bytes);
	rates->passages++;
	CHECK(passage_index(&rates->passage, source) == 0);
}

static double percent(size_t part, size_t of)
{
	return of ? 100.0 * (double)part / (double)of : 0;
}

/* True when the held-out half reaches the bar. */
static bool print_label(const char *name, bool planted, const size_t count[HALVES], const size_t refused[HALVES])
{
	unsigned bar = text_ends_with_nocase(text_from(name), TEXT_LITERAL(" in prose")) ? 90 : 99;
	bool holds = planted ? refused[1] * 100 >= count[1] * bar : refused[1] * 100 <= count[1] * 2;
	printf("%-28s %8zu %8.2f %% %8zu %8.2f %%%s\n", name, count[0], percent(refused[0], count[0]), count[1], percent(refused[1], count[1]), holds ? "" : "  <");
	return holds;
}

static bool print_table(const struct rates *rates, bool planted)
{
	size_t count[HALVES] = { 0 }, refused[HALVES] = { 0 };
	bool holds = true;
	char name[64];
	printf("%-28s %19s %19s\n", planted ? "planted errors" : "true answers", planted ? "tune: caught" : "tune: refused", planted ? "held: caught" : "held: refused");
	for (size_t i = 0; i < rates->label_count; i++) {
		const struct label *label = &rates->labels[i];
		if (is_true(label) == planted)
			continue;
		for (size_t half = 0; half < HALVES; half++) {
			count[half] += label->count[half];
			refused[half] += label->refused[half];
		}
		snprintf(name, sizeof(name), "%.*s", TEXT_ARGS(text_slice(label->name, planted ? 6 : 5, label->name.bytes)));
		holds = (print_label(name, planted, label->count, label->refused) || !planted) && holds;
	}
	holds = print_label("all", planted, count, refused) && holds;
	printf("\n");
	return holds && count[1] > 0;
}

int main(int argc, char **argv)
{
	struct rates rates = { 0 };
	struct fact_set_reader reader = { .passage = take_passage, .answer = take_answer, .context = &rates };
	struct buffer inputs[16];
	size_t input_count = 0;
	const char *domain = "ran";
	bool bars = false;
	int at = 1;
	for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
		if (strcmp(argv[at], "--bars") == 0)
			bars = true;
		else if (strcmp(argv[at], "--verdicts") == 0)
			rates.verdicts = true;
		else if (strcmp(argv[at], "--missed") == 0 && at + 1 < argc)
			rates.missed_max = strtoul(argv[++at], NULL, 10);
		else if (strcmp(argv[at], "--domain") == 0 && at + 1 < argc)
			domain = argv[++at];
		else
			break;
	}
	if (at == argc || argc - at > (int)COUNT_OF(inputs)) {
		fprintf(stderr, "usage: fact-rates [--missed N | --verdicts] [--domain NAME] [--bars] FILE... (at most %zu)\n", COUNT_OF(inputs));
		return 2;
	}
	rates.domain = fact_set_domain(domain);
	passage_init(&rates.passage, rates.domain);
	for (; at < argc; at++) {
		buffer_init(&inputs[input_count], FACT_SET_BYTES_MAX);
		fact_set_read(argv[at], &inputs[input_count++], &reader);
	}
	bool holds = rates.verdicts;
	if (!rates.verdicts) {
		printf("%zu passages\n\n", rates.passages);
		holds = print_table(&rates, true);
		holds = print_table(&rates, false) && holds;
	}
	for (size_t i = 0; i < input_count; i++)
		buffer_done(&inputs[i]);
	passage_done(&rates.passage);
	domain_destroy(rates.domain);
	return bars && !holds;
}
