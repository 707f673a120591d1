/* test_fact_memo.c: words that the memo knows are indexed a shorter way than words met for the first time: both must make the same of them, whatever stands around. Also the time
 * of indexing: what is quadratic would not come back from the texts here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "config/domain_kept.h"
#include "tests/unit/fact_asserts.h"
#include "tests/unit/fact_invented.h"
#include "tests/unit/support.h"
#include "workers/inference/passage.h"
#include "workers/inference/passage_places.h"

enum { TEXTS = 400, PIECES = 160, ANSWERS = 3, LONG_BYTES = 1 << 19, TEXT_BYTES_MAX = 1 << 20 };

static void assert_same_index(const struct passage *a, const struct passage *b)
{
	assert_int_equal(a->place_count, b->place_count);
	assert_int_equal(a->sentence_count, b->sentence_count);
	assert_int_equal(a->states, b->states);
	assert_int_equal(a->units, b->units);
	assert_int_equal(a->dimensions, b->dimensions);
	assert_int_equal(a->options, b->options);
	for (uint32_t p = 1; p < a->place_count; p++) {
		const struct passage_place *one = &a->places[p], *two = &b->places[p];
		const struct passage_slot *slot = passage_find(a, one->stem), *other = passage_find(b, two->stem);
		assert_int_equal(one->stem, two->stem);
		assert_int_equal(one->exact, two->exact);
		assert_int_equal(a->links[p].next, b->links[p].next);
		assert_int_equal(a->links[p].next_key, b->links[p].next_key);
		assert_int_equal(a->links[p].sentence, b->links[p].sentence);
		assert_int_equal(a->stems[p], one->stem);
		assert_int_equal(one->kind, two->kind);
		assert_int_equal(one->unit, two->unit);
		assert_int_equal(one->offset, two->offset);
		assert_int_equal(one->column, two->column);
		assert_int_equal(one->clause, two->clause);
		assert_int_equal(one->values, two->values);
		assert_int_equal(one->flags, two->flags);
		assert_int_equal(one->comparison, two->comparison);
		assert_int_equal(one->state, two->state);
		assert_int_equal(one->span, two->span);
		assert_int_equal(one->intro, two->intro);
		assert_true(slot && other && slot->count == other->count && slot->subject == other->subject && slot->constant == other->constant && slot->key == other->key);
	}
	for (uint32_t s = 1; s < a->sentence_count; s++) /* and what is of a kind in it: its numbers, and the bits of what they are */
		assert_memory_equal(&a->sentences[s], &b->sentences[s], sizeof(a->sentences[s]));
}

/* What a passage that is done with leaves to the next one. */
static void forget_words(void)
{
	free(*domain_kept(fact_asserts_domain()));
	*domain_kept(fact_asserts_domain()) = NULL;
}

static void test_words_are_left_to_the_next_passage(void **state)
{
	(void)state;
	struct passage passages[2];
	forget_words();
	for (size_t i = 0; i < COUNT_OF(passages); i++) {
		passage_init(&passages[i], fact_asserts_domain());
		assert_int_equal(passage_index(&passages[i], TEXT_LITERAL("The timer waits 10 ms.")), 0);
	}
	const struct fact_memo *first = passages[0].memo;
	assert_ptr_not_equal(first, passages[1].memo); /* two at once have one each */
	passage_done(&passages[0]);
	passage_done(&passages[1]);
	assert_ptr_equal(*domain_kept(fact_asserts_domain()), first);
	passage_init(&passages[0], fact_asserts_domain());
	assert_int_equal(passage_index(&passages[0], TEXT_LITERAL("The timer waits 10 ms.")), 0);
	assert_ptr_equal(passages[0].memo, first);
	assert_null(*domain_kept(fact_asserts_domain()));
	passage_done(&passages[0]);
}

struct listed { /* words of the lists met */
	struct fact_memo *memo;
	size_t count;
};

/* In small letters, as it is written, and in capitals: each the same with the memo and without. */
static void take_listed(void *context, struct text word, unsigned lists)
{
	struct listed *listed = context;
	char spelling[FACT_MEMO_BYTES_MAX];
	assert_true(word.bytes <= sizeof(spelling));
	for (unsigned how = 0; how < 3; how++) {
		struct fact_word unkept, alone;
		for (size_t i = 0; i < word.bytes; i++)
			spelling[i] = how == 0 ? ascii_lower(word.data[i]) : how == 2 && word.data[i] >= 'a' && word.data[i] <= 'z' ? (char)(word.data[i] - 'a' + 'A') : word.data[i];
		struct text text = { spelling, word.bytes };
		const struct fact_word *known = passage_word_of(fact_asserts_domain(), listed->memo, text, &unkept);
		const struct fact_word *worked_out = passage_word_of(fact_asserts_domain(), NULL, text, &alone);
		assert_ptr_not_equal(known, &unkept);
		assert_int_equal(known->lists & lists, lists);
		assert_int_equal(known->kind, worked_out->kind);
		assert_int_equal(known->unit, worked_out->unit);
		assert_int_equal(known->dimension, worked_out->dimension);
		assert_int_equal(known->says, worked_out->says);
		assert_int_equal(known->state, worked_out->state);
		assert_int_equal(known->number, worked_out->number);
		assert_int_equal(known->ordinal, worked_out->ordinal);
		assert_int_equal(known->spelled, worked_out->spelled);
		assert_int_equal(known->goes_on, worked_out->goes_on);
		assert_int_equal(known->quick, worked_out->quick);
	}
	listed->count++;
}

static void test_listed_words_mean_the_same_with_a_memo(void **state)
{
	(void)state;
	struct listed listed = { .memo = calloc(1, sizeof(*listed.memo)) };
	assert_non_null(listed.memo);
	fact_words_each(take_listed, &listed);
	assert_true(listed.count > 200);
	free(listed.memo);
}

static void test_known_words_are_indexed_like_new_ones(void **state)
{
	(void)state;
	struct support_random random = { 77 };
	struct passage warm;
	struct buffer source, answer;
	passage_init(&warm, fact_asserts_domain());
	buffer_init(&source, TEXT_BYTES_MAX);
	buffer_init(&answer, TEXT_BYTES_MAX);
	for (size_t i = 0; i < TEXTS; i++) {
		struct passage cold;
		struct text text = fact_invent(&source, &random, 1 + i % PIECES);
		passage_init(&cold, fact_asserts_domain());
		forget_words();
		assert_int_equal(passage_index(&cold, text), 0);
		assert_int_equal(passage_index(&warm, text), 0);
		assert_same_index(&cold, &warm);
		for (size_t k = 0; k < ANSWERS; k++) {
			struct passage_verdict one, two;
			struct text said = fact_invent(&answer, &random, 1 + support_random_next(&random) % 40);
			passage_check(&cold, said, &one);
			passage_check(&warm, said, &two);
			assert_int_equal(one.facts, two.facts);
			assert_int_equal(one.supported, two.supported);
			assert_ptr_equal(one.word.data, two.word.data);
			assert_int_equal(one.word.bytes, two.word.bytes);
		}
		passage_done(&cold);
	}
	buffer_done(&answer);
	buffer_done(&source);
	passage_done(&warm);
}

/* The same section again and again, with a place of it between: its index is there still. */
static void test_indexes_are_kept(void **state)
{
	(void)state;
	struct passage passage;
	struct passage_verdict verdict;
	const struct passage_place *first;
	char place[] = "The timer 1 waits 10 ms.";
	struct text section = TEXT_LITERAL("The timer waits 10 ms. The counter begins at 20.");
	passage_init(&passage, fact_asserts_domain());
	assert_int_equal(passage_index(&passage, section), 0);
	first = passage.places;
	for (unsigned others = 1; others <= PASSAGES_KEPT + 1; others++) {
		for (unsigned i = 0; i < others; i++) {
			place[strlen("The timer ")] = (char)('1' + i);
			assert_int_equal(passage_index(&passage, (struct text){ place, strlen(place) }), 0);
			passage_check(&passage, TEXT_LITERAL("The counter begins at 20."), &verdict);
			assert_int_equal(verdict.supported, 0);
		}
		assert_int_equal(passage_index(&passage, section), 0);
		passage_check(&passage, TEXT_LITERAL("The counter begins at 20."), &verdict);
		assert_int_equal(verdict.supported, 1);
		assert_int_equal(verdict.facts, 1);
		if (others <= PASSAGES_KEPT)
			assert_ptr_equal(passage.places, first);
	}
	assert_ptr_not_equal(passage.places, first);
	passage_done(&passage);
}

static void test_long_monotonous_texts(void **state)
{
	(void)state;
	static const char *const monotonous[] = { "word ", "10 ", "10 ms ", "a", "1", "a: ", "|", "_", "fooBar ", "Foo.bar: 5\n", "1 to ", "1,000,", "`a` ", "\\_", "--a-b ", "a.b", "| 1 ", "-", "a/", "\n" };
	struct passage passage;
	struct buffer source;
	passage_init(&passage, fact_asserts_domain());
	buffer_init(&source, TEXT_BYTES_MAX);
	for (size_t i = 0; i < COUNT_OF(monotonous); i++) {
		struct passage_verdict verdict;
		buffer_clear(&source);
		while (source.bytes < LONG_BYTES)
			buffer_append_string(&source, monotonous[i]);
		assert_int_equal(passage_index(&passage, buffer_view(&source)), 0);
		passage_check(&passage, TEXT_LITERAL("The invented word `zyx` takes 4711 ms."), &verdict);
		assert_true(verdict.facts > 0 && verdict.supported < verdict.facts);
	}
	buffer_done(&source);
	passage_done(&passage);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_known_words_are_indexed_like_new_ones), cmocka_unit_test(test_words_are_left_to_the_next_passage),
					    cmocka_unit_test(test_listed_words_mean_the_same_with_a_memo), cmocka_unit_test(test_indexes_are_kept), cmocka_unit_test(test_long_monotonous_texts) };
	return cmocka_run_group_tests(tests, fact_asserts_setup, fact_asserts_teardown);
}
