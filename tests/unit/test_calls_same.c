/* Calls that ask the same: while one is under way, and later from the record: who gets whose answer, and who asks again. */
#include "workers/model/call_private.h"

#include "base/clock.h"
#include "config/settings.h"
#include "tests/unit/calls_round.h"
#include "tests/unit/fake_server.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CALLS_MAX = 16 };
#define SCHEMA "{\"type\": \"object\", \"properties\": {\"answer\": {\"type\": \"string\"}}, \"required\": [\"answer\"]}"

static struct settings settings;
static struct error_text error;
static struct probe_result probe;
static struct fake_server server;
static struct record *record;
static struct calls *calls;
static char folder[64], path[80];
static struct end { bool through, recorded; enum call_outcome outcome; char reason[100]; } ends[CALLS_MAX];
static int end_count;

static void take_end(void *owner, const struct call_result *result)
{
	struct end *end = owner;

	assert_false(end->through);
	*end = (struct end){ .through = true, .recorded = result->recorded, .outcome = result->outcome };
	snprintf(end->reason, sizeof(end->reason), "%.*s", (int)size_min(result->reason.bytes, sizeof(end->reason) - 1), result->reason.data ? result->reason.data : "");
	end_count++;
}

static uint64_t ask_until(int id, const char *prompt, uint64_t deadline_ns)
{
	uint64_t handle;
	struct call_request request = { .prompt = text_from(prompt), .schema = TEXT_LITERAL(SCHEMA), .family = "test", .max_tokens = 1000, .temperature = 0, .place = "",
					.deadline_ns = deadline_ns, .done = take_end, .owner = &ends[id] };
	assert_int_equal(calls_add(calls, &request, &handle), 0);
	return handle;
}

static uint64_t ask(int id, const char *prompt) { return ask_until(id, prompt, 0); }

static void open_calls(void)
{
	assert_int_equal(calls_create(&calls, &settings.models[0], &probe, NULL, record, 7, &error), 0);
}

/* As another process, which forgets what the first one had in mind. */
static void open_record(void)
{
	record_close(record);
	assert_int_equal(record_open(&record, path, &error), 0);
}

static void set(const char *key, const char *value)
{
	assert_int_equal(settings_set(&settings, key, value, &error), 0);
}

static void start(const char *options)
{
	fake_server_start(&server, options);
	set("models.base_url", server.url);
	set("models.max_concurrent_requests", "4");
	open_calls();
}

static void start_anew(void)
{
	calls_destroy(calls);
	open_record();
	open_calls();
	memset(ends, 0, sizeof(ends));
	end_count = 0;
}

static void step_until_ends(int count)
{
	while (end_count < count)
		calls_round(calls);
}

static long requests(void)
{
	char *stats = fake_server_get(&server, "/fake/stats");
	const char *at = strstr(stats, "\"requests_total\": ");
	assert_non_null(at);
	long count = strtol(at + strlen("\"requests_total\": "), NULL, 10);
	free(stats);
	return count;
}

static int recorded_ends(enum call_outcome outcome, int count)
{
	int recorded = 0;
	for (int i = 0; i < count; i++) {
		assert_int_equal(ends[i].outcome, outcome);
		recorded += ends[i].recorded;
	}
	return recorded;
}

static int set_up(void **state)
{
	(void)state;
	settings_init(&settings);
	memset(ends, 0, sizeof(ends));
	end_count = 0;
	probe = (struct probe_result){ .reachable = true, .model_present = true, .model = "m", .format = CHAT_FORMAT_SCHEMA };
	snprintf(path, sizeof(path), "%s/run.db", support_folder_make(folder));
	assert_int_equal(record_open(&record, path, &error), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	calls_destroy(calls);
	calls = NULL;
	record_close(record);
	record = NULL;
	support_folder_remove(folder);
	fake_server_stop(&server);
	settings_done(&settings);
	return 0;
}

/* --- at the same time ---------------------------------------------------------------------------------------------- */

static void test_one_request_for_all(void **state)
{
	(void)state;
	start("--model m --slots 4");
	for (int id = 0; id < 6; id++)
		(void)ask(id, id == 3 ? "Cell 2 is barred. Which one?" : "Cell 1 is barred. Which one?");
	step_until_ends(6);
	assert_int_equal(recorded_ends(CALL_USABLE, 6), 4);
	assert_int_equal(requests(), 2);
}

static void test_of_no_use_for_all(void **state)
{
	(void)state;
	start("--model m --slots 4 --script empty-content");
	for (int id = 0; id < 3; id++)
		(void)ask(id, "Cell 1 is barred. Which one?");
	step_until_ends(3);
	assert_int_equal(recorded_ends(CALL_UNUSABLE, 3), 2);
	assert_int_equal(requests(), 2); /* asked again once with what is wrong */
}

static void test_refused_for_all(void **state)
{
	(void)state;
	start("--model m --slots 4 --script 400");
	for (int id = 0; id < 3; id++)
		(void)ask(id, "Cell 1 is barred. Which one?");
	step_until_ends(3);
	assert_int_equal(recorded_ends(CALL_REFUSED, 3), 2);
	for (int id = 0; id < 3; id++)
		assert_string_equal(ends[id].reason, "HTTP status 400: Bad Request");
	assert_int_equal(requests(), 1);
}

static void test_the_server_is_away_for_all(void **state)
{
	(void)state;
	start("--model m --slots 4 --script 503");
	calls_scale_time(calls, 0.01);
	for (int id = 0; id < 6; id++)
		(void)ask(id, "Cell 1 is barred. Which one?");
	step_until_ends(6);
	(void)recorded_ends(CALL_DOWN, 6);
}

static void test_the_first_is_cancelled(void **state)
{
	(void)state;
	start("--model m --slots 4 --script hang");
	uint64_t first = ask(0, "Cell 1 is barred. Which one?");
	(void)ask(1, "Cell 1 is barred. Which one?");
	uint64_t third = ask(2, "Cell 1 is barred. Which one?");
	(void)ask(3, "Cell 1 is barred. Which one?");
	while (calls_endpoint(calls)->under_way < 1)
		calls_round(calls);
	assert_int_equal(calls->all[(uint32_t)third]->state, CALL_JOINED);
	calls_cancel(calls, third);
	assert_int_equal(ends[2].outcome, CALL_CANCELLED);
	fake_server_script(&server, NULL);
	calls_cancel(calls, first);
	step_until_ends(4);
	assert_int_equal(ends[0].outcome, CALL_CANCELLED);
	assert_int_equal(ends[1].outcome, CALL_USABLE);
	assert_int_equal(ends[3].outcome, CALL_USABLE);
	assert_int_equal(ends[1].recorded + ends[3].recorded, 1);
}

/* Who has less time gives up alone; the one that is under way ends with its transfer. */
static void test_a_deadline_is_one_calls_own(void **state)
{
	(void)state;
	start("--model m --slots 4 --script hang:nth=1");
	uint64_t first = ask(0, "Cell 1 is barred. Which one?");
	(void)ask_until(1, "Cell 1 is barred. Which one?", clock_monotonic_ns() + 20000000);
	step_until_ends(1);
	assert_int_equal(ends[1].outcome, CALL_REFUSED);
	assert_non_null(strstr(ends[1].reason, "deadline"));
	calls_cancel(calls, first);
	assert_int_equal(end_count, 2);
}

static void test_destroyed_while_they_wait(void **state)
{
	(void)state;
	start("--model m --slots 4 --script hang");
	for (int id = 0; id < 5; id++)
		(void)ask(id, "Cell 1 is barred. Which one?");
	while (calls_endpoint(calls)->under_way < 1)
		calls_round(calls);
	calls_destroy(calls);
	calls = NULL;
	(void)recorded_ends(CALL_CANCELLED, 5);
}

/* Nowhere to find the first one's answer: each is sent. */
static void test_without_a_record(void **state)
{
	(void)state;
	record_close(record);
	record = NULL;
	start("--model m --slots 4");
	for (int id = 0; id < 3; id++)
		(void)ask(id, "Cell 1 is barred. Which one?");
	step_until_ends(3);
	assert_int_equal(requests(), 3);
}

/* --- one after the other ------------------------------------------------------------------------------------------- */

/* What came to nothing is not asked again by who goes on with a run, and is with settings that may help. */
static void test_settings_that_may_help(void **state)
{
	static const char *const cures[][2] = { { "models.thinking", "off" }, { "models.request_timeout_s", "1800" }, { "models.max_tokens", "900" }, { "models.format", "json" },
						{ "models.api", "openai" }, { "models.context_tokens", "20000" }, { "models.max_concurrent_requests", "1" } };
	static const char *const scripts[] = { "empty-content", "400" };
	(void)state;
	start("--model m --slots 4");
	for (size_t script = 0; script < COUNT_OF(scripts); script++) {
		const char *prompt = script ? "Cell 1 is barred. Which one?" : "Cell 2 is barred. Which one?";
		fake_server_script(&server, scripts[script]);
		start_anew();
		(void)ask(0, prompt);
		step_until_ends(1);
		assert_int_not_equal(ends[0].outcome, CALL_USABLE);
		for (size_t i = 0; i < COUNT_OF(cures); i++) {
			long before = requests();
			start_anew();
			(void)ask(0, prompt);
			step_until_ends(1);
			assert_true(ends[0].recorded);
			assert_int_not_equal(ends[0].outcome, CALL_USABLE);
			assert_int_equal(requests(), before);
			set(cures[i][0], cures[i][1]);
			start_anew();
			(void)ask(0, prompt);
			step_until_ends(1);
			assert_false(ends[0].recorded);
			assert_true(requests() > before);
		}
		fake_server_script(&server, NULL);
		start_anew();
		(void)ask(0, prompt);
		step_until_ends(1);
		assert_true(ends[0].recorded); /* well again, but in the same run and with the same settings */
		settings_done(&settings);
		settings_init(&settings);
		set("models.base_url", server.url);
		set("models.max_tokens", script ? "700" : "800");
		start_anew();
		(void)ask(0, prompt);
		step_until_ends(1);
		assert_int_equal(ends[0].outcome, CALL_USABLE);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_one_request_for_all), TEST(test_of_no_use_for_all), TEST(test_refused_for_all), TEST(test_the_server_is_away_for_all),
		TEST(test_the_first_is_cancelled), TEST(test_a_deadline_is_one_calls_own), TEST(test_destroyed_while_they_wait), TEST(test_without_a_record),
		TEST(test_settings_that_may_help),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
