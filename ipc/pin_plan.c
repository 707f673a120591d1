/* pin_plan.c: first how many workers of which sort each core gets, core by core, always the best one next; cores that are as good as each
 * other go first to who is there already. Then who stays, and who goes where. About workers × cores steps, both at most 1024. */
#include "ipc/pin_plan.h"

#include <string.h>

struct seat { /* of one core, in the topology's order */
	uint32_t present[2]; /* workers that are there now, by sort */
	uint32_t given[2];   /* workers that the plan puts there */
};

enum { WAITING, COMPUTING }; /* sorts of workers */

struct plan {
	const struct topology *topology;
	uint32_t on_one_max; /* workers on one core */
	struct seat seats[TOPOLOGY_CORES_MAX];
	uint32_t of_core[TOPOLOGY_CORES_MAX]; /* given, by physical core; filled through core_slot */
	uint32_t of_node[TOPOLOGY_CORES_MAX], present_on_node[TOPOLOGY_CORES_MAX]; /* given and present, by NUMA node; through node_slot */
	uint32_t core_slot[TOPOLOGY_CORES_MAX], node_slot[TOPOLOGY_CORES_MAX];
};

static uint32_t total(const struct seat *seat)
{
	return seat->given[WAITING] + seat->given[COMPUTING];
}

/* Numbers of physical cores and of nodes are anything: each seat remembers the first seat with the same. */
static void init_plan(struct plan *plan, const struct topology *topology, enum pin_mode mode, uint32_t workers)
{
	memset(plan, 0, sizeof(*plan));
	plan->topology = topology;
	plan->on_one_max = mode == PIN_AUTO ? 1 : workers;
	for (uint32_t i = 0; i < topology->count; i++) {
		uint32_t core = 0, node = 0;
		while (topology->cores[core].core != topology->cores[i].core)
			core++;
		while (topology->cores[node].numa_node != topology->cores[i].numa_node)
			node++;
		plan->core_slot[i] = core;
		plan->node_slot[i] = node;
	}
}

static int find_seat(const struct topology *topology, int os_index)
{
	for (uint32_t i = 0; os_index >= 0 && i < topology->count; i++)
		if (topology->cores[i].os_index == (uint32_t)os_index)
			return (int)i;
	return -1;
}

/* Workers of the other sort that may stay there. */
static uint32_t others_present(const struct seat *seat, int sort)
{
	return seat->present[!sort] > seat->given[!sort] ? seat->present[!sort] - seat->given[!sort] : 0;
}

/* Whether seat `a` is to be filled before seat `b` by a worker of this sort. */
static bool comes_before(const struct plan *plan, int sort, uint32_t a, uint32_t b)
{
	const struct seat *one = &plan->seats[a], *other = &plan->seats[b];
	const struct topology_core *cores = plan->topology->cores;
	const uint32_t wrong_kind = sort == COMPUTING ? TOPOLOGY_EFFICIENCY : TOPOLOGY_PERFORMANCE;
	const uint32_t keys[][2] = {
		{ sort == COMPUTING ? one->given[sort] : 0, sort == COMPUTING ? other->given[sort] : 0 },
		{ total(one), total(other) },
		{ plan->of_core[plan->core_slot[a]], plan->of_core[plan->core_slot[b]] },
		{ cores[a].kind == wrong_kind, cores[b].kind == wrong_kind },
		{ one->given[sort] >= one->present[sort], other->given[sort] >= other->present[sort] }, /* somebody may stay */
		{ others_present(one, sort), others_present(other, sort) }, /* who would have to make room */
		{ plan->of_node[plan->node_slot[a]] >= plan->present_on_node[plan->node_slot[a]],
		  plan->of_node[plan->node_slot[b]] >= plan->present_on_node[plan->node_slot[b]] },
		{ plan->of_node[plan->node_slot[a]], plan->of_node[plan->node_slot[b]] },
	};

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1];
	return sort == COMPUTING ? a < b : a > b; /* the others from the end, out of the way */
}

/* The next seat for a worker of this sort, or -1 when all are full. */
static int best_seat(const struct plan *plan, int sort)
{
	int best = -1;

	for (uint32_t i = 0; i < plan->topology->count; i++)
		if (total(&plan->seats[i]) < plan->on_one_max && (best < 0 || comes_before(plan, sort, i, (uint32_t)best)))
			best = (int)i;
	return best;
}

static void give_seat(struct plan *plan, int sort, uint32_t seat)
{
	plan->seats[seat].given[sort]++;
	plan->of_core[plan->core_slot[seat]]++;
	plan->of_node[plan->node_slot[seat]]++;
}

/* Waiting workers have the efficiency cores first, one each; then come the computing ones; then the rest of the waiting ones. */
static void give_seats(struct plan *plan, uint32_t waiting, uint32_t computing)
{
	int seat;

	for (; waiting > 0 && (seat = best_seat(plan, WAITING)) >= 0; waiting--) {
		if (total(&plan->seats[seat]) > 0 || plan->topology->cores[seat].kind != TOPOLOGY_EFFICIENCY)
			break;
		give_seat(plan, WAITING, (uint32_t)seat);
	}
	for (; computing > 0 && (seat = best_seat(plan, COMPUTING)) >= 0; computing--)
		give_seat(plan, COMPUTING, (uint32_t)seat);
	for (; waiting > 0 && (seat = best_seat(plan, WAITING)) >= 0; waiting--)
		give_seat(plan, WAITING, (uint32_t)seat);
}

/* A seat that is still free for this sort, on the node of `from` if there is one there; -1: none. */
static int free_seat(const struct plan *plan, int sort, int from)
{
	int found = -1;

	for (uint32_t i = 0; i < plan->topology->count; i++) {
		if (plan->seats[i].given[sort] == 0)
			continue;
		if (from < 0 || plan->node_slot[i] == plan->node_slot[from])
			return (int)i;
		if (found < 0)
			found = (int)i;
	}
	return found;
}

/* given[] counts down what is not taken yet. */
static void seat_workers(struct plan *plan, struct pin_worker *workers, uint32_t count)
{
	uint32_t totals[TOPOLOGY_CORES_MAX];
	int seats[TOPOLOGY_CORES_MAX];

	for (uint32_t i = 0; i < plan->topology->count; i++)
		totals[i] = total(&plan->seats[i]);
	for (uint32_t i = 0; i < count; i++) {
		seats[i] = find_seat(plan->topology, workers[i].core);
		workers[i].sharing = 0;
		if (seats[i] < 0 || plan->seats[seats[i]].given[workers[i].computes] == 0)
			continue;
		plan->seats[seats[i]].given[workers[i].computes]--;
		workers[i].sharing = totals[seats[i]];
	}
	for (uint32_t i = 0; i < count; i++) {
		if (workers[i].sharing > 0)
			continue;
		int seat = free_seat(plan, workers[i].computes, seats[i]);
		workers[i].core = seat < 0 ? -1 : (int)plan->topology->cores[seat].os_index;
		if (seat < 0)
			continue;
		plan->seats[seat].given[workers[i].computes]--;
		workers[i].sharing = totals[seat];
	}
}

void pin_plan(const struct topology *topology, enum pin_mode mode, struct pin_worker *workers, uint32_t count)
{
	struct plan plan;
	uint32_t computing = 0;

	CHECK(count <= TOPOLOGY_CORES_MAX);
	init_plan(&plan, topology, mode, count);
	for (uint32_t i = 0; i < count; i++) {
		int seat = find_seat(topology, workers[i].core);
		computing += workers[i].computes;
		if (seat < 0)
			continue;
		plan.seats[seat].present[workers[i].computes]++;
		plan.present_on_node[plan.node_slot[seat]]++;
	}
	if (mode != PIN_NONE)
		give_seats(&plan, count - computing, computing);
	seat_workers(&plan, workers, count);
}
