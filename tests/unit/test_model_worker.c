/* test_model_worker.c: a model worker against the fake server: whole documents in, conversations out, whatever the server does. This test
 * stands in for the frame of worker.c: it defines worker_finish itself. */
#include "tests/unit/fake_server.h"
#include "tests/unit/sample_document.h"
#include "tests/unit/support.h"
#include "workers/inference/model_worker.h"

#include "base/clock.h"
#include "proto/conversation.h"
#include "proto/message.h"

#include <poll.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { OUT_BYTES = 1 << 20, ROUNDS_MAX = 100000, RESULTS_MAX = 64 };
#define PATIENCE_NS (60ull * 1000000000)

struct result { uint64_t task_id; uint16_t status; uint64_t bytes; uint32_t argument; };
struct worker_finisher {
	struct result results[RESULTS_MAX];
	size_t count;
};

int worker_finish(struct worker_finisher *finisher, const struct worker_task *task, uint16_t status, uint64_t bytes, uint32_t argument)
{
	assert_true(finisher->count < RESULTS_MAX);
	finisher->results[finisher->count++] = (struct result){ task->descriptor.task_id, status, bytes, argument };
	return 0;
}

struct bench { /* one worker, its server and its settings */
	struct fake_server server;
	struct settings settings;
	char folder[64], database[96];
	void *worker;
	struct worker_finisher finisher;
	struct sample sample;
	void *out;
};

static struct domain *domain;

static int open_all(void **state)
{
	domain = sample_domain("ran");
	return support_leaks_setup(state);
}

static int close_all(void **state)
{
	domain_destroy(domain);
	return support_leaks_teardown(state);
}

static void set(struct bench *bench, const char *key, const char *value)
{
	struct error_text error = { "" };
	if (settings_set(&bench->settings, key, value, &error) != 0)
		fail_msg("%s", error.message);
}

static void start_worker_of(struct bench *bench, uint32_t model)
{
	const struct worker_setup setup = { .settings = &bench->settings, .domain = domain, .model = (int)model, .server_bell = -1 };
	struct error_text error = { "" };
	if (model_worker_start(&setup, bench->database, &bench->worker, &error) != 0)
		fail_msg("%s", error.message);
}

static void start_worker(struct bench *bench) { start_worker_of(bench, 0); }

static void stop_worker(struct bench *bench)
{
	model_worker_stop(bench->worker);
	bench->worker = NULL;
	bench->finisher.count = 0;
}

static void bench_open(struct bench *bench, const char *server)
{
	*bench = (struct bench){ .worker = NULL };
	settings_init(&bench->settings);
	support_folder_make(bench->folder);
	snprintf(bench->database, sizeof(bench->database), "%s/run.db", bench->folder);
	if (server) {
		fake_server_start(&bench->server, server);
		set(bench, "models.base_url", bench->server.url);
	}
	sample_feature(&bench->sample);
	bench->out = aligned_alloc(64, OUT_BYTES);
	assert_non_null(bench->out);
}

static void bench_close(struct bench *bench)
{
	model_worker_stop(bench->worker);
	fake_server_stop(&bench->server);
	settings_done(&bench->settings);
	sample_done(&bench->sample);
	free(bench->out);
	support_folder_remove(bench->folder);
}

static uint32_t state_of(struct bench *bench)
{
	struct buffer json;
	buffer_init(&json, MESSAGE_MODEL_BODY_MAX);
	uint32_t state = model_worker_many.report(bench->worker, &json);
	assert_int_equal(json.status, 0);
	buffer_done(&json);
	return state;
}

/* One round as the frame has it: step, then wait for the descriptor or the time. */
static void turn(struct bench *bench)
{
	uint64_t now_ns = clock_monotonic_ns();
	assert_int_equal(model_worker_many.step(bench->worker, &bench->finisher, now_ns), 0);
	uint64_t next_ns = model_worker_many.next_ns(bench->worker);
	struct pollfd poll_for = { model_worker_many.descriptor(bench->worker), POLLIN, 0 };
	now_ns = clock_monotonic_ns();
	int wait_ms = next_ns <= now_ns ? 0 : next_ns - now_ns > 50000000 ? 50 : (int)((next_ns - now_ns + 999999) / 1000000);
	assert_true(poll(&poll_for, 1, wait_ms) >= 0);
}

static void wait_for_state(struct bench *bench, uint32_t wanted)
{
	uint64_t until_ns = clock_monotonic_ns() + PATIENCE_NS;
	while (state_of(bench) != wanted) {
		assert_true(clock_monotonic_ns() < until_ns);
		turn(bench);
	}
}

static void begin(struct bench *bench, uint64_t task_id, uint32_t argument, size_t out_bytes)
{
	struct worker_task task = { .descriptor = { .task_id = task_id, .kind = DESCRIPTOR_GENERATE, .argument = argument },
				    .document = bench->sample.document, .out = bench->out, .out_bytes = out_bytes, .started_ns = clock_monotonic_ns() };
	assert_int_equal(model_worker_many.begin(bench->worker, &bench->finisher, &task), 0);
}

static struct result wait_for_result(struct bench *bench, uint64_t task_id)
{
	uint64_t until_ns = clock_monotonic_ns() + PATIENCE_NS;
	for (;;) {
		for (size_t i = 0; i < bench->finisher.count; i++)
			if (bench->finisher.results[i].task_id == task_id)
				return bench->finisher.results[i];
		assert_true(clock_monotonic_ns() < until_ns);
		turn(bench);
	}
}

static struct conversation_set open_out(struct bench *bench, uint64_t bytes)
{
	struct conversation_set conversations;
	struct error_text error = { "" };
	if (conversation_open(bench->out, bytes, &conversations, &error) != 0 ||
	    conversation_check_spans(&conversations, &bench->sample.document, &error) != 0)
		fail_msg("%s", error.message);
	return conversations;
}

static void print(const struct conversation_set *conversations)
{
	for (uint32_t i = 0; i < conversations->count && getenv("DOCRING_PRINT"); i++) {
		const struct conversation *one = &conversations->conversations[i];
		printf("--- %s %s span %u+%u combined %.2f model %.*s %.*s\n", one->accepted ? "ACCEPTED" : "refused",
		       conversation_question_name((enum conversation_question)one->question), one->span.offset, one->span.bytes, (double)one->scores.combined,
		       TEXT_ARGS(conversation_text(conversations, one->model)), TEXT_ARGS(conversation_text(conversations, one->reason)));
		printf("lists: [%.*s] [%.*s] [%.*s]\n", TEXT_ARGS(conversation_text(conversations, one->parameters)),
		       TEXT_ARGS(conversation_text(conversations, one->counters)), TEXT_ARGS(conversation_text(conversations, one->mo_classes)));
		for (uint32_t k = 0; k < one->message_count; k++)
			printf("%s: %.*s\n", conversation_role_name(conversations->messages[one->message_first + k].role),
			       TEXT_ARGS(conversation_text(conversations, conversations->messages[one->message_first + k].text)));
	}
}

static uint32_t count_by(const struct conversation_set *conversations, bool models, bool accepted)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < conversations->count; i++) {
		bool built_in = text_equal(conversation_text(conversations, conversations->conversations[i].model), TEXT_LITERAL("built-in"));
		count += built_in != models && conversations->conversations[i].accepted == accepted;
	}
	return count;
}

static void a_document_becomes_pairs_of_the_model_and_of_the_rules(void **state)
{
	struct bench bench;
	(void)state;
	bench_open(&bench, "--as llamacpp --slots 2 --context 16384");
	start_worker(&bench);
	assert_int_equal(model_worker_many.capacity(bench.worker), 0);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	assert_true(model_worker_many.capacity(bench.worker) >= 2);
	begin(&bench, 1, 0, OUT_BYTES);
	struct result result = wait_for_result(&bench, 1);
	assert_int_equal(result.status, DESCRIPTOR_DONE);
	struct conversation_set conversations = open_out(&bench, result.bytes);
	print(&conversations);
	assert_true(count_by(&conversations, true, true) > 0);
	assert_true(count_by(&conversations, false, true) > 0);
	bench_close(&bench);
}

static void a_result_that_needs_space_is_kept(void **state)
{
	struct bench bench;
	(void)state;
	bench_open(&bench, "--as llamacpp --slots 2");
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	begin(&bench, 7, 0, 64);
	struct result result = wait_for_result(&bench, 7);
	assert_int_equal(result.status, DESCRIPTOR_NEEDS_SPACE);
	bench.finisher.count = 0;
	begin(&bench, 7, 0, result.bytes);
	struct result second = wait_for_result(&bench, 7);
	assert_int_equal(second.status, DESCRIPTOR_DONE);
	assert_int_equal(second.bytes, result.bytes);
	(void)open_out(&bench, second.bytes);
	bench_close(&bench);
}

static void a_server_that_is_away_takes_nothing_and_its_work_goes_on(void **state)
{
	struct bench bench;
	(void)state;
	bench_open(&bench, "--as llamacpp --slots 2");
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	fake_server_stop(&bench.server);
	begin(&bench, 3, 0, OUT_BYTES);
	struct result result = wait_for_result(&bench, 3);
	assert_int_equal(result.status, DESCRIPTOR_NEXT_MODEL);
	assert_int_equal(result.argument, DESCRIPTOR_NEXT_DOWN);
	assert_int_equal(state_of(&bench), MESSAGE_MODEL_DOWN);
	assert_int_equal(model_worker_many.capacity(bench.worker), 0);
	begin(&bench, 4, DESCRIPTOR_GENERATE_LAST, OUT_BYTES);
	result = wait_for_result(&bench, 4);
	assert_int_equal(result.status, DESCRIPTOR_DONE);
	struct conversation_set conversations = open_out(&bench, result.bytes);
	assert_int_equal(count_by(&conversations, true, true), 0);
	assert_true(count_by(&conversations, false, true) > 0);
	bench_close(&bench);
}

static void no_such_server_is_down_from_the_start(void **state)
{
	struct bench bench;
	(void)state;
	bench_open(&bench, NULL);
	set(&bench, "models.base_url", "http://127.0.0.1:9");
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_DOWN);
	assert_int_equal(model_worker_many.capacity(bench.worker), 0);
	begin(&bench, 1, 0, OUT_BYTES);
	struct result result = wait_for_result(&bench, 1);
	assert_int_equal(result.status, DESCRIPTOR_NEXT_MODEL);
	assert_int_equal(result.argument, DESCRIPTOR_NEXT_DOWN);
	bench_close(&bench);
}

static uint32_t requests_of(struct bench *bench)
{
	char *stats = fake_server_get(&bench->server, "/fake/stats");
	const char *found = strstr(stats, "\"generating_total\": ");
	assert_non_null(found);
	uint32_t count = (uint32_t)strtoul(found + strlen("\"generating_total\": "), NULL, 10);
	free(stats);
	return count;
}

static unsigned long reported(struct bench *bench, const char *member)
{
	struct buffer json;
	char key[64];

	snprintf(key, sizeof(key), "\"%s\":", member);
	buffer_init(&json, MESSAGE_MODEL_BODY_MAX);
	(void)model_worker_many.report(bench->worker, &json);
	const char *at = strstr(buffer_string(&json), key);
	assert_non_null(at);
	unsigned long count = strtoul(at + strlen(key), NULL, 10);
	buffer_done(&json);
	return count;
}

static int64_t sql(struct bench *bench, const char *statement)
{
	sqlite3 *database = NULL;
	sqlite3_stmt *prepared = NULL;
	int64_t number = 0;
	assert_int_equal(sqlite3_open(bench->database, &database), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(database, statement, -1, &prepared, NULL), SQLITE_OK);
	if (sqlite3_step(prepared) == SQLITE_ROW)
		number = sqlite3_column_int64(prepared, 0);
	assert_int_equal(sqlite3_finalize(prepared), SQLITE_OK);
	sqlite3_close(database);
	return number;
}

/* As after a kill: what the record has is not asked again, and the conversations are the same, byte for byte. */
static void half_of_the_calls_from_the_record_give_the_same_block(void **state)
{
	struct bench bench;
	(void)state;
	bench_open(&bench, "--as llamacpp --slots 2 --context 3000");
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	begin(&bench, 1, 0, OUT_BYTES);
	struct result first = wait_for_result(&bench, 1);
	assert_int_equal(first.status, DESCRIPTOR_DONE);
	void *copy = malloc(first.bytes);
	assert_non_null(copy);
	memcpy(copy, bench.out, first.bytes);
	struct conversation_set conversations = open_out(&bench, first.bytes);
	print(&conversations);
	stop_worker(&bench);
	int64_t calls = sql(&bench, "SELECT count(*) FROM calls");
	assert_true(calls >= 4);
	sql(&bench, "DELETE FROM calls WHERE rowid % 2 = 0");
	int64_t left = sql(&bench, "SELECT count(*) FROM calls");
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	uint32_t before = requests_of(&bench);
	begin(&bench, 1, 0, OUT_BYTES);
	struct result second = wait_for_result(&bench, 1);
	assert_int_equal(second.bytes, first.bytes);
	assert_memory_equal(bench.out, copy, first.bytes);
	assert_int_equal(requests_of(&bench) - before, calls - left);
	free(copy);
	bench_close(&bench);
}

static void long_sample(struct sample *ret_sample)
{
	struct buffer text;

	buffer_init(&text, 1 << 20);
	buffer_append_string(&text, "# Long\n");
	for (int i = 0; i < 60; i++)
		buffer_append_format(&text, "\n## Step %d\n\nIn step %d the eNodeB reads EUtranCellFDD.stepThreshold%d, compares it with the load of the cell and orders a "
				     "handover of the UE with the best measurements of the last %d seconds.\n", i, i, i, i + 2);
	sample_finish(sample_begin("Long", "Long", buffer_view(&text)), ret_sample);
	buffer_done(&text);
}

static void begin_other(struct bench *bench, const struct sample *sample, uint64_t task_id, uint32_t argument)
{
	struct worker_task task = { .descriptor = { .task_id = task_id, .kind = DESCRIPTOR_GENERATE, .argument = argument }, .document = sample->document, .out = bench->out,
				    .out_bytes = OUT_BYTES, .started_ns = clock_monotonic_ns() };
	assert_int_equal(model_worker_many.begin(bench->worker, &bench->finisher, &task), 0);
}

/* One slot, and a long document that came first: the one that lacks a few replies is finished before it. */
static void what_is_nearly_finished_goes_before_what_is_new(void **state)
{
	struct bench bench;
	struct sample longer;
	(void)state;
	bench_open(&bench, "--as llamacpp --slots 1 --context 3000");
	long_sample(&longer);
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	begin(&bench, 1, 0, OUT_BYTES);
	assert_int_equal(wait_for_result(&bench, 1).status, DESCRIPTOR_DONE);
	stop_worker(&bench);
	sql(&bench, "DELETE FROM calls WHERE rowid % 2 = 0");
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	begin_other(&bench, &longer, 2, 0);
	begin(&bench, 1, 0, OUT_BYTES);
	(void)wait_for_result(&bench, 2);
	assert_int_equal(bench.finisher.results[0].task_id, 1);
	bench_close(&bench);
	sample_done(&longer);
}

/* One slot, whose question is not answered: the other document is given back once nothing of its argument speaks against it, the one that is asked about never. */
static void what_is_not_begun_is_given_back(void **state)
{
	struct bench bench;
	struct sample longer;
	uint64_t until_ns = clock_monotonic_ns() + PATIENCE_NS;
	(void)state;
	bench_open(&bench, "--as llamacpp --slots 1 --context 3000");
	long_sample(&longer);
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	fake_server_script(&bench.server, "hang");
	begin_other(&bench, &longer, 1, 0);
	while (reported(&bench, "under_way") == 0) {
		assert_true(clock_monotonic_ns() < until_ns);
		turn(&bench);
	}
	begin(&bench, 2, 1u << 1, OUT_BYTES);
	turn(&bench);
	assert_int_equal(model_worker_many.give_back(bench.worker, &bench.finisher, 0, 0), 0);
	assert_int_equal(model_worker_many.give_back(bench.worker, &bench.finisher, 9, 1u << 1 | DESCRIPTOR_GENERATE_LAST), 0);
	assert_int_equal(bench.finisher.count, 0);
	assert_int_equal(model_worker_many.give_back(bench.worker, &bench.finisher, 9, 1u << 2), 0);
	assert_int_equal(bench.finisher.count, 1);
	assert_int_equal(bench.finisher.results[0].task_id, 2);
	assert_int_equal(bench.finisher.results[0].status, DESCRIPTOR_NEXT_MODEL);
	assert_int_equal(bench.finisher.results[0].argument, DESCRIPTOR_NEXT_MOVED);
	assert_int_equal(reported(&bench, "documents_under_way"), 1);
	assert_int_equal(model_worker_many.give_back(bench.worker, &bench.finisher, 9, 0), 0);
	assert_int_equal(bench.finisher.count, 1);
	bench_close(&bench);
	sample_done(&longer);
}

static void a_judge_looks_at_what_another_model_wrote(void **state)
{
	struct bench bench;
	(void)state;
	bench_open(&bench, "--as llamacpp --slots 2 --context 16384");
	set(&bench, "models.judge.base_url", bench.server.url);
	set(&bench, "models.judge.use", "judge");
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	begin(&bench, 1, 0, OUT_BYTES);
	struct result result = wait_for_result(&bench, 1);
	assert_int_equal(result.status, DESCRIPTOR_NEXT_MODEL);
	assert_int_equal(result.argument, DESCRIPTOR_NEXT_JUDGE);
	stop_worker(&bench);
	start_worker_of(&bench, 1);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	begin(&bench, 1, DESCRIPTOR_GENERATE_JUDGE | 1, OUT_BYTES);
	result = wait_for_result(&bench, 1);
	assert_int_equal(result.status, DESCRIPTOR_DONE);
	struct conversation_set conversations = open_out(&bench, result.bytes);
	uint32_t judged = 0;
	for (uint32_t i = 0; i < conversations.count; i++) {
		const struct conversation *one = &conversations.conversations[i];
		judged += one->marks.faithfulness > 0;
		assert_true(one->marks.faithfulness == 0 || conversation_text(&conversations, one->judge_model).bytes > 0);
		assert_true(one->marks.faithfulness == 0 || one->marks.faithfulness >= 3 || !one->accepted);
	}
	assert_true(judged > 0);
	stop_worker(&bench);
	/* without a judge nobody does: whoever wrote them finishes with what there is */
	sql(&bench, "DELETE FROM calls WHERE family = 'judge'");
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	uint32_t before = requests_of(&bench);
	begin(&bench, 1, DESCRIPTOR_GENERATE_JUDGE | DESCRIPTOR_GENERATE_LAST, OUT_BYTES);
	result = wait_for_result(&bench, 1);
	assert_int_equal(result.status, DESCRIPTOR_DONE);
	assert_int_equal(requests_of(&bench), before);
	conversations = open_out(&bench, result.bytes);
	for (uint32_t i = 0; i < conversations.count; i++)
		assert_true(conversations.conversations[i].marks.faithfulness == 0 && conversations.conversations[i].judge_model.bytes == 0);
	bench_close(&bench);
}

static void replies_of_no_use_go_on_to_another_model_or_leave_a_trace(void **state)
{
	struct bench bench;
	(void)state;
	bench_open(&bench, "--as llamacpp --slots 2 --context 16384");
	set(&bench, "models.one.base_url", bench.server.url);
	set(&bench, "models.two.base_url", bench.server.url);
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	fake_server_script(&bench.server, "prose");
	begin(&bench, 1, 0, OUT_BYTES);
	struct result result = wait_for_result(&bench, 1);
	assert_int_equal(result.status, DESCRIPTOR_NEXT_MODEL);
	assert_int_equal(result.argument, DESCRIPTOR_NEXT_UNUSABLE);
	begin(&bench, 2, 2 | 4, OUT_BYTES); /* the others have tried */
	result = wait_for_result(&bench, 2);
	assert_int_equal(result.status, DESCRIPTOR_DONE);
	struct conversation_set conversations = open_out(&bench, result.bytes);
	assert_true(count_by(&conversations, true, false) > 0);
	assert_true(count_by(&conversations, false, true) > 0);
	bench_close(&bench);
}

/* --- embeddings ----------------------------------------------------------------------------------------------------------------- */

/* A bench with a second server for embeddings, at `url`. */
static void bench_open_embeddings(struct bench *bench, const char *url)
{
	struct error_text error = { "" };
	struct buffer text;

	bench_open(bench, NULL);
	fake_server_start(&bench->server, "--as llamacpp --slots 2 --context 16384");
	buffer_init(&text, 4096);
	buffer_append_format(&text, "models:\n  - {base_url: \"%s\", model: fake-model.gguf, name: writer}\n"
				    "  - {base_url: \"%s\", model: fake-embedding, name: vectors, use: embeddings}\n", bench->server.url, url);
	if (settings_load_text(&bench->settings, buffer_view(&text), "test", &error) != 0)
		fail_msg("%s", error.message);
	buffer_done(&text);
}

/* One document; the block is a copy, for free(). */
static void *made(struct bench *bench, uint64_t task_id, uint64_t *ret_bytes)
{
	start_worker(bench);
	wait_for_state(bench, MESSAGE_MODEL_UP);
	begin(bench, task_id, 0, OUT_BYTES);
	struct result result = wait_for_result(bench, task_id);
	assert_int_equal(result.status, DESCRIPTOR_DONE);
	void *copy = malloc(result.bytes);
	assert_non_null(copy);
	memcpy(copy, bench->out, result.bytes);
	*ret_bytes = result.bytes;
	return copy;
}

static void scores_come_from_embeddings_and_stay_the_same(void **state)
{
	struct bench bench, plain;
	struct fake_server vectors = { .pid = 0 };
	uint64_t bytes, again_bytes, plain_bytes;
	struct error_text error = { "" };
	struct conversation_set measured, lexical;
	uint32_t others = 0;
	(void)state;

	fake_server_start(&vectors, "--slots 2");
	bench_open_embeddings(&bench, vectors.url);
	void *block = made(&bench, 1, &bytes);
	(void)open_out(&bench, bytes);
	assert_true(reported(&bench, "pairs_measured") > 0);
	assert_int_equal(reported(&bench, "pairs_lexical"), 0);
	stop_worker(&bench);

	/* The same dataset comes out of the record, with nobody to ask. */
	fake_server_stop(&vectors);
	void *again = made(&bench, 2, &again_bytes);
	assert_int_equal(reported(&bench, "pairs_measured"), 0);
	assert_int_equal(again_bytes, bytes);
	assert_memory_equal(again, block, bytes);

	bench_open(&plain, "--as llamacpp --slots 2 --context 16384");
	void *without = made(&plain, 3, &plain_bytes);
	assert_int_equal(conversation_open(block, bytes, &measured, &error), 0);
	assert_int_equal(conversation_open(without, plain_bytes, &lexical, &error), 0);
	assert_int_equal(measured.count, lexical.count); /* the same pairs */
	for (uint32_t i = 0; i < measured.count; i++) {
		const struct conversation *one = &measured.conversations[i], *other = &lexical.conversations[i];
		assert_true(one->scores.accuracy == other->scores.accuracy); /* the fact gate's share */
		if (!one->accepted)
			continue;
		double semantic = 0.3 * (double)one->scores.coherence + 0.4 * (double)one->scores.relevance + 0.3 * (double)one->scores.accuracy;
		assert_true(semantic - (double)one->scores.semantic < 1e-5 && (double)one->scores.semantic - semantic < 1e-5);
		assert_true((double)one->scores.combined >= bench.settings.gate.generation);
		others += one->scores.coherence != other->scores.coherence || one->scores.relevance != other->scores.relevance;
	}
	assert_true(others > 0);
	free(block);
	free(again);
	free(without);
	bench_close(&plain);
	bench_close(&bench);
}

static void without_the_server_for_embeddings_words_are_counted(void **state)
{
	static const char *const options[] = { NULL, "--slots 2 --script no-embeddings", "--slots 2 --script no-embeddings:from=2,path=embeddings" };
	struct bench bench, plain;
	uint64_t bytes, plain_bytes;
	(void)state;

	bench_open(&plain, "--as llamacpp --slots 2 --context 16384");
	void *without = made(&plain, 1, &plain_bytes);
	for (size_t i = 0; i < COUNT_OF(options); i++) { /* away; no such model; away after the probe */
		struct fake_server vectors = { .pid = 0 };
		if (options[i])
			fake_server_start(&vectors, options[i]);
		bench_open_embeddings(&bench, options[i] ? vectors.url : "http://127.0.0.1:9");
		void *block = made(&bench, 2, &bytes);
		assert_true(reported(&bench, "pairs_lexical") > 0);
		assert_int_equal(reported(&bench, "pairs_measured"), 0);
		assert_int_equal(bytes, plain_bytes);
		assert_memory_equal(block, without, bytes);
		free(block);
		bench_close(&bench);
		fake_server_stop(&vectors);
	}
	free(without);
	bench_close(&plain);
}

static void a_worker_may_end_while_pairs_are_measured(void **state)
{
	struct bench bench;
	struct fake_server vectors = { .pid = 0 };
	uint64_t until_ns = clock_monotonic_ns() + PATIENCE_NS;
	(void)state;

	fake_server_start(&vectors, "--slots 1 --script hang:path=embeddings,from=2"); /* the first one is the probe's */
	bench_open_embeddings(&bench, vectors.url);
	start_worker(&bench);
	wait_for_state(&bench, MESSAGE_MODEL_UP);
	begin(&bench, 1, 0, OUT_BYTES);
	while (reported(&bench, "answers") == 0 || reported(&bench, "under_way") + reported(&bench, "waiting") > 0) {
		assert_true(clock_monotonic_ns() < until_ns);
		turn(&bench);
	}
	turn(&bench);
	assert_int_equal(bench.finisher.count, 0);
	assert_int_equal(reported(&bench, "documents_under_way"), 1);
	bench_close(&bench);
	fake_server_stop(&vectors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_becomes_pairs_of_the_model_and_of_the_rules),
		cmocka_unit_test(a_result_that_needs_space_is_kept),
		cmocka_unit_test(a_server_that_is_away_takes_nothing_and_its_work_goes_on),
		cmocka_unit_test(half_of_the_calls_from_the_record_give_the_same_block),
		cmocka_unit_test(what_is_nearly_finished_goes_before_what_is_new), cmocka_unit_test(what_is_not_begun_is_given_back),
		cmocka_unit_test(a_judge_looks_at_what_another_model_wrote),
		cmocka_unit_test(replies_of_no_use_go_on_to_another_model_or_leave_a_trace),
		cmocka_unit_test(no_such_server_is_down_from_the_start),
		cmocka_unit_test(scores_come_from_embeddings_and_stay_the_same),
		cmocka_unit_test(without_the_server_for_embeddings_words_are_counted),
		cmocka_unit_test(a_worker_may_end_while_pairs_are_measured),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
