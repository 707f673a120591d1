#define _GNU_SOURCE
#include "perf/latency.h"

#include <math.h>
#include <stdio.h>
#include <stdarg.h>

struct bars {
	const struct latency *latency;
	struct latency_bar *bars;
	size_t count;
};

/* NULL when what it would be made of was not measured. */
static struct latency_bar *add(struct bars *bars, double measured, const char *unit, const char *format, ...) PRINTF_LIKE(4, 5);
static struct latency_bar *add(struct bars *bars, double measured, const char *unit, const char *format, ...)
{
	va_list arguments;

	if (!isfinite(measured))
		return NULL;
	CHECK(bars->count < LATENCY_BARS_MAX);
	struct latency_bar *bar = &bars->bars[bars->count++];
	*bar = (struct latency_bar){ .unit = unit, .measured = measured };
	va_start(arguments, format);
	vsnprintf(bar->what, sizeof(bar->what), format, arguments);
	va_end(arguments);
	return bar;
}

static void at_most(struct latency_bar *bar, double wanted)
{
	if (bar)
		bar->known = true, bar->wanted = wanted;
}

static void at_least(struct latency_bar *bar, double wanted)
{
	if (bar)
		bar->known = true, bar->wanted = wanted, bar->at_least = true;
}

static double p50(const struct bars *bars, enum road_kind road, enum latency_before before)
{
	const struct latency_row *row = latency_find(bars->latency, road, false, before);
	return row ? row->p50_us : NAN;
}

static double p99(const struct bars *bars, enum road_kind road, enum latency_before before)
{
	const struct latency_row *row = latency_find(bars->latency, road, false, before);
	return row ? row->p99_us : NAN;
}

static double ratio_p50(const struct bars *bars, enum road_kind road, enum road_kind against)
{
	const struct latency_ratio *ratio = latency_find_ratio(bars->latency, road, against);
	return ratio ? ratio->p50 : NAN;
}

static double ratio_p99(const struct bars *bars, enum road_kind road, enum road_kind against)
{
	const struct latency_ratio *ratio = latency_find_ratio(bars->latency, road, against);
	return ratio ? ratio->p99 : NAN;
}

/* The slowest size from 4 KiB on against the fastest one, by p50. */
static double flatness(const struct bars *bars, enum road_kind road)
{
	const struct latency_row like = { .road = road, .before = LATENCY_HOT };
	double least = INFINITY, most = 0;

	for (size_t i = 1; i < LATENCY_SIZES; i++) {
		const struct latency_row *row = latency_find_payload(bars->latency, &like, latency_sizes[i]);
		if (!row)
			return NAN;
		least = fmin(least, row->p50_us);
		most = fmax(most, row->p50_us);
	}
	return most / least;
}

size_t latency_bars(const struct latency *latency, struct latency_bar ret_bars[LATENCY_BARS_MAX])
{
	struct bars bars = { .latency = latency, .bars = ret_bars };
	const enum latency_before slept = LATENCY_SLEPT, awake = LATENCY_SLEPT_AWAKE;
	double batched = latency_rate_of(latency, ROAD_LANE_ZMQ, ROAD_BATCH_MAX);

	at_most(add(&bars, ratio_p50(&bars, ROAD_BUS, ROAD_ZMQ), "", "bus against bare ROUTER/DEALER, p50"), 1.25);
	at_most(add(&bars, ratio_p50(&bars, ROAD_LANE_ZMQ, ROAD_LINE), "", "fast lane against the bare line, p50"), 1.5);
	at_most(add(&bars, ratio_p99(&bars, ROAD_LANE_ZMQ, ROAD_LINE), "", "fast lane against the bare line, p99"), 3);
	at_most(add(&bars, ratio_p50(&bars, ROAD_LANE_ZMQ, ROAD_BUS), "", "fast lane against the bus, p50"), 0.05);
	at_most(add(&bars, p50(&bars, ROAD_LANE_ZMQ, slept), "us", "slept, bell over ZeroMQ, p50"), 40);
	at_most(add(&bars, p99(&bars, ROAD_LANE_ZMQ, slept), "us", "slept, bell over ZeroMQ, p99"), 160);
	at_most(add(&bars, p50(&bars, ROAD_LANE_EVENTFD, slept), "us", "slept, bell by eventfd, p50"), 18);
	at_most(add(&bars, p99(&bars, ROAD_LANE_EVENTFD, slept), "us", "slept, bell by eventfd, p99"), 80);
	add(&bars, p50(&bars, ROAD_EVENTFD, slept), "us", "  the least there is: a bare eventfd wake, p50");
	add(&bars, p50(&bars, ROAD_FUTEX, slept), "us", "  and a bare futex wake, p50");
	add(&bars, ratio_p50(&bars, ROAD_LANE_EVENTFD, ROAD_EVENTFD), "", "  bell by eventfd against the bare eventfd, p50");
	add(&bars, p50(&bars, ROAD_LANE_EVENTFD, awake), "us", "  slept on a core that does not halt, bell by eventfd, p50");
	add(&bars, p50(&bars, ROAD_EVENTFD, awake), "us", "  and there a bare eventfd wake, p50");
	at_most(add(&bars, fmax(p99(&bars, ROAD_LANE_ZMQ, slept), p99(&bars, ROAD_LANE_EVENTFD, slept)), "us", "slept, either bell, p99"), 85);
	at_most(add(&bars, flatness(&bars, ROAD_LANE_ZMQ), "", "fast lane, 4 KiB to 64 MiB, slowest against fastest p50"), 1.1);
	at_most(add(&bars, flatness(&bars, ROAD_BUS), "", "bus, 4 KiB to 64 MiB, slowest against fastest p50"), 1.1);
	at_least(add(&bars, batched > 0 ? batched / 1e6 : NAN, "M/s", "fast lane, one way, batches of %d", ROAD_BATCH_MAX), 50);
	return bars.count;
}
