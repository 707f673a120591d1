#include "coordinator/retire.h"

#include <stdlib.h>

bool retire_counts(const struct worker *worker)
{
	if (worker->pid == 0)
		return worker->wanted;
	return (worker->state == WORKER_STARTING || worker->state == WORKER_READY) && (worker->wanted || worker->external);
}

/* Kept by the coordinator: started again when it dies. */
static bool is_kept(const struct worker *worker)
{
	return worker->wanted && !worker->external;
}

static uint32_t count_kept(const struct run *run, enum worker_kind kind)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < run->worker_count; i++)
		count += run->workers[i].kind == kind && is_kept(&run->workers[i]);
	return count;
}

/* The higher, the less it is missed. */
static uint32_t expendable(const struct worker *worker)
{
	uint32_t score = worker->origin == WORKER_ON_DEMAND ? 4 : worker->origin == WORKER_BY_HAND ? 2 : 0;

	return score + (worker->pid == 0 ? 8 : 0) + (worker->held.count == 0);
}

/* The least missed of those whose bit in `taken` is not set. */
static struct worker *least_missed(const struct run *run, enum worker_kind kind, const bool *taken)
{
	const struct worker *found = NULL;

	for (uint32_t i = 0; i < run->worker_count; i++) {
		const struct worker *worker = &run->workers[i];
		if (worker->kind == kind && is_kept(worker) && !taken[i] && (!found || expendable(worker) >= expendable(found)))
			found = worker;
	}
	return (struct worker *)(uintptr_t)found;
}

int retire_choose(const struct run *run, enum worker_kind kind, uint32_t count, uint32_t *ret_numbers, struct error_text *error)
{
	bool taken[RUN_WORKERS_MAX] = { false };
	uint32_t kept = count_kept(run, kind);
	const char *name = worker_kind_name(kind);

	if (kept == 0)
		return error_set(error, ERROR_INPUT_REJECTED, "there is no %s worker to remove", name);
	if (kept == 1)
		return error_set(error, ERROR_INPUT_REJECTED, "there is one %s worker, and without it nothing would get done; Ctrl-C or SIGTERM ends the run", name);
	if (count >= kept)
		return error_set(error, ERROR_INPUT_REJECTED, "there are %u %s workers and one of them has to stay, so at most %u can be removed%s", kept, name,
				 kept - 1, "; Ctrl-C or SIGTERM ends the run");
	for (uint32_t i = 0; i < count; i++) {
		const struct worker *worker = least_missed(run, kind, taken);
		CHECK(worker);
		taken[worker->number - 1] = true;
		ret_numbers[i] = worker->number;
	}
	return 0;
}

static int read_name(const struct run *run, struct text name, uint32_t *ret_number, struct error_text *error)
{
	uint32_t number = 0;

	for (size_t i = 1; i < name.bytes && number <= RUN_WORKERS_MAX; i++)
		number = number * 10 + (uint32_t)(name.data[i] - '0');
	if (number < 1 || number > run->worker_count || (!run->workers[number - 1].pid && !run->workers[number - 1].wanted))
		return error_set(error, ERROR_INPUT_REJECTED, "no worker is called %.*s; 'coordinator workers list' shows those there are", TEXT_ARGS(name));
	*ret_number = number;
	return 0;
}

/* Of each kind that loses one, one has to stay that the coordinator keeps. */
static int check_rest(const struct run *run, const uint32_t *numbers, uint32_t count, struct error_text *error)
{
	uint32_t going[WORKER_KIND_COUNT] = { 0 };

	for (uint32_t i = 0; i < count; i++)
		going[run->workers[numbers[i] - 1].kind] += is_kept(&run->workers[numbers[i] - 1]);
	for (int kind = 0; kind < WORKER_KIND_COUNT; kind++)
		if (going[kind] > 0 && going[kind] == count_kept(run, kind))
			return error_set(error, ERROR_INPUT_REJECTED, "that would leave no %s worker that the coordinator keeps running, and nothing would get done; "
					 "Ctrl-C or SIGTERM ends the run", worker_kind_name(kind));
	return 0;
}

int retire_named(const struct run *run, struct text names, uint32_t ret_numbers[RUN_WORKERS_MAX], struct error_text *error)
{
	bool taken[RUN_WORKERS_MAX] = { false };
	struct text name;
	uint32_t count = 0, number = 0;

	while (text_next_field(&names, ' ', &name)) {
		bool digits = name.bytes > 1 && name.data[0] == 'w';
		for (size_t i = 1; i < name.bytes; i++)
			digits = digits && ascii_is_digit(name.data[i]);
		if (!digits)
			return error_set(error, ERROR_INPUT_REJECTED, "\"%.*s\" names no worker; their names are w1, w2 …", TEXT_ARGS(name));
		int status = read_name(run, name, &number, error);
		if (status < 0)
			return status;
		if (!taken[number - 1])
			ret_numbers[count++] = number;
		taken[number - 1] = true;
	}
	int status = check_rest(run, ret_numbers, count, error);
	return status < 0 ? status : (int)count;
}
