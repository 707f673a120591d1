/* model_shares.c: who shares the slots of a server: workers that ask the same model there, of one entry of `models:` or of several. They count
 * together by themselves (workers/model/share.h); the coordinator says who they are, and no longer names one that is dead. Workers of other models
 * of a server count for themselves: its slots are most often a model's own. See models.h. */
#include "coordinator/run.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <xxhash.h>

enum { NUMBERS_BYTES_MAX = 8 * RUN_WORKERS_MAX };

int models_bell(struct run *run, uint32_t model)
{
	struct model_group *group = &run->models.groups[run->models.groups[model].server_of];

	if (group->bell < 0)
		group->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return group->bell < 0 ? -errno : group->bell;
}

bool models_are_one(const struct run *run, uint32_t model, uint32_t other)
{
	const struct model_group *one = &run->models.groups[model], *two = &run->models.groups[other];

	return model == other || (one->server_of == two->server_of && one->model[0] && strcmp(one->model, two->model) == 0);
}

/* It has said what its server has, and may have requests under way. */
static bool asks(const struct worker *worker)
{
	return worker->model >= 0 && worker->peer.bytes && worker->state > WORKER_STARTING && worker->model_state != MESSAGE_MODEL_STARTING;
}

/* The segments first: the worker looks for the cells in them as soon as it is told. */
static int name_others(struct run *run, struct worker *worker, struct buffer *numbers)
{
	for (uint32_t i = 0; i < run->worker_count; i++) {
		struct worker *other = &run->workers[i];
		if (other == worker || !asks(other) || !models_are_one(run, (uint32_t)worker->model, (uint32_t)other->model))
			continue;
		int status = supervisor_announce_segment(worker, (uint16_t)other->number);
		if (status < 0)
			return status;
		buffer_append_format(numbers, "%u ", other->number);
	}
	return numbers->status;
}

/* False: it is to be tried again. */
static bool tell(struct run *run, struct worker *worker)
{
	struct message message = { .type = MESSAGE_SHARE };
	struct buffer numbers;

	buffer_init(&numbers, NUMBERS_BYTES_MAX);
	int status = name_others(run, worker, &numbers);
	message.body = buffer_view(&numbers);
	uint64_t hash = status == 0 ? XXH3_64bits(numbers.bytes ? numbers.data : "", numbers.bytes) : 0;
	if (status == 0 && !(worker->share_told && worker->share_hash == hash)) {
		status = supervisor_send(worker, &message);
		worker->share_told |= status == 0;
		worker->share_hash = status == 0 ? hash : worker->share_hash;
	}
	buffer_done(&numbers);
	return status == 0;
}

void models_share(struct run *run)
{
	if (!run->models.shares_stale)
		return;
	run->models.shares_stale = false;
	for (uint32_t i = 0; i < run->worker_count; i++)
		if (asks(&run->workers[i]) && !tell(run, &run->workers[i]))
			run->models.shares_stale = true;
}
