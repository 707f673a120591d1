/* extent_traffic.c: a hundred million random operations on the extent allocator against a map of units, from a seed that it prints.
 * tests/run-allocator runs it on the allocator as it is, and before that on copies with planted mistakes, which it must find.
 *
 *   extent_traffic [--operations N] [--seed N]       exit 0: no difference; 1: a difference, which it prints */
#include "tests/unit/extent_traffic.h"

#include "base/clock.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPERATIONS = 100000000, ROUND = 250000 };

/* Small maps meet every edge often; the wide ones have offsets beyond 32 bits, or many thousand holes. `share` of 100 operations. */
static const struct {
	struct extent_traffic traffic;
	unsigned share;
} plans[] = {
	{ { "tiny", 64, 64, 10 }, 30 },
	{ { "small ones", 1000, 64, 5 }, 20 },
	{ { "up to the whole", 500, 64, 500 }, 20 },
	{ { "odd units", 777, 192, 24 }, 10 },
	{ { "a ring of 15 GiB", 3840, (uint64_t)4 << 20, 64 }, 10 },
	{ { "many", EXTENT_TRAFFIC_UNITS_MAX, 64, 2 }, 10 },
};

static void print_counts(const struct extent_traffic_counts *counts)
{
	printf("%llu operations: %llu leases, %llu refused, %llu larger than all, %llu releases, %llu trims, %llu grown, %llu not grown, "
	       "%llu handles of an earlier life or forged\n",
	       (unsigned long long)counts->operations, (unsigned long long)counts->leases, (unsigned long long)counts->refused,
	       (unsigned long long)counts->too_large, (unsigned long long)counts->releases, (unsigned long long)counts->trims,
	       (unsigned long long)counts->grown, (unsigned long long)counts->not_grown, (unsigned long long)counts->stale);
}

/* In rounds of one allocator each; the plans take turns, so that a short run meets them all. */
static int run(uint64_t operations, uint64_t seed, struct extent_traffic_counts *counts)
{
	struct error_text error = { "" };

	for (uint64_t round = 0; counts->operations < operations; round++) {
		for (size_t i = 0; i < COUNT_OF(plans) && counts->operations < operations; i++) {
			uint64_t left = operations - counts->operations, steps = (uint64_t)ROUND * plans[i].share / 10;
			if (extent_traffic_run(&plans[i].traffic, seed + round, steps < left ? steps : left, counts, &error) < 0) {
				printf("DIFFERENT: %s\n", error.message);
				return 1;
			}
		}
	}
	return 0;
}

int main(int argument_count, char **arguments)
{
	static const struct option options[] = {
		{ "operations", required_argument, NULL, 'n' }, { "seed", required_argument, NULL, 's' }, { NULL, 0, NULL, 0 },
	};
	struct extent_traffic_counts counts = { 0 };
	uint64_t operations = OPERATIONS, seed = clock_monotonic_ns() % 1000000007;
	int option;

	while ((option = getopt_long(argument_count, arguments, "n:s:", options, NULL)) != -1) {
		switch (option) {
		case 'n': operations = strtoull(optarg, NULL, 10); break;
		case 's': seed = strtoull(optarg, NULL, 10); break;
		default: fprintf(stderr, "Usage: extent_traffic [--operations N] [--seed N]\n"); return 2;
		}
	}
	printf("seed %llu\n", (unsigned long long)seed);
	int status = run(operations, seed, &counts);
	print_counts(&counts);
	return status;
}
