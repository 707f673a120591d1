/* allocator.c: what an operation of the extent allocator costs, by how many extents are leased, beside what else hands out memory in one process:
 * glibc's malloc and free, jemalloc where it is installed, and the plain way, a list of holes searched from the start. Same
 * sequence of operations for all, in the same run. No memory that is handed out is touched.
 *
 *   allocator [--quick] [--core N] [--json FILE] [--charts FOLDER]      charts: one JSON file a traffic, for perf/plot */
#define _GNU_SOURCE
#include "perf/allocator.h"

#include "base/clock.h"
#include "perf/machine.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = 200000, PAIRS_LEAST = 10000, STRETCH = 1000, LEVELS_MAX = 12, RIVALS_MAX = 4, TRAFFICS = 4, CLOCK_SAMPLES = 10001 };

#define MIB ((uint64_t)1 << 20)

struct traffic {
	const char *key, *name;
	uint64_t bytes; /* of an extent; 0: documents of the corpus mix */
	bool scattered; /* every second extent is given back before */
	double filled;  /* share of the space that is leased, but where the space is as large as its extents */
	unsigned bits_first, bits_last; /* extents, as powers of two; step 2 */
};

static const struct traffic traffics[TRAFFICS] = {
	{ "full-64B", "full of 64-byte extents", 64, false, 1, 6, 20 },
	{ "scattered-64B", "64-byte extents, every second one a hole", 64, true, 1, 6, 20 },
	{ "full-64MiB", "full of 64-MiB extents", 64 * MIB, false, 1, 4, 12 },
	{ "corpus", "documents of the corpus mix, 85 % leased", 0, false, 0.85, 6, 18 },
};

struct result {
	bool measured;
	size_t live;
	double mean_ns; /* of a give or a take, many in one go: the median of stretches of a thousand pairs, so that a moment's noise does not count */
	double p50_ns, p99_ns, p999_ns, max_ns; /* one at a time, with the clock in it */
};

struct bench {
	size_t pairs;
	double clock_ns; /* what reading the clock twice takes */
	size_t rival_count;
	struct result results[TRAFFICS][RIVALS_MAX][LEVELS_MAX];
	struct machine_noise before, after;
};

/* --- sequences ------------------------------------------------------------------------------------------------------ */

struct sequence {
	size_t live, pairs;
	uint64_t space;
	uint64_t *first;    /* bytes of what is there at the start */
	uint32_t *victims;  /* which is given back in each pair */
	uint64_t *sizes;    /* what is taken then, in its place */
};

static uint64_t random_next(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12; /* xorshift64* (Vigna 2016) */
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545F4914F6CDD1Du;
}

static double random_share(uint64_t *state)
{
	return (double)(random_next(state) >> 11) / (double)(1ull << 53);
}

/* Log-normal: median 18 k, P95 160 k. */
static uint64_t document_bytes(uint64_t *state)
{
	double radius = 1.0 - random_share(state), angle = random_share(state);
	double size = 18e3 * exp(log(160.0 / 18.0) / 1.6448536 * sqrt(-2.0 * log(radius)) * cos(2.0 * M_PI * angle));
	return size < 330 ? 330 : size > 46e6 ? 46000000 : (uint64_t)size;
}

static struct sequence make_sequence(const struct traffic *traffic, size_t live, size_t pairs)
{
	struct sequence sequence = { .live = live, .pairs = traffic->scattered && live / 8 < pairs ? live / 8 : pairs };
	uint64_t random = 2463534242;

	CHECK(live > 0 && sequence.pairs > 0);
	sequence.first = calloc(live, sizeof(*sequence.first));
	sequence.victims = calloc(sequence.pairs, sizeof(*sequence.victims));
	sequence.sizes = calloc(sequence.pairs, sizeof(*sequence.sizes));
	CHECK(sequence.first && sequence.victims && sequence.sizes);
	for (size_t i = 0; i < live; i++)
		sequence.space += sequence.first[i] = traffic->bytes ? traffic->bytes : (document_bytes(&random) + 63) / 64 * 64;
	sequence.space = (uint64_t)((double)sequence.space / traffic->filled) / 64 * 64;
	for (size_t i = 0; i < sequence.pairs; i++) {
		size_t place = (size_t)(random_share(&random) * (double)live);
		sequence.victims[i] = (uint32_t)(traffic->scattered ? place & ~(size_t)1 : place);
		sequence.sizes[i] = traffic->bytes ? traffic->bytes : document_bytes(&random);
	}
	return sequence;
}

static void sequence_done(struct sequence *sequence)
{
	free(sequence->first);
	free(sequence->victims);
	free(sequence->sizes);
}

/* --- measuring ------------------------------------------------------------------------------------------------------ */

static void fill(const struct rival *rival, void *space, const struct traffic *traffic, const struct sequence *sequence, struct piece *pieces)
{
	for (size_t i = 0; i < sequence->live; i++)
		CHECK(rival->take(space, sequence->first[i], &pieces[i]));
	for (size_t i = 1; traffic->scattered && i < sequence->live; i += 2)
		rival->give(space, &pieces[i]);
}

static void empty(const struct rival *rival, void *space, const struct sequence *sequence, struct piece *pieces)
{
	for (size_t i = sequence->live; i-- > 0;)
		if (pieces[i].taken)
			rival->give(space, &pieces[i]);
	rival->destroy(space);
}

/* A document that finds no room is left out, and its place stays empty until its turn comes again. Adds a sample a stretch: picoseconds an
 * operation. How many they were. */
static size_t run_in_stretches(const struct rival *rival, void *space, const struct sequence *sequence, struct piece *pieces, uint64_t *samples)
{
	size_t count = 0;

	for (size_t first = 0; first < sequence->pairs; first += STRETCH) {
		size_t end = first + STRETCH < sequence->pairs ? first + STRETCH : sequence->pairs, operations = 0;
		uint64_t start_ns = clock_monotonic_ns();
		for (size_t i = first; i < end; i++) {
			struct piece *piece = &pieces[sequence->victims[i]];
			if (piece->taken) {
				rival->give(space, piece);
				operations++;
			}
			operations += rival->take(space, sequence->sizes[i], piece);
		}
		if (operations > 0)
			samples[count++] = (clock_monotonic_ns() - start_ns) * 1000 / operations;
	}
	return count;
}

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return (a > b) - (a < b);
}

/* Adds what each operation took to the samples; how many they were. */
static size_t run_one_at_a_time(const struct rival *rival, void *space, const struct sequence *sequence, struct piece *pieces, uint64_t *samples)
{
	size_t count = 0;

	for (size_t i = 0; i < sequence->pairs; i++) {
		struct piece *piece = &pieces[sequence->victims[i]];
		uint64_t start_ns = clock_monotonic_ns();
		if (piece->taken) {
			rival->give(space, piece);
			samples[count++] = clock_monotonic_ns() - start_ns;
		}
		start_ns = clock_monotonic_ns();
		(void)rival->take(space, sequence->sizes[i], piece);
		samples[count++] = clock_monotonic_ns() - start_ns;
	}
	return count;
}

/* Of sorted samples: below which `per_mille` of them lie. */
static double percentile(const uint64_t *samples, size_t count, size_t per_mille)
{
	size_t index = count * per_mille / 1000;
	return (double)samples[index < count ? index : count - 1];
}

/* Short sequences are run again and again, each time from the start. */
static void measure(const struct rival *rival, const struct traffic *traffic, const struct sequence *sequence, struct result *result)
{
	size_t rounds = sequence->pairs < PAIRS_LEAST ? PAIRS_LEAST / sequence->pairs : 1, count = 0, stretches = 0;
	struct piece *pieces = calloc(sequence->live, sizeof(*pieces));
	uint64_t *samples = calloc(2 * sequence->pairs * rounds, sizeof(*samples));
	uint64_t *stretch_ps = calloc((sequence->pairs / STRETCH + 1) * rounds, sizeof(*stretch_ps));

	CHECK(pieces && samples && stretch_ps);
	for (size_t round = 0; round < 2 * rounds; round++) {
		void *space = rival->create(sequence->space);
		CHECK(space);
		fill(rival, space, traffic, sequence, pieces);
		if (round % 2 == 0)
			stretches += run_in_stretches(rival, space, sequence, pieces, stretch_ps + stretches);
		else
			count += run_one_at_a_time(rival, space, sequence, pieces, samples + count);
		empty(rival, space, sequence, pieces);
	}
	qsort(samples, count, sizeof(*samples), by_value);
	qsort(stretch_ps, stretches, sizeof(*stretch_ps), by_value);
	*result = (struct result){
		.measured = true, .live = sequence->live, .mean_ns = percentile(stretch_ps, stretches, 500) / 1e3, .p50_ns = percentile(samples, count, 500),
		.p99_ns = percentile(samples, count, 990), .p999_ns = percentile(samples, count, 999), .max_ns = percentile(samples, count, 1000),
	};
	free(stretch_ps);
	free(samples);
	free(pieces);
}

static double clock_cost_ns(void)
{
	static uint64_t samples[CLOCK_SAMPLES];

	for (size_t i = 0; i < CLOCK_SAMPLES; i++) {
		uint64_t start_ns = clock_monotonic_ns();
		samples[i] = clock_monotonic_ns() - start_ns;
	}
	qsort(samples, CLOCK_SAMPLES, sizeof(*samples), by_value);
	return percentile(samples, CLOCK_SAMPLES, 500);
}

/* --- results -------------------------------------------------------------------------------------------------------- */

static void print_traffic(const struct bench *bench, size_t number)
{
	printf("\n%s\n%9s  %-18s %9s %9s %9s %9s %11s   %s\n", traffics[number].name, "extents", "", "mean ns", "p50", "p99", "p99.9", "max",
	       "mean / malloc");
	for (size_t level = 0; level < LEVELS_MAX; level++) {
		double reference = bench->results[number][RIVAL_GLIBC][level].mean_ns;
		for (size_t rival = 0; rival < bench->rival_count; rival++) {
			const struct result *result = &bench->results[number][rival][level];
			if (!result->measured)
				continue;
			printf("%9zu  %-18s %9.1f %9.0f %9.0f %9.0f %11.0f", result->live, rivals[rival].name, result->mean_ns, result->p50_ns,
			       result->p99_ns, result->p999_ns, result->max_ns);
			printf(reference > 0 ? "   %.2f\n" : "\n", result->mean_ns / reference);
		}
	}
}

static void write_result(struct json_writer *json, size_t number, size_t rival, const struct result *result)
{
	json_object_open(json);
	json_member_string(json, "traffic", traffics[number].name);
	json_member_string(json, "allocator", rivals[rival].name);
	json_member_unsigned(json, "extents", result->live);
	json_member_fixed(json, "mean_ns", result->mean_ns, 1);
	json_member_fixed(json, "p50_ns", result->p50_ns, 0);
	json_member_fixed(json, "p99_ns", result->p99_ns, 0);
	json_member_fixed(json, "p99.9_ns", result->p999_ns, 0);
	json_member_fixed(json, "max_ns", result->max_ns, 0);
	json_object_close(json);
}

static int write_json(const struct bench *bench, const char *path)
{
	struct buffer text;
	struct json_writer json;
	char cpu[128];

	machine_cpu_name(cpu, sizeof(cpu));
	buffer_init(&text, 1 << 20);
	json_init(&json, &text, 2);
	json_object_open(&json);
	json_member_string(&json, "cpu", cpu);
	machine_write_noise(&json, "noise_before", &bench->before);
	machine_write_noise(&json, "noise_after", &bench->after);
	json_member_fixed(&json, "clock_ns", bench->clock_ns, 0);
	json_key(&json, "results");
	json_array_open(&json);
	for (size_t number = 0; number < TRAFFICS; number++)
		for (size_t rival = 0; rival < bench->rival_count; rival++)
			for (size_t level = 0; level < LEVELS_MAX; level++)
				if (bench->results[number][rival][level].measured)
					write_result(&json, number, rival, &bench->results[number][rival][level]);
	json_array_close(&json);
	json_object_close(&json);
	int status = machine_write_file("allocator", path, &text);
	buffer_done(&text);
	return status;
}

static void write_axis(struct json_writer *json, const char *key, const char *label, const char *unit)
{
	json_key(json, key);
	json_object_open(json);
	json_member_string(json, "label", label);
	if (unit)
		json_member_string(json, "unit", unit);
	json_member_boolean(json, "log", true);
	json_object_close(json);
}

static void write_series(struct json_writer *json, const struct bench *bench, size_t number, size_t rival)
{
	json_object_open(json);
	json_member_string(json, "name", rivals[rival].name);
	json_key(json, "points");
	json_array_open(json);
	for (size_t level = 0; level < LEVELS_MAX; level++) {
		const struct result *result = &bench->results[number][rival][level];
		if (!result->measured)
			continue;
		json_array_open(json);
		json_unsigned(json, result->live);
		json_fixed(json, result->mean_ns, 1);
		json_array_close(json);
	}
	json_array_close(json);
	json_object_close(json);
}

/* One chart a traffic, in the form that perf/plot draws. */
static int write_chart(const struct bench *bench, size_t number, const char *folder)
{
	struct buffer text;
	struct json_writer json;
	char path[512], cpu[128];

	machine_cpu_name(cpu, sizeof(cpu));
	snprintf(path, sizeof(path), "%s/allocator-%s.json", folder, traffics[number].key);
	buffer_init(&text, 1 << 20);
	json_init(&json, &text, 2);
	json_object_open(&json);
	json_member_string(&json, "kind", "lines");
	json_member_string(&json, "title", traffics[number].name);
	json_member_string(&json, "subtitle", cpu);
	write_axis(&json, "x", "extents", NULL);
	write_axis(&json, "y", "an operation, mean", "ns");
	json_key(&json, "series");
	json_array_open(&json);
	for (size_t rival = 0; rival < bench->rival_count; rival++)
		if (bench->results[number][rival][0].measured)
			write_series(&json, bench, number, rival);
	json_array_close(&json);
	json_object_close(&json);
	int status = machine_write_file("allocator", path, &text);
	buffer_done(&text);
	return status;
}

static void run_all(struct bench *bench)
{
	for (size_t number = 0; number < TRAFFICS; number++) {
		const struct traffic *traffic = &traffics[number];
		for (unsigned bits = traffic->bits_first, level = 0; bits <= traffic->bits_last; bits += 2, level++) {
			struct sequence sequence = make_sequence(traffic, (size_t)1 << bits, bench->pairs);
			for (size_t rival = 0; rival < bench->rival_count; rival++)
				if (sequence.live <= rivals[rival].live_max && (traffic->bytes || sequence.live <= rivals[rival].documents_max))
					measure(&rivals[rival], traffic, &sequence, &bench->results[number][rival][level]);
			sequence_done(&sequence);
		}
		print_traffic(bench, number);
		fflush(stdout);
	}
}

int main(int argument_count, char **arguments)
{
	static const struct option options[] = {
		{ "quick", no_argument, NULL, 'q' }, { "core", required_argument, NULL, 'c' }, { "json", required_argument, NULL, 'j' },
		{ "charts", required_argument, NULL, 'p' }, { NULL, 0, NULL, 0 },
	};
	static struct bench bench = { .pairs = PAIRS };
	const char *json = NULL, *charts = NULL;
	int option, core = 0, status = 0;

	while ((option = getopt_long(argument_count, arguments, "qc:j:p:", options, NULL)) != -1) {
		switch (option) {
		case 'q': bench.pairs /= 20; break;
		case 'c': core = (int)strtol(optarg, NULL, 10); break;
		case 'j': json = optarg; break;
		case 'p': charts = optarg; break;
		default: fprintf(stderr, "Usage: allocator [--quick] [--core N] [--json FILE] [--charts FOLDER]\n"); return 2;
		}
	}
	bench.rival_count = rivals_find();
	bench.before = machine_listen(core); /* pins */
	bench.clock_ns = clock_cost_ns();
	machine_print_noise("before", &bench.before);
	printf("p50 to max are of operations one at a time, with %.0f ns of the clock in them\n", bench.clock_ns);
	run_all(&bench);
	bench.after = machine_listen(core);
	machine_print_noise("after", &bench.after);
	if (json && write_json(&bench, json) < 0)
		status = 3;
	for (size_t number = 0; charts && number < TRAFFICS; number++)
		if (write_chart(&bench, number, charts) < 0)
			status = 3;
	return status;
}
