/* load.h: how many of the cores that this run may use are idle, from two looks at what the kernel counts: /proc/stat for the cores, and
 * cpu.stat of the control group whose quota is the tightest. Reading is apart from counting, so that the latter can be tested. */
#ifndef DOCRING_IPC_LOAD_H
#define DOCRING_IPC_LOAD_H

#include "base/text.h"
#include "ipc/topology.h"

struct load_sample {
	uint64_t at_ns;
	uint64_t idle_ticks; /* of all the topology's cores; waiting for a disk is idleness */
	uint64_t usage_us;   /* CPU time of the control group; 0: not known */
};

/* Idle ticks from the text of /proc/stat; false when a core of the topology is missing. */
bool load_idle_ticks(const struct topology *topology, struct text proc_stat, uint64_t *ret_ticks);
/* usage_usec from the text of cpu.stat; 0 when it is not there. */
uint64_t load_usage_us(struct text cpu_stat);

/* Idle cores between two samples: those of the machine, or what the quota leaves when that is less. `after` must be later. */
double load_idle_cores(const struct topology *topology, const struct load_sample *before, const struct load_sample *after, uint64_t ticks_per_second);

/* A look at this machine now. `quota_group`: folder of the group with the quota, "" for none. */
int load_read(const struct topology *topology, const char *quota_group, uint64_t now_ns, struct load_sample *ret_sample) WARN_UNUSED;

#endif
