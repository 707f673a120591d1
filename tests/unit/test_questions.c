/* test_questions.c: choosing wordings, and what the packs' wordings must be for a dataset to be varied enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/sample_document.h"
#include "tests/unit/support.h"
#include "workers/inference/prose.h"
#include "workers/inference/question_templates.h"

static const char small_pack[] =
	"name: small\n"
	"wordings:\n"
	"  - family: question.a\n"
	"    texts: ['What is {name}?', 'How is {name} used?', 'Which {mo} has {name}?', 'What else is {name}?']\n"
	"  - family: answer.a\n"
	"    texts: ['{name}', '{name} of {mo}', 'nothing']\n"
	"  - family: question.odd\n"
	"    texts: ['{', '{name', 'x{}y', '{unknown}?', 'a [b', '[', 'a []', 'a [|{name}']\n"
	"  - family: question.choice\n"
	"    texts: ['What [is|does] {name}[ do| in {mo}|]?']\n";

static struct domain *small_domain(void)
{
	struct domain *domain = NULL;
	struct error_text error = { 0 };
	assert_int_equal(domain_load(TEXT_LITERAL(small_pack), "small", &domain, &error), 0);
	return domain;
}

static void test_wordings_need_their_values(void **state)
{
	(void)state;
	struct domain *domain = small_domain();
	struct template_picker picker;
	struct template_values values = { 0 };
	struct buffer out;
	buffer_init(&out, 4096);
	template_picker_init(&picker, domain, 1);
	assert_false(template_question(&picker, "question.a", &values, &out));
	assert_false(template_question(&picker, "no.such.family", &values, &out));
	template_values_set(&values, "name", TEXT_LITERAL("x"));
	for (int i = 0; i < 20; i++) {
		buffer_clear(&out);
		assert_true(template_question(&picker, "question.a", &values, &out));
		assert_false(text_starts_with(buffer_view(&out), TEXT_LITERAL("Which"))); /* its {mo} is not known */
	}
	buffer_clear(&out);
	assert_true(template_frame(&picker, "answer.a", &values, &out));
	assert_string_equal(buffer_string(&out), "x");
	template_values_set(&values, "mo", TEXT_LITERAL("M"));
	buffer_clear(&out);
	assert_true(template_frame(&picker, "answer.a", &values, &out)); /* the one that says most */
	assert_string_equal(buffer_string(&out), "x of M");
	for (int i = 0; i < 8; i++) { /* odd braces are text, and nothing is read beyond them */
		buffer_clear(&out);
		(void)template_question(&picker, "question.odd", &values, &out);
	}
	buffer_done(&out);
	domain_destroy(domain);
}

static void test_choices_are_all_taken(void **state)
{
	(void)state;
	static const char *const wanted[] = { "What is x do?", "What is x in M?", "What is x?", "What does x do?", "What does x in M?", "What does x?" };
	struct domain *domain = small_domain();
	struct template_picker picker;
	struct template_values values = { 0 };
	struct buffer out;
	unsigned seen[COUNT_OF(wanted)] = { 0 }, known = 0;
	buffer_init(&out, 4096);
	template_picker_init(&picker, domain, 7);
	template_values_set(&values, "name", TEXT_LITERAL("x"));
	assert_false(template_question(&picker, "question.choice", &values, &out)); /* what a choice may need must be known too */
	template_values_set(&values, "mo", TEXT_LITERAL("M"));
	for (int i = 0; i < 120; i++) {
		buffer_clear(&out);
		assert_true(template_question(&picker, "question.choice", &values, &out));
		for (size_t k = 0; k < COUNT_OF(wanted); k++) {
			bool same = strcmp(buffer_string(&out), wanted[k]) == 0;
			seen[k] += same;
			known += same;
		}
	}
	assert_int_equal(known, 120);
	for (size_t k = 0; k < COUNT_OF(wanted); k++)
		assert_in_range(seen[k], 5, 50);
	buffer_done(&out);
	domain_destroy(domain);
}

static void test_first_words_are_used_evenly(void **state)
{
	(void)state;
	struct domain *domain = small_domain();
	struct template_picker picker;
	struct template_values values = { 0 };
	struct buffer out;
	unsigned what = 0, how = 0, which = 0;
	buffer_init(&out, 4096);
	template_picker_init(&picker, domain, 5);
	template_values_set(&values, "name", TEXT_LITERAL("x"));
	template_values_set(&values, "mo", TEXT_LITERAL("M"));
	for (int i = 0; i < 30; i++) {
		buffer_clear(&out);
		assert_true(template_question(&picker, "question.a", &values, &out));
		what += text_starts_with(buffer_view(&out), TEXT_LITERAL("What"));
		how += text_starts_with(buffer_view(&out), TEXT_LITERAL("How"));
		which += text_starts_with(buffer_view(&out), TEXT_LITERAL("Which"));
	}
	assert_int_equal(what, 10); /* two wordings share it: the word counts, not the wording */
	assert_int_equal(how, 10);
	assert_int_equal(which, 10);
	buffer_done(&out);
	domain_destroy(domain);
}

static void test_same_family_twice_is_refused(void **state)
{
	(void)state;
	static const char pack[] = "name: p\nwordings:\n  - {family: a, texts: [x]}\n  - {family: a, texts: [y]}\n";
	struct domain *domain = NULL;
	struct error_text error = { 0 };
	assert_true(domain_load(TEXT_LITERAL(pack), "p", &domain, &error) < 0);
	assert_non_null(strstr(error.message, "twice"));
}

/* --- the packs --- */

static const char *const families[] = {
	"question.parameter", "question.parameter.values", "question.parameter.configure", "question.parameter.configure.rollback",
	"question.parameter.compare", "question.parameter.list", "question.counter", "question.counter.list", "question.event", "question.feature",
	"question.dependencies", "question.dependency", "question.activate", "question.deactivate", "question.activation.conditions", "question.concept",
	"question.concept.call", "question.concept.name", "question.concept.task", "question.overview", "question.steps", "question.troubleshooting", "question.optimisation", "question.row", "question.row.more",
	"question.parameter.reset", "question.counter.compare", "question.fault.counter", "question.fault.event", "question.alarm",
	"question.symptom", "question.alarm.symptom", "question.kpi", "question.kpi.counter", "question.part.limitations", "question.part.impact",
	"question.part.guidelines", "question.part.remedy", "question.part.causes", "question.part.operation", "question.part.configuration",
	"question.part.requirements", "question.part.benefits", "question.part.issues", "question.part.checks", "question.part.use",
	"question.part.troubleshooting", "question.part.performance", "question.part.changes", "question.part.dependencies",
};
static const char *const placeholders[] = { "name", "mo", "attribute", "feature", "title", "document", "topic", "other", "kpi", "symptom", "subject" };

/* Choices are closed, part two things or more, hold nothing but text and placeholders, and do not begin a wording: its first word is counted. */
static void check_choices(struct text wording)
{
	bool inside = false, parted = false;
	assert_true(wording.data[0] != '[');
	for (size_t i = 0; i < wording.bytes; i++) {
		char c = wording.data[i];
		assert_true(c == '[' ? !inside : c == ']' ? inside && parted : c != '|' || inside);
		parted = c == '|' || (parted && c != '[');
		inside = c == '[' || (inside && c != ']');
		assert_false(c == ' ' && i > 0 && wording.data[i - 1] == ' ');
	}
	assert_false(inside);
}

static void check_question(struct text wording)
{
	assert_true(wording.bytes >= 10 && wording.bytes <= 200);
	assert_true(wording.data[wording.bytes - 1] == '?');
	check_choices(wording);
	struct text rest = wording;
	for (;;) {
		const char *open = rest.bytes ? memchr(rest.data, '{', rest.bytes) : NULL;
		if (!open)
			return;
		const char *close = memchr(open, '}', (size_t)(rest.data + rest.bytes - open));
		assert_non_null(close);
		struct text name = { open + 1, (size_t)(close - open) - 1 };
		bool known = false;
		for (size_t i = 0; i < COUNT_OF(placeholders); i++)
			known = known || text_equal(name, text_from(placeholders[i]));
		assert_true(known);
		rest = (struct text){ close + 1, (size_t)(rest.data + rest.bytes - close) - 1 };
	}
}

static void check_pack(const char *name, bool every_family)
{
	struct domain *domain = sample_domain(name);
	for (size_t f = 0; f < COUNT_OF(families); f++) {
		size_t count;
		const struct text *wordings = domain_wordings(domain, text_from(families[f]), &count);
		if (!count && !every_family)
			continue;
		if (count < 10)
			print_message("%s: %s has %zu wordings\n", name, families[f], count);
		assert_true(count >= 10);
		for (size_t i = 0; i < count; i++) {
			check_question(wordings[i]);
			/* "… does the description of Cell Sleep give about Cell Sleep?" */
			assert_true(text_find(wordings[i], TEXT_LITERAL("{document}")) < 0 || text_find(wordings[i], TEXT_LITERAL("{feature}")) < 0);
			for (size_t k = 0; k < i; k++)
				assert_false(text_equal(wordings[i], wordings[k]));
		}
	}
	domain_destroy(domain);
}

static void test_the_packs_wordings(void **state)
{
	(void)state;
	check_pack("ran", true);
	check_pack("generic", false);
}

enum { DOCUMENTS = 500, WORDS_MAX = 256, PATTERN_WORDS = 3 };

struct shares {
	uint64_t keys[WORDS_MAX * 16];
	unsigned counts[WORDS_MAX * 16], total;
	size_t used;
};

static void share_add(struct shares *shares, struct text key)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < key.bytes; i++)
		hash = (hash ^ (unsigned char)key.data[i]) * 1099511628211u;
	shares->total++;
	for (size_t i = 0; i < shares->used; i++)
		if (shares->keys[i] == hash) {
			shares->counts[i]++;
			return;
		}
	assert_true(shares->used < COUNT_OF(shares->keys));
	shares->keys[shares->used] = hash;
	shares->counts[shares->used++] = 1;
}

static double share_most(const struct shares *shares)
{
	unsigned most = 0;
	for (size_t i = 0; i < shares->used; i++)
		most = shares->counts[i] > most ? shares->counts[i] : most;
	return (double)most / shares->total;
}

static struct text first_words(struct text question)
{
	size_t words = 0, end = 0;
	for (; end < question.bytes && words < PATTERN_WORDS; end++)
		words += question.data[end] == ' ';
	return text_slice(question, 0, end);
}

/* What choices put together: one blank between words, "a" before consonants, "an" before vowels. */
static void check_grammar(struct text question)
{
	static const char *const wrong[] = { "  ", " a a", " a e", " a i", " a o", " ?", " ,", " ;" };
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (text_find(question, text_from(wrong[i])) >= 0)
			fail_msg("\"%s\" in %.*s", wrong[i], TEXT_ARGS(question));
	for (ptrdiff_t at; (at = text_find(question, TEXT_LITERAL(" an "))) >= 0; question = text_slice(question, (size_t)at + 4, question.bytes))
		assert_non_null(strchr("aeiou", question.data[at + 4]));
}

/* Documents of many seeds, each with a dozen questions of many families: what a dataset looks like. */
static void test_diversity_over_many_documents(void **state)
{
	(void)state;
	struct domain *domain = sample_domain("ran");
	static struct shares words, patterns;
	struct support_random random = { 3 };
	struct template_values values = { 0 };
	struct buffer out;
	buffer_init(&out, 4096);
	for (size_t i = 0; i < COUNT_OF(placeholders); i++)
		template_values_set(&values, placeholders[i], text_from(placeholders[i]));
	for (int d = 0; d < DOCUMENTS; d++) {
		struct template_picker picker;
		template_picker_init(&picker, domain, support_random_next(&random));
		for (int q = 0; q < 8; q++) {
			buffer_clear(&out);
			assert_true(template_question(&picker, families[support_random_below(&random, COUNT_OF(families))], &values, &out));
			check_grammar(buffer_view(&out));
			share_add(&words, prose_first_word(buffer_view(&out)));
			share_add(&patterns, first_words(buffer_view(&out)));
		}
	}
	print_message("most frequent first word %.1f %%, most frequent pattern %.1f %%\n", 100 * share_most(&words), 100 * share_most(&patterns));
	assert_true(share_most(&words) <= 0.12);
	assert_true(share_most(&patterns) <= 0.08);
	buffer_done(&out);
	domain_destroy(domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wordings_need_their_values), cmocka_unit_test(test_choices_are_all_taken), cmocka_unit_test(test_first_words_are_used_evenly),
		cmocka_unit_test(test_same_family_twice_is_refused), cmocka_unit_test(test_the_packs_wordings),
		cmocka_unit_test(test_diversity_over_many_documents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
