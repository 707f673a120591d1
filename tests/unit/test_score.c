/* The formulas of the scores, with values worked out by hand, and what goes into them. */
#include "workers/preprocess/score.h"

#include "tests/unit/domain_support.h"
#include "workers/preprocess/preprocess.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct domain *domain;

static int set_up(void **state)
{
	(void)state;
	domain = test_domain_create();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	domain_destroy(domain);
	return 0;
}

static void assert_near(double found, double expected)
{
	if (fabs(found - expected) > 1e-6)
		fail_msg("found %.9f, expected %.9f", found, expected);
}

static void test_parameters_and_counters(void **state)
{
	(void)state;
	assert_near(score_parameters(0, 1), 0);
	assert_near(score_parameters(5, .5), .6 * .5 + .4 * .5);
	assert_near(score_parameters(10, 1), 1);
	assert_near(score_parameters(1000, 0), .6);
	assert_near(score_counters(0, 1), .5);
	assert_near(score_counters(2, .5), .16 + .3);
	assert_near(score_counters(50, 1), 1);
}

static void test_density(void **state)
{
	(void)state;
	assert_near(score_density(0, 0), 0);
	assert_near(score_density(.5, 0), .6 * .25);
	assert_near(score_density(1, 0), .6 * .5);
	assert_near(score_density(1.5, 0), .6 * .65);
	assert_near(score_density(2, 0), .6 * .8);
	assert_near(score_density(3.5, 0), .6 * .9);
	assert_near(score_density(5, 1), 1);
	assert_near(score_density(80, .5), .6 + .2);
}

static void test_other_parts(void **state)
{
	(void)state;
	assert_near(score_completeness(.5, .25, 1), .2 + .1 + .2);
	assert_near(score_length_band(0), 0);
	assert_near(score_length_band(250), .25);
	assert_near(score_length_band(1000), 1);
	assert_near(score_length_band(200000), 1);
	assert_near(score_length_band(1100000), .75);
	assert_near(score_length_band(46000000), .5);
	assert_near(score_coherence(1, .5, 0), .8);
	assert_near(score_coherence(1, 1, .25), .75);
	assert_near(score_metadata(1, .5), .75);
}

static void test_weighted_sum(void **state)
{
	(void)state;
	struct document_scores parts = { .parameters = 1 };
	assert_near(score_structural(&parts), .25);
	parts = (struct document_scores){ .counters = 1 };
	assert_near(score_structural(&parts), .15);
	parts = (struct document_scores){ .density = 1, .completeness = .5f };
	assert_near(score_structural(&parts), .3);
	parts = (struct document_scores){ .coherence = 1, .metadata = .5f };
	assert_near(score_structural(&parts), .15);
	parts = (struct document_scores){ .parameters = 1, .counters = 1, .density = 1, .completeness = 1, .coherence = 1, .metadata = 1 };
	assert_near(score_structural(&parts), 1);
}

static void test_complexity(void **state)
{
	(void)state;
	assert_near(score_complexity(0, 0, 0, 0), 0);
	assert_near(score_complexity(10, 5, 5, 5000), .5);
	assert_near(score_complexity(4, 0, 2, 1000), .06 + .06 + .02);
	assert_near(score_complexity(900, 900, 900, 90000000), 1);
	assert_int_equal(score_tier(.29, .3, .7), DOCUMENT_TIER_FAST);
	assert_int_equal(score_tier(.3, .3, .7), DOCUMENT_TIER_BALANCED);
	assert_int_equal(score_tier(.69, .3, .7), DOCUMENT_TIER_BALANCED);
	assert_int_equal(score_tier(.7, .3, .7), DOCUMENT_TIER_QUALITY);
}

static struct document_builder *document_of(const char *markdown)
{
	struct document_builder *document = document_builder_create();
	document_builder_set_markdown(document, text_from(markdown));
	return document;
}

static void add(struct document_builder *document, enum document_key key, const char *value)
{
	document_builder_add_attribute(document, key, text_from(value), (struct document_range){ 0, 0 });
}

static void test_item_completeness(void **state)
{
	(void)state;
	struct document_builder *document = document_of("text");
	struct document_range none = { 0, 0 };
	document_builder_add_item(document, DOCUMENT_PARAMETERS, 1, none);
	add(document, DOCUMENT_KEY_NAME, "A.b");
	add(document, DOCUMENT_KEY_MO_CLASS, "A");
	add(document, DOCUMENT_KEY_DEFAULT, "1");
	document_builder_add_item(document, DOCUMENT_COUNTERS, 1, none);
	add(document, DOCUMENT_KEY_NAME, "pmX");
	add(document, DOCUMENT_KEY_TYPE, "PEG");
	add(document, DOCUMENT_KEY_DESCRIPTION, "");
	assert_near(score_parameter_completeness(document, 0), .7);
	assert_near(score_counter_completeness(document, 1), .6);
	document_builder_destroy(document);
}

static void test_terms(void **state)
{
	(void)state;
	struct document_builder *document = document_of("The UE and the eNodeB. License key, license\nkey. EUtranCellFDD.cellRange UE UE HARQ threshold\n");
	struct score_terms terms;
	assert_int_equal(score_count_terms(domain, document, &terms), 0);
	assert_int_equal(terms.occurrences, 9);
	assert_near(terms.mean_weight, (1.0 + 3 * .8 + 4 * .6 + 1 * .4) / 9);
	struct text list = document_builder_meta(document, DOCUMENT_META_TERMS);
	char names[400];
	snprintf(names, sizeof(names), "%.*s", TEXT_ARGS(list));
	assert_string_equal(names, "UE\nLicense key\neNodeB\nEUtranCellFDD.cellRange\nHARQ\nthreshold");
	assert_near(score_text_density(domain, TEXT_LITERAL("UE 45678 0")), 100);
	assert_near(score_text_density(domain, TEXT_LITERAL("")), 0);
	document_builder_destroy(document);
}

static void test_measures(void **state)
{
	(void)state;
	struct document_builder *document = document_of(
		"# Feature\n\n## 1 Introduction\n\nIt moves because it must, in order to arrive.\n\n## 2.1 Counters\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n"
		"A line that stands here twice.\n\nA line that stands here twice.\n");
	struct score_text measures;
	assert_int_equal(score_measure_text(domain, document, &measures), 0);
	assert_near(measures.expected_headings, .5);
	assert_near(measures.structure, .5 + .5 * 2 / 3);
	assert_near(measures.connectives, 1);
	assert_near(measures.repeated, 1.0 / 3);
	const struct document_counts *counts = document_builder_counts(document);
	assert_int_equal(counts->headings, 3);
	assert_int_equal(counts->tables, 1);
	assert_int_equal(counts->words, 1 + 2 + 9 + 2 + 2 + 2 + 6 + 6);
	assert_int_equal(counts->characters, document_builder_markdown(document).bytes);
	document_builder_destroy(document);
}

/* The whole score of a document whose every part can be worked out on paper. */
static void test_document(void **state)
{
	(void)state;
	struct settings settings = { 0 };
	struct document_builder *document = document_of("# T\n\nUE 45\n");
	document_builder_set_meta(document, DOCUMENT_META_TITLE, TEXT_LITERAL("T"));
	assert_int_equal(score_document(&settings, domain, document), 0);
	const struct document_scores *scores = document_builder_scores(document);
	assert_near(scores->parameters, 0);
	assert_near(scores->counters, .5);
	assert_near(scores->density, .6 + .4 * .6f);
	assert_near(scores->completeness, .4 * .25 + .2 * .011);
	assert_near(scores->coherence, .6 * (.5 / 3 + .5 / 3));
	assert_near(scores->metadata, .5 + .5 * 2 / 12);
	assert_near(scores->structural, .15 * scores->counters + .2 * scores->density + .2 * scores->completeness + .1 * scores->coherence +
					.1 * scores->metadata);
	assert_near(scores->complexity, .3 + .2 * .0011);
	document_builder_destroy(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parameters_and_counters), cmocka_unit_test(test_density), cmocka_unit_test(test_other_parts),
		cmocka_unit_test(test_weighted_sum), cmocka_unit_test(test_complexity), cmocka_unit_test(test_item_completeness),
		cmocka_unit_test(test_terms), cmocka_unit_test(test_measures), cmocka_unit_test(test_document),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
