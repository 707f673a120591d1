/* model_worker.c: see model_worker.h. */
#include "workers/inference/model_worker.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "workers/inference/model_document.h"
#include "workers/inference/model_probing.h"
#include "workers/inference/model_recorded.h"
#include "workers/inference/pair_record.h"
#include "workers/model/share.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { KEPT_MAX = 64, DOCUMENTS_AT_FIRST = 2, DOCUMENT_CALLS_AT_FIRST = 2, REFUSED_TO_DOUBT = 4, REASON_BYTES = 320 };

struct kept { /* a result that is larger than the extent it was made for */
	struct conversation_builder *builder;
	uint64_t task_id;
	uint32_t lacks;
};

struct under_way {
	struct under_way *next, *previous;
	struct model_document *document;
	bool ended;
};

struct model_worker {
	struct model_context context;
	const struct settings *settings;
	const struct model_settings *model;
	const char *api_key;
	struct prompts prompts;
	struct record *record;
	struct model_probing *probing;
	struct pair_embedder *embedder; /* NULL: no model is configured for it */
	struct probe_result probe; /* of the last probe */
	bool probed;
	uint64_t context_tokens; /* as last said */
	bool doubted; /* it refused one question after the other: it is probed again */
	bool cleared; /* that was so, and the probe found it well */
	char refusal[REASON_BYTES];
	struct calls *calls;
	struct share share; /* of its server, with other workers */
	bool bell_watched;
	struct call_sums sums; /* of calls that are no more */
	int epoll;
	struct under_way *first;
	uint32_t count;
	struct kept kept[KEPT_MAX];
	size_t kept_next;
	double calls_per_document; /* moving mean */
	uint64_t documents, next_unusable, next_down, next_refused, accepted, refused, accepted_models, refused_models;
	struct error_text error; /* of calls, while they live */
};

/* --- the probe ------------------------------------------------------------------------------------------------------------- */

static bool is_usable(const struct model_worker *worker)
{
	return worker->probed && worker->probe.reachable && worker->probe.model_present;
}

static int begin_calls(struct model_worker *worker)
{
	struct epoll_event event = { .events = EPOLLIN };
	int status = calls_create(&worker->calls, worker->model, &worker->probe, worker->api_key, worker->record, worker->settings->run.seed, &worker->error);

	if (status == 0 && epoll_ctl(worker->epoll, EPOLL_CTL_ADD, calls_descriptor(worker->calls), &event) < 0)
		status = -errno;
	if (status == 0)
		calls_share(worker->calls, &worker->share);
	worker->context.calls = worker->calls;
	return status;
}

/* A server that has refused so many questions, and answered none since, has lost its model, or has another one, or a fault: it is asked anew what
 * it can do, and its documents go elsewhere meanwhile. Found well, it is believed that these questions are not for it. */
static bool is_doubtful(const struct model_worker *worker)
{
	return worker->calls && calls_refused_in_row(worker->calls) >= REFUSED_TO_DOUBT && !(worker->cleared && calls_endpoint(worker->calls)->answers == 0);
}

static void doubt(struct model_worker *worker)
{
	const struct call_sums sums = calls_sums(worker->calls);

	snprintf(worker->refusal, sizeof(worker->refusal), "it refuses every question: %.280s", calls_refusal(worker->calls));
	calls_end_all(worker->calls, worker->refusal);
	worker->sums.calls += sums.calls;
	worker->sums.prompt_tokens += sums.prompt_tokens;
	worker->sums.completion_tokens += sums.completion_tokens;
	worker->sums.busy_ns += sums.busy_ns;
	calls_destroy(worker->calls);
	worker->calls = worker->context.calls = NULL;
	worker->doubted = true;
	model_probing_again(worker->probing);
}

static int step_probe(struct model_worker *worker, uint64_t now_ns)
{
	int status = worker->calls ? 0 : model_probing_step(worker->probing, now_ns, &worker->probe);

	if (status != 1)
		return status;
	worker->probed = true;
	worker->cleared = worker->doubted && is_usable(worker);
	worker->doubted = false;
	if (!is_usable(worker))
		return 0;
	worker->context_tokens = worker->probe.context_tokens;
	return begin_calls(worker);
}

/* It reads less than the probe saw. */
static void note_context(struct model_worker *worker)
{
	uint64_t now = calls_context_tokens(worker->calls), doubtful = calls_doubtful(worker->calls);
	struct probe_result *probe = &worker->probe;

	if (now == worker->context_tokens)
		return;
	worker->context_tokens = now;
	if (probe->note_count < PROBE_NOTES_MAX)
		snprintf(probe->notes[probe->note_count++], sizeof(probe->notes[0]), "it turned out to read no more than %llu tokens of a prompt; replies with just that count taken "
			 "before: %llu", (unsigned long long)now, (unsigned long long)doubtful);
}

/* --- documents ---------------------------------------------------------------------------------------------------------------- */

static void document_ended(void *owner, struct model_document *document)
{
	struct under_way *under_way = owner;
	(void)document;
	under_way->ended = true;
}

static void unlink_document(struct model_worker *worker, struct under_way *under_way)
{
	*(under_way->previous ? &under_way->previous->next : &worker->first) = under_way->next;
	if (under_way->next)
		under_way->next->previous = under_way->previous;
	worker->count--;
	model_document_destroy(under_way->document);
	free(under_way);
}

/* What became of a task. Whoever gets a document that is not done finds in the record what is there; and so does everybody when there is nothing more to do. */
static int tell(struct model_worker *worker, struct worker_finisher *finisher, const struct worker_task *task, uint16_t status, uint64_t bytes,
		uint32_t argument)
{
	int flushed = status != DESCRIPTOR_DONE || worker->count == 0 ? record_flush(worker->record, &worker->error) : 0;
	return flushed < 0 ? flushed : worker_finish(finisher, task, status, bytes, argument);
}

/* Writes the conversations, or keeps them until the task comes back with a larger extent. */
static int deliver(struct model_worker *worker, struct worker_finisher *finisher, const struct worker_task *task, struct conversation_builder *builder,
		   uint32_t lacks)
{
	int64_t bytes = conversation_builder_bytes(builder);

	if (bytes >= 0 && (uint64_t)bytes > task->out_bytes) {
		struct kept *kept = &worker->kept[worker->kept_next++ % KEPT_MAX];
		conversation_builder_destroy(kept->builder);
		*kept = (struct kept){ builder, task->descriptor.task_id, lacks };
		return tell(worker, finisher, task, DESCRIPTOR_NEEDS_SPACE, (uint64_t)bytes, 0);
	}
	if (bytes >= 0)
		conversation_builder_write(builder, task->out);
	else
		fprintf(stderr, "worker-inference: task %llu: %s\n", (unsigned long long)task->descriptor.task_id, error_describe((int)bytes));
	conversation_builder_destroy(builder);
	return tell(worker, finisher, task, bytes >= 0 ? DESCRIPTOR_DONE : DESCRIPTOR_GAVE_UP, bytes >= 0 ? (uint64_t)bytes : 0, lacks);
}

static void count_result(struct model_worker *worker, const struct model_document_result *result)
{
	worker->documents += result->outcome == MODEL_DOCUMENT_DONE;
	worker->next_down += result->outcome == MODEL_DOCUMENT_NEXT && result->next == DESCRIPTOR_NEXT_DOWN;
	worker->next_unusable += result->outcome == MODEL_DOCUMENT_NEXT && result->next == DESCRIPTOR_NEXT_UNUSABLE;
	worker->next_refused += result->outcome == MODEL_DOCUMENT_NEXT && result->next == DESCRIPTOR_NEXT_REFUSED;
	worker->accepted += result->counts.accepted;
	worker->refused += result->counts.refused;
	worker->accepted_models += result->counts.model_accepted;
	worker->refused_models += result->counts.model_refused;
}

static int finish_document(struct model_worker *worker, struct worker_finisher *finisher, struct under_way *under_way)
{
	struct worker_task task = *model_document_task(under_way->document);
	struct model_document_result result;
	int status = model_document_finish(under_way->document, &result);

	unlink_document(worker, under_way);
	if (error_is_full(status)) /* no fault of the document, and the next one would fare no better */
		return status;
	if (status < 0) {
		fprintf(stderr, "worker-inference: task %llu: %s\n", (unsigned long long)task.descriptor.task_id, error_describe(status));
		return tell(worker, finisher, &task, DESCRIPTOR_GAVE_UP, 0, 0);
	}
	count_result(worker, &result);
	if (worker->calls && (result.lacks & (DESCRIPTOR_LACKS_REFUSED | DESCRIPTOR_LACKS_SOME | DESCRIPTOR_LACKS_MARKS) || result.next == DESCRIPTOR_NEXT_REFUSED))
		snprintf(worker->refusal, sizeof(worker->refusal), "%.300s", calls_refusal(worker->calls));
	if (result.outcome == MODEL_DOCUMENT_NEXT)
		return tell(worker, finisher, &task, DESCRIPTOR_NEXT_MODEL, 0, result.next);
	return deliver(worker, finisher, &task, result.builder, result.lacks);
}

/* What the record and the rules give, when no other model will come; else another model is to do it. */
static int begin_from_record(struct model_worker *worker, struct worker_finisher *finisher, const struct worker_task *task)
{
	struct conversation_builder *builder = NULL;
	struct compose_counts counts;

	if (!(task->descriptor.argument & DESCRIPTOR_GENERATE_LAST))
		return tell(worker, finisher, task, DESCRIPTOR_NEXT_MODEL, 0, DESCRIPTOR_NEXT_DOWN);
	int status = recorded_compose(worker->record, worker->settings, worker->context.domain, &worker->prompts, &task->document, &builder, &counts,
				      &worker->error);
	if (error_is_full(status))
		return status;
	return status == 0 ? deliver(worker, finisher, task, builder, counts.lexical ? DESCRIPTOR_LACKS_VECTORS : 0) : tell(worker, finisher, task, DESCRIPTOR_GAVE_UP, 0, 0);
}

/* Nobody judges what it wrote, and a judge writes nothing. One for which no model is left is not asked about. */
static bool is_for_this_model(const struct model_worker *worker, const struct worker_task *task)
{
	bool judges = model_use_of(worker->model) == MODEL_JUDGE, judge = task->descriptor.argument & DESCRIPTOR_GENERATE_JUDGE;
	return judges == judge && !(task->descriptor.argument & DESCRIPTOR_GENERATE_LAST);
}

static int begin(void *context, struct worker_finisher *finisher, const struct worker_task *task)
{
	struct model_worker *worker = context;

	for (size_t i = 0; i < KEPT_MAX; i++)
		if (worker->kept[i].builder && worker->kept[i].task_id == task->descriptor.task_id) {
			struct conversation_builder *builder = worker->kept[i].builder;
			worker->kept[i].builder = NULL;
			return deliver(worker, finisher, task, builder, worker->kept[i].lacks);
		}
	if (!worker->calls || !is_for_this_model(worker, task))
		return begin_from_record(worker, finisher, task);
	struct under_way *under_way = calloc(1, sizeof(*under_way));
	int status = under_way ? model_document_begin(&worker->context, task, document_ended, under_way, &under_way->document, &worker->error) : -ENOMEM;
	if (status < 0)
		free(under_way);
	if (error_is_full(status))
		return status;
	if (status < 0) {
		fprintf(stderr, "worker-inference: task %llu: %s\n", (unsigned long long)task->descriptor.task_id, error_describe(status));
		return tell(worker, finisher, task, DESCRIPTOR_GAVE_UP, 0, 0);
	}
	under_way->next = worker->first;
	if (worker->first)
		worker->first->previous = under_way;
	worker->first = under_way;
	worker->count++;
	worker->calls_per_document = 0.9 * worker->calls_per_document + 0.1 * (double)model_document_calls(under_way->document);
	return 0;
}

/* The last ones first: they stand last in the queue of calls. */
static int give_back(void *context, struct worker_finisher *finisher, uint32_t count, uint32_t bits)
{
	struct model_worker *worker = context;
	int status = 0;

	for (struct under_way *one = worker->first, *next; one && count > 0 && status == 0; one = next) {
		const struct worker_task task = *model_document_task(one->document);
		next = one->next;
		if (one->ended || (task.descriptor.argument & bits) || model_document_is_begun(one->document))
			continue;
		unlink_document(worker, one);
		count--;
		status = tell(worker, finisher, &task, DESCRIPTOR_NEXT_MODEL, 0, DESCRIPTOR_NEXT_MOVED);
	}
	return status;
}

/* An edge-triggered descriptor stays ready until it is asked for. */
static void hear_bell(const struct model_worker *worker)
{
	struct epoll_event events[4];

	if (worker->bell_watched)
		(void)epoll_wait(worker->epoll, events, COUNT_OF(events), 0);
}

/* The bell is for those who share: another model of the same server may ring it too. */
static int share(void *context, const struct share_cell *const *others, uint32_t count)
{
	struct model_worker *worker = context;
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	bool watched = count > 0;

	share_tell_others(&worker->share, others, count, clock_monotonic_ns());
	if (watched != worker->bell_watched && epoll_ctl(worker->epoll, watched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, worker->share.bell, &event) < 0)
		return -errno;
	worker->bell_watched = watched;
	return 0;
}

static int step(void *context, struct worker_finisher *finisher, uint64_t now_ns)
{
	struct model_worker *worker = context;
	hear_bell(worker);
	int status = step_probe(worker, now_ns);

	if (status == 0 && worker->calls)
		status = calls_step(worker->calls, now_ns);
	if (status == 0 && worker->calls)
		note_context(worker);
	if (status == 0 && worker->embedder)
		status = pair_embedder_step(worker->embedder, now_ns, &worker->error);
	if (status == 0 && is_doubtful(worker))
		doubt(worker);
	for (struct under_way *one = worker->first, *next; one && status == 0; one = next) {
		next = one->next;
		if (one->ended)
			status = finish_document(worker, finisher, one);
	}
	return status;
}

static const char *trouble(void *context)
{
	struct model_worker *worker = context;
	return worker->error.message;
}

/* --- for the frame ------------------------------------------------------------------------------------------------------------- */

static enum message_model_state state_of(const struct model_worker *worker)
{
	if (!worker->calls)
		return worker->doubted ? MESSAGE_MODEL_DOWN : !worker->probed ? MESSAGE_MODEL_STARTING : worker->probe.reachable ? MESSAGE_MODEL_UNUSABLE : MESSAGE_MODEL_DOWN;
	enum endpoint_breaker breaker = calls_endpoint(worker->calls)->breaker;
	return breaker == ENDPOINT_OPEN ? MESSAGE_MODEL_DOWN : breaker == ENDPOINT_HALF_OPEN ? MESSAGE_MODEL_TRYING : MESSAGE_MODEL_UP;
}

/* As many documents as fill the slots and one round of waiting calls behind them: more would hold memory for nothing. */
static uint32_t capacity(void *context)
{
	const struct model_worker *worker = context;
	enum message_model_state state = state_of(worker);

	if (state == MESSAGE_MODEL_TRYING)
		return 1;
	if (state != MESSAGE_MODEL_UP)
		return 0;
	double mean = worker->calls_per_document > 1 ? worker->calls_per_document : 1;
	double lack = 2.0 * calls_slots(worker->calls) - (double)(calls_waiting(worker->calls) + calls_endpoint(worker->calls)->under_way);
	double more = lack > 0 ? lack / mean + 1 : 0;
	uint32_t wanted = worker->count + (uint32_t)more;
	return wanted < DOCUMENTS_AT_FIRST ? DOCUMENTS_AT_FIRST : wanted < WORKER_TASKS_MAX ? wanted : WORKER_TASKS_MAX;
}

static int descriptor(void *context)
{
	const struct model_worker *worker = context;
	return worker->epoll;
}

static uint64_t next_ns(void *context)
{
	const struct model_worker *worker = context;
	uint64_t calls_ns = worker->calls ? calls_next_ns(worker->calls) : model_probing_next_ns(worker->probing);
	uint64_t embedder_ns = worker->embedder ? pair_embedder_next_ns(worker->embedder) : UINT64_MAX;
	return calls_ns < embedder_ns ? calls_ns : embedder_ns;
}

static void report_endpoint(const struct model_worker *worker, struct json_writer *json)
{
	const struct endpoint *endpoint = calls_endpoint(worker->calls);
	uint64_t now_ns = clock_monotonic_ns();

	json_member_unsigned(json, "slots", calls_slots(worker->calls));
	json_member_unsigned(json, "slots_max", endpoint->own_max);
	json_member_unsigned(json, "under_way", endpoint->under_way);
	json_member_unsigned(json, "waiting", calls_waiting(worker->calls));
	json_member_unsigned(json, "answers", endpoint->answers);
	json_member_unsigned(json, "failures", endpoint->failures);
	json_member_unsigned(json, "retries", endpoint->retries);
	json_member_unsigned(json, "throttled", endpoint->throttled);
	json_member_unsigned(json, "opened", endpoint->opened);
	json_member_string(json, "breaker", endpoint_breaker_name(endpoint->breaker));
	if (endpoint->breaker == ENDPOINT_OPEN)
		json_member_fixed(json, "open_s", endpoint->open_until_ns > now_ns ? (double)(endpoint->open_until_ns - now_ns) / 1e9 : 0, 1);
	json_member_fixed(json, "seconds_per_call", endpoint->usual_s, 3);
}

static void report_sums(const struct model_worker *worker, struct json_writer *json)
{
	struct call_sums sums = worker->calls ? calls_sums(worker->calls) : (struct call_sums){ 0 };

	sums.busy_ns += worker->sums.busy_ns;
	sums.completion_tokens += worker->sums.completion_tokens;
	json_member_unsigned(json, "calls", sums.calls + worker->sums.calls);
	json_member_unsigned(json, "prompt_tokens", sums.prompt_tokens + worker->sums.prompt_tokens);
	json_member_unsigned(json, "completion_tokens", sums.completion_tokens);
	json_member_fixed(json, "tokens_per_s", sums.busy_ns ? (double)sums.completion_tokens / ((double)sums.busy_ns / 1e9) : 0, 1);
}

/* What is wrong with it; "" when nothing is. */
static const char *message_of(const struct model_worker *worker)
{
	if (!worker->calls)
		return worker->doubted ? worker->refusal : worker->probe.message;
	return calls_refused_in_row(worker->calls) ? calls_refusal(worker->calls) : calls_trouble(worker->calls);
}

static uint32_t report(void *context, struct buffer *out)
{
	const struct model_worker *worker = context;
	struct json_writer json;

	json_init(&json, out, 0);
	json_object_open(&json);
	json_member_string(&json, "name", model_name(worker->model));
	json_member_unsigned(&json, "index", worker->context.model_index);
	if (worker->probed) {
		json_member_string(&json, "server", probe_server_name(worker->probe.server));
		json_member_boolean(&json, "one_at_a_time", worker->probe.one_at_a_time);
		json_member_boolean(&json, "probed_anew", worker->doubted);
		json_member_string(&json, "model", worker->probe.model);
		json_member_string(&json, "format", chat_format_name(worker->probe.format));
		json_member_unsigned(&json, "context_tokens", worker->calls ? calls_context_tokens(worker->calls) : worker->probe.context_tokens);
		json_member_string(&json, "message", message_of(worker));
		json_member_string(&json, "refusal", worker->refusal);
		json_key(&json, "notes");
		json_array_open(&json);
		for (uint32_t i = 0; i < worker->probe.note_count; i++)
			json_string(&json, worker->probe.notes[i]);
		json_array_close(&json);
	}
	if (worker->calls)
		report_endpoint(worker, &json);
	report_sums(worker, &json);
	json_member_unsigned(&json, "documents", worker->documents);
	json_member_unsigned(&json, "documents_under_way", worker->count);
	json_member_unsigned(&json, "handed_on_unusable", worker->next_unusable);
	json_member_unsigned(&json, "handed_on_down", worker->next_down);
	json_member_unsigned(&json, "handed_on_refused", worker->next_refused);
	json_member_unsigned(&json, "pairs_accepted", worker->accepted_models);
	json_member_unsigned(&json, "pairs_refused", worker->refused_models);
	if (worker->embedder) {
		json_key(&json, "embeddings");
		json_object_open(&json);
		pair_embedder_report(worker->embedder, &json);
		json_object_close(&json);
	}
	json_object_close(&json);
	return state_of(worker);
}

const struct worker_many model_worker_many = {
	.capacity = capacity, .begin = begin, .step = step, .give_back = give_back, .descriptor = descriptor, .next_ns = next_ns, .report = report, .trouble = trouble,
	.share = share,
};

/* --- start and end ----------------------------------------------------------------------------------------------------------------- */

static int watch(struct model_worker *worker, int descriptor, struct error_text *error)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (epoll_ctl(worker->epoll, EPOLL_CTL_ADD, descriptor, &event) < 0)
		return error_set(error, -errno, "cannot wait for a descriptor: %s", strerror(errno));
	return 0;
}

/* The servers of the worker's own model and, where pairs are written, of the one for embeddings. */
static int open_servers(struct model_worker *worker, uint32_t model_index, struct error_text *error)
{
	const struct model_settings *embeddings = pair_record_model(worker->settings);

	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	int status = worker->epoll < 0 ? error_set(error, -errno, "cannot make an epoll descriptor: %s", strerror(errno)) : 0;
	if (status == 0)
		status = model_probing_create(worker->settings, model_index, worker->api_key, &worker->probing, error);
	if (status == 0)
		status = watch(worker, model_probing_descriptor(worker->probing), error);
	if (status < 0 || !embeddings || model_use_of(worker->model) != MODEL_GENERATE)
		return status;
	status = pair_embedder_create(worker->settings, (uint32_t)(embeddings - worker->settings->models), worker->record, &worker->embedder, error);
	return status == 0 ? watch(worker, pair_embedder_descriptor(worker->embedder), error) : status;
}

int model_worker_start(const struct worker_setup *setup, const char *database_path, void **ret_context, struct error_text *error)
{
	const struct settings *settings = setup->settings;
	uint32_t model_index = (uint32_t)setup->model;

	if (model_index >= settings->model_count)
		return error_set(error, -EINVAL, "there is no model %u; the run has %u", model_index, settings->model_count);
	struct model_worker *worker = calloc(1, sizeof(*worker));
	if (!worker)
		return error_set(error, -ENOMEM, "out of memory");
	worker->settings = settings;
	worker->model = &settings->models[model_index];
	worker->api_key = worker->model->api_key_env[0] ? getenv(worker->model->api_key_env) : NULL;
	worker->calls_per_document = DOCUMENT_CALLS_AT_FIRST;
	worker->epoll = -1;
	share_init(&worker->share, setup->cell, setup->server_bell);
	int status = prompts_load(settings, &worker->prompts, error);
	if (status == 0)
		status = recorded_open(&worker->record, database_path, error);
	if (status == 0)
		status = open_servers(worker, model_index, error);
	if (status < 0) {
		model_worker_stop(worker);
		return status;
	}
	worker->context = (struct model_context){ .settings = settings, .domain = setup->domain, .prompts = &worker->prompts, .record = worker->record,
						  .probe = &worker->probe, .embedder = worker->embedder, .model_index = model_index,
						  .configuration = recorded_configuration(settings, &worker->prompts) };
	*ret_context = worker;
	return 0;
}

void model_worker_stop(void *context)
{
	struct model_worker *worker = context;

	if (!worker)
		return;
	for (struct under_way *one = worker->first, *next; one; one = next) {
		next = one->next;
		unlink_document(worker, one);
	}
	model_probing_destroy(worker->probing);
	pair_embedder_destroy(worker->embedder);
	for (size_t i = 0; i < KEPT_MAX; i++)
		conversation_builder_destroy(worker->kept[i].builder);
	calls_destroy(worker->calls);
	record_close(worker->record);
	prompts_done(&worker->prompts);
	if (worker->epoll >= 0)
		close(worker->epoll);
	free(worker);
}
