/* extent_traffic.h: random traffic on the extent allocator, each answer compared with what a map of units says.
 *
 * The map shares nothing with the allocator but the contract in extent.h: one bit a unit, the lowest free run found by looking from the
 * start. It foretells every answer exactly: the place of each lease, each refusal, whether a grow succeeds, what is leased and the
 * largest hole. Linked into unit tests (short, sanitized) and into tests/model/extent_traffic (a hundred million operations). */
#ifndef DOCRING_TESTS_UNIT_EXTENT_TRAFFIC_H
#define DOCRING_TESTS_UNIT_EXTENT_TRAFFIC_H

#include "base/error.h"

#include <stdint.h>

enum { EXTENT_TRAFFIC_UNITS_MAX = 1 << 16 };

struct extent_traffic {
	const char *name;
	uint32_t units;      /* of the map, at most EXTENT_TRAFFIC_UNITS_MAX */
	uint64_t unit_bytes; /* a multiple of EXTENT_ALIGNMENT */
	uint32_t units_max;  /* of one lease; half of them are much smaller */
};

struct extent_traffic_counts {
	uint64_t operations;
	uint64_t leases, refused, too_large;
	uint64_t releases, trims;
	uint64_t grown, not_grown;
	uint64_t stale; /* handles of an earlier life and forged ones, all of them refused */
};

/* Adds to *counts. 0, or -1 with the operation, what was expected and what was found in *error. The same seed makes the same calls. */
int extent_traffic_run(const struct extent_traffic *traffic, uint64_t seed, uint64_t operations, struct extent_traffic_counts *counts,
		       struct error_text *error);

#endif
