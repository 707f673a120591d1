/* latency.h: rows of perf/latency: how long a hand-off takes over one road under one condition, and how many go one way. */
#ifndef DOCRING_PERF_LATENCY_H
#define DOCRING_PERF_LATENCY_H

#include "perf/machine.h"
#include "perf/road.h"

#include <sched.h>

enum {
	LATENCY_BINS_A_DECADE = 20,
	LATENCY_DECADES = 9, /* from 10 ns to 10 s; what is outside counts in the bin at the edge */
	LATENCY_BINS = LATENCY_BINS_A_DECADE * LATENCY_DECADES,
	LATENCY_ROWS_MAX = 400,
	LATENCY_RATES_MAX = 24,
	LATENCY_RATIOS_MAX = 8,
	LATENCY_ROUNDS = 9,
	LATENCY_SIZES = 6,
};
extern const size_t latency_sizes[LATENCY_SIZES]; /* payloads, bytes */

enum latency_before { LATENCY_HOT, LATENCY_SLEPT, LATENCY_SLEPT_AWAKE, LATENCY_BEFORE_COUNT }; /* the last: its core was kept from halting */

struct latency_row {
	enum road_kind road;
	bool one_core;
	enum latency_before before;
	bool with_payload, read;
	size_t payload_bytes;
	size_t count;
	double min_us, p50_us, p90_us, p99_us, p999_us, max_us, mean_us;
	uint32_t bins[LATENCY_BINS];
};

struct latency_rate {
	enum road_kind road;
	size_t batch;
	double per_second;
};

/* Two roads in turn, LATENCY_ROUNDS times: each number is the median of the rounds' quotients, so that what changes from minute to minute (where
 * a hypervisor puts the cores, other programs) falls on both. */
struct latency_ratio {
	enum road_kind road, against;
	enum latency_before before;
	double p50, p99;
};

struct latency { /* in memory that the measuring processes share */
	int cores[2];
	cpu_set_t whole; /* the mask that the program was started with */
	bool two_cores;
	double scale;    /* 1: as documented; less: quicker */
	struct latency_row rows[LATENCY_ROWS_MAX];
	size_t row_count;
	struct latency_ratio ratios[LATENCY_RATIOS_MAX];
	size_t ratio_count;
	struct latency_rate rates[LATENCY_RATES_MAX];
	size_t rate_count;
	struct machine_fact facts[MACHINE_FACTS_MAX];
	size_t fact_count;
	struct machine_noise noise_before, noise_after;
	struct machine_use use_before, use_after;
};

struct latency_condition {
	enum road_kind road;
	bool one_core;
	enum latency_before before;
	bool with_payload, read; /* with_payload: one row for each of `sizes`, in turn between the same two processes */
	const size_t *sizes;
	size_t size_count;       /* 0: one row without payload */
	size_t count_max;        /* samples a row */
	uint64_t budget_ns;      /* a row; 0: no limit */
};
/* Appends the rows. latency_measure.c */
void latency_measure(struct latency *latency, const struct latency_condition *condition);
/* `count`: samples of each road in each round. */
void latency_measure_ratio(struct latency *latency, enum road_kind road, enum road_kind against, enum latency_before before, size_t count);
/* Descriptors a second, one way, `batch` at a time. */
void latency_measure_rate(struct latency *latency, enum road_kind road, size_t batch, size_t count);

/* The row, or NULL when it was not measured. */
const struct latency_row *latency_find(const struct latency *latency, enum road_kind road, bool one_core, enum latency_before before);
const struct latency_row *latency_find_payload(const struct latency *latency, const struct latency_row *like, size_t payload_bytes);
const struct latency_ratio *latency_find_ratio(const struct latency *latency, enum road_kind road, enum road_kind against);
double latency_rate_of(const struct latency *latency, enum road_kind road, size_t batch); /* 0: not measured */
double latency_bin_low_us(size_t bin);
/* The use of the cores by other programs during the run, in % of all. */
double latency_others_percent(const struct latency *latency);

/* latency_report.c */
void latency_describe(const struct latency_row *row, char ret_text[48]); /* "apart, hot", "one core, slept" */
void latency_print(const struct latency *latency);
int latency_write_json(const struct latency *latency, const char *path);

/* latency_bars.c: what was wanted (DESIGN's numbers to hold) and what this run says. */
enum { LATENCY_BARS_MAX = 20 };
struct latency_bar {
	char what[96];
	const char *unit;     /* "" for a ratio */
	double wanted, measured;
	bool at_least;        /* else at most */
	bool known;           /* false: for reading beside the others; nothing is wanted */
};
size_t latency_bars(const struct latency *latency, struct latency_bar ret_bars[LATENCY_BARS_MAX]);
static inline bool latency_bar_is_held(const struct latency_bar *bar)
{
	return bar->at_least ? bar->measured >= bar->wanted : bar->measured <= bar->wanted;
}

#endif
