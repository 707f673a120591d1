/* latency.c: how long the hand-off takes: round trips between two processes pinned apart, or on one core, over every road (road.h), hot
 * (one after the other) and slept (a pause of 500 us before each), without a payload and with payloads of 64 bytes to 64 MiB that the consumer
 * reads or does not; and one-way rates. The lane and the bus are the product's own code; the rest is what they are compared with, in the
 * same run. Machine facts and a check for noise stand in the output: numbers of a noisy run say little. */
#define _GNU_SOURCE
#include "perf/latency.h"

#include "ipc/topology.h"

#include <getopt.h>
#include <nng/nng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HOT_COUNT = 100000, SLEPT_COUNT = 2000, HOT_IN_TURN = 5000, SLEPT_IN_TURN = 300, PAYLOAD_COUNT = 4000, ONE_ROAD_COUNT = 4000000, LEAST_COUNT = 20, PERCENT_MAX = 1000 };
enum { PAYLOAD_BUDGET_NS = 300000000 };
enum { RATE_LANE = 40000000, RATE_OTHER = 1000000 };

enum section { ROUND_TRIPS = 1, IN_TURN = 2, PAYLOADS = 4, RATES = 8, EVERYTHING = 15 };

struct request {
	unsigned sections;
	const char *json;
	int road; /* >= 0: this one alone, for profiles */
	double seconds;
	bool slept, one_core, read;
	size_t payload_bytes;
	double percent;
};

static size_t scaled(const struct latency *latency, double count)
{
	return size_max((size_t)(count * latency->scale), LEAST_COUNT);
}

/* --- all of it ----------------------------------------------------------------------------------------------------- */

static void measure_round_trips(struct latency *latency, bool one_core)
{
	for (int slept = 0; slept <= 1; slept++) {
		for (enum road_kind road = 0; road < ROAD_COUNT; road++) {
			bool same = road == ROAD_LANE_EVENTFD && !slept && !one_core; /* to one that is awake nobody rings */
			if (same || (road_ops(road)->spins && (slept || one_core)))
				continue;
			struct latency_condition condition = {
				.road = road, .one_core = one_core, .before = slept ? LATENCY_SLEPT : LATENCY_HOT,
				.count_max = scaled(latency, slept || one_core ? SLEPT_COUNT : HOT_COUNT),
			};
			latency_measure(latency, &condition);
		}
	}
}

/* What is left of a wake-up when no core halts. */
static void measure_awake(struct latency *latency)
{
	static const enum road_kind roads[] = { ROAD_LANE_ZMQ, ROAD_LANE_EVENTFD, ROAD_EVENTFD, ROAD_FUTEX };

	for (size_t i = 0; i < COUNT_OF(roads); i++)
		latency_measure(latency, &(struct latency_condition){
			.road = roads[i], .before = LATENCY_SLEPT_AWAKE, .count_max = scaled(latency, SLEPT_COUNT) });
}

static void measure_ratios(struct latency *latency)
{
	static const struct { enum road_kind road, against; enum latency_before before; } pairs[] = {
		{ ROAD_LANE_ZMQ, ROAD_LINE, LATENCY_HOT },
		{ ROAD_LANE_ZMQ, ROAD_BUS, LATENCY_HOT },
		{ ROAD_BUS, ROAD_ZMQ, LATENCY_HOT },
		{ ROAD_LANE_EVENTFD, ROAD_EVENTFD, LATENCY_SLEPT },
		{ ROAD_LANE_EVENTFD, ROAD_FUTEX, LATENCY_SLEPT },
		{ ROAD_LANE_EVENTFD, ROAD_EVENTFD, LATENCY_SLEPT_AWAKE },
	};

	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		latency_measure_ratio(latency, pairs[i].road, pairs[i].against, pairs[i].before,
				      scaled(latency, pairs[i].before == LATENCY_HOT ? HOT_IN_TURN : SLEPT_IN_TURN));
}

static void measure_payloads(struct latency *latency, bool one_core)
{
	static const enum road_kind roads[] = { ROAD_LANE_ZMQ, ROAD_BUS, ROAD_FIFO, ROAD_ZMQ, ROAD_UNIX, ROAD_NNG };

	for (int mode = 0; mode < 4; mode++)
		for (size_t i = 0; i < COUNT_OF(roads); i++)
			latency_measure(latency, &(struct latency_condition){
				.road = roads[i], .one_core = one_core, .before = mode & 1 ? LATENCY_SLEPT : LATENCY_HOT, .with_payload = true,
				.read = mode & 2, .sizes = latency_sizes, .size_count = LATENCY_SIZES,
				.count_max = scaled(latency, PAYLOAD_COUNT), .budget_ns = (uint64_t)(PAYLOAD_BUDGET_NS * latency->scale) + 1 });
}

static void measure_rates(struct latency *latency)
{
	static const struct { enum road_kind road; bool batches; } roads[] = {
		{ ROAD_LANE_ZMQ, true }, { ROAD_BUS, false }, { ROAD_ZMQ, true }, { ROAD_FIFO, true }, { ROAD_UNIX, true }, { ROAD_NNG, true },
	};

	for (size_t i = 0; i < COUNT_OF(roads); i++) {
		size_t count = scaled(latency, roads[i].road == ROAD_LANE_ZMQ ? RATE_LANE : RATE_OTHER) / ROAD_BATCH_MAX * ROAD_BATCH_MAX + ROAD_BATCH_MAX;
		latency_measure_rate(latency, roads[i].road, 1, count);
		if (roads[i].batches)
			latency_measure_rate(latency, roads[i].road, ROAD_BATCH_MAX, count);
	}
}

static void measure_one_road(struct latency *latency, const struct request *request)
{
	latency_measure(latency, &(struct latency_condition){
		.road = (enum road_kind)request->road, .one_core = request->one_core, .before = request->slept ? LATENCY_SLEPT : LATENCY_HOT,
		.with_payload = request->payload_bytes > 0, .read = request->read, .sizes = &request->payload_bytes, .size_count = 1,
		.count_max = ONE_ROAD_COUNT, .budget_ns = (uint64_t)(request->seconds * 1e9) });
}

static void measure_all(struct latency *latency, unsigned sections)
{
	if (!latency->two_cores)
		printf("SKIP: one core only: nothing is pinned apart\n");
	for (int one_core = !latency->two_cores; one_core <= 1; one_core++) {
		if (sections & ROUND_TRIPS)
			measure_round_trips(latency, one_core);
		if ((sections & ROUND_TRIPS) && !one_core)
			measure_awake(latency);
		if ((sections & IN_TURN) && !one_core)
			measure_ratios(latency);
		if (sections & PAYLOADS)
			measure_payloads(latency, one_core);
	}
	if ((sections & RATES) && latency->two_cores)
		measure_rates(latency);
}

/* --- start --------------------------------------------------------------------------------------------------------- */

/* Two hardware threads of different cores when there are any. */
static void choose_cores(struct latency *latency)
{
	struct topology *topology = calloc(1, sizeof(*topology));
	struct error_text error = { "" };

	CHECK(topology);
	if (topology_load(topology, &error) < 0) {
		fprintf(stderr, "latency: %s\n", error.message);
		exit(3);
	}
	latency->cores[0] = latency->cores[1] = (int)topology->cores[0].os_index;
	for (uint32_t i = 1; i < topology->count && !latency->two_cores; i++) {
		if (topology->cores[i].core == topology->cores[0].core)
			continue;
		latency->cores[1] = (int)topology->cores[i].os_index;
		latency->two_cores = true;
	}
	free(topology);
}

static void collect_facts(struct latency *latency)
{
	int major, minor, patch;

	latency->fact_count = machine_facts(latency->facts);
	zmq_version(&major, &minor, &patch);
	machine_add_fact(latency->facts, &latency->fact_count, "ZeroMQ", "%d.%d.%d", major, minor, patch);
	machine_add_fact(latency->facts, &latency->fact_count, "nng", "%s", nng_version());
	machine_add_fact(latency->facts, &latency->fact_count, "pinned to cores", "%d and %d", latency->cores[0], latency->cores[1]);
}

static int print_help(FILE *file, int code)
{
	fprintf(file, "Usage: latency [--percent N] [--only round-trips|in-turn|payloads|rates] [--json FILE]\n"
		      "       latency --road ROAD [--seconds S] [--slept] [--one-core] [--payload BYTES [--read]]\n\n"
		      "Measures the hand-off between two processes; with --road one row alone, for profiles.\n\n"
		      "  --percent N      of the samples that are documented (default 100, 5 for a quick look)\n"
		      "  --only SECTION   may be given more than once\n"
		      "  --json FILE      everything, with histograms, for perf/latency-pictures\n"
		      "  --road ROAD      one of:");
	for (enum road_kind road = 0; road < ROAD_COUNT; road++)
		fprintf(file, " %s", road_ops(road)->word);
	fprintf(file, "\n  --payload BYTES  a multiple of %d\n", ROAD_LINE_BYTES);
	return code;
}

static int road_of(const char *word)
{
	for (enum road_kind road = 0; road < ROAD_COUNT; road++)
		if (strcmp(road_ops(road)->word, word) == 0)
			return (int)road;
	return -1;
}

static unsigned section_of(const char *word)
{
	static const struct { const char *word; enum section section; } sections[] = {
		{ "round-trips", ROUND_TRIPS }, { "in-turn", IN_TURN }, { "payloads", PAYLOADS }, { "rates", RATES },
	};

	for (size_t i = 0; i < COUNT_OF(sections); i++)
		if (strcmp(word, sections[i].word) == 0)
			return sections[i].section;
	return 0;
}

/* -1: go on; else the exit code. */
static int parse(struct request *request, int argument_count, char **arguments)
{
	static const struct option options[] = {
		{ "percent", required_argument, NULL, 'n' }, { "only", required_argument, NULL, 'o' }, { "json", required_argument, NULL, 'j' },
		{ "road", required_argument, NULL, 'r' }, { "seconds", required_argument, NULL, 's' }, { "slept", no_argument, NULL, 'z' },
		{ "one-core", no_argument, NULL, '1' }, { "payload", required_argument, NULL, 'p' }, { "read", no_argument, NULL, 'R' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argument_count, arguments, "h", options, NULL)) != -1) {
		switch (option) {
		case 'n': request->percent = strtod(optarg, NULL); break;
		case 'o':
			if (!section_of(optarg))
				return print_help(stderr, 2);
			request->sections |= section_of(optarg);
			break;
		case 'j': request->json = optarg; break;
		case 'r':
			request->road = road_of(optarg);
			if (request->road < 0)
				return print_help(stderr, 2);
			break;
		case 's': request->seconds = strtod(optarg, NULL); break;
		case 'z': request->slept = true; break;
		case '1': request->one_core = true; break;
		case 'p': request->payload_bytes = (size_t)strtoull(optarg, NULL, 10); break;
		case 'R': request->read = true; break;
		case 'h': return print_help(stdout, 0);
		default: return print_help(stderr, 2);
		}
	}
	bool bad_payload = request->payload_bytes % ROAD_LINE_BYTES != 0 || request->payload_bytes > (size_t)1 << 30;
	bool spins = request->road >= 0 && road_ops((enum road_kind)request->road)->spins && (request->slept || request->one_core);
	if (optind < argument_count || !(request->percent > 0 && request->percent <= PERCENT_MAX) || !(request->seconds > 0) || bad_payload || spins)
		return print_help(stderr, 2);
	return -1;
}

/* For as long as the program runs. */
static struct latency *share(void)
{
	void *latency = mmap(NULL, sizeof(struct latency), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(latency != MAP_FAILED);
	return latency;
}

int main(int argument_count, char **arguments)
{
	struct latency *latency = share();
	struct request request = { .road = -1, .percent = 100, .seconds = 5 };
	int code = parse(&request, argument_count, arguments);

	if (code >= 0)
		return code;
	latency->scale = request.percent / 100;
	CHECK(sched_getaffinity(0, sizeof(latency->whole), &latency->whole) == 0);
	choose_cores(latency);
	if (request.road >= 0 && !request.one_core && !latency->two_cores) {
		fprintf(stderr, "latency: one core only: give --one-core\n");
		return 3;
	}
	collect_facts(latency);
	latency->noise_before = machine_listen(latency->cores[0]);
	latency->use_before = machine_read_use();
	if (request.road >= 0)
		measure_one_road(latency, &request);
	else
		measure_all(latency, request.sections ? request.sections : EVERYTHING);
	latency->use_after = machine_read_use();
	latency->noise_after = machine_listen(latency->cores[0]);
	latency_print(latency);
	return request.json && latency_write_json(latency, request.json) < 0 ? 3 : 0;
}
