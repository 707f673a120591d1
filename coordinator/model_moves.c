/* model_moves.c: documents that a slow model's worker holds and has not begun go to a model that has nothing left to do. A worker holds a round of calls ahead, so that its
 * slots are busy; at the end of a run that round is what everybody waits for. The worker knows what it has begun; which documents may go where is known here. See models.h. */
#include "coordinator/run.h"

#include "base/clock.h"

_Static_assert(1u << (MODELS_MAX - 1) < DESCRIPTOR_GENERATE_MOVED, "a bit for each model, and those of what is to become of the document");

/* Its own documents are all at work, and it would take more. */
static bool is_idle(const struct run *run, const struct worker *worker)
{
	const struct model_group *group = worker->model < 0 ? NULL : &run->models.groups[worker->model];

	return group && group->state == MESSAGE_MODEL_UP && group->queue.count == 0 && worker->state == WORKER_READY && worker->held.count < worker->capacity &&
	       (!group->one_at_a_time || group->active);
}

static bool may_give(const struct run *run, const struct worker *worker, const struct worker *idle)
{
	return worker->model >= 0 && worker->model != idle->model && worker->state == WORKER_READY && !worker->asked_back && worker->held.count > 1 &&
	       run->models.groups[worker->model].server_of != run->models.groups[idle->model].server_of;
}

/* Of a model that has finished none yet it is known how long the first ones have been taking. */
static void know_first_document(const struct worker *worker, struct model_view *view, uint64_t now_ns)
{
	if (view->document_s <= 0 && worker->progress_ns < now_ns)
		view->document_s = (double)(now_ns - worker->progress_ns) / 1e9 / (double)worker->held.count;
}

/* True: it was asked. */
static bool ask_back(struct worker *worker, uint32_t model, uint32_t count)
{
	const struct message message = { .type = MESSAGE_GIVE_BACK, .count = count,
					 .descriptor.argument = 1u << model | DESCRIPTOR_GENERATE_MOVED | DESCRIPTOR_GENERATE_JUDGE | DESCRIPTOR_GENERATE_LAST };

	if (supervisor_send(worker, &message) < 0) /* its socket is full, or it is about to be found dead */
		return false;
	worker->asked_back = true;
	worker->moves_to = model;
	return true;
}

void models_move(struct run *run)
{
	struct model_view views[MODELS_MAX];
	uint64_t now_ns = clock_monotonic_ns();

	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *idle = &run->workers[i];
		if (!is_idle(run, idle))
			continue;
		models_view(run, views);
		uint32_t room = idle->capacity - (uint32_t)idle->held.count;
		for (uint32_t k = 0; k < run->worker_count && room > 0; k++) {
			struct worker *other = &run->workers[k];
			if (!may_give(run, other, idle))
				continue;
			struct model_view view = views[other->model];
			know_first_document(other, &view, now_ns);
			uint32_t count = model_route_to_move(&views[idle->model], &view, room);
			if (count > 0 && ask_back(other, (uint32_t)idle->model, count))
				room -= count;
		}
	}
}

void models_moved(struct run *run, struct worker *worker, struct job *job)
{
	struct model_group *group = &run->models.groups[worker->moves_to];

	worker->asked_back = false;
	job->moved = true;
	run->more_to_do = true;
	if (group->state == MESSAGE_MODEL_UP && group->use == MODEL_GENERATE && !(job->models_tried >> worker->moves_to & 1))
		job_move_first(job, &group->queue);
	else
		models_route(run, job, true);
}
