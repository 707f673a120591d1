/* models.c: see models.h. Everything here is driven by what happens: a report, a result, a worker that comes or goes. The only timer is that of
 * documents that wait for a server to come back, and of a server that hangs before it has answered anything. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QUEUE_FAST_MAX = 100, QUEUE_BALANCED_MAX = 50, QUEUE_QUALITY_MAX = 25 };
#define NEW_TIME_SHARE 0.2 /* of a document's time in the moving mean */
#define LATE_NS (5ull * 1000000000) /* a server that has not answered the first questions for so long gets no documents yet */

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
		group->bell = -1;
	}
	models_find_servers(run);
}

void models_close(struct run *run)
{
	for (uint32_t i = 0; i < MODELS_MAX; i++) {
		free(run->models.groups[i].report);
		run->models.groups[i].report = NULL;
		if (i < run->models.count && run->models.groups[i].bell >= 0)
			close(run->models.groups[i].bell);
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

bool models_may_come_back(const struct model_group *group)
{
	return group->state == MESSAGE_MODEL_DOWN || (group->state == MESSAGE_MODEL_UNUSABLE && group->was_up) ||
	       (group->state == MESSAGE_MODEL_STARTING && group->late);
}

void models_view(const struct run *run, struct model_view views[MODELS_MAX])
{
	for (uint32_t i = 0; i < run->models.count; i++) {
		const struct model_group *group = &run->models.groups[i];
		views[i] = (struct model_view){ .use = group->use, 
						.tier = group->tier, .state = models_may_come_back(group) ? MESSAGE_MODEL_DOWN : group->state, .slots = group->slots,
						.queued = group->queue.count, .accepted = group->sums.accepted, .refused = group->sums.refused };
	}
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (run->workers[i].model >= 0)
			views[run->workers[i].model].queued += run->workers[i].held.count;
	for (uint32_t i = 0; i < run->models.count; i++)
		views[i].document_s = models_document_s(run, i);
}

/* One that has become slow is known by the document that does not come, before the next one is there. */
double models_document_s(const struct run *run, uint32_t model)
{
	const struct model_group *group = &run->models.groups[model];
	uint64_t since_ns = UINT64_MAX, now_ns = clock_monotonic_ns();

	for (uint32_t i = 0; i < run->worker_count && group->document_s > 0; i++)
		if (run->workers[i].model == (int)model && run->workers[i].held.count && run->workers[i].progress_ns < since_ns)
			since_ns = run->workers[i].progress_ns;
	double waits_s = since_ns < now_ns ? (double)(now_ns - since_ns) / 1e9 : 0;
	return waits_s > group->document_s ? waits_s : group->document_s;
}

/* Those at work at the same time share the time that each of them took. */
static void learn_time(struct model_group *group, const struct worker *worker, uint64_t duration_ns)
{
	double seconds = (double)duration_ns / 1e9 / (double)(worker->held.count ? worker->held.count : 1);

	group->document_s = group->document_s > 0 ? (1 - NEW_TIME_SHARE) * group->document_s + NEW_TIME_SHARE * seconds : seconds;
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
	run->models.fell_back += !job->to_be_redone;
	job->to_be_redone = true;
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
	models_view(run, views);
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

void models_next(struct run *run, struct worker *worker, struct job *job, uint32_t why, uint64_t duration_ns)
{
	struct model_group *group = &run->models.groups[worker->model];

	memory_release(run->memory, &job->output);
	job->preferred_worker = 0;
	job->needed_bytes = 0;
	if (why == DESCRIPTOR_NEXT_UNUSABLE || why == DESCRIPTOR_NEXT_JUDGE)
		learn_time(group, worker, duration_ns);
	group->handed_on[why <= DESCRIPTOR_NEXT_MOVED ? why : 0]++;
	if (why == DESCRIPTOR_NEXT_MOVED) {
		models_moved(run, worker, job);
		return;
	}
	if (why == DESCRIPTOR_NEXT_JUDGE)
		job->judge = true;
	else if (!job->judge && why != DESCRIPTOR_NEXT_DOWN)
		job->models_tried |= 1u << worker->model;
	job->refused |= why == DESCRIPTOR_NEXT_REFUSED;
	models_route(run, job, true);
}

void models_done(struct run *run, struct worker *worker, struct job *job, uint32_t lacks, uint64_t duration_ns)
{
	struct models *models = &run->models;
	bool unjudged = job->judge && (job->last || (lacks & DESCRIPTOR_LACKS_MARKS));

	if (worker->model < 0)
		return;
	models->groups[worker->model].documents++;
	if (!job->last)
		learn_time(&models->groups[worker->model], worker, duration_ns);
	if ((lacks & DESCRIPTOR_LACKS_REFUSED) || ((lacks & DESCRIPTOR_LACKS_REPLIES) && job->refused)) {
		models->fell_back += !job->to_be_redone;
		job->to_be_redone = true;
	} else if (lacks & DESCRIPTOR_LACKS_REPLIES) { /* a later run asks again, with what its settings may change */
		models->unusable += !job->to_be_redone;
		job->to_be_redone = true;
	}
	models->incomplete += (lacks & DESCRIPTOR_LACKS_SOME) != 0;
	models->unjudged += unjudged;
	models->unmeasured += (lacks & DESCRIPTOR_LACKS_VECTORS) != 0;
	job->to_be_redone |= unjudged || (lacks & (DESCRIPTOR_LACKS_SOME | DESCRIPTOR_LACKS_VECTORS));
}

uint32_t models_argument(const struct run *run, const struct job *job)
{
	if (run->models.count == 0)
		return 0;
	return job->models_tried | (job->moved ? DESCRIPTOR_GENERATE_MOVED : 0) | (job->judge ? DESCRIPTOR_GENERATE_JUDGE : 0) | (job->last ? DESCRIPTOR_GENERATE_LAST : 0);
}

/* --- what workers say ------------------------------------------------------------------------------------------------ */

/* The best that any of its workers says: each has its own breaker, the server is one. Workers of models that write ask the one for embeddings. */
static enum message_model_state state_of(const struct run *run, int model)
{
	bool embeddings = run->models.groups[model].use == MODEL_EMBEDDINGS;
	static const enum message_model_state order[] = { MESSAGE_MODEL_UP, MESSAGE_MODEL_TRYING, MESSAGE_MODEL_STARTING, MESSAGE_MODEL_DOWN };
	size_t best = COUNT_OF(order);

	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];
		bool its = embeddings ? worker->model >= 0 && run->models.groups[worker->model].use == MODEL_GENERATE : worker->model == model;
		if (!its || (!worker->pid && !worker->wanted))
			continue;
		enum message_model_state state = embeddings ? worker->embeddings_state : worker->model_state;
		state = worker->pid && worker->state == WORKER_READY ? state : MESSAGE_MODEL_STARTING;
		for (size_t k = 0; k < best; k++)
			if (order[k] == state)
				best = k;
	}
	return best < COUNT_OF(order) ? order[best] : MESSAGE_MODEL_UNUSABLE;
}

/* Since when there is no model to count on, for writing and for judging. */
static void note_away(struct run *run)
{
	static const enum model_use uses[] = { MODEL_GENERATE, MODEL_JUDGE };

	for (size_t k = 0; k < COUNT_OF(uses); k++) {
		bool up = false, trying = false;
		for (uint32_t i = 0; i < run->models.count; i++) {
			const struct model_group *group = &run->models.groups[i];
			up |= group->use == uses[k] && (group->state == MESSAGE_MODEL_UP || (group->state == MESSAGE_MODEL_STARTING && !group->late));
			trying |= group->use == uses[k] && group->state == MESSAGE_MODEL_TRYING;
		}
		uint64_t *away_from_ns = &run->models.away_from_ns[k];
		*away_from_ns = up ? 0 : *away_from_ns || trying ? *away_from_ns : clock_monotonic_ns();
	}
}

/* It has become one that gets documents, or one that does not. */
static void state_changed(struct run *run, struct model_group *group, bool was_away)
{
	bool away = models_may_come_back(group) || group->state == MESSAGE_MODEL_UNUSABLE;

	note_away(run);
	if (run->phase == RUN_WORKING)
		models_say_state(run, group);
	run->more_to_do = true;
	if (away)
		route_again(run, &group->queue);
	if (!away || group->state == MESSAGE_MODEL_UNUSABLE)
		route_again(run, &run->models.waiting);
	for (uint32_t i = 0; was_away && i < run->models.count; i++) /* it may have what went elsewhere for its sake; no other document may come any more */
		if (&run->models.groups[i] != group)
			route_again(run, &run->models.groups[i].queue);
}

void models_worker_changed(struct run *run, int model)
{
	if (model < 0 || run->phase > RUN_DRAINING) /* at the end they all go: what was true before stays true of their servers */
		return;
	struct model_group *group = &run->models.groups[model];
	enum message_model_state state = state_of(run, model);
	if (state == group->state)
		return;
	bool was_first = group->state == MESSAGE_MODEL_STARTING, was_away = group->state == MESSAGE_MODEL_DOWN || group->state == MESSAGE_MODEL_UNUSABLE || group->late;
	group->state = state;
	group->since_ns = clock_monotonic_ns();
	group->was_up |= state == MESSAGE_MODEL_UP;
	if (state == MESSAGE_MODEL_UP && was_first)
		models_was_loaded(run, group); /* by the probe */
	group->late = false;
	state_changed(run, group, was_away);
}

bool models_take_report(struct worker *worker, const struct message *message)
{
	struct run *run = worker->run;

	if (worker->model < 0 || message->count > MESSAGE_MODEL_TASKS_MAX || message->status < 0 || message->status >= MESSAGE_MODEL_STATE_COUNT ||
	    message->body.bytes > MESSAGE_MODEL_BODY_MAX || !models_read_report(worker, message->body))
		return false;
	run->models.shares_stale |= !worker->share_told || worker->model_state != (enum message_model_state)message->status; /* another model is found by a probe only */
	run->more_to_do |= message->count > worker->capacity;
	worker->capacity = (uint32_t)message->count;
	worker->model_state = (enum message_model_state)message->status;
	models_worker_changed(run, worker->model);
	for (uint32_t i = 0; i < run->models.count; i++)
		if (run->models.groups[i].use == MODEL_EMBEDDINGS)
			models_worker_changed(run, (int)i);
	return true;
}

static void add_sums(struct model_sums *sums, const struct model_sums *more)
{
	sums->accepted += more->accepted;
	sums->refused += more->refused;
	sums->prompt_tokens += more->prompt_tokens;
	sums->completion_tokens += more->completion_tokens;
	sums->calls += more->calls;
}

void models_worker_died(struct worker *worker)
{
	if (worker->model >= 0)
		add_sums(&worker->run->models.groups[worker->model].past, &worker->model_sums);
	worker->model_sums = (struct model_sums){ 0 };
	worker->run->models.shares_stale = true;
	worker->probes_anew = false;
}

void models_add_up(struct run *run, int model)
{
	struct model_group *group = &run->models.groups[model];

	group->sums = group->past;
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (run->workers[i].model == model)
			add_sums(&group->sums, &run->workers[i].model_sums);
}

/* --- who gets what --------------------------------------------------------------------------------------------------- */

/* The other queue with the most documents that this model may take. */
static struct model_group *find_overloaded(struct run *run, uint32_t model)
{
	struct model_view views[MODELS_MAX];
	struct model_group *best = NULL;

	models_view(run, views);
	for (uint32_t i = 0; i < run->models.count; i++) {
		struct model_group *other = &run->models.groups[i];
		if (i != model && other->queue.first && !(other->queue.first->models_tried >> model & 1) && !other->queue.first->moved &&
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
		return models_may_run(run, (uint32_t)worker->model) && place(run, worker, &group->queue);
	struct model_group *overloaded = find_overloaded(run, (uint32_t)worker->model);
	if (!overloaded || !models_may_run(run, (uint32_t)worker->model) || !place(run, worker, &overloaded->queue))
		return false;
	group->taken_over++;
	return true;
}

void models_dispatch(struct run *run, models_place *place)
{
	bool placed = true;

	if (run->phase != RUN_WORKING || run->models.count == 0)
		return;
	while (placed && models_queued(run) > run->models.waiting.count) { /* one for each in turn */
		placed = false;
		for (uint32_t i = 0; i < run->worker_count; i++) {
			struct worker *worker = &run->workers[i];
			if (worker->model >= 0 && worker->state == WORKER_READY && worker->held.count < MESSAGE_MODEL_TASKS_MAX)
				placed |= give_one(run, worker, place);
		}
	}
	models_move(run);
}

/* --- waiting --------------------------------------------------------------------------------------------------------- */

/* A document waits no longer than if it had come when the last server went away: those that come later do not wait again as long, one after the other. */
static uint64_t patience_ends_ns(const struct run *run, const struct job *job)
{
	uint64_t away_from_ns = run->models.away_from_ns[job->judge];
	uint64_t from_ns = away_from_ns && away_from_ns < job->waits_from_ns ? away_from_ns : job->waits_from_ns;

	return from_ns + run->settings->generate.fallback_after_s * 1000000000u;
}

static void say_all_down(struct run *run, const struct job *job)
{
	bool *said = &run->models.said_all_down[job->judge];

	if (!*said)
		log_warning("no %s answered for %llu s: %s until one does; the same command later does these documents again",
			    job->judge ? "judge" : "model server", (unsigned long long)run->settings->generate.fallback_after_s,
			    job->judge ? "pairs go into the dataset without marks" : "rules write the conversations");
	*said = true;
}

static bool is_starting(const struct model_group *group) { return group->state == MESSAGE_MODEL_STARTING && !group->late; }

void models_step(struct run *run, uint64_t now_ns)
{
	struct job_list *waiting = &run->models.waiting;

	models_share(run);
	for (uint32_t i = 0; i < run->models.count && run->phase == RUN_WORKING; i++) {
		struct model_group *group = &run->models.groups[i];
		if (!is_starting(group) || now_ns < group->since_ns + LATE_NS)
			continue;
		group->late = true;
		state_changed(run, group, false);
	}
	for (struct job *job = waiting->first, *next; job; job = next) {
		next = job->next;
		if (patience_ends_ns(run, job) > now_ns)
			continue;
		say_all_down(run, job);
		if (job->judge)
			give_to_rules(run, job, false);
		else
			fall_back(run, job, false);
		run->more_to_do = true;
	}
}

uint64_t models_next_ns(const struct run *run)
{
	uint64_t next_ns = UINT64_MAX;

	for (uint32_t i = 0; i < run->models.count && run->phase == RUN_WORKING; i++) {
		const struct model_group *group = &run->models.groups[i];
		if (is_starting(group) && group->since_ns + LATE_NS < next_ns)
			next_ns = group->since_ns + LATE_NS;
	}
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
