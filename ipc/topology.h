/* topology.h: which cores this process may use and which worker goes where, by hwloc. Respects the affinity mask and the
 * cgroup's CPU quota. */
#ifndef DOCRING_IPC_TOPOLOGY_H
#define DOCRING_IPC_TOPOLOGY_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { TOPOLOGY_CORES_MAX = 1024 };
enum topology_kind { TOPOLOGY_PERFORMANCE, TOPOLOGY_EFFICIENCY };

struct topology_core { /* one hardware thread */
	uint32_t os_index;  /* for sched_setaffinity */
	uint32_t core;      /* physical core: threads of one core share it */
	uint32_t numa_node;
	uint32_t kind;      /* enum topology_kind */
};

struct topology {
	struct topology_core cores[TOPOLOGY_CORES_MAX]; /* in the order in which workers should be placed: performance cores first,
							 * one thread of each core before the second ones, NUMA nodes in turn */
	uint32_t count;
	uint32_t numa_nodes;
	uint32_t physical_cores;
	uint32_t efficiency_cores; /* hardware threads of that kind */
	double quota_cores;        /* CPU quota of the cgroup, or 0 */
	uint64_t memory_bytes;     /* of the machine, or the cgroup's limit when that is less */
};

int topology_load(struct topology *ret_topology, struct error_text *error) WARN_UNUSED;

/* os_index for the index-th preprocessing worker of `count` (round robin when there are more workers than cores), and for the index-th other process
 * (efficiency cores when there are any, else from the end). -1: leave it to the system. */
int topology_place_preprocess(const struct topology *topology, uint32_t index, uint32_t count);
int topology_place_other(const struct topology *topology, uint32_t index, uint32_t preprocess_count);

/* Whether this process and another one of the same user can run on one core only, the same: each then runs while the other one does not.
 * True when it cannot be known. */
bool topology_shares_only_core(int other_pid);

/* Pins the calling thread (call before any other thread is started, since threads inherit the mask). */
int topology_pin(int os_index) WARN_UNUSED;

#endif
