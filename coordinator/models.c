/* models.c: see models.h. Everything here is driven by what happens: a report, a result, a worker that comes or goes. The only timer is that of
 * documents that wait for a server to come back. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/url.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_FAST_MAX = 100, QUEUE_BALANCED_MAX = 50, QUEUE_QUALITY_MAX = 25, SHOWN_BYTES_MAX = 16 << 10 };

/* --- what there is ------------------------------------------------------------------------------------------------- */

void models_open(struct run *run)
{
	struct models *models = &run->models;

	models->waiting.place = models->last.place = JOB_QUEUED;
	for (uint32_t i = 0; i < MODELS_MAX; i++)
		models->groups[i].queue.place = JOB_QUEUED;
	if (!settings_use_models(run->settings))
		return;
	models->count = run->settings->model_count;
	for (uint32_t i = 0; i < models->count; i++) {
		struct model_group *group = &models->groups[i];
		group->settings = &run->settings->models[i];
		group->use = model_use_of(group->settings);
		group->tier = model_tier_of(group->settings);
		group->state = MESSAGE_MODEL_STARTING;
		group->since_ns = clock_monotonic_ns();
	}
}

void models_close(struct run *run)
{
	for (uint32_t i = 0; i < MODELS_MAX; i++) {
		free(run->models.groups[i].report);
		run->models.groups[i].report = NULL;
	}
}

/* Embeddings are asked for by the workers of the models that write. */
static uint32_t workers_of(const struct model_group *group)
{
	return group->use == MODEL_EMBEDDINGS ? 0 : (uint32_t)group->settings->workers;
}

uint32_t models_workers(const struct run *run)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < run->models.count; i++)
		count += workers_of(&run->models.groups[i]);
	return run->models.count ? count : (uint32_t)run->settings->run.inference_workers;
}

int models_of_worker(const struct run *run, uint32_t k)
{
	for (uint32_t i = 0; i < run->models.count; i++) {
		uint32_t workers = workers_of(&run->models.groups[i]);
		if (k < workers)
			return (int)i;
		k -= workers;
	}
	return -1;
}

int models_find(const struct run *run, const char *name, struct error_text *error)
{
	char names[300] = "";

	if (run->models.count == 0 && !name[0])
		return -1;
	for (uint32_t i = 0; i < run->models.count; i++) {
		const struct model_group *group = &run->models.groups[i];
		if (group->use == MODEL_EMBEDDINGS)
			continue;
		if (strcmp(model_name(group->settings), name) == 0)
			return (int)i;
		size_t used = strlen(names);
		snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", model_name(group->settings));
	}
	if (!names[0])
		return error_set(error, -EINVAL, "this run has no models; join it without --model");
	return error_set(error, -EINVAL, "%s%s%s; the models of this run: %s", name[0] ? "no model is called \"" : "which model? pass --model NAME", name,
			 name[0] ? "\"" : "", names);
}

static void view(const struct run *run, struct model_view views[MODELS_MAX])
{
	for (uint32_t i = 0; i < run->models.count; i++) {
		const struct model_group *group = &run->models.groups[i];
		views[i] = (struct model_view){ .use = group->use, .tier = group->tier, .state = group->state, .slots = group->slots,
						.queued = group->queue.count, .accepted = group->accepted, .refused = group->refused };
	}
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (run->workers[i].model >= 0)
			views[run->workers[i].model].queued += run->workers[i].held.count;
}

/* For people: an unnamed model is called as its server calls it, once that is known. */
static const char *name_of(const struct model_group *group)
{
	return group->settings->name[0] || group->settings->model[0] || !group->model[0] ? model_name(group->settings) : group->model;
}

/* --- where a document goes ------------------------------------------------------------------------------------------ */

static enum model_tier tier_of(const struct run *run, float complexity)
{
	return complexity < run->settings->score.tier_fast_below ? MODEL_FAST : complexity < run->settings->score.tier_balanced_below ? MODEL_BALANCED
																     : MODEL_QUALITY;
}

static void enter(struct job *job, struct job_list *list, bool first)
{
	(first ? job_move_first : job_move)(job, list);
}

static void wait_for_a_server(struct run *run, struct job *job, bool first)
{
	if (!job->waits_from_ns)
		job->waits_from_ns = clock_monotonic_ns();
	enter(job, &run->models.waiting, first);
}

static void give_to_rules(struct run *run, struct job *job, bool first)
{
	job->last = true;
	enter(job, &run->models.last, first);
}

/* Rules finish it for want of a model, which another run may have. */
static void fall_back(struct run *run, struct job *job, bool first)
{
	run->models.fell_back += !job->fell_back;
	job->fell_back = true;
	give_to_rules(run, job, first);
}

/* Is there a model that could not be used (no such model, a wrong key), and has not been asked about the document? */
static bool lacks_a_model(const struct model_view *views, uint32_t count, uint32_t tried)
{
	for (uint32_t i = 0; i < count; i++)
		if (views[i].use == MODEL_GENERATE && views[i].state == MESSAGE_MODEL_UNUSABLE && !(tried >> i & 1))
			return true;
	return false;
}

void models_route(struct run *run, struct job *job, bool first)
{
	struct model_view views[MODELS_MAX];

	job->stage = JOB_GENERATE;
	run->more_to_do = true;
	if (run->models.count == 0) {
		enter(job, &run->queues[JOB_GENERATE], first);
		return;
	}
	if (job->last) {
		enter(job, &run->models.last, first);
		return;
	}
	view(run, views);
	int model = job->judge ? model_route_judge(views, run->models.count) :
				 model_route_choose(views, run->models.count, tier_of(run, job->complexity), job->models_tried);
	if (model >= 0) {
		job->waits_from_ns = 0;
		enter(job, &run->models.groups[model].queue, first);
	} else if (model == MODEL_ROUTE_WAIT) {
		wait_for_a_server(run, job, first);
	} else if (!job->judge && lacks_a_model(views, run->models.count, job->models_tried)) {
		fall_back(run, job, first);
	} else {
		give_to_rules(run, job, first);
	}
}

static void route_again(struct run *run, struct job_list *list)
{
	struct job_list all = { .place = JOB_QUEUED };

	while (list->first)
		job_move(list->first, &all);
	while (all.first)
		models_route(run, all.first, false);
}

void models_next(struct run *run, struct worker *worker, struct job *job, uint32_t why)
{
	struct model_group *group = &run->models.groups[worker->model];

	memory_release(run->memory, &job->output);
	job->preferred_worker = 0;
	job->needed_bytes = 0;
	group->handed_on[why <= DESCRIPTOR_NEXT_JUDGE ? why : 0]++;
	if (why == DESCRIPTOR_NEXT_JUDGE)
		job->judge = true;
	else if (job->judge) /* the judge cannot: the pairs stay as they are */
		job->last = true;
	else if (why == DESCRIPTOR_NEXT_UNUSABLE)
		job->models_tried |= 1u << worker->model;
	models_route(run, job, true);
}

uint32_t models_argument(const struct run *run, const struct job *job)
{
	if (run->models.count == 0)
		return 0;
	return job->models_tried | (job->judge ? DESCRIPTOR_GENERATE_JUDGE : 0) | (job->last ? DESCRIPTOR_GENERATE_LAST : 0);
}

/* --- what workers say ------------------------------------------------------------------------------------------------ */

/* The best that any of its workers says: each has its own breaker, the server is one. */
static enum message_model_state state_of(const struct run *run, int model)
{
	static const enum message_model_state order[] = { MESSAGE_MODEL_UP, MESSAGE_MODEL_TRYING, MESSAGE_MODEL_STARTING, MESSAGE_MODEL_DOWN };
	size_t best = COUNT_OF(order);

	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];
		if (worker->model != model || (!worker->pid && !worker->wanted))
			continue;
		enum message_model_state state = worker->pid && worker->state == WORKER_READY ? worker->model_state : MESSAGE_MODEL_STARTING;
		for (size_t k = 0; k < best; k++)
			if (order[k] == state)
				best = k;
	}
	return best < COUNT_OF(order) ? order[best] : MESSAGE_MODEL_UNUSABLE;
}

static const char *const state_names[MESSAGE_MODEL_STATE_COUNT] = {
	[MESSAGE_MODEL_STARTING] = "starting", [MESSAGE_MODEL_UP] = "up", [MESSAGE_MODEL_TRYING] = "trying", [MESSAGE_MODEL_DOWN] = "down",
	[MESSAGE_MODEL_UNUSABLE] = "unusable",
};

/* A string of the last report, or "". */
static void report_string(const struct model_group *group, const char *key, char *ret_text, size_t bytes)
{
	struct json_object *object = group->report ? json_tokener_parse(group->report) : NULL, *value = NULL;

	ret_text[0] = '\0';
	if (object && json_object_object_get_ex(object, key, &value) && json_object_is_type(value, json_type_string))
		snprintf(ret_text, bytes, "%s", json_object_get_string(value));
	json_object_put(object);
}

static bool has_others(const struct run *run, const struct model_group *group)
{
	for (uint32_t i = 0; i < run->models.count; i++)
		if (&run->models.groups[i] != group && run->models.groups[i].use == MODEL_GENERATE)
			return true;
	return false;
}

static void say_state(struct run *run, const struct model_group *group)
{
	const char *name = name_of(group);
	char message[320];
	struct buffer shown;

	buffer_init(&shown, SHOWN_BYTES_MAX);
	url_append_shown(&shown, text_from(group->settings->base_url));
	report_string(group, "message", message, sizeof(message));
	if (group->state == MESSAGE_MODEL_UP)
		log_info("model %s at %s is up", name, buffer_string(&shown));
	else if (group->state == MESSAGE_MODEL_UNUSABLE)
		log_warning("model %s cannot be used: %s", name, message[0] ? message : "its worker does not run");
	else if (group->state == MESSAGE_MODEL_DOWN)
		log_warning("model %s is down%s%s; its documents %swait %llu s for %s, then the built-in generator writes them (generate.fallback_after_s)", name,
			    message[0] ? ": " : "", message, has_others(run, group) ? "go to other models, or " : "",
			    (unsigned long long)run->settings->generate.fallback_after_s, has_others(run, group) ? "one" : "it");
	buffer_done(&shown);
}

void models_worker_changed(struct run *run, int model)
{
	if (model < 0)
		return;
	struct model_group *group = &run->models.groups[model];
	enum message_model_state state = state_of(run, model);
	if (state == group->state)
		return;
	bool was_away = group->state == MESSAGE_MODEL_DOWN || group->state == MESSAGE_MODEL_UNUSABLE;
	group->state = state;
	group->since_ns = clock_monotonic_ns();
	if (run->phase == RUN_WORKING)
		say_state(run, group);
	run->more_to_do = true;
	if (state == MESSAGE_MODEL_DOWN || state == MESSAGE_MODEL_UNUSABLE)
		route_again(run, &group->queue);
	if (state != MESSAGE_MODEL_DOWN)
		route_again(run, &run->models.waiting);
	for (uint32_t i = 0; was_away && i < run->models.count; i++) /* it may have what went elsewhere for its sake; no other document may come any more */
		if (&run->models.groups[i] != group)
			route_again(run, &run->models.groups[i].queue);
}

static uint64_t number_in(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	int64_t number = json_object_object_get_ex(object, key, &value) ? json_object_get_int64(value) : 0;
	return number > 0 ? (uint64_t)number : 0;
}

static bool keep_report(struct model_group *group, struct text body)
{
	struct json_tokener *tokener = json_tokener_new_ex(8);
	struct json_object *object = tokener ? json_tokener_parse_ex(tokener, body.data, (int)body.bytes) : NULL, *server = NULL;
	char *copy = object && json_object_is_type(object, json_type_object) ? strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN)) : NULL;

	if (tokener)
		json_tokener_free(tokener);
	if (copy) {
		free(group->report);
		group->report = copy;
		group->slots = (uint32_t)number_in(object, "slots");
		group->under_way = (uint32_t)number_in(object, "under_way");
		group->accepted = number_in(object, "pairs_accepted");
		group->refused = number_in(object, "pairs_refused");
		group->prompt_tokens = number_in(object, "prompt_tokens");
		group->completion_tokens = number_in(object, "completion_tokens");
		if (json_object_object_get_ex(object, "server", &server))
			snprintf(group->server, sizeof(group->server), "%s", json_object_get_string(server));
		if (json_object_object_get_ex(object, "model", &server))
			snprintf(group->model, sizeof(group->model), "%s", json_object_get_string(server));
	}
	json_object_put(object);
	return copy != NULL;
}

bool models_take_report(struct worker *worker, const struct message *message)
{
	struct run *run = worker->run;

	if (worker->model < 0 || message->count > MESSAGE_MODEL_TASKS_MAX || message->status < 0 || message->status >= MESSAGE_MODEL_STATE_COUNT ||
	    message->body.bytes > MESSAGE_MODEL_BODY_MAX || !keep_report(&run->models.groups[worker->model], message->body))
		return false;
	run->more_to_do |= message->count > worker->capacity;
	worker->capacity = (uint32_t)message->count;
	worker->model_state = (enum message_model_state)message->status;
	models_worker_changed(run, worker->model);
	return true;
}

/* --- who gets what --------------------------------------------------------------------------------------------------- */

static bool holds_one_at_a_time(const struct model_group *group)
{
	return strcmp(group->server, "Ollama") == 0 || strcmp(group->server, "LM Studio") == 0;
}

static bool is_at_work(const struct run *run, uint32_t model)
{
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (run->workers[i].model == (int)model && run->workers[i].held.count)
			return true;
	return false;
}

/* Models that one server holds one at a time: loading the other costs seconds, so it waits until this one's queue is empty. */
static bool may_run(struct run *run, uint32_t model)
{
	struct model_group *group = &run->models.groups[model];

	if (!holds_one_at_a_time(group))
		return true;
	for (uint32_t i = 0; i < run->models.count; i++) {
		struct model_group *other = &run->models.groups[i];
		if (i == model || strcmp(other->settings->base_url, group->settings->base_url) != 0)
			continue;
		if (is_at_work(run, i) || (other->active && other->queue.count && other->state == MESSAGE_MODEL_UP))
			return false;
		if (other->active) {
			other->active = false;
			run->models.switches++;
		}
	}
	group->active = true;
	return true;
}

/* The other queue with the most documents that this model may take. */
static struct model_group *find_overloaded(struct run *run, uint32_t model)
{
	struct model_view views[MODELS_MAX];
	struct model_group *best = NULL;

	view(run, views);
	for (uint32_t i = 0; i < run->models.count; i++) {
		struct model_group *other = &run->models.groups[i];
		if (i != model && other->queue.first && !(other->queue.first->models_tried >> model & 1) &&
		    model_route_may_take_over(&views[model], &views[i]) && (!best || other->queue.count > best->queue.count))
			best = other;
	}
	return best;
}

static bool give_one(struct run *run, struct worker *worker, models_place *place)
{
	struct model_group *group = &run->models.groups[worker->model];

	if (run->models.last.first && worker->held.count < worker->capacity + run->settings->ipc.credits && place(run, worker, &run->models.last))
		return true;
	if (worker->held.count >= worker->capacity)
		return false;
	if (group->queue.first)
		return may_run(run, (uint32_t)worker->model) && place(run, worker, &group->queue);
	struct model_group *overloaded = find_overloaded(run, (uint32_t)worker->model);
	if (!overloaded || !may_run(run, (uint32_t)worker->model) || !place(run, worker, &overloaded->queue))
		return false;
	group->taken_over++;
	return true;
}

void models_dispatch(struct run *run, models_place *place)
{
	bool placed = true;

	if (run->phase != RUN_WORKING || models_queued(run) == run->models.waiting.count)
		return;
	while (placed) { /* one for each in turn */
		placed = false;
		for (uint32_t i = 0; i < run->worker_count; i++) {
			struct worker *worker = &run->workers[i];
			if (worker->model >= 0 && worker->state == WORKER_READY && worker->held.count < MESSAGE_MODEL_TASKS_MAX)
				placed |= give_one(run, worker, place);
		}
	}
}

/* --- waiting --------------------------------------------------------------------------------------------------------- */

static uint64_t patience_ends_ns(const struct run *run, const struct job *job)
{
	return job->waits_from_ns + run->settings->generate.fallback_after_s * 1000000000u;
}

void models_step(struct run *run, uint64_t now_ns)
{
	struct job_list *waiting = &run->models.waiting;

	for (struct job *job = waiting->first, *next; job; job = next) {
		next = job->next;
		if (patience_ends_ns(run, job) > now_ns)
			continue;
		if (!run->models.said_all_down)
			log_warning("no model server answered for %llu s: rules write the conversations until one does; the same command later does these "
				    "documents again", (unsigned long long)run->settings->generate.fallback_after_s);
		run->models.said_all_down = true;
		fall_back(run, job, false);
		run->more_to_do = true;
	}
}

uint64_t models_next_ns(const struct run *run)
{
	uint64_t next_ns = UINT64_MAX;

	for (const struct job *job = run->models.waiting.first; job; job = job->next)
		if (patience_ends_ns(run, job) < next_ns)
			next_ns = patience_ends_ns(run, job);
	return next_ns;
}

size_t models_queued(const struct run *run)
{
	size_t count = run->models.waiting.count + run->models.last.count;

	for (uint32_t i = 0; i < run->models.count; i++)
		count += run->models.groups[i].queue.count;
	return count;
}

bool models_are_full(const struct run *run)
{
	static const size_t limits[MODEL_TIER_COUNT] = { QUEUE_FAST_MAX, QUEUE_BALANCED_MAX, QUEUE_QUALITY_MAX };
	size_t room = 0;

	if (run->models.count == 0)
		return false;
	for (uint32_t i = 0; i < run->models.count; i++)
		room += run->models.groups[i].use == MODEL_GENERATE ? limits[run->models.groups[i].tier] : 0;
	return models_queued(run) >= room;
}

/* --- for people ------------------------------------------------------------------------------------------------------ */

void models_format_progress(const struct run *run, char *ret_text, size_t bytes)
{
	size_t used = 0;

	ret_text[0] = '\0';
	for (uint32_t i = 0; i < run->models.count && used < bytes; i++) {
		const struct model_group *group = &run->models.groups[i];
		if (group->use == MODEL_EMBEDDINGS)
			continue;
		int more = group->state == MESSAGE_MODEL_UP
				   ? snprintf(ret_text + used, bytes - used, "  %.24s %u/%u, %zu wait", name_of(group), group->under_way, group->slots,
					      group->queue.count)
				   : snprintf(ret_text + used, bytes - used, "  %.24s %s", name_of(group), state_names[group->state]);
		used += more > 0 ? (size_t)more : 0;
	}
}

static void write_group(const struct run *run, uint32_t index, struct json_writer *json)
{
	const struct model_group *group = &run->models.groups[index];
	uint64_t held = 0;
	struct buffer shown;

	buffer_init(&shown, SHOWN_BYTES_MAX);
	url_append_shown(&shown, text_from(group->settings->base_url));
	for (uint32_t i = 0; i < run->worker_count; i++)
		held += run->workers[i].model == (int)index ? run->workers[i].held.count : 0;
	json_object_open(json);
	json_member_string(json, "name", name_of(group));
	json_member_string(json, "use", group->settings->use);
	json_member_string(json, "tier", group->settings->tier);
	json_member_text(json, "base_url", buffer_view(&shown));
	buffer_done(&shown);
	json_member_string(json, "state", group->use == MODEL_EMBEDDINGS ? "not asked" : state_names[group->state]);
	json_member_fixed(json, "since_s", (double)(clock_monotonic_ns() - group->since_ns) / 1e9, 1);
	json_member_unsigned(json, "documents_queued", group->queue.count);
	json_member_unsigned(json, "documents_at_work", held);
	json_member_unsigned(json, "documents_done", group->documents);
	json_member_unsigned(json, "documents_unusable", group->handed_on[DESCRIPTOR_NEXT_UNUSABLE]);
	json_member_unsigned(json, "documents_moved", group->handed_on[DESCRIPTOR_NEXT_DOWN]);
	json_member_unsigned(json, "documents_taken_over", group->taken_over);
	json_key(json, "worker");
	json_raw(json, group->report ? text_from(group->report) : TEXT_LITERAL("{}"));
	json_object_close(json);
}

void models_format_trouble(const struct run *run, char *ret_text, size_t bytes)
{
	size_t length = 0;

	ret_text[0] = '\0';
	for (uint32_t i = 0; i < run->models.count && length < bytes; i++) {
		const struct model_group *group = &run->models.groups[i];
		char message[320];
		report_string(group, "message", message, sizeof(message));
		if (group->use == MODEL_GENERATE && message[0])
			length += (size_t)snprintf(ret_text + length, bytes - length, "%s%s: %s", length ? "; " : "", name_of(group), message);
	}
}

void models_write_json(const struct run *run, struct json_writer *json)
{
	json_key(json, "models");
	json_array_open(json);
	for (uint32_t i = 0; i < run->models.count; i++)
		write_group(run, i, json);
	json_array_close(json);
	json_member_unsigned(json, "model_switches", run->models.switches);
	json_member_unsigned(json, "documents_waiting_for_a_server", run->models.waiting.count);
	json_member_unsigned(json, "documents_fell_back", run->models.fell_back);
}
