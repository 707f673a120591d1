/* test_embed.c: vectors from the fake server's /v1/embeddings: whose text is whose vector, long texts, repeats, what a server can do wrong. */
#include "workers/model/embed.h"
#include "workers/model/vector.h"

#include "base/clock.h"
#include "config/settings.h"
#include "tests/unit/fake_server.h"
#include "tests/unit/support.h"

#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DIMENSIONS = 256, TEXTS_MAX = 200, WAIT_MS_MAX = 200 };
#define PATIENCE_NS (60ull * 1000000000)

static struct settings settings;
static struct error_text error;
static struct probe_result probe;
static struct fake_server server;
static struct embed *embed;

struct answer {
	int ends;
	enum embed_outcome outcome;
	size_t count, dimensions;
	char reason[400];
	float vectors[TEXTS_MAX][DIMENSIONS];
	struct text again; /* asked for from inside done */
	struct answer *again_answer;
};

static void take(void *owner, const struct embed_result *result)
{
	struct answer *answer = owner;
	uint64_t handle;

	answer->ends++;
	answer->outcome = result->outcome;
	answer->count = result->count;
	answer->dimensions = result->dimensions;
	snprintf(answer->reason, sizeof(answer->reason), "%s", result->reason);
	if (result->outcome == EMBED_DONE) {
		assert_int_equal(result->dimensions, DIMENSIONS);
		memcpy(answer->vectors, result->vectors, result->count * DIMENSIONS * sizeof(float));
	}
	if (answer->again.bytes)
		assert_int_equal(embed_add(embed, &answer->again, 1, take, answer->again_answer, &handle), 0);
}

static void start(const char *options)
{
	fake_server_start(&server, options);
	assert_int_equal(settings_set(&settings, "models.base_url", server.url, &error), 0);
	assert_int_equal(embed_create(&embed, &settings.models[0], &probe, NULL, 7, &error), 0);
	embed_scale_time(embed, 0.01);
}

static uint64_t ask(struct answer *answer, const struct text *texts, size_t count)
{
	uint64_t handle;

	*answer = (struct answer){ .ends = 0 };
	assert_int_equal(embed_add(embed, texts, count, take, answer, &handle), 0);
	return handle;
}

static void step(void)
{
	uint64_t now_ns = clock_monotonic_ns(), next_ns = embed_next_ns(embed);
	int wait_ms = next_ns <= now_ns ? 0 : next_ns - now_ns > WAIT_MS_MAX * 1000000ull ? WAIT_MS_MAX : (int)((next_ns - now_ns) / 1000000) + 1;
	struct pollfd descriptor = { .fd = embed_descriptor(embed), .events = POLLIN };

	(void)poll(&descriptor, 1, wait_ms);
	assert_int_equal(embed_step(embed, clock_monotonic_ns()), 0);
}

static void wait_for(struct answer *answer)
{
	uint64_t until_ns = clock_monotonic_ns() + PATIENCE_NS;

	while (answer->ends == 0 && clock_monotonic_ns() < until_ns)
		step();
	assert_int_equal(answer->ends, 1);
}

static void expect(struct answer *answer, enum embed_outcome outcome)
{
	wait_for(answer);
	if (answer->outcome != outcome)
		fail_msg("outcome %d, not %d: %s", answer->outcome, outcome, answer->reason);
}

static long requests_made(void)
{
	char *stats = fake_server_get(&server, "/fake/stats");
	const char *at = strstr(stats, "\"/v1/embeddings\"");
	long count = 0;

	if (at)
		count = strtol(strchr(at + strlen("\"/v1/embeddings\""), ':') + 1, NULL, 10);
	free(stats);
	return count;
}

static int set_up(void **state)
{
	settings_init(&settings);
	probe = (struct probe_result){ .reachable = true, .model_present = true, .model = "fake-embedding", .embeddings = true };
	return support_leaks_setup(state);
}

static int tear_down(void **state)
{
	embed_destroy(embed);
	embed = NULL;
	fake_server_stop(&server);
	settings_done(&settings);
	return support_leaks_teardown(state);
}

static struct answer one, other;

static void each_text_gets_its_own_vector(void **state)
{
	(void)state;
	static char texts[TEXTS_MAX][64];
	struct text views[TEXTS_MAX];

	start("--slots 4");
	for (int i = 0; i < TEXTS_MAX; i++) { /* seven batches, every fifth text a repeat */
		snprintf(texts[i], sizeof(texts[i]), "counter%d of cell%d", i % 160, i % 160);
		views[i] = text_from(texts[i]);
	}
	(void)ask(&one, views, TEXTS_MAX);
	expect(&one, EMBED_DONE);
	assert_int_equal(one.count, TEXTS_MAX);
	for (int i = 0; i < TEXTS_MAX; i++) {
		(void)ask(&other, &views[i], 1);
		expect(&other, EMBED_DONE);
		assert_true(fabs(vector_cosine(one.vectors[i], other.vectors[0], DIMENSIONS) - 1) < 1e-5);
	}
	assert_true(vector_cosine(one.vectors[0], one.vectors[1], DIMENSIONS) < 0.9);
}

static void what_was_asked_is_remembered(void **state)
{
	(void)state;
	const struct text texts[] = { TEXT_LITERAL("The handover is prepared."), TEXT_LITERAL("The cell is barred."), TEXT_LITERAL("The cell is barred.") };

	start("--slots 1");
	(void)ask(&one, texts, 3);
	expect(&one, EMBED_DONE);
	assert_memory_equal(one.vectors[1], one.vectors[2], sizeof(one.vectors[1]));
	long before = requests_made();
	(void)ask(&other, texts, 3);
	expect(&other, EMBED_DONE);
	assert_memory_equal(one.vectors, other.vectors, 3 * sizeof(one.vectors[0]));
	assert_int_equal(requests_made(), before);
}

static void a_long_text_is_read_in_pieces(void **state)
{
	(void)state;
	static char halves[2][4000], whole[8000];

	probe.context_tokens = 2000; /* 4,000 bytes are a piece */
	for (size_t i = 0; i + 8 < sizeof(halves[0]); i += 8) {
		memcpy(&halves[0][i], "antenna ", 8);
		memcpy(&halves[1][i], "license ", 8);
	}
	snprintf(whole, sizeof(whole), "%s%s", halves[0], halves[1]);
	const struct text texts[] = { text_from(whole), text_from(halves[0]), text_from(halves[1]), TEXT_LITERAL("") };
	start("--slots 2");
	(void)ask(&one, texts, 4);
	expect(&one, EMBED_DONE);
	assert_true(fabs(vector_cosine(one.vectors[0], one.vectors[0], DIMENSIONS) - 1) < 1e-5);
	double first = vector_cosine(one.vectors[0], one.vectors[1], DIMENSIONS), second = vector_cosine(one.vectors[0], one.vectors[2], DIMENSIONS);
	assert_true(first > 0.6 && second > 0.6 && fabs(first - second) < 0.05); /* of both halves as much */
}

static void a_request_that_is_too_large_is_made_smaller(void **state)
{
	(void)state;
	static char texts[40][32];
	struct text views[40];

	start("--slots 1 --script 413:to=3,path=embeddings");
	for (int i = 0; i < 40; i++) {
		snprintf(texts[i], sizeof(texts[i]), "parameter%d", i);
		views[i] = text_from(texts[i]);
	}
	(void)ask(&one, views, 40);
	expect(&one, EMBED_DONE);
	assert_true(requests_made() >= 3 + 40 / 4);
	fake_server_script(&server, "400:path=embeddings");
	const struct text fresh = TEXT_LITERAL("a text that was not asked before");
	(void)ask(&one, &fresh, 1);
	expect(&one, EMBED_REFUSED);
	assert_non_null(strstr(one.reason, "400"));
}

static void failures_are_tried_again(void **state)
{
	(void)state;
	static const char *const scripts[] = { "500:nth=1,path=embeddings", "429-first:to=2,path=embeddings", "cut-body:to=2,path=embeddings",
					       "garbage:nth=1,path=embeddings", "reset-before:to=2,path=embeddings" };
	char text[64];

	start("--slots 1");
	for (size_t i = 0; i < COUNT_OF(scripts); i++) {
		fake_server_script(&server, scripts[i]);
		snprintf(text, sizeof(text), "words for attempt number%zu", i);
		const struct text view = text_from(text);
		(void)ask(&one, &view, 1);
		expect(&one, EMBED_DONE);
	}
}

static void a_server_that_is_away_says_so_and_comes_back(void **state)
{
	(void)state;
	const struct text texts[] = { TEXT_LITERAL("alpha"), TEXT_LITERAL("beta") };
	uint64_t until_ns = clock_monotonic_ns() + PATIENCE_NS;

	start("--slots 1 --script no-embeddings");
	(void)ask(&one, texts, 2);
	(void)ask(&other, texts, 1);
	expect(&one, EMBED_DOWN);
	expect(&other, EMBED_DOWN);
	assert_non_null(strstr(one.reason, "501"));
	assert_int_equal(embed_endpoint(embed)->breaker, ENDPOINT_OPEN);
	(void)ask(&one, texts, 1); /* at once, without a request */
	expect(&one, EMBED_DOWN);
	fake_server_script(&server, NULL);
	while (embed_endpoint(embed)->breaker == ENDPOINT_OPEN && clock_monotonic_ns() < until_ns)
		step();
	(void)ask(&one, texts, 2);
	expect(&one, EMBED_DONE);
	assert_int_equal(embed_endpoint(embed)->breaker, ENDPOINT_CLOSED);
}

static void an_owner_may_ask_again_and_jobs_may_be_cancelled(void **state)
{
	(void)state;
	const struct text text = TEXT_LITERAL("gamma");

	start("--slots 1");
	(void)ask(&one, &text, 1);
	one.again = TEXT_LITERAL("delta");
	other = (struct answer){ .ends = 0 };
	one.again_answer = &other;
	expect(&one, EMBED_DONE);
	expect(&other, EMBED_DONE);
	fake_server_script(&server, "hang:path=embeddings");
	const struct text fresh = TEXT_LITERAL("epsilon");
	uint64_t handle = ask(&one, &fresh, 1);
	while (embed_endpoint(embed)->under_way == 0)
		step();
	embed_cancel(embed, handle);
	assert_int_equal(one.ends, 1);
	assert_int_equal(one.outcome, EMBED_CANCELLED);
	assert_int_equal(embed_endpoint(embed)->under_way, 0);
	embed_cancel(embed, handle); /* nothing */
	(void)ask(&one, &fresh, 1); /* ends with the whole */
	while (embed_endpoint(embed)->under_way == 0)
		step();
	embed_destroy(embed);
	embed = NULL;
	assert_int_equal(one.outcome, EMBED_CANCELLED);
}

static void a_server_that_hangs_is_not_waited_for(void **state)
{
	(void)state;
	const struct text text = TEXT_LITERAL("zeta");

	start("--slots 1 --script hang:path=embeddings");
	embed_scale_time(embed, 0.0005); /* 600 s are 0.3 s */
	(void)ask(&one, &text, 1);
	wait_for(&one);
	assert_true(one.outcome == EMBED_REFUSED || one.outcome == EMBED_DOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_text_gets_its_own_vector, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_asked_is_remembered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_long_text_is_read_in_pieces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_request_that_is_too_large_is_made_smaller, set_up, tear_down),
		cmocka_unit_test_setup_teardown(failures_are_tried_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_server_that_is_away_says_so_and_comes_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_owner_may_ask_again_and_jobs_may_be_cancelled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_server_that_hangs_is_not_waited_for, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
