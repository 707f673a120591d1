/* test_semantic_score.c: the lexical measure tells pairs that belong together from shuffled ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/pack_fixture.h"
#include "tests/unit/sample_document.h"
#include "workers/inference/generate.h"
#include "workers/inference/semantic_score.h"

/* Questions, answers and sources about different things of one field, in the words that such texts share. */
static const struct { const char *question, *answer, *source; } triples[] = {
	{ "What does EUtranCellFDD.cellRange control, and which values does it accept?",
	  "`EUtranCellFDD.cellRange` specifies the maximum distance from the base station at which random access is served. The range is `1..100`, the "
	  "default is `15`, and the unit is `km`.",
	  "| EUtranCellFDD.cellRange | Introduced | Specifies the maximum distance from the base station at which random access is served. | 1..100 | 15 | km |" },
	{ "How do I activate Carrier Aggregation?",
	  "To activate Carrier Aggregation, follow these steps:\n1. Set featureState to ACTIVATED for FeatureState=CXC4017046.\n2. Unlock the secondary cells.",
	  "## Activate Carrier Aggregation\n\n1. Set featureState to ACTIVATED for FeatureState=CXC4017046.\n2. Unlock the secondary cells." },
	{ "What does the counter EUtranCellFDD.pmLbEvalExpiredUe measure?",
	  "`EUtranCellFDD.pmLbEvalExpiredUe` is the number of UEs whose load balancing evaluation expired before a target was found.",
	  "| EUtranCellFDD.pmLbEvalExpiredUe | Number of UEs whose load balancing evaluation expired before a target was found. |" },
	{ "Which features does MIMO Sleep Mode depend on?",
	  "MIMO Sleep Mode is related to these features:\n- Transmit Diversity (`FAJ 121 0486`), prerequisite: branches can be muted only when diversity is active.",
	  "| Transmit Diversity (FAJ 121 0486) | Prerequisite | Branches can be muted only when diversity is active. |\n\nMIMO Sleep Mode" },
	{ "What triggers INTERNAL_PROC_HO_PREP_S1_OUT, and what does it report?",
	  "`INTERNAL_PROC_HO_PREP_S1_OUT` is sent when the preparation of an outgoing handover through the core network has ended. It holds the cause.",
	  "| INTERNAL_PROC_HO_PREP_S1_OUT | Sent when the preparation of an outgoing handover through the core network has ended. It holds the cause. |" },
	{ "What does Paging Optimisation say about \"Discontinuous Reception\"?",
	  "Under \"Discontinuous Reception\", Paging Optimisation states the following.\n\nA longer cycle saves the battery of idle terminals and delays "
	  "incoming calls. Operators choose 128 radio frames as a compromise.",
	  "# Paging Optimisation\n\n## Discontinuous Reception\n\nA longer cycle saves the battery of idle terminals and delays incoming calls. Operators "
	  "choose 128 radio frames as a compromise." },
	{ "What is the difference between AdmissionControl.dlGbrAdmThresh and AdmissionControl.ulGbrAdmThresh?",
	  "`AdmissionControl.dlGbrAdmThresh` is the share of downlink blocks that guaranteed bearers may take. `AdmissionControl.ulGbrAdmThresh` is the share "
	  "of uplink blocks that they may take.",
	  "- AdmissionControl.dlGbrAdmThresh: share of downlink blocks that guaranteed bearers may take.\n- AdmissionControl.ulGbrAdmThresh: share of "
	  "uplink blocks that they may take." },
	{ "How should Beam Management be tuned along railways?",
	  "Beam Management needs a shorter sweep along railways, since trains cross a beam within 40 ms. Shift the beam set by half a width.",
	  "Beam Management needs a shorter sweep along railways, since trains cross a beam within 40 ms. Shift the beam set by half a width." },
};

static float score(size_t question, size_t answer, size_t source)
{
	struct conversation_scores scores = { 0 };
	semantic_score(domain, text_from(triples[question].question), text_from(triples[answer].answer), text_from(triples[source].source), &scores);
	assert_true(scores.coherence >= 0 && scores.coherence <= 1 && scores.relevance >= 0 && scores.relevance <= 1);
	assert_true(scores.accuracy >= 0 && scores.accuracy <= 1);
	assert_true(scores.semantic > 0.3f * scores.coherence + 0.4f * scores.relevance + 0.3f * scores.accuracy - 1e-5f);
	assert_true(scores.semantic < 0.3f * scores.coherence + 0.4f * scores.relevance + 0.3f * scores.accuracy + 1e-5f);
	return scores.semantic;
}

static void test_pairs_that_belong_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(triples); i++) {
		float value = score(i, i, i);
		if (value < 0.75f)
			print_message("triple %zu: %.2f\n", i, (double)value);
		assert_true(value >= 0.75f);
	}
}

/* One of the three from elsewhere, or all three from different places. */
static void test_shuffled_triples(void **state)
{
	(void)state;
	size_t n = COUNT_OF(triples);
	float worst = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 1; k < n; k++) {
			size_t j = (i + k) % n, l = (i + k + 1) % n;
			const float values[] = { score(j, i, i), score(i, j, i), score(i, i, j), l != i ? score(i, j, l) : 0 };
			for (size_t v = 0; v < COUNT_OF(values); v++) {
				if (values[v] >= 0.5f)
					print_message("shuffle %zu of %zu and %zu: %.2f\n", v, i, j, (double)values[v]);
				worst = values[v] > worst ? values[v] : worst;
			}
		}
	print_message("highest score of a shuffled triple: %.2f\n", (double)worst);
	assert_true(worst < 0.5f);
}

static const char headed[] =
	"# Queue Service\n\n## Waiting Time\n\nEach request carries a stamp from the clock of its cell. The scheduler serves the oldest stamp first, and a stamp older than two "
	"periods before all others.\n\n## Retention\n\nFinished jobs leave a trace in the archive. The archive drops a trace after ninety days, unless an auditor has pinned it there.\n";
static const char waiting[] = "Each request carries a stamp from the clock of its cell. The scheduler serves the oldest stamp first, and a stamp older than two periods before all others.";
static const char retention[] = "Finished jobs leave a trace in the archive. The archive drops a trace after ninety days, unless an auditor has pinned it there.";

static float coherence(const char *question, const char *answer, const char *source, const char *title, bool assembled)
{
	struct passage passage;
	struct passage_verdict verdict;
	struct conversation_scores scores;
	passage_init(&passage, domain);
	passage.title = text_from(title);
	passage.assembled = assembled;
	assert_int_equal(passage_index(&passage, text_from(source)), 0);
	passage_check(&passage, text_from(answer), &verdict);
	semantic_score_passage(&passage, text_from(question), text_from(answer), &verdict, &scores);
	passage_done(&passage);
	return scores.coherence;
}

/* An answer need not repeat the heading that it stands under; one that stands under another does not speak of it. */
static void test_what_stands_under_the_heading(void **state)
{
	(void)state;
	static const char *const questions[] = { "What does \"Queue Service\" say about \"Waiting Time\"?", "How is \"Waiting Time\" explained in \"Queue Service\"?",
						 "What is the waiting time?" };
	for (size_t i = 0; i < COUNT_OF(questions); i++)
		for (int assembled = 0; assembled < 2; assembled++) {
			assert_true(coherence(questions[i], waiting, headed, "Queue Service", assembled) >= 0.5f);
			assert_true(coherence(questions[i], retention, headed, "Queue Service", assembled) < 0.1f);
			assert_true(coherence(questions[i], "It is served first.", headed, "Queue Service", assembled) < 0.1f); /* stands nowhere */
		}
	const char *without = strstr(headed, "Each request"); /* nothing says what it is about */
	assert_true(coherence(questions[2], waiting, without, "Queue Service", true) < 0.1f);
}

static void test_the_title_says_where_to_look(void **state)
{
	(void)state;
	static const char question[] = "With \"Remote Queue Service of Old Cells\" at hand: What is the waiting time?";
	static const char both[] = "What does \"Remote Queue Service of Old Cells\" say about \"Waiting Time\"?";
	static const char title[] = "Remote Queue Service of Old Cells";
	assert_true(coherence(question, waiting, headed, title, true) > coherence(question, waiting, headed, "Another", true) + 0.1f);
	assert_true(coherence(question, retention, headed, title, true) < 0.1f);
	assert_true(coherence(both, waiting, headed, title, true) > coherence(both, waiting, headed, "Another", true) + 0.05f);
	/* asked about alone it counts */
	assert_true(coherence("What is \"Waiting Time\" about?", waiting, headed, "Waiting Time", true) > 0.9f);
	assert_true(coherence("What is \"Waiting Time\" about?", retention, headed, "Waiting Time", true) < 0.1f);
	assert_true(coherence("What is \"Waiting Time", waiting, headed, "Waiting Time", true) > 0.5f); /* an open quote */
}

static void test_wrong_facts_lower_the_accuracy(void **state)
{
	(void)state;
	struct conversation_scores right, wrong;
	struct text question = text_from(triples[0].question), source = text_from(triples[0].source);
	semantic_score(domain, question, text_from(triples[0].answer), source, &right);
	semantic_score(domain, question, TEXT_LITERAL("`EUtranCellFDD.cellRange` has the range `1..900`, the default is `77`, and the unit is `ms`."), source, &wrong);
	assert_true(right.accuracy == 1.0f);
	assert_true(wrong.accuracy < 0.5f);
}

static void test_empty_texts(void **state)
{
	(void)state;
	struct conversation_scores scores;
	struct text empty = { 0 };
	semantic_score(domain, empty, empty, empty, &scores);
	assert_true(scores.semantic < 0.5f);
	semantic_score(domain, text_from(triples[0].question), empty, text_from(triples[0].source), &scores);
	assert_true(scores.semantic < 0.5f);
	semantic_score(domain, text_from(triples[0].question), text_from(triples[0].answer), empty, &scores);
	assert_true(scores.semantic < 0.5f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs_that_belong_together), cmocka_unit_test(test_shuffled_triples),
		cmocka_unit_test(test_what_stands_under_the_heading), cmocka_unit_test(test_the_title_says_where_to_look),
		cmocka_unit_test(test_wrong_facts_lower_the_accuracy), cmocka_unit_test(test_empty_texts),
	};
	return cmocka_run_group_tests(tests, open_domain, close_domain);
}
