/* pin_plan.h: which worker belongs on which core. A pure function: of a topology, whose cores are those that this run may use, and of
 * where the workers are now. Neither looks at the machine nor moves anybody: coordinator/pinning.c does. */
#ifndef DOCRING_IPC_PIN_PLAN_H
#define DOCRING_IPC_PIN_PLAN_H

#include "ipc/topology.h"

enum pin_mode {
	PIN_NONE,  /* nobody is pinned */
	PIN_CORES, /* everybody has a core, shared when there are more workers than cores */
	PIN_AUTO,  /* one worker a core; those beyond the cores run where the system puts them */
};

struct pin_worker {
	bool computes;    /* all the time (preprocessing); the others mostly wait for somebody (inference clients) */
	int core;         /* os_index; in: where it is, out: where it belongs; -1: anywhere */
	uint32_t sharing; /* out: workers that the plan puts on this core, itself among them; 0: it has none of its own */
};

/* What the plan holds, in this order:
 * - every core given out is one of the topology's;
 * - computing workers are spread evenly (at most one more on one core than on another), and all workers together are too;
 * - a core whose sibling threads are free comes before one whose are not, whatever its kind (a second thread adds about a quarter of a core);
 * - computing workers get performance cores first, the others efficiency cores;
 * - nobody moves without one of these being the reason, and what is equal keeps apart NUMA nodes evenly used: who is new goes to the node
 *   with fewest workers, who must move stays on its node if there is room, since its memory is there. */
void pin_plan(const struct topology *topology, enum pin_mode mode, struct pin_worker *workers, uint32_t count);

#endif
