/* latency_measure.c: two processes and a clock; both are new ones for each condition, so that nothing of a library outlives it or crosses a
 * fork. The rows lie in memory that all of them share. Percentiles are nearest rank: of few samples the high ones are the largest. */
#define _GNU_SOURCE
#include "perf/latency.h"

#include "base/clock.h"
#include "ipc/barrier.h"
#include "ipc/topology.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	GAP_NS = 500000,
	WARM_UP = 500, WARM_UP_PAYLOAD = 16, WARM_UP_LARGE = 1,
	LARGE_BYTES = 1 << 20,
	PASSES = 4,         /* over the sizes, so that none has the quiet moment for itself */
	LEAST_A_PASS = 3,
};

const size_t latency_sizes[LATENCY_SIZES] = { 64, 4 << 10, 64 << 10, 1 << 20, 16 << 20, 64 << 20 };

/* --- numbers ------------------------------------------------------------------------------------------------------- */

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return (a > b) - (a < b);
}

double latency_bin_low_us(size_t bin)
{
	return 0.01 * pow(10, (double)bin / LATENCY_BINS_A_DECADE);
}

static size_t bin_of(uint64_t ns)
{
	double place = ns < 10 ? 0 : log10((double)ns / 10) * LATENCY_BINS_A_DECADE;

	return size_min((size_t)place, LATENCY_BINS - 1);
}

static double rank_us(const uint64_t *sorted_ns, size_t count, double share)
{
	return (double)sorted_ns[size_min((size_t)((double)count * share), count - 1)] / 1e3;
}

static void summarise(struct latency_row *row, uint64_t *samples_ns, size_t count)
{
	uint64_t sum = 0;

	CHECK(count > 0);
	qsort(samples_ns, count, sizeof(*samples_ns), by_value);
	for (size_t i = 0; i < count; i++) {
		sum += samples_ns[i];
		row->bins[bin_of(samples_ns[i])]++;
	}
	row->count = count;
	row->min_us = (double)samples_ns[0] / 1e3;
	row->p50_us = rank_us(samples_ns, count, 0.5);
	row->p90_us = rank_us(samples_ns, count, 0.9);
	row->p99_us = rank_us(samples_ns, count, 0.99);
	row->p999_us = rank_us(samples_ns, count, 0.999);
	row->max_us = (double)samples_ns[count - 1] / 1e3;
	row->mean_us = (double)sum / 1e3 / (double)count;
}

/* --- two processes ------------------------------------------------------------------------------------------------- */

/* An end on its core. Where the product pins a worker, its ZeroMQ thread keeps the whole mask: so here, but for the rows on one core. */
static void open_pinned(const struct latency *latency, struct road *road, bool asker)
{
	int core = latency->cores[asker || road->share_core ? 0 : 1];

	if (road->share_core)
		CHECK(topology_pin(core) == 0);
	else
		CHECK(sched_setaffinity(0, sizeof(latency->whole), &latency->whole) == 0);
	road_open(road, asker);
	CHECK(topology_pin(core) == 0);
}

/* The answering process, pinned, until it is told to stop. The asker's end is open when this returns. */
static pid_t start_answerer(const struct latency *latency, struct road *road)
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		open_pinned(latency, road, false);
		road_answer(road);
		_exit(0);
	}
	open_pinned(latency, road, true);
	road->patient = !road->share_core;
	return child;
}

static void end_answerer(struct road *road, pid_t child)
{
	struct descriptor stop = { .task_id = ROAD_STOP };
	int status;

	road_ask(road, &stop);
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	road_close(road);
}

/* True in a new process, which does the work and leaves by _exit; false in this one, when that is done. */
static bool in_new_process(void)
{
	int status;
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return true;
	}
	CHECK(waitpid(child, &status, 0) == child);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(3); /* it has said why */
	return false;
}

/* A process that runs on the answerer's core when nobody else wants to, so that the core never halts. */
static pid_t keep_awake(const struct latency *latency)
{
	struct sched_param lowest = { .sched_priority = 0 };
	pid_t child = fork();

	CHECK(child >= 0);
	if (child > 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHECK(topology_pin(latency->cores[1]) == 0 && sched_setscheduler(0, SCHED_IDLE, &lowest) == 0);
	for (;;)
		barrier_pause();
}

static void end_keep_awake(pid_t child)
{
	CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
}

/* --- round trips --------------------------------------------------------------------------------------------------- */

/* Time for the answerer to fall asleep. The asker stays awake where it has a core of its own, so that one wake-up is measured. */
static void pause_before(bool one_core)
{
	const struct timespec gap = { .tv_nsec = GAP_NS };

	if (one_core) {
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &gap, NULL);
		return;
	}
	uint64_t end_ns = clock_monotonic_ns() + GAP_NS;
	while (clock_monotonic_ns() < end_ns)
		barrier_pause();
}

static uint64_t once(struct road *road, const struct latency_condition *condition, size_t payload_bytes)
{
	struct descriptor descriptor = { .task_id = 1, .in_bytes = payload_bytes, .argument = condition->read ? ROAD_READ : 0 };

	if (condition->with_payload)
		road_load(road, payload_bytes, condition->read);
	if (condition->before != LATENCY_HOT)
		pause_before(condition->one_core);
	uint64_t start_ns = clock_monotonic_ns();
	road_ask(road, &descriptor);
	uint64_t taken_ns = clock_monotonic_ns() - start_ns;
	CHECK(!condition->read || descriptor.out_bytes == road_payload_sum(road));
	return taken_ns;
}

static size_t warm_up_of(const struct latency_condition *condition, size_t payload_bytes)
{
	if (!condition->with_payload)
		return size_min(WARM_UP, condition->count_max / 4);
	return payload_bytes >= LARGE_BYTES ? WARM_UP_LARGE : WARM_UP_PAYLOAD;
}

/* One size's share of one pass: up to `count` more samples. */
static size_t run_block(struct road *road, const struct latency_condition *condition, size_t payload_bytes, uint64_t budget_ns, uint64_t *samples_ns,
			size_t count)
{
	size_t done = 0;

	for (size_t i = warm_up_of(condition, payload_bytes); i > 0; i--)
		(void)once(road, condition, payload_bytes);
	uint64_t end_ns = clock_monotonic_ns() + budget_ns;
	while (done < count && (budget_ns == 0 || done < LEAST_A_PASS || clock_monotonic_ns() < end_ns))
		samples_ns[done++] = once(road, condition, payload_bytes);
	return done;
}

static void measure(struct latency *latency, const struct latency_condition *condition)
{
	static const size_t nothing = 0;
	const size_t *sizes = condition->with_payload ? condition->sizes : &nothing;
	size_t size_count = condition->with_payload ? condition->size_count : 1, passes = size_count > 1 ? PASSES : 1, largest = 0;
	size_t *done = calloc(size_count, sizeof(*done));
	uint64_t *samples_ns = malloc(size_count * condition->count_max * sizeof(*samples_ns));
	struct road road;

	CHECK(done && samples_ns && condition->count_max >= passes && latency->row_count + size_count <= LATENCY_ROWS_MAX);
	for (size_t i = 0; i < size_count; i++)
		largest = size_max(largest, sizes[i]);
	road_prepare(&road, condition->road, condition->one_core, largest);
	pid_t spinner = condition->before == LATENCY_SLEPT_AWAKE ? keep_awake(latency) : 0;
	pid_t child = start_answerer(latency, &road);
	for (size_t pass = 0; pass < passes; pass++)
		for (size_t i = 0; i < size_count; i++)
			done[i] += run_block(&road, condition, sizes[i], condition->budget_ns / passes, samples_ns + i * condition->count_max + done[i],
					     condition->count_max / passes);
	end_answerer(&road, child);
	if (spinner)
		end_keep_awake(spinner);
	for (size_t i = 0; i < size_count; i++) {
		struct latency_row *row = &latency->rows[latency->row_count++];
		*row = (struct latency_row){
			.road = condition->road, .one_core = condition->one_core, .before = condition->before, .with_payload = condition->with_payload,
			.read = condition->read, .payload_bytes = sizes[i],
		};
		summarise(row, samples_ns + i * condition->count_max, done[i]);
	}
	free(samples_ns);
	free(done);
}

void latency_measure(struct latency *latency, const struct latency_condition *condition)
{
	if (!in_new_process())
		return;
	measure(latency, condition);
	_exit(0);
}

/* --- two roads in turn --------------------------------------------------------------------------------------------- */

static int by_size(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

void latency_measure_ratio(struct latency *latency, enum road_kind road, enum road_kind against, enum latency_before before, size_t count)
{
	double p50[LATENCY_ROUNDS], p99[LATENCY_ROUNDS];

	CHECK(latency->ratio_count < LATENCY_RATIOS_MAX);
	for (int i = 0; i < LATENCY_ROUNDS; i++) {
		latency_measure(latency, &(struct latency_condition){ .road = road, .before = before, .count_max = count });
		latency_measure(latency, &(struct latency_condition){ .road = against, .before = before, .count_max = count });
		/* rows of a part of the samples: not kept */
		latency->row_count -= 2;
		const struct latency_row *rows = &latency->rows[latency->row_count];
		p50[i] = rows[0].p50_us / rows[1].p50_us;
		p99[i] = rows[0].p99_us / rows[1].p99_us;
	}
	qsort(p50, LATENCY_ROUNDS, sizeof(*p50), by_size);
	qsort(p99, LATENCY_ROUNDS, sizeof(*p99), by_size);
	latency->ratios[latency->ratio_count++] = (struct latency_ratio){
		.road = road, .against = against, .before = before, .p50 = p50[LATENCY_ROUNDS / 2], .p99 = p99[LATENCY_ROUNDS / 2],
	};
}

/* --- one way ------------------------------------------------------------------------------------------------------- */

/* The clock stops when the last one, which is answered, was answered. */
static void measure_rate(struct latency *latency, enum road_kind kind, size_t batch, size_t count)
{
	struct descriptor batched[ROAD_BATCH_MAX], last = { .task_id = 1 };
	struct road road;

	CHECK(batch <= ROAD_BATCH_MAX && latency->rate_count < LATENCY_RATES_MAX);
	for (size_t i = 0; i < ROAD_BATCH_MAX; i++)
		batched[i] = (struct descriptor){ .task_id = ROAD_SILENT };
	road_prepare(&road, kind, false, 0);
	pid_t child = start_answerer(latency, &road);
	road_ask(&road, &last);
	uint64_t start_ns = clock_monotonic_ns();
	for (size_t sent = 0; sent < count; sent += batch)
		road.ops->send(&road, batched, batch);
	road_ask(&road, &last);
	double seconds = (double)(clock_monotonic_ns() - start_ns) / 1e9;
	end_answerer(&road, child);
	latency->rates[latency->rate_count++] = (struct latency_rate){ kind, batch, (double)count / seconds };
}

void latency_measure_rate(struct latency *latency, enum road_kind kind, size_t batch, size_t count)
{
	if (!in_new_process())
		return;
	measure_rate(latency, kind, batch, count);
	_exit(0);
}

/* --- finding ------------------------------------------------------------------------------------------------------- */

const struct latency_row *latency_find(const struct latency *latency, enum road_kind road, bool one_core, enum latency_before before)
{
	for (size_t i = 0; i < latency->row_count; i++) {
		const struct latency_row *row = &latency->rows[i];
		if (!row->with_payload && row->road == road && row->one_core == one_core && row->before == before)
			return row;
	}
	return NULL;
}

const struct latency_row *latency_find_payload(const struct latency *latency, const struct latency_row *like, size_t payload_bytes)
{
	for (size_t i = 0; i < latency->row_count; i++) {
		const struct latency_row *row = &latency->rows[i];
		if (row->with_payload && row->payload_bytes == payload_bytes && row->road == like->road && row->one_core == like->one_core &&
		    row->before == like->before && row->read == like->read)
			return row;
	}
	return NULL;
}

const struct latency_ratio *latency_find_ratio(const struct latency *latency, enum road_kind road, enum road_kind against)
{
	for (size_t i = 0; i < latency->ratio_count; i++)
		if (latency->ratios[i].road == road && latency->ratios[i].against == against)
			return &latency->ratios[i];
	return NULL;
}

double latency_rate_of(const struct latency *latency, enum road_kind road, size_t batch)
{
	for (size_t i = 0; i < latency->rate_count; i++)
		if (latency->rates[i].road == road && latency->rates[i].batch == batch)
			return latency->rates[i].per_second;
	return 0;
}

double latency_others_percent(const struct latency *latency)
{
	const struct machine_use *a = &latency->use_before, *b = &latency->use_after;
	double busy = b->busy_s - a->busy_s, own = b->own_s - a->own_s, all = busy + b->idle_s - a->idle_s + b->steal_s - a->steal_s;

	return all > 0 && busy > own ? (busy - own) / all * 100 : 0;
}
