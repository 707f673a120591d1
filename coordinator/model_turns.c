/* model_turns.c: models of one server take turns, where it holds one of them at a time (Ollama, LM Studio, llama-swap, llama.cpp with --models-max 1): loading another one costs seconds. They are
 * probed one after the other, before any of them gets documents; then one works until its queue is empty. See models.h. */
#include "coordinator/run.h"

#include "base/clock.h"
#include "config/model_server.h"


void models_find_servers(struct run *run)
{
	struct models *models = &run->models;

	for (uint32_t i = 0; i < models->count; i++) {
		models->groups[i].server_of = i;
		for (uint32_t k = 0; k < i && models->groups[i].server_of == i; k++)
			if (models->groups[k].use != MODEL_EMBEDDINGS && models->groups[i].use != MODEL_EMBEDDINGS &&
			    model_shares_server(models->groups[k].settings, models->groups[i].settings))
				models->groups[i].server_of = models->groups[k].server_of;
	}
}

static bool is_beside(const struct run *run, uint32_t model, uint32_t other)
{
	return other != model && run->models.groups[other].server_of == run->models.groups[model].server_of;
}

static bool is_at_work(const struct run *run, uint32_t model)
{
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (run->workers[i].model == (int)model && run->workers[i].held.count)
			return true;
	return false;
}

/* For the first time, or anew after refusals, however long that takes: loading a large model takes minutes, and another one would be loaded in its place. */
static bool is_being_probed(const struct run *run, uint32_t model)
{
	bool starts = run->models.groups[model].state == MESSAGE_MODEL_STARTING;

	for (uint32_t i = 0; i < run->worker_count; i++)
		if (run->workers[i].model == (int)model && run->workers[i].pid && (starts || run->workers[i].probes_anew))
			return true;
	return false;
}

bool models_may_probe(struct run *run, const struct worker *worker)
{
	if (worker->model < 0)
		return true;
	for (uint32_t i = 0; i < run->models.count; i++)
		if (is_beside(run, (uint32_t)worker->model, i) && is_being_probed(run, i)) {
			if (!run->models.groups[i].late) /* nothing waits for that one, nor for those behind it */
				run->models.groups[worker->model].since_ns = clock_monotonic_ns(); /* its time has not begun */
			return false;
		}
	return true;
}

void models_was_loaded(struct run *run, struct model_group *group)
{
	uint32_t model = (uint32_t)(group - run->models.groups);
	bool unloaded = false;

	if (!group->one_at_a_time || group->active)
		return;
	for (uint32_t i = 0; i < run->models.count; i++)
		if (is_beside(run, model, i) && run->models.groups[i].active && !models_are_one(run, model, i)) {
			run->models.groups[i].active = false;
			run->models.switches += !unloaded; /* entries that mean one model are loaded and unloaded together */
			unloaded = true;
		}
	group->active = true;
}

bool models_may_run(struct run *run, uint32_t model)
{
	struct model_group *group = &run->models.groups[model];

	if (!group->one_at_a_time)
		return true;
	for (uint32_t i = 0; i < run->models.count; i++) {
		const struct model_group *other = &run->models.groups[i];
		if (!is_beside(run, model, i) || models_are_one(run, model, i))
			continue;
		bool to_be_probed = (other->state == MESSAGE_MODEL_STARTING && !other->late) || is_being_probed(run, i);
		if (to_be_probed || is_at_work(run, i) || (other->active && other->queue.count && other->state == MESSAGE_MODEL_UP))
			return false;
	}
	models_was_loaded(run, group);
	return true;
}
