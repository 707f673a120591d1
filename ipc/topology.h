/* topology.h: which cores this process may use, by hwloc, and putting processes on them. Respects the affinity mask and the cgroup's CPU
 * quota. Which worker goes where is pin_plan.h's matter. */
#ifndef DOCRING_IPC_TOPOLOGY_H
#define DOCRING_IPC_TOPOLOGY_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct hwloc_topology; /* as in hwloc.h: hwloc_topology_t */
struct hwloc_bitmap_s; /* hwloc_bitmap_t */

enum { TOPOLOGY_CORES_MAX = 1024 };
enum topology_kind { TOPOLOGY_PERFORMANCE, TOPOLOGY_EFFICIENCY };

struct topology_core { /* one hardware thread */
	uint32_t os_index;  /* for sched_setaffinity */
	uint32_t core;      /* physical core: threads of one core share it */
	uint32_t numa_node; /* the system's number of it */
	uint32_t kind;      /* enum topology_kind */
};

struct topology {
	struct topology_core cores[TOPOLOGY_CORES_MAX]; /* the best first: one thread of each core before the second ones,
							 * performance cores before others, NUMA nodes in turn */
	uint32_t count;
	uint32_t numa_nodes;
	uint32_t physical_cores;
	uint32_t efficiency_cores; /* hardware threads of that kind */
	double quota_cores;        /* CPU quota of the cgroup, or 0 */
	uint64_t memory_bytes;     /* of the machine, or the cgroup's limit when that is less */
};

int topology_load(struct topology *ret_topology, struct error_text *error) WARN_UNUSED;

/* The same of a machine that hwloc has loaded, and of the hardware threads in `allowed`; without quota and memory. -ENODEV: none is. */
int topology_read(struct hwloc_topology *hwloc, const struct hwloc_bitmap_s *allowed, struct topology *ret_topology, struct error_text *error) WARN_UNUSED;

/* How many processes can compute at once: the hardware threads, or the quota rounded up when that is less. At least 1. */
uint32_t topology_usable_cores(const struct topology *topology);

/* Whether this process and another one of the same user can run on one core only, the same: each then runs while the other one does not.
 * True when it cannot be known. */
bool topology_shares_only_core(int other_pid);

/* What the machine could give to programs now without swapping (MemAvailable), and what is free of its swap; 0: not known. */
uint64_t topology_available_memory(void);

/* Pins the calling thread (call before any other thread is started, since threads inherit the mask). */
int topology_pin(int os_index) WARN_UNUSED;

/* Moves a process of the same user: its main thread, and those of its threads that are where it is pinned now (a thread that may run
 * anywhere stays so: ZeroMQ's). os_index -1: onto all cores of the topology. -ESRCH when it is gone, -EINVAL for a core that it may not have. */
int topology_move(const struct topology *topology, pid_t pid, int os_index) WARN_UNUSED;

/* "3", "0-2,5": where the process's main thread may run; "any" when that is all of the topology, "" when it cannot be known. */
void topology_describe_place(const struct topology *topology, pid_t pid, char *ret_text, size_t bytes);

#endif
