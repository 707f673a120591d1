/* test_fact_quick.c: a token that fact_scanner_quick takes is the one that fact_scanner_next would have made, whatever stands around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/fact_asserts.h"
#include "tests/unit/fact_invented.h"
#include "workers/inference/fact_quick.h"
#include "workers/inference/passage.h"

enum { TEXTS = 2000, PIECES = 60, QUICK_MAX = 16, TEXT_BYTES_MAX = 1 << 16 };

static void assert_same_text(struct text one, struct text other)
{
	assert_ptr_equal(one.data, other.data);
	assert_int_equal(one.bytes, other.bytes);
}

static void assert_same(const struct fact_quick *quick, const struct fact_token *token)
{
	assert_int_equal(quick->kind, token->kind);
	assert_same_text(quick->text, token->text);
	assert_int_equal(quick->column, token->column);
	if (token->kind >= FACT_SEPARATOR)
		return;
	assert_int_equal(quick->span, token->span);
	assert_int_equal(quick->in_code, token->in_code);
	assert_int_equal((quick->before & FACT_BREAKS) != 0, token->breaks);
	assert_int_equal((quick->before & FACT_COLON) != 0, token->colon);
	assert_int_equal((quick->before & (FACT_LINE_START | FACT_CELL_START)) != 0, token->first);
	assert_false(token->option);
	assert_int_equal(token->ordinal.bytes, 0);
	assert_int_equal(token->first_group_bytes, 0);
	if (token->kind == FACT_NUMBER) {
		assert_int_equal(quick->text.bytes, token->number_bytes);
		assert_memory_equal(quick->text.data, token->number, token->number_bytes);
		assert_ptr_equal(quick->unit, token->unit.bytes ? token->unit.data : NULL);
		assert_ptr_equal(quick->word, token->unit.bytes ? token->unit_word : NULL);
		return;
	}
	assert_ptr_equal(quick->word, token->word);
	assert_int_equal(quick->word->state, token->state);
	assert_int_equal(quick->word->dotted, token->dotted);
	assert_int_equal(token->number_bytes, 0);
	assert_same_text(token->wide, token->text);
}

/* How many of the text's tokens are taken quickly. */
static size_t compare(const struct passage *passage, struct text text, size_t most, enum fact_quick_kinds kinds)
{
	struct fact_scanner scanner, other;
	struct fact_quick quick[QUICK_MAX];
	struct fact_token token, next;
	size_t taken = 0;
	bool more = true;
	fact_scanner_init(&scanner, passage->domain, text);
	fact_scanner_init(&other, passage->domain, text);
	scanner.memo = other.memo = passage->memo;
	while (more) {
		size_t count = fact_scanner_quick(&scanner, quick, most, kinds);
		for (size_t i = 0; i < count; i++) {
			assert_true(fact_scanner_next(&other, &token));
			assert_same(&quick[i], &token);
		}
		taken += count;
		if (count)
			continue;
		more = fact_scanner_next(&scanner, &next);
		assert_int_equal(fact_scanner_next(&other, &token), more);
		if (more)
			assert_same_text(next.text, token.text);
	}
	return taken;
}

static void test_quick_tokens_are_the_same(void **state)
{
	(void)state;
	struct support_random random = { 5 };
	struct passage passage;
	struct buffer source;
	size_t taken = 0;
	passage_init(&passage, fact_asserts_domain());
	buffer_init(&source, TEXT_BYTES_MAX);
	for (size_t i = 0; i < TEXTS; i++) {
		struct text text = fact_invent(&source, &random, 1 + i % PIECES);
		text.bytes -= size_min(text.bytes, support_random_next(&random) % 4); /* may end anywhere */
		assert_int_equal(passage_index(&passage, text), 0); /* its words are known then */
		taken += compare(&passage, text, 1 + i % QUICK_MAX, FACT_QUICK_ALL) + compare(&passage, text, QUICK_MAX, FACT_QUICK_SENTENCE);
	}
	assert_true(taken > TEXTS * PIECES / 4);
	buffer_done(&source);
	passage_done(&passage);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_quick_tokens_are_the_same) };
	return cmocka_run_group_tests(tests, fact_asserts_setup, fact_asserts_teardown);
}
