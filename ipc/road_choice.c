#include "ipc/road_choice.h"

#include "base/check.h"

#include <string.h>

/* Another road has to be quicker by this much, or noise would change the road all the time. */
enum { BETTER_PERCENT = 95 };

void road_choice_init(struct road_choice *choice, unsigned roads, unsigned first)
{
	CHECK(roads >= 1 && roads <= ROAD_CHOICE_ROADS_MAX && first < roads);
	*choice = (struct road_choice){ .roads = roads, .current = first, .trying = roads };
}

/* What disturbs a trial (another program on this core) only ever makes it longer: the shortest of the latest is nearest to the truth. */
uint64_t road_choice_cost(const struct road_choice *choice, unsigned road)
{
	const struct road_record *record = &choice->records[road];
	uint64_t least = record->trials ? record->costs[0] : 0;

	for (uint32_t i = 1; i < record->trials; i++)
		if (record->costs[i] < least)
			least = record->costs[i];
	return least;
}

static void choose(struct road_choice *choice)
{
	unsigned best = choice->current;

	for (unsigned road = 0; road < choice->roads; road++)
		if (choice->records[road].trials && (!choice->records[best].trials || road_choice_cost(choice, road) < road_choice_cost(choice, best)))
			best = road;
	uint64_t now = road_choice_cost(choice, choice->current), then = road_choice_cost(choice, best);
	if (best != choice->current && (now == 0 || then * 100 < now * BETTER_PERCENT)) {
		choice->current = best;
		choice->changes++;
	}
}

static void conclude(struct road_choice *choice, unsigned road)
{
	struct road_record *record = &choice->records[road];

	record->open = false;
	if (record->finished < record->started)
		return; /* when the last one ends */
	if (record->trials == ROAD_CHOICE_KEPT) {
		memmove(record->costs, record->costs + 1, (ROAD_CHOICE_KEPT - 1) * sizeof(record->costs[0]));
		record->trials--;
	}
	uint64_t cost = record->ns / record->units;
	record->costs[record->trials++] = cost ? cost : 1;
	record->started = record->finished = 0;
	record->ns = record->units = 0;
	choose(choice);
	uint64_t least = road_choice_cost(choice, choice->current);
	if (road != choice->current && least && cost > 2 * least)
		record->pause = ROAD_CHOICE_PAUSE;
}

static bool is_over(const struct road_choice *choice, const struct road_record *record)
{
	uint64_t cost = road_choice_cost(choice, choice->current);

	return record->started == ROAD_CHOICE_TRIAL ||
	       (cost && record != &choice->records[choice->current] && record->ns > cost * ROAD_CHOICE_TRIAL * ROAD_CHOICE_DEAR);
}

/* From `road` on, the first that can be tried now. */
static void try_from(struct road_choice *choice, unsigned road)
{
	for (; road < choice->roads; road++) {
		struct road_record *record = &choice->records[road];
		if (record->pause > 0) {
			record->pause--;
		} else if (record->started == 0) { /* else its last trial has not ended */
			record->open = true;
			choice->trying = road;
			return;
		}
	}
	choice->trying = choice->roads;
	choice->left = ROAD_CHOICE_BETWEEN;
}

unsigned road_choice_next(struct road_choice *choice, bool *ret_timed)
{
	*ret_timed = false;
	if (choice->roads == 1)
		return 0;
	if (choice->trying == choice->roads && choice->left == 0)
		try_from(choice, 0);
	while (choice->trying < choice->roads) {
		struct road_record *record = &choice->records[choice->trying];
		if (!is_over(choice, record)) {
			record->started++;
			*ret_timed = true;
			return choice->trying;
		}
		conclude(choice, choice->trying);
		try_from(choice, choice->trying + 1);
	}
	choice->left--;
	return choice->current;
}

void road_choice_spent(struct road_choice *choice, unsigned road, uint64_t ns)
{
	choice->records[road].ns += ns;
}

void road_choice_finished(struct road_choice *choice, unsigned road, uint64_t units)
{
	struct road_record *record = &choice->records[road];

	CHECK(units > 0 && record->finished < record->started);
	record->finished++;
	record->units += units;
	if (!record->open)
		conclude(choice, road);
}
