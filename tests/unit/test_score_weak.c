/* test_score_weak.c: the scores tell pairs that were made weak from those that they were made of, on the samples: docs/decisions/scores.md has the
 * numbers for other documents. Also what the parts of an answer's form are, one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <glob.h>

#include "base/file.h"
#include "tests/unit/pack_fixture.h"
#include "tests/unit/sample_document.h"
#include "tests/unit/weak_pairs.h"
#include "workers/inference/answer_form.h"
#include "workers/preprocess/preprocess.h"

/* --- planted weakness --- */

static void add_file(struct weak_set *set, struct preprocess *preprocess, const char *path)
{
	struct buffer data;
	struct document document;
	struct document_builder *builder = document_builder_create();
	buffer_init(&data, 1 << 24);
	assert_non_null(builder);
	assert_int_equal(file_read(path, &data, NULL), 0);
	assert_int_equal(preprocess_document(preprocess, buffer_view(&data), text_from(path), (struct text){ 0 }, builder), 0);
	size_t bytes = (size_t)document_builder_bytes(builder);
	void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
	assert_non_null(block);
	document_builder_write(builder, block);
	assert_int_equal(document_open(block, bytes, &document, NULL), 0);
	if (document.header->status == DOCUMENT_CONVERTED)
		weak_set_add(set, &settings, &document);
	free(block);
	document_builder_destroy(builder);
	buffer_done(&data);
}

/* Feature descriptions, exports, and longer texts: what reads fast. */
static struct weak_set *samples(void)
{
	static const char *const patterns[] = { "samples/corpus/markdown/*.md", "samples/corpus/short/*", "samples/corpus/html/*_*.html", "samples/corpus/csv/*.csv",
						"samples/corpus/text/*", "samples/corpus/standards/*.txt" };
	struct weak_set *set = weak_set_create(domain);
	struct preprocess *preprocess;
	assert_int_equal(preprocess_create(&settings, domain, &preprocess), 0);
	for (size_t i = 0; i < COUNT_OF(patterns); i++) {
		glob_t found;
		assert_int_equal(glob(patterns[i], 0, NULL, &found), 0); /* each finds something */
		for (size_t k = 0; k < found.gl_pathc; k++)
			add_file(set, preprocess, found.gl_pathv[k]);
		globfree(&found);
	}
	preprocess_destroy(preprocess);
	return set;
}

static void test_weak_pairs_score_lower(void **state)
{
	(void)state;
	static const struct { double semantic, combined; } bars[WEAK_KINDS] = { /* least area under the curve; by chance .5 */
		[WEAK_EXCHANGED] = { 0.90, 0.77 }, [WEAK_CUT] = { 0.95, 0.90 }, [WEAK_SHUFFLED] = { 0.62, 0.57 }, [WEAK_REPEATED] = { 0.98, 0.94 },
		[WEAK_FOREIGN] = { 0.94, 0.82 }, [WEAK_CELLS] = { 0.97, 0.94 }, [WEAK_GENERIC] = { 0.99, 0.98 },
	};
	double mean[WEAK_MEASURES], deviation[WEAK_MEASURES];
	struct weak_set *set = samples();
	size_t count = weak_set_count(set, mean, deviation);
	print_message("%zu pairs, mean %.3f, deviation of the semantic score %.3f\n", count, mean[WEAK_COMBINED], deviation[WEAK_SEMANTIC]);
	assert_true(count >= 250);
	assert_true(mean[WEAK_COMBINED] >= 0.75 && mean[WEAK_SEMANTIC] >= 0.97 && deviation[WEAK_SEMANTIC] <= 0.05);
	assert_true(weak_set_good_mean(set, WEAK_SEMANTIC) >= 0.95);
	for (enum weak_kind kind = 0; kind < WEAK_KINDS; kind++) {
		struct weak_rate rate;
		weak_set_measure(set, kind, &rate);
		print_message("%-26s %4zu pairs: semantic %.3f, combined %.3f\n", weak_kind_name(kind), rate.count, rate.auc[WEAK_SEMANTIC], rate.auc[WEAK_COMBINED]);
		assert_true(rate.count >= 100);
		assert_true(rate.auc[WEAK_SEMANTIC] >= bars[kind].semantic);
		assert_true(rate.auc[WEAK_COMBINED] >= bars[kind].combined);
	}
	weak_set_destroy(set);
}

/* --- the form of an answer --- */

static struct answer_form form_of(const char *answer)
{
	struct answer_form form;
	answer_form_read(text_from(answer), &form);
	return form;
}

static const char *const good_answers[] = {
	"The offset is lowered by one step of 0.5 dB when the average is above the target.",
	"It is the average that the offset follows. These values are documented:\n- Type: `integer`\n- Range: `0..20`\n- Default: `6`",
	"Do this (see e.g. RFC 5880):\n1. Lock the cell.\n2. Set the value.\n\n```\ncmedit set * A.b 1\n```\n3. Unlock the cell.",
	"A paging message is sent in all cells of a tracking area. The parameters are these:\n\n| Name | Default |\n| --- | --- |\n| nB | ONE_T |",
	"Der Wert wird nur dann ge\xC3\xA4ndert, wenn die Zelle gesperrt ist.",
	"\xE8\xAF\xA5\xE5\x8F\x82\xE6\x95\xB0\xE6\x8E\xA7\xE5\x88\xB6\xE5\xB0\x8F\xE5\x8C\xBA\xE7\x9A\x84\xE8\x8C\x83\xE5\x9B\xB4\xE3\x80\x82",
	"It answers \"no window\" (`-1`).\n\nSet `a[0` to leave it as it was: that is said in a code span, and is no open bracket.",
};

static void test_good_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good_answers); i++) {
		struct answer_form form = form_of(good_answers[i]);
		if (answer_form_score(&form) < 1)
			print_message("%s\nwhole %.2f once %.2f running %.2f led %.2f\n", good_answers[i], form.whole, form.once, form.running, form.led);
		assert_true(answer_form_score(&form) >= 1);
	}
}

static const struct { const char *answer; double whole; } ends[] = {
	{ "The offset is lowered by one step of 0.5 dB when the", 0 },
	{ "The offset is lowered by one step,", 0 },
	{ "The offset is lowered by one step of 0.5 dB when it", 0.2 },
	{ "The offset is lowered (as long as the cell is locked.", 0.2 },
	{ "The offset is changed in these cases:", 0.2 },
	{ "Run it:\n\n```\ncmedit get", 0 },
	{ "- The first one is raised.\n- The second one is lowered when the load", 0.2 },
	{ "1. Read it: `cmedit get A`\n2. Set it to `cmedit set A`\n3. Read it again", 0.2 },
};

static void test_missing_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		struct answer_form form = form_of(ends[i].answer);
		if (form.whole > ends[i].whole + 1e-9 || form.whole < ends[i].whole - 1e-9)
			print_message("%s: %.2f\n", ends[i].answer, form.whole);
		assert_true(form.whole < ends[i].whole + 1e-9 && form.whole > ends[i].whole - 1e-9);
	}
}

static void test_repeats_debris_and_leads(void **state)
{
	(void)state;
	struct answer_form form = form_of("The offset is reset when the cell is locked. The averaging starts again after that. The offset is reset when the cell is locked.");
	assert_true(form.once < 0.1 && form.whole >= 1 && form.running >= 1);
	form = form_of("Alarm | Severity | Cause\nVSWR | Major | Loose connector\nLink | Critical | Fibre broken");
	assert_true(form.running <= 0);
	form = form_of("Home\n- Library\n- Next\n- Search\n- Feedback");
	assert_true(form.running <= 0);
	form = form_of("Prefix: adm1025 Addresses: 0x2c to 0x2e Datasheet: available at the web site of the vendor of the chip.");
	assert_true(form.running <= 0);
	form = form_of("The cell is locked when the time is over.\n- With the command line, it is unlocked like this:\n\nIts default is ten minutes.");
	assert_true(form.led <= 0.5 && form.whole >= 1);
	form = form_of("Read these before the next step is taken.\n2. The guide of the device tree, which explains its usage.");
	assert_true(form.led <= 0.5);
	form = form_of("Yes, it is a good idea to do so.\n\nHow can a job be requeued?\n\nUse the command of that name.");
	assert_true(form.led <= 0.5);
}

static void test_no_answer(void **state)
{
	(void)state;
	const char *const nothing[] = { "", "\n \n", "```", "|", "- ", "1. ", ":", "(", "`" };
	for (size_t i = 0; i < COUNT_OF(nothing); i++) {
		struct answer_form form = form_of(nothing[i]);
		assert_true(answer_form_score(&form) <= 0);
	}
	struct buffer many;
	buffer_init(&many, 1 << 20);
	for (size_t i = 0; i < 2000; i++)
		buffer_append_format(&many, "Sentence number %zu of the answer is here. ", i);
	buffer_append_string(&many, "And then the");
	struct answer_form form;
	answer_form_read(buffer_view(&many), &form);
	assert_true(form.count == ANSWER_UNITS_MAX && form.whole <= 0);
	buffer_done(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weak_pairs_score_lower), cmocka_unit_test(test_good_forms), cmocka_unit_test(test_missing_ends),
		cmocka_unit_test(test_repeats_debris_and_leads), cmocka_unit_test(test_no_answer),
	};
	return cmocka_run_group_tests(tests, open_domain, close_domain);
}
