#include "tests/unit/fact_asserts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sample_document.h"
#include "workers/inference/generate.h"

static struct domain *domain;

int fact_asserts_setup(void **state)
{
	(void)state;
	domain = sample_domain("ran");
	return 0;
}

int fact_asserts_teardown(void **state)
{
	(void)state;
	domain_destroy(domain);
	return 0;
}

const struct domain *fact_asserts_domain(void) { return domain; }

/* The word that the answer is refused for; empty: it passes. */
static struct text refused_word(const char *answer, const char *source)
{
	struct text word = { 0 };
	bool passes = fact_gate(domain, text_from(answer), text_from(source), &word);
	assert_true(passes == (word.bytes == 0));
	assert_true(passes || (word.data >= answer && word.data + word.bytes <= answer + strlen(answer)));
	return word;
}

void assert_passes(const char *answer, const char *source)
{
	struct text word = refused_word(answer, source);
	if (word.bytes)
		fail_msg("refused for \"%.*s\": %s", TEXT_ARGS(word), answer);
}

void assert_refused(const char *answer, const char *source)
{
	if (!refused_word(answer, source).bytes)
		fail_msg("let through: %s", answer);
}

void assert_refused_for(const char *answer, const char *source, const char *expected)
{
	struct text word = refused_word(answer, source);
	if (!text_equal(word, text_from(expected)))
		fail_msg("refused for \"%.*s\" instead of \"%s\": %s", TEXT_ARGS(word), expected, answer);
}
